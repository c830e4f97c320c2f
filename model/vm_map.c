/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_map.c - tasks, and what their page tables say.
 *
 *   nothing --mapped--> frame --reclaim--> entry of swap --mapped--> frame --unmapped--> nothing
 *
 * An entry of a page table comes because its task touches the page, or because swap goes away (R52); it goes because the task
 * says so or ends, because the file is cut off, because a victim is reaped, or by reclaim. An mlocked page does not go by reclaim. [R24]
 * A frame that comes back must hold what went. [R51]
 */
#include <string.h>
#include "vm_state.h"

static struct vm_pte *change_pte(struct model *m, unsigned task, u32 vpn)
{
	struct vm_pte *pte = vm_pte(m, task, vpn);

	if (!(pte->flags & VMP_TOUCHED))
		vm_mark(&m->vm->ptes, (u32)(pte - m->vm->pte));
	pte->flags |= VMP_TOUCHED;
	return pte;
}

/* Which page of which file a window shows there; false: none. */
bool vm_window_page(const struct model *m, unsigned task, u32 vpn, u32 *file, u32 *index)
{
	const struct vm_task_state *t = &m->vm->task[task];
	u32 w = (vpn - VM_ANON_PAGES) / VM_WINDOW_PAGES, at = (vpn - VM_ANON_PAGES) % VM_WINDOW_PAGES;

	if (vpn < VM_ANON_PAGES || at >= t->window[w].nr)
		return false;
	*file = t->window[w].file;
	*index = t->window[w].first + at;
	return true;
}

/* --- who wants it [R52] ------------------------------------------------------------------------------------------------------ */

static bool in_range(const struct model_vm_ask *ask, u32 vpn)
{
	return vpn >= ask->index && vpn - ask->index < (ask->op == VM_OP_ACCESS || ask->op == VM_OP_PIN ? 1 : ask->nr);
}

/* The task touches it; or an entry of a device that goes is brought back. */
static bool wants_it(struct model *m, const struct mm_event *ev, const struct vm_pte *pte)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);

	if (!ask)
		return false;
	if (ask->op == VM_OP_SWAPOFF || ask->op == VM_OP_SETTLE)
		return pte->where == VM_ENTRY;
	return (ask->op == VM_OP_ACCESS || ask->op == VM_OP_PIN || ask->op == VM_OP_MLOCK) && ask->task == ev->vm_task &&
	       in_range(ask, (u32)ev->index);
}

static bool cuts_off(const struct model *m, const struct model_vm_ask *ask, const struct mm_event *ev)
{
	const struct vm_frame *f = vm_given(m, ev->pfn);

	return ask->op == VM_OP_TRUNCATE && f && f->file == ask->file && f->index >= ask->nr;
}

/* The task gives it up, or is dead; or the file's page is no more. */
static bool gives_it_up(struct model *m, const struct mm_event *ev)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	const struct vm_task_state *t = &m->vm->task[ev->vm_task];
	u32 vpn = (u32)ev->index;

	if (!ask)
		return m->kthread_stack && t->killed && vpn < VM_ANON_PAGES;
	if (ask->op == VM_OP_SETTLE || cuts_off(m, ask, ev))
		return true;
	if (ask->op > VM_OP_PIN || ask->task != ev->vm_task)
		return false;
	if (ask->op == VM_OP_MUNMAP && vpn >= VM_ANON_PAGES && (vpn - VM_ANON_PAGES) / VM_WINDOW_PAGES == ask->window)
		return true;
	return t->killed || ask->op == VM_OP_TASK_EXIT || (ask->op == VM_OP_DONTNEED && in_range(ask, vpn));
}

/* --- entries come ---------------------------------------------------------------------------------------------------------------- */

/* R51: what is mapped must be what stands there. */
static const char *judge_mapped(struct model *m, const struct mm_event *ev, const struct vm_pte *pte, const struct vm_frame *f)
{
	u32 vpn = (u32)ev->index, file, index;

	if (pte->where == VM_FRAME)
		return model_says(m, "R52: vpn %u of task %u is mapped to pfn %u, and is mapped to pfn %u", vpn, ev->vm_task, (u32)ev->pfn,
				  pte->at);
	if (vpn >= VM_ANON_PAGES) {
		if (vm_window_page(m, ev->vm_task, vpn, &file, &index) && f->file == file && f->index == index && (f->flags & VMF_KNOWN))
			return NULL;
		return model_says(m, "R51: vpn %u of task %u shows pfn %u, which is not what its window shows", vpn, ev->vm_task,
				  (u32)ev->pfn);
	}
	if (!vm_is_anon(f) || f->maps)
		return model_says(m, "R51: vpn %u of task %u gets pfn %u, which is no page of its own", vpn, ev->vm_task, (u32)ev->pfn);
	if ((f->flags & VMF_KNOWN) ? f->key != pte->key : pte->where == VM_ENTRY)
		return model_says(m, "R51: pfn %u comes back as vpn %u of task %u, and holds something else", (u32)ev->pfn, vpn,
				  ev->vm_task);
	if (pte->where == VM_ENTRY && f->entry && f->entry != pte->at)
		return model_says(m, "R20: vpn %u of task %u has entry %#x, and gets the page of %#x", vpn, ev->vm_task, pte->at, f->entry);
	return NULL;
}

static void leave_entry(struct model *m, struct vm_task_state *t, const struct vm_pte *pte)
{
	struct vm_slot *slot = vm_change_slot(m, pte->at);

	if (slot)
		slot->users--;
	t->swapents--;
}

static void count_mapped(struct model *m, const struct vm_frame *f, s64 nr)
{
	if (vm_is_anon(f))
		m->vm->sums.anon_mapped += (u64)nr;
	else
		m->vm->sums.file_mapped += (u64)nr;
}

static const char *on_mapped(struct model *m, const struct mm_event *ev, struct vm_task_state *t)
{
	struct vm_pte *pte = change_pte(m, ev->vm_task, (u32)ev->index);
	struct vm_frame *f = vm_change(m, ev->pfn);
	const char *bad;

	if (!wants_it(m, ev, pte))
		return model_says(m, "R52: vpn %u of task %u is mapped, and nobody touches it", (u32)ev->index, ev->vm_task);
	if ((bad = judge_mapped(m, ev, pte, f)))
		return bad;
	if (pte->where == VM_ENTRY)
		leave_entry(m, t, pte);
	if (vm_is_anon(f) && !(f->flags & VMF_KNOWN)) { /* it is new: all zero */
		f->key = 0;
		f->flags |= VMF_KNOWN | VMF_UPTODATE;
	}
	if (!f->maps++)
		count_mapped(m, f, 1);
	if (vm_is_anon(f))
		f->index = (u32)ev->index;
	t->rss_anon += vm_is_anon(f);
	t->rss_file += !vm_is_anon(f);
	pte->where = VM_FRAME;
	pte->at = (u32)ev->pfn;
	pte->flags = (u8)((pte->flags & VMP_TOUCHED) | VMP_ACCESSED);
	return NULL;
}

/* --- entries go --------------------------------------------------------------------------------------------------------------------- */

static void leave_frame(struct model *m, struct vm_task_state *t, struct vm_pte *pte)
{
	struct vm_frame *f = vm_change(m, pte->at);

	if (!--f->maps)
		count_mapped(m, f, -1);
	t->rss_anon -= vm_is_anon(f);
	t->rss_file -= !vm_is_anon(f);
	t->mlocked -= !!(pte->flags & VMP_MLOCKED);
	pte->flags &= VMP_TOUCHED;
}

static void clear_pte(struct vm_pte *pte)
{
	pte->where = VM_NOTHING;
	pte->at = 0;
	pte->key = 0;
}

static const char *on_reclaimed(struct model *m, const struct mm_event *ev, struct vm_task_state *t, struct vm_pte *pte)
{
	const struct vm_frame *f = &m->vm->frame[pte->at];

	if (!vm_reclaims(m, ev))
		return model_says(m, "R52: vpn %u of task %u is taken away, and nobody reclaims", (u32)ev->index, ev->vm_task);
	if (pte->flags & VMP_MLOCKED)
		return model_says(m, "R24: vpn %u of task %u is taken away by reclaim, and is mlocked", (u32)ev->index, ev->vm_task);
	if (vm_is_anon(f))
		return model_says(m, "R50: vpn %u of task %u is taken away, and what it holds is nowhere else", (u32)ev->index, ev->vm_task);
	leave_frame(m, t, pte);
	clear_pte(pte);
	return NULL;
}

static const char *on_swapped(struct model *m, const struct mm_event *ev, struct vm_task_state *t, struct vm_pte *pte)
{
	const struct vm_frame *f = &m->vm->frame[pte->at];
	struct vm_slot *slot = vm_change_slot(m, ev->entry);

	if (!vm_reclaims(m, ev))
		return model_says(m, "R52: vpn %u of task %u is swapped out, and nobody reclaims", (u32)ev->index, ev->vm_task);
	if (pte->flags & VMP_MLOCKED)
		return model_says(m, "R24: vpn %u of task %u is swapped out, and is mlocked", (u32)ev->index, ev->vm_task);
	if (!slot || !vm_is_anon(f) || f->entry != ev->entry)
		return model_says(m, "R20: vpn %u of task %u becomes entry %#x, and its page is not found through that", (u32)ev->index,
				  ev->vm_task, ev->entry);
	leave_frame(m, t, pte);
	pte->where = VM_ENTRY;
	pte->at = ev->entry;
	slot->users++;
	t->swapents++;
	return NULL;
}

static const char *on_dropped(struct model *m, const struct mm_event *ev, struct vm_task_state *t, struct vm_pte *pte)
{
	if (pte->where != VM_ENTRY || pte->at != ev->entry)
		return model_says(m, "R52: vpn %u of task %u loses entry %#x, and has none like it", (u32)ev->index, ev->vm_task, ev->entry);
	if (!gives_it_up(m, ev))
		return model_says(m, "R50: what vpn %u of task %u holds in swap is dropped, and nobody gave it up", (u32)ev->index,
				  ev->vm_task);
	leave_entry(m, t, pte);
	clear_pte(pte);
	return NULL;
}

static const char *on_unmapped(struct model *m, const struct mm_event *ev, struct vm_task_state *t, struct vm_pte *pte)
{
	if (!gives_it_up(m, ev))
		return model_says(m, "R52: vpn %u of task %u is unmapped, and nobody asked for it", (u32)ev->index, ev->vm_task);
	leave_frame(m, t, pte);
	clear_pte(pte);
	return NULL;
}

static const char *on_accessed(struct model *m, const struct mm_event *ev, struct vm_pte *pte)
{
	const struct vm_frame *f = &m->vm->frame[pte->at];

	if (!wants_it(m, ev, pte))
		return model_says(m, "R52: vpn %u of task %u is used, and the task is not at it", (u32)ev->index, ev->vm_task);
	if (ev->on && !vm_is_anon(f) && !(f->flags & VMF_DIRTY))
		return model_says(m, "R56: vpn %u of task %u is written, and pfn %u is not dirty", (u32)ev->index, ev->vm_task, pte->at);
	pte->flags |= VMP_ACCESSED | (ev->on ? VMP_WRITTEN : 0);
	return NULL;
}

const char *vm_on_pte(struct model *m, const struct mm_event *ev)
{
	struct vm_task_state *t = &m->vm->task[ev->vm_task % MODEL_VM_TASKS];
	struct vm_pte *pte;

	if (ev->vm_task >= MODEL_VM_TASKS || ev->index >= VM_SPACE_PAGES || !t->exists)
		return model_says(m, "R52: vpn %llu of task %u changes, and there is none", (unsigned long long)ev->index, ev->vm_task);
	if (ev->report != PTE_DROPPED && !vm_given(m, ev->pfn))
		return model_says(m, "R52: vpn %u of task %u is pfn %llu, which nobody was given", (u32)ev->index, ev->vm_task,
				  (unsigned long long)ev->pfn);
	pte = change_pte(m, ev->vm_task, (u32)ev->index);
	if (ev->report != PTE_DROPPED && ev->report != PTE_MAPPED && (pte->where != VM_FRAME || pte->at != ev->pfn))
		return model_says(m, "V2: vpn %u of task %u was pfn %u, and does not map it", (u32)ev->index, ev->vm_task, (u32)ev->pfn);
	switch (ev->report) {
	case PTE_MAPPED:
		return on_mapped(m, ev, t);
	case PTE_UNMAPPED:
		return on_unmapped(m, ev, t, pte);
	case PTE_RECLAIMED:
		return on_reclaimed(m, ev, t, pte);
	case PTE_SWAPPED:
		return on_swapped(m, ev, t, pte);
	case PTE_DROPPED:
		return on_dropped(m, ev, t, pte);
	case PTE_ACCESSED:
		return on_accessed(m, ev, pte);
	default:
		pte->flags &= (u8)~VMP_WRITTEN;
		return NULL;
	}
}

/* --- tasks ----------------------------------------------------------------------------------------------------------------------- */

static const char *judge_gone(struct model *m, unsigned id)
{
	const struct vm_task_state *t = &m->vm->task[id];

	if (t->rss_anon || t->rss_file || t->swapents)
		return model_says(m, "R50: task %u is gone, and still has %llu pages, %llu of files, %llu in swap", id,
				  (unsigned long long)t->rss_anon, (unsigned long long)t->rss_file, (unsigned long long)t->swapents);
	if (t->nr_tables)
		return model_says(m, "R54: task %u is gone, and %u of its tables are not", id, t->nr_tables);
	for (unsigned w = 0; w < VM_WINDOWS; w++)
		if (t->window[w].nr)
			return model_says(m, "R61: task %u is gone, and its window %u is not", id, w);
	return NULL;
}

/* Does this operation end a task: because it is asked to, or because the task was killed? */
static bool may_end(struct model *m, const struct mm_event *ev)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);

	if (!ask)
		return false;
	return ask->op == VM_OP_SETTLE ||
	       (ask->op <= VM_OP_PIN && ask->task == ev->vm_task && (ask->op == VM_OP_TASK_EXIT || m->vm->task[ev->vm_task].killed));
}

static bool wants_window(const struct model_vm_ask *ask, unsigned op, const struct mm_event *ev)
{
	return ask && ask->op == op && ask->task == ev->vm_task && ask->window == ev->order;
}

static const char *on_maps(struct model *m, const struct mm_event *ev)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	struct vm_task_state *t = &m->vm->task[ev->vm_task];

	if (!wants_window(ask, VM_OP_MMAP, ev) || ask->window >= VM_WINDOWS)
		return model_says(m, "R52: window %u of task %u is mapped, and nobody wants it to be", ev->order, ev->vm_task);
	if (t->window[ask->window].nr)
		return model_says(m, "R61: window %u of task %u is mapped a second time", ask->window, ask->task);
	t->window[ask->window].file = ask->file;
	t->window[ask->window].first = ask->index;
	t->window[ask->window].nr = ask->nr;
	vm_flight_on(m, ev->cpu)->window = (u8)(ask->window + 1);
	return NULL;
}

static const char *on_unmaps(struct model *m, const struct mm_event *ev)
{
	struct vm_task_state *t = &m->vm->task[ev->vm_task];
	u32 first = VM_ANON_PAGES + ev->order * VM_WINDOW_PAGES;

	if (ev->order >= VM_WINDOWS || !t->window[ev->order].nr)
		return model_says(m, "R61: window %u of task %u is unmapped, and is not mapped", ev->order, ev->vm_task);
	if (!(t->exiting && may_end(m, ev)) && !wants_window(vm_asked(m, ev->cpu), VM_OP_MUNMAP, ev))
		return model_says(m, "R52: window %u of task %u is unmapped, and nobody wants it to be", ev->order, ev->vm_task);
	for (u32 vpn = first; vpn < first + VM_WINDOW_PAGES; vpn++)
		if (vm_pte(m, ev->vm_task, vpn)->where != VM_NOTHING)
			return model_says(m, "R61: window %u of task %u is unmapped, and vpn %u is still there", ev->order, ev->vm_task, vpn);
	t->window[ev->order].nr = 0;
	vm_flight_on(m, ev->cpu)->window = (u8)(ev->order + 1);
	return NULL;
}

const char *vm_on_task(struct model *m, const struct mm_event *ev)
{
	struct vm_task_state *t = &m->vm->task[ev->vm_task % MODEL_VM_TASKS];
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	const char *bad;

	if (ev->vm_task >= MODEL_VM_TASKS || t->exists == (ev->report == TASK_CREATED))
		return model_says(m, "R52: task %u comes or goes, and is%s there", ev->vm_task, t->exists ? "" : " not");
	switch (ev->report) {
	case TASK_CREATED:
		if (!ask || ask->op != VM_OP_TASK_CREATE || ask->task != ev->vm_task)
			return model_says(m, "R52: task %u is there, and nobody made it", ev->vm_task);
		t->exists = true;
		t->adj = ask->value;
		return NULL;
	case TASK_KILLED:
		t->killed = true;
		return vm_judge_signal(m, ev);
	case TASK_ADJ:
		t->adj = (s32)ev->index;
		return ask && ask->op == VM_OP_TASK_ADJ && ask->value == t->adj ?
			       NULL :
			       model_says(m, "O2: oom_score_adj of task %u becomes %d, which nobody wrote", ev->vm_task, t->adj);
	case TASK_MAPS:
		return on_maps(m, ev);
	case TASK_UNMAPS:
		return on_unmaps(m, ev);
	case TASK_EXITS:
		t->exiting = true;
		return may_end(m, ev) ? NULL : model_says(m, "R52: task %u ends, and was neither asked to nor killed", ev->vm_task);
	default:
		bad = judge_gone(m, ev->vm_task);
		memset(t, 0, sizeof(*t));
		return bad;
	}
}
