#!/bin/bash
# SPDX-License-Identifier: MIT
# usurp.t - an outsider who binds again and again is never taken for a server
# of the sandbox: neither where a bind is led astray at the moment when he takes
# the name, nor where a rename moves his socket.
#
# SBX_USURP_SECONDS says how long each is tried.
source "$(dirname "$0")/../lib/tap.sh"
seconds=${SBX_USURP_SECONDS:-4}
usurp=$lib/usurp

if [[ ! ${SBX_USURP-} ]] && ((EUID == 0)) && unshare -m true 2>/dev/null; then
	SBX_USURP=1 exec unshare -m bash "$0"
fi

# outsider NAME - binds there for as long as an attack takes
outsider() {
	SERVER_USER=$user start_server outside "$usurp" outside "$T/$1" \
		$((seconds + 2))
	outside=$pid
}

# hears NAME - without sbx he is reached
hears() {
	run "$python" -c '
import socket, sys, time
end = time.monotonic() + 5
while time.monotonic() < end:
    try:
        client = socket.socket(socket.AF_UNIX)
        client.connect(sys.argv[1])
        client.send(b"from outside")
        print("sent")
        break
    except OSError:
        time.sleep(0.002)' "$T/$1"
	is "$out" sent "without sbx he is reached, $mode"
}

# verdict WHAT - of the attack that ran; he heard the control alone
verdict() {
	like "$out" '^tries [1-9][0-9]* reached 0$' "$1, $mode" || diag "$err"
	wait "$outside"
	is "$(sort -u "$T/outside.log")" "heard from outside" \
		"... he heard nobody inside, $mode"
	rm -f "$T/outside.log"
}

# slow_way - links that take milliseconds to follow, and lead to $T/d
slow_way() {
	rm -rf "$T/d" "$T/w"
	mkdir -p "$T/w/a"
	ln -s "$(printf 'a/../%.0s' {1..818})." "$T/w/s"
	ln -s "$T/d" "$T/w/d"
	way=$T/w/$(printf 's/%.0s' {1..20})d
	private_dir d
	chmod 1777 "$T/d"
}

astray() {
	slow_way
	if [[ $1 == device ]]; then
		mount -t tmpfs -o mode=1777 tmpfs "$T/d"
		mkdir "$T/d/sub"
		mount -t tmpfs -o mode=1777 tmpfs "$T/d/sub"
		((EUID)) || chown "$(id -u "$user")" "$T/d"
	fi
	outsider d/v
	hears d/v
	sbx --private-sockets="$T/d" -- "$usurp" "$1" "$T/d" "$way" "$seconds"
	if ((rc == 77)); then
		skip_or_fail 'no user namespaces here'
	else
		verdict "$2"
	fi
	[[ $1 != device ]] || umount "$T/d/sub" "$T/d"
}

published() {
	rm -rf "$T/d"
	private_dir d
	private_dir d/f
	run "$python" -c '
import sys
for i in range(12000):
    open(f"{sys.argv[1]}/filler-{i}", "w").close()' "$T/d"
	outsider d/f/v
	hears d/f/v
	sbx --allow-unix-bind "$T/d" --allow-unix-connect "$T/d/pub" -- \
		"$usurp" publish "$T/d" "$seconds"
	verdict "a rename at the moment when he takes the old name"
}

each() {
	if [[ ${SBX_USURP-} ]]; then
		astray device "a bind led to another file system"
	fi
	[[ $user == nobody ]] ||
		astray network "a bind led astray in a network of its own"
	published
}

[[ ${SBX_USURP-} ]] || skip_or_fail 'nothing can be mounted here'
each_mode each
done_testing
