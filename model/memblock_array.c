/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memblock_array.c - M6: memblock keeps its own arrays in the memory it manages.
 *
 * The model is told after each operation how many slots an array has and where it lies. Left loose: which place it
 * goes to when it grows. It must have been free, and no part of what the operation was about; the place left behind is
 * free again. The number of slots is not predicted either: only a refusal tells that an array had to grow.
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

const char *model_memblock_move_arrays(struct model_memblock *mb, const u64 base[2], const unsigned slots[2], u64 avoid,
				       u64 avoid_size)
{
	bool moved[2] = { slots[0] != mb->array[0].slots, slots[1] != mb->array[1].slots };
	const char *wrong = NULL;

	/* Both leave before the first enters: one may take the other's place. */
	for (int t = 0; t < 2 && !wrong; t++) {
		if (moved[t])
			wrong = leave_place(mb, t, slots[t]);
		else if (base[t] != mb->array[t].base)
			wrong = says("M6: an array of %u slots moved and did not grow", slots[t]);
	}
	for (int t = 0; t < 2 && !wrong; t++)
		wrong = moved[t] ? enter_place(mb, t, base[t], avoid, avoid_size) : NULL;
	return wrong;
}

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

/* Adding a range may need a slot for each gap: one more than there are regions. Cutting one out may need four. */
const char *model_memblock_judge_refusal(const struct model_memblock *mb, u64 base, u64 size)
{
	u64 regions[2] = { count_regions(mb, GRAIN_MEMORY, (u8)~GRAIN_RESERVED),
			   count_regions(mb, GRAIN_RESERVED, GRAIN_RESERVED) };

	for (int t = 0; t < 2; t++) {
		u64 bytes = array_bytes(mb->array[t].slots * 2);

		if (regions[t] * 2 + 5 > mb->array[t].slots &&
		    !model_memblock_find(mb, end_of(base, size), ~0ULL, bytes, PAGE) &&
		    !model_memblock_find(mb, 0, base, bytes, PAGE))
			return NULL;
	}
	return says("M6: refused although no array is full, or there is room for a bigger one");
}
