#!/bin/bash
# SPDX-License-Identifier: MIT
# redis.t - a real redis: granted answers, not granted is refused and unseen.
source "$(dirname "$0")/../lib/tap.sh"
need redis-server redis-cli

private_dir run
s=$T/run/redis.sock
start_server redis redis-server --port 0 --unixsocket "$s" \
	--unixsocketperm 777 --save '' --dir "$T/run" --loglevel verbose
wait_for_socket "$s"

received() {
	seen redis 'Accepted connection to'
}
run redis-cli -s "$s" ping
is "$out,$(received)" PONG,1 "without sbx: PONG, and the server counts it"

each() {
	local before

	sbx --allow-unix-socket "$s" -- redis-cli -s "$s" ping
	is "$out,$err,$rc" PONG,,0 "granted, $mode: PONG"
	sbx --allow-unix-connect "$s" -- redis-cli -s "$s" ping
	is "$out,$err,$rc" PONG,,0 "granted to connect, $mode: PONG"
	sbx --allow-unix-socket "$T/run" -- redis-cli -s "$s" ping
	is "$out,$err,$rc" PONG,,0 "directory granted, $mode: PONG"

	before=$(received)
	sbx -- redis-cli -s "$s" set stolen "$mode"
	refused "not granted, $mode" "Permission denied" \
		"connect unix:$s -- allow with --allow-unix-socket $s"
	sbx --allow-unix-socket "$T/run/redis" -- redis-cli -s "$s" ping
	refused "another path granted, $mode"
	sbx --allow-unix-bind "$s" -- redis-cli -s "$s" ping
	refused "only bind granted, $mode"
	sbx --allow-unix-socket "$T/run" --deny-unix-socket "$s" -- \
		redis-cli -s "$s" ping
	refused "denied within a granted directory, $mode"
	is "$(received)" "$before" "refused, $mode: the server saw nothing"

	sbx --network full -- redis-cli -s "$s" ping
	is "$out,$rc" PONG,0 "--network full, $mode: untouched"
	sbx --allow-all-unix-sockets -- redis-cli -s "$s" ping
	is "$out,$rc" PONG,0 "--allow-all-unix-sockets, $mode: PONG"
	before=$(received)
	sbx --network full --unix-sockets=allowlist -- redis-cli -s "$s" ping
	refused "--network full --unix-sockets=allowlist, $mode"
	is "$(received)" "$before" "allowlist, $mode: the server saw nothing"
}
each_mode each
is "$(redis-cli -s "$s" get stolen)" "" "nothing was written by the refused"

# The granted name outlives its server: a restart makes a new socket.
mkfifo "$T/again"
chmod 666 "$T/again"
(
	read -r _ <"$T/again"
	redis-cli -s "$s" shutdown nosave
) &
(
	wait_for 10 test ! -e "$s"
	as_user nobody redis-server --port 0 --unixsocket "$s" \
		--unixsocketperm 777 --save '' --dir "$T/run" --daemonize yes \
		--pidfile "$T/run/pid" >/dev/null
) &
sbx --allow-unix-socket "$s" -- sh -c "
	run() { redis-cli -s $s info server 2>/dev/null | grep ^run_id; }
	first=\$(run)
	echo >$T/again
	until now=\$(run) && [ \"\$now\" != \"\$first\" ]; do sleep 0.1; done
	redis-cli -s $s ping"
is "$out" PONG "a granted name survives a restart of its server"
wait_for 5 test -s "$T/run/pid" && tap_pids+=("$(<"$T/run/pid")")

# A server inside the sandbox, its clients outside.
inside() {
	local d=$T/in.$user${shim[0]+.noshim} sbx_pid

	private_dir "${d##*/}"
	SERVER_USER=$user start_server inside "$sbx_run" "${shim[@]}" \
		--allow-unix-bind "$d/in.sock" -- redis-server --port 0 \
		--unixsocket "$d/in.sock" --unixsocketperm 777 --save '' \
		--dir "$d"
	sbx_pid=$pid
	wait_for_socket "$d/in.sock"
	run redis-cli -s "$d/in.sock" ping
	is "$out" PONG "a server inside answers clients outside, $mode"
	is "$(stat -c '%u %a %F' "$d/in.sock")" \
		"$(as_user "$user" id -u) 777 socket" \
		"its socket has the owner and mode of the server, $mode"
	kill -TERM "$sbx_pid"
	wait "$sbx_pid"
	is $? 0 "TERM to sbx-run ends the server inside, $mode"
	ok "it took its socket with it, $mode" test ! -e "$d/in.sock"

	run "$sbx_run" "${shim[@]}" -- redis-server --port 0 --unixsocket \
		"$d/no.sock" --save '' --dir "$d"
	refused "a server without a bind grant, $mode" \
		"bind unix:$d/no.sock -- allow with --allow-unix-socket"
	ok "it left no socket, $mode" test ! -e "$d/no.sock"
}
each_mode inside
done_testing
