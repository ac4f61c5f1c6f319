#!/bin/bash
# SPDX-License-Identifier: MIT
# log-targets.t - wherever --log writes, in both formats: valid events
source "$(dirname "$0")/../lib/logs.sh"

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

private_dir s
start_server no "$lib/srv" "$T/s/no.sock"
wait_for_socket "$T/s/no.sock"
each_mode files
if [[ ${SBX_OWN_MOUNTS-} ]]; then
	each_mode journals
	each_mode slow_journal
	each_mode system_logs
else
	skip_or_fail "no mount namespace for a journal and a system log"
fi
wrong
done_testing
