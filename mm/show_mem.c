/* SPDX-License-Identifier: GPL-2.0-only */
/* show_mem.c - what the page layer says: buddyinfo, gfp names, and its reports, in the kernel's forms. */
#include <stdarg.h>
#include "internal.h"

static const char *const zone_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };

const char *zone_name(unsigned zone)
{
	return zone < MAX_NR_ZONES ? zone_names[zone] : "?";
}

/* Append to a bounded buffer; returns the new length, never past bytes - 1. */
printf_like(4, 5) static unsigned put(char *out, unsigned bytes, unsigned len, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out + len, bytes - len, format, args);
	va_end(args);
	return n < 0 ? len : min_of(len + (unsigned)n, bytes - 1);
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
	unsigned len = 0;

	out[0] = 0;
	if (!gfp)
		return put(out, bytes, 0, "none");
	for (size_t i = 0; i < ARRAY_SIZE(gfp_names); i++) {
		if ((gfp & gfp_names[i].mask) != gfp_names[i].mask)
			continue;
		len = put(out, bytes, len, "%s%s", len ? "|" : "", gfp_names[i].name);
		gfp &= ~gfp_names[i].mask;
	}
	if (gfp)
		len = put(out, bytes, len, "%s%#x", len ? "|" : "", gfp);
	return len;
}

/* [F1] */
unsigned buddyinfo_show(char *out, unsigned bytes)
{
	const struct mm *mm = current_mm();
	unsigned len = 0;

	out[0] = 0;
	for (unsigned i = 0; i < MAX_ZONES; i++) {
		const struct zone *zone = mm->zone[i];

		if (!zone || !zone->present_pages)
			continue;
		len = put(out, bytes, len, "Node %d, zone %8s ", zone->nid, zone_name(zone->index));
		for (unsigned o = 0; o <= mm->max_order; o++)
			len = put(out, bytes, len, "%6llu ", (unsigned long long)zone->free_area[o].nr_free);
		len = put(out, bytes, len, "\n");
	}
	return len;
}

static void show_zone(const struct mm *mm, const struct zone *zone)
{
	sim_log_number("Node ", zone->nid, " ");
	sim_log_text(zone_name(zone->index));
	sim_log_number(" free:", zone->free_pages * 4, "kB");
	sim_log_number(" min:", zone->watermark[WMARK_MIN] * 4, "kB");
	sim_log_number(" low:", zone->watermark[WMARK_LOW] * 4, "kB");
	sim_log_number(" high:", zone->watermark[WMARK_HIGH] * 4, "kB");
	sim_log_number(" present:", zone->present_pages * 4, "kB");
	sim_log_number(" managed:", zone->managed_pages * 4, "kB\n");
	sim_log_number("Node ", zone->nid, " ");
	sim_log_text(zone_name(zone->index));
	sim_log_text(": ");
	for (unsigned o = 0; o <= mm->max_order; o++) {
		sim_log_number("", zone->free_area[o].nr_free, "*");
		sim_log_number("", 4ULL << o, "kB ");
	}
	sim_log_number("= ", zone->free_pages * 4, "kB\n");
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
	char mode[400];

	if (!failure_is_worth_a_report(mm, gfp))
		return;
	gfp_flags_show(gfp, mode, sizeof(mode));
	sim_log("mmcheck: page allocation failure: order:%u, mode:%#x(%s), nodemask=(null),cpuset=/,mems_allowed=0-%u\n",
		order, gfp, mode, mm->nr_nodes - 1u);
	sim_log("Mem-Info:\n");
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i] && mm->zone[i]->managed_pages)
			show_zone(mm, mm->zone[i]);
	mm_report(REPORT_ALLOC_FAILURE, 0, order, gfp);
}

/* [B21] */
sim_cold void report_bad_page(u64 pfn, const char *reason)
{
	const struct page *page = current_mm()->mem_map + pfn;

	sim_log("BUG: Bad page state in process mmcheck  pfn:%05llx\n", (unsigned long long)pfn);
	sim_log("page: refcount:%d flags:%#x private:%llu\n", page->refcount, page->flags,
		page->flags & PG_tail ? 0ULL : (unsigned long long)page->private);
	sim_log("page dumped because: %s\n", reason);
	mm_report(REPORT_BAD_PAGE, pfn, 0, 0);
}

void might_sleep_if(bool may)
{
	if (likely(!may || !sim_in_atomic()))
		return;
	sim_log("BUG: sleeping function called from invalid context\n");
	mm_report(REPORT_SLEEP_ATOMIC, 0, 0, 0);
}
