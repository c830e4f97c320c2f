/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_liveness.c - the machine keeps making progress, and when it says no, the no is right.
 */
#include "vm_liveness.h"

const char *vm_liveness_event(struct model *m, const struct mm_event *ev)
{
	(void)m, (void)ev;
	return NULL;
}
