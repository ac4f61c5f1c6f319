# SPDX-License-Identifier: MIT
# rules.mk - what single helpers need besides libc.
$(BUILD)/tests/lib/without: HELPER_LIBS := -lseccomp

# It is asked of both libcs.
test-programs: $(BUILD)/tests/lib/by_name.musl
$(BUILD)/tests/lib/by_name.musl: tests/lib/by_name.c
	$(Q)mkdir -p $(@D) && musl-gcc -std=gnu11 -D_GNU_SOURCE -o $@ $<
