/* SPDX-License-Identifier: GPL-2.0-only */
/* crowd.h - what stress.c, slab.c and pressure.c share: dice, the first complaint, what to do next, free blocks compared. */
#ifndef TESTS_THREADS_CROWD_H
#define TESTS_THREADS_CROWD_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "machine.h"
#include "mm.h"
#include "page_debug.h"

#define MOST_BLOCKS 4096

struct worker; /* each program's own */

struct operation {
	void (*run)(struct worker *w);
	unsigned weight;
};

static const enum sim_context atomic_contexts[] = {
	CONTEXT_SOFTIRQ, CONTEXT_HARDIRQ, CONTEXT_SPINLOCK, CONTEXT_IRQS_OFF, CONTEXT_RCU,
};

static inline u64 roll_dice(u64 *dice, u64 sides)
{
	u64 z = (*dice += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (z ^ (z >> 31)) % sides;
}

/* Words that the first complaint is made of are literals, so that it can be told without a lock. */
static inline void note_first(const char **bad, const char *what)
{
	const char *none = NULL;

	__atomic_compare_exchange_n(bad, &none, what, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static inline const struct operation *some_operation(const struct operation *list, size_t nr, u64 *dice)
{
	unsigned sum = 0, at;

	for (size_t i = 0; i < nr; i++)
		sum += list[i].weight;
	for (at = (unsigned)roll_dice(dice, sum); at >= list->weight; list++)
		at -= list->weight;
	return list;
}

static inline void attach_or_exit(struct machine *m)
{
	if (sim_cpu_attach(m) >= 0)
		return;
	printf("Bail out! a thread found no CPU\n");
	exit(1);
}

/* --- free blocks ------------------------------------------------------------------------------------------------------ */

struct free_blocks {
	struct free_block block[MOST_BLOCKS];
	u64 nr;
};

static inline int by_pfn(const void *a, const void *b)
{
	const struct free_block *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

static inline void take_blocks(struct free_blocks *b)
{
	b->nr = min_of(page_alloc_dump(b->block, MOST_BLOCKS), (u64)MOST_BLOCKS);
	qsort(b->block, b->nr, sizeof(b->block[0]), by_pfn);
}

/* Types are not compared: they say who used the pageblocks last. */
static inline bool same_blocks(const struct free_blocks *a, const struct free_blocks *b)
{
	bool same = a->nr == b->nr;

	for (u64 i = 0; same && i < a->nr; i++)
		same = a->block[i].pfn == b->block[i].pfn && a->block[i].order == b->block[i].order;
	return same;
}

#endif
