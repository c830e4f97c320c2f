/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memblock_check.c - recounts memblock from its regions.
 *
 *   [M1] regions are sorted, not empty, disjoint; touching neighbours differ in node or flags; total_size is their sum
 *   [M3] an array without regions has a reset slot 0
 *   [M6] an array has 128 slots times a power of two; one that has grown lies in whole pages of RAM, all of them
 *        reserved, and the two arrays are apart
 *
 * It says that the arrays are valid, not that they are right given what was asked: that is the model's part.
 */
#include <stdio.h>
#include "internal.h"
#include "memblock_internal.h"

#define KNOWN_FLAGS ((u32)(MEMBLOCK_HOTPLUG | MEMBLOCK_MIRROR | MEMBLOCK_NOMAP))

/* Leaves the function with a sentence about a slot. */
#define INV(clause, condition, slot)                                                                                   \
	do {                                                                                                           \
		if (unlikely(!(condition)))                                                                            \
			return broken(#clause, #condition, slot);                                                      \
	} while (0)

static sim_cold const char *broken(const char *clause, const char *condition, unsigned slot)
{
	static __thread char text[200];

	snprintf(text, sizeof(text), "%s: broken %s: %s (slot %u)", clause, clause, condition, slot);
	return text;
}

static const char *check_region(const struct memblock_type *type, unsigned i)
{
	const struct memblock_region *r = &type->regions[i], *previous = r - 1;

	INV(M1, r->size > 0, i);
	INV(M1, r->base + r->size > r->base, i);
	INV(M1, r->nid >= 0 && r->nid <= MAX_NUMNODES, i);
	INV(M1, !(r->flags & ~KNOWN_FLAGS), i);
	if (i == 0)
		return NULL;
	INV(M1, previous->base < r->base, i);
	INV(M1, previous->base + previous->size <= r->base, i);
	INV(M1, previous->base + previous->size < r->base || previous->nid != r->nid || previous->flags != r->flags, i);
	return NULL;
}

static const char *check_type(const struct memblock_type *type)
{
	const char *wrong = NULL;
	u64 sum = 0;

	INV(M6, type->max >= INIT_MEMBLOCK_REGIONS && !(type->max & (type->max - 1)), 0);
	INV(M6, type->cnt <= type->max, type->cnt);
	for (unsigned i = 0; i < type->cnt && !wrong; i++) {
		wrong = check_region(type, i);
		sum += type->regions[i].size;
	}
	if (wrong)
		return wrong;
	INV(M1, type->total_size == sum, type->cnt);
	if (type->cnt == 0)
		INV(M3, !type->regions->base && !type->regions->size && !type->regions->flags &&
			type->regions->nid == MAX_NUMNODES, 0);
	return NULL;
}

static const char *check_reserved_has_no_node(const struct memblock_type *reserved)
{
	for (unsigned i = 0; i < reserved->cnt; i++)
		INV(M1, reserved->regions[i].nid == MAX_NUMNODES && !reserved->regions[i].flags, i);
	return NULL;
}

static bool one_region_covers(const struct memblock_type *type, struct span span)
{
	for (unsigned i = 0; i < type->cnt; i++)
		if (type->regions[i].base <= span.base && span.end <= type->regions[i].base + type->regions[i].size)
			return true;
	return false;
}

static const char *check_array(const struct memblock_state *s, const struct memblock_type *type,
			       const struct memblock_region *initial)
{
	struct span span = memblock_array_span(type);

	INV(M6, (type->regions == initial) == (type->max == INIT_MEMBLOCK_REGIONS), 0);
	if (type->max == INIT_MEMBLOCK_REGIONS)
		return NULL;
	INV(M6, span.base >= PAGE_SIZE && span.base % PAGE_SIZE == 0, 0);
	INV(M6, span.end > span.base && span.end <= PFN_PHYS(this_cpu->machine->nr_frames), 0);
	INV(M6, one_region_covers(&s->reserved, span), 0);
	return NULL;
}

static const char *check_arrays(const struct memblock_state *s)
{
	struct span memory = memblock_array_span(&s->memory), reserved = memblock_array_span(&s->reserved);
	const char *wrong = check_array(s, &s->memory, s->initial_memory);

	if (!wrong)
		wrong = check_array(s, &s->reserved, s->initial_reserved);
	if (wrong)
		return wrong;
	INV(M6, memory.end <= reserved.base || reserved.end <= memory.base, 0);
	return NULL;
}

const char *memblock_check(void)
{
	const struct memblock_state *s = current_mm()->memblock;
	const char *wrong = check_type(&s->memory);

	if (!wrong)
		wrong = check_type(&s->reserved);
	if (!wrong)
		wrong = check_reserved_has_no_node(&s->reserved);
	return wrong ? wrong : check_arrays(s);
}
