/* SPDX-License-Identifier: GPL-2.0-only */
/* page_debug.h - looking at the page allocator from outside: what checkers, tools and gdb call. */
#ifndef MM_PAGE_DEBUG_H
#define MM_PAGE_DEBUG_H

#include "mmzone.h"

struct free_block {
	u32 pfn;
	u8 order, zone, nid, migratetype;
};

/* Every block on the free lists, in list order, up to max; returns how many there are. Burns no fuel. */
u64 page_alloc_dump(struct free_block *out, u64 max);
/* Recounts zones and free lists from scratch: NULL, or "broken B4: ..." with the frame. Only at quiescent points. */
const char *page_alloc_check(void);
/* The same of what lies under locks that nobody holds, while operations are in flight. Deterministic machine only. */
const char *page_alloc_check_unlocked(void);
/* Free pages as the zone counts them; 0 for a zone that does not exist. */
u64 zone_free_pages(unsigned nid, unsigned zone);
/* The figures of a zone, all in pages; zeroes for one that does not exist. */
struct zone_figures {
	u64 min, low, high, promo, boost, spanned, present, managed, cma;
	u64 lowmem_reserve[MAX_NR_ZONES];
	u64 nr_reserved_highatomic, nr_free_highatomic;
	u64 drift_mark;
	u32 stat_threshold, nr_isolated_blocks;
	u8 flags; /* enum zone_flag of mm/internal.h: 1 boosted, 2 reclaim active, 4 below high */
};
struct zone_figures zone_figures(unsigned nid, unsigned zone);
/* A CPU's lists of a zone. */
struct pcp_figures {
	u32 count, high, high_min, high_max, batch;
	u16 free_count;
	u8 alloc_factor, freed_high_order;
	u32 nr[NR_PCP_LISTS]; /* blocks on each list */
};
struct pcp_figures pcp_figures(unsigned nid, unsigned zone, unsigned cpu);
/* Frames on the CPU's list, first to last, up to max; returns how many blocks there are. */
u64 pcp_dump(unsigned nid, unsigned zone, unsigned cpu, unsigned list, u32 *pfn, u64 max);
/* Type of the pageblock of this frame; MIGRATE_TYPES: no zone has it. */
unsigned pageblock_migratetype_at(u64 pfn);
u64 totalreserve_pages(void);
/* Has kswapd of this node been woken? */
bool kswapd_is_wanted(unsigned nid);
/* Text of page_owner for one frame, form D3; 0: nobody has it, or it is not kept. */
unsigned page_owner_show(u64 pfn, char *out, unsigned bytes);
/*
 * Give up what mm keeps to itself, for good: per-CPU lists are disabled and drained, counters added up, reserved and
 * isolated pageblocks given back. Task context. Then the free lists are a function of what is in use.
 */
void page_alloc_settle(void);
/* Pages ever handed to the buddy allocator. */
u64 totalram_pages(void);
/* The zonelist of a node as nid * MAX_NR_ZONES + zone; returns its length. */
unsigned zonelist_dump(unsigned nid, bool this_node_only, u8 *out, unsigned max);
/* Text of /proc/buddyinfo, form F1; returns bytes written, never more than bytes. */
unsigned buddyinfo_show(char *out, unsigned bytes);
const char *zone_name(unsigned zone);
/* %pGg: a gfp mask in the kernel's names. Writes a string of at most bytes - 1 characters. */
unsigned gfp_flags_show(gfp_t gfp, char *out, unsigned bytes);
/* Is this a frame of memory that was never handed over? */
bool page_is_reserved_at(u64 pfn);
/* Reference count, or -1 for a frame without a struct page. */
int page_ref_count_at(u64 pfn);

#endif
