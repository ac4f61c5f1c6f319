#!/bin/bash
# SPDX-License-Identifier: MIT
# ask.t - --ask: a person at the terminal decides, nobody else.
source "$(dirname "$0")/../lib/tap.sh"
need "$python" setsid

private_dir run
start_server srv "$lib/srv" "$T/run/srv"
start_server tcp "$lib/tcpload" serve
wait_for_socket "$T/run/srv"
wait_for 10 grep -q ^port "$T/tcp.log" || bail "no server"
port=$(sed -n 's/^port //p' "$T/tcp.log")
mkdir -p "$T/bin"
cat >"$T/bin/tcp.py" <<'END'
import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
print("tcp", "is", "open")
END
# A packet to the loopback leaves by the device that a socket is bound to.
cat >"$T/bin/device.py" <<'END'
import os, socket, sys
s = socket.socket()
s.settimeout(5)
name = ([d for d in os.listdir("/sys/class/net") if d != "lo"] + ["none"])[0]
try:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode())
    print("device", "chosen")
except OSError as e:
    print("device", e.errno)
s.connect(("127.0.0.1", int(sys.argv[1])))
print("tcp", "is", "open")
END
cat >"$T/bin/listen.py" <<'END'
import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
print("it", "listens")
END

# play TEXT - runs the steps on standard input: $X is sbx-run --ask, $C the
# client, $S the socket
play() {
	sed "s#\$X#$x#g; s#\$C#$lib/cli#g; s#\$S#$T/run/srv#g; s#\$P#$port#g
		s#\$B#$T/bin#g; s#\$L#$T/run#g" >"$T/script"
	run "$python" "$root/tests/lib/person.py" "$T/script"
	is "$rc" 0 "$1, $mode" || diag "$err"$'\n'"$out"
}

# What is typed must not match what is expected: hence the quotes within words.
answers() {
	local before

	before=$(seen srv)
	play "once" <<-'END'
	expect prompt>
	send $X $C -n 2 $S^M
	expect cli\[[0-9]+\] \(.*/cli\) wants to connect unix:$S
	expect or \[s\]top asking
	send o^M
	expect wants to connect
	send once^M
	expect prompt>
	send echo sta""tus $?^M
	expect status 0
	END
	is "$(seen srv)" $((before + 2)) "... and the server saw it, $mode"

	play "always" <<-'END'
	expect prompt>
	send $X sh -c '$C $S && $C $S && echo en""ded'^M
	expect wants to connect
	send always^M
	expect ended
	END
	is "$(grep -c 'wants to' <<<"$out")" 1 "... asks once, $mode"

	before=$(seen srv)
	play "never" <<-'END'
	expect prompt>
	send $X sh -c '$C $S; $C $S; echo en""ded'^M
	expect wants to connect
	send Never ^M
	expect ended
	expect sbx: denied: .* connect unix:$S.* -- allow with
	END
	is "$(grep -c 'wants to' <<<"$out")" 1 "... asks once, $mode"

	play "stop asking" <<-'END'
	expect prompt>
	send $X sh -c '$C $S; $C @other; echo en""ded'^M
	expect wants to connect
	send s^M
	expect ended
	expect sbx: denied: .* connect unix:$S.* -- allow with
	END
	is "$(grep -c 'wants to' <<<"$out")" 1 "... asks once, $mode"

	play "no answer" <<-'END'
	expect prompt>
	send $X $C $S^M
	expect wants to connect
	send y^M
	expect or \[s\]top asking
	send oo^M
	expect or \[s\]top asking
	send a n^M
	expect no answer; it is refused
	expect connect: EACCES
	END

	play "the end of the file" <<-'END'
	expect prompt>
	send $X $C $S^M
	expect or \[s\]top asking
	send ^D
	expect no answer; it is refused
	END

	play "what was typed before is no answer" <<-'END'
	expect prompt>
	send $X sh -c 'echo wai""ting; sleep 0.6; $C $S'^M
	expect waiting
	send a^M
	expect wants to connect
	send x^M
	expect or \[s\]top asking
	send n^M
	expect connect: EACCES
	END

	play "standard input is no person" <<-'END'
	expect prompt>
	send yes o | $X $C $S^M
	expect wants to connect
	send n^M
	expect connect: EACCES
	END
	is "$(seen srv)" "$before" "... the server saw none of these, $mode"
}

clients() {
	local before

	play "several clients queue up" <<-'END'
	expect prompt>
	send $X sh -c '$C $S & $C $S & $C $S & wait; echo en""ded'^M
	expect wants to connect
	send o^M
	expect wants to connect
	send n^M
	expect ended
	END
	is "$(grep -c 'wants to' <<<"$out")" 2 "... and hear the answer, $mode"

	before=$(seen srv)
	play "a client that dies is forgotten" <<-'END'
	expect prompt>
	send $X sh -c 'timeout -s KILL 0.5 $C $S; echo en""ded; $C $S'^M
	expect wants to connect
	expect ended
	expect wants to connect
	send n^M
	expect connect: EACCES
	END

	play "Ctrl-C ends question and command" <<-'END'
	expect prompt>
	send $X sh -c 'exec $C $S'^M
	expect or \[s\]top asking
	send ^C
	expect prompt>
	send echo sta""tus $?^M
	expect status 130
	END
	is "$(seen srv)" "$before" "... the server saw nobody, $mode"

	play "a shell inside, with jobs of its own" <<-'END'
	expect prompt>
	send $X env PS1='ins''ide> ' bash --norc --noediting -i^M
	expect inside>
	send $C $S^M
	expect wants to connect
	send o^M
	expect inside>
	send read word; echo g""ot $word^M
	send something^M
	expect got something
	send $C $S | cat^M
	expect wants to connect
	send n^M
	expect inside>
	send exit^M
	expect prompt>
	END

	play "a program in raw mode" <<-'END'
	expect prompt>
	send $X sh -c 'stty -icanon -echo -icrnl; $C $S; stty -a' | tr ';' ' '^M
	expect wants to connect
	send o^M
	expect -icrnl
	expect -icanon
	END

	play "what stays behind is not asked about" <<-'END'
	expect prompt>
	send $X sh -c '(sleep 0.5; $C $S; echo en""ded >$L/late) &'^M
	expect prompt>
	send sleep 1.5; cat $L/late^M
	expect ended
	END
	unlike "$out" 'wants to' "... indeed, $mode"
	rm -f "$T/run/late"
}

# A listening port is free again at once: SO_REUSEADDR.
inet() {
	local free

	free=$("$python" -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	play "TCP" <<-END
	expect prompt>
	send \$X $python \$B/tcp.py 127.0.0.1 \$P^M
	expect wants to connect tcp 127.0.0.1:\$P
	send o^M
	expect tcp is open
	expect prompt>
	send \$X $python \$B/tcp.py localhost \$P^M
	expect wants to connect
	send n^M
	expect Permission denied
	END
	[[ ${shim[*]} ]] || like "$out" "which it calls .localhost." \
		"... by the name that the program asked for, $mode"
	play "a device is not chosen: the loopback is this machine" <<-END
	expect prompt>
	send \$X $python \$B/device.py \$P^M
	expect device 1
	expect wants to connect tcp 127.0.0.1:\$P
	send o^M
	expect tcp is open
	END
	play "listening" <<-END
	expect prompt>
	send \$X $python \$B/listen.py $free^M
	expect wants to listen tcp 127.0.0.1:$free
	send o^M
	expect it listens
	expect prompt>
	send \$X $python \$B/listen.py $free^M
	expect wants to listen
	send n^M
	expect Permission denied
	END
	play "binding" <<-END
	expect prompt>
	send \$X $python -c 'import socket; socket.socket(1).bind("\$L/new")'^M
	expect wants to bind unix:\$L/new
	send o^M
	expect prompt>
	send test -S \$L/new && echo it ex""ists^M
	expect it exists
	END
	rm -f "$T/run/new"
}

each() {
	x="$sbx_run --ask ${shim[*]} --"
	answers
	clients
	inet
}
each_mode each

# ---- nobody to ask ----------------------------------------------------------
before=$(seen srv)
run setsid -w "$sbx_run" --ask -- "$lib/cli" "$T/run/srv"
is "$rc" 1 "without a terminal it is refused"
like "$err" 'no terminal to --ask at' "... which is said"
run setsid -w sh -c 'yes a | "$@"' - "$sbx_run" --ask -q -- "$lib/cli" \
	"$T/run/srv"
is "$rc,$(seen srv)" "1,$before" "... whatever is on standard input"

# ---- the log ----------------------------------------------------------------
mode="as $user"
x="$sbx_run --ask --log $T/run/log --"
play "the answer is in the log" <<-'END'
expect prompt>
send $X sh -c '$C $S; $C $S'^M
expect wants to connect
send o^M
expect wants to connect
send n^M
expect prompt>
END
like "$(<"$T/run/log")" '"verdict":"allow".*"note":"allowed at the terminal"' \
	"what was allowed"
like "$(<"$T/run/log")" '"verdict":"deny".*"hint":"--allow-unix-socket' \
	"what was refused, with the option"
unlike "$out" 'sbx: allowed' "... and not said to who knows it"

# ---- a terminal that root inside puts there ---------------------------------
if ((EUID == 0)) && unshare -m true 2>/dev/null; then
	mkdir "$T/dev"
	for node in null tty random urandom zero; do
		cp -a "/dev/$node" "$T/dev/"
	done
	cat >"$T/bin/fake" <<-END
	rm /dev/tty && mkfifo /dev/tty
	(while :; do echo a; done >/dev/tty) &
	"$lib/cli" "$T/run/srv"
	kill \$!
	END
	x="unshare -m sh -c 'mount --bind $T/dev /dev; $sbx_run --ask -- sh"
	play "a false terminal is not asked" <<-END
	expect prompt>
	send $x $T/bin/fake'^M
	expect wants to connect
	send n^M
	expect EACCES
	END
fi

for bad in --audit --backstop=none --backstop=landlock-only; do
	sbx --ask "$bad" -- true
	is "$rc" 125 "--ask with $bad is refused"
	like "$err" '--ask' "... and says so"
done
done_testing
