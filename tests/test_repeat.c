// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_repeat.c - what a program does depends on nothing that ran before it in its process.
 *
 * Fuzzing engines rest on that, and so does whoever replays what they found. Programs of all tables, and some whose machine
 * stops, run twice in a row; then once more in the opposite order, so that each has others between; then in a world that
 * boots no machine before it is asked for. Each time verdict and digest must be the same, and, where the flavour counts
 * edges (fuzz), each edge of mm must be taken as often: a machine that did not boot has no digest of its own to tell.
 */
#include <stdlib.h>
#include "lockstep.h"
#include "tap.h"

#define NR_GENERATED 40 /* of each kind */
#define NR_OPS	     64

/* --- edges, as the compiler counts them ------------------------------------------------------------------------------ */

struct edge_place {
	uintptr_t pc, flags;
};

static u8 *taken; /* modulo 256 */
static size_t nr_edges;
static const struct edge_place *places;

void __sanitizer_cov_8bit_counters_init(u8 *start, u8 *stop);
void __sanitizer_cov_pcs_init(const struct edge_place *start, const struct edge_place *stop);
void __sanitizer_symbolize_pc(void *pc, const char *format, char *out, size_t bytes) __attribute__((weak));

/* Every file calls these, and all have one section. */
void __sanitizer_cov_8bit_counters_init(u8 *start, u8 *stop)
{
	taken = start;
	nr_edges = (size_t)(stop - start);
}

void __sanitizer_cov_pcs_init(const struct edge_place *start, const struct edge_place *stop)
{
	(void)stop;
	places = start;
}

static size_t nr_taken(void)
{
	size_t nr = 0;

	for (size_t i = 0; i < nr_edges; i++)
		nr += taken[i] != 0;
	return nr;
}

static void say_edge(size_t i, unsigned was)
{
	char where[200] = "";

	if (places && __sanitizer_symbolize_pc)
		__sanitizer_symbolize_pc((void *)places[i].pc, " %f %S", where, sizeof(where));
	printf("#   edge %zu%s: taken %u times, %u at first\n", i, where, taken[i], was);
}

static size_t say_other_edges(const u8 *first)
{
	size_t nr = 0;

	for (size_t i = 0; i < nr_edges; i++)
		if (taken[i] != first[i] && nr++ < 3)
			say_edge(i, first[i]);
	return nr;
}

/* --- programs ---------------------------------------------------------------------------------------------------------- */

#define HEAD "mmcheck-trace 1 profile=small start="
#define PANIC                                                                                                                    \
	HEAD "scarce\n0: t0 = task_create adj=0\n1: vm_knob knob=panic_on_oom value=1\n2: sysctl name=min_free_kbytes "          \
	     "value=1196\n"                                                                                                      \
	     "3: file_read file=0 index=0\n"

/* A machine that stops must leave nothing to the next one: one of its own, one that does not even begin, a usual one. */
static const char *const written[] = {
	PANIC,
	HEAD "pressure\n0: knob knob=cpus value=2\n1: t0 = task_create adj=0\n2: task_write t0 vpn=1 fill=lines\n",
	HEAD "scarce\n0: knob knob=frames value=16\n1: knob knob=nodes value=1\n2: knob knob=cpus value=1\n3: t0 = task_create "
	     "adj=0\n",
	PANIC,
	HEAD "slab\n0: c0 = kmem_cache_create name=dentry size=20 align=0 flags=none ctor=none\n1: o0 = kmem_cache_alloc c0 "
	     "gfp=GFP_KERNEL\n",
};

static const struct kind {
	const char *name;
	unsigned tables; /* 0: those written above */
} kinds[] = {
	{"machines that stop", 0},
	{"pages", TABLE_MACHINE | TABLE_PAGE},
	{"memblock", TABLE_MACHINE | TABLE_MEMBLOCK},
	{"caches", TABLE_MACHINE | TABLE_SLAB},
	{"memory by size", TABLE_MACHINE | TABLE_KMALLOC},
	{"tasks", TABLE_MACHINE | TABLE_TASK},
	{"files", TABLE_MACHINE | TABLE_FILE},
	{"swap", TABLE_MACHINE | TABLE_TASK | TABLE_SWAP},
	{"all tables", TABLE_MACHINE | TABLE_PAGE | TABLE_SLAB | TABLE_KMALLOC | TABLE_VM},
};

/* A program, and what its first run was. */
struct run {
	const struct kind *kind;
	struct program program;
	struct verdict verdict;
	u64 digest;
	u8 *taken;
};

static struct run runs[ARRAY_SIZE(written) + ARRAY_SIZE(kinds) * NR_GENERATED];
static unsigned nr_runs;
static struct world *world;

static struct program *next_program(const struct kind *kind)
{
	struct run *r = &runs[nr_runs++];

	r->kind = kind;
	program_init(&r->program);
	return &r->program;
}

static void make_programs(const struct kind *kind)
{
	char error[200];

	for (unsigned i = 0; kind->tables && i < NR_GENERATED; i++)
		program_generate(next_program(kind), nr_runs, NR_OPS, kind->tables);
	for (unsigned i = 0; !kind->tables && i < ARRAY_SIZE(written); i++)
		if (!program_parse(next_program(kind), written[i], strlen(written[i]), error, sizeof(error), NULL))
			ok(false, "program %u can be read: %s", i, error);
}

/* --- runs, compared ---------------------------------------------------------------------------------------------------- */

static void run(const struct run *r)
{
	if (nr_edges)
		memset(taken, 0, nr_edges);
	lockstep_run(world, &r->program);
}

static void run_first(struct run *r)
{
	run(r);
	r->verdict = world->verdict;
	r->digest = world->digest;
	r->taken = malloc(nr_edges + 1);
	if (nr_edges)
		memcpy(r->taken, taken, nr_edges);
}

static bool runs_alike(const struct run *r, bool edges)
{
	run(r);
	if (world->digest == r->digest && !strcmp(world->verdict.sentence, r->verdict.sentence) &&
	    (!edges || !nr_edges || !memcmp(taken, r->taken, nr_edges)))
		return true;
	printf("# program %u: digest %llx, %llx at first; finding \"%s\", \"%s\" at first; %zu edges differ\n",
	       (unsigned)(r - runs), (unsigned long long)world->digest, (unsigned long long)r->digest, world->verdict.sentence,
	       r->verdict.sentence, edges ? say_other_edges(r->taken) : 0);
	return false;
}

static unsigned unlike[ARRAY_SIZE(kinds)]; /* programs of each kind that did not do the same */

static void claim_alike(const char *when)
{
	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
		ok(!unlike[k], "%s: a program does the same %s", kinds[k].name, when);
		unlike[k] = 0;
	}
}

static void twice_in_a_row(void)
{
	for (unsigned i = 0; i < nr_runs; i++) {
		run_first(&runs[i]);
		unlike[runs[i].kind - kinds] += !runs_alike(&runs[i], true);
	}
	claim_alike("twice in a row");
}

static void after_the_others(void)
{
	for (unsigned i = nr_runs; i-- > 0;)
		unlike[runs[i].kind - kinds] += !runs_alike(&runs[i], true);
	claim_alike("when others ran between");
}

/* Edges differ there: who asks first for a machine boots it. */
static void in_another_world(void)
{
	world_destroy(world);
	world = world_create();
	for (unsigned i = 0; i < nr_runs; i++)
		unlike[runs[i].kind - kinds] += !runs_alike(&runs[i], false);
	claim_alike("in a world that boots machines when they are asked for");
}

static void what_is_compared(void)
{
	u64 ran;

	run(&runs[0]);
	ok(world->panicked, "there is a program whose machine panics");
	ran = world->stats.ops;
	run(&runs[1]);
	ok(world->stats.ops == ran + 2, "one behind it, on another machine, runs");
	run(&runs[2]);
	ok(world->stats.ops == ran + 2, "one has too little memory to begin");
	if (strcmp(MMCHECK_FLAVOUR, "fuzz"))
		skip("edges are counted", "in the flavour fuzz");
	else
		ok(nr_taken() > 1000 && nr_taken() < nr_edges, "edges are counted: this one takes %zu of %zu", nr_taken(),
		   nr_edges);
}

int main(void)
{
	world = world_create();
	if (!ok(world_make_repeatable(world), "all machines boot"))
		return tap_end();
	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++)
		make_programs(&kinds[k]);
	what_is_compared();
	twice_in_a_row();
	after_the_others();
	in_another_world();
	for (unsigned i = 0; i < nr_runs; i++) {
		program_free(&runs[i].program);
		free(runs[i].taken);
	}
	world_destroy(world);
	return tap_end();
}
