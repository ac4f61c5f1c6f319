#!/bin/bash
# SPDX-License-Identifier: MIT
# inet-ports.t - to be reached where nothing was granted: at the port of others
# who share it, by UDP, and by a socket of another family from outside.
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

# ---- AF_VSOCK from outside ------------------------------------------------
# outer bound|listens COMMAND... - runs it with such a socket as 9
outer='import os, socket, sys
sock = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
sock.bind((socket.VMADDR_CID_ANY, socket.VMADDR_PORT_ANY))
if sys.argv[1] == "listens": sock.listen(1)
os.dup2(sock.fileno(), 9)
os.execvp(sys.argv[2], sys.argv[2:])'
inner='import socket
sock = socket.socket(fileno=9)
try: sock.listen(1)
except OSError as e: print(e.errno, end=" ")
print(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))'
vsock() {
	local in=("$sbx_run" "${shim[@]}")

	run "$python" -c "$outer" bound "$python" -c "$inner"
	if [[ $out,$rc != 1,0 ]]; then
		skip_or_fail "no AF_VSOCK: ${err##*$'\n'}"
		return
	fi
	for options in '' '--allow-connect 127.0.0.1:1'; do
		# shellcheck disable=SC2086 # words
		run "$python" -c "$outer" bound "${in[@]}" $options -- \
			"$python" -c "$inner"
		is "$out,$rc" '13 0,0' "vsock does not listen $options, $mode"
		like "$err" 'denied: .* listen ' "... which is told, $mode"
		# shellcheck disable=SC2086
		run "$python" -c "$outer" listens "${in[@]}" $options -- \
			"$python" -c "$inner"
		is "$out,$rc" '1,0' \
			"... but if it did before $options, $mode"
	done
}
each_mode vsock
done_testing
