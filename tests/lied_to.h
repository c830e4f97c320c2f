/* SPDX-License-Identifier: GPL-2.0-only */
/* lied_to.h - a machine and its model after an honest program, to be told something else: judges of slabs and of kmalloc. */
#ifndef TESTS_LIED_TO_H
#define TESTS_LIED_TO_H

#include "../mm/slab_internal.h"
#undef NO_ZONE /* of either layer */
#include "../model/slab_state.h"
#include "tap.h"
#include "world.h"

static struct world *w;

/* What this program leaves: it is not ended. */
static inline void state_of(const char *first_line, const char *ops)
{
	static char text[4000];
	struct program p;
	char error[200];

	snprintf(text, sizeof(text), "%s\n%s", first_line, ops);
	program_init(&p);
	if (!program_parse(&p, text, strlen(text), error, sizeof(error), NULL))
		ok(false, "a state can be read: %s", error);
	w->until = p.nr_ops;
	if (lockstep_run(w, &p)->failed)
		ok(false, "a state is honest: %s", w->verdict.sentence);
	w->machine->nr_events = 0;
	this_cpu = &w->machine->cpu[0];
	program_free(&p);
}

static inline const char *tell(struct mm_event ev)
{
	return model_event(w->model, &ev);
}
#define TELL(...) tell((struct mm_event){ __VA_ARGS__ })

#endif
