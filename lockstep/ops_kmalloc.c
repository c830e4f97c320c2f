/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_kmalloc.c - memory by size: run on mm, judged by the model.
 *
 * A slot is one piece of memory: what kmalloc() and its like gave, also ZERO_SIZE_PTR. Its owner stamps what he asked for and
 * not a byte more, so the tools see an allocator that gives less; what he finds there at first is what was promised.
 *
 * `read_kmalloc` is an RCU reader: it looks, lets others run, and looks again, a few times. kfree_rcu() and its like unlink
 * the memory, so no reader begins any more, while those inside go on: they are the only operations that may overtake one.
 * What waits for a grace period belongs to nobody's slot.
 */
#include "model_kmalloc.h"
#include "model_slub.h"
#include "rcu.h"
#include "tool.h"
#include "world.h"

static const struct outcome done = { .ok = true };

/* --- arguments --------------------------------------------------------------------------------------------------------- */

u64 kmalloc_elements(u64 a)
{
	return a >> 23 ? (a & 0x7fffff) << 41 : a;
}

/* Bytes of an array, if they fit. */
static u64 array_bytes(const u64 *a, bool *fits)
{
	u64 bytes;

	*fits = !__builtin_mul_overflow(kmalloc_elements(a[2]), a[3], &bytes);
	return bytes;
}

static bool ready_up(struct world *w, const u64 *a)
{
	(void)a;
	return w->slab_up;
}

/* --- what a slot holds --------------------------------------------------------------------------------------------------- */

static void *memory_of(const struct object_slot *s)
{
	return s->size ? slab_pointer(s->at) : ZERO_SIZE_PTR;
}

static u64 address_of_slot(const struct object_slot *s)
{
	return s->size ? s->at : MODEL_ZERO_SIZE;
}

static u64 stamp_of(const struct world *w, u32 slot)
{
	return contents_object_key(FAMILY_KMALLOC, slot, w->kmalloc[slot].generation);
}

static const char *check_slot(struct world *w, u32 slot)
{
	const struct object_slot *s = &w->kmalloc[slot];

	if (contents_object_holds(w, s->at, s->size, s->size, stamp_of(w, slot)))
		return NULL;
	return world_says(w, "K50: the memory at %#llx no longer holds what its owner wrote", (unsigned long long)s->at);
}

/* Not a word of what a new owner reads may be left to chance where zeroes are promised. */
static const char *check_zeroes(struct world *w, u64 at, u64 from, u64 to)
{
	if (from >= to || contents_first_not(w, at + from, to - from, 0) == to - from)
		return NULL;
	return world_says(w, "S16: bytes %llu to %llu of the memory at %#llx were to be zero and are not",
			  (unsigned long long)from, (unsigned long long)to, (unsigned long long)at);
}

/* The tool allows what was asked for, and the next byte is somebody else's. */
static const char *check_reach(struct world *w, u64 at, u64 size)
{
	char *p = slab_pointer(at);

	if (tool_asks_poisoned(p, size) == 1)
		return world_says(w, "K51: the memory at %#llx was handed out, and the tool still forbids to touch it",
				  (unsigned long long)at);
	if (size < model_ksize(w->model, at) && tool_asks_poisoned(p + size, 1) == 0)
		return world_says(w, "K51: the tool lets the owner of the memory at %#llx touch more than he asked for",
				  (unsigned long long)at);
	return NULL;
}

static void fill_slot(struct world *w, u32 slot, u64 at, u64 size, bool zero_behind)
{
	struct object_slot *s = &w->kmalloc[slot];

	*s = (struct object_slot){ .state = SLOT_LIVE, .nr = 1, .size = (u32)size, .at = at, .generation = s->generation + 1,
				   .zero_behind = zero_behind, .cache = (u8)model_cache_of(w->model, at) };
	contents_object_stamp(w, at, size, stamp_of(w, slot));
}

/* Its free was refused: it stays its owner's, who writes it anew, as it may have been wiped. */
static void keep_slot(struct world *w, u32 slot)
{
	const struct object_slot *s = &w->kmalloc[slot];

	contents_object_stamp(w, s->at, s->size, stamp_of(w, slot));
	model_slub_heal(w->model, s->at);
}

static void retire_slot(struct world *w, u32 slot)
{
	w->kmalloc[slot].state = SLOT_STALE;
}

/* --- allocation ------------------------------------------------------------------------------------------------------------ */

static struct outcome outcome_of(const void *p)
{
	if (!p)
		return (struct outcome){ 0 };
	return (struct outcome){ .ok = true, .has_value = true, .in_hex = true, .what = "at",
				 .value = p == ZERO_SIZE_PTR ? MODEL_ZERO_SIZE : slab_address(p) };
}

/* N10: the one warning of kmalloc() itself. */
static const char *judge_words(struct world *w, u64 size, gfp_t gfp)
{
	char words[120];

	if (size <= model_kmalloc_max(w->model) || gfp & __GFP_NOWARN)
		return NULL;
	snprintf(words, sizeof(words), "WARNING: kmalloc of %llu bytes, the most is %llu\n", (unsigned long long)size,
		 (unsigned long long)model_kmalloc_max(w->model));
	return strstr(world_log(w), words) ? NULL : world_says(w, "N10: the log does not say \"%.80s\"", words);
}

static const char *judge_received(struct world *w, u32 slot, u64 size, gfp_t gfp, struct outcome seen)
{
	const char *bad = model_answer_kmalloc(w->model, world_cpu(), seen.ok ? seen.value : MODEL_NO_ADDRESS);
	u64 zeroed;

	w->stats.allocs++;
	w->stats.refused += !seen.ok;
	if (bad || !seen.ok)
		return bad ? bad : judge_words(w, size, gfp);
	if (!size) {
		fill_slot(w, slot, MODEL_ZERO_SIZE, 0, true);
		return NULL;
	}
	zeroed = model_kmalloc_zeroed(w->model, seen.value, size, gfp);
	if ((bad = check_reach(w, seen.value, size)) || (bad = check_zeroes(w, seen.value, 0, zeroed)))
		return bad;
	fill_slot(w, slot, seen.value, size, zeroed);
	return NULL;
}

static void begin_kmalloc(struct world *w, const u64 *a)
{
	model_begin_kmalloc(w->model, world_cpu(), world_where(), a[2], (gfp_t)a[1], NUMA_NO_NODE);
}
static struct outcome run_kmalloc(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of(kmalloc(a[2], (gfp_t)a[1]));
}
static const char *judge_kmalloc(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_received(w, (u32)a[0], a[2], (gfp_t)a[1], seen);
}

static void begin_kmalloc_node(struct world *w, const u64 *a)
{
	model_begin_kmalloc(w->model, world_cpu(), world_where(), a[2], (gfp_t)a[1], world_node(w, a[3]));
}
static struct outcome run_kmalloc_node(struct world *w, const u64 *a)
{
	return outcome_of(kmalloc_node(a[2], (gfp_t)a[1], world_node(w, a[3])));
}

static void begin_kzalloc(struct world *w, const u64 *a)
{
	model_begin_kmalloc(w->model, world_cpu(), world_where(), a[2], (gfp_t)a[1] | __GFP_ZERO, NUMA_NO_NODE);
}
static struct outcome run_kzalloc(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of(kzalloc(a[2], (gfp_t)a[1]));
}
static const char *judge_kzalloc(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_received(w, (u32)a[0], a[2], (gfp_t)a[1] | __GFP_ZERO, seen);
}

/* K8: what does not fit is refused before anybody is asked. */
static void begin_array(struct world *w, const u64 *a, gfp_t more)
{
	bool fits;
	u64 bytes = array_bytes(a, &fits);

	if (fits)
		model_begin_kmalloc(w->model, world_cpu(), world_where(), bytes, (gfp_t)a[1] | more, NUMA_NO_NODE);
	else
		model_begin_other(w->model, world_cpu());
}
static const char *judge_array(struct world *w, const u64 *a, gfp_t more, struct outcome seen)
{
	bool fits;
	u64 bytes = array_bytes(a, &fits);

	if (fits)
		return judge_received(w, (u32)a[0], bytes, (gfp_t)a[1] | more, seen);
	return seen.ok ? "K8: an array that does not fit into the address space was handed out" : NULL;
}
static void begin_kmalloc_array(struct world *w, const u64 *a)
{
	begin_array(w, a, 0);
}
static struct outcome run_kmalloc_array(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of(kmalloc_array(kmalloc_elements(a[2]), a[3], (gfp_t)a[1]));
}
static const char *judge_kmalloc_array(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_array(w, a, 0, seen);
}
static void begin_kcalloc(struct world *w, const u64 *a)
{
	begin_array(w, a, __GFP_ZERO);
}
static struct outcome run_kcalloc(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of(kcalloc(kmalloc_elements(a[2]), a[3], (gfp_t)a[1]));
}
static const char *judge_kcalloc(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_array(w, a, __GFP_ZERO, seen);
}

/* krealloc() of nothing is kmalloc(). */
static struct outcome run_krealloc_null(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of(krealloc(NULL, a[2], (gfp_t)a[1]));
}

/* What is refused of several objects, or of one that moves, is not followed. */
static bool is_damaged(const struct world *w, u32 slot)
{
	const struct object_slot *s = &w->kmalloc[slot];

	return s->cache && model_slub_is_damaged(w->model, model_slab_of(w->model, s->at));
}

/* --- another size [K7] ----------------------------------------------------------------------------------------------------- */

static void begin_resize(struct world *w, u32 slot, u64 size, gfp_t gfp)
{
	world_scratch(w)->pending = check_slot(w, slot);
	world_scratch(w)->spoilt = model_slub_is_spoilt(w->model, w->kmalloc[slot].at);
	model_begin_krealloc(w->model, world_cpu(), world_where(), address_of_slot(&w->kmalloc[slot]), size, gfp);
}

/* Zeroes are promised behind the old size if each request so far asked for them, or if mm knows the old size. */
static bool stays_zero_behind(const struct world *w, const struct object_slot *old, u64 at, gfp_t gfp)
{
	return old->zero_behind && model_kmalloc_zeroes(w->model, at, gfp, at != old->at);
}

static const char *check_resized(struct world *w, u32 slot, u64 at, u64 size, gfp_t gfp)
{
	struct object_slot old = w->kmalloc[slot];
	u64 kept = min_of((u64)old.size, size);
	const char *bad = check_reach(w, at, size);

	if (!bad && !world_scratch(w)->spoilt && !contents_object_holds(w, at, kept, old.size, stamp_of(w, slot)))
		bad = world_says(w, "K7: krealloc() from %u to %llu bytes lost what was there", old.size, (unsigned long long)size);
	if (!bad && !world_scratch(w)->spoilt && stays_zero_behind(w, &old, at, gfp))
		bad = check_zeroes(w, at, old.size, size);
	return bad;
}

/* Refused, and it is as it was. */
static const char *judge_resize(struct world *w, u32 slot, u64 size, gfp_t gfp, struct outcome seen)
{
	struct object_slot *s = &w->kmalloc[slot];
	const char *bad = model_answer_krealloc(w->model, world_cpu(), seen.ok ? seen.value : MODEL_NO_ADDRESS);

	w->stats.refused += !seen.ok;
	if (bad || (bad = world_scratch(w)->pending))
		return bad;
	if (!seen.ok)
		return (bad = judge_words(w, size, gfp)) ? bad : check_slot(w, slot);
	if (size && (bad = check_resized(w, slot, seen.value, size, gfp)))
		return bad;
	fill_slot(w, slot, seen.value, size, !size || stays_zero_behind(w, s, seen.value, gfp));
	return NULL;
}

static bool ready_krealloc(struct world *w, const u64 *a)
{
	return w->slab_up && !is_damaged(w, (u32)a[0]);
}
static void begin_krealloc(struct world *w, const u64 *a)
{
	begin_resize(w, (u32)a[0], a[2], (gfp_t)a[1]);
}
static struct outcome run_krealloc(struct world *w, const u64 *a)
{
	return outcome_of(krealloc(memory_of(&w->kmalloc[a[0]]), a[2], (gfp_t)a[1]));
}
static const char *judge_krealloc(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_resize(w, (u32)a[0], a[2], (gfp_t)a[1], seen);
}

static void begin_krealloc_array(struct world *w, const u64 *a)
{
	bool fits;
	u64 bytes = array_bytes(a, &fits);

	if (fits) {
		begin_resize(w, (u32)a[0], bytes, (gfp_t)a[1]);
		return;
	}
	world_scratch(w)->pending = check_slot(w, (u32)a[0]);
	model_begin_other(w->model, world_cpu());
}
static struct outcome run_krealloc_array(struct world *w, const u64 *a)
{
	return outcome_of(krealloc_array(memory_of(&w->kmalloc[a[0]]), kmalloc_elements(a[2]), a[3], (gfp_t)a[1]));
}
static const char *judge_krealloc_array(struct world *w, const u64 *a, struct outcome seen)
{
	bool fits;
	u64 bytes = array_bytes(a, &fits);

	if (fits)
		return judge_resize(w, (u32)a[0], bytes, (gfp_t)a[1], seen);
	if (seen.ok)
		return "K8: an array that does not fit into the address space was handed out";
	return world_scratch(w)->pending ? world_scratch(w)->pending : check_slot(w, (u32)a[0]);
}

/* --- how large it is [K5] ---------------------------------------------------------------------------------------------------- */

static void begin_other(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}

static struct outcome bytes_of(u64 bytes)
{
	return (struct outcome){ .ok = true, .has_value = true, .what = "bytes", .value = bytes };
}

static struct outcome run_ksize(struct world *w, const u64 *a)
{
	return bytes_of(ksize(memory_of(&w->kmalloc[a[0]])));
}

/* S4: nobody knows any more what was asked for, where it was known: nothing is promised about the rest. */
static const char *judge_ksize(struct world *w, const u64 *a, struct outcome seen)
{
	struct object_slot *s = &w->kmalloc[a[0]];
	u64 size = model_ksize(w->model, address_of_slot(s));

	if (seen.value != size)
		return world_says(w, "K5: ksize() is %llu, and %llu bytes belong to the memory", (unsigned long long)seen.value,
				  (unsigned long long)size);
	if (s->cache && model_cache_keeps_size(model_cache(w->model, s->cache)))
		s->zero_behind = false;
	model_size_was_asked(w->model, address_of_slot(s));
	return NULL;
}

static struct outcome run_roundup(struct world *w, const u64 *a)
{
	(void)w;
	return bytes_of(kmalloc_size_roundup(a[0]));
}
static const char *judge_roundup(struct world *w, const u64 *a, struct outcome seen)
{
	u64 size = model_kmalloc_roundup(w->model, a[0]);

	if (seen.value == size)
		return NULL;
	return world_says(w, "K5: %llu bytes are rounded up to %llu, and not to %llu", (unsigned long long)a[0],
			  (unsigned long long)seen.value, (unsigned long long)size);
}

/* --- freeing ------------------------------------------------------------------------------------------------------------------ */

/* K52: what is free is nobody's to touch. */
static const char *check_gone(struct world *w, const struct object_slot *s)
{
	if (!s->size)
		return NULL;
	if (!s->cache)
		return contents_check_unreachable(w, s->at >> PAGE_SHIFT, 1);
	if (model_object_is_live(w->model, s->at) || !model_cache_of(w->model, s->at))
		return NULL;
	if (tool_asks_poisoned(slab_pointer(s->at), s->size) != 0)
		return NULL;
	return world_says(w, "K52: the memory at %#llx is free, and the tool would let anybody touch it",
			  (unsigned long long)s->at);
}

static void begin_kfree(struct world *w, const u64 *a)
{
	world_scratch(w)->pending = check_slot(w, (u32)a[0]);
	model_begin_kfree(w->model, world_cpu());
	model_add_kfree(w->model, world_cpu(), address_of_slot(&w->kmalloc[a[0]]));
}
static struct outcome run_kfree(struct world *w, const u64 *a)
{
	kfree(memory_of(&w->kmalloc[a[0]]));
	return done;
}
static const char *judge_kfree(struct world *w, const u64 *a, struct outcome seen)
{
	const char *bad = world_scratch(w)->pending;

	(void)seen;
	if (bad || (bad = model_kfreed(w->model, world_cpu())))
		return bad;
	if (model_slub_was_refused(w->model, world_cpu(), w->kmalloc[a[0]].at)) {
		keep_slot(w, (u32)a[0]);
		return NULL;
	}
	retire_slot(w, (u32)a[0]);
	return check_gone(w, &w->kmalloc[a[0]]);
}

/* It asks how large the memory is, and zeroes all of it. */
static void begin_kfree_sensitive(struct world *w, const u64 *a)
{
	begin_kfree(w, a);
	model_size_was_asked(w->model, address_of_slot(&w->kmalloc[a[0]]));
}
static struct outcome run_kfree_sensitive(struct world *w, const u64 *a)
{
	kfree_sensitive(memory_of(&w->kmalloc[a[0]]));
	return done;
}

/* K9: while nobody else can have it, and nothing of debugging wrote to it, it is zero but for the free pointer. */
static const char *judge_kfree_sensitive(struct world *w, const u64 *a, struct outcome seen)
{
	const struct object_slot *s = &w->kmalloc[a[0]];
	const char *bad = judge_kfree(w, a, seen);
	u64 left = bad ? 0 : model_sensitive_bytes(w->model, world_cpu(), s->at, s->size);

	for (u64 at = 0; !bad && at < left; at += 8) {
		if (model_is_free_pointer(w->model, s->at, at))
			continue;
		if (contents_first_not(w, s->at + at, min_of(left - at, (u64)8), 0) < min_of(left - at, (u64)8))
			bad = world_says(w, "K9: byte %llu of the sensitive memory at %#llx can be read by whoever gets it next",
					 (unsigned long long)at, (unsigned long long)s->at);
	}
	return bad;
}

/* Slots from a[0] on that can be given back at once: live, and nobody works on them. */
static bool joins_bulk(const struct world *w, u32 slot)
{
	return w->kmalloc[slot].state == SLOT_LIVE && w->kmalloc[slot].size && !is_damaged(w, slot) && !w->slot_busy[FAMILY_KMALLOC][slot] &&
	       !w->slot_shares[FAMILY_KMALLOC][slot];
}

static bool ready_kfree_bulk(struct world *w, const u64 *a)
{
	return w->slab_up && w->kmalloc[a[0]].size && !is_damaged(w, (u32)a[0]);
}

static void begin_kfree_bulk(struct world *w, const u64 *a)
{
	struct scratch *s = world_scratch(w);
	const char *bad = check_slot(w, (u32)a[0]);
	u64 most = min_of(a[1], (u64)MAX_BULK);

	s->nr_freed = 1;
	s->freed[0] = (u32)a[0];
	model_begin_kfree(w->model, world_cpu());
	model_add_kfree(w->model, world_cpu(), w->kmalloc[a[0]].at);
	for (u32 i = 1; i < NR_SLOTS && s->nr_freed < most; i++) {
		u32 slot = (u32)((a[0] + i) % NR_SLOTS);

		if (!joins_bulk(w, slot))
			continue;
		w->slot_busy[FAMILY_KMALLOC][slot] = true;
		bad = bad ? bad : check_slot(w, slot);
		model_add_kfree(w->model, world_cpu(), w->kmalloc[slot].at);
		s->freed[s->nr_freed++] = slot;
	}
	s->pending = bad;
}
static struct outcome run_kfree_bulk(struct world *w, const u64 *a)
{
	const struct scratch *s = world_scratch(w);
	void *p[MAX_BULK];

	(void)a;
	for (u32 i = 0; i < s->nr_freed; i++)
		p[i] = memory_of(&w->kmalloc[s->freed[i]]);
	kfree_bulk(s->nr_freed, p);
	return (struct outcome){ .ok = true, .has_value = true, .what = "objects", .value = s->nr_freed };
}
static const char *judge_kfree_bulk(struct world *w, const u64 *a, struct outcome seen)
{
	const struct scratch *s = world_scratch(w);
	const char *bad = s->pending;

	(void)a, (void)seen;
	if (!bad)
		bad = model_kfreed(w->model, world_cpu());
	for (u32 i = 0; i < s->nr_freed; i++) {
		w->slot_busy[FAMILY_KMALLOC][s->freed[i]] = i == 0; /* the first is the operation's own */
		retire_slot(w, s->freed[i]);
		bad = bad ? bad : check_gone(w, &w->kmalloc[s->freed[i]]);
	}
	return bad;
}

/* Nothing, in all the ways there are. */
static struct outcome run_kfree_null(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
	kfree_sensitive(NULL);
	return bytes_of(ksize(NULL) + ksize(ZERO_SIZE_PTR));
}
static const char *judge_kfree_null(struct world *w, const u64 *a, struct outcome seen)
{
	(void)w, (void)a;
	return seen.value ? "K2: there is no memory, and ksize() says how much" : NULL;
}

/* --- readers, and frees that wait for them [K10] ------------------------------------------------------------------------------- */

#define HEAD_BYTES sizeof(struct rcu_head)

static bool ready_read(struct world *w, const u64 *a)
{
	return w->slab_up && w->kmalloc[a[0]].size;
}

static void begin_read(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
	model_reader_begins(w->model, world_cpu());
}

#define LOOKS 4

/* What is there while the reader is inside. Where kfree_rcu() was told to keep its list, anything may be. */
static const char *look_often(struct world *w, u32 slot)
{
	const struct object_slot *s = &w->kmalloc[slot];
	u64 stamp = stamp_of(w, slot);
	const char *bad = NULL;

	for (unsigned i = 0; i < LOOKS; i++) {
		if (i)
			sim_yield(YIELD_RCU);
		if (!bad && !contents_object_holds_around(w, s->at, s->size, s->size, s->bulk ? s->nr : 0, s->bulk ? HEAD_BYTES : 0,
							  stamp))
			bad = "K10: a reader finds the memory it reads changed";
	}
	return bad;
}

static struct outcome run_read(struct world *w, const u64 *a)
{
	rcu_read_lock();
	world_scratch(w)->pending = look_often(w, (u32)a[0]);
	rcu_read_unlock();
	model_reader_ends(w->model, world_cpu());
	return done;
}

static bool ready_kfree_rcu(struct world *w, const u64 *a)
{
	return w->slab_up && w->kmalloc[a[0]].size >= HEAD_BYTES && model_can_kfree_rcu(w->model, w->kmalloc[a[0]].at);
}

/* Where in the memory the head lies: anywhere, at a multiple of 8. Readers are told by the slot. */
static void begin_kfree_rcu(struct world *w, const u64 *a)
{
	struct object_slot *s = &w->kmalloc[a[0]];

	world_scratch(w)->pending = check_slot(w, (u32)a[0]);
	s->nr = (u16)(a[1] % (s->size - HEAD_BYTES + 1) & ~7ULL);
	s->bulk = true;
	retire_slot(w, (u32)a[0]);
	model_begin_kfree_rcu(w->model, world_cpu(), world_where(), s->at, true);
}
static struct outcome run_kfree_rcu(struct world *w, const u64 *a)
{
	char *p = memory_of(&w->kmalloc[a[0]]);

	kvfree_call_rcu((struct rcu_head *)(void *)(p + w->kmalloc[a[0]].nr), p);
	return done;
}
static const char *judge_kfree_rcu(struct world *w, const u64 *a, struct outcome seen)
{
	const char *bad = world_scratch(w)->pending;

	(void)a, (void)seen;
	return bad ? bad : model_kfree_rcu_done(w->model, world_cpu());
}

static bool ready_kfree_rcu_mightsleep(struct world *w, const u64 *a)
{
	return w->slab_up && w->kmalloc[a[0]].size && model_can_kfree_rcu(w->model, w->kmalloc[a[0]].at);
}
static void begin_kfree_rcu_mightsleep(struct world *w, const u64 *a)
{
	world_scratch(w)->pending = check_slot(w, (u32)a[0]);
	retire_slot(w, (u32)a[0]);
	model_begin_kfree_rcu(w->model, world_cpu(), world_where(), w->kmalloc[a[0]].at, false);
}
static struct outcome run_kfree_rcu_mightsleep(struct world *w, const u64 *a)
{
	kfree_rcu_mightsleep(memory_of(&w->kmalloc[a[0]]));
	return done;
}

static void begin_barrier(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_kfree_rcu_barrier(w->model, world_cpu());
}
static struct outcome run_barrier(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	kvfree_rcu_barrier();
	return done;
}
static const char *judge_barrier(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return model_kfree_rcu_barrier(w->model, world_cpu());
}

/* --- objects of caches, freed as if kmalloc() had given them ------------------------------------------------------------------------ */

/* A constructor's object is to be given back as constructed: that is not what waiting leaves of it. */
static bool ready_kfree_object(struct world *w, const u64 *a)
{
	const struct object_slot *o = &w->object[a[0]];

	if (model_slub_is_damaged(w->model, model_slab_of(w->model, w->object[a[0]].at))) /* it may be refused */
		return false;
	return !o->bulk && !w->cache_dying[o->cache] && !model_cache(w->model, o->cache)->ctor;
}
static void begin_kfree_object(struct world *w, const u64 *a)
{
	w->cache_uses[w->object[a[0]].cache]++;
	world_scratch(w)->pending = slab_check_object(w, a[0]);
	model_begin_kfree(w->model, world_cpu());
	model_add_kfree(w->model, world_cpu(), w->object[a[0]].at);
}
static struct outcome run_kfree_object(struct world *w, const u64 *a)
{
	kfree(slab_pointer(w->object[a[0]].at));
	return done;
}
static const char *judge_kfree_object(struct world *w, const u64 *a, struct outcome seen)
{
	const char *bad = world_scratch(w)->pending;

	(void)seen;
	w->cache_uses[w->object[a[0]].cache]--;
	w->object[a[0]].state = SLOT_STALE;
	return bad ? bad : model_kfreed(w->model, world_cpu());
}

static bool ready_kfree_rcu_object(struct world *w, const u64 *a)
{
	return ready_kfree_object(w, a) && w->object[a[0]].size >= HEAD_BYTES &&
	       model_can_kfree_rcu(w->model, w->object[a[0]].at);
}
static void begin_kfree_rcu_object(struct world *w, const u64 *a)
{
	w->cache_uses[w->object[a[0]].cache]++;
	world_scratch(w)->pending = slab_check_object(w, a[0]);
	model_begin_kfree_rcu(w->model, world_cpu(), world_where(), w->object[a[0]].at, true);
}
static struct outcome run_kfree_rcu_object(struct world *w, const u64 *a)
{
	char *p = slab_pointer(w->object[a[0]].at);

	kvfree_call_rcu((struct rcu_head *)(void *)(p + (a[1] % (w->object[a[0]].size - HEAD_BYTES + 1) & ~7ULL)), p);
	return done;
}
static const char *judge_kfree_rcu_object(struct world *w, const u64 *a, struct outcome seen)
{
	w->cache_uses[w->object[a[0]].cache]--;
	w->object[a[0]].state = SLOT_STALE;
	return judge_kfree_rcu(w, a, seen);
}

/* --- the end of a program ------------------------------------------------------------------------------------------------------- */

const char *kmalloc_free_all(struct world *w)
{
	const char *bad = NULL;

	for (u32 i = 0; !bad && i < 2 * NR_SLOTS; i++) { /* what was refused once was damaged, and is repaired */
		u32 slot = i % NR_SLOTS;
		u64 a[MAX_ARGS] = { slot };

		if (w->kmalloc[slot].state != SLOT_LIVE)
			continue;
		more_fuel(w);
		begin_kfree(w, a);
		run_kfree(w, a);
		if (!(bad = world_drain(w)) && !(bad = judge_kfree(w, a, done)))
			bad = model_end(w->model, world_cpu());
	}
	return bad;
}

const struct op kmalloc_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0x0340, "kmalloc", { ARG_NEW_KMALLOC, ARG_GFP, ARG_KMALLOC_SIZE }, 96, 0, ready_up, begin_kmalloc, run_kmalloc,
	  judge_kmalloc },
	{ 0x0341, "kmalloc_node", { ARG_NEW_KMALLOC, ARG_GFP, ARG_KMALLOC_SIZE, ARG_NODE }, 16, 0, ready_up, begin_kmalloc_node,
	  run_kmalloc_node, judge_kmalloc },
	{ 0x0342, "kzalloc", { ARG_NEW_KMALLOC, ARG_GFP, ARG_KMALLOC_SIZE }, 32, 0, ready_up, begin_kzalloc, run_kzalloc,
	  judge_kzalloc },
	{ 0x0343, "kmalloc_array", { ARG_NEW_KMALLOC, ARG_GFP, ARG_ELEMENTS, ARG_KMALLOC_SIZE }, 8, 0, ready_up,
	  begin_kmalloc_array, run_kmalloc_array, judge_kmalloc_array },
	{ 0x0344, "kcalloc", { ARG_NEW_KMALLOC, ARG_GFP, ARG_ELEMENTS, ARG_KMALLOC_SIZE }, 8, 0, ready_up, begin_kcalloc,
	  run_kcalloc, judge_kcalloc },
	{ 0x0345, "krealloc_null", { ARG_NEW_KMALLOC, ARG_GFP, ARG_KMALLOC_SIZE }, 4, 0, ready_up, begin_kmalloc,
	  run_krealloc_null, judge_kmalloc },
	{ 0x0346, "krealloc", { ARG_LIVE_KMALLOC, ARG_GFP, ARG_KMALLOC_SIZE }, 48, 0, ready_krealloc, begin_krealloc, run_krealloc,
	  judge_krealloc },
	{ 0x0347, "krealloc_array", { ARG_LIVE_KMALLOC, ARG_GFP, ARG_ELEMENTS, ARG_KMALLOC_SIZE }, 8, 0, ready_krealloc,
	  begin_krealloc_array, run_krealloc_array, judge_krealloc_array },
	{ 0x0348, "ksize", { ARG_LIVE_KMALLOC }, 12, 0, ready_up, begin_other, run_ksize, judge_ksize },
	{ 0x0349, "kmalloc_size_roundup", { ARG_KMALLOC_SIZE }, 4, 0, ready_up, begin_other, run_roundup, judge_roundup },
	{ 0x034a, "kfree", { ARG_LIVE_KMALLOC }, 96, 0, ready_up, begin_kfree, run_kfree, judge_kfree },
	{ 0x034b, "kfree_sensitive", { ARG_LIVE_KMALLOC }, 12, 0, ready_up, begin_kfree_sensitive, run_kfree_sensitive,
	  judge_kfree_sensitive },
	{ 0x034c, "kfree_bulk", { ARG_LIVE_KMALLOC, ARG_COUNT }, 16, 0, ready_kfree_bulk, begin_kfree_bulk, run_kfree_bulk,
	  judge_kfree_bulk },
	{ 0x034d, "kfree_null", { 0 }, 2, 0, ready_up, begin_other, run_kfree_null, judge_kfree_null },
	{ 0x034e, "read_kmalloc", { ARG_LIVE_KMALLOC }, 24, OP_WALKS, ready_read, begin_read, run_read, judge_pending },
	{ 0x034f, "kfree_rcu", { ARG_LIVE_KMALLOC, ARG_OBJECT_BYTE }, 48, OP_UNLINKS, ready_kfree_rcu, begin_kfree_rcu,
	  run_kfree_rcu, judge_kfree_rcu },
	{ 0x0350, "kfree_rcu_mightsleep", { ARG_LIVE_KMALLOC }, 12, OP_UNLINKS | OP_TASK_ONLY, ready_kfree_rcu_mightsleep,
	  begin_kfree_rcu_mightsleep, run_kfree_rcu_mightsleep, judge_kfree_rcu },
	{ 0x0351, "kvfree_rcu_barrier", { 0 }, 6, OP_TASK_ONLY, ready_up, begin_barrier, run_barrier, judge_barrier },
	{ 0x0352, "kfree_object", { ARG_LIVE_OBJECT }, 24, 0, ready_kfree_object, begin_kfree_object, run_kfree_object,
	  judge_kfree_object },
	{ 0x0353, "kfree_rcu_object", { ARG_LIVE_OBJECT, ARG_OBJECT_BYTE }, 24, 0, ready_kfree_rcu_object, begin_kfree_rcu_object,
	  run_kfree_rcu_object, judge_kfree_rcu_object },
	{ 0 }
};
