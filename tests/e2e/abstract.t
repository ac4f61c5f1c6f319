#!/bin/bash
# SPDX-License-Identifier: MIT
# abstract.t - abstract names: granted exactly or by prefix, in one direction;
# everything else outside looks as if nobody listened
source "$(dirname "$0")/../lib/tap.sh"

n=sbx-$$
probe=("$python" "$root/tests/lib/abstract.py")

# table OPTIONS | ACTIONS | WORDS - one sandbox a row
table() {
	local options actions words

	while IFS='|' read -r options actions words; do
		[[ $options$actions ]] || continue
		# shellcheck disable=SC2086
		sbx ${options//N/$n} -- "${probe[@]}" ${actions//N/$n}
		is "$(tr '\n' ' ' <<<"$out")" "$(echo $words) " \
			"${options:-no grant}: $actions ($mode)"
	done
}

each() {
	table <<-'END'
		| connect:N-a bind:N-x autobind: | ECONNREFUSED EACCES EACCES
		--allow-unix-connect @N-a | connect:N-a connect:N-ab connect:N- connect:N-a\0 bind:N-a | pong ECONNREFUSED ECONNREFUSED ECONNREFUSED EACCES
		--allow-unix-connect @N-a* | connect:N-a connect:N-ab connect:N-b connect:N- | pong pong ECONNREFUSED ECONNREFUSED
		--allow-unix-bind @N-x | bind:N-x own:N-x bind:N-xx connect:N-a | bound reached EACCES ECONNREFUSED
		--allow-unix-bind @N-x* | bind:N-x bind:N-x\0\xff own:N-x\0\xff bind:N-y | bound bound reached EACCES
		--allow-unix-socket @N-x | bind:N-x bind:N-x own:N-x close:N-x bind:N-x own:N-x | bound EADDRINUSE reached closed bound reached
		--allow-unix-socket @N-a* --deny-unix-socket @N-ab | connect:N-a connect:N-ab connect:N-abc bind:N-ab | pong ECONNREFUSED pong EACCES
		--allow-unix-bind @* | autobind: bind:N-x passcred: connect:N-a | bound bound reached ECONNREFUSED
		--allow-unix-bind @N-x | bind:N-x own:N-x close:N-x connect:N-x | bound reached closed ECONNREFUSED
		--allow-unix-socket @N-later | connect:N-later | ECONNREFUSED
		--deny-errno EPERM | connect:N-a bind:N-x | ECONNREFUSED EPERM
	END
}

# A name that was bound inside and given up is anybody's: an outsider who takes
# it next is not reached.
taken_over() {
	local go=$T/go.$user${shim[0]-}

	as_user "$user" timeout -k 2 "$LIMIT" "$sbx_run" "${shim[@]}" \
		--allow-unix-bind "@$n-x" -- sh -c '
		"$@" bind:'"$n"'-x own:'"$n"'-x close:'"$n"'-x
		touch '"$go"'.1
		until [ -e '"$go"'.2 ]; do sleep 0.05; done
		"$@" connect:'"$n"'-x' sh "${probe[@]}" >"$go" 2>&1 &
	local sandbox=$!
	wait_for "$LIMIT" test -e "$go.1"
	start_server taken "$lib/srv" "@$n-x"
	wait_for_socket "@$n-x"
	touch "$go.2"
	wait "$sandbox"
	is "$(grep -v '^sbx:' "$go" | tr '\n' ' ')" \
		'bound reached closed ECONNREFUSED ' \
		"a name that an outsider takes over ($mode)"
	is "$(seen taken)" 0 "... he hears nothing ($mode)"
	stop_server "$pid"
}

start_server a "$lib/srv" "@$n-a"
start_server ab "$lib/srv" "@$n-ab"
start_server abc "$lib/srv" "@$n-abc"
start_server b "$lib/srv" "@$n-b"
for name in a ab abc b; do
	wait_for_socket "@$n-$name"
done
chmod 1777 "$T"
run "${probe[@]}" "connect:$n-b"
is "$out,$(seen b)" pong,1 "without sbx: reached"
each_mode each
each_mode taken_over
is "$(seen b)" 1 "the name that was never granted saw nobody"
done_testing
