# llmsonify: GNU make. `make help` lists the targets.
CC      ?= cc
AR      ?= ar
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
VARIANT ?= release
BUILD   ?= build/$(VARIANT)
# Rooms to build (all by default): make ROOMS="base tensor" lib
ROOMS   ?= $(patsubst src/%/,%,$(wildcard src/*/))
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror
STD  := -std=c11 -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -ffp-contract=off
PKGS := sndfile libebur128 libzip samplerate
INC  := -Iinclude -Isrc
LIBS := -lfluidsynth -lsndfile -lebur128 -lzip -lsamplerate -lkissfft-float -lcjson -llapacke \
        -lopenblas -lpthread -lm

ALL_CFLAGS = $(STD) $(WARN) $(INC) $(CFLAGS) $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
ALL_LDFLAGS = $(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN))

SRC := $(sort $(foreach r,$(ROOMS),$(wildcard src/$(r)/*.c)))
OBJ := $(SRC:%.c=$(BUILD)/%.o)
LIB := $(BUILD)/libllmsonify.a
BIN := $(BUILD)/llmsonify
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)

.PHONY: all lib clean
all: $(BIN)
lib: $(LIB)

$(LIB): $(OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $(OBJ)

$(BIN): $(BUILD)/src/main.o $(LIB)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/tests/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -MF $@.d -o $@ $< $(LIB) $(LIBS) -lcmocka

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

clean:
	rm -rf build

-include $(OBJ:.o=.d) $(BUILD)/src/main.d
