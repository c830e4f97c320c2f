/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * print.c - writing programs as text. The form is explained in text.c.
 *
 * Invariant: what is printed parses to a program that runs the same. So the values are printed that the operation
 * sees, not the raw fields they come from.
 */
#include "text.h"
#include "textbuf.h"

/* Longest first, rule F11: printing takes the first row whose bits are all left. */
const struct bit_name gfp_names[NR_GFP_NAMES] = {
	{ GFP_TRANSHUGE, "GFP_TRANSHUGE" },
	{ GFP_TRANSHUGE_LIGHT, "GFP_TRANSHUGE_LIGHT" },
	{ GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE" },
	{ GFP_HIGHUSER, "GFP_HIGHUSER" },
	{ GFP_USER, "GFP_USER" },
	{ GFP_KERNEL_ACCOUNT, "GFP_KERNEL_ACCOUNT" },
	{ GFP_KERNEL, "GFP_KERNEL" },
	{ GFP_NOFS, "GFP_NOFS" },
	{ GFP_ATOMIC, "GFP_ATOMIC" },
	{ GFP_NOIO, "GFP_NOIO" },
	{ GFP_NOWAIT, "GFP_NOWAIT" },
	{ GFP_DMA, "GFP_DMA" },
	{ __GFP_HIGHMEM, "__GFP_HIGHMEM" },
	{ GFP_DMA32, "GFP_DMA32" },
	{ __GFP_HIGH, "__GFP_HIGH" },
	{ __GFP_IO, "__GFP_IO" },
	{ __GFP_FS, "__GFP_FS" },
	{ __GFP_NOWARN, "__GFP_NOWARN" },
	{ __GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL" },
	{ __GFP_NOFAIL, "__GFP_NOFAIL" },
	{ __GFP_NORETRY, "__GFP_NORETRY" },
	{ __GFP_COMP, "__GFP_COMP" },
	{ __GFP_ZERO, "__GFP_ZERO" },
	{ __GFP_NOMEMALLOC, "__GFP_NOMEMALLOC" },
	{ __GFP_MEMALLOC, "__GFP_MEMALLOC" },
	{ __GFP_HARDWALL, "__GFP_HARDWALL" },
	{ __GFP_THISNODE, "__GFP_THISNODE" },
	{ __GFP_RECLAIMABLE, "__GFP_RECLAIMABLE" },
	{ __GFP_MOVABLE, "__GFP_MOVABLE" },
	{ __GFP_ACCOUNT, "__GFP_ACCOUNT" },
	{ __GFP_WRITE, "__GFP_WRITE" },
	{ __GFP_RECLAIM, "__GFP_RECLAIM" },
	{ __GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM" },
	{ __GFP_KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM" },
	{ __GFP_ZEROTAGS, "__GFP_ZEROTAGS" },
	/* read only: the rows above take their bits */
	{ __GFP_DMA, "__GFP_DMA" },
	{ __GFP_DMA32, "__GFP_DMA32" },
};

const struct bit_name slab_flag_names[NR_SLAB_FLAG_NAMES] = {
	{ SLAB_CONSISTENCY_CHECKS, "CONSISTENCY_CHECKS" },
	{ SLAB_RED_ZONE, "RED_ZONE" },
	{ SLAB_POISON, "POISON" },
	{ SLAB_HWCACHE_ALIGN, "HWCACHE_ALIGN" },
	{ SLAB_CACHE_DMA, "CACHE_DMA" },
	{ SLAB_CACHE_DMA32, "CACHE_DMA32" },
	{ SLAB_STORE_USER, "STORE_USER" },
	{ SLAB_RECLAIM_ACCOUNT, "RECLAIM_ACCOUNT" },
	{ SLAB_PANIC, "PANIC" },
	{ SLAB_TYPESAFE_BY_RCU, "TYPESAFE_BY_RCU" },
	{ SLAB_TRACE, "TRACE" },
	{ SLAB_NOLEAKTRACE, "NOLEAKTRACE" },
	{ SLAB_NO_MERGE, "NO_MERGE" },
	{ SLAB_FAILSLAB, "FAILSLAB" },
	{ SLAB_ACCOUNT, "ACCOUNT" },
};

const struct bit_name debug_letter_names[NR_DEBUG_LETTERS] = {
	{ 1, "F" }, { 2, "Z" }, { 4, "P" }, { 8, "U" }, { 16, "T" }, { 32, "A" }, { 64, "O" }, { 128, "-" },
};

const struct bit_name flag_names[NR_FLAG_NAMES] = {
	{ HEADER_RECOUNT_ALWAYS, "recount" },
	{ HEADER_CONTENTS_WHOLE, "contents" },
	{ HEADER_DAMAGE, "damage" },
};

const char *const start_names[NR_START_STATES] = { "booted", "early", "nearly_full", "fragmented", "slab", "pressure", "scarce" };
const char *const context_names[NR_CONTEXTS] = { "task", "softirq", "hardirq", "spinlock", "irqs_off", "rcu", "nmi" };

bool is_slot_kind(unsigned kind)
{
	return arg_kinds[kind].role != ROLE_NONE;
}

int target_arg(const struct op *op)
{
	for (unsigned i = 0; i < MAX_ARGS; i++)
		if (arg_kinds[op->args[i]].role == ROLE_NEW)
			return (int)i;
	return -1;
}

/* The names of the bits of a mask, the longest first; bits without a name as hex. Returns the length. */
static size_t bits_text(u32 bits, const struct bit_name *names, size_t nr, const char *separator, char *out, size_t bytes)
{
	struct text t = text_in(out, bytes);

	out[0] = 0;
	for (size_t i = 0; bits && i < nr; i++) {
		if ((bits & names[i].bits) != names[i].bits)
			continue;
		text_words(&t, t.at > out ? separator : "");
		text_words(&t, names[i].name);
		bits &= ~names[i].bits;
	}
	if (bits) {
		text_words(&t, t.at > out ? separator : "");
		text_hex(&t, bits);
	}
	return (size_t)(t.at - out);
}

size_t gfp_names_of(u32 gfp, char *out, size_t bytes)
{
	if (gfp)
		return bits_text(gfp, gfp_names, NR_GFP_NAMES, "|", out, bytes);
	return (size_t)snprintf(out, bytes, "none");
}

static void print_bits(FILE *out, u32 bits, const struct bit_name *names, size_t nr, const char *separator, const char *none)
{
	char text[500];

	bits_text(bits, names, nr, separator, text, sizeof(text));
	fputs(bits ? text : none, out);
}

static void print_header(const struct header *h, FILE *out)
{
	fprintf(out, TEXT_MAGIC " %d profile=%s start=%s flags=", PROGRAM_VERSION,
		sim_profile_names[h->profile < NR_PROFILES ? h->profile : PROFILE_SMALL],
		start_names[h->start % NR_START_STATES]);
	print_bits(out, h->flags, flag_names, NR_FLAG_NAMES, "+", "-");
	fprintf(out, " swarm=0x%x seed=0x%llx\n", h->swarm, (unsigned long long)h->seed);
}

static void print_place(const struct instr *in, FILE *out)
{
	enum sim_context context = instr_context(in);

	if (in->cpu)
		fprintf(out, " cpu=%u", in->cpu);
	if (context != CONTEXT_TASK)
		fprintf(out, " ctx=%s", context_names[context]);
	if (instr_irq_label(in))
		fprintf(out, " irq=%u", instr_irq_label(in));
}

static void print_value(unsigned kind, u64 value, FILE *out)
{
	const char *name = arg_value_name(kind, value);

	fprintf(out, " %s=", arg_kinds[kind].key);
	if (kind == ARG_GFP)
		print_bits(out, (u32)value, gfp_names, NR_GFP_NAMES, "|", "none");
	else if (kind == ARG_SLAB_FLAGS)
		print_bits(out, (u32)value, slab_flag_names, NR_SLAB_FLAG_NAMES, "|", "none");
	else if (kind == ARG_DEBUG_LETTERS)
		print_bits(out, (u32)value, debug_letter_names, NR_DEBUG_LETTERS, "+", "none");
	else if (name)
		fputs(name, out);
	else
		fprintf(out, "%llu", (unsigned long long)value);
}

static void print_known(const struct op *op, const struct instr *in, FILE *out)
{
	int target = target_arg(op);
	u64 a[MAX_ARGS];

	instr_args(op, in, a);
	if (target >= 0)
		fprintf(out, "%c%u = ", family_letter[arg_kinds[op->args[target]].family], (unsigned)a[target]);
	fputs(op->name, out);
	for (int i = 0; i < MAX_ARGS; i++)
		if (is_slot_kind(op->args[i]) && i != target)
			fprintf(out, " %c%u", family_letter[arg_kinds[op->args[i]].family], (unsigned)a[i]);
	print_place(in, out);
	for (int i = 0; i < MAX_ARGS; i++)
		if (op->args[i] != ARG_NONE && !is_slot_kind(op->args[i]))
			print_value(op->args[i], a[i], out);
}

static void print_raw(const struct instr *in, FILE *out)
{
	fprintf(out, "code=0x%x cpu=%u ctx=0x%x slot=0x%x slot2=0x%x gfp=0x%x argument=0x%llx", in->code, in->cpu,
		in->context, in->slot, in->slot2, in->gfp, (unsigned long long)in->argument);
}

static void print_operation(const struct program *p, u32 step, FILE *out, const char *outcome)
{
	const struct instr *in = &p->op[step];
	const struct op *op = op_by_code(in->code);

	fprintf(out, "%u: ", step);
	if (op)
		print_known(op, in, out);
	else
		print_raw(in, out);
	for (u32 i = 0; i < in->nr_switches; i++) {
		const struct sched_switch *sw = &p->sw[in->first_switch + i];

		if (sw->kind == SWITCH_KTHREAD)
			fprintf(out, " at=%u:%s", sw->at, sim_kthread_names[sw->target]);
		else
			fprintf(out, " at=%u:%s%u", sw->at, sw->kind == SWITCH_IRQ ? "irq" : "cpu", sw->target);
	}
	if (outcome)
		fprintf(out, "   # %s", outcome);
	fputc('\n', out);
}

void program_print_range(const struct program *p, u32 first, FILE *out, char *const *outcome)
{
	print_header(&p->header, out);
	fprintf(out, "# mmcheck %s\n", MMCHECK_VERSION);
	for (u32 i = first; i < p->nr_ops; i++)
		print_operation(p, i, out, outcome ? outcome[i] : NULL);
}

void program_print(const struct program *p, FILE *out, char *const *outcome)
{
	program_print_range(p, 0, out, outcome);
}
