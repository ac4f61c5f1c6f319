#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Messages on sockets other than AF_UNIX, one line for each.

    send_families.py none|full

With "none" only what exists without an IP network.
"""
import socket
import struct
import sys

UDP_SEGMENT = 103
SO_MARK = 36
SO_ZEROCOPY = 60
MSG_ZEROCOPY = 0x4000000
MSG_FASTOPEN = 0x20000000


def say(what, call):
    try:
        print(f"{what}: {call()}")
    except OSError as e:
        print(f"{what}: errno {e.errno}")


def netlink():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    sock.bind((0, 0))
    dump = struct.pack("IHHIIB3x", 20, 18, 0x301, 1, 0, 0)  # RTM_GETLINK
    sock.sendmsg([dump], [], 0, (0, 0))
    say("netlink", lambda: len(sock.recv(65536)) > 100)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", 1))]
    say("netlink, descriptors", lambda: sock.sendmsg([dump], rights, 0, (0, 0)))
    say("interfaces", lambda: len(socket.if_nameindex()) > 0)


def udp():
    there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    there.bind(("127.0.0.1", 0))
    there.settimeout(3)
    here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    name = there.getsockname()
    index = socket.if_nametoindex("lo")
    info = struct.pack("i4s4s", index, socket.inet_aton("127.0.0.1"), b"\0" * 4)

    def send(data, control):
        return here.sendmsg([data], control, 0, name)

    say("sendto", lambda: (here.sendto(b"to", name), there.recv(10)))
    say("IP_PKTINFO", lambda: (send(b"pkt", [(0, 8, info)]), there.recv(10)))
    size = [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("H", 1000))]
    say("UDP_SEGMENT", lambda: (send(b"a" * 2500, size),
                                [len(there.recv(5000)) for _ in range(3)]))
    mark = [(socket.SOL_SOCKET, SO_MARK, struct.pack("I", 5))]
    say("SO_MARK", lambda: send(b"m", mark))
    say("too large", lambda: send(b"a" * 70000, []))


def tcp():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    client = socket.socket()
    client.connect(listener.getsockname())
    server, _ = listener.accept()

    def stream():
        sent = client.sendmsg([b"q" * 100000])
        got = 0
        while got < sent:
            got += len(server.recv(65536))
        return got

    say("stream", stream)
    client.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
    say("MSG_ZEROCOPY", lambda: client.sendmsg([b"z"], [], MSG_ZEROCOPY))
    fast = socket.socket()
    say("MSG_FASTOPEN", lambda: (
        fast.sendto(b"fast", MSG_FASTOPEN, listener.getsockname()),
        listener.accept()[0].recv(10)))


netlink()
if sys.argv[1] == "full":
    udp()
    tcp()
