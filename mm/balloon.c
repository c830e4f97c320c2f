/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * balloon.c - pages a guest has lent to its host: taken where nobody misses them, given back before anybody dies.
 *
 *   balloon_resize(more)   a page at a time, with what effort nobody is hurt by (__GFP_NORETRY, no reserves)
 *   balloon_resize(fewer)  the last ones first
 *   OOM notifier           BALLOON_OOM_PAGES of them, or all there are; whoever ran out tries again, and nobody is killed  [O5]
 *
 * A page is asked for before the lock is taken. The request may reclaim, and whoever runs out meanwhile comes here as a notifier
 * with oom_lock held: he must never wait for somebody who waits for memory.
 *
 * Invariants (balloon_check() of vm_check.c tests it by its number):
 *   [V15] `nr` pages are on the list, and they are all there are of this use; each has one reference, and is on no list of reclaim
 * Locks: balloon->lock, innermost; pages are freed after it. Sleeps: balloon_resize() while it grows.
 * Unlike Linux: no page of it is ever moved, no host is told, no counters (balloon_inflate, balloon_deflate) are kept, and the
 * notifier gives 256 pages there, which is all of most machines here.
 */
#include <errno.h>
#include "vm_internal.h"

#define BALLOON_GFP (GFP_HIGHUSER | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN)

static struct balloon *balloon(void)
{
	return vm_state()->balloon;
}

static void keep(struct balloon *b, struct page *page)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	list_add(&page->lru, &b->pages);
	WRITE_ONCE(b->nr, b->nr + 1);
	spin_unlock_irqrestore(&b->lock, flags);
}

/* false: it has none. */
static bool give_back_one(struct balloon *b)
{
	struct page *page;
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	page = list_first_entry_or_null(&b->pages, struct page, lru);
	if (page) {
		list_del(&page->lru);
		WRITE_ONCE(b->nr, b->nr - 1);
	}
	spin_unlock_irqrestore(&b->lock, flags);
	if (page)
		put_vm_page(page);
	return page;
}

u32 balloon_pages(void)
{
	return READ_ONCE(balloon()->nr);
}

int balloon_resize(u32 nr)
{
	struct balloon *b = balloon();

	sim_may_sleep("balloon_resize");
	/* no more tries than pages: somebody may run out again and again */
	for (u32 tries = 0; tries < nr && READ_ONCE(b->nr) < nr; tries++) {
		struct page *page = vm_alloc_page(VM_USE_BALLOON, BALLOON_GFP, NUMA_NO_NODE);

		if (!page)
			return -ENOMEM;
		keep(b, page);
	}
	while (READ_ONCE(b->nr) > nr && give_back_one(b))
		sim_tick();
	return 0;
}

/* Yields only if there is something to give: else somebody is chosen next, by what holds now. */
static void give_back_for_oom(u64 *freed)
{
	struct balloon *b = balloon();
	unsigned nr = 0;

	while (nr < BALLOON_OOM_PAGES && READ_ONCE(b->nr) && give_back_one(b))
		nr++;
	marked(nr, MARK_OOM_FED_BY_BALLOON);
	*freed += nr;
}

int balloon_init(void)
{
	struct balloon *b = machine_meta_alloc(this_cpu->machine, sizeof(*b), 64);

	if (!b)
		return -ENOMEM;
	spin_lock_init(&b->lock, 0);
	INIT_LIST_HEAD(&b->pages);
	vm_state()->balloon = b;
	return register_oom_notifier(give_back_for_oom);
}
