/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * races.h - two things happen at once: the first is interrupted at each of its yield points in turn, the second runs to its end
 * there (or until it waits for the first), then the first goes on; each time on the machine as it was booted.
 *
 * A test says what is there before, what the things are, and what must be so afterwards.
 */
#ifndef TESTS_RACES_H
#define TESTS_RACES_H

#include "scene.h"

static bool set_up(void);
static const char *name_of(unsigned thing);
static void run_thing(unsigned thing);
static bool all_agree(void);

static struct {
	unsigned first, second;
	unsigned most_yields; /* nothing has more */
	unsigned runs;	      /* of this first one, so far */
} race;

/* false: a sentence was said. */
static inline bool agree(const char *text, const char *when)
{
	if (!text)
		return true;
	printf("# %s, interrupted at %u by %s%s: %s\n", name_of(race.first), leaves[0].at, name_of(race.second), when, text);
	return false;
}

static inline void first_thing(void)
{
	refuel();
	run_thing(race.first);
}
static inline void second_thing(void)
{
	refuel();
	run_thing(race.second);
}

static inline bool run_race(void)
{
	bool good;

	race.runs++;
	machine_reset_hard(m);
	machine_enter(m, 0);
	if (!set_up())
		return agree("it could not be set up", "");
	m->nr_events = 0;
	good = sched_run(m->host->sched, 0, 0);
	machine_enter(m, 0);
	if (!good)
		return agree(m->stop.text, "");
	refuel();
	return all_agree();
}

/* With every place where the second goes back to the first, too, if it leaves: by hand, it takes minutes. */
static inline bool run_from(void)
{
	bool good;

	leaves[1] = (struct sched_switch){ .target = 0 };
	do {
		other_started = false;
		nr_switches = 0;
		good = run_race();
		leaves[1].at++;
	} while (nr_switches > 1 && good && leaves[1].at < race.most_yields);
	return good && leaves[1].at < race.most_yields;
}

static inline bool run_pair(unsigned first, unsigned second)
{
	bool good;

	race.first = first;
	race.second = second;
	leaves[0] = (struct sched_switch){ .target = 1 };
	do {
		good = run_from();
		leaves[0].at++;
	} while (other_started && good && leaves[0].at < race.most_yields);
	return good && leaves[0].at < race.most_yields;
}

static inline bool boot_race(const char *with)
{
	const struct machine_config c = small_machine();

	if (!boot_vm(&c, with))
		return false;
	machine_seal(m);
	open_scenes();
	scene[0] = first_thing;
	scene[1] = second_thing;
	return true;
}

#endif
