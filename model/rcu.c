/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rcu.c - a page is not given back while somebody may still look at it.
 *
 * Lockstep says when a reader begins and ends, on which CPU, and which page it walks, if one. Each reader has a number. What
 * waits for a grace period remembers the readers of the moment it was unlinked: none of them may be inside when it is freed.
 * How long a grace period takes is the allocator's choice, but when it is asked often enough, it must end.
 */
#include "internal.h"

#define PATIENCE 2 /* quiet calls of rcu_core() on the CPU that queued, each a tick later: begin; end and call */

void rcu_readers_now(const struct model *m, u32 *reader)
{
	for (unsigned c = 0; c < m->nr_cpus; c++)
		reader[c] = m->rcu.reader[c];
}

/* A CPU whose reader of then is still inside; MODEL_MAX_CPUS none. */
unsigned rcu_still_inside(const struct model *m, const u32 *reader)
{
	for (unsigned c = 0; c < m->nr_cpus; c++)
		if (reader[c] && reader[c] == m->rcu.reader[c])
			return c;
	return MODEL_MAX_CPUS;
}

void model_reader_begins(struct model *m, unsigned cpu)
{
	if (!m->rcu.inside[cpu]++)
		m->rcu.reader[cpu] = ++m->rcu.readers;
}

void model_reader_ends(struct model *m, unsigned cpu)
{
	if (!--m->rcu.inside[cpu])
		m->rcu.reader[cpu] = 0;
}

void model_walk_begins(struct model *m, unsigned cpu, u64 pfn)
{
	m->rcu.walk[m->rcu.nr_walks++] = pfn;
	model_reader_begins(m, cpu);
}

void model_walk_ends(struct model *m, unsigned cpu, u64 pfn)
{
	unsigned i = 0;

	while (m->rcu.walk[i] != pfn)
		i++;
	m->rcu.walk[i] = m->rcu.walk[--m->rcu.nr_walks];
	model_reader_ends(m, cpu);
}

/* RCU1, readers of either kind: while a page is walked it is nobody's to give. */
const char *judge_walkers(struct model *m, u64 pfn)
{
	for (unsigned i = 0; i < m->rcu.nr_walks; i++)
		if (m->rcu.walk[i] == pfn)
			return model_says(m, "RCU1: pfn %llu is given back while a reader walks it", (unsigned long long)pfn);
	return NULL;
}

bool model_can_defer(const struct model *m)
{
	return m->rcu.nr < MODEL_MAX_DEFERRED;
}

void model_begin_defer(struct model *m, unsigned cpu, u64 pfn)
{
	struct model_deferred *d = &m->rcu.deferred[m->rcu.nr++];

	model_begin_other(m, cpu);
	*d = (struct model_deferred){ .pfn = pfn, .cpu = (u8)cpu, .looked_ns = m->now_ns };
	rcu_readers_now(m, d->reader);
	m->frame[pfn].owner = MODEL_RCU_OWNER;
}

const char *on_free_deferred(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	struct model_deferred *d = m->rcu.deferred;
	unsigned cpu;

	while (d < m->rcu.deferred + m->rcu.nr && d->pfn != ev->pfn)
		d++;
	if (!f || d == m->rcu.deferred + m->rcu.nr)
		return model_says(m, "RCU2: pfn %llu is freed after a grace period, and does not wait for one",
				  (unsigned long long)ev->pfn);
	cpu = rcu_still_inside(m, d->reader);
	if (cpu != MODEL_MAX_CPUS)
		return model_says(m, "RCU1: pfn %llu is freed while the reader of cpu %u that may have found it is inside",
				  (unsigned long long)ev->pfn, cpu);
	*d = m->rcu.deferred[--m->rcu.nr];
	make_due(m, f, ev->pfn, 0);
	return NULL;
}

/* --- who waits ---------------------------------------------------------------------------------------------------------- */

/* Who waits is a task, so there is one on each CPU; it remembers who was inside, and what waited already. */
void model_begin_rcu_wait(struct model *m, unsigned cpu)
{
	model_begin_free_run(m, cpu, 0, 0);
	rcu_readers_now(m, flight_on(m, cpu)->reader);
	for (unsigned i = 0; i < m->rcu.nr; i++)
		m->rcu.deferred[i].before |= (u8)(1u << cpu);
}

const char *model_synchronized(struct model *m, unsigned cpu)
{
	unsigned inside = rcu_still_inside(m, flight_on(m, cpu)->reader);

	if (inside == MODEL_MAX_CPUS)
		return NULL;
	return model_says(m, "RCU1: a grace period is over while the reader of cpu %u that began before is inside", inside);
}

/* RCU2: what waited before is given back. */
const char *model_rcu_barrier(struct model *m, unsigned cpu)
{
	for (unsigned i = 0; i < m->rcu.nr; i++)
		if (m->rcu.deferred[i].before >> cpu & 1)
			return model_says(m, "RCU2: pfn %llu still waits for a grace period after rcu_barrier()",
					  (unsigned long long)m->rcu.deferred[i].pfn);
	return model_synchronized(m, cpu);
}

/* RCU2: who asks twice, a tick later each time and while nobody else is at work, has nothing left to wait for. */
const char *model_rcu_core(struct model *m, unsigned cpu, bool may_call)
{
	bool quiet = may_call && flight_on(m, cpu)->alone;

	for (unsigned i = 0; i < m->rcu.nr; i++) {
		struct model_deferred *d = &m->rcu.deferred[i];

		if (!quiet || d->cpu != cpu || m->now_ns - d->looked_ns < MODEL_RCU_TICK_NS)
			continue;
		d->looked_ns = m->now_ns;
		if (++d->looks >= PATIENCE)
			return model_says(m, "RCU2: pfn %llu waits for a grace period that does not end",
					  (unsigned long long)d->pfn);
	}
	return NULL;
}
