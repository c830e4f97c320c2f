/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmalloc.c - memory by size: a cache for each of a few sizes, whole pages above them.
 *
 *   bytes     1..8  ..16  ..32  ..64  ..96  ..128 ..192 ..256 ..512 ..1k  ..2k  ..4k  ..8k | larger
 *   class      3     4     5     6     1     7     2     8     9    10    11    12    13   | compound pages
 *
 * Class n has objects of 2^n bytes, but for two between: 1 is 96 and 2 is 192. Each class has four caches, by what the
 * request says of the object's life: DMA, then RECLAIMABLE, then ACCOUNT, else normal. A free finds the cache, or the large
 * block, from the first page of the block that the pointer leads into.
 *
 * Rules, judged by model/kmalloc.c:
 *   [K1] the class is the smallest that is large enough
 *   [K2] kmalloc(0) is ZERO_SIZE_PTR; more than kmalloc_max_size() is NULL, and warned about
 *   [K3] type of cache by flags, and its name
 *   [K4] an object is aligned to the largest power of two that divides the size of its class
 *   [K5] ksize() of what kmalloc(n) gave is kmalloc_size_roundup(n)
 *   [K6] a large block is counted as unreclaimable slab pages; a free of anything else is reported, and nothing is freed
 *   [K7] krealloc() keeps what was there; it fails without having changed anything
 *   [K9] kfree_sensitive() zeroes all the memory of the object before anybody can get it
 * krealloc() moved between releases [K7]. Chosen here: with __GFP_ZERO what lies behind the new size is zeroed where it
 * fits, as in 6.12; where slab debugging keeps the size asked for (orig_size), that size and the redzone behind it follow
 * the new one, and what grows is zeroed, as from 6.13 on. So __GFP_ZERO promises zeroes if each request of a chain says it.
 * Locks: none of its own.
 * Unlike Linux: no copies of a class by caller (kmalloc-rnd-), too large a request warns each time and not once, what is
 * neither an object nor a large block stays as it is.
 */
#include <errno.h>
#include "slab_fast.h"

#define KMALLOC_NOT_NORMAL (__GFP_DMA | __GFP_RECLAIMABLE | __GFP_ACCOUNT)
#define GFP_SLAB_BUG_MASK  (__GFP_DMA32 | __GFP_HIGHMEM | ~__GFP_ALL_BITS)
#define LARGEST_INDEXED	   192u /* bytes: up to here a table says which class */
#define FIRST_POWER	   3u	/* class 3: 8 bytes */

static const char *const type_prefix[NR_KMALLOC_TYPES] = { "kmalloc-", "kmalloc-rcl-", "kmalloc-cg-", "dma-kmalloc-" };
static const slab_flags_t type_flags[NR_KMALLOC_TYPES] = { SLAB_NO_MERGE, SLAB_RECLAIM_ACCOUNT, SLAB_ACCOUNT,
							   SLAB_CACHE_DMA };

/* --- which cache [K1] [K3] ----------------------------------------------------------------------------------------------- */

static inline unsigned kmalloc_type(gfp_t gfp)
{
	if (likely(!(gfp & KMALLOC_NOT_NORMAL)))
		return SLAB_KMALLOC_NORMAL;
	if (gfp & __GFP_DMA)
		return SLAB_KMALLOC_DMA;
	return gfp & __GFP_RECLAIMABLE ? SLAB_KMALLOC_RECLAIM : SLAB_KMALLOC_CGROUP;
}

/* Of 1..KMALLOC_MAX_CACHE_SIZE bytes. */
static inline unsigned kmalloc_class(const struct slab_state *st, size_t size)
{
	return size <= LARGEST_INDEXED ? st->size_index[(size - 1) / 8] : fls64(size - 1);
}

static u32 class_size(unsigned class)
{
	return class == 1 ? 96 : class == 2 ? 192 : 1u << class;
}

size_t kmalloc_max_size(void)
{
	return PAGE_SIZE << current_mm()->max_order;
}

/* --- the caches ------------------------------------------------------------------------------------------------------------ */

static void put_cache_name(char *name, unsigned type, u32 size)
{
	struct text t = text_in(name, KMEM_CACHE_NAME_MAX);

	text_words(&t, type_prefix[type]);
	text_number(&t, size < 1024 ? size : size / 1024, 0);
	text_words(&t, size < 1024 ? "" : "k");
}

static int new_kmalloc_cache(struct slab_state *st, unsigned type, unsigned class)
{
	u32 size = class_size(class), align = max_of(ARCH_KMALLOC_MINALIGN, size & -size); /* [K4] */
	char name[KMEM_CACHE_NAME_MAX];
	struct kmem_cache *s;

	put_cache_name(name, type, size);
	s = create_boot_cache(name, size, align, type_flags[type] | SLAB_KMALLOC);
	if (!s)
		return -ENOMEM;
	st->kmalloc[type][class] = s;
	return 0;
}

static void setup_size_index(struct slab_state *st)
{
	for (unsigned i = 0; i < ARRAY_SIZE(st->size_index); i++) {
		u32 size = (i + 1) * 8;

		st->size_index[i] = size > 128 ? 2 : size > 64 && size <= 96 ? 1 : (u8)max_of(FIRST_POWER, fls64(size - 1));
	}
}

int create_kmalloc_caches(void)
{
	struct slab_state *st = slab_state();

	setup_size_index(st);
	for (unsigned type = 0; type < NR_KMALLOC_TYPES; type++)
		for (unsigned class = 1; class < NR_KMALLOC_CLASSES; class++)
			if (new_kmalloc_cache(st, type, class))
				return -ENOMEM;
	for (u32 i = 0; i < ARRAY_SIZE(st->normal_id); i++)
		st->normal_id[i] = st->kmalloc[SLAB_KMALLOC_NORMAL][kmalloc_class(st, 8 * i + 8)]->id;
	st->up = true;
	return 0;
}

/* --- large blocks [K6] ------------------------------------------------------------------------------------------------------- */

/* Zones that have no address for every page are not for objects. [X5] */
gfp_t kmalloc_fix_flags(gfp_t gfp)
{
	gfp_t good = gfp & ~GFP_SLAB_BUG_MASK;

	if (likely(good == gfp))
		return gfp;
	sim_log("Unexpected gfp: 0x%x. Fixing up to gfp: 0x%x. Fix your code!\n", gfp & GFP_SLAB_BUG_MASK, good);
	mm_report(REPORT_GFP_MISUSE, 0, 0, gfp);
	return good;
}

static sim_cold void *refuse_size(size_t size, gfp_t gfp)
{
	if (gfp & __GFP_NOWARN)
		return NULL;
	sim_log("WARNING: kmalloc of %llu bytes, the most is %llu\n", (unsigned long long)size,
		(unsigned long long)kmalloc_max_size());
	announce_report(SLUB_TOO_LARGE, 0, 0);
	return NULL;
}

static void *kmalloc_large_node(size_t size, gfp_t gfp, int nid)
{
	unsigned order = get_order(size);
	struct page *page;
	void *p;

	if (unlikely(size > kmalloc_max_size()))
		return refuse_size(size, gfp);
	gfp = kmalloc_fix_flags(gfp);
	page = slab_alloc_pages(0, gfp | __GFP_COMP, nid, order);
	if (!page)
		return NULL;
	set_page_flags(page, PG_large_kmalloc);
	mod_slab_pages(page_zone(current_mm(), page_pfn(current_mm(), page))->nid, false, 1LL << order);
	p = page_address(page);
	kasan_kmalloc_large(p, size, PAGE_SIZE << order, gfp & __GFP_ZERO);
	mm_announce((struct mm_event){ .type = EVENT_KMALLOC,
				       .address = address_of(p),
				       .gfp = gfp,
				       .bytes_req = (u32)size,
				       .bytes_alloc = (u32)(PAGE_SIZE << order) });
	return p;
}

static inline bool is_large_kmalloc(const struct page *page)
{
	return page && READ_ONCE(page->flags) & PG_large_kmalloc;
}

static void free_large_kmalloc(struct page *page)
{
	unsigned order = (unsigned)page->private;

	clear_page_flags(page, PG_large_kmalloc);
	mod_slab_pages(page_zone(current_mm(), page_pfn(current_mm(), page))->nid, false, -(1LL << order));
	mm_announce((struct mm_event){ .type = EVENT_KFREE, .address = address_of(page_address(page)) });
	slab_free_pages(page, order);
}

/* Nobody can say what it is, so nothing is done about it. [K6] */
static sim_cold void report_not_kmalloc(const void *p)
{
	sim_log("WARNING: free_large_kmalloc of no allocation of kmalloc\nobject pointer: 0x%016llx\n",
		(unsigned long long)kernel_address(p));
	announce_report(SLUB_NOT_KMALLOC, address_of(p), 0);
}

/* --- allocating ----------------------------------------------------------------------------------------------------------------- */

/* nid NUMA_NO_NODE: wherever. */
static __attribute__((noinline)) void *do_kmalloc_node(size_t size, gfp_t gfp, int nid)
{
	struct slab_request r = { .event = EVENT_KMALLOC, .gfp = gfp, .nid = nid, .orig_size = size };
	struct slab_state *st = slab_state();

	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return size ? kmalloc_large_node(size, gfp, nid) : ZERO_SIZE_PTR;
	return slab_alloc_node(st->kmalloc[kmalloc_type(gfp)][kmalloc_class(st, size)], &r);
}

/* The normal cache for this size, by the CPU's own table. */
slab_inline u8 normal_cache_id(size_t size)
{
	const struct slab_cpu_doors *doors = this_cpu->percpu;

	return doors->normal_id[(size - 1) / 8];
}

/* The short way if there is one. */
void *kmalloc(size_t size, gfp_t gfp)
{
	if (likely(size - 1 < KMALLOC_MAX_CACHE_SIZE && !(gfp & (KMALLOC_NOT_NORMAL | __GFP_ZERO)) && !sleeps_in_atomic(gfp))) {
		void *p = take_own(normal_cache_id(size), EVENT_KMALLOC, gfp, size);

		if (likely(p))
			return p;
	}
	return do_kmalloc_node(size, gfp, NUMA_NO_NODE);
}

void *kmalloc_node(size_t size, gfp_t gfp, int nid)
{
	return do_kmalloc_node(size, gfp, nid);
}

void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kmalloc(bytes, gfp);
}

/* --- freeing ---------------------------------------------------------------------------------------------------------------------- */

/* What the short way does not know. */
static __attribute__((noinline)) void kfree_slow(void *p)
{
	struct page *page;

	if (ZERO_OR_NULL_PTR(p))
		return;
	page = virt_to_head_page(p);
	if (page && page_is_slab(page))
		slab_free(slab_cache((struct slab *)page), (struct slab *)page, p, EVENT_KFREE);
	else if (is_large_kmalloc(page))
		free_large_kmalloc(page);
	else
		report_not_kmalloc(p);
}

void kfree(const void *p)
{
	u8 id;
	struct slab *slab = fast_slab(p, &id);

	if (unlikely(!slab) || unlikely(!give_own(slab, id, (void *)(uintptr_t)p, EVENT_KFREE)))
		kfree_slow((void *)(uintptr_t)p);
}

/* --- how large it is [K5] ------------------------------------------------------------------------------------------------------- */

/* Bytes of an object that are nobody else's. */
static u32 slab_ksize(const struct kmem_cache *s)
{
	if (s->flags & (SLAB_RED_ZONE | SLAB_POISON))
		return s->object_size;
	return s->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_STORE_USER) ? s->inuse : s->size;
}

/* Whoever asks may write all of it from now on: no byte is a redzone of kmalloc() any more. [S4] */
size_t ksize(const void *p)
{
	struct page *page = ZERO_OR_NULL_PTR(p) ? NULL : virt_to_head_page(p);
	struct kmem_cache *s;

	if (is_large_kmalloc(page))
		return PAGE_SIZE << page->private;
	if (!page || !page_is_slab(page))
		return 0;
	s = slab_cache((struct slab *)page);
	if (slub_debug_orig_size(s))
		set_orig_size(s, (void *)(uintptr_t)p, s->object_size);
	return slab_ksize(s);
}

size_t kmalloc_size_roundup(size_t size)
{
	const struct slab_state *st = slab_state();

	if (size - 1 < KMALLOC_MAX_CACHE_SIZE)
		return st->kmalloc[SLAB_KMALLOC_NORMAL][kmalloc_class(st, size)]->object_size;
	return !size || size > kmalloc_max_size() ? size : PAGE_SIZE << get_order(size);
}

void kfree_sensitive(const void *p)
{
	size_t bytes = ksize(p);

	if (bytes) {
		slab_fill((void *)(uintptr_t)p, 0, bytes);
		dirty_object(p, bytes);
	}
	kfree(p);
}

/* --- another size [K7] ----------------------------------------------------------------------------------------------------------- */

/* What there is now: room, and how much of it was asked for if anybody knows, else all. s: NULL for a large block. */
struct old_memory {
	struct kmem_cache *s;
	size_t room, asked;
};

static bool look_at_old(const void *p, struct old_memory *old)
{
	struct page *page = virt_to_head_page(p);

	*old = (struct old_memory){ NULL, 0, 0 };
	if (is_large_kmalloc(page)) {
		old->room = old->asked = PAGE_SIZE << page->private;
		return true;
	}
	if (!page || !page_is_slab(page))
		return false;
	old->s = slab_cache((struct slab *)page);
	old->room = old->s->object_size;
	old->asked = slub_debug_orig_size(old->s) ? get_orig_size(old->s, p) : old->room;
	return true;
}

static bool wants_zeroes(gfp_t gfp)
{
	return gfp & __GFP_ZERO || current_mm()->want_init_on_alloc;
}

static void *resize_in_place(void *p, size_t size, gfp_t gfp, const struct old_memory *old)
{
	bool zeroed = wants_zeroes(gfp), grows = old->asked < size;
	size_t from = grows ? old->asked : size, to = grows ? size : old->room;

	if (zeroed)
		slab_fill((char *)p + from, 0, to - from);
	if (zeroed && !old->s)
		dirty_object((char *)p + from, to - from);
	if (old->s && slub_debug_orig_size(old->s)) {
		set_orig_size(old->s, p, size);
		count_mark(MARK_KREALLOC_OF_KNOWN_SIZE);
		if (old->s->flags & SLAB_RED_ZONE)
			slab_fill((char *)p + size, SLUB_RED_ACTIVE, old->room - size);
	}
	if (TOOL_WATCHES_MEMORY)
		kasan_krealloc(p, size, old->room, zeroed);
	return p;
}

static void *move_to_larger(void *p, size_t size, gfp_t gfp, const struct old_memory *old)
{
	void *larger = kmalloc(size, gfp);

	if (!larger)
		return NULL;
	if (TOOL_WATCHES_MEMORY)
		kasan_krealloc(p, old->room, old->room, wants_zeroes(gfp)); /* its surplus is copied too */
	memcpy(larger, p, old->asked);
	if (size > KMALLOC_MAX_CACHE_SIZE)
		dirty_object(larger, old->asked);
	kfree(p);
	return larger;
}

void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	struct old_memory old;

	if (!size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	if (ZERO_OR_NULL_PTR(p))
		return kmalloc(size, gfp);
	if (unlikely(!look_at_old(p, &old))) {
		report_not_kmalloc(p);
		return NULL;
	}
	return (size <= old.room ? resize_in_place : move_to_larger)((void *)(uintptr_t)p, size, gfp, &old);
}

void *krealloc_array(void *p, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : krealloc(p, bytes, gfp);
}
