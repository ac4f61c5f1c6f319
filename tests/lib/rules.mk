# SPDX-License-Identifier: MIT
# rules.mk - what single helpers need besides libc.
$(BUILD)/tests/lib/without: HELPER_LIBS := -lseccomp

# It is asked of both libcs.
test-programs: $(BUILD)/tests/lib/by_name.musl
$(BUILD)/tests/lib/by_name.musl: tests/lib/by_name.c
	$(Q)mkdir -p $(@D) && musl-gcc -std=gnu11 -D_GNU_SOURCE -o $@ $<

# The same program, with and without what a walk of its stack can follow.
WHERE	:= $(addprefix $(BUILD)/tests/lib/where.,pointers tables fixed lld musl \
	   static)
WHERE_CC := $(CC) -O2 -g -pthread
test-programs: $(WHERE)
$(BUILD)/tests/lib/where.pointers: WHERE_CC += -fno-omit-frame-pointer \
	-fno-asynchronous-unwind-tables
$(BUILD)/tests/lib/where.tables: WHERE_CC += -fomit-frame-pointer
$(BUILD)/tests/lib/where.fixed: WHERE_CC += -no-pie -fno-pie
$(BUILD)/tests/lib/where.lld: WHERE_CC := clang -O2 -g -pthread -fuse-ld=lld
$(BUILD)/tests/lib/where.musl: WHERE_CC := musl-gcc -O2 -g \
	-Wl,--eh-frame-hdr -fasynchronous-unwind-tables
$(BUILD)/tests/lib/where.static: WHERE_CC += -static -DWITHOUT_LOADER
$(WHERE): $(BUILD)/tests/lib/where.%: tests/lib/where.c tests/lib/rules.mk
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(WHERE_CC) -std=gnu11 -D_GNU_SOURCE -o $@ $<
