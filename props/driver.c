// SPDX-License-Identifier: GPL-2.0-only
/*
 * driver.c - the command line of the properties; the engine linked with it makes the programs.
 *
 *   props --seconds 10                       every property, each for its share of the time
 *   props --only NAME --seed N --trials 1    one property on the one program of that seed
 *   props --only NAME --replay FILE.trace    one property on one program
 *
 * What people and scripts read goes to stdout; what an engine's library and dying processes say goes to stderr.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "driver.h"
#include "observe.h"

#define MOST_MINIMIZING	  10.0 /* seconds for one failure, */
#define FEWEST_MINIMIZING 1.0  /* and when the time is over */
#define SHORTEST_TURN	  0.05
#define MOST_BATCH	  1000000

static const char usage[] =
	"usage: %s [--seconds N] [--seed N] [--trials N] [--only NAME] [--replay FILE] [--alone]\n"
	"             [--first] [--batch N] [--list]\n"
	"\n"
	"  --seconds N    time for all properties together, default 10\n"
	"  --seed N       start here; RC_PARAMS=\"seed=N\" does the same\n"
	"  --trials N     so many programs for each property, and minimizing, however long it takes\n"
	"  --only NAME    one property\n"
	"  --replay FILE  try it on this program, text or bytes; needs --only\n"
	"  --alone        only the laws; do not run the programs in lockstep with the model too\n"
	"  --first        end with the first law that is broken\n"
	"  --batch N      programs for one child process, default 256; 0: no child processes, for debuggers\n"
	"  --list         names and laws\n"
	"\n"
	"%s"
	"Failing programs are written to $MMCHECK_FINDINGS (default out/props).\n"
	"Exit status: 0 all hold, 1 a law is broken, 2 bad usage or unreadable file, 3 no memory or disk.\n";

struct options {
	double seconds;
	u64 seed, trials, batch;
	bool seeded, list, alone, first;
	const struct prop *only;
	const char *replay;
};

double prop_now(void)
{
	return monotonic_seconds();
}

/* Each law has programs of its own. */
uint64_t prop_seed_of(const struct prop_trials *t, uint64_t n)
{
	u64 name = 0xcbf29ce484222325ULL;

	for (const char *c = t->prop->name; *c; c++)
		name = (name ^ (u8)*c) * 0x100000001b3ULL;
	return n ? mix(t->seed ^ name, n) : t->seed;
}

/* --- trials ------------------------------------------------------------------------------------------------------ */

static struct prop_trials trials_of(const struct options *o, struct prop_run *run, const struct prop *prop, double end)
{
	return (struct prop_trials){ .run = run,
				     .prop = prop,
				     .seed = o->seed,
				     .most = o->trials,
				     .deadline = end,
				     .batch = (unsigned)o->batch };
}

/* Returns the exit status. */
static int conclude(struct prop_trials *t, bool could, double end)
{
	int status = EXIT_FINE;
	double left;

	if (!could) {
		fprintf(stderr, "props: no process to run %s in: %s\n", t->prop->name, strerror(errno));
		return EXIT_HOST;
	}
	if (t->failure.found) {
		left = end - prop_now();
		prop_minimize(t, t->most ? 0 : min_of(max_of(left, FEWEST_MINIMIZING), MOST_MINIMIZING));
		status = prop_report(t) ? EXIT_FINDING : EXIT_HOST;
	} else {
		printf("prop %s: ok (%llu programs)\n", t->prop->name, ull(t->programs));
	}
	fflush(stdout);
	return status;
}

static unsigned nr_wanted(const struct options *o)
{
	unsigned nr = 0;

	for (unsigned n = 0; prop_nth(n); n++)
		nr += !o->only || o->only == prop_nth(n);
	return nr;
}

static int try_all(const struct options *o, struct prop_run *run)
{
	double end = prop_now() + o->seconds;
	unsigned nr = nr_wanted(o), left = nr, findings = 0;
	int status = EXIT_FINE;

	for (unsigned n = 0; prop_nth(n) && status != EXIT_HOST && !(o->first && findings); n++) {
		struct prop_trials t;
		double turn;
		int how;

		if (o->only && o->only != prop_nth(n))
			continue;
		turn = (end - prop_now()) / left--;
		t = trials_of(o, run, prop_nth(n), prop_now() + max_of(turn, SHORTEST_TURN));
		how = conclude(&t, the_engine.search(&t), end);
		status = max_of(status, how);
		findings += t.failure.found;
		prop_forget(&t.failure);
	}
	printf("props: %u properties, %llu programs, %llu operations, %u findings\n", nr, ull(prop_programs(run)),
	       ull(prop_operations(run)), findings);
	return status;
}

static int replay(const struct options *o, struct prop_run *run)
{
	struct prop_trials t = trials_of(o, run, o->only, 0);
	char error[256];
	const struct program *p = prop_load(run, o->only, o->replay, error, sizeof(error));
	bool holds;

	if (!p) {
		fprintf(stderr, "props: %s: %s\n", o->replay, error);
		return EXIT_USAGE;
	}
	holds = prop_try_apart(&t, p, p->header.seed);
	if (holds)
		printf("prop %s: ok (1 programs)\n", o->only->name);
	else
		prop_print_failure(&t);
	prop_forget(&t.failure);
	return holds ? EXIT_FINE : EXIT_FINDING;
}

/* --- command line ------------------------------------------------------------------------------------------------ */

printf_like(1, 2) static int wrong(const char *format, ...)
{
	va_list args;

	fputs("props: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("; --help says more\n", stderr);
	return EXIT_USAGE;
}

static bool parse_count(const char *text, u64 most, u64 *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return *text >= '0' && *text <= '9' && !*end && !errno && *value <= most;
}

static bool parse_seconds(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return *text >= '0' && *text <= '9' && !*end && *value <= 1e7;
}

static int read_option(struct options *o, int c, const char *word)
{
	switch (c) {
	case 't':
		return parse_seconds(optarg, &o->seconds) ? 0 : wrong("--seconds wants a number, not %s", optarg);
	case 's':
		o->seeded = true;
		return parse_count(optarg, ~0ULL, &o->seed) ? 0 : wrong("--seed wants a number, not %s", optarg);
	case 'n':
		return parse_count(optarg, ~0ULL, &o->trials) && o->trials ?
			       0 :
			       wrong("--trials wants a number from 1 up, not %s", optarg);
	case 'b':
		return parse_count(optarg, MOST_BATCH, &o->batch) ?
			       0 :
			       wrong("--batch wants a number up to %u, not %s", MOST_BATCH, optarg);
	case 'o':
		o->only = prop_by_name(optarg);
		return o->only ? 0 : wrong("no property is called %s (--list)", optarg);
	case 'r':
		o->replay = optarg;
		return 0;
	case 'a':
		o->alone = true;
		return 0;
	case 'f':
		o->first = true;
		return 0;
	case 'l':
		o->list = true;
		return 0;
	case 'h':
		printf(usage, the_engine.program, the_engine.usage);
		exit(EXIT_FINE);
	case ':':
		return wrong("%s wants a value", word);
	default:
		return wrong("unknown option %s", word);
	}
}

static int read_options(struct options *o, int argc, char **argv)
{
	static const struct option names[] = {
		{ "seconds", 1, 0, 't' }, { "seed", 1, 0, 's' },  { "trials", 1, 0, 'n' }, { "batch", 1, 0, 'b' },
		{ "only", 1, 0, 'o' },	  { "replay", 1, 0, 'r' }, { "alone", 0, 0, 'a' },  { "list", 0, 0, 'l' },
		{ "first", 0, 0, 'f' },  { "help", 0, 0, 'h' },	  { 0 },
	};
	int c, bad;

	while ((c = getopt_long(argc, argv, ":", names, NULL)) != -1)
		if ((bad = read_option(o, c, argv[optind - 1])))
			return bad;
	if (optind < argc)
		return wrong("what is %s for?", argv[optind]);
	if (o->replay && !o->only)
		return wrong("--replay needs --only NAME: which law?");
	return 0;
}

static int list_laws(void)
{
	for (unsigned n = 0; prop_nth(n); n++)
		printf("%-34s %s\n", prop_nth(n)->name, prop_nth(n)->law);
	return EXIT_FINE;
}

/* Nobody gave one: another one each time, and it is said. RapidCheck's way to give one serves all engines. */
static void choose_seed(struct options *o)
{
	const char *params = getenv("RC_PARAMS"), *given = params ? strstr(params, "seed=") : NULL;
	struct timespec t;

	if (o->seeded || o->replay)
		return;
	if (given) {
		o->seed = strtoull(given + strlen("seed="), NULL, 0);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &t);
	o->seed = mix((u64)t.tv_sec, (u64)t.tv_nsec) >> 32;
	fprintf(stderr, "props: seed %llu\n", ull(o->seed));
}

int props_main(int argc, char **argv)
{
	struct options o = { .seconds = 10, .batch = 256 };
	const char *complaint;
	struct prop_run *run;
	int status = read_options(&o, argc, argv);

	if (status)
		return status;
	if (o.list)
		return list_laws();
	complaint = the_engine.start ? the_engine.start() : NULL;
	if (complaint)
		return wrong("%s", complaint);
	choose_seed(&o);
	run = prop_run_create();
	if (!run) {
		fputs("props: no memory\n", stderr);
		return EXIT_HOST;
	}
	prop_run_alone(run, o.alone);
	if (o.batch)
		prop_run_boot(run);
	watch_for_death();
	status = o.replay ? replay(&o, run) : try_all(&o, run);
	prop_run_destroy(run);
	return fflush(stdout) == 0 ? status : EXIT_HOST;
}
