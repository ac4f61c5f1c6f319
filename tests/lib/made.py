#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# made.py - what sockets have to be capable of, whoever made them.
#
#	made.py DIRECTORY NAME...
#
# DIRECTORY holds the granted server "ok", and "no" that is not granted.
# Prints what NAME came to, a line for each.
import array
import ctypes
import os
import resource
import socket
import sys
import threading
import time

CLONE_FILES = 0x400
directory = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)


def unix(kind=socket.SOCK_STREAM):
    return socket.socket(socket.AF_UNIX, kind)


def path(name):
    return directory + "/" + name


def talk(sock, name="ok"):
    """What the server answers, or the errno of the connect."""
    error = sock.connect_ex(path(name))
    if error:
        return os.strerror(error)
    sock.sendall(b"ping\n")
    return sock.recv(16).decode().strip()


def dup2():
    sock = unix()
    os.dup2(sock.fileno(), 77)
    sock.close()
    return talk(socket.socket(fileno=77))


def fork():
    sock = unix()
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, talk(sock).encode())
        os._exit(0)
    os.wait()
    return os.read(read, 16).decode()


def execute():
    sock = unix()
    sock.set_inheritable(True)
    os.execv(sys.argv[0], [sys.argv[0], directory, "fd%d" % sock.fileno()])


def passed():
    """Made by one process, connected by another one."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        _, control, _, _ = theirs.recvmsg(1, socket.CMSG_SPACE(4))
        fds = array.array("i", control[0][2])
        theirs.sendall(talk(socket.socket(fileno=fds[0])).encode())
        os._exit(0)
    theirs.close()
    with unix() as sock:
        ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                               array.array("i", [sock.fileno()]))])
    return ours.recv(16).decode()


def threads():
    answers = []
    work = [threading.Thread(target=lambda: answers.append(talk(unix())))
            for _ in range(20)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    return "%d %s" % (len(answers), " ".join(set(answers)))


def table():
    """A thread with a descriptor table of its own: its number means another
    socket than the same number elsewhere."""
    answers = []
    ready, go = threading.Event(), threading.Event()

    def work():
        if libc.unshare(CLONE_FILES):
            answers.append("cannot unshare")
        with unix() as sock:
            os.dup2(sock.fileno(), 99)
        ready.set()
        go.wait()
        answers.append(talk(socket.socket(fileno=os.dup(99))))

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    with open("/dev/null") as null:
        os.dup2(null.fileno(), 99)
    go.set()
    thread.join()
    return answers[0]


def seqpacket():
    return talk(unix(socket.SOCK_SEQPACKET))


def retried():
    sock = unix()
    first = talk(sock, "missing")
    return first + ", then " + talk(sock)


def twice():
    sock = unix()
    talk(sock)
    return talk(sock)


def flags():
    sock = socket.socket(socket.AF_UNIX,
                         socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    plain = libc.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
    return "%s %s %s %d" % (sock.getblocking(), sock.get_inheritable(),
                            os.get_inheritable(plain),
                            os.fstat(plain).st_uid == os.getuid())


def closed():
    """A server sees at once that its client is gone."""
    server = unix()
    server.bind(path("in/closed"))
    server.listen()
    client = unix()
    client.connect(path("in/closed"))
    conn, _ = server.accept()
    conn.settimeout(1)
    client.close()
    return repr(conn.recv(1))


def deaf():
    """A client sees at once that its server is gone."""
    server = unix()
    server.bind(path("in/deaf"))
    server.listen()
    server.close()
    return os.strerror(unix().connect_ex(path("in/deaf")))


def name():
    """An abstract name is free again soon after its socket was closed."""
    address = "\0sbx-made-%d" % os.getpid()
    first = unix()
    first.bind(address)
    first.close()
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            unix().bind(address)
            return "free again"
        except OSError as e:
            error = e.strerror
            time.sleep(0.1)
    return error


def bound():
    """Bound to a name of its own, then connected."""
    sock = unix()
    sock.bind(path("in/bound%d" % os.getpid()))
    return talk(sock)


def listens():
    server = unix()
    server.bind(path("in/listens"))
    for backlog in (1, 2, 3):
        server.listen(backlog)
    client = unix()
    return "%s %s" % (client.connect_ex(path("in/listens")),
                      server.connect_ex(path("ok")))


def many():
    """More unconnected sockets than anybody keeps duplicates of."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    socks = [unix() for _ in range(1200)]
    return talk(socks[0]) + ", last: " + talk(socks[-1])


def pair():
    one, _ = socket.socketpair()
    return talk(one)


def tcp():
    sock = socket.socket()
    return os.strerror(sock.connect_ex(("127.0.0.1", 9)))


def refused():
    return talk(unix(), "no")


def fd(number):
    sock = socket.socket(fileno=number)
    if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return str(sock.listen(7))
    return talk(sock)


for what in sys.argv[2:]:
    if what.startswith("fd"):
        print("fd:", fd(int(what[2:])), flush=True)
    else:
        print(what + ":", globals()[what](), flush=True)
