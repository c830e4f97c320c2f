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

/* Has a node as many slabs on its list as may be empty? */
static bool has_many(const struct model_cache *c, unsigned nid)
{
	return c->nr_partial[nid] >= c->min_partial;
}

static const char *const place_names[NR_SLAB_PLACES] = {
	"nowhere", "a CPU's slab", "on a CPU's chain", "on a node's list", "full", "in flight",
};

/* --- where things are ------------------------------------------------------------------------------------------------------- */

struct slab_flight *slab_flight_on(struct model *m, unsigned cpu)
{
	unsigned depth = m->depth[cpu];

	while (depth > 1 && m->flight[cpu][depth - 1].nested)
		depth--;
	return depth ? &m->slab->flight[cpu][depth - 1] : NULL;
}

static bool is_alone(const struct model *m, unsigned cpu)
{
	return m->depth[cpu] && m->flight[cpu][m->depth[cpu] - 1].alone;
}

static inline struct model_slab_frame *head_of(struct model *m, u64 address)
{
	struct model_slab_frame *f = &m->slab->frame[address >> 12];

	return f - f->head;
}

static inline u32 pfn_of(const struct model *m, const struct model_slab_frame *head)
{
	return (u32)(head - m->slab->frame);
}

static unsigned node_of(const struct model *m, u64 pfn)
{
	return m->zone[model_zone_of(m, pfn)].nid;
}

static inline bool is_live(const struct model *m, u64 address)
{
	return m->slab->live[address >> 9] >> (address >> 3 & 63) & 1;
}

/* Before the first change of a frame since the last reset: it will have to be put back. */
static void touch(struct model *m, u32 pfn, unsigned order)
{
	struct model_slab *s = m->slab;

	if (s->is_touched[pfn])
		return;
	for (u32 i = 0; i < 1u << order; i++)
		if (!s->is_touched[pfn + i]) {
			s->is_touched[pfn + i] = 1;
			s->touched[s->nr_touched++] = pfn + i;
		}
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
			  (unsigned long long)ev->address, c->name, place_names[head->place]);
}

/* Is this what the operation asked for? Caches are objects themselves, and what they need comes from kmalloc(). */
static const char *judge_wish(struct model *m, struct slab_flight *sf, const struct mm_event *ev, const struct model_cache *c)
{
	const struct model_wish *w = &sf->wish;

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

/* Are its moves those of frees? Not while it may still take, or does something to whole caches. */
static bool is_freeing(const struct slab_flight *sf)
{
	return sf->work == WORK_GIVE || sf->work == WORK_NONE || sf->gives_up;
}

/* S10: an object of a slab that is no CPU's own came back. Where the slab must go, if anywhere. */
static void expect_move(struct model *m, struct slab_flight *sf, const struct mm_event *ev, struct model_slab_frame *head)
{
	const struct model_cache *c = &m->slab->cache[ev->cache];
	bool was_full = head->inuse + 1 == head->objects || (sf->moving == pfn_of(m, head) + 1 && sf->was_full);
	bool many = has_many(c, node_of(m, pfn_of(m, head)));
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

static const char *judge_give(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	u32 i = 0;

	if (sf->work == WORK_ALLOC && (sf->refused || sf->got < sf->wish.wanted)) { /* S19: a bulk that is given up */
		while (i < sf->got && sf->got_at[i] != ev->address)
			i++;
		if (i == sf->got)
			return model_says(m, "S19: %#llx is freed by a request that did not get it", (unsigned long long)ev->address);
		sf->got_at[i] = sf->got_at[--sf->got];
		sf->gives_up = true;
		return NULL;
	}
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

	if (!sf)
		return model_says(m, "S10: %#llx is freed, and nobody gave it back", (unsigned long long)ev->address);
	if (!ev->cache)
		return kmalloc_large(m, sf, ev);
	if ((bad = judge_address(m, ev)))
		return bad;
	if (!is_live(m, ev->address))
		return model_says(m, "S7: %#llx of cache %s is freed, and nobody has it", (unsigned long long)ev->address,
				  m->slab->cache[ev->cache].name);
	if ((bad = kmalloc_waited(m, sf, ev) ? NULL : judge_give(m, sf, ev)))
		return bad;
	if (sf->work == WORK_ALLOC)
		model_slub_gives_many(m, ev->cpu);
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

/* --- pages of slabs ------------------------------------------------------------------------------------------------------------ */

#define KEPT_FLAGS                                                                                                     \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_RETRY_MAYFAIL | __GFP_NOFAIL |              \
	 __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_HARDWALL | __GFP_THISNODE)

#define NOT_FOR_OBJECTS (__GFP_DMA32 | __GFP_HIGHMEM)

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

static const char *on_pages_wanted(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = slab_flight_on(m, ev->cpu);
	const struct model_cache *c = model_cache(m, ev->cache);
	const char *bad = NULL;

	if (!sf || m->flight[ev->cpu][m->depth[ev->cpu] - 1].nested)
		return model_says(m, "S6: pages are wanted in the middle of a request for pages");
	if (ev->cache && !c)
		return model_says(m, "S6: pages are wanted for cache %u, which does not exist", ev->cache);
	if (c && !sf->attempts) /* X5 */
		flight_on(m, ev->cpu)->want[REPORT_GFP_MISUSE] += (sf->wish.gfp & NOT_FOR_OBJECTS) != 0;
	if (c)
		bad = judge_slab_request(m, sf, ev, c);
	else
		bad = kmalloc_pages_wanted(m, sf, ev);
	sf->order = ev->order;
	sf->of_cache = ev->cache;
	begin_nested_alloc(m, ev->cpu, ev->cache ? MODEL_SLAB_OWNER : MODEL_LARGE_OWNER,
			   ev->nid == 255 ? NUMA_NO_NODE : (s32)ev->nid, ev->gfp, ev->order);
	return bad;
}

/* S39: ten refusals in five seconds are reported. Who is due is who comes first. */
static bool oom_is_due(const struct model *m)
{
	const struct model_slab *s = m->slab;

	return !s->oom_begun || s->oom_reports < 10 || m->now_ns > s->oom_since + 5000000000ULL;
}

static bool oom_turn(struct model *m)
{
	struct model_slab *s = m->slab;

	if (!s->oom_begun || m->now_ns > s->oom_since + 5000000000ULL) {
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
	m->slab->pages[node_of(m, pfn)][!!(c->flags & SLAB_RECLAIM_ACCOUNT)] += 1ULL << sf->order;
	sf->new_slabs++;
}

static const char *on_pages_given(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = slab_flight_on(m, ev->cpu);
	struct flight *f = flight_on(m, ev->cpu);
	const char *bad;

	if (!sf || !f->nested || f->kind != FLIGHT_ALLOC)
		return model_says(m, "S6: pages are given, and nobody asked for them");
	if ((bad = model_answer_alloc(m, ev->cpu, ev->pfn)) || (bad = end_nested(m, ev->cpu)))
		return bad;
	if (ev->pfn == ~0ULL) {
		sf->refused |= sf->attempts || !sf->of_cache;
		if (sf->attempts && !(sf->wish.gfp & __GFP_NOWARN)) /* S39 */
			sf->oom_due = oom_is_due(m);
		sf->attempts = !sf->attempts;
		return NULL;
	}
	sf->attempts = 0;
	sf->given = (u32)ev->pfn;
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
				  (unsigned long long)ev->pfn, head->inuse, place_names[head->place]);
	if (ev->order != head->order)
		return model_says(m, "S8: the slab of pfn %llu is returned as order %u, it has %u", (unsigned long long)ev->pfn,
				  ev->order, head->order);
	if (head->rcu)
		bad = take_rcu_slab(m, (u32)ev->pfn);
	else if (sf->pages_due)
		sf->pages_due--;
	else
		bad = model_says(m, "S8: the slab of pfn %llu is returned by another one than gave it up", (unsigned long long)ev->pfn);
	m->slab->pages[node_of(m, ev->pfn)][!!(c->flags & SLAB_RECLAIM_ACCOUNT)] -= 1ULL << ev->order;
	if (!bad)
		bad = model_slub_slab_gone(m, ev->cpu, (u32)ev->pfn);
	touch(m, (u32)ev->pfn, ev->order);
	memset(head, 0, sizeof(*head) << ev->order);
	return bad;
}

static const char *on_pages_returned(struct model *m, const struct mm_event *ev)
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
		return model_says(m, "S11: a slab of cache %s becomes %s of cpu %u", c->name, place_names[to], ev->list_cpu);
	if (to == SLAB_CPU && c->cpu[ev->cpu].slab != MODEL_NO_SLAB)
		return model_says(m, "S8: cpu %u gets a slab of cache %s, and has one", ev->cpu, c->name);
	if (to == SLAB_FULL ? head->inuse < head->objects : to != SLAB_NOWHERE && to != SLAB_IN_FLIGHT && head->inuse == head->objects)
		return model_says(m, "S8: the slab of pfn %llu is %s with %u of %u objects in use", (unsigned long long)ev->pfn,
				  place_names[to], head->inuse, head->objects);
	if (to == SLAB_NOWHERE && head->inuse)
		return model_says(m, "S8: the slab of pfn %llu is given up with %u objects in use", (unsigned long long)ev->pfn,
				  head->inuse);
	return NULL;
}

/* S10, S11: an empty slab stays on its node's list only while there are few. */
static const char *judge_few(struct model *m, const struct mm_event *ev, const struct model_cache *c,
			     const struct model_slab_frame *head, const struct slab_flight *sf)
{
	bool many = has_many(c, node_of(m, ev->pfn));

	if (head->inuse || sf->moving == ev->pfn + 1 || ev->slab_from == SLAB_NOWHERE || sf->work >= WORK_DESTROY || !is_alone(m, ev->cpu))
		return NULL;
	if (ev->slab_to == SLAB_NODE_PARTIAL && many)
		return model_says(m, "S10: an empty slab of cache %s is kept, there are %u on the list of its node already", c->name,
				  c->nr_partial[node_of(m, ev->pfn)]);
	if (ev->slab_to == SLAB_NOWHERE && !many)
		return model_says(m, "S10: a slab of cache %s is given up, there are only %u on the list of its node", c->name,
				  c->nr_partial[node_of(m, ev->pfn)]);
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
				  place_names[ev->slab_to], place_names[sf->move_to]);
	if (ev->slab_from == SLAB_CPU_PARTIAL && sf->flush_left) {
		sf->flush_left--;
		return NULL;
	}
	if (ev->slab_from == SLAB_IN_FLIGHT && sf->in_hand)
		return NULL;
	return model_says(m, "S10: a free moves the slab of pfn %llu, which is %s", (unsigned long long)ev->pfn,
			  place_names[ev->slab_from]);
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
		c->nr_partial[node_of(m, pfn_of(m, head))]--;
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
		c->nr_partial[node_of(m, ev->pfn)]++;
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

static const char *on_slab_move(struct model *m, const struct mm_event *ev)
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
				  place_names[ev->slab_from], ev->list_cpu, place_names[head->place], head->cpu);
	if (ev->slab_from == SLAB_CPU_PARTIAL && c->cpu[ev->list_cpu].first != ev->pfn)
		return model_says(m, "S9: the slab of pfn %llu leaves the chain of cpu %u, and pfn %u is the first there",
				  (unsigned long long)ev->pfn, ev->list_cpu, c->cpu[ev->list_cpu].first);
	if (!(may_go[ev->slab_from] >> ev->slab_to & 1))
		return model_says(m, "S8: a slab of cache %s that was %s is %s", c->name, place_names[ev->slab_from],
				  place_names[ev->slab_to]);
	if ((bad = judge_place(m, ev, c, head)) || (bad = judge_few(m, ev, c, head, sf)) || (bad = judge_move_due(m, sf, ev, c)))
		return bad;
	touch(m, (u32)ev->pfn, head->order);
	leave_place(m, c, head);
	enter_place(m, sf, c, head, ev);
	return NULL;
}

/* --- caches -------------------------------------------------------------------------------------------------------------------- */

static u8 lowest_free_id(const struct model *m)
{
	u8 id = 1;

	while (id < MODEL_MAX_CACHES && m->slab->cache[id].exists)
		id++;
	return id;
}

static const char *make_cache(struct model *m, struct slab_flight *sf, unsigned id)
{
	struct model_cache *c = &m->slab->cache[id];
	const struct model_cache_asked *a = &sf->asked;
	struct model_cache made = { .exists = true, .refcount = 1, .boot = sf->work == WORK_INIT };

	snprintf(made.name, sizeof(made.name), "%s", a->name ? a->name : "");
	made.flags = slab_debug_flags(m, a->size, a->flags, made.name);
	if (!slab_geometry(m, &made, a))
		return model_says(m, "S5: cache %s is made, and no slab of it can be", made.name);
	for (unsigned cpu = 0; cpu < MODEL_MAX_CPUS; cpu++)
		made.cpu[cpu].slab = made.cpu[cpu].first = MODEL_NO_SLAB;
	made.defrag_ratio = m->setup.knob[KNOB_REMOTE_NODE_DEFRAG_RATIO]; /* of 1024, as it is drawn; a write means thousandths */
	*c = made;
	m->slab->order[m->slab->nr_order++] = (u8)id;
	sf->made = (u8)id;
	return NULL;
}

static const char *make_boot_cache(struct model *m, struct slab_flight *sf, unsigned id)
{
	unsigned nr = m->slab->boot_made;
	char name[KMEM_CACHE_NAME_MAX];
	const char *bad;

	if (!slab_boot_cache(m, nr, &sf->asked, name))
		return model_says(m, "K3: the boot makes more caches than there are");
	m->slab->boot_made++;
	bad = make_cache(m, sf, id);
	if (nr < 2)
		m->slab->cache[id].refcount = -1;
	return bad;
}

static const char *on_new_cache(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	if (ev->cache != lowest_free_id(m))
		return model_says(m, "S20: a new cache gets id %u, the lowest that is free is %u", ev->cache, lowest_free_id(m));
	if (sf->work == WORK_INIT)
		return make_boot_cache(m, sf, ev->cache);
	if (sf->work != WORK_CREATE || sf->made || !sf->may_create)
		return model_says(m, "S20: cache %u is made, and should not be", ev->cache);
	if (slab_mergeable(m, &sf->asked))
		return model_says(m, "S21: a cache of its own is made, and cache %s would have done",
				  m->slab->cache[slab_mergeable(m, &sf->asked)].name);
	if (!slab_may_make(m, &sf->asked))
		return model_says(m, "S20: cache %u is made, and should not be", ev->cache);
	return make_cache(m, sf, ev->cache);
}

static const char *on_lost_cache(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	struct model_cache *c = &m->slab->cache[ev->cache % MODEL_MAX_CACHES];
	struct model_slab *s = m->slab;
	unsigned i = 0;

	if (!c->exists || (sf->work == WORK_DESTROY ? ev->cache != sf->cache || c->refcount :
						      sf->work != WORK_INIT && (sf->work != WORK_CREATE || ev->cache != sf->made)))
		return model_says(m, "S22: cache %u goes, and nobody destroyed it", ev->cache);
	if (c->live || c->nr_slabs)
		return model_says(m, "S22: cache %s goes with %llu slabs and %llu objects in use", c->name,
				  (unsigned long long)c->nr_slabs, (unsigned long long)c->live);
	while (s->order[i] != ev->cache)
		i++;
	memmove(s->order + i, s->order + i + 1, --s->nr_order - i);
	for (unsigned cpu = 0; cpu < MODEL_MAX_CPUS; cpu++)
		s->stack[cpu][ev->cache].nr = 0;
	memset(c, 0, sizeof(*c));
	sf->gone = true;
	sf->made = 0;
	return NULL;
}

/* S21: another one shares it, and it is as large as the largest. */
static const char *on_shared_cache(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	const struct model_cache_asked *a = &sf->asked;
	struct model_cache *c = &m->slab->cache[ev->cache];
	unsigned due = sf->work == WORK_CREATE && sf->may_create && !sf->made ? slab_mergeable(m, a) : 0;

	if (!due || due != ev->cache)
		return model_says(m, "S21: cache %u is shared, it should be %u", ev->cache, due);
	c->refcount++;
	c->object_size = a->size > c->object_size ? a->size : c->object_size;
	if (c->inuse < (a->size + 7) / 8 * 8)
		c->inuse = (a->size + 7) / 8 * 8;
	sf->made = ev->cache;
	return NULL;
}

static const char *on_unshared_cache(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	if (sf->work != WORK_DESTROY || ev->cache != sf->cache || m->slab->cache[ev->cache].refcount < 1)
		return model_says(m, "S22: cache %u loses a reference that nobody gave back", ev->cache);
	m->slab->cache[ev->cache].refcount--;
	sf->dropped = true;
	return NULL;
}

static const char *on_slab_cache(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = slab_flight_on(m, ev->cpu);

	if (!sf)
		return model_says(m, "S20: cache %u comes or goes out of nowhere", ev->cache);
	if (!ev->cache || ev->cache >= MODEL_MAX_CACHES)
		return model_says(m, "S20: there is no cache with id %u", ev->cache);
	switch (ev->on) {
	case SLAB_CACHE_MADE:
		return on_new_cache(m, sf, ev);
	case SLAB_CACHE_SHARED:
		return on_shared_cache(m, sf, ev);
	case SLAB_CACHE_UNSHARED:
		return on_unshared_cache(m, sf, ev);
	default:
		return on_lost_cache(m, sf, ev);
	}
}

static struct slab_flight *begin_work(struct model *m, unsigned cpu, unsigned where, enum slab_work work)
{
	struct slab_flight *sf;

	model_begin_other(m, cpu);
	flight_on(m, cpu)->where = (u8)where;
	sf = slab_flight_on(m, cpu);
	memset(sf, 0, offsetof(struct slab_flight, got_at));
	sf->work = (u8)work;
	return sf;
}

static bool name_is_taken(const struct model *m, const char *name)
{
	const struct model_slab *s = m->slab;

	for (unsigned i = 0; i < s->nr_order; i++)
		if (s->cache[s->order[i]].refcount && !strncmp(s->cache[s->order[i]].name, name, KMEM_CACHE_NAME_MAX - 1))
			return true;
	return false;
}

/* S20: bad bounds of what may be copied to user space count as none. */
void model_begin_cache_create(struct model *m, unsigned cpu, unsigned where, const struct model_cache_asked *asked)
{
	struct slab_flight *sf = begin_work(m, cpu, where, WORK_CREATE);

	sf->asked = *asked;
	if (asked->usersize > asked->size || asked->useroffset > asked->size - asked->usersize || !asked->usersize)
		sf->asked.usersize = sf->asked.useroffset = 0;
	sf->may_create = slab_may_create(m, &sf->asked, where & MODEL_IN_INTERRUPT);
	sf->duplicate = asked->name && !(where & MODEL_IN_INTERRUPT) && asked->size && asked->size <= 4096u << m->max_order &&
			name_is_taken(m, asked->name);
}

/* Who is alone with a name that is taken is warned. */
static const char *judge_duplicate(struct model *m, const struct slab_flight *sf, unsigned cpu)
{
	if (is_alone(m, cpu) && sf->duplicate != sf->warned)
		return model_says(m, "S20: the name %s is %s", sf->asked.name, sf->warned ? "new, and warned of" : "taken, and nobody warns");
	return NULL;
}

/* Reports that are no check's. */
static const char *on_report_of_caches(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	if (ev->report == SLUB_DUPLICATE_NAME) {
		if (sf->work != WORK_CREATE || sf->warned || !name_is_taken(m, sf->asked.name))
			return model_says(m, "S20: a name is warned of, and it is not taken");
		sf->warned = true;
	} else if (ev->report == SLUB_CREATE) {
		if (sf->work != WORK_CREATE || sf->create_failed || (sf->asked.flags & SLAB_PANIC))
			return model_says(m, "S20: a cache is said to have failed, and nobody creates one");
		sf->create_failed = true;
	} else {
		if ((sf->work != WORK_ALLOC && sf->work != WORK_CREATE && sf->work != WORK_INIT) || !sf->refused || !oom_turn(m) || (sf->wish.gfp & __GFP_NOWARN))
			return model_says(m, "S39: a refusal is reported, and is none, or it is not its turn");
		sf->oom_due = false;
	}
	return NULL;
}

const char *model_cache_created(struct model *m, unsigned cpu, unsigned id)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);
	const struct model_cache_asked *a = &sf->asked;

	if (!id && sf->may_create && !sf->refused && (slab_mergeable(m, a) || slab_may_make(m, a)))
		return model_says(m, "S20: cache %s is refused, and could have been made", a->name);
	if (id != sf->made)
		return model_says(m, "S20: cache %u is returned, announced was %u", id, sf->made);
	if (!id != sf->create_failed)
		return model_says(m, "S20: a refusal is %sreported", id ? "" : "not ");
	return judge_duplicate(m, sf, cpu);
}

static bool wants_panic(const struct model *m, const struct slab_flight *sf)
{
	const struct model_cache_asked *a = &sf->asked;

	return sf->work == WORK_CREATE && (a->flags & SLAB_PANIC) &&
	       (!sf->may_create || sf->refused || !(slab_mergeable(m, a) || slab_may_make(m, a)));
}

bool model_cache_may_panic(const struct model *m)
{
	for (unsigned cpu = 0; m->slab && cpu < m->nr_cpus; cpu++)
		for (unsigned d = 0; d < m->depth[cpu]; d++)
			if (wants_panic(m, &m->slab->flight[cpu][d]))
				return true;
	return false;
}

void model_begin_cache_destroy(struct model *m, unsigned cpu, unsigned id)
{
	begin_work(m, cpu, 0, WORK_DESTROY)->cache = (u8)id;
	if (m->slab->cache[id].refcount == 1)
		model_slub_destroys(m, cpu, id);
}

const char *model_cache_destroyed(struct model *m, unsigned cpu)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);
	struct model_cache *c = &m->slab->cache[sf->cache];

	if (sf->gone || !sf->cache)
		return NULL;
	if (!sf->dropped || (!c->refcount && !c->live))
		return model_says(m, "S22: cache %s was destroyed, and is still there", c->name);
	return NULL;
}

/* S23: what a CPU has, and slabs without objects in use, are gone. NULL, or which cache is not as it should be. */
static const char *judge_shrunk(struct model *m, unsigned id)
{
	const struct model_cache *c = &m->slab->cache[id];
	bool empty = false;

	for (unsigned cpu = 0; cpu < m->nr_cpus; cpu++)
		if (c->cpu[cpu].slab != MODEL_NO_SLAB || c->cpu[cpu].chain)
			return model_says(m, "S23: cache %s is shrunk, and cpu %u has slabs of it", c->name, cpu);
	if (c->nr_slabs * c->objects <= c->live) /* none can be empty */
		return NULL;
	for (u64 pfn = 0; pfn < m->nr_frames && !empty; pfn++)
		empty = m->slab->frame[pfn].cache == id && !m->slab->frame[pfn].head && !m->slab->frame[pfn].inuse &&
			m->slab->frame[pfn].place != SLAB_NOWHERE;
	return empty ? model_says(m, "S23: cache %s is shrunk, and has a slab without objects in use", c->name) : NULL;
}

void model_begin_cache_shrink(struct model *m, unsigned cpu, unsigned id)
{
	begin_work(m, cpu, 0, WORK_SHRINK)->cache = (u8)id;
}

void model_begin_cache_flush(struct model *m, unsigned cpu, unsigned id)
{
	begin_work(m, cpu, 0, WORK_FLUSH)->cache = (u8)id;
}

const char *model_cache_flushed(struct model *m, unsigned cpu)
{
	const struct model_cache *c = &m->slab->cache[slab_flight_on(m, cpu)->cache];

	if (!is_alone(m, cpu))
		return NULL;
	for (unsigned i = 0; i < m->nr_cpus; i++)
		if (c->cpu[i].slab != MODEL_NO_SLAB || c->cpu[i].chain)
			return model_says(m, "S11: cache %s is flushed, and cpu %u has slabs of it", c->name, i);
	return NULL;
}

const char *model_cache_shrunk(struct model *m, unsigned cpu, bool remains)
{
	const struct model_cache *c = &m->slab->cache[slab_flight_on(m, cpu)->cache];

	if (!is_alone(m, cpu))
		return NULL;
	if (remains != (c->nr_slabs != 0))
		return model_says(m, "S23: shrink says that slabs of cache %s remain: %u, there are %llu", c->name, remains,
				  (unsigned long long)c->nr_slabs);
	return judge_shrunk(m, slab_flight_on(m, cpu)->cache);
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

void model_add_give(struct model *m, unsigned cpu, u64 address, unsigned from)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);

	if (sf->nr_due < MAX_DUE)
		sf->due[sf->nr_due++] = address;
	sf->many |= sf->nr_due > 1;
	if (model_cache_of(m, address) && model_cache_is_debug(model_cache(m, model_cache_of(m, address))))
		model_slub_give(m, cpu, address, from);
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

/* --- what kmalloc.c answers ------------------------------------------------------------------------------------------------------- */

#define WEAK __attribute__((weak))
WEAK bool model_waits_for_rcu(const struct model *m, u64 address)
{
	(void)m, (void)address;
	return false;
}
WEAK unsigned model_kmalloc_cache(const struct model *m, u64 size, gfp_t gfp)
{
	(void)m, (void)size, (void)gfp;
	return 0;
}
WEAK const char *kmalloc_large(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	(void)m, (void)sf, (void)ev;
	return NULL;
}
WEAK const char *kmalloc_pages_wanted(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	(void)m, (void)sf, (void)ev;
	return NULL;
}
WEAK const char *kmalloc_pages_given(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	(void)m, (void)sf, (void)ev;
	return NULL;
}
WEAK const char *kmalloc_pages_returned(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	(void)m, (void)sf, (void)ev;
	return NULL;
}
WEAK const char *kmalloc_waits(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	(void)m, (void)sf, (void)ev;
	return NULL;
}
WEAK bool kmalloc_waited(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	(void)m, (void)sf, (void)ev;
	return false;
}

/* --- begin and end --------------------------------------------------------------------------------------------------------------- */

bool model_begin_slab_init(struct model *m, unsigned cpu, u32 node_bytes, u32 cache_bytes)
{
	if (!m->slab && !slab_create(m))
		return false;
	m->slab->descriptor_bytes[0] = node_bytes;
	m->slab->descriptor_bytes[1] = cache_bytes;
	slab_debug_setup(m);
	begin_work(m, cpu, 0, WORK_INIT);
	return true;
}

const char *model_slab_is_up(struct model *m, unsigned cpu, int error)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);
	struct model_cache_asked asked;
	char name[KMEM_CACHE_NAME_MAX];

	if (error && !sf->refused && (!slab_boot_cache(m, m->slab->boot_made, &asked, name) || slab_may_make(m, &asked)))
		return model_says(m, "S9: caches could not be made, and no request for pages was refused");
	if (!error && slab_boot_cache(m, m->slab->boot_made, &asked, name))
		return model_says(m, "K3: the boot has made no cache %s", asked.name);
	m->slab->up = !error;
	return NULL;
}

void model_begin_slab_settle(struct model *m, unsigned cpu)
{
	begin_work(m, cpu, 0, WORK_SETTLE);
}

const char *model_slab_settled(struct model *m, unsigned cpu)
{
	const char *bad = NULL;

	(void)cpu;
	for (unsigned id = 1; !bad && id < MODEL_MAX_CACHES; id++)
		if (m->slab->cache[id].exists)
			bad = judge_shrunk(m, id);
	if (!bad && m->slab->nr_rcu)
		bad = model_says(m, "S18: the slab of pfn %u still waits for readers", m->slab->rcu[0].slab);
	return bad;
}

const char *slab_pages_are_back(struct model *m, unsigned cpu)
{
	struct flight *f = flight_on(m, cpu);

	return f && f->nested && f->kind == FLIGHT_FREE ? end_nested(m, cpu) : NULL;
}

static const char *judge_slab_ends(struct model *m, const struct slab_flight *sf, unsigned cpu)
{
	if (sf->pages_due)
		return model_says(m, "S8: the pages of %u slabs that were given up are not returned", sf->pages_due);
	if (sf->in_hand)
		return model_says(m, "S8: %d slabs are neither anywhere nor in anybody's hand", sf->in_hand);
	if (is_alone(m, cpu) && sf->moving)
		return model_says(m, "S10: the slab of pfn %u should be %s after a free", sf->moving - 1, place_names[sf->move_to]);
	if (is_alone(m, cpu) && sf->flush_left)
		return model_says(m, "S12: the chain of cpu %u is full, and %u slabs did not go to the nodes", cpu, sf->flush_left);
	return sf->work == WORK_ALLOC && sf->oom_due && is_alone(m, cpu) ? model_says(m, "S39: a refusal is not reported") : NULL;
}

const char *slab_loose_ends(struct model *m, unsigned cpu)
{
	const char *bad = slab_pages_are_back(m, cpu);
	struct slab_flight *sf;

	if (!bad && flight_on(m, cpu)->nested)
		bad = model_says(m, "S6: nobody says what came of a request for pages");
	while (flight_on(m, cpu)->nested)
		m->depth[cpu]--;
	sf = slab_flight_on(m, cpu);
	bad = bad ? bad : judge_slab_ends(m, sf, cpu);
	bad = bad ? bad : model_slub_ends(m, cpu);
	memset(sf, 0, offsetof(struct slab_flight, got_at));
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
	return sf->work == WORK_ALLOC && (sf->refused || !sf->wish.wanted) ? sf->got : 0;
}

void model_slab_loses_got(struct model *m, unsigned cpu, u64 object)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);

	for (u32 i = 0; i < sf->got; i++)
		if (sf->got_at[i] == object)
			sf->got_at[i--] = sf->got_at[--sf->got];
	sf->wish.wanted = 0;
}

u64 model_slab_first_of_cpu(const struct model *m, unsigned cpu, unsigned cache)
{
	u32 nr = m->slab->stack[cpu][cache].nr;

	return nr ? m->slab->stack[cpu][cache].at[nr - 1] : MODEL_NO_ADDRESS;
}
