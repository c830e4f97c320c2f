/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_partial.c - where slabs are while no CPU works on them: on a CPU's chain, on their node's partial list, nowhere (full).
 *
 *      full --first free--> chain of the CPU that freed --too long: the whole chain--> node's list
 *      CPU's slab --another one is wanted, flushed--> node's list, full, or given back
 *      node's list --get_partial()--> CPU's slab, and some more for its chain
 *      node's list --last free, shrink--> given back
 *
 * An empty slab stays on the list while that has fewer than min_partial. [S10]
 *
 * Invariants:
 *   [S8]  SLAB_ON_PARTIAL says that a slab is on its node's list, nr_partial how many are; the first slab of a chain says how
 *         many the chain has; on the list and on a chain are only slabs with a free object, and none is frozen
 *   [S12] a chain never becomes longer by a free than cpu_partial_slabs, or 1
 *   [S23] shrinking leaves no empty slab on a list, and the fullest ones first
 * Locks: a chain is changed under its CPU's local lock, a list under list_lock; what is taken off one is in flight until it is
 * put on another, and belongs to who took it: others may free its objects, and leave it alone.
 */
#include <errno.h>
#include "rcu.h"
#include "slab_internal.h"
#include "smp.h"

void announce_move(const struct slab *slab, enum slab_place from, enum slab_place to, unsigned list_cpu, bool tail)
{
	mm_announce((struct mm_event){ .type = EVENT_SLAB_MOVE,
				       .pfn = slab_pfn(slab),
				       .cache = (u8)slab_cache_id(slab),
				       .slab_from = (u8)from,
				       .slab_to = (u8)to,
				       .list_cpu = (u8)list_cpu,
				       .on = tail });
}

/* --- lists of a node ------------------------------------------------------------------------------------------------------------ */

void add_partial(struct kmem_cache_node *n, struct slab *slab, enum slab_place from, bool tail)
{
	lockdep_assert_held(&n->list_lock);
	if (tail)
		list_add_tail(&slab->slab_list, &n->partial);
	else
		list_add(&slab->slab_list, &n->partial);
	WRITE_ONCE(slab->flags, slab->flags | SLAB_ON_PARTIAL);
	ADD_ONCE(n->nr_partial, 1);
	announce_move(slab, from, SLAB_NODE_PARTIAL, 0, tail);
}

void remove_partial(struct kmem_cache_node *n, struct slab *slab, enum slab_place to)
{
	lockdep_assert_held(&n->list_lock);
	list_del(&slab->slab_list);
	WRITE_ONCE(slab->flags, slab->flags & ~SLAB_ON_PARTIAL);
	SUB_ONCE(n->nr_partial, 1);
	announce_move(slab, SLAB_NODE_PARTIAL, to, 0, false);
}

/* Who looks for an object's owner wants to find it: only with SLAB_STORE_USER full slabs are on a list. */
void add_full(const struct kmem_cache *s, struct kmem_cache_node *n, struct slab *slab, enum slab_place from)
{
	lockdep_assert_held(&n->list_lock);
	if (s->flags & SLAB_STORE_USER)
		list_add(&slab->slab_list, &n->full);
	if (from != SLAB_NODE_PARTIAL) /* remove_partial() said so */
		announce_move(slab, from, SLAB_FULL, 0, false);
}

void remove_full(const struct kmem_cache *s, struct slab *slab)
{
	if (s->flags & SLAB_STORE_USER)
		list_del(&slab->slab_list);
}

u64 objects_free(struct slab_counters c)
{
	return (u64)c.objects - c.inuse;
}
u64 objects_used(struct slab_counters c)
{
	return c.inuse;
}

u64 count_partial(struct kmem_cache_node *n, u64 (*of)(struct slab_counters c))
{
	const struct list_head *pos;
	unsigned long flags;
	u64 sum = 0;

	spin_lock_irqsave(&n->list_lock, flags);
	list_for_each (pos, &n->partial)
		sum += of(slab_counters(list_entry(pos, struct slab, slab_list)));
	spin_unlock_irqrestore(&n->list_lock, flags);
	return sum;
}

/* --- to the node ---------------------------------------------------------------------------------------------------------------- */

static void put_partial(struct kmem_cache *s, struct slab *slab)
{
	struct kmem_cache_node *n = get_node(s, slab_nid(slab));
	unsigned long flags;
	bool gone;

	spin_lock_irqsave(&n->list_lock, flags);
	gone = !slab_counters(slab).inuse && n->nr_partial >= READ_ONCE(s->min_partial);
	if (!gone)
		add_partial(n, slab, SLAB_IN_FLIGHT, true);
	spin_unlock_irqrestore(&n->list_lock, flags);
	if (gone)
		discard_slab(s, slab);
}

void put_partials(struct kmem_cache *s, struct slab *chain)
{
	while (chain) {
		struct slab *slab = chain;

		chain = slab->next;
		put_partial(s, slab);
		sim_tick();
	}
}

/* What the CPU had for itself goes in front of what others freed; returns the slab's counters as they are then. */
static struct slab_counters unfreeze(struct kmem_cache *s, struct slab *slab, void *freelist, void *last, unsigned nr)
{
	for (;;) {
		u64 old = READ_ONCE(slab->counters);
		struct slab_counters c = counters_unpack(old);

		c.frozen = false;
		if (last) {
			set_freepointer(s, last, slab_object_at(slab, c.freelist));
			c.freelist = slab_offset_of(slab, freelist);
			c.inuse -= nr;
		}
		if (likely(try_cmpxchg(&slab->counters, old, counters_pack(c)))) {
			if (c.freelist == NO_FREE)
				announce_move(slab, SLAB_IN_FLIGHT, SLAB_FULL, 0, false);
			return c;
		}
		sim_tick();
	}
}

/* The last object of a CPU's list, and how many it has. What lies behind a damaged free pointer is lost. */
static void *last_of_list(struct kmem_cache *s, struct slab *slab, void *freelist, unsigned *nr)
{
	void *last = NULL;

	for (void *object = freelist; object;) {
		void *next = get_freepointer(s, object);

		if (freelist_corrupted(s, slab, &object, next))
			break;
		last = object;
		++*nr;
		object = next;
		sim_tick();
	}
	return last;
}

void deactivate_slab(struct kmem_cache *s, struct slab *slab, void *freelist)
{
	struct kmem_cache_node *n = get_node(s, slab_nid(slab));
	bool others_freed = slab_counters(slab).freelist != NO_FREE;
	struct slab_counters c;
	unsigned long flags;
	unsigned nr = 0;
	void *last;

	last = last_of_list(s, slab, freelist, &nr);
	marked(others_freed, MARK_SLAB_OTHERS_FREED);
	c = unfreeze(s, slab, freelist, last, nr);
	if (c.freelist == NO_FREE)
		return;
	if (!c.inuse && READ_ONCE(n->nr_partial) >= READ_ONCE(s->min_partial)) {
		discard_slab(s, slab);
		return;
	}
	spin_lock_irqsave(&n->list_lock, flags);
	add_partial(n, slab, SLAB_IN_FLIGHT, others_freed);
	spin_unlock_irqrestore(&n->list_lock, flags);
}

/* --- chains of a CPU ------------------------------------------------------------------------------------------------------------ */

static void announce_chain_taken(const struct slab *chain, unsigned cpu)
{
	for (; chain; chain = chain->next)
		announce_move(chain, SLAB_CPU_PARTIAL, SLAB_IN_FLIGHT, cpu, false);
}

void put_cpu_partial(struct kmem_cache *s, struct slab *slab, bool drain)
{
	struct kmem_cache_cpu *c = this_cpu_slab(s->id);
	struct slab *old, *too_long = NULL;
	unsigned long flags;

	local_lock_irqsave(&c->lock, flags);
	old = c->partial;
	if (old && drain && old->slabs >= READ_ONCE(s->cpu_partial_slabs)) {
		count_mark(MARK_SLAB_CHAIN_FULL);
		too_long = old;
		old = NULL;
		announce_chain_taken(too_long, this_cpu->id);
	}
	slab->slabs = old ? old->slabs + 1 : 1;
	slab->next = old;
	WRITE_ONCE(c->partial, slab);
	announce_move(slab, SLAB_IN_FLIGHT, SLAB_CPU_PARTIAL, this_cpu->id, false);
	local_unlock_irqrestore(&c->lock, flags);
	put_partials(s, too_long);
}

/* --- from the node -------------------------------------------------------------------------------------------------------------- */

/* An object of a debug cache: the slab stays where it is until it is full. false: the slab is no good. [S11] [S31] */
static bool take_debug_object(struct kmem_cache *s, struct kmem_cache_node *n, struct slab *slab, struct partial_search *search)
{
	struct slab_counters c;
	void *object = take_first_object(s, slab, &c);

	if (!alloc_debug_processing(s, slab, object, search->r->orig_size)) {
		remove_partial(n, slab, SLAB_FULL);
		return false;
	}
	search->object = object;
	announce_alloc(s, object, search->r);
	if (c.inuse == c.objects) {
		remove_partial(n, slab, SLAB_FULL);
		add_full(s, n, slab, SLAB_NODE_PARTIAL);
	}
	return true;
}

/* The first slab, and as many others as half a chain has, for the CPU's chain. */
static struct slab *take_slabs(struct kmem_cache *s, struct kmem_cache_node *n, struct slab **others)
{
	struct slab *first = list_first_entry_or_null(&n->partial, struct slab, slab_list), *slab;
	u32 limit = READ_ONCE(s->cpu_partial_slabs);

	if (first)
		remove_partial(n, first, SLAB_IN_FLIGHT);
	for (u32 nr = 0; first && limit && nr <= limit / 2; nr++) {
		slab = list_first_entry_or_null(&n->partial, struct slab, slab_list);
		if (!slab)
			break;
		remove_partial(n, slab, SLAB_IN_FLIGHT);
		slab->next = *others;
		*others = slab;
		sim_tick();
	}
	return first;
}

static struct slab *take_debug(struct kmem_cache *s, struct kmem_cache_node *n, struct partial_search *search)
{
	struct slab *slab;

	while ((slab = list_first_entry_or_null(&n->partial, struct slab, slab_list))) {
		sim_tick();
		if (take_debug_object(s, n, slab, search))
			return slab;
	}
	return NULL;
}

static struct slab *get_partial_node(struct kmem_cache *s, struct kmem_cache_node *n, struct partial_search *search)
{
	struct slab *slab, *others = NULL;
	unsigned long flags;

	if (!n || !READ_ONCE(n->nr_partial)) /* a moment ago; who comes late takes a new slab */
		return NULL;
	spin_lock_irqsave(&n->list_lock, flags);
	slab = kmem_cache_debug(s) ? take_debug(s, n, search) : take_slabs(s, n, &others);
	spin_unlock_irqrestore(&n->list_lock, flags);
	while (others) {
		struct slab *next = others->next;

		put_cpu_partial(s, others, false);
		others = next;
		sim_tick();
	}
	return slab;
}

/* Other nodes keep min_partial slabs for themselves. */
static struct slab *get_any_partial(struct kmem_cache *s, struct partial_search *search)
{
	const struct mm *mm = current_mm();
	const struct zonelist *list = &mm->zonelist[numa_mem_id()][ZONELIST_FALLBACK];
	unsigned highest = gfp_zone(search->r->gfp | s->allocflags);
	struct slab *slab = NULL;

	if (mm->nr_nodes == 1 || !s->remote_node_defrag_ratio || sim_chance() % 1024 > s->remote_node_defrag_ratio)
		return NULL;
	for (unsigned i = 0; i < list->nr && !slab; i++) {
		struct kmem_cache_node *n = get_node(s, list->zone[i]->nid);

		sim_tick();
		if (list->zone[i]->index <= highest && n && READ_ONCE(n->nr_partial) > READ_ONCE(s->min_partial))
			slab = get_partial_node(s, n, search);
	}
	marked(slab, MARK_SLAB_OF_ANOTHER_NODE);
	return slab;
}

struct slab *get_partial(struct kmem_cache *s, struct partial_search *search)
{
	int nid = search->r->nid;
	struct slab *slab;

	slab = get_partial_node(s, get_node(s, nid == NUMA_NO_NODE ? numa_mem_id() : (unsigned)nid), search);
	return slab || nid != NUMA_NO_NODE ? slab : get_any_partial(s, search);
}

/* --- flushing ------------------------------------------------------------------------------------------------------------------- */

/* What was a CPU's; nobody's now. */
struct flushed {
	struct kmem_cache *s;
	struct slab *slab, *chain;
	void *freelist;
};

/* With nothing but the CPU's local lock: somebody may wait for us with a list_lock in his hands. */
static void take_all_of_cpu(unsigned cpu, void *arg)
{
	struct flushed *f = arg;
	struct kmem_cache_cpu *c = cpu_slab_of(cpu, f->s->id);
	unsigned long flags;

	local_lock_irqsave(&c->lock, flags);
	f->slab = c->slab;
	f->freelist = c->hot.first;
	f->chain = c->partial;
	WRITE_ONCE(c->slab, NULL);
	WRITE_ONCE(c->partial, NULL);
	c->hot = (struct cpu_pair){ NULL, next_tid(c->hot.second) };
	if (f->slab)
		announce_move(f->slab, SLAB_CPU, SLAB_IN_FLIGHT, cpu, false);
	announce_chain_taken(f->chain, cpu);
	local_unlock_irqrestore(&c->lock, flags);
}

void flush_all(struct kmem_cache *s)
{
	flush_sheaves(s);
	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++) {
		const struct kmem_cache_cpu *c = cpu_slab_of(cpu, s->id);
		struct flushed f = { .s = s };

		if (SIM_MAY_PEEP && !c->slab && !c->partial)
			continue;
		sim_do_for_cpu(cpu, take_all_of_cpu, &f);
		if (f.slab)
			deactivate_slab(s, f.slab, f.freelist);
		put_partials(s, f.chain);
	}
}

/* --- shrinking, and the end [S22] [S23] ------------------------------------------------------------------------------------------ */

#define SHRINK_PROMOTE_MAX 32

static void discard_all(struct kmem_cache *s, struct slab *chain)
{
	while (chain) {
		struct slab *slab = chain;

		chain = slab->next;
		discard_slab(s, slab);
		sim_tick();
	}
}

/* With list_lock held: empty slabs leave the list, and are linked for who gives them back. Others: visit(). */
static struct slab *unlist_empty(struct kmem_cache *s, struct kmem_cache_node *n,
				 void (*visit)(struct kmem_cache *s, struct slab *slab))
{
	struct list_head *pos = n->partial.next;
	struct slab *empty = NULL;

	while (pos != &n->partial) {
		struct slab *slab = list_entry(pos, struct slab, slab_list);

		sim_tick();
		pos = pos->next;
		if (!slab_counters(slab).inuse) {
			remove_partial(n, slab, SLAB_IN_FLIGHT);
			slab->next = empty;
			empty = slab;
		} else if (visit) {
			visit(s, slab);
		}
	}
	return empty;
}

void free_partial(struct kmem_cache *s, struct kmem_cache_node *n)
{
	unsigned long flags;
	struct slab *empty;

	spin_lock_irqsave(&n->list_lock, flags);
	empty = unlist_empty(s, n, list_slab_objects);
	spin_unlock_irqrestore(&n->list_lock, flags);
	discard_all(s, empty);
}

/* With list_lock held: those with few free objects come first; those with many stay behind, in the order they have. */
static void promote_fullest(struct kmem_cache_node *n)
{
	struct list_head by_free[SHRINK_PROMOTE_MAX], *pos = n->partial.next;

	for (unsigned i = 0; i < SHRINK_PROMOTE_MAX; i++)
		INIT_LIST_HEAD(&by_free[i]);
	while (pos != &n->partial) {
		struct slab *slab = list_entry(pos, struct slab, slab_list);
		struct slab_counters c = slab_counters(slab);
		unsigned free = c.objects - c.inuse;

		sim_tick();
		pos = pos->next;
		if (free && free <= SHRINK_PROMOTE_MAX) {
			list_del(&slab->slab_list);
			list_add(&slab->slab_list, &by_free[free - 1]);
		}
	}
	for (unsigned i = SHRINK_PROMOTE_MAX; i-- > 0;)
		while (!list_empty(&by_free[i])) {
			pos = by_free[i].prev;
			list_del(pos);
			list_add(pos, &n->partial);
			sim_tick();
		}
}

int __kmem_cache_shrink(struct kmem_cache *s)
{
	int left = 0;

	flush_all(s);
	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++) {
		struct kmem_cache_node *n = get_node(s, nid);
		struct slab *empty;
		unsigned long flags;

		if (!n)
			continue;
		spin_lock_irqsave(&n->list_lock, flags);
		empty = unlist_empty(s, n, NULL);
		promote_fullest(n);
		spin_unlock_irqrestore(&n->list_lock, flags);
		discard_all(s, empty);
		left |= READ_ONCE(n->nr_slabs) != 0;
	}
	return left;
}
