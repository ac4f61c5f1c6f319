#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# users.py - what a user may do with sockets, and by which rights.
#
#	users.py connect PATH...	users.py bind DIRECTORY...
#	users.py thread UID PATH...	connects in a thread with another fsuid
#	users.py setuid UID PATH...	becomes somebody else, then connects
#	users.py dumpable PATH...	asks to be undumpable, then connects
#	users.py port NUMBER, audit	what needs a capability
#
# Prints a line for each.
import ctypes
import os
import socket
import sys
import threading

PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4
SYS_setfsuid = 151 if os.uname().machine == "aarch64" else 122
NETLINK_AUDIT, AUDIT_NLGRP_READLOG = 9, 1
libc = ctypes.CDLL(None, use_errno=True)


def connect(paths):
    for path in paths:
        with socket.socket(socket.AF_UNIX) as sock:
            error = sock.connect_ex(path)
        print(os.path.basename(path) + ":",
              os.strerror(error) if error else "connected", flush=True)


def bind(directories):
    os.umask(0o27)
    for directory in directories:
        path = directory + "/mine"
        with socket.socket(socket.AF_UNIX) as sock:
            try:
                sock.bind(path)
                sock.listen()
                st = os.lstat(path)
                print("bound: %o %d:%d" % (st.st_mode, st.st_uid, st.st_gid))
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(path)
                os.unlink(path)
            except OSError as e:
                print("bind:", e.strerror)


def in_thread(uid, paths):
    def work():
        libc.syscall(SYS_setfsuid, uid)
        connect(paths)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    print("and the first thread:")
    connect(paths)


def dumpable(paths):
    print("asked:", libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
    connect(paths)


def bound(sock, address):
    try:
        sock.bind(address)
        print("bound")
    except OSError as e:
        print("bind:", e.strerror)


what, rest = sys.argv[1], sys.argv[2:]
if what == "connect":
    connect(rest)
elif what == "bind":
    bind(rest)
elif what == "thread":
    in_thread(int(rest[0]), rest[1:])
elif what == "setuid":
    os.setgid(int(rest[0]))
    os.setuid(int(rest[0]))
    print("dumpable:", libc.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0))
    connect(rest[1:])
elif what == "dumpable":
    dumpable(rest)
elif what == "port":
    bound(socket.socket(), ("127.0.0.1", int(rest[0])))
elif what == "audit":
    bound(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT),
          (0, AUDIT_NLGRP_READLOG))
