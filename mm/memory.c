/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.c - what a task sees at a virtual page: page tables, faults, and how an entry goes.
 *
 *   virtual page   0 ..................... 65535 | 65536 .. 66559
 *                  anonymous memory              | eight windows of 128 pages, where files can be mapped
 *   pgd -> table   512 entries each; made when one is first needed, given back when the task ends
 *
 *   nothing --anonymous fault--> mapped --reclaim--> swapped out --fault, swapoff--> mapped --exit, munmap, reaper--> nothing
 *   nothing --fault of a file--> mapped, read only --first write--> writable, the page is dirty --cleaned--> read only
 *
 * task_access() is the MMU: it looks at the entry, sets its accessed and dirty bits, and takes no mutex. Where it cannot go on
 * a fault is handled with mmap_lock held, and it looks again: whatever a fault brought may be gone by then.
 *
 * Who may change an entry: with mmap_lock, all that the task or the reaper does to it, and swapoff; with the page's lock,
 * reclaim, cleaning, truncate. An entry that is not present changes under mmap_lock alone. So a fault that slept need not
 * look again at an anonymous entry; at one of a file it does, with the page locked.
 *
 * Invariants (memory_check() tests each by its number):
 *   [V2]  mapcount is the number of entries that point to the page
 *   [PT3] an anonymous page is mapped where its process and index say, and nowhere else; a file's in windows of that file
 *   [PT4] a window's entry is writable only while its page is dirty: so nothing is lost when the entry goes
 *   [PT5] rss, swapents, locked and nr_tables of a task are what its tables hold; node counters are their sums
 *   [PT6] a page is mlocked if and only if one of its entries is
 * Locks: above; an entry and what is counted of it change in one step: table_lock. Sleeps: faults do, with mmap_lock held.
 * Unlike Linux: a read of untouched memory gets a page of its own, there is no shared zero page; nobody shares anonymous
 * memory, so there is no copy on write; two levels of tables; they stay until the task ends; no TLB, so none to be flushed.
 */
#include <errno.h>
#include "swap_internal.h"
#include "task_internal.h"

/* --- tables ----------------------------------------------------------------------------------------------------------------------- */

static struct page *alloc_table(struct vm_task *task)
{
	struct page *table = vm_alloc_page(VM_USE_TABLE, GFP_KERNEL | __GFP_ZERO, NUMA_NO_NODE);

	if (!table)
		return NULL;
	mod_node_page_state(page_pgdat(table), NR_PAGETABLE, 1);
	ADD_ONCE(task->nr_tables, 1);
	return table;
}

static void free_table(struct vm_task *task, struct page *table)
{
	SUB_ONCE(task->nr_tables, 1);
	mod_node_page_state(page_pgdat(table), NR_PAGETABLE, -1);
	put_vm_page(table);
}

bool task_make_pgd(struct vm_task *task)
{
	task->pgd = alloc_table(task);
	return task->pgd;
}

void task_free_tables(struct vm_task *task)
{
	struct page *table;

	for (unsigned i = 0; i < NR_TASK_TABLES; i++) {
		table = task->table[i];
		if (!table)
			continue;
		sim_tick();
		step_lock(&task->table_lock);
		table_store(task->pgd, i, 0);
		WRITE_ONCE(task->table[i], NULL); /* before it is given back: others walk tables meanwhile */
		step_unlock(&task->table_lock);
		free_table(task, table);
	}
	table = task->pgd;
	task->pgd = NULL;
	free_table(task, table);
}

/* mmap_lock held, so nobody else makes it. */
static int make_table(struct vm_task *task, u32 vpn)
{
	u32 slot = vpn / PTES_PER_TABLE;
	struct page *table;

	if (task->table[slot])
		return 0;
	table = alloc_table(task);
	if (!table)
		return -ENOMEM;
	step_lock(&task->table_lock);
	table_store(task->pgd, slot, page_pfn(current_mm(), table) << PTE_SHIFT | PTE_PRESENT | PTE_WRITE);
	WRITE_ONCE(task->table[slot], table);
	step_unlock(&task->table_lock);
	return 0;
}

/* --- an entry comes and goes --------------------------------------------------------------------------------------------------------- */

void map_page(struct vm_task *task, u32 vpn, struct page *page, u64 bits)
{
	u64 pfn = page_pfn(current_mm(), page);

	step_lock(&task->table_lock);
	if (pte_is_swap(pte_get(task, vpn)))
		SUB_ONCE(task->swapents, 1);
	pte_set(task, vpn, pfn << PTE_SHIFT | PTE_PRESENT | PTE_YOUNG | bits);
	if (bits & PTE_WINDOW) {
		page_add_file_rmap(page);
		ADD_ONCE(task->rss_file, 1);
	} else {
		page_add_anon_rmap(page, task->id + 1, vpn);
		ADD_ONCE(task->rss_anon, 1);
	}
	pte_announce(task, vpn, PTE_MAPPED, pfn, 0, bits & PTE_WRITE);
	step_unlock(&task->table_lock);
}

/* The entry is gone already, its reference is ours. */
static void page_unmapped(struct page *page, u64 pte)
{
	if (pte & PTE_MLOCKED)
		update_mlock(page);
	if (!(pte & PTE_WINDOW))
		free_swap_cache(page);
	else if (pte & PTE_YOUNG)
		mark_page_accessed(page);
	put_vm_page(page);
}

/* The entry is gone, and counts no more. */
static void uncount_entry(struct vm_task *task, u32 vpn, u64 pte)
{
	if (pte_is_swap(pte)) {
		SUB_ONCE(task->swapents, 1);
		pte_announce(task, vpn, PTE_DROPPED, ~0ULL, pte_entry(pte), false);
		return;
	}
	if (pte & PTE_WINDOW)
		SUB_ONCE(task->rss_file, 1);
	else
		SUB_ONCE(task->rss_anon, 1);
	page_remove_rmap(pte_page(pte));
	pte_announce(task, vpn, PTE_UNMAPPED, pte_pfn(pte), 0, pte & PTE_DIRTY);
	if (pte & PTE_MLOCKED)
		SUB_ONCE(task->locked, 1);
}

bool zap_pte(struct vm_task *task, u32 vpn)
{
	u64 pte;

	step_lock(&task->table_lock);
	pte = pte_get(task, vpn);
	if (pte) {
		pte_set(task, vpn, 0);
		uncount_entry(task, vpn, pte);
	}
	step_unlock(&task->table_lock);
	if (pte_is_swap(pte))
		swap_free(pte_entry(pte));
	else if (pte)
		page_unmapped(pte_page(pte), pte);
	return pte & PTE_PRESENT;
}

void zap_range(struct vm_task *task, u32 vpn, u32 nr)
{
	u32 end = vpn + nr;

	while (vpn < end) {
		u32 next = min_of(ALIGN(vpn + 1, PTES_PER_TABLE), end);

		sim_tick();
		for (; vpn < next && READ_ONCE(task->table[vpn / PTES_PER_TABLE]); vpn++)
			zap_pte(task, vpn);
		vpn = next;
	}
}

/* --- faults ------------------------------------------------------------------------------------------------------------------------------ */

/* A page of zeroes, the task's own. */
static int anon_fault(struct vm_task *task, u32 vpn)
{
	struct page *page = vm_alloc_page(VM_USE_ANON, GFP_HIGHUSER_MOVABLE | __GFP_ZERO, NUMA_NO_NODE);

	if (!page)
		return -ENOMEM;
	vm_set_flags(page, PGV_swapbacked | PGV_uptodate);
	map_page(task, vpn, page, PTE_WRITE);
	lru_add_page(page);
	return 0;
}

/* A slot is worth keeping while nobody writes the page: it need not be written again. Not when slots run short. */
static bool should_try_to_free_swap(const struct page *page, bool write)
{
	return write || vm_flag(page, PGV_mlocked) || get_nr_swap_pages() * 2 < total_swap_pages();
}

/*
 * The page that was swapped out comes back to where it was. mmap_lock held: the entry stays what it is, but the page may leave
 * the swap cache while its lock is waited for.
 */
static int bring_back(struct vm_task *task, u32 vpn, bool write, gfp_t gfp)
{
	u32 entry = pte_entry(pte_peek(task, vpn));
	struct page *page = swap_cache_get_page(entry);
	int err;

	if (page)
		put_vm_page(page);
	else
		count_reclaim_events(PGMAJFAULT, 1);
	err = swap_in(entry, gfp, &page);
	if (err)
		return err == -ENOENT ? 0 : err;
	lock_page(page);
	if (!vm_flag(page, PGV_swapcache) || vm_page(page)->entry != entry) {
		unlock_page(page);
		put_vm_page(page);
		return 0;
	}
	map_page(task, vpn, page, PTE_WRITE);
	swap_free(entry);
	if (should_try_to_free_swap(page, write))
		try_to_free_swap(page);
	unlock_page(page);
	return 0;
}

/* It is mapped there already: perhaps it is to be written now. */
static bool change_mapped(struct vm_task *task, u32 vpn, const struct page *page, bool write)
{
	bool mapped;
	u64 pte;

	step_lock(&task->table_lock);
	pte = pte_get(task, vpn);
	mapped = pte_maps(pte, page);
	if (mapped)
		pte_set(task, vpn, write ? pte | PTE_WRITE : pte);
	step_unlock(&task->table_lock);
	return mapped;
}

/* The page is locked: nobody truncates it or takes it away. */
static void map_file_page(struct vm_task *task, u32 vpn, struct page *page, bool write)
{
	if (write)
		set_page_dirty(page);
	if (change_mapped(task, vpn, page, write))
		return;
	get_vm_page(page);
	map_page(task, vpn, page, PTE_WINDOW | (write ? PTE_WRITE : 0));
}

/* While its lock was waited for, the page may have left the file, or the file may have become shorter. */
static int map_if_there(struct vm_task *task, u32 vpn, struct address_space *mapping, u32 index, struct page *page, bool write)
{
	bool inside;

	lock_page(page);
	inside = index < inode_size(mapping);
	if (inside && vm_page(page)->mapping == mapping && vm_page(page)->index == index)
		map_file_page(task, vpn, page, write);
	unlock_page(page);
	return inside ? 0 : -EFAULT;
}

static int fault_of_mapping(struct vm_task *task, u32 vpn, struct address_space *mapping, u32 index, bool write)
{
	struct page *page;
	int err;

	if (index >= inode_size(mapping))
		return -EFAULT;
	page = filemap_get_page(mapping, index, NULL);
	if (page)
		put_vm_page(page); /* it may be on its way, or may not have arrived */
	else
		count_reclaim_events(PGMAJFAULT, 1);
	err = filemap_read_page(mapping, index, GFP_HIGHUSER_MOVABLE, &page);
	if (err)
		return err == -EINVAL ? -EFAULT : err; /* the file became shorter */
	err = map_if_there(task, vpn, mapping, index, page, write);
	put_vm_page(page);
	return err;
}

/* The window that shows something at this page; NULL: none does. */
static const struct vm_window *window_of(const struct vm_task *task, u32 vpn)
{
	const struct vm_window *window = &task->window[(vpn - VM_ANON_PAGES) / VM_WINDOW_PAGES];

	return (vpn - VM_ANON_PAGES) % VM_WINDOW_PAGES < window->nr ? window : NULL;
}

static int file_fault(struct vm_task *task, u32 vpn, bool write)
{
	const struct vm_window *window = window_of(task, vpn);
	struct address_space *mapping;
	int err;

	if (write && window->file >= FILE_CHANGEABLE)
		return -EFAULT;
	mapping = inode_get(window->file);
	if (!mapping)
		return -ENOMEM;
	err = fault_of_mapping(task, vpn, mapping, window->first + (vpn - VM_ANON_PAGES) % VM_WINDOW_PAGES, write);
	inode_put(mapping);
	return err;
}

/* Is there nothing in the way of this access? */
static bool pte_suffices(u64 pte, bool write)
{
	return (pte & PTE_PRESENT) && (!write || (pte & PTE_WRITE));
}

int handle_fault(struct vm_task *task, u32 vpn, bool write)
{
	int err;

	count_reclaim_events(PGFAULT, 1);
	if (pte_suffices(pte_peek(task, vpn), write)) /* somebody who had mmap_lock before brought it */
		return 0;
	if (vpn_in_window(vpn) && !window_of(task, vpn))
		return -EFAULT;
	err = make_table(task, vpn);
	if (err)
		return err;
	if (vpn_in_window(vpn))
		return file_fault(task, vpn, write);
	return pte_peek(task, vpn) ? bring_back(task, vpn, write, GFP_HIGHUSER_MOVABLE) : anon_fault(task, vpn);
}

/* --- access -------------------------------------------------------------------------------------------------------------------------------- */

bool mmu_touch(struct vm_task *task, u32 vpn, bool write, void (*touch)(u64 pfn, void *arg), void *arg)
{
	bool there;
	u64 pte;

	step_lock(&task->table_lock);
	pte = pte_get(task, vpn);
	there = pte_suffices(pte, write);
	if (there) {
		pte_set(task, vpn, pte | PTE_YOUNG | (write ? PTE_DIRTY : 0));
		pte_announce(task, vpn, PTE_ACCESSED, pte_pfn(pte), 0, write);
		touch(pte_pfn(pte), arg);
	}
	step_unlock(&task->table_lock);
	return there;
}

/*
 * Whoever is about to make a page of a file dirty waits before it, as the task, with no lock: if it waited afterwards, the page
 * could be clean again when it goes on, for ever.
 */
static void throttle_writer(struct vm_task *task, u32 vpn)
{
	struct task_scope scope;

	if (!vpn_in_window(vpn) || task_is_killed(task) || pte_suffices(pte_peek(task, vpn), true))
		return;
	task_become(&scope, task);
	balance_dirty_pages();
	task_restore(&scope);
}

static int task_fault(unsigned id, u32 vpn, bool write)
{
	struct task_scope scope;
	int err = task_enter(&scope, id);

	return err ? err : task_leave(&scope, handle_fault(scope.task, vpn, write));
}

int task_touch(unsigned id, u32 vpn, bool write, void (*touch)(u64 pfn, void *arg), void *arg)
{
	int err = 0;

	if (!task_exists(id))
		return -ESRCH;
	if (vpn >= VM_SPACE_PAGES)
		return -EFAULT;
	if (write)
		throttle_writer(vm_task(id), vpn);
	while (!err && (task_is_killed(vm_task(id)) || !mmu_touch(vm_task(id), vpn, write, touch, arg))) {
		sim_tick();
		err = task_fault(id, vpn, write);
	}
	return err;
}

static void tell_pfn(u64 pfn, void *arg)
{
	*(u64 *)arg = pfn;
}

int task_access(unsigned id, u32 vpn, bool write, u64 *pfn)
{
	return task_touch(id, vpn, write, tell_pfn, pfn);
}

/* --- others do it to a task ------------------------------------------------------------------------------------------------------------------ */

/*
 * What is private and anonymous goes, swapped out or not, mlocked or not: the victim will never look at it again, as it ends
 * before it runs. Files' pages can be reclaimed as they are.
 */
bool task_reap(struct vm_task *task, u64 *freed)
{
	if (!mutex_trylock(&task->mmap_lock))
		return false;
	if (task->exists && task_is_killed(task))
		for (u32 vpn = 0; vpn < VM_ANON_PAGES; vpn++) {
			if (!task->table[vpn / PTES_PER_TABLE]) {
				vpn |= PTES_PER_TABLE - 1;
				continue;
			}
			sim_tick();
			*freed += zap_pte(task, vpn);
		}
	mutex_unlock(&task->mmap_lock);
	return true;
}

/* In one step. */
static bool find_in_task(struct vm_task *task, u32 entry, u32 *vpn)
{
	u64 left = task->swapents;

	for (*vpn = 0; left && *vpn < VM_ANON_PAGES; ++*vpn) {
		u64 pte = pte_get(task, *vpn);

		if (!pte && !task->table[*vpn / PTES_PER_TABLE])
			*vpn |= PTES_PER_TABLE - 1;
		if (!pte_is_swap(pte))
			continue;
		if (pte_entry(pte) == entry)
			return true;
		left--;
	}
	return false;
}

/* Where a swap entry is; false: in no table. */
static bool find_entry(u32 entry, struct vm_task **task, u32 *vpn)
{
	bool found = false;

	for (unsigned id = 0; id < VM_MAX_TASKS && !found; id++) {
		*task = vm_task(id);
		step_lock(&(*task)->table_lock);
		found = find_in_task(*task, entry, vpn);
		step_unlock(&(*task)->table_lock);
	}
	return found;
}

/* Nobody is killed for it: who wants a device off is told that there is no room. */
int unuse_entry(u32 entry)
{
	struct vm_task *task;
	int err = 0;
	u32 vpn;
	u64 pte;

	while (!err && find_entry(entry, &task, &vpn)) {
		sim_tick();
		mutex_lock(&task->mmap_lock);
		pte = pte_peek(task, vpn);
		if (pte_is_swap(pte) && pte_entry(pte) == entry)
			err = bring_back(task, vpn, true, GFP_HIGHUSER_MOVABLE | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
		mutex_unlock(&task->mmap_lock);
	}
	return err;
}
