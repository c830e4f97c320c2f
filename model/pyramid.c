/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pyramid.c - the free set, counted so that the legal shape of the free lists can be read off it.
 *
 * busy[o][g] counts the frames of group g that are not free, plus one for each pair of halves inside it that may not
 * merge: they lie in two zones, or in pageblocks whose types forbid it. So a group that may not be one block never looks
 * free. full[t][o] of a zone counts groups of type t with nothing busy: the blocks that must be on the free list of order
 * o are full[t][o] less the halves of full groups above, full[t][o] - 2 * full[t][o + 1].
 *
 * Invariant: all pageblocks of a full group have one type; whoever frees the last frame of a group brings it about [B6].
 */
#include <string.h>
#include "internal.h"
#include "model_slab.h"
#include "model_vm.h"

static struct model_zone *zone_at(struct model *m, u64 pfn)
{
	return &m->zone[model_zone_of(m, pfn)];
}

/* [B4] */
static bool may_merge(const struct model *m, u64 pfn, u64 other)
{
	unsigned a = model_type_of(m, pfn), b = model_type_of(m, other);

	return model_zone_of(m, pfn) != NO_ZONE && model_zone_of(m, pfn) == model_zone_of(m, other) &&
	       (a == b || (mergeable(a) && mergeable(b)));
}

/* One if the halves of this group may not be one block. */
static u64 edge(const struct model *m, u64 group, unsigned order)
{
	u64 first = group << order, second = first + (1ULL << (order - 1));

	if (order <= m->block_order)
		return 0;
	return second >= m->nr_frames || !may_merge(m, first, second);
}

static u64 busy_of_half(const struct model *m, unsigned order, u64 group)
{
	return group << order >= m->nr_frames ? 1ULL << order : m->busy[order][group];
}

static u64 busy_by_halves(const struct model *m, unsigned order, u64 group)
{
	return busy_of_half(m, order - 1, 2 * group) + busy_of_half(m, order - 1, 2 * group + 1) + edge(m, group, order);
}

static void count_full_group(struct model *m, unsigned order, u64 group, int sign)
{
	u64 pfn = group << order;

	if (!group_busy(m, group, order))
		zone_at(m, pfn)->full[model_type_of(m, pfn)][order] += (u32)sign;
}

void pyramid_build(struct model *m)
{
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		m->busy[0][pfn] = m->frame[pfn].state != FRAME_FREE;
	for (unsigned o = 1; o <= m->max_order; o++) {
		u64 groups = (m->nr_frames + (1ULL << o) - 1) >> o;

		for (u64 g = 0; g < groups; g++)
			m->busy[o][g] = (u16)busy_by_halves(m, o, g);
	}
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		memset(m->zone[z].full, 0, sizeof(m->zone[z].full));
		memset(m->zone[z].free_of, 0, sizeof(m->zone[z].free_of));
	}
	for (unsigned o = 0; o <= m->max_order; o++)
		for (u64 g = 0; g < m->nr_frames >> o; g++)
			count_full_group(m, o, g, 1);
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		m->zone[z].free = 0;
		for (unsigned t = 0; t < MIGRATE_TYPES; t++)
			m->zone[z].free += m->zone[z].free_of[t] = m->zone[z].full[t][0];
	}
}

/* --- types --------------------------------------------------------------------------------------------------------------- */

/* The counts of full groups inside these frames go over to a type; the groups above are not looked at. */
static void move_counts(struct model *m, u64 pfn, unsigned order, unsigned type)
{
	struct model_zone *zone = zone_at(m, pfn);
	u64 moved;

	for (unsigned o = 0; o <= order; o++)
		for (u64 g = pfn >> o; g < (pfn + (1ULL << order)) >> o && g << o < m->nr_frames; g++) {
			count_full_group(m, o, g, -1);
			zone->full[type][o] += !group_busy(m, g, o);
		}
	for (u64 b = pfn >> m->block_order; b < (pfn + (1ULL << order)) >> m->block_order && b << m->block_order < m->nr_frames; b++) {
		moved = block_pages(m) - m->busy[m->block_order][b];
		zone->free_of[m->type_of_block[b]] -= moved;
		zone->free_of[type] += moved;
		zone->blocks_of[m->type_of_block[b]]--;
		zone->blocks_of[type]++;
		m->type_of_block[b] = (u8)type;
	}
}

/* A group above became full: both halves get the type of the half that did it. */
static void absorb(struct model *m, u64 pfn, unsigned order, unsigned type)
{
	u64 other = ((pfn >> (order - 1)) ^ 1) << (order - 1);

	if (order > m->block_order && model_type_of(m, other) != type)
		move_counts(m, other, order - 1, type);
}

void pyramid_retype(struct model *m, u64 pfn, unsigned order, unsigned type)
{
	bool was_free = !group_busy(m, pfn >> order, order);

	for (unsigned o = order + 1; o <= m->max_order; o++)
		count_full_group(m, o, pfn >> o, -1);
	move_counts(m, pfn, order, type);
	for (unsigned o = m->block_order + 1; o <= m->max_order; o++) {
		u64 first = pfn >> o, last = (pfn + (1ULL << order) - 1) >> o;

		for (u64 g = first; g <= last; g++) {
			if (o <= order)
				count_full_group(m, o, g, -1);
			m->busy[o][g] = (u16)busy_by_halves(m, o, g);
			if (o > order && was_free && !m->busy[o][g])
				absorb(m, pfn, o, type);
			count_full_group(m, o, g, 1);
		}
	}
}

/* --- blocks ------------------------------------------------------------------------------------------------------------- */

/* A whole block leaves (busy) or joins the free set: below its order every group changes fully, above by its size. */
void pyramid_change(struct model *m, u64 pfn, unsigned order, bool busy)
{
	struct model_zone *zone = zone_at(m, pfn);
	unsigned type = model_type_of(m, pfn);
	u64 size = 1ULL << order;
	u32 *full = zone->full[type];

	zone->free += busy ? -size : size;
	zone->free_of[type] += busy ? -size : size;
	full[0] = (u32)zone->free_of[type];
	for (unsigned o = 1; o <= order && o <= m->block_order; o++) {
		for (u64 g = pfn >> o; g < (pfn + size) >> o; g++)
			m->busy[o][g] = (u16)(busy ? 1u << o : 0);
		full[o] += (u32)(busy ? -(size >> o) : size >> o);
	}
	for (unsigned o = m->block_order + 1; o <= order; o++) /* whose pageblocks may not merge any more [B28] */
		for (u64 g = pfn >> o; g < (pfn + size) >> o; g++) {
			count_full_group(m, o, g, -1);
			m->busy[o][g] = (u16)busy_by_halves(m, o, g);
			count_full_group(m, o, g, 1);
		}
	for (unsigned o = order + 1; o <= m->max_order; o++) {
		u16 *count = &m->busy[o][pfn >> o];

		full[o] -= busy && !*count;
		*count = (u16)(busy ? *count + size : *count - size);
		if (busy || *count)
			continue;
		absorb(m, pfn, o, type);
		full[o]++;
	}
}

bool is_free_block(const struct model *m, u64 pfn, unsigned order)
{
	if (group_busy(m, pfn >> order, order))
		return false;
	return order == m->max_order || group_busy(m, pfn >> (order + 1), order + 1);
}

const char *model_free_block(struct model *m, u64 pfn, unsigned order, unsigned zone, unsigned type)
{
	if (!in_machine(m, pfn, order) || order > m->max_order || !is_free_block(m, pfn, order))
		return model_says(m, "B4: pfn %llu order %u is on a free list, but is not a whole block of free frames",
				  (unsigned long long)pfn, order);
	if (model_zone_of(m, pfn) != zone)
		return model_says(m, "Z8: pfn %llu is on the list of node %u zone %s", (unsigned long long)pfn,
				  zone / MAX_NR_ZONES, model_zone_name(zone % MAX_NR_ZONES));
	if (model_type_of(m, pfn) != type)
		return model_says(m, "B15: pfn %llu order %u is on the list of type %u, its pageblock has type %u",
				  (unsigned long long)pfn, order, type, model_type_of(m, pfn));
	return NULL;
}

/* --- recount -------------------------------------------------------------------------------------------------------------- */

/* busy[0] is made from the frames here and at boot, and nowhere else. */
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
	u64 i = 0;

	for (; i + 8 <= n; i += 8)
		for (u64 k = 0; k < 8; k++)
			zeros = (u16)(zeros + !v[i + k]);
	for (; i < n; i++)
		zeros = (u16)(zeros + !v[i]);
	return zeros;
}

typedef u32 full_counts[MIGRATE_TYPES];

/* Groups of one order with nothing busy, by zone and type: pageblocks of one zone and type come in runs. */
static void count_full(const struct model *m, unsigned order, full_counts *full)
{
	u64 blocks = (m->nr_frames + block_pages(m) - 1) >> m->block_order, next;
	u64 groups = (m->nr_frames + (1ULL << order) - 1) >> order;
	const u8 *zone = m->zone_of_block, *type = m->type_of_block;

	for (u64 g = 0; order > m->block_order && g < groups; g++)
		full[model_zone_of(m, g << order)][model_type_of(m, g << order)] += !m->busy[order][g];
	for (u64 b = 0; order <= m->block_order && b < blocks; b = next) {
		u64 first = b << (m->block_order - order), end;

		for (next = b + 1; next < blocks && next < b + 64 && zone[next] == zone[b] && type[next] == type[b];)
			next++;
		end = next << (m->block_order - order);
		full[zone[b]][type[b]] += (u32)count_zeros(m->busy[order] + first, (end < groups ? end : groups) - first);
	}
}

static const char *wrong_full_count(struct model *m, unsigned zone, unsigned order, const u32 *full)
{
	for (unsigned t = 0; t < MIGRATE_TYPES; t++)
		if (full[t] != m->zone[zone].full[t][order])
			return model_says(m, "N50: model: zone %u counts %u full groups of order %u, type %u, there are %u", zone,
					  m->zone[zone].full[t][order], order, t, full[t]);
	return NULL;
}

static const char *recount_order(struct model *m, unsigned o)
{
	full_counts full[MODEL_NR_ZONES + 1];
	const char *bad = NULL;
	u64 wrong = ~0ULL;

	if (o)
		wrong = first_wrong_group(m, o);
	else
		recount_frames(m);
	if (wrong != ~0ULL)
		return model_says(m, "N50: model: busy[%u][%llu] is %u, its halves say otherwise", o,
				  (unsigned long long)wrong, m->busy[o][wrong]);
	memset(full, 0, sizeof(full));
	count_full(m, o, full);
	for (unsigned z = 0; !bad && z < MODEL_NR_ZONES; z++)
		if (m->zone[z].exists)
			bad = wrong_full_count(m, z, o, full[z]);
	return bad;
}

/* Counts of a zone that follow from others: pages by type, pageblocks by type, what CPUs hold back, per-CPU lists. */
static const char *recount_zone(struct model *m, unsigned zone)
{
	const struct model_zone *z = &m->zone[zone];
	s64 free = z->stat[STAT_FREE], cma = z->stat[STAT_CMA];
	u64 sum = 0;

	for (unsigned t = 0; t < MIGRATE_TYPES; t++) {
		if (z->free_of[t] != z->full[t][0])
			return model_says(m, "N50: model: zone %u counts %llu free frames of type %u, there are %u", zone,
					  (unsigned long long)z->free_of[t], t, z->full[t][0]);
		sum += z->free_of[t];
	}
	for (unsigned c = 0; c < m->nr_cpus; c++) {
		u32 count = 0;

		for (unsigned l = 0; z->pcp[c].count && l < m->nr_lists; l++)
			count += z->pcp[c].nr[l] << model_list_order(m, l);
		if (count != z->pcp[c].count)
			return model_says(m, "N50: model: zone %u cpu %u counts %u pages on its lists, there are %u", zone, c,
					  z->pcp[c].count, count);
		free += z->held_back[c][STAT_FREE];
		cma += z->held_back[c][STAT_CMA];
	}
	if (sum != z->free || free != (s64)model_free_pages(z) || cma != (s64)z->free_of[MIGRATE_CMA])
		return model_says(m, "N50: model: zone %u has %llu pages free, its counters add up to %lld", zone,
				  (unsigned long long)sum, (long long)free);
	return NULL;
}

const char *model_recount(struct model *m)
{
	const char *bad = NULL;

	for (unsigned o = 0; !bad && o <= m->max_order; o++)
		bad = recount_order(m, o);
	for (unsigned z = 0; !bad && z < MODEL_NR_ZONES; z++)
		if (m->zone[z].exists)
			bad = recount_zone(m, z);
	if (!bad && m->slab)
		bad = model_slab_recount(m);
	return bad || !m->vm ? bad : vm_recount(m);
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
			digest = fold(digest, word);
	}
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		for (unsigned t = 0; m->zone[z].exists && t < MIGRATE_TYPES; t++)
			for (unsigned o = 0; o <= m->max_order; o++)
				digest = fold(digest, m->zone[z].full[t][o]);
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		for (unsigned c = 0; m->zone[z].exists && c < m->nr_cpus; c++)
			digest = fold(digest, m->zone[z].pcp[c].count | (u64)m->zone[z].pcp[c].tuning.high << 32);
	if (m->slab)
		digest = model_slab_digest(m, digest);
	if (m->vm)
		digest = vm_digest(m, digest);
	return digest ^ digest >> 32;
}
