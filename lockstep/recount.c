/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * recount.c - the state of mm against the state of the model, at quiescent points.
 *
 * mm's own checker says the lists are valid; here they must also be the model's: every listed block is a whole block of
 * the free set, there are as many as there must be, and each zone counts what the model counts. So a frame whose state
 * changed without an event is found even if mm is consistent with itself.
 */
#include <stdlib.h>
#include <string.h>
#include "world.h"

static const char *compare_zones(struct world *w)
{
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		const struct model_zone *zone = &w->model->zone[z];
		u64 free = zone_free_pages(z / MAX_NR_ZONES, z % MAX_NR_ZONES);

		if (free == zone->free)
			continue;
		return world_says(w, "N3: node %u zone %s counts %llu free pages, by events there are %llu",
			 z / MAX_NR_ZONES, zone_name(z % MAX_NR_ZONES), (unsigned long long)free,
			 (unsigned long long)zone->free);
	}
	return NULL;
}

static u64 blocks_due(const struct model *m)
{
	u64 n = 0;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		for (unsigned o = 0; m->zone[z].exists && o <= m->max_order; o++)
			n += model_nr_free(m, z, o);
	return n;
}

static const char *compare_blocks(struct world *w)
{
	u64 n = page_alloc_dump(w->blocks, w->block_room), due = blocks_due(w->model);

	if (n > w->block_room) {
		w->block_room = n + n / 2;
		w->blocks = realloc(w->blocks, w->block_room * sizeof(*w->blocks));
		n = page_alloc_dump(w->blocks, w->block_room);
	}
	for (u64 i = 0; i < n; i++) {
		const struct free_block *b = &w->blocks[i];
		const char *bad = model_free_block(w->model, b->pfn, b->order, b->nid, b->zone);

		if (bad)
			return bad;
	}
	if (n == due)
		return NULL;
	return world_says(w, "B4: %llu blocks are on the free lists, the free frames make %llu",
		 (unsigned long long)n, (unsigned long long)due);
}

const char *world_recount(struct world *w)
{
	const char *bad;

	w->stats.recounts++;
	w->since_recount = 0;
	if (w->early)
		return memblock_check();
	if ((bad = page_alloc_check()) || (bad = compare_zones(w)) || (bad = compare_blocks(w)))
		return bad;
	return model_recount(w->model);
}

/* Z4: who is asked in which order. */
static const char *compare_zonelists(struct world *w)
{
	u8 list[MODEL_NR_ZONES];

	for (unsigned nid = 0; nid < w->model->nr_nodes; nid++) {
		unsigned n = zonelist_dump(nid, false, list, MODEL_NR_ZONES);

		if (n == w->model->zonelist_len[nid] && !memcmp(list, w->model->zonelist[nid], n))
			continue;
		return world_says(w, "Z4: the zonelist of node %u is not in the order of distance and zone",
			 nid);
	}
	return NULL;
}

/* W1, W2, Z8: the figures of every zone, by the formulas. */
static const char *compare_figures(struct world *w)
{
	for (unsigned i = 0; i < MODEL_NR_ZONES; i++) {
		const struct model_zone *z = &w->model->zone[i];
		struct zone_figures f = zone_figures(i / MAX_NR_ZONES, i % MAX_NR_ZONES);
		const char *name = zone_name(i % MAX_NR_ZONES);
		unsigned nid = i / MAX_NR_ZONES;

		if (!z->exists)
			continue;
		if (f.min != z->min || f.low != z->low || f.high != z->high)
			return world_says(w, "W2: node %u zone %s has marks %llu %llu %llu, by the formula %llu %llu %llu", nid,
					  name, (unsigned long long)f.min, (unsigned long long)f.low,
					  (unsigned long long)f.high, (unsigned long long)z->min,
					  (unsigned long long)z->low, (unsigned long long)z->high);
		if (f.spanned != z->spanned || f.present != z->present || f.managed != z->managed)
			return world_says(w, "Z8: node %u zone %s spans %llu pages, %llu present, %llu managed; it should be "
					     "%llu, %llu, %llu", nid, name, (unsigned long long)f.spanned,
					  (unsigned long long)f.present, (unsigned long long)f.managed,
					  (unsigned long long)z->spanned, (unsigned long long)z->present,
					  (unsigned long long)z->managed);
	}
	return NULL;
}

static u64 managed_pages(const struct model *m)
{
	u64 managed = 0;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		managed += m->zone[z].managed;
	return managed;
}

/* M7: what was handed over, as mm counts it. */
static const char *compare_totalram(struct world *w)
{
	u64 managed = managed_pages(w->model);

	if (totalram_pages() == managed)
		return NULL;
	return world_says(w, "M7: %llu pages were handed over, totalram_pages says %llu", (unsigned long long)managed,
			  (unsigned long long)totalram_pages());
}

/* Frames that stay reserved say so in their struct page. */
static const char *compare_reserved(struct world *w)
{
	for (u64 pfn = 0; pfn < w->model->nr_frames; pfn++)
		if ((w->model->frame[pfn].state == FRAME_RESERVED) != page_is_reserved_at(pfn))
			return world_says(w, "M7: pfn %llu is %sreserved by the map, its struct page says otherwise",
					  (unsigned long long)pfn,
					  w->model->frame[pfn].state == FRAME_RESERVED ? "" : "not ");
	return NULL;
}

const char *world_check_boot(struct world *w, bool booted)
{
	const char *bad;

	if (!w->early && booted != (managed_pages(w->model) > 0))
		return world_says(w, "M7: boot says there is %s memory, by the map %llu pages are free", booted ? "" : "no",
				  (unsigned long long)managed_pages(w->model));
	if (!booted)
		return NULL;
	bad = world_recount(w);
	if (bad || w->early)
		return bad;
	if ((bad = compare_reserved(w)))
		return bad;
	if ((bad = compare_zonelists(w)))
		return bad;
	if ((bad = compare_totalram(w)))
		return bad;
	return compare_figures(w);
}

const char *world_check_settled(struct world *w)
{
	const char *bad;

	if ((bad = page_alloc_check()) || (bad = compare_zones(w)) || (bad = compare_blocks(w)))
		return bad;
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		const struct model_zone *zone = &w->model->zone[z];

		if (zone->free == zone->managed)
			continue;
		return world_says(w, "Q5: all is freed, but node %u zone %s has %llu pages free of %llu",
			 z / MAX_NR_ZONES, zone_name(z % MAX_NR_ZONES), (unsigned long long)zone->free,
			 (unsigned long long)zone->managed);
	}
	return NULL;
}
