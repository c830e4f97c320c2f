/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * afl_mutator.c - the whole-operation mutator as AFL++ loads it: AFL_CUSTOM_MUTATOR_LIBRARY=build/afl/mutator_page.so
 *
 * Use it with AFL_CUSTOM_MUTATOR_ONLY=1: bytes changed at random are programs too, but mostly of operations that nobody
 * knows. The names are AFL++'s (docs/custom_mutators.md there). The library holds the operation tables, so it is linked
 * with all of the stack, and runs none of it.
 */
#include <stdlib.h>
#include "engine.h"

#define MAX_BYTES (1u << 20) /* AFL++'s own limit of an input */

struct mutator {
	u64 rng;
	u8 out[MAX_BYTES];
};

void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *data, u8 *in, size_t bytes, u8 **out, u8 *add, size_t add_bytes, size_t max_bytes);
void afl_custom_deinit(void *data);
void __sanitizer_cov_trace_pc_guard(u32 *guard);
void __sanitizer_cov_trace_pc_guard_init(u32 *start, u32 *stop);

void *afl_custom_init(void *afl, unsigned seed)
{
	struct mutator *m = malloc(sizeof(*m));

	(void)afl;
	if (m)
		m->rng = seed;
	return m;
}

/* One program out of `in`, and `add`, another one of the queue, if there is one. */
size_t afl_custom_fuzz(void *data, u8 *in, size_t bytes, u8 **out, u8 *add, size_t add_bytes, size_t max_bytes)
{
	struct mutator *m = data;

	*out = m->out;
	return fuzz_mutate_long(in, bytes, add, add ? add_bytes : 0, m->out, min_of(max_bytes, sizeof(m->out)), &m->rng);
}

void afl_custom_deinit(void *data)
{
	free(data);
}

/* The objects are the instrumented ones of the target; in here nobody looks. */
void __sanitizer_cov_trace_pc_guard(u32 *guard)
{
	(void)guard;
}

void __sanitizer_cov_trace_pc_guard_init(u32 *start, u32 *stop)
{
	(void)start, (void)stop;
}
