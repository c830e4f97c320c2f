/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_rcu.c - page tables that are walked without a lock, and how they are given back.
 *
 * A slot's single page stands for a table. `walk_fast` (as get_user_pages_fast, with interrupts off) and `walk_rcu` are
 * readers: they look at the page, let others run, and look again, a few times.
 * `free_deferred` and `free_table` unlink it, so no reader begins any more, while those inside go on: they are the only
 * operations that may overtake a walk of their slot. A page that waits for a grace period belongs to nobody's slot.
 */
#include "lock.h"
#include "pgtable.h"
#include "rcu.h"
#include "world.h"

static const struct outcome done = { .ok = true };

/* --- readers ------------------------------------------------------------------------------------------------------------ */

static bool is_table(const struct world *w, u32 slot)
{
	const struct slot *s = &w->slot[slot];

	return s->kind == SLOT_BLOCK && !s->order && w->model->frame[s->pfn].refs == 1;
}

static bool ready_walk(struct world *w, const u64 *a)
{
	return is_table(w, (u32)a[0]);
}

static void begin_walk_fast(struct world *w, const u64 *a)
{
	model_begin_other(w->model, world_cpu());
	model_walk_begins(w->model, world_cpu(), w->slot[a[0]].pfn);
	world_scratch(w)->stamp = contents_expected(w, w->slot[a[0]].pfn); /* before somebody else may own it */
}
static void begin_walk_rcu(struct world *w, const u64 *a)
{
	begin_walk_fast(w, a);
	w->rcu_walks[a[0]]++;
}

#define LOOKS 4

/* What is there while the reader is inside. */
static const char *look_often(struct world *w, u64 pfn)
{
	const char *bad = NULL;

	for (unsigned i = 0; i < LOOKS; i++) {
		if (i)
			sim_yield(YIELD_RCU);
		if (!bad && !contents_hold(w, pfn, world_scratch(w)->stamp))
			bad = "RCU1: a reader finds the page it walks changed";
	}
	return bad;
}

static struct outcome run_walk_fast(struct world *w, const u64 *a)
{
	local_irq_disable();
	world_scratch(w)->pending = look_often(w, w->slot[a[0]].pfn);
	model_walk_ends(w->model, world_cpu(), w->slot[a[0]].pfn); /* calls are taken as soon as interrupts are on */
	local_irq_enable();
	return done;
}

static struct outcome run_walk_rcu(struct world *w, const u64 *a)
{
	rcu_read_lock();
	world_scratch(w)->pending = look_often(w, w->slot[a[0]].pfn);
	rcu_read_unlock();
	model_walk_ends(w->model, world_cpu(), w->slot[a[0]].pfn);
	w->rcu_walks[a[0]]--;
	return done;
}

/* --- giving tables back -------------------------------------------------------------------------------------------------- */

static bool ready_defer(struct world *w, const u64 *a)
{
	return is_table(w, (u32)a[0]) && model_can_defer(w->model);
}

static void begin_defer(struct world *w, const u64 *a)
{
	u64 pfn = w->slot[a[0]].pfn;

	world_scratch(w)->pending = contents_check(w, pfn, 1);
	slot_retire(w, (u32)a[0]);
	model_begin_defer(w->model, world_cpu(), pfn);
}
static struct outcome run_defer(struct world *w, const u64 *a)
{
	pte_free_defer(pfn_to_page(w->slot[a[0]].pfn));
	return done;
}

/* Readers that are not waited for must not be there. */
static bool ready_free_table(struct world *w, const u64 *a)
{
	return is_table(w, (u32)a[0]) && !w->rcu_walks[a[0]];
}
static void begin_free_table(struct world *w, const u64 *a)
{
	u64 pfn = w->slot[a[0]].pfn;

	world_scratch(w)->pending = contents_check(w, pfn, 1);
	slot_retire(w, (u32)a[0]);
	model_begin_free(w->model, world_cpu(), pfn, 0);
}
static struct outcome run_free_table(struct world *w, const u64 *a)
{
	tlb_remove_table_one(pfn_to_page(w->slot[a[0]].pfn));
	return done;
}

/* --- grace periods ------------------------------------------------------------------------------------------------------- */

static void begin_rcu_core(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_free_run(w->model, world_cpu(), 0, 0);
}
static void begin_rcu_wait(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_rcu_wait(w->model, world_cpu());
}

static struct outcome run_rcu_core(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	rcu_core();
	return done;
}
static const char *judge_rcu_core(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return model_rcu_core(w->model, world_cpu(), !this_cpu->hardirq && !this_cpu->irqs_off);
}

static struct outcome run_synchronize_rcu(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	synchronize_rcu();
	return done;
}
static const char *judge_synchronize_rcu(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return model_synchronized(w->model, world_cpu());
}

static struct outcome run_rcu_barrier(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	rcu_barrier();
	return done;
}
static const char *judge_rcu_barrier(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return model_rcu_barrier(w->model, world_cpu());
}

const char *rcu_finish(struct world *w)
{
	const char *bad;

	begin_rcu_wait(w, NULL);
	rcu_barrier();
	if ((bad = world_drain(w)) || (bad = model_rcu_barrier(w->model, world_cpu())))
		return bad;
	return model_end(w->model, world_cpu());
}

const struct op rcu_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0x0120, "walk_fast", { ARG_LIVE_PAGES }, 16, OP_WALKS, ready_walk, begin_walk_fast, run_walk_fast, judge_pending },
	{ 0x0121, "walk_rcu", { ARG_LIVE_PAGES }, 16, OP_WALKS, ready_walk, begin_walk_rcu, run_walk_rcu, judge_pending },
	{ 0x0122, "free_deferred", { ARG_LIVE_PAGES }, 24, OP_UNLINKS, ready_defer, begin_defer, run_defer, judge_pending },
	{ 0x0123, "free_table", { ARG_LIVE_PAGES }, 16, OP_UNLINKS | OP_TASK_ONLY | OP_CALLS, ready_free_table, begin_free_table,
	  run_free_table, judge_pending },
	{ 0x0124, "rcu_core", { 0 }, 24, 0, NULL, begin_rcu_core, run_rcu_core, judge_rcu_core },
	{ 0x0125, "synchronize_rcu", { 0 }, 8, OP_TASK_ONLY, NULL, begin_rcu_wait, run_synchronize_rcu, judge_synchronize_rcu },
	{ 0x0126, "rcu_barrier", { 0 }, 6, OP_TASK_ONLY, NULL, begin_rcu_wait, run_rcu_barrier, judge_rcu_barrier },
	{ 0 }
};
