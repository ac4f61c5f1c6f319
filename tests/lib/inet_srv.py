#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""TCP and UDP servers that say who reached them, one line each.

    inet_srv.py             prints "ready OPEN OTHER FOUR FULL" and serves:
        OPEN, OTHER         TCP and UDP at 127.0.0.1, 127.0.0.2 and ::1
        FOUR                TCP at 127.0.0.1 alone
        FULL                TCP at 127.0.0.1 that accepts nobody any more
    inet_srv.py dns PORT    a name server at 127.0.0.1: every name is 192.0.2.7

A line that is sent is answered by "pong", a request of HTTP by a page.
"""
import socket
import struct
import sys
import threading

HOSTS = {"127.0.0.1": socket.AF_INET, "127.0.0.2": socket.AF_INET,
         "::1": socket.AF_INET6}
PAGE = (b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n"
        b"Content-Length: 5\r\n\r\npong\n")


def say(*words):
    print(*words, flush=True)


def server(kind, host, port):
    s = socket.socket(HOSTS[host], kind)
    if host == "::1":
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host, port))
    if kind == socket.SOCK_STREAM:
        s.listen(128)
    return s


def talk(connection):
    with connection:
        connection.settimeout(20)
        try:
            line = connection.recv(4096)
            if line:
                connection.sendall(PAGE if line.startswith(b"GET ")
                                   else b"pong\n")
                while connection.recv(4096):
                    pass
        except OSError:
            pass


def serve_tcp(s):
    while True:
        connection, peer = s.accept()
        say("conn tcp", *s.getsockname()[:2], "from", *peer[:2])
        threading.Thread(target=talk, args=(connection,), daemon=True).start()


def serve_udp(s):
    while True:
        data, peer = s.recvfrom(4096)
        say("conn udp", *s.getsockname()[:2], "from", *peer[:2])
        s.sendto(b"pong\n", peer)


def start(function, *arguments):
    threading.Thread(target=function, args=arguments).start()


def everywhere():
    """A port that is free for all of them, with its servers."""
    while True:
        made = []
        port = 0
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                for host in HOSTS:
                    made.append(server(kind, host, port))
                    port = made[0].getsockname()[1]
        except OSError:
            for s in made:
                s.close()
            continue
        for s in made:
            start(serve_tcp if s.type == socket.SOCK_STREAM else serve_udp, s)
        return port


def full():
    """Nobody is accepted, and what waits is as much as can."""
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(0)
    waiting = []
    for _ in range(8):
        c = socket.socket()
        c.setblocking(False)
        c.connect_ex(s.getsockname())
        waiting.append(c)
    return s, waiting


def answer(query):
    """An A record for whatever was asked (RFC 1035)."""
    end = query.index(b"\0", 12) + 5
    kind = struct.unpack("!H", query[end - 4:end - 2])[0]
    records = b""
    if kind == 1:
        records = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes(
            (192, 0, 2, 7))
    return (query[:2] + b"\x85\x80" +
            struct.pack("!HHHH", 1, 1 if records else 0, 0, 0) +
            query[12:end] + records)


def dns_udp(s):
    while True:
        query, peer = s.recvfrom(4096)
        say("conn udp dns")
        s.sendto(answer(query), peer)


def dns_talk(connection):
    with connection, connection.makefile("rwb") as f:
        while True:
            head = f.read(2)
            if len(head) < 2:
                return
            reply = answer(f.read(struct.unpack("!H", head)[0]))
            f.write(struct.pack("!H", len(reply)) + reply)
            f.flush()


def dns_tcp(s):
    while True:
        connection, _ = s.accept()
        say("conn tcp dns")
        threading.Thread(target=dns_talk, args=(connection,),
                         daemon=True).start()


if sys.argv[1:2] == ["dns"]:
    number = int(sys.argv[2])
    tcp = server(socket.SOCK_STREAM, "127.0.0.1", number)
    number = tcp.getsockname()[1]
    start(dns_udp, server(socket.SOCK_DGRAM, "127.0.0.1", number))
    start(dns_tcp, tcp)
    say("ready", number)
else:
    keep = full()
    four = server(socket.SOCK_STREAM, "127.0.0.1", 0)
    start(serve_tcp, four)
    say("ready", everywhere(), everywhere(), four.getsockname()[1],
        keep[0].getsockname()[1])
threading.Event().wait()
