/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_poison.c - what free pages hold: 0xaa, zeroes, or what their last owner left there.
 *
 *   knob           at free          when handed out
 *   page_poison    fill with 0xaa   look, report damage; zero if asked for
 *   init_on_free   zero             nothing: it is zero
 *   init_on_alloc  -                zero
 *
 * A store through a pointer that was kept after the free changes the pattern, and is found when the page is handed out
 * next: the report says which bytes, and if page_owner is on, who had the page. Then the page is used all the same.
 *
 * A frame that was never freed holds what the machine left there: filling all of RAM would be the cost of boot, and of
 * every reset. Such a frame is told by its lines: a fill writes all of them. It is not looked at, and is zeroed late.
 *
 * Invariants:
 *   [D1] a page handed out with init_on_alloc, init_on_free or __GFP_ZERO reads as zero, unless somebody wrote to it
 *        while it was free and zeroed
 *   [D2] a free page holds the pattern from before it is on any list until it was looked at; each damaged page is
 *        reported once
 * Locks: none, the pages are between list and owner. The tools do not see these stores: a page without a mapping may be
 * touched by nobody else.
 * Unlike Linux: page_poison does not switch init_on_alloc off; reports are not rate limited; a dump shows 64 bytes.
 */
#include "page_debug_internal.h"
#include "tool.h"

#define POISON_WORD (0x0101010101010101ULL * PAGE_POISON)
#define PAGE_WORDS  (PAGE_SIZE / sizeof(u64))
#define DUMP_BYTES  64
#define DUMP_ROW    16

/* --- raw access: whole lines, no tool watches -------------------------------------------------------------------- */

/* The barrier keeps the compiler from calling memset(), which the tools have replaced. */
no_tool static void fill_frame(u64 *p, u64 word)
{
	for (const u64 *end = p + PAGE_WORDS; p < end; p += 8) {
		p[0] = p[1] = p[2] = p[3] = p[4] = p[5] = p[6] = p[7] = word;
		__asm__ volatile("" : : : "memory");
	}
}

no_tool static u64 frame_differs(const u64 *p, u64 word)
{
	u64 wrong = 0;

	for (u64 i = 0; i < PAGE_WORDS; i++)
		wrong |= p[i] ^ word;
	return wrong;
}

no_tool static void read_bytes(u8 *to, const volatile u8 *from, u64 n)
{
	for (u64 i = 0; i < n; i++)
		to[i] = from[i];
}

static void fill_pages(u64 pfn, u64 nr, u64 word)
{
	struct machine *m = this_cpu->machine;

	for (u64 p = pfn; p < pfn + nr; p++) {
		ram_dirty(m, p, ~0ULL);
		TOOL_SILENT(fill_frame(ram_address(m, p), word));
	}
}

/* Since the machine was made or reset. One that its owner wrote to everywhere counts too, and is filled when freed. */
static bool frame_was_filled(u64 pfn)
{
	return this_cpu->machine->host->dirty_lines[pfn] == ~0ULL;
}

/* --- zeroing [D1] ------------------------------------------------------------------------------------------------ */

static void zero_pages(const struct mm *mm, u64 pfn, u64 nr)
{
	u64 low = pfn < lowmem_end(mm) ? min_of(nr, lowmem_end(mm) - pfn) : 0;

	ram_zero_frames(this_cpu->machine, pfn, low);
	fill_pages(pfn + low, nr - low, 0);
}

/* Zeroed when it was freed: this is all that is left to do, and to tell the tool. */
static void take_zeroed_pages(const struct mm *mm, u64 pfn, u64 nr)
{
	for (u64 p = pfn; p < pfn + nr; p++) {
		if (marked(!frame_was_filled(p), MARK_ZEROED_LATE))
			zero_pages(mm, p, 1);
		else if (p < lowmem_end(mm))
			tool_define(ram_address(this_cpu->machine, p), PAGE_SIZE);
	}
}

void init_pages_on_alloc(struct mm *mm, struct page *page, unsigned order, gfp_t gfp)
{
	if (want_init_on_free(mm))
		take_zeroed_pages(mm, page_pfn(mm, page), 1ULL << order);
	else if (want_init_on_alloc(mm, gfp))
		zero_pages(mm, page_pfn(mm, page), 1ULL << order);
}

void init_pages_on_free(struct mm *mm, struct page *page, unsigned order)
{
	if (want_init_on_free(mm)) /* parts of it may be forbidden already: what was a slab */
		fill_pages(page_pfn(mm, page), 1ULL << order, 0);
}

void init_pages_at_hand_over(struct mm *mm, struct page *page, unsigned order)
{
	u64 pfn = page_pfn(mm, page);

	if (likely(!mm->want_poison && !want_init_on_free(mm)))
		return;
	for (u64 p = pfn; p < pfn + (1ULL << order); p++)
		if (marked(frame_was_filled(p), MARK_FILLED_AT_HAND_OVER))
			fill_pages(p, 1, mm->want_poison ? POISON_WORD : 0);
}

/* --- poison [D2] ------------------------------------------------------------------------------------------------- */

void kernel_poison_pages(struct mm *mm, struct page *page, unsigned order)
{
	if (likely(!mm->want_poison))
		return;
	fill_pages(page_pfn(mm, page), 1ULL << order, POISON_WORD);
}

struct damage {
	u64 first, last; /* bytes of the page */
};

static struct damage find_damage(const u8 *bytes)
{
	struct damage d = { 0, PAGE_SIZE - 1 };

	while (bytes[d.first] == PAGE_POISON)
		d.first++;
	while (bytes[d.last] == PAGE_POISON)
		d.last--;
	return d;
}

static bool is_power_of_two(unsigned x)
{
	return x && !(x & (x - 1));
}

static void put_dump_row(struct text *t, u64 address, const u8 *bytes, u64 n)
{
	text_hex_digits(t, address, 8);
	text_words(t, ":");
	for (u64 i = 0; i < n; i++) {
		text_words(t, " ");
		text_hex_digits(t, bytes[i], 2);
	}
	text_words(t, "\n");
}

static void put_dump(struct text *t, u64 pfn, const u8 *bytes, struct damage d)
{
	u64 n = d.last - d.first + 1, shown = min_of(n, (u64)DUMP_BYTES);

	for (u64 i = 0; i < shown; i += DUMP_ROW)
		put_dump_row(t, PFN_PHYS(pfn) + d.first + i, bytes + d.first + i, min_of(shown - i, (u64)DUMP_ROW));
	if (!marked(n > shown, MARK_POISON_DUMP_CUT))
		return;
	text_words(t, "... up to ");
	text_hex_digits(t, PFN_PHYS(pfn) + d.last, 8);
	text_words(t, "\n");
}

static sim_cold void report_damage(const struct mm *mm, u64 pfn)
{
	u8 bytes[PAGE_SIZE];
	char report[1024];
	struct text t = text_in(report, sizeof(report));
	struct damage d;

	TOOL_SILENT(read_bytes(bytes, ram_address(this_cpu->machine, pfn), PAGE_SIZE));
	tool_define(bytes, sizeof(bytes));
	d = find_damage(bytes);
	text_words(&t, marked(d.first == d.last && is_power_of_two(bytes[d.first] ^ PAGE_POISON), MARK_POISON_SINGLE_BIT) ?
			       "pagealloc: single bit error\n" :
			       "pagealloc: memory corruption\n");
	put_dump(&t, pfn, bytes, d);
	text_words(&t, "page dumped because: pagealloc: corrupted page details  pfn:");
	text_hex_digits(&t, pfn, 5);
	text_words(&t, "\n");
	put_page_history(&t, mm, pfn);
	sim_log_text(report);
	mm_report(REPORT_POISON, pfn, 0, 0);
}

static bool is_damaged(u64 pfn)
{
	u64 wrong;

	TOOL_SILENT(wrong = frame_differs(ram_address(this_cpu->machine, pfn), POISON_WORD));
	tool_define(&wrong, sizeof(wrong));
	return wrong;
}

void kernel_unpoison_pages(struct mm *mm, struct page *page, unsigned order)
{
	u64 pfn = page_pfn(mm, page);

	if (likely(!mm->want_poison))
		return;
	for (u64 p = pfn; p < pfn + (1ULL << order); p++)
		if (frame_was_filled(p) && unlikely(is_damaged(p)))
			report_damage(mm, p);
}
