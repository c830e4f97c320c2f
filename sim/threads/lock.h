/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * threads/lock.h - the same names on real threads: one pthread is one CPU, locks spin for real. For TSan, speed and
 * library use. Ranks and holders are not checked here, det/lock.h does that; there are no interrupts to be switched off.
 */
#ifndef SIM_THREADS_LOCK_H
#define SIM_THREADS_LOCK_H

#include "atomic.h"
#include "machine.h"

typedef struct {
	u32 busy;
} spinlock_t;

static inline void sim_yield(enum sim_yield_point p)
{
	(void)p;
}
static inline void spin_lock_init(spinlock_t *lock, u8 rank)
{
	(void)rank;
	__atomic_store_n(&lock->busy, 0, __ATOMIC_RELAXED);
}
static inline bool spin_trylock(spinlock_t *lock)
{
	if (likely(!__atomic_exchange_n(&lock->busy, 1, __ATOMIC_ACQUIRE)))
		return true;
	this_cpu_add(&this_cpu->contended, 1);
	return false;
}

/* Until it is taken: reads while it is held, and lets the host run another thread when that takes long. */
void sim_spin(u32 *busy);
/* One turn of any such wait. */
void sim_pause(unsigned *spins);

static inline void spin_lock(spinlock_t *lock)
{
	if (unlikely(!spin_trylock(lock)))
		sim_spin(&lock->busy);
}
static inline void spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->busy, 0, __ATOMIC_RELEASE);
}
/* A lock that is a bare word, for what lies in the machine itself. */
static inline void sim_word_lock(u32 *busy)
{
	if (__atomic_exchange_n(busy, 1, __ATOMIC_ACQUIRE))
		sim_spin(busy);
}
static inline void sim_word_unlock(u32 *busy)
{
	smp_store_release(busy, 0);
}
static inline bool spin_is_locked(const spinlock_t *lock)
{
	return READ_ONCE(lock->busy);
}
#define lockdep_assert_held(lock) ((void)(lock)) /* det/lock.h checks it */

/* There are none, but who has them off is a reader: rcu.h. */
static inline void local_irq_disable(void)
{
	sim_reader_enters();
}
static inline void local_irq_enable(void)
{
	sim_reader_leaves();
}

#define spin_lock_irqsave(lock, flags)	    ((void)((flags) = 0), spin_lock(lock))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags), spin_unlock(lock))

/* Nobody looks at who sleeps where. */
#define SIM_SLEEP_CHECKED 0
static inline void sim_may_sleep(const char *what)
{
	(void)what;
}
static inline void sim_retry(u32 *tries, const char *what)
{
	(void)what, ++*tries;
}

/*
 * A CPU's own things are its thread's: it says when it looks at them, with no locked instruction and no fence, and another CPU
 * that wants to look after them stops it between two such times: smp.h. Short, not nested; no other CPU is waited for inside.
 */
void sim_own_wait(struct sim_cpu *c);

static inline void sim_own_enter(void)
{
	struct sim_cpu *c = this_cpu;

	__atomic_store_n(&c->own, 1, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST); /* what orders it with the next load: smp.c */
	if (unlikely(__atomic_load_n(&c->stopped, __ATOMIC_ACQUIRE)))
		sim_own_wait(c);
}
/* The same for who would rather go another way than wait. */
static inline bool sim_own_try_enter(void)
{
	struct sim_cpu *c = this_cpu;

	__atomic_store_n(&c->own, 1, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (likely(!__atomic_load_n(&c->stopped, __ATOMIC_ACQUIRE)))
		return true;
	smp_store_release(&c->own, 0);
	return false;
}
static inline void sim_own_leave(void)
{
	__atomic_store_n(&this_cpu->own, 0, __ATOMIC_RELEASE);
}

/* Two words that this CPU alone writes: there are no interrupts, so nobody comes between. */
static inline bool this_cpu_try_cmpxchg_pair(struct cpu_pair *p, struct cpu_pair old, struct cpu_pair now)
{
	(void)old;
	p->first = now.first; /* nor does anybody look whether the second is still the same */
	return true;
}

typedef struct {
	u8 nothing;
} local_lock_t;
#define local_lock_init(lock, rank)	     ((void)(lock))
#define local_lock_irqsave(lock, flags)	     ((void)(lock), (void)((flags) = 0), sim_own_enter())
#define local_unlock_irqrestore(lock, flags) ((void)(lock), (void)(flags), sim_own_leave())

/* Its holder may sleep, so who waits for it sleeps too: task.c. */
struct mutex {
	spinlock_t lock;
	const char *name;
};

#define mutex_init(m, rank) ((m)->name = #m, spin_lock_init(&(m)->lock, rank))
void sim_mutex_wait(struct mutex *m);

static inline void mutex_lock(struct mutex *m)
{
	if (unlikely(!spin_trylock(&m->lock)))
		sim_mutex_wait(m);
}
static inline bool mutex_trylock(struct mutex *m)
{
	return spin_trylock(&m->lock);
}
static inline void mutex_unlock(struct mutex *m)
{
	spin_unlock(&m->lock);
}

#endif
