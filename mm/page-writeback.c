/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page-writeback.c - pages that differ from what their file has on disk: counted, limited, written.
 *
 *   set_page_dirty()            dirty        the disk has something else
 *   clear_page_dirty_for_io()   clean        about to be written; what is written to it from now on makes it dirty again
 *   set_page_writeback()        writeback    the device reads it; it stays where it is
 *   end_page_writeback()                     the disk has it; or not: the mapping remembers the error until fsync says it, once
 *
 *   0 ------- background --- (background + limit) / 2 ---------- limit -----      dirty pages and pages under writeback
 *   nobody cares | flusher writes | whoever writes a file waits: once | until it is less
 *
 * The flusher is a kernel thread. It is wanted when woken, then writes until less than the background limit is dirty; and once an
 * interval while anything is dirty, then it writes what has been so for longer than the expiry. A writer
 * wakes it before it waits, and waits WAIT_MOST_NS at most before it looks again: nobody waits for a thread that nobody
 * woke, nor for one that has nothing to do. [R22]
 *
 * A page that could not be written is clean all the same, or memory would fill with pages that a broken disk never takes.
 * What it holds is lost when it is reclaimed; before, everybody sees it, and the next write makes it dirty again.
 *
 * Invariants: [V4] [V12], see filemap.c.
 * Locks: page lock around all of it but the end of I/O and dirtying by who has the page mapped; mapping->lock for flags and counts.
 * Unlike Linux: one flusher and one domain for all disks, no bandwidth is estimated, so a pause is as long as needed, 200 ms at most.
 */
#include <errno.h>
#include "filemap_internal.h"

#define WAIT_MOST_NS   (200 * 1000000ULL)
#define MS_NS	       1000000ULL
#define NEVER	       (~0ULL)

/* --- limits [R22] ------------------------------------------------------------------------------------------------------------ */

/* Pages that could be dirty: free ones that nobody must keep, and those of files. */
static u64 dirtyable_pages(void)
{
	const struct mm *mm = current_mm();
	u64 pages = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			pages += (u64)zone_page_state(mm->zone[i], NR_FREE_PAGES);
	pages -= min_of(pages, mm->totalreserve_pages);
	return pages + global_node_page_state(NR_LRU_BASE + LRU_INACTIVE_FILE) +
	       global_node_page_state(NR_LRU_BASE + LRU_ACTIVE_FILE);
}

static u64 limit_of(enum vm_knob bytes, enum vm_knob ratio, u64 dirtyable)
{
	return vm_knob(bytes) ? vm_knob(bytes) : dirtyable * vm_knob(ratio) / 100;
}

void dirty_limits(u64 *background, u64 *dirty)
{
	u64 pages = dirtyable_pages();

	*dirty = limit_of(VM_DIRTY_BYTES, VM_DIRTY_RATIO, pages);
	*background = limit_of(VM_DIRTY_BACKGROUND_BYTES, VM_DIRTY_BACKGROUND_RATIO, pages);
	if (this_cpu->task_flags & PF_REALTIME) { /* it must not wait because others write much */
		u64 more = *dirty / 32;

		*dirty += *dirty / 4 + more;
		*background += *background / 4 + more;
	}
	if (*background >= *dirty)
		*background = *dirty / 2;
}

/* --- dirty ---------------------------------------------------------------------------------------------------------------------- */

/* The flusher comes once an interval while anything is dirty. One timer is all it ever has. */
static void arm_flusher(struct writeback_state *w) /* w->lock held */
{
	u64 interval = machine_param(this_cpu->machine, PARAM_WRITEBACK_INTERVAL_MS) * MS_NS;

	if (!interval || w->oldest_ns == NEVER || w->next_ns)
		return;
	WRITE_ONCE(w->next_ns, sim_now_ns() + interval);
	sim_timer(w->next_ns);
}

static void disarm_flusher(struct writeback_state *w)
{
	step_lock(&w->lock);
	WRITE_ONCE(w->next_ns, 0);
	step_unlock(&w->lock);
}

/* A mapping has its first dirty page. */
static void note_dirty_mapping(struct address_space *mapping)
{
	struct writeback_state *w = vm_state()->writeback;

	WRITE_ONCE(mapping->dirtied_ns, sim_now_ns());
	step_lock(&w->lock);
	if (w->oldest_ns == NEVER) {
		w->oldest_ns = mapping->dirtied_ns;
		arm_flusher(w);
	}
	step_unlock(&w->lock);
}

static bool set_flag_dirty(struct page *page)
{
	if (vm_flag(page, PGV_dirty))
		return false;
	vm_set_flags(page, PGV_dirty);
	vm_page_news(page, PAGE_DIRTY);
	return true;
}

bool set_page_dirty(struct page *page)
{
	struct address_space *mapping = READ_ONCE(vm_page(page)->mapping);
	unsigned long flags;
	bool fresh;

	if (page_is_anon(page))
		return set_flag_dirty(page);
	if (!mapping)
		return false; /* truncated: nobody will write it */
	spin_lock_irqsave(&mapping->lock, flags);
	fresh = vm_page(page)->mapping == mapping && set_flag_dirty(page);
	if (fresh) {
		vm_clear_flags(page, PGV_error);
		ADD_ONCE(mapping->nr_dirty, 1);
		if (mapping->nr_dirty == 1)
			note_dirty_mapping(mapping);
		mod_write_pending(page, NR_FILE_DIRTY, 1);
		mod_node_page_state(page_pgdat(page), NR_DIRTIED, 1);
	}
	spin_unlock_irqrestore(&mapping->lock, flags);
	return fresh;
}

/* Dirty no more: why says whether somebody will write it. */
static bool clear_dirty(struct page *page, enum page_news why)
{
	struct address_space *mapping = page_is_anon(page) ? NULL : vm_page(page)->mapping;
	unsigned long flags = 0;
	bool was;

	if (mapping)
		spin_lock_irqsave(&mapping->lock, flags);
	was = vm_flag(page, PGV_dirty);
	if (was) {
		vm_clear_flags(page, PGV_dirty);
		vm_page_news(page, why);
	}
	if (was && mapping) {
		SUB_ONCE(mapping->nr_dirty, 1);
		mod_write_pending(page, NR_FILE_DIRTY, -1);
	}
	if (mapping)
		spin_unlock_irqrestore(&mapping->lock, flags);
	return was;
}

bool clear_page_dirty_for_io(struct page *page)
{
	VM_BUG_ON(!vm_flag(page, PGV_locked));
	if (!page_is_anon(page) && page_mkclean(page))
		set_page_dirty(page);
	return clear_dirty(page, PAGE_CLEAN);
}

void cancel_dirty_page(struct page *page)
{
	clear_dirty(page, PAGE_LAUNDERED);
}

/* --- writeback -------------------------------------------------------------------------------------------------------------------- */

void set_page_writeback(struct page *page)
{
	VM_BUG_ON(!vm_flag(page, PGV_locked) || vm_flag(page, PGV_writeback));
	vm_set_flags(page, PGV_writeback);
	mod_write_pending(page, NR_WRITEBACK, 1);
	vm_page_news(page, PAGE_WRITEBACK);
}

void end_page_writeback(struct page *page, int error)
{
	bool reclaim = vm_flag(page, PGV_reclaim);

	get_vm_page(page); /* who waits for it may give up the last one at once */
	if (reclaim)
		vm_clear_flags(page, PGV_reclaim);
	mod_write_pending(page, NR_WRITEBACK, -1);
	if (!error)
		mod_node_page_state(page_pgdat(page), NR_WRITTEN, 1);
	vm_page_news(page, error ? PAGE_WRITE_FAILED : PAGE_WRITTEN);
	vm_clear_flags(page, PGV_writeback);
	if (reclaim)
		rotate_reclaimable_page(page);
	put_vm_page(page);
}

static void end_write(struct page *page, int error)
{
	struct address_space *mapping = vm_page(page)->mapping;

	if (error) {
		vm_set_flags(page, PGV_error);
		WRITE_ONCE(mapping->error, true);
	} else {
		block_written(mapping->file, vm_page(page)->index);
	}
	end_page_writeback(page, error);
}

void write_file_page(struct page *page)
{
	set_page_writeback(page);
	submit_page_io(page, 0, file_block(page), true, end_write);
	unlock_page(page);
}

/* One page, locked, that was dirty when it was found. */
static void write_dirty_page(struct address_space *mapping, struct page *page, bool wait)
{
	if (vm_flag(page, PGV_writeback) && wait)
		wait_on_page_writeback(page);
	if (vm_page(page)->mapping == mapping && !vm_flag(page, PGV_writeback) && clear_page_dirty_for_io(page))
		write_file_page(page);
	else
		unlock_page(page);
}

void write_mapping(struct address_space *mapping, bool wait)
{
	struct page *page;

	for (u64 index = 0; READ_ONCE(mapping->nr_dirty) && (page = filemap_next_page(mapping, &index, PGV_dirty)); index++) {
		sim_tick();
		lock_page(page);
		write_dirty_page(mapping, page, wait);
		put_vm_page(page);
	}
	for (u64 index = 0; wait && (page = filemap_next_page(mapping, &index, PGV_writeback)); index++) {
		sim_tick();
		wait_on_page_writeback(page);
		put_vm_page(page);
	}
}

/* --- flusher ------------------------------------------------------------------------------------------------------------------------ */

static bool above_background(void)
{
	u64 background, dirty;

	dirty_limits(&background, &dirty);
	return global_node_page_state(NR_FILE_DIRTY) > background;
}

/* Mappings that have been dirty since before this moment; false: enough was written. */
static bool write_older(u64 before_ns, bool until_background)
{
	struct address_space *mapping = NULL;

	while ((mapping = inode_next(mapping)) != NULL) {
		sim_tick();
		if (!READ_ONCE(mapping->nr_dirty) || READ_ONCE(mapping->dirtied_ns) > before_ns)
			continue;
		write_mapping(mapping, false);
		if (until_background && !above_background()) {
			inode_put(mapping);
			return false;
		}
	}
	return true;
}

/* ns: NEVER to begin with, then those that there are. */
static void note_oldest(struct writeback_state *w, u64 ns)
{
	step_lock(&w->lock);
	w->oldest_ns = ns == NEVER ? ns : min_of(w->oldest_ns, ns);
	step_unlock(&w->lock);
}

static void find_oldest(struct writeback_state *w)
{
	struct address_space *mapping = NULL;

	note_oldest(w, NEVER);
	while ((mapping = inode_next(mapping)) != NULL) {
		sim_tick();
		if (READ_ONCE(mapping->nr_dirty))
			note_oldest(w, READ_ONCE(mapping->dirtied_ns));
	}
}

static bool is_due(const struct writeback_state *w)
{
	u64 next = READ_ONCE(w->next_ns);

	return next && next <= sim_now_ns();
}

static bool flusher_wanted(void *arg)
{
	const struct writeback_state *w = arg;

	return READ_ONCE(w->woken) || is_due(w);
}

static void flusher(void *arg)
{
	struct writeback_state *w = arg;
	u64 now = sim_now_ns(), expire = machine_param(this_cpu->machine, PARAM_DIRTY_EXPIRE_MS) * MS_NS;
	bool periodic = is_due(w);

	vm_kthread_news(true);
	if (periodic)
		disarm_flusher(w);
	if (xchg(&w->woken, false) && above_background())
		write_older(NEVER, true);
	if (periodic && now >= expire)
		write_older(now - expire, false);
	find_oldest(w);
	step_lock(&w->lock);
	arm_flusher(w);
	step_unlock(&w->lock);
	vm_kthread_news(false);
}

void wakeup_flusher(void)
{
	struct writeback_state *w = vm_state()->writeback;

	if (w)
		WRITE_ONCE(w->woken, true);
}

/* --- who writes waits ---------------------------------------------------------------------------------------------------------------- */

static u64 dirty_and_writeback(void)
{
	return global_node_page_state(NR_FILE_DIRTY) + global_node_page_state(NR_WRITEBACK);
}

static bool may_write_freely(void *unused)
{
	u64 background, dirty;

	(void)unused;
	dirty_limits(&background, &dirty);
	return dirty_and_writeback() <= (background + dirty) / 2;
}

static bool above_limit(void)
{
	u64 background, dirty;

	dirty_limits(&background, &dirty);
	return dirty_and_writeback() > dirty;
}

void balance_dirty_pages(void)
{
	if (above_background())
		wakeup_flusher();
	while (!may_write_freely(NULL) && !fatal_signal_pending()) {
		sim_tick();
		wakeup_flusher();
		fetch_add_relaxed(&vm_state()->writeback->laps, 1);
		vm_sleep(WAIT_DIRTY, NULL, may_write_freely, NULL, WAIT_MOST_NS, "balance_dirty_pages");
		if (!above_limit())
			break;
	}
}

int writeback_init(void)
{
	struct writeback_state *w = machine_meta_alloc(this_cpu->machine, sizeof(*w), 64);

	if (!w)
		return -ENOMEM;
	w->oldest_ns = NEVER;
	step_lock_init(&w->lock);
	vm_state()->writeback = w;
	sim_kthread_create((struct sim_kthread){ .name = "flusher", .wanted = flusher_wanted, .run = flusher, .arg = w });
	return 0;
}
