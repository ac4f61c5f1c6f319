#!/bin/bash
# SPDX-License-Identifier: MIT
# landlock.t - tiers landlock and landlock-only: what the kernel enforces itself
source "$(dirname "$0")/../lib/tap.sh"

abi=$("$sbx_run" --check | sed -n 's/.*Landlock ABI //p')
old="needs Linux 7.1 (Landlock ABI 9), this is ABI $abi"

# A kernel that lacks it says so; nothing runs.
refuses() {
	local tier

	for tier in landlock landlock-only; do
		sbx "--backstop=$tier" -- touch "$T/ran"
		is "$rc" 125 "--backstop=$tier: 125 ($mode)"
		like "$err" "--backstop=$tier needs Landlock ABI 9" \
			"... says what is missing ($mode)"
		ok "... and runs nothing ($mode)" test ! -e "$T/ran"
	done
	sbx -q --allow-unix-connect "$T/dir" -- sh -c 'echo $SBX_TIER'
	is "$out" supervised "-q is supervised here ($mode)"
}

# client OPTION... -- PATH - connects; prints its own pid first
client() {
	local options=()

	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	sbx "${options[@]}" -- sh -c 'echo $$; exec "$@"' sh "$lib/cli" "$2"
	own=${out%%$'\n'*}
}

last_pid() {
	sed -n 's/^conn [0-9]* pid \([0-9]*\) .*/\1/p' "$T/$1.log" | tail -n 1
}

# The server sees the client where the kernel enforces, else the supervisor.
seen_as_itself() {
	client --backstop=landlock --allow-unix-socket "$T/dir/ok" -- "$T/dir/ok"
	is "$rc" 0 "a granted socket ($mode)"
	is "$(last_pid ok)" "$own" "... sees the client ($mode)"
	client --backstop=auto --allow-unix-connect "$T/dir" -- "$T/dir/ok"
	is "$(last_pid ok)" "$own" "a granted directory: the same ($mode)"
	client --backstop=supervised --allow-unix-socket "$T/dir" -- "$T/dir/ok"
	is "$rc" 0 "supervised connects, too ($mode)"
	ok "... but as the supervisor ($mode)" test "$(last_pid ok)" != "$own"
	client --backstop=landlock --allow-unix-socket "$T/dir" \
		--deny-unix-socket "$T/dir/no" -- "$T/dir/ok"
	is "$rc" 0 "beside an exception: works ($mode)"
	ok "... performed by the supervisor ($mode)" \
		test "$(last_pid ok)" != "$own"
	client --backstop=landlock --allow-unix-socket "$T/dir" \
		--deny-unix-socket "$T/dir/no" -- "$T/dir/no"
	refused "the exception ($mode)" '/dir/no'
	client --backstop=landlock --allow-unix-socket "$T/dir/ok" -- \
		"$T/dir/no"
	refused "another socket ($mode)" '/dir/no -- allow with'
}

pidfd_server='
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
s.listen()
while True:
	c, _ = s.accept()
	pidfd = c.getsockopt(socket.SOL_SOCKET, 77)  # SO_PEERPIDFD
	with open("/proc/self/fdinfo/%d" % pidfd) as f:
		pid = [l.split()[1] for l in f if l.startswith("Pid:")][0]
	print("conn 1 pid", pid, "x", flush=True)
	c.sendall(b"pong")
	c.close()
'

dgram_server='
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
while True:
	print("data", s.recv(100), flush=True)
'

peer_pidfd() {
	client --allow-unix-socket "$T/dir/pidfd" -- "$T/dir/pidfd"
	is "$(last_pid pidfd)" "$own" "SO_PEERPIDFD is the client ($mode)"
}

# A server that restarts makes a new socket, of which the kernel knows nothing.
restarted() {
	local rounds

	start_server again "$lib/srv" "$T/dir/again"
	wait_for_socket "$T/dir/again"
	chmod 777 "$T/dir/again"
	rounds=$T/rounds.${#shim[@]}.$user
	as_user "$user" timeout -k 2 "$LIMIT" "$sbx_run" "${shim[@]}" \
		--allow-unix-socket "$T/dir/again" -- sh -c '
		for i in 1 2; do
			"$1" "$2"
			echo "$?"
			[ "$i" = 2 ] || { touch "$3.1"; until [ -e "$3.2" ]; do
				sleep 0.05; done; }
		done' sh "$lib/cli" "$T/dir/again" "$rounds" \
		>"$T/again.out" 2>&1 &
	local sandbox=$!
	wait_for 15 test -e "$rounds.1"
	stop_server "$pid"
	rm -f "$T/dir/again"
	start_server again2 "$lib/srv" "$T/dir/again"
	wait_for_socket "$T/dir/again"
	chmod 777 "$T/dir/again"
	touch "$rounds.2"
	chmod 666 "$rounds".*
	wait "$sandbox"
	is "$(tr '\n' ' ' <"$T/again.out")" 'pong 0 pong 0 ' \
		"a server that restarts is still reached ($mode)"
	stop_server "$pid"
	rm -f "$T/dir/again" "$rounds".*
}

# With 9 as its first argument, what it runs has the socket as descriptor 9.
dgram='
import os, socket, sys
if os.path.exists("/proc/self/fd/9"):
	s = socket.socket(fileno=9)
else:
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if sys.argv[1] == "9":
	os.dup2(s.fileno(), 9)
	os.set_inheritable(9, True)
	os.execv(sys.argv[2], sys.argv[2:])
for how in "sendto", "sendmsg", "connect":
	for path in sys.argv[1:]:
		try:
			if how == "sendto":
				s.sendto(b"x", path)
			elif how == "sendmsg":
				s.sendmsg([b"x"], [], 0, path)
			else:
				s.connect(path)
				s.send(b"x")
			print("sent", end=" ")
		except OSError as e:
			print(e.errno, end=" ")
'

datagrams() {
	sbx --allow-unix-socket "$T/dir" -- "$python" -c "$dgram" \
		"$T/dir/dgram" "$T/out/dgram"
	is "$out" 'sent 13 sent 13 sent 13 ' \
		"datagrams: the kernel looks at each address ($mode)"
	run "$python" -c "$dgram" 9 "$sbx_run" "${shim[@]}" \
		--allow-unix-socket "$T/dir" -- "$python" -c "$dgram" \
		"$T/dir/dgram" "$T/out/dgram"
	is "$out" 'sent 13 sent 13 sent 13 ' \
		"... of a socket from outside, too ($mode)"
}

alone() {
	sbx -q --allow-unix-connect "$T/dir" -- sh -c 'echo $SBX_TIER $PPID $$'
	# shellcheck disable=SC2086
	set -- $out
	is "${1-}" landlock-only "-q and a directory: no supervisor ($mode)"
	client --backstop=landlock-only --allow-unix-connect "$T/dir/ok" -- \
		"$T/dir/ok"
	is "$rc $(last_pid ok)" "0 $own" "landlock-only: granted ($mode)"
	client --backstop=landlock-only --allow-unix-connect "$T/dir/ok" -- \
		"$T/dir/no"
	ok "landlock-only: another is refused ($mode)" test "$rc" -ne 0
	like "$out$err" EACCES "... with EACCES ($mode)"
	((${#shim[@]})) || like "$err" 'sbx: denied: .*/dir/no -- allow with' \
		"... and the shim says why ($mode)"
	sbx --backstop=landlock-only -- "$lib/cli" "@sbx-$$-abstract"
	like "$out$err" "$([[ ${shim[*]} ]] && echo EPERM || echo ECONNREFUSED)" \
		"landlock-only: an abstract name of an outsider ($mode)"
	sbx --backstop=landlock-only --allow-unix-connect "$T/dir/ok" -- true
	is "$err" '' "nothing is said where nothing is refused ($mode)"
	sbx --backstop=landlock-only --allow-unix-connect "$T/dir/none" -- true
	is "$rc" 125 "landlock-only: no socket there: 125 ($mode)"
	like "$err" 'there is no socket yet' "... says why ($mode)"
	sbx --backstop=landlock-only -- "$python" -c '
import socket
for family in socket.AF_INET, socket.AF_INET6, socket.AF_VSOCK:
	for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
		try:
			socket.socket(family, kind)
			print("made", end=" ")
		except OSError as e:
			print(e.errno, end=" ")
try:
	socket.socket(socket.AF_UNIX).bind("\0sbx-some-name")
except OSError as e:
	print(e.errno)
print(socket.if_nameindex()[0][1])'
	is "$out" $'13 13 13 13 97 97 13\nlo' \
		"landlock-only: no IP, no bind; getifaddrs works ($mode)"
}

# Without a supervisor --explain has to know what the kernel says.
explained() {
	local dir=$T/explained.$user${shim[0]-}

	as_user "$user" mkdir "$dir"
	run "$python" "$root/tests/lib/explained.py" judge "$dir" 7 4 \
		"$sbx_run" --no-config "${shim[@]}" --backstop=landlock-only
	like "$out" "compared 96, allowed [1-9].*different 0" \
		"landlock-only: --explain says what is enforced ($mode)" ||
		diag "$err"
}

serves='
import os, socket
s = socket.create_server(("127.0.0.1", 0))
c = socket.create_connection(s.getsockname())
s.accept()[0].send(b"pong")
print(os.environ["SBX_TIER"], c.recv(9).decode())
'

# To refuse every bind would be to refuse those of IP.
serving() {
	local grant=(-q --allow-unix-connect "$T/dir")

	sbx "${grant[@]}" --network full --unix-sockets=allowlist -- \
		"$python" -c "$serves"
	is "$out" 'landlock pong' "-q --network full: a server of IP ($mode)"
	unshare -Urn true 2>/dev/null || return 0
	sbx "${grant[@]}" --network isolated -- "$python" -c "$serves"
	is "$out" 'landlock-only pong' "... --network isolated, too ($mode)"
}

inside='
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
c = socket.socket(socket.AF_UNIX)
c.connect(sys.argv[1])
a, _ = s.accept()
print(os.getpid() == int.from_bytes(
	a.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], "little"))
os.unlink(sys.argv[1])
'

bound_inside() {
	sbx --allow-unix-bind "$T/dir" -- "$python" -c "$inside" "$T/dir/own"
	is "$out" True "bound inside, reached as itself ($mode)"
	sbx --backstop=landlock-only --allow-unix-bind "$T/dir" -- "$python" \
		-c "$inside" "$T/dir/own"
	is "$out" True "... without a supervisor, too ($mode)"
}

mkdir "$T/dir" "$T/out"
chmod 777 "$T" "$T/dir" "$T/out"
if ((abi < 9)); then
	each_mode refuses
	skip_kernel "$old"
	done_testing
fi
start_server ok "$lib/srv" "$T/dir/ok"
start_server no "$lib/srv" "$T/dir/no"
start_server dgram "$python" -c "$dgram_server" "$T/dir/dgram"
start_server out "$python" -c "$dgram_server" "$T/out/dgram"
start_server pidfd "$python" -c "$pidfd_server" "$T/dir/pidfd"
start_server abstract "$lib/srv" "@sbx-$$-abstract"
wait_for_socket "$T/dir/ok"
wait_for_socket "$T/dir/no"
wait_for_socket "@sbx-$$-abstract"
wait_for_socket "$T/dir/pidfd" 60
wait_for 60 test -S "$T/dir/dgram" -a -S "$T/out/dgram"
chmod 777 "$T"/dir/* "$T"/out/*

each_mode seen_as_itself
each_mode peer_pidfd
each_mode restarted
each_mode datagrams
each_mode alone
each_mode explained
each_mode serving
each_mode bound_inside
is "$(seen no)" 0 "the server that was not granted saw nobody"
is "$(seen abstract)" 0 "nor did the one with an abstract name"
is "$(seen out ^data)" 0 "nor did the datagram server"
ok "the granted datagram server did" test "$(seen dgram ^data)" -gt 0
done_testing
