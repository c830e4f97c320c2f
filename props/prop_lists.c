// SPDX-License-Identifier: GPL-2.0-only
/*
 * prop_lists.c - laws of idle pages: they move between free lists and per-CPU lists, and between types, and stay idle.
 *
 *   idle = on free lists of all types + on the lists of every CPU        what is neither idle nor held has got lost
 *
 * What a zone counts as free (NR_FREE_PAGES, exactly) is what lies on its free lists but for isolated pageblocks.
 */
#include <string.h>
#include "observe.h"
#include "vmstat.h"

#define TABLES (TABLE_PAGE | TABLE_MACHINE)

static bool idle_agrees(struct prop_run *r, const struct picture *a, const struct picture *b, const char *when)
{
	const char *difference = idle_difference(a, b);

	return difference ? prop_fail(r, "%s: %s", when, difference) : true;
}

/* Is what the zones count what lies on their lists? */
static bool counts_fit(struct prop_run *r, const struct picture *picture, const char *when)
{
	u64 listed[NR_ZONES] = { 0 };

	for (u64 i = 0; i < picture->nr; i++) {
		const struct free_block *b = &picture->block[i];

		if (b->migratetype != MIGRATE_ISOLATE)
			listed[b->nid * MAX_NR_ZONES + b->zone] += 1ULL << b->order;
	}
	for (unsigned z = 0; z < NR_ZONES; z++)
		if (listed[z] != picture->zone_free[z])
			return prop_fail(r, "%s: node %u zone %s counts %llu free pages, its lists hold %llu", when,
					 z / MAX_NR_ZONES, zone_name_of(z), ull(picture->zone_free[z]), ull(listed[z]));
	return true;
}

/* --- drains ------------------------------------------------------------------------------------------------------ */

enum drain_kind { DRAIN_THIS_CPU, DRAIN_EVERY_CPU, DRAIN_ONE_ZONE, NR_DRAIN_KINDS };

static const char *const drain_name[NR_DRAIN_KINDS] = { "drain_local_pages", "drain_all_pages", "zone_pcp_disable" };

struct drain_call {
	enum drain_kind kind;
	unsigned zone;
};

static void act_drain_call(struct prop_run *r, void *arg)
{
	const struct drain_call *call = arg;

	(void)r;
	if (call->kind == DRAIN_THIS_CPU)
		drain_local_pages();
	else if (call->kind == DRAIN_EVERY_CPU)
		drain_all_pages();
	else
		zone_pcp_disable(call->zone / MAX_NR_ZONES, call->zone % MAX_NR_ZONES);
}

/* Pages that should not be on per-CPU lists any more. */
static u32 left_on_lists(const struct prop_run *r, const struct drain_call *call, struct place at)
{
	u32 pages = 0;

	for (unsigned z = 0; z < NR_ZONES; z++)
		for (unsigned cpu = 0; cpu < param_of(r, PARAM_CPUS); cpu++) {
			if (call->kind == DRAIN_THIS_CPU && cpu != at.cpu)
				continue;
			if (call->kind == DRAIN_ONE_ZONE && z != call->zone)
				continue;
			if (zone_figures(z / MAX_NR_ZONES, z % MAX_NR_ZONES).managed)
				pages += pcp_figures(z / MAX_NR_ZONES, z % MAX_NR_ZONES, cpu).count;
		}
	return pages;
}

static bool try_drain(struct prop_run *r, struct drain_call call, struct place at)
{
	const char *name = drain_name[call.kind];
	u32 left;

	if (!state_return(r) || !machine_do(r, at, act_drain_call, &call))
		return false;
	picture_take(r, &r->after);
	left = left_on_lists(r, &call, at);
	if (left)
		return prop_fail(r, "%s: %u pages are still on per-CPU lists", name, left);
	return idle_agrees(r, &r->before, &r->after, name) && counts_fit(r, &r->after, name);
}

static bool draining_holds(struct prop_run *r, const struct program *p)
{
	if (!play(r, p, NULL))
		return false;
	picture_take(r, &r->before);
	state_mark(r);
	for (unsigned cpu = 0; cpu < param_of(r, PARAM_CPUS); cpu++)
		if (!try_drain(r, (struct drain_call){ DRAIN_THIS_CPU, 0 }, (struct place){ (u8)cpu, CONTEXT_TASK }))
			return false;
	for (unsigned z = 0; z < NR_ZONES; z++)
		if (r->before.on_cpus[z] && !try_drain(r, (struct drain_call){ DRAIN_ONE_ZONE, z }, some_cpu(r, z)))
			return false;
	return try_drain(r, (struct drain_call){ DRAIN_EVERY_CPU, 0 }, some_cpu(r, 0));
}

const struct prop draining_keeps_the_total = {
	"draining_keeps_the_total",
	"a drain, of a CPU, of a zone or of all, moves pages from per-CPU lists to free lists, and loses or gains none",
	TABLES,
	draining_holds,
};

/* --- warm pages -------------------------------------------------------------------------------------------------- */

#define WARM 4 /* blocks that are given back one after the other */

/* The per-CPU list a block goes to; NR_PCP_LISTS: it does not rest on any, or on one of others' types. */
static unsigned list_of(const struct prop_run *r, unsigned order, unsigned type)
{
	unsigned costly = param_of(r, PARAM_COSTLY_ORDER);
	unsigned block = min_of(param_of(r, PARAM_PAGEBLOCK_ORDER), param_of(r, PARAM_MAX_PAGE_ORDER));

	if (type >= MIGRATE_PCPTYPES || (order > costly && order != block))
		return NR_PCP_LISTS;
	return order <= costly ? MIGRATE_PCPTYPES * order + type :
				 MIGRATE_PCPTYPES * (costly + 1) + (type != MIGRATE_MOVABLE);
}

struct warm {
	struct place at;
	gfp_t gfp;
	unsigned order, nr;
	u64 pfn[WARM];
};

/*
 * Who was freed last is the first of its list, if a flush left anything there. type: of its pageblock when it was freed;
 * what the flush gave back may have merged, and changed it since.
 */
static bool is_first(struct prop_run *r, const struct warm *w, u64 pfn, unsigned type)
{
	unsigned list = list_of(r, w->order, type), zone = r->map[pfn];
	u32 first;

	if (list == NR_PCP_LISTS || zone == NO_ZONE)
		return true;
	if (!pcp_dump(zone / MAX_NR_ZONES, zone % MAX_NR_ZONES, w->at.cpu, list, &first, 1) || first == pfn)
		return true;
	return prop_fail(r, "pfn %llu order %u was freed on cpu %u, and pfn %u is first of its list", ull(pfn),
			 w->order, w->at.cpu, first);
}

/* Is the block on a per-CPU list that this request looks at? */
static bool waits_for(struct prop_run *r, const struct warm *w, u64 pfn)
{
	static __thread u32 on_list[1 << 10];
	unsigned type = (w->gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE)) >> 3, zone = r->map[pfn];
	unsigned list = list_of(r, w->order, type);
	u64 nr;

	if (list == NR_PCP_LISTS || zone == NO_ZONE || pageblock_migratetype_at(pfn) != type)
		return false;
	nr = pcp_dump(zone / MAX_NR_ZONES, zone % MAX_NR_ZONES, w->at.cpu, list, on_list, ARRAY_SIZE(on_list));
	return nr && on_list[0] == pfn;
}

/* The last one freed comes back first, unless the request turns to another zone. */
static bool comes_back(struct prop_run *r, struct warm *w)
{
	u64 freed = w->pfn[w->nr - 1], pfn;

	if (!waits_for(r, w, freed))
		return true;
	pfn = ask_block(r, w->at, w->gfp, w->order);
	if (pfn == NO_PFN || pfn == freed || r->map[pfn] != r->map[freed])
		return !r->verdict.failed;
	return prop_fail(r, "pfn %llu order %u was freed last on cpu %u, the same request gets pfn %llu", ull(freed),
			 w->order, w->at.cpu, ull(pfn));
}

static bool stays_warm(struct prop_run *r, struct warm *w)
{
	if (!state_return(r) || !scopes_end(r, w->at))
		return false;
	for (w->nr = 0; w->nr < WARM; w->nr++) {
		w->pfn[w->nr] = ask_block(r, w->at, w->gfp, w->order);
		if (w->pfn[w->nr] == NO_PFN)
			break;
	}
	for (unsigned i = 0; i < w->nr; i++) {
		struct unit u = { w->pfn[i], (u8)w->order, 1, false };
		unsigned type = pageblock_migratetype_at(w->pfn[i]);

		if (!give_back(r, w->at, &u) || !is_first(r, w, w->pfn[i], type))
			return false;
	}
	return !r->verdict.failed && (!w->nr || comes_back(r, w));
}

static bool hot_holds(struct prop_run *r, const struct program *p)
{
	static const gfp_t type[] = { 0, __GFP_MOVABLE, __GFP_RECLAIMABLE };

	if (!map_zones(r, p) || !play(r, p, NULL))
		return false;
	state_mark(r);
	for (unsigned order = 0; order <= param_of(r, PARAM_PAGEBLOCK_ORDER); order++)
		for (unsigned i = 0; i < ARRAY_SIZE(type); i++) {
			gfp_t others = __GFP_COMP | __GFP_MOVABLE | __GFP_RECLAIMABLE;
			struct warm w = { some_cpu(r, order), (r->last.gfp & ~others) | type[i], order, 0, { 0 } };

			if (!stays_warm(r, &w))
				return false;
		}
	return true;
}

const struct prop just_freed_is_hot = {
	"just_freed_is_hot",
	"a block freed last is first of its CPU's list, whatever a flush took, and the same request gets it again",
	TABLES,
	hot_holds,
};

/* --- settling ---------------------------------------------------------------------------------------------------- */

static bool settling_holds(struct prop_run *r, const struct program *p)
{
	const char *difference;

	if (!play(r, p, NULL))
		return false;
	picture_take(r, &r->boot);
	if (!settle(r))
		return false;
	picture_take(r, &r->before);
	if (!idle_agrees(r, &r->boot, &r->before, "settling") || !counts_fit(r, &r->before, "settling") || !settle(r))
		return false;
	picture_take(r, &r->after);
	difference = picture_or_type_difference(&r->before, &r->after);
	return difference ? prop_fail(r, "settled once, and twice: %s", difference) : true;
}

const struct prop settling_twice_changes_nothing = {
	"settling_twice_changes_nothing",
	"settling keeps the same pages idle, and a second time it changes nothing, nor the order of lists",
	TABLES,
	settling_holds,
};

/* --- isolation --------------------------------------------------------------------------------------------------- */

#define TRIED_BLOCKS 8
#define TRIED_PAGES  12

struct isolation {
	u64 pfn;
	bool on;
	int err;
};

static void act_isolation(struct prop_run *r, void *arg)
{
	struct isolation *q = arg;

	(void)r;
	q->err = q->on ? set_migratetype_isolate(q->pfn) : unset_migratetype_isolate(q->pfn);
}

static bool isolate(struct prop_run *r, u64 pfn, bool on, int *err)
{
	struct isolation q = { pfn, on, 0 };
	bool ran = machine_do(r, some_cpu(r, pfn), act_isolation, &q);

	*err = q.err;
	return ran;
}

/* While it lasts nothing new is idle, and nobody is given its pages once per-CPU lists are empty. */
static bool nobody_gets(struct prop_run *r, u64 pfn)
{
	unsigned block = min_of(param_of(r, PARAM_PAGEBLOCK_ORDER), param_of(r, PARAM_MAX_PAGE_ORDER));

	if (!drain(r))
		return false;
	for (unsigned i = 0; i < TRIED_PAGES; i++) {
		u64 got = ask_block(r, some_cpu(r, i), GFP_HIGHUSER_MOVABLE | __GFP_MEMALLOC, i % (block + 1));

		if (got != NO_PFN && got >> block == pfn >> block)
			return prop_fail(r, "pfn %llu is given, its pageblock is isolated", ull(got));
	}
	return !r->verdict.failed;
}

static bool isolate_and_back(struct prop_run *r, u64 pfn)
{
	const char *difference;
	int err;

	picture_take(r, &r->before);
	picture_sort(&r->before);
	if (!isolate(r, pfn, true, &err))
		return false;
	if (err) /* it is already, or reserved, or nothing is there */
		return true;
	picture_take(r, &r->after);
	if (!idle_agrees(r, &r->before, &r->after, "isolation") || !counts_fit(r, &r->after, "isolation") ||
	    !isolate(r, pfn, false, &err))
		return false;
	if (err)
		return prop_fail(r, "pfn %llu was isolated, and cannot be given back", ull(pfn));
	picture_take(r, &r->after);
	picture_sort(&r->after);
	difference = picture_or_type_difference(&r->before, &r->after);
	return difference ? prop_fail(r, "before isolation, and after it ended: %s", difference) : true;
}

static u64 some_frame(const struct prop_run *r, u64 n)
{
	return mix(r->played->header.seed, 1000 + n) % r->w->machine->nr_frames;
}

static bool isolation_holds(struct prop_run *r, const struct program *p)
{
	u64 pfn;
	int err;

	if (!play(r, p, NULL))
		return false;
	for (u64 i = 0; i < TRIED_BLOCKS; i++)
		if (!isolate_and_back(r, some_frame(r, i)))
			return false;
	pfn = some_frame(r, 0);
	return isolate(r, pfn, true, &err) && (err || nobody_gets(r, pfn));
}

const struct prop isolation_leaves_no_trace = {
	"isolation_leaves_no_trace",
	"nobody gets pages of an isolated pageblock, and when it is over counts, blocks and types are as they were",
	TABLES,
	isolation_holds,
};

/* --- requests ---------------------------------------------------------------------------------------------------- */

static bool look_before(struct prop_run *r, const struct asked *q)
{
	(void)q;
	picture_take(r, &r->before);
	return true;
}

/* Pages of each zone that the operation handed out. */
static void add_up_given(struct prop_run *r, const struct asked *q, u64 given[NR_ZONES])
{
	const struct hold *h = &r->hold[q->slot];

	for (u64 i = 0; q->kind != ASKED_OTHER && i < hold_pages(h); i++)
		if (hold_page(h, i) != GONE && r->map[hold_page(h, i)] != NO_ZONE)
			given[r->map[hold_page(h, i)]]++;
}

static bool check_balance(struct prop_run *r, const struct asked *q)
{
	u64 given[NR_ZONES] = { 0 };

	add_up_given(r, q, given);
	picture_take(r, &r->after);
	for (unsigned z = 0; z < NR_ZONES; z++)
		if (r->after.idle[z] + given[z] != r->before.idle[z])
			return prop_fail(r, "%s gives %llu pages of node %u zone %s, %llu were idle and %llu are",
					 q->op->name, ull(given[z]), z / MAX_NR_ZONES, zone_name_of(z),
					 ull(r->before.idle[z]), ull(r->after.idle[z]));
	return counts_fit(r, &r->after, q->op->name);
}

/* A guard is neither idle nor held: on a machine that has them this cannot be said. [B9] */
static bool balance_holds(struct prop_run *r, const struct program *p)
{
	if (!machine_boot(r, p))
		return false;
	if (param_of(r, PARAM_GUARDPAGE_MINORDER))
		return true;
	return map_zones(r, p) && play(r, p, &(struct watch){ look_before, check_balance });
}

const struct prop requests_take_what_they_give = {
	"requests_take_what_they_give",
	"a request makes as many pages of a zone not idle as it gives of it, whatever it claims, steals or refills; "
	"other operations none",
	TABLES,
	balance_holds,
};

/* --- counters [L12] ---------------------------------------------------------------------------------------------- */

/* Pages handed out and not given back, as the events say. */
static s64 pages_out_by_events(void)
{
	s64 pages = -(s64)vm_events_sum(PGFREE);

	for (unsigned item = PGALLOC_DMA; item <= PGALLOC_DEVICE; item++)
		pages += (s64)vm_events_sum(item);
	return pages;
}

static u64 pages_held(struct prop_run *r)
{
	u64 pages = 0;

	units_collect(r);
	for (u32 i = 0; i < r->nr_units; i++)
		pages += 1ULL << r->unit[i].order;
	return pages;
}

static bool counters_hold(struct prop_run *r, const struct program *p)
{
	s64 at_boot, out;
	u64 held;

	if (!machine_boot(r, p))
		return false;
	at_boot = pages_out_by_events();
	if (!play(r, p, NULL))
		return false;
	out = pages_out_by_events() - at_boot;
	held = pages_held(r);
	if (out == (s64)held)
		return true;
	return prop_fail(r, "%llu pages are held, pgalloc - pgfree is %lld", ull(held), (long long)out);
}

const struct prop counters_tell_pages_out = {
	"counters_tell_pages_out",
	"pages counted as allocated, less those counted as freed, are the pages that somebody holds",
	TABLES,
	counters_hold,
};
