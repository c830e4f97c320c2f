/* SPDX-License-Identifier: GPL-2.0-only */
/* param.h - every constant with a unit is a parameter of the machine; profiles scale all of them. */
#ifndef SIM_PARAM_H
#define SIM_PARAM_H

#include "sim.h"

#define SIM_MAX_CPUS	8
#define SIM_MAX_NODES	4
#define SIM_MAX_REGIONS 16
#define SIM_DERIVED	0xffffffffu /* "let the boot code compute it", as Linux does when nobody set the knob */

enum sim_profile { PROFILE_TINY, PROFILE_SMALL, PROFILE_REAL, NR_PROFILES };

enum sim_param {
	PARAM_FRAMES,
	PARAM_NODES,
	PARAM_CPUS,
	PARAM_MAX_PAGE_ORDER,
	PARAM_PAGEBLOCK_ORDER,
	PARAM_DMA_PAGES,
	PARAM_DMA32_PAGES,
	PARAM_LOWMEM_PAGES,
	PARAM_MOVABLE_PAGES,
	PARAM_MIN_FREE_KBYTES,
	PARAM_MIN_FREE_KBYTES_LOWEST,
	PARAM_MIN_FREE_KBYTES_HIGHEST,
	PARAM_HIGHMEM_MIN_PAGES_LOWEST,
	PARAM_HIGHMEM_MIN_PAGES_HIGHEST,
	PARAM_WATERMARK_SCALE_FACTOR,
	PARAM_WARN_INTERVAL_MS,
	PARAM_DISTANCE_REMOTE,
	PARAM_FUEL,
	PARAM_COSTLY_ORDER,
	PARAM_PCP_BATCH_SHIFT,
	PARAM_PCP_HIGH_FRACTION,
	PARAM_PERCPU_PAGELIST_HIGH_FRACTION,
	PARAM_STAT_THRESHOLD_HIGHEST,
	PARAM_HIGHATOMIC_PERCENT,
	PARAM_WATERMARK_BOOST_FACTOR,
	PARAM_LOWMEM_RESERVE_RATIO_DMA,
	PARAM_LOWMEM_RESERVE_RATIO_DMA32,
	PARAM_LOWMEM_RESERVE_RATIO_NORMAL,
	PARAM_LOWMEM_RESERVE_RATIO_HIGHMEM,
	PARAM_LOWMEM_RESERVE_RATIO_MOVABLE,
	PARAM_NOFAIL_LAPS,
	PARAM_INIT_ON_ALLOC,
	PARAM_INIT_ON_FREE,
	PARAM_PAGE_POISON,
	PARAM_PAGE_OWNER,
	PARAM_GUARDPAGE_MINORDER,
	PARAM_SLAB_MAX_ORDER,
	PARAM_SLAB_MIN_ORDER,
	PARAM_SLAB_MIN_OBJECTS,
	PARAM_SLAB_NOMERGE,
	PARAM_SLAB_FREELIST_RANDOM,
	PARAM_SLAB_FREELIST_HARDENED,
	PARAM_REMOTE_NODE_DEFRAG_RATIO,
	PARAM_DISK_LATENCY_US,
	PARAM_LRU_BATCH,
	PARAM_SWAP_CLUSTER_MAX,
	PARAM_SHRINK_BATCH,
	PARAM_SWAP_PAGES,
	PARAM_KSWAPD_NAP_MS,
	PARAM_OOM_REAP_DELAY_MS,
	PARAM_WRITEBACK_INTERVAL_MS,
	PARAM_DIRTY_EXPIRE_MS,
	PARAM_WALK_SCALE,
	NR_PARAMS
};

struct sim_param_row {
	const char *name;
	const char *unit;
	u32 value[NR_PROFILES];
	u32 lowest, highest; /* what a knob operation may ask for */
	const char *meaning;
};

enum sim_region_kind {
	REGION_USABLE,
	REGION_RESERVED,
	REGION_CMA,    /* usable, and only movable pages may use it: whole pageblocks inside usable memory */
	REGION_DEVICE, /* a device's own memory: struct pages, but never on a free list; whole pageblocks */
	NR_REGION_KINDS
};

/* One row of the firmware's memory map. Page frame numbers; the order is the firmware's and need not be sorted. */
struct sim_region {
	u64 start_pfn, nr_pages;
	u8 kind, node;
};

extern const struct sim_param_row sim_params[NR_PARAMS];
extern const char *const sim_profile_names[NR_PROFILES];

/* The firmware map a profile comes with, for nr_frames frames; returns the number of rows. */
unsigned sim_profile_map(enum sim_profile profile, u64 nr_frames, struct sim_region map[SIM_MAX_REGIONS]);

#endif
