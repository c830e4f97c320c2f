/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/kmalloc.trace.
 *
 *   cc repro.c -I include/mmcheck -I include/mmcheck/det -lmmcheck
 *
 * Prints what each operation answered. Exit status: 1 the finding shows, 0 it does not, 2 it does not
 * and an answer is not the recorded one.
 */

helper struct objects o0;
helper struct kmem_cache *c0;
helper struct objects o1;
helper struct memory k0;
helper struct memory k1;
helper struct memory k2;
helper struct memory k3;
helper struct memory k4;
helper struct memory k5;
helper struct memory k6;
helper struct memory k7;
helper struct memory k8;
helper struct memory k9;
helper struct memory k10;

int main(void)
{
	struct machine_config config = { 0 };
	unsigned regions __attribute__((unused)) = 0;
	u64 at __attribute__((unused));

	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_config_profile(&config, PROFILE_SMALL);

	/* 0: slab_debug letters=F+Z+P+U caches=kmalloc-64 */
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
	boot_caches("FZPU,kmalloc-64");
	drain_all_pages();
	remember_lists();
	m->chance = 9u;
	m->log_bytes = 0;
	look();

	/* 1: k0 = kmalloc gfp=GFP_KERNEL size=50   # ok at=0xa6040 */
	begin(1, 0, CONTEXT_TASK);
	got_memory(&k0, 50, false, kmalloc(50	, GFP_KERNEL), "ok at=0xa6040");

	/* 2: k1 = kmalloc cpu=1 ctx=softirq gfp=GFP_ATOMIC|__GFP_RECLAIMABLE size=700   # ok at=0xb0000 */
	begin(2, 1, CONTEXT_SOFTIRQ);
	got_memory(&k1, 700, false, kmalloc(700	, GFP_ATOMIC | __GFP_RECLAIMABLE), "ok at=0xb0000");

	/* 3: k2 = kmalloc_node gfp=GFP_KERNEL|__GFP_THISNODE size=9000 node=1   # ok at=0x184000 */
	begin(3, 0, CONTEXT_TASK);
	got_memory(&k2, 9000, false, kmalloc_node(9000	, GFP_KERNEL | __GFP_THISNODE, 1), "ok at=0x184000");

	/* 4: k3 = kzalloc gfp=GFP_KERNEL_ACCOUNT size=96   # ok at=0xa5000 */
	begin(4, 0, CONTEXT_TASK);
	got_memory(&k3, 96, true, kzalloc(96	, GFP_KERNEL_ACCOUNT), "ok at=0xa5000");

	/* 5: k4 = kmalloc_array cpu=2 gfp=GFP_KERNEL n=12 size=40   # ok at=0x18c000 */
	begin(5, 2, CONTEXT_TASK);
	got_memory(&k4, 12ULL * 40, false, kmalloc_array(12ULL, 40	, GFP_KERNEL), "ok at=0x18c000");

	/* 6: k5 = kcalloc gfp=GFP_KERNEL n=3 size=7   # ok at=0xa8000 */
	begin(6, 0, CONTEXT_TASK);
	got_memory(&k5, 3ULL * 7, true, kcalloc(3ULL, 7	, GFP_KERNEL), "ok at=0xa8000");

	/* 7: k6 = kcalloc gfp=GFP_KERNEL n=8400000 size=16777215   # refused */
	begin(7, 0, CONTEXT_TASK);
	got_memory(&k6, 25051272927248384ULL * 16777215, true, kcalloc(25051272927248384ULL, 16777215	, GFP_KERNEL), "refused");

	/* 8: k6 = krealloc_null gfp=GFP_KERNEL|GFP_DMA size=20   # ok at=0x30000 */
	begin(8, 0, CONTEXT_TASK);
	got_memory(&k6, 20, false, krealloc(NULL, 20	, GFP_KERNEL | GFP_DMA), "ok at=0x30000");

	/* 9: k7 = kmalloc gfp=GFP_KERNEL size=0   # ok at=0x10 */
	begin(9, 0, CONTEXT_TASK);
	got_memory(&k7, 0, false, kmalloc(0	, GFP_KERNEL), "ok at=0x10");

	/* 10: krealloc k0 gfp=GFP_KERNEL|__GFP_ZERO size=60   # ok at=0xa6040 */
	begin(10, 0, CONTEXT_TASK);
	resized_memory(&k0, 60, krealloc(k0.at, 60	, GFP_KERNEL | __GFP_ZERO), "ok at=0xa6040");

	/* 11: krealloc k0 gfp=GFP_KERNEL size=9000   # ok at=0xac000 */
	begin(11, 0, CONTEXT_TASK);
	resized_memory(&k0, 9000, krealloc(k0.at, 9000	, GFP_KERNEL), "ok at=0xac000");

	/* 12: krealloc k7 gfp=GFP_KERNEL size=33   # ok at=0xa6040 */
	begin(12, 0, CONTEXT_TASK);
	resized_memory(&k7, 33, krealloc(k7.at, 33	, GFP_KERNEL), "ok at=0xa6040");

	/* 13: krealloc_array k4 gfp=GFP_KERNEL n=3 size=10   # ok at=0x18c000 */
	begin(13, 0, CONTEXT_TASK);
	resized_memory(&k4, 3ULL * 10, krealloc_array(k4.at, 3ULL, 10	, GFP_KERNEL), "ok at=0x18c000");

	/* 14: krealloc_array k4 gfp=GFP_KERNEL n=16777215 size=16777215   # refused */
	begin(14, 0, CONTEXT_TASK);
	resized_memory(&k4, 18446741874686296064ULL * 16777215, krealloc_array(k4.at, 18446741874686296064ULL, 16777215	, GFP_KERNEL), "refused");

	/* 15: ksize k3   # ok bytes=96 */
	begin(15, 0, CONTEXT_TASK);
	end_value(ksize(k3.at), "ok bytes=96");

	/* 16: kmalloc_size_roundup size=1025   # ok bytes=2048 */
	begin(16, 0, CONTEXT_TASK);
	end_value(kmalloc_size_roundup(1025), "ok bytes=2048");

	/* 17: kfree k0 cpu=3   # ok */
	begin(17, 3, CONTEXT_TASK);
	give_memory(&k0);
	end_ok(true, "ok");

	/* 18: kfree_sensitive k3   # ok */
	begin(18, 0, CONTEXT_TASK);
	check_memory(&k3, k3.size);
	kfree_sensitive(k3.at);
	k3.at = NULL;
	end_ok(true, "ok");

	/* 19: kfree_null   # ok bytes=0 */
	begin(19, 0, CONTEXT_TASK);
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
	kfree_sensitive(NULL);
	end_value(ksize(NULL), "ok bytes=0");

	/* 20: read_kmalloc k1   # ok */
	begin(20, 0, CONTEXT_TASK);
	end_ok(true, "ok"); /* a reader: whom it may meet is a matter of schedules */

	/* 21: kfree_rcu k1 at_byte=100   # ok */
	begin(21, 0, CONTEXT_TASK);
	give_after_readers(k1.at, k1.size, 100);
	k1.at = NULL;
	end_ok(true, "ok");

	/* 22: kfree_rcu_mightsleep k5   # ok */
	begin(22, 0, CONTEXT_TASK);
	give_after_readers(k5.at, 0, ~(size_t)0);
	k5.at = NULL;
	end_ok(true, "ok");

	/* 23: kvfree_rcu_barrier   # ok */
	begin(23, 0, CONTEXT_TASK);
	kvfree_rcu_barrier();
	end_ok(true, "ok");

	/* 24: k8 = kmalloc gfp=GFP_KERNEL size=64   # ok at=0xa6140 */
	begin(24, 0, CONTEXT_TASK);
	got_memory(&k8, 64, false, kmalloc(64	, GFP_KERNEL), "ok at=0xa6140");

	/* 25: k9 = kmalloc gfp=GFP_KERNEL size=64   # ok at=0xa6240 */
	begin(25, 0, CONTEXT_TASK);
	got_memory(&k9, 64, false, kmalloc(64	, GFP_KERNEL), "ok at=0xa6240");

	/* 26: kfree_bulk k7 count=3   # ok objects=3 */
	begin(26, 0, CONTEXT_TASK);
	give_much_memory((struct memory *[]){ &k7, &k8, &k9, &k2, &k4, &k6, NULL }, 3, "ok objects=3");

	/* 27: c0 = kmem_cache_create name=dentry size=100 align=0 flags=NO_MERGE ctor=none   # ok id=55 */
	begin(27, 0, CONTEXT_TASK);
	c0 = kmem_cache_create("dentry", 100, 0, 0x1000000, NULL);
	end_cache(c0, "ok id=55");

	/* 28: o0 = kmem_cache_alloc c0 gfp=GFP_KERNEL   # ok at=0xaa000 */
	begin(28, 0, CONTEXT_TASK);
	got_object(&o0, c0, 100, NULL, false,	kmem_cache_alloc(c0, GFP_KERNEL), "ok at=0xaa000");

	/* 29: o1 = kmem_cache_alloc c0 gfp=GFP_KERNEL   # ok at=0xaa068 */
	begin(29, 0, CONTEXT_TASK);
	got_object(&o1, c0, 100, NULL, false,	kmem_cache_alloc(c0, GFP_KERNEL), "ok at=0xaa068");

	/* 30: kfree_object o0   # ok */
	begin(30, 0, CONTEXT_TASK);
	kfree(o0.at[0]);
	o0.nr = 0;
	end_ok(true, "ok");

	/* 31: kfree_rcu_object o1 at_byte=33   # ok */
	begin(31, 0, CONTEXT_TASK);
	give_after_readers(o1.at[0], o1.size, 33);
	o1.nr = 0;
	end_ok(true, "ok");

	/* 32: k10 = kmalloc gfp=GFP_KERNEL size=16000000   # refused */
	begin(32, 0, CONTEXT_TASK);
	got_memory(&k10, 16000000, false, kmalloc(16000000	, GFP_KERNEL), "refused");

	/* everything goes back */
	begin(33, 0, CONTEXT_TASK);
	give_memory(&k2);
	give_memory(&k4);
	give_memory(&k6);
	give_memory(&k7);
	give_memory(&k8);
	give_memory(&k9);
	kmem_cache_destroy(c0);
	finish();
	return exit_status();
}
