/* SPDX-License-Identifier: GPL-2.0-only */
/* fork_run.h - judging programs in a child process, for findings that kill. */
#ifndef LOCKSTEP_FORK_RUN_H
#define LOCKSTEP_FORK_RUN_H

#include "lockstep.h"

#define FORK_REPORT_BYTES 32768

/* How a run in a child process ended. */
struct death {
	bool died; /* false: it lived to give a verdict, and `what` is the clause, empty if nothing failed */
	int signal, exit;
	char what[160]; /* "asan heap-buffer-overflow in free_one_block", "signal 11", "no progress" */
	struct verdict verdict; /* of one that lived */
};

/* Anything that judges a program, or many of them one after the other. */
struct fork_job {
	void (*judge)(void *arg, struct verdict *v); /* in the child; what it leaves in memory is lost */
	void *arg;
	double seconds;		      /* of CPU time that it may use between two steps of progress */
	const volatile u64 *progress; /* in memory shared with the child: changes with each step; NULL: there are none */
	char *report;		      /* FORK_REPORT_BYTES for what the child prints; NULL: not wanted */
};
/* died, and `what` begins with "host: ": there was no child at all. */
struct death forked_judge(const struct fork_job *job);

/* lockstep_run(): takes at most 10 s of CPU time. */
struct death forked_run(const struct program *p);
/* For program_minimize_with(): does the candidate end as `wanted`, a struct death, says? */
bool forked_same_death(void *wanted, const struct program *candidate);

#endif
