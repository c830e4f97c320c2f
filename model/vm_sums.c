/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_sums.c - the life of what the model knows of tasks, files and swap; its sums counted anew; its digest.
 *
 * Sums are kept as events come, and counted anew from frames, page table entries and slots. A reset copies the tables back
 * and empties what was touched since the model was sealed: then nothing of it was in use.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "slab_state.h"
#include "vm_state.h"

#define IMAGE_BYTES   offsetof(struct model_vm, flight)
#define DIGEST_FRAMES 65536

/* --- life ---------------------------------------------------------------------------------------------------------------- */

static const u64 pte_bytes = (u64)MODEL_VM_TASKS * VM_SPACE_PAGES * sizeof(struct vm_pte);
static const u64 slot_bytes = (u64)VM_SLOTS * sizeof(struct vm_slot);

static bool create(struct model *m)
{
	struct model_vm *vm = map_zeros(sizeof(*vm));
	bool ok;

	m->vm = vm;
	if (!vm)
		return false;
	vm->frame = map_zeros(m->nr_frames * sizeof(*vm->frame));
	vm->pte = map_zeros(pte_bytes);
	vm->image = map_zeros(IMAGE_BYTES);
	vm->frames.list = map_zeros(VM_MAX_MARKS * sizeof(u32));
	vm->ptes.list = map_zeros(VM_MAX_MARKS * sizeof(u32));
	vm->slots.list = map_zeros(VM_MAX_MARKS * sizeof(u32));
	ok = vm->frame && vm->pte && vm->image && vm->frames.list && vm->ptes.list && vm->slots.list;
	for (unsigned d = 1; ok && d <= SWAP_DEVICES; d++)
		ok = (vm->slot[d] = map_zeros(slot_bytes));
	return ok;
}

static void drop(void *p, u64 bytes)
{
	if (p)
		munmap(p, bytes);
}

void model_vm_destroy(struct model *m)
{
	struct model_vm *vm = m->vm;

	if (!vm)
		return;
	drop(vm->frame, m->nr_frames * sizeof(*vm->frame));
	drop(vm->pte, pte_bytes);
	drop(vm->image, IMAGE_BYTES);
	drop(vm->frames.list, VM_MAX_MARKS * sizeof(u32));
	drop(vm->ptes.list, VM_MAX_MARKS * sizeof(u32));
	drop(vm->slots.list, VM_MAX_MARKS * sizeof(u32));
	for (unsigned d = 1; d <= SWAP_DEVICES; d++)
		drop(vm->slot[d], slot_bytes);
	drop(vm, sizeof(*vm));
	m->vm = NULL;
}

void vm_mark(struct vm_marks *marks, u32 what)
{
	if (marks->nr < VM_MAX_MARKS)
		marks->list[marks->nr++] = what;
	else
		marks->lost = true;
}

/* Empty what was touched: one by one, or all of it. */
static void empty(struct vm_marks *marks, void *array, size_t size, u64 bytes)
{
	for (u32 i = 0; !marks->lost && i < marks->nr; i++)
		memset((char *)array + (u64)marks->list[i] * size, 0, size);
	if (marks->lost)
		madvise(array, bytes, MADV_DONTNEED);
	marks->nr = 0;
	marks->lost = false;
}

static void empty_slots(struct model_vm *vm)
{
	for (u32 i = 0; !vm->slots.lost && i < vm->slots.nr; i++)
		memset(&vm->slot[vm->slots.list[i] >> 24][vm->slots.list[i] & 0xffffff], 0, sizeof(struct vm_slot));
	for (unsigned d = 1; vm->slots.lost && d <= SWAP_DEVICES; d++)
		madvise(vm->slot[d], slot_bytes, MADV_DONTNEED);
	vm->slots.nr = 0;
	vm->slots.lost = false;
}

static void empty_all(struct model *m)
{
	struct model_vm *vm = m->vm;

	empty(&vm->frames, vm->frame, sizeof(*vm->frame), m->nr_frames * sizeof(*vm->frame));
	empty(&vm->ptes, vm->pte, sizeof(*vm->pte), pte_bytes);
	empty_slots(vm);
	for (unsigned f = 0; f < MODEL_TRACKED_FILES; f++)
		if (vm->file[f].touched)
			memset(vm->block[f], 0, sizeof(vm->block[f]));
	memset(vm->flight, 0, sizeof(vm->flight));
}

void model_vm_seal(struct model *m)
{
	if (!m->vm)
		return;
	empty_all(m);
	memcpy(m->vm->image, m->vm, IMAGE_BYTES);
}

void model_vm_reset(struct model *m)
{
	if (!m->vm)
		return;
	empty_all(m);
	memcpy(m->vm, m->vm->image, IMAGE_BYTES);
}

bool model_begin_vm_init(struct model *m, unsigned cpu)
{
	if (!m->slab || (!m->vm && !create(m)))
		return false;
	begin_work(m, cpu, 0, WORK_VM);
	return true;
}

static const u32 knob_values[NR_VM_KNOBS] = {
	[VM_SWAPPINESS] = 60,	      [VM_VFS_CACHE_PRESSURE] = 100, [VM_DIRTY_RATIO] = 20, [VM_DIRTY_BACKGROUND_RATIO] = 10,
	[VM_PAGE_CLUSTER] = 3,	      [VM_OOM_DUMP_TASKS] = 1,	     [VM_ZSWAP_ENABLED] = 1, [VM_ZSWAP_MAX_POOL_PERCENT] = 20,
};

const char *model_vm_is_up(struct model *m, unsigned cpu, int error)
{
	if (error)
		return slab_flight_on(m, cpu)->refused ? NULL : model_says(m, "R53: nothing was refused, and what tasks need could not be made");
	memcpy(m->vm->knob, knob_values, sizeof(knob_values));
	m->vm->up = true;
	return NULL;
}
