/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmstat.h - counters, kept per CPU and added up now and then. Mirrors include/linux/vmstat.h and vm_event_item.h.
 *
 * A zone's counter is its own number plus what each CPU holds back, at most a threshold each. [W12]
 */
#ifndef MM_VMSTAT_H
#define MM_VMSTAT_H

#include "mmzone.h"

enum zone_stat_item { NR_FREE_PAGES, NR_FREE_CMA_PAGES, NR_VM_ZONE_STAT_ITEMS };

enum numa_stat_item { NUMA_HIT, NUMA_MISS, NUMA_FOREIGN, NUMA_INTERLEAVE_HIT, NUMA_LOCAL, NUMA_OTHER, NR_VM_NUMA_EVENT_ITEMS };

/* Pages taken and given back by requests, and direct reclaims, by the zone. */
enum vm_event_item {
	PGALLOC_DMA,
	PGALLOC_DEVICE = PGALLOC_DMA + MAX_NR_ZONES - 1,
	ALLOCSTALL_DMA,
	ALLOCSTALL_DEVICE = ALLOCSTALL_DMA + MAX_NR_ZONES - 1,
	PGFREE,
	KSWAPD_WAKE, /* ours: how often a sleeping kswapd was woken */
	NR_VM_EVENT_ITEMS
};

/* Add up what this CPU holds back, and let its page lists shrink towards high_min. Task context. [P11] */
void vmstat_update(void);
/* The same for all CPUs, without touching lists: /proc/sys/vm/stat_refresh. */
void vmstat_refresh(void);
/* Sum over all CPUs. */
u64 vm_events_sum(unsigned item);
u64 numa_events_sum(unsigned nid, unsigned zone, unsigned item);
/* A zone's counter as everybody reads it, and exactly. Both 0 for a zone that does not exist. */
s64 zone_stat_cheap(unsigned nid, unsigned zone, unsigned item);
s64 zone_stat_exact(unsigned nid, unsigned zone, unsigned item);
/* What a CPU holds back. */
int zone_stat_diff(unsigned nid, unsigned zone, unsigned cpu, unsigned item);

/* Texts of /proc, each at most bytes - 1 characters; returns the length. [F2] [F4] [F5] [F6] */
unsigned pagetypeinfo_show(char *out, unsigned bytes);
unsigned zoneinfo_show(char *out, unsigned bytes);
unsigned vmstat_show(char *out, unsigned bytes);
unsigned meminfo_show(char *out, unsigned bytes);

#endif
