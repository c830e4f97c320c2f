/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab.c - objects and memory by size on 2, 4 and 8 threads that do everything at once, and an account at the end.
 *
 *   threads_slab [SEED [OPERATIONS]]      operations of each thread
 *
 * Each thread is a CPU. It allocates and frees at random, from kmalloc() and from nine caches that all share: plain ones, with a
 * constructor, typesafe under RCU, accounted, debugged; alone and in bulk, in all contexts; makes them larger and smaller;
 * passes them to other threads, who free them; shrinks and validates caches, reads their texts, makes caches of its own whose
 * objects others free, and destroys them; and now and then hands its CPU to somebody else. Bytes of each object say whose it
 * is: whoever frees it looks first. Objects that others may look at hang in a shared place; who replaces one gives the old one
 * to kfree_rcu(). Nothing of this is repeatable but each thread's own dice.
 *
 * In the end all is freed: then slabs and pages must be counted as they are, caches have the objects of boot, and the free
 * blocks must be those of boot. Under TSan any two accesses without an order between them end the program.
 */
#include <sched.h>
#include "crowd.h"
#include "gfp.h"
#include "rcu.h"
#include "slab.h"
#include "vmstat.h"
#include "tap.h"

#define MOST_THREADS 8
#define MOST_LIVE    200
#define MAILBOX	     32
#define SHOWN	     8
#define BULK	     24
#define TEXT_BYTES   (64 << 10)

/* --- what is shared ------------------------------------------------------------------------------------------------------ */

struct cache {
	struct kmem_cache *s;
	u32 bytes;
	bool constructed; /* its first word never changes */
	bool typesafe;
	bool dies; /* a thread's own: destroyed when nothing of it is left, by whoever frees the last one */
	s64 users; /* objects, and its maker */
};

/* How the shared caches are made. */
static void construct(void *object);
static const struct {
	const char *name;
	u32 bytes;
	slab_flags_t flags;
	bool constructed;
} shared_caches[] = {
	{ "small", 24, 0, false },
	{ "odd", 37, SLAB_NO_MERGE, false },
	{ "lines", 72, SLAB_HWCACHE_ALIGN, false },
	{ "large", 1500, SLAB_RECLAIM_ACCOUNT, false },
	{ "built", 56, 0, true },
	{ "typesafe", 120, SLAB_TYPESAFE_BY_RCU, true },
	{ "accounted", 200, SLAB_ACCOUNT, false },
	{ "checked", 88, SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER, false },
	{ "tracked", 512, SLAB_STORE_USER, false },
};
#define CACHES ARRAY_SIZE(shared_caches)

struct parcel {
	u8 *p;
	u32 bytes;
	u64 stamp;
	struct cache *cache; /* NULL: of kmalloc() */
};

/* What readers look at without a lock. */
struct shown {
	u64 word, inverse;
	struct rcu_head rcu;
	u8 rest[40];
};

struct shared {
	struct machine *m;
	struct cache cache[CACHES];
	struct parcel *mailbox[MAILBOX];
	struct shown *shown[SHOWN];
	u64 *typesafe[SHOWN]; /* objects that may be freed at any moment, and stay what they are */
	unsigned nr_threads, ops;
	u64 seed;
	const char *bad; /* what went wrong first; NULL: nothing */
	pthread_barrier_t start;
};

struct worker {
	pthread_t thread;
	struct shared *s;
	unsigned nr;
	u64 dice, serial;
	struct parcel live[MOST_LIVE + BULK];
	unsigned nr_live;
	u64 ops, allocs, refused, remote, moves, walks, caches;
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

/* --- stamps: up to 16 bytes at both ends ----------------------------------------------------------------------------------- */

#define CONSTRUCTED 0x6275696c74206f6eULL

static void construct(void *object)
{
	__atomic_store_n((u64 *)object, CONSTRUCTED, __ATOMIC_RELAXED); /* readers of a typesafe cache may be there already */
}

static u32 first_byte(const struct parcel *p)
{
	return p->cache && p->cache->constructed ? sizeof(u64) : 0;
}

static u8 stamp_byte(const struct parcel *p, u32 at)
{
	return (u8)(p->stamp >> at % 8 * 8) ^ (u8)(at * 37);
}

static bool is_stamped(const struct parcel *p, u32 at)
{
	return at < first_byte(p) + 16 || at + 16 >= p->bytes;
}

static void put_stamp(struct parcel *p)
{
	for (u32 at = first_byte(p); at < p->bytes; at = at + 1 == first_byte(p) + 16 && p->bytes > 48 ? p->bytes - 16 : at + 1)
		p->p[at] = stamp_byte(p, at);
}

/* As far as `bytes`. */
static void check_stamp(struct shared *s, const struct parcel *p, u32 bytes)
{
	for (u32 at = first_byte(p); at < bytes; at = at + 1 == first_byte(p) + 16 && bytes > 48 ? bytes - 16 : at + 1)
		if (is_stamped(p, at) && p->p[at] != stamp_byte(p, at))
			complain(s, "an object in use was written to by somebody else");
	if (first_byte(p) && __atomic_load_n((u64 *)(void *)p->p, __ATOMIC_RELAXED) != CONSTRUCTED)
		complain(s, "an object is not as it was constructed");
}

/* --- what a thread has -------------------------------------------------------------------------------------------------------- */

static void keep(struct worker *w, void *object, u32 bytes, struct cache *cache)
{
	struct parcel *p = &w->live[w->nr_live++];

	*p = (struct parcel){ .p = object, .bytes = bytes, .cache = cache };
	p->stamp = ((u64)w->nr << 56 | ++w->serial) * 0x9e3779b97f4a7c15ULL;
	if (first_byte(p) && __atomic_load_n((u64 *)object, __ATOMIC_RELAXED) != CONSTRUCTED)
		complain(w->s, "an object is not constructed");
	put_stamp(p);
	w->allocs++;
}

static void drop_user(struct cache *c)
{
	if (c->dies && __atomic_sub_fetch(&c->users, 1, __ATOMIC_ACQ_REL) == 0) {
		kmem_cache_destroy(c->s);
		free(c);
	}
}

static void give_up(struct worker *w, const struct parcel *p)
{
	check_stamp(w->s, p, p->bytes);
	if (!p->cache && !roll(w, 16)) {
		kfree_sensitive(p->p);
	} else if (!p->cache) {
		kfree(p->p);
	} else {
		kmem_cache_free(p->cache->s, p->p);
		drop_user(p->cache);
	}
}

static struct parcel take_one(struct worker *w)
{
	unsigned i = (unsigned)roll(w, w->nr_live);
	struct parcel p = w->live[i];

	w->live[i] = w->live[--w->nr_live];
	return p;
}

/* --- operations ----------------------------------------------------------------------------------------------------------------- */

static u32 some_bytes(struct worker *w)
{
	switch (roll(w, 8)) {
	case 0:
		return 1 + (u32)roll(w, 30000);
	case 1:
	case 2:
		return 1 + (u32)roll(w, 8192);
	default:
		return 1 + (u32)roll(w, 300);
	}
}

static gfp_t some_mask(struct worker *w)
{
	static const gfp_t masks[] = { GFP_KERNEL, GFP_KERNEL, GFP_NOWAIT, GFP_ATOMIC, GFP_KERNEL | __GFP_RECLAIMABLE,
				       GFP_KERNEL | __GFP_ACCOUNT, GFP_KERNEL | GFP_DMA, GFP_KERNEL | __GFP_ZERO };

	return masks[roll(w, ARRAY_SIZE(masks))] | __GFP_NOWARN;
}

/* Where sleeping is not allowed, a context that says so. */
static void enter_for(struct worker *w, gfp_t gfp, enum sim_context *c)
{
	*c = gfp & __GFP_DIRECT_RECLAIM ? CONTEXT_TASK : atomic_contexts[roll(w, ARRAY_SIZE(atomic_contexts))];
	sim_enter_context(*c);
}

static void op_kmalloc(struct worker *w)
{
	u32 bytes = some_bytes(w);
	gfp_t gfp = some_mask(w);
	enum sim_context c;
	u8 *p;

	if (w->nr_live >= MOST_LIVE)
		return;
	enter_for(w, gfp, &c);
	p = roll(w, 8) ? kmalloc(bytes, gfp) : kmalloc_node(bytes, gfp, (int)roll(w, w->s->m->param[PARAM_NODES]));
	sim_leave_context(c);
	if (!p) {
		w->refused++;
		return;
	}
	if (gfp & __GFP_ZERO)
		for (u32 i = 0; i < bytes; i++)
			if (p[i])
				complain(w->s, "what was to be zeroes is not");
	keep(w, p, bytes, NULL);
}

static void op_alloc(struct worker *w)
{
	struct cache *cache = &w->s->cache[roll(w, CACHES)];
	gfp_t gfp = (roll(w, 2) ? GFP_KERNEL : GFP_NOWAIT) | __GFP_NOWARN;
	enum sim_context c;
	void *p;

	if (w->nr_live >= MOST_LIVE)
		return;
	enter_for(w, gfp, &c);
	p = kmem_cache_alloc(cache->s, gfp);
	sim_leave_context(c);
	if (p)
		keep(w, p, cache->bytes, cache);
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

static void op_bulk(struct worker *w)
{
	struct cache *cache = &w->s->cache[roll(w, CACHES)];
	unsigned nr = 1 + (unsigned)roll(w, BULK);
	void *objects[BULK];

	if (w->nr_live >= MOST_LIVE || kmem_cache_alloc_bulk(cache->s, GFP_KERNEL | __GFP_NOWARN, nr, objects) != nr)
		return;
	for (unsigned i = 0; i < nr; i++)
		keep(w, objects[i], cache->bytes, cache);
	if (roll(w, 2))
		return;
	for (unsigned i = 0; i < nr; i++) { /* they are the last ones of live[] */
		const struct parcel *p = &w->live[--w->nr_live];

		check_stamp(w->s, p, p->bytes);
		objects[i] = p->p;
	}
	kmem_cache_free_bulk(roll(w, 2) ? cache->s : NULL, nr, objects);
}

static void op_resize(struct worker *w)
{
	struct parcel *p = w->nr_live ? &w->live[roll(w, w->nr_live)] : NULL;
	u32 bytes = some_bytes(w);
	u8 *now;

	if (!p || p->cache)
		return;
	now = krealloc(p->p, bytes, GFP_KERNEL | __GFP_NOWARN);
	if (!now)
		return;
	p->p = now;
	check_stamp(w->s, p, bytes < p->bytes ? bytes < 16 ? bytes : 16 : p->bytes);
	p->bytes = bytes;
	put_stamp(p);
}

/* Others may look at it until the grace period ends. */
static void op_show(struct worker *w)
{
	struct shown *now = kmalloc(sizeof(*now), GFP_KERNEL | __GFP_NOWARN), *old;

	if (!now)
		return;
	now->word = roll(w, ~0ULL);
	now->inverse = ~now->word;
	old = __atomic_exchange_n(&w->s->shown[roll(w, SHOWN)], now, __ATOMIC_ACQ_REL);
	if (old && roll(w, 50))
		kfree_rcu(old, rcu);
	else if (old)
		kfree_rcu_mightsleep(old);
}

static void op_look(struct worker *w)
{
	const struct shown *shown;

	rcu_read_lock();
	shown = __atomic_load_n(&w->s->shown[roll(w, SHOWN)], __ATOMIC_ACQUIRE);
	for (unsigned looks = shown ? 2 : 0; looks--;) {
		if (shown->word != ~shown->inverse)
			complain(w->s, "an object was freed while it was looked at");
		if (looks && !roll(w, 16))
			sched_yield();
	}
	rcu_read_unlock();
	w->walks++;
}

/* An object of the typesafe cache: while a reader looks it may become another one, never another thing. */
static void op_typesafe(struct worker *w)
{
	struct cache *cache = &w->s->cache[5];
	u64 **place = &w->s->typesafe[roll(w, SHOWN)], *now, *old;

	if (roll(w, 4)) {
		rcu_read_lock();
		now = __atomic_load_n(place, __ATOMIC_ACQUIRE);
		if (now && !roll(w, 8))
			sched_yield();
		if (now && __atomic_load_n(now, __ATOMIC_RELAXED) != CONSTRUCTED)
			complain(w->s, "an object of a typesafe cache became something else");
		rcu_read_unlock();
		return;
	}
	now = kmem_cache_alloc(cache->s, GFP_KERNEL | __GFP_NOWARN);
	old = __atomic_exchange_n(place, now, __ATOMIC_ACQ_REL);
	if (old)
		kmem_cache_free(cache->s, old);
}

/* A cache of the thread's own, or another name for one that is there; others free some of its objects. */
static void op_cache(struct worker *w)
{
	struct cache *c = calloc(1, sizeof(*c));
	char name[KMEM_CACHE_NAME_MAX];

	c->bytes = 8 + (u32)roll(w, 600);
	c->dies = true;
	c->users = 1;
	snprintf(name, sizeof(name), "own-%u-%llu", w->nr, (unsigned long long)w->serial);
	c->s = kmem_cache_create(name, c->bytes, 0, roll(w, 2) ? SLAB_NO_MERGE : roll(w, 2) ? SLAB_RED_ZONE : 0, NULL);
	if (!c->s) {
		free(c);
		return;
	}
	w->caches++;
	for (unsigned i = (unsigned)roll(w, 30); i-- && w->nr_live < MOST_LIVE;) {
		void *p = kmem_cache_alloc(c->s, GFP_KERNEL | __GFP_NOWARN);

		if (!p)
			break;
		__atomic_fetch_add(&c->users, 1, __ATOMIC_RELAXED);
		keep(w, p, c->bytes, c);
		if (roll(w, 2))
			op_mail(w);
	}
	drop_user(c);
}

static void op_chore(struct worker *w)
{
	struct kmem_cache *s = w->s->cache[roll(w, CACHES)].s;

	switch (roll(w, 12)) {
	case 0:
		kmem_cache_shrink(s);
		break;
	case 1:
		if (validate_slab_cache(s) > 0)
			complain(w->s, "validation found damage");
		break;
	case 2:
		if (!slabinfo_show(w->text, sizeof(w->text)))
			complain(w->s, "slabinfo is empty");
		break;
	case 3:
		slab_attr_show(s, "cpu_slabs", w->text, sizeof(w->text));
		slab_attr_show(s, "objects", w->text, sizeof(w->text));
		slab_attr_show(s, "slabs_cpu_partial", w->text, sizeof(w->text));
		break;
	case 4:
		kvfree_rcu_barrier();
		break;
	case 5:
		slab_attr_store(s, "min_partial", roll(w, 2) ? "0" : "5");
		break;
	case 6:
		slab_attr_store(s, "cpu_partial", roll(w, 2) ? "0" : "30");
		break;
	case 7:
		drain_all_pages();
		break;
	case 8:
		meminfo_show(w->text, sizeof(w->text));
		break;
	default:
		rcu_core();
	}
}

static void op_move(struct worker *w)
{
	unsigned before = this_cpu->id;

	sim_cpu_detach();
	sched_yield();
	if (sim_cpu_attach(w->s->m) < 0) {
		complain(w->s, "no CPU is free although there are as many as threads");
		pthread_exit(NULL);
	}
	w->moves += this_cpu->id != before;
}

static const struct operation operations[] = {
	{ op_kmalloc, 250 }, { op_alloc, 250 }, { op_free, 300 }, { op_mail, 200 }, { op_bulk, 20 }, { op_resize, 40 },
	{ op_show, 30 },     { op_look, 60 },	{ op_typesafe, 40 }, { op_cache, 3 },  { op_chore, 6 }, { op_move, 4 },
};

static void *work(void *arg)
{
	struct worker *w = arg;

	attach_or_exit(w->s->m);
	pthread_barrier_wait(&w->s->start);
	for (; w->ops < w->s->ops && !__atomic_load_n(&w->s->bad, __ATOMIC_RELAXED); w->ops++)
		some_operation(operations, ARRAY_SIZE(operations), &w->dice)->run(w);
	while (w->nr_live)
		op_free(w);
	sim_cpu_detach();
	return NULL;
}

/* --- the account ------------------------------------------------------------------------------------------------------------------ */

struct account {
	struct free_blocks blocks;
	u64 objects[SLAB_MAX_CACHES];
};

static void take_account(struct account *a)
{
	take_blocks(&a->blocks);
	for (unsigned id = 1; id < SLAB_MAX_CACHES; id++) {
		struct slab_cache_figures f = slab_figures(id);

		a->objects[id] = f.name ? f.nr_objects : 0;
	}
}

static void settle(void)
{
	kvfree_rcu_barrier();
	rcu_barrier();
	slab_settle();
	page_alloc_settle();
}

static void empty_places(struct shared *s, struct worker *w)
{
	for (unsigned i = 0; i < MAILBOX; i++)
		if (s->mailbox[i]) {
			give_up(w, s->mailbox[i]);
			free(s->mailbox[i]);
		}
	for (unsigned i = 0; i < SHOWN; i++) {
		kfree(s->shown[i]);
		kmem_cache_free(s->cache[5].s, s->typesafe[i]);
	}
	for (unsigned i = 0; i < CACHES; i++)
		kmem_cache_destroy(s->cache[i].s);
}

static void close_account(struct shared *s, struct worker *w, const struct account *at_boot)
{
	static struct account now;
	static char log[32 << 10];

	sim_cpu_attach(s->m);
	same_text(slab_check(), NULL, "  the recount of slabs says valid");
	empty_places(s, w);
	same_text(slab_check(), NULL, "  and when all is freed");
	settle();
	same_text(slab_check(), NULL, "  and when everything is given up");
	same_text(page_alloc_check(), NULL, "  so does that of pages");
	take_account(&now);
	ok(!memcmp(now.objects, at_boot->objects, sizeof(now.objects)), "  caches and their objects are those of boot");
	ok(same_blocks(&now.blocks, &at_boot->blocks), "  and so are the free blocks");
	sim_log_take(s->m, log, sizeof(log));
	if (!ok(!strstr(log, "BUG"), "  nothing is reported"))
		printf("# %.300s\n", strstr(log, "BUG"));
	sim_cpu_detach();
}

/* --- runs ---------------------------------------------------------------------------------------------------------------------------- */

/* One node: CPUs keep what they free; several: objects go home. */
static struct machine *boot(unsigned nodes, bool hardened)
{
	struct machine_config config = { 0 };
	struct machine *m;

	machine_config_profile(&config, PROFILE_SMALL);
	config.param[PARAM_NODES] = nodes;
	config.param[PARAM_SLAB_FREELIST_RANDOM] = config.param[PARAM_SLAB_FREELIST_HARDENED] = hardened;
	m = machine_create(&config);
	if (!m || sim_cpu_attach(m) != 0 || mm_boot() != 0 || kmem_cache_init() != 0) {
		printf("Bail out! no machine\n");
		exit(3);
	}
	settle();
	return m;
}

static void make_caches(struct shared *s)
{
	for (unsigned i = 0; i < CACHES; i++)
		s->cache[i] = (struct cache){
			.s = kmem_cache_create(shared_caches[i].name, shared_caches[i].bytes, 0, shared_caches[i].flags,
					       shared_caches[i].constructed ? construct : NULL),
			.bytes = shared_caches[i].bytes,
			.constructed = shared_caches[i].constructed,
			.typesafe = shared_caches[i].flags & SLAB_TYPESAFE_BY_RCU,
		};
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

static void say_what_was_done(const struct shared *s, const struct worker *w, unsigned nodes)
{
	u64 ops = 0, allocs = 0, refused = 0, remote = 0, moves = 0, walks = 0, caches = 0;

	for (unsigned i = 0; i < s->nr_threads; i++) {
		ops += w[i].ops, allocs += w[i].allocs, refused += w[i].refused, caches += w[i].caches;
		remote += w[i].remote, moves += w[i].moves, walks += w[i].walks;
	}
	printf("# %u threads, nodes %u: %llu operations, %llu objects, %llu refusals, %llu remote frees, %llu caches, "
	       "%llu CPUs changed hands, %llu looks\n",
	       s->nr_threads, nodes, (unsigned long long)ops, (unsigned long long)allocs, (unsigned long long)refused,
	       (unsigned long long)remote, (unsigned long long)caches, (unsigned long long)moves, (unsigned long long)walks);
	ok(!s->bad, "%u threads: nothing is wrong while they run", s->nr_threads);
	if (s->bad)
		printf("# %s\n", s->bad);
	ok(ops == (u64)s->nr_threads * s->ops && allocs && remote && walks, "  each did what it was to do");
}

static void stress(u64 seed, unsigned nr_threads, unsigned ops, unsigned nodes, bool hardened)
{
	static struct account at_boot;
	struct worker *w = calloc(nr_threads, sizeof(*w));
	struct shared s = { .m = boot(nodes, hardened), .nr_threads = nr_threads, .ops = ops, .seed = seed };

	take_account(&at_boot);
	make_caches(&s);
	sim_cpu_detach();
	run_threads(&s, w);
	say_what_was_done(&s, w, nodes);
	close_account(&s, w, &at_boot);
	machine_destroy(s.m);
	free(w);
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned ops = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 100000;

	for (unsigned n = 2; n <= MOST_THREADS; n *= 2) {
		stress(seed, n, ops, 1, n != 4);
		stress(seed, n, ops / 2 + 1, 2, n == 4);
	}
	return tap_end();
}
