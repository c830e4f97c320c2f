/* SPDX-License-Identifier: GPL-2.0-only */
/* show_mem.c - what the page layer says: buddyinfo, gfp names, and its reports, in the kernel's forms. */
#include "internal.h"
#include "textbuf.h"

static const char *const zone_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };

const char *zone_name(unsigned zone)
{
	return zone < MAX_NR_ZONES ? zone_names[zone] : "?";
}

/* Composite names first, the longest first. [F11] */
static const struct {
	gfp_t mask;
	const char *name;
} gfp_names[] = {
	{ GFP_TRANSHUGE, "GFP_TRANSHUGE" },
	{ GFP_TRANSHUGE_LIGHT, "GFP_TRANSHUGE_LIGHT" },
	{ GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE" },
	{ GFP_HIGHUSER, "GFP_HIGHUSER" },
	{ GFP_USER, "GFP_USER" },
	{ GFP_KERNEL_ACCOUNT, "GFP_KERNEL_ACCOUNT" },
	{ GFP_KERNEL, "GFP_KERNEL" },
	{ GFP_NOFS, "GFP_NOFS" },
	{ GFP_ATOMIC, "GFP_ATOMIC" },
	{ GFP_NOIO, "GFP_NOIO" },
	{ GFP_NOWAIT, "GFP_NOWAIT" },
	{ GFP_DMA, "GFP_DMA" },
	{ __GFP_HIGHMEM, "__GFP_HIGHMEM" },
	{ GFP_DMA32, "GFP_DMA32" },
	{ __GFP_HIGH, "__GFP_HIGH" },
	{ __GFP_IO, "__GFP_IO" },
	{ __GFP_FS, "__GFP_FS" },
	{ __GFP_NOWARN, "__GFP_NOWARN" },
	{ __GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL" },
	{ __GFP_NOFAIL, "__GFP_NOFAIL" },
	{ __GFP_NORETRY, "__GFP_NORETRY" },
	{ __GFP_COMP, "__GFP_COMP" },
	{ __GFP_ZERO, "__GFP_ZERO" },
	{ __GFP_NOMEMALLOC, "__GFP_NOMEMALLOC" },
	{ __GFP_MEMALLOC, "__GFP_MEMALLOC" },
	{ __GFP_HARDWALL, "__GFP_HARDWALL" },
	{ __GFP_THISNODE, "__GFP_THISNODE" },
	{ __GFP_RECLAIMABLE, "__GFP_RECLAIMABLE" },
	{ __GFP_MOVABLE, "__GFP_MOVABLE" },
	{ __GFP_ACCOUNT, "__GFP_ACCOUNT" },
	{ __GFP_WRITE, "__GFP_WRITE" },
	{ __GFP_RECLAIM, "__GFP_RECLAIM" },
	{ __GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM" },
	{ __GFP_KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM" },
	{ __GFP_ZEROTAGS, "__GFP_ZEROTAGS" },
};

unsigned gfp_flags_show(gfp_t gfp, char *out, unsigned bytes)
{
	struct text t = text_in(out, bytes);

	out[0] = 0;
	if (!gfp)
		text_words(&t, "none");
	for (size_t i = 0; gfp && i < ARRAY_SIZE(gfp_names); i++) {
		if ((gfp & gfp_names[i].mask) != gfp_names[i].mask)
			continue;
		text_words(&t, t.at > out ? "|" : "");
		text_words(&t, gfp_names[i].name);
		gfp &= ~gfp_names[i].mask;
	}
	if (gfp) {
		text_words(&t, t.at > out ? "|" : "");
		text_hex(&t, gfp);
	}
	return (unsigned)(t.at - out);
}

/* [F1] */
unsigned buddyinfo_show(char *out, unsigned bytes)
{
	const struct mm *mm = current_mm();
	struct text t = text_in(out, bytes);

	out[0] = 0;
	for (unsigned i = 0; i < MAX_ZONES; i++) {
		const struct zone *zone = mm->zone[i];

		if (!zone || !zone->present_pages)
			continue;
		text_words(&t, "Node ");
		text_number(&t, zone->nid, 0);
		text_words(&t, ", zone ");
		text_padded(&t, zone_name(zone->index), 8);
		text_words(&t, " ");
		for (unsigned o = 0; o <= mm->max_order; o++) {
			text_number(&t, zone->free_area[o].nr_free, 6);
			text_words(&t, " ");
		}
		text_words(&t, "\n");
	}
	return (unsigned)(t.at - out);
}

static void put_kbytes(struct text *t, const char *name, u64 pages)
{
	text_words(t, name);
	text_number(t, pages * 4, 0);
	text_words(t, "kB");
}

static void put_zone_name(struct text *t, const struct zone *zone)
{
	text_words(t, "Node ");
	text_number(t, zone->nid, 0);
	text_words(t, " ");
	text_words(t, zone_name(zone->index));
}

/* [F9] */
static void put_zone(struct text *t, const struct mm *mm, const struct zone *zone)
{
	put_zone_name(t, zone);
	put_kbytes(t, " free:", zone->free_pages);
	put_kbytes(t, " min:", zone->watermark[WMARK_MIN]);
	put_kbytes(t, " low:", zone->watermark[WMARK_LOW]);
	put_kbytes(t, " high:", zone->watermark[WMARK_HIGH]);
	put_kbytes(t, " present:", zone->present_pages);
	put_kbytes(t, " managed:", zone->managed_pages);
	text_words(t, "\n");
	put_zone_name(t, zone);
	text_words(t, ": ");
	for (unsigned o = 0; o <= mm->max_order; o++) {
		text_number(t, zone->free_area[o].nr_free, 0);
		put_kbytes(t, "*", 1ULL << o);
		text_words(t, " ");
	}
	put_kbytes(t, "= ", zone->free_pages);
	text_words(t, "\n");
}

static bool has_managed_dma(const struct mm *mm)
{
	for (unsigned nid = 0; nid < mm->nr_nodes; nid++) {
		const struct zone *zone = mm->zone[nid * MAX_NR_ZONES + ZONE_DMA];

		if (zone && zone->managed_pages)
			return true;
	}
	return false;
}

/* At most one in warn_interval; a request for a DMA zone that does not exist uses up the turn silently. [F8] */
static bool failure_is_worth_a_report(struct mm *mm, gfp_t gfp)
{
	u64 now = sim_now_ns();

	if ((gfp & __GFP_NOWARN) || now < mm->next_failure_report_ns)
		return false;
	mm->next_failure_report_ns = now + this_cpu->machine->param[PARAM_WARN_INTERVAL_MS] * 1000000ULL;
	return !(gfp & __GFP_DMA) || has_managed_dma(mm);
}

sim_cold void warn_alloc_failure(gfp_t gfp, unsigned order)
{
	struct mm *mm = current_mm();
	char report[8192], mode[400];
	struct text t = text_in(report, sizeof(report));

	if (!failure_is_worth_a_report(mm, gfp))
		return;
	text_words(&t, "mmcheck: page allocation failure: order:");
	text_number(&t, order, 0);
	text_words(&t, ", mode:");
	text_hex(&t, gfp);
	text_words(&t, "(");
	gfp_flags_show(gfp, mode, sizeof(mode));
	text_words(&t, mode);
	text_words(&t, "), nodemask=(null),cpuset=/,mems_allowed=0");
	if (mm->nr_nodes > 1) {
		text_words(&t, "-");
		text_number(&t, mm->nr_nodes - 1u, 0);
	}
	text_words(&t, "\nMem-Info:\n");
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i] && mm->zone[i]->managed_pages)
			put_zone(&t, mm, mm->zone[i]);
	sim_log_text(report);
	mm_report(REPORT_ALLOC_FAILURE, 0, order, gfp);
}

/* [B21] */
sim_cold void report_bad_page(u64 pfn, const char *reason)
{
	const struct page *page = current_mm()->mem_map + pfn;
	char report[300];
	struct text t = text_in(report, sizeof(report));

	text_words(&t, "BUG: Bad page state in process mmcheck  pfn:");
	text_hex_digits(&t, pfn, 5);
	text_words(&t, "\npage: refcount:");
	text_words(&t, page->refcount < 0 ? "-" : "");
	text_number(&t, page->refcount < 0 ? -(u64)page->refcount : (u64)page->refcount, 0);
	text_words(&t, " flags:");
	text_hex(&t, page->flags);
	text_words(&t, " private:");
	text_number(&t, page->flags & PG_tail ? 0 : page->private, 0);
	text_words(&t, "\npage dumped because: ");
	text_words(&t, reason);
	text_words(&t, "\n");
	sim_log_text(report);
	mm_report(REPORT_BAD_PAGE, pfn, 0, 0);
}

void might_sleep_if(bool may)
{
	if (likely(!may || !sim_in_atomic()))
		return;
	sim_log_text("BUG: sleeping function called from invalid context\n");
	mm_report(REPORT_SLEEP_ATOMIC, 0, 0, 0);
}
