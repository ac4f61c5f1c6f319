# SPDX-License-Identifier: MIT
# logs.sh - what the tests of --log have in common.
#
# They run in a mount namespace of their own, in which they can be the journal,
# the system log, and the owner of a disk that is full.
# shellcheck shell=bash disable=SC2034,SC2154
if ((EUID == 0)) && [[ ! ${SBX_OWN_MOUNTS-} ]] &&
	unshare -m true 2>/dev/null; then
	exec env SBX_OWN_MOUNTS=1 unshare -m --propagation private "$0" "$@"
fi
LIMIT=60
source "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
need jq
"$python" -c 'import jsonschema' 2>/dev/null || {
	skip_or_fail "no python3-jsonschema"
	done_testing
}
schema=$root/docs/event.schema.json

valid() { # TEXT FILE... - each line is as the schema says
	local text=$1

	shift
	run "$python" "$root/tests/lib/validate.py" "$schema" "$@"
	ok "$text: events are valid, $mode" test "$rc" -eq 0 || diag "$out$err"
}

# binds FIRST LAST SECONDS STATUS - asks for names, each another one
binds='import socket, sys, time
first, last, seconds, status = map(float, sys.argv[1:])
for i in range(int(first), int(last)):
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.bind("\0target%05d" % i)
    except OSError:
        pass
    time.sleep(seconds / (last - first))
sys.exit(int(status))'
asks=("$python" -c "$binds")

own_machine() {
	local node

	mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal /run/dev &&
		mount -t tmpfs -o mode=755 tmpfs /run/dev || return
	for node in null zero full random urandom tty ptmx; do
		touch "/run/dev/$node"
		mount --bind "/dev/$node" "/run/dev/$node" || return
	done
	mkdir -m 1777 /run/dev/shm
	ln -s /proc/self/fd /run/dev/fd
	mount --rbind /run/dev /dev || return
	mkdir "$T/tiny"
	mount -t tmpfs -o size=28k,mode=777 tmpfs "$T/tiny"
}

mode=
private_dir log
chmod 777 "$T/log"
if [[ ${SBX_OWN_MOUNTS-} ]]; then
	own_machine || bail "no machine of our own"
	trap 'umount "$T/tiny"; tap_cleanup' EXIT
fi
