/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_geometry.c - how a cache must be laid out, and when it is not made at all.
 *
 * Everything is stated anew from the rules: bytes of a slot (S1), order of a slab (S5), limits (S11), alignment (S17), who
 * may create (S20), which cache will do instead of a new one (S21), what slab_debug= says for a name (S30).
 */
#include <stdio.h>
#include <string.h>
#include "slab_state.h"

#define MOST_OBJECTS 32767
#define NEVER_MERGE  (SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_TYPESAFE_BY_RCU | SLAB_NOLEAKTRACE | \
		      SLAB_FAILSLAB | SLAB_NO_MERGE)
#define MERGE_SAME   (SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA | SLAB_CACHE_DMA32 | SLAB_ACCOUNT)
#define PERMITTED                                                                                                      \
	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_HWCACHE_ALIGN |       \
	 SLAB_CACHE_DMA | SLAB_CACHE_DMA32 | SLAB_RECLAIM_ACCOUNT | SLAB_PANIC | SLAB_TYPESAFE_BY_RCU | SLAB_NOLEAKTRACE | \
	 SLAB_NO_MERGE | SLAB_FAILSLAB | SLAB_ACCOUNT | SLAB_KMALLOC)

static u32 round_up(u32 n, u32 to)
{
	return (n + to - 1) / to * to;
}

static unsigned fls32(u32 x)
{
	return x ? 32 - (unsigned)__builtin_clz(x) : 0;
}

/* --- slab_debug= ------------------------------------------------------------------------------------------------------- */

/* One block "FZ,name,name*": its flags; *list the names behind the first comma, NULL none; returns the next block. */
static const char *debug_block(const char *s, u32 *flags, const char **list, bool *off_if_larger)
{
	static const struct {
		char letter;
		u32 flag;
	} letters[] = { { 'F', SLAB_CONSISTENCY_CHECKS }, { 'Z', SLAB_RED_ZONE }, { 'P', SLAB_POISON }, { 'U', SLAB_STORE_USER },
			{ 'T', SLAB_TRACE }, { 'A', SLAB_FAILSLAB } };

	*flags = *s == ',' || *s == ';' || !*s ? SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER : 0;
	for (; *s && *s != ',' && *s != ';'; s++) {
		for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
			*flags |= *s == letters[i].letter ? letters[i].flag : 0;
		*off_if_larger |= *s == 'O';
		*flags = *s == '-' ? 0 : *flags;
	}
	*list = *s == ',' ? s + 1 : NULL;
	while (*s && *s != ';')
		s++;
	return *s ? s + 1 : s;
}

void slab_debug_setup(struct model *m)
{
	const char *s = m->setup.slab_debug, *list;
	bool *off = &m->slab->debug_off_if_larger;
	u32 flags;

	while (*s) {
		s = debug_block(s, &flags, &list, off);
		if (!list)
			m->slab->debug = flags;
	}
}

/* S30: does a list of names, some with a star at their end, have this one? */
static bool list_names(const char *list, const char *name)
{
	while (*list && *list != ';') {
		size_t len = strcspn(list, ",;"), n = len && list[len - 1] == '*' ? len - 1 : len;

		if (!strncmp(list, name, n) && (n < len || !name[n]))
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

/* S30: flags of the first block that names it, else those for all. */
u32 slab_debug_flags(const struct model *m, u32 flags, const char *name)
{
	const char *s = m->setup.slab_debug, *list;
	u32 of_block, for_all = m->slab->debug;
	bool ignored = false;

	while (*s) {
		s = debug_block(s, &of_block, &list, &ignored);
		if (list && list_names(list, name))
			return flags | of_block;
	}
	if (flags & SLAB_NOLEAKTRACE)
		for_all &= ~SLAB_STORE_USER;
	return flags | for_all;
}

/* --- layout ------------------------------------------------------------------------------------------------------------ */

/* S17 */
static u32 alignment(u32 flags, u32 align, u32 size)
{
	u32 line = 64;

	while ((flags & SLAB_HWCACHE_ALIGN) && line > 1 && size <= line / 2)
		line /= 2;
	if ((flags & SLAB_HWCACHE_ALIGN) && line > align)
		align = line;
	return round_up(align > 8 ? align : 8, 8);
}

/* S1: the free pointer lies behind the object when something inside must not change while it is free. */
static bool pointer_outside(const struct model_cache *c, const struct model_cache_asked *asked)
{
	if ((c->flags & SLAB_TYPESAFE_BY_RCU) && !asked->use_freeptr)
		return true;
	return (c->flags & SLAB_POISON) || c->ctor ||
	       ((c->flags & SLAB_RED_ZONE) && (c->object_size < 8 || model_cache_keeps_size(c)));
}

static void lay_out_slot(struct model_cache *c, const struct model_cache_asked *asked)
{
	u32 size = round_up(c->object_size, 8);

	c->red_left_pad = 0;
	if ((c->flags & SLAB_RED_ZONE) && size == c->object_size)
		size += 8;
	c->inuse = size;
	if (pointer_outside(c, asked)) {
		c->offset = size;
		size += 8;
	} else if ((c->flags & SLAB_TYPESAFE_BY_RCU) && asked->use_freeptr) {
		c->offset = asked->freeptr;
	} else {
		c->offset = c->object_size / 2 / 8 * 8;
	}
	if (c->flags & SLAB_STORE_USER)
		size += 64 + (c->flags & SLAB_KMALLOC ? 8 : 0);
	if (c->flags & SLAB_RED_ZONE) {
		c->red_left_pad = round_up(8, c->align);
		size += 8 + c->red_left_pad;
	}
	c->size = round_up(size, c->align);
}

/* S5: the largest number of objects below this order, the smallest order that wastes little. -1: none is large enough. */
static int order_of(const struct model *m, u32 size)
{
	const u32 *knob = m->setup.knob;
	u32 least = knob[KNOB_SLAB_MIN_ORDER] < m->max_order ? knob[KNOB_SLAB_MIN_ORDER] : m->max_order;
	u32 most = knob[KNOB_SLAB_MAX_ORDER] < m->max_order ? knob[KNOB_SLAB_MAX_ORDER] : m->max_order;
	u32 highest = most > least ? most : least, lowest, wanted = knob[KNOB_SLAB_MIN_OBJECTS];
	u32 fit = (u32)((4096ULL << highest) / size);
	unsigned order;

	if (!wanted)
		wanted = 4 * (fls32(m->nr_cpus) + 1);
	fit = fit ? fit : 1;
	wanted = wanted < fit ? wanted : fit;
	lowest = order_for((u64)wanted * size);
	lowest = lowest > least ? lowest : least;
	if ((4096ULL << lowest) / size > MOST_OBJECTS)
		return (int)order_for((u64)size * MOST_OBJECTS) - 1;
	for (u32 fraction = 16; fraction > 1; fraction /= 2)
		for (order = lowest; order <= highest; order++)
			if ((4096ULL << order) % size <= (4096ULL << order) / fraction)
				return (int)order;
	order = order_for(size);
	return order <= m->max_order ? (int)order : -1;
}

/* S11 */
static void set_limits(struct model_cache *c)
{
	u32 objects = c->size >= 4096 ? 6 : c->size >= 1024 ? 24 : c->size >= 256 ? 52 : 120, half = (fls32(c->size) - 1) / 2;

	c->min_partial = half < 5 ? 5 : half > 10 ? 10 : half;
	c->cpu_partial = model_cache_is_debug(c) ? 0 : objects;
	c->cpu_partial_slabs = (2 * c->cpu_partial + c->objects - 1) / c->objects;
}

static u32 objects_of(unsigned order, u32 size)
{
	u64 n = (4096ULL << order) / size;

	return (u32)(n < MOST_OBJECTS ? n : MOST_OBJECTS);
}

bool slab_geometry(const struct model *m, struct model_cache *c, const struct model_cache_asked *asked)
{
	int order;

	c->align = alignment(c->flags, asked->align, asked->size);
	c->object_size = asked->size;
	c->ctor = asked->ctor;
	c->usersize = asked->usersize;
	lay_out_slot(c, asked);
	if (order_of(m, c->size) < 0)
		return false;
	if (m->slab->debug_off_if_larger && order_for(c->size) > order_for(c->object_size)) { /* S30: letter O */
		c->flags &= ~(SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER);
		lay_out_slot(c, asked);
	}
	if ((c->flags & SLAB_POISON) && !(c->flags & SLAB_TYPESAFE_BY_RCU) && !c->ctor) /* S3 */
		c->flags |= MODEL_OBJECT_POISON;
	order = order_of(m, c->size);
	if (order < 0)
		return false;
	c->order = (u16)order;
	c->min_order = (u16)order_for(c->size);
	c->objects = (u16)objects_of(c->order, c->size);
	c->min_objects = (u16)objects_of(c->min_order, c->size);
	set_limits(c);
	return c->objects != 0;
}

/* --- who may create ------------------------------------------------------------------------------------------------------ */

bool slab_may_create(const struct model *m, const struct model_cache_asked *a, bool in_interrupt)
{
	if (!a->name || in_interrupt || a->size > 4096u << m->max_order || !a->size)
		return false;
	return !(a->flags & ~PERMITTED) && !(a->align & (a->align - 1));
}

bool slab_may_make(const struct model *m, const struct model_cache_asked *a)
{
	struct model_cache c = { .flags = slab_debug_flags(m, a->flags, a->name) };

	return slab_geometry(m, &c, a) && (!a->use_freeptr || ((a->flags & SLAB_TYPESAFE_BY_RCU) && a->freeptr < a->size && a->freeptr % 8 == 0));
}

unsigned slab_mergeable(const struct model *m, const struct model_cache_asked *a)
{
	const struct model_slab *s = m->slab;
	u32 align = alignment(a->flags, a->align, a->size), size = round_up(round_up(a->size, 8), align);
	u32 flags = slab_debug_flags(m, a->flags, a->name);

	if (m->setup.knob[KNOB_SLAB_NOMERGE] || a->ctor || a->usersize || (flags & NEVER_MERGE))
		return 0;
	for (unsigned i = 0; i < s->nr_order; i++) {
		const struct model_cache *c = &s->cache[s->order[i]];

		if ((c->flags & NEVER_MERGE) || c->ctor || c->usersize || c->refcount <= 0) /* 0: destroyed while it was used */
			continue;
		if (size <= c->size && c->size - size < 8 && !((flags ^ c->flags) & MERGE_SAME) && c->size % align == 0)
			return s->order[i];
	}
	return 0;
}

/* --- the caches of the boot ------------------------------------------------------------------------------------------------ */

#define KMALLOC_TYPES 4

/* Two sizes between powers of two come first. */
const u32 kmalloc_classes[KMALLOC_CLASSES] = { 96, 192, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192 };

/* K1, K3, K4: the n-th of kmalloc()'s. */
static void kmalloc_cache(unsigned n, struct model_cache_asked *asked, char *name)
{
	static const char *const prefix[KMALLOC_TYPES] = { "kmalloc-", "kmalloc-rcl-", "kmalloc-cg-", "dma-kmalloc-" };
	static const u32 flags[KMALLOC_TYPES] = { SLAB_NO_MERGE, SLAB_RECLAIM_ACCOUNT, SLAB_ACCOUNT, SLAB_CACHE_DMA };
	u32 bytes = kmalloc_classes[n % KMALLOC_CLASSES];

	snprintf(name, KMEM_CACHE_NAME_MAX, "%s%u%s", prefix[n / KMALLOC_CLASSES], bytes < 1024 ? bytes : bytes / 1024,
		 bytes < 1024 ? "" : "k");
	*asked = (struct model_cache_asked){ .name = name, .size = bytes, .align = bytes & -bytes,
					     .flags = flags[n / KMALLOC_CLASSES] | SLAB_KMALLOC };
}

bool slab_boot_cache(const struct model *m, unsigned nr, struct model_cache_asked *asked, char *name)
{
	if (nr < 2) {
		*asked = (struct model_cache_asked){ .name = nr ? "kmem_cache" : "kmem_cache_node", .flags = SLAB_HWCACHE_ALIGN,
						     .size = m->slab->descriptor_bytes[nr] };
		return true;
	}
	if (nr - 2 >= KMALLOC_TYPES * KMALLOC_CLASSES)
		return false;
	kmalloc_cache(nr - 2, asked, name);
	return true;
}
