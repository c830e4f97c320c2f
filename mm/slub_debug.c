/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_debug.c - bytes around objects that nobody may write, who had an object, and what is looked at when it changes hands.
 *
 *   | left pad |  object, asked for | ..object_size |to inuse| free ptr | alloc | free | orig_size | padding |
 *     redzone     client | poison     kmalloc redzone redzone     P, ...    U      U     U, kmalloc   0x5a
 *
 *   redzone   0xcc while the object is in use, 0xbb while it is free                                    letter Z
 *   poison    a free object is 0x6b with 0xa5 at its end; so is a fresh one                             letter P
 *   padding   0x5a: behind the last of a slot, and behind the last slot of a slab; with P and no Z also up to inuse
 *
 * Patterns are written whenever a letter wants them. Only F looks at them each time an object changes hands; without it,
 * validate_slab_cache() does. What was found damaged is reported, then put right, so that it is found once.
 *
 *   handed out   slab, is it an object, its bytes as of a free one             bad: no object of the slab is handed out again
 *   given back   slab, is it an object, is it free, its bytes as of one in use, is it of this cache    bad: it is not freed
 *
 * Invariants, with list_lock held:
 *   [S2]  redzones, poison and padding of every slot have the bytes of its state, unless a client wrote there
 *   [S3]  poison ends where the client's bytes do: at orig_size while in use, if that is kept and Z is set, else at object_size
 *   [S31] [S32] a slab that failed a check at hand-out is frozen: nothing is taken from it or given back to it any more
 *   [S37] after a report, the bytes it named are right, and no other byte has changed
 *   [S38] a hand-out writes the alloc track and leaves the free track, a free the other way round
 * Locks: the node's list_lock, of the caller; validate_slab_cache() takes it, a node at a time.
 * Sleeps: never. Memory of objects is touched through slab_access.h alone: to everybody else most of it is forbidden.
 * Unlike Linux: a free list in a circle is named (later kernels do) and cleared; a free pointer that leads out of the slab shows
 * as fp=0 of the slab, whose counters have no room for it; validate_slab_cache() says nothing of slabs that are on no list, and
 * returns how many slabs it found something in.
 */
#include <errno.h>
#include "slub_debug_internal.h"

/* --- geometry ------------------------------------------------------------------------------------------------------ */

static bool has_flags(const struct kmem_cache *s, slab_flags_t flags)
{
	return s->flags & flags;
}

bool check_valid_pointer(const struct kmem_cache *s, const struct slab *slab, const void *object)
{
	u64 offset = (u64)(uintptr_t)object - s->red_left_pad - (u64)(uintptr_t)slab_base(slab);

	return !object || (offset < slab_bytes(s, slab) && offset % s->size == 0);
}

/* Nothing of the slab is free, so nothing is taken from it. */
static void mark_all_used(struct slab *slab, bool frozen)
{
	struct slab_counters c = slab_counters(slab);

	c.freelist = NO_FREE;
	c.inuse = c.objects;
	c.frozen = frozen;
	set_counters(slab, c);
}

/* --- tracks [S38] -------------------------------------------------------------------------------------------------- */

_Static_assert(sizeof(struct track) == 32, "two of them lie in each slot [E11]");

#define FIRST_PID 100

/*
 * The name's place in the table: RAM is to hold the same on every host, so no pointer to it is stored there. There are a few
 * dozen names, each a constant string.
 */
static u32 operation_number(const char *name)
{
	const char **table = slab_state()->operation;

	for (u32 i = 0; i < SLAB_OPERATIONS; i++) {
		const char *entry = READ_ONCE(table[i]);

		if (entry == name || (!entry && try_cmpxchg_relaxed(&table[i], NULL, name)) || READ_ONCE(table[i]) == name)
			return i + 1;
	}
	return SLAB_OPERATIONS + 1;
}

const char *track_operation(const struct track *t)
{
	const char *name = t->who && t->who <= SLAB_OPERATIONS ? READ_ONCE(slab_state()->operation[t->who - 1]) : NULL;

	return name ? name : "?";
}

static char *track_at(const struct kmem_cache *s, const void *object, enum track_item which)
{
	return (char *)(uintptr_t)object + get_info_end(s) + (size_t)which * sizeof(struct track);
}

static void store_track(char *at, const struct track *t)
{
	u64 word[sizeof(*t) / sizeof(u64)];

	memcpy(word, t, sizeof(word));
	for (unsigned i = 0; i < ARRAY_SIZE(word); i++)
		slab_store(at + i * sizeof(u64), word[i]);
}

static void set_track(const struct kmem_cache *s, void *object, enum track_item which)
{
	const struct sim_cpu *c = this_cpu;
	struct track t = { .who = operation_number(c->operation ? c->operation : "boot"),
			   .step = c->step,
			   .cpu = c->id,
			   .pid = FIRST_PID + c->id,
			   .when = sim_now_ns() / NS_PER_JIFFY };

	store_track(track_at(s, object, which), &t);
}

struct track get_track(const struct kmem_cache *s, const void *object, enum track_item which)
{
	const char *at = track_at(s, object, which);
	u64 word[sizeof(struct track) / sizeof(u64)];
	struct track t;

	for (unsigned i = 0; i < ARRAY_SIZE(word); i++)
		word[i] = slab_load(at + i * sizeof(u64));
	memcpy(&t, word, sizeof(t));
	return t;
}

/* --- the size that was asked for [S4] ------------------------------------------------------------------------------- */

static char *orig_size_at(const struct kmem_cache *s, const void *object)
{
	return track_at(s, object, TRACK_FREE) + sizeof(struct track);
}

void set_orig_size(struct kmem_cache *s, void *object, u64 orig_size)
{
	if (slub_debug_orig_size(s))
		slab_store(orig_size_at(s, object), orig_size);
}

/* A client may have written over it: it is never more than there is. */
u64 get_orig_size(const struct kmem_cache *s, const void *object)
{
	return slub_debug_orig_size(s) ? min_of(slab_load(orig_size_at(s, object)), (u64)s->object_size) : s->object_size;
}

/* --- patterns [S3] ------------------------------------------------------------------------------------------------- */

static void init_object(struct kmem_cache *s, void *object, u8 redzone)
{
	u8 *p = object;
	u64 poison_bytes = s->object_size;

	if (has_flags(s, SLAB_RED_ZONE)) {
		slab_fill(p - s->red_left_pad, redzone, s->red_left_pad);
		if (redzone == SLUB_RED_ACTIVE)
			poison_bytes = get_orig_size(s, object);
	}
	VM_BUG_ON(!poison_bytes || poison_bytes > s->object_size);
	if (has_flags(s, __OBJECT_POISON)) {
		slab_fill(p, POISON_FREE, poison_bytes - 1);
		slab_fill(p + poison_bytes - 1, POISON_END, 1);
	}
	if (has_flags(s, SLAB_RED_ZONE))
		slab_fill(p + poison_bytes, redzone, s->inuse - poison_bytes);
}

void setup_slab_debug(struct kmem_cache *s, struct slab *slab)
{
	if (has_flags(s, SLAB_POISON))
		slab_fill(slab_base(slab), POISON_INUSE, PAGE_SIZE << slab_order(slab));
}

void setup_object_debug(struct kmem_cache *s, void *object)
{
	const struct track none = { 0 };

	if (!has_flags(s, SLAB_STORE_USER | SLAB_RED_ZONE | __OBJECT_POISON))
		return;
	init_object(s, object, SLUB_RED_INACTIVE);
	if (!has_flags(s, SLAB_STORE_USER))
		return;
	store_track(track_at(s, object, TRACK_ALLOC), &none);
	store_track(track_at(s, object, TRACK_FREE), &none);
}

/* --- looking at bytes ---------------------------------------------------------------------------------------------- */

/* Of these bytes, from the first bad one to the last; false: none is. */
static bool find_damage(u8 *from, size_t bytes, struct damage *d)
{
	d->from = from + slab_first_other(from, d->should_be, bytes);
	d->to = from + bytes;
	if (d->from == d->to)
		return false;
	while (slab_byte(d->to - 1) == d->should_be)
		d->to--;
	return true;
}

/* An object under examination, and what was found of it so far. */
struct look {
	struct kmem_cache *s;
	struct slab *slab;
	u8 *object;
	bool in_use;
	bool good;
};

/* Bytes [from, to), counted from the object. [S33] [S37] */
static void look_at_bytes(struct look *l, enum slub_report what, const char *where, u8 should_be, s64 from, s64 to)
{
	struct damage d = { .should_be = should_be, .where = where, .what = (u8)what };

	if (likely(from >= to || !find_damage(l->object + from, (size_t)(to - from), &d)))
		return;
	bytes_err(l->s, l->slab, l->object, &d, l->good || what == SLUB_OBJECT_PADDING);
	restore_bytes(l->s, &d, l->object);
	l->good = false;
}

static void look_at_redzones(struct look *l)
{
	const struct kmem_cache *s = l->s;
	u8 redzone = l->in_use ? SLUB_RED_ACTIVE : SLUB_RED_INACTIVE;

	look_at_bytes(l, SLUB_LEFT_REDZONE, "Left Redzone", redzone, -(s64)s->red_left_pad, 0);
	look_at_bytes(l, SLUB_RIGHT_REDZONE, "Right Redzone", redzone, s->object_size, s->inuse);
	if (l->in_use)
		look_at_bytes(l, SLUB_KMALLOC_REDZONE, "kmalloc Redzone", redzone, (s64)get_orig_size(s, l->object),
			      s->object_size);
}

static void look_at_poison(struct look *l)
{
	const struct kmem_cache *s = l->s;

	if (!l->in_use && has_flags(s, __OBJECT_POISON)) {
		look_at_bytes(l, SLUB_POISON, "Poison", POISON_FREE, 0, (s64)s->object_size - 1);
		look_at_bytes(l, SLUB_END_POISON, "End Poison", POISON_END, (s64)s->object_size - 1, s->object_size);
	}
	look_at_bytes(l, SLUB_OBJECT_PADDING, "Object padding", POISON_INUSE, end_of_metadata(s), (s64)s->size - s->red_left_pad);
}

/* The rest of the free list is lost with it: the count of free objects will not be right any more. */
static void look_at_freepointer(struct look *l)
{
	struct kmem_cache *s = l->s;

	if (l->in_use && !freeptr_outside_object(s))
		return;
	if (likely(check_valid_pointer(s, l->slab, get_freepointer(s, l->object))))
		return;
	object_err(s, l->slab, l->object, SLUB_FREEPOINTER, "Freepointer corrupt");
	set_freepointer(s, l->object, NULL);
	l->good = false;
}

/* false: something was wrong, and is right now. */
static bool check_object(struct kmem_cache *s, struct slab *slab, void *object, bool in_use)
{
	struct look l = { .s = s, .slab = slab, .object = object, .in_use = in_use, .good = true };

	if (has_flags(s, SLAB_RED_ZONE))
		look_at_redzones(&l);
	else if (has_flags(s, SLAB_POISON))
		look_at_bytes(&l, SLUB_ALIGNMENT_PADDING, "Alignment padding", POISON_INUSE, s->object_size, s->inuse);
	if (has_flags(s, SLAB_POISON))
		look_at_poison(&l);
	look_at_freepointer(&l);
	return l.good;
}

/* Behind the last slot. Damage here is nobody's fault in particular, and does not fail the slab. */
static void slab_pad_check(struct kmem_cache *s, struct slab *slab)
{
	u64 bytes = PAGE_SIZE << slab_order(slab), rest = bytes % s->size;
	u8 *pad = (u8 *)slab_base(slab) + bytes - rest;
	struct damage d = { .should_be = POISON_INUSE, .where = "slab padding", .what = SLUB_PADDING };

	if (!has_flags(s, SLAB_POISON) || !rest || likely(!find_damage(pad, rest, &d)))
		return;
	padding_err(s, slab, &d, pad);
	restore_bytes(s, &d, slab_base(slab));
}

/* --- looking at a slab [S34] --------------------------------------------------------------------------------------- */

static bool check_slab(struct kmem_cache *s, struct slab *slab)
{
	struct slab_counters c = slab_counters(slab);
	u32 most = order_objects(slab_order(slab), s->size);

	if (!page_is_slab((struct page *)slab))
		slab_err(s, slab, SLUB_NOT_A_SLAB, "Not a valid slab page");
	else if (c.objects > most)
		slab_err_numbers(s, slab, SLUB_OBJECTS, "objects ", c.objects, " > max ", most, "");
	else if (c.inuse > c.objects)
		slab_err_numbers(s, slab, SLUB_INUSE, "inuse ", c.inuse, " > max ", c.objects, "");
	else if (c.frozen)
		slab_err(s, slab, SLUB_DISABLED, "Slab disabled since SLUB metadata consistency check failed");
	else {
		slab_pad_check(s, slab);
		return true;
	}
	return false;
}

static void clear_freelist(struct kmem_cache *s, struct slab *slab, enum slub_report what, const char *words)
{
	slab_err(s, slab, what, words);
	mark_all_used(slab, false);
	slab_fix(s, SLUB_FIX_FREELIST, slab_base(slab), "Freelist cleared");
}

/* nr: objects that the free list has. */
static void check_counts(struct kmem_cache *s, struct slab *slab, u32 nr)
{
	u32 most = min_of(order_objects(slab_order(slab), s->size), (u32)MAX_OBJS_PER_SLAB);
	struct slab_counters c = slab_counters(slab);

	if (c.objects != most) {
		slab_err_numbers(s, slab, SLUB_NUMBER_OF_OBJECTS, "Wrong number of objects. Found ", c.objects, " but should be ",
				 most, "");
		c.objects = (u16)most;
		set_counters(slab, c);
		slab_fix(s, SLUB_FIX_NUMBER, slab_base(slab), "Number of objects adjusted");
	}
	if (c.inuse != c.objects - nr) {
		slab_err_numbers(s, slab, SLUB_OBJECT_COUNT, "Wrong object count. Counter is ", c.inuse, " but counted were ",
				 c.objects - nr, "");
		c.inuse = (u16)(c.objects - nr);
		set_counters(slab, c);
		slab_fix(s, SLUB_FIX_COUNT, slab_base(slab), "Object count adjusted");
	}
}

enum freelist_walk { WALK_TO_THE_END, WALK_FOUND, WALK_CLEARED };

/* Is this object on the slab's free list? NULL: the whole list is wanted, and its length is compared with the counters. */
static enum freelist_walk walk_freelist(struct kmem_cache *s, struct slab *slab, const void *search)
{
	struct slab_counters c = slab_counters(slab);
	void *fp = slab_object_at(slab, c.freelist), *object = NULL;
	u32 nr = 0;

	for (; fp && nr <= c.objects; fp = get_freepointer(s, object), nr++) {
		if (fp == search)
			return WALK_FOUND;
		if (check_valid_pointer(s, slab, fp)) {
			object = fp;
			continue;
		}
		if (!object) {
			clear_freelist(s, slab, SLUB_FREEPOINTER, "Freepointer corrupt");
			return WALK_CLEARED;
		}
		object_err(s, slab, object, SLUB_FREECHAIN, "Freechain corrupt");
		set_freepointer(s, object, NULL);
		break;
	}
	if (nr > c.objects) {
		clear_freelist(s, slab, SLUB_FREELIST_CYCLE, "Freelist cycle detected");
		return WALK_CLEARED;
	}
	check_counts(s, slab, nr);
	return WALK_TO_THE_END;
}

bool freelist_corrupted(struct kmem_cache *s, struct slab *slab, void **freelist, void *next)
{
	if (!has_flags(s, SLAB_CONSISTENCY_CHECKS) || check_valid_pointer(s, slab, next))
		return false;
	object_err(s, slab, *freelist, SLUB_FREECHAIN, "Freechain corrupt");
	*freelist = NULL;
	slab_fix(s, SLUB_FIX_CHAIN, slab_base(slab), "Isolate corrupted freechain");
	return true;
}

/* --- an object is handed out [S31] --------------------------------------------------------------------------------- */

static bool alloc_consistency_checks(struct kmem_cache *s, struct slab *slab, void *object)
{
	if (!check_slab(s, slab))
		return false;
	if (!check_valid_pointer(s, slab, object)) {
		object_err(s, slab, object, SLUB_FREELIST_POINTER, "Freelist Pointer check fails");
		return false;
	}
	return check_object(s, slab, object, false);
}

bool alloc_debug_processing(struct kmem_cache *s, struct slab *slab, void *object, u64 orig_size)
{
	if (has_flags(s, SLAB_CONSISTENCY_CHECKS) && unlikely(!alloc_consistency_checks(s, slab, object))) {
		if (page_is_slab((struct page *)slab)) {
			slab_fix(s, SLUB_FIX_ALL_USED, slab_base(slab), "Marking all objects used");
			mark_all_used(slab, true);
		}
		return false;
	}
	if (has_flags(s, SLAB_TRACE))
		trace_object(s, slab, object, true);
	set_orig_size(s, object, orig_size);
	init_object(s, object, SLUB_RED_ACTIVE);
	if (has_flags(s, SLAB_STORE_USER))
		set_track(s, object, TRACK_ALLOC);
	return true;
}

/* --- an object is given back [S32] --------------------------------------------------------------------------------- */

static void report_foreign_object(struct kmem_cache *s, struct slab *slab, void *object)
{
	if (!page_is_slab((struct page *)slab))
		slab_err_object(s, slab, SLUB_OUTSIDE, object, "Attempt to free object(", ") outside of slab");
	else if (!slab_cache(slab))
		slab_err_object(NULL, slab, SLUB_NO_CACHE, object, "No slab cache for object ", "");
	else
		object_err(s, slab, object, SLUB_PAGE_POINTER, "page slab pointer corrupt.");
}

static bool free_consistency_checks(struct kmem_cache *s, struct slab *slab, void *object)
{
	if (!check_valid_pointer(s, slab, object)) {
		slab_err_object(s, slab, SLUB_INVALID_POINTER, object, "Invalid object pointer ", "");
		return false;
	}
	if (walk_freelist(s, slab, object) == WALK_FOUND) {
		object_err(s, slab, object, SLUB_ALREADY_FREE, "Object already free");
		return false;
	}
	if (!check_object(s, slab, object, true))
		return false;
	if (s == slab_cache(slab))
		return true;
	report_foreign_object(s, slab, object);
	return false;
}

static void object_is_free(struct kmem_cache *s, struct slab *slab, void *object)
{
	if (has_flags(s, SLAB_STORE_USER))
		set_track(s, object, TRACK_FREE);
	if (has_flags(s, SLAB_TRACE))
		trace_object(s, slab, object, false);
	init_object(s, object, SLUB_RED_INACTIVE);
}

/*
 * Until the first that fails, which is returned; NULL: those up to the tail are as they should be, and look like free ones.
 * nr: how many there are, corrected when the tail came too early.
 */
static void *free_each(struct kmem_cache *s, struct slab *slab, void *head, void *tail, unsigned *nr)
{
	bool checks = has_flags(s, SLAB_CONSISTENCY_CHECKS);
	void *object = head;
	unsigned count = 1;

	for (; count <= *nr; count++, object = get_freepointer(s, object)) {
		if (checks && !free_consistency_checks(s, slab, object))
			return object;
		object_is_free(s, slab, object);
		if (object == tail)
			break;
	}
	if (likely(count == *nr))
		return NULL;
	slab_err_numbers(s, slab, SLUB_BULK_COUNT, "Bulk free expected ", *nr, " objects but found ", count, "");
	return count > *nr ? object : (*nr = count, NULL);
}

unsigned free_debug_processing(struct kmem_cache *s, struct slab *slab, void *head, void *tail, unsigned nr)
{
	void *failed = head;

	if (has_flags(s, SLAB_CONSISTENCY_CHECKS) && !check_slab(s, slab))
		goto out;
	if (slab_counters(slab).inuse < nr) {
		slab_err_numbers(s, slab, SLUB_SLAB_COUNT, "Slab has ", slab_counters(slab).inuse, " allocated objects but ", nr,
				 " are to be freed");
		goto out;
	}
	failed = free_each(s, slab, head, tail, &nr);
out:
	if (likely(!failed))
		return nr;
	slab_fix_object(s, SLUB_FIX_NOT_FREED, failed, "Object at ", " not freed");
	return 0;
}

/* --- all of them [S37] --------------------------------------------------------------------------------------------- */

/* As far as the list can be followed: a client may have written over it. */
void fill_map(struct object_map *map, const struct kmem_cache *s, const struct slab *slab)
{
	struct slab_counters c = slab_counters(slab);
	const char *fp = slab_object_at(slab, c.freelist);

	memset(map, 0, (c.objects + 63u) / 64 * sizeof(map->word[0]));
	for (u32 nr = 0; fp && nr < c.objects && check_valid_pointer(s, slab, fp); nr++, fp = get_freepointer(s, fp)) {
		u64 index = (u64)(fp - slab_base(slab)) / s->size;

		map->word[index / 64] |= 1ULL << index % 64;
	}
}

/* Until the first object in which something is found. */
static void check_objects(struct kmem_cache *s, struct slab *slab)
{
	struct object_map free;

	fill_map(&free, s, slab);
	for (u32 i = 0; i < slab_counters(slab).objects; i++)
		if (!check_object(s, slab, nth_object(s, slab, i), !map_has(&free, i)))
			return;
}

/* Who wrote to an object of it after its free is found now or never. */
void check_empty_slab(struct kmem_cache *s, struct slab *slab)
{
	slab_pad_check(s, slab);
	for (u32 i = 0; i < slab_counters(slab).objects; i++)
		check_object(s, slab, nth_object(s, slab, i), false);
}

/* Was something found? */
static bool validate_slab(struct kmem_cache *s, struct slab *slab)
{
	u32 reports = READ_ONCE(slab_state()->reports);

	if (check_slab(s, slab) && walk_freelist(s, slab, NULL) == WALK_TO_THE_END)
		check_objects(s, slab);
	return READ_ONCE(slab_state()->reports) != reports;
}

static long validate_list(struct kmem_cache *s, const struct list_head *slabs, u64 *nr)
{
	const struct list_head *pos;
	long damaged = 0;

	list_for_each (pos, slabs) {
		damaged += validate_slab(s, list_entry(pos, struct slab, slab_list));
		++*nr;
	}
	return damaged;
}

static long validate_node(struct kmem_cache *s, struct kmem_cache_node *n)
{
	u64 nr = 0;
	unsigned long flags;
	long damaged;

	spin_lock_irqsave(&n->list_lock, flags);
	damaged = validate_list(s, &n->partial, &nr);
	VM_BUG_ON(nr != n->nr_partial);
	if (has_flags(s, SLAB_STORE_USER))
		damaged += validate_list(s, &n->full, &nr);
	VM_BUG_ON(nr > READ_ONCE(n->nr_slabs));
	spin_unlock_irqrestore(&n->list_lock, flags);
	return damaged;
}

long validate_slab_cache(struct kmem_cache *s)
{
	long damaged = 0;

	if (!kmem_cache_debug(s))
		return -EINVAL;
	flush_all(s);
	for (unsigned i = 0; i < current_mm()->nr_nodes; i++)
		if (s->node[i])
			damaged += validate_node(s, s->node[i]);
	return damaged;
}
