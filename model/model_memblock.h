/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model_memblock.h - memory before there is an allocator, as one byte for each grain.
 *
 * A grain is 64 bytes on small machines and a page on big ones; operations ask in grains. What memblock keeps as sorted
 * lists of regions is here an array, and a region is a run of equal grains.
 */
#ifndef MODEL_MODEL_MEMBLOCK_H
#define MODEL_MODEL_MEMBLOCK_H

#include "memblock.h"

enum {
	GRAIN_MEMORY = 0x01,
	GRAIN_RESERVED = 0x02,
	GRAIN_HOTPLUG = 0x04, /* this and the next two are the flags of memblock.h, two bits further up */
	GRAIN_MIRROR = 0x08,
	GRAIN_NOMAP = 0x10,
	GRAIN_FLAGS = 0x1c,
	GRAIN_NODE = 0xe0, /* 4: none */
};

struct model_memblock {
	u64 nr_grains;
	unsigned grain_shift;
	bool bottom_up, movable_node;
	u8 *grain; /* GRAIN_* bits; of what is not memory only GRAIN_RESERVED */
	struct {   /* where memblock keeps the regions of memory and of reserved; no bytes: not in memory yet */
		u64 base, bytes;
		unsigned slots;
	} array[2];
};

struct model_memblock *model_memblock_create(u64 nr_frames, unsigned grain_shift);
void model_memblock_destroy(struct model_memblock *mb);
/* Forget everything: no memory, nothing reserved. */
void model_memblock_clear(struct model_memblock *mb);

/* All in bytes, multiples of the grain but for alloc's size. */
void model_memblock_add(struct model_memblock *mb, u64 base, u64 size, unsigned nid, u32 flags);
void model_memblock_remove(struct model_memblock *mb, u64 base, u64 size);
void model_memblock_reserve(struct model_memblock *mb, u64 base, u64 size);
void model_memblock_unreserve(struct model_memblock *mb, u64 base, u64 size);
void model_memblock_flag(struct model_memblock *mb, u64 base, u64 size, u32 flag, bool set);
void model_memblock_set_node(struct model_memblock *mb, u64 base, u64 size, unsigned nid);
/* What memblock_find_in_range must return now (rule M4). */
u64 model_memblock_find(const struct model_memblock *mb, u64 start, u64 end, u64 size, u64 align);
/* What memblock_phys_alloc_range must return (rule M5), and reserve it. */
u64 model_memblock_alloc(struct model_memblock *mb, u64 size, u64 align, u64 start, u64 end, s32 nid, bool exact_nid);
/* The dump of memory or reserved must be the runs of the array: NULL or the first difference ("M1: ..."). */
const char *model_memblock_judge_dump(const struct model_memblock *mb, bool reserved,
				      const struct memblock_region *dump, unsigned n);
/* What an operation wants of an array: it fills the gaps of a range, or changes what lies in it with slots to spare. */
struct memblock_demand {
	u64 base, size;
	bool reserved; /* of which array */
	bool fills;
	unsigned spare;
};

/* Before the model does what was asked. Arrays have so many slots now and lie at base: NULL or "M6: ...". */
const char *model_memblock_move_arrays(struct model_memblock *mb, const u64 base[2], const unsigned slots[2],
				       const struct memblock_demand *d);
/* Then, if the answer was -ENOMEM: NULL, or why an array could have grown or need not. */
const char *model_memblock_judge_refusal(const struct model_memblock *mb, const struct memblock_demand *d);
/* The first run from grain g on that is memory and not reserved: false if there is none. */
bool model_memblock_next_free(const struct model_memblock *mb, u64 *g, u64 *end);
/* Is this whole frame memory, none of it reserved, and mapped? */
bool model_memblock_frame_is_free(const struct model_memblock *mb, u64 pfn);
bool model_memblock_frame_is_memory(const struct model_memblock *mb, u64 pfn);
/* Node of a frame of memory. */
unsigned model_memblock_frame_node(const struct model_memblock *mb, u64 pfn);
u64 model_memblock_digest(const struct model_memblock *mb, u64 digest);

#endif
