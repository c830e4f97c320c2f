/* SPDX-License-Identifier: GPL-2.0-only */
/* sched.c - what machine.c asks of a scheduler: the host's threads have none of ours. struct sched is task.c's. */
#include "../sched.h"
#include "task.h"

void sched_destroy(struct sched *s)
{
	sim_kthreads_end(s);
}

void sched_abandon(struct sched *s)
{
	(void)s;
}

struct sched_copy *sched_save(const struct sched *s)
{
	(void)s;
	return NULL;
}

void sched_load(struct sched *s, const struct sched_copy *copy)
{
	(void)s, (void)copy;
}

void sched_copy_free(struct sched_copy *copy)
{
	(void)copy;
}
