#!/bin/bash
# SPDX-License-Identifier: MIT
# errno.t - connect(2) fails inside exactly as it fails outside.
source "$(dirname "$0")/../lib/tap.sh"

each() {
	local d=$T/e.$user${shim[0]-} outside

	mkdir -m 777 "$d"
	start_server "probe.$user${shim[0]-}" "$lib/probe_errno" -m "$d"
	wait_for 10 grep -q ready "$T/probe.$user${shim[0]-}.log"
	run "$lib/probe_errno" "$d"
	outside=$out
	like "$out" 'full, SA_RESTART: some handled' \
		"the probe without sbx, $mode"
	sbx --allow-unix-socket "$d" -- "$lib/probe_errno" "$d"
	is "$(diff <(echo "$outside") <(echo "$out"))" "" \
		"granted, $mode: the same answers"
	unlike "$err" "denied.*unix:$d/" "granted, $mode: nothing was refused"

	run "$lib/probe_errno" -n "$d"
	outside=$out
	sbx -- "$lib/probe_errno" -n "$d"
	is "$(diff <(sed 's/: ok$/: EACCES/' <<<"$outside") <(echo "$out"))" \
		"" "not granted, $mode: EACCES for what would have worked"
	stop_server "$pid"
}
each_mode each
done_testing
