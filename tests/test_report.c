// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_report.c - what people are told of a finding, and how a program that kills is told from another: reports of
 * tools as they look, each with the line that is made of it.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "fork_run.h"
#include "model_text.h"
#include "tap.h"
#include "vmstat.h"

/* --- reports of tools
 * ------------------------------------------------------------------------------------------------- */

#define ASAN_FRAMES                                                                                                    \
	"    #0 0x55d1 in memset (/usr/bin/x+0x1)\n    #1 0x55d2 in free_one_block mm/page_alloc.c:70:9\n"             \
	"    #2 0x55d3 in main tools/mmcheck.c:9\n"

static const struct told {
	const char *report, *what;
	int exit;
} tolds[] = {
	{"==9==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1 at pc 0x2\nREAD of size 4\n" ASAN_FRAMES,
	 "asan heap-buffer-overflow in free_one_block", 1},
	{"==9==ERROR: AddressSanitizer: SEGV on unknown address\n    #0 0x1 in first_of_all /lib/libc.c:3\n    #1 0x2 "
	 "in other /lib/x.c\n",
	 "asan SEGV in first_of_all", 1},
	{"==9==ERROR: AddressSanitizer: SEGV on unknown address\n    #0 0x1 in libc (/lib/libc.so+0x3)\n"
	 "    #1 0x2 in expand /src/mm/page_alloc.c:7\n",
	 "asan SEGV in expand", 1},
	{"==9==ERROR: AddressSanitizer: stack-overflow on address 0x1\n", "asan stack-overflow", 1},
	{"ERROR: AddressSanitizer: SEGV\n#0 in_name without the word\n", "asan SEGV", 1},
	{"==9==WARNING: MemorySanitizer: use-of-uninitialized-value\n    #0 0x1 in expand mm/page_alloc.c:7\n",
	 "msan use-of-uninitialized-value in expand", 77},
	{"==9==ERROR: MemorySanitizer: SEGV on unknown address 0x5\n", "msan SEGV", 77},
	{"WARNING: ThreadSanitizer: data race (pid=9)\n    #0 rmqueue mm/page_alloc.c\n    #1 0x1 in main mm/x.c:1\n",
	 "tsan data race in main", 66},
	{"ERROR: ThreadSanitizer: SEGV on unknown\n", "tsan SEGV", 66},
	{"==9==ERROR: LeakSanitizer: detected memory leaks\n", "lsan detected memory leaks", 23},
	{"mmcheck: something\nmm/page_alloc.c:70:9: runtime error: shift exponent 64 is too large for 32-bit type "
	 "'u32' 0x1f\nmore\n",
	 "ubsan shift exponent N is too large for N-bit type 'u32' N (mm/page_alloc.c:70:9)", 1},
	{"mm/a_folder_with_a_long_name/and_a_file.c:70:9: runtime error: x\n",
	 "ubsan x (mm/a_folder_with_a_long_name/a)", 1},
	{"a.c:1:1: runtime error: zone9 _7 Z8 a00 9a 00x1 0xffg 10 20\n",
	 "ubsan zone9 _7 Z8 a00 Na Nx1 Ng N N (a.c:1:1)", 1},
	{"==7== Invalid read of size 4\n==7==    at 0x401136: expand (page_alloc.c:12)\n==7==    by 0x40: main "
	 "(x.c:1)\n",
	 "valgrind Invalid read of size N in expand", 7},
	{"==7== Invalid write\n==7==    at 0x401136: "
	 "a_function_whose_name_is_longer_than_sixty_characters_for_sure_it_is (x.c:12)\n",
	 "valgrind Invalid write in a_function_whose_name_is_longer_than_sixty_characters_for_su", 7},
	{"x\n==7== Invalid read\n==7==    at 0x401136: expand (page_alloc.c:12)\n", "exit 7", 7},
	{"==7== Invalid read\n==7==    by nobody\n", "exit 7", 7},
	{"nothing of interest\n", "exit 3", 3},
	{"", "exit 255", 255},
};

static void tell_and_exit(void *arg, struct verdict *v)
{
	const struct told *t = arg;

	(void)v;
	if (write(STDERR_FILENO, t->report, strlen(t->report)) < 0)
		_exit(99);
	_exit(t->exit);
}

static struct death judge(void (*how)(void *arg, struct verdict *v), const void *arg, double seconds)
{
	return forked_judge(&(struct fork_job){how, (void *)arg, seconds, NULL, NULL});
}

static void test_tools(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(tolds); i++) {
		struct death d = judge(tell_and_exit, &tolds[i], 10);

		same_text(d.what, tolds[i].what, "a report in one line");
		ok(d.died && !d.signal && d.exit == tolds[i].exit, "that is how it died");
	}
}

/* --- deaths
 * ----------------------------------------------------------------------------------------------------------- */

static void end_by_signal(void *arg, struct verdict *v)
{
	(void)v;
	signal(*(const int *)arg, SIG_DFL);
	raise(*(const int *)arg);
}

static void never_end(void *arg, struct verdict *v)
{
	(void)arg, (void)v;
	for (volatile u64 n = 0;; n++)
		;
}

static void live(void *arg, struct verdict *v)
{
	const char *clause = arg;

	v->failed = *clause != 0;
	strcpy(v->clause, clause);
	v->step = 7;
	puts("this is what it says");
	fflush(stdout);
}

static void speak_much(void *arg, struct verdict *v)
{
	char line[1000];

	(void)arg;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = 0;
	for (int i = 0; i < 200; i++)
		puts(line);
	fflush(stdout);
	v->failed = true;
	strcpy(v->clause, "T1");
}

static void test_deaths(void)
{
	static const int term = SIGTERM;
	char report[FORK_REPORT_BYTES] = "";
	struct death d = judge(end_by_signal, &term, 10);

	ok(d.died && d.signal == SIGTERM && !d.exit, "a signal is told");
	same_text(d.what, "signal 15", "by its number");
	d = judge(never_end, NULL, 0.05);
	ok(d.died && d.signal == SIGKILL, "who gets nowhere is ended");
	same_text(d.what, "no progress", "and that is said");
	d = judge(live, "B4", 10);
	ok(!d.died && d.verdict.failed && d.verdict.step == 7, "who lives gives a verdict");
	same_text(d.what, "B4", "its clause is told");
	d = forked_judge(&(struct fork_job){live, "", 10, NULL, report});
	ok(!d.died && !d.verdict.failed && !d.what[0], "nothing found, nothing told");
	same_text(report, "this is what it says\n", "what it printed is kept");
	d = forked_judge(&(struct fork_job){speak_much, NULL, 10, NULL, report});
	ok(!d.died && !strcmp(d.what, "T1") && strlen(report) == FORK_REPORT_BYTES - 1,
	   "of much only the beginning is kept, and it ends");
}

/* Steps of progress, each shorter than the limit, and all of them longer. */
static void go_on(void *arg, struct verdict *v)
{
	volatile u64 *progress = arg;
	clock_t begin = clock();

	for (int i = 1; i <= 8; i++)
		for (*progress = (u64)i; clock() - begin < i * CLOCKS_PER_SEC / 10;)
			;
	v->failed = true;
	strcpy(v->clause, "T2");
}

static void test_progress(void)
{
	volatile u64 *progress = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct death d = forked_judge(&(struct fork_job){go_on, (void *)progress, 0.35, progress, NULL});

	same_text(d.what, "T2", "who goes on may take longer than the limit");
	d = judge(go_on, (const void *)progress, 0.35);
	same_text(d.what, "no progress", "who does not say so may not");
}

/* --- a finding as people read it
 * ----------------------------------------------------------------------------------------- */

#define HEAD "mmcheck-trace 1 profile=small start=booted flags=damage swarm=0x0 seed=0x0\n"

static char *told_of(struct world *w, const char *text, const char *replay)
{
	char error[200], *told = NULL;
	struct program p;
	size_t len;
	FILE *out;

	program_init(&p);
	if (!program_parse(&p, text, strlen(text), error, sizeof(error), NULL))
		printf("Bail out! %s\n", error);
	out = open_memstream(&told, &len);
	finding_print(w, &p, out, replay);
	fclose(out);
	program_free(&p);
	return told;
}

static void tells(struct world *w, const char *text, const char *replay, const char *want, const char *claim)
{
	char *told = told_of(w, text, replay);

	same_text(told, want, claim);
	free(told);
}

#define WAITS(n) #n ": sleep ms=1\n"
#define TEN(n)	 WAITS(n) WAITS(n) WAITS(n) WAITS(n) WAITS(n) WAITS(n) WAITS(n) WAITS(n) WAITS(n) WAITS(n)

static void test_finding(struct world *w)
{
	char *told;

	tells(w, HEAD "0: sleep ms=1\n", "x",
	      "mmcheck: the finding does not repeat: it depends on something outside the program\n",
	      "what is no finding does not repeat");
	told = told_of(w,
		       HEAD TEN(0) TEN(0) TEN(
			       0) "0: p0 = alloc_pages gfp=GFP_KERNEL order=0\n0: get_page_unseen p0\n0: sleep ms=1\n",
		       "do it");
	ok(told && !strncmp(told, "mmcheck: finding B22: ", 22), "it begins with its clause");
	ok(strstr(told, "\n  at step 31 of 33\n  (the last 24 of 32 steps)\nmmcheck-trace 1 profile=small"),
	   "then the step, and how much is shown");
	ok(strstr(told, "\n8: sleep ms=1   # ok\n") && !strstr(told, "\n7: sleep"),
	   "the last 24 steps with their answers");
	ok(strstr(told, "\n31: get_page_unseen p0   # ok\n") && !strstr(told, "\n32: "), "up to the one that failed");
	ok(!strstr(told, "kernel log") && strstr(told, "\nreplay: do it\n"), "at last how to do it again");
	free(told);
	told = told_of(w, HEAD "0: p0 = alloc_pages gfp=GFP_KERNEL order=0\n1: leak p0\n", NULL);
	ok(told && !strncmp(told, "mmcheck: finding Q5: ", 21), "something is missing at the end");
	ok(strstr(told, "\n  at the end of the program, after 2 operations, when all was freed\nmmcheck-trace") &&
		   strstr(told, "\n1: leak p0   # ok\n"),
	   "all of it is shown");
	ok(!strstr(told, "replay:") && !strstr(told, "the last "), "and no more than was asked for");
	free(told);
}

/* The operation that fails wrote to the log: it may not sleep, and the model wants a higher mark. */
static void test_log(struct world *w)
{
	static const char text[] = HEAD "0: sleep ms=1\n1: p0 = alloc_pages ctx=spinlock gfp=GFP_KERNEL order=0\n";
	struct model_zone *zone;
	char *told;

	tells(w, text, NULL, "mmcheck: the finding does not repeat: it depends on something outside the program\n",
	      "a report that is due");
	zone = &((struct model *)w->model->image)->zone[0 * MAX_NR_ZONES + ZONE_NORMAL];
	zone->low += 30;
	told = told_of(w, text, "do it");
	ok(!strncmp(told, "mmcheck: finding W4: ", 21) && strstr(told, "\n  at step 1 of 2\nmmcheck-trace") &&
		   strstr(told,
			  "\nkernel log of the last operation:\nBUG: sleeping function called from invalid context") &&
		   strstr(told, "\nreplay: do it\n"),
	   "what the last operation wrote to the log is shown");
	zone->low -= 30;
	free(told);
}

/* --- recounts
 * ---------------------------------------------------------------------------------------------------------------- */

static u64 recounts_of(struct world *w, u32 nr, bool always)
{
	u64 before = w->stats.recounts;
	struct program p;

	program_init(&p);
	if (always)
		p.header.flags = HEADER_RECOUNT_ALWAYS;
	for (u32 i = 0; i < nr; i++)
		program_append(&p)->code = 0x010c; /* buddyinfo */
	(void)lockstep_run(w, &p);
	program_free(&p);
	return w->stats.recounts - before;
}

static void test_recounts(struct world *w)
{
	u64 none = recounts_of(w, 0, false), few = recounts_of(w, 40, false);

	same_number(recounts_of(w, 40, false), few, "a program is recounted as often when it runs again");
	same_number(few - none, 1, "once, of 40 operations: at the end");
	same_number(recounts_of(w, 64, false) - none, 1, "of 64: then, and nothing is left for the end");
	same_number(recounts_of(w, 65, false) - none, 2, "of 65: then and at the end");
	same_number(recounts_of(w, 40, true) - none, 40, "after each, when the header asks for it");
}

/* --- what is said of counters, and long programs
 * -------------------------------------------------------------------------- */

/* A zone of the model that counts otherwise: the sentence says where, what, and both numbers. */
static void test_sentence(struct world *w)
{
	static const char text[] = "mmcheck-trace 1 flags=recount\n0: sleep ms=1\n";
	struct model_zone *zone;
	struct program p;
	char error[200], want[200];

	program_init(&p);
	program_parse(&p, text, strlen(text), error, sizeof(error), NULL);
	(void)lockstep_run(w, &p);
	zone = &((struct model *)w->model->image)->zone[2 * MAX_NR_ZONES + ZONE_HIGHMEM];
	snprintf(want, sizeof(want), "node 2 zone HighMem: managed pages is %lld, it should be %lld",
		 (long long)zone->managed, (long long)zone->managed + 7);
	zone->managed += 7;
	same_text(lockstep_run(w, &p)->sentence, want, "a count that differs is told with its zone");
	zone->managed -= 7;
	same_text(lockstep_run(w, &p)->clause, "", "and is as it was");
	program_free(&p);
}

/* An event that cannot be: the sentence has its numbers in their places. */
static void test_event_sentence(struct world *w)
{
	struct mm_event ev = {.type = EVENT_PAGEBLOCK, .pfn = 5000, .order = 5, .migratetype = 3};
	struct program p;

	program_init(&p);
	(void)lockstep_run(w, &p);
	model_begin_other(w->model, 0);
	says_clause(model_free_block(w->model, 1ULL << 40, 0, 0, 0), "B4",
		    "a block far outside of the machine is no free one");
	says_clause(model_free_block(w->model, 0, w->model->max_order + 1, 0, 0), "B4",
		    "nor one larger than the largest");
	same_text(model_event(w->model, &ev), "B15: pfn 5000 order 5 changes its type to 3",
		  "an event is told as it was announced");
	program_free(&p);
}

/* What a text of /proc has is shown up to its 70th character. */
static void test_text_sentence(struct world *w)
{
	static char text[8192];
	struct program p;
	char *line, want[200];
	const char *said;

	program_init(&p);
	w->until = 0;
	(void)lockstep_run(w, &p);
	w->until = ~0u;
	pagetypeinfo_show(text, sizeof(text));
	line = strstr(text, "Node    0, zone   Normal, type    Unmovable");
	line[10] = '?';
	snprintf(want, sizeof(want), "F2: the text has \"%.70s\" where \"Node    0, zone   Normal, type ", line);
	said = model_judge_pagetypeinfo(w->model, text);
	ok(said && !strncmp(said, want, strlen(want)), "a line that differs is told as it is and as it is due");
	program_free(&p);
}

static void test_longest(void)
{
	struct world *w = world_create();
	struct program p;
	char *const *outcome;

	program_init(&p);
	(void)lockstep_run(w, &p); /* little room at first */
	while (p.nr_ops < MAX_OPS) {
		struct instr *in = program_append(&p);

		in->code = 0x0013; /* sleep */
		in->cpu = 1;
	}
	w->record = true;
	same_text(lockstep_run(w, &p)->clause, "", "a program of 65,536 operations runs");
	outcome = lockstep_outcome(w);
	ok(outcome[0] && outcome[MAX_OPS - 1], "its first and last operation too");
	p.nr_ops = 3;
	(void)lockstep_run(w, &p);
	outcome = lockstep_outcome(w);
	ok(outcome[2] && !outcome[3] && !outcome[MAX_OPS - 1], "and leaves no answers behind");
	program_free(&p);
	world_destroy(w);
}

int main(void)
{
	struct world *w = world_create();
	test_tools();
	test_deaths();
	test_progress();
	test_finding(w);
	test_log(w);
	test_recounts(w);
	test_sentence(w);
	test_text_sentence(w);
	test_longest();
	test_event_sentence(w);
	world_destroy(w);
	return tap_end();
}
