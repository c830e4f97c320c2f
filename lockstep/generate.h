/* SPDX-License-Identifier: GPL-2.0-only */
/* generate.h - what generate.c and mutate.c share: dice, the mix of operations, and one operation made of both. */
#ifndef LOCKSTEP_GENERATE_H
#define LOCKSTEP_GENERATE_H

#include "lockstep.h"

#define MAX_CHOICES 256

enum phase { PHASE_BOOT, PHASE_EARLY, PHASE_LATE };

struct choice {
	const struct op *op;
	u32 weight;
};

struct mix {
	struct choice choice[MAX_CHOICES];
	unsigned nr;
	u32 total;
};

/* What is known while a program is made. */
struct maker {
	u64 *rng;
	unsigned tables;
	u8 profile;
	bool small_orders; /* nearly all requests are for a page or two */
	bool schedules;	  /* give switches and irq labels */
	bool wants_stale; /* the operation at hand is about stale slots */
	u32 nr_slots;	/* only this many are used */
	u32 nr_caches;	/* of cache slots */
	u32 recreate;	/* cache slot that may be free again, and 1; 0: none */
	u32 nr_tasks;	/* of slots of tasks */
	u32 vm_knob;	/* the last one chosen, for its value */
	u32 nr_cpus;	/* and so many CPUs from first_cpu on; 0: all */
	u32 first_cpu;
	u32 knob;	/* the last knob chosen: its value has a range */
	u32 sysctl;	/* or the last sysctl; NR_SYSCTLS: none */
	u32 gfp;	/* the last mask chosen, for the order that goes with it */
	u32 isolated;	/* the last frame isolated, 0: none */
	u32 zone;	/* the last zone chosen and 1, 0: none */
	u32 run_allocs, run_frees; /* left of a run on one CPU */
	u8 run_cpu;
	bool run_atomic; /* its requests are atomic */
	bool urgent;	/* so is the operation at hand, in whatever context */
	u32 rivals;	/* so many operations, from the one at hand on, are those that the last switch leads to */
	struct sched_switch rival;
	u32 walked;	/* slot of a walk that they come into, and 1; 0: none */
	u8 walked_family; /* what it walks: pages, objects, memory by size */
	struct sched_switch into_walk[4]; /* the last one first */
	bool is_copy;	/* it is the same as the last one, arguments too, but for its slots */
	struct instr last; /* the operation made last */
	u64 live[NR_FAMILIES][NR_SLOTS / 64], used[NR_FAMILIES][NR_SLOTS / 64];
};

u32 below(u64 *rng, u32 n);
bool one_in(u64 *rng, u32 n);
/* 0, 1, 2, ...: each half as likely as the one before. */
u32 geometric(u64 *rng);

/* NULL when the catalogue has none. */
const struct op *hand_over_op(void);
/* The operations of the tables that make sense in a phase; total 0: there are none. */
void make_mix(struct mix *mix, enum phase phase, unsigned tables, u32 swarm);
const struct op *pick_op(const struct mix *mix, u64 *rng);

/* Remember which slots an operation fills and empties. */
void note_slots(struct maker *g, const struct op *op, const struct instr *in);
u64 fresh_value(struct maker *g, unsigned kind, bool atomic);
/* For an operation on this CPU. */
struct sched_switch fresh_switch(struct maker *g, unsigned cpu);
/* How a program without memblock begins. */
u8 fresh_start(struct maker *g);
/* In place; false when the mix has no operation. */
bool make_instr(struct maker *g, const struct mix *mix, struct instr *in);

#endif
