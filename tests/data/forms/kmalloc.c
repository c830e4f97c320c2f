/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/kmalloc.trace.
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

helper struct objects o0;
helper struct kmem_cache *c0;
helper struct objects o1;
helper struct memory k0;
helper struct memory k1;
helper struct memory k2;
helper struct memory k3;
helper struct memory k4;
helper struct memory k5;
helper struct memory k6;
helper struct memory k7;
helper struct memory k8;
helper struct memory k9;
helper struct memory k10;

int main(void)
{
	struct machine_config config = { 0 };
	unsigned regions __attribute__((unused)) = 0;
	u64 at __attribute__((unused));

	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_config_profile(&config, PROFILE_SMALL);

	/* 0: slab_debug letters=F+Z+P+U caches=kmalloc-64 */
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
	boot_caches("FZPU,kmalloc-64");
	drain_all_pages();
	remember_lists();
	m->chance = 9u;
	m->log_bytes = 0;
	look();

	/* 1: k0 = kmalloc gfp=GFP_KERNEL size=50   # ok at=0xa6040 */
	begin(1, 0, CONTEXT_TASK);
	got_memory(&k0, 50, false, kmalloc(50	, GFP_KERNEL), "ok at=0xa6040");

	/* 2: k1 = kmalloc cpu=1 ctx=softirq gfp=GFP_ATOMIC|__GFP_RECLAIMABLE size=700   # ok at=0xb0000 */
	begin(2, 1, CONTEXT_SOFTIRQ);
	got_memory(&k1, 700, false, kmalloc(700	, GFP_ATOMIC | __GFP_RECLAIMABLE), "ok at=0xb0000");

	/* 3: k2 = kmalloc_node gfp=GFP_KERNEL|__GFP_THISNODE size=9000 node=1   # ok at=0x184000 */
	begin(3, 0, CONTEXT_TASK);
	got_memory(&k2, 9000, false, kmalloc_node(9000	, GFP_KERNEL | __GFP_THISNODE, 1), "ok at=0x184000");

	/* 4: k3 = kzalloc gfp=GFP_KERNEL_ACCOUNT size=96   # ok at=0xa5000 */
	begin(4, 0, CONTEXT_TASK);
	got_memory(&k3, 96, true, kzalloc(96	, GFP_KERNEL_ACCOUNT), "ok at=0xa5000");

	/* 5: k4 = kmalloc_array cpu=2 gfp=GFP_KERNEL n=12 size=40   # ok at=0x18c000 */
	begin(5, 2, CONTEXT_TASK);
	got_memory(&k4, 12ULL * 40, false, kmalloc_array(12ULL, 40	, GFP_KERNEL), "ok at=0x18c000");

	/* 6: k5 = kcalloc gfp=GFP_KERNEL n=3 size=7   # ok at=0xa8000 */
	begin(6, 0, CONTEXT_TASK);
	got_memory(&k5, 3ULL * 7, true, kcalloc(3ULL, 7	, GFP_KERNEL), "ok at=0xa8000");

	/* 7: k6 = kcalloc gfp=GFP_KERNEL n=8400000 size=16777215   # refused */
	begin(7, 0, CONTEXT_TASK);
	got_memory(&k6, 25051272927248384ULL * 16777215, true, kcalloc(25051272927248384ULL, 16777215	, GFP_KERNEL), "refused");

	/* 8: k6 = krealloc_null gfp=GFP_KERNEL|GFP_DMA size=20   # ok at=0x30000 */
	begin(8, 0, CONTEXT_TASK);
	got_memory(&k6, 20, false, krealloc(NULL, 20	, GFP_KERNEL | GFP_DMA), "ok at=0x30000");

	/* 9: k7 = kmalloc gfp=GFP_KERNEL size=0   # ok at=0x10 */
	begin(9, 0, CONTEXT_TASK);
	got_memory(&k7, 0, false, kmalloc(0	, GFP_KERNEL), "ok at=0x10");

	/* 10: krealloc k0 gfp=GFP_KERNEL|__GFP_ZERO size=60   # ok at=0xa6040 */
	begin(10, 0, CONTEXT_TASK);
	resized_memory(&k0, 60, krealloc(k0.at, 60	, GFP_KERNEL | __GFP_ZERO), "ok at=0xa6040");

	/* 11: krealloc k0 gfp=GFP_KERNEL size=9000   # ok at=0xac000 */
	begin(11, 0, CONTEXT_TASK);
	resized_memory(&k0, 9000, krealloc(k0.at, 9000	, GFP_KERNEL), "ok at=0xac000");

	/* 12: krealloc k7 gfp=GFP_KERNEL size=33   # ok at=0xa6040 */
	begin(12, 0, CONTEXT_TASK);
	resized_memory(&k7, 33, krealloc(k7.at, 33	, GFP_KERNEL), "ok at=0xa6040");

	/* 13: krealloc_array k4 gfp=GFP_KERNEL n=3 size=10   # ok at=0x18c000 */
	begin(13, 0, CONTEXT_TASK);
	resized_memory(&k4, 3ULL * 10, krealloc_array(k4.at, 3ULL, 10	, GFP_KERNEL), "ok at=0x18c000");

	/* 14: krealloc_array k4 gfp=GFP_KERNEL n=16777215 size=16777215   # refused */
	begin(14, 0, CONTEXT_TASK);
	resized_memory(&k4, 18446741874686296064ULL * 16777215, krealloc_array(k4.at, 18446741874686296064ULL, 16777215	, GFP_KERNEL), "refused");

	/* 15: ksize k3   # ok bytes=96 */
	begin(15, 0, CONTEXT_TASK);
	end_value(ksize(k3.at), "ok bytes=96");

	/* 16: kmalloc_size_roundup size=1025   # ok bytes=2048 */
	begin(16, 0, CONTEXT_TASK);
	end_value(kmalloc_size_roundup(1025), "ok bytes=2048");

	/* 17: kfree k0 cpu=3   # ok */
	begin(17, 3, CONTEXT_TASK);
	give_memory(&k0);
	end_ok(true, "ok");

	/* 18: kfree_sensitive k3   # ok */
	begin(18, 0, CONTEXT_TASK);
	check_memory(&k3, k3.size);
	kfree_sensitive(k3.at);
	k3.at = NULL;
	end_ok(true, "ok");

	/* 19: kfree_null   # ok bytes=0 */
	begin(19, 0, CONTEXT_TASK);
	kfree(NULL);
	kfree(ZERO_SIZE_PTR);
	kfree_sensitive(NULL);
	end_value(ksize(NULL), "ok bytes=0");

	/* 20: read_kmalloc k1   # ok */
	begin(20, 0, CONTEXT_TASK);
	end_ok(true, "ok"); /* a reader: whom it may meet is a matter of schedules */

	/* 21: kfree_rcu k1 at_byte=100   # ok */
	begin(21, 0, CONTEXT_TASK);
	give_after_readers(k1.at, k1.size, 100);
	k1.at = NULL;
	end_ok(true, "ok");

	/* 22: kfree_rcu_mightsleep k5   # ok */
	begin(22, 0, CONTEXT_TASK);
	give_after_readers(k5.at, 0, ~(size_t)0);
	k5.at = NULL;
	end_ok(true, "ok");

	/* 23: kvfree_rcu_barrier   # ok */
	begin(23, 0, CONTEXT_TASK);
	kvfree_rcu_barrier();
	end_ok(true, "ok");

	/* 24: k8 = kmalloc gfp=GFP_KERNEL size=64   # ok at=0xa6140 */
	begin(24, 0, CONTEXT_TASK);
	got_memory(&k8, 64, false, kmalloc(64	, GFP_KERNEL), "ok at=0xa6140");

	/* 25: k9 = kmalloc gfp=GFP_KERNEL size=64   # ok at=0xa6240 */
	begin(25, 0, CONTEXT_TASK);
	got_memory(&k9, 64, false, kmalloc(64	, GFP_KERNEL), "ok at=0xa6240");

	/* 26: kfree_bulk k7 count=3   # ok objects=3 */
	begin(26, 0, CONTEXT_TASK);
	give_much_memory((struct memory *[]){ &k7, &k8, &k9, &k2, &k4, &k6, NULL }, 3, "ok objects=3");

	/* 27: c0 = kmem_cache_create name=dentry size=100 align=0 flags=NO_MERGE ctor=none   # ok id=55 */
	begin(27, 0, CONTEXT_TASK);
	c0 = kmem_cache_create("dentry", 100, 0, 0x1000000, NULL);
	end_cache(c0, "ok id=55");

	/* 28: o0 = kmem_cache_alloc c0 gfp=GFP_KERNEL   # ok at=0xaa000 */
	begin(28, 0, CONTEXT_TASK);
	got_object(&o0, c0, 100, NULL, false,	kmem_cache_alloc(c0, GFP_KERNEL), "ok at=0xaa000");

	/* 29: o1 = kmem_cache_alloc c0 gfp=GFP_KERNEL   # ok at=0xaa068 */
	begin(29, 0, CONTEXT_TASK);
	got_object(&o1, c0, 100, NULL, false,	kmem_cache_alloc(c0, GFP_KERNEL), "ok at=0xaa068");

	/* 30: kfree_object o0   # ok */
	begin(30, 0, CONTEXT_TASK);
	kfree(o0.at[0]);
	o0.nr = 0;
	end_ok(true, "ok");

	/* 31: kfree_rcu_object o1 at_byte=33   # ok */
	begin(31, 0, CONTEXT_TASK);
	give_after_readers(o1.at[0], o1.size, 33);
	o1.nr = 0;
	end_ok(true, "ok");

	/* 32: k10 = kmalloc gfp=GFP_KERNEL size=16000000   # refused */
	begin(32, 0, CONTEXT_TASK);
	got_memory(&k10, 16000000, false, kmalloc(16000000	, GFP_KERNEL), "refused");

	/* everything goes back */
	begin(33, 0, CONTEXT_TASK);
	give_memory(&k2);
	give_memory(&k4);
	give_memory(&k6);
	give_memory(&k7);
	give_memory(&k8);
	give_memory(&k9);
	kmem_cache_destroy(c0);
	finish();
	return exit_status();
}
