#!/bin/bash
# SPDX-License-Identifier: MIT
# endurance.t - a million calls, ten thousand processes, a thousand sandboxes,
# daemons left behind, killed processes: nothing leaks, hangs or opens.
#
# ENDURANCE=1 (make endurance) is the full number, a fraction so much of it.
# ENDURANCE_SEED repeats the random moments of a run.
source "$(dirname "$0")/../lib/tap.sh"
scale=${ENDURANCE:-0.01}
seed=${ENDURANCE_SEED:-$((SRANDOM % 1000000))}
LIMIT=$(awk -v s="$scale" 'BEGIN { print int(60 + 3000 * s) }')

# times NUMBER - that many at this scale, at least 8
times() {
	awk -v n="$1" -v s="$scale" 'BEGIN {
		n = int(n * s); print n < 8 ? 8 : n
	}'
}

private_dir run
private_dir run/own
s=$T/run/srv
start_server srv "$lib/srv" -q "$s"
start_server other "$lib/srv" -q "$T/run/other"
wait_for_socket "$s"
wait_for_socket "$T/run/other"
run "$lib/stress" -n 1000 "$s"
is "$out" "done 1000" "without sbx: the server answers"
run "$lib/cli" "$T/run/other"
is "$out" pong "without sbx: the other server answers"
note "scale $scale, seed $seed"

# ours - processes of sbx-run with this test's directory on their command line
ours() {
	pgrep -c -f "^$sbx_run .*$T/run"
}

# zombies PID - children of it that have ended and are not reaped
zombies() {
	ps -o stat= --ppid "$1" | grep -c '^Z'
}

# measure PID - sets fds, threads, memory; descriptors are root's to read
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

mkfifo "$T/do" "$T/done"
chmod 666 "$T/do" "$T/done"
exec 5<>"$T/do" 6<>"$T/done"
# inside LINE - the command of the sandbox executes it; sets out to the last
# line of its output
inside() {
	local line

	echo "$1" >&5
	read -r -t "$LIMIT" line <&6
	out=$line
}

# timed TEXT COMMAND... - notes how long it took
timed() {
	local start=$EPOCHREALTIME text=$1

	shift
	"$@"
	note "$text: $(((${EPOCHREALTIME/./} - ${start/./}) / 1000)) ms"
}

# warm LINE - the command executes a part of what follows; sets before
warm() {
	inside "$1"
	sleep 0.5
	measure "$sup"
	before=("$fds" "$threads" "$memory")
}

# flat SPARE KIB TEXT - the supervisor has no more than before, but SPARE
# descriptors and KIB of memory, nor more than 3 MiB
flat() {
	# Idle threads end by themselves, names that are gone are forgotten.
	sleep 0.5
	measure "$sup"
	note "descriptors $fds (${before[0]}), threads $threads (${before[1]})," \
		"KiB $memory (${before[2]}) $3"
	ok "descriptors $3" test "$fds" -le $((before[0] + $1))
	ok "threads $3" test "$threads" -le $((before[1] + 1))
	ok "memory $3" test "$memory" -le $((before[2] + $2)) -a \
		"$memory" -le 3072
	is "$(zombies "$sup")" 0 "no zombie $3"
}

# ---- one sandbox for long -------------------------------------------------
tally="sort | uniq -c | tr -s ' '"
orphan="sh -c '$lib/cli $s >/dev/null &'"
calls() {
	local n name=calls.$user

	SERVER_USER=$user start_server "$name" "$sbx_run" --no-shim -q \
		--allow-unix-socket "$s" --allow-unix-bind "$T/run/own" \
		--allow-unix-bind '@sbx-endure-*' -- bash -c "exec 5>&- 6>&-
		while read -r line; do eval \"\$line\" 2>&1 | tail -n 1; done \
		<'$T/do' >'$T/done'"
	sbx_pid=$pid
	inside "$lib/cli $s"
	is "$out" pong "it starts, $mode"
	sup=$(pgrep -P "$sbx_pid")

	n=$(times 700000)
	warm "$lib/stress -n $((n / 10 + 2000)) $s"
	timed "$n connects" inside "$lib/stress -n $n $s"
	is "$out" "done $n" "$n connects, $mode"
	flat 1 1024 "after $n connects, $mode"

	# Up to 32 events may be waiting to be summed up, and a thread keeps
	# what of its stack (192 KiB) it has used once.
	n=$(times 100000)
	warm "$lib/stress -r -n $((n / 10 + 2000)) $T/run/other"
	timed "$n refusals" inside "$lib/stress -r -n $n $T/run/other"
	is "$out" "done $n" "$n refusals, $mode"
	flat 8 1536 "after $n refusals, $mode"

	# Names that are gone are looked for at every 64th bind.
	warm "$lib/stress -b -n $((n / 10 + 200)) $T/run/own/"
	timed "$n binds" inside "$lib/stress -b -n $n $T/run/own/"
	is "$out" "done $n" "$n binds, listens and connects, $mode"
	is "$(find "$T/run/own" -type s | wc -l)" 0 "none stays, $mode"
	flat 72 512 "after $n binds, $mode"
	warm "$lib/stress -b -n $((n / 10 + 200)) @sbx-endure-"
	timed "$n abstract binds" inside "$lib/stress -b -n $n @sbx-endure-"
	is "$out" "done $n" "$n abstract binds, $mode"
	flat 8 512 "after $n abstract binds, $mode"

	n=$(times 10000)
	timed "$n processes" inside "seq $n | xargs -P 4 -n 1 $lib/cli $s | $tally"
	is "${out# }" "$n pong" "$n short processes, $mode"
	timed "$n orphans" inside "seq $n | xargs -P 4 -n 1 $orphan; echo over"
	is "$out" over "$n orphans, $mode"
	wait_for 10 eval "[[ \$(ps -o pid= --ppid $sup | wc -l) == 1 ]]"
	flat 8 512 "after them, $mode"
	kill -TERM "$sbx_pid"
	wait "$sbx_pid"
	is "$?" 143 "it ends by the signal that it is sent, $mode"
	ok "and leaves no supervisor, $mode" wait_for 10 eval '! ours'
}
user=${users[-1]} mode="as ${users[-1]}"
calls

# ---- many sandboxes -------------------------------------------------------
# Four at a time: code I ends by exit code, by signal, or leaves a daemon.
sandboxes() {
	local n

	n=$(times 1000)
	timed "$n sandboxes" run bash -c "seq $n | xargs -P 4 -I{} bash -c '
		ulimit -c 0
		x=\"$sbx_run -q --allow-unix-socket $s\"
		case \$(({} % 4)) in
		0) want=\$(({} % 125)); \$x -- sh -c \"exit \$want\" ;;
		1) want=0; \$x --no-shim -- $lib/cli $s >/dev/null ;;
		2) want=143; \$x -- sh -c \"kill -TERM \\\$\\\$\" ;;
		3) want=7; \$x -- sh -c \"(sleep 0.2; $lib/cli $s) \
			>/dev/null 2>&1 & exit 7\" ;;
		esac 2>/dev/null
		got=\$?
		[ \$got = \$want ] || echo {}: \$got, not \$want'"
	is "$out$err" "" "$n sandboxes end as their commands do, $mode"
	ok "no supervisor stays, $mode" wait_for 20 eval '! ours'
}
each_user() {
	for user in "${users[@]}"; do
		mode="as $user"
		"$@"
	done
}
each_user sandboxes

# ---- daemons --------------------------------------------------------------
daemons() {
	local n i started

	n=$(times 100)
	started=0
	for ((i = 0; i < n; i++)); do
		run "$sbx_run" -q --allow-unix-socket "$s" -- sh -c "
			setsid sh -c 'while [ -e $T/flag ]; do
				$lib/cli $s; $lib/cli $T/run/other; sleep 1
				done' >/dev/null 2>&1 & exit 3"
		((rc == 3)) && started=$((started + 1))
	done
	is "$started" "$n" "$n daemons are left behind, $mode"
	is "$(ours)" "$n" "each keeps its supervisor, $mode"
	rm "$T/flag"
	ok "which ends with it, $mode" wait_for 60 eval '! ours'
	touch "$T/flag"
}
touch "$T/flag"
each_user daemons

# ---- killed at random -----------------------------------------------------
chaos() {
	local n

	n=$(times 400)
	timed "$n killed" run "$python" "$root/tests/lib/chaos.py" "$seed" "$n" \
		"$lib" "$s" "$T/run/other" -- "$sbx_run" "$@" -q \
		--allow-unix-socket "$s" --allow-unix-bind "$T/run"
	note "$out"
	like "$out$err" "^rounds $n [a-z0-9 ]*\$" \
		"$n sandboxes lose a process, $mode, seed $seed"
	ok "nothing stays, $mode" wait_for 10 eval '! ours'
}
each_user chaos
mode="as $user, no shim"
chaos --no-shim

stop_server "${tap_pids[@]}"
is "$(sed -n 's/^total \([0-9]*\) .*/\1/p' "$T/other.log")" 1 \
	"the server that is not granted heard the control, and nothing else"
done_testing
