#!/bin/bash
# SPDX-License-Identifier: MIT
# loose.t - where a directory is not granted because a mount shows it twice.
# What could be done there: attacks severed-*.
source "$(dirname "$0")/../lib/tap.sh"

if ((EUID)) || ! unshare -m true 2>/dev/null; then
	skip_or_fail 'nothing can be mounted here'
	done_testing
fi
[[ ${SBX_LOOSE-} ]] || {
	SBX_LOOSE=1 exec unshare -m bash "$0"
}

# granted TEXT DIRECTORY STATUS
granted() {
	sbx --allow-unix-connect "$T/$2" -- true
	is "$rc" "$3" "$1 ($mode)"
	((rc == 0)) || like "$err" \
		'cannot grant ".*": what is mounted at ".*" is ".*", too' \
		'... says why'
}

# shut OWNER STATUS - the way to what is mounted is closed by OWNER
shut() {
	mount --bind "$T/box/app" "$T/granted/way/app"
	umount "$T/granted/app"
	chmod 0 "$T/granted/way"
	chown "$1" "$T/granted/way"
	granted "at the end of a way that $1 closed" granted "$2"
	mount --bind "$T/box/app" "$T/granted/app"
	umount "$T/granted/way/app"
}

places() {
	granted 'nothing is mounted' granted 0
	mount --bind "$T/box/app" "$T/granted/app"
	granted 'in the directory, from beside it' granted 125
	granted 'in one that is granted as such' granted/app 125
	granted 'what is mounted, by its own name' box/app 125
	granted 'another directory' b 0
	chmod 0 "$T/box"
	chown "$user" "$T/box"
	granted '... that the command could open' granted 125
	chown 0:0 "$T/box"
	[[ $user == root ]] || granted '... that it cannot' granted 0
	chmod 755 "$T/box"
	shut "$user" 125
	[[ $user == root ]] || shut root 0
	umount "$T/granted/app"
	mount --bind "$T" "$T/b"
	granted 'more than that, elsewhere' granted 0
	mount --bind "$T/box/app" "$T/b/granted/app"
	granted 'in the directory by its other name' granted 125
	umount "$T/b/granted/app"
	umount "$T/b"
	mount --bind "$T/granted" "$T/granted"
	granted 'a directory on itself' granted 0
	granted '... and what is above it' . 0
	umount "$T/granted"
}

mkdir -p "$T"/{granted/{app,way/app},box/app,b}
each_mode places
done_testing
