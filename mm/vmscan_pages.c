/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmscan_pages.c - what becomes of a page that reclaim has taken off its list.
 *
 *   locked by somebody ----------------------> stays
 *   being written ---------------------------> stays, and is freed as soon as it is written (PGV_reclaim)
 *   used since the last look ----------------> stays, or becomes active [R6]
 *   anonymous, in no slot of swap -----------> gets one, or becomes active
 *   mapped ----------------------------------> taken out of all tables, or becomes active
 *   dirty: of a file ------------------------> left to the flusher, but for kswapd that has nothing else [R7]
 *          in the swap cache ----------------> written
 *   clean, and nobody else has it -----------> out of its cache, free
 *
 * Nothing is freed that is dirty, mapped, pinned, or whose contents are nowhere else: at the last step the cache looks itself
 * whether the two references are ours and its own.
 *
 * Rules [R6] who was used  [R7] who writes what  [R8] nobody waits for a page under writeback here
 * Locks: the page's, never waited for. Sleeps: where a page is written, until the device takes it.
 * Unlike Linux: there are no executable mappings, no huge pages, no memory tiers, no laptop mode.
 */
#include "vmscan_internal.h"

/* --- used? [R6] ------------------------------------------------------------------------------------------------------------------ */

static enum page_references decide(const struct page *page, unsigned mappings, bool referenced, bool mlocked)
{
	if (mlocked)
		return PAGEREF_ACTIVATE; /* the list it goes back to is the unevictable one */
	if (mappings)
		return referenced || mappings > 1 ? PAGEREF_ACTIVATE : PAGEREF_KEEP;
	return referenced && !page_is_anon(page) ? PAGEREF_RECLAIM_CLEAN : PAGEREF_RECLAIM;
}

/* A second look finds what the first one left: the accessed bits are gone, the referenced flag tells of them. */
static enum page_references check_references(struct page *page)
{
	bool mlocked = false, referenced = vm_flag(page, PGV_referenced);
	unsigned mappings = page_referenced(page, &mlocked);
	enum page_references what = decide(page, mappings, referenced, mlocked);

	vm_clear_flags(page, PGV_referenced);
	if (mappings && !mlocked)
		vm_set_flags(page, PGV_referenced);
	if (mlocked)
		mlock_page(page);
	mm_announce((struct mm_event){ .type = EVENT_REFERENCED,
				       .pfn = page_pfn(current_mm(), page),
				       .asked = mappings,
				       .report = (u8)what,
				       .on = mlocked });
	return what;
}

/* --- written? [R7] ----------------------------------------------------------------------------------------------------------------- */

/* Where writing leads: into the filesystem, or for swap no further than to the device. */
static bool may_enter(const struct page *page, gfp_t gfp)
{
	return (gfp & __GFP_FS) || (vm_flag(page, PGV_swapcache) && (gfp & __GFP_IO));
}

static void want_free_when_written(struct page *page)
{
	if (vm_flag(page, PGV_reclaim))
		return;
	vm_set_flags(page, PGV_reclaim);
	vm_page_news(page, PAGE_WANTED_FREE);
}

/* Files are written by the flusher, in larger pieces; kswapd does it when all it finds is dirty and nobody is at it. */
static bool left_to_flusher(const struct page *page, const struct pgdat *pgdat, const struct scan_control *sc)
{
	return !page_is_anon(page) &&
	       !(sc->kswapd && vm_flag(page, PGV_reclaim) && (READ_ONCE(pgdat->flags) & PGDAT_DIRTY));
}

/* The page is locked; it is unlocked if writing was tried. true: it is clean by now, and locked. */
static bool write_out(struct page *page, struct pgdat *pgdat, struct reclaim_stat *stat, bool *locked)
{
	if (vm_page_refs(page) != 2) /* ours and its cache's: somebody is about to use it */
		return false;
	if (!clear_page_dirty_for_io(page))
		return true;
	want_free_when_written(page);
	if (vm_flag(page, PGV_swapcache))
		swap_writepage(page);
	else
		write_file_page(page);
	*locked = false;
	if (!vm_flag(page, PGV_writeback))
		vm_clear_flags(page, PGV_reclaim);
	mod_node_page_state(pgdat, NR_VMSCAN_WRITE, 1);
	stat->pageout++;
	if (vm_flag(page, PGV_writeback | PGV_dirty) || !trylock_page(page)) /* kept in memory, compressed: it is done */
		return false;
	*locked = true;
	return !vm_flag(page, PGV_writeback | PGV_dirty);
}

/* --- one page ------------------------------------------------------------------------------------------------------------------------ */

enum fate { FATE_FREE, FATE_KEEP, FATE_ACTIVATE };

static void count_dirty(const struct page *page, struct reclaim_stat *stat)
{
	bool dirty, writeback;

	if (page_is_anon(page)) /* nobody but reclaim writes them */
		return;
	dirty = vm_flag(page, PGV_dirty);
	writeback = vm_flag(page, PGV_writeback);
	stat->dirty += dirty || writeback;
	stat->unqueued_dirty += dirty && !writeback;
	stat->congested += writeback && vm_flag(page, PGV_reclaim);
}

/* [R8] */
static enum fate being_written(struct page *page, const struct pgdat *pgdat, const struct scan_control *sc,
			       struct reclaim_stat *stat)
{
	if (sc->kswapd && vm_flag(page, PGV_reclaim) && (READ_ONCE(pgdat->flags) & PGDAT_WRITEBACK)) {
		stat->immediate++;
		return FATE_ACTIVATE;
	}
	want_free_when_written(page);
	stat->writeback++;
	return FATE_ACTIVATE;
}

/* A place in swap for who has none. */
static enum fate find_slot(struct page *page, const struct scan_control *sc)
{
	if (!page_is_anon(page) || vm_flag(page, PGV_swapcache))
		return FATE_FREE;
	if (!(sc->gfp & __GFP_IO) || READ_ONCE(vm_page(page)->pins))
		return FATE_KEEP;
	return add_to_swap(page) ? FATE_FREE : FATE_ACTIVATE;
}

static enum fate make_clean(struct page *page, struct pgdat *pgdat, const struct scan_control *sc, struct reclaim_stat *stat,
			    enum page_references used, bool *locked)
{
	if (!vm_flag(page, PGV_dirty))
		return FATE_FREE;
	if (left_to_flusher(page, pgdat, sc)) {
		mod_node_page_state(pgdat, NR_VMSCAN_IMMEDIATE, 1);
		want_free_when_written(page);
		return FATE_ACTIVATE;
	}
	if (used == PAGEREF_RECLAIM_CLEAN || !may_enter(page, sc->gfp) || !sc->may_writepage)
		return FATE_KEEP;
	return write_out(page, pgdat, stat, locked) ? FATE_FREE : FATE_KEEP;
}

/* Out of its cache, if nobody else has it. What is in none belonged to somebody who is gone: the reference is the last one. */
static bool take_out_of_cache(struct page *page)
{
	if (vm_flag(page, PGV_swapcache))
		return remove_from_swap_cache(page);
	if (READ_ONCE(vm_page(page)->mapping))
		return remove_mapping(page);
	return vm_page_refs(page) == 1 && !READ_ONCE(vm_page(page)->mapcount);
}

/* The page is locked; *locked says whether it still is. */
static enum fate fate_of(struct page *page, struct pgdat *pgdat, const struct scan_control *sc, struct reclaim_stat *stat,
			 bool *locked)
{
	enum page_references used;
	enum fate fate;

	if (vm_flag(page, PGV_mlocked) || (!sc->may_unmap && READ_ONCE(vm_page(page)->mapcount)))
		return FATE_KEEP;
	if (vm_page_refs(page) == 1 && !READ_ONCE(vm_page(page)->mapcount)) /* its last user went while it was on our list */
		return FATE_FREE;
	count_dirty(page, stat);
	if (vm_flag(page, PGV_writeback))
		return being_written(page, pgdat, sc, stat);
	used = check_references(page);
	if (used == PAGEREF_ACTIVATE || used == PAGEREF_KEEP)
		return used == PAGEREF_KEEP ? FATE_KEEP : FATE_ACTIVATE;
	fate = find_slot(page, sc);
	if (fate != FATE_FREE)
		return fate;
	if (READ_ONCE(vm_page(page)->mapcount) && !try_to_unmap(page))
		return FATE_ACTIVATE;
	if (READ_ONCE(vm_page(page)->pins))
		return FATE_ACTIVATE;
	fate = make_clean(page, pgdat, sc, stat, used, locked);
	if (fate != FATE_FREE)
		return fate;
	return take_out_of_cache(page) ? FATE_FREE : FATE_KEEP;
}

/* It will be used, so what swap has of it is only in the way. */
static void activate(struct page *page)
{
	if (vm_flag(page, PGV_swapcache) && (get_nr_swap_pages() * 2 < total_swap_pages() || vm_flag(page, PGV_mlocked)))
		try_to_free_swap(page);
	if (vm_flag(page, PGV_mlocked))
		return;
	vm_set_flags(page, PGV_active);
	count_reclaim_events(PGACTIVATE, 1);
}

/* true: it is free. */
static bool shrink_page(struct page *page, struct pgdat *pgdat, const struct scan_control *sc, struct reclaim_stat *stat)
{
	bool locked = true;
	enum fate fate = fate_of(page, pgdat, sc, stat, &locked);

	if (fate == FATE_ACTIVATE)
		activate(page);
	if (locked)
		unlock_page(page);
	if (fate != FATE_FREE)
		return false;
	leave_isolation(page);
	put_vm_page(page);
	return true;
}

u64 shrink_page_list(struct list_head *pages, struct pgdat *pgdat, const struct scan_control *sc, struct reclaim_stat *stat,
		     u64 *looked_at)
{
	struct list_head kept;
	u64 nr_reclaimed = 0;

	INIT_LIST_HEAD(&kept);
	while (!list_empty(pages)) {
		struct page *page = list_entry(pages->next, struct page, lru);

		sim_tick();
		list_del(&page->lru);
		if (trylock_page(page)) {
			++*looked_at;
			if (shrink_page(page, pgdat, sc, stat)) {
				nr_reclaimed++;
				continue;
			}
		}
		list_add_tail(&page->lru, &kept);
	}
	while (!list_empty(&kept)) {
		struct page *page = list_entry(kept.next, struct page, lru);

		list_del(&page->lru);
		list_add_tail(&page->lru, pages);
	}
	return nr_reclaimed;
}
