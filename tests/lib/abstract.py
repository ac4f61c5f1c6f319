#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# abstract.py - does to abstract names what each argument says; a word each.
#
#	connect:NAME	"pong" of a server there, or the error
#	bind:NAME	"bound" or the error; the socket listens and stays
#	close:NAME	closes what bind:NAME made
#	own:NAME	connects to what was bound here
#	autobind:	the kernel chooses a name
#	passcred:	a connection to the last bound name, with SO_PASSCRED
#
# NAME may hold \0 and other escapes of Python; it may be empty.
import errno
import socket
import sys

made = {}


def name_of(text):
    return b"\0" + text.encode("latin-1").decode("unicode_escape").encode(
        "latin-1")


def connect(text):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(name_of(text))
        s.sendall(b"ping\n")
        return s.recv(16).decode().strip()


def bind(text):
    s = socket.socket(socket.AF_UNIX)
    s.bind(name_of(text))
    s.listen()
    made[text] = s
    return "bound"


def close(text):
    made.pop(text).close()
    return "closed"


def own(text):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(name_of(text))
        made[text].accept()[0].close()
        return "reached"


def autobind(_):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(b"")
        return "bound" if len(s.getsockname()) == 6 else "odd"


def passcred(_):
    text = list(made)[-1]
    with socket.socket(socket.AF_UNIX) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        s.connect(name_of(text))
        made[text].accept()[0].close()
        return "reached"


for word in sys.argv[1:]:
    what, _, text = word.partition(":")
    try:
        print(globals()[what](text))
    except OSError as e:
        print(errno.errorcode[e.errno])
