/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_settle.c - everything mm keeps to itself is given up, so that the free lists are a function of what is in use.
 *
 *   lists disabled and drained -> isolated pageblocks given back -> reserved ones too -> counters added up
 *
 * For the end of a program: two schedules of the same work agree on what is free afterwards [Q4], and it is what was free
 * after boot if everything was freed [Q5]. There is no way back.
 * Locks: those of what it calls, one after the other. Task context.
 */
#include "internal.h"

static void give_back_isolated(const struct mm *mm)
{
	for (u64 pfn = 0; pfn < mm->nr_frames; pfn += 1ULL << mm->pageblock_order)
		if (pageblock_type(mm, pfn) == MIGRATE_ISOLATE)
			unset_migratetype_isolate(pfn);
}

static void give_back_reserved(struct mm *mm)
{
	unsigned type = mm->mobility_disabled ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;

	for (unsigned nid = 0; nid < mm->nr_nodes; nid++)
		while (unreserve_highatomic_pageblock(mm, &mm->zonelist[nid][ZONELIST_NOFALLBACK], ZONE_MOVABLE, type, true))
			sim_tick();
}

void page_alloc_settle(void)
{
	struct mm *mm = current_mm();

	for (unsigned i = 0; i < NR_ZONE_IDS; i++)
		if (mm->zone[i] && mm->zone[i]->managed_pages)
			zone_pcp_disable(i / MAX_NR_ZONES, i % MAX_NR_ZONES);
	give_back_isolated(mm);
	give_back_reserved(mm);
	vmstat_refresh();
}
