/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_debug.c - what must be true of the debug layers.
 *
 *   free: filled, no lines  --stray write-->  these lines  --handed out-->  poison: one report; zeroed: not there
 *
 * A free fills the frame anew, so it ends all damage. With no knob on a stray write changes nothing that anybody
 * promised. Owners are what the events said, and the operation that ran then. Mappings are a stack for each CPU's task.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "model_page_debug.h"

/* --- life -------------------------------------------------------------------------------------------------------- */

static bool poisons(const struct model *m)
{
	return m->setup.knob[KNOB_PAGE_POISON];
}
static bool zeroes_at_free(const struct model *m)
{
	return m->setup.knob[KNOB_INIT_ON_FREE] && !poisons(m);
}

static void drop_arrays(struct model_page_debug *d)
{
	unmap_zeros(d->damage, d->room * sizeof(*d->damage));
	unmap_zeros(d->owner, d->room * sizeof(*d->owner));
	d->damage = NULL;
	d->owner = NULL;
}

static bool make_arrays(const struct model *m, struct model_page_debug *d)
{
	if (!d->damage && (poisons(m) || zeroes_at_free(m)) && !(d->damage = map_zeros(d->room * sizeof(*d->damage))))
		return false;
	return d->owner || !m->setup.knob[KNOB_PAGE_OWNER] || (d->owner = map_zeros(d->room * sizeof(*d->owner)));
}

bool model_page_debug_setup(struct model *m)
{
	if (!m->debug && !(m->debug = calloc(1, sizeof(*m->debug))))
		return false;
	if (m->nr_frames > m->debug->room) {
		drop_arrays(m->debug);
		m->debug->room = m->nr_frames;
	}
	if (!make_arrays(m, m->debug))
		return false;
	model_page_debug_reset(m);
	return true;
}

void model_page_debug_destroy(struct model *m)
{
	if (!m->debug)
		return;
	drop_arrays(m->debug);
	free(m->debug);
	m->debug = NULL;
}

/* An array an earlier setup left behind is not looked at when its knob is off. */
void model_page_debug_reset(struct model *m)
{
	struct model_page_debug *d = m->debug;

	if (!d) /* a recording's */
		return;
	if (poisons(m) || zeroes_at_free(m))
		memset(d->damage, 0, m->nr_frames * sizeof(*d->damage));
	if (m->setup.knob[KNOB_PAGE_OWNER])
		memset(d->owner, 0, m->nr_frames * sizeof(*d->owner));
	memset(d->place, 0, sizeof(d->place));
	memset(d->kmap, 0, sizeof(d->kmap));
	d->reported_pfn = ~0ULL;
}

/* What is kept of a frame; NULL: nothing. */
static struct model_damage *damage_of(const struct model *m, u64 pfn)
{
	if (!m->debug || (!poisons(m) && !zeroes_at_free(m)))
		return NULL;
	return &m->debug->damage[pfn];
}

static struct model_page_owner *owner_of(const struct model *m, u64 pfn)
{
	return m->debug && m->setup.knob[KNOB_PAGE_OWNER] ? &m->debug->owner[pfn] : NULL;
}

/* --- moves ------------------------------------------------------------------------------------------------------- */

void model_debug_alloc(struct model *m, u64 pfn, unsigned order, gfp_t gfp, unsigned cpu)
{
	struct model_damage *d = damage_of(m, pfn);
	struct model_page_owner *o = owner_of(m, pfn);
	const struct model_place *place = m->debug ? &m->debug->place[cpu] : NULL;

	for (u64 i = 0; d && i < 1ULL << order; i++)
		d[i].filled = false;
	for (u64 i = 0; o && i < 1ULL << order; i++)
		o[i] = (struct model_page_owner){ .ts_ns = m->now_ns,
						  .operation = place->operation ? place->operation : "boot",
						  .step = place->step,
						  .gfp = gfp,
						  .order = (u8)order,
						  .cpu = (u8)cpu };
}

/* Mappings of freed frames go on, and mean nothing. */
static void age_mappings(struct model *m, u64 pfn, unsigned order)
{
	for (unsigned cpu = 0; cpu < m->nr_cpus; cpu++)
		for (u32 i = 0; i < model_kmap_depth(m, cpu); i++)
			m->debug->kmap[cpu].map[i].stale |= m->debug->kmap[cpu].map[i].pfn - pfn < 1ULL << order;
}

void model_debug_free(struct model *m, u64 pfn, unsigned order)
{
	struct model_damage *d = damage_of(m, pfn);
	struct model_page_owner *o = owner_of(m, pfn);

	for (u64 i = 0; d && i < 1ULL << order; i++)
		d[i] = (struct model_damage){ .filled = true };
	for (u64 i = 0; o && i < 1ULL << order; i++)
		o[i].operation = NULL;
	age_mappings(m, pfn, order);
}

void model_debug_split(struct model *m, u64 pfn, unsigned order)
{
	struct model_page_owner *o = owner_of(m, pfn);

	for (u64 i = 0; o && i < 1ULL << order; i++)
		o[i].order = 0;
}

static bool is_damaged(const struct model_damage *d)
{
	return d->filled && (d->lines | d->bits);
}

unsigned model_poison_due(const struct model *m, u64 pfn, unsigned order)
{
	const struct model_damage *d = poisons(m) ? damage_of(m, pfn) : NULL;
	unsigned due = 0;

	for (u64 i = 0; d && i < 1ULL << order; i++)
		due += is_damaged(&d[i]);
	return due;
}

const char *model_poison_reported(struct model *m, u64 pfn)
{
	struct model_damage *d = poisons(m) && pfn < m->nr_frames ? damage_of(m, pfn) : NULL;

	if (!d || !is_damaged(d) || d->reported)
		return model_says(m, "D2: pfn %llu is reported as damaged, %s", (unsigned long long)pfn,
				  d && d->reported ? "and was already" : "but nobody wrote to it while it was free");
	d->reported = true;
	m->debug->reported_pfn = pfn;
	m->debug->reported = *d;
	return NULL;
}

struct model_place model_debug_place(struct model *m, unsigned cpu, struct model_place place)
{
	struct model_place below = { NULL, 0 };

	if (!m->debug)
		return below;
	below = m->debug->place[cpu];
	m->debug->place[cpu] = place;
	return below;
}

void model_note_stray_write(struct model *m, u64 pfn, unsigned line)
{
	struct model_damage *d = damage_of(m, pfn);

	if (!d || !d->filled)
		return;
	d->lines |= 1ULL << line;
	d->bits &= ~(1ULL << line);
}

void model_note_stray_bit(struct model *m, u64 pfn, unsigned line)
{
	struct model_damage *d = damage_of(m, pfn);

	if (d && d->filled)
		d->bits |= 1ULL << line;
}

/* --- the report [D2] --------------------------------------------------------------------------------------------- */

/* The byte at this place of a damaged frame. */
static unsigned byte_at(const struct model_damage *d, unsigned at)
{
	unsigned line = at / 64;

	if (at % 64 == 0 && (d->bits >> line & 1))
		return MODEL_POISON ^ 1;
	return d->lines >> line & 1 ? MODEL_STRAY : MODEL_POISON;
}

static size_t put_rows(char *out, size_t room, const struct model_damage *d, u64 address, unsigned first, unsigned last)
{
	size_t at = 0;

	for (unsigned i = first; i <= last && i < first + 64; i++) {
		if ((i - first) % 16 == 0)
			at += (size_t)snprintf(out + at, room - at, "%s%08llx:", i > first ? "\n" : "",
					       (unsigned long long)address + i);
		at += (size_t)snprintf(out + at, room - at, " %02x", byte_at(d, i));
	}
	at += (size_t)snprintf(out + at, room - at, "\n");
	if (last >= first + 64)
		at += (size_t)snprintf(out + at, room - at, "... up to %08llx\n", (unsigned long long)address + last);
	return at;
}

const char *model_judge_poison_text(struct model *m, const char *log)
{
	const struct model_damage *d = &m->debug->reported;
	u64 pfn = m->debug->reported_pfn;
	unsigned first = 0, last = 4095;
	char want[600];
	size_t n;

	while (byte_at(d, first) == MODEL_POISON)
		first++;
	while (byte_at(d, last) == MODEL_POISON)
		last--;
	n = (size_t)snprintf(want, sizeof(want), "pagealloc: %s\n",
			     first == last && !d->lines ? "single bit error" : "memory corruption");
	put_rows(want + n, sizeof(want) - n, d, pfn << 12, first, last);
	if (strstr(log, want))
		return NULL;
	return model_says(m, "D2: the report about pfn %llu does not say %.100s", (unsigned long long)pfn, want);
}

/* --- zeroes [D1] ------------------------------------------------------------------------------------------------- */

bool model_zero_due(const struct model *m, gfp_t gfp)
{
	return (gfp & 0x100u) || m->setup.knob[KNOB_INIT_ON_ALLOC] || zeroes_at_free(m);
}

u64 model_unzeroed_lines(const struct model *m, u64 pfn)
{
	const struct model_damage *d = zeroes_at_free(m) ? damage_of(m, pfn) : NULL;

	return d && !d->filled ? d->lines | d->bits : 0;
}

/* --- owners [D3] ------------------------------------------------------------------------------------------------- */

const struct model_page_owner *model_page_owner(const struct model *m, u64 pfn)
{
	const struct model_page_owner *o = owner_of(m, pfn);

	return o && o->operation ? o : NULL;
}

unsigned model_owner_type(const struct model *m, gfp_t gfp)
{
	unsigned type = gfp >> 3 & 3;

	return m->mobility_disabled || type == 3 ? 0 : type;
}

/* --- mappings of highmem [D50] [D51] ----------------------------------------------------------------------------- */

bool model_is_lowmem(const struct model *m, u64 pfn)
{
	const u32 *knob = m->setup.knob;
	u64 block = 1ULL << m->block_order, end = knob[KNOB_LOWMEM_PAGES];

	end = knob[KNOB_DMA32_PAGES] > end ? knob[KNOB_DMA32_PAGES] : end;
	end = knob[KNOB_DMA_PAGES] > end ? knob[KNOB_DMA_PAGES] : end;
	return pfn < (end + block - 1) / block * block;
}

bool model_kmap(struct model *m, unsigned cpu, u64 pfn)
{
	u32 *depth = &m->debug->kmap[cpu].depth;

	if (model_is_lowmem(m, pfn))
		return true;
	if (*depth == MODEL_KMAP_MOST)
		return false;
	m->debug->kmap[cpu].map[(*depth)++] = (struct model_mapping){ .pfn = (u32)pfn };
	return true;
}

bool model_kunmap(struct model *m, unsigned cpu, u64 pfn)
{
	if (model_is_lowmem(m, pfn))
		return true;
	if (model_kmap_last(m, cpu) != pfn)
		return false;
	m->debug->kmap[cpu].depth--;
	return true;
}

u32 model_kmap_depth(const struct model *m, unsigned cpu)
{
	return m->debug ? m->debug->kmap[cpu].depth : 0;
}

bool model_is_mapped(const struct model *m, u64 pfn, bool stale)
{
	for (unsigned cpu = 0; cpu < m->nr_cpus; cpu++)
		for (u32 i = 0; i < model_kmap_depth(m, cpu); i++)
			if (m->debug->kmap[cpu].map[i].pfn == pfn && (stale || !m->debug->kmap[cpu].map[i].stale))
				return true;
	return false;
}

u64 model_kmap_last(const struct model *m, unsigned cpu)
{
	u32 depth = model_kmap_depth(m, cpu);

	return depth ? m->debug->kmap[cpu].map[depth - 1].pfn : ~0ULL;
}
