/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model_page_debug.h - what must be true of the debug layers: damaged free pages, owners, mappings of highmem.
 *
 * Nothing is kept unless a knob asks for it. A frame is `filled` from its first free on: before that nobody can say
 * what it holds.
 */
#ifndef MODEL_MODEL_PAGE_DEBUG_H
#define MODEL_MODEL_PAGE_DEBUG_H

#include "model.h"

#define MODEL_KMAP_MOST 16
#define MODEL_STRAY	0x6b /* every byte of a stray line */
#define MODEL_POISON	0xaa

/* Lines of a frame that were written while it was free. */
struct model_damage {
	u64 lines; /* wholly, with MODEL_STRAY */
	u64 bits;  /* one bit of their first byte */
	bool filled, reported;
};

struct model_page_owner {
	u64 ts_ns;
	const char *operation; /* NULL: nobody has it */
	u32 step;
	gfp_t gfp;
	u8 order, cpu;
};

struct model_place {
	const char *operation;
	u32 step;
};

struct model_mapping {
	u32 pfn;
	bool stale; /* the page was freed meanwhile: nobody says what the tool thinks of the frame */
};

struct model_page_debug {
	u64 room; /* frames the arrays can hold */
	struct model_damage *damage;
	struct model_page_owner *owner;
	struct model_place place[MODEL_MAX_CPUS];
	struct {
		struct model_mapping map[MODEL_KMAP_MOST];
		u32 depth;
	} kmap[MODEL_MAX_CPUS];
	u64 reported_pfn; /* the frame whose report came last, and what was wrong with it */
	struct model_damage reported;
};

/* --- life: called by model.c. All memory is outside the model's image. ------------------------------------------- */

/* After m->setup is known. Takes over what m->debug holds from an earlier setup. false: no memory. */
bool model_page_debug_setup(struct model *m);
void model_page_debug_destroy(struct model *m);
/* As after boot. */
void model_page_debug_reset(struct model *m);

/* --- moves: called by the model ---------------------------------------------------------------------------------- */

/* A block got an owner; gfp as the event says. Call model_poison_due() before. */
void model_debug_alloc(struct model *m, u64 pfn, unsigned order, gfp_t gfp, unsigned cpu);
void model_debug_free(struct model *m, u64 pfn, unsigned order);
/* A block became single pages. */
void model_debug_split(struct model *m, u64 pfn, unsigned order);
/* How many reports of damage are due when this block is handed out. [D2] */
unsigned model_poison_due(const struct model *m, u64 pfn, unsigned order);
/* Such a report came: NULL, or why it may not. */
const char *model_poison_reported(struct model *m, u64 pfn);

/* --- what lockstep tells ----------------------------------------------------------------------------------------- */

/* The operation that runs on a CPU from now on; returns the one it is on top of, to be told again when it ends. */
struct model_place model_debug_place(struct model *m, unsigned cpu, struct model_place place);
/* A line of a free frame was overwritten with MODEL_STRAY, or one bit of its first byte was turned. */
void model_note_stray_write(struct model *m, u64 pfn, unsigned line);
void model_note_stray_bit(struct model *m, u64 pfn, unsigned line);

/* --- questions --------------------------------------------------------------------------------------------------- */

/* The log of an operation in which one report of damage came. */
const char *model_judge_poison_text(struct model *m, const char *log);
/* Lines of an owned frame that need not be zero, although what was handed out is. */
u64 model_unzeroed_lines(const struct model *m, u64 pfn);
/* Must a page of a request with this mask read as zero? [D1] */
bool model_zero_due(const struct model *m, gfp_t gfp);
/* NULL: nobody has it, or it is not kept. */
const struct model_page_owner *model_page_owner(const struct model *m, u64 pfn);
/* The type a mask asks for, as page_owner names it. */
unsigned model_owner_type(const struct model *m, gfp_t gfp);

/* Has this frame a permanent mapping? */
bool model_is_lowmem(const struct model *m, u64 pfn);
/* The task of a CPU maps a page. false: it holds too many mappings, a report is due. */
bool model_kmap(struct model *m, unsigned cpu, u64 pfn);
/* It unmaps one by the address of a page. false: that is not the last, a report is due. */
bool model_kunmap(struct model *m, unsigned cpu, u64 pfn);
u32 model_kmap_depth(const struct model *m, unsigned cpu);
/* By the task of any CPU. stale: mappings from before the last free count too. */
bool model_is_mapped(const struct model *m, u64 pfn, bool stale);
/* The frame mapped last; ~0 none. */
u64 model_kmap_last(const struct model *m, unsigned cpu);

#endif
