# SPDX-License-Identifier: MIT
# Makefile - builds sbx-run, libsbxshim.so and sbx-log, tests, installs.  V=1 is
# loud.
#
# BUILD is where everything goes; SAN=address,undefined or SAN=thread builds
# with sanitizers (use another BUILD); WERROR=1 makes warnings fatal.

VERSION	:= 0.1.0
BUILD	?= build
PREFIX	?= /usr/local
CC	?= gcc
CFLAGS	?= -O2 -g
SAN	:=
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-print-directory
SHELL	:= /bin/bash

bindir	:= $(DESTDIR)$(PREFIX)/bin
libdir	:= $(DESTDIR)$(PREFIX)/lib/sbx
mandir	:= $(DESTDIR)$(PREFIX)/share/man/man1

# ---- flags ----------------------------------------------------------------
WARN	:= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	   -Wvla -Wformat=2 -Wswitch-enum -Wundef $(if $(WERROR),-Werror)
BASE	:= -std=gnu11 -D_GNU_SOURCE -DSBX_VERSION='"$(VERSION)"' -pthread \
	   -I$(BUILD)/gen -MMD -MP
HARDEN	:= -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
SANFLAGS := -fsanitize=$(SAN) -fno-sanitize-recover=all \
	    -fno-omit-frame-pointer
RUN_CFLAGS = $(BASE) $(WARN) -fPIE $(CFLAGS) $(if $(SAN),$(SANFLAGS),$(HARDEN))
RUN_LDFLAGS = -pthread -Wl,-z,relro,-z,now,-z,noexecstack \
	      $(if $(SAN),$(SANFLAGS)) $(LDFLAGS)
# sbx-run is static: it starts a third faster, and is deaf to LD_PRELOAD and
# LD_LIBRARY_PATH.  The linker would warn of a part of libcap-ng unused here.
LINKAGE	:= $(if $(SAN),-pie,-static-pie -Wl,--no-warnings)
# The shim lives in other people's processes, glibc and musl alike: no symbol
# but libc's plain ones, no sanitizer runtime, no dynamic TLS.
SHIM_CFLAGS = $(BASE) $(WARN) $(CFLAGS) -O2 -fPIC -fvisibility=hidden \
	      -fno-stack-protector -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=0 \
	      -ftls-model=initial-exec -fasynchronous-unwind-tables
SHIM_LDFLAGS = -shared -Wl,-z,now,-z,relro,-z,nodelete,-z,defs \
	       -Wl,-z,noexecstack -Wl,-soname,libsbxshim.so $(LDFLAGS)

# ---- what there is --------------------------------------------------------
# The tools that generate sources at build time are not part of sbx-run;
# reading what a person wrote is not the shim's business.
POLICY	:= $(wildcard policy/*.c)
LAUNCH	:= $(filter-out launcher/backstop/gen_%.c,$(wildcard launcher/*.c \
	   launcher/backstop/*.c launcher/stack/*.c launcher/supervisor/*.c))
# What sbx-log shares with sbx-run.
READER	:= $(wildcard sbx-log/*.c)
SHARED	:= $(patsubst %,launcher/%.c,diag option_text variables \
	   supervisor/lesson)
SHIM	:= $(wildcard shim/*.c) $(filter-out policy/canonical.c \
	   policy/inet_parse.c,$(POLICY))
objs	 = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))
bins	 = $(patsubst %$(1),$(BUILD)/%,$(wildcard $(2)/*$(1)))

SHIM_MAP := $(or $(wildcard shim/libsbxshim.map),$(BUILD)/gen/libsbxshim.map)
FILTERS	:= $(patsubst %,$(BUILD)/gen/filters.h,\
	   $(wildcard launcher/backstop/gen_filter.c))
PAGE	:= $(BUILD)/gen/page.h
MAN	:= $(patsubst docs/man/%.in,$(BUILD)/%,$(wildcard docs/man/*.in))

.PHONY: all demo bench install uninstall clean
.DELETE_ON_ERROR:
all: $(BUILD)/sbx-run $(BUILD)/sbx-log $(BUILD)/libsbxshim.so $(MAN)

ifeq ($(V),1)
Q	:=
say	:= @:
else
Q	:= @
say	:= @printf '  %-7s %s\n'
endif

# ---- products -------------------------------------------------------------
$(BUILD)/sbx-run: $(call objs,obj,$(LAUNCH) $(POLICY))
	$(say) LINK $@
	$(Q)$(CC) $(LINKAGE) $(RUN_LDFLAGS) -o $@ $^ -lcap-ng

$(BUILD)/sbx-log: $(call objs,obj,$(READER) $(SHARED) $(POLICY))
	$(say) LINK $@
	$(Q)$(CC) $(LINKAGE) $(RUN_LDFLAGS) -o $@ $^ -ljson-c

$(BUILD)/libsbxshim.so: $(call objs,pic,$(SHIM)) $(SHIM_MAP)
	$(say) LINK $@
	$(Q)$(CC) $(SHIM_LDFLAGS) -Wl,--version-script=$(SHIM_MAP) -o $@ \
		$(filter %.o,$^)

$(BUILD)/obj/%.o: %.c Makefile | $(FILTERS) $(PAGE)
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(RUN_CFLAGS) -c -o $@ $<

$(BUILD)/pic/%.o: %.c Makefile
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(SHIM_CFLAGS) -c -o $@ $<

$(BUILD)/gen/gen_%: launcher/backstop/gen_%.c policy/report.h \
		$(wildcard launcher/backstop/*.h) Makefile
	$(say) HOSTCC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE) $(WARN) -O1 -o $@ $< -lseccomp

$(BUILD)/gen/filters.h: $(BUILD)/gen/gen_filter
	$(say) GEN $@
	$(Q)$< >$@

# What sbx-log html puts into its page, and the hashes for the page's policy.
SCRIPTS	:= $(sort $(wildcard sbx-log/page/*.js))
$(PAGE): sbx-log/page/page.css $(SCRIPTS) Makefile
	$(say) GEN $@
	@mkdir -p $(@D)
	$(Q)embed() { \
		echo "static const unsigned char page_$$1[] = {"; \
		od -An -v -tx1 "$$3" | sed 's/ \(..\)/0x\1,/g'; \
		echo '};'; \
		echo "#define PAGE_$$2_HASH \"$$(printf "$$(sha256sum <"$$3" | \
			sed 's/ .*//; s/../\\x&/g')" | base64)\""; \
	}; { echo '"use strict"; (() => {'; cat $(SCRIPTS); echo '})();'; } \
		>$@.js; { embed style STYLE sbx-log/page/page.css; \
		embed script SCRIPT $@.js; } >$@

# hooks.def: one HOOK(name, ...) a line is one exported symbol.
$(BUILD)/gen/libsbxshim.map: shim/hooks.def
	$(say) GEN $@
	@mkdir -p $(@D)
	$(Q){ echo '{ global:'; sed -n 's/^HOOK(\([a-z_0-9]*\).*/\1;/p' $<; \
		echo 'local: *; };'; } >$@

$(BUILD)/%.1: docs/man/%.1.in $(BUILD)/%
	$(say) MAN $@
	$(Q)$(BUILD)/$* --man-options >$@.options
	$(Q)sed -e '/^@OPTIONS@$$/{r $@.options' -e 'd}' $< >$@

include tests/tests.mk

# ---- the rest -------------------------------------------------------------
demo:
	$(Q)scripts/install-deps build demo
	$(Q)$(MAKE) -s all
	$(Q)scripts/demo
bench:
	$(Q)scripts/install-deps build bench
	$(Q)$(MAKE) -s all bench-programs
	$(Q)scripts/bench

install: all
	$(Q)install -d $(bindir) $(libdir) $(mandir)
	$(Q)install -m 755 $(BUILD)/sbx-run $(BUILD)/sbx-log $(bindir)/
	$(Q)install -m 644 $(BUILD)/libsbxshim.so $(libdir)/
	$(Q)$(if $(MAN),install -m 644 $(MAN) $(mandir)/)
uninstall:
	$(Q)rm -f $(addprefix $(bindir)/,sbx-run sbx-log) $(addprefix $(mandir)/,$(notdir $(MAN)))
	$(Q)rm -rf $(libdir)
clean:
	$(Q)rm -rf $(BUILD) build-asan build-tsan

-include $(patsubst %.o,%.d,$(call objs,obj,$(LAUNCH) $(READER) \
	$(POLICY)) $(call objs,pic,$(SHIM))) $(addsuffix .d,$(UNIT) $(SHIMT) $(HELPERS))
