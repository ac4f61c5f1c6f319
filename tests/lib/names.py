# SPDX-License-Identifier: MIT
"""names.py - a name server at 127.0.0.1:53, UDP and TCP, and two web servers.

api.test and big.test are 127.0.0.9, v6.test is ::1, all else does not exist.
What listens at 127.0.0.9:8080 and [::1]:8080 answers pong; 127.0.0.1:3128 is a
proxy, which answers "pong by proxy".  Each query and connection is a line.
"""
import socket
import struct
import threading

A, AAAA = 1, 28
HOSTS = {
    "api.test": {A: [socket.inet_pton(socket.AF_INET, "127.0.0.9")]},
    "v6.test": {AAAA: [socket.inet_pton(socket.AF_INET6, "::1")]},
    # Two addresses, which libc wants to sort.
    "big.test": {A: [socket.inet_pton(socket.AF_INET, "127.0.0.9"),
                     socket.inet_pton(socket.AF_INET, "127.0.0.10")]},
}


def answer(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    kind = struct.unpack("!H", query[at + 1:at + 3])[0]
    name = ".".join(labels).lower()
    print("query", name, flush=True)
    found = HOSTS.get(name, {}).get(kind, [])
    code = 0 if name in HOSTS else 3  # NXDOMAIN
    records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(ip))
                       + ip for ip in found)
    return (query[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, len(found), 0,
                                    0) + query[12:at + 5] + records)


def serve_udp():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    while True:
        query, peer = server.recvfrom(4096)
        server.sendto(answer(query), peer)


def listen(family, address, port, each):
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(64)

    def loop():
        while True:
            client = server.accept()[0]
            try:
                each(client)
            except OSError:
                pass
            client.close()

    threading.Thread(target=loop, daemon=True).start()


def serve_tcp(client):
    client.settimeout(5)
    stream = client.makefile("rwb")
    while size := stream.read(2):
        reply = answer(stream.read(struct.unpack("!H", size)[0]))
        stream.write(struct.pack("!H", len(reply)) + reply)
        stream.flush()


def web(body):
    def each(client):
        print("conn", body.decode(), flush=True)
        client.settimeout(5)
        client.recv(4096)
        client.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"
                       + body)
    return each


listen(socket.AF_INET, "127.0.0.1", 53, serve_tcp)
listen(socket.AF_INET, "127.0.0.9", 8080, web(b"pong"))
listen(socket.AF_INET6, "::1", 8080, web(b"pong"))
listen(socket.AF_INET, "127.0.0.1", 3128, web(b"pong by proxy"))
print("ready", flush=True)
serve_udp()
