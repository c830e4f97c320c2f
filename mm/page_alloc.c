/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_alloc.c - the buddy allocator: blocks of 2^order page frames, per zone and mobility.
 *
 *   order 2 |      0..3       |     A block at pfn p of order o has one buddy, p ^ (1 << o).
 *   order 1 |  0..1  |  2..3  |     Two free buddies of one order in one zone are merged at once,
 *   order 0 | 0 | 1  | 2 | 3  |     so the free lists have one possible shape for each set of free frames.
 *
 * Each pageblock has a migratetype, which says who should use it: pages that cannot move, that can, or that can be
 * reclaimed (U, M, R: these are mergeable), atomic requests (HIGHATOMIC), movable pages alone (CMA), nobody (ISOLATE). A
 * free block lies on the list of its pageblock's type. A block that covers several pageblocks has one type: when two
 * mergeable ones meet, the merged block takes the type of the block being freed, and so do its pageblocks.
 *
 *   request -> page_ladder.c (which zone) -> pcp.c (this CPU's list) -> page_fallback.c (which type) -> here
 *   free ---------------------------------> pcp.c -------------------------------------------------> here
 *
 * Invariants, with zone->lock held (page_alloc_check() tests each by its number):
 *   [B2]  a free block starts at a multiple of its size inside one zone; its first page alone has PG_buddy, its order is
 *         in page->private; no allocated page has PG_buddy or a private value
 *   [B3]  free_area[o].nr_free is the length of its lists, NR_FREE_PAGES the sum of all blocks but isolated ones
 *   [B4]  no two buddies of one order in one zone are both free, below max_order; unless they are pageblocks or more, of
 *         different types, and one is not mergeable
 *   [B9]  a guard lies inside one pageblock, on no list, and its buddy is not a free block
 *   [B14] NR_FREE_CMA_PAGES and nr_free_highatomic are the sums of blocks on those lists
 *   [B15] a free block lies on the list of the type of every pageblock it covers
 *   [B19] a page handed out has reference count 1, its block's other pages 0, unless compound: tails point to the head
 *   [Z8]  spanned >= present >= managed, and managed pages are where memory is
 * Locks: zone->lock, taken with interrupts off, inside a pcp->lock or none. Sleeps: never.
 * Unlike Linux: pfn holes are kept in a bitmap and may not be touched; zone edges are rounded to pageblocks at boot; a free
 * block of a pageblock or more that changes its type is taken off and freed again, so that it merges; guards are smaller
 * than a pageblock, so that a type change never meets one.
 */
#include "internal.h"
#include "page_debug_internal.h"

/* --- free lists -------------------------------------------------------------------------------------------------------- */

static void add_to_free_list(struct zone *zone, struct page *page, unsigned order, unsigned type, bool tail)
{
	struct free_area *area = &zone->free_area[order];

	lockdep_assert_held(&zone->lock);
	set_page_flags(page, PG_buddy);
	page->private = order;
	if (tail)
		list_add_tail(&page->lru, &area->free_list[type]);
	else
		list_add(&page->lru, &area->free_list[type]);
	ADD_ONCE(area->nr_free, 1);
}

static void del_from_free_list(struct zone *zone, struct page *page, unsigned order)
{
	struct free_area *area = &zone->free_area[order];

	lockdep_assert_held(&zone->lock);
	list_del(&page->lru);
	clear_page_flags(page, PG_buddy);
	page->private = 0;
	SUB_ONCE(area->nr_free, 1);
}

void move_to_free_list(struct zone *zone, struct page *page, unsigned to, bool tail)
{
	unsigned order = (unsigned)page->private;

	del_from_free_list(zone, page, order);
	add_to_free_list(zone, page, order, to, tail);
}

void account_freepages(struct zone *zone, s64 nr, unsigned migratetype)
{
	if (unlikely(migratetype == MIGRATE_ISOLATE))
		return;
	mod_zone_page_state(zone, NR_FREE_PAGES, nr);
	if (migratetype == MIGRATE_CMA)
		mod_zone_page_state(zone, NR_FREE_CMA_PAGES, nr);
	else if (migratetype == MIGRATE_HIGHATOMIC)
		ADD_ONCE(zone->nr_free_highatomic, (u64)nr);
}

/* Free pages change their type: what both types count is not touched. [B14] */
static void account_retyped(struct zone *zone, s64 nr, unsigned from, unsigned to)
{
	if (!nr)
		return;
	if ((from == MIGRATE_ISOLATE) != (to == MIGRATE_ISOLATE))
		mod_zone_page_state(zone, NR_FREE_PAGES, to == MIGRATE_ISOLATE ? -nr : nr);
	if ((from == MIGRATE_CMA) != (to == MIGRATE_CMA))
		mod_zone_page_state(zone, NR_FREE_CMA_PAGES, to == MIGRATE_CMA ? nr : -nr);
	if (from == MIGRATE_HIGHATOMIC)
		SUB_ONCE(zone->nr_free_highatomic, (u64)nr);
	if (to == MIGRATE_HIGHATOMIC)
		ADD_ONCE(zone->nr_free_highatomic, (u64)nr);
}

/* --- pageblocks ---------------------------------------------------------------------------------------------------------- */

void set_pageblock_types(struct mm *mm, u64 pfn, unsigned order, unsigned migratetype)
{
	for (u64 p = pfn; p < pfn + (1ULL << order); p += pageblock_nr_pages(mm))
		WRITE_ONCE(pfn_to_pageblock(mm, p)->migratetype, (u8)migratetype);
}

bool pageblocks_alike(const struct mm *mm, u64 pfn, unsigned order)
{
	unsigned type = pfn_to_pageblock(mm, pfn)->migratetype;

	for (u64 p = pfn; p < pfn + (1ULL << order); p += pageblock_nr_pages(mm))
		if (pfn_to_pageblock(mm, p)->migratetype != type)
			return false;
	return true;
}

/* --- giving back ----------------------------------------------------------------------------------------------------------- */

/* Is there a free block, or a guard, of exactly this order at pfn, in this zone? [B5] */
static bool page_is_buddy(const struct mm *mm, const struct zone *zone, u64 pfn, unsigned order)
{
	const struct page *page = mm->mem_map + pfn;
	const struct pageblock *block;

	if (pfn >= mm->nr_frames)
		return false;
	block = pfn_to_pageblock(mm, pfn);
	if (block->zone != zone_id(zone) || (block->has_holes && !pfn_valid(mm, pfn)))
		return false;
	if (!(READ_ONCE(page->flags) & (PG_buddy | PG_guard))) /* maybe somebody's, who sets other flags meanwhile */
		return false;
	return page->private == order && atomic_read(&page->refcount) == 0;
}

/* Whole pageblocks stay apart when somebody needs to find them again. [B4] */
static bool may_merge(const struct mm *mm, u64 buddy, unsigned order, unsigned type)
{
	unsigned other;

	if (likely(order < mm->pageblock_order))
		return true;
	other = pfn_to_pageblock(mm, buddy)->migratetype;
	if (other == type || (is_migrate_mergeable(other) && is_migrate_mergeable(type)))
		return true;
	count_mark(MARK_MERGE_KEPT_APART);
	return false;
}

/* Would the block at pfn soon merge further? Then it should be handed out last. [B7] */
static bool buddy_merge_likely(const struct mm *mm, const struct zone *zone, u64 pfn, unsigned order)
{
	u64 parent = pfn & ~((1ULL << (order + 1)) - 1);

	if (order + 1 >= mm->max_order)
		return false;
	return page_is_buddy(mm, zone, parent ^ (2ULL << order), order + 1);
}

/* A free buddy becomes part of a block of this type; returns the pages that were not counted as free so far. [B6] [B9] */
static s64 absorb_buddy(struct mm *mm, struct zone *zone, u64 buddy, unsigned order, unsigned type)
{
	struct page *page = mm->mem_map + buddy;
	bool guard = page->flags & PG_guard;

	if (unlikely(marked(guard, MARK_GUARD_MERGED)))
		clear_page_guard(page);
	else
		del_from_free_list(zone, page, order);
	if (unlikely(order >= mm->pageblock_order)) {
		marked(pfn_to_pageblock(mm, buddy)->migratetype != type, MARK_MERGE_OF_TWO_TYPES);
		set_pageblock_types(mm, buddy, order, type);
	}
	return guard ? (s64)(1ULL << order) : 0;
}

struct block {
	u64 pfn;
	unsigned order;
	s64 gained; /* pages of guards that are free pages again */
};

/* Merge a block of this type upwards and put it on a list. [B1] [B4] */
static struct block merge_and_list(struct mm *mm, struct zone *zone, u64 pfn, unsigned order, unsigned type)
{
	struct block b = { pfn, order, 0 };

	VM_BUG_ON(pfn & ((1ULL << order) - 1));
	for (; b.order < mm->max_order; b.order++) {
		u64 buddy = b.pfn ^ (1ULL << b.order);

		if (!page_is_buddy(mm, zone, buddy, b.order) || !may_merge(mm, buddy, b.order, type))
			break;
		b.gained += absorb_buddy(mm, zone, buddy, b.order, type);
		b.pfn &= buddy;
	}
	add_to_free_list(zone, mm->mem_map + b.pfn, b.order, type, buddy_merge_likely(mm, zone, b.pfn, b.order));
	return b;
}

static void free_piece(struct mm *mm, struct zone *zone, u64 pfn, unsigned order)
{
	unsigned type = pfn_to_pageblock(mm, pfn)->migratetype;
	struct block b = merge_and_list(mm, zone, pfn, order, type);

	account_freepages(zone, (s64)(1ULL << order) + b.gained, type);
	mm_announce((struct mm_event){ .type = EVENT_PAGE_FREE_ZONE_LOCKED,
				       .pfn = pfn,
				       .order = (u8)order,
				       .source_pfn = b.pfn,
				       .source_order = (u8)b.order,
				       .migratetype = (u8)type });
}

/* A block may come back to pageblocks whose types have become different; then each gets its piece. [B28] */
static unsigned piece_order(const struct mm *mm, u64 pfn, unsigned order)
{
	return unlikely(order > mm->pageblock_order) && !pageblocks_alike(mm, pfn, order) ? mm->pageblock_order : order;
}

void free_one_page(struct mm *mm, struct zone *zone, u64 pfn, unsigned order)
{
	unsigned piece = piece_order(mm, pfn, order);

	marked(piece < order, MARK_FREED_IN_PIECES);
	for (u64 p = pfn; p < pfn + (1ULL << order); p += 1ULL << piece)
		free_piece(mm, zone, p, piece);
}

void free_to_buddy(struct mm *mm, struct zone *zone, struct page *page, unsigned order)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	free_one_page(mm, zone, page_pfn(mm, page), order);
	spin_unlock_irqrestore(&zone->lock, flags);
	count_vm_events(PGFREE, 1ULL << order);
}

/* --- taking ----------------------------------------------------------------------------------------------------------------- */

/* The upper halves of a larger block return to the lower lists, or become guards; returns the pages of guards. [B8] [B9] */
static s64 expand(struct mm *mm, struct zone *zone, u64 pfn, unsigned low, unsigned high, unsigned type)
{
	s64 guarded = 0;

	while (high > low) {
		struct page *half = mm->mem_map + pfn + (1ULL << --high);

		if (unlikely(high < mm->guardpage_minorder) && set_page_guard(mm, half, high))
			guarded += (s64)(1ULL << high);
		else
			add_to_free_list(zone, half, high, type, false);
	}
	return guarded;
}

void take_block(struct mm *mm, struct zone *zone, struct page *page, unsigned from, unsigned order, unsigned list,
		unsigned type, bool refill)
{
	u64 pfn = page_pfn(mm, page);
	s64 guarded;

	del_from_free_list(zone, page, from);
	guarded = expand(mm, zone, pfn, order, from, list);
	account_freepages(zone, -(s64)(1ULL << order) - guarded, list);
	mm_announce((struct mm_event){ .type = EVENT_PAGE_ALLOC_ZONE_LOCKED,
				       .pfn = pfn,
				       .order = (u8)order,
				       .source_order = (u8)from,
				       .migratetype = (u8)type,
				       .refill = refill });
}

struct page *__rmqueue_smallest(struct mm *mm, struct zone *zone, unsigned order, unsigned list, unsigned type, bool refill)
{
	for (unsigned o = order; o <= mm->max_order; o++) {
		struct page *page = list_first_entry_or_null(&zone->free_area[o].free_list[list], struct page, lru);

		if (!page)
			continue;
		take_block(mm, zone, page, o, order, list, type, refill);
		return page;
	}
	return NULL;
}

/* --- pageblocks change their type -------------------------------------------------------------------------------------------- */

/* The next block on a free list that begins in [*pfn, end); *pfn moves behind it. NULL: there are no more. */
static struct page *next_free_block(const struct mm *mm, u64 *pfn, u64 end)
{
	bool has_holes = pfn_to_pageblock(mm, *pfn)->has_holes;

	for (end = min_of(end, mm->nr_frames); *pfn < end; ++*pfn) {
		struct page *page = mm->mem_map + *pfn;

		if ((has_holes && !pfn_valid(mm, *pfn)) || !(READ_ONCE(page->flags) & PG_buddy))
			continue;
		*pfn += 1ULL << page->private;
		return page;
	}
	return NULL;
}

u64 count_free_in_block(const struct mm *mm, u64 pfn)
{
	u64 start = pageblock_start(mm, pfn), end = start + pageblock_nr_pages(mm), nr = 0;
	const struct page *page;

	while ((page = next_free_block(mm, &start, end)))
		nr += 1ULL << page->private;
	return nr;
}

/* The free block of at least this order that [pfn, pfn + 2^order) lies in; order 0xff: none. */
static struct block covering_free_block(const struct mm *mm, u64 pfn, unsigned order)
{
	u8 zone = pfn_to_pageblock(mm, pfn)->zone;

	for (unsigned o = order; o <= mm->max_order; o++) {
		u64 first = pfn & ~((1ULL << o) - 1);

		if (!pfn_valid(mm, first) || pfn_to_pageblock(mm, first)->zone != zone) /* under another lock */
			continue;
		if ((READ_ONCE(mm->mem_map[first].flags) & PG_buddy) && mm->mem_map[first].private == o)
			return (struct block){ first, o, 0 };
	}
	return (struct block){ 0, 0xff, 0 };
}

/* Smaller blocks stay as they are, and move to the lists of the new type. */
static s64 move_small_blocks(struct mm *mm, struct zone *zone, u64 pfn, u64 end, unsigned to)
{
	struct page *page;
	s64 moved = 0;

	while ((page = next_free_block(mm, &pfn, end))) {
		moved += (s64)(1ULL << page->private);
		move_to_free_list(zone, page, to, true);
	}
	return moved;
}

/* The block that was free as a whole is freed again, in as many pieces as it has types now. */
static void list_again(struct mm *mm, struct zone *zone, const struct block *b)
{
	unsigned piece = piece_order(mm, b->pfn, b->order);

	for (u64 p = b->pfn; p < b->pfn + (1ULL << b->order); p += 1ULL << piece)
		merge_and_list(mm, zone, p, piece, pfn_to_pageblock(mm, p)->migratetype);
}

void retype_pageblocks(struct mm *mm, struct zone *zone, u64 pfn, unsigned order, unsigned to, enum mm_retype why)
{
	unsigned from = pfn_to_pageblock(mm, pfn)->migratetype;
	struct block whole = covering_free_block(mm, pfn, order);
	s64 nr = (s64)(1ULL << order);

	VM_BUG_ON(order < mm->pageblock_order);
	marked(whole.order != 0xff && whole.order > order, MARK_RETYPED_WITHIN_A_FREE_BLOCK);
	if (whole.order != 0xff)
		del_from_free_list(zone, mm->mem_map + whole.pfn, whole.order);
	set_pageblock_types(mm, pfn, order, to);
	if (whole.order != 0xff)
		list_again(mm, zone, &whole);
	else
		nr = order == mm->pageblock_order ? move_small_blocks(mm, zone, pfn, pfn + (1ULL << order), to) : 0;
	account_retyped(zone, nr, from, to);
	mm_announce((struct mm_event){ .type = EVENT_PAGEBLOCK,
				       .pfn = pfn,
				       .order = (u8)order,
				       .from = (u8)from,
				       .migratetype = (u8)to,
				       .report = (u8)why });
}

void move_freepages_block(struct mm *mm, struct zone *zone, u64 pfn, unsigned to, enum mm_retype why)
{
	retype_pageblocks(mm, zone, pageblock_start(mm, pfn), mm->pageblock_order, to, why);
}

/* --- preparing pages ------------------------------------------------------------------------------------------------- */

static void prep_compound_page(struct page *page, unsigned order)
{
	set_page_flags(page, PG_head);
	page->private = order;
	for (u64 i = 1; i < 1ULL << order; i++) {
		set_page_flags(page + i, PG_tail);
		page[i].compound_head = page;
	}
}

static void undo_compound_page(struct page *page, unsigned order)
{
	clear_page_flags(page, PG_head);
	page->private = 0;
	for (u64 i = 1; i < 1ULL << order; i++) {
		clear_page_flags(page + i, PG_tail);
		page[i].compound_head = NULL;
	}
}

void prep_new_page(struct mm *mm, struct page *page, unsigned order, gfp_t gfp, unsigned migratetype,
		   unsigned alloc_flags)
{
	page->private = 0;
	atomic_set(&page->refcount, 1);
	kernel_unpoison_pages(mm, page, order);
	kasan_unpoison_pages(page, order);
	if (unlikely(want_init_on_alloc(mm, gfp) || want_init_on_free(mm)))
		init_pages_on_alloc(mm, page, order, gfp);
	if (unlikely(mm->page_owner))
		set_page_owner(mm, page, order, gfp);
	if (order && (gfp & __GFP_COMP))
		prep_compound_page(page, order);
	if (unlikely(alloc_flags & ALLOC_NO_WATERMARKS))
		set_page_flags(page, PG_pfmemalloc);
	mm_announce((struct mm_event){ .type = EVENT_PAGE_ALLOC,
				       .pfn = page_pfn(mm, page),
				       .order = (u8)order,
				       .gfp = gfp,
				       .migratetype = (u8)migratetype });
}

/* The reason why a page may not be freed, NULL if it may. [B20] */
static const char *page_bad_reason(const struct page *page)
{
	if (atomic_read(&page->refcount))
		return "nonzero _refcount";
	if (page->flags & (PG_buddy | PG_guard | PG_reserved | PG_device | PG_tail))
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
	clear_page_flags(page, PG_pfmemalloc);
	mm_announce((struct mm_event){ .type = EVENT_PAGE_FREE, .pfn = page_pfn(mm, page), .order = (u8)order });
	if (unlikely(mm->page_owner))
		reset_page_owner(mm, page, order);
	init_pages_on_free(mm, page, order);
	kernel_poison_pages(mm, page, order);
	kasan_poison_pages(page, order);
	return true;
}

/* --- references and freeing ---------------------------------------------------------------------------------------------- */

static void free_the_block(struct mm *mm, struct page *page, unsigned order)
{
	struct zone *zone = page_zone(mm, page_pfn(mm, page));

	if (!free_pages_prepare(mm, page, order))
		return;
	if (likely(pcp_allowed_order(mm, order)))
		free_unref_page(mm, zone, page, order);
	else
		free_to_buddy(mm, zone, page, order);
}

/* Drop a reference; true if it was the last one. A page without references is reported. [B29] */
static bool put_page_testzero(struct mm *mm, struct page *page)
{
	s32 left = atomic_dec_if_positive(&page->refcount);

	if (unlikely(left < 0)) {
		report_bad_page(page_pfn(mm, page), "nonzero _refcount");
		return false;
	}
	return left == 0;
}

void __free_pages(struct page *page, unsigned order)
{
	struct mm *mm = current_mm();
	bool compound = page->flags & PG_head;
	bool had_owner = atomic_read(&page->refcount) > 0;

	if (put_page_testzero(mm, page)) {
		free_the_block(mm, page, order);
	} else if (had_owner && !compound) { /* the holder of the other reference keeps the first page alone [B22] */
		marked(order > 0, MARK_FREED_BUT_FOR_THE_FIRST);
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
	VM_BUG_ON(atomic_read(&page->refcount) <= 0);
	atomic_inc(&page->refcount);
}

void put_page(struct page *page)
{
	struct mm *mm = current_mm();

	marked(page->flags & PG_tail, MARK_PUT_OF_A_TAIL);
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
		atomic_set(&page[i].refcount, 1);
	if (unlikely(mm->page_owner))
		split_page_owner(mm, page, order);
}

bool page_is_pfmemalloc(const struct page *page)
{
	return page->flags & PG_pfmemalloc;
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

/* --- boot --------------------------------------------------------------------------------------------------------------------- */

void free_pages_core(u64 pfn, unsigned order)
{
	struct mm *mm = current_mm();
	struct zone *zone = page_zone(mm, pfn);
	unsigned long flags;

	init_pages_at_hand_over(mm, mm->mem_map + pfn, order);
	zone->managed_pages += 1ULL << order;
	mm->totalram_pages += 1ULL << order;
	spin_lock_irqsave(&zone->lock, flags);
	free_one_page(mm, zone, pfn, order);
	spin_unlock_irqrestore(&zone->lock, flags);
}

void init_cma_reserved_pageblock(u64 pfn)
{
	struct mm *mm = current_mm();
	u64 nr = pageblock_nr_pages(mm);

	for (u64 i = 0; i < nr; i++)
		mm->mem_map[pfn + i].flags &= ~PG_reserved;
	set_pageblock_types(mm, pfn, mm->pageblock_order, MIGRATE_CMA);
	free_pages_core(pfn, mm->pageblock_order);
	page_zone(mm, pfn)->cma_pages += nr;
	mm->totalcma_pages += nr;
}
