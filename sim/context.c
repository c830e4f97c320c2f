/* SPDX-License-Identifier: GPL-2.0-only */
/* context.c - where an operation runs: nesting depths of its CPU. Both personalities have it. */
#include "machine.h"

static u8 *context_depth(enum sim_context c)
{
	struct sim_cpu *cpu = this_cpu;

	switch (c) {
	case CONTEXT_SOFTIRQ:
		return &cpu->softirq;
	case CONTEXT_HARDIRQ:
		return &cpu->hardirq;
	case CONTEXT_SPINLOCK:
		return &cpu->preempt_off;
	case CONTEXT_IRQS_OFF:
		return &cpu->irqs_off;
	case CONTEXT_RCU:
		return &cpu->rcu_readers;
	case CONTEXT_NMI:
		return &cpu->nmi;
	default:
		return NULL;
	}
}

void sim_enter_context(enum sim_context c)
{
	u8 *depth = context_depth(c);

	if (depth)
		++*depth;
	if (c == CONTEXT_RCU || c == CONTEXT_IRQS_OFF)
		sim_reader_enters();
}

void sim_leave_context(enum sim_context c)
{
	u8 *depth = context_depth(c);

	if (c == CONTEXT_RCU || c == CONTEXT_IRQS_OFF)
		sim_reader_leaves();
	if (depth)
		--*depth;
}
