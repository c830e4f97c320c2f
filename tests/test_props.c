// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_props.c - the driver of the properties and the own engine, with laws that misbehave.
 *
 * The list of laws is this file's own: what is shipped holds. Each run is a child process whose stdout is looked at.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "driver.h"
#include "observe.h"
#include "tap.h"
#include "tool.h"

/* --- laws -------------------------------------------------------------------------------------------------------- */

static bool never(struct prop_run *r, const struct program *p)
{
	(void)p;
	return prop_fail(r, "as ever");
}

static bool is_short(struct prop_run *r, const struct program *p)
{
	return p->nr_ops < 3 || prop_fail(r, "%u operations", p->nr_ops);
}

static bool is_mute(struct prop_run *r, const struct program *p)
{
	(void)r, (void)p;
	return false;
}

static bool crashes(struct prop_run *r, const struct program *p)
{
	volatile uintptr_t nowhere = 64;

	(void)r;
	if (p->nr_ops >= 2)
		*(volatile int *)nowhere = 1;
	return true;
}

static bool aborts(struct prop_run *r, const struct program *p)
{
	(void)r;
	if (p->nr_ops >= 1)
		abort();
	return true;
}

static bool leaves(struct prop_run *r, const struct program *p)
{
	(void)r, (void)p;
	_exit(0);
}

static bool loops(struct prop_run *r, const struct program *p)
{
	volatile bool on = p->nr_ops >= 1;

	(void)r;
	while (on)
		continue;
	return true;
}

static bool tires(struct prop_run *r, const struct program *p)
{
	static unsigned calls;

	(void)p;
	return ++calls < 5 || prop_fail(r, "enough");
}

/* Notes each program in a file: one line. */
static bool is_noted(struct prop_run *r, const struct program *p)
{
	const char *text = prop_program_text(r, p), *path = getenv("TEST_PROPS_NOTES");
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT, 0666) : -1;
	u64 hash = 0;
	char line[32];

	for (const char *c = text; *c; c++)
		hash = mix(hash, (u8)*c);
	snprintf(line, sizeof(line), "%016llx\n", ull(hash));
	if (fd >= 0 && write(fd, line, 17) != 17)
		abort();
	close(fd);
	return true;
}

static bool always(struct prop_run *r, const struct program *p)
{
	(void)r, (void)p;
	return true;
}

#define LAW(holds, tables) static const struct prop law_##holds = { #holds, "for tests: " #holds, tables, holds }
LAW(never, TABLE_PAGE);
LAW(is_short, TABLE_PAGE);
LAW(is_mute, TABLE_PAGE);
LAW(crashes, TABLE_PAGE);
LAW(aborts, TABLE_PAGE);
LAW(leaves, TABLE_PAGE);
LAW(loops, TABLE_PAGE);
LAW(tires, TABLE_PAGE);
LAW(is_noted, TABLE_PAGE);
LAW(always, TABLE_PAGE);
static const struct prop law_never_early = { "never_early", "for tests: never_early", TABLE_MEMBLOCK, never };

const struct prop *const prop_list[] = { &law_never,   &law_never_early, &law_is_short, &law_is_mute,
					 &law_crashes, &law_aborts,	 &law_leaves,	&law_loops,
					 &law_tires,   &law_is_noted,	 &law_always,	NULL };

/* --- runs -------------------------------------------------------------------------------------------------------- */

#define MOST_ARGS 16

static char folder[] = "/tmp/test_props.XXXXXX";
static char said[1 << 16], complained[1 << 16]; /* stdout and stderr of the last run */

static const char *in_folder(const char *name)
{
	static char path[4][256];
	static unsigned turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static void read_all(const char *path, char *text, size_t bytes)
{
	FILE *in = fopen(path, "r");
	size_t n = in ? fread(text, 1, bytes - 1, in) : 0;

	text[n] = 0;
	if (in)
		fclose(in);
}

static void become(const char *path, int fd)
{
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (to < 0 || dup2(to, fd) < 0)
		_exit(99);
	close(to);
}

/* The driver with these words, parted by blanks; returns its exit status. */
static int run(const char *words)
{
	char copy[512], *argv[MOST_ARGS + 2] = { (char *)"props" };
	int argc = 1, status = 0;
	pid_t child;

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *w = strtok(copy, " "); w && argc <= MOST_ARGS; w = strtok(NULL, " "))
		argv[argc++] = w;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		become(in_folder("out"), STDOUT_FILENO);
		become(in_folder("err"), STDERR_FILENO);
		status = props_main(argc, argv);
		fflush(stdout);
		_exit(status);
	}
	waitpid(child, &status, 0);
	read_all(in_folder("out"), said, sizeof(said));
	read_all(in_folder("err"), complained, sizeof(complained));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void holds_or_shows(bool holds, const char *claim, const char *text)
{
	if (!ok(holds, "%s", claim))
		printf("# %.*s\n", (int)strcspn(text, "\n"), text);
}

static void says(const char *words, const char *claim)
{
	holds_or_shows(strstr(said, words), claim, said);
}

/* How many lines begin so. */
static unsigned lines_with(const char *begin)
{
	unsigned nr = 0;

	for (const char *line = said; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		nr += !strncmp(line, begin, strlen(begin));
	}
	return nr;
}

/* --- claims ------------------------------------------------------------------------------------------------------ */

static void failing_laws(void)
{
	same_number((u64)run("--only never --seed 5 --trials 50"), 1, "a law that never holds: exit status 1");
	says("prop never: FAILED LAW never: as ever\n", "it is reported with its clause and sentence");
	says("\n  law: for tests: never\n  seed: 5\n  minimized: 0 operations, ", "its seed, and minimized to no operation");
	says("mmcheck-trace 1 profile=tiny start=booted flags=- swarm=0x0 seed=0x0\n", "on the smallest machine");
	says("\nprops: 1 properties, 1 programs, ", "at the first program");
	run("--only never_early --seed 5 --trials 50");
	says("FAILED LAW never_early: as ever", "a law of memblock too");
	says("mmcheck-trace 1 profile=tiny start=early ", "its smallest program still is one for it");
	run("--only is_short --seed 5 --trials 50");
	says("prop is_short: FAILED LAW is_short: 3 operations\n", "the sentence is the smallest program's");
	says("\n  minimized: 3 operations, ", "which has three operations");
	run("--only is_mute --seed 5 --trials 50");
	says("FAILED LAW is_mute: it does not hold, and does not say why", "a law that says no word is a failure");
	same_number((u64)run("--only always --seed 5 --trials 9"), 0, "a law that holds: exit status 0");
	says("prop always: ok (9 programs)\nprops: 1 properties, 9 programs, ", "nine programs were asked for");
}

#if defined(TOOL_ASAN)
#define SEGV "asan SEGV"
#elif defined(TOOL_MSAN)
#define SEGV "msan SEGV"
#elif defined(TOOL_TSAN)
#define SEGV "tsan SEGV"
#else
#define SEGV "signal 11"
#endif

static void dying_laws(const char *batch)
{
	char words[64];

	snprintf(words, sizeof(words), "--only crashes --seed 6 --trials 50 --batch %s", batch);
	same_number((u64)run(words), 1, "a crash is a finding");
	says("prop crashes: FAILED " SEGV, "the clause says how the process died");
	says("\n  minimized: 2 operations, ", "the program that crashes is minimized");
	snprintf(words, sizeof(words), "--only aborts --seed 6 --trials 50 --batch %s", batch);
	same_number((u64)run(words), 1, "an abort is a finding");
	says("prop aborts: FAILED signal 6: the process died", "its clause is the signal");
	says("\n  minimized: 1 operations, ", "the program that aborts is minimized");
	run("--only leaves --seed 6 --trials 50");
	says("prop leaves: FAILED exit 0: ", "a process that ends too early is a finding");
}

/* One run of all laws: each ends as it must, and the next one has its turn. */
static void run_goes_on(void)
{
	const char *loops;

	if (SIM_WATCHDOG_SECONDS > 2) {
		skip("all laws, and one that loops", "this flavour is slow");
		return;
	}
	same_number((u64)run("--seed 6 --trials 50"), 1, "all of them together: exit status 1");
	says("prop loops: FAILED no progress: the program used 2 s of CPU time", "one that loops makes no progress");
	loops = strstr(said, "prop loops:");
	loops = loops ? strstr(loops, "\n  minimized: ") : NULL;
	ok(loops && !strncmp(loops, "\n  minimized: 1 operations, ", 28), "and is minimized");
	same_number(lines_with("prop "), 11, "each law has its line");
	same_number(lines_with("prop always: ok ("), 1, "the last one still holds");
	says("\nprops: 11 properties, ", "all are counted");
	says(" operations, 9 findings\n", "and those that failed");
}

static void unrepeatable_law(void)
{
	run("--only tires --seed 6 --trials 400");
	says("prop tires: FAILED LAW tires: enough", "a law that fails after some programs");
	says("\n  not minimized: alone it does not fail", "is not said to fail by its program alone");
	run("--only tires --seed 6 --trials 20 --batch 1");
	says("prop tires: ok (20 programs)", "with a process for each program it never fails");
}

/* The programs that a run tried, one line each. */
static const char *notes_of(const char *words)
{
	static char notes[2][1 << 12];
	static unsigned turn;
	const char *path = in_folder("notes");

	turn = !turn;
	unlink(path);
	setenv("TEST_PROPS_NOTES", path, 1);
	run(words);
	read_all(path, notes[turn], sizeof(notes[turn]));
	return notes[turn];
}

static void same_seed_same_programs(void)
{
	char first[1 << 12];

	snprintf(first, sizeof(first), "%s", notes_of("--only is_noted --seed 77 --trials 20"));
	same_number(strlen(first), 20 * 17, "twenty programs were tried");
	same_text(notes_of("--only is_noted --seed 77 --trials 20"), first, "the same seed: the same programs");
	same_text(notes_of("--only is_noted --seed 77 --trials 20 --batch 3"), first, "whatever the batch");
	same_text(notes_of("--only is_noted --seed 77 --trials 20 --batch 0"), first, "or without child processes");
	ok(strcmp(notes_of("--only is_noted --seed 78 --trials 20"), first) != 0, "another seed: other programs");
	ok(strncmp(first, first + 17, 17) != 0, "the first two programs differ");
}

static void replays(void)
{
	char words[512], seed[64];
	const char *at;

	run("--only is_short --seed 9 --trials 50");
	snprintf(words, sizeof(words), "--only is_short --replay %s", in_folder("found/prop_is_short.trace"));
	same_number((u64)run(words), 1, "the trace that was written fails again");
	says("prop is_short: FAILED LAW is_short: 3 operations", "in the same way");
	snprintf(words, sizeof(words), "--only always --replay %s", in_folder("found/prop_is_short.trace"));
	same_number((u64)run(words), 0, "and not for another law");
	snprintf(words, sizeof(words), "--only never_early --replay %s", in_folder("found/prop_is_short.trace"));
	same_number((u64)run(words), 2, "a law of memblock refuses it");
	run("--only is_short --seed 9 --trials 50");
	at = strstr(said, "  seed: ");
	snprintf(seed, sizeof(seed), "%.*s", at ? (int)strcspn(at + 8, "\n") : 0, at ? at + 8 : "");
	snprintf(words, sizeof(words), "--only is_short --seed %s --trials 1", seed);
	same_number((u64)run(words), 1, "one trial of the seed it names fails again");
}

static void complaints(void)
{
	static const char *const bad[] = { "--frobnicate", "--seed many",     "--seconds soon", "--trials 0",
					   "--batch -1",   "--only nothing",  "--replay x",	"word",
					   "--seed",	   "--only never --replay /nonexistent" };

	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		int status = run(bad[i]);
		const char *end = strchr(complained, '\n');

		ok(status == 2 && end && !end[1] && !said[0], "%s: exit status 2 and one line", bad[i]);
	}
	same_number((u64)run("--list"), 0, "--list");
	says("never                              for tests: never\n", "names and laws");
	same_number((u64)run("--help"), 0, "--help");
	setenv("MMCHECK_FINDINGS", "/dev/null/below", 1);
	same_number((u64)run("--only never --seed 5 --trials 1"), 3, "a folder that cannot be: exit status 3");
	says("prop never: FAILED LAW never: as ever\n", "and the failure is reported all the same");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 3;
	setenv("MMCHECK_FINDINGS", in_folder("found"), 1);
	unsetenv("RC_PARAMS");
	failing_laws();
	dying_laws("256");
	dying_laws("1");
	run_goes_on();
	unrepeatable_law();
	same_seed_same_programs();
	replays();
	complaints();
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return tap_end();
}
