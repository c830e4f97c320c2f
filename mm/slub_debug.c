/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_debug.c - what is checked and repaired of slabs whose cache has SLAB_DEBUG_FLAGS.
 *
 * Not here yet: these functions only let slub.c be linked.
 */
#include <errno.h>
#include "slab_internal.h"

int setup_slub_debug(const char *options)
{
	size_t n = strlen(options);

	if (n >= sizeof(current_mm()->slub_debug_string))
		return -E2BIG;
	memcpy(current_mm()->slub_debug_string, options, n + 1);
	return 0;
}

slab_flags_t kmem_cache_flags(u32 object_size, slab_flags_t flags, const char *name)
{
	(void)object_size, (void)name;
	return flags;
}

void setup_slab_debug(struct kmem_cache *s, struct slab *slab)
{
	(void)s, (void)slab;
}

void setup_object_debug(struct kmem_cache *s, struct slab *slab, void *object)
{
	(void)s, (void)slab, (void)object;
}

bool alloc_debug_processing(struct kmem_cache *s, struct slab *slab, void *object, u64 orig_size)
{
	(void)s, (void)slab, (void)object, (void)orig_size;
	return true;
}

unsigned free_debug_processing(struct kmem_cache *s, struct slab *slab, void *head, void *tail, unsigned nr)
{
	(void)s, (void)slab, (void)head, (void)tail;
	return nr;
}

void set_orig_size(struct kmem_cache *s, void *object, u64 orig_size)
{
	(void)s, (void)object, (void)orig_size;
}

u64 get_orig_size(const struct kmem_cache *s, const void *object)
{
	(void)object;
	return s->object_size;
}

void list_slab_objects(struct kmem_cache *s, struct slab *slab)
{
	(void)s, (void)slab;
}

bool freelist_corrupted(struct kmem_cache *s, struct slab *slab, void **freelist, void *next)
{
	(void)s, (void)slab, (void)freelist, (void)next;
	return false;
}

void slab_out_of_memory(struct kmem_cache *s, gfp_t gfp, int nid)
{
	(void)s, (void)gfp, (void)nid;
}

void report_wrong_cache(struct kmem_cache *s, struct kmem_cache *other, void *object)
{
	(void)s, (void)other, (void)object;
}

long validate_slab_cache(struct kmem_cache *s)
{
	(void)s;
	return 0;
}
