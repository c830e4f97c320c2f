/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * det/atomic.h - shared words of the deterministic machine: one fiber runs at a time, so every access is whole.
 *
 * What two CPUs may decide by one word (xchg) is a yield point: another CPU may come first. Counters and flags are one step
 * with the test before them, as those who judge the events see it.
 */
#ifndef SIM_DET_ATOMIC_H
#define SIM_DET_ATOMIC_H

#include "sched.h"
#include "tool.h"

#if defined(TOOL_TSAN)
/* Under TSan an access is what it is among threads, so that it knows which of them order others. */
#include "threads/atomic.h"

#undef xchg
#undef xchg_relaxed
#undef xchg_acquire
#undef try_cmpxchg
#define xchg(p, value)	       (sim_yield(YIELD_CMPXCHG), __atomic_exchange_n(p, value, __ATOMIC_SEQ_CST))
#define xchg_relaxed(p, value) (sim_yield(YIELD_CMPXCHG), __atomic_exchange_n(p, value, __ATOMIC_RELAXED))
#define xchg_acquire(p, value) (sim_yield(YIELD_CMPXCHG), __atomic_exchange_n(p, value, __ATOMIC_ACQUIRE))
#define try_cmpxchg(p, old, value)                                                                                     \
	({                                                                                                             \
		__typeof__(*(p)) expected_ = (old);                                                                    \
		sim_yield(YIELD_CMPXCHG);                                                                              \
		__atomic_compare_exchange_n(p, &expected_, value, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);          \
	})

#else
/* Calls are all that can switch to another CPU, and a compiler keeps nothing across them. */
#define READ_ONCE(x)	    ((__typeof__(x))(x))
#define WRITE_ONCE(x, value) ((void)((x) = (value)))

#define sim_word_swapped(p, value)                                                                                     \
	({                                                                                                             \
		__typeof__(*(p)) before_;                                                                              \
		sim_yield(YIELD_CMPXCHG);                                                                              \
		before_ = *(p);                                                                                        \
		*(p) = (value);                                                                                        \
		before_;                                                                                               \
	})
#define xchg(p, value)	       sim_word_swapped(p, value)
#define xchg_relaxed(p, value) sim_word_swapped(p, value)
#define xchg_acquire(p, value) sim_word_swapped(p, value)
#define smp_store_release(p, value) WRITE_ONCE(*(p), value)
#define smp_load_acquire(p)	    READ_ONCE(*(p))

/* *p becomes `value` if it is still `old`. It goes with a look at the clock, which is one step with it. */
#define try_cmpxchg_relaxed(p, old, value) (*(p) == (old) && (*(p) = (value), true))
/* A word that several CPUs change by what they saw in it: another one may come first. */
#define try_cmpxchg(p, old, value) (sim_yield(YIELD_CMPXCHG), try_cmpxchg_relaxed(p, old, value))

/* Each returns what was there before. */
#define fetch_add_relaxed(p, n)                                                                                        \
	({                                                                                                             \
		__typeof__(*(p)) before_ = *(p);                                                                       \
		*(p) = (__typeof__(*(p)))(before_ + (n));                                                              \
		before_;                                                                                               \
	})
#define fetch_or_relaxed(p, bits)                                                                                      \
	({                                                                                                             \
		__typeof__(*(p)) before_ = *(p);                                                                       \
		*(p) = (__typeof__(*(p)))(before_ | (bits));                                                           \
		before_;                                                                                               \
	})
#define fetch_and_relaxed(p, bits)                                                                                     \
	({                                                                                                             \
		__typeof__(*(p)) before_ = *(p);                                                                       \
		*(p) = (__typeof__(*(p)))(before_ & (bits));                                                           \
		before_;                                                                                               \
	})
#define fetch_or(p, bits)  fetch_or_relaxed(p, bits)
#define fetch_and(p, bits) fetch_and_relaxed(p, bits)
#define fetch_add(p, n)	   fetch_add_relaxed(p, n)
#define smp_mb()	   ((void)0)

/* --- reference counts --------------------------------------------------------------------------------------------- */

static inline s32 atomic_read(const s32 *count)
{
	return *count;
}
static inline void atomic_set(s32 *count, s32 value)
{
	*count = value;
}
static inline void atomic_inc(s32 *count)
{
	++*count;
}
/* One less, if that is not below 0; returns what it is then, negative if it was 0 or less and stays. */
static inline s32 atomic_dec_if_positive(s32 *count)
{
	s32 left = *count - 1;

	if (likely(left >= 0))
		*count = left;
	return left;
}

/* One more, if there is one; false: the last one is gone. */
static inline bool atomic_inc_unless_zero(s32 *count)
{
	*count += *count > 0;
	return *count > 0;
}

/* --- what one CPU alone writes ------------------------------------------------------------------------------------ */

/* Add to a counter of this CPU; an interrupt comes before or after it. Others read it with READ_ONCE(). */
#define this_cpu_add(p, n) ((void)(*(p) += (n)))

#endif

#endif
