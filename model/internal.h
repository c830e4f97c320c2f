/* SPDX-License-Identifier: GPL-2.0-only */
/* internal.h - what the files of model/ share. */
#ifndef MODEL_INTERNAL_H
#define MODEL_INTERNAL_H

#include "model.h"

#define NO_ZONE	      MODEL_NR_ZONES
#define DIGEST_FRAMES 65536 /* of a larger machine no frames are in the digest */

/* Fill m->text with a sentence that begins with its clause and return it. */
const char *model_says(struct model *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *model_zone_name(unsigned index);

/* zone.c */
void model_build_zones(struct model *m);
/* Marks, reserves, sizes of lists, from managed pages and knobs. */
void set_marks(struct model *m);
void set_lowmem_reserves(struct model *m);
/* W4: does a mark hold for a request of this order? free: as the reader sees it. */
bool mark_holds(const struct model *m, unsigned zone, unsigned order, u64 mark, unsigned highest, u32 flags, s64 free);
/* W4, W5: may this scan take from the zone, as far as marks go? */
bool zone_passes(const struct model *m, unsigned zone, unsigned order, unsigned highest, u32 flags);
u64 mark_of(const struct model_zone *z, u32 flags);
/* Pages join or leave what NR_FREE_PAGES and NR_FREE_CMA_PAGES count. [B14] [W12] */
void count_free(struct model *m, unsigned zone, unsigned cpu, unsigned type, s64 pages);
void add_up(struct model *m, unsigned zone, unsigned cpu);

/* pyramid.c */
void pyramid_build(struct model *m);
/* A whole block leaves the free set (busy) or joins it. */
void pyramid_change(struct model *m, u64 pfn, unsigned order, bool busy);
/* The pageblocks of these frames get another type; wholly free neighbours that now fit are absorbed, and take it too. */
void pyramid_retype(struct model *m, u64 pfn, unsigned order, unsigned type);
/* Is this a whole free block, with no free buddy to merge with? */
bool is_free_block(const struct model *m, u64 pfn, unsigned order);

/* page.c */
void set_unit(struct model *m, u64 pfn, unsigned order, unsigned state, unsigned cpu);
const char *wrong_state(struct model *m, const char *clause, const char *move, u64 pfn);
const char *judge_frames(struct model *m, const struct mm_event *ev, const char *clause, unsigned wanted, const char *move);

/* flight.c */
/* The operation on top of this CPU; NULL none, and always in a recording. */
static inline struct flight *flight_on(struct model *m, unsigned cpu)
{
	unsigned s = stack_on(m, cpu);

	return !m->frames_only && m->depth[s] ? &m->flight[s][m->depth[s] - 1] : NULL;
}
bool may_refuse(const struct model *m, const struct flight *f);
/* Any event can create the excuse of another operation in flight. */
void note_excuses(struct model *m);
/* model.c: untouched pages of it cost nothing, so a big machine is no reason to keep less. NULL: there is no room. */
void *map_zeros(u64 bytes);
/* The same for what recounts walk from end to end: a large one in huge pages of the host, where it has them. */
void *map_table(u64 bytes);
void unmap_zeros(void *p, u64 bytes); /* NULL: nothing */
/* On top of the operation of this CPU; ended by end_flight(). task_flags: of the task that asks, reclaim's included. */
void begin_nested_alloc(struct model *m, unsigned cpu, u16 owner, s32 nid, gfp_t gfp, unsigned order, u32 task_flags);
/* These flags has the task that an interrupt's request interrupted. [Z10] [W9] */
void ask_within(struct flight *f, u32 task_flags);
/* An operation, or the run of a kernel thread. */
struct flight *begin_flight(struct model *m, unsigned cpu);
/* Reclaim in the middle of the request on top; ended by end_flight(). */
void begin_reclaim(struct model *m, unsigned cpu);
/* vm_pages.c: what the model knows of tasks' pages for the flight on top is new; the flags of the task that asks. */
void vm_flight_begins(struct model *m, unsigned cpu);
u32 vm_asker_flags(struct model *m, const struct mm_event *ev);
void begin_nested_free(struct model *m, unsigned cpu, u64 pfn, unsigned order);
/* The topmost: model_end() for what an operation itself asked for, and within it. */
const char *end_flight(struct model *m, unsigned cpu);
/* A free of pages in the middle of the operation is over. */
static inline const char *slab_pages_are_back(struct model *m, unsigned cpu)
{
	const struct flight *f = flight_on(m, cpu);

	return f && f->nested && f->kind == FLIGHT_FREE ? end_flight(m, cpu) : NULL;
}
const char *on_kswapd_run(struct model *m, const struct mm_event *ev);
const char *on_boost_end(struct model *m, const struct mm_event *ev);
/* slab.c */
const char *slab_event(struct model *m, const struct mm_event *ev);
const char *on_slab_fault(struct model *m, const struct mm_event *ev);
const char *slab_loose_ends(struct model *m, unsigned cpu);
/* Reclaim in the middle of a request is over. */
const char *slab_reclaim_ends(struct model *m, unsigned cpu);
/* rcu.c */
void rcu_readers_now(const struct model *m, u32 *reader);
unsigned rcu_still_inside(const struct model *m, const u32 *reader);
const char *on_free_deferred(struct model *m, const struct mm_event *ev);
const char *judge_walkers(struct model *m, u64 pfn);
/* mm must announce the free of this unit before the flight ends. */
void make_due(struct model *m, struct flight *f, u64 pfn, unsigned order);

/* Rights of the scan that goes on: one that was overtaken may be past the part that must not fragment. */
static inline u32 scan_flags(const struct flight *f)
{
	return f->alone ? f->ladder.flags : f->ladder.flags & ~(u32)ALLOC_NOFRAGMENT;
}

/* fallback.c: which list a block comes from */
/* The type whose list a request must be served from now, MIGRATE_TYPES none. refill: for a per-CPU list. */
unsigned source_type(const struct model *m, const struct flight *f, unsigned zone, u32 flags, bool refill);
bool zone_has_block(const struct model *m, const struct flight *f, unsigned zone, u32 flags);
bool zone_can_refill(const struct model *m, const struct flight *f, unsigned zone, u32 flags);
const char *on_boost(struct model *m, const struct mm_event *ev);
const char *on_pageblock(struct model *m, const struct mm_event *ev);
const char *on_extfrag(struct model *m, const struct mm_event *ev);
/* B17: must the pageblock of the block just handed out be reserved? */
void expect_reserve(struct model *m, struct flight *f, u64 pfn);
/* B18: the zone that gives up a reserved pageblock, MODEL_NR_ZONES none. */
unsigned zone_to_unreserve(const struct model *m, const struct flight *f, bool force);

/* pcp.c */
bool pcp_allowed(const struct model *m, unsigned order);
unsigned pcp_list(const struct model *m, unsigned order, unsigned type);
void set_pcp_sizes(struct model *m, unsigned zone);
const char *on_pcp_alloc(struct model *m, const struct mm_event *ev);
const char *on_pcp_free(struct model *m, const struct mm_event *ev);
const char *on_pcpu_drain(struct model *m, const struct mm_event *ev);
const char *on_pcp_refill(struct model *m, const struct mm_event *ev);
const char *on_pcp_flush(struct model *m, const struct mm_event *ev);
const char *on_drain_all(struct model *m, const struct mm_event *ev);
const char *on_stat_fold(struct model *m, const struct mm_event *ev);
/* A block of a flush reached its free list. */
void flush_goes_on(struct model *m, struct flight *f);
void expect_decay(struct model *m, unsigned cpu);
/* A block joins the list of a CPU. */
void pcp_add(struct model *m, u64 pfn, unsigned order, unsigned cpu, unsigned list);

/* ladder.c */
void ladder_begin(struct model *m, struct flight *f);
const char *on_attempt(struct model *m, const struct mm_event *ev);
const char *on_below_high(struct model *m, const struct mm_event *ev);
const char *on_wakeup(struct model *m, const struct mm_event *ev);
const char *on_direct_reclaim(struct model *m, const struct mm_event *ev);
/* A forced or unforced unreserve was announced. */
const char *ladder_unreserved(struct model *m, struct flight *f, const struct mm_event *ev);
/* A request begins, or begins again: it may be failed on purpose, and says where it sleeps. */
const char *begin_prepared(struct model *m, struct flight *f);
const char *bulk_is_over(struct model *m, const struct flight *f);
/* NULL: the request has tried all it must. */
const char *ladder_ended(struct model *m, struct flight *f);
/* A zone gave: marks and the order of zones. */
const char *judge_zone(struct model *m, const struct flight *f, u64 pfn);
/* A page was handed out: what the zone remembers of it. */
const char *ladder_served(struct model *m, struct flight *f, unsigned zone);

static inline u64 least(u64 a, u64 b)
{
	return a < b ? a : b;
}
static inline u64 fold(u64 digest, u64 word)
{
	return (digest ^ word) * 0x100000001b3ULL;
}
static inline bool in_machine(const struct model *m, u64 pfn, unsigned order)
{
	return order < NR_PAGE_ORDERS && pfn < m->nr_frames && (1ULL << order) <= m->nr_frames - pfn;
}
static inline bool mergeable(unsigned type)
{
	return type < MIGRATE_PCPTYPES;
}
static inline u64 block_pages(const struct model *m)
{
	return 1ULL << m->block_order;
}
static inline u64 group_busy(const struct model *m, u64 group, unsigned order)
{
	return order ? m->busy[order][group] : m->frame[group].state != FRAME_FREE;
}

#endif
