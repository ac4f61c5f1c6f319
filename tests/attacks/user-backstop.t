#!/bin/bash
# SPDX-License-Identifier: MIT
# user-backstop.t - every attack, by an unprivileged user, without the shim.
source "$(dirname "$0")/suite.sh"
suite user backstop
