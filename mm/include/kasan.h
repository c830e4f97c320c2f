/* SPDX-License-Identifier: GPL-2.0-only */
/* kasan.h - the one place where mm tells the tools what may be touched. Mirrors include/linux/kasan.h. */
#ifndef MM_KASAN_H
#define MM_KASAN_H

#include "types.h"

/* Frames on a free list may not be touched. */
void kasan_poison_pages(struct page *page, unsigned order);
/* Frames handed out may, but have no value yet. */
void kasan_unpoison_pages(struct page *page, unsigned order);

#endif
