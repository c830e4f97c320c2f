/* SPDX-License-Identifier: GPL-2.0-only */
/* slub_state.h - what the files about reports of objects share. */
#ifndef MODEL_SLUB_STATE_H
#define MODEL_SLUB_STATE_H

#include "internal.h"
#include "model_slub.h"

extern const char *const slub_report_names[NR_SLUB_REPORTS]; /* slub_judge.c; regions are called so in reports too */

/* slub_notes.c */
struct slub_note *slub_make_note(struct model *m, u64 address);
u64 slub_nth_object(const struct slub_site *site, u32 i);
bool slub_is_object(const struct slub_site *site, u64 address);
/* On its slab's free list? */
bool slub_is_free(const struct model *m, u64 object);
/* Larger: handed out earlier. */
u64 slub_place_in_list(const struct model *m, u64 object);

/* slub_due.c: what a look says; its damage is repaired, and what is lost by it is. */
void slub_lose(struct model *m, u64 object);
void slub_due_about(struct slub_dues *out, unsigned report, u64 address);
void slub_due_alloc(struct model *m, struct slub_site *site, u64 object, struct slub_dues *out);
void slub_due_free(struct model *m, struct slub_site *site, u64 object, struct slub_dues *out);
void slub_due_validate(struct model *m, struct slub_site *site, struct slub_dues *out);
void slub_due_discard(struct model *m, struct slub_site *site, struct slub_dues *out);

#endif
