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

#include <signal.h>
#include "lockstep.h"

enum explore_scheduler {
	EXPLORE_DFS,
	EXPLORE_RANDOM,
	EXPLORE_PCT,
	EXPLORE_ROUND_ROBIN,
	EXPLORE_PROGRAM, /* programs of the generator, which carry their switches themselves */
	NR_EXPLORE_SCHEDULERS
};

/* What need not be tried; explore.c says why. */
enum explore_prune { EXPLORE_X4 = 1, EXPLORE_X5 = 2, EXPLORE_X6 = 4, EXPLORE_PRUNE_ALL = 7 };

struct explore_bounds {
	u8 profile;
	u32 frames;	 /* 0: as many as the profile has */
	unsigned cpus;	 /* 2.. */
	unsigned ops;	 /* of a program at most; EXPLORE_MOST_OPS is the limit */
	unsigned preemptions; /* of a schedule */
	unsigned irqs;	 /* operations of a program that are interrupts; of two the first is a softirq, the other may nest */
	u64 letters;	 /* of the alphabet, a bit each; 0: those of the default */
	unsigned try_all; /* enum explore_prune: what is not left out */
	enum explore_scheduler scheduler;
	unsigned depth;	 /* pct */
	u64 seed, schedules; /* random, pct, round_robin: how many of each program */
	u64 programs;	 /* so many, drawn at random; 0: all there are */
	double seconds;	 /* of CPU time; 0: no limit */
	/* For tests: after each run, which was watched. NULL: nobody looks. */
	void (*ran)(void *arg, const struct yield_probe *probe);
	void *arg;
	const volatile sig_atomic_t *stop; /* set: come to an end; may be NULL */
};
#define EXPLORE_MOST_OPS 6
#define EXPLORE_MOST_IRQS 2

struct explore_result {
	u64 programs_raw;  /* as if slots and CPUs had not been told apart */
	u64 programs;
	u64 schedules;	   /* runs */
	u64 idle;	   /* of these, runs whose last switch had no effect: the run before was the same */
	/* Switches that were not tried, and with them all schedules that go on from there. */
	u64 same_place;	   /* nothing that another CPU could see lies between this point and the next */
	u64 skipping;	   /* would only begin an operation that is skipped: a shorter program */
	u64 seen;	   /* all of what follows was tried from the same state */
	u64 states;	   /* distinct ends */
	u64 states_sum;	   /* of their digests: two searches that saw the same ends have the same sum */
	u64 histories, histories_sum; /* the same of the runs' digests: who answered what, in which order */
	u64 successes, refusals, contended;
	bool out_of_time;
};

extern const char *const explore_scheduler_names[NR_EXPLORE_SCHEDULERS];
/* false: a finding; its program, schedule and all, is in *found. */
bool explore(struct world *w, const struct explore_bounds *b, struct explore_result *r, struct program *found);
/* All schedules of one program with at most so many preemptions. */
bool explore_program(struct world *w, const struct explore_bounds *b, struct explore_result *r, struct program *p);

/* Bits of the letters in a list like "alloc0,free" ("default" and "all" may stand in it); 0: *bad is not one of them. */
u64 explore_letters(const char *list, const char **bad);
/* The table of letters, for people. */
void explore_print_alphabet(FILE *out);

#endif
