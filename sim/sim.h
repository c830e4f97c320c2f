/* SPDX-License-Identifier: GPL-2.0-only */
/* sim.h - words every file of sim/ and mm/ uses: integer types, branch hints, small arithmetic. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;
typedef int32_t s32;

/* What this_cpu_try_cmpxchg_pair() changes as one: lock.h of each personality. */
struct cpu_pair {
	void *first;
	u64 second;
};

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))
#define ALIGN(x, a)	  (((x) + ((a)-1)) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a)  ((x) & ~((__typeof__(x))(a)-1))
#define min_of(a, b)	  ((a) < (b) ? (a) : (b))
#define max_of(a, b)	  ((a) > (b) ? (a) : (b))

/* A number that nobody else changes meanwhile, its lock being held, and that others may read: atomic.h of each personality. */
#define ADD_ONCE(x, n)	  WRITE_ONCE(x, READ_ONCE(x) + (n))
#define SUB_ONCE(x, n)	  WRITE_ONCE(x, READ_ONCE(x) - (n))

#define sim_cold	  __attribute__((cold, noinline))
#define printf_like(f, a) __attribute__((format(printf, f, a)))

#define SIM_PAGE_SHIFT 12
#define SIM_PAGE_SIZE  (1UL << SIM_PAGE_SHIFT)

#endif
