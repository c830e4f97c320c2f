/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_fallback.c - which list a block comes from when its own has none, and pages kept back for atomic requests.
 *
 *   own list -> CMA, if the request may -> claim a pageblock of another type -> steal one block of another type
 *
 * A claim begins at the largest blocks, so that few pageblocks hold pages of two kinds: what is free in the pageblock, and
 * what is in use there already by pages like the request's, must be half of it. A claim that had to break into a
 * pageblock raises the zone's marks for a while (a boost): kswapd is to free pages ahead of the next one. A steal takes
 * the smallest block that will do, and leaves the pageblock to whom it belongs.
 *
 * Rules [B10] order of types  [B11] order of ways  [B12] claims  [B13] steals  [B16] boosts  [B17] when a pageblock is
 *       reserved  [W11] last resort
 * Invariants:
 *   [B18] nr_reserved_highatomic is the size of its HIGHATOMIC pageblocks
 * Locks: zone->lock. Sleeps: never.
 * Unlike Linux: no page in use is known to be movable before there are LRU lists; in a refill each block searches anew.
 */
#include "internal.h"

#define NR_FALLBACKS (MIGRATE_PCPTYPES - 1)

/* [B10] */
static const u8 fallbacks[MIGRATE_PCPTYPES][NR_FALLBACKS] = {
	[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
};

/* A block that a request of one type finds among those of another. */
struct fallback {
	struct page *page; /* NULL: there is none */
	unsigned order, type;
};

static struct fallback find_fallback(const struct zone *zone, unsigned order, unsigned wanted)
{
	const struct free_area *area = &zone->free_area[order];

	for (unsigned i = 0; area->nr_free && i < NR_FALLBACKS; i++) {
		unsigned type = fallbacks[wanted][i];
		struct page *page = list_first_entry_or_null(&area->free_list[type], struct page, lru);

		if (page) {
			marked(i > 0, MARK_FALLBACK_SECOND_CHOICE);
			return (struct fallback){ page, order, type };
		}
	}
	return (struct fallback){ NULL, order, MIGRATE_TYPES };
}

static void announce_fallback(const struct mm *mm, const struct fallback *f, unsigned order, unsigned wanted, bool claim)
{
	mm_announce((struct mm_event){ .type = EVENT_PAGE_EXTFRAG,
				       .pfn = page_pfn(mm, f->page),
				       .order = (u8)order,
				       .source_order = (u8)f->order,
				       .migratetype = (u8)wanted,
				       .from = (u8)f->type,
				       .claim = claim });
}

/* --- claims [B12] ---------------------------------------------------------------------------------------------------------- */

/* Is a block of this order worth a claim? Those who cannot move break into any, lest they end up everywhere. */
static bool should_try_claim(const struct mm *mm, unsigned order, unsigned wanted)
{
	return order >= mm->pageblock_order / 2u || wanted != MIGRATE_MOVABLE || mm->mobility_disabled;
}

/* Whole pageblocks change their type, whatever the rest of the world thinks. */
static struct page *claim_whole_blocks(struct mm *mm, struct zone *zone, const struct fallback *f, unsigned order,
				       unsigned wanted, bool refill)
{
	u64 pfn = page_pfn(mm, f->page);

	count_mark(MARK_CLAIM_OF_WHOLE_BLOCKS);
	set_pageblock_types(mm, pfn, f->order, wanted);
	move_to_free_list(zone, f->page, wanted, false);
	mm_announce((struct mm_event){ .type = EVENT_PAGEBLOCK,
				       .pfn = pfn,
				       .order = (u8)f->order,
				       .from = (u8)f->type,
				       .migratetype = (u8)wanted,
				       .report = RETYPE_CLAIM });
	announce_fallback(mm, f, order, wanted, true);
	take_block(mm, zone, f->page, f->order, order, wanted, wanted, refill);
	return f->page;
}

/* The zone's marks rise by a pageblock, up to a share of the high mark. false: not in this zone. [B16] */
static bool boost_watermark(const struct mm *mm, struct zone *zone)
{
	u64 factor = READ_ONCE(mm->sysctl[SYSCTL_WATERMARK_BOOST_FACTOR]), block = pageblock_nr_pages(mm);
	u64 most = READ_ONCE(zone->watermark[WMARK_HIGH]) * factor / 10000, boost = READ_ONCE(zone->watermark_boost);

	if (marked(!most || zone->managed_pages < 4 * block, MARK_BOOST_NOT_HERE))
		return false;
	most = max_of(most, block);
	marked(boost + block > most, MARK_BOOST_AT_MOST);
	WRITE_ONCE(zone->watermark_boost, min_of(boost + block, most));
	return true;
}

static void boost_and_announce(const struct mm *mm, struct zone *zone, const struct fallback *f, unsigned alloc_flags)
{
	if (boost_watermark(mm, zone) && (alloc_flags & ALLOC_KSWAPD))
		zone_set_flag(zone, ZONE_BOOSTED_WATERMARK);
	mm_announce((struct mm_event){ .type = EVENT_BOOST,
				       .pfn = page_pfn(mm, f->page),
				       .source_order = (u8)f->order,
				       .source_pfn = zone->watermark_boost,
				       .zone = (u8)zone_id(zone) });
}

/* Is half the pageblock free, or in use by pages like the wanted ones? Who has movable pages can be asked to move. */
static bool block_is_worth_it(const struct mm *mm, const struct fallback *f, unsigned wanted)
{
	u64 free = count_free_in_block(mm, page_pfn(mm, f->page)), alike = 0;

	if (wanted != MIGRATE_MOVABLE && f->type == MIGRATE_MOVABLE)
		alike = pageblock_nr_pages(mm) - free;
	marked(alike && free < pageblock_nr_pages(mm) / 2, MARK_CLAIM_MOSTLY_IN_USE);
	return free + alike >= pageblock_nr_pages(mm) / 2 || mm->mobility_disabled;
}

static struct page *try_to_claim_block(struct mm *mm, struct zone *zone, const struct fallback *f, unsigned order,
				       unsigned wanted, unsigned alloc_flags, bool refill)
{
	if (f->order >= mm->pageblock_order)
		return claim_whole_blocks(mm, zone, f, order, wanted, refill);
	boost_and_announce(mm, zone, f, alloc_flags);
	if (marked(!block_is_worth_it(mm, f, wanted), MARK_CLAIM_REFUSED))
		return NULL;
	count_mark(MARK_CLAIM_OF_A_PART);
	move_freepages_block(mm, zone, page_pfn(mm, f->page), wanted, RETYPE_CLAIM);
	announce_fallback(mm, f, order, wanted, true);
	return __rmqueue_smallest(mm, zone, order, wanted, wanted, refill);
}

static struct page *__rmqueue_claim(struct mm *mm, struct zone *zone, unsigned order, unsigned wanted,
				    unsigned alloc_flags, bool refill)
{
	int lowest = (int)((alloc_flags & ALLOC_NOFRAGMENT) ? max_of(order, mm->pageblock_order) : order);

	for (int o = mm->max_order; o >= lowest && should_try_claim(mm, (unsigned)o, wanted); o--) {
		struct fallback f = find_fallback(zone, (unsigned)o, wanted);
		struct page *page = f.page ? try_to_claim_block(mm, zone, &f, order, wanted, alloc_flags, refill) : NULL;

		if (page)
			return page;
	}
	return NULL;
}

/* --- steals [B13] ----------------------------------------------------------------------------------------------------------- */

static struct page *__rmqueue_steal(struct mm *mm, struct zone *zone, unsigned order, unsigned wanted, bool refill)
{
	for (unsigned o = order; o <= mm->max_order; o++) {
		struct fallback f = find_fallback(zone, o, wanted);

		if (!f.page)
			continue;
		count_mark(o > order ? MARK_STEAL_OF_A_PIECE : MARK_STEAL_OF_A_BLOCK);
		announce_fallback(mm, &f, order, wanted, false);
		take_block(mm, zone, f.page, o, order, f.type, wanted, refill);
		return f.page;
	}
	return NULL;
}

/* --- all ways [B11] --------------------------------------------------------------------------------------------------------- */

static struct page *served(struct page *page, enum mm_mark mark)
{
	marked(page != NULL, mark);
	return page;
}

static struct page *rmqueue_cma(struct mm *mm, struct zone *zone, unsigned order, unsigned type, bool refill)
{
	return __rmqueue_smallest(mm, zone, order, MIGRATE_CMA, type, refill);
}

/* Movable pages go to CMA while more than half of what is free lies there: others cannot use it. */
static bool cma_has_too_much(const struct zone *zone)
{
	return zone_page_state(zone, NR_FREE_CMA_PAGES) > zone_page_state(zone, NR_FREE_PAGES) / 2;
}

struct page *__rmqueue(struct mm *mm, struct zone *zone, unsigned order, unsigned type, unsigned alloc_flags, bool refill)
{
	struct page *page = NULL;

	if (unlikely((alloc_flags & ALLOC_CMA) && marked(cma_has_too_much(zone), MARK_CMA_FIRST)))
		page = rmqueue_cma(mm, zone, order, type, refill);
	if (!page)
		page = __rmqueue_smallest(mm, zone, order, type, type, refill);
	if (!page && (alloc_flags & ALLOC_CMA))
		page = served(rmqueue_cma(mm, zone, order, type, refill), MARK_CMA_LAST);
	if (!page)
		page = __rmqueue_claim(mm, zone, order, type, alloc_flags, refill);
	if (!page && !(alloc_flags & ALLOC_NOFRAGMENT))
		page = __rmqueue_steal(mm, zone, order, type, refill);
	return page;
}

static struct page *rmqueue_highatomic(struct mm *mm, struct zone *zone, unsigned order, unsigned type)
{
	return __rmqueue_smallest(mm, zone, order, MIGRATE_HIGHATOMIC, type, false);
}

struct page *rmqueue_buddy(struct mm *mm, struct zone *zone, unsigned order, unsigned type, unsigned alloc_flags)
{
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	if (unlikely(alloc_flags & ALLOC_HIGHATOMIC))
		page = served(rmqueue_highatomic(mm, zone, order, type), MARK_HIGHATOMIC_SERVES);
	if (!page)
		page = __rmqueue(mm, zone, order, type, alloc_flags, false);
	if (!page && (alloc_flags & (ALLOC_OOM | ALLOC_NON_BLOCK))) /* to fail now is worse than to fail the next one [W11] */
		page = served(rmqueue_highatomic(mm, zone, order, type), MARK_HIGHATOMIC_LAST_RESORT);
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

/* --- the reserve for atomic requests [B17] [B18] ------------------------------------------------------------------------------ */

/* Pages the zone may keep back; 0: it is too small. */
static u64 most_highatomic(const struct mm *mm, const struct zone *zone)
{
	u64 share = zone->managed_pages * this_cpu->machine->param[PARAM_HIGHATOMIC_PERCENT] / 100;

	return share < pageblock_nr_pages(mm) ? 0 : ALIGN(share, pageblock_nr_pages(mm));
}

void reserve_highatomic_pageblock(struct mm *mm, struct zone *zone, struct page *page, unsigned order)
{
	unsigned whole = max_of(order, mm->pageblock_order);
	u64 pfn = page_pfn(mm, page) & ~((1ULL << whole) - 1), most = most_highatomic(mm, zone);
	unsigned long flags;

	if (marked(READ_ONCE(zone->nr_reserved_highatomic) >= most, MARK_HIGHATOMIC_AT_MOST))
		return;
	spin_lock_irqsave(&zone->lock, flags);
	if (zone->nr_reserved_highatomic < most && is_migrate_mergeable(pfn_to_pageblock(mm, pfn)->migratetype) &&
	    pageblocks_alike(mm, pfn, whole)) {
		marked(whole > mm->pageblock_order, MARK_HIGHATOMIC_OF_SEVERAL_BLOCKS);
		ADD_ONCE(zone->nr_reserved_highatomic, 1ULL << whole);
		retype_pageblocks(mm, zone, pfn, whole, MIGRATE_HIGHATOMIC, RETYPE_RESERVE);
	}
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* The smallest block of the reserve that is free; its pageblocks, or pageblock, go to the type. Caller holds zone->lock. */
static bool unreserve_first_free(struct mm *mm, struct zone *zone, unsigned type)
{
	for (unsigned o = 0; o <= mm->max_order; o++) {
		const struct list_head *list = &zone->free_area[o].free_list[MIGRATE_HIGHATOMIC];
		const struct page *page = list_first_entry_or_null(list, struct page, lru);
		unsigned whole = max_of(o, mm->pageblock_order);

		if (!page)
			continue;
		VM_BUG_ON(zone->nr_reserved_highatomic < 1ULL << whole);
		SUB_ONCE(zone->nr_reserved_highatomic, 1ULL << whole);
		retype_pageblocks(mm, zone, page_pfn(mm, page) & ~((1ULL << whole) - 1), whole, type, RETYPE_UNRESERVE);
		return true;
	}
	return false;
}

bool unreserve_highatomic_pageblock(struct mm *mm, const struct zonelist *list, unsigned highest, unsigned type, bool force)
{
	bool done = false;

	for (unsigned i = 0; i < list->nr && !done; i++) {
		struct zone *zone = list->zone[i];
		unsigned long flags;

		sim_tick();
		if (zone->index > highest || (!force && READ_ONCE(zone->nr_reserved_highatomic) <= pageblock_nr_pages(mm)))
			continue;
		spin_lock_irqsave(&zone->lock, flags);
		done = unreserve_first_free(mm, zone, type);
		marked(done, force ? MARK_UNRESERVE_FORCED : MARK_UNRESERVE_FOR_RECLAIM);
		spin_unlock_irqrestore(&zone->lock, flags);
	}
	return done;
}
