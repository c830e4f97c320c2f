/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * highmem.h - pages without a permanent mapping. Mirrors include/linux/highmem.h.
 *
 * page_address() of a page of ZONE_HIGHMEM, or of ZONE_MOVABLE above lowmem, is NULL unless it is mapped here. Under ASan
 * such a page may be touched only while it is mapped.
 */
#ifndef MM_HIGHMEM_H
#define MM_HIGHMEM_H

#include "types.h"

#define KM_MAX_IDX 16 /* mappings a task may hold */

/**
 * kmap_local_page - map a page for the current task; any context, does not sleep.
 * Return: its address; for a page with a permanent mapping that one, and nothing is used up. NULL with a warning when
 * the task holds KM_MAX_IDX mappings.
 */
void *kmap_local_page(struct page *page);
/* Undo the last kmap_local_page() that is not undone; another one is warned about, and nothing happens. */
void kunmap_local(const void *address);
/* Has this frame a permanent mapping? */
bool page_is_lowmem(u64 pfn);
/* Mappings the current task of a CPU holds. */
unsigned kmap_depth(unsigned cpu);

#endif
