#!/bin/bash
# SPDX-License-Identifier: MIT
# inet-load.t - many TCP connects at once; scans that are refused.
source "$(dirname "$0")/../lib/tap.sh"
need jq
LIMIT=120

start_server srv "$lib/tcpload" serve
wait_for 10 grep -q ^port "$T/srv.log" || bail "no server"
port=$(sed -n 's/^port //p' "$T/srv.log")
run "$lib/tcpload" connect 32 1000 "$port"
is "$out" "done 1000" "without sbx: 32 clients"
run "$lib/tcpload" scan 1 1 "$port"
like "$err" 'Connection refused' "without sbx: a scan is not EACCES"

load() {
	sbx --allow-connect "127.0.0.1:$port" -- \
		"$lib/tcpload" connect 32 10000 "$port"
	is "$out,$err" "done 10000," "10,000 connects, 32 clients ($mode)"
	sbx --network host-loopback -- \
		"$lib/tcpload" connect 32 1000 "$port"
	is "$out,$err" "done 1000," "... over the host's loopback ($mode)"
}

# Everything once, a tenth of it in the other modes.  The command waits when it is done, so that its supervisor can be looked at.
scan() {
	local log sbx_pid sup before after lines many=10000

	[[ $user == "${users[-1]}" && ${shim[0]-} ]] && many=100000

	private_dir log
	log=$T/log/scan.$user${shim[0]-}
	mkfifo "$log.go" "$log.done"
	chmod 666 "$log.go" "$log.done"
	exec 5<>"$log.go" 6<>"$log.done"
	SERVER_USER=$user start_server scan "$sbx_run" "${shim[@]}" -q \
		--log "$log" -- bash -c "exec 5>&- 6>&-
		while read -r n; do '$lib/tcpload' scan 4 \"\$n\" 1; done \
		<'$log.go' >'$log.done' 2>&1"
	sbx_pid=$pid
	echo 2000 >&5
	read -r -t "$LIMIT" out <&6
	is "$out" "done 2000" "2000 refused connects ($mode)"
	sup=$(pgrep -P "$sbx_pid")
	sleep 0.2
	before=$(sed -n 's/^RssAnon:\t *\([0-9]*\) kB/\1/p' "/proc/$sup/status")
	echo "$many" >&5
	read -r -t "$LIMIT" out <&6
	is "$out" "done $many" "$many refused connects ($mode)"
	sleep 0.2
	after=$(sed -n 's/^RssAnon:\t *\([0-9]*\) kB/\1/p' "/proc/$sup/status")
	note "RssAnon: $before KiB before, $after KiB after"
	ok "the supervisor's memory is flat ($mode)" \
		test "$after" -le $((before + 512))
	kill "$sbx_pid"
	wait "$sbx_pid" 2>/dev/null
	wait_for 10 test ! -e "/proc/$sup"
	lines=$(wc -l <"$log")
	note "$lines lines"
	ok "the log is folded ($mode)" test "$lines" -lt 5000
	is "$(jq -s 'map(.count) | add' "$log")" $((many + 2000)) \
		"... and nothing is lost ($mode)"
	is "$(jq -r 'select(.addr == null) | .note' "$log" | sort -u)" \
		"other addresses and ports" "... what was not named ($mode)"
	is "$(jq -r .op "$log" | sort -u)" connect "... are connects ($mode)"
}

each_mode load
each_mode scan
done_testing
