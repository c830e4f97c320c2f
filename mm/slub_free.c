/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_free.c - objects come back: to the CPU's own list, to their slab, and what becomes of the slab then.
 *
 *      of the CPU's slab?  --yes--> in front of the CPU's list: one pair is changed
 *              | no
 *      link it to its slab: counters change as one word, whoever else frees or takes over its list meanwhile
 *              |
 *      was it full?        --yes--> the slab goes to this CPU's chain
 *      is it empty now?    --yes--> it is given back if its node's list has min_partial slabs already
 *
 * Several objects of one slab are freed as one: linked among themselves first, from head to tail.
 *
 * Invariants: those of slub.c. [S10] who makes a slab empty that is no CPU's holds its node's list_lock meanwhile, so whoever
 * holds that can rely on what is empty. [S14] what a list begins with is not put on it again.
 * Rules, judged by the model: [S10] [S16] [S19] [S24] [S32].
 * Locks: as in slub.c; of a debug cache all is done under list_lock, where its checks are.
 */
#include "slab_fast.h"
#include "smp.h"

/* --- freeing: a group of objects of one slab, linked from head to tail ----------------------------------------------------------- */

struct free_group {
	struct slab *slab;
	void *head, *tail;
	unsigned nr;
	void *const *objects; /* the same, in any order */
	u8 event;
};

static inline void announce_one_free(const struct kmem_cache *s, const void *object, u8 event)
{
	mm_announce((struct mm_event){ .type = event, .address = address_of(object), .cache = s->id });
}

static inline void announce_free(const struct kmem_cache *s, const struct free_group *g)
{
	for (unsigned i = 0; i < g->nr; i++)
		announce_one_free(s, g->objects[i], g->event);
}

/* The list begins with what is to be put on it: it would have no end. [S14] */
static sim_cold void report_double_free(const struct kmem_cache *s, const void *object)
{
	sim_log("kernel BUG: naive double free: object 0x%016llx of cache %s\n", (unsigned long long)kernel_address(object),
		s->name);
	announce_report(SLUB_DOUBLE_FREE, address_of(object), s->id);
}

/* Nothing of what it held is left but the size that was asked for, which the redzone behind it needs. [S16] */
static void wipe_object(struct kmem_cache *s, void *object)
{
	u64 orig_size = get_orig_size(s, object);
	u32 end = get_info_end(s);

	slab_fill(object, 0, orig_size);
	slab_fill((char *)object + end, 0, s->size - end - s->red_left_pad);
	set_orig_size(s, object, orig_size);
}

static void note_freed(struct kmem_cache *s, void *object, u32 hooks)
{
	if (hooks & HOOK_ACCOUNT)
		fetch_add_relaxed(&slab_state()->accounted_bytes, -(u64)(s->size + sizeof(void *)));
	if (hooks & HOOK_TOOL)
		kasan_slab_free(s, object);
}

/* Does the list that it would go to begin with it? [S14] */
static bool is_first_free(const struct kmem_cache *s, const struct slab *slab, const void *object)
{
	const struct kmem_cache_cpu *c = this_cpu_slab(s->id);

	if (!s->random || kmem_cache_debug(s))
		return false;
	return (c->slab == slab ? c->hot.first : slab_object_at(slab, slab_counters(slab).freelist)) == object;
}

/* What is done with an object while nobody else can have it. Of a debug cache it is not known yet whether it is one. */
static void pre_free(struct kmem_cache *s, void *object, u32 hooks)
{
	if (kmem_cache_debug(s))
		return;
	if (hooks & HOOK_INIT_ON_FREE)
		wipe_object(s, object);
	note_freed(s, object, hooks);
}

/* Is it an object in use? Whatever else it is, the checks will say so, and find it as it was. */
static bool looks_used(const struct kmem_cache *s, const struct slab *slab, const void *object)
{
	struct slab_counters c = slab_counters(slab);
	const void *free = slab_object_at(slab, c.freelist);

	if (!object || !check_valid_pointer(s, slab, object))
		return false;
	for (unsigned i = 0; free && free != object && i < c.objects; i++) {
		free = get_freepointer(s, free);
		if (!check_valid_pointer(s, slab, free))
			return false;
	}
	return free != object;
}

/* The links between them, which may lie in what is wiped, stay. */
static void wipe_group(struct kmem_cache *s, const struct free_group *g)
{
	void *object = g->head;

	for (unsigned i = 0; i < g->nr; i++) {
		void *next = i + 1 < g->nr ? get_freepointer(s, object) : NULL;

		if (looks_used(s, g->slab, object))
			wipe_object(s, object);
		if (next)
			set_freepointer(s, object, next);
		object = next;
	}
}

/* The checks let nr of the group pass, from its head on. With list_lock held; true: the slab is to be given back. */
static bool link_debug(struct kmem_cache *s, struct kmem_cache_node *n, const struct free_group *g, unsigned nr)
{
	struct slab *slab = g->slab;
	struct slab_counters c = slab_counters(slab);
	bool was_full = c.freelist == NO_FREE, gone;
	u32 hooks = READ_ONCE(this_cpu_slab(s->id)->hooks);
	void *object = g->head;

	for (unsigned i = 0; i < nr; i++, object = i < nr ? get_freepointer(s, object) : NULL) {
		note_freed(s, object, hooks);
		announce_one_free(s, object, g->event);
	}
	set_freepointer(s, g->tail, slab_object_at(slab, c.freelist));
	c.freelist = slab_offset_of(slab, g->head);
	c.inuse -= nr;
	set_counters(slab, c);
	gone = !c.inuse && n->nr_partial >= READ_ONCE(s->min_partial);
	if (was_full)
		remove_full(s, slab);
	if (was_full && !gone)
		add_partial(n, slab, SLAB_FULL, true);
	else if (was_full)
		announce_move(slab, SLAB_FULL, SLAB_IN_FLIGHT, 0, false);
	else if (gone)
		remove_partial(n, slab, SLAB_IN_FLIGHT);
	return gone;
}

/* Under a debug cache's lock. Nothing is freed of what the checks find wrong. */
static void free_debug(struct kmem_cache *s, const struct free_group *g)
{
	struct kmem_cache_node *n = get_node(s, slab_nid(g->slab));
	unsigned long flags;
	bool gone = false;
	unsigned nr;

	spin_lock_irqsave(&n->list_lock, flags);
	if (unlikely(READ_ONCE(this_cpu_slab(s->id)->hooks) & HOOK_INIT_ON_FREE))
		wipe_group(s, g);
	nr = free_debug_processing(s, g->slab, g->head, g->tail, g->nr);
	if (nr)
		gone = link_debug(s, n, g, nr);
	spin_unlock_irqrestore(&n->list_lock, flags);
	if (gone)
		discard_slab(s, g->slab);
}

/* With list_lock held, the slab empty: is it to be given back? One on no list is about to be put somewhere. [S10] */
static bool unlist_if_too_many(struct kmem_cache *s, struct kmem_cache_node *n, struct slab *slab)
{
	if (!(slab->flags & SLAB_ON_PARTIAL) || n->nr_partial < READ_ONCE(s->min_partial))
		return false;
	remove_partial(n, slab, SLAB_IN_FLIGHT);
	return true;
}

/* What was there before, and where it goes now. */
enum freed { FREED_LINKED, FREED_FIRST, FREED_LAST };

/*
 * To the slab. Who makes it empty while it is no CPU's holds its node's list_lock meanwhile, so whoever holds that can rely on
 * what is empty. The first free object of a full slab makes it this CPU's, for its chain; the last one in use may make it
 * nobody's, and it is to be given back.
 */
static enum freed link_to_slab(struct kmem_cache *s, const struct free_group *g)
{
	struct kmem_cache_node *n = get_node(s, slab_nid(g->slab));
	struct slab *slab = g->slab;
	bool was_full, empties, gone;
	unsigned long flags = 0;

	for (;;) {
		u64 old = READ_ONCE(slab->counters);
		struct slab_counters c = counters_unpack(old);

		if (unlikely(s->random && slab_object_at(slab, c.freelist) == g->tail)) {
			report_double_free(s, g->tail);
			return FREED_LINKED;
		}
		set_freepointer(s, g->tail, slab_object_at(slab, c.freelist));
		was_full = c.freelist == NO_FREE && !c.frozen;
		c.freelist = slab_offset_of(slab, g->head);
		c.inuse -= g->nr;
		empties = !c.inuse && !c.frozen && !was_full;
		if (unlikely(empties))
			spin_lock_irqsave(&n->list_lock, flags);
		if (likely(try_cmpxchg(&slab->counters, old, counters_pack(c))))
			break;
		if (empties)
			spin_unlock_irqrestore(&n->list_lock, flags);
		count_mark(MARK_SLAB_COUNTERS_CHANGED);
		sim_tick();
	}
	announce_free(s, g);
	if (was_full)
		announce_move(slab, SLAB_FULL, SLAB_IN_FLIGHT, 0, false);
	if (likely(!empties))
		return was_full ? FREED_FIRST : FREED_LINKED;
	gone = unlist_if_too_many(s, n, slab);
	spin_unlock_irqrestore(&n->list_lock, flags);
	return gone ? FREED_LAST : FREED_LINKED;
}

/* Not the CPU's own slab. [S10] */
static sim_cold void free_slow(struct kmem_cache *s, const struct free_group *g)
{
	enum freed freed;

	sim_yield(YIELD_PERCPU);
	if (kmem_cache_debug(s)) {
		free_debug(s, g);
		return;
	}
	freed = link_to_slab(s, g);
	if (freed == FREED_FIRST)
		put_cpu_partial(s, g->slab, true);
	else if (freed == FREED_LAST)
		discard_slab(s, g->slab);
}

static inline void free_group(struct kmem_cache *s, const struct free_group *g)
{
	struct kmem_cache_cpu *c = this_cpu_slab(s->id);
	struct cpu_pair old;

	sim_own_enter();
	do {
		old = c->hot;
		if (unlikely(c->slab != g->slab)) {
			sim_own_leave();
			free_slow(s, g);
			return;
		}
		if (unlikely(old.first == g->tail && c->random)) {
			sim_own_leave();
			report_double_free(s, g->tail);
			return;
		}
		set_cpu_freepointer(c, g->tail, old.first);
	} while (unlikely(!this_cpu_try_cmpxchg_pair(&c->hot, old, (struct cpu_pair){ g->head, next_tid(old.second) })));
	announce_free(s, g);
	sim_own_leave();
}

static void free_all(struct kmem_cache *s, size_t nr, void **objects);

/* The older half makes room. An object that lies on top already is freed for the second time. false: the CPU has no sheaf. */
static bool free_to_sheaf(struct kmem_cache *s, struct kmem_cache_cpu *c, void *object)
{
	void *oldest[SIM_SHEAF + 1];
	u32 nr = 0;
	bool twice;

	if (!c->sheaf_max)
		return false;
	sim_own_enter();
	twice = sheaf_has_on_top(c, object);
	if (!twice && c->put_nr >= c->sheaf_max && !c->take_nr) {
		sheaf_move(c);
	} else if (!twice && c->put_nr >= c->sheaf_max) {
		nr = c->put_nr / 2;
		sheaf_oldest(c, oldest, nr);
	}
	if (!twice)
		sheaf_put(c, object);
	sim_own_leave();
	if (twice)
		report_double_free(s, object);
	free_all(s, nr, oldest);
	return true;
}

struct sheaf_taken {
	struct kmem_cache *s;
	u32 nr;
	void *objects[2 * SIM_SHEAF + 1];
};

static void take_sheaf_of_cpu(unsigned cpu, void *arg)
{
	struct sheaf_taken *taken = arg;
	struct kmem_cache_cpu *c = cpu_slab_of(cpu, taken->s->id);
	unsigned long flags;

	local_lock_irqsave(&c->lock, flags);
	taken->nr = sheaf_all(c, taken->objects);
	local_unlock_irqrestore(&c->lock, flags);
}

void flush_sheaves(struct kmem_cache *s)
{
	for (unsigned cpu = 0; SIM_SHEAF && cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++) {
		struct sheaf_taken taken = { .s = s };

		sim_do_for_cpu(cpu, take_sheaf_of_cpu, &taken);
		free_all(s, taken.nr, taken.objects);
	}
}

void slab_free(struct kmem_cache *s, struct slab *slab, void *object, u8 event)
{
	struct kmem_cache_cpu *c = this_cpu_slab(s->id);
	u32 hooks = READ_ONCE(c->hooks);

	if (unlikely(hooks)) {
		if (unlikely(is_first_free(s, slab, object))) { /* before it is wiped, and not counted twice */
			report_double_free(s, object);
			return;
		}
		pre_free(s, object, hooks);
	}
	if (SIM_SHEAF && free_to_sheaf(s, c, object))
		return;
	free_group(s, &(struct free_group){ .slab = slab, .head = object, .tail = object, .nr = 1, .objects = &object,
					    .event = event });
}

/* Which cache the object is really of; NULL: none. It is asked where somebody wants to know. [S24] */
static struct kmem_cache *cache_from_object(struct kmem_cache *s, const struct slab *slab, void *object)
{
	struct kmem_cache *other = slab ? slab_cache(slab) : NULL;

	if (unlikely(other != s) && (!slab || s->random || (s->flags & SLAB_CONSISTENCY_CHECKS)))
		report_wrong_cache(s, other, object);
	return other;
}

static __attribute__((noinline)) void free_long(struct kmem_cache *s, void *object)
{
	struct slab *slab;

	if (!object)
		return;
	slab = virt_to_slab(object);
	s = cache_from_object(s, slab, object);
	if (likely(s))
		slab_free(s, slab, object, EVENT_KMEM_CACHE_FREE);
}

void kmem_cache_free(struct kmem_cache *s, void *object)
{
	u8 id;
	struct slab *slab = fast_slab(object, &id);

	if (likely(slab && id == s->id) && likely(give_own(slab, id, object, EVENT_KMEM_CACHE_FREE)))
		return;
	free_long(s, object);
}

/* --- many at once [S19] ------------------------------------------------------------------------------------------------------------ */

#define BULK_LOOKAHEAD 3

/* An object of the same slab goes to the front of the group's list; false: it is there already. */
static bool join_group(struct kmem_cache *s, struct free_group *g, void *object, u32 hooks)
{
	if (unlikely(object == g->head && s->random)) {
		report_double_free(s, object);
		return false;
	}
	if (unlikely(hooks))
		pre_free(s, object, hooks);
	set_freepointer(s, object, g->head);
	g->head = object;
	g->nr++;
	return true;
}

/*
 * Free the last object and those of the same slab near by, which are brought together at the end of the array. How many are
 * left before them.
 */
static size_t free_last_group(struct kmem_cache *s, struct slab *slab, size_t nr, void **objects, u8 event)
{
	u32 hooks = READ_ONCE(this_cpu_slab(s->id)->hooks);
	struct free_group g = { .slab = slab, .head = objects[nr - 1], .tail = objects[nr - 1], .nr = 1, .event = event };
	unsigned lookahead = BULK_LOOKAHEAD;
	size_t same = nr - 1;

	if (unlikely(hooks))
		pre_free(s, g.head, hooks);
	for (size_t i = nr - 1; i-- > 0 && lookahead;) {
		void *object = objects[i];

		sim_tick();
		if (virt_to_slab(object) != slab) {
			lookahead--;
			continue;
		}
		same--;
		objects[i] = objects[same];
		objects[same] = object;
		if (!join_group(s, &g, object, hooks)) { /* what is said twice is dropped */
			objects[same] = objects[nr - 1];
			break;
		}
	}
	g.objects = objects + nr - g.nr;
	free_group(s, &g);
	return same;
}

/* Objects of one cache, to their slabs. */
static void free_all(struct kmem_cache *s, size_t nr, void **objects)
{
	while (nr)
		nr = free_last_group(s, virt_to_slab(objects[nr - 1]), nr, objects, EVENT_KMEM_CACHE_FREE);
}

void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **objects)
{
	while (nr) {
		void *object = objects[nr - 1];
		struct slab *slab = virt_to_slab(object);
		struct kmem_cache *owner = s ? cache_from_object(s, slab, object) : slab ? slab_cache(slab) : NULL;

		sim_tick();
		if (likely(owner)) {
			nr = free_last_group(owner, slab, nr, objects, s ? EVENT_KMEM_CACHE_FREE : EVENT_KFREE);
			continue;
		}
		if (!s)
			kfree(object);
		nr--;
	}
}
