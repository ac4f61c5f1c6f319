#!/bin/bash
# SPDX-License-Identifier: MIT
# postgres.t - a real PostgreSQL: psql granted and refused; a server inside.
source "$(dirname "$0")/../lib/tap.sh"
PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')
need initdb postgres psql

private_dir run
d=$T/run
s=$d/.s.PGSQL.5432
as_user nobody env TZ=UTC initdb -D "$d/data" -A trust -U postgres --no-sync \
	--no-locale -E UTF8 >"$T/initdb.log" 2>&1 || bail "initdb failed"
as_user nobody cp -r "$d/data" "$d/inside"
# Two roles that only the user of the same name may be (SO_PEERCRED).
as_user nobody sed -i '1i local all root,nobody peer' "$d/data/pg_hba.conf"
server=(postgres -c listen_addresses= -c fsync=off -c max_connections=10
	-c shared_buffers=1MB -c log_connections=on)
start_server pg "${server[@]}" -D "$d/data" -k "$d"
wait_for_socket "$s"
wait_for 10 psql -h "$d" -U postgres -c 'select 1'

psql -h "$d" -U postgres -qc 'create role root login' \
	-c 'create role nobody login'

received() {
	seen pg 'connection received'
}
before=$(received)
run psql -h "$d" -U postgres -Atc 'select 6*7'
is "$out" 42 "without sbx: an answer"
is "$(received)" $((before + 1)) "the server counts connections"

# peer_login - the server sees the user who asks, whoever connected for him
peer_login() {
	local me other=root

	me=$(as_user "$user" id -un)
	[[ $me == root ]] && other=nobody
	sbx --allow-unix-socket "$s" -- psql -h "$d" -U "$me" -d postgres \
		-Atc 'select current_user'
	if [[ $me == root || $me == nobody ]]; then
		is "$out" "$me" "peer login, $mode: the server sees $me"
	fi
	sbx --allow-unix-socket "$s" -- psql -h "$d" -U "$other" -d postgres \
		-Atc 'select current_user'
	like "$err" 'Peer authentication failed' \
		"peer login, $mode: and does not take him for $other"
}

each() {
	local before

	sbx --allow-unix-socket "$s" -- psql -h "$d" -U postgres -Atc \
		'select 6*7'
	is "$out,$err,$rc" 42,,0 "granted, $mode: an answer"
	sbx --allow-unix-socket "$d" -- psql -h "$d" -U postgres -Atc \
		"select string_agg(x::text, '') from generate_series(1,99999) x"
	is "${#out},$rc" 488889,0 "directory granted, $mode: a large answer"

	peer_login

	before=$(received)
	sbx -- psql -h "$d" -U postgres -c 'create table stolen()'
	refused "not granted, $mode" "Permission denied" \
		"denied: psql\[[0-9]+\] connect unix:$s -- allow with \
--allow-unix-socket $s"
	is "$rc" 2 "not granted, $mode: psql's own exit code"
	is "$(received)" "$before" "not granted, $mode: the server saw nothing"
}
each_mode each
run psql -h "$d" -U postgres -Atc "select count(*) from pg_tables where \
tablename = 'stolen'"
is "$out" 0 "nothing was written by the refused"

# PostgreSQL itself inside: many processes, signals, a lock file, bind.
private_dir in
SERVER_USER=nobody start_server inside "$sbx_run" --allow-unix-bind "$T/in" -- \
	"${server[@]}" -D "$d/inside" -k "$T/in"
wait_for_socket "$T/in/.s.PGSQL.5432"
wait_for 10 psql -h "$T/in" -U postgres -c 'select 1'
run psql -h "$T/in" -U postgres -Atc "select 'inside'"
is "$out" inside "a server inside answers clients outside"
run psql -h "$T/in" -U postgres -qAtc 'set max_parallel_workers = 2' \
	-c 'create table t as select generate_series(1,1000) x' \
	-c 'vacuum analyze t' -c 'select count(*) from t'
is "$out" 1000 "it can do its work"
kill -INT "$pid" # to the launcher alone: fast shutdown
wait "$pid"
is $? 0 "INT to sbx-run shuts it down, exit code 0"
like "$(<"$T/inside.log")" 'database system is shut down' "it shut down cleanly"
unlike "$(<"$T/inside.log")" 'sbx: denied' "nothing of it was refused"
done_testing
