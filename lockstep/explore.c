/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explore.c - small programs, exhaustively: each under all schedules within a bound.
 *
 *   run without switches ----> where could one be?        a yield point of an operation, while another CPU has work
 *     |-- switch at a ----> run ----> where, after a?
 *     |     '-- switches at a, b ...
 *     '-- switch at b ...
 *
 * [X1] each switch lies behind the one before in the order of execution, so no schedule comes twice
 * [X2] a run tells what a switch at each of its points would do (probe.c): one without effect is not tried
 * [X3] schedules are the program's own switches (struct sched_switch): what is found replays, mutates and shrinks
 * Left out, as nothing new can come of it:
 * [X4] a switch to another CPU right before interrupts go off or right after they go on again with a lock: from there to
 *      the point at the lock nothing is touched but the CPU's own count of irqs_off, so the other CPU runs as it does there.
 *      Of the last switch alone, and not beside another one: two in a row let two operations in. Not where CPUs call
 *      each other: a call is taken at the former point, and not at the latter
 * [X5] a switch that only begins an operation that is skipped: what follows is a run of the program without that operation,
 *      and shorter programs are looked at too. Not where one program alone is
 * [X6] switches behind a moment when nothing is in flight and the state, with what is left to run, was met before with
 *      as many preemptions to spend, or more: the rest of the run is a function of that state and the switches in it, and
 *      all of those are tried where the state was met first. The run itself is judged to its end in any case
 * --no-prune does without X4 to X6, for comparison: the ends and the findings must be the same.
 *
 * A run is a whole program from boot on; nothing is resumed. What is in the middle of an operation is not hashed: its
 * locals lie on a stack.
 */
#include <stdlib.h>
#include <string.h>
#include "explore_internal.h"

const char *const explore_scheduler_names[NR_EXPLORE_SCHEDULERS] = { "dfs", "random", "pct", "round_robin", "program" };

/* --- sets of states -------------------------------------------------------------------------------------------------- */

static bool set_insert(struct state_set *set, u64 digest)
{
	u64 i = digest * 0x9e3779b97f4a7c15ULL & (set->room - 1);

	while (set->slot[i]) {
		if (set->slot[i] == digest)
			return false;
		i = (i + 1) & (set->room - 1);
	}
	set->slot[i] = digest;
	set->nr++;
	return true;
}

/* true: it was not there. */
static bool set_add(struct state_set *set, u64 digest)
{
	struct state_set larger = { NULL, max_of(set->room * 2, (u64)1 << 12), 0 };

	if (set->nr * 2 >= set->room) {
		larger.slot = calloc(larger.room, sizeof(u64));
		if (!larger.slot)
			abort();
		for (u64 i = 0; i < set->room; i++)
			if (set->slot[i])
				set_insert(&larger, set->slot[i]);
		free(set->slot);
		*set = larger;
	}
	return set_insert(set, digest ? digest : 1);
}

/* --- one run --------------------------------------------------------------------------------------------------------- */

bool explorer_is_over(struct explorer *x)
{
	bool ask = x->deadline != 0 && x->asked++ % 32 == 0; /* the clock is a system call */

	if ((ask && cpu_seconds() >= x->deadline) || (x->b->stop && *x->b->stop))
		x->r->out_of_time = true;
	return x->r->out_of_time;
}

bool explorer_run(struct explorer *x, struct yield_probe *probe)
{
	struct world *w = x->w;
	u64 ops = w->stats.ops, refused = w->stats.refused;

	probe->nr = probe->switches = probe->first = 0;
	probe->closed = ~0u;
	w->probe = probe;
	lockstep_run(w, x->p);
	w->probe = NULL;
	if (x->b->ran)
		x->b->ran(x->b->arg, probe);
	x->r->schedules++;
	x->r->refusals += w->stats.refused - refused;
	x->r->successes += w->stats.ops - ops - (w->stats.refused - refused);
	x->r->contended = w->machine->host->sched ? sched_contended(w->machine->host->sched) : 0;
	if (w->verdict.failed)
		return false;
	if (set_add(&x->ends, probe->end_state))
		x->r->states_sum += probe->end_state;
	if (set_add(&x->histories, w->digest))
		x->r->histories_sum += w->digest;
	x->r->states = x->ends.nr;
	x->r->histories = x->histories.nr;
	return true;
}

/* --- depth first ------------------------------------------------------------------------------------------------------- */

/* Met before with as many preemptions to spend as now: then with each smaller number too. */
static bool met_before(void *arg, u64 state)
{
	struct explorer *x = arg;
	const struct yield_probe *probe = x->w->probe;
	u64 left = x->b->preemptions - probe->depth;
	bool is_new = set_add(&x->seen, state ^ left * 0x2545f4914f6cdd1dULL);

	while (is_new && left-- > 0)
		set_add(&x->seen, state ^ left * 0x2545f4914f6cdd1dULL);
	return !is_new;
}

static bool descend(struct explorer *x, unsigned depth);

/* The program with one switch more, then without it. false: the program, as it is, is the finding. */
static bool with_switch(struct explorer *x, u32 step, struct sched_switch sw, unsigned depth)
{
	struct instr before = x->p->op[step];
	u32 nr = x->p->nr_switches;

	program_add_switch(x->p, &x->p->op[step], sw);
	if (!descend(x, depth))
		return false;
	x->p->op[step] = before;
	x->p->nr_switches = nr;
	return true;
}

/* X5: what would be skipped counts where one program alone is looked at. */
static bool skips_count(const struct explorer *x)
{
	return !x->all_programs || x->b->try_all & EXPLORE_X5;
}

static bool switches_at(const struct program *p, u32 step, u32 at)
{
	const struct instr *in = &p->op[step];

	for (u32 i = 0; i < in->nr_switches; i++)
		if (p->sw[in->first_switch + i].at == at)
			return true;
	return false;
}

/* X4. depth: switches with this one. */
static bool is_beside_a_lock(const struct explorer *x, const struct yield_point *point, unsigned depth)
{
	if (x->b->try_all & EXPLORE_X4 || x->calls || depth < x->b->preemptions)
		return false;
	return point->kind == YIELD_IRQ_SAVE ||
	       (point->kind == YIELD_IRQ_RESTORE && !switches_at(x->p, point->step, point->at - 1));
}

/* Which CPUs to switch to: X4, X5. */
static unsigned cpus_at(struct explorer *x, const struct yield_point *point, unsigned depth)
{
	unsigned cpus = point->cpus | (skips_count(x) ? point->skipping : 0);

	if (!is_beside_a_lock(x, point, depth))
		return cpus;
	x->r->same_place += (u64)__builtin_popcount(cpus);
	return 0;
}

static bool switch_at(struct explorer *x, struct yield_point point, unsigned depth)
{
	unsigned labels = point.labels | (skips_count(x) ? point.skipping_labels : 0);
	unsigned kthreads = is_beside_a_lock(x, &point, depth) ? 0 : point.kthreads;

	if (!skips_count(x))
		x->r->skipping += (u64)(__builtin_popcount(point.skipping) + __builtin_popcount(point.skipping_labels));
	for (unsigned left = cpus_at(x, &point, depth); left; left &= left - 1)
		if (!with_switch(x, point.step, (struct sched_switch){ point.at, SWITCH_CPU, (u8)__builtin_ctz(left) }, depth))
			return false;
	for (unsigned left = kthreads; left; left &= left - 1)
		if (!with_switch(x, point.step, (struct sched_switch){ point.at, SWITCH_KTHREAD, (u8)__builtin_ctz(left) }, depth))
			return false;
	for (unsigned left = labels; left; left &= left - 1)
		if (!with_switch(x, point.step, (struct sched_switch){ point.at, SWITCH_IRQ, (u8)__builtin_ctz(left) }, depth))
			return false;
	return true;
}

/* depth: switches the program has. */
static bool descend(struct explorer *x, unsigned depth)
{
	struct yield_probe *probe = &x->probe[depth];
	u32 end;

	probe->depth = depth;
	probe->watch = depth < x->b->preemptions || x->b->ran;
	probe->seen = x->b->try_all & EXPLORE_X6 ? NULL : met_before;
	probe->arg = x;
	if (!explorer_run(x, probe))
		return false;
	if (probe->switches < depth) { /* [X2] */
		x->r->idle++;
		return true;
	}
	end = depth < x->b->preemptions ? min_of(probe->nr, probe->closed) : 0;
	for (u32 i = probe->first; i < end && !explorer_is_over(x); i++)
		if (!switch_at(x, probe->point[i], depth + 1))
			return false;
	for (u32 i = probe->closed; i < probe->nr; i++)
		x->r->seen += (u64)(__builtin_popcount(probe->point[i].cpus) + __builtin_popcount(probe->point[i].labels));
	return true;
}

static bool sends_calls(const struct program *p)
{
	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct op *op = op_by_code(p->op[i].code);

		if (op && op->flags & OP_CALLS)
			return true;
	}
	return false;
}

bool explore_all_schedules(struct explorer *x)
{
	x->calls = sends_calls(x->p);
	return descend(x, 0);
}

/* --- the whole ---------------------------------------------------------------------------------------------------------- */

bool explore_schedules(struct explorer *x)
{
	x->r->programs++;
	return x->b->scheduler == EXPLORE_DFS ? explore_all_schedules(x) : explore_some_schedules(x);
}

static void begin(struct explorer *x, struct world *w, const struct explore_bounds *b, struct explore_result *r,
		  struct program *p)
{
	*x = (struct explorer){ .w = w, .b = b, .r = r, .p = p, .rng = b->seed };
	memset(r, 0, sizeof(*r));
	if (b->seconds > 0)
		x->deadline = cpu_seconds() + b->seconds;
}

static void end(struct explorer *x)
{
	free(x->ends.slot);
	free(x->histories.slot);
	free(x->seen.slot);
	for (size_t i = 0; i < ARRAY_SIZE(x->probe); i++)
		free(x->probe[i].point);
}

bool explore(struct world *w, const struct explore_bounds *b, struct explore_result *r, struct program *found)
{
	struct explorer x;
	bool good;

	begin(&x, w, b, r, found);
	x.all_programs = !b->programs;
	good = b->scheduler == EXPLORE_PROGRAM ? explore_generated(&x) : explore_programs(&x);
	end(&x);
	return good;
}

bool explore_program(struct world *w, const struct explore_bounds *b, struct explore_result *r, struct program *p)
{
	struct explorer x;
	bool good;

	begin(&x, w, b, r, p);
	r->programs_raw = 1;
	x.first_op = program_boot_ops(p);
	good = explore_schedules(&x);
	end(&x);
	return good;
}
