# SPDX-License-Identifier: GPL-2.0-only
#
# sanitizers.mk - one row per flavour of build: `make SAN=asan` builds into build/asan/.
#
#   flavour   catches                                             cost   compiler
#   plain     what the model and the checkers see                 1x     clang
#   asan      overflow, use after free, leaks, undefined          4x     clang   (props run here)
#   msan      reads of memory that has no value                   4x     clang   (never props_rapidcheck: its
#                                                                                library is not instrumented)
#   tsan      races between simulated CPUs on threads             8x     clang
#   gcc       what the other compiler understands differently     1x     gcc
#   gccasan   the same, through gcc's own sanitizers              4x     gcc
#   fuzz      asan + coverage of mm/ only: engines are steered    4x     clang   (`make fuzz`; libFuzzer)
#             by the code under test, never by the judge
#   afl       what the model sees, in long programs; the same     1.2x   clang   (`make SAN=afl fuzz-targets`;
#             steering, for AFL++                                                AFL++'s driver and runtime)
#   cov       nothing; counts the lines reached                   2x     clang
#   fuzzcov   the same for the fuzz targets                       2x     clang   (`make coverage`)
#   valgrind  undefined values and bad addresses, uninstrumented  50x    clang   (run it with valgrind)

FLAVOURS := plain asan msan tsan gcc gccasan fuzz afl cov fuzzcov valgrind
CLANG   ?= clang-19
CLANGXX ?= clang++-19
GCC     ?= gcc
GXX     ?= g++

# A snapshot copies fiber stacks as they lie, so locals must not move to a fake stack: use-after-return is off.
asan_clang := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	      -fsanitize-address-use-after-return=never
asan_gcc   := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	      --param asan-use-after-return=0

SAN.plain    := -O2 -g
SAN.asan     := -O2 -g $(asan_clang)
SAN.msan     := -O2 -g -fsanitize=memory -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN.tsan     := -O2 -g -fsanitize=thread -fno-omit-frame-pointer -DMMCHECK_TSAN
SAN.gcc      := -O2 -g
SAN.gccasan  := -O2 -g $(asan_gcc)
SAN.fuzz     := -O2 -g $(asan_clang)
SAN.afl      := -O2 -g -fPIC  # the mutator is a shared library of the same objects
SAN.cov      := -O1 -g -fprofile-instr-generate -fcoverage-mapping
SAN.fuzzcov  := $(SAN.cov)
SAN.valgrind := -O1 -gdwarf-4 -fno-omit-frame-pointer -DMMCHECK_VALGRIND  # Debian 12's valgrind reads no DWARF 5

# Coverage counters for the engines, of the code under test (STEERED in the Makefile). No comparison tracing: operands
# are no bytes of the input, and it costs half of all executions.
COV.fuzz := -fsanitize-coverage=inline-8bit-counters,pc-table
COV.afl  := -fsanitize-coverage=trace-pc-guard
COV.fuzzcov := $(COV.fuzz)

# While fuzzing, the judges' own arrays are not watched: the same programs run in the asan flavour, where they are. Files
# that ask the tool, and the parser, which is under test in fuzz_text, stay watched (JUDGES in the Makefile).
JUDGE.fuzz := -fno-sanitize=all

# Of races TSan is asked about mm/ and its clients' stores alone: judges and the machine look at everything, one at a time.
JUDGE.tsan := -fno-sanitize=thread
JUDGE.fuzzcov := -fno-profile-instr-generate -fno-coverage-mapping

CC.gcc      := $(GCC)
CC.gccasan  := $(GCC)
CXX.gcc     := $(GXX)
CXX.gccasan := $(GXX)

# A fuzzing service brings engine, sanitizers and coverage in LIB_FUZZING_ENGINE and CFLAGS: ours step aside.
ifneq ($(filter environment command,$(firstword $(origin LIB_FUZZING_ENGINE))),)
SAN.fuzz := -g
COV.fuzz :=
JUDGE.fuzz :=
FUZZ_LINK = $(CXX)
else
AFL_PATH ?= /usr/lib/afl
ENGINE.fuzz    := -fsanitize=fuzzer
ENGINE.fuzzcov := -fsanitize=fuzzer
ENGINE.afl     := $(AFL_PATH)/libAFLDriver.a
RUNTIME.afl    := $(AFL_PATH)/afl-compiler-rt-64.o  # whatever is instrumented needs a runtime
RUNTIME.fuzzcov := -fsanitize=undefined             # and where no sanitizer brings it, this one does
LIB_FUZZING_ENGINE = $(or $(ENGINE.$(SAN)),$(error SAN=$(SAN) has no fuzzing engine; fuzz, fuzzcov and afl have))
FUZZ_LINK = $(CC)
endif
