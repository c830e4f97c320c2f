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
#include "model_recorded.h"
#include "slab_state.h"
#include "tap.h"
#include "witness.h"

#define SAMPLE	       "tests/data/linux-6.18-page-events.sample.trace.zst"
#define OBJECTS_SAMPLE "tests/data/linux-6.18-kmem-events.sample.trace.zst"
#define SLABINFO       "tests/data/linux-6.18-slabinfo.txt"

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
#define OTHER AT(".....", "rss_stat: mm_id=1 curr=0 type=MM_ANONPAGES size=4096B")

/* Objects: of a machine with two CPUs, at a microsecond of the 4536th second. */
#define CPUS "# entries-in-buffer/entries-written: 9/9   #P:2\n"
#define US(us, event) "   <...>-107     [001] .....  4536." us ": " event "\n"
#define KMALLOC_GFP(us, ptr, req, alloc, gfp)                                                                \
	US(us, "kmalloc: call_site=x+0x1/0x2 ptr=ffff8880" ptr " bytes_req=" req " bytes_alloc=" alloc       \
	       " gfp_flags=" gfp " node=-1 accounted=false")
#define KMALLOC(us, ptr, req, alloc) KMALLOC_GFP(us, ptr, req, alloc, "GFP_KERNEL")
#define KFREE(us, ptr) US(us, "kfree: call_site=x+0x1/0x2 ptr=ffff8880" ptr)
#define TAKE(us, ptr, name, req, alloc)                                                                      \
	US(us, "kmem_cache_alloc: call_site=x+0x1/0x2 ptr=ffff8880" ptr " name=" name " bytes_req=" req      \
	       " bytes_alloc=" alloc " gfp_flags=GFP_KERNEL node=-1 accounted=true")
#define RETURN(us, ptr, name) US(us, "kmem_cache_free: call_site=x+0x1/0x2 ptr=ffff8880" ptr " name=" name)
/* Frame 0x100, which is ffff888000100000, and others like it: where they are is told by the address of their struct page. */
#define MAP(us)		US(us, "mm_page_free: page=ffffea0000000100 pfn=0x4 order=0")
#define PAGES(us, pfn, order)                                                                                \
	US(us, "mm_page_alloc: page=ffffea0000004000 pfn=" pfn " order=" order " migratetype=0 gfp_flags=GFP_KERNEL|__GFP_COMP")
#define PAGES_BACK(us, pfn, order) US(us, "mm_page_free: page=ffffea0000004000 pfn=" pfn " order=" order)

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
	{"good objects, with their pages",
	 CPUS MAP("000001") PAGES("000002", "0x100", "1") TAKE("000003", "00100248", "radix", "576", "584")
		 RETURN("000004", "00100248", "radix") PAGES_BACK("000005", "0x100", "1") PAGES("000006", "0x100", "0")
			 KFREE("000006", "00100248") KMALLOC("000007", "00100060", "90", "96") KFREE("000008", "00100060")
				 KFREE("000009", "00000000") KMALLOC("000010", "00108000", "20000", "32768"),
	 {0, 11, 11, 0, 3, 1, 0, NULL}},
	{"a class too large",
	 CPUS KMALLOC("000001", "00100000", "96", "128"), {1, 1, 1, 1, 0, 0, 0, "K5: kmalloc of 96 bytes was given 128"}},
	{"of a class misaligned",
	 CPUS KMALLOC("000001", "00100020", "64", "64"), {1, 1, 1, 1, 0, 0, 0, "K4: 0xffff888000100020 of kmalloc-64"}},
	{"of a cache misaligned",
	 CPUS TAKE("000001", "00100004", "radix", "576", "584"), {1, 1, 1, 1, 0, 0, 0, "S17: 0xffff888000100004 of radix"}},
	{"pages freed under an object",
	 CPUS MAP("000001") PAGES("000002", "0x100", "1") TAKE("000003", "00100248", "radix", "576", "584")
		 PAGES_BACK("000005", "0x100", "1"),
	 {1, 4, 4, 1, 1, 1, 0, "S8: pfn 256 was freed, but 0xffff888000100248 of radix in it"}},
	{"an object between two slots",
	 CPUS MAP("000001") PAGES("000002", "0x100", "1") TAKE("000003", "00100240", "radix", "576", "584"),
	 {1, 3, 3, 1, 1, 0, 0, "S7: 0xffff888000100240 is 576 bytes behind"}},
	{"memory for nothing", CPUS KMALLOC("000001", "00100000", "0", "8"), {1, 1, 1, 1, 0, 0, 0, "K2: kmalloc of 0 bytes"}},
	{"more than there is",
	 CPUS KMALLOC("000001", "00400000", "4194305", "4194304") KMALLOC("000002", "00800000", "4194305", "8388608")
		 TAKE("000003", "01000000", "huge", "8", "4194312"),
	 {1, 3, 3, 3, 0, 0, 0, "K2: kmalloc of 4194305 bytes"}},
	{"a large block of too few pages",
	 CPUS KMALLOC("000001", "00100000", "8193", "12288"), {1, 1, 1, 1, 0, 0, 0, "K6: kmalloc of 8193 bytes was given 12288"}},
	{"a large block at an odd page",
	 CPUS KMALLOC("000001", "00101000", "8193", "16384"), {1, 1, 1, 1, 0, 0, 0, "K4: 0xffff888000101000 of 16384 bytes"}},
	{"a large block in a larger one",
	 CPUS MAP("000001") PAGES("000002", "0x100", "3") KMALLOC("000003", "00100000", "8193", "16384"),
	 {1, 3, 3, 1, 1, 0, 0, "K6: 0xffff888000100000 of 16384 bytes lies in a block of order 3"}},
	{"a slab of another order",
	 CPUS MAP("000001") PAGES("000002", "0x100", "2") TAKE("000003", "00100000", "radix", "576", "584"),
	 {1, 3, 3, 1, 1, 0, 0, "S6: a slab of radix has order 2, due is 1, or 0"}},
	{"objects of another extent, their slab unseen",
	 CPUS TAKE("000001", "00100000", "a", "64", "64") TAKE("000020", "00100000", "b", "128", "128"),
	 {1, 2, 2, 1, 0, 0, 0, "S7: 0xffff888000100000 of b was handed out"}},
	{"of another extent from its middle on",
	 CPUS TAKE("000001", "00100040", "a", "64", "64") TAKE("000020", "00100000", "b", "128", "128"),
	 {1, 2, 2, 1, 0, 0, 0, "S7: 0xffff888000100000 of b was handed out, but 0xffff888000100040 of a is"}},
	{"the same, with time for the slab to go",
	 CPUS TAKE("000001", "00100000", "a", "64", "64") TAKE("000080", "00100000", "b", "128", "128")
		 RETURN("000090", "00100000", "b"),
	 {0, 3, 3, 0, 0, 0, 0, NULL}},
	{"a silent return takes a grace period",
	 CPUS KMALLOC("000001", "00100000", "64", "64") KMALLOC("000051", "00100000", "64", "64")
		 KMALLOC("000100", "00100000", "64", "64"),
	 {1, 3, 3, 1, 0, 0, 0, "S7: 0xffff888000100000 of kmalloc-64 was handed out, but 0xffff888000100000 of kmalloc-64 is, since 49000 ns"}},
	{"but not where objects return in bulk",
	 CPUS TAKE("000001", "00100000", "maple_node", "256", "256") TAKE("000002", "00100000", "maple_node", "256", "256")
		 RETURN("000003", "00100000", "maple_node") RETURN("000004", "00100000", "maple_node"),
	 {0, 4, 4, 0, 1, 0, 0, NULL}},
	{"after a gap nothing is known of objects",
	 CPUS KMALLOC("000001", "00100000", "64", "64") "CPU:1 [LOST 1 EVENTS]\n" KMALLOC("000002", "00100000", "64", "64"),
	 {0, 2, 2, 0, 0, 0, 0, NULL}},
	{"nor after an event of them that cannot be read",
	 CPUS KMALLOC("000001", "00100000", "64", "64") US("000002", "kfree: call_site=x+0x1/0x2 ptr")
		 KMALLOC("000003", "00100000", "64", "64"),
	 {0, 2, 2, 0, 0, 0, 1, NULL}},
	{"a clock that does not count seconds",
	 CPUS "<...>-1 [001] ..... 7: kmalloc: call_site=x ptr=ffff888000100000 bytes_req=64 bytes_alloc=64 gfp_flags=GFP_KERNEL\n"
	      "<...>-1 [001] ..... 8: kmalloc: call_site=x ptr=ffff888000100000 bytes_req=64 bytes_alloc=64 gfp_flags=GFP_KERNEL\n",
	 {0, 2, 2, 0, 0, 0, 0, NULL}},
	{"without a number of CPUs nothing is said of slabs",
	 TAKE("000001", "00100008", "radix", "576", "584"), {0, 1, 1, 0, 0, 0, 0, NULL}},
	{"objects whose addresses are hashed",
	 US("000001", "kfree: call_site=x+0x1/0x2 ptr=000000001234abcd"), {2, 1, 0, 0, 0, 0, 0, NULL}},
	{"nothing freed, nothing handed out",
	 US("000001", "kfree: call_site=x ptr=0000000000000000") US("000002", "kfree: call_site=x ptr=0000000000000010")
		 US("000003", "kmalloc: call_site=x ptr=(null) bytes_req=64 bytes_alloc=0 gfp_flags=GFP_ATOMIC"),
	 {0, 3, 0, 0, 0, 0, 0, NULL}},
	{"another map, and old names of events",
	 US("000001", "kmalloc_node: call_site=x ptr=ffff9d2345678900 bytes_req=64 bytes_alloc=64 gfp_flags=GFP_KERNEL node=-1")
		 US("000002", "kmem_cache_alloc_node: call_site=x ptr=ffff9d2345678840 bytes_req=64 bytes_alloc=64 gfp_flags=GFP_KERNEL")
			 US("000003", "kfree: call_site=x ptr=ffff9d2345678904"),
	 {1, 3, 3, 1, 0, 0, 0, "S32: 0xffff9d2345678904 was freed, where no object can begin"}},
	{"an address far from the others",
	 KFREE("000001", "00100000") US("000002", "kfree: call_site=x ptr=ffffc90000000000"), {2, 2, 1, 0, 1, 0, 0, NULL}},
	{"an empty file", "", {2, 0, 0, 0, 0, 0, 0, NULL}},
	{"not a recording", "The quick brown fox\n[001]: 1.2: mm_page_free:\n", {2, 0, 0, 0, 0, 0, 2, NULL}},
	{"a recording without page events", OTHER OTHER, {2, 2, 0, 0, 0, 0, 0, NULL}},
};


static void report(bool good, const char *name, const char *why)
{
	if (!ok(good, "%s", name))
		printf("# %s\n", why);
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

	if (is->exit_code == 2 && is->events && !is->judged && !*s->err) /* all of it hashed */
		return strstr(s->out, "no addresses: ") ? NULL : s->out;

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

/* The clause that a sentence with this beginning names. */
static void speaks(const char *sentence, const char *begins)
{
	char clause[8];

	snprintf(clause, sizeof(clause), "%.*s", (int)strcspn(begins, ":"), begins);
	says_clause(sentence, clause, "this clause speaks");
}

static void test_recording(const struct recording *rec)
{
	struct witness_result r = judge_text(rec->text, strlen(rec->text));
	const char *wrong = wrong_result(&r, &rec->is);
	struct said s;

	if (rec->is.begins)
		speaks(r.sentence, rec->is.begins);
	s = judge_as_file(rec->text, strlen(rec->text));
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

static void test_unknown_event(void)
{
	struct model *m = model_create_witness(1024);

	says_clause(recorded_event(m, &(struct mm_event){.type = EVENT_PAGE_ALLOC}), "N1", "an event that is not of objects: N1");
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

/* --- a real recording, changed
 * ------------------------------------------------------------------------------------------------ */

/* One line of the sample is lost, repeated, or has other words. */
static const struct change {
	const char *name;
	unsigned line;
	char how; /* d, r, s */
	const char *from, *to, *begins;
	unsigned violations; /* a wrong event of pages shows in each object in them */
} changes[] = {
	{"a kmalloc repeated", 110, 'r', NULL, NULL, "S7: 0xffff888104295480 of kmalloc-cg-192 was handed out", 1},
	{"a kmem_cache_free lost", 37, 'd', NULL, NULL, "S7: 0xffff888104d4f050 of sigqueue was handed out", 1},
	{"a kfree repeated", 369, 'r', NULL, NULL, "S32: 0xffff888102cad100 of kmalloc-32 was freed, but it is free", 1},
	{"a kfree of the middle", 369, 's', "cad100", "cad108", "S32: 0xffff888102cad108 was freed, which is inside", 1},
	{"a kfree of nowhere", 369, 's', "cad100", "cad101", "S32: 0xffff888102cad101 was freed, where no", 1},
	{"a class too large", 868, 's', "alloc=96", "alloc=128", "K5: kmalloc of 96 bytes was given 128", 1},
	{"a kmalloc of nothing", 868, 's', "req=96", "req=0", "K2: kmalloc of 0 bytes", 1},
	{"more than there is", 868, 's', "alloc=96", "alloc=96000000", "K2: 96000000 bytes", 1},
	{"an object of a large block", 868, 's', "req=96", "req=20000", "K6: kmalloc of 20000 bytes was given 96", 1},
	{"of a class misaligned", 868, 's', "9ec300", "9ec308", "K4: 0xffff8881049ec308 of kmalloc-96", 1},
	{"of a cache misaligned", 112, 's', "76b840", "76b844", "S17: 0xffff88830776b844 of dentry", 1},
	{"between two slots", 112, 's', "76b840", "76b848", "S7: 0xffff88830776b848 is not where", 1},
	{"between two slots of a slab that came", 1869, 's', "24d1d240", "24d1d248", "S7: 0xffff888224d1d248 is 4680 bytes behind", 1},
	{"a slab of one page of two", 1867, 's', "order=1", "order=0", "S7: 0xffff888224d1cff8 is 4088 bytes behind", 1},
	{"a slab of four pages of two", 1867, 's', "order=1", "order=2", "S6: a slab of radix_tree_node has order 2", 14},
	{"a larger object than its slot", 109, 's', "req=32", "req=64", "S1: an object of lsm_inode_cache has 64 bytes", 1},
	{"an object without bytes", 109, 's', "req=32", "req=0", "S1: an object of lsm_inode_cache has 0 bytes", 1},
	{"a slot no layout makes", 986, 's', "req=576", "req=500", "S1: no layout makes a slot of 584 bytes of 500", 1},
	{"a slot of another size", 1131, 's', "alloc=584", "alloc=592", "S1: an object of radix_tree_node has 576 bytes in a slot of 592", 1},
	{"of another cache", 37, 's', "sigqueue", "dentry", "S24: 0xffff888104d4f050 was freed as an object of dentry", 1},
	{"of another type", 868, 's', "GFP_NOFS", "__GFP_ACCOUNT", "K3: an object of kmalloc-96 at 0xffff8881049ec300", 1},
	{"a sleeper", 33, 's', "GFP_ATOMIC", "GFP_KERNEL", "X1: 0xffff888104d4f050 of sigqueue allocated", 1},
	{"the page below freed", 644, 's', "4b91d0", "1048ed", "S8: pfn 1067245 was freed", 20},
	{"the page below handed out", 134, 's', "2ef2db", "104295", "S8: pfn 1065621 was handed out", 1},
	{"pages below not handed out", 1867, 's', "mm_page_alloc", "mm_page_free", "S8: an object of radix_tree_node at 0xffff888224d1d240", 14},
};

static char *unpacked(const char *path)
{
	char command[200], *text;
	size_t bytes;
	FILE *to = open_memstream(&text, &bytes), *from;
	int c;

	snprintf(command, sizeof(command), "zstd -dc %s", path);
	from = popen(command, "r");
	while (from && (c = getc(from)) != EOF)
		putc(c, to);
	if (from)
		pclose(from);
	fclose(to);
	return text;
}

static const char *line_of(const char *text, unsigned line)
{
	while (--line && text)
		text = (text = strchr(text, '\n')) ? text + 1 : NULL;
	return text;
}

/* NULL: the line is not as it should be. */
static char *changed(const char *text, const struct change *c)
{
	const char *line = line_of(text, c->line), *end = line ? strchr(line, '\n') : NULL;
	const char *at = end && c->from ? memmem(line, (size_t)(end - line), c->from, strlen(c->from)) : line;
	char *result = end && at ? malloc(strlen(text) + 1000) : NULL;

	if (!result)
		return NULL;
	if (c->how == 's')
		sprintf(result, "%.*s%s%s", (int)(at - text), text, c->to, at + strlen(c->from));
	else if (c->how == 'd')
		sprintf(result, "%.*s%s", (int)(line - text), text, end + 1);
	else
		sprintf(result, "%.*s%s", (int)(end + 1 - text), text, line);
	return result;
}

/* One change of an object, one violation. */
static void test_change(const char *sample, const struct change *c)
{
	char *text = changed(sample, c), why[300];
	struct witness_result r = {0};

	if (text)
		r = judge_text(text, strlen(text));
	snprintf(why, sizeof(why), "%llu violations, %s", (unsigned long long)r.violations, text ? r.sentence : "no such line");
	report(text && r.violations == c->violations && !strncmp(r.sentence, c->begins, strlen(c->begins)), c->name, why);
	speaks(r.sentence, c->begins);
	free(text);
}

static void test_real_objects(void)
{
	char *sample = unpacked(OBJECTS_SAMPLE);
	struct witness_result r = judge_text(sample, strlen(sample));
	const struct model_witness_objects *o = &r.objects;

	report(!r.violations && r.judged == 17933 && r.unknown == 359 && r.matched == 488 && r.freed_nothing == 2067,
	       "the sample of a real recording of objects", r.sentence);
	report(o->handed_out == 8684 && o->given_back == 6290 && o->unknown == 207 && !o->unannounced && o->silent == 65 &&
		       o->pages_followed,
	       "what its objects did", "counts");
	for (unsigned i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		test_change(sample, &changes[i]);
	free(sample);
}

/* S5, K1, K3: what that kernel said of its caches. */
static bool row_is_right(const struct model *rules, unsigned size, unsigned objects, unsigned pages)
{
	struct model_cache_asked asked = {.size = size};
	struct model_cache made = {.flags = 0};

	return slab_geometry(rules, &made, &asked) && made.size == size && made.objects == objects && 1u << made.order == pages;
}

static unsigned kmalloc_row(const struct model *rules, const char *name, unsigned size)
{
	struct model_cache_asked asked;
	char mine[KMEM_CACHE_NAME_MAX];

	for (unsigned nr = 2; slab_boot_cache(rules, nr, &asked, mine); nr++)
		if (!strcmp(mine, name))
			return asked.size == size;
	return 0;
}

static void test_slabinfo(void)
{
	struct model *m = model_create_witness(1024);
	unsigned rows = 0, wrong = 0, classes = 0, size, objects, pages;
	char line[400], name[100], first[100] = "";
	FILE *f = fopen(SLABINFO, "r");

	model_witness_cpus(m, 2);
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%99s %*u %*u %u %u %u", name, &size, &objects, &pages) != 4)
			continue;
		rows++;
		classes += kmalloc_row(m->recorded->rules, name, size);
		if (!row_is_right(m->recorded->rules, size, objects, pages) && !wrong++)
			snprintf(first, sizeof(first), "%s", name);
	}
	if (f)
		fclose(f);
	report(rows == 235 && !wrong, "slabs of all caches of a real kernel are as large as S5 says", first);
	report(classes == 52, "and its caches of kmalloc() are those of K1 and K3", "another number of them");
	model_destroy(m);
}

/* More names than there is room for: those without are judged without one. */
static void test_many_caches(void)
{
	char *text;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);
	struct said s;

	for (unsigned i = 0; i < 300; i++)
		fprintf(f, "   <...>-107     [001] .....  4536.000001: kmem_cache_alloc: call_site=x ptr=ffff888000%x000 name=c%u bytes_req=64 "
			   "bytes_alloc=64 gfp_flags=GFP_KERNEL\n", 0x100 + i, i);
	fprintf(f, "%s%s", TAKE("000001", "00100000", "c0", "64", "64"), TAKE("000001", "00228000", "c296", "64", "64"));
	fclose(f);
	s = judge_as_file(text, bytes);
	report(s.exit_code == 1 && ends_with(s.out, "witness: 302 events, 302 judged, 1 violations, 0 unknown\n"),
	       "caches without a number are not accused of what needs one", s.out);
	said_free(s);
	free(text);
}

/* The window of an object: its events, by address. */
static void test_window_of_object(void)
{
	static const char text[] = KMALLOC("000001", "00100040", "64", "64") KMALLOC("000002", "00100080", "64", "64")
		KFREE("000003", "00100040") KMALLOC("000004", "00100040", "64", "64") ALLOC("0x100", "0") KFREE("000005", "00100048");
	struct said s = judge_as_file(text, strlen(text));

	report(strstr(s.out, "violation 1, line 6, time 4536.000005, address 0xffff888000100048: S32: ") &&
		       strstr(s.out, "  line 1: ") && !strstr(s.out, "  line 2: ") && !strstr(s.out, "  line 3: ") &&
		       strstr(s.out, "  line 4: ") && !strstr(s.out, "  line 5: ") && strstr(s.out, "> line 6: "),
	       "a window of an object shows the events of its bytes", s.out);
	said_free(s);
}

static void test_words_about_objects(void)
{
	static const char text[] = KFREE("000001", "00100040") US("000002", "kfree: call_site=x ptr=0000000000000000")
		US("000003", "kfree: call_site=x+0x1/0x2 ptr=000000001234abcd") KMALLOC("000004", "00100080", "64", "64")
			KMALLOC("000104", "00100080", "64", "64");
	struct said s = judge_as_file(text, strlen(text));

	report(strstr(s.out, "line 1: kfree of 0xffff888000100040, whose allocation was not recorded\n") &&
		       strstr(s.out, "frees of nothing: 1\n") && strstr(s.out, "no addresses: 1 events of objects are not judged") &&
		       strstr(s.out, "silent: 1 objects came back without an event, 1 of them of kmalloc-64\n") &&
		       strstr(s.out, "objects: 2 handed out, 0 given back, 1 given back that were not seen handed out; pages of slabs not followed\n"),
	       "what is unusual about objects is said", s.out);
	said_free(s);
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

	for (unsigned i = 0; i < n; i++)
		test_recording(&recordings[i]);
	test_counts_of_the_unusual();
	test_gfp_names();
	test_window();
	test_window_text();
	test_force_outside();
	test_unknown_event();
	test_old_mention();
	test_many_violations();
	test_junk();
	test_real_objects();
	test_slabinfo();
	test_many_caches();
	test_window_of_object();
	test_words_about_objects();
	test_input();
	return tap_end();
}
