# SPDX-License-Identifier: MIT
# recover.sh - a failure, its hints pasted back, and what stays refused.
#
# A test sources this after tap.sh, and for each failure sets
#	command		what fails, an array
#	success		a pattern of what it prints when it works
#	want		all options that it takes, one a line, as printed
#	neighbours	targets of bystander.py that stay out of reach
#	prepare		function that undoes what an earlier run left; or :
# and calls recover NAME.
# shellcheck shell=bash disable=SC2034,SC2154

need ss
unset XDG_RUNTIME_DIR DOCKER_HOST DBUS_SESSION_BUS_ADDRESS GIT_SSH GNUPGHOME
for name in http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY; do
	unset "$name"
done

ROUNDS=6 # that one hint may lead to another

bystander=("$python" "$root/tests/lib/bystander.py")

# neighbourhood TARGET... - servers at them, which say who came
neighbourhood() {
	start_server bystanders "${bystander[@]}" serve "$@"
	wait_for 10 grep -q ^ready "$T/bystanders.log" ||
		bail "$(<"$T/bystanders.log")"
	run "${bystander[@]}" knock "$@"
	is "$(grep -c ' reached$' <<<"$out")" $# "neighbours can be reached"
	is "$(seen bystanders)" $# "... and say so"
}

# free_ports NAME COUNT - sets NAME to a port that nobody has, nor the next ones
free_ports() {
	local low i

	for ((i = 0; i < 1000; i++)); do
		low=$((10000 + RANDOM % 20000))
		[[ $(ss -Hltn "sport >= :$low and sport < :$((low + $2))") ]] ||
			break
	done
	printf -v "$1" %s "$low"
}

# A directory whose name a shell would take apart.
odd="it's \$(me) *"
private_dir "$odd"
d=$T/$odd
quoted="'$T/it'\\''s \$(me) *"
for user in "${users[@]}"; do
	mkdir "$T/home.$user"
	[[ $user != nobody ]] || chown 65534:65534 "$T/home.$user"
done
free_ports port 16
private_dir runtime
# Beside every socket, the next port of every port, and its own elsewhere.
near=("$d/near" "$T/runtime/near" "@$d")
for i in 3 5 7 9; do
	near+=("127.0.0.1:$((port + i))")
	# vite looks whether its port is free at every address.
	((i == 9)) || near+=("127.0.0.2:$((port + i - 1))")
done

has() {
	local name

	for name; do
		command -v "$name" >/dev/null && continue
		skip_or_fail "no $name"
		return 1
	done
}

# each_light FUNCTION - in every mode; each_heavy: once for each user
each_light() {
	each_mode with_home "$1"
}

each_heavy() {
	for user in "${users[@]}"; do
		shim=()
		[[ $user != nobody ]] || shim=(--no-shim)
		mode="as $user${shim[0]+, no shim}"
		with_home "$1"
	done
	user=${users[0]} shim=() mode=
}

with_home() {
	home=$T/home.$user
	export HOME=$home
	prepare=:
	"$1"
}

# paste OPTIONS COMMAND... - what a person would type: OPTIONS goes to the
# shell as it is
paste() {
	local options=$1

	shift
	run bash -c "$sbx_run ${shim[*]} $options -- $(printf ' %q' "$@")"
}

works() {
	((rc == 0)) && [[ $out$err =~ $success ]]
}

# What the lines of the last run propose, each option once.
proposed() {
	sed -n 's/^sbx: denied: .* -- allow with //p' <<<"$err" | sort -u
}

# by_lines NAME - paste what is proposed until it works; sets options
by_lines() {
	local rounds=0 hints

	options=
	while ! works && ((rounds < ROUNDS)); do
		hints=$(proposed)
		[[ $hints ]] || break
		options=$(sort -u <<<"$options${options:+$'\n'}$hints")
		rounds=$((rounds + 1))
		$prepare
		paste "${options//$'\n'/ }" "${command[@]}"
	done
	ok "$1 works with what was printed, $mode" works ||
		diag "$options"$'\n'"$out"$'\n'"$err"
	note "$1, $mode: $rounds round(s): ${options//$'\n'/ }"
}

# by_table NAME - the same by the table's command line, which is run as it is
by_table() {
	local rounds=0 ready

	$prepare
	paste --log-denials "${command[@]}"
	like "$err" '=== Sandbox denials ===' "$1: a table, $mode"
	while ! works && ((rounds < ROUNDS)); do
		ready=$(sed -n '/^Allow all of this with:$/{n;p}' <<<"$err")
		[[ $ready ]] || break
		rounds=$((rounds + 1))
		((rounds == 1)) || note "round $rounds: $ready"$'\n'"$err"
		$prepare
		run bash -c "$ready"
	done
	ok "$1 works with the table's command line, $mode" works ||
		diag "$ready"$'\n'"$out"$'\n'"$err"
	note "$1, $mode: $rounds round(s) by the table"
}

# The servers themselves say that nobody came.
alone() {
	local before after

	before=$(seen bystanders)
	paste "${want//$'\n'/ }" "${bystander[@]}" knock "${neighbours[@]}"
	after=$(seen bystanders)
	is "$(grep -cvE ' (EACCES|ECONNREFUSED)$' <<<"$out")" 0 \
		"$1: its neighbours are refused, $mode" || diag "$out"
	is "$(wc -l <<<"$out")" "${#neighbours[@]}" "... all of them"
	is "$after" "$before" "... and have seen nobody"
}

# recover NAME
recover() {
	local options

	$prepare
	run "${command[@]}"
	ok "$1 works without sbx, $mode" works || diag "$out"$'\n'"$err"
	$prepare
	paste "" "${command[@]}"
	ok "$1 fails without grants, $mode" test "$rc" -ne 0
	ok "... and it is said what would help" test -n "$(proposed)"
	by_lines "$1"
	is "$options" "$(sort -u <<<"$want")" \
		"$1 is granted what it failed for, and nothing else, $mode"
	by_table "$1"
	$prepare
	alone "$1"
}
