/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * meminfo.c - /proc/meminfo: all memory there is, and what it is used for.
 *
 * Rows of layers that are not there say 0, as do those of tasks, files and swap before vm_init().
 *
 * Invariants:
 *   [F6]  Active and Inactive are the sums of their two rows; Cached is what the page cache has without the swap cache
 *   [F7]  MemAvailable: what could be had without swapping. Of the page cache, and of slabs that can be given up, half may be in use
 *         all the same, or as much as all low marks, whichever is less
 *   [F10] MemFree is the sum of the zones' cheap free counts
 * Locks: none; numbers are read one after the other.
 */
#include "textbuf.h"
#include "vm_internal.h"

static void put_meminfo(struct text *t, const char *label, u64 pages)
{
	text_words(t, label);
	text_number(t, pages * (PAGE_SIZE / 1024), 8);
	text_words(t, " kB\n");
}

/* What no layer counts yet, in the order of the text. */
static const char *const uncounted_rest[] = {
	"SecPageTables:  ", "NFS_Unstable:   ", "Bounce:         ", "WritebackTmp:   ", "CommitLimit:    ",
	"Committed_AS:   ", "VmallocTotal:   ", "VmallocUsed:    ", "VmallocChunk:   ", "Percpu:         ",
};
static const char *const uncounted_huge[] = {
	"AnonHugePages:  ", "ShmemHugePages: ", "ShmemPmdMapped: ", "FileHugePages:  ", "FilePmdMapped:  ",
};

static void put_uncounted(struct text *t, const char *const *labels, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		put_meminfo(t, labels[i], 0);
}

/* --- what there is, and what there would be [F7] ------------------------------------------------------------------------ */

static u64 on_list(enum lru_place list)
{
	return global_node_page_state((enum node_stat_item)(NR_LRU_BASE + (unsigned)list));
}

/* What is sure to come back of so many pages. */
static u64 can_be_had(u64 pages, u64 low)
{
	return pages - min_of(pages / 2, low);
}

static u64 kernel_reclaimable(const struct mm *mm)
{
	return slab_pages(mm, true) + global_node_page_state(NR_KERNEL_MISC_RECLAIMABLE);
}

static u64 si_mem_available(const struct mm *mm)
{
	u64 low = 0, pages = global_zone_state(NR_FREE_PAGES);

	for (unsigned i = 0; i < MAX_ZONES; i++)
		low += mm->zone[i] ? wmark_pages(mm->zone[i], WMARK_LOW) : 0;
	pages += can_be_had(on_list(LRU_ACTIVE_FILE) + on_list(LRU_INACTIVE_FILE), low);
	pages += can_be_had(kernel_reclaimable(mm), low);
	return not_negative((s64)pages - (s64)READ_ONCE(mm->totalreserve_pages));
}

static void put_memory(struct text *t, const struct mm *mm)
{
	put_meminfo(t, "MemTotal:       ", mm->totalram_pages);
	put_meminfo(t, "MemFree:        ", global_zone_state(NR_FREE_PAGES));
	put_meminfo(t, "MemAvailable:   ", si_mem_available(mm));
}

static void put_highmem(struct text *t, const struct mm *mm)
{
	u64 total = 0, free = 0, all_free = global_zone_state(NR_FREE_PAGES);

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (zone_is_populated(mm->zone[i]) && zone_is_highmem(mm->zone[i])) {
			total += mm->zone[i]->managed_pages;
			free += (u64)zone_page_state(mm->zone[i], NR_FREE_PAGES);
		}
	put_meminfo(t, "HighTotal:      ", total);
	put_meminfo(t, "HighFree:       ", free);
	put_meminfo(t, "LowTotal:       ", mm->totalram_pages - total);
	put_meminfo(t, "LowFree:        ", not_negative((s64)all_free - (s64)free));
}

/* --- what it is used for ------------------------------------------------------------------------------------------------- */

static void put_page_cache(struct text *t)
{
	u64 swap_cached = global_node_page_state(NR_SWAPCACHE);

	put_meminfo(t, "Buffers:        ", 0);
	put_meminfo(t, "Cached:         ",
		    not_negative((s64)global_node_page_state(NR_FILE_PAGES) - (s64)swap_cached));
	put_meminfo(t, "SwapCached:     ", swap_cached);
}

static void put_lists(struct text *t)
{
	u64 active_anon = on_list(LRU_ACTIVE_ANON), inactive_anon = on_list(LRU_INACTIVE_ANON);
	u64 active_file = on_list(LRU_ACTIVE_FILE), inactive_file = on_list(LRU_INACTIVE_FILE);

	put_meminfo(t, "Active:         ", active_anon + active_file);
	put_meminfo(t, "Inactive:       ", inactive_anon + inactive_file);
	put_meminfo(t, "Active(anon):   ", active_anon);
	put_meminfo(t, "Inactive(anon): ", inactive_anon);
	put_meminfo(t, "Active(file):   ", active_file);
	put_meminfo(t, "Inactive(file): ", inactive_file);
	put_meminfo(t, "Unevictable:    ", on_list(LRU_UNEVICTABLE));
	put_meminfo(t, "Mlocked:        ", global_vm_zone_state(NR_MLOCK));
}

static void put_swap(struct text *t, bool vm)
{
	put_meminfo(t, "SwapTotal:      ", vm ? total_swap_pages() : 0);
	put_meminfo(t, "SwapFree:       ", vm ? get_nr_swap_pages() : 0);
	put_meminfo(t, "Zswap:          ", vm ? zswap_pool_pages() : 0);
	put_meminfo(t, "Zswapped:       ", vm ? zswap_stored_pages() : 0);
}

static void put_contents(struct text *t)
{
	put_meminfo(t, "Dirty:          ", global_node_page_state(NR_FILE_DIRTY));
	put_meminfo(t, "Writeback:      ", global_node_page_state(NR_WRITEBACK));
	put_meminfo(t, "AnonPages:      ", global_node_page_state(NR_ANON_MAPPED));
	put_meminfo(t, "Mapped:         ", global_node_page_state(NR_FILE_MAPPED));
	put_meminfo(t, "Shmem:          ", 0);
}

static void put_kernel(struct text *t, const struct mm *mm)
{
	u64 reclaimable = slab_pages(mm, true), rest = slab_pages(mm, false);

	put_meminfo(t, "KReclaimable:   ", kernel_reclaimable(mm));
	put_meminfo(t, "Slab:           ", reclaimable + rest);
	put_meminfo(t, "SReclaimable:   ", reclaimable);
	put_meminfo(t, "SUnreclaim:     ", rest);
	put_meminfo(t, "KernelStack:    ", 0);
	put_meminfo(t, "PageTables:     ", global_node_page_state(NR_PAGETABLE));
}

static void put_rest(struct text *t, const struct mm *mm)
{
	put_uncounted(t, uncounted_rest, ARRAY_SIZE(uncounted_rest));
	text_words(t, "HardwareCorrupted:     0 kB\n");
	put_uncounted(t, uncounted_huge, ARRAY_SIZE(uncounted_huge));
	put_meminfo(t, "CmaTotal:       ", mm->totalcma_pages);
	put_meminfo(t, "CmaFree:        ", global_zone_state(NR_FREE_CMA_PAGES));
	put_meminfo(t, "Unaccepted:     ", 0);
	text_words(t, "HugePages_Total:       0\nHugePages_Free:        0\n"
		      "HugePages_Rsvd:        0\nHugePages_Surp:        0\n");
	put_meminfo(t, "Hugepagesize:   ", 1ULL << mm->pageblock_order);
	put_meminfo(t, "Hugetlb:        ", 0);
}

/* [F6] */
unsigned meminfo_show(char *out, unsigned bytes)
{
	const struct mm *mm = current_mm();
	struct text t = text_in(out, bytes);

	out[0] = 0;
	put_memory(&t, mm);
	put_page_cache(&t);
	put_lists(&t);
	put_highmem(&t, mm);
	put_swap(&t, mm->vm);
	put_contents(&t);
	put_kernel(&t, mm);
	put_rest(&t, mm);
	return (unsigned)(t.at - out);
}
