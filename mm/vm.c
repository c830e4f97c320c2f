/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm.c - what tasks, files and swap have in common: boot, their pages, knobs, the end.
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
	if (vm_flag(page, PGV_dirty) && page_is_anon(page)) /* nobody will miss it */
		cancel_dirty_page(page);
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
	if (knob == VM_SHRINKER_MODE)
		inode_shrinker_follows_mode();
	return 0;
}

u32 vm_knob(enum vm_knob knob)
{
	return READ_ONCE(vm_state()->knob[knob]);
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
		step_lock_init(&vm->node[nid].note_lock);
		lruvec_init(&vm->node[nid].lruvec);
	}
	for (unsigned i = 0; i < NR_VM_KNOBS; i++)
		vm->knob[i] = knob_row[i].value;
	mm->vm = vm;
	return true;
}

#define NR_OTHER_KTHREADS 3 /* kblockd, oom_reaper, flusher; and kswapd of each node */

/* What others need comes first: objects, then who may be called; the balloon is an OOM notifier. */
static int init_parts(void)
{
	static int (*const init[])(void) = { shrinker_init, fs_init,  swap_init,	   tasks_init,
					     block_init,    oom_init, balloon_init, writeback_init, kswapd_init };
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
	if (!sim_has_cpus_for(NR_OTHER_KTHREADS + mm->nr_nodes))
		return -EBUSY;
	if (!mm->slab || !make_state(mm))
		return -ENOMEM;
	err = init_parts();
	if (err)
		mm->vm = NULL;
	else
		smp_store_release(&mm->vm->up, true); /* kernel threads look at what there is from now on */
	return err;
}

bool vm_is_up(void)
{
	return vm_works(current_mm());
}

void vm_settle(void)
{
	balloon_resize(0);
	tasks_settle();
	sim_run_kthreads();
	swap_settle();
	fs_settle();
	lru_add_drain_all();
	sim_run_kthreads();
}
