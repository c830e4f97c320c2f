/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcp.c - per-CPU page lists: most requests and frees never see zone->lock.
 *
 *   zone --refill, a batch at a time--> tail | list of this CPU | head --alloc--> owner
 *   zone <--flush, a batch at a time--  tail |                  | head <--free--- owner
 *
 * Each CPU has, for each zone, a list for each small order and mobility, and two for whole pageblocks. What was freed last
 * is handed out first, while it is warm. Together the lists hold `high` pages; a free that reaches it flushes.
 *
 * High moves between high_min and high_max by itself: refills raise it, a zone below its high mark and time lower it.
 * Requests without frees in between double the refill (alloc_factor); frees without requests make the flush larger
 * (free_count). A disabled zone has high 0: what is freed is flushed at once, and a refill takes one block.
 *
 * Invariants, at quiescent points (page_alloc_check() tests each by its number):
 *   [P6]  high lies within [high_min, high_max]
 *   [P8]  count is the sum of the pages on the lists; they are not Buddy, not counted as free, and have no reference
 *   [P10] the lists of a disabled zone are empty
 * Rules [P1] which list  [P2] [P3] sizes  [P4] refill  [P5] free  [P7] flush  [P11] decay  [P12] a CPU that died
 * Locks: knob_lock for sizes, pcp->lock, then zone->lock. Interrupts stay on, so one may find the lock taken by the task
 * below it, or by another CPU's drain: requests and frees only try to take it, and otherwise go straight to the buddy allocator. [P9]
 * Unlike Linux: no size of caches is asked before order > 0 is flushed early; high is put into its bounds when they change,
 * not when it is used next; a drain of one zone does not wait for a drain of all.
 */
#include <errno.h>
#include "internal.h"

static unsigned nr_cpus(void)
{
	return this_cpu->machine->param[PARAM_CPUS];
}

/* --- which list [P1] ------------------------------------------------------------------------------------------------------- */

unsigned nr_pcp_lists(const struct mm *mm)
{
	return MIGRATE_PCPTYPES * (mm->costly_order + 1u) + (mm->pageblock_order > mm->costly_order ? 2 : 0);
}

static unsigned pcp_list(const struct mm *mm, unsigned order, unsigned type)
{
	if (likely(order <= mm->costly_order))
		return MIGRATE_PCPTYPES * order + type;
	VM_BUG_ON(order != mm->pageblock_order);
	return MIGRATE_PCPTYPES * (mm->costly_order + 1u) + (type != MIGRATE_MOVABLE);
}

unsigned pcp_list_order(const struct mm *mm, unsigned list)
{
	return list < MIGRATE_PCPTYPES * (mm->costly_order + 1u) ? list / MIGRATE_PCPTYPES : mm->pageblock_order;
}

/* The last list is for all types but MOVABLE, and goes by the name of the first. */
static unsigned pcp_list_type(const struct mm *mm, unsigned list)
{
	unsigned whole_blocks = MIGRATE_PCPTYPES * (mm->costly_order + 1u);

	if (list < whole_blocks)
		return list % MIGRATE_PCPTYPES;
	return list == whole_blocks ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE;
}

/* --- sizes ------------------------------------------------------------------------------------------------------------------- */

static u32 in_bounds(const struct per_cpu_pages *pcp, s64 high)
{
	high = max_of(high, (s64)pcp->high_min);
	return (u32)min_of(high, (s64)pcp->high_max);
}

/* What one drain or flush may take at most. */
static u32 most_at_a_time(const struct per_cpu_pages *pcp)
{
	return pcp->batch << PCP_BATCH_SCALE_MAX;
}

/* [P2] */
static u32 zone_batchsize(const struct zone *zone)
{
	u64 pages = min_of(zone->managed_pages >> this_cpu->machine->param[PARAM_PCP_BATCH_SHIFT], (u64)256);
	u64 batch = max_of(pages / 4, (u64)1), power = 1;

	while (power * 2 <= batch + batch / 2)
		power *= 2;
	return (u32)max_of(power - 1, (u64)1);
}

static unsigned cpus_that_share(const struct zone *zone)
{
	const struct machine *m = this_cpu->machine;
	unsigned n = 0;

	for (unsigned i = 0; i < nr_cpus(); i++)
		n += m->cpu[i].node == zone->nid;
	return n ? n : nr_cpus();
}

/* [P3] */
static u32 zone_highsize(const struct zone *zone, u32 batch, u64 pages)
{
	return (u32)max_of(pages / cpus_that_share(zone), 4 * (u64)batch);
}

one_step static void pageset_update(struct per_cpu_pages *pcp, u32 high_min, u32 high_max, u32 batch)
{
	step_lock(&pcp->lock);
	pcp->batch = batch;
	pcp->high_min = high_min;
	pcp->high_max = high_max;
	pcp->tuning.high = in_bounds(pcp, pcp->tuning.high);
	step_unlock(&pcp->lock);
}

static void zone_set_pagesets(struct zone *zone, u32 high_min, u32 high_max, u32 batch)
{
	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		pageset_update(zone->pcp[cpu], high_min, high_max, batch);
}

static void zone_disable_pagesets(struct zone *zone)
{
	zone_set_pagesets(zone, 0, 0, 1);
}

void zone_pcp_update(struct mm *mm, struct zone *zone)
{
	u32 fraction = mm->sysctl[SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION], batch = zone_batchsize(zone);
	u64 most = zone->managed_pages / (fraction ? fraction : this_cpu->machine->param[PARAM_PCP_HIGH_FRACTION]);
	u64 least = fraction ? most : zone->watermark[WMARK_LOW];

	if (zone->pcp_disable_depth || !zone->managed_pages) /* its lists hold nothing, and shall not */
		return;
	zone_set_pagesets(zone, zone_highsize(zone, batch, least), zone_highsize(zone, batch, most), batch);
}

/* --- flush [P7] ------------------------------------------------------------------------------------------------------------- */

/* Does its pageblock belong to others than the list? CMA and reserved pages, and whole pageblocks, share a list. */
static bool of_other_type(const struct mm *mm, u64 pfn, unsigned list)
{
	unsigned type = pfn_to_pageblock(mm, pfn)->migratetype;

	return type != pcp_list_type(mm, list) && list < MIGRATE_PCPTYPES * (mm->costly_order + 1u) &&
	       (is_migrate_mergeable(type) || type == MIGRATE_ISOLATE);
}

/* The last block of a list goes, to where its pageblock belongs by now; returns its pages. */
static s64 free_last_of_list(struct mm *mm, struct zone *zone, unsigned cpu, unsigned list)
{
	struct per_cpu_pages *pcp = zone->pcp[cpu];
	struct page *page = list_entry(pcp->lists[list].prev, struct page, lru);
	unsigned order = pcp_list_order(mm, list);
	u64 pfn = page_pfn(mm, page);

	list_del(&page->lru);
	pcp->count -= 1u << order;
	marked(of_other_type(mm, pfn, list), MARK_PCP_BLOCK_OF_OTHER_TYPE);
	mm_announce((struct mm_event){ .type = EVENT_PAGE_PCPU_DRAIN,
				       .pfn = pfn,
				       .order = (u8)order,
				       .migratetype = pfn_to_pageblock(mm, pfn)->migratetype,
				       .list_cpu = (u8)cpu });
	free_one_page(mm, zone, pfn, order);
	return (s64)(1ULL << order);
}

static void announce_flush(const struct mm *mm, const struct zone *zone, unsigned cpu, s64 nr, unsigned list,
			   enum mm_flush why)
{
	mm_announce((struct mm_event){ .type = EVENT_PCP_FLUSH,
				       .zone = (u8)zone_id(zone),
				       .list_cpu = (u8)cpu,
				       .asked = (u32)nr,
				       .report = (u8)why,
				       .tuning = zone->pcp[cpu]->tuning,
				       .order = (u8)pcp_list_order(mm, list),
				       .migratetype = (u8)pcp_list_type(mm, list) });
}

void free_pcppages_bulk(struct mm *mm, struct zone *zone, unsigned cpu, s64 nr, unsigned first_list, enum mm_flush why)
{
	struct per_cpu_pages *pcp = zone->pcp[cpu];
	unsigned list = first_list, nr_lists = nr_pcp_lists(mm);
	unsigned long flags;

	lockdep_assert_held(&pcp->lock);
	nr = min_of(nr, (s64)pcp->count); /* or we would look for blocks that do not exist */
	if (nr <= 0)
		return;
	spin_lock_irqsave(&zone->lock, flags);
	announce_flush(mm, zone, cpu, nr, list, why);
	for (; nr > 0; list = (list + 1) % nr_lists) {
		sim_tick();
		while (nr > 0 && !list_empty(&pcp->lists[list]))
			nr -= free_last_of_list(mm, zone, cpu, list);
	}
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* --- allocation [P4] ---------------------------------------------------------------------------------------------------------- */

/* By the task below this interrupt, or by another CPU's drain. */
static sim_cold struct per_cpu_pages *list_is_taken(void)
{
	count_mark(this_cpu->hardirq || this_cpu->softirq ? MARK_PCP_TAKEN_BELOW : MARK_PCP_TAKEN_ELSEWHERE);
	return NULL;
}

struct per_cpu_pages *pcp_trylock(struct zone *zone)
{
	struct per_cpu_pages *pcp = this_cpu_pcp(zone);

	return likely(spin_trylock(&pcp->lock)) ? pcp : list_is_taken();
}

/* More for each refill in a row, as far as there is room below high. Orders above 0 are not scaled. */
static s64 scaled_batch(struct per_cpu_pages *pcp, s64 batch)
{
	struct pcp_tuning *t = &pcp->tuning;
	s64 room = max_of((s64)t->high - (s64)pcp->count - (s64)pcp->batch, (s64)pcp->batch);

	if (batch <= room && t->alloc_factor < PCP_BATCH_SCALE_MAX)
		marked(++t->alloc_factor == PCP_BATCH_SCALE_MAX, MARK_PCP_BATCH_AT_MOST);
	return marked(batch > room, MARK_PCP_BATCH_CUT) ? room : batch;
}

/* Blocks that a refill asks for; the list is tuned by it. */
static unsigned nr_pcp_alloc(const struct zone *zone, struct per_cpu_pages *pcp, unsigned order)
{
	struct pcp_tuning *t = &pcp->tuning;
	s64 batch = pcp->batch;

	t->high = in_bounds(pcp, t->high);
	if (unlikely(marked(t->high < pcp->batch, MARK_PCP_REFILL_OF_ONE))) /* disabled, or booting */
		return 1;
	if (!order)
		batch <<= t->alloc_factor;
	if (pcp->high_min != pcp->high_max && !zone_has_flag(zone, ZONE_BELOW_HIGH))
		t->high = (u32)min_of((s64)t->high + batch, (s64)pcp->high_max);
	if (!order)
		batch = scaled_batch(pcp, batch);
	return (unsigned)(batch > 1 ? max_of(batch >> order, (s64)2) : 1);
}

/* Blocks join the tail of this CPU's list, as many as are asked for or as there are. */
static void rmqueue_bulk(struct mm *mm, struct zone *zone, struct per_cpu_pages *pcp, unsigned order, unsigned type,
			 unsigned alloc_flags)
{
	unsigned asked = nr_pcp_alloc(zone, pcp, order);
	struct list_head *list = &pcp->lists[pcp_list(mm, order, type)];
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	for (unsigned i = 0; i < asked; i++) {
		struct page *page = __rmqueue(mm, zone, order, type, alloc_flags, true);

		if (!page) {
			marked(i > 0, MARK_PCP_REFILL_SHORT);
			break;
		}
		list_add_tail(&page->lru, list);
		pcp->count += 1u << order;
	}
	mm_announce((struct mm_event){ .type = EVENT_PCP_REFILL,
				       .zone = (u8)zone_id(zone),
				       .list_cpu = this_cpu->id,
				       .order = (u8)order,
				       .migratetype = (u8)type,
				       .asked = asked,
				       .tuning = pcp->tuning });
	spin_unlock_irqrestore(&zone->lock, flags);
}

struct page *pcp_take(struct mm *mm, struct zone *zone, struct per_cpu_pages *pcp, unsigned order, unsigned type,
		      unsigned alloc_flags)
{
	struct list_head *list = &pcp->lists[pcp_list(mm, order, type)];
	struct page *page;

	lockdep_assert_held(&pcp->lock);
	if (list_empty(list))
		rmqueue_bulk(mm, zone, pcp, order, type, alloc_flags);
	page = list_first_entry_or_null(list, struct page, lru);
	if (unlikely(!page))
		return NULL;
	list_del(&page->lru);
	pcp->count -= 1u << order;
	mm_announce((struct mm_event){ .type = EVENT_PCP_ALLOC,
				       .pfn = page_pfn(mm, page),
				       .order = (u8)order,
				       .migratetype = (u8)type });
	return page;
}

struct page *rmqueue_pcplist(struct mm *mm, struct zone *zone, unsigned order, unsigned type, unsigned alloc_flags)
{
	struct per_cpu_pages *pcp = pcp_trylock(zone);
	struct page *page;

	if (unlikely(marked(!pcp, MARK_PCP_ALLOC_PASSES)))
		return NULL;
	pcp->tuning.free_count >>= 1;
	page = pcp_take(mm, zone, pcp, order, type, alloc_flags);
	spin_unlock(&pcp->lock);
	return page;
}

/* --- freeing [P5] ------------------------------------------------------------------------------------------------------------- */

/* Frees of orders above 0 in a row fragment: they are not kept for long. */
static bool freed_too_many_high_orders(const struct mm *mm, struct per_cpu_pages *pcp, unsigned order)
{
	struct pcp_tuning *t = &pcp->tuning;
	bool high_order = order && order <= mm->costly_order;
	bool too_many = high_order && t->freed_high_order && t->free_count >= pcp->batch + pcp->high_min / 2;

	t->freed_high_order = high_order;
	return too_many;
}

/* Pages that a CPU whose zone is short of them no longer keeps. */
static void lower_high(struct per_cpu_pages *pcp, u32 high)
{
	pcp->tuning.high = in_bounds(pcp, (s64)high - (s64)max_of((u32)pcp->tuning.free_count, pcp->batch));
}

/* What the lists may hold now; high is tuned for the time to come. [P6] */
static u32 nr_pcp_high(const struct zone *zone, struct per_cpu_pages *pcp, bool free_high)
{
	struct pcp_tuning *t = &pcp->tuning;
	u32 high = t->high = in_bounds(pcp, t->high);

	if (unlikely(!high))
		return 0;
	if (unlikely(marked(free_high, MARK_PCP_HIGH_ORDERS_GO))) {
		t->high = in_bounds(pcp, (s64)high - (s64)most_at_a_time(pcp));
		return 0;
	}
	if (unlikely(marked(zone_has_flag(zone, ZONE_RECLAIM_ACTIVE), MARK_PCP_HIGH_LOWERED_BY_KSWAPD))) {
		lower_high(pcp, high);
		return min_of(pcp->batch << 2, t->high);
	}
	if (pcp->high_min == pcp->high_max)
		return high;
	if (marked(zone_has_flag(zone, ZONE_BELOW_HIGH), MARK_PCP_HIGH_LOWERED_BELOW_HIGH)) {
		lower_high(pcp, high);
		return max_of(pcp->count, pcp->high_min);
	}
	if (pcp->count >= high)
		t->high = max_of(high, in_bounds(pcp, (s64)t->free_count + pcp->batch));
	marked(t->high > high, MARK_PCP_HIGH_RAISED_BY_FREES);
	return high;
}

/* Pages that a full list gives back: more, the longer nobody asks for any. */
static u32 nr_pcp_free(const struct per_cpu_pages *pcp, u32 high, bool free_high)
{
	if (unlikely(free_high))
		return min_of(pcp->count, most_at_a_time(pcp));
	if (unlikely(high < pcp->batch)) /* disabled, or booting */
		return 1;
	return min_of(max_of((u32)pcp->tuning.free_count, pcp->batch), high - pcp->batch);
}

/* A flush may have lifted the zone above its high mark again. [L2] */
static void end_below_high(const struct mm *mm, struct zone *zone)
{
	if (!zone_has_flag(zone, ZONE_BELOW_HIGH))
		return;
	if (__zone_watermark_ok(mm, zone, 0, wmark_pages(zone, WMARK_HIGH), ZONE_MOVABLE, 0,
				zone_page_state(zone, NR_FREE_PAGES)))
		zone_set_below_high(zone, false);
}

static void flush_if_full(struct mm *mm, struct zone *zone, struct per_cpu_pages *pcp, unsigned order, unsigned list)
{
	struct pcp_tuning *t = &pcp->tuning;
	bool free_high = freed_too_many_high_orders(mm, pcp, order);
	u32 high;

	if (t->free_count < most_at_a_time(pcp))
		t->free_count = (u16)min_of(t->free_count + (1u << order), most_at_a_time(pcp));
	high = nr_pcp_high(zone, pcp, free_high);
	if (likely(pcp->count < high))
		return;
	free_pcppages_bulk(mm, zone, this_cpu->id, nr_pcp_free(pcp, high, free_high), list, FLUSH_FREE);
	end_below_high(mm, zone);
}

static void free_unref_page_commit(struct mm *mm, struct zone *zone, struct per_cpu_pages *pcp, struct page *page,
				   unsigned order, unsigned type)
{
	unsigned list = pcp_list(mm, order, type);

	pcp->tuning.alloc_factor >>= 1;
	list_add(&page->lru, &pcp->lists[list]);
	pcp->count += 1u << order;
	mm_announce((struct mm_event){ .type = EVENT_PCP_FREE,
				       .pfn = page_pfn(mm, page),
				       .order = (u8)order,
				       .migratetype = (u8)type });
	count_vm_events(PGFREE, 1ULL << order);
	flush_if_full(mm, zone, pcp, order, list);
}

/* CMA and reserved pages wait among the movable ones; where they belong is looked up when they leave. */
void free_unref_page(struct mm *mm, struct zone *zone, struct page *page, unsigned order)
{
	struct per_cpu_pages *pcp = pcp_trylock(zone);
	unsigned type = pageblock_type(mm, page_pfn(mm, page));

	if (unlikely(marked(!pcp, MARK_PCP_FREE_PASSES))) {
		free_to_buddy(mm, zone, page, order);
		return;
	}
	if (likely(type != MIGRATE_ISOLATE))
		free_unref_page_commit(mm, zone, pcp, page, order, is_migrate_mergeable(type) ? type : MIGRATE_MOVABLE);
	spin_unlock(&pcp->lock);
	if (unlikely(marked(type == MIGRATE_ISOLATE, MARK_PCP_FREE_INTO_ISOLATED)))
		free_to_buddy(mm, zone, page, order);
}

/* --- drains ------------------------------------------------------------------------------------------------------------------- */

void drain_pages_zone(struct mm *mm, struct zone *zone, unsigned cpu)
{
	struct per_cpu_pages *pcp = zone->pcp[cpu];
	bool more = true;

	while (more) {
		sim_tick();
		spin_lock(&pcp->lock);
		free_pcppages_bulk(mm, zone, cpu, most_at_a_time(pcp), 0, FLUSH_DRAIN);
		more = pcp->count;
		spin_unlock(&pcp->lock);
	}
}

static void drain_pages(struct mm *mm, unsigned cpu)
{
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			drain_pages_zone(mm, mm->zone[i], cpu);
}

static void announce_drain(unsigned zone)
{
	mm_announce((struct mm_event){ .type = EVENT_DRAIN_ALL, .zone = (u8)zone });
}

void drain_local_pages(void)
{
	drain_pages(current_mm(), this_cpu->id);
}

void drain_all_pages(void)
{
	struct mm *mm = current_mm();

	sim_may_sleep("drain_all_pages"); /* other CPUs are waited for */
	if (marked(xchg_acquire(&mm->draining_all, true), MARK_PCP_DRAIN_RUNS_ALREADY))
		return;
	announce_drain(NR_ZONE_IDS);
	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		drain_pages(mm, cpu);
	smp_store_release(&mm->draining_all, false);
}

static struct zone *managed_zone(struct mm *mm, unsigned nid, unsigned index)
{
	struct zone *zone = nid < MAX_NUMNODES && index < MAX_NR_ZONES ? mm->zone[nid * MAX_NR_ZONES + index] : NULL;

	return zone && zone->managed_pages ? zone : NULL;
}

/* The sizes of all CPUs change at one moment, the one announced: a list that is being worked on is drained after that. */
static void disable_lists(struct mm *mm, struct zone *zone)
{
	fetch_or_relaxed(&mm->pcp_disabled, 1u << zone_id(zone));
	zone_disable_pagesets(zone);
	announce_drain(zone_id(zone));
}

int zone_pcp_disable(unsigned nid, unsigned index)
{
	struct mm *mm = current_mm();
	struct zone *zone = managed_zone(mm, nid, index);
	unsigned depth;

	if (!zone)
		return -EINVAL;
	step_lock(&mm->knob_lock);
	depth = zone->pcp_disable_depth;
	if (depth < UINT8_MAX)
		zone->pcp_disable_depth++;
	if (!depth)
		disable_lists(mm, zone);
	step_unlock(&mm->knob_lock);
	if (depth == UINT8_MAX)
		return -EINVAL;
	if (marked(depth, MARK_PCP_DISABLED_TWICE))
		return 0;
	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		drain_pages_zone(mm, zone, cpu);
	return 0;
}

int zone_pcp_enable(unsigned nid, unsigned index)
{
	struct mm *mm = current_mm();
	struct zone *zone = managed_zone(mm, nid, index);
	unsigned depth;

	if (!zone)
		return -EINVAL;
	step_lock(&mm->knob_lock);
	depth = zone->pcp_disable_depth;
	if (depth)
		zone->pcp_disable_depth--;
	if (depth == 1) {
		fetch_and_relaxed(&mm->pcp_disabled, ~(1u << zone_id(zone)));
		zone_pcp_update(mm, zone);
	}
	step_unlock(&mm->knob_lock);
	return depth ? 0 : -EINVAL;
}

void page_alloc_cpu_dead(unsigned cpu)
{
	struct mm *mm = current_mm();

	if (cpu >= nr_cpus())
		return;
	drain_pages(mm, cpu);
	vm_stat_fold_cpu(mm, cpu);
}

/* --- decay [P11] --------------------------------------------------------------------------------------------------------------- */

/* An eighth less, but not so much that more must go than may at a time. */
static u32 decayed_high(const struct per_cpu_pages *pcp)
{
	s64 high = pcp->tuning.high, lowest = (s64)pcp->count - (s64)most_at_a_time(pcp);

	if (high <= (s64)pcp->high_min)
		return (u32)high;
	high = max_of(high - high / 8, (s64)pcp->high_min);
	marked(high < lowest, MARK_PCP_DECAY_CUT);
	return in_bounds(pcp, max_of(high, lowest));
}

void decay_pcp_high(struct mm *mm, struct zone *zone)
{
	struct per_cpu_pages *pcp = this_cpu_pcp(zone);
	u32 before;

	spin_lock(&pcp->lock);
	before = pcp->tuning.high;
	pcp->tuning.high = decayed_high(pcp);
	if (pcp->count > pcp->tuning.high)
		free_pcppages_bulk(mm, zone, this_cpu->id, (s64)pcp->count - (s64)pcp->tuning.high, 0, FLUSH_DECAY);
	else if (pcp->tuning.high != before)
		announce_flush(mm, zone, this_cpu->id, 0, 0, FLUSH_DECAY);
	spin_unlock(&pcp->lock);
}
