#!/bin/bash
# SPDX-License-Identifier: MIT
# spelling.t - a granted path works by every name, another one by none.
source "$(dirname "$0")/../lib/tap.sh"

# yes/srv is granted, no/srv is not; both are served and linked alike.
for side in yes no; do
	private_dir "$side"
	as_user nobody mkdir -p "$T/$side/deep/er"
	start_server "$side" "$lib/srv" "$T/$side/srv"
	wait_for_socket "$T/$side/srv"
	ln -s "$T/$side/srv" "$T/$side.absolute"
	ln -s "$side/srv" "$T/$side.relative"
	ln -s "$side.relative" "$T/$side.chain"
	as_user nobody ln -s "../../$side" "$T/$side/deep/dir"
	ln -s "$side" "$T/$side.dir"
done
mkdir "$T/cwd"

# Connects by every spelling of SIDE there is; prints "spelling: answer".
cat >"$T/spell.py" <<'EOF_PY'
import os
import socket
import sys

t, side = sys.argv[1:]
base = f"{t}/{side}"


def connect(what, name):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(5)
    try:
        s.connect(name)
        s.send(b"ping")
        print(f"{what}: {s.recv(9).decode().strip()}")
    except OSError as e:
        print(f"{what}: {e.strerror}")
    s.close()


connect("absolute", f"{base}/srv")
connect("slashes", f"{t}//{side}///srv")
connect("dot", f"{t}/./{side}/./srv")
connect("dot dot", f"{base}/deep/er/../../srv")
connect("from the root", f"/proc/../{base}/srv")
connect("link", f"{t}/{side}.absolute")
connect("relative link", f"{t}/{side}.relative")
connect("links to links", f"{t}/{side}.chain")
connect("linked directory", f"{t}/{side}.dir/srv")
connect("/proc/self/cwd", f"/proc/self/cwd/../{side}/srv")
connect("/proc/thread-self/cwd", f"/proc/thread-self/cwd/../{side}/srv")
connect("/proc/PID/cwd", f"/proc/{os.getpid()}/cwd/../{side}/srv")
connect("/proc/self/root", f"/proc/self/root{base}/srv")
connect("relative", f"../{side}/srv")
os.chdir(t)
connect("relative after chdir", f"{side}/srv")
os.chdir(base)
connect("bare name", "srv")
connect("dot slash", "./srv")
os.chdir(f"{base}/deep/er")
connect("upwards", "../../srv")
os.chdir("..")
connect("through a linked directory", "dir/deep/dir/srv")
fd = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
connect("/proc/self/fd/N/name", f"/proc/self/fd/{fd}/srv")
connect("/dev/fd/N/name", f"/dev/fd/{fd}/srv")
os.fchdir(fd)
connect("after fchdir", "srv")
node = os.open(f"{base}/srv", os.O_PATH)
connect("/proc/self/fd/N", f"/proc/self/fd/{node}")
connect("/proc/PID/fd/N", f"/proc/{os.getpid()}/fd/{node}")
deep = base
for n in range(6):
    deep += "/" + "long" * 10
    os.makedirs(deep, exist_ok=True)
os.chdir(deep)
connect("from far below", "../" * 6 + "srv")
if os.fork() == 0:
    os.chdir(t)
    connect("in a child", f"{side}/srv")
    os._exit(0)
os.wait()
EOF_PY
spell=("$python" "$T/spell.py" "$T")

cd "$T/cwd" || bail "no $T/cwd"
export PYTHONUNBUFFERED=1
user=${users[-1]}
run "${spell[@]}" yes
outside=$out
is "$(grep -c ': pong$' <<<"$out")" 26 "without sbx: every spelling works"
run "${spell[@]}" no
is "$out" "$outside" "without sbx: the other one too"

each() {
	local grant before seen

	for grant in "$T/yes/srv" "$T/yes" ../yes/srv ../yes/../yes \
		"$T/yes.chain" "$T/yes.dir/srv" ../yes.dir/; do
		sbx --allow-unix-socket "$grant" -- "${spell[@]}" yes
		is "$out" "$outside" "granted as $grant, $mode"
	done
	before=$(seen no)
	sbx --allow-unix-socket "$T/yes" -- "${spell[@]}" no
	is "$out" "${outside//: pong/: Permission denied}" \
		"not granted, $mode: no spelling works"
	is "$(seen no)" "$before" "not granted, $mode: the server saw nothing"
	seen=$(grep -c "allow with --allow-unix-socket $T/no/srv\$" <<<"$err")
	ok "the hint names the real path, $mode" test "$seen" -gt 0
	unlike "$(grep -v "allow-unix-socket $T/no/srv\$" <<<"$err")" \
		'allow with' "and no other, $mode"

	sbx --allow-unix-socket "$T" --deny-unix-socket "$T/no.chain" -- \
		"${spell[@]}" no
	is "$out" "${outside//: pong/: Permission denied}" \
		"denied by a link's name, $mode: no spelling works"
}
each_mode each

# shellcheck disable=SC2016 # for the shell inside: until PATH listens
until_listens='for i in {1..300}; do
	grep -q " 00010000 .* $path\$" /proc/net/unix && break
	sleep 0.1
done'

# A name is denied in a directory that is made later, and moved by the command.
late() {
	local late=$T/late

	rm -rf "$late"
	private_dir late
	as_user nobody chmod 0777 "$late"
	start_server late bash -c "until [[ -e $late/begun ]]; do sleep 0.1; done
		mkdir -m 0777 $late/in && exec $lib/srv $late/in/srv"
	sbx --allow-unix-socket "$late" --deny-unix-socket "$late/in/srv" -- \
		bash -c "touch $late/begun
			path=$late/in/srv; $until_listens
			mv $late/in $late/out && $lib/cli $late/out/srv"
	stop_server "$pid"
	ok "denied where it was moved to, $mode" test -S "$late/out/srv"
	like "$err$out" 'EACCES' "... as by its own name, $mode"
}
each_mode late

# What is denied and not there becomes a directory.
grown() {
	local grown=$T/grown name servers=()

	rm -rf "$grown"
	private_dir grown
	as_user nobody chmod 0777 "$grown"
	for name in in inside; do
		start_server "$name" bash -c "until [[ -e $grown/begun ]]
			do sleep 0.1; done
			mkdir -m 0777 $grown/$name && exec $lib/srv $grown/$name/srv"
		servers+=("$pid")
	done
	sbx --allow-unix-socket "$grown" --deny-unix-socket "$grown/in" -- \
		bash -c "touch $grown/begun
			for path in $grown/{in,inside}/srv
			do $until_listens; done
			$lib/cli $grown/in/srv; $lib/cli $grown/inside/srv"
	stop_server "${servers[@]}"
	is "$out" pong "not denied beside, $mode"
	like "$err" 'connect: EACCES' "denied beneath, $mode"
}
each_mode grown
done_testing
