/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_liveness.h - what vm_liveness.c, vm_oom.c and ladder.c keep of who waits, reclaims, is refused and is killed.
 *
 * An actor is a task of the machine: the operation of a CPU, interrupts on top of it included, or a kernel thread.
 */
#ifndef MODEL_VM_LIVENESS_H
#define MODEL_VM_LIVENESS_H

#include "internal.h"
#include "model_vm.h"

#define VM_ACTORS (MODEL_MAX_CPUS + MODEL_MAX_KTHREADS)
#define VM_NOBODY 255

/* Who announces. */
static inline unsigned actor_of(const struct mm_event *ev)
{
	return ev->task ? MODEL_MAX_CPUS + ev->task - 1u : ev->cpu;
}

struct vm_actor {
	bool waits;
	u8 what;	   /* enum vm_wait */
	u64 since_ns, pfn; /* ~0: of no page */
	bool reclaims;	   /* between RECLAIM_DIRECT_BEGINS and _ENDS */
	u32 rounds;	   /* direct reclaims of the request that goes on */
	u64 freed;	   /* frames that came back to the allocator in this round, by this actor */
	u64 said;	   /* pages that RECLAIM_DIRECT_ENDS says were reclaimed */
	bool ended;	   /* a round ended, and the ladder has not said what it made of it */
	u8 oom;		   /* enum oom_news + 1 of the last decision since the last scan; 0 none */
	bool decides;	   /* OOM_INVOKED, and no end of it yet */
};

struct vm_oom {
	u64 seen;	   /* tasks whose badness was announced in the decision that goes on */
	s64 chosen_points;
	u8 chosen;	   /* VM_NOBODY: none yet */
	u8 victim;	   /* killed last, and neither gone nor skipped: VM_NOBODY none */
	u64 killed_ns;
	u64 notified;
	u64 victims;	   /* tasks that were killed for memory and still exist, as bits */
	u64 skip;	   /* tasks with MMF_OOM_SKIP, as bits */
	u64 points[MODEL_VM_TASKS];
};

struct vm_node_live {
	u8 order, highest; /* what kswapd was woken for, and has not yet served */
	bool wanted, runs;
	u32 failures;
	u64 since_ns;
};

/* Part of the model's state: copied with it. */
struct vm_liveness {
	struct vm_actor actor[VM_ACTORS];
	struct vm_oom oom;
	struct vm_node_live node[MAX_NUMNODES];
};

#endif
