/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * marks.c - rare places by name: the marks of mm, then every kind of event that it announces.
 *
 *   boost_at_most     a mark of mm (mm/include/marks.h)
 *   event_boost       an event
 *   report_kmap       a report; so are flush_decay, retype_claim, oom_kill: an event by what its field `report` says
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
	{ "event_vm_wanted", "a page was wanted for a task, a file or swap", ANY, EVENT_VM_WANTED },
	{ "event_vm_returned", "the last reference to such a page was dropped", ANY, EVENT_VM_RETURNED },
	{ "event_swap_device", "a device of swap came or went", ANY, EVENT_SWAP_DEVICE },
	{ "event_kthread", "a kernel thread began or ended its work", ANY, EVENT_KTHREAD },
	{ "given_anon", "a page was given for a task's memory", 1u << VM_USE_ANON, EVENT_VM_GIVEN },
	{ "given_file", "a page was given for a file", 1u << VM_USE_FILE, EVENT_VM_GIVEN },
	{ "given_table", "a page was given for a page table", 1u << VM_USE_TABLE, EVENT_VM_GIVEN },
	{ "given_swapin", "a page was given for what swap holds", 1u << VM_USE_SWAPIN, EVENT_VM_GIVEN },
	{ "given_zswap", "a page was given for compressed pages", 1u << VM_USE_ZSWAP, EVENT_VM_GIVEN },
	{ "given_balloon", "a page was given for the balloon", 1u << VM_USE_BALLOON, EVENT_VM_GIVEN },
	{ "lru_add", "a page came to the lists", 1u << LRU_WHY_ADD, EVENT_LRU },
	{ "lru_isolate", "reclaim took a page off its list", 1u << LRU_WHY_ISOLATE, EVENT_LRU },
	{ "lru_putback", "reclaim put a page back", 1u << LRU_WHY_PUTBACK, EVENT_LRU },
	{ "lru_activate", "a page became active", 1u << LRU_WHY_ACTIVATE, EVENT_LRU },
	{ "lru_deactivate", "a page aged", 1u << LRU_WHY_DEACTIVATE, EVENT_LRU },
	{ "lru_rotate", "a page that was written went to the tail of its list", 1u << LRU_WHY_ROTATE, EVENT_LRU },
	{ "lru_mlock", "a page was locked into memory", 1u << LRU_WHY_MLOCK, EVENT_LRU },
	{ "lru_munlock", "a page was locked no more", 1u << LRU_WHY_MUNLOCK, EVENT_LRU },
	{ "lru_free", "a page on a list lost its last user", 1u << LRU_WHY_FREE, EVENT_LRU },
	{ "lru_reclaimed", "reclaim freed a page", 1u << LRU_WHY_RECLAIMED, EVENT_LRU },
	{ "pageref_reclaim", "nobody had used a page", 1u << PAGEREF_RECLAIM, EVENT_REFERENCED },
	{ "pageref_reclaim_clean", "a page was used before, and goes if it is clean", 1u << PAGEREF_RECLAIM_CLEAN, EVENT_REFERENCED },
	{ "pageref_keep", "a page was used once", 1u << PAGEREF_KEEP, EVENT_REFERENCED },
	{ "pageref_activate", "a page was found used twice", 1u << PAGEREF_ACTIVATE, EVENT_REFERENCED },
	{ "pageref_age", "a page of an active list was looked at", 1u << PAGEREF_AGE, EVENT_REFERENCED },
	{ "pte_mapped", "a task got a page", 1u << PTE_MAPPED, EVENT_PTE },
	{ "pte_unmapped", "a task gave up a page", 1u << PTE_UNMAPPED, EVENT_PTE },
	{ "pte_reclaimed", "reclaim took a file's page out of a table", 1u << PTE_RECLAIMED, EVENT_PTE },
	{ "pte_swapped", "reclaim put an entry of swap in a page's place", 1u << PTE_SWAPPED, EVENT_PTE },
	{ "pte_dropped", "an entry of swap was given up", 1u << PTE_DROPPED, EVENT_PTE },
	{ "pte_accessed", "a task used a page", 1u << PTE_ACCESSED, EVENT_PTE },
	{ "pte_cleaned", "a page's next write will be seen", 1u << PTE_CLEANED, EVENT_PTE },
	{ "cache_read", "a page was read from a file", 1u << CACHE_READ, EVENT_PAGE_CACHE },
	{ "cache_readahead", "a page was read ahead", 1u << CACHE_READAHEAD, EVENT_PAGE_CACHE },
	{ "cache_write", "a page was written that nobody had read", 1u << CACHE_WRITE, EVENT_PAGE_CACHE },
	{ "cache_truncate", "a page was cut off", 1u << CACHE_TRUNCATE, EVENT_PAGE_CACHE },
	{ "cache_reclaim", "reclaim took a page from its cache", 1u << CACHE_RECLAIM, EVENT_PAGE_CACHE },
	{ "cache_drop", "a page was dropped because somebody said so", 1u << CACHE_DROP, EVENT_PAGE_CACHE },
	{ "page_dirty", "a page became dirty", 1u << PAGE_DIRTY, EVENT_PAGE_STATE },
	{ "page_clean", "a page was made clean to be written", 1u << PAGE_CLEAN, EVENT_PAGE_STATE },
	{ "page_writeback", "a page's writing began", 1u << PAGE_WRITEBACK, EVENT_PAGE_STATE },
	{ "page_written", "a page was written", 1u << PAGE_WRITTEN, EVENT_PAGE_STATE },
	{ "page_write_failed", "a page's writing failed", 1u << PAGE_WRITE_FAILED, EVENT_PAGE_STATE },
	{ "page_uptodate", "a page was read", 1u << PAGE_UPTODATE, EVENT_PAGE_STATE },
	{ "page_read_failed", "a page's reading failed", 1u << PAGE_READ_FAILED, EVENT_PAGE_STATE },
	{ "page_mlocked", "a page was mlocked", 1u << PAGE_MLOCKED, EVENT_PAGE_STATE },
	{ "page_munlocked", "a page was munlocked", 1u << PAGE_MUNLOCKED, EVENT_PAGE_STATE },
	{ "page_pinned", "a page was pinned", 1u << PAGE_PINNED, EVENT_PAGE_STATE },
	{ "page_unpinned", "a page was unpinned", 1u << PAGE_UNPINNED, EVENT_PAGE_STATE },
	{ "page_laundered", "nobody will miss what a dirty page holds", 1u << PAGE_LAUNDERED, EVENT_PAGE_STATE },
	{ "page_wanted_free", "a page shall be reclaimed when it is written", 1u << PAGE_WANTED_FREE, EVENT_PAGE_STATE },
	{ "page_used", "a page's use was noted", 1u << PAGE_USED, EVENT_PAGE_STATE },
	{ "page_copied", "a page was copied from or to", 1u << PAGE_COPIED, EVENT_PAGE_STATE },
	{ "io_submitted", "a request went to a device", 1u << IO_SUBMITTED, EVENT_IO },
	{ "io_done", "a device was done", 1u << IO_DONE, EVENT_IO },
	{ "io_failed", "a device failed", 1u << IO_FAILED, EVENT_IO },
	{ "swap_taken", "a slot was taken", 1u << SWAP_TAKEN, EVENT_SWAP },
	{ "swap_freed", "a slot was freed", 1u << SWAP_FREED, EVENT_SWAP },
	{ "swap_cached", "a page stands for a slot", 1u << SWAP_CACHED, EVENT_SWAP },
	{ "swap_uncached", "a page no longer stands for a slot", 1u << SWAP_UNCACHED, EVENT_SWAP },
	{ "swap_zswap_stored", "a page was compressed", 1u << SWAP_ZSWAP_STORED, EVENT_SWAP },
	{ "swap_zswap_loaded", "a page came back from its compressed copy", 1u << SWAP_ZSWAP_LOADED, EVENT_SWAP },
	{ "swap_zswap_dropped", "a compressed copy was dropped", 1u << SWAP_ZSWAP_DROPPED, EVENT_SWAP },
	{ "swap_zswap_refused", "a page was not compressed", 1u << SWAP_ZSWAP_REFUSED, EVENT_SWAP },
	{ "swap_duplicated", "a slot got one more user", 1u << SWAP_DUPLICATED, EVENT_SWAP },
	{ "reclaim_direct_begins", "a request began to reclaim", 1u << RECLAIM_DIRECT_BEGINS, EVENT_RECLAIM },
	{ "reclaim_direct_ends", "a request's reclaim ended", 1u << RECLAIM_DIRECT_ENDS, EVENT_RECLAIM },
	{ "reclaim_node_begins", "a node was looked at", 1u << RECLAIM_NODE_BEGINS, EVENT_RECLAIM },
	{ "reclaim_node_ends", "a look at a node ended", 1u << RECLAIM_NODE_ENDS, EVENT_RECLAIM },
	{ "reclaim_scan", "a list was looked at", 1u << RECLAIM_SCAN, EVENT_RECLAIM },
	{ "reclaim_throttled", "a request had to wait for kswapd", 1u << RECLAIM_THROTTLED, EVENT_RECLAIM },
	{ "reclaim_failures", "kswapd had no success", 1u << RECLAIM_FAILURES, EVENT_RECLAIM },
	{ "reclaim_balance_begins", "kswapd began to balance its node", 1u << RECLAIM_BALANCE_BEGINS, EVENT_RECLAIM },
	{ "reclaim_balance_ends", "kswapd ended that", 1u << RECLAIM_BALANCE_ENDS, EVENT_RECLAIM },
	{ "reclaim_kswapd_naps", "kswapd had nothing more to do", 1u << RECLAIM_KSWAPD_NAPS, EVENT_RECLAIM },
	{ "reclaim_kswapd_goes_on", "kswapd looked again after its nap", 1u << RECLAIM_KSWAPD_GOES_ON, EVENT_RECLAIM },
	{ "shrinker_counted", "a cache was asked how much could go", 1u << SHRINKER_COUNTED, EVENT_SHRINKER },
	{ "shrinker_scanned", "a cache let something go, or refused", 1u << SHRINKER_SCANNED, EVENT_SHRINKER },
	{ "shrinker_done", "a shrinker had its share", 1u << SHRINKER_DONE, EVENT_SHRINKER },
	{ "shrinker_registered", "a shrinker was registered", 1u << SHRINKER_REGISTERED, EVENT_SHRINKER },
	{ "shrinker_gone", "a shrinker was unregistered", 1u << SHRINKER_GONE, EVENT_SHRINKER },
	{ "shrinker_spared", "a cache had too little to be looked at", 1u << SHRINKER_SPARED, EVENT_SHRINKER },
	{ "wait_page_lock", "somebody waited for a page's lock", 1u << WAIT_PAGE_LOCK, EVENT_WAIT },
	{ "wait_writeback", "somebody waited until a page was written", 1u << WAIT_WRITEBACK, EVENT_WAIT },
	{ "wait_pfmemalloc", "somebody below the reserves waited for kswapd", 1u << WAIT_PFMEMALLOC, EVENT_WAIT },
	{ "wait_isolated", "somebody waited while too many pages were isolated", 1u << WAIT_ISOLATED, EVENT_WAIT },
	{ "wait_congested", "reclaim waited for writing", 1u << WAIT_CONGESTED, EVENT_WAIT },
	{ "wait_no_progress", "a request waited between two laps", 1u << WAIT_NO_PROGRESS, EVENT_WAIT },
	{ "wait_dirty", "a writer waited", 1u << WAIT_DIRTY, EVENT_WAIT },
	{ "wait_oom", "somebody waited for a victim", 1u << WAIT_OOM, EVENT_WAIT },
	{ "wait_queue", "somebody waited for room in a queue", 1u << WAIT_QUEUE, EVENT_WAIT },
	{ "oom_invoked", "memory ran out", 1u << OOM_INVOKED, EVENT_OOM },
	{ "oom_notified", "those who asked for it were told", 1u << OOM_NOTIFIED, EVENT_OOM },
	{ "oom_badness", "a task's points were counted", 1u << OOM_BADNESS, EVENT_OOM },
	{ "oom_kill", "somebody was killed for memory", 1u << OOM_KILL, EVENT_OOM },
	{ "oom_current_dies", "who is about to end got the reserves", 1u << OOM_CURRENT_DIES, EVENT_OOM },
	{ "oom_waits", "a victim was waited for", 1u << OOM_WAITS, EVENT_OOM },
	{ "oom_busy", "somebody else was deciding whom to kill", 1u << OOM_BUSY, EVENT_OOM },
	{ "oom_declined", "nobody may be killed for this request", 1u << OOM_DECLINED, EVENT_OOM },
	{ "oom_nobody", "there was nobody to kill", 1u << OOM_NOBODY, EVENT_OOM },
	{ "oom_reap", "the reaper took a victim's memory", 1u << OOM_REAP, EVENT_OOM },
	{ "oom_skip", "a victim was not waited for any longer", 1u << OOM_SKIP, EVENT_OOM },
	{ "oom_panic", "the machine shall stop when memory runs out", 1u << OOM_PANIC, EVENT_OOM },
	{ "task_created", "a task was created", 1u << TASK_CREATED, EVENT_TASK },
	{ "task_killed", "a task was killed", 1u << TASK_KILLED, EVENT_TASK },
	{ "task_exits", "a task began to end", 1u << TASK_EXITS, EVENT_TASK },
	{ "task_gone", "a task was gone", 1u << TASK_GONE, EVENT_TASK },
	{ "task_adj", "a task's oom_score_adj was set", 1u << TASK_ADJ, EVENT_TASK },
	{ "task_maps", "a window showed a file", 1u << TASK_MAPS, EVENT_TASK },
	{ "task_unmaps", "a window showed nothing any more", 1u << TASK_UNMAPS, EVENT_TASK },
	{ "fs_inode", "an inode came or went", 1u << 0, EVENT_INODE },
	{ "fs_dentry", "a dentry came or went", 1u << 1, EVENT_INODE },
	{ "fs_size", "a file's size changed", 1u << 2, EVENT_INODE },
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
