/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_reclaim.c - reclaim by hand: lists and batches, shares, what is reclaimed and what never, kswapd's sleep, shrinkers by
 * golden numbers; and lru_check() and shrinker_check(), each of whose clauses must speak when one word is wrong.
 *
 * Each scene runs as one operation on a machine of its own, since most of it sleeps.
 */
#include <errno.h>
#include "../mm/filemap_internal.h"
#include "reclaim.h"

/* --- lists -------------------------------------------------------------------------------------------------------------------------- */

static bool isolate(struct page *page)
{
	struct lruvec *lruvec = &page_pgdat(page)->lruvec;
	unsigned long flags;
	bool isolated;

	spin_lock_irqsave(&lruvec->lock, flags);
	isolated = isolate_page_locked(page);
	spin_unlock_irqrestore(&lruvec->lock, flags);
	return isolated;
}

static void put_back(struct page *page)
{
	put_on_list_again(page, LRU_WHY_PUTBACK);
	put_vm_page(page);
}

static void who_is_where(void)
{
	struct page *page = new_page(0);

	ok(vm_flag(page, PGV_batch) && !vm_flag(page, PGV_lru) && vm_page_refs(page) == 2, "R1: a new page waits in a batch, which has a reference");
	mark_page_accessed(page);
	ok(vm_flag(page, PGV_referenced) && vm_flag(page, PGV_batch), "R6: used once it is referenced");
	mark_page_accessed(page);
	ok(page_lru(page) == LRU_ACTIVE_FILE && vm_flag(page, PGV_lru) && !vm_flag(page, PGV_referenced), "R6: used twice it is active");
	same_number(on_list(LRU_ACTIVE_FILE), 1, "and on that list");
	same_number(vm_counter("nr_active_file"), 1, "which is counted");
	mark_page_accessed(page);
	mark_page_accessed(page);
	ok(vm_flag(page, PGV_referenced), "R6: used twice more it is referenced, more than active it cannot be");
	vm_clear_flags(page, PGV_referenced);
	rotate_reclaimable_page(page);
	ok(page_lru(page) == LRU_INACTIVE_FILE, "one that was written goes to the inactive list");
	mlock_page(page);
	ok(page_lru(page) == LRU_UNEVICTABLE && vm_counter("nr_mlock") == 1, "R24: mlocked");
	ok(isolate(page) && !isolate(page), "it is isolated once");
	put_back(page);
	ok(page_lru(page) == LRU_UNEVICTABLE && vm_flag(page, PGV_lru), "and goes back");
	munlock_page(page);
	ok(page_lru(page) == LRU_INACTIVE_FILE && vm_counter("nr_mlock") == 0, "R24: no longer mlocked");
	drop_pages();
	same_number(on_list(LRU_INACTIVE_FILE), 0, "the last reference takes it off");
}

static void batches(void)
{
	unsigned batch = m->param[PARAM_LRU_BATCH];

	for (unsigned i = 0; i + 1 < batch; i++)
		new_page(PGV_swapbacked);
	same_number(on_list(LRU_INACTIVE_ANON), 0, "R1: a batch that is not full is kept");
	new_page(PGV_swapbacked);
	same_number(on_list(LRU_INACTIVE_ANON), batch, "R1: a full one goes to the list");
	new_page(PGV_swapbacked | PGV_active);
	mlock_page(new_page(PGV_swapbacked));
	same_number(on_list(LRU_UNEVICTABLE), 0, "R24: in its batch an mlocked page is on no list");
	lru_add_drain();
	same_number(on_list(LRU_UNEVICTABLE), 1, "R24: from its batch it is unevictable");
	same_number(on_list(LRU_ACTIVE_ANON), 1, "an active one is active");
	drop_pages();
}

/* --- shares ------------------------------------------------------------------------------------------------------------------------- */

static void low_lists(void)
{
	struct lruvec *l = lists();

	l->lru_size[ZONE_NORMAL][LRU_INACTIVE_FILE] = 100;
	l->lru_size[ZONE_NORMAL][LRU_ACTIVE_FILE] = 100;
	ok(!inactive_is_low(l, LRU_INACTIVE_FILE), "R2: as many inactive as active are enough");
	l->lru_size[ZONE_NORMAL][LRU_ACTIVE_FILE] = 101;
	ok(inactive_is_low(l, LRU_INACTIVE_FILE), "R2: one less is not");
	l->lru_size[ZONE_NORMAL][LRU_INACTIVE_FILE] = 1 << 18; /* 10 GiB in all: the ratio is 10 */
	l->lru_size[ZONE_NORMAL][LRU_ACTIVE_FILE] = 9 << 18;
	ok(!inactive_is_low(l, LRU_INACTIVE_FILE), "R2: of 10 GiB a tenth may be inactive");
	l->lru_size[ZONE_NORMAL][LRU_INACTIVE_FILE] = (1 << 18) - 30000;
	l->lru_size[ZONE_NORMAL][LRU_ACTIVE_FILE] = (9 << 18) + 30000;
	ok(inactive_is_low(l, LRU_INACTIVE_FILE), "R2: but no less");
	l->lru_size[ZONE_NORMAL][LRU_INACTIVE_FILE] = l->lru_size[ZONE_NORMAL][LRU_ACTIVE_FILE] = 0;
}

static u64 to_scan(enum lru_place lru)
{
	keep_news(m, NULL);
	for (unsigned i = nr_news; i--;)
		if (news[i].report == RECLAIM_SCAN && news[i].lru_to == lru)
			return news[i].asked;
	return said(EVENT_RECLAIM, RECLAIM_NODE_ENDS) ? 0 : ~0ULL;
}

static void look(int priority, u64 anon_cost, u64 file_cost)
{
	struct scan_control sc = { .gfp = GFP_KERNEL, .highest = MAX_NR_ZONES - 1, .nr_to_reclaim = 1000, .may_unmap = true,
				   .may_swap = true, .priority = (s8)priority };

	lists()->anon_cost = anon_cost;
	lists()->file_cost = file_cost;
	forget_news();
	shrink_node(node(), &sc);
}

static void pages_of_all_kinds(void)
{
	new_pages(64, PGV_swapbacked);
	new_pages(65, PGV_swapbacked | PGV_active);
	new_pages(128, 0);
	new_pages(129, PGV_active);
}

static void shares(void)
{
	pages_of_all_kinds();
	look(2, 0, 0);
	same_number(to_scan(LRU_INACTIVE_ANON), 0, "R5: without swap nobody looks at anonymous pages");
	same_number(to_scan(LRU_INACTIVE_FILE), 32, "R4: a quarter at priority 2");
	drop_pages();
	swapon(1, 64, -1);
	pages_of_all_kinds();
	look(2, 0, 0);
	same_number(to_scan(LRU_INACTIVE_ANON), 4, "R4: 60 of 200 of a quarter of 64");
	same_number(to_scan(LRU_INACTIVE_FILE), 22, "R4: 140 of 200 of a quarter of 128");
	drop_pages();
	pages_of_all_kinds();
	look(1, 90, 10); /* total 100: 60 * 301 / 191 = 94, 140 * 301 / 111 = 379, of 473 */
	same_number(to_scan(LRU_INACTIVE_ANON), 32 * 94 / 473, "R4: the dearer kind is spared");
	same_number(to_scan(LRU_INACTIVE_FILE), 64 * 379 / 473, "R4: and the other one is not");
	drop_pages();
	new_pages(64, PGV_swapbacked);
	new_pages(128, 0);
	look(0, 90, 10);
	same_number(to_scan(LRU_INACTIVE_ANON), 64, "R4: at the last priority all of them");
	drop_pages();
	vm_knob_write(VM_SWAPPINESS, 0);
	new_pages(64, PGV_swapbacked);
	new_pages(128, 0);
	new_pages(129, PGV_active);
	look(0, 0, 0);
	same_number(to_scan(LRU_INACTIVE_ANON), 0, "R4: but none without swappiness");
	drop_pages();
	swapoff(1);
}

/* --- balance ------------------------------------------------------------------------------------------------------------------------ */

static void balance(void)
{
	struct zone *zone = pgdat_zone(node(), ZONE_NORMAL);
	u64 free = (u64)zone_page_state_snapshot(zone, NR_FREE_PAGES), kept[MAX_NR_ZONES];

	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i)) {
			kept[i] = pgdat_zone(node(), i)->watermark[WMARK_HIGH];
			pgdat_zone(node(), i)->watermark[WMARK_HIGH] = 1 << 20;
		}
	ok(!pgdat_balanced(node(), 0, MAX_NR_ZONES - 1), "R12: no zone above its high mark");
	zone->watermark[WMARK_HIGH] = free - 1 - zone->lowmem_reserve[ZONE_NORMAL];
	ok(pgdat_balanced(node(), 0, ZONE_NORMAL), "R12: one zone is enough");
	ok(!pgdat_balanced(node(), 0, ZONE_NORMAL - 1), "R12: but not one above those asked for");
	ok(!pgdat_balanced(node(), 1, ZONE_NORMAL), "R12: for a higher order a page more is needed");
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i))
			pgdat_zone(node(), i)->watermark[WMARK_HIGH] = kept[i];
}

/* --- direct reclaim ------------------------------------------------------------------------------------------------------------------ */

static void all_in_use(void)
{
	new_pages(300, 0);
	same_number(reclaim(GFP_HIGHUSER_MOVABLE), 0, "R21: pages that somebody has are not reclaimed");
	ok(said(EVENT_RECLAIM, RECLAIM_NODE_BEGINS) >= 13, "R3: after thirteen priorities");
	ok(said(EVENT_RECLAIM, RECLAIM_NODE_BEGINS) <= 26, "R3: or twice as many, when active ones were spared at first");
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i) && !on_list(LRU_INACTIVE_ANON) && !lists()->lru_size[i][LRU_INACTIVE_FILE] &&
		    !lists()->lru_size[i][LRU_ACTIVE_FILE])
			same_number(zone_reclaimable_pages(pgdat_zone(node(), i)), 0, "L4: a zone with nothing to reclaim says so");
	ok(!(this_cpu->task_flags & PF_MEMALLOC), "R26: the rights of who reclaims are gone");
	same_number(vm_counter("nr_isolated_file") + vm_counter("nr_isolated_anon"), 0, "R19: nobody is isolated");
	drop_pages();
}

static void all_clean(void)
{
	unsigned nr = read_files(160);
	u64 before;

	same_number(nr, 160, "files are read");
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		if (vm_state()->page[pfn].flags & PGV_used)
			vm_state()->page[pfn].flags &= ~(u32)PGV_referenced;
	before = vm_counter("nr_inactive_file") + vm_counter("nr_active_file");
	ok(before >= nr, "and are in the cache");
	ok(reclaim(GFP_HIGHUSER_MOVABLE) >= min_of(swap_cluster_max(), before), "R21: what is clean and unused is reclaimed");
	ok(vm_counter("nr_inactive_file") + vm_counter("nr_active_file") < before, "and gone");
	ok(vm_counter("pgsteal_direct") && vm_counter("pgsteal_direct") == vm_counter("pgsteal_file"), "R19: counted");
	fs_settle();
}

static void the_last_page(void)
{
	file_read(1, 0, page_buffer);
	lru_add_drain_all();
	while (vm_counter("nr_inactive_file") > 1)
		if (!reclaim(GFP_HIGHUSER_MOVABLE))
			break;
	file_read(1, 0, page_buffer);
	lru_add_drain_all();
	forget_who_used_what();
	ok(reclaim(GFP_HIGHUSER_MOVABLE) >= 1, "R21: the last page is found");
	same_number(vm_counter("nr_inactive_file") + vm_counter("nr_active_file"), 0, "and all are gone");
	file_read(1, 1, page_buffer);
	vm_state()->batch[1] = vm_state()->batch[0];
	vm_state()->batch[0].nr = 0;
	ok(vm_state()->batch[1].nr, "a page waits in the batch of another CPU");
	forget_who_used_what();
	ok(reclaim(GFP_HIGHUSER_MOVABLE) >= 1, "R21: it is found there");
	fs_settle();
}

static void who_may_write(void)
{
	u64 pfn, slots;

	swapon(1, 64, -1);
	task_create(0, 0);
	for (unsigned vpn = 0; vpn < 24; vpn++)
		task_access(0, vpn, true, &pfn);
	for (unsigned i = 0; i < 8; i++)
		file_write(1, i, page_buffer);
	lru_add_drain_all();
	slots = get_nr_swap_pages();
	for (unsigned i = 0; i < 4; i++)
		reclaim(GFP_HIGHUSER_MOVABLE & ~(__GFP_FS | __GFP_IO));
	same_number(get_nr_swap_pages(), slots, "R7: without __GFP_IO nothing goes to swap");
	same_number(vm_counter("nr_vmscan_write"), 0, "R7: and nothing is written");
	for (unsigned i = 0; i < 40 && get_nr_swap_pages() == slots; i++)
		reclaim(GFP_HIGHUSER_MOVABLE & ~__GFP_FS);
	ok(get_nr_swap_pages() < slots, "R7: without __GFP_FS swap is used all the same");
	for (unsigned i = 0; i < 4; i++)
		reclaim(GFP_HIGHUSER_MOVABLE);
	ok(vm_counter("nr_dirty") > 0 || vm_counter("nr_written") > 0, "R7: dirty pages of files are the flusher's");
	ok(vm_counter("pgsteal_anon") <= vm_counter("pgscan_anon"), "R19: no more is reclaimed than was looked at");
	tasks_settle();
	swapoff(1);
	fs_settle();
}

/* --- kswapd ---------------------------------------------------------------------------------------------------------------------------- */

static u64 free_pages_now(void)
{
	u64 free = 0;

	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		free += pgdat_zone(node(), i) ? (u64)zone_page_state_snapshot(pgdat_zone(node(), i), NR_FREE_PAGES) : 0;
	return free;
}

static void wake(void)
{
	struct mm *mm = current_mm();

	wakeup_kswapd(mm, pgdat_zone(node(), ZONE_NORMAL), GFP_HIGHUSER_MOVABLE, 0);
}

static bool sleeps(void *unused)
{
	(void)unused;
	return node()->kswapd_asleep && !current_mm()->kswapd_wanted[0];
}

static void wait_for_kswapd(void)
{
	refuel();
	sim_sleep_timeout(sleeps, NULL, ~0ULL, "kswapd to sleep");
	sim_sleep_timeout(sleeps, NULL, 0, "kswapd to sleep");
}

static void kswapd_gives_up(void)
{
	while (free_pages_now() > 20 && new_page(0))
		refuel();
	lru_add_drain();
	wait_for_kswapd();
	ok(!pgdat_balanced(node(), 0, ZONE_MOVABLE), "the node is below its marks");
	node()->kswapd_failures = 0;
	vm_state()->event[PAGEOUTRUN] = 0;
	forget_news();
	wake();
	ok(current_mm()->kswapd_wanted[0], "R11: kswapd is woken");
	wait_for_kswapd();
	same_number(node()->kswapd_failures, 16, "R12: where nothing can be reclaimed it fails sixteen times");
	same_number(said(EVENT_RECLAIM, RECLAIM_FAILURES), 16, "and says so");
	same_number(vm_counter("pageoutrun"), 16, "R13: no more");
	wake();
	ok(!current_mm()->kswapd_wanted[0], "R11: nobody wakes it for that any more");
	drop_pages();
}

static void kswapd_stops(void)
{
	same_number(read_files(1100), 1100, "more is read than there is room for");
	ok(vm_counter("pgsteal_kswapd") > 0, "files are read until kswapd reclaims");
	wake();
	wait_for_kswapd();
	ok(pgdat_balanced(node(), 0, ZONE_MOVABLE), "R12: it reclaims until the node is balanced");
	same_number(node()->kswapd_failures, 0, "R13: and does not fail");
	ok(free_pages_now() < 400, "R12: and not much more");
	forget_news();
	wake();
	ok(!current_mm()->kswapd_wanted[0], "R11: a balanced node has no need of it");
	fs_settle();
}

static void boosts_end(void)
{
	struct zone *zone = pgdat_zone(node(), ZONE_NORMAL);

	zone->watermark_boost = 5;
	wake();
	ok(current_mm()->kswapd_wanted[0], "R14: a boost is a reason for a balanced node too");
	wait_for_kswapd();
	same_number(zone->watermark_boost, 0, "R14: kswapd takes the boost back");
	read_files(64);
	forget_who_used_what();
	zone->watermark_boost = 5;
	wake();
	wait_for_kswapd();
	same_number(zone->watermark_boost, 0, "R14: when it has reclaimed something too");
	fs_settle();
}

static void woken_in_its_nap(void)
{
	u64 runs, high = pgdat_zone(node(), ZONE_NORMAL)->watermark[WMARK_HIGH];
	struct mm *mm = current_mm();

	pgdat_zone(node(), ZONE_NORMAL)->watermark_boost = 1;
	wake();
	sim_sleep_timeout(sim_never, NULL, 10000000, "kswapd to nap");
	runs = vm_counter("pageoutrun");
	pgdat_zone(node(), ZONE_NORMAL)->watermark_boost = 1;
	wakeup_kswapd(mm, pgdat_zone(node(), ZONE_NORMAL), GFP_HIGHUSER_MOVABLE, 0);
	ok(mm->kswapd_wanted[0], "R13: who naps is woken");
	wait_for_kswapd();
	ok(vm_counter("pageoutrun") > runs, "R13: and runs again");
	same_number(vm_counter("kswapd_low_wmark_hit_quickly"), 1, "which is counted");
	same_number(pgdat_zone(node(), ZONE_NORMAL)->watermark_boost, 0, "and did what it was woken for");
	same_number(pgdat_zone(node(), ZONE_NORMAL)->watermark[WMARK_HIGH], high, "marks are as they were");
}

/* What is free is for those who free. [R10] */
static void throttled(void)
{
	struct zone *zone = NULL;
	u64 kept, before;

	for (unsigned i = 0; i < 20; i++) {
		page_of[nr_pages] = vm_alloc_page(VM_USE_ANON, GFP_NOWAIT, NUMA_NO_NODE);
		lru_add_page(page_of[nr_pages++]);
	}
	lru_add_drain();
	for (unsigned i = 0; i <= ZONE_NORMAL; i++)
		if (pgdat_zone(node(), i) && zone_reclaimable_pages(pgdat_zone(node(), i)))
			zone = pgdat_zone(node(), i);
	kept = zone->watermark[WMARK_MIN];
	ok(allow_direct_reclaim(node()), "R10: nobody is held up");
	zone->watermark[WMARK_MIN] = 2 * (u64)zone_page_state(zone, NR_FREE_PAGES) + 2;
	ok(free_pages_now() <= zone->watermark[WMARK_MIN] / 2 || allow_direct_reclaim(node()), "R10: free pages of other zones count, whatever they have besides");
	zone->watermark[WMARK_MIN] = 1 << 20;
	ok(!allow_direct_reclaim(node()), "R10: the reserves are touched");
	task_create(0, 0);
	this_cpu->process = 1;
	before = sim_now_ns();
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		if (pgdat_zone(node(), i))
			pgdat_zone(node(), i)->watermark[WMARK_HIGH] = 1 << 21;
	reclaim(GFP_HIGHUSER_MOVABLE);
	this_cpu->process = 0;
	this_cpu->process = 0;
	ok(vm_counter("pgscan_direct_throttle") == 1, "R10: a task is held up");
	ok(sim_now_ns() - before < 10000000000ULL, "R10: until kswapd gives up");
	ok(said(EVENT_RECLAIM, RECLAIM_FAILURES) >= 16, "R10: which is when it has failed sixteen times");
	zone->watermark[WMARK_MIN] = kept;
	drop_pages();
	tasks_settle();
}

/* --- shrinkers [E20] --------------------------------------------------------------------------------------------------------------------- */

static u64 freeable, nr_called, nr_last, never_looks, stops;

static u64 count_test(struct shrinker *s, struct shrink_control *sc)
{
	(void)s, (void)sc;
	return freeable;
}
static u64 scan_test(struct shrinker *s, struct shrink_control *sc)
{
	(void)s;
	nr_called++;
	nr_last = sc->nr_to_scan;
	if (stops)
		return SHRINK_STOP;
	sc->nr_scanned = never_looks ? 0 : sc->nr_scanned;
	return 0;
}

static struct shrinker *test_shrinker(unsigned batch, unsigned seeks)
{
	struct shrinker *s = shrinker_alloc(0, "test");

	s->count_objects = count_test;
	s->scan_objects = scan_test;
	s->batch = batch;
	s->seeks = seeks;
	shrinker_register(s);
	nr_called = nr_last = never_looks = stops = 0;
	return s;
}

static void shrink(u64 objects, unsigned priority)
{
	freeable = objects;
	nr_called = nr_last = 0;
	shrink_slab(GFP_KERNEL, 0, priority);
}

static void shrinkers(void)
{
	struct shrinker *s = test_shrinker(128, DEFAULT_SEEKS);

	shrink(1000, 4);
	same_number(nr_called, 0, "E20: 124 to scan, less than a batch");
	same_number(s->nr_deferred[0], 124, "E20: are carried over");
	shrink(1000, 4);
	ok(nr_called == 1 && nr_last == 128, "E20: 7 + 124 are one batch");
	same_number(s->nr_deferred[0], 120, "E20: and leave 120");
	s->nr_deferred[0] = 0;
	shrink(100, 0);
	ok(nr_called == 1 && nr_last == 128, "E20: 200 to scan of 100, one batch");
	same_number(s->nr_deferred[0], 72, "E20: 72 are left, which is less than a batch and than all there is");
	s->nr_deferred[0] = 5000;
	shrink(100, 0);
	same_number(s->nr_deferred[0], 200, "R15: no more than twice what there is is carried over");
	s->nr_deferred[0] = 0;
	shrink(0, 0);
	ok(!nr_called && !s->nr_deferred[0], "R15: nothing to free, nothing to scan");
	shrink(SHRINK_EMPTY, 0);
	ok(!nr_called && !s->nr_deferred[0], "R15: empty");
	stops = 1;
	shrink(100, 0);
	ok(nr_called == 1 && s->nr_deferred[0] == 200, "R15: who refuses is not asked again, and all is carried over");
	stops = 0;
	never_looks = 1;
	s->nr_deferred[0] = 0;
	shrink(100, 0);
	ok(nr_called == 1, "R15: who looks at nothing and does not say that it stops is not asked again");
	ok(m->log_bytes && strstr(m->host->log, "looked at nothing"), "which is said");
	shrinker_free(s);
	shrink(100, 0);
	same_number(nr_called, 0, "R17: a shrinker that is gone is not called");
	s = test_shrinker(10, 0);
	shrink(100, 12);
	same_number(nr_called, 5, "R15: without seeks half of it is scanned at any priority");
	shrinker_free(s);
	shrinker_free(shrinker_alloc(0, "unused"));
}

#define MANY 1024
static void *many[MANY];
static unsigned nr_many;
static struct kmem_cache *cache_of_many;

static u64 count_many(struct shrinker *s, struct shrink_control *sc)
{
	(void)s, (void)sc;
	nr_called++;
	return nr_many;
}
static u64 scan_many(struct shrinker *s, struct shrink_control *sc)
{
	u64 freed = 0;

	(void)s;
	while (nr_many && freed < sc->nr_to_scan) {
		kmem_cache_free(cache_of_many, many[--nr_many]);
		freed++;
	}
	sc->nr_scanned = freed ? freed : 1;
	return freed;
}

static void slabs_count(void)
{
	struct shrinker *s = shrinker_alloc(0, "many");
	struct zone *zone = pgdat_zone(node(), ZONE_NORMAL);

	cache_of_many = kmem_cache_create("many", 512, 0, SLAB_NO_MERGE | SLAB_RECLAIM_ACCOUNT, NULL);
	for (nr_many = 0; nr_many < MANY; nr_many++)
		many[nr_many] = kmem_cache_alloc(cache_of_many, GFP_KERNEL);
	s->count_objects = count_many;
	s->scan_objects = scan_many;
	s->seeks = DEFAULT_SEEKS;
	shrinker_register(s);
	ok(reclaim(GFP_KERNEL) > 0, "R26: slabs that are given back count as reclaimed");
	for (; nr_many < MANY; nr_many++)
		many[nr_many] = kmem_cache_alloc(cache_of_many, GFP_KERNEL);
	nr_called = 0;
	zone->watermark_boost = 200;
	wake();
	wait_for_kswapd();
	ok(nr_called > 0, "R14: caches shrink under a boost too");
	while (nr_many)
		kmem_cache_free(cache_of_many, many[--nr_many]);
	shrinker_free(s);
	kmem_cache_destroy(cache_of_many);
}

/* --- working set ------------------------------------------------------------------------------------------------------------------------- */

static void working_set(void)
{
	struct page *page = new_page(0);
	u64 shadow = workingset_eviction(page);

	ok(shadow & 1, "R23: a shadow is no pointer");
	workingset_age_nonresident(lists(), 9);
	workingset_refault(page, shadow);
	ok(!vm_flag(page, PGV_active), "R23: ten went by, and nothing is active: it stays inactive");
	same_number(vm_counter("workingset_refault_file"), 1, "R23: which is counted");
	new_pages(10, PGV_active);
	shadow = workingset_eviction(page);
	workingset_age_nonresident(lists(), 9);
	workingset_refault(page, shadow);
	ok(vm_flag(page, PGV_active), "R23: ten are active, so it becomes active");
	same_number(vm_counter("workingset_activate_file"), 1, "R23: which is counted");
	ok(!vm_flag(page, PGV_workingset) && !vm_counter("workingset_restore_file"), "R23: it was never active before");
	vm_set_flags(page, PGV_workingset);
	shadow = workingset_eviction(page);
	vm_clear_flags(page, PGV_workingset | PGV_active);
	workingset_refault(page, shadow);
	ok(vm_flag(page, PGV_workingset) && vm_flag(page, PGV_active), "R23: one that was is known again");
	same_number(vm_counter("workingset_restore_file"), 1, "R23: which is counted");
	vm_clear_flags(page, PGV_active);
	drop_pages();
}

/* Of a node with these lists: how many pages may have gone by before one that comes back is no longer active at once? */
static u64 rivals_of(u32 flags)
{
	struct page *page = new_page(flags);
	u64 age = 0;

	node()->stat[NR_LRU_BASE + LRU_ACTIVE_FILE] = 10;
	node()->stat[NR_LRU_BASE + LRU_INACTIVE_FILE] = 20;
	node()->stat[NR_LRU_BASE + LRU_ACTIVE_ANON] = 40;
	node()->stat[NR_LRU_BASE + LRU_INACTIVE_ANON] = 80;
	for (bool active = true; active && age < 1000; age++) {
		u64 shadow = workingset_eviction(page);

		workingset_age_nonresident(lists(), age);
		workingset_refault(page, shadow);
		active = vm_flag(page, PGV_active);
		vm_clear_flags(page, PGV_active);
	}
	for (unsigned i = 0; i < NR_LRU_LISTS; i++)
		node()->stat[NR_LRU_BASE + i] = 0;
	drop_pages();
	return age - 1;
}

static void rivals(void)
{
	same_number(rivals_of(0), 10, "R23: a file against active files");
	same_number(rivals_of(PGV_swapbacked), 10 + 20, "R23: an anonymous page against all files");
	swapon(1, 8, -1);
	same_number(rivals_of(0), 10 + 40 + 80, "R23: with swap a file against anonymous pages too");
	same_number(rivals_of(PGV_swapbacked), 10 + 20 + 40, "R23: an anonymous one against the active ones of them");
	swapoff(1);
	node()->stat[NR_LRU_BASE + LRU_ACTIVE_FILE] = 50;
	node()->stat[NR_LRU_BASE + LRU_INACTIVE_ANON] = 30;
	ok(!workingset_excess_nodes(0, 10) && workingset_excess_nodes(0, 11) == 1, "R23: a node of shadows for eight pages is not too much");
	node()->stat[NR_LRU_BASE + LRU_ACTIVE_FILE] = node()->stat[NR_LRU_BASE + LRU_INACTIVE_ANON] = 0;
}

/* --- the check ------------------------------------------------------------------------------------------------------------------------------- */

#define BREAKS(word, wrong, clause, claim) WRONG_WORD(vm_check(), word, wrong, clause, claim)

static void checks(void)
{
	struct page *page, *other;
	struct shrinker *s = test_shrinker(8, 1);
	unsigned zone;

	new_pages(3, 0);
	page = page_of[0];
	other = page_of[1];
	zone = page_zone(current_mm(), page_to_pfn(page))->index;
	says_clause(vm_check(), NULL, "all is well");
	BREAKS(lists()->lru_size[zone][LRU_INACTIVE_FILE], 99, "R1", "a size that is not the list's");
	BREAKS(node()->stat[NR_LRU_BASE + LRU_INACTIVE_FILE], 99, "R1", "a sum that is not the list's");
	BREAKS(page->lru.next->prev, NULL, "R1", "a link that does not lead back");
	BREAKS(node()->lruvec.lists[LRU_UNEVICTABLE].next, NULL, "R1", "a list that leads nowhere");
	BREAKS(page_zone(current_mm(), page_to_pfn(page))->nid, 1, "R1", "on a list of another node");
	BREAKS(vm_page(page)->flags, vm_page(page)->flags | PGV_active, "V3", "a flag of another list");
	BREAKS(vm_page(page)->flags, vm_page(page)->flags & ~(u32)PGV_lru, "V3", "on a list, and says it is on none");
	BREAKS(vm_page(page)->flags, vm_page(page)->flags | PGV_batch, "V3", "on a list, and says it is in a batch");
	BREAKS(page->refcount, 0, "V3", "on a list without a reference");
	BREAKS(vm_page(page)->flags, vm_page(page)->flags | PGV_mlocked, "R24", "mlocked, and can be evicted");
	BREAKS(vm_page(page)->flags, vm_page(page)->flags | PGV_locked, "V3", "locked, and nobody is at work");
	BREAKS(node()->stat[NR_ISOLATED_FILE], 1, "R19", "isolated, and nobody is at work");
	BREAKS(node()->zone_stat[zone][NR_MLOCK], 1, "R24", "a count of mlocked pages");
	BREAKS(vm_state()->page[1023].index, 7, "V3", "a frame that is nobody's and is known");
	BREAKS(vm_state()->event[PGSTEAL_DIRECT], 1, "R19", "reclaimed, and never looked at");
	BREAKS(vm_state()->event[PGSCAN_DIRECT], 1, "R19", "looked at, and of no kind");
	vm_state()->event[PGSCAN_DIRECT] = 1;
	BREAKS(vm_state()->event[PGSTEAL_DIRECT], 1, "R19", "reclaimed, and of no kind");
	vm_state()->event[PGSCAN_DIRECT] = 0;
	BREAKS(vm_state()->batch[3].nr, 99, "R1", "a batch that is too long");
	vm_state()->batch[2].page[0] = other;
	BREAKS(vm_state()->batch[2].nr, 1, "R1", "in a batch and on a list");
	isolate(page);
	says_clause(vm_check(), "R19", "an isolated page");
	BREAKS(page->refcount, 0, "V3", "a page of ours without a reference");
	vm_clear_flags(page, PGV_isolated);
	vm_set_flags(page, PGV_batch);
	says_clause(vm_check(), "R1", "a page that says it is in a batch and is in none");
	vm_state()->batch[2] = (struct lru_batch){ .nr = 1, .page[0] = page };
	BREAKS(page->refcount, 0, "R1", "in a batch without a reference");
	vm_state()->batch[2].nr = 0;
	vm_clear_flags(page, PGV_batch);
	vm_set_flags(page, PGV_lru);
	says_clause(vm_check(), "R1", "a page that says it is on a list and is on none");
	vm_clear_flags(page, PGV_lru);
	vm_set_flags(page, PGV_isolated);
	put_back(page);
	BREAKS(s->users, 1, "R16", "a shrinker in use");
	BREAKS(vm_state()->shrinkers->taken[s->id], false, "R17", "a shrinker of nobody");
	BREAKS(vm_state()->shrinkers->shrinker[MAX_SHRINKERS - 1].nr_deferred[0], 1, "R16", "carried over for nobody");
	shrinker_free(s);
	drop_pages();
}

int main(void)
{
	is_news = about_reclaim;
	play("lists", who_is_where);
	play("batches", batches);
	play("low lists", low_lists);
	play("shares", shares);
	play("balance", balance);
	play("all in use", all_in_use);
	play("all clean", all_clean);
	play("the last page", the_last_page);
	play("who may write", who_may_write);
	play("boosts end", boosts_end);
	play("woken in its nap", woken_in_its_nap);
	play("throttled", throttled);
	play("slabs count", slabs_count);
	play("kswapd gives up", kswapd_gives_up);
	play("kswapd stops", kswapd_stops);
	play("shrinkers", shrinkers);
	play("working set", working_set);
	play("rivals", rivals);
	play("the check", checks);
	return tap_end();
}
