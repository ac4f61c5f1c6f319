#!/bin/bash
# SPDX-License-Identifier: MIT
# credentials.t - run by root, processes that have become somebody else are
# served and seen as what they are.
source "$(dirname "$0")/../lib/tap.sh"
((EUID)) && { echo "1..0 # SKIP not root"; exit 0; }
need setpriv unshare

mkdir "$T/run"
chmod 755 "$T/run"
SERVER_USER=root start_server srv "$lib/srv" "$T/run/srv"
SERVER_USER=root start_server abstract "$lib/srv" "@sbx-cred-$$"
wait_for_socket "$T/run/srv"
wait_for_socket "@sbx-cred-$$"
chmod 777 "$T/run/srv"
mkdir -m 777 "$T/run/bind"

# Becomes a user and connects, without executing a program in between.
become_py='import os, socket, sys
uid, gid, name, *more = sys.argv[1:]
os.setgroups([int(g) for g in more])
os.setresgid(*[int(gid)] * 3)
os.setresuid(*[int(uid)] * 3)
s = socket.socket(socket.AF_UNIX)
try:
    s.connect("\0" + name[1:] if name[0] == "@" else name)
    s.send(b"ping")
    print(s.recv(9).decode())
except OSError as e:
    print(e.strerror)'
bind_py='import os, socket, sys
os.setgroups([])
os.setresgid(5, 5, 5)
os.setresuid(65534, 65534, 65534)
os.umask(0o27)
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
st = os.stat(sys.argv[1])
c = socket.socket(socket.AF_UNIX)
c.connect(sys.argv[1])
print(st.st_uid, st.st_gid, oct(st.st_mode & 0o777))
os.unlink(sys.argv[1])'

# peer NAME - who the server says that its last client was
peer() {
	grep '^conn' "$T/$1.log" | tail -n 1 | cut -d' ' -f5-
}

# by TEXT WANT COMMAND... - outside and inside: the answer and the peer
by() {
	local text=$1 want=$2 inside

	shift 2
	for inside in outside inside; do
		if [[ $inside == outside ]]; then
			run "$@"
		else
			sbx --allow-unix-socket "$T/run" \
				--allow-unix-socket "@sbx-cred-$$" -- "$@"
		fi
		is "$out$err" pong "$text is served, $inside, $mode"
		is "$(peer srv)" "$want" "... as who it is, $inside, $mode"
	done
}

each() {
	by root "uid 0 gid 0" "$lib/cli" "$T/run/srv"
	by "another user" "uid 65534 gid 65534" \
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$lib/cli" "$T/run/srv"
	by "another user without a new program" "uid 65534 gid 5" \
		"$python" -c "$become_py" 65534 5 "$T/run/srv"
	by "another user with groups" "uid 65534 gid 5" \
		"$python" -c "$become_py" 65534 5 "$T/run/srv" 6 7 8
	by "root of another group" "uid 0 gid 5" \
		setpriv --regid=5 --clear-groups "$lib/cli" "$T/run/srv"
	by "root without capabilities" "uid 0 gid 0" \
		setpriv --bounding-set=-all --inh-caps=-all "$lib/cli" \
		"$T/run/srv"
	by "root of a namespace" "uid 0 gid 0" unshare -r "$lib/cli" "$T/run/srv"

	sbx --allow-unix-socket "@sbx-cred-$$" -- "$python" -c "$become_py" \
		65534 5 "@sbx-cred-$$"
	is "$out" pong "an abstract name, too, $mode"
	is "$(peer abstract)" "uid 65534 gid 5" "... as who it is, $mode"

	chmod 750 "$T/run"
	chown 0:6 "$T/run"
	sbx --allow-unix-socket "$T/run" -- "$python" -c "$become_py" 65534 5 \
		"$T/run/srv" 6
	is "$out" pong "a member of the group gets through, $mode"
	sbx --allow-unix-socket "$T/run" -- "$python" -c "$become_py" 65534 5 \
		"$T/run/srv" 7
	is "$out" "Permission denied" "others do not, $mode"
	chmod 755 "$T/run"

	run "$python" -c "$bind_py" "$T/run/bind/s"
	is "$out" "65534 5 0o750" "outside: owner and mode of a bound socket"
	sbx --allow-unix-socket "$T/run" -- "$python" -c "$bind_py" \
		"$T/run/bind/s"
	is "$out" "65534 5 0o750" "inside: the same, $mode"
}
shim=() mode=shim
each
shim=(--no-shim) mode="no shim"
each
done_testing
