/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_machine.c - operations on the machine itself: how it is built, the task's scopes, the clock, faults, and what an
 * administrator does to the allocator: knobs, kswapd, per-CPU lists, isolated pageblocks.
 *
 * Boot operations are read before the machine exists (lockstep.c); they have no run function. Those with the names
 * region2 and knob18 are the first form of region and knob, whose kinds have no room for what came later: old bytes
 * keep their meaning.
 *
 * A call that mm refuses (-EINVAL, -EBUSY) is `refused`; whether it was due is the model's to say.
 */
#include "vmstat.h"
#include "task.h"
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

/* Under pressure others go on meanwhile: kernel threads have timers, and disks end what they were asked. */
static struct outcome run_sleep(struct world *w, const u64 *a)
{
	if (w->vm_up) {
		sim_sleep_timeout(sim_never, NULL, a[0] * 1000000, "a while");
		return done;
	}
	w->machine->now_ns += a[0] * 1000000;
	model_clock(w->model, w->machine->now_ns);
	return done;
}

static struct outcome run_fault(struct world *w, const u64 *a)
{
	sim_plan_fault(w->machine, (enum sim_fault_site)a[0], (u32)a[1], (u32)a[2]);
	model_fault(w->model, (unsigned)a[0], (u32)a[1], (u32)a[2]);
	return done;
}

/* --- knobs, kswapd ---------------------------------------------------------------------------------------------------- */

static struct outcome run_sysctl(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of_error(mm_sysctl_write((enum mm_sysctl)a[0], (u32)a[1]));
}
static const char *judge_sysctl(struct world *w, const u64 *a, struct outcome seen)
{
	return model_sysctl(w->model, world_cpu(), (unsigned)a[0], (u32)a[1], seen.ok);
}

/* Under pressure it is a thread, and comes by itself. */
static bool ready_kswapd(struct world *w, const u64 *a)
{
	(void)a;
	return !w->vm_up;
}
/* Node 4 is the CPU's own; a node this machine does not have is taken round. */
static unsigned node_of(const struct world *w, u64 a)
{
	return a == MAX_NUMNODES ? this_cpu->node : (unsigned)a % w->machine->param[PARAM_NODES];
}
static struct outcome run_kswapd(struct world *w, const u64 *a)
{
	return (struct outcome){ .ok = true, .has_value = true, .value = kswapd_run(node_of(w, a[0])) };
}
static const char *judge_kswapd(struct world *w, const u64 *a, struct outcome seen)
{
	return model_kswapd(w->model, world_cpu(), node_of(w, a[0]), seen.value != 0);
}

/* --- per-CPU lists ---------------------------------------------------------------------------------------------------- */

static void begin_drain_local(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_drain(w->model, world_cpu(), DRAIN_LOCAL, 0);
}
static struct outcome run_drain_local(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	drain_local_pages();
	return done;
}
static const char *judge_drain_local(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return model_drained(w->model, world_cpu(), DRAIN_LOCAL, 0);
}

static void begin_drain_all(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_drain(w->model, world_cpu(), DRAIN_ALL, 0);
}
static struct outcome run_drain_all(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	drain_all_pages();
	return done;
}
static const char *judge_drain_all(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return model_drained(w->model, world_cpu(), DRAIN_ALL, 0);
}

static unsigned cpu_arg(const struct world *w, u64 a)
{
	return (unsigned)a % w->machine->param[PARAM_CPUS];
}
/* A CPU dies between operations, never in one. */
static bool ready_cpu_dead(struct world *w, const u64 *a)
{
	return !w->nesting[cpu_arg(w, a[0])];
}
static void begin_cpu_dead(struct world *w, const u64 *a)
{
	model_begin_drain(w->model, world_cpu(), DRAIN_CPU, cpu_arg(w, a[0]));
}
static struct outcome run_cpu_dead(struct world *w, const u64 *a)
{
	page_alloc_cpu_dead(cpu_arg(w, a[0]));
	return done;
}
static const char *judge_cpu_dead(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	return model_drained(w->model, world_cpu(), DRAIN_CPU, cpu_arg(w, a[0]));
}

static void begin_pcp_disable(struct world *w, const u64 *a)
{
	model_begin_drain(w->model, world_cpu(), DRAIN_ZONE, (unsigned)a[0]);
}
static struct outcome run_pcp_disable(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of_error(zone_pcp_disable((unsigned)a[0] / MAX_NR_ZONES, (unsigned)a[0] % MAX_NR_ZONES));
}
static const char *judge_pcp_disable(struct world *w, const u64 *a, struct outcome seen)
{
	return model_pcp_disable(w->model, world_cpu(), (unsigned)a[0], true, seen.ok);
}

static struct outcome run_pcp_enable(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of_error(zone_pcp_enable((unsigned)a[0] / MAX_NR_ZONES, (unsigned)a[0] % MAX_NR_ZONES));
}
static const char *judge_pcp_enable(struct world *w, const u64 *a, struct outcome seen)
{
	return model_pcp_disable(w->model, world_cpu(), (unsigned)a[0], false, seen.ok);
}

/* --- counters ----------------------------------------------------------------------------------------------------------- */

static void begin_vmstat_update(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_vmstat_update(w->model, world_cpu(), false);
}
static struct outcome run_vmstat_update(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	vmstat_update();
	return done;
}
static const char *judge_vmstat_update(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return model_vmstat_updated(w->model, world_cpu(), false);
}

static void begin_vmstat_refresh(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_vmstat_update(w->model, world_cpu(), true);
}
static struct outcome run_vmstat_refresh(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	vmstat_refresh();
	return done;
}
static const char *judge_vmstat_refresh(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return model_vmstat_updated(w->model, world_cpu(), true);
}

/* --- isolated pageblocks ---------------------------------------------------------------------------------------------- */

static struct outcome run_isolate(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of_error(set_migratetype_isolate(a[0]));
}
static const char *judge_isolate(struct world *w, const u64 *a, struct outcome seen)
{
	return model_isolate(w->model, world_cpu(), a[0], true, seen.ok);
}

static struct outcome run_unisolate(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of_error(unset_migratetype_isolate(a[0]));
}
static const char *judge_unisolate(struct world *w, const u64 *a, struct outcome seen)
{
	return model_isolate(w->model, world_cpu(), a[0], false, seen.ok);
}

const struct op machine_ops[] = {
	/* code   name		arguments				  weight flags   ready  begin		run		judge */
	{ 0x0001, "region2", { ARG_START_PFN, ARG_NR_PAGES, ARG_REGION_KIND, ARG_NODE }, 0, OP_BOOT, NULL, NULL, NULL,
	  NULL },
	{ 0x0002, "knob18", { ARG_KNOB, ARG_VALUE }, 0, OP_BOOT, NULL, NULL, NULL, NULL },
	{ 0x0003, "knob", { ARG_KNOB_ALL, ARG_VALUE }, 4, OP_BOOT, NULL, NULL, NULL, NULL },
	{ 0x0004, "region", { ARG_START_PFN, ARG_NR_PAGES, ARG_REGION_KIND_ALL, ARG_NODE }, 2, OP_BOOT, NULL, NULL, NULL,
	  NULL },
	{ 0x0010, "hand_over", { 0 }, 0, OP_EARLY | OP_TASK_ONLY, NULL, begin_nothing, run_hand_over, judge_hand_over },
	{ 0x0011, "scope_save", { ARG_SCOPE }, 36, OP_TASK_ONLY | OP_ANYTIME, NULL, begin_scope_save, run_scope_save, NULL },
	{ 0x0012, "scope_restore", { ARG_SCOPE }, 36, OP_TASK_ONLY | OP_ANYTIME, NULL, begin_scope_restore,
	  run_scope_restore, NULL },
	{ 0x0013, "sleep", { ARG_MS }, 8, OP_TASK_ONLY | OP_ANYTIME, NULL, begin_nothing, run_sleep, NULL },
	{ 0x0014, "fault", { ARG_SITE, ARG_SKIP, ARG_TIMES }, 14, OP_TASK_ONLY | OP_ANYTIME, NULL, begin_nothing, run_fault,
	  NULL },
	{ 0x0020, "sysctl", { ARG_SYSCTL, ARG_VALUE }, 14, OP_TASK_ONLY, NULL, begin_nothing, run_sysctl, judge_sysctl },
	{ 0x0021, "kswapd", { ARG_NODE }, 14, OP_TASK_ONLY, ready_kswapd, begin_nothing, run_kswapd, judge_kswapd },
	{ 0x0022, "drain_local", { 0 }, 40, OP_TASK_ONLY, NULL, begin_drain_local, run_drain_local,
	  judge_drain_local },
	{ 0x0023, "drain_all", { 0 }, 24, OP_TASK_ONLY, NULL, begin_drain_all, run_drain_all,
	  judge_drain_all },
	{ 0x0024, "pcp_disable", { ARG_ZONE }, 16, OP_TASK_ONLY, NULL, begin_pcp_disable, run_pcp_disable,
	  judge_pcp_disable },
	{ 0x0025, "pcp_enable", { ARG_ZONE }, 12, OP_TASK_ONLY, NULL, begin_nothing, run_pcp_enable,
	  judge_pcp_enable },
	{ 0x0026, "cpu_dead", { ARG_CPU }, 20, OP_TASK_ONLY, ready_cpu_dead, begin_cpu_dead, run_cpu_dead,
	  judge_cpu_dead },
	{ 0x0027, "isolate", { ARG_FRAME }, 14, OP_TASK_ONLY, NULL, begin_nothing, run_isolate, judge_isolate },
	{ 0x0028, "unisolate", { ARG_FRAME }, 14, OP_TASK_ONLY, NULL, begin_nothing, run_unisolate,
	  judge_unisolate },
	{ 0x0029, "vmstat_update", { 0 }, 24, OP_TASK_ONLY, NULL, begin_vmstat_update, run_vmstat_update,
	  judge_vmstat_update },
	{ 0x002a, "vmstat_refresh", { 0 }, 6, OP_TASK_ONLY, NULL, begin_vmstat_refresh, run_vmstat_refresh,
	  judge_vmstat_refresh },
	{ 0 }
};
