#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""hostile_names.py VERB DIR ... - names chosen to break a terminal, a shell, a
configuration or a reader of JSON.

    serve DIR               servers at every path in DIR and abstract name
    connect DIR [NUMBER]    connects to them, or to one: "NUMBER VERDICT" each
    bind DIR                binds each name beneath DIR/new
    list DIR                "NUMBER NAME" each, NAME in hexadecimal, abstract
                            names after "@"
    hosts                   looks up host names, or says so
    quietly VERB ...        the same without a word, with a hostile comm
    log FILE DIR            is every connect in the log, and by its very bytes?
    looked FILE             are host names in the log, by their very bytes?
    clean FILE...           does nothing in them control a terminal?
    terminal COMMAND...     runs it on a terminal, prints what that received
    words                   its arguments in hexadecimal, one a line
"""

import ctypes
import errno
import json
import os
import pty
import re
import struct
import sys
import threading

AF_UNIX = 1
libc = ctypes.CDLL(None, use_errno=True)

REPORT = 0x53425831
COMM = b"\x1b[31m\n\"\\\xff\x9b!\xe2\x80"  # 15 bytes at most

NAMES = [
    b"plain", b"new\nline", b"cr\rreturn", b"tab\tstop", b"a b  c ",
    b"\x1b[31mred\x1b[0m", b"\x1b]0;title\x07", b"\x1bc", b"bell\x07\x08",
    b"\x7f", b"\xc2\x9b31m", b"\x9b31m", b"\xc2\x85next", b"\x90dcs\x9c",
    b"it's", b"'", b"''", b"\"double\"", b"back\\slash", b"\\", b"\\n\\x0a",
    b"$HOME", b"${HOME}", b"$(id)", b"`id`", b"$'x'", b"$\"x\"", b"\\$'",
    b"~", b"*", b"?????", b"[a-z]*", b"{a,b}", b"#hash", b"a #b", b"!1", b"!!",
    b";&|<>()", b"=ls", b"-n", b"--log=x", b"@at", b"%s%n", b"\n!1'\\",
    b"\n0ab", b"\n12", b"\x01" + b"23", b"\xff", b"\xff\xfe", b"\xc3", b"\xc0\xaf",
    b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xf4\x90\x80\x80",
    b"\xe2\x82", b"\xf0\x9f\x98", "\u202egnp.exe".encode(),
    "\u2066\u2069\u200e\u200f\u061c".encode(), "\u2028\u2029".encode(),
    "h\u00e9 \u20ac \U0001f600".encode(), bytes(range(1, 47)),
    bytes(range(48, 96)), bytes(range(96, 144)), bytes(range(144, 192)),
    bytes(range(192, 240)), bytes(range(240, 256)),
]
ABSTRACT = [
    b"sbx", b"\x1b[31m\n", b"a\0b", b"nul\0", b"a\0\xff\0\n", b"*", b"pre*",
    b"'$(id)\\", b"\xc2\x9b\xe2\x80\xae\xff",
    bytes(range(1, 108)), b"long\0" + bytes(range(100)),
]
HOSTS = NAMES + [b"x" * 60 + (b"." + b"y" * 60) * 3]


def paths(top):
    """With one that leaves no room for NUL in sun_path."""
    full = b"\n" * (108 - len(top) - 1)
    return [top + b"/" + name for name in NAMES + [full]]


def addresses(top):
    """A fresh name for each run: abstract names are everybody's."""
    tag = top[-12:]
    return paths(top) + [b"\0" + (name + b"\0" + tag if b"\0" in name else
                                  tag + name)[:107] for name in ABSTRACT]


def call(name, fd, address):
    data = AF_UNIX.to_bytes(2, "little") + address
    if address[0]:
        data += b"\0"
    # Of 108 bytes there is no room for it.
    data = data[:2 + 108]
    if getattr(libc, name)(fd, data, len(data)) != 0:
        return errno.errorcode[ctypes.get_errno()]
    return "ok"


def new_socket():
    return libc.socket(AF_UNIX, 1, 0)


def serve(top):
    def accept(number, fd):
        while (client := libc.accept(fd, None, None)) >= 0:
            os.write(1, b"conn %d\n" % number)
            os.close(client)
    for number, address in enumerate(addresses(top)):
        fd = new_socket()
        verdict = call("bind", fd, address)
        if verdict != "ok" or libc.listen(fd, 16) != 0:
            sys.exit(f"{number}: {verdict}")
        if address[0]:
            os.chmod(address, 0o777)
        threading.Thread(target=accept, args=(number, fd)).start()
    print("ready", flush=True)


def connect(top, only=None):
    for number, address in enumerate(addresses(top)):
        if only is None or number == int(only):
            fd = new_socket()
            print(number, call("connect", fd, address))
            os.close(fd)


def bind(top):
    for number, name in enumerate(NAMES):
        fd = new_socket()
        print(number, call("bind", fd, top + b"/new/" + name))
        os.close(fd)


def show(top):
    for number, address in enumerate(addresses(top)):
        print(number, address.hex() if address[0] else "@" + address[1:].hex())


def forge(host):
    """What the shim would tell of a lookup (policy/report.h): resolvers do not
    take all names, whoever lies does."""
    libc.prctl(REPORT, ctypes.c_ulong(5), ctypes.c_ulong(1), 0, 0)
    libc.socket(2, 2, 0)  # which is refused
    report = struct.pack("=8I128x256s128x", 2, 5, 0xffffffff, 0, 0, 0, 1, 0,
                         host)
    libc.prctl(REPORT, ctypes.c_ulong(2), report,
               ctypes.c_ulong(len(report)), 0)


def hosts():
    """In several processes: what one asks for too often is summed up."""
    for start in range(0, len(HOSTS), 16):
        child = os.fork()
        if child == 0:
            for name in HOSTS[start:start + 16]:
                libc.gethostbyname(name + b".test")
                forge(name + b".test")
            os._exit(0)
        os.waitpid(child, 0)


def quietly(verb, *rest):
    os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
    libc.prctl(15, COMM, 0, 0, 0)  # PR_SET_NAME
    VERBS[os.fsdecode(verb)](*rest)


def pairs_are_strict(pairs):
    assert len(dict(pairs)) == len(pairs), "a member twice"
    return dict(pairs)


def no_constant(name):
    raise ValueError(name)


def log(file, top):
    want = {a if a[0] else b"@" + a[1:] for a in addresses(top)}
    seen = set()
    with open(file, "rb") as lines:
        for line in lines:
            event = json.loads(line.decode("utf-8"), strict=True,
                               object_pairs_hook=pairs_are_strict,
                               parse_constant=no_constant)
            name = os.fsencode(event["path"])
            seen.add(name)
            assert name in want, name
            if name[:1] != b"@":
                assert os.fsencode(event["resolved"]) == name, event
            assert os.fsencode(event["comm"]) == COMM, event["comm"]
    missing = want - seen
    print(f"missing: {missing}" if missing else "all of them")


def looked(file):
    known = {name + b".test" for name in HOSTS}
    told = {os.fsencode(event["host"])
            for event in map(json.loads, open(file, encoding="utf-8"))
            if event["op"] == "resolve"}
    assert told and told <= known, told - known
    print("all of them" if told == known else "only them")


UNWANTED = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e"
                      "\u2066-\u2069]")


def clean(*files):
    for file in files:
        with open(file, "rb") as data:
            text = data.read().decode("utf-8")
        assert text, f"{file} is empty"
        found = UNWANTED.search(text)
        if found:
            around = text[max(0, found.start() - 60):found.end() + 20]
            sys.exit(f"{os.fsdecode(file)}: {around!r}")
    print("clean")


def terminal(*command):
    pid, screen = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    received = b""
    while True:
        try:
            data = os.read(screen, 65536)
        except OSError:
            break
        if not data:
            break
        received += data
    os.waitpid(pid, 0)
    # The terminal itself makes two of a newline.
    sys.stdout.buffer.write(received.replace(b"\r\n", b"\n"))


def words(*arguments):
    for argument in arguments:
        print(argument.hex())


VERBS = {"serve": serve, "connect": connect, "bind": bind, "list": show,
         "hosts": hosts, "quietly": quietly, "log": log, "looked": looked,
         "clean": clean, "terminal": terminal, "words": words}
VERBS[sys.argv[1]](*[os.fsencode(a) for a in sys.argv[2:]])
