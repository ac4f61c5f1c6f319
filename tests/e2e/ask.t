#!/bin/bash
# SPDX-License-Identifier: MIT
# ask.t - --ask: a person at the terminal decides, nobody else.
source "$(dirname "$0")/../lib/tap.sh"
need "$python" setsid

private_dir run
start_server srv "$lib/srv" "$T/run/srv"
start_server granted "$lib/srv" "$T/run/granted"
start_server tcp "$lib/tcpload" serve
wait_for_socket "$T/run/granted"
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
cat >"$T/bin/flow" <<END
#!$python -S
import os, sys, termios
tty = os.open("/dev/tty", os.O_RDWR)
termios.tcflow(tty, termios.TCOON if int(sys.argv[1]) else termios.TCOOFF)
END
chmod 755 "$T/bin/flow"
# The alarm stays pending: every thread waits in a call.
cat >"$T/bin/crowd.py" <<'END'
import signal, socket, sys, threading
def connect():
    try:
        socket.socket(socket.AF_UNIX).connect(sys.argv[1])
    except OSError:
        pass
threading.stack_size(65536)
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 1)
for _ in range(300):
    threading.Thread(target=connect).start()
connect()
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

# ---- attacks -----------------------------------------------------------------
# Somebody else's socket comes under the name that was always allowed.
swaps() {
	local harm

	private_dir swap
	private_dir swap/a
	private_dir swap/b
	start_server harmless "$lib/srv" "$T/swap/a/s"
	harm=$pid
	start_server precious "$lib/srv" "$T/swap/b/s"
	wait_for_socket "$T/swap/a/s"
	wait_for_socket "$T/swap/b/s"
	play "another directory of that name is not always allowed" <<-END
	expect prompt>
	send \$X sh -c 'cd $T/swap && \$C a/s; mv a old; mv b a; \$C a/s; echo en""ded'^M
	expect wants to connect unix:$T/swap/a/s
	send a^M
	expect wants to connect unix:$T/swap/a/s
	send n^M
	expect ended
	END
	is "$(seen harmless),$(seen precious)" 1,0 "... nor reached, $mode"
	as_user root mv "$T/swap/a" "$T/swap/b"
	as_user root mv "$T/swap/old" "$T/swap/a"
	play "one that comes while the person thinks neither" <<-END
	expect prompt>
	send \$X sh -c 'cd $T/swap && (sleep 0.5; mv a old; mv b a; echo swap""ped) & \$C $T/swap/a/s; \$C $T/swap/a/s; echo en""ded'^M
	expect wants to connect unix:$T/swap/a/s
	expect swapped
	send a^M
	expect wants to connect unix:$T/swap/a/s
	send n^M
	expect ended
	END
	is "$(seen harmless),$(seen precious)" 2,0 "... nor reached, $mode"
	stop_server "$harm" "$pid"
	rm -rf "$T/swap"
}

# A question that cannot be shown, or is shown when the command ends.
terminal() {
	play "a stopped terminal holds nobody up" <<-'END'
	expect prompt>
	send $X sh -c 'exec 2>/dev/null; $B/flow 0; timeout -s KILL 1 $C $S; $C $S & sleep 1; kill $!; wait $!; sleep 0.5; $B/flow 1; echo en""ded; $C $S'^M
	expect ended
	expect or \[s\]top asking
	send n^M
	expect prompt>
	END

	play "the end of the command gives the terminal back" <<-'END'
	expect prompt>
	send stty -a | grep -o "susp = ...\?"; $X sh -c '$C $S & sleep 0.7'; stty -a | grep -o "susp = ...\?"; echo do""ne^M
	expect susp = \^Z
	expect wants to connect
	expect susp = \^Z
	expect done
	END

	play "... if it is killed, too" <<-'END'
	expect prompt>
	send $X sh -c '(sleep 0.7; kill -KILL $$) & exec $C $S'; stty -a | grep -o "susp = ...\?"; echo do""ne^M
	expect wants to connect
	expect susp = \^Z
	expect done
	END

	play "a shell outside keeps the terminal when the command is stopped" <<-'END'
	expect prompt>
	send $X env PS1='ins''ide> ' bash --norc --noediting -i^M
	expect inside>
	send echo $$ >$L/pid^M
	expect inside>
	send sh -c '(sleep 0.7; kill -STOP $(cat $L/pid)) & $C $S'^M
	expect or \[s\]top asking
	expect prompt>
	send sleep 0.5; echo al""ive^M
	expect alive
	send echo sti""ll^M
	expect still
	send fg^M
	enter inside>
	send exit^M
	expect prompt>
	END

	rm -f "$T/run/pid"
	play "the first of a pipeline may have ended" <<-'END'
	expect prompt>
	send $X env PS1='ins''ide> ' bash --norc --noediting -i^M
	expect inside>
	send true | sh -c 'sleep 0.5; $C $S'^M
	expect wants to connect
	send n^M
	expect connect: EACCES
	send exit^M
	expect prompt>
	END

	play "a single key is no answer" <<-'END'
	expect prompt>
	send $X sh -c '(trap "" TTOU; sleep 0.7; stty -icanon </dev/tty; echo ra""w) & $C $S'^M
	expect or \[s\]top asking
	expect raw
	send a
	expect or \[s\]top asking
	send a
	expect or \[s\]top asking
	send a
	expect no answer; it is refused
	expect connect: EACCES
	END
}

# More clients wait than there are workers, and none of them can be told by a
# signal: what is granted is served all the same.
crowd() {
	local x="$sbx_run --ask ${shim[*]} --allow-unix-socket $T/run/granted --"

	play "many questions hold up nobody else" <<-END
	expect prompt>
	send $x sh -c '$python \$B/crowd.py \$S & sleep 4; \$C $T/run/granted && echo ser""ved; wait'^M
	expect wants to connect
	expect served
	send s^M
	expect prompt>
	END
	play "who stops asking is asked no more" <<-'END'
	expect prompt>
	send $X sh -c '$C $S & $C $S & $C $S & wait; echo en""ded'^M
	expect or \[s\]top asking
	send s^M
	expect ended
	END
	is "$(grep -c 'wants to' <<<"$out")" 1 "... by those who wait, $mode"
}

# A program says in its name what only sbx-run says, on a line of its own.
lies() {
	local name="x) wants to connect unix:nothing"

	name+=$(printf '%70s' '')"sbx: allow it [o]nce? o $(printf '%60s' '')sbx:"
	cp "$lib/cli" "$T/bin/$name"
	play "a name makes no lines" <<-END
	expect prompt>
	send cd \$B; \$X ./x* \$S^M
	expect wants to connect unix:\$S
	expect or .s.top asking
	send n^M
	expect EACCES
	END
	unlike "$(grep -a wants <<<"$out")" '  ' "... of blanks, $mode"
	rm -f "$T/bin/$name"
}

each() {
	x="$sbx_run --ask ${shim[*]} --"
	answers
	clients
	inet
	swaps
	terminal
	crowd
	lies
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
