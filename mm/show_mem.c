/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show_mem.c - what the page layer says: buddyinfo, meminfo, gfp names, and its reports, in the kernel's forms.
 *
 *   mmcheck: page allocation failure: order:2, mode:0xcc0(GFP_KERNEL), nodemask=(null),cpuset=/,mems_allowed=0
 *   Mem-Info:
 *   ...                        what is in use, of the machine, then of each node
 *   Node 0 DMA free:...        marks and counters of each zone the request may use, then its free lists
 *   ...                        totals
 *
 * Invariants:
 *   [F8]  one failure report in warn_interval at most; none for __GFP_NOWARN, nor for a DMA zone that nobody has
 *   [F10] MemFree is the sum of the zones' cheap free counts; a zone's lists add up to its "= kB"
 *   [B21] sixty reports of bad pages in a minute at most; those left out are counted, and the next one says how many
 * Locks: zone->lock, to see the lists of a zone as they are at one moment.
 * Unlike Linux: no stack trace, no hugetlb lines; counters of layers that are not there are 0.
 */
#include "internal.h"
#include "textbuf.h"

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

/* --- sums over zones ---------------------------------------------------------------------------------------------- */

static u64 not_negative(s64 pages)
{
	return pages < 0 ? 0 : (u64)pages;
}

static u64 zone_state(const struct zone *zone, enum zone_stat_item item)
{
	return not_negative(zone_stat_cheap(zone->nid, zone->index, item));
}

static u64 global_state(const struct mm *mm, enum zone_stat_item item)
{
	s64 sum = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			sum += zone_stat_cheap(mm->zone[i]->nid, mm->zone[i]->index, item);
	return not_negative(sum);
}

/* Has it pages without a permanent mapping? A zone Movable counts by where it begins. */
static bool is_highmem(const struct zone *zone)
{
	return zone->index == ZONE_HIGHMEM ||
	       (zone->index == ZONE_MOVABLE && zone->start_pfn >= this_cpu->machine->param[PARAM_LOWMEM_PAGES]);
}

static bool populated(const struct zone *zone)
{
	return zone && zone->present_pages;
}

/* --- /proc/meminfo [F6] ------------------------------------------------------------------------------------------- */

static void put_meminfo(struct text *t, const char *label, u64 pages)
{
	text_words(t, label);
	text_number(t, pages * (PAGE_SIZE / 1024), 8);
	text_words(t, " kB\n");
}

/* What no layer counts yet, in the order of the text. */
static const char *const uncounted_use[] = {
	"Buffers:        ", "Cached:         ", "SwapCached:     ", "Active:         ",
	"Inactive:       ", "Active(anon):   ", "Inactive(anon): ", "Active(file):   ",
	"Inactive(file): ", "Unevictable:    ", "Mlocked:        ",
};
static const char *const uncounted_kinds[] = {
	"SwapTotal:      ", "SwapFree:       ", "Zswap:          ", "Zswapped:       ", "Dirty:          ",
	"Writeback:      ", "AnonPages:      ", "Mapped:         ", "Shmem:          ",
};
static const char *const uncounted_rest[] = {
	"KernelStack:    ", "PageTables:     ", "SecPageTables:  ", "NFS_Unstable:   ", "Bounce:         ",
	"WritebackTmp:   ", "CommitLimit:    ", "Committed_AS:   ", "VmallocTotal:   ", "VmallocUsed:    ",
	"VmallocChunk:   ", "Percpu:         ",
};
static const char *const uncounted_huge[] = {
	"AnonHugePages:  ", "ShmemHugePages: ", "ShmemPmdMapped: ", "FileHugePages:  ", "FilePmdMapped:  ",
};

static void put_uncounted(struct text *t, const char *const *labels, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		text_words(t, labels[i]);
		text_words(t, "       0 kB\n");
	}
}

/*
 * There is no page cache that could be given up. Of slabs that could, half may be in use all the same, or as much as all
 * low marks, whichever is less. [F7]
 */
static u64 si_mem_available(const struct mm *mm)
{
	u64 low = 0, reclaimable = slab_pages(mm, true);

	for (unsigned i = 0; i < MAX_ZONES; i++)
		low += mm->zone[i] ? wmark_pages(mm->zone[i], WMARK_LOW) : 0;
	reclaimable -= reclaimable / 2 < low ? reclaimable / 2 : low;
	return not_negative((s64)(global_state(mm, NR_FREE_PAGES) + reclaimable) - (s64)READ_ONCE(mm->totalreserve_pages));
}

static void put_slab(struct text *t, const struct mm *mm)
{
	u64 reclaimable = slab_pages(mm, true), rest = slab_pages(mm, false);

	put_meminfo(t, "KReclaimable:   ", reclaimable);
	put_meminfo(t, "Slab:           ", reclaimable + rest);
	put_meminfo(t, "SReclaimable:   ", reclaimable);
	put_meminfo(t, "SUnreclaim:     ", rest);
}

static void put_highmem(struct text *t, const struct mm *mm)
{
	u64 total = 0, free = 0, all_free = global_state(mm, NR_FREE_PAGES);

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (populated(mm->zone[i]) && is_highmem(mm->zone[i])) {
			total += mm->zone[i]->managed_pages;
			free += zone_state(mm->zone[i], NR_FREE_PAGES);
		}
	put_meminfo(t, "HighTotal:      ", total);
	put_meminfo(t, "HighFree:       ", free);
	put_meminfo(t, "LowTotal:       ", mm->totalram_pages - total);
	put_meminfo(t, "LowFree:        ", not_negative((s64)all_free - (s64)free));
}

static void put_huge_pages(struct text *t, const struct mm *mm)
{
	text_words(t, "HugePages_Total:       0\nHugePages_Free:        0\n"
		      "HugePages_Rsvd:        0\nHugePages_Surp:        0\n");
	put_meminfo(t, "Hugepagesize:   ", 1ULL << mm->pageblock_order);
	put_meminfo(t, "Hugetlb:        ", 0);
}

unsigned meminfo_show(char *out, unsigned bytes)
{
	const struct mm *mm = current_mm();
	struct text t = text_in(out, bytes);

	out[0] = 0;
	put_meminfo(&t, "MemTotal:       ", mm->totalram_pages);
	put_meminfo(&t, "MemFree:        ", global_state(mm, NR_FREE_PAGES));
	put_meminfo(&t, "MemAvailable:   ", si_mem_available(mm));
	put_uncounted(&t, uncounted_use, ARRAY_SIZE(uncounted_use));
	put_highmem(&t, mm);
	put_uncounted(&t, uncounted_kinds, ARRAY_SIZE(uncounted_kinds));
	put_slab(&t, mm);
	put_uncounted(&t, uncounted_rest, ARRAY_SIZE(uncounted_rest));
	text_words(&t, "HardwareCorrupted:     0 kB\n");
	put_uncounted(&t, uncounted_huge, ARRAY_SIZE(uncounted_huge));
	put_meminfo(&t, "CmaTotal:       ", mm->totalcma_pages);
	put_meminfo(&t, "CmaFree:        ", global_state(mm, NR_FREE_CMA_PAGES));
	put_meminfo(&t, "Unaccepted:     ", 0);
	put_huge_pages(&t, mm);
	return (unsigned)(t.at - out);
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
	return populated(zone) && zone->index <= highest;
}

static void log_use(const struct mm *mm, enum zone_type highest)
{
	char lines[600];
	struct text t = text_in(lines, sizeof(lines));
	u64 pcp = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (shown(mm->zone[i], highest))
			pcp += free_pcp(mm->zone[i]);
	text_words(&t, "\nMem-Info:\n"
		       "active_anon:0 inactive_anon:0 isolated_anon:0\n"
		       " active_file:0 inactive_file:0 isolated_file:0\n"
		       " unevictable:0 dirty:0 writeback:0\n");
	put_number(&t, " slab_reclaimable:", slab_pages(mm, true));
	put_number(&t, " slab_unreclaimable:", slab_pages(mm, false));
	text_words(&t, "\n"
		       " mapped:0 shmem:0 pagetables:0\n"
		       " sec_pagetables:0 bounce:0\n"
		       " kernel_misc_reclaimable:0\n");
	put_number(&t, " free:", global_state(mm, NR_FREE_PAGES));
	put_number(&t, " free_pcp:", pcp);
	put_number(&t, " free_cma:", global_state(mm, NR_FREE_CMA_PAGES));
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

static void log_node(unsigned nid)
{
	char line[500];
	struct text t = text_in(line, sizeof(line));

	put_number(&t, "Node ", nid);
	text_words(&t,
		   " active_anon:0kB inactive_anon:0kB active_file:0kB inactive_file:0kB unevictable:0kB"
		   " isolated(anon):0kB isolated(file):0kB mapped:0kB dirty:0kB writeback:0kB shmem:0kB shmem_thp:0kB"
		   " shmem_pmdmapped:0kB anon_thp:0kB writeback_tmp:0kB kernel_stack:0kB pagetables:0kB"
		   " sec_pagetables:0kB all_unreclaimable? no\n");
	sim_log_text(line);
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
	text_words(&t, "KB active_anon:0kB inactive_anon:0kB active_file:0kB inactive_file:0kB unevictable:0kB"
		       " writepending:0kB");
	put_kbytes(&t, " present:", zone->present_pages);
	put_kbytes(&t, " managed:", zone->managed_pages);
	text_words(&t, " mlocked:0kB bounce:0kB");
	put_kbytes(&t, " free_pcp:", free_pcp(zone));
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

static void log_totals(const struct mm *mm)
{
	char lines[400];
	struct text t = text_in(lines, sizeof(lines));
	u64 present = 0, reserved = 0, highmem = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (populated(mm->zone[i])) {
			present += mm->zone[i]->present_pages;
			reserved += mm->zone[i]->present_pages - mm->zone[i]->managed_pages;
			highmem += is_highmem(mm->zone[i]) ? mm->zone[i]->present_pages : 0;
		}
	text_words(&t, "0 total pagecache pages\n0 pages in swap cache\nFree swap  = 0kB\nTotal swap = 0kB\n");
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
	put_number(&t, "mmcheck: page allocation failure: order:", order);
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
