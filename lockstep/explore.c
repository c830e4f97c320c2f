/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explore.c - small programs, exhaustively: all of an alphabet, each under all schedules within a bound.
 *
 *   run without switches ----> where could one be?        a yield point of an operation, while another CPU has work
 *     |-- switch at a ----> run ----> where, after a?
 *     |     '-- switches at a, b ...
 *     '-- switch at b ...
 *
 * [X1] each switch lies behind the one before in the order of execution, so no schedule comes twice
 * [X2] a switch without effect ends its branch: the run was that of the parent
 * [X3] schedules are the program's own switches (struct sched_switch): what is found replays, mutates and shrinks
 *
 * A run is a whole program from boot on; nothing is resumed. Random, PCT and round robin choose switches of the same form,
 * out of the yield points that a run without switches passes.
 *
 * PCT (Burckhardt et al. 2010): a bug of depth d needs d - 1 changes of priority at the right places. Operations run to
 * their end by default, which is a fixed order of priorities; d - 1 switches at places drawn evenly are the changes.
 */
#include <stdlib.h>
#include <string.h>
#include "explore.h"

const char *const explore_scheduler_names[NR_EXPLORE_SCHEDULERS] = { "dfs", "random", "pct", "round_robin" };

/* --- distinct states ------------------------------------------------------------------------------------------------- */

struct state_set {
	u64 *slot;
	u64 room, nr;
};

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

static void set_add(struct state_set *set, u64 digest)
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
	set_insert(set, digest ? digest : 1);
}

/* --- one run --------------------------------------------------------------------------------------------------------- */

struct explorer {
	struct world *w;
	const struct explore_bounds *b;
	struct explore_result *r;
	struct program *p;
	struct state_set states;
	u32 first_op; /* boot operations lie before */
	u64 rng;
	double deadline;
};

static bool out_of_time(struct explorer *x)
{
	if (x->deadline != 0 && monotonic_seconds() >= x->deadline)
		x->r->out_of_time = true;
	return x->r->out_of_time;
}

/* false: a finding. */
static bool run(struct explorer *x, struct yield_probe *probe)
{
	struct world *w = x->w;
	u64 ops = w->stats.ops, refused = w->stats.refused, contended;

	memset(probe, 0, sizeof(*probe));
	w->probe = probe;
	lockstep_run(w, x->p);
	w->probe = NULL;
	contended = w->machine->host->sched ? sched_contended(w->machine->host->sched) : 0;
	x->r->schedules++;
	x->r->refusals += w->stats.refused - refused;
	x->r->successes += w->stats.ops - ops - (w->stats.refused - refused);
	x->r->contended = contended;
	if (w->verdict.failed)
		return false;
	set_add(&x->states, w->digest);
	x->r->states = x->states.nr;
	return true;
}

/* --- depth first ------------------------------------------------------------------------------------------------------- */

/* Could that CPU do anything while this operation runs? Without a switch so far all operations before it have ended. */
static bool has_work(const struct explorer *x, const struct yield_probe *probe, u32 step, unsigned cpu)
{
	for (u32 i = probe->switches ? x->first_op : step + 1; i < x->p->nr_ops; i++)
		if (i != step && x->p->op[i].cpu % x->b->cpus == cpu)
			return true;
	return false;
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

static bool switch_everywhere(struct explorer *x, const struct yield_probe *probe, u32 step, unsigned depth)
{
	unsigned own = x->p->op[step].cpu % x->b->cpus;

	for (u32 at = probe->before[step]; at < probe->passed[step]; at++) {
		for (unsigned cpu = 0; cpu < x->b->cpus; cpu++)
			if (cpu != own && has_work(x, probe, step, cpu) &&
			    !with_switch(x, step, (struct sched_switch){ at, false, (u8)cpu }, depth))
				return false;
		if (x->b->irqs && !with_switch(x, step, (struct sched_switch){ at, true, 1 }, depth))
			return false;
		if (out_of_time(x))
			return true;
	}
	return true;
}

/* depth: switches the program has. */
static bool descend(struct explorer *x, unsigned depth)
{
	struct yield_probe probe;

	if (!run(x, &probe))
		return false;
	if (probe.switches < depth) { /* [X2] */
		x->r->idle++;
		return true;
	}
	for (u32 step = x->first_op; depth < x->b->preemptions && step < x->p->nr_ops && !out_of_time(x); step++)
		if (!switch_everywhere(x, &probe, step, depth + 1))
			return false;
	return true;
}

/* --- other schedulers ----------------------------------------------------------------------------------------------------- */

static u32 below(u64 *rng, u32 n)
{
	return (u32)(rng_next(rng) % n);
}

static void add_choice(struct explorer *x, u32 step, u32 at)
{
	u32 own = x->p->op[step].cpu % x->b->cpus, other = (own + 1 + below(&x->rng, x->b->cpus - 1)) % x->b->cpus;
	bool irq = x->b->irqs && below(&x->rng, 4) == 0;

	program_add_switch(x->p, &x->p->op[step], (struct sched_switch){ at, irq, (u8)(irq ? 1 : other) });
}

/* The n-th yield point of the run without switches. */
static void choose_nth(struct explorer *x, const struct yield_probe *probe, u32 n)
{
	for (u32 step = x->first_op; step < x->p->nr_ops; step++) {
		if (n < probe->passed[step]) {
			add_choice(x, step, n);
			return;
		}
		n -= probe->passed[step];
	}
}

static void choose_schedule(struct explorer *x, const struct yield_probe *probe, u64 round)
{
	u32 all = 0;

	for (u32 step = x->first_op; step < x->p->nr_ops; step++)
		all += probe->passed[step];
	if (!all)
		return;
	if (x->b->scheduler == EXPLORE_PCT)
		for (unsigned i = 0; i < x->b->preemptions; i++)
			choose_nth(x, probe, below(&x->rng, all));
	else
		for (u32 n = 0; n < all; n++)
			if (x->b->scheduler == EXPLORE_RANDOM ? below(&x->rng, 4) == 0 : n % (round + 1) == round)
				choose_nth(x, probe, n);
}

static bool sample(struct explorer *x)
{
	struct yield_probe plain, probe;
	u64 rounds = x->b->schedules;
	u32 nr = x->p->nr_switches;

	if (!run(x, &plain))
		return false;
	for (u64 i = 0; i < rounds && !out_of_time(x); i++) {
		choose_schedule(x, &plain, i);
		if (!run(x, &probe))
			return false;
		for (u32 step = 0; step < x->p->nr_ops; step++)
			x->p->op[step].nr_switches = 0;
		x->p->nr_switches = nr;
	}
	return true;
}

static bool schedules_of(struct explorer *x)
{
	x->r->programs++;
	return x->b->scheduler == EXPLORE_DFS ? descend(x, 0) : sample(x);
}

/* --- all programs --------------------------------------------------------------------------------------------------------- */

static const struct letter {
	const char *name; /* of the operation */
	u32 gfp;
	u8 order;
	bool fills; /* a new slot; else it names one that was filled */
	bool slotless;
} alphabet[] = {
	{ "alloc_pages", GFP_KERNEL, 0, true, false },
	{ "alloc_pages", GFP_KERNEL | __GFP_COMP, 1, true, false },
	{ "alloc_pages", GFP_HIGHUSER_MOVABLE, 0, true, false },
	{ "alloc_pages", GFP_ATOMIC, 2, true, false },
	{ "alloc_pages", GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 3, true, false },
	{ "free_pages", 0, 0, false, false },
	{ "get_page", 0, 0, false, false },
	{ "put_page", 0, 0, false, false },
	{ "drain_local", 0, 0, false, true },
	{ "drain_all", 0, 0, false, true },
	{ "vmstat_update", 0, 0, false, true },
};

static bool extend(struct explorer *x, unsigned nr_slots, unsigned nr_cpus);

static bool append(struct explorer *x, const struct letter *l, unsigned slot, unsigned cpu, unsigned nr_slots, unsigned nr_cpus,
		   bool irq)
{
	const struct op *op = op_by_name(l->name, strlen(l->name));
	struct instr *in = program_append(x->p);
	bool good;

	in->code = op->code;
	in->cpu = (u8)cpu;
	in->context = irq ? (u8)(CONTEXT_HARDIRQ | 1 << 4) : CONTEXT_TASK;
	for (unsigned i = 0; i < MAX_ARGS && op->args[i]; i++)
		instr_set_arg(op, in, i,
			      op->args[i] <= ARG_USED_PAGES ? slot :
			      op->args[i] == ARG_GFP	    ? l->gfp :
							      l->order);
	good = extend(x, nr_slots + l->fills, max_of(nr_cpus, cpu + 1));
	if (good)
		x->p->nr_ops--;
	return good;
}

/* What the letter may mean here: slots in use, CPUs in use and one more. An interrupt is atomic, and there is one. */
static bool use_letter(struct explorer *x, const struct letter *l, unsigned nr_slots, unsigned nr_cpus)
{
	unsigned slots = l->fills || l->slotless ? 1 : nr_slots;
	unsigned cpus = min_of(nr_cpus + 1, x->b->cpus);
	bool may_interrupt = x->b->irqs && nr_cpus && !l->slotless && !(l->gfp & __GFP_DIRECT_RECLAIM);

	for (u32 i = x->first_op; i < x->p->nr_ops; i++)
		may_interrupt &= !instr_irq_label(&x->p->op[i]);
	for (unsigned slot = 0; slot < slots; slot++)
		for (unsigned cpu = 0; cpu < cpus; cpu++) {
			unsigned s = l->fills ? nr_slots : slot;

			if (!append(x, l, s, cpu, nr_slots, nr_cpus, false))
				return false;
			if (may_interrupt && !append(x, l, s, cpu, nr_slots, nr_cpus, true))
				return false;
		}
	return true;
}

static bool extend(struct explorer *x, unsigned nr_slots, unsigned nr_cpus)
{
	if (x->p->nr_ops - x->first_op == x->b->ops)
		return nr_cpus < 2 && !x->b->irqs ? true : schedules_of(x); /* on one CPU there is nothing to schedule */
	for (size_t i = 0; i < ARRAY_SIZE(alphabet); i++)
		if (!out_of_time(x) && !use_letter(x, &alphabet[i], nr_slots, nr_cpus))
			return false;
	return true;
}

/* As many as there are when every operation may name any slot and any CPU. */
static u64 raw_programs(const struct explore_bounds *b)
{
	u64 choices = 0, n = 1;

	for (size_t i = 0; i < ARRAY_SIZE(alphabet); i++)
		choices += (alphabet[i].slotless ? 1 : b->ops) * (u64)b->cpus;
	for (unsigned i = 0; i < b->ops; i++)
		n *= choices;
	return n;
}

static void set_knob(struct program *p, unsigned knob, u64 value)
{
	const struct op *op = op_by_name("knob", 4);
	struct instr *in = program_append(p);

	in->code = op->code;
	instr_set_arg(op, in, 0, knob);
	instr_set_arg(op, in, 1, value);
}

static void begin(struct explorer *x, struct world *w, const struct explore_bounds *b, struct explore_result *r, struct program *p)
{
	*x = (struct explorer){ .w = w, .b = b, .r = r, .p = p, .rng = b->seed };
	memset(r, 0, sizeof(*r));
	if (b->seconds > 0)
		x->deadline = monotonic_seconds() + b->seconds;
	set_add(&x->states, 1);
	x->states.nr = 0;
}

bool explore(struct world *w, const struct explore_bounds *b, struct explore_result *r, struct program *found)
{
	struct explorer x;
	bool good;

	begin(&x, w, b, r, found);
	r->programs_raw = raw_programs(b);
	program_clear(found);
	found->header.profile = b->profile;
	if (b->frames)
		set_knob(found, PARAM_FRAMES, b->frames);
	set_knob(found, PARAM_CPUS, b->cpus);
	x.first_op = found->nr_ops;
	good = extend(&x, 0, 0);
	free(x.states.slot);
	return good;
}

bool explore_program(struct world *w, const struct explore_bounds *b, struct explore_result *r, struct program *p)
{
	struct explorer x;
	bool good;

	begin(&x, w, b, r, p);
	r->programs_raw = 1;
	x.first_op = program_boot_ops(p);
	good = schedules_of(&x);
	free(x.states.slot);
	return good;
}
