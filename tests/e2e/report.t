#!/bin/bash
# SPDX-License-Identifier: MIT
# report.t - a program that forges the shim's reports fools but itself: later
# refusals keep their errno and are logged, and the supervisor stays small.
source "$(dirname "$0")/../lib/tap.sh"
need jq

private_dir d
start_server d "$lib/srv" "$T/d/srv"
wait_for_socket "$T/d/srv"
run "$lib/cli" "$T/d/srv"
is "$out" pong "without sbx the server answers"
before=$(seen d)
mkdir "$T/log"
chmod 777 "$T/log"

# Types: raw and datagram sockets, flags beside a type, none at all.
forge_type() {
	local type=$1

	rm -f "$T/log/json"
	sbx --log "$T/log/json" -- bash -c "for i in 1 2 3 4 5 6 7 8; do
			'$lib/forge' type $type '$T/d/srv'
		done
		for i in 1 2 3 4 5 6 7 8; do
			'$lib/cli' '$T/d/srv'
		done"
	is "$(grep -c 'connect: EACCES' <<<"$err")" 8 \
		"after reports of type $type a refusal is EACCES, $mode"
	is "$(jq -s '[.[] | select(.comm == "cli") | .count] | add' \
		"$T/log/json")" 8 "... and logged each time, $mode"
}

own_memory() { # of the supervisor of $1, in KiB
	awk '/^RssAnon:/ { print $2 }' "/proc/$(pgrep -P "$1")/status"
}

# Sums of counts that wrap to zero.
forge_count() {
	local sbx_pid before after

	mkfifo "$T/go.$1"
	chmod 666 "$T/go.$1"
	exec 5<>"$T/go.$1"
	SERVER_USER=$user start_server "count.$1" "$sbx_run" "${shim[@]}" -q \
		--log "$T/log/count.$1" -- bash -c "exec 5>&-
			'$lib/forge' count 100; read line <'$T/go.$1'
			'$lib/forge' count 1000; read line <'$T/go.$1'"
	sbx_pid=$pid
	wait_for 20 grep -q '^13$' "$T/count.$1.log"
	before=$(own_memory "$sbx_pid")
	echo >&5
	wait_for 20 grep -zq '13.13' "$T/count.$1.log"
	after=$(own_memory "$sbx_pid")
	echo >&5
	wait "$sbx_pid"
	note "supervisor: $before KiB, then $after KiB"
	[[ ${SBX_SANITIZED-} ]] || ok "forged counts leak no memory, $mode" \
		test "$after" -le $((before + 512))
	# A count of its own ends at 2^32 - 1.
	is "$(jq -s 'map(.count) | add | . >= 1100 * 4294967296 and
		. <= 1100 * 4294967297' "$T/log/count.$1")" true \
		"and all of them are told, $mode"
}

each() {
	local type

	for type in 3 2 0x802 0x805 0; do
		forge_type "$type"
	done
	forge_count "$user${shim[0]-}"
}

each_mode each
is "$(seen d)" "$before" "the server that is not granted heard nothing"
done_testing
