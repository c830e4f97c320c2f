/* SPDX-License-Identifier: GPL-2.0-only */
/* say.h - a sentence about who waits for whom, word by word: lockdep.c, task.c. */
#ifndef SIM_SAY_H
#define SIM_SAY_H

#include <stdarg.h>
#include <stdio.h>
#include "machine.h"

struct text {
	char words[sizeof(((struct sim_stop *)NULL)->text)];
	size_t len;
};

static void say(struct text *t, const char *format, ...) printf_like(2, 3);
static void say(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->words + t->len, sizeof(t->words) - t->len, format, args);
	va_end(args);
	if (n > 0)
		t->len = min_of(t->len + (size_t)n, sizeof(t->words) - 1);
}

/* operation: in whose middle the CPU is; NULL: it is not said. */
static inline void say_task(struct text *t, unsigned cpu, unsigned task, const char *operation)
{
	if (task)
		say(t, "%s", this_cpu->machine->kthread[task - 1].name);
	else if (operation)
		say(t, "cpu %u (%s)", cpu, operation);
	else
		say(t, "cpu %u", cpu);
}

#endif
