#!/bin/bash
# SPDX-License-Identifier: MIT
# html.t - the page of sbx-log: looked at in Chromium, with hostile names in it
LIMIT=120
source "$(dirname "$0")/../lib/tap.sh"
need jq chromium
sbx_log=$SBX_BUILD/sbx-log
slash='</script><img src=x onerror=window.pwned=1>'
odds=("$slash" $'\e[31m<!--' $'bad\xff\xc3]]>' $'rev\xe2\x80\xae' '&lt;b&gt;'
	"'\"><svg onload=window.pwned=1>" '\u003cb\u003e' '${window.pwned=1}')

private_dir s
private_dir "s/<"
chmod 777 "$T/s" "$T/s/<"
for odd in ok docker.sock "${odds[@]}"; do
	start_server odd "$lib/srv" "$T/s/$odd"
	wait_for 10 test -S "$T/s/$odd" || bail "no server $odd"
done

# A process that is called as no program is, with children.
cat >"$T/hostile.py" <<'EOF2'
import os, socket, subprocess, sys
open("/proc/self/comm", "w").write("</script><b>")
for name in sys.argv[2:]:
    try:
        socket.socket(socket.AF_UNIX).connect(name)
    except OSError:
        pass
if sys.argv[1] != "0":
    subprocess.run([sys.executable, __file__, str(int(sys.argv[1]) - 1),
                    *sys.argv[2:4]])
EOF2
names=("$T/s/docker.sock")
for odd in "${odds[@]}"; do
	names+=("$T/s/$odd")
done
log="$T/<log>"
for _ in 1 2; do
	sbx -q --log "$log" --log-allowed --allow-unix-connect "$T/s/ok" -- \
		"$python" "$T/hostile.py" 3 "${names[@]}"
	sbx -q --log "$log" --log-allowed --allow-unix-connect "$T/s/ok" -- \
		"$lib/cli" "$T/s/ok"
done
{
	echo '{"ts":"2026-11-28T15:14:01.000000Z","run":"</script><b>","lost":5}'
	printf '</script><script>window.pwned=1</script>\n'
	printf '\e]0;title\a\xff\n'
} >>"$log"
events=$(jq -R 'fromjson? | select(.count)' "$log" | jq -s length)
calls=$(jq -R 'fromjson? | .count // empty' "$log" | jq -s add)

run "$sbx_log" html "$log"
is "$rc,$err" "0," "a page is made"
cp "$T/.out" "$T/page.html"
is "$(grep -c 'Content-Security-Policy.*default-src .none.;' "$T/page.html")" 1 \
	"its policy allows nothing by default"
unlike "$(grep -i 'content-security' "$T/page.html")" "unsafe" \
	"... nor what is unsafe"
is "$(grep -oi '<script\|</script' "$T/page.html" | wc -l)" 4 \
	"nothing of the log begins or ends a script"
# Only the name of a kind of picture looks like an address.
is "$(grep -oE '(https?:)?//[a-z0-9.]+' "$T/page.html" | sort -u)" \
	"http://www.w3.org" "it names no other place"
unlike "$(<"$T/page.html")" 'src=[^x]|url\(|@import|fetch\(|XMLHttp|innerHTML' \
	"... and asks for none"
ok "it has no control character" "$python" -c 'import sys
text = open(sys.argv[1], encoding="utf-8").read()
assert not [c for c in text if ord(c) < 32 and c not in "\n\t"]
assert not [c for c in text if 0x7f <= ord(c) < 0xa0 or
            0x202a <= ord(c) <= 0x202e]' "$T/page.html"

timeout "$LIMIT" chromium --headless --no-sandbox --disable-gpu \
	--user-data-dir="$T/profile" --virtual-time-budget=5000 --dump-dom \
	"file://$T/page.html" >"$T/dom" 2>/dev/null
like "$(<"$T/dom")" "role=\"status\">$calls calls in $events events" \
	"Chromium shows it"

timeout "$LIMIT" "$python" "$root/tests/lib/browse.py" "$T/page.html" \
	"$T/page.png" >"$T/facts" 2>"$T/.err"
is "$?" 0 "it can be used" || diag "$(<"$T/.err")"

fact() { # NAME - what browse.py says about it
	sed -n "s/^$1: //p" "$T/facts"
}

is "$(fact status)" "$calls calls in $events events of $events" \
	"all of it is counted"
like "$(fact cards)" \
	"$((calls - 2)) refused; 2 allowed; 5 lost; 2 lines that cannot be read" \
	"... and summed up"
is "$(fact rows)" "$events" "each event has a row"
is "$(fact foreign),$(fact scripts)" "0,2" "there is no element but its own"
is "$(fact pwned)" "undefinedsbx: what was refused, and to whom" \
	"nothing of the log ran"
is "$(fact requests),$(fact errors)" "1,[]" "nothing was fetched, nothing failed"
ok "names are told to the byte" "$python" -c 'import json, sys
names = json.loads(sys.argv[1])
for odd in sys.argv[3:]:
    want = "connect unix:" + sys.argv[2] + "/" + odd
    assert want in names, (want, names)' "$(fact names)" "$T/s" "$slash" \
	'\x1b[31m<!--' 'bad\xff\xc3]]>' 'rev\xe2\x80\xae' '&lt;b&gt;' \
	"'\"><svg onload=window.pwned=1>" '\x5cu003cb\x5cu003e' \
	'${window.pwned=1}'
# Two runs: a process, its three descendants, and whose child it is.
is "$(fact tree | tr ',' '\n' | grep -c pid)" 14 "processes are a tree"
like "$(fact inside)" "refused connect unix:$T/s/.*root-equivalent" \
	"... with what each was refused"
like "$(fact missing)" 'lost 5 events.*2 lines could not be read' \
	"what is missing is told"
like "$(fact find)" '^8 calls in 8 events' "words find"
is "$(fact marked)" docker "... and are marked"
is "$(fact reset)" "$(fact status)" "a button forgets filters"
like "$(fact 'without refused')" '^2 calls' "verdicts can be chosen"
like "$(fact process)" 'of process [0-9]+$' "a process can be chosen"
is "$(fact slider),$(fact end),$(fact focus)" "slider,119,slider" \
	"keys move in time"
like "$(fact spoken)" ' to .*: .*(nothing|refused|allowed)' "... and are told where"
like "$(fact chosen)" ', from .* to ' "... and choose"
is "$(fact forgotten)" "$(fact status)" "... and forget"
is "$(fact closed)" True "keys open and close"
is "$(fact light)" True "text stands out in light"
is "$(fact dark)" "rgb(18, 21, 27)" "... and in dark"
is "$(fact narrow)" True "it fits a narrow screen"
ok "a picture of it was made" test -s "$T/page.png"
[[ -z ${SBX_PICTURE-} ]] || cp "$T/page.png" "$SBX_PICTURE"
done_testing
