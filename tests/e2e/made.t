#!/bin/bash
# SPDX-License-Identifier: MIT
# made.t - without pidfd_getfd the supervisor makes the sockets: no difference
source "$(dirname "$0")/../lib/tap.sh"
need "$python"

# What simulates the machine, for tests that know nothing of it.
simulate() {
	SBX_RUN=$T/$1
	printf '#!/bin/sh\nexec "%s" %s -- "%s" "$@"\n' "$lib/without" "$1" \
		"$SBX_BUILD/sbx-run" >"$SBX_RUN"
	chmod 755 "$SBX_RUN"
}

judge=$SBX_BUILD/tests/attacks/judge
made=$root/tests/lib/made.py
same=(dup2 fork passed threads table seqpacket retried twice flags closed
	deaf bound listens pair execute)

simulate getfd
export SBX_RUN
sbx_run=$SBX_RUN
mkdir "$T/dir"
chmod 777 "$T" "$T/dir"
start_server ok "$lib/srv" "$T/dir/ok"
start_server no "$lib/srv" "$T/dir/no"
wait_for_socket "$T/dir/ok"
wait_for_socket "$T/dir/no"
chmod 777 "$T/dir/ok" "$T/dir/no"

fresh() {
	rm -rf "$T/dir/in"
	mkdir -m 777 "$T/dir/in"
}

# Every use of a socket, compared with the same use outside.
uses() {
	local outside

	fresh
	run "$made" "$T/dir" "${same[@]}"
	outside=$out
	like "$outside" 'table: pong.*fd: pong' "the uses without sbx, $mode"
	fresh
	sbx --allow-unix-socket "$T/dir/in" --allow-unix-socket "$T/dir/ok" \
		-- "$made" "$T/dir" "${same[@]}"
	is "$(diff <(echo "$outside") <(echo "$out"))" "" \
		"$mode: the same inside"
	is "$err" "" "$mode: and nothing was refused"

	sbx --allow-unix-bind '@sbx-made-*' -- "$made" "$T/dir" name
	is "$out" "name: free again" "$mode: a name is free after a while"

	(($(ulimit -Hn) >= 4096)) || return
	sbx --allow-unix-socket "$T/dir/ok" -- "$made" "$T/dir" many
	is "$out" "many: Permission denied, last: pong" \
		"$mode: of too many sockets the oldest are refused"
	like "$err" 'was not made by the supervisor' "... and it says why"
}

# From outside: what is listening may go on, what could connect may not.
inherited() {
	local fds='import os, socket, sys
s = socket.socket(socket.AF_UNIX)
if sys.argv[1] == "listen":
    s.bind(sys.argv[2] + "/in/outside")
    s.listen()
os.dup2(s.fileno(), 9)
os.execv(sys.argv[3], sys.argv[3:])'

	fresh
	run "$python" -c "$fds" listen "$T/dir" "$sbx_run" "${shim[@]}" -- \
		"$made" "$T/dir" fd9
	is "$out" "fd: None" "$mode: an inherited server may listen again"
	run "$python" -c "$fds" fresh "$T/dir" "$sbx_run" "${shim[@]}" \
		--allow-unix-socket "$T/dir/ok" -- "$made" "$T/dir" fd9
	is "$out" "fd: Permission denied" \
		"$mode: an inherited unconnected socket is refused"
	like "$err" 'was not made by the supervisor' "... and it says why"
}

policies() {
	sbx -- "$made" "$T/dir" refused tcp
	is "$out" $'refused: Permission denied\ntcp: Permission denied' \
		"$mode: what is not granted is refused"
	like "$err" 'connect unix:.*/dir/no .*connect tcp 127.0.0.1:9 ' \
		"... by name"
	sbx --allow-all-unix-sockets -- "$made" "$T/dir" dup2 pair tcp
	is "$out" $'dup2: pong\npair: Transport endpoint is already connected
tcp: Permission denied' "$mode: all AF_UNIX sockets, and no TCP"
	sbx --network full --unix-sockets=allowlist -- "$made" "$T/dir" \
		refused tcp
	is "$out" $'refused: Permission denied\ntcp: Connection refused' \
		"$mode: TCP, and no AF_UNIX socket"
	sbx --backstop=supervised -- "$python" -c 'import socket
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)'
	like "$err" 'socket unix dgram: datagram sockets are withheld' \
		"$mode: datagrams are withheld"
}

each_mode uses
each_mode inherited
each_mode policies
is "$(seen no)" 0 "the server that was not granted saw nobody"

# Whole tests, and the attacks that turn on descriptors.
whole() {
	bash "$root/tests/e2e/$1.t" >"$T/$1.out" 2>&1 && return
	diag "$(grep -A 9 'not ok' "$T/$1.out")"
	return 1
}

for name in errno bind; do
	ok "$name.t passes" whole "$name"
done

attacks=(passed-socket inherited-stream unshared-files race-path race-fd-pair
	race-fd-and-path race-fd-process race-listen no-descriptors)
if [[ -x $judge ]]; then
	become nobody
	for name in "${attacks[@]}"; do
		# A slow machine tries a race too seldom to count.
		like "$("${become[@]}" "$judge" -s "$SBX_RUN" "$name" 2>&1)" \
			'^refused|^broken: only [0-9]+ tries' "$name"
	done
else
	skip_or_fail "no $judge"
fi
done_testing
