/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gfp.h - asking for page frames. Mirrors include/linux/gfp.h and gfp_types.h.
 *
 * A block is 2^order frames at a multiple of its size. Orders go from 0 to the machine's max_page_order.
 * Every function here may be called in any context but NMI; with __GFP_DIRECT_RECLAIM only where sleeping is legal.
 */
#ifndef MM_GFP_H
#define MM_GFP_H

#include "mmzone.h"

#define __GFP_DMA	     0x1u
#define __GFP_HIGHMEM	     0x2u
#define __GFP_DMA32	     0x4u
#define __GFP_MOVABLE	     0x8u
#define __GFP_RECLAIMABLE    0x10u
#define __GFP_HIGH	     0x20u
#define __GFP_IO	     0x40u
#define __GFP_FS	     0x80u
#define __GFP_ZERO	     0x100u
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_KSWAPD_RECLAIM 0x800u
#define __GFP_WRITE	     0x1000u
#define __GFP_NOWARN	     0x2000u
#define __GFP_RETRY_MAYFAIL  0x4000u
#define __GFP_NOFAIL	     0x8000u
#define __GFP_NORETRY	     0x10000u
#define __GFP_MEMALLOC	     0x20000u
#define __GFP_COMP	     0x40000u
#define __GFP_NOMEMALLOC     0x80000u
#define __GFP_HARDWALL	     0x100000u
#define __GFP_THISNODE	     0x200000u
#define __GFP_ACCOUNT	     0x400000u
#define __GFP_ZEROTAGS	     0x800000u

#define GFP_ZONEMASK	(__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32 | __GFP_MOVABLE)
#define __GFP_RECLAIM	(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define __GFP_ALL_BITS	0xfffdffu /* bit 9 has no meaning */

#define GFP_ATOMIC	     (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL	     (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT   (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT	     (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO	     __GFP_RECLAIM
#define GFP_NOFS	     (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER	     (GFP_KERNEL | __GFP_HARDWALL)
#define GFP_DMA		     __GFP_DMA
#define GFP_DMA32	     __GFP_DMA32
#define GFP_HIGHUSER	     (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_TRANSHUGE_LIGHT                                                                                            \
	((GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN) & ~__GFP_RECLAIM)
#define GFP_TRANSHUGE (GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM)

/**
 * alloc_pages - a block of 2^order frames, from the CPU's own node first.
 * @gfp: zones, context and urgency. At most one of DMA, DMA32, HIGHMEM.
 * @order: 0..max_page_order.
 * Return: the first page, reference count 1; NULL when no allowed zone stays above its min watermark, with a
 * `page allocation failure` in the log unless __GFP_NOWARN. A larger order is NULL and warned once.
 * Mirrors mm/page_alloc.c.
 */
struct page *alloc_pages(gfp_t gfp, unsigned order);
/* The same from node nid first (NUMA_NO_NODE: the CPU's own); with __GFP_THISNODE from no other. */
struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned order);
/* The same as a mapped address, 0 on failure: __GFP_HIGHMEM is ignored. */
unsigned long __get_free_pages(gfp_t gfp, unsigned order);
unsigned long get_zeroed_page(gfp_t gfp);
/* @size bytes rounded up to pages, the rest of the block freed page by page. __GFP_COMP and HIGHMEM are dropped. */
void *alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void *address, size_t size);
/**
 * alloc_pages_bulk - fill the NULL slots of an array with order-0 pages.
 * Return: how many leading slots are populated now; 0 when nr is 0. A full array returns nr at once.
 */
unsigned long alloc_pages_bulk(gfp_t gfp, unsigned long nr, struct page **array);

/**
 * __free_pages - drop one reference; the last one frees 2^order frames.
 * If a reference remains and the block is not compound, all frames but the first are freed at once.
 * A page without references is reported as bad and nothing changes.
 */
void __free_pages(struct page *page, unsigned order);
/* The same by address; 0 is a no-op. */
void free_pages(unsigned long address, unsigned order);
/* A non-compound block becomes 2^order single pages, each with its own reference. */
void split_page(struct page *page, unsigned order);
void get_page(struct page *page);
/* Drop a reference of a page, or of the compound block it belongs to. */
void put_page(struct page *page);

#endif
