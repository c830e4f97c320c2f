/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_debug_internal.h - what the debug layers tell page_alloc.c and each other.
 *
 * The order in which a page passes them is part of the contract:
 *
 *   handed out  kernel_unpoison_pages, kasan_unpoison_pages, init_pages_on_alloc, set_page_owner         [B19]
 *   given back  reset_page_owner, init_pages_on_free, kernel_poison_pages, kasan_poison_pages            [B20]
 *   hand-over   init_pages_at_hand_over
 *   a split     split_page_owner
 */
#ifndef MM_PAGE_DEBUG_INTERNAL_H
#define MM_PAGE_DEBUG_INTERNAL_H

#include "internal.h"
#include "textbuf.h"

#define PAGE_POISON 0xaa

/* --- what a page holds: page_poison.c [D1] ----------------------------------------------------------------------- */

static inline bool want_init_on_alloc(const struct mm *mm, gfp_t gfp)
{
	return (gfp & __GFP_ZERO) || mm->want_init_on_alloc;
}
/* A page that is filled with poison need not be zeroed before. */
static inline bool want_init_on_free(const struct mm *mm)
{
	return mm->want_init_on_free && !mm->want_poison;
}
void init_pages_on_alloc(struct mm *mm, struct page *page, unsigned order, gfp_t gfp);
void init_pages_on_free(struct mm *mm, struct page *page, unsigned order);
/* Boot: frames of memblock that somebody wrote to become as if they had been freed. The others are not touched. */
void init_pages_at_hand_over(struct mm *mm, struct page *page, unsigned order);

/* --- highmem.c --------------------------------------------------------------------------------------------------- */

/* The first frame without a permanent mapping. Zone edges are multiples of a pageblock, so is this. */
static inline u64 lowmem_end(const struct mm *mm)
{
	const u32 *param = this_cpu->machine->param;
	u64 end = max_of(param[PARAM_LOWMEM_PAGES], max_of(param[PARAM_DMA_PAGES], param[PARAM_DMA32_PAGES]));

	return ALIGN(end, 1ULL << mm->pageblock_order);
}
/* Where the current task has mapped this page; NULL: nowhere. */
void *kmap_address(const struct page *page);

/* --- page_owner.c ------------------------------------------------------------------------------------------------ */

/* Who had the page last, and who freed it: for reports. Nothing when it is not kept. */
void put_page_history(struct text *t, const struct mm *mm, u64 pfn);
/* "0x82(head|slab|node=0|zone=1)" and the end of the line. */
void put_page_flags(struct text *t, const struct mm *mm, u64 pfn);

#endif
