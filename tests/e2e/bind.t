#!/bin/bash
# SPDX-License-Identifier: MIT
# bind.t - a socket bound inside is what it would be without sbx.
source "$(dirname "$0")/../lib/tap.sh"

# scene DIRECTORY - what the probe wants to find
scene() {
	mkdir "$1"
	mkdir "$1/sub" "$1/setgid" "$1/closed"
	touch "$1/file"
	ln -s file "$1/link"
	ln -s nowhere "$1/dangling"
	ln -s loop "$1/loop"
	ln -s sub "$1/sublink"
	"$python" -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$1/socket"
	((EUID)) || chown -R 1234:1234 "$1/setgid"
	chmod 2777 "$1/setgid"
	chmod 777 "$1" "$1/sub"
	chmod 555 "$1/closed"
}

# What is there, the open directories' times left out.
contents() {
	find "$1" -printf '%P %y %m %U:%G %n\n' | sort
}

each() {
	local d=$T/b.$user${shim[0]-} outside before

	scene "$d"
	before=$(contents "$d")
	run "$lib/probe_bind" "$d"
	outside=$out
	like "$out" $'umask 077: ok\n.*mode 140700.*it says: hello' \
		"the probe without sbx, $mode"
	sbx --allow-unix-bind "$d" -- "$lib/probe_bind" "$d"
	is "$(diff <(echo "$outside") <(echo "$out"))" "" \
		"bind granted, $mode: the same"
	is "$err" "" "bind granted, $mode: nothing was refused"
	sbx --allow-unix-socket "$d" -- "$lib/probe_bind" "$d"
	is "$(diff <(echo "$outside") <(echo "$out"))" "" \
		"socket granted, $mode: the same"
	sbx --private-sockets="$d" -- "$lib/probe_bind" "$d"
	is "$(diff <(echo "$outside") <(echo "$out"))" "" \
		"private sockets, $mode: the same"
	is "$(contents "$d")" "$before" "$mode: nothing is left over"

	run "$lib/probe_bind" -n "$d"
	outside=$out
	sbx --allow-unix-connect "$d" -- "$lib/probe_bind" -n "$d"
	is "$(diff <(sed -E 's/(name|permission): ok$/\1: EACCES/' <<<"$outside") \
		<(echo "$out"))" "" \
		"not granted, $mode: EACCES for what would have worked"
	like "$err" "bind unix:good" "not granted, $mode: says so"
	is "$(contents "$d")" "$before" "not granted, $mode: nothing is made"
}
each_mode each

# One name granted: that name, nothing beside it.
each() {
	local d=$T/one.$user${shim[0]-}
	local bind='import os, socket, sys
for name in sys.argv[1:]:
    try:
        socket.socket(socket.AF_UNIX).bind(name)
        print("ok")
        os.unlink(name)
    except OSError as e:
        print(e.strerror)'

	mkdir -m 777 "$d"
	sbx --allow-unix-bind "$d/yes" -- "$python" -c "$bind" "$d/yes" \
		"$d/yes.no" "$d/no" "$d/../${d##*/}/yes" "$T/yes"
	is "${out//$'\n'/, }" "ok, Permission denied, Permission denied, ok, \
Permission denied" "exactly the name that is granted, $mode"
	sbx --allow-unix-bind "@sbx-$$-*" -- "$python" -c 'import socket, sys
for name in sys.argv[1:]:
    s = socket.socket(socket.AF_UNIX)
    try:
        s.bind("\0" + name if name else b"")
        print(s.getsockname())
    except OSError as e:
        print(e.strerror)' "sbx-$$-x" "sbx-$$" "other-$$" ''
	is "${out//$'\n'/, }" "b'\\x00sbx-$$-x', Permission denied, Permission \
denied, Permission denied" "abstract names and autobind need a grant, $mode"
}
each_mode each
done_testing
