/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flight.c - what is asked: requests in flight, the excuse of a refusal, references.
 *
 * When an operation begins, the model notes what it may take and which frames it must give back. Several may be in flight,
 * one for each CPU and interrupts on top of it; only one that was alone from begin to end is judged for its choices.
 */
#include <string.h>
#include "internal.h"
#include "model_page_debug.h"
#include "model_slub.h"
#include "vm_liveness.h"

/* Any event can create the excuse of another operation in flight. */
void note_excuses(struct model *m)
{
	for (unsigned c = 0; c < MODEL_STACKS; c++)
		for (unsigned d = 0; d < m->depth[c]; d++)
			if (m->flight[c][d].kind == FLIGHT_ALLOC) {
				struct flight *f = &m->flight[c][d];
				bool may = may_refuse(m, f);

				f->excused |= may && f->got < f->wanted;
				f->served |= !may;
			}
}

static struct flight *push(struct model *m, unsigned cpu, unsigned kind)
{
	unsigned s = stack_on(m, cpu);
	struct flight *f = &m->flight[s][m->depth[s]++];

	m->stacks_used |= 1u << s;
	memset(f, 0, sizeof(*f));
	f->kind = (u8)kind;
	f->cpu = (u8)cpu;
	f->taken_pfn = f->got_pfn = f->reserve_due = f->fallback.due = ~0ULL;
	f->clear_due = MODEL_NR_ZONES;
	f->ladder.zone = MODEL_NR_ZONES;
	return f;
}

static struct flight *begin(struct model *m, unsigned cpu, unsigned kind)
{
	struct flight *f;

	if (m->nr_in_flight) /* whoever has been refused already was so before this */
		note_excuses(m);
	f = push(m, cpu, kind);
	f->alone = m->nr_in_flight++ == 0;
	f->steady = model_has_vm(m) ? vm_begins_steady(m, stack_on(m, cpu)) : f->alone;
	for (unsigned c = 0; !f->alone && c < MODEL_STACKS; c++)
		for (unsigned d = 0; d < m->depth[c]; d++)
			m->flight[c][d].alone = false;
	if (m->slub)
		model_slub_begins(m, cpu);
	if (m->vm)
		vm_flight_begins(m, cpu);
	if (m->vm && !m->kthread_stack)
		vm_log_begins(m);
	return f;
}

struct flight *begin_flight(struct model *m, unsigned cpu)
{
	return begin(m, cpu, FLIGHT_OTHER);
}

/* What it asks for, and gives back, is its own affair. */
void begin_reclaim(struct model *m, unsigned cpu)
{
	const struct flight *below = flight_on(m, cpu);
	struct flight *f = push(m, cpu, FLIGHT_OTHER);

	f->reclaim = true;
	f->alone = below->alone;
	f->steady = below->steady;
	f->where = below->where;
	if (m->slub)
		model_slub_begins(m, cpu);
	vm_flight_begins(m, cpu);
}

/* Z10: what the task's scopes leave of a mask. */
static gfp_t scoped(u32 flags, gfp_t gfp)
{
	if (flags & 4)
		gfp &= ~0xc0u;
	else if (flags & 2)
		gfp &= ~0x80u;
	return flags & 8 ? gfp & ~0x8u : gfp;
}

/* Z3: both bits are a mistake. */
static unsigned type_of_request(const struct model *m, const struct flight *f)
{
	unsigned type = (f->gfp & 0x18) >> 3;

	return m->mobility_disabled || type == 3 ? MIGRATE_UNMOVABLE : type;
}

static void ask(struct model *m, struct flight *f, unsigned where, u16 owner, s32 nid, gfp_t gfp, unsigned order, u32 task_flags)
{
	unsigned cpu = f->cpu;

	f->where = (u8)where;
	f->task_flags = task_flags;
	f->owner = owner;
	f->nid = nid == NUMA_NO_NODE ? (s32)(cpu * m->nr_nodes / m->nr_cpus) : nid;
	f->gfp = scoped(task_flags, gfp);
	f->order = (u8)order;
	f->type = (u8)type_of_request(m, f);
	f->wanted = 1;
	m->generation[owner]++;
	ladder_begin(m, f);
	if (!f->alone)
		note_excuses(m);
}

/* An interrupt is in the scopes of what it interrupted, and those of an operation of files or tasks are known from here on. */
void ask_within(struct flight *f, u32 task_flags)
{
	f->task_flags = task_flags | (f->task_flags & 32);
	f->gfp = scoped(task_flags, f->gfp);
}

void model_begin_alloc(struct model *m, unsigned cpu, unsigned where, u16 owner, s32 nid, gfp_t gfp, unsigned order)
{
	ask(m, begin(m, cpu, FLIGHT_ALLOC), where, owner, nid, gfp, order, m->task_flags[cpu]);
}

/* What an operation asks the page allocator in its middle is judged as if it were asked by itself. */
void begin_nested_alloc(struct model *m, unsigned cpu, u16 owner, s32 nid, gfp_t gfp, unsigned order, u32 task_flags)
{
	const struct flight *below = flight_on(m, cpu);
	struct flight *f = push(m, cpu, FLIGHT_ALLOC);

	f->nested = true;
	f->alone = below->alone;
	f->steady = below->steady;
	ask(m, f, below->where, owner, nid, gfp, order, task_flags);
}

void model_begin_exact(struct model *m, unsigned cpu, unsigned where, u16 owner, gfp_t gfp, u64 bytes)
{
	u64 pages = (bytes + 4095) / 4096;
	unsigned order = 0;
	struct flight *f;

	while ((1ULL << order) < pages)
		order++;
	model_begin_alloc(m, cpu, where, owner, NUMA_NO_NODE, gfp & ~(0x40000u | 0x2u), order);
	f = flight_on(m, cpu);
	f->keep = (u32)pages;
	f->exact = true;
	f->want[REPORT_GFP_MISUSE] = (gfp & (0x40000u | 0x2u)) != 0;
}

void model_begin_bulk(struct model *m, unsigned cpu, unsigned where, u16 owner, gfp_t gfp, u32 wanted)
{
	model_begin_alloc(m, cpu, where, owner, NUMA_NO_NODE, gfp, 0);
	flight_on(m, cpu)->wanted = wanted;
	flight_on(m, cpu)->bulk = true;
}

void model_begin_other(struct model *m, unsigned cpu)
{
	begin(m, cpu, FLIGHT_OTHER);
}

void make_due(struct model *m, struct flight *f, u64 pfn, unsigned order)
{
	set_unit(m, pfn, order, FRAME_DUE, f->cpu);
	m->frame[pfn].refs = 0;
	f->due_frames += 1ULL << order;
}

/* B21 */
static bool bad_page_is_shown(struct model *m)
{
	if (m->bad_pages.shown == 60) {
		if (m->now_ns < m->bad_pages.resume_ns)
			return false;
		m->bad_pages.shown = 0;
	}
	if (!m->bad_pages.shown++)
		m->bad_pages.resume_ns = m->now_ns + 60000000000ULL;
	return true;
}

/* B22, B29: one reference of the unit at pfn goes. */
static void drop_reference(struct model *m, struct flight *f, u64 pfn, unsigned order)
{
	struct frame *first = &m->frame[pfn];

	if (first->state != FRAME_OWNED) {
		f->want[REPORT_BAD_PAGE] += bad_page_is_shown(m);
		f->report_pfn = pfn;
		return;
	}
	if (--first->refs == 0) {
		make_due(m, f, pfn, first->order);
		return;
	}
	if ((first->flags & FRAME_COMPOUND) || !order) /* put_page leaves the tails of a block alone */
		return;
	first->order = 0;
	while (order-- > 0)
		make_due(m, f, pfn + (1ULL << order), order);
}

void begin_nested_free(struct model *m, unsigned cpu, u64 pfn, unsigned order)
{
	const struct flight *below = flight_on(m, cpu);
	struct flight *f = push(m, cpu, FLIGHT_FREE);

	f->nested = true;
	f->alone = below->alone;
	f->steady = below->steady;
	drop_reference(m, f, pfn, order);
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
	struct flight *f = flight_on(m, cpu);

	if (first.flags & FRAME_COMPOUND) {
		f->want[REPORT_SPLIT_COMPOUND]++;
		f->report_pfn = pfn;
		f->order = (u8)order;
		return;
	}
	model_debug_split(m, pfn, order);
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

void model_fault(struct model *m, unsigned site, u32 skip, u32 times)
{
	m->fault[site].skip = skip;
	m->fault[site].times = times;
	m->fault[site].vague = m->nr_in_flight > 1;
}

/* --- knobs, kswapd, drains ---------------------------------------------------------------------------------------------------- */

/* What operations in flight were told may not be true any more. */
static void something_changed(struct model *m)
{
	if (m->nr_in_flight <= 1)
		return;
	m->vague_tuning = true;
	note_excuses(m);
}

void model_begin_drain(struct model *m, unsigned cpu, enum model_drain kind, unsigned target)
{
	(void)kind, (void)target;
	begin(m, cpu, FLIGHT_OTHER);
}

void model_begin_vmstat_update(struct model *m, unsigned cpu, bool all)
{
	begin(m, cpu, FLIGHT_OTHER);
	if (!all)
		expect_decay(m, cpu);
}

/* J1: which values a knob of /proc/sys/vm takes. */
static bool sysctl_is_legal(unsigned knob, u32 value)
{
	if (knob == 1)
		return value >= 1 && value <= 3000;
	if (knob == 3)
		return !value || value >= 8;
	return knob < 9;
}

const char *model_sysctl(struct model *m, unsigned cpu, unsigned knob, u32 value, bool ok)
{
	if (ok != sysctl_is_legal(knob, value))
		return model_says(m, "J1: knob %u was%s set to %u", knob, ok ? "" : " not", value);
	if (!ok)
		return NULL;
	m->sysctl[knob] = value;
	if (knob <= 1)
		set_marks(m);
	for (unsigned z = 0; knob <= 1 && flight_on(m, cpu)->alone && z < MODEL_NR_ZONES; z++)
		if (m->zone[z].boost) /* W2: new marks end it, and say so */
			return model_says(m, "W2: the marks of zone %u are computed anew, and it is still boosted", z);
	for (unsigned z = 0; knob == 3 && z < MODEL_NR_ZONES; z++)
		if (m->zone[z].exists)
			set_pcp_sizes(m, z);
	if (knob >= 4)
		set_lowmem_reserves(m);
	something_changed(m);
	return NULL;
}

const char *model_kswapd(struct model *m, unsigned cpu, unsigned nid, bool was_wanted)
{
	struct flight *f = flight_on(m, cpu);

	m->vague_tuning |= !f->alone; /* lists were to shrink meanwhile */
	if (was_wanted != f->ran_kswapd)
		return model_says(m, "L13: kswapd of node %u says that it was%s woken", nid, was_wanted ? "" : " not");
	if (f->alone && !was_wanted && m->kswapd_wanted[nid])
		return model_says(m, "L13: kswapd of node %u was woken and does nothing", nid);
	for (unsigned z = 0; f->alone && was_wanted && z < MAX_NR_ZONES; z++)
		if (m->zone[nid * MAX_NR_ZONES + z].boost)
			return model_says(m, "B16: kswapd of node %u ran, and zone %s is still boosted", nid,
					  model_zone_name(z));
	return NULL;
}

const char *on_kswapd_run(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	unsigned nid = ev->zone / MAX_NR_ZONES;

	if (!f || f->kind != FLIGHT_OTHER || nid >= m->nr_nodes || !m->kswapd_wanted[nid])
		return model_says(m, "L13: kswapd of node %u runs, and nobody woke it", nid);
	m->kswapd_wanted[nid] = false;
	f->ran_kswapd = true;
	return NULL;
}

const char *on_boost_end(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);

	if (!f || f->kind != FLIGHT_OTHER || ev->zone >= MODEL_NR_ZONES || !m->zone[ev->zone].boost)
		return model_says(m, "B16: the boost of zone %u ends, and it had none", ev->zone);
	if (model_has_vm(m))
		return vm_judge_boost_end(m, ev);
	m->zone[ev->zone].boost = 0;
	return NULL;
}

void model_begin_settle(struct model *m, unsigned cpu)
{
	begin(m, cpu, FLIGHT_OTHER)->settling = true;
}

/* All lists empty, nothing held back, no pageblock of a type that must not stay. */
const char *model_settled(struct model *m, unsigned cpu)
{
	const char *bad = model_drained(m, cpu, DRAIN_ALL, 0);

	for (unsigned z = 0; !bad && z < MODEL_NR_ZONES; z++) {
		struct model_zone *zone = &m->zone[z];

		if (zone->free_of[MIGRATE_HIGHATOMIC] || zone->blocks_of[MIGRATE_ISOLATE])
			bad = model_says(m, "Q5: %llu pages are reserved and %u pageblocks isolated after settling",
					 (unsigned long long)zone->free_of[MIGRATE_HIGHATOMIC],
					 zone->blocks_of[MIGRATE_ISOLATE]);
		zone->disabled = zone->exists;
		if (zone->exists)
			set_pcp_sizes(m, z);
	}
	return bad ? bad : model_vmstat_updated(m, cpu, true);
}

