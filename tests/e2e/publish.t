#!/bin/bash
# SPDX-License-Identifier: MIT
# publish.t - sockets that get their final name by link or rename: where they
# may be bound, and if they were bound inside.
source "$(dirname "$0")/../lib/tap.sh"
sockets=$root/tests/lib/sockets.py

# ---- the calls ------------------------------------------------------------
# scene DIRECTORY - what each run finds there
scene() {
	rm -rf "$1"
	mkdir -m 777 "$1"
	mkdir -m 777 "$1/sub"
	echo text >"$1/file"
	chmod 666 "$1/file"
}

# Every call that may work, and every error that is the kernel's.
plain=(
	'bind old' 'link old new' 'connect old' 'connect new' 'unlink old'
	'connect new' 'rename new old' 'connect old' 'connect new'
	'rename old sub/old' 'connect sub/old' 'link sub/old again'
	'connect again' 'link again file' 'rename again file' 'connect file'
	'replace_at ./file ./sub/x' 'link_at ./sub/x ./y' 'connect sub/x'
	'rename y sub/x' 'connect y' 'rename missing z' 'rename y nowhere/z'
	'rename y z/' 'rename y sub' 'rename y ./sub/../z' 'connect z'
	'bind second' 'rename second z' 'connect z' 'unlink z'
	'chmod sub/x 600' 'link sub/x sub/private' 'connect sub/private'
	'mode sub/private 600' 'rename sub/private /dev/shm/sbx-private'
)

each() {
	local d=$T/calls.$user${shim[0]-} outside denied

	scene "$d"
	run "$python" "$sockets" "chdir $d" "${plain[@]}"
	outside=$out
	like "$out" 'link old new: ok.*rename y sub: EISDIR' \
		"without sbx, $mode"
	scene "$d"
	sbx --private-sockets="$d" -- "$python" "$sockets" "chdir $d" \
		"${plain[@]}"
	if [[ $mode != *"no shim" ]]; then
		is "$(diff <(echo "$outside") <(echo "$out"))" "" \
			"beneath a private directory, $mode: the same"
		is "$err" "" "$mode: nothing was refused"
	else
		denied=$(grep -c "^link old new: EACCES\|^rename again file: E" \
			<<<"$out")
		is "$denied" 2 "without the shim nothing is published, $mode"
	fi
}
each_mode each

# ---- what is not theirs to move -------------------------------------------
private_dir far
chmod 1777 "$T"
for name in own near far/server; do
	start_server "${name//\//-}" "$lib/srv" "$T/$name"
	wait_for_socket "$T/$name"
done
for user in "${users[@]}"; do
	mode="as $user"
	d=$T/limits.$user
	scene "$d"
	mkdir -m 777 "$d/bound" "$d/elsewhere" "$d/denied"
	as_user nobody ln "$T/near" "$d/bound/outsider"
	as_user nobody ln -s "$T/near" "$d/bound/link"
	sbx --private-sockets="$d/bound" --deny-unix-socket "$d/bound/no" \
		--allow-unix-bind "$d/exact" -- "$python" "$sockets" \
		"chdir $d/bound" 'bind mine' "link mine $d/elsewhere/mine" \
		"rename mine $d/elsewhere/mine" 'link mine no' "link mine ../no" \
		"link mine $d/exact" "connect $d/exact" "link mine ${d}/exact2" \
		'link outsider stolen' 'rename outsider stolen' \
		'connect outsider' 'link link stolen' 'connect link' \
		"rename $T/own $d/bound/own" "link $T/far/server server" \
		"bind $d/elsewhere/x" 'connect mine'
	is "$out" "chdir $d/bound: ok
bind mine: ok
link mine $d/elsewhere/mine: EACCES
rename mine $d/elsewhere/mine: EACCES
link mine no: EACCES
link mine ../no: EACCES
link mine $d/exact: ok
connect $d/exact: ok
link mine $d/exact2: EACCES
link outsider stolen: EACCES
rename outsider stolen: EACCES
connect outsider: EACCES
link link stolen: ok
connect link: EACCES
rename $T/own $d/bound/own: EACCES
link $T/far/server server: EACCES
bind $d/elsewhere/x: EACCES
connect mine: ok" "between granted names only, and only their own, $mode"
	like "$err" "bind unix:$d/elsewhere/mine .*-- allow with" \
		"$mode: the log names the option"
	like "$err" "bind unix:no -- allow without" \
		"$mode: an exception is one for publishing, too"
	like "$err" "bind unix:outsider: a socket from outside" \
		"$mode: ... and says whose it is"
	is "$(find "$d" -type s | sort | tr '\n' ' ')" \
		"$d/bound/mine $d/bound/outsider $d/exact " \
		"$mode: nothing else appeared, nothing is gone"
done
is "$(seen own)$(seen near)$(seen far-server)" 000 \
	"no server heard of any of it"
mode= user=${users[0]}

# Who is outside reaches what was published as any other socket.
each() {
	local d=$T/public.$user

	scene "$d"
	(
		wait_for 10 test -e "$d/ready"
		"$python" "$sockets" "connect $d/final" >"$d/visitor"
		touch "$d/visited"
	) &
	sbx --private-sockets="$d" -- "$python" "$sockets" "bind $d/tmp" \
		"link $d/tmp $d/final" "unlink $d/tmp" "touch $d/ready" \
		"wait $d/visited"
	wait $!
	is "$(cat "$d/visitor"),$rc" "connect $d/final: ok,0" \
		"an outsider reaches what was published, $mode"
}
for user in "${users[@]}"; do
	mode="as $user"
	each
done

# ---- ssh ------------------------------------------------------------------
# The master binds NAME.RANDOM and links it to NAME.  Its peer is an sshd that
# it starts itself, as the same user, who has an account that may log in.
sshd=$(PATH=$PATH:/usr/sbin:/sbin command -v sshd)

ssh_scene() {
	home=$T/ssh.$user
	mkdir -m 700 "$home"
	ssh-keygen -q -t ed25519 -N '' -f "$home/host"
	ssh-keygen -q -t ed25519 -N '' -f "$home/key"
	echo "tester:x:$1::$home:/bin/sh" >"$home/passwd"
	cat >"$home/sshd.conf" <<-EOF
		HostKey $home/host
		AuthorizedKeysFile $home/key.pub
		StrictModes no
		UsePAM no
		PidFile none
		PermitRootLogin yes
	EOF
	cat >"$home/ssh.conf" <<-EOF
		Host here
		ProxyCommand $sshd -i -e -f $home/sshd.conf
		IdentityFile $home/key
		IdentitiesOnly yes
		StrictHostKeyChecking no
		UserKnownHostsFile $home/known
		ControlPath $home/master
		LogLevel ERROR
	EOF
	cat >"$home/session" <<-EOF
		cd "$home"
		ssh -F ssh.conf -fNM here || exit
		ssh -F ssh.conf -O check here 2>&1 |
			sed 's/pid=[0-9]*/pid=N/' | tr -d '\r'
		ssh -F ssh.conf -o ProxyCommand=false here 'echo "through \$((6 * 7))"'
		ssh -F ssh.conf -O exit here 2>/dev/null
	EOF
	[[ $user == nobody ]] && chown -R 65534:65534 "$home"
	# Only root's own account is known to be open.
	[[ $user == root ]] && return
	export LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_GROUP=/etc/group
	export NSS_WRAPPER_PASSWD=$home/passwd
}

each_ssh() {
	local ids=$EUID:$(id -g)

	[[ $user == nobody ]] && ids=65534:65534
	ssh_scene "$ids"
	run sh "$home/session"
	is "$out,$rc" $'Master running (pid=N)\nthrough 42,0' \
		"ssh without sbx, $mode"
	sbx --private-sockets="$home" -- sh "$home/session"
	is "$out,$rc" $'Master running (pid=N)\nthrough 42,0' \
		"ssh ControlMaster, $mode"
	unlike "$err" "denied: ssh\[.*unix:" "ssh ControlMaster, $mode: all of it"
	is "$(find "$home" -name 'master*')" "" \
		"ssh ControlMaster, $mode: nothing is left"
	sbx -- sh "$home/session"
	like "$err" "denied: ssh\[[0-9]+\] bind unix:$home/master" \
		"ssh ControlMaster, not granted, $mode"
	unset LD_PRELOAD NSS_WRAPPER_GROUP NSS_WRAPPER_PASSWD
}
if [[ $sshd && -e $(echo /usr/lib/*/libnss_wrapper.so) ]]; then
	((EUID)) || mkdir -p /run/sshd
	for user in "${users[@]}"; do
		mode="as $user"
		each_ssh
	done
else
	skip_or_fail "no sshd or no libnss-wrapper"
fi

# ---- JVM attach -----------------------------------------------------------
# The JVM binds /tmp/.java_pidN.tmp and renames it to /tmp/.java_pidN.
cat >"$T/Wait.java" <<'EOF'
public class Wait {
	public static void main(String[] args) throws Exception {
		System.in.read();
	}
}
EOF
cat >"$T/attach" <<'EOF'
cd "$1"
mkfifo in
java -cp "$2" Wait <in &
exec 3>in
for i in 1 2 3 4 5 6 7 8 9 10; do
	jcmd $! VM.version && break
	sleep 0.5
done
jstack $! | grep -o '"main"'
ls -A /tmp | grep "^.java_pid$!"
exec 3>&-
wait $!
echo "ended $?"
EOF
each_jvm() {
	local d=$T/jvm.$user

	mkdir -m 777 "$d"
	sbx --private-sockets -- sh "$T/attach" "$d" "$T"
	like "$out" "JDK .*\"main\".*\\.java_pid[0-9]+.*ended 0" \
		"jcmd and jstack attach to a JVM, $mode"
	is "$err" "" "jcmd and jstack, $mode: nothing was refused"
}
LIMIT=90
if command -v javac >/dev/null && command -v jcmd >/dev/null; then
	ok "a Java program" javac -d "$T" "$T/Wait.java"
	for user in "${users[@]}"; do
		mode="as $user"
		each_jvm
	done
else
	skip_or_fail "no JDK"
fi
done_testing
