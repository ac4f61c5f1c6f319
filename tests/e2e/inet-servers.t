#!/bin/bash
# SPDX-License-Identifier: MIT
# inet-servers.t - servers inside with --allow-listen, UDP with --allow-udp, and
# what a resolver needs.
source "$(dirname "$0")/../lib/tap.sh"
PATH=$PATH:/usr/sbin
need curl jq nginx redis-server redis-cli dig

private_dir run
start_server srv "$python" "$root/tests/lib/inet_srv.py"
start_server dns "$python" "$root/tests/lib/inet_srv.py" dns 0
for name in srv dns; do
	wait_for 10 grep -q ^ready "$T/$name.log" ||
		bail "no server: $(<"$T/$name.log")"
done
read -r _ open other _ <"$T/srv.log"
read -r _ dns <"$T/dns.log"
cli=("$python" "$root/tests/lib/inet_cli.py")

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

# A port that nobody has, below those that the system picks.
# ---- servers --------------------------------------------------------------
# server NAME ASK COMMAND... - PORT stands for its port; $1 of ASK, too
server() {
	local name=$1 ask=$2 port=$3 at sbx_pid ready

	shift 3
	at=127.0.0.1:$port
	words=("${@//PORT/$port}")
	# Elsewhere granted, or nowhere: it cannot listen, so nobody answers.
	for ready in "127.0.0.1:$((port - 1))" "127.0.0.2:$port" "[::1]:$port"; do
		LIMIT=5 sbx --allow-listen "$ready" -- "${words[@]}"
		refused "$name, $ready granted, $mode" "listen tcp $at -- allow \
with --allow-listen $at"
		ok "$name, $mode: nobody listens" eval "! listens $port"
	done
	hint

	SERVER_USER=$user start_server in "$sbx_run" "${shim[@]}" "${hint[@]}" \
		-- "${words[@]}"
	sbx_pid=$pid
	wait_for 10 listens "$port"
	run bash -c "${ask//PORT/$port}"
	is "$out" pong "$name, as the hint says, $mode: it is reached"
	unlike "$(<"$T/in.log")" 'denied: .* listen' "$name, $mode: it listens"
	stop_server "$sbx_pid"
	wait_for 5 eval "! listens $port"
}

# nginx needs no root, but a directory of its own
configure() {
	rm -rf "$T/nginx"
	mkdir "$T/nginx"
	cat >"$T/nginx/nginx.conf" <<-END
	daemon off;
	worker_processes 2;
	error_log stderr notice;
	pid $T/nginx/pid;
	events { worker_connections 64; }
	http {
		access_log off;
		client_body_temp_path $T/nginx/body;
		proxy_temp_path $T/nginx/proxy;
		fastcgi_temp_path $T/nginx/fastcgi;
		uwsgi_temp_path $T/nginx/uwsgi;
		scgi_temp_path $T/nginx/scgi;
		server {
			listen 127.0.0.1:$1;
			location / { return 200 "pong\n"; }
		}
	}
	END
	((EUID)) || chown -R "$([[ $user == nobody ]] && echo 65534 ||
		echo 0)" "$T/nginx"
}

mkdir -p "$T/www"
echo pong >"$T/www/index.html"
each() {
	local port

	server "Python" 'curl -sS -m 5 http://127.0.0.1:PORT/' "$(free_port)" \
		"$python" -m http.server -b 127.0.0.1 -d "$T/www" PORT
	port=$(free_port)
	configure "$port"
	server nginx 'curl -sS -m 5 http://127.0.0.1:PORT/' "$port" \
		nginx -c "$T/nginx/nginx.conf" -e stderr
	server redis 'redis-cli -p PORT echo pong' "$(free_port)" \
		redis-server --port PORT --bind 127.0.0.1 --save '' \
		--dir "$T/run" --loglevel warning
}
each_mode each

# Every address, and the ports that the system picks.
each() {
	local port everywhere

	port=$(free_port)
	everywhere='import socket, sys
s = socket.create_server((sys.argv[1], int(sys.argv[2])),
	family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
print("listens")'
	for at in "0.0.0.0 0.0.0.0" ":: [::]"; do
		sbx --allow-listen "127.0.0.1:$port" -- \
			"$python" -c "$everywhere" "${at% *}" "$port"
		refused "at ${at% *}, one granted, $mode" "listen tcp" \
			"-- allow with --allow-listen '?[[]?${at% *}"
		hint
		sbx "${hint[@]}" -- \
			"$python" -c "$everywhere" "${at% *}" "$port"
		unharmed "at ${at% *}, as the hint says, $mode" listens
		sbx --allow-listen "$port" -- \
			"$python" -c "$everywhere" "${at% *}" "$port"
		unharmed "at ${at% *}, a port granted, $mode" listens
	done
	sbx --allow-listen "0.0.0.0:$port" -- \
		"$python" -c "$everywhere" :: "$port"
	refused "at ::, all of IPv4 granted, $mode"
	sbx --network host-loopback -- \
		"$python" -c "$everywhere" 0.0.0.0 "$port"
	refused "at 0.0.0.0, host-loopback, $mode"
	sbx --network host-loopback -- \
		"$python" -c "$everywhere" 127.0.0.1 "$port"
	unharmed "at 127.0.0.1, host-loopback, $mode" listens

	# Bound to port 0: another port the next time.
	sbx -- "$python" -c "$everywhere" 127.0.0.1 0
	refused "port 0, $mode" "--allow-listen 127.0.0.1:32768-60999"
	hint
	sbx "${hint[@]}" -- "$python" -c "$everywhere" 127.0.0.1 0
	unharmed "port 0, as the hint says, $mode" listens
	# Without bind(2) the system picks the address, too.
	sbx --allow-listen "127.0.0.1:32768-60999" -- \
		"$python" -c 'import socket; socket.socket().listen()'
	refused "no bind, $mode" "listen tcp 0.0.0.0:[0-9]+ -- allow with \
--allow-listen 0.0.0.0:32768-60999"
	# A privileged port is the kernel's affair.
	[[ $user == root ]] || {
		sbx --allow-listen 1-1023 -- \
			"$python" -c "$everywhere" 127.0.0.1 81
		like "$err" 'PermissionError' "port 81, $mode"
		unlike "$err" 'sbx: denied' "port 81, $mode: not ours"
	}
}
each_mode each

# ---- UDP ------------------------------------------------------------------
each() {
	local how before

	for how in sendto sendmsg udp; do
		sbx --allow-udp "127.0.0.1:$open" -- \
			"${cli[@]}" "$how" 127.0.0.1 "$open"
		unharmed "UDP, $how, $mode" pong
		sbx --allow-udp "[::1]:$open" -- "${cli[@]}" "$how" ::1 "$open"
		unharmed "UDP, $how, IPv6, $mode" pong
		before=$(seen srv)
		sbx --allow-udp "127.0.0.1:$open" -- \
			"${cli[@]}" "$how" 127.0.0.1 "$other"
		refused "UDP, $how, another port, $mode" \
			"(send|connect) udp 127.0.0.1:$other -- allow with \
--allow-udp 127.0.0.1:$other"
		hint
		sbx --allow-udp "127.0.0.1:$open" -- \
			"${cli[@]}" "$how" 127.0.0.2 "$open"
		refused "UDP, $how, another address, $mode"
		sbx --allow-connect "127.0.0.1:$open" -- \
			"${cli[@]}" "$how" 127.0.0.1 "$open"
		refused "UDP, $how, only TCP granted, $mode" \
			'socket inet dgram -- allow with --network full'
		sbx --allow-udp "127.0.0.1:$open" -- \
			"${cli[@]}" blocking 127.0.0.1 "$open"
		refused "UDP, $how, TCP is not granted, $mode"
		sleep 0.1
		is "$(seen srv)" "$before" "UDP, $how, $mode: nothing arrived"
		sbx "${hint[@]}" -- "${cli[@]}" "$how" 127.0.0.1 "$other"
		unharmed "UDP, $how, as the hint says, $mode" pong
	done
	# Who binds a port hears there, from whomever.
	sbx --allow-udp "127.0.0.1:$open" -- "$python" -c 'import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(("127.0.0.1", 9999))'
	refused "UDP, a port of one's own, $mode" 'bind udp 127.0.0.1:9999'
}
each_mode each

# ---- names ----------------------------------------------------------------
ask=(dig +short +tries=1 +time=5 "-p" "$dns" @127.0.0.1 www.example.com)
run "${ask[@]}"
is "$out" 192.0.2.7 "the name server answers, without sbx"
each() {
	local before

	sbx --allow-udp "127.0.0.1:$dns" -- "${ask[@]}"
	is "$out,$rc" 192.0.2.7,0 "dig over UDP, $mode"
	sbx --allow-connect "127.0.0.1:$dns" -- "${ask[@]}" +tcp
	is "$out,$rc" 192.0.2.7,0 "dig over TCP, $mode"
	before=$(seen dns)
	sbx --allow-udp 127.0.0.1:53 -- "${ask[@]}"
	ok "dig over UDP, not granted, $mode" test "$rc" -ne 0
	like "$err" "udp 127.0.0.1:$dns -- allow with --allow-udp" \
		"... says so, $mode"
	sbx --allow-connect 127.0.0.1:53 -- "${ask[@]}" +tcp
	ok "dig over TCP, not granted, $mode" test "$rc" -ne 0
	is "$(seen dns)" "$before" "the name server saw nothing, $mode"
}
each_mode each

# glibc asks at port 53, of whom resolv.conf(5) names: in a network of our own.
cat >"$T/resolv.conf" <<-END
nameserver 127.0.0.1
options use-vc timeout:5 attempts:1
END
sed '/use-vc/d' "$T/resolv.conf" >"$T/resolv.udp"
echo 'hosts: files dns' >"$T/nsswitch.conf"
# resolver CONF COMMAND... - runs it where that is resolv.conf
resolver() {
	local conf=$1 drop=()

	shift
	[[ $user == nobody ]] && become nobody && drop=("${become[@]}")
	user=root run unshare -n -m bash -c '
		conf=$1 nss=$2 log=$3 python=$4 srv=$5
		shift 5
		ip link set lo up && mount --bind "$conf" /etc/resolv.conf &&
			mount --bind "$nss" /etc/nsswitch.conf || exit 99
		: >"$log"
		"$python" "$srv" dns 53 >"$log" &
		until grep -q ready "$log"; do sleep 0.05; done
		"$@"
		rc=$?
		kill $!
		exit $rc' - "$conf" "$T/nsswitch.conf" "$T/stub.log" "$python" \
		"$root/tests/lib/inet_srv.py" "${drop[@]}" "$@"
}
each() {
	local name=("$python" -c 'import socket
print(socket.getaddrinfo("www.example.com", 80)[0][4][0])')
	local in=("$sbx_run" "${shim[@]}") missing='resolve www.example.com'

	[[ ${shim[*]} ]] && missing='connect tcp 127.0.0.1:53'
	resolver "$T/resolv.conf" "${name[@]}"
	if ((rc == 99)); then
		skip_or_fail "no network and mounts of our own: $err"
		return
	fi
	like "$out" '^192.0.2.7$' "use-vc without sbx, as $user"
	resolver "$T/resolv.conf" "${in[@]}" --allow-connect 127.0.0.1:domain \
		-- "${name[@]}"
	like "$out" '^192.0.2.7$' "use-vc, the server granted, $mode"
	is "$(sort -u "$T/stub.log" | tr '\n' ' ')" 'conn tcp dns ready 53 ' \
		"... and it was asked over TCP, $mode"
	resolver "$T/resolv.conf" "${in[@]}" -- "${name[@]}"
	is "$out" '' "use-vc, nothing granted, $mode"
	like "$err" "$missing -- allow with --allow-connect 127.0.0.1:53" \
		"... says what is missing, $mode"
	is "$(<"$T/stub.log")" 'ready 53' "... and nobody was asked, $mode"
	resolver "$T/resolv.udp" "${in[@]}" --allow-udp 127.0.0.1:53 -- \
		"${name[@]}"
	like "$out" '^192.0.2.7$' "over UDP, the server granted, $mode"
	resolver "$T/resolv.udp" "${in[@]}" --allow-connect 127.0.0.1:53 -- \
		"${name[@]}"
	is "$out,$(<"$T/stub.log")" ',ready 53' \
		"over UDP, only TCP granted, $mode"
}
if ((EUID)); then
	skip_or_fail "resolv.conf of our own: not root"
else
	each_mode each
fi
done_testing
