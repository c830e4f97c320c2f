/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memblock.c - what memblock must hold: one byte for each grain, and nothing else.
 *
 * A region of memory is a longest run of grains with the same node and flags, a region of reserved a longest run of
 * reserved ones (it has no node and no flags), and a free range a longest run of equal bytes that are memory and not
 * reserved. Sorted, disjoint and merged (M1) are no rules here: an array of bytes cannot be otherwise.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "mmzone.h"
#include "model_memblock.h"

#define INIT_SLOTS    128 /* M6 */
#define PAGE	      4096ULL
#define MEMORY_BITS   (GRAIN_MEMORY | GRAIN_FLAGS | GRAIN_NODE)
#define NODE_BITS(n)  ((u8)((n) << 5))
#define NODE_OF(g)    ((unsigned)(g) >> 5)
#define FLAG_BITS(f)  ((u8)((f) << 2 & GRAIN_FLAGS))

static const char *says(const char *format, ...)
{
	static __thread char text[200];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return text;
}

struct model_memblock *model_memblock_create(u64 nr_frames, unsigned grain_shift)
{
	u64 grains = nr_frames << (12 - grain_shift);
	struct model_memblock *mb = mmap(NULL, sizeof(*mb) + grains, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (mb == MAP_FAILED)
		return NULL;
	mb->nr_grains = grains;
	mb->grain_shift = grain_shift;
	mb->grain = (u8 *)(mb + 1);
	mb->array[0].slots = mb->array[1].slots = INIT_SLOTS;
	return mb;
}

void model_memblock_destroy(struct model_memblock *mb)
{
	munmap(mb, sizeof(*mb) + mb->nr_grains);
}

/* --- runs --------------------------------------------------------------------------------------------------------- */

/* The end of the run of grains that agree with grain g in the bits of mask. Eight at a time while that goes. */
static u64 run_end(const struct model_memblock *mb, u64 g, u64 last, u8 mask)
{
	const u64 ones = 0x0101010101010101ULL;
	u8 key = mb->grain[g] & mask;
	u64 word;

	for (; g + 8 <= last; g += 8) {
		memcpy(&word, mb->grain + g, 8);
		if ((word & ones * mask) != ones * key)
			break;
	}
	while (g < last && (mb->grain[g] & mask) == key)
		g++;
	return g;
}

/* Grains before this address; an address past the end is the end. */
static u64 grain_at(const struct model_memblock *mb, u64 address)
{
	u64 g = address >> mb->grain_shift;

	return g < mb->nr_grains ? g : mb->nr_grains;
}

static u64 grain_after(const struct model_memblock *mb, u64 base, u64 size)
{
	u64 end = base + size < base ? ~0ULL : base + size, rest = (1ULL << mb->grain_shift) - 1;

	return grain_at(mb, end > ~0ULL - rest ? ~0ULL : end + rest);
}

void model_memblock_clear(struct model_memblock *mb)
{
	for (u64 g = 0, end; g < mb->nr_grains; g = end) { /* reads of an untouched page cost no memory, writes do */
		end = run_end(mb, g, mb->nr_grains, 0xff);
		if (mb->grain[g])
			memset(mb->grain + g, 0, end - g);
	}
	mb->bottom_up = mb->movable_node = false;
	memset(mb->array, 0, sizeof(mb->array));
	mb->array[0].slots = mb->array[1].slots = INIT_SLOTS;
}

/* --- changes ------------------------------------------------------------------------------------------------------ */

/* Of the grains in the range that have `need`, or lack it if lacks: clear some bits, then set some. */
static void change(struct model_memblock *mb, u64 base, u64 size, u8 need, bool lacks, u8 clear, u8 set)
{
	u64 last = grain_after(mb, base, size);

	for (u64 g = grain_at(mb, base); g < last; g++)
		if (!(mb->grain[g] & need) == lacks)
			mb->grain[g] = (u8)((mb->grain[g] & ~clear) | set);
}

void model_memblock_add(struct model_memblock *mb, u64 base, u64 size, unsigned nid, u32 flags)
{
	u8 node = NODE_BITS(nid < MAX_NUMNODES ? nid : MAX_NUMNODES);

	change(mb, base, size, GRAIN_MEMORY, true, 0, GRAIN_MEMORY | node | FLAG_BITS(flags));
}

void model_memblock_remove(struct model_memblock *mb, u64 base, u64 size)
{
	change(mb, base, size, GRAIN_MEMORY, false, MEMORY_BITS, 0);
}

void model_memblock_reserve(struct model_memblock *mb, u64 base, u64 size)
{
	change(mb, base, size, GRAIN_RESERVED, true, 0, GRAIN_RESERVED);
}

/* The arrays of regions stay reserved whatever is given back. */
void model_memblock_unreserve(struct model_memblock *mb, u64 base, u64 size)
{
	change(mb, base, size, GRAIN_RESERVED, false, GRAIN_RESERVED, 0);
	for (int t = 0; t < 2; t++)
		if (mb->array[t].bytes)
			model_memblock_reserve(mb, mb->array[t].base, mb->array[t].bytes);
}

void model_memblock_flag(struct model_memblock *mb, u64 base, u64 size, u32 flag, bool set)
{
	change(mb, base, size, GRAIN_MEMORY, false, FLAG_BITS(flag), set ? FLAG_BITS(flag) : 0);
}

void model_memblock_set_node(struct model_memblock *mb, u64 base, u64 size, unsigned nid)
{
	change(mb, base, size, GRAIN_MEMORY, false, GRAIN_NODE, NODE_BITS(nid < MAX_NUMNODES ? nid : MAX_NUMNODES));
}

/* --- M4, M5: which place ------------------------------------------------------------------------------------------ */

static u64 find(const struct model_memblock *mb, u64 start, u64 end, u64 size, u64 align, u8 need, s32 nid)
{
	u64 last = grain_at(mb, end), best = 0, next;
	u8 never = GRAIN_RESERVED | GRAIN_NOMAP | (mb->movable_node ? GRAIN_HOTPLUG : 0);

	for (u64 g = grain_at(mb, start > PAGE ? start : PAGE); g < last; g = next) {
		u8 is = mb->grain[g];
		u64 low = g << mb->grain_shift, high, at;

		next = run_end(mb, g, last, 0xff);
		high = next << mb->grain_shift;
		if ((is & need) != need || (is & never) || (nid >= 0 && NODE_OF(is) != (unsigned)nid))
			continue;
		if (high - low < size)
			continue;
		at = mb->bottom_up ? (low + align - 1) / align * align : (high - size) / align * align;
		if (at < low || at > high - size)
			continue;
		if (mb->bottom_up)
			return at;
		best = at;
	}
	return best;
}

static bool some_grain_is_mirrored(const struct model_memblock *mb)
{
	for (u64 g = 0; g < mb->nr_grains; g = run_end(mb, g, mb->nr_grains, GRAIN_MIRROR))
		if (mb->grain[g] & GRAIN_MIRROR)
			return true;
	return false;
}

/* Mirrored memory if there is any, on the node, then on any; then memory that is not mirrored. */
static u64 find_as_wished(const struct model_memblock *mb, u64 start, u64 end, u64 size, u64 align, s32 nid, bool exact)
{
	for (int mirrored = some_grain_is_mirrored(mb); mirrored >= 0; mirrored--) {
		u8 need = GRAIN_MEMORY | (mirrored ? GRAIN_MIRROR : 0);
		u64 at = find(mb, start, end, size, align, need, nid);

		if (!at && nid >= 0 && !exact)
			at = find(mb, start, end, size, align, need, -1);
		if (at)
			return at;
	}
	return 0;
}

static u64 align_or_line(u64 align)
{
	return align ? align : 64;
}

u64 model_memblock_find(const struct model_memblock *mb, u64 start, u64 end, u64 size, u64 align)
{
	return size ? find_as_wished(mb, start, end, size, align_or_line(align), -1, false) : 0;
}

/* Whole grains: as memblock takes whole cache lines, and operations on big machines ask for whole pages. */
u64 model_memblock_alloc(struct model_memblock *mb, u64 size, u64 align, u64 start, u64 end, s32 nid, bool exact_nid)
{
	u64 grain = 1ULL << mb->grain_shift, at;

	if (!size || size > mb->nr_grains << mb->grain_shift)
		return 0;
	size = (size + grain - 1) / grain * grain;
	align = align > grain ? align : grain;
	nid = nid < MAX_NUMNODES ? nid : -1;
	at = find_as_wished(mb, start, end, size, align, nid, exact_nid);
	if (!at)
		at = find_as_wished(mb, 0, end, size, align, nid, exact_nid);
	if (at)
		model_memblock_reserve(mb, at, size);
	return at;
}

/* --- judging ------------------------------------------------------------------------------------------------------ */

static bool same_region(const struct memblock_region *r, u64 base, u64 size, u32 flags, int nid)
{
	return r->base == base && r->size == size && r->flags == flags && r->nid == nid;
}

const char *model_memblock_judge_dump(const struct model_memblock *mb, bool reserved,
				      const struct memblock_region *dump, unsigned n)
{
	static const struct memblock_region none;
	const char *type = reserved ? "reserved" : "memory";
	u8 mask = reserved ? GRAIN_RESERVED : MEMORY_BITS;
	unsigned i = 0;

	for (u64 g = 0, next; g < mb->nr_grains; g = next) {
		const struct memblock_region *r = i < n ? &dump[i] : &none;
		u8 is = mb->grain[g] & mask;
		u64 base = g << mb->grain_shift, size;
		u32 flags = (is & GRAIN_FLAGS) >> 2;
		int nid = reserved ? MAX_NUMNODES : (int)NODE_OF(is);

		next = run_end(mb, g, mb->nr_grains, mask);
		size = (next - g) << mb->grain_shift;
		if (!(is & (GRAIN_MEMORY | GRAIN_RESERVED)))
			continue;
		if (!same_region(r, base, size, flags, nid))
			return says("M1: %s region %u is base %#llx size %#llx flags %u node %d, must be base %#llx "
				    "size %#llx flags %u node %d",
				    type, i, (unsigned long long)r->base, (unsigned long long)r->size, r->flags, r->nid,
				    (unsigned long long)base, (unsigned long long)size, flags, nid);
		i++;
	}
	return i == n ? NULL : says("M1: %s has %u regions, must be %u", type, n, i);
}

bool model_memblock_next_free(const struct model_memblock *mb, u64 *g, u64 *end)
{
	u8 mask = GRAIN_MEMORY | GRAIN_RESERVED;

	while (*g < mb->nr_grains && (mb->grain[*g] & mask) != GRAIN_MEMORY)
		*g = run_end(mb, *g, mb->nr_grains, mask);
	if (*g >= mb->nr_grains)
		return false;
	*end = run_end(mb, *g, mb->nr_grains, mask);
	return true;
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

static bool range_has(const struct model_memblock *mb, u64 base, u64 size, u8 mask, u8 is)
{
	u64 g = grain_at(mb, base), last = grain_after(mb, base, size);

	return g < last && (mb->grain[g] & mask) == is && run_end(mb, g, last, mask) == last;
}

bool model_memblock_frame_is_free(const struct model_memblock *mb, u64 pfn)
{
	return range_has(mb, pfn * PAGE, PAGE, GRAIN_MEMORY | GRAIN_RESERVED | GRAIN_NOMAP, GRAIN_MEMORY);
}

bool model_memblock_frame_is_memory(const struct model_memblock *mb, u64 pfn)
{
	return range_has(mb, pfn * PAGE, PAGE, GRAIN_MEMORY, GRAIN_MEMORY);
}

unsigned model_memblock_frame_node(const struct model_memblock *mb, u64 pfn)
{
	return NODE_OF(mb->grain[grain_at(mb, pfn * PAGE)]);
}

u64 model_memblock_digest(const struct model_memblock *mb, u64 digest)
{
	for (u64 g = 0, end; g < mb->nr_grains; g = end) {
		end = run_end(mb, g, mb->nr_grains, 0xff);
		digest = (digest ^ (end << 8 | mb->grain[g])) * 0x100000001b3ULL;
	}
	return digest * 4 + mb->bottom_up * 2u + mb->movable_node;
}
