#!/bin/bash
# SPDX-License-Identifier: MIT
# root.t - every attack, by root, with the shim and without.
source "$(dirname "$0")/suite.sh"
suite root
