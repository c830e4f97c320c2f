/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * det/lock.h - locks of the deterministic machine: one fiber runs at a time, so a lock is a flag, its holder and what
 * lockdep.h wants to know. What is checked at every lock: all that lockdep.h says; at the end of an operation: nothing
 * held. Taking one and giving it back are yield points.
 */
#ifndef SIM_DET_LOCK_H
#define SIM_DET_LOCK_H

#include "lockdep.h"
#include "sched.h"

typedef struct sim_lock spinlock_t;

/* Locks initialised here are a class of this name. A rank of 0: no order is declared, the one seen first counts. */
#define sim_lock_init(lock, rank_, nests_)                                                                             \
	do {                                                                                                           \
		static const struct sim_lock_class class_ = { .name = #lock, .nests = (nests_) };                      \
		*(lock) = (spinlock_t){ .rank = (rank_), .class = &class_ };                                           \
		lockdep_find_class(lock);                                                                              \
	} while (0)
#define spin_lock_init(lock, rank)	  sim_lock_init(lock, rank, false)
#define spin_lock_init_nesting(lock, rank) sim_lock_init(lock, rank, true)

/* Only what is new costs more than this test. */
no_tsan static inline void sim_lock_check(spinlock_t *lock, u64 now, u32 held, bool waits)
{
	if (unlikely((now | held) & ~this_cpu->machine->lockdep.known[lock->id]))
		lockdep_learn(lock, now, held, waits);
}

no_tsan static inline void sim_lock_taken(spinlock_t *lock, u64 now)
{
	struct sim_cpu *c = this_cpu;

	tool_order_after(lock);
	lock->locked = 1;
	lock->cpu = c->id;
	lock->taken = (struct sim_place){ c->operation, c->step, c->id, (u8)(now >> 32), c->task };
	lock->held_before = c->held_classes;
	c->held_classes |= 1u << lock->id;
	VM_BUG_ON(c->nr_held == SIM_MAX_HELD);
	c->held[c->nr_held++] = lock;
	c->tries = 0;
	c->preempt_off++;
}

/* Before waiting: what is wrong is named even where it would end in a deadlock. */
no_tsan static inline void spin_lock(spinlock_t *lock)
{
	u64 now;

	sim_yield(YIELD_LOCK);
	now = sim_lock_usage(this_cpu);
	sim_lock_check(lock, now, this_cpu->held_classes, true);
	while (unlikely(lock->locked))
		sim_lock_wait(lock);
	sim_lock_taken(lock, now);
	sim_yield(YIELD_LOCKED);
}

/* Who does not wait cannot deadlock: an interrupt may take a lock of the rank that the interrupted task holds. */
no_tsan static inline bool spin_trylock(spinlock_t *lock)
{
	const struct sim_cpu *c = this_cpu;
	u64 now;

	sim_yield(YIELD_TRYLOCK);
	if (unlikely(lock->locked)) {
		sim_trylock_failed(lock);
		return false;
	}
	if (unlikely(c->nr_held && c->held[c->nr_held - 1]->rank > lock->rank && lock->rank))
		sim_lock_out_of_order(c->held[c->nr_held - 1], lock);
	now = sim_lock_usage(c);
	sim_lock_check(lock, now & ~LOCK_IN_IRQ, 0, false);
	sim_lock_taken(lock, now);
	sim_yield(YIELD_LOCKED);
	return true;
}

no_tsan static inline void spin_unlock(spinlock_t *lock)
{
	struct sim_cpu *c = this_cpu;

	if (unlikely(!lock->locked || !c->nr_held || c->held[c->nr_held - 1] != lock))
		sim_lock_not_held(lock);
	tool_order_before(lock);
	lock->locked = 0;
	c->held_classes = lock->held_before;
	c->nr_held--;
	c->preempt_off--;
	sim_yield(YIELD_UNLOCK);
}

static inline bool spin_is_locked(const spinlock_t *lock)
{
	return lock->locked;
}

/* What only a holder may do says so. */
#define lockdep_assert_held(lock)                                                                                      \
	VM_BUG_ON(!(lock)->locked || (lock)->cpu != this_cpu->id || (lock)->taken.task != this_cpu->task)

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

/*
 * What an operation on this CPU is in the middle of: taken with interrupts off, so nobody of this CPU waits for it. Another
 * one takes it to look after this CPU's things.
 */
typedef spinlock_t local_lock_t;
#define local_lock_init(lock, rank)		  spin_lock_init_nesting(lock, rank)
#define local_lock_irqsave(lock, flags)		  spin_lock_irqsave(lock, flags)
#define local_unlock_irqrestore(lock, flags)	  spin_unlock_irqrestore(lock, flags)

#define SIM_SLEEP_CHECKED 1 /* sim_may_sleep() has something to say */

/*
 * threads/lock.h: between them nobody looks after this CPU's things. Here what changes them without a lock sees that somebody
 * did; TSan is told of the same order.
 */
static inline void sim_own_enter(void)
{
	tool_order_after(&this_cpu->own);
}
static inline bool sim_own_try_enter(void)
{
	tool_order_after(&this_cpu->own);
	return true;
}
static inline void sim_own_leave(void)
{
	tool_order_before(&this_cpu->own);
}

/* Two words of this CPU, changed as one; interrupts on it are all that can come between the look and the change. */
static inline bool this_cpu_try_cmpxchg_pair(struct cpu_pair *p, struct cpu_pair old, struct cpu_pair now)
{
	tool_order_before(&this_cpu->own); /* somebody may look after this CPU's things meanwhile */
	sim_yield(YIELD_CMPXCHG);
	tool_order_after(&this_cpu->own);
	if (unlikely(p->first != old.first || p->second != old.second))
		return false;
	*p = now;
	return true;
}

/* A lock whose holder may sleep. Task context; waiting for it is sleeping. Mirrors include/linux/mutex.h. */
struct mutex {
	spinlock_t lock;
};

#define mutex_init(m, rank_)                                                                                           \
	do {                                                                                                           \
		static const struct sim_lock_class class_ = { .name = #m, .sleeps = true };                            \
		(m)->lock = (spinlock_t){ .rank = (rank_), .class = &class_ };                                         \
		lockdep_find_class(&(m)->lock);                                                                        \
	} while (0)

static inline void mutex_lock(struct mutex *m)
{
	u64 now;

	sim_may_sleep("mutex_lock");
	sim_yield(YIELD_LOCK);
	now = sim_lock_usage(this_cpu);
	sim_lock_check(&m->lock, now, this_cpu->held_classes, true);
	while (unlikely(m->lock.locked))
		sim_mutex_wait(&m->lock);
	sim_lock_taken(&m->lock, now);
	this_cpu->preempt_off--;
	sim_yield(YIELD_LOCKED);
}
/* Who does not get it does not wait. */
static inline bool mutex_trylock(struct mutex *m)
{
	if (!spin_trylock(&m->lock))
		return false;
	this_cpu->preempt_off--;
	return true;
}
static inline void mutex_unlock(struct mutex *m)
{
	this_cpu->preempt_off++;
	spin_unlock(&m->lock);
}

#endif
