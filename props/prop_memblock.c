// SPDX-License-Identifier: GPL-2.0-only
/*
 * prop_memblock.c - laws of memblock, and of handing its memory over.
 *
 * What memory there is, and what is reserved, is taken from memblock's own lists; laws are about how they relate.
 */
#include <string.h>
#include "observe.h"

#define LINE_BYTES SMP_CACHE_BYTES
#define PAGE_LINES (PAGE_SIZE / LINE_BYTES)

static u64 ram_bytes(const struct prop_run *r)
{
	return r->w->machine->nr_frames << PAGE_SHIFT;
}

static void take_both(struct prop_run *r, unsigned which)
{
	regions_take(&r->memory[which], false);
	regions_take(&r->reserved[which], true);
}

/* Both lists as they were? An array that moved is reserved memory of its own: then this cannot be said. */
static bool both_same(struct prop_run *r, const char *what)
{
	const char *difference;

	if (regions_moved(&r->memory[0], &r->memory[1]) || regions_moved(&r->reserved[0], &r->reserved[1]))
		return true;
	difference = regions_difference(&r->memory[0], &r->memory[1]);
	if (difference)
		return prop_fail(r, "%s: memory: %s", what, difference);
	difference = regions_difference(&r->reserved[0], &r->reserved[1]);
	return difference ? prop_fail(r, "%s: reserved: %s", what, difference) : true;
}

/* --- hand-over --------------------------------------------------------------------------------------------------- */

enum { LINE_MEMORY = 1, LINE_RESERVED = 2, FRAME_SEEN = 4 };

/* A line is memory if all of it is, and reserved if any of it is. */
static void map_lines(struct prop_run *r, const struct regions *regions, u8 bit, u64 round_up)
{
	for (unsigned i = 0; i < regions->nr; i++) {
		const struct memblock_region *region = &regions->region[i];
		u64 first = (region->base + round_up) / LINE_BYTES;
		u64 end = (min_of(region->base + region->size, ram_bytes(r)) + LINE_BYTES - 1 - round_up) / LINE_BYTES;

		if (bit == LINE_MEMORY && (region->flags & MEMBLOCK_NOMAP))
			continue;
		for (; first < end; first++)
			r->map[first] |= bit;
	}
}

static bool is_due(const struct prop_run *r, u64 pfn)
{
	for (u64 i = 0; i < PAGE_LINES; i++)
		if ((r->map[pfn * PAGE_LINES + i] & (LINE_MEMORY | LINE_RESERVED)) != LINE_MEMORY)
			return false;
	return true;
}

static bool frame_handed_over(struct prop_run *r, u64 pfn)
{
	u8 *seen = &r->map[pfn * PAGE_LINES];

	if (pfn >= r->w->machine->nr_frames || !is_due(r, pfn))
		return prop_fail(r, "pfn %llu was handed over, and is not memory or is reserved", ull(pfn));
	if (*seen & FRAME_SEEN)
		return prop_fail(r, "pfn %llu was handed over twice", ull(pfn));
	*seen |= FRAME_SEEN;
	return true;
}

static bool compare_with_free_lists(struct prop_run *r)
{
	u64 zones = 0, frames = 0;

	picture_take(r, &r->after);
	for (u64 i = 0; i < r->after.nr; i++)
		for (u64 k = 0; k < 1ULL << r->after.block[i].order; k++, frames++)
			if (!frame_handed_over(r, r->after.block[i].pfn + k))
				return false;
	for (u64 pfn = 0; pfn < r->w->machine->nr_frames; pfn++)
		if (is_due(r, pfn) && !(r->map[pfn * PAGE_LINES] & FRAME_SEEN))
			return prop_fail(r, "pfn %llu is memory and not reserved, and was not handed over", ull(pfn));
	for (unsigned z = 0; z < NR_ZONES; z++)
		zones += r->after.zone_free[z];
	if (zones != frames)
		return prop_fail(r, "%llu frames were handed over, zones count %llu", ull(frames), ull(zones));
	return true;
}

/* Whoever wants early memory has it by then. */
static bool lists_stay(struct prop_run *r)
{
	const char *memory = regions_difference(&r->memory[0], &r->memory[1]);
	const char *reserved = regions_difference(&r->reserved[0], &r->reserved[1]);

	if (memory)
		return prop_fail(r, "the hand-over changed what is memory: %s", memory);
	return reserved ? prop_fail(r, "the hand-over changed what is reserved: %s", reserved) : true;
}

static void act_finish(struct prop_run *r, void *arg)
{
	(void)r;
	*(int *)arg = mm_boot_finish();
}

static bool hand_over_holds(struct prop_run *r, const struct program *p)
{
	int err = 0;

	if (!play(r, p, NULL))
		return false;
	take_both(r, 0);
	if (!machine_do(r, (struct place){ 0, CONTEXT_TASK }, act_finish, &err))
		return false;
	take_both(r, 1);
	map_clear(r, ram_bytes(r) / LINE_BYTES);
	map_lines(r, &r->memory[0], LINE_MEMORY, LINE_BYTES - 1);
	map_lines(r, &r->reserved[0], LINE_RESERVED, 0);
	return lists_stay(r) && compare_with_free_lists(r);
}

const struct prop hand_over_exactly_once = {
	"hand_over_exactly_once",
	"the hand-over gives each frame of memory that is not reserved to the page allocator, exactly once, and no other",
	TABLE_MEMBLOCK,
	hand_over_holds,
};

/* --- ranges ------------------------------------------------------------------------------------------------------ */

struct range {
	u64 base, size;
};

/* What an operation names, if it begins with a base and a length. */
static bool range_of(const struct prop_run *r, const struct instr *in, struct range *range)
{
	const struct op *op = op_by_code(in->code);
	u64 a[MAX_ARGS];

	if (!op || op->args[0] != ARG_BASE || op->args[1] != ARG_LENGTH)
		return false;
	instr_args(op, in, a);
	range->base = min_of(a[0] * LINE_BYTES, ram_bytes(r));
	range->size = min_of(a[1] * LINE_BYTES, ram_bytes(r) - range->base);
	return true;
}

static int (*const ranged[])(phys_addr_t base, phys_addr_t size) = {
	memblock_add,
	memblock_remove,
	memblock_reserve,
	memblock_phys_free,
};
static const char *const ranged_name[] = { "add", "remove", "reserve", "free" };

struct ranged_call {
	unsigned which;
	struct range range;
	bool refused; /* there is no place for a larger array */
};

static void act_ranged(struct prop_run *r, void *arg)
{
	struct ranged_call *call = arg;

	(void)r;
	call->refused = ranged[call->which](call->range.base, call->range.size) != 0;
}

static bool call_ranged(struct prop_run *r, struct ranged_call *call)
{
	return machine_do(r, (struct place){ 0, CONTEXT_TASK }, act_ranged, call);
}

static bool do_ranged(struct prop_run *r, unsigned which, struct range range)
{
	struct ranged_call call = { which, range, false };

	return call_ranged(r, &call);
}

/* All ranges of the program, by one function, forwards or backwards. To give back there must be something reserved. */
static bool apply_all(struct prop_run *r, const struct program *p, unsigned which, bool backwards)
{
	struct range range;

	if (!machine_boot(r, p))
		return false;
	range = (struct range){ PAGE_SIZE, ram_bytes(r) - PAGE_SIZE };
	if (which == 3 && !do_ranged(r, 2, range))
		return false;
	for (u32 i = 0; i < p->nr_ops; i++) {
		u32 step = backwards ? p->nr_ops - 1 - i : i;

		if (range_of(r, &p->op[step], &range) && !do_ranged(r, which, range))
			return false;
	}
	take_both(r, backwards);
	return true;
}

static bool order_holds(struct prop_run *r, const struct program *p)
{
	for (unsigned which = 0; which < ARRAY_SIZE(ranged); which++) {
		char what[64];

		snprintf(what, sizeof(what), "%s ranges forwards, and backwards", ranged_name[which]);
		if (!apply_all(r, p, which, false) || !apply_all(r, p, which, true) || !both_same(r, what))
			return false;
	}
	return true;
}

const struct prop order_of_ranges_does_not_matter = {
	"order_of_ranges_does_not_matter",
	"adding, removing, reserving or giving back some ranges has one result, in whatever order they come",
	TABLE_MEMBLOCK,
	order_holds,
};

struct place_request {
	u64 size, at;
};

static void act_place(struct prop_run *r, void *arg)
{
	struct place_request *q = arg;

	(void)r;
	q->at = memblock_phys_alloc_range(q->size, LINE_BYTES, 0, MEMBLOCK_ALLOC_ANYWHERE, NUMA_NO_NODE, false);
}

/* One allocation of the size of a range, given back. */
static bool alloc_and_free(struct prop_run *r, u64 size)
{
	struct place_request q = { max_of(size, (u64)LINE_BYTES), 0 };
	struct ranged_call back = { .which = 3 };

	take_both(r, 0);
	if (!machine_do(r, (struct place){ 0, CONTEXT_TASK }, act_place, &q))
		return false;
	back.range = (struct range){ q.at, q.size };
	if (q.at && !call_ranged(r, &back))
		return false;
	if (back.refused) /* the model judges that, in programs; what cannot be given back leaves a trace */
		return true;
	take_both(r, 1);
	return both_same(r, "before allocating, and after giving back");
}

static bool reserve_and_free(struct prop_run *r, struct range range)
{
	struct ranged_call back = { 3, range, false };

	take_both(r, 0);
	if (regions_cover(&r->reserved[0], range.base, range.size))
		return true;
	if (!do_ranged(r, 2, range) || !call_ranged(r, &back))
		return false;
	if (back.refused)
		return true;
	take_both(r, 1);
	return both_same(r, "before reserving, and after giving back");
}

static bool no_trace_holds(struct prop_run *r, const struct program *p)
{
	struct range range;

	if (!play(r, p, NULL))
		return false;
	for (u32 i = 0; i < p->nr_ops; i++) {
		if (!range_of(r, &p->op[i], &range))
			continue;
		if (!alloc_and_free(r, range.size) || !reserve_and_free(r, range))
			return false;
	}
	return true;
}

const struct prop reserve_then_free_leaves_no_trace = {
	"reserve_then_free_leaves_no_trace",
	"memory that was free, reserved or allocated, and given back, leaves both lists as they were",
	TABLE_MEMBLOCK,
	no_trace_holds,
};

/* --- around each operation --------------------------------------------------------------------------------------- */

static void act_again(struct prop_run *r, void *arg)
{
	struct asked *q = arg;

	q->seen = q->op->run(r->w, q->a);
}

/* Operations on a range, but for searches and allocations. */
static bool repeats(const struct asked *q)
{
	return q->op->args[0] == ARG_BASE && q->op->args[1] == ARG_LENGTH && q->op->args[2] != ARG_ALIGN;
}

static bool check_again(struct prop_run *r, const struct asked *q)
{
	struct asked again = *q;
	char what[64];

	if (!repeats(q) || !q->seen.ok)
		return true;
	take_both(r, 0);
	if (!machine_do(r, q->at, act_again, &again))
		return false;
	take_both(r, 1);
	snprintf(what, sizeof(what), "%s once, and twice", q->op->name);
	if (!again.seen.ok)
		return prop_fail(r, "%s worked once and is refused the second time", q->op->name);
	return both_same(r, what);
}

static bool repeating_holds(struct prop_run *r, const struct program *p)
{
	return play(r, p, &(struct watch){ NULL, check_again });
}

const struct prop repeating_changes_nothing = {
	"repeating_changes_nothing",
	"an operation on a range, done twice in a row, does what it does once",
	TABLE_MEMBLOCK,
	repeating_holds,
};

struct early {
	u64 size, align;
	bool zero;
};

/* Is this an allocation? Then how much, on what boundary, and zeroed or not. */
static bool is_allocation(const struct prop_run *r, const struct asked *q, struct early *e)
{
	bool ranged_args = q->op->args[0] == ARG_BASE && q->op->args[1] == ARG_LENGTH && q->op->args[2] == ARG_ALIGN;
	bool simple_args = q->op->args[0] == ARG_BYTES && q->op->args[1] == ARG_ALIGN;
	u64 align = q->a[ranged_args ? 2 : 1];

	if ((!ranged_args && !simple_args) || r->w->model->memblock->grain_shift > 6)
		return false;
	e->size = simple_args ? ALIGN(q->a[0], (u64)LINE_BYTES) : min_of(q->a[1] * LINE_BYTES, ram_bytes(r));
	e->align = align ? 1ULL << (align - 1) : LINE_BYTES;
	e->zero = simple_args && !strstr(q->op->name, "raw");
	return true;
}

static bool look_before(struct prop_run *r, const struct asked *q)
{
	(void)q;
	take_both(r, 0);
	return true;
}

static bool check_bytes(struct prop_run *r, u64 at, const struct early *e)
{
	const u64 *word = (const u64 *)(const void *)(r->w->machine->host->ram + at);

	for (u64 i = 0; e->zero && i < e->size / 8; i++)
		if (word[i])
			return prop_fail(r, "byte %#llx of zeroed memory is not zero", ull(at + i * 8));
	for (u64 line = at / LINE_BYTES; line < (at + e->size) / LINE_BYTES; line++)
		ram_write_line(r->w->machine, line / PAGE_LINES, line % PAGE_LINES, RAM_PATTERN);
	return true;
}

static bool check_early(struct prop_run *r, const struct asked *q)
{
	u64 at = q->seen.value;
	struct early e;

	if (!q->seen.ok || !is_allocation(r, q, &e))
		return true;
	take_both(r, 1);
	if (at % e.align)
		return prop_fail(r, "%#llx was allocated, which is no multiple of %#llx", ull(at), ull(e.align));
	if (regions_cover(&r->memory[0], at, e.size) != e.size)
		return prop_fail(r, "%#llx+%#llx was allocated, and is not all memory", ull(at), ull(e.size));
	if (regions_cover(&r->reserved[0], at, e.size))
		return prop_fail(r, "%#llx+%#llx was allocated, and was reserved already", ull(at), ull(e.size));
	if (regions_cover(&r->reserved[1], at, e.size) != e.size)
		return prop_fail(r, "%#llx+%#llx was allocated, and is not all reserved now", ull(at), ull(e.size));
	return check_bytes(r, at, &e);
}

static bool early_holds(struct prop_run *r, const struct program *p)
{
	return play(r, p, &(struct watch){ look_before, check_early });
}

const struct prop early_allocations_are_disjoint = {
	"early_allocations_are_disjoint",
	"memblock allocates memory that nobody had, where it was asked to lie, and zeroed memory is zero in every byte",
	TABLE_MEMBLOCK,
	early_holds,
};

/* --- memory in pieces -------------------------------------------------------------------------------------------- */

#define MOST_CUTS      12
#define MOST_CUT_LINES 400

static void act_mark(struct prop_run *r, void *arg)
{
	const struct range *range = arg;

	(void)r;
	memblock_mark_hotplug(range->base, range->size);
}

/* Some lines are of another kind than the rest: one region becomes many, and pages have parts in two. */
static bool cut_memory(struct prop_run *r)
{
	u64 lines = ram_bytes(r) / LINE_BYTES;

	for (u64 i = 0; i < MOST_CUTS; i++) {
		u64 dice = mix(r->played->header.seed, i), first = dice % lines;
		u64 nr = min_of(1 + (dice >> 32) % MOST_CUT_LINES, lines - first);
		struct range range = { first * LINE_BYTES, nr * LINE_BYTES };

		if (!machine_do(r, (struct place){ 0, CONTEXT_TASK }, act_mark, &range))
			return false;
	}
	return true;
}

static bool hand_over(struct prop_run *r, struct picture *picture)
{
	int err = 0;

	regions_take(&r->reserved[picture == &r->after], true);
	if (!machine_do(r, (struct place){ 0, CONTEXT_TASK }, act_finish, &err))
		return false;
	picture_take(r, picture);
	picture_sort(picture);
	return true;
}

static bool pieces_hold(struct prop_run *r, const struct program *p)
{
	const char *difference;

	if (!play(r, p, NULL) || !hand_over(r, &r->before) || !play(r, p, NULL) || !cut_memory(r) ||
	    !hand_over(r, &r->after))
		return false;
	if (regions_difference(&r->reserved[0], &r->reserved[1])) /* an array had to grow */
		return true;
	difference = picture_difference(&r->before, &r->after);
	return difference ? prop_fail(r, "memory handed over in few regions, and in many: %s", difference) : true;
}

const struct prop pieces_hand_over_alike = {
	"pieces_hand_over_alike",
	"memory that is handed over in many pieces makes the same free blocks as in few",
	TABLE_MEMBLOCK,
	pieces_hold,
};
