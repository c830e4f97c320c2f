/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explore.c - the command: every program of a small alphabet, or one given, under many schedules.
 *
 * A search in which nothing succeeds, nothing is refused, or nobody ever meets a lock that is held, has looked at the
 * wrong programs: that is an error (exit status 3), not a result.
 */
#include <string.h>
#include "explore.h"
#include "tool.h"
#include "tools.h"

struct options {
	struct explore_bounds bounds;
	const char *out, *file;
};

static bool read_name(const char *text, const char *const *names, unsigned nr, u64 *value)
{
	for (*value = 0; *value < nr; ++*value)
		if (!strcmp(text, names[*value]))
			return true;
	complain("%s is none of %s, %s ...", text, names[0], names[1]);
	return false;
}

static bool read_option(struct options *o, int c)
{
	struct explore_bounds *b = &o->bounds;
	u64 n;

	switch (c) {
	case 'p':
		if (!read_name(optarg, sim_profile_names, PROFILE_REAL, &n))
			return false;
		b->profile = (u8)n;
		return true;
	case 'S':
		if (!read_name(optarg, explore_scheduler_names, NR_EXPLORE_SCHEDULERS, &n))
			return false;
		b->scheduler = (enum explore_scheduler)n;
		return true;
	case 'o':
		o->out = optarg;
		return true;
	}
	if (!parse_number(optarg, c == 's' || c == 'n' ? ~0ULL : 1000000, &n))
		return false;
	if (c == 'f')
		b->frames = (u32)n;
	else if (c == 'c')
		b->cpus = (unsigned)n;
	else if (c == 'k')
		b->ops = (unsigned)n;
	else if (c == 'P')
		b->preemptions = (unsigned)n;
	else if (c == 'i')
		b->irqs = (unsigned)n;
	else if (c == 'n')
		b->schedules = n;
	else if (c == 's')
		b->seed = n;
	else
		b->seconds = (double)n;
	return true;
}

static bool bounds_make_sense(const struct explore_bounds *b)
{
	if (b->cpus < 2 || b->cpus > SIM_MAX_CPUS)
		complain("--cpus is a number from 2 to %u", SIM_MAX_CPUS);
	else if (!b->ops || b->ops > EXPLORE_MOST_OPS)
		complain("--ops is a number from 1 to %u", EXPLORE_MOST_OPS);
	else if (b->preemptions > MAX_SWITCHES)
		complain("--preemptions is a number from 0 to %u", MAX_SWITCHES);
	else if (b->irqs > 1)
		complain("--irq is 0 or 1");
	else
		return true;
	return false;
}

static int report(const struct explore_result *r, bool whole_alphabet, double seconds)
{
	printf("programs %llu (%llu before slots and CPUs that differ in name only were left out)\n",
	       (unsigned long long)r->programs, (unsigned long long)r->programs_raw);
	printf("schedules %llu, of these %llu with a switch that changed nothing; %.0f a second\n", (unsigned long long)r->schedules,
	       (unsigned long long)r->idle, (double)r->schedules / max_of(seconds, 1e-6));
	printf("distinct states %llu, successes %llu, refusals %llu, locks met that were held %llu, %.1f s\n",
	       (unsigned long long)r->states, (unsigned long long)r->successes, (unsigned long long)r->refusals,
	       (unsigned long long)r->contended, seconds);
	if (r->out_of_time)
		printf("the time was over before all was seen\n");
	if (whole_alphabet && (!r->successes || !r->refusals || !r->contended)) {
		complain("no operation %s: these bounds show nothing", !r->successes ? "succeeded" :
								       !r->refusals  ? "was refused" :
										       "met a lock that was held");
		return EXIT_ENVIRONMENT;
	}
	printf("explore: no clause broken in %llu schedules of %llu programs\n", (unsigned long long)r->schedules,
	       (unsigned long long)r->programs);
	return EXIT_FINE;
}

static int run_explorer(const struct options *o)
{
	struct world *w = new_world();
	struct explore_result r;
	double start = monotonic_seconds();
	char where[80];
	struct program p;
	int code = EXIT_USAGE;
	bool good;

	program_init(&p);
	sim_watchdog_start(SIM_WATCHDOG_SECONDS);
	if (!o->file || load_program(&p, o->file, NULL, NULL, 0)) {
		if (o->file && p.nr_ops > PROBE_OPS) {
			complain("%s has %u operations, at most %u can be explored", o->file, p.nr_ops, PROBE_OPS);
		} else {
			good = o->file ? explore_program(w, &o->bounds, &r, &p) : explore(w, &o->bounds, &r, &p);
			snprintf(where, sizeof(where), "after %llu schedules of %llu programs", (unsigned long long)r.schedules,
				 (unsigned long long)r.programs);
			code = good ? report(&r, !o->file, monotonic_seconds() - start) : report_found(w, &p, where, o->out);
		}
	}
	program_free(&p);
	world_destroy(w);
	return code;
}

int cmd_explore(int argc, char **argv)
{
	static const struct option options[] = {
		{ "profile", 1, 0, 'p' },     { "frames", 1, 0, 'f' },	  { "cpus", 1, 0, 'c' }, { "ops", 1, 0, 'k' },
		{ "preemptions", 1, 0, 'P' }, { "irq", 1, 0, 'i' },	  { "seed", 1, 0, 's' }, { "schedules", 1, 0, 'n' },
		{ "seconds", 1, 0, 't' },     { "scheduler", 1, 0, 'S' }, { 0 },
	};
	struct options o = { .bounds = { .profile = PROFILE_TINY, .cpus = 2, .ops = 2, .preemptions = 2, .schedules = 100 } };
	int c;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (c == '?') {
			complain("%s: no such option, or its value is missing; mmcheck --help lists them", argv[optind - 1]);
			return EXIT_USAGE;
		}
		if (!read_option(&o, c))
			return EXIT_USAGE;
	}
	if (argc - optind > 1) {
		complain("what is %s?", argv[optind + 1]);
		return EXIT_USAGE;
	}
	o.file = argv[optind];
	return bounds_make_sense(&o.bounds) ? run_explorer(&o) : EXIT_USAGE;
}
