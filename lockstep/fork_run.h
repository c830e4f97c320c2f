/* SPDX-License-Identifier: GPL-2.0-only */
/* fork_run.h - running a program in a child process, for findings that kill. */
#ifndef LOCKSTEP_FORK_RUN_H
#define LOCKSTEP_FORK_RUN_H

#include "lockstep.h"

/* How a run in a child process ended. */
struct death {
	bool died; /* false: it lived to give a verdict, and `what` is the clause, empty if nothing failed */
	int signal, exit;
	char what[160]; /* "asan heap-buffer-overflow in free_one_block", "signal 11", "no progress" */
};

/* Takes at most 10 s. */
struct death forked_run(const struct program *p);
/* For program_minimize_with(): does the candidate end as `wanted`, a struct death, says? */
bool forked_same_death(void *wanted, const struct program *candidate);

#endif
