# llmsonify: GNU make. `make help` lists the targets.
#
# Knobs: CC= CFLAGS= LDFLAGS=   V=1 shows commands   SAN=address,undefined builds with sanitizers
#        PREFIX= DESTDIR=       where `make install` puts things
#        BUILD=DIR              everything into DIR instead of build/
CC      ?= cc
AR      ?= ar
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
comma   := ,
VARIANT ?= $(if $(SAN),$(subst $(comma),-,$(SAN)),release)
BUILD   ?= build/$(VARIANT)
JOBS    ?= $(shell nproc 2>/dev/null || echo 1)
# Rooms to build (all by default): make ROOMS="base tensor" lib
ROOMS   ?= $(patsubst src/%/,%,$(wildcard src/*/))
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)

# Debian packages: to build and to hear, and to test. The one list.
DEPS_BUILD := gcc libc6-dev libsndfile1-dev libfluidsynth-dev libebur128-dev libkissfft-dev \
              libsamplerate0-dev libzip-dev libcjson-dev libopenblas-dev liblapacke-dev \
              libpcre2-dev libutf8proc-dev libcairo2-dev libmicrohttpd-dev \
              libcurl4-openssl-dev libncurses-dev portaudio19-dev fluid-soundfont-gm
DEPS_TEST  := libcmocka-dev perl curl tmux procps
# For the page's tests, which skip by name without them. Where node's own npm is, Debian's is not
# asked for: the two do not go together.
DEPS_WEB   := chromium $(if $(shell command -v npm),,nodejs npm)

# Sanitizers make gcc see null pointers that are not there: warnings are no errors then.
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wvla $(if $(SAN),-Wno-format-truncation,-Werror)
STD  := -std=c11 -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -ffp-contract=off
INC  := -Iinclude -Isrc
LIBS := -lfluidsynth -lsndfile -lebur128 -lzip -lsamplerate -lkissfft-float -lcjson -llapacke \
        -lopenblas -lpcre2-8 -lutf8proc -lcairo -lcurl -lncursesw -lportaudio -lmicrohttpd -lpthread -lm

ALL_CFLAGS = $(STD) $(WARN) $(INC) $(CFLAGS) $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
# Sound is made of loops over samples, which the compiler turns into vectors from -O3 on only, and
# those with a comparison only when nobody asks for errno or the flags of exceptions: no bit changes.
LOOPS = $(if $(SAN),,$(if $(filter src/audio/% src/synth/% src/learn/%,$<),-O3) \
        $(if $(filter src/audio/% src/synth/%,$<),-fno-math-errno -fno-trapping-math))
ALL_LDFLAGS = $(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN))

# The plain build's results lie in build/ itself, its objects in build/release/.
TOP := $(if $(filter build/release,$(BUILD)),build,$(BUILD))
SRC := $(sort $(foreach r,$(ROOMS),$(wildcard src/$(r)/*.c)))
# The page of `llmsonify serve` is embedded: a C file is made of it.
PAGE := $(sort $(wildcard src/serve/page/*))
OBJ := $(SRC:%.c=$(BUILD)/%.o) $(if $(filter serve,$(ROOMS)),$(BUILD)/page_assets.o)
LIB := $(TOP)/libllmsonify.a
BIN := $(TOP)/llmsonify
MAN := $(TOP)/llmsonify.1
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))
BENCH_BIN := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(sort $(wildcard tests/bench/*.c)))
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,\
            $(filter-out %/replay_main.c,$(sort $(wildcard tests/fuzz/*.c))))

ASAN := BUILD=build/asan SAN=address,undefined CFLAGS="-O1 -g"
SHELL_TESTS := $(sort $(wildcard tests/cli/*.t tests/golden/*.t tests/docs/*.t tests/fuzz/*.t \
                 tests/lint/*.t tests/web/*.t))
TEST_ENV = LLMSONIFY_ROOT="$(CURDIR)" LLMSONIFY="$(abspath $(BIN))" \
           LLMSONIFY_DATA="$(or $(LLMSONIFY_DATA),$(CURDIR)/../shared/data)" \
           CMOCKA_MESSAGE_OUTPUT=TAP UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
PROVE = env -u LLMSONIFY_MODEL -u LLMSONIFY_THREADS $(TEST_ENV) prove -j $(JOBS) --exec tests/run_test.pl

.PHONY: all lib demo test check unit fuzz lint golden soundfont bench bench-bin asan install uninstall clean \
        deps deps-test help FORCE

all: $(BIN) $(MAN)                ## build build/llmsonify and its manual page (the default)

demo: deps                        ## install what is missing, build, make an acid track, measure it
	$(Q)$(MAKE) --no-print-directory -j $(JOBS) all
	$(Q)mkdir -p $(TOP)/demo
	$(BIN) weights --genre acid -o $(TOP)/demo/acid
	$(BIN) measure $(TOP)/demo/acid.mid $(TOP)/demo/acid.wav
	@echo "MIDI:    $(TOP)/demo/acid.mid"
	@echo "sound:   $(TOP)/demo/acid.wav"
	@echo "sources: $(TOP)/demo/acid.json ($(BIN) explain $(TOP)/demo/acid.json --to 4)"

test: deps-test                   ## install what is missing, build, run every test
	$(Q)$(MAKE) --no-print-directory -j $(JOBS) all unit bench-bin
	$(Q)$(MAKE) --no-print-directory -j $(JOBS) $(ASAN) all unit fuzz
	$(PROVE) $(UNIT_BIN) $(UNIT_BIN:$(BUILD)/%=build/asan/%) $(SHELL_TESTS)

check: all unit                   ## build and run the tests without sanitizers or installing
	$(PROVE) $(UNIT_BIN) $(SHELL_TESTS)

lint:                             ## layers, names, lengths, banned functions, lone headers
	$(PROVE) $(wildcard tests/lint/*.t)

soundfont: bench-bin              ## record our instruments into soundfonts/llmsonify.sf2
	$(BUILD)/bench/make_soundfont models/wren soundfonts/llmsonify.sf2

golden: all                       ## record the golden pieces anew (look at the difference!)
	$(TEST_ENV) tests/golden/record.sh

bench: all bench-bin              ## run the benchmarks
	$(Q)for b in tests/bench/*.sh; do echo "== $$b"; \
	$(TEST_ENV) BENCH_BIN="$(abspath $(BUILD)/bench)" sh "$$b" || exit 1; done

asan:                             ## build with ASan and UBSan in build/asan
	$(Q)$(MAKE) --no-print-directory -j $(JOBS) $(ASAN) all unit fuzz

lib: $(LIB)
unit: $(UNIT_BIN)
bench-bin: $(BENCH_BIN)
fuzz: $(FUZZ_BIN)

share := $(DESTDIR)$(PREFIX)/share
install: all                      ## install under PREFIX (/usr/local), DESTDIR honoured
	install -d $(DESTDIR)$(PREFIX)/bin $(share)/man/man1 $(share)/llmsonify/soundfonts \
	    $(share)/bash-completion/completions $(share)/zsh/site-functions $(share)/fish/vendor_completions.d
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/llmsonify
	install -m 644 $(MAN) $(share)/man/man1/llmsonify.1
	find models -type f ! -name '*.part' -exec sh -c \
	    'for f; do install -D -m 644 "$$f" "$(share)/llmsonify/$$f" || exit 1; done' sh {} +
	for f in $(wildcard soundfonts/*); do install -m 644 $$f $(share)/llmsonify/soundfonts/; done
	$(BIN) --completion-bash > $(share)/bash-completion/completions/llmsonify
	$(BIN) --completion-zsh > $(share)/zsh/site-functions/_llmsonify
	$(BIN) --completion-fish > $(share)/fish/vendor_completions.d/llmsonify.fish

uninstall:                        ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/llmsonify $(share)/man/man1/llmsonify.1 \
	    $(share)/bash-completion/completions/llmsonify $(share)/zsh/site-functions/_llmsonify \
	    $(share)/fish/vendor_completions.d/llmsonify.fish
	rm -rf $(share)/llmsonify

clean:                            ## remove build/
	rm -rf build

# apt-get runs only when a package is missing, with sudo when not root.
define install_missing
	@if ! command -v dpkg-query > /dev/null; then \
	    echo "no dpkg here: needed are the equivalents of: $(1)"; exit 0; fi; \
	missing=; for p in $(1); do \
	    dpkg-query -W -f='$${db:Status-Status}\n' $$p 2> /dev/null | grep -qx installed \
	    || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	    echo "installing:$$missing"; sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	    $$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q && \
	    $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
	        --no-install-recommends $$missing; fi
endef

deps:                             ## install the Debian packages that building needs
	$(call install_missing,$(DEPS_BUILD))

deps-test:                        ## install the Debian packages that testing needs
	$(call install_missing,$(DEPS_BUILD) $(DEPS_TEST))
	-$(call install_missing,$(DEPS_WEB))

help:                             ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## */\t/' | expand -t 12
	@sed -n '3,6s/^# //p' Makefile

# Objects depend on the flags they were compiled with.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS)' > $@

$(LIB): $(OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)$(AR) rcs $@ $(OBJ)

$(BIN): $(BUILD)/src/main.o $(LIB)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(MAN): $(BIN)
	$(Q)$(BIN) help --man > $@.part && mv $@.part $@

$(BUILD)/tests/%: tests/unit/%.c $(LIB) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -MF $@.d -o $@ $< $(LIB) $(LIBS) -lcmocka

$(BUILD)/bench/%: tests/bench/%.c $(LIB) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -MF $@.d -o $@ $< $(LIB) $(LIBS)

$(BUILD)/fuzz/%: tests/fuzz/%.c tests/fuzz/replay_main.c $(LIB) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< tests/fuzz/replay_main.c $(LIB) $(LIBS)

$(BUILD)/page: FORCE
	@mkdir -p $(@D)
	@echo '$(PAGE)' | cmp -s - $@ || echo '$(PAGE)' > $@

$(BUILD)/page_assets.c: src/serve/embed.sh $(PAGE) $(BUILD)/page
	$(Q)sh src/serve/embed.sh $(PAGE) > $@.part && mv $@.part $@

$(BUILD)/page_assets.o: $(BUILD)/page_assets.c src/serve/assets.h $(BUILD)/flags
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LOOPS) -MMD -MP -c -o $@ $<

-include $(OBJ:.o=.d) $(BUILD)/src/main.d $(UNIT_BIN:=.d) $(BENCH_BIN:=.d)
