/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memblock_array.c - M6: memblock keeps its own arrays in the memory it manages.
 *
 * The model is told after each operation how many slots an array has and where it lies. Left loose: which place it
 * goes to when it grows. It must have been free, and no part of what the operation was about; the place left behind is
 * free again.
 *
 * An array grows when it is full and not before. Full is one that has no slot for each gap that is to be filled, or not as
 * many to spare as the operation needs while it cuts; and that of reserved, when that of memory is full: its new place
 * is reserved, its old one cut out. Who is refused must have met a full array, and no place for a bigger one.
 */
#include <stdarg.h>
#include <stdio.h>
#include "mmzone.h"
#include "model_memblock.h"

#define PAGE	     4096ULL
#define REGION_BYTES 24ULL

static const char *says(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *says(const char *format, ...)
{
	static __thread char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return text;
}

static u64 array_bytes(unsigned slots)
{
	return (slots * REGION_BYTES + PAGE - 1) / PAGE * PAGE;
}

static u64 end_of(u64 base, u64 size)
{
	return base + size < base ? ~0ULL : base + size;
}

static const char *enter_place(struct model_memblock *mb, int t, u64 base, u64 avoid, u64 avoid_size)
{
	u64 bytes = array_bytes(mb->array[t].slots), end = base + bytes;
	const char *type = t ? "reserved" : "memory";

	if (base < PAGE || base % PAGE)
		return says("M6: the array of %s moved to %#llx", type, (unsigned long long)base);
	if (base < end_of(avoid, avoid_size) && avoid < end)
		return says("M6: the array of %s moved to %#llx, into the range of the request", type,
			    (unsigned long long)base);
	for (u64 at = base; at < end; at += PAGE)
		if (!model_memblock_frame_is_free(mb, at / PAGE))
			return says("M6: the array of %s moved to %#llx, but %#llx was not free", type,
				    (unsigned long long)base, (unsigned long long)at);
	mb->array[t].base = base;
	mb->array[t].bytes = bytes;
	model_memblock_reserve(mb, base, bytes);
	return NULL;
}

static const char *leave_place(struct model_memblock *mb, int t, unsigned slots)
{
	u64 old = mb->array[t].base, bytes = mb->array[t].bytes;

	if (slots < mb->array[t].slots || (slots & (slots - 1)))
		return says("M6: an array of %u slots has %u now", mb->array[t].slots, slots);
	mb->array[t].base = mb->array[t].bytes = 0;
	mb->array[t].slots = slots;
	model_memblock_unreserve(mb, old, bytes);
	return NULL;
}

/* --- when an array is full ---------------------------------------------------------------------------------------- */

static u64 count_regions(const struct model_memblock *mb, u8 type, u8 mask)
{
	u8 previous = 0;
	u64 n = 0;

	for (u64 g = 0; g < mb->nr_grains; g++) {
		u8 is = mb->grain[g] & mask;

		n += (is & type) && is != previous;
		previous = is;
	}
	return n;
}

static u64 count_gaps(const struct model_memblock *mb, const struct memblock_demand *d)
{
	u64 end = (end_of(d->base, d->size) >> mb->grain_shift), n = 0;
	u8 type = d->reserved ? GRAIN_RESERVED : GRAIN_MEMORY;
	bool covered = true;

	for (u64 g = d->base >> mb->grain_shift; g < end && g < mb->nr_grains; g++) {
		n += covered && !(mb->grain[g] & type);
		covered = mb->grain[g] & type;
	}
	return n;
}

static u64 regions_of(const struct model_memblock *mb, int t)
{
	return t ? count_regions(mb, GRAIN_RESERVED, GRAIN_RESERVED) : count_regions(mb, GRAIN_MEMORY, (u8)~GRAIN_RESERVED);
}

static u64 slots_wanted(const struct model_memblock *mb, int t, const struct memblock_demand *d)
{
	u64 wanted = 0;

	if (d->size && d->reserved == t)
		wanted = d->fills ? count_gaps(mb, d) : d->spare;
	return wanted ? regions_of(mb, t) + wanted : 0;
}

static bool memory_is_full(const struct model_memblock *mb, const struct memblock_demand *d)
{
	return slots_wanted(mb, 0, d) > mb->array[0].slots;
}

/* More than there are: the array is full. Each later doubling of memory's leaves and takes another place. */
static u64 slots_wanted_in_all(const struct model_memblock *mb, int t, const struct memblock_demand *d, unsigned later)
{
	if (t && memory_is_full(mb, d))
		return regions_of(mb, 1) + 3 + 4 * later;
	return slots_wanted(mb, t, d);
}

/* The last doubling was needed; after the first, places that were left and taken may count as regions. */
static const char *judge_growth(const struct model_memblock *mb, const unsigned slots[2], const struct memblock_demand *d)
{
	unsigned later[2] = { slots[0] / 2 / mb->array[0].slots, slots[1] / 2 / mb->array[1].slots };

	for (int t = 0; t < 2; t++) {
		u64 wanted;

		if (slots[t] <= mb->array[t].slots)
			continue;
		wanted = slots_wanted_in_all(mb, t, d, later[0] / 2) + 4 * (later[t] - 1);
		if (wanted <= slots[t] / 2)
			return says("M6: the array of %s grew to %u slots, where %u are enough", t ? "reserved" : "memory",
				    slots[t], slots[t] / 2);
	}
	return NULL;
}

/* --- moving ------------------------------------------------------------------------------------------------------- */

const char *model_memblock_move_arrays(struct model_memblock *mb, const u64 base[2], const unsigned slots[2],
				       const struct memblock_demand *d)
{
	bool moved[2] = { slots[0] != mb->array[0].slots, slots[1] != mb->array[1].slots };
	const char *wrong = judge_growth(mb, slots, d);

	/* Both leave before the first enters: one may take the other's place. */
	for (int t = 0; t < 2 && !wrong; t++) {
		if (moved[t])
			wrong = leave_place(mb, t, slots[t]);
		else if (base[t] != mb->array[t].base)
			wrong = says("M6: an array of %u slots moved and did not grow", slots[t]);
	}
	for (int t = 0; t < 2 && !wrong; t++)
		wrong = moved[t] ? enter_place(mb, t, base[t], d->base, d->size) : NULL;
	return wrong;
}

/* Memory's array needs slots of reserved, so that one may be what has no place. */
const char *model_memblock_judge_refusal(const struct model_memblock *mb, const struct memblock_demand *d)
{
	for (int t = 0; t < 2; t++) {
		u64 bytes = array_bytes(mb->array[t].slots * 2);

		if (slots_wanted_in_all(mb, t, d, 0) > mb->array[t].slots &&
		    !model_memblock_find(mb, end_of(d->base, d->size), ~0ULL, bytes, PAGE) &&
		    !model_memblock_find(mb, 0, d->base, bytes, PAGE))
			return NULL;
	}
	return says("M6: refused although no array is full, or there is room for a bigger one");
}
