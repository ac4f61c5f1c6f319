#!/bin/bash
# SPDX-License-Identifier: MIT
# runtimes.t - clients that reach the kernel in every way there is.
source "$(dirname "$0")/../lib/tap.sh"

private_dir run
s=$T/run/srv
start_server srv "$lib/srv" "$s"
start_server seq "$lib/srv" -t seqpacket "$s.seq"
start_server abs "$lib/srv" "@$s"
wait_for_socket "$s"
wait_for_socket "$s.seq"
wait_for_socket "@$s"

# client NAME COMMAND... - says pong where granted, is refused where not
client() {
	local name=$1 before

	shift
	if ! command -v "$1" >/dev/null || { [[ $1 == java &&
		! -e $lib/CliJava.class ]]; }; then
		skip_or_fail "$name: no $1"
		return
	fi
	run "$@" "$s"
	is "$out,$rc" pong,0 "$name, without sbx: pong"
	each() {
		sbx --allow-unix-socket "$s" -- "$@" "$s"
		is "$out,$rc" pong,0 "$name, granted, $mode: pong"
		# socat looks for a datagram socket: withheld, and said so.
		unlike "${err//*datagram sockets are withheld/}" denied \
			"$name, granted, $mode: nothing was refused"
		before=$(seen srv)
		sbx --allow-unix-socket "$T/run/other" -- "$@" "$s"
		refused "$name, not granted, $mode" \
			"connect unix:$s -- allow with --allow-unix-socket $s" \
			'([Pp]ermission denied|EACCES)'
		is "$(seen srv)" "$before" "$name, $mode: the server saw nothing"
	}
	each_mode each "$@"
}

client "glibc" "$lib/cli"
client "static glibc" "$lib/cli.static"
client "musl" "$lib/cli.musl"
client "Go" "$lib/cli_go"
client "Rust" "$lib/cli_rust"
client "Java" java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$lib" CliJava
client "Python asyncio" "$python" "$root/tests/lib/cli_asyncio.py"
client "Node" node "$root/tests/lib/cli_node.js"
client "Perl" perl -MIO::Socket::UNIX -e \
	'my $s = IO::Socket::UNIX->new(shift) or die "$!\n"; print $s "ping\n";
	$s->flush; print scalar <$s>'
client "socat" sh -c 'echo ping | socat -t5 - "UNIX-CONNECT:$0"'

# Sequential packets and abstract names go the same way.
each() {
	local before

	sbx --allow-unix-socket "$s.seq" -- "$lib/cli" -t seqpacket "$s.seq"
	is "$out,$err,$rc" pong,,0 "seqpacket, granted, $mode: pong"
	before=$(seen seq)
	sbx --allow-unix-socket "$s" -- "$lib/cli" -t seqpacket "$s.seq"
	refused "seqpacket, not granted, $mode" 'connect: EACCES'
	is "$(seen seq)" "$before" "seqpacket, $mode: the server saw nothing"

	sbx --allow-unix-socket "@$s" -- "$lib/cli" "@$s"
	is "$out,$err,$rc" pong,,0 "abstract, granted, $mode: pong"
	sbx --allow-unix-socket "@$T/*" -- "$lib/cli" "@$s"
	is "$out,$err,$rc" pong,,0 "abstract prefix, granted, $mode: pong"
	before=$(seen abs)
	sbx --allow-unix-socket "@$T/run/srvr" -- "$lib/cli" "@$s"
	refused "abstract, not granted, $mode" 'connect: ECONNREFUSED'
	is "$(seen abs)" "$before" "abstract, $mode: the server saw nothing"

	sbx --deny-errno EPERM -- "$lib/cli" "$s"
	refused "--deny-errno EPERM, $mode" 'connect: EPERM'
}
each_mode each

# Programs that are servers to themselves need only a bind grant.
want='[(0, 0), (1, 1), (2, 4), (3, 9)]
through the child
echo'
export TMPDIR=$T/tmp
mkdir -m 1777 "$TMPDIR"
run "$python" "$root/tests/lib/mp.py"
is "$out" "$want" "multiprocessing without sbx"
each() {
	sbx --allow-unix-bind "$TMPDIR" -- "$python" "$root/tests/lib/mp.py"
	is "$out,$rc" "$want,0" "multiprocessing, bind granted, $mode"
	unlike "$err" denied "multiprocessing, $mode: nothing was refused"
	sbx -- "$python" "$root/tests/lib/mp.py"
	refused "multiprocessing, no grant, $mode" "bind unix:$TMPDIR/"
}
each_mode each
done_testing
