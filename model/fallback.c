/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fallback.c - which list a block comes from, and when pageblocks change their type.
 *
 * The order is fixed (B11): CMA when it is more than half of what is free, the own type, CMA, then blocks of other types:
 * by claiming their pageblock (B12), else by taking one block (B13). Each claim is announced, and each that was tried
 * and did not succeed, since it raises the marks (B16). All this happens under the zone's lock, so it is judged
 * exactly, however many operations are in flight.
 */
#include "internal.h"

#define NOT_TRIED 255

static const u8 fallbacks[MIGRATE_PCPTYPES][2] = { { 2, 1 }, { 2, 0 }, { 0, 1 } }; /* B10: U to R M, M to R U, R to U M */

static bool has_block(const struct model *m, unsigned zone, unsigned order, unsigned type)
{
	return m->zone[zone].full[type][order] > 0;
}

/* The first of the types a request falls back to that has a block of exactly this order. */
static unsigned fallback_at(const struct model *m, unsigned zone, unsigned order, unsigned type)
{
	for (unsigned i = 0; i < 2; i++)
		if (model_nr_free(m, zone, order, fallbacks[type][i]))
			return fallbacks[type][i];
	return MIGRATE_TYPES;
}

static bool has_fallback(const struct model *m, unsigned zone, unsigned order, unsigned type)
{
	return has_block(m, zone, order, fallbacks[type][0]) || has_block(m, zone, order, fallbacks[type][1]);
}

static bool cma_first(const struct model *m, unsigned zone, unsigned order, u32 flags)
{
	const struct model_zone *z = &m->zone[zone];

	return (flags & ALLOC_CMA) && z->stat[STAT_CMA] > z->stat[STAT_FREE] / 2 && has_block(m, zone, order, MIGRATE_CMA);
}

/* Without looking at other types. */
static unsigned direct_source(const struct model *m, const struct flight *f, unsigned zone, u32 flags, bool refill)
{
	if (!refill && (flags & ALLOC_HIGHATOMIC) && has_block(m, zone, f->order, MIGRATE_HIGHATOMIC))
		return MIGRATE_HIGHATOMIC;
	if (cma_first(m, zone, f->order, flags))
		return MIGRATE_CMA;
	if (has_block(m, zone, f->order, f->type))
		return f->type;
	if ((flags & ALLOC_CMA) && has_block(m, zone, f->order, MIGRATE_CMA))
		return MIGRATE_CMA;
	return MIGRATE_TYPES;
}

static unsigned smallest_fallback_order(const struct model *m, const struct flight *f, u32 flags)
{
	return (flags & ALLOC_NOFRAGMENT) && f->order < m->block_order ? m->block_order : f->order;
}

unsigned source_type(const struct model *m, const struct flight *f, unsigned zone, u32 flags, bool refill)
{
	unsigned type = direct_source(m, f, zone, flags, refill);

	if (type != MIGRATE_TYPES)
		return type;
	if (f->fallback.done && f->fallback.from != MIGRATE_TYPES)
		return f->fallback.from;
	if (!refill && (flags & (ALLOC_OOM | ALLOC_NON_BLOCK)) && has_block(m, zone, f->order, MIGRATE_HIGHATOMIC) &&
	    !has_fallback(m, zone, smallest_fallback_order(m, f, flags), f->type))
		return MIGRATE_HIGHATOMIC; /* W11 */
	return MIGRATE_TYPES;
}

bool zone_can_refill(const struct model *m, const struct flight *f, unsigned zone, u32 flags)
{
	return direct_source(m, f, zone, flags, true) != MIGRATE_TYPES ||
	       has_fallback(m, zone, smallest_fallback_order(m, f, flags), f->type);
}

/* Would the zone give, marks aside? */
bool zone_has_block(const struct model *m, const struct flight *f, unsigned zone, u32 flags)
{
	/* an interrupt finds the list of its CPU locked by whom it interrupted: then its pages cannot be had */
	if ((f->alone || f->steady) && pcp_allowed(m, f->order) && m->zone[zone].pcp[f->cpu].nr[pcp_list(m, f->order, f->type)])
		return true;
	if (zone_can_refill(m, f, zone, flags))
		return true;
	return (flags & (ALLOC_HIGHATOMIC | ALLOC_OOM | ALLOC_NON_BLOCK)) &&
	       has_block(m, zone, f->order, MIGRATE_HIGHATOMIC);
}

/* --- claims -------------------------------------------------------------------------------------------------------------- */

/* B12: the next lower order at which a claim must be tried, NOT_TRIED none. */
static unsigned next_claim(const struct model *m, const struct flight *f, unsigned zone)
{
	unsigned from = f->fallback.order == NOT_TRIED ? m->max_order + 1 : f->fallback.order;
	unsigned lowest = smallest_fallback_order(m, f, scan_flags(f));
	bool always = f->type != MIGRATE_MOVABLE || m->mobility_disabled;

	for (unsigned o = from; o-- > lowest;) {
		if (!always && o < m->block_order / 2)
			return NOT_TRIED;
		if (fallback_at(m, zone, o, f->type) != MIGRATE_TYPES)
			return o;
	}
	return NOT_TRIED;
}

/* Is a fallback in place at all, and is this block the one it must begin with? */
static const char *judge_fallback(struct model *m, const struct flight *f, const struct mm_event *ev, unsigned order,
				  const char *clause)
{
	unsigned zone = in_machine(m, ev->pfn, ev->source_order) ? model_zone_of(m, ev->pfn) : NO_ZONE;

	if (!f || f->kind != FLIGHT_ALLOC || zone == NO_ZONE)
		return model_says(m, "%s: pfn %llu is taken from another type, but nobody asked for it", clause,
				  (unsigned long long)ev->pfn);
	if (direct_source(m, f, zone, f->ladder.flags, true) != MIGRATE_TYPES)
		return model_says(m, "B11: pfn %llu is taken from another type although type %u has a block of order %u",
				  (unsigned long long)ev->pfn, f->type, f->order);
	if (ev->source_order != order)
		return model_says(m, "%s: a block of order %u is taken from another type, it should be order %u", clause,
				  ev->source_order, order);
	if ((ev->pfn & ((1ULL << ev->source_order) - 1)) || !is_free_block(m, ev->pfn, ev->source_order) || model_type_of(m, ev->pfn) != fallback_at(m, zone, order, f->type))
		return model_says(m, "B10: pfn %llu order %u is no free block of the type that comes first",
				  (unsigned long long)ev->pfn, ev->source_order);
	return NULL;
}

/* B16 */
static u64 boosted(const struct model *m, const struct model_zone *z)
{
	u64 limit = z->high * m->sysctl[2] / 10000;

	if (!m->sysctl[2] || z->managed < 4 * block_pages(m) || !limit)
		return z->boost;
	limit = limit < block_pages(m) ? block_pages(m) : limit;
	return z->boost + block_pages(m) < limit ? z->boost + block_pages(m) : limit;
}

/* B12: are enough of its pages free, or of a kind that fits? */
static bool claim_succeeds(const struct model *m, const struct flight *f, u64 pfn)
{
	u64 size = block_pages(m), free = size - m->busy[m->block_order][pfn >> m->block_order], alike = 0;

	if (f->type != MIGRATE_MOVABLE && model_type_of(m, pfn) == MIGRATE_MOVABLE)
		alike = size - free;
	return free + alike >= size / 2 || m->mobility_disabled;
}

const char *on_boost(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	struct model_zone *z;
	const char *bad = f && f->kind == FLIGHT_ALLOC && in_machine(m, ev->pfn, 0) && model_zone_of(m, ev->pfn) != NO_ZONE ?
				  judge_fallback(m, f, ev, next_claim(m, f, model_zone_of(m, ev->pfn)), "B12") :
				  model_says(m, "B16: a mark is boosted, but nobody falls back");

	if (bad)
		return bad;
	z = &m->zone[model_zone_of(m, ev->pfn)];
	if (f->fallback.due != ~0ULL)
		return model_says(m, "B12: pageblock of pfn %llu could have been claimed",
				  (unsigned long long)f->fallback.due);
	if (f->alone && ev->source_pfn != boosted(m, z)) /* else the marks may be about to change */
		return model_says(m, "B16: the boost of node %u zone %s is %llu pages now, it should be %llu", z->nid,
				  model_zone_name(z->index), (unsigned long long)ev->source_pfn,
				  (unsigned long long)boosted(m, z));
	if (z->managed >= 4 * block_pages(m) && m->sysctl[2] && z->high * m->sysctl[2] / 10000 &&
	    (f->ladder.flags & ALLOC_KSWAPD))
		z->boosted = true;
	z->boost = ev->source_pfn;
	f->fallback.order = ev->source_order;
	if (claim_succeeds(m, f, ev->pfn))
		f->fallback.due = ev->pfn & ~(block_pages(m) - 1);
	m->deep |= DID_FALL_BACK;
	return NULL;
}

static const char *judge_claim(struct model *m, struct flight *f, const struct mm_event *ev)
{
	unsigned zone = model_zone_of(m, ev->pfn);

	if (ev->migratetype != f->type)
		return model_says(m, "B12: a pageblock is claimed for type %u by a request of type %u", ev->migratetype,
				  f->type);
	if (f->fallback.due != ~0ULL) { /* one smaller than a pageblock, announced by its boost */
		if (ev->pfn != f->fallback.due || ev->order != m->block_order)
			return model_says(m, "B12: pfn %llu is claimed, tried was pfn %llu", (unsigned long long)ev->pfn,
					  (unsigned long long)f->fallback.due);
		f->fallback.due = ~0ULL;
		return NULL;
	}
	if (next_claim(m, f, zone) == NOT_TRIED || next_claim(m, f, zone) < m->block_order)
		return model_says(m, "B12: the pageblock of pfn %llu is claimed, it may not be", (unsigned long long)ev->pfn);
	return judge_fallback(m, f, &(struct mm_event){ .pfn = ev->pfn, .source_order = ev->order },
			      next_claim(m, f, zone), "B12");
}

const char *on_extfrag(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	unsigned zone = in_machine(m, ev->pfn, 0) ? model_zone_of(m, ev->pfn) : NO_ZONE, order;
	const char *bad;

	if (!f || f->kind != FLIGHT_ALLOC || zone == NO_ZONE || ev->order != f->order || ev->migratetype != f->type)
		return model_says(m, "B11: pfn %llu is taken from another type, but nobody asked for it",
				  (unsigned long long)ev->pfn);
	m->deep |= DID_FALL_BACK;
	if (ev->claim) {
		if (!f->fallback.unsaid || ev->from != f->fallback.was || (ev->pfn & ~(block_pages(m) - 1)) != f->fallback.block ||
		    ev->source_order > m->max_order)
			return model_says(m, "B12: pfn %llu is said to be claimed from type %u, its pageblock has type %u",
					  (unsigned long long)ev->pfn, ev->from, model_type_of(m, ev->pfn));
		f->fallback.unsaid = false;
		return NULL;
	}
	if (f->fallback.done)
		return model_says(m, "B13: pfn %llu is taken from another type a second time", (unsigned long long)ev->pfn);
	if (f->fallback.due != ~0ULL)
		return model_says(m, "B12: pageblock of pfn %llu could have been claimed",
				  (unsigned long long)f->fallback.due);
	if (next_claim(m, f, zone) != NOT_TRIED)
		return model_says(m, "B12: a block is taken from another type although a claim at order %u was not tried",
				  next_claim(m, f, zone));
	if (scan_flags(f) & ALLOC_NOFRAGMENT)
		return model_says(m, "B11: a request that must not fragment takes a block of another type");
	for (order = f->order; order <= m->max_order && fallback_at(m, zone, order, f->type) == MIGRATE_TYPES;)
		order++;
	if ((bad = judge_fallback(m, f, ev, order, "B13")))
		return bad;
	if (ev->from != model_type_of(m, ev->pfn))
		return model_says(m, "B13: pfn %llu is taken from type %u, its pageblock has type %u",
				  (unsigned long long)ev->pfn, ev->from, model_type_of(m, ev->pfn));
	f->fallback.done = true;
	f->fallback.from = ev->from;
	return NULL;
}

/* --- pageblocks change their type ------------------------------------------------------------------------------------------ */

/* B17 */
static bool may_reserve(const struct model *m, unsigned zone)
{
	const struct model_zone *z = &m->zone[zone];
	u64 size = block_pages(m), share = z->managed * m->setup.knob[KNOB_HIGHATOMIC_PERCENT] / 100;

	return share >= size && z->blocks_of[MIGRATE_HIGHATOMIC] * size < (share + size - 1) / size * size;
}

void expect_reserve(struct model *m, struct flight *f, u64 pfn)
{
	if (!(f->ladder.flags & ALLOC_HIGHATOMIC))
		return;
	if (may_reserve(m, model_zone_of(m, pfn)) && mergeable(model_type_of(m, pfn)))
		f->reserve_due = pfn & ~(block_pages(m) - 1);
}

static const char *judge_reserve(struct model *m, struct flight *f, const struct mm_event *ev)
{
	unsigned order = f->order > m->block_order ? f->order : m->block_order;

	m->deep |= DID_USE_HIGHATOMIC;
	if (!f->alone) { /* what was due when the block was handed out may not be any more, or be due now */
		f->reserve_due = ~0ULL;
		if (f->got)
			expect_reserve(m, f, f->got_pfn);
	}
	if (ev->pfn != f->reserve_due || ev->order != order || ev->migratetype != MIGRATE_HIGHATOMIC)
		return model_says(m, "B17: the pageblock of pfn %llu is reserved for atomic requests, it may not be",
				  (unsigned long long)ev->pfn);
	f->reserve_due = ~0ULL;
	return NULL;
}

/* The smallest order at which the zone has a free block of the highatomic reserve. */
static unsigned highatomic_order(const struct model *m, unsigned zone)
{
	unsigned order = 0;

	while (order <= m->max_order && !model_nr_free(m, zone, order, MIGRATE_HIGHATOMIC))
		order++;
	return order;
}

unsigned zone_to_unreserve(const struct model *m, const struct flight *f, bool force)
{
	for (unsigned i = 0; i < m->zonelist_len[f->nid]; i++) {
		unsigned z = m->zonelist[f->nid][i];

		if (m->zone[z].index > f->highest || ((f->gfp & __GFP_THISNODE) && m->zone[z].nid != (u64)f->nid))
			continue;
		if (!force && m->zone[z].blocks_of[MIGRATE_HIGHATOMIC] <= 1)
			continue;
		if (m->zone[z].free_of[MIGRATE_HIGHATOMIC])
			return z;
	}
	return MODEL_NR_ZONES;
}

static const char *judge_unreserve(struct model *m, struct flight *f, const struct mm_event *ev)
{
	unsigned zone = model_zone_of(m, ev->pfn), free_order = highatomic_order(m, zone);
	u64 size = 1ULL << ev->order;

	if (ev->order != (free_order > m->block_order ? free_order : m->block_order) || free_order > m->max_order)
		return model_says(m, "B18: reserved pageblocks of pfn %llu, order %u are given up, the smallest free block has order %u",
				  (unsigned long long)ev->pfn, ev->order, free_order);
	for (u64 b = ev->pfn >> m->block_order; b < (ev->pfn + size) >> m->block_order; b++)
		if (m->type_of_block[b] != MIGRATE_HIGHATOMIC)
			return model_says(m, "B18: pfn %llu is not reserved", (unsigned long long)(b << m->block_order));
	if (f->settling)
		return NULL;
	if (ev->migratetype != f->type)
		return model_says(m, "B18: a reserved pageblock becomes type %u, the request has type %u", ev->migratetype,
				  f->type);
	return ladder_unreserved(m, f, ev);
}

static const char *judge_retype(struct model *m, struct flight *f, const struct mm_event *ev)
{
	switch (ev->report) {
	case RETYPE_CLAIM:
		return judge_claim(m, f, ev);
	case RETYPE_RESERVE:
		return judge_reserve(m, f, ev);
	case RETYPE_UNRESERVE:
		return judge_unreserve(m, f, ev);
	default:
		return f->kind == FLIGHT_OTHER ? NULL : model_says(m, "I1: a pageblock is isolated, but nobody asked for it");
	}
}

/* B14: what the free pages of these frames count as changes with their type. */
static void count_again(struct model *m, const struct mm_event *ev)
{
	unsigned zone = model_zone_of(m, ev->pfn), from = model_type_of(m, ev->pfn);
	u64 free = 0;

	for (u64 b = ev->pfn >> m->block_order; b < (ev->pfn + (1ULL << ev->order)) >> m->block_order; b++)
		free += block_pages(m) - m->busy[m->block_order][b];
	if ((from == MIGRATE_ISOLATE) == (ev->migratetype == MIGRATE_ISOLATE))
		return;
	count_free(m, zone, ev->cpu, from, -(s64)free);
	count_free(m, zone, ev->cpu, ev->migratetype, (s64)free);
}

const char *on_pageblock(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad;

	if (!f || ev->pfn >= m->nr_frames || ev->order < m->block_order || ev->order > m->max_order ||
	    (ev->pfn & ((1ULL << ev->order) - 1)) || ev->migratetype >= MIGRATE_TYPES || model_zone_of(m, ev->pfn) == NO_ZONE)
		return model_says(m, "B15: pfn %llu order %u changes its type to %u", (unsigned long long)ev->pfn, ev->order,
				  ev->migratetype);
	if (ev->from != model_type_of(m, ev->pfn) || ev->from == ev->migratetype)
		return model_says(m, "B15: the pageblock of pfn %llu is said to have had type %u, it has %u",
				  (unsigned long long)ev->pfn, ev->from, model_type_of(m, ev->pfn));
	if ((bad = judge_retype(m, f, ev)))
		return bad;
	f->retyped += ev->report == RETYPE_ISOLATE || ev->report == RETYPE_UNISOLATE;
	if (ev->report == RETYPE_ISOLATE)
		m->isolated_from[ev->pfn >> m->block_order] = ev->from;
	if (ev->report == RETYPE_CLAIM) {
		f->fallback.done = f->fallback.unsaid = true;
		f->fallback.from = MIGRATE_TYPES;
		f->fallback.was = ev->from;
		f->fallback.block = ev->pfn;
	}
	count_again(m, ev);
	pyramid_retype(m, ev->pfn, ev->order, ev->migratetype);
	return NULL;
}

/* I1, as far as the free lists know isolation */
const char *model_isolate(struct model *m, unsigned cpu, u64 pfn, bool isolate, bool ok)
{
	unsigned zone = pfn < m->nr_frames ? model_zone_of(m, pfn) : NO_ZONE, type;
	bool known = zone != NO_ZONE && m->zone[zone].index != ZONE_DEVICE;

	if (!flight_on(m, cpu)->alone) /* somebody else may have had his turn since */
		return NULL;
	if (flight_on(m, cpu)->retyped != ok)
		return model_says(m, "I1: isolation of pfn %llu says %s, %u pageblocks changed", (unsigned long long)pfn,
				  ok ? "yes" : "no", flight_on(m, cpu)->retyped);
	type = known ? model_type_of(m, pfn) : MIGRATE_TYPES;
	if (!known)
		return ok ? model_says(m, "I1: pfn %llu has no zone and was isolated", (unsigned long long)pfn) : NULL;
	if (ok && isolate != (type == MIGRATE_ISOLATE))
		return model_says(m, "I1: the pageblock of pfn %llu has type %u after it was %s", (unsigned long long)pfn, type,
				  isolate ? "isolated" : "given back");
	if (ok && !isolate && type != m->isolated_from[pfn >> m->block_order])
		return model_says(m, "I1: the pageblock of pfn %llu came back as type %u, it was %u", (unsigned long long)pfn,
				  type, m->isolated_from[pfn >> m->block_order]);
	if (!ok && isolate && type != MIGRATE_ISOLATE && type != MIGRATE_HIGHATOMIC)
		return model_says(m, "I1: the pageblock of pfn %llu could have been isolated", (unsigned long long)pfn);
	if (!ok && !isolate && type == MIGRATE_ISOLATE)
		return model_says(m, "I1: the pageblock of pfn %llu could have been given back", (unsigned long long)pfn);
	return NULL;
}
