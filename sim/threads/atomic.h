/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * threads/atomic.h - the same words shared by real threads. The order of each access is in its name; without one it is
 * relaxed: the word itself is whole, and says nothing about others.
 */
#ifndef SIM_THREADS_ATOMIC_H
#define SIM_THREADS_ATOMIC_H

#include "sim.h"

#define READ_ONCE(x)	     __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value) __atomic_store_n(&(x), value, __ATOMIC_RELAXED)

/* Each returns what was there before; xchg() is ordered with all before and after. */
#define xchg(p, value)		    __atomic_exchange_n(p, value, __ATOMIC_SEQ_CST)
#define xchg_relaxed(p, value)	    __atomic_exchange_n(p, value, __ATOMIC_RELAXED)
#define xchg_acquire(p, value)	    __atomic_exchange_n(p, value, __ATOMIC_ACQUIRE)
#define smp_store_release(p, value) __atomic_store_n(p, value, __ATOMIC_RELEASE)
#define smp_load_acquire(p)	    __atomic_load_n(p, __ATOMIC_ACQUIRE)

#define try_cmpxchg_relaxed(p, old, value)                                                                             \
	({                                                                                                             \
		__typeof__(*(p)) expected_ = (old);                                                                    \
		__atomic_compare_exchange_n(p, &expected_, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);          \
	})

/* What others wrote before their change of the word is seen after this one. */
#define try_cmpxchg(p, old, value)                                                                                     \
	({                                                                                                             \
		__typeof__(*(p)) expected_ = (old);                                                                    \
		__atomic_compare_exchange_n(p, &expected_, value, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);          \
	})

#define fetch_add_relaxed(p, n)	   __atomic_fetch_add(p, n, __ATOMIC_RELAXED)
#define fetch_or_relaxed(p, bits)  __atomic_fetch_or(p, bits, __ATOMIC_RELAXED)
#define fetch_and_relaxed(p, bits) __atomic_fetch_and(p, bits, __ATOMIC_RELAXED)

/* Who sees the bit, or sees that it is gone, sees what was done before. */
#define fetch_or(p, bits)  __atomic_fetch_or(p, bits, __ATOMIC_ACQ_REL)
#define fetch_and(p, bits) __atomic_fetch_and(p, bits, __ATOMIC_ACQ_REL)
#define fetch_add(p, n)	   __atomic_fetch_add(p, n, __ATOMIC_ACQ_REL)

/* What was stored before is seen by whoever does not see what is stored later: both sides have one. */
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* --- reference counts --------------------------------------------------------------------------------------------- */

static inline s32 atomic_read(const s32 *count)
{
	return __atomic_load_n(count, __ATOMIC_RELAXED);
}
static inline void atomic_set(s32 *count, s32 value)
{
	__atomic_store_n(count, value, __ATOMIC_RELAXED);
}
/* Relaxed: who takes a reference has one, so nothing of the page changes hands. */
static inline void atomic_inc(s32 *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}
/* Release: what this holder did to the page comes before; acquire: the last one sees what all others did. */
static inline s32 atomic_dec_if_positive(s32 *count)
{
	s32 now = __atomic_load_n(count, __ATOMIC_RELAXED);

	while (likely(now > 0))
		if (__atomic_compare_exchange_n(count, &now, now - 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			break;
	return now - 1;
}

/* One more, if there is one; false: the last one is gone. */
static inline bool atomic_inc_unless_zero(s32 *count)
{
	s32 now = __atomic_load_n(count, __ATOMIC_RELAXED);

	while (likely(now > 0))
		if (__atomic_compare_exchange_n(count, &now, now + 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
	return false;
}

/* --- what one CPU alone writes ------------------------------------------------------------------------------------ */

/* No locked instruction: nobody else writes it, and there are no interrupts. Others may read it meanwhile. */
#define this_cpu_add(p, n) ADD_ONCE(*(p), n)

#endif
