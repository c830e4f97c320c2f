/* SPDX-License-Identifier: GPL-2.0-only */
/* run.c - commands that run programs: run, digest, show, hunt. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tool.h"
#include "tools.h"
#include "vmstat.h"

struct run_options {
	bool verbose, expect, stats, gdb;
	u64 until;
};

static int bad_option(char **argv)
{
	complain("%s: no such option, or its value is missing; mmcheck --help lists them", argv[optind - 1]);
	return EXIT_USAGE;
}

static void free_expected(char **expected, u32 n)
{
	for (u32 i = 0; expected && i < n; i++)
		free(expected[i]);
	free(expected);
}

/* The first step that answered something else than the trace says; -1 none. */
static int first_surprise(struct world *w, const struct program *p, char *const *expected)
{
	for (u32 i = 0; expected && i < p->nr_ops; i++)
		if (expected[i] && strcmp(expected[i], w->outcome[i] ? w->outcome[i] : "did not run"))
			return (int)i;
	return -1;
}

static int judge_claim(struct world *w, const struct program *p, const char *path, const char *claim, char *const *expected)
{
	const struct verdict *v = &w->verdict;
	int step;

	if (*claim) {
		if (v->failed && !strcmp(v->clause, claim)) {
			printf("%s: finding %s, as it claims\n", path, claim);
			return EXIT_FINE;
		}
		printf("%s: it claims finding %s, but %s %s\n", path, claim, v->failed ? "this is found:" : "nothing is found",
		       v->failed ? v->clause : "");
		return EXIT_FINDING;
	}
	step = first_surprise(w, p, expected);
	if (v->failed || step < 0)
		return v->failed ? EXIT_FINDING : EXIT_FINE;
	printf("%s: step %d answered \"%s\", the trace says \"%s\"\n", path, step,
	       w->outcome[step] ? w->outcome[step] : "did not run", expected[step]);
	return EXIT_FINDING;
}

static int run_one(struct world *w, const struct run_options *o, const char *path)
{
	char **expected = NULL, claim[64] = "", replay[4200];
	struct program p;
	int code;

	program_init(&p);
	if (!load_program(&p, path, o->expect ? &expected : NULL, claim, sizeof(claim))) {
		program_free(&p);
		return EXIT_USAGE;
	}
	w->record = o->expect || o->verbose;
	w->until = o->until == ~0ULL ? ~0u : (u32)min_of(o->until, p.nr_ops);
	lockstep_run(w, &p);
	if (o->expect)
		code = judge_claim(w, &p, path, claim, expected);
	else
		code = w->verdict.failed ? EXIT_FINDING : EXIT_FINE;
	if (w->verdict.failed && code) {
		snprintf(replay, sizeof(replay), "mmcheck run -v %s", path);
		finding_print(w, &p, stdout, replay);
	} else if (o->verbose) {
		program_print(&p, stdout, w->outcome);
	}
	if (!code && !*claim)
		printf("%s: ok, %u operations, digest %016llx\n", path, min_of(p.nr_ops, w->until),
		       (unsigned long long)w->digest);
	free_expected(expected, p.nr_ops);
	program_free(&p);
	return code;
}

#define FEWEST_SAMPLES 1000

static void print_share(const char *what, u64 forced, u64 all)
{
	if (all < FEWEST_SAMPLES)
		printf("tightness of %-10s not measured (%llu samples, %u are needed)\n", what, (unsigned long long)all,
		       FEWEST_SAMPLES);
	else
		printf("tightness of %-10s %.2f %% of %llu\n", what, 100.0 * (double)forced / (double)all,
		       (unsigned long long)all);
}

static void print_stats(const struct world *w)
{
	const struct run_stats *s = &w->stats;
	struct model_counts c = world_counts(w);

	printf("programs %llu, operations %llu, skipped %llu, refused %llu, recounts %llu\n",
	       (unsigned long long)s->programs, (unsigned long long)s->ops, (unsigned long long)s->skipped,
	       (unsigned long long)s->refused, (unsigned long long)s->recounts);
	print_share("successes", c.success_forced, c.success);
	print_share("refusals", c.refusal_forced, c.refusal);
	print_share("reports", c.report_forced, c.report);
	printf("legal blocks at a choice: %.1f on average\n",
	       c.choices ? (double)c.choice_sum / (double)c.choices : 0.0);
	if (!s->programs)
		return;
	printf("depth of %llu programs:", (unsigned long long)s->programs);
	depth_print(s, stdout);
	putchar('\n');
}

/* The debugger stops where a verdict is made. */
static int exec_gdb(const char *path)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n > 0) {
		self[n] = 0;
		execlp("gdb", "gdb", "-q", "-ex", "break world_fail", "-ex", "break sim_stop", "-ex", "run", "--args", self,
		       "run", "-v", path, (char *)NULL);
	}
	complain("cannot start gdb; apt-get install gdb");
	return EXIT_ENVIRONMENT;
}

int cmd_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "expect", 0, 0, 'e' }, { "stats", 0, 0, 's' }, { "until", 1, 0, 'u' },
		{ "gdb", 0, 0, 'g' },	 { "verbose", 0, 0, 'v' }, { 0 },
	};
	struct run_options o = { .until = ~0ULL };
	struct world *w;
	int c, worst = EXIT_FINE;

	while ((c = getopt_long(argc, argv, "v", options, NULL)) != -1) {
		o.verbose |= c == 'v';
		o.expect |= c == 'e';
		o.stats |= c == 's';
		o.gdb |= c == 'g';
		if (c == '?')
			return bad_option(argv);
		if (c == 'u' && !parse_number(optarg, 1 << 20, &o.until))
			return EXIT_USAGE;
	}
	if (optind == argc) {
		complain("which file?");
		return EXIT_USAGE;
	}
	if (o.gdb)
		return exec_gdb(argv[optind]);
	w = new_world();
	sim_watchdog_start(SIM_WATCHDOG_SECONDS);
	for (; optind < argc; optind++) {
		int code = run_one(w, &o, argv[optind]);

		worst = max_of(worst, code);
	}
	if (o.stats && w->model)
		print_stats(w);
	world_destroy(w);
	return worst;
}

/* --- digest ------------------------------------------------------------------------------------------------------------- */

static void print_digest(struct world *w, const struct program *p, const char *name)
{
	const struct verdict *v = lockstep_run(w, p);

	printf("%016llx %s%s%s\n", (unsigned long long)w->digest, name, v->failed ? " finding " : "",
	       v->failed ? v->clause : "");
}

/* Of the tables asked for; else of pages, each fourth with memblock. */
static int digest_generated(struct world *w, u64 seed, u64 count, unsigned asked)
{
	struct program p;
	char name[64];

	program_init(&p);
	for (u64 i = 0; i < count; i++) {
		unsigned tables = i % 4 == 3 ? TABLE_MACHINE | TABLE_PAGE | TABLE_MEMBLOCK : TABLE_MACHINE | TABLE_PAGE;

		program_generate(&p, seed + i, 64 + (u32)(i % 7) * 32, asked ? asked : tables);
		snprintf(name, sizeof(name), "gen:%llu:%llu", (unsigned long long)seed, (unsigned long long)i);
		print_digest(w, &p, name);
	}
	program_free(&p);
	return EXIT_FINE;
}

static int digest_files(struct world *w, int argc, char **argv)
{
	struct program p;
	int code = EXIT_FINE;

	program_init(&p);
	for (int i = 1; i < argc; i++) {
		if (load_program(&p, argv[i], NULL, NULL, 0))
			print_digest(w, &p, argv[i]);
		else
			code = EXIT_USAGE;
	}
	program_free(&p);
	return code;
}

int cmd_digest(int argc, char **argv)
{
	struct world *w;
	unsigned tables = 0;
	u64 seed, count;
	int code;

	if (argc < 2 || (argv[1][0] == '-' && strcmp(argv[1], "--gen") && strcmp(argv[1], "-"))) {
		complain("which file? or --gen SEED COUNT [TABLES]");
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--gen") && argc != 4 && argc != 5) {
		complain("--gen SEED COUNT [TABLES]");
		return EXIT_USAGE;
	}
	if (argc == 5 && !strcmp(argv[1], "--gen") && !(tables = tables_by_name(argv[4])))
		return EXIT_USAGE;
	w = new_world();
	sim_watchdog_start(SIM_WATCHDOG_SECONDS);
	if (strcmp(argv[1], "--gen"))
		code = digest_files(w, argc, argv);
	else if (parse_number(argv[2], ~0ULL, &seed) && parse_number(argv[3], 1 << 24, &count))
		code = digest_generated(w, seed, count, tables);
	else
		code = EXIT_USAGE;
	world_destroy(w);
	return code;
}

/* --- show --------------------------------------------------------------------------------------------------------------- */

static const char *const type_names[MIGRATE_TYPES] = { "Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate" };

static void show_blocks(const struct world *w)
{
	static struct free_block block[1 << 16];
	u64 n = page_alloc_dump(block, ARRAY_SIZE(block));

	for (u64 i = 0; i < n && i < ARRAY_SIZE(block); i++)
		printf("node %u zone %-7s order %2u pfn %7u %s\n", block[i].nid, zone_name(block[i].zone), block[i].order,
		       block[i].pfn, type_names[block[i].migratetype]);
	(void)w;
}

static void show_zones(const struct world *w)
{
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		struct zone_figures f = zone_figures(z / MAX_NR_ZONES, z % MAX_NR_ZONES);

		if (w->model->zone[z].exists)
			printf("node %u zone %-7s free %llu managed %llu min %llu low %llu high %llu boost %llu highatomic %llu\n",
			       z / MAX_NR_ZONES, zone_name(z % MAX_NR_ZONES),
			       (unsigned long long)zone_free_pages(z / MAX_NR_ZONES, z % MAX_NR_ZONES),
			       (unsigned long long)f.managed, (unsigned long long)f.min, (unsigned long long)f.low,
			       (unsigned long long)f.high, (unsigned long long)f.boost,
			       (unsigned long long)f.nr_reserved_highatomic);
	}
}

/* What rests on per-CPU lists: the first page handed out next comes first. */
static void show_lists(const struct world *w)
{
	u32 pfn[64];

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		for (unsigned c = 0; w->model->zone[z].exists && c < w->model->nr_cpus; c++)
			for (unsigned l = 0; l < w->model->nr_lists; l++) {
				u64 n = pcp_dump(z / MAX_NR_ZONES, z % MAX_NR_ZONES, c, l, pfn, ARRAY_SIZE(pfn));

				if (n)
					printf("node %u zone %-7s cpu %u list %u order %u:", z / MAX_NR_ZONES,
					       zone_name(z % MAX_NR_ZONES), c, l, model_list_order(w->model, l));
				for (u64 i = 0; i < n && i < ARRAY_SIZE(pfn); i++)
					printf(" %u", pfn[i]);
				if (n)
					printf("\n");
			}
}

static void show_log(const struct world *w)
{
	fputs(world_log(w), stdout);
}

static void show_slabinfo(const struct world *w)
{
	static char text[65536];

	if (!w->slab_up)
		return;
	slabinfo_show(text, sizeof(text));
	fputs(text, stdout);
}

static const struct {
	const char *name;
	unsigned (*text)(char *out, unsigned bytes); /* a file of /proc */
	void (*show)(const struct world *w);
} sights[] = {
	{ "buddyinfo", buddyinfo_show, NULL },
	{ "pagetypeinfo", pagetypeinfo_show, NULL },
	{ "zoneinfo", zoneinfo_show, NULL },
	{ "vmstat", vmstat_show, NULL },
	{ "meminfo", meminfo_show, NULL },
	{ "slabinfo", NULL, show_slabinfo },
	{ "blocks", NULL, show_blocks },
	{ "lists", NULL, show_lists },
	{ "zones", NULL, show_zones },
	{ "log", NULL, show_log },
};

static bool show_what(const struct world *w, const char *what)
{
	static char text[65536];

	for (size_t i = 0; i < ARRAY_SIZE(sights); i++) {
		if (strcmp(sights[i].name, what))
			continue;
		if (sights[i].show) {
			sights[i].show(w);
			return true;
		}
		sights[i].text(text, sizeof(text));
		fputs(text, stdout);
		return true;
	}
	return false;
}

#define SIGHTS "buddyinfo|pagetypeinfo|zoneinfo|vmstat|meminfo|slabinfo|blocks|lists|zones|log"

int cmd_show(int argc, char **argv)
{
	static const struct option options[] = { { "at", 1, 0, 'a' }, { 0 } };
	u64 at = 1 << 20;
	struct program p;
	struct world *w;
	int c, code = EXIT_FINE;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (c != 'a' || !parse_number(optarg, 1 << 20, &at))
			return c == 'a' ? EXIT_USAGE : bad_option(argv);
	if (argc - optind != 2) {
		complain("FILE [--at N] " SIGHTS);
		return EXIT_USAGE;
	}
	program_init(&p);
	if (!load_program(&p, argv[optind], NULL, NULL, 0)) {
		program_free(&p);
		return EXIT_USAGE;
	}
	w = new_world();
	w->until = (u32)min_of(at, p.nr_ops);
	lockstep_run(w, &p);
	if (w->verdict.failed)
		complain("finding %s at step %d: %s", w->verdict.clause, w->verdict.step, w->verdict.sentence);
	if (!w->current || w->early) {
		complain("the machine has no page allocator yet");
		code = EXIT_USAGE;
	} else if (!show_what(w, argv[optind + 1])) {
		complain("show what? " SIGHTS ", not %s", argv[optind + 1]);
		code = EXIT_USAGE;
	}
	world_destroy(w);
	program_free(&p);
	return code;
}

/* --- hunt ---------------------------------------------------------------------------------------------------------------- */

unsigned tables_by_name(const char *name)
{
	static const struct {
		const char *name;
		unsigned tables;
	} known[] = { { "page", TABLE_PAGE },	    { "memblock", TABLE_MEMBLOCK },
		      { "slab", TABLE_SLAB },	    { "kmalloc", TABLE_KMALLOC },
		      { "task", TABLE_TASK },	    { "file", TABLE_FILE },
		      { "swap", TABLE_SWAP },	    { "vm", TABLE_VM },
		      { "all", TABLE_PAGE | TABLE_MEMBLOCK } };
	unsigned tables = TABLE_MACHINE;

	while (*name) {
		size_t len = strcspn(name, ","), i = 0;

		while (i < ARRAY_SIZE(known) && (strlen(known[i].name) != len || memcmp(known[i].name, name, len)))
			i++;
		if (i == ARRAY_SIZE(known)) {
			complain("no tables %.*s; there are page, memblock, slab, kmalloc, task, file, swap, vm, all", (int)len, name);
			return 0;
		}
		tables |= known[i].tables;
		name += len + (name[len] == ',');
	}
	return tables;
}

bool keep_program(const struct program *p, const char *path)
{
	struct out_file o;

	if (!out_open(&o, path))
		return false;
	program_print(p, o.file, NULL);
	return out_close(&o);
}

int report_found(struct world *w, const struct program *p, const char *where, const char *path)
{
	struct verdict v = w->verdict;
	char replay[4200] = "mmcheck run -v FILE";
	int code = EXIT_FINDING;

	printf("finding %s: %s\n%s, step %d of %u\n", v.clause, v.sentence, where, v.step, p->nr_ops);
	if (path && keep_program(p, path))
		snprintf(replay, sizeof(replay), "mmcheck run -v %s", path);
	else if (path)
		code = EXIT_ENVIRONMENT; /* a disk that is full by now */
	finding_print(w, p, stdout, replay);
	return code;
}

/* Short programs mostly, a long one now and then: bugs that need history are rarer than bugs that need variety. */
static u32 length_of(u64 i, u64 ops)
{
	return (u32)(i % 16 == 15 ? ops * 8 : ops);
}

struct hunt {
	u64 seed, seconds, most, ops;
	unsigned tables;
	const char *path; /* where the finding goes; NULL: nowhere */
	bool stats, no_switches, recount;
};

/* Once more with a recount after every operation: what differs first, rather than what follows from it. */
static void look_closer(struct world *w, struct program *p)
{
	u8 flags = p->header.flags;

	p->header.flags |= HEADER_RECOUNT_ALWAYS;
	if (lockstep_run(w, p)->failed)
		return;
	p->header.flags = flags;
	lockstep_run(w, p);
}

/* Seconds are CPU time, so that a busy machine finds what an idle one does. With `most` programs no clock matters. */
static int hunt(const struct hunt *h)
{
	struct world *w = new_world();
	double end = cpu_seconds() + (double)h->seconds;
	char where[40];
	struct program p;
	int code = EXIT_FINE;
	u64 i = 0;

	program_init(&p);
	sim_watchdog_start(SIM_WATCHDOG_SECONDS);
	for (; code == EXIT_FINE && i < h->most && (i % 64 || cpu_seconds() < end); i++) {
		u64 this_seed = h->seed * 1000003 + i;

		program_generate(&p, this_seed, length_of(i, h->ops), h->tables);
		if (h->no_switches) /* what is found then did not need its schedule */
			program_drop_switches(&p);
		if (lockstep_run(w, &p)->failed) {
			if (h->recount)
				look_closer(w, &p);
			snprintf(where, sizeof(where), "seed %llu", (unsigned long long)this_seed);
			code = report_found(w, &p, where, h->path);
		}
	}
	if (code == EXIT_FINE && !w->stats.ops) {
		complain("no operation ran in %llu programs: that is no hunt", (unsigned long long)i);
		code = EXIT_ENVIRONMENT;
	} else if (code == EXIT_FINE)
		printf("no finding in %llu programs, %llu operations\n", (unsigned long long)i,
		       (unsigned long long)w->stats.ops);
	if (h->stats)
		print_stats(w);
	program_free(&p);
	world_destroy(w);
	return code;
}

int cmd_hunt(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", 1, 0, 's' }, { "seconds", 1, 0, 't' }, { "ops", 1, 0, 'n' }, { "tables", 1, 0, 'T' },
		{ "stats", 0, 0, 'S' }, { "programs", 1, 0, 'p' }, { "no-switches", 0, 0, 'N' },
		{ "recount", 0, 0, 'r' }, { 0 },
	};
	struct hunt h = { .seed = 1, .seconds = 10, .ops = 64, .most = ~0ULL, .tables = TABLE_MACHINE | TABLE_PAGE };
	int c;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		bool good = true;

		if (c == 's')
			good = parse_number(optarg, ~0ULL, &h.seed);
		else if (c == 't')
			good = parse_number(optarg, 1000000, &h.seconds);
		else if (c == 'n')
			good = parse_number(optarg, 8192, &h.ops);
		else if (c == 'p')
			good = parse_number(optarg, ~0ULL, &h.most);
		else if (c == 'T')
			good = (h.tables = tables_by_name(optarg)) != 0;
		else if (c == 'S')
			h.stats = true;
		else if (c == 'N')
			h.no_switches = true;
		else if (c == 'r')
			h.recount = true;
		else if (c == 'o')
			h.path = optarg;
		else
			return bad_option(argv);
		if (!good)
			return EXIT_USAGE;
	}
	if (optind != argc) {
		complain("what is %s?", argv[optind]);
		return EXIT_USAGE;
	}
	return !h.path || out_check(h.path) ? hunt(&h) : EXIT_ENVIRONMENT;
}
