// SPDX-License-Identifier: GPL-2.0-only
/*
 * prop_marks.c - laws of who may have what: zones, marks, reserves, types.
 *
 * Two kinds. "What this one gets, that one gets": two requests, each tried in the same state. And bounds: a page is
 * given only by a zone that had so many free pages before. A zone knows its free pages but for what CPUs have not told
 * it yet; laws that know the truth allow for that much.
 */
#include <string.h>
#include "observe.h"
#include "vmstat.h"

#define TABLES	   (TABLE_PAGE | TABLE_MACHINE)
#define MOST_ASKED 48 /* requests in a row */

static const struct place plain = { 0, CONTEXT_TASK };

/* --- urgency ----------------------------------------------------------------------------------------------------- */

struct pair {
	gfp_t less, more;
	u32 scope; /* of the task that asks for more */
};

static void act_scope(struct prop_run *r, void *arg)
{
	(void)r;
	this_cpu->task_flags |= *(u32 *)arg;
}

static bool more_gets_too(struct prop_run *r, struct pair pair, unsigned order)
{
	if (!state_return(r) || ask_block(r, plain, pair.less, order) == NO_PFN)
		return !r->verdict.failed;
	if (!state_return(r) || !machine_do(r, plain, act_scope, &pair.scope))
		return false;
	if (ask_block(r, plain, pair.more, order) != NO_PFN)
		return true;
	return prop_fail(r, "order %u is given with gfp %#x and refused with %#x and scope %u", order, pair.less,
			 pair.more, pair.scope);
}

static bool urgent_holds(struct prop_run *r, const struct program *p)
{
	gfp_t where;

	if (!play(r, p, NULL))
		return false;
	where = r->last.gfp & (GFP_ZONEMASK | __GFP_RECLAIMABLE | __GFP_THISNODE);
	state_mark(r);
	for (unsigned order = 0; order <= param_of(r, PARAM_MAX_PAGE_ORDER); order++) {
		const struct pair pairs[] = {
			{ GFP_NOWAIT | where, GFP_ATOMIC | where, 0 },
			{ GFP_ATOMIC | __GFP_NOMEMALLOC | where, GFP_ATOMIC | where, 0 },
			{ GFP_ATOMIC | where, GFP_ATOMIC | __GFP_MEMALLOC | where, 0 },
			{ GFP_ATOMIC | where, GFP_ATOMIC | where, PF_MEMALLOC },
			{ GFP_NOWAIT | where, GFP_NOWAIT | where, PF_OOM_VICTIM },
		};

		for (unsigned i = 0; i < ARRAY_SIZE(pairs); i++)
			if (!more_gets_too(r, pairs[i], order))
				return false;
	}
	return true;
}

const struct prop urgent_gets_more = {
	"urgent_gets_more",
	"what GFP_NOWAIT gets, GFP_ATOMIC gets in the same state, and what that gets, who may use all reserves gets",
	TABLES,
	urgent_holds,
};

/* --- zones by address -------------------------------------------------------------------------------------------- */

/* Frames below this may serve a request; a pageblock belongs to the zone of its first frame. */
static u64 end_of_zone(const struct prop_run *r, unsigned highest)
{
	u64 end = param_of(r, PARAM_DMA_PAGES);

	if (highest >= ZONE_DMA32)
		end = max_of(end, (u64)param_of(r, PARAM_DMA32_PAGES));
	if (highest >= ZONE_NORMAL)
		end = max_of(end, (u64)param_of(r, PARAM_LOWMEM_PAGES));
	return highest >= ZONE_HIGHMEM ? r->w->machine->nr_frames : end;
}

/* Who asks for an address gets no highmem. */
static gfp_t mask_used(const struct asked *q)
{
	bool by_address = q->kind == ASKED_EXACT || !strncmp(q->op->name, "get_", 4);

	return by_address ? q->gfp & ~__GFP_HIGHMEM : q->gfp;
}

static bool check_zone(struct prop_run *r, const struct asked *q)
{
	unsigned block = min_of(param_of(r, PARAM_PAGEBLOCK_ORDER), param_of(r, PARAM_MAX_PAGE_ORDER));
	unsigned highest = highest_zone(mask_used(q));
	const struct hold *h = &r->hold[q->slot];

	for (u64 i = 0; q->kind != ASKED_OTHER && i < hold_pages(h); i++) {
		u64 pfn = hold_page(h, i);

		if (pfn >> block << block >= end_of_zone(r, highest))
			return prop_fail(r, "gfp %#x got pfn %llu, which lies above %s", q->gfp, ull(pfn),
					 zone_name(highest));
		if (r->map[pfn] % MAX_NR_ZONES == ZONE_MOVABLE && highest != ZONE_MOVABLE)
			return prop_fail(r, "gfp %#x got pfn %llu, which is kept for movable pages", q->gfp, ull(pfn));
	}
	return true;
}

static bool zones_hold(struct prop_run *r, const struct program *p)
{
	return map_zones(r, p) && play(r, p, &(struct watch){ NULL, check_zone });
}

const struct prop zones_by_address = {
	"zones_by_address",
	"each page given lies below the address that the request's flags name, and only movable pages in ZONE_MOVABLE",
	TABLES,
	zones_hold,
};

/* --- bounds ------------------------------------------------------------------------------------------------------ */

struct bound {
	u64 free[NR_ZONES], least[NR_ZONES];
};

/* reserve: what requests for higher zones leave in lower ones counts too. */
static void look_at_marks(const struct prop_run *r, struct bound *b, unsigned highest, bool reserve)
{
	for (unsigned z = 0; z < NR_ZONES; z++) {
		struct zone_figures f = zone_figures(z / MAX_NR_ZONES, z % MAX_NR_ZONES);

		b->free[z] = (u64)zone_stat_exact(z / MAX_NR_ZONES, z % MAX_NR_ZONES, NR_FREE_PAGES);
		b->free[z] += untold(r, z, NR_FREE_PAGES);
		b->least[z] = f.min + (reserve ? f.lowmem_reserve[highest] : 0);
	}
}

static bool bound_holds(struct prop_run *r, const struct bound *b, gfp_t gfp, unsigned order, unsigned zone)
{
	if (zone == NO_ZONE || b->free[zone] >= b->least[zone] + (1ULL << order))
		return true;
	return prop_fail(r, "gfp %#x got order %u of node %u zone %s, which has %llu free pages and keeps %llu", gfp,
			 order, zone / MAX_NR_ZONES, zone_name_of(zone), ull(b->free[zone]), ull(b->least[zone]));
}

/* Requests until one is refused; none may bring a zone below what it keeps. */
static bool ask_until_refused(struct prop_run *r, struct place at, gfp_t gfp, unsigned order, bool reserve)
{
	struct bound b;

	for (unsigned n = 0; n < MOST_ASKED; n++) {
		u64 pfn;

		look_at_marks(r, &b, highest_zone(gfp), reserve);
		pfn = ask_block(r, at, gfp, order);
		if (pfn == NO_PFN)
			break;
		if (!bound_holds(r, &b, gfp, order, r->map[pfn]))
			return false;
	}
	return !r->verdict.failed;
}

static bool bounds_hold(struct prop_run *r, const struct program *p, const gfp_t *mask, unsigned nr, bool reserve)
{
	if (!map_zones(r, p) || !play(r, p, NULL))
		return false;
	state_mark(r);
	for (unsigned i = 0; i < nr; i++)
		for (unsigned order = 0; order <= 2; order++) {
			struct place at = some_cpu(r, order);
			gfp_t others = r->last.gfp & (__GFP_THISNODE | __GFP_RECLAIMABLE);

			if (!state_return(r) || !scopes_end(r, at) ||
			    !ask_until_refused(r, at, mask[i] | others, order, reserve))
				return false;
		}
	return true;
}

static bool reserves_hold(struct prop_run *r, const struct program *p)
{
	static const gfp_t mask[] = { GFP_KERNEL, GFP_USER, GFP_NOWAIT, GFP_HIGHUSER, GFP_NOWAIT | __GFP_DMA };

	return bounds_hold(r, p, mask, ARRAY_SIZE(mask), false);
}

const struct prop reserves_are_kept = {
	"reserves_are_kept",
	"a request without a right to reserves leaves each zone its min mark, but for what CPUs have not told",
	TABLES,
	reserves_hold,
};

static bool lowmem_holds(struct prop_run *r, const struct program *p)
{
	static const gfp_t mask[] = { GFP_KERNEL, GFP_HIGHUSER, GFP_HIGHUSER | __GFP_NORETRY,
				      GFP_NOWAIT | __GFP_DMA32 };

	return bounds_hold(r, p, mask, ARRAY_SIZE(mask), true);
}

const struct prop lowmem_is_kept = {
	"lowmem_is_kept",
	"a request for a higher zone gets pages of a lower one only while that has more than its reserve against it",
	TABLES,
	lowmem_holds,
};

/* --- types ------------------------------------------------------------------------------------------------------- */

static bool has_cma(void)
{
	for (unsigned z = 0; z < NR_ZONES; z++)
		if (zone_figures(z / MAX_NR_ZONES, z % MAX_NR_ZONES).cma)
			return true;
	return false;
}

static bool is_given(struct prop_run *r, gfp_t gfp, unsigned order)
{
	return state_return(r) && ask_block(r, plain, gfp, order) != NO_PFN;
}

/* Movable pages may get more where there is CMA; nobody gets less. */
static bool types_hold(struct prop_run *r, const struct program *p)
{
	gfp_t gfp;

	if (!play(r, p, NULL) || !drain(r)) /* lists of CPUs are by type */
		return false;
	gfp = r->last.gfp & ~(__GFP_HIGHMEM | __GFP_MOVABLE | __GFP_RECLAIMABLE);
	state_mark(r);
	for (unsigned order = 0; order <= param_of(r, PARAM_MAX_PAGE_ORDER); order++) {
		bool unmovable = is_given(r, gfp, order), reclaimable = is_given(r, gfp | __GFP_RECLAIMABLE, order);
		bool movable = is_given(r, gfp | __GFP_MOVABLE, order);

		if (r->verdict.failed)
			return false;
		if (unmovable != reclaimable || (unmovable && !movable) || (movable && !unmovable && !has_cma()))
			return prop_fail(r, "gfp %#x order %u: unmovable is %s, reclaimable %s, movable %s", gfp, order,
					 unmovable ? "given" : "refused", reclaimable ? "given" : "refused",
					 movable ? "given" : "refused");
	}
	return true;
}

const struct prop type_does_not_decide = {
	"type_does_not_decide",
	"where a request of one mobility gets a block, the same request of another one gets one, in the same state",
	TABLES,
	types_hold,
};
