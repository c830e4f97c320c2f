/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_alloc_check.c - recounts zones and free lists from scratch and says whether they are valid.
 *
 * It trusts no counter and no flag before it has seen the list. Valid is not correct: which frames ought to be free is
 * the model's business. It runs every 64 operations, so the walk over struct pages is branch-free and looks for the
 * culprit only when it knows that there is one.
 */
#include <stdlib.h>
#include "internal.h"

#define WALK_LIMIT (1u << 20) /* frames; above, only free blocks are looked at */

struct recount {
	const struct mm *mm;
	u64 *free; /* bit per frame: inside a block on a free list */
	u64 nr_blocks;
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

static void check_free_block(struct recount *r, const struct zone *zone, const struct page *page, unsigned order)
{
	const struct mm *mm = r->mm;
	u64 pfn = page_pfn(mm, page), last = pfn + (1ULL << order) - 1;

	INV(B2, pfn < mm->nr_frames && pfn % (1ULL << order) == 0 && last < mm->nr_frames, pfn);
	INV(B2, (page->flags & PG_buddy) && page->private == order, pfn);
	INV(B2, pfn_to_pageblock(mm, pfn)->zone == zone_id(zone), pfn);
	INV(B2, pfn_to_pageblock(mm, last)->zone == zone_id(zone), pfn);
	INV(B3, mark_free(r, pfn, order), pfn);
	INV(B4, order == mm->max_order || !is_free_block(mm, pfn ^ (1ULL << order), order, zone_id(zone)), pfn);
	r->nr_blocks++;
}

static void check_zone(struct recount *r, const struct zone *zone)
{
	u64 pages = 0;

	for (unsigned o = 0; o <= r->mm->max_order; o++) {
		const struct free_area *area = &zone->free_area[o];
		const struct list_head *pos;
		u64 nr = 0;

		for (pos = area->free_list.next; pos != &area->free_list; pos = pos->next) {
			INV(B3, pos && nr <= r->mm->nr_frames, zone->start_pfn);
			INV(B3, page_pfn(r->mm, list_entry(pos, struct page, lru)) < r->mm->nr_frames, zone->start_pfn);
			INV(B3, pos->next && pos->prev && pos->next->prev == pos, zone->start_pfn);
			check_free_block(r, zone, list_entry(pos, struct page, lru), o);
			if (r->broken)
				return;
			nr++;
		}
		INV(B3, area->nr_free == nr, zone->start_pfn);
		pages += nr << o;
	}
	INV(B3, zone->free_pages == pages, zone->start_pfn);
	INV(Z8, zone->spanned_pages >= zone->present_pages && zone->present_pages >= zone->managed_pages,
	    zone->start_pfn);
	INV(Z8, zone->free_pages <= zone->managed_pages, zone->start_pfn);
	INV(W2, zone->watermark[WMARK_MIN] <= zone->watermark[WMARK_LOW], zone->start_pfn);
}

/* [B2] [B19] for one frame; free: it lies inside a free block. */
static void check_page(struct recount *r, const struct page *page, bool free)
{
	u64 pfn = page_pfn(r->mm, page);

	INV(B2, free || !(page->flags & PG_buddy), pfn);
	INV(B2, !free || page->refcount == 0, pfn);
	INV(B2, !free || !(page->flags & ~(u32)PG_buddy), pfn);
	INV(B2, free || (page->flags & (PG_head | PG_buddy)) || page->private == 0 || (page->flags & PG_tail), pfn);
	INV(B19, !(page->flags & PG_tail) || page->refcount == 0, pfn);
	INV(B19, page->refcount >= 0, pfn);
}

/* flags and refcount of a page as one word: zero inside a free block. */
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

static u64 used_run_looks_wrong(const struct page *page, u64 nr)
{
	u64 wrong = 0;

	for (u64 i = 0; i < nr; i++) {
		u64 word = page_word(page + i);

		wrong |= (word & PG_buddy) | word >> 63;
		if (word & (PG_head | PG_tail))
			wrong |= word & PG_tail ? word >> 32 : 0;
		else
			wrong |= page[i].private;
	}
	return wrong;
}

/* Up to 64 pages, whose bits in the free map are `free`, the first one lowest, in runs of free and of used ones. */
static void check_word_of_pages(struct recount *r, u64 first, u64 nr, u64 free)
{
	const struct page *page = r->mm->mem_map + first;
	u64 wrong = 0, buddies = 0, bits = free;

	for (u64 i = 0, run; i < nr; i += run, bits = run < 64 ? bits >> run : 0) {
		bool is_free = bits & 1;
		u64 same = is_free ? ~bits : bits;

		run = same ? min_of((u64)__builtin_ctzll(same), nr - i) : nr - i;
		wrong |= is_free ? free_run_looks_wrong(page + i, run, &buddies) : used_run_looks_wrong(page + i, run);
	}
	r->nr_blocks -= buddies; /* what remains at the end must be nothing */
	for (u64 i = 0; wrong && i < nr && !r->broken; i++)
		check_page(r, page + i, free >> i & 1);
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

const char *page_alloc_check(void)
{
	static __thread u64 *scratch;
	static __thread u64 scratch_words;
	static __thread char text[200];
	const struct mm *mm = current_mm();
	u64 words = mm->nr_frames / 64 + 2;
	struct recount r = { .mm = mm, .text = text, .bytes = sizeof(text) };

	if (words > scratch_words) {
		free(scratch);
		scratch = malloc(words * sizeof(u64));
		scratch_words = words;
	}
	memset(scratch, 0, words * sizeof(u64));
	r.free = scratch;
	for (unsigned i = 0; i < MAX_ZONES && !r.broken; i++)
		if (mm->zone[i])
			check_zone(&r, mm->zone[i]);
	if (!r.broken)
		check_mem_map(&r);
	return r.broken ? text : NULL;
}

/* --- looking from outside -------------------------------------------------------------------------------------------- */

static u64 dump_zone(const struct mm *mm, const struct zone *zone, struct free_block *out, u64 n, u64 max)
{
	for (unsigned o = 0; o <= mm->max_order; o++) {
		const struct list_head *head = &zone->free_area[o].free_list;

		for (const struct list_head *pos = head->next; pos != head; pos = pos->next, n++)
			if (n < max)
				out[n] = (struct free_block){
					.pfn = (u32)page_pfn(mm, list_entry(pos, struct page, lru)),
					.order = (u8)o,
					.zone = zone->index,
					.nid = zone->nid,
				};
	}
	return n;
}

u64 page_alloc_dump(struct free_block *out, u64 max)
{
	const struct mm *mm = current_mm();
	u64 n = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			n = dump_zone(mm, mm->zone[i], out, n, max);
	return n;
}

u64 zone_free_pages(unsigned nid, unsigned zone)
{
	const struct zone *z = current_mm()->zone[nid * MAX_NR_ZONES + zone];

	return z ? z->free_pages : 0;
}

struct zone_figures zone_figures(unsigned nid, unsigned zone)
{
	const struct zone *z = current_mm()->zone[nid * MAX_NR_ZONES + zone];

	if (!z)
		return (struct zone_figures){ 0 };
	return (struct zone_figures){ .min = z->watermark[WMARK_MIN],
				      .low = z->watermark[WMARK_LOW],
				      .high = z->watermark[WMARK_HIGH],
				      .spanned = z->spanned_pages,
				      .present = z->present_pages,
				      .managed = z->managed_pages };
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

	return pfn_valid(mm, pfn) && (mm->mem_map[pfn].flags & PG_reserved);
}

int page_ref_count_at(u64 pfn)
{
	const struct mm *mm = current_mm();

	return pfn_valid(mm, pfn) ? mm->mem_map[pfn].refcount : -1;
}
