/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_fast.h - the few instructions that most allocations and frees consist of, for slub.c and kmalloc.c.
 *
 * Both touch the CPU's own table, the object, and of a free the struct page; of the cache nothing but its id and the size of
 * its objects. What is not that simple (another node, a hook, an empty list, another slab, a caller that may not sleep) goes
 * the long way, in slub.c, which does everything from the beginning: a call in last place, so that the short way needs no stack.
 */
#ifndef MM_SLAB_FAST_H
#define MM_SLAB_FAST_H

#include "slab_internal.h"
#include "slab_sheaf.h"

#define slab_inline static inline __attribute__((always_inline))

/* May this request sleep where it must not? Then the long way reports it. */
slab_inline bool sleeps_in_atomic(gfp_t gfp)
{
	return SIM_SLEEP_CHECKED && (gfp & __GFP_DIRECT_RECLAIM) && sim_in_atomic();
}

slab_inline void *cpu_freepointer(const struct kmem_cache_cpu *c, const void *object)
{
	const char *at = (const char *)object + c->offset;

	return freelist_ptr_decode(c->random, slab_load(at), at);
}
slab_inline void set_cpu_freepointer(const struct kmem_cache_cpu *c, void *object, const void *next)
{
	char *at = (char *)object + c->offset;

	slab_store(at, freelist_ptr_encode(c->random, next, at));
}

/* The first object of this CPU's own list. NULL: it is empty, something else has to be done too, somebody looks after this CPU. */
slab_inline void *take_own(u8 id, u8 event, gfp_t gfp, u64 orig_size)
{
	struct kmem_cache_cpu *c = this_cpu_slab(id);
	struct cpu_pair old, now;

	if (unlikely(!sim_own_try_enter()))
		return NULL;
	if (SIM_SHEAF && likely(c->take_nr)) {
		void *object = sheaf_take(c);

		sim_own_leave();
		return object;
	}
	if (unlikely(c->hooks) || (SIM_SHEAF && sheaf_should_move(c))) {
		sim_own_leave();
		return NULL;
	}
	do {
		old = c->hot;
		if (unlikely(!old.first)) {
			sim_own_leave();
			return NULL;
		}
		now = (struct cpu_pair){ cpu_freepointer(c, old.first), next_tid(old.second) };
	} while (unlikely(!this_cpu_try_cmpxchg_pair(&c->hot, old, now)));
	mm_announce((struct mm_event){ .type = event,
				       .address = address_of(old.first),
				       .cache = id,
				       .gfp = gfp,
				       .bytes_req = (u32)orig_size,
				       .bytes_alloc = c->size });
	sim_own_leave();
	return old.first;
}

/* false: the object is not of this CPU's slab, or on its list already, or else as above. */
slab_inline bool give_own(const struct slab *slab, u8 id, void *object, u8 event)
{
	struct kmem_cache_cpu *c = this_cpu_slab(id);
	struct cpu_pair old;

	if (unlikely(!sim_own_try_enter()))
		return false;
	if (SIM_SHEAF && likely(c->put_nr < c->sheaf_max && !sheaf_may_have(c, object))) {
		sheaf_put(c, object);
		sim_own_leave();
		return true;
	}
	if (unlikely(c->hooks) || (SIM_SHEAF && c->sheaf_max)) {
		sim_own_leave();
		return false;
	}
	do {
		old = c->hot;
		if (unlikely(c->slab != slab || old.first == object)) {
			sim_own_leave();
			return false;
		}
		set_cpu_freepointer(c, object, old.first);
	} while (unlikely(!this_cpu_try_cmpxchg_pair(&c->hot, old, (struct cpu_pair){ object, next_tid(old.second) })));
	mm_announce((struct mm_event){ .type = event, .address = address_of(object), .cache = id });
	sim_own_leave();
	return true;
}

/*
 * The slab that this address lies in, and its cache; NULL: it is none, or this is not the place to tell. Frames of holes have
 * struct pages that a tool forbids to look at, so under a tool virt_to_slab() is the only door.
 */
slab_inline struct slab *fast_slab(const void *p, u8 *id)
{
	const struct slab_cpu_doors *doors = this_cpu->percpu;
	u64 offset = (u64)((const char *)p - doors->ram);
	struct page *page;
	u32 flags;

	if (HOOKS_ALWAYS != 0 || unlikely(offset >= doors->ram_bytes))
		return NULL;
	page = doors->mem_map + (offset >> PAGE_SHIFT);
	flags = READ_ONCE(page->flags);
	if (unlikely(flags & PG_tail)) {
		page = page->compound_head;
		flags = READ_ONCE(page->flags);
	}
	*id = (u8)(flags >> SLAB_ID_SHIFT);
	if (unlikely(!(flags & PG_slab)))
		return NULL;
	return (struct slab *)page;
}

#endif
