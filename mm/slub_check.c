/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_check.c - recounts slabs, their lists and their objects from scratch and says whether they are valid.
 *
 * First where each slab is, from the lists: nodes', CPUs', chains; each is met once. Then all struct pages: a slab that was met
 * nowhere must be full. Of each slab the free list is followed, and what a CPU has of it, and each object ticked off. What
 * counters say is compared at the end. Valid is not correct: which objects ought to be free is the model's business.
 *
 * What cannot be known here: in a cache with SLAB_CONSISTENCY_CHECKS a client may have damaged a free list or the counters of a
 * slab, and they stay so until the checks come by; of such slabs only the place is looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include "slab_internal.h"
#include "tool.h"

#define WALK_LIMIT (1u << 20) /* frames; above, lists alone are looked at */

struct cache_sums {
	u64 slabs[MAX_NUMNODES], objects[MAX_NUMNODES];
	u64 used;
	bool uncertain; /* some slab could not be counted */
};

struct recount {
	const struct mm *mm;
	const struct slab_state *st;
	u8 *place; /* of the slab that begins at a frame: enum slab_place */
	struct cache_sums *sums;
	s64 pages[MAX_NUMNODES][2];
	bool broken;
};

static sim_cold void broken(struct recount *r, const char *clause, const char *condition, const char *cache, u64 pfn)
{
	r->broken = true;
	snprintf(check_verdict, sizeof(check_verdict), "%s: broken %s: %s (%s, pfn %llu)", clause, clause, condition, cache,
		 (unsigned long long)pfn);
}

static const char *name_of(const struct kmem_cache *s)
{
	return s ? s->name : "no cache";
}

#define INV(clause, condition, s, pfn)                                                                                 \
	do {                                                                                                           \
		if (unlikely(!(condition))) {                                                                          \
			broken(r, #clause, #condition, name_of(s), pfn);                                               \
			return;                                                                                        \
		}                                                                                                      \
	} while (0)

/* --- objects of one slab [S7] ------------------------------------------------------------------------------------------------------ */

struct object_map {
	u64 bit[(MAX_OBJS_PER_SLAB + 63) / 64];
	u64 inverse; /* 2^32 / size, rounded up; 0: divide */
};

/* Which object begins at this offset of the slab; ~0: none. */
static u32 index_of(const struct object_map *map, const struct kmem_cache *s, u64 offset)
{
	u64 index;

	offset -= s->red_left_pad;
	index = likely(map->inverse) ? offset * map->inverse >> 32 : offset / s->size;
	return index * s->size == offset ? (u32)index : ~0u;
}

/* Tick off the objects of a list; how many there are, ~0: one of them is none, or was seen before. */
static u32 tick_off(struct object_map *map, const struct kmem_cache *s, const struct slab *slab, const void *object, u32 objects)
{
	u64 bytes = PAGE_SIZE << slab_order(slab);
	const char *base = slab_base(slab);
	u32 nr = 0;

	for (; object; nr++) {
		u64 offset = (u64)((const char *)object - base);
		u32 index = offset < bytes ? index_of(map, s, offset) : ~0u;

		if (index >= objects || (map->bit[index / 64] >> index % 64 & 1))
			return ~0u;
		map->bit[index / 64] |= 1ULL << index % 64;
		object = get_freepointer(s, object);
	}
	return nr;
}

static void begin_map(struct object_map *map, const struct kmem_cache *s, u32 objects)
{
	memset(map->bit, 0, (objects + 63) / 64 * sizeof(u64));
	map->inverse = (u64)objects * s->size * s->size >> 32 ? 0 : (1ULL << 32) / s->size + 1;
}

static u32 objects_of(const struct kmem_cache *s, unsigned order)
{
	u64 fit = (PAGE_SIZE << order) / s->size;

	return (u32)min_of(fit, (u64)MAX_OBJS_PER_SLAB);
}

static bool may_be_damaged(const struct kmem_cache *s)
{
	return s->flags & SLAB_CONSISTENCY_CHECKS;
}

/* list: what a CPU has of the slab for itself. */
static void check_objects(struct recount *r, const struct kmem_cache *s, const struct slab *slab, const void *list)
{
	struct slab_counters c = slab_counters(slab);
	u64 pfn = slab_pfn(slab), first = c.freelist == NO_FREE ? 0 : (u64)c.freelist * 8;
	struct object_map map;
	u32 nr, taken;

	INV(S7, c.objects == objects_of(s, slab_order(slab)), s, pfn);
	INV(S7, c.inuse <= c.objects, s, pfn);
	INV(S7, first < PAGE_SIZE << slab_order(slab), s, pfn);
	begin_map(&map, s, c.objects);
	nr = tick_off(&map, s, slab, slab_object_at(slab, c.freelist), c.objects);
	INV(S7, nr != ~0u, s, pfn);
	INV(S7, nr == (u32)(c.objects - c.inuse), s, pfn);
	taken = tick_off(&map, s, slab, list, c.objects);
	INV(S7, taken != ~0u, s, pfn);
	r->sums[s->id].used += c.inuse - taken;
}

/* --- one slab [S8] ------------------------------------------------------------------------------------------------------------------- */

static bool order_fits(const struct kmem_cache *s, unsigned order)
{
	return order == s->oo.order || order == s->min.order;
}

/* A slab of this cache was met in a place. */
static void visit(struct recount *r, const struct kmem_cache *s, const struct slab *slab, enum slab_place place, const void *list)
{
	u64 pfn = slab_pfn(slab);
	struct slab_counters c;

	INV(S8, pfn < r->mm->nr_frames && pfn_valid(r->mm, pfn), s, pfn);
	c = slab_counters(slab);
	INV(S8, (slab->flags & PG_slab) && !(slab->flags & (PG_tail | PG_buddy | SLAB_WAITS)), s, pfn);
	INV(S8, slab_cache_id(slab) == s->id, s, pfn);
	INV(S8, !r->place[pfn], s, pfn);
	INV(S8, order_fits(s, slab_order(slab)) && !(pfn % (1ULL << slab_order(slab))), s, pfn);
	INV(S8, slab->refcount == 1, s, pfn);
	INV(S8, !(slab->flags & SLAB_ON_PARTIAL) == (place != SLAB_NODE_PARTIAL), s, pfn);
	r->place[pfn] = (u8)place;
	r->sums[s->id].slabs[slab_nid(slab)]++;
	r->sums[s->id].objects[slab_nid(slab)] += c.objects;
	if (may_be_damaged(s)) {
		r->sums[s->id].uncertain = true;
		return;
	}
	INV(S8, c.frozen == (place == SLAB_CPU), s, pfn);
	INV(S8, place == SLAB_CPU || (c.freelist == NO_FREE) == (place == SLAB_FULL), s, pfn);
	check_objects(r, s, slab, list);
}

/* --- lists --------------------------------------------------------------------------------------------------------------------------- */

static bool is_struct_page(const struct recount *r, const void *p)
{
	u64 offset = (u64)((const char *)p - (const char *)r->mm->mem_map);

	return offset < r->mm->nr_frames * sizeof(struct page) && !(offset % sizeof(struct page));
}

static u64 check_list(struct recount *r, const struct kmem_cache *s, const struct list_head *head, unsigned nid, enum slab_place place)
{
	u64 nr = 0;

	for (const struct list_head *pos = head->next; pos != head && !r->broken; pos = pos->next, nr++) {
		const struct slab *slab = list_entry(pos, struct slab, slab_list);

		if (nr > r->mm->nr_frames || !is_struct_page(r, slab) || !pos->next || pos->next->prev != pos || slab_nid(slab) != nid)
			broken(r, "S8", "a list of slabs of the node is sound", s->name, nr);
		else
			visit(r, s, slab, place, NULL);
	}
	return nr;
}

static void check_node(struct recount *r, const struct kmem_cache *s, unsigned nid)
{
	const struct kmem_cache_node *n = get_node(s, nid);
	u64 partial;

	INV(S8, !n == !node_has_slabs(nid), s, nid);
	if (!n)
		return;
	partial = check_list(r, s, &n->partial, nid, SLAB_NODE_PARTIAL);
	if (!r->broken)
		check_list(r, s, &n->full, nid, SLAB_FULL);
	if (r->broken)
		return;
	INV(S8, n->nr_partial == partial, s, nid);
	INV(S8, (s->flags & SLAB_STORE_USER) || list_empty(&n->full), s, nid);
}

static u32 chain_length(const struct recount *r, const struct slab *slab)
{
	u32 nr = 0;

	for (; slab && is_struct_page(r, slab) && nr <= r->mm->nr_frames; slab = slab->next)
		nr++;
	return slab ? ~0u : nr;
}

/* What waits in a sheaf is an object of the cache, once, and counts as in use until here: slab_sheaf.h. */
static void check_sheaf(struct recount *r, const struct kmem_cache *s, void *const *objects, u32 nr, u64 cpu)
{
	for (u32 i = 0; i < nr; i++) {
		const struct slab *slab = virt_to_slab(objects[i]);

		INV(S8, slab && slab_cache(slab) == s, s, cpu);
		INV(S8, ((const char *)objects[i] - slab_base(slab) - s->red_left_pad) % s->size == 0, s, cpu);
		for (u32 k = 0; k < i; k++)
			INV(S8, objects[i] != objects[k], s, cpu);
	}
	r->sums[s->id].used -= nr;
}

static void check_cpu(struct recount *r, const struct kmem_cache *s, unsigned cpu)
{
	const struct kmem_cache_cpu *c = cpu_slab_of(cpu, s->id);
	u32 length = chain_length(r, c->partial);

	INV(S13, c->hot.second % TID_STEP == cpu, s, cpu);
	INV(S8, c->random == s->random && c->offset == s->offset && c->size == s->size, s, cpu);
	INV(S8, length != ~0u, s, cpu);
	INV(S11, c->take_nr <= c->sheaf_max && c->put_nr <= c->sheaf_max, s, cpu);
	check_sheaf(r, s, c->take, c->take_nr, cpu);
	check_sheaf(r, s, c->put, c->put_nr, cpu);
	INV(S11, !kmem_cache_debug(s) || (!c->slab && !c->partial), s, cpu);
	INV(S8, c->slab || !c->hot.first, s, cpu);
	INV(S8, !c->slab || is_struct_page(r, c->slab), s, cpu);
	if (c->slab)
		visit(r, s, c->slab, SLAB_CPU, c->hot.first);
	for (const struct slab *slab = c->partial; slab && !r->broken; slab = slab->next, length--) {
		INV(S8, slab->slabs == length, s, cpu);
		visit(r, s, slab, SLAB_CPU_PARTIAL, NULL);
	}
}

/* --- caches -------------------------------------------------------------------------------------------------------------------------- */

static bool is_power_of_two(u32 x)
{
	return x && !(x & (x - 1));
}

/* What holds of each layout. [S1] [S2] [S17] */
static void check_layout(struct recount *r, const struct kmem_cache *s)
{
	u32 end = s->offset + (u32)sizeof(void *);

	INV(S17, is_power_of_two(s->align) && s->align >= ARCH_KMALLOC_MINALIGN && !(s->size % s->align), s, 0);
	INV(S17, !(s->red_left_pad % s->align), s, 0);
	INV(S1, s->object_size && s->inuse >= s->object_size && s->red_left_pad + max_of(s->inuse, end) <= s->size, s, 0);
	INV(S1, !(s->offset % sizeof(void *)), s, 0);
	INV(S1, !s->ctor || s->offset >= s->inuse, s, 0);
	INV(S1, !(s->flags & SLAB_RED_ZONE) == !s->red_left_pad, s, 0);
	INV(S5, s->oo.objects && s->oo.objects == objects_of(s, s->oo.order) && s->min.order <= s->oo.order, s, 0);
	INV(S21, s->refcount <= 1 || !s->ctor, s, 0);
}

static void check_cache(struct recount *r, const struct kmem_cache *s, unsigned id)
{
	INV(S8, s->id == id, s, id);
	check_layout(r, s);
	for (unsigned nid = 0; nid < r->mm->nr_nodes && !r->broken; nid++)
		check_node(r, s, nid);
	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS] && !r->broken; cpu++)
		check_cpu(r, s, cpu);
}

/* Every slab that has been met nowhere is full, waits for a grace period, or was disabled by the checks. */
static void check_unlisted(struct recount *r, const struct slab *slab)
{
	const struct kmem_cache *s = slab_cache(slab);
	u64 pfn = slab_pfn(slab);

	INV(S8, s, s, pfn);
	r->pages[slab_nid(slab)][!!(s->flags & SLAB_RECLAIM_ACCOUNT)] += 1LL << slab_order(slab);
	if (r->place[pfn])
		return;
	if (slab->flags & SLAB_WAITS) {
		INV(S18, (s->flags & SLAB_TYPESAFE_BY_RCU) && (!slab_counters(slab).inuse || may_be_damaged(s)), s, pfn);
		return;
	}
	INV(S8, !(s->flags & SLAB_STORE_USER) || slab_counters(slab).frozen || may_be_damaged(s), s, pfn);
	visit(r, s, slab, SLAB_FULL, NULL);
}

static void check_pages(struct recount *r)
{
	const struct mm *mm = r->mm;

	for (u64 pfn = 0; pfn < mm->nr_frames && !r->broken; pfn++) {
		const struct page *page = mm->mem_map + pfn;

		if (!pfn_valid(mm, pfn) || likely(!(page->flags & (PG_slab | PG_large_kmalloc))))
			continue;
		if (page->flags & PG_slab)
			check_unlisted(r, (const struct slab *)page);
		else
			r->pages[page_zone(mm, pfn)->nid][false] += 1LL << (page->flags & PG_head ? page->private : 0);
	}
	for (unsigned nid = 0; nid < mm->nr_nodes && !r->broken; nid++)
		for (unsigned reclaimable = 0; reclaimable < 2; reclaimable++)
			INV(N6, mm->slab_pages[nid][reclaimable] == r->pages[nid][reclaimable], NULL, nid);
}

/* Numbers of a node that nobody derives from its lists. */
static void check_sums(struct recount *r, const struct kmem_cache *s)
{
	const struct cache_sums *sums = &r->sums[s->id];

	for (unsigned nid = 0; nid < r->mm->nr_nodes; nid++) {
		const struct kmem_cache_node *n = get_node(s, nid);

		INV(S8, !n || n->nr_slabs == sums->slabs[nid], s, nid);
		INV(S8, !n || may_be_damaged(s) || n->total_objects == sums->objects[nid], s, nid);
	}
}

/* Descriptors are objects like others: each belongs to a cache that is there. [S22] */
static void check_descriptors(struct recount *r)
{
	const struct slab_state *st = r->st;
	u64 caches = 0, nodes = 0;

	for (unsigned id = 1; id < SLAB_MAX_CACHES; id++) {
		caches += st->cache[id] != NULL;
		for (unsigned nid = 0; st->cache[id] && nid < r->mm->nr_nodes; nid++)
			nodes += get_node(st->cache[id], nid) != NULL;
	}
	INV(S22, r->sums[st->kmem_cache->id].uncertain || r->sums[st->kmem_cache->id].used == caches, st->kmem_cache, caches);
	INV(S22, r->sums[st->kmem_cache_node->id].uncertain || r->sums[st->kmem_cache_node->id].used == nodes, st->kmem_cache_node, nodes);
}

static void check_all(struct recount *r)
{
	const struct slab_state *st = r->st;

	for (unsigned id = 1; id < SLAB_MAX_CACHES && !r->broken; id++)
		if (st->cache[id])
			check_cache(r, st->cache[id], id);
	if (r->broken || r->mm->nr_frames > WALK_LIMIT)
		return;
	check_pages(r);
	for (unsigned id = 1; id < SLAB_MAX_CACHES && !r->broken; id++)
		if (st->cache[id])
			check_sums(r, st->cache[id]);
	if (!r->broken)
		check_descriptors(r);
}

const char *slab_check(void)
{
	static __thread u8 *place;
	static __thread u64 room;
	static __thread struct cache_sums *sums;
	struct recount r = { .mm = current_mm(), .st = slab_state() };

	if (!r.st)
		return NULL;
	if (r.mm->nr_frames > room) {
		free(place);
		room = r.mm->nr_frames;
		place = malloc(room);
	}
	memset(place, 0, r.mm->nr_frames);
	if (!sums)
		sums = malloc(SLAB_MAX_CACHES * sizeof(*sums));
	memset(sums, 0, SLAB_MAX_CACHES * sizeof(*sums));
	r.sums = sums;
	r.place = place;
	check_all(&r);
	return r.broken ? check_verdict : NULL;
}
