/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcp.c - per-CPU page lists: what is on them, when they are filled and emptied, and how much at a time.
 *
 * Which page of a list goes is the allocator's choice; from which list, and how many, is not. Sizes follow from the
 * zone's pages and marks (P2, P3); how a list is tuned follows from what its CPU did (P4-P6). When operations of several
 * CPUs overlap, a tuning may have been computed a moment before something changed: then what mm says is taken over.
 */
#include "internal.h"

bool pcp_allowed(const struct model *m, unsigned order)
{
	return order <= m->costly_order || (order == m->block_order && m->block_order <= m->max_order);
}

unsigned pcp_list(const struct model *m, unsigned order, unsigned type)
{
	if (order <= m->costly_order)
		return MIGRATE_PCPTYPES * order + type;
	return MIGRATE_PCPTYPES * (m->costly_order + 1) + (type != MIGRATE_MOVABLE);
}

/* Is mm bound to one tuning? */
static bool certain(const struct model *m, const struct flight *f)
{
	return f->alone && !m->vague_tuning;
}

/* --- sizes ----------------------------------------------------------------------------------------------------------------- */

static u64 most(u64 a, u64 b)
{
	return a > b ? a : b;
}

/* P2 */
static u32 batch_of(const struct model *m, u64 managed)
{
	u64 b = most(least(managed >> m->setup.knob[KNOB_PCP_BATCH_SHIFT], 256) / 4, 1), power = 1;

	while (power * 2 <= b + b / 2)
		power *= 2;
	return (u32)most(power - 1, 1);
}

/* P3 */
static u32 high_of(const struct model *m, const struct model_zone *z, u64 pages)
{
	u64 cpus = 0;

	for (unsigned c = 0; c < m->nr_cpus; c++)
		cpus += c * m->nr_nodes / m->nr_cpus == z->nid;
	return (u32)most(pages / (cpus ? cpus : m->nr_cpus), 4 * batch_of(m, z->managed));
}

static u32 in_bounds(const struct model_zone *z, s64 high)
{
	high = high < (s64)z->high_min ? (s64)z->high_min : high;
	return (u32)(high > (s64)z->high_max ? (s64)z->high_max : high);
}

void set_pcp_sizes(struct model *m, unsigned zone)
{
	struct model_zone *z = &m->zone[zone];
	u32 fraction = m->sysctl[3];

	z->batch = 1;
	z->high_min = z->high_max = 0;
	if (!z->disabled && z->managed) {
		z->batch = batch_of(m, z->managed);
		z->high_min = high_of(m, z, fraction ? z->managed / fraction : z->low);
		z->high_max = high_of(m, z, z->managed / (fraction ? fraction : m->setup.knob[KNOB_PCP_HIGH_FRACTION]));
	}
	for (unsigned c = 0; c < m->nr_cpus; c++)
		z->pcp[c].tuning.high = in_bounds(z, z->pcp[c].tuning.high);
}

/* --- moves ------------------------------------------------------------------------------------------------------------------- */

static void set_block(struct model *m, u64 pfn, unsigned order, unsigned cpu, unsigned list)
{
	for (u64 i = 0; i < 1ULL << order; i++)
		m->frame[pfn + i] = (struct frame){ .state = i ? FRAME_PCP_TAIL : FRAME_PCP,
						    .order = (u8)order,
						    .list = (u8)list,
						    .cpu = (u8)cpu };
}

void pcp_add(struct model *m, u64 pfn, unsigned order, unsigned cpu, unsigned list)
{
	struct model_pcp *pcp = &m->zone[model_zone_of(m, pfn)].pcp[cpu];

	set_block(m, pfn, order, cpu, list);
	pcp->nr[list]++;
	pcp->count += 1u << order;
}

/* Is this a whole block of that CPU's list? Then it leaves the list, in flight. */
static const char *take_off(struct model *m, struct flight *f, const struct mm_event *ev, unsigned cpu, const char *move)
{
	const struct frame *first = &m->frame[ev->pfn];
	struct model_pcp *pcp;

	if (!in_machine(m, ev->pfn, ev->order) || first->state != FRAME_PCP)
		return wrong_state(m, "P8", move, in_machine(m, ev->pfn, 0) ? ev->pfn : 0);
	if (first->cpu != cpu || first->order != ev->order)
		return model_says(m, "P8: pfn %llu order %u %s of cpu %u, but it is order %u on cpu %u",
				  (unsigned long long)ev->pfn, ev->order, move, cpu, first->order, first->cpu);
	pcp = &m->zone[model_zone_of(m, ev->pfn)].pcp[cpu];
	pcp->nr[first->list]--;
	pcp->count -= 1u << ev->order;
	f->in_flight += 1ULL << ev->order;
	set_unit(m, ev->pfn, ev->order, FRAME_IN_FLIGHT, ev->cpu);
	return NULL;
}

const char *model_pcp_block(struct model *m, u64 pfn, unsigned zone, unsigned cpu, unsigned list)
{
	const struct frame *first = pfn < m->nr_frames ? &m->frame[pfn] : NULL;

	if (first && first->state == FRAME_PCP && first->cpu == cpu && first->list == list && model_zone_of(m, pfn) == zone)
		return NULL;
	return model_says(m, "P8: pfn %llu is on list %u of cpu %u, by events it is not", (unsigned long long)pfn, list, cpu);
}

/* --- allocation ----------------------------------------------------------------------------------------------------------------- */

/* P4: the first access of a scan to a list halves what was noted of frees. */
static struct model_pcp *open_list(struct model *m, struct flight *f, unsigned zone)
{
	struct model_pcp *pcp = &m->zone[zone].pcp[f->cpu];

	if (f->ladder.opened != zone)
		pcp->tuning.free_count /= 2;
	f->ladder.opened = (u8)zone;
	return pcp;
}

/* P4: blocks a refill asks for; the list is tuned by it. */
static u32 refill_size(const struct model_zone *z, struct model_pcp *pcp, unsigned order)
{
	struct pcp_tuning *t = &pcp->tuning;
	s64 batch = z->batch, room, high;

	t->high = in_bounds(z, t->high);
	if (t->high < z->batch)
		return 1;
	if (!order)
		batch <<= t->alloc_factor;
	high = t->high;
	if (z->high_min != z->high_max && !z->below_high)
		high = t->high = (u32)least(t->high + (u64)batch, z->high_max);
	if (!order) {
		room = high - (s64)pcp->count - (s64)z->batch;
		room = room > (s64)z->batch ? room : (s64)z->batch;
		t->alloc_factor += batch <= room && t->alloc_factor < PCP_BATCH_SCALE_MAX;
		batch = batch < room ? batch : room;
	}
	return (u32)(batch > 1 ? most((u64)batch >> order, 2) : 1);
}

static bool same_tuning(const struct pcp_tuning *a, const struct pcp_tuning *b)
{
	return a->high == b->high && a->free_count == b->free_count && a->alloc_factor == b->alloc_factor &&
	       a->freed_high_order == b->freed_high_order;
}

static const char *judge_tuning(struct model *m, const struct flight *f, struct model_pcp *pcp, const struct mm_event *ev,
				const char *clause)
{
	const struct pcp_tuning *t = &pcp->tuning, *seen = &ev->tuning;

	if (same_tuning(t, seen))
		return NULL;
	if (certain(m, f))
		return model_says(m, "%s: the list of cpu %u is tuned high %u, frees %u, factor %u, high order %u; it should be "
				     "%u, %u, %u, %u", clause, ev->list_cpu, seen->high, seen->free_count, seen->alloc_factor,
				  seen->freed_high_order, t->high, t->free_count, t->alloc_factor, t->freed_high_order);
	pcp->tuning = *seen;
	return NULL;
}

/* A list that got nothing may have been tried before others were broken into. */
static u32 first_flags(const struct flight *f)
{
	return f->ladder.flags | (f->ladder.nofragment ? ALLOC_NOFRAGMENT : 0);
}

const char *on_pcp_refill(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	struct model_zone *z = &m->zone[ev->zone];
	struct model_pcp *pcp;
	u32 asked, got;

	if (!f || f->kind != FLIGHT_ALLOC || ev->zone >= MODEL_NR_ZONES || !z->exists || ev->order != f->order ||
	    ev->migratetype != f->type || ev->list_cpu != ev->cpu)
		return model_says(m, "P4: a per-CPU list was refilled, but nobody asked for it");
	got = f->refilled;
	f->refilled = 0;
	pcp = open_list(m, f, ev->zone);
	if (pcp->nr[pcp_list(m, f->order, f->type)] != got)
		return model_says(m, "P4: the list was refilled with %u blocks although it was not empty", got);
	pcp->count -= got << f->order; /* the size is computed before they join */
	asked = refill_size(z, pcp, f->order);
	pcp->count += got << f->order;
	if (certain(m, f) && ev->asked != asked)
		return model_says(m, "P4: a refill asks for %u blocks of order %u, it should be %u", ev->asked, f->order, asked);
	if (got > ev->asked)
		return model_says(m, "P4: a refill asked for %u blocks and took %u", ev->asked, got);
	if (!got)
		f->ladder.opened = MODEL_NR_ZONES; /* whoever comes again opens it again */
	if (got < ev->asked && zone_can_refill(m, f, ev->zone, got && f->alone ? f->ladder.flags : first_flags(f)))
		return model_says(m, "P4: a refill asked for %u blocks and took %u, but there are more", ev->asked, got);
	return judge_tuning(m, f, pcp, ev, "P4");
}

const char *on_pcp_alloc(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad;

	if (!f || f->kind != FLIGHT_ALLOC || f->order != ev->order || f->taken_pfn != ~0ULL || f->got >= f->wanted)
		return model_says(m, "P4: pfn %llu order %u left a per-CPU list, but nobody asked for it",
				  (unsigned long long)ev->pfn, ev->order);
	if ((bad = take_off(m, f, ev, ev->cpu, "left the list")))
		return bad;
	open_list(m, f, model_zone_of(m, ev->pfn));
	if (m->frame[ev->pfn].state == FRAME_IN_FLIGHT && ev->migratetype != f->type)
		return model_says(m, "P1: taken from a list of type %u, the request has type %u", ev->migratetype, f->type);
	f->taken_pfn = ev->pfn;
	f->legal_choices = m->zone[model_zone_of(m, ev->pfn)].pcp[ev->cpu].nr[pcp_list(m, f->order, f->type)] + 1;
	m->counts.choices++;
	m->counts.choice_sum += f->legal_choices;
	return judge_zone(m, f, ev->pfn);
}

/* --- freeing ---------------------------------------------------------------------------------------------------------------------- */

/* P6: how much the list may hold now, and how it is tuned for the time to come. */
static u32 high_now(const struct model_zone *z, struct model_pcp *pcp, bool free_high)
{
	struct pcp_tuning *t = &pcp->tuning;
	u32 freed = t->free_count > z->batch ? t->free_count : z->batch, high;

	high = t->high = in_bounds(z, t->high);
	if (!high)
		return 0;
	if (free_high) {
		t->high = in_bounds(z, (s64)high - (s64)((u64)z->batch << PCP_BATCH_SCALE_MAX));
		return 0;
	}
	if (z->reclaims) {
		t->high = in_bounds(z, (s64)high - (s64)freed);
		return (u32)least((u64)z->batch << 2, t->high);
	}
	if (z->high_min == z->high_max)
		return high;
	if (z->below_high) {
		t->high = in_bounds(z, (s64)high - (s64)freed);
		return (u32)most(pcp->count, z->high_min);
	}
	if (pcp->count >= high && high < t->free_count + z->batch)
		t->high = in_bounds(z, t->free_count + z->batch);
	return high;
}

/* P5: pages a full list gives back. */
static u32 flush_size(const struct model_zone *z, const struct model_pcp *pcp, u32 high, bool free_high)
{
	u32 size = pcp->tuning.free_count;

	if (free_high)
		return (u32)least(pcp->count, (u64)z->batch << PCP_BATCH_SCALE_MAX);
	if (high < z->batch)
		return 1;
	size = size < z->batch ? z->batch : size;
	return size > high - z->batch ? high - z->batch : size;
}

/* P5: a block was freed; is the list full? */
static void note_free(struct model *m, struct flight *f, unsigned zone, unsigned order)
{
	struct model_zone *z = &m->zone[zone];
	struct model_pcp *pcp = &z->pcp[f->cpu];
	struct pcp_tuning *t = &pcp->tuning;
	u32 most_frees = z->batch << PCP_BATCH_SCALE_MAX, high;
	bool high_order = order && order <= m->costly_order, free_high;

	free_high = high_order && t->freed_high_order && t->free_count >= z->batch + z->high_min / 2;
	t->freed_high_order = high_order;
	if (t->free_count < most_frees)
		t->free_count = (u16)least(t->free_count + (1u << order), most_frees);
	high = high_now(z, pcp, free_high);
	if (pcp->count < high)
		return;
	f->flush.due = true;
	f->flush.why = FLUSH_FREE;
	f->flush.asked = (u32)least(flush_size(z, pcp, high, free_high), pcp->count);
}

const char *on_pcp_free(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad = judge_frames(m, ev, "P8", FRAME_IN_FLIGHT, "joined a per-CPU list");
	unsigned type, zone;

	if (bad)
		return bad;
	if (!f || !pcp_allowed(m, ev->order))
		return model_says(m, "P1: order %u joined a per-CPU list", ev->order);
	type = model_type_of(m, ev->pfn);
	zone = model_zone_of(m, ev->pfn);
	if (type == MIGRATE_ISOLATE)
		return model_says(m, "P1: pfn %llu is isolated and joined a per-CPU list", (unsigned long long)ev->pfn);
	if (ev->migratetype != (mergeable(type) ? type : MIGRATE_MOVABLE))
		return model_says(m, "P1: pfn %llu joined the list of type %u, its pageblock has type %u",
				  (unsigned long long)ev->pfn, ev->migratetype, type);
	f->in_flight -= 1ULL << ev->order;
	m->zone[zone].pcp[ev->cpu].tuning.alloc_factor /= 2;
	pcp_add(m, ev->pfn, ev->order, ev->cpu, pcp_list(m, ev->order, ev->migratetype));
	f->flush.zone = (u8)zone;
	f->flush.cpu = ev->cpu;
	f->flush.list = (u8)pcp_list(m, ev->order, ev->migratetype);
	note_free(m, f, zone, ev->order);
	return NULL;
}

/* --- emptying -------------------------------------------------------------------------------------------------------------------------- */

/* P11: an eighth less, not below high_min, and not so much that more than a drain takes must go at a time. */
static u32 decayed(const struct model_zone *z, const struct model_pcp *pcp)
{
	s64 high = pcp->tuning.high, lowest = (s64)pcp->count - (s64)((u64)z->batch << PCP_BATCH_SCALE_MAX);

	if (high <= (s64)z->high_min)
		return (u32)high;
	high = (s64)most((u64)(high - high / 8), z->high_min);
	return lowest > high ? in_bounds(z, lowest) : (u32)high;
}

/* Pages to go. */
static u32 decay(const struct model_zone *z, struct model_pcp *pcp)
{
	pcp->tuning.high = decayed(z, pcp);
	return pcp->count > pcp->tuning.high ? pcp->count - pcp->tuning.high : 0;
}

/* What the limits of a CPU's lists must be when its update is over. */
void expect_decay(struct model *m, unsigned cpu)
{
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		m->decay_due[z] = decayed(&m->zone[z], &m->zone[z].pcp[cpu]);
}

const char *on_pcp_flush(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	struct model_zone *z = &m->zone[ev->zone];
	struct model_pcp *pcp;
	unsigned list;

	if (!f || ev->zone >= MODEL_NR_ZONES || !z->exists || ev->list_cpu >= m->nr_cpus || f->flush.going)
		return model_says(m, "P7: a per-CPU list is emptied, but nobody has reason to");
	pcp = &z->pcp[ev->list_cpu];
	list = pcp_list(m, ev->order, ev->migratetype);
	if (ev->report == FLUSH_FREE) {
		if (certain(m, f) && (!f->flush.due || f->flush.zone != ev->zone || f->flush.cpu != ev->list_cpu || f->flush.list != list))
			return model_says(m, "P5: the list of cpu %u is emptied although it is not full", ev->list_cpu);
		if (certain(m, f) && ev->asked != f->flush.asked)
			return model_says(m, "P5: a full list gives back %u pages, it should be %u", ev->asked,
					  f->flush.asked);
		f->flush.due = false;
	} else if (f->kind == FLIGHT_FREE || list) {
		return model_says(m, "P10: a free empties lists from list %u on", list);
	} else if (ev->report == FLUSH_DECAY) {
		if (certain(m, f) && ev->asked != decay(z, pcp))
			return model_says(m, "P11: %u pages leave the list of cpu %u, at most %u may stay", ev->asked,
					  ev->list_cpu, pcp->tuning.high);
	} else if (ev->asked != least(pcp->count, (u64)z->batch << PCP_BATCH_SCALE_MAX) && certain(m, f)) {
		return model_says(m, "P10: a drain takes %u of %u pages at a time", ev->asked, pcp->count);
	}
	f->flush.zone = ev->zone;
	f->flush.cpu = ev->list_cpu;
	f->flush.list = (u8)list;
	f->flush.why = ev->report;
	f->flush.left = ev->asked;
	f->flush.going = ev->asked > 0;
	m->deep |= f->settling ? 0 : DID_FLUSH;
	return judge_tuning(m, f, pcp, ev, "P6");
}

/* P7: one list after the other, each until it is empty. */
const char *on_pcpu_drain(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	struct model_pcp *pcp;
	unsigned list;

	if (!f || !f->flush.going || ev->list_cpu != f->flush.cpu)
		return model_says(m, "P7: pfn %llu leaves a per-CPU list that nobody empties", (unsigned long long)ev->pfn);
	pcp = &m->zone[f->flush.zone].pcp[f->flush.cpu];
	if (!pcp->count)
		return model_says(m, "P7: pfn %llu leaves lists of cpu %u that are empty", (unsigned long long)ev->pfn,
				  f->flush.cpu);
	for (list = f->flush.list; !pcp->nr[list];)
		list = (list + 1) % m->nr_lists;
	if (in_machine(m, ev->pfn, ev->order) && m->frame[ev->pfn].state == FRAME_PCP && m->frame[ev->pfn].list != list)
		return model_says(m, "P7: list %u is emptied, it is the turn of list %u", m->frame[ev->pfn].list, list);
	if (in_machine(m, ev->pfn, ev->order) && ev->migratetype != model_type_of(m, ev->pfn))
		return model_says(m, "P1: pfn %llu leaves its list as type %u, its pageblock has type %u",
				  (unsigned long long)ev->pfn, ev->migratetype, model_type_of(m, ev->pfn));
	f->flush.list = (u8)list;
	f->flush.left -= (s64)(1ULL << ev->order);
	return take_off(m, f, ev, f->flush.cpu, "is drained from the list");
}

/* L2: a free that leaves the zone above its high mark again says so. */
void flush_goes_on(struct model *m, struct flight *f)
{
	struct model_zone *z = &m->zone[f->flush.zone];

	if (!f->flush.going || (f->flush.left > 0 && z->pcp[f->flush.cpu].count))
		return;
	f->flush.going = false;
	if (f->flush.why == FLUSH_FREE && z->below_high &&
	    mark_holds(m, f->flush.zone, 0, z->high + z->boost, ZONE_MOVABLE, 0, z->stat[STAT_FREE]))
		f->clear_due = f->flush.zone;
}

/* --- drains asked for ------------------------------------------------------------------------------------------------------------------ */

static const char *not_empty(struct model *m, unsigned zone, unsigned cpu)
{
	return model_says(m, "P10: node %u zone %s: the lists of cpu %u hold %u pages after they were drained",
			  zone / MAX_NR_ZONES, model_zone_name(zone % MAX_NR_ZONES), cpu, m->zone[zone].pcp[cpu].count);
}

static bool concerns(enum model_drain kind, unsigned target, unsigned me, unsigned zone, unsigned cpu)
{
	switch (kind) {
	case DRAIN_LOCAL:
		return cpu == me;
	case DRAIN_CPU:
		return cpu == target;
	case DRAIN_ZONE:
		return zone == target;
	default:
		return true;
	}
}

const char *model_drained(struct model *m, unsigned cpu, enum model_drain kind, unsigned target)
{
	const struct flight *f = flight_on(m, cpu);

	if (!f->alone)
		return NULL;
	if (kind == DRAIN_ALL && !f->settling && !f->drained_all)
		return model_says(m, "P10: a drain of all lists did not say that it began");
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		for (unsigned c = 0; m->zone[z].exists && c < m->nr_cpus; c++) {
			if (concerns(kind, target, cpu, z, c) && m->zone[z].pcp[c].count)
				return not_empty(m, z, c);
			if (kind == DRAIN_CPU && c == target && (m->zone[z].held_back[c][0] || m->zone[z].held_back[c][1]))
				return model_says(m, "P12: cpu %u is dead, and what it held back of zone %u is lost", c, z);
		}
	return NULL;
}

const char *model_pcp_disable(struct model *m, unsigned cpu, unsigned zone, bool disable, bool ok)
{
	struct model_zone *z = zone < MODEL_NR_ZONES && m->zone[zone].exists ? &m->zone[zone] : NULL;
	const struct flight *f = flight_on(m, cpu);
	bool may = z && z->managed && (disable || z->disabled > 0);

	if (f->alone && ok != may)
		return model_says(m, "P10: the lists of zone %u were%s %s", zone, ok ? "" : " not",
				  disable ? "disabled" : "enabled");
	if (!ok || !z)
		return NULL;
	if (disable && f->alone && !f->disabled_now && !z->disabled)
		return model_says(m, "P10: the lists of zone %u were disabled, and are not emptied", zone);
	z->disabled = (u8)(disable ? z->disabled + !f->disabled_now : z->disabled - 1);
	set_pcp_sizes(m, zone);
	m->vague_tuning |= !f->alone;
	return disable ? model_drained(m, cpu, DRAIN_ZONE, zone) : NULL;
}

/* P11: every limit has shrunk, and whatever is above it has gone. */
const char *model_vmstat_updated(struct model *m, unsigned cpu, bool all)
{
	bool tuned = !all && certain(m, flight_on(m, cpu)), alone = flight_on(m, cpu)->alone;

	for (unsigned z = 0; tuned && z < MODEL_NR_ZONES; z++) {
		const struct model_pcp *pcp = &m->zone[z].pcp[cpu];

		if (!m->zone[z].managed)
			continue;
		if (pcp->tuning.high != m->decay_due[z] || pcp->count > m->decay_due[z])
			return model_says(m, "P11: the lists of cpu %u may hold %u pages after an update and hold %u, at most %u may stay",
					  cpu, pcp->tuning.high, pcp->count, m->decay_due[z]);
	}
	for (unsigned z = 0; alone && z < MODEL_NR_ZONES; z++)
		for (unsigned c = 0; m->zone[z].exists && c < m->nr_cpus; c++)
			for (unsigned i = 0; (all || c == cpu) && i < NR_MODEL_STATS; i++)
				if (m->zone[z].held_back[c][i])
					return model_says(m, "W12: cpu %u still holds back %d of a counter of zone %u", c,
							  m->zone[z].held_back[c][i], z);
	return NULL;
}

const char *on_stat_fold(struct model *m, const struct mm_event *ev)
{
	if (ev->zone >= MODEL_NR_ZONES || ev->list_cpu >= m->nr_cpus)
		return model_says(m, "W12: counters of zone %u, cpu %u are added up", ev->zone, ev->list_cpu);
	add_up(m, ev->zone, ev->list_cpu);
	return NULL;
}

void model_adopt_tuning(struct model *m, unsigned zone, unsigned cpu, struct pcp_tuning tuning)
{
	m->zone[zone].pcp[cpu].tuning = tuning;
}
