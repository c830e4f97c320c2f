/* SPDX-License-Identifier: GPL-2.0-only */
/* clock.c - the host's clock: for limits of time and for measuring. Nothing that is judged or printed depends on it. */
#include <time.h>
#include "lockstep.h"

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double monotonic_seconds(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

double cpu_seconds(void)
{
	return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}
