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

	WRITE_ONCE(v->process, (u8)process);
	WRITE_ONCE(v->index, vpn);
	if (!fetch_add_relaxed(&v->mapcount, 1))
		mod_node_page_state(page_pgdat(page), NR_ANON_MAPPED, 1);
}

/* The page is locked, or its mapcount is not 0: it is still in this mapping. One that is gone is not counted in it any more. */
static bool count_in_mapping(struct page *page, int nr)
{
	struct address_space *mapping = vm_page(page)->mapping;
	bool changed;

	step_lock(&mapping->lock);
	changed = fetch_add_relaxed(&vm_page(page)->mapcount, (u32)nr) == (nr > 0 ? 0 : 1);
	if (changed)
		ADD_ONCE(mapping->nr_mapped, (u32)nr);
	step_unlock(&mapping->lock);
	return changed;
}

void page_add_file_rmap(struct page *page)
{
	VM_BUG_ON(!vm_page(page)->mapping); /* truncated, and mapped now: nobody would ever find this entry */
	if (count_in_mapping(page, 1))
		mod_node_page_state(page_pgdat(page), NR_FILE_MAPPED, 1);
}

void page_remove_rmap(struct page *page)
{
	bool anon = page_is_anon(page);

	VM_BUG_ON(!READ_ONCE(vm_page(page)->mapcount));
	if (anon ? fetch_add_relaxed(&vm_page(page)->mapcount, -1u) == 1 : count_in_mapping(page, -1))
		mod_node_page_state(page_pgdat(page), anon ? NR_ANON_MAPPED : NR_FILE_MAPPED, -1);
}

/* --- entries of a page ---------------------------------------------------------------------------------------------------------------- */

/* Where a window of this task shows a page of a file; 0: it does not. table_lock held. */
static u32 vpn_in_task(const struct vm_task *task, unsigned window, u32 file, u32 index)
{
	const struct vm_window *w = &task->window[window];

	return w->nr && w->file == file && index >= w->first && index - w->first < w->nr ?
		       window_vpn(window) + index - w->first :
		       0;
}

/* The same if the page is mapped there. */
static u32 mapped_in_task(struct vm_task *task, unsigned window, const struct page *page)
{
	const struct vm_page *v = vm_page(page);
	u32 vpn;

	step_lock(&task->table_lock);
	vpn = vpn_in_task(task, window, READ_ONCE(v->file), READ_ONCE(v->index));
	if (vpn && !pte_maps(pte_get(task, vpn), page))
		vpn = 0;
	step_unlock(&task->table_lock);
	return vpn;
}

static bool next_of_file(const struct page *page, u32 *at, struct rmap_place *place)
{
	for (; *at < VM_MAX_TASKS * VM_WINDOWS; ++*at) {
		struct vm_task *task = vm_task(*at / VM_WINDOWS);
		u32 vpn;

		if (!READ_ONCE(task->rss_file)) {
			*at |= VM_WINDOWS - 1;
			continue;
		}
		vpn = mapped_in_task(task, *at % VM_WINDOWS, page);
		if (!vpn)
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
	unsigned process = READ_ONCE(v->process);

	if (!READ_ONCE(v->mapcount))
		return false;
	if (!page_is_anon(page))
		return READ_ONCE(v->mapping) && next_of_file(page, at, place);
	if (*at || !process)
		return false;
	*at = 1;
	*place = (struct rmap_place){ vm_task(process - 1u), READ_ONCE(v->index) };
	return pte_maps(pte_peek(place->task, place->vpn), page);
}

/* --- what reclaim asks ------------------------------------------------------------------------------------------------------------------- */

/* An entry that points to the page, as it is now, or 0; PTE_YOUNG is cleared. */
static u64 take_young(const struct page *page, const struct rmap_place *place)
{
	u64 pte;

	step_lock(&place->task->table_lock);
	pte = pte_get(place->task, place->vpn);
	if (!pte_maps(pte, page))
		pte = 0;
	if (pte & PTE_YOUNG)
		pte_set(place->task, place->vpn, pte & ~PTE_YOUNG);
	step_unlock(&place->task->table_lock);
	return pte;
}

unsigned page_referenced(struct page *page, bool *mlocked)
{
	struct rmap_place place;
	unsigned referenced = 0;
	u32 at = 0;

	*mlocked = false;
	while (rmap_next(page, &at, &place)) {
		u64 pte = take_young(page, &place);

		sim_tick();
		*mlocked |= !!(pte & PTE_MLOCKED);
		referenced += !!(pte & PTE_YOUNG);
	}
	return referenced;
}

/* The entry at a place becomes this one, and no longer maps the page. table_lock held. */
static void replace_entry(struct page *page, const struct rmap_place *place, u64 pte)
{
	u64 before = pte_get(place->task, place->vpn);

	pte_set(place->task, place->vpn, pte);
	page_remove_rmap(page);
	if (pte) {
		SUB_ONCE(place->task->rss_anon, 1);
		ADD_ONCE(place->task->swapents, 1);
	} else {
		SUB_ONCE(place->task->rss_file, 1);
	}
	pte_announce(place->task, place->vpn, pte ? PTE_SWAPPED : PTE_RECLAIMED, page_pfn(current_mm(), page), pte_entry(pte),
		     before & PTE_DIRTY);
	put_vm_page(page); /* not the last: the caller has one */
}

/* *gone: it does not map the page any more. true: it is this swap entry now. */
static bool swap_out_entry(struct page *page, const struct rmap_place *place, u32 entry, bool *gone)
{
	bool done;
	u64 pte;

	step_lock(&place->task->table_lock);
	while ((pte = pte_get(place->task, place->vpn), pte_maps(pte, page)) && (pte & PTE_DIRTY) && !vm_flag(page, PGV_dirty)) {
		sim_tick();
		set_page_dirty(page);
	}
	*gone = !pte_maps(pte, page);
	done = !*gone && !(pte & PTE_MLOCKED);
	if (done)
		replace_entry(page, place, (u64)entry << PTE_SHIFT | PTE_SWAP);
	step_unlock(&place->task->table_lock);
	return done;
}

/*
 * The slot's contents are what the page holds, or will be written before it is forgotten: a page written to since is dirty.
 * The task may write, or give it up, whenever we let others run.
 */
static bool unmap_anon(struct page *page, const struct rmap_place *place)
{
	u32 entry = vm_page(page)->entry;
	bool gone;

	VM_BUG_ON(!vm_flag(page, PGV_swapcache));
	swap_duplicate(entry);
	if (swap_out_entry(page, place, entry, &gone))
		return true;
	swap_free(entry);
	return gone;
}

/* What was written through a window is dirty already [PT4]. */
static bool unmap_file(struct page *page, const struct rmap_place *place)
{
	bool mlocked;
	u64 pte;

	step_lock(&place->task->table_lock);
	pte = pte_get(place->task, place->vpn);
	mlocked = pte_maps(pte, page) && (pte & PTE_MLOCKED);
	if (pte_maps(pte, page) && !mlocked)
		replace_entry(page, place, 0);
	step_unlock(&place->task->table_lock);
	return !mlocked;
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

/* Write access goes; true: it was made use of. */
static bool clean_entry(const struct page *page, const struct rmap_place *place)
{
	u64 pte;

	step_lock(&place->task->table_lock);
	pte = pte_get(place->task, place->vpn);
	if (pte_maps(pte, page) && (pte & (PTE_WRITE | PTE_DIRTY))) {
		pte_set(place->task, place->vpn, pte & ~(PTE_WRITE | PTE_DIRTY));
		pte_announce(place->task, place->vpn, PTE_CLEANED, pte_pfn(pte), 0, pte & PTE_DIRTY);
	}
	step_unlock(&place->task->table_lock);
	return pte_maps(pte, page) && (pte & PTE_DIRTY);
}

unsigned page_mkclean(struct page *page)
{
	struct rmap_place place;
	unsigned written = 0;
	u32 at = 0;

	VM_BUG_ON(!vm_flag(page, PGV_locked));
	while (!page_is_anon(page) && rmap_next(page, &at, &place)) {
		sim_tick();
		written += clean_entry(page, &place);
	}
	return written;
}

/* --- what truncate asks ------------------------------------------------------------------------------------------------------------------- */

/* What a window shows of [index, index + nr) of the file: from *vpn on, so many pages. */
static u32 overlap(struct vm_task *task, unsigned window, u32 file, u32 index, u32 nr, u32 *vpn)
{
	struct vm_window w;
	u64 first, end;

	step_lock(&task->table_lock);
	w = task->window[window];
	step_unlock(&task->table_lock);
	first = max_of(index, w.first);
	end = min_of((u64)index + nr, (u64)w.first + w.nr);
	if (!w.nr || w.file != file || first >= end)
		return 0;
	*vpn = (u32)(window_vpn(window) + first - w.first);
	return (u32)(end - first);
}

void unmap_mapping_range(struct address_space *mapping, u32 index, u32 nr)
{
	for (u32 at = 0; READ_ONCE(mapping->nr_mapped) && at < VM_MAX_TASKS * VM_WINDOWS; at++) {
		struct vm_task *task = vm_task(at / VM_WINDOWS);
		u32 vpn, pages;

		if (!READ_ONCE(task->rss_file)) {
			at |= VM_WINDOWS - 1;
			continue;
		}
		pages = overlap(task, at % VM_WINDOWS, mapping->file, index, nr, &vpn);
		if (pages)
			zap_range(task, vpn, pages);
	}
}
