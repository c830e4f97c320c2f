/* SPDX-License-Identifier: GPL-2.0-only */
/* lock.c - what a lock says when it is used wrongly. */
#include "det/lock.h"

sim_cold void sim_lock_out_of_order(const struct sim_lock *lock)
{
	const struct sim_cpu *c = this_cpu;

	if (lock->locked && lock->cpu == c->id)
		sched_wait_for(c->id);
	sim_stop(STOP_LOCK_ORDER, "lock of rank %u taken while holding one of rank %u", lock->rank,
		 c->held[c->nr_held - 1]->rank);
}

sim_cold void sim_lock_not_held(const struct sim_lock *lock)
{
	const struct sim_cpu *c = this_cpu;

	sim_stop(STOP_LOCK_ORDER, "lock of rank %u released by cpu %u, which %s", lock->rank, c->id,
		 lock->locked ? "did not take it last" : "does not hold it");
}

sim_cold void sim_lock_wait(const struct sim_lock *lock)
{
	struct sim_cpu *c = this_cpu;

	c->wanted = lock;
	sched_wait_for(lock->cpu);
	c->wanted = NULL;
}
