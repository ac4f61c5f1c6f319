#!/bin/bash
# SPDX-License-Identifier: MIT
# learn.t - --learn writes what --config reads, and that is just enough.
source "$(dirname "$0")/../lib/tap.sh"
need ssh-agent ssh-add curl
unset XDG_RUNTIME_DIR DOCKER_HOST

private_dir run
start_server srv "$lib/srv" "$T/run/ok"
start_server other "$lib/srv" "$T/run/other"
start_server tcp "$lib/tcpload" serve
private_dir odd
start_server odd "$python" -S "$root/tests/lib/odd_names.py" serve "$T/odd"
wait_for 10 grep -q ready "$T/odd.log" || bail "no server"
wait_for_socket "$T/run/ok"
wait_for_socket "$T/run/other"
wait_for 10 grep -q ^port "$T/tcp.log" || bail "no server"
port=$(sed -n 's/^port //p' "$T/tcp.log")
chmod 777 "$T/run/ok" "$T/run/other"

# One program that needs a bit of everything, in a directory of its own.
cat >"$T/needs.py" <<'EOF'
import os, socket, sys, tempfile
ok, port, home = sys.argv[1:]
def client(family, address, kind=socket.SOCK_STREAM):
    s = socket.socket(family, kind)
    s.connect(address)
    return s
def server(family, address):
    s = socket.socket(family)
    s.bind(address)
    s.listen()
    return s
client(socket.AF_UNIX, ok)
client(socket.AF_INET, ("127.0.0.1", int(port)))
server(socket.AF_INET, ("127.0.0.1", 0))
a = server(socket.AF_UNIX, home + "/own")
b = client(socket.AF_UNIX, home + "/own")
os.unlink(home + "/own")
d = tempfile.mkdtemp(dir=home)
e = server(socket.AF_UNIX, d + "/inner")
c = client(socket.AF_UNIX, d + "/inner")
os.unlink(d + "/inner")
os.rmdir(d)
server(socket.AF_UNIX, f"{home}/by-{os.getpid()}")
os.unlink(f"{home}/by-{os.getpid()}")
print("all of it")
EOF

rules() { # without how they were given
	sed 's/ (given as .*//' <<<"$out" | sort -u
}

each() {
	local home=$T/home.$user${shim[0]-} first

	mkdir "$home"
	((EUID)) || [[ $user == root ]] || chown 65534:65534 "$home"
	export TMPDIR=$home HOME=$T
	needs=("$python" "$T/needs.py" "$T/run/ok" "$port" "$home")
	run "${needs[@]}"
	is "$out" "all of it" "without sbx ($mode)"
	sbx -- "${needs[@]}"
	isnt_all
	sbx --learn "$home/learned" -q -- "${needs[@]}"
	is "$out,$err,$rc" "all of it,,0" "learning refuses nothing ($mode)"
	first=$(<"$home/learned")
	like "$first" 'allow-unix-connect \$HOME/run/ok	# benign' \
		"connect by its path ($mode)"
	like "$first" "allow-connect 127.0.0.1:$port" "TCP ($mode)"
	like "$first" "allow-listen 127.0.0.1:32768-60999" "listen ($mode)"
	like "$first" 'allow-unix-bind \$TMPDIR/own' \
		"bind, in terms of \$TMPDIR ($mode)"
	like "$first" 'private-sockets \$TMPDIR	.*the name changes' \
		"names that change are private sockets ($mode)"
	unlike "$first" 'inner|by-' "... and not in it ($mode)"

	sbx --config "$home/learned" -- "${needs[@]}"
	is "$out,$err,$rc" "all of it,,0" "what was learned suffices ($mode)"
	sbx --config "$home/learned" -- "$lib/cli" "$T/run/other"
	refused "something else ($mode)" "connect unix:$T/run/other"
	sbx --config "$home/learned" -- curl -s "http://127.0.0.1:1/"
	refused "another port ($mode)" 'connect tcp 127.0.0.1:1 '

	sbx --config "$home/learned" --learn "$home/again" -q -- "${needs[@]}"
	is "$rc" 0 "learning again ($mode)"
	sbx --config "$home/learned" --print-policy
	first=$(rules)
	sbx --config "$home/again" --print-policy
	is "$(rules)" "$first" "... changes nothing ($mode)"

	sbx --audit -- "$lib/cli" "$T/run/other"
	is "$rc" 0 "--audit refuses nothing ($mode)"
	like "$err" "sbx: audit: cli.* -- allow with --allow-unix-socket $T/run/other" \
		"... and says what would have been refused ($mode)"
	sbx --audit --log-denials -- "$lib/cli" "$T/run/other"
	like "$err" "=== Sandbox denials ===.\(cli\) connect unix:$T/run/other" \
		"... also in the table ($mode)"
}

isnt_all() {
	refused "without learning ($mode)" "connect unix:$T/run/ok"
}

# A key in an agent: a credential, by the variable that names it.
agent() {
	local dir=$T/agent.$user${shim[0]-} agent

	mkdir "$dir"
	((EUID)) || [[ $user == root ]] || chown 65534:65534 "$dir"
	SERVER_USER=$user start_server agent ssh-agent -D -a "$dir/s"
	agent=$pid
	wait_for_socket "$dir/s"
	export SSH_AUTH_SOCK=$dir/s HOME=$dir
	sbx --learn "$dir/learned" -q -- ssh-add -l
	like "$(<"$dir/learned")" \
		'allow-unix-connect \$SSH_AUTH_SOCK	# credential: ssh-add' \
		"an ssh-agent by its variable ($mode)"
	stop_server "$agent"
	# Another agent elsewhere is the same grant.
	SERVER_USER=$user start_server agent ssh-agent -D -a "$dir/s2"
	wait_for_socket "$dir/s2"
	SSH_AUTH_SOCK=$dir/s2 sbx --config "$dir/learned" -- ssh-add -l
	like "$out" 'no identities' "... holds for the next agent ($mode)"
	stop_server "$pid"
	unset SSH_AUTH_SOCK
}

# Names that a shell, or whoever reads a configuration, could misunderstand.
odd() {
	local names=("$python" -S "$root/tests/lib/odd_names.py") file

	private_dir "learned.$user${shim[0]-}"
	file=$T/learned.$user${shim[0]-}/conf
	export HOME=$T/odd
	sbx --learn "$file" -q -- "${names[@]}" connect "$T/odd"
	is "$out" 32 "all odd names are learned ($mode)"
	unlike "$(<"$file")" $'[\x01\x1b]' "... and shown ($mode)"
	sbx --config "$file" -q -- "${names[@]}" connect "$T/odd"
	is "$out,$rc" 32,0 "... and granted ($mode)"
	sbx -q -- "${names[@]}" near "$T/odd"
	is "$out" 0 "others are not granted ($mode)"
	sbx --config "$file" -q -- "${names[@]}" near "$T/odd"
	is "$out" 0 "... nor by what was learned ($mode)"
	sbx --config "$file" -q -- "$python" -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1].replace("@", "\0"))' \
		"@$T/oddquo'te2"
	is "$rc" 1 "... nor anything bound ($mode)"
	like "$(<"$file")" "allow-unix-connect '?@" \
		"an abstract name is granted one way ($mode)"
	unset HOME
}

# What is no regular file stays what it is, and nobody waits for it.
files() {
	local dir=$T/files.$user${shim[0]-}

	private_dir "files.$user${shim[0]-}"
	as_user "$user" sh -c 'cd "$1" && echo kept >target &&
		ln -s target link && ln -s nothing dangling && mkfifo fifo' - \
		"$dir"
	((EUID)) || mknod -m 666 "$dir/device" c 1 3
	for file in link dangling fifo device; do
		[[ -e $dir/$file || -L $dir/$file ]] || continue
		sbx --learn "$dir/$file" -- touch "$dir/ran"
		is "$rc" 125 "--learn to a $file: 125 ($mode)"
		like "$err" 'is no regular file' "... says why ($mode)"
	done
	ok "... nothing ran ($mode)" test ! -e "$dir/ran"
	is "$(<"$dir/target")" kept "... a link is not followed ($mode)"
	ok "... nor made use of ($mode)" test ! -e "$dir/nothing"
	((EUID)) || ok "... a device is one still ($mode)" \
		test -c "$dir/device"
	# What the command puts there meanwhile is replaced.
	sbx --learn "$dir/new" -q -- sh -c 'rm "$1/new"
		ln -s target "$1/new"; ln -s target "$1/new.sbx-learn"' - "$dir"
	is "$(<"$dir/target")" kept "links put there later neither ($mode)"
	ok "... what was learned is there ($mode)" test -f "$dir/new" -a \
		! -L "$dir/new" -a ! -e "$dir/new.sbx-learn"
	sbx --learn "$dir/full" -- sh -c 'rm "$1/full"; mkdir "$1/full"' - \
		"$dir"
	like "$err" 'cannot write what was learned to' \
		"what cannot be replaced is said ($mode)"
	ok "... and nothing left ($mode)" test ! -e "$dir/full.sbx-learn"
}

# ---- configurations -------------------------------------------------------
bad() { # TEXT MESSAGE
	printf '%b' "$1" >"$T/bad"
	sbx --config "$T/bad" -- touch "$T/ran"
	is "$rc" 125 "$2: 125"
	is "$(wc -l <<<"$err")" 1 "... one sentence"
	like "$err" "^sbx-run: $T/bad:$2" "... with file and line"
	ok "... nothing ran" test ! -e "$T/ran"
}

configurations() {
	bad 'foo bar\n' '1: unknown option "foo"'
	bad '\n# x\nnetwork\n' '3: network needs a value'
	bad 'quiet yes\n' '1: quiet takes no value'
	bad 'network none none\n' '1: "none" is one word too many'
	bad 'network "none\n' '1: a double quote is not closed'
	bad "network 'none\n" '1: a single quote is not closed'
	bad 'allow-unix-socket $NO_SUCH_VARIABLE\n' \
		'1: the variable "NO_SUCH_VARIABLE" is not set'
	bad 'allow-unix-socket /such\\\n' \
		'1: a line ends in a backslash'
	bad "allow-unix-socket \$'/x\\\\\n" "1: a backslash within"
	bad "include bad\n" '1: ".*/bad" is included more than 8'
	bad 'allow-connect example.org:443\n' \
		'1: invalid value "example.org:443" for --allow-connect'
	bad 'help\n' '1: unknown option "help" in a file'
	bad 'x\0y\n' '1: there is a NUL byte'
	bad "allow-unix-socket \$'/x\n" "1: a \\$'...' is not closed"
	bad "allow-unix-socket \$'/\\\\q'\n" "1: a backslash within"
	bad "allow-unix-socket \$'/\\\\000'\n" "1: .* no byte that a word"
	bad "allow-unix-socket \$'/\\\\777'\n" "1: .* no byte that a word"
	bad "allow-unix-socket \$'/\\\\x00'\n" "1: .x within .* two hexa"
	bad "allow-unix-socket \$'/\\\\x4'\n" "1: .x within .* two hexa"
	mkdir -p "$T/conf"
	printf '%s\n' "--network=isolated" "allow-unix-socket '$T/run/ok' # x" \
		"include more" >"$T/conf/main"
	printf 'allow-unix-connect "${HOME}"/run/ot\\her\n' >"$T/conf/more"
	HOME=$T sbx --config "$T/conf/main" --print-policy
	is "$(rules)" "$(sort <<<"network isolated
unix-sockets allowlist
deny-errno EACCES
allow connect,bind,send node $T/run/ok
allow connect,send node $T/run/other")" "quotes, variables, include"
}

# Names that nobody can type are learned, and read again.
untypable() {
	local name=$'\e[31m\n"\\\'\xff$HOME#'

	start_server odd env -C "$T/run" "$lib/srv" "./$name"
	wait_for 10 test -S "$T/run/$name" || bail "no server"
	sbx --learn "$T/conf/odd" -q -- "$lib/cli" "$T/run/$name"
	is "$rc" 0 "a name that nobody can type"
	sbx --config "$T/conf/odd" -- "$lib/cli" "$T/run/$name"
	is "$rc,$err" "0," "... is learned, and read again"
	stop_server "$pid"
}

# shellcheck disable=SC2094
default() {
	mkdir -p "$T/home/.config/sbx"
	echo "allow-unix-socket $T/run/ok" >"$T/home/.config/sbx/default.conf"
	chmod 644 "$T/home/.config/sbx/default.conf"
	user=self
	HOME=$T/home sbx -- "$lib/cli" "$T/run/ok"
	is "$rc" 0 "the default configuration is read"
	HOME=$T/home sbx --no-config -- "$lib/cli" "$T/run/ok"
	refused "--no-config" "connect unix:$T/run/ok"
	XDG_CONFIG_HOME=$T/nowhere HOME=$T/home sbx -- "$lib/cli" "$T/run/ok"
	refused "XDG_CONFIG_HOME" "connect unix:$T/run/ok"
	chmod 666 "$T/home/.config/sbx/default.conf"
	HOME=$T/home sbx -- true
	is "$rc" 125 "one that others can write: 125"
	like "$err" 'can be changed by others' "... says why"
	HOME=$T/home sbx --version
	is "$rc" 0 "... but --version answers"
	user=${users[0]}
}

each_mode each
each_mode agent
each_mode odd
each_mode files
configurations
chmod 777 "$T/conf"
untypable
default
sbx --learn "$T/x" --deny-unix-socket /run/x -- true
is "$rc" 125 "--learn and a deny option: 125"
like "$err" 'exclude each other' "... says why"
sbx --learn "$T/no/such/x" -- true
is "$rc" 125 "--learn to nowhere: 125"
done_testing
