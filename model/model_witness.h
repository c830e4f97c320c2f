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
/* Events are missing: nobody knows about any frame. The counts stay. */
void model_witness_forget(struct model *m);

#endif
