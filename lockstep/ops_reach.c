/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_reach.c - operations that get somewhere fast: a zone near one of its marks, a zone in small pieces.
 *
 *   fill_to    zone: [##############..|...]   takes single pages until `mark + offset` pages are free
 *   fragment   zone: [#.##.#.##.#.#..#|...]   takes down to the low mark, then gives back one page of each two buddies
 *
 * A program of 64 operations seldom gets a zone below its marks by itself; one of these does. It counts as one operation,
 * but each page inside is a request of its own, which the model judges like any other: begin, events, answer, end.
 *
 * The mask leads to the zone first, and to its node alone. It may use the reserves (__GFP_MEMALLOC), so that marks do not
 * stop it; it never sleeps or reclaims. Where the zone has others behind it in the list of the node, a request that finds
 * it below its low mark is served by those first: such pages are kept too. So to empty one zone takes all that is behind.
 *
 * What was taken lies in w->fill_pfn[slot], slot.nr frames; the slot is given back like an array of single pages.
 */
#include "world.h"

#define FEWEST_AT_ONCE 16 /* requests of one operation: a sixteenth of the machine, but not fewer, nor above MAX_FILL */

static const gfp_t mask_of[MAX_NR_ZONES] = {
	[ZONE_DMA] = __GFP_DMA,
	[ZONE_DMA32] = __GFP_DMA32,
	[ZONE_HIGHMEM] = __GFP_HIGHMEM,
	[ZONE_MOVABLE] = __GFP_HIGHMEM | __GFP_MOVABLE,
};

static unsigned node_of(unsigned zone)
{
	return zone / MAX_NR_ZONES;
}

u32 reach_gfp(unsigned zone)
{
	return mask_of[zone % MAX_NR_ZONES] | __GFP_THISNODE | __GFP_KSWAPD_RECLAIM | __GFP_MEMALLOC | __GFP_NOWARN;
}

static u64 free_in(unsigned zone)
{
	return zone_free_pages(node_of(zone), zone % MAX_NR_ZONES);
}

u32 reach_at_once(u64 nr_frames)
{
	return (u32)max_of(min_of(nr_frames / 16, (u64)MAX_FILL), (u64)FEWEST_AT_ONCE);
}

/* Marks as they stand, without the boost. */
static s64 mark_of(unsigned zone, u64 mark)
{
	struct zone_figures f = zone_figures(node_of(zone), zone % MAX_NR_ZONES);

	return (s64)(mark == 0 ? f.min : mark == 1 ? f.low : f.high);
}

/* --- one page ---------------------------------------------------------------------------------------------------------- */

/* The flight that is open ends, and that of a request begins: the last one is ended by whoever runs the operation. */
static const char *take_page(struct world *w, u32 slot, unsigned zone, u64 *pfn)
{
	const char *bad = model_end(w->model, world_cpu());
	struct page *page;

	if (bad)
		return bad;
	model_begin_alloc(w->model, world_cpu(), world_where(), (u16)slot, (int)node_of(zone), reach_gfp(zone), 0);
	page = alloc_pages_node((int)node_of(zone), reach_gfp(zone), 0);
	*pfn = page ? page_to_pfn(page) : EMPTY_PFN;
	if ((bad = world_drain(w)) || (bad = model_answer_alloc(w->model, world_cpu(), *pfn)))
		return bad;
	return page ? contents_check_reachable(w, *pfn, 1) : NULL;
}

static const char *give_page(struct world *w, u64 pfn)
{
	const char *bad = model_end(w->model, world_cpu());

	if (bad)
		return bad;
	model_begin_free(w->model, world_cpu(), pfn, 0);
	__free_pages(pfn_to_page(pfn), 0);
	bad = world_drain(w);
	return bad ? bad : contents_check_unreachable(w, pfn, 1);
}

/* --- many --------------------------------------------------------------------------------------------------------------- */

/* How many were taken until so many are free in the zone, or nothing more is given. */
static u32 take_until(struct world *w, u32 slot, unsigned zone, s64 target)
{
	const char **bad = &world_scratch(w)->pending;
	u32 nr = 0;
	u64 pfn;

	*bad = NULL;
	while (nr < reach_at_once(w->machine->nr_frames) && (s64)free_in(zone) > target) {
		*bad = take_page(w, slot, zone, &pfn);
		if (*bad || pfn == EMPTY_PFN)
			break;
		w->fill_pfn[slot][nr++] = (u32)pfn;
	}
	return nr;
}

static bool goes_back(u64 pfn, u64 pattern)
{
	u64 hash = (pfn / 2 + (pattern << 32)) * 0x9e3779b97f4a7c15ULL;

	return (hash >> 63) == (pfn & 1);
}

/* Of two buddies one at most: nothing merges. Returns how many are left. */
static u32 give_half(struct world *w, u32 slot, u32 nr, u64 pattern)
{
	u32 *pfn = w->fill_pfn[slot], kept = 0;

	for (u32 i = 0; i < nr && !world_scratch(w)->pending; i++) {
		if (goes_back(pfn[i], pattern))
			world_scratch(w)->pending = give_page(w, pfn[i]);
		else
			pfn[kept++] = pfn[i];
	}
	return kept;
}

/* --- operations --------------------------------------------------------------------------------------------------------- */

static bool ready_zone(struct world *w, const u64 *a)
{
	(void)w;
	return zone_figures(node_of((unsigned)a[1]), (unsigned)a[1] % MAX_NR_ZONES).managed != 0;
}

static void begin_reach(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}

static struct outcome run_fill_to(struct world *w, const u64 *a)
{
	s64 above = a[3] < 16 ? (s64)a[3] : (s64)a[3] - 32;
	s64 target = max_of(mark_of((unsigned)a[1], a[2]) + above, (s64)0);
	u32 nr = take_until(w, (u32)a[0], (unsigned)a[1], target);

	return (struct outcome){
		.ok = (s64)free_in((unsigned)a[1]) <= target, .has_value = true, .what = "pages", .value = nr
	};
}

static struct outcome run_fragment(struct world *w, const u64 *a)
{
	u32 nr = take_until(w, (u32)a[0], (unsigned)a[1], mark_of((unsigned)a[1], 1));

	nr = give_half(w, (u32)a[0], nr, a[2]);
	return (struct outcome){ .ok = true, .has_value = true, .what = "pages", .value = nr };
}

/* Stamps hold the count of requests of a slot: they are written when the last one was made. */
static const char *judge_reach(struct world *w, const u64 *a, struct outcome seen)
{
	const u32 *pfn = w->fill_pfn[a[0]];

	if (world_scratch(w)->pending || !seen.value)
		return world_scratch(w)->pending;
	slot_fill(w, (u32)a[0], (struct slot){ .kind = SLOT_FILL, .nr = (u32)seen.value, .pfn = pfn[0] });
	for (u32 i = 0; i < seen.value; i++)
		contents_stamp(w, pfn[i], 1);
	return NULL;
}

const struct op reach_ops[] = {
	/* code   name	      arguments					      weight flags ready begin run judge */
	{ 0x0140, "fill_to", { ARG_NEW_PAGES, ARG_ZONE, ARG_MARK, ARG_ABOVE }, 6, OP_TASK_ONLY, ready_zone, begin_reach,
	  run_fill_to, judge_reach },
	{ 0x0141, "fragment", { ARG_NEW_PAGES, ARG_ZONE, ARG_PATTERN }, 2, OP_TASK_ONLY, ready_zone, begin_reach,
	  run_fragment, judge_reach },
	{ 0 }
};
