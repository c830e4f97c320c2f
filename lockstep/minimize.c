/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * minimize.c - the smallest program that still fails in the same way.
 *
 *   round: switches | operations | orders, sizes, numbers, flags | places | schedule | header | machine | slot numbers
 *     ^                                                                                                           |
 *     '---------------------------------------- until a whole round changes nothing ------------------------------'
 *
 * A candidate is the best program with one thing made smaller. It is kept if the caller's predicate says that it fails
 * alike. What smaller means is a fixed order for each thing, so that no step is ever taken back:
 *   - fewer operations; less schedule; a number nearer to 0; gfp 0, then GFP_KERNEL, then fewer bits; task; CPU 0
 *
 * Invariants:
 *   - the best program fails alike at any moment: a time limit cuts, it leaves nothing half-done
 *   - the result is a fixed point: its last round tried everything that a new run would try first, in the same order,
 *     and all of it was refused. So minimizing again changes nothing (unless the limit cut the first run short)
 */
#include <string.h>
#include "text.h"

#define PAIRS_UP_TO 40 /* operations: all pairs of so many are tried */

/* Two switches are replaced by one in programs of so many operations and switches, up to this yield index. */
#define REPLACE_UP_TO_OPS   8
#define REPLACE_UP_TO	    4
#define REPLACE_UP_TO_YIELD 32

struct minimizer {
	struct program *best;
	struct program candidate;
	bool (*same)(void *arg, const struct program *candidate);
	void *arg;
	const int *failed_at; /* where the best program failed; NULL: not known */
	double deadline;      /* 0: none */
	u64 tries;
	bool changed; /* in this round */
};

static bool out_of_time(const struct minimizer *m)
{
	return m->deadline != 0 && monotonic_seconds() >= m->deadline;
}

static bool try_candidate(struct minimizer *m)
{
	if (out_of_time(m))
		return false;
	m->tries++;
	if (!m->same(m->arg, &m->candidate))
		return false;
	program_copy(m->best, &m->candidate);
	m->changed = true;
	return true;
}

static struct program *copy_of_best(struct minimizer *m)
{
	program_copy(&m->candidate, m->best);
	return &m->candidate;
}

/* --- operations --------------------------------------------------------------------------------------------------- */

/* Without the operations [a, a_end) and [b, b_end), in this order. */
static bool try_without(struct minimizer *m, u32 a, u32 a_end, u32 b, u32 b_end)
{
	struct program *c = &m->candidate;

	program_clear(c);
	c->header = m->best->header;
	program_append_ops(c, m->best, 0, a);
	program_append_ops(c, m->best, a_end, b);
	program_append_ops(c, m->best, b_end, m->best->nr_ops);
	return try_candidate(m);
}

static bool try_without_range(struct minimizer *m, u32 begin, u32 end)
{
	return try_without(m, begin, end, end, end);
}

/* What comes after the step that failed. */
static void drop_tail(struct minimizer *m)
{
	u32 end = m->best->nr_ops;

	if (m->failed_at && *m->failed_at >= 0 && (u32)*m->failed_at + 1 < end)
		try_without_range(m, (u32)*m->failed_at + 1, end);
}

/* One pass over all chunks of a size, from the end: the last operations are the likeliest to be idle. */
static bool drop_chunks(struct minimizer *m, u32 size)
{
	bool any = false;
	u32 end = m->best->nr_ops;

	while (end > 0) {
		u32 begin = end > size ? end - size : 0;

		any |= try_without_range(m, begin, end);
		end = begin;
	}
	return any;
}

/* Two operations that only leave together: an allocation and what moved it to its place. */
static bool drop_pairs(struct minimizer *m)
{
	bool any = false;

	if (m->best->nr_ops > PAIRS_UP_TO)
		return false;
	for (u32 b = m->best->nr_ops; b-- > 1;)
		for (u32 a = b; a-- > 0;)
			if (b < m->best->nr_ops && try_without(m, a, a + 1, b, b + 1))
				any = true;
	return any;
}

/* The same argument asking for more, 0 if there is no more: an order higher, twice as much. */
static u64 grown(unsigned kind, u64 value)
{
	switch (kind) {
	case ARG_ORDER:
		return value + 1 < NR_PAGE_ORDERS ? value + 1 : 0;
	case ARG_COUNT:
		return value && value < MAX_BULK ? min_of(value * 2, (u64)MAX_BULK) : 0;
	case ARG_SIZE:
		return value && value < 1 << 19 ? value * 2 : 0;
	default:
		return 0;
	}
}

/* Operation `grow` asks for more, so that `drop` is not needed. */
static bool try_growing(struct minimizer *m, u32 grow, u32 drop)
{
	const struct op *op = op_by_code(m->best->op[grow].code);

	for (u32 i = 0; op && i < MAX_ARGS; i++) {
		struct instr old = m->best->op[grow];
		u64 value = grown(op->args[i], instr_get_arg(op, &old, i));

		if (!value)
			continue;
		instr_set_arg(op, &m->best->op[grow], i, value);
		if (try_without_range(m, drop, drop + 1))
			return true;
		m->best->op[grow] = old;
	}
	return false;
}

/* Many small requests become few large ones. */
static bool drop_by_growing(struct minimizer *m)
{
	bool any = false;

	if (m->best->nr_ops > PAIRS_UP_TO)
		return false;
	for (u32 drop = m->best->nr_ops; drop-- > 0;)
		for (u32 grow = 0; grow < m->best->nr_ops; grow++)
			if (drop < m->best->nr_ops && drop != grow)
				any |= try_growing(m, grow, drop);
	return any;
}

static void drop_ops(struct minimizer *m)
{
	bool any;

	drop_tail(m);
	do {
		for (u32 size = m->best->nr_ops; size > 1; size /= 2)
			drop_chunks(m, size);
		while (drop_chunks(m, 1))
			continue;
		any = drop_pairs(m);
		any |= drop_by_growing(m);
	} while (any && !out_of_time(m));
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */

/* Puts a value into one place of a program. */
struct place {
	void (*put)(struct program *p, const struct place *at, u64 value);
	u32 step;  /* operation */
	u32 index; /* argument or switch */
};

static bool try_value(struct minimizer *m, const struct place *at, u64 value)
{
	at->put(copy_of_best(m), at, value);
	return try_candidate(m);
}

/* 0, 1, then halfway down; the last question of the search is value - 1. */
static void shrink_number(struct minimizer *m, const struct place *at, u64 value)
{
	u64 too_small = 1;

	if (!value || try_value(m, at, 0) || value == 1 || try_value(m, at, 1))
		return;
	while (value - too_small > 1 && !out_of_time(m)) {
		u64 middle = too_small + (value - too_small) / 2;

		if (try_value(m, at, middle))
			value = middle;
		else
			too_small = middle;
	}
}

static void put_arg(struct program *p, const struct place *at, u64 value)
{
	struct instr *in = &p->op[at->step];

	instr_set_arg(op_by_code(in->code), in, at->index, value);
}

/* Nothing, then the usual flags, then bit by bit. From GFP_KERNEL only nothing is smaller. */
static void shrink_gfp(struct minimizer *m, const struct place *at, u32 gfp)
{
	if (!gfp || try_value(m, at, 0) || gfp == GFP_KERNEL || try_value(m, at, GFP_KERNEL))
		return;
	for (unsigned bit = 0; bit < 32; bit++)
		if ((gfp >> bit & 1) && try_value(m, at, gfp & ~(1u << bit)))
			gfp &= ~(1u << bit);
}

enum shrink_class { SHRINK_ORDERS, SHRINK_SIZES, SHRINK_NUMBERS, SHRINK_FLAGS, NR_SHRINK_CLASSES, SHRINK_NEVER };

/* Slots are renumbered as a whole; which knob, scope or site is meant is not a quantity. */
static enum shrink_class class_of(unsigned kind)
{
	switch (kind) {
	case ARG_ORDER:
		return SHRINK_ORDERS;
	case ARG_SIZE:
	case ARG_BYTES:
	case ARG_LENGTH:
	case ARG_NR_PAGES:
	case ARG_TEETH:
	case ARG_WIDTH:
		return SHRINK_SIZES;
	case ARG_GFP:
		return SHRINK_FLAGS;
	case ARG_NONE:
	case ARG_NEW_PAGES:
	case ARG_LIVE_PAGES:
	case ARG_USED_PAGES:
	case ARG_KNOB:
	case ARG_SCOPE:
	case ARG_SITE:
	case ARG_KNOB_ALL:
	case ARG_SYSCTL:
	case ARG_ZONE:
	case ARG_MARK:
	case ARG_COMB:
	case ARG_REGION_KIND_ALL:
		return SHRINK_NEVER;
	default:
		return SHRINK_NUMBERS;
	}
}

static void shrink_args_of(struct minimizer *m, u32 step, enum shrink_class class)
{
	const struct op *op = op_by_code(m->best->op[step].code);

	for (u32 i = 0; op && i < MAX_ARGS; i++) {
		struct place at = { put_arg, step, i };
		u64 value;

		if (class_of(op->args[i]) != class)
			continue;
		value = instr_get_arg(op, &m->best->op[step], i);
		if (class == SHRINK_FLAGS)
			shrink_gfp(m, &at, (u32)value);
		else
			shrink_number(m, &at, value);
	}
}

static void shrink_args(struct minimizer *m)
{
	for (enum shrink_class class = 0; class < NR_SHRINK_CLASSES; class ++)
		for (u32 i = 0; i < m->best->nr_ops && !out_of_time(m); i++)
			shrink_args_of(m, i, class);
}

/* --- places ------------------------------------------------------------------------------------------------------- */

static void put_cpu(struct program *p, const struct place *at, u64 value)
{
	p->op[at->step].cpu = (u8)value;
}

static void put_context(struct program *p, const struct place *at, u64 value)
{
	struct instr *in = &p->op[at->step];

	in->context = (u8)((in->context & 0xf0) | value);
}

static void put_irq_label(struct program *p, const struct place *at, u64 value)
{
	struct instr *in = &p->op[at->step];

	in->context = (u8)((in->context & 15) | value << 4);
}

static void shrink_places(struct minimizer *m)
{
	for (u32 i = 0; i < m->best->nr_ops && !out_of_time(m); i++)
		shrink_number(m, &(struct place){ put_cpu, i, 0 }, m->best->op[i].cpu);
	for (u32 i = 0; i < m->best->nr_ops && !out_of_time(m); i++)
		shrink_number(m, &(struct place){ put_context, i, 0 }, m->best->op[i].context & 15);
	for (u32 i = 0; i < m->best->nr_ops && !out_of_time(m); i++)
		shrink_number(m, &(struct place){ put_irq_label, i, 0 }, m->best->op[i].context >> 4);
}

/* --- schedule ----------------------------------------------------------------------------------------------------- */

/* The best program, the switches of one operation replaced. */
static bool try_switches(struct minimizer *m, u32 step, const struct sched_switch *list, u32 nr)
{
	struct program *c = copy_of_best(m);
	struct instr *in = &c->op[step];

	in->first_switch = 0;
	in->nr_switches = 0;
	for (u32 k = 0; k < nr; k++)
		program_add_switch(c, in, list[k]);
	return try_candidate(m);
}

static u32 switches_of(const struct minimizer *m, u32 step, struct sched_switch list[MAX_SWITCHES])
{
	const struct instr *in = &m->best->op[step];

	for (u32 k = 0; k < in->nr_switches; k++)
		list[k] = m->best->sw[in->first_switch + k];
	return in->nr_switches;
}

static void drop_switch(struct minimizer *m, u32 step, u32 k)
{
	struct sched_switch list[MAX_SWITCHES];
	u32 nr = switches_of(m, step, list);

	if (k >= nr)
		return;
	for (u32 i = k; i + 1 < nr; i++)
		list[i] = list[i + 1];
	try_switches(m, step, list, nr - 1);
}

static void put_switch_at(struct program *p, const struct place *at, u64 value)
{
	struct instr *in = &p->op[at->step];
	struct sched_switch list[MAX_SWITCHES];
	u32 nr = in->nr_switches;

	memcpy(list, p->sw + in->first_switch, nr * sizeof(*list));
	in->first_switch = 0;
	in->nr_switches = 0;
	if (at->index < nr)
		list[at->index].at = (u32)value;
	for (u32 k = 0; k < nr; k++)
		program_add_switch(p, in, list[k]);
}

static void put_switch_target(struct program *p, const struct place *at, u64 value)
{
	const struct instr *in = &p->op[at->step];

	if (at->index < in->nr_switches)
		p->sw[in->first_switch + at->index].target = (u8)value;
}

/* A smaller index may take the switch to another place in the list, or onto another one: look again each time. */
static void shrink_switches_of(struct minimizer *m, u32 step)
{
	struct sched_switch list[MAX_SWITCHES];
	u32 nr = switches_of(m, step, list);

	if (!nr || try_switches(m, step, NULL, 0))
		return;
	for (u32 k = nr; k-- > 0;)
		drop_switch(m, step, k);
	for (u32 k = 0; k < switches_of(m, step, list); k++)
		shrink_number(m, &(struct place){ put_switch_at, step, k }, list[k].at);
	for (u32 k = 0; k < switches_of(m, step, list); k++)
		if (list[k].kind == SWITCH_CPU)
			shrink_number(m, &(struct place){ put_switch_target, step, k }, list[k].target);
}

static u32 count_switches(const struct program *p)
{
	u32 nr = 0;

	for (u32 i = 0; i < p->nr_ops; i++)
		nr += p->op[i].nr_switches;
	return nr;
}

/* The best program without the switches [begin, end), counted through all operations; into the candidate. */
static struct program *without_switches(struct minimizer *m, u32 begin, u32 end)
{
	struct program *c = copy_of_best(m);
	struct sched_switch list[MAX_SWITCHES];
	u32 n = 0;

	for (u32 i = 0; i < c->nr_ops; i++) {
		u32 nr = switches_of(m, i, list);

		c->op[i].first_switch = c->op[i].nr_switches = 0;
		for (u32 k = 0; k < nr; k++, n++)
			if (n < begin || n >= end)
				program_add_switch(c, &c->op[i], list[k]);
	}
	return c;
}

/* Before any operation goes: a program in which everything happens in turn is the easiest to read, whatever its length. */
static void drop_switches(struct minimizer *m)
{
	for (u32 size = count_switches(m->best); size && !out_of_time(m); size /= 2)
		for (u32 end = count_switches(m->best); end > 0;) {
			u32 begin = end > size ? end - size : 0;

			without_switches(m, begin, end);
			try_candidate(m);
			end = begin;
		}
}

/* One switch anywhere in place of the two from `first` on. */
static bool try_one_for_two(struct minimizer *m, u32 first)
{
	u32 cpus = 0, kthreads = m->best->header.start >= START_PRESSURE ? KTHREAD_OOM_REAPER + 1 : 0;

	for (u32 i = 0; i < m->best->nr_ops; i++)
		cpus = max_of(cpus, m->best->op[i].cpu + 1u);
	for (u32 step = 0; step < m->best->nr_ops; step++)
		for (u32 at = 0; at < REPLACE_UP_TO_YIELD && !out_of_time(m); at++)
			for (u32 to = 0; to < cpus + kthreads; to++) {
				struct program *c = without_switches(m, first, first + 2);
				bool cpu = to < cpus;

				program_add_switch(c, &c->op[step],
						   (struct sched_switch){ at, cpu ? SWITCH_CPU : SWITCH_KTHREAD, (u8)(cpu ? to : to - cpus) });
				if (try_candidate(m))
					return true;
			}
	return false;
}

/* Where none of two can go, one at another place may do. Only of what is short by now. */
static void replace_switches(struct minimizer *m)
{
	if (m->best->nr_ops > REPLACE_UP_TO_OPS || count_switches(m->best) > REPLACE_UP_TO)
		return;
	for (u32 first = 0; first + 1 < count_switches(m->best);)
		if (!try_one_for_two(m, first))
			first++;
}

static void shrink_schedule(struct minimizer *m)
{
	replace_switches(m);
	for (u32 i = 0; i < m->best->nr_ops && !out_of_time(m); i++)
		shrink_switches_of(m, i);
}

/* --- header, machine ---------------------------------------------------------------------------------------------- */

static void put_flags(struct program *p, const struct place *at, u64 value)
{
	(void)at;
	p->header.flags = (u8)value;
}

static void put_swarm(struct program *p, const struct place *at, u64 value)
{
	(void)at;
	p->header.swarm = (u32)value;
}

static void put_seed(struct program *p, const struct place *at, u64 value)
{
	(void)at;
	p->header.seed = value;
}

static void put_start(struct program *p, const struct place *at, u64 value)
{
	(void)at;
	p->header.start = (u8)value;
}

static void put_profile(struct program *p, const struct place *at, u64 value)
{
	(void)at;
	p->header.profile = (u8)value;
}

static void shrink_header(struct minimizer *m)
{
	u8 flags = m->best->header.flags;

	for (u8 bit = 1; bit; bit = (u8)(bit << 1))
		if ((flags & bit) && try_value(m, &(struct place){ put_flags, 0, 0 }, (u64)(flags & ~bit)))
			flags &= (u8)~bit;
	shrink_number(m, &(struct place){ put_seed, 0, 0 }, m->best->header.seed);
	shrink_number(m, &(struct place){ put_swarm, 0, 0 }, m->best->header.swarm);
	shrink_number(m, &(struct place){ put_start, 0, 0 }, m->best->header.start);
	shrink_number(m, &(struct place){ put_profile, 0, 0 }, m->best->header.profile);
}

/* --- names -------------------------------------------------------------------------------------------------------- */

/* Slots become 0, 1, 2, ... in the order in which the operations name them. */
static void renumber_slots(struct minimizer *m)
{
	struct program *c = copy_of_best(m);
	u32 name[NR_FAMILIES][NR_SLOTS], nr[NR_FAMILIES] = { 0 };
	bool differs = false;

	memset(name, 0xff, sizeof(name));
	for (u32 i = 0; i < c->nr_ops; i++) {
		const struct op *op = op_by_code(c->op[i].code);

		for (u32 k = 0; op && k < MAX_ARGS; k++) {
			unsigned family = arg_kinds[op->args[k]].family;
			u64 slot;

			if (!is_slot_kind(op->args[k]))
				continue;
			slot = instr_get_arg(op, &c->op[i], k);
			if (name[family][slot] == ~0u)
				name[family][slot] = nr[family]++;
			differs |= name[family][slot] != slot;
			instr_set_arg(op, &c->op[i], k, name[family][slot]);
		}
	}
	if (differs)
		try_candidate(m);
}

/* Bits that no argument reads are zero. */
static struct instr without_idle_bits(const struct instr *in)
{
	const struct op *op = op_by_code(in->code);
	struct instr clean = { .code = in->code, .cpu = in->cpu, .context = in->context };

	if (!op)
		return *in;
	for (u32 k = 0; k < MAX_ARGS && op->args[k]; k++)
		instr_set_arg(op, &clean, k, instr_get_arg(op, in, k));
	clean.first_switch = in->first_switch;
	clean.nr_switches = in->nr_switches;
	return clean;
}

static bool same_raw_bits(const struct instr *a, const struct instr *b)
{
	return a->slot == b->slot && a->slot2 == b->slot2 && a->gfp == b->gfp && a->argument == b->argument;
}

static void drop_idle_bits(struct minimizer *m)
{
	for (u32 i = 0; i < m->best->nr_ops; i++) {
		struct instr clean = without_idle_bits(&m->best->op[i]);

		if (same_raw_bits(&clean, &m->best->op[i]))
			continue;
		copy_of_best(m)->op[i] = clean;
		try_candidate(m);
	}
}

/* --- rounds ------------------------------------------------------------------------------------------------------- */

static void one_round(struct minimizer *m)
{
	drop_switches(m);
	drop_ops(m);
	drop_idle_bits(m);
	shrink_args(m);
	shrink_places(m);
	shrink_schedule(m);
	shrink_header(m);
	renumber_slots(m);
}

static u64 minimize(struct minimizer *m, const struct minimize_limits *limits)
{
	if (limits && limits->seconds > 0)
		m->deadline = monotonic_seconds() + limits->seconds;
	program_init(&m->candidate);
	do {
		m->changed = false;
		one_round(m);
	} while (m->changed && !out_of_time(m));
	program_free(&m->candidate);
	return m->tries;
}

u64 program_minimize_with(struct program *p, bool (*same)(void *arg, const struct program *candidate), void *arg,
			  const struct minimize_limits *limits)
{
	struct minimizer m = { .best = p, .same = same, .arg = arg };

	return minimize(&m, limits);
}

/* --- the same clause ---------------------------------------------------------------------------------------------- */

struct same_clause {
	struct world *world;
	char clause[sizeof(((struct verdict *)0)->clause)];
	int step; /* where the last program that failed alike failed: that is the best one */
};

static bool fails_alike(void *arg, const struct program *candidate)
{
	struct same_clause *wanted = arg;
	const struct verdict *v = lockstep_run(wanted->world, candidate);

	if (!v->failed || strcmp(v->clause, wanted->clause) != 0)
		return false;
	wanted->step = v->step;
	return true;
}

u64 program_minimize(struct world *w, struct program *p, const struct minimize_limits *limits)
{
	const struct verdict *v = lockstep_run(w, p);
	struct same_clause wanted = { .world = w, .step = v->step };
	struct minimizer m = { .best = p, .same = fails_alike, .arg = &wanted, .failed_at = &wanted.step, .tries = 1 };

	if (!v->failed)
		return m.tries;
	memcpy(wanted.clause, v->clause, sizeof(wanted.clause));
	return minimize(&m, limits);
}
