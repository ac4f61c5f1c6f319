#!/bin/bash
# SPDX-License-Identifier: MIT
# proxy.t - tinyproxy filters by domain, outside; --allow-proxy leads to it and
# nowhere else.
source "$(dirname "$0")/../lib/tap.sh"
need curl tinyproxy microsocks openssl
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY \
	ALL_PROXY NO_PROXY

private_dir run
start_server srv "$python" "$root/tests/lib/inet_srv.py"
wait_for 10 grep -q ^ready "$T/srv.log" || bail "no server: $(<"$T/srv.log")"
read -r _ open _ <"$T/srv.log"

# A port that nobody has, below those that the system picks.
tls=$(free_port)
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=allowed.example \
	-keyout "$T/run/key" -out "$T/run/cert" 2>/dev/null
chmod 644 "$T/run/key"
start_server tls openssl s_server -accept "127.0.0.1:$tls" \
	-cert "$T/run/cert" -key "$T/run/key" -www -quiet

# The names are the proxies' to resolve: nobody else knows them.
cat >"$T/hosts" <<-END
127.0.0.1 allowed.example
127.0.0.1 denied.example
END
wrapper=(env LD_PRELOAD=libnss_wrapper.so "NSS_WRAPPER_HOSTS=$T/hosts")
port=$(free_port)
cat >"$T/tinyproxy.conf" <<-END
Port $port
Listen 127.0.0.1
Timeout 20
LogLevel Info
Allow 127.0.0.1
Filter "$T/filter"
FilterDefaultDeny Yes
ConnectPort $tls
END
echo '^allowed\.example$' >"$T/filter"
start_server tinyproxy "${wrapper[@]}" tinyproxy -d -c "$T/tinyproxy.conf"
socks=$(free_port)
start_server microsocks "${wrapper[@]}" microsocks -i 127.0.0.1 -p "$socks"
for p in "$port" "$socks" "$tls"; do
	wait_for 10 listens "$p" || bail "nobody listens at $p:" \
		"$(tail -n 3 "$T"/*.log)"
done
http=http://127.0.0.1:$port
get=(curl -sS -m 10 -o - -w '%{http_code}')

# ---- the proxy itself -----------------------------------------------------
http_proxy=$http run "${get[@]}" "http://allowed.example:$open/"
is "$out" $'pong\n200' "without sbx: the allowed domain"
before=$(seen srv)
http_proxy=$http run "${get[@]}" "http://denied.example:$open/"
like "$out" '403$' "without sbx: the other one"
https_proxy=$http run "${get[@]}" -k "https://allowed.example:$tls/"
like "$out" '200$' "without sbx: by CONNECT"
https_proxy=$http run "${get[@]}" -k "https://denied.example:$tls/"
ok "without sbx: the other one by CONNECT" test "$rc" -ne 0
is "$(seen srv)" "$before" "the server saw nothing of those"
run "${get[@]}" --resolve "denied.example:$open:127.0.0.1" \
	"http://denied.example:$open/"
is "$out" $'pong\n200' "without sbx: the proxy can be left out"

# ---- through it, and past it ----------------------------------------------
each() {
	local before name

	http_proxy=$http sbx --allow-proxy -- \
		"${get[@]}" "http://allowed.example:$open/"
	is "$out,$err,$rc" $'pong\n200,,0' "the allowed domain, $mode"
	for name in https_proxy HTTPS_PROXY ALL_PROXY all_proxy; do
		export "$name=$http"
		sbx --allow-proxy -- \
			"${get[@]}" -k "https://allowed.example:$tls/"
		like "$out,$err,$rc" '200,,0$' "by CONNECT, $name, $mode"
		unset "$name"
	done
	before=$(seen srv)
	http_proxy=$http sbx --allow-proxy -- \
		"${get[@]}" "http://denied.example:$open/"
	like "$out,$err,$rc" '403,,0$' "the other domain, $mode: the proxy's no"
	https_proxy=$http sbx --allow-proxy -- \
		"${get[@]}" -k "https://denied.example:$tls/"
	ok "the other domain by CONNECT, $mode" test "$rc" -ne 0
	unlike "$err" 'sbx:' "... is the proxy's affair, $mode"

	# What the proxy would refuse cannot be had without it.
	http_proxy=$http sbx --allow-proxy -- "${get[@]}" --noproxy '*' \
		--resolve "denied.example:$open:127.0.0.1" \
		"http://denied.example:$open/"
	refused "past the proxy, $mode" "connect tcp 127.0.0.1:$open -- allow \
with --allow-connect 127.0.0.1:$open"
	http_proxy=$http sbx --allow-proxy -- "${get[@]}" --noproxy '*' \
		"http://127.0.0.1:$open/"
	refused "past the proxy by address, $mode"
	http_proxy=$http sbx --allow-proxy -- \
		"${get[@]}" --noproxy '*' "http://127.0.0.2:$port/"
	refused "the proxy's port elsewhere, $mode"
	http_proxy=$http sbx -- "${get[@]}" "http://allowed.example:$open/"
	refused "the variable alone grants nothing, $mode" "connect tcp \
127.0.0.1:$port -- allow with --allow-connect 127.0.0.1:$port"
	is "$(seen srv)" "$before" "the server saw nothing of those, $mode"

	# Passwords are the proxy's.
	http_proxy=http://me:secret@127.0.0.1:$port sbx --allow-proxy \
		--log "$T/run/log" -- "${get[@]}" "http://allowed.example:$open/"
	is "$out,$err,$rc" $'pong\n200,,0' "with a password, $mode"
	http_proxy=http://me:secret@127.0.0.1:$port sbx --allow-proxy \
		--print-policy
	is "$out" "network none
unix-sockets allowlist
deny-errno EACCES
allow connect,send tcp 127.0.0.1:$port (given as '--allow-proxy, http_proxy')" \
		"what is granted, $mode: no password"

	# By name, of which one address may be closed.
	http_proxy=localhost:$port sbx --allow-proxy -- \
		"${get[@]}" "http://allowed.example:$open/"
	is "$out,$err,$rc" $'pong\n200,,0' "localhost without a scheme, $mode"

	all_proxy=socks5h://127.0.0.1:$socks sbx --allow-proxy -- \
		"${get[@]}" "http://denied.example:$open/"
	is "$out,$err,$rc" $'pong\n200,,0' "a SOCKS proxy that allows all, $mode"
	all_proxy=socks5h://127.0.0.1:$socks sbx --allow-proxy -- \
		"${get[@]}" --noproxy '*' "http://127.0.0.1:$port/"
	refused "it alone is granted, $mode"
	rm -f "$T/run/log"
}
each_mode each

# ---- variables that are of no use -----------------------------------------
# unusable VALUE WHY - grants nothing, and says so
unusable() {
	local value=$1 why=$2 before

	before=$(seen srv)
	http_proxy=$value sbx --allow-proxy -- \
		"${get[@]}" --noproxy '*' "http://127.0.0.1:$open/"
	refused "http_proxy=$value, $mode" \
		"^sbx-run: notice: --allow-proxy takes nothing from http_proxy: \
$why"$'\n'"sbx-run: notice: --allow-proxy grants nothing: none of " \
		"connect tcp 127.0.0.1:$open -- allow with"
	# Where curl itself makes use of it, it gets no further.
	http_proxy=$value sbx --allow-proxy -- \
		"${get[@]}" "http://127.0.0.1:$open/"
	ok "http_proxy=$value, $mode: curl fails" test "$rc" -ne 0
	is "$(seen srv)" "$before" "... and the server saw nothing"
	http_proxy=$value sbx --allow-proxy --print-policy
	is "$out" $'network none\nunix-sockets allowlist\ndeny-errno EACCES' \
		"http_proxy=$value, $mode: no rule"
}
outside='its host is not localhost, 127\.0\.0\.0/8 or \[::1\]'
each() {
	local scheme want

	unusable '' 'it is empty'
	unusable http://192.0.2.1:3128 "$outside"
	unusable http://proxy.example:3128/ "$outside"
	unusable "http://127.0.0.1:$port@192.0.2.1" "$outside"
	unusable http://127.0.0.1:0 'its port is no number from 1 to 65535'
	unusable http://127.0.0.1:65536 'its port is no number from 1 to 65535'
	unusable "ftp://127.0.0.1:$open" \
		'its scheme is not http, https, socks4, socks4a, socks5 or socks5h'
	# One that is of use is enough.
	http_proxy=$http ALL_PROXY='' sbx --allow-proxy -- \
		"${get[@]}" "http://allowed.example:$open/"
	is "$out,$rc" $'pong\n200,0' "one of two is of use, $mode"
	is "$err" 'sbx-run: notice: --allow-proxy takes nothing from ALL_PROXY: it is empty' \
		"... and the other one is named, $mode"
	sbx --allow-proxy -- true
	is "$rc" 0 "no variable at all, $mode"
	like "$err" '--allow-proxy grants nothing' "... says so, $mode"
	while read -r scheme want; do
		ALL_PROXY=$scheme://127.0.0.1 sbx --allow-proxy --print-policy
		like "$out" "tcp 127.0.0.1:$want " "$scheme means $want, $mode"
	done <<-END
	http 80
	https 443
	socks4 1080
	socks4a 1080
	socks5 1080
	socks5h 1080
	END
}
each_mode each
done_testing
