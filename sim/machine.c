/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.c - making, resetting and copying machines.
 *
 * Reset is the price of every fuzz execution, so it is two loops: copy the metadata image back (all of it: 1 us per
 * 128 KiB, and no question of what was forgotten), then put RAM_PATTERN into the cache lines that were written.
 * Machines whose metadata exceed IMAGE_LIMIT have no image: they boot again, and RAM reads as zero at first.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "machine.h"
#include "disk.h"
#include "sched.h"
#include "tool.h"

#define IMAGE_LIMIT   (4u << 20)
#define REDZONE_BYTES 64

__thread struct sim_cpu *this_cpu __attribute__((tls_model("initial-exec")));

void machine_config_profile(struct machine_config *c, enum sim_profile profile)
{
	c->profile = profile;
	for (int i = 0; i < NR_PARAMS; i++)
		c->param[i] = sim_params[i].value[profile];
	c->nr_regions = sim_profile_map(profile, c->param[PARAM_FRAMES], c->map);
}

static void *map_host(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Fewer misses of the host's TLB; it may as well refuse. Small machines have little of it, and write all of it at once. */
static void want_huge_pages(void *p, size_t bytes)
{
	uintptr_t first = ALIGN((uintptr_t)p, SIM_PAGE_SIZE);

	madvise((void *)first, (size_t)ALIGN_DOWN((uintptr_t)p + bytes - first, SIM_PAGE_SIZE), MADV_HUGEPAGE);
}

/* What reclaim knows of each frame, and tasks, files and swap; if vm_init() runs. */
static size_t vm_room(u64 nr_frames)
{
	return nr_frames * 32 + (768u << 10);
}

/*
 * Room for struct page, hole, pageblock, who owns each frame, if that is kept; zones and caches with the lists of each CPU;
 * and their redzones. Untouched pages of it cost nothing.
 */
static size_t meta_room(u64 nr_frames, bool page_owner)
{
	u64 per_frame = page_owner || nr_frames <= 65536 ? 96 : 40; /* a small one may be rebuilt with owners */
	u64 sheaves = (u64)SIM_SHEAF * 2 * sizeof(void *) * SIM_POOLS * SIM_MAX_CPUS;

	return ALIGN(sizeof(struct machine) + nr_frames * per_frame + sheaves + (512u << 10), SIM_PAGE_SIZE) +
	       ALIGN(vm_room(nr_frames), SIM_PAGE_SIZE);
}

/* What every machine without history reads as. Big ones stay zero: touching all of RAM would be the cost of boot. */
no_tool static void fill_pattern(u64 *p, u64 words)
{
	volatile u64 *v = p;

	for (u64 i = 0; i < words; i++)
		v[i] = RAM_PATTERN;
}

static bool has_image(const struct machine_host *h)
{
	return h->meta_bytes - ALIGN(vm_room(h->capacity), SIM_PAGE_SIZE) <= IMAGE_LIMIT;
}

no_tool static void put_pattern_back(struct machine_host *h)
{
	u64 word = has_image(h) ? RAM_PATTERN : 0;

	for (u32 i = 0; i < h->nr_dirty_frames; i++) {
		u32 pfn = h->dirty_frames[i];
		u64 lines = h->dirty_lines[pfn];
		char *frame = h->ram + ((u64)pfn << SIM_PAGE_SHIFT);

		for (; lines; lines &= lines - 1) {
			u64 *p = (u64 *)(void *)(frame + 64 * __builtin_ctzll(lines));

			TOOL_SILENT(p[0] = p[1] = p[2] = p[3] = p[4] = p[5] = p[6] = p[7] = word);
		}
		h->dirty_lines[pfn] = 0;
	}
	h->nr_dirty_frames = 0;
}

static void init_cpus(struct machine *m)
{
	u32 nr_cpus = m->param[PARAM_CPUS];

	for (u32 i = 0; i < nr_cpus; i++)
		m->cpu[i] = (struct sim_cpu){ .machine = m,
					      .id = (u8)i,
					      .node = (u8)(i * m->param[PARAM_NODES] / nr_cpus),
					      .next_switch = ~0u };
}

static bool map_machine(struct machine_host *h, u64 nr_frames, bool page_owner)
{
	h->capacity = nr_frames;
	h->meta_bytes = meta_room(nr_frames, page_owner);
	h->mapped_bytes = h->meta_bytes + (nr_frames << SIM_PAGE_SHIFT);
	h->base = map_host(h->mapped_bytes);
	h->dirty_lines = map_host(nr_frames * sizeof(u64));
	h->dirty_frames = map_host(nr_frames * sizeof(u32));
	return h->base && h->dirty_lines && h->dirty_frames;
}

static void forget_pools(struct machine_host *h)
{
	for (unsigned i = 0; i < SIM_POOLS; i++)
		tool_pool_destroy(&h->pool[i]);
}

static void init_machine(struct machine *m, const struct machine_config *config, struct machine_host *h)
{
	h->meta_used = ALIGN(sizeof(*m), REDZONE_BYTES);
	h->sealed_bytes = 0;
	m->host = h;
	memcpy(m->param, config->param, sizeof(m->param));
	memcpy(m->map, config->map, sizeof(m->map));
	m->nr_regions = config->nr_regions;
	m->nr_frames = config->param[PARAM_FRAMES];
	m->fuel = m->param[PARAM_FUEL];
	init_cpus(m);
	tool_poison(h->ram, m->nr_frames << SIM_PAGE_SHIFT);
}

struct machine *machine_create(const struct machine_config *config)
{
	struct machine_host *h = calloc(1, sizeof(*h));
	u64 capacity = max_of(config->param[PARAM_FRAMES], config->capacity);
	struct machine *m;

	if (!h || !map_machine(h, capacity, config->param[PARAM_PAGE_OWNER])) {
		free(h);
		return NULL;
	}
	m = (struct machine *)(void *)h->base;
	h->ram = h->base + h->meta_bytes;
	if (has_image(h))
		fill_pattern((u64 *)(void *)h->ram, capacity * (SIM_PAGE_SIZE / 8));
	else
		want_huge_pages(h->ram, (size_t)capacity << SIM_PAGE_SHIFT);
	init_machine(m, config, h);
	return m;
}

bool machine_rebuild(struct machine *m, const struct machine_config *config)
{
	struct machine_host *h = m->host;
	size_t used = h->meta_used;

	if (config->param[PARAM_FRAMES] > h->capacity || (config->param[PARAM_FRAMES] < h->capacity && !has_image(h)))
		return false; /* a small one without an image would boot each time */
	put_pattern_back(h);
	h->nr_kept_frames = 0;
	disk_forget(h);
	sched_abandon(h->sched);
	forget_pools(h);
	tool_unpoison_zeroed(h->base, h->meta_bytes);
	memset(h->base, 0, used);
	init_machine(m, config, h);
	return true;
}

void machine_destroy(struct machine *m)
{
	struct machine_host *h = m->host;
	u64 capacity = h->capacity;

	if (this_cpu && this_cpu->machine == m)
		this_cpu = NULL;
	sched_destroy(h->sched);
	disk_destroy(h);
	forget_pools(h);
	tool_unpoison(h->base, h->mapped_bytes);
	munmap(h->base, h->mapped_bytes);
	munmap(h->dirty_lines, capacity * sizeof(u64));
	munmap(h->dirty_frames, capacity * sizeof(u32));
	free(h->image);
	free(h->shadow_image);
	free(h->kept_frames);
	free(h->kept_image);
	free(h);
}

void machine_enter(struct machine *m, unsigned cpu)
{
	this_cpu = &m->cpu[cpu];
}

void *machine_meta_alloc(struct machine *m, size_t bytes, size_t align)
{
	struct machine_host *h = m->host;
	size_t start = ALIGN(h->meta_used + REDZONE_BYTES, max_of(align, (size_t)REDZONE_BYTES));

	if (start + bytes + REDZONE_BYTES > h->meta_bytes)
		return NULL;
	tool_poison(h->base + h->meta_used, start - h->meta_used);
	if (h->sealed_bytes) /* after the seal what is left of the arena is poisoned */
		tool_unpoison_zeroed(h->base + start, bytes);
	h->meta_used = ALIGN(start + bytes, (size_t)8);
	return h->base + start;
}

/* --- frames whose contents belong to the boot image ----------------------------------------------------------------- */

/* There are about ten. -1: it is none of them. */
static s64 kept_index(const struct machine_host *h, u32 pfn)
{
	for (u32 i = 0; i < h->nr_kept_frames; i++)
		if (h->kept_frames[i] == pfn)
			return i;
	return -1;
}

void ram_keep(struct machine *m, u64 pfn, u64 nr)
{
	struct machine_host *h = m->host;

	if (!SIM_SEALS || h->sealed_bytes || !has_image(h))
		return;
	h->kept_frames = realloc(h->kept_frames, (h->nr_kept_frames + nr) * sizeof(*h->kept_frames));
	for (u64 i = 0; i < nr; i++)
		if (kept_index(h, (u32)(pfn + i)) < 0)
			h->kept_frames[h->nr_kept_frames++] = (u32)(pfn + i);
}

/* They count as dirty all the time: a reset has no need to know which lines changed. */
static void mark_kept_dirty(struct machine *m)
{
	struct machine_host *h = m->host;

	for (u32 i = 0; i < h->nr_kept_frames; i++)
		ram_dirty(m, h->kept_frames[i], ~0ULL);
}

static void save_kept_frames(struct machine *m)
{
	struct machine_host *h = m->host;

	h->kept_image = realloc(h->kept_image, (size_t)h->nr_kept_frames << SIM_PAGE_SHIFT);
	for (u32 i = 0; i < h->nr_kept_frames; i++)
		raw_copy(h->kept_image + ((size_t)i << SIM_PAGE_SHIFT), ram_address(m, h->kept_frames[i]), SIM_PAGE_SIZE);
	mark_kept_dirty(m);
}

static void load_kept_frames(struct machine *m)
{
	struct machine_host *h = m->host;

	for (u32 i = 0; i < h->nr_kept_frames; i++)
		raw_copy(ram_address(m, h->kept_frames[i]), h->kept_image + ((size_t)i << SIM_PAGE_SHIFT), SIM_PAGE_SIZE);
	mark_kept_dirty(m);
}

/* --- boot image -------------------------------------------------------------------------------------------------- */

#if defined(TOOL_ASAN)
static u8 *ram_shadow(struct machine *m, size_t *bytes)
{
	size_t scale, offset;

	__asan_get_shadow_mapping(&scale, &offset);
	*bytes = (m->nr_frames << SIM_PAGE_SHIFT) >> scale;
	return (u8 *)(((uintptr_t)m->host->ram >> scale) + offset);
}
static void save_ram_shadow(struct machine *m, u8 **copy)
{
	size_t bytes;
	u8 *shadow = ram_shadow(m, &bytes);

	*copy = realloc(*copy, bytes);
	raw_copy(*copy, shadow, bytes);
}
static void load_ram_shadow(struct machine *m, const u8 *copy)
{
	size_t bytes;
	u8 *shadow = ram_shadow(m, &bytes);

	raw_copy(shadow, copy, bytes);
}
static void seal_shadow(struct machine *m)
{
	save_ram_shadow(m, &m->host->shadow_image);
}
static void reset_shadow(struct machine *m)
{
	load_ram_shadow(m, m->host->shadow_image);
}
#else
static void save_ram_shadow(struct machine *m, u8 **copy)
{
	(void)m, (void)copy;
}
static void load_ram_shadow(struct machine *m, const u8 *copy)
{
	(void)m, (void)copy;
}

#define GRANULE 8

static u64 kept_granules(const struct machine_host *h)
{
	return TOOL_WATCHES_MEMORY ? (u64)h->nr_kept_frames * (SIM_PAGE_SIZE / GRANULE) : 0;
}
static char *kept_granule(struct machine *m, u64 i)
{
	u64 in_frame = SIM_PAGE_SIZE / GRANULE;

	return (char *)ram_address(m, m->host->kept_frames[i / in_frame]) + i % in_frame * GRANULE;
}

/* A byte for each granule of the frames that are kept: may it be touched? Nothing else of RAM may, after boot. */
static void seal_shadow(struct machine *m)
{
	struct machine_host *h = m->host;

	h->shadow_image = realloc(h->shadow_image, kept_granules(h) + 1);
	for (u64 i = 0; i < kept_granules(h); i++)
		h->shadow_image[i] = tool_asks_poisoned(kept_granule(m, i), GRANULE) != 1;
}
static void reset_shadow(struct machine *m)
{
	struct machine_host *h = m->host;

	for (unsigned i = 0; i < SIM_POOLS; i++)
		tool_block_forget_all(&h->pool[i]);
	tool_poison(h->ram, m->nr_frames << SIM_PAGE_SHIFT);
	for (u64 i = 0; i < kept_granules(h); i++)
		if (h->shadow_image[i])
			tool_unpoison_zeroed(kept_granule(m, i), GRANULE);
}
#endif

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#define HOST_HUGE_PAGE (2u << 20)

/*
 * The boot touched one page of it in six, a recount reads all: one fault of the host for each page is more than the recount
 * itself. One call for each huge page, since it ends at the first hole.
 */
static void gather_metadata(struct machine_host *h)
{
	char *end = h->base + h->meta_used;

	want_huge_pages(h->base, h->meta_bytes);
	for (char *p = (char *)ALIGN((uintptr_t)h->base, HOST_HUGE_PAGE); p + HOST_HUGE_PAGE <= end; p += HOST_HUGE_PAGE)
		madvise(p, HOST_HUGE_PAGE, MADV_COLLAPSE);
}

void machine_seal(struct machine *m)
{
	struct machine_host *h = m->host;

	tool_poison(h->base + h->meta_used, h->meta_bytes - h->meta_used);
	h->sealed_bytes = h->meta_used;
	if (!has_image(h)) {
		gather_metadata(h);
		return;
	}
	h->image = realloc(h->image, h->meta_used);
	if (h->image)
		raw_copy(h->image, h->base, h->meta_used);
	save_kept_frames(m);
	seal_shadow(m);
}

bool machine_reset(struct machine *m)
{
	struct machine_host *h = m->host;

	if (!h->image)
		return false;
	if (h->meta_used > h->sealed_bytes) { /* allocated by the run: back to nothing */
		tool_unpoison_zeroed(h->base + h->sealed_bytes, h->meta_used - h->sealed_bytes);
		memset(h->base + h->sealed_bytes, 0, h->meta_used - h->sealed_bytes);
		tool_poison(h->base + h->sealed_bytes, h->meta_used - h->sealed_bytes);
		h->meta_used = h->sealed_bytes;
	}
	raw_copy(h->base, h->image, h->meta_used);
	put_pattern_back(h);
	load_kept_frames(m);
	disk_forget(h);
	return true;
}

bool machine_reset_hard(struct machine *m)
{
	if (!machine_reset(m))
		return false;
	reset_shadow(m);
	sched_abandon(m->host->sched);
	return true;
}

no_tool static u64 first_difference(const u8 *a, const u8 *b, u64 n)
{
	for (u64 i = 0; i < n; i++)
		if (a[i] != b[i])
			return i;
	return n;
}

no_tool static u64 first_not_pattern(const u64 *p, u64 words)
{
	for (u64 i = 0; i < words; i++)
		if (p[i] != RAM_PATTERN)
			return i;
	return words;
}

/* From its part of the image; one that is not kept, from the pattern. */
static bool frame_differs(const struct machine *m, u64 pfn, char *text, size_t room)
{
	const struct machine_host *h = m->host;
	const char *frame = h->ram + (pfn << SIM_PAGE_SHIFT);
	s64 kept = kept_index(h, (u32)pfn);
	u64 at, end = kept < 0 ? SIM_PAGE_SIZE / 8 : SIM_PAGE_SIZE;

	if (kept < 0)
		TOOL_SILENT(at = first_not_pattern((const u64 *)(const void *)frame, end));
	else
		TOOL_SILENT(at = first_difference((const u8 *)frame,
						  (const u8 *)h->kept_image + ((u64)kept << SIM_PAGE_SHIFT), end));
	if (at < end)
		snprintf(text, room, kept < 0 ? "RAM word %llu of frame %llu is not the reset pattern" :
						"RAM byte %llu of frame %llu differs from the boot image",
			 (unsigned long long)at, (unsigned long long)pfn);
	return at < end;
}

const char *machine_compare_with_image(struct machine *m)
{
	static __thread char text[96];
	struct machine_host *h = m->host;
	u64 at;

	if (!h->image)
		return NULL;
	TOOL_SILENT(at = first_difference((const u8 *)h->base, h->image, h->meta_used));
	if (at < h->meta_used) {
		snprintf(text, sizeof(text), "metadata byte %llu differs from the boot image", (unsigned long long)at);
		return text;
	}
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		if (frame_differs(m, pfn, text, sizeof(text)))
			return text;
	return NULL;
}

/* --- snapshots ----------------------------------------------------------------------------------------------------- */

struct sim_snapshot {
	u8 *meta;
	u8 *shadow;
	struct sim_event event[SIM_EVENTS];
	u32 nr_frames; /* dirty frames with their contents: everything else is the reset pattern */
	u32 *pfn;
	u64 *lines;
	u8 *contents;
	struct sched_copy *sched;
	struct disk_copy *disk;
};

#if defined(TOOL_TSAN)
static bool can_snapshot(void)
{
	return false;
}
#else
#include <valgrind/valgrind.h>
static bool can_snapshot(void)
{
	return !RUNNING_ON_VALGRIND;
}
#endif

struct sim_snapshot *machine_snapshot(struct machine *m)
{
	struct machine_host *h = m->host;
	struct sim_snapshot *s;
	u32 n = h->nr_dirty_frames;

	if (!can_snapshot() || !h->image)
		return NULL;
	s = calloc(1, sizeof(*s));
	s->meta = malloc(h->meta_used);
	raw_copy(s->meta, h->base, h->meta_used);
	memcpy(s->event, h->event, sizeof(s->event));
	save_ram_shadow(m, &s->shadow);
	s->nr_frames = n;
	s->pfn = malloc(n * sizeof(*s->pfn) + 1);
	s->lines = malloc(n * sizeof(*s->lines) + 1);
	s->contents = malloc(n * SIM_PAGE_SIZE + 1);
	for (u32 i = 0; i < n; i++) {
		s->pfn[i] = h->dirty_frames[i];
		s->lines[i] = h->dirty_lines[s->pfn[i]];
		raw_copy(s->contents + i * SIM_PAGE_SIZE, ram_address(m, s->pfn[i]), SIM_PAGE_SIZE);
	}
	s->sched = sched_save(h->sched);
	s->disk = disk_save(h);
	return s;
}

void machine_restore(struct machine *m, const struct sim_snapshot *s)
{
	struct machine_host *h = m->host;

	raw_copy(h->base, s->meta, h->meta_used);
	memcpy(h->event, s->event, sizeof(s->event));
	put_pattern_back(h);
	for (u32 i = 0; i < s->nr_frames; i++) {
		raw_copy(ram_address(m, s->pfn[i]), s->contents + i * SIM_PAGE_SIZE, SIM_PAGE_SIZE);
		ram_dirty(m, s->pfn[i], s->lines[i]);
	}
	if (s->shadow)
		load_ram_shadow(m, s->shadow);
	sched_load(h->sched, s->sched);
	disk_load(h, s->disk);
}

void snapshot_free(struct sim_snapshot *s)
{
	if (!s)
		return;
	free(s->meta);
	free(s->shadow);
	free(s->pfn);
	free(s->lines);
	free(s->contents);
	sched_copy_free(s->sched);
	disk_copy_free(s->disk);
	free(s);
}

/* --- RAM ------------------------------------------------------------------------------------------------------------- */

void ram_zero_frames(struct machine *m, u64 pfn, u64 nr)
{
	for (u64 i = 0; i < nr; i++) {
		ram_dirty(m, pfn + i, ~0ULL);
		memset(ram_address(m, pfn + i), 0, SIM_PAGE_SIZE);
	}
}

no_tool void ram_write_raw(struct machine *m, u64 pfn, unsigned line, u64 word)
{
	volatile u64 *p = (u64 *)(void *)((char *)ram_address(m, pfn) + line * 64);

	ram_dirty(m, pfn, 1ULL << line);
	for (int i = 0; i < 8; i++)
		TOOL_SILENT(p[i] = word);
}
