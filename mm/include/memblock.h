/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memblock.h - memory before there is an allocator: sorted lists of byte ranges. Mirrors include/linux/memblock.h.
 *
 * Addresses and sizes are physical bytes. Only while booting, one CPU, no locks. Functions return 0 or -ENOMEM (the
 * region array could not grow). Overlapping additions only fill the gaps; what is there keeps its node and flags.
 */
#ifndef MM_MEMBLOCK_H
#define MM_MEMBLOCK_H

#include "types.h"

#define INIT_MEMBLOCK_REGIONS 128
#define MEMBLOCK_ALLOC_ANYWHERE (~(phys_addr_t)0)
#define SMP_CACHE_BYTES 64

enum memblock_flags {
	MEMBLOCK_NONE = 0x0,
	MEMBLOCK_HOTPLUG = 0x1,
	MEMBLOCK_MIRROR = 0x2,
	MEMBLOCK_NOMAP = 0x4,
};

struct memblock_region {
	phys_addr_t base, size;
	u32 flags;
	int nid; /* MAX_NUMNODES: none */
};

int memblock_add(phys_addr_t base, phys_addr_t size);
int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid, u32 flags);
int memblock_remove(phys_addr_t base, phys_addr_t size);
int memblock_reserve(phys_addr_t base, phys_addr_t size);
/* Give a reserved range back. */
int memblock_phys_free(phys_addr_t base, phys_addr_t size);
int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_mark_mirror(phys_addr_t base, phys_addr_t size);
int memblock_mark_nomap(phys_addr_t base, phys_addr_t size);
int memblock_clear_nomap(phys_addr_t base, phys_addr_t size);
int memblock_set_node(phys_addr_t base, phys_addr_t size, int nid);
/* Allocations from the lowest address up instead of from the highest down. */
void memblock_set_bottom_up(bool enable);
/* Whether HOTPLUG ranges are kept out of allocations. */
void memblock_set_movable_node(bool enable);

/**
 * memblock_find_in_range - the highest (bottom-up: lowest) free range of size bytes within [start, end).
 * Never below PAGE_SIZE. Nothing is reserved. Return: its base, 0 if there is none.
 */
phys_addr_t memblock_find_in_range(phys_addr_t start, phys_addr_t end, phys_addr_t size, phys_addr_t align);
/**
 * memblock_phys_alloc_range - find and reserve.
 * @align: power of two; 0 is a misuse, warned and taken as SMP_CACHE_BYTES.
 * @nid: preferred node, NUMA_NO_NODE any. A miss retries any node, then drops @start to 0.
 * @exact_nid: no other node will do (a miss still drops @start).
 * Return: physical base, 0 on failure. The memory is not zeroed.
 */
phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start, phys_addr_t end, int nid,
				      bool exact_nid);
/* The same below MEMBLOCK_ALLOC_ANYWHERE, zeroed (all but _raw), as an address; NULL on failure. */
void *memblock_alloc(phys_addr_t size, phys_addr_t align);
void *memblock_alloc_raw(phys_addr_t size, phys_addr_t align);
void *memblock_alloc_node(phys_addr_t size, phys_addr_t align, int nid);

phys_addr_t memblock_phys_mem_size(void);
phys_addr_t memblock_reserved_size(void);
bool memblock_is_memory(phys_addr_t address);
bool memblock_is_reserved(phys_addr_t address);

/* Copies up to max regions of memory (false) or reserved (true) in order; returns how many there are. */
unsigned memblock_dump(bool reserved, struct memblock_region *out, unsigned max);
/* Slots of the array of memory (false) or reserved (true), and its place in RAM; base 0: the first, not in RAM. */
unsigned memblock_array(bool reserved, phys_addr_t *base);
/* debugfs text of one type, form M8; whole rows while they fit; returns bytes written, the closing 0 not counted. */
unsigned memblock_show(bool reserved, char *out, unsigned bytes);
/* Recounts from scratch: NULL, or what is wrong ("M1: broken M1: ..."). */
const char *memblock_check(void);

/* Hand every memory-minus-reserved frame to the buddy allocator; returns how many. Once. */
u64 memblock_free_all(void);

#endif
