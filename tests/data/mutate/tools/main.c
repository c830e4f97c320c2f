/* SPDX-License-Identifier: GPL-2.0-only */
/* main.c - looks at tiny.c, and says what is wrong as mmcheck would. MUTATE_SLOW in the environment makes it slow. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tiny.h"

int locks, told, total;

void mm_announce(int what)
{
	told = locks ? what : -1;
}

void sim_event(int what)
{
	(void)what;
}

void count_mark(int mark)
{
	(void)mark;
}

static int wrong(const char *clause)
{
	printf("finding %s: it is wrong\n", clause);
	return 1;
}

int main(void)
{
	if (getenv("MUTATE_SLOW"))
		sleep(30);
	if (!environment_is_good()) {
		printf("the environment is not good\n");
		return 3;
	}
	if (sum_of_table() != 11 || smaller(2, 3) != 2)
		return wrong("T1");
	if (!in_order(1, 1, 3) || in_order(1, 3, 3) || !in_order(1, 2, 3) || in_order(2, 1, 3))
		return wrong("T2");
	if (ratio(6, 3) != 2 || ratio(6, 0) != 0)
		return wrong("T3");
	locked(4);
	if (locks || told != 4 || total != 4)
		return wrong("T4");
	if (color(1) != 2 || color(2) != 3 || color(5) != 5 || color(0) != 0 || color(3) != 3)
		return wrong("T5");
	if (overwritten(6) != 6 || length("two words") != 3 || length("") != 0 || length("three") != 5)
		return wrong("T6");
	return 0;
}
