#!/bin/bash
# SPDX-License-Identifier: MIT
# private.t - programs that talk to themselves need --private-sockets alone.
source "$(dirname "$0")/../lib/tap.sh"
need node tmux git script
LIMIT=60
export TERM=xterm SHELL=/bin/sh
unset XDG_CACHE_HOME XDG_RUNTIME_DIR

# Every user's programs work in a directory of their own, which is TMPDIR.
each_home() {
	home=$T/home.$user${shim[0]-}
	mkdir -m 700 "$home"
	((EUID)) || [[ $user == root ]] || chown 65534:65534 "$home"
	export HOME=$home TMPDIR=$home TMUX_TMPDIR=$home
}

# private ARGUMENT... - with no other grant
private() {
	sbx --private-sockets -- "$@"
}

# ---- what it is about: refused without the option, working with it --------
cat >"$T/pipe.js" <<'EOF'
// As vite, tsx and others: a server at a name with the process id in it.
const net = require("net");
const path = `${process.env.TMPDIR}/node-${process.pid}.pipe`;
const server = net.createServer((c) => c.end("from myself"));
server.on("error", (e) => { console.log(e.code); });
server.listen(path, () => net.connect(path)
	.on("data", (d) => console.log(`${d}`))
	.on("close", () => server.close()));
EOF

each() {
	each_home
	run node "$T/pipe.js"
	is "$out" "from myself" "node, without sbx, $mode"
	sbx -- node "$T/pipe.js"
	is "$out" EACCES "node, not granted, $mode"
	like "$err" "bind unix:$home/node-[0-9]+.pipe -- allow with" \
		"node, not granted, $mode: says so"
	private node "$T/pipe.js"
	is "$out,$err,$rc" "from myself,,0" "node, $mode"

	run "$python" "$root/tests/lib/mp.py"
	local outside=$out
	private "$python" "$root/tests/lib/mp.py"
	is "$out,$err,$rc" "$outside,,0" \
		"python forkserver, Manager, resource sharer, asyncio, $mode"

	# The server stays behind as a daemon, and so do its sockets.
	private sh -c 'tmux -f /dev/null new-session -d -s in "sleep 60" &&
		tmux ls -F "#S"'
	is "$out,$rc" in,0 "tmux, $mode"
	is "$(as_user "$user" tmux ls -F '#S')" in \
		"tmux, $mode: it stays behind, reachable from outside"
	as_user "$user" tmux kill-server

	private sh -c 'export GIT_CONFIG_NOSYSTEM=1
		git config --global credential.helper "cache --timeout 60"
		printf "protocol=https\nhost=x\nusername=u\npassword=secret\n" |
			git credential approve
		printf "protocol=https\nhost=x\n" | git credential fill
		git credential-cache exit'
	like "$out" password=secret "git credential-cache, $mode"
	is "$err,$rc" ,0 "git credential-cache, $mode: nothing was refused"
}
each_mode each
unset TMPDIR TMUX_TMPDIR HOME

# ---- tsx ------------------------------------------------------------------
tsx=$SBX_BUILD/npm/node_modules/.bin/tsx
if [[ ! -x $tsx ]]; then
	timeout 300 npm install --silent --no-audit --no-fund --prefix \
		"$SBX_BUILD/npm" tsx >"$T/npm.log" 2>&1 ||
		note "$(tail -n 3 "$T/npm.log")"
fi
cat >"$T/hello.ts" <<'EOF'
const word: string = "typed";
console.log(word);
EOF
each() {
	export TMPDIR=$T/tsx.$user${shim[0]-}
	mkdir -m 1777 "$TMPDIR"
	sbx -- "$tsx" "$T/hello.ts"
	like "$err" "bind unix:$TMPDIR/tsx-[0-9]+/[0-9]+.pipe" \
		"tsx, not granted, $mode: its pipe is refused"
	private "$tsx" "$T/hello.ts"
	is "$out,$err,$rc" typed,,0 "tsx, $mode"
	unset TMPDIR
}
if [[ -x $tsx ]]; then
	each_mode each
else
	skip_or_fail "npm cannot install tsx"
fi

# ---- Chromium -------------------------------------------------------------
# Its profile lock is a socket in a directory of a random name beneath TMPDIR.
cat >"$T/lock.py" <<'EOF'
import atexit, os, socket, subprocess, sys, time

slow, profile, *command = sys.argv[1:]
slow = int(slow)
lock = f"{profile}/SingletonSocket"
with open(f"{profile}.log", "w") as log:
    browser = subprocess.Popen(command + ["about:blank"], stdout=log,
                               stderr=log)
atexit.register(browser.kill)  # also if what follows fails
for _ in range(300 * slow):
    if os.path.exists(lock) or browser.poll() is not None:
        break
    time.sleep(0.1)
print("lock", os.path.exists(lock))
# What a second browser says to the first (process_singleton_posix.cc).
s = socket.socket(socket.AF_UNIX)
s.settimeout(20 * slow)
for _ in range(100 * slow):
    # It is bound a moment before it listens.
    if s.connect_ex(os.readlink(lock)) == 0:
        break
    time.sleep(0.1)
s.send(b"START\0/\0chromium\0about:blank")
print(s.recv(10) in (b"ACK", b"SHUTDOWN"))  # headless does the latter
browser.terminate()
browser.wait()
second = subprocess.run(command + ["--dump-dom", "data:text/html,<b>hi</b>"],
                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
print(second.returncode, b"<b>hi</b>" in second.stdout)
EOF
chromium=(chromium --headless --no-sandbox --disable-gpu --disable-quic
	--no-first-run --disable-background-networking
	--disable-component-update --disable-sync)
each() {
	local LIMIT=$((60 * SLOW))

	export HOME=$T/chromium.$user${shim[0]-} TMPDIR=$T/chromium.$user${shim[0]-}
	mkdir -m 777 "$HOME"
	sbx -q --log "$HOME/log" --private-sockets -- "$python" "$T/lock.py" \
		"$SLOW" "$HOME/profile" "${chromium[@]}" --user-data-dir="$HOME/profile"
	is "$out" $'lock True\nTrue\n0 True' \
		"Chromium, $mode: locks its profile, and a page is shown"
	is "$(jq -r 'select(.family == "unix") | .path' "$HOME/log")" "" \
		"Chromium, $mode: no local socket was refused"
	unset HOME TMPDIR
}
if command -v chromium >/dev/null; then
	each_mode each
else
	skip_or_fail "no chromium"
fi
done_testing
