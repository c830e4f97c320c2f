/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_memblock_comb.c - memblock with many regions: the same is done to every second piece of a range.
 *
 *   teeth=4 width=w   |####|    |####|    |####|    |####|        # w grains each, as much between two
 *                     ^ base
 *
 * An array of memblock has 128 slots before it doubles: a program of a hundred operations does not fill it, one of these
 * does. It counts as one operation, but each tooth is a call of its own: the model hears of it, the arrays may have moved,
 * a refusal needs its excuse. All regions are compared when an array moved, and at the end.
 *
 * It stops at the end of the machine, and where it is refused: then it answers `partly`, with the teeth that were done.
 */
#include "ops_memblock.h"

#define ANY_NODE 4 /* of the model: none */

struct comb {
	int (*call)(phys_addr_t base, phys_addr_t size);
	void (*model)(struct model_memblock *mb, u64 base, u64 size);
	struct memblock_demand demand;
};

static void model_add(struct model_memblock *mb, u64 base, u64 size)
{
	model_memblock_add(mb, base, size, ANY_NODE, 0);
}

static void model_hotplug(struct model_memblock *mb, u64 base, u64 size)
{
	model_memblock_flag(mb, base, size, MEMBLOCK_HOTPLUG, true);
}

static const struct comb combs[] = { /* in the order of the names of ARG_COMB */
	{ memblock_reserve, model_memblock_reserve, { .reserved = true, .fills = true } },
	{ memblock_phys_free, model_memblock_unreserve, { .reserved = true, .spare = 4 } },
	{ memblock_mark_hotplug, model_hotplug, { .spare = 2 } },
	{ memblock_remove, model_memblock_remove, { .spare = 2 } },
	{ memblock_add, model_add, { .fills = true } },
};

/* All regions, after what was done. */
static const char *judge_state(struct world *w, const struct comb *comb)
{
	if (comb->call == memblock_mark_hotplug)
		return memblock_judge_state(w, "M1");
	if (comb->demand.fills)
		return memblock_judge_state(w, "M2");
	return memblock_judge_state(w, "M3");
}

static const char *judge_tooth(struct world *w, const struct comb *comb, const struct memblock_demand *d, bool ok)
{
	bool moved = memblock_arrays_moved(w);
	const char *wrong = memblock_judge_answer(w, d, ok);

	if (!wrong && ok)
		comb->model(w->model->memblock, d->base, d->size);
	return !wrong && moved ? judge_state(w, comb) : wrong;
}

/* How many teeth were done; world_scratch() holds what is wrong. */
static u64 do_teeth(struct world *w, const struct comb *comb, u64 grain, u64 teeth, u64 width, int *error)
{
	const char **bad = &world_scratch(w)->pending;
	u64 n = 0;

	for (*bad = NULL; n < teeth && !*bad && grain < w->model->memblock->nr_grains; n++, grain += 2 * width) {
		struct memblock_demand d = comb->demand;

		d.base = memblock_in_bytes(w, grain);
		d.size = memblock_in_bytes(w, grain + width) - d.base;
		*error = comb->call(d.base, d.size);
		*bad = *error > 0 ? NULL : judge_tooth(w, comb, &d, !*error); /* positive: N51, when it has returned */
		if (*error)
			break;
	}
	return n;
}

static void begin_comb(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}

static struct outcome run_comb(struct world *w, const u64 *a)
{
	u64 width = a[3] ? a[3] : 1, last = w->model->memblock->nr_grains;
	u64 room = a[0] < last ? (last - a[0] + 2 * width - 1) / (2 * width) : 0;
	int error = 0;
	u64 teeth = min_of(a[2], room), done = do_teeth(w, &combs[a[1]], a[0], teeth, width, &error);

	return (struct outcome){ .ok = done == teeth, .has_value = true, .what = "teeth", .value = done, .error = max_of(error, 0) };
}

static const char *judge_comb(struct world *w, const u64 *a, struct outcome seen)
{
	const char *wrong = world_scratch(w)->pending;

	(void)seen;
	return wrong ? wrong : judge_state(w, &combs[a[1]]);
}

const struct op memblock_comb_ops[] = {
	{ 0x021a, "memblock_comb", { ARG_BASE, ARG_COMB, ARG_TEETH, ARG_WIDTH }, 2, OP_EARLY | OP_TASK_ONLY, NULL, begin_comb,
	  run_comb, judge_comb },
	{ 0 }
};
