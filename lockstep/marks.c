/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * marks.c - rare places by name: the marks of mm, then every kind of event that it announces.
 *
 *   boost_at_most     a mark of mm (mm/include/marks.h)
 *   event_boost       an event
 *   report_kmap       a report; so are flush_decay, retype_claim: an event by what its field `report` says
 *
 * An event with kinds has no name without one.
 */
#include <string.h>
#include "world.h"

#define ANY ~0u

static const struct announced {
	const char *name, *sentence;
	u32 kinds; /* bit set of `report` */
	u8 type;
} announced[] = {
	{ "event_page_alloc_zone_locked", "a block left a free list", ANY, EVENT_PAGE_ALLOC_ZONE_LOCKED },
	{ "event_page_alloc", "a block was handed out", ANY, EVENT_PAGE_ALLOC },
	{ "event_page_free", "an owner gave a block up", ANY, EVENT_PAGE_FREE },
	{ "event_page_free_zone_locked", "a block joined a free list", ANY, EVENT_PAGE_FREE_ZONE_LOCKED },
	{ "event_fault", "a request failed because the program said so", ANY, EVENT_FAULT },
	{ "event_page_pcpu_drain", "a block left a CPU's list for a free list", ANY, EVENT_PAGE_PCPU_DRAIN },
	{ "event_pcp_alloc", "a block left a CPU's list for an owner", ANY, EVENT_PCP_ALLOC },
	{ "event_pcp_free", "a block joined a CPU's list", ANY, EVENT_PCP_FREE },
	{ "event_pcp_refill", "a CPU's list was refilled", ANY, EVENT_PCP_REFILL },
	{ "event_page_extfrag", "a request was served by another type", ANY, EVENT_PAGE_EXTFRAG },
	{ "event_boost", "a claim was tried", ANY, EVENT_BOOST },
	{ "event_attempt", "a zonelist was walked", ANY, EVENT_ATTEMPT },
	{ "event_below_high", "a zone passed its high mark", ANY, EVENT_BELOW_HIGH },
	{ "event_wakeup_kswapd", "kswapd was woken", ANY, EVENT_WAKEUP_KSWAPD },
	{ "event_kswapd_run", "kswapd ran", ANY, EVENT_KSWAPD_RUN },
	{ "event_boost_end", "a boost ended", ANY, EVENT_BOOST_END },
	{ "event_direct_reclaim", "a request reclaimed", ANY, EVENT_DIRECT_RECLAIM },
	{ "event_stat_fold", "what a CPU held back was added up", ANY, EVENT_STAT_FOLD },
	{ "event_drain_all", "the lists of all CPUs were emptied", ANY, EVENT_DRAIN_ALL },
	{ "event_free_deferred", "a page was freed after a grace period", ANY, EVENT_FREE_DEFERRED },
	{ "flush_free", "a free found the list full", 1u << FLUSH_FREE, EVENT_PCP_FLUSH },
	{ "flush_drain", "a list was drained", 1u << FLUSH_DRAIN, EVENT_PCP_FLUSH },
	{ "flush_decay", "a list shrank in idle times", 1u << FLUSH_DECAY, EVENT_PCP_FLUSH },
	{ "retype_claim", "a pageblock was claimed", 1u << RETYPE_CLAIM, EVENT_PAGEBLOCK },
	{ "retype_reserve", "a pageblock was reserved", 1u << RETYPE_RESERVE, EVENT_PAGEBLOCK },
	{ "retype_unreserve", "a reserved pageblock was given up", 1u << RETYPE_UNRESERVE, EVENT_PAGEBLOCK },
	{ "retype_isolate", "a pageblock was isolated", 1u << RETYPE_ISOLATE, EVENT_PAGEBLOCK },
	{ "retype_unisolate", "an isolation ended", 1u << RETYPE_UNISOLATE, EVENT_PAGEBLOCK },
	{ "report_alloc_failure", "a refusal was reported", 1u << REPORT_ALLOC_FAILURE, EVENT_REPORT },
	{ "report_order_too_big", "an order that no machine has was reported", 1u << REPORT_ORDER_TOO_BIG, EVENT_REPORT },
	{ "report_bad_page", "a bad page was reported", 1u << REPORT_BAD_PAGE, EVENT_REPORT },
	{ "report_sleep_atomic", "one that may not sleep wanted to", 1u << REPORT_SLEEP_ATOMIC, EVENT_REPORT },
	{ "report_gfp_misuse", "flags were dropped", 1u << REPORT_GFP_MISUSE, EVENT_REPORT },
	{ "report_split_compound", "split_page of a compound page was reported", 1u << REPORT_SPLIT_COMPOUND, EVENT_REPORT },
	{ "report_memblock_align", "an alignment of 0 was reported", 1u << REPORT_MEMBLOCK_ALIGN, EVENT_REPORT },
	{ "report_nofail", "a __GFP_NOFAIL that cannot be kept was reported", 1u << REPORT_NOFAIL, EVENT_REPORT },
	{ "report_migratetype", "two mobilities at once were reported", 1u << REPORT_MIGRATETYPE, EVENT_REPORT },
	{ "report_poison", "damage of a free page was reported", 1u << REPORT_POISON, EVENT_REPORT },
	{ "report_kmap", "a mapping out of order was reported", 1u << REPORT_KMAP, EVENT_REPORT },
};

static const struct {
	const char *name, *sentence;
} placed[NR_MARKS] = {
#define MARK_ROW(name, sentence) { #name, sentence },
	MM_MARKS(MARK_ROW)
#undef MARK_ROW
};

/* As people write it: in lower case. */
static const char *placed_name(unsigned mark)
{
	static char name[NR_MARKS][40];
	const char *from = placed[mark].name;

	for (size_t i = 0; from[i] && i + 1 < sizeof(*name); i++)
		name[mark][i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] + 'a' - 'A') : from[i];
	return name[mark];
}

const char *mark_name(unsigned mark)
{
	if (mark < NR_MARKS)
		return placed_name(mark);
	mark -= NR_MARKS;
	return mark < ARRAY_SIZE(announced) ? announced[mark].name : NULL;
}

const char *mark_sentence(unsigned mark)
{
	return mark < NR_MARKS ? placed[mark].sentence : announced[mark - NR_MARKS].sentence;
}

bool world_passed(const struct world *w, unsigned mark)
{
	const struct announced *a = mark < NR_MARKS ? announced : &announced[mark - NR_MARKS];

	if (w->verdict.failed)
		return false;
	return mark < NR_MARKS ? w->mark[mark] : (w->announced[a->type] & a->kinds) != 0;
}
