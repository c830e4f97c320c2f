/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_swap.c - swap devices, the balloon, knobs of reclaim, errors of disks; and the life of a world under pressure.
 */
#include "task.h"
#include "vm_client.h"

static int priority_of(u64 a)
{
	return (int)a - 1;
}

static void begin_swapon(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_SWAPON, .device = (u8)(a[0] + 1), .nr = (u32)a[1], .value = priority_of(a[2]) });
}
static struct outcome run_swapon(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(swapon((unsigned)a[0] + 1, (u32)a[1], priority_of(a[2])));
}

static void begin_swapoff(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_SWAPOFF, .device = (u8)(a[0] + 1) });
}
static struct outcome run_swapoff(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(swapoff((unsigned)a[0] + 1));
}

static void begin_knob(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_KNOB, .knob = (u8)a[0], .value = (s32)a[1] });
}
static struct outcome run_knob(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(vm_knob_write((enum vm_knob)a[0], (u32)a[1]));
}

static void begin_balloon(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_BALLOON, .nr = (u32)a[0] });
}
static struct outcome run_balloon(struct world *w, const u64 *a)
{
	struct outcome seen = vm_outcome(balloon_resize((u32)a[0]));

	(void)w;
	seen.has_value = true;
	seen.what = "pages";
	seen.value = balloon_pages();
	return seen;
}

static void begin_disk_fault(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}
static struct outcome run_disk_fault(struct world *w, const u64 *a)
{
	sim_plan_fault(w->machine, (enum sim_fault_site)(FAULT_DISK_READ + a[0]), (u32)a[1], (u32)a[2]);
	model_fault(w->model, (unsigned)(FAULT_DISK_READ + a[0]), (u32)a[1], (u32)a[2]);
	return (struct outcome){ .ok = true };
}

/* --- a world under pressure: its beginning and its end ---------------------------------------------------------------------------- */

/* What mm has of its own in RAM when the program begins is part of the boot image. */
static void keep_what_is_used(struct world *w)
{
	for (u64 pfn = 0; pfn < w->model->nr_frames; pfn++)
		if (w->model->frame[pfn].state == FRAME_OWNED && w->model->frame[pfn].owner == MODEL_VM_OWNER)
			ram_keep(w->machine, pfn, 1);
}

static const char *settle(struct world *w)
{
	more_fuel(w);
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_SETTLE });
	vm_settle();
	return vm_answered_one(w, 0, 0);
}

const char *vm_prefill(struct world *w)
{
	const char *bad;
	int error;

	if (!w->slab_up)
		return NULL;
	more_fuel(w);
	if (!model_begin_vm_init(w->model, world_cpu()))
		return "N50: the host has no memory for a model of tasks and files";
	error = vm_init();
	if ((bad = world_drain(w)) || (bad = model_vm_is_up(w->model, world_cpu(), error)) || (bad = model_end(w->model, world_cpu())))
		return bad;
	w->vm_up = !error;
	return error ? NULL : settle(w);
}

/* After everything was drained, so that what the start state holds without swap can be counted. */
const char *vm_prefill_swap(struct world *w)
{
	u64 pages[] = { 0, w->machine->param[PARAM_SWAP_PAGES], 0 };
	const char *bad;

	if (!w->vm_up)
		return NULL;
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		w->held[z] = w->model->zone[z].managed - w->model->zone[z].free;
	more_fuel(w);
	if (pages[1] >= 2) {
		begin_swapon(w, pages);
		if ((bad = vm_answered_one(w, run_swapon(w, pages).error, 0)))
			return bad;
	}
	keep_what_is_used(w);
	model_vm_seal(w->model);
	return NULL;
}

static const char *do_one(struct world *w, const char *name, u64 a0)
{
	const struct op *op = op_by_name(name, strlen(name));
	u64 a[MAX_ARGS] = { a0 };
	struct outcome seen;
	const char *bad;

	more_fuel(w);
	w->machine->log_bytes = 0;
	op->begin(w, a);
	seen = op->run(w, a);
	if ((bad = world_drain(w)) || (bad = op->judge(w, a, seen)))
		return bad;
	return model_end(w->model, world_cpu());
}

#define QUIET_NS 30000000000ULL

/* Pressure stops: kswapd reaches the high marks or gives up, and sleeps. */
static const char *quiet_down(struct world *w)
{
	const char *bad;

	more_fuel(w);
	w->machine->log_bytes = 0;
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_SLEEP });
	sim_sleep_timeout(sim_never, NULL, QUIET_NS, "quiet");
	bad = vm_answered_one(w, 0, 0);
	return bad ? bad : model_vm_is_quiet(w->model);
}

const char *vm_free_all(struct world *w)
{
	const char *bad = quiet_down(w);

	if (!bad)
		bad = do_one(w, "balloon", 0);
	for (u64 i = 0; !bad && i < NR_PIN_SLOTS; i++)
		if (w->pin[i].state == SLOT_LIVE)
			bad = do_one(w, "unpin_page", i);
	for (u64 i = 0; !bad && i < NR_TASK_SLOTS; i++)
		if (w->task[i] == SLOT_LIVE)
			bad = do_one(w, "task_exit", i);
	return bad;
}

/* Nothing is owed to anybody; swap is off. */
const char *vm_finish(struct world *w)
{
	const char *bad = settle(w);

	return bad ? bad : vm_settled(w->model);
}

/* --- recount -------------------------------------------------------------------------------------------------------------------------- */

const char *vm_recount_all(struct world *w)
{
	const char *bad = world_drain(w); /* kernel threads may have been at work since */

	if (bad)
		return bad;
	if ((bad = vm_check()))
		return world_says(w, "%s", bad);
	if ((bad = vm_recount(w->model)))
		return bad;
	return vm_compare_figures(w);
}

const struct op swapping_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0x0440, "swapon", { ARG_SWAP_DEVICE, ARG_SWAP_SLOTS, ARG_PRIORITY }, 10, OP_TASK_ONLY, NULL, begin_swapon, run_swapon,
	  vm_judge_answer },
	{ 0x0441, "swapoff", { ARG_SWAP_DEVICE }, 6, OP_TASK_ONLY, NULL, begin_swapoff, run_swapoff, vm_judge_answer },
	{ 0x0442, "vm_knob", { ARG_VM_KNOB, ARG_VM_VALUE }, 16, OP_TASK_ONLY, NULL, begin_knob, run_knob, vm_judge_answer },
	{ 0x0443, "disk_fault", { ARG_DISK_SITE, ARG_SKIP, ARG_TIMES }, 6, OP_TASK_ONLY, NULL, begin_disk_fault, run_disk_fault, NULL },
	{ 0x0444, "balloon", { ARG_BALLOON }, 8, OP_TASK_ONLY, NULL, begin_balloon, run_balloon, vm_judge_answer },
	{ 0 }
};
