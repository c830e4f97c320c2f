/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * marks.h - rare places of mm, counted when they are passed, so that a test can say which of them it never saw.
 *
 * A mark is one count_mark(MARK_...) or marked(condition, MARK_...) at the place. Counters are the machine's: they go back
 * with it at a reset. Nothing reads them but who asks which places a program reached; no text, no event and no digest
 * depends on them. `mmcheck marks` prints them, in lower case.
 */
#ifndef MM_MARKS_H
#define MM_MARKS_H

#include "types.h"

#define MM_MARKS(MARK)                                                                                                  \
	/* page_ladder.c */                                                                                             \
	MARK(RIGHTS_OF_REALTIME, "a realtime task that may sleep went below min")                                       \
	MARK(RIGHTS_DECLINED, "a request that cannot wait declined the reserves (__GFP_NOMEMALLOC)")                    \
	MARK(RIGHTS_BY_MASK, "a request got all reserves by its mask (__GFP_MEMALLOC)")                                 \
	MARK(RIGHTS_IN_SOFTIRQ, "a softirq on top of a task that frees memory got all reserves")                        \
	MARK(RIGHTS_NOT_IN_INTERRUPT, "an interrupt got none of the reserves of its task")                              \
	MARK(WMARK_IGNORED, "a zone below the mark was asked all the same")                                             \
	MARK(BOOST_WAKES_KSWAPD, "the request after a boost woke kswapd")                                               \
	MARK(NOFRAGMENT_STAYS_HOME, "a tidy request stopped looking where the next node begins")                        \
	MARK(NOFRAGMENT_GIVEN_UP, "no tidy place was left, the request looked again at any")                            \
	MARK(RECLAIM_SERVES_AT_ONCE, "reclaim worked, and the next try had a page")                                     \
	MARK(RECLAIM_SERVES_AFTER_DRAIN, "reclaim worked, and a page was there after all lists were drained")           \
	MARK(RETRIES_USED_UP, "a request went through all its laps without progress")                                   \
	MARK(RETRY_WITH_RESERVE, "the atomic reserve was given up so that a request tries again")                       \
	MARK(OOM_NOT_NEEDED, "before somebody would be killed a zone was above its high mark")                          \
	MARK(OOM_FED_BY_BALLOON, "the balloon gave something back before anybody died")                                 \
	MARK(OOM_VICTIM_HAD_ITS_SHARE, "a victim that had its share was refused")                                       \
	MARK(NOFAIL_TAKES_ALL, "a request that may not fail was served without any mark")                               \
	MARK(NOFAIL_BELOW_MIN, "a request that may not fail was served below min")                                      \
	MARK(NOFAIL_GIVES_UP, "a request that may not fail failed")                                                     \
	MARK(COSTLY_DOES_WITHOUT, "a costly request with __GFP_NORETRY did not even reclaim")                           \
	MARK(BULK_STAYS_HOME, "a bulk request found no zone of its node that is well off")                              \
	MARK(BULK_RUNS_OUT, "a bulk request got fewer pages than it asked for")                                         \
	MARK(BULK_ONE_BY_ONE, "with page_owner a bulk request got one page")                                            \
	/* watermark.c */                                                                                               \
	MARK(WMARK_NO_BLOCK, "enough is free, but in pieces")                                                           \
	MARK(WMARK_LOWMEM_RESERVE, "a zone was turned down because it is kept for requests that need it")               \
	MARK(WMARK_CMA, "a zone was turned down because what is free is CMA")                                           \
	MARK(WMARK_HIGHATOMIC, "a zone was turned down because what is free is the atomic reserve")                     \
	MARK(WMARK_WITHOUT_BOOST, "an urgent page came from below a boosted mark")                                      \
	/* page_fallback.c */                                                                                           \
	MARK(FALLBACK_SECOND_CHOICE, "the second type of fallback was looked at")                                       \
	MARK(CLAIM_OF_WHOLE_BLOCKS, "whole free pageblocks changed their type")                                         \
	MARK(CLAIM_OF_A_PART, "a pageblock in use in part changed its type")                                            \
	MARK(CLAIM_REFUSED, "a pageblock was too much in use to be claimed")                                            \
	MARK(CLAIM_MOSTLY_IN_USE, "a claim counted movable pages in use as good as free")                               \
	MARK(BOOST_AT_MOST, "a boost was as large as it gets")                                                          \
	MARK(BOOST_NOT_HERE, "a claim in a small zone, or without a factor, boosted nothing")                           \
	MARK(STEAL_OF_A_BLOCK, "a block of another type was taken as it is")                                            \
	MARK(STEAL_OF_A_PIECE, "a block of another type was split, the rest stayed with its type")                      \
	MARK(CMA_FIRST, "more than half of what is free is CMA: a movable request begins there")                        \
	MARK(CMA_LAST, "a movable request came to CMA when its own lists were empty")                                   \
	MARK(HIGHATOMIC_SERVES, "the atomic reserve served")                                                            \
	MARK(HIGHATOMIC_LAST_RESORT, "the atomic reserve served one that has nothing else")                             \
	MARK(HIGHATOMIC_AT_MOST, "the zone has reserved all it may")                                                    \
	MARK(HIGHATOMIC_OF_SEVERAL_BLOCKS, "several pageblocks were reserved at once")                                  \
	MARK(UNRESERVE_FOR_RECLAIM, "reclaim worked, and a reserved pageblock was given up")                            \
	MARK(UNRESERVE_FORCED, "the last reserved pageblock was given up too")                                          \
	/* pcp.c */                                                                                                     \
	MARK(PCP_TAKEN_BELOW, "an interrupt found the list taken by the task below")                                    \
	MARK(PCP_TAKEN_ELSEWHERE, "a task found its list taken by another CPU's drain")                                 \
	MARK(PCP_ALLOC_PASSES, "a request passed a list that was taken")                                                \
	MARK(PCP_FREE_PASSES, "a free passed a list that was taken")                                                    \
	MARK(PCP_FREE_INTO_ISOLATED, "a page of an isolated pageblock passed the list")                                 \
	MARK(PCP_BATCH_AT_MOST, "a refill is as large as it gets")                                                      \
	MARK(PCP_BATCH_CUT, "a refill asked for no more than the list may hold")                                        \
	MARK(PCP_REFILL_OF_ONE, "a list that keeps nothing asked for one block")                                        \
	MARK(PCP_REFILL_SHORT, "a refill got some of what it asked for")                                                \
	MARK(PCP_HIGH_ORDERS_GO, "frees of larger orders in a row were not kept")                                       \
	MARK(PCP_HIGH_LOWERED_BY_KSWAPD, "a free lowered the limit while kswapd was at work")                           \
	MARK(PCP_HIGH_LOWERED_BELOW_HIGH, "a free lowered the limit while the zone was below its high mark")            \
	MARK(PCP_HIGH_RAISED_BY_FREES, "frees in a row raised the limit")                                               \
	MARK(PCP_BLOCK_OF_OTHER_TYPE, "a block left a list for a pageblock of another type")                            \
	MARK(PCP_DRAIN_RUNS_ALREADY, "a drain of all lists found another one under way")                                \
	MARK(PCP_DISABLED_TWICE, "a zone whose lists are disabled was disabled again")                                  \
	MARK(PCP_DECAY_CUT, "a limit sank by less, so that not too much goes at once")                                  \
	/* page_alloc.c, page_isolation.c, vmscan.c, vmstat.c */                                                        \
	MARK(MERGE_KEPT_APART, "two free pageblocks stayed apart because of their types")                               \
	MARK(MERGE_OF_TWO_TYPES, "a merged block made a pageblock change its type")                                     \
	MARK(GUARD_MERGED, "a guard became free memory again")                                                          \
	MARK(FREED_IN_PIECES, "a block came back to pageblocks whose types differ by now")                              \
	MARK(FREED_BUT_FOR_THE_FIRST, "a block was freed, and somebody kept its first page")                            \
	MARK(PUT_OF_A_TAIL, "a reference to a block was dropped through a later page")                                  \
	MARK(RETYPED_WITHIN_A_FREE_BLOCK, "a pageblock changed its type inside a larger free block")                    \
	MARK(ISOLATE_REFUSED, "a pageblock that is isolated or reserved was not isolated")                              \
	MARK(KSWAPD_WOKEN_ALREADY, "kswapd was awake when it was wanted")                                               \
	MARK(LIST_TOO_LONG_TO_COUNT, "a free list was not counted to its end")                                          \
	/* page_owner.c, page_poison.c, show_mem.c, highmem.c */                                                        \
	MARK(OWNER_TELLS_HISTORY, "a report named the last owner of a page")                                            \
	MARK(POISON_SINGLE_BIT, "one flipped bit was found in a free page")                                             \
	MARK(POISON_DUMP_CUT, "more of a free page was damaged than is shown")                                          \
	MARK(ZEROED_LATE, "a page that nobody ever freed was zeroed when handed out")                                   \
	MARK(FILLED_AT_HAND_OVER, "memblock's client had written to a whole frame before the hand-over")                \
	MARK(REPORT_TOO_SOON, "a failure was not reported, so soon after another")                                      \
	MARK(REPORT_FOR_NOBODYS_ZONE, "a failure was not reported, since nobody has such a zone")                       \
	MARK(BAD_PAGE_UNSAID, "a bad page was not reported after sixty others")                                         \
	MARK(KMAP_SHARED, "a mapping ended while another CPU has the page mapped")                                      \
	/* slub.c, slub_partial.c, slub_pages.c, slab_common.c, kmalloc.c, kfree_rcu.c, slab_traces.c */                \
	MARK(SLAB_CHAIN_FULL, "a chain that was full went to the nodes, all of it")                                     \
	MARK(SLAB_KEPT_FULL_AFTER_ALL, "what a CPU had of its slab was used up, and others had freed some of it")       \
	MARK(SLAB_OF_ANOTHER_NODE, "a partial slab of another node served")                                             \
	MARK(SLAB_ON_WRONG_NODE, "a CPU gave up its slab: an object of another node was asked for")                     \
	MARK(SLAB_CHAIN_ON_WRONG_NODE, "a slab of a chain was passed on to its node for the same reason")               \
	MARK(SLAB_FOUND_BY_INTERRUPT, "an interrupt had found the CPU a slab meanwhile")                                \
	MARK(SLAB_COUNTERS_CHANGED, "somebody else changed a slab's counters meanwhile")                                \
	MARK(SLAB_OF_SMALLEST_ORDER, "a slab of the smallest order had to do")                                          \
	MARK(SLAB_OTHERS_FREED, "others had freed objects of a CPU's slab when it lost it")                             \
	MARK(CACHE_ALIASES_FULL, "there was no room for another name of a cache")                                       \
	MARK(KREALLOC_OF_KNOWN_SIZE, "a redzone moved, since memory grew or shrank where it was")                       \
	MARK(KFREE_RCU_LISTED, "without a page for it an object that waits was linked through itself")                  \
	MARK(KFREE_RCU_WAITED, "without a page or a head somebody waited for the grace period")                         \
	MARK(TRACES_LEFT_OUT, "more places have objects of a cache than alloc_traces knows")                            \
	/* memblock.c */                                                                                                \
	MARK(MEMBLOCK_MEMORY_DOUBLES, "the array of memory doubled")                                                    \
	MARK(MEMBLOCK_RESERVED_DOUBLES, "the array of reserved doubled")                                                \
	MARK(MEMBLOCK_ARRAY_BELOW, "a new array was looked for below the request")                                      \
	MARK(MEMBLOCK_ARRAY_HAS_NO_PLACE, "there was no place for a new array")                                         \
	MARK(MEMBLOCK_ARRAY_SPARED, "a free left the pages of an array reserved")                                       \
	MARK(MEMBLOCK_NODE_IS_FULL, "a request left the node it asked for")                                             \
	MARK(MEMBLOCK_MIRROR_IS_FULL, "a request left mirrored memory")                                                 \
	MARK(MEMBLOCK_BELOW_START, "a request was looked for below where it wanted to start")                           \
	MARK(MEMBLOCK_HOTPLUG_SPARED, "memory that may be unplugged was passed over")                                   \
	MARK(MEMBLOCK_SIZE_WRAPS, "a size was too large to be rounded up")                                              \
	/* mm_init.c: passed while the machine boots */                                                                 \
	MARK(BOOT_CMA_NOT_FREE, "a CMA pageblock was not free memory")                                                  \
	MARK(BOOT_CMA_LOST, "a CMA pageblock was changed before the hand-over")                                         \
	MARK(BOOT_DEVICE_IS_MEMORY, "a device's pageblock was memory already")                                          \
	MARK(BOOT_MOBILITY_OFF, "there are too few pageblocks to group pages by mobility")                              \
	MARK(BOOT_BLOCK_CUT_AT_ZONE, "a block was cut where the next zone begins")                                      \
	MARK(BOOT_FRAME_IN_PART, "a frame is memory in part, and so none")

enum mm_mark {
#define MM_MARK_ID(name, sentence) MARK_##name,
	MM_MARKS(MM_MARK_ID)
#undef MM_MARK_ID
	NR_MARKS
};

/* How often each was passed since this machine was made or reset; NULL: it has no allocator. */
u32 *mm_marks(void);

#endif
