// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_text.c - what is counted, and the texts of /proc and of reports.
 *
 * Golden texts come from a machine whose mm is written down by hand, so that each number in them is known without any
 * allocator; lines of a running Linux 6.18 show that the forms are the kernel's. Then a booted machine: the texts must
 * agree with each other (F10), with the model, and be understood by tools that have never heard of us.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../mm/internal.h"
#include "lockstep.h"
#include "machine.h"
#include "model.h"
#include "model_text.h"
#include "texts.h"

/* Which is made first, the text or its length, must not be the compiler's choice. */
static void same_length(unsigned answered, const char *claim)
{
	same_number(answered, strlen(text), claim);
}

/* --- a machine by hand -------------------------------------------------------------------------------------------- */

/*
 *   node 0   DMA    0..7    page 0 reserved; free: 1 Unmovable, 4..7 HighAtomic
 *            Normal 8..15   free: 8..15 Movable; CPUs have some pages on their lists, and hold back counts
 *   node 1   Movable 16..31 one hole; free: 16..17 Movable, 20..21 CMA, 24..27 isolated. Lowmem ends at 16.
 */
static struct mm mm;
static struct zone dma, normal, movable;
static struct per_cpu_pages pcp[3][2];
static struct per_cpu_zonestat zonestat[3][2];
static struct page page[32];
static struct pageblock block[8];

static void put_free(struct zone *zone, u64 pfn, unsigned order, unsigned type)
{
	list_add_tail(&page[pfn].lru, &zone->free_area[order].free_list[type]);
	zone->free_area[order].nr_free++;
}

static void make_zone(struct zone *zone, unsigned id, unsigned nth, u64 start, u64 pages, u64 managed)
{
	memset(zone, 0, sizeof(*zone));
	spin_lock_init(&zone->lock, RANK_ZONE);
	zone->nid = (u8)(id / MAX_NR_ZONES);
	zone->index = (u8)(id % MAX_NR_ZONES);
	zone->start_pfn = start;
	zone->spanned_pages = pages;
	zone->present_pages = pages;
	zone->managed_pages = managed;
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		zone->pcp[cpu] = &pcp[nth][cpu];
		zone->stat[cpu] = &zonestat[nth][cpu];
	}
	for (unsigned o = 0; o < NR_PAGE_ORDERS; o++)
		for (unsigned type = 0; type < MIGRATE_TYPES; type++)
			INIT_LIST_HEAD(&zone->free_area[o].free_list[type]);
	for (u64 b = start / 4; b < (start + pages) / 4; b++)
		block[b] = (struct pageblock){ .zone = (u8)id, .migratetype = MIGRATE_MOVABLE };
	mm.zone[id] = zone;
}

static void make_dma(void)
{
	make_zone(&dma, 0 * MAX_NR_ZONES + ZONE_DMA, 0, 0, 8, 7);
	memcpy(dma.watermark, (u64[]){ 1, 2, 3, 4 }, sizeof(dma.watermark));
	memcpy(dma.lowmem_reserve, (u64[]){ 0, 0, 2, 2, 5, 5 }, sizeof(dma.lowmem_reserve));
	dma.watermark_boost = 4;
	dma.nr_reserved_highatomic = dma.nr_free_highatomic = 4;
	dma.vm_stat[NR_FREE_PAGES] = 5;
	block[0].migratetype = MIGRATE_UNMOVABLE;
	block[1].migratetype = MIGRATE_HIGHATOMIC;
	put_free(&dma, 1, 0, MIGRATE_UNMOVABLE);
	put_free(&dma, 4, 2, MIGRATE_HIGHATOMIC);
}

static void make_normal(void)
{
	make_zone(&normal, 0 * MAX_NR_ZONES + ZONE_NORMAL, 1, 8, 8, 8);
	memcpy(normal.watermark, (u64[]){ 10, 20, 30, 40 }, sizeof(normal.watermark));
	normal.vm_stat[NR_FREE_PAGES] = 6;
	zonestat[1][0] = (struct per_cpu_zonestat){ .vm_stat_diff = { 3 },
						    .stat_threshold = 3,
						    .vm_numa_event = { 10, 20, 30, 40, 50, 60 } };
	zonestat[1][1] = (struct per_cpu_zonestat){ .vm_stat_diff = { -1 },
						    .stat_threshold = 4,
						    .vm_numa_event = { 1, 2, 3, 4, 5, 6 } };
	pcp[1][0] = (struct per_cpu_pages){ .count = 3, .batch = 7, .high_min = 11, .high_max = 12, .tuning = { .high = 13 } };
	pcp[1][1] = (struct per_cpu_pages){ .count = 1, .batch = 8 };
	put_free(&normal, 8, 3, MIGRATE_MOVABLE);
}

static void make_movable(void)
{
	make_zone(&movable, 1 * MAX_NR_ZONES + ZONE_MOVABLE, 2, 16, 16, 14);
	movable.present_pages = 15;
	movable.cma_pages = 4;
	movable.vm_stat[NR_FREE_PAGES] = 4;
	movable.vm_stat[NR_FREE_CMA_PAGES] = 2;
	movable.nr_isolated_blocks = 1;
	block[5].migratetype = MIGRATE_CMA;
	block[6].migratetype = MIGRATE_ISOLATE;
	put_free(&movable, 16, 1, MIGRATE_MOVABLE);
	put_free(&movable, 20, 1, MIGRATE_CMA);
	put_free(&movable, 24, 2, MIGRATE_ISOLATE);
}

static struct machine *by_hand(void)
{
	struct machine_config c = { 0 };
	struct machine *m;

	machine_config_profile(&c, PROFILE_TINY);
	c.param[PARAM_LOWMEM_PAGES] = 16;
	m = machine_create(&c);
	machine_enter(m, 0);
	memset(&mm, 0, sizeof(mm));
	memset(pcp, 0, sizeof(pcp));
	memset(zonestat, 0, sizeof(zonestat));
	memset(page, 0, sizeof(page));
	memset(block, 0, sizeof(block));
	mm.mem_map = page;
	mm.pageblock = block;
	mm.nr_frames = 32;
	mm.max_order = 3;
	mm.pageblock_order = 2;
	mm.nr_nodes = 2;
	mm.totalram_pages = 29;
	mm.totalreserve_pages = 6;
	mm.totalcma_pages = 4;
	make_dma();
	make_normal();
	make_movable();
	m->mm = &mm;
	return m;
}

/* The lines of a text from the one that begins so, up to the next that begins with another word. */
static const char *part(const char *whole, const char *from, const char *until)
{
	static char out[8192];
	const char *at = strstr(whole, from), *end = at ? strstr(at + 1, until) : NULL;

	snprintf(out, sizeof(out), "%.*s", at ? (int)(end ? end - at : (long)strlen(at)) : 0, at ? at : "");
	return out;
}

/* --- F4 ----------------------------------------------------------------------------------------------------------- */

static const char normal_of_zoneinfo[] = "Node 0, zone   Normal\n"
					 "  pages free     6\n"
					 "        boost    0\n"
					 "        min      10\n"
					 "        low      20\n"
					 "        high     30\n"
					 "        promo    40\n"
					 "        spanned  8\n"
					 "        present  8\n"
					 "        managed  8\n"
					 "        cma      0\n"
					 "        protection: (0, 0, 0, 0, 0, 0)\n"
					 "      nr_free_pages 6\n"
					 "      nr_zone_inactive_anon 0\n"
					 "      nr_zone_active_anon 0\n"
					 "      nr_zone_inactive_file 0\n"
					 "      nr_zone_active_file 0\n"
					 "      nr_zone_unevictable 0\n"
					 "      nr_zone_write_pending 0\n"
					 "      nr_mlock     0\n"
					 "      nr_bounce    0\n"
					 "      nr_zspages   0\n"
					 "      nr_free_cma  0\n"
					 "      nr_unaccepted 0\n"
					 "      numa_hit     11\n"
					 "      numa_miss    22\n"
					 "      numa_foreign 33\n"
					 "      numa_interleave 44\n"
					 "      numa_local   55\n"
					 "      numa_other   66\n"
					 "  pagesets\n"
					 "    cpu: 0\n"
					 "              count: 3\n"
					 "              high:  13\n"
					 "              batch: 7\n"
					 "  vm stats threshold: 3\n"
					 "    cpu: 1\n"
					 "              count: 1\n"
					 "              high:  0\n"
					 "              batch: 8\n"
					 "  vm stats threshold: 4\n"
					 "  node_unreclaimable:  0\n"
					 "  start_pfn:           8\n";

static const char highmem_of_zoneinfo[] = "Node 0, zone  HighMem\n"
					  "  pages free     0\n"
					  "        boost    0\n"
					  "        min      0\n"
					  "        low      0\n"
					  "        high     0\n"
					  "        promo    0\n"
					  "        spanned  0\n"
					  "        present  0\n"
					  "        managed  0\n"
					  "        cma      0\n"
					  "        protection: (0, 0, 0, 0, 0, 0)\n";

static const char dma_of_zoneinfo[] = "\n  pages free     5\n"
				      "        boost    4\n"
				      "        min      5\n"
				      "        low      6\n"
				      "        high     7\n"
				      "        promo    8\n"
				      "        spanned  8\n"
				      "        present  8\n"
				      "        managed  7\n"
				      "        cma      0\n"
				      "        protection: (0, 0, 2, 2, 5, 5)\n";

static unsigned times(const char *whole, const char *words)
{
	unsigned n = 0;

	for (const char *at = whole; (at = strstr(at, words)); at++)
		n++;
	return n;
}

static void test_zoneinfo(void)
{
	struct machine *m = by_hand();

	same_length(zoneinfo_show(text, sizeof(text)), "F4: zoneinfo returns its length");
	same_text(part(text, "Node 0, zone   Normal", "Node"), normal_of_zoneinfo, "F4: a zone of zoneinfo");
	same_text(part(text, "Node 0, zone  HighMem", "Node"), highmem_of_zoneinfo, "F4: a zone without memory");
	ok(strstr(text, dma_of_zoneinfo) != NULL, "F4: marks include the boost; reserves for each highest zone");
	same_number(times(text, "Node "), 12, "F4: each node has all its zones");
	ok(!strncmp(text, "Node 0, zone      DMA\n  per-node stats\n      nr_inactive_anon 0\n", 64) &&
		   strstr(text, "Node 1, zone  Movable\n  per-node stats\n") && times(text, "per-node stats") == 2,
	   "F4: the node's own counters stand with its first zone that has memory");
	same_number(times(text, "      nr_mapped    0\n"), 2, "F4: short names take twelve columns");
	normal.vm_stat[NR_FREE_PAGES] = -2;
	zoneinfo_show(text, sizeof(text));
	ok(strstr(text, "zone   Normal\n  pages free     0\n") != NULL, "W12: a number below zero is not shown");
	same_length(zoneinfo_show(text, 100), "a text is cut where the room ends");
	same_number(strlen(text), 99, "  and ends");
	machine_destroy(m);
}

/* --- F2 ----------------------------------------------------------------------------------------------------------- */

static const char pagetypes[] =
	"Page block order: 2\n"
	"Pages per block:  4\n"
	"\n"
	"Free pages count per migrate type at order       0      1      2      3 \n"
	"Node    0, zone      DMA, type    Unmovable      1      0      0      0 \n"
	"Node    0, zone      DMA, type      Movable      0      0      0      0 \n"
	"Node    0, zone      DMA, type  Reclaimable      0      0      0      0 \n"
	"Node    0, zone      DMA, type   HighAtomic      0      0      1      0 \n"
	"Node    0, zone      DMA, type          CMA      0      0      0      0 \n"
	"Node    0, zone      DMA, type      Isolate      0      0      0      0 \n"
	"Node    0, zone   Normal, type    Unmovable      0      0      0      0 \n"
	"Node    0, zone   Normal, type      Movable      0      0      0      1 \n"
	"Node    0, zone   Normal, type  Reclaimable      0      0      0      0 \n"
	"Node    0, zone   Normal, type   HighAtomic      0      0      0      0 \n"
	"Node    0, zone   Normal, type          CMA      0      0      0      0 \n"
	"Node    0, zone   Normal, type      Isolate      0      0      0      0 \n"
	"\n"
	"Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic          CMA      Isolate \n"
	"Node 0, zone      DMA            1            0            0            1            0            0 \n"
	"Node 0, zone   Normal            0            2            0            0            0            0 \n"
	"Page block order: 2\n"
	"Pages per block:  4\n"
	"\n"
	"Free pages count per migrate type at order       0      1      2      3 \n"
	"Node    1, zone  Movable, type    Unmovable      0      0      0      0 \n"
	"Node    1, zone  Movable, type      Movable      0      1      0      0 \n"
	"Node    1, zone  Movable, type  Reclaimable      0      0      0      0 \n"
	"Node    1, zone  Movable, type   HighAtomic      0      0      0      0 \n"
	"Node    1, zone  Movable, type          CMA      0      1      0      0 \n"
	"Node    1, zone  Movable, type      Isolate      0      0      1      0 \n"
	"\n"
	"Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic          CMA      Isolate \n"
	"Node 1, zone  Movable            0            2            0            0            1            1 \n";

/* A list that is as long as the text counts, and one block shorter. */
static void test_long_list(void)
{
	struct page *many = calloc(100000, sizeof(*many));
	struct list_head *list = &normal.free_area[0].free_list[MIGRATE_MOVABLE];

	this_cpu->machine->fuel = 1000000;
	for (unsigned i = 0; i < 99999; i++)
		list_add(&many[i].lru, list);
	pagetypeinfo_show(text, sizeof(text));
	ok(strstr(text, "Normal, type      Movable  99999      0 ") != NULL, "F2: 99999 blocks are counted");
	list_add(&many[99999].lru, list);
	pagetypeinfo_show(text, sizeof(text));
	ok(strstr(text, "Normal, type      Movable >100000      0 ") != NULL, "F2: at 100000 counting stops");
	INIT_LIST_HEAD(list);
	free(many);
}

static void test_pagetypeinfo(void)
{
	struct machine *m = by_hand();

	m->fuel = 1000;
	same_length(pagetypeinfo_show(text, sizeof(text)), "F2: pagetypeinfo returns its length");
	same_text(text, pagetypes, "F2: pagetypeinfo");
	ok(!this_cpu->nr_held && !this_cpu->irqs_off, "  and no lock is held any more");
	test_long_list();
	machine_destroy(m);
}

/* --- F5 ----------------------------------------------------------------------------------------------------------- */

/* Names in the order of the rule, as a running kernel has them (without what is not configured there or here). */
static const char *const vmstat_order[] = {
	"nr_free_pages",       "nr_zone_inactive_anon", "nr_mlock",	      "nr_zspages",	  "nr_free_cma",
	"numa_hit",	       "numa_miss",		"numa_foreign",	      "numa_interleave",  "numa_local",
	"numa_other",	       "nr_inactive_anon",	"nr_active_file",     "nr_unevictable",	  "nr_slab_reclaimable",
	"nr_isolated_anon",    "workingset_nodes",	"nr_anon_pages",      "nr_mapped",	  "nr_file_pages",
	"nr_dirty",	       "nr_writeback",		"nr_shmem",	      "nr_vmscan_write",  "nr_dirtied",
	"nr_written",	       "nr_kernel_stack",	"nr_page_table_pages", "nr_swapcached",	  "pgdemote_kswapd",
	"nr_dirty_threshold",  "nr_memmap_boot_pages",	"pgpgin",	      "pswpout",	  "pgalloc_dma",
	"pgalloc_dma32",       "pgalloc_normal",	"pgalloc_movable",    "pgalloc_device",	  "allocstall_dma",
	"allocstall_device",   "pgskip_dma",		"pgskip_device",      "pgfree",		  "pgactivate",
	"pgfault",	       "pgrefill",		"pgreuse",	      "pgsteal_kswapd",	  "pgscan_kswapd",
	"pgsteal_file",	       "zone_reclaim_success",	"pginodesteal",	      "slabs_scanned",	  "pageoutrun",
	"pgrotated",	       "drop_slab",		"oom_kill",	      "pgmigrate_success", "compact_migrate_scanned",
	"compact_stall",       "compact_daemon_wake",	"htlb_buddy_alloc_success", "unevictable_pgs_culled",
	"thp_fault_alloc",     "thp_split_pud",		"thp_swpout_fallback", "swap_ra",	  "swap_ra_hit",
};

static bool in_this_order(const char *whole, const char *const *names, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		char row[64];
		const char *at;

		snprintf(row, sizeof(row), "\n%s ", names[i]);
		at = i ? strstr(whole, row) : strstr(whole, row + 1);
		if (!at) {
			printf("# %s is missing, or not in its place\n", names[i]);
			return false;
		}
		whole = at;
	}
	return true;
}

static void test_vmstat(void)
{
	struct machine *m = by_hand();
	unsigned lines = 0, well_formed = 0;

	for (unsigned cpu = 0; cpu < 2; cpu++)
		for (unsigned i = 0; i < NR_VM_EVENT_ITEMS; i++)
			mm.vm_event[cpu][i] = i + 1 + 100 * cpu;
	same_length(vmstat_show(text, sizeof(text)), "F5: vmstat returns its length");
	ok(in_this_order(text, vmstat_order, ARRAY_SIZE(vmstat_order)), "F5: rows stand in the kernel's order");
	for (const char *line = text; *line; line = strchr(line, '\n') + 1, lines++) {
		size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_");

		well_formed += name && line[name] == ' ' && line[name + 1 + strspn(line + name + 1, "0123456789")] == '\n';
	}
	ok(lines > 150 && lines == well_formed, "F5: each line is a name, a blank and a number");
	ok(strstr(text, "nr_free_pages 15\n") == text && strstr(text, "\nnr_free_cma 2\n"), "F5: zones are added up");
	ok(strstr(text, "\nnuma_hit 11\n") && strstr(text, "\nnuma_other 66\n"), "F5: and so are CPUs");
	ok(strstr(text, "\npgalloc_dma 102\n") && strstr(text, "\npgalloc_high 108\n") &&
		   strstr(text, "\npgalloc_device 112\n") && strstr(text, "\nallocstall_dma 114\n") &&
		   strstr(text, "\nallocstall_device 124\n") && strstr(text, "\npgfree 126\n"),
	   "F5: events of all CPUs, by zone");
	ok(strstr(text, "\npgskip_dma 0\npgskip_dma32 0\npgskip_normal 0\npgskip_high 0\npgskip_movable 0\npgskip_device 0\n"),
	   "F5: what no layer counts yet is 0");
	same_text(strstr(text, "kswapd_wake"), "kswapd_wake 128\n", "F5: our own row comes last");
	normal.vm_stat[NR_FREE_PAGES] = -20;
	vmstat_show(text, sizeof(text));
	ok(strstr(text, "nr_free_pages 0\n") == text, "F5: a sum below zero is 0");
	machine_destroy(m);
}

/* --- F6, F7 ------------------------------------------------------------------------------------------------------- */

static const char meminfo[] = "MemTotal:            116 kB\n"
			      "MemFree:              60 kB\n"
			      "MemAvailable:         36 kB\n"
			      "Buffers:               0 kB\n"
			      "Cached:                0 kB\n"
			      "SwapCached:            0 kB\n"
			      "Active:                0 kB\n"
			      "Inactive:              0 kB\n"
			      "Active(anon):          0 kB\n"
			      "Inactive(anon):        0 kB\n"
			      "Active(file):          0 kB\n"
			      "Inactive(file):        0 kB\n"
			      "Unevictable:           0 kB\n"
			      "Mlocked:               0 kB\n"
			      "HighTotal:            56 kB\n"
			      "HighFree:             16 kB\n"
			      "LowTotal:             60 kB\n"
			      "LowFree:              44 kB\n"
			      "SwapTotal:             0 kB\n"
			      "SwapFree:              0 kB\n"
			      "Zswap:                 0 kB\n"
			      "Zswapped:              0 kB\n"
			      "Dirty:                 0 kB\n"
			      "Writeback:             0 kB\n"
			      "AnonPages:             0 kB\n"
			      "Mapped:                0 kB\n"
			      "Shmem:                 0 kB\n"
			      "KReclaimable:          0 kB\n"
			      "Slab:                  0 kB\n"
			      "SReclaimable:          0 kB\n"
			      "SUnreclaim:            0 kB\n"
			      "KernelStack:           0 kB\n"
			      "PageTables:            0 kB\n"
			      "SecPageTables:         0 kB\n"
			      "NFS_Unstable:          0 kB\n"
			      "Bounce:                0 kB\n"
			      "WritebackTmp:          0 kB\n"
			      "CommitLimit:           0 kB\n"
			      "Committed_AS:          0 kB\n"
			      "VmallocTotal:          0 kB\n"
			      "VmallocUsed:           0 kB\n"
			      "VmallocChunk:          0 kB\n"
			      "Percpu:                0 kB\n"
			      "HardwareCorrupted:     0 kB\n"
			      "AnonHugePages:         0 kB\n"
			      "ShmemHugePages:        0 kB\n"
			      "ShmemPmdMapped:        0 kB\n"
			      "FileHugePages:         0 kB\n"
			      "FilePmdMapped:         0 kB\n"
			      "CmaTotal:             16 kB\n"
			      "CmaFree:               8 kB\n"
			      "Unaccepted:            0 kB\n"
			      "HugePages_Total:       0\n"
			      "HugePages_Free:        0\n"
			      "HugePages_Rsvd:        0\n"
			      "HugePages_Surp:        0\n"
			      "Hugepagesize:         16 kB\n"
			      "Hugetlb:               0 kB\n";

static void test_meminfo(void)
{
	struct machine *m = by_hand();

	same_length(meminfo_show(text, sizeof(text)), "F6: meminfo returns its length");
	same_text(text, meminfo, "F6: meminfo");
	mm.totalreserve_pages = 16;
	meminfo_show(text, sizeof(text));
	ok(strstr(text, "MemAvailable:          0 kB\n") != NULL, "F7: not less than nothing is available");
	mm.totalreserve_pages = 15;
	normal.vm_stat[NR_FREE_PAGES] = -8;
	meminfo_show(text, sizeof(text));
	ok(strstr(text, "MemFree:               4 kB\n") && strstr(text, "LowFree:               0 kB\n"),
	   "W12: nor is it free");
	machine_destroy(m);
}

/* --- F8, F9 ------------------------------------------------------------------------------------------------------- */

static const char of_kernel[] =
	"mmcheck: page allocation failure: order:3, mode:0xcc0(GFP_KERNEL), nodemask=(null),cpuset=/,mems_allowed=0-1\n"
	"Mem-Info:\n"
	"active_anon:0 inactive_anon:0 isolated_anon:0\n"
	" active_file:0 inactive_file:0 isolated_file:0\n"
	" unevictable:0 dirty:0 writeback:0\n"
	" slab_reclaimable:0 slab_unreclaimable:0\n"
	" mapped:0 shmem:0 pagetables:0\n"
	" sec_pagetables:0 bounce:0\n"
	" kernel_misc_reclaimable:0\n"
	" free:15 free_pcp:4 free_cma:2\n"
	"Node 0 active_anon:0kB inactive_anon:0kB active_file:0kB inactive_file:0kB unevictable:0kB isolated(anon):0kB "
	"isolated(file):0kB mapped:0kB dirty:0kB writeback:0kB shmem:0kB shmem_thp:0kB shmem_pmdmapped:0kB anon_thp:0kB "
	"writeback_tmp:0kB kernel_stack:0kB pagetables:0kB sec_pagetables:0kB all_unreclaimable? no\n"
	"Node 0 DMA free:20kB boost:16kB min:20kB low:24kB high:28kB reserved_highatomic:16KB active_anon:0kB "
	"inactive_anon:0kB active_file:0kB inactive_file:0kB unevictable:0kB writepending:0kB present:32kB managed:28kB "
	"mlocked:0kB bounce:0kB free_pcp:0kB local_pcp:0kB free_cma:0kB\n"
	"lowmem_reserve[]: 0 0 2 2 5 5\n"
	"Node 0 Normal free:24kB boost:0kB min:40kB low:80kB high:120kB reserved_highatomic:0KB active_anon:0kB "
	"inactive_anon:0kB active_file:0kB inactive_file:0kB unevictable:0kB writepending:0kB present:32kB managed:32kB "
	"mlocked:0kB bounce:0kB free_pcp:16kB local_pcp:12kB free_cma:0kB\n"
	"lowmem_reserve[]: 0 0 0 0 0 0\n"
	"Node 0 DMA: 1*4kB (U) 0*8kB 1*16kB (H) 0*32kB = 20kB\n"
	"Node 0 Normal: 0*4kB 0*8kB 0*16kB 1*32kB (M) = 32kB\n"
	"0 total pagecache pages\n"
	"0 pages in swap cache\n"
	"Free swap  = 0kB\n"
	"Total swap = 0kB\n"
	"31 pages RAM\n"
	"15 pages HighMem/MovableOnly\n"
	"2 pages reserved\n"
	"4 pages cma reserved\n"
	"0 pages hwpoisoned\n";

static const char *log_text(void)
{
	struct machine *m = this_cpu->machine;

	m->host->log[m->log_bytes] = 0;
	m->log_bytes = 0;
	m->nr_events = 0;
	return m->host->log;
}

static void test_failure_report(void)
{
	struct machine *m = by_hand();

	warn_alloc_failure(GFP_KERNEL, 3);
	same_text(log_text(), of_kernel, "F9: a failure report");
	warn_alloc_failure(GFP_KERNEL, 3);
	same_text(log_text(), "", "F8: one in ten seconds");
	m->now_ns += 10000000000ULL;
	warn_alloc_failure(GFP_HIGHUSER_MOVABLE, 0);
	snprintf(text, sizeof(text), "%s", log_text());
	ok(times(text, "Node 1 active_anon") == 1 && strstr(text, "\nNode 1 Movable free:16kB boost:0kB") &&
		   strstr(text, " present:60kB managed:56kB ") && strstr(text, " free_cma:8kB\n") &&
		   strstr(text, "\nNode 1 Movable: 0*4kB 2*8kB (MC) 1*16kB (I) 0*32kB = 32kB\n"),
	   "F9: zones up to the highest of the request; a letter for each type, isolated blocks included");
	m->now_ns += 10000000000ULL;
	warn_alloc_failure(GFP_KERNEL | __GFP_NOWARN, 0);
	same_text(log_text(), "", "F8: none with NOWARN");
	dma.managed_pages = 0;
	warn_alloc_failure(GFP_KERNEL | __GFP_DMA, 0);
	same_text(log_text(), "", "F8: none for DMA memory that nobody has");
	dma.managed_pages = 7;
	warn_alloc_failure(GFP_KERNEL, 0);
	same_text(log_text(), "", "  but it used up the turn");
	machine_destroy(m);
}

/* --- B21 ---------------------------------------------------------------------------------------------------------- */

static void test_bad_pages(void)
{
	struct machine *m = by_hand();

	page[3] = (struct page){ .refcount = -1, .flags = PG_reserved, .private = 5 };
	for (unsigned i = 0; i < 100; i++)
		report_bad_page(3, "nonzero _refcount");
	same_number(m->nr_events, 60, "B21: sixty bad pages are reported in a minute");
	same_number(times(log_text(), "\npage dumped because: nonzero _refcount\n"), 60, "  and printed");
	m->now_ns += 60000000000ULL - 1;
	report_bad_page(3, "nonzero _refcount");
	same_text(log_text(), "", "  the rest of the minute is silent");
	m->now_ns++;
	report_bad_page(3, "nonzero _refcount");
	same_text(log_text(),
		  "BUG: Bad page state: 41 messages suppressed\n"
		  "BUG: Bad page state in process mmcheck  pfn:00003\n"
		  "page: refcount:-1 flags:0x8 private:5\n"
		  "page dumped because: nonzero _refcount\n",
		  "B21: the next one says how many were left out");
	machine_destroy(m);
}

/* --- W12, E3, Z9 -------------------------------------------------------------------------------------------------- */

static s64 cheap(void)
{
	return zone_stat_cheap(0, ZONE_NORMAL, NR_FREE_PAGES);
}
static s64 held(unsigned cpu)
{
	return zone_stat_diff(0, ZONE_NORMAL, cpu, NR_FREE_PAGES);
}

static void test_drift(void)
{
	struct machine *m = by_hand();

	same_number((u64)zone_stat_exact(0, ZONE_NORMAL, NR_FREE_PAGES), 8, "W12: the truth is the sum");
	same_number(zone_page_state_snapshot(&normal, NR_FREE_PAGES), 8, "  for mm too");
	mod_zone_page_state(&normal, NR_FREE_PAGES, -6);
	ok(cheap() == 6 && held(0) == -3, "W12: up to the threshold a CPU keeps it");
	mod_zone_page_state(&normal, NR_FREE_PAGES, 7);
	ok(cheap() == 10 && held(0) == 0, "  beyond, all of it moves");
	mod_zone_page_state(&normal, NR_FREE_PAGES, 3);
	mod_zone_page_state(&normal, NR_FREE_PAGES, 100000);
	ok(cheap() == 100013 && held(0) == 0, "W12: so does a change that no s8 could hold");
	mod_zone_page_state(&normal, NR_FREE_PAGES, -100013);
	ok(cheap() == 0 && held(1) == -1 && zone_stat_exact(0, ZONE_NORMAL, NR_FREE_PAGES) == -1 &&
		   zone_page_state_snapshot(&normal, NR_FREE_PAGES) == 0,
	   "W12: a sum below zero is 0 for those who decide by it");
	vmstat_refresh();
	ok(cheap() == -1 && held(0) == 0 && held(1) == 0, "W12: stat_refresh adds up every CPU");
	ok(!zone_stat_cheap(1, ZONE_NORMAL, 0) && !zone_stat_exact(1, ZONE_DEVICE, 0) && !zone_stat_diff(3, 0, 0, 0) &&
		   !zone_stat_diff(0, ZONE_NORMAL, 7, 0),
	   "a zone or CPU that does not exist counts nothing");
	machine_destroy(m);
}

static void test_dead_cpu(void)
{
	struct machine *m = by_hand();

	mm.vm_event[0][PGFREE] = 5;
	mm.vm_event[1][PGFREE] = 7;
	vm_stat_fold_cpu(&mm, 1);
	ok(cheap() == 5 && held(0) == 3 && held(1) == 0, "P12: what a dead CPU held back is the zone's");
	ok(mm.vm_event[0][PGFREE] == 12 && mm.vm_event[1][PGFREE] == 0 && vm_events_sum(PGFREE) == 12,
	   "  its events are CPU 0's");
	ok(zonestat[1][0].vm_numa_event[NUMA_OTHER] == 66 && numa_events_sum(0, ZONE_NORMAL, NUMA_OTHER) == 66,
	   "  its NUMA counters too");
	vm_stat_fold_cpu(&mm, 0);
	ok(cheap() == 8 && vm_events_sum(PGFREE) == 12, "  and CPU 0 loses nothing when it dies itself");
	machine_destroy(m);
}

static void test_thresholds(void)
{
	struct machine *m = by_hand();

	m->param[PARAM_CPUS] = 4; /* E3: 1 GiB */
	m->param[PARAM_STAT_THRESHOLD_HIGHEST] = 125;
	for (unsigned cpu = 2; cpu < 4; cpu++)
		for (unsigned z = 0; z < 3; z++)
			(z == 0 ? &dma : z == 1 ? &normal : &movable)->stat[cpu] = calloc(1, sizeof(**normal.stat));
	normal.managed_pages = 262144;
	memcpy(normal.watermark, (u64[]){ 1024, 1286, 1548, 1810 }, sizeof(normal.watermark));
	refresh_zone_stat_thresholds(&mm);
	ok(normal.stat[0]->stat_threshold == 30 && normal.stat[3]->stat_threshold == 30, "E3: the threshold is 30");
	same_number(normal.percpu_drift_mark, 0, "E3: four times 30 fit between min and low");
	same_number(calculate_pressure_threshold(&normal), 65, "E3: under pressure it is 65");
	same_number(movable.stat[0]->stat_threshold, 6, "W12: a small zone has 2 * fls(4) * 1 = 6");
	normal.watermark[WMARK_LOW] = 1024 + 119;
	normal.watermark_boost = 1000;
	refresh_zone_stat_thresholds(&mm);
	same_number(normal.percpu_drift_mark, 1548 + 120, "W12: where they do not fit, the sum is taken below high + 120");
	normal.watermark[WMARK_LOW] = 1024 + 120;
	refresh_zone_stat_thresholds(&mm);
	same_number(normal.percpu_drift_mark, 0, "  and no longer when they do");
	normal.watermark[WMARK_LOW] = 1024 + 3;
	same_number(calculate_pressure_threshold(&normal), 1, "W12: the lowest is 1");
	normal.watermark[WMARK_LOW] = 1024 + 100000;
	same_number(calculate_pressure_threshold(&normal), 125, "W12: the highest is 125");
	normal.managed_pages = 1ULL << 40;
	refresh_zone_stat_thresholds(&mm);
	same_number(normal.stat[0]->stat_threshold, 125, "  always");
	m->param[PARAM_STAT_THRESHOLD_HIGHEST] = 2;
	refresh_zone_stat_thresholds(&mm);
	same_number(normal.stat[2]->stat_threshold, 2, "  or what the machine says");
	for (unsigned cpu = 2; cpu < 4; cpu++)
		free(dma.stat[cpu]), free(normal.stat[cpu]), free(movable.stat[cpu]);
	machine_destroy(m);
}

static u64 numa(const struct zone *zone, unsigned item)
{
	return numa_events_sum(zone->nid, zone->index, item);
}

static void test_numa(void)
{
	struct machine *m = by_hand();

	memset(zonestat, 0, sizeof(zonestat));
	zone_statistics(&normal, &dma, 1); /* CPU 0 is of node 0 */
	ok(numa(&dma, NUMA_HIT) == 1 && numa(&dma, NUMA_LOCAL) == 1 && !numa(&normal, NUMA_FOREIGN),
	   "Z9: another zone of the preferred node is a hit");
	zone_statistics(&normal, &movable, 4);
	ok(numa(&movable, NUMA_MISS) == 4 && numa(&normal, NUMA_FOREIGN) == 4 && numa(&movable, NUMA_OTHER) == 4 &&
		   !numa(&movable, NUMA_HIT) && !numa(&movable, NUMA_LOCAL),
	   "Z9: another node's is a miss there and foreign here");
	machine_enter(m, 1);
	zone_statistics(&normal, &movable, 1);
	ok(numa(&movable, NUMA_MISS) == 5 && numa(&movable, NUMA_LOCAL) == 1, "Z9: local is what the CPU's own node gives");
	zone_statistics(&movable, &movable, 2);
	ok(numa(&movable, NUMA_HIT) == 2 && numa(&movable, NUMA_LOCAL) == 3, "Z9: counted in pages");
	machine_destroy(m);
}

/* --- a running kernel --------------------------------------------------------------------------------------------- */

/* Lines of a machine with Linux 6.18. */
static const char recorded_buddyinfo[] =
	"Node 0, zone   Normal   8841   4366  27022  22446  15625  15546   7497   2758   1135    685   2369 \n";
static const char recorded_marks[] = "Node 0, zone   Normal\n"
				     "  pages free     4952684\n"
				     "        boost    0\n"
				     "        min      14769\n"
				     "        low      20163\n"
				     "        high     25557\n"
				     "        promo    30951\n"
				     "        spanned  5505024\n"
				     "        present  5505024\n"
				     "        managed  5394266\n"
				     "        cma      0\n";
static const char recorded_numa[] = "\n      numa_hit     140928739\n"
				    "      numa_miss    0\n"
				    "      numa_foreign 0\n"
				    "      numa_interleave 1126\n"
				    "      numa_local   140928739\n"
				    "      numa_other   0\n"
				    "  pagesets\n"
				    "    cpu: 0\n";

static void test_recorded(void)
{
	static const u64 nr_free[] = { 8841, 4366, 27022, 22446, 15625, 15546, 7497, 2758, 1135, 685, 2369 };
	static const u64 events[] = { 140928739, 0, 0, 1126, 140928739, 0 };
	struct machine *m = by_hand();

	mm.max_order = 10;
	for (unsigned o = 0; o < 11; o++)
		normal.free_area[o].nr_free = nr_free[o];
	memcpy(normal.watermark, (u64[]){ 14769, 20163, 25557, 30951 }, sizeof(normal.watermark));
	memcpy(zonestat[1][1].vm_numa_event, events, sizeof(events));
	memset(&zonestat[1][0], 0, sizeof(zonestat[1][0]));
	normal.vm_stat[NR_FREE_PAGES] = 4952684;
	normal.spanned_pages = normal.present_pages = 5505024;
	normal.managed_pages = 5394266;
	buddyinfo_show(text, sizeof(text));
	ok(strstr(text, recorded_buddyinfo) != NULL, "F1: a line of buddyinfo as Linux prints it");
	zoneinfo_show(text, sizeof(text));
	ok(strstr(text, recorded_marks) != NULL, "F4: lines of zoneinfo as Linux prints them");
	ok(strstr(text, recorded_numa) != NULL, "F4: and the NUMA counters");
	machine_destroy(m);
}

/* --- a booted machine: F10, the model, tools ---------------------------------------------------------------------- */

#define SOME_OPS												\
	"mmcheck-trace 1 profile=small start=booted flags=recount swarm=0x0 seed=0x0\n"				\
	"0: p1 = alloc_pages gfp=GFP_KERNEL order=0\n"								\
	"1: p2 = alloc_pages cpu=3 gfp=GFP_HIGHUSER_MOVABLE order=2\n"						\
	"2: p3 = alloc_pages cpu=5 gfp=GFP_ATOMIC order=1\n"							\
	"3: p4 = alloc_pages cpu=7 gfp=GFP_KERNEL|__GFP_RECLAIMABLE order=3\n"					\
	"4: free_pages p1 cpu=2\n"										\
	"5: zoneinfo\n"												\
	"6: vmstat cpu=1\n"											\
	"7: meminfo cpu=2\n"											\
	"8: pagetypeinfo cpu=3\n"										\
	"9: buddyinfo cpu=4\n"

static void write_proc(void)
{
	open_proc_dir();
	write_file("buddyinfo", buddyinfo_show);
	write_file("pagetypeinfo", pagetypeinfo_show);
	write_file("zoneinfo", zoneinfo_show);
	write_file("vmstat", vmstat_show);
	write_file("meminfo", meminfo_show);
}

/* F10, by the recipes people use: pages in free blocks, by three files and by the counters of mm. */
static void test_recipes(void)
{
	u64 lists = shell_number("awk '{ for (i = 5; i <= NF; i++) n += $i * 2 ^ (i - 5) } END { print n }' buddyinfo");
	u64 types = shell_number("awk '/type/ && /^Node/ { for (i = 7; i <= NF; i++) n += $i * 2 ^ (i - 7) }"
				 " END { print n }' pagetypeinfo");
	u64 zones = shell_number("awk '/pages free/ { n += $3 } END { print n }' zoneinfo");
	u64 items = shell_number("awk '$1 == \"nr_free_pages\" { n += $2 } END { print n }' zoneinfo");
	u64 memfree = shell_number("awk '/^MemFree:/ { print $2 / 4 }' meminfo");
	u64 vmstat = shell_number("awk '$1 == \"nr_free_pages\" { print $2 }' vmstat");
	u64 exact = 0;

	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++)
		for (unsigned z = 0; z < MAX_NR_ZONES; z++)
			exact += (u64)zone_stat_exact(nid, z, NR_FREE_PAGES);
	same_number(lists, exact, "F10: the blocks of buddyinfo add up to the free pages");
	same_number(types, exact, "F10: so do those of pagetypeinfo");
	ok(zones == exact && items == exact, "F10: and the zones of zoneinfo, once every CPU has added up");
	ok(memfree == exact && vmstat == exact, "F10: meminfo and vmstat say the same");
	same_number(shell_number("awk '/managed/ { n += $2 } END { print n }' zoneinfo"),
		    shell_number("awk '/^MemTotal:/ { print $2 / 4 }' meminfo"), "F10: managed pages are MemTotal");
	same_number(shell_number("awk '/^Number/ { on = 1 } /^Page/ { on = 0 }"
				 " on && /^Node/ { for (i = 5; i <= NF; i++) n += $i } END { print n }' pagetypeinfo"),
		    shell_number("awk '/spanned/ { s = $2 } /start_pfn/ { n += s / 16 } END { print n }' zoneinfo"),
		    "F10: pageblocks of all types are those the zones span");
}

/* Real tools read /proc alone: give them one of our own. */
static void test_tools(void)
{
	u64 total = shell_number("awk '/^MemTotal:/ { print $2 }' meminfo");
	u64 free_kb = shell_number("awk '/^MemFree:/ { print $2 }' meminfo");
	const char *out = shell("unshare -rm sh -c 'mount --bind meminfo /proc/meminfo && mount --bind vmstat /proc/vmstat &&"
				" free -k && vmstat -s'");
	unsigned long long mem[3] = { 0 };
	char want[80];

	if (!out || !*out) {
		skip("F6: free of procps reads our meminfo", "no mount namespace, or no procps here");
		skip("F5: vmstat of procps reads our vmstat", "the same");
		return;
	}
	ok(sscanf(strstr(out, "Mem:"), "Mem: %llu %llu %llu", &mem[0], &mem[1], &mem[2]) == 3 && mem[0] == total &&
		   mem[2] == free_kb,
	   "F6: free of procps reads our meminfo");
	snprintf(want, sizeof(want), "%13llu K free memory\n", (unsigned long long)free_kb);
	ok(strstr(out, want) && strstr(out, "            0 pages swapped in\n"), "F5: vmstat of procps reads our vmstat");
}

/* Whatever byte of the text is another one, exactly this clause speaks; and none does when it is as before. */
static void each_byte(struct model *m, const char *(*judge)(struct model *m, const char *text), size_t from, size_t to,
		      const char *clause, const char *claim)
{
	size_t noticed = nr_noticed(m, judge, from, to, clause);

	if (!ok(from < to && noticed == to - from, "%s", claim))
		printf("# %zu of %zu\n", noticed, to - from);
	says_clause(judge(m, text), NULL, "  and once, not again when it is as before");
}

/* And a line more at the end. */
static void whole_text(struct model *m, const char *(*judge)(struct model *m, const char *text), const char *clause,
		       const char *claim)
{
	char again[40];

	snprintf(again, sizeof(again), "  a line too many: %s", clause);
	each_byte(m, judge, 0, strlen(text), clause, claim);
	strcat(text, "\n");
	says_clause(judge(m, text), clause, again);
}

static void test_each_byte(struct model *m)
{
	buddyinfo_show(text, sizeof(text));
	whole_text(m, model_judge_buddyinfo, "F1", "another byte in buddyinfo: F1");
	pagetypeinfo_show(text, sizeof(text));
	whole_text(m, model_judge_pagetypeinfo, "F2", "another byte in pagetypeinfo: F2");
	zoneinfo_show(text, sizeof(text));
	whole_text(m, model_judge_zoneinfo, "F4", "another byte in zoneinfo: F4");
	vmstat_show(text, sizeof(text));
	whole_text(m, model_judge_vmstat, "F5", "another byte in vmstat: F5");
	meminfo_show(text, sizeof(text));
	whole_text(m, model_judge_meminfo, "F6", "another byte in meminfo: F6");
}

static const char *judge_failure_on_cpu_0(struct model *m, const char *is)
{
	return model_judge_failure_text(m, 0, is);
}

static void test_judges(struct model *m)
{
	zoneinfo_show(text, sizeof(text));
	says_clause(model_judge_zoneinfo(m, text), NULL, "control: zoneinfo");
	says_clause(model_judge_zoneinfo(m, changed("min      ", "min       ")), "F4", "a blank too many: F4");
	says_clause(model_judge_zoneinfo(m, changed("promo    ", "promo    1")), "F4", "another promo mark: F4");
	says_clause(model_judge_zoneinfo(m, changed("protection: (0, ", "protection: (0,")), "F4", "another row: F4");
	says_clause(model_judge_zoneinfo(m, changed("numa_hit     ", "numa_hit     9")), "F4", "another hit: F4");
	says_clause(model_judge_zoneinfo(m, changed("batch: ", "batch: 1")), "F4", "another batch: F4");
	says_clause(model_judge_zoneinfo(m, changed("threshold: ", "threshold: 3")), "F4", "another threshold: F4");
	says_clause(model_judge_zoneinfo(m, changed("start_pfn:   ", "start_pfn:  1")), "F4", "another start: F4");
	says_clause(model_judge_zoneinfo(m, ""), "F4", "no zoneinfo: F4");
	pagetypeinfo_show(text, sizeof(text));
	says_clause(model_judge_pagetypeinfo(m, text), NULL, "control: pagetypeinfo");
	says_clause(model_judge_pagetypeinfo(m, changed("HighAtomic      0", "HighAtomic      1")), "F2", "another count: F2");
	says_clause(model_judge_pagetypeinfo(m, changed("            0 \n", "            1 \n")), "F2", "another block: F2");
	says_clause(model_judge_pagetypeinfo(m, changed("Page block", "Node")), "F2", "another head: F2");
	vmstat_show(text, sizeof(text));
	says_clause(model_judge_vmstat(m, text), NULL, "control: vmstat");
	says_clause(model_judge_vmstat(m, changed("nr_free_pages ", "nr_free_pages 1")), "F5", "another sum: F5");
	says_clause(model_judge_vmstat(m, changed("pgfree ", "pgfree 1")), "F5", "another event: F5");
	says_clause(model_judge_vmstat(m, changed("nr_bounce 0\n", "")), "F5", "a row is missing: F5");
	says_clause(model_judge_vmstat(m, changed("swap_ra ", "swap_ra_ ")), "F5", "another name: F5");
	meminfo_show(text, sizeof(text));
	says_clause(model_judge_meminfo(m, text), NULL, "control: meminfo");
	says_clause(model_judge_meminfo(m, changed("MemFree:    ", "MemFree:   1")), "F6", "another free: F6");
	says_clause(model_judge_meminfo(m, changed("HighTotal:   ", "HighTotal:  1")), "F6", "another HighTotal: F6");
	says_clause(model_judge_meminfo(m, changed("Cached:           ", "Cached:          4")), "F6", "a cache: F6");
	snprintf(text + strlen(text), 10, "More: 1\n");
	says_clause(model_judge_meminfo(m, text), "F6", "a line too many: F6");
}

/* As if a request on CPU 0 had just been refused. */
static void test_failure_judge(struct world *w)
{
	struct model *m = w->model;

	model_begin_alloc(m, 0, false, 1, NUMA_NO_NODE, GFP_KERNEL, 3);
	w->machine->log_bytes = 0;
	warn_alloc_failure(GFP_KERNEL, 3);
	snprintf(text, sizeof(text), "%s", log_text());
	says_clause(model_judge_failure_text(m, 0, text), NULL, "control: the report of a failure");
	each_byte(m, judge_failure_on_cpu_0, (size_t)(strstr(text, "Mem-Info:") - text),
		  (size_t)(strstr(text, "hwpoisoned") - text), "F9", "another byte in Mem-Info: F9");
	says_clause(model_judge_failure_text(m, 0, changed("order:3", "order:2")), "F8", "another order: F8");
	says_clause(model_judge_failure_text(m, 0, changed("0xcc0", "0xcc1")), "F8", "another mask: F8");
	says_clause(model_judge_failure_text(m, 0, changed("allowed=0-3", "allowed=0")), "F8", "other nodes: F8");
	says_clause(model_judge_failure_text(m, 0, changed("Mem-Info", "Mem-Inf0")), "F9", "no Mem-Info: F9");
	says_clause(model_judge_failure_text(m, 0, changed(" free_pcp:", " free_pcp:9")), "F9", "another free_pcp: F9");
	says_clause(model_judge_failure_text(m, 0, changed("unreclaimable? no", "unreclaimable? yes")), "F9", "a node: F9");
	says_clause(model_judge_failure_text(m, 0, changed("boost:0", "boost:4")), "F9", "another boost: F9");
	says_clause(model_judge_failure_text(m, 0, changed("kB local_pcp:", "kB local_pcp:1")), "F9", "another CPU's: F9");
	says_clause(model_judge_failure_text(m, 0, changed("reserve[]: 0", "reserve[]: 7")), "F9", "a reserve: F9");
	says_clause(model_judge_failure_text(m, 0, changed("(M)", "(E)")), "F9", "another letter: F9");
	says_clause(model_judge_failure_text(m, 0, changed(" = ", " = 1")), "F9", "another sum: F9");
	says_clause(model_judge_failure_text(m, 0, changed(" pages RAM", "0 pages RAM")), "F9", "more RAM: F9");
	says_clause(model_judge_failure_text(m, 0, ""), "F8", "nothing at all: F8");
}

static void test_booted(void)
{
	struct world *w = world_create();
	struct program p;
	char error[200];

	program_init(&p);
	if (!program_parse(&p, SOME_OPS, strlen(SOME_OPS), error, sizeof(error), NULL)) {
		printf("Bail out! %s\n", error);
		exit(1);
	}
	w->until = p.nr_ops;
	lockstep_run(w, &p);
	if (!ok(!w->verdict.failed, "a program reads every file, and the model agrees"))
		printf("# %s: %s\n", w->verdict.clause, w->verdict.sentence);
	machine_enter(w->machine, 0);
	test_judges(w->model);
	test_each_byte(w->model);
	test_failure_judge(w);
	w->machine->nr_events = 0;
	vmstat_refresh(); /* the model does not hear of it: nothing is judged from here */
	write_proc();
	test_recipes();
	test_tools();
	shell("rm -f buddyinfo pagetypeinfo zoneinfo vmstat meminfo");
	rmdir(proc_dir);
	program_free(&p);
	world_destroy(w);
}

/* The largest machine that our limits allow still has room in the world's buffer. */
static void test_room(void)
{
	struct machine *m = by_hand();
	u64 most = 1ULL << 24;

	m->param[PARAM_CPUS] = SIM_MAX_CPUS;
	mm.nr_nodes = MAX_NUMNODES;
	for (unsigned i = 0; i < SIM_MAX_CPUS; i++) {
		normal.pcp[i] = &pcp[1][0];
		normal.stat[i] = &zonestat[1][0];
	}
	pcp[1][0] = (struct per_cpu_pages){ .count = (u32)most, .batch = 63, .tuning = { .high = (u32)most } };
	for (unsigned i = 0; i < NR_VM_NUMA_EVENT_ITEMS; i++)
		zonestat[1][0].vm_numa_event[i] = most * 1000;
	for (unsigned i = 0; i < 4; i++)
		normal.watermark[i] = most;
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		normal.lowmem_reserve[i] = most;
	normal.vm_stat[NR_FREE_PAGES] = (s64)most;
	normal.spanned_pages = normal.present_pages = normal.managed_pages = normal.start_pfn = most;
	for (unsigned i = 0; i < MAX_ZONES; i++)
		mm.zone[i] = &normal;
	ok(zoneinfo_show(text, sizeof(text)) < PAGE_TEXT_BYTES - 1, "zoneinfo of the largest machine has room");
	printf("# %zu characters\n", strlen(text));
	machine_destroy(m);
}

/* --- short buffers ------------------------------------------------------------------------------------------------ */

static unsigned memory_text(char *out, unsigned bytes)
{
	return memblock_show(false, out, bytes);
}

static unsigned reserved_text(char *out, unsigned bytes)
{
	return memblock_show(true, out, bytes);
}

static struct page *owned;

static unsigned owner_text(char *out, unsigned bytes)
{
	return page_owner_show(page_to_pfn(owned), out, bytes);
}

static unsigned gfp_text(char *out, unsigned bytes)
{
	return gfp_flags_show(GFP_HIGHUSER_MOVABLE | __GFP_ZERO | 1u << 31, out, bytes);
}

static unsigned no_gfp_text(char *out, unsigned bytes)
{
	return gfp_flags_show(0, out, bytes);
}

static void test_short_buffers(void)
{
	struct machine_config c = { 0 };
	struct machine *m;

	machine_config_profile(&c, PROFILE_TINY);
	c.param[PARAM_PAGE_OWNER] = 1;
	m = machine_create(&c);
	machine_enter(m, 0);
	ok(!mm_boot() && (owned = alloc_pages(GFP_KERNEL, 0)), "a machine whose texts are cut");
	m->fuel = ~0u;
	check_lengths("buddyinfo", buddyinfo_show);
	check_lengths("pagetypeinfo", pagetypeinfo_show);
	check_lengths("zoneinfo", zoneinfo_show);
	check_lengths("vmstat", vmstat_show);
	check_lengths("meminfo", meminfo_show);
	check_lengths("memblock's memory", memory_text);
	check_lengths("memblock's reserved", reserved_text);
	check_lengths("page_owner", owner_text);
	check_lengths("a mask", gfp_text);
	check_lengths("an empty mask", no_gfp_text);
	strcpy(text, "what was there before");
	ok(!page_owner_show(page_to_pfn(owned) + 1, text, sizeof(text)) && !text[0], "nobody owns the next page: an empty text");
	memset(current_mm()->zone, 0, sizeof(mm.zone));
	strcpy(text, "what was there before");
	ok(!buddyinfo_show(text, sizeof(text)) && !text[0], "no zone, no line of buddyinfo");
	machine_destroy(m);
}

/* As reports name them; behind the last there is a word, not what lies there. */
static void test_zone_names(void)
{
	same_text(zone_name(MAX_NR_ZONES - 1), "Device", "C3: the last zone");
	same_text(zone_name(MAX_NR_ZONES), "?", "  there is none behind it");
	same_text(zone_name(~0u), "?", "  nor far behind it");
}

int main(void)
{
	test_zone_names();
	test_short_buffers();
	test_zoneinfo();
	test_pagetypeinfo();
	test_vmstat();
	test_meminfo();
	test_failure_report();
	test_bad_pages();
	test_drift();
	test_dead_cpu();
	test_thresholds();
	test_numa();
	test_recorded();
	test_room();
	test_booted();
	return tap_end();
}
