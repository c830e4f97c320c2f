/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_machine.c - operations on the machine itself: how it is built, the task's scopes, the clock, faults.
 *
 * Boot operations are read before the machine exists (lockstep.c); they have no run function.
 */
#include "world.h"

static const struct outcome done = { .ok = true };

static void begin_nothing(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}

/* --- hand-over ------------------------------------------------------------------------------------------------------ */

/* The frames memblock leaves free go to the buddy allocator; the model does the same from its own array. */
const char *machine_hand_over(struct world *w, bool *ok)
{
	u32 next_switch = this_cpu->next_switch;

	this_cpu->next_switch = ~0u; /* no other CPU is up yet */
	w->booting = true;	     /* boot's own moves are judged by what they leave */
	*ok = mm_boot_finish() == 0;
	this_cpu->next_switch = next_switch;
	w->booting = false;
	w->machine->nr_events = 0;
	w->early = false;
	model_hand_over(w->model);
	return world_check_boot(w, *ok);
}

static struct outcome run_hand_over(struct world *w, const u64 *a)
{
	bool ok;

	(void)a;
	world_scratch(w)->pending = machine_hand_over(w, &ok);
	return (struct outcome){ .ok = ok };
}

static const char *judge_hand_over(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return world_scratch(w)->pending;
}

/* --- scopes, clock, faults ----------------------------------------------------------------------------------------------- */

static struct outcome run_scope_save(struct world *w, const u64 *a)
{
	(void)w;
	this_cpu->task_flags |= 1u << a[0];
	return done;
}

static struct outcome run_scope_restore(struct world *w, const u64 *a)
{
	(void)w;
	this_cpu->task_flags &= ~(1u << a[0]);
	return done;
}

static void begin_scope_save(struct world *w, const u64 *a)
{
	begin_nothing(w, a);
	model_scope(w->model, world_cpu(), w->model->task_flags[world_cpu()] | 1u << a[0]);
}

static void begin_scope_restore(struct world *w, const u64 *a)
{
	begin_nothing(w, a);
	model_scope(w->model, world_cpu(), w->model->task_flags[world_cpu()] & ~(1u << a[0]));
}

static struct outcome run_sleep(struct world *w, const u64 *a)
{
	w->machine->now_ns += a[0] * 1000000;
	model_clock(w->model, w->machine->now_ns);
	return done;
}

static struct outcome run_fault(struct world *w, const u64 *a)
{
	sim_plan_fault(w->machine, (enum sim_fault_site)a[0], (u32)a[1], (u32)a[2]);
	model_fault(w->model, (u32)a[1], (u32)a[2]);
	return done;
}

const struct op machine_ops[] = {
	/* code   name		arguments				  weight flags   ready  begin		run		judge */
	{ 0x0001, "region", { ARG_START_PFN, ARG_NR_PAGES, ARG_REGION_KIND, ARG_NODE }, 2, OP_BOOT, NULL, NULL, NULL, NULL },
	{ 0x0002, "knob", { ARG_KNOB, ARG_VALUE }, 4, OP_BOOT, NULL, NULL, NULL, NULL },
	{ 0x0010, "hand_over", { 0 }, 0, OP_EARLY | OP_TASK_ONLY, NULL, begin_nothing, run_hand_over, judge_hand_over },
	{ 0x0011, "scope_save", { ARG_SCOPE }, 4, OP_TASK_ONLY | OP_ANYTIME, NULL, begin_scope_save, run_scope_save, NULL },
	{ 0x0012, "scope_restore", { ARG_SCOPE }, 4, OP_TASK_ONLY | OP_ANYTIME, NULL, begin_scope_restore,
	  run_scope_restore, NULL },
	{ 0x0013, "sleep", { ARG_MS }, 1, OP_TASK_ONLY | OP_ANYTIME, NULL, begin_nothing, run_sleep, NULL },
	{ 0x0014, "fault", { ARG_SITE, ARG_SKIP, ARG_TIMES }, 1, OP_TASK_ONLY | OP_ANYTIME, NULL, begin_nothing, run_fault,
	  NULL },
	{ 0 }
};
