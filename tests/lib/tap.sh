# SPDX-License-Identifier: MIT
# tap.sh - TAP for shell tests, and the servers, users and limits they need.
#
# A test sources this file, calls what is below and ends with `done_testing`.
# SBX_BUILD names the build directory, SBX_MUST_WORK=1 makes a skip a failure.
# SBX_SLOW=N is for a machine N times slower than any (emulated), and
# SBX_USERS names the users to test as.
# Only what start_server started is ever ended, by its pid.
# shellcheck shell=bash disable=SC2034

set -u
umask 022
export LC_ALL=C
unset LD_PRELOAD TMPDIR DISPLAY XAUTHORITY SSH_AUTH_SOCK TMUX MAKEFLAGS MFLAGS
unset MAKELEVEL

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
SBX_BUILD=${SBX_BUILD:-$root/build}
sbx_run=${SBX_RUN:-$SBX_BUILD/sbx-run} # a wrapper may simulate a machine
lib=$SBX_BUILD/tests/lib
python=/usr/bin/python3
SLOW=${SBX_SLOW:-1}
LIMIT=$((${LIMIT:-20} * SLOW)) # seconds that one command of a test may take

tap_count=0
tap_failed=0
tap_pids=()
tap_main=$BASHPID

# ---- results --------------------------------------------------------------
# result 0|1 TEXT... - one line of TAP
result() {
	local good=$1

	shift
	tap_count=$((tap_count + 1))
	if ((good)); then
		echo "ok $tap_count - $*"
		return 0
	fi
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $*"
	return 1
}

# note TEXT - for who reads the whole output; diag TEXT - for all to see
note() {
	local line

	while IFS= read -r line; do
		echo "# $line"
	done <<<"$*"
}

diag() {
	note "$@" >&2
}

# check GOOD TEXT DIAGNOSTICS - one line of TAP, and why it is not ok
check() {
	result "$1" "$2" && return
	diag "${0##*/}: not ok: $2"$'\n'"$3"
	return 1
}

# ok TEXT COMMAND... - the command succeeds
ok() {
	local text=$1 good=0

	shift
	"$@" && good=1
	check "$good" "$text" "failed: $*"
}

# is GOT WANT TEXT
is() {
	local good=0

	[[ $1 == "$2" ]] && good=1
	check "$good" "$3" "got:  $1"$'\n'"want: $2"
}

# like GOT REGEX TEXT
like() {
	local good=0

	[[ $1 =~ $2 ]] && good=1
	check "$good" "$3" "got:  $1"$'\n'"like: $2"
}

unlike() {
	local good=0

	[[ $1 =~ $2 ]] || good=1
	check "$good" "$3" "got:    $1"$'\n'"unlike: $2"
}

# skip_or_fail TEXT - what this machine cannot do
skip_or_fail() {
	if [[ ${SBX_MUST_WORK-} == 1 ]]; then
		result 0 "must work here: $1"
	else
		tap_count=$((tap_count + 1))
		echo "ok $tap_count # SKIP $1"
	fi
}

# skip_kernel TEXT - what another kernel has to show: make check-kernels
skip_kernel() {
	SBX_MUST_WORK='' skip_or_fail "$1: make check-kernels"
}

# need COMMAND... - the test ends here if one is missing
need() {
	local command

	for command; do
		command -v "$command" >/dev/null && continue
		skip_or_fail "no $command"
		done_testing
	done
}

bail() {
	echo "Bail out! $*"
	exit 1
}

done_testing() {
	echo "1..$tap_count"
	exit $((tap_failed > 0))
}

# ---- clean-up -------------------------------------------------------------
T=$(mktemp -d /tmp/sbx.XXXXXX) || bail "no temporary directory"
T=$(cd "$T" && pwd -P)
chmod 755 "$T"

tap_cleanup() {
	local status=$?

	((BASHPID == tap_main)) || return
	trap - EXIT
	stop_server "${tap_pids[@]}"
	[[ ${KEEP-} ]] || rm -rf "$T"
	exit "$status"
}
trap tap_cleanup EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# ---- commands -------------------------------------------------------------
# The users to test as: all that this user can become.
users=(self)
((EUID)) || read -ra users <<<"${SBX_USERS:-root nobody}"

# ptrace_scope - what Yama lets a process do to others; 0: there is no Yama
ptrace_scope() {
	cat /proc/sys/kernel/yama/ptrace_scope 2>/dev/null || echo 0
}

# inspects USER - may inspect other processes here, as sbx-run must
inspects() {
	local scope

	scope=$(ptrace_scope)
	((scope < 2)) || { [[ $1 == root ]] && ((scope == 2)); }
}

# sbx-run refuses where it may not inspect: yama.t, the only test of that, sets
# any_scope.
if [[ ! ${any_scope-} ]]; then
	for user in "${users[@]}"; do
		inspects "$user" || users=("${users[@]/$user}")
	done
	read -ra users <<<"${users[*]}"
	((${#users[@]})) || {
		echo "1..0 # SKIP ptrace_scope is $(ptrace_scope)"
		exit 0
	}
fi

# become USER - sets become to the command that makes one USER
become() {
	become=(env)
	if [[ $1 == nobody ]] && ((EUID == 0)); then
		become=(setpriv --reuid=65534 --regid=65534 --clear-groups --)
	fi
}

# as_user root|nobody|self COMMAND...
as_user() {
	local become

	become "$1"
	shift
	"${become[@]}" "$@"
}

# private_dir NAME - a directory of the least privileged user there is
private_dir() {
	mkdir -p "$T/$1"
	((EUID)) || chown 65534:65534 "$T/$1"
}

# run COMMAND... - sets out, err, rc; no longer than $LIMIT seconds; as $user
user=${users[0]}
run() {
	as_user "$user" timeout -k 2 "$LIMIT" "$@" >"$T/.out" 2>"$T/.err"
	rc=$?
	out=$(tr -d '\0' <"$T/.out")
	err=$(tr -d '\0' <"$T/.err")
}

# sbx ARGUMENT... - runs sbx-run with them, in the current mode
shim=()
sbx() {
	run "$sbx_run" "${shim[@]}" "$@"
}

# each_mode FUNCTION ARGUMENT... - as every user, with and without the shim;
# sets user, shim and mode, which says it.
each_mode() {
	for user in "${users[@]}"; do
		shim=()
		mode="as $user"
		"$@"
		shim=(--no-shim)
		mode="as $user, no shim"
		"$@"
	done
	user=${users[0]} shim=() mode=
}

# ---- servers --------------------------------------------------------------
# start_server NAME COMMAND... - in the background, output to $T/NAME.log, as
# nobody if possible; sets pid.  SERVER_USER=root for the exception.
start_server() {
	local name=$1 become

	shift
	become "${SERVER_USER:-nobody}"
	"${become[@]}" "$@" >"$T/$name.log" 2>&1 </dev/null &
	pid=$!
	tap_pids+=("$pid")
}

# stop_server PID... - TERM, and KILL after three seconds
stop_server() {
	local p i

	for p; do
		kill -TERM "$p" 2>/dev/null
	done
	for p; do
		for ((i = 0; i < 60; i++)); do
			kill -0 "$p" 2>/dev/null || break
			sleep 0.05
		done
		kill -KILL "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
}

# wait_for SECONDS COMMAND... - until the command succeeds
wait_for() {
	local end=$((SECONDS + $1 * SLOW))

	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}

listening() {
	grep -q " 00010000 .* $1\$" /proc/net/unix
}

# wait_for_socket PATH|@NAME [SECONDS] - until somebody listens there
wait_for_socket() {
	wait_for "${2:-10}" listening "$1" || bail "nobody listens at $1:" \
		"$(tail -n 5 "$T"/*.log 2>/dev/null | tr '\n' ' ')"
}

# free_port - a TCP port that nobody listens at; listens PORT - somebody does
free_port() {
	local port

	while :; do
		port=$((10000 + RANDOM % 20000))
		[[ $(ss -Hltn "sport = :$port") ]] || break
	done
	echo "$port"
}

listens() {
	[[ $(ss -Hltn "sport = :$1") ]]
}

# seen NAME [PATTERN] - connections that a server says it has got
seen() {
	grep -c "${2:-^conn }" "$T/$1.log"
}

# ---- what sbx promises ----------------------------------------------------
# refused WHAT PATTERN... - the last run failed and said why; $err also
# matches every PATTERN
refused() {
	local what=$1 pattern

	shift
	ok "$what fails" test "$rc" -ne 0
	like "$err" 'sbx: denied: .+\[[0-9]+\] ' "$what says so"
	for pattern; do
		like "$err" "$pattern" "$what: $pattern"
	done
}

[[ -x $sbx_run ]] || bail "no $sbx_run: run make first"
