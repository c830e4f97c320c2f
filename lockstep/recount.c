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
		snprintf(w->text, sizeof(w->text), "N3: node %u zone %s counts %llu free pages, by events there are %llu",
			 z / MAX_NR_ZONES, zone_name(z % MAX_NR_ZONES), (unsigned long long)free,
			 (unsigned long long)zone->free);
		return w->text;
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
	snprintf(w->text, sizeof(w->text), "B4: %llu blocks are on the free lists, the free frames make %llu",
		 (unsigned long long)n, (unsigned long long)due);
	return w->text;
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
		snprintf(w->text, sizeof(w->text), "Z4: the zonelist of node %u is not in the order of distance and zone",
			 nid);
		return w->text;
	}
	return NULL;
}

/* W1, W2 */
static const char *compare_marks(struct world *w)
{
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		u64 min = zone_min_pages(z / MAX_NR_ZONES, z % MAX_NR_ZONES);

		if (!w->model->zone[z].exists || min == w->model->zone[z].min)
			continue;
		snprintf(w->text, sizeof(w->text), "W2: node %u zone %s has min %llu, by the formula it is %llu",
			 z / MAX_NR_ZONES, zone_name(z % MAX_NR_ZONES), (unsigned long long)min,
			 (unsigned long long)w->model->zone[z].min);
		return w->text;
	}
	return NULL;
}

const char *world_check_boot(struct world *w)
{
	const char *bad = world_recount(w);

	if (bad || w->early)
		return bad;
	if ((bad = compare_zonelists(w)))
		return bad;
	return compare_marks(w);
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
		snprintf(w->text, sizeof(w->text), "Q5: all is freed, but node %u zone %s has %llu pages free of %llu",
			 z / MAX_NR_ZONES, zone_name(z % MAX_NR_ZONES), (unsigned long long)zone->free,
			 (unsigned long long)zone->managed);
		return w->text;
	}
	return NULL;
}
