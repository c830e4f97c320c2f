/* SPDX-License-Identifier: GPL-2.0-only */
/* memblock_internal.h - the structure of memblock, for its checker and for boot code. */
#ifndef MM_MEMBLOCK_INTERNAL_H
#define MM_MEMBLOCK_INTERNAL_H

#include "machine.h"
#include "memblock.h"

/* Bytes [base, end). */
struct span {
	u64 base, end;
};

struct memblock_type {
	unsigned cnt, max; /* regions there are; slots of the array */
	u64 total_size;	   /* bytes in all regions */
	struct memblock_region *regions; /* sorted; initial_slots, or pages taken from memblock itself [M6] */
};

struct memblock_state {
	bool bottom_up, movable_node;
	struct memblock_type memory, reserved;
	struct memblock_region initial_memory[INIT_MEMBLOCK_REGIONS], initial_reserved[INIT_MEMBLOCK_REGIONS];
};

static inline u64 region_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

/* An empty memblock in the machine's metadata; NULL when there is no room. The caller hangs it on struct mm. */
struct memblock_state *memblock_state_create(struct machine *m);
/* Where a grown region array lies in RAM; empty while it is still the initial one. */
struct span memblock_array_span(const struct memblock_type *type);
/* The i-th region of memory in ascending order; NULL past the end. */
const struct memblock_region *memblock_memory_region(unsigned i);
/*
 * The next range of whole frames that are memory, mapped, and not even partly reserved: the longest such range, which
 * may consist of several regions. *cursor is 0 to begin with. false: there are no more.
 */
bool memblock_next_free_range(u64 *cursor, u64 *start_pfn, u64 *end_pfn);

#endif
