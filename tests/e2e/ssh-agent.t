#!/bin/bash
# SPDX-License-Identifier: MIT
# ssh-agent.t - a real ssh-agent: keys listed, added, used as granted only.
source "$(dirname "$0")/../lib/tap.sh"
need ssh-agent ssh-add ssh-keygen

private_dir run
s=$T/run/agent
start_server agent ssh-agent -d -a "$s"
wait_for_socket "$s"
# The agent makes its socket 0600: the tests are its owner, and root.
export SSH_AUTH_SOCK=$s

received() {
	seen agent 'type = CONNECTION'
}
run ssh-add -l
is "$rc,$out" "1,The agent has no identities." "without sbx: an answer"
is "$(received)" 1 "the agent counts connections"

each() {
	local before key=$T/key.$user${shim[0]+.noshim}

	as_user "$user" ssh-keygen -q -t ed25519 -N '' -C "$mode" -f "$key"
	sbx --allow-unix-socket "$s" -- ssh-add -q "$key"
	is "$rc,$err" "0," "granted, $mode: a key is added"
	sbx --allow-unix-socket "$s" -- ssh-add -L
	is "$rc,$out" "0,$(cat "$key.pub")" "granted, $mode: it is listed"
	echo text >"$T/text"
	sbx --allow-unix-socket "$s" -- sh -c \
		"ssh-keygen -Y sign -n test -f '$key.pub' <'$T/text' 2>/dev/null"
	like "$out" 'BEGIN SSH SIGNATURE' "granted, $mode: it signs"

	before=$(received)
	sbx -- ssh-add -D
	refused "not granted, $mode" "Permission denied" \
		"denied: ssh-add\[[0-9]+\] connect unix:$s -- allow with \
--allow-unix-socket $s"
	is "$rc" 2 "not granted, $mode: ssh-add's own exit code"
	is "$(received)" "$before" "not granted, $mode: the agent saw nothing"
	sbx --allow-unix-socket "$s" -- ssh-add -qd "$key"
	is "$rc" 0 "granted, $mode: the key was still there"

	# An agent inside, for a command inside: both ends in the sandbox.
	mkdir -p "$T/in"
	chmod 1777 "$T/in"
	sbx --allow-unix-bind "$T/in" -- ssh-agent -a "$T/in/$user${shim[0]-}" \
		ssh-add -l
	is "$rc,$out" "1,The agent has no identities." \
		"an agent and its client inside, $mode"
}
chmod 1777 "$T"
each_mode each
done_testing
