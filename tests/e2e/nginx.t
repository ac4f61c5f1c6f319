#!/bin/bash
# SPDX-License-Identifier: MIT
# nginx.t - a real nginx with curl --unix-socket; nginx inside.
source "$(dirname "$0")/../lib/tap.sh"
PATH=$PATH:/usr/sbin
need nginx curl

# configure DIRECTORY - a complete configuration that needs no root
configure() {
	private_dir "$1"
	cat >"$T/$1/nginx.conf" <<-END
	daemon off;
	worker_processes 2;
	error_log stderr notice;
	pid $T/$1/pid;
	events { worker_connections 64; }
	http {
		access_log $T/$1/access.log;
		client_body_temp_path $T/$1/body;
		proxy_temp_path $T/$1/proxy;
		fastcgi_temp_path $T/$1/fastcgi;
		uwsgi_temp_path $T/$1/uwsgi;
		scgi_temp_path $T/$1/scgi;
		server {
			listen unix:$T/$1/http.sock;
			location / { return 200 "hello from $1\n"; }
			location /up { proxy_pass http://unix:$T/out/http.sock:/; }
		}
	}
	END
}

configure out
s=$T/out/http.sock
start_server nginx nginx -c "$T/out/nginx.conf" -e stderr
wait_for_socket "$s"

# Requests that the access log holds.
received() {
	wc -l <"$T/out/access.log"
}
get=(curl -sS --max-time 5 --unix-socket)
run "${get[@]}" "$s" http://x/
is "$out" "hello from out" "without sbx: an answer"
is "$(received)" 1 "the server counts requests"

each() {
	local before

	sbx --allow-unix-socket "$s" -- "${get[@]}" "$s" http://x/
	is "$out,$err,$rc" "hello from out,,0" "granted, $mode: an answer"
	before=$(received)
	sbx -- "${get[@]}" "$s" http://x/stolen
	refused "not granted, $mode" "denied: curl\[[0-9]+\] connect unix:$s \
-- allow with --allow-unix-socket $s"
	is "$rc" 7 "not granted, $mode: curl's own exit code"
	is "$(received)" "$before" "not granted, $mode: the server saw nothing"
}
each_mode each

# nginx inside: it binds, forks workers, and its workers connect as granted.
each() {
	local in=in.$user${shim[0]+.noshim} sbx_pid

	configure "$in"
	SERVER_USER=$user start_server "$in" "$sbx_run" "${shim[@]}" \
		--allow-unix-bind "$T/$in" --allow-unix-connect "$s" -- \
		nginx -c "$T/$in/nginx.conf" -e stderr
	sbx_pid=$pid
	wait_for_socket "$T/$in/http.sock"
	run "${get[@]}" "$T/$in/http.sock" http://x/
	is "$out" "hello from $in" "nginx inside answers outside, $mode"
	run "${get[@]}" "$T/$in/http.sock" http://x/up
	is "$out" "hello from out" "it reaches the upstream granted, $mode"
	kill -QUIT "$sbx_pid"
	wait "$sbx_pid"
	is $? 0 "QUIT to sbx-run ends it gracefully, $mode"
	unlike "$(<"$T/$in.log")" 'denied' "nothing of it was refused, $mode"
}
each_mode each
done_testing
