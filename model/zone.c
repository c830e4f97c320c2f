/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zone.c - which zone a frame belongs to, in which order zones are tried, its marks and reserves, and when they hold.
 *
 * A pageblock belongs to the node of its lowest frame of memory and to the zone its first frame falls in; the last
 * movable_pages of a node are Movable. Everything is computed from what the boot operations asked for.
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"

static const char *const names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };

const char *model_zone_name(unsigned index)
{
	return names[index];
}

unsigned model_gfp_zone(gfp_t gfp)
{
	bool highmem = gfp & 0x2, movable = gfp & 0x8;

	if (gfp & 0x1)
		return 0;
	if (gfp & 0x4)
		return 1;
	if (highmem && movable)
		return 4;
	return highmem ? 3 : 2;
}

bool model_gfp_is_legal(gfp_t gfp)
{
	gfp_t zones = gfp & 0x7;

	return !(zones & (zones - 1));
}

/* --- marks ---------------------------------------------------------------------------------------------------------------- */

u64 mark_of(const struct model_zone *z, u32 flags)
{
	u64 mark = (flags & ALLOC_WMARK_MASK) == 0 ? z->min : (flags & ALLOC_WMARK_MASK) == 1 ? z->low : z->high;

	return mark + z->boost;
}

/* Is there a block that a request with these flags might use, as the mark sees it? */
static bool has_order(const struct model *m, unsigned zone, unsigned order, u32 flags)
{
	for (unsigned t = 0; t < MIGRATE_TYPES; t++) {
		bool usable = mergeable(t) || (t == MIGRATE_CMA && (flags & ALLOC_CMA)) ||
			      (t == MIGRATE_HIGHATOMIC && (flags & (ALLOC_HIGHATOMIC | ALLOC_OOM)));

		if (usable && m->zone[zone].full[t][order])
			return true;
	}
	return false;
}

bool mark_holds(const struct model *m, unsigned zone, unsigned order, u64 mark, unsigned highest, u32 flags, s64 free)
{
	const struct model_zone *z = &m->zone[zone];
	s64 needed = (s64)mark;

	free -= (s64)(1ULL << order) - 1;
	if (!(flags & ALLOC_RESERVES))
		free -= (s64)z->free_of[MIGRATE_HIGHATOMIC];
	if (!(flags & ALLOC_CMA))
		free -= z->stat[STAT_CMA] > 0 ? z->stat[STAT_CMA] : 0; /* less is only a part of the truth */
	if (flags & ALLOC_MIN_RESERVE) {
		needed -= needed / 2;
		if (flags & ALLOC_NON_BLOCK)
			needed -= needed / 4;
	}
	if (flags & ALLOC_OOM)
		needed -= needed / 2;
	if (free <= needed + (s64)z->reserve[highest])
		return false;
	return !order || has_order(m, zone, order, flags);
}

bool zone_passes(const struct model *m, unsigned zone, unsigned order, unsigned highest, u32 flags)
{
	const struct model_zone *z = &m->zone[zone];
	s64 free = z->stat[STAT_FREE];

	if ((flags & ALLOC_NO_WATERMARKS) || mark_holds(m, zone, order, mark_of(z, flags), highest, flags, free))
		return true;
	if (order || !(flags & ALLOC_MIN_RESERVE) || (flags & ALLOC_WMARK_MASK))
		return false;
	return mark_holds(m, zone, 0, z->min, highest, flags, free); /* W5 */
}

/* --- counters: what everybody reads, and what CPUs hold back ---------------------------------------------------------------- */

static void count_one(struct model_zone *z, unsigned cpu, unsigned item, s64 pages)
{
	s64 held = z->held_back[cpu][item] + pages;
	bool too_much = held > (s64)z->threshold || -held > (s64)z->threshold;

	z->stat[item] += too_much ? held : 0;
	z->held_back[cpu][item] = (s8)(too_much ? 0 : held);
}

void count_free(struct model *m, unsigned zone, unsigned cpu, unsigned type, s64 pages)
{
	if (type == MIGRATE_ISOLATE || !pages)
		return;
	count_one(&m->zone[zone], cpu, STAT_FREE, pages);
	if (type == MIGRATE_CMA)
		count_one(&m->zone[zone], cpu, STAT_CMA, pages);
}

void add_up(struct model *m, unsigned zone, unsigned cpu)
{
	struct model_zone *z = &m->zone[zone];

	for (unsigned i = 0; i < NR_MODEL_STATS; i++) {
		z->stat[i] += z->held_back[cpu][i];
		z->held_back[cpu][i] = 0;
	}
}

/* --- layout ------------------------------------------------------------------------------------------------------------- */

static u64 first_memory(const struct model *m, u64 block)
{
	u64 start = block << m->block_order, end = start + (1ULL << m->block_order);

	for (u64 pfn = start; pfn < end && pfn < m->nr_frames; pfn++)
		if (m->frame[pfn].state != FRAME_HOLE)
			return pfn;
	return ~0ULL;
}

static unsigned index_of(const struct model *m, u64 block, u64 node_end)
{
	u64 size = 1ULL << m->block_order, start = block * size;
	u64 movable = m->setup.knob[KNOB_MOVABLE_PAGES] / size;

	if (start < m->setup.knob[KNOB_DMA_PAGES])
		return ZONE_DMA;
	if (start < m->setup.knob[KNOB_DMA32_PAGES])
		return ZONE_DMA32;
	if (block + movable >= node_end)
		return ZONE_MOVABLE;
	return start < m->setup.knob[KNOB_LOWMEM_PAGES] ? ZONE_NORMAL : ZONE_HIGHMEM;
}

/* The node of a block, MAX_NUMNODES if it has no memory at all. */
static unsigned node_of(const struct model *m, u64 block)
{
	u64 pfn = first_memory(m, block);
	unsigned nid;

	if (pfn == ~0ULL)
		return MAX_NUMNODES;
	nid = model_memblock_frame_node(m->memblock, pfn);
	return nid < m->nr_nodes ? nid : 0; /* a node this machine does not have */
}

static bool is_device(const struct model *m, u64 block)
{
	return m->frame[block << m->block_order].state == FRAME_DEVICE;
}

/* The node of a device's region is the one its row names. */
static unsigned node_of_device(const struct model *m, u64 block)
{
	u64 start = block << m->block_order, end = start + block_pages(m);

	for (unsigned i = 0; i < m->setup.nr_regions; i++) {
		const struct model_region *r = &m->setup.region[i];

		if (r->kind == 3 && r->start_pfn <= start && end <= r->start_pfn + r->nr_pages)
			return r->nid < m->nr_nodes ? r->nid : 0;
	}
	return 0;
}

static void place_blocks(struct model *m)
{
	u64 nr_blocks = (m->nr_frames + (1ULL << m->block_order) - 1) >> m->block_order;
	u64 node_end[MAX_NUMNODES + 1] = { 0 };

	for (u64 b = 0; b < nr_blocks; b++)
		if (!is_device(m, b))
			node_end[node_of(m, b)] = b + 1;
	for (u64 b = 0; b < nr_blocks; b++) {
		bool device = is_device(m, b);
		unsigned nid = device ? node_of_device(m, b) : node_of(m, b), index;

		m->zone_of_block[b] = NO_ZONE;
		if (nid == MAX_NUMNODES)
			continue;
		index = device ? ZONE_DEVICE : index_of(m, b, node_end[nid]);
		m->zone_of_block[b] = (u8)(nid * MAX_NR_ZONES + index);
		m->zone[m->zone_of_block[b]] = (struct model_zone){ .exists = true, .nid = (u8)nid, .index = (u8)index };
	}
}

static void count_pages(struct model *m)
{
	u64 first[MODEL_NR_ZONES] = { 0 }, size = 1ULL << m->block_order;

	for (u64 pfn = 0; pfn < m->nr_frames; pfn++) {
		unsigned z = model_zone_of(m, pfn), state = m->frame[pfn].state;

		if (z == NO_ZONE)
			continue;
		if (!m->zone[z].spanned) /* a zone spans whole pageblocks, from its first to its last */
			first[z] = pfn / size * size;
		m->zone[z].spanned = (pfn / size + 1) * size - first[z];
		m->zone[z].present += state != FRAME_HOLE;
		m->zone[z].managed += state == FRAME_FREE;
		m->zone[z].cma += state == FRAME_FREE && model_type_of(m, pfn) == MIGRATE_CMA;
		m->zone[z].blocks_of[model_type_of(m, pfn)] += pfn % size == 0;
	}
}

/* Z3: a machine with too few pageblocks does without types. */
static void choose_types(struct model *m)
{
	u64 managed = 0, nr_blocks = (m->nr_frames + block_pages(m) - 1) >> m->block_order;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		managed += m->zone[z].managed;
	m->mobility_disabled = managed < block_pages(m) * MIGRATE_TYPES;
	for (u64 b = 0; b < nr_blocks; b++)
		if (m->type_of_block[b] != MIGRATE_CMA)
			m->type_of_block[b] = m->mobility_disabled ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		struct model_zone *zone = &m->zone[z];
		u32 cma = zone->blocks_of[MIGRATE_CMA], all = 0;

		for (unsigned t = 0; t < MIGRATE_TYPES; t++) {
			all += zone->blocks_of[t];
			zone->blocks_of[t] = 0;
		}
		zone->blocks_of[MIGRATE_CMA] = cma;
		zone->blocks_of[m->mobility_disabled ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE] = all - cma;
	}
}

/* --- watermarks ------------------------------------------------------------------------------------------------------------ */

static u64 clamp(u64 x, u64 low, u64 high)
{
	x = x < low ? low : x;
	return x > high ? high : x;
}

static u64 root(u64 x)
{
	u64 r = 0;

	while ((r + 1) * (r + 1) <= x)
		r++;
	return r;
}

/* W1 */
static u64 pages_min(const struct model *m, u64 lowmem)
{
	u64 kbytes = m->sysctl[0];

	if (kbytes == MODEL_DERIVED)
		kbytes = clamp(root(lowmem * 4 * 16), m->setup.knob[KNOB_MIN_FREE_KBYTES_LOWEST],
			       m->setup.knob[KNOB_MIN_FREE_KBYTES_HIGHEST]);
	return kbytes / 4;
}

/* W2 */
static void set_zone_marks(struct model *m, struct model_zone *zone, u64 min, u64 lowmem)
{
	u64 share = lowmem ? min * zone->managed / lowmem : 0;
	u64 step = zone->managed * m->sysctl[1] / 10000;

	step = step > share / 4 ? step : share / 4;
	zone->min = zone->index <= ZONE_NORMAL || zone->index == ZONE_DEVICE ? share :
						 clamp(zone->managed / 1024, m->setup.knob[KNOB_HIGHMEM_MIN_LOWEST],
						       m->setup.knob[KNOB_HIGHMEM_MIN_HIGHEST]);
	zone->low = zone->min + step;
	zone->high = zone->low + step;
	zone->promo = zone->high + step;
}

/* Z6: row i keeps back from a request that may use zone j a share of what lies between. */
static void set_reserves(struct model *m, struct model_zone *zone)
{
	u64 above = 0, ratio = zone->index < 5 ? m->sysctl[4 + zone->index] : 0;

	for (unsigned j = 0; j < MAX_NR_ZONES; j++) {
		if (j > zone->index)
			above += m->zone[zone->nid * MAX_NR_ZONES + j].managed;
		zone->reserve[j] = j > zone->index && ratio && zone->managed ? above / ratio : 0;
	}
}

static u64 bits_of(u64 x) /* fls */
{
	u64 n = 0;

	for (; x; x >>= 1)
		n++;
	return n;
}

/* W12 */
static void set_threshold(struct model *m, struct model_zone *z)
{
	u64 megabytes = z->managed * 4 / 1024, t = 2 * bits_of(m->nr_cpus) * (1 + bits_of(megabytes >> 7));
	u64 most = m->setup.knob[KNOB_STAT_THRESHOLD_HIGHEST], drift;

	z->threshold = (u32)(t < most ? t : most);
	drift = m->nr_cpus * z->threshold;
	z->drift_mark = drift > z->low - z->min ? z->high + drift : 0;
}

/* Z6, Z7 */
void set_lowmem_reserves(struct model *m)
{
	m->totalreserve = 0;
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		struct model_zone *zone = &m->zone[z];
		u64 most = 0;

		if (!zone->exists)
			continue;
		set_reserves(m, zone);
		for (unsigned j = 0; j < MAX_NR_ZONES; j++)
			most = zone->reserve[j] > most ? zone->reserve[j] : most;
		most += zone->high + zone->boost;
		m->totalreserve += most < zone->managed ? most : zone->managed;
	}
}

void set_marks(struct model *m)
{
	u64 lowmem = 0, min;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		lowmem += m->zone[z].index <= ZONE_NORMAL ? m->zone[z].managed : 0;
	min = pages_min(m, lowmem);
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		if (!m->zone[z].exists)
			continue;
		set_zone_marks(m, &m->zone[z], min, lowmem);
		set_threshold(m, &m->zone[z]);
		set_pcp_sizes(m, z);
	}
	set_lowmem_reserves(m);
}

static void set_sysctls(struct model *m)
{
	const u32 *knob = m->setup.knob;

	m->sysctl[0] = knob[KNOB_MIN_FREE_KBYTES];
	m->sysctl[1] = knob[KNOB_WATERMARK_SCALE_FACTOR];
	m->sysctl[2] = knob[KNOB_WATERMARK_BOOST_FACTOR];
	m->sysctl[3] = knob[KNOB_PERCPU_PAGELIST_HIGH_FRACTION];
	memcpy(m->sysctl + 4, knob + KNOB_LOWMEM_RESERVE_RATIO, 5 * sizeof(*knob));
}

/* --- zonelists --------------------------------------------------------------------------------------------------------------- */

static u64 node_managed(const struct model *m, unsigned nid)
{
	u64 sum = 0;

	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		sum += m->zone[nid * MAX_NR_ZONES + z].managed;
	return sum;
}

static bool has_cpu(const struct model *m, unsigned nid)
{
	for (unsigned c = 0; c < m->nr_cpus; c++)
		if (c * m->nr_nodes / m->nr_cpus == nid)
			return true;
	return false;
}

/* Z4 as a sort key: own node first, then distance, a smaller number, no CPUs, and who is used less. */
static u64 node_key(const struct model *m, unsigned from, unsigned to, const u64 *load)
{
	u64 far = m->setup.knob[KNOB_DISTANCE_REMOTE];

	return from == to ? 0 : (far + (to < from) + has_cpu(m, to)) * MAX_NUMNODES + load[to];
}

static void list_node(struct model *m, unsigned from, unsigned nid)
{
	for (int index = MAX_NR_ZONES - 1; index >= 0; index--) {
		unsigned z = nid * MAX_NR_ZONES + (unsigned)index;

		if (m->zone[z].managed)
			m->zonelist[from][m->zonelist_len[from]++] = (u8)z;
	}
}

static void list_nodes(struct model *m, unsigned from, u64 *load)
{
	bool used[MAX_NUMNODES] = { false };
	bool first_remote = true;

	for (;;) {
		unsigned best = MAX_NUMNODES;

		for (unsigned n = 0; n < m->nr_nodes; n++)
			if (!used[n] && node_managed(m, n) &&
			    (best == MAX_NUMNODES || node_key(m, from, n, load) < node_key(m, from, best, load)))
				best = n;
		if (best == MAX_NUMNODES)
			return;
		if (best != from && first_remote) { /* the first of a group at one distance takes the load */
			load[best]++;
			first_remote = false;
		}
		used[best] = true;
		list_node(m, from, best);
	}
}

void model_build_zones(struct model *m)
{
	u64 load[MAX_NUMNODES] = { 0 };

	memset(m->zone, 0, sizeof(m->zone));
	place_blocks(m);
	count_pages(m);
	choose_types(m);
	set_sysctls(m);
	set_marks(m);
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		m->zone[z].stat[STAT_FREE] = (s64)m->zone[z].managed; /* boot leaves nothing held back */
		m->zone[z].stat[STAT_CMA] = (s64)m->zone[z].cma;
	}
	for (unsigned nid = 0; nid < m->nr_nodes; nid++)
		list_nodes(m, nid, load);
}
