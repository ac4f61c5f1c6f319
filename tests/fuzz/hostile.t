#!/bin/bash
# SPDX-License-Identifier: MIT
# hostile.t - the supervisor survives a client that does all it can, and stays
# as it is.
#
# SBX_FUZZ_HOSTILE says how many seconds in each mode, SBX_FUZZ_SEED repeats a
# run, SBX_SANITIZED=1 says that memory is not counted.
source "$(dirname "$0")/../lib/tap.sh"
seconds=${SBX_FUZZ_HOSTILE:-1}
seed=${SBX_FUZZ_SEED:-$((RANDOM << 15 | RANDOM))}
LIMIT=$((${seconds%.*} + 60))
hostile=$SBX_BUILD/tests/fuzz/hostile
tag=${T##*/}
note "SBX_FUZZ_SEED=$seed"

[[ -x $hostile ]] || bail "no $hostile: make fuzz-programs"
mkdir "$T/log"
chmod 1777 "$T/log"
for dir in g d w g/w; do
	private_dir "$dir"
done
start_server g "$lib/srv" -q "$T/g/srv"
start_server g-name "$lib/srv" -q "@$tag-g"
private_dir f
start_server full "$lib/srv" -b 0 "$T/f/full"
ln -s f/full "$T/full"

# denied_servers - new ones; heard - stops them, how many connections they got
denied_servers() {
	rm -f "$T/d/srv"
	start_server d "$lib/srv" -q "$T/d/srv"
	denied=("$pid")
	start_server d-name "$lib/srv" -q "@$tag-d"
	denied+=("$pid")
	wait_for_socket "$T/d/srv"
	wait_for_socket "@$tag-d"
}
heard() {
	stop_server "${denied[@]}"
	cat "$T/d.log" "$T/d-name.log" |
		awk '$1 == "total" { n += $2; t++ } END { print t, n }'
}

wait_for_socket "$T/g/srv"
wait_for_socket "@$tag-g"
wait_for_socket "$T/f/full"
denied_servers
user=${users[-1]}
run "$hostile" -n -s "$seed" -t 1 "$T" "$tag"
like "$out" '^good ' "it runs without sbx"
note "$out"
like "$(heard)" '^2 [1-9]' "and then reaches what is not granted"
rm -rf "$T"/d/* "$T"/w/* "$T"/g/w/*
denied_servers

# The command runs a line of what it is told, answers with what that says
# last, and waits.
mkfifo "$T/do" "$T/done"
chmod 666 "$T/do" "$T/done"
exec 5<>"$T/do" 6<>"$T/done"
inside() {
	echo "$1" >&5
	read -r -t "$LIMIT" out <&6 || out="no answer within $LIMIT s"
}

# measure - sets fds, nodes, threads and memory (its own, in KiB) of the
# supervisor; only root sees its descriptors one by one.  Nodes are socket
# files: bound inside, and still there or just gone.
measure() {
	local key value rest

	sleep 0.3
	nodes=0
	while read -r key value rest; do
		case $key in
		Threads:) threads=$value ;;
		RssAnon:) memory=$value ;;
		FDSize:) fds=$value ;;
		esac
	done <"/proc/$sup/status"
	if ((EUID == 0)); then
		nodes=$(find "/proc/$sup/fd" -lname "$T/*" -xtype s | wc -l)
		fds=$(find "/proc/$sup/fd" -mindepth 1 | wc -l)
		fds=$((fds - nodes))
	fi
	note "supervisor: $fds descriptors and $nodes nodes, $threads threads," \
		"$memory KiB"
}

# offspring PID - the states of all that descends from it
offspring() {
	local child

	for child in $(pgrep -P "$1"); do
		ps -o stat= -p "$child"
		offspring "$child"
	done
}

# play SEED SECONDS TEXT - the test ends here if something has gone wrong
play() {
	inside "$hostile -s $1 -t $2 $T $tag"
	note "$out"
	[[ -d /proc/$sup ]] || out="the supervisor died: $(tail "$T/$name.log")"
	like "$out" '^good [1-9]' "$3, $mode" && return
	diag "SBX_FUZZ_SEED=$seed"
	kill -KILL "$sbx_pid"
	done_testing
}

# Each thread may keep two sockets to ask with and a client, the table of bound
# sockets those that are there, and 512 that are gone; 32 events may wait to be
# summed up.
flat() {
	local files

	files=$(find "$T" -type s | wc -l)
	note "$files sockets are there"
	ok "no descriptor leaked, $mode" test "$fds" -le \
		$((before[0] + 3 * threads + (EUID ? files + 512 : 0)))
	ok "the bound sockets stay bounded, $mode" \
		test "$nodes" -le $((files + 512))
	ok "no thread leaked, $mode" test "$threads" -le $((before[1] + 4))
	[[ ${SBX_SANITIZED-} ]] || ok "no memory leaked, $mode" \
		test "$memory" -le $((before[2] + 1536))
}

# What the hostile client made them say.
messages() {
	local name=$1

	unlike "$(<"$T/$name.log")" 'Sanitizer|runtime error|was killed' \
		"the supervisor is well, $mode"
	is "$(grep -caP '[\x00-\x08\x0b-\x1f\x7f]' "$T/$name.log")" 0 \
		"no control character reached the terminal, $mode"
	is "$("$python" -c 'import json, sys
for n, line in enumerate(open(sys.argv[1], "rb"), 1):
    json.loads(line.decode("utf-8"))
print("json", n > 0)' "$T/log/$name" 2>&1 | tail -n 1)" "json True" \
		"every event is JSON, $mode"
}

each() {
	local sbx_pid sup name=sbx.$user${shim[0]-}
	local fds nodes threads memory before stacks=(--log-stacks)

	((${#shim[@]} == 0)) || stacks=()
	SERVER_USER=$user start_server "$name" "$sbx_run" "${shim[@]}" \
		"${stacks[@]}" \
		--log "$T/log/$name" --allow-unix-socket "$T/g" \
		--allow-unix-connect "$T/full" \
		--allow-unix-socket "@$tag-g*" -- bash -c "exec 5>&- 6>&-
		while read -r line; do
			[[ \$line == end ]] && exit 42
			\$line | tail -n 1
		done <'$T/do' >'$T/done'"
	sbx_pid=$pid
	inside "echo ready"
	sup=$(pgrep -P "$sbx_pid")
	play "$seed" 0.5 "it warms up"
	measure
	before=("$fds" "$threads" "$memory")
	play $((seed + 1)) "$seconds" "the good client is served after each round"
	like "$out" ' [1-9][0-9]* connected [1-9][0-9]* refused [1-9][0-9]* bound' \
		"the hostile one was both served and refused, $mode"
	measure
	flat
	unlike "$(offspring "$sup")" Z "no zombie, $mode"
	echo end >&5
	wait "$sbx_pid"
	is "$?" 42 "the exit code is the command's, $mode"
	messages "$name"
}

each_mode each
is "$(heard)" "2 0" "the servers that are not granted heard nothing"
is "$(find "$T/d" -type s ! -name srv)" "" "no socket where none is granted"
done_testing
