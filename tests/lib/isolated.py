#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What --network isolated is for: a program that talks to itself, and tries
to talk to others.

    isolated.py self            TCP, UDP, multicast, IPv4 and IPv6
    isolated.py reach KIND ...  one attempt to reach outside: tcp HOST PORT,
                                udp HOST PORT, abstract NAME, path PATH
    isolated.py judge           servers outside; prints their addresses, and
                                what reaches them
"""
import os
import select
import socket
import sys
import threading

FAMILIES = {"127.0.0.1": socket.AF_INET, "::1": socket.AF_INET6}


def echo_once(listener):
    connection, _ = listener.accept()
    with connection:
        connection.sendall(connection.recv(100).upper())


def tcp(host):
    with socket.socket(FAMILIES[host]) as listener:
        listener.bind((host, 0))
        listener.listen()
        threading.Thread(target=echo_once, args=(listener,)).start()
        with socket.create_connection(listener.getsockname()[:2], 5) as s:
            s.sendall(b"tcp")
            return s.recv(100) == b"TCP"


def udp(host):
    with socket.socket(FAMILIES[host], socket.SOCK_DGRAM) as a, \
            socket.socket(FAMILIES[host], socket.SOCK_DGRAM) as b:
        a.bind((host, 0))
        a.settimeout(5)
        b.sendto(b"udp", a.getsockname()[:2])
        return a.recv(100) == b"udp"


def to_itself():
    for host in FAMILIES:
        print("tcp", host, tcp(host))
        print("udp", host, udp(host))
    print([name for _, name in socket.if_nameindex()])
    with socket.create_server(("", 0)) as s:
        print("any", s.getsockname()[1] > 0)


def reach(kind, *where):
    if kind in ("tcp", "udp"):
        family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
        address = (where[0], int(where[1]))
    else:
        family = socket.AF_UNIX
        address = "\0" + where[0] if kind == "abstract" else where[0]
    with socket.socket(family, socket.SOCK_DGRAM if kind == "udp"
                       else socket.SOCK_STREAM) as s:
        s.settimeout(5)
        if kind == "udp":
            s.sendto(b"from inside", address)
        else:
            s.connect(address)
    print("sent")


def judge(name):
    servers = {}
    for host, family in FAMILIES.items():
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            s = socket.socket(family, kind)
            s.bind((host, 0))
            servers[s] = f"{kind.name} {host}"
    s = socket.socket(socket.AF_UNIX)
    s.bind("\0" + name)
    servers[s] = "abstract"
    ports = [s.getsockname()[1] for s in servers if s.family != socket.AF_UNIX]
    for s in servers:
        if s.type == socket.SOCK_STREAM:
            s.listen()
    print("ready", *ports, flush=True)
    while True:
        for s in select.select(list(servers), [], [])[0]:
            if s.type == socket.SOCK_STREAM:
                s.accept()[0].close()
            else:
                s.recv(100)
            print("reached", servers[s], flush=True)


if sys.argv[1] == "self":
    to_itself()
elif sys.argv[1] == "judge":
    judge(sys.argv[2])
else:
    try:
        reach(*sys.argv[2:])
    except OSError as e:
        print(e.strerror or e, flush=True)
        os._exit(1)
