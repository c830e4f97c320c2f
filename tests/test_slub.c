/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_slub.c - the slab allocator by hand: what is stored of a free pointer, and slab_check(), each of whose clauses must speak
 * when one word is wrong, and none before.
 */
#include <stdlib.h>
#include <string.h>
#include "slab_boot.h"

static struct machine *m;

/* --- free pointers [S14] ------------------------------------------------------------------------------------------------------ */

/* What Linux 6.12 stores: the pointer, a number of the cache, and the place turned round, bit by bit exclusive. */
static u64 as_stored(u64 random, u64 pointer, u64 place)
{
	u64 turned = 0;

	for (int i = 0; i < 8; i++)
		turned |= (place >> (8 * i) & 0xff) << (8 * (7 - i));
	return pointer ^ random ^ turned;
}

static u64 direct_map(const void *p)
{
	return SIM_DIRECT_MAP + slab_address(p);
}

static void test_free_pointers(void)
{
	struct kmem_cache *s;
	void *a, *b;
	u64 random;

	if (!(m = boot_slab(NULL, PARAM_SLAB_FREELIST_HARDENED, 1)))
		return;
	s = kmem_cache_create("filp", 64, 0, SLAB_NO_MERGE, NULL);
	a = kmem_cache_alloc(s, GFP_KERNEL);
	b = kmem_cache_alloc(s, GFP_KERNEL);
	random = s->random;
	ok(random, "a hardened cache has a number of its own");
	kmem_cache_free(s, a);
	kmem_cache_free(s, b);
	ok(slab_load((char *)b + s->offset) == as_stored(random, direct_map(a), direct_map((char *)b + s->offset)),
	   "S14: what is stored is pointer ^ number ^ place turned round");
	ok(slab_load((char *)a + s->offset) != slab_load((char *)b + s->offset) &&
		   slab_load((char *)a + s->offset) != direct_map(b), "S14: neither is a pointer");
	machine_destroy(m);
	if (!(m = boot_slab(NULL, PARAM_SLAB_FREELIST_HARDENED, 0)))
		return;
	s = kmem_cache_create("filp", 64, 0, SLAB_NO_MERGE, NULL);
	a = kmem_cache_alloc(s, GFP_KERNEL);
	b = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, a);
	kmem_cache_free(s, b);
	ok(slab_load((char *)b + s->offset) == direct_map(a), "without hardening it is the pointer");
	machine_destroy(m);
}

/* --- slab_check() ------------------------------------------------------------------------------------------------------------- */

/* A cache with a slab of the CPU, one on its chain, and a full one. */
struct places {
	struct kmem_cache *s;
	struct slab *cpu, *chain, *full;
};

#define MANY 64

static struct places make_places(void)
{
	struct kmem_cache *s = kmem_cache_create("task", 1024, 0, SLAB_NO_MERGE, NULL);
	struct places p = { .s = s };
	void *object[MANY];

	for (int i = 0; i < MANY; i++)
		object[i] = kmem_cache_alloc(s, GFP_KERNEL);
	p.cpu = slab_of(object[MANY - 1]);
	for (int i = 0; i < MANY; i += s->oo.objects) /* one of each slab */
		if (slab_of(object[i]) != p.cpu)
			kmem_cache_free(s, object[i]);
	flush_all(s);
	for (int i = 0; i < MANY; i++)
		object[i] = kmem_cache_alloc(s, GFP_ATOMIC);
	p.cpu = this_cpu_slab(s->id)->slab;
	for (int i = 0; i < MANY; i += s->oo.objects)
		if (slab_of(object[i]) != p.cpu) {
			p.chain = slab_of(object[i]);
			kmem_cache_free(s, object[i]);
			break;
		}
	for (int i = 0; i < MANY; i++)
		if (slab_of(object[i]) != p.cpu && slab_of(object[i]) != p.chain)
			p.full = slab_of(object[i]);
	return p;
}

#define WRONG(clause, word, value, what) WRONG_WORD(slab_check(), word, value, clause, clause ": " what)

static void wrong_slabs(const struct places *p)
{
	u64 pfn = slab_pfn(p->chain);
	struct slab_counters c = slab_counters(p->chain);

	WRONG("S7", p->chain->counters, (c.inuse = c.objects + 1, counters_pack(c)),
	      "more objects in use than there are");
	c = slab_counters(p->chain);
	WRONG("S7", p->chain->counters, (c.freelist = NO_FREE - 1, counters_pack(c)),
	      "a list that begins behind the slab");
	WRONG("S8", current_mm()->hole[pfn / 64], current_mm()->hole[pfn / 64] | 1ULL << pfn % 64,
	      "a slab in a hole of RAM");
	WRONG("S8", p->chain->flags, p->chain->flags | SLAB_WAITS, "a slab on a chain that waits for a grace period");
	WRONG("S8", p->chain->flags, p->chain->flags ^ 1u << SLAB_ID_SHIFT, "a slab on another cache's chain");
	WRONG("S8", p->chain->flags, p->chain->flags + (1u << SLAB_ORDER_SHIFT),
	      "a slab of an order that the cache has not");
	WRONG("S18", p->full->flags, p->full->flags | SLAB_WAITS, "a slab that waits, with objects in use");
}

static void wrong_places(const struct places *p, struct kmem_cache_node *n, struct kmem_cache_cpu *cpu)
{
	struct kmem_cache_cpu *other = cpu_slab_of(1, p->s->id);

	WRONG("S8", other->partial, p->chain, "a slab on the chains of two CPUs");
	WRONG("S8", p->chain->next, p->chain, "a chain without end");
	WRONG("S8", cpu->slab, (void *)n, "a CPU's slab that is no struct page");
	WRONG("S11", cpu->take_nr, 1, "more in a sheaf than it has room for");
	WRONG("S8", p->s->node[numa_mem_id()], NULL, "a node without its lists");
	WRONG("S8", p->s->id, p->s->id + 1, "a cache in the place of another");
	WRONG("S8", slab_state()->cache[p->s->id], NULL, "a slab of a cache that is not there");
}

static void construct(void *object)
{
	(void)object;
}

static void wrong_layouts(struct kmem_cache *s)
{
	struct kmem_cache *built = kmem_cache_create("inode", 256, 0, 0, construct);
	void *object;

	WRONG("S17", s->red_left_pad, 4, "objects between two alignments");
	WRONG("S1", s->offset, s->offset + 4, "a free pointer that is not aligned");
	WRONG("S1", s->ctor, construct, "a free pointer inside of what was constructed");
	WRONG("S1", s->flags, s->flags | SLAB_RED_ZONE, "red zones without room for them");
	WRONG("S21", built->refcount, 2, "a cache with a constructor that was merged");
	object = kmem_cache_alloc(slab_state()->kmem_cache_node, GFP_KERNEL);
	says_clause(slab_check(), "S22", "S22: lists of a node that are nobody's");
	kmem_cache_free(slab_state()->kmem_cache_node, object);
}

/* A cache that keeps its full slabs on a list. */
static void wrong_debug(const struct places *p)
{
	struct kmem_cache *s = kmem_cache_create("dentry", 1024, 0, SLAB_STORE_USER, NULL);
	struct kmem_cache_node *n = get_node(s, numa_mem_id());

	for (int i = 0; i < MANY && list_empty(&n->full); i++)
		kmem_cache_alloc(s, GFP_KERNEL);
	ok(!slab_check() && !list_empty(&n->full), "nothing is wrong where full slabs are on a list");
	WRONG("S8", n->full.prev, NULL, "a list that is no circle");
	WRONG("S8", s->flags, s->flags & ~SLAB_STORE_USER, "a list of full slabs that nobody asked for");
	WRONG("S8", n->full.next, &n->full, "a full slab that is on no list");
	WRONG("S11", this_cpu_slab(s->id)->slab, p->cpu, "a CPU's slab of a cache that is debugged");
}

static void test_corruptions(void)
{
	struct slab_counters c;
	struct kmem_cache_cpu *cpu;
	struct kmem_cache_node *n;
	struct kmem_cache *unused;
	struct places p;

	if (!(m = boot_slab(NULL, PARAM_SLAB_FREELIST_HARDENED, 0)))
		return;
	p = make_places();
	unused = kmem_cache_create("pid", 128, 0, SLAB_NO_MERGE, NULL);
	n = get_node(p.s, numa_mem_id());
	cpu = this_cpu_slab(p.s->id);
	ok(!slab_check() && p.cpu && p.chain && p.full, "nothing is wrong");
	if (!p.cpu || !p.chain || !p.full)
		return;
	c = slab_counters(p.chain);
	WRONG("S7", p.chain->counters, (c.inuse++, counters_pack(c)), "one object in use too many");
	c = slab_counters(p.chain);
	WRONG("S7", p.chain->counters, (c.freelist++, counters_pack(c)), "a list that begins inside an object");
	c = slab_counters(p.chain);
	WRONG("S7", p.chain->counters, (c.objects--, counters_pack(c)), "a slab that has too few");
	c = slab_counters(p.chain);
	WRONG("S8", p.chain->counters, (c.frozen = true, counters_pack(c)), "a slab on a chain that is frozen");
	c = slab_counters(p.cpu);
	WRONG("S8", p.cpu->counters, (c.frozen = false, counters_pack(c)), "a CPU's slab that is not");
	WRONG("S8", p.chain->slabs, 7, "a chain longer than it is");
	WRONG("S8", p.chain->flags, p.chain->flags | SLAB_ON_PARTIAL, "a slab on a chain that says it is on a list");
	WRONG("S8", p.chain->refcount, 2, "somebody else's reference to a slab");
	WRONG("S8", n->nr_partial, n->nr_partial + 1, "a list longer than it is");
	WRONG("S8", n->nr_slabs, n->nr_slabs + 1, "a slab too many");
	WRONG("S8", n->total_objects, n->total_objects - 1, "an object too few");
	WRONG("S8", cpu->slab, NULL, "a CPU's list without its slab");
	WRONG("S8", cpu->partial, NULL, "a slab that is nowhere");
	WRONG("S8", cpu->offset, cpu->offset + 8, "a CPU's table that differs from the cache");
	WRONG("S13", cpu->hot.second, cpu->hot.second + 1, "another CPU's transaction id");
	WRONG("S7", cpu->hot.first, (char *)cpu->hot.first + 8, "a CPU's list that begins inside an object");
	WRONG("N6", current_mm()->slab_pages[0][0], current_mm()->slab_pages[0][0] + 1, "a page too many");
	WRONG("S17", p.s->align, 24, "an alignment of 24");
	WRONG("S1", p.s->inuse, 8, "an object that ends before it ends");
	WRONG("S5", p.s->oo.objects, p.s->oo.objects + 1, "an object more than fit");
	WRONG("S22", slab_state()->cache[unused->id], NULL, "a descriptor that is nobody's");
	wrong_slabs(&p);
	wrong_places(&p, n, cpu);
	wrong_layouts(p.s);
	wrong_debug(&p);
	ok(!slab_check(), "nothing is wrong any more");
	machine_destroy(m);
}

int main(void)
{
	test_free_pointers();
	test_corruptions();
	return tap_end();
}
