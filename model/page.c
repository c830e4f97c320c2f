/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page.c - who owns each frame, and which moves between list and owner are legal.
 *
 *   FREE --zone_locked--> IN_FLIGHT --alloc--> OWNED --last reference--> DUE --free--> IN_FLIGHT --zone_locked--> FREE
 *
 * A unit is what was asked for in one piece: its first frame carries order and references. When an operation begins, the
 * model notes what is asked; each event must be a legal step of some flight; the answer must fit what the events said.
 * A refusal is legal only if at some moment of the flight no allowed zone could give (the excuse).
 *
 * The pyramid busy[o][g] counts the frames of group g that are not free; groups that reach across a zone's edge carry one
 * more, so that they never look free. full[o] of a zone counts groups with nothing busy: the blocks that must be on the
 * free list of order o are full[o] less the halves of full groups above, full[o] - 2 * full[o + 1].
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "internal.h"

#define IMAGE_FRAMES 65536 /* machines up to here are reset by copying */

static const char *const state_names[NR_FRAME_STATES] = {
	"free", "a hole", "reserved", "in flight", "owned", "inside an owned block", "being freed", "being freed",
	"unknown",
};
static const char *const report_names[NR_REPORTS] = {
	"page allocation failure", "order too big", "Bad page state", "sleeping function called from invalid context",
	"gfp misuse", "split of a compound page", "memblock align 0",
};

const char *model_says(struct model *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(m->text, sizeof(m->text), format, args);
	va_end(args);
	return m->text;
}

/* --- the pyramid ----------------------------------------------------------------------------------------------------------- */

static struct model_zone *zone_at(struct model *m, u64 pfn)
{
	return &m->zone[model_zone_of(m, pfn)];
}

static bool one_zone(const struct model *m, u64 group, unsigned order)
{
	u64 first = group << order, nr = 1ULL << order, step = 1ULL << m->block_order;

	for (u64 pfn = first; pfn < first + nr; pfn += step)
		if (pfn >= m->nr_frames || model_zone_of(m, pfn) != model_zone_of(m, first))
			return false;
	return model_zone_of(m, first) != NO_ZONE;
}

static void pyramid_build(struct model *m)
{
	for (unsigned o = 1; o <= m->max_order; o++) {
		u64 groups = (m->nr_frames + (1ULL << o) - 1) >> o;

		for (u64 g = 0; g < groups; g++) {
			u64 end = (g + 1) << o;

			m->busy[o][g] = (u16)(end > m->nr_frames ? end - m->nr_frames : 0);
			m->busy[o][g] = (u16)(m->busy[o][g] + (o > m->block_order && !one_zone(m, g, o)));
		}
	}
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		if (m->frame[pfn].state != FRAME_FREE)
			for (unsigned o = 1; o <= m->max_order; o++)
				m->busy[o][pfn >> o]++;
	for (unsigned o = 1; o <= m->max_order; o++)
		for (u64 g = 0; g < m->nr_frames >> o; g++)
			if (!m->busy[o][g])
				zone_at(m, g << o)->full[o]++;
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		m->zone[z].full[0] = m->zone[z].free;
}

/* A whole block leaves (busy) or joins the free set: below its order every group changes fully, above by its size. */
static void pyramid_change(struct model *m, u64 pfn, unsigned order, bool busy)
{
	struct model_zone *zone = zone_at(m, pfn);
	u64 size = 1ULL << order;

	zone->free += busy ? -size : size;
	zone->full[0] = zone->free;
	for (unsigned o = 1; o <= order; o++) {
		for (u64 g = pfn >> o; g < (pfn + size) >> o; g++)
			m->busy[o][g] = (u16)(busy ? 1u << o : 0);
		zone->full[o] += busy ? -(size >> o) : size >> o;
	}
	for (unsigned o = order + 1; o <= m->max_order; o++) {
		u16 *count = &m->busy[o][pfn >> o];

		zone->full[o] -= busy && !*count;
		*count = (u16)(busy ? *count + size : *count - size);
		zone->full[o] += !busy && !*count;
	}
}

static bool is_free_block(const struct model *m, u64 pfn, unsigned order)
{
	if (group_busy(m, pfn >> order, order))
		return false;
	return order == m->max_order || group_busy(m, pfn >> (order + 1), order + 1);
}

/* --- units --------------------------------------------------------------------------------------------------------------------- */

static void set_unit(struct model *m, u64 pfn, unsigned order, unsigned state, unsigned cpu)
{
	struct frame first = m->frame[pfn];
	unsigned tail = state == FRAME_OWNED ? FRAME_OWNED_TAIL : state == FRAME_DUE ? FRAME_DUE_TAIL : state;

	first.state = (u8)state;
	first.order = (u8)order;
	first.cpu = (u8)cpu;
	for (u64 i = 1; i < 1ULL << order; i++)
		m->frame[pfn + i] = (struct frame){ .state = (u8)tail, .cpu = (u8)cpu, .owner = first.owner };
	m->frame[pfn] = first;
}

static bool in_machine(const struct model *m, u64 pfn, unsigned order)
{
	return order < NR_PAGE_ORDERS && pfn < m->nr_frames && (1ULL << order) <= m->nr_frames - pfn;
}

/* In a recording nobody knows about a frame until it is first mentioned. */
static unsigned state_of(const struct model *m, u64 pfn)
{
	unsigned state = m->frame[pfn].state;

	return m->frames_only && state == FRAME_FREE ? FRAME_UNKNOWN : state;
}

/*
 * The first frame of a range that is not in this state, ~0 if all are. Frames not known yet may be in any; and a
 * recording does not say when a frame reaches its list, so there `in flight` may mean `free`.
 */
static u64 not_in_state(const struct model *m, u64 pfn, unsigned order, unsigned wanted)
{
	for (u64 i = 0; i < 1ULL << order; i++) {
		unsigned state = state_of(m, pfn + i);

		if (state == wanted || state == FRAME_UNKNOWN)
			continue;
		if (m->frames_only && wanted == FRAME_FREE && state == FRAME_IN_FLIGHT)
			continue;
		return pfn + i;
	}
	return ~0ULL;
}

u32 model_owner(const struct model *m, u64 pfn)
{
	unsigned state = pfn < m->nr_frames ? m->frame[pfn].state : FRAME_HOLE;

	return state == FRAME_OWNED || state == FRAME_OWNED_TAIL ? m->frame[pfn].owner : MODEL_NO_OWNER;
}

u64 model_stamp(const struct model *m, u64 pfn)
{
	u64 x = pfn * 0x9e3779b97f4a7c15ULL + m->frame[pfn].owner + ((u64)m->generation[m->frame[pfn].owner] << 20);

	x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9ULL;
	return x ^ (x >> 32);
}

/* --- flights -------------------------------------------------------------------------------------------------------------------- */

static struct flight *flight_on(struct model *m, unsigned cpu)
{
	return !m->frames_only && m->depth[cpu] ? &m->flight[cpu][m->depth[cpu] - 1] : NULL;
}

static struct flight *begin(struct model *m, unsigned cpu, unsigned kind)
{
	struct flight *f = &m->flight[cpu][m->depth[cpu]++];

	memset(f, 0, sizeof(*f));
	f->kind = (u8)kind;
	f->cpu = (u8)cpu;
	f->taken_pfn = f->got_pfn = ~0ULL;
	f->alone = m->nr_in_flight++ == 0;
	for (unsigned c = 0; !f->alone && c < m->nr_cpus; c++)
		for (unsigned d = 0; d < m->depth[c]; d++)
			m->flight[c][d].alone = false;
	return f;
}

/* Is some zone of the request's list able to give, and which is the first? MODEL_NR_ZONES if none. */
static unsigned first_zone(const struct model *m, const struct flight *f)
{
	unsigned highest = model_gfp_zone(f->gfp);
	u64 nid = (u64)f->nid;

	for (unsigned i = 0; i < m->zonelist_len[nid]; i++) {
		unsigned z = m->zonelist[nid][i];

		if (m->zone[z].index > highest || ((f->gfp & __GFP_THISNODE) && m->zone[z].nid != nid))
			continue;
		if (model_zone_passes(m, z, f->order))
			return z;
	}
	return MODEL_NR_ZONES;
}

static bool may_refuse(const struct model *m, const struct flight *f)
{
	return f->order > m->max_order || f->fault || first_zone(m, f) == MODEL_NR_ZONES;
}

/* Any event can create the excuse of another operation in flight. */
static void note_excuses(struct model *m)
{
	for (unsigned c = 0; c < m->nr_cpus; c++)
		for (unsigned d = 0; d < m->depth[c]; d++)
			if (m->flight[c][d].kind == FLIGHT_ALLOC)
				m->flight[c][d].excused |= may_refuse(m, &m->flight[c][d]);
}

/* Z10: what the task's scopes leave of a mask. */
static gfp_t scoped(const struct model *m, unsigned cpu, gfp_t gfp)
{
	u32 flags = m->task_flags[cpu];

	if (flags & 4)
		gfp &= ~0xc0u;
	else if (flags & 2)
		gfp &= ~0x80u;
	return flags & 8 ? gfp & ~0x8u : gfp;
}

void model_begin_alloc(struct model *m, unsigned cpu, bool atomic, u16 owner, s32 nid, gfp_t gfp, unsigned order)
{
	struct flight *f = begin(m, cpu, FLIGHT_ALLOC);

	f->atomic = atomic;
	f->owner = owner;
	f->nid = nid == NUMA_NO_NODE ? (s32)(cpu * m->nr_nodes / m->nr_cpus) : nid;
	f->gfp = scoped(m, cpu, gfp);
	f->order = (u8)order;
	f->wanted = 1;
	m->generation[owner]++;
	if (!f->alone)
		note_excuses(m);
}

void model_begin_exact(struct model *m, unsigned cpu, bool atomic, u16 owner, gfp_t gfp, u64 bytes)
{
	u64 pages = (bytes + 4095) / 4096;
	unsigned order = 0;
	struct flight *f;

	while ((1ULL << order) < pages)
		order++;
	model_begin_alloc(m, cpu, atomic, owner, NUMA_NO_NODE, gfp & ~(0x40000u | 0x2u), order);
	f = flight_on(m, cpu);
	f->keep = (u32)pages;
	f->exact = true;
	f->want[REPORT_GFP_MISUSE] = (gfp & (0x40000u | 0x2u)) != 0;
}

void model_begin_bulk(struct model *m, unsigned cpu, bool atomic, u16 owner, gfp_t gfp, u32 wanted)
{
	model_begin_alloc(m, cpu, atomic, owner, NUMA_NO_NODE, gfp, 0);
	flight_on(m, cpu)->wanted = wanted;
}

void model_begin_other(struct model *m, unsigned cpu)
{
	begin(m, cpu, FLIGHT_OTHER);
}

static void make_due(struct model *m, struct flight *f, u64 pfn, unsigned order)
{
	set_unit(m, pfn, order, FRAME_DUE, f->cpu);
	m->frame[pfn].refs = 0;
	f->due_frames += 1ULL << order;
}

/* B22, B29: one reference of the unit at pfn goes. */
static void drop_reference(struct model *m, struct flight *f, u64 pfn, unsigned order)
{
	struct frame *first = &m->frame[pfn];

	if (first->state != FRAME_OWNED) {
		f->want[REPORT_BAD_PAGE]++;
		f->report_pfn = pfn;
		return;
	}
	if (--first->refs == 0) {
		make_due(m, f, pfn, first->order);
		return;
	}
	if (first->compound || !order) /* put_page leaves the tails of a block alone */
		return;
	first->order = 0;
	while (order-- > 0)
		make_due(m, f, pfn + (1ULL << order), order);
}

void model_begin_free(struct model *m, unsigned cpu, u64 pfn, unsigned order)
{
	drop_reference(m, begin(m, cpu, FLIGHT_FREE), pfn, order);
}

void model_add_free(struct model *m, unsigned cpu, u64 pfn, unsigned order)
{
	drop_reference(m, flight_on(m, cpu), pfn, order);
}

void model_begin_free_run(struct model *m, unsigned cpu, u64 pfn, u64 nr_pages)
{
	struct flight *f = begin(m, cpu, FLIGHT_FREE);

	for (u64 i = 0; i < nr_pages; i++)
		drop_reference(m, f, pfn + i, 0);
}

void model_get(struct model *m, u64 pfn)
{
	m->frame[pfn].refs++;
}

/* B24 */
void model_split(struct model *m, unsigned cpu, u64 pfn, unsigned order)
{
	struct frame first = m->frame[pfn];

	if (first.compound) {
		flight_on(m, cpu)->want[REPORT_SPLIT_COMPOUND]++;
		return;
	}
	for (u64 i = 0; i < 1ULL << order; i++)
		m->frame[pfn + i] = (struct frame){ .state = FRAME_OWNED, .refs = 1, .owner = first.owner };
	m->frame[pfn].refs = first.refs;
}

void model_scope(struct model *m, unsigned cpu, u32 task_flags)
{
	m->task_flags[cpu] = task_flags;
}

void model_clock(struct model *m, u64 now_ns)
{
	m->now_ns = now_ns;
}

void model_fault(struct model *m, u32 skip, u32 times)
{
	m->fault.skip = skip;
	m->fault.times = times;
	m->fault.vague = m->nr_in_flight > 1;
}

/* --- events ----------------------------------------------------------------------------------------------------------------------- */

static const char *bad_range(struct model *m, const char *clause, const struct mm_event *ev)
{
	if (!in_machine(m, ev->pfn, ev->order))
		return model_says(m, "%s: frames %llu + 2^%u are outside the machine", clause,
				  (unsigned long long)ev->pfn, ev->order);
	if (ev->pfn & ((1ULL << ev->order) - 1))
		return model_says(m, "%s: a block of order %u begins at pfn %llu, not a multiple of its size", clause,
				  ev->order, (unsigned long long)ev->pfn);
	return NULL;
}

static const char *wrong_state(struct model *m, const char *clause, const char *move, u64 pfn)
{
	return model_says(m, "%s: pfn %llu %s, but it is %s", clause, (unsigned long long)pfn, move,
			  state_names[state_of(m, pfn)]);
}

/* Z2, Z5, W4, L1: the zone the block came from. */
static const char *judge_zone(struct model *m, const struct flight *f, u64 pfn)
{
	unsigned z = model_zone_of(m, pfn), first;
	const struct model_zone *zone = &m->zone[z];

	if (zone->index > model_gfp_zone(f->gfp))
		return model_says(m, "Z2: pfn %llu lies in zone %s, above what gfp %#x may use", (unsigned long long)pfn,
				  model_zone_name(zone->index), f->gfp);
	if ((f->gfp & __GFP_THISNODE) && zone->nid != f->nid)
		return model_says(m, "Z5: pfn %llu is on node %u, but the request may not leave node %d",
				  (unsigned long long)pfn, zone->nid, f->nid);
	if (!f->alone)
		return NULL;
	if (!model_zone_passes(m, z, f->order))
		return model_says(m, "W4: order %u taken from node %u zone %s with %llu pages free, min is %llu", f->order,
				  zone->nid, model_zone_name(zone->index), (unsigned long long)zone->free,
				  (unsigned long long)zone->min);
	first = first_zone(m, f);
	if (first != z)
		return model_says(m, "L1: served by node %u zone %s although node %u zone %s comes first and can",
				  zone->nid, model_zone_name(zone->index), m->zone[first].nid,
				  model_zone_name(m->zone[first].index));
	return NULL;
}

/* B8: cut from the lowest part of a block of the smallest order that is large enough. */
static const char *judge_source(struct model *m, struct flight *f, const struct mm_event *ev)
{
	unsigned z = model_zone_of(m, ev->pfn), order = ev->order;

	while (order <= m->max_order && !model_nr_free(m, z, order))
		order++;
	if (ev->source_order != order)
		return model_says(m, "B8: order %u cut from a block of order %u, the smallest that serves is %u", ev->order,
				  ev->source_order, order);
	if ((ev->pfn & ((1ULL << order) - 1)) || !is_free_block(m, ev->pfn, order))
		return model_says(m, "B8: pfn %llu is not the start of a free block of order %u",
				  (unsigned long long)ev->pfn, order);
	f->legal_choices = model_nr_free(m, z, order);
	return NULL;
}

/* An attempt got past the fault plan: then none was due. Whose attempt is the n-th is vague when several are in flight. */
static const char *pass_fault(struct model *m, const struct flight *f)
{
	if (!m->fault.times || m->fault.vague || (f->gfp & __GFP_NOFAIL) || f->order > m->max_order)
		return NULL;
	if (!f->alone) {
		m->fault.vague = true;
		return NULL;
	}
	if (m->fault.skip) {
		m->fault.skip--;
		return NULL;
	}
	return model_says(m, "L11: the planned failure was not taken");
}

static const char *on_take(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad = bad_range(m, "B2", ev);
	u64 pfn;

	if (bad)
		return bad;
	pfn = not_in_state(m, ev->pfn, ev->order, FRAME_FREE);
	if (pfn != ~0ULL)
		return wrong_state(m, "B3", "left a free list", pfn);
	if (m->frames_only) {
		set_unit(m, ev->pfn, ev->order, FRAME_IN_FLIGHT, 0);
		return NULL;
	}
	if (!f || f->kind != FLIGHT_ALLOC || f->order != ev->order || f->taken_pfn != ~0ULL || f->got >= f->wanted)
		return model_says(m, "B3: pfn %llu order %u left a free list, but nobody asked for it",
				  (unsigned long long)ev->pfn, ev->order);
	if ((bad = pass_fault(m, f)) || (bad = judge_source(m, f, ev)) || (bad = judge_zone(m, f, ev->pfn)))
		return bad;
	f->taken_pfn = ev->pfn;
	f->in_flight += 1ULL << ev->order;
	m->counts.choices++;
	m->counts.choice_sum += f->legal_choices;
	pyramid_change(m, ev->pfn, ev->order, true);
	set_unit(m, ev->pfn, ev->order, FRAME_IN_FLIGHT, ev->cpu);
	return NULL;
}

/* B23: of an exact allocation only `keep` pages stay, each on its own. */
static void own_exact(struct model *m, struct flight *f, u64 pfn)
{
	for (u64 i = 0; i < 1ULL << f->order; i++) {
		m->frame[pfn + i] = (struct frame){ .state = FRAME_OWNED, .refs = 1, .owner = f->owner };
		if (i >= f->keep)
			make_due(m, f, pfn + i, 0);
	}
}

static const char *on_alloc(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad = bad_range(m, "B2", ev);
	u64 pfn;

	if (bad)
		return bad;
	pfn = not_in_state(m, ev->pfn, ev->order, FRAME_IN_FLIGHT);
	if (pfn != ~0ULL)
		return wrong_state(m, "B3", "was handed out", pfn);
	if (m->frames_only) {
		if ((ev->context & EVENT_ATOMIC) && (ev->gfp & __GFP_DIRECT_RECLAIM))
			return model_says(m, "X1: pfn %llu allocated with gfp %#x, which may sleep, in atomic context",
					  (unsigned long long)ev->pfn, ev->gfp);
		set_unit(m, ev->pfn, ev->order, FRAME_OWNED, 0);
		return NULL;
	}
	if (!f || f->kind != FLIGHT_ALLOC || ev->pfn != f->taken_pfn || ev->order != f->order)
		return model_says(m, "B3: pfn %llu order %u announced as allocated, but it was not taken for this request",
				  (unsigned long long)ev->pfn, ev->order);
	if (ev->gfp != f->gfp)
		return model_says(m, "Z10: allocated with gfp %#x, asked for and allowed is %#x", ev->gfp, f->gfp);
	f->in_flight -= 1ULL << ev->order;
	f->got++;
	f->got_pfn = ev->pfn;
	f->taken_pfn = ~0ULL;
	if (f->exact) {
		own_exact(m, f, ev->pfn);
		return NULL;
	}
	m->frame[ev->pfn] = (struct frame){ .refs = 1,
					    .owner = f->owner,
					    .compound = ev->order && (f->gfp & __GFP_COMP) };
	set_unit(m, ev->pfn, ev->order, FRAME_OWNED, ev->cpu);
	return NULL;
}

/* In a recording a block may come back in pieces (split_page, exact), but only what is owned comes back. */
static const char *on_recorded_free(struct model *m, const struct mm_event *ev)
{
	bool known = true;

	for (u64 i = 0; i < 1ULL << ev->order; i++) {
		unsigned state = state_of(m, ev->pfn + i);

		if (state == FRAME_UNKNOWN || state == FRAME_IN_FLIGHT)
			known = false; /* from before the recording, or by a path without an event (bulk, compaction) */
		else if (state != FRAME_OWNED && state != FRAME_OWNED_TAIL)
			return wrong_state(m, "B22", "was freed", ev->pfn + i);
	}
	m->frees_matched += known;
	m->unknown += !known;
	set_unit(m, ev->pfn, ev->order, FRAME_IN_FLIGHT, 0);
	return NULL;
}

/* A recording's second mention of a free: the frame may not have an owner. */
static const char *on_free_batched(struct model *m, const struct mm_event *ev)
{
	const char *bad = bad_range(m, "B2", ev);
	u64 pfn;

	if (bad)
		return bad;
	pfn = not_in_state(m, ev->pfn, ev->order, FRAME_IN_FLIGHT);
	return pfn == ~0ULL ? NULL : wrong_state(m, "B22", "was freed in a batch", pfn);
}

static const char *on_free(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad = bad_range(m, "B2", ev);
	const struct frame *first;

	if (bad)
		return bad;
	if (m->frames_only)
		return on_recorded_free(m, ev);
	first = &m->frame[ev->pfn];
	if (!f || first->state != FRAME_DUE || first->cpu != ev->cpu)
		return wrong_state(m, "B22", "was freed", ev->pfn);
	if (first->order != ev->order)
		return model_says(m, "B22: pfn %llu freed as order %u, it is a unit of order %u",
				  (unsigned long long)ev->pfn, ev->order, first->order);
	f->due_frames -= 1ULL << ev->order;
	f->in_flight += 1ULL << ev->order;
	set_unit(m, ev->pfn, ev->order, FRAME_IN_FLIGHT, ev->cpu);
	return NULL;
}

static const char *on_give(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad = bad_range(m, "B2", ev);
	u64 pfn;

	if (bad)
		return bad;
	pfn = not_in_state(m, ev->pfn, ev->order, FRAME_IN_FLIGHT);
	if (!f || pfn != ~0ULL)
		return wrong_state(m, "B3", "joined a free list", pfn != ~0ULL ? pfn : ev->pfn);
	f->in_flight -= 1ULL << ev->order;
	pyramid_change(m, ev->pfn, ev->order, false);
	for (u64 i = 0; i < 1ULL << ev->order; i++)
		m->frame[ev->pfn + i] = (struct frame){ .state = FRAME_FREE };
	if (ev->source_order > m->max_order || ev->source_pfn != (ev->pfn & ~((1ULL << ev->source_order) - 1)) ||
	    !is_free_block(m, ev->source_pfn, ev->source_order))
		return model_says(m, "B4: pfn %llu order %u merged into pfn %llu order %u, which is not the whole free block",
				  (unsigned long long)ev->pfn, ev->order, (unsigned long long)ev->source_pfn,
				  ev->source_order);
	return NULL;
}

static const char *on_report(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);

	if (!f || ev->report >= NR_REPORTS)
		return model_says(m, "N10: a report out of nowhere");
	f->seen[ev->report]++;
	if (ev->report == REPORT_BAD_PAGE && ev->pfn != f->report_pfn)
		return model_says(m, "B29: bad page report about pfn %llu", (unsigned long long)ev->pfn);
	if (ev->report == REPORT_ALLOC_FAILURE && (ev->order != f->order || ev->gfp != f->gfp))
		return model_says(m, "F8: failure report of order %u, mode %#x for a request of order %u, mode %#x",
				  ev->order, ev->gfp, f->order, f->gfp);
	return NULL;
}

static const char *on_fault(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);

	if (!f || f->kind != FLIGHT_ALLOC || !m->fault.times || (m->fault.skip && !m->fault.vague && f->alone))
		return model_says(m, "L11: a failure was injected that nobody planned");
	m->fault.skip = 0;
	m->fault.times--;
	f->fault = f->excused = true;
	return NULL;
}

static const char *judge_event(struct model *m, const struct mm_event *ev)
{
	switch (ev->type) {
	case EVENT_PAGE_ALLOC_ZONE_LOCKED:
		return on_take(m, ev);
	case EVENT_PAGE_ALLOC:
		return on_alloc(m, ev);
	case EVENT_PAGE_FREE:
		return on_free(m, ev);
	case EVENT_PAGE_FREE_ZONE_LOCKED:
		return on_give(m, ev);
	case EVENT_PAGE_FREE_BATCHED:
		return on_free_batched(m, ev);
	case EVENT_REPORT:
		return on_report(m, ev);
	case EVENT_FAULT:
		return on_fault(m, ev);
	default:
		return model_says(m, "N1: an event of unknown type %u", ev->type);
	}
}

const char *model_event(struct model *m, const struct mm_event *ev)
{
	const char *bad;

	m->events_judged++;
	if (!m->frames_only && ev->cpu >= m->nr_cpus)
		return model_says(m, "N1: an event on cpu %u", ev->cpu);
	bad = judge_event(m, ev);
	if (m->nr_in_flight > 1)
		note_excuses(m);
	return bad;
}

/* --- answers --------------------------------------------------------------------------------------------------------------------------- */

/* F8: a refusal is reported unless silenced; L8-like warnings are separate. */
static void expect_failure_report(struct model *m, struct flight *f)
{
	if (f->order > m->max_order) {
		if (!(f->gfp & __GFP_NOWARN) && !m->order_warned) {
			m->order_warned = true;
			f->want[REPORT_ORDER_TOO_BIG]++;
		}
		return;
	}
	if ((f->gfp & __GFP_NOWARN) || m->now_ns < m->next_warn_ns)
		return;
	m->next_warn_ns = m->now_ns + m->setup.knob[KNOB_WARN_INTERVAL_MS] * 1000000ULL;
	if ((f->gfp & __GFP_DMA)) {
		u64 dma = 0;

		for (unsigned n = 0; n < m->nr_nodes; n++)
			dma += m->zone[n * MAX_NR_ZONES + ZONE_DMA].managed;
		if (!dma)
			return;
	}
	f->want[REPORT_ALLOC_FAILURE]++;
}

static const char *judge_refusal(struct model *m, struct flight *f)
{
	bool may = may_refuse(m, f);
	const char *bad = f->fault ? NULL : pass_fault(m, f);

	if (bad)
		return bad;
	m->counts.refusal++;
	m->counts.refusal_forced += may && f->alone;
	if (!may && !f->excused) {
		const struct model_zone *z = &m->zone[first_zone(m, f)];

		return model_says(m, "L9: order %u refused although node %u zone %s has %llu pages free, min %llu", f->order,
				  z->nid, model_zone_name(z->index), (unsigned long long)z->free,
				  (unsigned long long)z->min);
	}
	expect_failure_report(m, f);
	return NULL;
}

/* X1: each attempt that may sleep says so in an atomic context. */
static void expect_sleep_reports(const struct model *m, struct flight *f, u32 attempts)
{
	if (f->order <= m->max_order && f->atomic && (f->gfp & __GFP_DIRECT_RECLAIM))
		f->want[REPORT_SLEEP_ATOMIC] = (u16)attempts;
}

const char *model_answer_alloc(struct model *m, unsigned cpu, u64 pfn)
{
	struct flight *f = flight_on(m, cpu);

	expect_sleep_reports(m, f, 1);
	if (pfn == ~0ULL && f->got)
		return model_says(m, "B19: refused, but pfn %llu was announced as allocated",
				  (unsigned long long)f->got_pfn);
	if (pfn == ~0ULL)
		return judge_refusal(m, f);
	if (!f->got || pfn != f->got_pfn)
		return model_says(m, "B19: pfn %llu returned, but what was announced is %s", (unsigned long long)pfn,
				  f->got ? "another block" : "nothing");
	m->counts.success++;
	m->counts.success_forced += f->alone;
	return NULL;
}

/* B26 */
const char *model_answer_bulk(struct model *m, unsigned cpu, u32 populated)
{
	struct flight *f = flight_on(m, cpu);

	expect_sleep_reports(m, f, populated + (populated < f->wanted));
	if (populated != f->got)
		return model_says(m, "B26: says %u pages are populated, %u were announced", populated, f->got);
	m->counts.success += populated;
	m->counts.success_forced += f->alone ? populated : 0;
	return populated < f->wanted ? judge_refusal(m, f) : NULL;
}

const char *model_end(struct model *m, unsigned cpu)
{
	struct flight *f = flight_on(m, cpu);

	m->depth[cpu]--;
	m->nr_in_flight--;
	if (f->in_flight)
		return model_says(m, "N1: %llu frames are neither owned nor free after the operation",
				  (unsigned long long)f->in_flight);
	if (f->due_frames)
		return model_says(m, "B22: %llu frames lost their last reference and were not freed",
				  (unsigned long long)f->due_frames);
	for (unsigned r = 0; r < NR_REPORTS; r++) {
		if (f->seen[r] != f->want[r])
			return model_says(m, "N10: report \"%s\" came %u times, due %u times", report_names[r], f->seen[r],
					  f->want[r]);
		m->counts.report += f->seen[r];
		m->counts.report_forced += f->seen[r];
	}
	return NULL;
}

/* --- questions ---------------------------------------------------------------------------------------------------------------------------- */

const char *model_free_block(struct model *m, u64 pfn, unsigned order, unsigned nid, unsigned zone)
{
	if (!in_machine(m, pfn, order) || order > m->max_order || !is_free_block(m, pfn, order))
		return model_says(m, "B4: pfn %llu order %u is on a free list, but is not a whole block of free frames",
				  (unsigned long long)pfn, order);
	if (model_zone_of(m, pfn) != nid * MAX_NR_ZONES + zone)
		return model_says(m, "Z8: pfn %llu is on the list of node %u zone %s", (unsigned long long)pfn, nid,
				  model_zone_name(zone));
	return NULL;
}

/* Halves of groups carry one more where they reach across a zone's edge; that is not part of the sum. */
static u64 busy_of_half(const struct model *m, unsigned order, u64 group)
{
	if (group << order >= m->nr_frames)
		return 1ULL << order;
	return m->busy[order][group] - (order > m->block_order && !one_zone(m, group, order));
}

static u64 busy_by_halves(const struct model *m, unsigned order, u64 group)
{
	u64 edge = order > m->block_order && !one_zone(m, group, order);

	return busy_of_half(m, order - 1, 2 * group) + busy_of_half(m, order - 1, 2 * group + 1) + edge;
}

/* busy[0] is made from the frames here, and nowhere else. */
static void recount_frames(struct model *m)
{
	const struct frame *frame = m->frame;
	u16 *busy = m->busy[0];
	u64 nr = m->nr_frames;

	for (u64 pfn = 0; pfn < nr; pfn++)
		busy[pfn] = frame[pfn].state != FRAME_FREE;
}

/* The first group that is not as busy as its halves, ~0 none. Nearly all groups need no look at edges, and no branch. */
static u64 first_wrong_group(const struct model *m, unsigned order)
{
	const u16 *below = m->busy[order - 1], *busy = m->busy[order];
	u64 whole = order <= m->block_order ? m->nr_frames >> order : 0, groups = (m->nr_frames + (1ULL << order) - 1) >> order;
	u16 wrong = 0;

	for (u64 g = 0; g < whole; g++)
		wrong |= (u16)(below[2 * g] + below[2 * g + 1]) ^ busy[g];
	for (u64 g = wrong ? 0 : whole; g < groups; g++)
		if (busy[g] != busy_by_halves(m, order, g))
			return g;
	return ~0ULL;
}

static u64 count_zeros(const u16 *v, u64 n)
{
	u16 zeros = 0; /* at most 64 pageblocks, so it fits */

	for (u64 i = 0; i < n; i++)
		zeros = (u16)(zeros + !v[i]);
	return zeros;
}

/* Groups of one order with nothing busy, per zone: pageblocks of one zone come in runs. */
static void count_full(const struct model *m, unsigned order, u64 *full)
{
	u64 blocks = (m->nr_frames + (1ULL << m->block_order) - 1) >> m->block_order, next;
	u64 groups = (m->nr_frames + (1ULL << order) - 1) >> order;
	const u8 *zone = m->zone_of_block;

	for (u64 g = 0; order > m->block_order && g < groups; g++)
		full[model_zone_of(m, g << order)] += !m->busy[order][g];
	for (u64 b = 0; order <= m->block_order && b < blocks; b = next) {
		u64 first = b << (m->block_order - order), end;

		for (next = b + 1; next < blocks && next < b + 64 && zone[next] == zone[b];)
			next++;
		end = next << (m->block_order - order);
		full[zone[b]] += count_zeros(m->busy[order] + first, (end < groups ? end : groups) - first);
	}
}

const char *model_recount(struct model *m)
{
	for (unsigned o = 0; o <= m->max_order; o++) {
		u64 full[MODEL_NR_ZONES + 1] = { 0 }, wrong = ~0ULL;

		if (o)
			wrong = first_wrong_group(m, o);
		else
			recount_frames(m);
		if (wrong != ~0ULL)
			return model_says(m, "N50: model: busy[%u][%llu] is %u, its halves say otherwise", o,
					  (unsigned long long)wrong, m->busy[o][wrong]);
		count_full(m, o, full);
		for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
			if (full[z] != m->zone[z].full[o])
				return model_says(m, "N50: model: zone %u counts %llu full groups of order %u, there are %llu",
						  z, (unsigned long long)m->zone[z].full[o], o,
						  (unsigned long long)full[z]);
	}
	return NULL;
}

u64 model_digest(const struct model *m, u64 digest)
{
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		for (unsigned o = 0; m->zone[z].exists && o <= m->max_order; o++)
			digest = (digest ^ m->zone[z].full[o]) * 0x100000001b3ULL;
	return digest;
}

/* --- life ----------------------------------------------------------------------------------------------------------------------------------- */

static size_t align64(size_t bytes)
{
	return (bytes + 63) & ~(size_t)63;
}

/* Where the arrays lie in a block at this address; returns how large it must be. */
static size_t lay_out(struct model *m, uintptr_t block)
{
	size_t at = align64(sizeof(*m));
	u64 frames = m->nr_frames;

	m->zone_of_block = (u8 *)(block + at);
	at += align64((frames >> m->block_order) + 2);
	m->frame = (struct frame *)(block + at);
	at += align64((frames + 1) * sizeof(*m->frame));
	for (unsigned o = 0; o <= m->max_order; o++) {
		m->busy[o] = (u16 *)(block + at);
		at += align64(((frames >> o) + 2) * sizeof(u16));
	}
	return at;
}

static struct model *allocate(const struct model *shape)
{
	struct model probe = *shape;
	size_t bytes = lay_out(&probe, 0);
	char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct model *m = (struct model *)(void *)block;

	if (block == MAP_FAILED)
		return NULL;
	*m = *shape;
	lay_out(m, (uintptr_t)block);
	m->block_bytes = bytes;
	return m;
}

static void add_regions(struct model *m)
{
	for (unsigned i = 0; i < m->setup.nr_regions; i++) {
		const struct model_region *r = &m->setup.region[i];
		u64 end = r->start_pfn + r->nr_pages;

		end = end > m->nr_frames ? m->nr_frames : end;
		if (r->start_pfn >= end)
			continue;
		if (r->kind)
			model_memblock_reserve(m->memblock, r->start_pfn << 12, (end - r->start_pfn) << 12);
		else
			model_memblock_add(m->memblock, r->start_pfn << 12, (end - r->start_pfn) << 12, r->nid, 0);
	}
	for (unsigned nid = 0; nid < m->nr_nodes; nid++) /* each node's own page */
		model_memblock_alloc(m->memblock, 4096, 4096, 0, ~0ULL, (s32)nid, false);
}

static void seal(struct model *m)
{
	if (m->nr_frames > IMAGE_FRAMES)
		return;
	if (!m->image)
		m->image = malloc(m->block_bytes);
	if (m->image)
		memcpy(m->image, m, m->block_bytes);
}

void model_hand_over(struct model *m)
{
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++) {
		if (model_memblock_frame_is_free(m->memblock, pfn))
			continue;
		m->frame[pfn].state = model_memblock_frame_is_memory(m->memblock, pfn) ? FRAME_RESERVED : FRAME_HOLE;
	}
	model_build_zones(m);
	pyramid_build(m);
}

static void boot(struct model *m)
{
	add_regions(m);
	if (!m->setup.early)
		model_hand_over(m);
	seal(m);
}

static struct model shape_of(const struct model_setup *setup)
{
	struct model shape = { .setup = *setup, .nr_frames = setup->knob[KNOB_FRAMES] };

	shape.max_order = setup->knob[KNOB_MAX_PAGE_ORDER];
	shape.block_order = setup->knob[KNOB_PAGEBLOCK_ORDER];
	if (shape.block_order > shape.max_order)
		shape.block_order = shape.max_order;
	shape.nr_nodes = setup->knob[KNOB_NODES];
	shape.nr_cpus = setup->knob[KNOB_CPUS];
	return shape;
}

struct model *model_create(const struct model_setup *setup)
{
	struct model shape = shape_of(setup), *m = allocate(&shape);

	if (!m)
		return NULL;
	m->memblock = model_memblock_create(m->nr_frames, setup->profile == 2 ? 12 : 6);
	if (!m->memblock) {
		model_destroy(m);
		return NULL;
	}
	boot(m);
	return m;
}

bool model_rebuild(struct model *m, const struct model_setup *setup)
{
	struct model shape = shape_of(setup), old = *m;
	unsigned grain_shift = setup->profile == 2 ? 12 : 6;
	size_t bytes = lay_out(&shape, (uintptr_t)m);

	if (bytes > old.block_bytes || !old.image || shape.nr_frames > IMAGE_FRAMES)
		return false;
	memset(m, 0, bytes);
	*m = shape;
	m->block_bytes = old.block_bytes;
	m->image = old.image;
	m->counts = old.counts;
	m->memblock = old.memblock;
	if (shape.nr_frames == old.nr_frames && grain_shift == m->memblock->grain_shift) {
		model_memblock_clear(m->memblock);
	} else {
		model_memblock_destroy(m->memblock);
		m->memblock = model_memblock_create(m->nr_frames, grain_shift);
	}
	boot(m);
	return true;
}

struct model *model_create_witness(u64 nr_frames)
{
	struct model shape = { .nr_frames = nr_frames, .max_order = 0, .nr_nodes = 1, .nr_cpus = 1, .frames_only = true };

	return allocate(&shape);
}

void model_destroy(struct model *m)
{
	if (!m)
		return;
	if (m->memblock)
		model_memblock_destroy(m->memblock);
	free(m->image);
	munmap(m, m->block_bytes);
}

void model_reset(struct model *m)
{
	struct model keep = *m;

	if (m->image) {
		memcpy(m, m->image, m->block_bytes);
		m->image = keep.image;
		m->events_judged = keep.events_judged;
		m->counts = keep.counts;
	}
	if (m->image && !m->setup.early)
		return; /* the memblock array is not touched after the hand-over */
	model_memblock_clear(m->memblock);
	if (m->image) {
		add_regions(m);
		return;
	}
	memset(m->frame, 0, m->nr_frames * sizeof(*m->frame));
	memset(m->flight, 0, sizeof(m->flight));
	boot(m);
}
