#!/bin/bash
# SPDX-License-Identifier: MIT
# log-targets.t - wherever --log writes: valid events, rotated, full or gone
#
# Runs in a mount namespace of its own, in which it can be the journal, the
# system log, and the owner of a disk that is full.
if ((EUID == 0)) && [[ ! ${SBX_OWN_MOUNTS-} ]] &&
	unshare -m true 2>/dev/null; then
	exec env SBX_OWN_MOUNTS=1 unshare -m --propagation private "$0" "$@"
fi
LIMIT=60
source "$(dirname "$0")/../lib/tap.sh"
need jq
"$python" -c 'import jsonschema' 2>/dev/null || {
	skip_or_fail "no python3-jsonschema"
	done_testing
}
schema=$root/docs/event.schema.json

# ---- judging --------------------------------------------------------------
valid() { # TEXT FILE... - each line is as the schema says
	local text=$1

	shift
	run "$python" "$root/tests/lib/validate.py" "$schema" "$@"
	ok "$text: events are valid, $mode" test "$rc" -eq 0 || diag "$out$err"
}

# binds FIRST LAST SECONDS STATUS - asks for names, each another one
binds='import socket, sys, time
first, last, seconds, status = map(float, sys.argv[1:])
for i in range(int(first), int(last)):
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.bind("\0target%05d" % i)
    except OSError:
        pass
    time.sleep(seconds / (last - first))
sys.exit(int(status))'
asks=("$python" -c "$binds")

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

# ---- every target, both formats -------------------------------------------
json_line() { # WHAT FILE
	valid "$1" "$2"
	is "$(jq -r '[.op, .path, .verdict] | join(" ")' "$2")" \
		"connect $T/s/no.sock deny" "$1: the event, $mode"
}

text_line() { # WHAT FILE
	is "$(wc -l <"$2")" 1 "$1: one line, $mode"
	like "$(<"$2")" "^sbx: denied: cli\[[0-9]+\] connect unix:$T/s/no.sock -- allow with --allow-unix-socket $T/s/no.sock$" \
		"$1: a line for people, $mode"
}

refuse() { # OPTION... - one refusal
	sbx "$@" -- "$lib/cli" "$T/s/no.sock"
	is "$rc" 1 "the command fails as it would, $mode"
}

files() {
	local log=$T/log/file.$user${shim[0]-} format

	for format in '' json text; do
		rm -f "$log"
		refuse -q --log "$log" ${format:+--log-format=$format}
		"${format:-json}_line" "a file, ${format:-as is}" "$log"
		is "$(stat -c %a "$log")" 600 "... for nobody else, $mode"
	done
	is "$err" "connect: EACCES" "-q leaves the command's words alone, $mode"
	: >"$log.empty"
	chmod 666 "$log.empty"
	for format in '' json text; do
		: >"$log.empty"
		exec 9>>"$log.empty"
		refuse -q --log fd:9 ${format:+--log-format=$format}
		exec 9>&-
		"${format:-json}_line" "fd:9, ${format:-as is}" "$log.empty"
	done
	for format in '' json text; do
		refuse --log stderr ${format:+--log-format=$format}
		grep -v '^connect: ' "$T/.err" >"$T/log/stderr"
		"${format:-text}_line" "stderr, ${format:-as is}" "$T/log/stderr"
	done
}

journal=/run/systemd/journal/socket

# mark NAME - from here on
mark() {
	marked=$(wc -l <"$T/$1.log")
}

recorded_some() {
	[[ $(wc -l <"$T/$1.log") -ge $((marked + $2)) ]]
}

# recorded NAME NUMBER - as many at least, since the mark
recorded() {
	wait_for 20 recorded_some "$1" "$2"
	tail -n "+$((marked + 1))" "$T/$1.log"
}

start_recorder() { # NAME PATH
	rm -f "$2" "$T/$1.log"
	SERVER_USER=root start_server "$1" "$python" \
		"$root/tests/lib/recorder.py" "$2"
	wait_for 20 grep -q READY "$T/$1.log" || bail "no recorder"
}

journals() {
	local format

	start_recorder journal "$journal"
	for format in '' json text; do
		mark journal
		refuse -q --log journald ${format:+--log-format=$format}
		recorded journal 1 >"$T/log/journal"
		jq -r .MESSAGE "$T/log/journal" >"$T/log/text"
		jq -r .SBX_EVENT "$T/log/journal" >"$T/log/json"
		text_line "the journal, ${format:-as is}" "$T/log/text"
		json_line "the journal, ${format:-as is}" "$T/log/json"
		is "$(jq -r '[.PRIORITY, .SYSLOG_IDENTIFIER, .SBX_OP, .SBX_VERDICT,
			(.SBX_RUN == (.SBX_EVENT | fromjson | .run))] | map(tostring) |
			join(" ")' "$T/log/journal")" \
			"4 sbx-run connect deny true" "... with its fields, $mode"
	done
	mark journal
	sbx -q --log journald --log-allowed --allow-unix-socket "$T/s" -- \
		"$lib/cli" "$T/s/no.sock"
	recorded journal 1 >"$T/log/journal"
	is "$(jq -r '[.PRIORITY, .SBX_VERDICT] | join(" ")' "$T/log/journal")" \
		"6 allow" "what is allowed is of less weight, $mode"
	hostile_journal
	stop_server "$pid"
}

# A name with newlines makes no field of its own.
hostile_journal() {
	mark journal
	sbx -q --log journald -- "$python" -c 'import socket
socket.socket(socket.AF_UNIX).bind("\0x\nPRIORITY=0\nEVIL=1\n\0\x1b[m")' \
		2>/dev/null
	recorded journal 1 >"$T/log/journal"
	is "$(jq -r '[.PRIORITY, .EVIL] | map(tostring) | join(" ")' \
		"$T/log/journal")" "4 null" "a name makes no fields, $mode"
	is "$(jq -r '.SBX_EVENT | fromjson | .path | @json' "$T/log/journal")" \
		'"@x\nPRIORITY=0\nEVIL=1\n\u0000\u001b[m"' \
		"... and is told to the byte, $mode"
}

# A journal that does not read, and then does; and one that is started anew.
slow_journal() {
	local events

	start_recorder journal "$journal"
	mark journal
	touch "$journal.stop"
	SERVER_USER=$user start_server many "$sbx_run" "${shim[@]}" \
		--log journald -q -- "${asks[@]}" 0 1000 2 7
	local sbx_pid=$pid
	sleep 1
	rm "$journal.stop"
	wait "$sbx_pid"
	is "$?" 7 "a journal that does not read stops nobody, $mode"
	wait_for 20 grep -q target00999 "$T/journal.log"
	recorded journal 1 >"$T/log/journal"
	is "$(jq -r 'if .SBX_EVENT then 1 else (.MESSAGE |
		capture("^(?<n>[0-9]+) events were lost") | .n | tonumber) end' \
		"$T/log/journal" | jq -s add)" 1000 \
		"... and told what was lost, $mode"
	stop_server "${tap_pids[-2]}"
	sbx -q --log journald -- bash -c "true"
	is "$rc" 125 "a journal that is not there: 125, $mode"
	like "$err" '^sbx-run: cannot reach the journal' "... says why, $mode"
}

system_logs() {
	local format line

	start_recorder syslog /dev/log
	for format in '' text json; do
		mark syslog
		refuse -q --log syslog ${format:+--log-format=$format}
		line=$(recorded syslog 1 | jq -r .TEXT)
		like "$line" '^<12>[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} sbx-run\[[0-9]+\]: ' \
			"the system log, ${format:-as is}: a head, $mode"
		echo "${line#*]: }" >"$T/log/syslog"
		"${format:-text}_line" "the system log, ${format:-as is}" \
			"$T/log/syslog"
	done
	stop_server "$pid"
	rm -f /dev/log
	sbx -q --log syslog -- true
	is "$rc" 125 "a system log that is not there: 125, $mode"
	like "$err" '^sbx-run: cannot reach the system log' "... says why, $mode"
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

wrong() {
	sbx --log fd:77 -- true
	is "$rc" 125 "a descriptor that is not open: 125"
	like "$err" '^sbx-run: --log: descriptor 77 is not open for writing' \
		"... says why"
	run bash -c 'exec "$@" 9</dev/null' - "$sbx_run" --log fd:9 -- true
	is "$rc" 125 "one that cannot be written: 125"
	sbx --log "$T/no/such/file" -- true
	is "$rc" 125 "a file that cannot be made: 125"
	sbx --log "$T" -- true
	is "$rc" 125 "a directory: 125"
}

# ---- a machine of our own -------------------------------------------------
own_machine() {
	local node

	mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal /run/dev &&
		mount -t tmpfs -o mode=755 tmpfs /run/dev || return
	for node in null zero full random urandom tty ptmx; do
		touch "/run/dev/$node"
		mount --bind "/dev/$node" "/run/dev/$node" || return
	done
	mkdir -m 1777 /run/dev/shm
	ln -s /proc/self/fd /run/dev/fd
	mount --rbind /run/dev /dev || return
	mkdir "$T/tiny"
	mount -t tmpfs -o size=28k,mode=777 tmpfs "$T/tiny"
}

mode=
private_dir s
private_dir log
chmod 777 "$T/log"
start_server no "$lib/srv" "$T/s/no.sock"
wait_for_socket "$T/s/no.sock"
if [[ ${SBX_OWN_MOUNTS-} ]]; then
	own_machine || bail "no machine of our own"
	trap 'umount "$T/tiny"; tap_cleanup' EXIT
fi
each_mode files
if [[ ${SBX_OWN_MOUNTS-} ]]; then
	each_mode journals
	each_mode slow_journal
	each_mode system_logs
else
	skip_or_fail "no mount namespace for a journal and a system log"
fi
each_mode rotate
each_mode cut_file
each_mode full
each_mode gone
each_mode stuck
wrong
done_testing
