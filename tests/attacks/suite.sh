# SPDX-License-Identifier: MIT
# suite.sh - every attack as one user, in one mode, as TAP.
#
#	suite root|user shim|backstop
#
# Each attack runs twice: without sbx, where it must get through (or the test
# proves nothing, and counts as skipped), then under sbx-run.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

judge=$SBX_BUILD/tests/attacks/judge

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
	if [[ $word == skip && $2 == rare ]]; then
		SBX_MUST_WORK='' skip_or_fail "$1: ${text#skip: }"
	else
		skip_or_fail "$1: no control, ${text//$'\n'/ }"
	fi
	return 1
}

suite() {
	local user=$1 how=$2 options=(-s "$sbx_run") mode
	local name class who rare what become good

	[[ $how == shim ]] || options+=(-n)
	mode="$user, $how"
	if [[ $user == root && $EUID != 0 ]]; then
		echo "1..0 # SKIP not root"
		exit 0
	fi
	become nobody
	[[ $user == root ]] && become=(env)
	"${become[@]}" test -x "$judge" || bail "$mode: cannot run $judge"

	while IFS=$'\t' read -r name class who rare what; do
		[[ $who == root && $user != root ]] && continue
		control "$name" "$rare" || continue
		verdict "${options[@]}" "$name"
		[[ $word == refused ]] && good=1 || good=0
		if [[ $rare == limit && $word == reached ]]; then
			tap_count=$((tap_count + 1))
			echo "not ok $tap_count - $class/$name # TODO a limit"
			continue
		fi
		result "$good" "$class/$name: $what ($mode)" || diag "$text"
	done < <("$judge" -l)
	((tap_count >= 200)) || bail "$mode: only $tap_count attacks"
	done_testing
}
