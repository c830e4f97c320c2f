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

static inline u64 group_busy(const struct model *m, u64 group, unsigned order)
{
	return order ? m->busy[order][group] : m->frame[group].state != FRAME_FREE;
}

#endif
