/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_check.c - recounts lists of pages and shrinkers from scratch and says whether they are valid, then asks the other parts.
 *
 * First each list from its head on: whom it has, and how many of which zone; then batches; then every frame: who says of itself that
 * he is on a list, in a batch or isolated was met there, or nobody was isolated at all. So a page that is on two lists, or on none,
 * is found either way. Only when nothing is in flight. Burns no fuel. Valid is not correct: who ought to be on which list is the
 * model's business.
 */
#include <stdio.h>
#include "vm_internal.h"

#define WALK_LIMIT (1u << 20) /* frames; above, lists alone are looked at */

struct recount {
	const struct mm *mm;
	u64 on_lists, in_batches;
	u64 mlocked[MAX_ZONES];
};

#define INV(clause, condition, pfn)                                                                                    \
	do {                                                                                                           \
		if (unlikely(!(condition)))                                                                            \
			return broken(#clause, #condition, pfn);                                                       \
	} while (0)

static sim_cold const char *broken(const char *clause, const char *condition, u64 pfn)
{
	if (pfn == ~0ULL)
		snprintf(check_verdict, sizeof(check_verdict), "%s: broken %s: %s", clause, clause, condition);
	else
		snprintf(check_verdict, sizeof(check_verdict), "%s: broken %s: %s (pfn %llu)", clause, clause, condition,
			 (unsigned long long)pfn);
	return check_verdict;
}

/* --- lists [R1] ------------------------------------------------------------------------------------------------------------------ */

static const char *check_listed(const struct recount *r, const struct pgdat *pgdat, const struct page *page, unsigned lru)
{
	u64 pfn = page_pfn(r->mm, page);
	u32 flags;

	INV(R1, pfn_valid(r->mm, pfn) && page->lru.next->prev == &page->lru, pfn);
	flags = r->mm->vm->page[pfn].flags;
	INV(V3, (flags & PGV_used) && (flags & PGV_lru) && !(flags & (PGV_batch | PGV_isolated)), pfn);
	INV(V3, page_lru(page) == lru, pfn);
	INV(R1, page_zone(r->mm, pfn)->nid == pgdat->nid, pfn);
	INV(V3, page->refcount > 0, pfn);
	INV(R24, !(flags & PGV_mlocked) == !(flags & PGV_unevictable), pfn);
	return NULL;
}

static const char *check_list(struct recount *r, const struct pgdat *pgdat, unsigned lru)
{
	u64 size[MAX_NR_ZONES] = { 0 }, sum = 0;
	const struct list_head *head = &pgdat->lruvec.lists[lru], *pos;
	const char *bad;

	for (pos = head->next; pos != head; pos = pos->next) {
		const struct page *page;

		INV(R1, pos && sum <= r->mm->nr_frames, ~0ULL);
		page = list_entry(pos, struct page, lru);
		bad = check_listed(r, pgdat, page, lru);
		if (bad)
			return bad;
		size[page_zone(r->mm, page_pfn(r->mm, page))->index]++;
		sum++;
	}
	for (unsigned zone = 0; zone < MAX_NR_ZONES; zone++)
		INV(R1, pgdat->lruvec.lru_size[zone][lru] == size[zone], ~0ULL);
	INV(R1, pgdat->stat[NR_LRU_BASE + lru] == (s64)sum, ~0ULL);
	r->on_lists += sum;
	return NULL;
}

static const char *check_batch(struct recount *r, const struct lru_batch *batch)
{
	INV(R1, batch->nr < this_cpu->machine->param[PARAM_LRU_BATCH], ~0ULL);
	for (u32 i = 0; i < batch->nr; i++) {
		u64 pfn = page_pfn(r->mm, batch->page[i]);
		u32 flags = r->mm->vm->page[pfn].flags;

		INV(R1, (flags & PGV_used) && (flags & PGV_batch) && !(flags & (PGV_lru | PGV_isolated)), pfn);
		INV(R1, batch->page[i]->refcount > 0, pfn);
	}
	r->in_batches += batch->nr;
	return NULL;
}

static bool is_zero(const struct vm_page *v)
{
	static const struct vm_page zero;

	return !memcmp(v, &zero, sizeof(zero));
}

struct flag_counts {
	u64 lru, batch, balloon;
};

static const char *check_frame(struct recount *r, u64 pfn, struct flag_counts *counts)
{
	const struct vm_page *v = &r->mm->vm->page[pfn];

	INV(V3, (v->flags & PGV_used) || is_zero(v), pfn);
	if (!(v->flags & PGV_used))
		return NULL;
	INV(V3, r->mm->mem_map[pfn].refcount > 0, pfn);
	INV(R19, !(v->flags & PGV_isolated), pfn);
	/* read ahead: on its way, and nobody waits for it */
	INV(V3, !(v->flags & PGV_locked) || (!(v->flags & PGV_uptodate) && disk_next_ns() != ~0ULL), pfn);
	counts->lru += !!(v->flags & PGV_lru);
	counts->batch += !!(v->flags & PGV_batch);
	counts->balloon += v->use == VM_USE_BALLOON;
	r->mlocked[zone_id(page_zone(r->mm, pfn))] += !!(v->flags & PGV_mlocked);
	return NULL;
}

static const char *check_frames(struct recount *r)
{
	struct flag_counts counts = { 0 };
	const char *bad = NULL;

	for (u64 pfn = 0; pfn < r->mm->nr_frames && !bad; pfn++)
		if (pfn_valid(r->mm, pfn))
			bad = check_frame(r, pfn, &counts);
	if (bad)
		return bad;
	INV(R1, counts.lru == r->on_lists, ~0ULL);
	INV(R1, counts.batch == r->in_batches, ~0ULL);
	INV(V15, counts.balloon == balloon_pages(), ~0ULL);
	for (unsigned zone = 0; zone < MAX_ZONES; zone++)
		INV(R24, r->mm->vm->node[zone / MAX_NR_ZONES].zone_stat[zone % MAX_NR_ZONES][NR_MLOCK] == (s64)r->mlocked[zone], ~0ULL);
	return NULL;
}

static const char *check_node(struct recount *r, const struct pgdat *pgdat)
{
	for (unsigned lru = 0; lru < NR_LRU_LISTS; lru++) {
		const char *bad = check_list(r, pgdat, lru);

		if (bad)
			return bad;
	}
	INV(R19, !pgdat->stat[NR_ISOLATED_ANON] && !pgdat->stat[NR_ISOLATED_FILE], ~0ULL);
	return NULL;
}

/* What reclaim counted cannot contradict itself. [R19] */
static const char *check_events(const struct vm_state *vm)
{
	const u64 *n = vm->event;

	INV(R19, n[PGSTEAL_KSWAPD] <= n[PGSCAN_KSWAPD] && n[PGSTEAL_DIRECT] <= n[PGSCAN_DIRECT], ~0ULL);
	INV(R19, n[PGSTEAL_KSWAPD] + n[PGSTEAL_DIRECT] == n[PGSTEAL_ANON] + n[PGSTEAL_FILE], ~0ULL);
	INV(R19, n[PGSCAN_KSWAPD] + n[PGSCAN_DIRECT] == n[PGSCAN_ANON] + n[PGSCAN_FILE], ~0ULL);
	return NULL;
}

const char *lru_check(void)
{
	struct recount r = { .mm = current_mm() };
	const char *bad = NULL;

	for (unsigned nid = 0; nid < r.mm->nr_nodes && !bad; nid++)
		bad = check_node(&r, &r.mm->vm->node[nid]);
	for (unsigned cpu = 0; cpu < SIM_MAX_CPUS && !bad; cpu++)
		bad = check_batch(&r, &r.mm->vm->batch[cpu]);
	if (!bad && r.mm->nr_frames <= WALK_LIMIT)
		bad = check_frames(&r);
	return bad ? bad : check_events(r.mm->vm);
}

/* --- shrinkers [R16] [R17] ---------------------------------------------------------------------------------------------------------- */

static const char *check_shrinker(const struct shrinker *s, bool taken)
{
	INV(R16, !s->users, ~0ULL);
	INV(R17, !s->registered || taken, ~0ULL);
	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++)
		INV(R16, s->registered || !s->nr_deferred[nid], ~0ULL);
	return NULL;
}

const char *shrinker_check(void)
{
	const struct shrinker_state *st = vm_state()->shrinkers;
	const char *bad = NULL;

	for (unsigned i = 0; i < MAX_SHRINKERS && !bad; i++)
		bad = check_shrinker(&st->shrinker[i], st->taken[i]);
	return bad;
}

/* --- the balloon [V15] ---------------------------------------------------------------------------------------------------------------- */

const char *balloon_check(void)
{
	const struct balloon *b = vm_state()->balloon;
	u32 nr = 0;

	for (const struct list_head *pos = b->pages.next; pos != &b->pages && nr <= b->nr; pos = pos->next, nr++) {
		const struct page *page = list_entry(pos, struct page, lru);
		u64 pfn = page_pfn(current_mm(), page);

		INV(V15, pfn_valid(current_mm(), pfn), pfn);
		INV(V15, vm_page(page)->flags == PGV_used && vm_page(page)->use == VM_USE_BALLOON && page->refcount == 1, pfn);
	}
	INV(V15, nr == b->nr, ~0ULL);
	return NULL;
}

/* --- all of it ------------------------------------------------------------------------------------------------------------------------ */

const char *vm_check(void)
{
	static const char *(*const check[])(void) = { lru_check, shrinker_check, memory_check, filemap_check, swap_check, balloon_check };
	const char *bad = NULL;

	if (!vm_is_up())
		return NULL;
	for (unsigned i = 0; i < ARRAY_SIZE(check) && !bad; i++)
		bad = check[i]();
	return bad;
}
