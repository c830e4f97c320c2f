/* SPDX-License-Identifier: GPL-2.0-only */
/* marks.c - which rare places of mm programs come by (marks), and a small program that comes by one of them (reach). */
#include <stdlib.h>
#include <string.h>
#include "tool.h"
#include "tools.h"

static unsigned nr_marks(void)
{
	unsigned n = 0;

	while (mark_name(n))
		n++;
	return n;
}

/* false after complaining. */
static bool mark_by_name(const char *name, unsigned *mark)
{
	for (*mark = 0; mark_name(*mark); ++*mark)
		if (!strcmp(mark_name(*mark), name))
			return true;
	complain("no mark %s; mmcheck marks FILE lists them", name);
	return false;
}

static int marks_usage(const char *words)
{
	complain("%s", words);
	return EXIT_USAGE;
}

/* --- marks ------------------------------------------------------------------------------------------------------- */

#define MARKS_USAGE "[-v] [--unreached] [--each] FILE|FOLDER..."

struct tally {
	u64 files;
	const char *first; /* in the order given */
};

struct marks_options {
	bool verbose, unreached, each;
};

static void print_each(const struct world *w, const char *path)
{
	printf("%s:", path);
	for (unsigned m = 0; mark_name(m); m++)
		if (world_passed(w, m))
			printf(" %s", mark_name(m));
	printf("\n");
}

static int tally_file(struct world *w, const char *path, const struct marks_options *o, struct tally *tally)
{
	struct program p;
	int code = EXIT_USAGE;

	program_init(&p);
	if (load_program(&p, path, NULL, NULL, 0)) {
		code = lockstep_run(w, &p)->failed ? EXIT_FINDING : EXIT_FINE;
		if (code)
			complain("%s: finding %s: what it comes by does not count", path, w->verdict.clause);
		else if (o->each)
			print_each(w, path);
		for (unsigned m = 0; mark_name(m); m++)
			if (world_passed(w, m) && !tally[m].files++)
				tally[m].first = path;
	}
	program_free(&p);
	return code;
}

static void print_tally(const struct tally *tally, const struct marks_options *o, unsigned nr_files)
{
	unsigned reached = 0, all = nr_marks();

	for (unsigned m = 0; m < all; m++) {
		reached += tally[m].files != 0;
		if (o->each || (o->unreached && tally[m].files))
			continue;
		printf("%-32s %5llu files", mark_name(m), (unsigned long long)tally[m].files);
		printf("%s%s", tally[m].first ? ", first " : "", tally[m].first ? tally[m].first : "");
		printf(o->verbose ? ": %s\n" : "\n", mark_sentence(m));
	}
	if (!o->each)
		printf("marks: %u of %u reached by %u files\n", reached, all, nr_files);
}

int cmd_marks(int argc, char **argv)
{
	static const struct option options[] = { { "unreached", 0, 0, 'u' }, { "each", 0, 0, 'e' }, { 0 } };
	struct marks_options o = { 0 };
	struct file_list files = { 0 };
	struct tally *tally;
	struct world *w;
	int c, worst = EXIT_FINE;

	while ((c = getopt_long(argc, argv, "v", options, NULL)) != -1) {
		o.verbose |= c == 'v';
		o.unreached |= c == 'u';
		o.each |= c == 'e';
		if (c == '?')
			return marks_usage(MARKS_USAGE);
	}
	if (optind == argc)
		return marks_usage("which file?");
	if (!list_files(&files, argv + optind, argc - optind)) {
		free_files(&files);
		return EXIT_USAGE;
	}
	tally = calloc(nr_marks(), sizeof(*tally));
	w = new_world();
	sim_watchdog_start(SIM_WATCHDOG_SECONDS);
	for (u32 i = 0; i < files.nr; i++) {
		int code = tally_file(w, files.path[i], &o, tally);

		worst = max_of(worst, code);
	}
	if (worst != EXIT_USAGE)
		print_tally(tally, &o, files.nr);
	world_destroy(w);
	free(tally);
	free_files(&files);
	return worst;
}

/* --- reach ------------------------------------------------------------------------------------------------------- */

#define REACH_USAGE "MARK [--seed N] [--seconds N] [--ops N] [--tables ...] -o FILE [FILE|FOLDER...]"

struct reach {
	struct world *world;
	unsigned mark, tables;
	u64 seed, seconds, ops;
	const char *out;
	struct program *pool; /* the programs given */
	u32 nr_pool;
	u64 tried;
};

static bool comes_by(void *arg, const struct program *candidate)
{
	const struct reach *r = arg;

	return !lockstep_run(r->world, candidate)->failed && world_passed(r->world, r->mark);
}

/* One of the pool, spliced with another one now and then, and changed a little. */
static void vary(struct reach *r, struct program *p, u64 *rng)
{
	const struct program *one = &r->pool[rng_next(rng) % r->nr_pool], *other = &r->pool[rng_next(rng) % r->nr_pool];

	if (rng_next(rng) % 3)
		program_copy(p, one);
	else
		program_cross(p, one, other, rng);
	for (u64 n = 1 + rng_next(rng) % 6; n; n--)
		program_mutate(p, rng, r->tables);
}

/* The i-th program to try: those of the pool as they are, then half fresh ones, half changed ones. */
static void candidate(struct reach *r, u64 i, struct program *p)
{
	u64 rng = r->seed * 1000003 + i;

	if (i < r->nr_pool)
		program_copy(p, &r->pool[i]);
	else if (r->nr_pool && i % 2)
		vary(r, p, &rng);
	else
		program_generate(p, rng, (u32)(i % 16 == 14 ? r->ops * 8 : r->ops), r->tables);
	p->header.flags &= (u8)~HEADER_DAMAGE;
}

/* EXIT_FINE: p comes by. */
static int look_for(struct reach *r, struct program *p)
{
	double end = monotonic_seconds() + (double)r->seconds;

	for (u64 i = 0; i < r->nr_pool || i % 64 || monotonic_seconds() < end; i++) {
		candidate(r, i, p);
		r->tried++;
		if (comes_by(r, p))
			return EXIT_FINE;
		if (i >= r->nr_pool && r->world->verdict.failed) {
			complain("finding %s: %s; mmcheck hunt is for those", r->world->verdict.clause,
				 r->world->verdict.sentence);
			return EXIT_FINDING;
		}
	}
	complain("%s: not reached by %llu programs", mark_name(r->mark), (unsigned long long)r->tried);
	return EXIT_FINDING;
}

/* With what each step answered, so that run --expect compares it. */
static int write_reached(struct reach *r, const struct program *p)
{
	struct out_file o;

	r->world->record = true;
	lockstep_run(r->world, p);
	if (!out_open(&o, r->out))
		return EXIT_ENVIRONMENT;
	program_print(p, o.file, lockstep_outcome(r->world));
	return out_close(&o) ? EXIT_FINE : EXIT_ENVIRONMENT;
}

static int reach(struct reach *r)
{
	struct minimize_limits limits = { .seconds = (double)r->seconds };
	struct program p;
	u32 before;
	int code;

	program_init(&p);
	code = look_for(r, &p);
	before = p.nr_ops;
	if (code == EXIT_FINE) {
		program_minimize_with(&p, comes_by, r, &limits);
		code = write_reached(r, &p);
	}
	if (code == EXIT_FINE && strcmp(r->out, "-") != 0)
		printf("%s: %u operations, %u before, %llu programs tried\n", mark_name(r->mark), p.nr_ops, before,
		       (unsigned long long)r->tried);
	program_free(&p);
	return code;
}

static int load_pool(struct reach *r, const struct file_list *files)
{
	r->pool = calloc(files->nr + 1, sizeof(*r->pool));
	for (; r->nr_pool < files->nr; r->nr_pool++) {
		program_init(&r->pool[r->nr_pool]);
		if (!load_program(&r->pool[r->nr_pool], files->path[r->nr_pool], NULL, NULL, 0))
			return EXIT_USAGE;
	}
	return EXIT_FINE;
}

static bool reach_option(struct reach *r, int c)
{
	if (c == 's')
		return parse_number(optarg, ~0ULL, &r->seed);
	if (c == 't')
		return parse_number(optarg, 1000000, &r->seconds);
	if (c == 'n')
		return parse_number(optarg, 8192, &r->ops);
	if (c == 'T')
		return (r->tables = tables_by_name(optarg)) != 0;
	r->out = optarg;
	return true;
}

int cmd_reach(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", 1, 0, 's' }, { "seconds", 1, 0, 't' }, { "ops", 1, 0, 'n' }, { "tables", 1, 0, 'T' }, { 0 },
	};
	struct reach r = { .tables = TABLE_MACHINE | TABLE_PAGE | TABLE_MEMBLOCK, .seed = 1, .seconds = 10, .ops = 64 };
	struct file_list files = { 0 };
	int c, code;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1)
		if (c == '?' || !reach_option(&r, c))
			return c == '?' ? marks_usage(REACH_USAGE) : EXIT_USAGE;
	if (!r.out || optind == argc)
		return marks_usage(REACH_USAGE);
	if (!mark_by_name(argv[optind], &r.mark))
		return EXIT_USAGE;
	if (!list_files(&files, argv + optind + 1, argc - optind - 1)) {
		free_files(&files);
		return EXIT_USAGE;
	}
	r.world = new_world();
	sim_watchdog_start(SIM_WATCHDOG_SECONDS);
	code = load_pool(&r, &files);
	if (code == EXIT_FINE)
		code = reach(&r);
	for (u32 i = 0; i < r.nr_pool; i++)
		program_free(&r.pool[i]);
	free(r.pool);
	world_destroy(r.world);
	free_files(&files);
	return code;
}
