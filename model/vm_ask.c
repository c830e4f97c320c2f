/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_ask.c - operations on tasks, files and swap: what they ask, what they may answer, and what others want to know.
 */
#include <string.h>
#include "slab_state.h"
#include "vm_state.h"

void model_begin_vm(struct model *m, unsigned cpu, unsigned where, const struct model_vm_ask *ask)
{
	struct vm_flight *vf;

	begin_work(m, cpu, where, WORK_VM);
	vf = vm_flight_on(m, cpu);
	vf->is_op = true;
	vf->where = (u8)where;
	vf->ask = *ask;
}

const char *model_vm_answer(struct model *m, unsigned cpu, int error, u64 value)
{
	(void)error, (void)value;
	vm_flight_on(m, cpu)->answered = true;
	return NULL;
}

/* --- questions ----------------------------------------------------------------------------------------------------------- */

u64 model_task_key(const struct model *m, unsigned task, u32 vpn)
{
	const struct vm_pte *pte = vm_pte(m, task, vpn);

	return vpn >= VM_ANON_PAGES && pte->where == VM_FRAME ? m->vm->frame[pte->at].key : pte->key;
}

u64 model_file_key(const struct model *m, u32 file, u32 index)
{
	const struct vm_block *b = vm_block(m, file, index);

	return b && b->frame ? m->vm->frame[b->frame - 1].key : vm_disk_key(m, file, index);
}

u64 model_read_key(const struct model *m, unsigned cpu)
{
	return m->vm->flight[cpu][m->depth[cpu] - 1].copied_key;
}

void model_task_wrote(struct model *m, unsigned task, u32 vpn, u64 key)
{
	struct vm_pte *pte = vm_pte(m, task, vpn);

	if (pte->where != VM_FRAME)
		return;
	vm_change(m, pte->at)->key = key;
	m->vm->frame[pte->at].flags &= (u16)~VMF_FAILED;
	if (vpn < VM_ANON_PAGES)
		pte->key = key;
}

bool model_task_exists(const struct model *m, unsigned task)
{
	return m->vm->task[task].exists;
}
bool model_task_killed(const struct model *m, unsigned task)
{
	return m->vm->task[task].killed;
}

u32 model_file_pages(const struct model *m, u32 file)
{
	return file < MODEL_TRACKED_FILES && m->vm->file[file].sized ? m->vm->file[file].pages : VM_FIRST_SIZE;
}

u64 model_file_of_window(const struct model *m, unsigned task, unsigned window)
{
	return m->vm->task[task].window[window].nr ? m->vm->task[task].window[window].file : ~0ULL;
}

bool model_pinned(const struct model *m, u64 pfn)
{
	return pfn < m->nr_frames && m->vm->frame[pfn].pins;
}

u64 vm_free_swap(const struct model *m)
{
	u64 free = 0;

	for (unsigned d = 1; d <= SWAP_DEVICES; d++)
		if (m->vm->device[d].on && m->vm->device[d].pages)
			free += m->vm->device[d].pages - 1 - m->vm->device[d].used;
	return free;
}

/* A page that reclaim could free: nothing holds it where it is, and what it holds has somewhere to go. */
static bool could_go(const struct vm_frame *f, bool swap)
{
	if (!f->use || f->use == VM_USE_TABLE + 1 || f->use == VM_USE_ZSWAP + 1 || f->pins || (f->flags & VMF_MLOCKED))
		return false;
	return !vm_is_anon(f) || swap || f->entry;
}

u64 vm_zone_reclaimable(const struct model *m, unsigned zone)
{
	bool swap = vm_free_swap(m) != 0;
	u64 nr = 0;

	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		nr += model_zone_of(m, pfn) == zone && could_go(&m->vm->frame[pfn], swap);
	return nr;
}

bool vm_anything_reclaimable(const struct model *m, u32 zones)
{
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		if ((zones >> z & 1) && m->zone[z].exists && vm_zone_reclaimable(m, z))
			return true;
	return false;
}
