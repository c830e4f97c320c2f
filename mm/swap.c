/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * swap.c - the lists reclaim chooses from: who joins them, moves on them, leaves them.
 *
 *   new page -> batch of the CPU -> inactive <-> active          of its node, anonymous and file apart
 *                                      |   \-> unevictable       mlocked
 *                                      v
 *                                   isolated -> freed, or back
 *
 * The head of a list is its young end: reclaim takes from the tail. A page used twice while it is inactive becomes active; who
 * is active and not used ages to the head of the inactive list. A batch spares the lock: its pages are on no list, and each is
 * kept by one reference of the batch.
 *
 * Invariants (lru_check() tests each by its number):
 *   [R1] a list has exactly the pages whose flags say so; lru_size[zone] counts them by zone, NR_LRU_BASE + list all of them
 *   [R1] a page in a batch is PGV_batch, is there once, and has a reference for it; no batch is longer than lru_batch
 *   [R19] NR_ISOLATED_* are 0 when nobody reclaims
 *   [R24] an mlocked page that is on a list is on the unevictable one; NR_MLOCK counts mlocked pages
 * Rules [R6] two steps to the active list  [R24] mlock
 * Locks: lruvec->lock, with interrupts off; a batch is its CPU's own (sim_own_enter()), and others empty it on that CPU's
 *   behalf, between two of its steps. Sleeps: never, but for lru_add_drain_all().
 * Unlike Linux: only new pages go through batches, all other moves are made at once; the unevictable pages are on a list.
 */
#include "smp.h"
#include "vm_internal.h"

/* --- lists [R1] ------------------------------------------------------------------------------------------------------------------ */

void lruvec_init(struct lruvec *lruvec)
{
	spin_lock_init(&lruvec->lock, RANK_LRU);
	for (unsigned lru = 0; lru < NR_LRU_LISTS; lru++)
		INIT_LIST_HEAD(&lruvec->lists[lru]);
}

enum lru_place page_lru(const struct page *page)
{
	u32 flags = READ_ONCE(vm_page(page)->flags);

	if (flags & PGV_unevictable)
		return LRU_UNEVICTABLE;
	return (enum lru_place)((flags & PGV_swapbacked ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE) +
				(flags & PGV_active ? LRU_ACTIVE_ANON - LRU_INACTIVE_ANON : 0));
}

static void announce_move(const struct page *page, enum lru_place from, enum lru_place to, enum lru_why why)
{
	mm_announce((struct mm_event){ .type = EVENT_LRU,
				       .pfn = page_pfn(current_mm(), page),
				       .lru_from = (u8)from,
				       .lru_to = (u8)to,
				       .report = (u8)why });
}

static void count_on_list(struct page *page, enum lru_place lru, s64 nr)
{
	struct mm *mm = current_mm();
	struct pgdat *pgdat = page_pgdat(page);

	fetch_add_relaxed(&pgdat->lruvec.lru_size[page_zone(mm, page_pfn(mm, page))->index][lru], (u64)nr); /* others read it */
	mod_node_page_state(pgdat, (enum node_stat_item)(NR_LRU_BASE + lru), nr);
}

/* Where its flags say, at the young end or at the old one. Lock held. */
static void add_to_list(struct page *page, enum lru_place from, enum lru_why why, bool tail)
{
	struct lruvec *lruvec = &page_pgdat(page)->lruvec;
	enum lru_place lru = page_lru(page);

	lockdep_assert_held(&lruvec->lock);
	VM_BUG_ON(vm_flag(page, PGV_lru));
	vm_set_flags(page, PGV_lru);
	if (tail)
		list_add_tail(&page->lru, &lruvec->lists[lru]);
	else
		list_add(&page->lru, &lruvec->lists[lru]);
	count_on_list(page, lru, 1);
	announce_move(page, from, lru, why);
}

/* Returns the list it was on. Lock held. */
static enum lru_place take_off_list(struct page *page)
{
	enum lru_place lru = page_lru(page);

	VM_BUG_ON(!vm_flag(page, PGV_lru));
	list_del(&page->lru);
	vm_clear_flags(page, PGV_lru);
	count_on_list(page, lru, -1);
	return lru;
}

/* From one list to the one that its changed flags say. Lock held, the page is on a list. */
static void change_list(struct page *page, u32 set, u32 clear, enum lru_why why, bool tail)
{
	enum lru_place from = take_off_list(page);

	vm_clear_flags(page, clear);
	vm_set_flags(page, set);
	add_to_list(page, from, why, tail);
}

/* --- batches ----------------------------------------------------------------------------------------------------------------------- */

/* Mlocked pages are never looked at by reclaim. [R24] */
static void make_unevictable_if_mlocked(struct page *page)
{
	if (!vm_flag(page, PGV_mlocked) || vm_flag(page, PGV_unevictable))
		return;
	vm_clear_flags(page, PGV_active | PGV_referenced);
	vm_set_flags(page, PGV_unevictable);
	count_reclaim_events(UNEVICTABLE_PGCULLED, 1);
}

static void leave_batch(struct page *page)
{
	struct lruvec *lruvec = &page_pgdat(page)->lruvec;
	unsigned long flags;

	spin_lock_irqsave(&lruvec->lock, flags);
	make_unevictable_if_mlocked(page);
	vm_clear_flags(page, PGV_batch);
	add_to_list(page, LRU_BATCH, LRU_WHY_ADD, false);
	spin_unlock_irqrestore(&lruvec->lock, flags);
	put_vm_page(page);
}

/* One step: neither an interrupt nor another CPU comes in between. */
static struct lru_batch take_batch(unsigned cpu)
{
	struct lru_batch *batch = &vm_state()->batch[cpu], taken;

	sim_own_enter();
	taken = *batch;
	WRITE_ONCE(batch->nr, 0);
	sim_own_leave();
	return taken;
}

static void drain_batch_of(unsigned cpu)
{
	struct lru_batch batch;

	if (!READ_ONCE(vm_state()->batch[cpu].nr))
		return;
	batch = take_batch(cpu);
	for (u32 i = 0; i < batch.nr; i++) {
		sim_tick();
		leave_batch(batch.page[i]);
	}
}

void lru_add_drain(void)
{
	drain_batch_of(this_cpu->id);
}

static void drain_for_cpu(unsigned cpu, void *unused)
{
	(void)unused;
	drain_batch_of(cpu);
}

void lru_add_drain_all(void)
{
	sim_may_sleep("lru_add_drain_all");
	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++)
		sim_do_for_cpu(cpu, drain_for_cpu, NULL);
}

void lru_add_page(struct page *page)
{
	struct lru_batch *batch;
	bool full;

	VM_BUG_ON(vm_flag(page, PGV_lru | PGV_batch | PGV_isolated) || !vm_flag(page, PGV_used));
	get_vm_page(page);
	sim_own_enter();
	batch = &vm_state()->batch[this_cpu->id];
	vm_set_flags(page, PGV_batch);
	batch->page[batch->nr] = page;
	ADD_ONCE(batch->nr, 1);
	full = batch->nr >= this_cpu->machine->param[PARAM_LRU_BATCH];
	announce_move(page, LRU_NOWHERE, LRU_BATCH, LRU_WHY_ADD);
	sim_own_leave();
	if (full)
		lru_add_drain();
}

/* --- used, and how often [R6] -------------------------------------------------------------------------------------------------------- */

static void activate_page(struct page *page)
{
	struct lruvec *lruvec = &page_pgdat(page)->lruvec;
	unsigned long flags;

	spin_lock_irqsave(&lruvec->lock, flags);
	if (vm_flag(page, PGV_lru) && !vm_flag(page, PGV_active | PGV_unevictable)) {
		change_list(page, PGV_active, 0, LRU_WHY_ACTIVATE, false);
		count_reclaim_events(PGACTIVATE, 1);
	}
	spin_unlock_irqrestore(&lruvec->lock, flags);
}

void mark_page_accessed(struct page *page)
{
	if (!vm_flag(page, PGV_referenced)) {
		vm_set_flags(page, PGV_referenced);
		vm_page_news(page, PAGE_USED);
		return;
	}
	if (vm_flag(page, PGV_unevictable | PGV_active))
		return;
	if (vm_flag(page, PGV_batch)) /* maybe of this CPU */
		lru_add_drain();
	activate_page(page);
	if (!vm_flag(page, PGV_active)) /* somebody has isolated it, or it is in another CPU's batch: he may find it used */
		return;
	vm_clear_flags(page, PGV_referenced);
	workingset_activation(page);
}

void rotate_reclaimable_page(struct page *page)
{
	struct lruvec *lruvec = &page_pgdat(page)->lruvec;
	unsigned long flags;

	if (vm_flag(page, PGV_locked | PGV_dirty | PGV_unevictable) || !vm_flag(page, PGV_lru))
		return;
	spin_lock_irqsave(&lruvec->lock, flags);
	if (vm_flag(page, PGV_lru) && !vm_flag(page, PGV_unevictable)) {
		change_list(page, 0, PGV_active, LRU_WHY_ROTATE, true);
		count_reclaim_events(PGROTATED, 1);
	}
	spin_unlock_irqrestore(&lruvec->lock, flags);
}

/* --- off the lists, and back ------------------------------------------------------------------------------------------------------------ */

/* For who holds the lock: a page whose last reference is gone, or that is on no list, stays. */
bool isolate_page_locked(struct page *page)
{
	if (!vm_flag(page, PGV_lru) || !atomic_inc_unless_zero(&page->refcount))
		return false;
	announce_move(page, take_off_list(page), LRU_ISOLATED, LRU_WHY_ISOLATE);
	vm_set_flags(page, PGV_isolated);
	return true;
}

/* Onto the list its flags say; the reference of who isolated it is still there. */
void put_on_list_again(struct page *page, enum lru_why why)
{
	struct lruvec *lruvec = &page_pgdat(page)->lruvec;
	unsigned long flags;

	spin_lock_irqsave(&lruvec->lock, flags);
	VM_BUG_ON(!vm_flag(page, PGV_isolated));
	make_unevictable_if_mlocked(page);
	vm_clear_flags(page, PGV_isolated);
	add_to_list(page, LRU_ISOLATED, vm_flag(page, PGV_unevictable) ? LRU_WHY_PUTBACK : why, false);
	spin_unlock_irqrestore(&lruvec->lock, flags);
}

/* Isolated, and about to be freed. */
void leave_isolation(struct page *page)
{
	vm_clear_flags(page, PGV_isolated);
	announce_move(page, LRU_ISOLATED, LRU_NOWHERE, LRU_WHY_RECLAIMED);
}

static void forget_mlock(struct page *page)
{
	vm_clear_flags(page, PGV_mlocked);
	mod_page_zone_state(page, NR_MLOCK, -1);
	vm_page_news(page, PAGE_MUNLOCKED);
}

void lru_forget_page(struct page *page)
{
	struct lruvec *lruvec = &page_pgdat(page)->lruvec;
	unsigned long flags;

	VM_BUG_ON(vm_flag(page, PGV_batch | PGV_isolated)); /* each has a reference */
	if (!vm_flag(page, PGV_lru | PGV_mlocked))
		return;
	spin_lock_irqsave(&lruvec->lock, flags);
	if (vm_flag(page, PGV_lru))
		announce_move(page, take_off_list(page), LRU_NOWHERE, LRU_WHY_FREE);
	if (vm_flag(page, PGV_mlocked))
		forget_mlock(page);
	spin_unlock_irqrestore(&lruvec->lock, flags);
}

/* --- mlock [R24] ---------------------------------------------------------------------------------------------------------------------------- */

void mlock_page(struct page *page)
{
	struct lruvec *lruvec = &page_pgdat(page)->lruvec;
	unsigned long flags;

	spin_lock_irqsave(&lruvec->lock, flags);
	if (!vm_flag(page, PGV_mlocked)) {
		vm_set_flags(page, PGV_mlocked);
		mod_page_zone_state(page, NR_MLOCK, 1);
		count_reclaim_events(UNEVICTABLE_PGMLOCKED, 1);
		vm_page_news(page, PAGE_MLOCKED);
	}
	if (vm_flag(page, PGV_lru) && !vm_flag(page, PGV_unevictable)) {
		change_list(page, PGV_unevictable, PGV_active | PGV_referenced, LRU_WHY_MLOCK, false);
		count_reclaim_events(UNEVICTABLE_PGCULLED, 1);
	}
	spin_unlock_irqrestore(&lruvec->lock, flags);
}

void munlock_page(struct page *page)
{
	struct lruvec *lruvec = &page_pgdat(page)->lruvec;
	unsigned long flags;

	spin_lock_irqsave(&lruvec->lock, flags);
	if (vm_flag(page, PGV_mlocked)) {
		forget_mlock(page);
		count_reclaim_events(UNEVICTABLE_PGMUNLOCKED, 1);
		if (vm_flag(page, PGV_lru)) {
			change_list(page, 0, PGV_unevictable | PGV_active, LRU_WHY_MUNLOCK, false);
			count_reclaim_events(UNEVICTABLE_PGRESCUED, 1);
		} else {
			vm_clear_flags(page, PGV_unevictable);
		}
	}
	spin_unlock_irqrestore(&lruvec->lock, flags);
}

/* --- what it costs to reclaim each kind [R4] --------------------------------------------------------------------------------------------------- */

void lru_note_cost(struct lruvec *lruvec, bool file, u64 nr_io, u64 nr_rotated)
{
	u64 cost = nr_io * this_cpu->machine->param[PARAM_SWAP_CLUSTER_MAX] + nr_rotated, pages = 0;
	unsigned long flags;

	if (!cost)
		return;
	spin_lock_irqsave(&lruvec->lock, flags);
	if (file)
		ADD_ONCE(lruvec->file_cost, cost);
	else
		ADD_ONCE(lruvec->anon_cost, cost);
	for (unsigned zone = 0; zone < MAX_NR_ZONES; zone++)
		for (unsigned lru = LRU_INACTIVE_ANON; lru < LRU_UNEVICTABLE; lru++)
			pages += lruvec->lru_size[zone][lru];
	if (lruvec->file_cost + lruvec->anon_cost > pages / 4) { /* recent ones count more */
		WRITE_ONCE(lruvec->file_cost, lruvec->file_cost / 2);
		WRITE_ONCE(lruvec->anon_cost, lruvec->anon_cost / 2);
	}
	spin_unlock_irqrestore(&lruvec->lock, flags);
}
