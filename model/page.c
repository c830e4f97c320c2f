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
#include "model_page_debug.h"
#include "model_recorded.h"
#include "vm_liveness.h"

static const char *const state_names[NR_FRAME_STATES] = {
	"free", "a hole", "reserved", "a device's", "in flight", "owned", "inside an owned block", "being freed",
	"being freed", "on a per-CPU list", "on a per-CPU list", "a guard", "a guard", "unknown",
};
static const char *const report_names[NR_REPORTS] = {
	"page allocation failure", "order too big", "Bad page state", "sleeping function called from invalid context",
	"gfp misuse", "split of a compound page", "memblock align 0", "NOFAIL misuse", "two migratetypes", "page poison",
	"kmap misuse",
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

const char *wrong_state(struct model *m, const char *clause, const char *move, u64 pfn)
{
	return model_says(m, "%s: pfn %llu %s, but it is %s", clause, (unsigned long long)pfn, move,
			  state_names[state_of(m, pfn)]);
}

/* The frames of an event lie in the machine, at a multiple of their size, and are all in this state. */
const char *judge_frames(struct model *m, const struct mm_event *ev, const char *clause, unsigned wanted, const char *move)
{
	const char *bad = bad_range(m, "B2", ev);
	u64 pfn;

	if (bad)
		return bad;
	pfn = not_in_state(m, ev->pfn, ev->order, wanted);
	return pfn == ~0ULL ? NULL : wrong_state(m, clause, move, pfn);
}

/* B8: cut from the lowest part of a block of the smallest order that is large enough, on the list whose turn it is. */
static const char *judge_source(struct model *m, struct flight *f, const struct mm_event *ev)
{
	unsigned z = model_zone_of(m, ev->pfn), order = ev->order, type = model_type_of(m, ev->pfn);
	unsigned due = source_type(m, f, z, scan_flags(f), ev->refill);

	if (f->fallback.due != ~0ULL)
		return model_says(m, "B12: pageblock of pfn %llu could have been claimed", (unsigned long long)f->fallback.due);
	if (f->fallback.unsaid)
		return model_says(m, "B12: nobody said why the pageblock of pfn %llu changed its type",
				  (unsigned long long)f->fallback.block);
	if (type != due)
		return model_says(m, "B11: pfn %llu was taken from type %u, the request of type %u must take from %u",
				  (unsigned long long)ev->pfn, type, f->type, due);
	while (order <= m->max_order && !model_nr_free(m, z, order, type))
		order++;
	if (ev->source_order != order)
		return model_says(m, "B8: order %u cut from a block of order %u, the smallest that serves is %u", ev->order,
				  ev->source_order, order);
	if ((ev->pfn & ((1ULL << order) - 1)) || !is_free_block(m, ev->pfn, order))
		return model_says(m, "B8: pfn %llu is not the start of a free block of order %u",
				  (unsigned long long)ev->pfn, order);
	f->legal_choices = model_nr_free(m, z, order, type);
	return NULL;
}

/* An attempt got past the fault plan: then none was due. Whose attempt is the n-th is vague when several are in flight. */
static const char *pass_fault(struct model *m, const struct flight *f)
{
	if (!m->fault[0].times || m->fault[0].vague || (f->gfp & __GFP_NOFAIL) || f->order > m->max_order)
		return NULL;
	if (!f->alone) {
		m->fault[0].vague = true;
		return NULL;
	}
	if (m->fault[0].skip) {
		m->fault[0].skip--;
		return NULL;
	}
	return model_says(m, "L11: the planned failure was not taken");
}

const char *begin_prepared(struct model *m, struct flight *f)
{
	f->prepared++;
	return pass_fault(m, f);
}

/* Guards are smaller than a pageblock. */
static unsigned guard_order(const struct model *m)
{
	u32 knob = m->setup.knob[KNOB_GUARDPAGE_MINORDER];

	return knob < m->block_order ? knob : m->block_order;
}

/* B9: halves of small orders become guards, which nobody counts as free. How many pages that makes. */
static u64 guard_halves(struct model *m, u64 pfn, unsigned order, unsigned source_order)
{
	u64 pages = 0;

	for (unsigned o = order; o < source_order && o < guard_order(m); o++) {
		u64 half = pfn + (1ULL << o);

		pyramid_change(m, half, o, true);
		for (u64 i = 0; i < 1ULL << o; i++)
			m->frame[half + i] = (struct frame){ .state = i ? FRAME_GUARD_TAIL : FRAME_GUARD, .order = (u8)o };
		pages += 1ULL << o;
	}
	return pages;
}

static void leave_list(struct model *m, const struct mm_event *ev)
{
	unsigned z = model_zone_of(m, ev->pfn), type = model_type_of(m, ev->pfn);
	u64 pages = 1ULL << ev->order;

	pyramid_change(m, ev->pfn, ev->order, true);
	pages += guard_halves(m, ev->pfn, ev->order, ev->source_order);
	count_free(m, z, ev->cpu, type, -(s64)pages);
	if (model_free_pages(&m->zone[z]) < m->zone[z].min)
		m->deep |= DID_GO_BELOW_MIN;
	if (type == MIGRATE_HIGHATOMIC)
		m->deep |= DID_USE_HIGHATOMIC;
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
	if (ev->migratetype != f->type)
		return model_says(m, "Z3: a request of type %u takes a block for type %u", f->type, ev->migratetype);
	if ((bad = judge_zone(m, f, ev->pfn)) || (bad = judge_source(m, f, ev)))
		return bad;
	f->fallback.order = 255;
	f->fallback.done = false;
	f->fallback.from = MIGRATE_TYPES;
	m->counts.choices++;
	m->counts.choice_sum += f->legal_choices;
	leave_list(m, ev);
	if (ev->refill) {
		if (!pcp_allowed(m, ev->order))
			return model_says(m, "P1: order %u joined a per-CPU list", ev->order);
		pcp_add(m, ev->pfn, ev->order, ev->cpu, pcp_list(m, ev->order, ev->migratetype));
		f->refilled++;
		return NULL;
	}
	f->taken_pfn = ev->pfn;
	f->in_flight += 1ULL << ev->order;
	set_unit(m, ev->pfn, ev->order, FRAME_IN_FLIGHT, ev->cpu);
	return NULL;
}

/* L12, Z9: what is counted of a success. */
static void count_success(struct model *m, const struct flight *f, unsigned zone)
{
	struct model_zone *z = &m->zone[zone], *preferred = &m->zone[f->preferred];
	bool hit = z->nid == preferred->nid;

	m->pgalloc[z->index] += 1ULL << f->order;
	z->numa[hit ? 0 : 1]++;
	preferred->numa[2] += !hit;
	z->numa[z->nid == f->cpu * m->nr_nodes / m->nr_cpus ? 4 : 5]++;
}

/* B23: of an exact allocation only `keep` pages stay, each on its own. */
static void own_exact(struct model *m, struct flight *f, u64 pfn)
{
	model_debug_split(m, pfn, f->order);
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
	if (ev->migratetype != f->type)
		return model_says(m, "Z3: allocated as type %u, the request has type %u", ev->migratetype, f->type);
	f->in_flight -= 1ULL << ev->order;
	f->got++;
	f->got_pfn = ev->pfn;
	f->taken_pfn = ~0ULL;
	f->want[REPORT_POISON] = (u16)(f->want[REPORT_POISON] + model_poison_due(m, ev->pfn, ev->order));
	model_debug_alloc(m, ev->pfn, ev->order, ev->gfp, ev->cpu);
	count_success(m, f, model_zone_of(m, ev->pfn));
	expect_reserve(m, f, ev->pfn);
	if (f->ladder.rung != RUNG_BULK && (bad = ladder_served(m, f, model_zone_of(m, ev->pfn))))
		return bad;
	if (f->exact) {
		own_exact(m, f, ev->pfn);
		return NULL;
	}
	m->frame[ev->pfn] = (struct frame){
		.refs = 1,
		.owner = f->owner,
		.flags = (ev->order && (f->gfp & __GFP_COMP) ? FRAME_COMPOUND : 0) |
			 (f->ladder.flags & ALLOC_NO_WATERMARKS ? FRAME_PFMEMALLOC : 0),
	};
	set_unit(m, ev->pfn, ev->order, FRAME_OWNED, ev->cpu);
	return NULL;
}

/*
 * In a recording a block may come back in pieces (split_page, exact). What is not owned is from before the recording, or
 * came by a path without an event (bulk, compaction): a second free looks the same, so it is counted, and no finding.
 */
static void on_recorded_free(struct model *m, const struct mm_event *ev)
{
	bool known = true;

	for (u64 i = 0; i < 1ULL << ev->order; i++) {
		unsigned state = state_of(m, ev->pfn + i);

		known &= state == FRAME_OWNED || state == FRAME_OWNED_TAIL;
	}
	m->frees_matched += known;
	m->unknown += !known;
	set_unit(m, ev->pfn, ev->order, FRAME_IN_FLIGHT, 0);
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
	if (m->frames_only) {
		on_recorded_free(m, ev);
		return NULL;
	}
	first = &m->frame[ev->pfn];
	if (!f || first->state != FRAME_DUE || first->cpu != ev->cpu)
		return wrong_state(m, "B22", "was freed", ev->pfn);
	if (m->rcu.nr_walks && (bad = judge_walkers(m, ev->pfn)))
		return bad;
	if (first->order != ev->order)
		return model_says(m, "B22: pfn %llu freed as order %u, it is a unit of order %u",
				  (unsigned long long)ev->pfn, ev->order, first->order);
	f->due_frames -= 1ULL << ev->order;
	f->in_flight += 1ULL << ev->order;
	f->freed_order = ev->order;
	m->pgfree += 1ULL << ev->order;
	if (model_has_vm(m))
		vm_note_freed(m, ev->cpu, 1ULL << ev->order);
	model_debug_free(m, ev->pfn, ev->order);
	set_unit(m, ev->pfn, ev->order, FRAME_IN_FLIGHT, ev->cpu);
	return NULL;
}

/* B9: a guard that is the buddy of what was freed is free again, and so on upwards. How many pages that makes. */
static u64 free_guards(struct model *m, u64 pfn, unsigned order)
{
	u64 pages = 0;

	for (; order < guard_order(m); order++) {
		u64 buddy = pfn ^ (1ULL << order);

		if (!in_machine(m, buddy, order))
			break;
		if (m->frame[buddy].state == FRAME_GUARD && m->frame[buddy].order == order) {
			for (u64 i = 0; i < 1ULL << order; i++)
				m->frame[buddy + i] = (struct frame){ .state = FRAME_FREE };
			pyramid_change(m, buddy, order, false);
			pages += 1ULL << order;
		} else if (group_busy(m, buddy >> order, order)) {
			break;
		}
		pfn &= buddy;
	}
	return pages;
}

/* P5, P9: what may go to a per-CPU list does not go past it, unless it is taken. */
static bool passes_lists(const struct model *m, const struct flight *f, const struct mm_event *ev)
{
	return f->alone && f->kind == FLIGHT_FREE && !f->flush.going && pcp_allowed(m, f->freed_order) &&
	       model_type_of(m, ev->pfn) != MIGRATE_ISOLATE;
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
	if (passes_lists(m, f, ev))
		return model_says(m, "P5: pfn %llu order %u went to its free list although the per-CPU list would take it",
				  (unsigned long long)ev->pfn, ev->order);
	f->in_flight -= 1ULL << ev->order;
	pyramid_change(m, ev->pfn, ev->order, false);
	for (u64 i = 0; i < 1ULL << ev->order; i++)
		m->frame[ev->pfn + i] = (struct frame){ .state = FRAME_FREE };
	count_free(m, model_zone_of(m, ev->pfn), ev->cpu, model_type_of(m, ev->pfn),
		   (s64)((1ULL << ev->order) + free_guards(m, ev->pfn, ev->order)));
	flush_goes_on(m, f);
	if (ev->source_order > m->max_order || ev->source_pfn != (ev->pfn & ~((1ULL << ev->source_order) - 1)) ||
	    !is_free_block(m, ev->source_pfn, ev->source_order))
		return model_says(m, "B4: pfn %llu order %u merged into pfn %llu order %u, which is not the whole free block",
				  (unsigned long long)ev->pfn, ev->order, (unsigned long long)ev->source_pfn,
				  ev->source_order);
	return NULL;
}

/* L8 */
static bool nofail_is_misused(const struct model *m, const struct flight *f, unsigned misuse)
{
	bool may_sleep = (f->gfp & __GFP_DIRECT_RECLAIM) && !(f->where & MODEL_ATOMIC);

	if (f->kind != FLIGHT_ALLOC || !(f->gfp & __GFP_NOFAIL) || misuse >= NR_NOFAIL_MISUSES)
		return false;
	if (misuse == NOFAIL_ORDER)
		return f->order > 1;
	if (misuse == NOFAIL_ATOMIC)
		return !may_sleep;
	return may_sleep && (misuse == NOFAIL_MEMALLOC ? f->task_flags & 1 : f->order > m->costly_order);
}

/* Z3, B25: mistakes that are said once. */
static bool asks_for_two_types(const struct model *m, const struct flight *f)
{
	return f->kind == FLIGHT_ALLOC && (f->gfp & 0x18) == 0x18 && f->order <= m->max_order && f->wanted;
}
static bool asks_for_too_much(const struct model *m, const struct flight *f)
{
	return f->kind == FLIGHT_ALLOC && f->order > m->max_order && !(f->gfp & __GFP_NOWARN);
}

static const char *judge_first_time(struct flight *f, bool wrong, bool *said, unsigned report)
{
	if (!wrong || *said)
		return "N10: a mistake is warned about again, or without need";
	*said = true;
	f->want[report]++;
	return NULL;
}

/* Who is alone with a mistake that nobody has warned about yet is warned; of several one is, and only he knows when. */
static void expect_first_time(struct flight *f, bool wrong, bool said, unsigned report)
{
	if (f->alone && wrong && !said)
		f->want[report]++;
}

/* What is said once, or once in a while, is judged when it is said: who comes first takes the turn. */
static const char *judge_turn(struct model *m, struct flight *f, const struct mm_event *ev)
{
	if (ev->report == REPORT_MIGRATETYPE)
		return judge_first_time(f, asks_for_two_types(m, f), &m->migratetype_warned, REPORT_MIGRATETYPE);
	if (ev->report == REPORT_ORDER_TOO_BIG)
		return judge_first_time(f, asks_for_too_much(m, f), &m->order_warned, REPORT_ORDER_TOO_BIG);
	if (ev->report == REPORT_NOFAIL) {
		if (!nofail_is_misused(m, f, ev->order) || (m->nofail_warned >> ev->order & 1))
			return model_says(m, "L8: __GFP_NOFAIL is warned about for reason %u without need", ev->order);
		m->nofail_warned |= (u8)(1u << ev->order);
		f->want[REPORT_NOFAIL]++;
	}
	if (ev->report == REPORT_ALLOC_FAILURE) {
		if ((f->gfp & __GFP_NOWARN) || m->now_ns < m->next_warn_ns || f->got)
			return model_says(m, "N10: a failure report that is not due");
		m->next_warn_ns = m->now_ns + m->setup.knob[KNOB_WARN_INTERVAL_MS] * 1000000ULL;
		m->turn_is_open = false;
		f->want[REPORT_ALLOC_FAILURE]++;
	}
	return NULL;
}

/* A report that is about no frame names none. */
static bool is_about_a_frame(unsigned report)
{
	return report == REPORT_BAD_PAGE || report == REPORT_SPLIT_COMPOUND || report == REPORT_POISON || report == REPORT_KMAP;
}

static const char *on_report(struct model *m, const struct mm_event *ev)
{
	const char *bad = m->slab && (ev->report == REPORT_GFP_MISUSE || ev->report == REPORT_SLEEP_ATOMIC) ?
				  slab_pages_are_back(m, ev->cpu) : NULL; /* a free says no such thing */
	struct flight *f = flight_on(m, ev->cpu);

	if (bad)
		return bad;
	if (!f || ev->report >= NR_REPORTS)
		return model_says(m, "N10: a report out of nowhere");
	f->seen[ev->report]++;
	if (ev->report == REPORT_POISON)
		return model_poison_reported(m, ev->pfn);
	if ((bad = judge_turn(m, f, ev)))
		return bad;
	if (ev->report == REPORT_BAD_PAGE && ev->pfn != f->report_pfn)
		return model_says(m, "B29: bad page report about pfn %llu", (unsigned long long)ev->pfn);
	if (ev->report == REPORT_SPLIT_COMPOUND && (ev->pfn != f->report_pfn || ev->order != f->order || ev->gfp))
		return model_says(m, "B24: the report of a split is about pfn %llu order %u, mode %#x", (unsigned long long)ev->pfn,
				  ev->order, ev->gfp);
	if (ev->report == REPORT_ALLOC_FAILURE && (ev->order != f->order || ev->gfp != f->gfp))
		return model_says(m, "F8: failure report of order %u, mode %#x for a request of order %u, mode %#x",
				  ev->order, ev->gfp, f->order, f->gfp);
	if (ev->pfn && !is_about_a_frame(ev->report))
		return model_says(m, "N10: report \"%s\" names pfn %llu", report_names[ev->report], (unsigned long long)ev->pfn);
	return NULL;
}

static const char *on_fault(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);

	if (ev->report == 2)
		return on_slab_fault(m, ev);
	if (f && f->bulk && !f->prepared && f->alone && m->fault[0].skip && !m->fault[0].vague) /* prepared once before */
		begin_prepared(m, f);
	if (!f || f->kind != FLIGHT_ALLOC || ev->report || !m->fault[0].times || (f->gfp & __GFP_NOFAIL) ||
	    (m->fault[0].skip && !m->fault[0].vague && f->alone))
		return model_says(m, "L11: a failure was injected that nobody planned");
	m->fault[0].skip = 0;
	m->fault[0].times--;
	f->prepared++;
	f->fault = f->excused = true;
	return NULL;
}

typedef const char *judge_fn(struct model *m, const struct mm_event *ev);

static judge_fn *const judges[NR_EVENT_TYPES] = {
	[EVENT_PAGE_ALLOC_ZONE_LOCKED] = on_take,
	[EVENT_PAGE_ALLOC] = on_alloc,
	[EVENT_PAGE_FREE] = on_free,
	[EVENT_PAGE_FREE_ZONE_LOCKED] = on_give,
	[EVENT_PAGE_FREE_BATCHED] = on_free_batched,
	[EVENT_REPORT] = on_report,
	[EVENT_FAULT] = on_fault,
	[EVENT_PAGE_PCPU_DRAIN] = on_pcpu_drain,
	[EVENT_PCP_ALLOC] = on_pcp_alloc,
	[EVENT_PCP_FREE] = on_pcp_free,
	[EVENT_PCP_REFILL] = on_pcp_refill,
	[EVENT_PCP_FLUSH] = on_pcp_flush,
	[EVENT_PAGE_EXTFRAG] = on_extfrag,
	[EVENT_BOOST] = on_boost,
	[EVENT_PAGEBLOCK] = on_pageblock,
	[EVENT_ATTEMPT] = on_attempt,
	[EVENT_BELOW_HIGH] = on_below_high,
	[EVENT_WAKEUP_KSWAPD] = on_wakeup,
	[EVENT_KSWAPD_RUN] = on_kswapd_run,
	[EVENT_BOOST_END] = on_boost_end,
	[EVENT_DIRECT_RECLAIM] = on_direct_reclaim,
	[EVENT_STAT_FOLD] = on_stat_fold,
	[EVENT_DRAIN_ALL] = on_drain_all,
	[EVENT_FREE_DEFERRED] = on_free_deferred,
};

/* A free in the middle of an operation is over when something comes that no free announces. */
static bool ends_a_free(const struct model *m, const struct mm_event *ev)
{
	return m->vm && (ev->type == EVENT_ATTEMPT || ev->type == EVENT_DRAIN_ALL || ev->type == EVENT_KSWAPD_RUN ||
			 ev->type == EVENT_BOOST_END || ev->type == EVENT_DIRECT_RECLAIM ||
			 (ev->type == EVENT_PCP_FLUSH && ev->report != FLUSH_FREE));
}

static const char *judge_event(struct model *m, const struct mm_event *ev)
{
	const char *bad;

	if (ev->type >= EVENT_VM_WANTED && ev->type < NR_EVENT_TYPES)
		return vm_event(m, ev);
	if (ev->type >= EVENT_KMALLOC && ev->type < NR_EVENT_TYPES)
		return m->frames_only ? recorded_event(m, ev) : slab_event(m, ev);
	if (ev->type >= NR_EVENT_TYPES || !judges[ev->type])
		return model_says(m, "N1: an event of unknown type %u", ev->type);
	if (ends_a_free(m, ev) && (bad = slab_pages_are_back(m, ev->cpu)))
		return bad;
	bad = judges[ev->type](m, ev);
	if (m->recorded && !bad)
		return recorded_pages(m, ev);
	if (m->nr_in_flight > 1)
		note_excuses(m);
	return bad;
}

const char *model_event(struct model *m, const struct mm_event *ev)
{
	const char *bad;

	m->events_judged++;
	if (!m->frames_only && (ev->cpu >= m->nr_cpus || ev->task > MODEL_MAX_KTHREADS))
		return model_says(m, "N1: an event on cpu %u, of task %u", ev->cpu, ev->task);
	m->kthread_stack = !m->frames_only && ev->task ? MODEL_MAX_CPUS + ev->task - 1u : 0;
	if (m->vm)
		vm_note_actor(m, stack_on(m, ev->cpu));
	bad = judge_event(m, ev);
	m->kthread_stack = 0;
	return bad;
}

/* --- answers --------------------------------------------------------------------------------------------------------------------------- */

static bool manages_dma(const struct model *m)
{
	for (unsigned n = 0; n < m->nr_nodes; n++)
		if (m->zone[n * MAX_NR_ZONES + ZONE_DMA].managed)
			return true;
	return false;
}

/* F8: a refusal is reported unless silenced; L8-like warnings are separate. */
static void expect_failure_report(struct model *m, struct flight *f)
{
	if (f->order > m->max_order)
		return;
	if ((f->gfp & __GFP_NOWARN) || m->now_ns < m->next_warn_ns || f->seen[REPORT_ALLOC_FAILURE])
		return;
	if ((f->gfp & __GFP_DMA) && !manages_dma(m)) /* silent, and uses up the turn */
		m->next_warn_ns = m->now_ns + m->setup.knob[KNOB_WARN_INTERVAL_MS] * 1000000ULL;
	else if (f->alone && !m->turn_is_open)
		f->want[REPORT_ALLOC_FAILURE]++; /* and has not come */
}

/* Of a bulk request and the single one it ends with, when it is open which attempt the plan hits. */
static bool unsure_who_failed(const struct model *m, const struct flight *f)
{
	return f->bulk && f->fault && (m->fault[0].vague || !f->alone);
}

static const char *judge_refusal(struct model *m, struct flight *f)
{
	bool may = may_refuse(m, f);
	const char *bad = NULL;

	for (unsigned n = f->prepared ? 0 : 1 + f->bulk; n && !bad && f->order <= m->max_order; n--)
		bad = begin_prepared(m, f);
	if (bad)
		return bad;
	m->counts.refusal++;
	m->counts.refusal_forced += f->alone || (may && !f->served);
	m->deep |= DID_REFUSE;
	if ((bad = ladder_ended(m, f)))
		return bad;
	if (!f->alone && !may && !f->excused)
		return model_says(m, "L9: order %u gfp %#x refused although a zone could give all the time", f->order, f->gfp);
	if (unsure_who_failed(m, f))
		m->turn_is_open |= (f->gfp & __GFP_DMA) && !manages_dma(m);
	else if (!f->bulk || f->prepared > 1) /* the bulk part fails silently */
		expect_failure_report(m, f);
	return NULL;
}

/* X1: each time a request that may sleep begins, it says so in an atomic context. */
static void expect_sleep_reports(const struct model *m, struct flight *f)
{
	if (f->order <= m->max_order && (f->where & MODEL_ATOMIC) && (f->gfp & __GFP_DIRECT_RECLAIM))
		f->want[REPORT_SLEEP_ATOMIC] =
			unsure_who_failed(m, f) ? f->seen[REPORT_SLEEP_ATOMIC] : (u16)f->prepared;
}

const char *model_answer_alloc(struct model *m, unsigned cpu, u64 pfn)
{
	struct flight *f = flight_on(m, cpu);
	const char *bad = pfn == ~0ULL && !f->got ? judge_refusal(m, f) : NULL;

	expect_sleep_reports(m, f);
	if (pfn == ~0ULL && f->got)
		return model_says(m, "B19: refused, but pfn %llu was announced as allocated",
				  (unsigned long long)f->got_pfn);
	if (pfn == ~0ULL)
		return bad;
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
	const char *bad = NULL;

	if (populated != f->got)
		return model_says(m, "B26: says %u pages are populated, %u were announced", populated, f->got);
	m->counts.success += populated;
	m->counts.success_forced += f->alone || !f->excused ? populated : 0;
	if (!f->wanted)
		return NULL;
	bad = populated ? bulk_is_over(m, f) : judge_refusal(m, f);
	expect_sleep_reports(m, f);
	return bad;
}

/* What was announced as begun and not as done. */
static const char *judge_loose_ends(struct model *m, const struct flight *f)
{
	if (f->alone && f->reserve_due != ~0ULL)
		return model_says(m, "B17: the pageblock of pfn %llu was not reserved for atomic requests",
				  (unsigned long long)f->reserve_due);
	if (f->refilled)
		return model_says(m, "P4: %u blocks joined a per-CPU list without a refill", f->refilled);
	if (!f->alone)
		return NULL;
	if (f->flush.due)
		return model_says(m, "P5: the list of cpu %u is full and was not emptied by %u pages", f->flush.cpu,
				  f->flush.asked);
	if (f->flush.going)
		return model_says(m, "P7: %lld pages should still leave the lists of cpu %u", (long long)f->flush.left,
				  f->flush.cpu);
	if (f->clear_due != MODEL_NR_ZONES)
		return model_says(m, "L2: zone %u is above its high mark again, and nobody noted it", f->clear_due);
	return NULL;
}

const char *end_flight(struct model *m, unsigned cpu)
{
	struct flight *f = flight_on(m, cpu);
	const char *bad = judge_loose_ends(m, f);

	m->depth[stack_on(m, cpu)]--;
	if (bad)
		return bad;
	if (f->in_flight)
		return model_says(m, "N1: %llu frames are neither owned nor free after the operation",
				  (unsigned long long)f->in_flight);
	if (f->due_frames)
		return model_says(m, "B22: %llu frames lost their last reference and were not freed",
				  (unsigned long long)f->due_frames);
	expect_first_time(f, asks_for_two_types(m, f), m->migratetype_warned, REPORT_MIGRATETYPE);
	expect_first_time(f, asks_for_too_much(m, f), m->order_warned, REPORT_ORDER_TOO_BIG);
	for (unsigned r = 0; r < NR_REPORTS; r++) {
		if (f->seen[r] != f->want[r])
			return model_says(m, "N10: report \"%s\" came %u times, due %u times", report_names[r], f->seen[r],
					  f->want[r]);
		m->counts.report += f->seen[r];
		m->counts.report_forced += f->seen[r];
	}
	return NULL;
}

const char *model_end(struct model *m, unsigned cpu)
{
	const char *bad = m->vm ? vm_loose_ends(m, cpu) : NULL, *slabs = m->slab ? slab_loose_ends(m, cpu) : NULL;

	bad = bad ? bad : slabs;
	m->nr_in_flight--;
	if (!bad)
		return end_flight(m, cpu);
	m->depth[stack_on(m, cpu)]--;
	return bad;
}
