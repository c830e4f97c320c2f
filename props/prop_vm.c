// SPDX-License-Identifier: GPL-2.0-only
/*
 * prop_vm.c - laws of machines that are short of memory: what is written stays written, what is used up comes back, and more memory
 * or a better score never hurts.
 *
 * A law that needs two worlds plays the program twice, from boot: what its users wrote is no part of a snapshot.
 */
#include "slab_laws.h"
#include "vm_laws.h"

static const struct place on_cpu0 = { 0, CONTEXT_TASK };

/* --- the end is the beginning -------------------------------------------------------------------------------------- */

static bool ending_holds(struct prop_run *r, const struct program *p)
{
	static struct program nothing;

	nothing = *p;
	nothing.nr_ops = program_boot_ops(p);
	if (!play_vm(r, &nothing))
		return r->panicked;
	if (!r->w->vm_up)
		return true;
	if (!law_vm_settled_picture(r, &r->before) || !play_vm(r, p) || !law_vm_settled_picture(r, &r->after))
		return r->panicked;
	return pictures_agree(r, &r->before, &r->after, "a machine that did nothing, and one whose tasks are all gone");
}

const struct prop everything_ends_as_it_began = {
	"everything_ends_as_it_began",
	"when all tasks are gone, files forgotten and swap is off, the same pages are free as if nothing had been done",
	TABLE_VM,
	ending_holds,
};

/* --- caches are not seen ------------------------------------------------------------------------------------------- */

static void act_drop(struct prop_run *r, void *arg)
{
	const unsigned *what = arg;
	u32 size[LAW_FILES];

	for (u32 f = 0; f < LAW_FILES; f++)
		size[f] = file_size(f);
	drop_caches(*what);
	for (u32 f = 0; f < LAW_FILES; f++)
		if (file_size(f) != size[f])
			prop_fail(r, "file %u has %u pages after its inode was dropped, %u before", f, file_size(f), size[f]);
}

static bool dropping_holds(struct prop_run *r, const struct program *p, unsigned what)
{
	if (!play_vm(r, p))
		return r->panicked;
	if (!r->w->vm_up)
		return true;
	if (!machine_do(r, on_cpu0, act_drop, &what) || r->verdict.failed || !law_files_hold(r))
		return r->panicked;
	return true;
}
static bool dropping_pages_holds(struct prop_run *r, const struct program *p)
{
	return dropping_holds(r, p, 1);
}
static bool dropping_objects_holds(struct prop_run *r, const struct program *p)
{
	return dropping_holds(r, p, 2);
}

const struct prop dropping_caches_changes_no_file = {
	"dropping_caches_changes_no_file",
	"what is in a file does not depend on whether its pages are cached",
	TABLE_FILE | TABLE_TASK,
	dropping_pages_holds,
};
const struct prop dropping_objects_is_not_seen = {
	"dropping_objects_is_not_seen",
	"who opens a file again after its inode and dentry were shrunk finds it as it was",
	TABLE_FILE,
	dropping_objects_holds,
};

/* --- swap ---------------------------------------------------------------------------------------------------------- */

static void act_swapoff(struct prop_run *r, void *arg)
{
	(void)r, (void)arg;
	for (unsigned device = 1; device <= SWAP_DEVICES; device++)
		swapoff(device);
}

static bool swapoff_holds(struct prop_run *r, const struct program *p)
{
	if (!play_vm(r, p))
		return r->panicked;
	if (!r->w->vm_up)
		return true;
	if (!machine_do(r, on_cpu0, act_swapoff, NULL) || !law_tasks_hold(r))
		return r->panicked;
	return true;
}

const struct prop swapoff_brings_back_every_byte = {
	"swapoff_brings_back_every_byte",
	"after swapoff, done or refused, every page of every task is as it was written",
	TABLE_TASK | TABLE_SWAP,
	swapoff_holds,
};

/* --- the OOM killer ------------------------------------------------------------------------------------------------- */

struct shortage {
	unsigned task;
	int adj;
	unsigned victim; /* LAW_TASKS: nobody */
};

/* Memory is taken until somebody is killed, or it is refused. */
static void act_starve(struct prop_run *r, void *arg)
{
	struct shortage *s = arg;

	s->victim = LAW_TASKS;
	if (task_set_adj(s->task, s->adj) != 0)
		return;
	for (u32 n = 0; s->victim == LAW_TASKS && n < r->w->machine->nr_frames; n++) {
		r->w->machine->fuel = param_of(r, PARAM_FUEL);
		if (!alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0))
			return;
		for (unsigned t = 0; t < LAW_TASKS; t++)
			if (task_figures(t).oom_victim)
				s->victim = t;
	}
}

static bool adj_holds(struct prop_run *r, const struct program *p)
{
	unsigned alive = 0;
	struct shortage low, high;

	if (!play_vm(r, p))
		return r->panicked;
	while (alive < LAW_TASKS && !r->vm->task[alive])
		alive++;
	if (alive == LAW_TASKS)
		return true;
	low = (struct shortage){ alive, -500 + (int)(mix(p->header.seed, 1) % 1000), 0 };
	high = (struct shortage){ alive, low.adj + 1 + (int)(mix(p->header.seed, 2) % 500), 0 };
	if (!machine_do(r, on_cpu0, act_starve, &low) || !play_vm(r, p) || !machine_do(r, on_cpu0, act_starve, &high))
		return r->panicked;
	if (low.victim != alive || high.victim == alive)
		return true;
	return prop_fail(r, "task %u is killed with oom_score_adj %d, with %d it is task %u", alive, low.adj, high.adj, high.victim);
}

const struct prop raising_adj_helps_nobody = {
	"raising_adj_helps_nobody",
	"who is killed for want of memory is killed with a higher oom_score_adj too",
	TABLE_TASK,
	adj_holds,
};

/* --- one request ------------------------------------------------------------------------------------------------------- */

#define SPARE 8

struct request {
	gfp_t gfp;
	unsigned order, spare; /* pages given back before */
	bool served;
};

/* On lists of their own CPU nobody else finds them. */
static void act_request(struct prop_run *r, void *arg)
{
	struct request *q = arg;
	struct page *spare[SPARE];
	unsigned nr = 0;

	for (unsigned z = 0; z < NR_ZONES; z++)
		if (zone_figures(z / MAX_NR_ZONES, z % MAX_NR_ZONES).managed)
			zone_pcp_disable(z / MAX_NR_ZONES, z % MAX_NR_ZONES);
	while (nr < SPARE && (spare[nr] = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0)) != NULL)
		nr++;
	for (unsigned i = 0; i < q->spare && i < nr; i++)
		__free_pages(spare[i], 0);
	r->w->machine->fuel = param_of(r, PARAM_FUEL);
	q->served = alloc_pages(q->gfp, q->order) != NULL;
}

static bool more_memory_holds(struct prop_run *r, const struct program *p)
{
	static const gfp_t masks[] = { GFP_KERNEL, GFP_KERNEL | __GFP_NORETRY, GFP_ATOMIC, GFP_NOWAIT, GFP_NOFS, GFP_HIGHUSER_MOVABLE };
	struct request few = { .gfp = masks[mix(p->header.seed, 3) % ARRAY_SIZE(masks)] | __GFP_NOWARN }, many;

	few.order = (unsigned)(mix(p->header.seed, 4) % 2);
	many = few;
	many.spare = 1 + (unsigned)(mix(p->header.seed, 5) % SPARE);
	if (!play_vm(r, p) || !machine_do(r, on_cpu0, act_request, &few) || !play_vm(r, p) ||
	    !machine_do(r, on_cpu0, act_request, &many))
		return r->panicked;
	if (!few.served || many.served)
		return true;
	return prop_fail(r, "order %u, gfp %#x is served, but with %u pages more it is refused", few.order, few.gfp, many.spare);
}

const struct prop more_memory_refuses_nobody = {
	"more_memory_refuses_nobody",
	"on one CPU, without per-CPU lists, a request that is served is served with more free memory too",
	TABLE_TASK | TABLE_FILE,
	more_memory_holds,
};
