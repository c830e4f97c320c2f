/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mm_init.c - from a firmware memory map to zones with free pages.
 *
 *   firmware map --early--> memblock --finish--> pageblocks -> zones -> hand-over -> CMA -> zonelists -> marks, lists
 *
 * Every pageblock belongs to one zone of one node: the node of its lowest frame of memory, the zone of its first frame.
 * So zone edges are multiples of a pageblock, and a frame's zone is one table look-up.
 *
 * Two kinds of rows of the map name whole pageblocks; what does not fill one is cut off. CMA: usable memory that is
 * reserved before anybody can take it, and is handed over as movable pages' own. DEVICE: no memory at all, but frames
 * that have struct pages, in a zone that nobody allocates from.
 *
 * Invariants:
 *   [M7]  every frame that is memory and not reserved goes to the buddy allocator exactly once
 *   [Z4]  a zonelist holds zones with managed pages only, nearest node first, highest zone first
 */
#include "internal.h"
#include "memblock_internal.h"
#include "page_debug_internal.h"
#include "highmem.h"
#include "tool.h"

static u32 param(enum sim_param p)
{
	return this_cpu->machine->param[p];
}

/* --- doors for callers ---------------------------------------------------------------------------------------------------- */

struct page *pfn_to_page(u64 pfn)
{
	const struct mm *mm = current_mm();

	return pfn_valid(mm, pfn) ? mm->mem_map + pfn : NULL;
}

u64 page_to_pfn(const struct page *page)
{
	return page_pfn(current_mm(), page);
}

void *page_address(const struct page *page)
{
	u64 pfn = page_to_pfn(page);

	return likely(page_is_lowmem(pfn)) ? ram_address(this_cpu->machine, pfn) : kmap_address(page);
}

struct page *virt_to_page(const void *address)
{
	const struct mm *mm = current_mm();
	u64 pfn = (u64)((const char *)address - this_cpu->machine->host->ram) >> PAGE_SHIFT;

	VM_BUG_ON(!pfn_valid(mm, pfn));
	return mm->mem_map + pfn;
}

/* --- zones of a request --------------------------------------------------------------------------------------------------- */

/* The highest zone a request may use. [Z1] */
enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	if (gfp & __GFP_DMA32)
		return ZONE_DMA32;
	if (gfp & __GFP_HIGHMEM)
		return gfp & __GFP_MOVABLE ? ZONE_MOVABLE : ZONE_HIGHMEM;
	return ZONE_NORMAL;
}

/* What the task's scopes leave of a mask. [Z10] */
gfp_t current_gfp_context(gfp_t gfp)
{
	u32 flags = this_cpu->task_flags;

	if (likely(!(flags & (PF_MEMALLOC_NOIO | PF_MEMALLOC_NOFS | PF_MEMALLOC_PIN))))
		return gfp;
	if (flags & PF_MEMALLOC_NOIO)
		gfp &= ~(__GFP_IO | __GFP_FS);
	else if (flags & PF_MEMALLOC_NOFS)
		gfp &= ~__GFP_FS;
	if (flags & PF_MEMALLOC_PIN)
		gfp &= ~__GFP_MOVABLE;
	return gfp;
}

/* --- metadata ---------------------------------------------------------------------------------------------------------------- */

static void *meta(size_t bytes)
{
	return machine_meta_alloc(this_cpu->machine, bytes, 64);
}

static struct mm *create_mm(void)
{
	struct machine *m = this_cpu->machine;
	struct mm *mm = meta(sizeof(*mm));

	if (!mm)
		return NULL;
	m->mm = mm;
	spin_lock_init(&mm->knob_lock, RANK_KNOBS);
	spin_lock_init(&mm->report_lock, RANK_REPORTS);
	mm->nr_frames = m->nr_frames;
	mm->nr_nodes = (u8)param(PARAM_NODES);
	mm->max_order = (u8)param(PARAM_MAX_PAGE_ORDER);
	mm->costly_order = (u8)param(PARAM_COSTLY_ORDER);
	mm->pageblock_order = (u8)min_of(param(PARAM_PAGEBLOCK_ORDER), param(PARAM_MAX_PAGE_ORDER));
	mm->memblock = memblock_state_create(m);
	mm->mem_map = meta(mm->nr_frames * sizeof(struct page));
	mm->hole = meta((mm->nr_frames / 64 + 1) * sizeof(u64));
	mm->pageblock = meta(((mm->nr_frames >> mm->pageblock_order) + 1) * sizeof(struct pageblock));
	return mm->memblock && mm->mem_map && mm->hole && mm->pageblock ? mm : NULL;
}

/* Guards stay smaller than a pageblock: then no pageblock that changes its type contains one that others see. [B9] */
static void set_knobs(struct mm *mm)
{
	mm->want_init_on_alloc = param(PARAM_INIT_ON_ALLOC);
	mm->want_init_on_free = param(PARAM_INIT_ON_FREE);
	mm->want_poison = param(PARAM_PAGE_POISON);
	mm->guardpage_minorder = (u8)min_of(param(PARAM_GUARDPAGE_MINORDER), (u32)mm->pageblock_order);
	mm->sysctl[SYSCTL_MIN_FREE_KBYTES] = param(PARAM_MIN_FREE_KBYTES);
	mm->sysctl[SYSCTL_WATERMARK_SCALE_FACTOR] = param(PARAM_WATERMARK_SCALE_FACTOR);
	mm->sysctl[SYSCTL_WATERMARK_BOOST_FACTOR] = param(PARAM_WATERMARK_BOOST_FACTOR);
	mm->sysctl[SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION] = param(PARAM_PERCPU_PAGELIST_HIGH_FRACTION);
	for (unsigned z = ZONE_DMA; z <= ZONE_MOVABLE; z++)
		mm->sysctl[SYSCTL_LOWMEM_RESERVE_RATIO_DMA + z] = param(PARAM_LOWMEM_RESERVE_RATIO_DMA + z);
}

/* --- rows of the map ------------------------------------------------------------------------------------------------------------ */

static struct span span_of_row(const struct machine *m, const struct sim_region *r)
{
	u64 end = min_of(r->start_pfn + r->nr_pages, m->nr_frames);

	return (struct span){ min_of(r->start_pfn, end), end };
}

/* The whole pageblocks of a row. */
static struct span blocks_of_row(const struct mm *mm, const struct sim_region *r)
{
	struct span row = span_of_row(this_cpu->machine, r);

	return (struct span){ ALIGN(row.base, pageblock_nr_pages(mm)) >> mm->pageblock_order,
			      row.end >> mm->pageblock_order };
}

static unsigned node_of_row(const struct mm *mm, const struct sim_region *r)
{
	return r->node < mm->nr_nodes ? r->node : 0;
}

static struct span frames_of_block(const struct mm *mm, u64 block)
{
	return (struct span){ block << mm->pageblock_order, (block + 1) << mm->pageblock_order };
}

static bool overlap(struct span a, struct span b)
{
	return a.base < b.end && b.base < a.end;
}

/* --- CMA: reserved early, handed over last ---------------------------------------------------------------------------------------- */

static bool is_free_memory(struct span frames)
{
	u64 cursor = 0, start, end;

	while (memblock_next_free_range(&cursor, &start, &end))
		if (start <= frames.base && frames.end <= end)
			return true;
	return false;
}

/* Noted in the pageblock's type, which nobody needs yet. */
static void reserve_cma_block(struct mm *mm, u64 block)
{
	struct span frames = frames_of_block(mm, block);

	if (!is_free_memory(frames) || memblock_reserve(PFN_PHYS(frames.base), PFN_PHYS(frames.end - frames.base))) {
		count_mark(MARK_BOOT_CMA_NOT_FREE);
		return;
	}
	mm->pageblock[block].migratetype = MIGRATE_CMA;
}

static void reserve_cma(struct mm *mm)
{
	const struct machine *m = this_cpu->machine;

	for (unsigned i = 0; i < m->nr_regions; i++) {
		struct span blocks = blocks_of_row(mm, &m->map[i]);

		for (u64 b = blocks.base; m->map[i].kind == REGION_CMA && b < blocks.end; b++)
			reserve_cma_block(mm, b);
	}
}

/* Is the block still memory, and reserved as a whole? Who worked on memblock since may have changed it. */
static bool cma_block_is_intact(const struct mm *mm, u64 block)
{
	struct span frames = frames_of_block(mm, block);

	if (mm->pageblock[block].has_holes || mm->pageblock[block].zone == NO_ZONE)
		return false;
	for (u64 pfn = frames.base; pfn < frames.end; pfn++)
		if (mm->mem_map[pfn].flags != PG_reserved) /* a device may have moved in */
			return false;
	return true;
}

static void activate_cma(struct mm *mm, u64 nr_blocks)
{
	for (u64 b = 0; b < nr_blocks; b++)
		if (mm->pageblock[b].migratetype == MIGRATE_CMA)
			init_cma_reserved_pageblock(b << mm->pageblock_order);
}

/* --- device memory ------------------------------------------------------------------------------------------------------------------ */

/* node_of_block of a device's pageblock is its node and this bit. */
#define DEVICE_BLOCK 0x80

static bool is_memory(struct span frames)
{
	const struct memblock_region *r;

	for (unsigned i = 0; (r = memblock_memory_region(i)); i++)
		if (overlap((struct span){ r->base, region_end(r) },
			    (struct span){ PFN_PHYS(frames.base), PFN_PHYS(frames.end) }))
			return true;
	return false;
}

static void find_devices(const struct mm *mm, u8 *node_of_block)
{
	const struct machine *m = this_cpu->machine;

	for (unsigned i = 0; i < m->nr_regions; i++) {
		struct span blocks = blocks_of_row(mm, &m->map[i]);

		for (u64 b = blocks.base; m->map[i].kind == REGION_DEVICE && b < blocks.end; b++)
			if (node_of_block[b] == NO_ZONE &&
			    !marked(is_memory(frames_of_block(mm, b)), MARK_BOOT_DEVICE_IS_MEMORY))
				node_of_block[b] = (u8)(node_of_row(mm, &m->map[i]) | DEVICE_BLOCK);
	}
}

static bool is_device_block(u8 node)
{
	return node != NO_ZONE && (node & DEVICE_BLOCK);
}

static void init_device_pages(struct mm *mm, u64 block)
{
	struct span frames = frames_of_block(mm, block);

	/* they were taken for holes */
	tool_unpoison_zeroed(mm->mem_map + frames.base, pageblock_nr_pages(mm) * sizeof(struct page));
	for (u64 pfn = frames.base; pfn < frames.end; pfn++) {
		mm->mem_map[pfn].flags = PG_device;
		mm->mem_map[pfn].refcount = 1;
	}
}

/* One page for each node's own data, as the kernel takes it before there is an allocator. */
static void early_allocations(const struct mm *mm)
{
	for (unsigned nid = 0; nid < mm->nr_nodes; nid++)
		memblock_phys_alloc_range(PAGE_SIZE, PAGE_SIZE, 0, MEMBLOCK_ALLOC_ANYWHERE, (int)nid, false);
}

int mm_boot_early(void)
{
	struct machine *m = this_cpu->machine;
	struct mm *mm = create_mm();

	if (!mm)
		return -1;
	set_knobs(mm);
	for (unsigned i = 0; i < m->nr_regions; i++) {
		const struct sim_region *r = &m->map[i];
		struct span row = span_of_row(m, r);

		if (r->kind == REGION_RESERVED)
			memblock_reserve(PFN_PHYS(row.base), PFN_PHYS(row.end - row.base));
		else if (r->kind == REGION_USABLE)
			memblock_add_node(PFN_PHYS(row.base), PFN_PHYS(row.end - row.base), r->node, MEMBLOCK_NONE);
	}
	reserve_cma(mm);
	early_allocations(mm);
	return 0;
}

/* --- holes and pageblocks --------------------------------------------------------------------------------------------------- */

static void mark_hole(struct mm *mm, const u8 *node_of_block, u64 start, u64 end)
{
	for (u64 pfn = start; pfn < end; pfn++) {
		if (is_device_block(node_of_block[pfn >> mm->pageblock_order]))
			continue;
		mm->hole[pfn / 64] |= 1ULL << (pfn % 64);
		pfn_to_pageblock(mm, pfn)->has_holes = 1;
	}
	if (end > start) /* a hole's struct page may not even be looked at */
		tool_poison(mm->mem_map + start, (end - start) * sizeof(struct page));
}

static unsigned node_of_region(const struct mm *mm, const struct memblock_region *r)
{
	return r->nid >= 0 && r->nid < mm->nr_nodes ? (unsigned)r->nid : 0;
}

/* Frames of memory in runs, whatever regions they consist of; what lies between is a hole. */
static void find_holes(struct mm *mm, const u8 *node_of_block)
{
	const struct memblock_region *r;
	u64 hole_start = 0, run_start = 0, run_end = 0;
	unsigned i = 0;

	if (this_cpu->machine->host->sealed_bytes) /* an earlier run may have left its own holes poisoned */
		tool_unpoison_zeroed(mm->mem_map, mm->nr_frames * sizeof(struct page));
	for (;; i++) {
		r = memblock_memory_region(i);
		if (r && r->base == run_end) {
			run_end = r->base + r->size;
			continue;
		}
		if (PFN_DOWN(run_end) > PFN_UP(run_start)) {
			mark_hole(mm, node_of_block, hole_start, PFN_UP(run_start));
			hole_start = PFN_DOWN(run_end);
		}
		if (!r)
			break;
		run_start = r->base;
		run_end = r->base + r->size;
	}
	mark_hole(mm, node_of_block, hole_start, mm->nr_frames);
}

/* The node of each pageblock is that of its lowest frame of memory; a frame's is that of its first byte. */
static void find_nodes(struct mm *mm, u8 *node_of_block)
{
	const struct memblock_region *r;

	for (unsigned i = 0; (r = memblock_memory_region(i)); i++) {
		u64 end = min_of(PFN_UP(r->base + r->size), mm->nr_frames);

		for (u64 pfn = PFN_UP(r->base); pfn < end;) {
			u64 block = pfn >> mm->pageblock_order;

			if (node_of_block[block] == NO_ZONE && marked(!pfn_valid(mm, pfn), MARK_BOOT_FRAME_IN_PART)) {
				pfn++;
				continue;
			}
			if (node_of_block[block] == NO_ZONE)
				node_of_block[block] = (u8)node_of_region(mm, r);
			pfn = (block + 1) << mm->pageblock_order;
		}
	}
}

static bool block_has_memory(const struct mm *mm, u64 block)
{
	u64 start = block << mm->pageblock_order;

	if (!mm->pageblock[block].has_holes)
		return true;
	for (u64 pfn = start; pfn < start + (1ULL << mm->pageblock_order); pfn++)
		if (pfn_valid(mm, pfn))
			return true;
	return false;
}

static enum zone_type zone_by_limits(const struct mm *mm, u64 pfn)
{
	u64 block = 1ULL << mm->pageblock_order;

	if (pfn < ALIGN((u64)param(PARAM_DMA_PAGES), block))
		return ZONE_DMA;
	if (pfn < ALIGN((u64)param(PARAM_DMA32_PAGES), block))
		return ZONE_DMA32;
	if (pfn < ALIGN((u64)param(PARAM_LOWMEM_PAGES), block))
		return ZONE_NORMAL;
	return ZONE_HIGHMEM;
}

/* Lists that keep nothing, counters that hold nothing back: as it must be until there are marks. false: no room. */
static bool init_percpu(struct zone *zone, unsigned cpu)
{
	struct per_cpu_pages *pcp = zone->pcp[cpu] = meta(sizeof(*pcp));

	zone->stat[cpu] = meta(sizeof(*zone->stat[cpu]));
	if (!pcp || !zone->stat[cpu])
		return false;
	spin_lock_init(&pcp->lock, RANK_PCP);
	pcp->batch = 1;
	for (unsigned list = 0; list < NR_PCP_LISTS; list++)
		INIT_LIST_HEAD(&pcp->lists[list]);
	return true;
}

/* NULL: no room for its metadata. */
static struct zone *get_zone(struct mm *mm, unsigned id)
{
	struct zone *zone = mm->zone[id];

	if (zone)
		return zone;
	zone = mm->zone[id] = meta(sizeof(*zone));
	if (!zone)
		return NULL;
	spin_lock_init(&zone->lock, RANK_ZONE);
	zone->nid = (u8)(id / MAX_NR_ZONES);
	zone->index = (u8)(id % MAX_NR_ZONES);
	for (unsigned o = 0; o < NR_PAGE_ORDERS; o++)
		for (unsigned type = 0; type < MIGRATE_TYPES; type++)
			INIT_LIST_HEAD(&zone->free_area[o].free_list[type]);
	for (unsigned cpu = 0; cpu < param(PARAM_CPUS); cpu++)
		if (!init_percpu(zone, cpu))
			return NULL;
	return zone;
}

static u64 present_in_block(const struct mm *mm, u64 block)
{
	u64 start = block << mm->pageblock_order, end = start + (1ULL << mm->pageblock_order), n = 0;

	if (!mm->pageblock[block].has_holes)
		return min_of(end, mm->nr_frames) - start; /* RAM may end inside the last block */
	for (u64 pfn = start; pfn < end; pfn++)
		n += pfn_valid(mm, pfn);
	return n;
}

static bool add_block_to_zone(struct mm *mm, u64 block, unsigned id)
{
	struct zone *zone = get_zone(mm, id);
	u64 start = block << mm->pageblock_order;

	if (!zone)
		return false;
	mm->pageblock[block].zone = (u8)id;
	if (!zone->spanned_pages)
		zone->start_pfn = start;
	zone->spanned_pages = start + (1ULL << mm->pageblock_order) - zone->start_pfn;
	zone->present_pages += present_in_block(mm, block);
	return true;
}

/* The last movable_pages of each node, zones for devices of old excepted, are ZONE_MOVABLE. false: no room for a zone. */
static bool build_zones(struct mm *mm, const u8 *node_of_block, u64 nr_blocks)
{
	u64 movable_blocks = param(PARAM_MOVABLE_PAGES) >> mm->pageblock_order;
	u64 end_of_node[MAX_NUMNODES] = { 0 };

	for (u64 b = 0; b < nr_blocks; b++)
		if (!(node_of_block[b] & DEVICE_BLOCK) && block_has_memory(mm, b))
			end_of_node[node_of_block[b]] = b + 1;
	for (u64 b = 0; b < nr_blocks; b++) {
		unsigned nid = node_of_block[b];
		enum zone_type index = zone_by_limits(mm, b << mm->pageblock_order);

		mm->pageblock[b].zone = NO_ZONE;
		if (nid == NO_ZONE || !block_has_memory(mm, b))
			continue;
		if (is_device_block(node_of_block[b])) {
			nid &= ~DEVICE_BLOCK;
			index = ZONE_DEVICE;
		} else if (index >= ZONE_NORMAL && b + movable_blocks >= end_of_node[nid]) {
			index = ZONE_MOVABLE;
		}
		if (!add_block_to_zone(mm, b, nid * MAX_NR_ZONES + index))
			return false;
	}
	return true;
}

/* --- zonelists ------------------------------------------------------------------------------------------------------------------ */

static bool node_has_cpus(unsigned nid)
{
	const struct machine *m = this_cpu->machine;

	for (unsigned i = 0; i < m->param[PARAM_CPUS]; i++)
		if (m->cpu[i].node == nid)
			return true;
	return false;
}

static bool node_has_memory(const struct mm *mm, unsigned nid)
{
	for (unsigned z = 0; z < MAX_NR_ZONES; z++) {
		const struct zone *zone = mm->zone[nid * MAX_NR_ZONES + z];

		if (zone && zone->managed_pages)
			return true;
	}
	return false;
}

static u64 distance(unsigned a, unsigned b)
{
	return a == b ? 10 : param(PARAM_DISTANCE_REMOTE);
}

/* The nearest node not used yet; ties go to nodes without CPUs and to those that serve fewer others. [Z4] */
static int find_next_best_node(const struct mm *mm, unsigned node, u32 used, const u64 *load)
{
	u64 best = ~0ULL;
	int next = -1;

	if (!(used >> node & 1) && node_has_memory(mm, node))
		return (int)node;
	for (unsigned n = 0; n < mm->nr_nodes; n++) {
		u64 value;

		if ((used >> n & 1) || !node_has_memory(mm, n))
			continue;
		value = distance(node, n) + (n < node) + node_has_cpus(n);
		value = value * MAX_NUMNODES + load[n];
		if (value < best) {
			best = value;
			next = (int)n;
		}
	}
	return next;
}

static void append_node(const struct mm *mm, struct zonelist *list, unsigned nid)
{
	for (int z = MAX_NR_ZONES - 1; z >= 0; z--) {
		struct zone *zone = mm->zone[nid * MAX_NR_ZONES + (unsigned)z];

		if (zone && zone->managed_pages)
			list->zone[list->nr++] = zone;
	}
}

static void build_zonelists(struct mm *mm)
{
	u64 load[MAX_NUMNODES] = { 0 };

	for (unsigned nid = 0; nid < mm->nr_nodes; nid++) {
		unsigned previous = nid;
		u32 used = 0;
		int next;

		append_node(mm, &mm->zonelist[nid][ZONELIST_NOFALLBACK], nid);
		while ((next = find_next_best_node(mm, nid, used, load)) >= 0) {
			if (distance(nid, (unsigned)next) != distance(nid, previous))
				load[next]++;
			used |= 1u << next;
			previous = (unsigned)next;
			append_node(mm, &mm->zonelist[nid][ZONELIST_FALLBACK], (unsigned)next);
		}
	}
}

/* --- hand-over --------------------------------------------------------------------------------------------------------------------- */

/* Does [pfn, pfn + 2^order) lie in one zone? */
static bool one_zone(const struct mm *mm, u64 pfn, unsigned order)
{
	u8 zone = pfn_to_pageblock(mm, pfn)->zone;

	for (u64 p = pfn; p < pfn + (1ULL << order); p += 1ULL << mm->pageblock_order)
		if (pfn_to_pageblock(mm, p)->zone != zone)
			return false;
	return true;
}

static unsigned largest_order_at(const struct mm *mm, u64 pfn, u64 end)
{
	unsigned order = pfn ? (unsigned)min_of(__builtin_ctzll(pfn), mm->max_order) : mm->max_order;

	while (pfn + (1ULL << order) > end)
		order--;
	while (order > mm->pageblock_order && marked(!one_zone(mm, pfn, order), MARK_BOOT_BLOCK_CUT_AT_ZONE))
		order--;
	return order;
}

u64 memblock_free_all(void)
{
	struct mm *mm = current_mm();
	u64 cursor = 0, pfn, end;

	while (memblock_next_free_range(&cursor, &pfn, &end)) {
		end = min_of(end, mm->nr_frames);
		while (pfn < end) {
			unsigned order = largest_order_at(mm, pfn, end);

			free_pages_core(pfn, order);
			pfn += 1ULL << order;
		}
	}
	return mm->totalram_pages;
}

/* Frames that will be managed: what memblock hands over, and CMA. */
static u64 pages_to_manage(const struct mm *mm, u64 nr_blocks)
{
	u64 cursor = 0, start, end, nr = 0;

	while (memblock_next_free_range(&cursor, &start, &end))
		nr += min_of(end, mm->nr_frames) - min_of(start, mm->nr_frames);
	for (u64 b = 0; b < nr_blocks; b++)
		nr += mm->pageblock[b].migratetype == MIGRATE_CMA ? pageblock_nr_pages(mm) : 0;
	return nr;
}

/* Everything is movable at first; where there are too few pageblocks for one of each type, nothing is. [Z3] */
static void init_migratetypes(struct mm *mm, u64 nr_blocks)
{
	for (u64 b = 0; b < nr_blocks; b++)
		if (mm->pageblock[b].migratetype != MIGRATE_CMA || marked(!cma_block_is_intact(mm, b), MARK_BOOT_CMA_LOST))
			mm->pageblock[b].migratetype = MIGRATE_MOVABLE;
	mm->mobility_disabled = pages_to_manage(mm, nr_blocks) < pageblock_nr_pages(mm) * MIGRATE_TYPES;
	marked(mm->mobility_disabled, MARK_BOOT_MOBILITY_OFF);
	for (u64 b = 0; mm->mobility_disabled && b < nr_blocks; b++)
		if (mm->pageblock[b].migratetype == MIGRATE_MOVABLE)
			mm->pageblock[b].migratetype = MIGRATE_UNMOVABLE;
}

/* Frames of memory that stay reserved: their struct page says so. */
static void mark_reserved(struct mm *mm)
{
	u64 cursor = 0, pfn = 0, start, end;

	while (memblock_next_free_range(&cursor, &start, &end)) {
		for (; pfn < start && pfn < mm->nr_frames; pfn++)
			if (pfn_valid(mm, pfn))
				mm->mem_map[pfn].flags |= PG_reserved;
		pfn = end;
	}
	for (; pfn < mm->nr_frames; pfn++)
		if (pfn_valid(mm, pfn))
			mm->mem_map[pfn].flags |= PG_reserved;
}

/* --- boot ---------------------------------------------------------------------------------------------------------------------------- */

static void init_devices(struct mm *mm, const u8 *node_of_block, u64 nr_blocks)
{
	for (u64 b = 0; b < nr_blocks; b++)
		if (is_device_block(node_of_block[b]))
			init_device_pages(mm, b);
}

int mm_boot_finish(void)
{
	struct mm *mm = current_mm();
	u64 nr_blocks = (mm->nr_frames + pageblock_nr_pages(mm) - 1) >> mm->pageblock_order;
	u8 *node_of_block = meta(nr_blocks);

	if (!node_of_block || page_owner_init(mm) || kmap_init(mm))
		return -1;
	memset(node_of_block, NO_ZONE, nr_blocks);
	find_devices(mm, node_of_block);
	find_holes(mm, node_of_block);
	find_nodes(mm, node_of_block);
	if (!build_zones(mm, node_of_block, nr_blocks))
		return -1;
	init_devices(mm, node_of_block, nr_blocks);
	mark_reserved(mm);
	init_migratetypes(mm, nr_blocks);
	memblock_free_all();
	activate_cma(mm, nr_blocks);
	build_zonelists(mm);
	setup_per_zone_wmarks(mm);
	return mm->totalram_pages ? 0 : -1;
}

int mm_boot(void)
{
	int err = mm_boot_early();

	return err ? err : mm_boot_finish();
}
