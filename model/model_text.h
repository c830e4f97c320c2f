/* SPDX-License-Identifier: GPL-2.0-only */
/* model_text.h - judging what the allocator prints. The failure report and buddyinfo are in model.h. */
#ifndef MODEL_TEXT_H
#define MODEL_TEXT_H

#include "model.h"

/* A file of /proc as it must be now, with nobody else in flight: NULL, or the first wrong line. */
const char *model_judge_pagetypeinfo(struct model *m, const char *text);
const char *model_judge_zoneinfo(struct model *m, const char *text);
const char *model_judge_vmstat(struct model *m, const char *text);
const char *model_judge_meminfo(struct model *m, const char *text);

const char *model_judge_slabinfo(struct model *m, const char *text);
/* An attribute of the cache with this id, as under /sys/kernel/slab. */
const char *model_judge_slab_attr(struct model *m, unsigned id, const char *attribute, const char *text);
/*
 * It is about to be written: what the answer must be. What changes in the cache itself holds from now on; what happens to its
 * slabs is judged when it was written.
 */
int model_begin_slab_attr(struct model *m, unsigned cpu, unsigned id, const char *attribute, const char *value);
const char *model_slab_attr_written(struct model *m, unsigned cpu, unsigned id, const char *attribute, int due, int answered);
/* slab_text.c: pages of slabs and of large kmalloc() that a node counts as this kind; and of all nodes. */
u64 model_slab_pages(const struct model *m, unsigned nid, bool reclaimable);
u64 all_slab_pages(const struct model *m, bool reclaimable);

/* --- for the files of model/ -------------------------------------------------------------------------------------- */

/*
 * The text must go on as the form says; it is stepped over. A run of # is the next number, a run of $ the name of the
 * zone with the next number as its index, both right-aligned in as many columns; ~ is a number that is not known.
 * text NULL: it is a report that must be found in the log at the end of the operation (vm_text.c).
 */
const char *judge_form(struct model *m, const char *clause, const char **text, const char *form, const u64 *value);
/* The first line in which the two differ, for people. */
const char *say_difference(struct model *m, const char *clause, const char *is, const char *due);
/* Mem-Info behind its first line, as a CPU that looks sees it, of zones up to this one. [F9] */
const char *judge_mem_info(struct model *m, unsigned cpu, unsigned highest, const char **text);
/* The text must be over. */
const char *judge_end(struct model *m, const char *clause, const char *text);
/* What everybody reads of a counter, over all zones. */
u64 all_zones_read(const struct model *m, enum model_stat item);
u64 zone_reads(const struct model_zone *z, enum model_stat item);
/* Pages without a permanent mapping? Only for a zone that exists. */
bool zone_is_high(const struct model *m, unsigned zone);
/* The first frame of the first pageblock of a zone that exists. */
u64 zone_start(const struct model *m, unsigned zone);
/* Blocks of one order on the lists of all types. */
u64 blocks_free(const struct model *m, unsigned zone, unsigned order);

#endif
