#!/bin/bash
# SPDX-License-Identifier: MIT
# x11.t - a real X server: libxcb tries the abstract name, then the path.
source "$(dirname "$0")/../lib/tap.sh"
need Xvfb xdpyinfo

# The directory is shared by convention: leave it as an X server makes it.
[[ -d /tmp/.X11-unix ]] || mkdir -m 1777 /tmp/.X11-unix
exec 9<>"$T/display"
start_server xvfb Xvfb -displayfd 9 -nolisten tcp -screen 0 320x200x8 -audit 4
exec 9>&-
wait_for 20 test -s "$T/display" || bail "no X server: $(<"$T/xvfb.log")"
number=$(<"$T/display")
s=/tmp/.X11-unix/X$number
export DISPLAY=:$number
unset XAUTHORITY

received() {
	seen xvfb 'AUDIT: .* client [0-9]* connected'
}
run xdpyinfo
like "$out" 'dimensions: *320x200' "without sbx: an answer"
is "$(received)" 1 "the server counts clients"

each() {
	local before

	sbx --allow-unix-socket "$s" -- xdpyinfo
	like "$out" 'dimensions: *320x200' "path granted, $mode: an answer"
	sbx --allow-unix-socket "@$s" -- xdpyinfo
	like "$out" 'dimensions: *320x200' "abstract granted, $mode: an answer"
	is "$err" "" "abstract granted, $mode: nothing was refused"

	before=$(received)
	sbx -- xdpyinfo
	refused "not granted, $mode" "connect unix:$s -- allow with \
--allow-unix-socket $s" 'unable to open display'
	is "$(received)" "$before" "not granted, $mode: the server saw nothing"
}
each_mode each
done_testing
