/* SPDX-License-Identifier: GPL-2.0-only */
/* scene.h - a small machine with tasks, files and swap, what it says, and scenes: operations on it, for most of them sleep. */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include "../mm/slab_internal.h"
#include "../mm/vm_internal.h"
#include "tap.h"

static struct machine *m;

static inline void refuel(void)
{
	m->fuel = m->param[PARAM_FUEL];
}

static inline struct machine_config small_machine(void)
{
	struct machine_config c = { 0 };

	machine_config_profile(&c, PROFILE_SMALL);
	return c;
}

/* with: what the test is about. false: it does not boot, which is said. */
static inline bool boot_vm(const struct machine_config *c, const char *with)
{
	m = machine_create(c);
	machine_enter(m, 0);
	if (mm_boot() || kmem_cache_init() || vm_init())
		return ok(false, "the machine boots with %s", with);
	m->nr_events = m->log_bytes = 0;
	return true;
}

/* --- what it says -------------------------------------------------------------------------------------------------- */

#define MOST_NEWS 65536
static struct mm_event news[MOST_NEWS];
static unsigned nr_news;
static bool (*is_news)(unsigned type); /* NULL: all is */

static inline void keep_news(struct machine *machine, void *unused)
{
	(void)unused;
	for (u32 i = 0; i < machine->nr_events && nr_news < MOST_NEWS; i++) {
		memcpy(&news[nr_news], machine->host->event[i].word, sizeof(news[0]));
		nr_news += !is_news || is_news(news[nr_news].type);
	}
	machine->nr_events = 0;
}

static inline void drop_news(void)
{
	m->nr_events = m->log_bytes = 0;
	nr_news = 0;
}

static inline void forget_news(void)
{
	drop_news();
	refuel();
}

static inline unsigned said(unsigned type, unsigned report)
{
	unsigned nr = 0;

	keep_news(m, NULL);
	for (unsigned i = 0; i < nr_news; i++)
		nr += news[i].type == type && news[i].report == report;
	return nr;
}

/* --- scenes -------------------------------------------------------------------------------------------------------- */

/* Operation 0 runs on CPU 0; operation 1, if there is one, on CPU 1 where operation 0 leaves for it, or after it. */
static void (*scene[2])(void);
static struct sched_switch leaves[2];
static bool other_started, other_leaves;
static unsigned nr_switches;

static inline void run_scene(void *arg, u32 op)
{
	(void)arg;
	scene[op]();
}
static inline u32 next_scene(void *arg, unsigned cpu)
{
	(void)arg;
	if (cpu != 1 || !scene[1] || other_started)
		return SCHED_NONE;
	other_started = true;
	return 1;
}
static inline u32 no_irq(void *arg, unsigned label)
{
	(void)arg, (void)label;
	return SCHED_NONE;
}
static inline u32 switches_of_scene(void *arg, u32 op, const struct sched_switch **list)
{
	(void)arg;
	*list = &leaves[op];
	return op ? other_leaves : scene[1] != NULL;
}
static inline void count_switch(void *arg)
{
	(void)arg;
	nr_switches++;
}

static inline void open_scenes(void)
{
	static const struct sched_client client = { .run = run_scene, .next_unstarted = next_scene, .unstarted_irq = no_irq,
						    .switches = switches_of_scene, .switched = count_switch };

	sched_set_client(sched_create(m), &client);
}

static inline bool boot_scene(const struct machine_config *c, const char *with)
{
	if (!boot_vm(c, with))
		return false;
	m->host->event_full = keep_news;
	open_scenes();
	forget_news();
	return true;
}

/* false: the machine stopped, which is said. */
static inline bool play_scene(const char *name, unsigned op, void (*act)(void))
{
	scene[op] = act;
	refuel();
	if (sched_run(m->host->sched, op, op) && !m->stop.kind)
		return true;
	return ok(false, "%s: the machine stopped: %s", name, m->stop.text);
}

#endif
