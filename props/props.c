// SPDX-License-Identifier: GPL-2.0-only
/*
 * props.c - programs for laws, out of wishes or a seed, and one check of one program.
 *
 * A wish is a few numbers; each is taken modulo what is possible, so that every wish is an operation and smaller numbers
 * mean simpler ones. That is all a shrinker needs to know.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fork_run.h"
#include "observe.h"
#include "tool.h"

#define SLOTS	   16 /* few, so that operations meet */
#define MOST_BYTES (16u << 20)

const struct prop *prop_nth(unsigned n)
{
	for (const struct prop *const *prop = prop_list; *prop; prop++)
		if (!n--)
			return *prop;
	return NULL;
}

const struct prop *prop_by_name(const char *name)
{
	for (const struct prop *const *prop = prop_list; *prop; prop++)
		if (!strcmp((*prop)->name, name))
			return *prop;
	return NULL;
}

/* --- programs out of wishes -------------------------------------------------------------------------------------- */

/* The n-th operation by weight, of the tables of a property. */
static const struct op *pick(const struct op *const *tables, u32 n)
{
	for (; *tables; tables++)
		for (const struct op *op = *tables; op->name; op++) {
			u32 weight = op->flags & OP_BOOT ? 0 : op->weight;

			if (n < weight)
				return op;
			n -= weight;
		}
	return NULL;
}

static u32 total_weight(const struct op *const *tables)
{
	u32 total = 0;

	for (; *tables; tables++)
		for (const struct op *op = *tables; op->name; op++)
			total += op->flags & OP_BOOT ? 0 : op->weight;
	return total;
}

static u32 wished_gfp(u16 wish)
{
	static const u32 base[] = { GFP_KERNEL,
				    GFP_ATOMIC,
				    GFP_NOWAIT,
				    GFP_USER,
				    GFP_HIGHUSER,
				    GFP_HIGHUSER_MOVABLE,
				    GFP_KERNEL | GFP_DMA,
				    GFP_DMA32,
				    GFP_NOFS,
				    GFP_ATOMIC | GFP_DMA,
				    GFP_KERNEL | __GFP_RECLAIMABLE,
				    GFP_KERNEL | __GFP_MOVABLE,
				    GFP_NOWAIT | __GFP_MEMALLOC,
				    GFP_TRANSHUGE_LIGHT,
				    GFP_ATOMIC | __GFP_NOMEMALLOC | __GFP_RECLAIMABLE,
				    GFP_KERNEL | __GFP_NORETRY };
	static const u32 modifier[] = { __GFP_ZERO, __GFP_COMP, __GFP_THISNODE, __GFP_NOWARN };
	u32 gfp = base[(wish & 15) % ARRAY_SIZE(base)];

	for (unsigned i = 0; i < ARRAY_SIZE(modifier); i++)
		if ((wish >> (4 + 2 * i) & 3) == 3)
			gfp |= modifier[i];
	return gfp;
}

/* Small ones most often, now and then one more than there is. */
static u64 wished_order(const struct program *p, u64 wish)
{
	static const u8 order[] = { 0, 1, 2, 3, 0, 0, 0, 1, 1, 2, 2, 4, 5, 6, 12, 13 };
	u64 max = sim_params[PARAM_MAX_PAGE_ORDER].value[p->header.profile];

	return order[wish & 15] < 12 ? min_of((u64)order[wish & 15], max) : max + (wish & 1);
}

/* Where bytes are counted in lines of 64: half of the wishes mean whole pages. */
static u64 wished_lines(u64 wish, u64 limit)
{
	u64 lines = (wish >> 1) % limit;

	return wish & 1 ? lines : lines & ~63ULL;
}

/* Mostly none. */
static u64 wished_slab_flags(u16 wish)
{
	static const slab_flags_t flags[] = { SLAB_HWCACHE_ALIGN, SLAB_RECLAIM_ACCOUNT, SLAB_RED_ZONE, SLAB_POISON, SLAB_STORE_USER,
					      SLAB_CONSISTENCY_CHECKS, SLAB_TYPESAFE_BY_RCU, SLAB_NO_MERGE };
	slab_flags_t all = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(flags) && (wish & 3) == 3; i++)
		if (wish >> (2 + i) & 1)
			all |= flags[i];
	return all;
}

/* `other`: the bits that are left for this argument. */
static u64 wished_value(const struct program *p, unsigned kind, const struct prop_wish *wish, u64 other)
{
	u64 lines = sim_params[PARAM_FRAMES].value[p->header.profile] * 64;

	switch (kind) {
	case ARG_NEW_PAGES:
	case ARG_LIVE_PAGES:
	case ARG_USED_PAGES:
		return wish->slot % SLOTS;
	case ARG_GFP:
		return wished_gfp(wish->gfp);
	case ARG_ORDER:
		return wished_order(p, other);
	case ARG_BASE:
		return wished_lines(wish->amount, lines + 64);
	case ARG_LENGTH:
		return wished_lines(other & 0xffff, min_of(lines, (u64)0x3000));
	case ARG_SIZE:
		return other % (1u << 17);
	case ARG_NODE:
		return (other + SIM_MAX_NODES) % (SIM_MAX_NODES + 1);
	case ARG_ALIGN:
		return (other & 0xff) % 17;
	case ARG_VALUE: /* of a knob: large ones leave nobody anything */
		return other & 0x8000 ? other & 0xffff : other & 0x7f;
	case ARG_FRAME:
		return wish->amount % (lines / 64);
	case ARG_SKIP:
	case ARG_TIMES:
		return (other & 0xff) % 4;
	case ARG_NEW_CACHE:
	case ARG_CACHE:
	case ARG_LAST_CACHE:
		return wish->slot / SLOTS % 4;
	case ARG_NEW_OBJECT:
	case ARG_LIVE_OBJECT:
	case ARG_USED_OBJECT:
	case ARG_NEW_KMALLOC:
	case ARG_LIVE_KMALLOC:
	case ARG_USED_KMALLOC:
		return wish->slot % SLOTS;
	case ARG_OBJECT_SIZE:
	case ARG_KMALLOC_SIZE:
		return 1 + wish->amount % (wish->amount & 0x800000 ? 20000 : 700);
	case ARG_CACHE_NAME:
		return (other & 0xff) % 14;
	case ARG_SLAB_FLAGS:
		return wished_slab_flags(wish->gfp);
	case ARG_CTOR:
		return (other & 0xff) > 200 ? other & 3 : 0;
	default:
		return other & 0xffff;
	}
}

static void wish_place(struct program *p, struct instr *in, const struct prop_wish *wish)
{
	unsigned context = wish->place >> 3;

	in->cpu = wish->place & 7;
	in->context = context > 25 ? (u8)(context - 25) : CONTEXT_TASK;
	if (wish->gfp >> 12 == 15) /* another CPU overtakes this operation */
		program_add_switch(p, in, (struct sched_switch){ .at = wish->amount % 8, .target = in->cpu ^ 1 });
}

static void wish_operation(struct program *p, const struct op *op, const struct prop_wish *wish)
{
	struct instr *in = program_append(p);
	unsigned shift = 0;

	in->code = op->code;
	wish_place(p, in, wish);
	for (unsigned i = 0; i < MAX_ARGS && op->args[i]; i++) {
		unsigned kind = op->args[i];

		instr_set_arg(op, in, i, wished_value(p, kind, wish, (u64)wish->length >> shift));
		if (kind > ARG_GFP && kind != ARG_BASE)
			shift += shift ? 8 : 16;
	}
}

/* Most programs begin on an empty machine; memory is short on the others from the start. */
static enum start_state wished_start(u8 wish)
{
	static const u8 start[] = { START_BOOTED, START_BOOTED, START_NEARLY_FULL, START_FRAGMENTED };

	return (enum start_state)start[(wish >> 4) % ARRAY_SIZE(start)];
}

struct program *prop_program(struct prop_run *r, const struct prop *prop, const struct prop_wishes *wishes)
{
	bool early = prop->tables & TABLE_MEMBLOCK, slab = prop->tables & (TABLE_SLAB | TABLE_KMALLOC);
	bool vm = prop->tables & TABLE_VM;
	const struct op *const vm_tables[] = { task_ops, file_ops, swapping_ops, NULL };
	const struct op *const late_tables[] = { page_ops, machine_ops, reach_ops, NULL };
	const struct op *const early_tables[] = { memblock_ops, NULL };
	const struct op *const slab_tables[] = { slab_ops, kmalloc_ops, machine_ops, NULL };
	const struct op *const *tables = vm ? vm_tables : slab ? slab_tables : early ? early_tables : late_tables;
	u32 total = total_weight(tables);
	struct program *p = &r->program;

	program_clear(p);
	p->header.profile = wishes->profile % 3 ? PROFILE_SMALL : PROFILE_TINY;
	p->header.start = vm ? START_PRESSURE : slab ? START_SLAB : early ? START_EARLY : wished_start(wishes->flags);
	p->header.flags = wishes->flags % 16 == 15 ? HEADER_RECOUNT_ALWAYS : 0;
	p->header.seed = wishes->seed;
	for (size_t i = 0; i < wishes->nr; i++)
		wish_operation(p, pick(tables, wishes->wish[i].op % total), &wishes->wish[i]);
	return p;
}

/* --- programs out of a seed -------------------------------------------------------------------------------------- */

/* Short ones mostly: a law may cost a boot for each operation. */
static u32 length_of(u64 seed)
{
	static const u8 most[] = { 4, 16, 32, 64, 64, 64, 128, 255 };
	u64 state = seed ^ 0x70726f70; /* not the generator's own dice */
	u64 dice = rng_next(&state);

	return 1 + (u32)((dice >> 8) % most[dice % ARRAY_SIZE(most)]);
}

/*
 * Laws count frames as free, held or reserved. Guard pages are neither, and what memblock reserves for CMA is handed over
 * later: such machines are for lockstep alone.
 */
static const char *refuses(const struct prop *prop, const struct instr *in)
{
	const struct op *op = op_by_code(in->code);

	if (op_is_knob(op))
		return instr_get_arg(op, in, 0) == PARAM_GUARDPAGE_MINORDER ? "knows no guard pages" : NULL;
	return prop->tables & TABLE_MEMBLOCK && instr_get_arg(op, in, 2) == REGION_CMA ? "knows no CMA" : NULL;
}

const char *prop_refuses(const struct prop *prop, const struct program *p)
{
	bool early = prop->tables & TABLE_MEMBLOCK, slab = prop->tables & (TABLE_SLAB | TABLE_KMALLOC);
	const char *why = NULL;

	if ((p->header.start == START_EARLY) != early)
		return early ? "is about programs with start=early" : "is about programs with start=booted";
	if (slab && p->header.start != START_SLAB)
		return "is about programs with start=slab";
	if (prop->tables & TABLE_VM && p->header.start < START_PRESSURE)
		return "is about programs with start=pressure or scarce";
	for (u32 i = program_boot_ops(p); i-- > 0 && !why;)
		why = refuses(prop, &p->op[i]);
	return why;
}

static void keep_usual_machine(const struct prop *prop, struct program *p)
{
	u32 boot = program_boot_ops(p), kept = 0;

	for (u32 i = 0; i < p->nr_ops; i++)
		if (i >= boot || !refuses(prop, &p->op[i]))
			p->op[kept++] = p->op[i];
	p->nr_ops = kept;
}

struct program *prop_generated(struct prop_run *r, const struct prop *prop, u64 seed)
{
	struct program *p = &r->program;

	program_generate(p, seed, length_of(seed), prop->tables | TABLE_MACHINE);
	keep_usual_machine(prop, p);
	if (!program_boot_ops(p))
		p->header.profile = seed % 3 ? PROFILE_SMALL : PROFILE_TINY;
	return p;
}

const char *prop_program_text(struct prop_run *r, const struct program *p)
{
	FILE *out;

	free(r->text);
	r->text = NULL;
	out = open_memstream(&r->text, &r->text_bytes);
	if (!out)
		return "";
	program_print(p, out, NULL);
	fclose(out);
	return r->text;
}

/* --- one check --------------------------------------------------------------------------------------------------- */

/* What the model and the checkers say of the same program. */
static bool judged(struct prop_run *r, const struct program *p)
{
	const struct verdict *v = lockstep_run(r->w, p);

	if (v->failed)
		r->verdict = *v;
	return !v->failed;
}

bool prop_check(struct prop_run *r, const struct prop *prop, const struct program *p)
{
	u64 ops = r->w->stats.ops;
	bool holds;

	r->prop = prop;
	r->programs++;
	memset(&r->verdict, 0, sizeof(r->verdict));
	holds = prop->holds(r, p) || prop_fail(r, "it does not hold, and does not say why");
	r->w->booting = false;
	r->w->until = ~0u;
	holds = holds && (r->alone || judged(r, p));
	r->ops += r->w->stats.ops - ops;
	return holds;
}

const char *prop_clause(const struct prop_run *r)
{
	return r->verdict.clause;
}

const char *prop_sentence(const struct prop_run *r)
{
	return r->verdict.sentence;
}

u64 prop_programs(const struct prop_run *r)
{
	return r->programs;
}

u64 prop_operations(const struct prop_run *r)
{
	return r->ops;
}

struct prop_run *prop_run_create(void)
{
	struct prop_run *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->w = world_create();
	if (!r->w) {
		free(r);
		return NULL;
	}
	program_init(&r->program);
	sim_watchdog_start(20);
	return r;
}

/* One program of each kind of machine that prop_generated() makes: children find them booted. */
static void boot_all(void *arg, struct verdict *v)
{
	static const u8 starts[] = { START_BOOTED, START_NEARLY_FULL, START_FRAGMENTED, START_EARLY, START_SLAB,
				     START_PRESSURE, START_SCARCE };
	struct prop_run *r = arg;

	for (unsigned i = 0; i < 2 * ARRAY_SIZE(starts) && !v->failed; i++) {
		program_clear(&r->program);
		r->program.header.profile = i % 2 ? PROFILE_SMALL : PROFILE_TINY;
		r->program.header.start = starts[i / 2];
		*v = *lockstep_run(r->w, &r->program);
	}
}

/* A machine that cannot even boot must not take this process with it: a child goes first. */
void prop_run_boot(struct prop_run *r)
{
	struct fork_job job = { boot_all, r, SIM_WATCHDOG_SECONDS, NULL, NULL };
	struct verdict v = { 0 };

	if (TOOL_FORK_KEEPS_FIBERS && !forked_judge(&job).what[0])
		boot_all(r, &v);
}

void prop_run_forked(struct prop_run *r)
{
	if (TOOL_FORK_KEEPS_FIBERS)
		return;
	r->w = world_create(); /* the other one is of no use, not even for giving it back */
	r->mark = NULL;
	if (!r->w)
		abort();
}

void prop_run_alone(struct prop_run *r, bool alone)
{
	r->alone = alone;
}

void prop_run_destroy(struct prop_run *r)
{
	snapshot_free(r->mark);
	world_destroy(r->w);
	program_free(&r->program);
	for (int i = 0; i < 2; i++) {
		free(r->memory[i].region);
		free(r->reserved[i].region);
	}
	free(r->boot.block);
	free(r->before.block);
	free(r->after.block);
	free(r->unit);
	free(r->slab);
	free(r->vm);
	free(r->map);
	free(r->text);
	free(r);
}

/* --- files ------------------------------------------------------------------------------------------------------- */

/* The model sees it too, and lives to say so: a claim that `mmcheck run --expect` can test. */
static bool is_claim(const struct prop_failure *f)
{
	return !f->died && strncmp(f->clause, "LAW ", 4) != 0;
}

static void print_with_claim(struct prop_run *r, const struct prop *prop, const struct prop_failure *f, const char *says,
			     FILE *out)
{
	const char *text = prop_program_text(r, f->program);
	size_t header = strcspn(text, "\n");

	fprintf(out, "%.*s\n# law: %s\n", (int)header, text, prop->law);
	fprintf(out, "# finding: %s: %s\n", f->clause, f->sentence);
	if (is_claim(f))
		fprintf(out, "# expect: finding %s\n", f->clause);
	if (f->tries)
		fprintf(out, "# seed: %llu, minimized to %u operations of %u\n", ull(f->seed), f->program->nr_ops,
			f->ops_before);
	fprintf(out, "# replay: %s\n", says);
	fputs(text[header] ? text + header + 1 : "", out);
}

static bool make_folders(const char *dir)
{
	char path[4096];

	for (size_t i = 1; i <= strlen(dir) && i < sizeof(path); i++) {
		if (dir[i] && dir[i] != '/')
			continue;
		memcpy(path, dir, i);
		path[i] = 0;
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			return false;
	}
	return true;
}

const char *prop_save(struct prop_run *r, const struct prop *prop, const struct prop_failure *f, const char *dir,
		      const char *says)
{
	char temporary[sizeof(r->path) + 16];
	FILE *out;
	bool ok;

	snprintf(r->path, sizeof(r->path), "%s/prop_%s.trace", dir, prop->name);
	snprintf(temporary, sizeof(temporary), "%s.%d", r->path, (int)getpid());
	if (!make_folders(dir) || !(out = fopen(temporary, "w")))
		return NULL;
	print_with_claim(r, prop, f, says, out);
	ok = !ferror(out);
	ok = fclose(out) == 0 && ok;
	if (ok && rename(temporary, r->path) == 0)
		return r->path;
	unlink(temporary);
	return NULL;
}

/* The whole file, malloc'd; NULL with errno. */
static u8 *read_file(const char *path, size_t *bytes)
{
	FILE *in = fopen(path, "rb");
	u8 *data = in ? malloc(MOST_BYTES + 1) : NULL;
	int error;

	if (!data) {
		error = errno;
		if (in)
			fclose(in);
		errno = error;
		return NULL;
	}
	*bytes = fread(data, 1, MOST_BYTES + 1, in);
	error = ferror(in) ? errno : *bytes > MOST_BYTES ? EFBIG : 0;
	fclose(in);
	if (error) {
		free(data);
		data = NULL;
	}
	errno = error;
	return data;
}

struct program *prop_load(struct prop_run *r, const struct prop *prop, const char *path, char *error, size_t bytes)
{
	bool ok;
	size_t file_bytes = 0;
	u8 *data = read_file(path, &file_bytes);
	const char *refusal;

	if (!data) {
		snprintf(error, bytes, "%s", strerror(errno));
		return NULL;
	}
	ok = program_load(&r->program, data, file_bytes, error, bytes, NULL);
	free(data);
	if (!ok)
		return NULL;
	refusal = prop_refuses(prop, &r->program);
	if (!refusal)
		return &r->program;
	snprintf(error, bytes, "%s %s", prop->name, refusal);
	return NULL;
}
