#!/bin/bash
# SPDX-License-Identifier: MIT
# tmux.t - a long-lived client that owns the terminal, and a server that stays.
source "$(dirname "$0")/../lib/tap.sh"
need tmux script
export TERM=xterm SHELL=/bin/sh

private_dir run
s=$T/run/tmux
tmux() {
	as_user nobody tmux -f /dev/null "$@"
}
tmux -S "$s" new-session -d -s work -x 80 -y 24 "while read -r line; do
	echo \"got \$line\"; done"
tap_pids+=("$(tmux -S "$s" display-message -p '#{pid}')")
is "$(tmux -S "$s" list-sessions -F '#{session_name}')" work \
	"without sbx: an answer"
chmod 777 "$s"
tmux -S "$s" server-access -aw root 2>/dev/null

# At the end of its input script sends an end of file: there must be none.
mkfifo "$T/open"
exec 8<>"$T/open"

each() {
	sbx --allow-unix-socket "$s" -- \
		tmux -S "$s" list-sessions -F '#{session_name}'
	is "$out,$err,$rc" work,,0 "granted, $mode: an answer"

	# Attached on a terminal for a while, working.
	(
		wait_for 10 sh -c "tmux -S '$s' list-clients | grep -q ."
		tmux -S "$s" send-keys -t work "hello $user${shim[0]-}" Enter
		sleep 1
		tmux -S "$s" detach-client -s work
	) &
	run script -qec "$sbx_run ${shim[*]} --allow-unix-socket $s -- \
		tmux -S $s attach -t work" /dev/null <&8
	wait $!
	like "$out" "got hello $user${shim[0]-}" "attached, $mode: it works"
	like "$out" '\[detached' "attached, $mode: it detaches"
	is "$rc" 0 "attached, $mode: exit code 0"

	sbx -- tmux -S "$s" kill-server
	refused "not granted, $mode" "connect unix:$s"
	is "$(tmux -S "$s" list-sessions -F '#{session_name}')" work \
		"not granted, $mode: the server lives on"

	# The server inside, left behind as a daemon by its first client.
	mkdir -p "$T/in"
	chmod 1777 "$T/in"
	local in=$T/in/$user${shim[0]-}
	sbx --allow-unix-socket "$T/in" -- sh -c "tmux -f /dev/null -S '$in' \
		new-session -d -s inner 'sleep 60' && tmux -S '$in' ls -F '#S'"
	is "$out,$rc" inner,0 "server and client inside, $mode"
	is "$(as_user "$user" tmux -S "$in" ls -F '#S')" inner \
		"it stays behind, $mode: reachable from outside"
	as_user "$user" tmux -S "$in" kill-server
	ok "it ends, $mode" wait_for 5 eval "! tmux -S '$in' ls"
}
each_mode each
done_testing
