#!/bin/bash
# SPDX-License-Identifier: MIT
# files.t - files are not confined: they move and are linked as outside.
#
# A Landlock domain that says nothing of it forbids both between directories.
source "$(dirname "$0")/../lib/tap.sh"

cat >"$T/move" <<'END'
import os, sys

def tried(call, *names):
    try:
        call(*names)
    except OSError as e:
        print(call.__name__, *names, e.strerror)

os.chdir(sys.argv[1])
for name in "a", "a/d", "b", "granted":
    os.mkdir(name)
open("a/file", "w").close()
tried(os.rename, "a/file", "b/file")
tried(os.link, "b/file", "a/linked")
tried(os.rename, "a/d", "b/d")
tried(os.rename, "b/d", "d")
tried(os.symlink, "file", "b/symlink")
tried(os.rename, "b/symlink", "a/symlink")
tried(os.mkfifo, "a/fifo")
tried(os.rename, "a/fifo", "fifo")
tried(os.rename, "granted", "b/granted")
tried(os.rename, "b/granted", "granted")
END

# moves OPTION... - nothing fails
moves() {
	rm -rf "$T/d"
	private_dir d
	sbx "$@" -- "$python" "$T/move" "$T/d"
	is "$rc:$out" 0: "files move: ${*:-by default} ($mode)"
}

places() {
	moves
	moves --private-sockets="$T"
	moves --allow-unix-connect "$T/granted"
	moves --allow-unix-dgram --network isolated
	moves --network host-loopback
	moves --network full --unix-sockets=allowlist
	moves --allow-all-unix-sockets
	moves -q --backstop=supervised
}

# control - or it would say nothing
control() {
	private_dir d
	run "$python" "$T/move" "$T/d"
	is "$rc:$out" 0: 'files move without sbx'
	run "$python" "$T/move" "$T/d"
	ok '... but not twice' test "$rc:$out" != 0:
}

control
mkdir "$T/granted"
each_mode places
done_testing
