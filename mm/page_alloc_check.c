/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_alloc_check.c - recounts zones, free lists and per-CPU lists from scratch and says whether they are valid.
 *
 * It trusts no counter and no flag before it has seen the list. Valid is not correct: which frames ought to be free is
 * the model's business. In the middle of operations, when CPUs stand between two of their steps, what is covered by a lock
 * that nobody holds must be valid all the same: page_alloc_check_unlocked(). The whole runs every 64 operations, so the walk
 * over struct pages is branch-free and looks for the culprit only when it knows that there is one.
 */
#include <stdlib.h>
#include "internal.h"
#include "tool.h"

#define WALK_LIMIT (1u << 20) /* frames; above, only free blocks are looked at */

struct recount {
	const struct mm *mm;
	u64 *free; /* bit per frame: inside a block on a free list, or on a per-CPU list */
	u64 nr_blocks; /* on free lists */
	u32 highatomic[MAX_ZONES], isolated[MAX_ZONES]; /* pageblocks */
	char *text;
	unsigned bytes;
	bool broken;
};

#define INV(clause, condition, pfn)                                                                                    \
	do {                                                                                                           \
		if (unlikely(!(condition))) {                                                                          \
			broken(r, #clause, #condition, pfn);                                                           \
			return;                                                                                        \
		}                                                                                                      \
	} while (0)

/* The same in a function that returns something. */
#define INV_OR(value, clause, condition, pfn)                                                                          \
	do {                                                                                                           \
		if (unlikely(!(condition))) {                                                                          \
			broken(r, #clause, #condition, pfn);                                                           \
			return value;                                                                                  \
		}                                                                                                      \
	} while (0)

static sim_cold void broken(struct recount *r, const char *clause, const char *condition, u64 pfn)
{
	r->broken = true;
	snprintf(r->text, r->bytes, "%s: broken %s: %s (pfn %llu)", clause, clause, condition, (unsigned long long)pfn);
}

/* Mark the block's frames; false when one was marked already: two lists share it. */
static bool mark_free(struct recount *r, u64 pfn, unsigned order)
{
	u64 nr = 1ULL << order;

	if (order < 6) {
		u64 mask = ((1ULL << nr) - 1) << (pfn % 64);
		bool fresh = !(r->free[pfn / 64] & mask);

		r->free[pfn / 64] |= mask;
		return fresh;
	}
	for (u64 w = pfn / 64; w < (pfn + nr) / 64; w++) {
		if (r->free[w])
			return false;
		r->free[w] = ~0ULL;
	}
	return true;
}

static bool is_free_block(const struct mm *mm, u64 pfn, unsigned order, u8 zone)
{
	return pfn_valid(mm, pfn) && pfn_to_pageblock(mm, pfn)->zone == zone && (mm->mem_map[pfn].flags & PG_buddy) &&
	       mm->mem_map[pfn].private == order;
}

/* Would a free block of this type have merged with its free buddy? */
static bool would_merge(const struct mm *mm, u64 buddy, unsigned order, unsigned type)
{
	unsigned other = pfn_to_pageblock(mm, buddy)->migratetype;

	return order < mm->pageblock_order || type == other ||
	       (is_migrate_mergeable(type) && is_migrate_mergeable(other));
}

static bool has_unmerged_buddy(const struct mm *mm, u64 pfn, unsigned order, unsigned type, u8 zone)
{
	u64 buddy = pfn ^ (1ULL << order);

	return order < mm->max_order && is_free_block(mm, buddy, order, zone) && would_merge(mm, buddy, order, type);
}

static void check_free_block(struct recount *r, const struct zone *zone, const struct page *page, unsigned order,
			     unsigned type)
{
	const struct mm *mm = r->mm;
	u64 pfn = page_pfn(mm, page), last = pfn + (1ULL << order) - 1;

	INV(B2, pfn < mm->nr_frames && pfn % (1ULL << order) == 0 && last < mm->nr_frames, pfn);
	INV(B2, (page->flags & PG_buddy) && page->private == order, pfn);
	INV(B2, pfn_to_pageblock(mm, pfn)->zone == zone_id(zone), pfn);
	INV(B2, pfn_to_pageblock(mm, last)->zone == zone_id(zone), pfn);
	INV(B3, mark_free(r, pfn, order), pfn);
	for (u64 p = pfn; p <= last; p += pageblock_nr_pages(mm))
		INV(B15, pfn_to_pageblock(mm, p)->migratetype == type, p);
	INV(B4, !has_unmerged_buddy(mm, pfn, order, type, (u8)zone_id(zone)), pfn);
	r->nr_blocks++;
}

/* Most are. */
static inline bool is_empty_list(const struct list_head *head)
{
	return head->next == head && head->prev == head;
}

/* All of an array, without a branch for each. */
static inline bool are_empty_lists(const struct list_head *head, unsigned nr)
{
	u64 differ = 0;

	for (unsigned i = 0; i < nr; i++)
		differ |= ((u64)head[i].next ^ (u64)(head + i)) | ((u64)head[i].prev ^ (u64)(head + i));
	return !differ;
}

/* Blocks on one free list. */
static u64 check_free_list(struct recount *r, const struct zone *zone, unsigned order, unsigned type)
{
	const struct list_head *head = &zone->free_area[order].free_list[type], *pos;
	u64 nr = 0;

	for (pos = head->next; pos != head && !r->broken; pos = pos->next, nr++) {
		INV_OR(0, B3, pos && nr <= r->mm->nr_frames, zone->start_pfn);
		INV_OR(0, B3, page_pfn(r->mm, list_entry(pos, struct page, lru)) < r->mm->nr_frames, zone->start_pfn);
		INV_OR(0, B3, pos->next && pos->prev && pos->next->prev == pos, zone->start_pfn);
		check_free_block(r, zone, list_entry(pos, struct page, lru), order, type);
	}
	return nr;
}

/* What a counter really is: [W12] the zone's number and what CPUs hold back, none of them more than it may. */
static s64 exact_state(struct recount *r, const struct zone *zone, enum zone_stat_item item)
{
	s64 pages = zone->vm_stat[item];

	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++) {
		const struct per_cpu_zonestat *stat = zone->stat[cpu];

		INV_OR(0, W12, abs(stat->vm_stat_diff[item]) <= stat->stat_threshold, zone->start_pfn);
		pages += stat->vm_stat_diff[item];
	}
	return pages;
}

static void check_counters(struct recount *r, const struct zone *zone, const u64 *pages)
{
	u64 all = 0;
	s64 free = exact_state(r, zone, NR_FREE_PAGES), cma = exact_state(r, zone, NR_FREE_CMA_PAGES);

	for (unsigned type = 0; type < MIGRATE_TYPES; type++)
		all += pages[type];
	if (r->broken)
		return;
	INV(B3, free == (s64)(all - pages[MIGRATE_ISOLATE]), zone->start_pfn);
	INV(B14, cma == (s64)pages[MIGRATE_CMA], zone->start_pfn);
	INV(B14, zone->nr_free_highatomic == pages[MIGRATE_HIGHATOMIC], zone->start_pfn);
	INV(B14, zone->nr_isolated_blocks == r->isolated[zone_id(zone)], zone->start_pfn);
	INV(B18, zone->nr_reserved_highatomic == r->highatomic[zone_id(zone)] * pageblock_nr_pages(r->mm), zone->start_pfn);
	INV(Z8, zone->spanned_pages >= zone->present_pages && zone->present_pages >= zone->managed_pages,
	    zone->start_pfn);
	INV(Z8, all <= zone->managed_pages && zone->cma_pages <= zone->managed_pages, zone->start_pfn);
	INV(W2, zone->watermark[WMARK_MIN] <= zone->watermark[WMARK_LOW] &&
			zone->watermark[WMARK_LOW] <= zone->watermark[WMARK_HIGH] &&
			zone->watermark[WMARK_HIGH] <= zone->watermark[WMARK_PROMO], zone->start_pfn);
}

static void check_zone(struct recount *r, const struct zone *zone)
{
	u64 pages[MIGRATE_TYPES] = { 0 };

	for (unsigned o = 0; o <= r->mm->max_order; o++) {
		unsigned first = are_empty_lists(zone->free_area[o].free_list, MIGRATE_TYPES) ? MIGRATE_TYPES : 0;
		u64 nr = 0;

		for (unsigned type = first; type < MIGRATE_TYPES && !r->broken; type++) {
			u64 blocks;

			if (is_empty_list(&zone->free_area[o].free_list[type]))
				continue;
			blocks = check_free_list(r, zone, o, type);
			pages[type] += blocks << o;
			nr += blocks;
		}
		if (r->broken)
			return;
		INV(B3, zone->free_area[o].nr_free == nr, zone->start_pfn);
	}
	check_counters(r, zone, pages);
}

static void count_pageblocks(struct recount *r)
{
	const struct mm *mm = r->mm;

	for (u64 pfn = 0; pfn < mm->nr_frames; pfn += pageblock_nr_pages(mm)) {
		const struct pageblock *block = pfn_to_pageblock(mm, pfn);

		if (block->zone == NO_ZONE)
			continue;
		INV(B15, block->migratetype < MIGRATE_TYPES && block->zone < MAX_ZONES, pfn);
		r->highatomic[block->zone] += block->migratetype == MIGRATE_HIGHATOMIC;
		r->isolated[block->zone] += block->migratetype == MIGRATE_ISOLATE;
	}
}

/* --- per-CPU lists --------------------------------------------------------------------------------------------------------- */

/* Flags and references of the block's other pages are looked at where all pages are. */
static void check_pcp_block(struct recount *r, const struct zone *zone, const struct page *page, unsigned order)
{
	u64 pfn = page_pfn(r->mm, page);

	INV(P8, pfn % (1ULL << order) == 0 && pfn + (1ULL << order) <= r->mm->nr_frames, pfn);
	INV(P8, pfn_to_pageblock(r->mm, pfn)->zone == zone_id(zone), pfn);
	INV(P8, !page->flags && !page->refcount && !page->private, pfn);
	INV(P8, mark_free(r, pfn, order), pfn);
}

/* Blocks on one list. */
static u64 check_pcp_list(struct recount *r, const struct zone *zone, const struct list_head *head, unsigned order)
{
	const struct list_head *pos;
	u64 nr = 0;

	for (pos = head->next; pos != head && !r->broken; pos = pos->next, nr++) {
		INV_OR(0, P8, pos && nr <= r->mm->nr_frames, zone->start_pfn);
		INV_OR(0, P8, page_pfn(r->mm, list_entry(pos, struct page, lru)) < r->mm->nr_frames, zone->start_pfn);
		INV_OR(0, P8, pos->next && pos->prev && pos->next->prev == pos, zone->start_pfn);
		check_pcp_block(r, zone, list_entry(pos, struct page, lru), order);
	}
	return nr;
}

static void check_pcp(struct recount *r, const struct zone *zone, const struct per_cpu_pages *pcp)
{
	u32 high = pcp->tuning.high, lowest = min_of(pcp->high_min, pcp->high_max);
	u64 pages = 0;

	for (unsigned list = are_empty_lists(pcp->lists, NR_PCP_LISTS) ? NR_PCP_LISTS : 0;
	     list < NR_PCP_LISTS && !r->broken; list++) {
		unsigned order;

		if (likely(is_empty_list(&pcp->lists[list])))
			continue;
		order = pcp_list_order(r->mm, list);
		pages += check_pcp_list(r, zone, &pcp->lists[list], order) << order;
	}
	if (r->broken)
		return;
	INV(P8, pcp->count == pages, zone->start_pfn);
	INV(P6, high >= lowest && high <= pcp->high_max, zone->start_pfn);
}

/* Not while somebody disables them. */
static void check_disabled(struct recount *r, const struct zone *zone, const struct per_cpu_pages *pcp)
{
	INV(P10, !zone->pcp_disable_depth || (!pcp->count && !pcp->high_max), zone->start_pfn);
	INV(P10, !zone->pcp_disable_depth == !(r->mm->pcp_disabled >> zone_id(zone) & 1), zone->start_pfn);
}

static void check_pcps(struct recount *r, const struct zone *zone)
{
	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS] && !r->broken; cpu++) {
		check_pcp(r, zone, zone->pcp[cpu]);
		if (!r->broken)
			check_disabled(r, zone, zone->pcp[cpu]);
	}
}

/* What a lock covers that nobody holds. */
static void check_unlocked(struct recount *r, const struct zone *zone)
{
	if (!spin_is_locked(&zone->lock))
		check_zone(r, zone);
	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS] && !r->broken; cpu++)
		if (!spin_is_locked(&zone->pcp[cpu]->lock))
			check_pcp(r, zone, zone->pcp[cpu]);
}

/* --- guards ------------------------------------------------------------------------------------------------------------------ */

/* A guard's frames are nobody's, and its buddy is not a free block: they would have merged. [B9] */
static void check_guard(struct recount *r, const struct page *page)
{
	const struct mm *mm = r->mm;
	u64 pfn = page_pfn(mm, page);
	unsigned order = (unsigned)page->private;

	INV(B9, page->private < mm->guardpage_minorder && page->flags == PG_guard && !page->refcount, pfn);
	INV(B9, pfn % (1ULL << order) == 0, pfn);
	INV(B9, !is_free_block(mm, pfn ^ (1ULL << order), order, pfn_to_pageblock(mm, pfn)->zone), pfn);
	for (u64 i = 1; i < 1ULL << order; i++)
		INV(B9, !page[i].flags && !page[i].refcount && !(r->free[(pfn + i) / 64] >> ((pfn + i) % 64) & 1), pfn + i);
}

/* --- all pages --------------------------------------------------------------------------------------------------------------- */

/* [B2] [B19] for one frame; free: it lies inside a free block, or one of a per-CPU list. */
static void check_page(struct recount *r, const struct page *page, bool free)
{
	u64 pfn = page_pfn(r->mm, page);

	INV(B2, free || !(page->flags & PG_buddy), pfn);
	INV(B2, !free || page->refcount == 0, pfn);
	INV(B2, !free || !(page->flags & ~(u32)PG_buddy), pfn);
	INV(B9, !(page->flags & PG_guard) || r->mm->guardpage_minorder, pfn);
	INV(B2, free || (page->flags & (PG_head | PG_tail | PG_guard | PG_slab)) || page->private == 0, pfn);
	INV(B19, !(page->flags & PG_tail) || page->refcount == 0, pfn);
	INV(B19, page->refcount >= 0, pfn);
}

/* flags and refcount of a page as one word: zero inside a block, but for PG_buddy. */
static inline u64 page_word(const struct page *page)
{
	u64 word;

	_Static_assert(offsetof(struct page, flags) == 0 && offsetof(struct page, refcount) == 4, "one word");
	memcpy(&word, page, sizeof(word));
	return word;
}

/* Each returns non-zero when some page of the run is not as it must be; the caller then looks for it. */
static u64 free_run_looks_wrong(const struct page *page, u64 nr, u64 *buddies)
{
	u64 wrong = 0, marked = 0;

	for (u64 i = 0; i < nr; i++) {
		u64 word = page_word(page + i);

		wrong |= word & ~(u64)PG_buddy;
		marked += word & PG_buddy; /* bit 0 */
	}
	*buddies += marked;
	return wrong;
}

static u64 used_run_looks_wrong(const struct page *page, u64 nr, u64 *guards)
{
	u64 wrong = 0, guarded = 0;

	for (u64 i = 0; i < nr; i++) {
		u64 word = page_word(page + i);

		wrong |= (word & PG_buddy) | word >> 63;
		guarded |= word & PG_guard;
		if (word & (PG_head | PG_tail | PG_guard | PG_slab))
			wrong |= word & PG_tail ? word >> 32 : 0;
		else
			wrong |= page[i].private;
	}
	*guards |= guarded;
	return wrong;
}

/* Up to 64 pages, whose bits in the free map are `free`, the first one lowest, in runs of free and of used ones. */
static void check_word_of_pages(struct recount *r, u64 first, u64 nr, u64 free)
{
	const struct page *page = r->mm->mem_map + first;
	u64 wrong = 0, buddies = 0, guards = 0, bits = free;

	for (u64 i = 0, run; i < nr; i += run, bits = run < 64 ? bits >> run : 0) {
		bool is_free = bits & 1;
		u64 same = is_free ? ~bits : bits;

		run = same ? min_of((u64)__builtin_ctzll(same), nr - i) : nr - i;
		wrong |= is_free ? free_run_looks_wrong(page + i, run, &buddies) :
				   used_run_looks_wrong(page + i, run, &guards);
	}
	r->nr_blocks -= buddies; /* what remains at the end must be nothing */
	for (u64 i = 0; (wrong | guards) && i < nr && !r->broken; i++) {
		check_page(r, page + i, free >> i & 1);
		if (!r->broken && (page[i].flags & PG_guard))
			check_guard(r, page + i);
	}
}

static void check_pages(struct recount *r, u64 first, u64 end)
{
	while (first < end && !r->broken) {
		u64 nr = min_of(64 - first % 64, end - first);

		check_word_of_pages(r, first, nr, r->free[first / 64] >> (first % 64));
		first += nr;
	}
}

/* The end of the run of pageblocks without holes that begins at pfn: one call checks them all. */
static u64 run_without_holes(const struct mm *mm, u64 pfn)
{
	u64 block = 1ULL << mm->pageblock_order;

	while (pfn < mm->nr_frames && !pfn_to_pageblock(mm, pfn)->has_holes)
		pfn += block;
	return min_of(pfn, mm->nr_frames);
}

static void check_mem_map(struct recount *r)
{
	const struct mm *mm = r->mm;
	u64 block_pages = 1ULL << mm->pageblock_order;

	if (mm->nr_frames > WALK_LIMIT)
		return;
	for (u64 pfn = 0; pfn < mm->nr_frames && !r->broken;) {
		u64 end = run_without_holes(mm, pfn);

		if (end > pfn) {
			check_pages(r, pfn, end);
			pfn = end;
			continue;
		}
		for (end = min_of(pfn + block_pages, mm->nr_frames); pfn < end; pfn++)
			if (pfn_valid(mm, pfn))
				check_pages(r, pfn, pfn + 1);
	}
	INV(B2, r->broken || r->nr_blocks == 0, 0);
}

__thread char check_verdict[CHECK_VERDICT_BYTES];

/* Nothing seen yet: a bit for each frame, kept from one recount to the next. */
static struct recount begin_recount(void)
{
	static __thread u64 *scratch;
	static __thread u64 scratch_words;
	const struct mm *mm = current_mm();
	u64 words = mm->nr_frames / 64 + 2;

	if (words > scratch_words) {
		free(scratch);
		scratch = malloc(words * sizeof(u64));
		scratch_words = words;
	}
	tool_order_after(&scratch); /* of all fibers of the thread, one at a time */
	memset(scratch, 0, words * sizeof(u64));
	tool_order_before(&scratch);
	return (struct recount){ .mm = mm, .free = scratch, .text = check_verdict, .bytes = sizeof(check_verdict) };
}

const char *page_alloc_check(void)
{
	struct recount r = begin_recount();

	count_pageblocks(&r);
	for (unsigned i = 0; i < MAX_ZONES && !r.broken; i++)
		if (r.mm->zone[i])
			check_zone(&r, r.mm->zone[i]);
	for (unsigned i = 0; i < MAX_ZONES && !r.broken; i++)
		if (r.mm->zone[i])
			check_pcps(&r, r.mm->zone[i]);
	if (!r.broken)
		check_mem_map(&r);
	return r.broken ? check_verdict : NULL;
}

const char *page_alloc_check_unlocked(void)
{
	struct recount r = begin_recount();

	count_pageblocks(&r);
	for (unsigned i = 0; i < MAX_ZONES && !r.broken; i++)
		if (r.mm->zone[i])
			check_unlocked(&r, r.mm->zone[i]);
	return r.broken ? check_verdict : NULL;
}

/* --- looking from outside -------------------------------------------------------------------------------------------- */

static u64 dump_list(const struct mm *mm, const struct zone *zone, unsigned order, unsigned type, struct free_block *out,
		     u64 n, u64 max)
{
	const struct list_head *head = &zone->free_area[order].free_list[type];

	for (const struct list_head *pos = head->next; pos != head; pos = pos->next, n++)
		if (n < max)
			out[n] = (struct free_block){
				.pfn = (u32)page_pfn(mm, list_entry(pos, struct page, lru)),
				.order = (u8)order,
				.zone = zone->index,
				.nid = zone->nid,
				.migratetype = (u8)type,
			};
	return n;
}

u64 page_alloc_dump(struct free_block *out, u64 max)
{
	const struct mm *mm = current_mm();
	u64 n = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		for (unsigned o = 0; mm->zone[i] && o <= mm->max_order; o++)
			for (unsigned type = 0; type < MIGRATE_TYPES; type++)
				n = dump_list(mm, mm->zone[i], o, type, out, n, max);
	return n;
}

static const struct zone *zone_at(unsigned nid, unsigned zone)
{
	return nid < MAX_NUMNODES && zone < MAX_NR_ZONES ? current_mm()->zone[nid * MAX_NR_ZONES + zone] : NULL;
}

u64 zone_free_pages(unsigned nid, unsigned zone)
{
	const struct zone *z = zone_at(nid, zone);

	return z ? zone_page_state_snapshot(z, NR_FREE_PAGES) : 0;
}

struct zone_figures zone_figures(unsigned nid, unsigned zone)
{
	const struct zone *z = zone_at(nid, zone);
	struct zone_figures f = { 0 };

	if (!z)
		return f;
	f = (struct zone_figures){ .min = READ_ONCE(z->watermark[WMARK_MIN]),
				   .low = READ_ONCE(z->watermark[WMARK_LOW]),
				   .high = READ_ONCE(z->watermark[WMARK_HIGH]),
				   .promo = READ_ONCE(z->watermark[WMARK_PROMO]),
				   .boost = READ_ONCE(z->watermark_boost),
				   .spanned = z->spanned_pages,
				   .present = z->present_pages,
				   .managed = z->managed_pages,
				   .cma = z->cma_pages,
				   .nr_reserved_highatomic = READ_ONCE(z->nr_reserved_highatomic),
				   .nr_free_highatomic = READ_ONCE(z->nr_free_highatomic),
				   .drift_mark = READ_ONCE(z->percpu_drift_mark),
				   .stat_threshold = READ_ONCE(z->stat[0]->stat_threshold),
				   .nr_isolated_blocks = READ_ONCE(z->nr_isolated_blocks),
				   .flags = READ_ONCE(z->flags) };
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		f.lowmem_reserve[i] = READ_ONCE(z->lowmem_reserve[i]);
	return f;
}

static const struct per_cpu_pages *pcp_at(unsigned nid, unsigned zone, unsigned cpu)
{
	const struct zone *z = zone_at(nid, zone);

	return z && cpu < this_cpu->machine->param[PARAM_CPUS] ? z->pcp[cpu] : NULL;
}

static u32 list_length(const struct list_head *head)
{
	u32 n = 0;

	for (const struct list_head *pos = head->next; pos != head; pos = pos->next)
		n++;
	return n;
}

struct pcp_figures pcp_figures(unsigned nid, unsigned zone, unsigned cpu)
{
	const struct per_cpu_pages *pcp = pcp_at(nid, zone, cpu);
	struct pcp_figures f = { 0 };

	if (!pcp)
		return f;
	f = (struct pcp_figures){ .count = pcp->count,
				  .high = pcp->tuning.high,
				  .high_min = pcp->high_min,
				  .high_max = pcp->high_max,
				  .batch = pcp->batch,
				  .free_count = pcp->tuning.free_count,
				  .alloc_factor = pcp->tuning.alloc_factor,
				  .freed_high_order = pcp->tuning.freed_high_order };
	for (unsigned list = 0; pcp->count && list < NR_PCP_LISTS; list++)
		f.nr[list] = list_length(&pcp->lists[list]);
	return f;
}

u64 pcp_dump(unsigned nid, unsigned zone, unsigned cpu, unsigned list, u32 *pfn, u64 max)
{
	const struct per_cpu_pages *pcp = pcp_at(nid, zone, cpu);
	const struct list_head *head = pcp && list < NR_PCP_LISTS ? &pcp->lists[list] : NULL;
	u64 n = 0;

	for (const struct list_head *pos = head ? head->next : NULL; pos != head; pos = pos->next, n++)
		if (n < max)
			pfn[n] = (u32)page_pfn(current_mm(), list_entry(pos, struct page, lru));
	return n;
}

unsigned pageblock_migratetype_at(u64 pfn)
{
	const struct mm *mm = current_mm();

	if (pfn >= mm->nr_frames || pfn_to_pageblock(mm, pfn)->zone == NO_ZONE)
		return MIGRATE_TYPES;
	return pageblock_type(mm, pfn);
}

u64 totalreserve_pages(void)
{
	return READ_ONCE(current_mm()->totalreserve_pages);
}

bool kswapd_is_wanted(unsigned nid)
{
	return nid < MAX_NUMNODES && READ_ONCE(current_mm()->kswapd_wanted[nid]);
}

u64 totalram_pages(void)
{
	return current_mm()->totalram_pages;
}

unsigned zonelist_dump(unsigned nid, bool this_node_only, u8 *out, unsigned max)
{
	const struct zonelist *list = &current_mm()->zonelist[nid][this_node_only];

	for (unsigned i = 0; i < list->nr && i < max; i++)
		out[i] = (u8)zone_id(list->zone[i]);
	return list->nr;
}

bool page_is_reserved_at(u64 pfn)
{
	const struct mm *mm = current_mm();

	return pfn_valid(mm, pfn) && (READ_ONCE(mm->mem_map[pfn].flags) & PG_reserved);
}

int page_ref_count_at(u64 pfn)
{
	const struct mm *mm = current_mm();

	return pfn_valid(mm, pfn) ? atomic_read(&mm->mem_map[pfn].refcount) : -1;
}
