/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kasan.c - what the tools are told about frames.
 *
 *   lowmem    forbidden --handed out--> allowed, no value --freed--> forbidden
 *   highmem   forbidden --mapped--> allowed --last mapping gone--> forbidden
 *
 * A tool forgets which bytes of a forbidden page have a value, so a mapped page counts as having one everywhere.
 */
#include "page_debug_internal.h"
#include "tool.h"

static void *frame_of(const struct page *page)
{
	return ram_address(this_cpu->machine, page_pfn(current_mm(), page));
}

void kasan_poison_pages(struct page *page, unsigned order)
{
	tool_poison(frame_of(page), PAGE_SIZE << order);
}

/* A block of ZONE_MOVABLE may lie on both sides of the end of lowmem. */
void kasan_unpoison_pages(struct page *page, unsigned order)
{
	const struct mm *mm = current_mm();
	u64 pfn = page_pfn(mm, page), end = min_of(pfn + (1ULL << order), lowmem_end(mm));

	if (likely(pfn < end))
		tool_unpoison(frame_of(page), (end - pfn) << PAGE_SHIFT);
}

void kasan_map_page(const struct page *page)
{
	tool_unpoison(frame_of(page), PAGE_SIZE);
	tool_define(frame_of(page), PAGE_SIZE);
}

void kasan_unmap_page(const struct page *page)
{
	tool_poison(frame_of(page), PAGE_SIZE);
}
