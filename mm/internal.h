/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internal.h - the structures of the stack, for mm/ alone.
 *
 * All mutable state hangs on one struct mm in the machine's metadata: nothing in mm/ is static and mutable, so that
 * machines can coexist and a reset is a copy.
 */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <string.h>
#include "types.h"
#include "gfp.h"
#include "kasan.h"
#include "memblock.h"
#include "mm.h"
#include "page_debug.h"
#include "trace_events.h"
#include "list.h"
#include "lock.h"

/* Lock ranks: taken in rising order. */
enum lock_rank { RANK_ZONE = 10 };

enum page_flag {
	PG_buddy = 1 << 0,    /* first page of a block on a free list */
	PG_head = 1 << 1,     /* first page of a compound block */
	PG_tail = 1 << 2,     /* other pages of one: compound_head points to the first */
	PG_reserved = 1 << 3, /* never handed to the buddy allocator */
};

/* All zero means "inside a block, or a hole", so that a big machine boots without touching most of them. */
struct page {
	u32 flags;
	s32 refcount;
	u64 private; /* order of a free block (PG_buddy) or of a compound one (PG_head) */
	union {
		struct list_head lru;
		struct page *compound_head;
	};
};

struct free_area {
	struct list_head free_list;
	u64 nr_free;
};

enum zone_watermark { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

struct zone {
	spinlock_t lock;
	u8 nid, index;
	u64 free_pages; /* NR_FREE_PAGES */
	u64 watermark[NR_WMARK];
	u64 start_pfn, spanned_pages, present_pages, managed_pages;
	struct free_area free_area[NR_PAGE_ORDERS];
};

/* Zone and node of a frame come from here, never from page flags. */
struct pageblock {
	u8 zone; /* nid * MAX_NR_ZONES + index; NO_ZONE: no memory here */
	u8 has_holes;
};

#define NO_ZONE	      0xff
#define MAX_ZONES     (MAX_NUMNODES * MAX_NR_ZONES)
#define zone_id(zone) ((zone)->nid * MAX_NR_ZONES + (zone)->index)

enum { ZONELIST_FALLBACK, ZONELIST_NOFALLBACK, MAX_ZONELISTS };

struct zonelist {
	unsigned nr;
	struct zone *zone[MAX_ZONES];
};

struct memblock_state;

struct mm {
	struct page *mem_map;
	u64 *hole; /* bit set: no memory behind this frame, and its struct page may not be touched */
	struct pageblock *pageblock;
	u64 nr_frames;
	u8 max_order, pageblock_order;
	u8 nr_nodes;
	bool order_warned;
	u64 next_failure_report_ns;
	struct memblock_state *memblock;
	struct zone *zone[MAX_ZONES]; /* NULL: no such zone */
	struct zonelist zonelist[MAX_NUMNODES][MAX_ZONELISTS];
	u64 totalram_pages;
};

static inline struct mm *current_mm(void)
{
	return this_cpu->machine->mm;
}

/* --- doors: pfn, page, zone ------------------------------------------------------------------------------------------ */

static inline bool pfn_valid(const struct mm *mm, u64 pfn)
{
	return pfn < mm->nr_frames && !(mm->hole[pfn / 64] >> (pfn % 64) & 1);
}
static inline struct pageblock *pfn_to_pageblock(const struct mm *mm, u64 pfn)
{
	return &mm->pageblock[pfn >> mm->pageblock_order];
}
static inline struct zone *page_zone(const struct mm *mm, u64 pfn)
{
	return mm->zone[pfn_to_pageblock(mm, pfn)->zone];
}
static inline u64 page_pfn(const struct mm *mm, const struct page *page)
{
	return (u64)(page - mm->mem_map);
}
static inline struct page *compound_head(struct page *page)
{
	return page->flags & PG_tail ? page->compound_head : page;
}

/* --- page_alloc.c ------------------------------------------------------------------------------------------------------ */

/* Put a block of fresh memory on the free lists: boot only. */
void free_pages_core(u64 pfn, unsigned order);

/* --- mm_init.c --------------------------------------------------------------------------------------------------------- */

enum zone_type gfp_zone(gfp_t gfp);
gfp_t current_gfp_context(gfp_t gfp);

/* --- show_mem.c -------------------------------------------------------------------------------------------------------- */

void warn_alloc_failure(gfp_t gfp, unsigned order);
void report_bad_page(u64 pfn, const char *reason);

/* --- trace.c ------------------------------------------------------------------------------------------------------------- */

static inline void mm_announce(struct mm_event ev)
{
	u64 word[4];

	ev.cpu = this_cpu->id;
	memcpy(word, &ev, sizeof(word));
	sim_event(word[0], word[1], word[2], word[3]);
}
/* Announce a report; its text goes to the log beside it. */
static inline void mm_report(enum mm_report report, u64 pfn, unsigned order, gfp_t gfp)
{
	mm_announce((struct mm_event){ .type = EVENT_REPORT,
				       .report = (u8)report,
				       .pfn = pfn,
				       .order = (u8)order,
				       .gfp = gfp });
}
/* This function may sleep: say so where it may not. */
void might_sleep_if(bool may);

#endif
