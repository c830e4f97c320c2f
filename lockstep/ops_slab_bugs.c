/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_slab_bugs.c - clients of caches that go wrong: run on mm, judged by the model.
 *
 *   stores    behind or before an object, into a freed one, over a free pointer, behind the last slot of a slab
 *   frees     twice, of the inside of an object, to a wrong cache, of a page, of nothing, of an address without memory
 *   words     of a slab itself: a count, its free list, that it is one; put back when validate has looked
 *
 * What is due depends on the flags of the cache: the exact reports, or silence. Where the kernel would follow a wild pointer,
 * or lose count, without anybody looking first (a free pointer overwritten, a double free, the inside of an object, all
 * without F), the operation is skipped. So is what would hit tracks, sizes, and what mm keeps in objects of its own.
 */
#include <string.h>
#include "slab_client.h"

static const struct outcome done = { .ok = true };

static void begin_other(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}

static struct outcome at_address(u64 address)
{
	return (struct outcome){ .ok = true, .has_value = true, .what = "at", .in_hex = true, .value = address };
}

/* Of an operation that cannot be interrupted: nobody may see what it breaks and mends. */
static u32 stop_switches(void)
{
	u32 next = this_cpu->next_switch;

	this_cpu->next_switch = ~0u;
	return next;
}

/* --- stores -------------------------------------------------------------------------------------------------------------- */

/* An operation knows its slot by family, and each has its own row. */
static const struct object_slot *object_of(const struct world *w, const u64 *a)
{
	return &w->object[a[0]];
}
static const struct object_slot *kmalloc_of(const struct world *w, const u64 *a)
{
	return &w->kmalloc[a[0]];
}

static bool is_single(const struct object_slot *s)
{
	return !s->bulk && s->cache && s->at != MODEL_NO_ADDRESS;
}

/* Where it is, and how many bytes. */
struct aim {
	u64 at;
	u32 bytes;
};

/* a[1] bytes are left out, a[2] + 1 written. */
static struct aim aim_behind(const struct object_slot *s, const u64 *a)
{
	return (struct aim){ s->at + s->size + a[1], (u32)a[2] + 1 };
}
static struct aim aim_before(const struct object_slot *s, const u64 *a)
{
	return (struct aim){ s->at - a[1] - a[2] - 1, (u32)a[2] + 1 };
}
/* From byte a[1] on. */
static struct aim aim_inside(const struct object_slot *s, const u64 *a)
{
	u64 first = s->size ? a[1] % s->size : 0;

	return (struct aim){ s->at + first, (u32)min_of(a[2] + 1, s->size - first) };
}

static struct outcome hit(struct world *w, struct aim aim, u64 pattern)
{
	world_scratch(w)->pending = client_write(w, aim.at, aim.bytes, (u8)pattern);
	return at_address(aim.at);
}

static bool may_hit(struct world *w, const struct object_slot *s, struct aim aim)
{
	return is_single(s) && model_slab_of(w->model, s->at) == model_slab_of(w->model, aim.at) &&
	       client_may_write(w, aim.at, aim.bytes);
}

static bool ready_overrun(struct world *w, const u64 *a)
{
	return may_hit(w, object_of(w, a), aim_behind(object_of(w, a), a));
}
static struct outcome run_overrun(struct world *w, const u64 *a)
{
	return hit(w, aim_behind(object_of(w, a), a), a[3]);
}
static bool ready_overrun_kmalloc(struct world *w, const u64 *a)
{
	return may_hit(w, kmalloc_of(w, a), aim_behind(kmalloc_of(w, a), a));
}
static struct outcome run_overrun_kmalloc(struct world *w, const u64 *a)
{
	return hit(w, aim_behind(kmalloc_of(w, a), a), a[3]);
}

static bool ready_underrun(struct world *w, const u64 *a)
{
	return may_hit(w, object_of(w, a), aim_before(object_of(w, a), a));
}
static struct outcome run_underrun(struct world *w, const u64 *a)
{
	return hit(w, aim_before(object_of(w, a), a), a[3]);
}
static bool ready_underrun_kmalloc(struct world *w, const u64 *a)
{
	return may_hit(w, kmalloc_of(w, a), aim_before(kmalloc_of(w, a), a));
}
static struct outcome run_underrun_kmalloc(struct world *w, const u64 *a)
{
	return hit(w, aim_before(kmalloc_of(w, a), a), a[3]);
}

/* The object may have a new owner by now: his bytes are hit then. */
static bool is_stale(struct world *w, const struct object_slot *s)
{
	return s->state == SLOT_STALE && is_single(s) && model_cache_of(w->model, s->at) == s->cache &&
	       client_slab_is_there(w, s->at) && model_object_at(w->model, s->at) == s->at;
}
static bool ready_write_after_free(struct world *w, const u64 *a)
{
	return is_stale(w, object_of(w, a)) && may_hit(w, object_of(w, a), aim_inside(object_of(w, a), a));
}
static struct outcome run_write_after_free(struct world *w, const u64 *a)
{
	return hit(w, aim_inside(object_of(w, a), a), a[3]);
}
static bool ready_write_after_kfree(struct world *w, const u64 *a)
{
	return is_stale(w, kmalloc_of(w, a)) && may_hit(w, kmalloc_of(w, a), aim_inside(kmalloc_of(w, a), a));
}
static struct outcome run_write_after_kfree(struct world *w, const u64 *a)
{
	return hit(w, aim_inside(kmalloc_of(w, a), a), a[3]);
}

/* Behind the last slot of the slab, if anything is there. */
static struct aim aim_tail(struct world *w, const u64 *a)
{
	struct slub_site site;
	u64 rest, first;

	if (!slub_site_of(w->model, object_of(w, a)->at, &site))
		return (struct aim){ 0, 0 };
	rest = site.bytes - (u64)site.objects * site.l.size;
	first = rest ? a[1] % rest : 0;
	return (struct aim){ site.base + site.bytes - rest + first, (u32)min_of(a[2] + 1, rest - first) };
}
static bool ready_write_padding(struct world *w, const u64 *a)
{
	return is_single(object_of(w, a)) && client_may_write(w, aim_tail(w, a).at, aim_tail(w, a).bytes);
}
static struct outcome run_write_padding(struct world *w, const u64 *a)
{
	return hit(w, aim_tail(w, a), a[3]);
}

/* Of a freed object, or of one in use where the pointer lies behind it. */
static bool ready_flip(struct world *w, const u64 *a)
{
	const struct object_slot *s = object_of(w, a);
	struct slub_site site;

	if (!is_single(s) || model_object_at(w->model, s->at) != s->at || w->model->nr_in_flight)
		return false;
	if (model_slub_is_lost(w->model, s->at) || !client_slab_is_there(w, s->at) || !slub_site_of(w->model, s->at, &site))
		return false;
	if (site.cache != s->cache || client_slab_waits(w, &site))
		return false;
	if (model_object_is_live(w->model, s->at) && !slub_pointer_outside(&site.l))
		return false;
	return model_slub_may_flip(w->model, s->at);
}
static struct outcome run_flip(struct world *w, const u64 *a)
{
	client_flip_pointer(w, object_of(w, a)->at, client_pointer_bits((u8)a[1]));
	return at_address(object_of(w, a)->at);
}

/* --- frees --------------------------------------------------------------------------------------------------------------- */

static bool looks_first(const struct world *w, unsigned cache)
{
	const struct model_cache *c = model_cache(w->model, cache);

	return c && c->flags & SLAB_CONSISTENCY_CHECKS;
}

/* Who has the object of a stale slot now, alone: its free is his. */
static struct object_slot *new_owner(struct world *w, const struct object_slot *s)
{
	struct object_slot *owner = model_object_is_live(w->model, s->at) ? client_find_owner(w, s->at) : NULL;

	return owner && !owner->bulk ? owner : NULL;
}

/* What is wiped before it is looked at, and refused then, holds nothing of its owner's any more: not followed. */
static bool is_wiped_and_refused(struct world *w, const struct object_slot *s)
{
	return w->model->setup.knob[KNOB_INIT_ON_FREE] && model_slub_is_damaged(w->model, model_slab_of(w->model, s->at));
}

static bool is_busy(const struct world *w, const struct object_slot *s)
{
	if (s >= w->object && s < w->object + NR_SLOTS)
		return w->slot_busy[FAMILY_OBJECTS][s - w->object];
	return w->slot_busy[FAMILY_KMALLOC][s - w->kmalloc];
}

/* The first object of this CPU's own list: a hardened list sees it come again. [S14] */
static bool is_first_of_cpu(struct world *w, const struct object_slot *s)
{
	const struct model_cache *c = model_cache(w->model, s->cache);

	return w->model->setup.knob[KNOB_SLAB_FREELIST_HARDENED] && c && !model_cache_is_debug(c) && !w->model->nr_in_flight &&
	       model_slab_first_of_cpu(w->model, world_cpu(), s->cache) == s->at;
}

/* Each object is looked at, or the slab has none in use. */
static bool is_refused(struct world *w, const struct object_slot *s)
{
	const struct model_cache *c = model_cache(w->model, s->cache);

	return looks_first(w, s->cache) ||
	       (c && model_cache_is_debug(c) && !model_slab_frame(w->model, model_slab_of(w->model, s->at))->inuse);
}

static bool may_double_free(struct world *w, const struct object_slot *s)
{
	const struct object_slot *owner = new_owner(w, s);

	if (!is_stale(w, s) || model_waits_for_rcu(w->model, s->at) || is_wiped_and_refused(w, s))
		return false;
	if (model_object_is_live(w->model, s->at))
		return owner && !is_busy(w, owner) && owner->cache == s->cache && !model_cache(w->model, s->cache)->ctor;
	return (is_refused(w, s) && !w->model->nr_in_flight) || is_first_of_cpu(w, s);
}

/*
 * As a new owner's free, or one that is refused; but behind a free pointer that leads astray it is on no list any more, and
 * may look as if it were in use.
 */
static void tell_double_free(struct world *w, const struct object_slot *s)
{
	if (model_object_is_live(w->model, s->at) || is_refused(w, s))
		model_add_give(w->model, world_cpu(), s->at);
	else
		model_slub_want(w->model, world_cpu(), SLUB_DOUBLE_FREE);
}

/* Given back; its owner, if there is one, has lost it unless it was refused. */
static const char *judge_loss(struct world *w, struct object_slot *owner)
{
	const char *bad = model_given(w->model, world_cpu());

	if (!bad && owner && !model_slub_was_refused(w->model, world_cpu(), owner->at))
		owner->state = SLOT_STALE;
	return bad;
}

static bool ready_double_free(struct world *w, const u64 *a)
{
	return may_double_free(w, object_of(w, a)) && slab_cache_by_id(object_of(w, a)->cache);
}
static void begin_double_free(struct world *w, const u64 *a)
{
	model_begin_give(w->model, world_cpu(), EVENT_KMEM_CACHE_FREE);
	tell_double_free(w, object_of(w, a));
}
/* The owner is looked up before: he may take it again as soon as it is free. */
static struct outcome run_double_free(struct world *w, const u64 *a)
{
	const struct object_slot *s = object_of(w, a);

	world_scratch(w)->loser = new_owner(w, s);
	kmem_cache_free(slab_cache_by_id(s->cache), object_pointer(w, s->at));
	return at_address(s->at);
}
static const char *judge_double_free(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return judge_loss(w, world_scratch(w)->loser);
}

static bool ready_double_kfree(struct world *w, const u64 *a)
{
	return may_double_free(w, kmalloc_of(w, a));
}
static void begin_double_kfree(struct world *w, const u64 *a)
{
	model_begin_give(w->model, world_cpu(), EVENT_KFREE);
	tell_double_free(w, kmalloc_of(w, a));
}
static struct outcome run_double_kfree(struct world *w, const u64 *a)
{
	const struct object_slot *s = kmalloc_of(w, a);

	world_scratch(w)->loser = new_owner(w, s);
	kfree(object_pointer(w, s->at));
	return at_address(s->at);
}

/* Not where it begins. */
static u64 interior(const struct object_slot *s, const u64 *a)
{
	return s->at + 1 + a[1] % (s->size - 1);
}
static bool may_free_interior(struct world *w, const struct object_slot *s)
{
	return is_single(s) && s->size > 1 && looks_first(w, s->cache) && !w->model->nr_in_flight;
}
static bool ready_interior(struct world *w, const u64 *a)
{
	return may_free_interior(w, object_of(w, a));
}
static void begin_interior(struct world *w, const u64 *a)
{
	model_begin_give(w->model, world_cpu(), EVENT_KMEM_CACHE_FREE);
	model_slub_give(w->model, world_cpu(), interior(object_of(w, a), a));
}
static struct outcome run_interior(struct world *w, const u64 *a)
{
	u64 at = interior(object_of(w, a), a);

	kmem_cache_free(slab_cache_by_id(object_of(w, a)->cache), object_pointer(w, at));
	return at_address(at);
}
static const char *judge_given(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return model_given(w->model, world_cpu());
}
static bool ready_kfree_interior(struct world *w, const u64 *a)
{
	return may_free_interior(w, kmalloc_of(w, a));
}
static void begin_kfree_interior(struct world *w, const u64 *a)
{
	model_begin_give(w->model, world_cpu(), EVENT_KFREE);
	model_slub_give(w->model, world_cpu(), interior(kmalloc_of(w, a), a));
}
static struct outcome run_kfree_interior(struct world *w, const u64 *a)
{
	u64 at = interior(kmalloc_of(w, a), a);

	kfree(object_pointer(w, at));
	return at_address(at);
}

/* --- to a wrong cache [S24] ---------------------------------------------------------------------------------------------- */

static bool cache_looks_whose(const struct world *w, unsigned cache)
{
	return w->model->setup.knob[KNOB_SLAB_FREELIST_HARDENED] || looks_first(w, cache);
}

static bool may_free_wrong(struct world *w, const struct object_slot *s, const u64 *a)
{
	return is_single(s) && w->cache[a[1]].id != s->cache && !model_cache(w->model, s->cache)->ctor &&
	       !model_waits_for_rcu(w->model, s->at) && !is_wiped_and_refused(w, s);
}

static void begin_wrong(struct world *w, const struct object_slot *s, const u64 *a)
{
	unsigned cache = w->cache[a[1]].id;

	model_begin_give(w->model, world_cpu(), EVENT_KMEM_CACHE_FREE);
	if (cache_looks_whose(w, cache))
		model_slub_want_wrong_cache(w->model, world_cpu(), cache, s->at);
	model_add_give(w->model, world_cpu(), s->at);
}

static bool ready_free_wrong(struct world *w, const u64 *a)
{
	return may_free_wrong(w, object_of(w, a), a);
}
static void begin_free_wrong(struct world *w, const u64 *a)
{
	begin_wrong(w, object_of(w, a), a);
}
static struct outcome run_free_wrong(struct world *w, const u64 *a)
{
	kmem_cache_free(w->cache[a[1]].s, object_pointer(w, object_of(w, a)->at));
	return at_address(object_of(w, a)->at);
}
static const char *judge_free_wrong(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	return judge_loss(w, &w->object[a[0]]);
}

/* Memory by size, to a cache. */
static bool ready_free_kmalloc_to_cache(struct world *w, const u64 *a)
{
	return may_free_wrong(w, kmalloc_of(w, a), a);
}
static void begin_free_kmalloc_to_cache(struct world *w, const u64 *a)
{
	begin_wrong(w, kmalloc_of(w, a), a);
}
static struct outcome run_free_kmalloc_to_cache(struct world *w, const u64 *a)
{
	kmem_cache_free(w->cache[a[1]].s, object_pointer(w, kmalloc_of(w, a)->at));
	return at_address(kmalloc_of(w, a)->at);
}
static const char *judge_free_kmalloc_to_cache(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	return judge_loss(w, &w->kmalloc[a[0]]);
}

/* --- what is no object --------------------------------------------------------------------------------------------------- */

static u64 page_of(const struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];
	u64 nr = s->kind == SLOT_BLOCK ? 1ULL << s->order : s->nr;

	return s->kind == SLOT_BULK || s->kind == SLOT_FILL || !nr ? ~0ULL : s->pfn + a[1] % nr;
}
static bool ready_page(struct world *w, const u64 *a)
{
	u64 pfn = page_of(w, a);

	return pfn != ~0ULL && model_owner(w->model, pfn) == a[0] && model_is_lowmem(w->model, pfn);
}
static void begin_kfree_page(struct world *w, const u64 *a)
{
	model_begin_give(w->model, world_cpu(), EVENT_KFREE);
	model_slub_want_not_kmalloc(w->model, world_cpu(), page_of(w, a) << 12);
}
static struct outcome run_kfree_page(struct world *w, const u64 *a)
{
	kfree(object_pointer(w, page_of(w, a) << 12));
	return done;
}

static bool ready_kfree_hole(struct world *w, const u64 *a)
{
	return a[0] < w->model->nr_frames + 1024 && (a[0] >= w->model->nr_frames || w->model->frame[a[0]].state == FRAME_HOLE);
}
static void begin_kfree_hole(struct world *w, const u64 *a)
{
	model_begin_give(w->model, world_cpu(), EVENT_KFREE);
	model_slub_want_not_kmalloc(w->model, world_cpu(), a[0] << 12);
}
static struct outcome run_kfree_hole(struct world *w, const u64 *a)
{
	kfree(object_pointer(w, a[0] << 12));
	return done;
}

/* Slots: a page, a cache. a[1] is the page of the block. */
static bool ready_free_page_to_cache(struct world *w, const u64 *a)
{
	const u64 page[2] = { a[0], 0 };

	return ready_page(w, page);
}
static void begin_free_page_to_cache(struct world *w, const u64 *a)
{
	const u64 page[2] = { a[0], 0 };

	model_begin_give(w->model, world_cpu(), EVENT_KMEM_CACHE_FREE);
	model_slub_want_wrong_cache(w->model, world_cpu(), w->cache[a[1]].id, page_of(w, page) << 12);
}
static struct outcome run_free_page_to_cache(struct world *w, const u64 *a)
{
	const u64 page[2] = { a[0], 0 };

	kmem_cache_free(w->cache[a[1]].s, object_pointer(w, page_of(w, page) << 12));
	return done;
}

static void begin_nothing_freed(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_give(w->model, world_cpu(), EVENT_KFREE);
}
static struct outcome run_kfree_nothing(struct world *w, const u64 *a)
{
	(void)w;
	kfree(a[0] ? ZERO_SIZE_PTR : NULL);
	return done;
}
static struct outcome run_cache_free_nothing(struct world *w, const u64 *a)
{
	kmem_cache_free(w->cache[a[0]].s, NULL);
	return done;
}

/* --- validate, and words of a slab [S34] [S37] --------------------------------------------------------------------------- */

static struct outcome validated(struct kmem_cache *s)
{
	long found = validate_slab_cache(s);

	return (struct outcome){ .ok = found >= 0, .has_value = found >= 0, .what = "slabs", .value = (u64)(found < 0 ? 0 : found),
				 .error = found < 0 ? (int)found : 0 };
}
static void begin_validate(struct world *w, const u64 *a)
{
	model_begin_slub_validate(w->model, world_cpu(), w->cache[a[0]].id);
}
static struct outcome run_validate(struct world *w, const u64 *a)
{
	return validated(w->cache[a[0]].s);
}
static const char *judge_validate(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a;
	return model_slub_validated(w->model, world_cpu(), seen.ok ? (s64)seen.value : seen.error);
}

static unsigned class_of(const struct world *w, const u64 *a)
{
	return model_kmalloc_cache(w->model, a[0], 0);
}
static bool ready_validate_kmalloc(struct world *w, const u64 *a)
{
	return class_of(w, a);
}
static void begin_validate_kmalloc(struct world *w, const u64 *a)
{
	model_begin_slub_validate(w->model, world_cpu(), class_of(w, a));
}
static struct outcome run_validate_kmalloc(struct world *w, const u64 *a)
{
	return validated(slab_cache_by_id(class_of(w, a)));
}

/* Damage is looked for until there is none: for the end of a program. */
static const char *validate_all_of(struct world *w, unsigned id)
{
	struct outcome seen = { 0 };
	const char *bad = NULL;

	for (unsigned i = 0; !bad && model_slub_cache_is_damaged(w->model, id) && i < 1000; i++) {
		more_fuel(w);
		w->machine->log_bytes = 0;
		model_begin_slub_validate(w->model, world_cpu(), id);
		seen = validated(slab_cache_by_id(id));
		bad = world_drain(w);
		bad = bad ? bad : model_slub_validated(w->model, world_cpu(), seen.ok ? (s64)seen.value : seen.error);
		bad = bad ? bad : model_judge_slub_text(w->model, world_cpu(), world_log(w));
		bad = bad ? bad : model_end(w->model, world_cpu());
		if (!seen.value)
			break; /* what is left nobody looks at */
	}
	return bad;
}

const char *slab_bugs_finish(struct world *w)
{
	const char *bad = NULL;

	for (unsigned id = 1; !bad && id < SLAB_MAX_CACHES; id++)
		if (model_cache(w->model, id) && model_cache_is_debug(model_cache(w->model, id)))
			bad = validate_all_of(w, id);
	return bad;
}

/* A value that a field cannot have by right. */
static u32 wrong_value(const struct slub_site *site, const u64 *a)
{
	switch (a[1]) {
	case SLAB_FIELD_OBJECTS:
		return site->objects + 1 + (u32)a[2] % 64;
	case SLAB_FIELD_INUSE:
		return (site->inuse + 1 + (u32)a[2] % (site->objects + 2)) % (site->objects + 3);
	case SLAB_FIELD_FREELIST:
		return 0xffff0u + (u32)a[2] % 15;
	}
	return 0;
}
static bool ready_overwrite(struct world *w, const u64 *a)
{
	const struct object_slot *s = object_of(w, a);
	const struct model_slab_frame *frame;
	struct slub_site site;

	if (!is_single(s) || w->model->nr_in_flight || !looks_first(w, s->cache) || !slub_site_of(w->model, s->at, &site))
		return false;
	frame = model_slab_frame(w->model, site.head);
	return wrong_value(&site, a) != site.inuse && !model_slub_is_damaged(w->model, site.head) &&
	       (frame->place == SLAB_NODE_PARTIAL || (frame->place == SLAB_FULL && site.c->flags & SLAB_STORE_USER));
}
static void begin_overwrite(struct world *w, const u64 *a)
{
	struct slub_site site;

	slub_site_of(w->model, object_of(w, a)->at, &site);
	model_begin_slub_validate(w->model, world_cpu(), site.cache);
	model_slub_overwrite(w->model, site.head, (unsigned)a[1], wrong_value(&site, a));
}
static struct outcome run_overwrite(struct world *w, const u64 *a)
{
	const struct object_slot *s = object_of(w, a);
	char *p = object_pointer(w, s->at);
	u32 next = stop_switches(), old[NR_SLAB_FIELDS];
	struct slub_site site;
	struct outcome seen;

	slub_site_of(w->model, s->at, &site);
	for (unsigned i = 0; i < NR_SLAB_FIELDS; i++) /* what is there, by writing something and putting it back */
		old[i] = slab_overwrite(p, (enum slab_field)i, 1);
	for (unsigned i = 0; i < NR_SLAB_FIELDS; i++)
		slab_overwrite(p, (enum slab_field)i, i == a[1] ? wrong_value(&site, a) : old[i]);
	seen = validated(slab_cache_by_id(s->cache));
	for (unsigned i = 0; i < NR_SLAB_FIELDS; i++)
		slab_overwrite(p, (enum slab_field)i, old[i]);
	this_cpu->next_switch = next;
	return seen;
}
static const char *judge_overwrite(struct world *w, const u64 *a, struct outcome seen)
{
	const char *bad = judge_validate(w, a, seen);

	model_slub_overwrite(w->model, MODEL_NO_SLAB, 0, 0);
	return bad;
}

/* --- damage: what must end in a finding ---------------------------------------------------------------------------------- */

/* The client forgets what it has: found when all is freed. */
static const char *judge_leak(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	w->object[a[0]].state = SLOT_STALE;
	return NULL;
}
static struct outcome run_nothing(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	return done;
}

/* A store that the model does not hear of: found by who looks first. */
static struct outcome run_unseen(struct world *w, const u64 *a)
{
	struct aim aim = aim_behind(object_of(w, a), a);

	client_write_unseen(w, aim.at, aim.bytes, (u8)a[3]);
	return at_address(aim.at);
}

const struct op slab_bug_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0x0360, "overrun", { ARG_LIVE_OBJECT, ARG_GAP, ARG_COUNT, ARG_PATTERN }, 24, OP_CLIENT_BUG, ready_overrun, begin_other,
	  run_overrun, judge_pending },
	{ 0x0361, "underrun", { ARG_LIVE_OBJECT, ARG_GAP, ARG_COUNT, ARG_PATTERN }, 16, OP_CLIENT_BUG, ready_underrun, begin_other,
	  run_underrun, judge_pending },
	{ 0x0362, "write_after_free", { ARG_USED_OBJECT, ARG_OBJECT_BYTE, ARG_COUNT, ARG_PATTERN }, 24, OP_CLIENT_BUG,
	  ready_write_after_free, begin_other, run_write_after_free, judge_pending },
	{ 0x0363, "double_free", { ARG_USED_OBJECT }, 24, OP_CLIENT_BUG | OP_ONE_STEP, ready_double_free, begin_double_free, run_double_free,
	  judge_double_free },
	{ 0x0364, "free_inside", { ARG_LIVE_OBJECT, ARG_OBJECT_BYTE }, 12, OP_CLIENT_BUG, ready_interior, begin_interior,
	  run_interior, judge_given },
	{ 0x0365, "free_to_wrong_cache", { ARG_LIVE_OBJECT, ARG_CACHE }, 12, OP_CLIENT_BUG, ready_free_wrong, begin_free_wrong,
	  run_free_wrong, judge_free_wrong },
	{ 0x0366, "flip_freepointer", { ARG_USED_OBJECT, ARG_PATTERN }, 12, OP_CLIENT_BUG, ready_flip, begin_other, run_flip, NULL },
	{ 0x0367, "write_padding", { ARG_LIVE_OBJECT, ARG_OBJECT_BYTE, ARG_COUNT, ARG_PATTERN }, 8, OP_CLIENT_BUG,
	  ready_write_padding, begin_other, run_write_padding, judge_pending },
	{ 0x0368, "validate", { ARG_CACHE }, 24, OP_TASK_ONLY, NULL, begin_validate, run_validate, judge_validate },
	{ 0x0369, "overwrite_slab", { ARG_LIVE_OBJECT, ARG_SLAB_FIELD, ARG_PATTERN }, 12, OP_TASK_ONLY | OP_CLIENT_BUG,
	  ready_overwrite, begin_overwrite, run_overwrite, judge_overwrite },
	{ 0x036a, "leak_object", { ARG_LIVE_OBJECT }, 0, OP_CLIENT_BUG | OP_DAMAGE, NULL, begin_other, run_nothing, judge_leak },
	{ 0x036b, "overrun_unseen", { ARG_LIVE_OBJECT, ARG_GAP, ARG_COUNT, ARG_PATTERN }, 0, OP_CLIENT_BUG | OP_DAMAGE,
	  ready_overrun, begin_other, run_unseen, NULL },
	{ 0x036c, "cache_free_nothing", { ARG_CACHE }, 2, OP_CLIENT_BUG, NULL, begin_nothing_freed, run_cache_free_nothing,
	  judge_given },
	{ 0x036d, "free_page_to_cache", { ARG_LIVE_PAGES, ARG_CACHE }, 6, OP_CLIENT_BUG, ready_free_page_to_cache,
	  begin_free_page_to_cache, run_free_page_to_cache, judge_given },
	{ 0x0370, "overrun_kmalloc", { ARG_LIVE_KMALLOC, ARG_GAP, ARG_COUNT, ARG_PATTERN }, 24, OP_CLIENT_BUG,
	  ready_overrun_kmalloc, begin_other, run_overrun_kmalloc, judge_pending },
	{ 0x0371, "underrun_kmalloc", { ARG_LIVE_KMALLOC, ARG_GAP, ARG_COUNT, ARG_PATTERN }, 16, OP_CLIENT_BUG,
	  ready_underrun_kmalloc, begin_other, run_underrun_kmalloc, judge_pending },
	{ 0x0372, "write_after_kfree", { ARG_USED_KMALLOC, ARG_OBJECT_BYTE, ARG_COUNT, ARG_PATTERN }, 24, OP_CLIENT_BUG,
	  ready_write_after_kfree, begin_other, run_write_after_kfree, judge_pending },
	{ 0x0373, "double_kfree", { ARG_USED_KMALLOC }, 24, OP_CLIENT_BUG | OP_ONE_STEP, ready_double_kfree, begin_double_kfree,
	  run_double_kfree, judge_double_free },
	{ 0x0374, "kfree_inside", { ARG_LIVE_KMALLOC, ARG_OBJECT_BYTE }, 12, OP_CLIENT_BUG, ready_kfree_interior,
	  begin_kfree_interior, run_kfree_interior, judge_given },
	{ 0x0375, "free_kmalloc_to_cache", { ARG_LIVE_KMALLOC, ARG_CACHE }, 8, OP_CLIENT_BUG, ready_free_kmalloc_to_cache,
	  begin_free_kmalloc_to_cache, run_free_kmalloc_to_cache, judge_free_kmalloc_to_cache },
	{ 0x0376, "kfree_page", { ARG_LIVE_PAGES, ARG_OFFSET }, 6, OP_CLIENT_BUG, ready_page, begin_kfree_page, run_kfree_page,
	  judge_given },
	{ 0x0377, "kfree_nothing", { ARG_BOOL }, 2, OP_CLIENT_BUG, NULL, begin_nothing_freed, run_kfree_nothing, judge_given },
	{ 0x0378, "kfree_hole", { ARG_FRAME }, 2, OP_CLIENT_BUG, ready_kfree_hole, begin_kfree_hole, run_kfree_hole, judge_given },
	{ 0x0379, "validate_kmalloc", { ARG_KMALLOC_SIZE }, 16, OP_TASK_ONLY, ready_validate_kmalloc, begin_validate_kmalloc,
	  run_validate_kmalloc, judge_validate },
	{ 0 }
};
