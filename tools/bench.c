/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench.c - how fast the harness is: reset, checked operations, judged events; and how fast the allocator itself is.
 *
 * CPU time of this thread, medians over repetitions. Programs are generated before the clock runs.
 *
 *   smp.*           programs of 10,000 operations on a machine with four CPUs, each with switches, checked as usual
 *   explore.*       tiny machine, 8 frames, two CPUs, three operations, two preemptions: runs, each judged to its end
 *   fiber.switch_ns two fibers that do nothing but give way to each other, for each switch
 *
 * Large machines and the allocator alone are measured in the flavour `plain` only: a sanitizer's shadow of 16 GiB, or its
 * checks in each access, is not what these rows are about.
 *   page.growth_*   one judged request or free on a machine half in use, orders 0..3, without the recount
 *   page.pair_*     the allocator as a library: no world, no model, its events thrown away
 * A pair is compared with the least that could be done in its place: pop and push of a list, the struct page touched.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "bench.h"
#include "explore.h"
#include "tools.h"
#include "witness.h"

#define MOST_ROWS   64

static struct {
	const char *name, *unit;
	double value;
} rows[MOST_ROWS];
static unsigned nr_rows;

void row(const char *name, double value, const char *unit)
{
	printf("%-28s %14.2f %-8s %s\n", name, value, unit, MMCHECK_FLAVOUR);
	rows[nr_rows].name = name;
	rows[nr_rows].unit = unit;
	rows[nr_rows++].value = value;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *v, unsigned n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

struct program *make_programs_of(unsigned n, u32 ops, unsigned tables)
{
	struct program *p = calloc(n, sizeof(*p));

	for (unsigned i = 0; i < n; i++) {
		program_init(&p[i]);
		program_generate(&p[i], 1000 + i, ops, tables);
	}
	return p;
}

static struct program *make_programs(unsigned n, u32 ops)
{
	return make_programs_of(n, ops, TABLE_MACHINE | TABLE_PAGE);
}

void free_programs(struct program *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		program_free(&p[i]);
	free(p);
}

/* Executed operations a second, reset and end of program included; false after a finding. */
bool ops_per_second_of(struct world *w, struct program *p, unsigned nr, unsigned laps, double *out)
{
	double rate[REPETITIONS];
	bool good = true;

	for (unsigned r = 0; good && r < REPETITIONS; r++) {
		u64 before = w->stats.ops;
		double start = cpu_seconds();

		for (unsigned lap = 0; lap < laps; lap++)
			for (unsigned i = 0; good && i < nr; i++)
				good = !lockstep_run(w, &p[i])->failed;
		rate[r] = (double)(w->stats.ops - before) / (cpu_seconds() - start);
	}
	if (!good)
		complain("finding %s: %s", w->verdict.clause, w->verdict.sentence);
	*out = median(rate, REPETITIONS);
	return good;
}

static bool ops_per_second(struct world *w, unsigned nr, u32 ops, unsigned laps, double *out)
{
	struct program *p = make_programs(nr, ops);
	bool good = ops_per_second_of(w, p, nr, laps, out);

	free_programs(p, nr);
	return good;
}

static bool bench_page(struct world *w, unsigned laps)
{
	struct run_stats *s = &w->stats;
	double rate;

	if (!ops_per_second(w, 200, 64, laps, &rate))
		return false;
	row("page.ops_per_s", rate, "1/s");
	row("page.mean_order", s->allocs ? (double)s->order_sum / (double)s->allocs : 0, "order");
	row("page.refused_percent", 100.0 * (double)s->refused / (double)s->ops, "%");
	row("page.skipped_percent", 100.0 * (double)s->skipped / (double)(s->ops + s->skipped), "%");
	if (!ops_per_second(w, 16, 10000, max_of(laps / 10, 1u), &rate))
		return false;
	row("page.long_ops_per_s", rate, "1/s");
	return true;
}

#define DEBUG_FLAGS (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)
#define FIRST_BUG   0x0360 /* from here on: clients that go wrong, and texts */

/* What honest clients do; their caches with these flags of debugging and no others. */
static void make_honest(struct program *p, u32 flags)
{
	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct op *op = op_by_code(p->op[i].code);

		if (op->code >= FIRST_BUG)
			p->op[i].code = op_by_name("object_check", strlen("object_check"))->code;
		for (unsigned k = 0; k < MAX_ARGS; k++)
			if (op->args[k] == ARG_SLAB_FLAGS)
				p->op[i].gfp = (p->op[i].gfp & ~(DEBUG_FLAGS | SLAB_TRACE)) | flags;
	}
}

static bool slab_ops_per_second(struct world *w, unsigned nr, u32 ops, unsigned laps, u32 flags, double *out)
{
	struct program *p = make_programs_of(nr, ops, TABLE_SLAB);
	bool good;

	for (unsigned i = 0; i < nr; i++)
		make_honest(&p[i], flags);
	good = ops_per_second_of(w, p, nr, laps, out);

	free_programs(p, nr);
	return good;
}

/* Caches and objects: the short programs of a fuzzer, and long ones, where making and breaking the machine counts for little. */
static bool bench_slab(struct world *w, unsigned laps)
{
	struct run_stats *s = &w->stats;
	struct run_stats before = *s;
	double rate;

	if (!slab_ops_per_second(w, 16, 10000, max_of(laps / 10, 1u), 0, &rate))
		return false;
	row("slab.ops_per_s", rate, "1/s");
	row("slab.refused_percent", 100.0 * (double)(s->refused - before.refused) / (double)(s->ops - before.ops), "%");
	row("slab.skipped_percent", 100.0 * (double)(s->skipped - before.skipped) /
					  (double)(s->ops - before.ops + s->skipped - before.skipped), "%");
	if (!slab_ops_per_second(w, 200, 64, laps, 0, &rate))
		return false;
	row("slab.short_ops_per_s", rate, "1/s");
	if (!slab_ops_per_second(w, 16, 10000, max_of(laps / 10, 1u), DEBUG_FLAGS, &rate))
		return false;
	row("slab.debug_ops_per_s", rate, "1/s");
	return true;
}

/* The reset alone, after a default program of 64 operations ran to its end and dirtied what it dirties. */
static bool bench_reset(struct world *w, unsigned laps)
{
	struct program *p = make_programs(50, 64);
	double us[REPETITIONS];
	bool good = true;

	for (unsigned r = 0; good && r < REPETITIONS; r++) {
		double spent = 0;
		unsigned n = 0;

		for (unsigned lap = 0; lap < laps; lap++)
			for (unsigned i = 0; good && i < 50; i++) {
				double start;

				good = !lockstep_run(w, &p[i])->failed;
				start = cpu_seconds();
				machine_reset(w->machine);
				model_reset(w->model);
				spent += cpu_seconds() - start;
				n++;
			}
		us[r] = spent / n * 1e6;
	}
	if (good)
		row("boot.reset_us", median(us, REPETITIONS), "us");
	free_programs(p, 50);
	return good;
}

/* --- several CPUs ------------------------------------------------------------------------------------------------------------ */

#define SMP_PROGRAMS 8
#define SMP_OPS      10000
#define SMP_CPUS     4

static u32 count_switches(const struct program *p)
{
	u32 nr = 0;

	for (u32 i = 0; i < p->nr_ops; i++)
		nr += p->op[i].nr_switches;
	return nr;
}

/* What the generator makes of the seed, on a machine of our own. */
static void make_smp_program(struct program *p, u64 seed)
{
	struct program made;

	program_init(&made);
	program_generate(&made, seed, SMP_OPS, TABLE_MACHINE | TABLE_PAGE);
	program_clear(p);
	p->header = made.header;
	p->header.start = START_BOOTED;
	program_append_op(p, "knob", PARAM_CPUS, SMP_CPUS, 0, 0);
	program_append_ops(p, &made, program_boot_ops(&made), made.nr_ops);
	program_free(&made);
}

static bool bench_smp(struct world *w, unsigned laps)
{
	struct program *p = calloc(SMP_PROGRAMS, sizeof(*p));
	u64 seed = 1, switches = 0;
	double rate;
	bool good;

	for (unsigned i = 0; i < SMP_PROGRAMS; i++) {
		program_init(&p[i]);
		do {
			make_smp_program(&p[i], seed++);
		} while (!count_switches(&p[i]));
		switches += count_switches(&p[i]);
	}
	good = ops_per_second_of(w, p, SMP_PROGRAMS, laps, &rate);
	if (good) {
		row("smp.ops_per_s", rate, "1/s");
		row("smp.switches", (double)switches / SMP_PROGRAMS, "1");
	}
	free_programs(p, SMP_PROGRAMS);
	return good;
}

static bool bench_explore(struct world *w, bool quick)
{
	const struct explore_bounds b = { .profile = PROFILE_TINY, .frames = 8, .cpus = 2, .ops = quick ? 2 : 3, .preemptions = 2 };
	struct explore_result r;
	double rate[REPETITIONS];
	struct program p;
	bool good = true;

	program_init(&p);
	for (unsigned i = 0; good && i < REPETITIONS; i++) {
		double start = cpu_seconds();

		good = explore(w, &b, &r, &p);
		rate[i] = (double)r.schedules / (cpu_seconds() - start);
	}
	if (good)
		row("explore.schedules_per_s", median(rate, REPETITIONS), "1/s");
	else
		complain("finding %s: %s", w->verdict.clause, w->verdict.sentence);
	program_free(&p);
	return good;
}

#define FIBER_STACK (64u << 10)

static struct {
	struct fiber main, other;
} ring;

static void give_way(void *arg)
{
	(void)arg;
	for (;;)
		fiber_switch(&ring.other, &ring.main);
}

static void bench_fibers(unsigned n)
{
	void *stack = aligned_alloc(4096, FIBER_STACK);
	double ns[REPETITIONS];

	fiber_adopt_thread(&ring.main);
	fiber_init(&ring.other, stack, FIBER_STACK, give_way, NULL);
	for (unsigned r = 0; r < REPETITIONS; r++) {
		double start = cpu_seconds();

		for (unsigned i = 0; i < n; i++)
			fiber_switch(&ring.main, &ring.other);
		ns[r] = (cpu_seconds() - start) / n / 2 * 1e9;
	}
	row("fiber.switch_ns", median(ns, REPETITIONS), "ns");
	fiber_destroy(&ring.other);
	fiber_destroy(&ring.main);
	free(stack);
}

/* --- recordings -------------------------------------------------------------------------------------------------------------- */

/* A recording made here, in the kernel's own form: pages allocated and freed at random. */
static char *make_recording(size_t *bytes, unsigned events)
{
	char *text = malloc((size_t)events * 160), *at = text;
	static u8 owned[1 << 16];
	u64 rng = 7;

	memset(owned, 0, sizeof(owned));
	for (unsigned i = 0; i < events; i++) {
		u64 pfn = 1 + rng_next(&rng) % (sizeof(owned) - 1);

		if (owned[pfn])
			at += sprintf(at, "           <...>-10791   [001] .....  %u.%06u: mm_page_free: page=ffffea00%08llx "
					  "pfn=0x%llx order=0\n", i / 1000000, i % 1000000, (unsigned long long)pfn * 64,
				      (unsigned long long)pfn);
		else
			at += sprintf(at, "           <...>-10791   [001] .....  %u.%06u: mm_page_alloc: page=ffffea00%08llx "
					  "pfn=0x%llx order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_COMP\n",
				      i / 1000000, i % 1000000, (unsigned long long)pfn * 64, (unsigned long long)pfn);
		owned[pfn] ^= 1;
	}
	*bytes = (size_t)(at - text);
	return text;
}

static bool bench_witness(unsigned events)
{
	size_t bytes;
	char *text = make_recording(&bytes, events);
	double rate[REPETITIONS];

	for (unsigned r = 0; r < REPETITIONS; r++) {
		struct model *m = model_create_witness(1 << 20);
		struct witness_result result = { 0 };
		double start = cpu_seconds();

		witness_buffer(m, text, bytes, &result);
		rate[r] = (double)result.judged / (cpu_seconds() - start);
		model_destroy(m);
		if (result.violations || result.judged != events) {
			complain("the recording made here is judged wrongly");
			free(text);
			return false;
		}
	}
	row("witness.events_per_s", median(rate, REPETITIONS), "1/s");
	free(text);
	return true;
}

/* --- large machines ------------------------------------------------------------------------------------------------------------ */

#define GROWTH_SIZES 3

static const struct {
	u32 frames;
	const char *row;
} growth_sizes[GROWTH_SIZES] = {
	{ 1 << 14, "page.growth_64mib_ns" }, { 1 << 18, "page.growth_1gib_ns" }, { 1 << 22, "page.growth_16gib_ns" }
};

struct block {
	u32 pfn;
	u8 order;
};

/* A machine that is half in use, and its model; without them, one for its own sake. */
struct big {
	struct machine *m;
	struct model *model;
	const char *bad;
	struct block *live;
	u32 nr_live;
	u64 used, managed;
	u64 rng;
	struct least_page *least; /* head of the least there is */
};

static void judge_events(struct machine *m, void *arg)
{
	struct big *b = arg;

	for (u32 i = 0; b->model && !b->bad && i < m->nr_events; i++) {
		struct mm_event ev;

		memcpy(&ev, &m->host->event[i], sizeof(ev));
		b->bad = model_event(b->model, &ev);
	}
	m->nr_events = 0;
}

static bool big_boot(struct big *b, u32 frames)
{
	struct machine_config config = { 0 };

	memset(b, 0, sizeof(*b));
	machine_config_profile(&config, PROFILE_REAL);
	config.param[PARAM_FRAMES] = frames;
	config.nr_regions = sim_profile_map(PROFILE_REAL, frames, config.map);
	b->m = machine_create(&config);
	if (!b->m)
		return false;
	machine_enter(b->m, 0);
	b->m->host->event_full = judge_events;
	b->m->host->event_full_arg = b;
	if (mm_boot() != 0)
		return false;
	b->m->nr_events = 0;
	b->managed = totalram_pages();
	return true;
}

static void big_end(struct big *b)
{
	if (b->m)
		machine_destroy(b->m);
	model_destroy(b->model);
	free(b->live);
}

static void end_judged(struct big *b)
{
	judge_events(b->m, b);
	if (!b->bad)
		b->bad = model_end(b->model, 0);
	b->m->fuel = b->m->param[PARAM_FUEL];
}

static void judged_alloc(struct big *b)
{
	unsigned order = rng_next(&b->rng) & 3;
	struct page *page;
	u64 pfn;

	model_begin_alloc(b->model, 0, 0, 0, NUMA_NO_NODE, GFP_KERNEL, order);
	page = alloc_pages(GFP_KERNEL, order);
	pfn = page ? page_to_pfn(page) : EMPTY_PFN;
	judge_events(b->m, b);
	if (!b->bad)
		b->bad = model_answer_alloc(b->model, 0, pfn);
	end_judged(b);
	if (!page)
		return;
	b->live[b->nr_live++] = (struct block){ (u32)pfn, (u8)order };
	b->used += 1ULL << order;
}

static void judged_free(struct big *b)
{
	u32 i = (u32)((rng_next(&b->rng) >> 32) * b->nr_live >> 32);
	struct block block = b->live[i];

	b->live[i] = b->live[--b->nr_live];
	b->used -= 1ULL << block.order;
	model_begin_free(b->model, 0, block.pfn, block.order);
	__free_pages(pfn_to_page(block.pfn), block.order);
	end_judged(b);
}

static void judged_op(struct big *b)
{
	if (b->used * 2 < b->managed || !b->nr_live)
		judged_alloc(b);
	else
		judged_free(b);
}

static bool grow_to_half(struct big *b, u32 frames)
{
	struct model_setup setup;

	model_setup_profile(&setup, PROFILE_REAL);
	setup.knob[KNOB_FRAMES] = frames;
	if (!big_boot(b, frames))
		return false;
	b->model = model_create(&setup);
	b->live = malloc(sizeof(*b->live) * (b->managed / 2 + 16));
	while (b->model && !b->bad && b->used * 2 < b->managed)
		judged_alloc(b);
	return b->model && !b->bad;
}

/* ns for each judged operation; 0 after a finding. */
static double growth_ns(u32 frames, unsigned ops)
{
	double ns[REPETITIONS];
	struct big b;
	bool good = grow_to_half(&b, frames);

	for (unsigned r = 0; good && r < REPETITIONS; r++) {
		double start = cpu_seconds();

		for (unsigned i = 0; !b.bad && i < ops; i++)
			judged_op(&b);
		ns[r] = (cpu_seconds() - start) / ops * 1e9;
		good = !b.bad;
	}
	if (!good)
		complain("a machine of %u frames: %s", frames, b.bad ? b.bad : "the host gives no memory for it");
	big_end(&b);
	return good ? median(ns, REPETITIONS) : 0;
}

static double resident_mib(void)
{
	unsigned long long total, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%llu %llu", &total, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* The stack alone; its memory is what the process has then. */
static bool bench_big_boot(void)
{
	double ms[REPETITIONS], mib = 0;
	bool good = true;

	for (unsigned r = 0; good && r < REPETITIONS; r++) {
		double start = cpu_seconds();
		struct big b;

		good = big_boot(&b, growth_sizes[GROWTH_SIZES - 1].frames);
		ms[r] = (cpu_seconds() - start) * 1e3;
		mib = resident_mib();
		big_end(&b);
	}
	if (!good) {
		complain("a machine of 16 GiB does not boot");
		return false;
	}
	row("boot.16gib_ms", median(ms, REPETITIONS), "ms");
	row("boot.16gib_rss", mib, "MiB");
	return true;
}

static bool bench_growth(unsigned ops)
{
	double ns[GROWTH_SIZES];

	for (unsigned i = 0; i < GROWTH_SIZES; i++) {
		ns[i] = growth_ns(growth_sizes[i].frames, ops);
		if (ns[i] == 0)
			return false;
		row(growth_sizes[i].row, ns[i], "ns");
	}
	row("page.growth_ratio", ns[GROWTH_SIZES - 1] / ns[0], "1");
	return true;
}

/* --- the allocator alone ----------------------------------------------------------------------------------------------------- */

#define BATCH 1024

/* Median of ns for each of n. */
static double ns_each(void (*run)(struct big *b, unsigned n), struct big *b, unsigned n)
{
	double ns[REPETITIONS];

	run(b, n); /* warm */
	for (unsigned r = 0; r < REPETITIONS; r++) {
		double start = cpu_seconds();

		run(b, n);
		ns[r] = (cpu_seconds() - start) / n * 1e9;
	}
	return median(ns, REPETITIONS);
}

static void refuel(struct big *b)
{
	b->m->fuel = b->m->param[PARAM_FUEL];
}

static void run_pairs(struct big *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (i % 1024 == 0)
			refuel(b);
		__free_pages(alloc_pages(GFP_KERNEL, 0), 0);
	}
}

static void shuffle(u32 *v, unsigned n, u64 *rng)
{
	for (unsigned i = 0; i < n; i++)
		v[i] = i;
	for (unsigned i = n - 1; i; i--) {
		u32 k = (u32)(rng_next(rng) % (i + 1)), held = v[i];

		v[i] = v[k];
		v[k] = held;
	}
}

static void run_batches(struct big *b, unsigned n)
{
	static struct page *page[BATCH];
	static u32 order[BATCH];

	shuffle(order, BATCH, &b->rng); /* once: a small part of the time of n */
	for (unsigned i = 0; i < n; i += BATCH) {
		refuel(b);
		for (unsigned k = 0; k < BATCH; k++)
			page[k] = alloc_pages(GFP_KERNEL, 0);
		for (unsigned k = 0; k < BATCH; k++)
			__free_pages(page[order[k]], 0);
	}
}

static void run_splits(struct big *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (i % 1024 == 0)
			refuel(b);
		__free_pages(alloc_pages(GFP_HIGHUSER_MOVABLE, 0), 0);
	}
}

/* What a pair of calls cannot do without. */
struct least_page {
	u32 flags;
	s32 refcount;
	u64 private;
	struct least_page *next;
};

static inline struct least_page *least_pop(struct least_page **list)
{
	struct least_page *page = *list;

	*list = page->next;
	page->refcount = 1;
	return page;
}

static inline void least_push(struct least_page **list, struct least_page *page)
{
	page->refcount = 0;
	page->next = *list;
	*list = page;
}

static void run_least(struct big *b, unsigned n)
{
	static struct least_page pages[64];

	b->least = NULL;
	for (unsigned i = 0; i < ARRAY_SIZE(pages); i++)
		least_push(&b->least, &pages[i]);
	for (unsigned i = 0; i < n; i++) {
		struct least_page *page = least_pop(&b->least);

		__asm__ volatile("" : "+r"(page) : : "memory"); /* it is somebody's for a moment */
		least_push(&b->least, page);
		__asm__ volatile("" : : : "memory");
	}
}

/* Blocks below max_page_order in the zone that serves us here, one of which is taken. */
static unsigned small_blocks(const struct big *b, unsigned *order)
{
	static struct free_block block[4096];
	u64 n = min_of(page_alloc_dump(block, ARRAY_SIZE(block)), (u64)ARRAY_SIZE(block));
	unsigned small = 0;

	for (u64 i = 0; i < n; i++) {
		if (block[i].zone != ZONE_DMA32 || block[i].order == b->m->param[PARAM_MAX_PAGE_ORDER])
			continue;
		*order = block[i].order;
		small++;
	}
	return small;
}

/* Per-CPU lists keep nothing and all free memory lies in blocks of the largest order: every pair splits and merges one. */
static bool ready_to_split(struct big *b)
{
	unsigned order = 0, small;
	struct page *page;

	zone_pcp_disable(0, ZONE_DMA32);
	for (int tries = 64; tries && small_blocks(b, &order); tries--)
		alloc_pages(GFP_HIGHUSER_MOVABLE, order);
	page = alloc_pages(GFP_HIGHUSER_MOVABLE, 0);
	small = small_blocks(b, &order);
	if (page)
		__free_pages(page, 0);
	return page && small == b->m->param[PARAM_MAX_PAGE_ORDER] && !small_blocks(b, &order);
}

static bool bench_splits(unsigned n)
{
	struct big b;
	bool good = big_boot(&b, 1 << 18) && ready_to_split(&b);

	if (good)
		row("page.split_merge_ns", ns_each(run_splits, &b, n), "ns");
	else
		complain("no block of the largest order is split here");
	big_end(&b);
	return good;
}

static bool bench_library(unsigned n)
{
	double pair, least;
	struct big b;

	if (!big_boot(&b, 1 << 18)) {
		complain("a machine of 1 GiB does not boot");
		return false;
	}
	least = ns_each(run_least, &b, n * 10);
	pair = ns_each(run_pairs, &b, n);
	row("page.pair_ns", pair, "ns");
	row("page.least_pair_ns", least, "ns");
	row("page.pair_ratio", pair / least, "1");
	row("page.batch_ns", ns_each(run_batches, &b, n / BATCH * BATCH), "ns");
	big_end(&b);
	return bench_splits(n);
}

static bool bench_plain(bool quick)
{
	if (strcmp(MMCHECK_FLAVOUR, "plain") != 0)
		return true;
	return bench_big_boot() && bench_reclaim_growth(quick) && bench_growth(quick ? 20000 : 200000) &&
	       bench_library(quick ? 100000 : 1000000);
}

static int write_json(const char *path)
{
	struct out_file o;

	if (!out_open(&o, path))
		return EXIT_ENVIRONMENT;
	fprintf(o.file, "[\n");
	for (unsigned i = 0; i < nr_rows; i++)
		fprintf(o.file, "  {\"name\": \"%s\", \"value\": %.3f, \"unit\": \"%s\", \"flavour\": \"%s\"}%s\n", rows[i].name,
			rows[i].value, rows[i].unit, MMCHECK_FLAVOUR, i + 1 < nr_rows ? "," : "");
	fprintf(o.file, "]\n");
	return out_close(&o) ? EXIT_FINE : EXIT_ENVIRONMENT;
}

int cmd_bench(int argc, char **argv)
{
	static const struct option options[] = { { "quick", 0, 0, 'q' }, { "json", 1, 0, 'j' }, { 0 } };
	const char *json = NULL;
	bool quick = false, good;
	struct world *w;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?') {
			complain("[--quick] [--json FILE]");
			return EXIT_USAGE;
		}
		quick |= c == 'q';
		if (c == 'j')
			json = optarg;
	}
	if (!bench_plain(quick))
		return EXIT_FINDING;
	w = new_world();
	bench_fibers(quick ? 20000 : 200000);
	good = bench_page(w, quick ? 2 : 20) && bench_slab(w, quick ? 2 : 20) && bench_reclaim(w, quick ? 2 : 20) &&
	       bench_reset(w, quick ? 2 : 20) && bench_smp(w, quick ? 2 : 20) && bench_explore(w, quick) && bench_witness(quick ? 50000 : 200000);
	world_destroy(w);
	if (!good)
		return EXIT_FINDING;
	return json ? write_json(json) : EXIT_FINE;
}
