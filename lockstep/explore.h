/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explore.h - every small program under every schedule with few preemptions.
 *
 * Programs are sequences of an alphabet of named operations over slots and CPUs. Slots are numbered as they are first
 * used and the first operation runs on CPU 0: what differs in names only is looked at once. Orders of whole operations are
 * other programs of the alphabet; a schedule adds switches in the middle of one.
 */
#ifndef LOCKSTEP_EXPLORE_H
#define LOCKSTEP_EXPLORE_H

#include "lockstep.h"

enum explore_scheduler { EXPLORE_DFS, EXPLORE_RANDOM, EXPLORE_PCT, EXPLORE_ROUND_ROBIN, NR_EXPLORE_SCHEDULERS };

struct explore_bounds {
	u8 profile;
	u32 frames;	 /* 0: as many as the profile has */
	unsigned cpus;	 /* 2.. */
	unsigned ops;	 /* of a program, at most EXPLORE_MOST_OPS */
	unsigned preemptions; /* of a schedule */
	unsigned irqs;	 /* of the preemptions, interrupts: 0 or 1 */
	enum explore_scheduler scheduler;
	u64 seed, schedules; /* random, pct: how many of each program */
	double seconds;	 /* 0: no limit */
};
#define EXPLORE_MOST_OPS 6

struct explore_result {
	u64 programs_raw;  /* as if slots and CPUs had not been told apart */
	u64 programs;
	u64 schedules;	   /* runs */
	u64 idle;	   /* of these, runs whose last switch had no effect: the run before was the same */
	u64 states;	   /* distinct digests */
	u64 successes, refusals, contended;
	bool out_of_time;
};

extern const char *const explore_scheduler_names[NR_EXPLORE_SCHEDULERS];
/* false: a finding; its program, schedule and all, is in *found. */
bool explore(struct world *w, const struct explore_bounds *b, struct explore_result *r, struct program *found);
/* All schedules of one program with at most so many preemptions. */
bool explore_program(struct world *w, const struct explore_bounds *b, struct explore_result *r, struct program *p);

#endif
