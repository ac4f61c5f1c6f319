# SPDX-License-Identifier: MIT
# rules.mk - the attack suite; included by tests.mk.
#
# attack and judge are made of all files here but the programs of their own;
# the plain-* clients are one file, built so that shims cannot reach it all.
# A variant that this machine cannot build is left out, its attacks skip.

ATT	:= $(BUILD)/tests/attacks
JUDGE	:= judge command servers targets planted peers evidence stage knock \
	   wire covet
ATTACK_OBJS := $(patsubst tests/attacks/%.c,$(ATT)/obj/%.o,\
	   $(filter-out $(patsubst %,tests/attacks/%.c,attack $(JUDGE) \
	   plain naive),$(wildcard tests/attacks/*.c)))
ATTACK_BINS := $(addprefix $(ATT)/,attack judge naive attack-static \
	   plain-static plain-musl plain-musl-static plain-i386)
# Attacks look away when the sandbox refuses: results are ignored on purpose.
ATTACK_CFLAGS := $(BASE) $(WARN) -O2 -g -U_FORTIFY_SOURCE

test-programs: $(ATTACK_BINS)

$(ATT)/obj/%.o: tests/attacks/%.c tests/attacks/rules.mk
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(ATTACK_CFLAGS) -c -o $@ $<
$(ATT)/obj/static/%.o: tests/attacks/%.c tests/attacks/rules.mk
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(ATTACK_CFLAGS) -DATTACK_STATIC -c -o $@ $<

# One attack writes policies as sbx does.
$(ATT)/attack $(ATT)/attack-static $(ATT)/judge: $(call objs,obj,$(POLICY))
$(ATT)/attack: $(ATT)/obj/attack.o $(ATTACK_OBJS)
$(ATT)/judge: $(patsubst %,$(ATT)/obj/%.o,$(JUDGE)) \
	$(ATTACK_OBJS)
$(ATT)/naive: $(ATT)/obj/naive.o
$(ATT)/attack $(ATT)/judge $(ATT)/naive:
	$(say) LINK $@
	$(Q)$(CC) -pthread -o $@ $^ -ldl
$(ATT)/attack-static: $(patsubst $(ATT)/obj/%,$(ATT)/obj/static/%,\
	$(ATT)/obj/attack.o $(ATTACK_OBJS))
	$(say) LINK $@
	$(Q)$(CC) -pthread -static -o $@ $^

plain = $(Q)mkdir -p $(@D); $(1) -std=gnu11 -D_GNU_SOURCE -O1 -o $@ $< \
	2>$@.log || echo '  $(notdir $@) cannot be built here: see $@.log'
$(ATT)/plain-static: tests/attacks/plain.c
	$(call plain,$(CC) -static)
$(ATT)/plain-musl: tests/attacks/plain.c
	$(call plain,musl-gcc)
$(ATT)/plain-musl-static: tests/attacks/plain.c
	$(call plain,musl-gcc -static)
$(ATT)/plain-i386: tests/attacks/plain.c
	$(call plain,$(CC) -m32 -static)

-include $(wildcard $(ATT)/obj/*.d $(ATT)/obj/static/*.d)
