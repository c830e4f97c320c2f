/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kswapd.c - the thread of each node that reclaims so that others need not.
 *
 *   asleep --woken: below low--> balance: priorities 12..1, until a zone of the node is above its high mark
 *     ^                             |  nothing at all: one failure more; 16 in a row: hopeless, nobody wakes it any more
 *     '-- nap --balanced, or hopeless; nobody came meanwhile
 *
 * What it is wanted for (order, highest zone) is noted by who wakes it, at any time; it takes the note along when it begins to
 * balance, and reads what has been added before it sleeps. Between the last look and the sleep nothing comes in: kswapd_asleep is
 * set first, so who comes after the look wakes it.
 *
 * While a mark is boosted it reclaims what costs nothing (no writing, no swap), as much as the boost was, and then takes the boost
 * back: of each zone what it was when kswapd began.
 *
 * Rules [R11] woken for what  [R12] balanced, priorities, failures  [R13] sleeping  [R14] boosts  [R10] wakes who is throttled
 * Locks: zone->lock for a boost. Sleeps.
 * Unlike Linux: no kcompactd; who is throttled looks himself whether he may go on, so nobody has to be woken.
 */
#include "vmscan_internal.h"

static struct zone *next_zone(const struct pgdat *pgdat, unsigned *i, unsigned highest)
{
	for (; *i <= highest && *i < MAX_NR_ZONES; ++*i)
		if (pgdat_zone(pgdat, *i) && pgdat_zone(pgdat, *i)->managed_pages)
			return pgdat_zone(pgdat, *i);
	return NULL;
}
#define for_each_managed_zone(zone, pgdat, highest)                                                                    \
	for (unsigned i_ = 0; ((zone) = next_zone(pgdat, &i_, highest)) != NULL; i_++)

/* --- one run -------------------------------------------------------------------------------------------------------------------- */

static void set_reclaim_active(const struct pgdat *pgdat, unsigned highest, bool active)
{
	struct zone *zone;

	for_each_managed_zone(zone, pgdat, highest)
		if (active)
			zone_set_flag(zone, ZONE_RECLAIM_ACTIVE);
		else
			zone_clear_flag(zone, ZONE_RECLAIM_ACTIVE);
}

static u64 sum_of_boosts(const struct pgdat *pgdat, unsigned highest, u64 boost[MAX_NR_ZONES])
{
	struct zone *zone;
	u64 sum = 0;

	for_each_managed_zone(zone, pgdat, highest)
		sum += boost[zone->index] = READ_ONCE(zone->watermark_boost);
	return sum;
}

/* What was added meanwhile stays. [R14] */
static void take_boosts_back(const struct pgdat *pgdat, unsigned highest, const u64 boost[MAX_NR_ZONES])
{
	struct zone *zone;
	unsigned long flags;

	for_each_managed_zone(zone, pgdat, highest) {
		if (!boost[zone->index])
			continue;
		spin_lock_irqsave(&zone->lock, flags);
		zone_lower_boost(zone, boost[zone->index]);
		spin_unlock_irqrestore(&zone->lock, flags);
	}
}

/* true: it has looked at as much as it meant to reclaim. */
static bool shrink_for_high(struct pgdat *pgdat, struct scan_control *sc)
{
	struct zone *zone;

	sc->nr_to_reclaim = 0;
	for_each_managed_zone(zone, pgdat, sc->highest)
		sc->nr_to_reclaim += max_of(wmark_pages(zone, WMARK_HIGH), swap_cluster_max());
	shrink_node(pgdat, sc);
	if (sc->order && sc->nr_reclaimed >= 2ULL << sc->order)
		sc->order = 0; /* there is enough to make a block of; it is somebody else's turn */
	return sc->nr_scanned >= sc->nr_to_reclaim;
}

/* From gentle to thorough. *boost: what is still to be reclaimed because of it. true: the node is balanced. */
static bool run_priorities(struct pgdat *pgdat, struct scan_control *sc, u64 *boost)
{
	for (sc->priority = DEF_PRIORITY; sc->priority >= 1;) {
		bool balanced = pgdat_balanced(pgdat, sc->order, sc->highest), harder = true;
		u64 before = sc->nr_reclaimed, got;

		sim_tick();
		if (!balanced && *boost) { /* there is real need: begin again, without regard to cost */
			*boost = 0;
			sc->priority = DEF_PRIORITY;
			continue;
		}
		if (balanced && !*boost)
			return true;
		if (*boost && sc->priority == DEF_PRIORITY - 2)
			harder = false;
		sc->may_writepage = sc->may_swap = !*boost;
		age_active_anon(pgdat, sc);
		sc->nr_scanned = 0;
		if (shrink_for_high(pgdat, sc))
			harder = false;
		got = sc->nr_reclaimed - before;
		*boost -= min_of(*boost, got);
		if (*boost && !got)
			break;
		if (harder || !got)
			sc->priority--;
	}
	return false;
}

static void note_failure(struct pgdat *pgdat, const struct scan_control *sc)
{
	u32 failures = READ_ONCE(pgdat->kswapd_failures) + 1;

	WRITE_ONCE(pgdat->kswapd_failures, failures); /* others put it to 0: if that is lost, they do it again */
	announce_reclaim(RECLAIM_FAILURES, pgdat, sc, failures, 0);
}

/* [R12] Returns the order it did it for. */
static unsigned balance_pgdat(struct pgdat *pgdat, unsigned order, unsigned highest)
{
	struct scan_control sc = { .gfp = GFP_KERNEL, .order = (u8)order, .highest = (u8)highest, .kswapd = true,
				   .may_unmap = true };
	u64 boosts[MAX_NR_ZONES] = { 0 }, boost = sum_of_boosts(pgdat, highest, boosts), boosted = boost;
	bool balanced;

	count_reclaim_events(PAGEOUTRUN, 1);
	announce_reclaim(RECLAIM_BALANCE_BEGINS, pgdat, &sc, boost, 0);
	set_reclaim_active(pgdat, highest, true);
	balanced = run_priorities(pgdat, &sc, &boost);
	if (!balanced && !sc.nr_reclaimed && sc.priority < 1 && sc.cache_trim_mode_failed) {
		sc.no_cache_trim_mode = true;
		balanced = run_priorities(pgdat, &sc, &boost);
	}
	if (!balanced && !sc.nr_reclaimed)
		note_failure(pgdat, &sc);
	set_reclaim_active(pgdat, highest, false);
	if (boosted)
		take_boosts_back(pgdat, highest, boosts);
	snapshot_refaults(pgdat);
	announce_reclaim(RECLAIM_BALANCE_ENDS, pgdat, &sc, sc.nr_reclaimed, balanced);
	return sc.order;
}

/* --- sleeping [R13] ----------------------------------------------------------------------------------------------------------------- */

static bool may_sleep(struct pgdat *pgdat, unsigned order, unsigned highest)
{
	if (node_is_unreclaimable(pgdat->nid))
		return true;
	if (!pgdat_balanced(pgdat, order, highest))
		return false;
	fetch_and_relaxed(&pgdat->flags, ~(u32)(PGDAT_DIRTY | PGDAT_WRITEBACK | PGDAT_CONGESTED));
	return true;
}

static bool is_woken(void *arg)
{
	const bool *wanted = arg;

	return READ_ONCE(*wanted);
}

/* Woken in the middle of a nap: what it should sleep after is still to be done. */
static void keep_note(struct pgdat *pgdat, unsigned order, unsigned highest)
{
	step_lock(&pgdat->note_lock);
	if (pgdat->kswapd_highest_zoneidx == MAX_NR_ZONES)
		pgdat->kswapd_highest_zoneidx = (u8)highest;
	pgdat->kswapd_order = max_of(pgdat->kswapd_order, (u8)order);
	step_unlock(&pgdat->note_lock);
}

/* true: asleep, which ends this run of the thread. */
static bool try_to_sleep(struct pgdat *pgdat, unsigned order, unsigned highest)
{
	bool *wanted = &current_mm()->kswapd_wanted[pgdat->nid], woken = false;
	u64 nap_ns = this_cpu->machine->param[PARAM_KSWAPD_NAP_MS] * 1000000ULL;

	WRITE_ONCE(pgdat->kswapd_asleep, true); /* before it looks */
	smp_mb();
	if (may_sleep(pgdat, order, highest)) {
		announce_reclaim(RECLAIM_KSWAPD_NAPS, pgdat, NULL, 0, 0);
		woken = sim_sleep_timeout(is_woken, wanted, nap_ns, "kswapd's nap");
		if (woken)
			keep_note(pgdat, order, highest);
		if (!woken && may_sleep(pgdat, order, highest))
			return true;
	}
	count_reclaim_events(woken ? KSWAPD_LOW_WMARK_HIT_QUICKLY : KSWAPD_HIGH_WMARK_HIT_QUICKLY, 1);
	WRITE_ONCE(pgdat->kswapd_asleep, false);
	WRITE_ONCE(*wanted, false);
	announce_reclaim(RECLAIM_KSWAPD_GOES_ON, pgdat, NULL, 0, 0);
	return false;
}

/* What it is wanted for by now; taken along, or left. */
static unsigned read_note(struct pgdat *pgdat, unsigned *highest, bool take)
{
	unsigned order;

	step_lock(&pgdat->note_lock);
	order = pgdat->kswapd_order;
	if (pgdat->kswapd_highest_zoneidx != MAX_NR_ZONES)
		*highest = pgdat->kswapd_highest_zoneidx;
	if (take) {
		pgdat->kswapd_order = 0;
		pgdat->kswapd_highest_zoneidx = MAX_NR_ZONES;
	}
	step_unlock(&pgdat->note_lock);
	return order;
}

/* --- the thread ---------------------------------------------------------------------------------------------------------------------- */

static void announce_thread(const struct pgdat *pgdat, bool on)
{
	mm_announce((struct mm_event){ .type = EVENT_KTHREAD,
				       .kthread = (u8)(pgdat->kswapd_task - 1),
				       .nid = pgdat->nid,
				       .on = on });
}

static void balance_until_it_sleeps(struct pgdat *pgdat)
{
	unsigned order, done, highest = MAX_NR_ZONES - 1;

	do {
		sim_tick();
		order = read_note(pgdat, &highest, true);
		done = balance_pgdat(pgdat, order, highest);
		if (done >= order) /* else it is to sleep after a smaller order than it was asked for */
			done = read_note(pgdat, &highest, false);
	} while (!try_to_sleep(pgdat, done, highest));
}

static bool kswapd_wanted(void *arg)
{
	const struct pgdat *pgdat = arg;
	const struct mm *mm = current_mm();

	return vm_works(mm) && READ_ONCE(mm->kswapd_wanted[pgdat->nid]);
}

static void kswapd(void *arg)
{
	struct pgdat *pgdat = arg;

	announce_thread(pgdat, true);
	WRITE_ONCE(pgdat->kswapd_asleep, false);
	WRITE_ONCE(current_mm()->kswapd_wanted[pgdat->nid], false);
	this_cpu->task_flags |= PF_MEMALLOC;
	balance_until_it_sleeps(pgdat);
	this_cpu->task_flags &= ~(u32)PF_MEMALLOC;
	announce_thread(pgdat, false);
}

static u8 first_cpu_of(unsigned nid)
{
	const struct machine *m = this_cpu->machine;

	for (unsigned cpu = 0; cpu < m->param[PARAM_CPUS]; cpu++)
		if (m->cpu[cpu].node == nid)
			return (u8)cpu;
	return 0;
}

int kswapd_init(void)
{
	static const char *const name[MAX_NUMNODES] = { "kswapd0", "kswapd1", "kswapd2", "kswapd3" };
	struct mm *mm = current_mm();

	for (unsigned nid = 0; nid < mm->nr_nodes; nid++) {
		struct pgdat *pgdat = &mm->vm->node[nid];

		mm->kswapd_wanted[nid] = false;
		pgdat->kswapd_task = (u8)(1 + sim_kthread_create((struct sim_kthread){ .name = name[nid],
										       .cpu = first_cpu_of(nid),
										       .wanted = kswapd_wanted,
										       .run = kswapd,
										       .arg = pgdat }));
	}
	return 0;
}
