#!/bin/bash
# SPDX-License-Identifier: MIT
# sbx-log.t - what sbx-log makes of real logs, and of hostile ones
LIMIT=60
source "$(dirname "$0")/../lib/tap.sh"
need jq
sbx_log=$SBX_BUILD/sbx-log
ask=("$python" "$root/tests/lib/ask.py")
unset XDG_RUNTIME_DIR DOCKER_HOST

# slog ARGUMENT... - runs sbx-log
slog() {
	run "$sbx_log" "$@"
}

# calm TEXT - nothing of the last run moves a terminal's cursor, or deceives
calm() {
	ok "$1" "$python" -c 'import sys
for name in sys.argv[1:]:
    for c in open(name, encoding="utf-8").read():
        assert c in "\n\t" or not (ord(c) < 32 or 127 <= ord(c) < 160 or
            0x200e <= ord(c) <= 0x200f or 0x2028 <= ord(c) <= 0x202e or
            0x2066 <= ord(c) <= 0x2069 or ord(c) == 0x61c), hex(ord(c))' \
		"$T/.out" "$T/.err"
}

# ---- the command line -----------------------------------------------------
wrong() { # MESSAGE ARGUMENT...
	local message=$1

	shift
	slog "$@" </dev/null
	is "$rc,$out" "125," "sbx-log $*: 125"
	like "$err" "^sbx-log: $message" "... says why"
	is "$(wc -l <"$T/.err")" 1 "... in one line"
	calm "... that is safe"
}

usage() {
	local command

	wrong 'no command given; usage: '
	wrong 'unknown command "dance"; use ' dance
	wrong 'unknown option "--fly"; see ' summary --fly
	wrong 'unknown option "--a\\x1b\[31m"; see ' summary $'--a\e[31m'
	wrong '--run needs a NAME' summary --run
	wrong '--all takes no value' summary --all=x
	wrong '--config is not for summary' summary --config "$T/x"
	wrong '--new is not for html' html --new
	wrong 'follow needs one FILE' follow
	wrong 'follow needs one FILE' follow a b
	wrong 'cannot open the log ".*/no": No such file' summary "$T/no"
	wrong 'cannot open the log ".*/\\x1bno": No such' html "$T/"$'\eno'
	wrong 'cannot read the log ".*": Is a directory' summary "$T"
	wrong 'cannot read the log ".*": Is a directory' follow "$T"
	wrong 'there is no run "x" in the log' summary --run x /dev/null
	wrong 'cannot open the log "--all"' summary -- --all
	slog --help
	is "$rc,$err" "0," "--help"
	for command in summary suggest follow html --all --config --wide --run \
		--new; do
		like "$out" "$command" "... names $command"
	done
	slog --version
	is "$out" "sbx-log $("$sbx_run" --version | cut -d' ' -f2)" "--version"
	"$sbx_log" --help >/dev/full 2>"$T/.err"
	is "$?" 125 "a full disk: 125"
	slog summary </dev/null
	is "$rc,$out" "0,There are no events." "an empty log is no failure"
}

# ---- suggestions, pasted back ---------------------------------------------
# refused_before LOG OPTION... -- WHAT:NAME... - makes the log; none works
refused_before() {
	local log=$1

	shift
	rm -f "$log"
	sbx -q --log "$log" "$@"
	unlike "$out" ok "nothing of it works before, $mode"
}

# works_after WHAT OPTION... -- WHAT:NAME... - all of it works, none is refused
works_after() {
	local what=$1

	shift
	sbx "$@"
	unlike "$out" 'E[A-Z]+' "$what: all of it works, $mode"
	like "$out" ok "... really, $mode"
	unlike "$err" 'sbx: ' "... and nothing is said, $mode" ||
		diag "$err"
}

# pasted LOG BASE... -- WHAT:NAME... - options and file do
pasted() {
	local log=$1 base=() args

	shift
	while [[ $1 != -- ]]; do
		base+=("$1")
		shift
	done
	refused_before "$log" "${base[@]}" -- "${ask[@]}" "${@:2}"
	slog suggest "$log"
	is "$rc" 0 "suggest, $mode"
	calm "... is safe to look at, $mode"
	eval "args=($out)"
	works_after "options" "${base[@]}" "${args[@]}" -- "${ask[@]}" "${@:2}"
	slog suggest --config "$log"
	calm "a configuration is safe to look at, $mode"
	cp "$T/.out" "$T/conf"
	works_after "a configuration" "${base[@]}" --config "$T/conf" -- \
		"${ask[@]}" "${@:2}"
	sbx "${base[@]}" "${args[@]}" -- "$lib/cli" "$T/s/other.sock"
	refused "what was not asked for, $mode" \
		"connect unix:$T/s/other.sock"
}

suggestions() {
	local log=$T/log/suggest.$user${shim[0]-} home names=() odd

	home=$T/home.$user${shim[0]-}
	mkdir -p "$home/own"
	((EUID)) || chown -R 65534:65534 "$home"
	[[ $user != root ]] || chown -R 0:0 "$home"
	for odd in "${odds[@]}"; do
		names+=("connect:$T/s/odd/$odd")
	done
	pasted "$log" -- "${names[@]}" connect:@plain.$$ connect:@nul%00x.$$ \
		connect:@star.$$'*' connect:$'@\xff\e'.$$ "bind:$home/b" \
		"bind:$home/"$'\n\xfe' bind:@mine.$$ "tcp:$port" listen:0 \
		"temporary:$home/own"
	unlike "$(<"$T/conf")" 'tmp[a-z0-9_]{8}' \
		"names that change are not in it, $mode"
	is "$(grep -c 'no.sock' "$T/conf")" 0 "nor what was not asked for, $mode"
	# The longest name there is, which only a relative path can have.
	mode+=', from a directory' in_odd "$log"
	pasted "$log" --allow-udp 127.0.0.1:9 -- "udp:$port"
	pasted "$log" --backstop=supervised --allow-unix-dgram -- \
		"send:$T/s/dgram.sock"
	datagrams "$log"
}

in_odd() {
	local here=$PWD

	cd "$T/s/odd" || bail "no $T/s/odd"
	pasted "$1" -- "connect:$long"
	cd "$here" || bail "no $here"
}

# What they would send to is known only after they exist, or by --audit.  On
# Linux 7.1 they do, but nobody tells what the kernel refuses to send.
datagrams() {
	local log=$1 args

	refused_before "$log" --backstop=supervised -- "${ask[@]}" \
		"send:$T/s/dgram.sock"
	slog suggest "$log"
	is "$out" "--allow-unix-dgram" "first, datagrams, $mode"
	rm -f "$log"
	sbx -q --log "$log" --audit -- "${ask[@]}" "send:$T/s/dgram.sock"
	slog suggest "$log"
	eval "args=($out)"
	works_after "audited datagrams" "${args[@]}" -- "${ask[@]}" \
		"send:$T/s/dgram.sock"
}

# ---- summary --------------------------------------------------------------
summaries() {
	local log=$T/log/summary.$user${shim[0]-} i runs

	rm -f "$log"
	for i in 1 2; do
		sbx -q --log "$log" --log-allowed \
			--allow-unix-socket "$T/s/ok.sock" -- "${ask[@]}" \
			"connect:$T/s/ok.sock" "connect:$T/s/docker.sock" \
			"connect:$T/s/odd/${odds[1]}"
	done
	slog summary "$log"
	is "$rc,$err" "0," "summary, $mode"
	calm "... is safe to look at, $mode"
	is "$(grep -c '^run ' <<<"$out")" 2 "two runs are kept apart, $mode"
	is "$(grep -c '^  2 refused; 1 allowed$' <<<"$out")" 2 \
		"... and counted, $mode"
	like "$out" "  1  connect unix:$T/s/docker.sock  \[root-equivalent\]" \
		"a risk is named, $mode"
	like "$out" "refused, by program.    2  python3" "by program, $mode"
	runs=$(jq -r .run "$log" | sort -u)
	slog summary --run "$(head -n 1 <<<"$runs")" "$log"
	is "$(grep '^run' <<<"$out" | cut -d' ' -f2)" \
		"$(head -n 1 <<<"$runs")," "one run can be chosen, $mode"
	slog summary --run last "$log"
	is "$(grep '^run' <<<"$out" | cut -d' ' -f2)" \
		"$(jq -r .run "$log" | tail -n 1)," "or the last, $mode"
}

# No line is lost, whatever there is in between.
malformed() {
	local log=$T/log/malformed good

	rm -f "$log"
	sbx -q --log "$log" -- "${ask[@]}" "connect:$T/s/no.sock"
	good=$(head -n 1 "$log")
	{
		echo "$good"
		printf '\e[31mred\a\n\0\n\xff\xfe\n{"ts"\n[]\n'
		echo "$good"
		echo '{"ts":"2026-11-28T15:14:01.000000Z","run":"r","lost":7}'
		echo "${good/\"pid\":/\"pid\":-}"
		echo "sbx: denied: x[1] connect unix:/x"
		head -c 1500000 /dev/zero | tr '\0' x
		echo
		printf '%s' "${good:0:50}"
	} >"$T/log/mixed"
	slog summary "$T/log/mixed"
	is "$rc" 0 "malformed lines are no failure"
	calm "... and safe to look at"
	like "$out" '9 lines could not be read:' "... and counted"
	like "$out" 'mixed:2: .*"\\x1b\[31mred\\x07"' "... with number and text"
	like "$out" 'mixed:9: pid is out of range: ' "... and reason"
	like "$out" 'mixed:11: it is too long: "xxxxx' "one that is too long"
	like "$out" 'mixed:12: .*' "one that has no end"
	like "$out" 'write the log with --log-format=json' "one for people"
	like "$out" '  2 refused' "events around them are counted"
	like "$out" '7 LOST: they could not be written' "and lost ones are told"
	slog suggest "$T/log/mixed"
	is "$out" "--allow-unix-connect $T/s/no.sock" "suggest goes on, too"
	like "$err" '9 lines could not be read:' "... and tells"
	calm "... safely"
	slog summary "$log" - "$log" <"$log"
	like "$out" '  3 refused' "several files, and standard input"
	is "$(slog summary <"$log"; echo "$out")" \
		"$(slog summary "$log"; echo "$out")" "no file is standard input"
}

# ---- follow ---------------------------------------------------------------
# many FIRST LAST - binds abstract names for two seconds
many='import socket, sys, time
first, last = map(int, sys.argv[1:])
for i in range(first, last):
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.bind("\0follow%04d" % i)
    except OSError:
        pass
    time.sleep(2 / (last - first))'

followed() { # NUMBER - as many different names were shown
	[[ $(grep -o 'follow[0-9]*' "$T/follow.log" | sort -u | wc -l) -ge $1 ]]
}

follow() {
	local log=$T/log/follow sbx_pid follow_pid

	rm -f "$log"
	sbx -q --log "$log" -- "$python" -c "$many" 0 5
	SERVER_USER=$user start_server follow "$sbx_log" follow "$log"
	follow_pid=$pid
	ok "what is there is shown" wait_for 20 followed 5
	# Renamed while it is written to.
	SERVER_USER=$user start_server writer "$sbx_run" "${shim[@]}" -q \
		--log "$log" -- "$python" -c "$many" 5 105
	sbx_pid=$pid
	wait_for 20 followed 20
	mv "$log" "$log.1"
	wait "$sbx_pid"
	ok "the rest of a file that was renamed, and the new one" \
		wait_for 30 followed 105
	# Made anew by the next run.
	mv "$log" "$log.2"
	sbx -q --log "$log" -- "$python" -c "$many" 105 110
	ok "a new file" wait_for 30 followed 110
	# Cut, as logrotate's copytruncate does.
	: >"$log"
	sleep 0.5
	sbx -q --log "$log" -- "$python" -c "$many" 110 112
	ok "a file that was cut" wait_for 30 followed 112
	printf 'no event\e[m\n' >>"$log"
	ok "a line that is none" wait_for 20 grep -q \
		'^sbx-log: line [0-9]* cannot be read: .*"no event\\x1b\[m"' \
		"$T/follow.log"
	kill -INT "$follow_pid"
	wait "$follow_pid"
	is "$?" 0 "an interrupt ends it, well"
	is "$(grep -c 'sbx: denied' "$T/follow.log")" 112 "each line is shown once"
	is "$(grep -c '^run ' "$T/follow.log")" 4 "and each run named"
	cp "$T/follow.log" "$T/.out"
	calm "following is safe to look at"
	slog follow - <"$log.1"
	is "$rc" 0 "a pipe is followed to its end"
	like "$out" 'sbx: denied: python3.* -- allow with --allow-unix-socket @follow' \
		"... with hints"
	echo "$(head -n 1 "$log.1" | sed 's/"hint":"[^"]*/&; id/')" >"$T/log/forged"
	slog follow - <"$T/log/forged"
	like "$out" 'sbx: denied' "a forged hint: the event is shown"
	unlike "$out" 'allow with' "... but not the hint"
}

# Where a call came from is told, too.
stacks() {
	local log=$T/log/stacks

	rm -f "$log"
	sbx -q --log "$log" --log-stacks -- "$lib/cli" "$T/s/no.sock"
	slog follow - <"$log"
	like "$out" "sbx: denied: cli.*    at [^ ]+\+0x" "a stack is shown"
	slog html "$log"
	like "$out" '"[^"]*\+0x[0-9a-f]+' "... and is in the page"
}

followed_new() {
	local log=$T/log/new

	rm -f "$log"
	sbx -q --log "$log" -- "$python" -c "$many" 0 2
	SERVER_USER=$user start_server follow "$sbx_log" follow --new "$log"
	sleep 1
	sbx -q --log "$log" -- "$python" -c "$many" 2 3
	ok "--new shows what comes" wait_for 20 followed 1
	like "$(<"$T/follow.log")" follow0002 "... and nothing else"
	stop_server "$pid"
}

# ---- size -----------------------------------------------------------------
# 10^5 events, of which none is like another.
large() {
	local command most

	"$python" - >"$T/large" <<-'END'
	for i in range(100000):
	    print('{"ts":"2026-11-28T15:%02d:%02d.%06dZ","seq":%d,"run":"r%d",'
	          '"pid":%d,"ppid":%d,"comm":"c%d","op":"connect",'
	          '"family":"unix","type":"stream","path":"/no/%d/s",'
	          '"resolved":"/no/%d/s","verdict":"deny","errno":"EACCES",'
	          '"tier":"supervised","layer":"supervisor","advisory":false,'
	          '"hint":"--allow-unix-socket /no/%d/s","count":1}'
	          % (i // 60 % 60, i % 60, i, i + 1, i // 1000, 2 + i % 30000,
	             1 + i % 29999, i % 50, i, i, i))
	END
	for command in summary suggest html; do
		timeout "$((60 * SLOW))" "$python" -c 'import resource, sys
import subprocess
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL,
               stderr=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \
			"$sbx_log" "$command" "$T/large" >"$T/.out"
		is "$?" 0 "$command reads 10^5 events in time"
		most=$(<"$T/.out")
		note "$command: $most KiB"
		[[ ${SBX_SANITIZED-} ]] ||
			ok "... and in 128 MiB" test "$most" -le 131072
	done
}

# ---- servers --------------------------------------------------------------
private_dir s
private_dir s/odd
private_dir log
chmod 777 "$T/log" "$T/s" "$T/s/odd"
for name in ok no other docker; do
	start_server "$name" "$lib/srv" "$T/s/$name.sock"
	wait_for_socket "$T/s/$name.sock"
done
start_server dgram "$lib/dsrv" "$T/s/dgram.sock"
start_server tcp "$lib/tcpload" serve
wait_for 10 grep -q ^port "$T/tcp.log" || bail "no server"
port=$(sed -n 's/^port //p' "$T/tcp.log")
odds=($'new\nline' $'\e[31mred\e]0;title\a' 'quo"te\u0041' $'bad\xff\xc3'
	$'rev\xe2\x80\xae' '@at' "it's" 'two words' '$HOME' '`id`$(id)' 'st*r?'
	'#no comment' '~root' 'back\slash\' '<b>' '-q' $'tab\there')
printf -v long 'l%.0s' {1..107}
i=0
for odd in "${odds[@]}" "$long"; do
	[[ $odd == "$long" ]] || odd=./$odd
	start_server "odd$((i++))" env -C "$T/s/odd" "$lib/srv" "$odd"
	wait_for 10 test -S "$T/s/odd/$odd" || bail "no server $odd"
done
start_server abstract "$python" -c 'import os, socket, sys, time
all = []
for name in (b"plain", b"nul\0x", b"star", b"\xff\x1b"):
    end = b"." + sys.argv[1].encode() + (b"*" if name == b"star" else b"")
    s = socket.socket(socket.AF_UNIX)
    s.bind(b"\0" + name + end)
    s.listen(1000)
    all.append(s)
print("ready", flush=True)
time.sleep(1e6)' $$
wait_for 10 grep -q ready "$T/abstract.log" || bail "no abstract names"
wait_for 10 test -S "$T/s/dgram.sock"

usage
each_mode suggestions
each_mode summaries
malformed
follow
followed_new
stacks
large
done_testing
