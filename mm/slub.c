/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub.c - objects of one size, handed out from slabs; slub_free.c takes them back.
 *
 *      a CPU                                                           a node
 *   hot: object -> object -> object            (freelist, tid)       partial: slab <-> slab <-> slab
 *   slab: the one they are of, frozen   --- deactivated, flushed -->    ^         |
 *   partial: slab -> slab -> slab       --- too many: all of them ------'         |
 *     ^------------------------------------------ get_partial() -----------------'
 *   a full slab is on no list; the first free of an object of it puts it on the chain of the CPU that frees
 *
 * A slab's free objects are linked through themselves. `counters` says where that list begins, how many objects are in use, and
 * whether the slab is some CPU's (frozen). Of a CPU's slab the list is the CPU's own (hot.first), those objects count as in use,
 * and what others free meanwhile is a second list, in the slab, which the CPU takes over when its own is used up.
 *
 * Taking an object: own list; list of the own slab; own chain; partial list of the node (of the node that was asked for, and of
 * no other; else of the CPU's, and by chance, remote_node_defrag_ratio, of others that have more than min_partial); a new slab.
 * Giving one back: to the own list if it is of the own slab, else to the slab; if that makes it the first free one of its slab
 * the slab goes to the own chain, if the last one in use it may be given back.
 *
 * Invariants (slab_check() tests each by its number, when nothing is in flight):
 *   [S7]  objects on a slab's list, and on its CPU's, are objects of it, each on one list and once; objects less those on the
 *         slab's list is what it counts as in use
 *   [S8]  a slab is in one place: CPU, chain, partial list, or full; only a CPU's is frozen; each list's length is what it says
 *   [S13] the transaction id of a CPU's pair rises with each change, and tells which CPU it is; among threads nobody comes
 *         between, and only the long way raises it
 *   [N6]  pages of slabs and large blocks of a node are what its counters say
 * Rules, judged by the model: [S9] [S10] [S12] [S16] [S19] [S24].
 *
 * Locks: hot is changed as one pair by its CPU, without any (this_cpu_try_cmpxchg_pair()); slab and partial of a CPU by the
 * CPU's local lock; counters of a slab by try_cmpxchg(); lists of a node by its list_lock. No two of these locks are held at
 * once, and the page allocator is called with none of them. A debug cache [S11] has nothing on CPUs: its slabs change under
 * list_lock alone.
 * Unlike Linux: what get_partial() takes more than it needs goes to the chain when list_lock is given back; a request for a
 * node is not tried there alone first; slabs of reserve pages (pfmemalloc) serve everybody; a naive double free is reported and
 * nothing is freed, with no CPU lost; an object given to the wrong cache goes to its own where Linux would not look.
 */
#include "slab_fast.h"

static bool node_match(const struct slab *slab, int nid)
{
	return likely(nid == NUMA_NO_NODE) || slab_nid(slab) == (unsigned)nid;
}

/* --- taking over the list of a slab ----------------------------------------------------------------------------------------- */

/* All free objects of it become the caller's, and it is frozen if there is one, full if not. */
static void *take_freelist(struct slab *slab)
{
	for (;;) {
		u64 old = READ_ONCE(slab->counters);
		struct slab_counters c = counters_unpack(old);
		void *first = slab_object_at(slab, c.freelist);

		c.freelist = NO_FREE;
		c.inuse = c.objects;
		c.frozen = first;
		if (likely(try_cmpxchg(&slab->counters, old, counters_pack(c))))
			return first;
		sim_tick();
	}
}

/* --- the slow path of an allocation: with the CPU's local lock, whatever changes hot raises the id ------------------------------ */

static void set_cpu_freelist(struct kmem_cache_cpu *c, void *first)
{
	c->hot.first = first;
	c->hot.second = next_tid(c->hot.second);
}

static void *hand_out_first(struct kmem_cache *s, struct kmem_cache_cpu *c, void *first, const struct slab_request *r)
{
	set_cpu_freelist(c, get_freepointer(s, first));
	announce_alloc(s, first, r);
	return first;
}

/* The CPU has no slab from here on; the caller deactivates it when the lock is given back. */
static struct slab *detach_cpu_slab(struct kmem_cache_cpu *c, void **freelist)
{
	struct slab *slab = c->slab;

	*freelist = c->hot.first;
	WRITE_ONCE(c->slab, NULL);
	set_cpu_freelist(c, NULL);
	announce_move(slab, SLAB_CPU, SLAB_IN_FLIGHT, this_cpu->id, false);
	return slab;
}

/* From the CPU's slab; NULL: it has none any more. */
static void *take_from_cpu_slab(struct kmem_cache *s, struct kmem_cache_cpu *c, const struct slab_request *r)
{
	void *object = NULL, *freelist;
	struct slab *old = NULL;
	unsigned long flags;

	local_lock_irqsave(&c->lock, flags);
	if (c->slab && !node_match(c->slab, r->nid)) {
		count_mark(MARK_SLAB_ON_WRONG_NODE);
		old = detach_cpu_slab(c, &freelist);
	} else if (c->slab) {
		freelist = c->hot.first ? c->hot.first : take_freelist(c->slab);
		if (freelist) {
			marked(!c->hot.first, MARK_SLAB_KEPT_FULL_AFTER_ALL);
			object = hand_out_first(s, c, freelist, r);
		} else {
			announce_move(c->slab, SLAB_CPU, SLAB_FULL, this_cpu->id, false);
			WRITE_ONCE(c->slab, NULL);
			set_cpu_freelist(c, NULL);
		}
	}
	local_unlock_irqrestore(&c->lock, flags);
	if (old)
		deactivate_slab(s, old, freelist);
	return object;
}

/* The first slab of the chain becomes the CPU's. NULL, and *again: there may be more to take. */
static void *take_from_chain(struct kmem_cache *s, struct kmem_cache_cpu *c, const struct slab_request *r, bool *again)
{
	struct slab *slab = NULL;
	unsigned long flags;
	void *object = NULL;

	local_lock_irqsave(&c->lock, flags);
	*again = c->slab || c->partial;
	if (!c->slab && c->partial) {
		slab = c->partial;
		WRITE_ONCE(c->partial, slab->next);
		if (node_match(slab, r->nid)) {
			void *first = take_freelist(slab);

			VM_BUG_ON(!first);
			WRITE_ONCE(c->slab, slab);
			announce_move(slab, SLAB_CPU_PARTIAL, SLAB_CPU, this_cpu->id, false);
			object = hand_out_first(s, c, first, r);
		} else {
			count_mark(MARK_SLAB_CHAIN_ON_WRONG_NODE);
			slab->next = NULL;
			announce_move(slab, SLAB_CPU_PARTIAL, SLAB_IN_FLIGHT, this_cpu->id, false);
		}
	}
	local_unlock_irqrestore(&c->lock, flags);
	if (slab && !object)
		put_partials(s, slab);
	return object;
}

/* A slab that is nobody's, all its free objects taken, becomes the CPU's. An interrupt may have found another one meanwhile. */
static void *load_cpu_slab(struct kmem_cache *s, struct kmem_cache_cpu *c, struct slab *slab, void *first,
			   const struct slab_request *r)
{
	void *object, *freelist;
	unsigned long flags;
	struct slab *old;

	for (;;) {
		local_lock_irqsave(&c->lock, flags);
		if (likely(!c->slab))
			break;
		count_mark(MARK_SLAB_FOUND_BY_INTERRUPT);
		old = detach_cpu_slab(c, &freelist);
		local_unlock_irqrestore(&c->lock, flags);
		deactivate_slab(s, old, freelist);
		sim_tick();
	}
	WRITE_ONCE(c->slab, slab);
	announce_move(slab, SLAB_IN_FLIGHT, SLAB_CPU, this_cpu->id, false);
	object = hand_out_first(s, c, first, r);
	local_unlock_irqrestore(&c->lock, flags);
	return object;
}

/* Nobody knows it yet. */
static void *take_new_slab(struct kmem_cache *s, struct slab *slab)
{
	count_slab(s, slab, 1);
	return take_freelist(slab);
}

static void *alloc_slow(struct kmem_cache *s, struct kmem_cache_cpu *c, const struct slab_request *r)
{
	struct partial_search search = { r, NULL };
	struct slab *slab;
	void *object;
	bool again;

	do {
		sim_tick();
		object = take_from_cpu_slab(s, c, r);
		if (!object)
			object = take_from_chain(s, c, r, &again);
	} while (!object && again);
	if (object)
		return object;
	slab = get_partial(s, &search);
	if (slab)
		return load_cpu_slab(s, c, slab, take_freelist(slab), r);
	slab = new_slab(s, r->gfp, r->nid);
	return slab ? load_cpu_slab(s, c, slab, take_new_slab(s, slab), r) : NULL;
}

/* --- caches that are debugged [S11] -------------------------------------------------------------------------------------------- */

/* The first object of a new slab; NULL: something is wrong with it, and it is nobody's any more. */
static void *alloc_from_new_debug_slab(struct kmem_cache *s, struct slab *slab, const struct slab_request *r)
{
	struct kmem_cache_node *n = get_node(s, slab_nid(slab));
	struct slab_counters c;
	unsigned long flags;
	void *object;
	bool good;

	spin_lock_irqsave(&n->list_lock, flags);
	count_slab(s, slab, 1);
	object = take_first_object(s, slab, &c);
	good = alloc_debug_processing(s, slab, object, r->orig_size);
	if (good)
		announce_alloc(s, object, r);
	if (!good)
		announce_move(slab, SLAB_IN_FLIGHT, SLAB_FULL, 0, false);
	else if (c.inuse == c.objects)
		add_full(s, n, slab, SLAB_IN_FLIGHT);
	else
		add_partial(n, slab, SLAB_IN_FLIGHT, false);
	spin_unlock_irqrestore(&n->list_lock, flags);
	return good ? object : NULL;
}

static void *alloc_debug(struct kmem_cache *s, const struct slab_request *r)
{
	for (;;) {
		struct partial_search search = { r, NULL };
		struct slab *slab;
		void *object;

		sim_tick();
		if (get_partial(s, &search))
			return search.object;
		slab = new_slab(s, r->gfp, r->nid);
		if (!slab)
			return NULL;
		object = alloc_from_new_debug_slab(s, slab, r);
		if (object)
			return object;
	}
}

static sim_cold void *alloc_from_slabs(struct kmem_cache *s, struct kmem_cache_cpu *c, const struct slab_request *r)
{
	void *object;

	sim_yield(YIELD_PERCPU);
	object = kmem_cache_debug(s) ? alloc_debug(s, r) : alloc_slow(s, c, r);
	if (unlikely(!object))
		slab_out_of_memory(s, r->gfp, r->nid);
	return object;
}

/* --- allocation ------------------------------------------------------------------------------------------------------------------- */

/* Of what an object holds, how much is to be zeroes. Where the rest is a redzone it stays one. [S16] */
static u64 bytes_to_zero(const struct kmem_cache *s, const struct slab_request *r)
{
	return (s->flags & SLAB_RED_ZONE) && slub_debug_orig_size(s) ? r->orig_size : READ_ONCE(s->object_size);
}

/* What is done with an object before its new owner has it. */
static void post_alloc(struct kmem_cache *s, void *object, const struct slab_request *r, u32 hooks)
{
	bool zero = (hooks & HOOK_INIT_ON_ALLOC) || (r->gfp & __GFP_ZERO);

	if (hooks & HOOK_ACCOUNT)
		fetch_add_relaxed(&slab_state()->accounted_bytes, s->size + sizeof(void *));
	if ((hooks & HOOK_INIT_ON_FREE) && !freeptr_outside_object(s))
		slab_store((char *)object + s->offset, 0);
	if (zero)
		slab_fill(object, 0, bytes_to_zero(s, r));
	if (hooks & HOOK_TOOL)
		kasan_slab_alloc(s, object, r->orig_size, zero || s->ctor || (hooks & HOOK_INIT_ON_FREE));
}

/* The program wants a request of this cache to fail. */
static bool should_failslab(gfp_t gfp)
{
	if ((gfp & __GFP_NOFAIL) || likely(!sim_should_fail(FAULT_SLAB)))
		return false;
	mm_announce((struct mm_event){ .type = EVENT_FAULT, .report = FAULT_SLAB });
	return true;
}

/* An object of the CPU's own list. NULL: another node is wanted, or there is none. */
static inline void *alloc_fast(struct kmem_cache *s, struct kmem_cache_cpu *c, const struct slab_request *r)
{
	struct cpu_pair old, now;

	sim_own_enter();
	if (SIM_SHEAF && !c->take_nr && sheaf_should_move(c))
		sheaf_move(c);
	if (SIM_SHEAF && c->take_nr && r->nid == NUMA_NO_NODE) {
		void *object = sheaf_take(c);

		sim_own_leave();
		return object;
	}
	do {
		old = c->hot;
		if (unlikely(!old.first || !node_match(c->slab, r->nid))) {
			sim_own_leave();
			return NULL;
		}
		now = (struct cpu_pair){ cpu_freepointer(c, old.first), next_tid(old.second) };
	} while (unlikely(!this_cpu_try_cmpxchg_pair(&c->hot, old, now)));
	announce_alloc(s, old.first, r);
	sim_own_leave();
	return old.first;
}

/* false: refused. */
static inline bool pre_alloc(const struct kmem_cache_cpu *c, gfp_t gfp)
{
	might_sleep_if(gfp & __GFP_DIRECT_RECLAIM);
	return likely(!(READ_ONCE(c->hooks) & HOOK_FAILSLAB)) || !should_failslab(gfp);
}

void *slab_alloc_node(struct kmem_cache *s, const struct slab_request *r)
{
	struct kmem_cache_cpu *c = this_cpu_slab(s->id);
	void *object;

	if (unlikely(!pre_alloc(c, r->gfp)))
		return NULL;
	object = alloc_fast(s, c, r);
	if (unlikely(!object))
		object = alloc_from_slabs(s, c, r);
	if (unlikely(READ_ONCE(c->hooks) | (r->gfp & __GFP_ZERO)) && likely(object))
		post_alloc(s, object, r, READ_ONCE(c->hooks));
	return object;
}

static inline struct slab_request request_of(const struct kmem_cache *s, gfp_t gfp, int nid)
{
	return (struct slab_request){ .event = EVENT_KMEM_CACHE_ALLOC, .gfp = gfp, .nid = nid,
				       .orig_size = READ_ONCE(s->object_size) };
}

static __attribute__((noinline)) void *alloc_long(struct kmem_cache *s, gfp_t gfp)
{
	struct slab_request r = request_of(s, gfp, NUMA_NO_NODE);

	return slab_alloc_node(s, &r);
}

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp)
{
	if (likely(!(gfp & __GFP_ZERO) && !sleeps_in_atomic(gfp))) {
		void *object = take_own(s->id, EVENT_KMEM_CACHE_ALLOC, gfp, READ_ONCE(s->object_size));

		if (likely(object))
			return object;
	}
	return alloc_long(s, gfp);
}

void *kmem_cache_alloc_node(struct kmem_cache *s, gfp_t gfp, int nid)
{
	struct slab_request r = request_of(s, gfp, nid);

	return slab_alloc_node(s, &r);
}

/* --- many at once [S19] ------------------------------------------------------------------------------------------------------------ */

unsigned kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t gfp, size_t nr, void **objects)
{
	struct kmem_cache_cpu *c = this_cpu_slab(s->id);
	struct slab_request r = request_of(s, gfp, NUMA_NO_NODE);
	size_t got;

	if (!nr || unlikely(!pre_alloc(c, gfp)))
		return 0;
	for (got = 0; got < nr; got++) {
		objects[got] = alloc_fast(s, c, &r);
		if (!objects[got])
			objects[got] = alloc_from_slabs(s, c, &r);
		if (unlikely(!objects[got]))
			break;
		if (unlikely(READ_ONCE(c->hooks) | (gfp & __GFP_ZERO)))
			post_alloc(s, objects[got], &r, READ_ONCE(c->hooks));
		sim_tick();
	}
	if (likely(got == nr))
		return (unsigned)nr;
	if (got)
		kmem_cache_free_bulk(s, got, objects);
	return 0;
}
