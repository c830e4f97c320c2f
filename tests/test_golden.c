// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_golden.c - numbers derived by hand from the rules. A rule that is wrong in a header, in mm/ and in model/ alike is
 * still wrong here.
 *
 * E1, E5, E7, E8, E26 are the vectors of those names; B, F, W and Z are rules with an example worked out by hand.
 */
#include <stdlib.h>
#include "../mm/internal.h"
#include "machine.h"
#include "model.h"
#include "tap.h"

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
	const struct zone *zone = normal();

	same_number(zone->managed_pages, 262144, "E1: the zone manages 262144 pages");
	same_number(zone->watermark[WMARK_MIN], 1024, "E1: min is 1024");
	same_number(zone->watermark[WMARK_LOW], 1286, "E1: low is 1286");
	same_number(zone->watermark[WMARK_HIGH], 1548, "E1: high is 1548");
	same_number(zone->watermark[WMARK_PROMO], 1810, "E1: promo is 1810");
	same_number(model->zone[ZONE_NORMAL].managed, 262144, "E1: the model's zone manages 262144 pages");
	same_number(model->zone[ZONE_NORMAL].min, 1024, "E1: the model's min is 1024");
	model_destroy(model);
	machine_destroy(m);
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

/* --- E4, E5: W4 -------------------------------------------------------------------------------------------------- */

static struct page *taken[4096];

/* Every page of the one zone, singly: page i of the array is frame i. */
static void take_all(u64 nr)
{
	u64 min = normal()->watermark[WMARK_MIN];

	normal()->watermark[WMARK_MIN] = 0;
	for (u64 i = 0; i < nr; i++) {
		struct page *page = alloc_pages(GFP_KERNEL, 0);

		taken[page_to_pfn(page)] = page;
	}
	normal()->watermark[WMARK_MIN] = min;
	this_cpu->machine->nr_events = 0;
}

static void give(u64 pfn)
{
	__free_pages(taken[pfn], 0);
	this_cpu->machine->nr_events = 0;
}

static bool can(unsigned order)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);

	if (page)
		__free_pages(page, order);
	return page != NULL;
}

static void test_watermark(void)
{
	struct machine *m = boot_one_zone(4096, 4096);

	take_all(4096);
	for (u64 i = 0; i < 1024; i++)
		give(2 * i);
	same_number(normal()->watermark[WMARK_MIN], 1024, "E4: min is 1024");
	ok(!can(0), "E4: order 0 fails at 1024 free pages");
	give(2048);
	ok(can(0), "E4: and passes at 1025");
	for (u64 i = 1025; i < 1032; i++)
		give(2 * i);
	ok(!can(3) && normal()->free_pages == 1032, "E5: order 3 fails at 1032 free pages without a block of order 3");
	machine_destroy(m);

	m = boot_one_zone(4096, 4096);
	take_all(4096);
	for (u64 i = 0; i < 1031; i++)
		give(i);
	ok(!can(3) && normal()->free_area[10].nr_free == 1, "E5: order 3 fails at 1031 free pages, whatever their shape");
	give(1031);
	ok(can(3) && normal()->free_pages == 1032, "E5: and passes at 1032 with a block of order 3 or more");
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

static void free_in_order(u64 (*order)(u64 i), const char *claim)
{
	for (u64 i = 0; i < 1024; i++)
		give(order(i));
	if (!same_text(shape(), "10@0", claim) || page_alloc_check())
		ok(false, "  and the lists are valid");
	take_all(1024);
}

static void test_merging(void)
{
	struct machine *m = boot_one_zone(1024, 0);
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
	give(3);
	same_text(shape(), "0@3 1@0", "  frame 3 stays alone");
	give(4);
	same_text(shape(), "0@3 0@4 1@0", "  3 and 4 are neighbours and no buddies");
	give(2);
	same_text(shape(), "0@4 2@0", "B1: 2 merges with 3, then with 0..1");
	machine_destroy(m);
}

static void test_no_merging(void)
{
	struct machine *m = boot_one_zone(1024, 0);

	take_all(1024);
	for (u64 i = 0; i < 512; i++)
		give(2 * i);
	ok(normal()->free_area[0].nr_free == 512 && normal()->free_pages == 512 && !page_alloc_check(),
	   "E7: even frames alone make 512 blocks of order 0");
	machine_destroy(m);
}

static void test_splitting(void)
{
	struct machine *m = boot_one_zone(1024, 0);
	char text[400];

	same_number(page_to_pfn(alloc_pages(GFP_KERNEL, 0)), 0, "E8: order 0 from one block of order 10 is frame 0");
	same_text(shape(), "0@1 1@2 2@4 3@8 4@16 5@32 6@64 7@128 8@256 9@512", "E8: one block of each order 0..9 is left");
	buddyinfo_show(text, sizeof(text));
	same_text(text,
		  "Node 0, zone   Normal      1      1      1      1      1      1      1      1      1      1      0 \n",
		  "F1, E27: the line of buddyinfo");
	same_number(page_to_pfn(alloc_pages(GFP_KERNEL, 2)), 4, "B8: order 2 is the block that fits");
	same_number(page_to_pfn(alloc_pages(GFP_KERNEL, 2)), 8, "B8: the next one is the lower half of order 3");
	same_text(shape(), "0@1 1@2 2@12 4@16 5@32 6@64 7@128 8@256 9@512", "B8: the upper half goes back");
	machine_destroy(m);
}

static void test_list_order(void)
{
	struct machine *m = boot_one_zone(1024, 0);

	take_all(1024);
	give(200);
	give(100);
	same_number(page_to_pfn(alloc_pages(GFP_KERNEL, 0)), 100, "B7: freed last, taken first");
	give(2);
	give(3);
	give(0); /* with 1 it would merge with 2..3 */
	same_number(page_to_pfn(alloc_pages(GFP_KERNEL, 0)), 200, "B7: but not a page that will soon merge further");
	same_number(page_to_pfn(alloc_pages(GFP_KERNEL, 0)), 0, "  it is taken last");
	machine_destroy(m);
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
			current_mm()->zone[z]->watermark[WMARK_MIN] = 1 << 20;
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
	struct machine *m = boot_one_zone(1024, 0);
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
	ok(refs(0) == 1 && normal()->free_pages == 1016, "B22: a compound block stays whole");
	put_page(page + 5);
	same_text(shape(), "10@0", "  and goes by a reference of its tail");
	free_pages(0, 3);
	same_text(shape(), "10@0", "B22: free_pages(0) does nothing");
	reports(REPORT_BAD_PAGE);
	__free_pages(pfn_to_page(8), 0);
	ok(reports(REPORT_BAD_PAGE) == 1 && normal()->free_pages == 1024 && !page_alloc_check(),
	   "B29: a free of a free page is reported and changes nothing");
	machine_destroy(m);
}

static void test_exact(void)
{
	struct machine *m = boot_one_zone(1024, 0);
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
	struct machine *m = boot_one_zone(1024, 0);
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
	struct machine *m = boot_one_zone(1024, 0);

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
	struct machine *m = boot_one_zone(1024, 0);
	struct page *array[6] = { NULL };

	same_number(alloc_pages_bulk(GFP_KERNEL, 0, array), 0, "B26: none of none");
	array[0] = alloc_pages(GFP_KERNEL, 0);
	array[1] = alloc_pages(GFP_KERNEL, 0);
	array[3] = alloc_pages(GFP_KERNEL, 0);
	same_number(alloc_pages_bulk(GFP_KERNEL, 5, array), 5, "B26: populated slots count from the front");
	ok(page_to_pfn(array[0]) == 0 && page_to_pfn(array[3]) == 2 && array[2] && array[4] && !array[5],
	   "  what was there stays, what was missing is filled, the rest is not touched");
	same_number(1024 - normal()->free_pages, 5, "  and nothing more is taken");
	same_number(alloc_pages_bulk(GFP_KERNEL, 5, array), 5, "B26: a full array is done at once");
	same_number(1024 - normal()->free_pages, 5, "  and takes nothing");
	normal()->watermark[WMARK_MIN] = 1024 - 7;
	memset(array, 0, sizeof(array));
	same_number(alloc_pages_bulk(GFP_KERNEL | __GFP_NOWARN, 6, array), 2, "B26: as many as there are");
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
	test_marks_of_one_gib();
	test_saturation();
	test_highmem();
	test_small_zones();
	test_watermark();
	test_merging();
	test_no_merging();
	test_splitting();
	test_list_order();
	test_buddyinfo();
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
