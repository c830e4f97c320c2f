/* SPDX-License-Identifier: GPL-2.0-only */
/* proc.c - the files of /proc as they must be: forms of the kernel, with the model's numbers filled in. */
#include <string.h>
#include "internal.h"
#include "model_text.h"
#include "vm_state.h"

/* --- F2 ----------------------------------------------------------------------------------------------------------- */

#define MOST_COUNTED 100000

static const char *const type_names[MIGRATE_TYPES] = {
	"   Unmovable", "     Movable", " Reclaimable", "  HighAtomic", "         CMA", "     Isolate",
};

/* A list that is longer is not counted to its end. */
static const char *judge_count(struct model *m, u64 nr, const char **text)
{
	bool cut = nr >= MOST_COUNTED;

	nr = cut ? MOST_COUNTED : nr;
	return judge_form(m, "F2", text, cut ? ">###### " : "###### ", &nr);
}

static const char *judge_free_row(struct model *m, unsigned zone, unsigned type, const char **text)
{
	const u64 head[] = { zone / MAX_NR_ZONES, zone % MAX_NR_ZONES };
	const char *bad = judge_form(m, "F2", text, "Node ####, zone $$$$$$$$, type ", head);

	if (!bad)
		bad = judge_form(m, "F2", text, type_names[type], NULL);
	if (!bad)
		bad = judge_form(m, "F2", text, " ", NULL);
	for (unsigned o = 0; !bad && o <= m->max_order; o++)
		bad = judge_count(m, model_nr_free(m, zone, o, type), text);
	return bad ? bad : judge_form(m, "F2", text, "\n", NULL);
}

/* Pageblocks of a device are not online and do not count. */
static const char *judge_block_row(struct model *m, unsigned zone, const char **text)
{
	u64 value[2 + MIGRATE_TYPES] = { zone / MAX_NR_ZONES, zone % MAX_NR_ZONES };

	for (unsigned type = 0; type < MIGRATE_TYPES; type++)
		value[2 + type] = zone % MAX_NR_ZONES == ZONE_DEVICE ? 0 : m->zone[zone].blocks_of[type];
	return judge_form(m, "F2", text,
			  "Node #, zone $$$$$$$$ ############ ############ ############ ############ ############ "
			  "############ \n",
			  value);
}

static const char *judge_orders(struct model *m, const char **text)
{
	const u64 head[] = { m->block_order, 1ULL << m->block_order };
	const char *bad = judge_form(m, "F2", text,
				     "Page block order: #\nPages per block:  #\n\n"
				     "Free pages count per migrate type at order  ",
				     head);

	for (u64 o = 0; !bad && o <= m->max_order; o++)
		bad = judge_form(m, "F2", text, "###### ", &o);
	return bad ? bad : judge_form(m, "F2", text, "\n", NULL);
}

static const char *judge_pagetypes_of_node(struct model *m, unsigned first_zone, const char **text)
{
	const char *bad = judge_orders(m, text);
	unsigned end = first_zone + MAX_NR_ZONES;

	for (unsigned z = first_zone; z < end; z++)
		for (unsigned type = 0; !bad && m->zone[z].present && type < MIGRATE_TYPES; type++)
			bad = judge_free_row(m, z, type, text);
	if (!bad)
		bad = judge_form(m, "F2", text,
				 "\nNumber of blocks type     Unmovable      Movable  Reclaimable   HighAtomic          CMA"
				 "      Isolate \n",
				 NULL);
	for (unsigned z = first_zone; !bad && z < end; z++)
		if (m->zone[z].present)
			bad = judge_block_row(m, z, text);
	return bad;
}

/* Each node with memory of its own, a device's not counted. */
const char *model_judge_pagetypeinfo(struct model *m, const char *text)
{
	const char *bad = NULL;

	for (unsigned nid = 0; !bad && nid < m->nr_nodes; nid++) {
		u64 present = 0;

		for (unsigned index = 0; index < ZONE_DEVICE; index++)
			present += m->zone[nid * MAX_NR_ZONES + index].present;
		if (present)
			bad = judge_pagetypes_of_node(m, nid * MAX_NR_ZONES, &text);
	}
	return bad ? bad : judge_end(m, "F2", text);
}

/* --- F4 ----------------------------------------------------------------------------------------------------------- */

static const char node_stats[] = "\n  per-node stats"
				 "\n      nr_inactive_anon #"
				 "\n      nr_active_anon #"
				 "\n      nr_inactive_file #"
				 "\n      nr_active_file #"
				 "\n      nr_unevictable #"
				 "\n      nr_slab_reclaimable #"
				 "\n      nr_slab_unreclaimable #"
				 "\n      nr_isolated_anon #"
				 "\n      nr_isolated_file #"
				 "\n      workingset_nodes ~"
				 "\n      workingset_refault_anon ~"
				 "\n      workingset_refault_file ~"
				 "\n      workingset_activate_anon ~"
				 "\n      workingset_activate_file ~"
				 "\n      workingset_restore_anon ~"
				 "\n      workingset_restore_file ~"
				 "\n      workingset_nodereclaim ~"
				 "\n      nr_anon_pages #"
				 "\n      nr_mapped    #"
				 "\n      nr_file_pages #"
				 "\n      nr_dirty     #"
				 "\n      nr_writeback #"
				 "\n      nr_writeback_temp 0"
				 "\n      nr_shmem     0"
				 "\n      nr_shmem_hugepages 0"
				 "\n      nr_shmem_pmdmapped 0"
				 "\n      nr_file_hugepages 0"
				 "\n      nr_file_pmdmapped 0"
				 "\n      nr_anon_transparent_hugepages 0"
				 "\n      nr_vmscan_write ~"
				 "\n      nr_vmscan_immediate_reclaim ~"
				 "\n      nr_dirtied   ~"
				 "\n      nr_written   ~"
				 "\n      nr_throttled_written ~"
				 "\n      nr_kernel_misc_reclaimable 0"
				 "\n      nr_foll_pin_acquired ~"
				 "\n      nr_foll_pin_released ~"
				 "\n      nr_kernel_stack 0"
				 "\n      nr_page_table_pages #"
				 "\n      nr_sec_page_table_pages 0"
				 "\n      nr_swapcached #"
				 "\n      pgdemote_kswapd 0"
				 "\n      pgdemote_direct 0"
				 "\n      pgdemote_khugepaged 0";

static const char zone_marks[] = "\n  pages free     #"
				 "\n        boost    #"
				 "\n        min      #"
				 "\n        low      #"
				 "\n        high     #"
				 "\n        promo    #"
				 "\n        spanned  #"
				 "\n        present  #"
				 "\n        managed  #"
				 "\n        cma      #"
				 "\n        protection: (#, #, #, #, #, #)";

static const char zone_items[] = "\n      nr_free_pages #"
				 "\n      nr_zone_inactive_anon #"
				 "\n      nr_zone_active_anon #"
				 "\n      nr_zone_inactive_file #"
				 "\n      nr_zone_active_file #"
				 "\n      nr_zone_unevictable #"
				 "\n      nr_zone_write_pending #"
				 "\n      nr_mlock     #"
				 "\n      nr_bounce    0"
				 "\n      nr_zspages   0"
				 "\n      nr_free_cma  #"
				 "\n      nr_unaccepted 0"
				 "\n      numa_hit     #"
				 "\n      numa_miss    #"
				 "\n      numa_foreign #"
				 "\n      numa_interleave #"
				 "\n      numa_local   #"
				 "\n      numa_other   #"
				 "\n  pagesets";

static const char page_set[] = "\n    cpu: #"
			       "\n              count: #"
			       "\n              high:  #"
			       "\n              batch: #"
			       "\n  vm stats threshold: #";

/* Of a zone that does not exist all is 0. */
static const char *judge_marks(struct model *m, const struct model_zone *z, const char **text)
{
	static const u64 zeroes[16];
	const u64 value[16] = {
		zone_reads(z, STAT_FREE), z->boost,	  z->min + z->boost, z->low + z->boost, z->high + z->boost,
		z->promo + z->boost,	  z->spanned,	  z->present,	     z->managed,	z->cma,
		z->reserve[0],		  z->reserve[1],  z->reserve[2],     z->reserve[3],	z->reserve[4],
		z->reserve[5],
	};

	return judge_form(m, "F4", text, zone_marks, z->exists ? value : zeroes);
}

static const char *judge_items(struct model *m, const struct model_zone *z, const char **text)
{
	struct vm_figures f = vm_figures(m, ANY_NODE, (unsigned)(z - m->zone));
	const u64 value[] = {
		zone_reads(z, STAT_FREE), f.lru[0],   f.lru[1],	  f.lru[2],   f.lru[3],	  f.lru[4],   f.pending, f.mlocked,
		zone_reads(z, STAT_CMA),  z->numa[0], z->numa[1], z->numa[2], z->numa[3], z->numa[4], z->numa[5],
	};

	return judge_form(m, "F4", text, zone_items, value);
}

static const char *judge_page_set(struct model *m, const struct model_zone *z, unsigned cpu, const char **text)
{
	const struct model_pcp *p = &z->pcp[cpu];
	const u64 value[] = { cpu, p->count, p->tuning.high, z->disabled ? 1 : z->batch, z->threshold };

	return judge_form(m, "F4", text, page_set, value);
}

/* What only a zone with memory has. */
static const char *judge_populated(struct model *m, unsigned zone, const char **text)
{
	const struct model_zone *z = &m->zone[zone];
	const char *bad = judge_items(m, z, text);
	u64 start = zone_start(m, zone);

	for (unsigned c = 0; !bad && c < m->nr_cpus; c++)
		bad = judge_page_set(m, z, c, text);
	return bad ? bad : judge_form(m, "F4", text, "\n  node_unreclaimable:  #\n  start_pfn:           #",
				      (const u64[]){ vm_figures(m, z->nid, ANY_ZONE).hopeless, start });
}

static const char *judge_node_stats(struct model *m, unsigned nid, const char **text)
{
	struct vm_figures f = vm_figures(m, nid, ANY_ZONE);
	const u64 value[] = {
		f.lru[0],
		f.lru[1],
		f.lru[2],
		f.lru[3],
		f.lru[4],
		model_slab_pages(m, nid, true),
		model_slab_pages(m, nid, false),
		f.isolated[0],
		f.isolated[1],
		f.anon,
		f.mapped,
		f.file_pages,
		f.dirty,
		f.writeback,
		f.tables,
		f.swapcache,
	};

	return judge_form(m, "F4", text, node_stats, value);
}

/* first: of its node, of those with memory. */
static const char *judge_zone_block(struct model *m, unsigned zone, bool first, const char **text)
{
	const u64 head[] = { zone / MAX_NR_ZONES, zone % MAX_NR_ZONES };
	const char *bad = judge_form(m, "F4", text, "Node #, zone $$$$$$$$", head);

	if (!bad && first)
		bad = judge_node_stats(m, (unsigned)head[0], text);
	if (!bad)
		bad = judge_marks(m, &m->zone[zone], text);
	if (!bad && m->zone[zone].present)
		bad = judge_populated(m, zone, text);
	return bad ? bad : judge_form(m, "F4", text, "\n", NULL);
}

const char *model_judge_zoneinfo(struct model *m, const char *text)
{
	const char *bad = NULL;

	for (unsigned nid = 0; nid < m->nr_nodes; nid++) {
		bool begun = false;

		for (unsigned z = nid * MAX_NR_ZONES; !bad && z < (nid + 1) * MAX_NR_ZONES; z++) {
			bad = judge_zone_block(m, z, m->zone[z].present && !begun, &text);
			begun |= m->zone[z].present > 0;
		}
	}
	return bad ? bad : judge_end(m, "F4", text);
}

/* --- F5 ----------------------------------------------------------------------------------------------------------- */

static const char vmstat_form[] =
	"nr_free_pages #\nnr_zone_inactive_anon #\nnr_zone_active_anon #\nnr_zone_inactive_file #\n"
	"nr_zone_active_file #\nnr_zone_unevictable #\nnr_zone_write_pending #\nnr_mlock #\nnr_bounce 0\nnr_zspages 0\n"
	"nr_free_cma #\nnr_unaccepted 0\n"
	"numa_hit #\nnuma_miss #\nnuma_foreign #\nnuma_interleave #\nnuma_local #\nnuma_other #\n"
	"nr_inactive_anon #\nnr_active_anon #\nnr_inactive_file #\nnr_active_file #\nnr_unevictable #\n"
	"nr_slab_reclaimable #\nnr_slab_unreclaimable #\nnr_isolated_anon #\nnr_isolated_file #\nworkingset_nodes ~\n"
	"workingset_refault_anon ~\nworkingset_refault_file ~\nworkingset_activate_anon ~\nworkingset_activate_file ~\n"
	"workingset_restore_anon ~\nworkingset_restore_file ~\nworkingset_nodereclaim ~\nnr_anon_pages #\nnr_mapped #\n"
	"nr_file_pages #\nnr_dirty #\nnr_writeback #\nnr_writeback_temp 0\nnr_shmem 0\nnr_shmem_hugepages 0\n"
	"nr_shmem_pmdmapped 0\nnr_file_hugepages 0\nnr_file_pmdmapped 0\nnr_anon_transparent_hugepages 0\n"
	"nr_vmscan_write ~\nnr_vmscan_immediate_reclaim ~\nnr_dirtied ~\nnr_written ~\nnr_throttled_written ~\n"
	"nr_kernel_misc_reclaimable 0\nnr_foll_pin_acquired ~\nnr_foll_pin_released ~\nnr_kernel_stack 0\n"
	"nr_page_table_pages #\nnr_sec_page_table_pages 0\nnr_swapcached #\npgdemote_kswapd 0\npgdemote_direct 0\n"
	"pgdemote_khugepaged 0\n"
	"nr_dirty_threshold ~\nnr_dirty_background_threshold ~\nnr_memmap_pages 0\nnr_memmap_boot_pages 0\n"
	"pgpgin ~\npgpgout ~\npswpin ~\npswpout ~\n"
	"pgalloc_dma #\npgalloc_dma32 #\npgalloc_normal #\npgalloc_high #\npgalloc_movable #\npgalloc_device #\n"
	"allocstall_dma #\nallocstall_dma32 #\nallocstall_normal #\nallocstall_high #\nallocstall_movable #\n"
	"allocstall_device #\n"
	"pgskip_dma ~\npgskip_dma32 ~\npgskip_normal ~\npgskip_high ~\npgskip_movable ~\npgskip_device ~\n"
	"pgfree #\npgactivate ~\npgdeactivate ~\npglazyfree 0\npgfault ~\npgmajfault ~\npglazyfreed 0\npgrefill ~\n"
	"pgreuse 0\npgsteal_kswapd ~\npgsteal_direct ~\npgsteal_khugepaged 0\npgscan_kswapd ~\npgscan_direct ~\n"
	"pgscan_khugepaged 0\npgscan_direct_throttle ~\npgscan_anon ~\npgscan_file ~\npgsteal_anon ~\npgsteal_file ~\n"
	"zone_reclaim_success ~\nzone_reclaim_failed ~\npginodesteal ~\nslabs_scanned ~\nkswapd_inodesteal ~\n"
	"kswapd_low_wmark_hit_quickly ~\nkswapd_high_wmark_hit_quickly ~\npageoutrun ~\npgrotated ~\ndrop_pagecache ~\n"
	"drop_slab ~\noom_kill #\npgmigrate_success 0\npgmigrate_fail 0\nthp_migration_success 0\nthp_migration_fail 0\n"
	"thp_migration_split 0\ncompact_migrate_scanned 0\ncompact_free_scanned 0\ncompact_isolated 0\ncompact_stall 0\n"
	"compact_fail 0\ncompact_success 0\ncompact_daemon_wake 0\ncompact_daemon_migrate_scanned 0\n"
	"compact_daemon_free_scanned 0\nhtlb_buddy_alloc_success 0\nhtlb_buddy_alloc_fail 0\ncma_alloc_success 0\n"
	"cma_alloc_fail 0\nunevictable_pgs_culled ~\nunevictable_pgs_scanned 0\nunevictable_pgs_rescued ~\n"
	"unevictable_pgs_mlocked ~\nunevictable_pgs_munlocked ~\nunevictable_pgs_cleared 0\nunevictable_pgs_stranded 0\n"
	"thp_fault_alloc 0\nthp_fault_fallback 0\nthp_fault_fallback_charge 0\nthp_collapse_alloc 0\n"
	"thp_collapse_alloc_failed 0\nthp_file_alloc 0\nthp_file_fallback 0\nthp_file_fallback_charge 0\n"
	"thp_file_mapped 0\nthp_split_page 0\nthp_split_page_failed 0\nthp_deferred_split_page 0\n"
	"thp_underused_split_page 0\nthp_split_pmd 0\nthp_scan_exceed_none_pte 0\nthp_scan_exceed_swap_pte 0\n"
	"thp_scan_exceed_share_pte 0\nthp_split_pud 0\nthp_zero_page_alloc 0\nthp_zero_page_alloc_failed 0\n"
	"thp_swpout 0\nthp_swpout_fallback 0\nswap_ra ~\nswap_ra_hit ~\nswpin_zero 0\nswpout_zero 0\n";

const char *model_judge_vmstat(struct model *m, const char *text)
{
	struct vm_figures f = vm_figures(m, ANY_NODE, ANY_ZONE);
	u64 value[9 + 6 + 16 + 2 * MAX_NR_ZONES + 2] = { all_zones_read(m, STAT_FREE), f.lru[0], f.lru[1], f.lru[2], f.lru[3], f.lru[4], f.pending, f.mlocked,
			  all_zones_read(m, STAT_CMA) };
	u64 *numa = value + 9, *node = numa + 6, *pgalloc = node + 16, *allocstall = pgalloc + MAX_NR_ZONES;
	const u64 nodes[] = { f.lru[0],	     f.lru[1],	    f.lru[2], f.lru[3], f.lru[4],     all_slab_pages(m, true), all_slab_pages(m, false),
			      f.isolated[0], f.isolated[1], f.anon,   f.mapped, f.file_pages, f.dirty,		       f.writeback,
			      f.tables,	     f.swapcache };
	const char *bad;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		for (unsigned i = 0; i < 6; i++)
			numa[i] += m->zone[z].numa[i];
	memcpy(node, nodes, sizeof(nodes));
	memcpy(pgalloc, m->pgalloc, sizeof(m->pgalloc));
	memcpy(allocstall, m->allocstall, sizeof(m->allocstall));
	allocstall[MAX_NR_ZONES] = m->pgfree;
	allocstall[MAX_NR_ZONES + 1] = model_has_vm(m) ? m->vm->live.oom.kills : 0;
	bad = judge_form(m, "F5", &text, vmstat_form, value);
	if (!bad && model_has_vm(m))
		bad = judge_form(m, "F5", &text, "zswpin ~\nzswpout ~\nzswpwb ~\n", NULL);
	if (!bad)
		bad = judge_form(m, "F5", &text, "kswapd_wake #\n", &m->kswapd_wakes);
	return bad ? bad : judge_end(m, "F5", text);
}

/* --- F6, F7 ------------------------------------------------------------------------------------------------------- */

static const char meminfo_form[] = "MemTotal:       ######## kB\n"
				   "MemFree:        ######## kB\n"
				   "MemAvailable:   ######## kB\n"
				   "Buffers:               0 kB\n"
				   "Cached:         ######## kB\n"
				   "SwapCached:     ######## kB\n"
				   "Active:         ######## kB\n"
				   "Inactive:       ######## kB\n"
				   "Active(anon):   ######## kB\n"
				   "Inactive(anon): ######## kB\n"
				   "Active(file):   ######## kB\n"
				   "Inactive(file): ######## kB\n"
				   "Unevictable:    ######## kB\n"
				   "Mlocked:        ######## kB\n"
				   "HighTotal:      ######## kB\n"
				   "HighFree:       ######## kB\n"
				   "LowTotal:       ######## kB\n"
				   "LowFree:        ######## kB\n"
				   "SwapTotal:      ######## kB\n"
				   "SwapFree:       ######## kB\n"
				   "Zswap:          ######## kB\n"
				   "Zswapped:       ######## kB\n"
				   "Dirty:          ######## kB\n"
				   "Writeback:      ######## kB\n"
				   "AnonPages:      ######## kB\n"
				   "Mapped:         ######## kB\n"
				   "Shmem:                 0 kB\n"
				   "KReclaimable:   ######## kB\n"
				   "Slab:           ######## kB\n"
				   "SReclaimable:   ######## kB\n"
				   "SUnreclaim:     ######## kB\n"
				   "KernelStack:           0 kB\n"
				   "PageTables:     ######## kB\n"
				   "SecPageTables:         0 kB\n"
				   "NFS_Unstable:          0 kB\n"
				   "Bounce:                0 kB\n"
				   "WritebackTmp:          0 kB\n"
				   "CommitLimit:           0 kB\n"
				   "Committed_AS:          0 kB\n"
				   "VmallocTotal:          0 kB\n"
				   "VmallocUsed:           0 kB\n"
				   "VmallocChunk:          0 kB\n"
				   "Percpu:                0 kB\n"
				   "HardwareCorrupted:     0 kB\n"
				   "AnonHugePages:         0 kB\n"
				   "ShmemHugePages:        0 kB\n"
				   "ShmemPmdMapped:        0 kB\n"
				   "FileHugePages:         0 kB\n"
				   "FilePmdMapped:         0 kB\n"
				   "CmaTotal:       ######## kB\n"
				   "CmaFree:        ######## kB\n"
				   "Unaccepted:            0 kB\n"
				   "HugePages_Total:       0\n"
				   "HugePages_Free:        0\n"
				   "HugePages_Rsvd:        0\n"
				   "HugePages_Surp:        0\n"
				   "Hugepagesize:   ######## kB\n"
				   "Hugetlb:               0 kB\n";

static u64 less(u64 a, u64 b)
{
	return a > b ? a - b : 0;
}

/* F7: what reclaimable slabs are sure to give: half may be in use, but never more than the low marks. */
static u64 sure_of(u64 giveable, u64 low)
{
	return giveable - (giveable / 2 < low ? giveable / 2 : low);
}

const char *model_judge_meminfo(struct model *m, const char *text)
{
	u64 managed = 0, high = 0, high_free = 0, cma = 0, low = 0, free = all_zones_read(m, STAT_FREE);
	u64 giveable = all_slab_pages(m, true), unreclaim = all_slab_pages(m, false);
	struct vm_figures f = vm_figures(m, ANY_NODE, ANY_ZONE);
	u64 file = f.lru[LRU_ACTIVE_FILE] + f.lru[LRU_INACTIVE_FILE];
	const char *bad;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		managed += m->zone[z].managed;
		cma += m->zone[z].cma;
		low += m->zone[z].exists ? m->zone[z].low + m->zone[z].boost : 0;
		if (!m->zone[z].present || !zone_is_high(m, z))
			continue;
		high += m->zone[z].managed;
		high_free += zone_reads(&m->zone[z], STAT_FREE);
	}
	bad = judge_form(m, "F6", &text, meminfo_form,
			 (const u64[]){ managed * 4,
					free * 4,
					less(free + sure_of(file, low) + sure_of(giveable, low), m->totalreserve) * 4,
					(f.file_pages - f.swapcache) * 4,
					f.swapcache * 4,
					(f.lru[LRU_ACTIVE_ANON] + f.lru[LRU_ACTIVE_FILE]) * 4,
					(f.lru[LRU_INACTIVE_ANON] + f.lru[LRU_INACTIVE_FILE]) * 4,
					f.lru[LRU_ACTIVE_ANON] * 4,
					f.lru[LRU_INACTIVE_ANON] * 4,
					f.lru[LRU_ACTIVE_FILE] * 4,
					f.lru[LRU_INACTIVE_FILE] * 4,
					f.lru[LRU_UNEVICTABLE] * 4,
					f.mlocked * 4,
					high * 4,
					high_free * 4,
					(managed - high) * 4,
					less(free, high_free) * 4,
					f.total_swap * 4,
					f.free_swap * 4,
					f.zswap * 4,
					f.zswap_stored * 4,
					f.dirty * 4,
					f.writeback * 4,
					f.anon * 4,
					f.mapped * 4,
					giveable * 4,
					(giveable + unreclaim) * 4,
					giveable * 4,
					unreclaim * 4,
					f.tables * 4,
					cma * 4,
					all_zones_read(m, STAT_CMA) * 4,
					4ULL << m->block_order });
	return bad ? bad : judge_end(m, "F6", text);
}
