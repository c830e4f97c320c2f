/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_events.h - what mm announces, each at its commit point, under the lock that makes it true.
 *
 * Names and fields are those of the kernel's tracepoints (include/trace/events/kmem.h). The life of a frame:
 *
 *   free list --mm_page_alloc_zone_locked--> in flight --mm_page_alloc--> owner
 *   owner --mm_page_free--> in flight --mm_page_free_zone_locked (ours)--> free list
 */
#ifndef MM_TRACE_EVENTS_H
#define MM_TRACE_EVENTS_H

#include "mmzone.h"

enum mm_event_type {
	EVENT_NONE,
	EVENT_PAGE_ALLOC_ZONE_LOCKED, /* pfn, order: a block left the free list; source_order: the block it was cut from */
	EVENT_PAGE_ALLOC,	      /* pfn, order, gfp: the caller owns it */
	EVENT_PAGE_FREE,	      /* pfn, order: the owner gave it up */
	EVENT_PAGE_FREE_ZONE_LOCKED,  /* pfn, order; source_pfn, source_order: the block it merged into */
	EVENT_PAGE_FREE_BATCHED,      /* a recording's repetition of a free; mm does not announce it */
	EVENT_REPORT,		      /* report: which; pfn, order, gfp: about what */
	EVENT_FAULT,		      /* an injected failure was taken at site `report` */
	NR_EVENT_TYPES
};

/* What mm says in the log. Each is due exactly when the model says so. */
enum mm_report {
	REPORT_ALLOC_FAILURE, /* page allocation failure: order:... */
	REPORT_ORDER_TOO_BIG, /* WARNING: order > MAX_PAGE_ORDER, once */
	REPORT_BAD_PAGE,      /* BUG: Bad page state */
	REPORT_SLEEP_ATOMIC,  /* BUG: sleeping function called from invalid context */
	REPORT_GFP_MISUSE,    /* WARNING: flags that mean nothing here were dropped */
	REPORT_SPLIT_COMPOUND, /* WARNING: split_page of a compound page */
	REPORT_MEMBLOCK_ALIGN, /* WARNING: memblock allocation with align 0 */
	NR_REPORTS
};

#define EVENT_ATOMIC 1 /* irqs off, in an interrupt, or preemption off */

struct mm_event {
	u8 type, cpu, order, source_order;
	u32 gfp;
	u64 pfn;
	u64 source_pfn;
	u8 migratetype, report;
	u8 context; /* a recording's: EVENT_ATOMIC */
	u8 unused[5];
};

_Static_assert(sizeof(struct mm_event) == 32, "an event is one record of the machine's ring");

#endif
