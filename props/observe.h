/* SPDX-License-Identifier: GPL-2.0-only */
/* observe.h - what laws use: act on mm without the model, look at the free lists, go back to an earlier state. */
#ifndef PROPS_OBSERVE_H
#define PROPS_OBSERVE_H

#include "lockstep.h"
#include "props.h"

#define NR_ZONES      (MAX_NUMNODES * MAX_NR_ZONES)
#define MOST_PAGES    1024 /* of one slot that holds single pages */
#define GONE	      (~0u)
#define NO_PFN	      (~0ULL)

/* The free lists as they are, in list order until sorted, and what lies on per-CPU lists. */
struct picture {
	struct free_block *block;
	u64 nr, room;
	u64 zone_free[NR_ZONES]; /* as counted, exactly */
	u64 on_cpus[NR_ZONES];	 /* pages on per-CPU lists */
	u64 idle[NR_ZONES];	 /* pages that nobody has: on free lists of all types, isolated too, and on CPUs */
	u64 idle_frames;	 /* which frames that are, folded */
	u64 refs;		 /* of all frames, folded */
};

struct regions {
	struct memblock_region *region;
	unsigned nr, room;
	phys_addr_t array_base;
	unsigned array_slots;
};

enum hold_kind { HOLD_NONE, HOLD_BLOCK, HOLD_PAGES };

/* What the program holds in a slot, by mm's answers. */
struct hold {
	u8 kind, order, refs;
	bool compound;
	u32 nr;		     /* pages that were there at first */
	u64 pfn;	     /* of a block */
	u32 page[MOST_PAGES]; /* of single pages; GONE when given back */
};

/* Something that goes back in one piece. */
struct unit {
	u64 pfn;
	u8 order, refs;
	bool compound;
};

struct place {
	u8 cpu;
	enum sim_context context;
};

/* ASKED_OTHER: no request for pages. */
enum asked_kind { ASKED_OTHER, ASKED_BLOCK, ASKED_EXACT, ASKED_BULK };

/* One request of a program, and how mm answered. */
struct asked {
	const struct op *op;
	u64 a[MAX_ARGS];
	u32 step, slot;
	struct place at;
	u8 kind, order;
	bool zero;
	int nid; /* NUMA_NO_NODE: the CPU's own */
	gfp_t gfp;
	u64 nr;	 /* pages */
	struct outcome seen;
};

/* Called around each request while a program is played; false ends it. Either may be NULL. */
struct watch {
	bool (*before)(struct prop_run *r, const struct asked *q);
	bool (*after)(struct prop_run *r, const struct asked *q);
};

struct prop_run {
	struct world *w;
	const struct prop *prop;
	struct verdict verdict;
	u64 programs, ops;
	bool alone; /* without the model's judgement */
	struct program program;
	char *text;
	size_t text_bytes;
	char path[4096];

	/* the machine while a law acts on it */
	const struct program *played;
	struct sim_snapshot *mark;
	struct hold hold[NR_SLOTS];
	bool drained;	   /* CPUs gave back what they kept since */
	struct asked last; /* the last request for pages; a plain one when there was none */
	struct picture boot, before, after;
	struct regions memory[2], reserved[2];
	struct unit *unit;
	u32 nr_units, unit_room;
	struct law_vm *vm; /* vm_laws.h: what tasks and files hold */
	bool panicked; /* the machine stopped for want of memory, as it may */
	struct law_slab *slab; /* slab_laws.h: what a program of caches and objects holds */
	u8 *map; /* a byte per frame or cache line, as the law says */
	u64 map_room;
};

/* --- observe.c --------------------------------------------------------------------------------------------------- */

/* The law is broken. Returns false. */
bool prop_fail(struct prop_run *r, const char *format, ...) printf_like(2, 3);

/* A machine as after boot, for the header and the boot operations of p. false: even that failed. */
bool machine_boot(struct prop_run *r, const struct program *p);
/* Run act(arg) on a CPU of it, in a context. false: the machine stopped, which is a failure. */
bool machine_do(struct prop_run *r, struct place at, void (*act)(struct prop_run *r, void *arg), void *arg);
/* Nothing the program armed may hit what a law does next. */
void machine_calm(struct prop_run *r);
/* Remember the state after play(), and return to it; any number of times. */
void state_mark(struct prop_run *r);
bool state_return(struct prop_run *r);

/* Requests of a law's own; NO_PFN: refused. */
u64 ask_block(struct prop_run *r, struct place at, gfp_t gfp, unsigned order);
/* Returns how many pages came; they are written to pfn. */
u64 ask_bulk(struct prop_run *r, struct place at, gfp_t gfp, u64 nr, u64 pfn[MAX_BULK]);
bool give_back(struct prop_run *r, struct place at, const struct unit *unit);
bool split_block(struct prop_run *r, struct place at, u64 pfn, unsigned order);

/* The highest zone a mask allows. [Z1] */
unsigned highest_zone(gfp_t gfp);
/* Pages of a zone that CPUs have taken or given and not told yet: its counter may err by so much. [W12] */
u64 untold(const struct prop_run *r, unsigned zone, unsigned item);
/* No scope that the program opened holds on this CPU any longer. */
bool scopes_end(struct prop_run *r, struct place at);
/* All that mm keeps to itself is given up, for good. Pages then lie on free lists or are in use. */
bool settle(struct prop_run *r);
/* Every CPU gives back what it keeps: pages on its lists, parts of counters. Life goes on. */
bool drain(struct prop_run *r);

void picture_take(struct prop_run *r, struct picture *picture);
void picture_sort(struct picture *picture);
/* NULL: the same blocks in the same order; else the first difference in words. */
const char *picture_difference(const struct picture *a, const struct picture *b);
/* The same, and the blocks are on lists of the same types. */
const char *picture_or_type_difference(const struct picture *a, const struct picture *b);
/* Are the same pages idle, wherever they lie, and references as they were? */
const char *idle_difference(const struct picture *a, const struct picture *b);
/* The picture after settling, sorted: what a set of frames in use determines. */
bool settled_picture(struct prop_run *r, struct picture *picture);
/* What a and b should agree on. false: they do not; `when` says what they are. */
bool pictures_agree(struct prop_run *r, const struct picture *a, const struct picture *b, const char *when);

/* Id of the zone of each frame that was free after boot into r->map, NO_ZONE for others. Takes r->boot. */
#define NO_ZONE 0xff
bool map_zones(struct prop_run *r, const struct program *p);

void regions_take(struct regions *regions, bool reserved);
const char *regions_difference(const struct regions *a, const struct regions *b);
/* Bytes of [base, base + size) that regions cover. */
u64 regions_cover(const struct regions *regions, phys_addr_t base, u64 size);
/* Did an array of regions grow meanwhile? Then it moved, and what is reserved changed with it. */
bool regions_moved(const struct regions *a, const struct regions *b);

/* A zeroed map of so many bytes. */
u8 *map_clear(struct prop_run *r, u64 bytes);
u64 mix(u64 seed, u64 n);

static inline unsigned long long ull(u64 x) /* for %llu */
{
	return x;
}
static inline u32 param_of(const struct prop_run *r, enum sim_param p)
{
	return r->w->machine->param[p];
}
static inline const char *zone_name_of(unsigned id)
{
	return zone_name(id % MAX_NR_ZONES);
}

/* --- play.c ------------------------------------------------------------------------------------------------------ */

/*
 * Boot, then run the program on mm without the model, one operation after the other. What the model's judges make
 * possible (stale frees, mistakes of clients) is left out. Stops before a hand-over. false: the law failed.
 */
bool play(struct prop_run *r, const struct program *p, const struct watch *watch);
/* play_slab.c: the same for programs of caches and objects, which begin with start=slab. On a machine just booted. */
bool play_slab(struct prop_run *r, const struct program *p);
/* How many pages are in a slot, and which; GONE among them. */
u64 hold_pages(const struct hold *h);
u64 hold_page(const struct hold *h, u64 i);
/* Everything the program still holds, as units in slot order, into r->unit. */
void units_collect(struct prop_run *r);
void units_shuffle(struct prop_run *r, u64 seed);
bool units_give_back(struct prop_run *r);
/* A CPU chosen by the program's seed. */
struct place some_cpu(const struct prop_run *r, u64 n);

/* --- the laws ---------------------------------------------------------------------------------------------------- */

extern const struct prop freeing_all_restores_boot, shape_depends_on_free_set, refusal_changes_nothing,
	smaller_order_succeeds, bulk_gives_like_singles, split_frees_like_whole, zeroed_is_zero, live_blocks_are_disjoint,
	thisnode_stays_home, wider_request_succeeds, twice_is_the_same;
extern const struct prop draining_keeps_the_total, just_freed_is_hot, settling_twice_changes_nothing,
	isolation_leaves_no_trace, requests_take_what_they_give, counters_tell_pages_out;
extern const struct prop urgent_gets_more, zones_by_address, reserves_are_kept, lowmem_is_kept, type_does_not_decide;
extern const struct prop hand_over_exactly_once, order_of_ranges_does_not_matter, reserve_then_free_leaves_no_trace,
	repeating_changes_nothing, early_allocations_are_disjoint, pieces_hand_over_alike;

#endif
