/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watermark.c - how much of a zone is kept back, from whom, and when a request may have pages all the same.
 *
 *   free pages  |====== promo ===== high ===== low ===== min =====|   kswapd sleeps above high and is woken below low;
 *               everybody --------->| reclaim ---->| reserves --->|   below min only who can help, or cannot wait
 *
 * Marks are shares of min_free_kbytes by managed pages, a boost lifts all of them for a while. Lowmem reserve: a request
 * that could use a higher zone leaves a lower one so many pages above the mark.
 *
 * Rules [W1] min_free_kbytes  [W2] marks  [W4] the test  [W5] and its exception  [Z6] lowmem reserve  [Z7] totalreserve
 *       [L2] a zone that was found below its high mark says so until a free finds it above
 * Invariants:
 *   [W2] min <= low <= high <= promo
 * Locks: knob_lock to write marks; who tests one reads it, and counters, as they are. Knobs are written in task context.
 * Unlike Linux: a written min_free_kbytes is taken as it is; the one value SIM_DERIVED means "as at boot".
 */
#include <errno.h>
#include "internal.h"

#define KIB_PER_PAGE (PAGE_SIZE / 1024)

/* --- the test -------------------------------------------------------------------------------------------------------------- */

/* Has the zone a block on a list that a request with these flags may use? */
static bool has_block(const struct mm *mm, const struct zone *zone, unsigned order, unsigned alloc_flags)
{
	for (unsigned o = order; o <= mm->max_order; o++) {
		const struct free_area *area = &zone->free_area[o];

		if (!READ_ONCE(area->nr_free))
			continue;
		for (unsigned type = 0; type < MIGRATE_PCPTYPES; type++)
			if (!list_empty(&area->free_list[type]))
				return true;
		if ((alloc_flags & ALLOC_CMA) && !list_empty(&area->free_list[MIGRATE_CMA]))
			return true;
		if ((alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM)) && !list_empty(&area->free_list[MIGRATE_HIGHATOMIC]))
			return true;
	}
	count_mark(MARK_WMARK_NO_BLOCK);
	return false;
}

/* Which of the things that are kept back from this request decided? */
static sim_cold bool below_mark(const struct zone *zone, s64 free, s64 least, unsigned highest, unsigned alloc_flags)
{
	marked(free > least, MARK_WMARK_LOWMEM_RESERVE);
	least += (s64)READ_ONCE(zone->lowmem_reserve[highest]);
	if (!(alloc_flags & ALLOC_CMA))
		marked(free + zone_page_state(zone, NR_FREE_CMA_PAGES) > least, MARK_WMARK_CMA);
	if (!(alloc_flags & ALLOC_RESERVES))
		marked(free + (s64)READ_ONCE(zone->nr_free_highatomic) > least, MARK_WMARK_HIGHATOMIC);
	return false;
}

/* What remains of the mark for who may use reserves. */
static s64 lowered_mark(s64 mark, unsigned alloc_flags)
{
	if (alloc_flags & ALLOC_MIN_RESERVE) {
		mark -= mark / 2;
		if (alloc_flags & ALLOC_NON_BLOCK)
			mark -= mark / 4;
	}
	if (alloc_flags & ALLOC_OOM)
		mark -= mark / 2;
	return mark;
}

bool __zone_watermark_ok(const struct mm *mm, const struct zone *zone, unsigned order, u64 mark, unsigned highest,
			 unsigned alloc_flags, s64 free)
{
	s64 least = (s64)mark;

	free -= (s64)(1ULL << order) - 1;
	if (likely(!(alloc_flags & ALLOC_RESERVES)))
		free -= (s64)READ_ONCE(zone->nr_free_highatomic);
	else
		least = lowered_mark(least, alloc_flags);
	if (!(alloc_flags & ALLOC_CMA))
		free -= zone_page_state(zone, NR_FREE_CMA_PAGES);
	if (free <= least + (s64)READ_ONCE(zone->lowmem_reserve[highest]))
		return below_mark(zone, free, least, highest, alloc_flags);
	return !order || has_block(mm, zone, order, alloc_flags);
}

bool zone_watermark_fast(const struct mm *mm, const struct zone *zone, unsigned order, u64 mark, unsigned highest,
			 unsigned alloc_flags)
{
	s64 free = zone_page_state(zone, NR_FREE_PAGES);

	if (likely(__zone_watermark_ok(mm, zone, order, mark, highest, alloc_flags, free)))
		return true;
	if (order || !(alloc_flags & ALLOC_MIN_RESERVE) || (alloc_flags & ALLOC_WMARK_MASK) != ALLOC_WMARK_MIN)
		return false;
	mark = READ_ONCE(zone->watermark[WMARK_MIN]);
	return marked(__zone_watermark_ok(mm, zone, 0, mark, highest, alloc_flags, free),
		      MARK_WMARK_WITHOUT_BOOST);
}

void zone_set_below_high(struct zone *zone, bool below)
{
	if (zone_has_flag(zone, ZONE_BELOW_HIGH) == below)
		return;
	if (below)
		zone_set_flag(zone, ZONE_BELOW_HIGH);
	else
		zone_clear_flag(zone, ZONE_BELOW_HIGH);
	mm_announce((struct mm_event){ .type = EVENT_BELOW_HIGH, .zone = (u8)zone_id(zone), .on = below });
}

/* --- marks [W1] [W2] --------------------------------------------------------------------------------------------------------- */

static u32 param(enum sim_param p)
{
	return this_cpu->machine->param[p];
}

static bool is_highmem_or_movable(const struct zone *zone)
{
	return zone->index == ZONE_HIGHMEM || zone->index == ZONE_MOVABLE;
}

static u64 lowmem_pages(const struct mm *mm)
{
	u64 pages = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i] && !is_highmem_or_movable(mm->zone[i]))
			pages += mm->zone[i]->managed_pages;
	return pages;
}

static u64 int_sqrt(u64 x)
{
	u64 root = 0;

	for (u64 bit = 1ULL << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= x)
			root += bit;
	return root;
}

static u64 min_free_kbytes(const struct mm *mm)
{
	u64 kbytes = mm->sysctl[SYSCTL_MIN_FREE_KBYTES];

	if (kbytes != SIM_DERIVED)
		return kbytes;
	kbytes = int_sqrt(lowmem_pages(mm) * KIB_PER_PAGE * 16);
	kbytes = max_of(kbytes, (u64)param(PARAM_MIN_FREE_KBYTES_LOWEST));
	return min_of(kbytes, (u64)param(PARAM_MIN_FREE_KBYTES_HIGHEST));
}

static void setup_zone_wmarks(const struct mm *mm, struct zone *zone, u64 pages_min, u64 lowmem)
{
	u64 share = lowmem ? pages_min * zone->managed_pages / lowmem : 0;
	u64 min = share, delta;

	if (is_highmem_or_movable(zone)) {
		min = max_of(zone->managed_pages / 1024, (u64)param(PARAM_HIGHMEM_MIN_PAGES_LOWEST));
		min = min_of(min, (u64)param(PARAM_HIGHMEM_MIN_PAGES_HIGHEST));
	}
	delta = max_of(share / 4, zone->managed_pages * mm->sysctl[SYSCTL_WATERMARK_SCALE_FACTOR] / 10000);
	step_lock(&zone->lock); /* or a boost from the old marks comes after */
	for (unsigned w = 0; w < NR_WMARK; w++)
		WRITE_ONCE(zone->watermark[w], min + w * delta);
	zone_end_boost(zone);
	step_unlock(&zone->lock);
}

/* --- reserves [Z6] [Z7] ------------------------------------------------------------------------------------------------------- */

/* What requests for higher zones leave here: a share of the pages they could have had there. */
static void setup_lowmem_reserve(const struct mm *mm, struct zone *zone)
{
	u64 ratio = zone->index <= ZONE_MOVABLE ? mm->sysctl[SYSCTL_LOWMEM_RESERVE_RATIO_DMA + zone->index] : 0;
	u64 above = 0;

	for (unsigned j = zone->index + 1u; j < MAX_NR_ZONES; j++) {
		const struct zone *upper = mm->zone[zone->nid * MAX_NR_ZONES + j];

		above += upper ? upper->managed_pages : 0;
		WRITE_ONCE(zone->lowmem_reserve[j], ratio && zone->managed_pages ? above / ratio : 0);
	}
}

static u64 reserved_of_zone(const struct zone *zone)
{
	u64 most = 0;

	for (unsigned j = zone->index; j < MAX_NR_ZONES; j++)
		most = max_of(most, zone->lowmem_reserve[j]);
	return min_of(most + wmark_pages(zone, WMARK_HIGH), zone->managed_pages);
}

static void calculate_totalreserve(struct mm *mm)
{
	u64 pages = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			pages += reserved_of_zone(mm->zone[i]);
	WRITE_ONCE(mm->totalreserve_pages, pages);
}

void setup_per_zone_lowmem_reserve(struct mm *mm)
{
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			setup_lowmem_reserve(mm, mm->zone[i]);
	calculate_totalreserve(mm);
}

static void update_pagesets(struct mm *mm)
{
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			zone_pcp_update(mm, mm->zone[i]);
}

void setup_per_zone_wmarks(struct mm *mm)
{
	u64 lowmem = lowmem_pages(mm), pages_min = min_free_kbytes(mm) / KIB_PER_PAGE;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			setup_zone_wmarks(mm, mm->zone[i], pages_min, lowmem);
	setup_per_zone_lowmem_reserve(mm);
	update_pagesets(mm);
	refresh_zone_stat_thresholds(mm);
}

/* --- knobs ----------------------------------------------------------------------------------------------------------------------- */

static bool in_range(enum mm_sysctl knob, u32 value)
{
	switch (knob) {
	case SYSCTL_WATERMARK_SCALE_FACTOR:
		return value >= 1 && value <= 3000;
	case SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION:
		return !value || value >= 8;
	default:
		return (unsigned)knob < NR_SYSCTLS;
	}
}

int mm_sysctl_write(enum mm_sysctl knob, u32 value)
{
	struct mm *mm = current_mm();

	if (!in_range(knob, value))
		return -EINVAL;
	step_lock(&mm->knob_lock);
	WRITE_ONCE(mm->sysctl[knob], value);
	if (knob == SYSCTL_MIN_FREE_KBYTES || knob == SYSCTL_WATERMARK_SCALE_FACTOR)
		setup_per_zone_wmarks(mm);
	else if (knob == SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION)
		update_pagesets(mm);
	else if (knob >= SYSCTL_LOWMEM_RESERVE_RATIO_DMA)
		setup_per_zone_lowmem_reserve(mm);
	step_unlock(&mm->knob_lock);
	return 0;
}
