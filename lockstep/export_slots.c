/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export_slots.c - what each slot holds while a program is written as C, so that the C names pages and orders.
 *
 * Followed with the recorded answers: kind, order, references, pages already given back one by one. A stale free takes
 * the page from its present owner. The record does not name the pages of a bulk: there the C itself compares,
 * forget(), or the page is seen to be handed out again, hold().
 */
#include <stdlib.h>
#include <string.h>
#include "export.h"

/* --- what slots hold ---------------------------------------------------------------------------------------------- */

static bool is_gone(const struct held *h, u32 i)
{
	return h->gone[i / 8] >> (i % 8) & 1;
}

static u32 nr_left(const struct held *h)
{
	u32 left = 0;

	for (u32 i = 0; i < h->nr; i++)
		left += !is_gone(h, i);
	return left;
}

static void lose_page(struct held *h, u32 i)
{
	h->gone[i / 8] |= (u8)(1u << (i % 8));
	if (!nr_left(h))
		h->state = SLOT_STALE;
}

static void lose_reference(struct held *h, bool by_free)
{
	if (--h->refs == 0)
		h->state = SLOT_STALE;
	else if (by_free && !h->compound)
		h->order = 0; /* the other frames went back at once */
}

/* Somebody frees pfn through a pointer kept too long: its present owner loses it. */
static void lose_by_stale_free(struct exporter *e, u64 pfn)
{
	for (u32 i = 0; i < NR_SLOTS && pfn != EMPTY_PFN; i++) {
		struct held *h = &e->held[i];

		if (h->state != SLOT_LIVE || h->pfn == EMPTY_PFN || export_is_array(h))
			continue;
		if (h->kind == SLOT_BLOCK && h->pfn == pfn)
			lose_reference(h, true);
		else if (h->kind != SLOT_BLOCK && pfn >= h->pfn && pfn < h->pfn + h->nr)
			lose_page(h, (u32)(pfn - h->pfn));
	}
}

/* pages: of the whole. Whoever held them before has lost them to a free that we could not follow. */
static struct held *hold(struct exporter *e, u64 slot, unsigned kind, u32 pages)
{
	struct held *h = &e->held[slot];
	u64 pfn = kind == SLOT_BULK || kind == SLOT_FILL ? EMPTY_PFN : export_recorded(e, EMPTY_PFN);

	for (u32 i = 0; e->unsure && pfn != EMPTY_PFN && i < pages; i++)
		lose_by_stale_free(e, pfn + i);
	memset(h, 0, sizeof(*h));
	h->state = SLOT_LIVE;
	h->kind = (u8)kind;
	h->nr = kind == SLOT_BLOCK ? 1 : pages;
	h->refs = 1;
	h->filled_at = e->step;
	h->pfn = pfn;
	return h;
}

/* --- allocations -------------------------------------------------------------------------------------------------- */

static void use_pages(struct exporter *e, u64 slot, u64 nr, bool zero)
{
	if (zero)
		fprintf(e->out, "\tcheck_zero(p%llu, %llu);\n", (unsigned long long)slot, (unsigned long long)nr);
	fprintf(e->out, "\tfill(p%llu, %llu, %u);\n", (unsigned long long)slot, (unsigned long long)nr, e->step);
}

void export_got_block(struct exporter *e, const struct op *op, const u64 *a)
{
	unsigned order = (unsigned)export_value(op, a, ARG_ORDER);
	struct held *h;

	if (!export_gets_something(e) || order >= NR_PAGE_ORDERS)
		return;
	h = hold(e, a[0], SLOT_BLOCK, 1u << order);
	h->order = (u8)order;
	h->compound = order && (export_gfp(op, a) & __GFP_COMP);
	use_pages(e, a[0], 1ULL << order, export_gfp(op, a) & __GFP_ZERO);
}

void export_got_zeroed_page(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op;
	if (!export_gets_something(e))
		return;
	hold(e, a[0], SLOT_BLOCK, 1);
	use_pages(e, a[0], 1, true);
}

void export_got_exact(struct exporter *e, const struct op *op, const u64 *a)
{
	u64 pages = PFN_UP(max_of(export_value(op, a, ARG_SIZE), 1ULL));

	if (!export_gets_something(e) || pages > MOST_PAGES)
		return;
	hold(e, a[0], SLOT_EXACT, (u32)pages);
	use_pages(e, a[0], pages, export_gfp(op, a) & __GFP_ZERO);
}

void export_got_bulk(struct exporter *e, const struct op *op, const u64 *a)
{
	u32 nr = (u32)export_recorded(e, export_value(op, a, ARG_COUNT));
	unsigned long long slot = a[0];

	if (!nr || nr > MAX_BULK)
		return;
	hold(e, a[0], SLOT_BULK, nr);
	fprintf(e->out, "\tfor (int i = 0; i < %u; i++) {\n", nr);
	if (export_gfp(op, a) & __GFP_ZERO)
		fprintf(e->out, "\t\tcheck_zero(bulk%llu[i], 1);\n", slot);
	fprintf(e->out, "\t\tfill(bulk%llu[i], 1, %u);\n\t}\n", slot, e->step);
}

/* Without a record nobody knows how many it takes: the C looks before it uses one. */
void export_got_fill(struct exporter *e, const struct op *op, const u64 *a)
{
	u32 nr = (u32)export_recorded(e, reach_at_once(e->frames));
	unsigned long long slot = a[0];

	(void)op;
	if (!nr || nr > MAX_FILL)
		return;
	hold(e, a[0], SLOT_FILL, nr)->torn = !e->expected;
	fprintf(e->out, "\tfor (int i = 0; i < %u; i++)\n\t\tfill(bulk%llu[i], 1, %u);\n", nr, slot, e->step);
}

/* --- frees -------------------------------------------------------------------------------------------------------- */

/* C for page i of a slot. */
static void put_page_name(FILE *out, const struct held *h, u64 slot, u64 i)
{
	if (export_is_array(h))
		fprintf(out, "bulk%llu[%llu]", (unsigned long long)slot, (unsigned long long)i);
	else if (i)
		fprintf(out, "nth(p%llu, %llu)", (unsigned long long)slot, (unsigned long long)i);
	else
		fprintf(out, "p%llu", (unsigned long long)slot);
}

static void put_guard(FILE *out, const struct held *h, u64 slot, const char *index)
{
	if (h->torn)
		fprintf(out, "\tif (bulk%llu[%s])\n\t", (unsigned long long)slot, index);
}

/* One call for each page the slot still has; if it has all, a loop. */
static void put_for_pages(struct exporter *e, u64 slot, const char *before, const char *after)
{
	const struct held *h = &e->held[slot];
	bool all = nr_left(h) == h->nr && h->nr > 1;

	if (all) {
		fprintf(e->out, "\tfor (int i = 0; i < %u; i++)\n\t", h->nr);
		put_guard(e->out, h, slot, "i");
		fprintf(e->out, export_is_array(h) ? "\t%sbulk%llu[i]%s;\n" : "\t%snth(p%llu, i)%s;\n", before,
			(unsigned long long)slot, after);
	}
	for (u32 i = 0; !all && i < h->nr; i++) {
		char index[12];

		if (is_gone(h, i))
			continue;
		snprintf(index, sizeof(index), "%u", i);
		put_guard(e->out, h, slot, index);
		fprintf(e->out, "\t%s", before);
		put_page_name(e->out, h, slot, i);
		fprintf(e->out, "%s;\n", after);
	}
}

void export_check(struct exporter *e, u64 slot)
{
	const struct held *h = &e->held[slot];
	char after[40];

	if (h->state != SLOT_LIVE)
		return;
	snprintf(after, sizeof(after), ", 1, %u)", h->filled_at);
	if (h->kind == SLOT_BLOCK)
		fprintf(e->out, "\tcheck(p%llu, %u, %u);\n", (unsigned long long)slot, 1u << h->order, h->filled_at);
	else
		put_for_pages(e, slot, "check(", after);
}

/* The record does not name the pages of a bulk: the C compares. */
static void stale_free(struct exporter *e, const struct held *h, u64 slot)
{
	lose_by_stale_free(e, h->pfn);
	e->unsure |= h->pfn == EMPTY_PFN;
	for (u32 i = 0; i < NR_SLOTS; i++) {
		if (e->held[i].state != SLOT_LIVE || !export_is_array(&e->held[i]))
			continue;
		e->held[i].torn = true;
		fprintf(e->out, "\tforget(bulk%u, %u, ", i, e->held[i].nr);
		put_page_name(e->out, h, slot, 0);
		fputs(");\n", e->out);
	}
}

/* As the client frees it: by block, by exact size, or page by page. */
void export_free(struct exporter *e, u64 slot)
{
	struct held *h = &e->held[slot];

	if (h->state == SLOT_STALE || h->kind == SLOT_BLOCK) {
		fputs("\t__free_pages(", e->out);
		put_page_name(e->out, h, slot, 0);
		fprintf(e->out, ", %u);\n", h->kind == SLOT_BLOCK ? h->order : 0);
		if (h->state == SLOT_STALE)
			stale_free(e, h, slot);
		else
			lose_reference(h, true);
		return;
	}
	if (h->kind == SLOT_EXACT && nr_left(h) == h->nr)
		fprintf(e->out, "\tfree_pages_exact(page_address(p%llu), %lu);\n", (unsigned long long)slot,
			h->nr * PAGE_SIZE);
	else
		put_for_pages(e, slot, "__free_pages(", ", 0)");
	h->state = SLOT_STALE;
}

static void end_ok(struct exporter *e)
{
	fputs("\tend_ok(true, ", e->out);
	export_string(e->out, e->expected);
	fputs(");\n", e->out);
}

void export_free_slot(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op;
	export_check(e, a[0]);
	export_free(e, a[0]);
	end_ok(e);
}

void export_free_by_address(struct exporter *e, const struct op *op, const u64 *a)
{
	struct held *h = &e->held[a[0]];

	(void)op;
	export_check(e, a[0]);
	fprintf(e->out, "\tfree_pages((unsigned long)page_address(p%llu), %u);\n\tfree_pages(0, %u);\n",
		(unsigned long long)a[0], h->order, h->order);
	lose_reference(h, true);
	end_ok(e);
}

void export_free_one(struct exporter *e, const struct op *op, const u64 *a)
{
	struct held *h = &e->held[a[0]];
	u32 i = (u32)(export_value(op, a, ARG_OFFSET) % max_of(h->nr, 1u));

	fputs("\tcheck(", e->out);
	put_page_name(e->out, h, a[0], i);
	fprintf(e->out, ", 1, %u);\n\tput_page(", h->filled_at);
	put_page_name(e->out, h, a[0], i);
	fputs(");\n", e->out);
	lose_page(h, i);
	end_ok(e);
}

void export_get_reference(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op;
	e->held[a[0]].refs++;
}

void export_put_reference(struct exporter *e, const struct op *op, const u64 *a)
{
	struct held *h = &e->held[a[0]];

	(void)op;
	export_check(e, a[0]);
	fputs("\tput_page(", e->out);
	put_page_name(e->out, h, a[0], h->compound ? (1ULL << h->order) - 1 : 0);
	fputs(");\n", e->out);
	lose_reference(h, false);
	end_ok(e);
}

void export_split_block(struct exporter *e, const struct op *op, const u64 *a)
{
	struct held *h = &e->held[a[0]];

	(void)op;
	fprintf(e->out, "\tsplit_page(p%llu, %u);\n\tend_ok(%s, ", (unsigned long long)a[0], h->order,
		h->compound ? "false" : "true");
	export_string(e->out, e->expected);
	fputs(");\n", e->out);
	if (h->compound)
		return;
	h->kind = SLOT_SPLIT;
	h->nr = 1u << h->order;
}

void export_check_slot(struct exporter *e, const struct op *op, const u64 *a)
{
	(void)op;
	export_check(e, a[0]);
	end_ok(e);
}

void export_free_interior(struct exporter *e, const struct op *op, const u64 *a)
{
	const struct held *h = &e->held[a[0]];
	u64 i = 1 + export_value(op, a, ARG_OFFSET) % max_of((1ULL << h->order) - 1, 1ULL);

	fprintf(e->out, "\t__free_pages(nth(p%llu, %llu), 0); /* the client's mistake */\n", (unsigned long long)a[0],
		(unsigned long long)i);
	end_ok(e);
}

void export_write_stale(struct exporter *e, const struct op *op, const u64 *a)
{
	fputs("\tram_write_raw(m, page_to_pfn(", e->out);
	put_page_name(e->out, &e->held[a[0]], a[0], 0);
	fprintf(e->out, "), %llu, 0x6b6b6b6b6b6b6b6b); /* the client's mistake */\n",
		(unsigned long long)export_value(op, a, ARG_LINE));
	end_ok(e);
}

void export_page_owner(struct exporter *e, const struct op *op, const u64 *a)
{
	const struct held *h = &e->held[a[0]];

	fputs("\tend_ok(page_owner_show(page_to_pfn(", e->out);
	put_page_name(e->out, h, a[0], export_value(op, a, ARG_OFFSET) % (h->kind == SLOT_BLOCK ? 1ULL << h->order : max_of(h->nr, 1u)));
	fputs("), lists, sizeof(lists)) > 0, ", e->out);
	export_string(e->out, e->expected);
	fputs(");\n", e->out);
}
