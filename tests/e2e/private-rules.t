#!/bin/bash
# SPDX-License-Identifier: MIT
# private-rules.t - what --private-sockets opens, and what stays closed.
source "$(dirname "$0")/../lib/tap.sh"
sockets=$root/tests/lib/sockets.py
chmod 1777 "$T"

# script OPTION... -- LINE... - sockets.py inside, by line
script() {
	local options=()

	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	sbx "${options[@]}" -- "$python" "$sockets" "${@:2}"
}

# outcomes - the results alone
outcomes() {
	sed 's/.*: //' <<<"$out" | tr '\n' ' '
}

# ---- outsiders ------------------------------------------------------------
mkdir -m 1777 "$T/d"
for name in d/out other; do
	start_server "${name##*/}" "$lib/srv" "$T/$name"
	wait_for_socket "$T/$name"
done
start_server abstract "$lib/srv" "@sbx-$$-out"
wait_for_socket "@sbx-$$-out"
chmod 666 "$T/d/out" "$T/other"

# heard N - has each server been reached that often?
heard() {
	(($(seen out) + $(seen other) + $(seen abstract) == $1))
}

visits=0
each() {
	local d=$T/d n=$user${shim[0]-}

	run "$python" "$sockets" "connect $d/out" "connect $T/other" \
		"connect @sbx-$$-out"
	is "$(outcomes)" "ok ok ok " "without sbx, $mode: all servers answer"
	ok "... and count it, $mode" wait_for 5 heard $((visits += 3))
	script --private-sockets="$d" -- "connect $d/out" "mkdir $d/$n" \
		"bind $d/$n/in" "connect $d/$n/in" "symlink $T/other $d/$n/link" \
		"connect $d/$n/link" "symlink $d/out $d/$n/link2" \
		"connect $d/$n/link2" "symlink $d/$n/in $d/$n/mine" \
		"connect $d/$n/mine" "bind $T/elsewhere.$n" "connect $T/other" \
		"connect @sbx-$$-out"
	is "$(outcomes)" "EACCES ok ok ok ok EACCES ok EACCES ok ok EACCES \
EACCES ECONNREFUSED " "own sockets, in a directory of their own, $mode"
	like "$err" "connect unix:$d/out -- allow with --allow-unix-connect \
$d/out" "outsiders' stay refused, $mode: says so"
	ok "no outsider heard of it, $mode" heard "$visits"
	rm -rf "${d:?}/$n"

	# The exception beats it, and others need their own grant.
	mkdir -m 777 "$d/$n" "$d/$n/no"
	script --private-sockets="$d" --deny-unix-socket "$d/$n/no" \
		--allow-unix-socket "$d/out" -- "bind $d/$n/no/x" \
		"bind $d/$n/x" "connect $d/$n/x" "connect $d/out"
	is "$(outcomes)" "EACCES ok ok ok " "exceptions and grants, $mode"
	ok "a grant reaches its server, $mode" wait_for 5 heard $((visits += 1))
	like "$err" "bind unix:$d/$n/no/x -- allow without --deny-unix-socket" \
		"exceptions, $mode: says so"
}
each_mode each

# Two sandboxes are strangers to each other.
each() {
	local d=$T/two.$user${shim[0]-}

	mkdir -m 777 "$d"
	as_user "$user" "$sbx_run" "${shim[@]}" --private-sockets="$d" -- \
		"$python" "$sockets" "bind $d/one" "bind @sbx-$$-one" \
		"touch $d/up" "wait $d/over" >"$T/one" 2>&1 &
	wait_for 10 test -e "$d/up"
	script --private-sockets="$d" -- "connect $d/one" "connect @sbx-$$-one" \
		"bind $d/two" "connect $d/two" "touch $d/over"
	is "$(outcomes)" "EACCES ECONNREFUSED ok ok ok " \
		"another sandbox is a stranger, $mode"
	wait $!
}
each_mode each

# An outsider takes the place of what was bound inside: by then the name has
# been reached, asked about and remembered.
each() {
	local d=$T/place.$user${shim[0]-}

	mkdir -m 777 "$d"
	(
		wait_for 10 test -e "$d/go"
		rm "$d/s"
		start_server "replaced.$user${shim[0]-}" "$lib/srv" "$d/s"
		wait_for 10 test -S "$d/s"
		chmod 666 "$d/s"
		touch "$d/there"
		wait_for 10 test -e "$d/over"
		stop_server "$pid"
	) &
	script --private-sockets="$d" -- "bind $d/s" "connect $d/s" \
		"connect $d/s" "touch $d/go" "wait $d/there" "connect $d/s" \
		"unlink $d/s" "bind $d/s2" "rename $d/s2 $d/s" "touch $d/over"
	wait $!
	if [[ $user == nobody && $EUID == 0 ]] || ((EUID)); then
		is "$(outcomes)" "ok ok ok ok ok EACCES ok ok \
$([[ ${shim[0]-} ]] && echo EACCES || echo ok) ok " \
			"a stranger in its place is refused, $mode"
	else
		like "$(outcomes)" "ok ok ok ok ok EACCES ok" \
			"a stranger in its place is refused, $mode"
	fi
	is "$(seen "replaced.$user${shim[0]-}")" 0 "... and heard nothing, $mode"
}
each_mode each

# Inode numbers are used again soon; whoever gets one is a stranger still.
each() {
	local d=$T/inodes.$user${shim[0]-} i

	mkdir -m 777 "$d"
	cat >"$T/inodes.py" <<-'EOF'
		import os, socket, sys, time
		d = sys.argv[1]
		for n in range(20):
		    s = socket.socket(socket.AF_UNIX)
		    s.bind(f"{d}/in")
		    s.listen()
		    os.unlink(f"{d}/in")
		    s.close()
		    open(f"{d}/turn{n}", "w").close()
		    while not os.path.exists(f"{d}/out{n}"):
		        time.sleep(0.005)
		    c = socket.socket(socket.AF_UNIX)
		    try:
		        c.connect(f"{d}/out{n}")
		        print("reached")
		    except PermissionError:
		        pass
		open(f"{d}/over", "w").close()
		print("done")
	EOF
	cat >"$T/outside.py" <<-'EOF'
		import os, socket, sys, time
		d = sys.argv[1]
		held = []
		os.umask(0)
		for n in range(20):
		    end = time.time() + 20
		    while not os.path.exists(f"{d}/turn{n}") and time.time() < end:
		        time.sleep(0.005)
		    s = socket.socket(socket.AF_UNIX)
		    s.bind(f"{d}/.out")
		    s.listen()
		    os.rename(f"{d}/.out", f"{d}/out{n}")
		    held.append(s)
		while not os.path.exists(f"{d}/over") and time.time() < end:
		    time.sleep(0.005)
		for s in held:
		    s.setblocking(False)
		    try:
		        s.accept()
		        print("heard")
		    except BlockingIOError:
		        pass
	EOF
	as_user "$user" timeout 60 "$python" "$T/outside.py" "$d" \
		>"$d/heard" 2>&1 &
	sbx --private-sockets="$d" -- "$python" "$T/inodes.py" "$d"
	wait $!
	is "$out,$(cat "$d/heard")" "done," "new files are strangers, $mode"
}
each_mode each

# ---- names ----------------------------------------------------------------
each() {
	local n=sbx-$$-$user${shim[0]-}

	script --private-sockets="$T/d" -- "connect @$n" "bind @$n" \
		"connect @$n" "close @$n" "connect @$n" "bind @" "connect @" \
		"bind @sbx-$$-out"
	is "$(outcomes)" "ECONNREFUSED ok ok ok ECONNREFUSED ok ok EADDRINUSE " \
		"abstract names and autobind, $mode"
	is "$err" "" "abstract names, $mode: nothing was refused"
	script -- "bind @" "bind @$n"
	is "$(outcomes)" "EACCES EACCES " "not granted, $mode: refused"
	like "$err" "bind unix .autobind. -- allow with --private-sockets" \
		"autobind, $mode: the option that helps"
	# A name that an outsider held a moment ago, and so was refused.
	cat >"$T/again.py" <<-'EOF'
		import socket, subprocess, sys
		name = "\0" + sys.argv[1]
		def connect():
		    c = socket.socket(socket.AF_UNIX)
		    c.settimeout(5)
		    return c.connect_ex(name)
		for _ in range(3):
		    connect()
		print(open(sys.argv[2]).read(), end="")
		s = socket.socket(socket.AF_UNIX)
		s.bind(name)
		s.listen()
		print(connect())
	EOF
	mkfifo "$T/gone.$n"
	chmod 666 "$T/gone.$n"
	start_server "again.$n" "$lib/srv" "@$n"
	wait_for_socket "@$n"
	(
		wait_for 10 grep -q "\"@$n\"" "$T/again.log"
		stop_server "$pid"
		echo gone >"$T/gone.$n"
	) &
	: >"$T/again.log"
	chmod 666 "$T/again.log"
	sbx --log "$T/again.log" -q --private-sockets="$T/d" -- "$python" \
		"$T/again.py" "$n" "$T/gone.$n"
	kill $! 2>/dev/null
	is "$out" $'gone\n0' "a name is reachable once it is bound inside, $mode"
}
each_mode each

# ---- directories ----------------------------------------------------------
each() {
	local d=$T/where.$user${shim[0]-}

	mkdir -m 777 "$d" "$d/a" "$d/b"
	TMPDIR=$d/a script --private-sockets -- "bind $d/a/s" "connect $d/a/s" \
		"bind $d/b/s" "bind /tmp/sbx-$$.s"
	is "$(outcomes)" "ok ok EACCES EACCES " "TMPDIR is the default, $mode"
	script --private-sockets -- "bind $d/b/s" "connect $d/b/s" \
		"bind /tmp/sbx-$$.s" "unlink /tmp/sbx-$$.s" "bind /dev/shm/s"
	is "$(outcomes)" "ok ok ok ok EACCES " "/tmp is the default, $mode"
	script --private-sockets="$d/a" --private-sockets="$d/b" -- \
		"bind $d/a/t" "bind $d/b/t" "bind $d/t"
	is "$(outcomes)" "ok ok EACCES " "two directories, $mode"
	script --private-sockets="$d" --network full -- "bind $d/u" "connect $T/other"
	like "$err" "notice: --private-sockets has no effect with --network full" \
		"--network full, $mode: a notice"
	script --private-sockets="$d" --network full --unix-sockets=allowlist \
		-- "bind $d/v" "connect $d/v" "connect $T/other"
	is "$(outcomes)" "ok ok EACCES " "... unless the allowlist holds, $mode"
}
each_mode each

# ---- limits ---------------------------------------------------------------
each() {
	local d=$T/many.$user${shim[0]-}

	mkdir -m 777 "$d" "$d/1" "$d/2"
	script --private-sockets="$d" -- "many $d/1 1000"
	is "$(outcomes),$err" "ok ," "a thousand sockets at once, $mode"
	script --private-sockets="$d" -- "churn $d/2/s 600" "churn @sbx-$$-c 300"
	is "$(outcomes),$err" "ok ok ," "hundreds that come and go, $mode"
	rm -rf "$d/1"
}
ulimit -Sn 4096
each_mode each

# The supervisor's own limit: half of its descriptors.  What lives is kept.
each() {
	local d=$T/full.$user${shim[0]-} i lines=()

	mkdir -m 777 "$d"
	for ((i = 1; i <= 64; i++)); do
		lines+=("bind $d/$i")
	done
	run prlimit --nofile=128:128 "$sbx_run" "${shim[@]}" \
		--private-sockets="$d" -- "$python" "$sockets" "${lines[@]}" \
		"bind $d/more" "connect $d/1" "connect $d/64" "close $d/7" \
		"unlink $d/8"
	is "$(outcomes | tr ' ' '\n' | sort | uniq -c | tr -s ' \n' ' ')" \
		" 1 ENOSPC 68 ok " "a full table refuses the next, $mode"
	like "$err" "bind unix:$d/more: too many sockets were bound inside" \
		"a full table, $mode: says so"
}
each_mode each

# When all is gone the supervisor holds nothing of it.
each() {
	local d=$T/clean.$user${shim[0]-} supervisor before job

	mkdir -m 777 "$d" "$d/s"
	as_user "$user" "$sbx_run" "${shim[@]}" --private-sockets="$d" -- \
		"$python" "$sockets" "touch $d/start" "wait $d/go" \
		"many $d/s 300" "touch $d/full" "wait $d/over" >"$T/out" 2>&1 &
	job=$!
	wait_for 10 test -e "$d/start"
	supervisor=$(pgrep -n -f "^$sbx_run.*touch $d/start")
	before=$(find "/proc/$supervisor/fd" -mindepth 1 | wc -l)
	touch "$d/go"
	wait_for 20 test -e "$d/full"
	is "$(($(find "/proc/$supervisor/fd" -mindepth 1 | wc -l) - before >= 300))" 1 \
		"the supervisor holds what lives, $mode"
	rm -rf "$d/s"
	after() {
		local now

		now=$(find "/proc/$supervisor/fd" -mindepth 1 | wc -l)
		((now - before < 10))
	}
	ok "the supervisor lets go of what is gone, $mode" wait_for 10 after
	touch "$d/over"
	wait "$job"
}
if ((EUID == 0)); then
	each_mode each
else
	skip_or_fail "only root sees the supervisor's descriptors"
fi
done_testing
