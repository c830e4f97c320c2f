/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmscan_lists.c - how much of which list is looked at, and a list's pages from its tail on.
 *
 *   active   --deactivate, if the inactive list is low or its pages came back too soon--> inactive
 *   inactive --isolate--> shrink_page_list() --> freed, or back: active if used
 *
 * A look takes 1 / 2^priority of a list: 12 at first, and less when that was not enough, so that a node with much to reclaim is
 * hardly touched and one with little is looked at whole in the end. Between anonymous pages and files the work is shared by
 * what it cost lately to reclaim either.
 *
 * Rules [R2] when a list is low  [R4] shares  [R5] without swap nobody looks at anonymous pages  [R9] not too many isolated
 *       [R19] what is counted
 * Locks: lruvec->lock while pages are isolated. Sleeps: once if too many are isolated; see vmscan_pages.c.
 * Unlike Linux: no memcgs, no generations; no executable mappings that would keep an active page.
 */
#include "vmscan_internal.h"

/* --- sizes ----------------------------------------------------------------------------------------------------------------------- */

u64 lruvec_size(const struct lruvec *lruvec, enum lru_place lru, unsigned highest)
{
	u64 pages = 0;

	for (unsigned zone = 0; zone <= highest && zone < MAX_NR_ZONES; zone++)
		pages += READ_ONCE(lruvec->lru_size[zone][lru]);
	return pages;
}

static u64 root_of(u64 x)
{
	u64 root = 0;

	while ((root + 1) * (root + 1) <= x)
		root++;
	return root;
}

/* [R2] */
bool inactive_is_low(const struct lruvec *lruvec, enum lru_place inactive)
{
	u64 old = lruvec_size(lruvec, inactive, MAX_NR_ZONES - 1);
	u64 young = lruvec_size(lruvec, (enum lru_place)(inactive + 1), MAX_NR_ZONES - 1);
	u64 gib = (old + young) >> (30 - PAGE_SHIFT);

	return old * (gib ? root_of(10 * gib) : 1) < young;
}

static bool is_file_list(enum lru_place lru)
{
	return lru == LRU_INACTIVE_FILE || lru == LRU_ACTIVE_FILE;
}
static bool is_active_list(enum lru_place lru)
{
	return lru == LRU_ACTIVE_ANON || lru == LRU_ACTIVE_FILE;
}

/* --- off a list --------------------------------------------------------------------------------------------------------------------- */

static void rotate(struct page *page, struct list_head *list)
{
	list_del(&page->lru);
	list_add(&page->lru, list);
}

/* A page is looked at once at most. What no request like this may use does not count, and is out of the way at the head. */
static u64 isolate_from_tail(struct lruvec *lruvec, enum lru_place lru, u64 nr_to_scan, const struct scan_control *sc,
			     struct list_head *taken, u64 *nr_scanned)
{
	struct list_head *list = &lruvec->lists[lru];
	u64 left = lruvec_size(lruvec, lru, MAX_NR_ZONES - 1), nr_taken = 0;
	struct mm *mm = current_mm();

	for (*nr_scanned = 0; left && *nr_scanned < nr_to_scan; left--) {
		struct page *page = list_entry(list->prev, struct page, lru);
		unsigned zone = page_zone(mm, page_pfn(mm, page))->index;

		sim_tick();
		if (zone > sc->highest) {
			count_reclaim_events((enum vm_reclaim_event)(PGSKIP_DMA + zone), 1);
			rotate(page, list);
			continue;
		}
		++*nr_scanned;
		if ((!sc->may_unmap && READ_ONCE(vm_page(page)->mapcount)) || !isolate_page_locked(page)) {
			rotate(page, list);
			continue;
		}
		list_add_tail(&page->lru, taken);
		nr_taken++;
	}
	return nr_taken;
}

static u64 isolate(struct pgdat *pgdat, enum lru_place lru, u64 nr_to_scan, const struct scan_control *sc,
		   struct list_head *taken, u64 *nr_scanned)
{
	unsigned long flags;
	u64 nr_taken;

	INIT_LIST_HEAD(taken);
	lru_add_drain();
	spin_lock_irqsave(&pgdat->lruvec.lock, flags);
	nr_taken = isolate_from_tail(&pgdat->lruvec, lru, nr_to_scan, sc, taken, nr_scanned);
	mod_node_page_state(pgdat, is_file_list(lru) ? NR_ISOLATED_FILE : NR_ISOLATED_ANON, (s64)nr_taken);
	spin_unlock_irqrestore(&pgdat->lruvec.lock, flags);
	return nr_taken;
}

/* All of it, and nobody of them is isolated any more. [R19] */
static void put_back(struct pgdat *pgdat, struct list_head *pages, enum lru_place from, u64 nr_taken)
{
	while (!list_empty(pages)) {
		struct page *page = list_entry(pages->next, struct page, lru);
		bool active = vm_flag(page, PGV_active);

		sim_tick();
		list_del(&page->lru);
		put_on_list_again(page, active == is_active_list(from) ? LRU_WHY_PUTBACK :
					active			       ? LRU_WHY_ACTIVATE :
									 LRU_WHY_DEACTIVATE);
		put_vm_page(page);
	}
	mod_node_page_state(pgdat, is_file_list(from) ? NR_ISOLATED_FILE : NR_ISOLATED_ANON, -(s64)nr_taken);
}

/* --- active: who ages ------------------------------------------------------------------------------------------------------------------ */

/* Whoever was used is to be found used once more on the inactive list. */
static void age(struct page *page)
{
	bool mlocked = false;
	unsigned mappings = page_referenced(page, &mlocked);

	if (mlocked)
		mlock_page(page);
	mm_announce((struct mm_event){ .type = EVENT_REFERENCED,
				       .pfn = page_pfn(current_mm(), page),
				       .asked = mappings,
				       .report = PAGEREF_AGE,
				       .on = mlocked });
	vm_clear_flags(page, PGV_active);
	vm_set_flags(page, PGV_workingset);
}

static void shrink_active_list(struct pgdat *pgdat, enum lru_place lru, u64 nr_to_scan, struct scan_control *sc)
{
	struct list_head taken, *pos;
	u64 nr_scanned, nr_taken = isolate(pgdat, lru, nr_to_scan, sc, &taken, &nr_scanned);

	count_reclaim_events(PGREFILL, nr_scanned);
	list_for_each (pos, &taken) {
		sim_tick();
		age(list_entry(pos, struct page, lru));
	}
	count_reclaim_events(PGDEACTIVATE, nr_taken);
	put_back(pgdat, &taken, lru, nr_taken);
}

void age_active_anon(struct pgdat *pgdat, struct scan_control *sc)
{
	if (total_swap_pages() && inactive_is_low(&pgdat->lruvec, LRU_INACTIVE_ANON))
		shrink_active_list(pgdat, LRU_ACTIVE_ANON, swap_cluster_max(), sc);
}

/* --- inactive: who goes ------------------------------------------------------------------------------------------------------------------ */

static void add_stat(struct reclaim_stat *sum, const struct reclaim_stat *stat)
{
	sum->dirty += stat->dirty;
	sum->unqueued_dirty += stat->unqueued_dirty;
	sum->congested += stat->congested;
	sum->writeback += stat->writeback;
	sum->immediate += stat->immediate;
	sum->taken += stat->taken;
	sum->file_taken += stat->file_taken;
}

static void count_inactive(bool file, bool kswapd, u64 nr_scanned, u64 nr_reclaimed)
{
	count_reclaim_events(kswapd ? PGSCAN_KSWAPD : PGSCAN_DIRECT, nr_scanned);
	count_reclaim_events(file ? PGSCAN_FILE : PGSCAN_ANON, nr_scanned);
	count_reclaim_events(kswapd ? PGSTEAL_KSWAPD : PGSTEAL_DIRECT, nr_reclaimed);
	count_reclaim_events(file ? PGSTEAL_FILE : PGSTEAL_ANON, nr_reclaimed);
}

/* [R9] false: not now. */
static bool wait_for_isolated(struct pgdat *pgdat, bool file, const struct scan_control *sc)
{
	if (!too_many_isolated(pgdat, file, sc))
		return true;
	if (fatal_signal_pending()) /* who is to die has no need of it */
		return false;
	reclaim_throttle(pgdat, THROTTLE_ISOLATED);
	return !too_many_isolated(pgdat, file, sc);
}

static u64 shrink_inactive_list(struct pgdat *pgdat, enum lru_place lru, u64 nr_to_scan, struct scan_control *sc)
{
	struct reclaim_stat stat = { 0 };
	bool file = is_file_list(lru);
	u64 nr_scanned, nr_reclaimed;
	struct list_head taken;

	if (!wait_for_isolated(pgdat, file, sc))
		return 0;
	stat.taken = isolate(pgdat, lru, nr_to_scan, sc, &taken, &nr_scanned);
	stat.file_taken = file ? stat.taken : 0;
	nr_reclaimed = stat.taken ? shrink_page_list(&taken, pgdat, sc, &stat, &sc->nr_scanned) : 0;
	put_back(pgdat, &taken, lru, stat.taken);
	count_inactive(file, sc->kswapd, nr_scanned, nr_reclaimed);
	lru_note_cost(&pgdat->lruvec, file, stat.pageout, nr_scanned - nr_reclaimed);
	if (stat.taken && stat.unqueued_dirty == stat.taken) /* and nobody writes them */
		wakeup_flusher();
	add_stat(&sc->nr, &stat);
	return nr_reclaimed;
}

/* --- shares [R4] ---------------------------------------------------------------------------------------------------------------------- */

enum scan_balance { SCAN_EQUAL, SCAN_FRACT, SCAN_ANON, SCAN_FILE };

static enum scan_balance scan_balance(const struct scan_control *sc)
{
	if (!sc->may_swap || !get_nr_swap_pages())
		return SCAN_FILE;
	if (!sc->priority && vm_knob(VM_SWAPPINESS))
		return SCAN_EQUAL;
	if (sc->file_is_tiny)
		return SCAN_ANON;
	return sc->cache_trim_mode ? SCAN_FILE : SCAN_FRACT;
}

/* The dearer a kind was, the less of it. */
static void fractions(const struct scan_control *sc, u64 fraction[2])
{
	u64 swappiness = vm_knob(VM_SWAPPINESS), total = sc->anon_cost + sc->file_cost;
	u64 anon_cost = total + sc->anon_cost, file_cost = total + sc->file_cost;

	total = anon_cost + file_cost;
	fraction[0] = swappiness * (total + 1) / (anon_cost + 1);
	fraction[1] = (200 - swappiness) * (total + 1) / (file_cost + 1);
}

static u64 share(enum scan_balance balance, const u64 fraction[2], bool file, u64 scan)
{
	switch (balance) {
	case SCAN_EQUAL:
		return scan;
	case SCAN_FRACT:
		return scan * fraction[file] / (fraction[0] + fraction[1]);
	default:
		return file == (balance == SCAN_FILE) ? scan : 0;
	}
}

static void get_scan_count(struct pgdat *pgdat, struct scan_control *sc, u64 nr[NR_LRU_LISTS])
{
	enum scan_balance balance = scan_balance(sc);
	u64 fraction[2] = { 0 };

	sc->balance = (u8)balance;
	if (balance == SCAN_FRACT)
		fractions(sc, fraction);
	nr[LRU_UNEVICTABLE] = 0;
	for (unsigned lru = 0; lru < LRU_UNEVICTABLE; lru++) {
		u64 size = lruvec_size(&pgdat->lruvec, (enum lru_place)lru, sc->highest);

		nr[lru] = size >> sc->priority ? share(balance, fraction, is_file_list((enum lru_place)lru), size >> sc->priority) : 0;
		if (nr[lru])
			mm_announce((struct mm_event){ .type = EVENT_RECLAIM,
						       .report = RECLAIM_SCAN,
						       .from = pgdat->nid,
						       .lru_to = (u8)lru,
						       .order = (u8)sc->priority,
						       .asked = (u32)nr[lru],
						       .index = size });
	}
}

/* --- all lists of a node ------------------------------------------------------------------------------------------------------------------ */

static u64 shrink_list(struct pgdat *pgdat, enum lru_place lru, u64 nr_to_scan, struct scan_control *sc)
{
	if (!is_active_list(lru))
		return shrink_inactive_list(pgdat, lru, nr_to_scan, sc);
	if (sc->may_deactivate[is_file_list(lru)])
		shrink_active_list(pgdat, lru, nr_to_scan, sc);
	else
		sc->skipped_deactivate = true;
	return 0;
}

static u64 one_round(struct pgdat *pgdat, u64 nr[NR_LRU_LISTS], struct scan_control *sc)
{
	u64 nr_reclaimed = 0;

	for (unsigned lru = 0; lru < LRU_UNEVICTABLE; lru++) {
		u64 nr_to_scan = min_of(nr[lru], swap_cluster_max());

		nr[lru] -= nr_to_scan;
		if (nr_to_scan)
			nr_reclaimed += shrink_list(pgdat, (enum lru_place)lru, nr_to_scan, sc);
	}
	return nr_reclaimed;
}

/* What is left of a list's target if it is to be looked at no further than so many percent. */
static void scan_less(u64 nr[NR_LRU_LISTS], const u64 target[NR_LRU_LISTS], unsigned lru, u64 percent)
{
	u64 done = target[lru] - nr[lru], due = target[lru] * percent / 100;

	nr[lru] = due - min_of(due, done);
}

/*
 * There is enough: the kind of which less is left is done, the other one gets as far as that had got, so that the shares
 * stay what they should be. false: one kind was all there was.
 */
static bool finish_in_proportion(u64 nr[NR_LRU_LISTS], const u64 target[NR_LRU_LISTS])
{
	u64 anon = nr[LRU_INACTIVE_ANON] + nr[LRU_ACTIVE_ANON], file = nr[LRU_INACTIVE_FILE] + nr[LRU_ACTIVE_FILE];
	unsigned less = file > anon ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;
	unsigned more = file > anon ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON;
	u64 percent = 100 * min_of(anon, file) / (target[less] + target[less + 1] + 1);

	if (!anon || !file)
		return false;
	nr[less] = nr[less + 1] = 0;
	scan_less(nr, target, more, 100 - percent);
	scan_less(nr, target, more + 1, 100 - percent);
	return true;
}

void shrink_lruvec(struct pgdat *pgdat, struct scan_control *sc)
{
	bool to_the_end = !sc->kswapd && sc->priority == DEF_PRIORITY;
	u64 nr[NR_LRU_LISTS], target[NR_LRU_LISTS], nr_reclaimed = 0;

	get_scan_count(pgdat, sc, nr);
	memcpy(target, nr, sizeof(target));
	while (nr[LRU_INACTIVE_ANON] || nr[LRU_ACTIVE_FILE] || nr[LRU_INACTIVE_FILE]) {
		sim_tick();
		nr_reclaimed += one_round(pgdat, nr, sc);
		if (nr_reclaimed < sc->nr_to_reclaim || to_the_end)
			continue;
		if (!finish_in_proportion(nr, target))
			break;
		to_the_end = true;
	}
	sc->nr_reclaimed += nr_reclaimed;
	age_active_anon(pgdat, sc);
}
