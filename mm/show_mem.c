/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show_mem.c - what the page layer says: buddyinfo, gfp names, and its reports, in the kernel's forms.
 *
 *   mmcheck: page allocation failure: order:2, mode:0xcc0(GFP_KERNEL), nodemask=(null),cpuset=/,mems_allowed=0
 *   Mem-Info:
 *   ...                        what is in use, of the machine, then of each node
 *   Node 0 DMA free:...        marks and counters of each zone the request may use, then its free lists
 *   ...                        totals
 *
 * Invariants:
 *   [F8]  one failure report in warn_interval at most; none for __GFP_NOWARN, nor for a DMA zone that nobody has
 *   [F10] a zone's lists add up to its "= kB"; what is said of lists of pages is said of each zone, its node and all alike
 *   [B21] sixty reports of bad pages in a minute at most; those left out are counted, and the next one says how many
 * Locks: zone->lock, to see the lists of a zone as they are at one moment.
 * Unlike Linux: no stack trace, no hugetlb lines; counters of layers that are not there are 0.
 */
#include "textbuf.h"
#include "vm_internal.h"

static const char *const zone_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };

const char *zone_name(unsigned zone)
{
	return zone < MAX_NR_ZONES ? zone_names[zone] : "?";
}

/* Composite names first, the longest first. [F11] */
static const struct {
	gfp_t mask;
	const char *name;
} gfp_names[] = {
	{ GFP_TRANSHUGE, "GFP_TRANSHUGE" },
	{ GFP_TRANSHUGE_LIGHT, "GFP_TRANSHUGE_LIGHT" },
	{ GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE" },
	{ GFP_HIGHUSER, "GFP_HIGHUSER" },
	{ GFP_USER, "GFP_USER" },
	{ GFP_KERNEL_ACCOUNT, "GFP_KERNEL_ACCOUNT" },
	{ GFP_KERNEL, "GFP_KERNEL" },
	{ GFP_NOFS, "GFP_NOFS" },
	{ GFP_ATOMIC, "GFP_ATOMIC" },
	{ GFP_NOIO, "GFP_NOIO" },
	{ GFP_NOWAIT, "GFP_NOWAIT" },
	{ GFP_DMA, "GFP_DMA" },
	{ __GFP_HIGHMEM, "__GFP_HIGHMEM" },
	{ GFP_DMA32, "GFP_DMA32" },
	{ __GFP_HIGH, "__GFP_HIGH" },
	{ __GFP_IO, "__GFP_IO" },
	{ __GFP_FS, "__GFP_FS" },
	{ __GFP_NOWARN, "__GFP_NOWARN" },
	{ __GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL" },
	{ __GFP_NOFAIL, "__GFP_NOFAIL" },
	{ __GFP_NORETRY, "__GFP_NORETRY" },
	{ __GFP_COMP, "__GFP_COMP" },
	{ __GFP_ZERO, "__GFP_ZERO" },
	{ __GFP_NOMEMALLOC, "__GFP_NOMEMALLOC" },
	{ __GFP_MEMALLOC, "__GFP_MEMALLOC" },
	{ __GFP_HARDWALL, "__GFP_HARDWALL" },
	{ __GFP_THISNODE, "__GFP_THISNODE" },
	{ __GFP_RECLAIMABLE, "__GFP_RECLAIMABLE" },
	{ __GFP_MOVABLE, "__GFP_MOVABLE" },
	{ __GFP_ACCOUNT, "__GFP_ACCOUNT" },
	{ __GFP_WRITE, "__GFP_WRITE" },
	{ __GFP_RECLAIM, "__GFP_RECLAIM" },
	{ __GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM" },
	{ __GFP_KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM" },
	{ __GFP_ZEROTAGS, "__GFP_ZEROTAGS" },
};

unsigned gfp_flags_show(gfp_t gfp, char *out, unsigned bytes)
{
	struct text t = text_in(out, bytes);

	out[0] = 0;
	if (!gfp)
		text_words(&t, "none");
	for (size_t i = 0; gfp && i < ARRAY_SIZE(gfp_names); i++) {
		if ((gfp & gfp_names[i].mask) != gfp_names[i].mask)
			continue;
		text_words(&t, t.at > out ? "|" : "");
		text_words(&t, gfp_names[i].name);
		gfp &= ~gfp_names[i].mask;
	}
	if (gfp) {
		text_words(&t, t.at > out ? "|" : "");
		text_hex(&t, gfp);
	}
	return (unsigned)(t.at - out);
}

/* [F1] */
unsigned buddyinfo_show(char *out, unsigned bytes)
{
	const struct mm *mm = current_mm();
	struct text t = text_in(out, bytes);

	out[0] = 0;
	for (unsigned i = 0; i < MAX_ZONES; i++) {
		const struct zone *zone = mm->zone[i];

		if (!zone || !zone->present_pages)
			continue;
		text_words(&t, "Node ");
		text_number(&t, zone->nid, 0);
		text_words(&t, ", zone ");
		text_padded(&t, zone_name(zone->index), 8);
		text_words(&t, " ");
		for (unsigned o = 0; o <= mm->max_order; o++) {
			text_number(&t, READ_ONCE(zone->free_area[o].nr_free), 6);
			text_words(&t, " ");
		}
		text_words(&t, "\n");
	}
	return (unsigned)(t.at - out);
}

/* --- zones ---------------------------------------------------------------------------------------------------------- */

static u64 zone_state(const struct zone *zone, enum zone_stat_item item)
{
	return (u64)zone_page_state(zone, item);
}

bool zone_is_highmem(const struct zone *zone)
{
	return zone->index == ZONE_HIGHMEM ||
	       (zone->index == ZONE_MOVABLE && zone->start_pfn >= this_cpu->machine->param[PARAM_LOWMEM_PAGES]);
}

/* --- Mem-Info [F9]: of the zones up to the highest one the request may use ---------------------------------------- */

static void put_kbytes(struct text *t, const char *label, u64 pages)
{
	put_number(t, label, pages * (PAGE_SIZE / 1024));
	text_words(t, "kB");
}

static void put_zone_name(struct text *t, const struct zone *zone)
{
	put_number(t, "Node ", zone->nid);
	text_words(t, " ");
	text_words(t, zone_name(zone->index));
}

one_step static u64 local_pcp(const struct zone *zone, unsigned cpu)
{
	struct per_cpu_pages *pcp = zone->pcp[cpu];
	u64 pages;

	step_lock(&pcp->lock);
	pages = pcp->count;
	step_unlock(&pcp->lock);
	return pages;
}

static u64 free_pcp(const struct zone *zone)
{
	u64 pages = 0;

	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++)
		pages += local_pcp(zone, cpu);
	return pages;
}

static bool shown(const struct zone *zone, enum zone_type highest)
{
	return zone_is_populated(zone) && zone->index <= highest;
}

static u64 all_free_pcp(const struct mm *mm, enum zone_type highest)
{
	u64 pages = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (shown(mm->zone[i], highest))
			pages += free_pcp(mm->zone[i]);
	return pages;
}

static void put_global(struct text *t, const char *label, unsigned item)
{
	put_number(t, label, global_node_page_state((enum node_stat_item)item));
}

static void put_global_lists(struct text *t)
{
	put_global(t, "\nMem-Info:\nactive_anon:", NR_LRU_BASE + LRU_ACTIVE_ANON);
	put_global(t, " inactive_anon:", NR_LRU_BASE + LRU_INACTIVE_ANON);
	put_global(t, " isolated_anon:", NR_ISOLATED_ANON);
	put_global(t, "\n active_file:", NR_LRU_BASE + LRU_ACTIVE_FILE);
	put_global(t, " inactive_file:", NR_LRU_BASE + LRU_INACTIVE_FILE);
	put_global(t, " isolated_file:", NR_ISOLATED_FILE);
	put_global(t, "\n unevictable:", NR_LRU_BASE + LRU_UNEVICTABLE);
	put_global(t, " dirty:", NR_FILE_DIRTY);
	put_global(t, " writeback:", NR_WRITEBACK);
}

static void log_use(const struct mm *mm, enum zone_type highest)
{
	char lines[1000];
	struct text t = text_in(lines, sizeof(lines));
	u64 pcp = all_free_pcp(mm, highest);

	put_global_lists(&t);
	put_number(&t, "\n slab_reclaimable:", slab_pages(mm, true));
	put_number(&t, " slab_unreclaimable:", slab_pages(mm, false));
	put_global(&t, "\n mapped:", NR_FILE_MAPPED);
	put_global(&t, " shmem:0 pagetables:", NR_PAGETABLE);
	put_global(&t, "\n sec_pagetables:0 bounce:0\n kernel_misc_reclaimable:", NR_KERNEL_MISC_RECLAIMABLE);
	put_number(&t, "\n free:", global_zone_state(NR_FREE_PAGES));
	put_number(&t, " free_pcp:", pcp);
	put_number(&t, " free_cma:", global_zone_state(NR_FREE_CMA_PAGES));
	text_words(&t, "\n");
	sim_log_text(lines);
}

static bool node_has_managed_zones(const struct mm *mm, unsigned nid, enum zone_type highest)
{
	for (unsigned z = 0; z <= highest; z++) {
		const struct zone *zone = mm->zone[nid * MAX_NR_ZONES + z];

		if (zone && zone->managed_pages)
			return true;
	}
	return false;
}

static u64 node_state(unsigned nid, unsigned item)
{
	return vm_state() ? node_page_state(&vm_state()->node[nid], (enum node_stat_item)item) : 0;
}

static void log_node(unsigned nid)
{
	char line[800];
	struct text t = text_in(line, sizeof(line));

	put_number(&t, "Node ", nid);
	put_kbytes(&t, " active_anon:", node_state(nid, NR_LRU_BASE + LRU_ACTIVE_ANON));
	put_kbytes(&t, " inactive_anon:", node_state(nid, NR_LRU_BASE + LRU_INACTIVE_ANON));
	put_kbytes(&t, " active_file:", node_state(nid, NR_LRU_BASE + LRU_ACTIVE_FILE));
	put_kbytes(&t, " inactive_file:", node_state(nid, NR_LRU_BASE + LRU_INACTIVE_FILE));
	put_kbytes(&t, " unevictable:", node_state(nid, NR_LRU_BASE + LRU_UNEVICTABLE));
	put_kbytes(&t, " isolated(anon):", node_state(nid, NR_ISOLATED_ANON));
	put_kbytes(&t, " isolated(file):", node_state(nid, NR_ISOLATED_FILE));
	put_kbytes(&t, " mapped:", node_state(nid, NR_FILE_MAPPED));
	put_kbytes(&t, " dirty:", node_state(nid, NR_FILE_DIRTY));
	put_kbytes(&t, " writeback:", node_state(nid, NR_WRITEBACK));
	put_kbytes(&t,
		   " shmem:0kB shmem_thp:0kB shmem_pmdmapped:0kB anon_thp:0kB writeback_tmp:0kB kernel_stack:0kB"
		   " pagetables:",
		   node_state(nid, NR_PAGETABLE));
	text_words(&t, " sec_pagetables:0kB all_unreclaimable? ");
	text_words(&t, node_is_unreclaimable(nid) ? "yes\n" : "no\n");
	sim_log_text(line);
}

/* Pages of a zone on lists of its node. */
static void put_zone_lists(struct text *t, const struct zone *zone)
{
	const struct vm_state *vm = vm_state();
	const u64 *size = vm ? vm->node[zone->nid].lruvec.lru_size[zone->index] : (const u64[NR_LRU_LISTS]){ 0 };

	put_kbytes(t, "KB active_anon:", READ_ONCE(size[LRU_ACTIVE_ANON]));
	put_kbytes(t, " inactive_anon:", READ_ONCE(size[LRU_INACTIVE_ANON]));
	put_kbytes(t, " active_file:", READ_ONCE(size[LRU_ACTIVE_FILE]));
	put_kbytes(t, " inactive_file:", READ_ONCE(size[LRU_INACTIVE_FILE]));
	put_kbytes(t, " unevictable:", READ_ONCE(size[LRU_UNEVICTABLE]));
	put_kbytes(t, " writepending:", vm_zone_state(zone, NR_ZONE_WRITE_PENDING));
}

static void log_zone(const struct zone *zone)
{
	char lines[1000];
	struct text t = text_in(lines, sizeof(lines));

	put_zone_name(&t, zone);
	put_kbytes(&t, " free:", zone_state(zone, NR_FREE_PAGES));
	put_kbytes(&t, " boost:", READ_ONCE(zone->watermark_boost));
	put_kbytes(&t, " min:", wmark_pages(zone, WMARK_MIN));
	put_kbytes(&t, " low:", wmark_pages(zone, WMARK_LOW));
	put_kbytes(&t, " high:", wmark_pages(zone, WMARK_HIGH));
	put_number(&t, " reserved_highatomic:", READ_ONCE(zone->nr_reserved_highatomic) * (PAGE_SIZE / 1024));
	put_zone_lists(&t, zone);
	put_kbytes(&t, " present:", zone->present_pages);
	put_kbytes(&t, " managed:", zone->managed_pages);
	put_kbytes(&t, " mlocked:", vm_zone_state(zone, NR_MLOCK));
	put_kbytes(&t, " bounce:0kB free_pcp:", free_pcp(zone));
	put_kbytes(&t, " local_pcp:", local_pcp(zone, this_cpu->id));
	put_kbytes(&t, " free_cma:", zone_state(zone, NR_FREE_CMA_PAGES));
	text_words(&t, "\nlowmem_reserve[]:");
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		put_number(&t, " ", READ_ONCE(zone->lowmem_reserve[z]));
	text_words(&t, "\n");
	sim_log_text(lines);
}

/* A letter for each type that has a free block of this order. */
static void put_types(struct text *t, const struct free_area *area)
{
	text_words(t, "(");
	for (unsigned type = 0; type < MIGRATE_TYPES; type++)
		if (!list_empty(&area->free_list[type]))
			text_bytes(t, &"UMEHCI"[type], 1);
	text_words(t, ") ");
}

static void log_free_lists(const struct mm *mm, struct zone *zone)
{
	char line[600];
	struct text t = text_in(line, sizeof(line));
	unsigned long flags;
	u64 pages = 0;

	put_zone_name(&t, zone);
	text_words(&t, ": ");
	spin_lock_irqsave(&zone->lock, flags);
	for (unsigned o = 0; o <= mm->max_order; o++) {
		const struct free_area *area = &zone->free_area[o];

		text_number(&t, area->nr_free, 0);
		put_kbytes(&t, "*", 1ULL << o);
		text_words(&t, " ");
		if (area->nr_free)
			put_types(&t, area);
		pages += area->nr_free << o;
	}
	spin_unlock_irqrestore(&zone->lock, flags);
	put_kbytes(&t, "= ", pages);
	text_words(&t, "\n");
	sim_log_text(line);
}

static void put_page_cache(struct text *t, bool vm)
{
	put_global(t, "", NR_FILE_PAGES);
	put_global(t, " total pagecache pages\n", NR_SWAPCACHE);
	put_kbytes(t, " pages in swap cache\nFree swap  = ", vm ? get_nr_swap_pages() : 0);
	put_kbytes(t, "\nTotal swap = ", vm ? total_swap_pages() : 0);
	text_words(t, "\n");
}

static void log_totals(const struct mm *mm)
{
	char lines[400];
	struct text t = text_in(lines, sizeof(lines));
	u64 present = 0, reserved = 0, highmem = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (zone_is_populated(mm->zone[i])) {
			present += mm->zone[i]->present_pages;
			reserved += mm->zone[i]->present_pages - mm->zone[i]->managed_pages;
			highmem += zone_is_highmem(mm->zone[i]) ? mm->zone[i]->present_pages : 0;
		}
	put_page_cache(&t, mm->vm);
	text_number(&t, present, 0);
	put_number(&t, " pages RAM\n", highmem);
	put_number(&t, " pages HighMem/MovableOnly\n", reserved);
	put_number(&t, " pages reserved\n", mm->totalcma_pages);
	text_words(&t, " pages cma reserved\n0 pages hwpoisoned\n");
	sim_log_text(lines);
}

void show_mem_info(enum zone_type highest)
{
	const struct mm *mm = current_mm();

	log_use(mm, highest);
	for (unsigned nid = 0; nid < mm->nr_nodes; nid++)
		if (node_has_managed_zones(mm, nid, highest))
			log_node(nid);
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (shown(mm->zone[i], highest))
			log_zone(mm->zone[i]);
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (shown(mm->zone[i], highest))
			log_free_lists(mm, mm->zone[i]);
	log_totals(mm);
}

/* --- page allocation failure [F8] --------------------------------------------------------------------------------- */

static bool has_managed_dma(const struct mm *mm)
{
	for (unsigned nid = 0; nid < mm->nr_nodes; nid++) {
		const struct zone *zone = mm->zone[nid * MAX_NR_ZONES + ZONE_DMA];

		if (zone && zone->managed_pages)
			return true;
	}
	return false;
}

/* At most one in warn_interval; a request for a DMA zone that does not exist uses up the turn silently. [F8] */
static bool failure_is_worth_a_report(struct mm *mm, gfp_t gfp)
{
	u64 now = sim_now_ns(), next = READ_ONCE(mm->next_failure_report_ns);
	u64 interval = this_cpu->machine->param[PARAM_WARN_INTERVAL_MS] * 1000000ULL;

	if ((gfp & __GFP_NOWARN) || marked(now < next, MARK_REPORT_TOO_SOON))
		return false;
	if (!try_cmpxchg_relaxed(&mm->next_failure_report_ns, next, now + interval)) /* somebody else reports */
		return false;
	return !marked((gfp & __GFP_DMA) && !has_managed_dma(mm), MARK_REPORT_FOR_NOBODYS_ZONE);
}

sim_cold void warn_alloc_failure(gfp_t gfp, unsigned order)
{
	struct mm *mm = current_mm();
	char line[700], mode[400];
	struct text t = text_in(line, sizeof(line));

	if (!failure_is_worth_a_report(mm, gfp))
		return;
	mm_report(REPORT_ALLOC_FAILURE, 0, order, gfp); /* at once: writing takes locks, and others may be refused meanwhile */
	text_words(&t, current_comm());
	put_number(&t, ": page allocation failure: order:", order);
	text_words(&t, ", mode:");
	text_hex(&t, gfp);
	text_words(&t, "(");
	gfp_flags_show(gfp, mode, sizeof(mode));
	text_words(&t, mode);
	text_words(&t, "), nodemask=(null),cpuset=/,mems_allowed=0");
	if (mm->nr_nodes > 1)
		put_number(&t, "-", mm->nr_nodes - 1u);
	sim_log_text(line);
	show_mem_info(gfp_zone(gfp));
}

/* --- bad pages [B21] ---------------------------------------------------------------------------------------------- */

#define BAD_PAGES_A_MINUTE 60
#define MINUTE_NS	   60000000000ULL

/* Those left out since the last burst. */
static void log_suppressed(u32 nr)
{
	char line[80];
	struct text t = text_in(line, sizeof(line));

	if (!nr)
		return;
	put_number(&t, "BUG: Bad page state: ", nr);
	text_words(&t, " messages suppressed\n");
	sim_log_text(line);
}

/* A burst of sixty, then silence until a minute after the first of them. */
static bool next_in_burst(struct mm *mm)
{
	if (mm->bad_pages.shown == BAD_PAGES_A_MINUTE) {
		if (sim_now_ns() < mm->bad_pages.resume_ns) {
			count_mark(MARK_BAD_PAGE_UNSAID);
			mm->bad_pages.suppressed++;
			return false;
		}
		log_suppressed(mm->bad_pages.suppressed);
		mm->bad_pages.suppressed = mm->bad_pages.shown = 0;
	}
	if (mm->bad_pages.shown++ == 0)
		mm->bad_pages.resume_ns = sim_now_ns() + MINUTE_NS;
	return true;
}

static bool bad_page_is_worth_a_report(struct mm *mm)
{
	bool worth;

	step_lock(&mm->report_lock);
	worth = next_in_burst(mm);
	step_unlock(&mm->report_lock);
	return worth;
}

sim_cold void report_bad_page(u64 pfn, const char *reason)
{
	struct mm *mm = current_mm();
	const struct page *page = mm->mem_map + pfn;
	s32 count = atomic_read(&page->refcount);
	char report[300];
	struct text t = text_in(report, sizeof(report));

	if (!bad_page_is_worth_a_report(mm))
		return;
	text_words(&t, "BUG: Bad page state in process mmcheck  pfn:");
	text_hex_digits(&t, pfn, 5);
	text_words(&t, "\npage: refcount:");
	text_words(&t, count < 0 ? "-" : "");
	text_number(&t, count < 0 ? -(u64)count : (u64)count, 0);
	text_words(&t, " flags:");
	text_hex(&t, READ_ONCE(page->flags));
	text_words(&t, " private:");
	text_number(&t, READ_ONCE(page->flags) & PG_tail ? 0 : page->private, 0);
	text_words(&t, "\npage dumped because: ");
	text_words(&t, reason);
	text_words(&t, "\n");
	sim_log_text(report);
	mm_report(REPORT_BAD_PAGE, pfn, 0, 0);
}

void might_sleep_if(bool may)
{
	if (likely(!may || !sim_in_atomic()))
		return;
	sim_log_text("BUG: sleeping function called from invalid context\n");
	mm_report(REPORT_SLEEP_ATOMIC, 0, 0, 0);
}
