/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_alloc.c - the buddy allocator: blocks of 2^order page frames, per zone.
 *
 *   order 2 |      0..3       |     A block at pfn p of order o has one buddy, p ^ (1 << o).
 *   order 1 |  0..1  |  2..3  |     Two free buddies of one order in one zone are merged at once,
 *   order 0 | 0 | 1  | 2 | 3  |     so the free lists have one possible shape for each set of free frames.
 *
 * A request walks the zonelist of its node from the highest zone it may use; the first zone that stays above its min
 * watermark serves it from the smallest block that is large enough, and the upper halves go back (expand()).
 *
 * Invariants, with zone->lock held (page_alloc_check() tests each by its number):
 *   [B2]  a free block starts at a multiple of its size inside one zone; its first page alone has PG_buddy, its order is
 *         in page->private; no allocated page has PG_buddy or a private value
 *   [B3]  free_area[o].nr_free is the length of its list, zone->free_pages the sum of all blocks
 *   [B4]  no two buddies of one order in one zone are both free, below max_order
 *   [B19] a page handed out has reference count 1, its block's other pages 0, unless compound: tails point to the head
 *   [Z8]  spanned >= present >= managed, and managed pages are where memory is
 * Locks: zone->lock, a leaf, taken with interrupts off. Sleeps: never itself; a caller's __GFP_DIRECT_RECLAIM says that
 * it would have been legal.
 * Unlike Linux, so far: one migratetype, no per-CPU lists, no reclaim, one pass at the min watermark; pfn holes are kept
 * in a bitmap and may not be touched; zone edges are rounded to pageblocks at boot.
 */
#include "internal.h"

/* --- free lists -------------------------------------------------------------------------------------------------------- */

static void add_to_free_list(struct zone *zone, struct page *page, unsigned order, bool tail)
{
	struct free_area *area = &zone->free_area[order];

	lockdep_assert_held(&zone->lock);
	page->flags |= PG_buddy;
	page->private = order;
	if (tail)
		list_add_tail(&page->lru, &area->free_list);
	else
		list_add(&page->lru, &area->free_list);
	area->nr_free++;
}

static void del_from_free_list(struct zone *zone, struct page *page, unsigned order)
{
	lockdep_assert_held(&zone->lock);
	list_del(&page->lru);
	page->flags &= ~PG_buddy;
	page->private = 0;
	zone->free_area[order].nr_free--;
}

/* Is there a free block of exactly this order at pfn, in this zone? [B5] */
static bool page_is_buddy(const struct mm *mm, const struct zone *zone, u64 pfn, unsigned order)
{
	const struct page *page = mm->mem_map + pfn;
	const struct pageblock *block;

	if (pfn >= mm->nr_frames)
		return false;
	block = pfn_to_pageblock(mm, pfn);
	if (block->zone != zone_id(zone) || (block->has_holes && !pfn_valid(mm, pfn)))
		return false;
	return (page->flags & PG_buddy) && page->private == order && page->refcount == 0;
}

/* Would the block at pfn soon merge further? Then it should be handed out last. [B7] */
static bool buddy_merge_likely(const struct mm *mm, const struct zone *zone, u64 pfn, unsigned order)
{
	u64 parent = pfn & ~((1ULL << (order + 1)) - 1);

	if (order + 1 >= mm->max_order)
		return false;
	return page_is_buddy(mm, zone, parent ^ (2ULL << order), order + 1);
}

/* Give a block back, merging upwards. Caller holds zone->lock. [B1] [B4] */
static void free_one_block(struct mm *mm, struct zone *zone, u64 pfn, unsigned order)
{
	u64 freed_pfn = pfn;
	unsigned freed_order = order;

	VM_BUG_ON(pfn & ((1ULL << order) - 1));
	zone->free_pages += 1ULL << order;
	for (; order < mm->max_order; order++) {
		u64 buddy = pfn ^ (1ULL << order);

		if (!page_is_buddy(mm, zone, buddy, order))
			break;
		del_from_free_list(zone, mm->mem_map + buddy, order);
		pfn &= buddy;
	}
	add_to_free_list(zone, mm->mem_map + pfn, order, buddy_merge_likely(mm, zone, pfn, order));
	mm_announce((struct mm_event){ .type = EVENT_PAGE_FREE_ZONE_LOCKED,
				       .pfn = freed_pfn,
				       .order = (u8)freed_order,
				       .source_pfn = pfn,
				       .source_order = (u8)order });
}

/* The upper halves of a larger block return to the lower lists. [B8] */
static void expand(struct mm *mm, struct zone *zone, u64 pfn, unsigned low, unsigned high)
{
	while (high > low) {
		high--;
		add_to_free_list(zone, mm->mem_map + pfn + (1ULL << high), high, false);
	}
}

/* Take the first block of the smallest order that is large enough. Caller holds zone->lock. [B8] */
static struct page *rmqueue_smallest(struct mm *mm, struct zone *zone, unsigned order)
{
	for (unsigned o = order; o <= mm->max_order; o++) {
		struct page *page = list_first_entry_or_null(&zone->free_area[o].free_list, struct page, lru);

		if (!page)
			continue;
		del_from_free_list(zone, page, o);
		zone->free_pages -= 1ULL << order;
		expand(mm, zone, page_pfn(mm, page), order, o);
		mm_announce((struct mm_event){ .type = EVENT_PAGE_ALLOC_ZONE_LOCKED,
					       .pfn = page_pfn(mm, page),
					       .order = (u8)order,
					       .source_order = (u8)o });
		return page;
	}
	return NULL;
}

/* --- preparing pages ------------------------------------------------------------------------------------------------- */

static void prep_compound_page(struct page *page, unsigned order)
{
	page->flags |= PG_head;
	page->private = order;
	for (u64 i = 1; i < 1ULL << order; i++) {
		page[i].flags |= PG_tail;
		page[i].compound_head = page;
	}
}

static void undo_compound_page(struct page *page, unsigned order)
{
	page->flags &= ~PG_head;
	page->private = 0;
	for (u64 i = 1; i < 1ULL << order; i++) {
		page[i].flags &= ~PG_tail;
		page[i].compound_head = NULL;
	}
}

/* What a page is before its owner sees it. [B19] */
static void prep_new_page(struct mm *mm, struct page *page, unsigned order, gfp_t gfp)
{
	page->private = 0;
	page->refcount = 1;
	kasan_unpoison_pages(page, order);
	if (gfp & __GFP_ZERO)
		ram_zero_frames(this_cpu->machine, page_pfn(mm, page), 1ULL << order);
	if (order && (gfp & __GFP_COMP))
		prep_compound_page(page, order);
	mm_announce((struct mm_event){ .type = EVENT_PAGE_ALLOC,
				       .pfn = page_pfn(mm, page),
				       .order = (u8)order,
				       .gfp = gfp });
}

/* The reason why a page may not be freed, NULL if it may. [B20] */
static const char *page_bad_reason(const struct page *page)
{
	if (page->refcount)
		return "nonzero _refcount";
	if (page->flags & (PG_buddy | PG_reserved | PG_tail))
		return "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
	return NULL;
}

/* false: the page was bad, is reported and leaked. */
static bool free_pages_prepare(struct mm *mm, struct page *page, unsigned order)
{
	const char *reason = page_bad_reason(page);

	if (unlikely(reason)) {
		report_bad_page(page_pfn(mm, page), reason);
		return false;
	}
	if (page->flags & PG_head) {
		VM_BUG_ON(page->private != order);
		undo_compound_page(page, order);
	}
	mm_announce((struct mm_event){ .type = EVENT_PAGE_FREE, .pfn = page_pfn(mm, page), .order = (u8)order });
	kasan_poison_pages(page, order);
	return true;
}

/* --- allocation ---------------------------------------------------------------------------------------------------------- */

/* May the zone give 2^order pages and stay above its mark, and has it such a block? [W4] */
static bool zone_watermark_ok(const struct mm *mm, const struct zone *zone, unsigned order, u64 mark)
{
	s64 free = (s64)zone->free_pages - (s64)((1ULL << order) - 1);

	if (free <= (s64)mark)
		return false;
	if (!order)
		return true;
	for (unsigned o = order; o <= mm->max_order; o++)
		if (zone->free_area[o].nr_free)
			return true;
	return false;
}

static struct page *rmqueue(struct mm *mm, struct zone *zone, unsigned order)
{
	unsigned long flags;
	struct page *page;

	spin_lock_irqsave(&zone->lock, flags);
	page = rmqueue_smallest(mm, zone, order);
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

static struct page *get_page_from_freelist(struct mm *mm, const struct zonelist *list, gfp_t gfp, unsigned order)
{
	enum zone_type highest = gfp_zone(gfp);

	for (unsigned i = 0; i < list->nr; i++) {
		struct zone *zone = list->zone[i];
		struct page *page;

		sim_tick();
		if (zone->index > highest || !zone_watermark_ok(mm, zone, order, zone->watermark[WMARK_MIN]))
			continue;
		page = rmqueue(mm, zone, order);
		if (page)
			return page;
	}
	return NULL;
}

static bool should_fail_alloc_page(gfp_t gfp)
{
	if (gfp & __GFP_NOFAIL)
		return false;
	if (!sim_should_fail(FAULT_PAGE_ALLOC))
		return false;
	mm_announce((struct mm_event){ .type = EVENT_FAULT, .report = FAULT_PAGE_ALLOC });
	return true;
}

static bool order_is_legal(struct mm *mm, gfp_t gfp, unsigned order)
{
	if (likely(order <= mm->max_order))
		return true;
	if (!(gfp & __GFP_NOWARN) && !mm->order_warned) {
		mm->order_warned = true;
		sim_log("WARNING: page allocation of order %u, the largest is %u\n", order, mm->max_order);
		mm_report(REPORT_ORDER_TOO_BIG, 0, order, gfp);
	}
	return false;
}

static struct page *__alloc_pages(int nid, gfp_t gfp, unsigned order)
{
	struct mm *mm = current_mm();
	struct page *page = NULL;

	if (!order_is_legal(mm, gfp, order)) /* [B25] */
		return NULL;
	gfp = current_gfp_context(gfp);
	might_sleep_if(gfp & __GFP_DIRECT_RECLAIM);
	if (!should_fail_alloc_page(gfp))
		page = get_page_from_freelist(mm, &mm->zonelist[nid][!!(gfp & __GFP_THISNODE)], gfp, order);
	if (unlikely(!page)) {
		warn_alloc_failure(gfp, order);
		return NULL;
	}
	prep_new_page(mm, page, order, gfp);
	return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned order)
{
	return __alloc_pages(this_cpu->node, gfp, order);
}

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned order)
{
	return __alloc_pages(nid == NUMA_NO_NODE ? this_cpu->node : nid, gfp, order);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned order)
{
	struct page *page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

unsigned long alloc_pages_bulk(gfp_t gfp, unsigned long nr, struct page **array)
{
	unsigned long n = 0;

	while (n < nr && array[n])
		n++;
	while (n < nr) {
		if (!array[n])
			array[n] = alloc_pages(gfp, 0);
		if (!array[n])
			break;
		n++;
	}
	return n;
}

/* --- references and freeing ---------------------------------------------------------------------------------------------- */

static void free_the_block(struct mm *mm, struct page *page, unsigned order)
{
	struct zone *zone = page_zone(mm, page_pfn(mm, page));
	unsigned long flags;

	if (!free_pages_prepare(mm, page, order))
		return;
	spin_lock_irqsave(&zone->lock, flags);
	free_one_block(mm, zone, page_pfn(mm, page), order);
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* Drop a reference; true if it was the last one. A page without references is reported. [B29] */
static bool put_page_testzero(struct mm *mm, struct page *page)
{
	if (unlikely(page->refcount <= 0)) {
		report_bad_page(page_pfn(mm, page), "nonzero _refcount");
		return false;
	}
	return --page->refcount == 0;
}

void __free_pages(struct page *page, unsigned order)
{
	struct mm *mm = current_mm();
	bool compound = page->flags & PG_head;
	bool had_owner = page->refcount > 0;

	if (put_page_testzero(mm, page)) {
		free_the_block(mm, page, order);
	} else if (had_owner && !compound) { /* the holder of the other reference keeps the first page alone [B22] */
		while (order-- > 0)
			free_the_block(mm, page + (1ULL << order), order);
	}
}

void free_pages(unsigned long address, unsigned order)
{
	if (address)
		__free_pages(virt_to_page((void *)address), order);
}

void get_page(struct page *page)
{
	page = compound_head(page);
	VM_BUG_ON(page->refcount <= 0);
	page->refcount++;
}

void put_page(struct page *page)
{
	struct mm *mm = current_mm();

	page = compound_head(page);
	if (put_page_testzero(mm, page))
		free_the_block(mm, page, page->flags & PG_head ? (unsigned)page->private : 0);
}

void split_page(struct page *page, unsigned order)
{
	struct mm *mm = current_mm();

	if (unlikely(page->flags & (PG_head | PG_tail))) {
		sim_log("WARNING: split_page of a compound page, pfn %llu\n", (unsigned long long)page_pfn(mm, page));
		mm_report(REPORT_SPLIT_COMPOUND, page_pfn(mm, page), order, 0);
		return;
	}
	for (u64 i = 1; i < 1ULL << order; i++)
		page[i].refcount = 1;
}

static unsigned order_for(size_t bytes)
{
	unsigned order = 0;

	while ((PAGE_SIZE << order) < bytes)
		order++;
	return order;
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned order = order_for(size);
	struct page *page;

	if (gfp & (__GFP_COMP | __GFP_HIGHMEM)) {
		sim_log_text("WARNING: alloc_pages_exact drops __GFP_COMP and __GFP_HIGHMEM\n");
		mm_report(REPORT_GFP_MISUSE, 0, order, gfp);
		gfp &= ~(__GFP_COMP | __GFP_HIGHMEM);
	}
	page = alloc_pages(gfp, order);
	if (!page)
		return NULL;
	split_page(page, order);
	for (u64 i = PFN_UP(size); i < 1ULL << order; i++)
		__free_pages(page + i, 0);
	return page_address(page);
}

void free_pages_exact(void *address, size_t size)
{
	struct page *page = virt_to_page(address);

	for (u64 i = 0; i < PFN_UP(size); i++)
		__free_pages(page + i, 0);
}

void free_pages_core(u64 pfn, unsigned order)
{
	struct mm *mm = current_mm();
	struct zone *zone = page_zone(mm, pfn);
	unsigned long flags;

	zone->managed_pages += 1ULL << order;
	spin_lock_irqsave(&zone->lock, flags);
	free_one_block(mm, zone, pfn, order);
	spin_unlock_irqrestore(&zone->lock, flags);
}
