/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task_internal.h - entries of page tables, and running as a task: for task.c, memory.c, mmap.c, mlock.c, rmap.c alone.
 *
 *   present        | pfn << 12 | window 10 | mlocked 9 | dirty 6 | accessed 5 | write 1 | 1 |
 *   swapped out    | swap entry << 12 |                                       | 1       | 0 |
 *   nothing        0
 *
 * Tables lie in RAM. An entry is looked at, changed, counted and announced in one step, in which nobody else comes: among threads
 * with the task's table_lock held. Who calls anything that may let others run looks again afterwards.
 */
#ifndef MM_TASK_INTERNAL_H
#define MM_TASK_INTERNAL_H

#include "vm_internal.h"

#define PTE_PRESENT	 0x1ULL
#define PTE_WRITE	 0x2ULL
#define PTE_SWAP	 0x2ULL /* not present */
#define PTE_YOUNG	 0x20ULL
#define PTE_DIRTY	 0x40ULL
#define PTE_MLOCKED	 0x200ULL
#define PTE_WINDOW	 0x400ULL
#define PTE_SHIFT	 12
#define PTES_PER_TABLE	 512u
#define NR_TASK_TABLES	 (VM_SPACE_PAGES / PTES_PER_TABLE)

/* --- one entry ------------------------------------------------------------------------------------------------------------ */

static inline u64 *pte_place(const struct page *table, u32 vpn)
{
	return (u64 *)ram_address(this_cpu->machine, page_pfn(current_mm(), table)) + vpn % PTES_PER_TABLE;
}
/* table_lock held, or pte_peek(). */
static inline u64 pte_get(const struct vm_task *task, u32 vpn)
{
	const struct page *table = task->table[vpn / PTES_PER_TABLE];

	return table ? *pte_place(table, vpn) : 0;
}
/* A word of a table. */
static inline void table_store(const struct page *table, u32 slot, u64 word)
{
	ram_dirty(this_cpu->machine, page_pfn(current_mm(), table), 1ULL << slot % PTES_PER_TABLE / 8);
	*pte_place(table, slot) = word;
}
static inline void pte_set(struct vm_task *task, u32 vpn, u64 pte)
{
	VM_BUG_ON(!task->table[vpn / PTES_PER_TABLE]);
	table_store(task->table[vpn / PTES_PER_TABLE], vpn, pte);
}
/* What it is now; another word may be there at once. */
static inline u64 pte_peek(struct vm_task *task, u32 vpn)
{
	u64 pte;

	step_lock(&task->table_lock);
	pte = pte_get(task, vpn);
	step_unlock(&task->table_lock);
	return pte;
}
static inline bool pte_is_swap(u64 pte)
{
	return pte && !(pte & PTE_PRESENT);
}
static inline u64 pte_pfn(u64 pte)
{
	return pte >> PTE_SHIFT;
}
static inline struct page *pte_page(u64 pte)
{
	return current_mm()->mem_map + pte_pfn(pte);
}
static inline u32 pte_entry(u64 pte)
{
	return (u32)(pte >> PTE_SHIFT);
}
/* Does this task see this page there? */
static inline bool pte_maps(u64 pte, const struct page *page)
{
	return (pte & PTE_PRESENT) && pte_page(pte) == page;
}
static inline bool vpn_in_window(u32 vpn)
{
	return vpn >= VM_ANON_PAGES;
}
static inline u32 window_vpn(unsigned window)
{
	return VM_ANON_PAGES + window * VM_WINDOW_PAGES;
}
static inline void pte_announce(const struct vm_task *task, u32 vpn, enum pte_news news, u64 pfn, u32 entry, bool on)
{
	mm_announce((struct mm_event){ .type = EVENT_PTE, .vm_task = (u8)task->id, .index = vpn, .pfn = pfn,
				       .report = (u8)news, .asked = entry, .on = on });
}

/* --- task.c --------------------------------------------------------------------------------------------------------------- */

/* What the CPU was before it ran as a task. */
struct task_scope {
	struct vm_task *task;
	u8 process;
	bool victim;
};
/* Run as this task, which may be killed as soon as it does. Not with its mmap_lock held. */
void task_become(struct task_scope *scope, struct vm_task *task);
void task_restore(const struct task_scope *scope);
/* The same with its mmap_lock. 0; -ESRCH; -EINTR: it was killed, and is gone. On error nothing is held. */
int task_enter(struct task_scope *scope, unsigned id);
/* A killed task that failed ends here. Returns what the operation answers. */
int task_leave(const struct task_scope *scope, int err);
static inline bool task_exists(unsigned id)
{
	return id < VM_MAX_TASKS && READ_ONCE(vm_task(id)->exists);
}

/* --- mmap.c --------------------------------------------------------------------------------------------------------------- */

/* All its entries are gone; it may be free already. */
void close_window(struct vm_task *task, unsigned window);

/* --- memory.c -------------------------------------------------------------------------------------------------------------- */

/* The page becomes what the task sees there; takes over the caller's reference. */
void map_page(struct vm_task *task, u32 vpn, struct page *page, u64 bits);
/* The entry goes, with what it stands for. true: a page was mapped there. May let others run. */
bool zap_pte(struct vm_task *task, u32 vpn);
/* All entries of [vpn, vpn + nr). */
void zap_range(struct vm_task *task, u32 vpn, u32 nr);
/* mmap_lock held. 0: what was in the way is gone, look again; -EFAULT, -ENOMEM, -EIO */
int handle_fault(struct vm_task *task, u32 vpn, bool write);
/* What the MMU does, and what is then done with the frame, before anybody can take it away. false: a fault. */
bool mmu_touch(struct vm_task *task, u32 vpn, bool write, void (*touch)(u64 pfn, void *arg), void *arg);
/* The first table, of tables. false: no memory */
bool task_make_pgd(struct vm_task *task);
void task_free_tables(struct vm_task *task);

/* --- mlock.c ----------------------------------------------------------------------------------------------------------------- */

/* After an entry that locks this page came or went: the page is locked while there is one. Caller has a reference. */
void update_mlock(struct page *page);

/* --- rmap.c ------------------------------------------------------------------------------------------------------------------ */

/* Entries that point to a page: *at is 0 at first. false: there are no more. The page's lock or one step keep them from going. */
struct rmap_place {
	struct vm_task *task;
	u32 vpn;
};
bool rmap_next(const struct page *page, u32 *at, struct rmap_place *place);

#endif
