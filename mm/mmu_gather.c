/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmu_gather.c - page tables are given back when nobody walks them any more.
 *
 *   unlinked --call_rcu--> every CPU was quiescent -----------> __free_page      pte_free_defer()
 *   unlinked --interrupt each other CPU, wait until taken--> __free_page         tlb_remove_table_one()
 *
 * A walker keeps interrupts off, so it takes the interrupt when it is done; that the function does nothing is the point.
 * It is the way out where there is no memory to remember tables until a grace period is over.
 *
 * Rules, judged by model/rcu.c:
 *   [RCU1] a page is not given back while a reader that may have found it is inside
 *   [RCU2] it is given back once, and in the end always
 * Locks: none. Unlike Linux: tables are not gathered in batches, there is no TLB yet, and a batch that cannot be had is not
 * what leads to the second form: callers choose.
 */
#include "gfp.h"
#include "internal.h"
#include "pgtable.h"
#include "rcu.h"
#include "smp.h"

static void pte_free_now(struct rcu_head *head)
{
	struct page *table = container_of(head, struct page, rcu_head);

	mm_announce((struct mm_event){ .type = EVENT_FREE_DEFERRED, .pfn = page_pfn(current_mm(), table) });
	__free_pages(table, 0);
}

void pte_free_defer(struct page *table)
{
	call_rcu(&table->rcu_head, pte_free_now);
}

static void tlb_remove_table_smp_sync(void *unused)
{
	(void)unused;
}

void tlb_remove_table_one(struct page *table)
{
	smp_call_function(tlb_remove_table_smp_sync, NULL, true);
	__free_pages(table, 0);
}
