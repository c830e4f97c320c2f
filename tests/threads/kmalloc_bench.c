/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmalloc_bench.c - kmalloc() on real threads beside the allocators that others use, in one run.
 *
 *   threads_kmalloc_bench [--quick] [--json FILE]
 *
 *   kmalloc.pair64_ratio     64 bytes, freed at once
 *   kmalloc.batch64_ratio    64 of them, freed last first
 *   kmalloc.random_ratio     10,000 live objects of 8 to 4096 bytes, one after another replaced
 *   kmalloc.remote_ratio     64 bytes through a ring, freed by another thread
 *   kmalloc.realloc_ratio    from 16 bytes to 4096 in steps of 16
 *
 * Each allocator is a child process of this program, a peer's library loaded by LD_PRELOAD; all run the loops of
 * kmalloc_loops.h. Samples of a few milliseconds take turns: one row, one child after the other. A ratio is our median by
 * the smallest median of a peer, so less than 1 is faster than all of them. One thread is measured by its CPU time; two by
 * the time from the first message to the last.
 *
 * Where the time goes: the same child also measures two calls that do nothing, and a cache's objects, which need neither
 * class nor the way from an address to its cache; and it says how often pages were asked for.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"
#include "gfp.h"
#include "machine.h"
#include "mm.h"
#include "slab.h"

#define LIVE	10000
#define BATCH	64
#define RING	512
#define ROUNDS	61
#define QUICK	15

enum row { PAIR64, BATCH64, RANDOM, REMOTE, REALLOC, NR_RATIOS, CALLS = NR_RATIOS, CACHE64, NR_ROWS };

static const struct {
	const char *name, *what;
	unsigned n; /* operations of a sample */
} rows[NR_ROWS] = {
	[PAIR64] = { "pair64", "64 bytes, freed at once", 400000 },
	[BATCH64] = { "batch64", "64 of them, freed last first", 400000 },
	[RANDOM] = { "random", "8 to 4096 bytes, 10,000 live", 100000 },
	[REMOTE] = { "remote", "freed on the other thread", 20000 },
	[REALLOC] = { "realloc", "16 bytes to 4096 in steps of 16", 50000 },
	[CALLS] = { "calls", "two calls that do nothing", 400000 },
	[CACHE64] = { "cache64", "kmem_cache_alloc() and kmem_cache_free()", 400000 },
};

/* --- loops ---------------------------------------------------------------------------------------------------------- */

struct load {
	unsigned n;
	u64 dice;
	void *batch[BATCH], *live[LIVE];
	struct kmem_cache *cache;
	void *ring[RING] __attribute__((aligned(64)));
};

static inline u64 roll(struct load *l)
{
	l->dice ^= l->dice << 13;
	l->dice ^= l->dice >> 7;
	l->dice ^= l->dice << 17;
	return l->dice;
}

/* The compiler must not know what the pointer is, or it removes the pair. */
static inline void write_to(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	*(volatile u64 *)p = 1;
}

static inline void wait_a_moment(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

#define LOOP(name)	  kmalloc_##name
#define ALLOC(bytes)	  kmalloc(bytes, GFP_KERNEL)
#define FREE(p)		  kfree(p)
#define REALLOC(p, bytes) krealloc(p, bytes, GFP_KERNEL)
#include "kmalloc_loops.h"
#undef LOOP
#undef ALLOC
#undef FREE
#undef REALLOC
#define LOOP(name)	  malloc_##name
#define ALLOC(bytes)	  malloc(bytes)
#define FREE(p)		  free(p)
#define REALLOC(p, bytes) realloc(p, bytes)
#include "kmalloc_loops.h"

__attribute__((noinline)) static void *nothing(size_t bytes, void *p)
{
	__asm__ volatile("" : "+r"(bytes), "+r"(p));
	return p;
}

static u64 kmalloc_calls(struct load *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		void *p = nothing(64, l);

		write_to(l->batch);
		nothing(0, p);
	}
	return l->n;
}

static u64 kmalloc_cache64(struct load *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		void *p = kmem_cache_alloc(l->cache, GFP_KERNEL);

		write_to(p);
		kmem_cache_free(l->cache, p);
	}
	return l->n;
}

/* --- a child: one allocator ------------------------------------------------------------------------------------------- */

typedef u64 loop_fn(struct load *l);

struct server {
	bool ours;
	struct machine *m;
	cpu_set_t allowed;
	struct load load;
	pthread_t consumer;
	pthread_barrier_t go, gone;
};

static void *consumer(void *arg)
{
	struct server *s = arg;

	stay_on(&s->allowed, 1);
	if (s->ours && sim_cpu_attach(s->m) < 0)
		abort();
	for (;;) {
		pthread_barrier_wait(&s->go);
		(s->ours ? kmalloc_consume : malloc_consume)(&s->load);
		pthread_barrier_wait(&s->gone);
	}
	return NULL;
}

static double time_remote(struct server *s)
{
	u64 began;

	pthread_barrier_wait(&s->go);
	began = clock_ns(CLOCK_MONOTONIC);
	(s->ours ? kmalloc_produce : malloc_produce)(&s->load);
	pthread_barrier_wait(&s->gone);
	return (double)(clock_ns(CLOCK_MONOTONIC) - began) / s->load.n;
}

static double time_alone(struct load *l, loop_fn *loop)
{
	u64 began = clock_ns(CLOCK_THREAD_CPUTIME_ID), done = loop(l);

	return (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - began) / (double)done;
}

static double sample(struct server *s, enum row row)
{
	static loop_fn *const alone[2][NR_ROWS] = {
		{ malloc_pair64, malloc_batch64, malloc_random, NULL, malloc_realloc },
		{ kmalloc_pair64, kmalloc_batch64, kmalloc_random, NULL, kmalloc_realloc, kmalloc_calls, kmalloc_cache64 },
	};

	s->load.n = rows[row].n / 4; /* warms the processor's caches: other children were there */
	if (row == REMOTE)
		time_remote(s);
	else
		time_alone(&s->load, alone[s->ours][row]);
	s->load.n = rows[row].n;
	return row == REMOTE ? time_remote(s) : time_alone(&s->load, alone[s->ours][row]);
}

static void boot(struct server *s)
{
	struct machine_config config = { 0 };

	machine_config_profile(&config, PROFILE_REAL);
	s->m = machine_create(&config);
	if (!s->m || sim_cpu_attach(s->m) != 0 || mm_boot() != 0 || kmem_cache_init() != 0)
		exit(3);
	s->load.cache = kmem_cache_create("bench64", 64, 0, SLAB_NO_MERGE, NULL);
}

/* Is malloc() of the library that was to be loaded? "" stands for the C library's own. */
static bool is_from(const char *library)
{
	Dl_info info;

	if (!dladdr(dlsym(RTLD_DEFAULT, "malloc"), &info))
		return false;
	return strstr(info.dli_fname, *library ? library : "libc.so");
}

/* Asked for a row by one byte, answers with a number; first of all says whether it can. */
static int serve(const char *library)
{
	static struct server s;
	u8 row = !strcmp(library, "kmalloc") || is_from(library);
	double ns;

	if (write(1, &row, 1) != 1 || !row)
		return 3;
	s.ours = !strcmp(library, "kmalloc");
	s.load.dice = 88172645463325252ULL;
	pthread_getaffinity_np(pthread_self(), sizeof(s.allowed), &s.allowed);
	stay_on(&s.allowed, 0);
	if (s.ours)
		boot(&s);
	pthread_barrier_init(&s.go, NULL, 2);
	pthread_barrier_init(&s.gone, NULL, 2);
	pthread_create(&s.consumer, NULL, consumer, &s);
	while (read(0, &row, 1) == 1) {
		ns = sample(&s, (enum row)row);
		if (write(1, &ns, sizeof(ns)) != sizeof(ns))
			break;
	}
	_exit(0);
}

/* --- the parent --------------------------------------------------------------------------------------------------------- */

struct child {
	const char *name, *library; /* that is loaded; "kmalloc": ours */
	pid_t pid;		    /* 0: it is not there */
	int to, from;
	double ns[NR_ROWS][ROUNDS], median[NR_ROWS];
};

static struct child children[] = {
	{ .name = "mmcheck", .library = "kmalloc" },
	{ .name = "jemalloc", .library = "libjemalloc.so.2" },
	{ .name = "mimalloc", .library = "libmimalloc.so.2" },
	{ .name = "tcmalloc", .library = "libtcmalloc_minimal.so.4" },
	{ .name = "glibc", .library = "" },
};
#define OURS (&children[0])

static void become_child(const char *library, const int *requests, const int *answers)
{
	dup2(requests[0], 0);
	dup2(answers[1], 1);
	close(requests[1]);
	close(answers[0]);
	if (*library && strcmp(library, "kmalloc") != 0) {
		setenv("LD_PRELOAD", library, 1);
		if (!freopen("/dev/null", "w", stderr)) /* the loader complains there, we do below */
			_exit(3);
	}
	execl("/proc/self/exe", "threads_kmalloc_bench", "--serve", library, NULL);
	_exit(3);
}

static void start(struct child *c)
{
	int requests[2], answers[2];
	u8 can = 0;

	if (pipe(requests) || pipe(answers)) {
		perror("pipe");
		exit(3);
	}
	fflush(stdout);
	c->pid = fork();
	if (!c->pid)
		become_child(c->library, requests, answers);
	close(requests[0]);
	close(answers[1]);
	c->to = requests[1], c->from = answers[0];
	if (read(c->from, &can, 1) == 1 && can)
		return;
	printf("# %s is left out: %s is not installed\n", c->name, c->library);
	c->pid = 0;
}

static double ask(struct child *c, enum row row)
{
	u8 byte = row;
	double ns;

	if (write(c->to, &byte, 1) == 1 && read(c->from, &ns, sizeof(ns)) == sizeof(ns))
		return ns;
	fprintf(stderr, "threads_kmalloc_bench: %s died in %s\n", c->name, rows[row].name);
	exit(3);
}

static void measure(unsigned rounds)
{
	for (unsigned i = 0; i <= rounds; i++) /* the first warms, and is forgotten */
		for (unsigned row = 0; row < NR_ROWS; row++)
			for (unsigned c = 0; c < ARRAY_SIZE(children); c++)
				if (children[c].pid && (row < NR_RATIOS || &children[c] == OURS))
					children[c].ns[row][i ? i - 1 : 0] = ask(&children[c], (enum row)row);
	for (unsigned c = 0; c < ARRAY_SIZE(children); c++)
		for (unsigned row = 0; row < NR_ROWS; row++) {
			qsort(children[c].ns[row], rounds, sizeof(double), by_value);
			children[c].median[row] = children[c].ns[row][rounds / 2];
		}
}

static const struct child *fastest_peer(enum row row)
{
	const struct child *best = NULL;

	for (unsigned c = 1; c < ARRAY_SIZE(children); c++)
		if (children[c].pid && (!best || children[c].median[row] < best->median[row]))
			best = &children[c];
	return best;
}

static void tell_row(enum row row)
{
	char name[32];

	snprintf(name, sizeof(name), "kmalloc.%s_ratio", rows[row].name);
	printf("%-28s %14.2f %-8s %s\n", name, OURS->median[row] / fastest_peer(row)->median[row], "1", MMCHECK_FLAVOUR);
	printf("# %s, ns:", rows[row].what);
	for (unsigned c = 0; c < ARRAY_SIZE(children); c++)
		if (children[c].pid)
			printf("%s %s %.2f", c ? "," : "", children[c].name, children[c].median[row]);
	printf("\n");
}

static void tell_where(void)
{
	const double *ns = OURS->median;

	printf("# where kmalloc.pair64 goes, ns: %.2f two calls and a store; %.2f the CPU's list, twice; %.2f class, and from the address to the cache\n",
	       ns[CALLS], ns[CACHE64] - ns[CALLS], ns[PAIR64] - ns[CACHE64]);
	printf("# and kmalloc.random: %.2f more than kmalloc.pair64, slabs that are not the CPU's own, and their cache lines\n",
	       ns[RANDOM] - ns[PAIR64]);
}

static void write_json(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f) {
		perror(path);
		exit(3);
	}
	for (unsigned row = 0; row < NR_RATIOS; row++)
		fprintf(f, "%s  {\"name\": \"kmalloc.%s_ratio\", \"value\": %.3f, \"unit\": \"1\", \"flavour\": \"%s\"}", row ? ",\n" : "[\n",
			rows[row].name, OURS->median[row] / fastest_peer((enum row)row)->median[row], MMCHECK_FLAVOUR);
	fprintf(f, "\n]\n");
	fclose(f);
}

int main(int argc, char **argv)
{
	const char *json = NULL;
	unsigned rounds = ROUNDS;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--serve") && i + 1 < argc)
			return serve(argv[i + 1]);
		if (!strcmp(argv[i], "--quick"))
			rounds = QUICK;
		else if (!strcmp(argv[i], "--json") && i + 1 < argc)
			json = argv[++i];
	}
	for (unsigned c = 0; c < ARRAY_SIZE(children); c++)
		start(&children[c]);
	measure(rounds);
	for (unsigned row = 0; row < NR_RATIOS; row++)
		tell_row((enum row)row);
	tell_where();
	if (json)
		write_json(json);
	return 0;
}
