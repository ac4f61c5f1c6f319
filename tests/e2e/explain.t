#!/bin/bash
# SPDX-License-Identifier: MIT
# explain.t - --explain says what is enforced, by which rule, and from where.
source "$(dirname "$0")/../lib/tap.sh"
need "$python"

private_dir run
start_server srv "$lib/srv" "$T/run/ok"
wait_for_socket "$T/run/ok"
ln -s ok "$T/run/link"

each() {
	local dir

	sbx --explain "connect:$T/run/ok"
	is "$rc" 1 "refused is exit code 1 ($mode)"
	like "$out" "^connect:$T/run/ok: refused, EACCES" "refused ($mode)"
	like "$out" 'why: nothing grants it' "why ($mode)"
	like "$out" "to allow it: --allow-unix-socket $T/run/ok" "hint ($mode)"
	sbx --allow-unix-socket "$T/run" --explain "connect:$T/run/link"
	is "$rc" 0 "allowed is exit code 0 ($mode)"
	like "$out" "allowed.*path: $T/run/ok" "the path it leads to ($mode)"
	like "$out" "rule: --allow-unix-socket $T/run, from the command line" \
		"the deciding rule ($mode)"
	sbx --deny-unix-socket "$T/run/ok" --allow-unix-socket "$T/run" \
		--explain "connect:$T/run/ok"
	like "$out" "refused.*rule: --deny-unix-socket $T/run/ok, from" \
		"an exception decides ($mode)"
	like "$out" "to allow it: without --deny-unix-socket $T/run/ok" \
		"... and is to be left out ($mode)"
	sbx --explain "bind:$T/run/new" --explain send:1.1.1.1:53 \
		--explain "connect:@none" --explain listen:3000
	is "$(grep -c ': refused,' <<<"$out")" 4 "several at once ($mode)"
	like "$out" 'allow-udp 1.1.1.1:53' "UDP ($mode)"
	like "$out" "--allow-listen '\[::\]:3000'" "listen ($mode)"
	is "$(seen srv)" 0 "the server saw nobody ($mode)"

	dir=$T/run/$user${shim[0]-}
	as_user "$user" mkdir "$dir"
	run "$python" "$root/tests/lib/explained.py" judge "$dir" \
		"${#mode}" 40 "$sbx_run" --no-config "${shim[@]}"
	like "$out" 'compared 960, allowed [1-9][0-9]+, different 0' \
		"--explain says what is enforced ($mode)"
}
each_mode each

# ---- where a rule came from -------------------------------------------------
mkdir "$T/conf"
printf '# a comment\nallow-unix-connect "%s"\ninclude more\n' "$T/run/ok" \
	>"$T/conf/one"
echo 'allow-connect 127.0.0.1:80' >"$T/conf/more"
sbx --config "$T/conf/one" --allow-unix-bind "$T/run" \
	--explain "connect:$T/run/ok" --explain connect:127.0.0.1:80 \
	--explain "bind:$T/run/x"
like "$out" "--allow-unix-connect $T/run/ok, from $T/conf/one:2" \
	"a rule of a file"
like "$out" "--allow-connect 127.0.0.1:80, from $T/conf/more:1" \
	"a rule of an included file"
like "$out" "--allow-unix-bind $T/run, from the command line" \
	"a rule of the command line beside"
HTTP_PROXY=http://127.0.0.1:8888 sbx --allow-proxy \
	--explain connect:127.0.0.1:8888
like "$out" "rule: '--allow-proxy, HTTP_PROXY', from" "a rule of a proxy"

# ---- JSON -------------------------------------------------------------------
sbx --log-format json --allow-unix-socket "$T/run" \
	--explain "connect:$T/run/ok" --explain connect:/run/docker.sock
field() {
	"$python" -c 'import json,sys
print(*[json.loads(l).get(sys.argv[1]) for l in sys.stdin])' "$1" <<<"$out"
}
is "$(field verdict)" "allow deny" "JSON: verdicts"
is "$(field rule)" "--allow-unix-socket $T/run None" "JSON: rules"
is "$(field risk)" "None root-equivalent" "JSON: risk"
is "$(field hint)" "None --allow-unix-socket /run/docker.sock" "JSON: hint"

# ---- other modes ------------------------------------------------------------
sbx --network full --explain "connect:$T/run/ok" --explain connect:1.1.1.1:80
is "$rc,$(grep -c 'enforced by: nothing' <<<"$out")" 0,2 "nothing restricts"
sbx --audit --explain "connect:$T/run/ok"
like "$out" 'allowed, but only by --audit.*to allow it: --allow' "--audit"
sbx --backstop=none --explain "connect:$T/run/ok"
like "$out" 'refused.*the shim alone' "--backstop=none"
if unshare -rn true 2>/dev/null; then
	sbx --network isolated --explain connect:1.1.1.1:80 \
		--explain connect:127.0.0.1:80
	like "$out" 'allowed.*Network is unreachable.*enforced by: the kernel' \
		"--network isolated"
	is "$(grep -c unreachable <<<"$out")" 1 "... has a loopback"
else
	skip_or_fail "no network namespaces"
fi

# ---- bad input --------------------------------------------------------------
for bad in '' foo foo:/x connect: connect:x connect:example.com:80 \
	connect:127.0.0.1 tcp:x connect:tcp:10.0.0.0/8:80 connect:127.0.0.1:1-2 \
	connect:@ "connect:/$(printf 'x%.0s' {1..120})" connect:tcp:/x; do
	sbx --explain "$bad"
	is "$rc,$out" 125, "refused input: ${bad:0:40}"
	like "$err" "^sbx-run: .*--explain" "... and it says so: ${bad:0:40}"
done
sbx --check --explain "connect:/x"
is "$rc" 125 "one question at a time"
sbx --allow-unix-socket "$T" -- "$sbx_run" --explain "connect:/x"
is "$rc" 125 "not within a sandbox"
like "$err" 'only its own sbx-run can explain' "... which it says"
done_testing
