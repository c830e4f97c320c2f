/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmscan.c - where reclaim will be. It frees nothing yet.
 *
 *   request --wakeup_kswapd--> kswapd_wanted[nid] --kswapd_run--> boosts end --> asleep again
 *
 * Direct reclaim finds nothing, unless the program planned that it says otherwise: what a request does with progress
 * that others used up before it can be seen without a reclaimer.
 *
 * Rules [B16] a boost lasts until kswapd has run  [L3] what progress means to a request
 * Locks: zone->lock for the boost. kswapd_run() is task context, wakeup_kswapd() any but NMI.
 */
#include "internal.h"

u64 try_to_free_pages(struct mm *mm, const struct zonelist *list, gfp_t gfp, unsigned order)
{
	(void)mm, (void)list, (void)gfp, (void)order;
	sim_may_sleep("direct reclaim");
	return sim_should_fail(FAULT_RECLAIM_PROGRESS) ? 1 : 0;
}

void wakeup_kswapd(struct mm *mm, struct zone *zone, gfp_t gfp, unsigned order)
{
	if (xchg(&mm->kswapd_wanted[zone->nid], true)) { /* orders: kswapd sees the boost it is woken for */
		count_mark(MARK_KSWAPD_WOKEN_ALREADY);
		return;
	}
	count_vm_events(KSWAPD_WAKE, 1);
	mm_announce((struct mm_event){ .type = EVENT_WAKEUP_KSWAPD,
				       .zone = (u8)zone_id(zone),
				       .order = (u8)order,
				       .gfp = gfp });
}

static void end_boost(struct zone *zone)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	zone_end_boost(zone);
	spin_unlock_irqrestore(&zone->lock, flags);
}

static struct zone **zones_of_node(struct mm *mm, unsigned nid)
{
	return &mm->zone[nid * MAX_NR_ZONES];
}

bool kswapd_run(unsigned nid)
{
	struct mm *mm = current_mm();

	if (nid >= mm->nr_nodes || !xchg(&mm->kswapd_wanted[nid], false))
		return false;
	mm_announce((struct mm_event){ .type = EVENT_KSWAPD_RUN, .zone = (u8)(nid * MAX_NR_ZONES) });
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		if (zones_of_node(mm, nid)[z])
			zone_set_flag(zones_of_node(mm, nid)[z], ZONE_RECLAIM_ACTIVE);
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		if (zones_of_node(mm, nid)[z])
			end_boost(zones_of_node(mm, nid)[z]);
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		if (zones_of_node(mm, nid)[z])
			zone_clear_flag(zones_of_node(mm, nid)[z], ZONE_RECLAIM_ACTIVE);
	return true;
}
