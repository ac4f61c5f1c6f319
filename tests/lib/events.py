#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""events.py DIR - makes every kind of request that sbx-run may log.

DIR/ok.sock and DIR/no.sock are servers, DIR/odd holds more whose names are
hostile, DIR/dgram.sock is a datagram server.  What comes of it is printed, and
nothing here depends on it.
"""
import ctypes
import errno
import os
import socket
import sys

AF_VSOCK = 40
AF_KEY = 15
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
here = os.fsencode(sys.argv[1])


def tell(what, call, *arguments):
    try:
        call(*arguments)
        print(what, "ok")
    except OSError as e:
        print(what, errno.errorcode.get(e.errno, e))


def unix(action, name, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_UNIX, kind) as s:
        s.settimeout(5)
        getattr(s, action)(name)


def send(name):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.sendto(b"x", name)


def inet(family, kind, action, address):
    with socket.socket(family, kind) as s:
        s.settimeout(1)
        if action == "sendto":
            s.sendto(b"x", address)
            return
        if action == "listen":
            s.bind(address)
            s.listen()
            return
        getattr(s, action)(address)


def raw(action, family, data):
    """An address that Python would not write."""
    with socket.socket(family) as s:
        if getattr(libc, action)(s.fileno(), data, len(data)) != 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))


def other_socket(family, kind, protocol):
    fd = libc.socket(family, kind, protocol)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "socket")
    os.close(fd)


def names():
    yield b"ok", here + b"/ok.sock"
    for entry in sorted(os.listdir(here + b"/odd")):
        os.chdir(here + b"/odd")
        yield entry, entry  # relative, as long as it gets
    yield b"missing", here + b"/missing"
    yield b"no", here + b"/no.sock"


def unix_requests():
    for what, name in names():
        tell(("connect", what), unix, "connect", name)
        tell(("bind", what), unix, "bind", name + b".x")
    for name in (b"\0plain", b"\0", b"\0a\0b\0", b"\0\x1b[31m\n\"\\\xff\xc3",
                 b"\0@x*", b"\0" + bytes(range(107)),
                 b"\0" + b"\xfe" * 107, b"\0" + b"z" * 107):
        tell(("bind", name), unix, "bind", name)
        tell(("connect", name), unix, "connect", name)
        tell(("send", name), send, name)
    tell("autobind", unix, "bind", b"")
    tell("seqpacket", unix, "connect", here + b"/no.sock",
         socket.SOCK_SEQPACKET)
    tell("send", send, here + b"/dgram.sock")
    tell("datagram", unix, "connect", here + b"/dgram.sock",
         socket.SOCK_DGRAM)
    tell("raw unix", other_socket, socket.AF_UNIX, socket.SOCK_RAW, 0)


def inet_requests():
    for family, ip in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"),
                       (socket.AF_INET6, "::ffff:127.0.0.1")):
        for kind, action in ((socket.SOCK_STREAM, "connect"),
                             (socket.SOCK_STREAM, "bind"),
                             (socket.SOCK_STREAM, "listen"),
                             (socket.SOCK_DGRAM, "connect"),
                             (socket.SOCK_DGRAM, "bind"),
                             (socket.SOCK_DGRAM, "sendto")):
            port = 0 if action in ("bind", "listen") else 9
            tell((ip, action), inet, family, kind, action, (ip, port))
    tell("udp", inet, socket.AF_INET, socket.SOCK_DGRAM, "sendto",
         ("127.0.0.1", 7))
    tell("scope", inet, socket.AF_INET6, socket.SOCK_STREAM, "connect",
         ("fe80::1", 80, 0, 1))
    tell("broadcast", inet, socket.AF_INET, socket.SOCK_STREAM, "connect",
         ("255.255.255.255", 65535))
    tell("by name", socket.create_connection, ("localhost", 9), 1)


def odd_requests():
    for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):
        for call in ("connect", "bind"):
            for data in (b"", b"\1", b"\0\0", b"\0" * 16, b"\1\0",
                         b"\2\0\0\x50", b"\x28\0" + b"q" * 14,
                         b"\1\0" + b"/" * 108, b"\1\0" + b"n" * 108,
                         b"\1\0" + b"o" * 126, b"\xff\xff" + b"f" * 126):
                tell((call, family, data[:4], len(data)), raw, call, family,
                     data)
    for family, kind, protocol in (
            (socket.AF_INET, socket.SOCK_RAW, 1), (AF_VSOCK, 1, 0),
            (AF_KEY, 3, 2), (socket.AF_INET, 1, 132), (AF_KEY, 77, -5),
            (socket.AF_PACKET, 3, 768), (socket.AF_NETLINK, 3, 16),
            (123456, 1, 0), (-7, 1, 0)):
        tell(("socket", family, kind, protocol), other_socket, family, kind,
             protocol)


def burst():
    for port in range(1, 200):
        tell("burst", inet, socket.AF_INET, socket.SOCK_STREAM, "connect",
             ("127.0.0.1", port))
    for _ in range(50):
        tell("again", unix, "connect", here + b"/no.sock")


unix_requests()
inet_requests()
odd_requests()
burst()
