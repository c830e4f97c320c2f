/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_pages.c - pages that tasks, files and swap use: how they are asked for, and that none is freed that somebody needs.
 *
 *   wanted --> [page allocator] --> given --> in use --> returned --> [page allocator]
 *
 * Whoever announces has flights: a CPU's operation, or a kernel thread from its first event to its last (EVENT_KTHREAD). Reclaim
 * in the middle of a request is a flight of its own on top, in which pages and objects are taken and given as reclaim likes; what
 * it asks the page allocator is judged as any other request.
 *
 *   [R50] nothing is dropped that is nowhere else (vm_contents.c)   [R51] a page holds what stands there (vm_contents.c)
 *   [R52] entries of page tables change when somebody wants it (vm_map.c)
 *   [R53] pages are asked for and come back in order; kernel threads and reclaim begin and end
 *   [R54] no page is freed that is mapped, pinned, in a cache, dirty, written, read, mlocked, or on a list
 *   [R55] caches, [R56] states of pages, [R57] requests to devices, [R20] slots of swap (vm_contents.c)
 *   [R58] sums (vm_sums.c)   [R60] a failed write is told once (vm_ask.c)
 */
#include <string.h>
#include "slab_state.h"
#include "vm_state.h"

/* --- flights --------------------------------------------------------------------------------------------------------------- */

const struct model_vm_ask *vm_asked(struct model *m, unsigned cpu)
{
	unsigned s = stack_on(m, cpu);

	for (unsigned d = m->depth[s]; d; d--)
		if (!m->flight[s][d - 1].nested && !m->flight[s][d - 1].reclaim)
			return m->vm->flight[s][d - 1].is_op ? &m->vm->flight[s][d - 1].ask : NULL;
	return NULL;
}

void vm_flight_begins(struct model *m, unsigned cpu)
{
	unsigned s = stack_on(m, cpu);

	memset(&m->vm->flight[s][m->depth[s] - 1], 0, sizeof(struct vm_flight));
}

bool vm_reclaims(struct model *m, const struct mm_event *ev)
{
	const struct vm_flight *vf = vm_flight_on(m, ev->cpu);

	return vf && vf->reclaims;
}

u32 vm_asker_flags(struct model *m, const struct mm_event *ev)
{
	return m->vm ? ev->context : m->task_flags[ev->cpu];
}

static void work_begins(struct model *m, unsigned cpu)
{
	slab_flight_on(m, cpu)->work = WORK_VM;
}

static const char *kthread_begins(struct model *m, const struct mm_event *ev)
{
	if (!ev->task || ev->kthread != ev->task - 1)
		return model_says(m, "R53: task %u says that kernel thread %u begins", ev->task, ev->kthread);
	if (m->depth[m->kthread_stack])
		return model_says(m, "R53: kernel thread %u begins, and is at work", ev->kthread);
	begin_flight(m, ev->cpu);
	work_begins(m, ev->cpu);
	return NULL;
}

static const char *kthread_ends(struct model *m, const struct mm_event *ev)
{
	if (!ev->task || ev->kthread != ev->task - 1 || !m->depth[m->kthread_stack])
		return model_says(m, "R53: task %u says that kernel thread %u ends, which is not at work", ev->task, ev->kthread);
	return model_end(m, ev->cpu);
}

/* Whoever begins to reclaim takes and gives pages of his own until he ends; a look at a node may be part of more. */
static void reclaim_begins(struct model *m, const struct mm_event *ev)
{
	struct vm_flight *vf = vm_flight_on(m, ev->cpu);

	if (!vf->reclaims && !m->kthread_stack) {
		begin_reclaim(m, ev->cpu);
		work_begins(m, ev->cpu);
		vf = vm_flight_on(m, ev->cpu);
	}
	vf->reclaims++;
	vf->priority = ev->priority;
}

/* What went is freed by who took it away. */
static const char *judge_left(struct model *m, const struct vm_flight *vf)
{
	return vf->leaves ? model_says(m, "R55: an inode or a dentry went, and its object %#llx is not freed", (unsigned long long)vf->leaves) :
			    NULL;
}

static const char *reclaim_ends(struct model *m, const struct mm_event *ev)
{
	struct vm_flight *vf = vm_flight_on(m, ev->cpu);
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad;

	if (!vf || !vf->reclaims || f->nested)
		return model_says(m, "R53: reclaim ends that did not begin");
	if ((bad = vm_lru_ends(m, ev)))
		return bad;
	if (--vf->reclaims || !f->reclaim)
		return NULL;
	if ((bad = judge_left(m, vf)))
		return bad;
	if ((bad = slab_reclaim_ends(m, ev->cpu)))
		return bad;
	return end_flight(m, ev->cpu);
}

/* --- pages are asked for, given, returned --------------------------------------------------------------------------------------- */

/* R26: who reclaims may use the reserves, and is not to reclaim in turn. */
const char *vm_judge_asker(struct model *m, const struct mm_event *ev)
{
	const struct vm_flight *vf = vm_flight_on(m, ev->cpu);
	u32 own = m->kthread_stack ? 0 : m->task_flags[ev->cpu];

	if (flight_on(m, ev->cpu)->where & MODEL_IN_INTERRUPT) /* whatever it came upon */
		return NULL;
	if (vf->reclaims && !(ev->context & 1))
		return model_says(m, "R26: reclaim asks for a page, and may be sent to reclaim for it");
	if (!vf->reclaims && !m->kthread_stack && (ev->context & 1) && !(own & 1))
		return model_says(m, "R26: a request uses reserves that only reclaim may use");
	if (own & ~(u32)ev->context & 6)
		return model_says(m, "Z10: a request forgets that it is inside a scope: flags %#x, the task has %#x", ev->context, own);
	return NULL;
}

/* Nobody is to be hurt by what is lent: not killed, and not short of reserves. */
static const char *judge_lent(struct model *m, const struct mm_event *ev)
{
	enum { MUST = __GFP_NORETRY | __GFP_NOMEMALLOC, MUST_NOT = __GFP_HIGH | __GFP_MEMALLOC | __GFP_MOVABLE };
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);

	if (!ask || ask->op != VM_OP_BALLOON)
		return model_says(m, "R53: a page for the balloon is wanted, and nobody wants it to grow");
	if ((ev->gfp & (MUST | MUST_NOT)) != MUST)
		return model_says(m, "O5: a page for the balloon is wanted with gfp %#x: others could be killed for it, or lack reserves", ev->gfp);
	return vm_judge_asker(m, ev);
}

static const char *on_wanted(struct model *m, const struct mm_event *ev)
{
	struct vm_flight *vf = vm_flight_on(m, ev->cpu);
	const char *bad;

	if (!vf || flight_on(m, ev->cpu)->nested || ev->report >= NR_VM_USES)
		return model_says(m, "R53: a page for use %u is wanted by nobody, or in the middle of a request", ev->report);
	bad = ev->report == VM_USE_BALLOON ? judge_lent(m, ev) : vm_judge_asker(m, ev);
	vf->use = ev->report;
	begin_nested_alloc(m, ev->cpu, MODEL_VM_OWNER, ev->nid == 255 ? NUMA_NO_NODE : (s32)ev->nid, ev->gfp, 0,
			   vm_asker_flags(m, ev));
	return bad;
}

struct vm_frame *vm_change(struct model *m, u64 pfn)
{
	struct vm_frame *f = &m->vm->frame[pfn];

	if (!(f->flags & VMF_TOUCHED))
		vm_mark(&m->vm->frames, (u32)pfn);
	f->flags |= VMF_TOUCHED;
	return f;
}

/* A table of a task; of slots of a device, if it is not a task that asks. */
static const char *give_table(struct model *m, const struct mm_event *ev, struct vm_frame *f)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);

	m->vm->sums.tables++;
	if (!ask || ask->op == VM_OP_SWAPON)
		return NULL;
	if (ask->op > VM_OP_PIN)
		return model_says(m, "R53: pfn %u becomes a table, and whoever asked maps nothing", (u32)ev->pfn);
	f->task = (u8)(ask->task + 1);
	m->vm->task[ask->task].nr_tables++;
	return NULL;
}

static const char *on_given(struct model *m, const struct mm_event *ev)
{
	struct vm_flight *vf = vm_flight_on(m, ev->cpu);
	struct flight *f = flight_on(m, ev->cpu);
	struct vm_frame *frame;
	const char *bad;

	if (!vf || !f->nested || f->kind != FLIGHT_ALLOC || ev->report != vf->use)
		return model_says(m, "R53: a page is given, and nobody asked for it");
	if ((bad = model_answer_alloc(m, ev->cpu, ev->pfn)) || (bad = end_flight(m, ev->cpu)))
		return bad;
	if (ev->pfn == ~0ULL) {
		vf->refused = true;
		return NULL;
	}
	frame = vm_change(m, ev->pfn);
	*frame = (struct vm_frame){ .use = (u8)(vf->use + 1), .place = LRU_NOWHERE, .file = VM_NO_FILE, .flags = VMF_TOUCHED };
	m->vm->sums.zswap += vf->use == VM_USE_ZSWAP;
	m->vm->sums.balloon += vf->use == VM_USE_BALLOON;
	m->vm->live.oom.balloon_grew |= vf->use == VM_USE_BALLOON;
	return vf->use == VM_USE_TABLE ? give_table(m, ev, frame) : NULL;
}

static const struct {
	u16 flag;
	const char *what;
} busy[] = {
	{ VMF_WRITEBACK, "is being written" }, { VMF_READING, "a device is to fill" }, { VMF_WRITING, "a device is to read" },
	{ VMF_MLOCKED, "is mlocked" },
};

const char *vm_judge_free(struct model *m, u64 pfn)
{
	const struct vm_frame *f = vm_given(m, pfn);

	if (!f)
		return model_says(m, "R53: pfn %llu is returned, and nobody was given it", (unsigned long long)pfn);
	if (f->maps)
		return model_says(m, "R54: pfn %u is freed, and %u entries map it", (u32)pfn, f->maps);
	if (f->pins)
		return model_says(m, "R54: pfn %u is freed, and a device has it pinned", (u32)pfn);
	if (f->file != VM_NO_FILE)
		return model_says(m, "R54: pfn %u is freed, and is page %u of file %u", (u32)pfn, f->index, f->file);
	if (f->entry)
		return model_says(m, "R54: pfn %u is freed, and the swap cache has it for entry %#x", (u32)pfn, f->entry);
	for (unsigned i = 0; i < sizeof(busy) / sizeof(*busy); i++)
		if (f->flags & busy[i].flag)
			return model_says(m, "R54: pfn %u is freed, which %s", (u32)pfn, busy[i].what);
	if (f->place != LRU_NOWHERE)
		return model_says(m, "R54: pfn %u is freed, and is %s", (u32)pfn, vm_place_names[f->place]);
	return NULL;
}

static const char *on_returned(struct model *m, const struct mm_event *ev)
{
	struct vm_frame *f;
	const char *bad;

	if (!vm_flight_on(m, ev->cpu))
		return model_says(m, "R53: pfn %llu is returned by nobody", (unsigned long long)ev->pfn);
	if ((bad = vm_judge_free(m, ev->pfn)))
		return bad;
	f = vm_change(m, ev->pfn);
	if (f->use == VM_USE_BALLOON + 1 && (bad = vm_oom_given_back(m, ev)))
		return bad;
	m->vm->sums.tables -= f->use == VM_USE_TABLE + 1;
	m->vm->sums.zswap -= f->use == VM_USE_ZSWAP + 1;
	m->vm->sums.balloon -= f->use == VM_USE_BALLOON + 1;
	if (f->task && f->use == VM_USE_TABLE + 1)
		m->vm->task[f->task - 1].nr_tables--;
	*f = (struct vm_frame){ .flags = VMF_TOUCHED };
	begin_nested_free(m, ev->cpu, ev->pfn, 0);
	return NULL;
}

/* --- events ------------------------------------------------------------------------------------------------------------------------ */

/* A look at a node, or all of them for a request, ends before the others hear of it, and begins when they have heard. */
static bool is_end(const struct mm_event *ev)
{
	return ev->report == RECLAIM_DIRECT_ENDS || ev->report == RECLAIM_NODE_ENDS;
}
static bool is_begin(const struct mm_event *ev)
{
	return ev->report == RECLAIM_DIRECT_BEGINS || ev->report == RECLAIM_NODE_BEGINS;
}

static const char *on_reclaim(struct model *m, const struct mm_event *ev)
{
	const char *bad = NULL;

	if (is_begin(ev) && !vm_flight_on(m, ev->cpu))
		return model_says(m, "R53: nobody begins to reclaim");
	if ((is_end(ev) && (bad = reclaim_ends(m, ev))) || (bad = vm_lru_event(m, ev)) || (bad = vm_liveness_event(m, ev)))
		return bad;
	if (is_begin(ev))
		reclaim_begins(m, ev);
	return NULL;
}

static const char *on_kthread(struct model *m, const struct mm_event *ev)
{
	return ev->on ? kthread_begins(m, ev) : kthread_ends(m, ev);
}

typedef const char *judge_fn(struct model *m, const struct mm_event *ev);

/* Who has to do with it, one after the other. */
static judge_fn *const judges[NR_EVENT_TYPES][2] = {
	[EVENT_VM_WANTED] = { on_wanted },
	[EVENT_VM_GIVEN] = { on_given },
	[EVENT_VM_RETURNED] = { on_returned },
	[EVENT_LRU] = { vm_lru_event },
	[EVENT_REFERENCED] = { vm_lru_event },
	[EVENT_PTE] = { vm_on_pte },
	[EVENT_PAGE_CACHE] = { vm_on_page_cache },
	[EVENT_PAGE_STATE] = { vm_on_page_state },
	[EVENT_IO] = { vm_on_io, vm_liveness_event },
	[EVENT_SWAP] = { vm_on_swap },
	[EVENT_SWAP_DEVICE] = { vm_on_swap_device },
	[EVENT_RECLAIM] = { on_reclaim },
	[EVENT_SHRINKER] = { vm_lru_event },
	[EVENT_KTHREAD] = { on_kthread, vm_liveness_event },
	[EVENT_WAIT] = { vm_liveness_event },
	[EVENT_OOM] = { vm_oom_event },
	[EVENT_TASK] = { vm_on_task, vm_oom_event },
	[EVENT_INODE] = { vm_on_inode, vm_liveness_event },
};

const char *vm_event(struct model *m, const struct mm_event *ev)
{
	const char *bad = NULL;

	if (!m->vm)
		return model_says(m, "R53: something is announced of pages of tasks and files, and there are none");
	if (ev->type != EVENT_VM_GIVEN && (bad = slab_pages_are_back(m, ev->cpu)))
		return bad;
	for (unsigned i = 0; i < 2 && judges[ev->type][i] && !bad; i++)
		bad = judges[ev->type][i](m, ev);
	if (!bad && (ev->type == EVENT_TASK || ev->type == EVENT_PAGE_STATE))
		vm_note_all(m);
	return bad;
}

/* --- the end of an operation, of a kernel thread's run --------------------------------------------------------------------------------- */

const char *vm_loose_ends(struct model *m, unsigned cpu)
{
	const char *bad = slab_pages_are_back(m, cpu);
	struct flight *f = flight_on(m, cpu);

	if (bad)
		return bad;
	if (f->nested && f->owner == MODEL_VM_OWNER)
		bad = model_says(m, "R53: nobody says what came of a request for a page");
	while ((f = flight_on(m, cpu)) && (f->nested || f->reclaim)) {
		if (!bad && f->reclaim)
			bad = model_says(m, "R53: an operation is over, and reclaim in its middle is not");
		else if (f->nested && !bad)
			return NULL; /* of a slab: slab_loose_ends() says so */
		m->depth[stack_on(m, cpu)]--;
	}
	if (!bad && vm_flight_on(m, cpu)->reclaims)
		bad = model_says(m, "R53: a kernel thread has nothing to do, and its reclaim is not over");
	if (bad || (bad = judge_left(m, vm_flight_on(m, cpu))) || (bad = vm_liveness_ends(m, cpu)))
		return bad;
	return vm_oom_overdue(m);
}
