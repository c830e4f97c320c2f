/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab.h - objects smaller than a page, and memory by size. Mirrors include/linux/slab.h.
 *
 * A cache hands out objects of one size from slabs, which are blocks of pages. kmalloc() has a cache for each of a few sizes
 * and takes whole pages for what is larger. kmem_cache_init() comes before everything else here.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include "gfp.h"

/* Flags of a cache. Values are those of the kernel before they became an enumeration. */
typedef u32 slab_flags_t;

#define SLAB_CONSISTENCY_CHECKS 0x00000100u /* F: objects and slabs are checked at each alloc and free */
#define SLAB_RED_ZONE		0x00000400u /* Z: bytes around each object are known */
#define SLAB_POISON		0x00000800u /* P: so are free objects */
#define SLAB_KMALLOC		0x00001000u /* one of kmalloc()'s; not for callers */
#define SLAB_HWCACHE_ALIGN	0x00002000u /* objects begin on cache lines */
#define SLAB_CACHE_DMA		0x00004000u /* pages from ZONE_DMA */
#define SLAB_CACHE_DMA32	0x00008000u
#define SLAB_STORE_USER		0x00010000u /* U: who allocated and freed each object last */
#define SLAB_RECLAIM_ACCOUNT	0x00020000u /* objects can be given back under pressure */
#define SLAB_PANIC		0x00040000u /* the machine stops if the cache cannot be created */
#define SLAB_TYPESAFE_BY_RCU	0x00080000u /* pages wait for a grace period, objects do not */
#define SLAB_TRACE		0x00200000u /* T: each alloc and free is logged */
#define SLAB_NOLEAKTRACE	0x00800000u
#define SLAB_NO_MERGE		0x01000000u
#define SLAB_FAILSLAB		0x02000000u /* A: planned failures (FAULT_SLAB) strike here */
#define SLAB_ACCOUNT		0x04000000u /* objects are counted for who asked */

struct kmem_cache;
struct rcu_head; /* sim/rcu_list.h; it lies inside the object that waits */

#define KMEM_CACHE_NAME_MAX 32 /* bytes, the final zero included */

struct kmem_cache_args {
	u32 align;	   /* bytes, 0 or a power of two */
	u32 useroffset, usersize; /* the part that may be copied to user space: bytes */
	bool use_freeptr_offset;  /* the free pointer lies at freeptr_offset, inside the object */
	u32 freeptr_offset;
	void (*ctor)(void *object);
};

/**
 * kmem_cache_init - caches of caches, and those of kmalloc(). Once, after mm_boot(). Mirrors mm/slub.c.
 * Return: 0, -ENOMEM when there are not enough pages.
 */
int kmem_cache_init(void);
/**
 * setup_slub_debug - the boot option slab_debug=, in the kernel's syntax: "FZ,kmalloc-64,dentry*;P". [S30]
 * Before kmem_cache_init(). An empty string means FZPU for all. Return: 0, -EINVAL (a letter nobody knows is logged, as
 * in the kernel, and left out), -E2BIG when it is longer than 255 characters.
 */
int setup_slub_debug(const char *options);

/**
 * kmem_cache_create_args - a new cache, or another reference to one that will do. [S20] [S21]
 * @name: up to KMEM_CACHE_NAME_MAX - 1 characters, kept as a copy.
 * @size: of an object, in bytes, up to KMALLOC_MAX_SIZE.
 * @args: NULL: defaults.
 * Task context; may sleep. Return: NULL on failure; with SLAB_PANIC the machine stops instead. Mirrors mm/slab_common.c.
 */
struct kmem_cache *kmem_cache_create_args(const char *name, u32 size, const struct kmem_cache_args *args, slab_flags_t flags);
struct kmem_cache *kmem_cache_create(const char *name, u32 size, u32 align, slab_flags_t flags, void (*ctor)(void *));
#define KMEM_CACHE(type, flags)                                                                                        \
	kmem_cache_create_args(#type, sizeof(struct type),                                                             \
			       &(struct kmem_cache_args){ .align = __alignof__(struct type) }, flags)
/* Drop a reference; the last one gives the cache back. Objects in use are reported, and the cache stays. Task context. [S22] */
void kmem_cache_destroy(struct kmem_cache *s);
/* Give back empty slabs. Task context. Return: 0, 1 when slabs remain on the nodes' lists. [S23] */
int kmem_cache_shrink(struct kmem_cache *s);
u32 kmem_cache_size(const struct kmem_cache *s);
const char *kmem_cache_name(const struct kmem_cache *s);

/**
 * kmem_cache_alloc - one object. NULL: there is no memory.
 * @gfp: any context but NMI; with __GFP_DIRECT_RECLAIM only where sleeping is legal.
 */
void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp);
void *kmem_cache_alloc_node(struct kmem_cache *s, gfp_t gfp, int nid);
static inline void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t gfp)
{
	return kmem_cache_alloc(s, gfp | __GFP_ZERO);
}
/* NULL is a no-op. [S10] [S24] */
void kmem_cache_free(struct kmem_cache *s, void *object);
/* nr objects or none: nr or 0. [S19] */
unsigned kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t gfp, size_t nr, void **objects);
/* s NULL: each goes to the cache it is from, large blocks of kmalloc() too. No entry may be NULL. */
void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **objects);
static inline void kfree_bulk(size_t nr, void **objects)
{
	kmem_cache_free_bulk(NULL, nr, objects);
}

/* --- memory by size: mm/kmalloc.c ------------------------------------------------------------------------------------------ */

#define KMALLOC_MAX_CACHE_SIZE (2 * PAGE_SIZE)
#define ARCH_KMALLOC_MINALIGN  8u
/* What kmalloc(0) gives: not NULL, and nothing can be read there. [K2] */
#define ZERO_SIZE_PTR	  ((void *)16)
#define ZERO_OR_NULL_PTR(p) ((uintptr_t)(p) <= (uintptr_t)ZERO_SIZE_PTR)

/* PAGE_SIZE << max_page_order of the machine, in bytes. */
size_t kmalloc_max_size(void);
/* NULL: no memory, or larger than kmalloc_max_size(). Contexts as kmem_cache_alloc(). [K1]..[K6] */
void *kmalloc(size_t size, gfp_t gfp);
void *kmalloc_node(size_t size, gfp_t gfp, int nid);
static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}
static inline void *kzalloc_node(size_t size, gfp_t gfp, int nid)
{
	return kmalloc_node(size, gfp | __GFP_ZERO, nid);
}
/* NULL when n * size does not fit into a size_t. [K8] */
void *kmalloc_array(size_t n, size_t size, gfp_t gfp);
static inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc_array(n, size, gfp | __GFP_ZERO);
}
/* The same memory, larger or smaller; NULL: failed, and p is as it was. [K7] */
void *krealloc(const void *p, size_t size, gfp_t gfp);
void *krealloc_array(void *p, size_t n, size_t size, gfp_t gfp);
/* Any context but NMI. NULL and ZERO_SIZE_PTR are no-ops. */
void kfree(const void *p);
/* Zeroes it first. [K9] */
void kfree_sensitive(const void *p);
/* Bytes that belong to p: what kmalloc_size_roundup() says, 0 for NULL and ZERO_SIZE_PTR. [K5] */
size_t ksize(const void *p);
size_t kmalloc_size_roundup(size_t size);

/* --- freed after a grace period: mm/kfree_rcu.c [K10] ------------------------------------------------------------------------ */

/* head: a struct rcu_head inside the object that begins at p. Any context; never sleeps, never fails. */
void kvfree_call_rcu(struct rcu_head *head, void *p);
#define kfree_rcu(p, field) kvfree_call_rcu(&(p)->field, (p))
/* Without a head: it may have to wait for the grace period. Task context. */
#define kfree_rcu_mightsleep(p) kvfree_call_rcu(NULL, (p))
/* Returns when all that was queued before has been freed. Task context. */
void kvfree_rcu_barrier(void);

/* --- looking at it from outside --------------------------------------------------------------------------------------------- */

/* Checks every object of every slab, repairs and reports: returns how many were found damaged. Task context. [S37] */
long validate_slab_cache(struct kmem_cache *s);
/* Texts, each at most bytes - 1 characters; returns the length. [F3] */
unsigned slabinfo_show(char *out, unsigned bytes);
/* An attribute of the cache as under /sys/kernel/slab/<name>/, with its final newline; 0: no such attribute. */
unsigned slab_attr_show(const struct kmem_cache *s, const char *attribute, char *out, unsigned bytes);
/* The same, written: shrink, validate, min_partial, cpu_partial, remote_node_defrag_ratio, failslab, ... -EINVAL, -EACCES */
int slab_attr_store(struct kmem_cache *s, const char *attribute, const char *value);
/* Recounts every cache from scratch: NULL, or "broken S7: ..." Only when nothing is in flight. Burns no fuel. */
const char *slab_check(void);
/* Give up what caches keep to themselves: CPUs' slabs, empty slabs, what waits for a grace period. Task context. */
void slab_settle(void);

/*
 * What a stray store does to what is kept about the slab that p lies in: this field holds `value` from now on; returns what it
 * held. For who wants to see the checks [S34] at work, and puts it back. A free list is an offset in words of 8 bytes.
 */
enum slab_field { SLAB_FIELD_OBJECTS, SLAB_FIELD_INUSE, SLAB_FIELD_FREELIST, SLAB_FIELD_IS_SLAB, NR_SLAB_FIELDS };
u32 slab_overwrite(const void *p, enum slab_field field, u32 value);

struct slab_cache_figures {
	const char *name;
	slab_flags_t flags;
	u32 id, size, object_size, inuse, offset, align, red_left_pad, order, objects, min_order, min_objects;
	u32 min_partial, cpu_partial, cpu_partial_slabs, refcount;
	bool has_ctor;
	u64 nr_slabs, nr_objects, nr_partial; /* of all nodes */
};
/* The cache with this id; name NULL: there is none. Ids go from 1 to SLAB_MAX_CACHES - 1. */
#define SLAB_MAX_CACHES 128
struct slab_cache_figures slab_figures(unsigned id);
struct kmem_cache *slab_cache_by_id(unsigned id);
/* Bytes of a cache's descriptor, or of what it has for each node: objects of caches themselves. */
u32 slab_descriptor_bytes(bool of_node);
/* Where RAM lies: what texts and events call an address. Bytes from the beginning of RAM, and back. */
u64 slab_address(const void *p);
void *slab_pointer(u64 address);

#endif
