/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_sums.c - the life of what the model knows of caches, its sums counted anew, its digest.
 *
 * A reset puts back the frames that were touched since the state was sealed, and the tables whole.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "model_slub.h"
#include "slab_state.h"

#define IMAGE_BYTES offsetof(struct model_slab, flight)

bool slab_create(struct model *m)
{
	struct model_slab *s = map_zeros(sizeof(*s));
	u64 n = m->nr_frames;

	m->slab = s;
	if (!s)
		return false;
	s->nr_frames = n;
	s->frame = map_table(n * sizeof(*s->frame));
	s->live = map_zeros(n * WORDS_PER_FRAME * 8);
	s->image = map_zeros(IMAGE_BYTES);
	s->image_frame = map_zeros(n * sizeof(*s->frame));
	s->image_live = map_zeros(n * WORDS_PER_FRAME * 8);
	s->touched = map_zeros(n * sizeof(*s->touched));
	s->is_touched = map_zeros(n);
	return s->frame && s->live && s->image && s->image_frame && s->image_live && s->touched && s->is_touched &&
	       model_slub_setup(m);
}

void model_slab_destroy(struct model *m)
{
	struct model_slab *s = m->slab;
	u64 n = s ? s->nr_frames : 0;

	if (!s)
		return;
	model_slub_destroy(m);
	unmap_zeros(s->frame, n * sizeof(*s->frame));
	unmap_zeros(s->live, n * WORDS_PER_FRAME * 8);
	unmap_zeros(s->image, IMAGE_BYTES);
	unmap_zeros(s->image_frame, n * sizeof(*s->frame));
	unmap_zeros(s->image_live, n * WORDS_PER_FRAME * 8);
	unmap_zeros(s->touched, n * sizeof(*s->touched));
	unmap_zeros(s->is_touched, n);
	unmap_zeros(s, sizeof(*s));
	m->slab = NULL;
}

void model_slab_seal(struct model *m)
{
	struct model_slab *s = m->slab;

	if (!s)
		return;
	model_slub_seal(m);
	memcpy(s->image, s, IMAGE_BYTES);
	for (u32 i = 0; i < s->nr_touched; i++) {
		u32 pfn = s->touched[i];

		s->image_frame[pfn] = s->frame[pfn];
		memcpy(s->image_live + pfn * WORDS_PER_FRAME, s->live + pfn * WORDS_PER_FRAME, WORDS_PER_FRAME * 8);
		s->is_touched[pfn] = 0;
	}
	s->nr_touched = 0;
}

void model_slab_reset(struct model *m)
{
	struct model_slab *s = m->slab;

	if (!s)
		return;
	model_slub_reset(m);
	memcpy(s, s->image, IMAGE_BYTES);
	for (unsigned k = 0; k < MODEL_STACKS; k++)
		for (unsigned d = 0; d < MODEL_MAX_NESTING; d++)
			memset(&s->flight[k][d], 0, offsetof(struct slab_flight, got_at));
	for (u32 i = 0; i < s->nr_touched; i++) {
		u32 pfn = s->touched[i];

		s->frame[pfn] = s->image_frame[pfn];
		memcpy(s->live + pfn * WORDS_PER_FRAME, s->image_live + pfn * WORDS_PER_FRAME, WORDS_PER_FRAME * 8);
		s->is_touched[pfn] = 0;
	}
	s->nr_touched = 0;
}

/* --- counted anew ----------------------------------------------------------------------------------------------------------- */

struct sums {
	u64 slabs, objects, live;
	u32 partial[MAX_NUMNODES], chain[MODEL_MAX_CPUS], slab[MODEL_MAX_CPUS];
};

static u32 live_of(const struct model *m, u64 pfn, unsigned order)
{
	u32 n = 0;

	for (u64 i = pfn * WORDS_PER_FRAME; i < (pfn + (1ULL << order)) * WORDS_PER_FRAME; i++)
		n += m->slab->live[i] ? (u32)__builtin_popcountll(m->slab->live[i]) : 0;
	return n;
}

static const char *add_slab(struct model *m, struct sums *sums, u64 pfn)
{
	const struct model_slab_frame *f = &m->slab->frame[pfn];
	struct sums *s = &sums[f->cache];
	u32 live = live_of(m, pfn, f->order);

	if (live != f->inuse || live > f->objects)
		return model_says(m, "N6: model: the slab of pfn %llu has %u of %u objects in use, there are %u", (unsigned long long)pfn,
				  f->inuse, f->objects, live);
	if (m->frame[pfn].owner != MODEL_SLAB_OWNER)
		return model_says(m, "N6: model: pfn %llu is a slab, and somebody else has it", (unsigned long long)pfn);
	s->slabs += f->place != SLAB_NOWHERE;
	s->objects += f->place != SLAB_NOWHERE ? f->objects : 0;
	s->live += live;
	s->partial[node_of_frame(m, pfn)] += f->place == SLAB_NODE_PARTIAL;
	s->chain[f->cpu % MODEL_MAX_CPUS] += f->place == SLAB_CPU_PARTIAL;
	s->slab[f->cpu % MODEL_MAX_CPUS] += f->place == SLAB_CPU;
	return NULL;
}

static const char *compare_sums(struct model *m, unsigned id, const struct sums *s)
{
	const struct model_cache *c = &m->slab->cache[id];
	bool same = s->slabs == c->nr_slabs && s->objects == c->nr_objects && s->live == c->live;

	for (unsigned n = 0; n < MAX_NUMNODES; n++)
		same &= s->partial[n] == c->nr_partial[n];
	for (unsigned i = 0; i < m->nr_cpus; i++)
		same &= s->chain[i] == c->cpu[i].chain && s->slab[i] == (c->exists && c->cpu[i].slab != MODEL_NO_SLAB);
	if (same)
		return NULL;
	return model_says(m, "N6: model: cache %s has %llu slabs, %llu of %llu objects in use, its sums say otherwise", c->name,
			  (unsigned long long)s->slabs, (unsigned long long)s->live, (unsigned long long)s->objects);
}

const char *model_slab_recount(struct model *m)
{
	struct sums sums[MODEL_MAX_CACHES];
	const char *bad = NULL;

	memset(sums, 0, sizeof(sums));
	for (u64 pfn = 0; !bad && pfn < m->nr_frames; pfn++)
		if (m->slab->frame[pfn].cache && !m->slab->frame[pfn].head)
			bad = add_slab(m, sums, pfn);
	for (unsigned id = 1; !bad && id < MODEL_MAX_CACHES; id++)
		if (m->slab->cache[id].exists)
			bad = compare_sums(m, id, &sums[id]);
	return bad ? bad : kmalloc_recount(m);
}

u64 model_slab_digest(const struct model *m, u64 digest)
{
	const struct model_slab *s = m->slab;

	for (unsigned id = 1; id < MODEL_MAX_CACHES; id++) {
		const struct model_cache *c = &s->cache[id];

		if (!c->exists)
			continue;
		digest = fold(digest, id | (u64)c->size << 8 | (u64)c->flags << 32);
		digest = fold(digest, c->live | c->nr_slabs << 20 | (u64)(u32)c->refcount << 40);
	}
	for (u64 pfn = 0; m->nr_frames <= DIGEST_FRAMES && pfn < m->nr_frames; pfn++) {
		const struct model_slab_frame *f = &s->frame[pfn];

		if (!f->cache)
			continue;
		digest = fold(digest, pfn | (u64)f->cache << 32 | (u64)f->place << 40 | (u64)f->inuse << 48);
		for (unsigned i = 0; i < WORDS_PER_FRAME; i++)
			digest = fold(digest, s->live[pfn * WORDS_PER_FRAME + i]);
	}
	return kmalloc_digest(m, digest);
}

/* --- what is left at the end ------------------------------------------------------------------------------------------------- */

/* A cache that was destroyed while it had objects stays for good, and so do slabs of which something is lost. */
static bool anything_is_stuck(const struct model *m)
{
	for (unsigned id = 1; id < MODEL_MAX_CACHES; id++)
		if (m->slab->cache[id].exists && (!m->slab->cache[id].refcount || model_slub_nr_stuck(m, id)))
			return true;
	return false;
}

s64 model_slab_stuck_pages(const struct model *m, unsigned zone)
{
	const struct model_slab *s = m->slab;
	s64 pages = 0;

	for (u32 i = 0; s && i < s->nr_touched; i++)
		if (model_zone_of(m, s->touched[i]) == zone)
			pages += !!s->frame[s->touched[i]].cache - !!s->image_frame[s->touched[i]].cache;
	return pages && anything_is_stuck(m) ? pages : 0;
}

const char *model_slab_nothing_leaks(struct model *m)
{
	for (unsigned id = 1; id < MODEL_MAX_CACHES; id++) {
		const struct model_cache *c = &m->slab->cache[id];
		u64 boot = m->slab->image->cache[id].live;

		if (!c->exists || !c->boot || c->live == boot + model_slub_nr_stuck(m, id))
			continue;
		for (unsigned k = 1; k < MODEL_MAX_CACHES; k++) /* what a cache that stays needs for itself */
			if (m->slab->cache[k].exists && !m->slab->cache[k].refcount)
				return NULL;
		return model_says(m, "Q5: all is freed, but %llu objects of cache %s are in use, %llu were after boot",
				  (unsigned long long)c->live, c->name, (unsigned long long)boot);
	}
	return NULL;
}
