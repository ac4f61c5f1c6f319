#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""npm_registry.py PORT - a registry of one package, "tiny-thing", on loopback.

Says "conn" for each request.
"""

import base64
import hashlib
import http.server
import io
import json
import sys
import tarfile

MANIFEST = {"name": "tiny-thing", "version": "1.0.0", "main": "index.js"}


def pack():
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name, text in (("package.json", json.dumps(MANIFEST)),
                           ("index.js", "module.exports = 'tiny'\n")):
            info = tarfile.TarInfo("package/" + name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return data.getvalue()


TARBALL = pack()
INTEGRITY = "sha512-" + base64.b64encode(
    hashlib.sha512(TARBALL).digest()).decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        print("conn", self.requestline, flush=True)

    def do_GET(self):
        if self.path.endswith(".tgz"):
            self.answer(200, TARBALL)
        elif self.path == "/tiny-thing":
            url = f"http://{self.headers['Host']}/tiny-thing-1.0.0.tgz"
            version = dict(MANIFEST, dist={"tarball": url,
                                           "integrity": INTEGRITY})
            self.answer(200, json.dumps({
                "name": "tiny-thing", "dist-tags": {"latest": "1.0.0"},
                "versions": {"1.0.0": version}}).encode())
        else:
            self.answer(404, b"{}")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])),
                                Handler).serve_forever()
