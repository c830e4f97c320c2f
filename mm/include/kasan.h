/* SPDX-License-Identifier: GPL-2.0-only */
/* kasan.h - the one place where mm tells the tools what may be touched. Mirrors include/linux/kasan.h. */
#ifndef MM_KASAN_H
#define MM_KASAN_H

#include "types.h"

/* Frames on a free list may not be touched. */
void kasan_poison_pages(struct page *page, unsigned order);
/* Frames handed out may, but have no value yet. Those without a permanent mapping must be mapped first. */
void kasan_unpoison_pages(struct page *page, unsigned order);
/* A highmem page may be touched from now on, and no longer. What it holds stays. */
void kasan_map_page(const struct page *page);
void kasan_unmap_page(const struct page *page);

/* --- objects: mm/kasan_slab.c ---------------------------------------------------------------------------------------------- */

struct kmem_cache;

/* A new slab: all of it is forbidden, until objects are handed out. */
void kasan_poison_slab(struct page *page, unsigned order);
/* A constructor is about to run on it, and has run: free again, and what it wrote stays. */
void kasan_unpoison_new_object(struct kmem_cache *s, void *object);
void kasan_poison_new_object(struct kmem_cache *s, void *object);
/* Handed out: `bytes` from the object on may be touched; without a value, unless a constructor or zeroing gave one. */
void kasan_slab_alloc(struct kmem_cache *s, void *object, size_t bytes, bool has_value);
void kasan_slab_free(struct kmem_cache *s, void *object);
/*
 * The same memory for another size: what is more has no value yet, or that of zeroes. room: bytes of the whole object. How
 * much of it was asked for before, the tools know best.
 */
void kasan_krealloc(const void *object, size_t bytes, size_t room, bool zeroed);
/* A large block: bytes of room, of which so many may be touched. Its pages were handed out before, and will be freed. */
void kasan_kmalloc_large(const void *p, size_t bytes, size_t room, bool has_value);
/* mempool of Valgrind: a cache is one from here on, and no more. */
void kasan_cache_create(struct kmem_cache *s);
void kasan_cache_destroy(struct kmem_cache *s);

#endif
