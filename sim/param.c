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
