# SPDX-License-Identifier: GPL-2.0-only
#
# mmcheck: a Linux-style memory allocation stack in user space, and a harness that judges it.
#
#   make check      install what is missing, build every flavour, run every test; ends with `N passed, N failed`;
#                   SAN=msan check: what can be tested in that flavour alone
#   make campaign   install, build, then fuzz and property-test      TIME=60 ENGINES="libfuzzer afl props" TARGETS="page"
#   make all        the mmcheck command, libraries and unit tests of one flavour: build/$(SAN)/
#   make fuzz       the fuzz targets: build/fuzz/fuzz_page DIR -runs=100000
#   make props      build and run the property tests                 TIME=10 SEED=1 ONLY=name ENGINE=own|rapidcheck|theft
#   make bugs       each planted bug must die for its stated reason  BUGS='*' SEEDS=5
#   make mutate     how many small random changes of mm/ are noticed  N=200 SEED=1 FILES='mm/*.c' ONLY=id,...
#   make bench      how fast; writes build/bench.json                QUICK=1
#   make coverage   lines and branches of mm/ that fuzzing reaches    TIME=60 TARGETS="page memblock slub kmalloc reclaim oom swap"
#   make marks      rare places of mm/ that no trace of the corpus comes by
#   make oracle     clauses of the judges that no unit test makes speak
#   make corpus-min what campaigns learned, as few small traces in corpus/seeds
#   make minimize   smallest trace that fails alike                  FILE=crash-... [OUT=FILE.min]
#   make layers     prove that mm/ and model/ do not know each other
#   make threads    the same mm/ on real threads: library, stress, bench; SAN=tsan watches it
#   make format     clang-format over the lines that changed since the last commit
#   make install    mmcheck, both libraries and headers              PREFIX=/usr/local DESTDIR=
#   make clean      remove build/; findings and campaigns in out/ stay
#
# Everywhere: SAN=flavour (sanitizers.mk), SEED=number, TIME=seconds, JOBS=cores, V=1 shows commands,
# CC=, CFLAGS= and LDFLAGS= are added to the flavour's own.

SAN    ?= plain
JOBS   ?= $(shell nproc)
SEED   ?=
PREFIX ?= /usr/local
MMCHECK = $(B)/mmcheck

include sanitizers.mk
$(if $(filter $(SAN),$(FLAVOURS)),,$(error SAN=$(SAN): no such flavour; there are: $(FLAVOURS)))
B := build/$(SAN)

ifeq ($(origin CC),default)
CC := $(or $(CC.$(SAN)),$(CLANG))
endif
ifeq ($(origin CXX),default)
CXX := $(or $(CXX.$(SAN)),$(CLANGXX))
endif

# --- the layers ------------------------------------------------------------------------------------------------------
# Each folder sees only what its layer may see: this list is the architecture. `make layers` proves it with nm.

SEES.sim      := -Isim -Isim/det
SEES.mm       := -Isim -Isim/det -Imm/include -Imm
SEES.model    := -Imodel -Imm/include
SEES.lockstep := -Isim -Isim/det -Imm/include -Imodel -Ilockstep
SEES.fuzz     := $(SEES.lockstep) -Ifuzz
SEES.props    := $(SEES.lockstep) -Iprops
SEES.tools    := $(SEES.lockstep) -Itools
SEES.tests    := $(SEES.lockstep) -Iprops -Itests

LAYERS := sim mm model lockstep
LIBS   := $(patsubst %,$(B)/lib%.a,lockstep model mm sim)  # in link order
objects = $(patsubst %,$(B)/obj/%.o,$(basename $(1)))

TESTS        := $(patsubst tests/%.c,$(B)/%,$(wildcard tests/test_*.c))
FUZZ_TARGETS := $(patsubst fuzz/%.c,$(B)/%,$(wildcard fuzz/fuzz_*.c))
PROPS        := $(call objects,$(filter-out props/runner.c props/theft.c,$(wildcard props/*.c)))
TEST_COMMON  := $(filter-out tests/test_%,$(wildcard tests/*.c))
FUZZ_COMMON  := $(filter-out fuzz/fuzz_% fuzz/afl_%,$(wildcard fuzz/*.c))

# --- how one file is compiled ----------------------------------------------------------------------------------------
# Memory changes its type here all the time, hence -fno-strict-aliasing. No path of this machine enters a binary.

# The code under test: engines see its edges. Checkers and judges run every time and would only blur the picture.
STEERED    := $(filter-out %_check.c,$(wildcard mm/*.c)) lockstep/text.c

JUDGES     := $(wildcard model/*.c) $(filter-out %/contents.c %/contents_object.c %/ops_memblock.c %/text.c %/fork_run.c,$(wildcard lockstep/*.c))
JUDGES     := $(if $(filter tsan,$(SAN)),$(filter-out $(filter-out %_check.c,$(wildcard mm/*.c)) lockstep/contents.c,$(wildcard */*.c)),$(JUDGES))

WARN       := -Wall -Wextra
COMMON     := -D_GNU_SOURCE -fno-strict-aliasing -ffile-prefix-map=$(CURDIR)=. $(WARN)
ALL_CFLAGS  = -std=gnu11 $(COMMON) -Werror=implicit-function-declaration $(SAN.$(SAN)) $(CFLAGS)
ALL_CXXFLAGS = -std=c++17 $(COMMON) $(SAN.$(SAN)) $(CXXFLAGS)
ALL_LDFLAGS = $(SAN.$(SAN)) $(CFLAGS) $(LDFLAGS)
RUNTIME     = $(RUNTIME.$(SAN))
comma      := ,
layer_of    = $(firstword $(subst /, ,$(1)))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: help all libs check campaign fuzz fuzz-targets mutators props props-binary props-theft theft-found bugs mutate \
	bench coverage marks oracle corpus-min minimize layers threads format clean install force print-flags
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
Q    := $(if $(V),,@)
note  = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$@')

help:
	@sed -n '3,/^$$/{s/^# \{0,1\}//;p}' $(firstword $(MAKEFILE_LIST))

all: $(B)/mmcheck $(B)/libmmcheck.a $(TESTS)
libs: $(LIBS) $(B)/libmmcheck.a

# Other flags than last time: compile again. (Where the tree lies does not count.)
stamp = $(subst $(CURDIR),.,$(CC) $(CXX) $(ALL_CFLAGS) $(ALL_CXXFLAGS) $(ALL_LDFLAGS) $(COV.$(SAN)) $(JUDGE.$(SAN)))
$(B)/flags: force
	@mkdir -p $(@D)
	@printf '%s\n' '$(stamp)' | cmp -s - $@ || printf '%s\n' '$(stamp)' >$@

flags_of = $(ALL_CFLAGS) $(if $(filter $(JUDGES),$(1)),$(JUDGE.$(SAN))) $(if $(filter $(STEERED),$(1)),$(COV.$(SAN))) \
	-DMMCHECK_FLAVOUR=\"$(SAN)\" $(SEES.$(call layer_of,$(1)))
$(B)/obj/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call note,CC)
	$(Q)$(CC) $(call flags_of,$<) -MMD -MP -c $< -o $@

# For tools that read sources: each of FILES and what it is compiled with.
print-flags:
	@:$(foreach file,$(FILES),$(info $(file) $(call flags_of,$(file))))

# The C++ driver sees its own folder alone: sim/sched.h would hide the system's.
$(B)/obj/%.o: %.cc $(B)/flags
	@mkdir -p $(@D)
	$(call note,CXX)
	$(Q)$(CXX) $(ALL_CXXFLAGS) -DMMCHECK_FLAVOUR=\"$(SAN)\" -MMD -MP -c $< -o $@

-include $(wildcard $(B)/obj/*/*.d $(B)/threads/*/*.d $(B)/threads/*/*/*.d)

# --- one archive per layer; the folder itself is a prerequisite, so that a removed file leaves the archive ----------

define archive
$(B)/lib$(1).a: $(call objects,$(wildcard $(1)/*.c)) $(1)
	$$(call note,AR)
	$$(Q)rm -f $$@ && mkdir -p $$(@D) && ar rcD $$@ $$(filter %.o,$$^)
endef
$(foreach layer,$(LAYERS),$(eval $(call archive,$(layer))))

# What a program needs that uses the allocation stack alone.
$(B)/libmmcheck.a: $(call objects,$(wildcard mm/*.c sim/*.c)) mm sim
	$(call note,AR)
	$(Q)rm -f $@ && ar qcsD $@ $(filter %.o,$^)

# --- programs --------------------------------------------------------------------------------------------------------

$(B)/mmcheck: $(call objects,$(wildcard tools/*.c)) $(LIBS)
	$(call note,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(LIBS) $(RUNTIME) -lm -o $@

$(B)/test_%: $(B)/obj/tests/test_%.o $(call objects,$(TEST_COMMON)) $(LIBS)
	$(call note,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) $(WRAP) $(filter %.o,$^) $(LIBS) $(RUNTIME) -lm -lpthread -o $@

# The driver and the own engine, with laws that misbehave instead of ours.
$(B)/test_props: $(filter-out %/main.o %/laws.o,$(PROPS)) $(B)/obj/props/runner.o

# Functions that answer wrongly when the test wants it.
$(B)/test_answers: private WRAP := $(patsubst %,-Wl$(comma)--wrap=%,memblock_show page_address malloc)

$(B)/fuzz_%: $(B)/obj/fuzz/fuzz_%.o $(call objects,$(FUZZ_COMMON)) $(LIBS)
	$(call note,LINK)
	$(Q)$(FUZZ_LINK) $(ALL_LDFLAGS) $(filter %.o,$^) $(LIBS) $(LIB_FUZZING_ENGINE) $(RUNTIME) -lm -o $@

# One driver, several engines: each is a file, and a program.
$(B)/props: $(PROPS) $(B)/obj/props/runner.o $(LIBS)
	$(call note,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(LIBS) $(RUNTIME) -lm -o $@

$(B)/props_rapidcheck: $(PROPS) $(B)/obj/props/rapidcheck.o $(LIBS)
	$(call note,LINK)
	$(Q)$(CXX) $(ALL_LDFLAGS) $(filter %.o,$^) $(LIBS) $(RUNTIME) -lrapidcheck -lm -o $@

# AFL++ loads the mutator of a target as a library; the text target is mutated as bytes, by AFL++ itself.
$(B)/mutator_%.so: $(B)/obj/fuzz/fuzz_%.o $(call objects,$(FUZZ_COMMON) fuzz/afl_mutator.c) $(LIBS)
	$(call note,LINK)
	$(Q)$(CC) -shared -Wl,-Bsymbolic $(ALL_LDFLAGS) $(filter %.o,$^) $(LIBS) -lm -o $@

# theft is in no distribution: THEFT=prefix says where it was installed, or pkg-config knows it.
theft_cflags = $(if $(THEFT),-I$(THEFT)/include,$(shell pkg-config --cflags libtheft))
theft_libs   = $(if $(THEFT),-L$(THEFT)/lib -ltheft,$(shell pkg-config --libs libtheft))
theft-found:
	@$(if $(THEFT),test -r '$(THEFT)/include/theft.h',pkg-config --exists libtheft 2>/dev/null) || { \
		echo 'props_theft: libtheft is not found; say where it is installed: make props-theft THEFT=/prefix' >&2; exit 3; }
$(B)/obj/props/theft.o: private CFLAGS += $(theft_cflags)
$(B)/obj/props/theft.o: | theft-found
$(B)/props_theft: $(PROPS) $(B)/obj/props/theft.o $(LIBS)
	$(call note,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(LIBS) $(RUNTIME) $(theft_libs) -lm -o $@

fuzz:
	@$(MAKE) --no-print-directory SAN=fuzz fuzz-targets
fuzz-targets: $(FUZZ_TARGETS)
mutators: $(patsubst fuzz/fuzz_%.c,$(B)/mutator_%.so,$(filter-out fuzz/fuzz_text.c,$(wildcard fuzz/fuzz_*.c)))

# Properties run under asan, unless another flavour is asked for.
PROPS_SAN         := $(if $(filter file,$(origin SAN)),asan,$(SAN))
PROPS.own         := props
PROPS.rapidcheck  := props_rapidcheck
PROPS.theft       := props_theft
ENGINE_OF_PROPS   := $(or $(ENGINE),own)
PROPS_PROGRAM      = build/$(PROPS_SAN)/$(or $(PROPS.$(ENGINE_OF_PROPS)),$(error ENGINE=$(ENGINE): there are own, rapidcheck, theft))
$(if $(and $(filter props props-binary,$(MAKECMDGOALS)),$(filter rapidcheck,$(ENGINE_OF_PROPS)),$(filter msan,$(PROPS_SAN))),\
	$(error SAN=msan: RapidCheck's library is not instrumented; use ENGINE=own, or asan or plain))
props-binary:
	@$(MAKE) --no-print-directory SAN=$(PROPS_SAN) $(PROPS_PROGRAM)
props: props-binary
	$(PROPS_PROGRAM) --seconds $(or $(TIME),10) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only '$(ONLY)')
props-theft:
	@$(MAKE) --no-print-directory props ENGINE=theft

# --- jobs; each is a script of ci/ that can be run by hand -----------------------------------------------------------

# Everything, or with SAN=x what can be seen in that flavour.
check:
	@ci/install
	@JOBS='$(JOBS)' SEED='$(SEED)' FLAVOUR='$(if $(filter file,$(origin SAN)),,$(SAN))' ci/check

campaign:
	@ci/install
	@TIME='$(or $(TIME),60)' JOBS='$(JOBS)' SEED='$(SEED)' ENGINES='$(ENGINES)' TARGETS='$(TARGETS)' ci/campaign

bugs:
	@BUGS='$(or $(BUGS),*)' SEEDS='$(or $(SEEDS),5)' SEED='$(SEED)' JOBS='$(JOBS)' ci/bugs-run

mutate:
	@ci/install
	@ci/mutate --jobs '$(JOBS)' $(if $(N),--number '$(N)') $(if $(SEED),--seed '$(SEED)') $(if $(FILES),--files '$(FILES)') \
		$(if $(ONLY),--only '$(ONLY)')

bench:
	@QUICK='$(QUICK)' JOBS='$(JOBS)' ci/bench

coverage:
	@ci/install
	@TIME='$(or $(TIME),60)' JOBS='$(JOBS)' ci/coverage $(TARGETS)

marks: $(MMCHECK)
	@MMCHECK='$(MMCHECK)' ci/marks

oracle:
	@JOBS='$(JOBS)' ci/oracle

corpus-min:
	@JOBS='$(JOBS)' ci/corpus-min $(TARGETS)

minimize: $(MMCHECK)
	$(if $(FILE),,$(error make minimize FILE=crash-... [OUT=...]))
	$(MMCHECK) minimize '$(FILE)' -o '$(or $(OUT),$(FILE).min)' $(if $(TIME),--seconds $(TIME))

layers: $(LIBS)
	@CC='$(CC)' ci/layers $(B)

# The other personality of the machine: same header names, real locks, a library and programs of its own. Its folders are
# for #include "..." alone: sim/sched.h would hide the system's, which pthread.h wants.
SEES.threads   = -iquote sim/threads -iquote sim -iquote mm/include $(if $(filter mm/% %/zswap_codec.c,$(1)),-iquote mm) -iquote tests
THREADS_SOURCES := $(filter-out mm/zswap_codec.c,$(wildcard mm/*.c)) $(wildcard sim/threads/*.c) sim/context.c sim/disk.c \
	sim/machine.c sim/param.c
THREADS_PROGRAMS := $(patsubst tests/threads/%.c,$(B)/threads_%,$(wildcard tests/threads/*.c))
threads: $(B)/libmmcheck_threads.a $(THREADS_PROGRAMS)
$(B)/threads/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call note,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -DMMCHECK_FLAVOUR=\"$(SAN)\" $(call SEES.threads,$<) -MMD -MP -c $< -o $@

$(B)/libmmcheck_threads.a: $(patsubst %.c,$(B)/threads/%.o,$(THREADS_SOURCES)) mm sim/threads
	$(call note,AR)
	$(Q)rm -f $@ && ar qcsD $@ $(filter %.o,$^)

# A call of another allocator shall cost what one of ours does.
$(B)/threads/tests/threads/kmalloc_bench.o: private CFLAGS += -fno-plt

$(THREADS_PROGRAMS): $(B)/threads_%: $(B)/threads/tests/threads/%.o $(B)/libmmcheck_threads.a
	$(call note,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) $^ -llz4 -lpthread -o $@

format:
	@git-clang-format-19 --binary clang-format-19

install: $(B)/mmcheck $(B)/libmmcheck.a $(B)/libmmcheck_threads.a
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/lib' $(foreach p,/ /det /threads,'$(DESTDIR)$(PREFIX)/include/mmcheck$(p)')
	install -m 755 $(B)/mmcheck '$(DESTDIR)$(PREFIX)/bin/mmcheck'
	install -m 644 $(B)/libmmcheck.a $(B)/libmmcheck_threads.a '$(DESTDIR)$(PREFIX)/lib/'
	install -m 644 sim/*.h mm/include/*.h '$(DESTDIR)$(PREFIX)/include/mmcheck/'
	install -m 644 sim/det/*.h '$(DESTDIR)$(PREFIX)/include/mmcheck/det/'
	install -m 644 sim/threads/*.h '$(DESTDIR)$(PREFIX)/include/mmcheck/threads/'

clean:
	rm -rf build
