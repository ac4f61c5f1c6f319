#!/bin/bash
# SPDX-License-Identifier: MIT
# datagram.t - AF_UNIX datagrams: withheld, or sent where they may go.
#
# From Linux 7.1 on the kernel looks at what they send to, by default
# (landlock.t); what is the supervisor's is asked for there.
source "$(dirname "$0")/../lib/tap.sh"

chmod 777 "$T"
start_server yes "$lib/dsrv" -c "$T/yes"
start_server open "$lib/dsrv" "$T/open"
start_server no "$lib/dsrv" "$T/no"
no_pid=$pid
start_server abstract "$lib/dsrv" "@$T/yes"
start_server stream "$lib/srv" "$T/stream"
for server in yes open no abstract; do
	wait_for 10 grep -q ready "$T/$server.log" || bail "no server $server"
done
wait_for_socket "$T/stream"

# got NAME PATTERN - what a server has got, waiting for it
got() {
	wait_for 3 grep -qE "^data $2" "$T/$1.log"
}

# nothing NAME TEXT - that a server has got
nothing() {
	is "$(grep -c ^data "$T/$1.log")" 0 "$2"
}

run "$lib/dcli" to control "$T/no"
is "$out" "ok 7" "without sbx: the ungranted server is there"
ok "... and hears" got no control
stop_server "$no_pid"
rm -f "$T/no"
start_server no "$lib/dsrv" "$T/no"
wait_for 10 grep -q ready "$T/no.log"

supervised=--backstop=supervised

withheld() {
	sbx $supervised --allow-unix-socket "$T/stream" -- \
		"$lib/dcli" to text "$T/yes"
	like "$err" 'socket: Permission denied' "no datagram granted, $mode"
	like "$err" 'denied: dcli.*socket unix dgram: .*--allow-unix-dgram' \
		"... and the hint is --allow-unix-dgram, $mode"
	sbx $supervised --allow-unix-socket "$T" -- "$lib/dcli" to text "$T/yes"
	ok "a granted directory does not tell, $mode" test "$rc" -ne 0
	sbx $supervised --allow-unix-dgram -- "$lib/dcli" to text "$T/no" \
		"$T/missing"
	is "$out" EACCES$'\n'ENOENT "--allow-unix-dgram alone reaches nothing, $mode"
	like "$err" "denied: dcli.*send unix:$T/no.*--allow-unix-socket $T/no" \
		"... and says what would allow it, $mode"
}

# Each way to send, to a granted server and to another.
ways() {
	local way text

	for way in to msg conn memfd cred; do
		text=$way.$user${shim[0]-}
		sbx --allow-unix-socket "$T/yes" -- "$lib/dcli" "$way" "$text" \
			"$T/yes"
		like "$out" '^ok' "$way, $mode"
		if [[ $way == memfd ]]; then
			ok "... arrives" got yes " .*fd $text\b"
		else
			ok "... arrives" got yes "$text pid"
		fi
		sbx --allow-unix-socket "$T/yes" -- "$lib/dcli" "$way" "$text" \
			"$T/no"
		is "$out" EACCES "$way elsewhere, $mode: refused"
	done
	sbx --allow-unix-socket "@$T/yes" -- "$lib/dcli" to "$text" "@$T/yes" \
		"@$T/other"
	is "$out" "ok ${#text}"$'\n'ECONNREFUSED "an abstract name, $mode"
	ok "... arrives" got abstract "$text"
	sbx $supervised --allow-unix-dgram -- "$lib/dcli" to "$text" "@$T/yes"
	is "$out" ECONNREFUSED "an abstract name that is not granted, $mode"
	sbx --allow-unix-dgram --allow-unix-socket "$T" \
		--deny-unix-socket "$T/no" -- "$lib/dcli" mix "mix.$text" \
		"$T/open" "$T/no" "$T/open"
	is "$out" "ok 1"$'\n'" $((${#text} + 4)) 0 0" \
		"sendmmsg stops at what is refused, $mode"
	ok "... after the first" got open "mix.$text"
	is "$(grep -c "^data mix.$text" "$T/open.log")" 1 "... and only that"
	sbx --allow-unix-dgram --allow-unix-socket "$T" -- "$lib/dcli" ask \
		"ask.$text" "$T/open"
	is "$out" "ok $((${#text} + 4))"$'\n'"answer pong" \
		"a server can answer a name bound inside, $mode"
	ok "... which it has seen" got open "ask.$text from $T/open.mine"
}

printed() {
	sbx --print-policy --allow-unix-socket "$T/yes"
	like "$out" 'unix-datagrams allowed' "a granted datagram socket is seen"
	sbx --print-policy --allow-unix-socket "@$T/yes"
	like "$out" 'unix-datagrams allowed' "... by its abstract name"
	sbx --print-policy --allow-unix-bind "$T/yes"
	unlike "$out" unix-datagrams "... not if it is for binding only"
	sbx --print-policy --allow-unix-socket "$T/stream" \
		--allow-unix-socket "$T/missing" --allow-unix-socket "$T"
	unlike "$out" unix-datagrams "streams, missing ones, directories: no"
	sbx --print-policy --allow-unix-dgram
	like "$out" 'unix-datagrams allowed' "--allow-unix-dgram"
	nothing abstract "looking sends nothing"
}

# Whom the receiver sees: pid, user and group.
identity() {
	local text=who.$user${shim[0]-} outside way

	run "$lib/dcli" to "$text.out" "$T/yes"
	got yes "$text.out "
	outside=$(sed -n "s/^data $text.out pid [0-9]* //p" "$T/yes.log")
	for way in to cred; do
		sbx --allow-unix-socket "$T/yes" -- "$lib/dcli" "$way" \
			"$text.$way" "$T/yes"
		got yes "$text.$way "
		is "$(sed -n "s/^data $text.$way pid [0-9]* //p" "$T/yes.log")" \
			"$outside" "$way, $mode: user and group are the client's"
	done
	sbx --allow-unix-socket "$T/yes" -- sh -c \
		'echo $$; exec "$@"' sh "$lib/dcli" to "$text.pid" "$T/yes"
	got yes "$text.pid "
	((EUID)) || [[ $user == nobody ]] && return
	ok "to root's supervisor the process is known, $mode" \
		grep -q "^data $text.pid pid ${out%%$'\n'*} uid 0 gid 0$" \
		"$T/yes.log"
	sbx --allow-unix-socket "$T/yes" -- "$lib/dcli" -u 65534 to \
		"$text.drop" "$T/yes"
	ok "who gave up root is not root, $mode" got yes \
		"$text.drop pid [0-9]+ uid 65534 gid 65534$"
	sbx --allow-unix-socket "$T/yes" -- "$lib/dcli" -u 65534 root \
		"$text.lie" "$T/yes"
	is "$out" EPERM "... and cannot say so, $mode"
	sbx --allow-unix-socket "$T/stream" -- "$lib/dcli" -u 65534 stream \
		"$text.stream" "$T/stream"
	ok "... nor is it root to a stream server, $mode" \
		grep -q "^conn .* uid 65534 gid 65534$" "$T/stream.log"
	unlike "$(tail -n 2 "$T/stream.log")" 'uid 0' "... the last one, $mode"
}

answers() {
	local p=$T/p.$user${shim[0]-} outside probe

	mkdir -m 777 "$p"
	start_server "probe.$user${shim[0]-}" "$lib/probe_send" -m "$p"
	wait_for 10 grep -q ready "$T/probe.$user${shim[0]-}.log"
	for probe in probe_send probe_flow; do
		run "$lib/$probe" "$p"
		outside=$out
		like "$out" 'the third is dead|out of band: c$' \
			"$probe without sbx, $mode"
		sbx --allow-unix-dgram --allow-unix-socket "$p" -- \
			"$lib/$probe" "$p"
		is "$(diff <(echo "$outside") <(echo "$out"))" "" \
			"$probe, granted, $mode: the same answers"
		unlike "$err" "denied.*unix:$p/" \
			"$probe, granted, $mode: nothing was refused"
	done
	run "$lib/probe_send" -n "$p"
	outside=$out
	sbx --allow-unix-dgram -- "$lib/probe_send" -n "$p"
	is "$(diff <(sed 's/: 5$/: EACCES/' <<<"$outside") <(echo "$out"))" \
		"" "not granted, $mode: EACCES for what would have worked"
	stop_server "$pid"
}

# Every sendmsg is performed by the supervisor here: descriptors too.
streams() {
	run "$lib/dcli" pass 300
	is "$out" "ok 2400" "descriptors over streams, 8 threads, without sbx"
	sbx --allow-unix-dgram -- "$lib/dcli" pass 300
	is "$out" "ok 2400" "... with mediated datagrams, $mode"
}

# sendmsg on other sockets is performed, too: with the client's capabilities,
# and but for MSG_ZEROCOPY as outside.
families() {
	local outside want

	run "$python" "$root/tests/lib/send_families.py" full
	outside=$out
	like "$out" 'MSG_FASTOPEN: \(4' "other families without sbx, $mode"
	want=$(sed 's/^\(MSG_ZEROCOPY:\).*/\1 errno 105/
		s/^\(SO_MARK:\).*/\1 errno 1/' <<<"$outside")
	sbx $supervised --network full --unix-sockets=allowlist \
		--allow-unix-dgram -- \
		"$python" "$root/tests/lib/send_families.py" full
	is "$(diff <(echo "$want") <(echo "$out"))" "" \
		"... and inside, $mode: the same"
	sbx --allow-unix-dgram -- "$python" \
		"$root/tests/lib/send_families.py" none
	is "$(diff <(grep -e netlink -e interfaces <<<"$outside") \
		<(echo "$out"))" "" "... without a network, $mode"
}

# What a message needs is given back: descriptors, threads, memory.
# shellcheck disable=SC2016
leaks() {
	local fds=() resident=() i supervisor

	mkfifo "$T/go"
	SERVER_USER=$user start_server leaks "$sbx_run" --allow-unix-dgram -- \
		sh -c 'echo "supervisor $PPID"
			while read -r go <"$1"; do
				"$2" pass "$go"
				echo "end $go"
			done' sh "$T/go" "$lib/dcli"
	wait_for 10 grep -q ^supervisor "$T/leaks.log"
	supervisor=$(sed -n 's/^supervisor //p' "$T/leaks.log")
	for i in 201 202 1003; do
		echo "$i" >"$T/go"
		wait_for 60 grep -q "^end $i" "$T/leaks.log"
		sleep 0.3
		fds+=("$(find "/proc/$supervisor/fd" -type l 2>/dev/null | wc -l)")
		resident+=("$(sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' \
			"/proc/$supervisor/status")")
	done
	is "$(grep -c "^ok 8024$" "$T/leaks.log")" 1 "descriptors are passed"
	note "descriptors ${fds[*]}, KiB ${resident[*]}"
	# Each of the 256 workers that ever were may keep a pidfd.
	ok "no descriptor stays behind" test $((fds[2] - fds[0])) -lt 20
	[[ ${SBX_SANITIZED-} ]] ||
		ok "no memory stays behind" \
			test $((resident[2] - resident[0])) -lt 300
}

notify() {
	local text=READY=1

	sbx --allow-unix-socket "$T/open" -- \
		env "NOTIFY_SOCKET=$T/open" systemd-notify --ready \
		"STATUS=notify.$user${shim[0]-}"
	is "$rc,$err" 0, "systemd-notify, $mode"
	ok "... arrives" got open "$text"
}

log() {
	sbx --allow-unix-socket "$T/open" -- \
		logger -u "$T/open" "logger.$user${shim[0]-}"
	is "$rc,$err" 0, "logger, $mode"
	ok "... arrives" got open ".*logger.$user${shim[0]-}"
	sbx $supervised -- logger -u "$T/no" text
	like "$err" 'denied: logger.*socket unix dgram' "refused, $mode"
}

# syslog(3) to a real /dev/log, in a mount namespace of its own.
# shellcheck disable=SC2016
syslog() {
	mkdir "$T/dev"
	SERVER_USER=root start_server syslogd unshare -m sh -c '
		for f in null zero full tty urandom random; do
			: >"$1/$f" && mount --bind "/dev/$f" "$1/$f" || exit
		done
		mkdir "$1/pts" "$1/shm" && mount --rbind "$1" /dev || exit
		echo mounted
		exec busybox syslogd -n -O "$2"' sh "$T/dev" "$T/messages"
	ns=(nsenter -t "$pid" -m --)
	wait_for 10 "${ns[@]}" test -S /dev/log || {
		skip_or_fail "no syslogd in a mount namespace"
		return
	}
	user=root
	for who in 0 65534; do
		run "${ns[@]}" setpriv "--reuid=$who" "--regid=$who" \
			--clear-groups "$sbx_run" --allow-unix-socket /dev/log \
			-- "$python" -c 'import syslog, sys
syslog.syslog("syslog." + sys.argv[1])' "$who"
		is "$rc,$err" 0, "syslog(3) as user $who"
		ok "... is in the file" \
			wait_for 3 grep -q "syslog.$who" "$T/messages"
	done
	run "${ns[@]}" "$sbx_run" $supervised -- "$python" -c 'import syslog
syslog.syslog("unwanted")'
	like "$err" 'denied: python3.*--allow-unix-dgram' "refused, and said"
	unlike "$(cat "$T/messages")" unwanted "... and not in the file"
}

# A socket from outside may send where a socket from inside may.
inherited() {
	local script='import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
os.dup2(s.fileno(), 9)
os.set_inheritable(9, True)
os.execv(sys.argv[1], sys.argv[1:])'
	local use='import socket, sys
s = socket.socket(fileno=9)
for name in sys.argv[1:]:
    try:
        print(s.sendto(b"inherited", name))
    except OSError as e:
        print(e.errno)'

	run "$python" -c "$script" "$sbx_run" "${shim[@]}" $supervised -- true
	is "$rc" 125 "an inherited datagram socket is fatal, $mode"
	like "$err" 'descriptor 9 is a datagram socket.*--allow-unix-dgram' \
		"... which is said, $mode"
	run "$python" -c "$script" "$sbx_run" "${shim[@]}" \
		--allow-unix-socket "$T/yes" -- "$python" -c "$use" \
		"$T/yes" "$T/no"
	is "$out" 9$'\n'13 "... but harmless where it is mediated, $mode"
}

printed
each_mode withheld
each_mode ways
each_mode identity
each_mode answers
each_mode streams
each_mode inherited
each_mode families
leaks
if command -v systemd-notify >/dev/null; then
	each_mode notify
else
	skip_or_fail "no systemd-notify"
fi
command -v logger >/dev/null && each_mode log
if ((EUID == 0)) && command -v busybox >/dev/null; then
	syslog
else
	skip_or_fail "syslogd: not root, or no busybox"
fi
nothing no "the ungranted server has heard nothing at all"
done_testing
