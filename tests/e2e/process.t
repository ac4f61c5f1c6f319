#!/bin/bash
# SPDX-License-Identifier: MIT
# process.t - sbx-run in a pipeline, under a tool, killed: as the command alone.
source "$(dirname "$0")/../lib/tap.sh"
need strace gdb make script xargs pgrep

private_dir run
s=$T/run/srv
start_server srv "$lib/srv" "$s"
wait_for_socket "$s"
X=$sbx_run

# seconds COMMAND... - runs, and sets took to the seconds of that
took=0
timed() {
	local start=$EPOCHREALTIME

	"$@"
	took=$(((${EPOCHREALTIME/./} - ${start/./}) / 1000000))
}

# ---- exit codes and signals -----------------------------------------------
status() {
	run bash -c "ulimit -c 0; for i in {0..255}; do $X ${shim[*]} -- sh -c \
		\"exit \$i\"; [[ \$? == \$i ]] || echo \$i: \$?; done"
	is "$out$err" "" "exit codes 0 to 255, $mode"
	run bash -c "ulimit -c 0; for i in HUP INT QUIT ILL TRAP ABRT BUS FPE KILL \
		USR1 SEGV USR2 PIPE ALRM TERM XCPU VTALRM IO SYS RTMIN; do
		$X ${shim[*]} -- sh -c \"kill -\$i \\\$\\\$\" 2>/dev/null
		[[ \$? == \$((128 + \$(kill -l \$i))) ]] || echo \$i: \$?
		done" 2>/dev/null
	is "$out" "" "death by each signal is mirrored, $mode"
	run "$python" -c 'import subprocess, sys
print(subprocess.run(sys.argv[1:]).returncode)' \
		"$X" "${shim[@]}" -- sh -c 'kill -9 $$'
	is "$out" -9 "as a signal, not as a code, $mode"
}
each_mode status

errors() {
	# A directory on PATH that this user cannot search would say 126.
	PATH=/usr/bin:/bin sbx -- no-such-command
	is "$rc" 127 "a command that does not exist, $mode: 127"
	like "$err" '^sbx-run: [^'$'\n'']*no-such-command[^'$'\n'']*$' \
		"one sentence that quotes it, $mode"
	sbx -- "$T/no/such"
	is "$rc" 127 "a path that does not exist, $mode: 127"
	like "$err" "^sbx-run: [^"$'\n'"]*$T/no/such[^"$'\n'"]*\$" \
		"one sentence that quotes it, $mode"
	sbx -- /etc/passwd
	is "$rc" 126 "a file that cannot be executed, $mode: 126"
	like "$err" '^sbx-run: [^'$'\n'']*/etc/passwd[^'$'\n'']*$' \
		"one sentence that quotes it, $mode"
	sbx -- /
	is "$rc" 126 "a directory, $mode: 126"
	printf '#!/no/such/interpreter\n' >"$T/script"
	chmod 755 "$T/script"
	sbx -- "$T/script"
	is "$rc" "$(as_user "$user" env "$T/script" 2>/dev/null; echo $?)" \
		"a script without its interpreter, $mode: as env says"
}
each_mode errors

# option CODE QUOTED ARGUMENT... - a command line that is refused
option() {
	local code=$1 quoted=$2

	shift 2
	run "$X" "$@"
	is "$rc" "$code" "$*: $code"
	like "$err" '^sbx-run: [^'$'\n'']*'"$quoted"'[^'$'\n'']*$' \
		"one sentence that quotes $quoted"
	unlike "$out" ran "the command does not run"
}
option 125 -- '--no-such-option' --no-such-option -- echo ran
option 125 '-z' -z -- echo ran
option 125 '--allow-unix-socket' --allow-unix-socket
option 125 '""' --allow-unix-socket '' -- echo ran
option 125 "$T/a/../b" --allow-unix-socket "$T/a/../b" -- echo ran
option 125 /dev/null/x --allow-unix-socket /dev/null/x -- echo ran
ln -s loop "$T/loop"
option 125 "$T/loop" --allow-unix-socket "$T/loop" -- echo ran
option 125 sometimes --network sometimes -- echo ran
option 125 strong --backstop strong -- echo ran
option 125 ENOSUCH --deny-errno ENOSUCH -- echo ran
option 125 /no/such/log --log /no/such/log -- echo ran
option 125 all --unix-sockets=all -- echo ran
option 125 command
run "$X" --version
like "$out,$rc" '[0-9]+\.[0-9]+.*,0$' "--version"
run "$X" --help
like "$out,$rc" 'allow-unix-socket.*,0$' "--help"
run sh -c "$X -- echo to nobody >/dev/full"
unlike "$rc" '^0$' "the command's write error is the command's"

# ---- pipelines and tools --------------------------------------------------
tools() {
	local x="$X ${shim[*]}" n

	timed run bash -c "$x -- yes | head -1; echo \${PIPESTATUS[0]}"
	is "$out" $'y\n141' "yes | head -1 ends by SIGPIPE, $mode"
	ok "at once, $mode" test "$took" -lt $((5 * SLOW))
	run bash -c "seq 100000 | $x -- sort -n | $x -- tail -1"
	is "$out" 100000 "both ends of a pipeline, $mode"
	run bash -c "printf 'a\nb\n' | { read -r x; $x -- cat; }"
	is "$out" b "standard input continues where it was, $mode"
	run bash -c "$x -- cat </dev/null; echo end"
	is "$out" end "an end of file passes, $mode"
	run bash -c "$x -- cat <&- ; $x -- echo out >&-; $x -- true 2>&-; echo \$?"
	is "$out" 0 "closed standard descriptors, $mode"

	timed run timeout 1 "$X" "${shim[@]}" -- sleep $((9 * SLOW))
	is "$rc" 124 "timeout 1, $mode"
	ok "in time, $mode" test "$took" -lt $((4 * SLOW))
	run script -qec "$x -- sh -c 'tty; exit 3'" /dev/null
	is "$rc" 3 "script, $mode: exit code"
	like "$out" /dev/pts/ "script, $mode: a terminal"
	run bash -c "seq 20 | xargs -P4 -n1 $x -- echo | sort -n"
	is "$out" "$(seq 20)" "xargs -P4, $mode"
	run bash -c "seq 3 | xargs -I% $x -- sh -c 'exit %'"
	is "$rc" 123 "xargs sees the exit code, $mode"
	printf 'n = 1 2 3 4 5 6 7 8\nall: $n\n$n:\n\t@%s -- echo made $@\n' \
		"$x" >"$T/Makefile"
	run make -j4 -C "$T" --no-print-directory
	is "$(sort <<<"$out"),$err" \
		"$(printf 'made %s\n' 1 2 3 4 5 6 7 8)," "make -j4, $mode"
	printf 'bad:\n\t@%s -- false\n' "$x" >"$T/Makefile"
	run make -C "$T"
	like "$rc,$err" '2,.*Error 1' "make sees the failure, $mode"
	run nice -n 5 "$X" "${shim[@]}" -- nice
	is "$out" $(($(nice) + 5)) "nice, $mode"
	run env -i "$X" "${shim[@]}" -- /usr/bin/env
	unlike "$(grep -vE '^(LD_PRELOAD|SBX_[A-Z]+)=' <<<"$out")" = \
		"an empty environment stays nearly so, $mode"
	run nohup "$X" "${shim[@]}" -- sh -c 'kill -HUP $$; echo alive'
	is "$out" alive "nohup, $mode"

	run strace -f -o "$T/trace.$user" -e trace=connect "$X" "${shim[@]}" \
		--allow-unix-socket "$s" -- "$lib/cli" "$s"
	is "$out,$rc" pong,0 "strace -f around it, $mode"
	sbx -- strace -f -o "$T/trace2.$user" -e trace=exit_group sh -c \
		'true; exit 6'
	is "$rc,$err" 6, "strace inside, $mode"
	like "$(<"$T/trace2.$user")" 'exit_group\(6\)' "it traces, $mode"
	sbx --allow-unix-socket "$s" -- strace -f -o "$T/trace3.$user" \
		"$lib/cli" "$s"
	is "$out,$rc" pong,0 "a traced client inside, $mode"
	run gdb -nx -batch -ex 'set auto-load off' -ex run --args "$X" \
		"${shim[@]}" -- sh -c 'echo ran; exit 3'
	like "$out" ran "gdb -batch around it, $mode"
	like "$out" 'exited with code 03' "gdb sees the exit code, $mode"
	sbx -- gdb -nx -batch -ex run --args sh -c 'exit 3'
	like "$out" 'exited with code 03' "gdb inside, $mode"
	n=$(pgrep -P $$ -x 'sbx-run' | wc -l)
	is "$n" 0 "nothing stays behind, $mode"
}
chmod 1777 "$T"
each_mode tools

# ---- descriptors ----------------------------------------------------------
descriptors() {
	local list='import os
for fd in range(1024):
    try:
        print(fd, os.readlink(f"/proc/self/fd/{fd}"), os.get_inheritable(fd))
    except OSError:
        pass'

	exec 7<>"$T/open" 9</dev/null 33>/dev/null
	run "$python" -c "$list"
	local outside=$out
	sbx --log "$T/log.$user" --allow-unix-socket "$s" -- \
		"$python" -c "$list"
	is "${out//$T\/.???/}" "${outside//$T\/.???/}" \
		"the command has what the caller had, $mode"
	exec 7<&- 9<&- 33>&-
	sbx -- sh -c 'ls -l /proc/self/fd /proc/self/task/*/fd'
	unlike "$out" 'anon_inode|seccomp|socket:|memfd' "none of ours, $mode"
	run grep ^Sig[BI] /proc/self/status
	outside=$out
	sbx -- grep ^Sig[BI] /proc/self/status
	is "$out" "$outside" "no other signal is blocked or ignored, $mode"
	# One of them is of glibc's own (SIGSETXID), and asked for by its number.
	local odd=("$python" -c 'import ctypes, os, signal, subprocess, sys
number = 13 if os.uname().machine == "x86_64" else 134
ctypes.CDLL(None).syscall(number, 33, (ctypes.c_ulong * 4)(1), None, 8)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
signal.signal(signal.SIGUSR2, signal.SIG_IGN)
print(subprocess.run(sys.argv[1:], restore_signals=False,
    capture_output=True, text=True).stdout)')
	run "${odd[@]}" grep -E 'Sig(Blk|Ign)' /proc/self/status
	outside=$out
	run "${odd[@]}" "$X" "${shim[@]}" -- \
		grep -E 'Sig(Blk|Ign)' /proc/self/status
	is "$out" "$outside" "what the caller blocked and ignored, $mode"
	sbx -- sh -c 'ulimit -n; ulimit -s; umask; pwd; id'
	is "$out" "$(as_user "$user" sh -c 'ulimit -n; ulimit -s; umask; pwd; id')" \
		"limits, umask, directory and ids, $mode"
}
each_mode descriptors

# ---- kill -----------------------------------------------------------------
# inside COMMAND... - starts a sandbox; sets sbx_pid, sup and command
inside() {
	# The last one was ready, too.
	: >"$T/inside.log"
	# A shell starts its background jobs with these ignored.
	SERVER_USER=$user start_server inside env --default-signal=INT,QUIT \
		"$X" "${shim[@]}" "${options[@]}" -- "$@"
	sbx_pid=$pid
	wait_for 10 grep -q ready "$T/inside.log"
	sup=$(pgrep -P "$sbx_pid")
	command=$(pgrep -P "$sup")
}
options=()

gone() {
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"
}

# stops_itself - stopped and continued by its own child, more often than there
# is room for what is to be told
stops_itself() {
	run timeout 60 "$sbx_run" "${shim[@]}" -- "$python" -c '
import os, signal, time
me = os.getpid()
child = os.fork()
if child == 0:
    for _ in range(400):
        os.kill(me, signal.SIGSTOP)
        while open(f"/proc/{me}/stat").read().rpartition(")")[2][1] != "T":
            pass
        time.sleep(0.0005)
        os.kill(me, signal.SIGCONT)
    os._exit(0)
os.waitpid(child, 0)
os._exit(7)'
	is "$rc" 7 "a command that is continued from inside ends, $mode"
}

kills() {
	local signal code

	for signal in TERM HUP INT USR1 QUIT; do
		inside sh -c "ulimit -c 0; echo ready; exec sleep 60"
		kill -"$signal" "$sbx_pid"
		wait "$sbx_pid" 2>/dev/null
		code=$?
		is "$code" "$((128 + $(kill -l "$signal")))" \
			"$signal to sbx-run ends both by it, $mode"
		ok "the command is gone, $mode" gone "$command"
	done
	inside bash -c 'trap "echo got it; exit 9" TERM; echo ready
		while :; do sleep 0.1; done'
	kill -TERM "$sbx_pid"
	wait "$sbx_pid"
	is $? 9 "a command that handles TERM ends as it likes, $mode"
	is "$(grep -c 'got it' "$T/inside.log")" 1 "and got it once, $mode"

	inside sh -c 'echo ready; exec sleep 60'
	kill -STOP "$command"
	ok "a stopped command stops sbx-run, $mode" wait_for 5 \
		grep -q '^State:.T' "/proc/$sbx_pid/status"
	kill -CONT "$sbx_pid"
	ok "CONT to sbx-run continues it, $mode" wait_for 5 \
		grep -q '^State:.S' "/proc/$command/status"
	kill -STOP "$command"
	wait_for 5 grep -q '^State:.T' "/proc/$sbx_pid/status"
	kill -CONT "$command"
	ok "so does CONT to the command, $mode" wait_for 5 \
		grep -q '^State:.S' "/proc/$sbx_pid/status"
	kill -STOP "$command"
	wait_for 5 grep -q '^State:.T' "/proc/$sbx_pid/status"
	kill -KILL "$command"
	ok "a command that is killed while it is stopped ends both, $mode" \
		wait_for 5 gone "$sbx_pid"
	kill -CONT "$sbx_pid" 2>/dev/null # if it has not
	wait "$sbx_pid" 2>/dev/null
	is $? 137 "... by that signal, $mode"
	stops_itself

	inside sh -c 'echo ready; exec sleep 60'
	kill -KILL "$sbx_pid"
	wait "$sbx_pid" 2>/dev/null
	ok "KILL to sbx-run kills the command, $mode" wait_for 5 gone "$command"
	ok "and ends the supervisor, $mode" wait_for 5 gone "$sup"

	# With the supervisor, every decision is gone: nothing opens.
	touch "$T/hold"
	options=(--allow-unix-socket "$s")
	inside bash -c "echo ready; $lib/cli $s
		while [ -e $T/hold ]; do sleep 0.1; done
		$lib/cli $s; $lib/cli $T/run/other; exit 3"
	options=()
	ok "a connect before, $mode" wait_for 5 grep -q pong "$T/inside.log"
	code=$(seen srv)
	kill -KILL "$sup"
	sleep 0.2
	rm "$T/hold"
	wait "$sbx_pid"
	is $? 3 "a killed supervisor, $mode: the command's end is still told"
	is "$(grep -c 'connect: ENOSYS' "$T/inside.log")" 2 \
		"every later connect is refused, $mode"
	is "$(seen srv)" "$code" "the server sees none of them, $mode"

	# Its orphans become the launcher's children, and end with the command.
	touch "$T/hold"
	inside sh -c "hold() { while [ -e $T/hold ]; do sleep 0.1; done; }
		(hold &) ; hold & echo ready; hold; exit 5"
	kill -KILL "$sup"
	sleep 0.2
	rm "$T/hold"
	wait "$sbx_pid"
	is $? 5 "a killed supervisor, $mode: orphans are not taken for it"
	inside sh -c 'trap "exit 7" TERM; echo ready; sleep 0.1 & wait
		while :; do sleep 0.1; done'
	kill -KILL "$sup"
	sleep 0.2
	kill -TERM "$sbx_pid"
	wait "$sbx_pid"
	is $? 7 "a killed supervisor, $mode: signals still get through"
}
each_mode kills

# A signal that sbx-run passed on is unread when the supervisor ends; that must
# not hide what the supervisor said last.  The command waits without a program
# of its own: under the shim each one asks the supervisor as it starts.
mkfifo -m 666 "$T/go"
unread() {
	inside sh -c "echo ready; read -r go <'$T/go'; exit 7"
	kill -STOP "$sup"
	kill -WINCH "$sbx_pid"
	echo >"$T/go"
	ok "the command ends while its supervisor is stopped, $mode" \
		wait_for 5 gone "$command"
	kill -CONT "$sup"
	wait "$sbx_pid"
	is $? 7 "the command's end is told, $mode"
	is "$(<"$T/inside.log")" ready \
		"a stopped supervisor was not killed, $mode"
}
each_mode unread

# ---- those who stay behind ------------------------------------------------
daemons() {
	local n flag=$T/flag.$user${shim[0]-}

	# An orphan in the sandbox is reaped by the supervisor.
	sbx -- sh -c 'orphan=$( (sleep 0.3 >/dev/null & echo $!) )
		sleep 1; ps -o stat= -p "$orphan" | grep -c Z'
	is "$out" 0 "an orphan leaves no zombie, $mode"

	# A double fork outlives the command, and is still confined.
	sbx --allow-unix-socket "$s" -- sh -c "setsid sh -c '
		while [ ! -e $flag ]; do sleep 0.1; done
		$lib/cli $s daemon; $lib/cli $T/run/srv.not; $lib/cli @none
		$lib/cli $T/out.sock
		echo over' >$flag.log 2>&1 </dev/null & exit 4"
	is "$rc" 4 "a command that leaves a daemon ends at once, $mode"
	start_server "out" "$lib/srv" "$T/run/out.sock"
	wait_for_socket "$T/run/out.sock"
	n=$(seen out)
	ln -sf "$T/run/out.sock" "$T/out.sock"
	touch "$flag"
	ok "the daemon works on, $mode" wait_for 10 grep -q over "$flag.log"
	is "$(head -n 4 "$flag.log")" \
		$'pong\nconnect: ENOENT\nconnect: ECONNREFUSED\nconnect: EACCES' \
		"with the policy that it had, $mode"
	is "$(seen out)" "$n" "the server it may not reach saw nothing, $mode"
	stop_server "$pid"
	rm -f "$T/run/out.sock"
	ok "nothing stays when it is over, $mode" wait_for 5 \
		eval "! pgrep -f '$flag'"
}
each_mode daemons
done_testing
