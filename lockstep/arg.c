/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arg.c - the kinds of arguments, and where each lies in the raw fields of an instruction.
 *
 *   slot      first kind of FIELD_SLOT of an operation      32 bits
 *   slot2     second one                                    16 bits
 *   gfp       ARG_GFP, ARG_SLAB_FLAGS                       32 bits
 *   argument  all other kinds, from bit 0 up in row order   64 bits
 *
 * Invariants: every raw value decodes to a legal one (modulo the limit; GFP bits without a meaning fall away), and
 * what instr_set_arg() writes is read back unchanged if it was legal. Corpus bytes depend on the widths: they are frozen.
 * A limit may grow within its width: what is written is below the limit of its day.
 */
#include <string.h>
#include "lockstep.h"
#include "vm.h"

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

static const char *const slab_field_names[NR_SLAB_FIELDS] = { "objects", "inuse", "freelist", "is_slab" };
static const char *const ctor_names[3] = { "none", "first", "second" };
#define CACHE_NAMES                                                                                                    \
	"dentry", "inode_cache", "filp", "vm_area", "task", "sock", "skbuff", "bio", "request", "sigqueue", "cred",    \
		"mnt_cache", "anon_vma", "pid", "kmalloc-64"
const char *const cache_names[NR_CACHE_NAMES] = { CACHE_NAMES, NULL };
static const char *const cache_name_names[NR_CACHE_NAMES] = { CACHE_NAMES, "NULL" };
const char *const slab_debug_patterns[NR_DEBUG_PATTERNS] = {
	"all", "dentry", "inode_cache", "filp", "kmalloc-*", "kmalloc-64", "kmalloc-rcl-*", "kmem_cache*",
	"d*", "*", "sk*,s*", "task,bio,pid", "kmalloc-8,kmalloc-4k", "dma-kmalloc-*", "vm_area*", "nobody",
};
const char *const slab_attributes[NR_SLAB_ATTRIBUTES] = {
	"aliases",	"align",	 "cache_dma",	    "cpu_partial",  "cpu_slabs",
	"ctor",		"destroy_by_rcu", "failslab",	    "hwcache_align", "min_partial",
	"object_size",	"objects",	 "objects_partial", "objs_per_slab", "order",
	"partial",	"poison",	 "reclaim_account", "red_zone",	    "remote_node_defrag_ratio",
	"sanity_checks", "shrink",	 "slab_size",	    "slabs",	    "slabs_cpu_partial",
	"store_user",	"total_objects", "trace",	    "usersize",	    "validate",
	"alloc_traces", "free_traces",	 "colour",
};
static const char *const attribute_form_names[6] = { "line", "bare", "signed", "blank", "empty", "huge" };
static const char *const drop_names[3] = { "pagecache", "slab", "both" };
static const char *const fill_names[4] = { "same", "lines", "words", "noise" };
static const char *const disk_site_names[2] = { "read", "write" };
static const char *const vm_knob_names[NR_VM_KNOBS] = {
	"swappiness", "vfs_cache_pressure", "dirty_ratio", "dirty_background_ratio", "dirty_bytes", "dirty_background_bytes",
	"page-cluster", "oom_kill_allocating_task", "panic_on_oom", "oom_dump_tasks", "zswap_enabled", "zswap_max_pool_percent",
	"zone_reclaim_mode", "shrinker_mode",
};
const char family_letter[NR_FAMILIES + 1] = "pokctn";

#define SLOT_OF(number, what, of) NULL, FIELD_SLOT, number == 16 ? 4 : 8, number, NULL, ROLE_##what, FAMILY_##of

const struct arg_kind_row arg_kinds[NR_ARG_KINDS] = {
	/*                    key        field         bits limit            names, role and family of slots */
	[ARG_NEW_PAGES]	  = { SLOT_OF(NR_SLOTS, NEW, PAGES) },
	[ARG_LIVE_PAGES]  = { SLOT_OF(NR_SLOTS, LIVE, PAGES) },
	[ARG_USED_PAGES]  = { SLOT_OF(NR_SLOTS, USED, PAGES) },
	[ARG_GFP]	  = { "gfp",	 FIELD_GFP,	32, 0,		     NULL, 0, 0 },
	[ARG_ORDER]	  = { "order",	 FIELD_ARGUMENT, 4, 12,		     NULL, 0, 0 },
	[ARG_NODE]	  = { "node",	 FIELD_ARGUMENT, 3, SIM_MAX_NODES + 1, NULL, 0, 0 },
	[ARG_COUNT]	  = { "count",	 FIELD_ARGUMENT, 6, MAX_BULK + 1,    NULL, 0, 0 },
	[ARG_SIZE]	  = { "size",	 FIELD_ARGUMENT, 20, 0,		     NULL, 0, 0 },
	[ARG_OFFSET]	  = { "offset",	 FIELD_ARGUMENT, 10, 0,		     NULL, 0, 0 },
	[ARG_LINE]	  = { "line",	 FIELD_ARGUMENT, 6, 0,		     NULL, 0, 0 },
	[ARG_BASE]	  = { "base",	 FIELD_SLOT,	32, 0,		     NULL, 0, 0 },
	[ARG_LENGTH]	  = { "length",	 FIELD_ARGUMENT, 14, 0,		     NULL, 0, 0 },
	[ARG_BYTES]	  = { "bytes",	 FIELD_ARGUMENT, 14, 0,		     NULL, 0, 0 },
	[ARG_ALIGN]	  = { "align",	 FIELD_ARGUMENT, 5, 17,		     NULL, 0, 0 },
	[ARG_MEMFLAG]	  = { "flag",	 FIELD_ARGUMENT, 3, 0,		     NULL, 0, 0 },
	[ARG_BOOL]	  = { "on",	 FIELD_ARGUMENT, 1, 0,		     NULL, 0, 0 },
	[ARG_START_PFN]	  = { "pfn",	 FIELD_SLOT,	32, 0,		     NULL, 0, 0 },
	[ARG_NR_PAGES]	  = { "pages",	 FIELD_ARGUMENT, 24, 0,		     NULL, 0, 0 },
	[ARG_REGION_KIND] = { "kind",	 FIELD_ARGUMENT, 1, FIRST_REGION_KINDS, region_kind_names, 0, 0 },
	[ARG_KNOB]	  = { "knob",	 FIELD_ARGUMENT, 5, FIRST_KNOBS,	     NULL, 0, 0 }, /* names: sim_params[] */
	[ARG_VALUE]	  = { "value",	 FIELD_ARGUMENT, 32, 0,		     NULL, 0, 0 },
	[ARG_SCOPE]	  = { "scope",	 FIELD_ARGUMENT, 3, ARRAY_SIZE(scope_names), scope_names, 0, 0 },
	[ARG_MS]	  = { "ms",	 FIELD_ARGUMENT, 20, 0,		     NULL, 0, 0 },
	[ARG_SITE]	  = { "site",	 FIELD_ARGUMENT, 2, FAULT_SLAB + 1,  site_names, 0, 0 },
	[ARG_SKIP]	  = { "skip",	 FIELD_ARGUMENT, 8, 0,		     NULL, 0, 0 },
	[ARG_TIMES]	  = { "times",	 FIELD_ARGUMENT, 4, 0,		     NULL, 0, 0 },
	[ARG_REGION_KIND_ALL] = { "kind", FIELD_ARGUMENT, 2, NR_REGION_KINDS, region_kind_names, 0, 0 },
	[ARG_KNOB_ALL]	  = { "knob",	 FIELD_ARGUMENT, 6, NR_PARAMS,	     NULL, 0, 0 }, /* the same */
	[ARG_SYSCTL]	  = { "name",	 FIELD_ARGUMENT, 4, NR_SYSCTLS,	     sysctl_names, 0, 0 },
	[ARG_ZONE]	  = { "zone",	 FIELD_ARGUMENT, 5, NR_ZONE_IDS,     zone_names, 0, 0 },
	[ARG_CPU]	  = { "target",	 FIELD_ARGUMENT, 3, SIM_MAX_CPUS,    NULL, 0, 0 },
	[ARG_FRAME]	  = { "pfn",	 FIELD_SLOT,	32, 0,		     NULL, 0, 0 },
	[ARG_MARK]	  = { "mark",	 FIELD_ARGUMENT, 2, 3,		     mark_names, 0, 0 },
	[ARG_ABOVE]	  = { "offset",	 FIELD_ARGUMENT, 5, 32,		     above_names, 0, 0 },
	[ARG_PATTERN]	  = { "pattern", FIELD_ARGUMENT, 8, 0,		     NULL, 0, 0 },
	[ARG_COMB]	  = { "what",	 FIELD_ARGUMENT, 4, ARRAY_SIZE(comb_names), comb_names, 0, 0 },
	[ARG_TEETH]	  = { "teeth",	 FIELD_ARGUMENT, 8, 0,		     NULL, 0, 0 },
	[ARG_WIDTH]	  = { "width",	 FIELD_ARGUMENT, 8, 0,		     NULL, 0, 0 },
	[ARG_NEW_OBJECT]  = { SLOT_OF(NR_SLOTS, NEW, OBJECTS) },
	[ARG_LIVE_OBJECT] = { SLOT_OF(NR_SLOTS, LIVE, OBJECTS) },
	[ARG_USED_OBJECT] = { SLOT_OF(NR_SLOTS, USED, OBJECTS) },
	[ARG_NEW_KMALLOC] = { SLOT_OF(NR_SLOTS, NEW, KMALLOC) },
	[ARG_LIVE_KMALLOC] = { SLOT_OF(NR_SLOTS, LIVE, KMALLOC) },
	[ARG_USED_KMALLOC] = { SLOT_OF(NR_SLOTS, USED, KMALLOC) },
	[ARG_NEW_CACHE]	  = { SLOT_OF(NR_CACHE_SLOTS, NEW, CACHES) },
	[ARG_CACHE]	  = { SLOT_OF(NR_CACHE_SLOTS, SHARED, CACHES) },
	[ARG_LAST_CACHE]  = { SLOT_OF(NR_CACHE_SLOTS, LIVE, CACHES) },
	[ARG_CACHE_NAME]  = { "name",	 FIELD_ARGUMENT, 5, NR_CACHE_NAMES,  cache_name_names, 0, 0 },
	[ARG_OBJECT_SIZE] = { "size",	 FIELD_ARGUMENT, 24, 0,		     NULL, 0, 0 },
	[ARG_SLAB_FLAGS]  = { "flags",	 FIELD_FLAGS,	32, 0,		     NULL, 0, 0 },
	[ARG_CTOR]	  = { "ctor",	 FIELD_ARGUMENT, 2, ARRAY_SIZE(ctor_names), ctor_names, 0, 0 },
	[ARG_USER_OFFSET] = { "useroffset", FIELD_ARGUMENT, 8, 0,	     NULL, 0, 0 },
	[ARG_USER_SIZE]	  = { "usersize", FIELD_ARGUMENT, 8, 0,		     NULL, 0, 0 },
	[ARG_FREEPTR]	  = { "freeptr", FIELD_ARGUMENT, 8, 0,		     NULL, 0, 0 },
	[ARG_KMALLOC_SIZE] = { "size",	 FIELD_ARGUMENT, 24, 0,		     NULL, 0, 0 },
	[ARG_ELEMENTS]	  = { "n",	 FIELD_ARGUMENT, 24, 0,		     NULL, 0, 0 },
	[ARG_OBJECT_BYTE] = { "at_byte", FIELD_ARGUMENT, 13, 0,		     NULL, 0, 0 },
	[ARG_DEBUG_LETTERS] = { "letters", FIELD_ARGUMENT, 8, 0,	     NULL, 0, 0 },
	[ARG_GAP]	  = { "gap",	 FIELD_ARGUMENT, 7, 0,		     NULL, 0, 0 },
	[ARG_SLAB_FIELD]  = { "field",	 FIELD_ARGUMENT, 3, NR_SLAB_FIELDS,  slab_field_names, 0, 0 },
	[ARG_CACHE_ID]	  = { "id",	 FIELD_ARGUMENT, 7, 0,		     NULL, 0, 0 },
	[ARG_SLAB_ATTRIBUTE] = { "attribute", FIELD_ARGUMENT, 6, NR_SLAB_ATTRIBUTES, slab_attributes, 0, 0 },
	[ARG_STORED_ATTRIBUTE] = { "attribute", FIELD_ARGUMENT, 6, NR_SLAB_ATTRIBUTES, slab_attributes, 0, 0 },
	[ARG_ATTRIBUTE_VALUE] = { "value", FIELD_ARGUMENT, 16, 0,	     NULL, 0, 0 },
	[ARG_ATTRIBUTE_FORM] = { "form", FIELD_ARGUMENT, 3, ARRAY_SIZE(attribute_form_names), attribute_form_names, 0, 0 },
	[ARG_NEW_TASK]	  = { NULL, FIELD_SLOT, 6, NR_TASK_SLOTS, NULL, ROLE_NEW, FAMILY_TASKS },
	[ARG_TASK]	  = { NULL, FIELD_SLOT, 6, NR_TASK_SLOTS, NULL, ROLE_SHARED, FAMILY_TASKS },
	[ARG_LAST_TASK]	  = { NULL, FIELD_SLOT, 6, NR_TASK_SLOTS, NULL, ROLE_LIVE, FAMILY_TASKS },
	[ARG_NEW_PIN]	  = { SLOT_OF(NR_PIN_SLOTS, NEW, PINS) },
	[ARG_PIN]	  = { SLOT_OF(NR_PIN_SLOTS, LIVE, PINS) },
	[ARG_VPN]	  = { "vpn",	 FIELD_ARGUMENT, 10, 0,		     NULL, 0, 0 },
	[ARG_PAGES]	  = { "nr",	 FIELD_ARGUMENT, 6, 0,		     NULL, 0, 0 },
	[ARG_FILL]	  = { "fill",	 FIELD_ARGUMENT, 2, 4,		     fill_names, 0, 0 },
	[ARG_ADJ]	  = { "adj",	 FIELD_ARGUMENT, 11, 2001,	     NULL, 0, 0 },
	[ARG_WINDOW]	  = { "window",	 FIELD_ARGUMENT, 4, 0,		     NULL, 0, 0 },
	[ARG_WINDOW_PAGE] = { "page",	 FIELD_ARGUMENT, 7, VM_WINDOW_PAGES, NULL, 0, 0 },
	[ARG_FILE]	  = { "file",	 FIELD_ARGUMENT, 6, 0,		     NULL, 0, 0 },
	[ARG_INDEX]	  = { "index",	 FIELD_ARGUMENT, 9, 0,		     NULL, 0, 0 },
	[ARG_FIRST_FILE]  = { "first",	 FIELD_ARGUMENT, 20, 0,		     NULL, 0, 0 },
	[ARG_FILES]	  = { "files",	 FIELD_ARGUMENT, 8, 0,		     NULL, 0, 0 },
	[ARG_DROP]	  = { "what",	 FIELD_ARGUMENT, 2, 3,		     drop_names, 0, 0 },
	[ARG_SWAP_DEVICE] = { "device",	 FIELD_ARGUMENT, 2, SWAP_DEVICES,    NULL, 0, 0 },
	[ARG_SWAP_SLOTS]  = { "slots",	 FIELD_ARGUMENT, 12, 0,		     NULL, 0, 0 },
	[ARG_PRIORITY]	  = { "priority", FIELD_ARGUMENT, 3, 0,		     NULL, 0, 0 },
	[ARG_VM_KNOB]	  = { "knob",	 FIELD_ARGUMENT, 5, NR_VM_KNOBS,     vm_knob_names, 0, 0 },
	[ARG_VM_VALUE]	  = { "value",	 FIELD_ARGUMENT, 16, 0,		     NULL, 0, 0 },
	[ARG_BALLOON]	  = { "pages",	 FIELD_ARGUMENT, 9, 0,		     NULL, 0, 0 },
	[ARG_DISK_SITE]	  = { "site",	 FIELD_ARGUMENT, 1, 2,		     disk_site_names, 0, 0 },
	[ARG_CACHE_PATTERN] = { "caches", FIELD_ARGUMENT, 5, NR_DEBUG_PATTERNS, slab_debug_patterns, 0, 0 },
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

/* What a cache may be created with, and one bit that means nothing. */
#define SLAB_FLAGS_ASKED                                                                                               \
	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA | SLAB_CACHE_DMA32 |  \
	 SLAB_STORE_USER | SLAB_RECLAIM_ACCOUNT | SLAB_PANIC | SLAB_TYPESAFE_BY_RCU | SLAB_TRACE | SLAB_NOLEAKTRACE |      \
	 SLAB_NO_MERGE | SLAB_FAILSLAB | SLAB_ACCOUNT | 1u)

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
	case FIELD_FLAGS:
		return in->gfp & SLAB_FLAGS_ASKED;
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
	case FIELD_FLAGS:
		in->gfp = (u32)value & SLAB_FLAGS_ASKED;
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

/* An empty list of letters means what slab_debug alone means; "all" is a block that names no cache. */
static void slab_debug_add(char *options, const u64 *a)
{
	static const char letters[] = "FZPUTAO-";
	char block[80];
	size_t n = 0, used = strlen(options);

	if (used)
		block[n++] = ';';
	for (unsigned i = 0; i < 8; i++)
		if ((a[0] || a[1] ? a[0] : 15) >> i & 1)
			block[n++] = letters[i];
	if (a[1])
		n += (size_t)snprintf(block + n, sizeof(block) - n, ",%s", slab_debug_patterns[a[1]]);
	block[n] = 0;
	if (used + n < SLAB_DEBUG_BYTES)
		memcpy(options + used, block, n + 1);
}

void program_slab_debug(const struct program *p, char options[SLAB_DEBUG_BYTES])
{
	u32 n = program_boot_ops(p);

	memset(options, 0, SLAB_DEBUG_BYTES);
	for (u32 i = 0; i < n; i++) {
		const struct op *op = op_by_code(p->op[i].code);
		u64 a[MAX_ARGS];

		if (!op_is_slab_debug(op))
			continue;
		instr_args(op, &p->op[i], a);
		slab_debug_add(options, a);
	}
}
