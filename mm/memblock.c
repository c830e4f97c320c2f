/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memblock.c - memory before there is an allocator: two sorted arrays of byte ranges.
 *
 *   memory     |####### node 0 #######|### node 1 ###|       |#### node 1, hotplug ####|
 *   reserved        |##|     |######|                                  |##|
 *   free       |***|    |***|        |*|*************|       |********|    |***********|
 *
 * "Free" is never stored: it is what lies in one region of memory between two regions of reserved, so an allocation is
 * a search for a place and an insertion into reserved. An allocation takes whole cache lines and never crosses from
 * one region of memory into the next, since the two differ in node or flags.
 *
 * Every change is: make room for the slots it needs, cut regions at its two ends, change what lies between, merge. Room
 * is made first of all, so a refusal (-ENOMEM) has changed nothing but the place of an array.
 *
 * A full array is replaced by one of twice the slots, in pages found by memblock's own search. Who asks for memory in
 * the middle of a request must not be given what the request is about: the search leaves out the request's range.
 * The pages of an array are reserved, and memblock_phys_free() leaves them reserved whatever it is asked.
 *
 * Reserved memory that was allocated may be touched, all other RAM that memblock manages is poisoned.
 *
 * Invariants (memblock_check() tests each by its number):
 *   [M1] regions are sorted, not empty, disjoint; touching neighbours differ in node or flags; total_size is their sum
 *   [M3] an array without regions has a reset slot 0: base 0, size 0, no flags, no node
 *   [M6] an array has 128 slots times a power of two; one that has grown lies in whole pages of its own, all reserved
 * Judged by the model alone: M2 (what add and reserve fill), M4 and M5 (which place). M8, the text: memblock_show.c.
 *
 * Locks: none; one CPU, while booting. Sleeps: never.
 * Unlike Linux: sizes of allocations are rounded up to SMP_CACHE_BYTES; an allocation of size 0 is refused; "mirrored"
 * is a property of the regions there are and not a switch; reserved regions carry neither node nor flags; the array of
 * memory may grow from the first moment; no physmem type, and nothing is served by slab later (M5's last sentence).
 */
#include <errno.h>
#include "internal.h"
#include "memblock_internal.h"
#include "tool.h"

#define PHYS_ADDR_MAX (~(phys_addr_t)0)

static const struct memblock_region no_region = { .nid = MAX_NUMNODES };

static struct memblock_state *current_memblock(void)
{
	return current_mm()->memblock;
}

struct memblock_state *memblock_state_create(struct machine *m)
{
	struct memblock_state *s = machine_meta_alloc(m, sizeof(*s), SMP_CACHE_BYTES);

	if (!s)
		return NULL;
	s->memory = (struct memblock_type){ .max = INIT_MEMBLOCK_REGIONS, .regions = s->initial_memory };
	s->reserved = (struct memblock_type){ .max = INIT_MEMBLOCK_REGIONS, .regions = s->initial_reserved };
	s->initial_memory[0] = s->initial_reserved[0] = no_region;
	return s;
}

/* [base, base + size), ending where addresses end. [M2] */
static struct span capped_span(phys_addr_t base, phys_addr_t size)
{
	return (struct span){ base, base + min_of(size, PHYS_ADDR_MAX - base) };
}

static bool is_node(int nid)
{
	return nid >= 0 && nid < MAX_NUMNODES;
}

/* --- slots: each keeps cnt, total_size and slot 0 right ----------------------------------------------------------- */

static void insert_region(struct memblock_type *type, unsigned i, struct memblock_region r)
{
	VM_BUG_ON(type->cnt >= type->max || i > type->cnt);
	memmove(type->regions + i + 1, type->regions + i, (type->cnt - i) * sizeof(r));
	type->regions[i] = r;
	type->cnt++;
	type->total_size += r.size;
}

/* Slots [first, last) go. [M3] */
static void delete_regions(struct memblock_type *type, unsigned first, unsigned last)
{
	for (unsigned i = first; i < last; i++)
		type->total_size -= type->regions[i].size;
	memmove(type->regions + first, type->regions + last, (type->cnt - last) * sizeof(*type->regions));
	type->cnt -= last - first;
	if (!type->cnt)
		type->regions[0] = no_region;
}

/* Cut the region that contains `at` in its inside. Return: the first slot that begins at or after it. */
static unsigned split_at(struct memblock_type *type, u64 at)
{
	for (unsigned i = 0; i < type->cnt; i++) {
		struct memblock_region *r = &type->regions[i];
		struct memblock_region tail = *r;

		if (r->base >= at)
			return i;
		if (region_end(r) <= at)
			continue;
		tail.base = at;
		tail.size = region_end(r) - at;
		r->size -= tail.size;
		type->total_size -= tail.size;
		insert_region(type, i + 1, tail);
		return i + 1;
	}
	return type->cnt;
}

static bool can_merge(const struct memblock_region *a, const struct memblock_region *b)
{
	return region_end(a) == b->base && a->nid == b->nid && a->flags == b->flags;
}

static void merge_regions(struct memblock_type *type)
{
	struct memblock_region *r = type->regions;
	unsigned kept = 0;

	for (unsigned i = 1; i < type->cnt; i++) {
		if (can_merge(&r[kept], &r[i]))
			r[kept].size += r[i].size;
		else
			r[++kept] = r[i];
	}
	if (type->cnt)
		type->cnt = kept + 1;
}

/* --- gaps --------------------------------------------------------------------------------------------------------- */

/*
 * The first part of *rest that no region covers, and the slot after it. *slot tells where to look from: 0, then what
 * the last call left there. *rest shrinks to what comes after the gap. false: all the rest is covered.
 */
static bool next_gap(const struct memblock_type *type, unsigned *slot, struct span *rest, struct span *gap)
{
	for (; *slot < type->cnt && rest->base < rest->end; ++*slot) {
		const struct memblock_region *r = &type->regions[*slot];

		if (r->base > rest->base)
			break;
		rest->base = max_of(rest->base, region_end(r));
		if (rest->base >= rest->end)
			return false; /* *slot stays: this region may also cover what the caller looks at next */
	}
	if (rest->base >= rest->end)
		return false;
	gap->base = rest->base;
	gap->end = *slot < type->cnt ? min_of(rest->end, type->regions[*slot].base) : rest->end;
	rest->base = gap->end;
	return true;
}

static unsigned count_gaps(const struct memblock_type *type, struct span rest)
{
	unsigned slot = 0, n = 0;
	struct span gap;

	while (next_gap(type, &slot, &rest, &gap))
		n++;
	return n;
}

/* Room is there already. What is covered keeps its node and flags. [M2] */
static void fill_gaps(struct memblock_type *type, struct span rest, int nid, u32 flags)
{
	unsigned slot = 0;
	struct span gap;

	while (next_gap(type, &slot, &rest, &gap)) {
		struct memblock_region r = { gap.base, gap.end - gap.base, flags, nid };

		insert_region(type, slot, r);
	}
	merge_regions(type);
}

/* Room is there already. Reserved memory that is given back may not be touched any more. */
static void cut_out(struct memblock_state *s, struct memblock_type *type, struct span span)
{
	struct machine *m = this_cpu->machine;
	u64 ram_bytes = PFN_PHYS(m->nr_frames);
	unsigned first, last;

	if (span.base >= span.end)
		return;
	first = split_at(type, span.base);
	last = split_at(type, span.end);
	for (unsigned i = first; type == &s->reserved && i < last; i++) {
		u64 base = min_of(ALIGN(type->regions[i].base, 8), ram_bytes);
		u64 end = min_of(ALIGN_DOWN(region_end(&type->regions[i]), 8), ram_bytes);

		if (base < end)
			tool_poison(m->host->ram + base, end - base);
	}
	delete_regions(type, first, last);
}

/* --- searching ---------------------------------------------------------------------------------------------------- */

struct search {
	struct span window;
	u64 size, align;
	int nid; /* no node: any */
	bool mirrored_only;
};

static bool may_hold(const struct memblock_state *s, const struct memblock_region *r, const struct search *q)
{
	if (r->flags & MEMBLOCK_NOMAP)
		return false;
	if (marked(s->movable_node && (r->flags & MEMBLOCK_HOTPLUG), MARK_MEMBLOCK_HOTPLUG_SPARED))
		return false;
	if (q->mirrored_only && !(r->flags & MEMBLOCK_MIRROR))
		return false;
	return !is_node(q->nid) || q->nid == r->nid;
}

/* The address to take within a free span; 0 if it does not fit. */
static u64 place_in(const struct memblock_state *s, struct span free, const struct search *q)
{
	u64 at;

	if (free.end - free.base < q->size)
		return 0;
	if (!s->bottom_up) {
		at = ALIGN_DOWN(free.end - q->size, q->align);
		return at >= free.base ? at : 0;
	}
	at = ALIGN(free.base, q->align);
	return at >= free.base && at <= free.end - q->size ? at : 0; /* the first test: it may have wrapped */
}

/* Lowest place in the window if bottom-up, else the highest: then the one seen last. [M4] */
static u64 find_place(const struct memblock_state *s, const struct search *q)
{
	unsigned slot = 0;
	u64 best = 0;

	for (unsigned i = 0; i < s->memory.cnt; i++) {
		const struct memblock_region *r = &s->memory.regions[i];
		struct span rest = { max_of(r->base, q->window.base), min_of(region_end(r), q->window.end) };
		struct span gap;

		if (!may_hold(s, r, q))
			continue;
		while (next_gap(&s->reserved, &slot, &rest, &gap)) {
			u64 at = place_in(s, gap, q);

			if (at && s->bottom_up)
				return at;
			best = at ? at : best;
		}
	}
	return best;
}

static u64 find_on_node(const struct memblock_state *s, struct search q, bool exact_nid)
{
	u64 at = find_place(s, &q);

	if (at || !is_node(q.nid) || exact_nid)
		return at;
	count_mark(MARK_MEMBLOCK_NODE_IS_FULL);
	q.nid = NUMA_NO_NODE;
	return find_place(s, &q);
}

static bool some_memory_is_mirrored(const struct memblock_state *s)
{
	for (unsigned i = 0; i < s->memory.cnt; i++)
		if (s->memory.regions[i].flags & MEMBLOCK_MIRROR)
			return true;
	return false;
}

static u64 find_mirrored_first(const struct memblock_state *s, struct search q, bool exact_nid)
{
	u64 at;

	q.window.base = max_of(q.window.base, PAGE_SIZE);
	q.window.end = min_of(q.window.end, PFN_PHYS(this_cpu->machine->nr_frames));
	if (!q.size || q.window.base >= q.window.end)
		return 0;
	q.mirrored_only = some_memory_is_mirrored(s);
	at = find_on_node(s, q, exact_nid);
	if (at || !q.mirrored_only)
		return at;
	count_mark(MARK_MEMBLOCK_MIRROR_IS_FULL);
	q.mirrored_only = false;
	return find_on_node(s, q, exact_nid);
}

phys_addr_t memblock_find_in_range(phys_addr_t start, phys_addr_t end, phys_addr_t size, phys_addr_t align)
{
	struct search q = { { start, end }, size, align ? align : SMP_CACHE_BYTES, NUMA_NO_NODE, false };

	return find_mirrored_first(current_memblock(), q, false);
}

/* --- growing an array [M6] ---------------------------------------------------------------------------------------- */

static u64 array_bytes(unsigned slots)
{
	return ALIGN(slots * sizeof(struct memblock_region), PAGE_SIZE);
}

struct span memblock_array_span(const struct memblock_type *type)
{
	u64 base = (u64)((const char *)type->regions - this_cpu->machine->host->ram);

	if (type->max == INIT_MEMBLOCK_REGIONS)
		return (struct span){ 0, 0 };
	return (struct span){ base, base + array_bytes(type->max) };
}

unsigned memblock_array(bool reserved, phys_addr_t *base)
{
	const struct memblock_state *s = current_memblock();
	const struct memblock_type *type = reserved ? &s->reserved : &s->memory;

	*base = memblock_array_span(type).base;
	return type->max;
}

/* Free pages for an array, and none of the range a request in progress is about; above it if possible. */
static u64 find_outside(struct span request, u64 bytes)
{
	u64 at = memblock_find_in_range(request.end, MEMBLOCK_ALLOC_ANYWHERE, bytes, PAGE_SIZE);

	marked(!at, MARK_MEMBLOCK_ARRAY_BELOW);
	return at ? at : memblock_find_in_range(0, request.base, bytes, PAGE_SIZE);
}

/* From here the copy at `at` is the array. All its lines count as written, for it is written all the time. */
static void move_array(struct memblock_type *type, u64 at)
{
	struct machine *m = this_cpu->machine;
	struct memblock_region *to = (void *)(m->host->ram + at);
	u64 bytes = array_bytes(type->max * 2);

	for (u64 pfn = PFN_DOWN(at); pfn < PFN_UP(at + bytes); pfn++)
		ram_dirty(m, pfn, ~0ULL);
	tool_unpoison(to, bytes);
	memcpy(to, type->regions, type->max * sizeof(*to));
	type->regions = to;
	type->max *= 2;
}

static int make_room(struct memblock_state *s, struct memblock_type *type, unsigned slots, struct span request);

static int double_array(struct memblock_state *s, struct memblock_type *type, struct span request)
{
	struct span old = memblock_array_span(type);
	u64 bytes = array_bytes(type->max * 2), at;

	sim_tick();
	/* Memory's array needs a slot of reserved for itself, and two more while the old array is cut out. */
	if (type == &s->memory && make_room(s, &s->reserved, 3, request))
		return -ENOMEM;
	at = find_outside(request, bytes);
	if (marked(!at, MARK_MEMBLOCK_ARRAY_HAS_NO_PLACE))
		return -ENOMEM;
	count_mark(type == &s->memory ? MARK_MEMBLOCK_MEMORY_DOUBLES : MARK_MEMBLOCK_RESERVED_DOUBLES);
	move_array(type, at);
	fill_gaps(&s->reserved, (struct span){ at, at + bytes }, MAX_NUMNODES, MEMBLOCK_NONE);
	cut_out(s, &s->reserved, old);
	return 0;
}

static int make_room(struct memblock_state *s, struct memblock_type *type, unsigned slots, struct span request)
{
	while (type->cnt + slots > type->max)
		if (double_array(s, type, request))
			return -ENOMEM;
	return 0;
}

/* --- changing ranges ---------------------------------------------------------------------------------------------- */

static int add_range(struct memblock_type *type, struct span span, int nid, u32 flags)
{
	struct memblock_state *s = current_memblock();

	/* Counted again after each doubling: the old array's pages may have been a part of the range. */
	while (type->cnt + count_gaps(type, span) > type->max)
		if (double_array(s, type, span))
			return -ENOMEM;
	fill_gaps(type, span, nid, flags);
	return 0;
}

int memblock_add(phys_addr_t base, phys_addr_t size)
{
	return memblock_add_node(base, size, MAX_NUMNODES, MEMBLOCK_NONE);
}

int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid, u32 flags)
{
	nid = is_node(nid) ? nid : MAX_NUMNODES;
	return add_range(&current_memblock()->memory, capped_span(base, size), nid, flags);
}

int memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	return add_range(&current_memblock()->reserved, capped_span(base, size), MAX_NUMNODES, MEMBLOCK_NONE);
}

int memblock_remove(phys_addr_t base, phys_addr_t size)
{
	struct memblock_state *s = current_memblock();
	struct span span = capped_span(base, size);

	if (span.base == span.end)
		return 0;
	if (make_room(s, &s->memory, 2, span))
		return -ENOMEM;
	cut_out(s, &s->memory, span);
	return 0;
}

/* The lowest array that overlaps the span, or an empty span at its end. */
static struct span first_array_in(const struct memblock_state *s, struct span span)
{
	struct span memory = memblock_array_span(&s->memory), reserved = memblock_array_span(&s->reserved);
	struct span first = { span.end, span.end };

	if (memory.end > span.base && memory.base < first.base)
		first = memory;
	if (reserved.end > span.base && reserved.base < first.base)
		first = reserved;
	return first;
}

int memblock_phys_free(phys_addr_t base, phys_addr_t size)
{
	struct memblock_state *s = current_memblock();
	struct span span = capped_span(base, size);

	if (span.base == span.end)
		return 0;
	if (make_room(s, &s->reserved, 4, span)) /* two ends, and an array in the middle may be left standing twice */
		return -ENOMEM;
	while (span.base < span.end) {
		struct span array = first_array_in(s, span);

		marked(array.base < array.end, MARK_MEMBLOCK_ARRAY_SPARED);
		cut_out(s, &s->reserved, (struct span){ span.base, array.base });
		span.base = array.end;
	}
	return 0;
}

/* Slots of memory that lie in the span, cut at its ends: [*first, *last). */
static int isolate_memory(phys_addr_t base, phys_addr_t size, unsigned *first, unsigned *last)
{
	struct memblock_state *s = current_memblock();
	struct span span = capped_span(base, size);

	*first = *last = 0;
	if (span.base == span.end)
		return 0;
	if (make_room(s, &s->memory, 2, span))
		return -ENOMEM;
	*first = split_at(&s->memory, span.base);
	*last = split_at(&s->memory, span.end);
	return 0;
}

static int change_flag(phys_addr_t base, phys_addr_t size, u32 flag, bool set)
{
	struct memblock_type *memory = &current_memblock()->memory;
	unsigned i, last;

	if (isolate_memory(base, size, &i, &last))
		return -ENOMEM;
	for (; i < last; i++)
		memory->regions[i].flags = set ? memory->regions[i].flags | flag : memory->regions[i].flags & ~flag;
	merge_regions(memory);
	return 0;
}

int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, MEMBLOCK_HOTPLUG, true);
}

int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, MEMBLOCK_HOTPLUG, false);
}

int memblock_mark_mirror(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, MEMBLOCK_MIRROR, true);
}

int memblock_mark_nomap(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, MEMBLOCK_NOMAP, true);
}

int memblock_clear_nomap(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, MEMBLOCK_NOMAP, false);
}

int memblock_set_node(phys_addr_t base, phys_addr_t size, int nid)
{
	struct memblock_type *memory = &current_memblock()->memory;
	unsigned i, last;

	if (isolate_memory(base, size, &i, &last))
		return -ENOMEM;
	for (; i < last; i++)
		memory->regions[i].nid = is_node(nid) ? nid : MAX_NUMNODES;
	merge_regions(memory);
	return 0;
}

void memblock_set_bottom_up(bool enable)
{
	current_memblock()->bottom_up = enable;
}

void memblock_set_movable_node(bool enable)
{
	current_memblock()->movable_node = enable;
}

/* --- allocating [M5] ---------------------------------------------------------------------------------------------- */

static phys_addr_t checked_align(phys_addr_t align)
{
	if (unlikely(!align)) {
		mm_report(REPORT_MEMBLOCK_ALIGN, 0, 0, 0);
		sim_log("WARNING: memblock allocation with align 0, taken as %d\n", SMP_CACHE_BYTES);
	}
	return max_of(align, (phys_addr_t)SMP_CACHE_BYTES);
}

phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start, phys_addr_t end, int nid,
				      bool exact_nid)
{
	const struct memblock_state *s = current_memblock();
	struct search q = { { start, end }, ALIGN(size, SMP_CACHE_BYTES), checked_align(align), nid, false };
	u64 at;

	if (marked(q.size < size, MARK_MEMBLOCK_SIZE_WRAPS))
		return 0;
	at = find_mirrored_first(s, q, exact_nid);
	if (!at && marked(start, MARK_MEMBLOCK_BELOW_START)) {
		q.window.base = 0;
		at = find_mirrored_first(s, q, exact_nid);
	}
	if (!at || memblock_reserve(at, q.size))
		return 0;
	tool_unpoison(this_cpu->machine->host->ram + at, q.size);
	return at;
}

static void *alloc_anywhere(phys_addr_t size, phys_addr_t align, int nid)
{
	phys_addr_t at = memblock_phys_alloc_range(size, align, 0, MEMBLOCK_ALLOC_ANYWHERE, nid, false);

	return at ? this_cpu->machine->host->ram + at : NULL;
}

/* The cache lines of one frame that [base, end) touches. */
static u64 lines_of_frame(u64 pfn, struct span bytes)
{
	u64 first = (max_of(bytes.base, PFN_PHYS(pfn)) - PFN_PHYS(pfn)) / SMP_CACHE_BYTES;
	u64 last = (min_of(bytes.end, PFN_PHYS(pfn + 1)) - 1 - PFN_PHYS(pfn)) / SMP_CACHE_BYTES;

	return (~0ULL << first) & (~0ULL >> (63 - last));
}

static void *zeroed(void *memory, phys_addr_t size)
{
	struct machine *m = this_cpu->machine;
	u64 at = (u64)((char *)memory - m->host->ram);
	struct span bytes = { at, at + ALIGN(size, SMP_CACHE_BYTES) };

	if (!memory)
		return NULL;
	for (u64 pfn = PFN_DOWN(bytes.base); pfn < PFN_UP(bytes.end); pfn++)
		ram_dirty(m, pfn, lines_of_frame(pfn, bytes));
	return memset(memory, 0, bytes.end - bytes.base);
}

void *memblock_alloc(phys_addr_t size, phys_addr_t align)
{
	return zeroed(alloc_anywhere(size, align, NUMA_NO_NODE), size);
}

void *memblock_alloc_raw(phys_addr_t size, phys_addr_t align)
{
	return alloc_anywhere(size, align, NUMA_NO_NODE);
}

void *memblock_alloc_node(phys_addr_t size, phys_addr_t align, int nid)
{
	return zeroed(alloc_anywhere(size, align, nid), size);
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

phys_addr_t memblock_phys_mem_size(void)
{
	return current_memblock()->memory.total_size;
}

phys_addr_t memblock_reserved_size(void)
{
	return current_memblock()->reserved.total_size;
}

static bool is_covered(const struct memblock_type *type, phys_addr_t address)
{
	unsigned low = 0, high = type->cnt;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		const struct memblock_region *r = &type->regions[middle];

		if (address < r->base)
			high = middle;
		else if (address >= region_end(r))
			low = middle + 1;
		else
			return true;
	}
	return false;
}

bool memblock_is_memory(phys_addr_t address)
{
	return is_covered(&current_memblock()->memory, address);
}

bool memblock_is_reserved(phys_addr_t address)
{
	return is_covered(&current_memblock()->reserved, address);
}

const struct memblock_region *memblock_memory_region(unsigned i)
{
	const struct memblock_type *memory = &current_memblock()->memory;

	return i < memory->cnt ? &memory->regions[i] : NULL;
}

/* The first stretch of mapped memory that ends after `from`, over the borders of regions; empty: none. */
static struct span next_mapped_stretch(const struct memblock_type *memory, u64 from)
{
	struct span stretch = { 0, 0 };

	for (unsigned i = 0; i < memory->cnt; i++) {
		const struct memblock_region *r = &memory->regions[i];

		if ((r->flags & MEMBLOCK_NOMAP) || region_end(r) <= from)
			continue;
		if (stretch.end && stretch.end != r->base)
			break;
		if (!stretch.end)
			stretch.base = max_of(r->base, from);
		stretch.end = region_end(r);
	}
	return stretch;
}

bool memblock_next_free_range(u64 *cursor, u64 *start_pfn, u64 *end_pfn)
{
	const struct memblock_state *s = current_memblock();
	u64 ram_bytes = PFN_PHYS(this_cpu->machine->nr_frames);
	struct span rest, gap;

	while ((rest = next_mapped_stretch(&s->memory, *cursor)).end) {
		unsigned slot = 0;

		*cursor = rest.end;
		rest.end = min_of(rest.end, ram_bytes);
		while (next_gap(&s->reserved, &slot, &rest, &gap)) {
			*start_pfn = PFN_UP(gap.base);
			*end_pfn = PFN_DOWN(gap.end);
			if (*start_pfn >= *end_pfn)
				continue;
			*cursor = gap.end;
			return true;
		}
	}
	return false;
}
