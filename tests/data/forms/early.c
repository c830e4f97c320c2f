/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/early.trace.
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

helper struct page *p0;

int main(void)
{
	struct machine_config config = { 0 };
	unsigned regions __attribute__((unused)) = 0;
	u64 at __attribute__((unused));

	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_config_profile(&config, PROFILE_SMALL);

	/* 0: region pfn=1 pages=400 kind=usable node=0 */
	if (regions < SIM_MAX_REGIONS)
		config.map[regions++] = (struct sim_region){ 1, 400, REGION_USABLE, 0 };

	/* 1: region pfn=512 pages=256 kind=usable node=1 */
	if (regions < SIM_MAX_REGIONS)
		config.map[regions++] = (struct sim_region){ 512, 256, REGION_USABLE, 1 };

	/* 2: region pfn=64 pages=8 kind=reserved node=0 */
	if (regions < SIM_MAX_REGIONS)
		config.map[regions++] = (struct sim_region){ 64, 8, REGION_RESERVED, 0 };

	/* 3: region pfn=128 pages=32 kind=cma node=0 */
	if (regions < SIM_MAX_REGIONS)
		config.map[regions++] = (struct sim_region){ 128, 32, REGION_CMA, 0 };

	/* 4: region pfn=448 pages=16 kind=device node=0 */
	if (regions < SIM_MAX_REGIONS)
		config.map[regions++] = (struct sim_region){ 448, 16, REGION_DEVICE, 0 };

	/* 5: knob knob=frames value=1024 */
	set_knob(&config, "frames", 1024u);

	/* 6: knob knob=frames value=4097 */

	/* 7: knob knob=fuel value=1 */

	/* 8: knob knob=cpus value=3 */
	set_knob(&config, "cpus", 3u);

	/* 9: knob knob=nodes value=3 */
	set_knob(&config, "nodes", 3u);
	config.nr_regions = regions;
	m = machine_create(&config);
	if (!m)
		return 3;
	machine_enter(m, 0);
	if (mm_boot_early() != 0) {
		puts("no usable memory");
		return 0;
	}
	m->chance = 9u;
	m->log_bytes = 0;
	look();

	/* 10: memblock_add base=51200 length=640   # ok */
	begin(10, 0, CONTEXT_TASK);
	end_ok(memblock_add(0x320000, 0xa000) == 0, "ok");

	/* 11: memblock_add_node base=53760 length=1024 node=1 flag=4   # ok */
	begin(11, 0, CONTEXT_TASK);
	end_ok(memblock_add_node(0x348000, 0x10000, 1, 4) == 0, "ok");

	/* 12: memblock_remove base=54000 length=64   # ok */
	begin(12, 0, CONTEXT_TASK);
	end_ok(memblock_remove(0x34bc00, 0x1000) == 0, "ok");

	/* 13: memblock_reserve base=6400 length=130   # ok */
	begin(13, 0, CONTEXT_TASK);
	end_ok(memblock_reserve(0x64000, 0x2080) == 0, "ok");

	/* 14: memblock_phys_free base=6400 length=2   # ok */
	begin(14, 0, CONTEXT_TASK);
	end_ok(memblock_phys_free(0x64000, 0x80) == 0, "ok");

	/* 15: memblock_mark_hotplug base=33000 length=640   # ok */
	begin(15, 0, CONTEXT_TASK);
	end_ok(memblock_mark_hotplug(0x203a00, 0xa000) == 0, "ok");

	/* 16: memblock_clear_hotplug base=33000 length=640   # ok */
	begin(16, 0, CONTEXT_TASK);
	end_ok(memblock_clear_hotplug(0x203a00, 0xa000) == 0, "ok");

	/* 17: memblock_mark_mirror base=33000 length=640   # ok */
	begin(17, 0, CONTEXT_TASK);
	end_ok(memblock_mark_mirror(0x203a00, 0xa000) == 0, "ok");

	/* 18: memblock_mark_nomap base=12800 length=640   # ok */
	begin(18, 0, CONTEXT_TASK);
	end_ok(memblock_mark_nomap(0xc8000, 0xa000) == 0, "ok");

	/* 19: memblock_clear_nomap base=12800 length=64   # ok */
	begin(19, 0, CONTEXT_TASK);
	end_ok(memblock_clear_nomap(0xc8000, 0x1000) == 0, "ok");

	/* 20: memblock_set_node base=51200 length=64 node=2   # ok */
	begin(20, 0, CONTEXT_TASK);
	end_ok(memblock_set_node(0x320000, 0x1000, 2) == 0, "ok");

	/* 21: memblock_set_bottom_up on=1   # ok */
	begin(21, 0, CONTEXT_TASK);
	memblock_set_bottom_up(true);
	end_ok(true, "ok");

	/* 22: memblock_find_in_range base=640 bytes=100 align=7 length=0   # ok 2112000 */
	begin(22, 0, CONTEXT_TASK);
	end_place(memblock_find_in_range(0xa000, MEMBLOCK_ALLOC_ANYWHERE, 128, 0x40), "ok 2112000");

	/* 23: memblock_find_in_range base=640 bytes=4096 align=13 length=16000   # ok 40960 */
	begin(23, 0, CONTEXT_TASK);
	end_place(memblock_find_in_range(0xa000, 0x104000, 4096, 0x1000), "ok 40960");

	/* 24: memblock_phys_alloc_range base=64 length=64 align=7 node=4   # ok 2112000 */
	begin(24, 0, CONTEXT_TASK);
	at = memblock_phys_alloc_range(0x1000, 0x40, 0x1000, MEMBLOCK_ALLOC_ANYWHERE, NUMA_NO_NODE, false);
	end_place(at, "ok 2112000");
	use_memory(at, 4096, false);

	/* 25: memblock_phys_alloc_below base=20000 length=3 align=10 node=4   # ok 4096 */
	begin(25, 0, CONTEXT_TASK);
	at = memblock_phys_alloc_range(0xc0, 0x200, 0, 0x138800, NUMA_NO_NODE, false);
	end_place(at, "ok 4096");
	use_memory(at, 192, false);

	/* 26: memblock_phys_alloc_exact base=128 length=64 align=0 node=1   # ok 2116096 */
	begin(26, 0, CONTEXT_TASK);
	at = memblock_phys_alloc_range(0x1000, 0, 0x2000, MEMBLOCK_ALLOC_ANYWHERE, 1, true);
	end_place(at, "ok 2116096");
	use_memory(at, 4096, false);

	/* 27: memblock_alloc bytes=100 align=7   # ok 2120192 */
	begin(27, 0, CONTEXT_TASK);
	at = place_of(memblock_alloc(100, 0x40));
	end_place(at, "ok 2120192");
	use_memory(at, 128, true);

	/* 28: memblock_alloc_raw bytes=5000 align=13   # ok 2121728 */
	begin(28, 0, CONTEXT_TASK);
	at = place_of(memblock_alloc_raw(5000, 0x1000));
	end_place(at, "ok 2121728");
	use_memory(at, 5056, false);

	/* 29: memblock_alloc_node bytes=64 align=7 node=1   # ok 2120320 */
	begin(29, 0, CONTEXT_TASK);
	at = place_of(memblock_alloc_node(64, 0x40, 1));
	end_place(at, "ok 2120320");
	use_memory(at, 64, true);

	/* 30: memblock_set_bottom_up on=0   # ok */
	begin(30, 0, CONTEXT_TASK);
	memblock_set_bottom_up(false);
	end_ok(true, "ok");

	/* 31: memblock_alloc_node bytes=64 align=0 node=4   # ok 2152896 */
	begin(31, 0, CONTEXT_TASK);
	at = place_of(memblock_alloc_node(64, 0, NUMA_NO_NODE));
	end_place(at, "ok 2152896");
	use_memory(at, 64, true);

	/* 32: memblock_is_memory base=640   # ok 1 */
	begin(32, 0, CONTEXT_TASK);
	end_value(memblock_is_memory(0xa000), "ok 1");

	/* 33: memblock_is_reserved base=6500   # ok 1 */
	begin(33, 0, CONTEXT_TASK);
	end_value(memblock_is_reserved(0x65900), "ok 1");

	/* 34: memblock_phys_mem_size   # ok 2789376 */
	begin(34, 0, CONTEXT_TASK);
	end_value(memblock_phys_mem_size(), "ok 2789376");

	/* 35: memblock_reserved_size   # ok 198016 */
	begin(35, 0, CONTEXT_TASK);
	end_value(memblock_reserved_size(), "ok 198016");

	/* 36: memblock_show on=1   # ok 495 */
	begin(36, 0, CONTEXT_TASK);
	end_value(memblock_show(true, lists, 4096), "ok 495");

	/* 37: memblock_check   # ok 1 */
	begin(37, 0, CONTEXT_TASK);
	end_value(memblock_check() == NULL, "ok 1");

	/* 38: memblock_set_movable_node on=1   # ok */
	begin(38, 0, CONTEXT_TASK);
	memblock_set_movable_node(true);
	end_ok(true, "ok");

	/* 39: memblock_reserve base=60000 length=16383   # ok */
	begin(39, 0, CONTEXT_TASK);
	end_ok(memblock_reserve(0x3a9800, 0x56800) == 0, "ok");

	/* 40: memblock_comb base=20000 what=reserve teeth=3 width=8   # ok teeth=3 */
	begin(40, 0, CONTEXT_TASK);
	end_comb(memblock_reserve, 0x138800, 0x200, 3, "ok teeth=3");

	/* 41: memblock_comb base=20000 what=free teeth=3 width=8   # ok teeth=3 */
	begin(41, 0, CONTEXT_TASK);
	end_comb(memblock_phys_free, 0x138800, 0x200, 3, "ok teeth=3");

	/* 42: hand_over   # ok */
	begin(42, 0, CONTEXT_TASK);
	end_ok(mm_boot_finish() == 0, "ok");
	remember_lists();

	/* 43: p0 = alloc_pages gfp=GFP_KERNEL order=0   # ok pfn=256 */
	begin(43, 0, CONTEXT_TASK);
	p0 = alloc_pages(GFP_KERNEL, 0);
	end_page(p0, "ok pfn=256");
	fill(p0, 1, 43);

	/* 44: free_pages p0   # ok */
	begin(44, 0, CONTEXT_TASK);
	check(p0, 1, 43);
	__free_pages(p0, 0);
	end_ok(true, "ok");

	/* everything goes back */
	begin(45, 0, CONTEXT_TASK);
	finish();
	return exit_status();
}
