#!/bin/bash
# SPDX-License-Identifier: MIT
# fuzz.t - every harness, from its corpus, finds nothing; and would if it could
#
# SBX_FUZZ_EACH says how many seconds each harness gets.  What is found stays
# in $SBX_BUILD/fuzz/findings; with SBX_FUZZ_KEEP=1 what was learnt stays in
# $SBX_BUILD/fuzz/corpus, for the next time.
source "$(dirname "$0")/../lib/tap.sh"
seconds=${SBX_FUZZ_EACH:-6}
programs=("$SBX_BUILD"/tests/fuzz/fuzz_*)
findings=$SBX_BUILD/fuzz/findings

if [[ ! -x ${programs[0]} ]]; then
	skip_or_fail "no clang with libFuzzer (libclang-rt-14-dev)"
	done_testing
fi
learnt=$T/learnt
[[ ${SBX_FUZZ_KEEP-} ]] && learnt=$SBX_BUILD/fuzz/corpus
mkdir -p "$findings" "$T/control"
# Trees of files are made faster in memory.
export TMPDIR=$T/tmp
mkdir "$TMPDIR"
[[ -w /dev/shm ]] && TMPDIR=$(mktemp -d /dev/shm/sbx.XXXXXX)
trap 'rm -rf "$TMPDIR"; tap_cleanup' EXIT

# fuzz NAME SECONDS FINDINGS CORPUS... - output to $T/NAME.out, sets rc
fuzz() {
	local name=$1 seconds=$2 findings=$3

	shift 3
	timeout -k 5 $((seconds + 60)) nice -n 10 \
		"$SBX_BUILD/tests/fuzz/fuzz_$name" -max_total_time="$seconds" \
		-timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$findings/$name-" "$@" \
		>"$T/$name.out" 2>&1 </dev/null
	rc=$?
}

# stat NAME WHICH - a number of libFuzzer's
stat() {
	sed -n "s/^stat::$2: *//p" "$T/$1.out"
}

# reproducer NAME - the file that makes it happen again
reproducer() {
	sed -n 's/.*Test unit written to //p' "$T/$1.out"
}

# A finding that was planted is found, and kept.
control() {
	local name=$1 rc file

	mkdir -p "$T/planted"
	printf 'sbx: a planted finding' >"$T/planted/input"
	SBX_FUZZ_PLANTED=1 fuzz "$name" 5 "$T/control" "$T/planted"
	file=$(reproducer "$name")
	ok "$name: a planted finding is found" test "$rc" -ne 0 -a \
		-f "${file:-none}"
}

lane() {
	local name rc

	for name; do
		mkdir -p "$learnt/$name"
		fuzz "$name" "$seconds" "$findings" "$learnt/$name" \
			"$root/tests/fuzz/corpus/$name"
		echo "$rc" >"$T/$name.rc"
	done
}

judge() {
	local name=$1 rc runs corpus

	rc=$(<"$T/$name.rc")
	runs=$(stat "$name" number_of_executed_units)
	corpus=$(find "$root/tests/fuzz/corpus/$name" -type f | wc -l)
	note "$name: ${runs:-0} runs in $seconds s"
	ok "$name: it ran, from its corpus" test "${runs:-0}" -gt "$corpus" \
		-a "$corpus" -gt 0
	ok "$name: nothing found in $seconds s" test "$rc" -eq 0 && return
	diag "$(grep -aE 'FINDING|ERROR|runtime error|SUMMARY' "$T/$name.out" |
		head -n 5)"
	diag "reproduce: $SBX_BUILD/tests/fuzz/fuzz_$name $(reproducer "$name")"
}

names=()
for program in "${programs[@]}"; do
	name=${program##*/fuzz_}
	[[ $name == *.* ]] && continue
	names+=("$name")
	control "$name"
done

# As many at once as there are processors.
jobs=${SBX_FUZZ_JOBS:-$(nproc)}
pids=()
for ((i = 0; i < jobs && i < ${#names[@]}; i++)); do
	share=()
	for ((j = i; j < ${#names[@]}; j += jobs)); do
		share+=("${names[j]}")
	done
	lane "${share[@]}" &
	pids+=($!)
done
wait "${pids[@]}"
for name in "${names[@]}"; do
	judge "$name"
done
done_testing
