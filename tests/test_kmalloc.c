// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_kmalloc.c - memory by size, asked of mm alone: the golden vectors E15 and E16, and what programs cannot see or come
 * by too rarely.
 */
#include <stdlib.h>
#include "page_debug.h"
#include "rcu.h"
#include "slab_boot.h"

static const char *cache_name_of(const void *p)
{
	return slab_cache(slab_of(p))->name;
}

static bool is_large(const void *p)
{
	return virt_to_head_page(p)->flags & PG_large_kmalloc;
}

static u64 nr_free_pages(void)
{
	u64 pages = 0;

	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++)
		for (unsigned zone = 0; zone < MAX_NR_ZONES; zone++)
			pages += zone_free_pages(nid, zone);
	return pages;
}

/* Events since they were forgotten: how many of each type, and the last of them. */
static struct {
	unsigned nr;
	struct mm_event last;
} seen[NR_EVENT_TYPES];

static void look_at_events(struct machine *m, void *arg)
{
	(void)arg;
	for (u32 i = 0; i < m->nr_events; i++) {
		struct mm_event ev;

		memcpy(&ev, m->host->event[i].word, sizeof(ev));
		seen[ev.type].nr++;
		seen[ev.type].last = ev;
	}
	m->nr_events = 0;
}

static unsigned events(unsigned type, struct mm_event *last)
{
	look_at_events(this_cpu->machine, NULL);
	if (last)
		*last = seen[type].last;
	return seen[type].nr;
}

static unsigned all_events(void)
{
	unsigned nr = 0;

	for (unsigned type = 0; type < NR_EVENT_TYPES; type++)
		nr += events(type, NULL);
	return nr;
}

static void forget_events(void)
{
	this_cpu->machine->nr_events = this_cpu->machine->log_bytes = 0;
	memset(seen, 0, sizeof(seen));
}

static struct machine *boot(const char *slab_debug, unsigned nodes)
{
	struct machine *m = boot_slab(slab_debug, PARAM_NODES, nodes);

	if (!m)
		exit(1);
	slab_settle();
	drain_all_pages();
	m->fuel = 1 << 30;
	m->host->event_full = look_at_events;
	forget_events();
	return m;
}

/* --- sizes ----------------------------------------------------------------------------------------------------------------- */

static const struct {
	size_t from, to, is;
} classes[] = { /* E15 */
	{ 0, 0, 0 },	     { 1, 8, 8 },	  { 9, 16, 16 },	 { 17, 32, 32 },	{ 33, 64, 64 },
	{ 65, 96, 96 },	     { 97, 128, 128 },	  { 129, 192, 192 },	 { 193, 256, 256 },	{ 257, 512, 512 },
	{ 513, 1024, 1024 }, { 1025, 2048, 2048 }, { 2049, 4096, 4096 }, { 4097, 8192, 8192 }, { 8193, 16384, 16384 },
	{ 16385, 32768, 32768 },
};

static size_t rounded(size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (size >= classes[i].from && size <= classes[i].to)
			return classes[i].is;
	return 0;
}

static void test_classes(void)
{
	size_t wrong = 0, wrong_ksize = 0, misaligned = 0;

	for (size_t size = 0; size <= 32768; size++) {
		void *p = kmalloc(size, GFP_KERNEL);
		u64 at = size ? slab_address(p) : 0;

		wrong += kmalloc_size_roundup(size) != rounded(size);
		wrong_ksize += ksize(p) != rounded(size);
		misaligned += (at & 7) || (size > 64 && size <= 96 && at % 32) || (size > 128 && size <= 192 && at % 64) ||
			      (size && !(size & (size - 1)) && at % min_of(size, PAGE_SIZE));
		kfree(p);
		forget_events();
	}
	same_number(wrong, 0, "E15: each size up to 32768 is rounded up to its class, or to pages");
	same_number(wrong_ksize, 0, "K5: ksize() says the same of what kmalloc() gave");
	same_number(misaligned, 0, "E16: 96 is aligned to 32, 192 to 64, powers of two to themselves, up to a page");
	same_number(kmalloc_size_roundup(kmalloc_max_size()), kmalloc_max_size(), "K5: the largest is itself");
	same_number(kmalloc_size_roundup(kmalloc_max_size() + 1), kmalloc_max_size() + 1, "K5: what is larger stays as it is");
	same_number(kmalloc_size_roundup(~(size_t)0), ~(size_t)0, "K5:   up to the largest number");
}

static void test_types(void)
{
	static const struct {
		gfp_t gfp;
		size_t size;
		const char *name;
	} row[] = {
		{ GFP_KERNEL, 8, "kmalloc-8" },
		{ GFP_KERNEL, 1024, "kmalloc-1k" },
		{ GFP_KERNEL, 8192, "kmalloc-8k" },
		{ GFP_KERNEL | __GFP_RECLAIMABLE, 96, "kmalloc-rcl-96" },
		{ GFP_KERNEL_ACCOUNT, 192, "kmalloc-cg-192" },
		{ GFP_KERNEL_ACCOUNT | __GFP_RECLAIMABLE, 192, "kmalloc-rcl-192" },
		{ GFP_KERNEL | __GFP_DMA, 64, "dma-kmalloc-64" },
		{ GFP_KERNEL_ACCOUNT | __GFP_RECLAIMABLE | __GFP_DMA, 2048, "dma-kmalloc-2k" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		void *p = kmalloc(row[i].size, row[i].gfp);

		same_text(cache_name_of(p), row[i].name, "K3: by flags");
		kfree(p);
	}
}

static void test_no_memory_at_all(void)
{
	struct mm_event ev;

	ok(kmalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR && kcalloc(0, 8, GFP_KERNEL) == ZERO_SIZE_PTR, "K2: nothing is ZERO_SIZE_PTR");
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
	kfree_sensitive(NULL);
	kfree_sensitive(ZERO_SIZE_PTR);
	ok(!ksize(NULL) && !ksize(ZERO_SIZE_PTR), "K2: it has no size");
	ok(!kmalloc_array(1ULL << 33, 1ULL << 31, GFP_KERNEL) && !krealloc_array(NULL, 1ULL << 33, 1ULL << 31, GFP_KERNEL),
	   "K8: a product that does not fit is refused");
	ok(!all_events(), "K2: nobody heard of all that");
	ok(!kmalloc(kmalloc_max_size() + 1, GFP_KERNEL) && events(EVENT_SLUB_REPORT, &ev) == 1 && ev.report == SLUB_TOO_LARGE,
	   "K2: too large is refused, with a warning");
	forget_events();
	ok(!kmalloc(~(size_t)0, GFP_KERNEL | __GFP_NOWARN) && !all_events(), "K2:   or without");
}

/* --- large blocks ---------------------------------------------------------------------------------------------------------- */

static void test_large(void)
{
	struct mm *mm = current_mm();
	s64 pages = mm->slab_pages[0][0];
	struct mm_event ev;
	char *p = kmalloc(8193, GFP_KERNEL);

	ok(events(EVENT_KMALLOC, &ev) == 1 && !ev.cache && ev.bytes_req == 8193 && ev.bytes_alloc == 16384,
	   "K6: a large block is announced");
	same_number((u64)(mm->slab_pages[0][0] - pages), 4, "K6: and counted");
	forget_events();
	kfree(p + 5000);
	ok(events(EVENT_KFREE, &ev) == 1 && ev.address == slab_address(p), "K6: a pointer into it frees it");
	same_number((u64)(mm->slab_pages[0][0] - pages), 0, "K6: and counts back");
	forget_events();
	kfree(p);
	ok(events(EVENT_SLUB_REPORT, &ev) == 1 && ev.report == SLUB_NOT_KMALLOC && ev.address == slab_address(p),
	   "K6: what is no allocation of kmalloc is reported");
	ok(strstr(this_cpu->machine->host->log, "object pointer: 0xffff888") != NULL, "K6:   by its address");
	forget_events();
	ok(!krealloc(p, 20, GFP_KERNEL) && events(EVENT_SLUB_REPORT, NULL) == 1, "K7: nor is it reallocated");
	forget_events();
	p = kmalloc(20000, GFP_KERNEL | __GFP_DMA32);
	ok(events(EVENT_REPORT, &ev) == 1 && ev.report == REPORT_GFP_MISUSE, "X5: zones that kmalloc does not know are dropped");
	kfree(p);
	forget_events();
}

/* --- krealloc -------------------------------------------------------------------------------------------------------------- */

static void number_bytes(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(i + 1);
}

static bool is_numbered(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != (char)(i + 1))
			return false;
	return true;
}

static bool is_zero(const char *p, size_t n)
{
	return slab_first_other(p, 0, n) == n;
}

static void test_krealloc(void)
{
	struct machine *m = this_cpu->machine;
	char *p = krealloc(NULL, 20, GFP_KERNEL | __GFP_ZERO), *q;

	ok(p && is_zero(p, 20), "K7: of NULL is kmalloc()");
	number_bytes(p, 20);
	q = krealloc(p, 32, GFP_KERNEL | __GFP_ZERO);
	ok(q == p && is_numbered(p, 20) && is_zero(p + 20, 12), "K7: it grows in place, and what is more is zero");
	q = krealloc(p, 10, GFP_KERNEL | __GFP_ZERO);
	ok(q == p && is_numbered(p, 10) && (is_zero(p + 10, 22) || slab_first_other(p + 10, SLUB_RED_ACTIVE, 22) == 22),
	   "K7: it shrinks in place, and the rest is zeroed, or a redzone");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 15);
	ok(!krealloc(p, 8192, GFP_NOWAIT) && is_numbered(p, 10), "K7: refused, and it is as it was");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 0);
	q = krealloc(p, 8192, GFP_KERNEL | __GFP_ZERO);
	ok(q != p && is_numbered(q, 10) && is_zero(q + 10, 8182), "K7: it moves, and keeps what was there");
	number_bytes(q, 8192);
	p = krealloc(q, 8193, GFP_KERNEL);
	ok(p && is_numbered(p, 8192) && is_large(p), "K7: into pages");
	q = krealloc(p, 16384, GFP_KERNEL);
	ok(q == p && ksize(q) == 16384, "K7: and grows there");
	ok(krealloc(q, 0, GFP_KERNEL) == ZERO_SIZE_PTR && krealloc_array(NULL, 0, 8, GFP_KERNEL) == ZERO_SIZE_PTR,
	   "K7: to nothing is a free");
	forget_events();
	p = krealloc(ZERO_SIZE_PTR, 5, GFP_KERNEL);
	ok(p && ksize(p) == 8 && events(EVENT_KMALLOC, NULL) == 1, "K7: of ZERO_SIZE_PTR is kmalloc()");
	kfree(p);
	forget_events();
}

/* With slab debugging that keeps the size asked for, it and the redzone behind it follow. */
static void test_krealloc_with_debugging(void)
{
	char *p = kmalloc(40, GFP_KERNEL), *q;
	struct kmem_cache *s = slab_cache(slab_of(p));

	ok(get_orig_size(s, p) == 40 && slab_first_other(p + 40, SLUB_RED_ACTIVE, 24) == 24, "S4: the size asked for is kept");
	slab_fill(p, 7, 40);
	q = krealloc(p, 50, GFP_KERNEL | __GFP_ZERO);
	ok(q == p && get_orig_size(s, p) == 50 && is_zero(p + 40, 10) && slab_first_other(p + 50, SLUB_RED_ACTIVE, 14) == 14,
	   "K7: it follows when the object grows, what is more is zero");
	krealloc(p, 30, GFP_KERNEL);
	ok(get_orig_size(s, p) == 30 && slab_first_other(p + 30, SLUB_RED_ACTIVE, 34) == 34, "K7: and when it shrinks");
	same_number(ksize(p), 64, "S4: ksize() is the class");
	same_number(get_orig_size(s, p), 64, "S4:   and all of that may be written from now on");
	p = krealloc(p, 100, GFP_KERNEL);
	ok(slab_first_other(p, 7, 30) == 30, "K7: moved, the prefix is there");
	kfree(p);
	same_number(events(EVENT_SLUB_REPORT, NULL), 0, "N10: and no report");
	forget_events();
}

static void test_sensitive(void)
{
	char *p = kmalloc(90, GFP_KERNEL), *large = kmalloc(9000, GFP_KERNEL);

	slab_fill(p, 0x55, 90);
	slab_fill(large, 0x55, 9000);
	kfree_sensitive(p);
	kfree_sensitive(large);
	/* A free pointer lies in the middle of the object. */
	ok(is_zero(p, 48) && is_zero(p + 56, 40), "K9: a sensitive object is zeroes when it is free");
	ok(is_zero(large, 9000), "K9: and so is a large one");
	forget_events();
}

/* --- kfree_rcu ------------------------------------------------------------------------------------------------------------- */

struct waiting {
	u64 before;
	struct rcu_head rcu;
	u64 after;
};

static bool is_free(const void *p)
{
	struct mm_event ev;

	return events(EVENT_KFREE, &ev) && ev.address == slab_address(p);
}

static void test_kfree_rcu(void)
{
	struct machine *m = this_cpu->machine;
	struct kmem_cache *s = kmem_cache_create("waits", 40, 8, 0, NULL);
	struct waiting *p = kmalloc(sizeof(*p), GFP_KERNEL), *q = kmem_cache_alloc(s, GFP_KERNEL);

	p->before = p->after = 7;
	forget_events();
	kfree_rcu(p, rcu);
	ok(events(EVENT_KFREE_RCU, NULL) == 1 && !events(EVENT_KFREE, NULL) && p->before == 7 && p->after == 7,
	   "K10: it waits, as it is");
	rcu_core();
	ok(!events(EVENT_KFREE, NULL), "K10: no grace period is over at once");
	kvfree_rcu_barrier();
	ok(events(EVENT_KFREE, NULL) == 1 && is_free(p), "K10: then it is free");
	forget_events();
	kfree_rcu(q, rcu);
	kmem_cache_destroy(s);
	ok(is_free(q) && !events(EVENT_SLUB_REPORT, NULL), "S22: a cache that is destroyed waits for its objects");
	forget_events();

	p = kmalloc(sizeof(*p), GFP_KERNEL);
	q = kmalloc(sizeof(*q), GFP_KERNEL);
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 15);
	forget_events();
	kfree_rcu(p, rcu);
	kfree_rcu(q, rcu);
	ok(events(EVENT_KFREE_RCU, NULL) == 2 && !events(EVENT_KFREE, NULL), "K10: without pages too");
	kvfree_rcu_barrier();
	same_number(events(EVENT_KFREE, NULL), 2, "K10:   it is free in the end");
	p = kmalloc(sizeof(*p), GFP_KERNEL);
	forget_events();
	kfree_rcu_mightsleep(p);
	ok(is_free(p), "K10: without page and head it waits for the grace period itself");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 0);
	kfree_rcu_mightsleep((struct waiting *)NULL);
	kfree_rcu_mightsleep(ZERO_SIZE_PTR);
	forget_events();
}

/* More of them than a page of pointers holds. */
static void test_many_wait(void)
{
	enum { MANY = 1200 };
	struct waiting *p[MANY];
	unsigned nr_freed = 0;

	for (unsigned i = 0; i < MANY; i++) {
		p[i] = kmalloc(sizeof(*p[i]), GFP_KERNEL);
		forget_events();
	}
	for (unsigned i = 0; i < MANY; i++) {
		kfree_rcu(p[i], rcu);
		forget_events();
	}
	kvfree_rcu_barrier();
	slab_settle();
	for (unsigned id = 1; id < SLAB_MAX_CACHES; id++)
		if (slab_figures(id).name && !strcmp(slab_figures(id).name, "kmalloc-32"))
			nr_freed = slab_figures(id).nr_objects == 0;
	ok(nr_freed, "K10: many wait on several pages, and all are freed");
	same_text(slab_check(), NULL, "  and the slabs are whole");
	forget_events();
}

static void test_leaves_nothing(void (*test)(void), const char *what)
{
	u64 before = nr_free_pages();

	test();
	slab_settle();
	drain_all_pages();
	ok(nr_free_pages() == before && !slab_check(), "N6: %s leaves no page behind", what);
	forget_events();
}

int main(void)
{
	struct machine *m = boot(NULL, 1);

	test_leaves_nothing(test_classes, "classes");
	test_leaves_nothing(test_types, "types");
	test_leaves_nothing(test_no_memory_at_all, "nothing");
	test_leaves_nothing(test_large, "large blocks");
	test_leaves_nothing(test_krealloc, "krealloc");
	test_leaves_nothing(test_sensitive, "kfree_sensitive");
	test_leaves_nothing(test_kfree_rcu, "kfree_rcu");
	test_leaves_nothing(test_many_wait, "kfree_rcu of many");
	machine_destroy(m);
	m = boot("FZPU", 1);
	test_leaves_nothing(test_krealloc_with_debugging, "krealloc with debugging");
	test_leaves_nothing(test_krealloc, "krealloc with debugging, the same as without");
	machine_destroy(m);
	return tap_end();
}
