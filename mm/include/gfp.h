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
 * @gfp: zones, context, mobility and urgency. At most one of DMA, DMA32, HIGHMEM.
 * @order: 0..max_page_order.
 * Return: the first page, reference count 1; NULL when no allowed zone can give under the marks and reserves this mask
 * may use, and reclaim did not help, with a `page allocation failure` in the log unless __GFP_NOWARN. A larger order is
 * NULL and warned once. __GFP_NOFAIL too is NULL after nofail_laps laps in which nobody freed anything.
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
bool page_is_pfmemalloc(const struct page *page);
/* Drop a reference of a page, or of the compound block it belongs to. */
void put_page(struct page *page);

/* --- per-CPU lists: task context only, they may wait for another CPU's list ---------------------------------------------- */

/* Empty this CPU's lists of every zone. */
void drain_local_pages(void);
/* Empty all lists of all CPUs; returns at once if somebody else is at it. */
void drain_all_pages(void);
/* No list of the zone holds anything until it is enabled again; nested calls count. -EINVAL: no such zone, or not disabled. */
int zone_pcp_disable(unsigned nid, unsigned zone);
int zone_pcp_enable(unsigned nid, unsigned zone);
/* A CPU died: its lists are emptied, what it counted is added up. */
void page_alloc_cpu_dead(unsigned cpu);

/* --- pageblocks (mm/page_isolation.c) -------------------------------------------------------------------------------------- */

/**
 * set_migratetype_isolate - no page of the pageblock of this frame is handed out until it is unset.
 * Return: 0, -EBUSY when it is isolated or reserved for atomic requests, -EINVAL when no zone has it.
 */
int set_migratetype_isolate(u64 pfn);
/* Back to the type it had. -EINVAL: it was not isolated. */
int unset_migratetype_isolate(u64 pfn);

/* --- knobs of /proc/sys/vm --------------------------------------------------------------------------------------------------- */

enum mm_sysctl {
	SYSCTL_MIN_FREE_KBYTES,
	SYSCTL_WATERMARK_SCALE_FACTOR,
	SYSCTL_WATERMARK_BOOST_FACTOR,
	SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION,
	SYSCTL_LOWMEM_RESERVE_RATIO_DMA, /* and the zones that follow it */
	SYSCTL_LOWMEM_RESERVE_RATIO_DMA32,
	SYSCTL_LOWMEM_RESERVE_RATIO_NORMAL,
	SYSCTL_LOWMEM_RESERVE_RATIO_HIGHMEM,
	SYSCTL_LOWMEM_RESERVE_RATIO_MOVABLE,
	NR_SYSCTLS
};
/* -EINVAL: out of range (factor 1..3000, fraction 0 or >= 8). What depends on it is computed again at once. */
int mm_sysctl_write(enum mm_sysctl knob, u32 value);

/* One pass of the node's kswapd. It cannot free pages yet: boosts of marks end. Returns whether anybody had woken it. */
bool kswapd_run(unsigned nid);

#endif
