/* SPDX-License-Identifier: GPL-2.0-only */
/* kasan.h - the one place where mm tells the tools what may be touched. Mirrors include/linux/kasan.h. */
#ifndef MM_KASAN_H
#define MM_KASAN_H

#include "types.h"

/* Frames on a free list may not be touched. */
void kasan_poison_pages(struct page *page, unsigned order);
/* Frames handed out may, but have no value yet. Those without a permanent mapping must be mapped first. */
void kasan_unpoison_pages(struct page *page, unsigned order);
/* A highmem page may be touched from now on, and no longer. What it holds stays. */
void kasan_map_page(const struct page *page);
void kasan_unmap_page(const struct page *page);

#endif
