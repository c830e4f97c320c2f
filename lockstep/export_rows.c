/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export_rows.c - each operation's C text: the table that export_c.c goes by. $x stands for an argument, see export_args.c.
 *
 * An operation without a row has no form in C.
 */
#include "export.h"

/* --- machine, memblock -------------------------------------------------------------------------------------------- */

static void handed_over(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op, (void)a;
	e->early = false;
}

/* Early memory at `at`: bytes from the argument BYTES or LENGTH. */
static void use_early(struct exporter *e, u64 bytes, bool zero)
{
	if (export_gets_something(e))
		fprintf(e->out, "\tuse_memory(at, %llu, %s);\n", (unsigned long long)export_whole_grains(e, bytes),
			zero ? "true" : "false");
}

static void got_early_zeroed(struct exporter *e, const struct op *op, const u64 *a)
{
	use_early(e, export_value(op, a, ARG_BYTES), true);
}

static void got_early_raw(struct exporter *e, const struct op *op, const u64 *a)
{
	use_early(e, export_value(op, a, ARG_BYTES), false);
}

static void got_early_range(struct exporter *e, const struct op *op, const u64 *a)
{
	use_early(e, export_in_bytes(e, export_value(op, a, ARG_LENGTH)), false);
}

/* Nobody may free it any more. */
static void leaked(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op;
	e->held[a[0]].state = SLOT_STALE;
}

static const struct export_row rows[] = {
	{ 0x0010, "end_ok(mm_boot_finish() == 0, $E);\nremember_lists();\n", handed_over },
	{ 0x0011, "this_cpu->task_flags |= 1u << $0; /* enum sim_task_flag */\nend_ok(true, $E);\n", NULL },
	{ 0x0012, "this_cpu->task_flags &= ~(1u << $0);\nend_ok(true, $E);\n", NULL },
	{ 0x0013, NULL, export_sleep },
	{ 0x0014, "sim_plan_fault(m, (enum sim_fault_site)$0, $1, $2);\nend_ok(true, $E);\n", NULL },

	{ 0x0020, "end_ok(mm_sysctl_write((enum mm_sysctl)$0, $1u) == 0, $E);\n", NULL },
	{ 0x0021, "end_value(kswapd_run($k), $E);\n", NULL },
	{ 0x0022, "drain_local_pages();\nend_ok(true, $E);\n", NULL },
	{ 0x0023, "drain_all_pages();\nend_ok(true, $E);\n", NULL },
	{ 0x0024, "end_ok(zone_pcp_disable($Z) == 0, $E);\n", NULL },
	{ 0x0025, "end_ok(zone_pcp_enable($Z) == 0, $E);\n", NULL },
	{ 0x0026, "page_alloc_cpu_dead($p);\nend_ok(true, $E);\n", NULL },
	{ 0x0027, "end_ok(set_migratetype_isolate($0) == 0, $E);\n", NULL },
	{ 0x0028, "end_ok(unset_migratetype_isolate($0) == 0, $E);\n", NULL },
	{ 0x0029, "vmstat_update();\nend_ok(true, $E);\n", NULL },
	{ 0x002a, "vmstat_refresh();\nend_ok(true, $E);\n", NULL },

	{ 0x0100, "$s = alloc_pages($g, $o);\nend_page($s, $E);\n", export_got_block },
	{ 0x0101, "$s = alloc_pages_node($n, $g, $o);\nend_page($s, $E);\n", export_got_block },
	{ 0x0102, "$s = page_at((void *)__get_free_pages($g, $o));\nend_page($s, $E);\n", export_got_block },
	{ 0x0103, "$s = page_at((void *)get_zeroed_page($g));\nend_page($s, $E);\n", export_got_zeroed_page },
	{ 0x0104, "$s = page_at(alloc_pages_exact($z, $g));\nend_page($s, $E);\n", export_got_exact },
	{ 0x0105, "memset($u, 0, sizeof($u));\nend_count(alloc_pages_bulk($g, $c, $u), $c, $E);\n", export_got_bulk },
	{ 0x0106, NULL, export_free_slot },
	{ 0x0107, NULL, export_free_by_address },
	{ 0x0108, NULL, export_free_one },
	{ 0x0109, "get_page($s);\nend_ok(true, $E);\n", export_get_reference },
	{ 0x010a, NULL, export_put_reference },
	{ 0x010b, NULL, export_split_block },
	{ 0x010c, "buddyinfo_show(lists, sizeof(lists));\nprintf(\"%s\", lists);\nend_ok(true, $E);\n", NULL },
	{ 0x010d, NULL, export_check_slot },
	{ 0x010e, NULL, export_free_interior },
	{ 0x010f, NULL, export_write_stale },
	{ 0x0110, NULL, export_write_stale }, /* into a live page: the same store */
	{ 0x0111, "end_ok(true, $E); /* nobody will free it */\n", leaked },
	{ 0x0112, "get_page($s);\nend_ok(true, $E);\n", NULL },

	{ 0x0120, "end_ok(true, $E); /* a reader: whom it may meet is a matter of schedules */\n", NULL },
	{ 0x0121, "end_ok(true, $E); /* a reader: whom it may meet is a matter of schedules */\n", NULL },
	{ 0x0122, "pte_free_defer($s);\nend_ok(true, $E);\n", leaked },
	{ 0x0123, "tlb_remove_table_one($s);\nend_ok(true, $E);\n", leaked },
	{ 0x0124, "rcu_core();\nend_ok(true, $E);\n", NULL },
	{ 0x0125, "synchronize_rcu();\nend_ok(true, $E);\n", NULL },
	{ 0x0126, "rcu_barrier();\nend_ok(true, $E);\n", NULL },

	{ 0x0140, "memset($u, 0, sizeof($u));\nend_fill($u, $Z, $m, mark_of($Z, $2) + $x, $M, $E);\n", export_got_fill },
	{ 0x0141, "memset($u, 0, sizeof($u));\nend_fragment($u, $Z, $m, $2, $M, $E);\n", export_got_fill },

	{ 0x0180, "pagetypeinfo_show(lists, sizeof(lists));\nprintf(\"%s\", lists);\nend_ok(true, $E);\n", NULL },
	{ 0x0181, "zoneinfo_show(lists, sizeof(lists));\nprintf(\"%s\", lists);\nend_ok(true, $E);\n", NULL },
	{ 0x0182, "vmstat_show(lists, sizeof(lists));\nprintf(\"%s\", lists);\nend_ok(true, $E);\n", NULL },
	{ 0x0183, "meminfo_show(lists, sizeof(lists));\nprintf(\"%s\", lists);\nend_ok(true, $E);\n", NULL },

	{ 0x0301, NULL, export_create },
	{ 0x0302, NULL, export_create_args },
	{ 0x0303, NULL, export_create_args },
	{ 0x0304, NULL, export_create_in_irq },
	{ 0x0305, NULL, export_destroy },
	{ 0x0306, "end_value(kmem_cache_shrink($K) != 0, $E);\n", NULL },
	{ 0x0308, NULL, export_got_object },
	{ 0x0309, NULL, export_got_object },
	{ 0x030a, NULL, export_got_object },
	{ 0x030b, NULL, export_got_objects },
	{ 0x030c, NULL, export_gave_objects },
	{ 0x030d, NULL, export_gave_objects },
	{ 0x0310, "check_objects(&$O);\nend_ok(true, $E);\n", NULL },
	{ 0x0311, "write_objects(&$O);\nend_ok(true, $E);\n", NULL },
	{ 0x0312, "end_ok(true, $E); /* its figures are the model's to compare */\n", NULL },
	{ 0x0313, "end_ok(true, $E); /* a reader: whom it may meet is a matter of schedules */\n", NULL },
	{ 0x0314, "((u8 *)$O.at[0])[$1] ^= 0x55;\nend_ok(true, $E);\n", NULL },

	{ 0x0340, NULL, export_got_memory },
	{ 0x0341, NULL, export_got_memory },
	{ 0x0342, NULL, export_got_memory },
	{ 0x0343, NULL, export_got_memory },
	{ 0x0344, NULL, export_got_memory },
	{ 0x0345, NULL, export_got_memory },
	{ 0x0346, NULL, export_resized_memory },
	{ 0x0347, NULL, export_resized_memory },
	{ 0x0348, "end_value(ksize($Q.at), $E);\n", NULL },
	{ 0x0349, "end_value(kmalloc_size_roundup($0), $E);\n", NULL },
	{ 0x034a, "give_memory(&$Q);\nend_ok(true, $E);\n", export_gave_memory },
	{ 0x034b, "check_memory(&$Q, $Q.size);\nkfree_sensitive($Q.at);\n$Q.at = NULL;\nend_ok(true, $E);\n", export_gave_memory },
	{ 0x034c, NULL, export_gave_much_memory },
	{ 0x034d, "kfree(NULL);\nkfree(ZERO_SIZE_PTR);\nkfree_sensitive(NULL);\nend_value(ksize(NULL), $E);\n", NULL },
	{ 0x034e, "end_ok(true, $E); /* a reader: whom it may meet is a matter of schedules */\n", NULL },
	{ 0x034f, "give_after_readers($Q.at, $Q.size, $1);\n$Q.at = NULL;\nend_ok(true, $E);\n", export_gave_memory },
	{ 0x0350, "give_after_readers($Q.at, 0, ~(size_t)0);\n$Q.at = NULL;\nend_ok(true, $E);\n", export_gave_memory },
	{ 0x0351, "kvfree_rcu_barrier();\nend_ok(true, $E);\n", NULL },
	{ 0x0352, "kfree($O.at[0]);\n$O.nr = 0;\nend_ok(true, $E);\n", export_gave_object },
	{ 0x0353, "give_after_readers($O.at[0], $O.size, $1);\n$O.nr = 0;\nend_ok(true, $E);\n", export_gave_object },

	{ 0x036c, "kmem_cache_free($K, NULL);\nend_ok(true, $E);\n", NULL },
	{ 0x0377, "kfree($b ? ZERO_SIZE_PTR : NULL);\nend_ok(true, $E);\n", NULL },

	{ 0x0390, "slabinfo_show(lists, sizeof(lists));\nprintf(\"%s\", lists);\nend_ok(true, $E);\n", NULL },
	{ 0x0391, NULL, export_attribute },
	{ 0x0392, NULL, export_stored_attribute },
	{ 0x0393, NULL, export_attribute },
	{ 0x0394, NULL, export_stored_attribute },

	{ 0x01c3, NULL, export_page_owner },

	{ 0x0200, "end_ok(memblock_add($B, $L) == 0, $E);\n", NULL },
	{ 0x0201, "end_ok(memblock_add_node($B, $L, $N, $f) == 0, $E);\n", NULL },
	{ 0x0202, "end_ok(memblock_remove($B, $A) == 0, $E);\n", NULL },
	{ 0x0203, "end_ok(memblock_reserve($B, $L) == 0, $E);\n", NULL },
	{ 0x0204, "end_ok(memblock_phys_free($B, $A) == 0, $E);\n", NULL },
	{ 0x0205, "end_ok(memblock_mark_hotplug($B, $A) == 0, $E);\n", NULL },
	{ 0x0206, "end_ok(memblock_clear_hotplug($B, $A) == 0, $E);\n", NULL },
	{ 0x0207, "end_ok(memblock_mark_mirror($B, $A) == 0, $E);\n", NULL },
	{ 0x0208, "end_ok(memblock_mark_nomap($B, $A) == 0, $E);\n", NULL },
	{ 0x0209, "end_ok(memblock_clear_nomap($B, $A) == 0, $E);\n", NULL },
	{ 0x020a, "end_ok(memblock_set_node($B, $A, $N) == 0, $E);\n", NULL },
	{ 0x020b, "memblock_set_bottom_up($b);\nend_ok(true, $E);\n", NULL },
	{ 0x020c, "memblock_set_movable_node($b);\nend_ok(true, $E);\n", NULL },
	{ 0x020d, "end_place(memblock_find_in_range($B, $W, $Y, $a), $E);\n", NULL },
	{ 0x020e,
	  "at = memblock_phys_alloc_range($R, $a, $B, MEMBLOCK_ALLOC_ANYWHERE, $N, false);\nend_place(at, $E);\n",
	  got_early_range },
	{ 0x020f, "at = memblock_phys_alloc_range($R, $a, 0, $B, $N, false);\nend_place(at, $E);\n", got_early_range },
	{ 0x0210,
	  "at = memblock_phys_alloc_range($R, $a, $B, MEMBLOCK_ALLOC_ANYWHERE, $N, true);\nend_place(at, $E);\n",
	  got_early_range },
	{ 0x0211, "at = place_of(memblock_alloc($y, $a));\nend_place(at, $E);\n", got_early_zeroed },
	{ 0x0212, "at = place_of(memblock_alloc_raw($y, $a));\nend_place(at, $E);\n", got_early_raw },
	{ 0x0213, "at = place_of(memblock_alloc_node($y, $a, $N));\nend_place(at, $E);\n", got_early_zeroed },
	{ 0x0214, "end_value(memblock_is_memory($B), $E);\n", NULL },
	{ 0x0215, "end_value(memblock_is_reserved($B), $E);\n", NULL },
	{ 0x0216, "end_value(memblock_phys_mem_size(), $E);\n", NULL },
	{ 0x0217, "end_value(memblock_reserved_size(), $E);\n", NULL },
	{ 0x0218, "end_value(memblock_show($b, lists, 4096), $E);\n", NULL },
	{ 0x0219, "end_value(memblock_check() == NULL, $E);\n", NULL },
	{ 0x021a, "end_comb($C, $B, $w, $2, $E);\n", NULL },

	{ 0x0400, "create_task($0, $j, $E);\n", NULL },
	{ 0x0401, "tasks[$0].alive = false;\nend_task($0, task_exit($0), $E);\n", NULL },
	{ 0x0402, "end_task($0, task_kill($0), $E);\n", NULL },
	{ 0x0403, "end_task($0, task_set_adj($0, $j), $E);\n", NULL },
	{ 0x0404, "end_task($0, touch($0, $1, false, 0), $E);\n", NULL },
	{ 0x0405, "end_task($0, touch($0, $1, true, $2), $E);\n", NULL },
	{ 0x0406, "touch_row($0, $1, $l, true, $3, $E);\n", NULL },
	{ 0x0407, "touch_row($0, $1, $l, false, 0, $E);\n", NULL },
	{ 0x0408, "map_file($0, $1, $2, $3, $l, $E);\n", NULL },
	{ 0x0409, "end_task($0, task_munmap($0, $1), $E);\n", NULL },
	{ 0x040a, "end_task($0, touch($0, window_page($1, $2), false, 0), $E);\n", NULL },
	{ 0x040b, "end_task($0, touch($0, window_page($1, $2), true, $3), $E);\n", NULL },
	{ 0x040c, "give_up_pages($0, $1, $l, $E);\n", NULL },
	{ 0x040d, "lock_pages($0, $1, $l, $E);\n", NULL },
	{ 0x040e, "end_task($0, task_munlock($0, $1, $l), $E);\n", NULL },
	{ 0x040f, "pin_page($0, $1, $2, $E);\n", NULL },
	{ 0x0410, "unpin_page($0);\nend_ok(true, $E);\n", NULL },
	{ 0x0411, "end_value(task_oom_score($0), $E);\n", NULL },

	{ 0x0420, "end_ok(file_open($0) == 0, $E);\n", NULL },
	{ 0x0421, "end_ok(file_page($0, $1, false, 0) == 0, $E);\n", NULL },
	{ 0x0422, "end_ok(file_page($0, $1, true, $2) == 0, $E);\n", NULL },
	{ 0x0423, "file_row($0, $1, $l, false, 0, $E);\n", NULL },
	{ 0x0424, "file_row($0, $1, $l, true, $3, $E);\n", NULL },
	{ 0x0425, "walk_files($0, $l, $E);\n", NULL },
	{ 0x0426, "end_ok(file_fsync($0) == 0, $E);\n", NULL },
	{ 0x0427, "truncate_file($0, $1, $E);\n", NULL },
	{ 0x0428, "end_ok(drop_caches($l) == 0, $E);\n", NULL },
	{ 0x0429, "read_files($0, $l, $E);\n", NULL },

	{ 0x0440, "end_ok(swapon($l, $1, $j) == 0, $E);\n", NULL },
	{ 0x0441, "end_ok(swapoff($l) == 0, $E);\n", NULL },
	{ 0x0442, "end_ok(vm_knob_write((enum vm_knob)$0, $1) == 0, $E);\n", NULL },
	{ 0x0443, "fail_disk(FAULT_DISK_READ + $0, $1, $2);\nend_ok(true, $E);\n", NULL },
	{ 0x0444, "resize_balloon($0, $E);\n", NULL },
};

const struct export_row *export_row_of(u16 code)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}
