/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stress.c - the allocator on 2, 4 and 8 threads that do everything at once, and an account at the end.
 *
 *   threads_stress [SEED [OPERATIONS]]      operations of each thread; a quarter with poison and page_owner
 *
 * Each thread is a CPU. It allocates and frees at random, single pages, blocks, compound blocks, bulk; passes blocks and
 * references to others through a mailbox; drains, changes knobs, disables lists, isolates pageblocks, reads /proc and now
 * and then hands its CPU to somebody else. Every page of a block carries a stamp that says whose it is; whoever frees the
 * block looks first. Page tables hang in a shared place: readers walk them without a lock, and who replaces one gives the
 * old one back when its readers are gone. Nothing of this is repeatable but each thread's own dice.
 *
 * In the end everything is freed: then the recount must find the machine valid, and after settling the free blocks must
 * be those of boot. Under TSan any two accesses without an order between them end the program.
 */
#include <sched.h>
#include "crowd.h"
#include "gfp.h"
#include "highmem.h"
#include "pgtable.h"
#include "rcu.h"
#include "vmstat.h"
#include "tap.h"

#define MOST_THREADS 8
#define MOST_LIVE    256
#define MAILBOX	     32
#define TABLES	     8
#define TEXT_BYTES   (64 << 10)

struct parcel {
	struct page *page;
	u64 stamp;
	u8 order;
	bool put; /* a reference, dropped by put_page() */
};

struct shared {
	struct machine *m;
	struct parcel *mailbox[MAILBOX];
	struct page *table[TABLES];
	unsigned nr_threads, ops;
	u64 seed;
	const char *bad; /* what went wrong first; NULL: nothing */
	pthread_barrier_t start; /* or a short run of one is over before the next begins */
};

struct worker {
	pthread_t thread;
	struct shared *s;
	unsigned nr;
	u64 dice, serial;
	struct parcel live[MOST_LIVE];
	unsigned nr_live;
	u8 disabled[NR_ZONE_IDS]; /* how often this thread disabled the lists of a zone */
	u64 isolated;		  /* a pageblock's frame; 0: none */
	u64 ops, allocs, refused, remote, moves, walks;
	char text[TEXT_BYTES];
};

static u64 roll(struct worker *w, u64 sides)
{
	return roll_dice(&w->dice, sides);
}

static void complain(struct shared *s, const char *what)
{
	note_first(&s->bad, what);
}

/* --- stamps: the first and the last word of each page ------------------------------------------------------------- */

#define LAST_WORD (PAGE_SIZE / sizeof(u64) - 1)

static struct page *nth_page(struct page *page, u64 n)
{
	return pfn_to_page(page_to_pfn(page) + n);
}

static void put_stamp(const struct parcel *p)
{
	for (u64 i = 0; i < 1ULL << p->order; i++) {
		u64 *words = kmap_local_page(nth_page(p->page, i));

		words[0] = p->stamp + i;
		words[LAST_WORD] = ~(p->stamp + i);
		kunmap_local(words);
	}
}

static void check_stamp(struct shared *s, const struct parcel *p)
{
	for (u64 i = 0; i < 1ULL << p->order; i++) {
		const u64 *words = kmap_local_page(nth_page(p->page, i));

		if (words[0] != p->stamp + i || words[LAST_WORD] != ~(p->stamp + i))
			complain(s, "a page in use was written to by somebody else");
		kunmap_local(words);
	}
}

/* --- what a thread has -------------------------------------------------------------------------------------------- */

static void keep(struct worker *w, struct page *page, unsigned order, bool put)
{
	struct parcel *p = &w->live[w->nr_live++];

	*p = (struct parcel){ .page = page, .order = (u8)order, .put = put };
	p->stamp = page_to_pfn(page) << 40 | (u64)w->nr << 36 | (++w->serial & 0xffffff) << 8;
	put_stamp(p);
	w->allocs++;
}

static void give_up(struct worker *w, const struct parcel *p)
{
	check_stamp(w->s, p);
	if (p->put)
		put_page(p->page);
	else
		__free_pages(p->page, p->order);
}

static struct parcel take_one(struct worker *w)
{
	unsigned i = (unsigned)roll(w, w->nr_live);
	struct parcel p = w->live[i];

	w->live[i] = w->live[--w->nr_live];
	return p;
}

/* --- operations --------------------------------------------------------------------------------------------------- */

static const gfp_t masks[] = {
	GFP_KERNEL, GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_HIGHUSER_MOVABLE, GFP_HIGHUSER, GFP_USER, GFP_NOWAIT,
	GFP_NOFS, GFP_DMA32, GFP_KERNEL | __GFP_RECLAIMABLE, GFP_DMA | __GFP_NOWARN, GFP_KERNEL | __GFP_ZERO,
	GFP_KERNEL | __GFP_NORETRY, GFP_KERNEL | __GFP_MEMALLOC, GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN,
	GFP_KERNEL | __GFP_THISNODE,
};

static struct page *ask(struct worker *w, gfp_t gfp, unsigned order)
{
	int nid = roll(w, 4) ? NUMA_NO_NODE : (int)roll(w, w->s->m->param[PARAM_NODES]);
	enum sim_context c = atomic_contexts[roll(w, ARRAY_SIZE(atomic_contexts))];
	struct page *page;

	if (gfp & __GFP_DIRECT_RECLAIM)
		return alloc_pages_node(nid, gfp, order);
	sim_enter_context(c);
	page = alloc_pages_node(nid, gfp, order);
	sim_leave_context(c);
	return page;
}

static void op_alloc(struct worker *w)
{
	gfp_t gfp = roll(w, 5) ? masks[roll(w, ARRAY_SIZE(masks))] : GFP_ATOMIC;
	unsigned order = roll(w, 3) ? 0 : (unsigned)roll(w, 5);
	bool compound = order && roll(w, 2);
	struct page *page = w->nr_live < MOST_LIVE ? ask(w, compound ? gfp | __GFP_COMP : gfp, order) : NULL;

	if (page)
		keep(w, page, order, compound);
	else
		w->refused++;
}

static void op_free(struct worker *w)
{
	if (w->nr_live) {
		struct parcel p = take_one(w);

		give_up(w, &p);
	}
}

/* Something of ours for whatever lies there: that is freed here, far from where it came from. */
static void op_mail(struct worker *w)
{
	struct parcel *mine = NULL, *theirs;

	if (w->nr_live) {
		mine = malloc(sizeof(*mine));
		*mine = take_one(w);
	}
	theirs = __atomic_exchange_n(&w->s->mailbox[roll(w, MAILBOX)], mine, __ATOMIC_ACQ_REL);
	if (!theirs)
		return;
	give_up(w, theirs);
	free(theirs);
	w->remote++;
}

/* A second reference goes to somebody else; who drops the last one frees. */
static void op_share(struct worker *w)
{
	struct parcel *p = w->nr_live ? &w->live[roll(w, w->nr_live)] : NULL, *copy, *theirs;

	if (!p || (p->order && !p->put))
		return;
	p->put = true;
	get_page(nth_page(p->page, roll(w, 1ULL << p->order)));
	copy = malloc(sizeof(*copy));
	*copy = *p;
	theirs = __atomic_exchange_n(&w->s->mailbox[roll(w, MAILBOX)], copy, __ATOMIC_ACQ_REL);
	if (!theirs)
		return;
	give_up(w, theirs);
	free(theirs);
	w->remote++;
}

static void op_bulk(struct worker *w)
{
	struct page *array[16] = { NULL };
	unsigned long nr = 1 + roll(w, ARRAY_SIZE(array));

	if (w->nr_live + nr > MOST_LIVE)
		return;
	nr = alloc_pages_bulk(GFP_KERNEL | __GFP_NOWARN, nr, array);
	for (unsigned long i = 0; i < nr; i++)
		keep(w, array[i], 0, false);
}

static void op_split(struct worker *w)
{
	unsigned order = 1 + (unsigned)roll(w, 3);
	struct page *page = w->nr_live + 8 <= MOST_LIVE ? alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN, order) : NULL;

	if (!page)
		return;
	split_page(page, order);
	for (u64 i = 0; i < 1ULL << order; i++)
		keep(w, nth_page(page, i), 0, false);
}

static void op_exact(struct worker *w)
{
	size_t bytes = PAGE_SIZE * (1 + roll(w, 7));
	void *p = alloc_pages_exact(bytes, GFP_KERNEL | __GFP_NOWARN);

	if (p)
		free_pages_exact(p, bytes);
}

/* A table that nobody finds any more waits for those who found it before. */
static void give_table_back(struct worker *w, struct page *table)
{
	if (roll(w, 8))
		pte_free_defer(table);
	else
		tlb_remove_table_one(table);
}

static void op_table(struct worker *w)
{
	struct parcel p = { .page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0) };
	struct page *old;

	if (!p.page)
		return;
	p.stamp = page_to_pfn(p.page) << 40 | (u64)w->nr << 36 | (++w->serial & 0xffffff) << 8;
	put_stamp(&p);
	old = __atomic_exchange_n(&w->s->table[roll(w, TABLES)], p.page, __ATOMIC_ACQ_REL);
	if (old)
		give_table_back(w, old);
}

static void look_at_table(struct worker *w, struct page *table)
{
	const u64 *words = kmap_local_page(table);

	for (unsigned looks = 2; looks--;) {
		if (words[0] >> 40 != page_to_pfn(table) || words[LAST_WORD] != ~words[0])
			complain(w->s, "a table was given back while it was walked");
		if (looks && !roll(w, 16))
			sched_yield();
	}
	kunmap_local(words);
	w->walks++;
}

/* Readers of every kind, one in another. */
static void op_walk(struct worker *w)
{
	enum sim_context c = roll(w, 3) ? CONTEXT_TASK : roll(w, 2) ? CONTEXT_RCU : CONTEXT_IRQS_OFF;
	bool plain = c == CONTEXT_TASK || roll(w, 2);
	struct page *table;

	sim_enter_context(c);
	if (plain)
		rcu_read_lock();
	table = __atomic_load_n(&w->s->table[roll(w, TABLES)], __ATOMIC_ACQUIRE);
	if (table)
		look_at_table(w, table);
	if (plain)
		rcu_read_unlock();
	sim_leave_context(c);
}

static void op_disable(struct worker *w)
{
	unsigned id = (unsigned)roll(w, NR_ZONE_IDS), nid = id / MAX_NR_ZONES, zone = id % MAX_NR_ZONES;

	if (w->disabled[id]) {
		if (zone_pcp_enable(nid, zone))
			complain(w->s, "lists that are disabled cannot be enabled");
		w->disabled[id]--;
	} else if (!zone_pcp_disable(nid, zone)) {
		w->disabled[id]++;
	}
}

static void op_isolate(struct worker *w)
{
	u64 pfn = 64 + roll(w, w->s->m->nr_frames - 64);

	if (w->isolated) {
		if (unset_migratetype_isolate(w->isolated))
			complain(w->s, "an isolated pageblock is not isolated");
		w->isolated = 0;
	} else if (!set_migratetype_isolate(pfn)) {
		w->isolated = pfn;
	}
}

static void op_knob(struct worker *w)
{
	enum mm_sysctl knob = (enum mm_sysctl)roll(w, NR_SYSCTLS);

	mm_sysctl_write(knob, knob == SYSCTL_MIN_FREE_KBYTES ? (u32)roll(w, 300) : (u32)roll(w, 200));
}

static void op_read(struct worker *w)
{
	static unsigned (*const shows[])(char *out, unsigned bytes) = { buddyinfo_show, zoneinfo_show, vmstat_show,
									pagetypeinfo_show, meminfo_show };
	unsigned nid = (unsigned)roll(w, MAX_NUMNODES), zone = (unsigned)roll(w, MAX_NR_ZONES);
	struct zone_figures f = zone_figures(nid, zone);

	if (!shows[roll(w, ARRAY_SIZE(shows))](w->text, sizeof(w->text)))
		complain(w->s, "a text is empty");
	if (zone_stat_cheap(nid, zone, NR_FREE_PAGES) > (s64)f.managed + 1024)
		complain(w->s, "a zone has more free pages than pages");
	kswapd_is_wanted(nid);
	pageblock_migratetype_at(roll(w, w->s->m->nr_frames));
	page_ref_count_at(roll(w, w->s->m->nr_frames));
}

/* This thread goes on as another CPU, perhaps, and another thread as this one. */
static void op_move(struct worker *w)
{
	unsigned before = this_cpu->id;

	sim_cpu_detach();
	sched_yield();
	if (sim_cpu_attach(w->s->m) < 0) {
		complain(w->s, "no CPU is free although there are as many as threads");
		pthread_exit(NULL);
	}
	this_cpu->step++; /* as plain as can be: the hand-over alone orders it */
	w->moves += this_cpu->id != before;
}

static void op_reclaimer(struct worker *w)
{
	this_cpu->task_flags ^= (u32)roll(w, 2) ? PF_MEMALLOC : PF_MEMALLOC_NOFS;
	op_alloc(w);
	this_cpu->task_flags = 0;
}

static void op_kswapd(struct worker *w)
{
	kswapd_run((unsigned)roll(w, w->s->m->param[PARAM_NODES]));
}

static void op_house(struct worker *w)
{
	static void (*const chores[])(void) = { drain_local_pages, drain_all_pages, vmstat_update, vmstat_refresh,
						rcu_core, rcu_core, synchronize_rcu, rcu_barrier };

	chores[roll(w, ARRAY_SIZE(chores))]();
}

static const struct operation operations[] = {
	{ op_alloc, 400 }, { op_free, 330 }, { op_mail, 90 },  { op_share, 40 }, { op_bulk, 20 },      { op_split, 15 },
	{ op_exact, 10 },  { op_house, 16 },  { op_kswapd, 6 }, { op_read, 3 },	 { op_reclaimer, 10 }, { op_knob, 3 },
	{ op_disable, 4 }, { op_isolate, 4 }, { op_move, 6 },  { op_table, 15 }, { op_walk, 60 },
};

static void tidy_up(struct worker *w)
{
	while (w->nr_live)
		op_free(w);
	for (unsigned id = 0; id < NR_ZONE_IDS; id++)
		while (w->disabled[id]--)
			zone_pcp_enable(id / MAX_NR_ZONES, id % MAX_NR_ZONES);
	if (w->isolated)
		unset_migratetype_isolate(w->isolated);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	attach_or_exit(w->s->m);
	pthread_barrier_wait(&w->s->start);
	for (; w->ops < w->s->ops && !__atomic_load_n(&w->s->bad, __ATOMIC_RELAXED); w->ops++)
		some_operation(operations, ARRAY_SIZE(operations), &w->dice)->run(w);
	tidy_up(w);
	sim_cpu_detach();
	return NULL;
}

/* --- the account -------------------------------------------------------------------------------------------------- */

struct account {
	struct free_blocks blocks;
	struct zone_figures figures[NR_ZONE_IDS];
	u64 free[NR_ZONE_IDS];
};

static void take_account(struct account *a)
{
	take_blocks(&a->blocks);
	for (unsigned id = 0; id < NR_ZONE_IDS; id++) {
		a->figures[id] = zone_figures(id / MAX_NR_ZONES, id % MAX_NR_ZONES);
		a->free[id] = zone_free_pages(id / MAX_NR_ZONES, id % MAX_NR_ZONES);
	}
}

static bool same_marks(const struct account *a, const struct account *b)
{
	for (unsigned id = 0; id < NR_ZONE_IDS; id++) {
		const struct zone_figures *x = &a->figures[id], *y = &b->figures[id];

		if (x->min != y->min || x->low != y->low || x->high != y->high || x->boost != y->boost ||
		    x->nr_isolated_blocks != y->nr_isolated_blocks || x->drift_mark != y->drift_mark ||
		    memcmp(x->lowmem_reserve, y->lowmem_reserve, sizeof(x->lowmem_reserve)) != 0)
			return false;
	}
	return true;
}

static void restore_knobs(const struct machine *m)
{
	static const enum sim_param from[NR_SYSCTLS] = {
		[SYSCTL_MIN_FREE_KBYTES] = PARAM_MIN_FREE_KBYTES,
		[SYSCTL_WATERMARK_SCALE_FACTOR] = PARAM_WATERMARK_SCALE_FACTOR,
		[SYSCTL_WATERMARK_BOOST_FACTOR] = PARAM_WATERMARK_BOOST_FACTOR,
		[SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION] = PARAM_PERCPU_PAGELIST_HIGH_FRACTION,
		[SYSCTL_LOWMEM_RESERVE_RATIO_DMA] = PARAM_LOWMEM_RESERVE_RATIO_DMA,
		[SYSCTL_LOWMEM_RESERVE_RATIO_DMA32] = PARAM_LOWMEM_RESERVE_RATIO_DMA32,
		[SYSCTL_LOWMEM_RESERVE_RATIO_NORMAL] = PARAM_LOWMEM_RESERVE_RATIO_NORMAL,
		[SYSCTL_LOWMEM_RESERVE_RATIO_HIGHMEM] = PARAM_LOWMEM_RESERVE_RATIO_HIGHMEM,
		[SYSCTL_LOWMEM_RESERVE_RATIO_MOVABLE] = PARAM_LOWMEM_RESERVE_RATIO_MOVABLE,
	};

	for (unsigned knob = 0; knob < NR_SYSCTLS; knob++)
		mm_sysctl_write((enum mm_sysctl)knob, m->param[from[knob]]);
}

static void empty_mailbox(struct shared *s, struct worker *w)
{
	for (unsigned i = 0; i < MAILBOX; i++) {
		if (!s->mailbox[i])
			continue;
		give_up(w, s->mailbox[i]);
		free(s->mailbox[i]);
		s->mailbox[i] = NULL;
	}
}

static void empty_tables(struct shared *s)
{
	for (unsigned i = 0; i < TABLES; i++)
		if (s->table[i])
			pte_free_defer(s->table[i]);
	rcu_barrier();
}

/* Few kilobytes, many CPUs; with CMA, and the debug layers where asked for. */
static struct machine *boot(bool debug)
{
	struct machine_config config = { 0 };
	struct machine *m;

	machine_config_profile(&config, PROFILE_SMALL);
	config.map[config.nr_regions++] = (struct sim_region){ 288, 32, REGION_CMA, 1 };
	config.param[PARAM_PAGE_POISON] = config.param[PARAM_PAGE_OWNER] = config.param[PARAM_INIT_ON_ALLOC] = debug;
	m = machine_create(&config);
	if (!m || sim_cpu_attach(m) != 0 || mm_boot() != 0) {
		printf("Bail out! no machine\n");
		exit(3);
	}
	return m;
}

static void run_threads(struct shared *s, struct worker *w)
{
	pthread_barrier_init(&s->start, NULL, s->nr_threads);
	for (unsigned i = 0; i < s->nr_threads; i++) {
		w[i].s = s;
		w[i].nr = i;
		w[i].dice = s->seed * 1000003 + s->nr_threads * 31 + i;
		pthread_create(&w[i].thread, NULL, work, &w[i]);
	}
	for (unsigned i = 0; i < s->nr_threads; i++)
		pthread_join(w[i].thread, NULL);
	pthread_barrier_destroy(&s->start);
}

static void say_what_was_done(const struct shared *s, const struct worker *w)
{
	u64 ops = 0, allocs = 0, refused = 0, remote = 0, moves = 0, walks = 0;

	for (unsigned i = 0; i < s->nr_threads; i++) {
		ops += w[i].ops, allocs += w[i].allocs, refused += w[i].refused;
		remote += w[i].remote, moves += w[i].moves, walks += w[i].walks;
	}
	printf("# %u threads: %llu operations, %llu blocks, %llu refusals, %llu remote frees, %llu CPUs changed hands, "
	       "%llu tables walked, %llu locks met that were held\n",
	       s->nr_threads, (unsigned long long)ops, (unsigned long long)allocs, (unsigned long long)refused,
	       (unsigned long long)remote, (unsigned long long)moves, (unsigned long long)walks, (unsigned long long)sim_contended(s->m));
	ok(!s->bad, "%u threads: nothing is wrong while they run", s->nr_threads);
	if (s->bad)
		printf("# %s\n", s->bad);
	ok(ops == (u64)s->nr_threads * s->ops && allocs && remote && walks, "  each did what it was to do");
}

static void close_account(struct shared *s, struct worker *w, const struct account *at_boot)
{
	static struct account now;

	sim_cpu_attach(s->m);
	empty_mailbox(s, w);
	empty_tables(s);
	restore_knobs(s->m);
	for (unsigned nid = 0; nid < s->m->param[PARAM_NODES]; nid++)
		kswapd_run(nid);
	same_text(page_alloc_check(), NULL, "  the recount says valid");
	page_alloc_settle();
	same_text(page_alloc_check(), NULL, "  and when everything is given up");
	take_account(&now);
	ok(!memcmp(now.free, at_boot->free, sizeof(now.free)), "  as many pages are free as after boot");
	ok(same_blocks(&now.blocks, &at_boot->blocks), "  in the same blocks");
	ok(same_marks(&now, at_boot), "  and marks and reserves are those of boot");
	sim_cpu_detach();
}

static void stress(u64 seed, unsigned nr_threads, unsigned ops, bool debug)
{
	static struct account at_boot;
	struct worker *w = calloc(nr_threads, sizeof(*w));
	struct shared s = { .m = boot(debug), .nr_threads = nr_threads, .ops = ops, .seed = seed };

	take_account(&at_boot);
	sim_cpu_detach();
	run_threads(&s, w);
	say_what_was_done(&s, w);
	close_account(&s, w, &at_boot);
	machine_destroy(s.m);
	free(w);
}

/* --- one thread ----------------------------------------------------------------------------------------------------- */

/* What one is told of, and may ask for, without a judge. */
static void test_fault_and_log(void)
{
	struct machine *m = boot(false);
	struct page *page[3];
	static char log[32 << 10];

	sim_plan_fault(m, FAULT_PAGE_ALLOC, 1, 1);
	for (unsigned i = 0; i < 3; i++)
		page[i] = alloc_pages(GFP_KERNEL, 0);
	ok(page[0] && !page[1] && page[2], "a planned fault fails the second request alone");
	ok(sim_log_take(m, log, sizeof(log)) && strstr(log, "page allocation failure: order:0, mode:0xcc0(GFP_KERNEL)"),
	   "  and is reported");
	ok(!sim_log_take(m, log, sizeof(log)) && !*log, "  a log that was taken is empty");
	__free_pages(page[0], 0);
	__free_pages(page[0], 0);
	ok(sim_log_take(m, log, sizeof(log)) && strstr(log, "BUG: Bad page state"), "a page freed twice is reported");
	__free_pages(page[2], 0);
	same_text(page_alloc_check(), NULL, "  and nothing else happened");
	sim_cpu_detach();
	machine_destroy(m);
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned ops = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 100000;

	test_fault_and_log();
	for (unsigned n = 2; n <= MOST_THREADS; n *= 2) {
		stress(seed, n, ops, false);
		stress(seed, n, ops / 4 + 1, true);
	}
	return tap_end();
}
