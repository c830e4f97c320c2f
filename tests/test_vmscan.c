/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_vmscan.c - reclaim's decisions by golden numbers: who waits, and how long; what a look at a node finds wrong with it; between
 * which kinds of pages it is shared; which nodes it goes to; what kswapd is woken for.
 *
 * Nobody but these tests can tell: none of it is wrong in itself, so the model leaves it to reclaim. Numbers that a node counts are
 * written over where that many pages would be too many for a scene.
 */
#include "reclaim.h"

/* --- who waits [R8] [R9] ------------------------------------------------------------------------------------------------------------ */

#define MS 1000000ULL

static u64 ms_of_throttle(enum throttle why)
{
	u64 before = sim_now_ns();

	refuel();
	reclaim_throttle(node(), why);
	return (sim_now_ns() - before) / MS;
}

static void waits(void)
{
	s64 *pending = &node()->zone_stat[ZONE_NORMAL][NR_ZONE_WRITE_PENDING];

	same_number(ms_of_throttle(THROTTLE_ISOLATED), 20, "R9: 20 ms for pages that others have isolated");
	same_number(ms_of_throttle(THROTTLE_WRITEBACK), 0, "R8: where nothing is being written nobody waits for it");
	node()->stat[NR_WRITEBACK] = 1;
	same_number(ms_of_throttle(THROTTLE_WRITEBACK), 100, "R8: else 100 ms, if nothing gets written");
	m->param[PARAM_SWAP_CLUSTER_MAX] = 0;
	same_number(ms_of_throttle(THROTTLE_WRITEBACK), 0, "R8: or until enough is");
	m->param[PARAM_SWAP_CLUSTER_MAX] = 8;
	new_pages(20, 0);
	*pending = 10;
	same_number(ms_of_throttle(THROTTLE_NO_PROGRESS), 0, "R8: half of what can be reclaimed is pending: nobody waits");
	*pending = 11;
	same_number(ms_of_throttle(THROTTLE_NO_PROGRESS), 10, "R8: if more is, 10 ms");
	same_number(ms_of_throttle(THROTTLE_CONGESTED), 10, "R8: where the device is congested too");
	node()->kswapd_failures = MAX_RECLAIM_RETRIES;
	same_number(ms_of_throttle(THROTTLE_NO_PROGRESS), 0, "R8: but not for a node that is hopeless");
	node()->kswapd_failures = 0;
	task_create(0, 0);
	this_cpu->process = 1;
	vm_task(0)->killed = true;
	same_number(ms_of_throttle(THROTTLE_NO_PROGRESS), 0, "R8: nor does who is to die");
	vm_task(0)->killed = false;
	this_cpu->process = 0;
	this_cpu->task = 15;
	same_number(ms_of_throttle(THROTTLE_ISOLATED), 0, "nor a thread that others wait for");
	this_cpu->task = 0;
	*pending = 0;
	node()->stat[NR_WRITEBACK] = 0;
	drop_pages();
	tasks_settle();
}

static bool isolated(gfp_t gfp, bool kswapd, bool file, u64 nr)
{
	struct scan_control sc = { .gfp = gfp, .kswapd = kswapd };
	bool too_many;

	node()->stat[NR_LRU_BASE + (file ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON)] = 80;
	node()->stat[file ? NR_ISOLATED_FILE : NR_ISOLATED_ANON] = (s64)nr;
	too_many = too_many_isolated(node(), file, &sc);
	node()->stat[NR_LRU_BASE + (file ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON)] = 0;
	node()->stat[file ? NR_ISOLATED_FILE : NR_ISOLATED_ANON] = 0;
	return too_many;
}

static void too_many(void)
{
	for (unsigned file = 0; file < 2; file++) {
		ok(!isolated(GFP_KERNEL, false, file, 10), "R9: an eighth of the inactive ones may be isolated");
		ok(isolated(GFP_KERNEL, false, file, 11), "R9: no more");
		ok(!isolated(GFP_NOFS, false, file, 80), "R9: for who holds what others wait for as many as there are");
		ok(isolated(GFP_NOFS, false, file, 81), "R9: no more");
		ok(!isolated(GFP_NOIO, false, file, 80), "R9: so for who may not write");
		ok(!isolated(GFP_KERNEL, true, file, 1000), "R9: kswapd is never held up");
	}
}

static void look_as(struct scan_control *sc)
{
	sc->gfp = GFP_KERNEL;
	sc->highest = MAX_NR_ZONES - 1;
	sc->nr_to_reclaim = 1000;
	sc->may_unmap = sc->may_swap = sc->may_writepage = true;
	forget_news();
	shrink_node(node(), sc);
}

static void isolated_are_waited_for(void)
{
	struct scan_control sc = { 0 };
	u64 began = sim_now_ns();

	new_pages(8, 0);
	node()->stat[NR_ISOLATED_FILE] = 9;
	look_as(&sc);
	same_number((sim_now_ns() - began) / MS, 20, "R9: 20 ms for what others have isolated");
	same_number(sc.nr_scanned + vm_counter("pgscan_file"), 0, "R9: and if that did not help, no look at files");
	sc.kswapd = true;
	look_as(&sc);
	ok(sc.nr_scanned, "R9: kswapd looks all the same");
	node()->stat[NR_ISOLATED_FILE] = 0;
	drop_pages();
}

/* --- those who would take what is left [R10] ------------------------------------------------------------------------------------------- */

static u64 free_below_highmem(void)
{
	u64 free = 0;

	for (unsigned i = 0; i <= ZONE_NORMAL; i++)
		free += pgdat_zone(node(), i) ? (u64)zone_page_state(pgdat_zone(node(), i), NR_FREE_PAGES) : 0;
	return free;
}

static bool allowed_with_min(u64 normal, u64 above)
{
	u64 kept[MAX_NR_ZONES] = { 0 };
	bool allowed;

	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i)) {
			kept[i] = pgdat_zone(node(), i)->watermark[WMARK_MIN];
			pgdat_zone(node(), i)->watermark[WMARK_MIN] = i == ZONE_NORMAL ? normal : i > ZONE_NORMAL ? above : 0;
		}
	allowed = allow_direct_reclaim(node());
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i))
			pgdat_zone(node(), i)->watermark[WMARK_MIN] = kept[i];
	return allowed;
}

static void reserves(void)
{
	u64 free = free_below_highmem(), managed;

	ok(allowed_with_min(2 * free - 1, 0), "R10: with more than half of min free everybody may reclaim");
	ok(!allowed_with_min(2 * free, 0), "R10: with half of it nobody");
	ok(allowed_with_min(0, 1 << 20), "R10: zones above Normal do not count");
	ok(allowed_with_min(0, 0), "R10: nor does anything where nothing is reserved");
	managed = pgdat_zone(node(), ZONE_NORMAL)->managed_pages;
	pgdat_zone(node(), ZONE_NORMAL)->managed_pages = 0;
	ok(allowed_with_min(1 << 20, 0), "R10: a zone without memory has no reserve");
	pgdat_zone(node(), ZONE_NORMAL)->managed_pages = managed;
	node()->kswapd_failures = MAX_RECLAIM_RETRIES;
	ok(allowed_with_min(1 << 20, 0), "R10: when kswapd has given up all may go on");
	node()->kswapd_failures = 0;
}

/* Reclaim over a list of this one zone: ms it took. */
static u64 ms_of_reclaim_in(unsigned zone)
{
	struct zonelist list = { .nr = 1 };
	u64 began = sim_now_ns();

	list.zone[0] = pgdat_zone(node(), zone);
	refuel();
	try_to_free_pages(current_mm(), &list, GFP_NOFS, 0);
	return (sim_now_ns() - began) / MS;
}

/* Nobody is woken, and nothing gets better. */
static void throttled_for_a_second(void)
{
	u64 before, min = pgdat_zone(node(), ZONE_NORMAL)->watermark[WMARK_MIN];

	task_create(0, 0);
	this_cpu->process = 1;
	node()->kswapd_asleep = false;
	pgdat_zone(node(), ZONE_NORMAL)->watermark[WMARK_MIN] = 1 << 20;
	before = sim_now_ns();
	reclaim(GFP_NOFS);
	same_number((sim_now_ns() - before) / MS, 1000, "R10: who may not enter the filesystem is held up for a second at most");
	same_number(vm_counter("pgscan_direct_throttle"), 1, "which is counted");
	this_cpu->task = 15;
	reclaim(GFP_NOFS);
	this_cpu->task = 0;
	vm_task(0)->killed = true;
	reclaim(GFP_NOFS);
	vm_task(0)->killed = false;
	this_cpu->process = 0;
	reclaim(GFP_NOFS);
	same_number(vm_counter("pgscan_direct_throttle"), 1, "R10: neither a thread of the kernel, nor who is to die, nor who is no task");
	same_number((sim_now_ns() - before) / MS, 1000, "and no time has passed");
	this_cpu->process = 1;
	same_number(ms_of_reclaim_in(ZONE_NORMAL), 1000, "R10: a list of Normal alone has its node's reserves");
	same_number(ms_of_reclaim_in(ZONE_MOVABLE), 0, "R10: one of Movable alone has none");
	this_cpu->process = 0;
	pgdat_zone(node(), ZONE_NORMAL)->watermark[WMARK_MIN] = min;
	node()->kswapd_asleep = true;
	tasks_settle();
}

/* --- what is wrong with a node --------------------------------------------------------------------------------------------------------- */

static u32 flags_after_look(u32 page_flags, unsigned nr, u32 other_flags, unsigned nr_others, u64 *ms)
{
	struct scan_control sc = { .kswapd = true };
	u32 flags, before = node()->flags;
	u64 began = sim_now_ns();

	new_pages(nr, page_flags);
	new_pages(nr_others, other_flags);
	look_as(&sc);
	*ms = (sim_now_ns() - began) / MS;
	flags = node()->flags & ~before;
	for (unsigned i = 0; i < nr_pages; i++)
		vm_clear_flags(page_of[i], PGV_writeback | PGV_dirty | PGV_reclaim);
	drop_pages();
	return flags;
}

static void states_of_a_node(void)
{
	u64 ms;

	same_number(flags_after_look(0, 8, 0, 0, &ms), 0, "clean pages: nothing is wrong");
	same_number(flags_after_look(PGV_writeback, 7, 0, 1, &ms), 0, "not all are being written: nothing is wrong");
	same_number(flags_after_look(PGV_writeback, 8, 0, 0, &ms), PGDAT_WRITEBACK, "R8: all pages are being written");
	same_number(ms, 0, "R8: nobody waits the first time");
	same_number(vm_counter("pgactivate"), 8 + 7, "R6: pages that are being written are out of the way: counted");
	node()->stat[NR_WRITEBACK] = 1;
	flags_after_look(PGV_writeback, 8, 0, 0, &ms);
	same_number(ms, 0, "R8: nor for pages it meets for the first time");
	flags_after_look(PGV_writeback | PGV_reclaim, 8, 0, 0, &ms);
	same_number(ms, 100, "R8: kswapd waits for pages it meets for the second time");
	node()->stat[NR_WRITEBACK] = 0;
	node()->flags = 0;
	same_number(flags_after_look(PGV_writeback | PGV_reclaim, 7, PGV_writeback, 1, &ms), PGDAT_WRITEBACK, "one is written for the first time: not congested");
	node()->flags = 0;
	same_number(flags_after_look(PGV_writeback | PGV_reclaim, 8, 0, 1, &ms), PGDAT_CONGESTED, "R8: all dirty ones are met for the second time: congested");
	node()->flags = 0;
	same_number(flags_after_look(PGV_dirty, 8, 0, 1, &ms), 0, "one is clean: not all is dirty");
	same_number(flags_after_look(PGV_dirty, 8, PGV_writeback, 1, &ms), 0, "one is being written: somebody is at it");
	same_number(flags_after_look(PGV_dirty, 8, 0, 0, &ms), PGDAT_DIRTY, "R7: all is dirty, and nobody is at it");
	node()->flags = 0;
}

/* Pages of a file that kswapd may write, by the flags of pages and node: how many it writes. */
static u64 written_by_kswapd(u32 page_flags, u32 node_flags)
{
	struct scan_control sc = { .kswapd = true };
	u64 before = vm_counter("nr_vmscan_write"), left = vm_counter("nr_vmscan_immediate_reclaim");

	for (unsigned i = 0; i < 8; i++)
		file_write(1, i, page_buffer);
	lru_add_drain_all();
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		if (vm_state()->page[pfn].mapping)
			vm_state()->page[pfn].flags = (vm_state()->page[pfn].flags & ~(u32)(PGV_referenced | PGV_reclaim)) | page_flags;
	node()->flags = node_flags;
	look_as(&sc);
	node()->flags = 0;
	left = vm_counter("nr_vmscan_immediate_reclaim") - left;
	file_fsync(1);
	fs_settle();
	ok(left == 0 || left == 8, "R7: the others are the flusher's: none, or all: %llu", (unsigned long long)left);
	return vm_counter("nr_vmscan_write") - before;
}

static void who_writes(void)
{
	same_number(written_by_kswapd(PGV_reclaim, PGDAT_DIRTY), 8, "R7: kswapd writes when all is dirty, and was when it looked last");
	same_number(written_by_kswapd(0, PGDAT_DIRTY), 0, "R7: not what it meets for the first time");
	same_number(written_by_kswapd(PGV_reclaim, PGDAT_WRITEBACK), 0, "R7: nor where not all is dirty");
	same_number(written_by_kswapd(PGV_reclaim | PGV_referenced, PGDAT_DIRTY), 0, "R6: nor what was used since");
}

/* One that was mlocked while nobody looked: it is found by its mapping, and is no active page. */
static void mlocked_is_found(void)
{
	struct scan_control sc = { 0 };
	struct page *page;
	u64 pfn = 0;
	u32 done;

	task_create(0, 0);
	swapon(1, 8, -1);
	task_access(0, 0, true, &pfn);
	page = pfn_to_page(pfn);
	task_mlock(0, 0, 1, &done);
	lru_add_drain_all();
	munlock_page(page); /* by a look that came between */
	ok(!vm_flag(page, PGV_mlocked | PGV_unevictable), "a page that does not know that it is mlocked");
	look_as(&sc);
	ok(vm_flag(page, PGV_mlocked) && page_lru(page) == LRU_UNEVICTABLE && !vm_flag(page, PGV_active), "R24: it is found by its mapping");
	same_number(vm_counter("pgactivate"), 0, "R24: and is not counted as active");
	tasks_settle();
	ok(!vm_task(0)->exists, "settled, there is no task");
	swapoff(1);
}

/* Many pages are pending in each of these. */
static u64 ms_of_direct_look(u32 flags)
{
	struct scan_control sc = { 0 };
	u64 began = sim_now_ns();

	node()->flags = flags;
	look_as(&sc);
	node()->flags = 0;
	return (sim_now_ns() - began) / MS;
}

static void told_by_kswapd(void)
{
	u64 began = sim_now_ns();

	new_pages(20, 0);
	node()->stat[NR_WRITEBACK] = 1;
	node()->zone_stat[ZONE_NORMAL][NR_ZONE_WRITE_PENDING] = 11;
	same_number(ms_of_direct_look(0), 0, "R8: who reclaims for himself waits for no page");
	same_number(ms_of_direct_look(PGDAT_DIRTY | PGDAT_WRITEBACK), 0, "R8: nor for a node full of dirty pages");
	same_number(ms_of_direct_look(PGDAT_CONGESTED), 10, "R8: but for a congested one");
	began = sim_now_ns();
	same_number(reclaim(GFP_HIGHUSER_MOVABLE), 0, "nothing can be reclaimed");
	same_number((sim_now_ns() - began) / MS, 10, "R8: and at the last priority but one it waits, once");
	node()->zone_stat[ZONE_NORMAL][NR_ZONE_WRITE_PENDING] = 0;
	node()->stat[NR_WRITEBACK] = 0;
	drop_pages();
}

static bool asleep(void *unused)
{
	(void)unused;
	return node()->kswapd_asleep && !current_mm()->kswapd_wanted[0];
}

static void forgotten_by_kswapd(void)
{
	node()->flags = PGDAT_DIRTY | PGDAT_WRITEBACK | PGDAT_CONGESTED;
	pgdat_zone(node(), ZONE_NORMAL)->watermark_boost = 1;
	wakeup_kswapd(current_mm(), pgdat_zone(node(), ZONE_NORMAL), GFP_KERNEL, 0);
	sim_sleep_timeout(asleep, NULL, ~0ULL, "kswapd to sleep");
	sim_sleep_timeout(asleep, NULL, 0, "kswapd to sleep");
	same_number(node()->flags, 0, "R13: of a balanced node nothing is wrong");
}

static void failures_are_forgotten(void)
{
	struct scan_control sc = { 0 };

	node()->kswapd_failures = 3;
	new_pages(8, 0);
	look_as(&sc);
	same_number(node()->kswapd_failures, 3, "R13: a look that found nothing leaves the failures");
	drop_pages();
	read_files(8);
	forget_who_used_what();
	look_as(&sc);
	ok(sc.nr_reclaimed > 0, "files are reclaimed");
	same_number(node()->kswapd_failures, 0, "R13: success forgets them, whoever had it");
	fs_settle();
}

/* --- between which kinds [R4] ----------------------------------------------------------------------------------------------------------- */

enum { EQUAL, FRACT, ANON, FILES }; /* as RECLAIM_NODE_ENDS says it */

/* Of a look at these pages. */
static unsigned balance_of(struct scan_control sc, unsigned anon, unsigned inactive_file, unsigned active_file)
{
	new_pages(anon, PGV_swapbacked);
	new_pages(inactive_file, 0);
	new_pages(active_file, PGV_active);
	look_as(&sc);
	drop_pages();
	keep_news(m, NULL);
	for (unsigned i = nr_news; i--;)
		if (news[i].report == RECLAIM_NODE_ENDS)
			return news[i].balance;
	return 255;
}

static void files_are_trimmed(void)
{
	struct scan_control sc = { .priority = 6 };

	same_number(balance_of(sc, 64, 64, 64), FILES, "R5: without swap files alone");
	swapon(1, 128, -1);
	same_number(balance_of(sc, 64, 64, 64), FILES, "R4: enough inactive files: they go first");
	same_number(balance_of(sc, 64, 63, 63), FRACT, "R4: less than a page at this priority is not enough");
	same_number(balance_of(sc, 64, 64, 65), FRACT, "R4: nor is a list that is low");
	sc.no_cache_trim_mode = true;
	same_number(balance_of(sc, 64, 64, 64), FRACT, "R4: unless that was of no use");
	sc.no_cache_trim_mode = false;
	sc.force_deactivate = true;
	same_number(balance_of(sc, 64, 64, 64), FRACT, "R4: or active ones age in any case");
	sc.force_deactivate = false;
	node()->stat[WORKINGSET_ACTIVATE_FILE]++;
	same_number(balance_of(sc, 64, 64, 64), FRACT, "R4: or files came back too soon");
	snapshot_refaults(node());
	same_number(balance_of(sc, 64, 64, 64), FILES, "R4: until that was noted");
	sc.priority = 0;
	same_number(balance_of(sc, 64, 64, 64), EQUAL, "R4: at the last priority all kinds are equal");
	swapoff(1);
}

/* The high marks of all zones together are so much more than what is free and the files. */
static unsigned balance_when_short(s64 by, s8 priority, unsigned active_anon)
{
	struct scan_control sc = { .priority = priority };
	struct zone *zone = pgdat_zone(node(), ZONE_NORMAL);
	u64 kept[MAX_NR_ZONES] = { 0 }, free = 0, balance;

	new_pages(active_anon, PGV_swapbacked | PGV_active);
	new_pages(64, PGV_swapbacked);
	new_pages(10, 0);
	new_pages(5, PGV_active);
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i)) {
			free += (u64)zone_page_state(pgdat_zone(node(), i), NR_FREE_PAGES);
			kept[i] = pgdat_zone(node(), i)->watermark[WMARK_HIGH];
			pgdat_zone(node(), i)->watermark[WMARK_HIGH] = 0;
		}
	zone->watermark[WMARK_HIGH] = free + 15 + (u64)by;
	balance = balance_of(sc, 0, 0, 0);
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i))
			pgdat_zone(node(), i)->watermark[WMARK_HIGH] = kept[i];
	return (unsigned)balance;
}

static void few_files(void)
{
	swapon(1, 128, -1);
	same_number(balance_when_short(0, 6, 0), ANON, "R4: files that would not lift the node above its marks are left alone");
	same_number(balance_when_short(-1, 6, 0), FRACT, "R4: one page more, and they are not");
	same_number(balance_when_short(0, 7, 0), FRACT, "R4: where no anonymous page would be looked at they are not either");
	same_number(balance_when_short(0, 6, 65), FRACT, "R4: nor where too few of those are inactive");
	swapoff(1);
}

/* Files that nobody uses, and anonymous pages that somebody has: the look ends when a few files are reclaimed. */
static void enough_was_found(unsigned anon, unsigned files)
{
	struct scan_control sc = { .gfp = GFP_KERNEL, .highest = MAX_NR_ZONES - 1, .nr_to_reclaim = 8, .may_unmap = true, .may_swap = true };
	u64 left[2], done, less, more;

	read_files(files);
	forget_who_used_what();
	new_pages(anon, PGV_swapbacked);
	left[0] = on_list(LRU_INACTIVE_ANON);
	left[1] = on_list(LRU_INACTIVE_FILE);
	less = left[1] < left[0];
	more = !less;
	done = 100 - 100 * (left[less] - 8) / (left[less] + 1);
	forget_news();
	shrink_node(node(), &sc);
	same_number(vm_counter(less ? "pgscan_file" : "pgscan_anon"), 8, "R4: when there is enough, the kind of which less is left is done");
	same_number(vm_counter(more ? "pgscan_file" : "pgscan_anon"), max_of(8, left[more] * done / 100), "R4: and the other one gets as far");
	drop_pages();
	fs_settle();
}

static void more_files(void)
{
	swapon(1, 256, -1);
	enough_was_found(64, 160);
	swapoff(1);
}

static void more_anon(void)
{
	swapon(1, 256, -1);
	enough_was_found(160, 32);
	swapoff(1);
}

static void what_can_be_had(void)
{
	u64 pages = 0;

	for (unsigned swap = 0; swap < 2; swap++) {
		new_pages(10, 0);
		new_pages(20, PGV_active);
		new_pages(40, PGV_swapbacked);
		new_pages(80, PGV_swapbacked | PGV_active);
		pages = 0;
		for (unsigned i = 0; i < MAX_NR_ZONES; i++)
			pages += pgdat_zone(node(), i) ? zone_reclaimable_pages(pgdat_zone(node(), i)) : 0;
		same_number(pages, swap ? 150 : 30, swap ? "R5: with swap all pages" : "R5: without swap files alone can be had");
		drop_pages();
		if (!swap)
			swapon(1, 8, -1);
	}
	swapoff(1);
}

static void refaults_are_noted(void)
{
	node()->stat[WORKINGSET_ACTIVATE_ANON] = 3;
	node()->stat[WORKINGSET_ACTIVATE_FILE] = 5;
	reclaim(GFP_HIGHUSER_MOVABLE);
	ok(lists()->refaults[0] == 3 && lists()->refaults[1] == 5, "R23: what came back is noted after each reclaim");
}

/* What lies in zones that are of no use for the request is passed over: one page of Normal, behind those of Movable. */
static void passed_over(void)
{
	struct scan_control sc = { .gfp = GFP_KERNEL, .highest = ZONE_NORMAL, .nr_to_reclaim = 8, .may_unmap = true };
	u64 movable;

	new_pages(10, 0);
	movable = lists()->lru_size[ZONE_MOVABLE][LRU_INACTIVE_FILE];
	same_number(movable, 10, "ten pages lie in Movable");
	page_of[nr_pages] = vm_alloc_page(VM_USE_ANON, GFP_NOWAIT, NUMA_NO_NODE);
	lru_add_page(page_of[nr_pages++]);
	lru_add_drain();
	forget_news();
	shrink_node(node(), &sc);
	same_number(vm_counter("pgscan_file"), 1, "the page of Normal is looked at");
	same_number(vm_counter("pgskip_movable"), 10, "and the others are counted");
	drop_pages();
}

/* --- which nodes ----------------------------------------------------------------------------------------------------------------------------- */

static void all_nodes(void)
{
	struct mm *mm = current_mm();
	unsigned nr = 0, nodes = 0;

	ok(mm->nr_nodes > 2, "a machine of several nodes");
	for (unsigned nid = 0; nid < mm->nr_nodes; nid++)
		vm_state()->node[nid].stat[WORKINGSET_ACTIVATE_FILE] = 1 + nid;
	reclaim(GFP_HIGHUSER_MOVABLE);
	keep_news(m, NULL);
	for (unsigned i = 0; i < nr_news; i++)
		if (news[i].report == RECLAIM_NODE_BEGINS && news[i].priority == DEF_PRIORITY) {
			nodes |= 1u << news[i].nid;
			ok(nr++ || !news[i].nid, "R3: its own node first");
		}
	same_number(nr, mm->nr_nodes, "R3: a look at each node for each priority");
	same_number(nodes, (1u << mm->nr_nodes) - 1, "R3: at none twice");
	for (unsigned nid = 0; nid < mm->nr_nodes; nid++)
		same_number(vm_state()->node[nid].lruvec.refaults[1], 1 + nid, "R23: what came back is noted of each node");
}

static void play_on_all_nodes(const char *name, void (*act)(void))
{
	struct machine_config c = small_machine();

	printf("# %s\n", name);
	if (!boot_scene(&c, "nodes"))
		return;
	play_scene(name, 0, act);
	machine_destroy(m);
}

/* --- what kswapd is woken for [R11] ------------------------------------------------------------------------------------------------------------ */

static bool woken(gfp_t gfp, unsigned zone, unsigned order)
{
	bool wanted;

	wakeup_kswapd(current_mm(), pgdat_zone(node(), zone), gfp, order);
	wanted = current_mm()->kswapd_wanted[0];
	current_mm()->kswapd_wanted[0] = false;
	return wanted;
}

static bool noted(unsigned highest, unsigned order)
{
	return node()->kswapd_highest_zoneidx == highest && node()->kswapd_order == order;
}

static void what_is_noted(void)
{
	struct zone *zone = pgdat_zone(node(), ZONE_NORMAL);
	u64 kept[MAX_NR_ZONES] = { 0 }, managed = zone->managed_pages;

	ok(!woken(GFP_KERNEL, ZONE_NORMAL, 0) && noted(ZONE_NORMAL, 0), "R11: a balanced node: noted, not woken");
	ok(!woken(GFP_DMA, ZONE_NORMAL, 3) && noted(ZONE_NORMAL, 3), "R11: a lower zone adds nothing, a higher order does");
	ok(!woken(GFP_HIGHUSER_MOVABLE, ZONE_NORMAL, 1) && noted(ZONE_MOVABLE, 3), "R11: a higher zone does, a lower order adds nothing");
	node()->kswapd_highest_zoneidx = MAX_NR_ZONES;
	node()->kswapd_order = 0;
	ok(!woken(0, ZONE_NORMAL, 0) && noted(ZONE_NORMAL, 0), "R14: a boost speaks of its zone");
	zone->watermark_boost = 1;
	ok(woken(GFP_KERNEL, ZONE_NORMAL, 0), "R14: and is a reason");
	ok(!woken(GFP_DMA, ZONE_NORMAL, 0), "R14: but not for those below");
	zone->watermark_boost = 0;
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i)) {
			kept[i] = pgdat_zone(node(), i)->watermark[WMARK_HIGH];
			pgdat_zone(node(), i)->watermark[WMARK_HIGH] = 1 << 20;
		}
	ok(woken(GFP_KERNEL, ZONE_NORMAL, 0), "R11: a node below its marks wakes it");
	node()->kswapd_failures = MAX_RECLAIM_RETRIES - 1;
	ok(woken(GFP_KERNEL, ZONE_NORMAL, 0), "R11: after fifteen failures too");
	node()->kswapd_failures = MAX_RECLAIM_RETRIES;
	ok(!woken(GFP_KERNEL, ZONE_NORMAL, 0), "R11: after sixteen not");
	node()->kswapd_failures = 0;
	node()->kswapd_asleep = false;
	ok(!woken(GFP_KERNEL, ZONE_NORMAL, 0), "R11: who is awake need not be woken");
	node()->kswapd_asleep = true;
	zone->managed_pages = 0;
	node()->kswapd_highest_zoneidx = MAX_NR_ZONES;
	ok(!woken(GFP_KERNEL, ZONE_NORMAL, 0) && noted(MAX_NR_ZONES, 0), "R11: nobody wakes it for a zone without memory");
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i))
			pgdat_zone(node(), i)->watermark[WMARK_HIGH] = kept[i];
	zone->managed_pages = managed;
}

/* --- before another node is used [R18] --------------------------------------------------------------------------------------------------- */

enum { NOSCAN = -2, FULL, SOME, SUCCESS }; /* what node_reclaim() says */

/* The node as if it had these pages of files: so many that are mapped, and dirty. */
static int worth(u32 mode, u64 file, u64 mapped, u64 dirty)
{
	s64 kept[NR_NODE_STAT_ITEMS], *stat = node()->stat;
	int said;

	memcpy(kept, stat, sizeof(kept));
	stat[NR_LRU_BASE + LRU_INACTIVE_FILE] = (s64)(file / 2);
	stat[NR_LRU_BASE + LRU_ACTIVE_FILE] = (s64)(file - file / 2);
	stat[NR_FILE_MAPPED] = (s64)mapped;
	stat[NR_FILE_DIRTY] = (s64)dirty;
	vm_knob_write(VM_ZONE_RECLAIM_MODE, mode);
	said = node_reclaim(pgdat_zone(node(), ZONE_NORMAL), GFP_NOWAIT, 0); /* it may not sleep, so it looks no further */
	memcpy(stat, kept, sizeof(kept));
	vm_knob_write(VM_ZONE_RECLAIM_MODE, 0);
	return said;
}

static u64 managed_of_all(void)
{
	u64 pages = 0;

	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		pages += pgdat_zone(node(), i) ? pgdat_zone(node(), i)->managed_pages : 0;
	return pages;
}

static void which_node_is_worth_it(void)
{
	u64 least = managed_of_all() / 100, kept[MAX_NR_ZONES] = { 0 };

	ok(worth(1, least, 0, 0) == FULL, "R18: one page of a hundred is not worth a look");
	ok(worth(1, least + 1, 0, 0) == NOSCAN, "R18: one more is, and who may not sleep does not look");
	ok(worth(1, least + 6, 5, 0) == NOSCAN && worth(1, least + 6, 6, 0) == FULL, "R18: mapped ones do not count");
	ok(worth(1 | 4, least + 6, 6, 0) == NOSCAN, "R18: unless they may be unmapped");
	ok(worth(1, least + 6, 0, 5) == NOSCAN && worth(1, least + 6, 0, 6) == FULL, "R18: dirty ones do not count");
	ok(worth(1 | 2, least + 6, 0, 6) == NOSCAN, "R18: unless they may be written");
	ok(worth(1, least + 6, 3, 3) == FULL && worth(1, least + 6, 3, 2) == NOSCAN, "R18: neither of them");
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i)) {
			kept[i] = pgdat_zone(node(), i)->managed_pages;
			pgdat_zone(node(), i)->managed_pages = 0;
		}
	same_number(node_slab_pages(current_mm(), 0, true), 0, "no slab can be given back");
	ok(worth(1, 5, 6, 0) == FULL && worth(1, 5, 0, 6) == FULL, "R18: more than all is no less than none");
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i))
			pgdat_zone(node(), i)->managed_pages = kept[i];
}

#define MANY 1024
static void *many[MANY];
static unsigned nr_many;
static struct kmem_cache *cache_of_many;

static void slabs_are_worth_it(void)
{
	u64 least = managed_of_all() * 5 / 100;
	bool worth_it = false;

	cache_of_many = kmem_cache_create("many", 2048, 0, SLAB_NO_MERGE | SLAB_RECLAIM_ACCOUNT, NULL);
	for (nr_many = 0; nr_many < MANY && node_slab_pages(current_mm(), 0, true) <= least; nr_many++) {
		worth_it |= worth(1, 0, 0, 0) != FULL;
		many[nr_many] = kmem_cache_alloc(cache_of_many, GFP_KERNEL);
	}
	ok(!worth_it, "R18: slabs of five pages of a hundred are not worth a look");
	ok(worth(1, 0, 0, 0) == NOSCAN, "R18: of more they are");
	while (nr_many)
		kmem_cache_free(cache_of_many, many[--nr_many]);
	kmem_cache_destroy(cache_of_many);
}

static int reclaim_from_node(gfp_t gfp, unsigned order)
{
	int said;

	forget_news();
	vm_knob_write(VM_ZONE_RECLAIM_MODE, 1);
	said = node_reclaim(pgdat_zone(node(), ZONE_NORMAL), gfp, order);
	vm_knob_write(VM_ZONE_RECLAIM_MODE, 0);
	return said;
}

static void own_node_first(void)
{
	u64 before;

	read_files(160);
	forget_who_used_what();
	before = vm_counter("nr_inactive_file");
	this_cpu->task_flags |= PF_MEMALLOC;
	ok(reclaim_from_node(GFP_HIGHUSER_MOVABLE, 0) == NOSCAN, "R18: who reclaims already does not");
	this_cpu->task_flags &= ~(u32)PF_MEMALLOC;
	node()->flags |= PGDAT_RECLAIM_LOCKED;
	ok(reclaim_from_node(GFP_HIGHUSER_MOVABLE, 0) == NOSCAN, "R18: one at a time");
	node()->flags &= ~(u32)PGDAT_RECLAIM_LOCKED;
	this_cpu->node = 1;
	ok(reclaim_from_node(GFP_HIGHUSER_MOVABLE, 0) == NOSCAN, "R18: nobody looks at a node that is not his");
	this_cpu->node = 0;
	same_number(vm_counter("nr_inactive_file"), before, "R18: nothing is gone by that");
	ok(reclaim_from_node(GFP_HIGHUSER_MOVABLE, 0) == SUCCESS, "R18: the node has what was wanted");
	same_number(said(EVENT_RECLAIM, RECLAIM_NODE_BEGINS), 1, "R18: after one look, a sixteenth is not too little here");
	same_number(vm_counter("zone_reclaim_success"), 1, "which is counted");
	ok(!(this_cpu->task_flags & PF_MEMALLOC) && !(node()->flags & PGDAT_RECLAIM_LOCKED), "R18: and over");
	fs_settle();
	new_pages(100, 0);
	ok(reclaim_from_node(GFP_HIGHUSER_MOVABLE, 0) == SOME, "R18: of what somebody has nothing is taken");
	same_number(said(EVENT_RECLAIM, RECLAIM_NODE_BEGINS), 5, "R18: at priorities 4 to 0");
	same_number(vm_counter("zone_reclaim_failed"), 1, "which is counted");
	drop_pages();
}

int main(void)
{
	is_news = about_reclaim;
	play("waits", waits);
	play("too many isolated", too_many);
	play("isolated ones are waited for", isolated_are_waited_for);
	play("reserves", reserves);
	play("throttled for a second", throttled_for_a_second);
	play("states of a node", states_of_a_node);
	play("who writes", who_writes);
	play("mlocked is found", mlocked_is_found);
	play("told by kswapd", told_by_kswapd);
	play("forgotten by kswapd", forgotten_by_kswapd);
	play("failures are forgotten", failures_are_forgotten);
	play("files are trimmed", files_are_trimmed);
	play("few files", few_files);
	play("more files", more_files);
	play("more anonymous pages", more_anon);
	play("what can be had", what_can_be_had);
	play("refaults are noted", refaults_are_noted);
	play("passed over", passed_over);
	play_on_all_nodes("all nodes", all_nodes);
	play("what is noted", what_is_noted);
	play("which node is worth it", which_node_is_worth_it);
	play("slabs are worth it", slabs_are_worth_it);
	play("own node first", own_node_first);
	return tap_end();
}
