/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model_recorded.h - the objects of a recording: what the files of model/ share.
 */
#ifndef MODEL_MODEL_RECORDED_H
#define MODEL_MODEL_RECORDED_H

#include "internal.h"
#include "model_witness.h"

#define RECORDED_CACHES	    256
#define RECORDED_NAME_BYTES 64
#define GRANULES	    512 /* of 8 bytes, in a page */
#define LARGE_BLOCKS	    1	/* stands for a cache: memory of kmalloc() that is no object */

struct recorded_object {
	u64 address;
	u64 since_ns; /* it was handed out, or freed */
	u32 size;
	u8 cache; /* 0: one of too many, or unknown (kfree of what was not seen handed out) */
	bool live;
};

struct recorded_page {
	u8 cache;		/* whose slab it is, as long as nothing can happen to it unseen; 0 unknown */
	u32 object[GRANULES]; /* the object that covers these bytes; 0 none */
};

struct recorded_cache {
	char name[RECORDED_NAME_BYTES];
	u32 object_size, size, align; /* size 0: not seen yet */
	u32 type;		      /* K3: what a mask must say to get it */
	u16 order[2], objects[2];     /* S5, and S6: the smallest there is */
	bool by_size;		      /* kmalloc()'s */
	bool in_bulk;		      /* its objects come and go by the dozen, without events */
	u64 silent;		      /* objects that came back without an event */
};

struct model_recorded {
	struct model *rules;   /* a machine of this kind: it is asked for geometry, nothing happens in it */
	u64 base;	       /* address that the table of pages begins with; 0: no object was seen yet */
	bool is_direct_map;    /* the kernel's own: an address tells its frame */
	u8 pages_seen;	       /* kinds of their events, since the last gap */
	unsigned nr_caches;
	struct recorded_cache cache[RECORDED_CACHES];
	u32 *page_of; /* number of a page's record, 0 none; sparse */
	u64 nr_page_of;
	struct recorded_page *page;
	u32 nr_pages, max_pages;
	struct recorded_object *object;
	u32 nr_objects, max_objects, free_object; /* free: the first of a chain by `size` */
	struct model_witness_objects counts;
};

bool recorded_create(struct model *m);
void recorded_destroy(struct model *m);
void recorded_forget(struct model *m);
/* An event of objects, judged and applied. */
const char *recorded_event(struct model *m, const struct mm_event *ev);
/* The event broke a clause and did happen. */
void recorded_force(struct model *m, const struct mm_event *ev);
/* What a legal event of frames means for the objects in them. */
const char *recorded_pages(struct model *m, const struct mm_event *ev);

/* recorded_cache.c */
void recorded_caches_create(struct model_recorded *r);
/* What an event said of a cache was wrong, or what was believed of it before. */
void recorded_learn_anew(struct model_recorded *r, unsigned cache);
/* K1, K3: the cache of a size under a mask, LARGE_BLOCKS none. */
unsigned recorded_class(const struct model_recorded *r, u64 bytes, gfp_t gfp);
/* K2, K5, K6, S1: what was asked for and what was given. */
const char *recorded_size(struct model *m, const struct mm_event *ev, unsigned cache);
/* K4, S17, S5, S6, S7: where an object may begin; head: first frame of its block, ~0 unknown. */
const char *recorded_place(struct model *m, const struct mm_event *ev, unsigned cache, u64 head, unsigned order);

#endif
