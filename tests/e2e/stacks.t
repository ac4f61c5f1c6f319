#!/bin/bash
# SPDX-License-Identifier: MIT
# stacks.t - --log-stacks says where a refused call comes from, and costs nobody
# anything else
LIMIT=120
source "$(dirname "$0")/../lib/tap.sh"
need jq addr2line cc

# traced OPTION... -- COMMAND... - with stacks; sets json, and text: the lines
# about the stack
traced() {
	rm -f "$T/log/json"
	sbx --log-stacks --log "$T/log/json" "$@"
	json=$(cat "$T/log/json" 2>/dev/null)
	text=$(grep -a '^    at ' <<<"$err")
}

# functions - the names of the frames in $json that are of the program $1, by
# what it knows itself; the call is before the return address
functions() {
	local frame

	jq -r 'select(.stack) | .stack[]' <<<"$json" |
		while read -r frame _; do
			[[ $frame == "${1##*/}+"* ]] || continue
			addr2line -f -s -e "$1" "$(printf '%#x' \
				$((${frame##*+} - 1)))" | head -n 1
		done | paste -sd ' '
}

# ---- programs of all sorts ------------------------------------------------
declare -A expected=(
	[plain]='innermost middle plain main'
	[thread]='innermost middle threaded'
	[signal]='innermost middle handler interrupted interrupt main'
	[vfork]='innermost middle vforked main'
	[coroutine]='innermost middle in_coroutine'
)

built() {
	local kind=$1 what program=$lib/where.$1

	[[ -x $program ]] || {
		skip_or_fail "no $program"
		return
	}
	for what in plain thread signal vfork coroutine; do
		# musl's own functions say nothing about themselves.
		[[ $kind$what == muslcoroutine ]] && continue
		traced -- "$program" "$what"
		is "$rc" 0 "$kind: $what works, $mode" || diag "$err"
		want=${expected[$what]}
		[[ $kind$what == muslsignal ]] && want='innermost middle handler'
		like "$(functions "$program")" "^$want( _start)?\$" \
			"... and it is known where it was refused"
		is "$(wc -l <<<"$text")" "$(jq '.stack | length' <<<"$json")" \
			"... which people read, too"
	done
}

programs() {
	local kind

	for kind in tables pointers fixed lld musl; do
		built "$kind"
	done
	is "$(jq -r '.layer, .advisory' <<<"$json" | paste -sd ' ')" \
		'shim true' "that is the program's word, $mode"
}

# Exported functions have names, in files that were stripped of all else.
named() {
	traced -- "$python" -c 'import socket
try:
    socket.socket().connect(("127.0.0.1", 9))
except PermissionError:
    pass'
	like "$text" '^    at python3[0-9.]*\+0x[0-9a-f]+' "Python, $mode"
	like "$text" 'at python3[^ ]* \(Py_RunMain\+0x[0-9a-f]+\)' \
		"... with names of functions"
	traced -- "$python" -c 'import ctypes, socket
s = socket.socket()
ctypes.CDLL(None).connect(s.fileno(), b"\2\0\0\11\x7f\0\0\1" + bytes(8), 16)'
	like "$text" '^    at libffi\.so[0-9.]*\+' "a call by ctypes, $mode"
	like "$text" 'at _ctypes[^ ]*\.so\+0x' "... from the module"
	traced -- "$python" -c 'import socket
try:
    socket.getaddrinfo("host.invalid", 1)
except OSError:
    pass'
	like "$(jq -c 'select(.op == "resolve") | .stack' <<<"$json")" \
		'^\["(_socket[^"]*\.so|python[0-9.]*)\+0x' "a lookup, $mode"
}

# ---- what else may happen meanwhile ---------------------------------------
library='#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
__attribute__((noinline)) int evil_name_0123456789(int fd)
{
	struct sockaddr_in in = {AF_INET, htons(1999)};
	int result;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	result = connect(fd, (void *)&in, sizeof(in));
	close(fd);
	return result + 1;
}
__attribute__((constructor)) static void start(void)
{
	evil_name_0123456789(socket(AF_INET, SOCK_STREAM, 0));
}'

# Threads hold the loader's lock while they are refused something, and signals
# interrupt them: nobody must wait for it.
loading() {
	traced -- "$lib/where" loading "$T/lib.so" 1000
	is "$rc" 0 "refusals while libraries are loaded, $mode" || diag "$err"
	ok "... were told of" test "$(jq -s length <<<"$json")" -gt 2
	like "$(jq -c .stack <<<"$json")" 'evil_name_0123456789' \
		"... from a constructor, too"
}

# The same in musl, whose loader has other locks.
loading_musl() {
	[[ -x $lib/where.musl ]] && musl-gcc -O1 -w -shared -fPIC \
		-Wl,-Bsymbolic -o "$T/musl.so" "$T/lib.c" || {
		skip_or_fail "no musl-gcc"
		return
	}
	traced -- "$lib/where.musl" loading "$T/musl.so" 1000
	is "$rc" 0 "refusals while musl loads libraries, $mode" || diag "$err"
	ok "... were told of" test "$(jq -s length <<<"$json")" -gt 2
}

# Names that would speak to a terminal.
hostile() {
	local name=$'evil\e[31m\n\r\\x' dir=$T/odd

	sed 's/evil_name_0123456789/evil\x1b[31m\nsbx: four\r/g' "$T/lib.so" \
		>"$dir/$name.so"
	# shellcheck disable=SC2016
	traced -- "$python" -c 'import ctypes, sys
ctypes.CDLL(sys.argv[1])' "$dir/$name.so"
	is "$rc" 0 "a library with odd names, $mode" || diag "$err"
	like "$text" 'evil\\x1b\[31m\\x0asbx: four\\x0d\+0x' \
		"... is shown, and its function"
	unlike "$err" $'\e|\r' "... without control characters"
	is "$(grep -ca '^sbx: ' <<<"$err")" 1 "... nor another line"
	like "$(jq -r '.stack[0]' <<<"$json")" \
		$'evil\e\\[31m.*\\+0x[0-9a-f]+ \\(evil\e\\[31m\nsbx: four\r\\+0x' \
		"... and every byte of the function is in the event"
}

# ---- who wants it, and who does not ---------------------------------------
unwanted() {
	local variable='echo "${SBX_STACKS-unset}"'

	rm -f "$T/log/json"
	sbx --log "$T/log/json" -- "$lib/where.tables" plain
	is "$(jq -r 'has("stack")' "$T/log/json")" false \
		"no stack without --log-stacks, $mode"
	unlike "$err" '    at ' "... nor beneath the line"
	SBX_STACKS=2 sbx -- sh -c "$variable"
	is "$out" unset "... and the shim is not told to, $mode"
	sbx --log-stacks -- sh -c "$variable"
	is "$out" 1 "it is with --log-stacks, $mode"
	traced --log-format text -q -- "$lib/where.tables" plain
	like "$json" '127.0.0.1:1001'$'\n''    at where.tables\+0x' \
		"a log for people has it, too, $mode"
	is "$err" "" "... and -q is quiet"
	traced --log-denials -- "$lib/where.tables" plain
	is "$text" "" "a table has none, $mode"
	traced --audit -- "$lib/where.tables" plain
	unlike "$err" '    at ' "nothing refused, no stack, $mode"
	sbx --log-stacks --no-shim -- true
	is "$rc:$err" "125:sbx-run: --log-stacks needs the shim, which tells \
where they are; drop --no-shim" "it needs the shim, $mode"
}

# Nobody explains a static program; how it was called is known.
static() {
	local title=$'a title: \e[31m\n"x"'

	# shellcheck disable=SC2016
	traced -- bash -c 'exec -a "$1" "$2" plain' - "$title" \
		"$lib/where.static"
	is "$rc" 0 "a static program, $mode" || diag "$err"
	is "$(jq -r '[.layer, .advisory, .comm, has("stack")] | join(" ")' \
		<<<"$json")" 'supervisor false where.static false' \
		"... has no stack, but a name, $mode"
	is "$(jq -r .exe <<<"$json")" "$lib/where.static" "... a file"
	is "$(jq -r .argv0 <<<"$json")" "$title" "... and what it was called as"
	traced -- "$lib/where.static" plain
	is "$(jq 'has("argv0")' <<<"$json")" false \
		"... unless that is its name, $mode"
}

# ---- valgrind -------------------------------------------------------------
watched() {
	if [[ ! -e /usr/include/valgrind/valgrind.h ]] ||
		! command -v valgrind >/dev/null; then
		skip_or_fail "no valgrind"
		return
	fi
	traced -- valgrind "--log-file=$T/log/valgrind" "$lib/where.tables" \
		plain
	is "$rc" 0 "valgrind, $mode" || diag "$err"
	seen=$(cat "$T/log/valgrind")
	like "$seen" 'sbx: denied: connect 127\.0\.0\.1:1001' \
		"... writes what was refused, $mode"
	like "$seen" $': innermost \\(where\\.c.*\n.*: middle \\(.*\n.*: plain ' \
		"... and where, $mode"
	like "$seen" 'ERROR SUMMARY: 0 errors' "... and finds nothing wrong"
	like "$(functions "$lib/where.tables")" '^innermost middle plain main' \
		"... and the event has the stack of the program, $mode"
	rm -f "$T/log/valgrind"
	sbx -- valgrind "--log-file=$T/log/valgrind" "$lib/where.tables" plain
	unlike "$(cat "$T/log/valgrind")" 'sbx: ' \
		"... but only if stacks are wanted, $mode"
	rm -f "$T/log/valgrind"
}

# ---- the journal and the system log ---------------------------------------
# A message of theirs is one line, and so is a field.
datagrams='import os, select, socket, sys
outs = {}
for name, path in (("journal", "/run/systemd/journal/socket"),
                   ("syslog", "/dev/log")):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.bind(path)
    outs[s] = open(sys.argv[1] + "/" + name, "wb", 0)
while True:
    for s in select.select(list(outs), [], [])[0]:
        data = s.recv(200000)
        outs[s].write(data.replace(b"\n", b"\r") + b"\n")'

system_logs() {
	local log=$T/system

	if ((EUID)) || ! unshare -m true 2>/dev/null; then
		skip_or_fail "no mount namespace for a journal"
		return
	fi
	mkdir -p "$log/dev"
	run unshare -m bash -c 'mount -t tmpfs x /run &&
		mount -t tmpfs x "$1/dev" && touch "$1/dev/"{null,urandom} &&
		mount --bind /dev/null "$1/dev/null" &&
		mount --bind /dev/urandom "$1/dev/urandom" &&
		mount --rbind "$1/dev" /dev || exit 99
		within() { # COMMAND... - some seconds
			local i

			for ((i = 0; i < 200; i++)); do
				"$@" && return
				sleep 0.05
			done
			return 98
		}
		"$2" -c "$3" "$1" & server=$!
		within test -S /dev/log || exit
		for to in journald syslog; do
			"$4" -q --log "$to" --log-stacks -- "$5" plain || exit
		done
		within grep -q __libc_start_main "$1/journal" &&
			within grep -q __libc_start_main "$1/syslog"
		result=$?
		kill "$server"
		exit "$result"' - "$log" "$python" "$datagrams" "$sbx_run" \
		"$lib/where.tables"
	is "$rc" 0 "the journal and the system log" || diag "$err"
	seen=$(tr '\r' '\n' <"$log/journal")
	is "$(grep -cvE '^[A-Z_]+=' <<<"$seen")" 0 \
		"each line of a message to the journal is a field"
	like "$(sed -n 's/^SBX_EVENT=//p' <<<"$seen" | jq -r '.stack[0]')" \
		'^where\.tables\+0x' "... and the event has the stack"
	seen=$(<"$log/syslog")
	like "$seen" 'sbx-run\[[0-9]+\]: sbx: denied: ' "the system log has it"
	like "$seen" ': {5}at where\.tables\+0x' "... each frame by itself"
	unlike "$seen" $'\r' "... and no newline"
}

# ---- all of it ------------------------------------------------------------
valid() {
	"$python" -c 'import jsonschema' 2>/dev/null || {
		skip_or_fail "no python3-jsonschema"
		return
	}
	run "$python" "$root/tests/lib/validate.py" \
		"$root/docs/event.schema.json" "$T"/log/all.*
	is "$rc" 0 "the events are valid" || diag "$err"
	like "$out" 'stack' "... and have stacks"
	like "$out" 'argv0' "... and names"
	run "$python" "$root/tests/lib/validate.py" --mutate \
		"$root/docs/event.schema.json" "$T"/log/all.*
	is "$rc" 0 "... and no damaged one is" || diag "$err"
}

each() {
	local part

	for part in programs named loading loading_musl hostile unwanted static watched; do
		"$part"
		cat "$T/log/json" >>"$T/log/all.$user" 2>/dev/null
	done
}

private_dir log
private_dir odd
chmod 777 "$T/log" "$T/odd"
printf %s "$library" >"$T/lib.c"
cc -O1 -w -shared -fPIC -Wl,-Bsymbolic -o "$T/lib.so" "$T/lib.c" || bail "no library"
for user in "${users[@]}"; do
	mode="as $user"
	each
done
user=${users[0]}
system_logs
# What is written for people is no event.
sed -i '/^{/!d' "$T"/log/all.*
valid
done_testing
