/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/late.trace.
 *
 *   cc repro.c -I include/mmcheck -I include/mmcheck/det -lmmcheck
 *
 * Prints what each operation answered. Exit status: 1 the finding shows, 0 it does not, 2 it does not
 * and an answer is not the recorded one.
 */

helper struct page *p0;
helper struct page *p1;
helper struct page *p2;
helper struct page *p3;
helper struct page *p4;
helper struct page *p5;
helper struct page *p6;
helper struct page *p7;
helper struct page *p8;
helper struct page *bulk8[32];
helper struct page *bulk9[32];
helper struct page *p10;
helper struct page *p11;
helper struct page *p12;
helper struct page *bulk12[256];
helper struct page *p13;
helper struct page *bulk13[256];
helper struct page *p14;
helper struct page *p20;
helper struct page *p21;

int main(void)
{
	struct machine_config config = { 0 };
	unsigned regions __attribute__((unused)) = 0;
	u64 at __attribute__((unused));

	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_config_profile(&config, PROFILE_SMALL);

	/* 0: knob knob=page_owner value=1 */
	set_knob(&config, "page_owner", 1u);
	config.nr_regions =
		sim_profile_map(config.profile, config.param[PARAM_FRAMES], config.map);
	m = machine_create(&config);
	if (!m)
		return 3;
	machine_enter(m, 0);
	if (mm_boot() != 0) {
		puts("no usable memory");
		return 0;
	}
	remember_lists();
	m->chance = 5u;
	m->log_bytes = 0;
	look();

	/* 1: scope_save scope=nofs   # ok */
	begin(1, 0, CONTEXT_TASK);
	this_cpu->task_flags |= 1u << 1; /* enum sim_task_flag */
	end_ok(true, "ok");

	/* 2: scope_restore scope=nofs   # ok */
	begin(2, 0, CONTEXT_TASK);
	this_cpu->task_flags &= ~(1u << 1);
	end_ok(true, "ok");

	/* 3: sleep ms=20   # ok */
	begin(3, 0, CONTEXT_TASK);
	m->now_ns += 20 * 1000000ULL;
	end_ok(true, "ok");

	/* 4: fault site=reclaim_progress skip=1 times=2   # ok */
	begin(4, 0, CONTEXT_TASK);
	sim_plan_fault(m, (enum sim_fault_site)1, 1, 2);
	end_ok(true, "ok");

	/* 5: sysctl name=min_free_kbytes value=256   # ok */
	begin(5, 0, CONTEXT_TASK);
	end_ok(mm_sysctl_write((enum mm_sysctl)0, 256u) == 0, "ok");

	/* 6: kswapd node=4   # ok 0 */
	begin(6, 0, CONTEXT_TASK);
	end_value(kswapd_run(this_cpu->node), "ok 0");

	/* 7: kswapd cpu=1 node=0   # ok 0 */
	begin(7, 1, CONTEXT_TASK);
	end_value(kswapd_run(0), "ok 0");

	/* 8: p0 = alloc_pages gfp=GFP_KERNEL|__GFP_ZERO order=2   # ok pfn=160 */
	begin(8, 0, CONTEXT_TASK);
	p0 = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	end_page(p0, "ok pfn=160");
	check_zero(p0, 4);
	fill(p0, 4, 8);

	/* 9: p1 = alloc_pages cpu=1 ctx=softirq gfp=GFP_ATOMIC order=0   # ok pfn=164 */
	begin(9, 1, CONTEXT_SOFTIRQ);
	p1 = alloc_pages(GFP_ATOMIC, 0);
	end_page(p1, "ok pfn=164");
	fill(p1, 1, 9);

	/* 10: p2 = alloc_pages_node gfp=GFP_KERNEL|__GFP_COMP|__GFP_THISNODE order=1 node=0   # ok pfn=166 */
	begin(10, 0, CONTEXT_TASK);
	p2 = alloc_pages_node(0, GFP_KERNEL | __GFP_COMP | __GFP_THISNODE, 1);
	end_page(p2, "ok pfn=166");
	fill(p2, 2, 10);

	/* 11: p3 = alloc_pages cpu=6 gfp=GFP_HIGHUSER order=1   # ok pfn=896 */
	begin(11, 6, CONTEXT_TASK);
	p3 = alloc_pages(GFP_HIGHUSER, 1);
	end_page(p3, "ok pfn=896");
	fill(p3, 2, 11);

	/* 12: p4 = get_free_pages gfp=GFP_KERNEL order=1   # ok pfn=168 */
	begin(12, 0, CONTEXT_TASK);
	p4 = page_at((void *)__get_free_pages(GFP_KERNEL, 1));
	end_page(p4, "ok pfn=168");
	fill(p4, 2, 12);

	/* 13: p5 = get_zeroed_page cpu=2 gfp=GFP_KERNEL   # ok pfn=384 */
	begin(13, 2, CONTEXT_TASK);
	p5 = page_at((void *)get_zeroed_page(GFP_KERNEL));
	end_page(p5, "ok pfn=384");
	check_zero(p5, 1);
	fill(p5, 1, 13);

	/* 14: p6 = alloc_pages_exact gfp=GFP_KERNEL|__GFP_ZERO size=12289   # ok pfn=172 */
	begin(14, 0, CONTEXT_TASK);
	p6 = page_at(alloc_pages_exact(12289, GFP_KERNEL | __GFP_ZERO));
	end_page(p6, "ok pfn=172");
	check_zero(p6, 4);
	fill(p6, 4, 14);

	/* 15: p7 = alloc_pages_exact gfp=GFP_KERNEL size=0   # ok pfn=165 */
	begin(15, 0, CONTEXT_TASK);
	p7 = page_at(alloc_pages_exact(1, GFP_KERNEL));
	end_page(p7, "ok pfn=165");
	fill(p7, 1, 15);

	/* 16: p8 = alloc_pages_bulk cpu=2 gfp=GFP_KERNEL|__GFP_ZERO count=5   # ok pages=1 */
	begin(16, 2, CONTEXT_TASK);
	memset(bulk8, 0, sizeof(bulk8));
	end_count(alloc_pages_bulk(GFP_KERNEL | __GFP_ZERO, 5, bulk8), 5, "ok pages=1");
	for (int i = 0; i < 1; i++) {
		check_zero(bulk8[i], 1);
		fill(bulk8[i], 1, 16);
	}

	/* 17: p9 = alloc_pages_bulk gfp=GFP_NOWAIT count=0   # ok pages=0 */
	begin(17, 0, CONTEXT_TASK);
	memset(bulk9, 0, sizeof(bulk9));
	end_count(alloc_pages_bulk(GFP_NOWAIT, 0, bulk9), 0, "ok pages=0");

	/* 18: p10 = alloc_pages gfp=GFP_KERNEL order=11   # refused */
	begin(18, 0, CONTEXT_TASK);
	p10 = alloc_pages(GFP_KERNEL, 11);
	end_page(p10, "refused");

	/* 19: buddyinfo   # ok */
	begin(19, 0, CONTEXT_TASK);
	buddyinfo_show(lists, sizeof(lists));
	printf("%s", lists);
	end_ok(true, "ok");

	/* 20: pagetypeinfo   # ok */
	begin(20, 0, CONTEXT_TASK);
	pagetypeinfo_show(lists, sizeof(lists));
	printf("%s", lists);
	end_ok(true, "ok");

	/* 21: zoneinfo   # ok */
	begin(21, 0, CONTEXT_TASK);
	zoneinfo_show(lists, sizeof(lists));
	printf("%s", lists);
	end_ok(true, "ok");

	/* 22: vmstat   # ok */
	begin(22, 0, CONTEXT_TASK);
	vmstat_show(lists, sizeof(lists));
	printf("%s", lists);
	end_ok(true, "ok");

	/* 23: meminfo   # ok */
	begin(23, 0, CONTEXT_TASK);
	meminfo_show(lists, sizeof(lists));
	printf("%s", lists);
	end_ok(true, "ok");

	/* 24: page_owner p0 offset=3   # ok */
	begin(24, 0, CONTEXT_TASK);
	end_ok(page_owner_show(page_to_pfn(nth(p0, 3)), lists, sizeof(lists)) > 0, "ok");

	/* 25: kmap_local p3 offset=0   # ok pfn=896 (not expressible) */

	/* 26: kmap_local p3 offset=1   # ok pfn=897 (not expressible) */

	/* 27: kunmap_wrong p3 offset=0   # ok (not expressible) */

	/* 28: kunmap_local   # ok pfn=897 (not expressible) */

	/* 29: check p0   # ok */
	begin(29, 0, CONTEXT_TASK);
	check(p0, 4, 8);
	end_ok(true, "ok");

	/* 30: get_page p2   # ok */
	begin(30, 0, CONTEXT_TASK);
	get_page(p2);
	end_ok(true, "ok");

	/* 31: put_page p2   # ok */
	begin(31, 0, CONTEXT_TASK);
	check(p2, 2, 10);
	put_page(nth(p2, 1));
	end_ok(true, "ok");

	/* 32: split_page p4   # ok */
	begin(32, 0, CONTEXT_TASK);
	split_page(p4, 1);
	end_ok(true, "ok");

	/* 33: free_one p4 offset=1   # ok */
	begin(33, 0, CONTEXT_TASK);
	check(nth(p4, 1), 1, 12);
	put_page(nth(p4, 1));
	end_ok(true, "ok");

	/* 34: check p4   # ok */
	begin(34, 0, CONTEXT_TASK);
	check(p4, 1, 12);
	end_ok(true, "ok");

	/* 35: free_one p6 offset=2   # ok */
	begin(35, 0, CONTEXT_TASK);
	check(nth(p6, 2), 1, 14);
	put_page(nth(p6, 2));
	end_ok(true, "ok");

	/* 36: check p6   # ok */
	begin(36, 0, CONTEXT_TASK);
	check(p6, 1, 14);
	check(nth(p6, 1), 1, 14);
	check(nth(p6, 3), 1, 14);
	end_ok(true, "ok");

	/* 37: free_one p8 offset=4   # ok */
	begin(37, 0, CONTEXT_TASK);
	check(bulk8[0], 1, 16);
	put_page(bulk8[0]);
	end_ok(true, "ok");

	/* 38: check p8   # skipped (skipped) */

	/* 39: free_interior p0 offset=1   # ok */
	begin(39, 0, CONTEXT_TASK);
	__free_pages(nth(p0, 2), 0); /* the client's mistake */
	end_ok(true, "ok");

	/* 40: free_pages p0   # ok */
	begin(40, 0, CONTEXT_TASK);
	check(p0, 4, 8);
	__free_pages(p0, 2);
	end_ok(true, "ok");

	/* 41: write_stale p0 line=7   # ok */
	begin(41, 0, CONTEXT_TASK);
	ram_write_raw(m, page_to_pfn(p0), 7, 0x6b6b6b6b6b6b6b6b); /* the client's mistake */
	end_ok(true, "ok");

	/* 42: flip_stale p0 line=3   # ok (not expressible) */

	/* 43: kmap_repeat p3 offset=0 count=2   # ok mappings=2 (not expressible) */

	/* 44: free_by_address p5   # ok */
	begin(44, 0, CONTEXT_TASK);
	check(p5, 1, 13);
	free_pages((unsigned long)page_address(p5), 0);
	free_pages(0, 0);
	end_ok(true, "ok");

	/* 45: free_pages p6   # ok */
	begin(45, 0, CONTEXT_TASK);
	check(p6, 1, 14);
	check(nth(p6, 1), 1, 14);
	check(nth(p6, 3), 1, 14);
	__free_pages(p6, 0);
	__free_pages(nth(p6, 1), 0);
	__free_pages(nth(p6, 3), 0);
	end_ok(true, "ok");

	/* 46: free_pages p8   # ok */
	begin(46, 0, CONTEXT_TASK);
	__free_pages(bulk8[0], 0);
	end_ok(true, "ok");

	/* 47: free_pages p8   # ok */
	begin(47, 0, CONTEXT_TASK);
	__free_pages(bulk8[0], 0);
	end_ok(true, "ok");

	/* 48: free_pages p7   # ok */
	begin(48, 0, CONTEXT_TASK);
	check(p7, 1, 15);
	free_pages_exact(page_address(p7), 4096);
	end_ok(true, "ok");

	/* 49: p11 = alloc_pages gfp=GFP_KERNEL|GFP_DMA32 order=3   # ok pfn=64 */
	begin(49, 0, CONTEXT_TASK);
	p11 = alloc_pages(GFP_KERNEL | GFP_DMA32, 3);
	end_page(p11, "ok pfn=64");
	fill(p11, 8, 49);

	/* 50: get_page p11   # ok */
	begin(50, 0, CONTEXT_TASK);
	get_page(p11);
	end_ok(true, "ok");

	/* 51: free_pages p11   # ok */
	begin(51, 0, CONTEXT_TASK);
	check(p11, 8, 49);
	__free_pages(p11, 3);
	end_ok(true, "ok");

	/* 52: put_page p11   # ok */
	begin(52, 0, CONTEXT_TASK);
	check(p11, 1, 49);
	put_page(p11);
	end_ok(true, "ok");

	/* 53: drain_local   # ok */
	begin(53, 0, CONTEXT_TASK);
	drain_local_pages();
	end_ok(true, "ok");

	/* 54: drain_all   # ok */
	begin(54, 0, CONTEXT_TASK);
	drain_all_pages();
	end_ok(true, "ok");

	/* 55: pcp_disable zone=0/Normal   # ok */
	begin(55, 0, CONTEXT_TASK);
	end_ok(zone_pcp_disable(0, 2) == 0, "ok");

	/* 56: pcp_enable zone=0/Normal   # ok */
	begin(56, 0, CONTEXT_TASK);
	end_ok(zone_pcp_enable(0, 2) == 0, "ok");

	/* 57: cpu_dead target=3   # ok */
	begin(57, 0, CONTEXT_TASK);
	page_alloc_cpu_dead(3);
	end_ok(true, "ok");

	/* 58: isolate pfn=320   # ok */
	begin(58, 0, CONTEXT_TASK);
	end_ok(set_migratetype_isolate(320) == 0, "ok");

	/* 59: unisolate pfn=320   # ok */
	begin(59, 0, CONTEXT_TASK);
	end_ok(unset_migratetype_isolate(320) == 0, "ok");

	/* 60: vmstat_update   # ok */
	begin(60, 0, CONTEXT_TASK);
	vmstat_update();
	end_ok(true, "ok");

	/* 61: vmstat_refresh   # ok */
	begin(61, 0, CONTEXT_TASK);
	vmstat_refresh();
	end_ok(true, "ok");

	/* 62: p12 = fill_to zone=0/DMA32 mark=low offset=-3   # partly pages=64 */
	begin(62, 0, CONTEXT_TASK);
	memset(bulk12, 0, sizeof(bulk12));
	end_fill(bulk12, 0, 1, GFP_NOWAIT | GFP_DMA32 | __GFP_MEMALLOC | __GFP_THISNODE, mark_of(0, 1, 1) + -3, 64, "partly pages=64");
	for (int i = 0; i < 64; i++)
		fill(bulk12[i], 1, 62);

	/* 63: p13 = fragment zone=1/Normal pattern=5   # ok pages=32 */
	begin(63, 0, CONTEXT_TASK);
	memset(bulk13, 0, sizeof(bulk13));
	end_fragment(bulk13, 1, 2, GFP_NOWAIT | __GFP_MEMALLOC | __GFP_THISNODE, 5, 64, "ok pages=32");
	for (int i = 0; i < 32; i++)
		fill(bulk13[i], 1, 63);

	/* 64: check p12   # ok */
	begin(64, 0, CONTEXT_TASK);
	for (int i = 0; i < 64; i++)
		check(bulk12[i], 1, 62);
	end_ok(true, "ok");

	/* 65: free_pages p12   # ok */
	begin(65, 0, CONTEXT_TASK);
	for (int i = 0; i < 64; i++)
		check(bulk12[i], 1, 62);
	for (int i = 0; i < 64; i++)
		__free_pages(bulk12[i], 0);
	end_ok(true, "ok");

	/* 66: check p13   # ok */
	begin(66, 0, CONTEXT_TASK);
	for (int i = 0; i < 32; i++)
		check(bulk13[i], 1, 63);
	end_ok(true, "ok");

	/* 67: p14 = alloc_pages_node cpu=3 ctx=hardirq gfp=GFP_ATOMIC|__GFP_NOWARN order=3 node=2   # ok pfn=512 */
	begin(67, 3, CONTEXT_HARDIRQ);
	p14 = alloc_pages_node(2, GFP_ATOMIC | __GFP_NOWARN, 3);
	end_page(p14, "ok pfn=512");
	fill(p14, 8, 67);

	/* 68: p8 = alloc_pages gfp=GFP_KERNEL order=11   # refused */
	begin(68, 0, CONTEXT_TASK);
	p_none = alloc_pages(GFP_KERNEL, 11);
	end_page(p_none, "refused");

	/* 69: p12 = alloc_pages_bulk gfp=GFP_NOWAIT count=0   # ok pages=0 */
	begin(69, 0, CONTEXT_TASK);
	memset(bulk_none, 0, sizeof(bulk_none));
	end_count(alloc_pages_bulk(GFP_NOWAIT, 0, bulk_none), 0, "ok pages=0");

	/* 70: free_pages p2   # ok */
	begin(70, 0, CONTEXT_TASK);
	check(p2, 2, 10);
	__free_pages(p2, 1);
	end_ok(true, "ok");

	/* 71: p2 = alloc_pages_exact gfp=none size=1   # ok pfn=165 */
	begin(71, 0, CONTEXT_TASK);
	p2 = page_at(alloc_pages_exact(1, 0));
	end_page(p2, "ok pfn=165");
	fill(p2, 1, 71);

	/* 72: p12 = alloc_pages_exact gfp=GFP_KERNEL size=1048575   # refused */
	begin(72, 0, CONTEXT_TASK);
	p_none = page_at(alloc_pages_exact(1048575, GFP_KERNEL));
	end_page(p_none, "refused");

	/* 73: p12 = alloc_pages cpu=255 gfp=none order=0   # ok pfn=169 */
	begin(73, 7, CONTEXT_TASK);
	p12 = alloc_pages(0, 0);
	end_page(p12, "ok pfn=169");
	fill(p12, 1, 73);

	/* 74: code=0x1234 cpu=1 ctx=0x0 slot=0x5 slot2=0x7 gfp=0xcc0 argument=0x2 (not expressible) */

	/* 75: p20 = alloc_pages gfp=GFP_KERNEL order=0   # ok pfn=170 */
	begin(75, 0, CONTEXT_TASK);
	p20 = alloc_pages(GFP_KERNEL, 0);
	end_page(p20, "ok pfn=170");
	fill(p20, 1, 75);

	/* 76: walk_fast p20   # ok */
	begin(76, 0, CONTEXT_TASK);
	end_ok(true, "ok"); /* a reader: whom it may meet is a matter of schedules */

	/* 77: walk_rcu p20 cpu=1   # ok */
	begin(77, 1, CONTEXT_TASK);
	end_ok(true, "ok"); /* a reader: whom it may meet is a matter of schedules */

	/* 78: free_deferred p20   # ok */
	begin(78, 0, CONTEXT_TASK);
	pte_free_defer(p20);
	end_ok(true, "ok");

	/* 79: p21 = alloc_pages gfp=GFP_KERNEL order=0   # ok pfn=171 */
	begin(79, 0, CONTEXT_TASK);
	p21 = alloc_pages(GFP_KERNEL, 0);
	end_page(p21, "ok pfn=171");
	fill(p21, 1, 79);

	/* 80: free_table p21   # ok */
	begin(80, 0, CONTEXT_TASK);
	tlb_remove_table_one(p21);
	end_ok(true, "ok");

	/* 81: rcu_core   # ok */
	begin(81, 0, CONTEXT_TASK);
	rcu_core();
	end_ok(true, "ok");

	/* 82: synchronize_rcu cpu=2   # ok */
	begin(82, 2, CONTEXT_TASK);
	synchronize_rcu();
	end_ok(true, "ok");

	/* 83: rcu_core   # ok */
	begin(83, 0, CONTEXT_TASK);
	rcu_core();
	end_ok(true, "ok");

	/* 84: rcu_barrier   # ok */
	begin(84, 0, CONTEXT_TASK);
	rcu_barrier();
	end_ok(true, "ok");

	/* everything goes back */
	begin(85, 0, CONTEXT_TASK);
	check(p1, 1, 9);
	__free_pages(p1, 0);
	check(p2, 1, 71);
	free_pages_exact(page_address(p2), 4096);
	check(p3, 2, 11);
	__free_pages(p3, 1);
	check(p4, 1, 12);
	__free_pages(p4, 0);
	check(p12, 1, 73);
	__free_pages(p12, 0);
	for (int i = 0; i < 32; i++)
		check(bulk13[i], 1, 63);
	for (int i = 0; i < 32; i++)
		__free_pages(bulk13[i], 0);
	check(p14, 8, 67);
	__free_pages(p14, 3);
	finish();
	return exit_status();
}
