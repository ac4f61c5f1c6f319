#!/bin/bash
# SPDX-License-Identifier: MIT
# terminal.t - job control, a person's keys, and a terminal left undisturbed.
source "$(dirname "$0")/../lib/tap.sh"

private_dir run
s=$T/run/srv
start_server srv "$lib/srv" "$s"
wait_for_socket "$s"

# play TEXT - runs the steps on standard input, with $X for sbx-run
play() {
	sed "s#\$X#$x#" >"$T/script"
	run "$python" "$root/tests/lib/person.py" "$T/script"
	is "$rc" 0 "$1, $mode" || diag "$err"$'\n'"$out"
}

# What is typed must not match what is expected: hence the quotes within words.
# And no dash that forks: its vfork and a Ctrl-Z can stop each other for good.
jobs() {
	play "Ctrl-C ends the command" <<-'END'
	expect prompt>
	send $X bash -c 'echo rea""dy; exec sleep 30'^M
	expect ready
	send ^C
	expect prompt>
	send echo sta""tus $?^M
	expect status 130
	END

	play "a command that handles Ctrl-C goes on" <<-'END'
	expect prompt>
	send $X bash -c 'trap "echo caug\ht" INT; echo rea""dy; sleep 5; exit 4'^M
	expect ready
	send ^C
	expect caught
	expect prompt>
	send echo sta""tus $?^M
	expect status 4
	END

	play "Ctrl-\\ quits" <<-'END'
	expect prompt>
	send ulimit -c 0; stty quit @^M
	expect prompt>
	send $X sh -c 'echo rea""dy; exec sleep 30'^M
	expect ready
	send @
	expect prompt>
	send echo sta""tus $?^M
	expect status 131
	END

	play "Ctrl-Z stops, fg continues" <<-'END'
	expect prompt>
	send $X bash -c 'while read line; do echo "got $line"; done'^M
	send one^M
	expect got one
	send ^Z
	expect Stopped
	send jobs^M
	expect Stopped
	send fg^M
	send two^M
	expect got two
	send ^D
	expect prompt>
	send echo sta""tus $?^M
	expect status 0
	END

	play "a job in the background stops when it reads" <<-'END'
	expect prompt>
	send $X bash -c 'read line; echo "got $line"' &^M
	enter Stopped
	send fg^M
	send three^M
	expect got three
	END

	play "a job in the background runs and is waited for" <<-'END'
	expect prompt>
	send $X bash -c 'sleep 0.5; exit 7' &^M
	send wait $!; echo sta""tus $?^M
	expect status 7
	END

	play "bg continues a stopped job" <<-'END'
	expect prompt>
	send $X bash -c 'echo rea""dy; sleep 1; echo ov""er'^M
	expect ready
	send ^Z
	expect Stopped
	send bg^M
	expect over
	END

	play "kill ends a stopped job" <<-'END'
	expect prompt>
	send $X bash -c 'echo rea""dy; exec sleep 61'^M
	expect ready
	send ^Z
	expect Stopped
	send kill %1^M
	send while pgrep -s 0 -x sleep; do read -t 0.1 x; done; echo go""ne^M
	expect gone
	END

	play "an interactive shell inside has its own jobs" <<-'END'
	expect prompt>
	send PS1='inner> ' $X bash --norc --noprofile --noediting -i^M
	expect ^inner>
	send bash -c 'echo rea""dy; exec sleep 30'^M
	expect ready
	send ^Z
	expect Stopped
	send kill -9 %1^M
	send while pgrep -s 0 -x sleep; do read -t 0.1 x; done; echo go""ne^M
	expect gone
	send exit 5^M
	expect prompt>
	send echo sta""tus $?^M
	expect status 5
	END

	play "the terminal is the command's" <<-'END'
	expect prompt>
	send $X bash -c 'test -t 0 && : >/dev/tty && echo o""pen'^M
	expect open
	END

}

# A program that owns the screen is told nothing until it is over.
quiet() {
	play "refusals wait until the command is over" <<-END
	expect prompt>
	send \$X bash -c '$lib/cli $s; sleep 0.5; echo still h""ere'^M
	expect connect: EACCES
	expect still here
	expect sbx: denied: cli
	expect prompt>
	END
	like "$out" $'connect: EACCES\nstill here\nsbx: denied: cli' \
		"nothing is printed in between, $mode"
}
x=env mode="without sbx"
jobs
each() {
	x="$sbx_run ${shim[*]} --"
	jobs
	quiet
}
each_mode each
is "$(seen srv)" 0 "the server saw nothing"
done_testing
