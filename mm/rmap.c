/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rmap.c - from a page to the entries that point to it.
 *
 *   anonymous   process and index of the page name its one entry
 *   of a file   tasks with a window on that file, where the window shows it
 *
 * Whoever looks for a page's entries does not take mmap_lock, which those who fault hold while they wait for memory. Each look
 * at an entry and its change is one step; what lies between two entries need not be, as nobody maps a page that is locked.
 *
 * Invariants: [V2] [PT3] [PT4] in memory.c
 * Locks: the page's, where it says so. Sleeps: try_to_unmap() does not, but it may let others run.
 */
#include "task_internal.h"

/* --- counts ------------------------------------------------------------------------------------------------------------------------ */

void page_add_anon_rmap(struct page *page, unsigned process, u32 vpn)
{
	struct vm_page *v = vm_page(page);

	v->process = (u8)process;
	v->index = vpn;
	if (!v->mapcount++)
		mod_node_page_state(page_pgdat(page), NR_ANON_MAPPED, 1);
}

void page_add_file_rmap(struct page *page)
{
	struct vm_page *v = vm_page(page);

	VM_BUG_ON(!v->mapping); /* truncated, and mapped now: nobody would ever find this entry */
	if (v->mapcount++)
		return;
	v->mapping->nr_mapped++;
	mod_node_page_state(page_pgdat(page), NR_FILE_MAPPED, 1);
}

void page_remove_rmap(struct page *page)
{
	struct vm_page *v = vm_page(page);

	VM_BUG_ON(!v->mapcount);
	if (--v->mapcount)
		return;
	if (!page_is_anon(page))
		v->mapping->nr_mapped--;
	mod_node_page_state(page_pgdat(page), page_is_anon(page) ? NR_ANON_MAPPED : NR_FILE_MAPPED, -1);
}

/* --- entries of a page ---------------------------------------------------------------------------------------------------------------- */

/* Where a window of this task shows a page of a file; 0: it does not. */
static u32 vpn_in_task(const struct vm_task *task, unsigned window, u32 file, u32 index)
{
	const struct vm_window *w = &task->window[window];

	return w->nr && w->file == file && index >= w->first && index - w->first < w->nr ?
		       window_vpn(window) + index - w->first :
		       0;
}

static bool next_of_file(const struct page *page, u32 *at, struct rmap_place *place)
{
	const struct vm_page *v = vm_page(page);

	for (; *at < VM_MAX_TASKS * VM_WINDOWS; ++*at) {
		struct vm_task *task = vm_task(*at / VM_WINDOWS);
		u32 vpn;

		if (!task->rss_file) {
			*at |= VM_WINDOWS - 1;
			continue;
		}
		vpn = vpn_in_task(task, *at % VM_WINDOWS, v->mapping->file, v->index);
		if (!vpn || !pte_maps(pte_get(task, vpn), page))
			continue;
		*place = (struct rmap_place){ task, vpn };
		++*at;
		return true;
	}
	return false;
}

bool rmap_next(const struct page *page, u32 *at, struct rmap_place *place)
{
	const struct vm_page *v = vm_page(page);

	if (!v->mapcount)
		return false;
	if (!page_is_anon(page))
		return v->mapping && next_of_file(page, at, place);
	if (*at || !v->process)
		return false;
	*at = 1;
	*place = (struct rmap_place){ vm_task(v->process - 1u), v->index };
	return pte_maps(pte_get(place->task, place->vpn), page);
}

/* --- what reclaim asks ------------------------------------------------------------------------------------------------------------------- */

unsigned page_referenced(struct page *page, bool *mlocked)
{
	struct rmap_place place;
	unsigned referenced = 0;
	u32 at = 0;

	*mlocked = false;
	while (rmap_next(page, &at, &place)) {
		u64 pte = pte_get(place.task, place.vpn);

		sim_tick();
		*mlocked |= !!(pte & PTE_MLOCKED);
		if (!(pte & PTE_YOUNG))
			continue;
		pte_set(place.task, place.vpn, pte & ~PTE_YOUNG);
		referenced++;
	}
	return referenced;
}

/* The entry at a place becomes this one, and no longer maps the page. */
static void replace_entry(struct page *page, const struct rmap_place *place, u64 pte)
{
	u64 before = pte_get(place->task, place->vpn);

	pte_set(place->task, place->vpn, pte);
	page_remove_rmap(page);
	if (pte) {
		place->task->rss_anon--;
		place->task->swapents++;
	} else {
		place->task->rss_file--;
	}
	pte_announce(place->task, place->vpn, pte ? PTE_SWAPPED : PTE_RECLAIMED, page_pfn(current_mm(), page), pte_entry(pte),
		     before & PTE_DIRTY);
	put_vm_page(page); /* not the last: the caller has one */
}

/*
 * The slot's contents are what the page holds, or will be written before it is forgotten: a page written to since is dirty.
 * The task may write, or give it up, whenever we let others run.
 */
static bool unmap_anon(struct page *page, const struct rmap_place *place)
{
	u32 entry = vm_page(page)->entry;
	u64 pte;

	VM_BUG_ON(!vm_flag(page, PGV_swapcache));
	swap_duplicate(entry);
	while ((pte = pte_get(place->task, place->vpn), pte_maps(pte, page)) && (pte & PTE_DIRTY) && !vm_flag(page, PGV_dirty)) {
		sim_tick();
		set_page_dirty(page);
	}
	if (pte_maps(pte, page) && !(pte & PTE_MLOCKED)) {
		replace_entry(page, place, (u64)entry << PTE_SHIFT | PTE_SWAP);
		return true;
	}
	swap_free(entry);
	return !pte_maps(pte, page);
}

/* What was written through a window is dirty already [PT4]. */
static bool unmap_file(struct page *page, const struct rmap_place *place)
{
	if (pte_get(place->task, place->vpn) & PTE_MLOCKED)
		return false;
	replace_entry(page, place, 0);
	return true;
}

bool try_to_unmap(struct page *page)
{
	struct rmap_place place;
	u32 at = 0;

	VM_BUG_ON(!vm_flag(page, PGV_locked));
	while (rmap_next(page, &at, &place)) {
		sim_tick();
		if (!(page_is_anon(page) ? unmap_anon(page, &place) : unmap_file(page, &place)))
			return false;
	}
	return true;
}

unsigned page_mkclean(struct page *page)
{
	struct rmap_place place;
	unsigned written = 0;
	u32 at = 0;

	VM_BUG_ON(!vm_flag(page, PGV_locked));
	while (!page_is_anon(page) && rmap_next(page, &at, &place)) {
		u64 pte = pte_get(place.task, place.vpn);

		sim_tick();
		if (!(pte & (PTE_WRITE | PTE_DIRTY)))
			continue;
		written += !!(pte & PTE_DIRTY);
		pte_set(place.task, place.vpn, pte & ~(PTE_WRITE | PTE_DIRTY));
		pte_announce(place.task, place.vpn, PTE_CLEANED, pte_pfn(pte), 0, pte & PTE_DIRTY);
	}
	return written;
}

/* --- what truncate asks ------------------------------------------------------------------------------------------------------------------- */

/* What a window shows of [index, index + nr) of the file: from *vpn on, so many pages. */
static u32 overlap(const struct vm_task *task, unsigned window, u32 file, u32 index, u32 nr, u32 *vpn)
{
	const struct vm_window *w = &task->window[window];
	u64 first = max_of(index, w->first), end = min_of((u64)index + nr, (u64)w->first + w->nr);

	if (!w->nr || w->file != file || first >= end)
		return 0;
	*vpn = (u32)(window_vpn(window) + first - w->first);
	return (u32)(end - first);
}

void unmap_mapping_range(struct address_space *mapping, u32 index, u32 nr)
{
	for (u32 at = 0; mapping->nr_mapped && at < VM_MAX_TASKS * VM_WINDOWS; at++) {
		struct vm_task *task = vm_task(at / VM_WINDOWS);
		u32 vpn, pages;

		if (!task->rss_file) {
			at |= VM_WINDOWS - 1;
			continue;
		}
		pages = overlap(task, at % VM_WINDOWS, mapping->file, index, nr, &vpn);
		if (pages)
			zap_range(task, vpn, pages);
	}
}
