#!/bin/bash
# SPDX-License-Identifier: MIT
# schema.t - every line of the log is what docs/event.schema.json describes
LIMIT=60
source "$(dirname "$0")/../lib/tap.sh"
"$python" -c 'import jsonschema' 2>/dev/null || {
	skip_or_fail "no python3-jsonschema"
	done_testing
}
schema=$root/docs/event.schema.json
all=()

judge() { # FILE... - sets seen
	seen=$(timeout "$LIMIT" "$python" "$root/tests/lib/validate.py" \
		"$schema" "$@" 2>&1)
}

# Other networks make other requests be asked for.
policies=(
	"--allow-unix-socket=$T/s/ok.sock"
	"--log-allowed --allow-unix-socket=$T/s/ok.sock --allow-unix-dgram"
	"--log-allowed --allow-unix-socket=$T/s --private-sockets=$T/s
		--deny-unix-socket=$T/s/no.sock --allow-unix-connect=@plain"
	"--log-allowed --network host-loopback"
	"--allow-udp 127.0.0.1:9 --allow-connect [::1]:1-20"
	"--network full --unix-sockets=allowlist --log-allowed"
)

each() {
	local policy log n=0

	for policy in "${policies[@]}"; do
		log=$T/log/$user${shim[0]-}.$((n++))
		rm -f "$T"/s/*.x "$T"/s/odd/*.x
		# shellcheck disable=SC2086
		sbx -q --log "$log" $policy -- "$python" \
			"$root/tests/lib/events.py" "$T/s"
		is "$rc" 0 "requests of all kinds are made, ${policy%% *} ..., $mode" ||
			diag "$err"
		judge "$log"
		ok "... and told by valid events" test $? -eq 0 || diag "$seen"
		all+=("$log")
	done
}

# A pipe that is full while the command goes on, and is read later.
losses() {
	timeout "$LIMIT" "$python" - "$T/log/lost" "$T/s" "$sbx_run" <<-'END'
	import fcntl, os, subprocess, sys, time
	log, here, sbx = sys.argv[1:]
	r, w = os.pipe()
	fcntl.fcntl(w, 1031, 4096)  # F_SETPIPE_SZ
	command = f"""
	import os, socket, time
	def ask(name):
	    with socket.socket(socket.AF_UNIX) as s:
	        try:
	            s.bind(name)
	        except OSError:
	            pass
	for i in range(100):
	    ask(chr(0) + "many%d" % i)
	open("{here}/go", "w").close()
	while not os.path.exists("{here}/drained"):
	    time.sleep(0.02)
	ask(chr(0) + "after")
	"""
	command = "\n".join(l[1:] if l[:1] == "\t" else l
	                    for l in command.splitlines())
	p = subprocess.Popen([sbx, "-q", "--no-shim", "--log", f"fd:{w}", "--",
	                      "/usr/bin/python3", "-c", command], pass_fds=[w])
	os.close(w)
	while not os.path.exists(here + "/go") and p.poll() is None:
	    time.sleep(0.02)
	data = os.read(r, 65536)
	open(here + "/drained", "w").close()
	while True:
	    more = os.read(r, 65536)
	    if not more:
	        break
	    data += more
	open(log, "wb").write(data)
	sys.exit(p.wait())
	END
	is "$?" 0 "a pipe was full for a while"
	judge "$T/log/lost"
	like "$seen" 'lost' "what was lost is told by valid lines"
	# The sum of what was told and what was lost is what happened.
	is "$(jq -s 'map(.lost // .count) | add' "$T/log/lost")" 101 \
		"... and nothing is missing from the sum"
	all+=("$T/log/lost")
}

# Somebody must be there: what does not exist is not refused.
expected() {
	if ((EUID)) || ! unshare -m true 2>/dev/null; then
		skip_or_fail "no mount namespace for a name service"
		return
	fi
	run unshare -m bash -c 'mount -t tmpfs x /run && mkdir /run/nscd
		"$1" /run/nscd/socket >/dev/null & server=$!
		for ((i = 0; i < 100; i++)); do
			[[ -S /run/nscd/socket ]] && break
			sleep 0.05
		done
		"$2" --log "$3" -- "$4" /run/nscd/socket
		kill "$server"' - "$lib/srv" "$sbx_run" "$T/log/expected" "$lib/cli"
	judge "$T/log/expected"
	like "$seen" 'expected' "a probe of the name service is marked"
	unlike "$err" 'sbx: denied' "... and not shown to people"
	all+=("$T/log/expected")
}

need jq
private_dir s
private_dir s/odd
private_dir log
chmod 777 "$T/log" "$T/s" "$T/s/odd"
start_server ok "$lib/srv" "$T/s/ok.sock"
start_server no "$lib/srv" "$T/s/no.sock"
start_server dgram "$lib/dsrv" "$T/s/dgram.sock"
printf -v long 'l%.0s' {1..107}
i=0
for odd in $'new\nline' $'\e[31mred\e]0;title\a' 'quo"te\u0041' \
	$'bad\xff\xc3' $'e\xcc\x81\xe2\x80\xae' '@at' "$long"; do
	start_server "odd$((i++))" env -C "$T/s/odd" "$lib/srv" "$odd"
	wait_for 5 test -S "$T/s/odd/$odd"
done
start_server plain "$lib/srv" @plain
wait_for_socket "$T/s/no.sock"
wait_for_socket @plain
wait_for 5 test -S "$T/s/dgram.sock"

each_mode each
losses
expected
judge "${all[@]}"
for what in connect:{unix,inet,inet6} bind:unix listen:inet \
	send:{unix,inet} socket:{unix,inet,40,15,123456,-7} allow deny supervisor \
	abstract nul bytes long count burst lost addr address hint note path ppid \
	protocol resolved; do
	ok "there was \"$what\" among it" grep -qxF -- "$what" <<<"$seen"
done
for log in "${all[@]}"; do
	timeout "$LIMIT" "$python" "$root/tests/lib/validate.py" --mutate \
		"$schema" "$log" >"$T/.out" 2>&1
	ok "no damaged event passes, ${log##*/}" test $? -eq 0 ||
		diag "$(head -c 2000 "$T/.out")"
done
done_testing
