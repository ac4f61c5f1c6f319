#!/bin/bash
# SPDX-License-Identifier: MIT
# root-backstop.t - every attack, by root, without the shim.
source "$(dirname "$0")/suite.sh"
suite root backstop
