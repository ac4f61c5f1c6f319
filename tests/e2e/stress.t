#!/bin/bash
# SPDX-License-Identifier: MIT
# stress.t - 64 clients at once: no error, and the supervisor stays as it is.
#
# SBX_STRESS_SECONDS says how long; SBX_SANITIZED=1 that memory is not counted.
source "$(dirname "$0")/../lib/tap.sh"
seconds=${SBX_STRESS_SECONDS:-10}
LIMIT=$((seconds + 60))

private_dir run
s=$T/run/srv
start_server srv "$lib/srv" -q "$s"
start_server other "$lib/srv" -q "$T/run/other"
servers=("${tap_pids[@]}")
wait_for_socket "$s"
wait_for_socket "$T/run/other"
run "$lib/stress" -s 1 "$s"
like "$out" '^done [0-9]{3,}' "without sbx: many connections"

# measure PID - sets fds, threads, memory (its own, in KiB); /proc/PID/fd is
# root's to read.
measure() {
	local key value rest

	while read -r key value rest; do
		case $key in
		Threads:) threads=$value ;;
		RssAnon:) memory=$value ;;
		FDSize:) fds=$value ;;
		esac
	done <"/proc/$1/status"
	((EUID)) || fds=$(find "/proc/$1/fd" -mindepth 1 | wc -l)
}

# The command runs a line of what it is told, says "over", and waits.
mkfifo "$T/do" "$T/done"
chmod 666 "$T/do" "$T/done"
exec 5<>"$T/do" 6<>"$T/done"
inside() {
	local line

	echo "$1" >&5
	read -r -t "$LIMIT" line <&6
	out=$line
}

# flat SPARE KIB TEXT - no more of anything than before, but SPARE descriptors
# and KIB of memory
flat() {
	sleep 0.3
	measure "$sup"
	note "$fds $threads $memory $3"
	ok "the supervisor's descriptors $3" test "$fds" -le $((before[0] + $1))
	ok "the supervisor's threads $3" test "$threads" -le "${before[1]}"
	[[ ${SBX_SANITIZED-} ]] || ok "the supervisor's memory $3" \
		test "$memory" -le $((before[2] + $2))
}

each() {
	local sbx_pid sup before name=log.$user${shim[0]-}

	SERVER_USER=$user start_server "$name" "$sbx_run" "${shim[@]}" -q \
		--allow-unix-socket "$s" -- bash -c "exec 5>&- 6>&-
		while read -r line; do eval \"\$line\" 2>&1 | tail -n 1; done \
		<'$T/do' >'$T/done'"
	sbx_pid=$pid
	inside "$lib/stress -s 2 $s"
	like "$out" '^done [0-9]{3,}' "64 clients warm up, $mode"
	inside "$lib/stress -r -s 2 $T/run/other"
	like "$out" '^done [0-9]{3,}' "also with refusals, $mode"
	sup=$(pgrep -P "$sbx_pid")
	sleep 0.3
	measure "$sup"
	before=("$fds" "$threads" "$memory")
	inside "$lib/stress -s $seconds $s"
	like "$out" '^done [0-9]{3,}' "64 clients for $seconds s, $mode"
	note "$out connections; descriptors, threads, KiB: ${before[*]} before"
	flat 0 512 "after ${out#done } connections, $mode"
	inside "$lib/stress -r -s 2 $T/run/other"
	like "$out" '^done [0-9]{3,}' "64 clients are refused, $mode"
	# 32 events may be waiting to be summed up, and a thread keeps the
	# socket by which it asks the kernel, and what of its stack (192 KiB)
	# it has used once.
	flat "$threads" 1536 "after ${out#done } refusals, $mode"
	inside "$lib/stress -s 1 $s"
	like "$out" '^done [0-9]{3,}' "and served again, $mode"
	kill -TERM "$sbx_pid"
	wait "$sbx_pid"
	is "$?" 143 "it ends by the signal it is sent, $mode"
	unlike "$(<"$T/$name.log")" Sanitizer "no data race, $mode"
}

# Long once, with everything between client and supervisor; short otherwise.
user=${users[0]} shim=() mode="as $user"
each
seconds=2
user=${users[-1]} shim=(--no-shim) mode="as $user, no shim"
each
stop_server "${servers[@]}"
is "$(sed -n 's/^total \([0-9]*\) .*/\1/p' "$T/other.log")" 0 \
	"the server that is not granted saw nothing"
done_testing
