/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page.c - who owns each frame, and which moves between list and owner are legal.
 *
 *   FREE --zone_locked--> IN_FLIGHT --alloc--> OWNED --last reference--> DUE --free--> IN_FLIGHT --zone_locked--> FREE
 *
 * A unit is what was asked for in one piece: its first frame carries order and references. When an operation begins, the
 * model notes what is asked; each event must be a legal step of some flight; the answer must fit what the events said.
 * A refusal is legal only if at some moment of the flight no allowed zone could give (the excuse). Requests and references
 * are in flight.c, the free set in pyramid.c, boot and reset in model.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

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

/* --- units --------------------------------------------------------------------------------------------------------------------- */

void set_unit(struct model *m, u64 pfn, unsigned order, unsigned state, unsigned cpu)
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

/* The frames of an event lie in the machine, at a multiple of their size, and are all in this state. */
static const char *judge_frames(struct model *m, const struct mm_event *ev, const char *clause, unsigned wanted,
				const char *move)
{
	const char *bad = bad_range(m, "B2", ev);
	u64 pfn;

	if (bad)
		return bad;
	pfn = not_in_state(m, ev->pfn, ev->order, wanted);
	return pfn == ~0ULL ? NULL : wrong_state(m, clause, move, pfn);
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
	const char *bad = judge_frames(m, ev, "B3", FRAME_FREE, "left a free list");

	if (bad)
		return bad;
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
	const char *bad = judge_frames(m, ev, "B3", FRAME_IN_FLIGHT, "was handed out");

	if (bad)
		return bad;
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
	return judge_frames(m, ev, "B22", FRAME_IN_FLIGHT, "was freed in a batch");
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

	if (!f || f->kind != FLIGHT_ALLOC || !m->fault.times || (f->gfp & __GFP_NOFAIL) || (m->fault.skip && !m->fault.vague && f->alone))
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
	m->counts.refusal_forced += may && !f->served;
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
	m->counts.success_forced += f->alone || !f->excused;
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
	m->counts.success_forced += f->alone || !f->excused ? populated : 0;
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

