// SPDX-License-Identifier: GPL-2.0-only
/*
 * recorded_cache.c - the caches of a recording: how large their objects are, and where in a slab each may begin.
 *
 * Nothing is stated here. Sizes are model_kmalloc_roundup()'s, the caches of kmalloc() those that the model boots with, layout
 * and order of a slab slab_geometry()'s, asked about a machine with as many CPUs as the recording has. A recording names no
 * flags of a cache; so some layout must exist that makes of so many bytes a slot of so many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model_kmalloc.h"
#include "model_recorded.h"
#include "slab_state.h"

#define TYPES (SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT | SLAB_CACHE_DMA)
#define PAGE  4096ULL

/* Linux 6.12 to 6.18: who takes and returns these by kmem_cache_alloc_bulk(), kmem_cache_free_bulk() or sheaves of its own. */
static const char *const bulk_names[] = { "maple_node", "skbuff_head_cache", "skbuff_fclone_cache", "io_kiocb" };

/* --- the table --------------------------------------------------------------------------------------------------------- */

static unsigned find(const struct model_recorded *r, const char *name, size_t bytes)
{
	for (unsigned i = 1; i < r->nr_caches; i++)
		if (!strncmp(r->cache[i].name, name, bytes) && !r->cache[i].name[bytes])
			return i;
	return 0;
}

static unsigned add(struct model_recorded *r, const char *name, size_t bytes)
{
	struct recorded_cache *c = &r->cache[r->nr_caches];

	if (r->nr_caches == RECORDED_CACHES)
		return 0;
	memcpy(c->name, name, bytes);
	for (size_t i = 0; i < bytes; i++)
		c->name[i] = name[i] > ' ' && name[i] < 127 ? name[i] : '?';
	for (size_t i = 0; i < sizeof(bulk_names) / sizeof(bulk_names[0]); i++)
		c->in_bulk |= !strcmp(c->name, bulk_names[i]);
	return r->nr_caches++;
}

unsigned model_witness_cache(struct model *m, const char *name, size_t bytes)
{
	unsigned known;

	bytes = bytes < RECORDED_NAME_BYTES - 1 ? bytes : RECORDED_NAME_BYTES - 1;
	known = find(m->recorded, name, bytes);
	return known ? known : add(m->recorded, name, bytes);
}

void recorded_caches_create(struct model_recorded *r)
{
	struct model_cache_asked asked;
	char name[KMEM_CACHE_NAME_MAX];

	r->nr_caches = LARGE_BLOCKS;
	add(r, "kmalloc-large", strlen("kmalloc-large"));
	for (unsigned nr = 2; slab_boot_cache(r->rules, nr, &asked, name); nr++) {
		struct recorded_cache *c = &r->cache[add(r, name, strlen(name))];

		c->by_size = true;
		c->object_size = c->size = asked.size;
		c->align = asked.align;
		c->type = asked.flags & TYPES;
	}
}

void model_witness_cpus(struct model *m, unsigned nr)
{
	struct model_recorded *r = m->recorded;

	r->rules->nr_cpus = nr;
	for (unsigned i = 0; i < r->nr_caches; i++) /* laid out anew when they are next met */
		r->cache[i].objects[0] = 0;
}

void recorded_learn_anew(struct model_recorded *r, unsigned cache)
{
	struct recorded_cache *c = &r->cache[cache];

	if (cache == LARGE_BLOCKS || c->by_size)
		return;
	c->size = c->object_size = 0;
	c->objects[0] = 0;
}

/* --- sizes ----------------------------------------------------------------------------------------------------------------- */

/* K3 */
static u32 type_of(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return SLAB_CACHE_DMA;
	if (gfp & __GFP_RECLAIMABLE)
		return SLAB_RECLAIM_ACCOUNT;
	return gfp & __GFP_ACCOUNT ? SLAB_ACCOUNT : 0;
}

unsigned recorded_class(const struct model_recorded *r, u64 bytes, gfp_t gfp)
{
	unsigned best = LARGE_BLOCKS;

	for (unsigned i = LARGE_BLOCKS + 1; i < r->nr_caches && r->cache[i].by_size; i++)
		if (r->cache[i].type == type_of(gfp) && r->cache[i].size >= bytes &&
		    (best == LARGE_BLOCKS || r->cache[i].size < r->cache[best].size))
			best = i;
	return best;
}

static const char *size_by_size(struct model *m, const struct mm_event *ev, const struct recorded_cache *c)
{
	u64 due = model_kmalloc_roundup(m->recorded->rules, ev->bytes_req);

	if (!ev->bytes_req || ev->bytes_req > model_kmalloc_max(m->recorded->rules))
		return model_says(m, "K2: kmalloc of %u bytes was given memory", ev->bytes_req);
	if (ev->bytes_alloc != due)
		return model_says(m, "%s: kmalloc of %u bytes was given %u, due is %s of %llu", c->by_size ? "K5" : "K6", ev->bytes_req,
				  ev->bytes_alloc, c->name, (unsigned long long)due);
	return NULL;
}

/* S1, S5: of some flags. The address bounds how it can be aligned. */
static bool lay_out(const struct model *rules, struct recorded_cache *c, u64 address)
{
	for (unsigned way = 0; way < 4; way++)
		for (u32 align = 8; align <= PAGE && !(address & (align - 1)); align *= 2) {
			struct model_cache made = { .flags = way & 1 ? SLAB_HWCACHE_ALIGN : 0 };
			struct model_cache_asked asked = { .size = c->object_size, .align = align, .ctor = way / 2 };

			if (!slab_geometry(rules, &made, &asked) || made.size != c->size)
				continue;
			c->align = c->align ? c->align : 8;
			c->order[0] = made.order;
			c->objects[0] = made.objects;
			c->order[1] = made.min_order;
			c->objects[1] = made.min_objects;
			return true;
		}
	return false;
}

/* S21: a cache that others share serves the largest of them, in the slots that it has. */
static const char *size_by_name(struct model *m, const struct mm_event *ev, struct recorded_cache *c)
{
	if (c->size && (ev->bytes_alloc != c->size || ev->bytes_req < c->object_size))
		return model_says(m, "S1: an object of %s has %u bytes in a slot of %u, before %u in a slot of %u", c->name, ev->bytes_req,
				  ev->bytes_alloc, c->object_size, c->size);
	if (!ev->bytes_req || ev->bytes_req > ev->bytes_alloc)
		return model_says(m, "S1: an object of %s has %u bytes in a slot of %u", c->name, ev->bytes_req, ev->bytes_alloc);
	c->object_size = ev->bytes_req;
	c->size = ev->bytes_alloc;
	return NULL;
}

const char *recorded_size(struct model *m, const struct mm_event *ev, unsigned cache)
{
	struct recorded_cache *c = &m->recorded->cache[cache];

	if (ev->bytes_alloc > model_kmalloc_max(m->recorded->rules))
		return model_says(m, "K2: %u bytes were handed out", ev->bytes_alloc);
	if (!cache)
		return NULL;
	return ev->type == EVENT_KMALLOC ? size_by_size(m, ev, c) : size_by_name(m, ev, c);
}

/* --- places -------------------------------------------------------------------------------------------------------------------- */

/* Is this the beginning of an object in a slab that begins so many bytes before? */
static bool begins_object(const struct recorded_cache *c, u64 offset, unsigned which)
{
	return offset % c->size == 0 && offset / c->size < c->objects[which];
}

static bool fits_some_slab(const struct recorded_cache *c, u64 address)
{
	return begins_object(c, address % (PAGE << c->order[0]), 0) || begins_object(c, address % (PAGE << c->order[1]), 1);
}

static const char *place_in_block(struct model *m, const struct mm_event *ev, const struct recorded_cache *c, u64 head, unsigned order)
{
	unsigned which = order == c->order[0] ? 0 : 1;
	u64 offset = ev->address - m->recorded->base - (head << 12);

	if (order != c->order[which])
		return model_says(m, "S6: a slab of %s has order %u, due is %u, or %u when memory is short", c->name, order, c->order[0],
				  c->order[1]);
	if (!begins_object(c, offset, which))
		return model_says(m, "S7: %#llx is %llu bytes behind the beginning of its slab of %s, whose slots have %u",
				  (unsigned long long)ev->address, (unsigned long long)offset, c->name, c->size);
	return NULL;
}

static const char *place_of_large(struct model *m, const struct mm_event *ev, u64 head, unsigned order)
{
	u64 pfn = (ev->address - m->recorded->base) >> 12;

	if (ev->address & (ev->bytes_alloc - 1))
		return model_says(m, "K4: %#llx of %u bytes is not aligned", (unsigned long long)ev->address, ev->bytes_alloc);
	if (head != ~0ULL && (head != pfn || PAGE << order != ev->bytes_alloc))
		return model_says(m, "K6: %#llx of %u bytes lies in a block of order %u from pfn %llu on", (unsigned long long)ev->address,
				  ev->bytes_alloc, order, (unsigned long long)head);
	return NULL;
}

const char *recorded_place(struct model *m, const struct mm_event *ev, unsigned cache, u64 head, unsigned order)
{
	struct recorded_cache *c = &m->recorded->cache[cache];

	if (!cache)
		return NULL;
	if (cache == LARGE_BLOCKS)
		return place_of_large(m, ev, head, order);
	if (ev->address & ((c->align ? c->align : 8) - 1))
		return model_says(m, "%s: %#llx of %s is not aligned", c->by_size ? "K4" : "S17", (unsigned long long)ev->address, c->name);
	if (!m->recorded->rules->nr_cpus)
		return NULL;
	if (!c->objects[0] && !lay_out(m->recorded->rules, c, ev->address))
		return model_says(m, "S1: no layout makes a slot of %u bytes of %u (%s at %#llx)", c->size, c->object_size, c->name,
				  (unsigned long long)ev->address);
	if (head != ~0ULL)
		return place_in_block(m, ev, c, head, order);
	if (!fits_some_slab(c, ev->address))
		return model_says(m, "S7: %#llx is not where an object of %s can begin: %u bytes each, slabs of order %u or %u",
				  (unsigned long long)ev->address, c->name, c->size, c->order[0], c->order[1]);
	return NULL;
}
