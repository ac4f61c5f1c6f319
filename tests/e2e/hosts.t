#!/bin/bash
# SPDX-License-Identifier: MIT
# hosts.t - refusals name the host that was asked for, and a name that cannot be
# looked up is told in one line, with the nameserver in its hint.
#
# In a network of its own: nobody else's nameserver is ever asked.
if [[ ! ${SBX_HOSTS_INSIDE-} ]] && ((EUID == 0)) && unshare -nm true; then
	SBX_HOSTS_INSIDE=1 exec unshare -nm --propagation private \
		bash "$0" "$@"
fi
source "$(dirname "$0")/../lib/tap.sh"
[[ ${SBX_HOSTS_INSIDE-} ]] || {
	skip_or_fail "no network namespace, which needs root"
	done_testing
}
need curl jq ip

# resolv LINE... - what resolv.conf says from here on
resolv() {
	printf '%s\n' "$@" >"$T/resolv.conf"
}

resolv 'nameserver 127.0.0.1'
printf '%s\n' '127.0.0.1 localhost' '127.0.0.9 listed.test' >"$T/hosts"
echo 'hosts: files dns' >"$T/nsswitch.conf"
for file in resolv.conf hosts nsswitch.conf; do
	mount --bind "$T/$file" "/etc/$file" || bail "cannot mount /etc/$file"
done
ip link set lo up
SERVER_USER=root start_server names "$python" "$root/tests/lib/names.py"
wait_for 10 grep -q ready "$T/names.log" || bail "$(cat "$T/names.log")"

end=$'(\n|$)'
dns=(--allow-udp 127.0.0.1:53)
hint='-- allow with --allow-udp 127.0.0.1:53'

# client NAME COMMAND... - HOST and 8080 follow COMMAND
client() {
	local name=$1 before

	shift
	command -v "$1" >/dev/null || {
		skip_or_fail "$name: no $1"
		return
	}
	run "$@" api.test 8080
	is "$out,$rc" pong,0 "$name, without sbx: pong"
	each() {
		before=$(seen names query)
		sbx --log "$T/log/json" -- "$@" api.test 8080
		ok "$name cannot look up a name, $mode" test "$rc" -ne 0
		like "$err" "sbx: denied: [^ ]+ resolve api.test $hint$end" \
			"... and it is said, $mode"
		unlike "$err" 'socket inet dgram' "... in one line, $mode"
		is "$(seen names query)" "$before" "... nobody is asked, $mode"
		is "$(jq -r 'select(.op == "resolve") | [.host, .errno, .layer,
			.advisory, .family, .hint] | map(tostring) | join(" ")' \
			"$T/log/json" | sort -u)" \
			"api.test EACCES shim true null ${hint#*with }" \
			"... as an event, $mode"
		is "$(jq -s '[.[] | select(.layer == "supervisor" and
			.op == "socket" and .family == "inet")] | length > 0' \
			"$T/log/json")" true \
			"... beside what the supervisor refused, $mode"
		rm -f "$T/log/json"

		before=$(seen names)
		sbx "${dns[@]}" --log "$T/log/json" -- "$@" api.test 8080
		refused "$name, a refused connect, $mode" \
			"connect tcp (127.0.0.9|\[::ffff:127.0.0.9\]):8080 \(api.test\) -- \
allow with --allow-connect 127.0.0.9:8080$end"
		is "$(seen names)" "$before" "$name reached nobody, $mode"
		is "$(jq -r 'select(.op == "connect" and .port == 8080) |
			[.host, .layer] | join(" ")' "$T/log/json" |
			sort | uniq -c | tr -s ' ')" \
			" 1 api.test shim" "... which is one event, $mode"
		rm -f "$T/log/json"

		sbx "${dns[@]}" --allow-connect 127.0.0.9:8080 -- \
			"$@" api.test 8080
		is "$out,$rc" pong,0 "$name, both granted: pong, $mode"
		unlike "$err" 'resolve|tcp' "... and no word about it, $mode"
	}
	for user in "${users[@]}"; do
		mode="as $user"
		each "$@"
	done
	user=${users[0]}
}

mkdir "$T/log"
chmod 777 "$T/log"
client "glibc" "$lib/by_name"
client "musl" "$lib/by_name.musl"
client "gethostbyname" "$lib/by_name" -h
client "gethostbyname2" "$lib/by_name" -2
client "gethostbyname_r" "$lib/by_name" -r
client "gethostbyname2_r" "$lib/by_name" -R
client "musl's gethostbyname" "$lib/by_name.musl" -h
client "getaddrinfo for IPv4" "$lib/by_name" -4
client "curl" sh -c 'exec curl -sS --max-time 10 "http://$0:$1/"'
client "Python" "$python" -c 'import sys, urllib.request
print(urllib.request.urlopen(f"http://{sys.argv[1]}:{sys.argv[2]}/",
      timeout=10).read().decode())'
client "Node" node -e 'require("http").get(
	`http://${process.argv[1]}:${process.argv[2]}/`, r => {
		r.on("data", d => console.log(String(d))) }).on("error",
	e => { console.error(e.message); process.exit(1) })'
if command -v java >/dev/null && [[ -e $lib/ByNameJava.class ]]; then
	client "Java" java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$lib" \
		ByNameJava
else
	skip_or_fail "Java: no java"
fi

# Who does without the shim, does without names, and loses no refusal.
sbx --no-shim -- "$lib/by_name" api.test 8080
like "$err" 'socket inet dgram -- allow with' "no shim: the socket is told of"
unlike "$err" 'resolve|host name' "... and no name"
sbx --no-shim "${dns[@]}" -- "$lib/by_name" api.test 8080
like "$err" 'connect tcp 127.0.0.9:8080 -- allow' "... nor with an address"

# A name that has two addresses, and one of IPv6.
sbx "${dns[@]}" -- "$lib/by_name" big.test 8080
like "$err" 'connect tcp 127.0.0.(9|10):8080 \(big.test\)' "two addresses"
sbx "${dns[@]}" -- "$lib/by_name" v6.test 8080
like "$err" 'connect tcp \[::1\]:8080 \(v6.test\)' "an IPv6 address"
sbx "${dns[@]}" --network host-loopback -- "$lib/by_name" v6.test 8080
is "$out,$rc" pong,0 "host-loopback, and a nameserver: pong"
sbx --network host-loopback -- "$lib/by_name" api.test 8080
refused "host-loopback does not resolve" "resolve api.test $hint"

# What the hosts file knows needs no network.
sbx -- "$lib/by_name" listed.test 8080
refused "a name of /etc/hosts" \
	'connect tcp 127.0.0.9:8080 \(listed.test\) -- allow with'
unlike "$err" 'resolve' "... is looked up"
sbx --allow-connect 127.0.0.9:8080 -- "$lib/by_name" listed.test 8080
is "$out,$err,$rc" pong,,0 "... and connected to"
sbx -- "$lib/by_name" -6 listed.test 8080
unlike "$err" 'resolve' "... no word, also if it lacks the family"

# A name that does not exist is no refusal.
before=$(seen names query)
sbx "${dns[@]}" -- "$lib/by_name" gone.test 8080
is "$err,$out" ",getaddrinfo: Name or service not known" "no such host"
ok "... says the nameserver" test "$(seen names query)" -gt "$before"

# What the nameserver is, is what the hint says.
resolv 'nameserver 127.0.0.1' 'options use-vc'
sbx -- "$lib/by_name" api.test 8080
refused "by TCP" 'resolve api.test -- allow with --allow-connect 127.0.0.1:53'
unlike "$err" 'connect tcp' "... in one line"
sbx --allow-connect 127.0.0.1:53 --allow-connect 127.0.0.9:8080 -- \
	"$lib/by_name" api.test 8080
is "$out,$err,$rc" pong,,0 "a nameserver by TCP alone"
resolv 'nameserver 127.0.0.2' 'nameserver 127.0.0.1' 'options timeout:1'
sbx "${dns[@]}" -- "$lib/by_name" gone.test 8080
unlike "$err" 'resolve' "the second server answers"
like "$err" "connect udp 127.0.0.2:53: .*-- allow with --allow-udp 127.0.0.2" \
	"... and the first one is told of"
resolv '# none'
sbx -- "$lib/by_name" api.test 8080
refused "no nameserver" 'resolve api.test -- allow with --network full'
resolv 'nameserver 127.0.0.1'

# A proxy looks names up by itself.
http_proxy=http://127.0.0.1:3128 sbx --allow-proxy -- \
	curl -sS --max-time 10 http://far.test/
is "$out,$rc" "pong by proxy,0" "a proxy needs no nameserver"
unlike "$err" 'resolve|tcp' "... and nothing is refused"

# Many threads look up at once; each name is told, once.
sbx -- "$python" -c 'import socket, threading
def look(i):
    for _ in range(5):
        try:
            socket.getaddrinfo(f"host{i}.test", 80)
        except OSError:
            pass
threads = [threading.Thread(target=look, args=(i,)) for i in range(16)]
[t.start() for t in threads]
[t.join() for t in threads]'
is "$(grep -Eo 'resolve host[0-9]+\.test' <<<"$err" | sort -u | wc -l)" 16 \
	"16 threads, 16 names"
unlike "$err" 'socket inet' "... and nothing else"

# A name is any bytes.
sbx -- "$python" -c 'import ctypes
libc = ctypes.CDLL(None)
libc.gethostbyname(b"\x1b[2J\n.test")
libc.gethostbyname(b"x" * 60 + (b"." + b"y" * 60) * 3)
libc.gethostbyname(b"z" * 5000)'
unlike "$err" $'\e' "no escape sequence reaches the terminal"
unlike "$err" 'zzz' "no name that cannot be one"
like "$err" 'resolve x{60}(.y{60}){3} --' "the longest name is told whole"
is "$rc" 0 "and nobody dies of it"
done_testing
