/* SPDX-License-Identifier: GPL-2.0-only */
/* make.c - commands that make programs out of programs: print, compile, gen, minimize, export-c; and the list of ops. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "fork_run.h"
#include "tool.h"
#include "tools.h"
#include "witness.h"

static int usage(const char *words)
{
	complain("%s", words);
	return EXIT_USAGE;
}

static int write_program(const struct program *p, const char *path)
{
	return keep_program(p, path) ? EXIT_FINE : EXIT_ENVIRONMENT;
}

int cmd_print(int argc, char **argv)
{
	struct program p;
	int code = EXIT_USAGE;

	if (argc != 2)
		return usage("which file?");
	program_init(&p);
	if (load_program(&p, argv[1], NULL, NULL, 0))
		code = write_program(&p, "-");
	program_free(&p);
	return code;
}

/* --- compile ------------------------------------------------------------------------------------------------------------ */

static int compile_file(const char *path, const char *folder)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct out_file o;
	struct program p;
	char target[4096];
	u8 *bytes;
	size_t n;
	int code = EXIT_USAGE;

	program_init(&p);
	snprintf(target, sizeof(target), "%s/%s", folder, name);
	if (load_program(&p, path, NULL, NULL, 0)) {
		n = program_encode(&p, NULL, 0);
		bytes = malloc(n);
		program_encode(&p, bytes, n);
		code = EXIT_ENVIRONMENT;
		if (out_open(&o, target)) {
			fwrite(bytes, 1, n, o.file);
			code = out_close(&o) ? EXIT_FINE : EXIT_ENVIRONMENT;
		}
		free(bytes);
	}
	program_free(&p);
	return code;
}

int cmd_compile(int argc, char **argv)
{
	struct file_list files = { 0 };
	const char *folder = NULL;
	int c, worst = EXIT_FINE;

	while ((c = getopt(argc, argv, "o:")) != -1) {
		if (c != 'o')
			return usage("FILE|FOLDER... -o FOLDER");
		folder = optarg;
	}
	if (!folder || optind == argc)
		return usage("FILE|FOLDER... -o FOLDER");
	if (mkdir(folder, 0777) && errno != EEXIST) {
		complain("cannot make %s: %s", folder, strerror(errno));
		return EXIT_ENVIRONMENT;
	}
	if (!list_files(&files, argv + optind, argc - optind))
		worst = EXIT_USAGE;
	for (u32 i = 0; i < files.nr; i++) {
		int code = compile_file(files.path[i], folder);

		worst = max_of(worst, code);
	}
	free_files(&files);
	return worst;
}

/* --- gen ------------------------------------------------------------------------------------------------------------------ */

int cmd_gen(int argc, char **argv)
{
	static const struct option options[] = { { "seed", 1, 0, 's' }, { "ops", 1, 0, 'n' }, { "tables", 1, 0, 'T' }, { 0 } };
	u64 seed = 1, ops = 64;
	unsigned tables = TABLE_MACHINE | TABLE_PAGE;
	const char *path = "-";
	struct program p;
	int c, code;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		bool good = c != '?';

		if (c == 's')
			good = parse_number(optarg, ~0ULL, &seed);
		else if (c == 'n')
			good = parse_number(optarg, MAX_OPS, &ops);
		else if (c == 'T')
			good = (tables = tables_by_name(optarg)) != 0;
		else if (c == 'o')
			path = optarg;
		if (!good)
			return c == '?' ? usage("[--seed N] [--ops N] [--tables " TABLE_NAMES "] [-o FILE]") : EXIT_USAGE;
	}
	if (optind != argc)
		return usage("[--seed N] [--ops N] [--tables " TABLE_NAMES "] [-o FILE]");
	program_init(&p);
	program_generate(&p, seed, (u32)ops, tables);
	code = write_program(&p, path);
	program_free(&p);
	return code;
}

/* --- minimize --------------------------------------------------------------------------------------------------------------- */

/* A program that kills the process is run in forked children and compared by how they die. */
static bool dies_the_same(void *arg, const struct program *candidate)
{
	return forked_same_death(arg, candidate);
}

static int minimize(struct world *w, struct program *p, const char *out, const struct minimize_limits *limits)
{
	struct death death = forked_run(p);
	u32 before = p->nr_ops;
	u64 tries;

	if (!death.died && !death.what[0]) {
		complain("nothing is found in this program");
		return EXIT_USAGE;
	}
	tries = death.died ? program_minimize_with(p, dies_the_same, &death, limits) : program_minimize(w, p, limits);
	if (write_program(p, out))
		return EXIT_ENVIRONMENT;
	printf("finding %s: %u operations, %u before, %llu programs tried\n", death.what, p->nr_ops, before,
	       (unsigned long long)tries);
	return EXIT_FINE;
}

int cmd_minimize(int argc, char **argv)
{
	static const struct option options[] = { { "seconds", 1, 0, 's' }, { 0 } };
	struct minimize_limits limits = { 0 };
	const char *out = NULL, *words = "FILE -o FILE [--seconds N]";
	struct program p;
	struct world *w;
	u64 seconds;
	int c, code = EXIT_USAGE;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (c == '?')
			return usage(words);
		if (c == 's' && !parse_number(optarg, 1000000, &seconds))
			return EXIT_USAGE;
		if (c == 's')
			limits.seconds = (double)seconds;
		else
			out = optarg;
	}
	if (!out || argc - optind != 1)
		return usage(words);
	program_init(&p);
	w = new_world();
	sim_watchdog_start(SIM_WATCHDOG_SECONDS);
	if (load_program(&p, argv[optind], NULL, NULL, 0))
		code = minimize(w, &p, out, &limits);
	world_destroy(w);
	program_free(&p);
	return code;
}

/* --- export-c ------------------------------------------------------------------------------------------------------------------ */

static int export_c(struct world *w, const struct program *p, const char *source, const char *out)
{
	const struct op *op;
	struct out_file o;
	u32 step;

	w->record = true;
	lockstep_run(w, p);
	op = program_without_c(p, lockstep_outcome(w), &step);
	if (op) {
		complain("%s: step %u, %s, has no form in C", source, step, op->name);
		return EXIT_USAGE;
	}
	if (!out_open(&o, out))
		return EXIT_ENVIRONMENT;
	program_export_c(p, &w->verdict, lockstep_outcome(w), o.file, source);
	return out_close(&o) ? EXIT_FINE : EXIT_ENVIRONMENT;
}

int cmd_export_c(int argc, char **argv)
{
	const char *out = NULL;
	struct program p;
	struct world *w;
	int c, code = EXIT_USAGE;

	while ((c = getopt(argc, argv, "o:")) != -1) {
		if (c != 'o')
			return usage("FILE -o FILE.c");
		out = optarg;
	}
	if (!out || argc - optind != 1)
		return usage("FILE -o FILE.c");
	program_init(&p);
	w = new_world();
	sim_watchdog_start(SIM_WATCHDOG_SECONDS);
	if (load_program(&p, argv[optind], NULL, NULL, 0))
		code = export_c(w, &p, argv[optind], out);
	world_destroy(w);
	program_free(&p);
	return code;
}

/* --- lists ------------------------------------------------------------------------------------------------------------------------ */

static void print_op(const struct op *op)
{
	static const char *const roles[] = { "", "new", "live", "live|stale", "live" };

	printf("0x%04x %-18s", op->code, op->name);
	for (unsigned i = 0; i < MAX_ARGS && op->args[i]; i++) {
		const struct arg_kind_row *kind = &arg_kinds[op->args[i]];

		if (kind->key)
			printf(" %s", kind->key);
		else
			printf(" %c=%s", family_letter[kind->family], roles[kind->role]);
	}
	printf("%s%s%s%s\n", op->flags & OP_BOOT ? "  [boot]" : "", op->flags & OP_EARLY ? "  [before hand-over]" : "",
	       op->flags & OP_TASK_ONLY ? "  [task only]" : "", op->flags & OP_CLIENT_BUG ? "  [client bug]" : "");
}

int cmd_ops(int argc, char **argv)
{
	const struct op *op;

	(void)argv;
	if (argc != 1)
		return usage("takes no argument");
	for (unsigned n = 0; (op = op_nth(n)); n++)
		print_op(op);
	return EXIT_FINE;
}

int cmd_witness(int argc, char **argv)
{
	bool verbose = false;
	int c;

	while ((c = getopt(argc, argv, "v")) != -1) {
		if (c != 'v')
			return usage("[-v] FILE");
		verbose = true;
	}
	if (argc - optind != 1)
		return usage("[-v] FILE");
	return witness_file(argv[optind], verbose, stdout, stderr);
}
