/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export_args.c - the arguments of an operation as C text, and what the record says it answered.
 *
 * In a row's text $x stands for an argument; put_argument() knows the letters. Numbers are what the operation would
 * compute from its raw fields: bytes instead of grains, nodes that the machine has, lengths cut at its end.
 */
#include <stdlib.h>
#include <string.h>
#include "export.h"
#include "vm.h"

/* --- text --------------------------------------------------------------------------------------------------------- */

/* Inside a comment. */
void export_comment(FILE *out, const char *s)
{
	for (; *s; s++)
		if (s[0] == '*' && s[1] == '/')
			fputs("* ", out);
		else
			fputc(*s < ' ' && *s >= 0 ? ' ' : *s, out);
}

void export_string(FILE *out, const char *s)
{
	if (!s) {
		fputs("NULL", out);
		return;
	}
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', out);
		fputc(*s < ' ' && *s >= 0 ? ' ' : *s, out);
	}
	fputc('"', out);
}

static void put_gfp(FILE *out, u32 gfp)
{
	const char *before = "";

	if (!gfp)
		fputc('0', out);
	for (unsigned i = 0; i < NR_GFP_NAMES; i++) {
		if (!gfp || (gfp & gfp_names[i].bits) != gfp_names[i].bits)
			continue;
		fprintf(out, "%s%s", before, gfp_names[i].name);
		gfp &= ~gfp_names[i].bits;
		before = " | ";
	}
	if (gfp)
		fprintf(out, "%s0x%x", before, gfp);
}

/* --- the record --------------------------------------------------------------------------------------------------- */

/* The number in "ok pfn=24". */
u64 export_recorded(const struct exporter *e, u64 otherwise)
{
	size_t key = e->expected ? strcspn(e->expected, "0123456789") : 0;

	return e->expected && e->expected[key] ? strtoull(e->expected + key, NULL, 10) : otherwise;
}

/* Did the operation get something? Without a record: yes; the C asks again. */
bool export_gets_something(const struct exporter *e)
{
	return !e->expected || (strncmp(e->expected, "refused", 7) != 0 && strcmp(e->expected, "ok pages=0") != 0 &&
				strcmp(e->expected, "partly pages=0") != 0);
}

u64 export_value(const struct op *op, const u64 *a, unsigned kind)
{
	for (unsigned i = 0; i < MAX_ARGS; i++)
		if (op->args[i] == kind)
			return a[i];
	return 0;
}

u64 export_gfp(const struct op *op, const u64 *a)
{
	return export_value(op, a, ARG_GFP);
}

u64 export_in_bytes(const struct exporter *e, u64 grains)
{
	return min_of(grains, (u64)e->frames << (SIM_PAGE_SHIFT - e->grain_shift)) << e->grain_shift;
}

u64 export_whole_grains(const struct exporter *e, u64 bytes)
{
	return ALIGN(bytes, 1ULL << e->grain_shift);
}

/* Bytes of a memblock range, cut at the machine's end. */
static u64 cut_length(const struct exporter *e, const struct op *op, const u64 *a)
{
	u64 base = export_in_bytes(e, export_value(op, a, ARG_BASE));

	return min_of(export_in_bytes(e, export_value(op, a, ARG_LENGTH)), export_in_bytes(e, ~0ULL) - base);
}

static void put_long_length(const struct exporter *e, const struct op *op, const u64 *a)
{
	if (export_value(op, a, ARG_LENGTH) == LENGTH_ALL)
		fputs("~0ULL", e->out);
	else
		fprintf(e->out, "%#llx", (unsigned long long)cut_length(e, op, a));
}

static void put_find_end(const struct exporter *e, const struct op *op, const u64 *a)
{
	u64 start = export_in_bytes(e, export_value(op, a, ARG_BASE)), length = export_value(op, a, ARG_LENGTH);

	if (length)
		fprintf(e->out, "%#llx", (unsigned long long)(start + export_in_bytes(e, length)));
	else
		fputs("MEMBLOCK_ALLOC_ANYWHERE", e->out);
}

static void put_node(const struct exporter *e, u64 node, u32 nodes)
{
	if (node == MAX_NUMNODES)
		fputs("NUMA_NO_NODE", e->out);
	else
		fprintf(e->out, "%llu", (unsigned long long)(node % nodes));
}

static void put_number(const struct exporter *e, u64 value)
{
	fprintf(e->out, value > 9 ? "%#llx" : "%llu", (unsigned long long)value);
}

static u64 early_size(const struct exporter *e, u64 bytes)
{
	return e->grain_shift > 6 ? export_whole_grains(e, bytes) : bytes;
}

/* A stale slot that gets nothing keeps its last value. */
static void put_slot(const struct exporter *e, const char *name, u64 slot)
{
	if (e->held[slot].state == SLOT_STALE && !export_gets_something(e))
		fprintf(e->out, "%s_none", name);
	else
		fprintf(e->out, "%s%llu", name, (unsigned long long)slot);
}

static const char *const comb_calls[] = { "memblock_reserve", "memblock_phys_free", "memblock_mark_hotplug",
					  "memblock_remove", "memblock_add" };

/* Letters of memblock operations. */
static void put_early_argument(struct exporter *e, char letter, const struct op *op, const u64 *a)
{
	switch (letter) {
	case 'N': /* any number */
		put_node(e, export_value(op, a, ARG_NODE), MAX_NUMNODES);
		break;
	case 'B':
		fprintf(e->out, "%#llx", (unsigned long long)export_in_bytes(e, export_value(op, a, ARG_BASE)));
		break;
	case 'L':
		fprintf(e->out, "%#llx", (unsigned long long)cut_length(e, op, a));
		break;
	case 'A':
		put_long_length(e, op, a);
		break;
	case 'W':
		put_find_end(e, op, a);
		break;
	case 'R': /* length as a size: not cut at the machine's end */
		fprintf(e->out, "%#llx", (unsigned long long)export_in_bytes(e, export_value(op, a, ARG_LENGTH)));
		break;
	case 'y':
		fprintf(e->out, "%llu", (unsigned long long)early_size(e, export_value(op, a, ARG_BYTES)));
		break;
	case 'Y':
		fprintf(e->out, "%llu", (unsigned long long)export_whole_grains(e, export_value(op, a, ARG_BYTES)));
		break;
	case 'a':
		put_number(e, export_value(op, a, ARG_ALIGN) ? 1ULL << (export_value(op, a, ARG_ALIGN) - 1) : 0);
		break;
	case 'f':
		put_number(e, export_value(op, a, ARG_MEMFLAG));
		break;
	case 'C':
		fputs(comb_calls[export_value(op, a, ARG_COMB)], e->out);
		break;
	case 'w':
		put_number(e, max_of(export_value(op, a, ARG_WIDTH), 1ULL) << e->grain_shift);
		break;
	}
}

/* oom_score_adj, or a priority of swap. */
static int signed_value(const struct op *op, const u64 *a)
{
	for (unsigned i = 0; i < MAX_ARGS; i++)
		if (op->args[i] == ARG_ADJ)
			return (int)a[i] - OOM_SCORE_ADJ_MAX;
	return (int)export_value(op, a, ARG_PRIORITY) - 1;
}

/* How many pages or files in a row, what of the caches is dropped, or the number of a device. */
static u64 one_more(const struct op *op, const u64 *a)
{
	return export_value(op, a, ARG_PAGES) + export_value(op, a, ARG_FILES) + export_value(op, a, ARG_DROP) +
	       export_value(op, a, ARG_SWAP_DEVICE) + 1;
}

static void put_argument(struct exporter *e, char letter, const struct op *op, const u64 *a)
{
	switch (letter) {
	case 's': /* slot as a page */
		put_slot(e, "p", a[0]);
		break;
	case 'u': /* slot as an array of pages */
		put_slot(e, "bulk", a[0]);
		break;
	case 'K': /* the first cache the operation names */
		for (unsigned i = 0; i < MAX_ARGS; i++)
			if (arg_kinds[op->args[i]].family == FAMILY_CACHES) {
				fprintf(e->out, "c%llu", (unsigned long long)a[i]);
				break;
			}
		break;
	case 'O': /* its objects */
		fprintf(e->out, "o%llu", (unsigned long long)a[0]);
		break;
	case 'Q': /* its memory by size */
		fprintf(e->out, "k%llu", (unsigned long long)a[0]);
		break;
	case 'g':
		put_gfp(e->out, (u32)export_gfp(op, a));
		break;
	case 'o':
		fprintf(e->out, "%llu", (unsigned long long)export_value(op, a, ARG_ORDER));
		break;
	case 'n': /* a node of this machine */
		put_node(e, export_value(op, a, ARG_NODE), e->nodes);
		break;
	case 'k': /* the same; any means the CPU's own */
		if (export_value(op, a, ARG_NODE) == MAX_NUMNODES)
			fputs("this_cpu->node", e->out);
		else
			put_node(e, export_value(op, a, ARG_NODE), e->nodes);
		break;
	case 'Z': /* a zone, as node and type */
		fprintf(e->out, "%llu, %llu", (unsigned long long)export_value(op, a, ARG_ZONE) / MAX_NR_ZONES,
			(unsigned long long)export_value(op, a, ARG_ZONE) % MAX_NR_ZONES);
		break;
	case 'm': /* the mask that leads to a zone */
		put_gfp(e->out, reach_gfp((unsigned)export_value(op, a, ARG_ZONE)));
		break;
	case 'M': /* pages that a reach operation takes at most */
		fprintf(e->out, "%u", reach_at_once(e->frames));
		break;
	case 'x': /* pages above a mark */
		fputs(arg_value_name(ARG_ABOVE, export_value(op, a, ARG_ABOVE)), e->out);
		break;
	case 'p': /* a CPU of this machine */
		fprintf(e->out, "%llu", (unsigned long long)(export_value(op, a, ARG_CPU) % e->cpus));
		break;
	case 'c':
		fprintf(e->out, "%llu", (unsigned long long)export_value(op, a, ARG_COUNT));
		break;
	case 'z':
		fprintf(e->out, "%llu", (unsigned long long)max_of(export_value(op, a, ARG_SIZE), 1ULL));
		break;
	case 'b':
		fputs(export_value(op, a, ARG_BOOL) ? "true" : "false", e->out);
		break;
	case 'j': /* what may be negative */
		fprintf(e->out, "%d", signed_value(op, a));
		break;
	case 'l': /* a number that counts from 0 and means one more */
		fprintf(e->out, "%llu", (unsigned long long)one_more(op, a));
		break;
	case '0' ... '4':
		fprintf(e->out, "%llu", (unsigned long long)a[letter - '0']);
		break;
	case 'E':
		export_string(e->out, e->expected);
		break;
	default:
		put_early_argument(e, letter, op, a);
	}
}

void export_text(struct exporter *e, const char *text, const struct op *op, const u64 *a)
{
	fputc('\t', e->out);
	for (; *text; text++) {
		if (*text == '$')
			put_argument(e, *++text, op, a);
		else
			fputc(*text, e->out);
		if (*text == '\n' && text[1])
			fputc('\t', e->out);
	}
}
