/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model_witness.h - what a judge of recordings needs beside model_event().
 *
 * A recording does not tell everything, goes on after a violation, and can have gaps. The model has to follow
 * it.
 */
#ifndef MODEL_MODEL_WITNESS_H
#define MODEL_MODEL_WITNESS_H

#include "model.h"

/*
 * Not every allocation is announced: the kernel's bulk allocation and compaction take frames without
 * mm_page_alloc. So the free of a frame last seen free (freed, or leaving a list) is no double free yet, but
 * the free of a frame that nobody knows. Call it before model_event(); true if the event was one of these.
 */
bool model_witness_unannounced(const struct model *m, const struct mm_event *ev);
/* The event broke a clause, but it did happen: its frames are now what it says, so that it is accused once.
 */
void model_witness_force(struct model *m, const struct mm_event *ev);
/* Events are missing: nobody knows about any frame or object. The counts stay. */
void model_witness_forget(struct model *m);

/* --- objects ------------------------------------------------------------------------------------------------------------ */

/*
 * Events of objects carry the address as the recording has it, a cache of model_witness_cache() (0: none is named), and are
 * judged at m->now_ns.
 */
struct model_witness_objects {
	u64 handed_out, given_back;
	u64 unknown;	 /* frees of objects that the recording did not see handed out */
	u64 unannounced; /* of these, of objects last seen free: caches that hand out in bulk have no event */
	u64 silent;	 /* objects that came back without an event */
	u64 most_silent; /* of one cache */
	const char *most_silent_name;
	bool pages_followed; /* frames of objects are known, and their events are recorded */
};

/* Number of a cache of this name; 0: there are too many. */
unsigned model_witness_cache(struct model *m, const char *name, size_t bytes);
/* S5 depends on it; 0 unknown. */
void model_witness_cpus(struct model *m, unsigned nr);
/* Are addresses the frames' numbers times their size, from where the kernel for x86-64 maps them when KASLR does not move it? */
void model_witness_direct_map(struct model *m, bool known);
/* Can these addresses be followed? */
bool model_witness_follows(struct model *m, u64 address, u64 bytes);
struct model_witness_objects model_witness_objects(const struct model *m);

#endif
