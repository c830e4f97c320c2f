/* SPDX-License-Identifier: GPL-2.0-only */
/* page_debug.h - looking at the page allocator from outside: what checkers, tools and gdb call. */
#ifndef MM_PAGE_DEBUG_H
#define MM_PAGE_DEBUG_H

#include "mmzone.h"

struct free_block {
	u32 pfn;
	u8 order, zone, nid;
};

/* Every block on the free lists, in list order, up to max; returns how many there are. Burns no fuel. */
u64 page_alloc_dump(struct free_block *out, u64 max);
/* Recounts zones and free lists from scratch: NULL, or "broken B4: ..." with the frame. Only at quiescent points. */
const char *page_alloc_check(void);
/* Free pages as the zone counts them; 0 for a zone that does not exist. */
u64 zone_free_pages(unsigned nid, unsigned zone);
/* The figures of a zone, all in pages; zeroes for one that does not exist. */
struct zone_figures {
	u64 min, low, high, spanned, present, managed;
};
struct zone_figures zone_figures(unsigned nid, unsigned zone);
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
