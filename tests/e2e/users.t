#!/bin/bash
# SPDX-License-Identifier: MIT
# users.t - root, other users and namespaces: everybody's rights are their own
source "$(dirname "$0")/../lib/tap.sh"
need "$python" setpriv unshare

who=$root/tests/lib/users.py
mkdir "$T/s" "$T/s/closed" "$T/dir" "$T/denied"
chmod 755 "$T/s"
chmod 777 "$T/dir" "$T/denied"
export SERVER_USER=root
for name in s/open s/private s/group s/theirs s/closed/open dir/ok dir/no \
	denied/ok; do
	start_server "${name//\//-}" "$lib/srv" "$T/$name"
	wait_for_socket "$T/$name"
	chmod 777 "$T/$name"
done
chmod 600 "$T/s/private" "$T/s/theirs"
chmod 700 "$T/s/closed"
chmod 660 "$T/s/group"
if ((EUID == 0)); then
	chown 0:4321 "$T/s/group"
	chown 65534:65534 "$T/s/theirs"
fi
sockets=("$T/s/open" "$T/s/private" "$T/s/group" "$T/s/theirs"
	"$T/s/closed/open" "$T/s/missing")

# same TEXT PATTERN COMMAND... - the same inside as outside, where PATTERN is
# seen; a refusal by mode is none of sbx
same() {
	local text=$1 pattern=$2 outside

	shift 2
	run "$@"
	outside=$out
	like "$outside" "$pattern" "$text, without sbx ($mode)"
	sbx --allow-unix-socket "$T" -- "$@"
	is "$out" "$outside" "$text: the same inside ($mode)"
	unlike "$err" "denied.* unix:$T" "$text: nothing of it logged ($mode)"
}

# ---- another user inside --------------------------------------------------
ways() {
	local own='open: connected.private: Permission.*theirs: connected'
	local member='private: Perm.*group: connected.theirs: Permission'
	local all='private: conn.*theirs: connected.open: connected'

	same root "$all" "$who" connect "${sockets[@]}"
	same setpriv "$own" setpriv --reuid=65534 --regid=65534 \
		--clear-groups "$who" connect "${sockets[@]}"
	same runuser "$own" runuser -u nobody -- "$who" connect \
		"${sockets[@]}"
	same su "$own" su nobody -s /bin/sh -c "$who connect ${sockets[*]}"
	same 'a supplementary group' "$member" setpriv --reuid=1234 \
		--regid=1234 --groups=5,4321 "$who" connect "${sockets[@]}"
	same 'the same as group' "$member" setpriv --reuid=1234 \
		--regid=4321 --clear-groups "$who" connect "${sockets[@]}"
	same 'root without capabilities' \
		'private: connected.*theirs: Permission' \
		setpriv --bounding-set=-all --inh-caps=-all "$who" connect \
		"${sockets[@]}"
	same 'setfsuid in one thread' \
		'private: Perm.*theirs: conn.*first thread.*private: conn' \
		"$who" thread 65534 "${sockets[@]}"
	same 'setuid in the program' "dumpable: [02].$own" "$who" setuid \
		65534 "${sockets[@]}"
}

binds() {
	local to=("$T/dir" "$T/s" "$T/s/closed")

	same 'root binds' 'bound: 140750 0:0' "$who" bind "${to[@]}"
	same 'nobody binds' 'bound: 140750 65534:65534.bind: Perm' \
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$who" bind "${to[@]}"
	same 'another group binds' 'bound: 140750 1234:4321.bind: Perm' \
		setpriv --reuid=1234 --regid=4321 --clear-groups \
		"$who" bind "${to[@]}"
	same 'nobody is not told what a closed directory holds' \
		'closed/open: EACCES.*closed/missing: EACCES' \
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$python" "$root/tests/lib/sockets.py" "bind $T/s/closed/open" \
		"bind $T/s/closed/missing"
	same 'root without capabilities binds' 'bound: 140750 0:0' \
		setpriv --bounding-set=-all --inh-caps=-all "$who" bind \
		"${to[@]}"
}

# ---- capabilities ---------------------------------------------------------
# Bits of include/uapi/linux/capability.h, in the order of caps.c.
dropped=(21 19 12 13 39 38 16 17 22 27 33 9 32 30 37 29 34 40)

# held SET STATUS - which of them a status has, as numbers
held() {
	local hex bit

	hex=$(sed -n "s/^Cap$1:\t//p" <<<"$2")
	for bit in "${dropped[@]}"; do
		(((0x${hex:-0} >> bit) & 1)) && echo -n "$bit "
	done
}

# none_held TEXT [SET...]
none_held() {
	local set sets=(Inh Prm Eff Bnd Amb)

	(($# == 1)) || sets=("${@:2}")
	for set in "${sets[@]}"; do
		is "$(held $set "$out")" "" "$1: none in Cap$set ($mode)"
	done
}

lost() {
	local cat=(cat /proc/self/status)

	run "${cat[@]}"
	like "$(held Bnd "$out")" '21 ' "root has them without sbx ($mode)"
	sbx -- "${cat[@]}"
	none_held 'dropped'
	sbx --keep-caps=cap_net_admin,SYS_PTRACE -- "${cat[@]}"
	for set in Prm Eff Bnd; do
		is "$(held $set "$out")" "19 12 " \
			"--keep-caps keeps those in Cap$set ($mode)"
	done
	sbx --keep-caps=all -- "${cat[@]}"
	like "$(held Eff "$out")" '21 19 12 ' "--keep-caps=all ($mode)"
}

# returned USER - by programs that give rights to whoever executes them
returned() {
	local become

	become "$1"
	for file in setuid filecaps; do
		run "${become[@]}" "$T/$file" /proc/self/status
		like "$(held Eff "$out")" '12 ' "$file gives them to $1"
		sbx "${shim[@]}" -- "${become[@]}" "$T/$file" /proc/self/status
		none_held "$file as $1"
		user=$1 sbx -- "$T/$file" /proc/self/status
		none_held "$file, all as $1" Inh Prm Eff Amb
	done
}

# What the supervisor may do and the client may not.
deputies() {
	local full=(--network full --unix-sockets=allowlist)
	local less=(setpriv --bounding-set=-net_bind_service
		--inh-caps=-net_bind_service)

	run "${less[@]}" "$who" port 1009
	is "$out" 'bind: Permission denied' "a low port needs a capability"
	sbx "${full[@]}" -- "${less[@]}" "$who" port 1009
	is "$out" 'bind: Permission denied' "... inside, too ($mode)"
	sbx "${full[@]}" -- "$who" port 1009
	is "$out" bound "... and works with it ($mode)"
	run "$who" audit
	[[ $out == bound ]] || return
	sbx "${full[@]}" -- "$who" audit
	is "$out" 'bind: Operation not permitted' "no audit log ($mode)"
	sbx "${full[@]}" --keep-caps=audit_read -- "$who" audit
	is "$out" bound "... but with --keep-caps ($mode)"
}

# sbx-run as root of a container: few capabilities, or none.
containers() {
	local none=(setpriv --bounding-set=-all --inh-caps=-all)
	local blind=(setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace)

	run "${none[@]}" "$sbx_run" "${shim[@]}" --allow-unix-socket \
		"$T/dir/ok" -- "$lib/cli" "$T/dir/ok"
	is "$rc" 0 "sbx-run as root without capabilities ($mode)"
	run "${none[@]}" "$sbx_run" "${shim[@]}" --allow-unix-socket "$T" -- \
		"$who" connect "${sockets[@]}"
	like "$out" 'private: connected.*theirs: Permission denied' \
		"... overrides no modes ($mode)"
	run "${blind[@]}" "$sbx_run" "${shim[@]}" --allow-unix-socket "$T" -- \
		"$lib/cli" "$T/dir/ok"
	is "$rc" 0 "sbx-run as root without CAP_SYS_PTRACE ($mode)"
	run "${blind[@]}" "$sbx_run" "${shim[@]}" --allow-unix-socket "$T" -- \
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$lib/cli" "$T/dir/ok"
	refused "another user inside of that ($mode)" 'cannot be inspected'
	user=nobody run setpriv --inh-caps=+net_bind_service \
		--ambient-caps=+net_bind_service true
	run setpriv --reuid=65534 --regid=65534 --clear-groups \
		--inh-caps=+net_bind_service --ambient-caps=+net_bind_service \
		"$sbx_run" "${shim[@]}" --network full \
		--unix-sockets=allowlist -- setpriv --inh-caps=-all \
		--ambient-caps=-all "$who" port 1009
	is "$out" 'bind: Permission denied' \
		"a user's own capability is not lent either ($mode)"
}

jailed() {
	local jail=$T/jail

	sbx --allow-unix-socket "$T/dir" -- chroot "$jail" /cli "$T/dir/ok"
	refused "a granted name in a chroot ($mode)" "connect unix:$T/dir/ok"
	sbx --allow-unix-socket "$jail" -- chroot "$jail" /cli "$T/dir/ok"
	is "$rc" 0 "... and what is granted there works ($mode)"
}

# ---- as any user: hidden programs, threads, namespaces --------------------
hidden() {
	local exec_only=$T/exec-only become

	same 'PR_SET_DUMPABLE 0' 'asked: 0.ok: connected' "$who" dumpable \
		"$T/dir/ok"
	sbx --allow-unix-socket "$T/dir" -- "$exec_only" "$T/dir/ok"
	if [[ $user == nobody ]]; then
		refused "an execute-only program ($mode)" 'cannot be inspected'
	else
		is "$rc" 0 "an execute-only program ($mode)"
	fi
	sbx --allow-unix-socket "$T/dir/ok" -- "$exec_only" "$T/dir/no"
	refused "an execute-only program, not granted ($mode)"
	[[ $EUID == 0 && $user == nobody ]] || return
	become "$user"
	# shellcheck disable=SC2016 # the inner shell expands
	user=root run unshare -m sh -c \
		'mount -t proc -o hidepid=2 proc /proc && exec "$@"' - \
		"${become[@]}" "$sbx_run" "${shim[@]}" --allow-unix-socket \
		"$T/dir" -- "$exec_only" "$T/dir/ok"
	like "$err" 'sbx: denied: .*cannot be inspected' \
		"... and hidden in /proc ($mode)"
}

threads() {
	mkdir -p -m 777 "$T/dir/in"
	sbx --allow-unix-socket "$T/dir" -- "$root/tests/lib/made.py" \
		"$T/dir" table
	if "$sbx_run" --check | grep -q '^thread pidfds *ok'; then
		is "$out" "table: pong" \
			"a thread with its own descriptors ($mode)"
	else
		is "$out" "table: Permission denied" \
			"a thread with its own descriptors is refused ($mode)"
	fi
	run "$lib/without" thread-pidfd -- "$sbx_run" "${shim[@]}" \
		--allow-unix-socket "$T/dir" -- "$root/tests/lib/made.py" \
		"$T/dir" table
	is "$out" "table: Permission denied" \
		"... is refused without PIDFD_THREAD ($mode)"
	like "$err" 'cannot be inspected' "... which says why ($mode)"
}

namespaces() {
	local flags

	for flags in -Ur -Urpf -Urm -Urn -UrmnipufC; do
		[[ $flags == -Urm || $flags == *mn* ]] &&
			flags+=" --propagation=unchanged"
		# shellcheck disable=SC2086 # flags are words
		same "unshare $flags" 'open: connected' unshare $flags \
			"$who" connect "${sockets[@]}"
		# shellcheck disable=SC2086
		sbx --allow-unix-socket "$T/dir/ok" -- unshare $flags \
			"$lib/cli" "$T/dir/no"
		refused "unshare $flags, not granted ($mode)" 'unix:.*/dir/no'
	done
	# shellcheck disable=SC2016 # the inner shell expands
	sbx --allow-unix-socket "$T/dir" -- unshare -Urm \
		--propagation=unchanged sh -c \
		'mount --bind "$1" "$2"; exec "$3" "$2/ok"' - "$T/denied" \
		"$T/dir" "$lib/cli"
	like "$err" 'mount: .*permission denied|must be superuser' \
		"nothing can be mounted over a grant ($mode)"
	is "$(seen denied-ok)" 0 "... and nobody comes to what lies there"
}

install -m 711 "$lib/cli" "$T/exec-only"
each_mode hidden
each_mode threads
if unshare -Ur true 2>/dev/null && as_user nobody unshare -Ur true; then
	each_mode namespaces
else
	skip_or_fail "user namespaces are forbidden here"
fi

if ((EUID)); then
	skip_or_fail "only root can become another user"
	done_testing
fi
need runuser su setcap
install -m 4755 "$(command -v cat)" "$T/setuid"
install -m 755 "$(command -v cat)" "$T/filecaps"
setcap cap_net_admin,cap_sys_ptrace=ep "$T/filecaps"
mkdir -p "$T/jail$T/dir"
cp "$lib/cli.static" "$T/jail/cli"
chmod -R 755 "$T/jail"
start_server jail "$lib/srv" "$T/jail$T/dir/ok"
wait_for_socket "$T/jail$T/dir/ok"

for shim in '' --no-shim; do
	shim=(${shim:+"$shim"})
	mode="as root${shim:+, no shim}"
	ways
	binds
	lost
	deputies
	containers
	jailed
	returned nobody
done
is "$(seen dir-no)" 0 "the server that was not granted saw nobody"
done_testing
