/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rcu.h - read-copy update: what was unlinked is given back when all who may still look at it are gone. Mirrors
 * include/linux/rcupdate.h.
 *
 * On the deterministic machine it is not preemptible: a reader is a CPU that is busy, be it inside rcu_read_lock(), with
 * interrupts off, or in an interrupt, until its operation ends or sleeps. A grace period runs for at least a tick of virtual
 * time, RCU_TICK_NS, and until every CPU that was busy when it began has been quiescent. Among threads a reader is who is
 * inside rcu_read_lock() or has interrupts off. Callbacks are called by rcu_core(), on the CPU they were queued on, or by
 * rcu_barrier().
 */
#ifndef SIM_RCU_H
#define SIM_RCU_H

#include "machine.h"

#define RCU_TICK_NS 1000000ULL

/* Begin and end of a reader; it may nest, and may not sleep. Any context. */
void rcu_read_lock(void);
void rcu_read_unlock(void);
/* Call func(head) in softirq context after a grace period that begins after now. Any context; never sleeps. */
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
/* Sleep for a grace period. Task context. */
void synchronize_rcu(void);
/* Sleep until all callbacks queued so far, on any CPU, have returned: it calls them itself. Task context. */
void rcu_barrier(void);
/* The softirq of this CPU: moves grace periods on, calls what is due here. In a hardirq or with interrupts off nothing. */
void rcu_core(void);

#endif
