/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * det/smp.h - calls to other CPUs. Mirrors include/linux/smp.h.
 *
 * The function runs on the other CPU as a hardirq: at once if it is idle, else at its next yield point with interrupts on.
 * It must be short, and announces nothing. Who waits lets that CPU run; with interrupts off nobody may wait.
 */
#ifndef SIM_DET_SMP_H
#define SIM_DET_SMP_H

#include "sched.h"

static inline void smp_call_function_single(unsigned cpu, smp_call_func_t func, void *info, bool wait)
{
	sim_yield(YIELD_IRQ);
	sched_call(cpu, func, info, wait);
}

/* On all CPUs but this one, one after the other. */
static inline void smp_call_function(smp_call_func_t func, void *info, bool wait)
{
	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++)
		if (cpu != this_cpu->id)
			smp_call_function_single(cpu, func, info, wait);
}

#define SIM_MAY_PEEP 1 /* at another CPU's things, without looking after them */

/*
 * Look after the things of a CPU: func takes that CPU's local locks, so it meets nobody in the middle of something; what
 * the CPU does without a lock finds that they changed (this_cpu_try_cmpxchg_pair).
 */
static inline void sim_do_for_cpu(unsigned cpu, void (*func)(unsigned cpu, void *arg), void *arg)
{
	struct sim_cpu *c = &this_cpu->machine->cpu[cpu];

	tool_order_after(&c->own);
	func(cpu, arg);
	tool_order_before(&c->own);
}

#endif
