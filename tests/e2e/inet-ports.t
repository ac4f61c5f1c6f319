#!/bin/bash
# SPDX-License-Identifier: MIT
# inet-ports.t - to be reached where nothing was granted: at the port of others
# who share it, by UDP.
source "$(dirname "$0")/../lib/tap.sh"

# ---- options that share a port --------------------------------------------
# What UDP may not have, it is told that it has.
share='import socket
def share(*kind):
    with socket.socket(*kind) as sock:
        for option in socket.SO_REUSEADDR, socket.SO_REUSEPORT:
            sock.setsockopt(socket.SOL_SOCKET, option, 1)
            print(sock.getsockopt(socket.SOL_SOCKET, option), end="")
for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
    share(socket.AF_INET, kind)
    share(socket.AF_INET6, kind)
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for value in b"", b"abc":
    try: sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, value)
    except OSError as e: print("", e.errno, end="")'
options() {
	run "$python" -c "$share"
	is "$out,$rc" '11111111 22 22,0' "ports are shared without sbx, $user"
	sbx --allow-udp 127.0.0.1:53 -- "$python" -c "$share"
	is "$out,$rc" '11110000 22 22,0' "... but by UDP inside, $mode"
	unlike "$err" denied "... which nobody is told, $mode"
	sbx --network isolated -- "$python" -c "$share"
	is "$out,$rc" '11111111 22 22,0' \
		"... but in a network of its own, $mode"
}
each_mode options
done_testing
