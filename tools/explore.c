/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explore.c - the command: every program of a small alphabet, or one given, under many schedules.
 *
 * A search in which nothing succeeds, nothing is refused, or nobody ever meets a lock that is held, has looked at the
 * wrong programs: that is an error (exit status 3), not a result. So is a given program in which nothing succeeds or
 * nobody could come in between, and --count without a success. SIGINT ends the search with what was seen so far, and exit
 * status 130. Its last line says so, and so it does when --seconds are over, which was asked for: exit status 0.
 */
#include <signal.h>
#include <string.h>
#include "explore.h"
#include "tool.h"
#include "tools.h"

#define EXIT_INTERRUPTED (128 + SIGINT) /* as shells have it */

struct options {
	struct explore_bounds bounds;
	const char *out, *file;
	const char *of_alphabet; /* an option that says nothing of a given program; NULL: none */
	bool count;
};

static volatile sig_atomic_t interrupted;

static void note_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

/* --- options ------------------------------------------------------------------------------------------------------------ */

static bool read_name(const char *text, const char *const *names, unsigned nr, u64 *value)
{
	for (*value = 0; *value < nr; ++*value)
		if (!strcmp(text, names[*value]))
			return true;
	complain("%s is none of %s, %s ...", text, names[0], names[1]);
	return false;
}

static bool read_alphabet(struct explore_bounds *b, const char *list)
{
	const char *bad;

	b->letters = explore_letters(list, &bad);
	if (!b->letters)
		complain("%.*s is no letter; mmcheck explore --alphabet prints them",
			 (int)min_of(strcspn(bad, ","), (size_t)40), bad);
	return b->letters != 0;
}

static bool read_word(struct options *o, int c)
{
	struct explore_bounds *b = &o->bounds;
	u64 n;

	switch (c) {
	case 'p':
		if (!read_name(optarg, sim_profile_names, PROFILE_REAL, &n))
			return false;
		b->profile = (u8)n;
		o->of_alphabet = "profile";
		return true;
	case 'S':
		if (!read_name(optarg, explore_scheduler_names, NR_EXPLORE_SCHEDULERS, &n))
			return false;
		b->scheduler = (enum explore_scheduler)n;
		return true;
	case 'a':
		o->of_alphabet = "alphabet";
		return read_alphabet(b, optarg);
	case 'o':
		o->out = optarg;
		return true;
	case 'N':
		b->try_all = EXPLORE_PRUNE_ALL;
		return true;
	}
	return o->count = true;
}

/* What a number may be; the profiles have no more frames (MOST_FRAMES of lockstep.c). */
static const struct limit {
	char c;
	const char *name;
	u64 least, most;
} limits[] = {
	{ 'f', "frames", 8, 4096 },
	{ 'c', "cpus", 2, SIM_MAX_CPUS },
	{ 'k', "ops", 1, EXPLORE_MOST_OPS },
	{ 'P', "preemptions", 0, MAX_SWITCHES },
	{ 'i', "irq", 0, EXPLORE_MOST_IRQS },
	{ 'd', "depth", 1, MAX_SWITCHES },
	{ 'n', "schedules", 1, ~0ULL },
	{ 'G', "programs", 1, ~0ULL },
	{ 's', "seed", 0, ~0ULL },
	{ 't', "seconds", 1, 1000000 },
};

static bool read_limited(struct options *o, int c, u64 *n)
{
	const struct limit *l = limits;

	while (l->c != c)
		l++;
	if (strchr("fckiG", c))
		o->of_alphabet = l->name;
	if (read_number(optarg, n) && *n >= l->least && *n <= l->most)
		return true;
	complain("--%s is a number from %llu to %llu", l->name, (unsigned long long)l->least, (unsigned long long)l->most);
	return false;
}

static bool read_option(struct options *o, int c)
{
	struct explore_bounds *b = &o->bounds;
	u64 n;

	if (strchr("pSaoNC", c))
		return read_word(o, c);
	if (!read_limited(o, c, &n))
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
	else if (c == 'd')
		b->depth = (unsigned)n;
	else if (c == 'n')
		b->schedules = n;
	else if (c == 'G')
		b->programs = n;
	else if (c == 's')
		b->seed = n;
	else
		b->seconds = (double)n;
	return true;
}

static bool bounds_make_sense(const struct options *o)
{
	const struct explore_bounds *b = &o->bounds;

	if (b->scheduler == EXPLORE_PROGRAM && o->file)
		complain("--scheduler program makes programs: %s is one already", o->file);
	else if (o->file && o->of_alphabet)
		complain("--%s is for programs of an alphabet: %s is what it is", o->of_alphabet, o->file);
	else if (b->scheduler == EXPLORE_PROGRAM && !b->programs)
		complain("--scheduler program needs --programs, how many");
	else
		return true;
	return false;
}

/* --- what was seen -------------------------------------------------------------------------------------------------------- */

static void print_counts(const struct explore_bounds *b, const struct explore_result *r, double seconds)
{
	printf("programs %llu", (unsigned long long)r->programs);
	if (r->programs_raw && !b->programs)
		printf(" (%llu before slots and CPUs that differ in name only were left out)",
		       (unsigned long long)r->programs_raw);
	printf("\nschedules %llu, of these %llu with a switch that changed nothing; %.0f a second\n",
	       (unsigned long long)r->schedules, (unsigned long long)r->idle, (double)r->schedules / max_of(seconds, 1e-6));
	if (b->scheduler == EXPLORE_DFS)
		printf("switches left out: %llu no other than at the lock beside them, %llu to an operation that is skipped, "
		       "%llu behind a state seen before\n", (unsigned long long)r->same_place, (unsigned long long)r->skipping,
		       (unsigned long long)r->seen);
	printf("distinct states %llu (sum %016llx), histories %llu, "
	       "successes %llu, refusals %llu, contended yields %llu, %.1f s\n",
	       (unsigned long long)r->states, (unsigned long long)r->states_sum, (unsigned long long)r->histories,
	       (unsigned long long)r->successes, (unsigned long long)r->refusals, (unsigned long long)r->contended, seconds);
}

/* It may come when all was seen. */
static bool was_interrupted(const struct explore_result *r)
{
	return r->out_of_time && interrupted;
}

/* Whether an operation of another CPU, or an interrupt, can come in between. */
static bool can_interleave(const struct world *w, const struct program *p)
{
	u32 cpus = 0;
	bool irqs = false;

	for (u32 i = program_boot_ops(p); i < p->nr_ops; i++) {
		if (instr_irq_label(&p->op[i]))
			irqs = true;
		else
			cpus |= 1u << p->op[i].cpu % w->machine->param[PARAM_CPUS];
	}
	return cpus && (irqs || (cpus & (cpus - 1)));
}

/* Why a search without a finding is no result; NULL: it is one. Refusals and contention are not asked of a given program. */
static const char *shows_nothing(const struct options *o, const struct world *w, const struct explore_result *r,
				 const struct program *p)
{
	if (was_interrupted(r))
		return NULL;
	if (!r->successes)
		return "no operation succeeded";
	if (o->count)
		return NULL;
	if (o->file)
		return can_interleave(w, p) ? NULL : "no second CPU and no interrupt has an operation";
	if (!r->refusals)
		return "no operation was refused";
	return r->contended ? NULL : "no operation met a lock that was held";
}

static int report(const struct explore_result *r)
{
	printf("explore: %sno clause broken in %llu schedules of %llu programs\n",
	       was_interrupted(r) ? "interrupted, " : r->out_of_time ? "out of time, " : "",
	       (unsigned long long)r->schedules, (unsigned long long)r->programs);
	return was_interrupted(r) ? EXIT_INTERRUPTED : EXIT_FINE;
}

/* One line for scripts: how much it took. */
static int report_count(const struct options *o, const struct world *w, const struct explore_result *r,
			const struct program *found, double seconds)
{
	printf("%s schedules %llu programs %llu cpu_seconds %.2f %s\n", found ? "found" : "nothing",
	       (unsigned long long)r->schedules, (unsigned long long)r->programs, seconds, found ? w->verdict.clause : "-");
	if (!found)
		return was_interrupted(r) ? EXIT_INTERRUPTED : EXIT_FINE;
	return !o->out || keep_program(found, o->out) ? EXIT_FINDING : EXIT_ENVIRONMENT;
}

static int report_end(const struct options *o, struct world *w, const struct explore_result *r, const struct program *p,
		      bool good, double seconds)
{
	const char *why = good ? shows_nothing(o, w, r, p) : NULL;
	char where[80];

	if (!o->count && good)
		print_counts(&o->bounds, r, seconds);
	if (why) {
		complain("%s: %s nothing", why, o->file ? "this program shows" : "these bounds show");
		return EXIT_ENVIRONMENT;
	}
	if (o->count)
		return report_count(o, w, r, good ? NULL : p, seconds);
	if (good)
		return report(r);
	snprintf(where, sizeof(where), "after %llu schedules of %llu programs", (unsigned long long)r->schedules,
		 (unsigned long long)r->programs);
	return report_found(w, p, where, o->out);
}

static int run_explorer(const struct options *o)
{
	struct world *w = new_world();
	struct explore_result r = { 0 };
	double start = cpu_seconds();
	struct program p;
	int code = EXIT_USAGE;
	bool good;

	program_init(&p);
	sim_watchdog_start(SIM_WATCHDOG_SECONDS);
	signal(SIGINT, note_interrupt);
	if (!o->file || load_program(&p, o->file, NULL, NULL, 0)) {
		good = o->file ? explore_program(w, &o->bounds, &r, &p) : explore(w, &o->bounds, &r, &p);
		code = report_end(o, w, &r, &p, good, cpu_seconds() - start);
	}
	program_free(&p);
	world_destroy(w);
	return code;
}

int cmd_explore(int argc, char **argv)
{
	static const struct option options[] = {
		{ "profile", 1, 0, 'p' },     { "frames", 1, 0, 'f' },	  { "cpus", 1, 0, 'c' },     { "ops", 1, 0, 'k' },
		{ "preemptions", 1, 0, 'P' }, { "irq", 1, 0, 'i' },	  { "seed", 1, 0, 's' },     { "schedules", 1, 0, 'n' },
		{ "seconds", 1, 0, 't' },     { "scheduler", 1, 0, 'S' }, { "programs", 1, 0, 'G' }, { "depth", 1, 0, 'd' },
		{ "alphabet", 1, 0, 'a' },    { "no-prune", 0, 0, 'N' },  { "count", 0, 0, 'C' },    { 0 },
	};
	struct options o = { .bounds = { .profile = PROFILE_TINY, .cpus = 2, .ops = 2, .preemptions = 2, .depth = 3,
					 .schedules = 100, .stop = &interrupted } };
	int c;

	if (argc == 2 && !strcmp(argv[1], "--alphabet")) {
		explore_print_alphabet(stdout);
		return EXIT_FINE;
	}
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
	if (!bounds_make_sense(&o))
		return EXIT_USAGE;
	return !o.out || out_check(o.out) ? run_explorer(&o) : EXIT_ENVIRONMENT;
}
