#!/bin/bash
# SPDX-License-Identifier: MIT
# hostile-names.t - whatever names clients choose, a terminal shows them, JSON
# keeps every byte, a shell takes hints for the very path, and so does --config.
LIMIT=60
source "$(dirname "$0")/../lib/tap.sh"
names=("$python" "$root/tests/lib/hostile_names.py")

private_dir odd
d=$T/odd
as_user "${users[-1]}" mkdir "$d/new"
chmod 777 "$d/new"
mkdir -m 777 "$T/out"
start_server srv "${names[@]}" serve "$d"
wait_for 10 grep -q ^ready "$T/srv.log" || bail "$(<"$T/srv.log")"
start_server pong "$lib/srv" "$d/pong's"
wait_for_socket "$d/pong's"
run "${names[@]}" connect "$d"
count=$(wc -l <<<"$out")
is "$(grep -c ok <<<"$out")" "$count" "all $count servers can be reached"
wait_for 10 test "$(seen srv)" = "$count"
is "$(seen srv)" "$count" "... and say so"

# What is not control of a terminal, of any output there is.
clean() {
	is "$("${names[@]}" clean "$@" 2>&1)" clean "$what, $mode"
}

json() {
	rm -f "$T/out/log"
	sbx -q --log "$T/out/log" -- "${names[@]}" quietly connect "$d"
	is "$rc" 0 "$mode: nobody dies of it"
	is "$("${names[@]}" log "$T/out/log" "$d" 2>&1)" "all of them" \
		"JSON, strictly read, has every byte of all names, $mode"
	what="... and nothing in it controls a terminal" clean "$T/out/log"
}

text() {
	sbx -- "${names[@]}" quietly connect "$d"
	is "$(grep -c '^sbx: denied: .*-- ' "$T/.err")" "$count" \
		"a line for each, $mode"
	what="... that are text" clean "$T/.err"
	sbx --log-denials -- "${names[@]}" quietly connect "$d"
	is "$(grep -c '^(.*) connect unix:.*-- ' "$T/.err")" "$count" \
		"a line of the table for each, $mode"
	what="... which are text" clean "$T/.err"
	sbx -- "${names[@]}" quietly bind "$d"
	is "$(grep -c '^sbx: denied: .* bind unix:.*-- ' "$T/.err")" \
		"$((count - 12))" "a line for each bind, $mode"
	what="... that is text" clean "$T/.err"
	sbx --log "$T/out/hosts" -- "${names[@]}" quietly hosts
	what="lookups of hostile names" clean "$T/.err" "$T/out/hosts"
	# Where the shim hears of lookups, forging one is not as easy.
	is "$("${names[@]}" looked "$T/out/hosts" 2>&1)" \
		"$([[ ${shim[0]-} ]] && echo all of || echo only) them" \
		"... have them in JSON, byte by byte, $mode"
	rm -f "$T/out/hosts"
}

# A program whose file, name and arguments are hostile, too.
program() {
	local exe=$T/out/$'\e[31m\n"\\\xff!' ready

	cp "$lib/cli" "$exe"
	rm -f "$T/out/log"
	sbx -q --log "$T/out/log" -- "$exe" "$d/pong's"
	is "$("$python" -c 'import json, os, sys
print(os.fsencode(json.load(open(sys.argv[1]))["exe"]) ==
      os.fsencode(sys.argv[2]))' "$T/out/log" "$exe")" True \
		"the file of a program, byte by byte, $mode"
	sbx --log-denials -- "$exe" "$d/pong's" $'\e]0;title\a!\n'
	what="its table" clean "$T/.err"
	ready=$(sed -n '/^Allow all of this with:$/{n;p}' <<<"$err")
	run bash -c "$ready"
	is "$rc" 0 "... has a command line that runs it, $mode" || diag "$err"
	rm -f "$exe" "$T/out/log"
	sbx -- "$exe"
	is "$rc" 127 "a hostile program that does not exist, $mode"
	what="... is told of in text" clean "$T/.err"
	sbx --deny-errno "$exe" -- true
	is "$rc" 125 "a hostile value that cannot be, $mode"
	what="... is told of in text" clean "$T/.err"
	sbx "--$exe" -- true
	what="an unknown hostile option, $mode" clean "$T/.err"
}

# A person's terminal: at the end, or at once if it is the log.  It is never
# waited for, and may miss some on a busy machine.
terminal() {
	local options

	for options in "" "--log-denials" "--log=stderr" \
		"--log=stderr --log-format=json"; do
		# shellcheck disable=SC2086
		run "${names[@]}" terminal "$sbx_run" "${shim[@]}" $options -- \
			"${names[@]}" quietly connect "$d"
		ok "a terminal receives lines (${options:-as they are}), $mode" \
			test "$(wc -l <"$T/.out")" -ge 10
		what="... and no control character" clean "$T/.out"
	done
}

# ---- hints ----------------------------------------------------------------
# An abstract name that ends in "*" or holds NUL is granted by a prefix.
wanted() {
	"${names[@]}" list "$d" | while read -r _ name; do
		name=$(sed 's/../& /g; s/@ /40 /' <<<"${name/#@/@ }")
		case $name in
		40\ *\ 00\ *) name="${name%%\ 00\ *} 2a" ;;
		40\ *\ 2a\ ) name+=2a ;;
		esac
		tr -d ' \n' <<<"$name"
		echo
	done
}

# A word a line, in hexadecimal, as that shell understands the hints.
in_shell() {
	local shell=$1 option=${2-}

	command -v "${shell%% *}" >/dev/null || {
		skip_or_fail "no ${shell%% *}"
		return
	}
	# shellcheck disable=SC2086
	(cd "$d" && $shell "$T/script") >"$T/words" 2>&1
	is "$(grep -vx "$option" "$T/words" | sort)" "$(wanted | sort)" \
		"hints mean exactly these names to $shell"
}

hints() {
	local option

	sbx -q --log-format text --log "$T/out/text" -- "${names[@]}" \
		connect "$d"
	sed -n 's/^sbx: denied: .* -- allow with //p' "$T/out/text" >"$T/hints"
	is "$(wc -l <"$T/hints")" "$count" "a hint for each name, $mode"
	echo "'$python' '$root/tests/lib/hostile_names.py' words" \
		"$(tr '\n' ' ' <"$T/hints")" >"$T/script"
	option=$(printf %s --allow-unix-socket | od -An -v -tx1 | tr -d ' \n')
	for shell in bash "bash --posix" zsh ksh mksh "busybox ash"; do
		in_shell "$shell" "$option"
		LC_ALL=C.UTF-8 in_shell "$shell" "$option"
	done
}

# The real thing, one at a time: that server is reached, no other.
paste() {
	local number=0 hint line wrong=0

	while IFS= read -r hint; do
		# What stands for others, too.
		if [[ $hint != *'*' && $hint != *"*'" ]] ||
			[[ $hint == *" $d"* || $hint == *"'$d"* ]]; then
			as_user "$user" timeout "$LIMIT" bash -c "cd '$d'; \
				'$sbx_run' -q ${shim[*]} $hint -- '$python' \
				'$root/tests/lib/hostile_names.py' connect '$d'" \
				>"$T/pasted" 2>&1
			line=$(grep ok "$T/pasted")
			[[ $line == "$number ok" ]] || {
				wrong=$((wrong + 1))
				diag "$number: $hint: $line"
			}
		fi
		number=$((number + 1))
	done <"$T/hints"
	is "$wrong" 0 "each hint opens one socket, $mode"
}

# ---- configurations -------------------------------------------------------
rules() {
	sed 's/ (given as .*//' "$T/.out" | sort -u
}

learned() {
	local first

	sbx --learn "$T/out/learned" -q -- "${names[@]}" quietly connect "$d"
	is "$rc" 0 "learning, $mode"
	tr '\t' ' ' <"$T/out/learned" >"$T/learned"
	what="... writes text" clean "$T/learned"
	sbx --config "$T/out/learned" -- "${names[@]}" connect "$d"
	is "$(grep -c ok <<<"$out"),$err,$rc" "$count,,0" \
		"what is learned opens all of it, $mode"
	sbx --config "$T/out/learned" --print-policy
	first=$(rules)
	# Two abstract names have the same prefix, and three lines are no rules.
	is "$(wc -l <<<"$first")" $((count - 1 + 3)) "... by a rule each, $mode"
	what="... that are printed as text" clean "$T/.out"
	sbx --config "$T/out/learned" --learn "$T/out/again" -q -- true
	sbx --config "$T/out/again" --print-policy
	is "$(rules)" "$first" "what is read and written again is the same"
	rm -f "$T/out/learned" "$T/out/again"
}

each() {
	json
	text
	program
	learned
}

for user in "${users[@]}"; do
	mode="as $user"
	each
	terminal
done
user=${users[0]}
shim=(--no-shim) mode="no shim"
each
shim=() mode="as $user"
hints
paste
done_testing
