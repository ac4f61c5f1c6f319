#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""bystander.py - servers that nobody should reach, and who tries to.

    bystander.py serve TARGET...    says "conn TARGET" for each that came
    bystander.py knock TARGET...    says "TARGET VERDICT" for each

TARGET is a path, @NAME, ADDR:PORT, or one of them after "bind ".
"""

import errno
import os
import socket
import sys
import threading


def parse(target):
    if target.startswith("@"):
        return socket.AF_UNIX, "\0" + target[1:]
    if target.startswith("/"):
        return socket.AF_UNIX, target
    address, port = target.rsplit(":", 1)
    return (socket.AF_INET6 if ":" in address else socket.AF_INET,
            (address.strip("[]"), int(port)))


def listen(target):
    family, address = parse(target)
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(64)
    return listener


def serve(targets):
    def accept(target, listener):
        while True:
            client, _ = listener.accept()
            os.write(1, f"conn {target}\n".encode())
            client.recv(16)
            client.close()
    for target in targets:
        listener = listen(target)
        if target.startswith("/"):
            os.chmod(target, 0o777)
        threading.Thread(target=accept, args=(target, listener)).start()
    print("ready", flush=True)


def knock(target):
    try:
        if target.startswith("bind "):
            listen(target[5:]).close()
            return "bound"
        family, address = parse(target)
        client = socket.socket(family)
        client.settimeout(10)
        client.connect(address)
        client.sendall(b"knock\n")
        client.recv(1)
        return "reached"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


if sys.argv[1] == "serve":
    serve(sys.argv[2:])
else:
    for name in sys.argv[2:]:
        print(name, knock(name))
