/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * threads/task.h - kernel threads, sleep and timers: not yet among threads. vm_init() refuses here, so nobody comes by; these
 * stand for ../task.h so that mm/ is one.
 */
#ifndef SIM_THREADS_TASK_H
#define SIM_THREADS_TASK_H

#include "machine.h"
#include "tool.h"

#define SIM_HAS_KTHREADS 0

static inline unsigned sim_kthread_create(struct sim_kthread kthread)
{
	(void)kthread;
	return 0;
}
static inline void sim_timer(u64 at_ns)
{
	(void)at_ns;
}
static inline bool sim_sleep_timeout(bool (*awake)(void *arg), void *arg, u64 ns, const char *what)
{
	(void)ns, (void)what;
	return awake(arg);
}
static inline void sched_sleep_until(bool (*awake)(void *arg), void *arg, const char *what)
{
	(void)awake, (void)arg, (void)what;
}
static inline void sim_run_kthreads(void)
{
}

#endif
