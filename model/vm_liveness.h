/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_liveness.h - what vm_liveness.c, vm_oom.c and ladder.c keep of who waits, reclaims, is refused and is killed.
 *
 * An actor is a task of the machine: the operation of a CPU, interrupts on top of it included, or a kernel thread. Its number is that
 * of its stack of flights: stack_on().
 */
#ifndef MODEL_VM_LIVENESS_H
#define MODEL_VM_LIVENESS_H

#include "internal.h"
#include "model_vm.h"

#define VM_ACTORS    MODEL_STACKS
#define VM_NOBODY    255
#define VM_KSWAPD    1 /* kernel thread of node 0; those of other nodes behind it */
#define VM_DUE_BYTES 32768 /* of a log, as much as a machine keeps */
#define MAX_RECLAIM_RETRIES 16 /* rounds without success: of a request's reclaim, of a node's kswapd */

/* Why a request may be refused. docs/liveness.md says what each means. */
enum vm_excuse {
	VM_NO_EXCUSE,
	VM_EXCUSE_FAULT,     /* the program wanted it to fail */
	VM_EXCUSE_NO_ZONE,   /* no zone is allowed, or the order is above the largest */
	VM_EXCUSE_NO_SLEEP,  /* it may not reclaim */
	VM_EXCUSE_NOBODY_DIES, /* it must not fail, but for none of these will anybody be killed for it; after nofail_laps laps */
	VM_EXCUSE_MEMALLOC,  /* it reclaims itself */
	VM_EXCUSE_VICTIM,    /* it has had its share of the reserves, and is to end */
	VM_EXCUSE_NORETRY,
	VM_EXCUSE_MAYFAIL,
	VM_EXCUSE_COSTLY,
	VM_EXCUSE_PLACE,     /* it may use one node, or low zones only: nobody dies for that */
	VM_EXCUSE_NO_FS,     /* it may not wait for the filesystem: nobody dies for it, and its laps are counted */
	NR_VM_EXCUSES
};

struct vm_actor {
	bool waits;
	u8 what;	   /* enum vm_wait */
	u64 since_ns;
	u32 freed;	   /* frames that came back to the allocator since this actor began to reclaim */
	u32 said;	   /* pages that it says were reclaimed */
	bool round;	   /* a direct reclaim ended, and the request has not said what it made of it */
	bool throttled;    /* it was held up before that */
	u8 kills;	   /* task, and 1, that it has chosen, and that is to get its signal next [O6] */
};

/* The OOM killer's decision that goes on, and who was killed. */
struct vm_oom {
	u8 decider;	   /* actor + 1; 0: nobody decides */
	u8 asks;	   /* task whose request it is; VM_NOBODY: the kernel's own */
	bool panics;	   /* the machine is to stop now, and may */
	u32 given_back;	   /* pages of the balloon, since the OOM killer was called */
	bool balloon_grew; /* meanwhile */
	bool notified;	   /* notifiers have been asked */
	u64 seen;	   /* tasks whose badness was announced, as bits */
	u64 marked, skip;  /* tasks that may use reserves to end with; of them, those that nobody waits for */
	u8 late[MODEL_VM_TASKS]; /* how often a victim was found to be overdue */
	u64 killed_ns[MODEL_VM_TASKS], looked_ns[MODEL_VM_TASKS];
	u64 kills;
};

/* kswapd of a node. What it is wanted for is noted by each request that may wake it, whether it sleeps or not. */
struct vm_node_live {
	u8 kthread;	   /* its stack, while it runs; 0: it has nothing to do */
	bool naps, balances; /* naps: it can be woken, and goes to sleep unless it is */
	bool vague;	   /* requests came while others were at work: nobody knows what was noted */
	u8 order, highest; /* noted; MAX_NR_ZONES: nothing */
	u8 for_order, for_highest, done_order; /* what it balances for; what it gave itself up to */
	u8 nap_order, nap_highest; /* what it looked for when it began to nap; who asks for more meanwhile wakes it, or has no need to */
	u32 failures;
	u64 reclaimed;	   /* since it began to balance */
	u64 boost[MAX_NR_ZONES]; /* then */
	u64 naps_ns;
};

/* Part of the model's state: copied with it. */
struct vm_liveness {
	u8 last;	   /* actor of the last event */
	struct vm_actor actor[VM_ACTORS];
	struct vm_oom oom;
	struct vm_node_live node[MAX_NUMNODES];
	u64 excused[NR_VM_EXCUSES];
};

/* Texts that the log must have by now, in this order, each after a NUL but the first. */
struct vm_due {
	u32 bytes;
	bool lost; /* there are more */
	char text[VM_DUE_BYTES];
};

/* vm_liveness.c */
/* The machine can reclaim: what is said of pages, waits and kills is judged. */
bool model_has_vm(const struct model *m);
/* Before an event is judged: who was at work until now and does not sleep was overtaken. */
void vm_note_actor(struct model *m, unsigned actor);
/* A flight begins on top of this actor's: does everybody else who is in flight sleep? Who does not is not steady any longer. */
bool vm_begins_steady(struct model *m, unsigned actor);
/* Who announces is a kswapd. */
bool vm_kswapd_runs(const struct model *m);
/* Pages of a zone on the lists that reclaim looks at. [R5] */
u64 vm_listed(const struct model *m, unsigned zone);
/* R11: it sleeps, and there is something to do for kswapd of this node. */
bool vm_kswapd_is_needed(const struct model *m, unsigned nid, unsigned order, unsigned highest);
/* It is noted what a request wants of kswapd. sure: the request is known to have come by. */
void vm_note_kswapd(struct model *m, unsigned nid, unsigned order, unsigned highest, bool sure);
/* R11, R10: may kswapd be woken, in this flight? */
const char *vm_judge_wakeup(struct model *m, const struct flight *f, const struct mm_event *ev);
/* R14: a boost ends, or a part of it does. */
const char *vm_judge_boost_end(struct model *m, const struct mm_event *ev);
void vm_liveness_is_up(struct model *m);
/* A direct reclaim is over: pages it said it freed; what the request makes of it, due: what it must be told. */
u32 vm_reclaim_said(struct model *m, unsigned cpu);
const char *vm_reclaim_counted(struct model *m, struct flight *f, const struct mm_event *ev, u32 due);
/* A frame came back to the allocator. */
void vm_note_freed(struct model *m, unsigned cpu, u64 pages);
/* LV7: is there enough for the request, so that nobody need be killed for it? what: is done all the same. */
const char *vm_judge_need(struct model *m, const struct flight *f, const char *what);
/* [the liveness clauses] A request is refused. */
const char *vm_judge_refusal(struct model *m, const struct flight *f);
/* The end of an operation, or of a kernel thread's run; and of a program. */
const char *vm_liveness_ends(struct model *m, unsigned cpu);
const char *vm_liveness_settled(struct model *m);

/* vm_oom.c */
s64 vm_badness(const struct model *m, unsigned task); /* INT64_MIN: never chosen */
/* O6: does somebody want this task to be killed? Who was chosen is, at once. */
const char *vm_judge_signal(struct model *m, const struct mm_event *ev);
const char *vm_judge_unsignalled(struct model *m, unsigned actor);
/* A victim that should be gone, or reaped, by now. */
const char *vm_oom_overdue(struct model *m);
/* Whose memory the operation on this stack uses; VM_NOBODY: the kernel's. */
unsigned vm_process_of(const struct model *m, unsigned actor);
/* And that one may use reserves to end with. [W9] */
bool vm_ends_here(const struct model *m, unsigned actor);

static inline bool may_sleep(const struct flight *f)
{
	return (f->gfp & __GFP_DIRECT_RECLAIM) && !(f->where & MODEL_ATOMIC);
}
/* Has nobody been at work since it began but while it slept? Then its choices are judged. */
static inline bool steady(const struct model *m, const struct flight *f)
{
	return model_has_vm(m) ? f->steady : f->alone;
}

/* ladder.c */
bool ladder_may_kill(const struct model *m, const struct flight *f);
/* The zone that would serve the request at the high mark; MODEL_NR_ZONES none. */
unsigned ladder_high_zone(const struct model *m, const struct flight *f);
/* L4: would a zone have enough for it above its min mark if so many more of its pages were free? */
bool ladder_would_pass(const struct model *m, const struct flight *f, unsigned zone, u64 more);
bool ladder_may_use(const struct model *m, const struct flight *f, unsigned zone);
/* In the middle of a scan. [R18] */
void ladder_reclaims_node(struct flight *f);
void ladder_sleeps(struct model *m, struct flight *f);
const char *ladder_decides(struct model *m, struct flight *f, bool busy);
void ladder_decided(struct flight *f, bool progress, bool busy);

/* vm_text.c */
#define ANY_NODE MAX_NUMNODES
#define ANY_ZONE MODEL_NR_ZONES
/* What texts say of pages: of a node, of a zone, of all. Zero without tasks and files. */
struct vm_figures {
	u64 lru[NR_LRU_LISTS], isolated[2], anon, mapped, file_pages, swapcache, dirty, writeback, pending, tables, mlocked;
	u64 free_swap, total_swap, zswap, zswap_stored; /* of the machine */
	bool hopeless; /* of a node: its kswapd has given up */
};
struct vm_figures vm_figures(const struct model *m, unsigned nid, unsigned zone);
/* Who asks, by name. */
struct text;
void vm_name_of_asker(struct model *m, unsigned cpu, struct text *t);
/* Somebody is about to be killed, or the machine to stop, and it is said why. victim: VM_NOBODY none */
void vm_oom_text_due(struct model *m, const struct flight *f, unsigned asks, unsigned victim);
void vm_reap_text_due(struct model *m, unsigned victim);
/* The log must have this, behind what it must have by now. */
void vm_text_is_due(struct model *m, const char *text, size_t len);
/* The log is empty. */
void vm_log_begins(struct model *m);

#endif
