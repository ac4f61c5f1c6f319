# SPDX-License-Identifier: MIT
# rules.mk - what single helpers need besides libc.
$(BUILD)/tests/lib/without: HELPER_LIBS := -lseccomp
