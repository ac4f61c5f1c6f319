#!/bin/bash
# SPDX-License-Identifier: MIT
# yama.t - works as far as Yama's ptrace_scope allows, and says so where not.
any_scope=1
source "$(dirname "$0")/../lib/tap.sh"

scope=$(ptrace_scope)
[[ -e /proc/sys/kernel/yama/ptrace_scope ]] || {
	skip_kernel "no Yama: this kernel has no ptrace_scope"
	done_testing
}
note "ptrace_scope is $scope"

private_dir run
chmod 1777 "$T"
s=$T/run/srv
start_server srv "$lib/srv" "$s"
start_server other "$lib/srv" "$T/run/other"
wait_for_socket "$s"
wait_for_socket "$T/run/other"

# An orphan's parent is not the process that it came from.
works() {
	sbx --allow-unix-socket "$s" -- "$lib/cli" "$s"
	is "$out,$rc" pong,0 "ptrace_scope $scope, $mode: granted"
	sbx --allow-unix-socket "$s" -- "$lib/cli" "$T/run/other"
	like "$err" 'connect: EACCES' "ptrace_scope $scope, $mode: not granted"
	sbx --allow-unix-socket "$s" -- sh -c "(setsid sh -c '
		$lib/cli $s; $lib/cli $T/run/other 2>&1 | grep -v sbx' &) | cat"
	is "$out" $'pong\nconnect: EACCES' \
		"ptrace_scope $scope, $mode: the same for an orphan"
	sbx --check
	is "$rc" 0 "ptrace_scope $scope, $mode: --check agrees"
}

refuses() {
	sbx --allow-unix-socket "$s" -- touch "$T/ran"
	is "$rc" 125 "ptrace_scope $scope, $mode: 125"
	like "$err" "^sbx-run: ptrace_scope is $scope here[^"$'\n'"]*\
sysctl kernel.yama.ptrace_scope=1[^"$'\n'"]*\$" \
		"ptrace_scope $scope, $mode: says why, and the remedy"
	ok "ptrace_scope $scope, $mode: the command never ran" \
		test ! -e "$T/ran"
	sbx --check
	is "$rc" 125 "ptrace_scope $scope, $mode: --check fails"
	like "$out" "ptrace_scope is $scope here" \
		"ptrace_scope $scope, $mode: --check says why"
}

each() {
	if inspects "$user"; then
		works
	else
		refuses
	fi
}
each_mode each
is "$(seen other)" 0 "the server that is not granted saw nothing"
done_testing
