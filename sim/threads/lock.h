/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * threads/lock.h - the same names on real threads: one pthread is one CPU, locks spin for real. For TSan, speed and
 * library use; nothing is checked here, det/lock.h does that.
 */
#ifndef SIM_THREADS_LOCK_H
#define SIM_THREADS_LOCK_H

#include <stdatomic.h>
#include "machine.h"

typedef struct {
	atomic_flag busy;
	u8 rank;
} spinlock_t;

static inline void sim_yield(enum sim_yield_point p)
{
	(void)p;
}
static inline void spin_lock_init(spinlock_t *lock, u8 rank)
{
	atomic_flag_clear(&lock->busy);
	lock->rank = rank;
}
static inline bool spin_trylock(spinlock_t *lock)
{
	return !atomic_flag_test_and_set_explicit(&lock->busy, memory_order_acquire);
}
static inline void spin_lock(spinlock_t *lock)
{
	while (!spin_trylock(lock))
		;
}
static inline void spin_unlock(spinlock_t *lock)
{
	atomic_flag_clear_explicit(&lock->busy, memory_order_release);
}
#define lockdep_assert_held(lock) ((void)(lock)) /* det/lock.h checks it */

static inline void local_irq_disable(void)
{
	this_cpu->irqs_off++;
}
static inline void local_irq_enable(void)
{
	this_cpu->irqs_off--;
}

#define spin_lock_irqsave(lock, flags)                                                                                 \
	do {                                                                                                           \
		(flags) = this_cpu->irqs_off;                                                                          \
		local_irq_disable();                                                                                   \
		spin_lock(lock);                                                                                       \
	} while (0)
#define spin_unlock_irqrestore(lock, flags)                                                                            \
	do {                                                                                                           \
		spin_unlock(lock);                                                                                     \
		this_cpu->irqs_off = (u8)(flags);                                                                      \
	} while (0)

#endif
