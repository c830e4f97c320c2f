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
#include "model_slab.h"
#include "ops_memblock.h"
#include "vmstat.h"
#include "world.h"

static const char *differs(struct world *w, const char *clause, unsigned zone, const char *what, s64 seen, s64 due)
{
	return world_says(w, "%s: node %u zone %s: %s is %lld, it should be %lld", clause, zone / MAX_NR_ZONES,
			  zone_name(zone % MAX_NR_ZONES), what, (long long)seen, (long long)due);
}

#define SAME(clause, what, seen, due)                                                                                  \
	do {                                                                                                           \
		if (unlikely((u64)(seen) != (u64)(due)))                                                               \
			return differs(w, clause, z, what, (s64)(seen), (s64)(due));                                   \
	} while (0)

/* N3, W12: what is free, as counted exactly, as everybody reads it, and what each CPU holds back. */
static const char *compare_counters(struct world *w, unsigned z, const struct model_zone *zone)
{
	unsigned nid = z / MAX_NR_ZONES, type = z % MAX_NR_ZONES;
	s64 free = zone_stat_exact(nid, type, NR_FREE_PAGES), cma = zone_stat_exact(nid, type, NR_FREE_CMA_PAGES);

	if (free != (s64)model_free_pages(zone))
		return differs(w, "N3", z, "NR_FREE_PAGES", free, (s64)model_free_pages(zone));
	if (cma != (s64)zone->free_of[MIGRATE_CMA])
		return differs(w, "B14", z, "NR_FREE_CMA_PAGES", cma, (s64)zone->free_of[MIGRATE_CMA]);
	for (unsigned i = 0; i < NR_MODEL_STATS; i++) {
		SAME("W12", "the counter everybody reads", zone_stat_cheap(nid, type, i), zone->stat[i]);
		for (unsigned c = 0; c < w->model->nr_cpus; c++)
			SAME("W12", "what a CPU holds back", zone_stat_diff(nid, type, c, i), zone->held_back[c][i]);
	}
	return NULL;
}

/* N8: everything that follows from managed pages and knobs; and what the zone remembers. */
static const char *compare_figures(struct world *w, unsigned z, const struct model_zone *zone)
{
	struct zone_figures f = zone_figures(z / MAX_NR_ZONES, z % MAX_NR_ZONES);

	SAME("W2", "the min mark", f.min, zone->min);
	SAME("W2", "the low mark", f.low, zone->low);
	SAME("W2", "the high mark", f.high, zone->high);
	SAME("W2", "the promo mark", f.promo, zone->promo);
	SAME("B16", "the boost", f.boost, zone->boost);
	SAME("Z8", "spanned pages", f.spanned, zone->spanned);
	SAME("Z8", "present pages", f.present, zone->present);
	SAME("Z8", "managed pages", f.managed, zone->managed);
	SAME("I6", "CMA pages", f.cma, zone->cma);
	SAME("B18", "nr_reserved_highatomic", f.nr_reserved_highatomic,
	     (u64)zone->blocks_of[MIGRATE_HIGHATOMIC] << w->model->block_order);
	SAME("B14", "nr_free_highatomic", f.nr_free_highatomic, zone->free_of[MIGRATE_HIGHATOMIC]);
	SAME("I1", "isolated pageblocks", f.nr_isolated_blocks, zone->blocks_of[MIGRATE_ISOLATE]);
	SAME("W12", "the threshold of its counters", f.stat_threshold, zone->threshold);
	SAME("W12", "the drift mark", f.drift_mark, zone->drift_mark);
	SAME("L2", "the flag \"below high\"", !!(f.flags & 4), zone->below_high);
	SAME("B16", "the flag \"boosted\"", f.flags & 1, zone->boosted);
	for (unsigned j = 0; j < MAX_NR_ZONES; j++)
		SAME("Z6", "lowmem_reserve", f.lowmem_reserve[j], zone->reserve[j]);
	return NULL;
}

/* P2, P3, P6, P8: sizes, counts and tuning of a CPU's lists. */
static const char *compare_pcp(struct world *w, unsigned z, unsigned cpu, const struct model_zone *zone)
{
	const struct model_pcp *pcp = &zone->pcp[cpu];
	struct pcp_figures f = pcp_figures(z / MAX_NR_ZONES, z % MAX_NR_ZONES, cpu);

	SAME("P2", "the batch", f.batch, zone->batch);
	SAME("P3", "high_min", f.high_min, zone->high_min);
	SAME("P3", "high_max", f.high_max, zone->high_max);
	SAME("P8", "the count of a CPU's lists", f.count, pcp->count);
	for (unsigned l = 0; f.count && l < w->model->nr_lists; l++)
		SAME("P8", "the length of a CPU's list", f.nr[l], pcp->nr[l]);
	if (unlikely(w->model->vague_tuning)) {
		model_adopt_tuning(w->model, z, cpu, (struct pcp_tuning){ f.high, f.free_count, f.alloc_factor, f.freed_high_order });
		return NULL;
	}
	SAME("P6", "what a CPU's lists may hold", f.high, pcp->tuning.high);
	SAME("P5", "the frees a CPU has counted", f.free_count, pcp->tuning.free_count);
	SAME("P4", "the factor of a CPU's refills", f.alloc_factor, pcp->tuning.alloc_factor);
	SAME("P5", "the flag \"freed a high order\"", f.freed_high_order, pcp->tuning.freed_high_order);
	return NULL;
}

/* P8: each block on a CPU's list, by events. */
static const char *compare_pcp_blocks(struct world *w, unsigned z, unsigned cpu, unsigned list)
{
	u32 pfn[64];
	u64 n = pcp_dump(z / MAX_NR_ZONES, z % MAX_NR_ZONES, cpu, list, pfn, ARRAY_SIZE(pfn));

	for (u64 i = 0; i < n && i < ARRAY_SIZE(pfn); i++) {
		const char *bad = model_pcp_block(w->model, pfn[i], z, cpu, list);

		if (bad)
			return bad;
	}
	return NULL;
}

static const char *compare_zone(struct world *w, unsigned z)
{
	const struct model_zone *zone = &w->model->zone[z];
	const char *bad = compare_counters(w, z, zone);

	if (bad || (bad = compare_figures(w, z, zone)))
		return bad;
	for (unsigned c = 0; zone->managed && c < w->model->nr_cpus; c++) {
		if ((bad = compare_pcp(w, z, c, zone)))
			return bad;
		for (unsigned l = 0; zone->pcp[c].count && l < w->model->nr_lists; l++)
			if (zone->pcp[c].nr[l] && (bad = compare_pcp_blocks(w, z, c, l)))
				return bad;
	}
	return NULL;
}

static const char *compare_zones(struct world *w)
{
	const char *bad;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		if (w->model->zone[z].exists && (bad = compare_zone(w, z)))
			return bad;
	w->model->vague_tuning = false;
	return NULL;
}

/* B15: the type of each pageblock. */
static const char *compare_types(struct world *w)
{
	const struct model *m = w->model;

	for (u64 pfn = 0; pfn < m->nr_frames; pfn += 1ULL << m->block_order)
		if (model_zone_of(m, pfn) != MODEL_NR_ZONES && pageblock_migratetype_at(pfn) != model_type_of(m, pfn))
			return world_says(w, "B15: the pageblock of pfn %llu has type %u, it should be %u",
					  (unsigned long long)pfn, pageblock_migratetype_at(pfn), model_type_of(m, pfn));
	return NULL;
}

static u64 blocks_due(const struct model *m)
{
	u64 n = 0;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		for (unsigned t = 0; m->zone[z].exists && t < MIGRATE_TYPES; t++)
			for (unsigned o = 0; o <= m->max_order; o++)
				n += model_nr_free(m, z, o, t);
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
		const char *bad = model_free_block(w->model, b->pfn, b->order, b->nid * MAX_NR_ZONES + b->zone, b->migratetype);

		if (bad)
			return bad;
	}
	if (n == due)
		return NULL;
	return world_says(w, "B4: %llu blocks are on the free lists, the free frames make %llu",
		 (unsigned long long)n, (unsigned long long)due);
}

/* Z9: whom each allocation was counted for. */
static const char *compare_numa(struct world *w, unsigned z, const struct model_zone *zone)
{
	for (unsigned i = 0; i < NR_VM_NUMA_EVENT_ITEMS; i++)
		SAME("F4", "a NUMA counter", numa_events_sum(z / MAX_NR_ZONES, z % MAX_NR_ZONES, i), zone->numa[i]);
	return NULL;
}

static const char *event_differs(struct world *w, const char *name, u64 seen, u64 due)
{
	return world_says(w, "F5: %s is %llu, it should be %llu", name, (unsigned long long)seen, (unsigned long long)due);
}

/* L12: what was counted of everything done so far. Nobody may ask for the text before a program ends. */
static const char *compare_events(struct world *w)
{
	const struct model *m = w->model;

	for (unsigned z = 0; z < MAX_NR_ZONES; z++) {
		if (vm_events_sum(PGALLOC_DMA + z) != m->pgalloc[z])
			return event_differs(w, "pgalloc of a zone", vm_events_sum(PGALLOC_DMA + z), m->pgalloc[z]);
		if (vm_events_sum(ALLOCSTALL_DMA + z) != m->allocstall[z])
			return event_differs(w, "allocstall of a zone", vm_events_sum(ALLOCSTALL_DMA + z), m->allocstall[z]);
	}
	if (vm_events_sum(PGFREE) != m->pgfree)
		return event_differs(w, "pgfree", vm_events_sum(PGFREE), m->pgfree);
	if (vm_events_sum(KSWAPD_WAKE) != m->kswapd_wakes)
		return event_differs(w, "the number of kswapd's wake-ups", vm_events_sum(KSWAPD_WAKE), m->kswapd_wakes);
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		const char *bad = m->zone[z].exists ? compare_numa(w, z, &m->zone[z]) : NULL;

		if (bad)
			return bad;
	}
	return NULL;
}

static const char *compare_all(struct world *w)
{
	const char *bad;

	if (w->vm_up && (bad = vm_recount_all(w)))
		return bad;
	if (w->slab_up && (bad = slab_recount(w)))
		return bad;
	if ((bad = page_alloc_check()) || (bad = compare_zones(w)) || (bad = compare_types(w)) || (bad = compare_blocks(w)))
		return bad;
	return compare_events(w);
}

const char *world_recount(struct world *w)
{
	const char *bad;

	w->stats.recounts++;
	w->since_recount = 0;
	if (w->early)
		return memblock_check();
	bad = compare_all(w);
	return bad ? bad : model_recount(w->model);
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
		return totalreserve_pages() == w->model->totalreserve ?
			       NULL :
			       world_says(w, "Z7: totalreserve_pages is %llu, it should be %llu",
					  (unsigned long long)totalreserve_pages(),
					  (unsigned long long)w->model->totalreserve);
	return world_says(w, "M7: %llu pages were handed over, totalram_pages says %llu", (unsigned long long)managed,
			  (unsigned long long)totalram_pages());
}

/* Frames that stay reserved say so in their struct page. */
static const char *compare_reserved(struct world *w)
{
	for (u64 pfn = 0; pfn < w->model->nr_frames; pfn++)
		if ((w->model->frame[pfn].state == FRAME_RESERVED || w->model->frame[pfn].state == FRAME_DEVICE) !=
		    page_is_reserved_at(pfn))
			return world_says(w, "M7: pfn %llu is %sreserved by the map, its struct page says otherwise",
					  (unsigned long long)pfn,
					  w->model->frame[pfn].state == FRAME_RESERVED ? "" : "not ");
	return NULL;
}

/* Z8: a device's pages have the one reference of their driver. */
static const char *compare_devices(struct world *w)
{
	for (u64 pfn = 0; pfn < w->model->nr_frames; pfn++)
		if (w->model->frame[pfn].state == FRAME_DEVICE && page_ref_count_at(pfn) != 1)
			return world_says(w, "Z8: pfn %llu is a device's own and has reference count %d",
					  (unsigned long long)pfn, page_ref_count_at(pfn));
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
	if (w->early) /* what the boot itself took */
		return memblock_judge_state(w, "M5");
	bad = world_recount(w);
	if (bad)
		return bad;
	if ((bad = compare_reserved(w)) || (bad = compare_devices(w)))
		return bad;
	if ((bad = compare_zonelists(w)) || (w->slab_up && (bad = slab_check_boot(w))))
		return bad;
	return compare_totalram(w);
}

const char *world_check_settled(struct world *w)
{
	const char *bad;

	if ((bad = compare_all(w)))
		return bad;
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		const struct model_zone *zone = &w->model->zone[z];

		s64 stuck = model_slab_stuck_pages(w->model, z);

		if ((s64)(zone->free + w->prefilled[z]) + stuck == (s64)zone->managed)
			continue;
		if ((stuck || w->vm_up) && w->machine->param[PARAM_GUARDPAGE_MINORDER]) /* what is in use keeps its guards; swap was, before */
			continue;
		return world_says(w, "Q5: all is freed, but node %u zone %s has %llu pages free of %llu",
			 z / MAX_NR_ZONES, zone_name(z % MAX_NR_ZONES), (unsigned long long)zone->free,
			 (unsigned long long)zone->managed);
	}
	return NULL;
}
