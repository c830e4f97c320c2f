/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_lru.c - lists that reclaim looks at: who is on which, when a page may move, how many are looked at. [R1] [R4] [R6] [R15] [R24]
 */
#include "vm_state.h"

const char *vm_lru_event(struct model *m, const struct mm_event *ev)
{
	(void)m, (void)ev;
	return NULL;
}
