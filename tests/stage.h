/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stage.h - operations that are actors: what a schedule does, as a text.
 *
 * Each writes its letter and a digit into one log at every step and passes a yield point after it, so a log is the
 * interleaving that happened. "A1B1B2B3A2A3": B ran whole after A's first step.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <string.h>
#include "lock.h"
#include "machine.h"
#include "sched.h"

static inline struct machine *new_machine(enum sim_profile profile)
{
	struct machine_config c = { 0 };

	machine_config_profile(&c, profile);
	return machine_create(&c);
}

#define MAX_ACTORS 6

struct actor {
	void (*act)(char name);
	u8 cpu, irq, context;
	u8 nr_switches;
	struct sched_switch sw[3];
};

/* What the actors change and a snapshot must bring back. */
struct props {
	spinlock_t low, high;
	u64 steps;
};

static struct {
	struct machine *m;
	struct props *props;
	const struct actor *actor;
	unsigned nr;
	bool started[MAX_ACTORS];
	char log[256];
	struct sim_snapshot *snapshot;
} stage;

#define CPU(at, cpu)   { at, 0, cpu }
#define IRQ(at, label) { at, 1, label }

static inline void note(char name, unsigned digit)
{
	size_t n = strlen(stage.log);

	if (n + 3 > sizeof(stage.log))
		return;
	stage.log[n] = name;
	stage.log[n + 1] = (char)('0' + digit);
	stage.log[n + 2] = 0;
}

static inline void run_actor(void *arg, u32 op)
{
	const struct actor *a = &stage.actor[op];

	(void)arg;
	sim_enter_context((enum sim_context)a->context);
	a->act((char)('A' + op));
	sim_leave_context((enum sim_context)a->context);
}

static inline u32 next_of_cpu(void *arg, unsigned cpu)
{
	(void)arg;
	for (u32 i = 0; i < stage.nr; i++)
		if (!stage.started[i] && stage.actor[i].cpu == cpu) {
			stage.started[i] = true;
			return i;
		}
	return SCHED_NONE;
}

static inline u32 next_irq(void *arg, unsigned label)
{
	(void)arg;
	for (u32 i = 0; i < stage.nr; i++)
		if (!stage.started[i] && stage.actor[i].irq == label) {
			stage.started[i] = true;
			return i;
		}
	return SCHED_NONE;
}

static inline u32 switches_of(void *arg, u32 op, const struct sched_switch **list)
{
	(void)arg;
	*list = stage.actor[op].sw;
	return stage.actor[op].nr_switches;
}

static inline void stage_open(void)
{
	static const struct sched_client client = { .run = run_actor, .next_unstarted = next_of_cpu, .unstarted_irq = next_irq,
							.switches = switches_of };

	stage.m = new_machine(PROFILE_SMALL);
	machine_enter(stage.m, 0);
	stage.props = machine_meta_alloc(stage.m, sizeof(*stage.props), 64);
	spin_lock_init(&stage.props->low, 10);
	spin_lock_init(&stage.props->high, 20);
	sched_set_client(sched_create(stage.m), &client);
	machine_seal(stage.m);
}

static inline void stage_close(void)
{
	snapshot_free(stage.snapshot);
	machine_destroy(stage.m);
}

/* Every actor in program order, unless the schedule started it before. false: the machine stopped. */
static inline bool play(const struct actor *actor, unsigned nr)
{
	machine_reset_hard(stage.m);
	machine_enter(stage.m, 0);
	stage.actor = actor;
	stage.nr = nr;
	stage.log[0] = 0;
	memset(stage.started, 0, sizeof(stage.started));
	for (unsigned i = 0; i < nr; i++) {
		if (stage.started[i])
			continue;
		stage.started[i] = true;
		if (!sched_run(stage.m->host->sched, actor[i].cpu, i))
			return false;
	}
	return true;
}

/* --- what actors do ------------------------------------------------------------------------------------------------ */

static inline void three_steps(char name)
{
	for (unsigned i = 1; i <= 3; i++) {
		note(name, i);
		sim_yield(YIELD_PERCPU);
	}
}

static inline void steps_without_irqs(char name)
{
	local_irq_disable();
	three_steps(name);
	local_irq_enable();
}

#endif
