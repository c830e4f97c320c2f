/* SPDX-License-Identifier: GPL-2.0-only */
/* tiny.c - each line says which mutants it has; tests/test_mutate.sh adds them up from here. */
#include "tiny.h"

#define WEIGHT 2 /* mutants: constant constant */

static int rest;
static const int table[2] = { 3, 5 }; /* mutants: constant constant constant constant */

int sum_of_table(void)
{
	return WEIGHT * table[0] + table[1]; /* mutants: return_value arithmetic arithmetic constant constant constant constant */
}

unsigned smaller(unsigned x, unsigned y)
{
	VM_BUG_ON(x == 7);
	return min_of(x, y); /* mutants: return_value minmax */
}

bool in_order(int low, int x, int high)
{
	return likely(low <= x) && x < high; /* mutants: return_value relational relational logical relational relational */
}

int ratio(int part, int whole)
{
	if (!whole) /* mutants: return_missing condition logical */
		return 0; /* mutants: return_value constant */
	return part / whole; /* mutants: return_value arithmetic */
}

void locked(int step)
{
	spin_lock(&locks); /* mutants: lock */
	total += step; /* mutants: statement arithmetic */
	mm_announce(total); /* mutants: event_missing event_early */
	spin_unlock(&locks); /* mutants: return_early unlock unlock_moved */
}

static bool is_for_a_mark(int step)
{
	return step > 2 && step < 9;
}

/* Marks are nobody's business; an announcement may pass what it does not look at. */
void counted(int step)
{
	count_mark(step > 3 ? 1 : 2);
	marked(step > 4, 3);
	marked(is_for_a_mark(step), 4);
	marked(step++ > 5, 6); /* mutants: call arithmetic relational relational constant constant */
	if (marked(step > 7, step > 8 ? 9 : 8)) /* mutants: condition relational relational constant constant */
		bump(&total); /* mutants: call */
	announce_total(); /* mutants: event_missing event_early */
	rest += total; /* mutants: statement arithmetic */
	announce_total(); /* mutants: return_early event_missing */
}

/* Equal numbers of two cases do not compile. */
int color(int x)
{
	switch (x) {
	case 1: /* mutants: constant constant */
		return ratio(6, 3); /* mutants: return_value arguments constant constant constant constant */
	case 2: /* mutants: constant constant */
		x = ratio(9, 3); /* mutants: statement arguments constant constant constant constant */
		break; /* mutants: loop loop */
	}
	return x; /* mutants: return_value */
}

/* Whatever it begins with, the object is the same. */
int overwritten(int x)
{
	int first = 0; /* mutants: constant constant */

	first = x; /* mutants: statement */
	return first; /* mutants: return_value */
}

unsigned length(const char *words)
{
	unsigned n;

	for (n = 0; n < 50 && words[n]; n++) { /* mutants: constant constant condition relational relational logical constant constant arithmetic */
		if (words[n] != ' ') /* mutants: relational condition */
			continue; /* mutants: loop loop */
		break; /* mutants: loop loop */
	}
	return n & 0xffu; /* mutants: return_value bitwise constant constant */
}

bool environment_is_good(void)
{
	return true; /* mutants: constant */
}

/* Nobody looks. */
int unseen(int x)
{
	return x ^ 4; /* mutants: return_value bitwise constant constant */
}
