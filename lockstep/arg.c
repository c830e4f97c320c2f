/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arg.c - the kinds of arguments, and where each lies in the raw fields of an instruction.
 *
 *   slot      first kind of FIELD_SLOT of an operation      32 bits
 *   slot2     second one                                    16 bits
 *   gfp       ARG_GFP                                       32 bits
 *   argument  all other kinds, from bit 0 up in row order   64 bits
 *
 * Invariants: every raw value decodes to a legal one (modulo the limit; GFP bits without a meaning fall away), and
 * what instr_set_arg() writes is read back unchanged if it was legal. Corpus bytes depend on the widths: they are frozen.
 * A limit may grow within its width: what is written is below the limit of its day.
 */
#include "lockstep.h"

_Static_assert(NR_PARAMS <= 64, "ARG_KNOB_ALL has 6 bits");
_Static_assert(NR_SYSCTLS <= 16, "ARG_SYSCTL has 4 bits");

/* What there was when the widths of ARG_REGION_KIND and ARG_KNOB were frozen; the kinds with _ALL go on. */
#define FIRST_REGION_KINDS 2
#define FIRST_KNOBS	   18

static const char *const region_kind_names[NR_REGION_KINDS] = { "usable", "reserved", "cma", "device" };
static const char *const scope_names[6] = { "noreclaim", "nofs", "noio", "pin", "realtime", "oom_victim" };
static const char *const site_names[] = { "page_alloc", "reclaim_progress", "slab" };
static const char *const comb_names[5] = { "reserve", "free", "hotplug", "remove", "add" };
static const char *const mark_names[3] = { "min", "low", "high" };

static const char *const sysctl_names[NR_SYSCTLS] = {
	"min_free_kbytes",
	"watermark_scale_factor",
	"watermark_boost_factor",
	"percpu_pagelist_high_fraction",
	"lowmem_reserve_ratio_dma",
	"lowmem_reserve_ratio_dma32",
	"lowmem_reserve_ratio_normal",
	"lowmem_reserve_ratio_highmem",
	"lowmem_reserve_ratio_movable",
};

/* By zone id: node and zone. */
static const char *const zone_names[NR_ZONE_IDS] = {
	"0/DMA", "0/DMA32", "0/Normal", "0/HighMem", "0/Movable", "0/Device",
	"1/DMA", "1/DMA32", "1/Normal", "1/HighMem", "1/Movable", "1/Device",
	"2/DMA", "2/DMA32", "2/Normal", "2/HighMem", "2/Movable", "2/Device",
	"3/DMA", "3/DMA32", "3/Normal", "3/HighMem", "3/Movable", "3/Device",
};

/* Two's complement, so that all zero bits mean 0. */
static const char *const above_names[32] = {
	"0",   "1",   "2",   "3",   "4",   "5",	  "6",	 "7",  "8",  "9",  "10", "11", "12", "13", "14", "15",
	"-16", "-15", "-14", "-13", "-12", "-11", "-10", "-9", "-8", "-7", "-6", "-5", "-4", "-3", "-2", "-1",
};

const struct arg_kind_row arg_kinds[NR_ARG_KINDS] = {
	/*                    key        field         bits limit            names */
	[ARG_NEW_PAGES]	  = { NULL,	 FIELD_SLOT,	 8, NR_SLOTS,	     NULL },
	[ARG_LIVE_PAGES]  = { NULL,	 FIELD_SLOT,	 8, NR_SLOTS,	     NULL },
	[ARG_USED_PAGES]  = { NULL,	 FIELD_SLOT,	 8, NR_SLOTS,	     NULL },
	[ARG_GFP]	  = { "gfp",	 FIELD_GFP,	32, 0,		     NULL },
	[ARG_ORDER]	  = { "order",	 FIELD_ARGUMENT, 4, 12,		     NULL },
	[ARG_NODE]	  = { "node",	 FIELD_ARGUMENT, 3, SIM_MAX_NODES + 1, NULL },
	[ARG_COUNT]	  = { "count",	 FIELD_ARGUMENT, 6, MAX_BULK + 1,    NULL },
	[ARG_SIZE]	  = { "size",	 FIELD_ARGUMENT, 20, 0,		     NULL },
	[ARG_OFFSET]	  = { "offset",	 FIELD_ARGUMENT, 10, 0,		     NULL },
	[ARG_LINE]	  = { "line",	 FIELD_ARGUMENT, 6, 0,		     NULL },
	[ARG_BASE]	  = { "base",	 FIELD_SLOT,	32, 0,		     NULL },
	[ARG_LENGTH]	  = { "length",	 FIELD_ARGUMENT, 14, 0,		     NULL },
	[ARG_BYTES]	  = { "bytes",	 FIELD_ARGUMENT, 14, 0,		     NULL },
	[ARG_ALIGN]	  = { "align",	 FIELD_ARGUMENT, 5, 17,		     NULL },
	[ARG_MEMFLAG]	  = { "flag",	 FIELD_ARGUMENT, 3, 0,		     NULL },
	[ARG_BOOL]	  = { "on",	 FIELD_ARGUMENT, 1, 0,		     NULL },
	[ARG_START_PFN]	  = { "pfn",	 FIELD_SLOT,	32, 0,		     NULL },
	[ARG_NR_PAGES]	  = { "pages",	 FIELD_ARGUMENT, 24, 0,		     NULL },
	[ARG_REGION_KIND] = { "kind",	 FIELD_ARGUMENT, 1, FIRST_REGION_KINDS, region_kind_names },
	[ARG_KNOB]	  = { "knob",	 FIELD_ARGUMENT, 5, FIRST_KNOBS,	     NULL }, /* names: sim_params[] */
	[ARG_VALUE]	  = { "value",	 FIELD_ARGUMENT, 32, 0,		     NULL },
	[ARG_SCOPE]	  = { "scope",	 FIELD_ARGUMENT, 3, ARRAY_SIZE(scope_names), scope_names },
	[ARG_MS]	  = { "ms",	 FIELD_ARGUMENT, 20, 0,		     NULL },
	[ARG_SITE]	  = { "site",	 FIELD_ARGUMENT, 2, NR_FAULT_SITES,  site_names },
	[ARG_SKIP]	  = { "skip",	 FIELD_ARGUMENT, 8, 0,		     NULL },
	[ARG_TIMES]	  = { "times",	 FIELD_ARGUMENT, 4, 0,		     NULL },
	[ARG_REGION_KIND_ALL] = { "kind", FIELD_ARGUMENT, 2, NR_REGION_KINDS, region_kind_names },
	[ARG_KNOB_ALL]	  = { "knob",	 FIELD_ARGUMENT, 6, NR_PARAMS,	     NULL }, /* the same */
	[ARG_SYSCTL]	  = { "name",	 FIELD_ARGUMENT, 4, NR_SYSCTLS,	     sysctl_names },
	[ARG_ZONE]	  = { "zone",	 FIELD_ARGUMENT, 5, NR_ZONE_IDS,     zone_names },
	[ARG_CPU]	  = { "target",	 FIELD_ARGUMENT, 3, SIM_MAX_CPUS,    NULL },
	[ARG_FRAME]	  = { "pfn",	 FIELD_SLOT,	32, 0,		     NULL },
	[ARG_MARK]	  = { "mark",	 FIELD_ARGUMENT, 2, 3,		     mark_names },
	[ARG_ABOVE]	  = { "offset",	 FIELD_ARGUMENT, 5, 32,		     above_names },
	[ARG_PATTERN]	  = { "pattern", FIELD_ARGUMENT, 8, 0,		     NULL },
	[ARG_COMB]	  = { "what",	 FIELD_ARGUMENT, 4, ARRAY_SIZE(comb_names), comb_names },
	[ARG_TEETH]	  = { "teeth",	 FIELD_ARGUMENT, 8, 0,		     NULL },
	[ARG_WIDTH]	  = { "width",	 FIELD_ARGUMENT, 8, 0,		     NULL },
};

const char *arg_value_name(unsigned kind, u64 value)
{
	const struct arg_kind_row *row = &arg_kinds[kind];

	if (kind == ARG_KNOB || kind == ARG_KNOB_ALL)
		return value < row->limit ? sim_params[value].name : NULL;
	return row->names && value < row->limit ? row->names[value] : NULL;
}

/* Known bits only, and of the three zones that exclude each other the lowest bit. */
static u32 canonical_gfp(u32 gfp)
{
	u32 zones = gfp & (__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32);

	return (gfp & __GFP_ALL_BITS & ~zones) | (zones & -zones);
}

/* How much of the instruction the arguments so far have taken. */
struct taken {
	unsigned bits, slots;
};

static inline u64 in_range(const struct arg_kind_row *row, u64 value)
{
	value &= (1ULL << row->bits) - 1;
	return row->limit && value >= row->limit ? value % row->limit : value;
}

static inline u64 read_arg(const struct instr *in, unsigned kind, struct taken *taken)
{
	const struct arg_kind_row *row = &arg_kinds[kind];
	unsigned shift = taken->bits;

	switch (row->field) {
	case FIELD_SLOT:
		return in_range(row, taken->slots++ ? in->slot2 : in->slot);
	case FIELD_GFP:
		return canonical_gfp(in->gfp);
	case FIELD_ARGUMENT:
		taken->bits += row->bits;
		return shift < 64 ? in_range(row, in->argument >> shift) : 0;
	}
	return 0;
}

static void write_arg(struct instr *in, unsigned kind, const struct taken *taken, u64 value)
{
	const struct arg_kind_row *row = &arg_kinds[kind];
	u64 mask = (1ULL << row->bits) - 1;

	switch (row->field) {
	case FIELD_SLOT:
		if (taken->slots)
			in->slot2 = (u16)in_range(row, value);
		else
			in->slot = (u32)in_range(row, value);
		break;
	case FIELD_GFP:
		in->gfp = canonical_gfp((u32)value);
		break;
	case FIELD_ARGUMENT:
		if (taken->bits >= 64)
			break;
		in->argument &= ~(mask << taken->bits);
		in->argument |= in_range(row, value) << taken->bits;
		break;
	}
}

u64 instr_get_arg(const struct op *op, const struct instr *in, unsigned i)
{
	struct taken taken = { 0, 0 };

	for (unsigned k = 0; k < i; k++)
		(void)read_arg(in, op->args[k], &taken);
	return read_arg(in, op->args[i], &taken);
}

void instr_set_arg(const struct op *op, struct instr *in, unsigned i, u64 value)
{
	struct taken taken = { 0, 0 };

	for (unsigned k = 0; k < i; k++)
		(void)read_arg(in, op->args[k], &taken);
	write_arg(in, op->args[i], &taken, value);
}

void instr_args(const struct op *op, const struct instr *in, u64 a[MAX_ARGS])
{
	struct taken taken = { 0, 0 };

	for (unsigned i = 0; i < MAX_ARGS; i++)
		a[i] = op->args[i] ? read_arg(in, op->args[i], &taken) : 0;
}
