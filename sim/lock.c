/* SPDX-License-Identifier: GPL-2.0-only */
/* lock.c - what a lock says when it is used against its rank, or given back by the wrong one. */
#include "det/lock.h"

sim_cold void sim_lock_out_of_order(const struct sim_lock *held, const struct sim_lock *lock)
{
	sim_stop(STOP_LOCK_ORDER, "%s of rank %u taken while holding %s of rank %u", sim_lock_name(lock), lock->rank,
		 sim_lock_name(held), held->rank);
}

sim_cold void sim_lock_not_held(const struct sim_lock *lock)
{
	const struct sim_cpu *c = this_cpu;

	sim_stop(STOP_LOCK_ORDER, "%s released by cpu %u, which %s", sim_lock_name(lock), c->id,
		 lock->locked ? "did not take it last" : "does not hold it");
}
