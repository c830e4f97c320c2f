/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_pages.c - the pages of slabs: how they are asked for, where each slab is, which moves are legal, how they go back.
 *
 *   pages given --> in a hand --> CPU's slab --full--> FULL --a free--> in a hand --> a CPU's chain --> in a hand --> a node's list
 *   a node's list, a hand --the last object came back--> nowhere --> pages returned, after a grace period if readers may look
 *
 * A slab in a hand is moved by one CPU alone, and put somewhere before its operation ends. Each request for pages is judged as
 * any other one, on top of the operation that makes it (S6).
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "model_slub.h"
#include "slab_state.h"
#include "vm_liveness.h"

/* --- pages of slabs ------------------------------------------------------------------------------------------------------------ */

#define KEPT_FLAGS                                                                                                     \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_RETRY_MAYFAIL | __GFP_NOFAIL |              \
	 __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_HARDWALL | __GFP_THISNODE)

/* S6: how the pages of a slab are asked for, the first time, and when that fails. */
static gfp_t slab_gfp(const struct model_cache *c, gfp_t gfp, bool again)
{
	gfp = (gfp & KEPT_FLAGS) | __GFP_COMP;
	gfp |= c->flags & SLAB_CACHE_DMA ? __GFP_DMA : 0;
	gfp |= c->flags & SLAB_CACHE_DMA32 ? __GFP_DMA32 : 0;
	gfp |= c->flags & SLAB_RECLAIM_ACCOUNT ? __GFP_RECLAIMABLE : 0;
	if (again)
		return gfp;
	gfp = (gfp | __GFP_NOWARN | __GFP_NORETRY) & ~__GFP_NOFAIL;
	if ((gfp & __GFP_DIRECT_RECLAIM) && c->order > c->min_order)
		gfp = (gfp | __GFP_NOMEMALLOC) & ~__GFP_RECLAIM;
	return gfp;
}

/* The first node that has zones for objects. */
static unsigned nearest_node(const struct model *m, unsigned cpu)
{
	unsigned nid = cpu * m->nr_nodes / m->nr_cpus;

	for (unsigned i = 0; i < m->zonelist_len[nid]; i++)
		if (m->zonelist[nid][i] % MAX_NR_ZONES <= ZONE_NORMAL)
			return m->zonelist[nid][i] / MAX_NR_ZONES;
	return nid;
}

/* S9: a new slab only when nothing else can serve. Which other nodes are asked is the allocator's choice. */
static const char *judge_need(struct model *m, const struct slab_flight *sf, unsigned cpu, const struct model_cache *c)
{
	unsigned nid = sf->wish.nid == NUMA_NO_NODE ? nearest_node(m, cpu) : (unsigned)sf->wish.nid;

	if (sf->work != WORK_ALLOC || !is_alone(m, cpu))
		return NULL;
	if (c->cpu[cpu].slab != MODEL_NO_SLAB)
		return model_says(m, "S9: a new slab for cache %s, and cpu %u has one", c->name, cpu);
	if (c->cpu[cpu].chain)
		return model_says(m, "S9: a new slab for cache %s, and there are %u on cpu %u's chain", c->name,
				  c->cpu[cpu].chain, cpu);
	if (c->nr_partial[nid])
		return model_says(m, "S9: a new slab for cache %s, and there are %u on node %u's list", c->name, c->nr_partial[nid],
				  nid);
	return NULL;
}

static const char *judge_slab_request(struct model *m, struct slab_flight *sf, const struct mm_event *ev, const struct model_cache *c)
{
	unsigned order = sf->attempts ? c->min_order : c->order;
	gfp_t due;

	if (ev->order != order)
		return model_says(m, "S6: a slab of order %u is asked for cache %s, it should be %u", ev->order, c->name, order);
	if (sf->work != WORK_ALLOC)
		return NULL;
	due = slab_gfp(c, sf->wish.gfp, sf->attempts);
	if (ev->nid != (sf->wish.nid == NUMA_NO_NODE ? 255 : sf->wish.nid))
		return model_says(m, "S6: a slab for cache %s is asked from node %u, the request is for %d", c->name, ev->nid,
				  sf->wish.nid);
	if (ev->gfp != due)
		return model_says(m, "S6: a slab for cache %s is asked with gfp %#x, it should be %#x", c->name, ev->gfp, due);
	return sf->attempts ? NULL : judge_need(m, sf, ev->cpu, c);
}

const char *on_pages_wanted(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = slab_flight_on(m, ev->cpu);
	const struct model_cache *c = model_cache(m, ev->cache);
	const char *bad = NULL;

	if (!sf || flight_on(m, ev->cpu)->nested)
		return model_says(m, "S6: pages are wanted in the middle of a request for pages");
	if (ev->cache && !c)
		return model_says(m, "S6: pages are wanted for cache %u, which does not exist", ev->cache);
	if (c && !sf->attempts) /* X5 */
		flight_on(m, ev->cpu)->want[REPORT_GFP_MISUSE] += (sf->wish.gfp & NOT_FOR_OBJECTS) != 0;
	if (c)
		bad = judge_slab_request(m, sf, ev, c);
	else
		bad = kmalloc_pages_wanted(m, sf, ev);
	if (!bad && model_has_vm(m))
		bad = vm_judge_asker(m, ev);
	sf->order = ev->order;
	sf->of_cache = ev->cache;
	begin_nested_alloc(m, ev->cpu, ev->cache ? MODEL_SLAB_OWNER : MODEL_LARGE_OWNER,
			   ev->nid == 255 ? NUMA_NO_NODE : (s32)ev->nid, ev->gfp, ev->order, vm_asker_flags(m, ev));
	return bad;
}

/* S39: ten refusals in five seconds are reported. Who is due is who comes first. */
static bool oom_begins_anew(const struct model *m)
{
	return !m->slab->oom_begun || m->now_ns > m->slab->oom_since + 5000000000ULL;
}

static bool oom_is_due(const struct model *m)
{
	return oom_begins_anew(m) || m->slab->oom_reports < 10;
}

bool oom_turn(struct model *m)
{
	struct model_slab *s = m->slab;

	if (oom_begins_anew(m)) {
		s->oom_begun = true;
		s->oom_since = m->now_ns;
		s->oom_reports = 0;
	}
	return s->oom_reports < 10 && ++s->oom_reports;
}

static void make_slab(struct model *m, struct slab_flight *sf, u32 pfn, unsigned cpu)
{
	struct model_cache *c = &m->slab->cache[sf->of_cache];
	unsigned objects = sf->order == c->order ? c->objects : c->min_objects;

	touch(m, pfn, sf->order);
	for (u32 i = 0; i < 1u << sf->order; i++)
		m->slab->frame[pfn + i] = (struct model_slab_frame){ .cache = sf->of_cache, .head = (u16)i, .cpu = (u8)cpu,
								     .order = sf->order, .objects = (u16)objects };
	model_slub_new_slab(m, pfn);
	c->nr_slabs++;
	c->nr_objects += objects;
	m->slab->pages[node_of_frame(m, pfn)][!!(c->flags & SLAB_RECLAIM_ACCOUNT)] += 1ULL << sf->order;
	sf->new_slabs++;
}

const char *on_pages_given(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = slab_flight_on(m, ev->cpu);
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad;

	if (!sf || !f->nested || f->kind != FLIGHT_ALLOC)
		return model_says(m, "S6: pages are given, and nobody asked for them");
	if ((bad = model_answer_alloc(m, ev->cpu, ev->pfn)) || (bad = end_flight(m, ev->cpu)))
		return bad;
	if (ev->pfn == ~0ULL) {
		sf->refused |= sf->attempts || !sf->of_cache;
		if (sf->attempts && !(sf->wish.gfp & __GFP_NOWARN)) /* S39 */
			sf->oom_due = oom_is_due(m);
		sf->attempts = !sf->attempts;
		return NULL;
	}
	sf->attempts = 0;
	if (!sf->of_cache)
		return kmalloc_pages_given(m, sf, ev);
	make_slab(m, sf, (u32)ev->pfn, ev->cpu);
	return NULL;
}

/* S18: who was inside when the slab was given up may still look at its objects. */
static const char *take_rcu_slab(struct model *m, u32 pfn)
{
	struct model_slab *s = m->slab;
	u32 i = 0;
	unsigned cpu;

	while (i < s->nr_rcu && s->rcu[i].slab != pfn)
		i++;
	if (i == s->nr_rcu)
		return s->rcu_lost ? NULL : model_says(m, "S18: the slab of pfn %u is returned, and did not wait for readers", pfn);
	cpu = rcu_still_inside(m, s->rcu[i].reader);
	s->rcu[i] = s->rcu[--s->nr_rcu];
	if (cpu == MODEL_MAX_CPUS)
		return NULL;
	return model_says(m, "S18: the slab of pfn %u is returned while the reader of cpu %u that may look into it is inside", pfn, cpu);
}

static void add_rcu_slab(struct model *m, u32 pfn)
{
	struct model_slab *s = m->slab;

	if (s->nr_rcu == MAX_RCU_SLABS) {
		s->rcu_lost = true;
		return;
	}
	s->rcu[s->nr_rcu].slab = pfn;
	rcu_readers_now(m, s->rcu[s->nr_rcu++].reader);
}

static const char *return_slab(struct model *m, struct slab_flight *sf, const struct mm_event *ev, struct model_slab_frame *head)
{
	const struct model_cache *c = &m->slab->cache[head->cache];
	const char *bad = NULL;

	if (head->place != SLAB_NOWHERE || head->inuse)
		return model_says(m, "S8: the slab of pfn %llu is returned with %u objects in use while it is %s",
				  (unsigned long long)ev->pfn, head->inuse, slab_place_names[head->place]);
	if (ev->order != head->order)
		return model_says(m, "S8: the slab of pfn %llu is returned as order %u, it has %u", (unsigned long long)ev->pfn,
				  ev->order, head->order);
	if (head->rcu)
		bad = take_rcu_slab(m, (u32)ev->pfn);
	else if (sf->pages_due)
		sf->pages_due--;
	else
		bad = model_says(m, "S8: the slab of pfn %llu is returned by another one than gave it up", (unsigned long long)ev->pfn);
	m->slab->pages[node_of_frame(m, ev->pfn)][!!(c->flags & SLAB_RECLAIM_ACCOUNT)] -= 1ULL << ev->order;
	if (!bad)
		bad = model_slub_slab_gone(m, ev->cpu, (u32)ev->pfn);
	touch(m, (u32)ev->pfn, ev->order);
	memset(head, 0, sizeof(*head) << ev->order);
	return bad;
}

const char *on_pages_returned(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = slab_flight_on(m, ev->cpu);
	struct model_slab_frame *head;
	const char *bad = NULL;

	if (!sf || !in_machine(m, ev->pfn, ev->order))
		return model_says(m, "S8: pfn %llu is returned by nobody", (unsigned long long)ev->pfn);
	head = &m->slab->frame[ev->pfn];
	if (head->cache && head->head)
		return model_says(m, "S8: pfn %llu is returned, and it is the middle of a slab", (unsigned long long)ev->pfn);
	if (head->cache)
		bad = return_slab(m, sf, ev, head);
	else
		bad = kmalloc_pages_returned(m, sf, ev);
	begin_nested_free(m, ev->cpu, ev->pfn, ev->order);
	return bad;
}

const char *const slab_place_names[NR_SLAB_PLACES] = {
	"nowhere", "a CPU's slab", "on a CPU's chain", "on a node's list", "full", "in flight",
};

/* --- moves of slabs ------------------------------------------------------------------------------------------------------------ */

#define TO(place) (1u << SLAB_##place)
static const u8 may_go[NR_SLAB_PLACES] = {
	[SLAB_NOWHERE] = TO(CPU) | TO(NODE_PARTIAL) | TO(FULL) | TO(IN_FLIGHT),
	[SLAB_CPU] = TO(FULL) | TO(NODE_PARTIAL) | TO(NOWHERE) | TO(IN_FLIGHT),
	[SLAB_CPU_PARTIAL] = TO(CPU) | TO(NODE_PARTIAL) | TO(NOWHERE) | TO(IN_FLIGHT),
	[SLAB_NODE_PARTIAL] = TO(CPU) | TO(CPU_PARTIAL) | TO(NOWHERE) | TO(FULL) | TO(IN_FLIGHT),
	[SLAB_FULL] = TO(CPU_PARTIAL) | TO(NODE_PARTIAL) | TO(NOWHERE) | TO(IN_FLIGHT),
	[SLAB_IN_FLIGHT] = TO(CPU) | TO(CPU_PARTIAL) | TO(NODE_PARTIAL) | TO(NOWHERE) | TO(FULL),
};

/* S8: what must hold of a slab in its new place. */
static const char *judge_place(struct model *m, const struct mm_event *ev, const struct model_cache *c,
			       const struct model_slab_frame *head)
{
	unsigned to = ev->slab_to;
	bool debug = model_cache_is_debug(c);

	if ((to == SLAB_CPU || to == SLAB_CPU_PARTIAL) && (debug || ev->list_cpu != ev->cpu))
		return model_says(m, "S11: a slab of cache %s becomes %s of cpu %u", c->name, slab_place_names[to], ev->list_cpu);
	if (to == SLAB_CPU && c->cpu[ev->cpu].slab != MODEL_NO_SLAB)
		return model_says(m, "S8: cpu %u gets a slab of cache %s, and has one", ev->cpu, c->name);
	if (to == SLAB_FULL ? head->inuse < head->objects : to != SLAB_NOWHERE && to != SLAB_IN_FLIGHT && head->inuse == head->objects)
		return model_says(m, "S8: the slab of pfn %llu is %s with %u of %u objects in use", (unsigned long long)ev->pfn,
				  slab_place_names[to], head->inuse, head->objects);
	if (to == SLAB_NOWHERE && head->inuse)
		return model_says(m, "S8: the slab of pfn %llu is given up with %u objects in use", (unsigned long long)ev->pfn,
				  head->inuse);
	return NULL;
}

/* S10, S11: an empty slab stays on its node's list only while there are few. */
static const char *judge_few(struct model *m, const struct mm_event *ev, const struct model_cache *c,
			     const struct model_slab_frame *head, const struct slab_flight *sf)
{
	bool many = has_many(c, node_of_frame(m, ev->pfn));

	if (head->inuse || sf->moving == ev->pfn + 1 || ev->slab_from == SLAB_NOWHERE || sf->work >= WORK_DESTROY || !is_alone(m, ev->cpu))
		return NULL;
	if (ev->slab_to == SLAB_NODE_PARTIAL && many)
		return model_says(m, "S10: an empty slab of cache %s is kept, there are %u on the list of its node already", c->name,
				  c->nr_partial[node_of_frame(m, ev->pfn)]);
	if (ev->slab_to == SLAB_NOWHERE && !many)
		return model_says(m, "S10: a slab of cache %s is given up, there are only %u on the list of its node", c->name,
				  c->nr_partial[node_of_frame(m, ev->pfn)]);
	return NULL;
}

/* S10, S12: where a slab must go after a free, and with it a chain that is too long. */
static const char *judge_move_of_free(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	if (sf->moving == ev->pfn + 1 && (ev->slab_to == sf->move_to || ev->slab_to == SLAB_IN_FLIGHT)) {
		sf->moving = ev->slab_to == SLAB_IN_FLIGHT ? sf->moving : 0;
		return NULL;
	}
	if (!is_alone(m, ev->cpu)) {
		sf->moving = sf->moving == ev->pfn + 1 ? 0 : sf->moving;
		return NULL;
	}
	if (sf->moving == ev->pfn + 1)
		return model_says(m, "S10: the slab of pfn %llu is %s after a free, it should be %s", (unsigned long long)ev->pfn,
				  slab_place_names[ev->slab_to], slab_place_names[sf->move_to]);
	if (ev->slab_from == SLAB_CPU_PARTIAL && sf->flush_left) {
		sf->flush_left--;
		return NULL;
	}
	if (ev->slab_from == SLAB_IN_FLIGHT && sf->in_hand)
		return NULL;
	return model_says(m, "S10: a free moves the slab of pfn %llu, which is %s", (unsigned long long)ev->pfn,
			  slab_place_names[ev->slab_from]);
}

/* S9: what a request takes from where, when it may have the first of each. */
static const char *judge_move_of_request(struct model *m, struct slab_flight *sf, const struct mm_event *ev, const struct model_cache *c)
{
	if (!is_alone(m, ev->cpu))
		return NULL;
	if (ev->slab_from == SLAB_CPU && ev->slab_to != SLAB_FULL && sf->wish.nid == NUMA_NO_NODE)
		return model_says(m, "S9: a request takes cpu %u its slab of cache %s away", ev->cpu, c->name);
	if (ev->slab_from != SLAB_NODE_PARTIAL || model_cache_is_debug(c))
		return NULL;
	if (!sf->from_node && (c->cpu[ev->cpu].chain || c->cpu[ev->cpu].slab != MODEL_NO_SLAB))
		return model_says(m, "S9: cpu %u takes a slab of cache %s from a node, and has %u on its chain", ev->cpu, c->name,
				  c->cpu[ev->cpu].chain);
	if (++sf->from_node > c->cpu_partial_slabs / 2 + 2)
		return model_says(m, "S9: cpu %u takes %u slabs of cache %s from a node at once", ev->cpu, sf->from_node, c->name);
	return NULL;
}

static const char *judge_move_due(struct model *m, struct slab_flight *sf, const struct mm_event *ev, const struct model_cache *c)
{
	if (is_freeing(sf))
		return judge_move_of_free(m, sf, ev);
	return sf->work == WORK_ALLOC ? judge_move_of_request(m, sf, ev, c) : NULL;
}

static void leave_place(struct model *m, struct model_cache *c, const struct model_slab_frame *head)
{
	if (head->place == SLAB_CPU) {
		c->cpu[head->cpu].slab = MODEL_NO_SLAB;
		m->slab->stack[head->cpu][head->cache].nr = 0;
	}
	if (head->place == SLAB_CPU_PARTIAL) {
		c->cpu[head->cpu].chain--;
		c->cpu[head->cpu].first = head->next;
	}
	if (head->place == SLAB_NODE_PARTIAL)
		c->nr_partial[node_of_frame(m, pfn_of(m, head))]--;
}

static void enter_place(struct model *m, struct slab_flight *sf, struct model_cache *c, struct model_slab_frame *head,
			const struct mm_event *ev)
{
	head->place = ev->slab_to;
	head->cpu = ev->slab_to == SLAB_CPU || ev->slab_to == SLAB_CPU_PARTIAL ? ev->list_cpu : ev->cpu;
	if (ev->slab_to == SLAB_CPU)
		c->cpu[ev->list_cpu].slab = (u32)ev->pfn;
	if (ev->slab_to == SLAB_CPU_PARTIAL) {
		c->cpu[ev->list_cpu].chain++;
		head->next = c->cpu[ev->list_cpu].first;
		c->cpu[ev->list_cpu].first = (u32)ev->pfn;
	}
	if (ev->slab_to == SLAB_NODE_PARTIAL)
		c->nr_partial[node_of_frame(m, ev->pfn)]++;
	sf->in_hand += ev->slab_to == SLAB_IN_FLIGHT;
	sf->in_hand -= ev->slab_from == SLAB_IN_FLIGHT;
	if (ev->slab_to != SLAB_NOWHERE)
		return;
	c->nr_slabs--;
	c->nr_objects -= head->objects;
	head->rcu = !!(c->flags & SLAB_TYPESAFE_BY_RCU);
	if (head->rcu)
		add_rcu_slab(m, (u32)ev->pfn);
	else
		sf->pages_due++;
}

const char *on_slab_move(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = slab_flight_on(m, ev->cpu);
	struct model_cache *c = &m->slab->cache[ev->cache % MODEL_MAX_CACHES];
	struct model_slab_frame *head;
	const char *bad;

	if (!sf || ev->pfn >= m->nr_frames || ev->slab_to >= NR_SLAB_PLACES || ev->slab_from >= NR_SLAB_PLACES)
		return model_says(m, "S8: pfn %llu moves out of nowhere", (unsigned long long)ev->pfn);
	head = &m->slab->frame[ev->pfn];
	if (!ev->cache || head->cache != ev->cache || head->head)
		return model_says(m, "S8: pfn %llu moves as a slab of cache %u, and is none", (unsigned long long)ev->pfn, ev->cache);
	if (head->place == SLAB_IN_FLIGHT && head->cpu != ev->cpu)
		return model_says(m, "S8: the slab of pfn %llu is moved by cpu %u while cpu %u has it in hand", (unsigned long long)ev->pfn,
				  ev->cpu, head->cpu);
	if (head->place != ev->slab_from || ((head->place == SLAB_CPU || head->place == SLAB_CPU_PARTIAL) && head->cpu != ev->list_cpu))
		return model_says(m, "S8: the slab of pfn %llu was %s of cpu %u, but it is %s of cpu %u", (unsigned long long)ev->pfn,
				  slab_place_names[ev->slab_from], ev->list_cpu, slab_place_names[head->place], head->cpu);
	if (ev->slab_from == SLAB_CPU_PARTIAL && c->cpu[ev->list_cpu].first != ev->pfn)
		return model_says(m, "S9: the slab of pfn %llu leaves the chain of cpu %u, and pfn %u is the first there",
				  (unsigned long long)ev->pfn, ev->list_cpu, c->cpu[ev->list_cpu].first);
	if (!(may_go[ev->slab_from] >> ev->slab_to & 1))
		return model_says(m, "S8: a slab of cache %s that was %s is %s", c->name, slab_place_names[ev->slab_from],
				  slab_place_names[ev->slab_to]);
	if ((bad = judge_place(m, ev, c, head)) || (bad = judge_few(m, ev, c, head, sf)) || (bad = judge_move_due(m, sf, ev, c)))
		return bad;
	touch(m, (u32)ev->pfn, head->order);
	leave_place(m, c, head);
	enter_place(m, sf, c, head, ev);
	return NULL;
}
