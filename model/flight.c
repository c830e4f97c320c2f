/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flight.c - what is asked: requests in flight, the excuse of a refusal, references.
 *
 * When an operation begins, the model notes what it may take and which frames it must give back. Several may be in flight,
 * one for each CPU and interrupts on top of it; only one that was alone from begin to end is judged for its choices.
 */
#include <string.h>
#include "internal.h"

struct flight *flight_on(struct model *m, unsigned cpu)
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
unsigned first_zone(const struct model *m, const struct flight *f)
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

bool may_refuse(const struct model *m, const struct flight *f)
{
	return f->order > m->max_order || f->fault || first_zone(m, f) == MODEL_NR_ZONES;
}

/* Any event can create the excuse of another operation in flight. */
void note_excuses(struct model *m)
{
	for (unsigned c = 0; c < m->nr_cpus; c++)
		for (unsigned d = 0; d < m->depth[c]; d++)
			if (m->flight[c][d].kind == FLIGHT_ALLOC) {
				struct flight *f = &m->flight[c][d];
				bool may = may_refuse(m, f);

				f->excused |= may && f->got < f->wanted;
				f->served |= !may;
			}
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

void make_due(struct model *m, struct flight *f, u64 pfn, unsigned order)
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

