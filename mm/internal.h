/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internal.h - the structures of the stack, for mm/ alone.
 *
 * All mutable state hangs on one struct mm in the machine's metadata: nothing in mm/ is static and mutable, so that
 * machines can coexist and a reset is a copy.
 */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <string.h>
#include "types.h"
#include "gfp.h"
#include "kasan.h"
#include "marks.h"
#include "memblock.h"
#include "mm.h"
#include "page_debug.h"
#include "trace_events.h"
#include "vmstat.h"
#include "atomic.h"
#include "list.h"
#include "lock.h"

/*
 * Lock ranks: taken in rising order. The slab allocator asks for pages with none of its spin locks held; but an interrupt may
 * come in the middle of the page allocator, with its locks held below, and ask for objects.
 */
enum lock_rank {
	RANK_SLAB_MUTEX = 1,
	RANK_KNOBS,
	RANK_PCP,
	RANK_LRU, /* these four: never one inside another; the end of I/O takes them, maybe on top of a list's lock */
	RANK_MAPPING,
	RANK_SWAP,
	RANK_OOM,
	RANK_ZONE = 10,
	RANK_KRC,
	RANK_CPU_SLAB,
	RANK_SLAB_LIST,
	RANK_REPORTS = 15
};

enum page_flag {
	PG_buddy = 1 << 0,    /* first page of a block on a free list */
	PG_head = 1 << 1,     /* first page of a compound block */
	PG_tail = 1 << 2,     /* other pages of one: compound_head points to the first */
	PG_reserved = 1 << 3, /* never handed to the buddy allocator */
	PG_guard = 1 << 4,    /* first page of a guard: a free half kept off the lists, its order in private */
	PG_pfmemalloc = 1 << 5, /* came with ALLOC_NO_WATERMARKS: given up when freed */
	PG_device = 1 << 6,   /* a device's own memory */
	PG_slab = 1 << 7,     /* first page of a slab: see slab_internal.h; private is the slab's own */
	PG_large_kmalloc = 1 << 8, /* first page of a block that kmalloc() gave */
};

/* All zero means "inside a block, or a hole", so that a big machine boots without touching most of them. */
struct page {
	u32 flags;    /* the owner's, or under zone->lock; others look whether a page is free */
	s32 refcount; /* of any holder: atomic */
	u64 private; /* order of a free block (PG_buddy), a guard (PG_guard) or a compound block (PG_head) */
	union {
		struct list_head lru; /* free list, or per-CPU list */
		struct page *compound_head;
		struct rcu_head rcu_head; /* while a grace period is waited for */
	};
};

struct free_area {
	struct list_head free_list[MIGRATE_TYPES];
	u64 nr_free; /* blocks on all of them; written under zone->lock, read by anybody */
};

/* Index of a list: MIGRATE_PCPTYPES * order + type; the last two are for pageblock_order: movable, any other. */
struct per_cpu_pages {
	spinlock_t lock;
	struct pcp_tuning tuning;
	u32 count; /* pages in all lists */
	u32 high_min, high_max, batch;
	struct list_head lists[NR_PCP_LISTS];
};

/* What a CPU has counted and not yet added to the zone's own numbers. */
struct per_cpu_zonestat {
	s8 vm_stat_diff[NR_VM_ZONE_STAT_ITEMS];
	u8 stat_threshold;
	u64 vm_numa_event[NR_VM_NUMA_EVENT_ITEMS];
};

enum zone_watermark { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

enum zone_flag {
	ZONE_BOOSTED_WATERMARK = 1 << 0, /* kswapd is to be woken by the next allocation */
	ZONE_RECLAIM_ACTIVE = 1 << 1,	 /* kswapd is at work */
	ZONE_BELOW_HIGH = 1 << 2,	 /* per-CPU lists should shrink */
};

/* What every request reads, what counts free pages, and what the lock's holders write lie on lines of their own. */
struct zone {
	u8 nid, index, flags;
	u64 watermark[NR_WMARK];	    /* without the boost */
	u64 watermark_boost;
	u64 lowmem_reserve[MAX_NR_ZONES]; /* by the highest zone of the request */
	u64 nr_reserved_highatomic, nr_free_highatomic;
	u64 percpu_drift_mark;
	u64 start_pfn, spanned_pages, present_pages, managed_pages, cma_pages;
	u32 nr_isolated_blocks;
	u8 pcp_disable_depth; /* how often zone_pcp_disable() was called and not undone */
	struct per_cpu_pages *pcp[SIM_MAX_CPUS];
	struct per_cpu_zonestat *stat[SIM_MAX_CPUS];
	s64 vm_stat[NR_VM_ZONE_STAT_ITEMS] __attribute__((aligned(64))); /* without what CPUs hold back */
	spinlock_t lock __attribute__((aligned(64)));
	struct free_area free_area[NR_PAGE_ORDERS];
};

static inline u64 wmark_pages(const struct zone *zone, enum zone_watermark mark)
{
	return READ_ONCE(zone->watermark[mark]) + READ_ONCE(zone->watermark_boost);
}

/* Zone and node of a frame come from here, never from page flags. */
struct pageblock {
	u8 zone; /* nid * MAX_NR_ZONES + index; NO_ZONE: no memory here */
	u8 has_holes;
	u8 migratetype;
	u8 isolated_from; /* the type to go back to */
};

#define NO_ZONE	      0xff
#define MAX_ZONES     (MAX_NUMNODES * MAX_NR_ZONES)
#define zone_id(zone) ((zone)->nid * MAX_NR_ZONES + (zone)->index)

enum { ZONELIST_FALLBACK, ZONELIST_NOFALLBACK, MAX_ZONELISTS };

struct zonelist {
	unsigned nr;
	struct zone *zone[MAX_ZONES];
};

#define VM_EVENTS_OF_LINES ALIGN((unsigned)NR_VM_EVENT_ITEMS, 8u) /* a CPU shares no cache line with another */

struct memblock_state;
struct slab_state;
struct vm_state;

struct mm {
	struct page *mem_map;
	u64 *hole; /* bit set: no memory behind this frame, and its struct page may not be touched */
	struct pageblock *pageblock;
	u64 nr_frames;
	u8 max_order, pageblock_order;
	u8 nr_nodes;
	bool order_warned, migratetype_warned;
	u8 nofail_warned; /* bit set of enum nofail_misuse */
	u8 costly_order;
	bool mobility_disabled;
	bool want_init_on_alloc, want_init_on_free, want_poison;
	u8 guardpage_minorder;
	u64 next_failure_report_ns;
	spinlock_t knob_lock;   /* sysctl[], marks and list sizes that follow from it, pcp_disable_depth */
	spinlock_t report_lock; /* bad_pages */
	struct {
		u64 resume_ns; /* silence until then */
		u32 shown, suppressed;
	} bad_pages; /* reports since the burst began [B21] */
	struct memblock_state *memblock;
	struct zone *zone[MAX_ZONES]; /* NULL: no such zone */
	struct zonelist zonelist[MAX_NUMNODES][MAX_ZONELISTS];
	u64 totalram_pages, totalreserve_pages, totalcma_pages;
	u32 sysctl[NR_SYSCTLS];
	bool kswapd_wanted[MAX_NUMNODES];
	u32 pcp_disabled; /* zones whose lists are disabled, by id */
	bool draining_all;
	u64 vm_event[SIM_MAX_CPUS][VM_EVENTS_OF_LINES] __attribute__((aligned(64)));
	struct page_owner *page_owner; /* one a frame; NULL: not kept */
	struct kmap_stack *kmap;	/* one a CPU's task */
	struct slab_state *slab;	/* slab_internal.h; NULL until kmem_cache_init() */
	struct vm_state *vm;		/* vm_internal.h; NULL until vm_init(): nothing is reclaimed */
	char slub_debug_string[256];	/* slab_debug= */
	s64 slab_pages[MAX_NUMNODES][2]; /* NR_SLAB_UNRECLAIMABLE_B, NR_SLAB_RECLAIMABLE_B, in pages; atomic */
	u32 mark[NR_MARKS] __attribute__((aligned(64))); /* apart from what every request reads */
};

static inline struct mm *current_mm(void)
{
	return this_cpu->machine->mm;
}

/* A rare place was passed. CPUs may lose a count to each other, never the first one for good. */
static inline void count_mark(enum mm_mark mark)
{
	u32 *count = &current_mm()->mark[mark];

	ADD_ONCE(*count, 1);
}
/* The same if it was; the answer is the condition's. */
static inline bool marked(bool passed, enum mm_mark mark)
{
	if (unlikely(passed))
		count_mark(mark);
	return passed;
}

/* --- doors: pfn, page, zone ------------------------------------------------------------------------------------------ */

static inline bool pfn_valid(const struct mm *mm, u64 pfn)
{
	return pfn < mm->nr_frames && !(mm->hole[pfn / 64] >> (pfn % 64) & 1);
}
static inline struct pageblock *pfn_to_pageblock(const struct mm *mm, u64 pfn)
{
	return &mm->pageblock[pfn >> mm->pageblock_order];
}
static inline struct zone *page_zone(const struct mm *mm, u64 pfn)
{
	return mm->zone[pfn_to_pageblock(mm, pfn)->zone];
}
/* Number of bits: 0 for 0, 1 for 1, 2 for 2 and 3. */
static inline unsigned fls64(u64 x)
{
	return x ? 64 - (unsigned)__builtin_clzll(x) : 0;
}
/* Smallest order whose blocks hold so many bytes, at least one. */
static inline unsigned get_order(u64 bytes)
{
	return fls64((bytes - 1) >> PAGE_SHIFT);
}
static inline u64 page_pfn(const struct mm *mm, const struct page *page)
{
	return (u64)(page - mm->mem_map);
}
static inline struct page *compound_head(struct page *page)
{
	return READ_ONCE(page->flags) & PG_tail ? page->compound_head : page;
}
/* Whoever frees a block next to this page may look at its flags meanwhile. */
static inline void set_page_flags(struct page *page, u32 flags)
{
	WRITE_ONCE(page->flags, page->flags | flags);
}
static inline void clear_page_flags(struct page *page, u32 flags)
{
	WRITE_ONCE(page->flags, page->flags & ~flags);
}
/* Without zone->lock: what it was a moment ago. */
static inline unsigned pageblock_type(const struct mm *mm, u64 pfn)
{
	return READ_ONCE(pfn_to_pageblock(mm, pfn)->migratetype);
}

static inline struct per_cpu_pages *this_cpu_pcp(struct zone *zone)
{
	sim_yield(YIELD_PERCPU);
	return zone->pcp[this_cpu->id];
}
static inline bool is_migrate_mergeable(unsigned type)
{
	return type < MIGRATE_PCPTYPES;
}

static inline u64 pageblock_nr_pages(const struct mm *mm)
{
	return 1ULL << mm->pageblock_order;
}
static inline u64 pageblock_start(const struct mm *mm, u64 pfn)
{
	return pfn & ~(pageblock_nr_pages(mm) - 1);
}
/* A number below zero is only a part of the truth, and nobody wants to read it. */
static inline u64 not_negative(s64 number)
{
	return number < 0 ? 0 : (u64)number;
}
/* A counter as everybody reads it: cheap, and never negative. */
static inline s64 zone_page_state(const struct zone *zone, enum zone_stat_item item)
{
	return (s64)not_negative(READ_ONCE(zone->vm_stat[item]));
}
static inline bool zone_is_populated(const struct zone *zone)
{
	return zone && zone->present_pages;
}
static inline bool zone_has_flag(const struct zone *zone, enum zone_flag flag)
{
	return READ_ONCE(zone->flags) & flag;
}
/* Several CPUs change flags of one zone under different locks. */
static inline void zone_set_flag(struct zone *zone, enum zone_flag flag)
{
	fetch_or_relaxed(&zone->flags, (u8)flag);
}
static inline void zone_clear_flag(struct zone *zone, enum zone_flag flag)
{
	fetch_and_relaxed(&zone->flags, (u8)~flag);
}

/* --- page_alloc.c: the buddy core. What changes lists is called with zone->lock held ------------------------------------ */

/* Put a block of fresh memory on the free lists: boot only. */
void free_pages_core(u64 pfn, unsigned order);
/* A whole free or reserved pageblock becomes CMA, its reserved frames are freed: boot only. */
void init_cma_reserved_pageblock(u64 pfn);
/* Free pages join (nr > 0) or leave the lists of a type: NR_FREE_PAGES, NR_FREE_CMA_PAGES, nr_free_highatomic. [B14] */
void account_freepages(struct zone *zone, s64 nr, unsigned migratetype);
/* Give a block back and announce it, in pageblock units if it covers different types. [B1] [B28] */
void free_one_page(struct mm *mm, struct zone *zone, u64 pfn, unsigned order);
/* Cut a block of `order` for a request of `type` from a free block of order `from` on the list of type `list`. [B8] */
void take_block(struct mm *mm, struct zone *zone, struct page *page, unsigned from, unsigned order, unsigned list,
		unsigned type, bool refill);
/* The same from the first block of the smallest order that is large enough; NULL: the list has none. */
struct page *__rmqueue_smallest(struct mm *mm, struct zone *zone, unsigned order, unsigned list, unsigned type,
				bool refill);
/* A free block goes to the list of another type, first or last. Who counts what is the caller's business. */
void move_to_free_list(struct zone *zone, struct page *page, unsigned to, bool tail);
/* Free pages on the lists of one pageblock. */
u64 count_free_in_block(const struct mm *mm, u64 pfn);
void set_pageblock_types(struct mm *mm, u64 pfn, unsigned order, unsigned migratetype);
/* Do all pageblocks of this block have the type of the first? */
bool pageblocks_alike(const struct mm *mm, u64 pfn, unsigned order);
/* Retype the pageblocks of [pfn, pfn + 2^order), order >= pageblock_order, and put their free pages on the new lists. */
void retype_pageblocks(struct mm *mm, struct zone *zone, u64 pfn, unsigned order, unsigned to, enum mm_retype why);
/* The same for the pageblock of one frame. */
void move_freepages_block(struct mm *mm, struct zone *zone, u64 pfn, unsigned to, enum mm_retype why);
/* What a page is before its owner sees it. [B19] */
void prep_new_page(struct mm *mm, struct page *page, unsigned order, gfp_t gfp, unsigned migratetype,
		   unsigned alloc_flags);
/* A block between owner and list goes to the buddy allocator. Takes zone->lock. */
void free_to_buddy(struct mm *mm, struct zone *zone, struct page *page, unsigned order);

/* --- page_fallback.c: other types' pages, and pages kept for atomic requests -------------------------------------------- */

/* Own list, CMA, claim, steal; caller holds zone->lock. [B11] */
struct page *__rmqueue(struct mm *mm, struct zone *zone, unsigned order, unsigned type, unsigned alloc_flags, bool refill);
/* A block from the buddy lists, reserves included. [W11] */
struct page *rmqueue_buddy(struct mm *mm, struct zone *zone, unsigned order, unsigned type, unsigned alloc_flags);
/* A request that may use the reserve was served with this block: keep its pageblock for the next one. [B17] */
void reserve_highatomic_pageblock(struct mm *mm, struct zone *zone, struct page *page, unsigned order);
/* Give up the first reserved pageblock with free pages of the zones of a request; false: there is none. [B18] */
bool unreserve_highatomic_pageblock(struct mm *mm, const struct zonelist *list, unsigned highest, unsigned type,
				    bool force);

/* --- pcp.c: per-CPU lists ------------------------------------------------------------------------------------------------- */

static inline bool pcp_allowed_order(const struct mm *mm, unsigned order)
{
	return order <= mm->costly_order || order == mm->pageblock_order;
}
unsigned nr_pcp_lists(const struct mm *mm);
unsigned pcp_list_order(const struct mm *mm, unsigned list);
/* This CPU's lists, locked; NULL: somebody is at them, do without. [P9] */
struct per_cpu_pages *pcp_trylock(struct zone *zone);
/* A block from the list, refilled if it is empty; NULL: the zone has none. Caller holds pcp->lock. [P4] */
struct page *pcp_take(struct mm *mm, struct zone *zone, struct per_cpu_pages *pcp, unsigned order, unsigned type,
		      unsigned alloc_flags);
struct page *rmqueue_pcplist(struct mm *mm, struct zone *zone, unsigned order, unsigned type, unsigned alloc_flags);
/* A block between owner and list goes to this CPU's list, or straight to the buddy allocator. [P5] */
void free_unref_page(struct mm *mm, struct zone *zone, struct page *page, unsigned order);
/* Give at least nr pages of a CPU's lists to the buddy allocator, first_list first. Caller holds pcp->lock. [P7] */
void free_pcppages_bulk(struct mm *mm, struct zone *zone, unsigned cpu, s64 nr, unsigned first_list, enum mm_flush why);
void drain_pages_zone(struct mm *mm, struct zone *zone, unsigned cpu);
/* This CPU's list may hold less by and by; what is above goes. Task context. [P11] */
void decay_pcp_high(struct mm *mm, struct zone *zone);
/* New batch and high after marks or knobs changed; a disabled zone keeps its zeroes. [P2] [P3] */
void zone_pcp_update(struct mm *mm, struct zone *zone);

/* --- watermark.c ------------------------------------------------------------------------------------------------------------ */

bool __zone_watermark_ok(const struct mm *mm, const struct zone *zone, unsigned order, u64 mark, unsigned highest,
			 unsigned alloc_flags, s64 free);
/* The same with the cheap count, and without the boost for what may use the reserve. [W5] */
bool zone_watermark_fast(const struct mm *mm, const struct zone *zone, unsigned order, u64 mark, unsigned highest,
			 unsigned alloc_flags);
/* Below-high is looked for by scans and ended by frees; each change is announced. [L2] */
void zone_set_below_high(struct zone *zone, bool below);
/* Marks, lowmem reserve, totalreserve, batch and high of every zone, from managed pages and knobs. [W1] [W2] [Z6] [Z7] [P2] [P3] */
void setup_per_zone_wmarks(struct mm *mm);
void setup_per_zone_lowmem_reserve(struct mm *mm);

/* --- mm_init.c --------------------------------------------------------------------------------------------------------------- */

enum zone_type gfp_zone(gfp_t gfp);
gfp_t current_gfp_context(gfp_t gfp);

/* --- vmstat.c ---------------------------------------------------------------------------------------------------------------- */

void mod_zone_page_state(struct zone *zone, enum zone_stat_item item, s64 nr);
u64 zone_page_state_snapshot(const struct zone *zone, enum zone_stat_item item);
void count_vm_events(unsigned item, u64 nr);
/* Who got it, and was it the one that was wanted. [Z9] */
void zone_statistics(struct zone *preferred, struct zone *zone, u64 nr);
/* All zones' cheap counts. */
u64 global_zone_state(enum zone_stat_item item);
/* After marks changed: how much a CPU may hold back, and below which count the sum must be taken. [W12] */
void refresh_zone_stat_thresholds(struct mm *mm);
unsigned calculate_pressure_threshold(const struct zone *zone);
void vm_stat_fold_cpu(struct mm *mm, unsigned cpu);
/* Pages of slabs and of large kmalloc(), as everybody reads them: never less than none. */
static inline u64 node_slab_pages(const struct mm *mm, unsigned nid, bool reclaimable)
{
	return not_negative(READ_ONCE(mm->slab_pages[nid][reclaimable]));
}
/* The same of all nodes. */
static inline u64 slab_pages(const struct mm *mm, bool reclaimable)
{
	u64 pages = 0;

	for (unsigned nid = 0; nid < mm->nr_nodes; nid++)
		pages += node_slab_pages(mm, nid, reclaimable);
	return pages;
}

/* --- debug layers: each does nothing unless its knob is on -------------------------------------------------------------- */

/* debug_page_alloc.c: halves below the minor order become guards. true: this one did, and is not to go on a list. [B9] */
bool set_page_guard(struct mm *mm, struct page *page, unsigned order);
void clear_page_guard(struct page *page);
/* page_poison.c [D2] */
void kernel_poison_pages(struct mm *mm, struct page *page, unsigned order);
void kernel_unpoison_pages(struct mm *mm, struct page *page, unsigned order);
/* page_owner.c [D3] */
int page_owner_init(struct mm *mm);
void set_page_owner(struct mm *mm, struct page *page, unsigned order, gfp_t gfp);
void reset_page_owner(struct mm *mm, struct page *page, unsigned order);
void split_page_owner(struct mm *mm, struct page *page, unsigned order);
/* fail_page_alloc.c [L11] */
bool should_fail_alloc_page(gfp_t gfp, unsigned order);
/* highmem.c */
int kmap_init(struct mm *mm);

/* --- vmscan.c --------------------------------------------------------------------------------------------------------------- */

/* The pages that direct reclaim freed; without vm_init() none, or what the program planned it to claim. */
u64 try_to_free_pages(struct mm *mm, const struct zonelist *list, gfp_t gfp, unsigned order);
void wakeup_kswapd(struct mm *mm, struct zone *zone, gfp_t gfp, unsigned order);
/* Pages of slabs were given back: they count for who reclaims. [R26] */
void reclaim_state_add(u64 pages);

/* --- show_mem.c -------------------------------------------------------------------------------------------------------- */

void warn_alloc_failure(gfp_t gfp, unsigned order);
/* Has it pages without a permanent mapping? A zone Movable counts by where it begins. */
bool zone_is_highmem(const struct zone *zone);
/* Mem-Info of the zones up to this one. [F9] */
void show_mem_info(enum zone_type highest);
void report_bad_page(u64 pfn, const char *reason);

/* What the check found broken that ran last: *_check.c. One for all: engines are loaded where there is little room of this kind. */
#define CHECK_VERDICT_BYTES 240
extern __thread char check_verdict[CHECK_VERDICT_BYTES];

/* --- trace.c ------------------------------------------------------------------------------------------------------------- */

static inline void mm_announce(struct mm_event ev)
{
	u64 word[4];

	ev.cpu = this_cpu->id;
	ev.task = this_cpu->task;
	if (ev.type == EVENT_VM_WANTED || ev.type == EVENT_SLAB_PAGES_WANTED)
		ev.context = (u8)this_cpu->task_flags;
	memcpy(word, &ev, sizeof(word));
	sim_event(word[0], word[1], word[2], word[3]);
}
/* Under zone->lock; what is left stays. [R14] */
static inline void zone_lower_boost(struct zone *zone, u64 by)
{
	u64 left = zone->watermark_boost - min_of(zone->watermark_boost, by);

	if (!zone->watermark_boost) /* there is none, or the marks were computed anew meanwhile */
		return;
	WRITE_ONCE(zone->watermark_boost, left);
	mm_announce((struct mm_event){ .type = EVENT_BOOST_END, .zone = (u8)zone_id(zone), .index = left });
}
/* All of it. [B16] */
static inline void zone_end_boost(struct zone *zone)
{
	zone_lower_boost(zone, zone->watermark_boost);
}
/* Announce a report; its text goes to the log beside it. */
static inline void mm_report(enum mm_report report, u64 pfn, unsigned order, gfp_t gfp)
{
	mm_announce((struct mm_event){ .type = EVENT_REPORT,
				       .report = (u8)report,
				       .pfn = pfn,
				       .order = (u8)order,
				       .gfp = gfp });
}
/* This function may sleep: say so where it may not. */
void might_sleep_if(bool may);

#endif
