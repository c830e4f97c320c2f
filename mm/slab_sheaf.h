/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_sheaf.h - what a CPU freed it hands out again, whatever slab it is of: two arrays of pointers in the CPU's table.
 *
 *     free -> put[]            put is full:   its older half goes back to the slabs
 *               | moves         take is empty: what is in put moves there, once it is some
 *     alloc <- take[]           both are:      the CPU's list, as ever
 *
 * For speed alone, and on real threads alone (SIM_SHEAF): a free of an object that is not of the CPU's own slab is an atomic
 * change of a struct page that is far away, and this saves nearly all of them. The deterministic machine, whose every choice
 * of an object is judged, has none of it. To its slab an object in a sheaf is in use.
 *
 * Two, so that an allocation does not wait for the store of the free right before it, whose place the processor knows only
 * when it has found the object's cache.
 *
 * Only for caches with nothing besides to do, and on machines of one node: an object of another node must go home.
 * Mirrors the sheaves of later kernels, without barns: a CPU exchanges no full ones with its node.
 */
#ifndef MM_SLAB_SHEAF_H
#define MM_SLAB_SHEAF_H

#include "slab_internal.h"

#define SHEAF_BYTES (256u << 10) /* objects of a sheaf together, if that are not too few */
#define SHEAF_LEAST 8

/* How many objects of this cache a CPU keeps so. */
static inline u32 sheaf_capacity(const struct kmem_cache *s, u32 hooks)
{
	u32 most = SIM_SHEAF;

	if (!most || hooks || kmem_cache_debug(s) || current_mm()->nr_nodes > 1)
		return 0;
	return min_of(max_of(SHEAF_BYTES / s->size, (u32)SHEAF_LEAST), most);
}

/* --- inside a section of the CPU's own ---------------------------------------------------------------------------------------- */

/* There is one. */
static inline void *sheaf_take(struct kmem_cache_cpu *c)
{
	void *object = c->take[--c->take_nr];

	if (!object)
		__builtin_unreachable();
	return object;
}

/* There is room. */
static inline void sheaf_put(struct kmem_cache_cpu *c, void *object)
{
	c->put[c->put_nr++] = object;
}

static inline bool sheaf_has_on_top(const struct kmem_cache_cpu *c, const void *object)
{
	return c->put_nr && c->put[c->put_nr - 1] == object;
}
/* The same in fewer instructions; of an empty one it may say yes: what lies before it is the end of the other one. */
static inline bool sheaf_may_have(const struct kmem_cache_cpu *c, const void *object)
{
	return (&c->put[0])[(s64)c->put_nr - 1] == object;
}

/* Not each time that one was put: then it would be one at a time. */
static inline bool sheaf_should_move(const struct kmem_cache_cpu *c)
{
	return c->put_nr > c->sheaf_max / 4 * 3 || (c->put_nr && !c->hot.first);
}

/* What was put may be taken. None may be left to take. */
static inline void sheaf_move(struct kmem_cache_cpu *c)
{
	memmove(c->take, c->put, c->put_nr * sizeof(c->put[0]));
	c->take_nr = c->put_nr;
	c->put_nr = 0;
}

/* So many of those that were put first are the caller's. */
static inline void sheaf_oldest(struct kmem_cache_cpu *c, void **to, u32 nr)
{
	memcpy(to, c->put, nr * sizeof(*to));
	memmove(c->put, c->put + nr, (c->put_nr - nr) * sizeof(*to));
	c->put_nr -= nr;
}

/* All of them are; at most 2 * SIM_SHEAF. */
static inline u32 sheaf_all(struct kmem_cache_cpu *c, void **to)
{
	u32 nr = c->take_nr;

	memcpy(to, c->take, nr * sizeof(*to));
	c->take_nr = 0;
	memcpy(to + nr, c->put, c->put_nr * sizeof(*to));
	nr += c->put_nr;
	c->put_nr = 0;
	return nr;
}

#endif
