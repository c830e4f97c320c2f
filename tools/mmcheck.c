/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmcheck.c - the command.
 *
 * Exit codes: 0 fine, 1 a finding, 2 bad usage or unreadable input, 3 the environment is not good enough.
 */
#include <errno.h>
#include <string.h>
#include "tools.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
	const char *purpose;
} commands[] = {
	{ "run", cmd_run, "[-v] [--expect] [--stats] [--until N] [--gdb] FILE...", "run programs, judge every operation" },
	{ "print", cmd_print, "FILE", "a program as text" },
	{ "compile", cmd_compile, "FILE|FOLDER... -o FOLDER", "programs as bytes, for the fuzzers" },
	{ "gen", cmd_gen, "[--seed N] [--ops N] [--tables " TABLE_NAMES "] [-o FILE]", "a random program" },
	{ "hunt", cmd_hunt, "[--seed N] [--seconds N] [--programs N] [--ops N] [--tables ...] [--no-switches] [--recount] [--stats] [-o FILE]", "random programs until a finding; seconds of CPU time" },
	{ "minimize", cmd_minimize, "FILE -o FILE [--seconds N]", "the smallest program with the same finding" },
	{ "triage", cmd_triage, "-o FOLDER [--seconds N] FILE...", "crash inputs to findings: one a clause and shape, minimized" },
	{ "marks", cmd_marks, "[-v] [--unreached] [--each] FILE|FOLDER...", "which rare places of mm programs come by" },
	{ "reach", cmd_reach, "MARK [--seed N] [--seconds N] [--ops N] [--tables ...] -o FILE [FILE|FOLDER...]",
	  "the smallest program that comes by a mark" },
	{ "seeds", cmd_seeds, "[--tables ...] [--base FILE|FOLDER]... -o FOLDER FILE|FOLDER...",
	  "small programs for the edges that others reach (flavour fuzz)" },
	{ "export-c", cmd_export_c, "FILE -o FILE.c", "a program as C on the public API" },
	{ "show", cmd_show, "FILE [--at N] buddyinfo|...|zoneinfo|blocks|lists|log", "the machine after N operations" },
	{ "digest", cmd_digest, "FILE... | --gen SEED COUNT [TABLES]", "digests, equal on every compiler and flavour" },
	{ "ops", cmd_ops, "", "all operations and their arguments" },
	{ "witness", cmd_witness, "[-v] FILE", "judge a recording of a real kernel (ftrace text, .zst, -)" },
	{ "explore", cmd_explore,
	  "[--profile P] [--frames N] [--cpus N] [--ops N] [--preemptions N] [--irq 0|1|2] [--alphabet LETTER,...]\n"
	  "            [--scheduler dfs|random|pct|round_robin|program] [--depth N] [--schedules N] [--programs N] [--seed N]\n"
	  "            [--seconds N] [--no-prune] [--count] [-o FILE] [FILE]   (--alphabet alone prints the letters)",
	  "all small programs, or one, under all schedules with few preemptions" },
	{ "bench", cmd_bench, "[--quick] [--json FILE]", "how fast" },
};

static void usage(FILE *out)
{
	fprintf(out, "usage: mmcheck COMMAND ...   (mmcheck --version)\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-9s %s\n            %s\n", commands[i].name, commands[i].usage, commands[i].purpose);
	fprintf(out, "\nexit status: 0 fine, 1 finding, 2 bad usage or unreadable input, 3 environment\n");
}

/* What was printed must have arrived. */
static int flushed(int code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	complain("cannot write to standard output: %s", strerror(errno));
	return EXIT_ENVIRONMENT;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("mmcheck %s (program version %d, flavour %s)\n", MMCHECK_VERSION, PROGRAM_VERSION, MMCHECK_FLAVOUR);
		return flushed(EXIT_FINE);
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return flushed(EXIT_FINE);
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name)) {
			command_name = commands[i].name;
			opterr = 0; /* our own one line */
			return flushed(commands[i].run(argc - 1, argv + 1));
		}
	complain("no command %s; mmcheck --help lists them", argv[1]);
	return EXIT_USAGE;
}
