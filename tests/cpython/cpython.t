#!/bin/bash
# SPDX-License-Identifier: MIT
# cpython.t - CPython's own network tests: the same in a sandbox as outside
#
# Each test is compared by name: what passes outside passes inside, and what is
# skipped outside is skipped inside.  What is meant to differ is listed here.
source "$(dirname "$0")/../lib/tap.sh"

suites=${CPYTHON:-test_socket test_asyncio test_ssl test_httpservers}
seconds=$((900 * SLOW))

[[ -d /usr/lib/python3.11/test/test_asyncio ]] || {
	skip_or_fail "no libpython3.11-testsuite"
	done_testing
}

# The tests of AF_VSOCK wait for ever on some virtual machines, as root; inside
# there is no AF_VSOCK, which no namespace confines.
ignored=(-i '*VSOCK*')

# AF_UNIX datagram sockets are withheld without --allow-unix-dgram, and root
# has no CAP_SYS_ADMIN inside.
datagrams=(test_create_datagram_endpoint_existing_sock_unix
	test_create_datagram_endpoint_sock_unix
	test_create_unix_server_path_dgram)
meant=(test_sethostname)

# suite NAME OUTPUT COMMAND... - runs it in a directory of its own
suite() {
	local name=$1 output=$2

	shift 2
	private_dir work
	(cd "$T/work" && as_user "$user" env HOME="$T/work" \
		timeout -k 5 "$seconds" "$@" /usr/bin/python3.11 -m test \
		--junit-xml "$T/work/junit.xml" "${ignored[@]}" "$name") \
		>"$output.log" 2>&1 </dev/null
	"$python" "$root/tests/cpython/results.py" "$T/work/junit.xml" \
		"${left_out[@]}" >"$output"
	rm -rf "$T/work"
}

# compare NAME WHAT OPTION... - without and with sbx
compare() {
	local name=$1 what=$2 differ

	shift 2
	suite "$name" "$T/outside"
	suite "$name" "$T/inside" "$sbx_run" -q "${shim[@]}" \
		--network isolated --private-sockets "$@" --
	differ=$(diff "$T/outside" "$T/inside")
	is "$differ" "" "$name: the same, skip for skip$what ($mode)"
	ok "$name: there are results ($mode)" \
		test "$(wc -l <"$T/inside")" -gt 20
	note "$(wc -l <"$T/inside") results," \
		"$(grep -c ': skipped' "$T/inside") skipped"
}

same() {
	local name left_out=("${meant[@]}" "${datagrams[@]}")

	for name in $suites; do
		compare "$name" ""
	done
	left_out=("${meant[@]}")
	[[ $suites != *test_asyncio* ]] ||
		compare test_asyncio ", with datagrams" --allow-unix-dgram
}

each_mode same
done_testing
