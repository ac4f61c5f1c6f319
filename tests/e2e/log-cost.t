#!/bin/bash
# SPDX-License-Identifier: MIT
# log-cost.t - a log makes refusals at most three times as slow, and calls that
# are allowed no slower, unless it shall show those, too.
source "$(dirname "$0")/../lib/tap.sh"
[[ -x $SBX_BUILD/tests/bench/meter ]] || bail "no meter: make bench-programs"
[[ ${SBX_SANITIZED-} ]] && {
	skip_or_fail "sanitizers cost more than a log"
	done_testing
}

SBX_BUILD=$SBX_BUILD timeout $((300 * SLOW)) "$python" -B \
	"$root/tests/bench/log_cost.py" >"$T/rows" 2>"$T/errors"
is "$?,$(<"$T/errors")" "0," "it can be measured" || note "$(<"$T/rows")"

# at_most RATIO LIMIT TEXT
at_most() {
	ok "$3: $1 <= $2" awk "BEGIN { exit !($1 <= $2) }"
}

while IFS=, read -r what ratio control told calls mode; do
	note "$what, $mode: $ratio (control: $control), $told of $calls told"
	case $what in
	refused-new)
		at_most "$ratio" 3 "a refusal in the log, $mode"
		# Else it would be the cost of something else.
		at_most $((calls * 9 / 10)) "$told" "... is in the log, $mode"
		;;
	connect)
		# What noise alone does is not the log's doing.
		at_most "$ratio" "1.15 + sqrt(($control - 1)^2)" \
			"what is allowed costs the same with a log, $mode"
		is "$told" 0 "... and is not in it, $mode"
		;;
	shown)
		at_most $((calls * 9 / 10)) "$told" "but with --log-allowed, $mode"
		at_most 1.1 "$ratio" "... which is noticed, $mode"
		;;
	esac
done < <(grep -v ^calls "$T/rows")

mapfile -t calls < <(grep ^calls "$T/rows")
note "${calls[0]}"
if [[ ${calls[0]} == *unknown* ]]; then
	skip_or_fail "no strace: ${calls[0]}"
else
	is "${calls[1]}" "${calls[0]}" \
		"the supervisor makes the same calls for what is allowed"
fi
done_testing
