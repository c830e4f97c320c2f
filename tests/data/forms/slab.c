/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/slab.trace.
 *
 *   cc repro.c -I include/mmcheck -I include/mmcheck/det -lmmcheck
 *
 * Prints what each operation answered. Exit status: 1 the finding shows, 0 it does not, 2 it does not
 * and an answer is not the recorded one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "machine.h"
#include "disk.h"
#include "task.h"
#include "mm.h"
#include "gfp.h"
#include "highmem.h"
#include "vmstat.h"
#include "memblock.h"
#include "page_debug.h"
#include "pgtable.h"
#include "rcu.h"
#include "slab.h"
#include "vm.h"

#define helper static __attribute__((unused))

static struct machine *m;
static bool was_found, differs; /* differs: an answer is not the recorded one */
static const char *recorded;    /* finding */
static bool booted, slab_up;
/* What runs on each CPU: the step, and where. */
static struct place {
	int step;
	enum sim_context context;
} places[SIM_MAX_CPUS];
#define here places[this_cpu->id]
static char lists[65536], boot_lists[8192];
helper struct page *p_none, *bulk_none[32]; /* answers of requests that got nothing */

/* --- what is found ------------------------------------------------------------------------------ */

helper void complain(const char *finding)
{
	printf("finding %s\n", finding);
	was_found = true;
}

/* What was recorded is seen again if all answers are as recorded and the last is what is wrong; or if something
 * is found here too before the end. */
helper void found(const char *finding, bool by_answer)
{
	recorded = differs ? NULL : finding;
	if (!recorded || !by_answer)
		return;
	complain(finding);
	exit(1);
}

helper int exit_status(void)
{
	if (recorded && was_found)
		printf("recorded as: %s\n", recorded);
	else if (recorded)
		printf("not seen: %s (only the model can see it, or it is mended)\n", recorded);
	return was_found ? 1 : differs ? 2 : 0;
}

/* The allocator's own recount, while nobody is in his middle; the same news is told once. */
helper void look(void)
{
	static char last[240];
	const char *broken;

	if (sched_in_operation(m->host->sched))
		return;
	broken = booted ? page_alloc_check() : memblock_check();
	if (slab_up && !broken)
		broken = slab_check();
	if (booted && vm_is_up() && !broken)
		broken = vm_check();
	if (m->log_bytes)
		printf("%.*s", (int)m->log_bytes, m->host->log);
	if (!broken || !strcmp(broken, last))
		return;
	complain(broken);
	snprintf(last, sizeof(last), "%s", broken);
}

helper void remember_lists(void)
{
	booted = true;
	buddyinfo_show(boot_lists, sizeof(boot_lists));
}

/* --- one operation ------------------------------------------------------------------------------ */

helper void begin(int step, unsigned cpu, enum sim_context where)
{
	if (!sched_in_operation(m->host->sched)) { /* else whoever runs it chose the CPU, and let time pass */
		machine_enter(m, cpu);
		m->now_ns += 1000;
	}
	here = (struct place){ step, where };
	m->fuel = m->param[PARAM_FUEL];
	m->log_bytes = 0;
	m->nr_events = 0;
	sim_enter_context(where);
}

/* expected: what was recorded, or NULL. Words must agree for the program to make sense. */
helper void end(const char *word, bool has_value, u64 value, const char *expected)
{
	char text[64];
	size_t key = expected ? strcspn(expected, "0123456789") : 0;
	bool same_word = expected && !strncmp(expected, word, strlen(word));

	sim_leave_context(here.context);
	if (!has_value)
		snprintf(text, sizeof(text), "%s", word);
	else if (same_word && expected[key])
		snprintf(text, sizeof(text), "%.*s%llu", (int)key, expected, (unsigned long long)value);
	else
		snprintf(text, sizeof(text), "%s %llu", word, (unsigned long long)value);
	printf("%d: %s\n", here.step, text);
	look();
	if (!expected || !strcmp(text, expected))
		return;
	printf("step %d: expected %s, got %s\n", here.step, expected, text);
	differs = true;
	if (!same_word)
		exit(exit_status());
}

helper void end_ok(bool ok, const char *expected)
{
	end(ok ? "ok" : "refused", false, 0, expected);
}

helper void end_value(u64 value, const char *expected)
{
	end("ok", true, value, expected);
}

helper void end_page(const struct page *page, const char *expected)
{
	end(page ? "ok" : "refused", page, page ? page_to_pfn(page) : 0, expected);
}

helper void end_count(u64 n, u64 wanted, const char *expected)
{
	end(n || !wanted ? "ok" : "partly", true, n, expected);
}

helper void end_place(u64 at, const char *expected)
{
	end(at ? "ok" : "refused", at, at, expected);
}

/* --- memory ------------------------------------------------------------------------------------- */

helper struct page *page_at(const void *address)
{
	return address ? virt_to_page(address) : NULL;
}

helper struct page *nth(const struct page *block, u64 i)
{
	return pfn_to_page(page_to_pfn(block) + i);
}

/* A page of an array was freed by somebody else. */
helper void forget(struct page **bulk, int nr, const struct page *page)
{
	for (int i = 0; i < nr; i++)
		if (bulk[i] == page)
			bulk[i] = NULL;
}

helper u64 place_of(const void *memory)
{
	return memory ? (u64)((const char *)memory - m->host->ram) : 0;
}

/* Early memory is used, and was zero before if that was promised. */
helper void use_memory(u64 at, u64 bytes, bool zero)
{
	const u64 *word = (const u64 *)(const void *)(m->host->ram + at);

	for (u64 i = 0; at && zero && i < bytes / 8; i++)
		if (word[i]) {
			complain("M5: zeroed memory is not zero");
			break;
		}
	if (at)
		memset(m->host->ram + at, 0xa5, bytes);
}

/* The owner writes the number of its step into the first and the last word of each page ... */
helper void fill(struct page *page, u64 nr, u64 owner)
{
	for (u64 i = 0; page && i < nr; i++) {
		u64 *word = kmap_local_page(pfn_to_page(page_to_pfn(page) + i));

		word[0] = word[PAGE_SIZE / 8 - 1] = owner + 1;
		kunmap_local(word);
	}
}

/* ... and finds it there until the page goes back. */
helper void check(struct page *page, u64 nr, u64 owner)
{
	for (u64 i = 0; page && i < nr; i++) {
		const u64 *word = kmap_local_page(pfn_to_page(page_to_pfn(page) + i));
		bool good = word[0] == owner + 1 && word[PAGE_SIZE / 8 - 1] == owner + 1;

		kunmap_local(word);
		if (good)
			continue;
		printf("pfn %llu no longer holds what was written at step %llu\n",
		       (unsigned long long)page_to_pfn(page) + i, (unsigned long long)owner);
		complain("B52: a page no longer holds what its owner wrote");
	}
}

helper void check_zero(struct page *page, u64 nr)
{
	for (u64 i = 0; page && i < nr; i++) {
		const u64 *word = kmap_local_page(pfn_to_page(page_to_pfn(page) + i));
		u64 wrong = 0;

		for (u64 k = 0; k < PAGE_SIZE / 8; k++)
			wrong |= word[k];
		kunmap_local(word);
		if (!wrong)
			continue;
		printf("pfn %llu is not zero\n", (unsigned long long)page_to_pfn(page) + i);
		complain("B19: a page was asked for zeroed and is not");
		return;
	}
}

/* --- getting somewhere fast ---------------------------------------------------------------------- */

helper s64 mark_of(unsigned nid, unsigned zone, unsigned mark)
{
	struct zone_figures f = zone_figures(nid, zone);

	return (s64)(mark == 0 ? f.min : mark == 1 ? f.low : f.high);
}

/* Single pages, until so many are free in the zone. */
helper u64 take_until(struct page **bulk, unsigned nid, unsigned zone, gfp_t gfp, s64 target, u64 most)
{
	u64 nr = 0;

	while (nr < most && (s64)zone_free_pages(nid, zone) > target) {
		bulk[nr] = alloc_pages_node((int)nid, gfp, 0);
		if (!bulk[nr])
			break;
		nr++;
	}
	return nr;
}

helper void end_fill(struct page **bulk, unsigned nid, unsigned zone, gfp_t gfp, s64 target, u64 most,
		     const char *expected)
{
	s64 end_at = target > 0 ? target : 0;
	u64 nr = take_until(bulk, nid, zone, gfp, end_at, most);

	end((s64)zone_free_pages(nid, zone) <= end_at ? "ok" : "partly", true, nr, expected);
}

/* Down to the low mark, then one page of each two buddies goes back. */
helper void end_fragment(struct page **bulk, unsigned nid, unsigned zone, gfp_t gfp, u64 pattern, u64 most,
			 const char *expected)
{
	u64 nr = take_until(bulk, nid, zone, gfp, mark_of(nid, zone, 1), most), kept = 0;

	for (u64 i = 0; i < nr; i++) {
		struct page *page = bulk[i];
		u64 pfn = page_to_pfn(page);

		bulk[i] = NULL;
		if ((pfn / 2 + (pattern << 32)) * 0x9e3779b97f4a7c15 >> 63 == (pfn & 1))
			__free_pages(page, 0);
		else
			bulk[kept++] = page;
	}
	end("ok", true, kept, expected);
}

/* The same to every second piece of a range, until it ends or one is refused. */
helper void end_comb(int (*call)(phys_addr_t, phys_addr_t), u64 base, u64 width, u64 teeth, const char *expected)
{
	u64 end = (u64)m->nr_frames * SIM_PAGE_SIZE, n = 0;
	bool refused = false;

	for (; n < teeth && base < end && !refused; base += 2 * width) {
		refused = call(base, width < end - base ? width : end - base) != 0;
		n += !refused;
	}
	end_count(n, refused ? teeth + 1 : n, expected);
}

/* --- the machine, first and last ----------------------------------------------------------------- */

helper void set_knob(struct machine_config *config, const char *name, u32 value)
{
	for (int i = 0; i < NR_PARAMS; i++)
		if (!strcmp(sim_params[i].name, name))
			config->param[i] = value;
}

/* All is freed: the free lists are as after boot. */
helper void finish(void)
{
	look();
	rcu_barrier();
	if (slab_up)
		slab_settle();
	page_alloc_settle();
	buddyinfo_show(lists, sizeof(lists));
	printf("%s", lists);
	if (strcmp(lists, boot_lists) != 0)
		complain("Q5: all is freed, but the free lists are not as after boot");
}

helper void boot_caches(const char *slab_debug)
{
	if (slab_debug[0])
		setup_slub_debug(slab_debug);
	slab_up = kmem_cache_init() == 0;
	if (slab_up)
		slab_settle();
}

/* --- caches and objects --------------------------------------------------------------------------- */

helper void construct(void *object, u8 first)
{
	for (u8 i = 0; i < 16; i++)
		((u8 *)object)[i] = (u8)(first + i);
}
helper void construct_first(void *object)
{
	construct(object, 0x10);
}
helper void construct_second(void *object)
{
	construct(object, 0x80);
}

/* What a slot holds: nr objects, of which so many bytes are their owner's. */
struct objects {
	struct kmem_cache *s;
	void (*ctor)(void *);
	u32 size;
	unsigned nr;
	u8 key;
	void *at[32];
};

helper void end_cache(const struct kmem_cache *s, const char *expected)
{
	unsigned id = 0;

	while (s && slab_cache_by_id(id) != s)
		id++;
	end(s ? "ok" : "refused", s, id, expected);
}

helper void write_objects(struct objects *o)
{
	o->key = (u8)(here.step + 1);
	for (unsigned i = 0; i < o->nr; i++)
		memset(o->at[i], o->key + i, o->size);
}

helper void check_objects(const struct objects *o)
{
	for (unsigned i = 0; i < o->nr; i++)
		for (u32 k = 0; k < o->size; k++)
			if (((const u8 *)o->at[i])[k] != (u8)(o->key + i)) {
				complain("S50: an object no longer holds what its owner wrote");
				return;
			}
}

/* Objects just handed out: zero if that was asked, as constructed if there is a constructor; then they are written. */
helper void receive_objects(struct objects *o, bool zero)
{
	u8 due[16];

	for (unsigned i = 0; i < o->nr; i++) {
		for (u32 k = 0; zero && k < o->size; k++)
			if (((const u8 *)o->at[i])[k])
				complain("S16: an object was asked for zeroed and is not");
		if (o->ctor)
			o->ctor(due);
		if (o->ctor && memcmp(due, o->at[i], 16) != 0)
			complain("S18: an object is not as its constructor left it");
	}
	write_objects(o);
}

helper void got_object(struct objects *o, struct kmem_cache *s, u32 size, void (*ctor)(void *), bool zero, void *object,
		       const char *expected)
{
	char text[64];

	snprintf(text, sizeof(text), object ? "ok at=%#llx" : "refused", object ? (unsigned long long)slab_address(object) : 0);
	end(expected && !strcmp(text, expected) ? expected : text, false, 0, expected);
	if (!object)
		return;
	*o = (struct objects){ .s = s, .ctor = ctor, .size = size, .nr = 1, .at = { object } };
	receive_objects(o, zero);
}

helper void got_objects(struct objects *o, struct kmem_cache *s, u32 size, void (*ctor)(void *), gfp_t gfp, unsigned wanted,
			const char *expected)
{
	struct objects got = { .s = s, .ctor = ctor, .size = size };

	got.nr = kmem_cache_alloc_bulk(s, gfp, wanted, got.at);
	end(got.nr == wanted ? "ok" : "refused", got.nr, got.nr, expected);
	if (!got.nr)
		return;
	*o = got;
	receive_objects(o, gfp & __GFP_ZERO);
}

helper void prepare_to_give(struct objects *o)
{
	check_objects(o);
	for (unsigned i = 0; o->ctor && i < o->nr; i++)
		o->ctor(o->at[i]);
}

helper void give_objects(struct objects *o)
{
	prepare_to_give(o);
	for (unsigned i = 0; i < o->nr; i++)
		kmem_cache_free(o->s, o->at[i]);
	o->nr = 0;
}

helper void give_objects_in_bulk(struct objects *o)
{
	prepare_to_give(o);
	kmem_cache_free_bulk(o->s, o->nr, o->at);
	o->nr = 0;
}

/* --- memory by size ------------------------------------------------------------------------------- */

/* What a slot holds; at NULL: nothing. */
struct memory {
	u8 *at;
	size_t size;
	u8 key;
};

helper void write_memory(struct memory *k)
{
	k->key = (u8)(here.step + 1);
	memset(k->at, k->key, k->size);
}

helper void check_memory(const struct memory *k, size_t bytes)
{
	for (size_t i = 0; k->at && i < bytes; i++)
		if (k->at[i] != k->key) {
			complain("K50: memory no longer holds what its owner wrote");
			return;
		}
}

helper bool end_memory(const void *p, const char *expected)
{
	char text[64];

	snprintf(text, sizeof(text), p ? "ok at=%#llx" : "refused",
		 p == ZERO_SIZE_PTR ? 16 : p ? (unsigned long long)slab_address(p) : 0);
	end(expected && !strcmp(text, expected) ? expected : text, false, 0, expected);
	return p != NULL;
}

helper void got_memory(struct memory *k, size_t size, bool zero, void *p, const char *expected)
{
	if (!end_memory(p, expected))
		return;
	*k = (struct memory){ .at = p, .size = size };
	for (size_t i = 0; zero && i < size; i++)
		if (k->at[i]) {
			complain("S16: memory was asked for zeroed and is not");
			break;
		}
	write_memory(k);
}

helper void resized_memory(struct memory *k, size_t size, void *p, const char *expected)
{
	size_t kept = p && size < k->size ? size : k->size;

	if (end_memory(p, expected))
		k->at = p;
	check_memory(k, kept);
	if (!p)
		return;
	k->size = size;
	write_memory(k);
}

helper void give_memory(struct memory *k)
{
	check_memory(k, k->size);
	kfree(k->at);
	k->at = NULL;
}

helper void give_much_memory(struct memory **k, unsigned most, const char *expected)
{
	void *p[32];
	unsigned n = 0;

	for (; *k && n < most; k++) {
		if (!(*k)->at || !(*k)->size)
			continue;
		check_memory(*k, (*k)->size);
		p[n++] = (*k)->at;
		(*k)->at = NULL;
	}
	kfree_bulk(n, p);
	end("ok", true, n, expected);
}

/* head: where in the memory kfree_rcu() may keep its list; ~0: nowhere. */
helper void give_after_readers(void *p, size_t size, size_t head)
{
	if (p && head == ~(size_t)0)
		kfree_rcu_mightsleep(p);
	else if (p)
		kvfree_call_rcu((struct rcu_head *)(void *)((u8 *)p + (head % (size - 15) & ~(size_t)7)), p);
}

helper struct page *p0;
helper struct objects o0;
helper struct kmem_cache *c0;
helper struct objects o1;
helper struct kmem_cache *c1;
helper struct objects o2;
helper struct kmem_cache *c2;
helper struct objects o3;
helper struct kmem_cache *c3;
helper struct objects o4;
helper struct kmem_cache *c4;
helper struct objects o5;
helper struct kmem_cache *c5;
helper struct objects o6;
helper struct kmem_cache *c6;
helper struct objects o7;
helper struct objects o40;
helper struct memory k0;
helper struct memory k1;

int main(void)
{
	struct machine_config config = { 0 };
	unsigned regions __attribute__((unused)) = 0;
	u64 at __attribute__((unused));

	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_config_profile(&config, PROFILE_SMALL);

	/* 0: knob knob=slab_freelist_random value=1 */
	set_knob(&config, "slab_freelist_random", 1u);

	/* 1: slab_debug letters=F+Z+P+U caches=filp */
	config.nr_regions =
		sim_profile_map(config.profile, config.param[PARAM_FRAMES], config.map);
	m = machine_create(&config);
	if (!m)
		return 3;
	machine_enter(m, 0);
	if (mm_boot() != 0) {
		puts("no usable memory");
		return 0;
	}
	boot_caches("FZPU,filp");
	drain_all_pages();
	remember_lists();
	m->chance = 5u;
	m->log_bytes = 0;
	look();

	/* 2: c0 = kmem_cache_create name=dentry size=192 align=0 flags=HWCACHE_ALIGN ctor=none   # ok id=55 */
	begin(2, 0, CONTEXT_TASK);
	c0 = kmem_cache_create("dentry", 192, 0, 0x2000, NULL);
	end_cache(c0, "ok id=55");

	/* 3: c1 = kmem_cache_create cpu=1 name=filp size=100 align=5 flags=NO_MERGE ctor=none   # ok id=56 */
	begin(3, 1, CONTEXT_TASK);
	c1 = kmem_cache_create("filp", 100, 16, 0x1000000, NULL);
	end_cache(c1, "ok id=56");

	/* 4: c2 = kmem_cache_create name=bio size=512 align=0 flags=RECLAIM_ACCOUNT|TYPESAFE_BY_RCU ctor=first   # ok id=57 */
	begin(4, 0, CONTEXT_TASK);
	c2 = kmem_cache_create("bio", 512, 0, 0xa0000, construct_first);
	end_cache(c2, "ok id=57");

	/* 5: c3 = kmem_cache_create_usercopy name=task size=72 flags=none useroffset=8 usersize=16   # ok id=58 */
	begin(5, 0, CONTEXT_TASK);
	c3 = kmem_cache_create_args("task", 72,
		&(struct kmem_cache_args){ .useroffset = 8, .usersize = 16 }, 0);
	end_cache(c3, "ok id=58");

	/* 6: c4 = kmem_cache_create_freeptr name=sock size=40 flags=TYPESAFE_BY_RCU freeptr=16   # ok id=59 */
	begin(6, 0, CONTEXT_TASK);
	c4 = kmem_cache_create_args("sock", 40,
		&(struct kmem_cache_args){ .use_freeptr_offset = true, .freeptr_offset = 16 }, 0x80000);
	end_cache(c4, "ok id=59");

	/* 7: c5 = kmem_cache_create_in_irq name=pid size=40   # refused */
	begin(7, 0, CONTEXT_TASK);
	sim_enter_context(CONTEXT_HARDIRQ);
	c5 = kmem_cache_create("pid", 40, 0, 0, NULL);
	sim_leave_context(CONTEXT_HARDIRQ);
	end_cache(c5, "refused");

	/* 8: c6 = kmem_cache_create name=NULL size=40 align=0 flags=none ctor=none   # refused */
	begin(8, 0, CONTEXT_TASK);
	c6 = kmem_cache_create(NULL, 40, 0, 0, NULL);
	end_cache(c6, "refused");

	/* 9: o0 = kmem_cache_alloc c0 gfp=GFP_KERNEL   # ok at=0xbad80 */
	begin(9, 0, CONTEXT_TASK);
	got_object(&o0, c0, 192, NULL, false,	kmem_cache_alloc(c0, GFP_KERNEL), "ok at=0xbad80");

	/* 10: o1 = kmem_cache_alloc c1 cpu=2 ctx=softirq gfp=GFP_ATOMIC   # ok at=0x182d10 */
	begin(10, 2, CONTEXT_SOFTIRQ);
	got_object(&o1, c1, 100, NULL, false,	kmem_cache_alloc(c1, GFP_ATOMIC), "ok at=0x182d10");

	/* 11: o2 = kmem_cache_alloc_node c2 gfp=GFP_KERNEL node=2   # ok at=0x221860 */
	begin(11, 0, CONTEXT_TASK);
	got_object(&o2, c2, 512, construct_first, false,	kmem_cache_alloc_node(c2, GFP_KERNEL, 2), "ok at=0x221860");

	/* 12: o3 = kmem_cache_zalloc c3 gfp=GFP_KERNEL   # ok at=0xbb360 */
	begin(12, 0, CONTEXT_TASK);
	got_object(&o3, c3, 72, NULL, true,	kmem_cache_zalloc(c3, GFP_KERNEL), "ok at=0xbb360");

	/* 13: o4 = kmem_cache_alloc_bulk c0 gfp=GFP_KERNEL|__GFP_ZERO count=30   # ok objects=30 */
	begin(13, 0, CONTEXT_TASK);
	got_objects(&o4, c0, 192, NULL,	GFP_KERNEL | __GFP_ZERO, 30, "ok objects=30");

	/* 14: o5 = kmem_cache_alloc_bulk c4 cpu=1 gfp=GFP_KERNEL count=20   # ok objects=20 */
	begin(14, 1, CONTEXT_TASK);
	got_objects(&o5, c4, 40, NULL,	GFP_KERNEL, 20, "ok objects=20");

	/* 15: object_check o1   # ok */
	begin(15, 0, CONTEXT_TASK);
	check_objects(&o1);
	end_ok(true, "ok");

	/* 16: object_write o4   # ok */
	begin(16, 0, CONTEXT_TASK);
	write_objects(&o4);
	end_ok(true, "ok");

	/* 17: object_walk o2   # ok */
	begin(17, 0, CONTEXT_TASK);
	end_ok(true, "ok"); /* a reader: whom it may meet is a matter of schedules */

	/* 18: cache_check c1   # ok */
	begin(18, 0, CONTEXT_TASK);
	end_ok(true, "ok"); /* its figures are the model's to compare */

	/* 19: kmem_cache_free o0 cpu=3   # ok */
	begin(19, 3, CONTEXT_TASK);
	give_objects(&o0);
	end_ok(true, "ok");

	/* 20: kmem_cache_free_bulk o5   # ok */
	begin(20, 0, CONTEXT_TASK);
	give_objects_in_bulk(&o5);
	end_ok(true, "ok");

	/* 21: kmem_cache_shrink c4   # ok remain=0 */
	begin(21, 0, CONTEXT_TASK);
	end_value(kmem_cache_shrink(c4) != 0, "ok remain=0");

	/* 22: kmem_cache_destroy c4   # ok */
	begin(22, 0, CONTEXT_TASK);
	kmem_cache_destroy(c4);
	end_ok(true, "ok");

	/* 23: o6 = kmem_cache_alloc_bulk c0 cpu=1 gfp=GFP_NOWAIT count=7   # ok objects=7 */
	begin(23, 1, CONTEXT_TASK);
	got_objects(&o6, c0, 192, NULL,	GFP_NOWAIT, 7, "ok objects=7");

	/* 24: kmem_cache_free o4   # ok */
	begin(24, 0, CONTEXT_TASK);
	give_objects(&o4);
	end_ok(true, "ok");

	/* 25: fault site=page_alloc skip=0 times=9   # ok */
	begin(25, 0, CONTEXT_TASK);
	sim_plan_fault(m, (enum sim_fault_site)0, 0, 9);
	end_ok(true, "ok");

	/* 26: o7 = kmem_cache_alloc_bulk c2 cpu=3 gfp=GFP_NOWAIT count=9   # refused */
	begin(26, 3, CONTEXT_TASK);
	got_objects(&o7, c2, 512, construct_first,	GFP_NOWAIT, 9, "refused");

	/* 27: slabinfo   # ok */
	begin(27, 0, CONTEXT_TASK);
	slabinfo_show(lists, sizeof(lists));
	printf("%s", lists);
	end_ok(true, "ok");

	/* 28: p0 = alloc_pages gfp=GFP_KERNEL order=0   # refused */
	begin(28, 0, CONTEXT_TASK);
	p0 = alloc_pages(GFP_KERNEL, 0);
	end_page(p0, "refused");

	/* 29: k0 = kmalloc gfp=GFP_KERNEL size=100   # ok at=0xa8900 */
	begin(29, 0, CONTEXT_TASK);
	got_memory(&k0, 100, false, kmalloc(100	, GFP_KERNEL), "ok at=0xa8900");

	/* 30: k1 = kmalloc gfp=GFP_KERNEL size=100   # ok at=0xa8980 */
	begin(30, 0, CONTEXT_TASK);
	got_memory(&k1, 100, false, kmalloc(100	, GFP_KERNEL), "ok at=0xa8980");

	/* 31: kfree k1   # ok */
	begin(31, 0, CONTEXT_TASK);
	give_memory(&k1);
	end_ok(true, "ok");

	/* 32: write_live_object o1 at_byte=1   # skipped (skipped) */

	/* 33: overrun o1 gap=1 count=2 pattern=3   # ok at=0x182d75 (not expressible) */

	/* 34: underrun o1 gap=0 count=1 pattern=4   # ok at=0x182d0e (not expressible) */

	/* 35: overrun_unseen o6 gap=0 count=1 pattern=4   # skipped (not expressible) */

	/* 36: write_after_free o4 at_byte=40 count=2 pattern=1   # skipped (not expressible) */

	/* 37: validate c1   # ok slabs=1 (not expressible) */

	/* 38: double_free o4   # skipped (not expressible) */

	/* 39: free_inside o3 at_byte=8   # skipped (not expressible) */

	/* 40: free_to_wrong_cache o2 c1   # skipped (not expressible) */

	/* 41: flip_freepointer o4 pattern=5   # skipped (not expressible) */

	/* 42: write_padding o1 at_byte=3 count=1 pattern=1   # ok at=0x183fb3 (not expressible) */

	/* 43: overwrite_slab o1 field=inuse pattern=1   # skipped (not expressible) */

	/* 44: cache_free_nothing c1   # ok */
	begin(44, 0, CONTEXT_TASK);
	kmem_cache_free(c1, NULL);
	end_ok(true, "ok");

	/* 45: free_page_to_cache p0 c0   # skipped (not expressible) */

	/* 46: overrun_kmalloc k0 gap=0 count=1 pattern=1   # ok at=0xa8964 (not expressible) */

	/* 47: underrun_kmalloc k0 gap=0 count=1 pattern=1   # skipped (not expressible) */

	/* 48: write_after_kfree k1 at_byte=0 count=1 pattern=1   # ok at=0xa8980 (not expressible) */

	/* 49: double_kfree k1   # ok at=0xa8980 (not expressible) */

	/* 50: kfree_inside k0 at_byte=8   # skipped (not expressible) */

	/* 51: free_kmalloc_to_cache k0 c0   # ok at=0xa8900 (not expressible) */

	/* 52: kfree_page p0 offset=0   # skipped (not expressible) */

	/* 53: kfree_nothing on=1   # ok */
	begin(53, 0, CONTEXT_TASK);
	kfree(true ? ZERO_SIZE_PTR : NULL);
	end_ok(true, "ok");

	/* 54: kfree_hole pfn=0   # ok (not expressible) */

	/* 55: validate_kmalloc size=100   # refused (not expressible) */

	/* 56: slab_attr c1 attribute=order   # ok */
	begin(56, 0, CONTEXT_TASK);
	slab_attr_show(c1, "order", lists, sizeof(lists));
	end_ok(lists[0], "ok");

	/* 57: slab_attr_store c1 attribute=validate value=1 form=line   # ok */
	begin(57, 0, CONTEXT_TASK);
	end_ok(slab_attr_store(c1, "validate", "1\n") == 0, "ok");

	/* 58: slab_attr_of id=3 attribute=align   # ok */
	begin(58, 0, CONTEXT_TASK);
	slab_attr_show(slab_cache_by_id(3), "align", lists, sizeof(lists));
	end_ok(lists[0], "ok");

	/* 59: slab_attr_store_of id=3 attribute=shrink value=1 form=line   # ok */
	begin(59, 0, CONTEXT_TASK);
	end_ok(slab_attr_store(slab_cache_by_id(3), "shrink", "1\n") == 0, "ok");

	/* 60: destroy_used_cache c1   # ok (not expressible) */

	/* 61: o40 = zalloc_constructed c2 cpu=2 gfp=GFP_KERNEL   # refused (not expressible) */

	/* everything goes back */
	begin(62, 0, CONTEXT_TASK);
	give_memory(&k0);
	give_objects(&o1);
	give_objects(&o2);
	give_objects(&o3);
	give_objects(&o6);
	kmem_cache_destroy(c0);
	kmem_cache_destroy(c1);
	kmem_cache_destroy(c2);
	kmem_cache_destroy(c3);
	finish();
	return exit_status();
}
