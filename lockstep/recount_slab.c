/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * recount_slab.c - the caches of mm against those of the model, at quiescent points.
 *
 * slab_check() says that lists and counters are valid; here they must also be what the events made of them.
 */
#include <string.h>
#include "model_slub.h"
#include "world.h"

static const char *differs(struct world *w, const char *clause, const char *name, const char *what, u64 seen, u64 due)
{
	return world_says(w, "%s: cache %s: %s is %llu, it should be %llu", clause, name, what, (unsigned long long)seen,
			  (unsigned long long)due);
}

#define SAME(clause, what, seen, due)                                                                                  \
	do {                                                                                                           \
		if (unlikely((u64)(seen) != (u64)(due)))                                                               \
			return differs(w, clause, c->name, what, (u64)(seen), (u64)(due));                             \
	} while (0)

/* Geometry and limits: what follows from how the cache was asked for. */
static const char *compare_geometry(struct world *w, const struct model_cache *c, const struct slab_cache_figures *f)
{
	if (strcmp(f->name, c->name) != 0)
		return world_says(w, "S20: the cache with id %u is named %s, it should be %s", f->id, f->name, c->name);
	SAME("S30", "the flags", f->flags, c->flags);
	SAME("S1", "the size of a slot", f->size, c->size);
	SAME("S1", "the size of an object", f->object_size, c->object_size);
	SAME("S1", "the end of an object", f->inuse, c->inuse);
	SAME("S1", "the offset of the free pointer", f->offset, c->offset);
	SAME("S1", "the left redzone", f->red_left_pad, c->red_left_pad);
	SAME("S17", "the alignment", f->align, c->align);
	SAME("S5", "the order", f->order, c->order);
	SAME("S5", "the objects of a slab", f->objects, c->objects);
	SAME("S5", "the smallest order", f->min_order, c->min_order);
	SAME("S5", "the objects of a smallest slab", f->min_objects, c->min_objects);
	SAME("S11", "min_partial", f->min_partial, c->min_partial);
	SAME("S11", "cpu_partial", f->cpu_partial, c->cpu_partial);
	SAME("S11", "the slabs of a chain", f->cpu_partial_slabs, c->cpu_partial_slabs);
	SAME("S18", "that it has a constructor", f->has_ctor, c->ctor != 0);
	return NULL;
}

static const char *compare_counts(struct world *w, const struct model_cache *c, const struct slab_cache_figures *f)
{
	u64 partial = 0;

	for (unsigned n = 0; n < MAX_NUMNODES; n++)
		partial += c->nr_partial[n];
	SAME("S21", "the references", f->refcount, (u32)c->refcount);
	SAME("S8", "nr_slabs", f->nr_slabs, c->nr_slabs);
	SAME("S8", "total_objects", f->nr_objects, c->nr_objects);
	SAME("S8", "nr_partial", f->nr_partial, partial);
	return NULL;
}

static const char *compare_cache(struct world *w, unsigned id, bool geometry)
{
	const struct model_cache *c = model_cache(w->model, id);
	struct slab_cache_figures f;
	const char *bad;

	if (!c && !slab_cache_by_id(id))
		return NULL;
	f = slab_figures(id);
	if (!c || !f.name)
		return world_says(w, "S20: there is %s cache with id %u", f.name ? "a" : "no", id);
	if (geometry && (bad = compare_geometry(w, c, &f)))
		return bad;
	return compare_counts(w, c, &f);
}

const char *slab_recount(struct world *w)
{
	const char *bad = model_slub_lists_are_damaged(w->model) ? NULL : slab_check();

	for (unsigned id = 1; !bad && id < SLAB_MAX_CACHES; id++)
		bad = compare_cache(w, id, !model_cache(w->model, id) || !model_cache(w->model, id)->boot);
	return bad;
}

const char *slab_check_boot(struct world *w)
{
	const char *bad = NULL;

	for (unsigned id = 1; !bad && id < SLAB_MAX_CACHES; id++)
		bad = compare_cache(w, id, true);
	return bad;
}

const char *slab_compare(struct world *w, unsigned id)
{
	return compare_cache(w, id, true);
}
