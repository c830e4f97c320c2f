/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_check.c - walks every page table and every frame from scratch, and says whether they agree.
 *
 * Tables are the truth: what counters, frames and tasks say of them is compared with it. Each entry that is present is found from
 * its page (rmap), and each page has as many entries found as it counts; so nothing is missed on either side. Only when nothing
 * is in flight. Burns no fuel.
 */
#include <stdio.h>
#include "task_internal.h"

#define WALK_LIMIT (1u << 20) /* frames; above, tables alone are looked at */

struct recount {
	const struct mm *mm;
	s64 tables[MAX_NUMNODES], anon[MAX_NUMNODES], file[MAX_NUMNODES]; /* pages, by node */
	u64 acquired; /* pins that are held */
};

struct task_sums {
	u64 anon, file, swapped, mlocked, tables;
};

#define INV(clause, condition, what, number)                                                                           \
	do {                                                                                                           \
		if (unlikely(!(condition)))                                                                            \
			return broken(#clause, #condition, what, number);                                              \
	} while (0)

static sim_cold const char *broken(const char *clause, const char *condition, const char *what, u64 number)
{
	snprintf(check_verdict, sizeof(check_verdict), "%s: broken %s: %s (%s %llu)", clause, clause, condition, what,
		 (unsigned long long)number);
	return check_verdict;
}

static bool is_ours(const struct recount *r, u64 pfn)
{
	return pfn < r->mm->nr_frames && pfn_valid(r->mm, pfn) && (r->mm->vm->page[pfn].flags & PGV_used);
}
static unsigned node_of(const struct recount *r, u64 pfn)
{
	return page_zone(r->mm, pfn)->nid;
}

/* --- entries ------------------------------------------------------------------------------------------------------------------------- */

static const char *check_anon(const struct vm_task *task, u32 vpn, u64 pte)
{
	const struct vm_page *v = vm_page(pte_page(pte));

	INV(PT3, !(pte & PTE_WINDOW) && (v->flags & PGV_swapbacked), "virtual page", vpn);
	INV(PT3, v->process == task->id + 1 && v->index == vpn, "virtual page", vpn);
	INV(V2, v->mapcount == 1, "frame", pte_pfn(pte));
	return NULL;
}

static const char *check_shown(const struct vm_task *task, u32 vpn, u64 pte)
{
	const struct vm_window *window = &task->window[(vpn - VM_ANON_PAGES) / VM_WINDOW_PAGES];
	const struct vm_page *v = vm_page(pte_page(pte));
	u32 offset = (vpn - VM_ANON_PAGES) % VM_WINDOW_PAGES;

	INV(PT3, (pte & PTE_WINDOW) && !(v->flags & PGV_swapbacked), "virtual page", vpn);
	INV(PT3, offset < window->nr && v->mapping, "virtual page", vpn);
	INV(PT3, v->mapping->file == window->file && v->index == window->first + offset, "virtual page", vpn);
	INV(PT4, !(pte & (PTE_WRITE | PTE_DIRTY)) || (v->flags & PGV_dirty), "frame", pte_pfn(pte));
	return NULL;
}

static const char *check_present(struct recount *r, const struct vm_task *task, u32 vpn, u64 pte, struct task_sums *sums)
{
	const struct vm_page *v;

	INV(V2, is_ours(r, pte_pfn(pte)), "virtual page", vpn);
	v = vm_page(pte_page(pte));
	INV(V2, v->use != VM_USE_TABLE && v->mapcount && (v->flags & PGV_uptodate), "frame", pte_pfn(pte));
	INV(PT6, !(pte & PTE_MLOCKED) || (v->flags & PGV_mlocked), "frame", pte_pfn(pte));
	sums->mlocked += !!(pte & PTE_MLOCKED);
	if (vpn_in_window(vpn)) {
		sums->file++;
		return check_shown(task, vpn, pte);
	}
	sums->anon++;
	return check_anon(task, vpn, pte);
}

static const char *check_entry(struct recount *r, const struct vm_task *task, u32 vpn, u64 pte, struct task_sums *sums)
{
	if (pte & PTE_PRESENT)
		return check_present(r, task, vpn, pte, sums);
	INV(PT5, pte == ((u64)pte_entry(pte) << PTE_SHIFT | PTE_SWAP) && !vpn_in_window(vpn), "virtual page", vpn);
	INV(PT5, swap_device_of(pte_entry(pte)) >= 1 && swap_device_of(pte_entry(pte)) <= SWAP_DEVICES, "virtual page", vpn);
	sums->swapped++;
	return NULL;
}

/* --- tasks --------------------------------------------------------------------------------------------------------------------------- */

static const char *check_table(struct recount *r, const struct page *table, struct task_sums *sums)
{
	u64 pfn = page_pfn(r->mm, table);

	INV(PT5, is_ours(r, pfn) && vm_page(table)->use == VM_USE_TABLE && table->refcount == 1, "frame", pfn);
	sums->tables++;
	r->tables[node_of(r, pfn)]++;
	return NULL;
}

/* Most are empty. */
static const char *check_entries(struct recount *r, const struct vm_task *task, u32 slot, const u64 *pte, struct task_sums *sums)
{
	const char *text = NULL;

	for (u32 i = 0; i < PTES_PER_TABLE && !text; i++)
		if (pte[i])
			text = check_entry(r, task, slot * PTES_PER_TABLE + i, pte[i], sums);
	return text;
}

static const char *check_tables(struct recount *r, const struct vm_task *task, struct task_sums *sums)
{
	const char *text = check_table(r, task->pgd, sums);

	for (u32 slot = 0; slot < NR_TASK_TABLES && !text; slot++) {
		const struct page *table = task->table[slot];
		u64 up = *pte_place(task->pgd, slot);

		INV(PT5, table ? pte_maps(up, table) : !up, "table", slot);
		if (table)
			text = check_table(r, table, sums);
		if (table && !text)
			text = check_entries(r, task, slot, pte_place(table, 0), sums);
	}
	return text;
}

static const char *check_nothing(const struct vm_task *task)
{
	u64 tables = 0;

	INV(PT1, !task->pgd && !task->nr_tables && !task->total_vm, "task", task->id);
	INV(PT1, !task->rss_anon && !task->rss_file && !task->rss_shmem && !task->swapents && !task->locked, "task", task->id);
	INV(PT1, !task->killed && !task->exiting && !task->oom_victim && !task->oom_skip, "task", task->id);
	for (u32 slot = 0; slot < NR_TASK_TABLES; slot++)
		tables |= (u64)(uintptr_t)task->table[slot];
	INV(PT1, !tables, "task", task->id);
	for (unsigned i = 0; i < VM_WINDOWS; i++)
		INV(PT1, !task->window[i].nr, "task", task->id);
	return NULL;
}

static const char *check_task(struct recount *r, const struct vm_task *task)
{
	struct task_sums sums = { 0 };
	u64 total_vm = VM_ANON_PAGES;
	const char *text;

	INV(PT2, !spin_is_locked(&task->mmap_lock.lock) && !task->exiting, "task", task->id);
	if (!task->exists)
		return check_nothing(task);
	INV(PT5, task->pgd, "task", task->id);
	text = check_tables(r, task, &sums);
	if (text)
		return text;
	for (unsigned i = 0; i < VM_WINDOWS; i++)
		total_vm += task->window[i].nr;
	INV(PT5, task->rss_anon == sums.anon, "task", task->id);
	INV(PT5, task->rss_file == sums.file && !task->rss_shmem, "task", task->id);
	INV(PT5, task->swapents == sums.swapped, "task", task->id);
	INV(PT5, task->locked == sums.mlocked, "task", task->id);
	INV(PT5, task->nr_tables == sums.tables, "task", task->id);
	INV(PT5, task->total_vm == total_vm, "task", task->id);
	return NULL;
}

/* --- frames -------------------------------------------------------------------------------------------------------------------------- */

static const char *check_frame(struct recount *r, u64 pfn)
{
	const struct vm_page *v = &r->mm->vm->page[pfn];
	struct rmap_place place;
	u32 at = 0, found = 0;
	bool mlocked = false;

	while (rmap_next(r->mm->mem_map + pfn, &at, &place)) {
		mlocked |= !!(pte_get(place.task, place.vpn) & PTE_MLOCKED);
		found++;
	}
	INV(V2, v->mapcount == found, "frame", pfn);
	INV(PT6, mlocked == !!(v->flags & PGV_mlocked), "frame", pfn);
	INV(V2, (u32)r->mm->mem_map[pfn].refcount >= v->mapcount + v->pins, "frame", pfn);
	if (found && (v->flags & PGV_swapbacked))
		r->anon[node_of(r, pfn)]++;
	else if (found)
		r->file[node_of(r, pfn)]++;
	r->acquired += v->pins;
	return NULL;
}

static const char *check_sums(const struct recount *r)
{
	const struct vm_state *vm = r->mm->vm;
	s64 pins = 0;

	for (unsigned nid = 0; nid < r->mm->nr_nodes; nid++) {
		INV(PT5, vm->node[nid].stat[NR_PAGETABLE] == r->tables[nid], "node", nid);
		INV(PT5, vm->node[nid].stat[NR_ANON_MAPPED] == r->anon[nid], "node", nid);
		INV(PT5, vm->node[nid].stat[NR_FILE_MAPPED] == r->file[nid], "node", nid);
		pins += vm->node[nid].stat[NR_FOLL_PIN_ACQUIRED] - vm->node[nid].stat[NR_FOLL_PIN_RELEASED];
	}
	INV(PT5, pins == (s64)r->acquired, "pins", r->acquired);
	return NULL;
}

const char *memory_check(void)
{
	struct recount r = { .mm = current_mm() };
	const char *text = NULL;
	u32 tasks = 0;

	for (unsigned id = 0; id < VM_MAX_TASKS && !text; id++) {
		tasks += vm_task(id)->exists;
		text = check_task(&r, vm_task(id));
	}
	if (text || r.mm->nr_frames > WALK_LIMIT)
		return text;
	for (u64 pfn = 0; pfn < r.mm->nr_frames && !text; pfn++)
		if (is_ours(&r, pfn))
			text = check_frame(&r, pfn);
	if (text)
		return text;
	INV(PT1, vm_state()->tasks->nr == tasks, "tasks", tasks);
	return check_sums(&r);
}
