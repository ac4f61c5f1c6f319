#!/bin/bash
# SPDX-License-Identifier: MIT
# failures.t - real failures: what is printed, pasted back, makes each go away,
# and nothing else is granted.  failures-web.t has more of them.
LIMIT=60
source "$(dirname "$0")/../lib/tap.sh"
source "$(dirname "$0")/../lib/recover.sh"
PATH=$PATH:/usr/sbin:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')

# ---- docker ---------------------------------------------------------------
docker_ps() {
	command=(docker -H "unix://$d/docker.sock" ps)
	success=its-container
	want="--allow-unix-socket $quoted/docker.sock'"
	neighbours=("${near[@]}" "bind $d/docker.sock2")
	recover docker
}

start_docker() {
	start_server docker "$python" "$root/tests/lib/docker_api.py" \
		"$d/docker.sock"
	wait_for 10 test -S "$d/docker.sock"
}

# ---- psql -----------------------------------------------------------------
psql_select() {
	command=(psql -X -h "$d" -U postgres -Atc 'select 6*7')
	success=42
	want="--allow-unix-socket $quoted/.s.PGSQL.5432'"
	neighbours=("${near[@]}" "bind $d/.s.PGSQL.5434")
	recover psql
}

start_postgres() {
	as_user nobody env TZ=UTC initdb -D "$d/data" -A trust -U postgres \
		--no-sync --no-locale -E UTF8 >"$T/initdb.log" 2>&1 ||
		bail "initdb failed: $(tail -n 3 "$T/initdb.log")"
	printf '%s\n' "listen_addresses = ''" 'fsync = off' \
		"unix_socket_directories = '\"${d//\'/\'\'}\"'" \
		>>"$d/data/postgresql.conf"
	start_server postgres postgres -D "$d/data"
	wait_for 20 psql -X -h "$d" -U postgres -c 'select 1' ||
		bail "$(tail -n 5 "$T/postgres.log")"
}

# ---- git over ssh, with a key that only the agent has ---------------------
git_ssh() {
	rm -f "$home/known"
	export GIT_SSH_COMMAND="ssh -F none -o BatchMode=yes -p $((port + 2)) \
-o StrictHostKeyChecking=no -o UserKnownHostsFile=$home/known"
	export SSH_AUTH_SOCK=$d/agent.$user
	command=(git ls-remote "ssh://$(id -un)@127.0.0.1$T/repository")
	success=refs/heads/the-branch
	want="--allow-connect 127.0.0.1:$((port + 2))
--allow-unix-socket $quoted/agent.$user'"
	neighbours=("${near[@]}")
	recover "git over ssh"
}

start_sshd() {
	mkdir -p "$T/ssh" /run/sshd 2>/dev/null
	ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/host"
	ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/key"
	printf '%s\n' "Port $((port + 2))" "ListenAddress 127.0.0.1" \
		"HostKey $T/ssh/host" "AuthorizedKeysFile $T/ssh/key.pub" \
		"StrictModes no" "UsePAM no" "PasswordAuthentication no" \
		"PidFile none" >"$T/ssh/config"
	SERVER_USER=root start_server sshd /usr/sbin/sshd -D -e \
		-f "$T/ssh/config"
	for user in "${users[@]}"; do
		SERVER_USER=$user start_server "agent.$user" ssh-agent -D \
			-a "$d/agent.$user"
		wait_for 10 test -S "$d/agent.$user"
		SSH_AUTH_SOCK=$d/agent.$user ssh-add -q "$T/ssh/key" 2>/dev/null
	done
	rm "$T/ssh/key"
	git init -q "$T/repository"
	git -C "$T/repository" -c user.name=x -c user.email=x commit -q \
		--allow-empty -m x
	git -C "$T/repository" branch the-branch
}

# ---- gpg ------------------------------------------------------------------
gpg_pid=

# An agent inside that was refused removes the socket of the one outside, which
# ends when it sees that, and removes what has that name by then.
run_agent() {
	stop_agent
	SERVER_USER=$user start_server "gpg.$user" gpg-agent --daemon --no-detach
	gpg_pid=$pid
	wait_for_socket "$home/gnupg/S.gpg-agent"
}

# The one outside, or one that gpg left behind inside.
stop_agent() {
	rm -f "$home/text.sig"
	stop_server ${gpg_pid:+"$gpg_pid"}
	gpg_pid=
	as_user "$user" gpgconf --kill gpg-agent >/dev/null 2>&1
	wait_for 10 test ! -e "$home/gnupg/S.gpg-agent"
	rm -f "$home"/gnupg/S.*
}

gpg_sign() {
	export GNUPGHOME=$home/gnupg
	[[ -d $home/gnupg ]] || {
		as_user "$user" mkdir -m 700 "$home/gnupg"
		as_user "$user" gpg -q --batch --passphrase '' --quick-gen-key \
			'Me <me@example.org>' ed25519 sign never 2>/dev/null
		echo text >"$home/text"
	}
	command=(sh -c "gpg -q --batch --yes --detach-sign '$home/text' &&
		gpg --verify '$home/text.sig'")
	success='Good signature'
	want="--allow-unix-socket $home/gnupg/S.gpg-agent"
	prepare=run_agent
	neighbours=("${near[@]}" "bind $home/gnupg/near")
	recover "gpg with an agent"
	# If none runs, gpg starts one inside, with four sockets.
	want="--allow-unix-socket $home/gnupg/S.gpg-agent
--allow-unix-socket $home/gnupg/S.gpg-agent.browser
--allow-unix-socket $home/gnupg/S.gpg-agent.extra
--allow-unix-socket $home/gnupg/S.gpg-agent.ssh"
	prepare=stop_agent
	recover "gpg without one"
	stop_agent
}

# ---- curl -----------------------------------------------------------------
curl_https() {
	command=(curl -sS --cacert "$T/tls/cert" "https://localhost:$((port + 4))/")
	success='s_server'
	want="--allow-connect '[::1]:$((port + 4))'
--allow-connect 127.0.0.1:$((port + 4))"
	neighbours=("${near[@]}")
	recover curl
}

start_tls() {
	mkdir "$T/tls"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost -keyout "$T/tls/key" \
		-out "$T/tls/cert" 2>/dev/null
	SERVER_USER=root start_server tls openssl s_server -www -quiet \
		-accept "127.0.0.1:$((port + 4))" -cert "$T/tls/cert" \
		-key "$T/tls/key"
	wait_for 10 curl -sS --cacert "$T/tls/cert" \
		"https://localhost:$((port + 4))/"
}

# ---- systemd-run ----------------------------------------------------------
systemd_run() {
	export XDG_RUNTIME_DIR=$T/runtime
	command=(systemd-run --user --unit=the-unit true)
	success='Running as unit: the-unit.service'
	want="--allow-unix-socket $T/runtime/bus"
	neighbours=("${near[@]}" "bind $T/runtime/bus2")
	recover systemd-run
	unset XDG_RUNTIME_DIR
}

start_bus() {
	cat >"$T/bus.conf" <<-END
		<busconfig>
		  <listen>unix:path=$T/runtime/bus</listen>
		  <auth>EXTERNAL</auth>
		  <policy context="default">
		    <allow user="*"/>
		    <allow own="*"/>
		    <allow send_destination="*"/>
		    <allow receive_sender="*"/>
		  </policy>
		</busconfig>
	END
	start_server bus dbus-daemon --nofork --nosyslog \
		--config-file="$T/bus.conf"
	wait_for_socket "$T/runtime/bus"
	start_server manager "$python" "$root/tests/lib/systemd1.py" \
		"unix:path=$T/runtime/bus"
	wait_for 10 grep -q ready "$T/manager.log"
}

# ---- python ---------------------------------------------------------------
multiprocessing() {
	local pytest=(unittest -q)

	"$python" -c 'import pytest' 2>/dev/null &&
		pytest=(pytest -q -p no:cacheprovider)
	export TMPDIR="$home/it's"
	as_user "$user" mkdir -p "$TMPDIR/there"
	cd "$T/python" || bail "no $T/python"
	command=("$python" -B -m "${pytest[@]}" test_mp.py)
	success='3 passed|OK'
	want="--private-sockets='$home/it'\\''s'"
	# What others have there, and what is not beneath it.
	neighbours=("${near[@]}" "$TMPDIR/near" "bind $home/near")
	SERVER_USER=$user start_server "near.$user" "${bystander[@]}" serve \
		"$TMPDIR/near"
	wait_for 10 test -S "$TMPDIR/near"
	recover multiprocessing
	is "$(seen "near.$user")" 0 "somebody else's private socket saw nobody"
	stop_server "$pid"
	cd "$T" || bail "no $T"
	unset TMPDIR
}

write_python_tests() {
	mkdir "$T/python"
	cat >"$T/python/test_mp.py" <<-'END'
		import multiprocessing
		import threading
		import unittest
		from multiprocessing.connection import Client, Listener

		class Test(unittest.TestCase):
		    def test_forkserver(self):
		        with multiprocessing.get_context("forkserver").Pool(2) as pool:
		            self.assertEqual(pool.map(abs, [-1, -2]), [1, 2])

		    def test_manager(self):
		        with multiprocessing.Manager() as manager:
		            self.assertEqual(dict(manager.dict({1: 2})), {1: 2})

		    def test_listener(self):
		        listener = Listener(family="AF_UNIX")
		        threading.Thread(target=lambda: Client(
		            listener.address).send(1)).start()
		        self.assertEqual(listener.accept().recv(), 1)
	END
}

neighbourhood "${near[@]}"
has docker && start_docker && each_light docker_ps
has psql initdb postgres && start_postgres && each_light psql_select
if ((EUID)); then
	skip_or_fail "git over ssh: sshd needs root"
elif has git ssh ssh-agent ssh-add /usr/sbin/sshd; then
	start_sshd
	each_heavy git_ssh
fi
has gpg gpg-agent gpgconf && each_light gpg_sign
has curl openssl && start_tls && each_light curl_https
if ! "$python" -c 'import dbus, gi' 2>/dev/null; then
	skip_or_fail "systemd-run: no python3-dbus or no python3-gi"
elif has systemd-run dbus-daemon; then
	start_bus
	each_light systemd_run
fi
write_python_tests
each_heavy multiprocessing
done_testing
