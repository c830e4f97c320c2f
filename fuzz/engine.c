/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine.c - between a fuzzing engine and the world: bytes in, an abort out.
 *
 * libFuzzer and AFL++'s driver both call LLVMFuzzerInitialize() once and LLVMFuzzerTestOneInput() for each input. The
 * sanitizers' options are compiled in, so that a target works by hand as it does in a campaign.
 */
#include <stdlib.h>
#include <time.h>
#include "engine.h"

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__msan_default_options(void);
int LLVMFuzzerInitialize(int *argc, char ***argv);

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
static struct program program;
static u64 executions;

struct world *fuzz_world(void)
{
	return world;
}

static void print_depth(const struct run_stats *s)
{
	if (!s->programs)
		return;
	fprintf(stderr, "mmcheck: depth of %llu executions:", (unsigned long long)s->programs);
	depth_print(s, stderr);
	fputc('\n', stderr);
}

static void print_totals(void)
{
	fprintf(stderr, "mmcheck: %llu executions, %llu operations\n", (unsigned long long)executions,
		(unsigned long long)(world ? world->stats.ops : 0));
	if (world)
		print_depth(&world->stats);
}

/*
 * Totals are said now and then too: a target that dies has no exit handlers. The watchdog begins with the first
 * execution: AFL++ forks in between, and a child inherits no timer.
 */
void fuzz_count(void)
{
	static time_t next;
	time_t now;

	if (!executions)
		sim_watchdog_start(2);
	if (++executions % 64)
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
	setvbuf(stderr, NULL, _IOLBF, 0); /* AFL++'s driver gives it a file */
	world = world_create();
	program_init(&program);
	atexit(print_totals);
	if (world && world_make_repeatable(world))
		return 0;
	fputs("mmcheck: not enough memory\n", stderr);
	exit(3);
}

_Noreturn void fuzz_abort(const struct program *p)
{
	finding_print(world, p, stderr, "build/asan/mmcheck run -v FILE (the input the engine saved)");
	print_totals();
	abort();
}

/* A machine of real size boots a thousand times slower; memblock has a target of its own, tasks and files need a machine with both. */
static bool is_for_this_target(const struct program *p)
{
	if (p->header.profile == PROFILE_REAL || ((fuzz_tables & TABLE_VM) && p->header.start < START_PRESSURE))
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
