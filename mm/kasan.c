/* SPDX-License-Identifier: GPL-2.0-only */
/* kasan.c - what the tools are told about frames. */
#include "internal.h"
#include "tool.h"

void kasan_poison_pages(struct page *page, unsigned order)
{
	tool_poison(page_address(page), PAGE_SIZE << order);
}

void kasan_unpoison_pages(struct page *page, unsigned order)
{
	tool_unpoison(page_address(page), PAGE_SIZE << order);
}
