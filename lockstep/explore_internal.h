/* SPDX-License-Identifier: GPL-2.0-only */
/* explore_internal.h - what the files of the explorer share. */
#ifndef LOCKSTEP_EXPLORE_INTERNAL_H
#define LOCKSTEP_EXPLORE_INTERNAL_H

#include "explore.h"

struct state_set {
	u64 *slot;
	u64 room, nr;
};

struct explorer {
	struct world *w;
	const struct explore_bounds *b;
	struct explore_result *r;
	struct program *p;
	struct state_set ends, histories, seen;
	u32 first_op;	     /* boot operations lie before */
	bool all_programs;   /* of the alphabet are looked at */
	bool calls;	     /* an operation of the program interrupts other CPUs */
	u64 rng;
	double deadline;     /* CPU time, so that a busy machine sees what an idle one does; 0: none */
	u64 asked;
	struct yield_probe probe[MAX_SWITCHES + 1]; /* one for each depth */
};

bool explorer_is_over(struct explorer *x);
/* One run of x->p; false: a finding. */
bool explorer_run(struct explorer *x, struct yield_probe *probe);

/* explore.c: all schedules of x->p; explore_sample.c: some. false: a finding. */
bool explore_all_schedules(struct explorer *x);
bool explore_some_schedules(struct explorer *x);
bool explore_generated(struct explorer *x);
bool explore_schedules(struct explorer *x);

/* explore_programs.c: all programs of the alphabet, or b->programs of them. */
bool explore_programs(struct explorer *x);
u64 explore_raw_programs(const struct explore_bounds *b);

#endif
