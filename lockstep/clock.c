/* SPDX-License-Identifier: GPL-2.0-only */
/* clock.c - the host's clock: for limits of time and for measuring. Nothing that is judged or printed depends on it. */
#include <time.h>
#include "lockstep.h"

double monotonic_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
