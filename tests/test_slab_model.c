/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_slab_model.c - who checks the judges of caches, slabs and objects.
 *
 * An honest program brings machine and model into a state. Then the model is told a lie: an event that was not, another one than
 * was due, an answer that is not what was announced. Exactly the sentence that is due must be said.
 */
#include <stdlib.h>
#include "lied_to.h"
#include "model_slub.h"
#include "tool.h"

#define PLAIN	 "0: c0 = kmem_cache_create name=dentry size=1024 align=0 flags=NO_MERGE ctor=none\n"
#define DEBUGGED "0: c0 = kmem_cache_create name=dentry size=1024 align=0 flags=RED_ZONE ctor=none\n"
#define TYPESAFE "0: c0 = kmem_cache_create name=dentry size=1024 align=0 flags=TYPESAFE_BY_RCU ctor=none\n"
#define OTHER	 "1: c1 = kmem_cache_create name=filp size=512 align=0 flags=NO_MERGE ctor=none\n"
#define ONE	 "2: o0 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n"
#define FULL	 "2: o0 = kmem_cache_alloc_bulk c0 gfp=GFP_KERNEL count=32\n" /* a slab of order 3 has so many */

static void state(const char *ops)
{
	state_of("mmcheck-trace 1 profile=small start=slab", ops);
}

static u8 id(unsigned slot)
{
	return w->cache[slot].id;
}
static u64 at(unsigned slot)
{
	return w->object[slot].bulk ? w->object_at[slot][0] : w->object[slot].at;
}
static u32 slab(unsigned slot)
{
	return model_slab_of(w->model, at(slot));
}
static struct model_slab_frame *frame(u32 pfn)
{
	return (struct model_slab_frame *)(uintptr_t)model_slab_frame(w->model, pfn);
}
static struct model_cache *cache(unsigned slot)
{
	return (struct model_cache *)(uintptr_t)model_cache(w->model, id(slot));
}

static void ask(unsigned cpu, unsigned slot, u32 wanted, gfp_t gfp)
{
	model_begin_objects(w->model, cpu, 0,
			    (struct model_wish){ .cache = id(slot), .event = EVENT_KMEM_CACHE_ALLOC, .gfp = gfp,
						 .nid = NUMA_NO_NODE, .bytes = cache(slot)->object_size, .wanted = wanted });
}
static void give(unsigned cpu, u64 address)
{
	model_begin_give(w->model, cpu, EVENT_KMEM_CACHE_FREE);
	model_add_give(w->model, cpu, address);
}
static struct mm_event taken(unsigned cpu, unsigned slot, u64 address)
{
	return (struct mm_event){ .type = EVENT_KMEM_CACHE_ALLOC, .cpu = (u8)cpu, .cache = id(slot), .address = address,
				  .gfp = GFP_KERNEL, .bytes_req = cache(slot)->object_size, .bytes_alloc = cache(slot)->size };
}
static const char *take(unsigned cpu, unsigned slot, u64 address)
{
	return tell(taken(cpu, slot, address));
}
static const char *freed(unsigned cpu, unsigned slot, u64 address)
{
	return TELL(.type = EVENT_KMEM_CACHE_FREE, .cpu = (u8)cpu, .cache = id(slot), .address = address);
}
static const char *move(unsigned cpu, unsigned slot, u32 pfn, unsigned from, unsigned to)
{
	return TELL(.type = EVENT_SLAB_MOVE, .cpu = (u8)cpu, .cache = id(slot), .pfn = pfn, .slab_from = (u8)from, .slab_to = (u8)to,
		    .list_cpu = (u8)cpu);
}

/* --- objects ---------------------------------------------------------------------------------------------------------- */

static void test_taking(void)
{
	struct mm_event ev;

	state(PLAIN OTHER ONE);
	says_clause(take(0, 0, at(0) + 1024), "S9", "an object nobody asked for: S9");
	ask(0, 0, 1, GFP_KERNEL);
	ev = taken(0, 0, at(0) + 1024);
	ev.cache = 100;
	says_clause(tell(ev), "S7", "of a cache that is none: S7");
	ev.cache = id(1);
	says_clause(tell(ev), "S7", "of another cache than its slab: S7");
	says_clause(take(0, 0, at(0) + 1032), "S7", "not where one begins: S7");
	says_clause(take(0, 0, at(0)), "S7", "that somebody has: S7");
	ev = taken(0, 0, at(0) + 1024);
	ev.gfp = GFP_ATOMIC;
	says_clause(tell(ev), "S9", "with another mask: S9");
	ev = taken(0, 0, at(0) + 1024);
	ev.bytes_req--;
	says_clause(tell(ev), "S9", "with another size: S9");
	ev = taken(0, 0, at(0) + 1024);
	ev.type = EVENT_KMALLOC;
	says_clause(tell(ev), "S9", "by another function: S9");
	says_clause(take(0, 0, at(0) + 1024), NULL, "as asked");
	says_clause(take(0, 0, at(0) + 2048), "S9", "two where one was asked for: S9");
	state(PLAIN ONE);
	ask(1, 0, 1, GFP_KERNEL);
	says_clause(take(1, 0, at(0) + 1024), "S9", "from the slab of another CPU: S9");
	state(PLAIN ONE "3: o1 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n4: kmem_cache_free o0\n5: kmem_cache_free o1\n");
	ask(0, 0, 1, GFP_KERNEL);
	says_clause(take(0, 0, at(0)), "S9", "not what was freed last: S9");
	state(PLAIN ONE);
	model_begin_cache_create(w->model, 0, 0, &(struct model_cache_asked){ .name = "bio", .size = 64 });
	says_clause(take(0, 0, at(0) + 1024), "S20", "a new cache takes a client's object: S20");
}

static void test_giving(void)
{
	state(PLAIN OTHER ONE);
	says_clause(freed(0, 0, at(0)), "S10", "an object nobody gave: S10");
	give(0, at(0));
	says_clause(freed(0, 0, at(0) + 1024), "S7", "one that nobody has: S7");
	says_clause(TELL(.type = EVENT_KFREE, .cache = id(0), .address = at(0)), "S10", "by another function: S10");
	state(PLAIN ONE "3: o1 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n");
	give(0, at(0));
	says_clause(freed(0, 0, at(1)), "S10", "another one than was given: S10");
	state(PLAIN ONE);
	give(0, at(0));
	says_clause(model_given(w->model, 0), "S10", "nothing of it is announced: S10");
	state(PLAIN ONE);
	model_begin_cache_destroy(w->model, 0, id(0));
	says_clause(freed(0, 0, at(0)), "S22", "a client's object goes with another cache: S22");
	state(PLAIN ONE);
	ask(0, 0, 3, GFP_KERNEL);
	says_clause(take(0, 0, at(0) + 1024), NULL, "a bulk begins");
	says_clause(freed(0, 0, at(0)), "S19", "and gives back what it did not get: S19");
}

static void test_answers(void)
{
	u64 list[2];

	state(PLAIN ONE);
	ask(0, 0, 1, GFP_KERNEL);
	says_clause(model_answer_object(w->model, 0, MODEL_NO_ADDRESS), "S9", "a refusal without cause: S9");
	says_clause(model_answer_object(w->model, 0, at(0) + 1024), "S9", "an object that was not announced: S9");
	take(0, 0, at(0) + 1024);
	says_clause(model_answer_object(w->model, 0, at(0) + 2048), "S9", "another one than was announced: S9");
	says_clause(model_answer_object(w->model, 0, at(0) + 1024), NULL, "as announced");
	state(PLAIN ONE);
	ask(0, 0, 2, GFP_KERNEL);
	take(0, 0, list[1] = at(0) + 1024);
	take(0, 0, list[0] = at(0) + 2048);
	says_clause(model_answer_objects(w->model, 0, list, 1), "S19", "fewer than were announced: S19");
	says_clause(model_answer_objects(w->model, 0, list, 2), "S19", "in another order: S19");
	state("0: c0 = kmem_cache_create name=dentry size=1024 align=0 flags=FAILSLAB ctor=none\n" ONE "3: fault site=slab skip=0 times=1\n");
	ask(0, 0, 1, GFP_KERNEL);
	says_clause(model_answer_object(w->model, 0, MODEL_NO_ADDRESS), "L11", "a planned failure is passed by: L11");
	state(PLAIN ONE);
	ask(0, 0, 1, GFP_KERNEL);
	says_clause(TELL(.type = EVENT_FAULT, .report = FAULT_SLAB), "L11", "one that nobody planned: L11");
}

/* --- pages ------------------------------------------------------------------------------------------------------------ */

static const char *want_pages(unsigned cpu, unsigned slot, unsigned order, gfp_t gfp, unsigned nid)
{
	return TELL(.type = EVENT_SLAB_PAGES_WANTED, .cpu = (u8)cpu, .cache = id(slot), .order = (u8)order, .gfp = gfp, .nid = (u8)nid);
}

#define FIRST_GFP ((GFP_KERNEL & ~__GFP_RECLAIM) | __GFP_COMP | __GFP_NOWARN | __GFP_NORETRY | __GFP_NOMEMALLOC)

static void test_wanting_pages(void)
{
	state(PLAIN ONE);
	says_clause(want_pages(0, 0, 3, FIRST_GFP, 255), "S6", "pages nobody needs: S6");
	state(PLAIN ONE);
	ask(0, 0, 1, GFP_KERNEL);
	says_clause(want_pages(0, 0, 3, FIRST_GFP, 255), "S9", "while the CPU has a slab: S9");
	state(PLAIN FULL);
	says_clause(move(0, 0, slab(0), SLAB_CPU, SLAB_FULL), "S8", "a move of nobody's: S8");
	ask(0, 0, 1, GFP_KERNEL);
	says_clause(move(0, 0, slab(0), SLAB_CPU, SLAB_FULL), NULL, "the slab is full");
	says_clause(want_pages(0, 0, 1, FIRST_GFP, 255), "S6", "of another order: S6");
	state(PLAIN FULL);
	ask(0, 0, 1, GFP_KERNEL);
	move(0, 0, slab(0), SLAB_CPU, SLAB_FULL);
	says_clause(want_pages(0, 0, 3, GFP_KERNEL, 255), "S6", "with another mask: S6");
	state(PLAIN FULL);
	ask(0, 0, 1, GFP_KERNEL);
	move(0, 0, slab(0), SLAB_CPU, SLAB_FULL);
	says_clause(want_pages(0, 0, 3, FIRST_GFP, 1), "S6", "from a node nobody named: S6");
	state(PLAIN FULL);
	ask(0, 0, 1, GFP_KERNEL);
	move(0, 0, slab(0), SLAB_CPU, SLAB_FULL);
	says_clause(want_pages(0, 0, 3, FIRST_GFP, 255), NULL, "as due");
	says_clause(want_pages(0, 0, 3, FIRST_GFP, 255), "S6", "a second time before the first is answered: S6");
	says_clause(model_end(w->model, 0), "S6", "which never is: S6");
	state(PLAIN FULL);
	ask(0, 0, 1, GFP_KERNEL);
	says_clause(TELL(.type = EVENT_SLAB_PAGES_GIVEN, .cache = id(0), .order = 3, .pfn = 8), "S6", "pages nobody asked for: S6");
	says_clause(TELL(.type = EVENT_SLAB_PAGES_WANTED, .cache = 100, .order = 3, .gfp = FIRST_GFP, .nid = 255), "S6",
		    "for a cache that is none: S6");
	/* cpu 1 freed into a slab that cpu 0 filled */
	state(PLAIN FULL "3: o1 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n4: kmem_cache_free o0 cpu=1\n");
	ask(1, 0, 1, GFP_KERNEL);
	says_clause(want_pages(1, 0, 3, FIRST_GFP, 255), "S9", "while there is a chain: S9");
	state(DEBUGGED ONE);
	ask(0, 0, 1, GFP_KERNEL);
	says_clause(want_pages(0, 0, cache(0)->order, FIRST_GFP, 255), "S9", "while the node has some: S9");
}

static const char *return_pages(unsigned cpu, u32 pfn, unsigned order)
{
	return TELL(.type = EVENT_SLAB_PAGES_RETURNED, .cpu = (u8)cpu, .pfn = pfn, .order = (u8)order);
}

static void test_returning_pages(void)
{
	state(PLAIN ONE);
	says_clause(return_pages(0, slab(0), 3), "S8", "pages are returned by nobody: S8");
	model_begin_cache_shrink(w->model, 0, id(0));
	says_clause(return_pages(0, slab(0) + 1, 0), "S8", "the middle of a slab is: S8");
	says_clause(return_pages(0, slab(0), 3), "S8", "a slab that is used is: S8");
	state(PLAIN ONE "3: kmem_cache_free o0\n");
	model_begin_cache_shrink(w->model, 0, id(0));
	says_clause(move(0, 0, slab(0), SLAB_CPU, SLAB_IN_FLIGHT), NULL, "an empty slab is taken");
	says_clause(move(0, 0, slab(0), SLAB_IN_FLIGHT, SLAB_NOWHERE), NULL, "and given up");
	says_clause(return_pages(0, slab(0), 1), "S8", "half of it is returned: S8");
	state(PLAIN ONE "3: kmem_cache_free o0\n");
	model_begin_cache_shrink(w->model, 0, id(0));
	move(0, 0, slab(0), SLAB_CPU, SLAB_IN_FLIGHT);
	move(0, 0, slab(0), SLAB_IN_FLIGHT, SLAB_NOWHERE);
	says_clause(model_end(w->model, 0), "S8", "its pages are not: S8");
	state(PLAIN ONE "3: kmem_cache_free o0\n");
	model_begin_cache_shrink(w->model, 0, id(0));
	move(0, 0, slab(0), SLAB_CPU, SLAB_IN_FLIGHT);
	says_clause(model_end(w->model, 0), "S8", "a slab stays in a hand: S8");
	state(PLAIN ONE "3: kmem_cache_free o0\n");
	model_begin_cache_shrink(w->model, 0, id(0));
	move(0, 0, slab(0), SLAB_CPU, SLAB_IN_FLIGHT);
	move(0, 0, slab(0), SLAB_IN_FLIGHT, SLAB_NOWHERE);
	model_begin_cache_shrink(w->model, 1, id(0));
	says_clause(return_pages(1, slab(0), 3), "S8", "another one returns its pages: S8");
}

static void test_readers(void)
{
	state("0: sleep ms=0\n");
	w->model->slab->nr_rcu = 1;
	says_clause(model_slab_settled(w->model, 0), "S18", "a slab still waits at the end: S18");
	state(TYPESAFE ONE "3: kmem_cache_free o0\n");
	model_reader_begins(w->model, 1);
	model_begin_cache_shrink(w->model, 0, id(0));
	move(0, 0, slab(0), SLAB_CPU, SLAB_IN_FLIGHT);
	move(0, 0, slab(0), SLAB_IN_FLIGHT, SLAB_NOWHERE);
	says_clause(return_pages(0, slab(0), 3), "S18", "a slab is returned before its reader has gone: S18");
	state(TYPESAFE ONE "3: kmem_cache_free o0\n");
	model_begin_cache_shrink(w->model, 0, id(0));
	move(0, 0, slab(0), SLAB_CPU, SLAB_IN_FLIGHT);
	move(0, 0, slab(0), SLAB_IN_FLIGHT, SLAB_NOWHERE);
	model_reader_begins(w->model, 1);
	says_clause(return_pages(0, slab(0), 3), NULL, "one who came later does not matter");
	state(TYPESAFE ONE "3: kmem_cache_free o0\n");
	frame(slab(0))->rcu = true;
	frame(slab(0))->place = SLAB_NOWHERE;
	model_begin_cache_shrink(w->model, 0, id(0));
	says_clause(return_pages(0, slab(0), 3), "S18", "a slab is returned that did not wait: S18");
}

/* --- moves ------------------------------------------------------------------------------------------------------------ */

static void test_moves(void)
{
	state(PLAIN OTHER ONE);
	model_begin_cache_shrink(w->model, 0, id(0));
	says_clause(move(0, 1, slab(0), SLAB_CPU, SLAB_IN_FLIGHT), "S8", "a slab moves as one of another cache: S8");
	says_clause(move(0, 0, slab(0) + 1, SLAB_CPU, SLAB_IN_FLIGHT), "S8", "its second page does: S8");
	says_clause(move(0, 0, slab(0), SLAB_NODE_PARTIAL, SLAB_IN_FLIGHT), "S8", "from where it is not: S8");
	says_clause(move(0, 0, slab(0), SLAB_CPU, SLAB_CPU_PARTIAL), "S8", "to where it may not go: S8");
	says_clause(move(0, 0, slab(0), SLAB_CPU, SLAB_FULL), "S8", "as full with an object free: S8");
	says_clause(move(0, 0, slab(0), SLAB_CPU, SLAB_NOWHERE), "S8", "as empty with one in use: S8");
	says_clause(move(0, 0, slab(0), SLAB_CPU, SLAB_IN_FLIGHT), NULL, "into a hand");
	model_begin_cache_shrink(w->model, 1, id(0));
	says_clause(move(1, 0, slab(0), SLAB_IN_FLIGHT, SLAB_NODE_PARTIAL), "S8", "another CPU puts it down: S8");
	state(PLAIN ONE "3: o1 = kmem_cache_alloc c0 cpu=1 gfp=GFP_KERNEL\n");
	model_begin_cache_shrink(w->model, 0, id(0));
	move(0, 0, slab(1), SLAB_CPU, SLAB_IN_FLIGHT);
	says_clause(TELL(.type = EVENT_SLAB_MOVE, .cache = id(0), .pfn = slab(1), .slab_from = SLAB_CPU, .slab_to = SLAB_IN_FLIGHT,
			 .list_cpu = 1), NULL, "the slab of another CPU");
	says_clause(move(0, 0, slab(1), SLAB_IN_FLIGHT, SLAB_CPU), "S8", "a CPU gets a second slab: S8");
	state(DEBUGGED ONE);
	model_begin_cache_shrink(w->model, 0, id(0));
	says_clause(move(0, 0, slab(0), SLAB_NODE_PARTIAL, SLAB_CPU), "S11", "a CPU gets a slab of a debugged cache: S11");
}

static void test_moves_of_requests(void)
{
	state(PLAIN ONE);
	ask(0, 0, 1, GFP_KERNEL);
	says_clause(move(0, 0, slab(0), SLAB_CPU, SLAB_IN_FLIGHT), "S9", "a request takes the CPU's slab away: S9");
	state(PLAIN ONE "3: kmem_cache_shrink c0\n4: o1 = kmem_cache_alloc_node c0 gfp=GFP_KERNEL node=2\n");
	ask(0, 0, 1, GFP_KERNEL);
	says_clause(move(0, 0, slab(0), SLAB_NODE_PARTIAL, SLAB_IN_FLIGHT), "S9", "one takes from the node while the CPU has a slab: S9");
	state(PLAIN ONE "3: kmem_cache_shrink c0\n");
	ask(0, 0, 1, GFP_KERNEL);
	w->model->slab->flight[0][0].from_node = 100;
	says_clause(move(0, 0, slab(0), SLAB_NODE_PARTIAL, SLAB_IN_FLIGHT), "S9", "one takes too many: S9");
}

static void test_moves_of_frees(void)
{
	state(PLAIN FULL "3: o1 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n");
	give(1, at(0));
	says_clause(freed(1, 0, at(0)), NULL, "the first object of a full slab is free");
	says_clause(move(1, 0, slab(0), SLAB_FULL, SLAB_NODE_PARTIAL), "S10", "it goes to the node at once: S10");
	says_clause(model_end(w->model, 1), "S10", "it goes nowhere: S10");
	state(PLAIN FULL "3: o1 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n");
	give(1, at(0));
	says_clause(move(1, 0, slab(1), SLAB_CPU, SLAB_IN_FLIGHT), "S8", "a free moves a slab of another CPU: S8");
	give(0, at(0));
	says_clause(move(0, 0, slab(1), SLAB_CPU, SLAB_IN_FLIGHT), NULL, "who is not alone may");
	state(PLAIN FULL "3: o1 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n");
	give(0, at(0));
	says_clause(move(0, 0, slab(1), SLAB_CPU, SLAB_IN_FLIGHT), "S10", "a free moves a slab without need: S10");
	state(PLAIN FULL "3: o1 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n");
	cache(0)->cpu[1].chain = cache(0)->cpu_partial_slabs;
	give(1, at(0));
	freed(1, 0, at(0));
	move(1, 0, slab(0), SLAB_FULL, SLAB_IN_FLIGHT);
	move(1, 0, slab(0), SLAB_IN_FLIGHT, SLAB_CPU_PARTIAL);
	says_clause(model_end(w->model, 1), "S12", "a chain that is too long stays: S12");
	state(PLAIN ONE "3: kmem_cache_free o0\n");
	cache(0)->nr_partial[0] = cache(0)->min_partial;
	ask(0, 0, 1, GFP_KERNEL);
	w->model->slab->flight[0][0].wish.nid = 1;
	move(0, 0, slab(0), SLAB_CPU, SLAB_IN_FLIGHT);
	says_clause(move(0, 0, slab(0), SLAB_IN_FLIGHT, SLAB_NODE_PARTIAL), "S10", "an empty slab too many is kept: S10");
	state(PLAIN ONE "3: kmem_cache_free o0\n");
	ask(0, 0, 1, GFP_KERNEL);
	w->model->slab->flight[0][0].wish.nid = 1;
	move(0, 0, slab(0), SLAB_CPU, SLAB_IN_FLIGHT);
	says_clause(move(0, 0, slab(0), SLAB_IN_FLIGHT, SLAB_NOWHERE), "S10", "one of few is given up: S10");
}

/* --- caches ----------------------------------------------------------------------------------------------------------- */

static const char *news(unsigned cpu, unsigned cache_id, unsigned what)
{
	return TELL(.type = EVENT_SLAB_CACHE, .cpu = (u8)cpu, .cache = (u8)cache_id, .on = (u8)what);
}
static void create(const char *name, u32 size, u32 flags)
{
	model_begin_cache_create(w->model, 0, 0, &(struct model_cache_asked){ .name = name, .size = size, .flags = flags });
}

static void test_creating(void)
{
	unsigned next;

	state(PLAIN OTHER ONE);
	next = id(1) + 1;
	says_clause(news(0, next, SLAB_CACHE_MADE), "S20", "a cache out of nowhere: S20");
	create("bio", 64, SLAB_NO_MERGE);
	says_clause(news(0, 0, SLAB_CACHE_MADE), "S20", "with no id: S20");
	says_clause(news(0, next + 1, SLAB_CACHE_MADE), "S20", "with another id than the lowest: S20");
	says_clause(news(0, id(0), SLAB_CACHE_SHARED), "S21", "one is shared that will not do: S21");
	says_clause(model_cache_created(w->model, 0, 0), "S20", "a refusal without cause: S20");
	says_clause(news(0, next, SLAB_CACHE_MADE), NULL, "as due");
	says_clause(model_cache_created(w->model, 0, id(0)), "S20", "another one is returned: S20");
	says_clause(model_cache_created(w->model, 0, next), NULL, "as announced");
	says_clause(model_cache_created(w->model, 0, 0), "S20", "none is: S20");
	state(PLAIN OTHER ONE);
	create(NULL, 64, 0);
	says_clause(news(0, next, SLAB_CACHE_MADE), "S20", "one that may not be is made: S20");
	says_clause(model_cache_created(w->model, 0, 0), "S20", "a refusal is not reported: S20");
	state("0: c0 = kmem_cache_create name=dentry size=1024 align=0 flags=none ctor=none\n");
	create("bio", 1024, 0);
	says_clause(news(0, next - 1, SLAB_CACHE_MADE), "S21", "one of its own where another would do: S21");
	state(PLAIN OTHER ONE);
	create("dentry", 64, SLAB_NO_MERGE);
	news(0, next, SLAB_CACHE_MADE);
	says_clause(model_cache_created(w->model, 0, next), "S20", "a name is taken, and nobody warns: S20");
	state(PLAIN OTHER ONE);
	create("bio", 64, SLAB_NO_MERGE);
	says_clause(TELL(.type = EVENT_SLUB_REPORT, .report = SLUB_DUPLICATE_NAME), "S20", "one is not, and somebody does: S20");
	ask(1, 0, 1, GFP_KERNEL);
	says_clause(TELL(.type = EVENT_SLUB_REPORT, .cpu = 1, .report = SLUB_CREATE), "S20", "a report of a failure out of nowhere: S20");
	says_clause(TELL(.type = EVENT_SLUB_REPORT, .cpu = 1, .report = SLUB_OUT_OF_MEMORY), "S39", "of a refusal that is none: S39");
}

static void test_destroying(void)
{
	state(PLAIN OTHER ONE);
	model_begin_cache_destroy(w->model, 0, id(0));
	says_clause(news(0, id(1), SLAB_CACHE_UNSHARED), "S22", "another cache loses a reference: S22");
	says_clause(news(0, id(0), SLAB_CACHE_GONE), "S22", "one goes with a reference left: S22");
	says_clause(news(0, id(0), SLAB_CACHE_UNSHARED), NULL, "it loses the last");
	says_clause(news(0, id(0), SLAB_CACHE_GONE), "S22", "and goes with objects in use: S22");
	state(PLAIN OTHER);
	model_begin_cache_destroy(w->model, 0, id(0));
	says_clause(model_cache_destroyed(w->model, 0), "S22", "nothing is heard of it: S22");
	news(0, id(0), SLAB_CACHE_UNSHARED);
	says_clause(model_cache_destroyed(w->model, 0), "S22", "it is still there: S22");
}

static void test_shrinking(void)
{
	state(PLAIN ONE "3: kmem_cache_shrink c0\n");
	model_begin_cache_shrink(w->model, 0, id(0));
	says_clause(model_cache_shrunk(w->model, 0, false), "S23", "slabs remain, and shrink denies it: S23");
	says_clause(model_cache_shrunk(w->model, 0, true), NULL, "as it is");
	cache(0)->cpu[1].slab = slab(0);
	says_clause(model_cache_shrunk(w->model, 0, true), "S23", "a CPU keeps a slab: S23");
	state(PLAIN ONE "3: kmem_cache_shrink c0\n");
	model_begin_cache_shrink(w->model, 0, id(0));
	frame(slab(0))->inuse = 0;
	says_clause(model_cache_shrunk(w->model, 0, true), "S23", "an empty slab stays: S23");
}

/* --- boot, sums ------------------------------------------------------------------------------------------------------- */

static void test_boot(void)
{
	state(PLAIN ONE);
	model_begin_slab_init(w->model, 0, 100, 100);
	says_clause(news(0, id(0) + 1, SLAB_CACHE_MADE), "K3", "the boot makes one cache too many: K3");
	w->model->slab->boot_made--;
	says_clause(model_slab_is_up(w->model, 0, 0), "K3", "or one too few: K3");
	says_clause(model_slab_is_up(w->model, 0, -12), "S9", "there was no memory, and nobody was refused: S9");
}

static void test_refusals_and_rest(void)
{
	struct program p;
	char error[200];
	static const char text[] = "mmcheck-trace 1 profile=small start=booted\n0: sleep ms=0\n";

	state(PLAIN ONE);
	ask(0, 0, 1, GFP_KERNEL);
	w->model->slab->flight[0][0].oom_due = true;
	says_clause(model_end(w->model, 0), "S39", "a refusal is not reported: S39");
	state(PLAIN ONE);
	model_begin_slab_init(w->model, 0, 100, 64u << 20);
	w->model->slab->boot_made = 1;
	says_clause(news(0, id(0) + 1, SLAB_CACHE_MADE), "S5", "the boot makes a cache that no slab can have: S5");
	state(PLAIN ONE);
	model_begin_cache_create(w->model, 0, 0, &(struct model_cache_asked){ .name = "bio", .size = 64, .flags = SLAB_NO_MERGE,
									      .use_freeptr = true });
	says_clause(news(0, id(0) + 1, SLAB_CACHE_MADE), "S20", "a cache whose free pointer has no place is made: S20");
	state(PLAIN ONE);
	w->model->slab->cache[1].live++;
	says_clause(model_slab_nothing_leaks(w->model), "Q5", "an object of the boot's caches leaks: Q5");
	state(PLAIN ONE);
	w->object[0].state = SLOT_STALE;
	says_clause(slab_free_all(w), "Q5", "one of a client's leaks: Q5");
	program_init(&p);
	program_parse(&p, text, strlen(text), error, sizeof(error), NULL);
	w->until = 1;
	lockstep_run(w, &p);
	program_free(&p);
	says_clause(TELL(.type = EVENT_KFREE), "S7", "something is announced where there are no caches: S7");
}

static void test_chain_order(void)
{
	state(PLAIN FULL "3: o1 = kmem_cache_alloc_bulk c0 gfp=GFP_KERNEL count=32\n4: o2 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n"
	      "5: kmem_cache_free o0 cpu=1\n6: kmem_cache_free o1 cpu=1\n");
	ask(1, 0, 1, GFP_KERNEL);
	says_clause(move(1, 0, slab(0), SLAB_CPU_PARTIAL, SLAB_CPU), "S9", "a chain gives the second slab first: S9");
}

static void test_sums(void)
{
	state(PLAIN ONE);
	says_clause(model_slab_recount(w->model), NULL, "sums are right");
	frame(slab(0))->inuse++;
	says_clause(model_slab_recount(w->model), "N6", "objects of a slab are counted wrongly: N6");
	frame(slab(0))->inuse--;
	cache(0)->live++;
	says_clause(model_slab_recount(w->model), "N6", "or those of a cache: N6");
	cache(0)->live--;
	w->model->frame[slab(0)].owner = 3;
	says_clause(model_slab_recount(w->model), "N6", "a slab's page has another owner: N6");
}

/* --- mm against the model --------------------------------------------------------------------------------------------- */

static struct kmem_cache *the_cache(void)
{
	return w->cache[0].s;
}

#define WRONG(field, clause)                                                                                           \
	do {                                                                                                           \
		the_cache()->field++;                                                                                  \
		says_clause(slab_compare(w, id(0)), clause, "the cache's " #field " is another: " clause);            \
		the_cache()->field--;                                                                                  \
	} while (0)

static void test_figures(void)
{
	state(PLAIN ONE);
	says_clause(slab_compare(w, id(0)), NULL, "figures are right");
	WRONG(name[0], "S20");
	WRONG(flags, "S30");
	WRONG(size, "S1");
	WRONG(object_size, "S1");
	WRONG(inuse, "S1");
	WRONG(offset, "S1");
	WRONG(red_left_pad, "S1");
	WRONG(align, "S17");
	WRONG(oo.order, "S5");
	WRONG(oo.objects, "S5");
	WRONG(min.order, "S5");
	WRONG(min.objects, "S5");
	WRONG(min_partial, "S11");
	WRONG(cpu_partial, "S11");
	WRONG(cpu_partial_slabs, "S11");
	WRONG(refcount, "S21");
	WRONG(node[0]->nr_slabs, "S8");
	WRONG(node[0]->total_objects, "S8");
	WRONG(node[0]->nr_partial, "S8");
	the_cache()->ctor = (void (*)(void *))(uintptr_t)the_cache;
	says_clause(slab_compare(w, id(0)), "S18", "it has a constructor nobody asked for: S18");
	the_cache()->ctor = NULL;
	cache(0)->exists = false;
	says_clause(slab_compare(w, id(0)), "S20", "a cache is there that should not be: S20");
}

/* --- what an owner finds ---------------------------------------------------------------------------------------------- */

static const struct op *liar_of;
static void (*lie)(struct world *world, const u64 *a);

static struct outcome run_lie(struct world *world, const u64 *a)
{
	struct outcome seen = liar_of->run(world, a);

	lie(world, a);
	return seen;
}

/* One more operation of the state, which lies after it was done. */
static const char *with_lie(const char *name, u64 slot, u64 second, u64 third, void (*what)(struct world *world, const u64 *a))
{
	u64 a[MAX_ARGS] = { slot, second, third };
	struct op liar;
	const char *bad;

	liar_of = op_by_name(name, strlen(name));
	lie = what;
	liar = *liar_of;
	liar.run = run_lie;
	w->nesting[0]++;
	bad = world_execute(w, w->program ? w->step : 0, &liar, a);
	w->nesting[0]--;
	return bad;
}

static void spoil(struct world *world, const u64 *a)
{
	*((char *)ram_address(world->machine, 0) + world->object[a[0]].at) ^= 1;
}
static void forget(struct world *world, const u64 *a)
{
	(void)world, (void)a;
}

static void shorten(struct world *world, const u64 *a)
{
	world->cache[a[0]].s->object_size = 1;
}
static void forbid(struct world *world, const u64 *a)
{
	tool_poison((char *)ram_address(world->machine, 0) + world->object[a[0]].at, 8);
}
static void allow(struct world *world, const u64 *a)
{
	tool_unpoison((char *)ram_address(world->machine, 0) + world->object[a[0]].at, 8);
}
static void steal_slab(struct world *world, const u64 *a)
{
	frame(model_slab_of(world->model, world->object[a[0]].at))->cache = 1;
}

static void test_tool(void)
{
	u64 a[MAX_ARGS] = { 0 };

	state(PLAIN);
	if (tool_asks_poisoned(w->machine->host->ram, 1) < 0) {
		skip("the tool forbids an object that was handed out: S51", "no tool");
		return;
	}
	says_clause(with_lie("kmem_cache_alloc", 0, 0, GFP_KERNEL, forbid), "S51", "the tool forbids an object that was handed out: S51");
	state(PLAIN ONE);
	says_clause(with_lie("kmem_cache_free", 0, 0, 0, allow), "S52", "it allows one that is free: S52");
	state(TYPESAFE ONE);
	forbid(w, a);
	says_clause(with_lie("object_walk", 0, 0, 0, allow), "S18", "it forbids a reader to look: S18");
}

static void test_contents(void)
{
	state("0: c0 = kmem_cache_create name=dentry size=64 align=0 flags=NO_MERGE ctor=none\n");
	says_clause(with_lie("kmem_cache_zalloc", 0, 0, GFP_KERNEL, spoil), "S16", "a zeroed object is not: S16");
	state("0: c0 = kmem_cache_create name=dentry size=64 align=0 flags=none ctor=first\n");
	says_clause(with_lie("kmem_cache_alloc", 0, 0, GFP_KERNEL, spoil), "S18", "an object is not as its constructor left it: S18");
	state("0: c0 = kmem_cache_create name=dentry size=64 align=0 flags=POISON ctor=none\n");
	says_clause(with_lie("kmem_cache_alloc", 0, 0, GFP_KERNEL, spoil), "S3", "poison is not there: S3");
	state("0: c0 = kmem_cache_create name=dentry size=64 align=0 flags=NO_MERGE ctor=none\n");
	cache(0)->align = 4096 * 64;
	says_clause(with_lie("kmem_cache_alloc", 0, 0, GFP_KERNEL, forget), "S17", "an object is not aligned: S17");
	state("0: c0 = kmem_cache_create name=dentry size=64 align=0 flags=NO_MERGE ctor=none\n1: o0 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n");
	says_clause(with_lie("object_check", 0, 0, 0, spoil), "S50", "what its owner wrote is gone: S50");
	state("0: sleep ms=0\n");
	says_clause(with_lie("kmem_cache_create", 0, 0, 64, shorten), "S21", "a new cache has smaller objects than were asked for: S21");
	state(TYPESAFE ONE);
	says_clause(with_lie("object_walk", 0, 0, 0, steal_slab), "S18", "a reader's object is in a slab of another cache: S18");
}

int main(void)
{
	w = world_create();
	test_taking();
	test_giving();
	test_answers();
	test_wanting_pages();
	test_returning_pages();
	test_readers();
	test_moves();
	test_moves_of_requests();
	test_moves_of_frees();
	test_creating();
	test_destroying();
	test_shrinking();
	test_boot();
	test_refusals_and_rest();
	test_chain_order();
	test_sums();
	test_figures();
	test_contents();
	test_tool();
	world_destroy(w);
	return tap_end();
}
