#!/bin/bash
# SPDX-License-Identifier: MIT
# isolated.t - --network isolated: a loopback of one's own, and nothing else.
source "$(dirname "$0")/../lib/tap.sh"
need ip

program=$root/tests/lib/isolated.py
isolated() {
	sbx --network isolated "$@"
}

name=sbx-judge-$$
start_server judge "$python" "$program" judge "$name"
wait_for 10 grep -q ^ready "$T/judge.log" || bail "no judge"
read -r _ tcp4 udp4 tcp6 udp6 <"$T/judge.log"
outside=(
	"tcp 127.0.0.1 $tcp4" "tcp ::1 $tcp6" "tcp ::ffff:127.0.0.1 $tcp4"
	"tcp 0.0.0.0 $tcp4" "udp 127.0.0.1 $udp4" "udp ::1 $udp6"
	"abstract $name"
)

reached() {
	grep -c ^reached "$T/judge.log"
}

# ---- programs that talk to themselves -------------------------------------
to_itself() {
	local want

	run "$python" "$program" self
	want=$(sed "s/^\[.*/['lo']/" <<<"$out")
	isolated -- "$python" "$program" self
	is "$out,$err,$rc" "$want,,0" "TCP, UDP, IPv4, IPv6 within ($mode)"
	# Two commands have nothing to do with each other.
	isolated -- "$sbx_run" --help
	is "$rc" 0 "sbx-run within ($mode)"
}

# ---- the host, its abstract sockets, the world ----------------------------
unreached() {
	local target before

	for target in "${outside[@]}"; do
		before=$(reached)
		# shellcheck disable=SC2086
		run "$python" "$program" reach $target
		is "$out" sent "without sbx: $target ($mode)"
		wait_for 5 test "$(reached)" -gt "$before"
		ok "... and it arrives" test "$(reached)" -gt "$before"
		before=$(reached)
		# shellcheck disable=SC2086
		isolated --allow-unix-socket '@*' -- \
			"$python" "$program" reach $target
		sleep 0.1
		is "$(reached)" "$before" "isolated: $target ($mode)"
		like "$out" '^Connection refused|^sent' "... as if nobody were there"
	done
	isolated -- "$python" "$program" reach tcp 192.0.2.1 443
	is "$out,$rc" "Network is unreachable,1" "the world ($mode)"
	like "$err" 'connect tcp 192.0.2.1:443 -- allow with' \
		"... says so ($mode)"
}

# ---- what is granted all the same -----------------------------------------
granted() {
	isolated --allow-unix-socket "$T/ok" -- "$lib/cli" "$T/ok"
	is "$rc" 0 "a granted socket works ($mode)"
	isolated -- "$lib/cli" "$T/ok"
	refused "another socket ($mode)" "connect unix:$T/ok"
	isolated --allow-all-unix-sockets -- "$lib/cli" "$T/ok"
	is "$rc,$err" "0," "--allow-all-unix-sockets ($mode)"
	isolated --private-sockets="$T/own.$user" -- "$python" -c "
import socket
for name in '$T/own.$user/s${shim[0]-}', '\0private':
    s = socket.socket(socket.AF_UNIX); s.bind(name); s.listen()
    c = socket.socket(socket.AF_UNIX); c.connect(name); s.accept()
    print('reached')"
	is "$out" $'reached\nreached' "private sockets ($mode)"
	# Files keep their rights; who owns them is told but for ourselves.
	isolated -- "$python" -c "
import os
print(os.getuid() == os.stat('$T/own.$user').st_uid, os.getuid())"
	is "$out" "True $(as_user "$user" id -u)" "own files are own ($mode)"
	isolated -- "$python" -c "
import socket
for family in socket.AF_VSOCK, socket.AF_PACKET, socket.AF_ALG:
    try: socket.socket(family, socket.SOCK_RAW); print('made')
    except OSError as e: print(e.errno)"
	is "$(tr -d '\n' <<<"$out")" 979797 "no other families ($mode)"
}

# ---- where it cannot be ---------------------------------------------------
cannot() {
	run "$lib/without" userns netns -- "$sbx_run" "${shim[@]}" \
		--network isolated -- touch "$T/ran"
	is "$rc" 125 "without namespaces: 125 ($mode)"
	like "$err" '^sbx-run: --network isolated: cannot make a network .*run it as root' \
		"... says why, and what helps ($mode)"
	is "$(wc -l <<<"$err")" 1 "... in one line ($mode)"
	run "$lib/without" ioctl -- "$sbx_run" "${shim[@]}" \
		--network isolated -- touch "$T/ran"
	is "$rc" 125 "without a loopback: 125 ($mode)"
	like "$err" 'cannot bring up the loopback interface' \
		"... says why ($mode)"
	ok "nothing ran ($mode)" test ! -e "$T/ran"
	run "$lib/without" userns -- "$sbx_run" "${shim[@]}" \
		--network isolated -- true
	is "$rc" "$( ((EUID)) || [[ $user == nobody ]] && echo 125 || echo 0)" \
		"only root needs no user namespace ($mode)"
}

conflicts() {
	local option

	isolated --allow-unix-socket @name -- true
	like "$err" 'notice: with --network isolated "@name" is a name inside' \
		"a granted abstract name: says where it is"
	for option in --allow-connect=127.0.0.1:1 --allow-listen=1 \
		--allow-udp=127.0.0.1:1; do
		isolated "$option" -- true
		is "$rc" 125 "$option: 125"
		like "$err" "exclude each other" "... says why"
	done
	isolated --backstop=none -- true
	is "$rc" 125 "--backstop=none: 125"
	exec 8<>/dev/null
	run "$python" -c "
import os, socket, subprocess, sys
s = socket.socket()
s.set_inheritable(True)
sys.exit(subprocess.call(['$sbx_run', '--network', 'isolated', '--', 'true'],
                         close_fds=False))"
	is "$rc" 125 "an inherited socket of the network outside: 125"
	like "$err" "belongs to the network outside" "... says why"
}

SERVER_USER=root start_server ok "$lib/srv" "$T/ok"
wait_for_socket "$T/ok"
chmod 777 "$T/ok"
for user in "${users[@]}"; do
	mkdir "$T/own.$user"
	((EUID)) || [[ $user == root ]] || chown 65534:65534 "$T/own.$user"
done

each_mode to_itself
each_mode unreached
each_mode granted
each_mode cannot
conflicts
done_testing
