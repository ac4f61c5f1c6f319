# SPDX-License-Identifier: MIT
# tests.mk - what proves that sbx is right; included by the Makefile.

.PHONY: check check-slow check-unit check-e2e check-asan check-asan-slow \
	check-tsan check-valgrind check-sanitized check-cpython check-kernels \
	attack endurance lint test-programs

UNIT	:= $(call bins,.c,tests/unit)
SHIMT	:= $(call bins,.c,tests/shim)
HELPERS	:= $(call bins,.c,tests/lib)
RUNTIMES := $(call bins,.go,tests/lib) $(call bins,.rs,tests/lib) \
	   $(patsubst %.java,$(BUILD)/%.class,$(wildcard tests/lib/*.java)) \
	   $(addprefix $(BUILD)/tests/lib/cli.,static musl)

export SBX_BUILD := $(abspath $(BUILD))
export CMOCKA_MESSAGE_OUTPUT := TAP
# Most tests wait more than they work, so several run at a time; those that
# race or measure want the processors to themselves.
PROVE	:= prove --timer -e tests/lib/bounded $(if $(filter 1,$(V)),-v)
MANY	:= -j$(shell echo $$((2 * $$(nproc))))
FEW	:= -j$(shell nproc)
E2E	:= $(wildcard tests/e2e/*.t)
# For make check-slow: browsers, loads, full disks; and what is measured.
SLOW	:= $(patsubst %,tests/e2e/%.t,failures failures-web hostile-names html \
	   inet-load inet-servers log-losses log-targets sbx-log schema stacks)
ALONE	:= tests/e2e/log-cost.t
ATTACKS	:= $(wildcard tests/attacks/*.t)
TESTLIBS := -lcmocka -ljson-c -lcap-ng -ldl
TEST_CFLAGS = $(RUN_CFLAGS) -I. -Wno-missing-prototypes

$(BUILD)/libsbx.a: $(call objs,obj,$(POLICY) \
		   $(filter-out %/main.c,$(LAUNCH) $(READER)))
	$(say) AR $@
	$(Q)rm -f $@; ar rcs $@ $^

$(UNIT) $(SHIMT): $(BUILD)/tests/%: tests/%.c $(BUILD)/libsbx.a Makefile
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) -pie $(RUN_LDFLAGS) -o $@ $< $(BUILD)/libsbx.a \
		$(TESTLIBS)
$(SHIMT): | $(BUILD)/libsbxshim.so

# Helpers are programs of their own, never sanitized: they get preloaded.
$(HELPERS): $(BUILD)/tests/%: tests/%.c Makefile
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE) $(WARN) -O1 -g -o $@ $< $(HELPER_LIBS)
$(BUILD)/tests/lib/cli.static: tests/lib/cli.c
	$(Q)mkdir -p $(@D) && $(CC) $(BASE) -static -o $@ $<
$(BUILD)/tests/lib/cli.musl: tests/lib/cli.c
	$(Q)mkdir -p $(@D) && musl-gcc -std=gnu11 -D_GNU_SOURCE -o $@ $<
$(BUILD)/tests/lib/%: tests/lib/%.go
	$(Q)mkdir -p $(@D) && CGO_ENABLED=0 go build -o $@ $<
$(BUILD)/tests/lib/%: tests/lib/%.rs
	$(Q)mkdir -p $(@D) && MAKEFLAGS= rustc -o $@ $<
$(BUILD)/tests/lib/%.class: tests/lib/%.java
	$(Q)mkdir -p $(@D) && javac -d $(@D) $<
-include $(wildcard tests/*/rules.mk)

test-programs: all $(UNIT) $(SHIMT) $(HELPERS) $(RUNTIMES)

# Races have 4000 tries by `make attack`, fewer here.
check: export SBX_RACE_TRIES := $(or $(SBX_RACE_TRIES),400)
check:
	$(Q)scripts/install-deps build test
	$(Q)$(MAKE) WERROR=1 lint
	$(Q)$(MAKE) check-asan
	$(Q)$(MAKE) WERROR=1 test-programs
	$(Q)$(PROVE) $(MANY) $(UNIT) $(SHIMT) \
		$(filter-out $(SLOW) $(ALONE),$(E2E)) $(FUZZ_TESTS)
	$(Q)$(PROVE) $(FEW) $(ATTACKS)
check-slow: test-programs
	$(Q)$(MAKE) check-tsan
	$(Q)$(MAKE) check-asan-slow
	$(Q)$(PROVE) $(ALONE)
	$(Q)$(PROVE) $(MANY) $(SLOW)
check-unit: all $(UNIT) $(SHIMT)
	$(Q)$(PROVE) $(MANY) $(UNIT) $(SHIMT)
check-e2e: test-programs
	$(Q)$(PROVE) $(MANY) $(E2E)
# PREFIX='COMMAND...' attacks another sandbox, or this one with other options.
attack: all $(ATTACK_BINS)
	$(Q)scripts/attack $(if $(findstring command,$(origin PREFIX)),\
		-p '$(PREFIX)')
# ENDURANCE=0.1 is a tenth of it; make check does a hundredth.
endurance: all $(HELPERS)
	$(Q)echo 'a million calls, 10000 processes, 1000 sandboxes, and' \
		'processes killed at random: 10 to 20 minutes'
	$(Q)ENDURANCE=$(or $(ENDURANCE),1) prove -v tests/e2e/endurance.t
check-asan:
	$(Q)$(MAKE) BUILD=build-asan SAN=address,undefined check-sanitized
check-sanitized: all $(UNIT) $(SHIMT) $(HELPERS)
	$(Q)SBX_SANITIZED=1 $(PROVE) $(MANY) $(UNIT) $(SHIMT) tests/fuzz/hostile.t \
		$(patsubst %,tests/e2e/%.t,bind degraded report spelling)
check-asan-slow:
	$(Q)$(MAKE) BUILD=build-asan SAN=address,undefined all \
		$(HELPERS:$(BUILD)/%=build-asan/%)
	$(Q)SBX_BUILD=$(CURDIR)/build-asan SBX_SANITIZED=1 $(PROVE) $(MANY) \
		$(patsubst %,tests/e2e/%.t,datagram errno sbx-log)
check-tsan:
	$(Q)$(MAKE) BUILD=build-tsan SAN=thread all $(addprefix \
		build-tsan/tests/lib/,srv stress)
	$(Q)SBX_BUILD=$(CURDIR)/build-tsan SBX_STRESS_SECONDS=3 \
		SBX_SANITIZED=1 $(PROVE) tests/e2e/stress.t

# Pure code, byte by byte; too slow for make check.
check-valgrind: all $(UNIT)
	$(Q)prove -j2 -e 'valgrind -q --error-exitcode=1 --leak-check=full' \
		$(patsubst %,$(BUILD)/tests/unit/test_%,addr policy path wire \
		event options options_sockets options_values)

# CPython's own network tests, inside and outside; about 15 minutes.
check-cpython: all
	$(Q)scripts/install-deps build cpython
	$(Q)prove -v tests/cpython/cpython.t

# All of it takes hours: KERNELS=, YAMA=, USERS= and TESTS= select a part.
export KERNELS YAMA USERS TESTS RACE_TRIES
check-kernels: test-programs
	$(Q)scripts/install-deps kernels
	$(Q)scripts/check-kernels

# ---- lint: every tool clean, each file once until it changes --------------
CHECKED	:= $(POLICY) $(wildcard shim/*.c) $(LAUNCH) $(READER)
ALL_C	:= $(wildcard policy/*.[ch] shim/*.[ch] launcher/*.[ch] \
	   launcher/*/*.[ch] sbx-log/*.[ch] tests/*/*.[ch])
HEADERS	:= $(filter %.h,$(ALL_C))
LINTFLAGS = $(filter-out -MMD -MP,$(BASE)) $(WARN) -O2

lint: $(patsubst %,$(BUILD)/lint/%.ok,$(CHECKED)) $(BUILD)/lint/format.ok
$(BUILD)/lint/format.ok: $(ALL_C) .clang-format
	$(say) FORMAT 'all sources'
	@mkdir -p $(@D)
	$(Q)clang-format --dry-run -Werror $(ALL_C) && touch $@
$(BUILD)/lint/%.ok: % $(HEADERS) .clang-tidy | $(FILTERS) $(PAGE)
	$(say) LINT $<
	@mkdir -p $(@D)
	$(Q)clang-tidy --quiet --warnings-as-errors='*' $< -- $(LINTFLAGS) \
		2>&1 | sed '/warnings\? generated/d'; exit $${PIPESTATUS[0]}
	$(Q)cppcheck -q --std=c11 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability \
		--suppress=missingIncludeSystem -D_GNU_SOURCE -D__linux__ $<
	$(Q)$(CC) $(LINTFLAGS) -Werror -fanalyzer -c -o /dev/null $<
	@touch $@
