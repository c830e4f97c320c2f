/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_pages.c - how slabs are laid out, where their pages come from, and where they go.
 *
 *   slot | left redzone | object      | right redzone | free pointer | track, track | asked for | padding | word |
 *        0            pad       pad + object_size   inuse                                                     size
 *
 * Everything but the object is there only if a flag wants it. Without debugging the free pointer lies in the middle of the
 * free object; behind it when what the object holds must stay while it is free (a constructor's work, readers by RCU).
 *
 * Rules: [S1] geometry  [S5] order  [S6] page requests  [S15] random order of a new slab's objects  [S18] constructors run when
 * the slab is made; of a SLAB_TYPESAFE_BY_RCU cache the pages go back after a grace period.
 * Invariant [N6]: mm->slab_pages[] counts pages from when they are handed out until they are given back.
 * Locks: none; a new slab is its maker's alone. Pages are asked for with no lock of the slab allocator but slab_mutex.
 */
#include <errno.h>
#include "rcu.h"
#include "slab_internal.h"

/* --- nodes ---------------------------------------------------------------------------------------------------------------------- */

bool node_has_slabs(unsigned nid)
{
	const struct mm *mm = current_mm();

	for (unsigned type = 0; type <= ZONE_NORMAL; type++) {
		const struct zone *zone = mm->zone[nid * MAX_NR_ZONES + type];

		if (zone && zone->present_pages)
			return true;
	}
	return false;
}

unsigned numa_mem_id(void)
{
	const struct zonelist *list = &current_mm()->zonelist[this_cpu->node][ZONELIST_FALLBACK];

	for (unsigned i = 0; i < list->nr; i++)
		if (list->zone[i]->index <= ZONE_NORMAL)
			return list->zone[i]->nid;
	return this_cpu->node;
}

/* --- geometry [S1] [S5] ----------------------------------------------------------------------------------------------------------- */

static unsigned slab_max_order(void)
{
	const u32 *param = this_cpu->machine->param;

	return min_of(max_of(param[PARAM_SLAB_MIN_ORDER], param[PARAM_SLAB_MAX_ORDER]), (u32)current_mm()->max_order);
}

static u32 wanted_objects(u32 size)
{
	const u32 *param = this_cpu->machine->param;
	u32 wanted = param[PARAM_SLAB_MIN_OBJECTS];

	if (!wanted)
		wanted = 4 * (fls64(param[PARAM_CPUS]) + 1);
	return min_of(wanted, max_of(order_objects(slab_max_order(), size), 1u));
}

/* First the fullest slabs, then fewer and fewer demands; larger than slab_max_order only if one object is. -1: impossible. */
static int calculate_order(u32 size)
{
	unsigned highest = slab_max_order();
	unsigned lowest = max_of((unsigned)min_of(this_cpu->machine->param[PARAM_SLAB_MIN_ORDER], (u32)current_mm()->max_order),
				 get_order((u64)wanted_objects(size) * size));

	if (order_objects(lowest, size) > MAX_OBJS_PER_SLAB)
		return (int)get_order((u64)size * MAX_OBJS_PER_SLAB) - 1;
	for (unsigned fraction = 16; fraction > 1; fraction /= 2)
		for (unsigned order = lowest; order <= highest; order++)
			if (((u64)PAGE_SIZE << order) % size <= ((u64)PAGE_SIZE << order) / fraction)
				return (int)order;
	return get_order(size) <= current_mm()->max_order ? (int)get_order(size) : -1;
}

/* Must what a free object holds stay as it is? Then its free pointer lies behind it. */
static bool freeptr_goes_outside(const struct kmem_cache *s, bool use_freeptr_offset)
{
	if ((s->flags & SLAB_TYPESAFE_BY_RCU) && !use_freeptr_offset)
		return true;
	if ((s->flags & SLAB_POISON) || s->ctor)
		return true;
	return (s->flags & SLAB_RED_ZONE) && (s->object_size < sizeof(void *) || slub_debug_orig_size(s));
}

static struct kmem_cache_order_objects oo_make(unsigned order, u32 size)
{
	return (struct kmem_cache_order_objects){ (u16)order, (u16)min_of(order_objects(order, size), (u32)MAX_OBJS_PER_SLAB) };
}

static u32 layout_of_slot(struct kmem_cache *s, const struct kmem_cache_args *args)
{
	bool own_offset = args && args->use_freeptr_offset;
	u32 size = ALIGN(s->object_size, (u32)sizeof(void *));

	if ((s->flags & SLAB_RED_ZONE) && size == s->object_size)
		size += sizeof(void *);
	s->inuse = size;
	if (freeptr_goes_outside(s, own_offset)) {
		s->offset = size;
		size += sizeof(void *);
	} else {
		s->offset = own_offset ? args->freeptr_offset : ALIGN_DOWN(s->object_size / 2, (u32)sizeof(void *));
	}
	if (s->flags & SLAB_STORE_USER)
		size += 2 * (u32)sizeof(struct track) + (s->flags & SLAB_KMALLOC ? (u32)sizeof(u64) : 0);
	s->red_left_pad = 0;
	if (s->flags & SLAB_RED_ZONE) {
		s->red_left_pad = ALIGN((u32)sizeof(void *), s->align);
		size += sizeof(void *) + s->red_left_pad;
	}
	return ALIGN(size, s->align);
}

static gfp_t allocflags_of(slab_flags_t flags)
{
	return __GFP_COMP | (flags & SLAB_CACHE_DMA ? GFP_DMA : 0) | (flags & SLAB_CACHE_DMA32 ? GFP_DMA32 : 0) |
	       (flags & SLAB_RECLAIM_ACCOUNT ? __GFP_RECLAIMABLE : 0);
}

int calculate_sizes(struct kmem_cache *s, const struct kmem_cache_args *args)
{
	int order;

	s->flags &= ~__OBJECT_POISON;
	if ((s->flags & SLAB_POISON) && !(s->flags & SLAB_TYPESAFE_BY_RCU) && !s->ctor)
		s->flags |= __OBJECT_POISON;
	s->size = layout_of_slot(s, args);
	order = calculate_order(s->size);
	if (order < 0)
		return -EINVAL;
	s->allocflags = allocflags_of(s->flags);
	s->oo = oo_make((unsigned)order, s->size);
	s->min = oo_make(get_order(s->size), s->size);
	return s->oo.objects ? 0 : -EINVAL;
}

/* --- pages [S6] ------------------------------------------------------------------------------------------------------------------- */

void mod_slab_pages(unsigned nid, bool reclaimable, s64 pages)
{
	fetch_add_relaxed(&current_mm()->slab_pages[nid][reclaimable], pages);
}

struct page *slab_alloc_pages(u8 cache_id, gfp_t gfp, int nid, unsigned order)
{
	struct page *page;

	mm_announce((struct mm_event){ .type = EVENT_SLAB_PAGES_WANTED, .cache = cache_id, .gfp = gfp, .order = (u8)order,
				       .nid = nid == NUMA_NO_NODE ? 255 : (u8)nid });
	page = alloc_pages_node(nid, gfp, order);
	mm_announce((struct mm_event){ .type = EVENT_SLAB_PAGES_GIVEN, .cache = cache_id, .order = (u8)order,
				       .pfn = page ? page_pfn(current_mm(), page) : ~0ULL });
	return page;
}

void slab_free_pages(struct page *page, unsigned order)
{
	mm_announce((struct mm_event){ .type = EVENT_SLAB_PAGES_RETURNED, .pfn = page_pfn(current_mm(), page),
				       .order = (u8)order });
	__free_pages(page, order);
}

/* What of a caller's mask is about pages at all. */
#define GFP_SLAB_MASK                                                                                                  \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_RETRY_MAYFAIL | __GFP_NOFAIL |        \
	 __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_HARDWALL | __GFP_THISNODE)

/* Of the best order without much effort, then of the order that one object needs, with all the caller may do. */
static struct page *pages_for_slab(struct kmem_cache *s, gfp_t gfp, int nid, struct kmem_cache_order_objects *oo)
{
	gfp_t first = (gfp | __GFP_NOWARN | __GFP_NORETRY) & ~__GFP_NOFAIL;
	struct page *page;

	if ((first & __GFP_DIRECT_RECLAIM) && s->oo.order > s->min.order)
		first = (first | __GFP_NOMEMALLOC) & ~__GFP_RECLAIM;
	*oo = s->oo;
	page = slab_alloc_pages(s->id, first, nid, s->oo.order);
	if (likely(page))
		return page;
	*oo = s->min;
	marked(s->min.order < s->oo.order, MARK_SLAB_OF_SMALLEST_ORDER);
	return slab_alloc_pages(s->id, gfp, nid, s->min.order);
}

/* --- a new slab ------------------------------------------------------------------------------------------------------------------- */

/* The page becomes a slab. Its contents are part of the boot image if it is made before that is taken. */
static struct slab *page_to_slab(struct kmem_cache *s, struct page *page, struct kmem_cache_order_objects oo)
{
	struct slab *slab = (struct slab *)page;
	u64 pfn = page_pfn(current_mm(), page);

	for (u64 i = 0; i < 1ULL << oo.order; i++)
		ram_dirty(this_cpu->machine, pfn + i, ~0ULL);
	ram_keep(this_cpu->machine, pfn, 1ULL << oo.order);
	mod_slab_pages(slab_nid(slab), s->flags & SLAB_RECLAIM_ACCOUNT, 1LL << oo.order);
	WRITE_ONCE(slab->flags, slab->flags | PG_slab | (u32)s->id << SLAB_ID_SHIFT | (u32)oo.order << SLAB_ORDER_SHIFT);
	return slab;
}

static void setup_object(struct kmem_cache *s, void *object)
{
	setup_object_debug(s, object);
	if (likely(!s->ctor))
		return;
	kasan_unpoison_new_object(s, object);
	s->ctor(object);
	kasan_poison_new_object(s, object);
}

/* The i'th object of the list, ascending, or from a random place on in the cache's order. */
struct order_of_objects {
	u32 pos; /* next in the cache's table */
	bool shuffled;
};

static void *next_object(const struct kmem_cache *s, const struct slab *slab, u32 objects, u32 i, struct order_of_objects *o)
{
	u32 offset;

	if (!o->shuffled)
		return nth_object(s, slab, i);
	do { /* a slab of the smallest order has fewer than the table */
		offset = s->random_seq[o->pos];
		o->pos = o->pos + 1 == s->oo.objects ? 0 : o->pos + 1;
	} while (offset >= objects * s->size);
	return slab_base(slab) + offset + s->red_left_pad;
}

static void link_all_objects(struct kmem_cache *s, struct slab *slab, u32 objects)
{
	struct order_of_objects o = { .shuffled = objects >= 2 && s->random_seq };
	void *first, *object;

	if (o.shuffled)
		o.pos = (u32)(sim_chance() % s->oo.objects);
	first = object = next_object(s, slab, objects, 0, &o);
	setup_object(s, object);
	for (u32 i = 1; i < objects; i++) {
		void *next = next_object(s, slab, objects, i, &o);

		setup_object(s, next);
		set_freepointer(s, object, next);
		object = next;
		sim_tick();
	}
	set_freepointer(s, object, NULL);
	slab->counters = counters_pack((struct slab_counters){
		.freelist = slab_offset_of(slab, first), .objects = (u16)objects });
}

/* Zeroes undo what the constructor does. Linux says so once. */
static sim_cold void report_ctor_zero(const struct kmem_cache *s)
{
	sim_log("WARNING: cache %s has a constructor, and is asked for zeroes\n", s->name);
	announce_report(SLUB_CTOR_ZERO, 0, s->id);
}

struct slab *new_slab(struct kmem_cache *s, gfp_t gfp, int nid)
{
	struct kmem_cache_order_objects oo;
	struct slab *slab;
	struct page *page;

	if (unlikely(s->ctor && (gfp & __GFP_ZERO)))
		report_ctor_zero(s);
	page = pages_for_slab(s, (kmalloc_fix_flags(gfp) & GFP_SLAB_MASK) | s->allocflags, nid, &oo);
	if (!page)
		return NULL;
	slab = page_to_slab(s, page, oo);
	kasan_poison_slab(page, oo.order);
	slab->counters = counters_pack((struct slab_counters){ .freelist = NO_FREE, .objects = oo.objects });
	setup_slab_debug(s, slab);
	link_all_objects(s, slab, oo.objects);
	announce_move(slab, SLAB_NOWHERE, SLAB_IN_FLIGHT, 0, false);
	return slab;
}

void count_slab(struct kmem_cache *s, const struct slab *slab, s64 slabs)
{
	struct kmem_cache_node *n = get_node(s, slab_nid(slab));

	if (unlikely(!n)) /* the first slab of all: bootstrap */
		return;
	fetch_add_relaxed(&n->nr_slabs, (u64)slabs);
	fetch_add_relaxed(&n->total_objects, (u64)(slabs * slab_counters(slab).objects));
}

/* --- giving it back ------------------------------------------------------------------------------------------------------------------ */

/* The page is an ordinary one again. */
static void free_slab(struct slab *slab, bool reclaimable)
{
	struct page *page = (struct page *)slab;
	unsigned order = slab_order(slab);

	mod_slab_pages(slab_nid(slab), reclaimable, -(1LL << order));
	reclaim_state_add(1ULL << order);
	WRITE_ONCE(page->flags, page->flags & (PG_head | PG_pfmemalloc));
	page->private = order;
	page->lru = (struct list_head){ NULL, NULL };
	slab_free_pages(page, order);
}

static void free_slab_after_grace_period(struct rcu_head *head)
{
	struct slab *slab = container_of(head, struct slab, rcu_head);

	free_slab(slab, slab_cache(slab)->flags & SLAB_RECLAIM_ACCOUNT);
}

void discard_slab(struct kmem_cache *s, struct slab *slab)
{
	if (unlikely(s->flags & SLAB_CONSISTENCY_CHECKS))
		check_empty_slab(s, slab);
	count_slab(s, slab, -1);
	announce_move(slab, SLAB_IN_FLIGHT, SLAB_NOWHERE, 0, false);
	if (unlikely(s->flags & SLAB_TYPESAFE_BY_RCU)) {
		WRITE_ONCE(slab->flags, slab->flags | SLAB_WAITS);
		call_rcu(&slab->rcu_head, free_slab_after_grace_period);
	} else {
		free_slab(slab, s->flags & SLAB_RECLAIM_ACCOUNT);
	}
}

/* --- random order [S15] ---------------------------------------------------------------------------------------------------------------- */

int init_cache_random_seq(struct kmem_cache *s)
{
	u32 nr = s->oo.objects;

	if (!current_mm()->slab->freelist_random || nr < 2 || s->random_seq)
		return 0;
	s->random_seq = kcalloc(nr, sizeof(*s->random_seq), GFP_KERNEL);
	if (!s->random_seq) {
		sim_log("SLUB: Unable to initialize free list for %s\n", s->name);
		return -ENOMEM;
	}
	for (u32 i = 0; i < nr; i++)
		s->random_seq[i] = i * s->size;
	for (u32 i = nr - 1; i > 0; i--) {
		u32 other = (u32)(sim_chance() % (i + 1)), offset = s->random_seq[i];

		s->random_seq[i] = s->random_seq[other];
		s->random_seq[other] = offset;
		sim_tick();
	}
	return 0;
}
