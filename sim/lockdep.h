/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lockdep.h - what the deterministic machine remembers of its locks, and who may wait where.
 *
 * All locks initialised at one place are one class. A run remembers of each class where it was taken, and which other
 * classes were held when somebody waited for it: two operations that would deadlock if they met are found although they
 * never meet. What was seen once is a bit that is set, so a lock costs one test (det/lock.h); only what is new comes
 * here. Who only tries a lock waits for nobody: it adds no order and is no use in an interrupt, but what it holds
 * counts.
 *
 *   self-deadlock   a CPU waits for a lock that it holds itself, maybe below an interrupt
 *   deadlock        CPUs wait for each other's locks in a circle, now
 *   lock state      a class is waited for in an interrupt, and somewhere held where one may come; or such a class is
 *                   held while one is taken that is held where interrupts may come
 *   lock cycle      the orders seen in this run form a circle; a class inside itself is the smallest one
 *   lock order      no circle yet, but against the ranks, which are the declared order
 *   starvation      one loop of tries with nothing done between them, although all others have gone on
 *   scheduling ..., sleeping ...   mm waits where no task may be put to sleep: sim_may_sleep()
 *
 * Starvation is a matter of loops. That a waiter loses a lock again and again is the choice of a schedule, which is
 * finite, and never mm's fault: real spinlocks are queues. So spin_lock() counts nothing. What mm can do wrong is to
 * try by itself, for something that its own CPU holds or that nobody will ever change: spin_trylock() counts failures
 * between which no lock was taken, and other loops count with sim_retry(). Both let the others run, so an honest loop
 * ends.
 */
#ifndef SIM_LOCKDEP_H
#define SIM_LOCKDEP_H

#include "machine.h"

/* How a class was taken; kept above the bits of the classes that were held. Without interrupts off, one may come. */
#define LOCK_USED	(1ULL << 32)
#define LOCK_IN_HARDIRQ (1ULL << 33)
#define LOCK_IN_SOFTIRQ (1ULL << 34)
#define LOCK_ON_HARDIRQ (1ULL << 35)
#define LOCK_ON_SOFTIRQ (1ULL << 36)

#define LOCK_IN_IRQ (LOCK_IN_HARDIRQ | LOCK_IN_SOFTIRQ)

#define SIM_PATIENCE   64 /* tries in a row, then the others run */
#define SIM_MOST_TRIES 1024

/* What taking a lock here and now says about it. */
static inline u64 sim_lock_usage(const struct sim_cpu *c)
{
	u64 open = c->irqs_off ? 0 : LOCK_ON_HARDIRQ;

	if (unlikely(c->hardirq))
		return LOCK_USED | LOCK_IN_HARDIRQ;
	if (unlikely(c->softirq))
		return LOCK_USED | LOCK_IN_SOFTIRQ | open;
	return LOCK_USED | open | open << 1;
}

const char *sim_lock_name(const struct sim_lock *lock);
void sim_lock_out_of_order(const struct sim_lock *held, const struct sim_lock *lock);
void sim_lock_not_held(const struct sim_lock *lock);
/* The class of a lock that was just initialised; it waits until it is taken if there is no machine yet. */
void lockdep_find_class(struct sim_lock *lock);
/* Something new about a lock, or about one of its kind; waits: who takes it waits for it. Returns if it may. */
void lockdep_learn(struct sim_lock *lock, u64 now, u32 held, bool waits);
/* Let the holder of a lock run; the caller looks again. */
void sim_lock_wait(struct sim_lock *lock);
/* Sleep until it is free, its holder may sleep too. */
void sim_mutex_wait(struct sim_lock *lock);
void sim_trylock_failed(struct sim_lock *lock);
/* The lock taken last on this CPU, where and by whom: "pcp->lock, taken by free_pages+3 (task of cpu 0)". */
void lockdep_describe_held(char *text, size_t room);

/* Whoever puts the task to sleep, or would in Linux, calls it first. */
void sim_may_sleep(const char *what);
/* The end of one try that failed, in a loop that takes no lock: u32 tries = 0; while (...) sim_retry(&tries, "..."). */
void sim_retry(u32 *tries, const char *what);

#endif
