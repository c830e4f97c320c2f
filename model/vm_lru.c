/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_lru.c - lists that reclaim looks at: who is on which, when a page may move, how many are looked at.
 *
 *   nowhere --new--> a batch --> inactive <--> active      anonymous pages and those of files apart
 *                                  |  \--> unevictable     mlocked
 *                                  v
 *                               isolated --> nowhere, or back
 *
 *   [R1] each page is where it was put, on a list of its kind; a batch is short
 *   [R4] [R5] of a list no more is looked at than its size says at this priority; of anonymous ones nothing if swap has no room
 *   [R6] who used a page since the last look, and what follows of it
 *   [R15] how many objects a shrinker is asked to look at, and what it carries over   [R16] it frees no more than it looks at
 *   [R17] no shrinker is asked after it is gone, nor goes while somebody is in it
 *   [R19] nobody keeps a page isolated, and what is said to be reclaimed is
 *   [R24] an mlocked page that is on a list is on the unevictable one, and no other page is
 */
#include "vm_state.h"

const char *const vm_place_names[NR_LRU_PLACES] = {
	"on the inactive list", "on the active list", "on the inactive list of files", "on the active list of files",
	"unevictable", "nowhere", "in a batch", "isolated",
};

/* --- moves [R1] ------------------------------------------------------------------------------------------------------------ */

#define INACTIVE (1u << LRU_INACTIVE_ANON | 1u << LRU_INACTIVE_FILE)
#define ACTIVE	 (1u << LRU_ACTIVE_ANON | 1u << LRU_ACTIVE_FILE)
#define LISTS	 (INACTIVE | ACTIVE | 1u << LRU_UNEVICTABLE)
#define BATCH	 (1u << LRU_BATCH)
#define NOWHERE	 (1u << LRU_NOWHERE)
#define ISOLATED (1u << LRU_ISOLATED)

static const struct {
	u8 from, to;
} may_go[NR_LRU_WHYS][2] = {
	[LRU_WHY_ADD] = { { NOWHERE, BATCH }, { BATCH, LISTS } },
	[LRU_WHY_ISOLATE] = { { LISTS, ISOLATED } },
	[LRU_WHY_PUTBACK] = { { ISOLATED, LISTS } },
	[LRU_WHY_ACTIVATE] = { { INACTIVE, ACTIVE }, { ISOLATED, ACTIVE } },
	[LRU_WHY_DEACTIVATE] = { { ACTIVE, INACTIVE }, { ISOLATED, INACTIVE } },
	[LRU_WHY_ROTATE] = { { INACTIVE | ACTIVE, INACTIVE }, { ISOLATED, INACTIVE } },
	[LRU_WHY_MLOCK] = { { INACTIVE | ACTIVE, 1u << LRU_UNEVICTABLE } },
	[LRU_WHY_MUNLOCK] = { { 1u << LRU_UNEVICTABLE, INACTIVE } },
	[LRU_WHY_FREE] = { { LISTS, NOWHERE } },
	[LRU_WHY_RECLAIMED] = { { ISOLATED, NOWHERE } },
};

static bool is_move(const struct mm_event *ev)
{
	for (unsigned i = 0; i < 2; i++)
		if ((may_go[ev->report][i].from >> ev->lru_from & 1) && (may_go[ev->report][i].to >> ev->lru_to & 1))
			return true;
	return false;
}

static bool is_of_files(unsigned list)
{
	return list == LRU_INACTIVE_FILE || list == LRU_ACTIVE_FILE;
}

/* Where it comes to: a list of its kind, and the one for mlocked pages if it is that. */
static const char *judge_list(struct model *m, const struct mm_event *ev, const struct vm_frame *f)
{
	if (ev->lru_to == LRU_UNEVICTABLE)
		return f->flags & VMF_MLOCKED ? NULL :
						model_says(m, "R24: pfn %u becomes unevictable, and is not mlocked", (u32)ev->pfn);
	if (f->flags & VMF_MLOCKED)
		return model_says(m, "R24: pfn %u comes to be %s, and is mlocked", (u32)ev->pfn, vm_place_names[ev->lru_to]);
	if (is_of_files(ev->lru_to) == vm_is_anon(f))
		return model_says(m, "R1: pfn %u comes to be %s, and is%s a page of a file", (u32)ev->pfn, vm_place_names[ev->lru_to],
				  vm_is_anon(f) ? " not" : "");
	return NULL;
}

/* R6: what becomes active while it is on a list was used before. */
static const char *judge_activation(struct model *m, const struct mm_event *ev, const struct vm_frame *f)
{
	if (ev->report != LRU_WHY_ACTIVATE || ev->lru_from == LRU_ISOLATED || (f->flags & VMF_REFERENCED))
		return NULL;
	return model_says(m, "R6: pfn %u becomes active, and was used once at most", (u32)ev->pfn);
}

static void count_place(struct model *m, const struct vm_frame *f, u64 pfn, unsigned place, s64 nr)
{
	struct vm_sums *s = &m->vm->sums;

	if (place < NR_LRU_LISTS)
		s->lru[model_zone_of(m, pfn)][place] += (u64)nr;
	else if (place == LRU_ISOLATED)
		s->isolated[vm_node_of(m, pfn)][!vm_is_anon(f)] += (u64)nr;
	else if (place == LRU_BATCH)
		s->batched[f->cpu] += (u64)nr;
}

/* R8: who is only in the way when it is written goes to the tail, and nobody else. */
static const char *judge_rotation(struct model *m, const struct mm_event *ev, const struct vm_frame *f)
{
	if (ev->report != LRU_WHY_ROTATE || (f->flags & VMF_WANTED_FREE))
		return NULL;
	return model_says(m, "R8: pfn %u goes to the tail of its list, and nobody wanted it free", (u32)ev->pfn);
}

static bool is_inactive(unsigned list)
{
	return INACTIVE >> list & 1;
}

/* Whoever takes a page off its list puts it back, or frees it. */
static void note_isolated(struct model *m, const struct mm_event *ev, const struct vm_frame *f)
{
	struct vm_flight *vf = vm_flight_on(m, ev->cpu);
	bool kswapd = vm_kswapd_runs(m), file = !vm_is_anon(f);

	vf->isolated += (ev->lru_to == LRU_ISOLATED) - (ev->lru_from == LRU_ISOLATED);
	m->vm->counts.taken[kswapd][file] += ev->lru_to == LRU_ISOLATED && is_inactive(ev->lru_from);
	if (ev->report != LRU_WHY_RECLAIMED)
		return;
	vf->came_back++;
	m->vm->counts.steal[kswapd][file]++;
}

static const char *move(struct model *m, const struct mm_event *ev, struct vm_frame *f)
{
	note_isolated(m, ev, f);
	count_place(m, f, ev->pfn, f->place, -1);
	f->cpu = ev->cpu;
	f->place = ev->lru_to;
	count_place(m, f, ev->pfn, f->place, 1);
	if ((ev->report == LRU_WHY_ACTIVATE && ev->lru_from != LRU_ISOLATED) || ev->lru_to == LRU_UNEVICTABLE)
		f->flags &= (u16)~VMF_REFERENCED;
	if (ev->report == LRU_WHY_ROTATE)
		f->flags &= (u16)~VMF_WANTED_FREE;
	if (ev->lru_to == LRU_BATCH && flight_on(m, ev->cpu)->alone && m->vm->sums.batched[ev->cpu] > m->setup.knob[KNOB_LRU_BATCH])
		return model_says(m, "R1: cpu %u has %llu pages in its batch", ev->cpu, (unsigned long long)m->vm->sums.batched[ev->cpu]);
	return NULL;
}

static const char *on_lru(struct model *m, const struct mm_event *ev)
{
	struct vm_frame *f = vm_given(m, ev->pfn);
	const char *bad;

	if (!f || !vm_is_users(f) || !flight_on(m, ev->cpu) || ev->report >= NR_LRU_WHYS || ev->lru_from >= NR_LRU_PLACES ||
	    ev->lru_to >= NR_LRU_PLACES)
		return model_says(m, "R1: pfn %llu moves, and is no page of a task or a file", (unsigned long long)ev->pfn);
	if (f->place != ev->lru_from)
		return model_says(m, "R1: pfn %u was %s, and is %s", (u32)ev->pfn, vm_place_names[ev->lru_from], vm_place_names[f->place]);
	if (!is_move(ev))
		return model_says(m, "R1: pfn %u, which was %s, is %s for reason %u", (u32)ev->pfn, vm_place_names[ev->lru_from],
				  vm_place_names[ev->lru_to], ev->report);
	if ((ev->lru_to < NR_LRU_LISTS && (bad = judge_list(m, ev, f))) || (bad = judge_activation(m, ev, f)) ||
	    (bad = judge_rotation(m, ev, f)))
		return bad;
	return move(m, ev, vm_change(m, ev->pfn));
}

/* --- references [R6] ------------------------------------------------------------------------------------------------------------- */

/* Entries that say the page was used since the last look. They say so no more. */
static u32 take_accessed(struct model *m, const struct vm_frame *f, u32 pfn)
{
	u32 nr = 0;

	for (unsigned task = 0; task < MODEL_VM_TASKS; task++)
		for (u32 w = 0; m->vm->task[task].exists && f->maps && w < (vm_is_anon(f) ? 1 : VM_WINDOWS); w++) {
			u32 vpn = vm_is_anon(f) ? f->index : VM_ANON_PAGES + w * VM_WINDOW_PAGES + f->index - m->vm->task[task].window[w].first;
			struct vm_pte *pte = vpn < VM_SPACE_PAGES ? vm_pte(m, task, vpn) : NULL;

			if (!pte || pte->where != VM_FRAME || pte->at != pfn)
				continue;
			nr += !!(pte->flags & VMP_ACCESSED);
			pte->flags &= (u8)~VMP_ACCESSED;
		}
	return nr;
}

/* What follows: used in any way is kept at least once; twice, or by several, is activated. */
static bool follows(const struct vm_frame *f, const struct mm_event *ev, u32 used)
{
	bool before = f->flags & VMF_REFERENCED;
	unsigned what = ev->report;

	if (what == PAGEREF_AGE)
		return true;
	if (ev->on)
		return what == PAGEREF_ACTIVATE;
	if (used)
		return what == (before || used > 1 ? PAGEREF_ACTIVATE : PAGEREF_KEEP);
	return what == PAGEREF_RECLAIM || (what == PAGEREF_RECLAIM_CLEAN && before && !vm_is_anon(f));
}

static const char *on_referenced(struct model *m, const struct mm_event *ev)
{
	struct vm_frame *f = vm_given(m, ev->pfn);
	struct flight *flight = flight_on(m, ev->cpu);
	const char *bad = NULL;
	u32 used;

	if (!f || !flight || ev->report >= NR_PAGEREFS)
		return model_says(m, "R6: somebody looks who used pfn %llu, which nobody was given", (unsigned long long)ev->pfn);
	f = vm_change(m, ev->pfn);
	used = take_accessed(m, f, (u32)ev->pfn);
	if (steady(m, flight) && used != ev->asked)
		bad = model_says(m, "R6: %u entries are said to have used pfn %u, %u have", ev->asked, (u32)ev->pfn, used);
	else if (steady(m, flight) && !follows(f, ev, used))
		bad = model_says(m, "R6: pfn %u, used by %u and %s, meets decision %u", (u32)ev->pfn, used,
				 f->flags & VMF_REFERENCED ? "before" : "not before", ev->report);
	if (ev->report != PAGEREF_AGE)
		f->flags = (u16)((f->flags & ~VMF_REFERENCED) | (ev->asked && !ev->on ? VMF_REFERENCED : 0));
	return bad;
}

/* --- how much is looked at [R4] [R5] ------------------------------------------------------------------------------------------------- */

static u64 on_list(const struct model *m, unsigned nid, unsigned list)
{
	u64 nr = 0;

	for (unsigned z = nid * MAX_NR_ZONES; z < (nid + 1) * MAX_NR_ZONES; z++)
		nr += m->vm->sums.lru[z][list];
	return nr;
}

static const char *on_scan(struct model *m, const struct mm_event *ev)
{
	const struct vm_flight *vf = vm_flight_on(m, ev->cpu);
	unsigned list = ev->lru_to;

	if (!vf || !vf->reclaims || list >= LRU_UNEVICTABLE || ev->nid >= m->nr_nodes)
		return model_says(m, "R4: list %u of node %u is looked at, and nobody reclaims", list, ev->nid);
	if (steady(m, flight_on(m, ev->cpu)) && ev->index > on_list(m, ev->nid, list))
		return model_says(m, "R4: %llu pages are said to be %s of node %u, there are %llu", (unsigned long long)ev->index,
				  vm_place_names[list], ev->nid, (unsigned long long)on_list(m, ev->nid, list));
	if (ev->order != vf->priority || ev->asked > ev->index >> ev->order)
		return model_says(m, "R4: of %llu pages %s of node %u %u are looked at, at priority %u of %u", (unsigned long long)ev->index,
				  vm_place_names[list], ev->nid, ev->asked, ev->order, vf->priority);
	if (!is_of_files(list) && !vm_free_swap(m) && steady(m, flight_on(m, ev->cpu)))
		return model_says(m, "R5: %u anonymous pages are looked at, and swap has no room", ev->asked);
	if (is_inactive(list))
		m->vm->counts.meant[vm_kswapd_runs(m)][is_of_files(list)] += ev->asked;
	return NULL;
}

const char *vm_lru_ends(struct model *m, const struct mm_event *ev)
{
	struct vm_flight *vf = vm_flight_on(m, ev->cpu);
	u32 came_back = vf->came_back;

	if (vf->isolated)
		return model_says(m, "R19: reclaim is over, and %d pages that it took off their lists are isolated", vf->isolated);
	vf->came_back = 0;
	if (ev->report == RECLAIM_NODE_ENDS && ev->index != came_back)
		return model_says(m, "R19: %llu pages on lists of node %u are said to be reclaimed, %u were", (unsigned long long)ev->index,
				  ev->nid, came_back);
	return NULL;
}

/* --- shrinkers [R15] [R16] -------------------------------------------------------------------------------------------------------------------- */

static u64 capped(u64 nr, u64 freeable)
{
	return least(nr, 2 * freeable);
}

static struct vm_shrinker *shrinker_of(struct model *m, const struct mm_event *ev)
{
	return &m->vm->shrinker[ev->shrinker % VM_SHRINKERS];
}

static u64 batch_of(const struct model *m, const struct vm_flight *vf)
{
	u64 batch = m->vm->shrinker[vf->shrink.id % VM_SHRINKERS].batch;

	return batch ? batch : m->setup.knob[KNOB_SHRINK_BATCH];
}

static const char *counted(struct model *m, const struct mm_event *ev, struct vm_flight *vf, u64 before)
{
	u64 *deferred = &shrinker_of(m, ev)->deferred[ev->nid % MAX_NUMNODES], kept = *deferred;
	u32 seeks = shrinker_of(m, ev)->seeks;
	u64 freeable = ev->asked, delta = seeks ? (freeable >> ev->priority) * 4 / seeks : freeable / 2;

	vf->shrink.id = ev->shrinker;
	vf->shrink.freeable = freeable;
	vf->shrink.delta = delta;
	vf->shrink.deferred = before;
	vf->shrink.left = capped((before >> ev->priority) + delta, freeable);
	vf->shrink.scanned = vf->shrink.freed = 0;
	vf->shrink.stopped = false;
	vf->shrink.counted = true;
	*deferred = 0; /* whoever comes now finds nothing */
	if (before == kept)
		return NULL;
	return model_says(m, "R15: shrinker %u finds %llu objects carried over, it were %llu", ev->shrinker, (unsigned long long)before,
			  (unsigned long long)kept);
}

static const char *on_scanned(struct model *m, const struct mm_event *ev, struct vm_flight *vf)
{
	u64 batch = batch_of(m, vf), left = vf->shrink.left;

	if (!vf->shrink.counted || ev->shrinker != vf->shrink.id)
		return model_says(m, "R15: shrinker %u is asked, and nothing was counted", ev->shrinker);
	if (left < batch && left < vf->shrink.freeable)
		return model_says(m, "R15: shrinker %u is asked, with %llu objects to look at, a batch of %llu, %llu in all", ev->shrinker,
				  (unsigned long long)left, (unsigned long long)batch, (unsigned long long)vf->shrink.freeable);
	vf->shrink.stopped = ev->index == ~0ULL || !ev->asked;
	vf->shrink.left -= least(left, ev->asked);
	vf->shrink.scanned += ev->asked;
	m->vm->counts.objects += ev->asked;
	if (ev->index == ~0ULL)
		return NULL;
	vf->shrink.freed += ev->index;
	if (ev->index <= ev->asked)
		return NULL;
	return model_says(m, "R16: shrinker %u looked at %u objects, and freed %llu", ev->shrinker, ev->asked, (unsigned long long)ev->index);
}

static const char *on_shrunk(struct model *m, const struct mm_event *ev, struct vm_flight *vf)
{
	u64 *deferred = &shrinker_of(m, ev)->deferred[ev->nid % MAX_NUMNODES];
	u64 due = vf->shrink.deferred + vf->shrink.delta;

	due = capped(due - least(due, vf->shrink.scanned), vf->shrink.freeable);
	if (!vf->shrink.counted || ev->shrinker != vf->shrink.id)
		return model_says(m, "R15: shrinker %u is done, and nothing was counted", ev->shrinker);
	vf->shrink.counted = false;
	if (!vf->shrink.stopped && (vf->shrink.left >= batch_of(m, vf) || vf->shrink.left >= vf->shrink.freeable))
		return model_says(m, "R15: shrinker %u is done, and should look at %llu objects more", ev->shrinker,
				  (unsigned long long)vf->shrink.left);
	due += *deferred; /* of others who asked it meanwhile */
	*deferred = ev->index;
	if (ev->report == SHRINKER_DONE && ev->asked != vf->shrink.freed)
		return model_says(m, "R16: shrinker %u freed %u objects in all, by batches it were %llu", ev->shrinker, ev->asked,
				  (unsigned long long)vf->shrink.freed);
	if (ev->index != due)
		return model_says(m, "R15: shrinker %u carries over %llu, it should be %llu", ev->shrinker, (unsigned long long)ev->index,
				  (unsigned long long)due);
	return NULL;
}

static const char *on_shrinker(struct model *m, const struct mm_event *ev)
{
	struct vm_flight *vf = vm_flight_on(m, ev->cpu);
	bool news = ev->report == SHRINKER_REGISTERED || ev->report == SHRINKER_GONE;
	const char *bad;

	if (!vf)
		return model_says(m, "R15: shrinker %u is asked by nobody", ev->shrinker);
	if (!news && shrinker_of(m, ev)->gone)
		return model_says(m, "R17: shrinker %u is gone, and is asked", ev->shrinker);
	switch (ev->report) {
	case SHRINKER_COUNTED:
		return counted(m, ev, vf, ev->index);
	case SHRINKER_SCANNED:
		return on_scanned(m, ev, vf);
	case SHRINKER_DONE:
		return on_shrunk(m, ev, vf);
	case SHRINKER_SPARED: /* too little for a batch: both at once */
		bad = counted(m, ev, vf, ev->pfn);
		return bad ? bad : on_shrunk(m, ev, vf);
	default: /* it comes, or goes */
		*shrinker_of(m, ev) = (struct vm_shrinker){ .batch = ev->asked, .seeks = (u32)ev->index, .gone = ev->report == SHRINKER_GONE };
		return NULL;
	}
}

const char *vm_lru_event(struct model *m, const struct mm_event *ev)
{
	switch (ev->type) {
	case EVENT_LRU:
		return on_lru(m, ev);
	case EVENT_REFERENCED:
		return on_referenced(m, ev);
	case EVENT_SHRINKER:
		return on_shrinker(m, ev);
	case EVENT_RECLAIM:
		return ev->report == RECLAIM_SCAN ? on_scan(m, ev) : NULL;
	default:
		return NULL;
	}
}
