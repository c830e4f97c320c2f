/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_slab_text.c - slabinfo and the attributes of caches, read and compared byte by byte with what the model knows; and
 * attributes written.
 *
 * Files are read and written in task context. A text is judged only when nobody else was in flight while it was made. The
 * caches of kmalloc() and those of descriptors are in no slot: they are named by their ids, and nobody can destroy them.
 */
#include <errno.h>
#include <string.h>
#include "model_slab.h"
#include "model_text.h"
#include "world.h"

static const struct outcome done = { .ok = true };

static bool was_alone(const struct world *w)
{
	return w->model->flight[world_cpu()][w->model->depth[world_cpu()] - 1].alone && w->model->nr_in_flight == 1;
}

static bool has_caches(struct world *w, const u64 *a)
{
	(void)a;
	return w->slab_up;
}

static void begin_reading(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}

/* --- slabinfo ------------------------------------------------------------------------------------------------------ */

static struct outcome run_slabinfo(struct world *w, const u64 *a)
{
	(void)a;
	slabinfo_show(world_page_text(w), PAGE_TEXT_BYTES);
	return done;
}
static const char *judge_slabinfo(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return was_alone(w) ? model_judge_slabinfo(w->model, world_page_text(w)) : NULL;
}

/* --- attributes: a[0] is the id of a cache ------------------------------------------------------------------------- */

static bool is_boot_cache(struct world *w, const u64 *a)
{
	const struct model_cache *c = w->slab_up ? model_cache(w->model, (unsigned)a[0]) : NULL;

	return c && c->boot;
}

static struct outcome run_show(struct world *w, const u64 *a)
{
	char *text = world_page_text(w);

	slab_attr_show(slab_cache_by_id((unsigned)a[0]), slab_attributes[a[1]], text, PAGE_TEXT_BYTES);
	return (struct outcome){ .ok = text[0] != 0 };
}
static const char *judge_show(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	return was_alone(w) ? model_judge_slab_attr(w->model, (unsigned)a[0], slab_attributes[a[1]], world_page_text(w)) : NULL;
}

enum attribute_form { FORM_LINE, FORM_BARE, FORM_SIGNED, FORM_BLANK, FORM_EMPTY, FORM_HUGE };

#define WRITTEN_BYTES 24

static const char *written(char *out, u64 value, u64 form)
{
	static const char *const before[] = { "", "", "-", "", "", "" }, *const behind[] = { "\n", "", "", " ", "", "0000000" };

	out[0] = 0;
	if (form != FORM_EMPTY)
		snprintf(out, WRITTEN_BYTES, "%s%llu%s", before[form], (unsigned long long)value, behind[form]);
	return out;
}

/* What it must answer is known at once: nobody comes between that and the write. */
static void begin_store(struct world *w, const u64 *a)
{
	char value[WRITTEN_BYTES];

	world_scratch(w)->due = model_begin_slab_attr(w->model, world_cpu(), (unsigned)a[0], slab_attributes[a[1]],
						      written(value, a[2], a[3]));
}
static struct outcome run_store(struct world *w, const u64 *a)
{
	char value[WRITTEN_BYTES];

	(void)w;
	return outcome_of_error(slab_attr_store(slab_cache_by_id((unsigned)a[0]), slab_attributes[a[1]], written(value, a[2], a[3])));
}
static const char *judge_store(struct world *w, const u64 *a, struct outcome seen)
{
	return model_slab_attr_written(w->model, world_cpu(), (unsigned)a[0], slab_attributes[a[1]], world_scratch(w)->due,
				       seen.error);
}

/* --- the same of the cache in a slot ------------------------------------------------------------------------------- */

/* The arguments with the cache's id in place of its slot. */
#define OF_SLOT(w, a) ((const u64[]){ (w)->cache[(a)[0]].id, (a)[1], (a)[2], (a)[3] })

static bool has_cache(struct world *w, const u64 *a)
{
	return !w->cache_dying[w->cache[a[0]].id];
}

/* Nobody destroys it meanwhile. */
static void begin_show_slot(struct world *w, const u64 *a)
{
	w->cache_uses[w->cache[a[0]].id]++;
	begin_reading(w, a);
}
static struct outcome run_show_slot(struct world *w, const u64 *a)
{
	return run_show(w, OF_SLOT(w, a));
}
static const char *judge_show_slot(struct world *w, const u64 *a, struct outcome seen)
{
	w->cache_uses[w->cache[a[0]].id]--;
	return judge_show(w, OF_SLOT(w, a), seen);
}
static void begin_store_slot(struct world *w, const u64 *a)
{
	w->cache_uses[w->cache[a[0]].id]++;
	begin_store(w, OF_SLOT(w, a));
}
static struct outcome run_store_slot(struct world *w, const u64 *a)
{
	return run_store(w, OF_SLOT(w, a));
}
static const char *judge_store_slot(struct world *w, const u64 *a, struct outcome seen)
{
	w->cache_uses[w->cache[a[0]].id]--;
	return judge_store(w, OF_SLOT(w, a), seen);
}

#define STORE ARG_STORED_ATTRIBUTE, ARG_ATTRIBUTE_VALUE, ARG_ATTRIBUTE_FORM

const struct op slab_text_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0x0390, "slabinfo", { 0 }, 1, OP_TASK_ONLY, has_caches, begin_reading, run_slabinfo, judge_slabinfo },
	{ 0x0391, "slab_attr", { ARG_CACHE, ARG_SLAB_ATTRIBUTE }, 2, OP_TASK_ONLY, has_cache, begin_show_slot, run_show_slot,
	  judge_show_slot },
	{ 0x0392, "slab_attr_store", { ARG_CACHE, STORE }, 1, OP_TASK_ONLY | OP_CALLS, has_cache, begin_store_slot, run_store_slot,
	  judge_store_slot },
	{ 0x0393, "slab_attr_of", { ARG_CACHE_ID, ARG_SLAB_ATTRIBUTE }, 2, OP_TASK_ONLY, is_boot_cache, begin_reading, run_show,
	  judge_show },
	{ 0x0394, "slab_attr_store_of", { ARG_CACHE_ID, STORE }, 1, OP_TASK_ONLY | OP_CALLS, is_boot_cache, begin_store, run_store,
	  judge_store },
	{ 0 }
};
