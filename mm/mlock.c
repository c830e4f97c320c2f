/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mlock.c - pages that must stay: mlocked by their task, or pinned for a device.
 *
 * mlock marks the entry first, which keeps reclaim from taking it, then the page, which goes to the unevictable list. A page of
 * a file is mlocked while any of its entries is. Entries and page change in several steps, and two tasks may be at it: whoever
 * changed an entry makes the page follow what the entries say now, until it does.
 *
 * A pin is a reference that is counted. Reclaim sees one that it cannot explain, and leaves the page alone; if it took the entry
 * first, the task finds the same page again in the swap cache or its file.
 *
 * Invariants: [PT6] in memory.c. [R24] mlocked pages are unevictable
 * Locks: mmap_lock; what a page's entries say is read in one step. Unlike Linux: no VMAs, so what is mlocked are entries that
 * are there; no limit; pinned pages do not leave movable zones first.
 */
#include <errno.h>
#include "task_internal.h"

static bool any_mlocked(const struct page *page)
{
	struct rmap_place place;
	u32 at = 0;

	while (rmap_next(page, &at, &place))
		if (pte_peek(place.task, place.vpn) & PTE_MLOCKED)
			return true;
	return false;
}

void update_mlock(struct page *page)
{
	bool wanted;

	while ((wanted = any_mlocked(page)) != vm_flag(page, PGV_mlocked)) {
		sim_tick();
		if (wanted)
			mlock_page(page);
		else
			munlock_page(page);
	}
}

/* true: the entry is present, and has the bit now, or has not; so has its page. */
static bool set_mlocked(struct vm_task *task, u32 vpn, bool mlocked)
{
	struct page *page = NULL;
	u64 pte;

	step_lock(&task->table_lock);
	pte = pte_get(task, vpn);
	if ((pte & PTE_PRESENT) && !(pte & PTE_MLOCKED) == mlocked) {
		page = pte_page(pte);
		get_vm_page(page);
		pte_set(task, vpn, pte ^ PTE_MLOCKED);
		ADD_ONCE(task->locked, mlocked ? 1 : -1ULL);
	}
	step_unlock(&task->table_lock);
	if (page) {
		update_mlock(page);
		put_vm_page(page);
	}
	return pte & PTE_PRESENT;
}

/* mmap_lock held. */
static int mlock_one(struct vm_task *task, u32 vpn)
{
	int err = 0;

	while (!err && !set_mlocked(task, vpn, true)) {
		sim_tick();
		err = task_is_killed(task) ? -EINTR : handle_fault(task, vpn, !vpn_in_window(vpn));
	}
	return err;
}

int task_mlock(unsigned id, u32 vpn, u32 nr, u32 *done)
{
	struct task_scope scope;
	int err;

	*done = 0;
	if (vpn > VM_SPACE_PAGES || nr > VM_SPACE_PAGES - vpn)
		return -EINVAL;
	err = task_enter(&scope, id);
	if (err)
		return err;
	for (; *done < nr && !err; *done += !err)
		err = mlock_one(scope.task, vpn + *done);
	return task_leave(&scope, err);
}

int task_munlock(unsigned id, u32 vpn, u32 nr)
{
	struct task_scope scope;
	int err;

	if (vpn > VM_SPACE_PAGES || nr > VM_SPACE_PAGES - vpn)
		return -EINVAL;
	err = task_enter(&scope, id);
	if (err)
		return err;
	for (u32 i = 0; i < nr; i++) {
		sim_tick();
		set_mlocked(scope.task, vpn + i, false);
	}
	return task_leave(&scope, 0);
}

/* Nobody comes in between: it is still mapped. */
static void pin_page(u64 pfn, void *arg)
{
	struct page *page = current_mm()->mem_map + pfn;

	*(u64 *)arg = pfn;
	get_vm_page(page);
	fetch_add_relaxed(&vm_page(page)->pins, 1);
	mod_node_page_state(page_pgdat(page), NR_FOLL_PIN_ACQUIRED, 1);
	vm_page_news(page, PAGE_PINNED);
}

int task_pin(unsigned id, u32 vpn, u64 *pfn)
{
	return task_touch(id, vpn, true, pin_page, pfn);
}

void task_unpin(u64 pfn)
{
	struct page *page = pfn_to_page(pfn);

	if (!page || !READ_ONCE(vm_page(page)->pins))
		return;
	fetch_add_relaxed(&vm_page(page)->pins, -1);
	mod_node_page_state(page_pgdat(page), NR_FOLL_PIN_RELEASED, 1);
	vm_page_news(page, PAGE_UNPINNED);
	put_vm_page(page);
}
