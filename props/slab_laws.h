/* SPDX-License-Identifier: GPL-2.0-only */
/* slab_laws.h - what laws of caches and objects use: act on mm without the model, and what a program holds. */
#ifndef PROPS_SLAB_LAWS_H
#define PROPS_SLAB_LAWS_H

#include "observe.h"

#define LAW_MOST 64 /* objects of one call */

/* What constructors leave in the first word of an object. */
#define FIRST_BUILT  0x6669727374637472ULL
#define SECOND_BUILT 0x7365636f6e646374ULL
u64 law_ctor_word(u8 ctor);

struct law_cache {
	struct kmem_cache *s; /* NULL: there is none */
	const char *name;
	u32 size, align;
	slab_flags_t flags;
	u8 ctor; /* 0: none; 1, 2 */
};

/* Objects of a cache; s NULL: one piece of memory by size. */
struct law_hold {
	struct kmem_cache *s;
	unsigned nr;
	u64 bytes; /* of each that are its owner's */
	u8 ctor;
	void *at[MAX_BULK];
};

struct law_slab {
	struct law_cache cache[NR_CACHE_SLOTS];
	struct law_hold object[NR_SLOTS], kmalloc[NR_SLOTS];
};

/* nr objects, one after the other or in bulk; got: how many came. */
struct law_take {
	struct kmem_cache *s; /* NULL: memory by size, bytes of it */
	u64 bytes;
	gfp_t gfp;
	int nid;
	unsigned nr, got;
	bool bulk;
	void *at[LAW_MOST];
};
struct law_give {
	struct kmem_cache *s;
	unsigned nr;
	bool bulk;
	void *at[LAW_MOST];
};
struct law_look {
	struct kmem_cache *s;
	long damaged;
};

/* Each is one deed on a CPU. false: the machine stopped, which is a failure; law_create: or there is no cache. */
bool law_create(struct prop_run *r, struct law_cache *c);
bool law_destroy(struct prop_run *r, struct law_cache *c);
bool law_take(struct prop_run *r, struct place at, struct law_take *t);
bool law_give(struct prop_run *r, struct place at, struct law_give *g);
bool law_shrink(struct prop_run *r, struct kmem_cache *s);
/* All that caches and the page allocator keep is given up, for good; then the free lists, sorted. */
bool law_settled_picture(struct prop_run *r, struct picture *picture);
/* Check a cache: what was printed, NULL if the machine stopped; how many objects were damaged. */
const char *law_validate(struct prop_run *r, struct kmem_cache *s, long *damaged);
/* An owner writes into what is his. */
void law_fill(struct prop_run *r, void *at, u64 bytes, u8 byte);
/* Each object that the program holds; false ends it. */
bool law_for_each(struct prop_run *r, bool (*look)(struct prop_run *r, const struct law_hold *h, void *at));

extern const struct prop damage_is_told_where_it_is, what_is_ones_own_may_be_written, destroying_returns_every_page,
	shrinking_twice_changes_nothing, bulk_of_objects_is_like_singles, krealloc_keeps_the_prefix, objects_are_aligned_and_disjoint,
	roundup_is_ksize, merging_keeps_constructors_apart, order_of_objects_does_not_decide, remote_free_arrives_once,
	alloc_then_free_leaves_no_trace;

#endif
