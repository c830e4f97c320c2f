/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab.c - which objects are handed out, where each slab is, and which moves of both are legal.
 *
 *   pages given --> CPU's slab --full--> FULL --an object is freed--> a CPU's chain --> a node's list --> pages returned
 *
 * A slab is known by its first frame. The model keeps a bit for each object that is handed out, where each slab is, and sums;
 * which object is chosen is the allocator's affair, but for two things: it comes from the slab of the CPU that asks (S9), and
 * what a CPU freed last into its slab it hands out next (LIFO). Caches with debugging have no slabs of CPUs: their objects
 * come from the nodes' lists (S11). Where a slab must go after a free (S10, S12) is known before it moves.
 *
 * Moves are judged by what is true at that moment, whoever else is at work. What an operation would have had to do, or not,
 * is judged when it was alone.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "model_kmalloc.h"
#include "model_slub.h"
#include "slab_state.h"
#include "vm_liveness.h"

/* --- where things are ------------------------------------------------------------------------------------------------------- */

struct slab_flight *slab_flight_on(struct model *m, unsigned cpu)
{
	unsigned s = stack_on(m, cpu), depth = m->depth[s];

	while (depth > 1 && m->flight[s][depth - 1].nested)
		depth--;
	return depth ? &m->slab->flight[s][depth - 1] : NULL;
}

const struct model_cache *model_cache(const struct model *m, unsigned id)
{
	return m->slab && id < MODEL_MAX_CACHES && m->slab->cache[id].exists ? &m->slab->cache[id] : NULL;
}

u32 model_slab_of(const struct model *m, u64 address)
{
	const struct model_slab_frame *f = m->slab && address >> 12 < m->nr_frames ? &m->slab->frame[address >> 12] : NULL;

	return f && f->cache ? (u32)(address >> 12) - f->head : MODEL_NO_SLAB;
}

const struct model_slab_frame *model_slab_frame(const struct model *m, u64 pfn)
{
	return &m->slab->frame[pfn];
}

unsigned model_cache_of(const struct model *m, u64 address)
{
	return model_slab_of(m, address) == MODEL_NO_SLAB ? 0 : m->slab->frame[address >> 12].cache;
}

u64 model_object_at(const struct model *m, u64 address)
{
	u32 slab = model_slab_of(m, address);
	const struct model_cache *c;
	u64 index;

	if (slab == MODEL_NO_SLAB)
		return MODEL_NO_ADDRESS;
	c = &m->slab->cache[m->slab->frame[slab].cache];
	index = (address - ((u64)slab << 12)) / c->size;
	return index < m->slab->frame[slab].objects ? ((u64)slab << 12) + index * c->size + c->red_left_pad : MODEL_NO_ADDRESS;
}

bool model_object_is_live(const struct model *m, u64 address)
{
	return m->slab && address >> 12 < m->nr_frames && !(address & 7) && is_live(m, address);
}

/* --- objects ---------------------------------------------------------------------------------------------------------------- */

/* S7, S17: an address that this cache may hand out. */
static const char *judge_address(struct model *m, const struct mm_event *ev)
{
	const struct model_cache *c = model_cache(m, ev->cache);
	u32 slab = model_slab_of(m, ev->address);

	if (!c)
		return model_says(m, "S7: an object of cache %u, which does not exist", ev->cache);
	if (slab == MODEL_NO_SLAB || m->slab->frame[slab].cache != ev->cache)
		return model_says(m, "S7: %#llx is said to be an object of cache %s, and lies in none of its slabs",
				  (unsigned long long)ev->address, c->name);
	if (model_object_at(m, ev->address) != ev->address)
		return model_says(m, "S7: %#llx is not where an object of cache %s begins", (unsigned long long)ev->address,
				  c->name);
	return NULL;
}

/* What was freed last is handed out next, as long as the slab of the CPU is the same. */
static void push_freed(struct model *m, unsigned cpu, unsigned cache, u64 address)
{
	u32 *nr = &m->slab->stack[cpu][cache].nr;
	u64 *at = m->slab->stack[cpu][cache].at;

	if (*nr == STACK_DEPTH)
		memmove(at, at + 1, --*nr * sizeof(*at));
	at[(*nr)++] = address;
}

static const char *pop_freed(struct model *m, unsigned cpu, unsigned cache, u64 address)
{
	u32 *nr = &m->slab->stack[cpu][cache].nr;
	u64 due;

	if (!*nr)
		return NULL;
	due = m->slab->stack[cpu][cache].at[--*nr];
	if (due == address)
		return NULL;
	return model_says(m, "S9: cpu %u takes %#llx, but it freed %#llx last", cpu, (unsigned long long)address,
			  (unsigned long long)due);
}

/* S9, S11: which slab an object may come from. */
static const char *judge_source(struct model *m, const struct mm_event *ev, const struct model_cache *c,
				const struct model_slab_frame *head)
{
	bool mine = head->place == SLAB_CPU && head->cpu == ev->cpu;
	bool open = (head->place == SLAB_NOWHERE || head->place == SLAB_IN_FLIGHT) && head->cpu == ev->cpu;

	if (model_cache_is_debug(c) ? head->place == SLAB_NODE_PARTIAL || open : mine)
		return NULL;
	if (slab_flight_on(m, ev->cpu)->work == WORK_INIT) /* the first object of all has no cache yet that it could be taken from */
		return NULL;
	return model_says(m, "S9: cpu %u takes %#llx of cache %s from a slab that is %s", ev->cpu,
			  (unsigned long long)ev->address, c->name, slab_place_names[head->place]);
}

/* Is this what the operation asked for? Caches are objects themselves, and what they need comes from kmalloc(). */
static const char *judge_wish(struct model *m, struct slab_flight *sf, const struct mm_event *ev, const struct model_cache *c)
{
	const struct model_wish *w = &sf->wish;

	if (sf->work == WORK_VM && (c->of_vm || c->boot))
		return NULL;
	if (sf->work == WORK_CREATE || sf->work == WORK_INIT)
		return c->boot ? NULL : model_says(m, "S20: a new cache takes an object of cache %s", c->name);
	if (sf->work != WORK_ALLOC || sf->got >= w->wanted || sf->gives_up)
		return model_says(m, "S9: %#llx was handed out, and nobody asked for it", (unsigned long long)ev->address);
	if (ev->type != w->event || ev->cache != w->cache)
		return model_says(m, "S9: an object of cache %s was handed out, asked for was one of %s", c->name,
				  m->slab->cache[w->cache].name);
	if (ev->gfp != w->gfp || ev->bytes_req != w->bytes || ev->bytes_alloc != c->size)
		return model_says(m, "S9: announced are gfp %#x, %u bytes asked for, %u given; due are %#x, %u, %u", ev->gfp,
				  ev->bytes_req, ev->bytes_alloc, w->gfp, w->bytes, c->size);
	return NULL;
}

static void set_live(struct model *m, struct model_slab_frame *head, struct model_cache *c, u64 address)
{
	touch(m, pfn_of(m, head), head->order);
	m->slab->live[address >> 9] |= 1ULL << (address >> 3 & 63);
	head->inuse++;
	c->live++;
}

void model_slab_lose(struct model *m, u64 object)
{
	struct model_slab_frame *head = head_of(m, object);

	if (!is_live(m, object))
		set_live(m, head, &m->slab->cache[head->cache], object);
}

static const char *on_object_alloc(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = slab_flight_on(m, ev->cpu);
	struct model_slab_frame *head;
	struct model_cache *c;
	const char *bad;

	if (!sf)
		return model_says(m, "S9: %#llx was handed out, and nobody asked for it", (unsigned long long)ev->address);
	if (!ev->cache)
		return kmalloc_large(m, sf, ev);
	if ((bad = judge_address(m, ev)))
		return bad;
	c = &m->slab->cache[ev->cache];
	head = head_of(m, ev->address);
	if (is_live(m, ev->address))
		return model_says(m, "S7: %#llx of cache %s was handed out, and somebody has it", (unsigned long long)ev->address,
				  c->name);
	if ((bad = judge_source(m, ev, c, head)) || (bad = judge_wish(m, sf, ev, c)) ||
	    (bad = pop_freed(m, ev->cpu, ev->cache, ev->address)) || (bad = model_slub_alloc(m, ev->cpu, ev->address, ev->bytes_req)))
		return bad;
	set_live(m, head, c, ev->address);
	sf->from_node = 0;
	if (sf->work == WORK_ALLOC)
		sf->got_at[sf->got++] = ev->address;
	return NULL;
}

/* S10: an object of a slab that is no CPU's own came back. Where the slab must go, if anywhere. */
static void expect_move(struct model *m, struct slab_flight *sf, const struct mm_event *ev, struct model_slab_frame *head)
{
	const struct model_cache *c = &m->slab->cache[ev->cache];
	bool was_full = head->inuse + 1 == head->objects || (sf->moving == pfn_of(m, head) + 1 && sf->was_full);
	bool many = has_many(c, node_of_frame(m, pfn_of(m, head)));
	unsigned to;

	if (!is_freeing(sf))
		return;
	if (head->place == SLAB_FULL && was_full && !model_cache_is_debug(c))
		to = SLAB_CPU_PARTIAL;
	else if (head->place == SLAB_FULL && was_full)
		to = !head->inuse && many ? SLAB_NOWHERE : SLAB_NODE_PARTIAL;
	else if (head->place == SLAB_NODE_PARTIAL && !head->inuse && many)
		to = SLAB_NOWHERE;
	else
		return;
	sf->moving = pfn_of(m, head) + 1;
	sf->move_to = (u8)to;
	sf->was_full = was_full;
	if (to == SLAB_CPU_PARTIAL && c->cpu[ev->cpu].chain >= c->cpu_partial_slabs) /* S12 */
		sf->flush_left = c->cpu[ev->cpu].chain;
}

const char *slab_judge_give(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	u32 i = 0;

	kmalloc_gives(sf);
	if (sf->work == WORK_ALLOC && (sf->refused || sf->got < sf->wish.wanted)) { /* S19: a bulk that is given up */
		while (i < sf->got && sf->got_at[i] != ev->address)
			i++;
		if (i == sf->got)
			return model_says(m, "S19: %#llx is freed by a request that did not get it", (unsigned long long)ev->address);
		sf->got_at[i] = sf->got_at[--sf->got];
		sf->gives_up = true;
		return NULL;
	}
	if (sf->work == WORK_VM && (m->slab->cache[ev->cache].of_vm || m->slab->cache[ev->cache].boot))
		return NULL;
	if (sf->work == WORK_CREATE || sf->work == WORK_DESTROY || sf->work == WORK_INIT)
		return m->slab->cache[ev->cache].boot ? NULL :
							model_says(m, "S22: an object of cache %s is freed with another cache",
								   m->slab->cache[ev->cache].name);
	while (i < sf->nr_due && sf->due[i] != ev->address)
		i++;
	if (sf->work != WORK_GIVE || i == sf->nr_due)
		return model_says(m, "S10: %#llx is freed, and nobody gave it back", (unsigned long long)ev->address);
	sf->due[i] = sf->due[--sf->nr_due];
	if (ev->type != sf->give_event)
		return model_says(m, "S10: %#llx is announced as given back by another function", (unsigned long long)ev->address);
	return NULL;
}

static const char *on_object_free(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = slab_flight_on(m, ev->cpu);
	struct model_slab_frame *head;
	const char *bad;
	bool waited;

	if (!sf)
		return model_says(m, "S10: %#llx is freed, and nobody gave it back", (unsigned long long)ev->address);
	if (!ev->cache)
		return kmalloc_large(m, sf, ev);
	if ((bad = judge_address(m, ev)))
		return bad;
	if (!is_live(m, ev->address))
		return model_says(m, "S7: %#llx of cache %s is freed, and nobody has it", (unsigned long long)ev->address,
				  m->slab->cache[ev->cache].name);
	if (model_has_vm(m) && (bad = vm_judge_object_free(m, ev->cpu, ev->address)))
		return bad;
	if ((bad = kmalloc_waited(m, sf, ev, &waited)) || (!waited && (bad = slab_judge_give(m, sf, ev))))
		return bad;
	if (sf->work == WORK_ALLOC)
		model_slub_gives_many(m, ev->cpu, true);
	if ((bad = model_slub_free(m, ev->cpu, ev->address)))
		return bad;
	head = head_of(m, ev->address);
	touch(m, pfn_of(m, head), head->order);
	m->slab->live[ev->address >> 9] &= ~(1ULL << (ev->address >> 3 & 63));
	head->inuse--;
	m->slab->cache[ev->cache].live--;
	if (head->place != SLAB_CPU || head->cpu != ev->cpu)
		expect_move(m, sf, ev, head);
	else if (sf->many || sf->work == WORK_NONE || sf->work == WORK_ALLOC || !is_alone(m, ev->cpu)) /* where it is linked is open */
		m->slab->stack[ev->cpu][ev->cache].nr = 0;
	else
		push_freed(m, ev->cpu, ev->cache, ev->address);
	return NULL;
}

struct slab_flight *begin_work(struct model *m, unsigned cpu, unsigned where, enum slab_work work)
{
	struct slab_flight *sf;

	model_begin_other(m, cpu);
	flight_on(m, cpu)->where = (u8)where;
	sf = &m->slab->flight[cpu][m->depth[cpu] - 1];
	memset(sf, 0, offsetof(struct slab_flight, got_at));
	sf->work = (u8)work;
	return sf;
}

/* --- requests ------------------------------------------------------------------------------------------------------------------ */

/* X1: a request that may sleep says so where that is illegal. */
static void expect_sleep(struct model *m, unsigned cpu, gfp_t gfp)
{
	struct flight *f = flight_on(m, cpu);

	f->want[REPORT_SLEEP_ATOMIC] += (f->where & MODEL_ATOMIC) && (gfp & __GFP_DIRECT_RECLAIM);
}

void model_begin_objects(struct model *m, unsigned cpu, unsigned where, struct model_wish wish)
{
	struct slab_flight *sf = begin_work(m, cpu, where, WORK_ALLOC);

	sf->wish = wish;
	sf->cache = wish.cache;
	if (wish.wanted)
		expect_sleep(m, cpu, wish.gfp);
}

/* L11: was a planned failure passed by? Of several requests at once nobody knows which is the n-th. */
static const char *pass_slab_fault(struct model *m, const struct slab_flight *sf, unsigned cpu)
{
	const struct model_cache *c = &m->slab->cache[sf->cache];

	if (!m->fault[2].times || m->fault[2].vague || sf->failed || !(c->flags & SLAB_FAILSLAB) || (sf->wish.gfp & __GFP_NOFAIL) ||
	    !sf->wish.wanted)
		return NULL;
	if (!is_alone(m, cpu)) {
		m->fault[2].vague = true;
		return NULL;
	}
	if (m->fault[2].skip) {
		m->fault[2].skip--;
		return NULL;
	}
	return model_says(m, "L11: the failure planned for cache %s was not taken", c->name);
}

const char *on_slab_fault(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = m->slab ? slab_flight_on(m, ev->cpu) : NULL;

	if (!sf || !m->fault[2].times || (m->fault[2].skip && !m->fault[2].vague && is_alone(m, ev->cpu)))
		return model_says(m, "L11: a failure was injected that nobody planned");
	m->fault[2].skip = 0;
	m->fault[2].times--;
	sf->failed = sf->refused = true;
	return NULL;
}

static const char *judge_refused(struct model *m, const struct slab_flight *sf)
{
	if (!sf->wish.wanted)
		return NULL;
	m->counts.refusal++;
	m->counts.refusal_forced += sf->refused;
	m->deep |= DID_REFUSE;
	if (sf->refused)
		return NULL;
	return model_says(m, "S9: an object of cache %s is refused, and no request for pages was", m->slab->cache[sf->cache].name);
}

static const char *count_objects(struct model *m, const struct slab_flight *sf, unsigned cpu, u32 nr)
{
	m->counts.success += nr;
	m->counts.success_forced += is_alone(m, cpu) || !sf->refused ? nr : 0;
	return NULL;
}

const char *model_answer_object(struct model *m, unsigned cpu, u64 address)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);
	const char *bad = pass_slab_fault(m, sf, cpu);

	if (bad)
		return bad;
	if (address == MODEL_NO_ADDRESS && !sf->got)
		return judge_refused(m, sf);
	if (sf->got != 1 || sf->got_at[0] != address)
		return model_says(m, "S9: %#llx is returned, and what was announced is %s", (unsigned long long)address,
				  sf->got ? "another object" : "nothing");
	return count_objects(m, sf, cpu, 1);
}

/* S19 */
const char *model_answer_objects(struct model *m, unsigned cpu, const u64 *at, u32 nr)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);
	const char *bad = pass_slab_fault(m, sf, cpu);

	if (bad)
		return bad;
	if (nr != sf->got || (nr && nr != sf->wish.wanted))
		return model_says(m, "S19: %u objects are returned, %u were announced", nr, sf->got);
	if (!nr)
		return judge_refused(m, sf);
	for (u32 i = 0; i < nr; i++)
		if (at[i] != sf->got_at[i])
			return model_says(m, "S19: object %u of a bulk is %#llx, announced was %#llx", i, (unsigned long long)at[i],
					  (unsigned long long)sf->got_at[i]);
	return count_objects(m, sf, cpu, nr);
}

void model_begin_give(struct model *m, unsigned cpu, u8 event)
{
	begin_work(m, cpu, 0, WORK_GIVE)->give_event = event;
}

void model_add_give(struct model *m, unsigned cpu, u64 address)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);

	if (sf->nr_due < MAX_DUE)
		sf->due[sf->nr_due++] = address;
	sf->many |= sf->nr_due > 1;
	if (model_cache_of(m, address) && model_cache_is_debug(model_cache(m, model_cache_of(m, address))))
		model_slub_give(m, cpu, address);
}

void model_gives_singly(struct model *m, unsigned cpu)
{
	slab_flight_on(m, cpu)->many = false;
	model_slub_gives_many(m, cpu, false);
}

void model_slab_not_given(struct model *m, unsigned cpu, u64 object)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);

	for (u32 i = 0; i < sf->nr_due; i++)
		if (sf->due[i] == object) {
			sf->due[i] = sf->due[--sf->nr_due];
			return;
		}
}

const char *model_given(struct model *m, unsigned cpu)
{
	const struct slab_flight *sf = slab_flight_on(m, cpu);

	if (!sf->nr_due)
		return NULL;
	return model_says(m, "S10: %#llx was given back, and nobody announced it", (unsigned long long)sf->due[0]);
}

/* --- events, and the end of an operation ----------------------------------------------------------------------------------------- */

static const char *judge_slab_ends(struct model *m, const struct slab_flight *sf, unsigned cpu)
{
	if (sf->pages_due)
		return model_says(m, "S8: the pages of %u slabs that were given up are not returned", sf->pages_due);
	if (sf->in_hand)
		return model_says(m, "S8: %d slabs are neither anywhere nor in anybody's hand", sf->in_hand);
	if (is_alone(m, cpu) && sf->moving)
		return model_says(m, "S10: the slab of pfn %u should be %s after a free", sf->moving - 1, slab_place_names[sf->move_to]);
	if (is_alone(m, cpu) && sf->flush_left)
		return model_says(m, "S12: the chain of cpu %u is full, and %u slabs did not go to the nodes", cpu, sf->flush_left);
	return sf->work == WORK_ALLOC && sf->oom_due && is_alone(m, cpu) ? model_says(m, "S39: a refusal is not reported") : NULL;
}

const char *slab_reclaim_ends(struct model *m, unsigned cpu)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);
	const char *bad = judge_slab_ends(m, sf, cpu);

	bad = bad ? bad : kmalloc_loose_ends(m, sf);
	bad = bad ? bad : model_slub_ends(m, cpu);
	memset(sf, 0, offsetof(struct slab_flight, got_at));
	return bad;
}

const char *slab_loose_ends(struct model *m, unsigned cpu)
{
	const char *bad = slab_pages_are_back(m, cpu);

	if (!bad && flight_on(m, cpu)->nested)
		bad = model_says(m, "S6: nobody says what came of a request for pages");
	while (flight_on(m, cpu)->nested)
		m->depth[stack_on(m, cpu)]--;
	if (!bad)
		return slab_reclaim_ends(m, cpu);
	memset(slab_flight_on(m, cpu), 0, offsetof(struct slab_flight, got_at));
	return bad;
}

const char *slab_event(struct model *m, const struct mm_event *ev)
{
	const char *bad;

	if (!m->slab || ev->cpu >= m->nr_cpus)
		return model_says(m, "S7: something is announced of caches, and there are none");
	if ((bad = ev->type == EVENT_SLAB_PAGES_GIVEN ? NULL : slab_pages_are_back(m, ev->cpu)))
		return bad;
	switch (ev->type) {
	case EVENT_KMALLOC:
	case EVENT_KMEM_CACHE_ALLOC:
		return on_object_alloc(m, ev);
	case EVENT_KFREE:
	case EVENT_KMEM_CACHE_FREE:
		return on_object_free(m, ev);
	case EVENT_SLAB_PAGES_WANTED:
		return on_pages_wanted(m, ev);
	case EVENT_SLAB_PAGES_GIVEN:
		return on_pages_given(m, ev);
	case EVENT_SLAB_PAGES_RETURNED:
		return on_pages_returned(m, ev);
	case EVENT_SLAB_MOVE:
		return on_slab_move(m, ev);
	case EVENT_SLAB_CACHE:
		return on_slab_cache(m, ev);
	case EVENT_KFREE_RCU:
		return kmalloc_waits(m, slab_flight_on(m, ev->cpu), ev);
	default:
		if (ev->report == SLUB_DUPLICATE_NAME || ev->report == SLUB_CREATE || ev->report == SLUB_OUT_OF_MEMORY)
			return on_report_of_caches(m, slab_flight_on(m, ev->cpu), ev);
		return on_slub_report(m, ev);
	}
}

u32 model_slab_gives_up(struct model *m, unsigned cpu, const u64 **at)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);

	*at = sf->got_at;
	return sf->work == WORK_ALLOC && (sf->refused || sf->gives_up) ? sf->got : 0;
}

void model_slab_loses_got(struct model *m, unsigned cpu, u64 object)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);

	for (u32 i = 0; i < sf->got; i++)
		if (sf->got_at[i] == object)
			sf->got_at[i--] = sf->got_at[--sf->got];
	sf->gives_up = true;
}

u64 model_slab_first_of_cpu(const struct model *m, unsigned cpu, unsigned cache)
{
	u32 nr = m->slab->stack[cpu][cache].nr;

	return nr ? m->slab->stack[cpu][cache].at[nr - 1] : MODEL_NO_ADDRESS;
}
