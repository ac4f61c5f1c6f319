#!/bin/bash
# SPDX-License-Identifier: MIT
# inet.t - clients over TCP, in every way there is: --allow-connect grants
# exactly an address, and --network host-loopback the loopback.
source "$(dirname "$0")/../lib/tap.sh"
need curl jq

private_dir run
start_server srv "$python" "$root/tests/lib/inet_srv.py"
wait_for 10 grep -q ^ready "$T/srv.log" || bail "no server: $(<"$T/srv.log")"
read -r _ open other four full <"$T/srv.log"
cli=("$python" "$root/tests/lib/inet_cli.py")

# unharmed WHAT WANT - the last run said that, and nothing was refused
unharmed() {
	is "$out,$rc" "$2,0" "$1: $2"
	unlike "$err" denied "$1: nothing was refused"
}

# hint - the option that the last refusal names, as words
hint() {
	local words

	words=$(sed -n 's/^sbx: denied: .* -- allow with //p' <<<"$err")
	eval "hint=(${words##*$'\n'})"
}

# ---- every runtime --------------------------------------------------------
# client NAME COMMAND... - HOST and PORT stand for where to.
client() {
	local name=$1 before words

	shift
	if ! command -v "$1" >/dev/null || { [[ $1 == java &&
		! -e $lib/TcpJava.class ]]; }; then
		skip_or_fail "$name: no $1"
		return
	fi
	to() {
		words=("${@:3}")
		words=("${words[@]//HOST/$1}")
		words=("${words[@]//PORT/$2}")
	}
	to 127.0.0.1 "$open" "$@"
	run "${words[@]}"
	is "$out,$rc" pong,0 "$name, without sbx: pong"
	each() {
		to 127.0.0.1 "$open" "$@"
		sbx --allow-connect "127.0.0.1:$open" -- "${words[@]}"
		unharmed "$name, granted, $mode" pong
		sbx --network host-loopback -- "${words[@]}"
		unharmed "$name, host-loopback, $mode" pong

		before=$(seen srv)
		sbx --allow-connect "127.0.0.1:$other" \
			--allow-connect "127.0.0.2:$open" -- "${words[@]}"
		refused "$name, not granted, $mode" "connect tcp \
\[?(::ffff:)?127.0.0.1\]?:$open -- allow with --allow-connect 127.0.0.1:$open"
		hint
		sbx -- "${words[@]}"
		refused "$name, nothing granted, $mode"
		is "$(seen srv)" "$before" "$name, $mode: the server saw nothing"

		sbx "${hint[@]}" -- "${words[@]}"
		unharmed "$name, as the hint says, $mode" pong
		before=$(seen srv)
		to 127.0.0.1 "$other" "$@"
		sbx "${hint[@]}" -- "${words[@]}"
		refused "$name, the hint grants no other port, $mode"
		is "$(seen srv)" "$before" "$name, $mode: nor was it reached"
	}
	each_mode each "$@"
}

client curl curl -sS -m 10 http://HOST:PORT/
client Python "${cli[@]}" blocking HOST PORT
client "Python, timeout" "${cli[@]}" timeout HOST PORT
client "Python, asyncio" "${cli[@]}" tasks HOST PORT
client "EINPROGRESS and poll" "${cli[@]}" poll HOST PORT
client "EALREADY" "${cli[@]}" again HOST PORT
client Perl perl -MIO::Socket::INET -e \
	'my $s = IO::Socket::INET->new(PeerAddr => shift, PeerPort => shift,
		Timeout => 10) or die "$@\n"; print $s "ping\n"; $s->flush;
	print scalar <$s>' HOST PORT
client Node node "$root/tests/lib/tcp_node.js" HOST PORT
client Go "$lib/tcp_go" HOST PORT
client Java java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$lib" TcpJava \
	blocking HOST PORT
client "Java, channel" java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$lib" \
	TcpJava channel HOST PORT

# ---- the calls themselves -------------------------------------------------
each() {
	local before began grant=(--allow-connect "127.0.0.1:$open")

	# Devices and sources are the program's own affair.
	sbx "${grant[@]}" -- "${cli[@]}" device 127.0.0.1 "$open"
	unharmed "SO_BINDTODEVICE, $mode" pong
	sbx "${grant[@]}" -- "${cli[@]}" source 127.0.0.1 "$open"
	unharmed "bound to 127.0.0.2, $mode" pong
	like "$(tail -n 1 "$T/srv.log")" ' from 127.0.0.2 ' \
		"bound to 127.0.0.2, $mode: as the server sees"
	sbx "${grant[@]}" -- curl -sS -m 10 --interface 127.0.0.2 \
		--local-port 20000-20999 "http://127.0.0.1:$open/"
	unharmed "curl --interface 127.0.0.2 --local-port, $mode" pong
	like "$(tail -n 1 "$T/srv.log")" ' from 127.0.0.2 20[0-9]{3}$' \
		"curl --local-port, $mode: as the server sees"
	sbx "${grant[@]}" -- curl -sS -m 10 --interface lo \
		"http://127.0.0.1:$open/"
	unharmed "curl --interface lo, $mode" pong
	sbx "${grant[@]}" -- "${cli[@]}" reuse 127.0.0.1 "$open"
	unharmed "connected again after AF_UNSPEC, $mode" pong

	# Time runs out where nobody answers, and not before.
	began=${EPOCHREALTIME/./}
	sbx --allow-connect "127.0.0.1:$full" -- \
		"${cli[@]}" impatient 127.0.0.1 "$full"
	unharmed "a timeout, $mode" "timed out"
	ok "a timeout of 0.7 s lasts as long, $mode" \
		test $((${EPOCHREALTIME/./} - began)) -ge 700000
	sbx --allow-connect "127.0.0.1:$full" -- \
		"${cli[@]}" sndtimeo 127.0.0.1 "$full"
	unharmed "SO_SNDTIMEO, $mode" EINPROGRESS
	sbx --allow-connect "127.0.0.1:$full" -- \
		curl -sS --connect-timeout 1 "http://127.0.0.1:$full/"
	is "$rc" 28 "curl --connect-timeout, $mode: its own exit code"

	# The kernel's own errors.
	sbx --allow-connect '127.0.0.1:*' -- "${cli[@]}" blocking 127.0.0.1 1
	like "$err" '^blocking: ECONNREFUSED' "nobody listens, $mode"
	sbx --allow-connect '*:*' -- "${cli[@]}" blocking 255.255.255.255 80
	like "$err" '^blocking: (EACCES|ENETUNREACH)' "broadcast, $mode"
	sbx --deny-errno ECONNREFUSED -- \
		"${cli[@]}" blocking 127.0.0.1 "$open"
	refused "--deny-errno ECONNREFUSED, $mode" 'blocking: ECONNREFUSED'

	# Ranges of ports and addresses, and both spellings of an address.
	before=$(seen srv)
	sbx --allow-connect "127.0.0.0/31:$open" -- \
		"${cli[@]}" blocking 127.0.0.1 "$open"
	unharmed "a prefix, $mode" pong
	sbx --allow-connect "[::ffff:127.0.0.0]/127:$open-$open" -- \
		"${cli[@]}" blocking ::ffff:127.0.0.1 "$open"
	unharmed "IPv4 within IPv6, $mode" pong
	sbx --allow-connect "[::1]:$open" -- "${cli[@]}" blocking ::1 "$open"
	unharmed "IPv6, $mode" pong
	is "$(($(seen srv) - before))" 3 "the server saw three, $mode"
	before=$(seen srv)
	sbx --allow-connect "127.0.0.0/31:$open" -- \
		"${cli[@]}" blocking 127.0.0.2 "$open"
	refused "beyond the prefix, $mode" \
		"-- allow with --allow-connect 127.0.0.2:$open"
	sbx --allow-connect "127.0.0.1:$open" -- \
		"${cli[@]}" blocking ::1 "$open"
	refused "IPv6 is not IPv4, $mode" "--allow-connect '\[::1\]:$open'"
	sbx --network host-loopback -- "${cli[@]}" blocking 192.0.2.1 80
	refused "beyond the loopback, $mode" "--allow-connect 192.0.2.1:80"
	sbx --network host-loopback -- "${cli[@]}" blocking ::ffff:192.0.2.1 80
	refused "beyond the loopback, mapped, $mode" \
		"connect tcp \[::ffff:192.0.2.1\]:80 -- allow with \
--allow-connect 192.0.2.1:80"
	is "$(seen srv)" "$before" "the server saw nothing, $mode"
	sbx --network host-loopback -- "${cli[@]}" blocking 0.0.0.0 "$open"
	unharmed "no address is one's own, $mode" pong
	sbx --network host-loopback -- "${cli[@]}" blocking 127.0.0.2 "$open"
	unharmed "all of 127.0.0.0/8, $mode" pong
}
each_mode each

# ---- happy eyeballs -------------------------------------------------------
# What tries ::1 and 127.0.0.1 takes the one that is granted, or that answers.
eyeballs() {
	local what=$1 port

	shift
	for port in "$open" "$four"; do
		words=("${@//PORT/$port}")
		sbx --allow-connect "127.0.0.1:$port" -- "${words[@]}"
		is "$out,$rc" pong,0 "$what, only IPv4 granted, $port, $mode"
		sbx --allow-connect "127.0.0.1:$port" \
			--allow-connect "[::1]:$port" -- "${words[@]}"
		unharmed "$what, both granted, $port, $mode" pong
	done
	words=("${@//PORT/$open}")
	sbx --allow-connect "[::1]:$open" -- "${words[@]}"
	is "$out,$rc" pong,0 "$what, only IPv6 granted, $mode"
}
each() {
	eyeballs curl curl -sS -m 10 http://localhost:PORT/
	eyeballs Python "${cli[@]}" timeout localhost PORT
	eyeballs asyncio "${cli[@]}" tasks localhost PORT
	eyeballs Node node "$root/tests/lib/tcp_node.js" localhost PORT
	eyeballs Go "$lib/tcp_go" localhost PORT
}
if [[ $(getent ahosts localhost) == *::1* ]]; then
	each_mode each
else
	note "localhost is IPv4 alone here: $(getent ahosts localhost |
		tr -s ' \n' ' ')"
	each() {
		sbx --allow-connect "127.0.0.1:$four" \
			--allow-connect "[::1]:$four" -- \
			curl -sS -m 10 "http://localhost:$four/"
		unharmed "curl, localhost, ::1 closed, $mode" pong
		sbx --allow-connect "127.0.0.1:$open" -- \
			curl -sS -m 10 "http://localhost:$open/"
		is "$out,$rc" pong,0 "curl, localhost, ::1 refused, $mode"
	}
	each_mode each
fi

# ---- what is written down -------------------------------------------------
each() {
	local log=$T/run/events line

	rm -f "$log"
	sbx --log "$log" -- "${cli[@]}" blocking 127.0.0.1 "$open"
	like "$err" "^sbx: denied: python3[.0-9]*\[[0-9]+\] connect tcp \
127.0.0.1:$open -- allow with --allow-connect 127.0.0.1:$open" \
		"the line for people, $mode"
	line=$(jq -r '[.op, .family, .type, .addr, .port, .verdict, .errno,
		.hint, .count] | map(tostring) | join(" ")' "$log")
	is "$line" "connect inet stream 127.0.0.1 $open deny EACCES \
--allow-connect 127.0.0.1:$open 1" "the line for programs, $mode"
	sbx --log "$log" -- "${cli[@]}" blocking ::1 "$open"
	line=$(jq -r '[.op, .family, .type, .addr, .port, .hint] |
		map(tostring) | join(" ")' "$log" | tail -n 1)
	is "$line" "connect inet6 stream ::1 $open \
--allow-connect '[::1]:$open'" "IPv6 for programs, $mode"
	# One line for what is tried again and again.
	sbx --log "$log" -- "${cli[@]}" many 127.0.0.1 \
		"$open,$open,$open,$open,$open,$open"
	is "$out" "EACCES EACCES EACCES EACCES EACCES EACCES" \
		"six refusals, $mode"
	line=$(grep denied <<<"$err" | grep -vc ' (6 times) -- ')
	is "$line" 1 "... are one line, and a count, $mode"
}
each_mode each

# ---- --network full with sockets by allowlist -----------------------------
each() {
	sbx --network full --unix-sockets=allowlist -- \
		"${cli[@]}" blocking 127.0.0.1 "$open"
	unharmed "full network, allowlist, $mode" pong
	sbx --network full --unix-sockets=allowlist -- \
		"${cli[@]}" sendto 127.0.0.1 "$open"
	unharmed "full network, allowlist, UDP, $mode" pong
	sbx --network full --unix-sockets=allowlist -- \
		"$lib/cli" "$T/run/sock"
	is "$(grep -c pong <<<"$out")" 0 "full network, AF_UNIX, $mode"
	sbx --network full --allow-connect 127.0.0.1:1 -- \
		"${cli[@]}" blocking 127.0.0.1 "$open"
	is "$out" pong "full network, needless grant, $mode"
	like "$err" 'notice: --allow-connect has no effect' "... says so, $mode"
	sbx --network isolated --allow-connect 127.0.0.1:1 -- true
	is "$rc" 125 "isolated and a grant, $mode"
	sbx --network isolated -- "${cli[@]}" blocking 127.0.0.9 "$open"
	like "$err" '^blocking: ECONNREFUSED' "isolated, its own, $mode"
	sbx --network isolated -- "${cli[@]}" blocking 192.0.2.1 80
	refused "isolated, outside, $mode" \
		"allow with --network none --allow-connect 192.0.2.1:80"
}
each_mode each
done_testing
