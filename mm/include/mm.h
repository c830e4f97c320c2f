/* SPDX-License-Identifier: GPL-2.0-only */
/* mm.h - booting the stack, and the doors between page, frame number and address. */
#ifndef MM_MM_H
#define MM_MM_H

#include "types.h"

/*
 * mm_boot_early - memblock from the machine's firmware map, and the first early allocations: one page for each node's
 * own data. Frames are not handed over yet.
 * mm_boot_finish - zones, hand-over of every free frame to the buddy allocator, watermarks.
 * mm_boot - both. Return 0, -ENOMEM when the machine has no room for the metadata or its map has no usable page.
 * this_cpu must be on the machine to boot. Mirrors init/main.c and mm/mm_init.c.
 */
int mm_boot(void);
int mm_boot_early(void);
int mm_boot_finish(void);

struct page *pfn_to_page(u64 pfn);
u64 page_to_pfn(const struct page *page);
void *page_address(const struct page *page);
struct page *virt_to_page(const void *address);

#endif
