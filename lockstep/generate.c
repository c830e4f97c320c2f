/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * generate.c - programs out of numbers.
 *
 * Which operations: each has a weight in its table. The swarm word of the header switches a quarter of them off and
 * makes an eighth heavy, so that every program has a mix of its own; swarm 0 leaves the weights alone.
 * Which slots: the maker keeps a bit per slot it has probably filled. The bits are a guess (an allocation may be
 * refused, a schedule may reorder); a wrong guess is an operation that is skipped.
 * How deep: what needs several operations to happen is made likely as a whole. Half of the programs keep to one or two
 * CPUs, so that per-CPU lists fill; frees come in runs, so that they overflow; half of them start nearly full or
 * fragmented; atomic requests like orders above 0; a sysctl mostly raises the marks; zones and isolated frames are used
 * again. Where a switch leads there is a rival: the next operation belongs to that CPU, or comes with that interrupt, and
 * often it is the same again, or one that reaches into what other CPUs have.
 *
 * Invariants: a program is a function of the seed, the number of operations and the tables; it never asks for the
 * profile `real`, nor for the fuel knob; boot operations stand at the start only.
 */
#include <string.h>
#include "generate.h"
#include "vm.h"

u64 rng_next(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

u32 below(u64 *rng, u32 n)
{
	return (u32)((rng_next(rng) >> 32) * n >> 32);
}

bool one_in(u64 *rng, u32 n)
{
	return below(rng, n) == 0;
}

u32 geometric(u64 *rng)
{
	return (u32)__builtin_ctzll(rng_next(rng) | 1ULL << 63);
}

/* Every magnitude up to `bits` bits alike. */
static u64 magnitude(u64 *rng, unsigned bits)
{
	unsigned wanted = below(rng, bits + 1);

	return rng_next(rng) & ((1ULL << wanted) - 1);
}

/* --- which operation ------------------------------------------------------------------------------------------------- */

static unsigned table_of(const struct op *op)
{
	if (op->code < 0x0100)
		return TABLE_MACHINE;
	if (op->code >= 0x0400)
		return op->code < 0x0420 ? TABLE_TASK : op->code < 0x0440 ? TABLE_FILE : TABLE_SWAP;
	if (op->code >= 0x0124 && op->code <= 0x0126) /* grace periods */
		return TABLE_PAGE | TABLE_KMALLOC;
	if (op->code < 0x0300)
		return op->code < 0x0200 ? TABLE_PAGE : TABLE_MEMBLOCK;
	if (op->code >= 0x0370 && op->code < 0x0380) /* its clients that go wrong */
		return TABLE_KMALLOC;
	return op->code >= 0x0340 && op->code < 0x0360 ? TABLE_KMALLOC : TABLE_SLAB;
}

const struct op *hand_over_op(void)
{
	return op_by_name("hand_over", strlen("hand_over"));
}

static bool belongs_to_phase(const struct op *op, enum phase phase)
{
	if (op->flags & OP_BOOT || phase == PHASE_BOOT)
		return op->flags & OP_BOOT && phase == PHASE_BOOT;
	return op->flags & OP_ANYTIME || !(op->flags & OP_EARLY) == (phase == PHASE_LATE);
}

static u32 swarm_weight(const struct op *op, u32 swarm)
{
	u64 state = (u64)swarm << 16 ^ op->code;
	u64 dice = rng_next(&state) & 7;

	if (!swarm || dice > 2)
		return op->weight;
	return dice == 2 ? op->weight * 8u : 0;
}

static bool has_role(const struct op *op, unsigned role)
{
	for (unsigned i = 0; i < MAX_ARGS; i++)
		if (arg_kinds[op->args[i]].role == role)
			return true;
	return false;
}

/* Whether an operation can do something: a mix that frees must allocate too. */
static bool mix_is_useful(const struct mix *mix)
{
	bool frees = false, allocates = false;

	for (unsigned i = 0; i < mix->nr; i++) {
		allocates |= has_role(mix->choice[i].op, ROLE_NEW);
		frees |= has_role(mix->choice[i].op, ROLE_LIVE) || has_role(mix->choice[i].op, ROLE_USED);
	}
	return mix->nr && (allocates || !frees);
}

static void fill_mix(struct mix *mix, enum phase phase, unsigned tables, u32 swarm)
{
	const struct op *op, *hand_over = hand_over_op();

	mix->nr = 0;
	mix->total = 0;
	for (unsigned n = 0; (op = op_nth(n)) && mix->nr < MAX_CHOICES; n++) {
		u32 weight = swarm_weight(op, swarm);

		if (!weight || op == hand_over || !(table_of(op) & tables) || !belongs_to_phase(op, phase))
			continue;
		mix->choice[mix->nr++] = (struct choice){ op, weight };
		mix->total += weight;
	}
}

void make_mix(struct mix *mix, enum phase phase, unsigned tables, u32 swarm)
{
	fill_mix(mix, phase, tables, swarm);
	if (swarm && !mix_is_useful(mix))
		fill_mix(mix, phase, tables, 0);
}

const struct op *pick_op(const struct mix *mix, u64 *rng)
{
	u32 dice = below(rng, mix->total);
	unsigned i;

	for (i = 0; dice >= mix->choice[i].weight; i++)
		dice -= mix->choice[i].weight;
	return mix->choice[i].op;
}

/* --- one operation --------------------------------------------------------------------------------------------------- */

/* The first slot from `from` on whose bit is `set`; `to` when there is none before it. */
static u32 next_slot(const u64 *bits, bool set, u32 from, u32 to)
{
	for (; from < to; from = (from | 63) + 1) {
		u64 word = (set ? bits[from / 64] : ~bits[from / 64]) >> from % 64;

		if (word)
			return min_of(from + (u32)__builtin_ctzll(word), to);
	}
	return to;
}

/* Few caches: what happens in one needs many objects. */
static u32 slots_of(const struct maker *g, unsigned family)
{
	switch (family) {
	case FAMILY_CACHES:
		return min_of(g->nr_caches, (u32)NR_CACHE_SLOTS);
	case FAMILY_TASKS:
		return max_of(min_of(g->nr_tasks, (u32)NR_TASK_SLOTS), 1u);
	case FAMILY_PINS:
		return NR_PIN_SLOTS;
	default:
		return g->nr_slots;
	}
}

/* A slot of those used whose bit is `set`; any slot when there is none. */
static u32 find_slot(struct maker *g, unsigned family, const u64 *bits, bool set)
{
	u32 nr = slots_of(g, family), first = below(g->rng, nr), slot = next_slot(bits, set, first, nr);

	return slot < nr ? slot : next_slot(bits, set, 0, first);
}

static bool any_slot(const struct maker *g, unsigned family, const u64 *bits, bool set)
{
	return next_slot(bits, set, 0, slots_of(g, family)) < slots_of(g, family);
}

static bool has_kind(const struct op *op, unsigned kind)
{
	for (unsigned i = 0; i < MAX_ARGS; i++)
		if (op->args[i] == kind)
			return true;
	return false;
}

/* Operations that give memory back are known by their names. */
static bool op_frees(const struct op *op)
{
	if (op->flags & OP_CLIENT_BUG)
		return false;
	return strstr(op->name, "free") || !strncmp(op->name, "put_", 4);
}

void note_slots(struct maker *g, const struct op *op, const struct instr *in)
{
	for (unsigned i = 0; i < MAX_ARGS && op->args[i] != ARG_NONE; i++) {
		const struct arg_kind_row *kind = &arg_kinds[op->args[i]];
		u64 *live = g->live[kind->family], *used = g->used[kind->family];
		u32 slot;

		if (kind->role == ROLE_NONE)
			continue;
		slot = (u32)instr_get_arg(op, in, i);
		if (kind->role == ROLE_NEW && op->args[1] == ARG_CACHE_NAME && op->args[3] == ARG_NONE) {
			continue; /* in an interrupt no cache is made */
		} else if (kind->role == ROLE_NEW) {
			live[slot / 64] |= 1ULL << slot % 64;
			used[slot / 64] |= 1ULL << slot % 64;
		} else if (op->args[i] == ARG_LAST_TASK || op->args[i] == ARG_PIN) {
			live[slot / 64] &= ~(1ULL << slot % 64);
		} else if (op->args[i] == ARG_LAST_CACHE) { /* mostly it is in use: who creates next knows */
			g->recreate = slot + 1;
		} else if (kind->role != ROLE_SHARED && op_frees(op)) {
			live[slot / 64] &= ~(1ULL << slot % 64);
		}
	}
}

static bool can_do_something(const struct maker *g, const struct op *op)
{
	for (unsigned i = 0; i < MAX_ARGS && op->args[i] != ARG_NONE; i++) {
		const struct arg_kind_row *kind = &arg_kinds[op->args[i]];
		const u64 *bits = kind->role == ROLE_USED && op->flags & OP_CLIENT_BUG ? g->used[kind->family] :
											  g->live[kind->family];

		if (kind->role != ROLE_NONE && !any_slot(g, kind->family, bits, kind->role != ROLE_NEW))
			return false;
	}
	return true;
}

/* Mostly what the operation is meant for: a client's bug a stale slot, anything else a live one. */
static u32 fresh_used_slot(struct maker *g, unsigned family)
{
	u64 stale[NR_SLOTS / 64];

	if (!g->wants_stale && !one_in(g->rng, 16))
		return find_slot(g, family, g->live[family], true);
	for (unsigned i = 0; i < ARRAY_SIZE(stale); i++)
		stale[i] = g->used[family][i] & ~g->live[family][i];
	return find_slot(g, family, any_slot(g, family, stale, true) ? stale : g->used[family], true);
}

static u32 fresh_slot(struct maker *g, const struct arg_kind_row *kind)
{
	if (kind->role == ROLE_USED)
		return fresh_used_slot(g, kind->family);
	return find_slot(g, kind->family, g->live[kind->family], kind->role != ROLE_NEW);
}

static u32 fresh_gfp(struct maker *g, bool atomic)
{
	static const u32 bases[] = { GFP_KERNEL,
				     GFP_KERNEL,
				     GFP_KERNEL,
				     GFP_KERNEL | __GFP_RECLAIMABLE,
				     GFP_KERNEL | __GFP_RECLAIMABLE,
				     GFP_KERNEL | __GFP_MOVABLE,
				     GFP_ATOMIC,
				     GFP_ATOMIC,
				     GFP_ATOMIC,
				     GFP_ATOMIC | __GFP_RECLAIMABLE,
				     GFP_NOWAIT,
				     GFP_USER,
				     GFP_HIGHUSER,
				     GFP_HIGHUSER_MOVABLE,
				     GFP_HIGHUSER_MOVABLE,
				     GFP_NOFS | __GFP_RECLAIMABLE,
				     GFP_NOIO,
				     GFP_KERNEL | GFP_DMA,
				     GFP_KERNEL | GFP_DMA | __GFP_RECLAIMABLE,
				     GFP_ATOMIC | GFP_DMA,
				     GFP_DMA,
				     GFP_DMA,
				     GFP_DMA32,
				     GFP_DMA32,
				     GFP_KERNEL | GFP_DMA32,
				     GFP_KERNEL | GFP_DMA32 };
	static const struct {
		u32 flag;
		u32 one_in;
	} modifiers[] = { { __GFP_ZERO, 6 },	      { __GFP_COMP, 6 },     { __GFP_THISNODE, 6 },
			  { __GFP_NOWARN, 6 },	      { __GFP_NORETRY, 12 }, { __GFP_RETRY_MAYFAIL, 12 },
			  { __GFP_MEMALLOC, 24 },     { __GFP_HIGH, 24 },    { __GFP_NOMEMALLOC, 24 },
			  { __GFP_NOFAIL, 48 } };
	u32 gfp = bases[below(g->rng, ARRAY_SIZE(bases))];

	if (atomic && !one_in(g->rng, 8))
		gfp = one_in(g->rng, 3) ? GFP_NOWAIT : GFP_ATOMIC;
	if (g->tables & (TABLE_SLAB | TABLE_KMALLOC) && one_in(g->rng, 6))
		gfp |= __GFP_ACCOUNT;
	for (unsigned i = 0; i < ARRAY_SIZE(modifiers); i++)
		if (one_in(g->rng, modifiers[i].one_in))
			gfp |= modifiers[i].flag;
	if (one_in(g->rng, 64))
		gfp ^= 1u << below(g->rng, 24);
	return g->gfp = gfp;
}

/*
 * Two programs in three ask as real clients do, hardly ever for more than one page. Atomic requests of order above 0 are
 * those that pageblocks are reserved for.
 */
static u32 fresh_order(struct maker *g)
{
	u32 max = sim_params[PARAM_MAX_PAGE_ORDER].value[g->profile], order = geometric(g->rng);
	bool atomic = (g->gfp & (__GFP_HIGH | __GFP_DIRECT_RECLAIM)) == __GFP_HIGH;

	if (atomic && one_in(g->rng, 2))
		return min_of(order + 1, max);
	if (g->small_orders && !one_in(g->rng, 8))
		return order / 4;
	return one_in(g->rng, 64) ? max + 1 : min_of(order, max);
}

/* Zones that a machine of the profile `small` has, those with nothing behind them twice; or the last one. */
static u32 fresh_zone(struct maker *g)
{
	static const u8 zones[] = { 0, 0, 0, 1, 1, 2, 4, 8, 8, 10, 14, 14, 15, 16, 21, 21, 22 };
	u32 zone = zones[below(g->rng, ARRAY_SIZE(zones))];

	if (one_in(g->rng, 16))
		zone = below(g->rng, NR_ZONE_IDS);
	if (g->zone && one_in(g->rng, 3))
		zone = g->zone - 1;
	g->zone = zone + 1;
	return zone;
}

static u32 fresh_frame(struct maker *g)
{
	if (!g->isolated || one_in(g->rng, 2))
		g->isolated = below(g->rng, one_in(g->rng, 16) ? 1100 : 1024);
	return g->isolated;
}

/* Not the fuel: a machine without it makes no progress, as it should. */
static u32 fresh_knob(struct maker *g)
{
	g->knob = below(g->rng, NR_PARAMS - 1);
	if (g->knob >= PARAM_FUEL)
		g->knob++;
	return g->knob;
}

/* Raising the marks is what makes requests fail; a small machine has 4,096 KiB. */
static u32 fresh_sysctl(struct maker *g)
{
	return g->sysctl = one_in(g->rng, 2) ? SYSCTL_MIN_FREE_KBYTES : below(g->rng, NR_SYSCTLS);
}

static u32 fresh_sysctl_value(struct maker *g)
{
	switch (one_in(g->rng, 16) ? NR_SYSCTLS : g->sysctl) {
	case SYSCTL_MIN_FREE_KBYTES:
		return below(g->rng, one_in(g->rng, 4) ? 4096 : 1024);
	case SYSCTL_WATERMARK_SCALE_FACTOR:
		return 1 + (u32)magnitude(g->rng, 11);
	case SYSCTL_WATERMARK_BOOST_FACTOR:
		return one_in(g->rng, 4) ? 0 : below(g->rng, 30000);
	case SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION:
		return one_in(g->rng, 4) ? 0 : 8 + (u32)magnitude(g->rng, 5);
	case NR_SYSCTLS:
		return (u32)magnitude(g->rng, 32);
	default: /* ratios */
		return (u32)magnitude(g->rng, 9);
	}
}

/* In the knob's range, and not far above the value that small machines have. */
static u32 fresh_knob_value(struct maker *g)
{
	const struct sim_param_row *row;
	u64 usual, highest;

	if (g->sysctl < NR_SYSCTLS)
		return fresh_sysctl_value(g);
	if (g->knob >= NR_PARAMS)
		return (u32)magnitude(g->rng, 32);
	row = &sim_params[g->knob];
	usual = row->value[PROFILE_SMALL] == SIM_DERIVED ? 2048 : row->value[PROFILE_SMALL];
	highest = max_of(min_of(usual ? usual * 2 : 16, (u64)row->highest), (u64)row->lowest);
	return row->lowest + below(g->rng, (u32)(highest - row->lowest) + 1);
}

/* Half of what is counted in small units should meet page edges, but not become 0. */
static u64 often_round(struct maker *g, u64 value, u64 unit)
{
	return value >= unit && one_in(g->rng, 2) ? value / unit * unit : value;
}

/* Mostly one that can be written. */
static u32 fresh_stored_attribute(struct maker *g)
{
	static const char *const writable[] = { "cpu_partial", "failslab", "min_partial", "remote_node_defrag_ratio", "shrink",
						"validate" };
	const char *name = writable[below(g->rng, ARRAY_SIZE(writable))];
	u32 attribute = below(g->rng, NR_SLAB_ATTRIBUTES);

	if (one_in(g->rng, 8))
		return attribute;
	for (attribute = 0; strcmp(slab_attributes[attribute], name) != 0; attribute++)
		;
	return attribute;
}

static u8 fresh_cpu(struct maker *g)
{
	return (u8)((g->first_cpu + below(g->rng, g->nr_cpus ? g->nr_cpus : SIM_MAX_CPUS)) % SIM_MAX_CPUS);
}

/* Sizes that fill a slab with few objects, or leave little of it; now and then one that no slab can have. */
static u32 fresh_object_size(struct maker *g)
{
	static const u16 sizes[] = { 8, 16, 24, 32, 64, 96, 128, 192, 256, 256, 512, 512, 700, 1024, 1024, 2048, 2048, 4096 };

	switch (below(g->rng, 16)) {
	case 0:
		return one_in(g->rng, 4) ? (u32)magnitude(g->rng, 24) : 1 + (u32)magnitude(g->rng, 14);
	case 1:
	case 2:
		return 1 + below(g->rng, 64);
	case 3:
	case 4:
		return 1 + below(g->rng, 1200);
	default:
		return sizes[below(g->rng, ARRAY_SIZE(sizes))];
	}
}

/* Around the sizes of classes, a few classes most of the time; now and then pages, nothing, or more than there may be. */
static u32 fresh_kmalloc_size(struct maker *g)
{
	static const u16 sizes[] = { 8, 16, 32, 64, 64, 96, 128, 192, 256, 512, 1024, 1024, 2048, 2048, 4096, 4096, 8192, 8192 };

	switch (below(g->rng, 32)) {
	case 0:
		return one_in(g->rng, 2) ? 0 : (u32)magnitude(g->rng, 24);
	case 1:
	case 2:
	case 3:
		return 8193 + (u32)magnitude(g->rng, 16);
	case 4:
	case 5:
	case 6:
		return 1 + (u32)magnitude(g->rng, 13);
	case 7:
		return sizes[below(g->rng, ARRAY_SIZE(sizes))] + 1;
	default:
		return sizes[below(g->rng, ARRAY_SIZE(sizes))] - (one_in(g->rng, 2) ? 0 : below(g->rng, 8));
	}
}

/* Most caches are plain, and many are not shared. */
static u32 fresh_slab_flags(struct maker *g)
{
	static const struct {
		u32 flags, one_in;
	} some[] = { { SLAB_HWCACHE_ALIGN, 4 }, { SLAB_RECLAIM_ACCOUNT, 8 }, { SLAB_TYPESAFE_BY_RCU, 8 }, { SLAB_NO_MERGE, 2 },
		     { SLAB_FAILSLAB, 8 },	{ SLAB_ACCOUNT, 16 },	     { SLAB_CACHE_DMA, 16 },	  { SLAB_CACHE_DMA32, 24 },
		     { SLAB_NOLEAKTRACE, 32 },	{ SLAB_PANIC, 32 },	     { 1, 128 } };
	static const u32 debug[] = { SLAB_CONSISTENCY_CHECKS, SLAB_RED_ZONE, SLAB_POISON, SLAB_STORE_USER, SLAB_TRACE };
	bool debugged = one_in(g->rng, 2); /* every set of letters alike */
	u32 flags = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(some); i++)
		flags |= one_in(g->rng, some[i].one_in) ? some[i].flags : 0;
	for (unsigned i = 0; debugged && i < ARRAY_SIZE(debug); i++)
		flags |= one_in(g->rng, debug[i] == SLAB_TRACE ? 12 : 2) ? debug[i] : 0; /* each free shown whole takes its time */
	return flags;
}

static u32 fresh_vm_value(struct maker *g)
{
	switch (one_in(g->rng, 16) ? (u32)NR_VM_KNOBS : g->vm_knob) {
	case VM_SWAPPINESS:
		return one_in(g->rng, 4) ? 200 * below(g->rng, 2) : below(g->rng, 201);
	case VM_VFS_CACHE_PRESSURE:
		return below(g->rng, 400);
	case VM_DIRTY_RATIO:
	case VM_DIRTY_BACKGROUND_RATIO:
		return below(g->rng, 50);
	case VM_DIRTY_BYTES:
	case VM_DIRTY_BACKGROUND_BYTES:
		return (u32)magnitude(g->rng, 8);
	case VM_ZSWAP_MAX_POOL_PERCENT:
		return below(g->rng, 40);
	case VM_ZONE_RECLAIM_MODE:
		return below(g->rng, 8);
	case VM_SHRINKER_MODE:
		return below(g->rng, NR_SHRINKER_MODES);
	case VM_PANIC_ON_OOM: /* few programs should end so early */
		return one_in(g->rng, 8) ? below(g->rng, 3) : 0;
	case NR_VM_KNOBS:
		return (u32)magnitude(g->rng, 16);
	default:
		return below(g->rng, 4);
	}
}

u64 fresh_value(struct maker *g, unsigned kind, bool atomic)
{
	if (arg_kinds[kind].role != ROLE_NONE)
		return fresh_slot(g, &arg_kinds[kind]);
	switch (kind) {
	case ARG_GFP:
		return fresh_gfp(g, atomic);
	case ARG_ORDER:
		return fresh_order(g);
	case ARG_NODE:
		return one_in(g->rng, 2) ? SIM_MAX_NODES : below(g->rng, SIM_MAX_NODES);
	case ARG_COUNT: /* mostly few */
		return min_of(magnitude(g->rng, 6), (u64)MAX_BULK);
	case ARG_SIZE:
		return often_round(g, below(g->rng, (u32)SIM_PAGE_SIZE << min_of(fresh_order(g), (u64)7)), SIM_PAGE_SIZE);
	case ARG_OFFSET:
		return magnitude(g->rng, 10);
	case ARG_BASE:
		return often_round(g, magnitude(g->rng, 17), SIM_PAGE_SIZE / 64);
	case ARG_LENGTH:
		if (one_in(g->rng, 16)) /* all there is */
			return (1u << arg_kinds[kind].bits) - 1;
		return often_round(g, magnitude(g->rng, 14), SIM_PAGE_SIZE / 64);
	case ARG_BYTES:
		return magnitude(g->rng, 14);
	case ARG_TEETH: /* mostly so many that an array of regions is full, or nearly so */
		return one_in(g->rng, 4) ? magnitude(g->rng, 8) : 110 + below(g->rng, 30);
	case ARG_WIDTH: /* pages leave no room between them for an array */
		return one_in(g->rng, 2) ? 64 : 1 + magnitude(g->rng, 7);
	case ARG_ALIGN:
		return one_in(g->rng, 2) ? 0 : below(g->rng, 17);
	case ARG_START_PFN:
		return often_round(g, below(g->rng, 1100), 16);
	case ARG_NR_PAGES:
		return often_round(g, 1 + magnitude(g->rng, 10), 16);
	case ARG_KNOB_ALL:
		return fresh_knob(g);
	case ARG_SYSCTL:
		return fresh_sysctl(g);
	case ARG_CPU:
		return one_in(g->rng, 4) ? below(g->rng, SIM_MAX_CPUS) : fresh_cpu(g);
	case ARG_ZONE:
		return fresh_zone(g);
	case ARG_FRAME:
		return fresh_frame(g);
	case ARG_VALUE:
		return fresh_knob_value(g);
	case ARG_MS:
		return magnitude(g->rng, 15);
	case ARG_OBJECT_SIZE:
		return fresh_object_size(g);
	case ARG_KMALLOC_SIZE:
		return fresh_kmalloc_size(g);
	case ARG_ELEMENTS: /* from half of all numbers on they are so many that nothing fits */
		return one_in(g->rng, 6) ? 1u << 23 | below(g->rng, 16) : 1 + (u32)magnitude(g->rng, one_in(g->rng, 4) ? 10 : 3);
	case ARG_SLAB_FLAGS:
		return fresh_slab_flags(g);
	case ARG_CTOR:
		return one_in(g->rng, 6) ? 1 + below(g->rng, 2) : 0;
	case ARG_FREEPTR:
		return below(g->rng, 8) * 8;
	case ARG_USER_OFFSET:
	case ARG_USER_SIZE:
		return magnitude(g->rng, 8);
	case ARG_GAP: /* mostly right behind it */
		return one_in(g->rng, 2) ? 0 : magnitude(g->rng, 7);
	case ARG_CACHE_ID: /* two of descriptors, and thirteen sizes of four kinds */
		return 1 + below(g->rng, 2 + 4 * 13);
	case ARG_STORED_ATTRIBUTE:
		return fresh_stored_attribute(g);
	case ARG_ATTRIBUTE_VALUE:
		return one_in(g->rng, 3) ? 1 : magnitude(g->rng, one_in(g->rng, 8) ? 16 : 6);
	case ARG_ATTRIBUTE_FORM: /* mostly as echo writes it */
		return one_in(g->rng, 8) ? below(g->rng, arg_kinds[kind].limit) : 0;
	case ARG_ADJ: /* mostly nobody is preferred; some are never killed */
		return one_in(g->rng, 2) ? 1000 : one_in(g->rng, 3) ? 0 : below(g->rng, 2001);
	case ARG_VPN:
		return magnitude(g->rng, one_in(g->rng, 4) ? 10 : 7);
	case ARG_PAGES:
		return magnitude(g->rng, 6);
	case ARG_FILE: /* now and then one that cannot be changed */
		return one_in(g->rng, 16) ? FILE_CHANGEABLE : magnitude(g->rng, 3);
	case ARG_INDEX: /* a file that nobody wrote has 16 */
		return one_in(g->rng, 4) ? magnitude(g->rng, 9) : below(g->rng, FILE_PAGES);
	case ARG_WINDOW: /* mostly one of two, so that it is mapped when it is looked at */
		return one_in(g->rng, 8) ? below(g->rng, 2 * VM_WINDOWS) : below(g->rng, 2);
	case ARG_WINDOW_PAGE: /* mappings are short, and so are files */
		return one_in(g->rng, 8) ? below(g->rng, VM_WINDOW_PAGES) : magnitude(g->rng, 4);
	case ARG_FIRST_FILE:
		return one_in(g->rng, 2) ? below(g->rng, 4) * 64 : magnitude(g->rng, 16);
	case ARG_FILES:
		return magnitude(g->rng, 7);
	case ARG_SWAP_SLOTS:
		return one_in(g->rng, 8) ? magnitude(g->rng, 12) : 2 + below(g->rng, 200);
	case ARG_BALLOON:
		return one_in(g->rng, 4) ? 0 : magnitude(g->rng, 9);
	case ARG_VM_KNOB:
		return g->vm_knob = below(g->rng, NR_VM_KNOBS);
	case ARG_VM_VALUE:
		return fresh_vm_value(g);
	case ARG_SKIP:
	case ARG_TIMES:
		return geometric(g->rng);
	default:
		return below(g->rng, arg_kinds[kind].limit ? arg_kinds[kind].limit : 1u << arg_kinds[kind].bits);
	}
}

/* The place that the switch before named. */
static void become_rival(const struct maker *g, const struct op *op, struct instr *in, unsigned *context, unsigned *label)
{
	if (g->rival.kind == SWITCH_CPU) {
		in->cpu = g->rival.target;
	} else if (g->rival.kind == SWITCH_IRQ && !(op->flags & (OP_TASK_ONLY | OP_BOOT))) {
		*context = in->cpu % 2 ? CONTEXT_HARDIRQ : CONTEXT_SOFTIRQ;
		*label = g->rival.target;
	}
}

static void choose_place(struct maker *g, const struct op *op, struct instr *in)
{
	unsigned context = CONTEXT_TASK, label = 0;

	if (!(op->flags & (OP_TASK_ONLY | OP_BOOT)) && one_in(g->rng, g->schedules ? 4 : 8))
		context = 1 + below(g->rng, NR_CONTEXTS - 1);
	if (g->schedules && (context == CONTEXT_HARDIRQ || context == CONTEXT_SOFTIRQ))
		label = 1 + below(g->rng, 3);
	in->cpu = fresh_cpu(g);
	if (g->rivals)
		become_rival(g, op, in, &context, &label);
	in->context = (u8)(label << 4 | context);
}

static void copy_args(const struct maker *g, const struct op *op, struct instr *in)
{
	for (unsigned i = 0; i < MAX_ARGS && op->args[i] != ARG_NONE; i++)
		if (arg_kinds[op->args[i]].role == ROLE_NONE || arg_kinds[op->args[i]].role == ROLE_SHARED)
			instr_set_arg(op, in, i, instr_get_arg(op, &g->last, i));
}

static void choose_args(struct maker *g, const struct op *op, struct instr *in)
{
	bool atomic = g->urgent || instr_context(in) != CONTEXT_TASK;

	g->knob = NR_PARAMS;
	g->sysctl = NR_SYSCTLS;
	g->gfp = 0;
	g->wants_stale = op->flags & OP_CLIENT_BUG;
	for (unsigned i = 0; i < MAX_ARGS && op->args[i] != ARG_NONE; i++)
		instr_set_arg(op, in, i, fresh_value(g, op->args[i], atomic));
	if (g->is_copy)
		copy_args(g, op, in);
	if (g->walked && g->rivals && op->flags & OP_UNLINKS)
		instr_set_arg(op, in, 0, g->walked - 1);
	note_slots(g, op, in);
}

/* Most operations have four yield points or nine, those that go over all lists hundreds. */
static u32 fresh_yield(struct maker *g)
{
	switch (below(g->rng, 8)) {
	case 0:
		return (u32)magnitude(g->rng, 9);
	case 1:
	case 2:
	case 3:
		return geometric(g->rng);
	default:
		return below(g->rng, 10);
	}
}

struct sched_switch fresh_switch(struct maker *g, unsigned cpu)
{
	struct sched_switch sw = { .at = fresh_yield(g) };

	if (g->tables & TABLE_VM && one_in(g->rng, 3)) { /* a machine with kernel threads, which go on with the schedule */
		sw.at = one_in(g->rng, 3) ? (u32)magnitude(g->rng, 10) : sw.at;
		sw.kind = SWITCH_KTHREAD;
		sw.target = (u8)below(g->rng, KTHREAD_OOM_REAPER + 1);
		return sw;
	}
	sw.kind = one_in(g->rng, 3) ? SWITCH_IRQ : SWITCH_CPU;
	for (int tries = 4; tries && sw.kind == SWITCH_CPU; tries--) { /* not to itself */
		sw.target = fresh_cpu(g);
		if (sw.target != cpu)
			break;
	}
	if (sw.kind == SWITCH_IRQ)
		sw.target = (u8)(1 + below(g->rng, 3));
	return sw;
}

#define CODE_ALLOC_PAGES 0x0100
#define CODE_FREE_PAGES	 0x0106

/* The n-th of a run: requests, then as many frees, so that the CPU's lists overflow. NULL: no run. */
static const struct op *run_op(struct maker *g)
{
	u32 *left = g->run_allocs ? &g->run_allocs : &g->run_frees;
	const struct op *op = op_by_code(g->run_allocs ? CODE_ALLOC_PAGES : CODE_FREE_PAGES);

	if (!*left)
		return NULL;
	--*left;
	return can_do_something(g, op) ? op : NULL;
}

/* Drains, isolation, knobs, kswapd: each as likely as another, for what is rare alone is rarer still in a pair. */
static const struct op *pick_machine_op(const struct mix *mix, u64 *rng)
{
	unsigned nr = 0, n;

	for (unsigned i = 0; i < mix->nr; i++)
		nr += table_of(mix->choice[i].op) == TABLE_MACHINE;
	if (!nr)
		return NULL;
	n = below(rng, nr);
	for (unsigned i = 0;; i++)
		if (table_of(mix->choice[i].op) == TABLE_MACHINE && !n--)
			return mix->choice[i].op;
}

/* Into a walk comes first who unlinks what is walked, then who moves time and grace periods on. */
static const struct op *unlinker_op(struct maker *g)
{
	static const char *const pages[] = { "free_deferred", "free_deferred", "free_table" };
	static const char *const move_pages[] = { "rcu_core", "rcu_core", "rcu_core", "sleep", "sleep", "rcu_barrier",
						  "synchronize_rcu", "free_deferred" };
	static const char *const objects[] = { "kmem_cache_free" };
	static const char *const move_objects[] = { "kmem_cache_shrink", "kmem_cache_shrink", "rcu_core", "rcu_core", "sleep",
						    "synchronize_rcu" };
	static const char *const memory[] = { "kfree_rcu", "kfree_rcu", "kfree_rcu_mightsleep" };
	static const char *const move_memory[] = { "rcu_core", "rcu_core", "rcu_core", "sleep", "sleep", "kvfree_rcu_barrier",
						   "rcu_barrier", "kfree_rcu", "kmalloc" };
	static const struct {
		const char *const *unlink, *const *move;
		u32 nr_unlink, nr_move;
	} of[NR_FAMILIES] = {
		[FAMILY_PAGES] = { pages, move_pages, ARRAY_SIZE(pages), ARRAY_SIZE(move_pages) },
		[FAMILY_OBJECTS] = { objects, move_objects, ARRAY_SIZE(objects), ARRAY_SIZE(move_objects) },
		[FAMILY_KMALLOC] = { memory, move_memory, ARRAY_SIZE(memory), ARRAY_SIZE(move_memory) },
	};
	bool first = g->rivals == ARRAY_SIZE(g->into_walk);
	u32 nr = first ? of[g->walked_family].nr_unlink : of[g->walked_family].nr_move;
	const char *name = (first ? of[g->walked_family].unlink : of[g->walked_family].move)[nr > 1 ? below(g->rng, nr) : 0];

	return op_by_name(name, strlen(name));
}

/* NULL: any operation will do. */
static const struct op *rival_op(struct maker *g, const struct mix *mix)
{
	const struct op *op = NULL;

	if (!g->rivals)
		return NULL;
	if (g->walked)
		return unlinker_op(g);
	switch (below(g->rng, 3)) {
	case 0:
		op = op_by_code(g->last.code);
		g->is_copy = op && one_in(g->rng, 2);
		break;
	case 1:
		op = pick_machine_op(mix, g->rng);
	}
	if (op && (!can_do_something(g, op) || (g->rival.kind == SWITCH_IRQ && op->flags & OP_TASK_ONLY)))
		op = NULL;
	g->is_copy &= op != NULL;
	return op;
}

static void start_run(struct maker *g, const struct mix *mix)
{
	unsigned found = 0;

	for (unsigned i = 0; i < mix->nr; i++)
		found += mix->choice[i].op->code == CODE_ALLOC_PAGES || mix->choice[i].op->code == CODE_FREE_PAGES;
	if (found < 2 || g->run_frees || !one_in(g->rng, 64))
		return;
	g->run_allocs = g->run_frees = 4 + below(g->rng, 13);
	g->run_cpu = fresh_cpu(g);
	g->run_atomic = one_in(g->rng, 2);
}

static const struct op *any_op(struct maker *g, const struct mix *mix)
{
	const struct op *op;
	int tries = 8;

	do
		op = pick_op(mix, g->rng);
	while (!can_do_something(g, op) && --tries);
	return op;
}

/* A cache that is refused leaves little to do: most are not. */
static void make_sense(struct maker *g, const struct op *op, struct instr *in)
{
	bool small = false;

	if (!has_kind(op, ARG_NEW_CACHE) || one_in(g->rng, 16))
		return;
	for (unsigned i = 0; i < MAX_ARGS; i++) {
		u64 value = op->args[i] ? instr_get_arg(op, in, i) : 0;

		if (op->args[i] == ARG_CACHE_NAME && !cache_names[value])
			instr_set_arg(op, in, i, 0);
		if (op->args[i] == ARG_OBJECT_SIZE && (!value || value > 2 * SIM_PAGE_SIZE))
			instr_set_arg(op, in, i, value = 64);
		small |= op->args[i] == ARG_OBJECT_SIZE && value < 16;
		if (op->args[i] == ARG_SLAB_FLAGS)
			instr_set_arg(op, in, i, (value & ~1ULL) | (has_kind(op, ARG_FREEPTR) ? SLAB_TYPESAFE_BY_RCU : 0));
		if (op->args[i] == ARG_CTOR && small)
			instr_set_arg(op, in, i, 0);
	}
}

static const struct op *creating_op(struct maker *g)
{
	static const char *const names[] = { "kmem_cache_create", "kmem_cache_create", "kmem_cache_create", "kmem_cache_create_usercopy",
					     "kmem_cache_create", "kmem_cache_create_freeptr", "kmem_cache_create_in_irq" };
	const char *name = names[below(g->rng, ARRAY_SIZE(names))];

	return op_by_name(name, strlen(name));
}

bool make_instr(struct maker *g, const struct mix *mix, struct instr *in)
{
	const struct op *run, *op;

	if (!mix->total)
		return false;
	g->is_copy = false;
	run = run_op(g);
	op = run ? run : rival_op(g, mix);
	if (!op && g->recreate)
		op = creating_op(g);
	if (!op)
		op = any_op(g, mix);
	memset(in, 0, sizeof(*in));
	in->code = op->code;
	choose_place(g, op, in);
	if (run)
		in->cpu = g->run_cpu;
	g->urgent = run && g->run_atomic;
	choose_args(g, op, in);
	make_sense(g, op, in);
	if (g->recreate && has_kind(op, ARG_NEW_CACHE)) {
		instr_set_arg(op, in, 0, g->recreate - 1);
		g->recreate = op->args[3] == ARG_NONE ? g->recreate : 0;
	}
	g->last = *in;
	return true;
}

/* --- a program ------------------------------------------------------------------------------------------------------- */

/* Who goes over all lists is disturbed many times: once, somewhere, would hardly ever be where it matters. */
static void add_series(struct maker *g, struct program *p, struct instr *in)
{
	u32 at = fresh_yield(g), step = 1 + geometric(g->rng);

	g->rival = fresh_switch(g, in->cpu);
	for (g->rivals = 0; g->rivals < MAX_SWITCHES; g->rivals++, at += step)
		program_add_switch(p, in, (struct sched_switch){ at, g->rival.kind, g->rival.target });
}

/* Whoever walks a page meets others at each look. */
static void disturb_walk(struct maker *g, struct program *p, struct instr *in)
{
	struct sched_switch of_cpu = fresh_switch(g, in->cpu), sw;

	while (of_cpu.kind != SWITCH_CPU)
		of_cpu = fresh_switch(g, in->cpu);
	for (u32 at = 0; at < ARRAY_SIZE(g->into_walk); at++) {
		sw = fresh_switch(g, in->cpu);
		sw = sw.kind != SWITCH_CPU ? sw : of_cpu;
		sw.at = at;
		program_add_switch(p, in, sw);
		g->into_walk[ARRAY_SIZE(g->into_walk) - 1 - at] = sw;
	}
	g->rivals = ARRAY_SIZE(g->into_walk);
	g->rival = g->into_walk[g->rivals - 1];
	g->walked = in->slot % NR_SLOTS + 1;
	g->walked_family = arg_kinds[op_by_code(in->code)->args[0]].family;
}

/* A quarter of the operations is disturbed; the next one is then mostly the disturber. */
static void choose_schedule(struct maker *g, struct program *p, struct instr *in)
{
	const struct op *op = op_by_code(in->code);

	if (g->rivals && --g->rivals) {
		if (g->walked)
			g->rival = g->into_walk[g->rivals - 1];
		return;
	}
	g->walked = 0;
	if (op->flags & OP_WALKS) {
		disturb_walk(g, p, in);
		return;
	}
	if (op->flags & OP_BOOT || !one_in(g->rng, 4))
		return;
	if (table_of(op) == TABLE_MACHINE && one_in(g->rng, 2)) {
		add_series(g, p, in);
		return;
	}
	for (u32 k = 1 + geometric(g->rng); k; k--)
		program_add_switch(p, in, g->rival = fresh_switch(g, in->cpu));
	g->rivals = !one_in(g->rng, 4);
}

static void append_made(struct maker *g, struct program *p, u32 nr, enum phase phase, unsigned tables)
{
	struct mix mix;

	make_mix(&mix, phase, tables, p->header.swarm);
	for (; nr; nr--) {
		struct instr *in = program_append(p);

		if (phase == PHASE_LATE)
			start_run(g, &mix);
		if (!make_instr(g, &mix, in)) {
			p->nr_ops--;
			return;
		}
		if (g->schedules)
			choose_schedule(g, p, in);
	}
}

/* The small machine's own map, with CMA in it, and now and then a device where it has holes. */
static void append_map(struct maker *g, struct program *p)
{
	static const u64 holes[] = { 240, 704 };
	u32 block = 1u << sim_params[PARAM_PAGEBLOCK_ORDER].value[PROFILE_SMALL];
	struct sim_region map[SIM_MAX_REGIONS];
	unsigned n = sim_profile_map(PROFILE_SMALL, sim_params[PARAM_FRAMES].value[PROFILE_SMALL], map);

	for (unsigned i = 0; i < n; i++)
		program_append_op(p, "region", map[i].start_pfn, map[i].nr_pages, map[i].kind, map[i].node);
	for (u32 i = 1 + below(g->rng, 2); i; i--) {
		u32 at = below(g->rng, 64), blocks = 1 + below(g->rng, 4); /* in this order on every compiler */

		program_append_op(p, "region", at * block, blocks * block, REGION_CMA, 0);
	}
	if (one_in(g->rng, 2)) {
		u32 hole = below(g->rng, 2), node = below(g->rng, 3);

		program_append_op(p, "region", holes[hole], block, REGION_DEVICE, node);
	}
}

/* Without a cache there is nothing to do. */
static void append_caches(struct maker *g, struct program *p, u32 nr_ops)
{
	const struct op *op = op_by_name("kmem_cache_create", strlen("kmem_cache_create"));

	for (u32 i = 0; op && i < g->nr_caches && p->nr_ops < nr_ops; i++) {
		struct instr *in = program_append(p);

		in->code = op->code;
		choose_args(g, op, in);
		instr_set_arg(op, in, 0, i);
		make_sense(g, op, in);
		note_slots(g, op, in);
	}
}

/* Tasks, and memory that is nearly full: what follows is soon short of it. */
static void append_tasks(struct maker *g, struct program *p, u32 nr_ops)
{
	const struct op *create = op_by_name("task_create", strlen("task_create"));
	const struct op *fill = op_by_name("fill_to", strlen("fill_to"));
	u32 fills = p->header.start == START_SCARCE || one_in(g->rng, 3) ? 0 : 2 + below(g->rng, 6);

	for (u32 i = 0; i < fills && p->nr_ops < nr_ops; i++) {
		struct instr *in = program_append(p);

		in->code = fill->code;
		choose_args(g, fill, in);
		instr_set_arg(fill, in, 0, i);
	}
	for (u32 i = 0; g->tables & TABLE_TASK && i < g->nr_tasks && p->nr_ops < nr_ops; i++) {
		struct instr *in = program_append(p);

		in->code = create->code;
		choose_args(g, create, in);
		instr_set_arg(create, in, 0, i);
		note_slots(g, create, in);
	}
}

/* Mostly knobs: a machine of random regions is a machine of little memory. */
static void append_boot(struct maker *g, struct program *p, u32 nr_ops)
{
	u32 boot_ops = 1 + below(g->rng, 4);

	if (nr_ops > 2 * SIM_MAX_REGIONS && one_in(g->rng, 3))
		append_map(g, p);
	append_made(g, p, min_of(nr_ops - p->nr_ops, boot_ops), PHASE_BOOT,
		    TABLE_MACHINE | (g->tables & (TABLE_SLAB | TABLE_KMALLOC) ? TABLE_SLAB : 0));
}

/* Every second page of a machine is taken, and an array of regions gets nearly full: a bigger one has no place. */
static void append_cramped(const struct maker *g, struct program *p)
{
	u32 frames = 32 + below(g->rng, 128), base = below(g->rng, 256), what = below(g->rng, 4);
	u32 teeth = 110 + below(g->rng, 30), width = 1 + below(g->rng, 8);

	program_append_op(p, "knob", PARAM_FRAMES, frames, 0, 0);
	program_append_op(p, "memblock_comb", base / 64 * 64, 0, 255, 64);
	program_append_op(p, "memblock_comb", base, what, teeth, width);
}

/* memblock first, then the hand-over, then what is left for a booted machine. */
static void append_early(struct maker *g, struct program *p, u32 nr_ops)
{
	u32 rest = nr_ops - p->nr_ops;
	u32 early = g->tables & TABLE_PAGE ? rest / 4 + below(g->rng, rest / 2 + 1) : rest - rest / 8;
	const struct op *hand_over = hand_over_op();

	append_made(g, p, early, PHASE_EARLY, g->tables);
	if (hand_over && p->nr_ops < nr_ops)
		program_append(p)->code = hand_over->code;
}

u8 fresh_start(struct maker *g)
{
	static const u8 starts[] = { START_BOOTED, START_BOOTED, START_NEARLY_FULL, START_FRAGMENTED };

	if (g->tables & TABLE_VM)
		return one_in(g->rng, 8) ? START_PRESSURE : START_SCARCE;
	if (g->tables & (TABLE_SLAB | TABLE_KMALLOC))
		return START_SLAB;
	return starts[below(g->rng, ARRAY_SIZE(starts))];
}

static void choose_header(struct program *p, struct maker *g, u64 seed)
{
	p->header.seed = seed;
	p->header.start = g->tables & TABLE_MEMBLOCK ? (u8)START_EARLY : fresh_start(g);
	p->header.swarm = one_in(g->rng, 4) ? 0 : (u32)rng_next(g->rng);
	if (one_in(g->rng, 16))
		p->header.flags |= HEADER_CONTENTS_WHOLE;
	if (one_in(g->rng, 256))
		p->header.flags |= HEADER_RECOUNT_ALWAYS;
}

void program_generate(struct program *p, u64 seed, u32 nr_ops, unsigned tables)
{
	static const u8 slots[] = { 8, 32, 32, 128 }, cpus[] = { 1, 2, SIM_MAX_CPUS, SIM_MAX_CPUS };
	u64 rng = seed;
	struct maker g = { .rng = &rng, .tables = tables, .profile = PROFILE_SMALL };

	nr_ops = min_of(nr_ops, (u32)MAX_OPS);
	program_clear(p);
	choose_header(p, &g, seed);
	g.nr_slots = slots[below(&rng, ARRAY_SIZE(slots))];
	g.schedules = one_in(&rng, 3);
	g.small_orders = !one_in(&rng, 3);
	g.nr_cpus = cpus[below(&rng, ARRAY_SIZE(cpus))];
	if (g.schedules && g.nr_cpus == 1)
		g.nr_cpus = 2;
	g.first_cpu = below(&rng, SIM_MAX_CPUS);
	if (tables & (TABLE_SLAB | TABLE_KMALLOC))
		g.nr_caches = 1 + below(&rng, 4);
	if (tables & TABLE_VM)
		g.nr_tasks = 1 + below(&rng, 8);
	if (tables & TABLE_MACHINE && one_in(&rng, 32))
		append_boot(&g, p, nr_ops);
	if (tables & TABLE_SLAB)
		append_caches(&g, p, nr_ops);
	if (tables & TABLE_VM)
		append_tasks(&g, p, nr_ops);
	if (p->header.start == START_EARLY && p->nr_ops + 3 <= nr_ops && one_in(&rng, 8))
		append_cramped(&g, p);
	if (p->header.start == START_EARLY)
		append_early(&g, p, nr_ops);
	append_made(&g, p, nr_ops - p->nr_ops, PHASE_LATE, tables);
}
