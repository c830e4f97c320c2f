/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task.h - kernel threads of the deterministic machine, sleeping for a time, and what wakes up.
 *
 * A kernel thread has no stack while it has nothing to do: it is a function that is called, on a fiber of its own and on its
 * CPU, when wanted() says so, runs (and may sleep in its middle) and returns. It runs when an operation ends or sleeps, and
 * where a schedule says `at=5:kswapd0`. While its CPU's operation is in flight and does not sleep, it waits for it, and
 * the other way round. Both have their own task flags, held locks and place in texts: what belongs to a task in struct
 * sim_cpu is put aside when it sleeps.
 *
 * When nobody can run but somebody sleeps until a time, or a device is at work, virtual time passes until the first of these.
 * When nobody can run and nothing will ever happen, the machine stops: STOP_DEADLOCK, naming who waits for what.
 */
#ifndef SIM_TASK_H
#define SIM_TASK_H

#include "sched.h"

/* threads/task.h: each is a CPU there. Here they share those that there are. */
static inline bool sim_has_cpus_for(unsigned kthreads)
{
	(void)kthreads;
	return true;
}

/*
 * Names that schedules know, each at its number (enum sim_kthread_number), so that a text means the same on every machine; another name gets a number
 * that is free. When several are wanted, the lowest number runs first: a device's interrupts come before the rest.
 */
extern const char *const sim_kthread_names[SIM_MAX_KTHREADS]; /* NULL: none */

/*
 * Returns its number, counted from 0. While booting, before machine_seal(): it is part of the boot image. Who it is run for is
 * told nobody: run() itself announces what is to be known of it (mm: EVENT_KTHREAD as its first and last words).
 */
unsigned sim_kthread_create(struct sim_kthread kthread);
/* At virtual time ns wanted() or awake() of somebody may have changed: who would wait for it is not waiting for nothing. */
void sim_timer(u64 at_ns);
/* Sleep until awake(arg), or for ns at most (~0: no limit). Task context alone. Returns awake(arg). what: see sched_sleep_until(). */
bool sim_sleep_timeout(bool (*awake)(void *arg), void *arg, u64 ns, const char *what);
/* Kernel threads that are wanted run until none is: at the end of a program, and for tests. */
void sim_run_kthreads(void);

#endif
