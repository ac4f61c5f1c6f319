#!/bin/bash
# SPDX-License-Identifier: MIT
# events.t - what was refused is told once, counted, and never in the way
source "$(dirname "$0")/../lib/tap.sh"
need jq

connects='import os, socket, sys
for name in sys.argv[2:]:
    for _ in range(int(sys.argv[1])):
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(os.fsencode(name))
        except OSError:
            pass
        s.close()'

refuse() { # TIMES OPTION... - refused connects to $T/served/no, log in $T/log
	local times=$1

	shift
	rm -f "$T/log/json"
	sbx --log "$T/log/json" "$@" -- "$python" -c "$connects" "$times" \
		"$T/served/no"
	json=$(cat "$T/log/json")
}

# The shim keeps repeats within 0.1 s to itself until the next report, which
# this program does not live to see; the supervisor counts every one.
counted() {
	local sum

	sum=$(jq -s 'map(.count) | add' <<<"$json")
	if ((${#shim[@]})); then
		is "$sum" "$1" "$1 refusals are counted, $mode"
	else
		ok "at most $1 refusals are counted, $mode" \
			test "$sum" -ge 1 -a "$sum" -le "$1"
	fi
}

each() {
	refuse 1
	is "$(grep -c 'sbx: denied' <<<"$err")" 1 "one refusal, one line, $mode"
	unlike "$err" 'times' "... without a count, $mode"
	is "$(jq -r '[.op, .family, .type, .path, .verdict, .errno, .hint] |
		join(" ")' <<<"$json")" "connect unix stream $T/served/no deny EACCES \
--allow-unix-socket $T/served/no" "... and one event, $mode"

	refuse 40
	counted 40
	ok "... in a few events, $mode" \
		test "$(jq -s length <<<"$json")" -le 5
	((${#shim[@]} == 0)) || like "$err" '\(40 times\)' \
		"... and summed up for a person, $mode"
	is "$(jq -s 'map(.seq) | . == sort and (unique | length) == length' \
		<<<"$json")" true "events are numbered, $mode"

	refuse 3 -q
	is "$err" "" "-q says nothing, $mode"
	counted 3

	sbx --log "$T/nowhere/log" -- true
	is "$rc" 125 "a log that cannot be written, $mode"
	like "$err" '^sbx-run: .*nowhere/log' "... is named, $mode"
}

# A reader that never reads must not hold up the command.
stuck() {
	local start=$SECONDS

	mkfifo -m 666 "$T/log/fifo.$user${shim[0]-}"
	exec 9<>"$T/log/fifo.$user${shim[0]-}"
	as_user "$user" timeout "$((60 * SLOW))" "$sbx_run" "${shim[@]}" -q \
		--log "$T/log/fifo.$user${shim[0]-}" -- "$python" -c "$connects" 1 \
		"$T/served/no" $(seq -f "$T/missing%g" 200)
	is "$?" 0 "a full pipe stops nobody, $mode"
	exec 9>&-
	ok "... for long, $mode" test $((SECONDS - start)) -lt $((30 * SLOW))
}

hostile() {
	local name=$'\e[31m\n"\\\xff'

	start_server "odd.$user${shim[0]-}" "$lib/srv" "$T/odd/$user${shim[0]-}$name"
	wait_for 5 test -S "$T/odd/$user${shim[0]-}$name"
	rm -f "$T/log/json"
	sbx --log "$T/log/json" -- "$python" -c "$connects" 1 \
		"$T/odd/$user${shim[0]-}$name"
	unlike "$err" $'\e' "no escape sequence reaches the terminal, $mode"
	is "$(grep -c 'sbx: denied' <<<"$err")" 1 "... nor a second line, $mode"
	is "$("$python" -c 'import json, os, sys
print(os.fsencode(json.load(open(sys.argv[1]))["path"]).hex())' \
		"$T/log/json")" "$(printf %s "$T/odd/$user${shim[0]-}$name" |
		od -An -v -tx1 | tr -d ' \n')" "no byte of the name is lost, $mode"
}

private_dir odd
private_dir log
private_dir served
chmod 777 "$T/log"
start_server no "$lib/srv" "$T/served/no"
wait_for_socket "$T/served/no"
each_mode each
each_mode stuck
each_mode hostile
is "$(seen no)" 0 "the server saw nobody"
done_testing
