/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/early.trace.
 *
 *   cc repro.c -I include/mmcheck -I include/mmcheck/det -lmmcheck
 *
 * Prints what each operation answered. Exit status: 1 the finding shows, 0 it does not, 2 it does not
 * and an answer is not the recorded one.
 */

helper struct page *p0;

int main(void)
{
	struct machine_config config = { 0 };
	unsigned regions __attribute__((unused)) = 0;
	u64 at __attribute__((unused));

	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_config_profile(&config, PROFILE_SMALL);

	/* 0: region pfn=1 pages=400 kind=usable node=0 */
	if (regions < SIM_MAX_REGIONS)
		config.map[regions++] = (struct sim_region){ 1, 400, REGION_USABLE, 0 };

	/* 1: region pfn=512 pages=256 kind=usable node=1 */
	if (regions < SIM_MAX_REGIONS)
		config.map[regions++] = (struct sim_region){ 512, 256, REGION_USABLE, 1 };

	/* 2: region pfn=64 pages=8 kind=reserved node=0 */
	if (regions < SIM_MAX_REGIONS)
		config.map[regions++] = (struct sim_region){ 64, 8, REGION_RESERVED, 0 };

	/* 3: region pfn=128 pages=32 kind=cma node=0 */
	if (regions < SIM_MAX_REGIONS)
		config.map[regions++] = (struct sim_region){ 128, 32, REGION_CMA, 0 };

	/* 4: region pfn=448 pages=16 kind=device node=0 */
	if (regions < SIM_MAX_REGIONS)
		config.map[regions++] = (struct sim_region){ 448, 16, REGION_DEVICE, 0 };

	/* 5: knob knob=frames value=1024 */
	set_knob(&config, "frames", 1024u);

	/* 6: knob knob=frames value=4097 */

	/* 7: knob knob=fuel value=1 */

	/* 8: knob knob=cpus value=3 */
	set_knob(&config, "cpus", 3u);

	/* 9: knob knob=nodes value=3 */
	set_knob(&config, "nodes", 3u);
	config.nr_regions = regions;
	m = machine_create(&config);
	if (!m)
		return 3;
	machine_enter(m, 0);
	if (mm_boot_early() != 0) {
		puts("no usable memory");
		return 0;
	}
	m->chance = 9u;
	m->log_bytes = 0;
	look();

	/* 10: memblock_add base=51200 length=640   # ok */
	begin(10, 0, CONTEXT_TASK);
	end_ok(memblock_add(0x320000, 0xa000) == 0, "ok");

	/* 11: memblock_add_node base=53760 length=1024 node=1 flag=4   # ok */
	begin(11, 0, CONTEXT_TASK);
	end_ok(memblock_add_node(0x348000, 0x10000, 1, 4) == 0, "ok");

	/* 12: memblock_remove base=54000 length=64   # ok */
	begin(12, 0, CONTEXT_TASK);
	end_ok(memblock_remove(0x34bc00, 0x1000) == 0, "ok");

	/* 13: memblock_reserve base=6400 length=130   # ok */
	begin(13, 0, CONTEXT_TASK);
	end_ok(memblock_reserve(0x64000, 0x2080) == 0, "ok");

	/* 14: memblock_phys_free base=6400 length=2   # ok */
	begin(14, 0, CONTEXT_TASK);
	end_ok(memblock_phys_free(0x64000, 0x80) == 0, "ok");

	/* 15: memblock_mark_hotplug base=33000 length=640   # ok */
	begin(15, 0, CONTEXT_TASK);
	end_ok(memblock_mark_hotplug(0x203a00, 0xa000) == 0, "ok");

	/* 16: memblock_clear_hotplug base=33000 length=640   # ok */
	begin(16, 0, CONTEXT_TASK);
	end_ok(memblock_clear_hotplug(0x203a00, 0xa000) == 0, "ok");

	/* 17: memblock_mark_mirror base=33000 length=640   # ok */
	begin(17, 0, CONTEXT_TASK);
	end_ok(memblock_mark_mirror(0x203a00, 0xa000) == 0, "ok");

	/* 18: memblock_mark_nomap base=12800 length=640   # ok */
	begin(18, 0, CONTEXT_TASK);
	end_ok(memblock_mark_nomap(0xc8000, 0xa000) == 0, "ok");

	/* 19: memblock_clear_nomap base=12800 length=64   # ok */
	begin(19, 0, CONTEXT_TASK);
	end_ok(memblock_clear_nomap(0xc8000, 0x1000) == 0, "ok");

	/* 20: memblock_set_node base=51200 length=64 node=2   # ok */
	begin(20, 0, CONTEXT_TASK);
	end_ok(memblock_set_node(0x320000, 0x1000, 2) == 0, "ok");

	/* 21: memblock_set_bottom_up on=1   # ok */
	begin(21, 0, CONTEXT_TASK);
	memblock_set_bottom_up(true);
	end_ok(true, "ok");

	/* 22: memblock_find_in_range base=640 bytes=100 align=7 length=0   # ok 2112000 */
	begin(22, 0, CONTEXT_TASK);
	end_place(memblock_find_in_range(0xa000, MEMBLOCK_ALLOC_ANYWHERE, 128, 0x40), "ok 2112000");

	/* 23: memblock_find_in_range base=640 bytes=4096 align=13 length=16000   # ok 40960 */
	begin(23, 0, CONTEXT_TASK);
	end_place(memblock_find_in_range(0xa000, 0x104000, 4096, 0x1000), "ok 40960");

	/* 24: memblock_phys_alloc_range base=64 length=64 align=7 node=4   # ok 2112000 */
	begin(24, 0, CONTEXT_TASK);
	at = memblock_phys_alloc_range(0x1000, 0x40, 0x1000, MEMBLOCK_ALLOC_ANYWHERE, NUMA_NO_NODE, false);
	end_place(at, "ok 2112000");
	use_memory(at, 4096, false);

	/* 25: memblock_phys_alloc_below base=20000 length=3 align=10 node=4   # ok 4096 */
	begin(25, 0, CONTEXT_TASK);
	at = memblock_phys_alloc_range(0xc0, 0x200, 0, 0x138800, NUMA_NO_NODE, false);
	end_place(at, "ok 4096");
	use_memory(at, 192, false);

	/* 26: memblock_phys_alloc_exact base=128 length=64 align=0 node=1   # ok 2116096 */
	begin(26, 0, CONTEXT_TASK);
	at = memblock_phys_alloc_range(0x1000, 0, 0x2000, MEMBLOCK_ALLOC_ANYWHERE, 1, true);
	end_place(at, "ok 2116096");
	use_memory(at, 4096, false);

	/* 27: memblock_alloc bytes=100 align=7   # ok 2120192 */
	begin(27, 0, CONTEXT_TASK);
	at = place_of(memblock_alloc(100, 0x40));
	end_place(at, "ok 2120192");
	use_memory(at, 128, true);

	/* 28: memblock_alloc_raw bytes=5000 align=13   # ok 2121728 */
	begin(28, 0, CONTEXT_TASK);
	at = place_of(memblock_alloc_raw(5000, 0x1000));
	end_place(at, "ok 2121728");
	use_memory(at, 5056, false);

	/* 29: memblock_alloc_node bytes=64 align=7 node=1   # ok 2120320 */
	begin(29, 0, CONTEXT_TASK);
	at = place_of(memblock_alloc_node(64, 0x40, 1));
	end_place(at, "ok 2120320");
	use_memory(at, 64, true);

	/* 30: memblock_set_bottom_up on=0   # ok */
	begin(30, 0, CONTEXT_TASK);
	memblock_set_bottom_up(false);
	end_ok(true, "ok");

	/* 31: memblock_alloc_node bytes=64 align=0 node=4   # ok 2152896 */
	begin(31, 0, CONTEXT_TASK);
	at = place_of(memblock_alloc_node(64, 0, NUMA_NO_NODE));
	end_place(at, "ok 2152896");
	use_memory(at, 64, true);

	/* 32: memblock_is_memory base=640   # ok 1 */
	begin(32, 0, CONTEXT_TASK);
	end_value(memblock_is_memory(0xa000), "ok 1");

	/* 33: memblock_is_reserved base=6500   # ok 1 */
	begin(33, 0, CONTEXT_TASK);
	end_value(memblock_is_reserved(0x65900), "ok 1");

	/* 34: memblock_phys_mem_size   # ok 2789376 */
	begin(34, 0, CONTEXT_TASK);
	end_value(memblock_phys_mem_size(), "ok 2789376");

	/* 35: memblock_reserved_size   # ok 198016 */
	begin(35, 0, CONTEXT_TASK);
	end_value(memblock_reserved_size(), "ok 198016");

	/* 36: memblock_show on=1   # ok 495 */
	begin(36, 0, CONTEXT_TASK);
	end_value(memblock_show(true, lists, 4096), "ok 495");

	/* 37: memblock_check   # ok 1 */
	begin(37, 0, CONTEXT_TASK);
	end_value(memblock_check() == NULL, "ok 1");

	/* 38: memblock_set_movable_node on=1   # ok */
	begin(38, 0, CONTEXT_TASK);
	memblock_set_movable_node(true);
	end_ok(true, "ok");

	/* 39: memblock_reserve base=60000 length=16383   # ok */
	begin(39, 0, CONTEXT_TASK);
	end_ok(memblock_reserve(0x3a9800, 0x56800) == 0, "ok");

	/* 40: memblock_comb base=20000 what=reserve teeth=3 width=8   # ok teeth=3 */
	begin(40, 0, CONTEXT_TASK);
	end_comb(memblock_reserve, 0x138800, 0x200, 3, "ok teeth=3");

	/* 41: memblock_comb base=20000 what=free teeth=3 width=8   # ok teeth=3 */
	begin(41, 0, CONTEXT_TASK);
	end_comb(memblock_phys_free, 0x138800, 0x200, 3, "ok teeth=3");

	/* 42: hand_over   # ok */
	begin(42, 0, CONTEXT_TASK);
	end_ok(mm_boot_finish() == 0, "ok");
	remember_lists();

	/* 43: p0 = alloc_pages gfp=GFP_KERNEL order=0   # ok pfn=256 */
	begin(43, 0, CONTEXT_TASK);
	p0 = alloc_pages(GFP_KERNEL, 0);
	end_page(p0, "ok pfn=256");
	fill(p0, 1, 43);

	/* 44: free_pages p0   # ok */
	begin(44, 0, CONTEXT_TASK);
	check(p0, 1, 43);
	__free_pages(p0, 0);
	end_ok(true, "ok");

	/* everything goes back */
	begin(45, 0, CONTEXT_TASK);
	finish();
	return exit_status();
}
