#!/bin/bash
# SPDX-License-Identifier: MIT
# promises.t - what the documentation names as the proof of a promise is there:
# tests, what they call their parts, classes of attacks, single attacks.  And
# no class of attacks is left out of it.
source "$(dirname "$0")/../lib/tap.sh"
text=$(cat "$root/SECURITY.md" "$root/docs/threat-model.md")
attacks=$("$SBX_BUILD/tests/attacks/judge" -l) || bail 'no list of attacks'

# all REGEX - what the documentation has of it, each once
all() {
	grep -oE "$1" <<<"$text" | sort -u
}

# listed NAME - is there such an attack?
listed() {
	cut -f 1 <<<"$attacks" | grep -qxF "$1"
}

# file_of TEST - where it is; those of e2e are named without a folder
file_of() {
	local name=${1#tests/}

	[[ $name == */* ]] || name=e2e/$name
	echo "$root/tests/$name"
}

# `users.t`: ways, deputies
named_parts() {
	local test parts part

	while IFS=: read -r test parts; do
		for part in ${parts//,/ }; do
			ok "$test has a part '$part'" \
				grep -qwF -e "$part" "$(file_of "$test")"
		done
	done < <(all '`[a-z0-9/-]+\.t`: [a-z0-9-]+(, [a-z0-9-]+)*' | tr -d '`')
}

for name in $(all '`[a-z0-9/-]+\.t`' | tr -d '`'); do
	ok "there is a test $name" test -x "$(file_of "$name")"
done
named_parts
classes=$(all 'attacks:? [a-z_-]+(, [a-z_-]+)*' |
	sed 's/^attacks:* //; s/, /\n/g' | sort -u)
is "$classes" "$(cut -f 2 <<<"$attacks" | sort -u)" \
	'the classes of attacks named are those that there are'
for name in $(all 'attacks?:? `[a-z0-9_-]+`' | sed 's/.* //' | tr -d '`'); do
	ok "there is an attack $name" listed "$name"
done

# Or this test would be none.
ok 'no attack of another name' eval '! listed no-such-attack'
((tap_count >= 50)) || bail "only $tap_count names found"
done_testing
