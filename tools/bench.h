/* SPDX-License-Identifier: GPL-2.0-only */
/* bench.h - what the files that measure share: rows, medians, programs. */
#ifndef TOOLS_BENCH_H
#define TOOLS_BENCH_H

#include "lockstep.h"

#define REPETITIONS 9

/* name stays valid. */
void row(const char *name, double value, const char *unit);
double median(double *v, unsigned n);
struct program *make_programs_of(unsigned n, u32 ops, unsigned tables);
void free_programs(struct program *p, unsigned n);
/* Executed operations a second, reset and end of program included; false after a finding. */
bool ops_per_second_of(struct world *w, struct program *p, unsigned nr, unsigned laps, double *out);

/* bench_reclaim.c */
bool bench_reclaim(struct world *w, unsigned laps);
bool bench_reclaim_growth(bool quick);

#endif
