/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kasan_slab.c - what the tools are told about objects.
 *
 *      a slab    | pad |   object   | redzone | free pointer, tracks | pad |   object   | ...
 *   free         forbidden, all of it
 *   handed out         |asked for|.. forbidden ..........................  ...
 *
 * So a client that leaves what it asked for, by one byte, is caught although nothing of slab debugging is on. The slab
 * allocator itself touches the rest with its own hand (slab_access.h). Of a block of pages that kmalloc() gave the same
 * holds.
 *
 *   object     forbidden --constructor--> allowed, no value --> forbidden --handed out--> allowed --freed--> forbidden
 *
 * Handed out, it has no value, unless it was zeroed or a constructor gave it one. A tool forgets which bytes of a forbidden
 * object have a value: one with a constructor counts as having one everywhere.
 *
 * Objects of a SLAB_TYPESAFE_BY_RCU cache stay allowed when freed: readers may look at them until their pages go back.
 *
 * Valgrind also knows each object as a block of a pool, one pool a cache, so its reports say which object it was and who
 * freed it. Not those of the caches of caches: they live in the boot image, where no block can be kept.
 *
 * Granules: ASan knows of 8 bytes how many of the first ones are allowed. Objects begin on such a granule and slots are
 * whole ones, so the end of each object is exact.
 */
#include "slab_internal.h"

static void *pool_of(const struct kmem_cache *s)
{
	return &this_cpu->machine->host->pool[s->id];
}

static bool told_as_blocks(const struct kmem_cache *s)
{
	const struct slab_state *state = slab_state();

	return s != state->kmem_cache && s != state->kmem_cache_node && !(s->flags & SLAB_TYPESAFE_BY_RCU);
}

/* All that the object's slot may ever give away, in whole granules. */
static size_t room_of(const struct kmem_cache *s)
{
	return ALIGN((size_t)s->object_size, sizeof(void *));
}

static void allow(const void *p, size_t bytes, bool has_value)
{
	if (has_value)
		tool_unpoison_zeroed(p, bytes);
	else
		tool_unpoison(p, bytes);
}

/* --- slabs -------------------------------------------------------------------------------------------------------------- */

void kasan_poison_slab(struct page *page, unsigned order)
{
	kasan_poison_pages(page, order);
}

void kasan_unpoison_new_object(struct kmem_cache *s, void *object)
{
	tool_unpoison(object, s->object_size);
}

void kasan_poison_new_object(struct kmem_cache *s, void *object)
{
	tool_poison(object, room_of(s));
}

/* --- objects ------------------------------------------------------------------------------------------------------------ */

/* A reader of an RCU cache may hold it still from its last life: it never loses its value. */
void kasan_slab_alloc(struct kmem_cache *s, void *object, size_t bytes, bool has_value)
{
	if (told_as_blocks(s))
		tool_block_alloc(pool_of(s), object, bytes);
	allow(object, bytes, has_value || s->flags & SLAB_TYPESAFE_BY_RCU);
}

void kasan_slab_free(struct kmem_cache *s, void *object)
{
	if (s->flags & SLAB_TYPESAFE_BY_RCU)
		return;
	if (told_as_blocks(s))
		tool_block_free(pool_of(s), object);
	tool_poison(object, room_of(s));
}

/* Zeroes are promised where each request so far asked for them: then all of it has a value. */
void kasan_krealloc(const void *object, size_t bytes, size_t room, bool zeroed)
{
	const char *p = object;
	const struct slab *slab = virt_to_slab(object);
	size_t old_bytes = tool_allowed_bytes(p, room);

	if (slab)
		tool_block_resize(pool_of(slab_cache(slab)), object, bytes);
	if (bytes > old_bytes)
		tool_unpoison(p + old_bytes, bytes - old_bytes);
	tool_poison(p + bytes, room - bytes);
	if (zeroed)
		tool_define(p, bytes);
}

void kasan_kmalloc_large(const void *p, size_t bytes, size_t room, bool has_value)
{
	allow(p, bytes, has_value);
	tool_poison((const char *)p + bytes, room - bytes);
}

/* --- pools -------------------------------------------------------------------------------------------------------------- */

void kasan_cache_create(struct kmem_cache *s)
{
	tool_pool_create(pool_of(s));
}

void kasan_cache_destroy(struct kmem_cache *s)
{
	tool_pool_destroy(pool_of(s));
}
