/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench_reclaim.c - machines that are short of memory: judged operations, how deep programs get, and what a reclaimed page costs.
 *
 *   reclaim.ops_per_s     single touches of pages of tasks and files, most of which fault, checked as usual
 *   reclaim.depth_*       share of fuzzing programs in which a request reclaims, a page is swapped, the OOM killer is asked
 *   reclaim.walk_ops_per_s  16 GiB, 64 tasks, 1 M pages of files read, each judged; without the recount
 *   reclaim.second_walk_ops_per_s  the same again: the host has found memory for all of it
 *   reclaim.growth_*      the stack alone: ns for each page that is reclaimed for another one that is read
 */
#include <stdlib.h>
#include <string.h>
#include "bench.h"
#include "task.h"
#include "tools.h"
#include "vm.h"

/* What goes over many pages at once becomes a touch of one. */
static void make_single(struct program *p)
{
	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct op *op = op_by_code(p->op[i].code);
		const char *single = !strcmp(op->name, "task_write_row")  ? "task_write" :
				     !strcmp(op->name, "task_read_row")	  ? "task_read" :
				     !strcmp(op->name, "file_write_row")  ? "file_write" :
				     !strcmp(op->name, "file_read_row") || !strcmp(op->name, "file_walk") ||
						     !strcmp(op->name, "file_read_whole") ?
									    "file_read" :
									    NULL;

		if (single)
			p->op[i].code = op_by_name(single, strlen(single))->code;
	}
}

static bool bench_depth(struct world *w, unsigned programs)
{
	static const struct {
		unsigned bit;
		const char *name;
	} depths[] = { { DEEP_RECLAIM, "reclaim.depth_direct" }, { DEEP_SWAP, "reclaim.depth_swap" }, { DEEP_OOM, "reclaim.depth_oom" } };
	struct run_stats before = w->stats;
	struct program p;
	bool good = true;

	program_init(&p);
	for (unsigned i = 0; good && i < programs; i++) {
		program_generate(&p, 7000 + i, 200, TABLE_MACHINE | TABLE_PAGE | TABLE_VM);
		good = !lockstep_run(w, &p)->failed;
	}
	for (unsigned i = 0; good && i < ARRAY_SIZE(depths); i++) {
		unsigned bit = (unsigned)__builtin_ctz(depths[i].bit);

		row(depths[i].name, 100.0 * (double)(w->stats.deep[bit] - before.deep[bit]) / programs, "%");
	}
	if (!good)
		complain("finding %s: %s", w->verdict.clause, w->verdict.sentence);
	program_free(&p);
	return good;
}

#define WALK_FRAMES (1u << 22)
#define WALK_TASKS  64

/* Each read of a page counts as an operation; the boot is part of it. */
static bool walk(struct world *w, const struct program *p, unsigned files, const char *name)
{
	double start = cpu_seconds();

	if (lockstep_run(w, p)->failed) {
		complain("finding %s: %s", w->verdict.clause, w->verdict.sentence);
		return false;
	}
	row(name, (files * 16.0 + WALK_TASKS * 64) / (cpu_seconds() - start), "1/s");
	return true;
}

static bool bench_walk(unsigned files)
{
	struct world *w = world_create();
	struct program p;
	bool good;

	if (!w)
		return false;
	program_init(&p);
	p.header = (struct header){ .version = PROGRAM_VERSION, .profile = PROFILE_REAL, .start = START_PRESSURE };
	program_append_op(&p, "knob", PARAM_FRAMES, WALK_FRAMES, 0, 0);
	w->no_recount = true;
	for (u32 t = 0; t < WALK_TASKS; t++) {
		program_append_op(&p, "task_create", t, 1000, 0, 0);
		program_append_op(&p, "task_write_row", t, 0, 63, 0);
	}
	for (u32 i = 0; i < files; i += 256)
		program_append_op(&p, "file_read_whole", i, 255, 0, 0);
	good = walk(w, &p, files, "reclaim.walk_ops_per_s") && walk(w, &p, files, "reclaim.second_walk_ops_per_s");
	program_free(&p);
	world_destroy(w);
	return good;
}

bool bench_reclaim(struct world *w, unsigned laps)
{
	struct program *p = make_programs_of(16, 10000, TABLE_VM);
	double rate;
	bool good;

	for (unsigned i = 0; i < 16; i++)
		make_single(&p[i]);
	good = ops_per_second_of(w, p, 16, max_of(laps / 10, 1u), &rate);
	free_programs(p, 16);
	if (!good)
		return false;
	row("reclaim.ops_per_s", rate, "1/s");
	return bench_depth(w, laps * 100) && bench_walk(laps < 10 ? 4096 : 65536);
}

/* --- the stack alone --------------------------------------------------------------------------------------------------------- */

#define CACHE_PAGES 4096 /* of files, when nearly all else is in use */
#define MOST_FILES  65536

struct short_machine {
	struct machine *m;
	const char *bad;
	u32 file;	/* read next */
	u64 wanted;	/* pages to read */
	double ns;
};

static void throw_events_away(struct machine *m, void *arg)
{
	(void)arg;
	m->nr_events = 0;
}

/* Large blocks are taken, and stay, until so many pages are free above the high marks. */
static void take_all_but(u64 pages)
{
	for (unsigned zone = 0; zone < ZONE_DEVICE; zone++)
		pages += zone_figures(0, zone).high + zone_figures(0, zone).lowmem_reserve[ZONE_NORMAL];
	while (vm_counter("nr_free_pages") > pages + 1024 && alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 10))
		;
	while (vm_counter("nr_free_pages") > pages && alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0))
		;
}

static void read_files(struct short_machine *s, u64 pages)
{
	static _Alignas(64) char buffer[SIM_PAGE_SIZE];

	for (u64 i = 0; !s->bad && i < pages; i++) {
		s->m->fuel = s->m->param[PARAM_FUEL];
		s->m->nr_events = 0;
		s->m->log_bytes = 0;
		if (file_read(s->file + (u32)(i / 16), (u32)(i % 16), buffer) != 0)
			s->bad = "a file could not be read";
	}
	s->file += (u32)(pages / 16);
}

static u64 nr_stolen(void)
{
	return vm_counter("pgsteal_kswapd") + vm_counter("pgsteal_direct");
}

static void run_short(void *arg, u32 op)
{
	struct short_machine *s = arg;
	u64 stolen;
	double start;

	s->m->fuel = s->m->param[PARAM_FUEL];
	if (op == 0) {
		if (vm_init() != 0)
			s->bad = "no memory for tasks and files";
		take_all_but(CACHE_PAGES);
		while (!s->bad && nr_stolen() < CACHE_PAGES && s->file < MOST_FILES)
			read_files(s, CACHE_PAGES);
		return;
	}
	stolen = nr_stolen();
	start = cpu_seconds();
	read_files(s, s->wanted);
	stolen = nr_stolen() - stolen;
	s->ns = stolen ? (cpu_seconds() - start) / (double)stolen * 1e9 : 0;
	if (!stolen)
		s->bad = "nothing was reclaimed";
}

static u32 nothing_more(void *arg, unsigned which)
{
	(void)arg, (void)which;
	return SCHED_NONE;
}
static u32 no_switches(void *arg, u32 op, const struct sched_switch **list)
{
	(void)arg, (void)op, (void)list;
	return 0;
}

static double reclaim_ns(u32 frames, u64 pages)
{
	struct short_machine s = { .file = 100, .wanted = pages };
	struct sched_client client = { .arg = &s, .run = run_short, .next_unstarted = nothing_more, .unstarted_irq = nothing_more,
				       .switches = no_switches };
	struct machine_config config = { 0 };
	double ns[REPETITIONS];

	machine_config_profile(&config, PROFILE_REAL);
	config.param[PARAM_FRAMES] = frames;
	config.param[PARAM_DISK_LATENCY_US] = 1;
	config.nr_regions = sim_profile_map(PROFILE_REAL, frames, config.map);
	s.m = machine_create(&config);
	if (!s.m)
		return 0;
	machine_enter(s.m, 0);
	s.m->host->event_full = throw_events_away;
	if (mm_boot() != 0 || kmem_cache_init() != 0)
		s.bad = "it does not boot";
	sched_create(s.m);
	sched_set_client(s.m->host->sched, &client);
	for (unsigned r = 0; !s.bad && r <= REPETITIONS; r++) {
		if (!sched_run(s.m->host->sched, 0, r))
			s.bad = s.m->stop.text;
		if (r)
			ns[r - 1] = s.ns;
	}
	if (s.bad)
		complain("a machine of %u frames: %s", frames, s.bad);
	machine_destroy(s.m);
	return s.bad ? 0 : median(ns, REPETITIONS);
}

bool bench_reclaim_growth(bool quick)
{
	u64 pages = quick ? 4096 : 32768;
	double small = reclaim_ns(1 << 14, pages), large = reclaim_ns(1 << 22, pages);

	if (small == 0 || large == 0)
		return false;
	row("reclaim.growth_64mib_ns", small, "ns");
	row("reclaim.growth_16gib_ns", large, "ns");
	row("reclaim.growth_ratio", large / small, "1");
	return true;
}
