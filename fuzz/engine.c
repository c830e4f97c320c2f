/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine.c - between a fuzzing engine and the world.
 *
 * Mutation works on whole operations: bytes are decoded, one thing is changed, and encoded again. That is faster than the
 * engine's own byte mutations, and every result means something. The sanitizers' options are compiled in, so that a
 * target works by hand as it does in a campaign.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "engine.h"

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__msan_default_options(void);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *out, size_t max_size,
				 unsigned seed);

const char *__asan_default_options(void)
{
	return "quarantine_size_mb=8:detect_stack_use_after_return=0:detect_leaks=0:handle_abort=1:"
	       "allocator_may_return_null=1:abort_on_error=0";
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:halt_on_error=1";
}

const char *__msan_default_options(void)
{
	return "abort_on_error=0";
}

static struct world *world;
static struct program program, other, result;
static u64 executions;

struct world *fuzz_world(void)
{
	return world;
}

/* In how many of the programs each thing happened that is hard to reach. */
static void print_depth(const struct run_stats *s)
{
	static const char *const names[NR_DEEP] = { "refusal", "below_min", "fallback", "highatomic", "flush" };

	if (!s->programs)
		return;
	fprintf(stderr, "mmcheck: depth of %llu executions:", (unsigned long long)s->programs);
	for (unsigned i = 0; i < NR_DEEP; i++)
		fprintf(stderr, " %s %.1f %%", names[i], 100.0 * (double)s->deep[i] / (double)s->programs);
	fputc('\n', stderr);
}

static void print_totals(void)
{
	fprintf(stderr, "mmcheck: %llu executions, %llu operations\n", (unsigned long long)executions,
		(unsigned long long)(world ? world->stats.ops : 0));
	if (world)
		print_depth(&world->stats);
}

/* Also now and then: a target that dies has no exit handlers. */
void fuzz_count(void)
{
	static time_t next;
	time_t now;

	if (++executions % 1024)
		return;
	now = time(NULL);
	if (now < next)
		return;
	if (next)
		print_totals();
	next = now + 2;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	world = world_create();
	program_init(&program);
	program_init(&other);
	program_init(&result);
	atexit(print_totals);
	sim_watchdog_start(2);
	return world ? 0 : 3;
}

_Noreturn void fuzz_abort(const struct program *p)
{
	finding_print(world, p, stderr, "build/asan/mmcheck run -v FILE (the input the engine saved)");
	print_totals();
	abort();
}

/* A machine of real size boots a thousand times slower, and memblock has a target of its own. */
static bool is_for_this_target(const struct program *p)
{
	if (p->header.profile == PROFILE_REAL)
		return false;
	return p->header.start != START_EARLY || (fuzz_tables & TABLE_MEMBLOCK);
}

int fuzz_program(const u8 *data, size_t bytes)
{
	if (!program_decode(&program, data, bytes) || !is_for_this_target(&program))
		return -1;
	program.header.flags &= (u8)~HEADER_DAMAGE; /* such a program is meant to fail */
	fuzz_count();
	if (lockstep_run(world, &program)->failed)
		fuzz_abort(&program);
	return 0;
}

/* Nothing yet, or not ours: a small program of this target's operations. */
static void decode_or_generate(struct program *p, const u8 *data, size_t size, u64 *rng)
{
	if (!program_decode(p, data, size) || !p->nr_ops)
		program_generate(p, rng_next(rng), 16, fuzz_tables);
}

/*
 * What makes a program slow spreads through a corpus although it finds nothing new: recounting always, whole contents, a
 * machine of its own. It stays in one program of 16, or 8.
 */
static void thin_out(struct program *p, u64 *rng)
{
	u32 boot_ops = program_boot_ops(p);

	if (rng_next(rng) % 16)
		p->header.flags = 0;
	if (rng_next(rng) % 8 == 0)
		return;
	p->nr_ops -= boot_ops;
	memmove(p->op, p->op + boot_ops, p->nr_ops * sizeof(*p->op));
}

static size_t encode_cut(struct program *p, u8 *out, size_t max_size)
{
	size_t need = program_encode(p, out, max_size);

	return min_of(need, max_size / OP_BYTES * OP_BYTES);
}

/* The engine's own mutation of bytes. */
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max_size) __attribute__((weak));

/* One time in four a fresh trace, so that the bytes mutated stay near the language. */
static size_t mutate_text(u8 *data, size_t size, size_t max_size, u64 *rng)
{
	char *text = NULL;
	size_t bytes;
	FILE *out;

	if (rng_next(rng) % 4 == 0) {
		program_generate(&program, rng_next(rng), 8, fuzz_tables);
		out = open_memstream(&text, &bytes);
		program_print(&program, out, NULL);
		fclose(out);
		size = min_of(bytes, max_size);
		memcpy(data, text, size);
		free(text);
	}
	return LLVMFuzzerMutate ? LLVMFuzzerMutate(data, size, max_size) : size;
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size, unsigned seed)
{
	u64 rng = seed;

	if (fuzz_is_text)
		return mutate_text(data, size, max_size, &rng);
	if (max_size < HEADER_BYTES + OP_BYTES)
		return size;
	decode_or_generate(&program, data, size, &rng);
	for (unsigned n = 1 + rng_next(&rng) % 4; n; n--)
		program_mutate(&program, &rng, fuzz_tables);
	thin_out(&program, &rng);
	return encode_cut(&program, data, max_size);
}

size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *out, size_t max_size,
				 unsigned seed)
{
	u64 rng = seed;

	if (fuzz_is_text || max_size < HEADER_BYTES + OP_BYTES)
		return 0;
	decode_or_generate(&program, a, a_size, &rng);
	decode_or_generate(&other, b, b_size, &rng);
	program_cross(&result, &program, &other, &rng);
	thin_out(&result, &rng);
	return encode_cut(&result, out, max_size);
}
