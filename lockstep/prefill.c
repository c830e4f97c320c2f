/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * prefill.c - machines that begin nearly full, in small pieces, or with caches.
 *
 *   nearly full   large blocks are taken until each zone is at its low mark
 *   fragmented    blocks of orders 0 to 2 and all types are taken, and every second one is given back
 *   slab	   kmem_cache_init() ran, with what slab_debug operations ask for; empty slabs were given back
 *   pressure	   the same, then vm_init(), and swap on one device
 *   scarce	   before swap is on, large blocks are taken until an eighth of each zone is left above its high mark
 *
 * What is taken belongs to nobody in the program and stays for good; the state it leaves is part of the boot image, so it
 * costs nothing per run. Every request is judged like any other.
 */
#include <stdlib.h>
#include "world.h"

#define MOST_UNITS 4096
#define FEW_PAGES  32 /* a zone of fewer is left as it is */

static u64 hash(u64 x)
{
	x *= 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9ULL;
	return x ^ (x >> 32);
}

static gfp_t typed(unsigned zone, u64 dice)
{
	gfp_t gfp = reach_gfp(zone);

	if (dice % 3 == 1 && !(gfp & __GFP_HIGHMEM))
		gfp |= __GFP_MOVABLE;
	if (dice % 3 == 2 && !(gfp & __GFP_MOVABLE))
		gfp |= __GFP_RECLAIMABLE;
	return gfp;
}

static const char *take(struct world *w, unsigned zone, gfp_t gfp, unsigned order, u64 *pfn)
{
	int nid = (int)(zone / MAX_NR_ZONES);
	struct page *page;
	const char *bad;

	more_fuel(w);
	model_begin_alloc(w->model, 0, world_where(), SYSTEM_OWNER, nid, gfp, order);
	page = alloc_pages_node(nid, gfp, order);
	*pfn = page ? page_to_pfn(page) : EMPTY_PFN;
	if ((bad = world_drain(w)) || (bad = model_answer_alloc(w->model, 0, *pfn)))
		return bad;
	return model_end(w->model, 0);
}

static const char *give(struct world *w, u64 pfn, unsigned order)
{
	const char *bad;

	more_fuel(w);
	model_begin_free(w->model, 0, pfn, order);
	__free_pages(pfn_to_page(pfn), order);
	bad = world_drain(w);
	return bad ? bad : model_end(w->model, 0);
}

static const char *drain_everything(struct world *w)
{
	const char *bad;

	model_begin_drain(w->model, 0, DRAIN_ALL, 0);
	drain_all_pages();
	if ((bad = world_drain(w)) || (bad = model_drained(w->model, 0, DRAIN_ALL, 0)))
		return bad;
	return model_end(w->model, 0);
}

static const char *fill_zone(struct world *w, unsigned zone, u64 leave)
{
	const struct model_zone *z = &w->model->zone[zone];
	const char *bad = NULL;
	u64 pfn = 0;

	for (int order = (int)w->model->max_order; !bad && order >= 0; order--)
		while (!bad && z->free >= leave + (1ULL << order)) {
			bad = take(w, zone, typed(zone, zone), (unsigned)order, &pfn);
			if (pfn == EMPTY_PFN)
				break;
		}
	return bad;
}

static const char *fragment_zone(struct world *w, unsigned zone)
{
	u32 *unit = malloc(MOST_UNITS * sizeof(*unit)), nr = 0;
	const struct model_zone *z = &w->model->zone[zone];
	const char *bad = unit ? NULL : "N50: the host has no memory for a fragmented start";

	for (u64 pfn; !bad && nr < MOST_UNITS && z->free >= z->min + 8; nr++) {
		unsigned order = (unsigned)(hash(nr ^ (u64)zone << 32) % 3);

		bad = take(w, zone, typed(zone, hash(nr) >> 40), order, &pfn);
		if (bad || pfn == EMPTY_PFN)
			break;
		unit[nr] = (u32)pfn << 2 | order;
	}
	for (u32 i = 0; !bad && i < nr; i++)
		if (hash(i + 77) & 1)
			bad = give(w, unit[i] >> 2, unit[i] & 3);
	free(unit);
	return bad;
}

static const char *leave_little(struct world *w)
{
	const char *bad = NULL;

	for (unsigned zone = 0; !bad && zone < MODEL_NR_ZONES; zone++) {
		const struct model_zone *z = &w->model->zone[zone];

		if (z->managed >= FEW_PAGES && zone % MAX_NR_ZONES < ZONE_DEVICE)
			bad = fill_zone(w, zone, z->high + z->managed / 8);
	}
	return bad ? bad : drain_everything(w);
}

static const char *under_pressure(struct world *w, enum start_state start)
{
	const char *bad;

	if ((bad = slab_prefill(w)) || (bad = vm_prefill(w)) || (bad = drain_everything(w)) ||
	    (start == START_SCARCE && (bad = leave_little(w))) || (bad = vm_prefill_swap(w)))
		return bad;
	return drain_everything(w);
}

const char *world_prefill(struct world *w, enum start_state start)
{
	const char *bad = NULL;

	if (start == START_SLAB)
		return (bad = slab_prefill(w)) ? bad : drain_everything(w);
	if (start >= START_PRESSURE)
		return under_pressure(w, start);
	if (start != START_NEARLY_FULL && start != START_FRAGMENTED)
		return NULL;
	for (unsigned type = 0; !bad && type < ZONE_DEVICE; type++)
		for (unsigned nid = 0; !bad && nid < w->model->nr_nodes; nid++) {
			unsigned zone = nid * MAX_NR_ZONES + type;

			if (w->model->zone[zone].managed)
				bad = start == START_NEARLY_FULL ? fill_zone(w, zone, w->model->zone[zone].low) : fragment_zone(w, zone);
		}
	return bad ? bad : drain_everything(w);
}
