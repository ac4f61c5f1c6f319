#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""recorder.py PATH - a journal, or a system log, that only writes down.

One JSON object a line for each datagram: the fields of the journal's native
protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL), or {"TEXT": ...} if it is none;
"_SEALED" tells that it came as a sealed file.  While PATH.stop exists, nothing
is received.
"""
import array
import fcntl
import json
import os
import socket
import struct
import sys
import time

F_GET_SEALS = 1034
ALL_SEALS = 0xf  # SEAL, SHRINK, GROW, WRITE


def fields_of(data):
    fields = {}
    while data:
        line, _, rest = data.partition(b"\n")
        key, equals, value = line.partition(b"=")
        if not equals:
            size = struct.unpack("<Q", rest[:8])[0]
            value, rest = rest[8:8 + size], rest[8 + size + 1:]
        name = key.decode()
        if not name.isascii() or not name.replace("_", "A").isalnum() or \
                not name.isupper():
            raise ValueError(name)
        fields[name] = value.decode()
        data = rest
    return fields


def receive(server):
    data, control, _, _ = server.recvmsg(1 << 20, 64)
    sealed = False
    for level, kind, payload in control:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fd = array.array("i", payload)[0]
            sealed = fcntl.fcntl(fd, F_GET_SEALS) == ALL_SEALS
            with open(fd, "rb") as file:
                file.seek(0)
                data = file.read()
    try:
        fields = fields_of(data)
    except (ValueError, struct.error):
        fields = {"TEXT": data.decode()}
    if sealed:
        fields["_SEALED"] = True
    return fields


path = sys.argv[1]
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(path)
os.chmod(path, 0o666)
print(json.dumps({"READY": True}), flush=True)
while True:
    while os.path.exists(path + ".stop"):
        time.sleep(0.02)
    print(json.dumps(receive(server)), flush=True)
