/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pyramid.c - the free set, counted so that the legal shape of the free lists can be read off it.
 *
 * busy[o][g] counts the frames of group g that are not free; groups that reach across a zone's edge carry one
 * more, so that they never look free. full[o] of a zone counts groups with nothing busy: the blocks that must be on the
 * free list of order o are full[o] less the halves of full groups above, full[o] - 2 * full[o + 1].
 */
#include <string.h>
#include "internal.h"

#define DIGEST_FRAMES 65536

static struct model_zone *zone_at(struct model *m, u64 pfn)
{
	return &m->zone[model_zone_of(m, pfn)];
}

static bool one_zone(const struct model *m, u64 group, unsigned order)
{
	u64 first = group << order, nr = 1ULL << order, step = 1ULL << m->block_order;

	for (u64 pfn = first; pfn < first + nr; pfn += step)
		if (pfn >= m->nr_frames || model_zone_of(m, pfn) != model_zone_of(m, first))
			return false;
	return model_zone_of(m, first) != NO_ZONE;
}

void pyramid_build(struct model *m)
{
	for (unsigned o = 1; o <= m->max_order; o++) {
		u64 groups = (m->nr_frames + (1ULL << o) - 1) >> o;

		for (u64 g = 0; g < groups; g++) {
			u64 end = (g + 1) << o;

			m->busy[o][g] = (u16)(end > m->nr_frames ? end - m->nr_frames : 0);
			m->busy[o][g] = (u16)(m->busy[o][g] + (o > m->block_order && !one_zone(m, g, o)));
		}
	}
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		if (m->frame[pfn].state != FRAME_FREE)
			for (unsigned o = 1; o <= m->max_order; o++)
				m->busy[o][pfn >> o]++;
	for (unsigned o = 1; o <= m->max_order; o++)
		for (u64 g = 0; g < m->nr_frames >> o; g++)
			if (!m->busy[o][g])
				zone_at(m, g << o)->full[o]++;
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		m->zone[z].full[0] = m->zone[z].free;
}

/* A whole block leaves (busy) or joins the free set: below its order every group changes fully, above by its size. */
void pyramid_change(struct model *m, u64 pfn, unsigned order, bool busy)
{
	struct model_zone *zone = zone_at(m, pfn);
	u64 size = 1ULL << order;

	zone->free += busy ? -size : size;
	zone->full[0] = zone->free;
	for (unsigned o = 1; o <= order; o++) {
		for (u64 g = pfn >> o; g < (pfn + size) >> o; g++)
			m->busy[o][g] = (u16)(busy ? 1u << o : 0);
		zone->full[o] += busy ? -(size >> o) : size >> o;
	}
	for (unsigned o = order + 1; o <= m->max_order; o++) {
		u16 *count = &m->busy[o][pfn >> o];

		zone->full[o] -= busy && !*count;
		*count = (u16)(busy ? *count + size : *count - size);
		zone->full[o] += !busy && !*count;
	}
}

bool is_free_block(const struct model *m, u64 pfn, unsigned order)
{
	if (group_busy(m, pfn >> order, order))
		return false;
	return order == m->max_order || group_busy(m, pfn >> (order + 1), order + 1);
}

const char *model_free_block(struct model *m, u64 pfn, unsigned order, unsigned nid, unsigned zone)
{
	if (!in_machine(m, pfn, order) || order > m->max_order || !is_free_block(m, pfn, order))
		return model_says(m, "B4: pfn %llu order %u is on a free list, but is not a whole block of free frames",
				  (unsigned long long)pfn, order);
	if (model_zone_of(m, pfn) != nid * MAX_NR_ZONES + zone)
		return model_says(m, "Z8: pfn %llu is on the list of node %u zone %s", (unsigned long long)pfn, nid,
				  model_zone_name(zone));
	return NULL;
}

/* Halves of groups carry one more where they reach across a zone's edge; that is not part of the sum. */
static u64 busy_of_half(const struct model *m, unsigned order, u64 group)
{
	if (group << order >= m->nr_frames)
		return 1ULL << order;
	return m->busy[order][group] - (order > m->block_order && !one_zone(m, group, order));
}

static u64 busy_by_halves(const struct model *m, unsigned order, u64 group)
{
	u64 edge = order > m->block_order && !one_zone(m, group, order);

	return busy_of_half(m, order - 1, 2 * group) + busy_of_half(m, order - 1, 2 * group + 1) + edge;
}

/* busy[0] is made from the frames here, and nowhere else. */
static void recount_frames(struct model *m)
{
	const struct frame *frame = m->frame;
	u16 *busy = m->busy[0];
	u64 nr = m->nr_frames;

	for (u64 pfn = 0; pfn < nr; pfn++)
		busy[pfn] = frame[pfn].state != FRAME_FREE;
}

/* The first group that is not as busy as its halves, ~0 none. Nearly all groups need no look at edges, and no branch. */
static u64 first_wrong_group(const struct model *m, unsigned order)
{
	const u16 *below = m->busy[order - 1], *busy = m->busy[order];
	u64 whole = order <= m->block_order ? m->nr_frames >> order : 0, groups = (m->nr_frames + (1ULL << order) - 1) >> order;
	u16 wrong = 0;

	for (u64 g = 0; g < whole; g++)
		wrong |= (u16)(below[2 * g] + below[2 * g + 1]) ^ busy[g];
	for (u64 g = wrong ? 0 : whole; g < groups; g++)
		if (busy[g] != busy_by_halves(m, order, g))
			return g;
	return ~0ULL;
}

static u64 count_zeros(const u16 *v, u64 n)
{
	u16 zeros = 0; /* at most 64 pageblocks, so it fits */

	for (u64 i = 0; i < n; i++)
		zeros = (u16)(zeros + !v[i]);
	return zeros;
}

/* Groups of one order with nothing busy, per zone: pageblocks of one zone come in runs. */
static void count_full(const struct model *m, unsigned order, u64 *full)
{
	u64 blocks = (m->nr_frames + (1ULL << m->block_order) - 1) >> m->block_order, next;
	u64 groups = (m->nr_frames + (1ULL << order) - 1) >> order;
	const u8 *zone = m->zone_of_block;

	for (u64 g = 0; order > m->block_order && g < groups; g++)
		full[model_zone_of(m, g << order)] += !m->busy[order][g];
	for (u64 b = 0; order <= m->block_order && b < blocks; b = next) {
		u64 first = b << (m->block_order - order), end;

		for (next = b + 1; next < blocks && next < b + 64 && zone[next] == zone[b];)
			next++;
		end = next << (m->block_order - order);
		full[zone[b]] += count_zeros(m->busy[order] + first, (end < groups ? end : groups) - first);
	}
}

const char *model_recount(struct model *m)
{
	for (unsigned o = 0; o <= m->max_order; o++) {
		u64 full[MODEL_NR_ZONES + 1] = { 0 }, wrong = ~0ULL;

		if (o)
			wrong = first_wrong_group(m, o);
		else
			recount_frames(m);
		if (wrong != ~0ULL)
			return model_says(m, "N50: model: busy[%u][%llu] is %u, its halves say otherwise", o,
					  (unsigned long long)wrong, m->busy[o][wrong]);
		count_full(m, o, full);
		for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
			if (full[z] != m->zone[z].full[o])
				return model_says(m, "N50: model: zone %u counts %llu full groups of order %u, there are %llu",
						  z, (unsigned long long)m->zone[z].full[o], o,
						  (unsigned long long)full[z]);
	}
	return NULL;
}

/* The free set frame by frame where that is cheap, and its shape; before the hand-over, what memblock holds. */
u64 model_digest(const struct model *m, u64 digest)
{
	u64 frames = m->nr_frames <= DIGEST_FRAMES ? m->nr_frames : 0, word = 0;

	if (!m->zonelist_len[0] && m->memblock && m->setup.early)
		digest = model_memblock_digest(m->memblock, digest);
	for (u64 pfn = 0; pfn < frames; pfn++) {
		word = word << 1 | (m->frame[pfn].state == FRAME_FREE);
		if (pfn % 64 == 63 || pfn + 1 == frames)
			digest = (digest ^ word) * 0x100000001b3ULL;
	}
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		for (unsigned o = 0; m->zone[z].exists && o <= m->max_order; o++)
			digest = (digest ^ m->zone[z].full[o]) * 0x100000001b3ULL;
	return digest ^ digest >> 32;
}

