/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_text.c - texts about pages that tasks, files and swap use, and about who was killed: what they must say.
 */
#include "vm_liveness.h"

void vm_oom_text_due(struct model *m, const struct flight *f, unsigned asks, unsigned victim, bool reaped)
{
	(void)m, (void)f, (void)asks, (void)victim, (void)reaped;
}

const char *model_judge_oom_text(struct model *m, unsigned cpu, const char *text)
{
	(void)m, (void)cpu, (void)text;
	return NULL;
}

const char *model_judge_vm_text(struct model *m, unsigned file, const char *text)
{
	(void)m, (void)file, (void)text;
	return NULL;
}
