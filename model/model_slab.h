/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model_slab.h - what must be true of caches, slabs and objects.
 *
 * A cache is known by its id, an object by its address: bytes from the beginning of RAM. Judges return NULL or a sentence.
 */
#ifndef MODEL_SLAB_H
#define MODEL_SLAB_H

#include "model.h"
#include "slab.h"

#define MODEL_MAX_CACHES   128
#define MODEL_NO_ADDRESS   (~0ULL)
#define MODEL_NO_SLAB	   (~0u)
#define MODEL_DEBUG_FLAGS  0x00210d00u /* F, Z, P, U, T: no slabs of CPUs, each operation takes the node's lock */
#define MODEL_OBJECT_POISON 0x80000000u

struct model_cache_asked {
	const char *name; /* NULL: none was given */
	u32 size, align, flags;
	u32 useroffset, usersize;
	bool use_freeptr;
	u32 freeptr;
	u8 ctor; /* 0: none */
};

/* Geometry and limits as the rules give them (S1, S5, S11, S17); what it has now. */
struct model_cache {
	bool exists, boot; /* boot: made by kmem_cache_init() */
	bool of_vm;	   /* made by vm_init(): no program uses it */
	u8 ctor;
	char name[KMEM_CACHE_NAME_MAX];
	u32 flags, object_size, size, inuse, offset, align, red_left_pad;
	u32 usersize;
	u16 order, objects, min_order, min_objects;
	u32 min_partial, cpu_partial, cpu_partial_slabs;
	u32 defrag_ratio; /* remote_node_defrag_ratio of this cache, in thousandths */
	s32 refcount;
	u64 nr_slabs, nr_objects, live; /* live: handed out */
	u32 nr_partial[MAX_NUMNODES];
	struct {
		u32 slab;    /* first frame of the CPU's slab; MODEL_NO_SLAB: none */
		u32 chain;   /* slabs on its chain */
		u32 first;   /* first frame of the slab put there last; the others follow by model_slab_frame.next */
	} cpu[MODEL_MAX_CPUS];
};

/* A frame of a slab. Place, cpu, inuse and objects hold on its first frame. */
struct model_slab_frame {
	u8 cache; /* 0: no slab */
	u8 place; /* enum slab_place */
	u8 cpu;
	u8 order;
	u16 head; /* how many frames before it is the first */
	u16 inuse, objects;
	bool rcu; /* given up, and waits for readers */
	u32 next; /* on a chain: first frame of the slab put there before; MODEL_NO_SLAB: the last */
};

/* --- questions ---------------------------------------------------------------------------------------------------------- */

const struct model_cache *model_cache(const struct model *m, unsigned id); /* NULL: there is none */
/* The cache of the slab that this address lies in, 0 none. */
unsigned model_cache_of(const struct model *m, u64 address);
/* Is this the address of an object that is handed out? */
bool model_object_is_live(const struct model *m, u64 address);
/* The beginning of the object whose slot this address lies in; MODEL_NO_ADDRESS: none does. */
u64 model_object_at(const struct model *m, u64 address);
/* First frame of the slab, MODEL_NO_SLAB none; and its frame. */
u32 model_slab_of(const struct model *m, u64 address);
const struct model_slab_frame *model_slab_frame(const struct model *m, u64 pfn);
static inline bool model_cache_is_debug(const struct model_cache *c)
{
	return c->flags & MODEL_DEBUG_FLAGS;
}
static inline bool model_cache_keeps_size(const struct model_cache *c) /* U and kmalloc: the size asked for is stored */
{
	return (c->flags & (SLAB_STORE_USER | SLAB_KMALLOC)) == (SLAB_STORE_USER | SLAB_KMALLOC);
}

/* --- life ------------------------------------------------------------------------------------------------------------------ */

void model_slab_destroy(struct model *m);
void model_slab_reset(struct model *m);
void model_slab_seal(struct model *m);

/* --- operations ------------------------------------------------------------------------------------------------------------ */

/* kmem_cache_init(): caches of the boot. error: what it answered. How large a cache's own structures are is mm's affair. */
bool model_begin_slab_init(struct model *m, unsigned cpu, u32 node_bytes, u32 cache_bytes);
const char *model_slab_is_up(struct model *m, unsigned cpu, int error);

/* Objects are asked for: wanted of cache `cache` (by name of a size class: that class), nid NUMA_NO_NODE any. */
struct model_wish {
	u8 cache;
	u8 event; /* EVENT_KMALLOC or EVENT_KMEM_CACHE_ALLOC */
	gfp_t gfp;
	s32 nid;
	u32 bytes; /* the size that the caller named */
	u32 wanted;
};
void model_begin_objects(struct model *m, unsigned cpu, unsigned where, struct model_wish wish);
/* The answer of one request, MODEL_NO_ADDRESS refused; of a bulk, how many, each at at[]. */
const char *model_answer_object(struct model *m, unsigned cpu, u64 address);
const char *model_answer_objects(struct model *m, unsigned cpu, const u64 *at, u32 nr);

/* Objects are given back: begin, then each of them. Each must be announced by the time it is answered. */
void model_begin_give(struct model *m, unsigned cpu, u8 event);
void model_add_give(struct model *m, unsigned cpu, u64 address);
/* One after the other, in this order: not as one bulk. */
void model_gives_singly(struct model *m, unsigned cpu);
const char *model_given(struct model *m, unsigned cpu);

void model_begin_cache_create(struct model *m, unsigned cpu, unsigned where, const struct model_cache_asked *asked);
/* The machine panicked: may it have been for this, which runs on some CPU? */
bool model_cache_may_panic(const struct model *m);
/* id 0: NULL was returned. */
const char *model_cache_created(struct model *m, unsigned cpu, unsigned id);
void model_begin_cache_destroy(struct model *m, unsigned cpu, unsigned id);
const char *model_cache_destroyed(struct model *m, unsigned cpu);
/* Every CPU's slab and chain of it go to the nodes. */
void model_begin_cache_flush(struct model *m, unsigned cpu, unsigned id);
const char *model_cache_flushed(struct model *m, unsigned cpu);
void model_begin_cache_shrink(struct model *m, unsigned cpu, unsigned id);
const char *model_cache_shrunk(struct model *m, unsigned cpu, bool remains);
/* The end of a program, and of the boot of the start state `slab`: slabs without live objects are given back. */
void model_begin_slab_settle(struct model *m, unsigned cpu);
const char *model_slab_settled(struct model *m, unsigned cpu);

/* Pages of a zone that slabs have at the end, over what they had after boot, and that nobody can give back. */
s64 model_slab_stuck_pages(const struct model *m, unsigned zone);
/* All that was taken from the caches of the boot was given back, but for what is stuck. */
const char *model_slab_nothing_leaks(struct model *m);

/* --- sums ------------------------------------------------------------------------------------------------------------------ */

const char *model_slab_recount(struct model *m);
u64 model_slab_digest(const struct model *m, u64 digest);

#endif
