#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docker_api.py SOCKET - as much of a Docker daemon as `docker ps` needs.

Says "conn" for each connection and the line of each request.
"""

import json
import os
import socketserver
import sys

CONTAINER = [{
    "Id": "0123456789ab" * 5 + "0123", "Image": "image", "Command": "sleep",
    "Created": 0, "Ports": [], "State": "running", "Status": "Up",
    "Names": ["/its-container"], "Labels": {},
}]
VERSION = {"Version": "99.0", "ApiVersion": "1.41", "MinAPIVersion": "1.12",
           "Os": "linux", "Arch": "amd64"}


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        print("conn", flush=True)
        while line := self.rfile.readline():
            print(line.decode().strip(), flush=True)
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            self.answer(*line.decode().split()[:2])

    def answer(self, method, path):
        body = b"OK"
        if path.endswith("/version"):
            body = json.dumps(VERSION).encode()
        elif "/containers/json" in path:
            body = json.dumps(CONTAINER).encode()
        head = ("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\n"
                "Content-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n")
        self.wfile.write(head.encode() + (b"" if method == "HEAD" else body))


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


server = Server(sys.argv[1], Handler)
os.chmod(sys.argv[1], 0o777)
server.serve_forever()
