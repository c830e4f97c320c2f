/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * threads/smp.h - calls to other CPUs, where there are no interrupts: the caller waits until each CPU has been out of its
 * sections with interrupts off and its RCU readers, which are the same here, and calls the function itself.
 */
#ifndef SIM_THREADS_SMP_H
#define SIM_THREADS_SMP_H

#include "rcu.h"

typedef void (*smp_call_func_t)(void *info);

static inline void smp_call_function(smp_call_func_t func, void *info, bool wait)
{
	(void)wait;
	synchronize_rcu();
	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++)
		if (cpu != this_cpu->id)
			func(info);
}

/*
 * Look after the things of a CPU: its thread does it when it comes by sim_let_others_in(), the caller waits. If no thread is
 * that CPU, the caller does it in its place.
 */
void sim_do_for_cpu(unsigned cpu, void (*func)(unsigned cpu, void *arg), void *arg);
void sim_let_others_in(void);

#endif
