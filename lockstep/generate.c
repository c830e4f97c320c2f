/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * generate.c - programs out of numbers: generate, mutate, cross.
 *
 * Which operations: each has a weight in its table. The swarm word of the header switches a quarter of them off and
 * makes an eighth heavy, so that every program has a mix of its own; swarm 0 leaves the weights alone.
 * Which slots: the maker keeps a bit per slot it has probably filled. The bits are a guess (an allocation may be
 * refused, a schedule may reorder); a wrong guess is an operation that is skipped.
 *
 * Invariants: everything is a function of the seed; no program asks for profile `real` or an unknown version; a program
 * never grows past MAX_OPS. Prefix words cannot be torn from their operation: programs are changed as arrays, and
 * pack_switches() puts the switches back in the order of the operations.
 */
#include <stdlib.h>
#include <string.h>
#include "lockstep.h"

#define MAX_CHOICES  256
#define SCAN_OPS     256 /* how far a mutation looks back for live slots */

u64 rng_next(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static u32 below(u64 *rng, u32 n)
{
	return (u32)((rng_next(rng) >> 32) * n >> 32);
}

static bool one_in(u64 *rng, u32 n)
{
	return below(rng, n) == 0;
}

/* 0, 1, 2, ...: each half as likely as the one before. */
static u32 geometric(u64 *rng)
{
	return (u32)__builtin_ctzll(rng_next(rng) | 1ULL << 63);
}

/* Every magnitude up to `bits` bits alike. */
static u64 magnitude(u64 *rng, unsigned bits)
{
	unsigned wanted = below(rng, bits + 1);

	return rng_next(rng) & ((1ULL << wanted) - 1);
}

/* --- which operation ------------------------------------------------------------------------------------------- */

enum phase { PHASE_BOOT, PHASE_EARLY, PHASE_LATE };

struct choice {
	const struct op *op;
	u32 weight;
};

struct mix {
	struct choice choice[MAX_CHOICES];
	unsigned nr;
	u32 total;
};

static unsigned table_of(const struct op *op)
{
	if (op->code < 0x0100)
		return TABLE_MACHINE;
	return op->code < 0x0200 ? TABLE_PAGE : TABLE_MEMBLOCK;
}

static const struct op *hand_over_op(void)
{
	return op_by_name("hand_over", strlen("hand_over"));
}

static bool belongs_to_phase(const struct op *op, enum phase phase)
{
	if (op->flags & OP_BOOT || phase == PHASE_BOOT)
		return op->flags & OP_BOOT && phase == PHASE_BOOT;
	return op->flags & OP_ANYTIME || !(op->flags & OP_EARLY) == (phase == PHASE_LATE);
}

static u32 swarm_weight(const struct op *op, u32 swarm)
{
	u64 state = (u64)swarm << 16 ^ op->code;
	u64 dice = rng_next(&state) & 7;

	if (!swarm || dice > 2)
		return op->weight;
	return dice == 2 ? op->weight * 8u : 0;
}

static bool has_kind(const struct op *op, unsigned kind)
{
	for (unsigned i = 0; i < MAX_ARGS; i++)
		if (op->args[i] == kind)
			return true;
	return false;
}

/* Whether an operation can do something: a mix that frees must allocate too. */
static bool mix_is_useful(const struct mix *mix)
{
	bool frees = false, allocates = false;

	for (unsigned i = 0; i < mix->nr; i++) {
		allocates |= has_kind(mix->choice[i].op, ARG_NEW_PAGES);
		frees |= has_kind(mix->choice[i].op, ARG_LIVE_PAGES) || has_kind(mix->choice[i].op, ARG_USED_PAGES);
	}
	return mix->nr && (allocates || !frees);
}

static void fill_mix(struct mix *mix, enum phase phase, unsigned tables, u32 swarm)
{
	const struct op *op, *hand_over = hand_over_op();

	mix->nr = 0;
	mix->total = 0;
	for (unsigned n = 0; (op = op_nth(n)) && mix->nr < MAX_CHOICES; n++) {
		u32 weight = swarm_weight(op, swarm);

		if (!weight || op == hand_over || !(table_of(op) & tables) || !belongs_to_phase(op, phase))
			continue;
		mix->choice[mix->nr++] = (struct choice){ op, weight };
		mix->total += weight;
	}
}

static void make_mix(struct mix *mix, enum phase phase, unsigned tables, u32 swarm)
{
	fill_mix(mix, phase, tables, swarm);
	if (swarm && !mix_is_useful(mix))
		fill_mix(mix, phase, tables, 0);
}

static const struct op *pick_op(const struct mix *mix, u64 *rng)
{
	u32 dice = below(rng, mix->total);
	unsigned i;

	for (i = 0; dice >= mix->choice[i].weight; i++)
		dice -= mix->choice[i].weight;
	return mix->choice[i].op;
}

/* --- one operation --------------------------------------------------------------------------------------------- */

/* What is known while a program is made. */
struct maker {
	u64 *rng;
	unsigned tables;
	u8 profile;
	bool schedules; /* give switches and irq labels */
	u32 nr_slots;	/* only this many are used */
	u32 knob;	/* the last knob chosen: its value has a range */
	u64 live[NR_SLOTS / 64], used[NR_SLOTS / 64];
};

static bool test_bit(const u64 *bits, u32 i)
{
	return bits[i / 64] >> i % 64 & 1;
}

/* A slot below nr_slots whose bit is `set`; any slot when there is none. */
static u32 find_slot(struct maker *g, const u64 *bits, bool set)
{
	u32 first = below(g->rng, g->nr_slots);

	for (u32 i = 0; i < g->nr_slots; i++)
		if (test_bit(bits, (first + i) % g->nr_slots) == set)
			return (first + i) % g->nr_slots;
	return first;
}

static bool any_slot(const struct maker *g, const u64 *bits, bool set)
{
	for (u32 i = 0; i < g->nr_slots; i++)
		if (test_bit(bits, i) == set)
			return true;
	return false;
}

/* Operations that give memory back are known by their names. */
static bool op_frees(const struct op *op)
{
	return strstr(op->name, "free") || !strncmp(op->name, "put_", 4);
}

static void note_slots(struct maker *g, const struct op *op, const struct instr *in)
{
	for (unsigned i = 0; i < MAX_ARGS && op->args[i] != ARG_NONE; i++) {
		unsigned kind = op->args[i];
		u32 slot;

		if (kind != ARG_NEW_PAGES && kind != ARG_LIVE_PAGES && kind != ARG_USED_PAGES)
			continue;
		slot = (u32)instr_get_arg(op, in, i);
		if (kind == ARG_NEW_PAGES) {
			g->live[slot / 64] |= 1ULL << slot % 64;
			g->used[slot / 64] |= 1ULL << slot % 64;
		} else if (op_frees(op)) {
			g->live[slot / 64] &= ~(1ULL << slot % 64);
		}
	}
}

static bool can_do_something(const struct maker *g, const struct op *op)
{
	return (!has_kind(op, ARG_NEW_PAGES) || any_slot(g, g->live, false)) &&
	       (!has_kind(op, ARG_LIVE_PAGES) || any_slot(g, g->live, true)) &&
	       (!has_kind(op, ARG_USED_PAGES) || any_slot(g, g->used, true));
}

static u32 fresh_gfp(struct maker *g, bool atomic)
{
	static const u32 bases[] = { GFP_KERNEL,	   GFP_KERNEL,		 GFP_KERNEL,   GFP_ATOMIC,
				     GFP_ATOMIC,	   GFP_NOWAIT,		 GFP_USER,     GFP_HIGHUSER,
				     GFP_HIGHUSER_MOVABLE, GFP_HIGHUSER_MOVABLE, GFP_NOFS,     GFP_NOIO,
				     GFP_KERNEL | GFP_DMA, GFP_DMA32,		 GFP_DMA,      GFP_KERNEL | GFP_DMA32 };
	static const u32 modifiers[] = { __GFP_ZERO, __GFP_COMP, __GFP_THISNODE, __GFP_NOWARN };
	u32 gfp = bases[below(g->rng, ARRAY_SIZE(bases))];

	if (atomic && !one_in(g->rng, 8))
		gfp = one_in(g->rng, 3) ? GFP_NOWAIT : GFP_ATOMIC;
	for (unsigned i = 0; i < ARRAY_SIZE(modifiers); i++)
		if (one_in(g->rng, 6))
			gfp |= modifiers[i];
	if (one_in(g->rng, 64))
		gfp ^= 1u << below(g->rng, 24);
	return gfp;
}

static u32 fresh_order(struct maker *g)
{
	u32 max = sim_params[PARAM_MAX_PAGE_ORDER].value[g->profile];

	return one_in(g->rng, 64) ? max + 1 : min_of(geometric(g->rng), max);
}

/* Not the fuel: a machine without it makes no progress, as it should. */
static u32 fresh_knob(struct maker *g)
{
	g->knob = below(g->rng, NR_PARAMS - 1);
	if (g->knob >= PARAM_FUEL)
		g->knob++;
	return g->knob;
}

/* In the knob's range, and not far above the value that small machines have. */
static u32 fresh_knob_value(struct maker *g)
{
	const struct sim_param_row *row;
	u64 usual, highest;

	if (g->knob >= NR_PARAMS)
		return (u32)magnitude(g->rng, 32);
	row = &sim_params[g->knob];
	usual = row->value[PROFILE_SMALL] == SIM_DERIVED ? 2048 : row->value[PROFILE_SMALL];
	highest = max_of(min_of(usual * 2, (u64)row->highest), (u64)row->lowest);
	return row->lowest + below(g->rng, (u32)(highest - row->lowest) + 1);
}

/* Half of what is counted in small units should meet page edges. */
static u64 often_round(struct maker *g, u64 value, u64 unit)
{
	return one_in(g->rng, 2) ? value / unit * unit : value;
}

static u64 fresh_value(struct maker *g, unsigned kind, bool atomic)
{
	switch (kind) {
	case ARG_NEW_PAGES:
		return find_slot(g, g->live, false);
	case ARG_LIVE_PAGES:
		return find_slot(g, g->live, true);
	case ARG_USED_PAGES:
		return find_slot(g, g->used, true);
	case ARG_GFP:
		return fresh_gfp(g, atomic);
	case ARG_ORDER:
		return fresh_order(g);
	case ARG_NODE:
		return one_in(g->rng, 2) ? SIM_MAX_NODES : below(g->rng, SIM_MAX_NODES);
	case ARG_SIZE:
		return often_round(g, magnitude(g->rng, 20), SIM_PAGE_SIZE);
	case ARG_OFFSET:
		return magnitude(g->rng, 10);
	case ARG_BASE:
		return often_round(g, magnitude(g->rng, 17), SIM_PAGE_SIZE / 64);
	case ARG_LENGTH:
		return often_round(g, magnitude(g->rng, 14), SIM_PAGE_SIZE / 64);
	case ARG_BYTES:
		return magnitude(g->rng, 14);
	case ARG_ALIGN:
		return one_in(g->rng, 2) ? 0 : below(g->rng, 17);
	case ARG_START_PFN:
		return often_round(g, below(g->rng, 1100), 16);
	case ARG_NR_PAGES:
		return often_round(g, 1 + magnitude(g->rng, 10), 16);
	case ARG_KNOB:
		return fresh_knob(g);
	case ARG_VALUE:
		return fresh_knob_value(g);
	case ARG_MS:
		return magnitude(g->rng, 15);
	case ARG_SKIP:
	case ARG_TIMES:
		return geometric(g->rng);
	default:
		return below(g->rng, arg_kinds[kind].limit ? arg_kinds[kind].limit : 1u << arg_kinds[kind].bits);
	}
}

static void choose_place(struct maker *g, const struct op *op, struct instr *in)
{
	unsigned context = CONTEXT_TASK, label = 0;

	if (!(op->flags & (OP_TASK_ONLY | OP_BOOT)) && one_in(g->rng, 8))
		context = 1 + below(g->rng, NR_CONTEXTS - 1);
	if (g->schedules && context == CONTEXT_HARDIRQ)
		label = 1 + below(g->rng, 3);
	in->cpu = (u8)below(g->rng, SIM_MAX_CPUS);
	in->context = (u8)(label << 4 | context);
}

static void choose_args(struct maker *g, const struct op *op, struct instr *in)
{
	bool atomic = instr_context(in) != CONTEXT_TASK;

	g->knob = NR_PARAMS;
	for (unsigned i = 0; i < MAX_ARGS && op->args[i] != ARG_NONE; i++)
		instr_set_arg(op, in, i, fresh_value(g, op->args[i], atomic));
	note_slots(g, op, in);
}

static struct sched_switch fresh_switch(struct maker *g)
{
	struct sched_switch sw = { .at = one_in(g->rng, 4) ? below(g->rng, 64) : geometric(g->rng) };

	sw.is_irq = one_in(g->rng, 4);
	sw.target = (u8)(sw.is_irq ? 1 + below(g->rng, 3) : below(g->rng, SIM_MAX_CPUS));
	return sw;
}

/* In place; false when the mix has no operation. */
static bool make_instr(struct maker *g, const struct mix *mix, struct instr *in)
{
	const struct op *op;
	int tries = 4;

	if (!mix->total)
		return false;
	do {
		op = pick_op(mix, g->rng);
	} while (!can_do_something(g, op) && --tries);
	memset(in, 0, sizeof(*in));
	in->code = op->code;
	choose_place(g, op, in);
	choose_args(g, op, in);
	return true;
}

/* --- a program ------------------------------------------------------------------------------------------------- */

static void append_made(struct maker *g, struct program *p, u32 nr, enum phase phase, unsigned tables)
{
	struct mix mix;

	make_mix(&mix, phase, tables, p->header.swarm);
	for (; nr; nr--) {
		struct instr *in = program_append(p);

		if (!make_instr(g, &mix, in)) {
			p->nr_ops--;
			return;
		}
		if (g->schedules && one_in(g->rng, 4))
			for (u32 k = 1 + geometric(g->rng); k; k--)
				program_add_switch(p, in, fresh_switch(g));
	}
}

/* memblock first, then the hand-over, then what is left for a booted machine. */
static void append_early(struct maker *g, struct program *p, u32 nr_ops)
{
	u32 rest = nr_ops - p->nr_ops;
	u32 early = g->tables & TABLE_PAGE ? rest / 4 + below(g->rng, rest / 2 + 1) : rest - rest / 8;
	const struct op *hand_over = hand_over_op();

	append_made(g, p, early, PHASE_EARLY, g->tables);
	if (hand_over && p->nr_ops < nr_ops)
		program_append(p)->code = hand_over->code;
}

static void choose_header(struct program *p, struct maker *g, u64 seed)
{
	p->header.seed = seed;
	p->header.start = g->tables & TABLE_MEMBLOCK ? START_EARLY : START_BOOTED;
	p->header.swarm = one_in(g->rng, 4) ? 0 : (u32)rng_next(g->rng);
}

void program_generate(struct program *p, u64 seed, u32 nr_ops, unsigned tables)
{
	static const u8 slots[] = { 8, 32, 32, 128 };
	u64 rng = seed;
	struct maker g = { .rng = &rng, .tables = tables, .profile = PROFILE_SMALL };

	nr_ops = min_of(nr_ops, (u32)MAX_OPS);
	program_clear(p);
	choose_header(p, &g, seed);
	g.nr_slots = slots[below(&rng, ARRAY_SIZE(slots))];
	g.schedules = one_in(&rng, 8);
	if (tables & TABLE_MACHINE && one_in(&rng, 16))
		append_made(&g, p, min_of(nr_ops, 1 + below(&rng, 4)), PHASE_BOOT, TABLE_MACHINE);
	if (p->header.start == START_EARLY)
		append_early(&g, p, nr_ops);
	append_made(&g, p, nr_ops - p->nr_ops, PHASE_LATE, tables);
}

/* --- changing a program ---------------------------------------------------------------------------------------- */

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

static u32 pick_range(const struct program *p, struct maker *g, u32 *nr)
{
	u32 at = below(g->rng, p->nr_ops);

	*nr = min_of(1 + geometric(g->rng), p->nr_ops - at);
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
	struct instr copy[8];
	u32 nr, from = pick_range(p, g, &nr), to = below(g->rng, p->nr_ops + 1);

	nr = min_of(nr, (u32)ARRAY_SIZE(copy));
	memcpy(copy, &p->op[from], nr * sizeof(*copy));
	nr = open_gap(p, to, nr);
	memcpy(&p->op[to], copy, nr * sizeof(*copy));
	return nr;
}

static bool move_ops(struct program *p, struct maker *g)
{
	struct instr copy[8];
	u32 nr, from = pick_range(p, g, &nr), to;

	nr = min_of(nr, (u32)ARRAY_SIZE(copy));
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
	for (u32 k = 0; k < nr; k++)
		if (op->args[k] == ARG_KNOB)
			g->knob = (u32)instr_get_arg(op, in, k);
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
		if (g->tables & TABLE_MEMBLOCK)
			h->start = one_in(g->rng, 4) ? START_BOOTED : START_EARLY;
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

static bool add_switch(struct program *p, struct maker *g)
{
	struct instr *in = &p->op[below(g->rng, p->nr_ops)];
	u8 before = in->nr_switches;

	program_add_switch(p, in, fresh_switch(g));
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
		memmove(&p->sw[k], &p->sw[k + 1],
			(in->first_switch + in->nr_switches - k) * sizeof(*p->sw));
		return true;
	}
	return false;
}

static const struct change {
	bool (*make)(struct program *p, struct maker *g); /* false: nothing changed */
	u32 weight;
} changes[] = {
	{ insert_op, 24 },   { change_argument, 32 }, { delete_ops, 12 },	  { duplicate_ops, 8 }, { move_ops, 8 },
	{ swap_ops, 4 },     { change_place, 8 },     { change_header, 4 }, { add_switch, 6 },	  { remove_switch, 3 },
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
		struct maker g = { .rng = rng, .tables = tables, .nr_slots = 32, .knob = NR_PARAMS };

		g.profile = p->header.profile == PROFILE_TINY ? PROFILE_TINY : PROFILE_SMALL;
		g.schedules = p->nr_switches || one_in(rng, 16);
		changed = p->nr_ops ? pick_change(rng)->make(p, &g) : insert_op(p, &g);
	}
	pack_switches(p);
}

static void append_ops(struct program *to, const struct program *from, u32 first, u32 nr)
{
	for (u32 i = first; i < first + nr && to->nr_ops < MAX_OPS; i++) {
		struct instr *in = program_append(to);

		*in = from->op[i];
		in->first_switch = 0;
		in->nr_switches = 0;
		for (u32 k = 0; k < from->op[i].nr_switches; k++)
			program_add_switch(to, in, from->sw[from->op[i].first_switch + k]);
	}
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
	append_ops(to, a, 0, cut);
	append_ops(to, b, from, nr);
	if (back_to_a)
		append_ops(to, a, cut, a->nr_ops - cut);
}
