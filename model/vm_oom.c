/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_oom.c - who may be killed for memory, who must be, and how it ends.
 *
 *   INVOKED -> NOTIFIED -> freed something: over
 *                       -> who asks is to end anyway: CURRENT_DIES, over
 *                       -> may not wait for the filesystem: DECLINED, over
 *                       -> panic_on_oom: PANIC
 *                       -> oom_kill_allocating_task: KILL of who asks, over
 *                       -> BADNESS of each candidate, by number; an earlier victim still has memory: WAITS, over
 *                       -> the worst: KILL, or CURRENT_DIES if it is to end anyway; there is none: NOBODY, the machine stops
 *
 * Who is chosen gets his signal before anything else happens, and nobody else does [O6].
 * Nothing yields from INVOKED to the end of the decision, unless a notifier has something to give, and then nobody is killed: so it
 * is judged against what holds at each of its events. Everything is
 * computed anew from tasks' figures [O1]. oom_lock: one decision at a time.
 *
 * A victim is followed until nobody waits for it (SKIP): that must come, by its own end or by the reaper, in time [O7].
 */
#include "vm_state.h"

#define REAPER_TRIES	10
#define REAPER_RETRY_NS 100000000ULL

/* --- badness ------------------------------------------------------------------------------------------------------------------- */

static bool has(u64 tasks, unsigned task)
{
	return task < MODEL_VM_TASKS && (tasks >> task & 1);
}

/* [O2] */
static u64 total_pages(const struct model *m)
{
	u64 pages = vm_total_swap(m);

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		pages += m->zone[z].managed;
	return pages;
}

s64 vm_badness(const struct model *m, unsigned task)
{
	const struct vm_task_state *t = &m->vm->task[task];

	if (!t->exists || t->adj == OOM_SCORE_ADJ_MIN || has(m->vm->live.oom.skip, task))
		return INT64_MIN;
	return (s64)(t->rss_anon + t->rss_file + t->swapents + t->nr_tables) + t->adj * (s64)(total_pages(m) / 1000);
}

unsigned model_oom_score(const struct model *m, unsigned task)
{
	s64 points, total;

	if (!model_has_vm(m) || task >= MODEL_VM_TASKS)
		return 0;
	points = vm_badness(m, task);
	total = (s64)total_pages(m);
	return points == INT64_MIN || !total ? 0 : (unsigned)((1000 + points * 1000 / total) * 2 / 3);
}

/* [O3] The highest, of equals the last; VM_NOBODY: nobody may be killed. */
static unsigned worst_task(const struct model *m)
{
	unsigned worst = VM_NOBODY;
	s64 most = INT64_MIN;

	for (unsigned t = 0; t < MODEL_VM_TASKS; t++) {
		s64 points = vm_badness(m, t);

		if (points != INT64_MIN && points >= most) {
			worst = t;
			most = points;
		}
	}
	return worst;
}

bool vm_anybody_killable(const struct model *m)
{
	return worst_task(m) != VM_NOBODY;
}

bool model_oom_panics(const struct model *m)
{
	return model_has_vm(m) && m->vm->live.oom.panics;
}

/* A victim that is still waited for; VM_NOBODY none. */
static unsigned open_victim(const struct model *m)
{
	const struct vm_oom *oom = &m->vm->live.oom;

	for (unsigned t = 0; t < MODEL_VM_TASKS; t++)
		if (has(oom->marked & ~oom->skip, t) && m->vm->task[t].exists)
			return t;
	return VM_NOBODY;
}

/* It will leave something without being killed. */
static bool is_to_end(const struct model *m, unsigned task)
{
	return task < MODEL_VM_TASKS && m->vm->task[task].exists && (m->vm->task[task].killed || m->vm->task[task].exiting) &&
	       !has(m->vm->live.oom.skip, task);
}

/* Operations on a task's memory use that task's; all others are the kernel's. */
unsigned vm_process_of(const struct model *m, unsigned actor)
{
	const struct vm_flight *f = &m->vm->flight[actor][0];

	if (!m->depth[actor] || !f->is_op)
		return VM_NOBODY;
	return f->ask.op >= VM_OP_TASK_EXIT && f->ask.op <= VM_OP_PIN && f->ask.op != VM_OP_TASK_KILL &&
			       f->ask.op != VM_OP_TASK_ADJ ?
		       f->ask.task :
		       VM_NOBODY;
}

bool vm_ends_here(const struct model *m, unsigned actor)
{
	return has(m->vm->live.oom.marked, vm_process_of(m, actor));
}

/* Requests of a task that is to end get the reserves from now on. [W9] */
static void give_reserves(struct model *m, unsigned task)
{
	for (unsigned a = 0; a < MODEL_MAX_CPUS; a++)
		for (unsigned d = 0; vm_process_of(m, a) == task && d < m->depth[a]; d++)
			m->flight[a][d].task_flags |= 32;
}

static void mark(struct model *m, unsigned task)
{
	struct vm_oom *oom = &m->vm->live.oom;

	if (!has(oom->marked, task)) {
		oom->killed_ns[task] = m->now_ns;
		oom->late[task] = 0;
	}
	oom->marked |= 1ULL << task;
	give_reserves(m, task);
}

/* --- the decision ---------------------------------------------------------------------------------------------------------------- */

static struct flight *deciding(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);

	return f && f->kind == FLIGHT_ALLOC && m->vm->live.oom.decider == stack_on(m, ev->cpu) + 1 ? f : NULL;
}

static void decided(struct model *m, struct flight *f)
{
	m->vm->live.oom.decider = 0;
	ladder_decided(f, true, false);
}

static const char *on_invoked(struct model *m, struct flight *f, const struct mm_event *ev)
{
	struct vm_oom *oom = &m->vm->live.oom;
	unsigned actor = stack_on(m, ev->cpu);
	const char *bad;

	if (oom->decider)
		return model_says(m, "O8: the OOM killer is called by two at once");
	if (!f || f->kind != FLIGHT_ALLOC || ev->order != f->order || ev->gfp != f->gfp)
		return model_says(m, "O11: the OOM killer is called for order %u, gfp %#x, which nobody asked for", ev->order, ev->gfp);
	if (!ladder_may_kill(m, f))
		return model_says(m, "LV7: the OOM killer is called for order %u, gfp %#x, for which nobody may be killed", f->order, f->gfp);
	if (ev->vm_task != vm_process_of(m, actor))
		return model_says(m, "O11: the OOM killer is called by task %u, but task %u asks", ev->vm_task, vm_process_of(m, actor));
	if ((bad = ladder_decides(m, f, false)))
		return bad;
	oom->decider = (u8)(actor + 1);
	oom->asks = ev->vm_task;
	oom->seen = 0;
	oom->given_back = 0;
	oom->balloon_grew = false;
	oom->notified = false;
	return NULL;
}

static const char *on_declined(struct model *m, struct flight *f, const struct mm_event *ev)
{
	const char *bad;

	if (ev->asked) {
		if (!f || ladder_may_kill(m, f))
			return model_says(m, "L6: order %u gfp %#x is said to be no reason to kill, and is one", f ? f->order : 0,
					  f ? f->gfp : 0);
		bad = ladder_decides(m, f, false);
		ladder_decided(f, false, false);
		return bad;
	}
	if (!(f = deciding(m, ev)))
		return model_says(m, "O4: the OOM killer declines, and nobody called it");
	if (f->gfp & __GFP_FS)
		return model_says(m, "O4: a request that may wait for the filesystem is declined");
	if (is_to_end(m, m->vm->live.oom.asks))
		return model_says(m, "O5: task %u is to end, and is declined", m->vm->live.oom.asks);
	decided(m, f);
	return NULL;
}

/* Everybody who may be killed was looked at, up to this task. */
static const char *missed_candidate(struct model *m, unsigned below)
{
	for (unsigned t = 0; t < MODEL_VM_TASKS && t < below; t++)
		if (vm_badness(m, t) != INT64_MIN && !has(m->vm->live.oom.seen, t))
			return model_says(m, "O3: task %u may be killed, and was not looked at", t);
	return NULL;
}

static bool who_asks_is_killed(const struct model *m)
{
	const struct vm_oom *oom = &m->vm->live.oom;

	return m->vm->knob[VM_OOM_KILL_ALLOCATING_TASK] && oom->asks != VM_NOBODY && vm_badness(m, oom->asks) != INT64_MIN;
}

/* What every way to go on has in common. */
static const char *judge_branch(struct model *m, const struct flight *f, const char *what)
{
	const struct vm_oom *oom = &m->vm->live.oom;

	if (!f)
		return model_says(m, "O5: %s, and nobody called the OOM killer", what);
	if (!(f->gfp & __GFP_FS))
		return model_says(m, "O4: %s for a request that may not wait for the filesystem (gfp %#x)", what, f->gfp);
	if (is_to_end(m, oom->asks))
		return model_says(m, "O5: %s, but task %u asks and is to end anyway", what, oom->asks);
	return NULL;
}

/* [O1] */
static const char *on_badness(struct model *m, const struct mm_event *ev)
{
	struct vm_oom *oom = &m->vm->live.oom;
	const char *bad = judge_branch(m, deciding(m, ev), "a task is looked at");
	unsigned t = ev->vm_task;

	if (bad)
		return bad;
	if (t >= MODEL_VM_TASKS || vm_badness(m, t) == INT64_MIN)
		return model_says(m, "LV8: task %u must never be killed, and is a candidate", t);
	if (oom->seen >> t)
		return model_says(m, "O3: task %u is looked at out of turn", t);
	if (m->vm->knob[VM_PANIC_ON_OOM] || who_asks_is_killed(m))
		return model_says(m, "O5: task %u is looked at, but a knob says what is done", t);
	oom->seen |= 1ULL << t;
	if ((s64)ev->index == vm_badness(m, t))
		return NULL;
	return model_says(m, "O1: task %u has %lld points, they say %lld", t, (long long)vm_badness(m, t), (long long)ev->index);
}

/* [O4] */
static const char *on_waits(struct model *m, const struct mm_event *ev)
{
	struct flight *f = deciding(m, ev);
	const char *bad = judge_branch(m, f, "an earlier victim is waited for");

	if (bad)
		return bad;
	if (ev->vm_task >= MODEL_VM_TASKS || open_victim(m) != ev->vm_task)
		return model_says(m, "O4: task %u is waited for, which is no victim that still has memory", ev->vm_task);
	if ((bad = missed_candidate(m, ev->vm_task)))
		return bad;
	decided(m, f);
	return NULL;
}

/* [O3] [LV8] [LV9] */
static const char *judge_victim(struct model *m, unsigned t)
{
	const struct vm_oom *oom = &m->vm->live.oom;
	unsigned worst = worst_task(m), open = open_victim(m);
	const char *bad;

	if (t >= MODEL_VM_TASKS || vm_badness(m, t) == INT64_MIN)
		return model_says(m, "LV8: task %u must never be killed, and is", t);
	if (who_asks_is_killed(m))
		return t == oom->asks ? NULL : model_says(m, "O5: task %u is killed, but task %u asks", t, oom->asks);
	if (open != VM_NOBODY)
		return model_says(m, "LV9: task %u is killed, and task %u has not given up its memory yet", t, open);
	if ((bad = missed_candidate(m, MODEL_VM_TASKS)))
		return bad;
	if (t != worst)
		return model_says(m, "LV8: task %u is chosen with %lld points, but task %u has %lld", t, (long long)vm_badness(m, t),
				  worst, (long long)vm_badness(m, worst));
	return NULL;
}

static const char *on_kill(struct model *m, const struct mm_event *ev)
{
	struct flight *f = deciding(m, ev);
	const char *bad = judge_branch(m, f, "a task is killed");
	unsigned t = ev->vm_task;

	if (bad || (bad = vm_judge_need(m, f, "a task is killed")) || (bad = judge_victim(m, t)))
		return bad;
	if (is_to_end(m, t))
		return model_says(m, "O5: task %u is killed, and is to end anyway", t);
	if ((s64)ev->index != vm_badness(m, t))
		return model_says(m, "O1: task %u has %lld points, they say %lld", t, (long long)vm_badness(m, t), (long long)ev->index);
	vm_oom_text_due(m, f, m->vm->live.oom.asks, t);
	m->vm->live.oom.kills++;
	mark(m, t);
	m->vm->live.actor[stack_on(m, ev->cpu)].kills = (u8)(t + 1);
	decided(m, f);
	return NULL;
}

/* [O6] */
const char *vm_judge_signal(struct model *m, const struct mm_event *ev)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	struct vm_actor *a = &m->vm->live.actor[stack_on(m, ev->cpu)];
	bool chosen = a->kills == ev->vm_task + 1;

	if (chosen)
		a->kills = 0;
	if (chosen || (ask && ask->op == VM_OP_TASK_KILL && ask->task == ev->vm_task))
		return NULL;
	return model_says(m, "O6: task %u is killed, and neither the program nor the OOM killer wants it to be", ev->vm_task);
}

const char *vm_judge_unsignalled(struct model *m, unsigned actor)
{
	struct vm_actor *a = &m->vm->live.actor[actor];
	unsigned task = a->kills - 1u;

	if (!a->kills)
		return NULL;
	a->kills = 0;
	return model_says(m, "O6: task %u was chosen, and gets no signal", task);
}

/* [O5] Nobody need be killed: who asks, or the worst, ends anyway. */
static const char *on_dies(struct model *m, const struct mm_event *ev)
{
	struct flight *f = deciding(m, ev);
	unsigned t = ev->vm_task;
	const char *bad;

	if (!f)
		return model_says(m, "O5: task %u gets the reserves, and nobody called the OOM killer", t);
	if (!is_to_end(m, t))
		return model_says(m, "O5: task %u gets the reserves to end with, and is not to end", t);
	if (t != m->vm->live.oom.asks || m->vm->live.oom.seen)
		if ((bad = judge_branch(m, f, "a task that ends is chosen")) || (bad = judge_victim(m, t)))
			return bad;
	mark(m, t);
	decided(m, f);
	return NULL;
}

/* [O5] The machine stops: after this nothing is announced. */
static const char *judge_stop(struct model *m, const struct flight *f, const char *what)
{
	const char *bad = vm_judge_need(m, f, what);

	if (bad)
		return bad;
	vm_oom_text_due(m, f, m->vm->live.oom.asks, VM_NOBODY);
	m->vm->live.oom.panics = true;
	return NULL;
}

static const char *on_nobody(struct model *m, const struct mm_event *ev)
{
	struct flight *f = deciding(m, ev);
	const char *bad = judge_branch(m, f, "nobody can be killed");
	unsigned t = worst_task(m);

	if (bad)
		return bad;
	if (t != VM_NOBODY)
		return model_says(m, "LV9: deadlocked on memory, although task %u can be killed", t);
	if ((t = open_victim(m)) != VM_NOBODY)
		return model_says(m, "LV9: deadlocked on memory, although task %u has not given up its memory yet", t);
	return judge_stop(m, f, "deadlocked on memory");
}

static const char *on_panic(struct model *m, const struct mm_event *ev)
{
	struct flight *f = deciding(m, ev);
	const char *bad = judge_branch(m, f, "the machine stops");

	if (bad)
		return bad;
	if (!m->vm->knob[VM_PANIC_ON_OOM] || ev->asked != m->vm->knob[VM_PANIC_ON_OOM])
		return model_says(m, "O5: the machine stops, but panic_on_oom is %u", m->vm->knob[VM_PANIC_ON_OOM]);
	return judge_stop(m, f, "the machine stops");
}

/* A page of the balloon comes back: somebody wants it to shrink, or ran out and tells the notifiers. */
const char *vm_oom_given_back(struct model *m, const struct mm_event *ev)
{
	const struct model_vm_ask *ask = vm_asked(m, ev->cpu);
	struct vm_oom *oom = &m->vm->live.oom;

	if (oom->decider == stack_on(m, ev->cpu) + 1 && !oom->notified)
		oom->given_back++;
	else if (!ask || (ask->op != VM_OP_BALLOON && ask->op != VM_OP_SETTLE))
		return model_says(m, "O5: pfn %u leaves the balloon, and nobody ran out or wants it to shrink", (u32)ev->pfn);
	return NULL;
}

/* Since the OOM killer was called: what is given and not yet in the balloon, or out of it and not yet returned, counts as its. */
static bool balloon_is_resized(const struct model *m)
{
	if (m->vm->live.oom.balloon_grew)
		return true;
	for (unsigned s = 0; s < MODEL_MAX_CPUS; s++)
		for (unsigned d = 0; d < m->depth[s]; d++)
			if (m->vm->flight[s][d].is_op && m->vm->flight[s][d].ask.op == VM_OP_BALLOON)
				return true;
	return false;
}

/* The balloon is the one notifier there is. */
static const char *on_notified(struct model *m, const struct mm_event *ev)
{
	struct flight *f = deciding(m, ev);
	u32 given_back = m->vm->live.oom.given_back;

	if (!f)
		return model_says(m, "O5: notifiers are called, and nobody called the OOM killer");
	m->vm->live.oom.notified = true;
	if (ev->asked != given_back)
		return model_says(m, "O5: notifiers say that they gave back %u pages, and gave %u", ev->asked, given_back);
	if (given_back > BALLOON_OOM_PAGES)
		return model_says(m, "O5: %u pages of the balloon are given back at once", given_back);
	if (given_back < BALLOON_OOM_PAGES && m->vm->sums.balloon && !balloon_is_resized(m))
		return model_says(m, "O5: the balloon gives back %u pages, and has %llu more", given_back,
				  (unsigned long long)m->vm->sums.balloon);
	if (ev->asked)
		decided(m, f);
	return NULL;
}

static const char *on_busy(struct model *m, struct flight *f, const struct mm_event *ev)
{
	const char *bad;

	if (!f || f->kind != FLIGHT_ALLOC)
		return model_says(m, "O8: oom_lock is found taken, and nobody looks for it");
	if (m->vm->live.oom.decider == stack_on(m, ev->cpu) + 1)
		return model_says(m, "O8: oom_lock is found taken by who has it");
	bad = ladder_decides(m, f, true);
	ladder_decided(f, true, true);
	return bad;
}

/* --- the end of a victim ----------------------------------------------------------------------------------------------------------- */

static const char *on_reap(struct model *m, const struct mm_event *ev)
{
	unsigned t = ev->vm_task;

	if (t >= MODEL_VM_TASKS || !m->vm->task[t].exists || !has(m->vm->live.oom.marked, t))
		return model_says(m, "O7: the reaper took what task %u had, which is no victim", t);
	if (m->now_ns - m->vm->live.oom.killed_ns[t] < m->setup.knob[KNOB_OOM_REAP_DELAY_MS] * 1000000ULL)
		return model_says(m, "O7: task %u is reaped before it had time to end by itself", t);
	vm_reap_text_due(m, t);
	return NULL;
}

static const char *on_skip(struct model *m, const struct mm_event *ev)
{
	struct vm_oom *oom = &m->vm->live.oom;
	unsigned t = ev->vm_task;

	if (!has(oom->marked, t))
		return model_says(m, "O7: task %u is not waited for any longer, and never was", t);
	if (has(oom->skip, t))
		return model_says(m, "O7: task %u is given up twice", t);
	oom->skip |= 1ULL << t;
	return NULL;
}

static const char *on_gone(struct model *m, unsigned task)
{
	struct vm_oom *oom = &m->vm->live.oom;

	if (task >= MODEL_VM_TASKS)
		return NULL;
	if (has(oom->marked & ~oom->skip, task))
		return model_says(m, "LV9: task %u was killed for memory and is gone, and is still waited for", task);
	oom->marked &= ~(1ULL << task);
	oom->skip &= ~(1ULL << task);
	return NULL;
}

/*
 * LV9: each look at a late victim, a try of the reaper apart from the last one, gave the reaper a chance. Looks are counted, for a
 * program may let hours pass at once.
 */
const char *vm_oom_overdue(struct model *m)
{
	struct vm_oom *oom = &m->vm->live.oom;
	u64 delay = m->setup.knob[KNOB_OOM_REAP_DELAY_MS] * 1000000ULL;
	unsigned nr = (unsigned)__builtin_popcountll(oom->marked);

	if (!(oom->marked & ~oom->skip))
		return NULL;
	for (unsigned t = 0; t < MODEL_VM_TASKS; t++) {
		if (!has(oom->marked & ~oom->skip, t) || !m->vm->task[t].exists || m->now_ns < oom->killed_ns[t] + delay)
			continue;
		if (oom->late[t] && m->now_ns - oom->looked_ns[t] < REAPER_RETRY_NS)
			continue;
		oom->looked_ns[t] = m->now_ns;
		if (++oom->late[t] > nr * (REAPER_TRIES + 1) + 1)
			return model_says(m, "LV9: task %u was killed for memory %llu ms ago, and has neither ended nor been reaped", t,
					  (unsigned long long)(m->now_ns - oom->killed_ns[t]) / 1000000);
	}
	return NULL;
}

/* Whoever has called decides when notifiers had nothing to give, not before. */
static const char *judge_notified(struct model *m, const struct mm_event *ev)
{
	const struct vm_oom *oom = &m->vm->live.oom;
	bool decides = ev->report != OOM_INVOKED && ev->report != OOM_NOTIFIED && ev->report != OOM_BUSY;

	if (!decides || oom->notified || oom->decider != stack_on(m, ev->cpu) + 1)
		return NULL;
	return model_says(m, "O5: somebody is to die, or not, and notifiers have not been asked");
}

const char *vm_oom_event(struct model *m, const struct mm_event *ev)
{
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad = vm_judge_unsignalled(m, stack_on(m, ev->cpu));

	if (bad)
		return bad;
	if (ev->type == EVENT_TASK && ev->report == TASK_GONE)
		return on_gone(m, ev->vm_task);
	if (ev->type != EVENT_OOM)
		return NULL;
	if ((bad = judge_notified(m, ev)))
		return bad;
	switch (ev->report) {
	case OOM_INVOKED:
		return on_invoked(m, f, ev);
	case OOM_NOTIFIED:
		return on_notified(m, ev);
	case OOM_BADNESS:
		return on_badness(m, ev);
	case OOM_KILL:
		return on_kill(m, ev);
	case OOM_CURRENT_DIES:
		return on_dies(m, ev);
	case OOM_WAITS:
		return on_waits(m, ev);
	case OOM_BUSY:
		return on_busy(m, f, ev);
	case OOM_DECLINED:
		return on_declined(m, f, ev);
	case OOM_NOBODY:
		return on_nobody(m, ev);
	case OOM_PANIC:
		return on_panic(m, ev);
	case OOM_REAP:
		return on_reap(m, ev);
	case OOM_SKIP:
		return on_skip(m, ev);
	default:
		return model_says(m, "O5: news %u of the OOM killer, which there is not", ev->report);
	}
}
