#!/bin/bash
# SPDX-License-Identifier: MIT
# user.t - every attack, by an unprivileged user, with the shim and without.
source "$(dirname "$0")/suite.sh"
suite user
