/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zone.c - which zone a frame belongs to, in which order zones are tried, and when a zone may give pages.
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

/* W4, as far as there are no reserves: stay above min, and have a block that is large enough. */
bool model_zone_passes(const struct model *m, unsigned zone, unsigned order)
{
	const struct model_zone *z = &m->zone[zone];

	if (z->free < 1ULL << order || z->free - ((1ULL << order) - 1) <= z->min)
		return false;
	return z->full[order] > 0;
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

static void place_blocks(struct model *m)
{
	u64 nr_blocks = (m->nr_frames + (1ULL << m->block_order) - 1) >> m->block_order;
	u64 node_end[MAX_NUMNODES + 1] = { 0 };

	for (u64 b = 0; b < nr_blocks; b++)
		node_end[node_of(m, b)] = b + 1;
	for (u64 b = 0; b < nr_blocks; b++) {
		unsigned nid = node_of(m, b), index;

		m->zone_of_block[b] = NO_ZONE;
		if (nid == MAX_NUMNODES)
			continue;
		index = index_of(m, b, node_end[nid]);
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
	}
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		m->zone[z].free = m->zone[z].managed;
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
	u64 kbytes = m->setup.knob[KNOB_MIN_FREE_KBYTES];

	if (kbytes == MODEL_DERIVED)
		kbytes = clamp(root(lowmem * 4 * 16), m->setup.knob[KNOB_MIN_FREE_KBYTES_LOWEST],
			       m->setup.knob[KNOB_MIN_FREE_KBYTES_HIGHEST]);
	return kbytes / 4;
}

/* W2 */
static void set_marks(struct model *m)
{
	const u32 *knob = m->setup.knob;
	u64 lowmem = 0, min;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		lowmem += m->zone[z].index <= ZONE_NORMAL ? m->zone[z].managed : 0;
	min = pages_min(m, lowmem);
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		struct model_zone *zone = &m->zone[z];
		u64 share = lowmem ? min * zone->managed / lowmem : 0;
		u64 step = zone->managed * knob[KNOB_WATERMARK_SCALE_FACTOR] / 10000;

		step = step > share / 4 ? step : share / 4;
		zone->min = zone->index <= ZONE_NORMAL ? share :
							 clamp(zone->managed / 1024, knob[KNOB_HIGHMEM_MIN_LOWEST],
							       knob[KNOB_HIGHMEM_MIN_HIGHEST]);
		zone->low = zone->min + step;
		zone->high = zone->low + step;
	}
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
	memset(m->zonelist_len, 0, sizeof(m->zonelist_len));
	place_blocks(m);
	count_pages(m);
	set_marks(m);
	for (unsigned nid = 0; nid < m->nr_nodes; nid++)
		list_nodes(m, nid, load);
}
