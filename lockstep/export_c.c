/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export_c.c - a program as a standalone C main() on the public mm API: no model, no lockstep.
 *
 *   3: p2 = alloc_pages cpu=1 gfp=GFP_ATOMIC order=3   # ok pfn=24
 *
 *        becomes   begin(3, 1, CONTEXT_TASK);
 *                  p2 = alloc_pages(GFP_ATOMIC, 3);
 *                  end_page(p2, "ok pfn=24");
 *
 * Each operation is one row of a table: its C text, where $x stands for an argument, and what it does to a slot. What a
 * slot holds is followed here with the recorded answers, so that the C names pages and orders, not slots.
 *
 * What the program finds by itself: the allocator's recount after each operation, contents that changed, pages that
 * are not zero, free lists at the end that are not those after boot. What only the model judged is printed where it was
 * found if it was about an answer and all answers are the recorded ones; else if the program finds something too.
 *
 * Without a record (a program that kills) every request is taken to succeed, and the C asks before it uses what it got:
 * right for small programs, long ones may go astray.
 *
 * Left out: schedules (operations run one after the other), what nearly_full and fragmented add to the boot. The record does
 * not name the pages of a bulk: whom a stale free through one hits is learned only when the page is handed out again.
 */
#include <stdlib.h>
#include <string.h>
#include "export.h"

struct row {
	u16 code;
	const char *text; /* NULL: the function writes all */
	void (*effect)(struct exporter *e, const struct op *op, const u64 *a);
};

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

static const struct row rows[] = {
	{ 0x0010, "end_ok(mm_boot_finish() == 0, $E);\nremember_lists();\n", handed_over },
	{ 0x0011, "this_cpu->task_flags |= 1u << $0; /* enum sim_task_flag */\nend_ok(true, $E);\n", NULL },
	{ 0x0012, "this_cpu->task_flags &= ~(1u << $0);\nend_ok(true, $E);\n", NULL },
	{ 0x0013, "m->now_ns += $0 * 1000000ULL;\nend_ok(true, $E);\n", NULL },
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
};

static const struct row *row_of(u16 code)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

/* --- one operation ------------------------------------------------------------------------------------------------ */

/* Without a record: would the slots it names let it run? */
static bool slots_fit(const struct exporter *e, const struct op *op, const u64 *a)
{
	for (unsigned i = 0; i < MAX_ARGS; i++) {
		const struct arg_kind_row *kind = &arg_kinds[op->args[i]];
		unsigned state = SLOT_LIVE;

		if (is_slot_kind(op->args[i]))
			state = kind->family == FAMILY_PAGES ? e->held[a[i]].state : e->other[kind->family][a[i]];
		if (kind->role == ROLE_NEW ? state == SLOT_LIVE : state == SLOT_EMPTY)
			return false;
		if ((kind->role == ROLE_LIVE || kind->role == ROLE_SHARED) && state != SLOT_LIVE)
			return false;
	}
	return true;
}

/* NULL: it runs; else why there is no C for it. */
static const char *why_not(const struct exporter *e, const struct op *op, const u64 *a)
{
	bool fails_here = e->v && e->v->failed && e->v->step == (int)e->step;

	if (!op || (!row_of(op->code) && !(op->flags & OP_BOOT)))
		return "not expressible";
	if (op->flags & OP_BOOT)
		return "too late: the machine runs";
	if (e->expected ? !strcmp(e->expected, "skipped") : e->outcome && !fails_here)
		return "skipped";
	if (!slots_fit(e, op, a))
		return "skipped";
	return NULL;
}

/*
 * A number or a refusal can be what is wrong; of a step that did not return we know only that. What the C can see for
 * itself it shall see.
 */
static bool judged_by_answer(const struct exporter *e)
{
	static const char *const seen_in_c[] = { "VM_BUG_ON", "no progress", "lock order", "N9",  "X1", "B2",
						 "B3",	      "B4",	     "B19",	   "B22", "B52", "Q5",
						 "lock cycle", "lock state", "self-deadlock", "starvation",
						 "scheduling while atomic", "scheduling with interrupts off",
						 "sleeping in an RCU reader", "sleeping with a lock held" };

	if (e->step >= e->p->nr_ops || e->v->step < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(seen_in_c); i++)
		if (!strcmp(e->v->clause, seen_in_c[i]))
			return false;
	return !e->expected || strcmp(e->expected, "ok") != 0;
}

static void put_found_at(struct exporter *e, int step)
{
	char text[sizeof(e->v->clause) + sizeof(e->v->sentence) + 4];

	if (!e->v || !e->v->failed || e->v->step != step)
		return;
	snprintf(text, sizeof(text), "%s: %s", e->v->clause, e->v->sentence);
	fputs("\tfound(", e->out);
	export_string(e->out, text);
	fputs(judged_by_answer(e) ? ", true);\n" : ", false);\n", e->out);
}

static void put_line(struct exporter *e, const char *note)
{
	fputs("\n\t/* ", e->out);
	export_comment(e->out, e->line[e->step] ? e->line[e->step] : "?");
	if (note)
		fprintf(e->out, " (%s)", note);
	fputs(" */\n", e->out);
}

static const char *context_constant(enum sim_context c)
{
	static const char *const names[NR_CONTEXTS] = {
		"CONTEXT_TASK",	    "CONTEXT_SOFTIRQ", "CONTEXT_HARDIRQ", "CONTEXT_SPINLOCK",
		"CONTEXT_IRQS_OFF", "CONTEXT_RCU",     "CONTEXT_NMI",
	};

	return names[c];
}

/* What a step without a recorded answer may not have got is asked for before it is used. */
static bool put_question(struct exporter *e, u64 slot)
{
	const struct held *h = &e->held[slot];

	if (h->state == SLOT_EMPTY || (e->outcome && e->outcome[h->filled_at]))
		return false;
	fprintf(e->out, export_is_array(h) ? "\tif (bulk%u[0]) {\n" : "\tif (p%u) {\n", (unsigned)slot);
	return true;
}

static void put_operation(struct exporter *e)
{
	const struct instr *in = &e->p->op[e->step];
	const struct op *op = op_by_code(in->code);
	const struct row *row = op ? row_of(op->code) : NULL;
	u64 a[MAX_ARGS] = { 0 };
	const char *no;
	bool asked;

	if (op)
		instr_args(op, in, a);
	e->expected = e->outcome ? e->outcome[e->step] : NULL;
	no = why_not(e, op, a);
	put_line(e, no);
	if (no)
		return;
	fprintf(e->out, "\tbegin(%u, %u, %s);\n", e->step, in->cpu % e->cpus,
		context_constant(op->flags & OP_TASK_ONLY ? CONTEXT_TASK : instr_context(in)));
	asked = (op->args[0] == ARG_LIVE_PAGES || op->args[0] == ARG_USED_PAGES) && put_question(e, a[0]);
	if (row->text)
		export_text(e, row->text, op, a);
	if (row->effect)
		row->effect(e, op, a);
	if (asked)
		fputs("\t} else {\n\tend_ok(false, NULL);\n\t}\n", e->out);
	put_found_at(e, (int)e->step);
}

/* --- the machine -------------------------------------------------------------------------------------------------- */

static u32 put_boot_op(struct exporter *e, const struct op *op, const u64 *a)
{
	static const char *const kinds[NR_REGION_KINDS] = { "REGION_USABLE", "REGION_RESERVED", "REGION_CMA",
							    "REGION_DEVICE" };

	if (op_is_slab_debug(op))
		return 0;
	if (op_is_knob(op)) {
		const struct sim_param_row *row = &sim_params[a[0]];

		if (!knob_counts((enum sim_profile)e->p->header.profile, a))
			return 0;
		fprintf(e->out, "\tset_knob(&config, \"%s\", %lluu);\n", row->name, (unsigned long long)a[1]);
		e->frames = a[0] == PARAM_FRAMES ? (u32)a[1] : e->frames;
		e->nodes = a[0] == PARAM_NODES ? (u32)a[1] : e->nodes;
		e->cpus = a[0] == PARAM_CPUS ? (u32)a[1] : e->cpus;
		return 0;
	}
	fputs("\tif (regions < SIM_MAX_REGIONS)\n\t\tconfig.map[regions++] = ", e->out);
	fprintf(e->out, "(struct sim_region){ %llu, %llu, ", (unsigned long long)a[0], (unsigned long long)a[1]);
	fprintf(e->out, "%s, %llu };\n", kinds[a[2]], (unsigned long long)(a[3] % MAX_NUMNODES));
	return 1;
}

static void put_machine(struct exporter *e)
{
	static const char *const profiles[NR_PROFILES] = { "PROFILE_TINY", "PROFILE_SMALL", "PROFILE_REAL" };
	unsigned profile = e->p->header.profile;
	u32 regions = 0;

	fprintf(e->out, "\tmachine_config_profile(&config, %s);\n", profiles[profile]);
	for (e->step = 0; e->step < e->p->nr_ops; e->step++) {
		const struct op *op = op_by_code(e->p->op[e->step].code);
		u64 a[MAX_ARGS];

		if (!op || !(op->flags & OP_BOOT))
			break;
		instr_args(op, &e->p->op[e->step], a);
		put_line(e, NULL);
		regions += put_boot_op(e, op, a);
	}
	if (regions)
		fputs("\tconfig.nr_regions = regions;\n", e->out);
	else
		fputs("\tconfig.nr_regions =\n"
		      "\t\tsim_profile_map(config.profile, config.param[PARAM_FRAMES], config.map);\n",
		      e->out);
}

static void put_boot(struct exporter *e)
{
	fputs("\tm = machine_create(&config);\n"
	      "\tif (!m)\n\t\treturn 3;\n"
	      "\tmachine_enter(m, 0);\n",
	      e->out);
	fprintf(e->out, "\tif (%s != 0) {\n\t\tputs(\"no usable memory\");\n\t\treturn 0;\n\t}\n",
		e->early ? "mm_boot_early()" : "mm_boot()");
	if (e->p->header.start == START_SLAB)
		export_slab_boot(e);
	if (!e->early)
		fputs("\tremember_lists();\n", e->out);
	fprintf(e->out, "\tm->chance = %lluu;\n", (unsigned long long)e->p->header.seed);
	fputs("\tm->log_bytes = 0;\n\tlook();\n", e->out);
	put_found_at(e, -1);
}

/* --- first and last ----------------------------------------------------------------------------------------------- */

static bool has_switches(const struct program *p)
{
	for (u32 i = 0; i < p->nr_ops; i++)
		if (p->op[i].nr_switches)
			return true;
	return false;
}

static void put_header(struct exporter *e, const char *source_name)
{
	fputs("/* SPDX-License-Identifier: GPL-2.0-only */\n/*\n"
	      " * Written by mmcheck " MMCHECK_VERSION " from ",
	      e->out);
	export_comment(e->out, source_name ? source_name : "a program");
	fputs(".\n *\n *   cc repro.c -I include/mmcheck -I include/mmcheck/det -lmmcheck\n *\n"
	      " * Prints what each operation answered. Exit status: 1 the finding shows, 0 it does not, 2 it does not\n"
	      " * and an answer is not the recorded one.\n",
	      e->out);
	if (e->v && e->v->failed) {
		fprintf(e->out, " *\n * finding at step %d: %s: ", e->v->step, e->v->clause);
		export_comment(e->out, e->v->sentence);
		fputc('\n', e->out);
	}
	if (e->p->header.start > START_EARLY && e->p->header.start != START_SLAB)
		fprintf(e->out, " *\n * start=%s has no form in C: the machine is as after boot.\n",
			start_names[e->p->header.start]);
	if (has_switches(e->p))
		fputs(" *\n * The schedule (at=...) has no form in C: the operations run one by one.\n", e->out);
	fputs(" */\n", e->out);
}

/* One variable for each slot the program names, as a page, as an array of pages, or both. */
static void put_slots(struct exporter *e)
{
	bool page[NR_SLOTS] = { false };
	u32 bulk[NR_SLOTS] = { 0 };

	for (u32 i = 0; i < e->p->nr_ops; i++) {
		const struct op *op = op_by_code(e->p->op[i].code);
		u64 slot;
		u32 room;

		if (!op || !is_slot_kind(op->args[0]) || arg_kinds[op->args[0]].family != FAMILY_PAGES)
			continue;
		slot = instr_get_arg(op, &e->p->op[i], 0);
		room = op->code == 0x0105 ? MAX_BULK : op->code == 0x0140 || op->code == 0x0141 ? MAX_FILL : 0;
		page[slot] |= !room;
		bulk[slot] = max_of(bulk[slot], room);
	}
	for (u32 i = 0; i < NR_SLOTS; i++) {
		if (page[i])
			fprintf(e->out, "helper struct page *p%u;\n", i);
		if (bulk[i])
			fprintf(e->out, "helper struct page *bulk%u[%u];\n", i, bulk[i]);
	}
}

/* What is held goes back, once for each reference. */
static void put_end(struct exporter *e)
{
	u32 end = e->p->nr_ops;

	fprintf(e->out, "\n\t/* everything goes back */\n\tbegin(%u, 0, CONTEXT_TASK);\n", end);
	if (e->early)
		fputs("\tmm_boot_finish();\n\tremember_lists();\n", e->out);
	for (u32 i = 0; i < NR_SLOTS; i++) {
		bool asked = e->held[i].state == SLOT_LIVE && put_question(e, i);

		while (e->held[i].state == SLOT_LIVE) {
			export_check(e, i);
			export_free(e, i);
		}
		if (asked)
			fputs("\t}\n", e->out);
	}
	export_kmalloc_end(e);
	export_slab_end(e);
	fputs("\tfinish();\n", e->out);
	put_found_at(e, (int)end);
	fputs("\treturn exit_status();\n}\n", e->out);
}

static void put_program(struct exporter *e, const char *source_name)
{
	export_find_slots(e);
	put_header(e, source_name);
	fputs(export_prelude, e->out);
	if (export_has_caches(e)) {
		fputs(export_slab_prelude, e->out);
		fputs(export_kmalloc_prelude, e->out);
	}
	put_slots(e);
	export_slab_slots(e);
	fputs("\nint main(void)\n{\n\tstruct machine_config config = { 0 };\n"
	      "\tunsigned regions __attribute__((unused)) = 0;\n\tu64 at __attribute__((unused));\n\n"
	      "\tsetvbuf(stdout, NULL, _IOLBF, 0);\n",
	      e->out);
	put_machine(e); /* leaves the first operation that is not about the machine */
	put_boot(e);
	for (; e->step < e->p->nr_ops; e->step++)
		put_operation(e);
	put_end(e);
}

/* The text form, cut into lines: line i is operation i. */
static char *text_lines(const struct program *p, char *const *outcome, char **line)
{
	char *text = NULL, *at;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	u32 step = 0;

	if (!f)
		return NULL;
	program_print(p, f, outcome);
	fclose(f);
	for (at = strtok(text, "\n"); at && step < p->nr_ops; at = strtok(NULL, "\n"))
		if (*at >= '0' && *at <= '9')
			line[step++] = at;
	return text;
}

bool program_export_c(const struct program *p, const struct verdict *v, char *const *outcome, FILE *out,
		      const char *source_name)
{
	struct exporter *e = calloc(1, sizeof(*e));
	char *text = NULL;

	if (!e || !(e->line = calloc(p->nr_ops + 1, sizeof(*e->line)))) {
		free(e);
		return false;
	}
	e->p = p;
	e->v = v;
	e->outcome = outcome;
	e->out = out;
	e->frames = sim_params[PARAM_FRAMES].value[p->header.profile];
	e->nodes = sim_params[PARAM_NODES].value[p->header.profile];
	e->cpus = sim_params[PARAM_CPUS].value[p->header.profile];
	e->grain_shift = p->header.profile == PROFILE_REAL ? SIM_PAGE_SHIFT : 6;
	e->early = p->header.start == START_EARLY && p->header.profile != PROFILE_REAL;
	text = text_lines(p, outcome, e->line);
	if (text)
		put_program(e, source_name);
	free(text);
	free(e->line);
	free(e);
	return text && !ferror(out);
}
