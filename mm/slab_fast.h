/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_fast.h - the short way: an object of the CPU's own slab, taken or given back in a few instructions, with nothing besides
 * to do. Whoever cannot go it goes the long one, which tries all of this again.
 *
 * [S13] Both change the CPU's pair as one. What is announced is so right behind the change.
 */
#ifndef MM_SLAB_FAST_H
#define MM_SLAB_FAST_H

#include "slab_internal.h"

static inline void *cpu_freepointer(const struct kmem_cache_cpu *c, const void *object)
{
	const char *at = (const char *)object + c->offset;

	return freelist_ptr_decode(c->random, slab_load(at), at);
}

/* The first object of the CPU's own list; NULL: there is none. No node is asked for. */
static inline void *take_own(struct kmem_cache_cpu *c, unsigned id, const struct slab_request *r)
{
	struct cpu_pair old, now;

	sim_own_enter();
	do {
		old = c->hot;
		if (unlikely(!old.first)) {
			sim_own_leave();
			return NULL;
		}
		now = (struct cpu_pair){ cpu_freepointer(c, old.first), next_tid(old.second) };
	} while (unlikely(!this_cpu_try_cmpxchg_pair(&c->hot, old, now)));
	announce_alloc(slab_state()->cache[id], old.first, r);
	sim_own_leave();
	return old.first;
}

/* false: the slab is not the CPU's own, or somebody should look at this free. */
static inline bool give_own(struct kmem_cache_cpu *c, unsigned id, const struct slab *slab, void *object, u8 event)
{
	char *at = (char *)object + c->offset;
	struct cpu_pair old;

	sim_own_enter();
	do {
		old = c->hot;
		if (unlikely(c->slab != slab || (old.first == object && c->random))) {
			sim_own_leave();
			return false;
		}
		slab_store(at, freelist_ptr_encode(c->random, old.first, at));
	} while (unlikely(!this_cpu_try_cmpxchg_pair(&c->hot, old, (struct cpu_pair){ object, next_tid(old.second) })));
	mm_announce((struct mm_event){ .type = event, .address = address_of(object), .cache = (u8)id });
	sim_own_leave();
	return true;
}

#endif
