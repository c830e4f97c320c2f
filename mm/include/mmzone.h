/* SPDX-License-Identifier: GPL-2.0-only */
/* mmzone.h - zones, migratetypes, orders: the names everybody shares. Mirrors include/linux/mmzone.h. */
#ifndef MM_MMZONE_H
#define MM_MMZONE_H

#include "types.h"

#define NR_PAGE_ORDERS	    11 /* array size; the machine's own limit is the parameter max_page_order */
#define MAX_NUMNODES	    4
#define NUMA_NO_NODE	    (-1)
#define PAGE_ALLOC_COSTLY_ORDER 3 /* the kernel's; the machine's own is the parameter costly_order */

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_HIGHMEM, ZONE_MOVABLE, ZONE_DEVICE, MAX_NR_ZONES };

#define NR_ZONE_IDS (MAX_NUMNODES * MAX_NR_ZONES) /* a zone's id is nid * MAX_NR_ZONES + its type */

enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_PCPTYPES,
	MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
	MIGRATE_CMA,
	MIGRATE_ISOLATE,
	MIGRATE_TYPES
};

/* Per-CPU lists of one zone: three types for each order up to costly_order, then two for pageblock_order. */
#define PCP_BATCH_SCALE_MAX 5
#define MAX_COSTLY_ORDER    3
#define NR_PCP_LISTS	    (MIGRATE_PCPTYPES * (MAX_COSTLY_ORDER + 1) + 2)

#endif
