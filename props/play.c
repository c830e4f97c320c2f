// SPDX-License-Identifier: GPL-2.0-only
/*
 * play.c - a program on mm alone: each operation asks mm, and what was got is kept here, by mm's answers.
 *
 * Requests go through the run functions of the operation tables, so a new request is played without a line here. Giving
 * back, and filling a zone, is written out: the tables' functions talk to the model. What else does so is not played.
 */
#include <stdlib.h>
#include <string.h>
#include "observe.h"

#define MOST_REFS 8

u64 hold_pages(const struct hold *h)
{
	if (h->kind == HOLD_BLOCK)
		return 1ULL << h->order;
	return h->kind == HOLD_PAGES ? h->nr : 0;
}

u64 hold_page(const struct hold *h, u64 i)
{
	return h->kind == HOLD_BLOCK ? h->pfn + i : h->page[i];
}

/* --- requests ---------------------------------------------------------------------------------------------------- */

static int node_asked(const struct prop_run *r, u64 a)
{
	return a == MAX_NUMNODES ? NUMA_NO_NODE : (int)(a % r->w->machine->param[PARAM_NODES]);
}

static void read_argument(struct prop_run *r, struct asked *q, unsigned kind, u64 value)
{
	switch (kind) {
	case ARG_NEW_PAGES:
		q->slot = (u32)value;
		q->kind = max_of(q->kind, (u8)ASKED_BLOCK);
		break;
	case ARG_GFP:
		q->gfp = (gfp_t)value;
		q->zero |= !!(value & __GFP_ZERO);
		break;
	case ARG_ORDER:
		q->order = (u8)value;
		q->nr = 1ULL << value;
		break;
	case ARG_NODE:
		q->nid = node_asked(r, value);
		break;
	case ARG_SIZE:
		q->kind = ASKED_EXACT;
		q->nr = PFN_UP(max_of(value, (u64)1));
		break;
	case ARG_COUNT:
		q->kind = ASKED_BULK;
		q->nr = value;
		break;
	}
}

static void read_request(struct prop_run *r, struct asked *q, const struct program *p, u32 step)
{
	const struct instr *in = &p->op[step];
	const struct op *op = op_by_code(in->code);

	*q = (struct asked){ .op = op, .step = step, .nid = NUMA_NO_NODE, .nr = 1 };
	q->at = (struct place){ in->cpu % r->w->machine->param[PARAM_CPUS], instr_context(in) };
	if (op->flags & OP_TASK_ONLY)
		q->at.context = CONTEXT_TASK;
	q->zero = strstr(op->name, "zeroed") != NULL;
	instr_args(op, in, q->a);
	for (unsigned i = 0; i < MAX_ARGS && op->args[i]; i++)
		read_argument(r, q, op->args[i], q->a[i]);
}

static void act_request(struct prop_run *r, void *arg)
{
	struct asked *q = arg;

	q->seen = q->op->run(r->w, q->a);
}

static void keep_block(struct hold *h, const struct asked *q)
{
	h->kind = HOLD_BLOCK;
	h->order = q->order;
	h->compound = q->order && (q->gfp & __GFP_COMP);
	h->refs = 1;
	h->pfn = q->seen.value;
}

static void keep_pages(struct prop_run *r, struct hold *h, const struct asked *q)
{
	h->nr = (u32)(q->kind == ASKED_BULK ? q->seen.value : q->nr);
	h->kind = h->nr ? HOLD_PAGES : HOLD_NONE;
	for (u32 i = 0; i < h->nr; i++)
		h->page[i] = q->kind == ASKED_BULK ? r->w->bulk_pfn[q->slot][i] : (u32)q->seen.value + i;
}

static void keep(struct prop_run *r, const struct asked *q)
{
	struct hold *h = &r->hold[q->slot];

	if (q->kind == ASKED_BLOCK && q->seen.ok)
		keep_block(h, q);
	else if (q->kind == ASKED_BULK || (q->kind == ASKED_EXACT && q->seen.ok))
		keep_pages(r, h, q);
}

static bool play_request(struct prop_run *r, struct asked *q, const struct watch *watch)
{
	if (q->kind != ASKED_OTHER && r->hold[q->slot].kind != HOLD_NONE)
		return true;
	if (watch && watch->before && !watch->before(r, q))
		return false;
	if (!machine_do(r, q->at, act_request, q))
		return false;
	keep(r, q);
	if (q->kind != ASKED_OTHER)
		r->last = *q;
	return !watch || !watch->after || watch->after(r, q);
}

/* --- giving back ------------------------------------------------------------------------------------------------- */

static bool give_pages_back(struct prop_run *r, struct place at, struct hold *h, u32 first, u32 end)
{
	for (u32 i = first; i < end; i++) {
		struct unit u = { .pfn = h->page[i], .refs = 1 };

		if (h->page[i] == GONE)
			continue;
		h->page[i] = GONE;
		if (!give_back(r, at, &u))
			return false;
	}
	for (u32 i = 0; i < h->nr; i++)
		if (h->page[i] != GONE)
			return true;
	h->kind = HOLD_NONE;
	return true;
}

/* One reference of a block goes; a block that is not compound and has more keeps its first page alone. */
static bool drop_block(struct prop_run *r, struct place at, struct hold *h)
{
	struct unit u = { h->pfn, h->order, 1, h->compound };

	if (!--h->refs)
		h->kind = HOLD_NONE;
	else if (!h->compound)
		h->order = 0;
	return give_back(r, at, &u);
}

static void act_get(struct prop_run *r, void *arg)
{
	(void)r;
	get_page(pfn_to_page(((struct hold *)arg)->pfn));
}

static void act_put(struct prop_run *r, void *arg)
{
	const struct hold *h = arg;

	(void)r;
	put_page(pfn_to_page(h->pfn + (h->compound ? (1ULL << h->order) - 1 : 0)));
}

static bool play_get(struct prop_run *r, struct place at, struct hold *h)
{
	if (h->refs == MOST_REFS)
		return true;
	h->refs++;
	return machine_do(r, at, act_get, h);
}

static bool play_put(struct prop_run *r, struct place at, struct hold *h)
{
	if (!h->compound && h->order && h->refs == 1) /* would leak its other pages */
		return true;
	if (!machine_do(r, at, act_put, h))
		return false;
	if (!--h->refs)
		h->kind = HOLD_NONE;
	return true;
}

static bool play_split(struct prop_run *r, struct place at, struct hold *h)
{
	if (h->refs != 1 || h->compound)
		return true;
	if (!split_block(r, at, h->pfn, h->order))
		return false;
	h->kind = HOLD_PAGES;
	h->nr = 1u << h->order;
	for (u32 i = 0; i < h->nr; i++)
		h->page[i] = (u32)h->pfn + i;
	return true;
}

static bool is(const struct asked *q, const char *name)
{
	return !strcmp(q->op->name, name);
}

static bool play_on_slot(struct prop_run *r, const struct asked *q)
{
	struct hold *h = &r->hold[q->a[0] % NR_SLOTS];
	bool block = h->kind == HOLD_BLOCK;

	if (h->kind == HOLD_NONE)
		return true;
	if (is(q, "free_pages") || (block && is(q, "free_by_address")))
		return block ? drop_block(r, q->at, h) : give_pages_back(r, q->at, h, 0, h->nr);
	if (!block && is(q, "free_one"))
		return give_pages_back(r, q->at, h, (u32)(q->a[1] % h->nr), (u32)(q->a[1] % h->nr) + 1);
	if (block && is(q, "get_page"))
		return play_get(r, q->at, h);
	if (block && is(q, "put_page"))
		return play_put(r, q->at, h);
	return !block || !is(q, "split_page") || play_split(r, q->at, h);
}

/* --- filling a zone ---------------------------------------------------------------------------------------------- */

/* fill_to of lockstep/ops_reach.c: single pages until so many are free. */
struct fill {
	struct hold *hold;
	unsigned zone;
	s64 target;
	u32 most;
};

static void act_fill(struct prop_run *r, void *arg)
{
	const struct fill *f = arg;
	unsigned nid = f->zone / MAX_NR_ZONES;
	struct page *page;

	(void)r;
	f->hold->nr = 0;
	while (f->hold->nr < f->most && (s64)zone_free_pages(nid, f->zone % MAX_NR_ZONES) > f->target) {
		page = alloc_pages_node((int)nid, reach_gfp(f->zone), 0);
		if (!page)
			break;
		f->hold->page[f->hold->nr++] = (u32)page_to_pfn(page);
	}
	f->hold->kind = f->hold->nr ? HOLD_PAGES : HOLD_NONE;
}

static bool play_fill(struct prop_run *r, const struct asked *q)
{
	struct fill f = { &r->hold[q->slot], (unsigned)q->a[1], 0, reach_at_once(r->w->machine->nr_frames) };
	struct zone_figures z = zone_figures(f.zone / MAX_NR_ZONES, f.zone % MAX_NR_ZONES);
	u64 mark = q->a[2] == 0 ? z.min : q->a[2] == 1 ? z.low : z.high;

	if (f.hold->kind != HOLD_NONE || !z.managed)
		return true;
	f.target = max_of((s64)mark + (q->a[3] < 16 ? (s64)q->a[3] : (s64)q->a[3] - 32), (s64)0);
	return machine_do(r, q->at, act_fill, &f);
}

/* --- whole programs ---------------------------------------------------------------------------------------------- */

static bool is_of(const struct op *table, const struct op *op)
{
	while (table->name && table != op)
		table++;
	return table->name;
}

/* Does its run function ask mm alone? Or is it written out here? */
static bool can_be_played(const struct op *op)
{
	return !is_of(debug_ops, op) && (!is_of(reach_ops, op) || !strcmp(op->name, "fill_to"));
}

static bool belongs_here(const struct program *p, const struct op *op, const struct instr *in)
{
	bool early = p->header.start == START_EARLY;

	if (!op || !op->run || !can_be_played(op) || (instr_context(in) == CONTEXT_NMI && !(op->flags & OP_TASK_ONLY)))
		return false;
	return (op->flags & OP_ANYTIME) || early == !!(op->flags & OP_EARLY);
}

static bool play_step(struct prop_run *r, const struct program *p, u32 step, const struct watch *watch)
{
	struct asked q;

	if (!belongs_here(p, op_by_code(p->op[step].code), &p->op[step]))
		return true;
	read_request(r, &q, p, step);
	r->verdict.step = (int)step;
	if (q.op->args[0] == ARG_LIVE_PAGES || q.op->args[0] == ARG_USED_PAGES)
		return play_on_slot(r, &q);
	if (is(&q, "fill_to"))
		return play_fill(r, &q);
	return play_request(r, &q, watch);
}

bool play(struct prop_run *r, const struct program *p, const struct watch *watch)
{
	if (!machine_boot(r, p))
		return false;
	r->played = p;
	r->drained = false;
	r->last = (struct asked){ .nid = NUMA_NO_NODE, .gfp = GFP_KERNEL, .nr = 1 };
	for (unsigned i = 0; i < NR_SLOTS; i++)
		r->hold[i].kind = HOLD_NONE;
	if (p->header.start == START_SLAB)
		return play_slab(r, p);
	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct op *op = op_by_code(p->op[i].code);

		if (op && is(&(struct asked){ .op = op }, "hand_over"))
			break;
		if (!play_step(r, p, i, watch))
			return false;
	}
	machine_calm(r);
	return true;
}

/* --- what is left ------------------------------------------------------------------------------------------------ */

static void add_unit(struct prop_run *r, struct unit u)
{
	if (r->nr_units == r->unit_room) {
		r->unit_room = max_of(r->unit_room * 2, 1024u);
		r->unit = realloc(r->unit, r->unit_room * sizeof(*r->unit));
		if (!r->unit)
			abort();
	}
	r->unit[r->nr_units++] = u;
}

void units_collect(struct prop_run *r)
{
	r->nr_units = 0;
	for (unsigned s = 0; s < NR_SLOTS; s++) {
		const struct hold *h = &r->hold[s];

		if (h->kind == HOLD_BLOCK)
			add_unit(r, (struct unit){ h->pfn, h->order, h->refs, h->compound });
		for (u32 i = 0; h->kind == HOLD_PAGES && i < h->nr; i++)
			if (h->page[i] != GONE)
				add_unit(r, (struct unit){ .pfn = h->page[i], .refs = 1 });
	}
}

struct place some_cpu(const struct prop_run *r, u64 n)
{
	return (struct place){ (u8)(mix(r->played->header.seed, n) % r->w->machine->param[PARAM_CPUS]), CONTEXT_TASK };
}

bool units_give_back(struct prop_run *r)
{
	for (u32 i = 0; i < r->nr_units; i++)
		if (!give_back(r, some_cpu(r, i), &r->unit[i]))
			return false;
	return true;
}

void units_shuffle(struct prop_run *r, u64 seed)
{
	for (u32 i = r->nr_units; i > 1; i--) {
		u32 k = (u32)(mix(seed, i) % i);
		struct unit swapped = r->unit[i - 1];

		r->unit[i - 1] = r->unit[k];
		r->unit[k] = swapped;
	}
}
