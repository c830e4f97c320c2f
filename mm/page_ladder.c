/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_ladder.c - what a request may do, zone by zone and try by try, until it is served or refused.
 *
 *   fast     low mark, without breaking into other types' pageblocks          served? done
 *   slow     min mark; who cannot wait goes below it                          wakes kswapd
 *   lap      what PF_MEMALLOC and OOM victims may use besides
 *            reclaim; then reserves are given up and all per-CPU lists drained
 *            another lap while reclaim has progress, or has not been tried often enough
 *            high mark: has somebody freed enough meanwhile? If not, somebody is killed, and there is another lap
 *   nofail   all there is, then half of what is below min, then another lap
 *   refused  with a report
 *
 * Each try is one walk over the zonelist and is announced when it begins; a try that another one follows gave nothing.
 *
 * Rules [Z3] type of a request  [B25] order  [B26] bulk  [L1] [L2] walk  [L3] laps  [L4] retries  [L6] the high mark
 *       [L7] [L8] nofail  [L12] counters  [L13] who never sleeps  [W8] [W9] flags  [Z5] this node only  [R18] node_reclaim
 * Locks: oom_lock around the last look and the decision. Sleeps: reclaim, drains and the wait for a victim, with
 *   __GFP_DIRECT_RECLAIM.
 * Unlike Linux: no compaction (it counts as skipped), no cpusets; a request that may not sleep and says it does is reported and
 * goes on as one that does not; free pages count once when a retry is considered; a lap without progress takes a moment where
 * something is dirty or being written, since time passes for those alone who sleep; a request that cannot wait for the
 * filesystem, for which nobody is killed, gives up after nofail_laps of these laps. So does __GFP_NOFAIL for which nobody is killed,
 * be it for its order, its mask or who asks: where it is alone nobody else would ever free anything. Before vm_init() nobody
 * can be killed at all.
 */
#include "vmscan_internal.h"

struct alloc_context {
	struct mm *mm;
	const struct zonelist *list;
	struct zone *preferred; /* the first allowed one; NULL: there is none */
	gfp_t gfp;
	unsigned order, highest, type;
};

/* --- reports ----------------------------------------------------------------------------------------------------------------- */

/* Of those who come here one is the first. */
static bool first_time(bool *before)
{
	return !READ_ONCE(*before) && !xchg_relaxed(before, true);
}

static sim_cold bool refuse_order(struct mm *mm, gfp_t gfp, unsigned order)
{
	if (!(gfp & __GFP_NOWARN) && first_time(&mm->order_warned)) {
		sim_log("WARNING: page allocation of order %u, the largest is %u\n", order, mm->max_order);
		mm_report(REPORT_ORDER_TOO_BIG, 0, order, gfp);
	}
	return false;
}

static bool order_is_legal(struct mm *mm, gfp_t gfp, unsigned order)
{
	return likely(order <= mm->max_order) || refuse_order(mm, gfp, order);
}

static sim_cold unsigned report_two_types(struct mm *mm, gfp_t gfp)
{
	if (first_time(&mm->migratetype_warned)) {
		sim_log_text("WARNING: gfp with both __GFP_MOVABLE and __GFP_RECLAIMABLE\n");
		mm_report(REPORT_MIGRATETYPE, 0, 0, gfp);
	}
	return MIGRATE_UNMOVABLE;
}

/* [Z3] */
static unsigned gfp_migratetype(struct mm *mm, gfp_t gfp)
{
	unsigned type = (gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE)) >> 3;

	if (unlikely(type >= MIGRATE_PCPTYPES))
		return report_two_types(mm, gfp);
	return unlikely(mm->mobility_disabled) ? (unsigned)MIGRATE_UNMOVABLE : type;
}

static sim_cold void warn_nofail(const struct alloc_context *ac, enum nofail_misuse why)
{
	static const char *const text[NR_NOFAIL_MISUSES] = {
		[NOFAIL_ORDER] = "with an order above 1",
		[NOFAIL_ATOMIC] = "where it cannot sleep",
		[NOFAIL_MEMALLOC] = "by a task that reclaims",
		[NOFAIL_COSTLY] = "with a costly order",
	};

	if (fetch_or_relaxed(&ac->mm->nofail_warned, (u8)(1u << why)) >> why & 1)
		return;
	sim_log("WARNING: __GFP_NOFAIL %s\n", text[why]);
	mm_report(REPORT_NOFAIL, 0, why, ac->gfp);
}

/* --- flags ------------------------------------------------------------------------------------------------------------------- */

static unsigned cma_flag(const struct alloc_context *ac)
{
	return ac->type == MIGRATE_MOVABLE ? ALLOC_CMA : 0;
}

/* Where DMA32 lies below, an ordinary request goes there rather than into a pageblock of another type. [L1] */
static unsigned nofragment_flag(const struct alloc_context *ac)
{
	const struct zone *dma32;

	if (ac->preferred->index != ZONE_NORMAL)
		return 0;
	if (ac->mm->nr_nodes == 1)
		return ALLOC_NOFRAGMENT;
	dma32 = ac->mm->zone[ac->preferred->nid * MAX_NR_ZONES + ZONE_DMA32];
	return dma32 && dma32->present_pages ? ALLOC_NOFRAGMENT : 0;
}

static unsigned fast_flags(const struct alloc_context *ac)
{
	return ALLOC_WMARK_LOW | (ac->gfp & __GFP_KSWAPD_RECLAIM) | cma_flag(ac);
}

static bool in_interrupt(void)
{
	return this_cpu->hardirq || this_cpu->softirq || this_cpu->nmi;
}

/* [W8] */
static unsigned slow_flags(const struct alloc_context *ac)
{
	unsigned flags = ALLOC_WMARK_MIN | ALLOC_CPUSET | (ac->gfp & (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)) | cma_flag(ac);

	_Static_assert(__GFP_HIGH == (unsigned)ALLOC_MIN_RESERVE && __GFP_KSWAPD_RECLAIM == (unsigned)ALLOC_KSWAPD, "W7");
	if (ac->gfp & __GFP_DIRECT_RECLAIM) {
		if (marked((this_cpu->task_flags & PF_REALTIME) && !in_interrupt(), MARK_RIGHTS_OF_REALTIME))
			flags |= ALLOC_MIN_RESERVE;
		return flags;
	}
	if (!marked(ac->gfp & __GFP_NOMEMALLOC, MARK_RIGHTS_DECLINED)) {
		flags |= ALLOC_NON_BLOCK;
		if (ac->order && (flags & ALLOC_MIN_RESERVE))
			flags |= ALLOC_HIGHATOMIC;
	}
	return flags & ALLOC_MIN_RESERVE ? flags & ~(unsigned)ALLOC_CPUSET : flags;
}

/* Who frees memory gets some first. [W9] */
static unsigned reserve_flags(gfp_t gfp)
{
	u32 task = this_cpu->task_flags;

	if (gfp & __GFP_NOMEMALLOC)
		return 0;
	if (marked(gfp & __GFP_MEMALLOC, MARK_RIGHTS_BY_MASK))
		return ALLOC_NO_WATERMARKS;
	if (marked(this_cpu->softirq && (task & PF_MEMALLOC), MARK_RIGHTS_IN_SOFTIRQ))
		return ALLOC_NO_WATERMARKS;
	if (in_interrupt()) {
		marked(task & (PF_MEMALLOC | PF_OOM_VICTIM), MARK_RIGHTS_NOT_IN_INTERRUPT);
		return 0;
	}
	if (task & PF_MEMALLOC)
		return ALLOC_NO_WATERMARKS;
	return tsk_is_oom_victim() ? ALLOC_OOM : 0;
}

/* --- one try ------------------------------------------------------------------------------------------------------------------- */

/* May the request have pages of this zone? Where it leaves the zone is noted on the way. [L2] */
static bool zone_may_serve(const struct alloc_context *ac, struct zone *zone, unsigned flags)
{
	u64 mark;

	if (!zone_has_flag(zone, ZONE_BELOW_HIGH)) {
		mark = wmark_pages(zone, WMARK_HIGH);
		if (likely(zone_watermark_fast(ac->mm, zone, ac->order, mark, ac->highest, flags)))
			return true;
		zone_set_below_high(zone, true);
	}
	mark = wmark_pages(zone, (enum zone_watermark)(flags & ALLOC_WMARK_MASK));
	return zone_watermark_fast(ac->mm, zone, ac->order, mark, ac->highest, flags) ||
	       marked(flags & ALLOC_NO_WATERMARKS, MARK_WMARK_IGNORED);
}

/* Somebody broke into a pageblock and lifted the marks: kswapd is to make room. [B16] */
static sim_cold void wake_for_boost(const struct alloc_context *ac, struct zone *zone)
{
	count_mark(MARK_BOOST_WAKES_KSWAPD);
	zone_clear_flag(zone, ZONE_BOOSTED_WATERMARK);
	wakeup_kswapd(ac->mm, zone, 0, 0);
}

/* Blocks came from the zone. [L12] [Z9] */
static void note_served(const struct alloc_context *ac, struct zone *zone, unsigned long blocks)
{
	count_vm_events(PGALLOC_DMA + zone->index, (u64)blocks << ac->order);
	zone_statistics(ac->preferred, zone, blocks);
}

static struct page *rmqueue(const struct alloc_context *ac, struct zone *zone, unsigned flags)
{
	struct page *page = NULL;

	if (likely(pcp_allowed_order(ac->mm, ac->order)))
		page = rmqueue_pcplist(ac->mm, zone, ac->order, ac->type, flags);
	if (unlikely(!page))
		page = rmqueue_buddy(ac->mm, zone, ac->order, ac->type, flags);
	if (unlikely(!page))
		return NULL;
	note_served(ac, zone, 1);
	if (unlikely((flags & ALLOC_KSWAPD) && zone_has_flag(zone, ZONE_BOOSTED_WATERMARK)))
		wake_for_boost(ac, zone);
	return page;
}

/* The zone is below the mark, and near: maybe something of its node can be reclaimed before another one is used. [R18] */
static sim_cold bool zone_serves_after_reclaim(const struct alloc_context *ac, struct zone *zone, unsigned flags)
{
	return node_reclaim(zone, ac->gfp, ac->order) >= 0 && zone_may_serve(ac, zone, flags);
}

static bool node_reclaim_enabled(const struct mm *mm)
{
	return unlikely(vm_works(mm) && READ_ONCE(mm->vm->knob[VM_ZONE_RECLAIM_MODE]));
}

/* NOFRAGMENT asks the preferred node alone: what is near matters more than what is tidy. */
static struct page *walk_zonelist(const struct alloc_context *ac, unsigned flags)
{
	for (unsigned i = 0; i < ac->list->nr; i++) {
		struct zone *zone = ac->list->zone[i];
		struct page *page;

		sim_tick();
		if (zone->index > ac->highest)
			continue;
		if (marked((flags & ALLOC_NOFRAGMENT) && zone->nid != ac->preferred->nid, MARK_NOFRAGMENT_STAYS_HOME))
			return NULL;
		if (!zone_may_serve(ac, zone, flags) &&
		    !(node_reclaim_enabled(ac->mm) && zone_serves_after_reclaim(ac, zone, flags)))
			continue;
		page = rmqueue(ac, zone, flags);
		if (!page)
			continue;
		prep_new_page(ac->mm, page, ac->order, ac->gfp, ac->type, flags);
		if (unlikely(flags & ALLOC_HIGHATOMIC))
			reserve_highatomic_pageblock(ac->mm, zone, page, ac->order);
		return page;
	}
	return NULL;
}

static struct page *get_page_from_freelist(const struct alloc_context *ac, unsigned flags)
{
	struct page *page;

	mm_announce((struct mm_event){
		.type = EVENT_ATTEMPT, .gfp = ac->gfp, .order = (u8)ac->order, .alloc_flags = flags,
		.context = vm_works(ac->mm) ? (u8)this_cpu->task_flags : 0 });
	page = walk_zonelist(ac, flags);
	if (unlikely(!page && marked(flags & ALLOC_NOFRAGMENT, MARK_NOFRAGMENT_GIVEN_UP)))
		page = walk_zonelist(ac, flags & ~(unsigned)ALLOC_NOFRAGMENT);
	return page;
}

/* --- slow path ------------------------------------------------------------------------------------------------------------------ */

enum step { SERVED, LAP, NOPAGE, FAIL };

struct slowpath {
	unsigned flags;
	bool can_reclaim, costly;
	unsigned loops; /* laps without progress */
	unsigned laps;	/* laps of one that may not fail, or for whom nobody is killed */
	struct page *page;
};

static void wake_all_kswapds(const struct alloc_context *ac, unsigned flags)
{
	u32 seen = 0;

	if (!(flags & ALLOC_KSWAPD))
		return;
	for (unsigned i = 0; i < ac->list->nr; i++) {
		struct zone *zone = ac->list->zone[i];

		if (zone->index > ac->highest || (seen >> zone->nid & 1))
			continue;
		seen |= 1u << zone->nid;
		wakeup_kswapd(ac->mm, zone, ac->gfp, ac->order);
	}
}

/* true: there is a page. */
static bool attempt(const struct alloc_context *ac, struct slowpath *s, unsigned flags)
{
	s->page = get_page_from_freelist(ac, flags);
	return s->page;
}

/* Within the task's cpuset, then anywhere. */
static bool attempt_anywhere(const struct alloc_context *ac, struct slowpath *s, unsigned flags)
{
	return attempt(ac, s, flags | ALLOC_CPUSET) || attempt(ac, s, flags);
}

/* What others keep for themselves is looked at only when reclaim has worked and somebody else had the pages. */
static bool direct_reclaim(const struct alloc_context *ac, struct slowpath *s, u64 *progress)
{
	count_vm_events(ALLOCSTALL_DMA + ac->preferred->index, 1);
	*progress = try_to_free_pages(ac->mm, ac->list, ac->gfp, ac->order);
	mm_announce((struct mm_event){ .type = EVENT_DIRECT_RECLAIM, .order = (u8)ac->order, .asked = (u32)*progress });
	if (!*progress)
		return false;
	if (attempt(ac, s, s->flags))
		return marked(true, MARK_RECLAIM_SERVES_AT_ONCE);
	unreserve_highatomic_pageblock(ac->mm, ac->list, ac->highest, ac->type, false);
	drain_all_pages();
	return marked(attempt(ac, s, s->flags), MARK_RECLAIM_SERVES_AFTER_DRAIN);
}

/* What a zone has, if all that could be reclaimed were. */
static s64 available_pages(const struct alloc_context *ac, const struct zone *zone)
{
	u64 free = zone_page_state_snapshot(zone, NR_FREE_PAGES);

	return (s64)(vm_works(ac->mm) ? free + zone_reclaimable_pages(zone) : free);
}

/* Would some zone give, if it had all that? [L4] */
static bool retry_may_help(const struct alloc_context *ac, unsigned flags)
{
	for (unsigned i = 0; i < ac->list->nr; i++) {
		const struct zone *zone = ac->list->zone[i];

		sim_tick();
		if (zone->index <= ac->highest &&
		    __zone_watermark_ok(ac->mm, zone, ac->order, wmark_pages(zone, WMARK_MIN), ac->highest, flags,
					available_pages(ac, zone)))
			return true;
	}
	return false;
}

/* Some of what was being written is written. */
static bool something_is_written(void *arg)
{
	const u64 *writeback = arg;

	return global_node_page_state(NR_WRITEBACK) < *writeback;
}

/* Those who write, and those who free, have to come to it. */
static void let_others_write(void)
{
	u64 writeback = global_node_page_state(NR_WRITEBACK);

	if (!writeback && !global_node_page_state(NR_FILE_DIRTY))
		return;
	if (!writeback)
		wakeup_flusher();
	reclaim_wait(WAIT_NO_PROGRESS, something_is_written, &writeback, JIFFY_NS, "something to be written");
}

static bool should_reclaim_retry(const struct alloc_context *ac, struct slowpath *s, u64 progress)
{
	s->loops = progress ? 0 : s->loops + 1; /* of costly orders nobody asks */
	if (!marked(s->loops > MAX_RECLAIM_RETRIES, MARK_RETRIES_USED_UP) && retry_may_help(ac, s->flags)) {
		if (!progress && vm_works(ac->mm))
			let_others_write();
		return true;
	}
	return marked(unreserve_highatomic_pageblock(ac->mm, ac->list, ac->highest, ac->type, true),
		      MARK_RETRY_WITH_RESERVE);
}

/* What a request gets for which nobody can be killed, though somebody would be. Before vm_init(). [L6] */
static bool would_kill(const struct alloc_context *ac)
{
	return (ac->gfp & __GFP_NOFAIL) && may_kill_for(ac->gfp, ac->order, ac->highest);
}

/*
 * Is enough free by now? If not, somebody gives up what he has: *killed says so, or that somebody else decides already. Who may
 * not fail has all there is then: he may be what the victim waits for. [L6]
 */
static bool may_oom(const struct alloc_context *ac, struct slowpath *s, bool *killed)
{
	bool reclaims = vm_works(ac->mm);

	if (reclaims && !oom_trylock()) {
		*killed = true;
		return false;
	}
	if (!attempt(ac, s, ALLOC_WMARK_HIGH | ALLOC_CPUSET)) {
		*killed = reclaims ? may_oom_kill(ac->gfp, ac->order, ac->highest) : would_kill(ac);
		if (*killed && (ac->gfp & __GFP_NOFAIL))
			marked(attempt_anywhere(ac, s, ALLOC_NO_WATERMARKS), MARK_NOFAIL_TAKES_ALL);
	} else {
		count_mark(MARK_OOM_NOT_NEEDED);
	}
	if (reclaims)
		oom_unlock();
	return s->page;
}

/* Laps are counted where nobody is killed for it. */
static enum step next_lap(struct slowpath *s)
{
	return marked(++s->laps >= this_cpu->machine->param[PARAM_NOFAIL_LAPS], MARK_NOFAIL_GIVES_UP) ? FAIL : LAP;
}

static bool nobody_dies_for(const struct alloc_context *ac)
{
	return !vm_works(ac->mm) || !may_kill_for(ac->gfp, ac->order, ac->highest) || !(ac->gfp & __GFP_FS) ||
	       (this_cpu->task_flags & PF_MEMALLOC);
}

static bool victim_has_had_its_share(const struct alloc_context *ac, const struct slowpath *s)
{
	return tsk_is_oom_victim() && ((s->flags & ALLOC_OOM) || (ac->gfp & __GFP_NOMEMALLOC));
}

/* Nobody is killed for it, whatever it does: it cannot go on for ever, since the filesystem may wait for it. */
static bool waits_in_vain(const struct alloc_context *ac, struct slowpath *s)
{
	return vm_works(ac->mm) && !(ac->gfp & __GFP_FS) &&
	       ++s->laps >= this_cpu->machine->param[PARAM_NOFAIL_LAPS];
}

static bool something_is_free(void *arg)
{
	const u64 *freed = arg;

	return vm_events_sum(PGFREE) != *freed;
}

/* Who may not fail and has nobody killed waits for others to free something; so does a victim that had all reserves before it was one. */
static void let_others_free(void)
{
	u64 freed = vm_events_sum(PGFREE);

	reclaim_wait(WAIT_NO_PROGRESS, something_is_free, &freed, 10 * JIFFY_NS, "something to be freed");
}

/* A victim is to go on at once, and to end; with rights of its own it is never refused, and time must pass until it is reaped. */
static void wait_for_victim(const struct slowpath *s)
{
	if (tsk_is_oom_victim() && (s->flags & ALLOC_NO_WATERMARKS))
		let_others_free();
	else
		oom_wait();
}

static enum step one_lap(const struct alloc_context *ac, struct slowpath *s)
{
	unsigned reserve = reserve_flags(ac->gfp);
	bool killed = false;
	u64 progress;

	wake_all_kswapds(ac, s->flags);
	if (reserve)
		s->flags = reserve | cma_flag(ac) | (s->flags & ALLOC_KSWAPD);
	if (attempt(ac, s, s->flags))
		return SERVED;
	if (!s->can_reclaim || (this_cpu->task_flags & PF_MEMALLOC))
		return NOPAGE;
	if (direct_reclaim(ac, s, &progress))
		return SERVED;
	if (s->costly || (ac->gfp & __GFP_NORETRY))
		return NOPAGE;
	if (should_reclaim_retry(ac, s, progress))
		return LAP;
	if (may_oom(ac, s, &killed))
		return SERVED;
	if (!killed || marked(victim_has_had_its_share(ac, s), MARK_OOM_VICTIM_HAD_ITS_SHARE) || waits_in_vain(ac, s))
		return NOPAGE;
	s->loops = 0;
	if (!vm_works(ac->mm))
		return next_lap(s);
	wait_for_victim(s);
	return LAP;
}

/* A request that may not fail gets some of the reserves, and never all of them: others live on what remains. [L7] [L8] */
static enum step no_page(const struct alloc_context *ac, struct slowpath *s)
{
	if (likely(!(ac->gfp & __GFP_NOFAIL)))
		return FAIL;
	if (!s->can_reclaim) {
		warn_nofail(ac, NOFAIL_ATOMIC);
		return FAIL;
	}
	if (this_cpu->task_flags & PF_MEMALLOC)
		warn_nofail(ac, NOFAIL_MEMALLOC);
	if (s->costly)
		warn_nofail(ac, NOFAIL_COSTLY);
	if (marked(attempt_anywhere(ac, s, ALLOC_MIN_RESERVE), MARK_NOFAIL_BELOW_MIN))
		return SERVED;
	if (vm_works(ac->mm))
		let_others_free();
	return nobody_dies_for(ac) ? next_lap(s) : LAP;
}

static struct page *alloc_pages_slowpath(const struct alloc_context *ac)
{
	struct slowpath s = { .can_reclaim = (ac->gfp & __GFP_DIRECT_RECLAIM) && !sim_in_atomic(),
			      .costly = ac->order > ac->mm->costly_order,
			      .flags = slow_flags(ac) };
	enum step step = LAP;

	if ((ac->gfp & __GFP_NOFAIL) && ac->order > 1)
		warn_nofail(ac, NOFAIL_ORDER);
	wake_all_kswapds(ac, s.flags);
	if (attempt(ac, &s, s.flags))
		return s.page;
	if (marked(s.costly && s.can_reclaim && (ac->gfp & __GFP_NORETRY), MARK_COSTLY_DOES_WITHOUT))
		step = NOPAGE;
	while (step == LAP || step == NOPAGE) {
		sim_tick();
		step = step == LAP ? one_lap(ac, &s) : no_page(ac, &s);
	}
	return s.page;
}

/* --- requests ------------------------------------------------------------------------------------------------------------------- */

static struct zone *preferred_zone(const struct zonelist *list, unsigned highest)
{
	for (unsigned i = 0; i < list->nr; i++)
		if (list->zone[i]->index <= highest)
			return list->zone[i];
	return NULL;
}

/* false: the program wants this request to fail. */
static bool prepare_alloc_pages(struct alloc_context *ac, int nid, gfp_t gfp, unsigned order)
{
	struct mm *mm = current_mm();

	gfp = current_gfp_context(gfp);
	*ac = (struct alloc_context){ .mm = mm,
				      .list = &mm->zonelist[nid][!!(gfp & __GFP_THISNODE)],
				      .gfp = gfp,
				      .order = order,
				      .highest = gfp_zone(gfp),
				      .type = gfp_migratetype(mm, gfp) };
	ac->preferred = preferred_zone(ac->list, ac->highest);
	might_sleep_if(gfp & __GFP_DIRECT_RECLAIM);
	return likely(!should_fail_alloc_page(gfp, order));
}

static struct page *__alloc_pages(int nid, gfp_t gfp, unsigned order)
{
	struct alloc_context ac;
	struct page *page = NULL;

	if (!order_is_legal(current_mm(), gfp, order)) /* [B25] */
		return NULL;
	if (prepare_alloc_pages(&ac, nid, gfp, order) && likely(ac.preferred)) {
		page = get_page_from_freelist(&ac, fast_flags(&ac) | nofragment_flag(&ac));
		if (unlikely(!page))
			page = alloc_pages_slowpath(&ac);
	}
	if (unlikely(!page))
		warn_alloc_failure(ac.gfp, order);
	return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned order)
{
	return __alloc_pages(this_cpu->node, gfp, order);
}

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned order)
{
	return __alloc_pages(nid == NUMA_NO_NODE ? this_cpu->node : nid, gfp, order);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned order)
{
	struct page *page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

/* --- bulk [B26] ------------------------------------------------------------------------------------------------------------------ */

static unsigned long populated(struct page **array, unsigned long n, unsigned long nr)
{
	while (n < nr && array[n])
		n++;
	return n;
}

/* A zone near by that stays above its low mark when it has given the whole array; NULL: there is none. */
static struct zone *bulk_zone(const struct alloc_context *ac, unsigned flags, unsigned long nr)
{
	mm_announce((struct mm_event){
		.type = EVENT_ATTEMPT, .gfp = ac->gfp, .source_order = 1, .pfn = nr, .alloc_flags = flags,
		.context = vm_works(ac->mm) ? (u8)this_cpu->task_flags : 0 });
	for (unsigned i = 0; i < ac->list->nr; i++) {
		struct zone *zone = ac->list->zone[i];

		sim_tick();
		if (zone->index > ac->highest)
			continue;
		if (marked(zone->nid != ac->preferred->nid, MARK_BULK_STAYS_HOME))
			return NULL;
		if (zone_watermark_fast(ac->mm, zone, 0, wmark_pages(zone, WMARK_LOW) + nr, ac->highest, flags))
			return zone;
	}
	return NULL;
}

/* Pages of one list into the empty slots from n on; returns how many there were. */
static unsigned long fill_from_list(const struct alloc_context *ac, struct zone *zone, struct per_cpu_pages *pcp,
				    unsigned flags, unsigned long n, unsigned long nr, struct page **array)
{
	unsigned long got = 0;

	for (n = populated(array, n, nr); n < nr; n = populated(array, n, nr)) {
		struct page *page = pcp_take(ac->mm, zone, pcp, 0, ac->type, flags);

		sim_tick();
		if (!page) {
			count_mark(MARK_BULK_RUNS_OUT);
			break;
		}
		prep_new_page(ac->mm, page, 0, ac->gfp, ac->type, 0);
		array[n] = page;
		got++;
	}
	return got;
}

static unsigned long alloc_from_pcp(const struct alloc_context *ac, unsigned long n, unsigned long nr, struct page **array)
{
	unsigned flags = fast_flags(ac);
	struct zone *zone = ac->preferred ? bulk_zone(ac, flags, nr) : NULL;
	struct per_cpu_pages *pcp = zone ? pcp_trylock(zone) : NULL;
	unsigned long got;

	if (!pcp)
		return 0;
	pcp->tuning.free_count >>= 1;
	got = fill_from_list(ac, zone, pcp, flags, n, nr, array);
	spin_unlock(&pcp->lock);
	if (got)
		note_served(ac, zone, got);
	return got;
}

unsigned long alloc_pages_bulk(gfp_t gfp, unsigned long nr, struct page **array)
{
	unsigned long n = populated(array, 0, nr);
	struct alloc_context ac;
	bool one_page;

	if (n >= nr)
		return n;
	if (!prepare_alloc_pages(&ac, this_cpu->node, gfp, 0))
		return n;
	one_page = nr - n == 1 || marked(ac.mm->page_owner, MARK_BULK_ONE_BY_ONE);
	if (one_page || !alloc_from_pcp(&ac, n, nr, array))
		array[n] = alloc_pages(gfp, 0);
	return populated(array, n, nr);
}
