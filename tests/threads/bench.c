/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench.c - order-0 pairs of the library for real threads: one thread, and two on CPUs of their own.
 *
 *   threads_bench [--json FILE]
 *
 *   page.threads_pair_ns     alloc_pages() and __free_pages() of one page, one thread
 *   page.two_thread_ratio    pairs a second of two threads by those of one
 *
 * Short rounds of one and of two threads take turns. Pairs are counted by the CPU time of their thread: a host that is busy
 * with something else makes it wait, which is not our affair, but a cache line that the other thread has is waited for on
 * the CPU. That is seen only while both run: so the rounds in which they did so most count, and the median of these is
 * told. Threads have a processor of the host each.
 */
#include <stdlib.h>
#include <string.h>
#include "bench.h"
#include "gfp.h"
#include "machine.h"
#include "mm.h"

#define ROUNDS	 400
#define BEST	 41    /* of them count */
#define CHUNK	 1000  /* pairs between two looks at the clock */
#define ROUND_NS 1500000ULL /* most hosts let a thread run so long */

struct runner {
	struct machine *m;
	const cpu_set_t *allowed;
	pthread_t thread;
	pthread_barrier_t *start;
	int processor;
	u64 began, ended;
	double pairs_per_ns; /* of CPU time */
	double share;	     /* of the time it had a CPU */
};

struct round {
	double ratio;
	double together; /* how much of the time both ran */
};

static void pairs(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		__free_pages(alloc_pages(GFP_KERNEL, 0), 0);
}

static void *run(void *arg)
{
	struct runner *r = arg;
	u64 cpu, done = 0;

	stay_on(r->allowed, r->processor);
	if (sim_cpu_attach(r->m) < 0)
		abort();
	pairs(CHUNK); /* warm */
	pthread_barrier_wait(r->start);
	cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	r->began = r->ended = clock_ns(CLOCK_MONOTONIC);
	for (; r->ended - r->began < ROUND_NS; done += CHUNK) {
		pairs(CHUNK);
		r->ended = clock_ns(CLOCK_MONOTONIC);
	}
	cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	r->pairs_per_ns = (double)done / (double)cpu;
	r->share = (double)cpu / (double)(r->ended - r->began);
	sim_cpu_detach();
	return NULL;
}

static void run_together(struct machine *m, struct runner *r, unsigned nr)
{
	pthread_barrier_t start;
	cpu_set_t allowed;

	pthread_getaffinity_np(pthread_self(), sizeof(allowed), &allowed);
	pthread_barrier_init(&start, NULL, nr);
	for (unsigned i = 0; i < nr; i++) {
		r[i] = (struct runner){ .m = m, .allowed = &allowed, .start = &start, .processor = (int)i };
		pthread_create(&r[i].thread, NULL, run, &r[i]);
	}
	for (unsigned i = 0; i < nr; i++)
		pthread_join(r[i].thread, NULL);
	pthread_barrier_destroy(&start);
}

/* Of the time from when the first began until the last ended, at least so much was spent by both on a CPU. */
static double together(const struct runner *a, const struct runner *b)
{
	double both = (double)min_of(a->ended, b->ended) - (double)max_of(a->began, b->began);
	double all = (double)(max_of(a->ended, b->ended) - min_of(a->began, b->began));
	double idle = (1 - a->share) * (double)(a->ended - a->began) + (1 - b->share) * (double)(b->ended - b->began);

	return max_of(both - idle, 0.0) / all;
}

static int most_together(const void *a, const void *b)
{
	double x = ((const struct round *)a)->together, y = ((const struct round *)b)->together;

	return (x < y) - (x > y);
}

static struct machine *boot(void)
{
	struct machine_config config = { 0 };
	struct machine *m;

	machine_config_profile(&config, PROFILE_REAL);
	m = machine_create(&config);
	if (!m || sim_cpu_attach(m) != 0 || mm_boot() != 0) {
		fprintf(stderr, "threads_bench: a machine of 1 GiB does not boot\n");
		exit(3);
	}
	sim_cpu_detach();
	return m;
}

static void write_json(const char *path, double pair_ns, double ratio)
{
	FILE *f = fopen(path, "w");

	if (!f) {
		perror(path);
		exit(3);
	}
	fprintf(f, "[\n  {\"name\": \"page.threads_pair_ns\", \"value\": %.3f, ", pair_ns);
	fprintf(f, "\"unit\": \"ns\", \"flavour\": \"%s\"},\n", MMCHECK_FLAVOUR);
	fprintf(f, "  {\"name\": \"page.two_thread_ratio\", \"value\": %.3f, ", ratio);
	fprintf(f, "\"unit\": \"1\", \"flavour\": \"%s\"}\n]\n", MMCHECK_FLAVOUR);
	fclose(f);
}

int main(int argc, char **argv)
{
	static struct round round[ROUNDS];
	static double ns[ROUNDS], ratio[BEST];
	struct machine *m = boot();
	struct runner r[2];

	for (unsigned i = 0; i < ROUNDS; i++) {
		run_together(m, r, 1);
		ns[i] = 1 / r[0].pairs_per_ns;
		run_together(m, r, 2);
		round[i].ratio = (r[0].pairs_per_ns + r[1].pairs_per_ns) * ns[i];
		round[i].together = together(&r[0], &r[1]);
	}
	qsort(round, ROUNDS, sizeof(round[0]), most_together);
	for (unsigned i = 0; i < BEST; i++)
		ratio[i] = round[i].ratio;
	qsort(ns, ROUNDS, sizeof(ns[0]), by_value);
	qsort(ratio, BEST, sizeof(ratio[0]), by_value);
	printf("%-28s %14.2f %-8s %s\n", "page.threads_pair_ns", ns[ROUNDS / 2], "ns", MMCHECK_FLAVOUR);
	printf("%-28s %14.2f %-8s %s\n", "page.two_thread_ratio", ratio[BEST / 2], "1", MMCHECK_FLAVOUR);
	printf("# %u of %u rounds, in which both ran %.0f to %.0f %% of the time: ", BEST, ROUNDS,
	       100 * round[BEST - 1].together, 100 * round[0].together);
	printf("half of the ratios lie within %.2f .. %.2f\n", ratio[BEST / 4], ratio[BEST * 3 / 4]);
	if (argc == 3 && !strcmp(argv[1], "--json"))
		write_json(argv[2], ns[ROUNDS / 2], ratio[BEST / 2]);
	machine_destroy(m);
	return 0;
}
