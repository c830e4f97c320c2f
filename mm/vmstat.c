/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmstat.c - what is counted, and the texts that tell of it.
 *
 *   zone->stat[cpu]->vm_stat_diff[item]   what a CPU holds back: -t .. t, t its threshold
 *                 |  beyond t, or at vmstat_update(): all of it moves
 *                 v
 *   zone->vm_stat[item]                   what everybody reads, for one load
 *
 * The truth is the sum of both. The cheap number is wrong by at most cpus * t, which does no harm where low and min lie
 * further apart than that; elsewhere, below percpu_drift_mark, whoever tests a mark must take the sum.
 * Events and NUMA counters steer nothing: each CPU counts for itself, and only who asks for them adds up.
 *
 * Invariants:
 *   [W12] between two changes no CPU holds back more than its threshold, and the sum is the truth
 *   [Z9]  of each allocation one zone says hit or miss and local or other; the preferred zone says foreign to a miss
 *   [F5]  every row of /proc/vmstat is printed on every machine, those that no layer counts yet as 0
 * Locks: zone->lock for what a CPU holds back, and to look at free lists; the zone's number is atomic. Events and NUMA
 * counters: a CPU writes its own alone.
 * Unlike Linux: counters of nodes, of the system and of layers that are not there are names with the value 0; events
 * of a dead CPU go to CPU 0; lists shrink before numbers are added up, not after; other CPUs' numbers are added up from
 * here, not by a job on each of them. Contract: include/vmstat.h.
 */
#include "internal.h"
#include "textbuf.h"

#define PAGES_OF_128_MIB_SHIFT (27 - PAGE_SHIFT)
#define PAGETYPE_MOST_BLOCKS   100000 /* of one list that pagetypeinfo counts */

static unsigned nr_cpus(void)
{
	return this_cpu->machine->param[PARAM_CPUS];
}

/* --- counters of a zone ------------------------------------------------------------------------------------------- */

static void zone_page_state_add(struct zone *zone, unsigned item, s64 pages)
{
	fetch_add_relaxed(&zone->vm_stat[item], pages);
}

static s64 zone_vm_stat(const struct zone *zone, unsigned item)
{
	return READ_ONCE(zone->vm_stat[item]);
}

/* The whole part moves, however large the change: what stays always fits an s8. Caller holds zone->lock. [W12] */
void mod_zone_page_state(struct zone *zone, enum zone_stat_item item, s64 delta)
{
	struct per_cpu_zonestat *stat = zone->stat[this_cpu->id];
	s64 part = READ_ONCE(stat->vm_stat_diff[item]) + delta, most = READ_ONCE(stat->stat_threshold);

	if (part > most || part < -most) {
		zone_page_state_add(zone, item, part);
		part = 0;
	}
	WRITE_ONCE(stat->vm_stat_diff[item], (s8)part);
}

/* A negative number is only a part of the truth, and nobody wants to read it. */
static u64 not_negative(s64 pages)
{
	return pages < 0 ? 0 : (u64)pages;
}

static s64 exact_state(const struct zone *zone, unsigned item)
{
	s64 pages = zone_vm_stat(zone, item);

	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		pages += READ_ONCE(zone->stat[cpu]->vm_stat_diff[item]);
	return pages;
}

u64 zone_page_state_snapshot(const struct zone *zone, enum zone_stat_item item)
{
	return not_negative(exact_state(zone, item));
}

one_step static void fold_diffs(struct zone *zone, unsigned cpu)
{
	struct per_cpu_zonestat *stat = zone->stat[cpu];
	bool any = false;

	sim_yield(YIELD_PERCPU); /* the CPU's own interrupts count too */
	step_lock(&zone->lock);	 /* under which that CPU counts */
	for (unsigned item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++) {
		s8 part = stat->vm_stat_diff[item];

		WRITE_ONCE(stat->vm_stat_diff[item], 0);
		if (part)
			zone_page_state_add(zone, item, part);
		any |= part != 0;
	}
	if (any)
		mm_announce((struct mm_event){ .type = EVENT_STAT_FOLD, .zone = zone_id(zone), .list_cpu = (u8)cpu });
	step_unlock(&zone->lock);
}

static void fold_all_zones(struct mm *mm, unsigned cpu)
{
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			fold_diffs(mm->zone[i], cpu);
}

/* The lists shrink first, so that nothing is held back in the end. [P11] */
void vmstat_update(void)
{
	struct mm *mm = current_mm();

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			decay_pcp_high(mm, mm->zone[i]);
	fold_all_zones(mm, this_cpu->id);
}

void vmstat_refresh(void)
{
	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		fold_all_zones(current_mm(), cpu);
}

/* --- thresholds --------------------------------------------------------------------------------------------------- */

static unsigned highest_threshold(void)
{
	return this_cpu->machine->param[PARAM_STAT_THRESHOLD_HIGHEST];
}

/* Larger machines may be wrong by more: it takes more pages to matter, and more CPUs would fight for the number. */
static unsigned calculate_normal_threshold(const struct zone *zone)
{
	u64 t = 2 * fls64(nr_cpus()) * (1 + fls64(zone->managed_pages >> PAGES_OF_128_MIB_SHIFT));

	return (unsigned)min_of(t, (u64)highest_threshold());
}

/* So small that all CPUs together stay within the gap from min to low: for when kswapd runs. [W12] */
unsigned calculate_pressure_threshold(const struct zone *zone)
{
	u64 t = (zone->watermark[WMARK_LOW] - zone->watermark[WMARK_MIN]) / nr_cpus();

	return (unsigned)min_of(max_of(t, (u64)1), (u64)highest_threshold());
}

static void refresh_threshold(struct zone *zone)
{
	unsigned threshold = calculate_normal_threshold(zone);
	u64 drift = (u64)nr_cpus() * threshold;
	u64 gap = zone->watermark[WMARK_LOW] - zone->watermark[WMARK_MIN];

	VM_BUG_ON(threshold > INT8_MAX);
	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		WRITE_ONCE(zone->stat[cpu]->stat_threshold, (u8)threshold);
	WRITE_ONCE(zone->percpu_drift_mark, drift > gap ? zone->watermark[WMARK_HIGH] + drift : 0);
}

void refresh_zone_stat_thresholds(struct mm *mm)
{
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			refresh_threshold(mm->zone[i]);
}

/* --- events ------------------------------------------------------------------------------------------------------- */

void count_vm_events(unsigned item, u64 nr)
{
	this_cpu_add(&current_mm()->vm_event[this_cpu->id][item], nr);
}

/* Who got it, and was it the one that was wanted. [Z9] */
void zone_statistics(struct zone *preferred, struct zone *zone, u64 nr)
{
	u64 *served = zone->stat[this_cpu->id]->vm_numa_event;

	if (zone->nid == preferred->nid) {
		this_cpu_add(&served[NUMA_HIT], nr);
	} else {
		this_cpu_add(&served[NUMA_MISS], nr);
		this_cpu_add(&preferred->stat[this_cpu->id]->vm_numa_event[NUMA_FOREIGN], nr);
	}
	this_cpu_add(&served[zone->nid == this_cpu->node ? NUMA_LOCAL : NUMA_OTHER], nr);
}

static void move_counts(u64 *to, u64 *from, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		u64 count = READ_ONCE(from[i]);

		WRITE_ONCE(from[i], 0);
		this_cpu_add(&to[i], count); /* not atomic: CPU 0 may lose an event to it, and events steer nothing */
	}
}

/* Nobody will ever add up what a dead CPU counted: now is the time. [P12] */
void vm_stat_fold_cpu(struct mm *mm, unsigned cpu)
{
	fold_all_zones(mm, cpu);
	move_counts(mm->vm_event[0], mm->vm_event[cpu], NR_VM_EVENT_ITEMS);
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			move_counts(mm->zone[i]->stat[0]->vm_numa_event, mm->zone[i]->stat[cpu]->vm_numa_event,
				    NR_VM_NUMA_EVENT_ITEMS);
}

u32 *mm_marks(void)
{
	return current_mm() ? current_mm()->mark : NULL;
}

u64 vm_events_sum(unsigned item)
{
	const struct mm *mm = current_mm();
	u64 sum = 0;

	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		sum += READ_ONCE(mm->vm_event[cpu][item]);
	return sum;
}

static u64 zone_numa_sum(const struct zone *zone, unsigned item)
{
	u64 sum = 0;

	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		sum += READ_ONCE(zone->stat[cpu]->vm_numa_event[item]);
	return sum;
}

/* --- looking from outside ----------------------------------------------------------------------------------------- */

static const struct zone *zone_at(unsigned nid, unsigned zone)
{
	return nid < MAX_NUMNODES && zone < MAX_NR_ZONES ? current_mm()->zone[nid * MAX_NR_ZONES + zone] : NULL;
}

u64 numa_events_sum(unsigned nid, unsigned zone, unsigned item)
{
	const struct zone *z = zone_at(nid, zone);

	return z ? zone_numa_sum(z, item) : 0;
}

s64 zone_stat_cheap(unsigned nid, unsigned zone, unsigned item)
{
	const struct zone *z = zone_at(nid, zone);

	return z ? zone_vm_stat(z, item) : 0;
}

s64 zone_stat_exact(unsigned nid, unsigned zone, unsigned item)
{
	const struct zone *z = zone_at(nid, zone);

	return z ? exact_state(z, item) : 0;
}

int zone_stat_diff(unsigned nid, unsigned zone, unsigned cpu, unsigned item)
{
	const struct zone *z = zone_at(nid, zone);

	return z && cpu < nr_cpus() ? READ_ONCE(z->stat[cpu]->vm_stat_diff[item]) : 0;
}

/* --- names: each row of the texts stands here once, in their order [F4] [F5] -------------------------------------- */

#define UNCOUNTED NR_VM_ZONE_STAT_ITEMS

static const struct {
	const char *name;
	enum zone_stat_item item;
} zone_rows[] = {
	{ "nr_free_pages", NR_FREE_PAGES },
	{ "nr_zone_inactive_anon", UNCOUNTED },
	{ "nr_zone_active_anon", UNCOUNTED },
	{ "nr_zone_inactive_file", UNCOUNTED },
	{ "nr_zone_active_file", UNCOUNTED },
	{ "nr_zone_unevictable", UNCOUNTED },
	{ "nr_zone_write_pending", UNCOUNTED },
	{ "nr_mlock", UNCOUNTED },
	{ "nr_bounce", UNCOUNTED },
	{ "nr_zspages", UNCOUNTED },
	{ "nr_free_cma", NR_FREE_CMA_PAGES },
	{ "nr_unaccepted", UNCOUNTED },
};

static const char *const numa_rows[NR_VM_NUMA_EVENT_ITEMS] = {
	"numa_hit", "numa_miss", "numa_foreign", "numa_interleave", "numa_local", "numa_other",
};

/* From here to the end what is not named in a function below is not counted yet. */
static const char *const lru_rows[] = {
	"nr_inactive_anon", "nr_active_anon", "nr_inactive_file", "nr_active_file", "nr_unevictable",
};

/* Index: is it reclaimable? */
static const char *const slab_rows[] = { "nr_slab_unreclaimable", "nr_slab_reclaimable" };

static const char *const node_rows[] = {
	"nr_isolated_anon",
	"nr_isolated_file",
	"workingset_nodes",
	"workingset_refault_anon",
	"workingset_refault_file",
	"workingset_activate_anon",
	"workingset_activate_file",
	"workingset_restore_anon",
	"workingset_restore_file",
	"workingset_nodereclaim",
	"nr_anon_pages",
	"nr_mapped",
	"nr_file_pages",
	"nr_dirty",
	"nr_writeback",
	"nr_writeback_temp",
	"nr_shmem",
	"nr_shmem_hugepages",
	"nr_shmem_pmdmapped",
	"nr_file_hugepages",
	"nr_file_pmdmapped",
	"nr_anon_transparent_hugepages",
	"nr_vmscan_write",
	"nr_vmscan_immediate_reclaim",
	"nr_dirtied",
	"nr_written",
	"nr_throttled_written",
	"nr_kernel_misc_reclaimable",
	"nr_foll_pin_acquired",
	"nr_foll_pin_released",
	"nr_kernel_stack",
	"nr_page_table_pages",
	"nr_sec_page_table_pages",
	"nr_swapcached",
	"pgdemote_kswapd",
	"pgdemote_direct",
	"pgdemote_khugepaged",
};

static const char *const system_rows[] = {
	"nr_dirty_threshold",
	"nr_dirty_background_threshold",
	"nr_memmap_pages",
	"nr_memmap_boot_pages",
};

static const char *const swap_rows[] = { "pgpgin", "pgpgout", "pswpin", "pswpout" };

static const char *const zone_suffixes[MAX_NR_ZONES] = { "dma", "dma32", "normal", "high", "movable", "device" };

static const char *const event_rows[] = {
	"pgactivate",
	"pgdeactivate",
	"pglazyfree",
	"pgfault",
	"pgmajfault",
	"pglazyfreed",
	"pgrefill",
	"pgreuse",
	"pgsteal_kswapd",
	"pgsteal_direct",
	"pgsteal_khugepaged",
	"pgscan_kswapd",
	"pgscan_direct",
	"pgscan_khugepaged",
	"pgscan_direct_throttle",
	"pgscan_anon",
	"pgscan_file",
	"pgsteal_anon",
	"pgsteal_file",
	"zone_reclaim_success",
	"zone_reclaim_failed",
	"pginodesteal",
	"slabs_scanned",
	"kswapd_inodesteal",
	"kswapd_low_wmark_hit_quickly",
	"kswapd_high_wmark_hit_quickly",
	"pageoutrun",
	"pgrotated",
	"drop_pagecache",
	"drop_slab",
	"oom_kill",
	"pgmigrate_success",
	"pgmigrate_fail",
	"thp_migration_success",
	"thp_migration_fail",
	"thp_migration_split",
	"compact_migrate_scanned",
	"compact_free_scanned",
	"compact_isolated",
	"compact_stall",
	"compact_fail",
	"compact_success",
	"compact_daemon_wake",
	"compact_daemon_migrate_scanned",
	"compact_daemon_free_scanned",
	"htlb_buddy_alloc_success",
	"htlb_buddy_alloc_fail",
	"cma_alloc_success",
	"cma_alloc_fail",
	"unevictable_pgs_culled",
	"unevictable_pgs_scanned",
	"unevictable_pgs_rescued",
	"unevictable_pgs_mlocked",
	"unevictable_pgs_munlocked",
	"unevictable_pgs_cleared",
	"unevictable_pgs_stranded",
	"thp_fault_alloc",
	"thp_fault_fallback",
	"thp_fault_fallback_charge",
	"thp_collapse_alloc",
	"thp_collapse_alloc_failed",
	"thp_file_alloc",
	"thp_file_fallback",
	"thp_file_fallback_charge",
	"thp_file_mapped",
	"thp_split_page",
	"thp_split_page_failed",
	"thp_deferred_split_page",
	"thp_underused_split_page",
	"thp_split_pmd",
	"thp_scan_exceed_none_pte",
	"thp_scan_exceed_swap_pte",
	"thp_scan_exceed_share_pte",
	"thp_split_pud",
	"thp_zero_page_alloc",
	"thp_zero_page_alloc_failed",
	"thp_swpout",
	"thp_swpout_fallback",
	"swap_ra",
	"swap_ra_hit",
	"swpin_zero",
	"swpout_zero",
};

static const char *const migratetype_names[MIGRATE_TYPES] = {
	"Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate",
};

/* --- /proc/vmstat [F5] -------------------------------------------------------------------------------------------- */

static void put_row(struct text *t, const char *name, u64 value)
{
	text_words(t, name);
	text_words(t, " ");
	text_number(t, value, 0);
	text_words(t, "\n");
}

static void put_uncounted(struct text *t, const char *const *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		text_words(t, rows[i]);
		text_words(t, " 0\n");
	}
}

static u64 global_zone_state(const struct mm *mm, unsigned item)
{
	s64 sum = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			sum += zone_vm_stat(mm->zone[i], item);
	return not_negative(sum);
}

static u64 global_numa_sum(const struct mm *mm, unsigned item)
{
	u64 sum = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			sum += zone_numa_sum(mm->zone[i], item);
	return sum;
}

/* One row for each kind of zone; first: the event of ZONE_DMA. */
static void put_zone_events(struct text *t, const char *prefix, unsigned first)
{
	for (unsigned z = 0; z < MAX_NR_ZONES; z++) {
		text_words(t, prefix);
		put_row(t, zone_suffixes[z], first < NR_VM_EVENT_ITEMS ? vm_events_sum(first + z) : 0);
	}
}

static void put_events(struct text *t)
{
	put_uncounted(t, swap_rows, ARRAY_SIZE(swap_rows));
	put_zone_events(t, "pgalloc_", PGALLOC_DMA);
	put_zone_events(t, "allocstall_", ALLOCSTALL_DMA);
	put_zone_events(t, "pgskip_", NR_VM_EVENT_ITEMS);
	put_row(t, "pgfree", vm_events_sum(PGFREE));
	put_uncounted(t, event_rows, ARRAY_SIZE(event_rows));
	put_row(t, "kswapd_wake", vm_events_sum(KSWAPD_WAKE)); /* Linux does not count it: so it comes last */
}

unsigned vmstat_show(char *out, unsigned bytes)
{
	const struct mm *mm = current_mm();
	struct text t = text_in(out, bytes);

	out[0] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(zone_rows); i++)
		put_row(&t, zone_rows[i].name,
			zone_rows[i].item != UNCOUNTED ? global_zone_state(mm, zone_rows[i].item) : 0);
	for (unsigned i = 0; i < NR_VM_NUMA_EVENT_ITEMS; i++)
		put_row(&t, numa_rows[i], global_numa_sum(mm, i));
	put_uncounted(&t, lru_rows, ARRAY_SIZE(lru_rows));
	put_row(&t, slab_rows[true], slab_pages(mm, true));
	put_row(&t, slab_rows[false], slab_pages(mm, false));
	put_uncounted(&t, node_rows, ARRAY_SIZE(node_rows));
	put_uncounted(&t, system_rows, ARRAY_SIZE(system_rows));
	put_events(&t);
	return (unsigned)(t.at - out);
}

/* --- /proc/zoneinfo [F4] ------------------------------------------------------------------------------------------ */

static const struct zone no_zone; /* what is printed of a zone that does not exist */

static void put_zone_name(struct text *t, unsigned id, size_t node_width)
{
	text_words(t, "Node ");
	text_number(t, id / MAX_NR_ZONES, node_width);
	text_words(t, ", zone ");
	text_padded(t, zone_name(id % MAX_NR_ZONES), 8);
}

static void put_figure(struct text *t, const char *label, u64 value)
{
	text_words(t, label);
	text_number(t, value, 0);
}

/* A name in at least twelve columns, on a line of its own. */
static void put_item(struct text *t, const char *name, u64 value)
{
	size_t n = strlen(name);

	text_words(t, "\n      ");
	text_bytes(t, name, n);
	text_bytes(t, "            ", n < 12 ? 12 - n : 0);
	text_words(t, " ");
	text_number(t, value, 0);
}

static void put_marks(struct text *t, const struct zone *zone)
{
	put_figure(t, "\n  pages free     ", not_negative(zone_vm_stat(zone, NR_FREE_PAGES)));
	put_figure(t, "\n        boost    ", READ_ONCE(zone->watermark_boost));
	put_figure(t, "\n        min      ", wmark_pages(zone, WMARK_MIN));
	put_figure(t, "\n        low      ", wmark_pages(zone, WMARK_LOW));
	put_figure(t, "\n        high     ", wmark_pages(zone, WMARK_HIGH));
	put_figure(t, "\n        promo    ", wmark_pages(zone, WMARK_PROMO));
	put_figure(t, "\n        spanned  ", zone->spanned_pages);
	put_figure(t, "\n        present  ", zone->present_pages);
	put_figure(t, "\n        managed  ", zone->managed_pages);
	put_figure(t, "\n        cma      ", zone->cma_pages);
	put_figure(t, "\n        protection: (", READ_ONCE(zone->lowmem_reserve[0]));
	for (unsigned z = 1; z < MAX_NR_ZONES; z++)
		put_figure(t, ", ", READ_ONCE(zone->lowmem_reserve[z]));
	text_words(t, ")");
}

static void put_zone_items(struct text *t, const struct zone *zone)
{
	for (size_t i = 0; i < ARRAY_SIZE(zone_rows); i++)
		put_item(t, zone_rows[i].name,
			 zone_rows[i].item != UNCOUNTED ? not_negative(zone_vm_stat(zone, zone_rows[i].item)) : 0);
	for (unsigned i = 0; i < NR_VM_NUMA_EVENT_ITEMS; i++)
		put_item(t, numa_rows[i], zone_numa_sum(zone, i));
}

one_step static void put_pagesets(struct text *t, const struct zone *zone)
{
	text_words(t, "\n  pagesets");
	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++) {
		struct per_cpu_pages *pcp = zone->pcp[cpu];

		step_lock(&pcp->lock);
		put_figure(t, "\n    cpu: ", cpu);
		put_figure(t, "\n              count: ", pcp->count);
		put_figure(t, "\n              high:  ", pcp->tuning.high);
		put_figure(t, "\n              batch: ", pcp->batch);
		step_unlock(&pcp->lock);
		put_figure(t, "\n  vm stats threshold: ", READ_ONCE(zone->stat[cpu]->stat_threshold));
	}
}

static void put_zero_items(struct text *t, const char *const *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		put_item(t, rows[i], 0);
}

static void put_node_items(struct text *t, unsigned nid)
{
	text_words(t, "\n  per-node stats");
	put_zero_items(t, lru_rows, ARRAY_SIZE(lru_rows));
	put_item(t, slab_rows[true], node_slab_pages(current_mm(), nid, true));
	put_item(t, slab_rows[false], node_slab_pages(current_mm(), nid, false));
	put_zero_items(t, node_rows, ARRAY_SIZE(node_rows));
}

/* first: no zone of this node was printed before that has memory. */
static void put_zone(struct text *t, const struct zone *zone, unsigned id, bool first)
{
	put_zone_name(t, id, 0);
	if (first)
		put_node_items(t, id / MAX_NR_ZONES);
	put_marks(t, zone);
	if (zone->present_pages) {
		put_zone_items(t, zone);
		put_pagesets(t, zone);
		text_words(t, "\n  node_unreclaimable:  0"); /* kswapd cannot fail before it can reclaim */
		put_figure(t, "\n  start_pfn:           ", zone->start_pfn);
	}
	text_words(t, "\n");
}

unsigned zoneinfo_show(char *out, unsigned bytes)
{
	const struct mm *mm = current_mm();
	struct text t = text_in(out, bytes);
	unsigned nodes_begun = 0;

	out[0] = 0;
	for (unsigned id = 0; id < mm->nr_nodes * MAX_NR_ZONES; id++) {
		const struct zone *zone = mm->zone[id] ? mm->zone[id] : &no_zone;
		bool first = zone->present_pages && !(nodes_begun >> id / MAX_NR_ZONES & 1);

		nodes_begun |= (unsigned)first << id / MAX_NR_ZONES;
		put_zone(&t, zone, id, first);
	}
	return (unsigned)(t.at - out);
}

/* --- /proc/pagetypeinfo [F2] -------------------------------------------------------------------------------------- */

static u64 length_up_to(const struct list_head *head, u64 most)
{
	const struct list_head *pos;
	u64 n = 0;

	list_for_each (pos, head) {
		if (marked(n == most, MARK_LIST_TOO_LONG_TO_COUNT))
			break;
		n++;
	}
	return n;
}

/* A list as long as the limit is not counted to its end: ">100000". */
static void put_free_of_type(struct text *t, const struct mm *mm, const struct zone *zone, unsigned type)
{
	put_zone_name(t, zone_id(zone), 4);
	text_words(t, ", type ");
	text_padded(t, migratetype_names[type], 12);
	text_words(t, " ");
	for (unsigned o = 0; o <= mm->max_order; o++) {
		u64 n = length_up_to(&zone->free_area[o].free_list[type], PAGETYPE_MOST_BLOCKS);

		text_words(t, n == PAGETYPE_MOST_BLOCKS ? ">" : "");
		text_number(t, n, 6);
		text_words(t, " ");
	}
	text_words(t, "\n");
}

static void put_free_lists(struct text *t, const struct mm *mm, struct zone *zone)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	for (unsigned type = 0; type < MIGRATE_TYPES; type++)
		put_free_of_type(t, mm, zone, type);
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* Pageblocks of a device are not online, and have no type anybody cares about. */
static void put_block_count(struct text *t, const struct mm *mm, const struct zone *zone)
{
	u64 nr[MIGRATE_TYPES] = { 0 }, block = zone->start_pfn >> mm->pageblock_order;
	u64 end = (zone->start_pfn + zone->spanned_pages) >> mm->pageblock_order;

	for (; block < end; block++)
		if (mm->pageblock[block].zone == zone_id(zone) && zone->index != ZONE_DEVICE)
			nr[READ_ONCE(mm->pageblock[block].migratetype)]++;
	put_zone_name(t, zone_id(zone), 0);
	text_words(t, " ");
	for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
		text_number(t, nr[type], 12);
		text_words(t, " ");
	}
	text_words(t, "\n");
}

static void put_pagetypes_of_node(struct text *t, const struct mm *mm, struct zone *const *zone)
{
	put_figure(t, "Page block order: ", mm->pageblock_order);
	put_figure(t, "\nPages per block:  ", 1ULL << mm->pageblock_order);
	text_words(t, "\n\nFree pages count per migrate type at order  ");
	for (unsigned o = 0; o <= mm->max_order; o++) {
		text_number(t, o, 6);
		text_words(t, " ");
	}
	text_words(t, "\n");
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		if (zone[z] && zone[z]->present_pages)
			put_free_lists(t, mm, zone[z]);
	text_words(t, "\nNumber of blocks type  ");
	for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
		text_padded(t, migratetype_names[type], 12);
		text_words(t, " ");
	}
	text_words(t, "\n");
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		if (zone[z] && zone[z]->present_pages)
			put_block_count(t, mm, zone[z]);
}

static bool node_has_memory(struct zone *const *zone)
{
	for (unsigned z = 0; z < ZONE_DEVICE; z++)
		if (zone[z] && zone[z]->present_pages)
			return true;
	return false;
}

/* Each node with memory says it all, heads included. */
unsigned pagetypeinfo_show(char *out, unsigned bytes)
{
	const struct mm *mm = current_mm();
	struct text t = text_in(out, bytes);

	out[0] = 0;
	for (unsigned nid = 0; nid < mm->nr_nodes; nid++)
		if (node_has_memory(mm->zone + nid * MAX_NR_ZONES))
			put_pagetypes_of_node(&t, mm, mm->zone + nid * MAX_NR_ZONES);
	return (unsigned)(t.at - out);
}
