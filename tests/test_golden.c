// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_golden.c - numbers derived by hand from the rules. A rule that is wrong in a header, in mm/ and in model/ alike is
 * still wrong here.
 *
 * E1 to E10, E26 and E27 are the vectors of those names; B, F, P, W and Z are rules with an example worked out by hand.
 * Where it can be had, a number is asked of mm and of the model; and what mm does on the way the model judges.
 */
#include <stdlib.h>
#include "../mm/internal.h"
#include "machine.h"
#include "model.h"
#include "tap.h"

/* Of model/internal.h: mm has a header of that name too. */
void set_marks(struct model *m);
void set_lowmem_reserves(struct model *m);
bool mark_holds(const struct model *m, unsigned zone, unsigned order, u64 mark, unsigned highest, u32 flags, s64 free);
bool zone_passes(const struct model *m, unsigned zone, unsigned order, unsigned highest, u32 flags);

/* --- machines ---------------------------------------------------------------------------------------------------- */

static struct machine *boot(const struct machine_config *c)
{
	struct machine *m = machine_create(c);

	machine_enter(m, 0);
	if (mm_boot()) {
		printf("Bail out! the machine does not boot\n");
		exit(1);
	}
	m->nr_events = 0;
	return m;
}

static struct machine *boot_profile(enum sim_profile profile)
{
	struct machine_config c = { 0 };

	machine_config_profile(&c, profile);
	return boot(&c);
}

/* What the metadata of mm may take, in steps of a cache line: too little is -1 and nothing else, enough is a machine. */
static void test_boot_with_little_room(void)
{
	struct machine_config c = { 0 };
	unsigned refused = 0, booted = 0, broken = 0;
	struct machine *m;
	size_t enough;
	u64 pages;

	machine_config_profile(&c, PROFILE_TINY);
	c.param[PARAM_PAGE_OWNER] = 1;
	m = boot(&c);
	pages = totalram_pages();
	for (size_t room = 0; booted < 4; room += 64) {
		machine_rebuild(m, &c);
		enough = m->host->meta_bytes;
		m->host->meta_bytes = m->host->meta_used + room;
		machine_enter(m, 0);
		if (mm_boot()) {
			refused++;
		} else {
			booted++;
			broken += page_alloc_check() || totalram_pages() != pages;
		}
		m->host->meta_bytes = enough;
		if (refused > enough / 64)
			break;
	}
	machine_destroy(m);
	ok(refused > 100, "a machine that lacks room for metadata does not boot (%u times)", refused);
	ok(booted == 4 && !broken, "  and the first that has enough is whole");
}

/* A driver may add memory that this machine does not have: it is memory to memblock, and never handed out. */
static void test_memory_beyond_ram(void)
{
	struct machine_config c = { 0 };
	struct machine *m;
	u64 ram, at;

	machine_config_profile(&c, PROFILE_TINY);
	m = machine_create(&c);
	machine_enter(m, 0);
	mm_boot_early();
	ram = m->nr_frames * PAGE_SIZE;
	at = memblock_find_in_range(0, MEMBLOCK_ALLOC_ANYWHERE, PAGE_SIZE, PAGE_SIZE);
	ok(!memblock_add(ram, 64 * PAGE_SIZE) && memblock_is_memory(ram), "M2: memory beyond RAM is added");
	same_number(memblock_find_in_range(0, MEMBLOCK_ALLOC_ANYWHERE, PAGE_SIZE, PAGE_SIZE), at, "M4: nothing is found there");
	machine_destroy(m);
}

/* One zone Normal with the kernel's own orders, managing frames 0 .. managed - 1; the node's own page lies above them. */
static void one_zone(struct machine_config *c, u32 managed, u32 min_free_kbytes)
{
	memset(c, 0, sizeof(*c));
	machine_config_profile(c, PROFILE_REAL);
	c->param[PARAM_FRAMES] = managed + 1;
	c->param[PARAM_DMA_PAGES] = 0;
	c->param[PARAM_DMA32_PAGES] = 0;
	c->param[PARAM_MIN_FREE_KBYTES] = min_free_kbytes;
	c->map[0] = (struct sim_region){ 0, managed + 1, REGION_USABLE, 0 };
	c->nr_regions = 1;
}

static struct machine *boot_one_zone(u32 managed, u32 min_free_kbytes)
{
	struct machine_config c;

	one_zone(&c, managed, min_free_kbytes);
	return boot(&c);
}

/* The same machine as the model sees it. */
static struct model *model_one_zone(u32 managed, u32 highest_kbytes)
{
	struct model_setup s;
	struct model *m;

	model_setup_profile(&s, 2);
	s.knob[KNOB_FRAMES] = managed + 1;
	s.knob[KNOB_DMA_PAGES] = 0;
	s.knob[KNOB_DMA32_PAGES] = 0;
	s.knob[KNOB_MIN_FREE_KBYTES_HIGHEST] = highest_kbytes;
	s.region[0] = (struct model_region){ 0, managed + 1, 0, 0 };
	s.nr_regions = 1;
	m = model_create(&s);
	if (!m) {
		printf("Bail out! no memory for a model of %u frames\n", managed);
		exit(1);
	}
	return m;
}

static struct zone *normal(void)
{
	return current_mm()->zone[ZONE_NORMAL];
}

static u64 free_pages_of_normal(void)
{
	return zone_page_state_snapshot(normal(), NR_FREE_PAGES);
}

/* Without per-CPU lists, and without what CPUs hold back of counters, every page is in plain sight. */
static void show_all_pages(void)
{
	for (unsigned z = 0; z < MAX_ZONES; z++)
		if (current_mm()->zone[z] && current_mm()->zone[z]->managed_pages)
			zone_pcp_disable(z / MAX_NR_ZONES, z % MAX_NR_ZONES);
	vmstat_refresh();
	this_cpu->machine->nr_events = 0;
}

/* The machine of boot_one_zone(), as the buddy allocator sees it. */
static struct machine *boot_buddy(u32 managed, u32 min_free_kbytes)
{
	struct machine *m = boot_one_zone(managed, min_free_kbytes);

	show_all_pages();
	return m;
}

static void set_all_marks(struct zone *zone, u64 pages)
{
	for (unsigned w = 0; w < NR_WMARK; w++)
		zone->watermark[w] = pages;
}

/* --- a machine and its model -------------------------------------------------------------------------------------- */

static struct model *judge;
static char complaint[240];

static void complain(const char *sentence)
{
	if (sentence && !complaint[0])
		snprintf(complaint, sizeof(complaint), "%s", sentence);
}

static void hear_events(struct machine *m, void *arg)
{
	(void)arg;
	for (u32 i = 0; i < m->nr_events; i++) {
		struct mm_event ev;

		memcpy(&ev, &m->host->event[i], sizeof(ev));
		complain(model_event(judge, &ev));
	}
	m->nr_events = 0;
	m->log_bytes = 0;
}

static void hear(void)
{
	hear_events(this_cpu->machine, NULL);
	this_cpu->machine->fuel = this_cpu->machine->param[PARAM_FUEL];
}

static struct model *model_of(const struct machine_config *c)
{
	struct model_setup s;
	struct model *m;

	_Static_assert(NR_KNOBS == (unsigned)NR_PARAMS, "knobs and parameters have the same numbers");
	model_setup_profile(&s, c->profile);
	memcpy(s.knob, c->param, sizeof(s.knob));
	s.nr_regions = c->nr_regions;
	for (unsigned i = 0; i < c->nr_regions; i++)
		s.region[i] = (struct model_region){ c->map[i].start_pfn, c->map[i].nr_pages, c->map[i].kind,
						     c->map[i].node };
	m = model_create(&s);
	if (!m) {
		printf("Bail out! no memory for a model\n");
		exit(1);
	}
	return m;
}

static struct machine *boot_judged(const struct machine_config *c)
{
	struct machine *m = boot(c);

	judge = model_of(c);
	complaint[0] = 0;
	m->host->event_full = hear_events;
	return m;
}

static void end_judged(struct machine *m, const char *claim)
{
	complain(page_alloc_check());
	complain(model_recount(judge));
	if (!ok(!complaint[0], "%s", claim))
		printf("# %s\n", complaint);
	model_destroy(judge);
	machine_destroy(m);
}

static struct page *judged_alloc(gfp_t gfp, unsigned order)
{
	struct page *page;

	model_scope(judge, 0, this_cpu->task_flags);
	model_begin_alloc(judge, 0, 0, 1, NUMA_NO_NODE, gfp, order);
	page = alloc_pages(gfp, order);
	hear();
	complain(model_answer_alloc(judge, 0, page ? page_to_pfn(page) : ~0ULL));
	complain(model_end(judge, 0));
	return page;
}

static void judged_free(struct page *page, unsigned order)
{
	model_begin_free(judge, 0, page_to_pfn(page), order);
	__free_pages(page, order);
	hear();
	complain(model_end(judge, 0));
}

static void judged_show_all_pages(void)
{
	model_begin_drain(judge, 0, DRAIN_ZONE, ZONE_NORMAL);
	complain(zone_pcp_disable(0, ZONE_NORMAL) ? "P10: not disabled" : NULL);
	hear();
	complain(model_pcp_disable(judge, 0, ZONE_NORMAL, true, true));
	complain(model_end(judge, 0));
}

/* What CPUs hold back of counters is added up: then a mark can be met to the page. */
static void judged_refresh(void)
{
	model_begin_vmstat_update(judge, 0, true);
	vmstat_refresh();
	hear();
	complain(model_vmstat_updated(judge, 0, true));
	complain(model_end(judge, 0));
}

static void judged_sysctl(enum mm_sysctl knob, u32 value)
{
	model_begin_other(judge, 0);
	mm_sysctl_write(knob, value);
	hear();
	complain(model_sysctl(judge, 0, knob, value, true));
	complain(model_end(judge, 0));
}

static struct machine *boot_judged_buddy(u32 managed, u32 min_free_kbytes)
{
	struct machine_config c;
	struct machine *m;

	one_zone(&c, managed, min_free_kbytes);
	m = boot_judged(&c);
	judged_show_all_pages();
	return m;
}

/* Free blocks as "order@pfn order@pfn ...", by order, then by address. */
static const char *shape(void)
{
	static struct free_block block[2048];
	static char text[4096];
	u64 n = page_alloc_dump(block, ARRAY_SIZE(block));
	size_t at = 0;

	text[0] = 0;
	for (unsigned order = 0; order < NR_PAGE_ORDERS; order++)
		for (u64 pfn = 0; pfn < current_mm()->nr_frames; pfn++)
			for (u64 i = 0; i < n && at < sizeof(text) - 32; i++)
				if (block[i].order == order && block[i].pfn == pfn)
					at += (size_t)sprintf(text + at, "%s%u@%u", at ? " " : "", order, block[i].pfn);
	return text;
}

/* --- E1, W1, W2 -------------------------------------------------------------------------------------------------- */

static void test_marks_of_one_gib(void)
{
	struct machine *m = boot_one_zone(262144, SIM_DERIVED);
	struct model *model = model_one_zone(262144, 262144);
	const struct model_zone *mz = &model->zone[ZONE_NORMAL];
	const struct zone *zone = normal();
	struct pcp_figures pcp = pcp_figures(0, ZONE_NORMAL, 3);

	same_number(zone->managed_pages, 262144, "E1: the zone manages 262144 pages");
	same_number(zone->watermark[WMARK_MIN], 1024, "E1: min is 1024");
	same_number(zone->watermark[WMARK_LOW], 1286, "E1: low is 1286");
	same_number(zone->watermark[WMARK_HIGH], 1548, "E1: high is 1548");
	same_number(zone->watermark[WMARK_PROMO], 1810, "E1: promo is 1810");
	ok(mz->managed == 262144 && mz->min == 1024 && mz->low == 1286 && mz->high == 1548 && mz->promo == 1810,
	   "E1: and the same in the model");
	same_number(totalreserve_pages(), 1548, "Z7: of one zone without a zone above totalreserve is its high mark");
	same_number(model->totalreserve, 1548, "Z7: and the same in the model");
	same_number(pcp.batch, 63, "E2: the batch is 63");
	same_number(pcp.high_min, 321, "E2: high_min is 321");
	same_number(pcp.high_max, 8192, "E2: high_max is 8192");
	ok(mz->batch == 63 && mz->high_min == 321 && mz->high_max == 8192, "E2: and the same in the model");
	same_number(zone->stat[0]->stat_threshold, 30, "E3: the threshold of counters is 30");
	same_number(calculate_pressure_threshold(zone), 65, "E3: under pressure it is 65");
	same_number(zone->percpu_drift_mark, 0, "E3: four times 30 is less than low - min: no drift mark");
	ok(mz->threshold == 30 && !mz->drift_mark, "E3: and the same in the model");
	model_destroy(model);
	machine_destroy(m);
}

/* A zone of so many pages that no machine here has them: its numbers follow from managed pages alone. */
static void test_marks_of_giants(void)
{
	static const struct {
		u64 managed, min;
		const char *claim;
	} sizes[] = {
		{ 1ULL << 22, 4096, "E1: 16 GiB have min_free_kbytes 16384" },
		{ (1ULL << 30) - 1, 65535, "E1: a page less than 4 TiB has 262143" },
		{ 1ULL << 30, 65536, "E1: 4 TiB have 262144" },
		{ 1ULL << 34, 65536, "E1: 64 TiB have no more" },
	};
	struct machine *m = boot_one_zone(8192, SIM_DERIVED);
	struct model *model = model_one_zone(8192, 262144);

	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		normal()->managed_pages = sizes[i].managed;
		setup_per_zone_wmarks(current_mm());
		model->zone[ZONE_NORMAL].managed = sizes[i].managed;
		set_marks(model);
		same_number(normal()->watermark[WMARK_MIN], sizes[i].min, sizes[i].claim);
		same_number(model->zone[ZONE_NORMAL].min, sizes[i].min, "  and in the model");
		same_number(normal()->watermark[WMARK_LOW], sizes[i].min + sizes[i].managed / 1000,
			    "W2: low is a thousandth more");
		same_number(model->zone[ZONE_NORMAL].low, sizes[i].min + sizes[i].managed / 1000, "  and in the model");
	}
	model_destroy(model);
	machine_destroy(m);
}

/* --- P2, P3, W12 --------------------------------------------------------------------------------------------------- */

/* Four CPUs. A batch is managed >> 10, at most 256, a quarter of it, half more, down to a power of two, less one. */
static const struct {
	u32 managed;
	u16 low, batch, high_min, high_max, threshold, drift_mark;
	const char *claim;
} list_sizes[] = {
	{ 1024, 80, 1, 20, 32, 6, 120, "4 MiB" },      /* min 64, gap 16: 4 * 6 is more; 96 + 24 */
	{ 16384, 320, 3, 80, 512, 6, 0, "64 MiB" },    /* 16: 4, 6, 4, 3; min 256 */
	{ 65536, 640, 15, 160, 2048, 18, 0, "256 MiB" }, /* 64: 16, 24, 16, 15; min 512; 2 * 3 * (1 + 2) */
	{ 131072, 905, 31, 226, 4096, 24, 0, "512 MiB" }, /* 128: 32, 48, 32, 31; min 2896 / 4; 2 * 3 * (1 + 3) */
	{ 524288, 1972, 63, 493, 16384, 36, 0, "2 GiB" }, /* no more than 256; min 5792 / 4, gap 524; 2 * 3 * (1 + 5) */
};

static void test_list_sizes(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(list_sizes); i++) {
		struct machine *m = boot_one_zone(list_sizes[i].managed, SIM_DERIVED);
		struct model *model = model_one_zone(list_sizes[i].managed, 262144);
		const struct model_zone *mz = &model->zone[ZONE_NORMAL];
		struct zone_figures z = zone_figures(0, ZONE_NORMAL);
		struct pcp_figures p = pcp_figures(0, ZONE_NORMAL, 0);

		if (!ok(z.low == list_sizes[i].low && p.batch == list_sizes[i].batch &&
				p.high_min == list_sizes[i].high_min && p.high_max == list_sizes[i].high_max &&
				z.stat_threshold == list_sizes[i].threshold && z.drift_mark == list_sizes[i].drift_mark,
			"P2, P3, W12: %s: sizes of lists and counters", list_sizes[i].claim))
			printf("# low %u batch %u high %u..%u threshold %u drift %u\n", (unsigned)z.low, p.batch,
			       p.high_min, p.high_max, z.stat_threshold, (unsigned)z.drift_mark);
		ok(mz->low == list_sizes[i].low && mz->batch == list_sizes[i].batch &&
			   mz->high_min == list_sizes[i].high_min && mz->high_max == list_sizes[i].high_max &&
			   mz->threshold == list_sizes[i].threshold && mz->drift_mark == list_sizes[i].drift_mark,
		   "  and in the model");
		model_destroy(model);
		machine_destroy(m);
	}
}

/* P3: a set fraction takes the place of both ends. */
static void test_fraction(void)
{
	struct machine_config c;
	struct machine *m;
	const struct model_zone *mz;

	one_zone(&c, 262144, SIM_DERIVED);
	m = boot_judged(&c);
	mz = &judge->zone[ZONE_NORMAL];
	judged_sysctl(SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 100); /* 2621 / 4 */
	same_number(pcp_figures(0, ZONE_NORMAL, 0).high_min, 655, "P3: with a fraction of 100 a list holds 655");
	ok(pcp_figures(0, ZONE_NORMAL, 0).high_max == 655 && mz->high_min == 655 && mz->high_max == 655,
	   "  at most, too, and in the model");
	judged_sysctl(SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 1 << 20);
	same_number(pcp_figures(0, ZONE_NORMAL, 0).high_max, 252, "P3: never less than four batches");
	same_number(mz->high_max, 252, "  and in the model");
	judged_sysctl(SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 0);
	ok(pcp_figures(0, ZONE_NORMAL, 0).high_min == 321 && pcp_figures(0, ZONE_NORMAL, 0).high_max == 8192,
	   "P3: and 0 brings the old ones back");
	end_judged(m, "  all of it as the model says");
}

/* P4, P5: one zone of 1 GiB with four CPUs: batch 63, 321..8192. The first refills in a row, by hand. */
static void test_refills(void)
{
	static const struct {
		u16 requests, count, high;
		u8 factor;
		const char *claim;
	} steps[] = {
		/* room is high - count - batch; the refill is the scaled batch, while there is room */
		{ 1, 62, 384, 1, "the first refill takes a batch" },		/* 63; high 321 + 63; room 321 */
		{ 62, 0, 384, 1, "it serves 63" },
		{ 1, 125, 510, 2, "the second takes two batches" },		/* 126; high 384 + 126; room 447 */
		{ 125, 0, 510, 2, "it serves 126" },
		{ 1, 251, 762, 3, "the third takes four" },			/* 252; high 762 */
		{ 252, 503, 1266, 4, "the fourth takes eight" },		/* 504; high 1266 */
		{ 504, 1007, 2274, 5, "the fifth takes 16" },			/* 1008; high 2274 */
		{ 1008, 2015, 4290, 5, "the sixth takes 32, and then no more" },/* 2016; high 4290 */
		{ 2016, 2015, 6306, 5, "the seventh takes 32 again" },
	};
	static struct page *page[4096];
	struct machine_config c;
	struct machine *m;
	unsigned n = 0;

	one_zone(&c, 262144, SIM_DERIVED);
	m = boot_judged(&c);
	for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
		struct pcp_figures p;

		for (unsigned k = 0; k < steps[i].requests; k++)
			page[n++] = judged_alloc(GFP_KERNEL, 0);
		p = pcp_figures(0, ZONE_NORMAL, 0);
		if (!ok(p.count == steps[i].count && p.high == steps[i].high && p.alloc_factor == steps[i].factor,
			"P4: %s", steps[i].claim))
			printf("# count %u high %u factor %u\n", p.count, p.high, p.alloc_factor);
	}
	judged_free(page[--n], 0);
	same_number(pcp_figures(0, ZONE_NORMAL, 0).alloc_factor, 2, "P5: a free halves the factor");
	same_number(pcp_figures(0, ZONE_NORMAL, 0).free_count, 1, "  and counts");
	page[n++] = judged_alloc(GFP_KERNEL, 0);
	same_number(pcp_figures(0, ZONE_NORMAL, 0).free_count, 0, "P4: a request halves the count");
	while (n)
		judged_free(page[--n], 0);
	end_judged(m, "  all of it as the model says");
}

static void test_saturation(void)
{
	struct model *big = model_one_zone(1 << 22, 262144), *cut = model_one_zone(262144, 2048);
	struct machine_config c;
	struct machine *m;

	same_number(big->zone[ZONE_NORMAL].min, 4096, "W1: 16 GiB have min_free_kbytes 16384");
	same_number(cut->zone[ZONE_NORMAL].min, 512, "W1: the model's min_free_kbytes ends at its ceiling");
	model_destroy(big);
	model_destroy(cut);
	one_zone(&c, 2048, SIM_DERIVED); /* 8 MiB: sqrt(8192 * 16) = 362 */
	c.param[PARAM_MIN_FREE_KBYTES_HIGHEST] = 200;
	m = boot(&c);
	same_number(normal()->watermark[WMARK_MIN], 50, "W1: so does mm's");
	machine_destroy(m);
	c.param[PARAM_MIN_FREE_KBYTES_HIGHEST] = 262144;
	m = boot(&c);
	same_number(normal()->watermark[WMARK_MIN], 90, "W1: 8 MiB have min_free_kbytes 362");
	machine_destroy(m);
	c.param[PARAM_MIN_FREE_KBYTES_LOWEST] = 1000;
	m = boot(&c);
	same_number(normal()->watermark[WMARK_MIN], 250, "W1: it does not fall below its floor");
	machine_destroy(m);
}

/* W2: above lowmem the mark is a thousandth, in bounds. */
static u64 highmem_min(u32 pages)
{
	struct machine_config c;
	struct machine *m;
	u64 min;

	one_zone(&c, 2048 + pages, SIM_DERIVED);
	c.param[PARAM_LOWMEM_PAGES] = 2048;
	m = boot(&c);
	min = current_mm()->zone[ZONE_HIGHMEM]->watermark[WMARK_MIN];
	machine_destroy(m);
	return min;
}

static void test_highmem(void)
{
	struct model_setup s;
	struct model *m;

	same_number(highmem_min(65536), 64, "W2: 65536 pages of HighMem have min 64");
	same_number(highmem_min(1024), 32, "W2: few have 32");
	same_number(highmem_min(262144), 128, "W2: many have 128");
	model_setup_profile(&s, 2);
	s.knob[KNOB_FRAMES] = 2048 + 65536 + 1;
	s.knob[KNOB_DMA_PAGES] = s.knob[KNOB_DMA32_PAGES] = 0;
	s.knob[KNOB_LOWMEM_PAGES] = 2048;
	s.region[0] = (struct model_region){ 0, 2048 + 65536 + 1, 0, 0 };
	s.nr_regions = 1;
	m = model_create(&s);
	same_number(m->zone[ZONE_HIGHMEM].min, 64, "W2: the model's min of 65536 pages is 64");
	model_destroy(m);
}

/* Pages managed and min of each zone of the profile small, from its map on paper; the rest of the zones do not exist. */
static const struct {
	u8 nid, zone;
	u16 managed, min;
} small_zones[] = {
	{ 0, ZONE_DMA, 43, 3 },       /* 1..63 without 16..35 */
	{ 0, ZONE_DMA32, 96, 8 },     /* 64..159 */
	{ 0, ZONE_NORMAL, 32, 2 },    /* 160..191 */
	{ 0, ZONE_MOVABLE, 47, 2 },   /* 192..239 without the node's own page */
	{ 1, ZONE_NORMAL, 208, 18 },  /* 256..463 */
	{ 1, ZONE_MOVABLE, 47, 2 },   /* 464..511 */
	{ 2, ZONE_NORMAL, 125, 10 },  /* 512..639 without 600..602 */
	{ 2, ZONE_HIGHMEM, 60, 2 },   /* 640..699 */
	{ 2, ZONE_MOVABLE, 47, 2 },   /* 720..767 */
	{ 3, ZONE_HIGHMEM, 208, 2 },  /* 768..975 */
	{ 3, ZONE_MOVABLE, 47, 2 },   /* 976..1023 */
};

static void test_small_zones(void)
{
	struct machine *m = boot_profile(PROFILE_SMALL);
	unsigned nr = 0, right = 0;

	for (unsigned z = 0; z < MAX_ZONES; z++)
		nr += current_mm()->zone[z] != NULL;
	for (unsigned i = 0; i < ARRAY_SIZE(small_zones); i++) {
		const struct zone *z = current_mm()->zone[small_zones[i].nid * MAX_NR_ZONES + small_zones[i].zone];

		right += z && z->managed_pages == small_zones[i].managed && z->watermark[WMARK_MIN] == small_zones[i].min;
	}
	same_number(right, 11, "W2: managed pages and min of every zone of the small machine");
	same_number(nr, 11, "  and there are no other zones");
	machine_destroy(m);
}

/* --- E4, E5: W4, W5, W8, W9 ---------------------------------------------------------------------------------------- */

static struct page *taken[4096];

/* Every page of the one zone, singly, in spite of all marks: page i of the array is frame i. */
static void take_all(u64 nr)
{
	for (u64 i = 0; i < nr; i++) {
		struct page *page = judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 0);

		taken[page_to_pfn(page)] = page;
	}
	judged_refresh();
}

static void give(u64 pfn)
{
	judged_free(taken[pfn], 0);
}

static bool can_with(gfp_t gfp, unsigned order, u32 task_flags)
{
	struct page *page;

	judged_refresh();
	this_cpu->task_flags = task_flags;
	page = judged_alloc(gfp | __GFP_NOWARN, order);
	this_cpu->task_flags = 0;
	if (page)
		judged_free(page, order);
	return page != NULL;
}

static bool can(unsigned order)
{
	return can_with(GFP_KERNEL, order, 0);
}

/* Who passes order 0 with a mark of 1024 from how many free pages on: halves and quarters of it, and one. */
static const struct {
	gfp_t gfp;
	u32 task_flags;
	u32 flags; /* of the test that decides */
	u32 free;
	const char *claim;
} first_passes[] = {
	{ GFP_KERNEL | __GFP_MEMALLOC, 0, ALLOC_NO_WATERMARKS, 1, "MEMALLOC passes always" },
	{ GFP_KERNEL, PF_MEMALLOC, ALLOC_NO_WATERMARKS, 1, "so does a task that reclaims" },
	{ GFP_ATOMIC, 0, ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK, 385, "GFP_ATOMIC passes at 385" },
	{ GFP_KERNEL | __GFP_HIGH, 0, ALLOC_MIN_RESERVE, 513, "HIGH that may block passes at 513" },
	{ GFP_KERNEL, PF_REALTIME, ALLOC_MIN_RESERVE, 513, "so does a realtime task" },
	{ GFP_KERNEL, PF_OOM_VICTIM, ALLOC_OOM, 513, "an OOM victim passes at 513" },
	{ GFP_KERNEL, 0, ALLOC_WMARK_MIN, 1025, "GFP_KERNEL passes at 1025" },
	{ GFP_NOWAIT, 0, ALLOC_NON_BLOCK, 1025, "so does one that just cannot wait" },
	{ GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOMEMALLOC, 0, ALLOC_WMARK_MIN, 1025, "so does one that must not" },
};

static bool test_says(u32 flags, unsigned order, s64 free)
{
	bool is = __zone_watermark_ok(current_mm(), normal(), order, 1024, ZONE_NORMAL, flags, free);

	if (is != mark_holds(judge, ZONE_NORMAL, order, 1024, ZONE_NORMAL, flags, free))
		complain("W4: mm and the model differ");
	return is;
}

static void test_who_passes(void)
{
	struct machine *m = boot_judged_buddy(4096, 4096);
	u64 free = 0;

	take_all(4096);
	same_number(normal()->watermark[WMARK_MIN], 1024, "E4: min is 1024");
	same_number(free_pages_of_normal(), 0, "  all is in use");
	for (unsigned i = 0; i < ARRAY_SIZE(first_passes); i++) {
		u64 due = first_passes[i].free;
		bool early;

		for (; free + 1 < due; free++)
			give(2 * free);
		early = free + 1 == due && can_with(first_passes[i].gfp, 0, first_passes[i].task_flags);
		for (; free < due; free++)
			give(2 * free);
		ok(!early && can_with(first_passes[i].gfp, 0, first_passes[i].task_flags), "E4: %s",
		   first_passes[i].claim);
		if (first_passes[i].flags == ALLOC_NO_WATERMARKS)
			continue;
		ok(!test_says(first_passes[i].flags, 0, (s64)due - 1) && test_says(first_passes[i].flags, 0, (s64)due),
		   "  and so does its test");
	}
	end_judged(m, "  as the model says");
}

static void test_order_3(void)
{
	struct machine *m = boot_judged_buddy(4096, 4096);

	take_all(4096);
	for (u64 i = 0; i < 1032; i++)
		give(2 * i);
	ok(!can(3) && free_pages_of_normal() == 1032, "E5: order 3 fails at 1032 free pages without a block of order 3");
	end_judged(m, "  as the model says");
	m = boot_judged_buddy(4096, 4096);
	take_all(4096);
	for (u64 i = 0; i < 1031; i++)
		give(i);
	ok(!can(3) && normal()->free_area[10].nr_free == 1, "E5: order 3 fails at 1031 free pages, whatever their shape");
	ok(!test_says(0, 3, 1031), "  and so does its test");
	give(1031);
	ok(can(3) && free_pages_of_normal() == 1032, "E5: and passes at 1032 with a block of order 3 or more");
	ok(test_says(0, 3, 1032), "  and so does its test");
	end_judged(m, "  as the model says");
}

/* W5: who may use the reserve does not feel a boost, as long as it asks for single pages. */
static void test_boost_and_reserve(void)
{
	struct machine *m = boot_judged_buddy(4096, 4096);

	take_all(4096);
	for (u64 i = 0; i < 513; i++)
		give(i);
	normal()->watermark_boost = judge->zone[ZONE_NORMAL].boost = 1000;
	ok(can_with(GFP_KERNEL | __GFP_HIGH, 0, 0), "W5: HIGH passes at 513 in spite of a boost of 1000");
	ok(!can_with(GFP_KERNEL | __GFP_HIGH, 1, 0), "  but not for order 1");
	for (u64 i = 513; i < 1025; i++)
		give(i);
	ok(!can(0), "  and GFP_KERNEL, which passes at 1025 without, does not");
	normal()->watermark_boost = judge->zone[ZONE_NORMAL].boost = 0;
	ok(can(0), "  before the boost has ended");
	end_judged(m, "  as the model says");
}

/* L6: the try before somebody is killed asks for the high mark; a request that may not fail gets all there is. */
static void test_nofail(void)
{
	struct machine *m = boot_judged_buddy(4096, 4096);

	take_all(4096);
	give(7);
	ok(!can_with(GFP_ATOMIC | __GFP_NOFAIL, 0, 0), "L8: NOFAIL that may not sleep fails");
	ok(!can_with(GFP_KERNEL | __GFP_NOFAIL | __GFP_THISNODE, 0, 0), "L6: NOFAIL on this node alone fails");
	ok(can_with(GFP_KERNEL | __GFP_NOFAIL, 0, 0), "L6: NOFAIL gets the last page");
	end_judged(m, "  as the model says");
}

/* --- E6: Z6 -------------------------------------------------------------------------------------------------------- */

#define ROW(dma, dma32, normal_, highmem, movable) { dma, dma32, normal_, highmem, movable, movable }

static void test_lowmem_reserve(void)
{
	static const u64 managed[] = { 3840, 500000, 1500000 };
	static const u64 row[3][MAX_NR_ZONES] = { ROW(0, 1953, 7812, 7812, 7812), ROW(0, 0, 5859, 5859, 5859),
						  ROW(0, 0, 0, 0, 0) };
	static const char *const claim[] = { "E6: the row of DMA", "E6: the row of DMA32", "E6: the row of Normal" };
	struct machine_config c = { 0 };
	struct machine *m;
	struct model *model;

	machine_config_profile(&c, PROFILE_REAL);
	c.param[PARAM_FRAMES] = 16384;
	c.param[PARAM_DMA32_PAGES] = 8192;
	m = boot(&c);
	model = model_of(&c);
	for (unsigned z = 0; z < 3; z++)
		current_mm()->zone[z]->managed_pages = model->zone[z].managed = managed[z];
	setup_per_zone_lowmem_reserve(current_mm());
	set_lowmem_reserves(model);
	for (unsigned z = 0; z < 3; z++) {
		ok(!memcmp(current_mm()->zone[z]->lowmem_reserve, row[z], sizeof(row[z])), "%s", claim[z]);
		ok(!memcmp(model->zone[z].reserve, row[z], sizeof(row[z])), "  and in the model");
	}
	model_destroy(model);
	machine_destroy(m);
}

/* --- E7, E8: B1, B4, B8 ------------------------------------------------------------------------------------------ */

static u64 ascending(u64 i)
{
	return i;
}
static u64 descending(u64 i)
{
	return 1023 - i;
}
static u64 even_then_odd(u64 i)
{
	return i < 512 ? 2 * i : 2 * (i - 512) + 1;
}
static u64 in_steps(u64 i)
{
	return i * 389 % 1024;
}
static u64 bit_reversed(u64 i)
{
	u64 r = 0;

	for (int b = 0; b < 10; b++)
		r |= (i >> b & 1) << (9 - b);
	return r;
}

static u16 shuffled[1024];

static u64 by_lot(u64 i)
{
	return shuffled[i];
}

static void shuffle(u64 seed)
{
	for (u16 i = 0; i < 1024; i++)
		shuffled[i] = i;
	this_cpu->machine->chance = seed;
	for (u64 i = 1023; i; i--) {
		u64 j = sim_chance() % (i + 1);
		u16 at_i = shuffled[i];

		shuffled[i] = shuffled[j];
		shuffled[j] = at_i;
	}
}

/* Blocks of this order on the lists of any type, by mm and by the model; ~0 when they differ. */
static u64 nr_blocks(unsigned order)
{
	u64 n = 0;

	for (unsigned type = 0; type < MIGRATE_TYPES; type++)
		n += model_nr_free(judge, ZONE_NORMAL, order, type);
	return n == normal()->free_area[order].nr_free ? n : ~0ULL;
}

static void free_in_order(u64 (*order)(u64 i), const char *claim)
{
	for (u64 i = 0; i < 1024; i++)
		give(order(i));
	if (!same_text(shape(), "10@0", claim) || page_alloc_check() || nr_blocks(10) != 1)
		ok(false, "  and the lists are valid, and the model's");
	take_all(1024);
}

static void test_merging(void)
{
	struct machine *m = boot_judged_buddy(1024, 0);
	char claim[80];

	same_text(shape(), "10@0", "E7: the hand-over gives one block of order 10");
	take_all(1024);
	same_text(shape(), "", "  all of it can be taken");
	free_in_order(ascending, "E7: freed from the lowest up");
	free_in_order(descending, "E7: from the highest down");
	free_in_order(even_then_odd, "E7: even frames, then odd ones");
	free_in_order(in_steps, "E7: in steps of 389");
	free_in_order(bit_reversed, "E7: in bit-reversed order");
	for (u64 seed = 1; seed <= 5; seed++) {
		shuffle(seed);
		snprintf(claim, sizeof(claim), "E7: in the random order %u", (unsigned)seed);
		free_in_order(by_lot, claim);
	}
	give(1);
	give(0);
	same_text(shape(), "1@0", "E7: frame 1 then 0 give a block of order 1 at 0");
	same_number(nr_blocks(1), 1, "  and in the model");
	give(3);
	same_text(shape(), "0@3 1@0", "  frame 3 stays alone");
	give(4);
	same_text(shape(), "0@3 0@4 1@0", "  3 and 4 are neighbours and no buddies");
	give(2);
	same_text(shape(), "0@4 2@0", "B1: 2 merges with 3, then with 0..1");
	end_judged(m, "  as the model says");
}

/* Movable pages on a machine with room for types. */
static void test_merging_movable(void)
{
	struct machine *m = boot_judged_buddy(4096, 0);

	for (u64 i = 0; i < 4096; i++) {
		struct page *page = judged_alloc(GFP_HIGHUSER_MOVABLE, 0);

		taken[page_to_pfn(page)] = page;
	}
	for (u64 i = 0; i < 1024; i++)
		give(i * 389 % 1024);
	same_text(shape(), "10@0", "E7: movable pages merge to a block of order 10");
	same_number(model_nr_free(judge, ZONE_NORMAL, 10, MIGRATE_MOVABLE), 1,
		    "  on the movable list, in the model too");
	same_number(pageblock_migratetype_at(0), MIGRATE_MOVABLE, "  and in mm");
	for (u64 i = 512; i < 1024; i++)
		give(2 * i);
	same_number(nr_blocks(0), 512, "E7: of other 1024 frames the even ones alone make 512 blocks of order 0");
	same_text(shape() + strlen(shape()) - 4, "10@0", "  beside it");
	end_judged(m, "  as the model says");
}

static void test_no_merging(void)
{
	struct machine *m = boot_judged_buddy(1024, 0);

	take_all(1024);
	for (u64 i = 0; i < 512; i++)
		give(2 * i);
	same_number(nr_blocks(0), 512, "E7: even frames alone make 512 blocks of order 0");
	same_number(free_pages_of_normal(), 512, "  of one page each");
	end_judged(m, "  as the model says");
}

static void test_splitting(void)
{
	struct machine *m = boot_judged_buddy(1024, 0);
	char text[400];

	same_number(page_to_pfn(judged_alloc(GFP_KERNEL, 0)), 0, "E8: order 0 from one block of order 10 is frame 0");
	same_text(shape(), "0@1 1@2 2@4 3@8 4@16 5@32 6@64 7@128 8@256 9@512", "E8: one block of each order 0..9 is left");
	for (unsigned order = 0; order < 10; order++)
		complain(nr_blocks(order) == 1 ? NULL : "E8: another number of blocks in the model");
	buddyinfo_show(text, sizeof(text));
	same_text(text,
		  "Node 0, zone   Normal      1      1      1      1      1      1      1      1      1      1      0 \n",
		  "F1, E27: the line of buddyinfo");
	same_number(page_to_pfn(judged_alloc(GFP_KERNEL, 2)), 4, "B8: order 2 is the block that fits");
	same_number(page_to_pfn(judged_alloc(GFP_KERNEL, 2)), 8, "B8: the next one is the lower half of order 3");
	same_text(shape(), "0@1 1@2 2@12 4@16 5@32 6@64 7@128 8@256 9@512", "B8: the upper half goes back");
	end_judged(m, "  as the model says");
}

static void test_list_order(void)
{
	struct machine *m = boot_judged_buddy(1024, 0);

	take_all(1024);
	give(200);
	give(100);
	same_number(page_to_pfn(judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 0)), 100, "B7: freed last, taken first");
	give(2);
	give(3);
	give(0); /* with 1 it would merge with 2..3 */
	same_number(page_to_pfn(judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 0)), 200,
		    "B7: but not a page that will soon merge further");
	same_number(page_to_pfn(judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 0)), 0, "  it is taken last");
	give(300);
	give(301);
	for (u64 i = 604; i < 608; i++)
		give(i);
	give(601);
	give(600); /* while 602..603 are in use: with them it would merge with 604..607 */
	same_number(page_to_pfn(judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 1)), 300, "B7: nor a block of order 1 that will");
	same_number(page_to_pfn(judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 1)), 2, "  nor is it next");
	same_number(page_to_pfn(judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 1)), 600, "  it is taken last");
	end_judged(m, "  as the model says");
}

/* The largest but one has no block to merge into further on, whatever lies free beside it. */
static void test_list_order_at_the_top(void)
{
	struct machine *m = boot_judged_buddy(6144, 0);
	struct page *half[6][2];

	for (unsigned i = 0; i < 6; i++)
		for (unsigned j = 0; j < 2; j++)
			half[i][j] = judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 9);
	judged_free(half[3][0], 9);
	judged_free(half[1][0], 9);
	judged_free(half[1][1], 9);
	judged_free(half[0][0], 9); /* beside half[1], which is free as a whole */
	same_number(page_to_pfn(judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 9)), page_to_pfn(half[0][0]),
		    "B7: freed last, taken first, of the largest order but one");
	end_judged(m, "  as the model says");
}

/* --- E9: B16; B10, B12, B13 ---------------------------------------------------------------------------------------- */

/* A GiB in use but for half of each of the first six pageblocks. All of it is movable. */
static void take_a_gib(void)
{
	static struct page *half[12];

	for (unsigned i = 0; i < 12; i++)
		half[i] = judged_alloc(GFP_HIGHUSER_MOVABLE | __GFP_MEMALLOC, 8);
	while (model_free_pages(&judge->zone[ZONE_NORMAL]) >= 1024)
		judged_alloc(GFP_HIGHUSER_MOVABLE | __GFP_MEMALLOC, 10);
	while (model_free_pages(&judge->zone[ZONE_NORMAL]))
		judged_alloc(GFP_HIGHUSER_MOVABLE | __GFP_MEMALLOC, 0);
	for (unsigned i = 0; i < 12; i += 2)
		judged_free(half[i], 8);
}

static void test_boosts(void)
{
	static const u16 boost[] = { 512, 1024, 1536, 2048, 2322, 2322 };
	struct machine *m = boot_judged_buddy(262144, SIM_DERIVED);

	take_a_gib();
	same_number(free_pages_of_normal(), 6 * 256, "E9: half of six pageblocks is free");
	for (unsigned i = 0; i < ARRAY_SIZE(boost); i++) {
		char claim[80];

		judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 8);
		snprintf(claim, sizeof(claim), "E9: after %u claims the boost is %u", i + 1, boost[i]);
		same_number(normal()->watermark_boost, boost[i], claim);
		same_number(judge->zone[ZONE_NORMAL].boost, boost[i], "  and in the model");
	}
	ok(kswapd_is_wanted(0) && judge->kswapd_wanted[0], "B16: kswapd is wanted");
	model_begin_other(judge, 0);
	ok(kswapd_run(0) && !normal()->watermark_boost, "B16: and ends the boost when it has run");
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		if (current_mm()->zone[z])
			ok(!zone_has_flag(current_mm()->zone[z], ZONE_RECLAIM_ACTIVE), "  nor is it at work any more in zone %u", z);
	hear();
	complain(model_kswapd(judge, 0, 0, true));
	complain(model_end(judge, 0));
	end_judged(m, "  as the model says");
}

/* The high mark is 1548: a share of 9,999 in 10,000 is 1547 pages, the rest of a page is lost. */
static void test_share_of_boost(void)
{
	struct machine *m = boot_judged_buddy(262144, SIM_DERIVED);

	take_a_gib();
	judged_sysctl(SYSCTL_WATERMARK_BOOST_FACTOR, 9999);
	for (unsigned i = 0; i < 4; i++)
		judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 8);
	same_number(normal()->watermark_boost, 1547, "B16: the boost is cut at its share of the high mark");
	end_judged(m, "  as the model says");
}

static void test_no_boost(void)
{
	struct machine *m = boot_judged_buddy(4096, 0);
	struct page *half[2] = { judged_alloc(GFP_HIGHUSER_MOVABLE, 8), judged_alloc(GFP_HIGHUSER_MOVABLE, 8) };
	u64 pfn = page_to_pfn(half[0]);

	while (model_free_pages(&judge->zone[ZONE_NORMAL]))
		judged_alloc(GFP_HIGHUSER_MOVABLE | __GFP_MEMALLOC, 9);
	judged_sysctl(SYSCTL_WATERMARK_BOOST_FACTOR, 0);
	judged_free(half[0], 8);
	judged_alloc(GFP_KERNEL | __GFP_MEMALLOC, 0);
	same_number(pageblock_migratetype_at(pfn), MIGRATE_UNMOVABLE,
		    "B12: what cannot move claims a pageblock of movable pages");
	same_number(normal()->watermark_boost, 0, "B16: a factor of 0 means no boost");
	judged_free(half[1], 8);
	same_number(model_nr_free(judge, ZONE_NORMAL, 8, MIGRATE_UNMOVABLE), 1,
		    "B15: what is freed there is unmovable now");
	judged_sysctl(SYSCTL_WATERMARK_BOOST_FACTOR, 15000);
	judged_alloc(GFP_HIGHUSER_MOVABLE | __GFP_MEMALLOC, 8); /* 511 of 512 are free */
	same_number(pageblock_migratetype_at(pfn), MIGRATE_MOVABLE,
		    "B12: half of it free, a movable request claims it back");
	same_number(normal()->watermark_boost, 512,
		    "B16: a high mark of 8 allows a boost of one pageblock all the same");
	same_number(judge->zone[ZONE_NORMAL].boost, 512, "  and in the model");
	end_judged(m, "  as the model says");
}

/* --- E10: B17, B18 ------------------------------------------------------------------------------------------------- */

/* How many pages are reserved after twenty requests that may use the reserve, half a pageblock each. */
static u64 reserved_after_twenty(u32 managed)
{
	struct machine *m = boot_judged_buddy(managed, SIM_DERIVED);
	u64 reserved;

	judged_sysctl(SYSCTL_MIN_FREE_KBYTES, managed * 5); /* above all there is; three eighths of it are not */
	for (unsigned i = 0; i < 20; i++)
		complain(judged_alloc(GFP_ATOMIC, 8) ? NULL : "E10: refused");
	reserved = normal()->nr_reserved_highatomic;
	if (reserved != judge->zone[ZONE_NORMAL].blocks_of[MIGRATE_HIGHATOMIC] * 512)
		complain("E10: not the model's");
	end_judged(m, "  as the model says");
	return reserved;
}

static void test_highatomic(void)
{
	same_number(reserved_after_twenty(262144), 3072, "E10: of 1 GiB six pageblocks are reserved at most");
	same_number(reserved_after_twenty(51199), 0, "E10: of 51199 pages none, 511 are no pageblock");
	same_number(reserved_after_twenty(51200), 512, "E10: of 51200 pages one");
	same_number(reserved_after_twenty(51300), 1024, "E10: of 51300 pages two, 513 is rounded up");
}

/* --- F1, F11 ----------------------------------------------------------------------------------------------------- */

static void test_buddyinfo(void)
{
	struct machine *m = boot_profile(PROFILE_SMALL);
	char text[4096], *line = text;
	unsigned lines = 0, of_width = 0;

	buddyinfo_show(text, sizeof(text));
	for (; *line; line = strchr(line, '\n') + 1, lines++) /* "Node 0, zone " and 8 and a blank, then 7 of 7 */
		of_width += strcspn(line, "\n") == 13 + 8 + 1 + 7 * 7;
	ok(lines == 11 && of_width == 11, "F1: every zone with memory has a line, of one width");
	*strchr(text, '\n') = 0;
	same_text(text, "Node 0, zone      DMA      1      1      2      2      1      0      0 ",
		  "F1: the first line of the small machine");
	machine_destroy(m);
}

/* W7 */
static void test_alloc_flags(void)
{
	static const struct {
		unsigned flag, value;
	} flags[] = {
		{ ALLOC_WMARK_MIN, 0 },		{ ALLOC_WMARK_LOW, 1 },	    { ALLOC_WMARK_HIGH, 2 },
		{ ALLOC_NO_WATERMARKS, 0x4 },	{ ALLOC_OOM, 0x8 },	    { ALLOC_NON_BLOCK, 0x10 },
		{ ALLOC_MIN_RESERVE, 0x20 },	{ ALLOC_CPUSET, 0x40 },	    { ALLOC_CMA, 0x80 },
		{ ALLOC_NOFRAGMENT, 0x100 },	{ ALLOC_HIGHATOMIC, 0x200 }, { ALLOC_KSWAPD, 0x800 },
		{ ALLOC_RESERVES, 0x238 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(flags); i++)
		same_number(flags[i].flag, flags[i].value, "W7: the value of an internal flag");
}

static void test_gfp_names(void)
{
	static const struct {
		gfp_t gfp;
		const char *name;
	} names[] = {
		{ 0xcc0, "GFP_KERNEL" },
		{ 0x820, "GFP_ATOMIC" },
		{ 0x100cca, "GFP_HIGHUSER_MOVABLE" },
		{ 0xdc0, "GFP_KERNEL|__GFP_ZERO" },
		{ 0x0, "none" },
		{ 0x400cc0, "GFP_KERNEL_ACCOUNT" },
		{ 0x2800, "GFP_NOWAIT" },
		{ 0xc00, "GFP_NOIO" },
		{ 0xc40, "GFP_NOFS" },
		{ 0x100cc0, "GFP_USER" },
		{ 0x100cc2, "GFP_HIGHUSER" },
		{ 0x1424ca, "__GFP_HIGHMEM|__GFP_IO|__GFP_FS|__GFP_NOWARN|__GFP_COMP|__GFP_HARDWALL|__GFP_MOVABLE|"
			    "__GFP_DIRECT_RECLAIM" },
		{ 0x1c20ca, "GFP_TRANSHUGE_LIGHT" },
		{ 0x1c24ca, "GFP_TRANSHUGE" },
		{ 0x1, "GFP_DMA" },
		{ 0x4, "GFP_DMA32" },
		{ 0x1000cc0, "GFP_KERNEL|0x1000000" },
		{ 0x200, "0x200" },
	};
	char text[300];

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		gfp_flags_show(names[i].gfp, text, sizeof(text));
		same_text(text, names[i].name, "E26: a mask by its names");
	}
	same_number(gfp_flags_show(0xcc0, text, 5), 4, "a name is cut where the room ends");
	same_text(text, "GFP_", "  and ends");
}

/* --- Z1, Z4 ------------------------------------------------------------------------------------------------------ */

/* A zone of the small machine: node, zone. */
#define Z(nid, zone) ((nid)*6 + (zone))

static void check_zonelist(unsigned nid, bool this_node, const u8 *want, unsigned nr, const char *claim)
{
	u8 list[MAX_ZONES];
	unsigned n = zonelist_dump(nid, this_node, list, MAX_ZONES);

	ok(n == nr && !memcmp(list, want, nr), "Z4: node %u: %s", nid, claim);
}

#define NODE0 Z(0, 4), Z(0, 2), Z(0, 1), Z(0, 0)
#define NODE1 Z(1, 4), Z(1, 2)
#define NODE2 Z(2, 4), Z(2, 3), Z(2, 2)
#define NODE3 Z(3, 4), Z(3, 3)

static void test_zonelists(void)
{
	static const u8 all_with_cpus[4][11] = {
		{ NODE0, NODE1, NODE2, NODE3 }, /* 84 84 84 */
		{ NODE1, NODE2, NODE3, NODE0 }, /* 84 84 88 */
		{ NODE2, NODE3, NODE0, NODE1 }, /* 84 88 89: node 1 is used by node 0 first */
		{ NODE3, NODE0, NODE1, NODE2 }, /* 88 89 89 */
	};
	static const u8 node_0_with_cpus[4][11] = {
		{ NODE0, NODE1, NODE2, NODE3 }, /* 80 80 80 */
		{ NODE1, NODE2, NODE3, NODE0 }, /* 80 80 88 */
		{ NODE2, NODE3, NODE1, NODE0 }, /* 80 85 88 */
		{ NODE3, NODE1, NODE2, NODE0 }, /* 85 85 88 */
	};
	static const u8 own[] = { NODE2 };
	struct machine *m = boot_profile(PROFILE_SMALL);
	struct machine_config c = { 0 };

	for (unsigned nid = 0; nid < 4; nid++)
		check_zonelist(nid, false, all_with_cpus[nid], 11, "nearest node first, highest zone first");
	check_zonelist(2, true, own, 3, "THISNODE means its own zones");
	machine_destroy(m);
	machine_config_profile(&c, PROFILE_SMALL);
	c.param[PARAM_CPUS] = 1;
	m = boot(&c);
	for (unsigned nid = 0; nid < 4; nid++)
		check_zonelist(nid, false, node_0_with_cpus[nid], 11, "nodes without CPUs come first");
	machine_destroy(m);
}

static unsigned zone_id_of(const struct page *page)
{
	return page ? current_mm()->pageblock[page_to_pfn(page) >> 4].zone : ~0u;
}

/* Where the first request of a fresh small machine goes. */
static const struct {
	int nid;
	gfp_t gfp;
	u8 highest, zone;
	const char *claim;
} gfp_zones[] = {
	{ 0, 0x0, 2, Z(0, 2), "no zone flag means Normal" },
	{ 0, 0x1, 0, Z(0, 0), "DMA means DMA" },
	{ 0, 0x4, 1, Z(0, 1), "DMA32 means DMA32" },
	{ 2, 0x2, 3, Z(2, 3), "HIGHMEM means HighMem" },
	{ 0, 0x2, 3, Z(0, 2), "HIGHMEM means Normal on a node without" },
	{ 2, 0x8, 2, Z(2, 2), "MOVABLE alone means Normal" },
	{ 2, 0xa, 4, Z(2, 4), "MOVABLE and HIGHMEM mean Movable" },
	{ 0, 0x9, 0, Z(0, 0), "MOVABLE and DMA mean DMA" },
	{ 0, 0xc, 1, Z(0, 1), "MOVABLE and DMA32 mean DMA32" },
	{ 2, 0x1, 0, Z(0, 0), "DMA from a node without comes from node 0" },
	{ 3, 0x0, 2, Z(0, 2), "Normal from a node without comes from the nearest" },
};

static void test_gfp_zones(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(gfp_zones); i++) {
		struct machine *m = boot_profile(PROFILE_SMALL);
		gfp_t gfp = gfp_zones[i].gfp;

		ok(gfp_zone(gfp) == gfp_zones[i].highest && model_gfp_zone(gfp) == gfp_zones[i].highest &&
			   zone_id_of(alloc_pages_node(gfp_zones[i].nid, GFP_KERNEL | gfp, 0)) == gfp_zones[i].zone,
		   "Z1: %s", gfp_zones[i].claim);
		machine_destroy(m);
	}
}

/* With one zone left, only who may use it gets anything. */
static void test_one_zone_left(void)
{
	struct machine *m = boot_profile(PROFILE_SMALL);
	bool right = true;

	for (unsigned z = 0; z < MAX_ZONES; z++)
		if (current_mm()->zone[z] && z != Z(3, ZONE_HIGHMEM))
			set_all_marks(current_mm()->zone[z], 1 << 20);
	for (gfp_t gfp = 0; gfp < 16; gfp++)
		if (model_gfp_is_legal(gfp)) {
			struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN | gfp, 0);

			right &= (page != NULL) == (gfp == 0x2 || gfp == 0xa);
		}
	ok(right, "Z1: HighMem serves HIGHMEM and HIGHMEM|MOVABLE alone");
	ok(!alloc_pages_node(0, GFP_KERNEL | __GFP_NOWARN | __GFP_THISNODE | __GFP_HIGHMEM, 0) &&
		   alloc_pages_node(3, GFP_KERNEL | __GFP_THISNODE | __GFP_HIGHMEM, 0),
	   "Z5: THISNODE does not leave its node");
	machine_destroy(m);
}

/* --- B19 .. B26 -------------------------------------------------------------------------------------------------- */

/* How often mm reported this since the last call of this function. */
static unsigned reports(enum mm_report which)
{
	struct machine *m = this_cpu->machine;
	unsigned n = 0;

	for (u32 i = 0; i < m->nr_events; i++) {
		struct mm_event ev;

		memcpy(&ev, &m->host->event[i], sizeof(ev));
		n += ev.type == EVENT_REPORT && ev.report == which;
	}
	m->nr_events = 0;
	m->log_bytes = 0;
	return n;
}

static int refs(u64 pfn)
{
	return page_ref_count_at(pfn);
}

static void test_extra_reference(void)
{
	struct machine *m = boot_buddy(1024, 0);
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	get_page(page);
	__free_pages(page, 3);
	same_text(shape(), "0@1 1@2 2@4 3@8 4@16 5@32 6@64 7@128 8@256 9@512",
		  "B22: all but the first page go at once when a reference remains");
	same_number((u64)refs(0), 1, "  the first stays with its holder");
	put_page(page);
	same_text(shape(), "10@0", "  and goes last");
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	get_page(page);
	__free_pages(page, 3);
	ok(refs(0) == 1 && free_pages_of_normal() == 1016, "B22: a compound block stays whole");
	put_page(page + 5);
	same_text(shape(), "10@0", "  and goes by a reference of its tail");
	free_pages(0, 3);
	same_text(shape(), "10@0", "B22: free_pages(0) does nothing");
	reports(REPORT_BAD_PAGE);
	__free_pages(pfn_to_page(8), 0);
	ok(reports(REPORT_BAD_PAGE) == 1 && free_pages_of_normal() == 1024 && !page_alloc_check(),
	   "B29: a free of a free page is reported and changes nothing");
	machine_destroy(m);
}

static void test_exact(void)
{
	struct machine *m = boot_buddy(1024, 0);
	void *p = alloc_pages_exact(5 * 4096 - 1, GFP_KERNEL);

	same_text(shape(), "0@5 1@6 3@8 4@16 5@32 6@64 7@128 8@256 9@512", "B23: of eight pages the three too many go back");
	ok(p == ram_address(m, 0) && refs(0) == 1 && refs(4) == 1 && refs(5) == 0, "  each of the five stands alone");
	free_pages_exact(p, 5 * 4096 - 1);
	same_text(shape(), "10@0", "  and they go back one by one");
	reports(REPORT_GFP_MISUSE);
	p = alloc_pages_exact(4096 * 4, GFP_KERNEL | __GFP_COMP | __GFP_HIGHMEM);
	ok(p && reports(REPORT_GFP_MISUSE) == 1 && refs(3) == 1, "B23: COMP and HIGHMEM are warned about and dropped");
	free_pages_exact(p, 4096 * 4);
	same_text(shape(), "10@0", "  four pages of four leave nothing over");
	machine_destroy(m);
}

static void test_split(void)
{
	struct machine *m = boot_buddy(1024, 0);
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	split_page(page, 2);
	ok(refs(0) == 1 && refs(1) == 1 && refs(2) == 1 && refs(3) == 1 && refs(4) == 0, "B24: each piece has a reference");
	__free_pages(page + 2, 0);
	__free_pages(page + 0, 0);
	same_text(shape(), "0@0 0@2 2@4 3@8 4@16 5@32 6@64 7@128 8@256 9@512", "  and goes alone");
	__free_pages(page + 1, 0);
	__free_pages(page + 3, 0);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	reports(REPORT_SPLIT_COMPOUND);
	split_page(page, 2);
	ok(reports(REPORT_SPLIT_COMPOUND) == 1 && refs(0) == 1 && refs(1) == 0, "B24: a compound block is not split");
	__free_pages(page, 2);
	same_text(shape(), "10@0", "  and goes whole");
	machine_destroy(m);
}

static void test_misfits(void)
{
	struct machine *m = boot_buddy(1024, 0);

	ok(!alloc_pages(GFP_KERNEL | __GFP_NOWARN, 11) && !reports(REPORT_ORDER_TOO_BIG), "B25: order 11 with NOWARN");
	ok(!alloc_pages(GFP_KERNEL, 11) && reports(REPORT_ORDER_TOO_BIG) == 1, "B25: order 11 warns");
	ok(!alloc_pages(GFP_KERNEL, 11) && !reports(REPORT_ORDER_TOO_BIG), "  once");
	ok(alloc_pages(GFP_KERNEL, 10) && !alloc_pages(GFP_KERNEL, 0) && reports(REPORT_ALLOC_FAILURE) == 1,
	   "F8: a refusal is reported");
	ok(!alloc_pages(GFP_KERNEL, 0) && !reports(REPORT_ALLOC_FAILURE), "F8: once in ten seconds");
	m->now_ns = 10000000000ULL - 1;
	ok(!alloc_pages(GFP_KERNEL, 0) && !reports(REPORT_ALLOC_FAILURE), "  not before");
	m->now_ns++;
	ok(!alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0) && !reports(REPORT_ALLOC_FAILURE), "  not with NOWARN");
	ok(!alloc_pages(GFP_ATOMIC, 0), "  then again");
	*strstr(m->host->log, ",cpuset=") = 0;
	same_text(m->host->log, "mmcheck: page allocation failure: order:0, mode:0x820(GFP_ATOMIC), nodemask=(null)",
		  "F8: its first line");
	machine_destroy(m);
}

static void test_bulk(void)
{
	struct machine *m = boot_buddy(1024, 0);
	struct page *array[6] = { NULL };

	same_number(alloc_pages_bulk(GFP_KERNEL, 0, array), 0, "B26: none of none");
	array[0] = alloc_pages(GFP_KERNEL, 0);
	array[1] = alloc_pages(GFP_KERNEL, 0);
	array[3] = alloc_pages(GFP_KERNEL, 0);
	same_number(alloc_pages_bulk(GFP_KERNEL, 5, array), 5, "B26: populated slots count from the front");
	ok(page_to_pfn(array[0]) == 0 && page_to_pfn(array[3]) == 2 && array[2] && array[4] && !array[5],
	   "  what was there stays, what was missing is filled, the rest is not touched");
	same_number(1024 - free_pages_of_normal(), 5, "  and nothing more is taken");
	same_number(alloc_pages_bulk(GFP_KERNEL, 5, array), 5, "B26: a full array is done at once");
	same_number(1024 - free_pages_of_normal(), 5, "  and takes nothing");
	vmstat_refresh(); /* 1019 are free */
	set_all_marks(normal(), 1013);
	memset(array, 0, sizeof(array));
	same_number(alloc_pages_bulk(GFP_KERNEL, 6, array), 1, "B26: one page when the mark would not hold for all");
	vmstat_refresh();
	set_all_marks(normal(), 1011);
	memset(array, 0, sizeof(array));
	same_number(alloc_pages_bulk(GFP_KERNEL, 6, array), 6, "B26: all of them when it does");
	array[5] = NULL;
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 1, 1);
	same_number(alloc_pages_bulk(GFP_KERNEL, 6, array), 5, "B26: one that is missing alone is a request of its own, which may fail");
	machine_destroy(m);
}

/* --- stated twice ------------------------------------------------------------------------------------------------ */

static bool same_limits(unsigned knob)
{
	u32 low = sim_params[knob].lowest, high = sim_params[knob].highest;

	return model_knob_in_range(knob, low) && model_knob_in_range(knob, high) &&
	       !model_knob_in_range(knob, high + 1) && (!low || !model_knob_in_range(knob, low - 1));
}

static bool same_value(unsigned knob, unsigned profile)
{
	struct model_setup s;

	model_setup_profile(&s, profile);
	return s.knob[knob] == sim_params[knob].value[profile];
}

/* Regions of the model's map as a machine of so many frames has them. */
static unsigned cut_map(const struct model_setup *s, u64 frames, struct model_region *out)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->nr_regions; i++) {
		struct model_region r = s->region[i];

		if (r.start_pfn >= frames)
			continue;
		r.nr_pages = min_of(r.nr_pages, frames - r.start_pfn);
		out[n++] = r;
	}
	return n;
}

static bool same_map(unsigned profile, u64 frames)
{
	struct sim_region is[SIM_MAX_REGIONS];
	struct model_region want[MODEL_MAX_REGIONS];
	struct model_setup s;
	unsigned nr = sim_profile_map((enum sim_profile)profile, frames, is), nr_want;

	model_setup_profile(&s, profile);
	nr_want = cut_map(&s, frames, want);
	for (unsigned i = 0; i < nr && i < nr_want; i++)
		if (is[i].start_pfn != want[i].start_pfn || is[i].nr_pages != want[i].nr_pages ||
		    is[i].kind != want[i].kind || is[i].node != want[i].nid)
			return false;
	return nr == nr_want;
}

static void test_stated_twice(void)
{
	static const u64 frames[] = { 8,      20,	32,	  33,	   100,	     200,      257,	1024,	  4096,
				      4097,   5000,	100000,	  262144,  0xbffff, 0xc0000, 0xc0001, 0x100000, 0x100001,
				      1 << 22, 1 << 24 };

	same_number(NR_KNOBS, NR_PARAMS, "the model knows every parameter");
	for (unsigned k = 0; k < NR_KNOBS && k < NR_PARAMS; k++)
		ok(same_value(k, 0) && same_value(k, 1) && same_value(k, 2) && same_limits(k),
		   "%s is the same in sim/ and in model/", sim_params[k].name);
	for (unsigned p = 0; p < NR_PROFILES; p++) {
		bool same = true;

		for (unsigned i = 0; i < ARRAY_SIZE(frames); i++)
			same &= same_map(p, frames[i]);
		ok(same, "the map of profile %s is the same in sim/ and in model/", sim_profile_names[p]);
	}
}

int main(void)
{
	test_boot_with_little_room();
	test_memory_beyond_ram();
	test_marks_of_one_gib();
	test_marks_of_giants();
	test_list_sizes();
	test_fraction();
	test_refills();
	test_saturation();
	test_highmem();
	test_small_zones();
	test_who_passes();
	test_order_3();
	test_boost_and_reserve();
	test_nofail();
	test_lowmem_reserve();
	test_merging();
	test_merging_movable();
	test_no_merging();
	test_splitting();
	test_list_order();
	test_list_order_at_the_top();
	test_boosts();
	test_share_of_boost();
	test_no_boost();
	test_highatomic();
	test_buddyinfo();
	test_alloc_flags();
	test_gfp_names();
	test_zonelists();
	test_gfp_zones();
	test_one_zone_left();
	test_extra_reference();
	test_exact();
	test_split();
	test_misfits();
	test_bulk();
	test_stated_twice();
	return tap_end();
}
