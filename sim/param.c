/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * param.c - the parameter table and the three profiles.
 *
 *   tiny   32 frames: exhaustive search. Orders 0..3, pageblocks of 4, no reserve.
 *   small  1,024 frames = 4 MiB: the fuzzing default. Every zone, four nodes, dozens of pageblocks.
 *   real   the kernel's own values for x86-64; 1 GiB unless the frames knob says otherwise, up to 64 GiB.
 */
#include "param.h"

const char *const sim_profile_names[NR_PROFILES] = { "tiny", "small", "real" };

const struct sim_param_row sim_params[NR_PARAMS] = {
	[PARAM_FRAMES] = { "frames", "pages", { 32, 1024, 1 << 18 }, 8, 1 << 24, "end of RAM" },
	[PARAM_NODES] = { "nodes", "count", { 2, 4, 1 }, 1, SIM_MAX_NODES, "NUMA nodes" },
	[PARAM_CPUS] = { "cpus", "count", { 2, 8, 4 }, 1, SIM_MAX_CPUS, "CPUs, spread over the nodes" },
	[PARAM_MAX_PAGE_ORDER] = { "max_page_order", "order", { 3, 6, 10 }, 1, 10, "largest block" },
	[PARAM_PAGEBLOCK_ORDER] = { "pageblock_order", "order", { 2, 4, 9 }, 1, 9, "zone edges are multiples of it" },
	[PARAM_DMA_PAGES] = { "dma_pages", "pages", { 8, 64, 4096 }, 0, 1 << 24, "ZONE_DMA ends here" },
	[PARAM_DMA32_PAGES] = { "dma32_pages", "pages", { 8, 160, 1 << 20 }, 0, 1 << 24, "ZONE_DMA32 ends here" },
	[PARAM_LOWMEM_PAGES] = { "lowmem_pages", "pages", { 32, 640, 1 << 24 }, 0, 1 << 24,
				 "ZONE_NORMAL ends here, ZONE_HIGHMEM begins" },
	[PARAM_MOVABLE_PAGES] = { "movable_pages", "pages", { 0, 48, 0 }, 0, 1 << 24,
				  "the last so many pages of each node are ZONE_MOVABLE" },
	[PARAM_MIN_FREE_KBYTES] = { "min_free_kbytes", "KiB", { 0, SIM_DERIVED, SIM_DERIVED }, 0, 1 << 26,
				    "vm.min_free_kbytes" },
	[PARAM_MIN_FREE_KBYTES_LOWEST] = { "min_free_kbytes_lowest", "KiB", { 0, 16, 128 }, 0, 1 << 20,
					   "floor of the derived value" },
	[PARAM_MIN_FREE_KBYTES_HIGHEST] = { "min_free_kbytes_highest", "KiB", { 262144, 262144, 262144 }, 0, 1 << 26,
					    "ceiling of the derived value" },
	[PARAM_HIGHMEM_MIN_PAGES_LOWEST] = { "highmem_min_lowest", "pages", { 0, 2, 32 }, 0, 1 << 20,
					     "floor of min in HighMem and Movable" },
	[PARAM_HIGHMEM_MIN_PAGES_HIGHEST] = { "highmem_min_highest", "pages", { 0, 8, 128 }, 0, 1 << 20,
					      "ceiling of min in HighMem and Movable" },
	[PARAM_WATERMARK_SCALE_FACTOR] = { "watermark_scale_factor", "1/10000", { 10, 10, 10 }, 1, 3000,
					   "vm.watermark_scale_factor" },
	[PARAM_WARN_INTERVAL_MS] = { "warn_interval", "ms", { 10000, 10000, 10000 }, 0, 1 << 20,
				     "one page allocation failure report in this time" },
	[PARAM_DISTANCE_REMOTE] = { "distance_remote", "distance", { 20, 20, 20 }, 11, 254, "between two nodes" },
	[PARAM_FUEL] = { "fuel", "steps", { 200000, 2000000, 200000000 }, 100000, 0xfffffffe,
			 "loop steps one operation may burn" },
	[PARAM_COSTLY_ORDER] = { "costly_order", "order", { 1, 2, 3 }, 0, 3,
				 "PAGE_ALLOC_COSTLY_ORDER: orders above are costly, and not kept in per-CPU lists" },
	[PARAM_PCP_BATCH_SHIFT] = { "pcp_batch_shift", "bits", { 3, 4, 10 }, 1, 20,
				    "a batch is about a sixth of managed >> this" },
	[PARAM_PCP_HIGH_FRACTION] = { "pcp_high_fraction", "1/n", { 4, 4, 8 }, 2, 1000,
				      "all per-CPU lists together hold at most 1/n of a zone" },
	[PARAM_PERCPU_PAGELIST_HIGH_FRACTION] = { "percpu_pagelist_high_fraction", "1/n", { 0, 0, 0 }, 0, 1 << 20,
						  "vm.percpu_pagelist_high_fraction; 0: tuned by itself" },
	[PARAM_STAT_THRESHOLD_HIGHEST] = { "stat_threshold_highest", "pages", { 1, 2, 125 }, 1, 125,
					   "ceiling of what a CPU may keep of a counter" },
	[PARAM_HIGHATOMIC_PERCENT] = { "highatomic_percent", "%", { 30, 20, 1 }, 0, 100,
				       "share of a zone that may be reserved for atomic requests of order above 0" },
	[PARAM_WATERMARK_BOOST_FACTOR] = { "watermark_boost_factor", "1/10000", { 15000, 15000, 15000 }, 0, 1 << 20,
					   "vm.watermark_boost_factor" },
	[PARAM_LOWMEM_RESERVE_RATIO_DMA] = { "lowmem_reserve_ratio_dma", "1/n", { 8, 32, 256 }, 0, 1 << 20,
					     "vm.lowmem_reserve_ratio, first number; 0: no reserve" },
	[PARAM_LOWMEM_RESERVE_RATIO_DMA32] = { "lowmem_reserve_ratio_dma32", "1/n", { 8, 32, 256 }, 0, 1 << 20,
					       "the second" },
	[PARAM_LOWMEM_RESERVE_RATIO_NORMAL] = { "lowmem_reserve_ratio_normal", "1/n", { 8, 16, 32 }, 0, 1 << 20,
						"the third" },
	[PARAM_LOWMEM_RESERVE_RATIO_HIGHMEM] = { "lowmem_reserve_ratio_highmem", "1/n", { 0, 0, 0 }, 0, 1 << 20,
						 "the fourth" },
	[PARAM_LOWMEM_RESERVE_RATIO_MOVABLE] = { "lowmem_reserve_ratio_movable", "1/n", { 0, 0, 0 }, 0, 1 << 20,
						 "the fifth" },
	[PARAM_NOFAIL_LAPS] = { "nofail_laps", "laps", { 3, 3, 16 }, 1, 1000,
				"a request that may not fail gives up after so many laps without progress" },
	[PARAM_INIT_ON_ALLOC] = { "init_on_alloc", "bool", { 0, 0, 0 }, 0, 1, "pages are zeroed when handed out" },
	[PARAM_INIT_ON_FREE] = { "init_on_free", "bool", { 0, 0, 0 }, 0, 1, "pages are zeroed when freed" },
	[PARAM_PAGE_POISON] = { "page_poison", "bool", { 0, 0, 0 }, 0, 1,
				"free pages are filled with 0xaa, and looked at when handed out" },
	[PARAM_PAGE_OWNER] = { "page_owner", "bool", { 0, 0, 0 }, 0, 1, "who has each page is remembered" },
	[PARAM_GUARDPAGE_MINORDER] = { "debug_guardpage_minorder", "order", { 0, 0, 0 }, 0, 5,
				       "halves below this order stay off the free lists as guards; 0: none" },
	[PARAM_SLAB_MAX_ORDER] = { "slab_max_order", "order", { 1, 3, 3 }, 0, 10, "slabs are larger only if one object is" },
	[PARAM_SLAB_MIN_ORDER] = { "slab_min_order", "order", { 0, 0, 0 }, 0, 10, "no slab is smaller" },
	[PARAM_SLAB_MIN_OBJECTS] = { "slab_min_objects", "objects", { 0, 0, 0 }, 0, 1000,
				     "objects a slab should have; 0: from the number of CPUs" },
	[PARAM_SLAB_NOMERGE] = { "slab_nomerge", "bool", { 0, 0, 0 }, 0, 1, "caches are never merged" },
	[PARAM_SLAB_FREELIST_RANDOM] = { "slab_freelist_random", "bool", { 0, 0, 0 }, 0, 1,
					 "objects of a new slab are handed out in random order" },
	[PARAM_SLAB_FREELIST_HARDENED] = { "slab_freelist_hardened", "bool", { 1, 1, 0 }, 0, 1,
					   "free pointers are obfuscated, naive double frees are seen" },
	[PARAM_REMOTE_NODE_DEFRAG_RATIO] = { "remote_node_defrag_ratio", "1/1024", { 1000, 1000, 1000 }, 0, 1024,
					     "how often partial slabs of other nodes are used before a new one; 0: never" },
	[PARAM_DISK_LATENCY_US] = { "disk_latency", "us", { 100, 100, 100 }, 0, 1048576,
				"a block device takes so long for a request" },
	[PARAM_LRU_BATCH] = { "lru_batch", "pages", { 3, 7, 31 }, 1, 31,
				"new pages a CPU collects before they go to the lists" },
	[PARAM_SWAP_CLUSTER_MAX] = { "swap_cluster_max", "pages", { 4, 8, 32 }, 1, 256,
				"SWAP_CLUSTER_MAX: reclaim works in steps of this" },
	[PARAM_SHRINK_BATCH] = { "shrink_batch", "objects", { 8, 32, 128 }, 1, 1024,
				"what a shrinker is asked to scan at once" },
	[PARAM_SWAP_PAGES] = { "swap_pages", "pages", { 8, 192, 4096 }, 0, 1048576,
				"slots of the swap device under pressure; below 2: none" },
	[PARAM_KSWAPD_NAP_MS] = { "kswapd_nap", "ms", { 100, 100, 100 }, 1, 10000,
				"kswapd's short sleep before the long one" },
	[PARAM_OOM_REAP_DELAY_MS] = { "oom_reap_delay", "ms", { 2000, 2000, 2000 }, 1, 60000,
				"a victim has so long to exit by itself" },
	[PARAM_WRITEBACK_INTERVAL_MS] = { "dirty_writeback_interval", "ms", { 5000, 5000, 5000 }, 0, 1048576,
				"vm.dirty_writeback_centisecs; 0: only when asked for" },
	[PARAM_DIRTY_EXPIRE_MS] = { "dirty_expire_interval", "ms", { 30000, 30000, 30000 }, 0, 1048576,
				"vm.dirty_expire_centisecs" },
	[PARAM_WALK_SCALE] = { "walk_scale", "1", { 1, 1, 1 }, 1, 16, "file_walk opens so many times as many files" },
};

/* Holes where a PC has them, scaled: page 0 and the legacy hole below 1 MiB, the PCI hole below 4 GiB. */
static unsigned real_map(u64 nr_frames, struct sim_region *map)
{
	const u64 pci_hole = 0xc0000, four_gib = 0x100000;
	unsigned n = 0;

	map[n++] = (struct sim_region){ 1, 158, REGION_USABLE, 0 };
	if (nr_frames > 256)
		map[n++] = (struct sim_region){ 256, min_of(nr_frames, pci_hole) - 256, REGION_USABLE, 0 };
	if (nr_frames > four_gib)
		map[n++] = (struct sim_region){ four_gib, nr_frames - four_gib, REGION_USABLE, 0 };
	map[n++] = (struct sim_region){ 4096, 2048, REGION_RESERVED, 0 };
	return n;
}

static unsigned small_map(struct sim_region *map)
{
	static const struct sim_region small[] = {
		{ 1, 239, REGION_USABLE, 0 },	{ 256, 256, REGION_USABLE, 1 }, { 512, 188, REGION_USABLE, 2 },
		{ 720, 48, REGION_USABLE, 2 },	{ 768, 256, REGION_USABLE, 3 }, { 16, 20, REGION_RESERVED, 0 },
		{ 600, 3, REGION_RESERVED, 2 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(small); i++)
		map[i] = small[i];
	return ARRAY_SIZE(small);
}

static unsigned tiny_map(struct sim_region *map)
{
	map[0] = (struct sim_region){ 0, 16, REGION_USABLE, 0 };
	map[1] = (struct sim_region){ 16, 15, REGION_USABLE, 1 };
	map[2] = (struct sim_region){ 0, 1, REGION_RESERVED, 0 };
	return 3;
}

/* A map reaching past a smaller machine's end is cut there. */
static unsigned cut(struct sim_region *map, unsigned n, u64 nr_frames)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		if (map[i].start_pfn >= nr_frames)
			continue;
		map[i].nr_pages = min_of(map[i].nr_pages, nr_frames - map[i].start_pfn);
		map[kept++] = map[i];
	}
	return kept;
}

unsigned sim_profile_map(enum sim_profile profile, u64 nr_frames, struct sim_region map[SIM_MAX_REGIONS])
{
	if (profile == PROFILE_REAL)
		return cut(map, real_map(nr_frames, map), nr_frames);
	if (profile == PROFILE_SMALL)
		return cut(map, small_map(map), nr_frames);
	return cut(map, tiny_map(map), nr_frames);
}
