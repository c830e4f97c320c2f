/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * triage.c - many inputs that crashed, few findings that a person wants to read.
 *
 *   input --run 3 times--> clause --minimize--> program --its operations--> shape      one folder for clause and shape
 *
 *   FOLDER/CLAUSE-SHAPE/input            as the engine saved it
 *                       minimized.trace  the smallest program with this clause; fit for corpus/bad
 *                       repro.c          the same on the public API of mm/
 *                       report.txt       what `mmcheck run -v minimized.trace` prints
 *                       replay           that command
 *
 * Each run is in a child: a sanitizer's death is a clause like any other. An input that ends in different ways is a
 * finding of its own, `not repeatable`: something outside the program had a hand in it. Exit status: 1 a finding, else 2
 * when an input is no program, else 0.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "fork_run.h"
#include "tools.h"

#define REPLAYS		  3
#define INPUTS_A_CLAUSE	  5 /* so many are minimized: what differs in shape shows soon, and the rest is more of it */
#define NAME_BYTES	  96
#define NOT_REPEATABLE	  "not repeatable"
#define REPORT_CPU_SECONDS 20

struct input {
	const char *path;
	off_t bytes;
	char clause[160]; /* empty: nothing found */
	char name[NAME_BYTES]; /* of its finding; empty: not minimized */
	bool unreadable;
};

/* --- one input ---------------------------------------------------------------------------------------------------- */

static bool loads(struct program *p, const char *path)
{
	if (!load_program(p, path, NULL, NULL, 0))
		return false;
	p->header.flags &= (u8)~HEADER_DAMAGE; /* as the fuzz targets do */
	return true;
}

/* How it ends, once. */
static void run_once(struct input *in, const struct program *p, struct death *first)
{
	*first = forked_run(p);
	snprintf(in->clause, sizeof(in->clause), "%s", first->what);
}

static void run_again(struct input *in, const struct program *p, struct death *first)
{
	for (int i = 1; i < REPLAYS; i++)
		if (!forked_same_death(first, p)) {
			snprintf(in->clause, sizeof(in->clause), NOT_REPEATABLE);
			return;
		}
}

static void minimize(struct program *p, struct death *death, double seconds)
{
	struct minimize_limits limits = { seconds };

	if (!death->died) {
		struct world *w = new_world();

		program_minimize(w, p, &limits);
		world_destroy(w);
	} else {
		program_minimize_with(p, forked_same_death, death, &limits);
	}
}

/* --- names -------------------------------------------------------------------------------------------------------- */

static void append_word(char *name, const char *word)
{
	size_t n = strlen(name);

	for (; *word && n < NAME_BYTES - 1; word++) {
		bool plain = (*word >= '0' && *word <= '9') || (*word >= 'A' && *word <= 'Z') ||
			     (*word >= 'a' && *word <= 'z') || *word == '_';

		if (plain || (n && name[n - 1] != '-'))
			name[n++] = plain ? *word : '-';
	}
	name[n] = 0;
}

/* The clause and the operations of the smallest program; the same one several times in a row counts once. */
static void name_finding(char *name, const char *clause, const struct program *p)
{
	u16 last = 0;

	name[0] = 0;
	append_word(name, clause);
	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct op *op = op_by_code(p->op[i].code);

		if (!op || op->code == last)
			continue;
		append_word(name, " ");
		append_word(name, op->name);
		last = op->code;
	}
	if (name[0] && name[strlen(name) - 1] == '-')
		name[strlen(name) - 1] = 0;
}

/* --- what is kept ------------------------------------------------------------------------------------------------- */

static bool copy_file(const char *from, const char *to)
{
	struct out_file o;
	size_t bytes;
	u8 *data = read_whole(from, &bytes);
	bool good = data && out_open(&o, to);

	if (good) {
		fwrite(data, 1, bytes, o.file);
		good = out_close(&o);
	}
	free(data);
	return good;
}

static bool write_trace(const struct program *p, const char *clause, const char *path)
{
	struct out_file o;

	if (!out_open(&o, path))
		return false;
	program_print(p, o.file, NULL);
	fprintf(o.file, "# expect: finding %s\n", clause);
	return out_close(&o);
}

static bool write_words(const char *path, const char *words)
{
	struct out_file o;

	if (!out_open(&o, path))
		return false;
	fprintf(o.file, "%s\n", words);
	return out_close(&o);
}

static void export_c(const struct program *p, const char *path, const char *source)
{
	struct world *w = new_world();
	struct out_file o;
	u32 step;

	w->record = true;
	lockstep_run(w, p);
	if (!program_without_c(p, lockstep_outcome(w), &step) && out_open(&o, path)) {
		program_export_c(p, &w->verdict, lockstep_outcome(w), o.file, source);
		out_close(&o);
	}
	world_destroy(w);
}

_Noreturn static void exec_run(const char *trace, FILE *out)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	setrlimit(RLIMIT_CPU, &(struct rlimit){ REPORT_CPU_SECONDS, REPORT_CPU_SECONDS });
	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(out), STDERR_FILENO);
	if (n > 0) {
		self[n] = 0;
		execl(self, self, "run", "-v", trace, (char *)NULL);
	}
	_exit(EXIT_ENVIRONMENT);
}

/* What the replay command prints, by doing just that. */
static bool write_report(const char *path, const char *trace)
{
	struct out_file o;
	pid_t child;

	if (!out_open(&o, path))
		return false;
	child = fork();
	if (!child)
		exec_run(trace, o.file);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	return out_close(&o) && child > 0;
}

static bool make_folder(const char *path)
{
	if (!mkdir(path, 0777) || errno == EEXIST)
		return true;
	complain("cannot make %s: %s", path, strerror(errno));
	return false;
}

static bool keep(const struct input *in, const struct program *p, const char *folder)
{
	char dir[2048], path[2300], trace[2300], words[2400];
	bool dies = strchr(in->clause, ' ') != NULL; /* a death, or a word like `no progress`: mm alone does not show it */

	snprintf(dir, sizeof(dir), "%s/%s", folder, in->name);
	snprintf(trace, sizeof(trace), "%s/minimized.trace", dir);
	snprintf(words, sizeof(words), "build/%s/mmcheck run -v %s", MMCHECK_FLAVOUR, trace);
	snprintf(path, sizeof(path), "%s/input", dir);
	if (!make_folder(dir) || !copy_file(in->path, path) || !write_trace(p, in->clause, trace))
		return false;
	snprintf(path, sizeof(path), "%s/report.txt", dir);
	if (!write_report(path, trace))
		return false;
	snprintf(path, sizeof(path), "%s/repro.c", dir);
	if (!dies)
		export_c(p, path, trace);
	snprintf(path, sizeof(path), "%s/replay", dir);
	return write_words(path, words);
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

static bool is_new(const struct input *list, const struct input *in)
{
	for (; list < in; list++)
		if (!strcmp(list->name, in->name))
			return false;
	return true;
}

static unsigned nr_minimized(const struct input *list, const struct input *in)
{
	unsigned n = 0;

	for (; list < in; list++)
		n += list->name[0] && !strcmp(list->clause, in->clause);
	return n;
}

/* Minimize it, and keep it if there is none like it yet. false: it could not be written. */
static bool become_finding(const struct input *list, struct input *in, struct program *p, struct death *death,
			   const char *folder, double seconds)
{
	if (strcmp(in->clause, NOT_REPEATABLE))
		minimize(p, death, seconds);
	name_finding(in->name, in->clause, p);
	if (!is_new(list, in))
		return true;
	printf("finding %s: %u operations, %s/%s\n", in->clause, p->nr_ops, folder, in->name);
	fflush(stdout);
	return keep(in, p, folder);
}

/* false: it could not be written. */
static bool triage_one(const struct input *list, struct input *in, const char *folder, double seconds)
{
	struct program p;
	struct death death;
	bool good = true;

	program_init(&p);
	in->unreadable = !loads(&p, in->path);
	if (!in->unreadable) {
		run_once(in, &p, &death);
		if (in->clause[0] && nr_minimized(list, in) < INPUTS_A_CLAUSE) {
			run_again(in, &p, &death);
			good = become_finding(list, in, &p, &death, folder, seconds);
		}
	}
	program_free(&p);
	return good;
}

static int by_size(const void *a, const void *b)
{
	const struct input *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* How each input was judged, for scripts: path, clause, finding, separated by tabs. */
static bool write_index(const struct input *list, unsigned nr, const char *folder)
{
	char path[2300];
	struct out_file o;

	snprintf(path, sizeof(path), "%s/index.tsv", folder);
	if (!out_open(&o, path))
		return false;
	for (unsigned i = 0; i < nr; i++)
		fprintf(o.file, "%s\t%s\t%s\n", list[i].path, list[i].clause[0] ? list[i].clause : "-",
			list[i].name[0] ? list[i].name : "-");
	return out_close(&o);
}

static int triage(struct input *list, unsigned nr, const char *folder, double seconds)
{
	unsigned findings = 0, silent = 0, unreadable = 0;
	bool good = true;

	for (unsigned i = 0; good && i < nr; i++) {
		good = triage_one(list, &list[i], folder, seconds);
		findings += list[i].name[0] && is_new(list, &list[i]);
		unreadable += list[i].unreadable;
		silent += !list[i].clause[0] && !list[i].unreadable;
	}
	if (!good || !write_index(list, nr, folder))
		return EXIT_ENVIRONMENT;
	printf("triage: %u inputs, %u findings, %u inputs end well", nr, findings, silent);
	if (unreadable)
		printf(", %u are no programs", unreadable);
	printf("\n");
	return findings ? EXIT_FINDING : unreadable ? EXIT_USAGE : EXIT_FINE;
}

static int usage(void)
{
	complain("-o FOLDER [--seconds N] FILE...");
	return EXIT_USAGE;
}

int cmd_triage(int argc, char **argv)
{
	static const struct option options[] = { { "seconds", 1, 0, 's' }, { 0 } };
	const char *folder = NULL;
	struct input *list;
	struct stat st;
	u64 seconds = 10;
	int c, nr, code;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (c == '?')
			return usage();
		if (c == 'o')
			folder = optarg;
		else if (!parse_number(optarg, 1000000, &seconds))
			return EXIT_USAGE;
	}
	nr = argc - optind;
	if (!folder || nr < 1)
		return usage();
	if (!make_folder(folder))
		return EXIT_ENVIRONMENT;
	list = calloc((size_t)nr, sizeof(*list));
	for (int i = 0; i < nr; i++) {
		list[i].path = argv[optind + i];
		if (stat(list[i].path, &st)) {
			complain("cannot read %s: %s", list[i].path, strerror(errno));
			free(list);
			return EXIT_USAGE;
		}
		list[i].bytes = st.st_size;
	}
	qsort(list, (size_t)nr, sizeof(*list), by_size);
	code = triage(list, (unsigned)nr, folder, (double)seconds);
	free(list);
	return code;
}
