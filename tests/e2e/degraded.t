#!/bin/bash
# SPDX-License-Identifier: MIT
# degraded.t - machines that lack a mechanism: refused clearly, or unharmed
source "$(dirname "$0")/../lib/tap.sh"

without() {
	local missing=()

	while [[ $1 != -- ]]; do
		missing+=("$1")
		shift
	done
	shift
	run "$lib/without" "${missing[@]}" -- "$sbx_run" "${shim[@]}" "$@"
}

# What must end in a refusal, with the words that say why.
declare -A refused=(
	[landlock]='lacks Landlock'
	[landlock-on]='lacks Landlock'
	[landlock-restrict]='cannot enter the Landlock domain'
	[seccomp]='cannot load the seccomp filter'
	[listener]='cannot load the seccomp filter'
	[free-listener]='another seccomp supervisor already watches'
	[readv]='may not inspect'
	[openat2]='cannot open the directory of'
	[nnp]='cannot prepare the supervisor'
)

refuses() {
	local missing

	for missing in "${!refused[@]}"; do
		touch_file=$T/ran.$missing.${#shim[@]}.$user
		without "$missing" -- --allow-unix-socket "$T/dir" -- \
			touch "$touch_file"
		is "$rc" 125 "without $missing: 125 ($mode)"
		like "$err" "sbx-run: .*${refused[$missing]}" \
			"without $missing: says why ($mode)"
		is "$(grep -c . <<<"$err")" 1 \
			"without $missing: one sentence ($mode)"
		ok "without $missing: the command never ran ($mode)" \
			test ! -e "$touch_file"
	done
}

# What must not matter: a granted socket works, another is refused.
unharmed() {
	local missing

	for missing in killable thread-pidfd getfd getfd-call pidfd userns; do
		without "$missing" -- --allow-unix-socket "$T/dir/ok" -- \
			"$lib/cli" "$T/dir/ok"
		is "$rc" 0 "without $missing: a granted socket works ($mode)"
		without "$missing" -- --allow-unix-socket "$T/dir/ok" -- \
			"$lib/cli" "$T/dir/no"
		like "$err" 'sbx: denied: .*connect unix:.*/dir/no' \
			"without $missing: another is refused ($mode)"
	done
}

# The weaker tier must be asked for, and says that it is weak.
asked_for() {
	without landlock listener -- --backstop=none -- true
	if ((${#shim[@]})); then
		is "$rc" 125 "no backstop and no shim is nothing ($mode)"
		return
	fi
	is "$rc" 0 "--backstop=none runs ($mode)"
	like "$err" 'nothing is enforced' "... and says what it is ($mode)"
}

checked() {
	without landlock -- --check
	is "$rc" 125 "--check fails without Landlock ($mode)"
	like "$out" 'Landlock +MISSING' "... and names it ($mode)"
	without -- --check
	is "$rc" 0 "--check succeeds here ($mode)"
}

nested() {
	sbx --allow-unix-socket "$T/dir/ok" -- "$sbx_run" \
		--allow-unix-socket "$T/dir/no" -- "$lib/cli" "$T/dir/ok"
	is "$rc" 0 "nested: the outer grant holds ($mode)"
	like "$err" 'already inside a sandbox' "nested: says so ($mode)"
	sbx --allow-unix-socket "$T/dir/ok" -- "$sbx_run" \
		--allow-unix-socket "$T/dir/no" -- "$lib/cli" "$T/dir/no"
	like "$err" 'sbx: denied: .*/dir/no' \
		"nested: the inner grant adds nothing ($mode)"
}

mkdir "$T/dir"
chmod 777 "$T" "$T/dir"
start_server ok "$lib/srv" "$T/dir/ok"
start_server no "$lib/srv" "$T/dir/no"
wait_for_socket "$T/dir/ok"
wait_for_socket "$T/dir/no"
chmod 777 "$T/dir/ok" "$T/dir/no"

each_mode refuses
each_mode unharmed
each_mode asked_for
each_mode checked
each_mode nested
is "$(seen no)" 0 "the server that was not granted saw nobody"
done_testing
