# SPDX-License-Identifier: MIT
# rules.mk - fuzzing; included by tests.mk.
#
# Harnesses are built by clang with libFuzzer, and only where that is there:
# fuzz.t says so if it is not.  What they find goes to $(BUILD)/fuzz/findings.

.PHONY: fuzz check-fuzz fuzz-programs fuzz-minimize

FUZZ	:= $(BUILD)/tests/fuzz
FUZZ_CC	?= $(firstword $(shell command -v clang-14 clang))
FUZZ_RT	:= $(if $(FUZZ_CC),$(wildcard $(shell $(FUZZ_CC) -print-runtime-dir \
	   2>/dev/null)/libclang_rt.fuzzer*.a))
FUZZ_SAN := address,undefined
FUZZ_CFLAGS = $(BASE) $(WARN) -I. -O1 -g -fno-omit-frame-pointer \
	      -fno-sanitize-recover=all
FUZZ_SRC := $(POLICY) launcher/elf.c $(wildcard launcher/option*.c) \
	    launcher/print_policy.c tests/fuzz/shown.c tests/fuzz/shown_json.c
FUZZ_OBJ := $(FUZZ_SRC:%.c=$(FUZZ)/obj/%.o)
FUZZ_BINS := $(if $(FUZZ_RT),$(call bins,.c,tests/fuzz))
FUZZ_BINS := $(filter $(FUZZ)/fuzz_%,$(FUZZ_BINS))

$(FUZZ)/obj/%.o: %.c tests/fuzz/rules.mk
	$(say) FUZZCC $@
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,$(FUZZ_SAN) \
		-c -o $@ $<
$(FUZZ)/code.a: $(FUZZ_OBJ)
	$(say) AR $@
	$(Q)rm -f $@; ar rcs $@ $^
$(FUZZ)/fuzz_%: $(FUZZ)/obj/tests/fuzz/fuzz_%.o $(FUZZ)/code.a
	$(say) LINK $@
	$(Q)$(FUZZ_CC) -pthread -fsanitize=fuzzer,$(FUZZ_SAN) -o $@ $^ -lcap-ng

# The hostile client is no fuzzer's harness: it runs inside sbx-run.
$(FUZZ)/obj/%.o: tests/fuzz/%.c tests/fuzz/rules.mk
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE) $(WARN) -I. -O1 -g -c -o $@ $<
$(FUZZ)/hostile: $(FUZZ)/obj/hostile.o $(patsubst %,$(FUZZ)/obj/hostile%.o,_calls _memory _wild)
	$(say) LINK $@
	$(Q)$(CC) -pthread -o $@ $^

fuzz-programs: $(FUZZ_BINS) $(FUZZ)/hostile

-include $(shell find $(FUZZ)/obj -name '*.d' 2>/dev/null)
