# SPDX-License-Identifier: MIT
# rules.mk - fuzzing; included by tests.mk.
#
# Harnesses are built by clang with libFuzzer, and only where that is there:
# fuzz.t says so if it is not.  Findings go to $(BUILD)/fuzz/findings.

.PHONY: fuzz check-fuzz fuzz-programs

FUZZ	:= $(BUILD)/tests/fuzz
FUZZ_SECONDS ?= 600
FUZZ_CC	?= $(firstword $(shell command -v clang-14 clang))
FUZZ_RT	:= $(if $(FUZZ_CC),$(wildcard $(shell $(FUZZ_CC) -print-runtime-dir \
	   2>/dev/null)/libclang_rt.fuzzer*.a))
FUZZ_BINS := $(if $(FUZZ_RT),$(filter $(FUZZ)/fuzz_%,\
	   $(call bins,.c,tests/fuzz)))
FUZZ_TESTS := $(wildcard tests/fuzz/*.t)
FUZZ_SAN := address,undefined
FUZZ_CFLAGS = $(BASE) $(WARN) -I. -O1 -g -fno-omit-frame-pointer \
	      -fno-sanitize-recover=all
# An archive: a harness takes what it needs of it.
FUZZ_SRC := $(POLICY) $(filter-out launcher/main.c launcher/diag.c,\
	    $(wildcard launcher/*.c launcher/stack/*.c)) \
	    launcher/supervisor/lesson.c \
	    $(filter-out %/main.c,$(READER)) tests/fuzz/shown.c \
	    tests/fuzz/shown_json.c
FUZZ_CODE := $(FUZZ_SRC:%.c=$(FUZZ)/obj/%.o)
HOSTILE	:= $(patsubst tests/fuzz/%.c,$(FUZZ)/hostile.obj/%.o,\
	   $(wildcard tests/fuzz/hostile*.c))

$(FUZZ)/obj/%.o: %.c Makefile tests/fuzz/rules.mk | $(PAGE)
	$(say) FUZZCC $@
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,$(FUZZ_SAN) \
		-c -o $@ $<
$(FUZZ)/code.a: $(FUZZ_CODE)
	$(say) AR $@
	$(Q)rm -f $@; ar rcs $@ $^
$(FUZZ)/fuzz_%: $(FUZZ)/obj/tests/fuzz/fuzz_%.o $(FUZZ)/code.a
	$(say) LINK $@
	$(Q)$(FUZZ_CC) -pthread -fsanitize=fuzzer,$(FUZZ_SAN) -o $@ $^ -lcap-ng \
		-ljson-c

# The hostile client is nobody's harness: it runs inside sbx-run.
$(FUZZ)/hostile.obj/%.o: tests/fuzz/%.c Makefile tests/fuzz/rules.mk
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE) $(WARN) -I. -O1 -g -c -o $@ $<
$(FUZZ)/hostile: $(HOSTILE)
	$(say) LINK $@
	$(Q)$(CC) -pthread -o $@ $^

fuzz-programs: $(FUZZ_BINS) $(FUZZ)/hostile
test-programs: fuzz-programs
check-sanitized: $(FUZZ)/hostile

# Half a minute of all of it; part of make check.
check-fuzz: all fuzz-programs $(HELPERS)
	$(Q)$(PROVE) $(FUZZ_TESTS)
# FUZZ_SECONDS for each harness, and for the hostile client in each of its
# four modes; what is learnt is kept.
fuzz: all fuzz-programs $(HELPERS)
	$(Q)$(MAKE) BUILD=build-asan SAN=address,undefined all \
		build-asan/tests/fuzz/hostile $(HELPERS:$(BUILD)/%=build-asan/%)
	$(Q)SBX_FUZZ_EACH=$(FUZZ_SECONDS) SBX_FUZZ_KEEP=1 \
		prove -v tests/fuzz/fuzz.t
	$(Q)SBX_FUZZ_HOSTILE=$(FUZZ_SECONDS) SBX_SANITIZED=1 \
		SBX_BUILD=$(CURDIR)/build-asan prove -v tests/fuzz/hostile.t

-include $(patsubst %.o,%.d,$(FUZZ_CODE) $(HOSTILE) \
	$(FUZZ_BINS:$(FUZZ)/%=$(FUZZ)/obj/tests/fuzz/%.o))
