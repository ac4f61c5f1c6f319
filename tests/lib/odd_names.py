# SPDX-License-Identifier: MIT
"""odd_names.py - sockets whose names mean something to shells and terminals.

    odd_names.py serve DIR	listen at all of them
    odd_names.py connect DIR	connect to each, print how many came through
    odd_names.py near DIR	the same with names that are almost like them"""
import os
import select
import socket
import sys

NAMES = [b"new\nline", b"quo'te", b"back\\slash", b"nl\n'; $HOME #x",
         b"dollar$HOME", b"$(x)", b"sp ace", b"hash #x", b"\xff\xfe",
         b"tab\t'\\''", b'dou"ble', b"\xe2\x80\xaeturned", b"\x1b[31m",
         b"\x01\nallow-unix-socket @*", b"\\x41\n", b"${HOME}\n"]


def addresses(base, change=lambda name: name):
    for name in NAMES:
        yield os.fsencode(base) + b"/" + change(name)
        yield b"\0" + os.fsencode(base) + change(name)


def near(name):
    """What a name becomes that is read as it is written, and the reverse."""
    shown = b"".join(b"\\x%02x" % c if c < 32 or c > 126 else bytes([c])
                     for c in name)
    return b"$" + name if shown == name else shown


def serve(base):
    servers = []
    for address in list(addresses(base)) + list(addresses(base, near)):
        s = socket.socket(socket.AF_UNIX)
        s.bind(address)
        s.listen()
        if address[0]:
            os.chmod(address, 0o777)
        servers.append(s)
    print("ready", flush=True)
    while True:
        for s in select.select(servers, [], [])[0]:
            s.accept()[0].close()


def connect(list_of):
    came = 0
    for address in list_of:
        with socket.socket(socket.AF_UNIX) as s:
            came += s.connect_ex(address) == 0
    print(came)


if sys.argv[1] == "serve":
    serve(sys.argv[2])
elif sys.argv[1] == "connect":
    connect(addresses(sys.argv[2]))
else:
    connect(addresses(sys.argv[2], near))
