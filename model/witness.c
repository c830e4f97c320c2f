// SPDX-License-Identifier: GPL-2.0-only
/*
 * witness.c - the model of a recording: what it cannot know, and how it goes on after a violation or a gap.
 *
 * Judging is that of page.c, of objects that of recorded.c. Here the frames are set without judging: to what an illegal event says, or to
 * unknown, which in a model of a recording is the state of a frame that nobody has written.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "internal.h"
#include "model_recorded.h"

bool model_witness_unannounced(const struct model *m, const struct mm_event *ev)
{
	if (ev->type != EVENT_PAGE_FREE || !in_machine(m, ev->pfn, ev->order))
		return false;
	for (u64 i = 0; i < 1ULL << ev->order; i++)
		if (m->frame[ev->pfn + i].state == FRAME_IN_FLIGHT)
			return true;
	return false;
}

void model_witness_force(struct model *m, const struct mm_event *ev)
{
	bool owned = ev->type == EVENT_PAGE_ALLOC;
	u64 size = 1ULL << ev->order;

	if (ev->type >= EVENT_KMALLOC) {
		recorded_force(m, ev);
		return;
	}
	if (!in_machine(m, ev->pfn, ev->order))
		return;
	recorded_pages(m, ev);
	for (u64 i = 0; i < size; i++)
		m->frame[ev->pfn + i] = (struct frame){.state = owned ? FRAME_OWNED_TAIL : FRAME_IN_FLIGHT};
	m->frame[ev->pfn].state = owned ? FRAME_OWNED : FRAME_IN_FLIGHT;
	m->frame[ev->pfn].order = ev->order;
}

/* The array is gigabytes of pages never touched: whole pages are given back, which zeroes them; the ends are
 * written. */
void model_witness_forget(struct model *m)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)m->frame, end = (uintptr_t)(m->frame + m->nr_frames);
	uintptr_t first = (start + page - 1) & ~(page - 1), last = end & ~(page - 1);

	recorded_forget(m);
	if (first >= last || madvise((void *)first, last - first, MADV_DONTNEED)) {
		memset((void *)start, 0, end - start);
		return;
	}
	memset((void *)start, 0, first - start);
	memset((void *)last, 0, end - last);
}
