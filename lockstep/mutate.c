/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mutate.c - changing whole things of a program, and splicing two.
 *
 * Invariants: everything is a function of the program and *rng; no change asks for the profile `real` or for an unknown
 * version; a program never grows past MAX_OPS. Prefix words cannot be torn from their operation: programs are changed as
 * arrays, and pack_switches() puts the switches back in the order of the operations.
 */
#include <stdlib.h>
#include <string.h>
#include "generate.h"

#define SCAN_OPS  256 /* how far an insertion looks back for live slots */
#define MAX_RANGE 8   /* operations moved or copied at once */

/* The switches in the order of their operations, and no others. */
static void pack_switches(struct program *p)
{
	struct program packed = *p;

	if (!p->nr_switches)
		return;
	packed.sw = NULL;
	packed.nr_switches = packed.switch_room = 0;
	for (u32 i = 0; i < p->nr_ops; i++) {
		struct instr *in = &p->op[i];
		const struct sched_switch *list = &p->sw[in->first_switch];
		u8 nr = in->nr_switches;

		in->nr_switches = 0;
		in->first_switch = 0;
		for (u8 k = 0; k < nr; k++)
			program_add_switch(&packed, in, list[k]);
	}
	free(p->sw);
	*p = packed;
}

/* Room for nr operations before `at`; their content is whatever was there. Returns how many fit. */
static u32 open_gap(struct program *p, u32 at, u32 nr)
{
	u32 behind = p->nr_ops - at;

	nr = min_of(nr, MAX_OPS - min_of(p->nr_ops, (u32)MAX_OPS));
	for (u32 i = 0; i < nr; i++)
		(void)program_append(p);
	if (nr)
		memmove(&p->op[at + nr], &p->op[at], behind * sizeof(*p->op));
	return nr;
}

static void close_gap(struct program *p, u32 at, u32 nr)
{
	memmove(&p->op[at], &p->op[at + nr], (p->nr_ops - at - nr) * sizeof(*p->op));
	p->nr_ops -= nr;
}

/* What the operations before `at` left behind, as far as the maker cares. Returns the phase there. */
static enum phase look_back(struct maker *g, const struct program *p, u32 at)
{
	const struct op *hand_over = hand_over_op();
	bool early = p->header.start == START_EARLY;

	for (u32 i = 0; early && hand_over && i < at; i++)
		early = p->op[i].code != hand_over->code;
	for (u32 i = at - min_of(at, (u32)SCAN_OPS); i < at; i++) {
		const struct op *op = op_by_code(p->op[i].code);

		if (op)
			note_slots(g, op, &p->op[i]);
	}
	return early ? PHASE_EARLY : PHASE_LATE;
}

static bool insert_op(struct program *p, struct maker *g)
{
	u32 at = below(g->rng, p->nr_ops + 1);
	enum phase phase = look_back(g, p, at);
	struct mix mix;
	struct instr in;

	if (g->tables & TABLE_MACHINE && one_in(g->rng, 64)) {
		phase = PHASE_BOOT;
		at = 0;
	}
	make_mix(&mix, phase, g->tables, p->header.swarm);
	if (!make_instr(g, &mix, &in) || !open_gap(p, at, 1))
		return false;
	p->op[at] = in;
	return true;
}

/* Requests and as many frees on one CPU: one operation at a time would hardly ever fill its lists. */
static bool insert_run(struct program *p, struct maker *g)
{
	u32 at = below(g->rng, p->nr_ops + 1), nr;
	enum phase phase = look_back(g, p, at);
	struct mix mix;

	make_mix(&mix, PHASE_LATE, g->tables, p->header.swarm);
	if (phase != PHASE_LATE || !(g->tables & TABLE_PAGE) || !mix.total)
		return false;
	g->run_allocs = g->run_frees = 4 + below(g->rng, 13);
	g->run_cpu = (u8)below(g->rng, SIM_MAX_CPUS);
	g->run_atomic = one_in(g->rng, 2);
	nr = open_gap(p, at, 2 * g->run_frees);
	for (u32 i = at; i < at + nr; i++)
		make_instr(g, &mix, &p->op[i]);
	return nr;
}

static u32 pick_range(const struct program *p, struct maker *g, u32 *nr)
{
	u32 at = below(g->rng, p->nr_ops), wanted = 1 + geometric(g->rng);

	*nr = min_of(wanted, p->nr_ops - at);
	return at;
}

static bool delete_ops(struct program *p, struct maker *g)
{
	u32 nr, at = pick_range(p, g, &nr);

	close_gap(p, at, nr);
	return true;
}

static bool duplicate_ops(struct program *p, struct maker *g)
{
	struct instr copy[MAX_RANGE];
	u32 nr, from = pick_range(p, g, &nr), to = below(g->rng, p->nr_ops + 1);

	nr = min_of(nr, (u32)MAX_RANGE);
	memcpy(copy, &p->op[from], nr * sizeof(*copy));
	nr = open_gap(p, to, nr);
	memcpy(&p->op[to], copy, nr * sizeof(*copy));
	return nr;
}

static bool move_ops(struct program *p, struct maker *g)
{
	struct instr copy[MAX_RANGE];
	u32 nr, from = pick_range(p, g, &nr), to;

	nr = min_of(nr, (u32)MAX_RANGE);
	memcpy(copy, &p->op[from], nr * sizeof(*copy));
	close_gap(p, from, nr);
	to = below(g->rng, p->nr_ops + 1);
	nr = open_gap(p, to, nr);
	memcpy(&p->op[to], copy, nr * sizeof(*copy));
	return to != from;
}

static bool swap_ops(struct program *p, struct maker *g)
{
	u32 a = below(g->rng, p->nr_ops), b = below(g->rng, p->nr_ops);
	struct instr held = p->op[a];

	p->op[a] = p->op[b];
	p->op[b] = held;
	return a != b;
}

static bool change_place(struct program *p, struct maker *g)
{
	struct instr *in = &p->op[below(g->rng, p->nr_ops)];

	switch (below(g->rng, 4)) {
	case 0:
		in->context = (u8)((in->context & 0xf0) | below(g->rng, NR_CONTEXTS));
		break;
	case 1:
		in->context = (u8)((in->context & 0x0f) | below(g->rng, 4) << 4);
		break;
	default:
		in->cpu = (u8)below(g->rng, SIM_MAX_CPUS);
	}
	return true;
}

/* An operation nobody knows gets a code that somebody does. */
static void adopt_unknown(struct program *p, struct maker *g, struct instr *in)
{
	struct mix mix;

	make_mix(&mix, PHASE_LATE, g->tables, p->header.swarm);
	if (mix.total)
		in->code = pick_op(&mix, g->rng)->code;
}

static u64 changed_value(struct program *p, struct maker *g, u32 at, unsigned kind, u64 value)
{
	const struct arg_kind_row *row = &arg_kinds[kind];

	switch (below(g->rng, 4)) {
	case 0:
		return kind == ARG_GFP ? value ^ 1u << below(g->rng, 24) : value + 1;
	case 1:
		if (kind == ARG_GFP)
			return value ^ 1u << below(g->rng, 24);
		return value ? value - 1 : row->limit ? row->limit - 1 : ~0ULL;
	case 2:
		return value ^ 1ULL << below(g->rng, row->bits);
	default:
		(void)look_back(g, p, at);
		return fresh_value(g, kind, instr_context(&p->op[at]) != CONTEXT_TASK);
	}
}

/* What the value of another argument depends on. */
static void remember_argument(struct maker *g, unsigned kind, u64 value)
{
	if (kind == ARG_KNOB || kind == ARG_KNOB_ALL)
		g->knob = (u32)value;
	else if (kind == ARG_VM_KNOB)
		g->vm_knob = (u32)value;
	else if (kind == ARG_SYSCTL)
		g->sysctl = (u32)value;
	else if (kind == ARG_GFP)
		g->gfp = (u32)value;
}

static bool change_argument(struct program *p, struct maker *g)
{
	u32 at = below(g->rng, p->nr_ops), nr = 0, i;
	struct instr *in = &p->op[at];
	const struct op *op = op_by_code(in->code);

	if (!op) {
		adopt_unknown(p, g, in);
		return true;
	}
	while (nr < MAX_ARGS && op->args[nr] != ARG_NONE)
		nr++;
	if (!nr)
		return false;
	i = below(g->rng, nr);
	g->knob = NR_PARAMS;
	g->sysctl = NR_SYSCTLS;
	g->wants_stale = op->flags & OP_CLIENT_BUG;
	for (u32 k = 0; k < nr; k++)
		remember_argument(g, op->args[k], instr_get_arg(op, in, k));
	instr_set_arg(op, in, i, changed_value(p, g, at, op->args[i], instr_get_arg(op, in, i)));
	return true;
}

static bool change_header(struct program *p, struct maker *g)
{
	struct header *h = &p->header;

	switch (below(g->rng, 16)) {
	case 0:
		h->profile = one_in(g->rng, 2) ? PROFILE_TINY : PROFILE_SMALL;
		break;
	case 1:
		h->start = g->tables & TABLE_MEMBLOCK && !one_in(g->rng, 4) ? (u8)START_EARLY : fresh_start(g);
		break;
	case 2:
		h->flags ^= HEADER_RECOUNT_ALWAYS;
		break;
	case 3:
		h->flags ^= HEADER_CONTENTS_WHOLE;
		break;
	case 4:
	case 5:
	case 6:
		h->seed = rng_next(g->rng);
		break;
	default:
		h->swarm = (u32)rng_next(g->rng);
	}
	return true;
}

/* Mostly to one of the next few operations: switches that lead to nobody change nothing. */
static void lead_to_the_next(const struct program *p, struct maker *g, u32 at, struct sched_switch *sw)
{
	u32 after = at + 1 + geometric(g->rng);
	const struct instr *next;

	if (after >= p->nr_ops || one_in(g->rng, 4) || sw->kind == SWITCH_KTHREAD)
		return;
	next = &p->op[after];
	sw->kind = instr_irq_label(next) ? SWITCH_IRQ : SWITCH_CPU;
	sw->target = sw->kind == SWITCH_IRQ ? (u8)instr_irq_label(next) : next->cpu;
}

static bool add_switch(struct program *p, struct maker *g)
{
	u32 at = below(g->rng, p->nr_ops);
	struct instr *in = &p->op[at];
	u8 before = in->nr_switches;
	struct sched_switch sw = fresh_switch(g, in->cpu);

	lead_to_the_next(p, g, at, &sw);
	program_add_switch(p, in, sw);
	return in->nr_switches != before;
}

/* The last, the first, or one in the middle of the list of some operation. */
static bool remove_switch(struct program *p, struct maker *g)
{
	u32 start = below(g->rng, p->nr_ops), k;

	for (u32 i = 0; p->nr_switches && i < p->nr_ops; i++) {
		struct instr *in = &p->op[(start + i) % p->nr_ops];

		if (!in->nr_switches)
			continue;
		k = in->first_switch + below(g->rng, in->nr_switches);
		in->nr_switches--;
		memmove(&p->sw[k], &p->sw[k + 1], (in->first_switch + in->nr_switches - k) * sizeof(*p->sw));
		return true;
	}
	return false;
}

static const struct change {
	bool (*make)(struct program *p, struct maker *g); /* false: nothing changed */
	u32 weight;
} changes[] = {
	{ insert_op, 24 }, { change_argument, 32 }, { delete_ops, 12 },	  { duplicate_ops, 8 }, { move_ops, 8 },
	{ swap_ops, 4 },   { change_place, 8 },	    { change_header, 4 }, { add_switch, 6 },	{ remove_switch, 3 },
	{ insert_run, 1 },
};

static const struct change *pick_change(u64 *rng)
{
	u32 total = 0, dice;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(changes); i++)
		total += changes[i].weight;
	dice = below(rng, total);
	for (i = 0; dice >= changes[i].weight; i++)
		dice -= changes[i].weight;
	return &changes[i];
}

void program_mutate(struct program *p, u64 *rng, unsigned tables)
{
	bool changed = false;

	for (int tries = 8; tries && !changed; tries--) {
		struct maker g = { .rng = rng, .tables = tables, .nr_slots = 32, .nr_tasks = 8, .knob = NR_PARAMS };

		g.profile = p->header.profile == PROFILE_TINY ? PROFILE_TINY : PROFILE_SMALL;
		g.schedules = p->nr_switches || one_in(rng, 16);
		g.nr_cpus = p->nr_ops && one_in(rng, 2); /* as an operation there is, or any */
		g.first_cpu = g.nr_cpus ? p->op[below(rng, p->nr_ops)].cpu : 0;
		changed = p->nr_ops ? pick_change(rng)->make(p, &g) : insert_op(p, &g);
	}
	pack_switches(p);
}

/* The beginning of a, a piece of b, and half of the time the rest of a. `to` is neither of them. */
void program_cross(struct program *to, const struct program *a, const struct program *b, u64 *rng)
{
	u32 cut = below(rng, a->nr_ops + 1), from = below(rng, b->nr_ops + 1);
	u32 nr = b->nr_ops - from;
	bool back_to_a = one_in(rng, 2);

	program_clear(to);
	to->header = a->header;
	if (back_to_a)
		nr = below(rng, nr + 1);
	program_append_ops(to, a, 0, cut);
	program_append_ops(to, b, from, from + nr);
	if (back_to_a)
		program_append_ops(to, a, cut, a->nr_ops);
}
