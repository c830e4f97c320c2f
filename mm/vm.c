/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm.c - what tasks, files and swap have in common: boot, their pages, knobs, names of counters, the end.
 *
 *   vm_alloc_page()  PGV_used, one reference, on no list
 *     lru_add_page() and whoever finds it takes references
 *   put_vm_page()    the last one: off its list, nothing is known of the frame any more, free
 *
 * While vm_init() is at work what it allocates is served or refused as if there were no reclaim: reclaim begins, and kernel
 * threads have something to do, when it is over. So a machine that is too small says -ENOMEM, and goes on without.
 *
 * Invariants (vm_check() tests each by its number):
 *   [V3] a frame that is no page of ours has a struct vm_page of zeroes; one that is has as many references as it has users
 * Locks: none of its own; put_vm_page() takes the lruvec's. Sleeps: vm_alloc_page() as its mask says.
 */
#include <errno.h>
#include "vm_internal.h"

/* --- pages --------------------------------------------------------------------------------------------------------------------- */

struct page *vm_alloc_page(enum vm_use use, gfp_t gfp, int nid)
{
	struct mm *mm = current_mm();
	struct page *page;

	mm_announce((struct mm_event){ .type = EVENT_VM_WANTED,
				       .gfp = gfp,
				       .nid = nid == NUMA_NO_NODE ? 255 : (u8)nid,
				       .report = (u8)use });
	page = alloc_pages_node(nid, gfp, 0);
	if (page) {
		VM_BUG_ON(vm_page(page)->flags);
		*vm_page(page) = (struct vm_page){ .flags = PGV_used, .use = (u8)use };
	}
	mm_announce((struct mm_event){ .type = EVENT_VM_GIVEN, .pfn = page ? page_pfn(mm, page) : ~0ULL, .report = (u8)use });
	return page;
}

/* Nobody has it: who looks at lists finds no reference to take. */
static void free_vm_page(struct page *page)
{
	VM_BUG_ON(!vm_flag(page, PGV_used) || vm_page(page)->mapcount || vm_page(page)->mapping || vm_page(page)->pins);
	lru_forget_page(page);
	*vm_page(page) = (struct vm_page){ 0 };
	mm_announce((struct mm_event){ .type = EVENT_VM_RETURNED, .pfn = page_pfn(current_mm(), page) });
	WRITE_ONCE(page->refcount, 1);
	__free_pages(page, 0);
}

void put_vm_page(struct page *page)
{
	s32 left = atomic_dec_if_positive(&page->refcount);

	VM_BUG_ON(left < 0);
	if (!left)
		free_vm_page(page);
}

/* --- knobs ----------------------------------------------------------------------------------------------------------------------- */

static const struct {
	u32 value, highest;
} knob_row[NR_VM_KNOBS] = {
	[VM_SWAPPINESS] = { 60, 200 },
	[VM_VFS_CACHE_PRESSURE] = { 100, 1000 },
	[VM_DIRTY_RATIO] = { 20, 100 },
	[VM_DIRTY_BACKGROUND_RATIO] = { 10, 100 },
	[VM_DIRTY_BYTES] = { 0, 1u << 30 },
	[VM_DIRTY_BACKGROUND_BYTES] = { 0, 1u << 30 },
	[VM_PAGE_CLUSTER] = { 3, 5 },
	[VM_OOM_KILL_ALLOCATING_TASK] = { 0, 1 },
	[VM_PANIC_ON_OOM] = { 0, 2 },
	[VM_OOM_DUMP_TASKS] = { 1, 1 },
	[VM_ZSWAP_ENABLED] = { 1, 1 },
	[VM_ZSWAP_MAX_POOL_PERCENT] = { 20, 100 },
	[VM_ZONE_RECLAIM_MODE] = { 0, 7 },
	[VM_SHRINKER_MODE] = { SHRINKER_PLAIN, NR_SHRINKER_MODES - 1 },
};

int vm_knob_write(enum vm_knob knob, u32 value)
{
	if ((unsigned)knob >= NR_VM_KNOBS || value > knob_row[knob].highest)
		return -EINVAL;
	WRITE_ONCE(vm_state()->knob[knob], value);
	return 0;
}

u32 vm_knob(enum vm_knob knob)
{
	return READ_ONCE(vm_state()->knob[knob]);
}

/* --- counters -------------------------------------------------------------------------------------------------------------------- */

/* As /proc/vmstat has them. [F5] */
const char *const node_stat_names[NR_NODE_STAT_ITEMS] = {
	[NR_LRU_BASE + LRU_INACTIVE_ANON] = "nr_inactive_anon",
	[NR_LRU_BASE + LRU_ACTIVE_ANON] = "nr_active_anon",
	[NR_LRU_BASE + LRU_INACTIVE_FILE] = "nr_inactive_file",
	[NR_LRU_BASE + LRU_ACTIVE_FILE] = "nr_active_file",
	[NR_LRU_BASE + LRU_UNEVICTABLE] = "nr_unevictable",
	[NR_ISOLATED_ANON] = "nr_isolated_anon",
	[NR_ISOLATED_FILE] = "nr_isolated_file",
	[WORKINGSET_NODES] = "workingset_nodes",
	[WORKINGSET_REFAULT_ANON] = "workingset_refault_anon",
	[WORKINGSET_REFAULT_FILE] = "workingset_refault_file",
	[WORKINGSET_ACTIVATE_ANON] = "workingset_activate_anon",
	[WORKINGSET_ACTIVATE_FILE] = "workingset_activate_file",
	[WORKINGSET_RESTORE_ANON] = "workingset_restore_anon",
	[WORKINGSET_RESTORE_FILE] = "workingset_restore_file",
	[WORKINGSET_NODERECLAIM] = "workingset_nodereclaim",
	[NR_ANON_MAPPED] = "nr_anon_pages",
	[NR_FILE_MAPPED] = "nr_mapped",
	[NR_FILE_PAGES] = "nr_file_pages",
	[NR_FILE_DIRTY] = "nr_dirty",
	[NR_WRITEBACK] = "nr_writeback",
	[NR_VMSCAN_WRITE] = "nr_vmscan_write",
	[NR_VMSCAN_IMMEDIATE] = "nr_vmscan_immediate_reclaim",
	[NR_DIRTIED] = "nr_dirtied",
	[NR_WRITTEN] = "nr_written",
	[NR_THROTTLED_WRITTEN] = "nr_throttled_written",
	[NR_KERNEL_MISC_RECLAIMABLE] = "nr_kernel_misc_reclaimable",
	[NR_FOLL_PIN_ACQUIRED] = "nr_foll_pin_acquired",
	[NR_FOLL_PIN_RELEASED] = "nr_foll_pin_released",
	[NR_PAGETABLE] = "nr_page_table_pages",
	[NR_SWAPCACHE] = "nr_swapcached",
};

const char *const reclaim_event_names[NR_VM_RECLAIM_EVENTS] = {
	[PGPGIN] = "pgpgin",
	[PGPGOUT] = "pgpgout",
	[PSWPIN] = "pswpin",
	[PSWPOUT] = "pswpout",
	[PGSKIP_DMA + ZONE_DMA] = "pgskip_dma",
	[PGSKIP_DMA + ZONE_DMA32] = "pgskip_dma32",
	[PGSKIP_DMA + ZONE_NORMAL] = "pgskip_normal",
	[PGSKIP_DMA + ZONE_HIGHMEM] = "pgskip_high",
	[PGSKIP_DMA + ZONE_MOVABLE] = "pgskip_movable",
	[PGSKIP_DMA + ZONE_DEVICE] = "pgskip_device",
	[PGACTIVATE] = "pgactivate",
	[PGDEACTIVATE] = "pgdeactivate",
	[PGFAULT] = "pgfault",
	[PGMAJFAULT] = "pgmajfault",
	[PGREFILL] = "pgrefill",
	[PGSTEAL_KSWAPD] = "pgsteal_kswapd",
	[PGSTEAL_DIRECT] = "pgsteal_direct",
	[PGSCAN_KSWAPD] = "pgscan_kswapd",
	[PGSCAN_DIRECT] = "pgscan_direct",
	[PGSCAN_DIRECT_THROTTLE] = "pgscan_direct_throttle",
	[PGSCAN_ANON] = "pgscan_anon",
	[PGSCAN_FILE] = "pgscan_file",
	[PGSTEAL_ANON] = "pgsteal_anon",
	[PGSTEAL_FILE] = "pgsteal_file",
	[PGSCAN_ZONE_RECLAIM_SUCCESS] = "zone_reclaim_success",
	[PGSCAN_ZONE_RECLAIM_FAILED] = "zone_reclaim_failed",
	[PGINODESTEAL] = "pginodesteal",
	[SLABS_SCANNED] = "slabs_scanned",
	[KSWAPD_INODESTEAL] = "kswapd_inodesteal",
	[KSWAPD_LOW_WMARK_HIT_QUICKLY] = "kswapd_low_wmark_hit_quickly",
	[KSWAPD_HIGH_WMARK_HIT_QUICKLY] = "kswapd_high_wmark_hit_quickly",
	[PAGEOUTRUN] = "pageoutrun",
	[PGROTATED] = "pgrotated",
	[DROP_PAGECACHE] = "drop_pagecache",
	[DROP_SLAB] = "drop_slab",
	[OOM_KILLS] = "oom_kill",
	[UNEVICTABLE_PGCULLED] = "unevictable_pgs_culled",
	[UNEVICTABLE_PGRESCUED] = "unevictable_pgs_rescued",
	[UNEVICTABLE_PGMLOCKED] = "unevictable_pgs_mlocked",
	[UNEVICTABLE_PGMUNLOCKED] = "unevictable_pgs_munlocked",
	[SWAP_RA] = "swap_ra",
	[SWAP_RA_HIT] = "swap_ra_hit",
	[ZSWPIN] = "zswpin",
	[ZSWPOUT] = "zswpout",
	[ZSWPWB] = "zswpwb",
};

u64 global_node_page_state(enum node_stat_item item)
{
	struct mm *mm = current_mm();
	u64 sum = 0;

	for (unsigned nid = 0; nid < mm->nr_nodes; nid++)
		sum += node_page_state(&mm->vm->node[nid], item);
	return sum;
}

u64 vm_counter(const char *name)
{
	for (unsigned i = 0; i < NR_NODE_STAT_ITEMS; i++)
		if (!strcmp(name, node_stat_names[i]))
			return global_node_page_state((enum node_stat_item)i);
	for (unsigned i = 0; i < NR_VM_RECLAIM_EVENTS; i++)
		if (!strcmp(name, reclaim_event_names[i]))
			return READ_ONCE(vm_state()->event[i]);
	return ~0ULL;
}

/* --- boot, and the end ------------------------------------------------------------------------------------------------------------ */

static bool make_state(struct mm *mm)
{
	struct machine *m = this_cpu->machine;
	struct vm_state *vm = machine_meta_alloc(m, sizeof(*vm), 64);
	struct vm_page *page = machine_meta_alloc(m, mm->nr_frames * sizeof(*page), 64);

	_Static_assert(sizeof(struct vm_page) == 32, "vm_room() of the machine");
	if (!vm || !page)
		return false;
	vm->page = page;
	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++) {
		vm->node[nid].nid = (u8)nid;
		vm->node[nid].kswapd_highest_zoneidx = MAX_NR_ZONES;
		vm->node[nid].kswapd_asleep = true;
		lruvec_init(&vm->node[nid].lruvec);
	}
	for (unsigned i = 0; i < NR_VM_KNOBS; i++)
		vm->knob[i] = knob_row[i].value;
	mm->vm = vm;
	return true;
}

/* What needs memory comes first, then what makes kernel threads. */
static int init_parts(void)
{
	static int (*const init[])(void) = { shrinker_init, filemap_init, fs_init,	  swap_init,   tasks_init,
					     block_init,    oom_init,	  writeback_init, vmscan_init };
	int err = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(init) && !err; i++)
		err = init[i]();
	return err;
}

int vm_init(void)
{
	struct mm *mm = current_mm();
	int err;

	if (mm->vm)
		return -EEXIST;
	if (!mm->slab || !make_state(mm))
		return -ENOMEM;
	err = init_parts();
	if (err)
		mm->vm = NULL;
	else
		mm->vm->up = true;
	return err;
}

bool vm_is_up(void)
{
	const struct vm_state *vm = vm_state();

	return vm && vm->up;
}

void vm_settle(void)
{
	if (!vm_is_up())
		return;
	tasks_settle();
	sim_run_kthreads();
	swap_settle();
	fs_settle();
	lru_add_drain_all();
	sim_run_kthreads();
}
