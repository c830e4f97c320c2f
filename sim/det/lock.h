/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * det/lock.h - locks of the deterministic machine: one fiber runs at a time, so a lock is a flag, its holder and a
 * rank. What is checked at every lock: rank order, self-deadlock; at every sleep: no lock held; at the end of an
 * operation: nothing held. Each is a named yield point.
 */
#ifndef SIM_DET_LOCK_H
#define SIM_DET_LOCK_H

#include "sched.h"

typedef struct sim_lock spinlock_t;

void sim_lock_out_of_order(const struct sim_lock *lock);
void sim_lock_not_held(const struct sim_lock *lock);
/* Let its holder run. */
void sim_lock_wait(const struct sim_lock *lock);

static inline void spin_lock_init(spinlock_t *lock, u8 rank)
{
	*lock = (spinlock_t){ .rank = rank };
}

/* Before waiting: a wrong order is named even where it would end in a deadlock. */
static inline void sim_lock_check_rank(const spinlock_t *lock)
{
	const struct sim_cpu *c = this_cpu;

	if (unlikely(c->nr_held && c->held[c->nr_held - 1]->rank >= lock->rank))
		sim_lock_out_of_order(lock);
}

static inline void sim_lock_taken(spinlock_t *lock)
{
	struct sim_cpu *c = this_cpu;

	lock->locked = 1;
	lock->cpu = c->id;
	c->held[c->nr_held++ & (SIM_MAX_HELD - 1)] = lock;
	c->preempt_off++;
}

static inline void spin_lock(spinlock_t *lock)
{
	sim_yield(YIELD_LOCK);
	sim_lock_check_rank(lock);
	while (unlikely(lock->locked))
		sim_lock_wait(lock);
	sim_lock_taken(lock);
	sim_yield(YIELD_LOCKED);
}

/* Who does not wait cannot deadlock: an interrupt may take a lock of the rank that the interrupted task holds. */
static inline bool spin_trylock(spinlock_t *lock)
{
	const struct sim_cpu *c = this_cpu;

	sim_yield(YIELD_TRYLOCK);
	if (unlikely(lock->locked)) {
		sched_note_contended();
		return false;
	}
	if (unlikely(c->nr_held && c->held[c->nr_held - 1]->rank > lock->rank))
		sim_lock_out_of_order(lock);
	sim_lock_taken(lock);
	sim_yield(YIELD_LOCKED);
	return true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	struct sim_cpu *c = this_cpu;

	if (unlikely(!lock->locked || !c->nr_held || c->held[c->nr_held - 1] != lock))
		sim_lock_not_held(lock);
	lock->locked = 0;
	c->nr_held--;
	c->preempt_off--;
	sim_yield(YIELD_UNLOCK);
}

/* What only a holder may do says so. */
#define lockdep_assert_held(lock) VM_BUG_ON(!(lock)->locked || (lock)->cpu != this_cpu->id)

static inline void local_irq_disable(void)
{
	this_cpu->irqs_off++;
}
static inline void local_irq_enable(void)
{
	this_cpu->irqs_off--;
	sim_yield(YIELD_IRQ);
}

#define spin_lock_irqsave(lock, flags)                                                                                 \
	do {                                                                                                           \
		sim_yield(YIELD_IRQ_SAVE); /* the last moment for an interrupt */                                          \
		(flags) = this_cpu->irqs_off;                                                                          \
		local_irq_disable();                                                                                   \
		spin_lock(lock);                                                                                       \
	} while (0)
#define spin_unlock_irqrestore(lock, flags)                                                                            \
	do {                                                                                                           \
		spin_unlock(lock);                                                                                     \
		this_cpu->irqs_off = (u8)(flags);                                                                      \
		sim_yield(YIELD_IRQ_RESTORE);                                                                          \
	} while (0)

#endif
