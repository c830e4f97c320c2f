/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_isolation.c - pageblocks that nobody may be given pages of.
 *
 *   U, M, R, CMA --isolate--> ISOLATE --unset--> what it was
 *
 * The free pages of an isolated pageblock lie on lists that no request looks at, and do not count as free. Its pages that
 * are in use come to those lists when they are freed; those that lie on per-CPU lists meanwhile can still be handed out:
 * who isolates drains them, or disables the zone's lists first.
 *
 * Invariants:
 *   [B14] what lies on ISOLATE lists is not counted; zone->nr_isolated_blocks is the number of such pageblocks
 * Locks: zone->lock. Task context. Unlike Linux: one pageblock at a time; nothing is asked about pages in use.
 */
#include <errno.h>
#include "internal.h"

/* The zone of a frame whose pageblock has free pages ever; NULL: none, or the frame is a device's. */
static struct zone *zone_of_frame(const struct mm *mm, u64 pfn)
{
	const struct pageblock *block;

	if (pfn >= mm->nr_frames)
		return NULL;
	block = pfn_to_pageblock(mm, pfn);
	if (block->zone == NO_ZONE || block->zone % MAX_NR_ZONES == ZONE_DEVICE)
		return NULL;
	return mm->zone[block->zone];
}

static int isolate_block(struct mm *mm, struct zone *zone, u64 pfn)
{
	struct pageblock *block = pfn_to_pageblock(mm, pfn);

	if (marked(block->migratetype == MIGRATE_ISOLATE || block->migratetype == MIGRATE_HIGHATOMIC, MARK_ISOLATE_REFUSED))
		return -EBUSY;
	block->isolated_from = block->migratetype;
	ADD_ONCE(zone->nr_isolated_blocks, 1);
	move_freepages_block(mm, zone, pfn, MIGRATE_ISOLATE, RETYPE_ISOLATE);
	return 0;
}

static int unisolate_block(struct mm *mm, struct zone *zone, u64 pfn)
{
	struct pageblock *block = pfn_to_pageblock(mm, pfn);

	if (block->migratetype != MIGRATE_ISOLATE)
		return -EINVAL;
	VM_BUG_ON(!zone->nr_isolated_blocks);
	SUB_ONCE(zone->nr_isolated_blocks, 1);
	move_freepages_block(mm, zone, pfn, block->isolated_from, RETYPE_UNISOLATE);
	return 0;
}

static int change_block(u64 pfn, int (*change)(struct mm *, struct zone *, u64))
{
	struct mm *mm = current_mm();
	struct zone *zone = zone_of_frame(mm, pfn);
	unsigned long flags;
	int err;

	if (!zone)
		return -EINVAL;
	spin_lock_irqsave(&zone->lock, flags);
	err = change(mm, zone, pfn);
	spin_unlock_irqrestore(&zone->lock, flags);
	return err;
}

int set_migratetype_isolate(u64 pfn)
{
	return change_block(pfn, isolate_block);
}

int unset_migratetype_isolate(u64 pfn)
{
	return change_block(pfn, unisolate_block);
}
