/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * swapfile.c - devices that hold pages nobody has memory for: who gets which slot, and until when.
 *
 *   swapon --> device: priority 5  | H | x | x |   |   |    the highest priority gives until it is full;
 *              device: priority -2 | H |   |   |   |   |    equal ones give in turn. Slot 0 is the header, never used.
 *
 *   free --take_slot--> in the cache alone --unmapped: swap_duplicate--> counted and cached --reclaimed--> counted
 *     ^                      |                                                                            |
 *     '---- release_slot ----'<-------- faulted in: swap_free; out of the cache -------------------------'
 *
 * A slot never used before is taken first, so that pages that go together lie together; then the one free longest.
 *
 * Invariants (swap_check() looks at each), R20 of the reference:
 *   [SW1] a slot is free if and only if nobody counts it and no page stands for it
 *   [SW2] nr_swap_pages is the sum of free slots of devices that may give; a device that goes gives none, and gets none back
 *   [SW3] a slot's page says so: swapcache, and the entry; no other page does
 *   [SW4] the number of users of a slot is that of page table entries that name it
 * Locks: swap_state->lock for all of it, a leaf, interrupts off. Nothing is allocated below it.
 * Unlike Linux: no clusters, no per-CPU caches of slots, one lock for all devices; the overflow of a count lies in the slot.
 */
#include <errno.h>
#include "swap_internal.h"

/* --- slots ------------------------------------------------------------------------------------------------------------------ */

static struct page *slots_page(const struct swap_device *d, u32 n)
{
	const u32 *names;

	if (n < SWAP_DIRECT)
		return d->direct[n];
	n -= SWAP_DIRECT;
	names = page_address(d->indirect[n / NAMES_PER_PAGE]);
	return current_mm()->mem_map + names[n % NAMES_PER_PAGE];
}

struct swap_slot *swap_slot(struct swap_device *d, u32 slot)
{
	struct swap_slot *slots = page_address(slots_page(d, slot / SLOTS_PER_PAGE));

	return &slots[slot % SLOTS_PER_PAGE];
}

struct swap_slot *entry_slot(u32 entry)
{
	struct swap_device *d;

	VM_BUG_ON(swap_device_of(entry) < 1 || swap_device_of(entry) > SWAP_DEVICES);
	d = swap_device(entry);
	VM_BUG_ON(!swap_slot_of(entry) || swap_slot_of(entry) >= d->pages);
	return swap_slot(d, swap_slot_of(entry));
}

static u32 free_slots(const struct swap_device *d)
{
	return d->pages - 1 - d->inuse;
}

u64 get_nr_swap_pages(void)
{
	s64 pages = READ_ONCE(swap_state()->nr_swap_pages);

	return pages < 0 ? 0 : (u64)pages;
}

u64 total_swap_pages(void)
{
	return READ_ONCE(swap_state()->total_swap_pages);
}

/* Of those with room the one of highest priority; of equal ones the one whose turn is longest ago. */
static unsigned choose_device(const struct swap_state *st)
{
	unsigned best = 0;

	for (unsigned i = 1; i <= SWAP_DEVICES; i++) {
		const struct swap_device *d = &st->device[i], *b = &st->device[best];

		if (!d->writeok || !free_slots(d))
			continue;
		if (!best || d->priority > b->priority || (d->priority == b->priority && d->taken_at < b->taken_at))
			best = i;
	}
	return best;
}

static u32 choose_slot(struct swap_device *d)
{
	u32 slot = d->fresh;

	if (slot < d->pages) {
		WRITE_ONCE(d->fresh, slot + 1);
		return slot;
	}
	slot = d->free_first;
	d->free_first = (u32)swap_slot(d, slot)->zswap;
	d->nr_free--;
	return slot;
}

u32 take_slot(void)
{
	struct swap_state *st = swap_state();
	unsigned device;
	struct swap_device *d;
	struct swap_slot *s;
	u32 slot;

	lockdep_assert_held(&st->lock);
	device = choose_device(st);
	if (!device)
		return 0;
	d = &st->device[device];
	slot = choose_slot(d);
	s = swap_slot(d, slot);
	VM_BUG_ON(s->map || s->zswap_bytes);
	*s = (struct swap_slot){ .map = SWAP_HAS_CACHE };
	ADD_ONCE(d->inuse, 1);
	d->taken_at = ++st->turn;
	SUB_ONCE(st->nr_swap_pages, 1);
	return swap_entry(device, slot);
}

void release_slot(u32 entry)
{
	struct swap_state *st = swap_state();
	struct swap_device *d = swap_device(entry);
	struct swap_slot *s = entry_slot(entry);

	lockdep_assert_held(&st->lock);
	VM_BUG_ON(s->map || page_of_cache(s->cache));
	zswap_drop(s, entry);
	*s = (struct swap_slot){ 0 };
	if (d->nr_free++)
		swap_slot(d, d->free_last)->zswap = swap_slot_of(entry);
	else
		d->free_first = swap_slot_of(entry);
	d->free_last = swap_slot_of(entry);
	SUB_ONCE(d->inuse, 1);
	if (d->writeok)
		ADD_ONCE(st->nr_swap_pages, 1);
	swap_news(entry, ~0ULL, SWAP_FREED);
}

void swap_duplicate(u32 entry)
{
	struct swap_state *st = swap_state();
	struct swap_slot *s;
	unsigned long flags;

	flags = swap_lock(st);
	s = entry_slot(entry);
	VM_BUG_ON(!s->map);
	if ((s->map & SWAP_MAP_BAD) < SWAP_MAP_MAX) {
		s->map++;
	} else {
		s->map = (u8)((s->map & SWAP_HAS_CACHE) | COUNT_CONTINUED);
		s->more++;
	}
	swap_news(entry, ~0ULL, SWAP_DUPLICATED);
	swap_unlock(st, flags);
}

/* One user less. Caller holds the lock. */
static void count_down(struct swap_slot *s)
{
	VM_BUG_ON(!swap_count(s));
	if (s->map & SWAP_MAP_BAD) {
		s->map--;
		return;
	}
	s->more--;
	s->map = (u8)((s->map & SWAP_HAS_CACHE) | SWAP_MAP_MAX | (s->more ? COUNT_CONTINUED : 0));
}

/* A page that stands for a slot nobody has is of no use; whoever has a plan with it has it locked. */
static void drop_orphan(struct page *page)
{
	if (trylock_page(page)) {
		forget_orphan(page);
		unlock_page(page);
	}
	put_vm_page(page);
}

void swap_free(u32 entry)
{
	struct swap_state *st = swap_state();
	struct page *orphan = NULL;
	struct swap_slot *s;
	unsigned long flags;

	flags = swap_lock(st);
	s = entry_slot(entry);
	count_down(s);
	if (!s->map)
		release_slot(entry);
	else if (s->map == SWAP_HAS_CACHE)
		get_vm_page(orphan = page_of_cache(s->cache));
	swap_unlock(st, flags);
	if (orphan)
		drop_orphan(orphan);
}

bool get_swap_device(u32 entry)
{
	struct swap_state *st = swap_state();
	unsigned device = swap_device_of(entry);
	unsigned long flags;
	bool there;

	if (device < 1 || device > SWAP_DEVICES)
		return false;
	flags = swap_lock(st);
	there = swap_slot_of(entry) && swap_slot_of(entry) < st->device[device].pages;
	ADD_ONCE(st->device[device].users, there);
	swap_unlock(st, flags);
	return there;
}

void put_swap_device(u32 entry)
{
	struct swap_state *st = swap_state();
	unsigned long flags;

	flags = swap_lock(st);
	VM_BUG_ON(!swap_device(entry)->users);
	SUB_ONCE(swap_device(entry)->users, 1);
	swap_unlock(st, flags);
}

/* Pages that the pool lost meanwhile are given back without the lock. */
void swap_unlock(struct swap_state *st, unsigned long flags)
{
	struct page *empty = st->pool.empty;

	st->pool.empty = NULL;
	spin_unlock_irqrestore(&st->lock, flags);
	if (empty)
		put_vm_page(empty);
}

/* --- swapon --------------------------------------------------------------------------------------------------------------------- */

/* What a device has at boot is part of the boot image. */
static struct page *table_page(void)
{
	struct page *page = vm_alloc_page(VM_USE_TABLE, GFP_KERNEL | __GFP_ZERO, NUMA_NO_NODE);

	if (page) {
		ram_dirty(this_cpu->machine, page_pfn(current_mm(), page), ~0ULL);
		ram_keep(this_cpu->machine, page_pfn(current_mm(), page), 1);
	}
	return page;
}

static void free_table(struct swap_device *d, u32 nr)
{
	for (u32 n = 0; n < nr; n++) {
		sim_tick();
		put_vm_page(slots_page(d, n));
	}
	for (u32 i = 0; i < SWAP_INDIRECT; i++)
		if (d->indirect[i])
			put_vm_page(d->indirect[i]);
	memset(d->direct, 0, sizeof(d->direct));
	memset(d->indirect, 0, sizeof(d->indirect));
}

static bool add_to_table(struct swap_device *d, u32 n)
{
	u32 i = (n - SWAP_DIRECT) / NAMES_PER_PAGE;
	struct page *page;

	if (n >= SWAP_DIRECT && !d->indirect[i] && !(d->indirect[i] = table_page()))
		return false;
	page = table_page();
	if (!page)
		return false;
	if (n < SWAP_DIRECT)
		d->direct[n] = page;
	else
		((u32 *)page_address(d->indirect[i]))[(n - SWAP_DIRECT) % NAMES_PER_PAGE] = (u32)page_pfn(current_mm(), page);
	return true;
}

static u32 pages_of_slots(u32 slots)
{
	return (u32)((slots + SLOTS_PER_PAGE - 1) / SLOTS_PER_PAGE);
}

static int make_table(struct swap_device *d, u32 slots)
{
	for (u32 n = 0; n < pages_of_slots(slots); n++) {
		sim_tick();
		if (!add_to_table(d, n)) {
			free_table(d, n);
			return -ENOMEM;
		}
	}
	return 0;
}

static void device_news(unsigned device, u32 pages, bool on)
{
	mm_announce((struct mm_event){ .type = EVENT_SWAP_DEVICE, .vm_device = (u8)device, .index = pages, .on = on });
}

/* Is it one that gives slots? */
static void giving_news(const struct swap_state *st, const struct swap_device *d)
{
	mm_announce((struct mm_event){
		.type = EVENT_SWAP_DEVICE, .vm_device = (u8)(d - st->device), .index = d->pages, .on = d->writeok, .report = 1 });
}

/* From now on it gives slots. Caller holds the lock. */
static void enable(struct swap_state *st, struct swap_device *d)
{
	d->writeok = true;
	ADD_ONCE(st->nr_swap_pages, free_slots(d));
	ADD_ONCE(st->total_swap_pages, d->pages - 1);
}

/* One swapon or swapoff of a device at a time. */
static int begin_change(struct swap_state *st, struct swap_device *d, bool on)
{
	unsigned long flags;
	int error = 0;

	flags = swap_lock(st);
	if (d->leaving || !!d->pages == on)
		error = on ? -EBUSY : -EINVAL;
	else
		d->leaving = true;
	swap_unlock(st, flags);
	return error;
}

int swapon(unsigned device, u32 pages, int priority)
{
	struct swap_state *st = swap_state();
	struct swap_device *d = &st->device[device <= SWAP_DEVICES ? device : 0];
	unsigned long flags;
	int error;

	_Static_assert(SWAP_MAX_PAGES <= 1 << 24, "an entry has room for the number of a slot");
	if (device < 1 || device > SWAP_DEVICES || pages < 2 || pages > SWAP_MAX_PAGES)
		return -EINVAL;
	sim_may_sleep("swapon");
	error = begin_change(st, d, true);
	if (error)
		return error;
	error = make_table(d, pages);
	flags = swap_lock(st);
	d->leaving = false;
	if (!error) {
		d->pages = pages;
		WRITE_ONCE(d->inuse, 0);
		d->nr_free = d->free_first = d->free_last = 0;
		WRITE_ONCE(d->fresh, 1);
		d->taken_at = 0;
		d->priority = priority < 0 ? --st->least_priority : priority;
		swap_slot(d, 0)->map = SWAP_MAP_BAD;
		device_news(device, pages, true);
		enable(st, d);
	}
	swap_unlock(st, flags);
	return error;
}

/* --- swapoff --------------------------------------------------------------------------------------------------------------------- */

/* From now on it gives no slots, and what is freed of it counts for nobody. */
static void disable(struct swap_state *st, struct swap_device *d)
{
	unsigned long flags;

	flags = swap_lock(st);
	d->writeok = false;
	SUB_ONCE(st->nr_swap_pages, free_slots(d));
	SUB_ONCE(st->total_swap_pages, d->pages - 1);
	giving_news(st, d);
	swap_unlock(st, flags);
}

/* Its users, or ~0 when the slot is free. *cached: a page stands for it. */
static u64 look_at_slot(u32 entry, bool *cached)
{
	struct swap_state *st = swap_state();
	const struct swap_slot *s;
	unsigned long flags;
	u64 count;

	flags = swap_lock(st);
	s = entry_slot(entry);
	count = s->map ? swap_count(s) : ~0ULL;
	*cached = s->map & SWAP_HAS_CACHE;
	swap_unlock(st, flags);
	return count;
}

/* A page stands for the slot: the slot is not needed for it. Whoever it is still written or read for is waited for. */
static void unuse_cached(u32 entry)
{
	struct page *page = swap_cache_get_page(entry);

	if (!page)
		return;
	lock_page(page);
	wait_on_page_writeback(page);
	if (vm_flag(page, PGV_swapcache) && vm_page(page)->entry == entry && !forget_orphan(page))
		try_to_free_swap(page);
	unlock_page(page);
	put_vm_page(page);
}

static int unuse_slot(u32 entry)
{
	bool cached;
	u64 count = look_at_slot(entry, &cached);
	int error;

	if (count == ~0ULL)
		return 0;
	if (fatal_signal_pending())
		return -EINTR;
	if (count) {
		error = unuse_entry(entry);
		if (error)
			return error;
		look_at_slot(entry, &cached);
	}
	if (cached)
		unuse_cached(entry);
	return 0;
}

/* Somebody may be in the middle of a fault, between entry and page: again, until no slot is used. */
static int unuse_all(unsigned device, struct swap_device *d)
{
	for (;;) {
		for (u32 slot = 1; slot < READ_ONCE(d->fresh) && READ_ONCE(d->inuse); slot++) {
			int error;

			sim_tick();
			error = unuse_slot(swap_entry(device, slot));
			if (error)
				return error;
		}
		if (!READ_ONCE(d->inuse) && !READ_ONCE(d->users))
			return 0;
		sim_sleep_timeout(sim_never, NULL, 1000000, "swapoff: a slot in use");
	}
}

/* Nobody uses it now that the lock is held: who wrote a copy of zswap's back may have come between the last look and the lock. */
static int unuse_and_lock(struct swap_state *st, unsigned device, unsigned long *flags)
{
	struct swap_device *d = &st->device[device];

	for (;;) {
		int error = unuse_all(device, d);

		*flags = swap_lock(st);
		if (error || (!d->inuse && !d->users))
			return error;
		swap_unlock(st, *flags);
	}
}

int swapoff(unsigned device)
{
	struct swap_state *st = swap_state();
	struct swap_device *d = &st->device[device <= SWAP_DEVICES ? device : 0];
	unsigned long flags;
	u32 pages;
	int error;

	if (device < 1 || device > SWAP_DEVICES)
		return -EINVAL;
	sim_may_sleep("swapoff");
	error = begin_change(st, d, false);
	if (error)
		return error;
	disable(st, d);
	error = unuse_and_lock(st, device, &flags);
	pages = d->pages;
	if (error) {
		d->leaving = false;
		enable(st, d);
		giving_news(st, d);
	} else {
		d->pages = 0;
		device_news(device, pages, false);
	}
	swap_unlock(st, flags);
	if (error)
		return error;
	free_table(d, pages_of_slots(pages));
	WRITE_ONCE(d->leaving, false);
	return 0;
}

/* --- boot and end ---------------------------------------------------------------------------------------------------------------- */

int swap_init(void)
{
	struct swap_state *st = machine_meta_alloc(this_cpu->machine, sizeof(*st), 64);

	if (!st)
		return -ENOMEM;
	spin_lock_init(&st->lock, 0);
	st->least_priority = -1;
	st->readahead_hits = 4;
	zswap_init(&st->pool);
	vm_state()->swap = st;
	return 0;
}

void swap_settle(void)
{
	for (unsigned device = 1; device <= SWAP_DEVICES; device++)
		if (swap_state()->device[device].pages)
			swapoff(device);
}
