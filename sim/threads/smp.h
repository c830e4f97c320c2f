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

#define SIM_MAY_PEEP 0 /* at another CPU's things, without looking after them */

/*
 * Look after the things of a CPU: func runs while that CPU's thread, if it is one, is kept out of them; a thread that does
 * something else, or sleeps, is not waited for. The caller holds no spinlock and is in no section of its own; func takes the
 * CPU's local locks, and may take spinlocks, but waits for no other CPU.
 */
void sim_do_for_cpu(unsigned cpu, void (*func)(unsigned cpu, void *arg), void *arg);
/* A thread has become a CPU: before its first section. */
void sim_own_attach(void);

#endif
