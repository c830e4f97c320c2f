/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/slab.trace.
 *
 *   cc repro.c -I include/mmcheck -I include/mmcheck/det -lmmcheck
 *
 * Prints what each operation answered. Exit status: 1 the finding shows, 0 it does not, 2 it does not
 * and an answer is not the recorded one.
 */

helper struct page *p0;
helper struct objects o0;
helper struct kmem_cache *c0;
helper struct objects o1;
helper struct kmem_cache *c1;
helper struct objects o2;
helper struct kmem_cache *c2;
helper struct objects o3;
helper struct kmem_cache *c3;
helper struct objects o4;
helper struct kmem_cache *c4;
helper struct objects o5;
helper struct kmem_cache *c5;
helper struct objects o6;
helper struct kmem_cache *c6;
helper struct objects o7;
helper struct objects o40;
helper struct memory k0;
helper struct memory k1;

int main(void)
{
	struct machine_config config = { 0 };
	unsigned regions __attribute__((unused)) = 0;
	u64 at __attribute__((unused));

	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_config_profile(&config, PROFILE_SMALL);

	/* 0: knob knob=slab_freelist_random value=1 */
	set_knob(&config, "slab_freelist_random", 1u);

	/* 1: slab_debug letters=F+Z+P+U caches=filp */
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
	boot_caches("FZPU,filp");
	drain_all_pages();
	remember_lists();
	m->chance = 5u;
	m->log_bytes = 0;
	look();

	/* 2: c0 = kmem_cache_create name=dentry size=192 align=0 flags=HWCACHE_ALIGN ctor=none   # ok id=55 */
	begin(2, 0, CONTEXT_TASK);
	c0 = kmem_cache_create("dentry", 192, 0, 0x2000, NULL);
	end_cache(c0, "ok id=55");

	/* 3: c1 = kmem_cache_create cpu=1 name=filp size=100 align=5 flags=NO_MERGE ctor=none   # ok id=56 */
	begin(3, 1, CONTEXT_TASK);
	c1 = kmem_cache_create("filp", 100, 16, 0x1000000, NULL);
	end_cache(c1, "ok id=56");

	/* 4: c2 = kmem_cache_create name=bio size=512 align=0 flags=RECLAIM_ACCOUNT|TYPESAFE_BY_RCU ctor=first   # ok id=57 */
	begin(4, 0, CONTEXT_TASK);
	c2 = kmem_cache_create("bio", 512, 0, 0xa0000, construct_first);
	end_cache(c2, "ok id=57");

	/* 5: c3 = kmem_cache_create_usercopy name=task size=72 flags=none useroffset=8 usersize=16   # ok id=58 */
	begin(5, 0, CONTEXT_TASK);
	c3 = kmem_cache_create_args("task", 72,
		&(struct kmem_cache_args){ .useroffset = 8, .usersize = 16 }, 0);
	end_cache(c3, "ok id=58");

	/* 6: c4 = kmem_cache_create_freeptr name=sock size=40 flags=TYPESAFE_BY_RCU freeptr=16   # ok id=59 */
	begin(6, 0, CONTEXT_TASK);
	c4 = kmem_cache_create_args("sock", 40,
		&(struct kmem_cache_args){ .use_freeptr_offset = true, .freeptr_offset = 16 }, 0x80000);
	end_cache(c4, "ok id=59");

	/* 7: c5 = kmem_cache_create_in_irq name=pid size=40   # refused */
	begin(7, 0, CONTEXT_TASK);
	sim_enter_context(CONTEXT_HARDIRQ);
	c5 = kmem_cache_create("pid", 40, 0, 0, NULL);
	sim_leave_context(CONTEXT_HARDIRQ);
	end_cache(c5, "refused");

	/* 8: c6 = kmem_cache_create name=NULL size=40 align=0 flags=none ctor=none   # refused */
	begin(8, 0, CONTEXT_TASK);
	c6 = kmem_cache_create(NULL, 40, 0, 0, NULL);
	end_cache(c6, "refused");

	/* 9: o0 = kmem_cache_alloc c0 gfp=GFP_KERNEL   # ok at=0xbad80 */
	begin(9, 0, CONTEXT_TASK);
	got_object(&o0, c0, 192, NULL, false,	kmem_cache_alloc(c0, GFP_KERNEL), "ok at=0xbad80");

	/* 10: o1 = kmem_cache_alloc c1 cpu=2 ctx=softirq gfp=GFP_ATOMIC   # ok at=0x182d10 */
	begin(10, 2, CONTEXT_SOFTIRQ);
	got_object(&o1, c1, 100, NULL, false,	kmem_cache_alloc(c1, GFP_ATOMIC), "ok at=0x182d10");

	/* 11: o2 = kmem_cache_alloc_node c2 gfp=GFP_KERNEL node=2   # ok at=0x221860 */
	begin(11, 0, CONTEXT_TASK);
	got_object(&o2, c2, 512, construct_first, false,	kmem_cache_alloc_node(c2, GFP_KERNEL, 2), "ok at=0x221860");

	/* 12: o3 = kmem_cache_zalloc c3 gfp=GFP_KERNEL   # ok at=0xbb360 */
	begin(12, 0, CONTEXT_TASK);
	got_object(&o3, c3, 72, NULL, true,	kmem_cache_zalloc(c3, GFP_KERNEL), "ok at=0xbb360");

	/* 13: o4 = kmem_cache_alloc_bulk c0 gfp=GFP_KERNEL|__GFP_ZERO count=30   # ok objects=30 */
	begin(13, 0, CONTEXT_TASK);
	got_objects(&o4, c0, 192, NULL,	GFP_KERNEL | __GFP_ZERO, 30, "ok objects=30");

	/* 14: o5 = kmem_cache_alloc_bulk c4 cpu=1 gfp=GFP_KERNEL count=20   # ok objects=20 */
	begin(14, 1, CONTEXT_TASK);
	got_objects(&o5, c4, 40, NULL,	GFP_KERNEL, 20, "ok objects=20");

	/* 15: object_check o1   # ok */
	begin(15, 0, CONTEXT_TASK);
	check_objects(&o1);
	end_ok(true, "ok");

	/* 16: object_write o4   # ok */
	begin(16, 0, CONTEXT_TASK);
	write_objects(&o4);
	end_ok(true, "ok");

	/* 17: object_walk o2   # ok */
	begin(17, 0, CONTEXT_TASK);
	end_ok(true, "ok"); /* a reader: whom it may meet is a matter of schedules */

	/* 18: cache_check c1   # ok */
	begin(18, 0, CONTEXT_TASK);
	end_ok(true, "ok"); /* its figures are the model's to compare */

	/* 19: kmem_cache_free o0 cpu=3   # ok */
	begin(19, 3, CONTEXT_TASK);
	give_objects(&o0);
	end_ok(true, "ok");

	/* 20: kmem_cache_free_bulk o5   # ok */
	begin(20, 0, CONTEXT_TASK);
	give_objects_in_bulk(&o5);
	end_ok(true, "ok");

	/* 21: kmem_cache_shrink c4   # ok remain=0 */
	begin(21, 0, CONTEXT_TASK);
	end_value(kmem_cache_shrink(c4) != 0, "ok remain=0");

	/* 22: kmem_cache_destroy c4   # ok */
	begin(22, 0, CONTEXT_TASK);
	kmem_cache_destroy(c4);
	end_ok(true, "ok");

	/* 23: o6 = kmem_cache_alloc_bulk c0 cpu=1 gfp=GFP_NOWAIT count=7   # ok objects=7 */
	begin(23, 1, CONTEXT_TASK);
	got_objects(&o6, c0, 192, NULL,	GFP_NOWAIT, 7, "ok objects=7");

	/* 24: kmem_cache_free o4   # ok */
	begin(24, 0, CONTEXT_TASK);
	give_objects(&o4);
	end_ok(true, "ok");

	/* 25: fault site=page_alloc skip=0 times=9   # ok */
	begin(25, 0, CONTEXT_TASK);
	sim_plan_fault(m, (enum sim_fault_site)0, 0, 9);
	end_ok(true, "ok");

	/* 26: o7 = kmem_cache_alloc_bulk c2 cpu=3 gfp=GFP_NOWAIT count=9   # refused */
	begin(26, 3, CONTEXT_TASK);
	got_objects(&o7, c2, 512, construct_first,	GFP_NOWAIT, 9, "refused");

	/* 27: slabinfo   # ok */
	begin(27, 0, CONTEXT_TASK);
	slabinfo_show(lists, sizeof(lists));
	printf("%s", lists);
	end_ok(true, "ok");

	/* 28: p0 = alloc_pages gfp=GFP_KERNEL order=0   # refused */
	begin(28, 0, CONTEXT_TASK);
	p0 = alloc_pages(GFP_KERNEL, 0);
	end_page(p0, "refused");

	/* 29: k0 = kmalloc gfp=GFP_KERNEL size=100   # ok at=0xa8900 */
	begin(29, 0, CONTEXT_TASK);
	got_memory(&k0, 100, false, kmalloc(100	, GFP_KERNEL), "ok at=0xa8900");

	/* 30: k1 = kmalloc gfp=GFP_KERNEL size=100   # ok at=0xa8980 */
	begin(30, 0, CONTEXT_TASK);
	got_memory(&k1, 100, false, kmalloc(100	, GFP_KERNEL), "ok at=0xa8980");

	/* 31: kfree k1   # ok */
	begin(31, 0, CONTEXT_TASK);
	give_memory(&k1);
	end_ok(true, "ok");

	/* 32: write_live_object o1 at_byte=1   # skipped (skipped) */

	/* 33: overrun o1 gap=1 count=2 pattern=3   # ok at=0x182d75 (not expressible) */

	/* 34: underrun o1 gap=0 count=1 pattern=4   # ok at=0x182d0e (not expressible) */

	/* 35: overrun_unseen o6 gap=0 count=1 pattern=4   # skipped (not expressible) */

	/* 36: write_after_free o4 at_byte=40 count=2 pattern=1   # skipped (not expressible) */

	/* 37: validate c1   # ok slabs=1 (not expressible) */

	/* 38: double_free o4   # skipped (not expressible) */

	/* 39: free_inside o3 at_byte=8   # skipped (not expressible) */

	/* 40: free_to_wrong_cache o2 c1   # skipped (not expressible) */

	/* 41: flip_freepointer o4 pattern=5   # skipped (not expressible) */

	/* 42: write_padding o1 at_byte=3 count=1 pattern=1   # ok at=0x183fb3 (not expressible) */

	/* 43: overwrite_slab o1 field=inuse pattern=1   # skipped (not expressible) */

	/* 44: cache_free_nothing c1   # ok */
	begin(44, 0, CONTEXT_TASK);
	kmem_cache_free(c1, NULL);
	end_ok(true, "ok");

	/* 45: free_page_to_cache p0 c0   # skipped (not expressible) */

	/* 46: overrun_kmalloc k0 gap=0 count=1 pattern=1   # ok at=0xa8964 (not expressible) */

	/* 47: underrun_kmalloc k0 gap=0 count=1 pattern=1   # skipped (not expressible) */

	/* 48: write_after_kfree k1 at_byte=0 count=1 pattern=1   # ok at=0xa8980 (not expressible) */

	/* 49: double_kfree k1   # ok at=0xa8980 (not expressible) */

	/* 50: kfree_inside k0 at_byte=8   # skipped (not expressible) */

	/* 51: free_kmalloc_to_cache k0 c0   # ok at=0xa8900 (not expressible) */

	/* 52: kfree_page p0 offset=0   # skipped (not expressible) */

	/* 53: kfree_nothing on=1   # ok */
	begin(53, 0, CONTEXT_TASK);
	kfree(true ? ZERO_SIZE_PTR : NULL);
	end_ok(true, "ok");

	/* 54: kfree_hole pfn=0   # ok (not expressible) */

	/* 55: validate_kmalloc size=100   # refused (not expressible) */

	/* 56: slab_attr c1 attribute=order   # ok */
	begin(56, 0, CONTEXT_TASK);
	slab_attr_show(c1, "order", lists, sizeof(lists));
	end_ok(lists[0], "ok");

	/* 57: slab_attr_store c1 attribute=validate value=1 form=line   # ok */
	begin(57, 0, CONTEXT_TASK);
	end_ok(slab_attr_store(c1, "validate", "1\n") == 0, "ok");

	/* 58: slab_attr_of id=3 attribute=align   # ok */
	begin(58, 0, CONTEXT_TASK);
	slab_attr_show(slab_cache_by_id(3), "align", lists, sizeof(lists));
	end_ok(lists[0], "ok");

	/* 59: slab_attr_store_of id=3 attribute=shrink value=1 form=line   # ok */
	begin(59, 0, CONTEXT_TASK);
	end_ok(slab_attr_store(slab_cache_by_id(3), "shrink", "1\n") == 0, "ok");

	/* 60: destroy_used_cache c1   # ok (not expressible) */

	/* 61: o40 = zalloc_constructed c2 cpu=2 gfp=GFP_KERNEL   # refused (not expressible) */

	/* everything goes back */
	begin(62, 0, CONTEXT_TASK);
	give_memory(&k0);
	give_objects(&o1);
	give_objects(&o2);
	give_objects(&o3);
	give_objects(&o6);
	kmem_cache_destroy(c0);
	kmem_cache_destroy(c1);
	kmem_cache_destroy(c2);
	kmem_cache_destroy(c3);
	finish();
	return exit_status();
}
