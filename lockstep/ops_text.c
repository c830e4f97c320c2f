/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_text.c - the files of /proc, read and compared byte by byte with what the model knows. (buddyinfo: ops_page.c)
 *
 * /proc is read in task context. A text is judged only when nobody else was in flight while it was made: then every
 * number in it is known.
 */
#include "model_text.h"
#include "vmstat.h"
#include "world.h"

static const struct outcome done = { .ok = true };

static void begin_reading(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}

static bool was_alone(const struct world *w)
{
	return w->model->flight[world_cpu()][w->model->depth[world_cpu()] - 1].alone && !w->model->vague_tuning;
}

static struct outcome run_pagetypeinfo(struct world *w, const u64 *a)
{
	(void)a;
	pagetypeinfo_show(world_page_text(w), PAGE_TEXT_BYTES);
	return done;
}
static const char *judge_pagetypeinfo(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return was_alone(w) ? model_judge_pagetypeinfo(w->model, world_page_text(w)) : NULL;
}

static struct outcome run_zoneinfo(struct world *w, const u64 *a)
{
	(void)a;
	zoneinfo_show(world_page_text(w), PAGE_TEXT_BYTES);
	return done;
}
static const char *judge_zoneinfo(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return was_alone(w) ? model_judge_zoneinfo(w->model, world_page_text(w)) : NULL;
}

static struct outcome run_vmstat(struct world *w, const u64 *a)
{
	(void)a;
	vmstat_show(world_page_text(w), PAGE_TEXT_BYTES);
	return done;
}
static const char *judge_vmstat(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return was_alone(w) ? model_judge_vmstat(w->model, world_page_text(w)) : NULL;
}

static struct outcome run_meminfo(struct world *w, const u64 *a)
{
	(void)a;
	meminfo_show(world_page_text(w), PAGE_TEXT_BYTES);
	return done;
}
static const char *judge_meminfo(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return was_alone(w) ? model_judge_meminfo(w->model, world_page_text(w)) : NULL;
}

const struct op text_ops[] = {
	/* code   name		    arguments weight flags ready begin run judge */
	{ 0x0180, "pagetypeinfo", { 0 }, 1, OP_TASK_ONLY, NULL, begin_reading, run_pagetypeinfo, judge_pagetypeinfo },
	{ 0x0181, "zoneinfo", { 0 }, 1, OP_TASK_ONLY, NULL, begin_reading, run_zoneinfo, judge_zoneinfo },
	{ 0x0182, "vmstat", { 0 }, 2, OP_TASK_ONLY, NULL, begin_reading, run_vmstat, judge_vmstat },
	{ 0x0183, "meminfo", { 0 }, 2, OP_TASK_ONLY, NULL, begin_reading, run_meminfo, judge_meminfo },
	{ 0 }
};
