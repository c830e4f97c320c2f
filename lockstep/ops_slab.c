/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_slab.c - caches and their objects: run on mm, judged by the model.
 *
 * A cache slot holds one reference to a cache; those of merged caches share one. An object slot holds an object, or a bulk of
 * them, of one cache. Its owner writes each object whole and reads it before it is given back. Objects of a cache with a
 * constructor are given back as the constructor left them.
 *
 * A cache is destroyed when nobody has an object of it, or is about to: anything else is a client's mistake, and those are in
 * ops_slab_bugs.c.
 */
#include <string.h>
#include "model_kmalloc.h"
#include "model_slub.h"
#include "rcu.h"
#include "tool.h"
#include "world.h"

static const struct outcome done = { .ok = true };

/* --- constructors ------------------------------------------------------------------------------------------------------- */

#define CTOR_BYTES 16

static void construct(void *object, u8 first)
{
	for (u8 i = 0; i < CTOR_BYTES; i++)
		((u8 *)object)[i] = (u8)(first + i);
}
static void construct_first(void *object)
{
	construct(object, 0x10);
}
static void construct_second(void *object)
{
	construct(object, 0x80);
}

static void (*const ctors[])(void *) = { NULL, construct_first, construct_second };

/* S18: an object is as its constructor left it when the slab was made, or its last owner before giving it back. */
static bool is_constructed(const struct world *w, u64 at, unsigned ctor)
{
	u8 due[CTOR_BYTES];

	ctors[ctor](due);
	return !memcmp(object_pointer(w, at), due, CTOR_BYTES);
}

/* --- who works on a cache ------------------------------------------------------------------------------------------------- */

static unsigned id_of(const struct world *w, u64 cache_slot)
{
	return w->cache[cache_slot].id;
}

static bool ready_cache(struct world *w, const u64 *a)
{
	return !w->cache_dying[id_of(w, a[1])];
}

static void use_cache(struct world *w, unsigned id, int change)
{
	w->cache_uses[id] = (u16)(w->cache_uses[id] + change);
}

/* --- create ------------------------------------------------------------------------------------------------------------------ */

static bool ready_create(struct world *w, const u64 *a)
{
	return w->slab_up && (!a[5] || a[2] >= CTOR_BYTES);
}

static struct model_cache_asked asked_of(const u64 *a)
{
	return (struct model_cache_asked){ .name = cache_names[a[1]], .size = (u32)a[2], .align = a[3] ? 1u << (a[3] - 1) : 0,
					   .flags = (u32)a[4], .ctor = (u8)a[5] };
}

static void begin_create(struct world *w, const u64 *a)
{
	struct model_cache_asked asked = asked_of(a);

	model_begin_cache_create(w->model, world_cpu(), world_where(), &asked);
}

static struct outcome outcome_of_cache(struct world *w, const u64 *a, struct kmem_cache *s, unsigned ctor)
{
	struct cache_slot *slot = &w->cache[a[0]];

	if (!s)
		return (struct outcome){ 0 };
	*slot = (struct cache_slot){ .state = slot->state, .ctor = (u8)ctor, .size = (u32)a[2], .s = s };
	while (slab_cache_by_id(slot->id) != s)
		slot->id++;
	return (struct outcome){ .ok = true, .has_value = true, .what = "id", .value = slot->id };
}

static struct outcome run_create(struct world *w, const u64 *a)
{
	return outcome_of_cache(w, a, kmem_cache_create(cache_names[a[1]], (u32)a[2], asked_of(a).align, (u32)a[4], ctors[a[5]]),
				(unsigned)a[5]);
}

static const char *judge_create(struct world *w, const u64 *a, struct outcome seen)
{
	const char *bad = model_cache_created(w->model, world_cpu(), seen.ok ? (unsigned)seen.value : 0);

	if (bad || !seen.ok)
		return bad;
	w->cache[a[0]].state = SLOT_LIVE;
	if (kmem_cache_size(w->cache[a[0]].s) < a[2])
		return "S21: the cache has smaller objects than were asked for";
	return slab_compare(w, (unsigned)seen.value);
}

bool slab_may_panic(struct world *w)
{
	return model_cache_may_panic(w->model);
}

/* In an interrupt nobody can be waited for. */
static void begin_create_in_irq(struct world *w, const u64 *a)
{
	struct model_cache_asked asked = asked_of((const u64[]){ 0, a[1], a[2], 0, 0, 0 });

	model_begin_cache_create(w->model, world_cpu(), world_where() | MODEL_IN_INTERRUPT, &asked);
}
static struct outcome run_create_in_irq(struct world *w, const u64 *a)
{
	struct kmem_cache *s;

	sim_enter_context(CONTEXT_HARDIRQ);
	s = kmem_cache_create(cache_names[a[1]], (u32)a[2], 0, 0, NULL);
	sim_leave_context(CONTEXT_HARDIRQ);
	return outcome_of_cache(w, a, s, 0);
}

static void begin_create_args(struct world *w, const u64 *a, struct kmem_cache_args args)
{
	struct model_cache_asked asked = { .name = cache_names[a[1]], .size = (u32)a[2], .flags = (u32)a[3],
					   .useroffset = args.useroffset, .usersize = args.usersize,
					   .use_freeptr = args.use_freeptr_offset, .freeptr = args.freeptr_offset };

	model_begin_cache_create(w->model, world_cpu(), world_where(), &asked);
}
static struct outcome run_create_args(struct world *w, const u64 *a, struct kmem_cache_args args)
{
	return outcome_of_cache(w, a, kmem_cache_create_args(cache_names[a[1]], (u32)a[2], &args, (u32)a[3]), 0);
}

static void begin_create_usercopy(struct world *w, const u64 *a)
{
	begin_create_args(w, a, (struct kmem_cache_args){ .useroffset = (u32)a[4], .usersize = (u32)a[5] });
}
static struct outcome run_create_usercopy(struct world *w, const u64 *a)
{
	return run_create_args(w, a, (struct kmem_cache_args){ .useroffset = (u32)a[4], .usersize = (u32)a[5] });
}

static void begin_create_freeptr(struct world *w, const u64 *a)
{
	begin_create_args(w, a, (struct kmem_cache_args){ .use_freeptr_offset = true, .freeptr_offset = (u32)a[4] });
}
static struct outcome run_create_freeptr(struct world *w, const u64 *a)
{
	return run_create_args(w, a, (struct kmem_cache_args){ .use_freeptr_offset = true, .freeptr_offset = (u32)a[4] });
}

static bool ready_create_plain(struct world *w, const u64 *a)
{
	(void)a;
	return w->slab_up;
}
/* A pointer that begins in the object and ends behind it is believed too, and is written over the redzone: not here. */
static bool ready_create_freeptr(struct world *w, const u64 *a)
{
	return ready_create_plain(w, a) && (a[4] >= a[2] || a[4] + sizeof(u64) <= a[2]);
}

/* --- destroy, shrink, look ----------------------------------------------------------------------------------------------------- */

static bool ready_destroy(struct world *w, const u64 *a)
{
	unsigned id = id_of(w, a[0]);
	const struct model_cache *c = model_cache(w->model, id);

	return !w->cache_dying[id] && !w->cache_uses[id] && (c->refcount > 1 || c->live == model_waiting_of_cache(w->model, id));
}

/* S35: the client forgot objects. Nobody works on the cache; it stays without a name, and its objects can be freed. */
static bool ready_destroy_used(struct world *w, const u64 *a)
{
	unsigned id = id_of(w, a[0]);
	const struct model_cache *c = model_cache(w->model, id);

	return !w->cache_dying[id] && !w->cache_uses[id] && !w->model->nr_in_flight && c->refcount == 1 && !c->boot &&
	       c->live > model_waiting_of_cache(w->model, id);
}

static void begin_destroy(struct world *w, const u64 *a)
{
	w->cache_dying[id_of(w, a[0])] = true;
	model_begin_cache_destroy(w->model, world_cpu(), id_of(w, a[0]));
}
static struct outcome run_destroy(struct world *w, const u64 *a)
{
	kmem_cache_destroy(w->cache[a[0]].s);
	return done;
}
static const char *judge_destroy(struct world *w, const u64 *a, struct outcome seen)
{
	unsigned id = id_of(w, a[0]);

	(void)seen;
	w->cache_dying[id] = false;
	w->cache[a[0]].state = SLOT_STALE;
	return model_cache_destroyed(w->model, world_cpu());
}

static bool ready_shrink(struct world *w, const u64 *a)
{
	return !w->cache_dying[id_of(w, a[0])];
}
static void begin_shrink(struct world *w, const u64 *a)
{
	use_cache(w, id_of(w, a[0]), 1);
	model_begin_cache_shrink(w->model, world_cpu(), id_of(w, a[0]));
}
static struct outcome run_shrink(struct world *w, const u64 *a)
{
	return (struct outcome){ .ok = true, .has_value = true, .what = "remain",
				 .value = kmem_cache_shrink(w->cache[a[0]].s) != 0 };
}
static const char *judge_shrink(struct world *w, const u64 *a, struct outcome seen)
{
	use_cache(w, id_of(w, a[0]), -1);
	return model_cache_shrunk(w->model, world_cpu(), seen.value);
}

static void begin_look(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}
static struct outcome run_nothing(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	return done;
}
static const char *judge_cache(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	return w->model->nr_in_flight > 1 ? NULL : slab_compare(w, id_of(w, a[0]));
}

/* --- what an owner does with objects --------------------------------------------------------------------------------------------- */

static u64 object_at(const struct world *w, u64 slot, u32 i)
{
	return w->object[slot].bulk ? w->object_at[slot][i] : w->object[slot].at;
}

static u64 key_of(const struct world *w, u64 slot, u32 i)
{
	return contents_object_key(FAMILY_OBJECTS, (u32)slot | i << 16, w->object[slot].generation);
}

static void stamp_object(struct world *w, u64 slot)
{
	const struct object_slot *o = &w->object[slot];

	for (u32 i = 0; i < o->nr; i++)
		contents_object_stamp(w, object_at(w, slot, i), o->size, key_of(w, slot, i));
}

const char *slab_check_object(struct world *w, u64 slot)
{
	const struct object_slot *o = &w->object[slot];

	for (u32 i = 0; i < o->nr; i++)
		if (!contents_object_holds(w, object_at(w, slot, i), o->size, o->size, key_of(w, slot, i)))
			return world_says(w, "S50: the object at %#llx no longer holds what its owner wrote",
					  (unsigned long long)object_at(w, slot, i));
	return NULL;
}

/* S16: is all of it to be zero? Who asked gets it so; the machine's own wish is not heeded where what is there must stay. */
static bool zero_is_due(const struct world *w, const struct model_cache *c, u32 gfp)
{
	return gfp & __GFP_ZERO || (w->machine->param[PARAM_INIT_ON_ALLOC] && !c->ctor &&
				    !(c->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_POISON)));
}

/* S16, S17, S18, S3: what an object just handed out is like. */
static const char *check_received(struct world *w, const struct cache_slot *cache, u64 at, u32 gfp)
{
	const struct model_cache *c = model_cache(w->model, cache->id);
	unsigned long long address = at;

	if (at % c->align)
		return world_says(w, "S17: the object at %#llx is not aligned to %u", address, c->align);
	if (tool_asks_poisoned(object_pointer(w, at), cache->size) == 1)
		return world_says(w, "S51: the object at %#llx was handed out, and the tool still forbids to touch it", address);
	if (c->ctor && !(gfp & __GFP_ZERO) && !is_constructed(w, at, c->ctor))
		return world_says(w, "S18: the object at %#llx is not as its constructor left it", address);
	if (zero_is_due(w, c, gfp) && contents_first_not(w, at, c->object_size, 0) < c->object_size)
		return world_says(w, "S16: the object at %#llx was asked for zeroed and is not", address);
	if (!zero_is_due(w, c, gfp) && (c->flags & MODEL_OBJECT_POISON) &&
	    contents_first_not(w, at, c->object_size - 1, 0x6b) < c->object_size - 1)
		return world_says(w, "S3: the object at %#llx is not poisoned as it should be", address);
	return NULL;
}

static const char *receive(struct world *w, u64 slot, u64 cache_slot, u32 gfp, u32 nr, bool bulk)
{
	const struct cache_slot *cache = &w->cache[cache_slot];
	struct object_slot *o = &w->object[slot];
	const char *bad = NULL;

	o->bulk = bulk;
	for (u32 i = 0; !bad && i < nr; i++)
		bad = check_received(w, cache, object_at(w, slot, i), gfp);
	if (bad)
		return bad;
	*o = (struct object_slot){ .state = SLOT_LIVE, .bulk = bulk, .cache = cache->id, .nr = (u16)nr, .size = cache->size,
				   .generation = o->generation + 1, .at = o->at };
	stamp_object(w, slot);
	return NULL;
}

/* --- allocation --------------------------------------------------------------------------------------------------------------------- */

/* __GFP_ZERO would undo what a constructor did: asked for by mistake alone. */
static bool ready_alloc(struct world *w, const u64 *a)
{
	return ready_cache(w, a) && (!w->cache[a[1]].ctor || !(a[2] & __GFP_ZERO));
}
static bool ready_zalloc(struct world *w, const u64 *a)
{
	return ready_cache(w, a) && !w->cache[a[1]].ctor;
}
/* The mistake: the owner gets zeroes, and constructs the object himself before he gives it back. */
static bool ready_zalloc_constructed(struct world *w, const u64 *a)
{
	return ready_cache(w, a) && w->cache[a[1]].ctor;
}

static void begin_request(struct world *w, const u64 *a, u32 gfp, int nid, u32 wanted)
{
	unsigned id = id_of(w, a[1]);

	use_cache(w, id, 1);
	model_begin_objects(w->model, world_cpu(), world_where(),
			    (struct model_wish){ .cache = (u8)id, .event = EVENT_KMEM_CACHE_ALLOC, .gfp = gfp, .nid = nid,
						 .bytes = model_cache(w->model, id)->object_size, .wanted = wanted });
}

static struct outcome outcome_of_object(struct world *w, const u64 *a, void *object)
{
	if (!object)
		return (struct outcome){ 0 };
	w->object[a[0]].at = slab_address(object);
	return (struct outcome){ .ok = true, .has_value = true, .what = "at", .in_hex = true, .value = slab_address(object) };
}

static const char *judge_request(struct world *w, const u64 *a, u32 gfp, struct outcome seen)
{
	const char *bad = model_answer_object(w->model, world_cpu(), seen.ok ? seen.value : MODEL_NO_ADDRESS);

	use_cache(w, id_of(w, a[1]), -1);
	w->stats.allocs++;
	w->stats.refused += !seen.ok;
	return bad || !seen.ok ? bad : receive(w, a[0], a[1], gfp, 1, false);
}

static void begin_alloc(struct world *w, const u64 *a)
{
	begin_request(w, a, (u32)a[2], NUMA_NO_NODE, 1);
}
static struct outcome run_alloc(struct world *w, const u64 *a)
{
	return outcome_of_object(w, a, kmem_cache_alloc(w->cache[a[1]].s, (gfp_t)a[2]));
}
static const char *judge_alloc(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_request(w, a, (u32)a[2], seen);
}

static void begin_alloc_node(struct world *w, const u64 *a)
{
	begin_request(w, a, (u32)a[2], world_node(w, a[3]), 1);
}
static struct outcome run_alloc_node(struct world *w, const u64 *a)
{
	return outcome_of_object(w, a, kmem_cache_alloc_node(w->cache[a[1]].s, (gfp_t)a[2], world_node(w, a[3])));
}

static void begin_zalloc(struct world *w, const u64 *a)
{
	begin_request(w, a, (u32)a[2] | __GFP_ZERO, NUMA_NO_NODE, 1);
}
static struct outcome run_zalloc(struct world *w, const u64 *a)
{
	return outcome_of_object(w, a, kmem_cache_zalloc(w->cache[a[1]].s, (gfp_t)a[2]));
}
static const char *judge_zalloc(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_request(w, a, (u32)a[2] | __GFP_ZERO, seen);
}

static void begin_alloc_bulk(struct world *w, const u64 *a)
{
	begin_request(w, a, (u32)a[2], NUMA_NO_NODE, (u32)a[3]);
}
static struct outcome run_alloc_bulk(struct world *w, const u64 *a)
{
	void *object[MAX_BULK];
	unsigned nr = kmem_cache_alloc_bulk(w->cache[a[1]].s, (gfp_t)a[2], a[3], object);

	for (unsigned i = 0; i < nr && i < MAX_BULK; i++)
		w->object_at[a[0]][i] = slab_address(object[i]);
	return (struct outcome){ .ok = nr == a[3], .has_value = nr, .what = "objects", .value = nr };
}
static const char *judge_alloc_bulk(struct world *w, const u64 *a, struct outcome seen)
{
	const char *bad = model_answer_objects(w->model, world_cpu(), w->object_at[a[0]], (u32)seen.value);

	use_cache(w, id_of(w, a[1]), -1);
	w->stats.allocs += seen.value;
	w->stats.refused += !seen.ok;
	return bad || !seen.value ? bad : receive(w, a[0], a[1], (u32)a[2], (u32)seen.value, true);
}

/* --- giving back --------------------------------------------------------------------------------------------------------------------- */

static bool ready_free(struct world *w, const u64 *a)
{
	const struct object_slot *o = &w->object[a[0]];

	for (u32 i = 0; o->nr > 1 && i < o->nr; i++) /* which of many are refused is not followed */
		if (model_slub_is_damaged(w->model, model_slab_of(w->model, object_at(w, a[0], i))))
			return false;
	return !w->cache_dying[o->cache];
}

static void begin_free(struct world *w, const u64 *a)
{
	const struct object_slot *o = &w->object[a[0]];
	unsigned ctor = model_cache(w->model, o->cache)->ctor;

	world_scratch(w)->pending = slab_check_object(w, a[0]);
	use_cache(w, o->cache, 1);
	model_begin_give(w->model, world_cpu(), EVENT_KMEM_CACHE_FREE);
	for (u32 i = 0; i < o->nr; i++) {
		if (ctor)
			ctors[ctor](object_pointer(w, object_at(w, a[0], i)));
		model_add_give(w->model, world_cpu(), object_at(w, a[0], i));
	}
}
static void begin_free_singly(struct world *w, const u64 *a)
{
	begin_free(w, a);
	model_gives_singly(w->model, world_cpu());
}
static struct outcome run_free(struct world *w, const u64 *a)
{
	const struct object_slot *o = &w->object[a[0]];
	struct kmem_cache *s = slab_cache_by_id(o->cache);

	for (u32 i = 0; i < o->nr; i++)
		kmem_cache_free(s, object_pointer(w, object_at(w, a[0], i)));
	return done;
}
static struct outcome run_free_bulk(struct world *w, const u64 *a)
{
	const struct object_slot *o = &w->object[a[0]];
	void *object[MAX_BULK];

	for (u32 i = 0; i < o->nr; i++)
		object[i] = object_pointer(w, object_at(w, a[0], i));
	kmem_cache_free_bulk(slab_cache_by_id(o->cache), o->nr, object);
	return done;
}

/* What is free may not be touched, but for caches whose readers may still look. An interrupt may have taken it since. */
static const char *check_given(struct world *w, u64 slot)
{
	const struct object_slot *o = &w->object[slot];
	const struct model_cache *c = model_cache(w->model, o->cache);

	if (w->model->nr_in_flight > 1 || !c || (c->flags & SLAB_TYPESAFE_BY_RCU))
		return NULL;
	for (u32 i = 0; i < o->nr; i++)
		if (!model_object_is_live(w->model, object_at(w, slot, i)) &&
		    tool_asks_poisoned(object_pointer(w, object_at(w, slot, i)), 8) == 0)
			return world_says(w, "S52: the object at %#llx is free, and the tool would let anybody touch it",
					  (unsigned long long)object_at(w, slot, i));
	return NULL;
}

static const char *judge_free(struct world *w, const u64 *a, struct outcome seen)
{
	const char *bad = model_given(w->model, world_cpu());

	(void)seen;
	use_cache(w, w->object[a[0]].cache, -1);
	if (w->object[a[0]].nr == 1 && model_slub_was_refused(w->model, world_cpu(), object_at(w, a[0], 0))) {
		model_slub_heal(w->model, object_at(w, a[0], 0));
		stamp_object(w, a[0]); /* it stays its owner's, and may have been constructed or wiped */
		return bad ? bad : world_scratch(w)->pending;
	}
	w->object[a[0]].state = SLOT_STALE;
	if (world_scratch(w)->pending)
		return world_scratch(w)->pending;
	return bad ? bad : check_given(w, a[0]);
}

/* --- reading and writing ---------------------------------------------------------------------------------------------------------------- */

static const char *judge_object(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	return slab_check_object(w, a[0]);
}

static struct outcome run_write(struct world *w, const u64 *a)
{
	w->object[a[0]].generation++;
	stamp_object(w, a[0]);
	return done;
}

/* A stray store into somebody's live object: found when its owner looks. */
static bool ready_damage(struct world *w, const u64 *a)
{
	return w->object[a[0]].size > a[1] && !w->model->nr_in_flight;
}
static struct outcome run_damage(struct world *w, const u64 *a)
{
	object_pointer(w, object_at(w, a[0], 0))[a[1]] ^= 0x55;
	return done;
}

/*
 * Who looks at an object of a SLAB_TYPESAFE_BY_RCU cache under rcu_read_lock(): it may be freed meanwhile, and be somebody else's,
 * but what lies there is an object of this cache until the reader has gone.
 */
static bool ready_walk(struct world *w, const u64 *a)
{
	const struct object_slot *o = &w->object[a[0]];

	return !w->cache_dying[o->cache] && (model_cache(w->model, o->cache)->flags & SLAB_TYPESAFE_BY_RCU);
}
static void begin_walk(struct world *w, const u64 *a)
{
	use_cache(w, w->object[a[0]].cache, 1);
	model_begin_other(w->model, world_cpu());
	model_reader_begins(w->model, world_cpu());
}

#define LOOKS 4

static struct outcome run_walk(struct world *w, const u64 *a)
{
	u64 at = object_at(w, a[0], 0);

	world_scratch(w)->pending = NULL;
	rcu_read_lock();
	for (unsigned i = 0; i < LOOKS; i++) {
		if (i)
			sim_yield(YIELD_RCU);
		if (tool_asks_poisoned(object_pointer(w, at), w->object[a[0]].size) == 1)
			world_scratch(w)->pending = "S18: the tool forbids a reader to look at an object that may be freed only after it";
	}
	rcu_read_unlock();
	model_reader_ends(w->model, world_cpu());
	return done;
}
static const char *judge_walk(struct world *w, const u64 *a, struct outcome seen)
{
	unsigned id = w->object[a[0]].cache;

	(void)seen;
	use_cache(w, id, -1);
	if (model_cache_of(w->model, object_at(w, a[0], 0)) != id)
		return "S18: a reader's object is in no slab of its cache any more";
	return world_scratch(w)->pending;
}

/* --- the life of the world ---------------------------------------------------------------------------------------------------------------- */

static const char *end_with(struct world *w, const char *bad)
{
	return bad ? bad : model_end(w->model, world_cpu());
}

static const char *settle(struct world *w)
{
	const char *bad;

	more_fuel(w);
	model_begin_slab_settle(w->model, world_cpu());
	slab_settle();
	bad = world_drain(w);
	return end_with(w, bad ? bad : model_slab_settled(w->model, world_cpu()));
}

const char *slab_prefill(struct world *w)
{
	const char *bad;
	int error;

	more_fuel(w);
	if (!model_begin_slab_init(w->model, world_cpu(), slab_descriptor_bytes(true), slab_descriptor_bytes(false)))
		return "N50: the host has no memory for a model of caches";
	if (w->model->setup.slab_debug[0])
		setup_slub_debug(w->model->setup.slab_debug);
	error = kmem_cache_init();
	bad = world_drain(w);
	bad = end_with(w, bad ? bad : model_slab_is_up(w->model, world_cpu(), error));
	w->slab_up = !bad && !error;
	return bad || error ? bad : settle(w);
}

const char *slab_finish(struct world *w)
{
	const char *bad = settle(w);

	return bad ? bad : model_slab_nothing_leaks(w->model);
}

static const char *do_all(struct world *w, const struct op *op, u64 slot)
{
	u64 a[MAX_ARGS] = { slot };
	struct outcome seen;
	const char *bad;

	more_fuel(w);
	op->begin(w, a);
	seen = op->run(w, a);
	bad = world_drain(w);
	return end_with(w, bad ? bad : op->judge(w, a, seen));
}

/* The objects of a bulk, each as one, in a slot of its own; a free may be refused once. */
static const char *free_singly(struct world *w, u64 slot, const struct op *one)
{
	struct object_slot o = w->object[slot];
	const char *bad = slab_check_object(w, slot);

	for (u32 i = 0; !bad && i < o.nr; i++) {
		w->object[slot] = o;
		w->object[slot].bulk = false;
		w->object[slot].nr = 1;
		w->object[slot].at = w->object_at[slot][i];
		stamp_object(w, slot);
		bad = do_all(w, one, slot);
		if (!bad && w->object[slot].state == SLOT_LIVE)
			bad = do_all(w, one, slot);
	}
	w->object[slot].state = SLOT_STALE;
	return bad;
}

/* All objects came back, but for those that nobody can give back any more. */
static const char *judge_all_given(struct world *w, unsigned id)
{
	const struct model_cache *c = model_cache(w->model, id);

	if (c->refcount > 1 || c->live == model_slub_nr_stuck(w->model, id) + model_waiting_of_cache(w->model, id))
		return NULL;
	return world_says(w, "Q5: all is freed, but %llu objects of cache %s are in use", (unsigned long long)c->live, c->name);
}

const char *slab_free_all(struct world *w)
{
	static const struct op one = { .begin = begin_free_singly, .run = run_free, .judge = judge_free };
	static const struct op destroy = { .begin = begin_destroy, .run = run_destroy, .judge = judge_destroy };
	const char *bad = NULL;

	for (u64 i = 0; !bad && i < NR_SLOTS; i++)
		if (w->object[i].state == SLOT_LIVE && !ready_free(w, &i))
			bad = free_singly(w, i, &one);
		else if (w->object[i].state == SLOT_LIVE)
			bad = do_all(w, &one, i);
	for (u64 i = 0; !bad && i < NR_SLOTS; i++) /* what was refused once was damaged, and is repaired */
		if (w->object[i].state == SLOT_LIVE)
			bad = do_all(w, &one, i);
	for (u64 i = 0; !bad && i < NR_CACHE_SLOTS; i++)
		if (w->cache[i].state == SLOT_LIVE && !(bad = judge_all_given(w, id_of(w, i))))
			bad = do_all(w, &destroy, i);
	return bad;
}

const struct op slab_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0x0300, "slab_debug", { ARG_DEBUG_LETTERS, ARG_CACHE_PATTERN }, 4, OP_BOOT, NULL, NULL, NULL, NULL },
	{ 0x0301, "kmem_cache_create", { ARG_NEW_CACHE, ARG_CACHE_NAME, ARG_OBJECT_SIZE, ARG_ALIGN, ARG_SLAB_FLAGS, ARG_CTOR }, 60,
	  OP_TASK_ONLY, ready_create, begin_create, run_create, judge_create },
	{ 0x0302, "kmem_cache_create_usercopy",
	  { ARG_NEW_CACHE, ARG_CACHE_NAME, ARG_OBJECT_SIZE, ARG_SLAB_FLAGS, ARG_USER_OFFSET, ARG_USER_SIZE }, 8, OP_TASK_ONLY,
	  ready_create_plain, begin_create_usercopy, run_create_usercopy, judge_create },
	{ 0x0303, "kmem_cache_create_freeptr", { ARG_NEW_CACHE, ARG_CACHE_NAME, ARG_OBJECT_SIZE, ARG_SLAB_FLAGS, ARG_FREEPTR }, 8,
	  OP_TASK_ONLY, ready_create_freeptr, begin_create_freeptr, run_create_freeptr, judge_create },
	{ 0x0304, "kmem_cache_create_in_irq", { ARG_NEW_CACHE, ARG_CACHE_NAME, ARG_OBJECT_SIZE }, 2, OP_TASK_ONLY,
	  ready_create_plain, begin_create_in_irq, run_create_in_irq, judge_create },
	{ 0x0305, "kmem_cache_destroy", { ARG_LAST_CACHE }, 8, OP_TASK_ONLY | OP_CALLS, ready_destroy, begin_destroy, run_destroy,
	  judge_destroy },
	{ 0x036f, "zalloc_constructed", { ARG_NEW_OBJECT, ARG_CACHE, ARG_GFP }, 6, OP_CLIENT_BUG, ready_zalloc_constructed,
	  begin_zalloc, run_zalloc, judge_zalloc },
	{ 0x036e, "destroy_used_cache", { ARG_LAST_CACHE }, 4, OP_TASK_ONLY | OP_CALLS | OP_CLIENT_BUG, ready_destroy_used,
	  begin_destroy, run_destroy, judge_destroy },
	{ 0x0306, "kmem_cache_shrink", { ARG_CACHE }, 12, OP_TASK_ONLY | OP_CALLS, ready_shrink, begin_shrink, run_shrink,
	  judge_shrink },
	{ 0x0308, "kmem_cache_alloc", { ARG_NEW_OBJECT, ARG_CACHE, ARG_GFP }, 640, 0, ready_alloc, begin_alloc, run_alloc,
	  judge_alloc },
	{ 0x0309, "kmem_cache_alloc_node", { ARG_NEW_OBJECT, ARG_CACHE, ARG_GFP, ARG_NODE }, 96, 0, ready_alloc, begin_alloc_node,
	  run_alloc_node, judge_alloc },
	{ 0x030a, "kmem_cache_zalloc", { ARG_NEW_OBJECT, ARG_CACHE, ARG_GFP }, 96, 0, ready_zalloc, begin_zalloc, run_zalloc,
	  judge_zalloc },
	{ 0x030b, "kmem_cache_alloc_bulk", { ARG_NEW_OBJECT, ARG_CACHE, ARG_GFP, ARG_COUNT }, 160, 0, ready_alloc,
	  begin_alloc_bulk, run_alloc_bulk, judge_alloc_bulk },
	{ 0x030c, "kmem_cache_free", { ARG_LIVE_OBJECT }, 760, OP_UNLINKS, ready_free, begin_free_singly, run_free, judge_free },
	{ 0x030d, "kmem_cache_free_bulk", { ARG_LIVE_OBJECT }, 160, 0, ready_free, begin_free, run_free_bulk, judge_free },
	{ 0x0310, "object_check", { ARG_LIVE_OBJECT }, 24, 0, NULL, begin_look, run_nothing, judge_object },
	{ 0x0311, "object_write", { ARG_LIVE_OBJECT }, 24, 0, NULL, begin_look, run_write, NULL },
	{ 0x0313, "object_walk", { ARG_LIVE_OBJECT }, 24, OP_WALKS, ready_walk, begin_walk, run_walk, judge_walk },
	{ 0x0314, "write_live_object", { ARG_LIVE_OBJECT, ARG_OBJECT_BYTE }, 0, OP_CLIENT_BUG | OP_DAMAGE, ready_damage, begin_look,
	  run_damage, NULL },
	{ 0x0312, "cache_check", { ARG_CACHE }, 8, 0, NULL, begin_look, run_nothing, judge_cache },
	{ 0 }
};
