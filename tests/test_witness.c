// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_witness.c - recordings of a few lines, each with one thing wrong, and what must be said about them.
 *
 * Each is judged in memory and as a file (of memory, so that nothing is left behind); both must count the
 * same.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "ftrace.h"
#include "lockstep.h"
#include "model_witness.h"
#include "witness.h"

#define SAMPLE "tests/data/linux-6.18-page-events.sample.trace.zst"

#define AT(context, event) "           <...>-107     [001] " context "  4536.221007: " event "\n"
#define ALLOC_GFP(context, pfn, order, gfp)                                                                  \
	AT(context,                                                                                          \
	   "mm_page_alloc: page=ffffea0014621b00 pfn=" pfn " order=" order " migratetype=0 gfp_flags=" gfp)
#define ALLOC(pfn, order) ALLOC_GFP(".....", pfn, order, "GFP_KERNEL|__GFP_COMP")
#define FREE(pfn, order)  AT(".....", "mm_page_free: page=ffffea0014621b00 pfn=" pfn " order=" order)
#define BATCHED(pfn)	  AT("...2.", "mm_page_free_batched: page=ffffea0014621b00 pfn=" pfn " order=0")
#define TAKEN(pfn, order)                                                                                    \
	AT("d..3.", "mm_page_alloc_zone_locked: page=ffffea0014621b00 pfn=" pfn " order=" order              \
		    " migratetype=0 percpu_refill=1")
#define OTHER AT(".....", "kfree: call_site=x+0x1/0x2 ptr=0000000000000000")

struct expected {
	int exit_code;
	u64 events, judged, violations, unknown, matched, skipped_lines;
	const char *begins; /* the first sentence; NULL none */
};

struct recording {
	const char *name, *text;
	struct expected is;
};

static const struct recording recordings[] = {
	{"a good recording",
	 "# tracer: nop\n#\n" TAKEN("0x100", "0") ALLOC("0x100", "0") ALLOC("0x104", "2") OTHER FREE(
		 "0x100", "0") BATCHED("0x100") FREE("0x104", "2") TAKEN("0x100", "3") ALLOC("0x100", "3"),
	 {0, 9, 8, 0, 0, 2, 0, NULL}},
	{"an allocation repeated",
	 ALLOC("0x100", "0") ALLOC("0x100", "0") FREE("0x100", "0"),
	 {1, 3, 3, 1, 0, 1, 0, "B3: pfn 256 was handed out, but it is owned"}},
	{"an allocation inside an owned block",
	 ALLOC("0x100", "3") ALLOC("0x106", "1"),
	 {1, 2, 2, 1, 0, 0, 0, "B3: pfn 262 was handed out, but it is inside an owned block"}},
	{"a free dropped, the frame allocated again",
	 ALLOC("0x100", "0") OTHER BATCHED("0x101") ALLOC("0x100", "0"),
	 {1, 4, 3, 1, 0, 0, 0, "B3: pfn 256 was handed out"}},
	{"a free repeated is a free of an unknown frame",
	 ALLOC("0x100", "0") FREE("0x100", "0") FREE("0x100", "0"),
	 {0, 3, 3, 0, 1, 1, 0, NULL}},
	{"a block freed in pieces",
	 ALLOC("0x100", "1") FREE("0x101", "0") FREE("0x100", "0"),
	 {0, 3, 3, 0, 0, 2, 0, NULL}},
	{"a misaligned block",
	 ALLOC("0x102", "2") FREE("0x102", "2"),
	 {1, 2, 2, 2, 0, 0, 0, "B2: a block of order 2 begins at pfn 258"}},
	{"a request that may sleep in a hardirq",
	 ALLOC_GFP("..h..", "0x100", "0", "GFP_KERNEL") FREE("0x100", "0"),
	 {1, 2, 2, 1, 0, 1, 0, "X1: pfn 256"}},
	{"the same with irqs off",
	 ALLOC_GFP("d....", "0x100", "0", "__GFP_DIRECT_RECLAIM"),
	 {1, 1, 1, 1, 0, 0, 0, "X1: pfn 256"}},
	{"the same with preemption off",
	 ALLOC_GFP(".N.1.", "0x100", "0", "GFP_NOFS|__GFP_NOFAIL"),
	 {1, 1, 1, 1, 0, 0, 0, "X1: pfn 256"}},
	{"atomic requests in atomic context, a sleeping one with migration disabled",
	 ALLOC_GFP("d.h1.", "0x100", "0", "GFP_ATOMIC")
		 ALLOC_GFP("...1.", "0x101", "0", "GFP_NOWAIT|__GFP_COMP")
			 ALLOC_GFP(".N..1", "0x102", "0", "GFP_KERNEL"),
	 {0, 3, 3, 0, 0, 0, 0, NULL}},
	{"frames allocated before the recording",
	 FREE("0x100", "0") FREE("0x200", "4"),
	 {0, 2, 2, 0, 2, 0, 0, NULL}},
	{"a batched free of an owned frame",
	 ALLOC("0x100", "0") BATCHED("0x100"),
	 {1, 2, 2, 1, 0, 0, 0, "B22: pfn 256 was freed in a batch, but it is owned"}},
	{"an owned frame leaves a free list",
	 ALLOC("0x101", "0") TAKEN("0x100", "1"),
	 {1, 2, 2, 1, 0, 0, 0, "B3: pfn 257 left a free list, but it is owned"}},
	{"after lost events nothing is known",
	 ALLOC("0x100", "0") "CPU:1 [LOST 123 EVENTS]\n" ALLOC("0x100", "0") FREE("0x100", "0"),
	 {0, 3, 3, 0, 0, 1, 0, NULL}},
	{"a CPU's buffer starts late",
	 ALLOC("0x100", "0") "##### CPU 1 buffer started ####\n" ALLOC("0x100", "0"),
	 {0, 2, 2, 0, 0, 0, 0, NULL}},
	{"an event that cannot be read is a lost one",
	 ALLOC("0x100", "0") AT(".....", "mm_page_free: page=ffffea0014621b00 pfn=0x1") ALLOC("0x100", "0"),
	 {0, 2, 2, 0, 0, 0, 1, NULL}},
	{"a last line without its end",
	 ALLOC("0x100", "0") "  <...>-1 [001] ..... 4.2: mm_page_free: page=0 pfn=0x100 order=1",
	 {0, 1, 1, 0, 0, 0, 1, NULL}},
	{"unknown gfp flags beside known ones",
	 ALLOC_GFP("..s..", "0x100", "0", "GFP_KERNEL|__GFP_NEW|0x8000000"),
	 {1, 1, 1, 1, 0, 0, 0, "X1: pfn 256"}},
	{"a failed allocation is none",
	 AT(".....", "mm_page_alloc: page=0000000000000000 pfn=0x0 order=3 migratetype=0 "
		     "gfp_flags=GFP_ATOMIC") ALLOC("0x100", "0"),
	 {0, 2, 1, 0, 0, 0, 0, NULL}},
	{"lines that end as on other systems",
	 "# tracer: nop\r\n  a [0] b-1 [000] ..... 1.0: mm_page_free: page=0 pfn=0x7 order=0\r\n",
	 {0, 1, 1, 0, 1, 0, 0, NULL}},
	{"decimal frames, no flags column, the name with its system",
	 "cc 12 [003] 1.5: kmem:mm_page_alloc: page=0x1 pfn=256 order=0 migratetype=0 "
	 "gfp_flags=GFP_KERNEL\n" FREE("0x100", "0"),
	 {0, 2, 2, 0, 0, 1, 0, NULL}},
	{"a frame above what is followed",
	 ALLOC("0x7fffffffffff", "0") FREE("0xfffffff", "0"),
	 {2, 2, 1, 0, 1, 0, 0, NULL}},
	{"an empty file", "", {2, 0, 0, 0, 0, 0, 0, NULL}},
	{"not a recording", "The quick brown fox\n[001]: 1.2: mm_page_free:\n", {2, 0, 0, 0, 0, 0, 2, NULL}},
	{"a recording without page events", OTHER OTHER, {2, 2, 0, 0, 0, 0, 0, NULL}},
};

static unsigned nr_tests, nr_failed;

static void report(bool ok, const char *name, const char *why)
{
	printf("%sok %u - %s\n", ok ? "" : "not ", ++nr_tests, name);
	if (!ok)
		printf("# %s\n", why);
	nr_failed += !ok;
}

/* --- in memory
 * ------------------------------------------------------------------------------------------------------- */

static struct witness_result judge_text(const char *text, size_t bytes)
{
	struct model *m = model_create_witness(WITNESS_FRAMES);
	struct witness_result r = {0};

	if (!m || witness_buffer(m, text, bytes, &r) != r.judged)
		r.judged = ~0ULL;
	model_destroy(m);
	return r;
}

static const char *wrong_result(const struct witness_result *r, const struct expected *is)
{
	if (r->events != is->events || r->judged != is->judged)
		return "events or judged";
	if (r->violations != is->violations || r->unknown != is->unknown || r->matched != is->matched)
		return "violations, unknown or matched";
	if (r->skipped_lines != is->skipped_lines)
		return "skipped lines";
	if (is->begins ? strncmp(r->sentence, is->begins, strlen(is->begins)) : r->sentence[0])
		return r->sentence[0] ? r->sentence : "no sentence";
	return NULL;
}

/* --- as a file
 * -------------------------------------------------------------------------------------------------------- */

struct said {
	int exit_code;
	char *out, *err;
};

static struct said judge_file(const char *path, bool verbose)
{
	size_t out_bytes, err_bytes;
	struct said s = {0};
	FILE *out = open_memstream(&s.out, &out_bytes), *err = open_memstream(&s.err, &err_bytes);

	s.exit_code = witness_file(path, verbose, out, err);
	fclose(out);
	fclose(err);
	return s;
}

static void said_free(struct said s)
{
	free(s.out);
	free(s.err);
}

static struct said judge_as_file(const char *text, size_t bytes)
{
	int fd = memfd_create("recording", 0);
	char path[40];
	struct said s;

	if (fd < 0 || write(fd, text, bytes) != (ssize_t)bytes)
		exit(3);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	s = judge_file(path, true);
	close(fd);
	return s;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), e = strlen(end);

	return n >= e && !strcmp(text + n - e, end);
}

static bool is_one_line(const char *text)
{
	return *text && strchr(text, '\n') == text + strlen(text) - 1;
}

static const char *wrong_report(const struct said *s, const struct expected *is)
{
	char last[200];

	if (s->exit_code != is->exit_code)
		return "exit code of the file";
	if (is->exit_code == 2 && !is_one_line(s->err))
		return "not one line of error";
	if (is->exit_code == 2 && !is->judged)
		return *s->out ? "a report of nothing" : NULL;
	snprintf(last, sizeof(last), "witness: %llu events, %llu judged, %llu violations, %llu unknown\n",
		 (unsigned long long)is->events, (unsigned long long)is->judged,
		 (unsigned long long)is->violations, (unsigned long long)is->unknown);
	if (!ends_with(s->out, last))
		return s->out;
	return is->begins && !strstr(s->out, is->begins) ? "the sentence is not in the report" : NULL;
}

static void test_recording(const struct recording *rec)
{
	struct witness_result r = judge_text(rec->text, strlen(rec->text));
	struct said s = judge_as_file(rec->text, strlen(rec->text));
	const char *wrong = wrong_result(&r, &rec->is);

	if (!wrong)
		wrong = wrong_report(&s, &rec->is);
	report(!wrong, rec->name, wrong);
	said_free(s);
}

/* --- more than counts
 * --------------------------------------------------------------------------------------------------- */

static void test_counts_of_the_unusual(void)
{
	static const char text[] = ALLOC_GFP(".....", "0x100", "0", "GFP_KERNEL|__GFP_NEW|0x8000000")
		ALLOC_GFP(".....", "0x101", "0", "__GFP_NEW") "CPU:0 [LOST 123 EVENTS]\n" FREE("0x100", "0")
			AT(".....",
			   "mm_page_alloc: page=(null) pfn=0x0 order=0 migratetype=0 gfp_flags=none");
	struct witness_result r = judge_text(text, strlen(text));

	report(r.unknown_flags == 2 && !strcmp(r.unknown_flag, "__GFP_NEW"),
	       "unknown flag names are counted and named", r.unknown_flag);
	report(r.gaps == 1 && r.lost == 123 && r.unknown == 1, "lost events are counted",
	       "gaps, lost or unknown");
	report(r.failed_allocs == 1 && r.judged == 3, "failed allocations are counted", "failed or judged");
}

/* Each name of a mask, and what the kernel's bits of it are here; two names; a name in hex concludes nothing. */
static u32 bits_read(const char *names, char *line)
{
	struct ftrace *f = calloc(1, sizeof(*f));
	struct ftrace_line l = {0};
	u32 bits;

	snprintf(line, 400, " <...>-107     [001] .....  4536.221007: mm_page_alloc: page=00000000dead pfn=0x100 order=0 "
			    "migratetype=0 gfp_flags=%s", names);
	bits = ftrace_read(f, line, strlen(line), &l) == FTRACE_PAGE && !f->unknown_flags ? l.ev.gfp : ~0u;
	free(f);
	return bits;
}

static void test_gfp_names(void)
{
	static const u32 usual[] = {GFP_TRANSHUGE, GFP_TRANSHUGE_LIGHT, GFP_HIGHUSER_MOVABLE, GFP_HIGHUSER, GFP_USER,
				    GFP_KERNEL_ACCOUNT, GFP_KERNEL, GFP_NOFS, GFP_ATOMIC, GFP_NOIO, GFP_NOWAIT, GFP_DMA32};
	char names[200], line[400];
	unsigned wrong = 0;

	for (unsigned i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		gfp_names_of(usual[i], names, sizeof(names));
		wrong += bits_read(names, line) != usual[i];
	}
	for (unsigned bit = 0; bit < 24; bit++) {
		u32 mask = __GFP_ALL_BITS & 1u << bit;

		gfp_names_of(mask, names, sizeof(names));
		wrong += bits_read(names, line) != mask;
	}
	wrong += bits_read("none", line) != 0 || bits_read("GFP_ATOMIC|__GFP_ZERO", line) != (GFP_ATOMIC | __GFP_ZERO);
	wrong += bits_read("__GFP_DMA|0x8000001", line) != __GFP_DMA || bits_read("__GFP_RECLAIM", line) != __GFP_RECLAIM;
	report(!wrong, "a mask is read as it is printed", line);
}

/* The window holds the last eight events about the frames, nothing about others, and the line itself. */
static void test_window(void)
{
	char *text, *last;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);
	struct said s;

	fprintf(f, "%s", ALLOC("0x200", "0"));
	for (unsigned i = 0; i < 10; i++)
		fprintf(f, "%s%s", ALLOC("0x100", "0"), FREE("0x100", "0"));
	fprintf(f, "%s%s", ALLOC("0x100", "2"), ALLOC("0x103", "0"));
	fclose(f);
	s = judge_as_file(text, bytes);
	last = strstr(s.out, "> line 23: ");
	report(last && strstr(last, "pfn=0x103") &&
		       strstr(s.out, "violation 1, line 23, time 4536.221007, frames 0x103..0x103: B3"),
	       "a violation shows its line, time and frames", s.out);
	report(strstr(s.out, "  line 22: ") && !strstr(s.out, "line 21: ") && !strstr(s.out, "line 1: "),
	       "its window is about its frames", s.out);
	said_free(s);
	free(text);
}

/* Events of the window are shown as they were, up to their 200th character. */
static void test_window_text(void)
{
	static const char seen[] = "mm_page_alloc: page=ffffea0014621b00 pfn=0x100 order=0 migratetype=0 gfp_flags=GFP_KERNEL|";
	char text[2000], want[400], names[200];
	struct said s;

	memset(names, 'x', sizeof(names) - 1);
	names[sizeof(names) - 1] = 0;
	snprintf(text, sizeof(text), "   <...>-107     [001] .....  4536.221007: %s%s\n%s%s", seen, names, ALLOC("0x100", "0"),
		 ALLOC("0x100", "0"));
	snprintf(want, sizeof(want), "  line 1: <...>-107     [001] .....  4536.221007: %s%.*s\n", seen,
		 200 - (int)strlen("<...>-107     [001] .....  4536.221007: ") - (int)strlen(seen), names);
	s = judge_as_file(text, strlen(text));
	report(strstr(s.out, want) != NULL, "an event of the window is shown, up to 200 characters", s.out);
	report(strstr(s.out, "  line 2: <...>-107     [001] .....  4536.221007: mm_page_alloc: page=ffffea0014621b00 pfn=0x100 order=0 "
			     "migratetype=0 gfp_flags=GFP_KERNEL|__GFP_COMP\n") != NULL,
	       "a short one whole", s.out);
	said_free(s);
}

/* The model follows events of frames that it has, no others. */
static void test_force_outside(void)
{
	struct model *m = model_create_witness(1024);
	struct mm_event far = {.type = EVENT_PAGE_ALLOC, .pfn = 1ULL << 40}, inside = {.type = EVENT_PAGE_ALLOC, .pfn = 1022, .order = 1};

	model_witness_force(m, &far);
	model_witness_force(m, &inside);
	report(m->frame[1022].state == FRAME_OWNED && m->frame[1023].state == FRAME_OWNED_TAIL && m->frame[1021].state == 0,
	       "frames outside of what is followed are left alone", "another frame");
	model_destroy(m);
}

static void test_old_mention(void)
{
	char *text;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);
	struct said s;

	fprintf(f, "%s", ALLOC("0x100", "0"));
	for (unsigned i = 0; i < 5000; i++)
		fprintf(f, "%s", BATCHED("0x200"));
	fprintf(f, "%s", ALLOC("0x100", "0"));
	fclose(f);
	s = judge_as_file(text, bytes);
	report(s.exit_code == 1 && strstr(s.out, "line 1: the last event about pfn 0x100"),
	       "the line of an old event is known", s.out);
	said_free(s);
	free(text);
}

static void test_many_violations(void)
{
	char *text;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);
	struct said s;

	for (unsigned i = 0; i < 51; i++)
		fprintf(f, "%s", ALLOC("0x100", "0"));
	fclose(f);
	s = judge_as_file(text, bytes);
	report(strstr(s.out, "violation 20,") && !strstr(s.out, "violation 21,") &&
		       strstr(s.out, "30 more violations are not shown\n"),
	       "twenty violations are shown, the rest is counted", "not twenty");
	report(ends_with(s.out, "witness: 51 events, 51 judged, 50 violations, 0 unknown\n"),
	       "all are counted", s.out);
	said_free(s);
	free(text);
}

/* A line of megabytes, bytes of zero and every byte value, before and after a good event. */
static void test_junk(void)
{
	static const char good[] = ALLOC("0x100", "0");
	size_t junk = 3 << 20, bytes = junk + 2 * sizeof(good) + 600, at = 0;
	char *text = calloc(1, bytes);
	struct said s;

	memcpy(text, good, sizeof(good) - 1);
	at = sizeof(good) - 1;
	memset(text + at, '[', junk);
	text[at + junk] = '\n';
	at += junk + 1;
	for (unsigned i = 0; i < 512; i++)
		text[at++] = (char)i;
	text[at++] = '\n';
	memcpy(text + at, good, sizeof(good) - 1);
	at += sizeof(good) - 1;
	s = judge_as_file(text, at);
	report(s.exit_code == 1 && ends_with(s.out, "witness: 2 events, 2 judged, 1 violations, 0 unknown\n"),
	       "junk does not hide the events around it", s.out);
	said_free(s);
	s = judge_as_file(text + sizeof(good) - 1, junk + 400);
	report(s.exit_code == 2 && is_one_line(s.err) && !*s.out, "junk alone is refused in one line", s.err);
	said_free(s);
	free(text);
}

static void test_input(void)
{
	struct said s = judge_file("/nonexistent/recording", false);

	report(s.exit_code == 2 && is_one_line(s.err), "a file that is not there", s.err);
	said_free(s);
	s = judge_file("/", false);
	report(s.exit_code == 2 && is_one_line(s.err), "a directory", s.err);
	said_free(s);
	s = judge_as_file("\x28\xb5\x2f\xfdjunk", 8);
	report(s.exit_code == 2 && *s.err, "a damaged packed file", s.err);
	said_free(s);
	s = judge_file(SAMPLE, false);
	report(!s.exit_code &&
		       ends_with(s.out, "matched: 1742 frees of frames that the recording saw allocated\n"
					"witness: 6000 events, 6000 judged, 0 violations, 21 unknown\n"),
	       "the sample of a real recording", *s.err ? s.err : s.out);
	said_free(s);
}

int main(void)
{
	unsigned n = sizeof(recordings) / sizeof(recordings[0]);

	printf("1..%u\n", n + 18);
	for (unsigned i = 0; i < n; i++)
		test_recording(&recordings[i]);
	test_counts_of_the_unusual();
	test_gfp_names();
	test_window();
	test_window_text();
	test_force_outside();
	test_old_mention();
	test_many_violations();
	test_junk();
	test_input();
	if (nr_tests != n + 18)
		printf("Bail out! %u tests ran\n", nr_tests);
	return nr_failed || nr_tests != n + 18;
}
