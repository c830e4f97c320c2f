/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * workingset.c - was it a mistake to reclaim this page?
 *
 *   evicted: a shadow with the node's age stays in its place    age     ... counts pages that were evicted or activated
 *   back:    now - then = pages that went through the inactive list meanwhile
 *            no more than what is active besides: had the inactive list been longer by these, the page would still be there, and
 *            used twice: it becomes active at once, and competes with what is
 *
 *   shadow  | age: 60 bits | node: 2 | it was active once: 1 | 1 |     odd, so it is no pointer
 *
 * Rules [R23]
 * Locks: none; ages are sums that nobody needs exactly. workingset_refault() takes the lruvec's for what swapping in costs, so it is
 *   called without a spinlock held.
 * Unlike Linux: no memcgs, and an age is never rounded, for a word has room for it.
 */
#include "vm_internal.h"

#define AGE_SHIFT 4

struct shadow {
	u64 age;
	unsigned nid;
	bool workingset;
};

static u64 pack_shadow(struct shadow s)
{
	return s.age << AGE_SHIFT | (u64)s.nid << 2 | (u64)s.workingset << 1 | 1;
}

static struct shadow unpack_shadow(u64 shadow)
{
	return (struct shadow){ .age = shadow >> AGE_SHIFT, .nid = shadow >> 2 & 3, .workingset = shadow >> 1 & 1 };
}

void workingset_age_nonresident(struct lruvec *lruvec, u64 nr)
{
	ADD_ONCE(lruvec->nonresident_age, nr);
}

u64 workingset_eviction(struct page *page)
{
	struct pgdat *pgdat = page_pgdat(page);
	struct shadow s = { .age = READ_ONCE(pgdat->lruvec.nonresident_age), .nid = pgdat->nid,
			    .workingset = vm_flag(page, PGV_workingset) };

	_Static_assert(MAX_NUMNODES <= 4, "a shadow has two bits for the node");
	workingset_age_nonresident(&pgdat->lruvec, 1);
	return pack_shadow(s);
}

void workingset_activation(struct page *page)
{
	workingset_age_nonresident(&page_pgdat(page)->lruvec, 1);
}

/* What the page would compete with: all of the other kind that can be reclaimed, and what is active of its own. */
static u64 rivals(const struct pgdat *pgdat, bool file)
{
	u64 pages = node_page_state(pgdat, NR_LRU_BASE + LRU_ACTIVE_FILE);

	if (!file)
		pages += node_page_state(pgdat, NR_LRU_BASE + LRU_INACTIVE_FILE);
	if (!get_nr_swap_pages())
		return pages;
	pages += node_page_state(pgdat, NR_LRU_BASE + LRU_ACTIVE_ANON);
	return file ? pages + node_page_state(pgdat, NR_LRU_BASE + LRU_INACTIVE_ANON) : pages;
}

static bool is_recent(struct shadow s, bool file)
{
	const struct pgdat *pgdat = &vm_state()->node[s.nid];

	return READ_ONCE(pgdat->lruvec.nonresident_age) - s.age <= rivals(pgdat, file);
}

void workingset_refault(struct page *page, u64 shadow)
{
	bool file = !page_is_anon(page);
	struct shadow s = unpack_shadow(shadow);
	struct pgdat *pgdat = page_pgdat(page);

	VM_BUG_ON(!(shadow & 1) || s.nid >= current_mm()->nr_nodes);
	mod_node_page_state(pgdat, file ? WORKINGSET_REFAULT_FILE : WORKINGSET_REFAULT_ANON, 1);
	if (!is_recent(s, file))
		return;
	vm_set_flags(page, PGV_active);
	workingset_age_nonresident(&pgdat->lruvec, 1);
	mod_node_page_state(pgdat, file ? WORKINGSET_ACTIVATE_FILE : WORKINGSET_ACTIVATE_ANON, 1);
	if (!s.workingset)
		return;
	vm_set_flags(page, PGV_workingset);
	lru_note_cost(&pgdat->lruvec, file, 1, 0);
	mod_node_page_state(pgdat, file ? WORKINGSET_RESTORE_FILE : WORKINGSET_RESTORE_ANON, 1);
}

u64 workingset_excess_nodes(unsigned nid, u64 nodes)
{
	u64 pages = 0, allowed;

	for (unsigned lru = 0; lru < NR_LRU_LISTS; lru++)
		pages += node_page_state(&vm_state()->node[nid], (enum node_stat_item)(NR_LRU_BASE + lru));
	allowed = pages >> 3;
	return nodes > allowed ? nodes - allowed : 0;
}
