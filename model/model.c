/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model.c - making, booting and resetting models.
 *
 * All arrays of a model lie in one mapping behind it, so that a reset is one copy. Models of big machines have no copy:
 * they boot again.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "internal.h"
#include "model_page_debug.h"
#include "model_recorded.h"
#include "model_slab.h"
#include "model_vm.h"

#define IMAGE_FRAMES 65536 /* machines up to here are reset by copying */
#define LARGE_TABLE  (8u << 20)

static size_t align64(size_t bytes)
{
	return (bytes + 63) & ~(size_t)63;
}

/* Where the arrays lie in a block at this address; returns how large it must be. */
static size_t lay_out(struct model *m, uintptr_t block)
{
	size_t at = align64(sizeof(*m));
	u64 frames = m->nr_frames;

	m->zone_of_block = (u8 *)(block + at);
	at += align64((frames >> m->block_order) + 2);
	m->type_of_block = (u8 *)(block + at);
	at += align64((frames >> m->block_order) + 2);
	m->isolated_from = (u8 *)(block + at);
	at += align64((frames >> m->block_order) + 2);
	m->frame = (struct frame *)(block + at);
	at += align64((frames + 1) * sizeof(*m->frame));
	for (unsigned o = 0; o <= m->max_order; o++) {
		m->busy[o] = (u16 *)(block + at);
		at += align64(((frames >> o) + 2) * sizeof(u16));
	}
	return at;
}

void *map_zeros(u64 bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void *map_table(u64 bytes)
{
	void *p = map_zeros(bytes);

	if (p && bytes >= LARGE_TABLE)
		madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

void unmap_zeros(void *p, u64 bytes)
{
	if (p)
		munmap(p, bytes);
}

static struct model *allocate(const struct model *shape)
{
	struct model probe = *shape;
	size_t bytes = lay_out(&probe, 0);
	struct model *m = map_table(bytes);

	if (!m)
		return NULL;
	*m = *shape;
	lay_out(m, (uintptr_t)m);
	m->block_bytes = bytes;
	return m;
}

static bool all_frames(const struct model *m, u64 block, bool (*is)(const struct model_memblock *mb, u64 pfn))
{
	for (u64 pfn = block << m->block_order; pfn < (block + 1) << m->block_order; pfn++)
		if (pfn >= m->nr_frames || !is(m->memblock, pfn))
			return false;
	return true;
}

/* The pageblocks wholly inside rows of this kind. */
static u64 first_block(const struct model *m, const struct model_region *r)
{
	return (r->start_pfn + block_pages(m) - 1) >> m->block_order;
}
static u64 end_block(const struct model *m, const struct model_region *r)
{
	u64 end = r->start_pfn + r->nr_pages;

	return (end < m->nr_frames ? end : m->nr_frames) >> m->block_order;
}

/* Pageblocks for CMA are reserved first thing, those that are whole free memory. */
static void reserve_cma(struct model *m)
{
	for (unsigned i = 0; i < m->setup.nr_regions; i++) {
		const struct model_region *r = &m->setup.region[i];

		for (u64 b = first_block(m, r); r->kind == 2 && b < end_block(m, r); b++) {
			if (!all_frames(m, b, model_memblock_frame_is_free))
				continue;
			model_memblock_reserve(m->memblock, b << (m->block_order + 12), block_pages(m) << 12);
			m->type_of_block[b] = MIGRATE_CMA;
		}
	}
}

static void add_regions(struct model *m)
{
	for (unsigned i = 0; i < m->setup.nr_regions; i++) {
		const struct model_region *r = &m->setup.region[i];
		u64 end = r->start_pfn + r->nr_pages;

		end = end > m->nr_frames ? m->nr_frames : end;
		if (r->start_pfn >= end)
			continue;
		if (r->kind > 1)
			continue;
		if (r->kind)
			model_memblock_reserve(m->memblock, r->start_pfn << 12, (end - r->start_pfn) << 12);
		else
			model_memblock_add(m->memblock, r->start_pfn << 12, (end - r->start_pfn) << 12, r->nid, 0);
	}
	reserve_cma(m);
	for (unsigned nid = 0; nid < m->nr_nodes; nid++) /* each node's own page */
		model_memblock_alloc(m->memblock, 4096, 4096, 0, ~0ULL, (s32)nid, false);
}

void model_seal(struct model *m)
{
	bool copied = m->nr_frames <= IMAGE_FRAMES; /* a larger one is made anew */

	if (copied && !m->image)
		m->image = malloc(m->block_bytes);
	m->stacks_used = 0;
	if (copied && m->image)
		memcpy(m->image, m, m->block_bytes);
	model_slab_seal(m);
	model_vm_seal(m);
}

/* What was reserved for CMA and still is becomes free. */
static void free_cma(struct model *m)
{
	for (u64 b = 0; b < m->nr_frames >> m->block_order; b++) {
		bool whole = m->type_of_block[b] == MIGRATE_CMA;

		for (u64 pfn = b << m->block_order; whole && pfn < (b + 1) << m->block_order; pfn++)
			whole = m->frame[pfn].state == FRAME_RESERVED;
		m->type_of_block[b] = whole ? MIGRATE_CMA : MIGRATE_MOVABLE;
		for (u64 pfn = b << m->block_order; whole && pfn < (b + 1) << m->block_order; pfn++)
			m->frame[pfn].state = FRAME_FREE;
	}
}

static bool holds_memory(const struct model *m, u64 pfn)
{
	const struct model_memblock *mb = m->memblock;
	u64 grains = 4096 >> mb->grain_shift;

	for (u64 g = pfn * grains; g < (pfn + 1) * grains; g++)
		if (mb->grain[g] & GRAIN_MEMORY)
			return true;
	return false;
}

/* A device has pageblocks where there is no memory at all. */
static void place_devices(struct model *m)
{
	for (unsigned i = 0; i < m->setup.nr_regions; i++) {
		const struct model_region *r = &m->setup.region[i];

		for (u64 b = first_block(m, r); r->kind == 3 && b < end_block(m, r); b++) {
			bool whole = true;

			for (u64 pfn = b << m->block_order; pfn < (b + 1) << m->block_order; pfn++)
				whole &= m->frame[pfn].state == FRAME_HOLE && !holds_memory(m, pfn);
			for (u64 pfn = b << m->block_order; whole && pfn < (b + 1) << m->block_order; pfn++)
				m->frame[pfn].state = FRAME_DEVICE;
		}
	}
}

void model_hand_over(struct model *m)
{
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++) {
		if (model_memblock_frame_is_free(m->memblock, pfn))
			continue;
		m->frame[pfn].state = model_memblock_frame_is_memory(m->memblock, pfn) ? FRAME_RESERVED : FRAME_HOLE;
	}
	free_cma(m);
	place_devices(m);
	model_build_zones(m);
	pyramid_build(m);
}

static void boot(struct model *m)
{
	add_regions(m);
	if (!m->setup.early)
		model_hand_over(m);
	model_seal(m);
}

static struct model shape_of(const struct model_setup *setup)
{
	struct model shape = { .setup = *setup, .nr_frames = setup->knob[KNOB_FRAMES] };

	shape.max_order = setup->knob[KNOB_MAX_PAGE_ORDER];
	shape.block_order = setup->knob[KNOB_PAGEBLOCK_ORDER];
	if (shape.block_order > shape.max_order)
		shape.block_order = shape.max_order;
	shape.nr_nodes = setup->knob[KNOB_NODES];
	shape.nr_cpus = setup->knob[KNOB_CPUS];
	shape.costly_order = setup->knob[KNOB_COSTLY_ORDER];
	if (shape.costly_order > shape.max_order)
		shape.costly_order = shape.max_order;
	shape.nr_lists = MIGRATE_PCPTYPES * (shape.costly_order + 1) + (shape.block_order > shape.costly_order ? 2 : 0);
	return shape;
}

struct model *model_create(const struct model_setup *setup)
{
	struct model shape = shape_of(setup), *m = allocate(&shape);

	if (!m)
		return NULL;
	m->memblock = model_memblock_create(m->nr_frames, setup->profile == 2 ? 12 : 6);
	if (!m->memblock || !model_page_debug_setup(m)) {
		model_destroy(m);
		return NULL;
	}
	boot(m);
	return m;
}

bool model_rebuild(struct model *m, const struct model_setup *setup)
{
	struct model shape = shape_of(setup), old = *m;
	unsigned grain_shift = setup->profile == 2 ? 12 : 6;
	size_t bytes = lay_out(&shape, (uintptr_t)m);

	if (bytes > old.block_bytes || (old.image ? shape.nr_frames > IMAGE_FRAMES : shape.nr_frames != old.nr_frames))
		return false;
	model_vm_destroy(m); /* while it is known how many frames it had */
	memset(m, 0, bytes);
	*m = shape;
	m->block_bytes = old.block_bytes;
	m->image = old.image;
	m->counts = old.counts;
	m->memblock = old.memblock;
	m->debug = old.debug;
	m->slab = old.slab;
	m->slub = old.slub;
	model_slab_destroy(m); /* caches come with the start state, not with the machine */
	if (!model_page_debug_setup(m))
		return false;
	if (shape.nr_frames == old.nr_frames && grain_shift == m->memblock->grain_shift) {
		model_memblock_clear(m->memblock);
	} else {
		model_memblock_destroy(m->memblock);
		m->memblock = model_memblock_create(m->nr_frames, grain_shift);
	}
	boot(m);
	return true;
}

struct model *model_create_witness(u64 nr_frames)
{
	struct model shape = { .nr_frames = nr_frames, .max_order = 0, .nr_nodes = 1, .nr_cpus = 1, .frames_only = true };

	struct model *m = allocate(&shape);

	if (m && !recorded_create(m)) {
		model_destroy(m);
		return NULL;
	}
	return m;
}

void model_destroy(struct model *m)
{
	if (!m)
		return;
	if (m->memblock)
		model_memblock_destroy(m->memblock);
	model_page_debug_destroy(m);
	model_vm_destroy(m);
	model_slab_destroy(m);
	recorded_destroy(m);
	free(m->image);
	munmap(m, m->block_bytes);
}

/* Of the image, what the machine has: most of the zones and CPUs there could be are never written. */
static void load_image(struct model *m)
{
	const struct model *image = m->image;
	const char *end = (const char *)image + m->block_bytes, *rest = (const char *)image->depth;
	u64 events_judged = m->events_judged;
	struct model_counts counts = m->counts;

	memcpy(m, image, offsetof(struct model, zone));
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		if (image->zone[z].exists || m->zone[z].exists)
			m->zone[z] = image->zone[z];
	memcpy(m->zonelist, image->zonelist, (size_t)((const char *)image->flight - (const char *)image->zonelist));
	for (unsigned s = 0; s < MODEL_STACKS; s++)
		if (m->stacks_used >> s & 1)
			memcpy(m->flight[s], image->flight[s], sizeof(image->flight[s]));
	memcpy(m->depth, rest, (size_t)(end - rest));
	m->image = (void *)(uintptr_t)image;
	m->events_judged = events_judged;
	m->counts = counts;
}

void model_reset(struct model *m)
{
	model_page_debug_reset(m);
	model_slab_reset(m);
	model_vm_reset(m);
	if (m->image)
		load_image(m);
	if (m->image && !m->setup.early)
		return; /* the memblock array is not touched after the hand-over */
	model_memblock_clear(m->memblock);
	if (m->image) {
		add_regions(m);
		return;
	}
	memset(m->frame, 0, m->nr_frames * sizeof(*m->frame));
	memset(m->flight, 0, sizeof(m->flight));
	boot(m);
}
