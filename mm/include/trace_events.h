/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_events.h - what mm announces, each at its commit point, under the lock that makes it true.
 *
 * Names and fields are those of the kernel's tracepoints (include/trace/events/kmem.h) where it has one. The life of a
 * frame; what is in brackets is in flight, between list and owner:
 *
 *   free list --zone_locked--> [ ] --alloc--> owner --free--> [ ] --free_zone_locked--> free list
 *   free list --zone_locked, refill--> per-CPU list --pcp_alloc--> [ ] --alloc--> owner
 *   owner --free--> [ ] --pcp_free--> per-CPU list --pcpu_drain--> [ ] --free_zone_locked--> free list
 *
 * A request announces each scan of its zonelist (attempt), then what it takes. A scan that is followed by another, or by
 * the refusal, found nothing.
 */
#ifndef MM_TRACE_EVENTS_H
#define MM_TRACE_EVENTS_H

#include "mmzone.h"

enum mm_event_type {
	EVENT_NONE,
	/* pfn, order, migratetype (of the request): a block left the free list; source_order: the block it was cut from;
	 * refill: it joins the announcing CPU's list for migratetype and order, and is in flight no moment */
	EVENT_PAGE_ALLOC_ZONE_LOCKED,
	EVENT_PAGE_ALLOC,	     /* pfn, order, gfp, migratetype: the caller owns it */
	EVENT_PAGE_FREE,	     /* pfn, order: the owner gave it up */
	EVENT_PAGE_FREE_ZONE_LOCKED, /* pfn, order; source_pfn, source_order: the block it merged into */
	EVENT_PAGE_FREE_BATCHED,     /* a recording's repetition of a free; mm does not announce it */
	EVENT_REPORT,		     /* report: which; pfn, order, gfp: about what */
	EVENT_FAULT,		     /* an injected failure was taken at site `report` */
	/* pfn, order, migratetype (read anew): a block left the per-CPU list of list_cpu, and is in flight */
	EVENT_PAGE_PCPU_DRAIN,
	EVENT_PCP_ALLOC, /* pfn, order, migratetype: the first block of this CPU's list, now in flight */
	EVENT_PCP_FREE,	 /* pfn, order, migratetype: in flight until now, first of this CPU's list */
	/* zone, order, migratetype, asked: the blocks announced since with refill are all there are; tuning is what holds now */
	EVENT_PCP_REFILL,
	/* zone, list_cpu, asked: so many pages leave the lists of list_cpu, drains of blocks follow; report: enum
	 * mm_flush; order, migratetype: the list that comes first; tuning is what holds now */
	EVENT_PCP_FLUSH,
	/* pfn, source_order: the fallback block; from: its type; order, migratetype: of the request. claim: the pageblock
	 * becomes the request's (EVENT_PAGEBLOCK comes before), else it is used as it is. The take follows. */
	EVENT_PAGE_EXTFRAG,
	/* pfn, source_order: the fallback block whose pageblock a request tried to claim; source_pfn: zone's boost in
	 * pages from now on, as large as before if the rule says so */
	EVENT_BOOST,
	/* pfn, order: frames whose pageblocks changed from type `from` to migratetype; report: enum mm_retype. Free blocks
	 * in them are on the lists of the new type from now on. */
	EVENT_PAGEBLOCK,
	EVENT_ATTEMPT,	     /* gfp, order, alloc_flags: a scan of the zonelist begins */
	EVENT_BELOW_HIGH,    /* zone; on: its flag "below the high mark" changed to this */
	EVENT_WAKEUP_KSWAPD, /* zone: its node's kswapd was asleep and is wanted now */
	EVENT_KSWAPD_RUN,    /* zone: the first of its node: whoever was woken is awake, and may be woken again */
	EVENT_BOOST_END,     /* zone: its boost is 0 from now on */
	EVENT_DIRECT_RECLAIM, /* order; asked: pages the reclaimer says it freed */
	EVENT_STAT_FOLD,     /* zone, list_cpu: what this CPU held back of the zone's counters is added up */
	EVENT_DRAIN_ALL,     /* zone (NR_ZONE_IDS: all): per-CPU lists of every CPU are about to be emptied */
	EVENT_FREE_DEFERRED, /* pfn: a page table waited for a grace period, which is over; its free follows */
	/*
	 * Objects. address: bytes from the beginning of RAM; cache: id, 0 for a large block. Announced when the object
	 * changes hands: nobody else can get it from here on, or everybody can.
	 */
	EVENT_KMALLOC,		/* address, cache, gfp, bytes_req, bytes_alloc */
	EVENT_KFREE,		/* address, cache */
	EVENT_KMEM_CACHE_ALLOC, /* address, cache, gfp, bytes_req, bytes_alloc */
	EVENT_KMEM_CACHE_FREE,	/* address, cache */
	/*
	 * Slabs. pages_wanted: a request to the page allocator begins (cache, order, gfp as it is passed on, nid: from; 255
	 * any), whose own events follow, until pages_given (pfn, ~0: refused) tells what came of it. pages_returned begins a
	 * free of pfn (order), which is over at the next event that is not of a page, or at the end of the operation.
	 */
	EVENT_SLAB_PAGES_WANTED,
	EVENT_SLAB_PAGES_GIVEN,
	EVENT_SLAB_PAGES_RETURNED,
	/* pfn, cache, slab_from, slab_to: enum slab_place; list_cpu: whose, of a CPU's; objects in use and in all are the
	 * model's own knowledge. on: to the tail of the node's list. A new slab comes from SLAB_NOWHERE. */
	EVENT_SLAB_MOVE,
	/* cache: its id; on: enum slab_cache_news; announced under slab_mutex */
	EVENT_SLAB_CACHE,
	/* report: enum slub_report; address: the object, or the slab's first byte; cache */
	EVENT_SLUB_REPORT,
	EVENT_KFREE_RCU,	/* address: waits for a grace period from now on; its kfree comes later */
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
	REPORT_NOFAIL,	       /* WARNING: __GFP_NOFAIL that cannot be kept, once a reason; order: enum nofail_misuse */
	REPORT_MIGRATETYPE,    /* WARNING: MOVABLE and RECLAIMABLE together, once */
	REPORT_POISON,	       /* pagealloc: a free page was written to; pfn */
	REPORT_KMAP,	       /* WARNING: kunmap_local out of order, or too many kmap_local */
	NR_REPORTS
};

/* Where a slab is. [S8] */
enum slab_place {
	SLAB_NOWHERE,	  /* not a slab: new, or on its way back */
	SLAB_CPU,	  /* a CPU's slab: frozen */
	SLAB_CPU_PARTIAL, /* on a CPU's chain */
	SLAB_NODE_PARTIAL,
	SLAB_FULL,	  /* no object is free; on no list, or on the full list with SLAB_STORE_USER */
	SLAB_IN_FLIGHT,	  /* taken off a list by somebody who has not put it anywhere yet */
	NR_SLAB_PLACES
};

/* What happens to a cache: it comes, another one who asked shares it, one of those no longer does, it is gone. */
enum slab_cache_news { SLAB_CACHE_GONE, SLAB_CACHE_MADE, SLAB_CACHE_SHARED, SLAB_CACHE_UNSHARED };

/* What SLUB debugging says: one event for each head `BUG ...` and each `FIX ...` line. [S33] [S34] */
enum slub_report {
	SLUB_LEFT_REDZONE,
	SLUB_RIGHT_REDZONE,
	SLUB_KMALLOC_REDZONE,
	SLUB_ALIGNMENT_PADDING,
	SLUB_POISON,
	SLUB_END_POISON,
	SLUB_OBJECT_PADDING,
	SLUB_PADDING,		 /* end of the slab */
	SLUB_NOT_A_SLAB,
	SLUB_OBJECTS,		 /* objects > max */
	SLUB_INUSE,		 /* inuse > max */
	SLUB_FREECHAIN,
	SLUB_FREEPOINTER,	 /* Freepointer corrupt */
	SLUB_FREELIST_POINTER,	 /* Freelist Pointer check fails */
	SLUB_NUMBER_OF_OBJECTS,
	SLUB_OBJECT_COUNT,
	SLUB_INVALID_POINTER,
	SLUB_ALREADY_FREE,
	SLUB_OUTSIDE,		 /* Attempt to free object outside of slab */
	SLUB_NO_CACHE,
	SLUB_PAGE_POINTER,	 /* page slab pointer corrupt. */
	SLUB_SLAB_COUNT,	 /* Slab has %d allocated objects but %d are to be freed */
	SLUB_BULK_COUNT,
	SLUB_REMAINING,		 /* Objects remaining on __kmem_cache_shutdown() */
	SLUB_WRONG_CACHE,	 /* cache_from_obj: Wrong slab cache */
	SLUB_DOUBLE_FREE,	 /* the naive check of a hardened free list */
	SLUB_NOT_KMALLOC,	 /* kfree of what is neither an object nor a large block */
	SLUB_OUT_OF_MEMORY,
	SLUB_TOO_LARGE,		 /* kmalloc of more than kmalloc_max_size() */
	SLUB_CREATE,		 /* kmem_cache_create failed */
	SLUB_DUPLICATE_NAME,
	SLUB_DESTROY,		 /* Slab cache still has objects */
	SLUB_CTOR_ZERO,		 /* __GFP_ZERO and a constructor */
	SLUB_FIX_RESTORING,	 /* FIX: Restoring ... */
	SLUB_FIX_ALL_USED,
	SLUB_FIX_NOT_FREED,
	SLUB_FIX_CHAIN,
	SLUB_FIX_FREELIST,
	SLUB_FIX_NUMBER,
	SLUB_FIX_COUNT,
	SLUB_DISABLED,		 /* Slab disabled since SLUB metadata consistency check failed */
	SLUB_FREELIST_CYCLE,
	NR_SLUB_REPORTS
};

/* Why per-CPU lists are emptied. */
enum mm_flush {
	FLUSH_FREE,  /* a free found the list full */
	FLUSH_DRAIN, /* drain: in steps, until nothing is left */
	FLUSH_DECAY, /* what is above a limit that shrinks by and by; also announced when only the limit changed */
};

/* Why a pageblock changes its type. */
enum mm_retype { RETYPE_CLAIM, RETYPE_RESERVE, RETYPE_UNRESERVE, RETYPE_ISOLATE, RETYPE_UNISOLATE };

/* What is wrong with a __GFP_NOFAIL. */
enum nofail_misuse { NOFAIL_ORDER, NOFAIL_ATOMIC, NOFAIL_MEMALLOC, NOFAIL_COSTLY, NR_NOFAIL_MISUSES };

/* What a request may do, as mm sees it. Values are those of mm/internal.h in the kernel. */
enum alloc_flag {
	ALLOC_WMARK_MIN = 0,
	ALLOC_WMARK_LOW = 1,
	ALLOC_WMARK_HIGH = 2,
	ALLOC_WMARK_MASK = 3,
	ALLOC_NO_WATERMARKS = 0x4,
	ALLOC_OOM = 0x8,
	ALLOC_NON_BLOCK = 0x10,
	ALLOC_MIN_RESERVE = 0x20,
	ALLOC_CPUSET = 0x40,
	ALLOC_CMA = 0x80,
	ALLOC_NOFRAGMENT = 0x100,
	ALLOC_HIGHATOMIC = 0x200,
	ALLOC_KSWAPD = 0x800,
	ALLOC_RESERVES = ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC | ALLOC_OOM,
};

#define EVENT_ATOMIC 1 /* irqs off, in an interrupt, or preemption off */

/* How a CPU's list is tuned: what the allocator may change by itself. */
struct pcp_tuning {
	u32 high; /* pages it may hold */
	u16 free_count;
	u8 alloc_factor;
	u8 freed_high_order; /* the last free was of an order above 0 */
};

struct mm_event {
	u8 type, cpu, order, source_order;
	union {
		u32 gfp;
		u32 asked;
	};
	union {
		u64 pfn;
		u64 address;
	};
	union {
		u64 source_pfn;
		u64 alloc_flags;
		struct pcp_tuning tuning;
		struct {
			u32 bytes_req, bytes_alloc;
		};
	};
	union {
		u8 migratetype;
		u8 slab_to;
	};
	u8 report;
	u8 context; /* a recording's: EVENT_ATOMIC */
	union {
		u8 from;
		u8 slab_from;
		u8 nid;
	};
	union {
		u8 zone; /* nid * MAX_NR_ZONES + zone */
		u8 cache;
	};
	u8 list_cpu;
	union {
		u8 refill, claim, on;
	};
	u8 unused;
};

_Static_assert(sizeof(struct mm_event) == 32, "an event is one record of the machine's ring");

#endif
