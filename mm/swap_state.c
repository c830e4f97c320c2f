/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * swap_state.c - the swap cache: pages that stand for slots, on their way out and on their way in.
 *
 *   out   add_to_swap --> unmapped --> swap_writepage --> zswap, or the device --> remove_from_swap_cache: a shadow stays
 *   in    swap_in --> a new page, locked, in the cache --> zswap, or the device (end_swap_read unlocks it) --> mapped
 *
 * While a page stands for a slot nobody reads the slot: all find the page. It may be newer than what the slot holds: then it is
 * dirty, and written again before it may go.
 *
 * A write that fails leaves the page dirty, in the cache, and no longer in a hurry: nothing is lost. A read that fails leaves a
 * page that is not uptodate; whoever waited for it takes it out of the cache, and who asks next reads again.
 *
 * Readahead: slots beside the one that is wanted, in an aligned window of up to 2^page_cluster; it grows while what was read
 * ahead is used, and shrinks to nothing when slots are wanted at random.
 *
 * Locks: page lock for a page's membership, swap_state->lock for the slot's word. What readahead knows are guesses.
 * Unlike Linux: one window for all, none by virtual address.
 */
#include <errno.h>
#include "swap_internal.h"

static void count_cached(const struct page *page, s64 nr)
{
	mod_node_page_state(page_pgdat(page), NR_FILE_PAGES, nr);
	mod_node_page_state(page_pgdat(page), NR_SWAPCACHE, nr);
}

/* --- joining and leaving ----------------------------------------------------------------------------------------------------- */

/* The slot has the cache's bit already. Caller holds the lock. */
static void join(struct page *page, u32 entry, struct swap_slot *s)
{
	get_vm_page(page);
	vm_page(page)->entry = entry;
	vm_set_flags(page, PGV_swapcache);
	s->cache = cache_of_page(page);
	count_cached(page, 1);
	swap_news(entry, page_pfn(current_mm(), page), SWAP_CACHED);
}

/* What stays: a shadow, or 0. The reference of the cache is the caller's then. Caller holds the lock. */
static void leave(struct page *page, u64 shadow)
{
	u32 entry = vm_page(page)->entry;
	struct swap_slot *s = entry_slot(entry);

	VM_BUG_ON(page_of_cache(s->cache) != page || !(s->map & SWAP_HAS_CACHE));
	s->cache = shadow;
	s->map &= (u8)~SWAP_HAS_CACHE;
	vm_clear_flags(page, PGV_swapcache | PGV_readahead);
	vm_page(page)->entry = 0;
	count_cached(page, -1);
	swap_news(entry, page_pfn(current_mm(), page), SWAP_UNCACHED);
	if (!s->map)
		release_slot(entry);
}

bool add_to_swap(struct page *page)
{
	struct swap_state *st = swap_state();
	unsigned long flags;
	u32 entry;

	VM_BUG_ON(!vm_flag(page, PGV_locked) || vm_flag(page, PGV_swapcache));
	flags = swap_lock(st);
	entry = take_slot();
	if (entry) {
		swap_news(entry, page_pfn(current_mm(), page), SWAP_TAKEN);
		join(page, entry, entry_slot(entry));
	}
	swap_unlock(st, flags);
	if (!entry)
		return false;
	set_page_dirty(page); /* the slot holds nothing of it yet */
	return true;
}

void delete_from_swap_cache(struct page *page)
{
	struct swap_state *st = swap_state();
	unsigned long flags;

	VM_BUG_ON(!vm_flag(page, PGV_locked) || vm_flag(page, PGV_writeback));
	flags = swap_lock(st);
	leave(page, 0);
	swap_unlock(st, flags);
	put_vm_page(page);
}

static u64 users_of(const struct page *page)
{
	struct swap_state *st = swap_state();
	unsigned long flags;
	u64 count;

	flags = swap_lock(st);
	count = swap_count(entry_slot(vm_page(page)->entry));
	swap_unlock(st, flags);
	return count;
}

static bool may_give_up_slot(struct page *page)
{
	return vm_flag(page, PGV_swapcache) && !vm_flag(page, PGV_writeback) && !users_of(page);
}

bool try_to_free_swap(struct page *page)
{
	if (!may_give_up_slot(page) || !vm_flag(page, PGV_uptodate))
		return false;
	set_page_dirty(page); /* what it holds is nowhere else then */
	delete_from_swap_cache(page);
	return true;
}

bool forget_orphan(struct page *page)
{
	if (!may_give_up_slot(page) || READ_ONCE(vm_page(page)->mapcount))
		return false;
	cancel_dirty_page(page);
	delete_from_swap_cache(page);
	return true;
}

void free_swap_cache(struct page *page)
{
	if (!vm_flag(page, PGV_swapcache) || READ_ONCE(vm_page(page)->mapcount) || !trylock_page(page))
		return;
	forget_orphan(page);
	unlock_page(page);
}

/* The caller has a reference and the cache has one, and the slot holds what the page does. */
static bool nobody_needs(const struct page *page)
{
	return vm_page_refs(page) == 2 && vm_flag(page, PGV_swapcache) && !vm_flag(page, PGV_dirty | PGV_writeback);
}

bool remove_from_swap_cache(struct page *page)
{
	struct swap_state *st = swap_state();
	unsigned long flags;
	u64 shadow;
	bool gone;

	VM_BUG_ON(!vm_flag(page, PGV_locked));
	if (!nobody_needs(page))
		return false;
	shadow = vm_flag(page, PGV_uptodate) ? workingset_eviction(page) : 0;
	flags = swap_lock(st);
	gone = nobody_needs(page);
	if (gone)
		leave(page, shadow);
	swap_unlock(st, flags);
	if (gone)
		put_vm_page(page);
	return gone;
}

struct page *swap_cache_get_page(u32 entry)
{
	struct swap_state *st = swap_state();
	struct page *page;
	unsigned long flags;

	flags = swap_lock(st);
	page = page_of_cache(entry_slot(entry)->cache);
	if (page)
		get_vm_page(page);
	swap_unlock(st, flags);
	return page;
}

/* --- out ------------------------------------------------------------------------------------------------------------------------- */

/* Hardirq context. What the device does not have is dirty again before anybody can see that writing is over. */
static void end_swap_write(struct page *page, int error)
{
	if (error) {
		set_page_dirty(page);
		vm_clear_flags(page, PGV_reclaim);
	}
	end_page_writeback(page, error);
}

void swap_write_to_device(struct page *page)
{
	u32 entry = vm_page(page)->entry;

	set_page_writeback(page);
	unlock_page(page);
	submit_page_io(page, swap_device_of(entry), swap_slot_of(entry), true, end_swap_write);
	count_reclaim_events(PSWPOUT, 1);
}

void swap_writepage(struct page *page)
{
	VM_BUG_ON(!vm_flag(page, PGV_locked) || !vm_flag(page, PGV_swapcache) || vm_flag(page, PGV_writeback));
	if (forget_orphan(page) || zswap_store(page))
		unlock_page(page);
	else
		swap_write_to_device(page);
}

/* --- in -------------------------------------------------------------------------------------------------------------------------- */

/* Join the cache if somebody still wants the entry and nobody was faster. */
static int join_for_entry(struct page *page, u32 entry, u64 *shadow)
{
	struct swap_state *st = swap_state();
	struct swap_slot *s;
	unsigned long flags;
	int error = 0;

	flags = swap_lock(st);
	s = entry_slot(entry);
	*shadow = shadow_of_cache(s->cache);
	if (s->map & SWAP_HAS_CACHE) {
		error = -EEXIST;
	} else if (!s->map) {
		error = -ENOENT;
	} else {
		s->map |= SWAP_HAS_CACHE;
		join(page, entry, s);
	}
	swap_unlock(st, flags);
	return error;
}

int swap_cache_new_page(u32 entry, gfp_t gfp, struct page **new)
{
	struct page *page = vm_alloc_page(VM_USE_SWAPIN, gfp, NUMA_NO_NODE);
	u64 shadow;
	int error;

	if (!page)
		return -ENOMEM;
	vm_set_flags(page, PGV_swapbacked);
	vm_set_flags(page, PGV_locked); /* nobody else knows it */
	error = join_for_entry(page, entry, &shadow);
	if (error) {
		unlock_page(page);
		put_vm_page(page);
		return error;
	}
	if (shadow)
		workingset_refault(page, shadow);
	lru_add_page(page);
	*new = page;
	return 0;
}

/* Hardirq context, or right away. */
static void end_swap_read(struct page *page, int error)
{
	if (!error)
		set_page_uptodate(page);
	else
		vm_page_news(page, PAGE_READ_FAILED);
	unlock_page(page);
}

/* Start to read what the slot holds; the page is unlocked when that is done. */
static void read_page(struct page *page, u32 entry)
{
	if (zswap_load(page)) {
		end_swap_read(page, 0);
		return;
	}
	submit_page_io(page, swap_device_of(entry), swap_slot_of(entry), false, end_swap_read);
	count_reclaim_events(PSWPIN, 1);
}

/* How many slots the window has, by what became of the last ones. */
static u32 window(struct swap_state *st, u32 slot)
{
	u32 most = 1u << vm_knob(VM_PAGE_CLUSTER), hits = READ_ONCE(st->readahead_hits), pages = 4;

	if (most == 1)
		return 1;
	WRITE_ONCE(st->readahead_hits, 0);
	while (pages < hits + 2)
		pages *= 2;
	if (!hits) {
		u32 last = READ_ONCE(st->readahead_offset);

		pages = slot == last + 1 || slot + 1 == last ? 2 : 1;
		WRITE_ONCE(st->readahead_offset, slot);
	}
	pages = max_of(min_of(pages, most), min_of(READ_ONCE(st->readahead_last) / 2, most));
	WRITE_ONCE(st->readahead_last, pages);
	return pages;
}

/* Does anybody want this slot that nobody has read yet? */
static bool worth_reading(u32 entry)
{
	struct swap_state *st = swap_state();
	const struct swap_slot *s;
	unsigned long flags;
	bool worth;

	flags = swap_lock(st);
	s = entry_slot(entry);
	worth = swap_count(s) && !(s->map & SWAP_HAS_CACHE);
	swap_unlock(st, flags);
	return worth;
}

static void read_ahead(u32 wanted, gfp_t gfp)
{
	struct swap_device *d = swap_device(wanted);
	u32 slot = swap_slot_of(wanted), pages = window(swap_state(), slot), first = slot & ~(pages - 1);

	gfp = (gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_NOFAIL)) | __GFP_NORETRY | __GFP_NOWARN;
	for (slot = max_of(first, 1u); slot < min_of(first + pages, d->pages); slot++) {
		u32 entry = swap_entry(swap_device_of(wanted), slot);
		struct page *page;

		sim_tick();
		if (entry == wanted || !worth_reading(entry))
			continue;
		if (swap_cache_new_page(entry, gfp, &page))
			break;
		vm_set_flags(page, PGV_readahead);
		count_reclaim_events(SWAP_RA, 1);
		read_page(page, entry);
		put_vm_page(page);
	}
}

/* Found in the cache: was it read ahead? */
static void note_hit(struct page *page)
{
	if (!vm_flag(page, PGV_readahead))
		return;
	vm_clear_flags(page, PGV_readahead);
	fetch_add_relaxed(&swap_state()->readahead_hits, 1);
	count_reclaim_events(SWAP_RA_HIT, 1);
}

/* The page for an entry, with a reference, being read or read; *here: that was begun here. NULL: *error says why. */
static struct page *find_or_read(u32 entry, gfp_t gfp, bool *here, int *error)
{
	struct page *page = swap_cache_get_page(entry);

	*here = false;
	if (page) {
		note_hit(page);
		return page;
	}
	*error = swap_cache_new_page(entry, gfp, &page);
	if (*error)
		return NULL;
	*here = true;
	read_page(page, entry);
	read_ahead(entry, gfp);
	return page;
}

/* Wait until it is read. 0; -EAGAIN: it stands for the entry no more; -EIO: it could not be read, and left the cache. */
static int wait_until_read(struct page *page, u32 entry)
{
	int error = 0;

	lock_page(page);
	if (!vm_flag(page, PGV_swapcache) || vm_page(page)->entry != entry) {
		error = -EAGAIN;
	} else if (!vm_flag(page, PGV_uptodate)) {
		delete_from_swap_cache(page);
		error = -EIO;
	}
	unlock_page(page);
	return error;
}

static int swap_in_page(u32 entry, gfp_t gfp, struct page **found)
{
	for (;;) {
		int error = 0;
		bool here;
		struct page *page = find_or_read(entry, gfp, &here, &error);

		sim_tick();
		if (!page && error == -EEXIST)
			continue;
		if (!page)
			return error;
		error = wait_until_read(page, entry);
		if (!error) {
			*found = page;
			return 0;
		}
		put_vm_page(page);
		if (here && error == -EIO)
			return error;
	}
}

int swap_in(u32 entry, gfp_t gfp, struct page **page)
{
	int error;

	sim_may_sleep("swap_in");
	if (!get_swap_device(entry))
		return -ENOENT;
	error = swap_in_page(entry, gfp, page);
	put_swap_device(entry);
	return error;
}
