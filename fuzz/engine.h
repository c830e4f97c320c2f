/* SPDX-License-Identifier: GPL-2.0-only */
/* engine.h - what every fuzz target shares: one world, the whole-operation mutator, and how a finding ends. */
#ifndef FUZZ_ENGINE_H
#define FUZZ_ENGINE_H

#include "lockstep.h"

/* Operations this target is about (enum op_table): the mutator inserts no others. Each target defines it. */
extern const unsigned fuzz_tables;
/* Inputs are traces as text: mutated as bytes, seeded by printing programs. */
extern const bool fuzz_is_text;

/* Run data as a program; aborts after printing the finding. Returns what LLVMFuzzerTestOneInput returns. */
int fuzz_program(const u8 *data, size_t bytes);
/* The world the last program ran in. */
struct world *fuzz_world(void);
/* Print the finding as people read it, then abort: the engine keeps the input. */
_Noreturn void fuzz_abort(const struct program *p);
/* A program made of `data` and, as far as it likes, of `add`, long enough to be worth an execution of AFL++. */
#define FUZZ_LONG_OPS 512
size_t fuzz_mutate_long(const u8 *data, size_t size, const u8 *add, size_t add_bytes, u8 *out, size_t max_size, u64 *rng);
/* For targets that do not run programs: count an execution. */
void fuzz_count(void);

#endif
