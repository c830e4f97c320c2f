/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmstat_show.c - the texts that tell of what is counted: vmstat, zoneinfo, pagetypeinfo; and one number of them by its name.
 *
 *   vmstat      zones added up | NUMA | nodes added up | limits of writers | events
 *   zoneinfo    each node: its own, with the first zone that has memory; each zone: marks, what it counts, per-CPU lists
 *
 * Each row stands in a table once, with where its number comes from. Before vm_init() nobody counts what tasks, files and swap
 * use: 0.
 *
 * Invariants:
 *   [F5]  every row of /proc/vmstat is printed on every machine, those that no layer counts yet as 0
 *   [F10] a zone's lists add up to those of its node, and both to vmstat's
 * Locks: zone->lock to look at free lists.
 * Unlike Linux: kswapd_wake is ours, and comes last; rows of zswap are printed after vm_init() alone.
 */
#include "textbuf.h"
#include "vm_internal.h"

#define PAGETYPE_MOST_BLOCKS 100000 /* of one list that pagetypeinfo counts */

static unsigned nr_cpus(void)
{
	return this_cpu->machine->param[PARAM_CPUS];
}

/* --- rows: where each number comes from, in the order of the texts [F4] [F5] ----------------------------------------- */

enum row_kind {
	ROW_UNCOUNTED,
	ROW_ZONE,	  /* enum zone_stat_item */
	ROW_ZONE_LRU,	  /* enum lru_place, of a zone */
	ROW_ZONE_VM,	  /* enum vm_zone_item */
	ROW_NUMA,	  /* enum numa_stat_item */
	ROW_NODE,	  /* enum node_stat_item */
	ROW_NODE_SLAB,	  /* is it reclaimable? */
	ROW_DIRTY_LIMIT,  /* 0 where writers wait, 1 where writing begins */
	ROW_EVENT,	  /* enum vm_event_item */
	ROW_RECLAIM,	  /* enum vm_reclaim_event */
	ROW_RECLAIM_KB,	  /* the same, of pages, in kB */
};

struct row {
	const char *name;
	u8 kind, item;
};

static const struct row zone_rows[] = {
	{ "nr_free_pages", ROW_ZONE, NR_FREE_PAGES },
	{ "nr_zone_inactive_anon", ROW_ZONE_LRU, LRU_INACTIVE_ANON },
	{ "nr_zone_active_anon", ROW_ZONE_LRU, LRU_ACTIVE_ANON },
	{ "nr_zone_inactive_file", ROW_ZONE_LRU, LRU_INACTIVE_FILE },
	{ "nr_zone_active_file", ROW_ZONE_LRU, LRU_ACTIVE_FILE },
	{ "nr_zone_unevictable", ROW_ZONE_LRU, LRU_UNEVICTABLE },
	{ "nr_zone_write_pending", ROW_ZONE_VM, NR_ZONE_WRITE_PENDING },
	{ "nr_mlock", ROW_ZONE_VM, NR_MLOCK },
	{ "nr_bounce", ROW_UNCOUNTED, 0 },
	{ "nr_zspages", ROW_UNCOUNTED, 0 },
	{ "nr_free_cma", ROW_ZONE, NR_FREE_CMA_PAGES },
	{ "nr_unaccepted", ROW_UNCOUNTED, 0 },
};

static const struct row numa_rows[] = {
	{ "numa_hit", ROW_NUMA, NUMA_HIT },
	{ "numa_miss", ROW_NUMA, NUMA_MISS },
	{ "numa_foreign", ROW_NUMA, NUMA_FOREIGN },
	{ "numa_interleave", ROW_NUMA, NUMA_INTERLEAVE_HIT },
	{ "numa_local", ROW_NUMA, NUMA_LOCAL },
	{ "numa_other", ROW_NUMA, NUMA_OTHER },
};

static const struct row node_rows[] = {
	{ "nr_inactive_anon", ROW_NODE, NR_LRU_BASE + LRU_INACTIVE_ANON },
	{ "nr_active_anon", ROW_NODE, NR_LRU_BASE + LRU_ACTIVE_ANON },
	{ "nr_inactive_file", ROW_NODE, NR_LRU_BASE + LRU_INACTIVE_FILE },
	{ "nr_active_file", ROW_NODE, NR_LRU_BASE + LRU_ACTIVE_FILE },
	{ "nr_unevictable", ROW_NODE, NR_LRU_BASE + LRU_UNEVICTABLE },
	{ "nr_slab_reclaimable", ROW_NODE_SLAB, true },
	{ "nr_slab_unreclaimable", ROW_NODE_SLAB, false },
	{ "nr_isolated_anon", ROW_NODE, NR_ISOLATED_ANON },
	{ "nr_isolated_file", ROW_NODE, NR_ISOLATED_FILE },
	{ "workingset_nodes", ROW_NODE, WORKINGSET_NODES },
	{ "workingset_refault_anon", ROW_NODE, WORKINGSET_REFAULT_ANON },
	{ "workingset_refault_file", ROW_NODE, WORKINGSET_REFAULT_FILE },
	{ "workingset_activate_anon", ROW_NODE, WORKINGSET_ACTIVATE_ANON },
	{ "workingset_activate_file", ROW_NODE, WORKINGSET_ACTIVATE_FILE },
	{ "workingset_restore_anon", ROW_NODE, WORKINGSET_RESTORE_ANON },
	{ "workingset_restore_file", ROW_NODE, WORKINGSET_RESTORE_FILE },
	{ "workingset_nodereclaim", ROW_NODE, WORKINGSET_NODERECLAIM },
	{ "nr_anon_pages", ROW_NODE, NR_ANON_MAPPED },
	{ "nr_mapped", ROW_NODE, NR_FILE_MAPPED },
	{ "nr_file_pages", ROW_NODE, NR_FILE_PAGES },
	{ "nr_dirty", ROW_NODE, NR_FILE_DIRTY },
	{ "nr_writeback", ROW_NODE, NR_WRITEBACK },
	{ "nr_writeback_temp", ROW_UNCOUNTED, 0 },
	{ "nr_shmem", ROW_UNCOUNTED, 0 },
	{ "nr_shmem_hugepages", ROW_UNCOUNTED, 0 },
	{ "nr_shmem_pmdmapped", ROW_UNCOUNTED, 0 },
	{ "nr_file_hugepages", ROW_UNCOUNTED, 0 },
	{ "nr_file_pmdmapped", ROW_UNCOUNTED, 0 },
	{ "nr_anon_transparent_hugepages", ROW_UNCOUNTED, 0 },
	{ "nr_vmscan_write", ROW_NODE, NR_VMSCAN_WRITE },
	{ "nr_vmscan_immediate_reclaim", ROW_NODE, NR_VMSCAN_IMMEDIATE },
	{ "nr_dirtied", ROW_NODE, NR_DIRTIED },
	{ "nr_written", ROW_NODE, NR_WRITTEN },
	{ "nr_throttled_written", ROW_UNCOUNTED, 0 },
	{ "nr_kernel_misc_reclaimable", ROW_NODE, NR_KERNEL_MISC_RECLAIMABLE },
	{ "nr_foll_pin_acquired", ROW_NODE, NR_FOLL_PIN_ACQUIRED },
	{ "nr_foll_pin_released", ROW_NODE, NR_FOLL_PIN_RELEASED },
	{ "nr_kernel_stack", ROW_UNCOUNTED, 0 },
	{ "nr_page_table_pages", ROW_NODE, NR_PAGETABLE },
	{ "nr_sec_page_table_pages", ROW_UNCOUNTED, 0 },
	{ "nr_swapcached", ROW_NODE, NR_SWAPCACHE },
	{ "pgdemote_kswapd", ROW_UNCOUNTED, 0 },
	{ "pgdemote_direct", ROW_UNCOUNTED, 0 },
	{ "pgdemote_khugepaged", ROW_UNCOUNTED, 0 },
};

static const struct row system_rows[] = {
	{ "nr_dirty_threshold", ROW_DIRTY_LIMIT, 0 },
	{ "nr_dirty_background_threshold", ROW_DIRTY_LIMIT, 1 },
	{ "nr_memmap_pages", ROW_UNCOUNTED, 0 },
	{ "nr_memmap_boot_pages", ROW_UNCOUNTED, 0 },
};

/* One row for each kind of zone. */
#define ROWS_OF_ZONES(prefix, kind, first)                                                                             \
	{ prefix "dma", kind, (first) + ZONE_DMA }, { prefix "dma32", kind, (first) + ZONE_DMA32 },                    \
	{ prefix "normal", kind, (first) + ZONE_NORMAL }, { prefix "high", kind, (first) + ZONE_HIGHMEM },             \
	{ prefix "movable", kind, (first) + ZONE_MOVABLE }, { prefix "device", kind, (first) + ZONE_DEVICE }

static const struct row event_rows[] = {
	{ "pgpgin", ROW_RECLAIM_KB, PGPGIN },
	{ "pgpgout", ROW_RECLAIM_KB, PGPGOUT },
	{ "pswpin", ROW_RECLAIM, PSWPIN },
	{ "pswpout", ROW_RECLAIM, PSWPOUT },
	ROWS_OF_ZONES("pgalloc_", ROW_EVENT, PGALLOC_DMA),
	ROWS_OF_ZONES("allocstall_", ROW_EVENT, ALLOCSTALL_DMA),
	ROWS_OF_ZONES("pgskip_", ROW_RECLAIM, PGSKIP_DMA),
	{ "pgfree", ROW_EVENT, PGFREE },
	{ "pgactivate", ROW_RECLAIM, PGACTIVATE },
	{ "pgdeactivate", ROW_RECLAIM, PGDEACTIVATE },
	{ "pglazyfree", ROW_UNCOUNTED, 0 },
	{ "pgfault", ROW_RECLAIM, PGFAULT },
	{ "pgmajfault", ROW_RECLAIM, PGMAJFAULT },
	{ "pglazyfreed", ROW_UNCOUNTED, 0 },
	{ "pgrefill", ROW_RECLAIM, PGREFILL },
	{ "pgreuse", ROW_UNCOUNTED, 0 },
	{ "pgsteal_kswapd", ROW_RECLAIM, PGSTEAL_KSWAPD },
	{ "pgsteal_direct", ROW_RECLAIM, PGSTEAL_DIRECT },
	{ "pgsteal_khugepaged", ROW_UNCOUNTED, 0 },
	{ "pgscan_kswapd", ROW_RECLAIM, PGSCAN_KSWAPD },
	{ "pgscan_direct", ROW_RECLAIM, PGSCAN_DIRECT },
	{ "pgscan_khugepaged", ROW_UNCOUNTED, 0 },
	{ "pgscan_direct_throttle", ROW_RECLAIM, PGSCAN_DIRECT_THROTTLE },
	{ "pgscan_anon", ROW_RECLAIM, PGSCAN_ANON },
	{ "pgscan_file", ROW_RECLAIM, PGSCAN_FILE },
	{ "pgsteal_anon", ROW_RECLAIM, PGSTEAL_ANON },
	{ "pgsteal_file", ROW_RECLAIM, PGSTEAL_FILE },
	{ "zone_reclaim_success", ROW_RECLAIM, PGSCAN_ZONE_RECLAIM_SUCCESS },
	{ "zone_reclaim_failed", ROW_RECLAIM, PGSCAN_ZONE_RECLAIM_FAILED },
	{ "pginodesteal", ROW_RECLAIM, PGINODESTEAL },
	{ "slabs_scanned", ROW_RECLAIM, SLABS_SCANNED },
	{ "kswapd_inodesteal", ROW_RECLAIM, KSWAPD_INODESTEAL },
	{ "kswapd_low_wmark_hit_quickly", ROW_RECLAIM, KSWAPD_LOW_WMARK_HIT_QUICKLY },
	{ "kswapd_high_wmark_hit_quickly", ROW_RECLAIM, KSWAPD_HIGH_WMARK_HIT_QUICKLY },
	{ "pageoutrun", ROW_RECLAIM, PAGEOUTRUN },
	{ "pgrotated", ROW_RECLAIM, PGROTATED },
	{ "drop_pagecache", ROW_RECLAIM, DROP_PAGECACHE },
	{ "drop_slab", ROW_RECLAIM, DROP_SLAB },
	{ "oom_kill", ROW_RECLAIM, OOM_KILLS },
	{ "pgmigrate_success", ROW_UNCOUNTED, 0 },
	{ "pgmigrate_fail", ROW_UNCOUNTED, 0 },
	{ "thp_migration_success", ROW_UNCOUNTED, 0 },
	{ "thp_migration_fail", ROW_UNCOUNTED, 0 },
	{ "thp_migration_split", ROW_UNCOUNTED, 0 },
	{ "compact_migrate_scanned", ROW_UNCOUNTED, 0 },
	{ "compact_free_scanned", ROW_UNCOUNTED, 0 },
	{ "compact_isolated", ROW_UNCOUNTED, 0 },
	{ "compact_stall", ROW_UNCOUNTED, 0 },
	{ "compact_fail", ROW_UNCOUNTED, 0 },
	{ "compact_success", ROW_UNCOUNTED, 0 },
	{ "compact_daemon_wake", ROW_UNCOUNTED, 0 },
	{ "compact_daemon_migrate_scanned", ROW_UNCOUNTED, 0 },
	{ "compact_daemon_free_scanned", ROW_UNCOUNTED, 0 },
	{ "htlb_buddy_alloc_success", ROW_UNCOUNTED, 0 },
	{ "htlb_buddy_alloc_fail", ROW_UNCOUNTED, 0 },
	{ "cma_alloc_success", ROW_UNCOUNTED, 0 },
	{ "cma_alloc_fail", ROW_UNCOUNTED, 0 },
	{ "unevictable_pgs_culled", ROW_RECLAIM, UNEVICTABLE_PGCULLED },
	{ "unevictable_pgs_scanned", ROW_UNCOUNTED, 0 },
	{ "unevictable_pgs_rescued", ROW_RECLAIM, UNEVICTABLE_PGRESCUED },
	{ "unevictable_pgs_mlocked", ROW_RECLAIM, UNEVICTABLE_PGMLOCKED },
	{ "unevictable_pgs_munlocked", ROW_RECLAIM, UNEVICTABLE_PGMUNLOCKED },
	{ "unevictable_pgs_cleared", ROW_UNCOUNTED, 0 },
	{ "unevictable_pgs_stranded", ROW_UNCOUNTED, 0 },
	{ "thp_fault_alloc", ROW_UNCOUNTED, 0 },
	{ "thp_fault_fallback", ROW_UNCOUNTED, 0 },
	{ "thp_fault_fallback_charge", ROW_UNCOUNTED, 0 },
	{ "thp_collapse_alloc", ROW_UNCOUNTED, 0 },
	{ "thp_collapse_alloc_failed", ROW_UNCOUNTED, 0 },
	{ "thp_file_alloc", ROW_UNCOUNTED, 0 },
	{ "thp_file_fallback", ROW_UNCOUNTED, 0 },
	{ "thp_file_fallback_charge", ROW_UNCOUNTED, 0 },
	{ "thp_file_mapped", ROW_UNCOUNTED, 0 },
	{ "thp_split_page", ROW_UNCOUNTED, 0 },
	{ "thp_split_page_failed", ROW_UNCOUNTED, 0 },
	{ "thp_deferred_split_page", ROW_UNCOUNTED, 0 },
	{ "thp_underused_split_page", ROW_UNCOUNTED, 0 },
	{ "thp_split_pmd", ROW_UNCOUNTED, 0 },
	{ "thp_scan_exceed_none_pte", ROW_UNCOUNTED, 0 },
	{ "thp_scan_exceed_swap_pte", ROW_UNCOUNTED, 0 },
	{ "thp_scan_exceed_share_pte", ROW_UNCOUNTED, 0 },
	{ "thp_split_pud", ROW_UNCOUNTED, 0 },
	{ "thp_zero_page_alloc", ROW_UNCOUNTED, 0 },
	{ "thp_zero_page_alloc_failed", ROW_UNCOUNTED, 0 },
	{ "thp_swpout", ROW_UNCOUNTED, 0 },
	{ "thp_swpout_fallback", ROW_UNCOUNTED, 0 },
	{ "swap_ra", ROW_RECLAIM, SWAP_RA },
	{ "swap_ra_hit", ROW_RECLAIM, SWAP_RA_HIT },
	{ "swpin_zero", ROW_UNCOUNTED, 0 },
	{ "swpout_zero", ROW_UNCOUNTED, 0 },
};

static const struct row zswap_rows[] = {
	{ "zswpin", ROW_RECLAIM, ZSWPIN },
	{ "zswpout", ROW_RECLAIM, ZSWPOUT },
	{ "zswpwb", ROW_RECLAIM, ZSWPWB },
};

/* Linux does not count it: so it comes last. */
static const struct row own_rows[] = { { "kswapd_wake", ROW_EVENT, KSWAPD_WAKE } };

static const char *const migratetype_names[MIGRATE_TYPES] = {
	"Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate",
};

/* --- what a row says -------------------------------------------------------------------------------------------------- */

/* May be below zero: a part of the truth. */
static s64 zone_figure(const struct zone *zone, const struct row *row)
{
	const struct vm_state *vm = vm_state();
	const struct pgdat *pgdat = vm ? &vm->node[zone->nid] : NULL;

	switch (row->kind) {
	case ROW_ZONE:
		return zone_stat_cheap(zone->nid, zone->index, row->item);
	case ROW_NUMA:
		return (s64)numa_events_sum(zone->nid, zone->index, row->item);
	case ROW_ZONE_LRU:
		return pgdat ? (s64)READ_ONCE(pgdat->lruvec.lru_size[zone->index][row->item]) : 0;
	case ROW_ZONE_VM:
		return pgdat ? READ_ONCE(pgdat->zone_stat[zone->index][row->item]) : 0;
	default:
		return 0;
	}
}

static u64 node_figure(unsigned nid, const struct row *row)
{
	const struct mm *mm = current_mm();

	if (row->kind == ROW_NODE_SLAB)
		return node_slab_pages(mm, nid, row->item);
	return row->kind == ROW_NODE && mm->vm ? node_page_state(&mm->vm->node[nid], row->item) : 0;
}

static u64 dirty_limit(bool background)
{
	u64 limit[2] = { 0, 0 };

	if (vm_state())
		dirty_limits(&limit[1], &limit[0]);
	return limit[background];
}

static u64 all_zones(const struct mm *mm, const struct row *row)
{
	s64 sum = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			sum += zone_figure(mm->zone[i], row);
	return not_negative(sum);
}

static u64 reclaim_events(unsigned item)
{
	return vm_state() ? READ_ONCE(vm_state()->event[item]) : 0;
}

/* Of the whole machine. */
static u64 figure(const struct mm *mm, const struct row *row)
{
	switch (row->kind) {
	case ROW_ZONE:
	case ROW_ZONE_LRU:
	case ROW_ZONE_VM:
	case ROW_NUMA:
		return all_zones(mm, row);
	case ROW_NODE:
		return global_node_page_state(row->item);
	case ROW_NODE_SLAB:
		return slab_pages(mm, row->item);
	case ROW_DIRTY_LIMIT:
		return dirty_limit(row->item);
	case ROW_EVENT:
		return vm_events_sum(row->item);
	case ROW_RECLAIM:
		return reclaim_events(row->item);
	case ROW_RECLAIM_KB:
		return reclaim_events(row->item) * (PAGE_SIZE / 1024);
	default:
		return 0;
	}
}

/* --- /proc/vmstat [F5] -------------------------------------------------------------------------------------------- */

static const struct {
	const struct row *row;
	u16 nr;
	bool of_vm; /* only after vm_init() */
} vmstat_parts[] = {
	{ zone_rows, ARRAY_SIZE(zone_rows), false },   { numa_rows, ARRAY_SIZE(numa_rows), false },
	{ node_rows, ARRAY_SIZE(node_rows), false },   { system_rows, ARRAY_SIZE(system_rows), false },
	{ event_rows, ARRAY_SIZE(event_rows), false }, { zswap_rows, ARRAY_SIZE(zswap_rows), true },
	{ own_rows, ARRAY_SIZE(own_rows), false },
};

static void put_row(struct text *t, const char *name, u64 value)
{
	text_words(t, name);
	text_words(t, " ");
	text_number(t, value, 0);
	text_words(t, "\n");
}

unsigned vmstat_show(char *out, unsigned bytes)
{
	const struct mm *mm = current_mm();
	struct text t = text_in(out, bytes);

	out[0] = 0;
	for (size_t p = 0; p < ARRAY_SIZE(vmstat_parts); p++)
		for (size_t i = 0; i < vmstat_parts[p].nr && (mm->vm || !vmstat_parts[p].of_vm); i++)
			put_row(&t, vmstat_parts[p].row[i].name, figure(mm, &vmstat_parts[p].row[i]));
	return (unsigned)(t.at - out);
}

u64 vm_counter(const char *name)
{
	for (size_t p = 0; p < ARRAY_SIZE(vmstat_parts); p++)
		for (size_t i = 0; i < vmstat_parts[p].nr; i++)
			if (!strcmp(vmstat_parts[p].row[i].name, name))
				return figure(current_mm(), &vmstat_parts[p].row[i]);
	return ~0ULL;
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
	put_number(t, "\n  pages free     ", not_negative(READ_ONCE(zone->vm_stat[NR_FREE_PAGES])));
	put_number(t, "\n        boost    ", READ_ONCE(zone->watermark_boost));
	put_number(t, "\n        min      ", wmark_pages(zone, WMARK_MIN));
	put_number(t, "\n        low      ", wmark_pages(zone, WMARK_LOW));
	put_number(t, "\n        high     ", wmark_pages(zone, WMARK_HIGH));
	put_number(t, "\n        promo    ", wmark_pages(zone, WMARK_PROMO));
	put_number(t, "\n        spanned  ", zone->spanned_pages);
	put_number(t, "\n        present  ", zone->present_pages);
	put_number(t, "\n        managed  ", zone->managed_pages);
	put_number(t, "\n        cma      ", zone->cma_pages);
	put_number(t, "\n        protection: (", READ_ONCE(zone->lowmem_reserve[0]));
	for (unsigned z = 1; z < MAX_NR_ZONES; z++)
		put_number(t, ", ", READ_ONCE(zone->lowmem_reserve[z]));
	text_words(t, ")");
}

static void put_zone_items(struct text *t, const struct zone *zone)
{
	for (size_t i = 0; i < ARRAY_SIZE(zone_rows); i++)
		put_item(t, zone_rows[i].name, not_negative(zone_figure(zone, &zone_rows[i])));
	for (size_t i = 0; i < ARRAY_SIZE(numa_rows); i++)
		put_item(t, numa_rows[i].name, not_negative(zone_figure(zone, &numa_rows[i])));
}

one_step static void put_pagesets(struct text *t, const struct zone *zone)
{
	text_words(t, "\n  pagesets");
	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++) {
		struct per_cpu_pages *pcp = zone->pcp[cpu];

		step_lock(&pcp->lock);
		put_number(t, "\n    cpu: ", cpu);
		put_number(t, "\n              count: ", pcp->count);
		put_number(t, "\n              high:  ", pcp->tuning.high);
		put_number(t, "\n              batch: ", pcp->batch);
		step_unlock(&pcp->lock);
		put_number(t, "\n  vm stats threshold: ", READ_ONCE(zone->stat[cpu]->stat_threshold));
	}
}

static void put_node_items(struct text *t, unsigned nid)
{
	text_words(t, "\n  per-node stats");
	for (size_t i = 0; i < ARRAY_SIZE(node_rows); i++)
		put_item(t, node_rows[i].name, node_figure(nid, &node_rows[i]));
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
		put_number(t, "\n  node_unreclaimable:  ", node_is_unreclaimable(zone->nid));
		put_number(t, "\n  start_pfn:           ", zone->start_pfn);
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
	put_number(t, "Page block order: ", mm->pageblock_order);
	put_number(t, "\nPages per block:  ", 1ULL << mm->pageblock_order);
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
