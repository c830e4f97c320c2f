/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug_page_alloc.c - guard pages: small halves of a split block stay off the free lists.
 *
 *   | taken | guard 0 | guard 1     | free 2                        |    minorder 2: halves of order 0 and 1 are guards
 *
 * So an order-0 block is never next to another owner's page while memory lasts, and an overrun hits nobody.
 *
 * Invariants, with zone->lock held:
 *   [B9] a guard is the first page of an aligned free half of an order below the minor order, has PG_guard and its
 *        order in private, is on no list and not counted as free; it ends when its buddy is freed and they merge
 * Locks: zone->lock, held by the caller. What NR_FREE_PAGES counts is the caller's business, which knows the type.
 */
#include "internal.h"

bool set_page_guard(struct mm *mm, struct page *page, unsigned order)
{
	if (likely(order >= mm->guardpage_minorder))
		return false;
	VM_BUG_ON(page->flags & (PG_buddy | PG_guard));
	set_page_flags(page, PG_guard);
	page->private = order;
	INIT_LIST_HEAD(&page->lru);
	return true;
}

void clear_page_guard(struct page *page)
{
	VM_BUG_ON(!(page->flags & PG_guard));
	clear_page_flags(page, PG_guard);
	page->private = 0;
}
