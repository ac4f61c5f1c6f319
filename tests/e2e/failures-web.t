#!/bin/bash
# SPDX-License-Identifier: MIT
# failures-web.t - npm, vite and Chromium: what is printed, pasted back, makes
# their failures go away, and nothing else is granted.
LIMIT=60
source "$(dirname "$0")/../lib/tap.sh"
source "$(dirname "$0")/../lib/recover.sh"

# ---- npm ------------------------------------------------------------------
npm_install() {
	command=(npm install --prefix "$home/project" --cache "$home/cache"
		--registry "http://127.0.0.1:$((port + 6))/" --no-audit --no-fund
		--no-update-notifier --fetch-retries 0 tiny-thing)
	success='added 1 package'
	want="--allow-connect 127.0.0.1:$((port + 6))"
	prepare=fresh_project
	neighbours=("${near[@]}")
	recover npm
}

fresh_project() {
	rm -rf "$home/project" "$home/cache"
	as_user "$user" mkdir "$home/project"
}

start_registry() {
	start_server registry "$python" "$root/tests/lib/npm_registry.py" \
		$((port + 6))
	wait_for 10 curl -sS "http://127.0.0.1:$((port + 6))/tiny-thing"
}

# ---- vite -----------------------------------------------------------------
# The server, and a client that asks for what it has transformed.
dev_server() {
	as_user "$user" mkdir -p "$home/web"
	as_user "$user" cp -r "$T/vite/node_modules" "$home/web/"
	echo '{"type": "module"}' >"$home/web/package.json"
	echo 'import { a } from "./a.js"; console.log(a)' >"$home/web/main.js"
	echo 'export const a = "transformed"' >"$home/web/a.js"
	cat >"$home/web/run" <<-END
		cd '$home/web' || exit 1
		node_modules/.bin/vite --host 127.0.0.1 --strictPort \\
			--port $((port + 8)) >&2 &
		for i in \$(seq 100); do
			curl -sSf "http://127.0.0.1:$((port + 8))/main.js"
			loaded=\$?
			[ \$loaded -ne 0 ] && kill -0 \$! 2>/dev/null || break
			sleep 0.1
		done
		kill \$!; wait
		exit \$loaded
	END
	command=(sh "$home/web/run")
	success='/a.js'
	want="--allow-connect 127.0.0.1:$((port + 8))
--allow-listen '[::]:$((port + 8))'
--allow-listen 0.0.0.0:$((port + 8))
--allow-listen 127.0.0.1:$((port + 8))"
	neighbours=("${near[@]}" "bind 127.0.0.1:$((port + 10))")
	recover vite
}

# Takes a while: in the background, before anything else is changed here.
install_vite() {
	mkdir "$T/vite"
	timeout $((180 * SLOW)) npm install --prefix "$T/vite" --cache \
		"$T/vite/cache" --no-audit --no-fund --fetch-retries 0 vite \
		>"$T/vite/log" 2>&1 </dev/null &
	installer=$!
	tap_pids+=("$installer")
}

vite_installed() {
	wait "$installer" || {
		# Somebody else's registry is not of this machine.
		SBX_MUST_WORK='' skip_or_fail "npm cannot install vite: $(
			grep -v '^$' "$T/vite/log" | tail -n 1)"
		return 1
	}
	chmod -R a+rX "$T/vite"
}

# ---- chromium -------------------------------------------------------------
chromium_start() {
	export TMPDIR=$home
	rm -rf "$home/profile"
	command=(chromium --headless --no-sandbox --disable-gpu
		--user-data-dir="$home/profile" --dump-dom "file://$T/page.html")
	success='the page'
	want="--private-sockets=$home"
	prepare=fresh_profile
	neighbours=("${near[@]}")
	recover chromium
	unset TMPDIR
}

fresh_profile() {
	rm -rf "$home/profile"
}

command -v npm >/dev/null && install_vite
neighbourhood "${near[@]}"
has npm curl && start_registry && each_heavy npm_install
has npm node curl && vite_installed && each_heavy dev_server
echo '<p>the page</p>' >"$T/page.html"
has chromium && each_heavy chromium_start
done_testing
