/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model.h - what must be true, in plain arrays.
 *
 * The model never predicts which page the allocator takes; it is told by events and judges each. Every function that
 * judges returns NULL or one sentence that begins with the clause it finds broken: "B8: ...".
 *
 * Free frames are counted in a pyramid: busy[o][g] is the number of frames of the aligned group g of 2^o frames that
 * are not free. A group of busy 0 is a free block candidate; it is on a free list iff its parent is not free too. So
 * the whole legal shape of the free lists is a function of the free set, and nothing here merges or splits.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "gfp.h"
#include "trace_events.h"
#include "model_memblock.h"

#define MODEL_MAX_CPUS	  8
#define MODEL_NO_OWNER	  0xffffffffu
#define MODEL_NR_OWNERS	  261 /* slots, the system, who waits for a grace period, slabs, large blocks of kmalloc(), pages of tasks and files */
#define MODEL_RCU_OWNER	  257
#define MODEL_SLAB_OWNER  258
#define MODEL_LARGE_OWNER 259
#define MODEL_VM_OWNER	  260
#define MODEL_MAX_NESTING 10 /* of requests on one CPU: a task, interrupts, what each of them asks the page allocator, reclaim in its middle */
#define MODEL_MAX_KTHREADS 8
#define MODEL_STACKS	  (MODEL_MAX_CPUS + MODEL_MAX_KTHREADS) /* of flights: a CPU's, then a kernel thread's */
#define MODEL_MAX_DEFERRED 64
#define MODEL_RCU_TICK_NS 1000000ULL
#define MODEL_MAX_REGIONS 16
#define MODEL_DERIVED	  0xffffffffu

/* The machine's parameters by number, as the boot operation `knob` names them; values restated in model/profile.c. */
enum model_knob {
	KNOB_FRAMES,
	KNOB_NODES,
	KNOB_CPUS,
	KNOB_MAX_PAGE_ORDER,
	KNOB_PAGEBLOCK_ORDER,
	KNOB_DMA_PAGES,
	KNOB_DMA32_PAGES,
	KNOB_LOWMEM_PAGES,
	KNOB_MOVABLE_PAGES,
	KNOB_MIN_FREE_KBYTES,
	KNOB_MIN_FREE_KBYTES_LOWEST,
	KNOB_MIN_FREE_KBYTES_HIGHEST,
	KNOB_HIGHMEM_MIN_LOWEST,
	KNOB_HIGHMEM_MIN_HIGHEST,
	KNOB_WATERMARK_SCALE_FACTOR,
	KNOB_WARN_INTERVAL_MS,
	KNOB_DISTANCE_REMOTE,
	KNOB_FUEL,
	KNOB_COSTLY_ORDER,
	KNOB_PCP_BATCH_SHIFT,
	KNOB_PCP_HIGH_FRACTION,
	KNOB_PERCPU_PAGELIST_HIGH_FRACTION,
	KNOB_STAT_THRESHOLD_HIGHEST,
	KNOB_HIGHATOMIC_PERCENT,
	KNOB_WATERMARK_BOOST_FACTOR,
	KNOB_LOWMEM_RESERVE_RATIO, /* five of them, one for each zone from DMA to Movable */
	KNOB_NOFAIL_LAPS = KNOB_LOWMEM_RESERVE_RATIO + 5,
	KNOB_INIT_ON_ALLOC,
	KNOB_INIT_ON_FREE,
	KNOB_PAGE_POISON,
	KNOB_PAGE_OWNER,
	KNOB_GUARDPAGE_MINORDER,
	KNOB_SLAB_MAX_ORDER,
	KNOB_SLAB_MIN_ORDER,
	KNOB_SLAB_MIN_OBJECTS,
	KNOB_SLAB_NOMERGE,
	KNOB_SLAB_FREELIST_RANDOM,
	KNOB_SLAB_FREELIST_HARDENED,
	KNOB_REMOTE_NODE_DEFRAG_RATIO,
	KNOB_DISK_LATENCY_US,
	KNOB_LRU_BATCH,
	KNOB_SWAP_CLUSTER_MAX,
	KNOB_SHRINK_BATCH,
	KNOB_SWAP_PAGES,
	KNOB_KSWAPD_NAP_MS,
	KNOB_OOM_REAP_DELAY_MS,
	KNOB_WRITEBACK_INTERVAL_MS,
	KNOB_DIRTY_EXPIRE_MS,
	KNOB_WALK_SCALE,
	NR_KNOBS
};

struct model_region {
	u64 start_pfn, nr_pages;
	u8 kind, nid; /* kind 0 usable, 1 reserved, 2 CMA, 3 device */
};

/* What the boot operations asked for. */
struct model_setup {
	u8 profile;
	bool early; /* start before the hand-over */
	u32 knob[NR_KNOBS];
	struct model_region region[MODEL_MAX_REGIONS];
	unsigned nr_regions;
	char slab_debug[256];
};

enum frame_state {
	FRAME_FREE, /* zero, so that an untouched big machine is free without being written */
	FRAME_HOLE,
	FRAME_RESERVED,
	FRAME_DEVICE,
	FRAME_IN_FLIGHT,
	FRAME_OWNED,	 /* first frame of a unit: order and refs hold */
	FRAME_OWNED_TAIL,
	FRAME_DUE,	 /* first frame of a unit whose last reference is gone: mm must announce its free now */
	FRAME_DUE_TAIL,
	FRAME_PCP,	 /* first frame of a block on a per-CPU list: cpu, order and list hold */
	FRAME_PCP_TAIL,
	FRAME_GUARD,	 /* first frame of a guard: order holds */
	FRAME_GUARD_TAIL,
	FRAME_UNKNOWN,	 /* a recording: nobody knows yet */
	NR_FRAME_STATES
};

#define FRAME_COMPOUND	 1
#define FRAME_PFMEMALLOC 2

struct frame {
	u8 state;
	u8 order; /* of the unit, on its first frame */
	union {
		u8 flags; /* owned: FRAME_COMPOUND, FRAME_PFMEMALLOC; on the first frame */
		u8 list;  /* per-CPU list */
	};
	u8 cpu;	   /* in flight or due: by whom; per-CPU list: whose */
	u16 refs;  /* on the first frame */
	u16 owner; /* slot */
};

/* A page that waits for a grace period. */
struct model_deferred {
	u64 pfn;
	u32 reader[MODEL_MAX_CPUS]; /* who was inside when it was unlinked */
	u64 looked_ns;
	u8 cpu, looks;
	u8 before; /* CPUs that wait for it, as bits */
};

struct model_rcu {
	u32 readers;		    /* so far: each has a number */
	u32 reader[MODEL_MAX_CPUS]; /* that is inside, 0 none */
	u8 inside[MODEL_MAX_CPUS];  /* how deep */
	unsigned nr_walks;
	u64 walk[3 * MODEL_MAX_CPUS]; /* pages that readers walk */
	unsigned nr;
	struct model_deferred deferred[MODEL_MAX_DEFERRED];
};

/* A CPU's lists of a zone: what is on them, and how they are tuned. */
struct model_pcp {
	u32 count; /* pages */
	struct pcp_tuning tuning;
	u32 nr[NR_PCP_LISTS]; /* blocks */
};

enum model_stat { STAT_FREE, STAT_CMA, NR_MODEL_STATS };

struct model_zone {
	bool exists, below_high, boosted; /* boosted: the next allocation must wake kswapd */
	bool reclaims; /* kswapd of its node is at work for it */
	u8 nid, index;
	u8 disabled; /* how often its per-CPU lists were disabled */
	u64 spanned, present, managed, cma;
	u64 free;		  /* frames on free lists, isolated ones included */
	u64 free_of[MIGRATE_TYPES]; /* the same by type of their pageblock */
	u32 blocks_of[MIGRATE_TYPES];
	u32 full[MIGRATE_TYPES][NR_PAGE_ORDERS]; /* wholly free groups, parents' halves included */
	u64 min, low, high, promo, boost;	  /* marks, pages; without the boost */
	u64 reserve[MAX_NR_ZONES];
	s64 stat[NR_MODEL_STATS]; /* what everybody reads; CPUs hold back the rest */
	s8 held_back[MODEL_MAX_CPUS][NR_MODEL_STATS];
	u32 threshold;
	u64 drift_mark;
	u32 batch, high_min, high_max;
	u64 numa[6]; /* hit, miss, foreign, interleave, local, other */
	struct model_pcp pcp[MODEL_MAX_CPUS];
};

#define MODEL_NR_ZONES NR_ZONE_IDS

enum flight_kind { FLIGHT_NONE, FLIGHT_ALLOC, FLIGHT_FREE, FLIGHT_OTHER };

/* The rungs of the ladder: each is a scan of the zonelist that found nothing, but for those in brackets. */
enum rung {
	RUNG_START, /* (nothing tried yet) */
	RUNG_BULK,  /* one zone's per-CPU list, for many pages */
	RUNG_FAST,
	RUNG_SLOW,
	RUNG_RETRY,
	RUNG_RECLAIM, /* (direct reclaim was called) */
	RUNG_RECLAIMED,
	RUNG_DRAINED,
	RUNG_UNRESERVED, /* (a highatomic pageblock was given up) */
	RUNG_OOM,
	RUNG_DECISION, /* (the OOM killer decided, or somebody else is at it) */
	RUNG_NOFAIL,
	RUNG_NOFAIL_ANYWHERE,
	RUNG_LAST,
	RUNG_LAST_ANYWHERE,
	RUNG_FAIL, /* (the end) */
};

/* Where an operation runs. */
#define MODEL_ATOMIC	   1 /* it may not sleep */
#define MODEL_IN_INTERRUPT 2
#define MODEL_IN_SOFTIRQ   4

/* One operation in flight: what was asked, what was seen so far. */
struct flight {
	u8 kind;
	u8 order;
	u8 cpu;
	u8 type;	   /* migratetype of the request */
	u8 highest;	   /* zone */
	u8 preferred;	   /* zone id; MODEL_NR_ZONES: the request has none */
	u8 where;	   /* MODEL_ATOMIC, ... */
	bool excused;	   /* a refusal was legal at some event of this flight */
	bool served;	   /* at some event a zone could have given */
	bool alone;	   /* no other operation was in flight at any time: choices are judged exactly */
	bool steady;	   /* others were at work at most while it slept: see model/ladder.c */
	bool fault;	   /* an injected failure was announced */
	bool exact;	   /* alloc_pages_exact */
	bool bulk;
	bool disabled_now; /* the lists of a zone were disabled by this operation */
	bool ran_kswapd, drained_all;
	bool settling;	   /* end of the program: reserves are given up without need */
	bool nested;	   /* what the operation below asks the page allocator */
	bool reclaim;	   /* what the request below does to get pages: requests of its own are nested in it */
	u16 owner;
	gfp_t gfp;	   /* after the task's scopes */
	u32 task_flags;
	s32 nid;
	u32 keep;	   /* alloc_pages_exact: pages that stay */
	u32 wanted;	   /* blocks asked for (bulk), 1 otherwise */
	u32 got;	   /* blocks announced */
	u32 prepared;	   /* how often the request began: bulk may begin a second time */
	u32 retyped;	   /* pageblocks isolated or given back */
	u64 taken_pfn;	   /* block taken from a list and not yet announced as allocated, ~0 none */
	u64 got_pfn;	   /* last block announced as allocated */
	u64 due_frames;	   /* frames whose free must be announced */
	u8 freed_order;	   /* of the block given up last: it may come to its lists in pieces */
	u64 in_flight;	   /* frames between list and owner */
	u16 seen[NR_REPORTS], want[NR_REPORTS];
	u64 report_pfn;	   /* the frame a bad page report must be about */
	u64 legal_choices; /* blocks that would have been as legal, at the last take */
	struct {
		u8 next;	   /* what must follow, RUNG_START not looked up yet */
		bool unreserved, drained; /* announced since the last scan */
		u8 rung, zone;	   /* zone: who must serve the scan that goes on; MODEL_NR_ZONES nobody can */
		u8 lap, loops;
		bool reclaimed;	   /* a node was reclaimed from in the middle of the scan: which zone may give is open [R18] */
		bool progress, busy; /* busy: the OOM killer was at work for another one */
		u8 rounds, failed; /* direct reclaims; of them, without success one after the other */
		u32 lap_flags;	   /* with which the lap began */
		u32 flags;	   /* of the scan that goes on, as far as it must go: NOFRAGMENT is tried first */
		bool nofragment;   /* it began with NOFRAGMENT */
		u32 below_high;	   /* zones, by id, that must be found below high by this scan */
		u8 opened;	   /* zone whose per-CPU list was opened in this scan */
	} ladder;
	struct {
		u8 order;	   /* the order tried last, 255 none yet */
		u64 due;	   /* pageblock that must be claimed, ~0 none */
		bool done;	   /* announced: the take follows */
		u8 from;	   /* type taken from by stealing; MIGRATE_TYPES: not stolen */
		bool unsaid;	   /* a pageblock changed its type, and who caused it has not said so */
		u8 was;		   /* the type it had */
		u64 block;	   /* its first frame */
	} fallback;
	struct {
		u8 zone, cpu, list, why;
		bool due;
		u32 asked;	   /* what the flush must ask for */
		s64 left;	   /* pages still to go */
		bool going;
	} flush;
	u8 clear_due;	   /* zone that must be found above high again */
	u64 reserve_due;   /* frame whose pageblock must be reserved, ~0 none */
	u32 refilled;	   /* blocks that joined the per-CPU list since the last refill was announced */
	u32 reader[MODEL_MAX_CPUS]; /* who was inside when a wait for a grace period began */
};

struct model_counts {
	u64 success, success_forced, refusal, refusal_forced, report, report_forced;
	u64 choices, choice_sum;
};

/* What happened to a program, for measuring how deep it got. */
enum model_deep { DID_REFUSE = 1, DID_GO_BELOW_MIN = 2, DID_FALL_BACK = 4, DID_USE_HIGHATOMIC = 8, DID_FLUSH = 16 };

struct model {
	struct model_setup setup;
	u64 nr_frames;
	unsigned max_order, block_order, nr_nodes, nr_cpus, costly_order, nr_lists;
	struct frame *frame;
	u8 *zone_of_block;	      /* per pageblock; MODEL_NR_ZONES: none */
	u8 *type_of_block, *isolated_from;
	u16 *busy[NR_PAGE_ORDERS];    /* the pyramid, orders 1 and up; busy[0] is scratch of the recount */
	struct model_zone zone[MODEL_NR_ZONES];
	u8 zonelist[MAX_NUMNODES][MODEL_NR_ZONES];
	u8 zonelist_len[MAX_NUMNODES];
	bool mobility_disabled;
	u64 totalreserve;
	u32 sysctl[9];		      /* values of enum mm_sysctl */
	bool kswapd_wanted[MAX_NUMNODES];
	struct flight flight[MODEL_STACKS][MODEL_MAX_NESTING]; /* task, and interrupts on top of it */
	u8 depth[MODEL_STACKS];
	u32 stacks_used;  /* since the model was sealed, as bits */
	u32 kthread_stack; /* of the kernel thread whose event is judged; 0: what is judged is the CPU's own */
	unsigned nr_in_flight;
	u32 task_flags[MODEL_MAX_CPUS];
	u32 generation[MODEL_NR_OWNERS]; /* of a slot: how often it was asked to be filled */
	struct model_rcu rcu;
	u64 now_ns;
	u64 next_warn_ns;
	bool turn_is_open;	      /* somebody may have used up the turn silently: until the next report nobody knows */
	struct {
		u64 resume_ns;
		u32 shown;
	} bad_pages;		      /* B21: at most sixty a minute are shown */
	bool order_warned, migratetype_warned;
	u8 nofail_warned;
	u32 decay_due[MODEL_NR_ZONES]; /* P11: limits of the CPU that updates its counters */
	bool vague_tuning;	      /* sizes changed while others were at work: see model/pcp.c */
	u8 deep;		      /* enum model_deep, since the last reset */
	u64 pgalloc[MAX_NR_ZONES], allocstall[MAX_NR_ZONES], pgfree, kswapd_wakes;
	bool frames_only;	      /* a recording: judge ownership alone */
	struct {
		u32 skip, times;
		bool vague; /* attempts of several CPUs overlapped: which one is the n-th is open */
	} fault[5];		      /* page_alloc, reclaim_progress, slab, disk_read, disk_write */
	u64 events_judged, frees_matched, unknown; /* unknown: frees of frames owned before a recording began */
	struct model_counts counts;
	struct model_memblock *memblock;
	struct model_page_debug *debug;
	struct model_slab *slab;
	struct model_vm *vm;
	struct model_recorded *recorded; /* a recording's objects */
	struct model_slub *slub; /* what is kept of objects whose cache is debugged */
	char text[200];		      /* the sentence returned last */

	void *image;		      /* copy of everything above and the arrays, for model_reset() */
	size_t block_bytes;
};

/* --- life ----------------------------------------------------------------------------------------------------------- */

/* The profile's own setup, restated: regions, knobs. */
void model_setup_profile(struct model_setup *s, unsigned profile);
bool model_knob_in_range(unsigned knob, u32 value);
struct model *model_create(const struct model_setup *setup);
/* The same arrays for another setup, as fresh as created; false if its shape is another. */
bool model_rebuild(struct model *m, const struct model_setup *setup);
void model_destroy(struct model *m);
/* Back to the state after boot (or after model_hand_over() when sealed later). */
void model_reset(struct model *m);
/* The state of now is the one that model_reset() comes back to. */
void model_seal(struct model *m);
/* Frames become free as memblock says: the model's own hand-over. Called by create unless setup.early. */
void model_hand_over(struct model *m);
/* A model of a recording: everything unknown, ownership alone is judged. */
struct model *model_create_witness(u64 nr_frames);

/* --- judging ---------------------------------------------------------------------------------------------------------- */

const char *model_event(struct model *m, const struct mm_event *ev);

/* A request begins on a CPU. owner: the slot that will own the pages. nid: NUMA_NO_NODE the CPU's own node. */
void model_begin_alloc(struct model *m, unsigned cpu, unsigned where, u16 owner, s32 nid, gfp_t gfp, unsigned order);
void model_begin_exact(struct model *m, unsigned cpu, unsigned where, u16 owner, gfp_t gfp, u64 bytes);
void model_begin_bulk(struct model *m, unsigned cpu, unsigned where, u16 owner, gfp_t gfp, u32 wanted);
/* A reference of the unit at pfn is dropped as a block of `order`. */
void model_begin_free(struct model *m, unsigned cpu, u64 pfn, unsigned order);
/* Several units at once, each by its last reference. */
void model_begin_free_run(struct model *m, unsigned cpu, u64 pfn, u64 nr_pages);
void model_add_free(struct model *m, unsigned cpu, u64 pfn, unsigned order);
/* An operation that may neither take nor give a frame. */
void model_begin_other(struct model *m, unsigned cpu);

/* The answer: pfn of the first page, or ~0 for a refusal. */
const char *model_answer_alloc(struct model *m, unsigned cpu, u64 pfn);
const char *model_answer_bulk(struct model *m, unsigned cpu, u32 populated);
/* Everything that was due has happened, nothing is left in flight. Ends the flight. */
const char *model_end(struct model *m, unsigned cpu);

void model_get(struct model *m, u64 pfn);
void model_split(struct model *m, unsigned cpu, u64 pfn, unsigned order);
void model_scope(struct model *m, unsigned cpu, u32 task_flags);
void model_clock(struct model *m, u64 now_ns);
void model_fault(struct model *m, unsigned site, u32 skip, u32 times);

/* --- operations on lists, knobs and pageblocks. Judges are called after the events were drained. ------------------------ */

enum model_drain { DRAIN_LOCAL, DRAIN_ALL, DRAIN_CPU, DRAIN_ZONE };
/* target: CPU of DRAIN_CPU, zone id of DRAIN_ZONE. */
void model_begin_drain(struct model *m, unsigned cpu, enum model_drain kind, unsigned target);
const char *model_drained(struct model *m, unsigned cpu, enum model_drain kind, unsigned target);
const char *model_pcp_disable(struct model *m, unsigned cpu, unsigned zone, bool disable, bool ok);
const char *model_sysctl(struct model *m, unsigned cpu, unsigned knob, u32 value, bool ok);
const char *model_kswapd(struct model *m, unsigned cpu, unsigned nid, bool was_wanted);
const char *model_isolate(struct model *m, unsigned cpu, u64 pfn, bool isolate, bool ok);
/* A CPU adds up what it holds back; its lists shrink. all: every CPU adds up, no list changes. */
void model_begin_vmstat_update(struct model *m, unsigned cpu, bool all);
const char *model_vmstat_updated(struct model *m, unsigned cpu, bool all);
/* The end of a program: lists are disabled and drained, counters added up, reserved and isolated pageblocks given up. */
void model_begin_settle(struct model *m, unsigned cpu);
const char *model_settled(struct model *m, unsigned cpu);

/* --- readers, and what waits for them: rcu.c ------------------------------------------------------------------------------- */

void model_reader_begins(struct model *m, unsigned cpu);
void model_reader_ends(struct model *m, unsigned cpu);
/* A reader that looks at an owned page. */
void model_walk_begins(struct model *m, unsigned cpu, u64 pfn);
void model_walk_ends(struct model *m, unsigned cpu, u64 pfn);
/* The order-0 page at pfn was unlinked and waits for a grace period from now on. Ask first if there is room. */
bool model_can_defer(const struct model *m);
void model_begin_defer(struct model *m, unsigned cpu, u64 pfn);
/* An operation that waits for a grace period; then how it ended, and how one that moves them on did (a free run). */
void model_begin_rcu_wait(struct model *m, unsigned cpu);
const char *model_rcu_core(struct model *m, unsigned cpu, bool may_call);
const char *model_synchronized(struct model *m, unsigned cpu);
const char *model_rcu_barrier(struct model *m, unsigned cpu);

/* --- questions ---------------------------------------------------------------------------------------------------------- */

/* Is the block on the free lists in every legal state with this free set? */
const char *model_free_block(struct model *m, u64 pfn, unsigned order, unsigned zone, unsigned type);
/* Is it on this list of this CPU? */
const char *model_pcp_block(struct model *m, u64 pfn, unsigned zone, unsigned cpu, unsigned list);
/* Blocks of this order that must be on the zone's free list of a type. */
static inline u64 model_nr_free(const struct model *m, unsigned zone, unsigned order, unsigned type)
{
	const u32 *full = m->zone[zone].full[type];

	return full[order] - (order < m->max_order ? 2 * full[order + 1] : 0);
}
/* What NR_FREE_PAGES is when nobody holds anything back. */
static inline u64 model_free_pages(const struct model_zone *z)
{
	return z->free - z->free_of[MIGRATE_ISOLATE];
}
/* Has nobody this frame: is it on a free list, or on a per-CPU list? */
static inline bool model_is_free(const struct model *m, u64 pfn)
{
	unsigned state = m->frame[pfn].state;

	return state == FRAME_FREE || state == FRAME_PCP || state == FRAME_PCP_TAIL || state == FRAME_GUARD ||
	       state == FRAME_GUARD_TAIL;
}
static inline unsigned model_type_of(const struct model *m, u64 pfn)
{
	return m->type_of_block[pfn >> m->block_order];
}
static inline unsigned model_list_order(const struct model *m, unsigned list)
{
	return list < MIGRATE_PCPTYPES * (m->costly_order + 1) ? list / MIGRATE_PCPTYPES : m->block_order;
}
/* How mm tunes a CPU's lists, where the model cannot know: see model/pcp.c. */
void model_adopt_tuning(struct model *m, unsigned zone, unsigned cpu, struct pcp_tuning tuning);
/* Recounts every running sum of the model from the frames. */
const char *model_recount(struct model *m);
/* The text of buddyinfo is a function of the free set: NULL or the first wrong line. */
const char *model_judge_buddyinfo(struct model *m, const char *text);
/* A page allocation failure report: order, mode and free counts as they are now. */
const char *model_judge_failure_text(struct model *m, unsigned cpu, const char *text);
const char *model_judge_bad_page_text(struct model *m, u64 pfn, const char *text);
/* Folds the canonical abstract state into a digest. */
u64 model_digest(const struct model *m, u64 digest);
/* The word every stamped line of a frame holds: of its owner, its place in the unit, and the frame. */
u64 model_stamp(const struct model *m, u64 pfn);
/* Which slot owns this frame; MODEL_NO_OWNER none. */
u32 model_owner(const struct model *m, u64 pfn);
/* Whose flights these are: of who announces, or of the CPU. */
static inline unsigned stack_on(const struct model *m, unsigned cpu)
{
	return m->kthread_stack ? m->kthread_stack : cpu;
}
static inline unsigned model_zone_of(const struct model *m, u64 pfn)
{
	return m->zone_of_block[pfn >> m->block_order];
}
bool model_gfp_is_legal(gfp_t gfp);
unsigned model_gfp_zone(gfp_t gfp);

#endif
