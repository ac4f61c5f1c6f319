#!/bin/bash
# SPDX-License-Identifier: MIT
# root-shim.t - every attack, by root, with the shim.
source "$(dirname "$0")/suite.sh"
suite root shim
