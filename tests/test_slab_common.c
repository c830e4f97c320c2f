// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_slab_common.c - what a cache keeps and no program can ask for: the names of those that share it, the bytes that are
 * charged, what is left of an object in memory that is nobody's, a boot that lacks memory.
 */
#include <stdlib.h>
#include "../mm/slab_access.h"
#include "../mm/slab_internal.h"
#include "tap.h"

static struct machine *early(bool init)
{
	struct machine_config c = { 0 };
	struct machine *m;

	machine_config_profile(&c, PROFILE_SMALL);
	c.param[PARAM_INIT_ON_FREE] = c.param[PARAM_INIT_ON_ALLOC] = init;
	c.param[PARAM_SLAB_FREELIST_RANDOM] = 1;
	m = machine_create(&c);
	machine_enter(m, 0);
	if (mm_boot()) {
		printf("Bail out! the machine does not boot\n");
		exit(1);
	}
	return m;
}

static struct machine *boot(bool init)
{
	struct machine *m = early(init);

	if (kmem_cache_init()) {
		printf("Bail out! there are no caches\n");
		exit(1);
	}
	m->fuel = 1 << 30;
	m->nr_events = m->log_bytes = 0;
	return m;
}

/* --- aliases [S21] --------------------------------------------------------------------------------------------------------- */

static struct kmem_cache *plain_cache(const char *prefix, unsigned nr)
{
	char name[KMEM_CACHE_NAME_MAX];

	this_cpu->machine->nr_events = 0;
	snprintf(name, sizeof(name), "%s%u", prefix, nr);
	return kmem_cache_create(name, 1000, 0, 0, NULL);
}

/* How many entries have this name, of this cache. */
static unsigned nr_aliases(const char *name, const struct kmem_cache *s)
{
	const struct slab_state *st = current_mm()->slab;
	unsigned nr = 0;

	for (unsigned i = 0; i < SLAB_MAX_ALIASES; i++)
		nr += st->alias[i].id && (!name || !strcmp(st->alias[i].name, name)) && (!s || st->alias[i].id == s->id);
	return nr;
}

static void test_aliases(void)
{
	struct machine *m = this_cpu->machine;
	struct kmem_cache *s = plain_cache("shared", 0);
	unsigned same = 0;

	same_number(nr_aliases(NULL, NULL), 0, "S21: who is the first is no alias");
	for (unsigned i = 0; i < SLAB_MAX_ALIASES; i++)
		same += plain_cache("a", i) == s;
	same_number(same, SLAB_MAX_ALIASES, "S21: all share it");
	ok(nr_aliases("a0", s) == 1 && nr_aliases("a31", s) == 1 && nr_aliases(NULL, s) == SLAB_MAX_ALIASES, "S21: by their names");
	m->log_bytes = 0;
	ok(plain_cache("a", 7) == s && nr_aliases("a7", s) == 1 && !m->log_bytes, "S21: a name leads to one cache once");
	ok(plain_cache("a", 0) == s && plain_cache("a", 31) == s && !m->log_bytes, "S21:  the first and the last too");
	ok(plain_cache("late", 0) == s && !nr_aliases("late0", NULL), "S21: one too many shares it without a name");
	m->host->log[m->log_bytes] = 0;
	same_text(m->host->log, "SLUB: Unable to add cache alias late0 to sysfs\n", "S21:  and that is said");
	while (s->refcount > 1)
		kmem_cache_destroy(s);
	ok(nr_aliases(NULL, s) == SLAB_MAX_ALIASES, "S21: names stay as long as the cache");
	kmem_cache_destroy(s);
	same_number(nr_aliases(NULL, NULL), 0, "S21: and go with it");
}

/* --- charges [S40] ------------------------------------------------------------------------------------------------------------ */

static u64 charged(void)
{
	this_cpu->machine->nr_events = 0;
	return current_mm()->slab->accounted_bytes;
}

static void test_charges(void)
{
	struct kmem_cache *s = kmem_cache_create("charged", 200, 0, SLAB_ACCOUNT, NULL), *free = plain_cache("free", 0);
	void *p[4], *not_charged = kmem_cache_alloc(free, GFP_KERNEL), *by_size = kmalloc(100, GFP_KERNEL);
	u64 one = s->size + sizeof(void *);

	same_number(charged(), 0, "S40: objects of other caches are not charged");
	p[0] = kmem_cache_alloc(s, GFP_KERNEL);
	same_number(charged(), one, "S40: an object is charged with its slot and a pointer");
	kmem_cache_alloc_bulk(s, GFP_KERNEL, 3, p + 1);
	same_number(charged(), 4 * one, "S40:  in bulk too");
	kmem_cache_free(s, p[0]);
	kmem_cache_free_bulk(s, 2, p + 1);
	same_number(charged(), one, "S40:  and each gives it back");
	kfree(p[3]);
	kmem_cache_free(free, not_charged);
	kfree(by_size);
	same_number(charged(), 0, "S40:  whichever way it comes back");
	by_size = kmalloc(100, GFP_KERNEL_ACCOUNT);
	same_number(charged(), 128 + sizeof(void *), "S40: memory by size is charged when the mask says so");
	kfree(by_size);
	same_number(charged(), 0, "S40:  and gives it back");
	kmem_cache_destroy(s);
	kmem_cache_destroy(free);
}

/* --- what is left of an object [S16] --------------------------------------------------------------------------------------------- */

/* The free pointer in its middle apart. */
static bool is_wiped(const struct kmem_cache *s, const char *p)
{
	for (u32 at = 0; at < s->size; at += 8)
		if (at != s->offset && slab_load(p + at))
			return false;
	return true;
}

static void test_wiping(void)
{
	struct kmem_cache *s = kmem_cache_create("padded", 40, 64, 0, NULL);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);

	same_number(s->size, 64, "S16: a slot with bytes behind the object");
	for (u32 at = 0; at < s->size; at += 8)
		slab_store(p + at, ~0ULL);
	kmem_cache_free(s, p);
	ok(is_wiped(s, p), "S16: an object given back is zeroes with init_on_free, what lies behind it too");
	kmem_cache_destroy(s);
}

static void construct(void *object)
{
	slab_store(object, 0x1234);
}

/* Readers may still look, or the constructor's work must last: nobody wipes these. */
static void test_exempt_from_wiping(slab_flags_t flags, void (*ctor)(void *), const char *claim)
{
	struct kmem_cache *s = kmem_cache_create("exempt", 64, 0, flags, ctor);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);
	unsigned kept = 0;

	this_cpu->machine->nr_events = 0;
	for (u32 at = 0; at < 64; at += 8)
		slab_store(p + at, ~0ULL);
	kmem_cache_free(s, p);
	for (u32 at = 0; at < 64; at += 8)
		kept += slab_load(p + at) == ~0ULL;
	ok(kept == 8 && kmem_cache_alloc(s, GFP_KERNEL) == p && slab_load(p) == ~0ULL, "%s", claim);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

/* --- boot [N51] ------------------------------------------------------------------------------------------------------------------- */

/* From some request for pages on none is served. */
static void test_boot_without_memory(void)
{
	enum { MANY = 1000000 };
	unsigned tried = 0, refused = 0, positive = 0;
	bool failed;

	do {
		struct machine *m = early(false);
		int err;

		sim_plan_fault(m, FAULT_PAGE_ALLOC, tried++, MANY);
		err = kmem_cache_init();
		failed = m->fault[FAULT_PAGE_ALLOC].times < MANY;
		refused += err < 0;
		positive += err > 0;
		machine_destroy(m);
	} while (failed);
	ok(refused == tried - 1 && !positive && refused > 10, "N51: a boot that lacks pages says so by a negative number");
	printf("# %u requests, %u refusals of the boot\n", tried - 1, refused);
}

/* S39: what other nodes have is told to who wanted this one. */
static void test_report_of_a_full_node(void)
{
	struct kmem_cache *s = kmem_cache_create("short", 512, 0, 0, NULL);
	struct machine *m = this_cpu->machine;
	void *p = kmem_cache_alloc_node(s, GFP_KERNEL, 0);
	char line[100];

	kmem_cache_shrink(s);
	snprintf(line, sizeof(line), "  node 0: slabs: 1, objs: %u, free: %u\n", s->oo.objects, s->oo.objects - 1u);
	m->nr_events = m->log_bytes = 0;
	ok(!kmem_cache_alloc_node(s, GFP_ATOMIC | __GFP_THISNODE, 1), "S39: nothing is left on that node");
	m->host->log[m->log_bytes] = 0;
	if (!ok(strstr(m->host->log, line) != NULL, "S39: what another has is told"))
		printf("# no line %s", line);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

/* A node without a page when the first cache is made: what it needs there lies on another. */
static void test_boot_with_a_full_node(void)
{
	struct machine *m = early(false);
	unsigned missing = 0;

	while (alloc_pages_node(1, GFP_NOWAIT | __GFP_THISNODE | __GFP_NOWARN | __GFP_MEMALLOC, 0))
		m->nr_events = 0;
	same_number((unsigned long long)-kmem_cache_init(), 0, "S9: a boot with a node that has no page left");
	for (unsigned nid = 0; nid < current_mm()->nr_nodes; nid++)
		missing += node_has_slabs(nid) && (!slab_cache_by_id(1)->node[nid] || !slab_cache_by_id(2)->node[nid]);
	same_number(missing, 0, "S9:  gives each node its part of the first caches");
	same_text(slab_check(), NULL, "S9:  and they are whole");
	test_report_of_a_full_node();
	machine_destroy(m);
}

/* --- slabs of a node [S11] ---------------------------------------------------------------------------------------------------------- */

/* Slabs with one object each, all on the node's list; then one object is asked for. */
static void test_chain_from_the_node(void)
{
	struct kmem_cache *s = kmem_cache_create("chained", 512, 0, 0, NULL);
	unsigned objects = s->oo.objects, slabs = s->cpu_partial_slabs + 4, moved = 0;
	void **p = malloc(slabs * objects * sizeof(*p)), *one;

	for (unsigned i = 0; i < slabs * objects; i++) {
		p[i] = kmem_cache_alloc_node(s, GFP_KERNEL, 0);
		this_cpu->machine->nr_events = 0;
	}
	for (unsigned i = 0; i < slabs * objects; i++) {
		if (i % objects)
			kmem_cache_free(s, p[i]);
		this_cpu->machine->nr_events = 0;
	}
	kmem_cache_shrink(s);
	same_number(s->node[0]->nr_partial, slabs, "S11: slabs on a node's list");
	one = kmem_cache_alloc_node(s, GFP_KERNEL, 0);
	for (const struct slab *slab = this_cpu_slab(s->id)->partial; slab; slab = slab->next)
		moved++;
	same_number(moved, s->cpu_partial_slabs / 2 + 1, "S11: who takes one takes half a chain with it");
	kmem_cache_free(s, one);
	for (unsigned i = 0; i < slabs * objects; i += objects) {
		kmem_cache_free(s, p[i]);
		this_cpu->machine->nr_events = 0;
	}
	kmem_cache_destroy(s);
	free(p);
}

int main(void)
{
	struct machine *m = boot(false);

	test_aliases();
	test_charges();
	test_chain_from_the_node();
	machine_destroy(m);
	m = boot(true);
	test_wiping();
	test_exempt_from_wiping(SLAB_TYPESAFE_BY_RCU, NULL, "S16: not with SLAB_TYPESAFE_BY_RCU, neither then nor when it is handed out");
	test_exempt_from_wiping(0, construct, "S16: nor with a constructor");
	machine_destroy(m);
	test_boot_without_memory();
	test_boot_with_a_full_node();
	return tap_end();
}
