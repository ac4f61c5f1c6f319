#!/bin/bash
# SPDX-License-Identifier: MIT
# alone.t - what the kernel alone has to refuse: the attacks that
# --backstop=landlock-only can be asked about, by an unprivileged user.
SBX_BACKSTOP=landlock-only
SBX_ATTACKS=${SBX_ATTACKS-naming links mounts binding abstract datagrams \
	descriptors namespaces tracing processes neighbours network stray}
source "$(dirname "$0")/suite.sh"

abi=$("$sbx_run" --check | sed -n 's/.*Landlock ABI //p')
((abi >= 9)) || {
	skip_kernel "needs Linux 7.1 (Landlock ABI 9), this is ABI $abi"
	done_testing
}
suite user
