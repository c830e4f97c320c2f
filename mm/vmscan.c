/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmscan.c - reclaim: who does it, how long, and who waits meanwhile.
 *
 *   request below min --try_to_free_pages--> throttled?  for each priority 12..0: each node of the zonelist
 *   request below low --wakeup_kswapd------> kswapd.c    the same for one node, until it is balanced
 *   zone full, mode set --node_reclaim-----> the same for one node, from priority 4, before another node is used
 *                                               |
 *                                               v
 *                                           shrink_node: lists (vmscan_lists.c), then caches of objects (shrinker.c)
 *
 * Reclaim ends when it has a few pages more than were asked for, or has looked at everything. A task that reclaims has all
 * reserves (PF_MEMALLOC), and never reclaims inside itself. Slabs that shrinkers give back count as reclaimed.
 *
 * Without vm_init() there is nothing to reclaim: direct reclaim finds nothing, unless the program planned that it says otherwise,
 * and a run of kswapd ends boosts, no more.
 *
 * Rules [B16] a boost lasts until kswapd has run  [L3] what progress means to a request  [R3] priorities  [R5] what could be
 *       reclaimed  [R8] [R9] [R10] who waits for what, and how long  [R11] who wakes kswapd  [R18] node_reclaim
 *       [R21] what is clean and unused is always found  [R26] PF_MEMALLOC, slabs count
 * Locks: see the lists. Sleeps: everything here but zone_reclaimable_pages(), pgdat_balanced() and wakeup_kswapd().
 * Unlike Linux: no compaction, so reclaim never stops early for it; no memcgs; when nothing was found the batches of all CPUs
 * are emptied before reclaim says so, since on a small machine they may hold all there is. zone_reclaimable_pages() is 0 where
 * nothing can be reclaimed, so nobody counts free pages twice; what sums up zones takes those with free pages along by itself.
 */
#include "vmscan_internal.h"

#define PFMEMALLOC_NOFS_NS 1000000000ULL
#define NODE_RECLAIM_PRIORITY 4
#define MIN_UNMAPPED_PERCENT  1
#define MIN_SLAB_PERCENT      5

/* --- what there is --------------------------------------------------------------------------------------------------------------- */

u64 zone_reclaimable_pages(const struct zone *zone)
{
	const u64 *size = vm_state()->node[zone->nid].lruvec.lru_size[zone->index];
	u64 pages = READ_ONCE(size[LRU_INACTIVE_FILE]) + READ_ONCE(size[LRU_ACTIVE_FILE]);

	if (get_nr_swap_pages())
		pages += READ_ONCE(size[LRU_INACTIVE_ANON]) + READ_ONCE(size[LRU_ACTIVE_ANON]);
	return pages;
}

/* [R12] */
bool pgdat_balanced(const struct pgdat *pgdat, unsigned order, unsigned highest)
{
	const struct mm *mm = current_mm();
	bool managed = false;

	for (unsigned i = 0; i <= highest && i < MAX_NR_ZONES; i++) {
		const struct zone *zone = pgdat_zone(pgdat, i);

		if (!zone || !zone->managed_pages)
			continue;
		managed = true;
		if (__zone_watermark_ok(mm, zone, order, wmark_pages(zone, WMARK_HIGH), highest, 0,
					(s64)zone_page_state_snapshot(zone, NR_FREE_PAGES)))
			return true;
	}
	return !managed;
}

/* --- who is it -------------------------------------------------------------------------------------------------------------------- */

bool current_is_kswapd(void)
{
	const struct vm_state *vm = vm_state();

	for (unsigned nid = 0; vm && this_cpu->task && nid < current_mm()->nr_nodes; nid++)
		if (vm->node[nid].kswapd_task == this_cpu->task)
			return true;
	return false;
}

/* Of a task that reclaims: pages of slabs it has freed and not counted yet. */
static u64 *slab_pages_freed(void)
{
	return &vm_state()->slab_freed[this_cpu->task ? SIM_MAX_CPUS - 1u + this_cpu->task : this_cpu->id];
}

void reclaim_state_add(u64 pages)
{
	if (vm_works(current_mm()))
		*slab_pages_freed() += pages;
}

void announce_reclaim(enum reclaim_news news, const struct pgdat *pgdat, const struct scan_control *sc, u64 asked, u64 index)
{
	mm_announce((struct mm_event){ .type = EVENT_RECLAIM,
				       .report = (u8)news,
				       .nid = pgdat ? pgdat->nid : 255,
				       .order = sc ? sc->order : 0,
				       .source_order = sc ? sc->highest : 0,
				       .priority = sc ? (u8)sc->priority : 0,
				       .asked = (u32)asked,
				       .index = index });
}

/* --- waiting [R8] [R9] ------------------------------------------------------------------------------------------------------------- */

bool reclaim_wait(enum vm_wait why, bool (*awake)(void *arg), void *arg, u64 ns, const char *what)
{
	return vm_sleep(why, NULL, awake, arg, ns, what);
}

struct wait_for_node {
	const struct pgdat *pgdat;
	const struct vm_task *process;
	u64 until; /* NR_WRITTEN */
};

/* Enough was written that it makes sense to look again. */
static bool enough_written(void *arg)
{
	const struct wait_for_node *w = arg;

	return !node_page_state(w->pgdat, NR_WRITEBACK) || node_page_state(w->pgdat, NR_WRITTEN) >= w->until ||
	       (w->process && task_is_killed(w->process));
}

bool too_many_isolated(const struct pgdat *pgdat, bool file, const struct scan_control *sc)
{
	u64 inactive = node_page_state(pgdat, (enum node_stat_item)(NR_LRU_BASE + (file ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON)));
	u64 isolated = node_page_state(pgdat, file ? NR_ISOLATED_FILE : NR_ISOLATED_ANON);

	if (sc->kswapd)
		return false;
	if ((sc->gfp & (__GFP_IO | __GFP_FS)) == (__GFP_IO | __GFP_FS)) /* others may be what these wait for */
		inactive >>= 3;
	return isolated > inactive;
}

/* Waiting a moment makes sense only where much is on its way to the disk. */
static bool little_is_pending(const struct pgdat *pgdat)
{
	u64 pending = 0, reclaimable = 0;

	if (node_is_unreclaimable(pgdat->nid))
		return true;
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(pgdat, i)) {
			pending += (u64)READ_ONCE(pgdat->zone_stat[i][NR_ZONE_WRITE_PENDING]);
			reclaimable += zone_reclaimable_pages(pgdat_zone(pgdat, i));
		}
	return 2 * pending <= reclaimable;
}

void reclaim_throttle(struct pgdat *pgdat, enum throttle why)
{
	struct wait_for_node w = { .pgdat = pgdat, .process = current_process() };

	if (this_cpu->task && !current_is_kswapd()) /* others wait for it */
		return;
	w.until = node_page_state(pgdat, NR_WRITTEN) + swap_cluster_max();
	switch (why) {
	case THROTTLE_WRITEBACK:
		reclaim_wait(WAIT_CONGESTED, enough_written, &w, 10 * JIFFY_NS, "pages that are being written");
		break;
	case THROTTLE_ISOLATED:
		reclaim_wait(WAIT_ISOLATED, sim_never, NULL, 2 * JIFFY_NS, "pages that others isolated");
		break;
	case THROTTLE_CONGESTED:
	case THROTTLE_NO_PROGRESS:
		if (!little_is_pending(pgdat))
			reclaim_wait(why == THROTTLE_CONGESTED ? WAIT_CONGESTED : WAIT_NO_PROGRESS, enough_written, &w, JIFFY_NS,
				     "reclaim to get somewhere");
	}
}

/* --- one look at a node -------------------------------------------------------------------------------------------------------------- */

void snapshot_refaults(struct pgdat *pgdat)
{
	WRITE_ONCE(pgdat->lruvec.refaults[0], node_page_state(pgdat, WORKINGSET_ACTIVATE_ANON));
	WRITE_ONCE(pgdat->lruvec.refaults[1], node_page_state(pgdat, WORKINGSET_ACTIVATE_FILE));
}

/* Active pages age where others came back too soon after they were reclaimed, or where too few are inactive. */
static bool may_deactivate(const struct pgdat *pgdat, bool file)
{
	u64 now = node_page_state(pgdat, file ? WORKINGSET_ACTIVATE_FILE : WORKINGSET_ACTIVATE_ANON);

	return now != READ_ONCE(pgdat->lruvec.refaults[file]) ||
	       inactive_is_low(&pgdat->lruvec, file ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON);
}

/* So few pages of files that all of them together would not bring the node above its marks, and there are anonymous ones to look at. */
static bool file_is_tiny(const struct pgdat *pgdat, const struct scan_control *sc)
{
	const struct lruvec *lruvec = &pgdat->lruvec;
	u64 high = 0, free = 0, file;

	if (sc->may_deactivate[0] || !(lruvec_size(lruvec, LRU_INACTIVE_ANON, MAX_NR_ZONES) >> sc->priority))
		return false;
	for (unsigned i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *zone = pgdat_zone(pgdat, i);

		if (!zone || !zone->managed_pages)
			continue;
		high += wmark_pages(zone, WMARK_HIGH);
		free += (u64)zone_page_state(zone, NR_FREE_PAGES);
	}
	file = lruvec_size(lruvec, LRU_INACTIVE_FILE, MAX_NR_ZONES) + lruvec_size(lruvec, LRU_ACTIVE_FILE, MAX_NR_ZONES);
	return file + free <= high;
}

static void prepare_scan(struct pgdat *pgdat, struct scan_control *sc)
{
	struct lruvec *lruvec = &pgdat->lruvec;

	sc->nr = (struct reclaim_stat){ 0 };
	sc->anon_cost = READ_ONCE(lruvec->anon_cost);
	sc->file_cost = READ_ONCE(lruvec->file_cost);
	for (unsigned file = 0; file < 2; file++)
		sc->may_deactivate[file] = sc->force_deactivate || may_deactivate(pgdat, file);
	sc->cache_trim_mode = lruvec_size(lruvec, LRU_INACTIVE_FILE, MAX_NR_ZONES) >> sc->priority && !sc->may_deactivate[1] &&
			      !sc->no_cache_trim_mode;
	sc->file_is_tiny = file_is_tiny(pgdat, sc);
}

/* kswapd sees what is wrong with a node, and tells those who reclaim for themselves. */
static void note_state_of_node(struct pgdat *pgdat, const struct scan_control *sc)
{
	if (sc->nr.writeback && sc->nr.writeback == sc->nr.taken)
		fetch_or_relaxed(&pgdat->flags, PGDAT_WRITEBACK);
	if (sc->nr.unqueued_dirty && sc->nr.unqueued_dirty == sc->nr.file_taken)
		fetch_or_relaxed(&pgdat->flags, PGDAT_DIRTY);
	if (sc->nr.dirty && sc->nr.dirty == sc->nr.congested)
		fetch_or_relaxed(&pgdat->flags, PGDAT_CONGESTED);
	if (sc->nr.immediate)
		reclaim_throttle(pgdat, THROTTLE_WRITEBACK);
}

static void announce_node_ends(const struct pgdat *pgdat, const struct scan_control *sc, u64 scanned, u64 from_lists, u64 from_slabs)
{
	mm_announce((struct mm_event){ .type = EVENT_RECLAIM,
				       .report = RECLAIM_NODE_ENDS,
				       .nid = pgdat->nid,
				       .order = sc->order,
				       .source_order = sc->highest,
				       .priority = (u8)sc->priority,
				       .asked = (u32)scanned,
				       .index = from_lists,
				       .pfn = from_slabs,
				       .balance = sc->balance });
}

void shrink_node(struct pgdat *pgdat, struct scan_control *sc)
{
	u64 reclaimed = sc->nr_reclaimed, scanned = sc->nr_scanned, from_lists;

	prepare_scan(pgdat, sc);
	announce_reclaim(RECLAIM_NODE_BEGINS, pgdat, sc, 0, 0);
	shrink_lruvec(pgdat, sc);
	from_lists = sc->nr_reclaimed - reclaimed;
	shrink_slab(sc->gfp, pgdat->nid, (unsigned)sc->priority);
	sc->nr_reclaimed += *slab_pages_freed();
	*slab_pages_freed() = 0;
	if (sc->nr_reclaimed > reclaimed) /* it is not hopeless; said before anybody sleeps, for others fail meanwhile [R13] */
		WRITE_ONCE(pgdat->kswapd_failures, 0);
	announce_node_ends(pgdat, sc, sc->nr_scanned - scanned, from_lists, sc->nr_reclaimed - reclaimed - from_lists);
	if (sc->kswapd)
		note_state_of_node(pgdat, sc);
	else if (READ_ONCE(pgdat->flags) & PGDAT_CONGESTED)
		reclaim_throttle(pgdat, THROTTLE_CONGESTED);
	if (sc->nr_reclaimed == reclaimed && sc->cache_trim_mode)
		sc->cache_trim_mode_failed = true;
}

/* --- direct reclaim ---------------------------------------------------------------------------------------------------------------------- */

/* Nothing for so long: others may be faster, if they are let. */
static void consider_throttle(struct pgdat *pgdat, const struct scan_control *sc)
{
	if (sc->priority == 1 && !sc->nr_reclaimed)
		reclaim_throttle(pgdat, THROTTLE_NO_PROGRESS);
}

/* Each node once, the nearest first. */
static void shrink_zones(struct mm *mm, const struct zonelist *list, struct scan_control *sc)
{
	struct pgdat *first = NULL;
	u32 seen = 0;

	for (unsigned i = 0; i < list->nr; i++) {
		const struct zone *zone = list->zone[i];

		sim_tick();
		if (zone->index > sc->highest || (seen >> zone->nid & 1))
			continue;
		seen |= 1u << zone->nid;
		first = first ? first : &mm->vm->node[zone->nid];
		shrink_node(&mm->vm->node[zone->nid], sc);
	}
	if (first)
		consider_throttle(first, sc);
}

/* [R3] */
static void all_priorities(struct mm *mm, const struct zonelist *list, struct scan_control *sc)
{
	for (sc->priority = DEF_PRIORITY; sc->priority >= 0; sc->priority--) {
		sc->nr_scanned = 0;
		shrink_zones(mm, list, sc);
		if (sc->nr_reclaimed >= sc->nr_to_reclaim)
			break;
	}
	for (unsigned nid = 0; nid < mm->nr_nodes; nid++)
		snapshot_refaults(&mm->vm->node[nid]);
}

static bool anything_in_batches(const struct mm *mm)
{
	for (unsigned cpu = 0; cpu < SIM_MAX_CPUS; cpu++)
		if (READ_ONCE(mm->vm->batch[cpu].nr))
			return true;
	return false;
}

static u64 do_try_to_free_pages(struct mm *mm, const struct zonelist *list, struct scan_control *sc)
{
	all_priorities(mm, list, sc);
	if (!sc->nr_reclaimed && anything_in_batches(mm)) {
		lru_add_drain_all();
		all_priorities(mm, list, sc);
	}
	if (!sc->nr_reclaimed && sc->skipped_deactivate) {
		sc->force_deactivate = true;
		all_priorities(mm, list, sc);
	}
	return sc->nr_reclaimed;
}

/* --- kswapd is woken ----------------------------------------------------------------------------------------------------------------- */

/* Who looked whether it sleeps must not be overtaken before he wakes it: nobody comes between where there is a thread. [R11] */
static bool was_wanted(struct mm *mm, unsigned nid)
{
	bool wanted;

	if (!vm_works(mm))
		return xchg(&mm->kswapd_wanted[nid], true); /* orders: kswapd sees what it is woken for */
	wanted = READ_ONCE(mm->kswapd_wanted[nid]);
	WRITE_ONCE(mm->kswapd_wanted[nid], true);
	return wanted;
}

/* Whatever it may think of it; at most once until it has heard. */
static void force_kswapd(struct mm *mm, struct zone *zone, gfp_t gfp, unsigned order)
{
	if (was_wanted(mm, zone->nid)) {
		count_mark(MARK_KSWAPD_WOKEN_ALREADY);
		return;
	}
	count_vm_events(KSWAPD_WAKE, 1);
	mm_announce((struct mm_event){ .type = EVENT_WAKEUP_KSWAPD,
				       .zone = (u8)zone_id(zone),
				       .order = (u8)order,
				       .gfp = gfp });
}

/* --- those who would take what is left [R10] --------------------------------------------------------------------------------------------- */

/* Of zones that have nothing that could be reclaimed and nothing free there is nothing to say. */
static bool enough_for_those_who_free(const struct pgdat *pgdat)
{
	u64 reserve = 0, free = 0;

	for (unsigned i = 0; i <= ZONE_NORMAL; i++) {
		const struct zone *zone = pgdat_zone(pgdat, i);

		if (!zone || !zone->managed_pages)
			continue;
		if (!zone_reclaimable_pages(zone) && !zone_page_state(zone, NR_FREE_PAGES))
			continue;
		reserve += wmark_pages(zone, WMARK_MIN);
		free += (u64)zone_page_state(zone, NR_FREE_PAGES);
	}
	return !reserve || free > reserve / 2;
}

bool allow_direct_reclaim(const struct pgdat *pgdat)
{
	return node_is_unreclaimable(pgdat->nid) || enough_for_those_who_free(pgdat);
}

/* kswapd that has a balanced node, and sleeps, will not do any more about it: one zone is enough for it, here all count. */
static bool throttle_is_over(void *arg)
{
	const struct wait_for_node *w = arg;

	return (w->process && task_is_killed(w->process)) || allow_direct_reclaim(w->pgdat) ||
	       (READ_ONCE(w->pgdat->kswapd_asleep) && !READ_ONCE(current_mm()->kswapd_wanted[w->pgdat->nid]));
}

static struct pgdat *first_node_of(struct mm *mm, const struct zonelist *list)
{
	for (unsigned i = 0; i < list->nr; i++)
		if (list->zone[i]->index <= ZONE_NORMAL)
			return &mm->vm->node[list->zone[i]->nid];
	return NULL;
}

/* For whom the node is to be balanced, besides those who asked before. */
static void note_wanted(struct pgdat *pgdat, unsigned order, unsigned highest)
{
	step_lock(&pgdat->note_lock);
	if (pgdat->kswapd_highest_zoneidx == MAX_NR_ZONES || pgdat->kswapd_highest_zoneidx < highest)
		pgdat->kswapd_highest_zoneidx = (u8)highest;
	pgdat->kswapd_order = max_of(pgdat->kswapd_order, (u8)order);
	step_unlock(&pgdat->note_lock);
}

static void rouse_kswapd(struct mm *mm, struct pgdat *pgdat)
{
	note_wanted(pgdat, 0, ZONE_NORMAL);
	for (unsigned i = 0; i <= ZONE_NORMAL && READ_ONCE(pgdat->kswapd_asleep); i++)
		if (pgdat_zone(pgdat, i)) {
			force_kswapd(mm, pgdat_zone(pgdat, i), 0, 0);
			return;
		}
}

/* true: it is to die, and has no need of reclaim. A kernel thread is never kept waiting: others wait for it. */
static bool throttle_direct_reclaim(struct mm *mm, const struct zonelist *list, const struct scan_control *sc)
{
	struct pgdat *pgdat = first_node_of(mm, list);
	struct wait_for_node w = { .pgdat = pgdat, .process = current_process() };

	if (!w.process || this_cpu->task || fatal_signal_pending() || !pgdat || allow_direct_reclaim(pgdat))
		return false;
	count_reclaim_events(PGSCAN_DIRECT_THROTTLE, 1);
	announce_reclaim(RECLAIM_THROTTLED, pgdat, sc, 0, 0);
	rouse_kswapd(mm, pgdat);
	reclaim_wait(WAIT_PFMEMALLOC, throttle_is_over, &w, sc->gfp & __GFP_FS ? ~0ULL : PFMEMALLOC_NOFS_NS,
		     "kswapd to leave something");
	return fatal_signal_pending();
}

static u64 reclaim_for(struct mm *mm, const struct zonelist *list, struct scan_control *sc)
{
	u32 flags = this_cpu->task_flags;
	u64 nr;

	mm_announce((struct mm_event){ .type = EVENT_RECLAIM,
				       .report = RECLAIM_DIRECT_BEGINS,
				       .nid = 255,
				       .order = sc->order,
				       .source_order = sc->highest,
				       .gfp = sc->gfp,
				       .index = sc->nr_to_reclaim });
	if (throttle_direct_reclaim(mm, list, sc)) {
		nr = 1; /* so that the request is tried again, with the reserves of who is to die */
	} else {
		this_cpu->task_flags |= PF_MEMALLOC;
		*slab_pages_freed() = 0;
		nr = do_try_to_free_pages(mm, list, sc);
		this_cpu->task_flags = (this_cpu->task_flags & ~(u32)PF_MEMALLOC) | (flags & PF_MEMALLOC);
	}
	announce_reclaim(RECLAIM_DIRECT_ENDS, NULL, sc, sc->nr_scanned, nr);
	return nr;
}

u64 try_to_free_pages(struct mm *mm, const struct zonelist *list, gfp_t gfp, unsigned order)
{
	struct scan_control sc = { .gfp = gfp, .order = (u8)order, .highest = (u8)gfp_zone(gfp), .may_writepage = true,
				   .may_unmap = true, .may_swap = true };
	u64 nr = 0;

	sim_may_sleep("direct reclaim");
	if (vm_works(mm)) {
		sc.nr_to_reclaim = swap_cluster_max();
		nr = reclaim_for(mm, list, &sc);
	}
	return !nr && sim_should_fail(FAULT_RECLAIM_PROGRESS) ? 1 : nr;
}

/* --- before another node is used [R18] ------------------------------------------------------------------------------------------------- */

enum { NODE_RECLAIM_NOSCAN = -2, NODE_RECLAIM_FULL, NODE_RECLAIM_SOME, NODE_RECLAIM_SUCCESS };
enum { RECLAIM_ZONE = 1, RECLAIM_WRITE = 2, RECLAIM_UNMAP = 4 };

static u64 managed_of_node(const struct pgdat *pgdat)
{
	u64 pages = 0;

	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		pages += pgdat_zone(pgdat, i) ? pgdat_zone(pgdat, i)->managed_pages : 0;
	return pages;
}

static u64 less(u64 a, u64 b)
{
	return a > b ? a - b : 0;
}

/* Pages of files it could have under this mode. */
static u64 pagecache_reclaimable(const struct pgdat *pgdat, u32 mode)
{
	u64 file = node_page_state(pgdat, NR_LRU_BASE + LRU_INACTIVE_FILE) + node_page_state(pgdat, NR_LRU_BASE + LRU_ACTIVE_FILE);
	u64 pages = mode & RECLAIM_UNMAP ? file : less(file, node_page_state(pgdat, NR_FILE_MAPPED));

	return mode & RECLAIM_WRITE ? pages : less(pages, node_page_state(pgdat, NR_FILE_DIRTY));
}

static bool node_is_worth_it(const struct pgdat *pgdat, u32 mode)
{
	u64 managed = managed_of_node(pgdat);

	return pagecache_reclaimable(pgdat, mode) > managed * MIN_UNMAPPED_PERCENT / 100 ||
	       node_slab_pages(current_mm(), pgdat->nid, true) > managed * MIN_SLAB_PERCENT / 100;
}

static bool reclaim_node(struct pgdat *pgdat, gfp_t gfp, unsigned order, u32 mode)
{
	u64 wanted = max_of((u64)1 << order, swap_cluster_max());
	struct scan_control sc = { .gfp = gfp, .order = (u8)order, .highest = (u8)gfp_zone(gfp), .nr_to_reclaim = wanted,
				   .may_writepage = mode & RECLAIM_WRITE, .may_unmap = mode & RECLAIM_UNMAP, .may_swap = true };

	this_cpu->task_flags |= PF_MEMALLOC; /* it was not set: node_reclaim() looked */
	*slab_pages_freed() = 0;
	for (sc.priority = NODE_RECLAIM_PRIORITY; sc.priority >= 0 && sc.nr_reclaimed < wanted; sc.priority--)
		shrink_node(pgdat, &sc);
	this_cpu->task_flags &= ~(u32)PF_MEMALLOC;
	return sc.nr_reclaimed >= wanted;
}

int node_reclaim(struct zone *zone, gfp_t gfp, unsigned order)
{
	struct pgdat *pgdat = &vm_state()->node[zone->nid];
	u32 mode = vm_knob(VM_ZONE_RECLAIM_MODE);
	bool done;

	if (!node_is_worth_it(pgdat, mode))
		return NODE_RECLAIM_FULL;
	if (!(gfp & __GFP_DIRECT_RECLAIM) || sim_in_atomic() || (this_cpu->task_flags & PF_MEMALLOC) ||
	    zone->nid != this_cpu->node || (fetch_or(&pgdat->flags, PGDAT_RECLAIM_LOCKED) & PGDAT_RECLAIM_LOCKED))
		return NODE_RECLAIM_NOSCAN;
	done = reclaim_node(pgdat, gfp, order, mode);
	fetch_and(&pgdat->flags, ~(u32)PGDAT_RECLAIM_LOCKED);
	count_reclaim_events(done ? PGSCAN_ZONE_RECLAIM_SUCCESS : PGSCAN_ZONE_RECLAIM_FAILED, 1);
	return done ? NODE_RECLAIM_SUCCESS : NODE_RECLAIM_SOME;
}

/* --- kswapd is wanted -------------------------------------------------------------------------------------------------------------------- */

static bool node_is_boosted(const struct pgdat *pgdat, unsigned highest)
{
	for (unsigned i = 0; i <= highest && i < MAX_NR_ZONES; i++)
		if (pgdat_zone(pgdat, i) && READ_ONCE(pgdat_zone(pgdat, i)->watermark_boost))
			return true;
	return false;
}

/* What is asked for is noted first, so that one who is about to sleep finds it. [R11] */
static bool kswapd_is_to_run(struct mm *mm, const struct zone *zone, gfp_t gfp, unsigned order)
{
	struct pgdat *pgdat = &mm->vm->node[zone->nid];
	unsigned highest = gfp ? gfp_zone(gfp) : zone->index; /* no mask: the zone was boosted */

	if (!zone->managed_pages)
		return false;
	note_wanted(pgdat, order, highest);
	smp_mb(); /* who is about to sleep sees the note, or is seen asleep */
	return READ_ONCE(pgdat->kswapd_asleep) && !node_is_unreclaimable(zone->nid) &&
	       (!pgdat_balanced(pgdat, order, highest) || node_is_boosted(pgdat, highest));
}

void wakeup_kswapd(struct mm *mm, struct zone *zone, gfp_t gfp, unsigned order)
{
	if (!vm_works(mm) || kswapd_is_to_run(mm, zone, gfp, order))
		force_kswapd(mm, zone, gfp, order);
}

/* --- kswapd of a machine without reclaim --------------------------------------------------------------------------------------------- */

static void end_boost(struct zone *zone)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	zone_end_boost(zone);
	spin_unlock_irqrestore(&zone->lock, flags);
}

static struct zone **zones_of_node(struct mm *mm, unsigned nid)
{
	return &mm->zone[nid * MAX_NR_ZONES];
}

bool kswapd_run(unsigned nid)
{
	struct mm *mm = current_mm();

	if (vm_works(mm)) /* it has a thread of its own */
		return false;
	if (nid >= mm->nr_nodes || !xchg(&mm->kswapd_wanted[nid], false))
		return false;
	mm_announce((struct mm_event){ .type = EVENT_KSWAPD_RUN, .zone = (u8)(nid * MAX_NR_ZONES) });
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		if (zones_of_node(mm, nid)[z])
			zone_set_flag(zones_of_node(mm, nid)[z], ZONE_RECLAIM_ACTIVE);
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		if (zones_of_node(mm, nid)[z])
			end_boost(zones_of_node(mm, nid)[z]);
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		if (zones_of_node(mm, nid)[z])
			zone_clear_flag(zones_of_node(mm, nid)[z], ZONE_RECLAIM_ACTIVE);
	return true;
}
