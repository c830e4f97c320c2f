// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_slab_text.c - what the slab allocator says of itself: slabinfo, attributes, and the lines of other texts that are its.
 *
 * Golden texts come from caches that are written down by hand, so that each number is known without any allocator; lines
 * of a running Linux 6.18 show that the forms are the kernel's. Then a machine with caches in use: the texts must agree
 * with each other (F10), with the model, and be understood by tools that have never heard of us.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../mm/slab_internal.h"
#include "lockstep.h"
#include "model_slab.h"
#include "model_text.h"
#include "texts.h"
#include "tool.h"
#include "world.h"

/* --- caches by hand ----------------------------------------------------------------------------------------------- */

/*
 *   node 0   frames 0..15; node 1   frames 16..31
 *
 *   kmalloc-64   frame 0: CPU 0's slab    1: CPU 1's slab    2, 3: chain of CPU 0, with 17    4: partial, 6 of 64 in use
 *                16: partial, 1 of 64 in use    18: full
 *   big          frame 8..15: a slab of order 3, partial, 3 of 4 in use; 20: a slab of order 0, all of its one object free
 *   (newest first: big, kmalloc-64, kmem_cache)
 */
static struct mm mm;
static struct slab_state state;
static struct zone zone[2];
static struct page page[32];
static struct pageblock block[8];
static struct kmem_cache_cpu percpu[2][SLAB_MAX_CACHES];
static struct kmem_cache kmalloc_64, big, descriptors;
static struct kmem_cache_node node[3][2];

static struct slab *slab_at(u64 pfn)
{
	return (struct slab *)&page[pfn];
}

static void make_cache(struct kmem_cache *s, u8 id, const char *name, struct kmem_cache_node *nodes)
{
	s->id = id;
	snprintf(s->name, sizeof(s->name), "%s", name);
	for (unsigned nid = 0; nid < 2; nid++) {
		s->node[nid] = &nodes[nid];
		spin_lock_init(&nodes[nid].list_lock, RANK_SLAB_LIST);
		INIT_LIST_HEAD(&nodes[nid].partial);
		INIT_LIST_HEAD(&nodes[nid].full);
	}
	state.cache[id] = s;
	list_add(&s->list, &state.caches);
}

/* A slab like any other; then where it is. */
static struct slab *make_slab(struct kmem_cache *s, u64 pfn, unsigned order, u16 objects, u16 inuse)
{
	struct slab *slab = slab_at(pfn);
	struct kmem_cache_node *n = s->node[pfn / 16];

	slab->flags = PG_slab | (u32)s->id << SLAB_ID_SHIFT | order << SLAB_ORDER_SHIFT;
	slab->counters = counters_pack((struct slab_counters){ .freelist = NO_FREE, .inuse = inuse, .objects = objects });
	n->nr_slabs++;
	n->total_objects += objects;
	return slab;
}

static void make_partial(struct kmem_cache *s, u64 pfn, unsigned order, u16 objects, u16 inuse)
{
	struct kmem_cache_node *n = s->node[pfn / 16];

	list_add_tail(&make_slab(s, pfn, order, objects, inuse)->slab_list, &n->partial);
	n->nr_partial++;
}

static void chain(unsigned cpu, struct kmem_cache *s, u64 pfn, u32 length)
{
	struct kmem_cache_cpu *c = &percpu[cpu][s->id];
	struct slab *slab = make_slab(s, pfn, 0, 64, 32);

	slab->next = c->partial;
	slab->slabs = length;
	c->partial = slab;
}

static void make_kmalloc_64(void)
{
	struct kmem_cache *s = &kmalloc_64;

	*s = (struct kmem_cache){ .flags = SLAB_KMALLOC | SLAB_NO_MERGE, .object_size = 64, .size = 64, .inuse = 64, .offset = 32,
				  .align = 64, .oo = { 0, 64 }, .min = { 0, 64 }, .refcount = 1, .cpu_partial = 120,
				  .cpu_partial_slabs = 4, .min_partial = 5, .remote_node_defrag_ratio = 1000, .usersize = 64 };
	make_cache(s, 2, "kmalloc-64", node[1]);
	percpu[0][2].slab = make_slab(s, 0, 0, 64, 64);
	percpu[1][2].slab = make_slab(s, 1, 0, 64, 64);
	chain(0, s, 2, 1);
	chain(0, s, 3, 2);
	chain(0, s, 17, 3);
	make_partial(s, 4, 0, 64, 6);
	make_partial(s, 16, 0, 64, 1);
	make_slab(s, 18, 0, 64, 64);
}

static void constructor(void *object)
{
	(void)object;
}

static void make_big(void)
{
	struct kmem_cache *s = &big;

	*s = (struct kmem_cache){ .flags = SLAB_RECLAIM_ACCOUNT | SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA | SLAB_TYPESAFE_BY_RCU,
				  .object_size = 4097, .size = 4160, .align = 64, .oo = { 3, 7 }, .min = { 1, 1 }, .refcount = 3,
				  .cpu_partial = 6, .cpu_partial_slabs = 2, .min_partial = 6, .remote_node_defrag_ratio = 255,
				  .ctor = constructor };
	make_cache(s, 3, "a_name_of_eighteen", node[2]);
	make_partial(s, 8, 3, 7, 3);
	make_partial(s, 20, 1, 1, 0);
}

static struct machine *by_hand(void)
{
	struct machine_config c = { 0 };
	struct machine *m;

	machine_config_profile(&c, PROFILE_TINY);
	c.param[PARAM_CPUS] = 2;
	m = machine_create(&c);
	machine_enter(m, 0);
	memset(&mm, 0, sizeof(mm));
	memset(&state, 0, sizeof(state));
	memset(page, 0, sizeof(page));
	memset(percpu, 0, sizeof(percpu));
	memset(node, 0, sizeof(node));
	mm.mem_map = page;
	mm.pageblock = block;
	mm.nr_frames = 32;
	mm.max_order = 3;
	mm.pageblock_order = 2;
	mm.nr_nodes = 2;
	mm.slab = &state;
	for (unsigned nid = 0; nid < 2; nid++) {
		zone[nid] = (struct zone){ .nid = (u8)nid, .index = ZONE_NORMAL };
		mm.zone[nid * MAX_NR_ZONES + ZONE_NORMAL] = &zone[nid];
		m->cpu[nid].percpu = percpu[nid];
	}
	for (unsigned b = 0; b < 8; b++)
		block[b] = (struct pageblock){ .zone = (u8)(b / 4 * MAX_NR_ZONES + ZONE_NORMAL) };
	m->mm = &mm;
	m->fuel = 100000;
	mutex_init(&state.mutex, RANK_SLAB_MUTEX);
	INIT_LIST_HEAD(&state.caches);
	descriptors = (struct kmem_cache){ .flags = SLAB_PANIC, .object_size = 200, .size = 256, .align = 64, .oo = { 0, 16 },
					   .refcount = -1 };
	make_cache(&descriptors, 1, "kmem_cache", node[0]);
	make_kmalloc_64();
	make_big();
	return m;
}

/* --- F3 ----------------------------------------------------------------------------------------------------------- */

#define HEAD                                                                                                           \
	"slabinfo - version: 2.1\n"                                                                                    \
	"# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> "         \
	"<batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n"

static const char slabinfo[] =
	HEAD "a_name_of_eighteen      3      8   4160    7    8 : tunables    0    0    0 : slabdata      2      2      0\n"
	     "kmalloc-64           391    512     64   64    1 : tunables    0    0    0 : slabdata      8      8      0\n"
	     "kmem_cache             0      0    256   16    1 : tunables    0    0    0 : slabdata      0      0      0\n";

/* Lines of a machine with two CPUs and Linux 6.18. */
static const char recorded[] =
	HEAD "kmalloc-64          2068   2176     64   64    1 : tunables    0    0    0 : slabdata     34     34      0\n";
static const char recorded_cpu_slabs[] = "9 N0=9\n";
static const char recorded_slabs_cpu_partial[] = "224(7) C0=96(3) C1=128(4)\n";
static const char recorded_objects[] = "2068 N0=2068\n";

/* What these lines say, as caches. */
static void as_recorded(void)
{
	list_del(&big.list);
	list_del(&descriptors.list);
	memset(percpu, 0, sizeof(percpu));
	for (unsigned nid = 0; nid < 2; nid++) {
		node[1][nid] = (struct kmem_cache_node){ .list_lock = node[1][nid].list_lock };
		INIT_LIST_HEAD(&node[1][nid].partial);
	}
	percpu[0][2].slab = make_slab(&kmalloc_64, 0, 0, 64, 64);
	percpu[1][2].slab = make_slab(&kmalloc_64, 1, 0, 64, 64);
	chain(0, &kmalloc_64, 2, 3);
	chain(1, &kmalloc_64, 3, 4);
	make_partial(&kmalloc_64, 4, 0, 64, 10);
	make_partial(&kmalloc_64, 5, 0, 64, 10);
	node[1][0].nr_slabs = 34;
	node[1][0].total_objects = 2176;
}

static void same_attribute(const struct kmem_cache *s, const char *name, const char *want)
{
	char claim[100];
	unsigned answered = slab_attr_show(s, name, text, sizeof(text));

	snprintf(claim, sizeof(claim), "%s/%s%s", s->name, name, answered == strlen(text) ? "" : ", of another length");
	same_text(answered == strlen(text) ? text : "?", want, claim);
}

static void test_slabinfo(void)
{
	struct machine *m = by_hand();
	unsigned answered = slabinfo_show(text, sizeof(text));

	same_text(text, slabinfo, "F3: slabinfo, the newest cache first; what CPUs keep counts as active");
	same_number(answered, strlen(slabinfo), "F3: slabinfo returns its length");
	ok(!this_cpu->nr_held && !this_cpu->irqs_off, "  and no lock is held any more");
	as_recorded();
	slabinfo_show(text, sizeof(text));
	same_text(text, recorded, "F3: a line of slabinfo as Linux prints it");
	same_attribute(&kmalloc_64, "cpu_slabs", recorded_cpu_slabs);
	same_attribute(&kmalloc_64, "slabs_cpu_partial", recorded_slabs_cpu_partial);
	same_attribute(&kmalloc_64, "objects", recorded_objects);
	machine_destroy(m);
}

/* --- attributes --------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *of_kmalloc_64, *of_big, *of_descriptors;
} golden[] = {
	{ "aliases", "0\n", "2\n", "0\n" },
	{ "align", "64\n", "64\n", "64\n" },
	{ "cache_dma", "0\n", "1\n", "0\n" },
	{ "cpu_partial", "120\n", "6\n", "0\n" },
	{ "cpu_slabs", "5 N0=2 N1=3\n", "0\n", "0\n" },
	{ "ctor", "", "ctor+0x0\n", "" },
	{ "destroy_by_rcu", "0\n", "1\n", "0\n" },
	{ "failslab", "0\n", "0\n", "0\n" },
	{ "hwcache_align", "0\n", "1\n", "0\n" },
	{ "min_partial", "5\n", "6\n", "0\n" },
	{ "object_size", "64\n", "4097\n", "200\n" },
	{ "objects", "391 N0=262 N1=129\n", "3 N0=3\n", "0\n" },
	{ "objects_partial", "7 N0=6 N1=1\n", "3 N0=3\n", "0\n" },
	{ "objs_per_slab", "64\n", "7\n", "16\n" },
	{ "order", "0\n", "3\n", "0\n" },
	{ "partial", "2 N0=1 N1=1\n", "2 N0=1 N1=1\n", "0\n" },
	{ "poison", "0\n", "0\n", "0\n" },
	{ "reclaim_account", "0\n", "1\n", "0\n" },
	{ "red_zone", "0\n", "0\n", "0\n" },
	{ "remote_node_defrag_ratio", "100\n", "25\n", "0\n" },
	{ "sanity_checks", "0\n", "0\n", "0\n" },
	{ "shrink", "", "", "" },
	{ "slab_size", "64\n", "4160\n", "256\n" },
	{ "slabs", "8 N0=5 N1=3\n", "2 N0=1 N1=1\n", "0\n" },
	{ "slabs_cpu_partial", "96(3) C0=96(3)\n", "0(0)\n", "0(0)\n" },
	{ "store_user", "0\n", "0\n", "0\n" },
	{ "total_objects", "512 N0=320 N1=192\n", "8 N0=7 N1=1\n", "0\n" },
	{ "trace", "0\n", "0\n", "0\n" },
	{ "usersize", "64\n", "0\n", "0\n" },
	{ "validate", "", "", "" },
};

static void test_attributes(void)
{
	struct machine *m = by_hand();

	for (size_t i = 0; i < ARRAY_SIZE(golden); i++) {
		same_attribute(&kmalloc_64, golden[i].name, golden[i].of_kmalloc_64);
		same_attribute(&big, golden[i].name, golden[i].of_big);
		same_attribute(&descriptors, golden[i].name, golden[i].of_descriptors);
	}
	same_attribute(&big, "colour", "");
	big.flags = SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_FAILSLAB;
	same_attribute(&big, "sanity_checks", "1\n");
	same_attribute(&big, "red_zone", "1\n");
	same_attribute(&big, "poison", "1\n");
	same_attribute(&big, "store_user", "1\n");
	same_attribute(&big, "trace", "1\n");
	same_attribute(&big, "failslab", "1\n");
	same_attribute(&big, "destroy_by_rcu", "0\n");
	percpu[0][2].slab = NULL;
	same_attribute(&kmalloc_64, "cpu_slabs", "1 N0=1\n"); /* without a slab a CPU's chain is not looked at */
	machine_destroy(m);
}

/* --- tracks ------------------------------------------------------------------------------------------------------- */

/* An object of 80 bytes: the object's 32, its free pointer, two tracks. */
static void put_track(u64 pfn, u32 index, enum track_item which, struct track t)
{
	char *at = (char *)ram_address(this_cpu->machine, pfn) + index * 128 + 40 + which * sizeof(t);

	memcpy(at, &t, sizeof(t));
}

static const char alloc_traces[] = "      3 kmalloc+7 age=5/16/38 pid=100-103 cpus=0,3 nodes=0-1\n"
				   "      2 kmem_cache_alloc+7 age=1/2/4 pid=101 cpus=1 nodes=0\n"
				   "      1 kmalloc+8 age=38 pid=105 cpus=5 nodes=0\n";
static const char free_traces[] = "      5 <not-available> age=40 pid=0 cpus=0 nodes=0-1\n"
				  "      1 kfree+3 age=30 pid=100 cpus=0 nodes=0\n";

static void test_traces(void)
{
	struct machine *m = by_hand();
	struct kmem_cache *s = &descriptors;

	tool_unpoison(ram_address(m, 0), 32 * PAGE_SIZE);
	s->flags = SLAB_STORE_USER;
	s->object_size = 32;
	s->inuse = s->offset = 32;
	s->size = 128;
	state.operation[0] = "kmalloc";
	state.operation[1] = "kmem_cache_alloc";
	state.operation[2] = "kfree";
	m->now_ns = 40 * 1000000ULL;
	same_attribute(s, "alloc_traces", "No data\n");
	same_attribute(&kmalloc_64, "alloc_traces", "");
	make_partial(s, 12, 0, 32, 5); /* object 4 is free, and those behind it */
	list_add(&make_slab(s, 24, 0, 1, 1)->slab_list, &s->node[1]->full);
	slab_at(12)->counters = counters_pack((struct slab_counters){ .freelist = 5 * 128 / 8, .inuse = 5, .objects = 6 });
	set_freepointer(s, (char *)ram_address(m, 12) + 5 * 128, NULL);
	for (u32 i = 0; i < 6; i++)
		put_track(12, i, TRACK_FREE, (struct track){ 0 });
	put_track(24, 0, TRACK_FREE, (struct track){ 0 });
	put_track(12, 0, TRACK_ALLOC, (struct track){ .who = 2, .step = 7, .cpu = 1, .pid = 101, .when = 36 });
	put_track(12, 1, TRACK_ALLOC, (struct track){ .who = 1, .step = 7, .cpu = 3, .pid = 103, .when = 2 });
	put_track(12, 2, TRACK_ALLOC, (struct track){ .who = 1, .step = 8, .cpu = 5, .pid = 105, .when = 2 });
	put_track(12, 3, TRACK_ALLOC, (struct track){ .who = 2, .step = 7, .cpu = 1, .pid = 101, .when = 39 });
	put_track(12, 4, TRACK_ALLOC, (struct track){ .who = 1, .step = 7, .cpu = 0, .pid = 100, .when = 35 });
	put_track(12, 5, TRACK_ALLOC, (struct track){ .who = 1, .step = 9 });
	put_track(24, 0, TRACK_ALLOC, (struct track){ .who = 1, .step = 7, .cpu = 0, .pid = 100, .when = 34 });
	put_track(12, 2, TRACK_FREE, (struct track){ .who = 3, .step = 3, .pid = 100, .when = 10 });
	same_attribute(s, "alloc_traces", alloc_traces);
	same_attribute(s, "free_traces", free_traces);
	s->flags |= SLAB_KMALLOC;
	for (u32 i = 0; i < 5; i++) /* the sizes asked for: 20 bytes, one of them 32 */
		*(u64 *)((char *)ram_address(m, 12) + i * 128 + 104) = i ? 20 : 32;
	*(u64 *)((char *)ram_address(m, 24) + 104) = 20;
	same_attribute(s, "alloc_traces", "      3 kmalloc+7 waste=36/12 age=5/16/38 pid=100-103 cpus=0,3 nodes=0-1\n"
					  "      1 kmem_cache_alloc+7 age=4 pid=101 cpus=1 nodes=0\n"
					  "      1 kmem_cache_alloc+7 waste=12/12 age=1 pid=101 cpus=1 nodes=0\n"
					  "      1 kmalloc+8 waste=12/12 age=38 pid=105 cpus=5 nodes=0\n");
	same_attribute(s, "free_traces", free_traces);
	machine_destroy(m);
}

/* --- attributes that can be written ------------------------------------------------------------------------------- */

static void stores(struct kmem_cache *s, const char *name, const char *value, int answer, const char *shows)
{
	char claim[100];

	snprintf(claim, sizeof(claim), "\"%.*s\" > %s: %d", (int)strcspn(value, "\n"), value, name, answer);
	ok(slab_attr_store(s, name, value) == answer, "%s", claim);
	same_attribute(s, name, shows);
}

static void test_stores(void)
{
	struct machine *m = by_hand();

	stores(&kmalloc_64, "min_partial", "17\n", 0, "17\n");
	stores(&kmalloc_64, "min_partial", "0", 0, "0\n");
	stores(&kmalloc_64, "min_partial", "4294967295", 0, "4294967295\n");
	stores(&kmalloc_64, "min_partial", "4294967296", -ERANGE, "4294967295\n");
	stores(&kmalloc_64, "min_partial", "", -EINVAL, "4294967295\n");
	stores(&kmalloc_64, "min_partial", "-1", -EINVAL, "4294967295\n");
	stores(&kmalloc_64, "min_partial", "1 ", -EINVAL, "4294967295\n");
	stores(&kmalloc_64, "min_partial", "1\n\n", -EINVAL, "4294967295\n");
	stores(&kmalloc_64, "remote_node_defrag_ratio", "7", 0, "7\n");
	same_number(kmalloc_64.remote_node_defrag_ratio, 70, "  kept in thousandths");
	stores(&kmalloc_64, "remote_node_defrag_ratio", "101", -ERANGE, "7\n");
	stores(&kmalloc_64, "remote_node_defrag_ratio", "x", -EINVAL, "7\n");
	stores(&kmalloc_64, "failslab", "1\n", 0, "1\n");
	stores(&kmalloc_64, "failslab", "no\n", 0, "0\n");
	same_number(kmalloc_64.flags, SLAB_KMALLOC | SLAB_NO_MERGE, "  and no other flag has changed");
	stores(&big, "failslab", "1\n", -EINVAL, "0\n");
	stores(&big, "poison", "1\n", -EACCES, "0\n");
	stores(&big, "order", "1\n", -EACCES, "3\n");
	stores(&big, "colour", "1\n", -ENOENT, "");
	stores(&big, "shrink", "0\n", -EINVAL, "");
	stores(&big, "validate", "0\n", -EINVAL, "");
	stores(&big, "validate", "1\n", -EINVAL, "");
	stores(&big, "cpu_partial", "y", -EINVAL, "6\n");
	big.flags |= SLAB_RED_ZONE;
	stores(&big, "cpu_partial", "1", -EINVAL, "6\n");
	machine_destroy(m);
}

/* --- lines of other texts ----------------------------------------------------------------------------------------- */

static void test_other_texts(void)
{
	struct machine *m = by_hand();

	mm.slab_pages[0][true] = 40;
	mm.slab_pages[1][true] = 3;
	mm.slab_pages[0][false] = 7;
	mm.slab_pages[1][false] = -2;
	zone[0].present_pages = zone[1].present_pages = zone[0].managed_pages = zone[1].managed_pages = 16;
	zone[0].watermark[WMARK_LOW] = 4;
	zone[0].watermark_boost = 3;
	zone[1].watermark[WMARK_LOW] = 5;
	zone[1].vm_stat[NR_FREE_PAGES] = 10;
	mm.totalreserve_pages = 9;
	for (unsigned i = 0; i < 2 * NR_PAGE_ORDERS * MIGRATE_TYPES; i++)
		INIT_LIST_HEAD(&zone[i % 2].free_area[i / 2 / MIGRATE_TYPES].free_list[i / 2 % MIGRATE_TYPES]);
	for (unsigned cpu = 0; cpu < 2; cpu++)
		for (unsigned nid = 0; nid < 2; nid++) {
			spin_lock_init(&zone[nid].lock, RANK_ZONE);
			zone[nid].pcp[cpu] = calloc(1, sizeof(*zone[nid].pcp[cpu]));
			spin_lock_init(&zone[nid].pcp[cpu]->lock, RANK_PCP);
			zone[nid].stat[cpu] = calloc(1, sizeof(*zone[nid].stat[cpu]));
		}
	meminfo_show(text, sizeof(text));
	ok(strstr(text, "KReclaimable:        172 kB\nSlab:                200 kB\nSReclaimable:        172 kB\nSUnreclaim:"
			"           28 kB\n"),
	   "F6: slab pages of all nodes");
	ok(strstr(text, "MemAvailable:        128 kB\n"), "F7: 10 + 43 - min(21, 12) - 9 pages");
	zone[0].watermark[WMARK_LOW] = 400;
	meminfo_show(text, sizeof(text));
	ok(strstr(text, "MemAvailable:         92 kB\n"), "F7: 10 + 43 - 21 - 9: half of them at most");
	vmstat_show(text, sizeof(text));
	ok(strstr(text, "nr_unevictable 0\nnr_slab_reclaimable 43\nnr_slab_unreclaimable 7\nnr_isolated_anon 0\n"), "F5: their sums");
	zoneinfo_show(text, sizeof(text));
	ok(strstr(text, "\n      nr_unevictable 0\n      nr_slab_reclaimable 40\n      nr_slab_unreclaimable 7\n"
			"      nr_isolated_anon 0\n") &&
		   strstr(text, "\n      nr_slab_reclaimable 3\n      nr_slab_unreclaimable 0\n"),
	   "F4: of each node, and not less than none");
	warn_alloc_failure(GFP_KERNEL, 3);
	m->host->log[m->log_bytes] = 0;
	ok(strstr(m->host->log, " slab_reclaimable:43 slab_unreclaimable:7\n"), "F9: and in Mem-Info");
	for (unsigned cpu = 0; cpu < 2; cpu++)
		for (unsigned nid = 0; nid < 2; nid++)
			free(zone[nid].pcp[cpu]), free(zone[nid].stat[cpu]);
	machine_destroy(m);
}

/* --- a machine with caches in use: the model, each other, tools --------------------------------------------------- */

#define SOME_OPS                                                                                                       \
	"mmcheck-trace 1 profile=small start=slab flags=recount swarm=0x0 seed=0x0\n"                                  \
	"0: c0 = kmem_cache_create name=dentry size=100 align=0 flags=RECLAIM_ACCOUNT ctor=none\n"                      \
	"1: c1 = kmem_cache_create name=inode_cache size=600 align=4 flags=RECLAIM_ACCOUNT|NO_MERGE ctor=first\n"       \
	"2: c2 = kmem_cache_create name=filp size=100 align=0 flags=RED_ZONE|POISON|STORE_USER ctor=none\n"             \
	"3: o0 = kmem_cache_alloc_bulk c0 gfp=GFP_KERNEL count=32\n"                                                  \
	"4: o1 = kmem_cache_alloc_bulk c0 cpu=2 gfp=GFP_KERNEL count=32\n"                                            \
	"5: o2 = kmem_cache_alloc_bulk c0 cpu=2 gfp=GFP_KERNEL count=32\n"                                            \
	"6: o3 = kmem_cache_alloc_bulk c1 cpu=3 gfp=GFP_KERNEL count=32\n"                                            \
	"7: o4 = kmem_cache_alloc_bulk c1 cpu=4 gfp=GFP_KERNEL count=32\n"                                            \
	"8: o5 = kmem_cache_alloc_bulk c2 cpu=1 gfp=GFP_KERNEL count=17\n"                                            \
	"9: o6 = kmem_cache_alloc c2 cpu=6 gfp=GFP_KERNEL\n"                                                          \
	"10: sleep ms=5\n"                                                                                            \
	"11: kmem_cache_free o6 cpu=7\n"                                                                              \
	"12: o7 = kmem_cache_alloc c2 cpu=6 gfp=GFP_KERNEL\n"                                                         \
	"13: kmem_cache_free_bulk o1 cpu=5\n"                                                                         \
	"14: kmem_cache_free_bulk o4 cpu=5\n"                                                                         \
	"15: slabinfo\n"                                                                                              \
	"16: meminfo\n"                                                                                               \
	"17: vmstat\n"                                                                                                \
	"18: zoneinfo\n"                                                                                              \
	"19: slab_attr c0 attribute=cpu_slabs\n"                                                                      \
	"20: slab_attr c2 attribute=alloc_traces\n"                                                                   \
	"21: slab_attr_of id=1 attribute=slabs\n"                                                                     \
	"22: slab_attr_store c1 attribute=remote_node_defrag_ratio value=70 form=line\n"                              \
	"23: slab_attr_store_of id=4 attribute=min_partial value=70 form=bare\n"                                      \
	"24: c3 = kmem_cache_create name=sock size=100 align=0 flags=STORE_USER ctor=none\n"

/* Whatever byte is another one, exactly this clause speaks; and none when it is as before. */
static void each_byte(struct model *m, const char *(*judge)(struct model *m, const char *text), const char *clause,
		      const char *claim)
{
	size_t length = strlen(text), noticed;

	says_clause(judge(m, text), NULL, claim);
	noticed = nr_noticed(m, judge, 0, length, clause);
	if (!ok(noticed == length, "  another byte: %s", clause))
		printf("# %zu of %zu\n", noticed, length);
	strcat(text, "x");
	says_clause(judge(m, text), clause, "  a line too many");
}

static void test_slabinfo_judge(struct model *m)
{
	slabinfo_show(text, sizeof(text));
	says_clause(model_judge_slabinfo(m, changed("version: 2.1", "version: 2.0")), "F3", "another version: F3");
	says_clause(model_judge_slabinfo(m, changed("slabdata <active", "slabdata <actve")), "F3", "another head: F3");
	says_clause(model_judge_slabinfo(m, changed("filp  ", "file  ")), "F3", "another name: F3");
	says_clause(model_judge_slabinfo(m, changed("kmem_cache_node ", "kmem_cache ")), "F3", "another order: F3");
	says_clause(model_judge_slabinfo(m, ""), "F3", "no slabinfo: F3");
	each_byte(m, model_judge_slabinfo, "F3", "control: slabinfo");
}

/* The attribute that judge_this() is about. */
static unsigned this_id;
static const char *this_attribute;

static const char *judge_this(struct model *m, const char *is)
{
	return model_judge_slab_attr(m, this_id, this_attribute, is);
}

static void test_attribute_judge(struct world *w)
{
	for (unsigned slot = 0; slot < 4; slot++)
		for (unsigned i = 0; i < NR_SLAB_ATTRIBUTES; i++) {
			char claim[100];

			this_id = w->cache[slot].id;
			this_attribute = slab_attributes[i];
			slab_attr_show(w->cache[slot].s, this_attribute, text, sizeof(text));
			snprintf(claim, sizeof(claim), "control: %s/%s", kmem_cache_name(w->cache[slot].s), this_attribute);
			each_byte(w->model, judge_this, "F50", claim);
		}
}

static void writes(struct world *w, const char *attribute, const char *value, int due)
{
	char claim[100];
	int answer = model_begin_slab_attr(w->model, 0, w->cache[1].id, attribute, value);

	snprintf(claim, sizeof(claim), "F51: \"%.*s\" > %s: %d", (int)strcspn(value, "\n"), value, attribute, due);
	same_number((unsigned)answer, (unsigned)due, claim);
	says_clause(model_slab_attr_written(w->model, 0, w->cache[1].id, attribute, answer, due), NULL, "  as it must be");
	says_clause(model_slab_attr_written(w->model, 0, w->cache[1].id, attribute, answer, due - 1), "F51", "  another answer: F51");
	says_clause(model_end(w->model, 0), NULL, "  and over");
}

static void test_writes(struct world *w)
{
	writes(w, "min_partial", "3", 0);
	writes(w, "min_partial", "3\n", 0);
	writes(w, "min_partial", "3 ", -EINVAL);
	writes(w, "min_partial", "", -EINVAL);
	writes(w, "min_partial", "42949672960", -ERANGE);
	writes(w, "remote_node_defrag_ratio", "100", 0);
	writes(w, "remote_node_defrag_ratio", "101", -ERANGE);
	writes(w, "cpu_partial", "x", -EINVAL);
	writes(w, "failslab", "1", 0);
	writes(w, "failslab", "0", 0);
	writes(w, "shrink", "0", -EINVAL);
	writes(w, "validate", "1", -EINVAL);
	writes(w, "order", "1", -EACCES);
	writes(w, "slabs", "1", -EACCES);
	writes(w, "ctor", "1", -EACCES);
	writes(w, "colour", "1", -ENOENT);
	model_begin_slab_attr(w->model, 0, w->cache[1].id, "cpu_partial", "2");
	says_clause(model_slab_attr_written(w->model, 0, w->cache[1].id, "cpu_partial", 0, 0), "S11",
		    "a CPU has slabs of a cache that was flushed: S11");
	says_clause(model_end(w->model, 0), NULL, "  and over");
	model_begin_slab_attr(w->model, 0, w->cache[1].id, "shrink", "1");
	says_clause(model_slab_attr_written(w->model, 0, w->cache[1].id, "shrink", 0, 0), "S23",
		    "a CPU has slabs of a cache that was shrunk: S23");
	says_clause(model_end(w->model, 0), NULL, "  and over");
}

/* --- tools -------------------------------------------------------------------------------------------------------- */

/* F10, by the recipes people use. */
static void test_recipes(void)
{
	u64 pages = shell_number("awk 'NR > 2 { n += $15 * $6 } END { print n }' slabinfo");
	u64 slab = shell_number("awk '/^Slab:/ { print $2 / 4 }' meminfo");
	u64 kinds = shell_number("awk '/^(SReclaimable|SUnreclaim):/ { n += $2 / 4 } END { print n }' meminfo");
	u64 vmstat = shell_number("awk '/^nr_slab_(un)?reclaimable / { n += $2 } END { print n }' vmstat");
	u64 zoneinfo = shell_number("awk '/^ *nr_slab_(un)?reclaimable / { n += $2 } END { print n }' zoneinfo");

	ok(pages > 0 && pages <= slab, "F10: slabs times their pages are at most Slab");
	same_number(pages, slab, "  and all of it where there is no large block");
	same_number(kinds, slab, "F10: reclaimable and not, they are Slab");
	same_number(vmstat, slab, "F10: vmstat says the same");
	same_number(zoneinfo, slab, "F10: and so do the nodes of zoneinfo");
	same_number(shell_number("awk 'NR > 2 && $2 > $3 { n++ } END { print n + 0 }' slabinfo"), 0,
		    "F3: no cache has more active objects than objects");
	same_number(shell_number("awk 'NR > 2 && NF != 16 { n++ } END { print n + 0 }' slabinfo"), 0, "F3: sixteen words a row");
}

/* Real tools read /proc alone: give them one of our own. */
static void test_tools(void)
{
	u64 active = shell_number("awk 'NR > 2 { n += $2 } END { print n }' slabinfo");
	u64 objects = shell_number("awk 'NR > 2 { n += $3 } END { print n }' slabinfo");
	u64 slabs = shell_number("awk 'NR > 2 { n += $15 } END { print n }' slabinfo");
	const char *out = shell("unshare -rm sh -c 'mount --bind slabinfo /proc/slabinfo && slabtop -o -s a && vmstat -m'");
	unsigned long long seen[4] = { 0 };
	const char *at, *row;

	if (!out || !*out) {
		skip("F3: slabtop of procps reads our slabinfo", "no mount namespace, or no procps here");
		skip("F3: vmstat -m of procps reads our slabinfo", "the same");
		return;
	}
	at = strstr(out, "Active / Total Objects (% used)");
	ok(at && sscanf(strchr(at, ':'), ": %llu / %llu", &seen[0], &seen[1]) == 2 && seen[0] == active && seen[1] == objects,
	   "F3: slabtop of procps reads our slabinfo");
	at = strstr(out, "Active / Total Slabs (% used)");
	ok(at && sscanf(strchr(at, ':'), ": %llu / %llu", &seen[0], &seen[1]) == 2 && seen[0] == slabs && seen[1] == slabs,
	   "  and counts the same slabs");
	row = strstr(out, "Cache                       Num  Total   Size  Pages");
	row = row ? strstr(row, "\ninode_cache ") : NULL;
	ok(row && sscanf(row, "\ninode_cache %llu %llu %llu %llu", &seen[0], &seen[1], &seen[2], &seen[3]) == 4 && seen[2] == 608,
	   "F3: vmstat -m of procps reads our slabinfo");
}

static void test_in_use(void)
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
	if (!ok(!w->verdict.failed, "a program reads slabinfo and attributes, and the model agrees")) {
		printf("# step %d: %s: %s\n", w->verdict.step, w->verdict.clause, w->verdict.sentence);
		return; /* what follows looks at what the program left */
	}
	machine_enter(w->machine, 0);
	w->machine->fuel = ~0u;
	test_slabinfo_judge(w->model);
	test_attribute_judge(w);
	open_proc_dir();
	write_file("slabinfo", slabinfo_show);
	write_file("meminfo", meminfo_show);
	write_file("vmstat", vmstat_show);
	write_file("zoneinfo", zoneinfo_show);
	test_recipes();
	test_tools();
	test_writes(w);
	shell("rm -f slabinfo meminfo vmstat zoneinfo");
	rmdir(proc_dir);
	program_free(&p);
	world_destroy(w);
}

/* --- short buffers ------------------------------------------------------------------------------------------------ */

static unsigned chain_text(char *out, unsigned bytes)
{
	return slab_attr_show(&kmalloc_64, "slabs_cpu_partial", out, bytes);
}
static unsigned nodes_text(char *out, unsigned bytes)
{
	return slab_attr_show(&kmalloc_64, "objects", out, bytes);
}

static void test_short_buffers(void)
{
	struct machine *m = by_hand();

	m->fuel = ~0u;
	check_lengths("slabinfo", slabinfo_show);
	check_lengths("slabs_cpu_partial", chain_text);
	check_lengths("objects", nodes_text);
	machine_destroy(m);
}

int main(void)
{
	test_in_use();
	test_short_buffers();
	test_slabinfo();
	test_attributes();
	test_traces();
	test_stores();
	test_other_texts();
	return tap_end();
}
