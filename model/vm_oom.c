/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_oom.c - who may be killed for memory, who must be, and what is said about it.
 */
#include "vm_liveness.h"

const char *vm_oom_event(struct model *m, const struct mm_event *ev)
{
	(void)m, (void)ev;
	return NULL;
}

bool vm_anybody_killable(const struct model *m)
{
	(void)m;
	return true;
}

unsigned model_oom_score(const struct model *m, unsigned task)
{
	(void)m, (void)task;
	return 0;
}
