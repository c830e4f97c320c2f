/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model_kmalloc.h - what must be true of memory by size, and of objects that wait for a grace period.
 *
 * Memory of kmalloc() is an object of the cache of its class, or a large block. Addresses: bytes from the beginning of RAM;
 * MODEL_ZERO_SIZE stands for ZERO_SIZE_PTR.
 */
#ifndef MODEL_KMALLOC_H
#define MODEL_KMALLOC_H

#include "model_slab.h"

#define MODEL_ZERO_SIZE	   16ULL

/* --- questions ---------------------------------------------------------------------------------------------------------- */

/* K1, K3: id of the cache that serves this request; 0: none does, it is a large block, or nothing, or too large. */
unsigned model_kmalloc_cache(const struct model *m, u64 size, gfp_t gfp);
/* K2: the largest size there is. */
u64 model_kmalloc_max(const struct model *m);
/* K5 */
u64 model_kmalloc_roundup(const struct model *m, u64 size);
/* Bytes that belong to the memory at this address: K5; 0 for MODEL_ZERO_SIZE. */
u64 model_ksize(const struct model *m, u64 address);
/* S16: how many bytes of a piece of memory just handed out for `size` must be zero, from the first on. */
u64 model_kmalloc_zeroed(const struct model *m, u64 address, u64 size, gfp_t gfp);
/* Does this request, or this change of the size in place (not fresh), zero what the client did not write? */
bool model_kmalloc_zeroes(const struct model *m, u64 address, gfp_t gfp, bool fresh);
/* Does the memory of this address wait for a grace period; how many of a cache? */
bool model_waits_for_rcu(const struct model *m, u64 address);
u64 model_waiting_of_cache(const struct model *m, unsigned cache);
/* Pages of large blocks that a node counts. */
u64 model_large_pages(const struct model *m, unsigned nid);
/* K9: so many bytes of sensitive memory that was just freed can be looked at; is this one a free pointer? */
u64 model_sensitive_bytes(const struct model *m, unsigned cpu, u64 address, u64 size);
bool model_is_free_pointer(const struct model *m, u64 address, u64 offset);

/* --- operations ------------------------------------------------------------------------------------------------------------ */

/* One piece of memory is asked for. */
void model_begin_kmalloc(struct model *m, unsigned cpu, unsigned where, u64 size, gfp_t gfp, s32 nid);
/* MODEL_NO_ADDRESS: refused. */
const char *model_answer_kmalloc(struct model *m, unsigned cpu, u64 address);

/* Pieces of memory are given back: begin, then each of them. */
void model_begin_kfree(struct model *m, unsigned cpu);
void model_add_kfree(struct model *m, unsigned cpu, u64 address);
const char *model_kfreed(struct model *m, unsigned cpu);

/* K7: the memory at `old`, which has so many bytes of an owner, shall have `size`. */
void model_begin_krealloc(struct model *m, unsigned cpu, unsigned where, u64 old, u64 size, gfp_t gfp);
const char *model_answer_krealloc(struct model *m, unsigned cpu, u64 address);

/* S4: ksize() was called: all of the object may be written from now on. */
void model_size_was_asked(struct model *m, u64 address);

/* K10: a piece of memory, or an object of a cache, waits for a grace period from now on. Ask first if there is room. */
bool model_can_kfree_rcu(const struct model *m, u64 address);
void model_begin_kfree_rcu(struct model *m, unsigned cpu, unsigned where, u64 address, bool has_head);
const char *model_kfree_rcu_done(struct model *m, unsigned cpu);
void model_begin_kfree_rcu_barrier(struct model *m, unsigned cpu);
const char *model_kfree_rcu_barrier(struct model *m, unsigned cpu);

#endif
