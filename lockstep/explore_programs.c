/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explore_programs.c - the alphabet, and all programs of it.
 *
 * A letter is an operation with its arguments; slot and CPU are free. Slots are numbered as they are filled, and a CPU may
 * be used when the one before it was: programs that differ in such names only come once. A letter that is atomic may also
 * be an interrupt; those are delivered by the schedule, to whatever they interrupt.
 */
#include <string.h>
#include "explore_internal.h"

struct letter {
	const char *name, *op;
	u32 gfp;
	u64 value; /* of its order, count, offset or new value */
	u8 sysctl;
	bool by_default;
};

static const struct letter alphabet[] = {
	{ "alloc0", "alloc_pages", GFP_KERNEL, 0, 0, true },
	{ "alloc1", "alloc_pages", GFP_KERNEL | __GFP_COMP, 1, 0, true },
	{ "movable0", "alloc_pages", GFP_HIGHUSER_MOVABLE, 0, 0, true },
	{ "atomic2", "alloc_pages", GFP_ATOMIC, 2, 0, true },
	{ "noretry3", "alloc_pages", GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 3, 0, true },
	{ "free", "free_pages", 0, 0, 0, true },
	{ "get", "get_page", 0, 0, 0, true },
	{ "put", "put_page", 0, 0, 0, true },
	{ "drain", "drain_local", 0, 0, 0, true },
	{ "drain_all", "drain_all", 0, 0, 0, true },
	{ "vmstat", "vmstat_update", 0, 0, 0, true },
	{ "bulk3", "alloc_pages_bulk", GFP_KERNEL, 3, 0, false },
	{ "atomic0", "alloc_pages", GFP_ATOMIC, 0, 0, false },
	{ "nowait0", "alloc_pages", GFP_NOWAIT | __GFP_NOWARN, 0, 0, false },
	{ "kernel2", "alloc_pages", GFP_KERNEL, 2, 0, false },
	{ "unmovable1", "alloc_pages", GFP_KERNEL, 1, 0, false },
	{ "reclaimable0", "alloc_pages", GFP_KERNEL | __GFP_RECLAIMABLE, 0, 0, false },
	{ "exact3", "alloc_pages_exact", GFP_KERNEL, 3 * 4096, 0, false },
	{ "split", "split_page", 0, 0, 0, false },
	{ "free_one", "free_one", 0, 0, 0, false },
	{ "refresh", "vmstat_refresh", 0, 0, 0, false },
	{ "kswapd", "kswapd", 0, 0, 0, false },
	{ "fraction", "sysctl", 0, 8, SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, false },
	{ "min_free", "sysctl", 0, 8, SYSCTL_MIN_FREE_KBYTES, false },
	{ "pcp_disable", "pcp_disable", 0, 0, 0, false },
	{ "pcp_enable", "pcp_enable", 0, 0, 0, false },
	{ "isolate", "isolate", 0, 0, 0, false },
	{ "unisolate", "unisolate", 0, 0, 0, false },
	{ "cpu_dead", "cpu_dead", 0, 1, 0, false },
	{ "sleep", "sleep", 0, 1, 0, false },
	{ "walk_fast", "walk_fast", 0, 0, 0, false },
	{ "walk_rcu", "walk_rcu", 0, 0, 0, false },
	{ "free_deferred", "free_deferred", 0, 0, 0, false },
	{ "free_table", "free_table", 0, 0, 0, false },
	{ "rcu_core", "rcu_core", 0, 0, 0, false },
	{ "synchronize", "synchronize_rcu", 0, 0, 0, false },
	{ "barrier", "rcu_barrier", 0, 0, 0, false },
};

static const struct op *op_of(const struct letter *l)
{
	return op_by_name(l->op, strlen(l->op));
}

static bool has_kind(const struct letter *l, unsigned first, unsigned last)
{
	const struct op *op = op_of(l);

	for (unsigned i = 0; i < MAX_ARGS && op->args[i]; i++)
		if (op->args[i] >= first && op->args[i] <= last)
			return true;
	return false;
}

static bool fills(const struct letter *l)
{
	return has_kind(l, ARG_NEW_PAGES, ARG_NEW_PAGES);
}

static bool names_slot(const struct letter *l)
{
	return has_kind(l, ARG_LIVE_PAGES, ARG_USED_PAGES);
}

/* May it be an interrupt? */
static bool is_atomic(const struct letter *l)
{
	return (fills(l) || names_slot(l)) && !(op_of(l)->flags & OP_TASK_ONLY) && !(l->gfp & __GFP_DIRECT_RECLAIM);
}

/* --- lists of letters ---------------------------------------------------------------------------------------------------- */

static u64 letters_of_default(void)
{
	u64 letters = 0;

	for (size_t i = 0; i < ARRAY_SIZE(alphabet); i++)
		letters |= (u64)alphabet[i].by_default << i;
	return letters;
}

static u64 letter_by_name(const char *name, size_t len)
{
	if (len == 3 && !strncmp(name, "all", 3))
		return (1ULL << ARRAY_SIZE(alphabet)) - 1;
	if (len == 7 && !strncmp(name, "default", 7))
		return letters_of_default();
	for (size_t i = 0; i < ARRAY_SIZE(alphabet); i++)
		if (strlen(alphabet[i].name) == len && !strncmp(alphabet[i].name, name, len))
			return 1ULL << i;
	return 0;
}

u64 explore_letters(const char *list, const char **bad)
{
	u64 letters = 0;

	for (size_t len; len = strcspn(list, ","), true; list += len + 1) {
		u64 found = letter_by_name(list, len);

		*bad = list;
		if (!found)
			return 0;
		letters |= found;
		if (!list[len])
			return letters;
	}
}

static bool is_used(const struct explore_bounds *b, size_t letter)
{
	return (b->letters ? b->letters : letters_of_default()) >> letter & 1;
}

/* --- one operation ------------------------------------------------------------------------------------------------------- */

/* The middle of the memory that requests without a zone in their mask find first. */
static u32 frame_of(const struct machine_config *c)
{
	u32 begin = c->param[PARAM_DMA32_PAGES], end = min_of(c->param[PARAM_FRAMES], c->param[PARAM_LOWMEM_PAGES]);
	u32 end_of_node = (u32)(c->map[0].start_pfn + c->map[0].nr_pages), block = 1u << c->param[PARAM_PAGEBLOCK_ORDER];

	end = min_of(end, end_of_node);
	if (begin >= end) /* all of it is DMA */
		return min_of(c->param[PARAM_FRAMES], end_of_node) / 2 / block * block;
	return (begin + end) / 2 / block * block;
}

static u64 value_of(const struct explorer *x, const struct letter *l, unsigned kind, u32 slot)
{
	struct machine_config c;

	if (kind >= ARG_NEW_PAGES && kind <= ARG_USED_PAGES)
		return slot;
	if (kind == ARG_GFP)
		return l->gfp;
	if (kind == ARG_SYSCTL)
		return l->sysctl;
	if (kind == ARG_NODE)
		return MAX_NUMNODES; /* its own */
	if (kind != ARG_FRAME && kind != ARG_ZONE)
		return l->value;
	machine_config_profile(&c, (enum sim_profile)x->b->profile);
	c.param[PARAM_FRAMES] = x->b->frames ? x->b->frames : c.param[PARAM_FRAMES];
	if (kind == ARG_FRAME)
		return frame_of(&c);
	return frame_of(&c) < c.param[PARAM_DMA_PAGES] ? ZONE_DMA : ZONE_NORMAL; /* of node 0 */
}

/* One more operation: what it may be. */
struct use {
	u8 letter, slot, cpu;
	u8 irq; /* the how manieth interrupt, 0: none */
};
#define MOST_USES (ARRAY_SIZE(alphabet) * EXPLORE_MOST_OPS * SIM_MAX_CPUS * 2)

/* What the program so far uses. */
struct used {
	unsigned slots, cpus, irqs;
};

/* The first interrupt is a softirq if there may be two: the other one may come on top of it. */
static u8 context_of(const struct explorer *x, unsigned irq)
{
	bool soft = irq == 1 && x->b->irqs > 1;

	return irq ? (u8)((soft ? CONTEXT_SOFTIRQ : CONTEXT_HARDIRQ) | irq << 4) : CONTEXT_TASK;
}

static struct used append(struct explorer *x, struct use use, struct used used)
{
	const struct letter *l = &alphabet[use.letter];
	const struct op *op = op_of(l);
	struct instr *in = program_append(x->p);

	in->code = op->code;
	in->cpu = use.cpu;
	in->context = context_of(x, use.irq);
	for (unsigned i = 0; i < MAX_ARGS && op->args[i]; i++)
		instr_set_arg(op, in, i, value_of(x, l, op->args[i], use.slot));
	used.slots += fills(l);
	used.irqs += use.irq != 0;
	if (!use.irq)
		used.cpus = max_of(used.cpus, use.cpu + 1u);
	return used;
}

/* Slots in use, CPUs in use and one more. An interrupt comes to whom the schedule says: its own CPU is a name. */
static unsigned uses_of_letter(const struct explorer *x, u8 letter, struct used used, struct use *list)
{
	const struct letter *l = &alphabet[letter];
	unsigned slots = names_slot(l) ? used.slots : 1, cpus = min_of(used.cpus + 1, x->b->cpus), nr = 0;

	for (unsigned slot = 0; slot < slots; slot++) {
		u8 s = (u8)(fills(l) ? used.slots : slot);

		for (unsigned cpu = 0; cpu < cpus; cpu++)
			list[nr++] = (struct use){ letter, s, (u8)cpu, 0 };
		if (used.irqs < x->b->irqs && used.cpus && is_atomic(l))
			list[nr++] = (struct use){ letter, s, 0, (u8)(used.irqs + 1) };
	}
	return nr;
}

static unsigned all_uses(const struct explorer *x, struct used used, struct use *list)
{
	unsigned nr = 0;

	for (u8 i = 0; i < ARRAY_SIZE(alphabet); i++)
		if (is_used(x->b, i))
			nr += uses_of_letter(x, i, used, list + nr);
	return nr;
}

/* --- programs ----------------------------------------------------------------------------------------------------------- */

/* Programs of fewer operations too: what X5 leaves out is one of them. */
static bool extend(struct explorer *x, struct used used)
{
	struct use list[MOST_USES];
	unsigned nr = x->p->nr_ops - x->first_op < x->b->ops ? all_uses(x, used, list) : 0;

	if (x->p->nr_ops > x->first_op && !explore_schedules(x))
		return false;
	for (unsigned i = 0; i < nr && !explorer_is_over(x); i++) {
		if (!extend(x, append(x, list[i], used)))
			return false;
		x->p->nr_ops--;
	}
	return true;
}

static bool draw(struct explorer *x)
{
	struct used used = { 0 };
	struct use list[MOST_USES];

	x->p->nr_ops = x->first_op;
	while (x->p->nr_ops - x->first_op < x->b->ops) {
		unsigned nr = all_uses(x, used, list);

		if (!nr) /* letters that only free what nobody takes */
			return true;
		used = append(x, list[rng_next(&x->rng) % nr], used);
	}
	return (used.cpus < 2 && !used.irqs) || explore_schedules(x); /* on one CPU there is nothing to schedule */
}

static void set_knob(struct program *p, unsigned knob, u64 value)
{
	program_append_op(p, "knob", knob, value, 0, 0);
}

bool explore_programs(struct explorer *x)
{
	bool good = true;

	x->r->programs_raw = explore_raw_programs(x->b);
	program_clear(x->p);
	x->p->header.profile = x->b->profile;
	if (x->b->frames)
		set_knob(x->p, PARAM_FRAMES, x->b->frames);
	set_knob(x->p, PARAM_CPUS, x->b->cpus);
	x->first_op = x->p->nr_ops;
	if (!x->b->programs)
		return extend(x, (struct used){ 0 });
	for (u64 i = 0; good && i < x->b->programs && !explorer_is_over(x); i++)
		good = draw(x);
	return good;
}

/* As many as there are when every operation may name any slot and any CPU. */
u64 explore_raw_programs(const struct explore_bounds *b)
{
	u64 choices = 0, n = 1, sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(alphabet); i++)
		if (is_used(b, i))
			choices += (fills(&alphabet[i]) || names_slot(&alphabet[i]) ? b->ops : 1) * (u64)b->cpus;
	for (unsigned i = 0; i < b->ops; i++)
		sum += n *= choices;
	return sum;
}

/* --- the table of letters ------------------------------------------------------------------------------------------------ */

static void print_arg(const struct letter *l, unsigned kind, FILE *out)
{
	char names[200];

	if (kind == ARG_GFP) {
		gfp_names_of(l->gfp, names, sizeof(names));
		fprintf(out, " gfp=%s", names);
	} else if (kind == ARG_SYSCTL) {
		fprintf(out, " name=%s", arg_value_name(kind, l->sysctl));
	} else if (kind > ARG_GFP && kind != ARG_NODE && kind != ARG_FRAME && kind != ARG_ZONE) {
		fprintf(out, " %s=%llu", arg_kinds[kind].key, (unsigned long long)l->value);
	}
}

void explore_print_alphabet(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(alphabet); i++) {
		const struct letter *l = &alphabet[i];
		const struct op *op = op_of(l);

		fprintf(out, "%-14s%s %s", l->name, l->by_default ? "*" : " ", l->op);
		for (unsigned k = 0; k < MAX_ARGS && op->args[k]; k++)
			print_arg(l, op->args[k], out);
		fprintf(out, "%s\n", is_atomic(l) ? "   [may be an interrupt]" : "");
	}
	fprintf(out, "* in the alphabet unless --alphabet names another; `all` and `default` may stand in the list\n");
}
