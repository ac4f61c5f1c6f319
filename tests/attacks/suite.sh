# SPDX-License-Identifier: MIT
# suite.sh - every attack as one user, as TAP.
#
#	suite root|user
#
# Each attack runs three times: without sbx, where it must get through (or the
# test proves nothing, and counts as skipped), then under sbx-run, with the
# shim and without.
#
# SBX_BACKSTOP=TIER is what sbx-run has to use; what it cannot enforce by that
# is skipped, with its reason.  SBX_ATTACKS='NAME|CLASS...' runs a part.
#
# SBX_ATTACK_JOBS=N runs N attacks at a time: most wait more than they work.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

judge=$SBX_BUILD/tests/attacks/judge
tier=(${SBX_BACKSTOP:+-b "$SBX_BACKSTOP"})

# verdict OPTION... NAME - sets word (reached, refused, broken, skip) and text
verdict() {
	text=$("${become[@]}" "$judge" "$@" 2>&1)
	word=${text%%:*} word=${word%%$'\n'*}
}

# control NAME RARE - does it get through without sbx?  A race may need more
# than one chance.
control() {
	local i

	for i in 1 2 3; do
		verdict "$1"
		[[ $word == reached ]] && return 0
		[[ $word == skip ]] && break
	done
	if [[ $2 == rare && ($word == skip || $word == refused) ]]; then
		SBX_MUST_WORK='' skip_or_fail "$1: ${text#skip: }"
	else
		skip_or_fail "$1: no control, ${text//$'\n'/ }"
	fi
	return 1
}

# judged NAME CLASS RARE WHAT MODE OPTION... - one attack under sbx-run
judged() {
	local name=$1 class=$2 rare=$3 what=$4 mode=$5 good=0

	shift 5
	verdict -s "$sbx_run" "${tier[@]}" "$@" "$name"
	if [[ $word == skip ]]; then
		SBX_MUST_WORK='' skip_or_fail "$class/$name: ${text#skip: }"
		return
	fi
	if [[ $rare == limit && $word == reached ]]; then
		tap_count=$((tap_count + 1))
		echo "not ok $tap_count - $class/$name # TODO a limit"
		return
	fi
	[[ $word == refused ]] && good=1
	result "$good" "$class/$name: $what ($mode)" || diag "$text"
}

# chosen NAME CLASS
chosen() {
	local pattern patterns

	read -ra patterns <<<"${SBX_ATTACKS:-*}"
	for pattern in "${patterns[@]}"; do
		# shellcheck disable=SC2053 # a pattern it may be
		[[ $1 == $pattern || $2 == $pattern ]] && return 0
	done
	return 1
}

# share K N USER - every N-th attack, from the K-th on
share() {
	local user=$3 name class who rare what

	while IFS=$'\t' read -r name class who rare what; do
		[[ $who == root && $user != root ]] && continue
		chosen "$name" "$class" || continue
		control "$name" "$rare" || continue
		judged "$name" "$class" "$rare" "$what" "$user, shim"
		judged "$name" "$class" "$rare" "$what" "$user, no shim" -n
	done < <("$judge" "${tier[@]}" -l | awk -v k="$1" -v n="$2" 'NR % n == k')
}

# gather - the shares' lines as they come, numbered through
gather() {
	local line

	while IFS= read -r line; do
		if [[ $line =~ ^(not )?ok\ [0-9]+(.*) ]]; then
			tap_count=$((tap_count + 1))
			line="${BASH_REMATCH[1]}ok $tap_count${BASH_REMATCH[2]}"
			[[ $line == not* && $line != *'# TODO'* ]] &&
				tap_failed=$((tap_failed + 1))
		fi
		echo "$line"
	done
}

suite() {
	local user=$1 jobs=${SBX_ATTACK_JOBS:-1} k become

	if [[ $user == root && $EUID != 0 ]]; then
		echo "1..0 # SKIP not root"
		exit 0
	fi
	[[ $user == root ]] || inspects nobody || {
		echo "1..0 # SKIP ptrace_scope is $(ptrace_scope)"
		exit 0
	}
	become nobody
	[[ $user == root ]] && become=(env)
	"${become[@]}" test -x "$judge" || bail "$user: cannot run $judge"

	gather < <(for ((k = 0; k < jobs; k++)); do
		share "$k" "$jobs" "$user" &
	done; wait)
	[[ ${SBX_ATTACKS-} ]] || ((tap_count >= 500)) || bail "$user: only $tap_count verdicts"
	done_testing
}
