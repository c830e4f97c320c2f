/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pgtable.h - giving back page tables that others may be walking. Mirrors include/linux/pgtable.h, include/asm-generic/tlb.h.
 *
 * Page tables are walked without a lock, by readers of two kinds: in rcu_read_lock(), or with interrupts off. A table that
 * nobody can find any more is given back only when those who found it before have gone.
 */
#ifndef MM_PGTABLE_H
#define MM_PGTABLE_H

#include "types.h"

/**
 * pte_free_defer - give back a table after a grace period.
 * @table: an order-0 page with one reference, linked nowhere any more.
 * Both kinds of readers are waited for. Any context; never sleeps, never fails. Mirrors mm/pgtable-generic.c.
 */
void pte_free_defer(struct page *table);

/**
 * tlb_remove_table_one - give back a table as soon as no CPU walks with interrupts off.
 * @table: as above. Readers in rcu_read_lock() are not waited for.
 * Interrupts on; waits for the other CPUs, but does not sleep. Mirrors mm/mmu_gather.c.
 */
void tlb_remove_table_one(struct page *table);

#endif
