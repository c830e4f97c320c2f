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
#define MODEL_NR_OWNERS	  256
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
	NR_KNOBS
};

struct model_region {
	u64 start_pfn, nr_pages;
	u8 kind, nid; /* kind 0 usable, 1 reserved */
};

/* What the boot operations asked for. */
struct model_setup {
	u8 profile;
	bool early; /* start before the hand-over */
	u32 knob[NR_KNOBS];
	struct model_region region[MODEL_MAX_REGIONS];
	unsigned nr_regions;
};

enum frame_state {
	FRAME_FREE, /* zero, so that an untouched big machine is free without being written */
	FRAME_HOLE,
	FRAME_RESERVED,
	FRAME_IN_FLIGHT,
	FRAME_OWNED,	 /* first frame of a unit: order and refs hold */
	FRAME_OWNED_TAIL,
	FRAME_DUE,	 /* first frame of a unit whose last reference is gone: mm must announce its free now */
	FRAME_DUE_TAIL,
	FRAME_UNKNOWN,	 /* a recording: nobody knows yet */
	NR_FRAME_STATES
};

struct frame {
	u8 state;
	u8 order;    /* of the unit, on its first frame */
	u8 compound; /* on the first frame */
	u8 cpu;	     /* in flight or due: by whom */
	u16 refs;    /* on the first frame */
	u16 owner;   /* slot */
};

struct model_zone {
	bool exists;
	u8 nid, index;
	u64 spanned, present, managed;
	u64 free;
	u64 min, low, high; /* watermarks, pages */
	u64 full[NR_PAGE_ORDERS]; /* groups of this order that are wholly free, parents' halves included */
};

#define MODEL_NR_ZONES (MAX_NUMNODES * MAX_NR_ZONES)

enum flight_kind { FLIGHT_NONE, FLIGHT_ALLOC, FLIGHT_FREE, FLIGHT_OTHER };

/* One operation in flight: what was asked, what was seen so far. */
struct flight {
	u8 kind;
	u8 order;
	u8 cpu;
	bool atomic;	   /* runs where it may not sleep */
	bool excused;	   /* a refusal was legal at some event of this flight */
	bool served;	   /* at some event a zone could have given */
	bool alone;	   /* no other operation was in flight at any time: choices are judged exactly */
	bool fault;	   /* an injected failure was announced */
	bool exact;	   /* alloc_pages_exact */
	u16 owner;
	gfp_t gfp;	   /* after the task's scopes */
	s32 nid;
	u32 keep;	   /* alloc_pages_exact: pages that stay */
	u32 wanted;	   /* blocks asked for (bulk), 1 otherwise */
	u32 got;	   /* blocks announced */
	u64 taken_pfn;	   /* block taken from a free list and not yet announced as allocated, ~0 none */
	u64 got_pfn;	   /* last block announced as allocated */
	u64 due_frames;	   /* frames whose free must be announced */
	u64 in_flight;	   /* frames between list and owner */
	u16 seen[NR_REPORTS], want[NR_REPORTS];
	u64 report_pfn;	   /* the frame a bad page report must be about */
	u64 legal_choices; /* blocks that would have been as legal, at the last take */
};

struct model_counts {
	u64 success, success_forced, refusal, refusal_forced, report, report_forced;
	u64 choices, choice_sum;
};

struct model {
	struct model_setup setup;
	u64 nr_frames;
	unsigned max_order, block_order, nr_nodes, nr_cpus;
	struct frame *frame;
	u8 *zone_of_block;	      /* per pageblock; MODEL_NR_ZONES: none */
	u16 *busy[NR_PAGE_ORDERS];    /* the pyramid, orders 1 and up; busy[0] is scratch of the recount */
	struct model_zone zone[MODEL_NR_ZONES];
	u8 zonelist[MAX_NUMNODES][MODEL_NR_ZONES];
	u8 zonelist_len[MAX_NUMNODES];
	struct flight flight[MODEL_MAX_CPUS][3]; /* task, and interrupts on top of it */
	u8 depth[MODEL_MAX_CPUS];
	unsigned nr_in_flight;
	u32 task_flags[MODEL_MAX_CPUS];
	u32 generation[MODEL_NR_OWNERS]; /* of a slot: how often it was asked to be filled */
	u64 now_ns;
	u64 next_warn_ns;
	bool order_warned;
	bool frames_only;	      /* a recording: judge ownership alone */
	struct {
		u32 skip, times;
		bool vague; /* attempts of several CPUs overlapped: which one is the n-th is open */
	} fault;
	u64 events_judged, frees_matched, unknown; /* unknown: frees of frames owned before a recording began */
	struct model_counts counts;
	struct model_memblock *memblock;
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
/* Frames become free as memblock says: the model's own hand-over. Called by create unless setup.early. */
void model_hand_over(struct model *m);
/* A model of a recording: everything unknown, ownership alone is judged. */
struct model *model_create_witness(u64 nr_frames);

/* --- judging ---------------------------------------------------------------------------------------------------------- */

const char *model_event(struct model *m, const struct mm_event *ev);

/* A request begins on a CPU. owner: the slot that will own the pages. nid: NUMA_NO_NODE the CPU's own node. */
void model_begin_alloc(struct model *m, unsigned cpu, bool atomic, u16 owner, s32 nid, gfp_t gfp, unsigned order);
void model_begin_exact(struct model *m, unsigned cpu, bool atomic, u16 owner, gfp_t gfp, u64 bytes);
void model_begin_bulk(struct model *m, unsigned cpu, bool atomic, u16 owner, gfp_t gfp, u32 wanted);
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
void model_fault(struct model *m, u32 skip, u32 times);

/* --- questions ---------------------------------------------------------------------------------------------------------- */

/* Is the block on the free lists in every legal state with this free set? */
const char *model_free_block(struct model *m, u64 pfn, unsigned order, unsigned nid, unsigned zone);
/* Blocks of this order that must be on the zone's free list. */
static inline u64 model_nr_free(const struct model *m, unsigned zone, unsigned order)
{
	const struct model_zone *z = &m->zone[zone];

	return z->full[order] - (order < m->max_order ? 2 * z->full[order + 1] : 0);
}
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
static inline unsigned model_zone_of(const struct model *m, u64 pfn)
{
	return m->zone_of_block[pfn >> m->block_order];
}
bool model_gfp_is_legal(gfp_t gfp);
unsigned model_gfp_zone(gfp_t gfp);

#endif
