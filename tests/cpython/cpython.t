#!/bin/bash
# SPDX-License-Identifier: MIT
# cpython.t - CPython's own network tests: the same in a sandbox as outside
#
# Each test and subtest is compared by name: what passes outside passes inside,
# and what is skipped outside is skipped inside.  What differs is listed here.
source "$(dirname "$0")/../lib/tap.sh"

suites=${CPYTHON:-test_socket test_asyncio test_ssl test_httpservers}
seconds=$((600 * SLOW))

[[ -d /usr/lib/python3.11/test/test_asyncio ]] || {
	skip_or_fail "no libpython3.11-testsuite"
	done_testing
}

# The tests of AF_VSOCK wait for ever on some virtual machines, as root; inside
# there is no AF_VSOCK, which no namespace confines.
ignored=(-i '*VSOCK*')

# Differences that are meant: root has no CAP_SYS_ADMIN inside.
meant='test_sethostname'

# results FILE - "test ... result", sorted; reasons of skips are compared too
results() {
	sed -nE 's/^([A-Za-z_0-9]+ \([^)]*\)).* \.\.\. (ok|skipped.*|FAIL|ERROR|expected failure|unexpected success)$/\1: \2/p' \
		"$1" | grep -Ev "$meant" | sort
}

# suite NAME OUTPUT COMMAND... - runs it in a directory of its own
suite() {
	local name=$1 output=$2

	shift 2
	private_dir work
	(cd "$T/work" && as_user "$user" env HOME="$T/work" \
		timeout -k 5 "$seconds" "$@" /usr/bin/python3.11 -m test -v \
		"${ignored[@]}" "$name") >"$output" 2>&1 </dev/null
	rc=$?
	rm -rf "$T/work"
}

same() {
	local name differ

	for name in $suites; do
		suite "$name" "$T/outside"
		is "$rc" 0 "$name passes without sbx ($mode)"
		suite "$name" "$T/inside" "$sbx_run" -q "${shim[@]}" \
			--network isolated --private-sockets --
		is "$rc" 0 "$name passes inside ($mode)"
		results "$T/outside" >"$T/outside.results"
		results "$T/inside" >"$T/inside.results"
		differ=$(diff "$T/outside.results" "$T/inside.results")
		is "$differ" "" "$name: the same, skip for skip ($mode)"
		note "$(wc -l <"$T/inside.results") results"
		ok "$name: there are results ($mode)" \
			test "$(wc -l <"$T/inside.results")" -gt 20
	done
}

each_mode same
done_testing
