/* SPDX-License-Identifier: GPL-2.0-only */
/* bench.h - what the benchmarks of threads share: clocks, a processor of the host each, medians. */
#ifndef TESTS_THREADS_BENCH_H
#define TESTS_THREADS_BENCH_H

#include <pthread.h>
#include <sched.h>
#include <time.h>
#include "sim.h"

static inline u64 clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

/* One of the processors that the process may use. */
static inline void stay_on(const cpu_set_t *allowed, int processor)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, allowed) && processor-- == 0)
			CPU_SET(i, &one);
	if (CPU_COUNT(&one))
		pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
}

static inline int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

#endif
