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

	for missing in killable thread-pidfd getfd getfd-call pidfd pidfd-info \
		userns; do
		without "$missing" -- --allow-unix-socket "$T/dir/ok" -- \
			"$lib/cli" "$T/dir/ok"
		is "$rc" 0 "without $missing: a granted socket works ($mode)"
		without "$missing" -- --allow-unix-socket "$T/dir/ok" -- \
			"$lib/cli" "$T/dir/no"
		like "$err" 'sbx: denied: .*connect unix:.*/dir/no' \
			"without $missing: another is refused ($mode)"
		without "$missing" -- --allow-unix-socket "$T/dir/ok" \
			--explain "connect:$T/dir/ok" \
			--explain "connect:$T/dir/no"
		is "$(sed -n 's/^connect:.*: //p' <<<"$out" | xargs)" \
			'allowed refused, EACCES' \
			"without $missing: --explain knows ($mode)"
	done
}

# Nobody tells whose the socket is that has a name now.
without_diagnosis() {
	local bind='import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])'

	rm -f "$T/dir/b" # where it was left, for nobody tells that it is ours
	without unix-diag -- --allow-unix-bind "$T/dir/b" -- \
		"$python" -c "$bind" "$T/dir/b"
	like "$err" 'Permission denied' \
		"without unix-diag: nothing is bound ($mode)"
	without unix-diag -- --allow-unix-socket "$T/dir/ok" -- \
		"$lib/cli" "$T/dir/ok"
	is "$rc" 0 "without unix-diag: a granted socket works ($mode)"
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

# Landlock of older kernels, as far as this one is newer: ABI 1 is too old;
# without the scopes (ABI 6) the supervisor can be killed, and then nothing is
# allowed any more.
older() {
	local abi here newest bind='import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])
print("bound")'
	local murder='import os, signal, socket, sys
s, t = (socket.socket(socket.AF_UNIX) for _ in range(2))
s.connect(sys.argv[1])
os.kill(os.getppid(), signal.SIGKILL)
print(os.strerror(t.connect_ex(sys.argv[2])))'

	run "$lib/abi" 1 "$sbx_run" "${shim[@]}" -- true
	is "$rc" 125 "Landlock ABI 1: 125 ($mode)"
	like "$err" 'lacks Landlock .ABI 2 needed' "... and why ($mode)"
	here=$("$sbx_run" --check | sed -n 's/.*Landlock ABI //p')
	newest=$((here < 5 ? here : 5))
	for ((abi = 2; abi <= newest; abi++)); do
		run "$lib/abi" "$abi" "$sbx_run" "${shim[@]}" \
			--allow-unix-socket "$T/dir/ok" -- "$lib/cli" \
			"$T/dir/ok"
		is "$rc" 0 "Landlock ABI $abi: a grant works ($mode)"
		run "$lib/abi" "$abi" "$sbx_run" "${shim[@]}" \
			--allow-unix-socket "$T/dir/ok" -- "$lib/cli" \
			"$T/dir/no"
		like "$err" 'sbx: denied: .*connect unix:.*/dir/no' \
			"Landlock ABI $abi: another is refused ($mode)"
		rm -f "$T/dir/new"
		run "$lib/abi" "$abi" "$sbx_run" "${shim[@]}" \
			--allow-unix-bind "$T/dir/new" -- "$python" -c \
			"$bind" "$T/dir/new"
		is "$out" bound "Landlock ABI $abi: bind works ($mode)"
	done
	run "$lib/abi" "$newest" "$sbx_run" "${shim[@]}" --allow-unix-socket \
		"$T/dir/ok" -- "$python" -c "$murder" "$T/dir/ok" "$T/dir/no"
	is "$out" "Function not implemented" \
		"Landlock ABI $newest: without supervisor nothing works ($mode)"
	"$sbx_run" --check | grep -q '^Landlock scopes *ok' || return
	sbx --allow-unix-socket "$T/dir/ok" -- "$python" -c "$murder" \
		"$T/dir/ok" "$T/dir/no"
	like "$err" 'PermissionError' "here it cannot be killed ($mode)"
}

# with_proc FLAGS MOUNT COMMAND... - in namespaces with another /proc
with_proc() {
	local flags=$1 mount=$2 become

	shift 2
	become "$user"
	# shellcheck disable=SC2016 # the inner shell expands
	user=root run unshare "$flags" sh -c 'eval "$0" && exec "$@"' \
		"$mount" "${become[@]}" "$@"
}

proc() {
	local options

	for options in hidepid=1 hidepid=2 hidepid=4 subset=pid; do
		with_proc -m "mount -t proc -o $options proc /proc" "$sbx_run" \
			"${shim[@]}" --allow-unix-socket "$T/dir/ok" -- \
			"$lib/cli" "$T/dir/ok"
		is "$rc" 0 "/proc with $options: a grant works ($mode)"
		with_proc -m "mount -t proc -o $options proc /proc" "$sbx_run" \
			"${shim[@]}" --allow-unix-socket "$T/dir/ok" -- \
			"$lib/cli" "$T/dir/no"
		like "$err" 'sbx: denied: cli.*connect unix:.*/dir/no' \
			"/proc with $options: another is refused ($mode)"
	done
	# AddressSanitizer itself does not start without /proc.
	if [[ ! ${SBX_SANITIZED-} ]]; then
		with_proc -m 'mount -t tmpfs none /proc' "$sbx_run" \
			"${shim[@]}" --allow-unix-socket "$T/dir/ok" -- \
			touch "$T/dir/no-proc"
		is "$rc" 125 "no /proc: 125 ($mode)"
		like "$err" 'sbx-run: /proc is needed .*No such file.*mount' \
			"no /proc: says so ($mode)"
	fi
	with_proc -pf : "$sbx_run" "${shim[@]}" \
		--allow-unix-socket "$T/dir/ok" -- touch "$T/dir/no-proc"
	is "$rc" 125 "/proc of another pid namespace: 125 ($mode)"
	like "$err" 'sbx-run: /proc is that of another pid namespace' \
		"... and says so ($mode)"
	ok "... and the command never ran ($mode)" test ! -e "$T/dir/no-proc"
}

# A network that belongs to a user namespace below: there root has every right.
network_below() {
	local holder

	coproc below { exec unshare -Urn sh -c 'echo && exec sleep 60'; }
	holder=$below_PID
	read -r <&"${below[0]}"
	run nsenter -t "$holder" -n "$sbx_run" -- touch "$T/dir/below"
	is "$rc" 125 "a network of a user namespace below: 125"
	like "$err" 'sbx-run: this network namespace belongs to .*nsenter' \
		"... says why, and what helps"
	ok "... and the command never ran" test ! -e "$T/dir/below"
	run nsenter -t "$holder" -U -n "$sbx_run" -- true
	is "$rc" 0 "from within both it works"
	kill "$holder"
	wait "$holder"
}

# LeakSanitizer traces its process and reads /proc, which are taken away here.
[[ ${SBX_SANITIZED-} ]] && export ASAN_OPTIONS=detect_leaks=0
mkdir "$T/dir"
chmod 777 "$T" "$T/dir"
start_server ok "$lib/srv" "$T/dir/ok"
start_server no "$lib/srv" "$T/dir/no"
wait_for_socket "$T/dir/ok"
wait_for_socket "$T/dir/no"
chmod 777 "$T/dir/ok" "$T/dir/no"

each_mode refuses
each_mode unharmed
each_mode without_diagnosis
each_mode asked_for
each_mode checked
each_mode nested
run "$lib/without" userns -- unshare -U true
ok "user namespaces are forbidden where that is tested" test "$rc" -ne 0
if [[ $(uname -m) == x86_64 ]]; then
	each_mode older
else
	skip_or_fail "older Landlock is simulated on x86-64 only"
fi
if ((EUID)) || ! unshare -mp true 2>/dev/null; then
	skip_or_fail "only root can mount another /proc"
else
	each_mode proc
fi
if ((EUID)) || ! unshare -Urn true 2>/dev/null; then
	skip_or_fail "only root can enter a network of a namespace below"
else
	user=root network_below
fi
is "$(seen no)" 0 "the server that was not granted saw nobody"
done_testing
