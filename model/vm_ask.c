/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_ask.c - operations on tasks, files and swap: what they ask, what they may answer, and what others want to know.
 *
 * An operation succeeds when what it asked for is so, by the model's own knowledge; it fails for a reason that the model has seen
 * while it was in flight: a page was refused, a device failed, the task was killed. [R61] A failed write of a file is told once,
 * by fsync. [R60]
 */
#include <errno.h>
#include <string.h>
#include "slab_state.h"
#include "vm_state.h"

static void note_state(struct model *m, struct vm_flight *vf)
{
	const struct vm_task_state *t = &m->vm->task[vf->ask.task % MODEL_VM_TASKS];

	vf->existed |= t->exists;
	vf->missing |= !t->exists;
	vf->killed |= t->killed;
	if (vf->ask.file < MODEL_TRACKED_FILES)
		vf->error |= m->vm->file[vf->ask.file].error;
}

/*
 * What holds at any time of an operation is remembered: somebody else may change it before it answers. Called after whatever
 * changes what note_state() looks at: EVENT_TASK who is there and who is killed, EVENT_PAGE_STATE what could not be written.
 */
void vm_note_all(struct model *m)
{
	for (unsigned s = 0; s < MODEL_MAX_CPUS; s++)
		for (unsigned d = 0; d < m->depth[s]; d++)
			if (m->vm->flight[s][d].is_op)
				note_state(m, &m->vm->flight[s][d]);
}

/* From now on reclaim may have them. */
static void unlock_range(struct model *m, const struct model_vm_ask *ask)
{
	struct vm_task_state *t = &m->vm->task[ask->task];

	for (u32 i = 0; i < ask->nr && ask->index + i < VM_SPACE_PAGES; i++) {
		struct vm_pte *pte = vm_pte(m, ask->task, ask->index + i);

		t->mlocked -= !!(pte->flags & VMP_MLOCKED);
		pte->flags &= (u8)~VMP_MLOCKED;
	}
}

void model_begin_vm(struct model *m, unsigned cpu, unsigned where, const struct model_vm_ask *ask)
{
	struct vm_flight *vf;

	begin_work(m, cpu, where, WORK_VM);
	vf = vm_flight_on(m, cpu);
	vf->is_op = true;
	vf->ask = *ask;
	note_state(m, vf);
	if (ask->op == VM_OP_MUNLOCK)
		unlock_range(m, ask);
}

/* --- answers [R61] -------------------------------------------------------------------------------------------------------------- */

static bool is_alone_on(struct model *m, unsigned cpu)
{
	return flight_on(m, cpu)->alone;
}

/* Something was refused to it: a page, or one for an object; or somebody else could not give what it waited for. */
static bool was_refused(struct model *m, unsigned cpu)
{
	return vm_flight_on(m, cpu)->refused || slab_flight_on(m, cpu)->refused || !is_alone_on(m, cpu);
}

/* Nothing can be there: outside of the address space, no window, beyond the end of the file; or it cannot be written. */
static bool nothing_there(const struct model *m, const struct model_vm_ask *ask, u32 vpn)
{
	u32 file, index;

	if (vpn < VM_ANON_PAGES)
		return false;
	return vpn >= VM_SPACE_PAGES || !vm_window_page(m, ask->task, vpn, &file, &index) || index >= model_file_pages(m, file) ||
	       (ask->write && file >= MODEL_TRACKED_FILES);
}

static bool anything_missing(const struct model *m, const struct model_vm_ask *ask)
{
	for (u32 i = 0; i < (ask->op == VM_OP_MLOCK ? ask->nr : 1); i++)
		if (nothing_there(m, ask, ask->index + i))
			return true;
	return false;
}

static bool is_of_task(unsigned op)
{
	return op <= VM_OP_PIN && op != VM_OP_TASK_CREATE;
}

/* No such window, or nothing is mapped in it; a file that cannot be changed; beyond its end. */
static bool makes_no_sense(const struct model *m, const struct model_vm_ask *ask)
{
	switch (ask->op) {
	case VM_OP_MMAP:
		return ask->window >= VM_WINDOWS;
	case VM_OP_MUNMAP:
		return ask->window >= VM_WINDOWS || !m->vm->task[ask->task].window[ask->window].nr;
	case VM_OP_FILE_WRITE:
	case VM_OP_TRUNCATE:
		return ask->file >= MODEL_TRACKED_FILES;
	case VM_OP_FILE_READ:
		return ask->index >= model_file_pages(m, ask->file);
	default:
		return ask->op == VM_OP_SWAPON || ask->op == VM_OP_SWAPOFF || ask->op == VM_OP_KNOB;
	}
}

/* Is there a reason to fail so? */
static bool has_reason(struct model *m, unsigned cpu, const struct vm_flight *vf, int error)
{
	const struct model_vm_ask *ask = &vf->ask;

	switch (error) {
	case -ENOMEM:
		return was_refused(m, cpu);
	case -EIO:
		return vf->failed || vf->error || !is_alone_on(m, cpu);
	case -ESRCH:
		return is_of_task(ask->op) && vf->missing;
	case -EINTR:
		return vf->killed;
	case -EEXIST:
		return ask->op == VM_OP_TASK_CREATE && (vf->existed || !is_alone_on(m, cpu));
	case -EFAULT:
		return !is_alone_on(m, cpu) || anything_missing(m, ask);
	case -EBUSY:
		return !is_alone_on(m, cpu) || ask->op == VM_OP_SWAPON ||
		       (ask->op == VM_OP_MMAP && m->vm->task[ask->task].window[ask->window % VM_WINDOWS].nr);
	case -EFBIG:
		return ask->op == VM_OP_TRUNCATE ? ask->nr > MODEL_TRACKED_PAGES : ask->op == VM_OP_FILE_WRITE && ask->index >= MODEL_TRACKED_PAGES;
	case -EINVAL:
		return !is_alone_on(m, cpu) || makes_no_sense(m, ask);
	default:
		return error == -ENOENT;
	}
}

static const char *failed(struct model *m, unsigned cpu, struct vm_flight *vf, int error)
{
	if (vf->ask.op == VM_OP_FSYNC && error == -EIO && vf->ask.file < MODEL_TRACKED_FILES) {
		if (!vf->error)
			return model_says(m, "R60: fsync of file %u says that a write failed, and none did that nobody was told", vf->ask.file);
		m->vm->file[vf->ask.file].error = false;
		return NULL;
	}
	if (has_reason(m, cpu, vf, error))
		return NULL;
	return model_says(m, "R61: operation %u on task %u, file %u, page %u fails with error %d, and has no reason to", vf->ask.op,
			  vf->ask.task, vf->ask.file, vf->ask.index, -error);
}

/* --- what is so after a success ----------------------------------------------------------------------------------------------------- */

static const char *judge_access(struct model *m, const struct model_vm_ask *ask, u64 pfn)
{
	const struct vm_pte *pte = ask->index < VM_SPACE_PAGES ? vm_pte(m, ask->task, ask->index) : NULL;

	if (pte && pte->where == VM_FRAME && pte->at == pfn && (pte->flags & VMP_ACCESSED) && (!ask->write || (pte->flags & VMP_WRITTEN)))
		return NULL;
	return model_says(m, "R61: vpn %u of task %u is said to be pfn %llu, and that was not announced", ask->index, ask->task,
			  (unsigned long long)pfn);
}

static const char *judge_pinned(struct model *m, unsigned cpu, const struct model_vm_ask *ask, u64 pfn)
{
	if (vm_flight_on(m, cpu)->pin == pfn + 1)
		return NULL;
	return model_says(m, "R61: pfn %llu is said to be %s, and that was not announced", (unsigned long long)pfn,
			  ask->op == VM_OP_PIN ? "pinned" : "unpinned");
}

/* R24: all of it is there, and stays; what others did meanwhile may have gone. */
static const char *judge_mlocked(struct model *m, unsigned cpu, const struct model_vm_ask *ask, u64 nr)
{
	struct vm_task_state *t = &m->vm->task[ask->task];

	for (u32 i = 0; i < nr; i++) {
		struct vm_pte *pte = vm_pte(m, ask->task, ask->index + i);
		bool locked = pte->where == VM_FRAME && (m->vm->frame[pte->at].flags & VMF_MLOCKED);

		if (!locked && is_alone_on(m, cpu))
			return model_says(m, "R24: vpn %u of task %u is said to be mlocked, and is not", ask->index + i, ask->task);
		if (!locked)
			continue;
		t->mlocked += !(pte->flags & VMP_MLOCKED);
		pte->flags |= VMP_MLOCKED;
	}
	return NULL;
}

static const char *judge_given_up(struct model *m, const struct model_vm_ask *ask)
{
	for (u32 vpn = ask->index; vpn < ask->index + ask->nr; vpn++)
		if (vm_pte(m, ask->task, vpn)->where != VM_NOTHING)
			return model_says(m, "R61: vpn %u of task %u was given up, and is still there", vpn, ask->task);
	return NULL;
}

static const char *judge_window(struct model *m, unsigned cpu, const struct model_vm_ask *ask)
{
	if (vm_flight_on(m, cpu)->window == ask->window + 1)
		return NULL;
	return model_says(m, "R61: window %u of task %u is said to be %s, and that was not announced", ask->window, ask->task,
			  ask->op == VM_OP_MMAP ? "mapped" : "unmapped");
}

/* Everything that was dirty is on disk, and an error that was pending was told. */
static const char *judge_fsync(struct model *m, const struct model_vm_ask *ask)
{
	if (ask->file >= MODEL_TRACKED_FILES)
		return NULL;
	if (m->vm->file[ask->file].error)
		return model_says(m, "R60: fsync of file %u says nothing, and a write failed", ask->file);
	for (u32 i = 0; i < MODEL_TRACKED_PAGES; i++) {
		const struct vm_block *b = &m->vm->block[ask->file][i];

		if (b->frame && (m->vm->frame[b->frame - 1].flags & (VMF_DIRTY | VMF_WRITEBACK)))
			return model_says(m, "R61: fsync of file %u is over, and page %u is not on disk", ask->file, i);
	}
	return NULL;
}

static const char *judge_cut(struct model *m, const struct model_vm_ask *ask)
{
	if (ask->file >= MODEL_TRACKED_FILES)
		return NULL;
	if (model_file_pages(m, ask->file) != ask->nr)
		return model_says(m, "R61: file %u is cut to %u pages, and has %u", ask->file, ask->nr, model_file_pages(m, ask->file));
	for (u32 i = ask->nr; i < MODEL_TRACKED_PAGES; i++)
		if (m->vm->block[ask->file][i].frame)
			return model_says(m, "R61: file %u is cut to %u pages, and page %u is in the cache", ask->file, ask->nr, i);
	return NULL;
}

static const char *judge_copied(struct model *m, unsigned cpu, const struct model_vm_ask *ask)
{
	if (vm_flight_on(m, cpu)->copied)
		return NULL;
	return model_says(m, "R61: page %u of file %u is said to be %s, and no page was copied", ask->index, ask->file,
			  ask->op == VM_OP_FILE_READ ? "read" : "written");
}

/* Others may have changed it again before the answer. */
static const char *judge_if_alone(struct model *m, unsigned cpu, const struct model_vm_ask *ask)
{
	const struct vm_task_state *t = &m->vm->task[ask->task % MODEL_VM_TASKS];

	if (!is_alone_on(m, cpu))
		return NULL;
	switch (ask->op) {
	case VM_OP_TASK_CREATE:
	case VM_OP_TASK_EXIT:
		if (t->exists != (ask->op == VM_OP_TASK_CREATE))
			return model_says(m, "R61: task %u is said to have %s", ask->task, t->exists ? "ended" : "begun");
		return NULL;
	case VM_OP_TASK_KILL:
		return t->killed ? NULL : model_says(m, "R61: task %u is said to be killed", ask->task);
	case VM_OP_DONTNEED:
		return judge_given_up(m, ask);
	case VM_OP_FSYNC:
		return judge_fsync(m, ask);
	case VM_OP_TRUNCATE:
		return judge_cut(m, ask);
	case VM_OP_SWAPON:
	case VM_OP_SWAPOFF:
		if (m->vm->device[ask->device].on != (ask->op == VM_OP_SWAPON))
			return model_says(m, "R61: device %u is said to be %s", ask->device, ask->op == VM_OP_SWAPON ? "on" : "off");
		return NULL;
	default:
		return NULL;
	}
}

/* Refused, it is smaller than it was to be. */
static const char *judge_balloon(struct model *m, unsigned cpu, const struct model_vm_ask *ask, int error, u64 pages)
{
	if (!is_alone_on(m, cpu) || (pages == m->vm->sums.balloon && (error ? pages < ask->nr : pages == ask->nr)))
		return NULL;
	return model_says(m, "R61: the balloon is to have %u pages%s, says that it has %llu, and has %llu", ask->nr,
			  error ? " and was refused some" : "", (unsigned long long)pages, (unsigned long long)m->vm->sums.balloon);
}

static const char *succeeded(struct model *m, unsigned cpu, const struct model_vm_ask *ask, u64 value)
{
	const char *bad;

	switch (ask->op) {
	case VM_OP_ACCESS:
		return judge_access(m, ask, value);
	case VM_OP_PIN:
		bad = judge_access(m, ask, value);
		return bad ? bad : judge_pinned(m, cpu, ask, value);
	case VM_OP_UNPIN:
		return judge_pinned(m, cpu, ask, ask->index);
	case VM_OP_MLOCK:
		return judge_mlocked(m, cpu, ask, ask->nr);
	case VM_OP_MMAP:
	case VM_OP_MUNMAP:
		return judge_window(m, cpu, ask);
	case VM_OP_FILE_READ:
	case VM_OP_FILE_WRITE:
		return judge_copied(m, cpu, ask);
	case VM_OP_KNOB:
		m->vm->knob[ask->knob % NR_VM_KNOBS] = (u32)ask->value;
		return NULL;
	default:
		return judge_if_alone(m, cpu, ask);
	}
}

const char *model_vm_answer(struct model *m, unsigned cpu, int error, u64 value)
{
	const char *bad = slab_pages_are_back(m, cpu);
	struct vm_flight *vf = vm_flight_on(m, cpu);
	const struct model_vm_ask *ask = &vf->ask;

	if (bad)
		return bad;
	if (ask->op == VM_OP_MLOCK && error && error != -EINTR && error != -EINVAL)
		bad = judge_mlocked(m, cpu, ask, value);
	if (ask->op == VM_OP_BALLOON)
		bad = judge_balloon(m, cpu, ask, error, value);
	if (!bad)
		bad = error ? failed(m, cpu, vf, error) : succeeded(m, cpu, ask, value);
	return bad;
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

u32 model_file_pages(const struct model *m, u32 file)
{
	return file < MODEL_TRACKED_FILES && m->vm->file[file].sized ? m->vm->file[file].pages : VM_FIRST_SIZE;
}

u64 vm_total_swap(const struct model *m)
{
	u64 slots = 0;

	for (unsigned d = 1; d <= SWAP_DEVICES; d++)
		if (m->vm->device[d].on && !m->vm->device[d].leaving)
			slots += m->vm->device[d].pages - 1; /* the first slot is the header's */
	return slots;
}

u64 vm_free_swap(const struct model *m)
{
	u64 free = vm_total_swap(m);

	for (unsigned d = 1; d <= SWAP_DEVICES; d++)
		if (m->vm->device[d].on && !m->vm->device[d].leaving)
			free -= m->vm->device[d].used;
	return free;
}

/* A page that reclaim could free: nothing holds it where it is, and what it holds has somewhere to go. */
static bool could_go(const struct vm_frame *f, bool swap)
{
	if (!vm_is_users(f) || f->pins || (f->flags & VMF_MLOCKED))
		return false;
	return !vm_is_anon(f) || swap || f->entry;
}

bool vm_anything_reclaimable(const struct model *m, u32 zones)
{
	bool swap = vm_free_swap(m) != 0;

	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		if (could_go(&m->vm->frame[pfn], swap) && (zones >> model_zone_of(m, pfn) & 1))
			return true;
	return false;
}
