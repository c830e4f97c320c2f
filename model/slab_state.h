/* SPDX-License-Identifier: GPL-2.0-only */
/* slab_state.h - what the files about caches and objects share. */
#ifndef MODEL_SLAB_STATE_H
#define MODEL_SLAB_STATE_H

#include "internal.h"
#include "model_slab.h"

#define STACK_DEPTH  8	  /* objects freed last that are remembered for each CPU */
#define MAX_DUE	     64	  /* objects that one operation gives back */
#define MAX_RCU_SLABS 256 /* pages of slabs that wait for a grace period */

enum slab_work { WORK_NONE, WORK_ALLOC, WORK_GIVE, WORK_CREATE, WORK_FLUSH, WORK_DESTROY, WORK_SHRINK, WORK_INIT, WORK_SETTLE, WORK_LARGE,
		 WORK_VM /* tasks, files, swap and reclaim: they take and give objects of their own caches as they like */ };

/* What an operation in flight does with caches. */
struct slab_flight {
	u8 work;
	u8 cache;	 /* of the request; destroyed, shrunk */
	bool refused;	 /* a page request of the smallest order failed, or a failure was injected */
	bool failed;	 /* a failure was injected */
	bool may_create;
	bool gives_up;	 /* a bulk that was refused gives back what it has */
	bool many;	 /* it gives back several */
	bool dropped, duplicate, warned, create_failed; /* a cache lost a reference; a name was taken */
	bool oom_due;	 /* a refusal must be reported */
	u32 from_node;	 /* slabs that it took from a node's list */
	s32 in_hand;	 /* slabs that it has in flight */
	u8 order, of_cache; /* of the page request that goes on */
	u8 attempts;	 /* of a slab that failed: one, at most */
	u8 made;	 /* id of the cache that was announced */
	bool gone;	 /* the cache is */
	struct model_wish wish;
	u32 got;
	u32 nr_due;
	u8 give_event;
	u32 new_slabs;
	u32 moving;	/* frame of the slab that must move next, and 1; 0: none */
	u8 move_to;
	bool was_full;	/* before it: several of its objects may come back at once */
	u32 flush_left; /* slabs of a chain that was full and must go to the nodes */
	u32 pages_due;	/* slabs whose pages must be given back */
	struct model_cache_asked asked;
	struct {
		u8 what;
		bool moves;	/* krealloc(): what there was is freed as soon as there is another place for it */
		bool asked, announced;
		u8 due_order;
		u32 due;	/* frame of the large block that was freed, and 1; 0: its pages are back */
		u32 in_hand;	/* frame of the pages that were got for a large block, and 1; 0: it is announced */
		u64 size, got;	/* of a large block */
		u64 old, new_size;
	} k;			/* kmalloc.c's own */
	/* what follows is not cleared */
	u64 got_at[32];
	u64 due[MAX_DUE];
};

struct slab_rcu {
	u32 slab;
	u32 reader[MODEL_MAX_CPUS];
};

#define MODEL_MAX_LARGE	    512
#define MODEL_MAX_WAITING   512
#define MODEL_MAX_RCU_PAGES 64

/* Memory that waits for a grace period. */
struct model_waiting {
	u64 address, since_ns;
	u32 reader[MODEL_MAX_CPUS]; /* who was inside when it was given */
	u8 before;		    /* CPUs with a barrier that must wait for it, as bits */
	bool by_caller;		    /* its caller waits himself */
};

struct model_kmalloc {
	u32 nr_large, nr_waiting, nr_pages;
	struct {
		u32 pfn;
		u8 order;
	} large[MODEL_MAX_LARGE];
	struct model_waiting waiting[MODEL_MAX_WAITING];
	u32 page[MODEL_MAX_RCU_PAGES]; /* of pointers */
};

struct model_slab {
	u8 boot_made; /* caches of the boot so far */
	u8 vm_made;   /* of tasks and files */
	u32 descriptor_bytes[2]; /* of a node's part, of a cache */
	u32 debug;    /* slab_debug= for all */
	bool debug_off_if_larger;
	u8 nr_order, order[MODEL_MAX_CACHES]; /* ids, the oldest first */
	struct model_cache cache[MODEL_MAX_CACHES];
	struct {
		u32 nr;
		u64 at[STACK_DEPTH];
	} stack[MODEL_MAX_CPUS][MODEL_MAX_CACHES];
	u64 pages[MAX_NUMNODES][2]; /* of slabs; the second: reclaimable */
	bool rcu_lost; /* more waited than are remembered */
	bool oom_begun;
	u32 oom_reports;
	u64 oom_since;
	u32 nr_rcu;
	struct slab_rcu rcu[MAX_RCU_SLABS];
	struct model_kmalloc kmalloc;
	/* what follows is not part of the image */
	struct slab_flight flight[MODEL_STACKS][MODEL_MAX_NESTING];
	struct model_slab_frame *frame;
	u64 *live; /* a bit for each 8 bytes of RAM: an object begins here and is handed out */
	struct model_slab *image;
	struct model_slab_frame *image_frame;
	u64 *image_live;
	u32 *touched; /* frames that are not as in the image */
	u32 nr_touched;
	u8 *is_touched;
	u64 nr_frames;
};

#define WORDS_PER_FRAME 8
#define NOT_FOR_OBJECTS (__GFP_DMA32 | __GFP_HIGHMEM) /* zones that a request must not name [X5] */

/* --- where things are ------------------------------------------------------------------------------------------------------- */

/* Has a node as many slabs on its list as may be empty? */
static inline bool has_many(const struct model_cache *c, unsigned nid)
{
	return c->nr_partial[nid] >= c->min_partial;
}

static inline bool is_alone(const struct model *m, unsigned cpu)
{
	unsigned s = stack_on(m, cpu);

	return m->depth[s] && m->flight[s][m->depth[s] - 1].alone;
}

static inline struct model_slab_frame *head_of(struct model *m, u64 address)
{
	struct model_slab_frame *f = &m->slab->frame[address >> 12];

	return f - f->head;
}

static inline u32 pfn_of(const struct model *m, const struct model_slab_frame *head)
{
	return (u32)(head - m->slab->frame);
}

static inline unsigned node_of_frame(const struct model *m, u64 pfn)
{
	return m->zone[model_zone_of(m, pfn)].nid;
}

/* Smallest order whose blocks hold so many bytes. */
static inline unsigned order_for(u64 bytes)
{
	unsigned order = 0;

	while (4096ULL << order < bytes)
		order++;
	return order;
}

static inline bool is_live(const struct model *m, u64 address)
{
	return m->slab->live[address >> 9] >> (address >> 3 & 63) & 1;
}

/* Before the first change of a frame since the last reset: it will have to be put back. */
static inline void touch(struct model *m, u32 pfn, unsigned order)
{
	struct model_slab *s = m->slab;

	for (u32 i = 0; i < 1u << order; i++) /* the first one alone may have been another slab before */
		if (!s->is_touched[pfn + i]) {
			s->is_touched[pfn + i] = 1;
			s->touched[s->nr_touched++] = pfn + i;
		}
}

/* Are its moves those of frees? Not while it may still take, or does something to whole caches. */
static inline bool is_freeing(const struct slab_flight *sf)
{
	return sf->work == WORK_GIVE || sf->work == WORK_NONE || sf->gives_up;
}

extern const char *const slab_place_names[NR_SLAB_PLACES];

/* slab_geometry.c */
u32 slab_debug_flags(const struct model *m, u32 flags, const char *name);
void slab_debug_setup(struct model *m);
/* S1, S5, S11, S17: fills the geometry from name, flags, object_size, align, ctor; false: no order is large enough, or bad. */
bool slab_geometry(const struct model *m, struct model_cache *c, const struct model_cache_asked *asked);
/* S21: the cache that will do instead of a new one, 0 none. */
unsigned slab_mergeable(const struct model *m, const struct model_cache_asked *asked);
/* S20: may a cache be created so? */
bool slab_may_create(const struct model *m, const struct model_cache_asked *asked, bool in_interrupt);
/* Once it is known that none will do. */
bool slab_may_make(const struct model *m, const struct model_cache_asked *asked);
/* K1: the sizes of kmalloc()'s caches, in the order in which those of a type are made. */
#define KMALLOC_CLASSES 13
extern const u32 kmalloc_classes[KMALLOC_CLASSES];
/* The next cache of the boot: its name, sizes. false: there are no more. */
bool slab_boot_cache(const struct model *m, unsigned nr, struct model_cache_asked *asked, char *name);

/* slab.c: of the operation on this CPU, below what it asks the page allocator; NULL none. */
struct slab_flight *slab_flight_on(struct model *m, unsigned cpu);
/* An operation on caches begins on this CPU. */
struct slab_flight *begin_work(struct model *m, unsigned cpu, unsigned where, enum slab_work work);
/* slab_pages.c: events; and whose turn it is to be told of a refusal. [S39] */
const char *on_pages_wanted(struct model *m, const struct mm_event *ev);
const char *on_pages_given(struct model *m, const struct mm_event *ev);
const char *on_pages_returned(struct model *m, const struct mm_event *ev);
const char *on_slab_move(struct model *m, const struct mm_event *ev);
bool oom_turn(struct model *m);
/* slab_caches.c: events, and reports that are no check's. */
const char *on_slab_cache(struct model *m, const struct mm_event *ev);
const char *on_report_of_caches(struct model *m, struct slab_flight *sf, const struct mm_event *ev);
/* slab_sums.c */
bool slab_create(struct model *m);

/*
 * kmalloc.c: what concerns memory that is in no cache, and what waits for a grace period. Each judges and applies an event:
 * a large block is handed out or freed (EVENT_KMALLOC, EVENT_KFREE with cache 0); pages are wanted, given or returned that
 * are of no slab (the frames are the flight's own already); EVENT_KFREE_RCU.
 */
const char *kmalloc_large(struct model *m, struct slab_flight *sf, const struct mm_event *ev);
const char *kmalloc_pages_wanted(struct model *m, struct slab_flight *sf, const struct mm_event *ev);
const char *kmalloc_pages_given(struct model *m, struct slab_flight *sf, const struct mm_event *ev);
const char *kmalloc_pages_returned(struct model *m, struct slab_flight *sf, const struct mm_event *ev);
const char *kmalloc_waits(struct model *m, struct slab_flight *sf, const struct mm_event *ev);
/* An object is freed: did it wait for a grace period, and may it be freed now? */
const char *kmalloc_waited(struct model *m, struct slab_flight *sf, const struct mm_event *ev, bool *waited);
/* An object is freed by who was asked to allocate: it may be a krealloc() that moves. */
void kmalloc_gives(struct slab_flight *sf);
const char *kmalloc_loose_ends(struct model *m, const struct slab_flight *sf);
const char *kmalloc_settled(struct model *m);
const char *kmalloc_recount(struct model *m);
u64 kmalloc_digest(const struct model *m, u64 digest);
/* slab.c */
const char *slab_judge_give(struct model *m, struct slab_flight *sf, const struct mm_event *ev);

#endif
