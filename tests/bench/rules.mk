# SPDX-License-Identifier: MIT
# rules.mk - the programs that `make bench` measures with; included by
# tests.mk.

.PHONY: bench-programs
BENCH	:= $(BUILD)/tests/bench
METER	:= $(patsubst %.c,$(BUILD)/%.o,tests/bench/meter.c \
	   $(wildcard tests/bench/*_ops.c))

# log-cost.t measures, too.
test-programs: bench-programs
bench-programs: all $(addprefix $(BENCH)/,meter server floor nop)

$(BENCH)/%.o: tests/bench/%.c Makefile
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE) $(WARN) -O2 -g -c -o $@ $<
$(BENCH)/meter: $(METER)
$(BENCH)/server $(BENCH)/floor: $(BENCH)/%: $(BENCH)/%.o
# Started thousands of times: nothing of it may be looked up or relocated.
$(BENCH)/nop: $(BENCH)/nop.o
	$(say) LINK $@
	$(Q)$(CC) -static -o $@ $^
$(addprefix $(BENCH)/,meter server floor):
	$(say) LINK $@
	$(Q)$(CC) -o $@ $^

-include $(wildcard $(BENCH)/*.d)
