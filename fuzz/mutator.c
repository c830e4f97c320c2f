/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mutator.c - changing programs for a fuzzing engine.
 *
 * Mutation works on whole operations: bytes are decoded, one thing or a few are changed, and encoded again. That is faster
 * than the engine's own byte mutations, and every result means something. libFuzzer calls LLVMFuzzerCustomMutator() and
 * LLVMFuzzerCustomCrossOver(); AFL++ comes through afl_mutator.c.
 *
 *   libFuzzer   an execution costs what the program costs: short programs, a few changes each time
 *   AFL++       pays 20 us more for each: long programs
 */
#include <stdlib.h>
#include <string.h>
#include "engine.h"

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *out, size_t max_size,
				 unsigned seed);

#define SHORT_OPS 16 /* of a program made from nothing */

static struct program program, other, result;

/* Nothing yet, or not ours: a small program of this target's operations. */
static void decode_or_generate(struct program *p, const u8 *data, size_t size, u64 *rng)
{
	if (!program_decode(p, data, size) || !p->nr_ops)
		program_generate(p, rng_next(rng), SHORT_OPS, fuzz_tables);
}

/*
 * What makes a program slow spreads through a corpus although it finds nothing new: recounting always, whole contents, a
 * machine of its own. It stays in one program of 16, or 8.
 */
static void thin_out(struct program *p, u64 *rng)
{
	u32 boot_ops = program_boot_ops(p);

	if (fuzz_tables & TABLE_VM) /* no other one is run */
		p->header.start = p->header.start == START_PRESSURE ? START_PRESSURE : START_SCARCE;
	if (rng_next(rng) % 16)
		p->header.flags = 0;
	if (rng_next(rng) % 8 == 0 || !boot_ops)
		return;
	p->nr_ops -= boot_ops;
	memmove(p->op, p->op + boot_ops, p->nr_ops * sizeof(*p->op));
}

static size_t encode_cut(struct program *p, u8 *out, size_t max_size)
{
	size_t need = program_encode(p, out, max_size);

	return min_of(need, max_size / OP_BYTES * OP_BYTES);
}

static void mutate_some(struct program *p, u64 *rng, unsigned most)
{
	for (unsigned n = 1 + rng_next(rng) % most; n; n--)
		program_mutate(p, rng, fuzz_tables);
	thin_out(p, rng);
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
	mutate_some(&program, &rng, 4);
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

/* A program that has fewer operations than it may is continued, half of the time by what somebody else wrote. */
static void continue_program(struct program *p, const u8 *add, size_t add_bytes, u32 most_ops, u64 *rng)
{
	u32 room = most_ops > p->nr_ops ? most_ops - p->nr_ops : 0;

	if (!room || rng_next(rng) % 4 == 0)
		return;
	if (rng_next(rng) % 2 || !program_decode(&other, add, add_bytes) || !other.nr_ops)
		program_generate(&other, rng_next(rng), 1 + (u32)(rng_next(rng) % room), fuzz_tables);
	program_append_ops(p, &other, program_boot_ops(&other), min_of(other.nr_ops, room));
}

size_t fuzz_mutate_long(const u8 *data, size_t size, const u8 *add, size_t add_bytes, u8 *out, size_t max_size, u64 *rng)
{
	u32 most_ops = (u32)min_of(max_size / OP_BYTES - 1, (size_t)FUZZ_LONG_OPS);

	if (max_size < HEADER_BYTES + OP_BYTES)
		return 0;
	decode_or_generate(&program, data, size, rng);
	if (rng_next(rng) % 4 == 0 && program_decode(&other, add, add_bytes) && other.nr_ops) {
		program_cross(&result, &program, &other, rng);
		program_copy(&program, &result);
	}
	continue_program(&program, add, add_bytes, most_ops, rng);
	mutate_some(&program, rng, 4 + program.nr_ops / 32);
	program.nr_ops = min_of(program.nr_ops, most_ops);
	return encode_cut(&program, out, max_size);
}
