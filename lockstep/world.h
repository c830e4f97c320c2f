/* SPDX-License-Identifier: GPL-2.0-only */
/* world.h - what the files of lockstep/ share about a running world. */
#ifndef LOCKSTEP_WORLD_H
#define LOCKSTEP_WORLD_H

#include "lockstep.h"

/* contents.c: stamps. Each function returns NULL or the sentence. */
bool contents_always_whole(void);
void contents_stamp(struct world *w, u64 pfn, u64 nr);
const char *contents_check(struct world *w, u64 pfn, u64 nr);
/* What a page is stamped with, 0 if it is not; later, when it may have another owner: does it still hold this? */
u64 contents_expected(const struct world *w, u64 pfn);
bool contents_hold(struct world *w, u64 pfn, u64 stamp);
const char *contents_check_zero(struct world *w, u64 pfn, u64 nr);
/* Pages just handed out: may be touched, zero where they must be. */
const char *contents_check_received(struct world *w, u64 pfn, u64 nr, gfp_t gfp);
/* The tool's opinion of frames just handed out, or just freed. */
const char *contents_check_reachable(struct world *w, u64 pfn, u64 nr);
const char *contents_check_unreachable(struct world *w, u64 pfn, u64 nr);

/* Where an address of objects, counted from the beginning of RAM, is. */
static inline char *object_pointer(const struct world *w, u64 at)
{
	return (char *)ram_address(w->machine, 0) + at;
}
/* Who begins something has all the fuel there is. */
static inline void more_fuel(struct world *w)
{
	w->machine->fuel = w->machine->param[PARAM_FUEL];
}
/* Of an operation whose run() has judged already. */
static inline const char *judge_pending(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return world_scratch(w)->pending;
}
/* Node 4 is "any"; a node this machine does not have is taken round. */
static inline int world_node(const struct world *w, u64 a)
{
	return a == MAX_NUMNODES ? NUMA_NO_NODE : (int)(a % w->machine->param[PARAM_NODES]);
}

/*
 * contents_object.c: objects, by address. key: what their owner writes, see contents_object_key(). `bytes` is the size of the
 * whole object when it was stamped, n how much of it there is to look at.
 */
u64 contents_object_key(unsigned family, u32 slot, u32 generation);
void contents_object_stamp(struct world *w, u64 at, u64 bytes, u64 key);
bool contents_object_holds(struct world *w, u64 at, u64 n, u64 bytes, u64 key);
/* The same but for [hole, hole + hole_bytes), which has multiples of 8. */
bool contents_object_holds_around(struct world *w, u64 at, u64 n, u64 bytes, u64 hole, u64 hole_bytes, u64 key);
/* Offset of the first byte that is another one, bytes if none is; no tool has a say. */
u64 contents_first_not(struct world *w, u64 at, u64 bytes, u8 byte);

/* prefill.c: bring a machine just booted into this start state. */
#define SYSTEM_OWNER NR_SLOTS /* of what is taken before the program begins */
const char *world_prefill(struct world *w, enum start_state start);

/* recount.c */
const char *world_recount(struct world *w);
/* booted: what mm says. Without memory there is nothing more to look at. */
const char *world_check_boot(struct world *w, bool booted);
const char *world_check_settled(struct world *w);

/* ops_page.c: give back all pages of a live slot; for the end of a program. */
const char *page_free_slot(struct world *w, u32 slot);
/* ops_rcu.c: nothing waits for a grace period any more; for the end of a program. */
const char *rcu_finish(struct world *w);
/* ops_slab.c, ops_kmalloc.c: for the start state `slab`; and for the end of a program. */
const char *slab_prefill(struct world *w);
const char *slab_free_all(struct world *w);
const char *kmalloc_free_all(struct world *w);
const char *slab_finish(struct world *w);
/* Does the object, or each of the bulk, in this slot hold what its owner wrote? */
const char *slab_check_object(struct world *w, u64 slot);
/* ops_slab_bugs.c: damage that is left is looked for, before all is given back. */
const char *slab_bugs_finish(struct world *w);
/* The machine panicked: did an operation ask for that, should it be refused, and was it? */
bool slab_may_panic(struct world *w);
/* recount_slab.c: caches and objects of mm against those of the model. */
const char *slab_recount(struct world *w);
const char *slab_check_boot(struct world *w);
const char *slab_compare(struct world *w, unsigned id);
/* ops_swap.c: for the start states `pressure` and `scarce`; for the end of a program; and tasks, files and swap of mm against the model's. */
const char *vm_prefill(struct world *w);
const char *vm_prefill_swap(struct world *w);
const char *vm_free_all(struct world *w);
const char *vm_finish(struct world *w);
const char *vm_recount_all(struct world *w);
/* ops_machine.c */
const char *machine_hand_over(struct world *w, bool *ok);

/* The sentence found last: fills w->text and returns it. */
const char *world_says(struct world *w, const char *format, ...) printf_like(2, 3);

/* lockstep.c: let the model judge what mm announced so far. */
const char *world_drain(struct world *w);
/* One operation on this CPU, begun, run and judged; no op of the catalogue where a test wants it to answer wrongly. */
const char *world_execute(struct world *w, u32 step, const struct op *op, const u64 *a);

/* Which operation a CPU would begin next, SCHED_NONE none; and would it run there, or be skipped? */
u32 world_next_on(const struct world *w, unsigned cpu);
bool world_would_run(struct world *w, u32 step, unsigned cpu);
/* The next interrupt with this label, SCHED_NONE none. */
u32 world_next_irq(const struct world *w, unsigned label);
bool world_is_started(const struct world *w, u32 step);

/* probe.c: for who looks for schedules. Nothing is in flight; a yield point; a switch had an effect; the operations are over. */
void probe_quiet(struct world *w);
bool probe_point(void *arg, enum sim_yield_point kind, struct sched_switch *choice);
void probe_switch(void *arg);
void probe_end(struct world *w);

#endif
