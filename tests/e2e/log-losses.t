#!/bin/bash
# SPDX-License-Identifier: MIT
# log-losses.t - a log that is rotated, full or gone holds nobody up, and what
# it has not got is told
source "$(dirname "$0")/../lib/logs.sh"

# accounted WHAT NUMBER FILE - events and losses in it sum up to what happened
accounted() {
	local sum

	sum=$("$python" -c 'import json, sys
sum = 0
for line in open(sys.argv[1], encoding="utf-8"):
    try:
        event = json.loads(line)
    except ValueError:
        continue # the first part of a line, the rest of which was lost
    sum += event.get("lost") or event["count"]
print(sum)' "$3")
	is "$sum" "$2" "$1: nothing is missing from the sum, $mode"
}

lost_told() { # from the last run's notices
	sed -n 's/^sbx-run: \([0-9]*\) events could not be written.*/\1/p' \
		"$T/.err"
}

# ---- rotation -------------------------------------------------------------
rotate() {
	local log=$T/log/rotated.$user${shim[0]-} sbx_pid

	rm -f "$log"*
	SERVER_USER=$user start_server rotated "$sbx_run" "${shim[@]}" -q \
		--log "$log" -- "${asks[@]}" 0 400 6 7
	sbx_pid=$pid
	wait_for 20 grep -q target00040 "$log"
	mv "$log" "$log.1"
	ok "a file that was renamed is made anew, $mode" \
		wait_for 20 test -s "$log"
	rm "$log"
	ok "... and one that was removed, $mode" wait_for 20 test -s "$log"
	mv "$log" "$log.2"
	echo victim >"$T/log/victim"
	ln -s victim "$log"
	wait_for 20 grep -q target00399 "$log.2"
	wait "$sbx_pid"
	is "$?" 7 "the status is the command's, $mode"
	is "$(<"$T/log/victim")" victim \
		"a link in its place is not followed, $mode"
	valid "a file that was rotated" "$log".[12]
	is "$(jq .seq "$log".[12] | sort -n | uniq -d | wc -l)" 0 \
		"no event is told twice, $mode"
	is "$(jq .seq "$log.1" | sort -n | head -n 1)" 1 "from the first, $mode"
	ok "... to the last, $mode" grep -q target00399 "$log.2"
}

# Cut while it is written: no holes, no lines in two.
cut_file() {
	local log=$T/log/cut.$user${shim[0]-} sbx_pid

	rm -f "$log"
	SERVER_USER=$user start_server cut "$sbx_run" "${shim[@]}" -q \
		--log "$log" -- "${asks[@]}" 0 100 2 0
	sbx_pid=$pid
	wait_for 20 grep -q target00030 "$log"
	: >"$log"
	wait "$sbx_pid"
	valid "a file that was cut" "$log"
	ok "... and goes on, $mode" grep -q target00099 "$log"
}

# ---- full, and gone -------------------------------------------------------
SECONDS=0
quickly() { # WHAT SECONDS-BEFORE
	ok "$1 holds nobody up, $mode" test $((SECONDS - $2)) -lt $((30 * SLOW))
}

full() {
	local before=$SECONDS log=$T/tiny/log

	sbx --log /dev/full -- "${asks[@]}" 0 50 0 7
	is "$rc" 7 "a full device: the status is the command's, $mode"
	is "$(lost_told)" 50 "... and what was lost is told, $mode"
	quickly "a full device" "$before"
	[[ ${SBX_OWN_MOUNTS-} ]] || {
		skip_or_fail "no disk of our own to fill"
		return
	}
	rm -f "$T/tiny"/*
	sbx --log "$log" -- "${asks[@]}" 0 300 0 7
	is "$rc" 7 "a full disk: the status is the command's, $mode"
	ok "... and what was lost is told, $mode" test "$(lost_told)" -gt 0
	quickly "a full disk" "$before"
	is "$(($(grep -c '"count":[0-9]*}$' "$log") + $(lost_told)))" 300 \
		"... and how much, $mode"
	refilled
}

# Room is made meanwhile: the log tells what it has not got.
refilled() {
	local log=$T/tiny/log sbx_pid

	rm -f "$T/tiny"/*
	head -c 24000 /dev/zero >"$T/tiny/filler"
	SERVER_USER=$user start_server refilled "$sbx_run" "${shim[@]}" -q \
		--log "$log" -- "${asks[@]}" 0 60 3 7
	sbx_pid=$pid
	sleep 1.5
	rm "$T/tiny/filler"
	wait "$sbx_pid"
	is "$?" 7 "a disk that was full: the status is the command's, $mode"
	like "$(<"$log")" '"lost":[0-9]+' "a disk that was full is told of, $mode"
	accounted "a disk that was full" 60 "$log"
	grep '^{.*}$' "$log" >"$T/log/whole"
	valid "a disk that was full" "$T/log/whole"
}

gone() {
	local before=$SECONDS

	exec 9> >(exec true)
	wait $!
	sbx --log fd:9 -- "${asks[@]}" 0 50 0 7
	exec 9>&-
	is "$rc" 7 "a reader that is gone: the status is the command's, $mode"
	is "$(lost_told)" 50 "... and what was lost is told, $mode"
	exec 9> >(exec true)
	wait $!
	sbx -q --log fd:9 -- bash -c 'grep SigIgn /proc/self/status; exit 3'
	exec 9>&-
	is "$rc,$out" "3,$(grep SigIgn /proc/self/status)" \
		"... and the command's signals are its own, $mode"
	quickly "a reader that is gone" "$before"
}

stuck() {
	local before=$SECONDS fifo=$T/log/fifo.$user${shim[0]-}

	mkfifo -m 666 "$fifo"
	exec 9<>"$fifo"
	sbx --log fd:9 -- "${asks[@]}" 0 1000 0 7
	is "$rc" 7 "a pipe that nobody reads: the status is the command's, $mode"
	ok "... and what was lost is told, $mode" test "$(lost_told)" -gt 0
	quickly "a pipe that nobody reads" "$before"
	timeout 5 dd bs=1M iflag=nonblock <&9 >"$T/log/pipe" 2>/dev/null
	exec 9>&-
	is "$(($(grep -c '"count":[0-9]*}$' "$T/log/pipe") + $(lost_told)))" 1000 \
		"... and how much, $mode"
	grep '^{.*}$' "$T/log/pipe" >"$T/log/whole"
	valid "a pipe that nobody reads" "$T/log/whole"
	sockets
}

# A socket, full and then gone: neither waits nor kills.
sockets() {
	cat >"$T/sockets.py" <<-'END'
	import socket, subprocess, sys
	for closed in (False, True):
	    ours, theirs = socket.socketpair()
	    if closed:
	        ours.close()
	    p = subprocess.run([sys.argv[1], "--log", f"fd:{theirs.fileno()}",
	                        *sys.argv[2:]], pass_fds=[theirs.fileno()],
	                       stderr=subprocess.PIPE, timeout=50)
	    print(p.returncode, b"events could not be written" in p.stderr)
	END
	run "$python" "$T/sockets.py" "$sbx_run" "${shim[@]}" -- "${asks[@]}" \
		0 2000 0 7
	is "$out" "7 True"$'\n'"7 True" "a socket, full or closed, $mode" ||
		diag "$err"
}

each_mode rotate
each_mode cut_file
each_mode full
each_mode gone
each_mode stuck
done_testing
