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
	EVENT_BOOST_END,     /* zone; index: its boost from now on: 0, or what was added while kswapd was at work */
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
	/*
	 * Pages that tasks, files and swap use. vm_wanted: a request to the page allocator begins (gfp, order 0, nid: from; 255
	 * any; report: enum vm_use), whose own events follow, until vm_given (pfn, ~0: refused). vm_returned begins the free of
	 * pfn by its last reference, which is over at the next event that is not of a page, or at the end of the operation.
	 */
	EVENT_VM_WANTED,
	EVENT_VM_GIVEN,
	EVENT_VM_RETURNED,
	EVENT_LRU,	    /* pfn; lru_from, lru_to: enum lru_place; report: enum lru_why; under the node's lru_lock */
	EVENT_REFERENCED,   /* pfn; asked: mappings found accessed, not so any more; on: one is mlocked; report: enum page_references, what follows */
	EVENT_PTE,	    /* vm_task, index: virtual page; pfn; report: enum pte_news */
	EVENT_PAGE_CACHE,   /* file, index; pfn; on: it is there from now on; report: enum cache_why */
	EVENT_PAGE_STATE,   /* pfn; report: enum page_news */
	EVENT_IO,	    /* vm_device, index: block; pfn; on: a write; report: enum io_news; after IO_DONE the data are where they should be */
	EVENT_SWAP,	    /* entry; pfn, or ~0; report: enum swap_news */
	EVENT_SWAP_DEVICE,  /* vm_device; index: pages; on: it is used from now on; report 1: it is, and gives slots and counts if on */
	EVENT_RECLAIM,	    /* report: enum reclaim_news; nid: from; order; priority; asked: pages scanned; index: pages reclaimed */
	EVENT_SHRINKER,	    /* shrinker; report: enum shrinker_news; priority; asked, index: see there */
	EVENT_KTHREAD,	    /* kthread: sim/task.h; nid: of kswapd; on: runs from now on, else has nothing to do */
	EVENT_WAIT,	    /* report: enum vm_wait; on: the task that runs begins to wait, or no longer does; pfn of the page, or ~0 */
	EVENT_OOM,	    /* report: enum oom_news; vm_task; index: points */
	EVENT_TASK,	    /* vm_task; report: enum task_news */
	EVENT_INODE,	    /* file; address; on: an inode (report 0) or dentry (report 1) of this number is kept from now on; report 2: the
			     * file has index pages from now on (what was cut off, and what a write skips, reads as zero) */
	NR_EVENT_TYPES
};

/* Who a page is for. */
enum vm_use { VM_USE_ANON, VM_USE_FILE, VM_USE_TABLE, VM_USE_SWAPIN, VM_USE_ZSWAP, VM_USE_BALLOON, NR_VM_USES };

/* Where a page is that reclaim may look at. The first five are lists, in the kernel's order. [R1] */
enum lru_place {
	LRU_INACTIVE_ANON,
	LRU_ACTIVE_ANON,
	LRU_INACTIVE_FILE,
	LRU_ACTIVE_FILE,
	LRU_UNEVICTABLE,
	NR_LRU_LISTS,
	LRU_NOWHERE = NR_LRU_LISTS, /* new, or about to be freed */
	LRU_BATCH,		    /* in a batch of the CPU that announces it comes there; anybody may empty it */
	LRU_ISOLATED,		    /* taken off by reclaim, or by somebody who moves pages */
	NR_LRU_PLACES
};

enum lru_why {
	LRU_WHY_ADD,	    /* a new page, by its user; from a batch to its list */
	LRU_WHY_ISOLATE,
	LRU_WHY_PUTBACK,    /* isolated, and not reclaimed */
	LRU_WHY_ACTIVATE,   /* used a second time */
	LRU_WHY_DEACTIVATE, /* ages */
	LRU_WHY_ROTATE,	    /* to the tail: written, to be reclaimed now */
	LRU_WHY_MLOCK,
	LRU_WHY_MUNLOCK,
	LRU_WHY_FREE,	    /* off its list: the last reference is gone */
	LRU_WHY_RECLAIMED,  /* isolated, and freed */
	NR_LRU_WHYS
};

/* What a look at who used a page leads to. [R6] */
enum page_references {
	PAGEREF_RECLAIM,
	PAGEREF_RECLAIM_CLEAN,
	PAGEREF_KEEP,
	PAGEREF_ACTIVATE,
	PAGEREF_AGE, /* of an active list: it becomes inactive, used or not; its referenced flag stays as it is */
	NR_PAGEREFS
};

enum pte_news {
	PTE_MAPPED,	/* pfn is what the task sees there; its accessed bit is set */
	PTE_UNMAPPED,	/* the task does not want it any more: munmap, exit, truncate, reaper */
	PTE_RECLAIMED,	/* by reclaim, a page of a file: the next access faults */
	PTE_SWAPPED,	/* by reclaim: entry (asked) is there now */
	PTE_DROPPED,	/* an entry (asked) is there no more, without having been brought back */
	PTE_ACCESSED,	/* pfn was read; on: written */
	PTE_CLEANED,	/* write access is taken away: the next write is seen */
};

enum cache_why { CACHE_READ, CACHE_READAHEAD, CACHE_WRITE, CACHE_TRUNCATE, CACHE_RECLAIM, CACHE_DROP };

enum page_news {
	PAGE_DIRTY,	  /* differs from what its device has */
	PAGE_CLEAN,	  /* is about to be written: what changes from now on is dirty again */
	PAGE_WRITEBACK,
	PAGE_WRITTEN,	  /* writeback ended */
	PAGE_WRITE_FAILED, /* writeback ended, and the device does not have it */
	PAGE_UPTODATE,
	PAGE_READ_FAILED,
	PAGE_MLOCKED,
	PAGE_MUNLOCKED,
	PAGE_PINNED,
	PAGE_UNPINNED,
	PAGE_LAUNDERED,	  /* dirty no more, and nobody will miss it: truncated, or its last user is gone */
	PAGE_WANTED_FREE, /* PG_reclaim: to be reclaimed when it is written */
	PAGE_USED,	  /* mark_page_accessed: its referenced flag is set */
	PAGE_COPIED,	  /* on: file_write() has copied what it was given into the page; else file_read() copied it out */
};

enum io_news { IO_SUBMITTED, IO_DONE, IO_FAILED, NR_IO_NEWS };

enum swap_news {
	SWAP_TAKEN,	   /* a slot */
	SWAP_FREED,
	SWAP_CACHED,	   /* the page is what the slot holds: it is found through the swap cache */
	SWAP_UNCACHED,
	SWAP_ZSWAP_STORED, /* the page's contents are kept compressed; asked is the entry, index: bytes */
	SWAP_ZSWAP_LOADED, /* and were brought back to the page; the copy stays */
	SWAP_ZSWAP_DROPPED,
	SWAP_ZSWAP_REFUSED, /* did not fit, or there was no memory: the device is next */
	SWAP_DUPLICATED,   /* one more user of the slot */
};

/* RECLAIM_DIRECT_BEGINS: gfp; index: pages wanted. All: source_order: the highest zone that may be reclaimed from. */
enum reclaim_news {
	RECLAIM_DIRECT_BEGINS, /* by the request in flight */
	RECLAIM_DIRECT_ENDS,   /* asked: scanned, index: reclaimed */
	RECLAIM_NODE_BEGINS,   /* one look at a node's lists with this priority, by whoever runs */
	RECLAIM_NODE_ENDS,     /* asked: looked at, index: reclaimed, both of lists alone; pfn: pages of slabs that came back; balance:
				* who was looked at: 0 all, 1 in fractions, 2 anonymous pages alone, 3 files alone [R4] */
	RECLAIM_SCAN,	       /* from: node; lru_to: list; order: the priority; asked: pages to look at, never 0; index: pages on the list */
	RECLAIM_THROTTLED,     /* R10: waits for kswapd before it begins */
	RECLAIM_FAILURES,      /* asked: kswapd's runs without success so far */
	RECLAIM_BALANCE_BEGINS, /* kswapd, for this order and up to this zone; asked: what marks of the node are boosted by */
	RECLAIM_BALANCE_ENDS,  /* asked: reclaimed; index: 1 the node is balanced, 0 it gave up */
	RECLAIM_KSWAPD_NAPS,   /* balanced or hopeless: from here on it can be woken */
	RECLAIM_KSWAPD_GOES_ON, /* after the nap, or a second look: who has woken it meanwhile is heard */
};

enum shrinker_news { /* all: nid, 0 where the cache knows no nodes */
	SHRINKER_COUNTED, /* asked: freeable, never 0; index: carried over from before */
	SHRINKER_SCANNED, /* asked: looked at, index: freed; ~0: it refused, and is not asked again this time */
	SHRINKER_DONE,	  /* asked: freed in all, index: carried over */
	SHRINKER_REGISTERED, /* asked: its batch, index: its seeks */
	SHRINKER_GONE,
	SHRINKER_SPARED, /* instead of counted and done: too little to look at; asked: freeable, pfn: carried over from before, index: now */
};

/* What a task waits for. */
enum vm_wait {
	WAIT_PAGE_LOCK,
	WAIT_WRITEBACK,
	WAIT_PFMEMALLOC,   /* R10 */
	WAIT_ISOLATED,	   /* R9 */
	WAIT_CONGESTED,	   /* reclaim that gets nowhere while much is being written */
	WAIT_NO_PROGRESS,
	WAIT_DIRTY,	   /* R22: a writer */
	WAIT_OOM,	   /* somebody was killed, and has not given anything back yet */
	WAIT_QUEUE,	   /* the device takes no more requests */
	NR_VM_WAITS
};

enum oom_news {
	OOM_INVOKED,	 /* out_of_memory(): order, gfp; vm_task: who asks, 255 nobody's memory */
	OOM_NOTIFIED,	 /* asked: pages that notifiers freed */
	OOM_BADNESS,	 /* vm_task was looked at; index: its points, as a signed number; not announced of who is never chosen */
	OOM_KILL,	 /* vm_task is killed; index: points */
	OOM_CURRENT_DIES, /* vm_task (who asks, or the worst of all) is about to give up its memory anyway: it gets the reserves, nobody is killed */
	OOM_WAITS,	 /* an earlier victim (vm_task) has not given up its memory yet */
	OOM_BUSY,	 /* oom_lock is taken: somebody else decides */
	OOM_DECLINED,	 /* asked: 0 no __GFP_FS, 1 may not kill (L6) */
	OOM_NOBODY,	 /* deadlocked on memory */
	OOM_REAP,	 /* the reaper freed what vm_task had; index: pages */
	OOM_SKIP,	 /* vm_task is not waited for any longer: MMF_OOM_SKIP; once for each who was marked, when it ends at the latest */
	OOM_PANIC,	 /* vm.panic_on_oom (asked) says so */
	NR_OOM_NEWS
};

enum task_news {
	TASK_CREATED,
	TASK_KILLED,
	TASK_EXITS,
	TASK_GONE,
	TASK_ADJ,    /* index: the new one */
	TASK_MAPS,   /* order: a window that shows a file from now on, before any page of it is mapped */
	TASK_UNMAPS, /* order: a window that shows nothing any more, after all of them are unmapped */
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
		u32 file; /* its number */
		u32 entry; /* of swap: device << 24 | slot */
	};
	union {
		u64 pfn;
		u64 address;
	};
	union {
		u64 source_pfn;
		u64 index;
		u64 alloc_flags;
		struct pcp_tuning tuning;
		struct {
			u32 bytes_req, bytes_alloc;
		};
	};
	union {
		u8 migratetype;
		u8 slab_to;
		u8 lru_to;
		u8 priority;
	};
	u8 report;
	u8 context; /* a recording's: EVENT_ATOMIC; of attempts, vm_wanted and pages_wanted: flags of the task that asks, PF_MEMALLOC .. */
	union {
		u8 from;
		u8 slab_from;
		u8 lru_from;
		u8 nid;
	};
	union {
		u8 zone; /* nid * MAX_NR_ZONES + zone */
		u8 cache;
		u8 vm_task;
		u8 vm_device;
		u8 shrinker;
		u8 kthread;
	};
	u8 list_cpu;
	union {
		u8 refill, claim, on, balance;
	};
	u8 task; /* 0: the operation on this CPU; kthread k: k + 1 */
};

_Static_assert(sizeof(struct mm_event) == 32, "an event is one record of the machine's ring");

#endif
