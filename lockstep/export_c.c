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
 * Each operation is one row of a table (export_rows.c): its C text, and what it does to a slot. What a slot holds is followed here
 * with the recorded answers, so that the C names pages and orders, not slots.
 *
 * What the program finds by itself: the allocator's recount after each operation, contents that changed, pages that
 * are not zero, free lists at the end that are not those after boot. What only the model judged is printed where it was
 * found if it was about an answer and all answers are the recorded ones; else if the program finds something too.
 *
 * Without a record (a program that kills) every request is taken to succeed, and the C asks before it uses what it got:
 * right for small programs, long ones may go astray.
 *
 * On a machine under pressure each operation is a function of its own: export_vm.c says who runs it.
 *
 * Left out: schedules of other machines (operations run one after the other), what nearly_full and fragmented add to the
 * boot. The record does not name the pages of a bulk: whom a stale free through one hits is learned only when the page is
 * handed out again.
 */
#include <stdlib.h>
#include <string.h>
#include "export.h"

/* What ran and is left out would make everything behind it another program: so under pressure nothing may be. */
const struct op *program_without_c(const struct program *p, char *const *outcome, u32 *step)
{
	for (*step = program_boot_ops(p); p->header.start >= START_PRESSURE && outcome && *step < p->nr_ops; ++*step) {
		const struct op *op = op_by_code(p->op[*step].code);

		if (op && !(op->flags & OP_BOOT) && !export_row_of(op->code) && outcome[*step] && strcmp(outcome[*step], "skipped") != 0)
			return op;
	}
	return NULL;
}

/* --- one operation ------------------------------------------------------------------------------------------------ */

/* Tasks and pins: whether they are there the C finds itself, a killed one does not show in the record. */
static bool is_followed(unsigned arg)
{
	return is_slot_kind(arg) && arg_kinds[arg].family != FAMILY_TASKS && arg_kinds[arg].family != FAMILY_PINS;
}

/* Without a record: would the slots it names let it run? */
static bool slots_fit(const struct exporter *e, const struct op *op, const u64 *a)
{
	for (unsigned i = 0; i < MAX_ARGS; i++) {
		const struct arg_kind_row *kind = &arg_kinds[op->args[i]];
		unsigned state;

		if (!is_followed(op->args[i]))
			continue;
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

	if (!op || (!export_row_of(op->code) && !(op->flags & OP_BOOT)))
		return "not expressible";
	if (op->flags & OP_BOOT)
		return "too late: the machine runs";
	if (e->expected ? !strcmp(e->expected, "skipped") : e->outcome && !fails_here && !export_is_unfinished(e))
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
						 "lock cycle", "lock state", "self-deadlock", "deadlock", "starvation", "panic",
						 "scheduling while atomic", "scheduling with interrupts off",
						 "sleeping in an RCU reader", "sleeping with a lock held" };

	if (e->step >= e->p->nr_ops || e->v->step < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(seen_in_c); i++)
		if (!strcmp(e->v->clause, seen_in_c[i]))
			return false;
	return !e->expected || strcmp(e->expected, "ok") != 0;
}

static bool is_found_at(const struct exporter *e, int step)
{
	return e->v && e->v->failed && e->v->step == step;
}

static void put_found_at(struct exporter *e, int step)
{
	char text[sizeof(e->v->clause) + sizeof(e->v->sentence) + 4];

	if (!is_found_at(e, step))
		return;
	snprintf(text, sizeof(text), "%s: %s", e->v->clause, e->v->sentence);
	fputs("\tfound(", e->out);
	export_string(e->out, text);
	fputs(judged_by_answer(e) ? ", true);\n" : ", false);\n", e->out);
}

static void put_line(struct exporter *e, const char *note)
{
	fputs(e->in_step ? "\n/* " : "\n\t/* ", e->out);
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
	const struct export_row *row = op ? export_row_of(op->code) : NULL;
	u64 a[MAX_ARGS] = { 0 };
	const char *no;
	bool asked, told;

	if (op)
		instr_args(op, in, a);
	e->expected = e->outcome ? e->outcome[e->step] : NULL;
	no = why_not(e, op, a);
	put_line(e, no);
	if (no)
		return;
	if (e->stepwise)
		export_open_step(e);
	told = e->stepwise && is_found_at(e, (int)e->step) && !judged_by_answer(e);
	if (told) /* before: it may not come back */
		put_found_at(e, (int)e->step);
	fprintf(e->out, "\tbegin(%u, %u, %s);\n", e->step, in->cpu % e->cpus,
		context_constant(op->flags & OP_TASK_ONLY ? CONTEXT_TASK : instr_context(in)));
	asked = (op->args[0] == ARG_LIVE_PAGES || op->args[0] == ARG_USED_PAGES) && put_question(e, a[0]);
	if (row->text)
		export_text(e, row->text, op, a);
	if (row->effect)
		row->effect(e, op, a);
	if (asked)
		fputs("\t} else {\n\tend_ok(false, NULL);\n\t}\n", e->out);
	if (!told)
		put_found_at(e, (int)e->step);
	if (e->stepwise)
		export_close_step(e);
}

/* --- the machine -------------------------------------------------------------------------------------------------- */

/* What of it the C names: frames, nodes and CPUs. */
static void find_machine(struct exporter *e)
{
	e->frames = sim_params[PARAM_FRAMES].value[e->p->header.profile];
	e->nodes = sim_params[PARAM_NODES].value[e->p->header.profile];
	e->cpus = sim_params[PARAM_CPUS].value[e->p->header.profile];
	for (u32 i = 0; i < program_boot_ops(e->p); i++) {
		const struct op *op = op_by_code(e->p->op[i].code);
		u64 a[MAX_ARGS];

		instr_args(op, &e->p->op[i], a);
		if (op_is_slab_debug(op) || !op_is_knob(op) || !knob_counts((enum sim_profile)e->p->header.profile, a))
			continue;
		e->frames = a[0] == PARAM_FRAMES ? (u32)a[1] : e->frames;
		e->nodes = a[0] == PARAM_NODES ? (u32)a[1] : e->nodes;
		e->cpus = a[0] == PARAM_CPUS ? (u32)a[1] : e->cpus;
	}
}

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
	for (e->step = 0; e->step < program_boot_ops(e->p); e->step++) {
		const struct op *op = op_by_code(e->p->op[e->step].code);
		u64 a[MAX_ARGS];

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

static void put_create(struct exporter *e)
{
	fputs("\tm = machine_create(&config);\n"
	      "\tif (!m)\n\t\treturn 3;\n"
	      "\tmachine_enter(m, 0);\n",
	      e->out);
	fprintf(e->out, "\tif (%s != 0) {\n\t\tputs(\"no usable memory\");\n\t\treturn 0;\n\t}\n",
		e->early ? "mm_boot_early()" : "mm_boot()");
}

static void put_boot(struct exporter *e)
{
	if (e->p->header.start == START_SLAB) {
		export_slab_boot(e);
		fputs("\tdrain_all_pages();\n", e->out);
	}
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
	if (e->p->header.start == START_NEARLY_FULL || e->p->header.start == START_FRAGMENTED)
		fprintf(e->out, " *\n * start=%s has no form in C: the machine is as after boot.\n",
			start_names[e->p->header.start]);
	if (has_switches(e->p) && !e->stepwise)
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
static void put_frees(struct exporter *e)
{
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
}

static void put_end(struct exporter *e)
{
	u32 end = e->p->nr_ops;

	fprintf(e->out, "\n\t/* everything goes back */\n\tbegin(%u, 0, CONTEXT_TASK);\n", end);
	if (e->early)
		fputs("\tmm_boot_finish();\n\tremember_lists();\n", e->out);
	put_frees(e);
	fputs("\tfinish();\n", e->out);
	put_found_at(e, (int)end);
	fputs("\treturn exit_status();\n}\n", e->out);
}

static void put_operations(struct exporter *e)
{
	for (; e->step < e->end; e->step++)
		put_operation(e);
}

/* --- main(): step by step, or all of it in a row ------------------------------------------------------------------ */

static void open_main(struct exporter *e)
{
	fputs("\nint main(void)\n{\n\tstruct machine_config config = { 0 };\n"
	      "\tunsigned regions __attribute__((unused)) = 0;\n\tu64 at __attribute__((unused));\n\n"
	      "\tsetvbuf(stdout, NULL, _IOLBF, 0);\n",
	      e->out);
	put_machine(e); /* leaves the first operation that is not about the machine */
	put_create(e);
}

/* As a step of its own. */
static void put_last_step(struct exporter *e)
{
	fprintf(e->out, "\n/* everything goes back */\nstatic void finally(void)\n{\n\tbegin(%u, 0, CONTEXT_TASK);\n", e->p->nr_ops);
	put_found_at(e, (int)e->p->nr_ops);
	fputs("\tlet_go();\n", e->out);
	put_frees(e);
	fputs("\tfinish_under_pressure();\n}\n", e->out);
}

static void put_steps(struct exporter *e)
{
	e->step = program_boot_ops(e->p);
	e->in_step = true;
	export_vm_boot(e);
	put_operations(e);
	if (!e->panics)
		put_last_step(e);
	export_steps(e);
	e->in_step = false;
	open_main(e);
	put_found_at(e, -1);
	fprintf(e->out, "\treturn run_program(program, ARRAY_SIZE(program), %lluu, %s);\n}\n", (unsigned long long)e->p->header.seed,
		e->panics ? "NULL" : "finally");
}

static void put_row(struct exporter *e)
{
	open_main(e);
	put_boot(e);
	put_operations(e);
	put_end(e);
}

static void put_program(struct exporter *e, const char *source_name)
{
	export_find_slots(e);
	put_header(e, source_name);
	fputs(export_prelude, e->out);
	if (e->p->header.start >= START_SLAB)
		fputs(export_boot_prelude, e->out);
	if (export_has_objects(e)) {
		fputs(export_slab_prelude, e->out);
		fputs(export_kmalloc_prelude, e->out);
	}
	if (e->stepwise)
		fputs(export_vm_prelude, e->out);
	put_slots(e);
	export_slab_slots(e);
	if (e->stepwise)
		put_steps(e);
	else
		put_row(e);
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

	if (!e || !(e->line = calloc(p->nr_ops + 1, sizeof(*e->line))) || !(e->has_step = calloc(p->nr_ops + 1, 1))) {
		free(e ? e->line : NULL);
		free(e);
		return false;
	}
	e->p = p;
	e->v = v;
	e->outcome = outcome;
	e->out = out;
	find_machine(e);
	e->grain_shift = p->header.profile == PROFILE_REAL ? SIM_PAGE_SHIFT : 6;
	e->early = p->header.start == START_EARLY && p->header.profile != PROFILE_REAL;
	e->stepwise = p->header.start >= START_PRESSURE;
	export_find_end(e);
	text = text_lines(p, outcome, e->line);
	if (text)
		put_program(e, source_name);
	free(text);
	free(e->line);
	free(e->has_step);
	free(e);
	return text && !ferror(out);
}
