#!/bin/bash
# SPDX-License-Identifier: MIT
# dbus.t - a real bus: calls, and descriptors passed both ways.
source "$(dirname "$0")/../lib/tap.sh"
need dbus-daemon dbus-send
"$python" -c 'import dbus, gi' 2>/dev/null || {
	skip_or_fail "no python3-dbus or no python3-gi"
	done_testing
}

private_dir run
s=$T/run/bus
unset DBUS_SESSION_BUS_ADDRESS
cat >"$T/bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=$s</listen>
  <listen>unix:abstract=$s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
END
start_server bus dbus-daemon --nofork --nosyslog --config-file="$T/bus.conf"
wait_for_socket "$s"
start_server service "$python" "$root/tests/lib/dbus_service.py" "unix:path=$s"
wait_for 10 grep -q ready "$T/service.log"

list=(dbus-send "--bus=unix:path=$s" --print-reply=literal
	--dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames)
client=("$python" "$root/tests/lib/dbus_client.py")
want=$'into your descriptor\nfrom my descriptor'
run "${client[@]}" "unix:path=$s"
is "$out" "$want" "without sbx: descriptors pass both ways"
run "${client[@]}" "unix:abstract=$s"
is "$out" "$want" "without sbx: by the abstract name too"

# Unique names are numbered by the bus, one for each client that said Hello:
# the next one after a refusal shows that nobody was there in between.
unique() {
	dbus-send "--bus=unix:path=$s" --print-reply --dest=org.freedesktop.DBus \
		/ org.freedesktop.DBus.GetId 2>&1 |
		sed -n 's/.*destination=:1\.\([0-9]*\).*/\1/p'
}

# Does the bus know this process by its own number, and by its user's?
whoami='
import os, sys
import dbus.bus
bus = dbus.bus.BusConnection(sys.argv[1])
def ask(what):
	return int(bus.call_blocking("org.freedesktop.DBus", "/",
		"org.freedesktop.DBus", "GetConnectionUnix" + what, "s",
		(bus.get_unique_name(),)))
print(ask("ProcessID") == os.getpid(), ask("User") == os.getuid())'
seen_pid=False seen_as="the supervisor, and the client's user"
if "$sbx_run" --check | grep -q 'tier: landlock'; then
	seen_pid=True seen_as="the client and its user"
fi

each() {
	local first

	sbx --allow-unix-socket "$s" -- "${list[@]}"
	like "$out" 'org.sbx.Test' "granted, $mode: names are listed"
	sbx --allow-unix-socket "$s" -- "${client[@]}" "unix:path=$s"
	is "$out,$err" "$want," "granted, $mode: descriptors pass both ways"
	sbx --allow-unix-socket "$s" -- "$python" -c "$whoami" "unix:path=$s"
	is "$out" "$seen_pid True" "granted, $mode: the bus sees $seen_as"
	sbx --allow-unix-dgram --allow-unix-socket "$s" -- "${client[@]}" \
		"unix:path=$s"
	is "$out,$err" "$want," "with datagrams, $mode: the same"
	sbx --allow-unix-socket "@$s" -- "${client[@]}" "unix:abstract=$s"
	is "$out,$err" "$want," "abstract name granted, $mode: the same"

	first=$(unique)
	sbx -- "${list[@]}"
	refused "not granted, $mode" \
		"connect unix:$s -- allow with --allow-unix-socket $s"
	sbx --allow-unix-socket "$s" -- "${client[@]}" "unix:abstract=$s"
	refused "only the path granted, $mode" "connect unix:@$s -- allow \
with --allow-unix-socket @$s" 'Connection refused'
	is "$(unique)" $((first + 1)) "refused, $mode: the bus saw nobody"

	# A bus of its own inside, as dbus-run-session makes one.
	mkdir -p "$T/in"
	chmod 1777 "$T/in"
	sbx --allow-unix-bind "$T/in" -- env "TMPDIR=$T/in" dbus-run-session \
		--config-file="$T/in.conf" -- dbus-send --session \
		--print-reply=literal --dest=org.freedesktop.DBus / \
		org.freedesktop.DBus.ListNames
	like "$out" 'org.freedesktop.DBus' "a bus and its client inside, $mode"
}
sed -e '/abstract/d' -e "s,path=$s,dir=$T/in," "$T/bus.conf" >"$T/in.conf"
each_mode each
done_testing
