/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_page_debug.c - the debug layers, each by itself: poison, zeroing, owners, guards, mappings of highmem.
 *
 * The machine here has struct pages and no allocator: a test gives a page from hand to hand as page_alloc.c would, in
 * the order of page_debug_internal.h, and looks at memory, log and events in between.
 */
#include <stdlib.h>
#include "../mm/page_debug_internal.h"
#include "highmem.h"
#include "tap.h"
#include "tool.h"

#define FRAMES	 64
#define HIGH_PFN 40 /* any frame of highmem */
#define LOW_PFN	 8

/* --- what no tool sees ------------------------------------------------------------------------------------------- */

no_tool static u8 byte_of(u64 pfn, u64 at)
{
	u8 byte;

	TOOL_SILENT(byte = *((volatile u8 *)ram_address(this_cpu->machine, pfn) + at));
	tool_define(&byte, 1);
	return byte;
}

no_tool static void stray_byte(u64 pfn, u64 at, u8 byte)
{
	ram_dirty(this_cpu->machine, pfn, 1ULL << (at / 64));
	TOOL_SILENT(*((volatile u8 *)ram_address(this_cpu->machine, pfn) + at) = byte);
}

static bool all_bytes(u64 pfn, u8 byte)
{
	for (u64 i = 0; i < PAGE_SIZE; i++)
		if (byte_of(pfn, i) != byte)
			return false;
	return true;
}

/* May a program touch it? -1: this build has no opinion. */
static int forbidden(u64 pfn)
{
	return tool_asks_poisoned(ram_address(this_cpu->machine, pfn), PAGE_SIZE);
}

static bool says_forbidden(u64 pfn, bool forbids)
{
	int asked = forbidden(pfn);

	return asked < 0 || asked == forbids;
}

/* --- a machine without an allocator ------------------------------------------------------------------------------ */

static struct machine *bare_machine(u32 poison, u32 on_alloc, u32 on_free, u32 owner)
{
	struct machine_config c = { 0 };
	struct machine *m;
	struct mm *mm;

	machine_config_profile(&c, PROFILE_TINY);
	c.param[PARAM_FRAMES] = FRAMES;
	c.param[PARAM_LOWMEM_PAGES] = FRAMES / 2;
	c.param[PARAM_PAGE_OWNER] = owner;
	m = machine_create(&c);
	machine_enter(m, 0);
	m->mm = mm = machine_meta_alloc(m, sizeof(*mm), 64);
	mm->nr_frames = FRAMES;
	mm->max_order = 3;
	mm->pageblock_order = 2;
	mm->want_poison = poison;
	mm->want_init_on_alloc = on_alloc;
	mm->want_init_on_free = on_free;
	mm->mem_map = machine_meta_alloc(m, FRAMES * sizeof(struct page), 64);
	mm->hole = machine_meta_alloc(m, 2 * sizeof(u64), 64);
	mm->pageblock = machine_meta_alloc(m, FRAMES * sizeof(struct pageblock), 64);
	kmap_init(mm);
	page_owner_init(mm);
	machine_seal(m);
	return m;
}

/* The next operation. */
static void next_step(struct machine *m, const char *operation, u32 step)
{
	m->nr_events = m->log_bytes = 0;
	m->now_ns += 1000;
	this_cpu->operation = operation;
	this_cpu->step = step;
}

static const char *log_of(struct machine *m)
{
	m->host->log[m->log_bytes] = 0;
	return m->host->log;
}

static bool reported(struct machine *m, enum mm_report report, u64 pfn)
{
	struct mm_event ev;

	for (u32 i = 0; i < m->nr_events; i++) {
		memcpy(&ev, &m->host->event[i], sizeof(ev));
		if (ev.type == EVENT_REPORT && ev.report == report && ev.pfn == pfn)
			return true;
	}
	return false;
}

static void hand_out(u64 pfn, unsigned order, gfp_t gfp)
{
	struct mm *mm = current_mm();
	struct page *page = mm->mem_map + pfn;

	kernel_unpoison_pages(mm, page, order);
	kasan_unpoison_pages(page, order);
	init_pages_on_alloc(mm, page, order, gfp);
	set_page_owner(mm, page, order, gfp);
}

static void give_back(u64 pfn, unsigned order)
{
	struct mm *mm = current_mm();
	struct page *page = mm->mem_map + pfn;

	reset_page_owner(mm, page, order);
	init_pages_on_free(mm, page, order);
	kernel_poison_pages(mm, page, order);
	kasan_poison_pages(page, order);
}

/* --- poison [D2] ------------------------------------------------------------------------------------------------- */

static void test_poison(u64 pfn, const char *where)
{
	struct machine *m = bare_machine(1, 0, 0, 0);

	hand_out(pfn, 1, GFP_KERNEL);
	ok(!m->nr_events && byte_of(pfn, 0) != PAGE_POISON,
	   "D2: %s: a frame that was never freed is not looked at", where);
	give_back(pfn, 1);
	ok(all_bytes(pfn, PAGE_POISON) && all_bytes(pfn + 1, PAGE_POISON),
	   "D2: %s: freed pages are filled with 0xaa", where);
	hand_out(pfn, 1, GFP_KERNEL);
	ok(!m->nr_events && all_bytes(pfn, PAGE_POISON), "D2: %s: an undamaged page comes without a report", where);
	give_back(pfn, 1);
	stray_byte(pfn, 7, PAGE_POISON ^ 0x10);
	hand_out(pfn, 1, GFP_KERNEL);
	ok(reported(m, REPORT_POISON, pfn) && m->nr_events == 1, "D2: %s: a damaged page is reported once", where);
	ok(!strncmp(log_of(m), "pagealloc: single bit error\n", 28), "D2: %s: one bit is called one bit", where);
	next_step(m, NULL, 0);
	give_back(pfn, 1);
	stray_byte(pfn, 100, 0x12);
	stray_byte(pfn + 1, 3, 0);
	hand_out(pfn, 1, GFP_KERNEL);
	ok(reported(m, REPORT_POISON, pfn) && reported(m, REPORT_POISON, pfn + 1) && m->nr_events == 2,
	   "D2: %s: each damaged page of a block is reported", where);
	next_step(m, NULL, 0);
	give_back(pfn, 1);
	hand_out(pfn, 1, GFP_KERNEL);
	ok(!m->nr_events, "D2: %s: a free ends the damage", where);
	machine_destroy(m);
}

static void test_poison_text(void)
{
	struct machine *m = bare_machine(1, 0, 0, 1);

	next_step(m, "alloc_pages", 3);
	hand_out(LOW_PFN, 0, GFP_KERNEL);
	next_step(m, "free_pages", 4);
	give_back(LOW_PFN, 0);
	for (u64 i = 0; i < 18; i++)
		stray_byte(LOW_PFN, 0x20 + i, (u8)i);
	next_step(m, "alloc_pages", 6);
	hand_out(LOW_PFN, 0, GFP_KERNEL);
	same_text(log_of(m),
		  "pagealloc: memory corruption\n"
		  "00008020: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n"
		  "00008030: 10 11\n"
		  "page dumped because: pagealloc: corrupted page details  pfn:00008\n"
		  "page last allocated via order 0, mask 0xcc0(GFP_KERNEL), pid 100, tgid 100 (mmcheck), ts 1000 ns\n"
		  " alloc_pages+3\n"
		  "page last free pid 100, tgid 100, ts 2000 ns\n"
		  " free_pages+4\n",
		  "D2: the report shows the bytes, and who had the page");
	next_step(m, "free_pages", 7);
	give_back(LOW_PFN, 0);
	stray_byte(LOW_PFN, 0, 1);
	stray_byte(LOW_PFN, PAGE_SIZE - 1, 1);
	hand_out(LOW_PFN, 0, GFP_KERNEL);
	ok(strstr(log_of(m), "\n00008030: aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa\n... up to 00008fff\n"),
	   "D2: a long dump is cut");
	machine_destroy(m);
}

static void test_reset(void)
{
	struct machine *m = bare_machine(1, 0, 0, 0);

	hand_out(HIGH_PFN, 0, GFP_KERNEL);
	give_back(HIGH_PFN, 0);
	machine_reset(m);
	hand_out(HIGH_PFN, 0, GFP_KERNEL);
	ok(!m->nr_events, "D2: after a reset nothing counts as filled");
	same_number(m->host->nr_dirty_frames, 0, "D2: and looking writes nothing");
	machine_destroy(m);
}

/* Memblock's clients wrote all over frames that are handed over later. */
static void test_hand_over(void)
{
	struct machine *m = bare_machine(1, 0, 0, 0);

	for (u64 i = 0; i < PAGE_SIZE; i++)
		stray_byte(LOW_PFN, i, 0x33);
	init_pages_at_hand_over(current_mm(), current_mm()->mem_map + LOW_PFN, 1);
	ok(all_bytes(LOW_PFN, PAGE_POISON) && byte_of(LOW_PFN + 1, 0) != PAGE_POISON,
	   "D2: of what is handed over, frames that were written are filled");
	hand_out(LOW_PFN, 1, GFP_KERNEL);
	ok(!m->nr_events, "D2: and none is reported");
	machine_destroy(m);
}

/* --- zeroing [D1] ------------------------------------------------------------------------------------------------ */

static void test_zeroing(u64 pfn, const char *where)
{
	struct machine *m = bare_machine(0, 0, 0, 0);

	hand_out(pfn, 0, GFP_KERNEL);
	ok(!all_bytes(pfn, 0), "D1: %s: no knob, no zeroing", where);
	hand_out(pfn, 0, GFP_KERNEL | __GFP_ZERO);
	ok(all_bytes(pfn, 0), "D1: %s: __GFP_ZERO zeroes", where);
	machine_destroy(m);

	m = bare_machine(0, 1, 0, 0);
	hand_out(pfn, 0, GFP_KERNEL);
	ok(all_bytes(pfn, 0), "D1: %s: init_on_alloc zeroes when handed out", where);
	stray_byte(pfn, 0, 1);
	give_back(pfn, 0);
	ok(byte_of(pfn, 0) == 1, "D1: %s: and not when freed", where);
	machine_destroy(m);

	m = bare_machine(0, 0, 1, 0);
	hand_out(pfn, 0, GFP_KERNEL);
	ok(all_bytes(pfn, 0), "D1: %s: init_on_free: a frame that was never freed is zeroed late", where);
	stray_byte(pfn, 9, 1);
	give_back(pfn, 0);
	ok(all_bytes(pfn, 0), "D1: %s: init_on_free zeroes when freed", where);
	stray_byte(pfn, 9, 1);
	hand_out(pfn, 0, GFP_KERNEL | __GFP_ZERO);
	ok(byte_of(pfn, 9) == 1, "D1: %s: and not a second time", where);
	machine_destroy(m);

	m = bare_machine(1, 0, 1, 0);
	hand_out(pfn, 0, GFP_KERNEL);
	give_back(pfn, 0);
	ok(all_bytes(pfn, PAGE_POISON), "D1: %s: poison takes the place of init_on_free", where);
	hand_out(pfn, 0, GFP_KERNEL | __GFP_ZERO);
	ok(!m->nr_events && all_bytes(pfn, 0), "D1: %s: with poison __GFP_ZERO zeroes when handed out", where);
	machine_destroy(m);
}

/* --- owners [D3] ------------------------------------------------------------------------------------------------- */

static void test_owner(void)
{
	struct machine *m = bare_machine(0, 0, 0, 1);
	struct mm *mm = current_mm();
	char text[1000];

	next_step(m, "alloc_pages", 12);
	hand_out(4, 2, GFP_KERNEL | __GFP_MOVABLE);
	mm->mem_map[4].flags = PG_head;
	mm->pageblock[1] = (struct pageblock){ .zone = MAX_NR_ZONES + ZONE_NORMAL, .migratetype = MIGRATE_CMA };
	page_owner_show(4, text, sizeof(text));
	same_text(text,
		  "Page allocated via order 2, mask 0xcc8(GFP_KERNEL|__GFP_MOVABLE), pid 100, tgid 100 (mmcheck), "
		  "ts 1000 ns\n"
		  "PFN 0x4 type Movable Block 1 type CMA Flags 0x2(head|node=1|zone=2)\n"
		  " alloc_pages+12\n"
		  "\n",
		  "D3: the text of page_owner");
	ok(page_owner_show(7, text, sizeof(text)) && strstr(text, "order 2,"),
	   "D3: every page of a block has a record");
	ok(!page_owner_show(8, text, sizeof(text)), "D3: a page nobody has has none");
	split_page_owner(mm, mm->mem_map + 4, 2);
	ok(page_owner_show(4, text, sizeof(text)) && strstr(text, "order 0,") &&
		   page_owner_show(7, text, sizeof(text)) && strstr(text, "order 0,"),
	   "D3: after a split each has order 0");
	next_step(m, "free_pages", 13);
	give_back(5, 0);
	ok(!page_owner_show(5, text, sizeof(text)) && page_owner_show(4, text, sizeof(text)),
	   "D3: a free ends a record");
	ok(!page_owner_show(FRAMES, text, sizeof(text)), "D3: a frame there is not has none");
	hand_out(4, 0, __GFP_MOVABLE | __GFP_RECLAIMABLE);
	ok(page_owner_show(4, text, sizeof(text)) && strstr(text, "type Unmovable Block"),
	   "D3: a mask of both types is none");
	mm->mobility_disabled = true;
	hand_out(4, 0, __GFP_MOVABLE);
	ok(page_owner_show(4, text, sizeof(text)) && strstr(text, "type Unmovable Block"),
	   "D3: without mobility all is unmovable");
	machine_destroy(m);

	m = bare_machine(0, 0, 0, 0);
	hand_out(4, 2, GFP_KERNEL);
	ok(!page_owner_show(4, text, sizeof(text)) && !text[0], "D3: without the knob nothing is kept");
	machine_destroy(m);
}

/* --- guards [B9] ------------------------------------------------------------------------------------------------- */

static void test_guards(void)
{
	struct machine *m = bare_machine(0, 0, 0, 0);
	struct mm *mm = current_mm();
	struct page *page = mm->mem_map + 6;

	ok(!set_page_guard(mm, page, 0) && !page->flags, "B9: no minor order, no guards");
	mm->guardpage_minorder = 2;
	ok(!set_page_guard(mm, page, 2) && !page->flags, "B9: halves of the minor order are not guarded");
	ok(set_page_guard(mm, page, 1) && page->flags == PG_guard && page->private == 1, "B9: smaller ones are");
	clear_page_guard(page);
	ok(!page->flags && !page->private, "B9: a guard ends without a trace");
	machine_destroy(m);
}

/* --- highmem [D50] [D51] ----------------------------------------------------------------------------------------- */

static void test_lowmem_mapping(void)
{
	struct machine *m = bare_machine(0, 0, 0, 0);
	struct page *page = current_mm()->mem_map + LOW_PFN;

	hand_out(LOW_PFN, 0, GFP_KERNEL);
	ok(kmap_local_page(page) == ram_address(m, LOW_PFN) && !kmap_depth(0),
	   "D51: lowmem has its address, nothing is used up");
	kunmap_local(ram_address(m, LOW_PFN));
	ok(says_forbidden(LOW_PFN, false) && !m->nr_events, "D50: lowmem may be touched all the time");
	give_back(LOW_PFN, 0);
	ok(says_forbidden(LOW_PFN, true), "D50: until it is freed");
	ok(page_is_lowmem(FRAMES / 2 - 1) && !page_is_lowmem(FRAMES / 2), "D50: lowmem ends where the knob says");
	machine_destroy(m);
}

static void test_highmem_mapping(void)
{
	struct machine *m = bare_machine(0, 0, 0, 0);
	struct page *page = current_mm()->mem_map + HIGH_PFN;
	u64 *word;

	hand_out(HIGH_PFN, 0, GFP_KERNEL | __GFP_ZERO);
	ok(says_forbidden(HIGH_PFN, true) && !kmap_address(page),
	   "D50: highmem may not be touched before it is mapped");
	word = kmap_local_page(page);
	ok(word == ram_address(m, HIGH_PFN) && kmap_address(page) == word && says_forbidden(HIGH_PFN, false),
	   "D50: a mapping gives an address and permission");
	same_number(word[511], 0, "D50: what the page holds is there");
	machine_enter(m, 1);
	ok(!kmap_address(page), "D50: the mapping is the task's own");
	kmap_local_page(page);
	machine_enter(m, 0);
	kunmap_local(word + 3);
	ok(!kmap_depth(0) && kmap_depth(1) == 1 && says_forbidden(HIGH_PFN, false),
	   "D50: while another task has it mapped it may be touched");
	machine_enter(m, 1);
	kunmap_local(word);
	ok(says_forbidden(HIGH_PFN, true) && !m->nr_events, "D50: the last mapping takes the permission along");
	machine_destroy(m);
}

/* A block across the end of lowmem: its first half has an address. */
static void test_straddling(void)
{
	struct machine *m = bare_machine(0, 0, 0, 0);
	u64 end = FRAMES / 2;

	hand_out(end - 4, 3, GFP_KERNEL);
	ok(says_forbidden(end - 1, false) && says_forbidden(end, true),
	   "D50: a block may be half lowmem, half highmem");
	give_back(end - 4, 3);
	ok(says_forbidden(end - 1, true) && says_forbidden(end, true), "D50: and is freed whole");
	machine_destroy(m);
}

static void test_mapping_mistakes(void)
{
	struct machine *m = bare_machine(0, 0, 0, 0);
	struct page *page = current_mm()->mem_map + HIGH_PFN;

	kunmap_local(ram_address(m, HIGH_PFN));
	ok(reported(m, REPORT_KMAP, HIGH_PFN), "D51: unmapping what is not mapped is reported");
	for (int i = 0; i < KM_MAX_IDX; i++)
		kmap_local_page(page + i);
	next_step(m, NULL, 0);
	ok(!kmap_local_page(page) && reported(m, REPORT_KMAP, HIGH_PFN) && kmap_depth(0) == KM_MAX_IDX,
	   "D51: one mapping too many is refused");
	same_text(log_of(m), "WARNING: too many kmap_local mappings\n", "D51: and the log says so");
	next_step(m, NULL, 0);
	kunmap_local(ram_address(m, HIGH_PFN));
	ok(reported(m, REPORT_KMAP, HIGH_PFN) && kmap_depth(0) == KM_MAX_IDX && says_forbidden(HIGH_PFN, false),
	   "D51: unmapping out of order changes nothing");
	same_text(log_of(m), "WARNING: kunmap_local of an address that was not mapped last\n",
	          "D51: and the log says so");
	next_step(m, NULL, 0);
	for (int i = KM_MAX_IDX - 1; i >= 0; i--)
		kunmap_local(ram_address(m, HIGH_PFN + (u64)i));
	ok(!m->nr_events && !kmap_depth(0), "D51: in reverse order all come back");
	machine_destroy(m);
}

/* --- planned failures [L11] -------------------------------------------------------------------------------------- */

static void test_failures(void)
{
	struct machine *m = bare_machine(0, 0, 0, 0);

	ok(!should_fail_alloc_page(GFP_KERNEL, 0), "L11: no plan, no failure");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 1, 1);
	ok(!should_fail_alloc_page(GFP_KERNEL | __GFP_NOFAIL, 0), "L11: a request that may not fail does not");
	ok(!should_fail_alloc_page(GFP_KERNEL, 0) && should_fail_alloc_page(GFP_KERNEL, 0),
	   "L11: nor does it use the plan up");
	ok(m->nr_events == 1, "L11: a planned failure is announced");
	ok(!should_fail_alloc_page(GFP_KERNEL, 0), "L11: and the plan ends");
	machine_destroy(m);
}

/* --- the same through the allocator ------------------------------------------------------------------------------- */

static struct machine *booted_machine(enum sim_param knob)
{
	struct machine_config c = { 0 };
	struct machine *m;

	machine_config_profile(&c, PROFILE_SMALL);
	c.param[knob] = 1;
	m = machine_create(&c);
	machine_enter(m, 0);
	if (mm_boot()) {
		printf("Bail out! the machine does not boot\n");
		exit(1);
	}
	machine_seal(m);
	next_step(m, "alloc_pages", 1);
	return m;
}

/* Take pages until this one comes again. */
static bool comes_again(u64 pfn)
{
	for (int i = 0; i < 64; i++) {
		struct page *page = alloc_pages(GFP_KERNEL, 0);

		if (!page || page_to_pfn(page) == pfn)
			return page;
	}
	return false;
}

static void test_poison_through_allocator(void)
{
	struct machine *m = booted_machine(PARAM_PAGE_POISON);
	struct page *page = alloc_pages(GFP_KERNEL, 0);
	u64 pfn = page_to_pfn(page);

	__free_pages(page, 0);
	ok(all_bytes(pfn, PAGE_POISON), "D2: the allocator fills what is freed");
	stray_byte(pfn, 77, 0);
	ok(comes_again(pfn) && reported(m, REPORT_POISON, pfn), "D2: and looks at what it hands out");
	machine_destroy(m);
}

static void test_zeroes_through_allocator(void)
{
	static const enum sim_param knobs[] = { PARAM_INIT_ON_ALLOC, PARAM_INIT_ON_FREE };

	for (size_t i = 0; i < ARRAY_SIZE(knobs); i++) {
		struct machine *m = booted_machine(knobs[i]);
		struct page *page = alloc_pages(GFP_KERNEL, 0);
		u64 pfn = page_to_pfn(page);

		ok(all_bytes(pfn, 0), "D1: %s: the first owner finds zeroes", sim_params[knobs[i]].name);
		stray_byte(pfn, 0, 1);
		__free_pages(page, 0);
		ok(comes_again(pfn) && all_bytes(pfn, 0), "D1: %s: the next one too", sim_params[knobs[i]].name);
		machine_destroy(m);
	}
}

static void test_owner_through_allocator(void)
{
	struct machine *m = booted_machine(PARAM_PAGE_OWNER);
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	u64 pfn = page_to_pfn(page);
	char text[1000];

	ok(page_owner_show(pfn + 3, text, sizeof(text)) && strstr(text, "via order 2,") &&
		   strstr(text, "\n alloc_pages+1\n\n"),
	   "D3: the allocator says who has a page");
	split_page(page, 2);
	ok(page_owner_show(pfn, text, sizeof(text)) && strstr(text, "via order 0,"), "D3: split_page makes it order 0");
	__free_pages(page + 1, 0);
	ok(!page_owner_show(pfn + 1, text, sizeof(text)), "D3: and when nobody has it");
	machine_destroy(m);
}

static void test_highmem_through_allocator(void)
{
	struct machine *m = booted_machine(PARAM_PAGE_POISON);
	struct page *page = alloc_pages_node(3, GFP_HIGHUSER | __GFP_ZERO | __GFP_THISNODE, 0);
	u64 *word;

	ok(page && !page_is_lowmem(page_to_pfn(page)) && !page_address(page), "D50: a page of HighMem has no address");
	word = kmap_local_page(page);
	ok(word && page_address(page) == word && !word[0], "D50: mapped it has one, and holds what was asked for");
	kunmap_local(word);
	ok(!page_address(page), "D50: unmapped it has none again");
	machine_destroy(m);
}

int main(void)
{
	test_poison(LOW_PFN, "lowmem");
	test_poison(HIGH_PFN, "highmem");
	test_poison_text();
	test_reset();
	test_hand_over();
	test_zeroing(LOW_PFN, "lowmem");
	test_zeroing(HIGH_PFN, "highmem");
	test_owner();
	test_guards();
	test_lowmem_mapping();
	test_highmem_mapping();
	test_straddling();
	test_mapping_mistakes();
	test_failures();
	test_poison_through_allocator();
	test_zeroes_through_allocator();
	test_owner_through_allocator();
	test_highmem_through_allocator();
	return tap_end();
}
