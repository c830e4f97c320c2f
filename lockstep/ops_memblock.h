/* SPDX-License-Identifier: GPL-2.0-only */
/* ops_memblock.h - what every judge of a memblock operation does. Each function returns NULL or the sentence. */
#ifndef LOCKSTEP_OPS_MEMBLOCK_H
#define LOCKSTEP_OPS_MEMBLOCK_H

#include "world.h"

/* Grains to bytes, cut at the machine's end. */
u64 memblock_in_bytes(const struct world *w, u64 grains);
/* Before the model does what mm did: the arrays may have moved, and a refusal needs an excuse. */
const char *memblock_judge_answer(struct world *w, const struct memblock_demand *d, bool ok);
/* After it: regions and arrays are the model's; if not, the operation broke `clause`. What is free may not be touched. */
const char *memblock_judge_state(struct world *w, const char *clause);
/* Since the model was told last. */
bool memblock_arrays_moved(const struct world *w);

#endif
