/* SPDX-License-Identifier: GPL-2.0-only */
/* internal.h - what the files of model/ share. */
#ifndef MODEL_INTERNAL_H
#define MODEL_INTERNAL_H

#include "model.h"

#define NO_ZONE MODEL_NR_ZONES

/* Fill m->text with a sentence that begins with its clause and return it. */
const char *model_says(struct model *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *model_zone_name(unsigned index);

/* zone.c */
void model_build_zones(struct model *m);
bool model_zone_passes(const struct model *m, unsigned zone, unsigned order);

/* pyramid.c */
void pyramid_build(struct model *m);
/* A whole block leaves the free set (busy) or joins it. */
void pyramid_change(struct model *m, u64 pfn, unsigned order, bool busy);
/* Is this a whole free block, with no free buddy to merge with? */
bool is_free_block(const struct model *m, u64 pfn, unsigned order);

/* page.c */
void set_unit(struct model *m, u64 pfn, unsigned order, unsigned state, unsigned cpu);

/* flight.c */
/* The operation on top of this CPU; NULL none, and always in a recording. */
struct flight *flight_on(struct model *m, unsigned cpu);
/* The first zone of the request's list that can give, MODEL_NR_ZONES none. */
unsigned first_zone(const struct model *m, const struct flight *f);
bool may_refuse(const struct model *m, const struct flight *f);
/* Any event can create the excuse of another operation in flight. */
void note_excuses(struct model *m);
/* mm must announce the free of this unit before the flight ends. */
void make_due(struct model *m, struct flight *f, u64 pfn, unsigned order);

static inline bool in_machine(const struct model *m, u64 pfn, unsigned order)
{
	return order < NR_PAGE_ORDERS && pfn < m->nr_frames && (1ULL << order) <= m->nr_frames - pfn;
}
static inline u64 group_busy(const struct model *m, u64 group, unsigned order)
{
	return order ? m->busy[order][group] : m->frame[group].state != FRAME_FREE;
}

#endif
