#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""ask.py WHAT:NAME... - asks for sockets, and prints what comes of each.

connect, send, bind: a path or @NAME, in which %00 is NUL; tcp, udp: a port of
127.0.0.1; listen: any port of it; temporary: a directory, in which it binds a
name that nobody knows before, and connects to it.
"""
import errno
import os
import socket
import sys
import tempfile


def name_of(text):
    name = os.fsencode(text).replace(b"%00", b"\0")
    return b"\0" + name[1:] if name[:1] == b"@" else name


def unix(what, text):
    kind = socket.SOCK_DGRAM if what == "send" else socket.SOCK_STREAM
    with socket.socket(socket.AF_UNIX, kind) as s:
        s.settimeout(10)
        if what == "send":
            s.sendto(b"x", name_of(text))
            return
        getattr(s, what)(name_of(text))
    if what == "bind" and text[0] != "@":
        os.unlink(text)


def inet(what, text):
    kind = socket.SOCK_DGRAM if what == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as s:
        s.settimeout(10)
        if what == "udp":
            s.sendto(b"x", ("127.0.0.1", int(text)))
        elif what == "tcp":
            s.connect(("127.0.0.1", int(text)))
        else:
            s.bind(("127.0.0.1", int(text)))
            s.listen()


def temporary(_, text):
    with tempfile.TemporaryDirectory(dir=text) as d, \
            socket.socket(socket.AF_UNIX) as s, \
            socket.socket(socket.AF_UNIX) as client:
        s.bind(d + "/s")
        s.listen()
        client.connect(d + "/s")


CALLS = {"tcp": inet, "udp": inet, "listen": inet, "temporary": temporary}
for argument in sys.argv[1:]:
    what, text = argument.split(":", 1)
    try:
        CALLS.get(what, unix)(what, text)
        print(what, "ok")
    except OSError as e:
        print(what, errno.errorcode.get(e.errno, e))
