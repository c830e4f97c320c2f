/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ladder.c - the scans a request makes, one after the other, and with which rights.
 *
 *   fast (low mark) -> slow (min mark, W8) -> retry (reserves, W9) -> reclaim -> [retry ...] -> oom (high mark)
 *     -> NOFAIL only: no marks -> nopage -> NOFAIL only: half of min, and another lap -> refused
 *
 * Each scan is announced when it begins. At that moment the model knows which zone must serve it, or that none can; so the
 * next announcement, or the refusal, is legal only if none could. Which scan comes next is a function of the mask, the
 * task, and what reclaim said (L3). When operations overlap only the rights of a scan are judged, not the choice; but for
 * those that overlapped while they slept, and said so: what others did meanwhile was told before the next scan.
 *
 * Where memory can be reclaimed, somebody is killed after the scan at the high mark (L6), and the request has another lap. What
 * is said there is judged in vm_oom.c, and told to ladder_decided().
 */
#include "vm_state.h"

/* --- rights --------------------------------------------------------------------------------------------------------------- */

static bool costly(const struct model *m, const struct flight *f)
{
	return f->order > m->costly_order;
}
static u32 cma(const struct flight *f)
{
	return f->type == MIGRATE_MOVABLE ? ALLOC_CMA : 0;
}
static u32 kswapd(const struct flight *f)
{
	return f->gfp & __GFP_KSWAPD_RECLAIM;
}

/* L1: an ordinary zone is not fragmented while there is a lower one. */
static u32 nofragment(const struct model *m, const struct flight *f)
{
	if (f->preferred == MODEL_NR_ZONES || m->zone[f->preferred].index != ZONE_NORMAL)
		return 0;
	return m->nr_nodes == 1 || m->zone[f->preferred - 1].present ? ALLOC_NOFRAGMENT : 0;
}

static u32 fast_flags(const struct model *m, const struct flight *f)
{
	return ALLOC_WMARK_LOW | kswapd(f) | cma(f) | nofragment(m, f);
}

/* W8 */
static u32 slow_flags(const struct flight *f)
{
	u32 flags = ALLOC_WMARK_MIN | ALLOC_CPUSET | (f->gfp & __GFP_HIGH) | kswapd(f) | cma(f);

	if (!(f->gfp & __GFP_DIRECT_RECLAIM)) {
		if (!(f->gfp & __GFP_NOMEMALLOC)) {
			flags |= ALLOC_NON_BLOCK;
			flags |= f->order && (f->gfp & __GFP_HIGH) ? ALLOC_HIGHATOMIC : 0;
		}
		return f->gfp & __GFP_HIGH ? flags & ~(u32)ALLOC_CPUSET : flags;
	}
	return (f->task_flags & 16) && !(f->where & MODEL_IN_INTERRUPT) ? flags | ALLOC_MIN_RESERVE : flags;
}

/* W9 */
static u32 reserve_flags(const struct flight *f)
{
	if (f->gfp & __GFP_NOMEMALLOC)
		return 0;
	if (f->gfp & __GFP_MEMALLOC)
		return ALLOC_NO_WATERMARKS;
	if ((f->where & MODEL_IN_SOFTIRQ) && (f->task_flags & 1))
		return ALLOC_NO_WATERMARKS;
	if (f->where & MODEL_IN_INTERRUPT)
		return 0;
	if (f->task_flags & 1)
		return ALLOC_NO_WATERMARKS;
	return f->task_flags & 32 ? ALLOC_OOM : 0;
}

static u32 retry_flags(const struct flight *f)
{
	u32 reserve = reserve_flags(f);

	return reserve ? reserve | cma(f) | kswapd(f) : slow_flags(f);
}

bool ladder_may_kill(const struct model *m, const struct flight *f)
{
	return may_sleep(f) && !costly(m, f) && !(f->task_flags & 1) &&
	       !(f->gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL | __GFP_THISNODE)) && f->highest >= ZONE_NORMAL;
}

/* L6: may anybody be killed for it? Then a request that may not fail gets all there is. */
static bool gets_all(const struct model *m, const struct flight *f)
{
	return (f->gfp & __GFP_NOFAIL) && ladder_may_kill(m, f);
}

static u32 flags_of(const struct model *m, const struct flight *f, unsigned rung)
{
	switch (rung) {
	case RUNG_FAST:
		return fast_flags(m, f);
	case RUNG_BULK:
		return fast_flags(m, f) & ~(u32)ALLOC_NOFRAGMENT;
	case RUNG_SLOW:
		return slow_flags(f);
	case RUNG_OOM:
		return ALLOC_WMARK_HIGH | ALLOC_CPUSET;
	case RUNG_NOFAIL:
		return ALLOC_NO_WATERMARKS | ALLOC_CPUSET;
	case RUNG_NOFAIL_ANYWHERE:
		return ALLOC_NO_WATERMARKS;
	case RUNG_LAST:
		return ALLOC_MIN_RESERVE | ALLOC_CPUSET;
	case RUNG_LAST_ANYWHERE:
		return ALLOC_MIN_RESERVE;
	case RUNG_RECLAIMED:
	case RUNG_DRAINED:
		return f->ladder.lap_flags; /* whatever became of the task meanwhile */
	default:
		return retry_flags(f);
	}
}

/* --- which zone serves a scan ------------------------------------------------------------------------------------------------ */

static bool allowed(const struct model *m, const struct flight *f, unsigned zone)
{
	return m->zone[zone].index <= f->highest && (!(f->gfp & __GFP_THISNODE) || m->zone[zone].nid == (u64)f->nid);
}

static bool can_serve(const struct model *m, const struct flight *f, unsigned zone, u32 flags)
{
	return zone_passes(m, zone, f->order, f->highest, flags) && zone_has_block(m, f, zone, flags);
}

/* The first zone that can. local: only those before the list leaves the preferred zone's node. */
static unsigned first_zone(const struct model *m, const struct flight *f, u32 flags, bool local)
{
	for (unsigned i = 0; i < m->zonelist_len[f->nid]; i++) {
		unsigned z = m->zonelist[f->nid][i];

		if (!allowed(m, f, z))
			continue;
		if (local && m->zone[z].nid != m->zone[f->preferred].nid)
			break;
		if (can_serve(m, f, z, flags))
			return z;
	}
	return MODEL_NR_ZONES;
}

/* Local zones without fragmenting them, then all. */
static unsigned serving_zone(const struct model *m, const struct flight *f, u32 flags)
{
	unsigned zone = flags & ALLOC_NOFRAGMENT ? first_zone(m, f, flags, true) : MODEL_NR_ZONES;

	return zone != MODEL_NR_ZONES ? zone : first_zone(m, f, flags & ~(u32)ALLOC_NOFRAGMENT, false);
}

/* B26: one zone of the own node that is well above its low mark. */
static unsigned bulk_zone(const struct model *m, const struct flight *f, u32 flags)
{
	for (unsigned i = 0; i < m->zonelist_len[f->nid]; i++) {
		unsigned z = m->zonelist[f->nid][i];
		const struct model_zone *zone = &m->zone[z];

		if (!allowed(m, f, z))
			continue;
		if (zone->nid != m->zone[f->preferred].nid)
			break;
		if (mark_holds(m, z, 0, mark_of(zone, flags) + f->wanted, f->highest, flags, zone->stat[STAT_FREE]))
			return z;
	}
	return MODEL_NR_ZONES;
}

unsigned ladder_high_zone(const struct model *m, const struct flight *f)
{
	return first_zone(m, f, flags_of(m, f, RUNG_OOM), false);
}
bool ladder_may_use(const struct model *m, const struct flight *f, unsigned zone)
{
	return allowed(m, f, zone);
}
bool ladder_would_pass(const struct model *m, const struct flight *f, unsigned zone, u64 more)
{
	u32 flags = retry_flags(f);

	return allowed(m, f, zone) && mark_holds(m, zone, f->order, mark_of(&m->zone[zone], flags), f->highest, flags,
						 m->zone[zone].stat[STAT_FREE] + (s64)more);
}

/* L2: zones looked at are marked as below their high mark, unless it holds. */
static void expect_below_high(const struct model *m, struct flight *f)
{
	u32 flags = f->ladder.flags, high = (flags & ~(u32)(ALLOC_WMARK_MASK | ALLOC_NO_WATERMARKS)) | ALLOC_WMARK_HIGH;
	bool all_local = (flags & ALLOC_NOFRAGMENT) && first_zone(m, f, flags, true) == MODEL_NR_ZONES, passed = false;

	f->ladder.below_high = 0;
	for (unsigned i = 0; i < m->zonelist_len[f->nid]; i++) {
		unsigned z = m->zonelist[f->nid][i];
		bool local = m->zone[z].nid == m->zone[f->preferred].nid;

		if (!allowed(m, f, z))
			continue;
		if (!m->zone[z].below_high && (!passed || (all_local && local)) &&
		    !zone_passes(m, z, f->order, f->highest, high))
			f->ladder.below_high |= 1u << z;
		passed |= z == f->ladder.zone;
	}
}

/* --- what comes next ------------------------------------------------------------------------------------------------------------ */

/* L4: would a zone give if what is free, and what is on lists that can be reclaimed, were all that counts? */
static bool worth_retrying(const struct model *m, const struct flight *f)
{
	for (unsigned i = 0; i < m->zonelist_len[f->nid]; i++) {
		unsigned z = m->zonelist[f->nid][i];
		const struct model_zone *zone = &m->zone[z];
		u64 pages = model_free_pages(zone) + (model_has_vm(m) ? vm_listed(m, z) : 0);

		if (allowed(m, f, z) && mark_holds(m, z, f->order, zone->min + zone->boost, f->highest, f->ladder.lap_flags, (s64)pages))
			return true;
	}
	return false;
}

static void warn_nofail(struct model *m, struct flight *f, unsigned misuse, bool wrong)
{
	if (!wrong || (m->nofail_warned >> misuse & 1))
		return;
	m->nofail_warned |= (u8)(1u << misuse);
	f->want[REPORT_NOFAIL]++;
}

static unsigned nopage(struct model *m, struct flight *f)
{
	if (!(f->gfp & __GFP_NOFAIL))
		return RUNG_FAIL;
	warn_nofail(m, f, NOFAIL_ATOMIC, !may_sleep(f));
	if (!may_sleep(f))
		return RUNG_FAIL;
	warn_nofail(m, f, NOFAIL_MEMALLOC, f->task_flags & 1);
	warn_nofail(m, f, NOFAIL_COSTLY, costly(m, f));
	return RUNG_LAST;
}

/* A request that may not fail, and for which nobody is killed, is given up at last: who knows whether anything is ever freed. */
static unsigned another_lap(const struct model *m, struct flight *f)
{
	if (model_has_vm(m) && ladder_may_kill(m, f) && (f->gfp & __GFP_FS))
		return RUNG_RETRY;
	return ++f->ladder.lap < m->setup.knob[KNOB_NOFAIL_LAPS] ? RUNG_RETRY : RUNG_FAIL;
}

static unsigned after_reclaim(struct model *m, struct flight *f)
{
	if ((f->gfp & __GFP_NORETRY) || costly(m, f))
		return nopage(m, f);
	f->ladder.loops = f->ladder.progress ? 0 : (u8)(f->ladder.loops + 1);
	if (f->ladder.loops <= MAX_RECLAIM_RETRIES && worth_retrying(m, f))
		return RUNG_RETRY;
	return zone_to_unreserve(m, f, true) != MODEL_NR_ZONES ? RUNG_UNRESERVED : RUNG_OOM;
}

static unsigned after_oom(struct model *m, struct flight *f, bool progress)
{
	if ((f->task_flags & 32) && ((f->ladder.lap_flags & ALLOC_OOM) || (f->gfp & __GFP_NOMEMALLOC)))
		return nopage(m, f);
	if (!progress)
		return nopage(m, f);
	if (model_has_vm(m) && !(f->gfp & __GFP_FS) && ++f->ladder.lap >= m->setup.knob[KNOB_NOFAIL_LAPS])
		return nopage(m, f); /* nobody is killed for it, and the filesystem may wait for it */
	f->ladder.loops = 0;
	return model_has_vm(m) ? RUNG_RETRY : another_lap(m, f);
}

/* The rung after one that gave nothing; RUNG_FAIL: the request may be refused. */
static unsigned next_rung(struct model *m, struct flight *f)
{
	switch (f->ladder.rung) {
	case RUNG_START:
		if (f->preferred == MODEL_NR_ZONES)
			return RUNG_FAIL;
		return f->bulk && f->wanted > 1 && !m->setup.knob[KNOB_PAGE_OWNER] ? RUNG_BULK : RUNG_FAST;
	case RUNG_BULK:
		return RUNG_FAST;
	case RUNG_FAST:
		warn_nofail(m, f, NOFAIL_ORDER, (f->gfp & __GFP_NOFAIL) && f->order > 1);
		return RUNG_SLOW;
	case RUNG_SLOW:
		return costly(m, f) && (f->gfp & __GFP_NORETRY) && may_sleep(f) ? nopage(m, f) : RUNG_RETRY;
	case RUNG_RETRY:
	case RUNG_UNRESERVED:
		return !may_sleep(f) || (f->task_flags & 1) ? nopage(m, f) : RUNG_RECLAIM;
	case RUNG_RECLAIM:
		return f->ladder.progress ? RUNG_RECLAIMED : after_reclaim(m, f);
	case RUNG_RECLAIMED:
		return RUNG_DRAINED;
	case RUNG_DRAINED:
		return after_reclaim(m, f);
	case RUNG_OOM:
		if (model_has_vm(m))
			return RUNG_DECISION;
		return gets_all(m, f) ? RUNG_NOFAIL : after_oom(m, f, false);
	case RUNG_DECISION:
		return f->ladder.progress && gets_all(m, f) && !f->ladder.busy ? RUNG_NOFAIL : after_oom(m, f, f->ladder.progress);
	case RUNG_NOFAIL:
		return RUNG_NOFAIL_ANYWHERE;
	case RUNG_NOFAIL_ANYWHERE:
		return after_oom(m, f, true);
	case RUNG_LAST:
		return RUNG_LAST_ANYWHERE;
	case RUNG_LAST_ANYWHERE:
		return another_lap(m, f);
	default:
		return RUNG_FAIL;
	}
}

/* --- announcements --------------------------------------------------------------------------------------------------------------- */

/* The scan that goes on is over: what must come now? Looked up once, since it warns and counts laps. */
static unsigned advance(struct model *m, struct flight *f)
{
	if (f->ladder.next == RUNG_START)
		f->ladder.next = (u8)next_rung(m, f);
	return f->ladder.next;
}

static const char *could_have_served(struct model *m, const struct flight *f, const char *what)
{
	const struct model_zone *z = &m->zone[f->ladder.zone];

	return model_says(m, "L9: order %u %s although node %u zone %s has %llu pages free, mark %llu (flags %#x)", f->order,
			  what, z->nid, model_zone_name(z->index), (unsigned long long)model_free_pages(z),
			  (unsigned long long)mark_of(z, f->ladder.flags), f->ladder.flags);
}

/* Zones that should have been found below their high mark by now. */
static const char *missed_below_high(struct model *m, const struct flight *f)
{
	if (!steady(m, f) || !f->ladder.below_high)
		return NULL;
	return model_says(m, "L2: node %u zone %s is below its high mark, and nobody noted it",
			  (unsigned)__builtin_ctz(f->ladder.below_high) / MAX_NR_ZONES,
			  model_zone_name((unsigned)__builtin_ctz(f->ladder.below_high) % MAX_NR_ZONES));
}

/* L13: whoever leaves the fast path wakes the kswapd of each node it may use, if there is anything to do for it. [R11] */
static const char *missed_wakeup(struct model *m, const struct flight *f)
{
	for (unsigned i = 0; kswapd(f) && i < m->zonelist_len[f->nid]; i++) {
		unsigned z = m->zonelist[f->nid][i], nid = m->zone[z].nid;

		if (allowed(m, f, z) && !m->kswapd_wanted[nid] &&
		    (!model_has_vm(m) || (m->zone[z].managed && vm_kswapd_is_needed(m, nid, f->order, f->highest))))
			return model_says(m, "L3: kswapd of node %u was not woken", nid);
	}
	return NULL;
}

/* What was asked of kswapd on the way to this scan. */
static void note_kswapd(struct model *m, const struct flight *f, bool sure)
{
	for (unsigned i = 0; model_has_vm(m) && kswapd(f) && i < m->zonelist_len[f->nid]; i++)
		if (allowed(m, f, m->zonelist[f->nid][i]))
			vm_note_kswapd(m, m->zone[m->zonelist[f->nid][i]].nid, f->order, f->highest, sure);
}

static bool may_ever_have(const struct model *m, const struct flight *f, u32 flags)
{
	for (unsigned rung = RUNG_BULK; rung < RUNG_FAIL; rung++)
		if (flags == flags_of(m, f, rung))
			return true;
	return false;
}

static void begin_scan(struct model *m, struct flight *f, unsigned rung, u32 flags)
{
	f->ladder.rung = (u8)rung;
	f->ladder.next = RUNG_START;
	f->ladder.flags = flags;
	if (rung == RUNG_RETRY || rung == RUNG_UNRESERVED)
		f->ladder.lap_flags = flags;
	f->ladder.opened = MODEL_NR_ZONES;
	f->ladder.unreserved = f->ladder.drained = f->ladder.reclaimed = false;
	f->fallback.order = 255;
	f->fallback.due = ~0ULL;
	f->fallback.done = false;
	f->fallback.from = MIGRATE_TYPES;
	f->fallback.unsaid = false;
	f->ladder.zone = (u8)(rung == RUNG_BULK ? bulk_zone(m, f, flags) : serving_zone(m, f, flags));
	f->ladder.below_high = 0;
	if (rung != RUNG_BULK)
		expect_below_high(m, f);
	f->ladder.nofragment = flags & ALLOC_NOFRAGMENT;
	if (f->ladder.nofragment && (!steady(m, f) || first_zone(m, f, flags, true) == MODEL_NR_ZONES))
		f->ladder.flags &= ~(u32)ALLOC_NOFRAGMENT;
}

/* B26: has the zone a bulk request was served by no more for it? */
const char *bulk_is_over(struct model *m, const struct flight *f)
{
	unsigned z = f->ladder.zone;

	if (!f->alone || f->ladder.rung != RUNG_BULK || z == MODEL_NR_ZONES || f->got == f->wanted)
		return NULL;
	if (!m->zone[z].pcp[f->cpu].nr[pcp_list(m, 0, f->type)] && !zone_can_refill(m, f, z, f->ladder.flags))
		return NULL;
	return model_says(m, "B26: %u of %u pages populated although node %u zone %s has more", f->got, f->wanted,
			  m->zone[z].nid, model_zone_name(m->zone[z].index));
}

/* A bulk request tries one zone's list first, and then is a request for a single page. */
static const char *judge_bulk_scan(struct model *m, struct flight *f, const struct mm_event *ev)
{
	if (!f->bulk || f->ladder.rung != RUNG_START || f->wanted < 2 || m->setup.knob[KNOB_PAGE_OWNER] ||
	    ev->pfn != f->wanted)
		return model_says(m, "B26: a bulk scan for %llu pages, %u are wanted", (unsigned long long)ev->pfn, f->wanted);
	if (ev->alloc_flags != flags_of(m, f, RUNG_BULK))
		return model_says(m, "B26: a bulk scan with flags %#llx, it should have %#x",
				  (unsigned long long)ev->alloc_flags, flags_of(m, f, RUNG_BULK));
	begin_scan(m, f, RUNG_BULK, (u32)ev->alloc_flags);
	return NULL;
}

static const char *judge_scan(struct model *m, struct flight *f, const struct mm_event *ev)
{
	const char *bad = bulk_is_over(m, f);
	unsigned rung;
	u32 due;

	if (bad || (f->ladder.rung == RUNG_BULK && f->got))
		return bad ? bad : model_says(m, "B26: %u pages populated, and the ordinary allocator is asked for more", f->got);
	if (f->ladder.rung != RUNG_START && f->ladder.rung != RUNG_BULK && f->ladder.zone != MODEL_NR_ZONES)
		return could_have_served(m, f, "not served by a scan");
	rung = advance(m, f);
	due = flags_of(m, f, rung);
	if (rung == RUNG_FAIL || rung == RUNG_BULK || rung == RUNG_RECLAIM || rung == RUNG_DECISION || (rung == RUNG_DRAINED && !f->ladder.drained) ||
	    (rung == RUNG_UNRESERVED && !f->ladder.unreserved))
		return model_says(m, "L3: a scan with flags %#llx, but rung %u comes first", (unsigned long long)ev->alloc_flags,
				  rung);
	if (ev->alloc_flags != due)
		return model_says(m, "%s: a scan with flags %#llx, rung %u of this request has %#x",
				  rung == RUNG_SLOW ? "W8" : rung == RUNG_RETRY ? "W9" : "L3",
				  (unsigned long long)ev->alloc_flags, rung, due);
	begin_scan(m, f, rung, due);
	if (rung != RUNG_SLOW && rung != RUNG_RETRY && rung != RUNG_UNRESERVED)
		return NULL;
	note_kswapd(m, f, true);
	return missed_wakeup(m, f);
}

const char *on_attempt(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad;

	if (f && model_has_vm(m) && f->kind == FLIGHT_ALLOC && !f->nested && f->ladder.rung == RUNG_START &&
	    (f->where & (MODEL_IN_INTERRUPT | MODEL_IN_SOFTIRQ)))
		ask_within(f, ev->context);
	if (!f || f->kind != FLIGHT_ALLOC || ev->order != f->order || ev->gfp != f->gfp || f->taken_pfn != ~0ULL)
		return model_says(m, "L3: a scan for order %u, gfp %#x that nobody asked for", ev->order, ev->gfp);
	if ((bad = missed_below_high(m, f)))
		return bad;
	if (f->ladder.rung == RUNG_START && f->bulk && !ev->source_order && (bad = begin_prepared(m, f)))
		return bad; /* it was prepared as a bulk request too */
	if ((f->ladder.rung == RUNG_START || f->ladder.rung == RUNG_BULK) && (bad = begin_prepared(m, f)))
		return bad;
	if (ev->source_order)
		return judge_bulk_scan(m, f, ev);
	if (steady(m, f))
		return judge_scan(m, f, ev);
	if (!may_ever_have(m, f, (u32)ev->alloc_flags))
		return model_says(m, "W8: a scan with flags %#llx, which no rung of this request has",
				  (unsigned long long)ev->alloc_flags);
	begin_scan(m, f, RUNG_RETRY, (u32)ev->alloc_flags);
	if ((ev->alloc_flags & ALLOC_WMARK_MASK) != ALLOC_WMARK_LOW)
		note_kswapd(m, f, false);
	return NULL;
}

const char *on_below_high(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	struct model_zone *z = ev->zone < MODEL_NR_ZONES ? &m->zone[ev->zone] : NULL;

	if (!f || !z || !z->exists || z->below_high == !!ev->on)
		return model_says(m, "L2: the flag \"below high\" of zone %u becomes %u", ev->zone, ev->on);
	if (ev->on ? steady(m, f) && !f->ladder.reclaimed && !(f->ladder.below_high >> ev->zone & 1) : f->alone && f->clear_due != ev->zone)
		return model_says(m, "L2: node %u zone %s is said to be %s its high mark", z->nid, model_zone_name(z->index),
				  ev->on ? "below" : "above");
	z->below_high = ev->on;
	f->ladder.below_high &= ~(1u << ev->zone);
	if (!ev->on)
		f->clear_due = MODEL_NR_ZONES;
	return NULL;
}

const char *on_wakeup(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad;

	if (!f || ev->zone >= MODEL_NR_ZONES || (!model_has_vm(m) && (f->kind != FLIGHT_ALLOC || !kswapd(f))))
		return model_says(m, "L13: kswapd is woken by a request that does not ask for it");
	if (m->kswapd_wanted[ev->zone / MAX_NR_ZONES])
		return model_says(m, "L3: kswapd of node %u is woken a second time", ev->zone / MAX_NR_ZONES);
	if (model_has_vm(m) && (bad = vm_judge_wakeup(m, f, ev)))
		return bad;
	m->kswapd_wanted[ev->zone / MAX_NR_ZONES] = true;
	m->kswapd_wakes++;
	return NULL;
}

/* Somebody who frees nothing may say he did: a plan of the program. */
static bool progress_is_planned(struct model *m)
{
	if (!m->fault[1].times)
		return false;
	if (m->fault[1].skip) {
		m->fault[1].skip--;
		return false;
	}
	m->fault[1].times--;
	return true;
}

/* Where nothing is reclaimed, only what the program planned is progress. */
static const char *judge_progress(struct model *m, struct flight *f, const struct mm_event *ev)
{
	u32 said = model_has_vm(m) ? vm_reclaim_said(m, ev->cpu) : 0;
	bool planned = !said && progress_is_planned(m); /* plans are used up by whoever comes */

	if (model_has_vm(m))
		return vm_reclaim_counted(m, f, ev, planned ? 1 : said);
	if (f->alone && f->ladder.progress != planned)
		return model_says(m, "L3: reclaim says that it freed %u pages", ev->asked);
	return NULL;
}

const char *on_direct_reclaim(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad;

	if (!f || f->kind != FLIGHT_ALLOC || !may_sleep(f) || f->preferred == MODEL_NR_ZONES || ev->order != f->order)
		return model_says(m, "L13: direct reclaim by a request that may not sleep");
	if (steady(m, f) && f->ladder.zone != MODEL_NR_ZONES)
		return could_have_served(m, f, "not served, but reclaims,");
	if (steady(m, f) && advance(m, f) != RUNG_RECLAIM)
		return model_says(m, "L3: direct reclaim, but rung %u comes first", advance(m, f));
	m->allocstall[m->zone[f->preferred].index]++;
	f->ladder.progress = ev->asked > 0;
	if ((bad = judge_progress(m, f, ev)))
		return bad;
	f->ladder.rung = RUNG_RECLAIM;
	f->ladder.next = RUNG_START;
	return NULL;
}

void ladder_reclaims_node(struct flight *f)
{
	f->ladder.reclaimed = true;
	f->ladder.zone = MODEL_NR_ZONES;
	f->ladder.below_high = 0;
}

/* A request that sleeps has made up its mind before it does: what others do meanwhile does not count. */
void ladder_sleeps(struct model *m, struct flight *f)
{
	if (f->kind == FLIGHT_ALLOC && steady(m, f) && f->ladder.rung == RUNG_RECLAIM)
		advance(m, f);
}

/* L6: it comes to somebody's being killed. busy: another one decides already, and nobody looks at the high mark. */
const char *ladder_decides(struct model *m, struct flight *f, bool busy)
{
	unsigned rung;

	if (f->kind != FLIGHT_ALLOC || !may_sleep(f))
		return model_says(m, "L6: a request that may not sleep comes to the OOM killer");
	if (!steady(m, f))
		return NULL;
	if (f->ladder.zone != MODEL_NR_ZONES)
		return could_have_served(m, f, "not served, but comes to the OOM killer,");
	rung = advance(m, f);
	if (rung == (busy ? RUNG_OOM : RUNG_DECISION))
		return NULL;
	return model_says(m, "L6: order %u gfp %#x comes to the OOM killer, but rung %u comes first", f->order, f->gfp, rung);
}

/* What came of it. progress: somebody will give memory back. */
void ladder_decided(struct flight *f, bool progress, bool busy)
{
	f->ladder.rung = RUNG_DECISION;
	f->ladder.next = RUNG_START;
	f->ladder.progress = progress;
	f->ladder.busy = busy;
	f->ladder.failed = 0;
	f->ladder.zone = MODEL_NR_ZONES;
}

const char *ladder_unreserved(struct model *m, struct flight *f, const struct mm_event *ev)
{
	bool force;

	f->ladder.failed = 0;
	if (!steady(m, f))
		return NULL;
	if (f->ladder.zone != MODEL_NR_ZONES)
		return could_have_served(m, f, "not served, but gives up a reserve,");
	force = advance(m, f) != RUNG_DRAINED;
	if ((force && advance(m, f) != RUNG_UNRESERVED) || f->ladder.unreserved)
		return model_says(m, "B18: a reserved pageblock is given up at rung %u", f->ladder.next);
	if (model_zone_of(m, ev->pfn) != zone_to_unreserve(m, f, force))
		return model_says(m, "B18: pfn %llu is given up, another zone comes first", (unsigned long long)ev->pfn);
	f->ladder.unreserved = true;
	return NULL;
}

/* An operation that drains all lists does nothing else: what it began goes on until it ends. */
static bool somebody_drains_all(const struct model *m, const struct flight *but)
{
	for (unsigned cpu = 0; cpu < MODEL_STACKS; cpu++)
		for (unsigned d = 0; d < m->depth[cpu]; d++) {
			const struct flight *f = &m->flight[cpu][d];

			if (f != but && f->kind == FLIGHT_OTHER && f->drained_all)
				return true;
		}
	return false;
}

const char *on_drain_all(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);

	if (!f || f->kind == FLIGHT_FREE)
		return model_says(m, "P10: all per-CPU lists are drained, but nobody asked for it");
	if (ev->zone < MODEL_NR_ZONES) { /* sizes change at this moment, then the lists are emptied */
		if (f->kind != FLIGHT_OTHER || !m->zone[ev->zone].exists || m->zone[ev->zone].disabled)
			return model_says(m, "P10: the lists of zone %u are disabled a second time", ev->zone);
		m->zone[ev->zone].disabled = 1;
		set_pcp_sizes(m, ev->zone);
		f->disabled_now = true;
		m->vague_tuning |= !f->alone;
		return NULL;
	}
	f->drained_all = true;
	if (somebody_drains_all(m, f))
		return model_says(m, "P10: all per-CPU lists are drained twice at once");
	if (f->kind != FLIGHT_ALLOC || !steady(m, f))
		return NULL;
	if (advance(m, f) != RUNG_DRAINED || f->ladder.drained)
		return model_says(m, "L3: all per-CPU lists are drained, but rung %u comes first", f->ladder.next);
	if (!f->ladder.unreserved && zone_to_unreserve(m, f, false) != MODEL_NR_ZONES)
		return model_says(m, "B18: lists are drained before a reserved pageblock is given up");
	f->ladder.drained = true;
	return NULL;
}

/* --- the end ------------------------------------------------------------------------------------------------------------------------ */

void ladder_begin(struct model *m, struct flight *f)
{
	if (model_has_vm(m) && vm_ends_here(m, stack_on(m, f->cpu)))
		f->task_flags |= 32;
	f->highest = (u8)model_gfp_zone(f->gfp);
	f->preferred = MODEL_NR_ZONES;
	for (unsigned i = 0; f->preferred == MODEL_NR_ZONES && i < m->zonelist_len[f->nid]; i++)
		if (allowed(m, f, m->zonelist[f->nid][i]))
			f->preferred = m->zonelist[f->nid][i];
	f->ladder.zone = MODEL_NR_ZONES;
}

const char *ladder_ended(struct model *m, struct flight *f)
{
	const char *bad = missed_below_high(m, f);
	unsigned rung;

	if (!bad && model_has_vm(m))
		bad = vm_judge_refusal(m, f);
	if (bad || !steady(m, f) || f->order > m->max_order || f->fault)
		return bad;
	if (f->ladder.zone != MODEL_NR_ZONES && f->ladder.rung != RUNG_BULK)
		return could_have_served(m, f, "refused");
	rung = advance(m, f);
	if (rung == RUNG_FAIL)
		return NULL;
	return model_says(m, "L3: order %u gfp %#x refused although rung %u was still to come", f->order, f->gfp, rung);
}

/* Z2, Z5, W4, L1: the zone the block came from. */
const char *judge_zone(struct model *m, const struct flight *f, u64 pfn)
{
	unsigned z = model_zone_of(m, pfn), due = f->ladder.zone;
	const struct model_zone *zone = &m->zone[z];

	if (zone->index > f->highest)
		return model_says(m, "Z2: pfn %llu lies in zone %s, above what gfp %#x may use", (unsigned long long)pfn,
				  model_zone_name(zone->index), f->gfp);
	if ((f->gfp & __GFP_THISNODE) && zone->nid != f->nid)
		return model_says(m, "Z5: pfn %llu is on node %u, but the request may not leave node %d",
				  (unsigned long long)pfn, zone->nid, f->nid);
	if (!steady(m, f) || f->ladder.reclaimed || z == due)
		return NULL;
	if (!zone_passes(m, z, f->order, f->highest, f->ladder.flags))
		return model_says(m, "W4: order %u taken from node %u zone %s with %llu pages free, mark %llu (flags %#x)",
				  f->order, zone->nid, model_zone_name(zone->index),
				  (unsigned long long)model_free_pages(zone),
				  (unsigned long long)mark_of(zone, f->ladder.flags), f->ladder.flags);
	if (due == MODEL_NR_ZONES)
		return model_says(m, "L1: served by node %u zone %s, which has no block for it", zone->nid,
				  model_zone_name(zone->index));
	return model_says(m, "L1: served by node %u zone %s although node %u zone %s comes first and can", zone->nid,
			  model_zone_name(zone->index), m->zone[due].nid, model_zone_name(m->zone[due].index));
}

const char *ladder_served(struct model *m, struct flight *f, unsigned zone)
{
	struct model_zone *z = &m->zone[zone];
	const char *bad = missed_below_high(m, f);

	if (bad || !z->boosted || !(f->ladder.flags & ALLOC_KSWAPD))
		return bad;
	z->boosted = false;
	if (model_has_vm(m))
		vm_note_kswapd(m, z->nid, 0, z->index, steady(m, f));
	if (steady(m, f) && !m->kswapd_wanted[z->nid] && (!model_has_vm(m) || vm_kswapd_is_needed(m, z->nid, 0, z->index)))
		return model_says(m, "B16: a mark was boosted and kswapd of node %u was not woken", z->nid);
	return NULL;
}

bool may_refuse(const struct model *m, const struct flight *f)
{
	u32 flags = costly(m, f) && (f->gfp & __GFP_NORETRY) && may_sleep(f) ? slow_flags(f) : retry_flags(f);

	if (f->order > m->max_order || f->fault || f->preferred == MODEL_NR_ZONES)
		return true;
	if (model_has_vm(m) && gets_all(m, f) && (f->gfp & __GFP_FS))
		return false;
	if (gets_all(m, f) && first_zone(m, f, ALLOC_NO_WATERMARKS, false) != MODEL_NR_ZONES)
		return false;
	if ((f->gfp & __GFP_NOFAIL) && may_sleep(f) && first_zone(m, f, ALLOC_MIN_RESERVE, false) != MODEL_NR_ZONES)
		return false;
	return first_zone(m, f, flags, false) == MODEL_NR_ZONES;
}
