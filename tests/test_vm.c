/* SPDX-License-Identifier: GPL-2.0-only */
/* test_vm.c - vm_init() without memory, and the knobs. */
#include <errno.h>
#include "scene.h"

static void begin(void)
{
	struct machine_config c = small_machine();

	m = machine_create(&c);
	machine_enter(m, 0);
	ok(!mm_boot() && !kmem_cache_init(), "a machine boots");
}

/* So many pages that it asks for are not there, from the nth on. */
static bool starts_without(unsigned nth, unsigned missing)
{
	int err;

	begin();
	sim_plan_fault(m, FAULT_PAGE_ALLOC, nth, missing);
	err = vm_init();
	same_number((u64)-err, err ? ENOMEM : 0, "reclaim is there, or it says that there is no memory");
	ok(vm_is_up() == !err, "and means it");
	machine_destroy(m);
	return !err;
}

static void test_no_memory(void)
{
	unsigned failed = 0;

	for (unsigned nth = 0; nth < 4; nth++)
		failed += !starts_without(nth, 1000);
	ok(failed && failed < 4, "without any page there is not enough, with some there is");
}

static void test_twice(void)
{
	begin();
	same_number((u64)vm_init(), 0, "there is reclaim");
	same_number((u64)-vm_init(), EEXIST, "once");
	machine_destroy(m);
}

static void test_knobs(void)
{
	static const u32 row[NR_VM_KNOBS][2] = { /* at first, at most */
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
		[VM_SHRINKER_MODE] = { 0, NR_SHRINKER_MODES - 1 },
	};

	begin();
	vm_init();
	for (unsigned i = 0; i < NR_VM_KNOBS; i++) {
		same_number(vm_knob(i), row[i][0], "a knob as it is at first");
		ok(!vm_knob_write(i, row[i][1]) && vm_knob(i) == row[i][1], "knob %u takes its largest value", i);
		ok(vm_knob_write(i, row[i][1] + 1) == -EINVAL && vm_knob(i) == row[i][1], "and none larger");
	}
	same_number((u64)-vm_knob_write(NR_VM_KNOBS, 0), EINVAL, "there is no knob behind the last");
	machine_destroy(m);
}

int main(void)
{
	test_no_memory();
	test_twice();
	test_knobs();
	return tap_end();
}
