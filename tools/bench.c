/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench.c - how fast the harness is: reset, checked operations, judged events.
 *
 * CPU time of this thread, medians over repetitions. Programs are generated before the clock runs.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tools.h"
#include "witness.h"

#define MOST_ROWS   32
#define REPETITIONS 9

static struct {
	const char *name, *unit;
	double value;
} rows[MOST_ROWS];
static unsigned nr_rows;

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void row(const char *name, double value, const char *unit)
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

static double median(double *v, unsigned n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

static struct program *make_programs(unsigned n, u32 ops)
{
	struct program *p = calloc(n, sizeof(*p));

	for (unsigned i = 0; i < n; i++) {
		program_init(&p[i]);
		program_generate(&p[i], 1000 + i, ops, TABLE_MACHINE | TABLE_PAGE);
	}
	return p;
}

static void free_programs(struct program *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		program_free(&p[i]);
	free(p);
}

/* Executed operations a second, reset and end of program included; false after a finding. */
static bool ops_per_second(struct world *w, unsigned nr, u32 ops, unsigned laps, double *out)
{
	struct program *p = make_programs(nr, ops);
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
	w = new_world();
	good = bench_page(w, quick ? 2 : 20) && bench_reset(w, quick ? 2 : 20) && bench_witness(quick ? 50000 : 200000);
	world_destroy(w);
	if (!good)
		return EXIT_FINDING;
	return json ? write_json(json) : EXIT_FINE;
}
