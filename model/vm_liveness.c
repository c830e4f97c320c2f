/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_liveness.c - the machine keeps making progress, and when it says no, the no is right.
 *
 *   [LV1] a request that may sleep and kill is not refused while anything can be reclaimed or anybody killed
 *   [LV2] one that must not fail is not refused
 *   [LV3] direct reclaim is tried once with NORETRY, and without success at most seventeen times before it comes to killing
 *   [LV4] who may not sleep does neither wait nor reclaim
 *   [LV5] reclaim for NOFS does not enter the filesystem, for NOIO it does not touch a device
 *   [LV6] kswapd runs when it is woken, sleeps when its node is balanced or hopeless, and only then
 *   [LV7] nobody is killed while what is free, and clean pages that nobody uses, would do
 *   [LV8] the victim is the worst of those allowed      } vm_oom.c
 *   [LV9] an OOM ends                                   }
 *   [LV10] nobody waits for ever, nor for what is not under way
 *
 * docs/liveness.md says which excuses each knows. Time is virtual: it passes when somebody sleeps.
 */
#include "vm_state.h"

#define MS 1000000ULL

bool model_has_vm(const struct model *m)
{
	return m->vm && m->vm->up;
}

/* --- who is at work ------------------------------------------------------------------------------------------------------------- */

static bool is_awake(const struct model *m, unsigned actor)
{
	return m->depth[actor] && !m->vm->live.actor[actor].waits;
}

static void unsettle(struct model *m, unsigned actor)
{
	for (unsigned d = 0; d < m->depth[actor]; d++)
		m->flight[actor][d].steady = false;
}

void vm_note_actor(struct model *m, unsigned actor)
{
	unsigned last = m->vm->live.last;

	if (actor == last || !m->vm->up)
		return;
	m->vm->live.last = (u8)actor;
	if (!is_awake(m, last))
		return;
	unsettle(m, last);
	unsettle(m, actor);
}

bool vm_begins_steady(struct model *m, unsigned actor)
{
	bool steady = m->depth[actor] == 1;

	if (!steady) /* an interrupt */
		unsettle(m, actor);
	for (unsigned a = 0; a < VM_ACTORS; a++)
		if (a != actor && is_awake(m, a)) {
			unsettle(m, a);
			steady = false;
		}
	return steady;
}

static struct vm_actor *actor_on(struct model *m, unsigned cpu)
{
	return &m->vm->live.actor[stack_on(m, cpu)];
}

/* The request whose reclaim goes on, or that goes on itself; NULL: who announces asks for no page now. */
static struct flight *request_on(struct model *m, unsigned cpu)
{
	unsigned s = stack_on(m, cpu), d = m->depth[s];

	if (d && m->flight[s][d - 1].reclaim)
		d--;
	return d && m->flight[s][d - 1].kind == FLIGHT_ALLOC ? &m->flight[s][d - 1] : NULL;
}

/* The request on whose behalf all this happens: the lowest that reclaims. NULL: none does. */
static const struct flight *reclaims_for(const struct model *m, unsigned actor)
{
	for (unsigned d = 1; d < m->depth[actor]; d++)
		if (m->flight[actor][d].reclaim && m->flight[actor][d - 1].kind == FLIGHT_ALLOC)
			return &m->flight[actor][d - 1];
	return NULL;
}

bool vm_kswapd_runs(const struct model *m)
{
	for (unsigned nid = 0; m->kthread_stack && nid < m->nr_nodes; nid++)
		if (m->vm->live.node[nid].kthread == m->kthread_stack)
			return true;
	return false;
}

/* --- what could be had ------------------------------------------------------------------------------------------------------------ */

u64 vm_listed(const struct model *m, unsigned zone)
{
	const u64 *lru = m->vm->sums.lru[zone];
	u64 pages = lru[LRU_INACTIVE_FILE] + lru[LRU_ACTIVE_FILE];

	return vm_free_swap(m) ? pages + lru[LRU_INACTIVE_ANON] + lru[LRU_ACTIVE_ANON] : pages;
}

static bool nobody_has(const struct vm_frame *f)
{
	return f->use == VM_USE_FILE + 1 && f->file != VM_NO_FILE && !f->maps && !f->pins && (f->flags & VMF_UPTODATE) &&
	       !(f->flags & (VMF_DIRTY | VMF_WRITEBACK | VMF_MLOCKED | VMF_READING | VMF_WRITING | VMF_REFERENCED | VMF_FAILED));
}

/* A page of the cache that nothing keeps: one look at its list frees it. */
static bool is_easy(const struct model *m, u64 pfn)
{
	const struct vm_frame *f = &m->vm->frame[pfn];

	return (f->place == LRU_INACTIVE_FILE || f->place == LRU_ACTIVE_FILE) && nobody_has(f);
}

/* Of a zone that would do if they were free [L4]; looked for when somebody is to be killed, and never in big machines. */
static u64 easy_pages(const struct model *m, const struct flight *f)
{
	u64 pages[MODEL_NR_ZONES] = { 0 };

	for (u64 pfn = 0; m->nr_frames <= 65536 && pfn < m->nr_frames; pfn++)
		if (is_easy(m, pfn)) /* a frame of no zone never is */
			pages[model_zone_of(m, pfn)]++;
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		if (pages[z] && ladder_would_pass(m, f, z, pages[z]))
			return pages[z];
	return 0;
}

static u32 allowed_zones(const struct model *m, const struct flight *f)
{
	u32 zones = 0;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		zones |= (u32)(m->zone[z].exists && ladder_may_use(m, f, z)) << z;
	return zones;
}

const char *vm_judge_need(struct model *m, const struct flight *f, const char *what)
{
	unsigned z = steady(m, f) ? ladder_high_zone(m, f) : MODEL_NR_ZONES;
	u64 easy = easy_pages(m, f);

	if (z != MODEL_NR_ZONES)
		return model_says(m, "LV7: %s although node %u zone %s is above its high mark", what, m->zone[z].nid,
				  model_zone_name(m->zone[z].index));
	if (easy > m->setup.knob[KNOB_SWAP_CLUSTER_MAX]) /* a few may be held by somebody for a moment */
		return model_says(m, "LV7: %s although nobody uses %llu clean pages of files", what, (unsigned long long)easy);
	return NULL;
}

/* --- LV1, LV2: refusals -------------------------------------------------------------------------------------------------------------- */

static enum vm_excuse excuse_of(const struct model *m, const struct flight *f)
{
	if (f->fault)
		return VM_EXCUSE_FAULT;
	if (f->order > m->max_order || f->preferred == MODEL_NR_ZONES)
		return VM_EXCUSE_NO_ZONE;
	if (!may_sleep(f))
		return VM_EXCUSE_NO_SLEEP;
	if (f->gfp & __GFP_NOFAIL)
		return ladder_may_kill(m, f) && (f->gfp & __GFP_FS) ? VM_NO_EXCUSE : VM_EXCUSE_NOBODY_DIES;
	if (f->task_flags & 1)
		return VM_EXCUSE_MEMALLOC;
	if (f->task_flags & 32)
		return VM_EXCUSE_VICTIM;
	if (f->gfp & __GFP_NORETRY)
		return VM_EXCUSE_NORETRY;
	if (f->gfp & __GFP_RETRY_MAYFAIL)
		return VM_EXCUSE_MAYFAIL;
	if (f->order > m->costly_order)
		return VM_EXCUSE_COSTLY;
	if ((f->gfp & __GFP_THISNODE) || f->highest < ZONE_NORMAL)
		return VM_EXCUSE_PLACE;
	return f->gfp & __GFP_FS ? VM_NO_EXCUSE : VM_EXCUSE_NO_FS;
}

const char *vm_judge_refusal(struct model *m, const struct flight *f)
{
	enum vm_excuse excuse = excuse_of(m, f);

	m->vm->live.excused[excuse]++;
	if (excuse)
		return NULL;
	if (f->gfp & __GFP_NOFAIL)
		return model_says(m, "LV2: order %u gfp %#x must not fail, and is refused", f->order, f->gfp);
	if (vm_anybody_killable(m))
		return model_says(m, "LV1: order %u gfp %#x refused although somebody could be killed", f->order, f->gfp);
	if (vm_anything_reclaimable(m, allowed_zones(m, f)))
		return model_says(m, "LV1: order %u gfp %#x refused although there is something to reclaim", f->order, f->gfp);
	return NULL;
}

/* --- LV3, LV4: direct reclaim ----------------------------------------------------------------------------------------------------- */

static const char *on_direct_begins(struct model *m, const struct mm_event *ev)
{
	struct vm_actor *a = actor_on(m, ev->cpu);
	const struct flight *f = request_on(m, ev->cpu);

	if (!f)
		return model_says(m, "LV4: somebody reclaims who asks for nothing");
	if (!may_sleep(f))
		return model_says(m, "LV4: order %u gfp %#x reclaims, and may not sleep", f->order, f->gfp);
	if (f->task_flags & 1)
		return model_says(m, "LV3: order %u gfp %#x reclaims within reclaim", f->order, f->gfp);
	if (ev->order != f->order)
		return model_says(m, "L3: reclaim for order %u, asked for is order %u", ev->order, f->order);
	a->freed = a->said = 0;
	a->round = false;
	return NULL;
}

/* Before another node is used a request may look at its own, too. [R18] */
static const char *judge_reclaimer(struct model *m, const struct mm_event *ev)
{
	struct flight *f = request_on(m, ev->cpu), *top = flight_on(m, ev->cpu);

	if (f && !may_sleep(f))
		return model_says(m, "LV4: order %u gfp %#x reclaims, and may not sleep", f->order, f->gfp);
	if (!f || f != top)
		return NULL;
	if (!m->vm->knob[VM_ZONE_RECLAIM_MODE] || f->task_flags & 1)
		return model_says(m, "R18: order %u gfp %#x reclaims from node %u before it goes to another one", f->order, f->gfp, ev->nid);
	ladder_reclaims_node(f);
	return NULL;
}

/* Who is held up and is to die meanwhile is told that there was progress, so that it goes on with the reserves. */
static bool dies_throttled(struct model *m, unsigned cpu)
{
	unsigned process = vm_process_of(m, stack_on(m, cpu));

	return actor_on(m, cpu)->throttled && process != VM_NOBODY && m->vm->task[process].killed;
}

static const char *on_direct_ends(struct model *m, const struct mm_event *ev)
{
	struct vm_actor *a = actor_on(m, ev->cpu);

	a->said = (u32)ev->index;
	a->round = true;
	if (a->said <= a->freed || (a->said == 1 && dies_throttled(m, ev->cpu)))
		return NULL;
	return model_says(m, "L3: reclaim says that it freed %u pages, and %u came back to the allocator", a->said, a->freed);
}

u32 vm_reclaim_said(struct model *m, unsigned cpu)
{
	struct vm_actor *a = actor_on(m, cpu);
	u32 said = a->round ? a->said : 0;

	a->round = a->throttled = false;
	return said;
}

const char *vm_reclaim_counted(struct model *m, struct flight *f, const struct mm_event *ev, u32 due)
{
	f->ladder.rounds++;
	f->ladder.failed = ev->asked ? 0 : (u8)(f->ladder.failed + 1);
	if (ev->asked != due)
		return model_says(m, "L3: reclaim freed %u pages, and the request was told %u", due, ev->asked);
	if (f->gfp & __GFP_NOFAIL)
		return NULL;
	if ((f->gfp & __GFP_NORETRY) && f->ladder.rounds > 1)
		return model_says(m, "LV3: order %u gfp %#x reclaims a second time", f->order, f->gfp);
	if (f->ladder.failed > MAX_RECLAIM_RETRIES + 1)
		return model_says(m, "LV3: order %u gfp %#x reclaims for the %uth time without success", f->order, f->gfp,
				  f->ladder.failed);
	return NULL;
}

void vm_note_freed(struct model *m, unsigned cpu, u64 pages)
{
	actor_on(m, cpu)->freed += (u32)pages;
}

/* --- LV5: what reclaim may touch ------------------------------------------------------------------------------------------------------ */

/* I/O begins. For whom? */
static const char *judge_io(struct model *m, const struct mm_event *ev)
{
	const struct flight *f = reclaims_for(m, stack_on(m, ev->cpu));

	if (!f || ev->report != IO_SUBMITTED)
		return NULL;
	if (!(f->gfp & __GFP_IO))
		return model_says(m, "LV5: reclaim for gfp %#x starts I/O of device %u", f->gfp, ev->vm_device);
	if (!(f->gfp & __GFP_FS) && !ev->vm_device)
		return model_says(m, "LV5: reclaim for gfp %#x enters the filesystem: I/O of pfn %llu", f->gfp,
				  (unsigned long long)ev->pfn);
	return NULL;
}

/* A shrinker's way to an inode or a dentry is the filesystem. */
static const char *judge_inode(struct model *m, const struct mm_event *ev)
{
	const struct flight *f = reclaims_for(m, stack_on(m, ev->cpu));

	if (!f || ev->on || (f->gfp & __GFP_FS))
		return NULL;
	return model_says(m, "LV5: reclaim for gfp %#x enters the filesystem: %s %u goes", f->gfp, ev->report ? "dentry" : "inode", ev->file);
}

/* --- R10 ------------------------------------------------------------------------------------------------------------------------------- */

/* Half of what lies below the min marks is for those who free memory. */
static bool node_has_reserves(const struct model *m, unsigned nid)
{
	u64 reserve = 0, free = 0;

	for (unsigned z = nid * MAX_NR_ZONES; z <= nid * MAX_NR_ZONES + ZONE_NORMAL; z++)
		if (m->zone[z].managed && (vm_listed(m, z) || m->zone[z].stat[STAT_FREE] > 0)) {
			reserve += m->zone[z].min + m->zone[z].boost;
			free += m->zone[z].stat[STAT_FREE] > 0 ? (u64)m->zone[z].stat[STAT_FREE] : 0;
		}
	return !reserve || free > reserve / 2;
}

/* Who is held up goes to the first node that it may use; here any of them is taken as a reason. */
static const char *judge_throttle(struct model *m, const struct mm_event *ev)
{
	const struct flight *f = request_on(m, ev->cpu);

	if (m->kthread_stack)
		return model_says(m, "R10: a kernel thread is held up before it reclaims");
	if (!f || vm_process_of(m, stack_on(m, ev->cpu)) == VM_NOBODY)
		return model_says(m, "R10: who is no user's task is held up before reclaim");
	for (unsigned i = 0; i < m->zonelist_len[f->nid]; i++)
		if (ladder_may_use(m, f, m->zonelist[f->nid][i]) && !node_has_reserves(m, m->zone[m->zonelist[f->nid][i]].nid))
			return NULL;
	return model_says(m, "R10: order %u gfp %#x is held up although the reserves are not touched", f->order, f->gfp);
}

/* --- LV10: waits --------------------------------------------------------------------------------------------------------------------- */

static const char *const wait_names[NR_VM_WAITS] = {
	[WAIT_PAGE_LOCK] = "a page lock",	  [WAIT_WRITEBACK] = "writeback",
	[WAIT_PFMEMALLOC] = "the reserves",	  [WAIT_ISOLATED] = "isolated pages",
	[WAIT_CONGESTED] = "a congested device", [WAIT_NO_PROGRESS] = "progress of reclaim",
	[WAIT_DIRTY] = "dirty pages",		  [WAIT_OOM] = "a victim",
	[WAIT_QUEUE] = "a place in the queue",
};

/* Twice what it may take, for others may run before who is woken. */
static u64 longest_wait(const struct model *m, unsigned what, bool fs)
{
	u64 disk = (u64)m->setup.knob[KNOB_DISK_LATENCY_US] * 1000 * 128;

	switch (what) {
	case WAIT_DIRTY:
		return 400 * MS;
	case WAIT_ISOLATED:
	case WAIT_CONGESTED:
	case WAIT_NO_PROGRESS:
		return 200 * MS;
	case WAIT_OOM: /* until the reaper should have come */
		return 2 * (m->setup.knob[KNOB_OOM_REAP_DELAY_MS] + 100ULL) * MS;
	case WAIT_PFMEMALLOC:
		return fs ? ~0ULL : 2000 * MS; /* with the filesystem, until kswapd has left something or given up */
	default:
		return disk + 2000 * MS;
	}
}

/* Whoever reclaims waits for a while, never for somebody who may wait for him. [R8] */
static bool reclaim_may_wait_for(unsigned what)
{
	return what == WAIT_PFMEMALLOC || what == WAIT_ISOLATED || what == WAIT_CONGESTED || what == WAIT_NO_PROGRESS ||
	       what == WAIT_OOM || what == WAIT_QUEUE;
}

static const char *judge_sleeper(struct model *m, const struct mm_event *ev)
{
	const struct flight *f = request_on(m, ev->cpu), *top = flight_on(m, ev->cpu);
	const char *name = wait_names[ev->report];

	if (f && !may_sleep(f))
		return model_says(m, "LV4: order %u gfp %#x waits for %s, and may not sleep", f->order, f->gfp, name);
	if (top && (top->where & MODEL_ATOMIC))
		return model_says(m, "LV4: an operation that may not sleep waits for %s", name);
	f = reclaims_for(m, stack_on(m, ev->cpu));
	if (!f)
		return NULL;
	if (!reclaim_may_wait_for(ev->report))
		return model_says(m, "LV5: reclaim for gfp %#x waits for %s", f->gfp, name);
	if (ev->report == WAIT_QUEUE && !(f->gfp & __GFP_IO))
		return model_says(m, "LV5: reclaim for gfp %#x waits for %s", f->gfp, name);
	return NULL;
}

/* Is what it waits for under way? */
static const char *judge_reason(struct model *m, const struct mm_event *ev)
{
	const struct vm_frame *f = ev->pfn < m->nr_frames ? &m->vm->frame[ev->pfn] : NULL;

	if (ev->report == WAIT_WRITEBACK && (f ? !(f->flags & VMF_WRITEBACK) : !m->vm->sums.writeback))
		return model_says(m, "LV10: waits for writeback of pfn %llu, which is not being written", (unsigned long long)ev->pfn);
	return ev->report == WAIT_PFMEMALLOC ? judge_throttle(m, ev) : NULL;
}

static const char *on_wait_begins(struct model *m, const struct mm_event *ev)
{
	struct vm_actor *a = actor_on(m, ev->cpu);
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad;

	if (!f)
		return model_says(m, "LV10: somebody waits for %s who is not at work", wait_names[ev->report]);
	if (a->waits)
		return model_says(m, "LV10: waits for %s and for %s at once", wait_names[a->what], wait_names[ev->report]);
	if ((bad = judge_sleeper(m, ev)) || (bad = judge_reason(m, ev)))
		return bad;
	ladder_sleeps(m, f);
	a->waits = true;
	a->what = ev->report;
	a->since_ns = m->now_ns;
	return NULL;
}

static const char *on_wait_ends(struct model *m, const struct mm_event *ev)
{
	struct vm_actor *a = actor_on(m, ev->cpu);
	u64 waited = m->now_ns - a->since_ns;
	const struct flight *f;

	if (!a->waits || a->what != ev->report)
		return model_says(m, "LV10: waits for %s no more, and never did", wait_names[ev->report]);
	a->waits = false;
	f = reclaims_for(m, stack_on(m, ev->cpu));
	if (waited > longest_wait(m, a->what, f && (f->gfp & __GFP_FS)))
		return model_says(m, "LV10: waited %llu ms for %s", (unsigned long long)(waited / MS), wait_names[a->what]);
	return vm_oom_overdue(m);
}

static const char *on_wait(struct model *m, const struct mm_event *ev)
{
	if (ev->report >= NR_VM_WAITS)
		return model_says(m, "LV10: waits for something that there is not: %u", ev->report);
	return ev->on ? on_wait_begins(m, ev) : on_wait_ends(m, ev);
}

/* --- LV6: kswapd ---------------------------------------------------------------------------------------------------------------------- */

static bool is_balanced(const struct model *m, unsigned nid, unsigned order, unsigned highest)
{
	bool managed = false;

	for (unsigned z = nid * MAX_NR_ZONES; z <= nid * MAX_NR_ZONES + highest && z < (nid + 1) * MAX_NR_ZONES; z++) {
		const struct model_zone *zone = &m->zone[z];

		if (!zone->managed)
			continue;
		managed = true;
		if (mark_holds(m, z, order, zone->high + zone->boost, highest, 0, (s64)model_free_pages(zone)))
			return true;
	}
	return !managed;
}

static bool is_boosted(const struct model *m, unsigned nid, unsigned highest)
{
	for (unsigned z = nid * MAX_NR_ZONES; z <= nid * MAX_NR_ZONES + highest && z < (nid + 1) * MAX_NR_ZONES; z++)
		if (m->zone[z].boost)
			return true;
	return false;
}

bool vm_kswapd_is_needed(const struct model *m, unsigned nid, unsigned order, unsigned highest)
{
	const struct vm_node_live *n = &m->vm->live.node[nid];

	return (!n->kthread || n->naps) && n->failures < MAX_RECLAIM_RETRIES &&
	       (!is_balanced(m, nid, order, highest) || is_boosted(m, nid, highest));
}

void vm_note_kswapd(struct model *m, unsigned nid, unsigned order, unsigned highest, bool sure)
{
	struct vm_node_live *n = &m->vm->live.node[nid];

	n->vague |= !sure;
	n->order = order > n->order ? (u8)order : n->order;
	n->highest = n->highest == MAX_NR_ZONES || n->highest < highest ? (u8)highest : n->highest;
}

const char *vm_judge_wakeup(struct model *m, const struct flight *f, const struct mm_event *ev)
{
	unsigned nid = ev->zone / MAX_NR_ZONES, highest = ev->gfp ? f->highest : ev->zone % MAX_NR_ZONES;
	const struct vm_node_live *n = &m->vm->live.node[nid];

	if (n->kthread && !n->naps)
		return model_says(m, "LV6: kswapd of node %u is woken, and does not sleep", nid);
	if (n->failures >= MAX_RECLAIM_RETRIES)
		return model_says(m, "LV6: kswapd of node %u is woken, which found nothing %u times in a row", nid, n->failures);
	if (f->reclaim && actor_on(m, ev->cpu)->throttled) /* somebody waits for it */
		return NULL;
	if (f->kind != FLIGHT_ALLOC || !(f->gfp & __GFP_KSWAPD_RECLAIM))
		return model_says(m, "L13: kswapd is woken by a request that does not ask for it");
	if (steady(m, f) && !vm_kswapd_is_needed(m, nid, ev->order, highest))
		return model_says(m, "R11: kswapd of node %u is woken for order %u up to zone %s, and there is nothing to do", nid, ev->order,
				  model_zone_name(highest));
	vm_note_kswapd(m, nid, ev->order, highest, true);
	return NULL;
}

const char *vm_judge_boost_end(struct model *m, const struct mm_event *ev)
{
	struct model_zone *z = &m->zone[ev->zone];
	struct vm_node_live *n = &m->vm->live.node[z->nid];
	u64 taken = n->boost[z->index] < z->boost ? n->boost[z->index] : z->boost;
	bool by_kswapd = n->balances && n->kthread == m->kthread_stack; /* or the marks are computed anew [W2] */

	if (ev->index != (by_kswapd ? z->boost - taken : 0))
		return model_says(m, "R14: %llu pages of node %u zone %s's boost stay, due are %llu", (unsigned long long)ev->index,
				  z->nid, model_zone_name(z->index), (unsigned long long)(z->boost - taken));
	if (by_kswapd)
		n->boost[z->index] = 0;
	z->boost = ev->index;
	return NULL;
}

/* Whose kswapd announces this. */
static struct vm_node_live *kswapds_node(struct model *m, const struct mm_event *ev)
{
	struct vm_node_live *n = ev->nid < m->nr_nodes ? &m->vm->live.node[ev->nid] : NULL;

	return n && n->kthread && n->kthread == m->kthread_stack ? n : NULL;
}

static const char *on_balance_begins(struct model *m, const struct mm_event *ev)
{
	struct vm_node_live *n = kswapds_node(m, ev);
	u64 boost = 0;

	if (!n || n->balances || n->naps)
		return model_says(m, "LV6: node %u is balanced by somebody else than its kswapd", ev->nid);
	if (n->failures >= MAX_RECLAIM_RETRIES)
		return model_says(m, "LV6: kswapd of node %u found nothing %u times in a row, and tries again", ev->nid, n->failures);
	n->for_highest = n->highest == MAX_NR_ZONES ? n->for_highest : n->highest;
	if (!n->vague && (ev->order != n->order || ev->source_order != n->for_highest))
		return model_says(m, "LV6: kswapd of node %u runs for order %u up to zone %s, it was woken for order %u up to %s", ev->nid,
				  ev->order, model_zone_name(ev->source_order), n->order, model_zone_name(n->for_highest));
	n->for_order = ev->order;
	n->for_highest = ev->source_order;
	n->order = 0;
	n->highest = MAX_NR_ZONES;
	n->vague = false;
	n->balances = true;
	n->reclaimed = 0;
	m->vm->counts.balances++;
	for (unsigned i = 0; i < MAX_NR_ZONES; i++) {
		m->zone[ev->nid * MAX_NR_ZONES + i].reclaims = i <= n->for_highest;
		n->boost[i] = i <= n->for_highest ? m->zone[ev->nid * MAX_NR_ZONES + i].boost : 0;
		boost += n->boost[i];
	}
	return ev->asked == boost ? NULL : model_says(m, "R14: marks of node %u are boosted by %llu pages, kswapd says %u", ev->nid,
						      (unsigned long long)boost, ev->asked);
}

/* R12: a large order is given up when there is enough to make a block of. */
static const char *on_balance_ends(struct model *m, const struct mm_event *ev)
{
	struct vm_node_live *n = kswapds_node(m, ev);

	if (!n || !n->balances)
		return model_says(m, "LV6: a balance of node %u ends that never began", ev->nid);
	n->balances = false;
	n->done_order = ev->order;
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		m->zone[ev->nid * MAX_NR_ZONES + i].reclaims = false;
	if (ev->asked != n->reclaimed)
		return model_says(m, "R12: kswapd of node %u says that it reclaimed %u pages, it were %llu", ev->nid, ev->asked,
				  (unsigned long long)n->reclaimed);
	if (ev->order != n->for_order && (ev->order || n->reclaimed < 2ULL << n->for_order))
		return model_says(m, "R12: kswapd of node %u gives up order %u after %llu pages", ev->nid, n->for_order,
				  (unsigned long long)n->reclaimed);
	if (ev->index && !is_balanced(m, ev->nid, ev->order, n->for_highest))
		return model_says(m, "LV6: kswapd of node %u says that it is balanced for order %u up to zone %s, and it is not", ev->nid,
				  ev->order, model_zone_name(n->for_highest));
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (n->boost[i] && m->zone[ev->nid * MAX_NR_ZONES + i].boost)
			return model_says(m, "R14: kswapd of node %u ran, and zone %s is as boosted as before", ev->nid, model_zone_name(i));
	return NULL;
}

/* R13: for what it must be balanced now, so that kswapd may sleep; the same after its nap. */
static void due_before_sleep(const struct vm_node_live *n, unsigned *order, unsigned *highest)
{
	bool gave_up = n->done_order < n->for_order;

	if (n->naps) {
		*order = n->nap_order;
		*highest = n->nap_highest;
		return;
	}
	*order = gave_up ? n->done_order : n->order;
	*highest = gave_up || n->highest == MAX_NR_ZONES ? n->for_highest : n->highest;
}

/* for_good: after a nap. */
static const char *on_sleep(struct model *m, const struct mm_event *ev, bool for_good)
{
	struct vm_node_live *n = kswapds_node(m, ev);
	unsigned order, highest;

	if (!n || n->balances || n->naps != for_good)
		return model_says(m, "LV6: kswapd of node %u %s, out of turn", ev->nid, for_good ? "goes to sleep" : "naps");
	due_before_sleep(n, &order, &highest);
	n->nap_order = (u8)order;
	n->nap_highest = (u8)highest;
	n->naps = !for_good;
	n->naps_ns = m->now_ns;
	n->kthread = for_good ? 0 : n->kthread;
	if (for_good && m->kswapd_wanted[ev->nid])
		return model_says(m, "LV6: kswapd of node %u goes to sleep although it was woken", ev->nid);
	if (n->vague || n->failures >= MAX_RECLAIM_RETRIES || is_balanced(m, ev->nid, order, highest))
		return NULL;
	return model_says(m, "LV6: kswapd of node %u goes to sleep although no zone up to %s is above its high mark for order %u", ev->nid,
			  model_zone_name(highest), order);
}

/* It begins, and ends: woken by somebody; and with nothing left to do. */
static const char *on_kswapd(struct model *m, const struct mm_event *ev)
{
	struct vm_node_live *n = ev->nid < m->nr_nodes ? &m->vm->live.node[ev->nid] : NULL;

	if (!n || !n->kthread != !!ev->on)
		return model_says(m, "LV6: kswapd of node %u is said to %s", ev->nid, ev->on ? "run" : "sleep");
	if (!ev->on)
		return on_sleep(m, ev, true);
	if (!m->kswapd_wanted[ev->nid])
		return model_says(m, "LV6: kswapd of node %u runs, and nobody woke it", ev->nid);
	m->kswapd_wanted[ev->nid] = false;
	n->kthread = (u8)m->kthread_stack;
	n->for_highest = MAX_NR_ZONES - 1;
	return NULL;
}

/* It was woken in its nap, or looked again and found that there is more to do. */
static const char *on_goes_on(struct model *m, const struct mm_event *ev)
{
	struct vm_node_live *n = kswapds_node(m, ev);
	u64 napped = n ? m->now_ns - n->naps_ns : 0;
	unsigned order, highest;
	bool woken, napping;

	if (!n || n->balances)
		return model_says(m, "LV6: kswapd of node %u goes on, and was not about to sleep", ev->nid);
	due_before_sleep(n, &order, &highest);
	napping = n->naps;
	woken = napping && m->kswapd_wanted[ev->nid];
	n->naps = false;
	m->kswapd_wanted[ev->nid] = false;
	if (napping && napped > 2ULL * m->setup.knob[KNOB_KSWAPD_NAP_MS] * MS)
		return model_says(m, "LV6: kswapd of node %u napped for %llu ms", ev->nid, (unsigned long long)(napped / MS));
	if (!woken && !n->vague && (n->failures >= MAX_RECLAIM_RETRIES || is_balanced(m, ev->nid, order, highest)))
		return model_says(m, "LV6: kswapd of node %u goes on, and there is nothing to do", ev->nid);
	if (woken) {
		n->highest = n->highest == MAX_NR_ZONES ? (u8)highest : n->highest;
		n->order = order > n->order ? (u8)order : n->order;
	}
	return NULL;
}

/* R13: who reclaims anything shows that the node is not hopeless. */
static const char *on_node_ends(struct model *m, const struct mm_event *ev)
{
	struct vm_node_live *n = ev->nid < m->nr_nodes ? &m->vm->live.node[ev->nid] : NULL;

	if (!n)
		return model_says(m, "R3: reclaim from node %u, which there is not", ev->nid);
	if (ev->index + ev->pfn)
		n->failures = 0;
	if (kswapds_node(m, ev) && n->balances)
		n->reclaimed += ev->index + ev->pfn;
	return NULL;
}

/* One that found nothing and did not say so would try for ever. */
static const char *on_failure(struct model *m, const struct mm_event *ev)
{
	struct vm_node_live *n = kswapds_node(m, ev);

	if (!n || !n->balances || n->reclaimed)
		return model_says(m, "R12: kswapd of node %u says that it found nothing, after %llu pages", ev->nid,
				  (unsigned long long)(n ? n->reclaimed : 0));
	if (ev->asked != n->failures + 1)
		return model_says(m, "R12: kswapd of node %u failed %u times in a row, it says %u", ev->nid, n->failures + 1, ev->asked);
	n->failures = ev->asked;
	return NULL;
}

static const char *on_reclaim(struct model *m, const struct mm_event *ev)
{
	switch (ev->report) {
	case RECLAIM_DIRECT_BEGINS:
		return on_direct_begins(m, ev);
	case RECLAIM_DIRECT_ENDS:
		return on_direct_ends(m, ev);
	case RECLAIM_NODE_BEGINS:
		return judge_reclaimer(m, ev);
	case RECLAIM_NODE_ENDS:
		return on_node_ends(m, ev);
	case RECLAIM_THROTTLED:
		actor_on(m, ev->cpu)->throttled = true;
		m->vm->counts.throttled++;
		if (ev->nid < m->nr_nodes)
			vm_note_kswapd(m, ev->nid, 0, ZONE_NORMAL, true);
		return NULL;
	case RECLAIM_FAILURES:
		return on_failure(m, ev);
	case RECLAIM_BALANCE_BEGINS:
		return on_balance_begins(m, ev);
	case RECLAIM_BALANCE_ENDS:
		return on_balance_ends(m, ev);
	case RECLAIM_KSWAPD_NAPS:
		return on_sleep(m, ev, false);
	case RECLAIM_KSWAPD_GOES_ON:
		return on_goes_on(m, ev);
	default:
		return NULL;
	}
}

/* --- all of it ----------------------------------------------------------------------------------------------------------------------- */

const char *vm_liveness_event(struct model *m, const struct mm_event *ev)
{
	switch (ev->type) {
	case EVENT_WAIT:
		return on_wait(m, ev);
	case EVENT_IO:
		return judge_io(m, ev);
	case EVENT_RECLAIM:
		return on_reclaim(m, ev);
	case EVENT_KTHREAD:
		return ev->kthread >= VM_KSWAPD && ev->kthread < VM_KSWAPD + MAX_NUMNODES ? on_kswapd(m, ev) : NULL;
	case EVENT_INODE:
		return judge_inode(m, ev);
	default:
		return NULL;
	}
}

void vm_liveness_is_up(struct model *m)
{
	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++)
		m->vm->live.node[nid].highest = MAX_NR_ZONES;
}

const char *vm_liveness_ends(struct model *m, unsigned cpu)
{
	struct vm_actor *a = actor_on(m, cpu);
	bool waits = a->waits;

	if (m->depth[stack_on(m, cpu)] > 1) /* an interrupt: whoever is below goes on */
		return NULL;
	a->waits = a->round = a->throttled = false;
	if (waits)
		return model_says(m, "LV10: it is over, and still waits for %s", wait_names[a->what]);
	if (m->vm->live.oom.decider == stack_on(m, cpu) + 1)
		return model_says(m, "O5: the OOM killer was called, and nothing came of it");
	return vm_judge_unsignalled(m, stack_on(m, cpu));
}

const char *model_vm_is_quiet(struct model *m)
{
	for (unsigned nid = 0; nid < m->nr_nodes; nid++) {
		const struct vm_node_live *n = &m->vm->live.node[nid];

		if (m->kswapd_wanted[nid])
			return model_says(m, "LV6: kswapd of node %u was woken, and has not come although nobody has asked for anything since", nid);
		if (n->kthread)
			return model_says(m, "LV6: kswapd of node %u is still at work although nobody has asked for anything", nid);
	}
	return NULL;
}

const char *vm_liveness_settled(struct model *m)
{
	for (unsigned a = 0; a < VM_ACTORS; a++)
		if (m->vm->live.actor[a].waits)
			return model_says(m, "LV10: all is settled, and somebody waits for %s", wait_names[m->vm->live.actor[a].what]);
	return NULL;
}
