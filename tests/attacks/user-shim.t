#!/bin/bash
# SPDX-License-Identifier: MIT
# user-shim.t - every attack, by an unprivileged user, with the shim.
source "$(dirname "$0")/suite.sh"
suite user shim
