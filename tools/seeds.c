/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seeds.c - the programs worth keeping: those that reach an edge of mm/ that nothing before them reached, made small.
 *
 * The flavour `fuzz` counts edges for the fuzzers; here the same counters are read between two programs. A program reaches
 * the same edges whatever ran before: the profiles' own machines are booted before all, and a machine that a program
 * asks for is booted for each of its runs, since another one ran meanwhile. Programs that the target of these tables would
 * not run are passed over: what it can reach it must reach without them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "tools.h"

#define SEEDS_USAGE "[--tables ...] [--base FILE|FOLDER]... -o FOLDER FILE|FOLDER..."
#define MOST_BASES  16

void __sanitizer_cov_8bit_counters_init(char *start, char *stop);

/* Edge counters of the code under test; none in other flavours. */
static char *counters;
static size_t nr_edges;

/* Called by the compiler's constructors, in each object file with the same range. */
void __sanitizer_cov_8bit_counters_init(char *start, char *stop)
{
	counters = start;
	nr_edges = (size_t)(stop - start);
}

struct seeds {
	struct world *world;
	struct program other; /* asks for a machine that nobody else asks for */
	bool *covered; /* by the base, and by what is kept */
	bool *wanted;  /* of the program at hand: edges that nobody covers */
	unsigned tables;
	u32 kept, nr_files;
};

/* Leaves its edges in the counters. false: it ends in a finding. */
static bool run_alone(struct seeds *s, const struct program *p)
{
	if (program_boot_ops(p))
		lockstep_run(s->world, &s->other);
	memset(counters, 0, nr_edges);
	return !lockstep_run(s->world, p)->failed;
}

static void cover(struct seeds *s)
{
	for (size_t i = 0; i < nr_edges; i++)
		s->covered[i] |= counters[i] != 0;
}

static size_t want_what_is_new(struct seeds *s)
{
	size_t n = 0;

	for (size_t i = 0; i < nr_edges; i++) {
		s->wanted[i] = counters[i] && !s->covered[i];
		n += s->wanted[i];
	}
	return n;
}

static bool reaches_all_wanted(void *arg, const struct program *candidate)
{
	struct seeds *s = arg;

	if (!run_alone(s, candidate))
		return false;
	for (size_t i = 0; i < nr_edges; i++)
		if (s->wanted[i] && !counters[i])
			return false;
	return true;
}

static int write_seed(struct seeds *s, const struct program *p, const char *folder)
{
	char path[4096];
	struct out_file o;

	snprintf(path, sizeof(path), "%s/seed_%04u.trace", folder, s->kept++);
	s->world->record = true;
	lockstep_run(s->world, p);
	s->world->record = false;
	if (!out_open(&o, path))
		return EXIT_ENVIRONMENT;
	program_print(p, o.file, lockstep_outcome(s->world));
	return out_close(&o) ? EXIT_FINE : EXIT_ENVIRONMENT;
}

static bool is_for_target(const struct seeds *s, const struct program *p)
{
	return p->header.profile != PROFILE_REAL && (p->header.start != START_EARLY || (s->tables & TABLE_MEMBLOCK));
}

/* folder: where a seed goes; NULL: the file belongs to the base. */
static int take_file(struct seeds *s, const char *path, const char *folder)
{
	struct program p;
	int code = EXIT_USAGE;

	program_init(&p);
	s->nr_files++;
	if (load_program(&p, path, NULL, NULL, 0)) {
		code = EXIT_FINE;
		p.header.flags &= (u8)~HEADER_DAMAGE;
		if (!is_for_target(s, &p)) {
			s->nr_files--;
		} else if (!run_alone(s, &p)) {
			complain("%s: ends in a finding, and is left out", path);
		} else if (!folder) {
			cover(s);
		} else if (want_what_is_new(s)) {
			program_minimize_with(&p, reaches_all_wanted, s, NULL);
			run_alone(s, &p);
			cover(s);
			code = write_seed(s, &p, folder);
		}
	}
	program_free(&p);
	return code;
}

static int take_files(struct seeds *s, char *const *paths, int nr, const char *folder)
{
	struct file_list files = { 0 };
	int code = list_files(&files, paths, nr) ? EXIT_FINE : EXIT_USAGE;

	for (u32 i = 0; code == EXIT_FINE && i < files.nr; i++)
		code = take_file(s, files.path[i], folder);
	free_files(&files);
	return code;
}

static size_t count_covered(const struct seeds *s)
{
	size_t n = 0;

	for (size_t i = 0; i < nr_edges; i++)
		n += s->covered[i];
	return n;
}

static void boot_all(struct seeds *s)
{
	static const char other[] = "mmcheck-trace 1 profile=tiny start=booted flags=- swarm=0x0 seed=0x0\n"
				    "0: knob knob=frames value=4093\n";
	struct program p;

	s->world = new_world();
	program_init(&s->other);
	program_parse(&s->other, other, sizeof(other) - 1, (char[200]){ 0 }, 200, NULL);
	program_init(&p);
	p.header.version = PROGRAM_VERSION;
	for (p.header.profile = PROFILE_TINY; p.header.profile < PROFILE_REAL; p.header.profile++)
		for (p.header.start = 0; p.header.start < NR_START_STATES; p.header.start++)
			run_alone(s, &p);
	program_free(&p);
}

static int seeds(unsigned tables, char *const *base, int nr_bases, char *const *paths, int nr, const char *folder)
{
	struct seeds s = { .tables = tables, .covered = calloc(nr_edges, 1), .wanted = calloc(nr_edges, 1) };
	size_t before;
	int code;

	boot_all(&s);
	code = nr_bases ? take_files(&s, base, nr_bases, NULL) : EXIT_FINE;
	before = count_covered(&s);
	s.nr_files = 0;
	if (code == EXIT_FINE)
		code = take_files(&s, paths, nr, folder);
	if (code == EXIT_FINE)
		printf("seeds: %u of %u files, edges %zu, %zu before\n", s.kept, s.nr_files, count_covered(&s), before);
	program_free(&s.other);
	world_destroy(s.world);
	free(s.covered);
	free(s.wanted);
	return code;
}

int cmd_seeds(int argc, char **argv)
{
	static const struct option options[] = { { "base", 1, 0, 'b' }, { "tables", 1, 0, 'T' }, { 0 } };
	unsigned tables = TABLE_MACHINE | TABLE_PAGE | TABLE_MEMBLOCK;
	const char *folder = NULL;
	char *base[MOST_BASES];
	int c, nr_bases = 0;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (c == '?' || (c == 'b' && nr_bases == MOST_BASES)) {
			complain(SEEDS_USAGE);
			return EXIT_USAGE;
		}
		if (c == 'T' && !(tables = tables_by_name(optarg)))
			return EXIT_USAGE;
		if (c == 'b')
			base[nr_bases++] = optarg;
		else if (c == 'o')
			folder = optarg;
	}
	if (!folder || optind == argc) {
		complain(SEEDS_USAGE);
		return EXIT_USAGE;
	}
	if (!nr_edges) {
		complain("this flavour counts no edges; make SAN=fuzz build/fuzz/mmcheck does");
		return EXIT_ENVIRONMENT;
	}
	if (mkdir(folder, 0777) && errno != EEXIST) {
		complain("cannot make %s: %s", folder, strerror(errno));
		return EXIT_ENVIRONMENT;
	}
	sim_watchdog_start(WATCHDOG_SECONDS);
	return seeds(tables, base, nr_bases, argv + optind, argc - optind, folder);
}
