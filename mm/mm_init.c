/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mm_init.c - from a firmware memory map to zones with free pages.
 *
 *   firmware map --early--> memblock --finish--> pageblocks -> zones -> zonelists -> hand-over -> watermarks
 *
 * Every pageblock belongs to one zone of one node: the node of its lowest frame of memory, the zone of its first frame.
 * So zone edges are multiples of a pageblock, and a frame's zone is one table look-up.
 *
 * Invariants:
 *   [M7]  every frame that is memory and not reserved goes to the buddy allocator exactly once
 *   [Z4]  a zonelist holds zones with managed pages only, nearest node first, highest zone first
 */
#include "internal.h"
#include "memblock_internal.h"
#include "tool.h"

#define KIB_PER_PAGE (PAGE_SIZE / 1024)

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
	return ram_address(this_cpu->machine, page_to_pfn(page));
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
	mm->nr_frames = m->nr_frames;
	mm->nr_nodes = (u8)param(PARAM_NODES);
	mm->max_order = (u8)param(PARAM_MAX_PAGE_ORDER);
	mm->pageblock_order = (u8)min_of(param(PARAM_PAGEBLOCK_ORDER), param(PARAM_MAX_PAGE_ORDER));
	mm->memblock = memblock_state_create(m);
	mm->mem_map = meta(mm->nr_frames * sizeof(struct page));
	mm->hole = meta((mm->nr_frames / 64 + 1) * sizeof(u64));
	mm->pageblock = meta(((mm->nr_frames >> mm->pageblock_order) + 1) * sizeof(struct pageblock));
	return mm->memblock && mm->mem_map && mm->hole && mm->pageblock ? mm : NULL;
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
	for (unsigned i = 0; i < m->nr_regions; i++) {
		const struct sim_region *r = &m->map[i];
		u64 end = min_of(r->start_pfn + r->nr_pages, m->nr_frames);
		u64 start = min_of(r->start_pfn, end);

		if (r->kind == REGION_RESERVED)
			memblock_reserve(PFN_PHYS(start), PFN_PHYS(end - start));
		else
			memblock_add_node(PFN_PHYS(start), PFN_PHYS(end - start), r->node, MEMBLOCK_NONE);
	}
	early_allocations(mm);
	return 0;
}

/* --- holes and pageblocks --------------------------------------------------------------------------------------------------- */

static void mark_hole(struct mm *mm, u64 start, u64 end)
{
	for (u64 pfn = start; pfn < end; pfn++) {
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
static void find_holes(struct mm *mm)
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
			mark_hole(mm, hole_start, PFN_UP(run_start));
			hole_start = PFN_DOWN(run_end);
		}
		if (!r)
			break;
		run_start = r->base;
		run_end = r->base + r->size;
	}
	mark_hole(mm, hole_start, mm->nr_frames);
}

/* The node of each pageblock is that of its lowest frame of memory; a frame's is that of its first byte. */
static void find_nodes(struct mm *mm, u8 *node_of_block)
{
	const struct memblock_region *r;

	for (unsigned i = 0; (r = memblock_memory_region(i)); i++) {
		u64 end = min_of(PFN_UP(r->base + r->size), mm->nr_frames);

		for (u64 pfn = PFN_UP(r->base); pfn < end;) {
			u64 block = pfn >> mm->pageblock_order;

			if (node_of_block[block] == NO_ZONE && !pfn_valid(mm, pfn)) {
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

static struct zone *get_zone(struct mm *mm, unsigned id)
{
	struct zone *zone = mm->zone[id];

	if (zone)
		return zone;
	zone = mm->zone[id] = meta(sizeof(*zone));
	VM_BUG_ON(!zone);
	spin_lock_init(&zone->lock, RANK_ZONE);
	zone->nid = (u8)(id / MAX_NR_ZONES);
	zone->index = (u8)(id % MAX_NR_ZONES);
	for (unsigned o = 0; o < NR_PAGE_ORDERS; o++)
		INIT_LIST_HEAD(&zone->free_area[o].free_list);
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

static void add_block_to_zone(struct mm *mm, u64 block, unsigned id)
{
	struct zone *zone = get_zone(mm, id);
	u64 start = block << mm->pageblock_order;

	mm->pageblock[block].zone = (u8)id;
	if (!zone->spanned_pages)
		zone->start_pfn = start;
	zone->spanned_pages = start + (1ULL << mm->pageblock_order) - zone->start_pfn;
	zone->present_pages += present_in_block(mm, block);
}

/* The last movable_pages of each node, zones for devices of old excepted, are ZONE_MOVABLE. */
static void build_zones(struct mm *mm, const u8 *node_of_block, u64 nr_blocks)
{
	u64 movable_blocks = param(PARAM_MOVABLE_PAGES) >> mm->pageblock_order;
	u64 end_of_node[MAX_NUMNODES] = { 0 };

	for (u64 b = 0; b < nr_blocks; b++)
		if (node_of_block[b] != NO_ZONE && block_has_memory(mm, b))
			end_of_node[node_of_block[b]] = b + 1;
	for (u64 b = 0; b < nr_blocks; b++) {
		unsigned nid = node_of_block[b];
		enum zone_type index = zone_by_limits(mm, b << mm->pageblock_order);

		mm->pageblock[b].zone = NO_ZONE;
		if (nid == NO_ZONE || !block_has_memory(mm, b))
			continue;
		if (index >= ZONE_NORMAL && b + movable_blocks >= end_of_node[nid])
			index = ZONE_MOVABLE;
		add_block_to_zone(mm, b, nid * MAX_NR_ZONES + index);
	}
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
	while (order > mm->pageblock_order && !one_zone(mm, pfn, order))
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
			mm->totalram_pages += 1ULL << order;
			pfn += 1ULL << order;
		}
	}
	return mm->totalram_pages;
}

/* Frames of memory that stay reserved: their struct page says so. */
static void mark_reserved(struct mm *mm)
{
	u64 cursor = 0, pfn = 0, start, end;

	while (memblock_next_free_range(&cursor, &start, &end)) {
		for (; pfn < start && pfn < mm->nr_frames; pfn++)
			if (pfn_valid(mm, pfn))
				mm->mem_map[pfn].flags = PG_reserved;
		pfn = end;
	}
	for (; pfn < mm->nr_frames; pfn++)
		if (pfn_valid(mm, pfn))
			mm->mem_map[pfn].flags = PG_reserved;
}

/* --- watermarks -------------------------------------------------------------------------------------------------------------------- */

static bool is_lowmem(const struct zone *zone)
{
	return zone->index <= ZONE_NORMAL;
}

static u64 lowmem_pages(const struct mm *mm)
{
	u64 pages = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i] && is_lowmem(mm->zone[i]))
			pages += mm->zone[i]->managed_pages;
	return pages;
}

static u64 int_sqrt(u64 x)
{
	u64 root = 0;

	for (u64 bit = 1ULL << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= x)
			root += bit;
	return root;
}

/* [W1] */
static u64 min_free_kbytes(const struct mm *mm)
{
	u64 kbytes = param(PARAM_MIN_FREE_KBYTES);

	if (kbytes != SIM_DERIVED)
		return kbytes;
	kbytes = int_sqrt(lowmem_pages(mm) * KIB_PER_PAGE * 16);
	kbytes = max_of(kbytes, (u64)param(PARAM_MIN_FREE_KBYTES_LOWEST));
	return min_of(kbytes, (u64)param(PARAM_MIN_FREE_KBYTES_HIGHEST));
}

/* [W2] */
static void setup_zone_watermarks(struct zone *zone, u64 pages_min, u64 lowmem)
{
	u64 share = lowmem ? pages_min * zone->managed_pages / lowmem : 0;
	u64 min = share, delta;

	if (!is_lowmem(zone)) {
		min = max_of(zone->managed_pages / 1024, (u64)param(PARAM_HIGHMEM_MIN_PAGES_LOWEST));
		min = min_of(min, (u64)param(PARAM_HIGHMEM_MIN_PAGES_HIGHEST));
	}
	delta = max_of(share / 4, zone->managed_pages * param(PARAM_WATERMARK_SCALE_FACTOR) / 10000);
	for (unsigned w = 0; w < NR_WMARK; w++)
		zone->watermark[w] = min + w * delta;
}

static void setup_watermarks(struct mm *mm)
{
	u64 lowmem = lowmem_pages(mm);
	u64 pages_min = min_free_kbytes(mm) / KIB_PER_PAGE;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			setup_zone_watermarks(mm->zone[i], pages_min, lowmem);
}

/* --- boot ---------------------------------------------------------------------------------------------------------------------------- */

int mm_boot_finish(void)
{
	struct mm *mm = current_mm();
	u64 nr_blocks = (mm->nr_frames + (1ULL << mm->pageblock_order) - 1) >> mm->pageblock_order;
	u8 *node_of_block = meta(nr_blocks);

	if (!node_of_block)
		return -1;
	memset(node_of_block, NO_ZONE, nr_blocks);
	find_holes(mm);
	find_nodes(mm, node_of_block);
	build_zones(mm, node_of_block, nr_blocks);
	mark_reserved(mm);
	memblock_free_all();
	build_zonelists(mm);
	setup_watermarks(mm);
	return mm->totalram_pages ? 0 : -1;
}

int mm_boot(void)
{
	int err = mm_boot_early();

	return err ? err : mm_boot_finish();
}
