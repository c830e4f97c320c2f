/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * threads/task.h - the names of ../task.h where kernel threads are threads of the host: task.c.
 *
 * Each is a CPU of its own, from the highest number down, as long as the machine lives. Nobody tells it that it is wanted: it
 * looks again and again, and so does who sleeps. So there is no word that a change must say, and no wake-up that can be lost.
 */
#ifndef SIM_THREADS_TASK_H
#define SIM_THREADS_TASK_H

#include "machine.h"
#include "tool.h"

struct sched;

/* Are so many CPUs left for kernel threads, and one more for who asks? While nobody else attaches. */
bool sim_has_cpus_for(unsigned kthreads);
/* While booting. Returns its number, as in ../task.h; it looks at wanted() from now on. */
unsigned sim_kthread_create(struct sim_kthread kthread);
/* Sleep until awake(arg), or for ns at most (~0: no limit). Returns awake(arg). The thread stays the CPU it is. */
bool sim_sleep_timeout(bool (*awake)(void *arg), void *arg, u64 ns, const char *what);
/* Until no kernel thread is wanted, and none is in its middle. */
void sim_run_kthreads(void);
/* Who sleeps, and for what, a line each. Any thread, also one that is no CPU. Returns the length. */
size_t sim_sleepers(struct machine *m, char *out, size_t bytes);

/* The machine is about to be destroyed; NULL: there are none. */
void sim_kthreads_end(struct sched *s);

/* Whose time has come finds out by looking. */
static inline void sim_timer(u64 at_ns)
{
	(void)at_ns;
}

#endif
