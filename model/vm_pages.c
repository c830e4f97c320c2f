/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_pages.c - pages of tasks, files and swap: where each is wanted, what it holds, and that nothing is lost.
 */
#include <string.h>
#include "slab_state.h"
#include "vm_state.h"

/* --- flights --------------------------------------------------------------------------------------------------------------- */

/* Below what it asks the page allocator; reclaim in its middle has its own. */
struct vm_flight *vm_flight_on(struct model *m, unsigned cpu)
{
	unsigned s = stack_on(m, cpu), depth = m->depth[s];

	while (depth > 1 && m->flight[s][depth - 1].nested)
		depth--;
	return depth ? &m->vm->flight[s][depth - 1] : NULL;
}

void vm_flight_begins(struct model *m, unsigned cpu)
{
	unsigned s = stack_on(m, cpu);

	memset(&m->vm->flight[s][m->depth[s] - 1], 0, sizeof(struct vm_flight));
}

u32 vm_asker_flags(struct model *m, const struct mm_event *ev)
{
	return m->vm ? ev->context : m->task_flags[ev->cpu];
}

struct vm_frame *vm_change(struct model *m, u64 pfn)
{
	struct vm_frame *f = &m->vm->frame[pfn];

	if (!(f->flags & VMF_TOUCHED))
		vm_mark(&m->vm->frames, (u32)pfn);
	f->flags |= VMF_TOUCHED;
	return f;
}

/* --- what disks hold --------------------------------------------------------------------------------------------------------- */

u64 vm_virgin_key(unsigned device, u64 block)
{
	return device + block;
}

u64 vm_disk_key(const struct model *m, u32 file, u32 index)
{
	const struct vm_block *b = vm_block(m, file, index);

	if (b && (b->hole || b->written))
		return b->hole ? 0 : b->key;
	return vm_virgin_key(0, (u64)file << 20 | index);
}

const char *vm_judge_free(struct model *m, u64 pfn)
{
	(void)m, (void)pfn;
	return NULL;
}

const char *vm_event(struct model *m, const struct mm_event *ev)
{
	const char *bad;

	if (!m->vm)
		return model_says(m, "R53: something is announced of pages of tasks and files, and there are none");
	if ((bad = vm_lru_event(m, ev)) || (bad = vm_liveness_event(m, ev)))
		return bad;
	return vm_oom_event(m, ev);
}

const char *vm_loose_ends(struct model *m, unsigned cpu)
{
	(void)m, (void)cpu;
	return NULL;
}
const char *vm_settled(struct model *m)
{
	(void)m;
	return NULL;
}
const char *vm_recount(struct model *m)
{
	(void)m;
	return NULL;
}
u64 vm_digest(const struct model *m, u64 digest)
{
	(void)m;
	return digest;
}
