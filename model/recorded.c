// SPDX-License-Identifier: GPL-2.0-only
/*
 * recorded.c - the objects of a recording: who is handed out, and what can have happened unseen.
 *
 *   address --page_of[]--> page --object[]--> record: where the object begins, its size, its cache, since when it is out
 *
 * The kernel announces each kmalloc() and kmem_cache_alloc(), and each kfree() and kmem_cache_free(); but not what kfree_rcu()
 * frees after a grace period, nor what some caches take and return by the dozen. So an object that is handed out again came
 * back in silence, which is counted; unless there was no time for it: no grace period is shorter than GRACE_NS. A free of a
 * free object is a double free, unless its cache hands out in silence too. Where a slab's pages are recorded as well, a slab
 * cannot change its cache unseen, and then an object of another extent in the place of one that is out is never legal.
 *
 * Allocations are announced after they happened, frees before: of one address they are in order, whichever CPU does what.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "model_kmalloc.h"
#include "model_recorded.h"
#include "slab_state.h"

#define GRACE_NS	50000ULL
#define DIRECT_MAP	0xffff888000000000ULL /* x86-64, four levels of tables, not moved by KASLR */
#define REGION		(1ULL << 30)	      /* KASLR moves by this */
#define MAX_RECORDS	(1u << 28)
#define FIRST_RECORDS	1024

enum { SEEN_ALLOC = 1, SEEN_FREE = 2 };

typedef unsigned long long ull;

/* --- life --------------------------------------------------------------------------------------------------------------- */

static struct model *rules_of_a_machine(void)
{
	struct model *rules = calloc(1, sizeof(*rules));

	if (!rules)
		return NULL;
	model_setup_profile(&rules->setup, 2);
	rules->max_order = 10;
	rules->slab = calloc(1, sizeof(*rules->slab));
	if (rules->slab)
		return rules;
	free(rules);
	return NULL;
}

bool recorded_create(struct model *m)
{
	struct model_recorded *r = m->recorded = calloc(1, sizeof(*r));

	if (r) {
		r->page_of = map_zeros((m->nr_frames + 1) * sizeof(u32));
		r->nr_page_of = m->nr_frames;
		r->nr_pages = r->nr_objects = 1;
		r->rules = rules_of_a_machine();
	}
	if (!r || !r->page_of || !r->rules)
		return false;
	recorded_caches_create(r);
	return true;
}

void recorded_destroy(struct model *m)
{
	struct model_recorded *r = m->recorded;

	if (!r)
		return;
	unmap_zeros(r->page_of, (r->nr_page_of + 1) * sizeof(u32));
	if (r->rules)
		free(r->rules->slab);
	free(r->rules);
	free(r->page);
	free(r->object);
	free(r);
	m->recorded = NULL;
}

/* The mapping begins and ends with a page: what is given back reads as zeros. */
void recorded_forget(struct model *m)
{
	struct model_recorded *r = m->recorded;

	if (madvise(r->page_of, (r->nr_page_of + 1) * sizeof(u32), MADV_DONTNEED))
		memset(r->page_of, 0, (r->nr_page_of + 1) * sizeof(u32));
	r->nr_pages = r->nr_objects = 1;
	r->free_object = 0;
	r->pages_seen = 0;
}

/* --- records -------------------------------------------------------------------------------------------------------------- */

/* Room for one more; the array moves. NULL: none, and the old one stays. */
static void *one_more(void *array, u32 nr, u32 *max, size_t bytes)
{
	u32 wanted = *max ? *max * 2 : FIRST_RECORDS;
	void *larger;

	if (nr < *max)
		return array;
	larger = wanted <= MAX_RECORDS ? realloc(array, wanted * bytes) : NULL;
	if (larger)
		*max = wanted;
	return larger;
}

static u64 page_index(const struct model_recorded *r, u64 address)
{
	return (address - r->base) >> 12;
}

/* 0: nobody has mentioned an object there. */
static u32 page_at(const struct model_recorded *r, u64 address)
{
	return r->base && page_index(r, address) < r->nr_page_of ? r->page_of[page_index(r, address)] : 0;
}

static u32 *slot_at(const struct model_recorded *r, u64 address)
{
	u32 page = page_at(r, address);

	return page ? &r->page[page].object[address >> 3 & (GRANULES - 1)] : NULL;
}

static struct recorded_object *object_at(const struct model_recorded *r, u64 address)
{
	u32 *slot = slot_at(r, address);

	return slot && *slot ? &r->object[*slot] : NULL;
}

static bool make_page(struct model_recorded *r, u64 address)
{
	u32 *page = &r->page_of[page_index(r, address)];
	void *array;

	if (page_index(r, address) >= r->nr_page_of)
		return false;
	if (*page)
		return true;
	array = one_more(r->page, r->nr_pages, &r->max_pages, sizeof(*r->page));
	if (!array)
		return false;
	r->page = array;
	memset(&r->page[r->nr_pages], 0, sizeof(*r->page));
	*page = r->nr_pages++;
	return true;
}

static u32 make_object(struct model_recorded *r)
{
	u32 object = r->free_object;
	void *array;

	if (object) {
		r->free_object = r->object[object].size;
		return object;
	}
	array = one_more(r->object, r->nr_objects, &r->max_objects, sizeof(*r->object));
	if (!array)
		return 0;
	r->object = array;
	return r->nr_objects++;
}

static u64 end_of(const struct recorded_object *o)
{
	return o->address + (o->size ? o->size : 8);
}

/* Nobody knows about these bytes any more. */
static void drop_object(struct model_recorded *r, struct recorded_object *o)
{
	u32 object = (u32)(o - r->object);

	for (u64 at = o->address; at < end_of(o); at += 8) {
		u32 *slot = slot_at(r, at);

		if (slot && *slot == object)
			*slot = 0;
	}
	o->size = r->free_object;
	r->free_object = object;
}

/* What is there is replaced. Without room nothing is known of it, which accuses nobody. */
static void note_object(struct model_recorded *r, struct recorded_object new)
{
	u32 object;

	for (u64 at = new.address; at < end_of(&new); at += 8) {
		struct recorded_object *old = make_page(r, at) ? object_at(r, at) : NULL;

		if (old)
			drop_object(r, old);
	}
	object = make_object(r);
	if (!object)
		return;
	r->object[object] = new;
	for (u64 at = new.address; at < end_of(&new); at += 8) {
		u32 *slot = slot_at(r, at);

		if (slot)
			*slot = object;
	}
}

/* --- what can have happened unseen ------------------------------------------------------------------------------------------- */

/* Pages of slabs come and go before our eyes. */
static bool follows_pages(const struct model_recorded *r)
{
	return r->pages_seen == (SEEN_ALLOC | SEEN_FREE) && r->is_direct_map && r->base == DIRECT_MAP;
}

static bool is_in_bulk(const struct model_recorded *r, const struct recorded_object *o)
{
	return !o->cache || r->cache[o->cache].in_bulk;
}

static u64 age(const struct model *m, const struct recorded_object *o)
{
	return m->now_ns > o->since_ns ? m->now_ns - o->since_ns : 0;
}

/* Since its last event there was no time for anything silent. */
static bool is_recent(const struct model *m, const struct recorded_object *o)
{
	return !is_in_bulk(m->recorded, o) && age(m, o) < GRACE_NS;
}

/* It can only be what it was last said to be, unless it came back in silence. */
static bool is_in_its_slab(const struct model *m, const struct recorded_object *o)
{
	return follows_pages(m->recorded) || is_recent(m, o);
}

static void came_back_in_silence(struct model_recorded *r, const struct recorded_object *o)
{
	r->counts.silent++;
	r->cache[o->cache].silent++;
}

static const char *name_of(const struct model_recorded *r, unsigned cache)
{
	return cache ? r->cache[cache].name : "a cache";
}

/* --- hand-out ---------------------------------------------------------------------------------------------------------------- */

static unsigned cache_of(const struct model *m, const struct mm_event *ev)
{
	return ev->type == EVENT_KMALLOC ? recorded_class(m->recorded, ev->bytes_req, ev->gfp) : ev->cache;
}

/* Was the frame handed out as part of a block that the recording saw? Its first frame, ~0: it did not. */
static u64 block_of(const struct model *m, u64 pfn, unsigned *order)
{
	for (unsigned o = 0; o <= 10; o++) {
		u64 head = pfn & ~((1ULL << o) - 1);
		const struct frame *f = &m->frame[head];

		if (f->state != FRAME_OWNED)
			continue;
		*order = f->order;
		return head + (1ULL << f->order) > pfn ? head : ~0ULL;
	}
	return ~0ULL;
}

/* ~0 when it is not known, or pages are not followed. */
static u64 block_below(const struct model *m, const struct mm_event *ev, unsigned *order)
{
	*order = 0;
	return follows_pages(m->recorded) ? block_of(m, page_index(m->recorded, ev->address), order) : ~0ULL;
}

/* The pages below it are handed out, and are a slab of its cache. */
static const char *judge_pages(struct model *m, const struct mm_event *ev, unsigned cache)
{
	const struct model_recorded *r = m->recorded;

	for (u64 at = ev->address & ~4095ULL; follows_pages(r) && at < ev->address + ev->bytes_alloc; at += 4096) {
		u64 pfn = page_index(r, at);
		u32 page = page_at(r, at);

		if (m->frame[pfn].state == FRAME_IN_FLIGHT)
			return model_says(m, "S8: an object of %s at %#llx was handed out, but pfn %llu is not", name_of(r, cache),
					  (ull)ev->address, (ull)pfn);
		if (page && cache && r->page[page].cache && r->page[page].cache != cache)
			return model_says(m, "K3: an object of %s at %#llx was handed out, but pfn %llu belongs to a slab of %s", name_of(r, cache),
					  (ull)ev->address, (ull)pfn, name_of(r, r->page[page].cache));
	}
	return NULL;
}

static const char *judge_overlap(struct model *m, const struct mm_event *ev, unsigned cache)
{
	const struct model_recorded *r = m->recorded;

	for (u64 at = ev->address; at < ev->address + ev->bytes_alloc; at += 8) {
		const struct recorded_object *o = object_at(r, at);
		bool same = o && o->address == ev->address && o->cache == cache && o->size == ev->bytes_alloc;

		if (o && o->live && (same ? is_recent(m, o) : is_in_its_slab(m, o)))
			return model_says(m, "S7: %#llx of %s was handed out, but %#llx of %s is, since %llu ns", (ull)ev->address,
					  name_of(r, cache), (ull)o->address, name_of(r, o->cache), (ull)age(m, o));
	}
	return NULL;
}

/* What is in its place must be gone. */
static void make_room(struct model_recorded *r, const struct mm_event *ev)
{
	for (u64 at = ev->address; at < ev->address + ev->bytes_alloc; at += 8) {
		struct recorded_object *o = object_at(r, at);

		if (o && o->live) {
			came_back_in_silence(r, o);
			drop_object(r, o);
		}
	}
}

static void note_slab(struct model_recorded *r, const struct mm_event *ev, unsigned cache)
{
	for (u64 at = ev->address & ~4095ULL; follows_pages(r) && at < ev->address + ev->bytes_alloc; at += 4096)
		if (page_at(r, at))
			r->page[page_at(r, at)].cache = (u8)cache;
}

static void hand_out(struct model *m, const struct mm_event *ev, unsigned cache)
{
	struct model_recorded *r = m->recorded;

	note_object(r, (struct recorded_object){ .address = ev->address, .size = ev->bytes_alloc, .cache = (u8)cache, .live = true,
						 .since_ns = m->now_ns });
	note_slab(r, ev, cache);
	r->counts.handed_out++;
}

static const char *on_recorded_alloc(struct model *m, const struct mm_event *ev)
{
	unsigned cache = cache_of(m, ev), order;
	u64 head = block_below(m, ev, &order);
	const char *bad;

	if ((ev->context & EVENT_ATOMIC) && (ev->gfp & __GFP_DIRECT_RECLAIM))
		return model_says(m, "X1: %#llx of %s allocated with gfp %#x, which may sleep, in atomic context", (ull)ev->address,
				  name_of(m->recorded, cache), ev->gfp);
	if ((bad = recorded_size(m, ev, cache)) || (bad = judge_pages(m, ev, cache)) ||
	    (bad = recorded_place(m, ev, cache, head, order)) || (bad = judge_overlap(m, ev, cache)))
		return bad;
	make_room(m->recorded, ev);
	hand_out(m, ev, cache);
	return NULL;
}

/* --- coming back ------------------------------------------------------------------------------------------------------------- */

static u32 size_of_freed(const struct model_recorded *r, const struct recorded_object *o, const struct mm_event *ev)
{
	return o && o->address == ev->address ? o->size : ev->cache ? r->cache[ev->cache].size : 8;
}

static void take_back(struct model *m, const struct mm_event *ev)
{
	struct model_recorded *r = m->recorded;
	const struct recorded_object *o = object_at(r, ev->address);
	bool known = o && o->address == ev->address;

	note_object(r, (struct recorded_object){ .address = ev->address, .size = size_of_freed(r, o, ev), .since_ns = m->now_ns,
						 .cache = known ? o->cache : ev->cache });
}

/* A cache of kmalloc() may have copies with other names. */
static bool is_of(const struct model_recorded *r, const struct recorded_object *o, unsigned cache)
{
	if (!cache || !o->cache || o->cache == cache)
		return true;
	return r->cache[o->cache].by_size && !strncmp(r->cache[cache].name, "kmalloc-", strlen("kmalloc-"));
}

static const char *judge_free(struct model *m, const struct mm_event *ev, const struct recorded_object *o)
{
	const struct model_recorded *r = m->recorded;

	if (!o || !is_in_its_slab(m, o))
		return NULL;
	if (o->live && o->address != ev->address)
		return model_says(m, "S32: %#llx was freed, which is inside of %#llx of %s", (ull)ev->address, (ull)o->address,
				  name_of(r, o->cache));
	if (o->address == ev->address && !o->live && !is_in_bulk(r, o))
		return model_says(m, "S32: %#llx of %s was freed, but it is free since %llu ns", (ull)ev->address, name_of(r, o->cache),
				  (ull)age(m, o));
	if (o->live && !is_of(r, o, ev->cache))
		return model_says(m, "S24: %#llx was freed as an object of %s, but it is one of %s", (ull)ev->address,
				  name_of(r, ev->cache), name_of(r, o->cache));
	return NULL;
}

static const char *on_recorded_free(struct model *m, const struct mm_event *ev)
{
	struct model_recorded *r = m->recorded;
	const struct recorded_object *o = object_at(r, ev->address);
	bool known = o && o->live && o->address == ev->address && is_of(r, o, ev->cache);
	const char *bad;

	if (ev->address & 7)
		return model_says(m, "S32: %#llx was freed, where no object can begin", (ull)ev->address);
	if ((bad = judge_free(m, ev, o)))
		return bad;
	if (o && !o->live && o->address == ev->address)
		r->counts.unannounced++;
	else if (o && o->live && !known)
		came_back_in_silence(r, o);
	r->counts.given_back += known;
	r->counts.unknown += !known;
	m->unknown += !known;
	take_back(m, ev);
	return NULL;
}

/* --- events -------------------------------------------------------------------------------------------------------------------- */

static bool is_alloc(const struct mm_event *ev)
{
	return ev->type == EVENT_KMALLOC || ev->type == EVENT_KMEM_CACHE_ALLOC;
}

bool model_witness_follows(struct model *m, u64 address, u64 bytes)
{
	struct model_recorded *r = m->recorded;
	u64 window = r->nr_page_of << 12;

	if (!r->base)
		r->base = address - DIRECT_MAP < window ? DIRECT_MAP : (address & ~(REGION - 1)) - (window / 2 & ~(REGION - 1));
	return bytes <= window && address - r->base <= window - bytes;
}

const char *recorded_event(struct model *m, const struct mm_event *ev)
{
	if (is_alloc(ev))
		return on_recorded_alloc(m, ev);
	return ev->type == EVENT_KFREE || ev->type == EVENT_KMEM_CACHE_FREE ? on_recorded_free(m, ev) :
									      model_says(m, "N1: an event of unknown type %u", ev->type);
}

/* Whose extent is doubtful, of that nothing is believed; whose cache may be, does not tell what the slab is. */
static void force_alloc(struct model *m, const struct mm_event *ev)
{
	struct model_recorded *r = m->recorded;
	unsigned cache = cache_of(m, ev), order;
	u64 head = block_below(m, ev, &order);
	bool sure = !recorded_size(m, ev, cache) && !recorded_place(m, ev, cache, head, order);

	if (ev->bytes_alloc > model_kmalloc_max(r->rules))
		return;
	make_room(r, ev);
	if (sure)
		hand_out(m, ev, cache);
	else
		recorded_learn_anew(r, cache);
	note_slab(r, ev, 0);
}

void recorded_force(struct model *m, const struct mm_event *ev)
{
	if (is_alloc(ev))
		force_alloc(m, ev);
	else if (!(ev->address & 7))
		take_back(m, ev);
}

/* --- pages ----------------------------------------------------------------------------------------------------------------------- */

static const char *judge_page(struct model *m, const struct mm_event *ev, u64 address)
{
	const struct model_recorded *r = m->recorded;

	for (u64 at = address; at < address + 4096; at += 8) {
		const struct recorded_object *o = object_at(r, at);

		if (!o || !o->live)
			continue;
		if (ev->type != EVENT_PAGE_FREE)
			return model_says(m, "S8: pfn %llu was handed out, but %#llx of %s is in it", (ull)page_index(r, address), (ull)o->address,
					  name_of(r, o->cache));
		if (is_recent(m, o))
			return model_says(m, "S8: pfn %llu was freed, but %#llx of %s in it is handed out since %llu ns",
					  (ull)page_index(r, address), (ull)o->address, name_of(r, o->cache), (ull)age(m, o));
	}
	return NULL;
}

/* An object that lies in several pages goes with the first of them. */
static void forget_page(struct model_recorded *r, u64 address)
{
	for (u64 at = address; at < address + 4096; at += 8) {
		struct recorded_object *o = object_at(r, at);

		if (!o)
			continue;
		if (o->live)
			came_back_in_silence(r, o);
		drop_object(r, o);
	}
	r->page[page_at(r, address)].cache = 0;
}

const char *recorded_pages(struct model *m, const struct mm_event *ev)
{
	struct model_recorded *r = m->recorded;
	const char *bad = NULL;

	r->pages_seen |= ev->type == EVENT_PAGE_ALLOC ? SEEN_ALLOC : ev->type == EVENT_PAGE_FREE ? SEEN_FREE : 0;
	if (!follows_pages(r) || !in_machine(m, ev->pfn, ev->order))
		return NULL;
	for (u64 i = 0; i < 1ULL << ev->order; i++) {
		u64 address = r->base + ((ev->pfn + i) << 12);

		if (!page_at(r, address))
			continue;
		bad = bad ? bad : judge_page(m, ev, address);
		forget_page(r, address);
	}
	return bad;
}

void model_witness_direct_map(struct model *m, bool known)
{
	m->recorded->is_direct_map = known;
}

struct model_witness_objects model_witness_objects(const struct model *m)
{
	const struct model_recorded *r = m->recorded;
	struct model_witness_objects counts = r->counts;
	unsigned most = LARGE_BLOCKS;

	for (unsigned i = LARGE_BLOCKS; i < r->nr_caches; i++)
		most = r->cache[i].silent > r->cache[most].silent ? i : most;
	counts.most_silent = r->cache[most].silent;
	counts.most_silent_name = r->cache[most].name;
	counts.pages_followed = follows_pages(r);
	return counts;
}
