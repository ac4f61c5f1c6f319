#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Clients that connect in every way: inet_cli.py HOW HOST PORT"""
import asyncio
import errno
import os
import select
import socket
import struct
import sys


def new(host, kind=socket.SOCK_STREAM):
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET,
                         kind)


def ask(s):
    s.settimeout(10)
    s.sendall(b"ping\n")
    return s.recv(100).decode().strip()


def blocking(host, port):
    with new(host) as s:
        s.connect((host, port))
        return ask(s)


def timeout(host, port):
    with socket.create_connection((host, port), 5) as s:
        return ask(s)


def poll(host, port):
    """EINPROGRESS, poll(2), SO_ERROR: as the manual has it (connect(2))."""
    with new(host) as s:
        s.setblocking(False)
        error = s.connect_ex((host, port))
        if error != errno.EINPROGRESS:
            raise OSError(error or errno.EPROTO, "not in progress but " +
                          errno.errorcode.get(error, "done"))
        p = select.poll()
        p.register(s, select.POLLOUT)
        if not p.poll(5000):
            raise TimeoutError("poll")
        error = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))
        # It is connected now, and says so.
        if s.connect_ex((host, port)) not in (0, errno.EISCONN):
            raise OSError("not connected")
        return ask(s)


def again(host, port):
    """While it is under way it is, and then it is done."""
    with new(host) as s:
        s.setblocking(False)
        seen = set()
        while True:
            error = s.connect_ex((host, port))
            seen.add(error)
            if error in (0, errno.EISCONN):
                break
            if error not in (errno.EINPROGRESS, errno.EALREADY):
                raise OSError(error, os.strerror(error))
            select.select([], [s], [], 5)
        return ask(s)


def device(host, port):
    with new(host) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        s.connect((host, port))
        return ask(s)


def source(host, port):
    with new(host) as s:
        s.bind(("127.0.0.2", 0))
        s.connect((host, port))
        name = s.getsockname()[0]
        return ask(s) if name == "127.0.0.2" else "from " + name


def impatient(host, port):
    """The server's queue is full: nobody answers."""
    with new(host) as s:
        s.settimeout(0.7)
        try:
            s.connect((host, port))
        except TimeoutError:
            return "timed out"
        return "connected"


def sndtimeo(host, port):
    """A blocking connect with a timeout of its own (socket(7))."""
    with new(host) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO,
                     struct.pack("ll", 0, 500000))
        error = s.connect_ex((host, port))
        return errno.errorcode.get(error, "connected")


def reuse(host, port):
    """Connected, undone by AF_UNSPEC, connected again."""
    with new(host) as s:
        s.connect((host, port))
        raw = struct.pack("H14x", socket.AF_UNSPEC)
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.connect(s.fileno(), raw, len(raw)):
            raise OSError(ctypes.get_errno(), "unspec")
        s.connect((host, port))
        return ask(s)


def sendto(host, port):
    with new(host, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.sendto(b"ping", (host, port))
        return s.recv(100).decode().strip()


def sendmsg(host, port):
    with new(host, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.sendmsg([b"pi", b"ng"], [], 0, (host, port))
        return s.recv(100).decode().strip()


def udp(host, port):
    with new(host, socket.SOCK_DGRAM) as s:
        s.bind(("::" if ":" in host else "0.0.0.0", 0))
        s.connect((host, port))
        return ask(s)


async def talk(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"ping\n")
    line = await reader.readline()
    writer.close()
    return line.decode().strip()


async def eight(host, port):
    answers = await asyncio.gather(*(talk(host, port) for _ in range(8)))
    return "pong" if set(answers) == {"pong"} else str(answers)


def tasks(host, port):
    return asyncio.run(eight(host, port))


def many(host, port):
    """Refused at each port, and the others: HOST PORT,PORT..."""
    lines = []
    for number in port:
        try:
            lines.append(blocking(host, number))
        except OSError as e:
            lines.append(errno.errorcode[e.errno])
    return " ".join(lines)


how, host, port = sys.argv[1:]
port = [int(n) for n in port.split(",")] if how == "many" else int(port)
try:
    print(globals()[how](host, port))
except OSError as e:
    sys.exit(f"{how}: {errno.errorcode.get(e.errno, e)}: {e.strerror}")
