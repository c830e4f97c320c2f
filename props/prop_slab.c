// SPDX-License-Identifier: GPL-2.0-only
/*
 * prop_slab.c - laws of caches: what objects are, and what caches take and give back.
 *
 * A program makes caches, and takes and frees objects; then a law tries something with a cache of its own, or with all there
 * are. What it tries comes of the program's seed. Where pages lie is compared when all is settled: until then caches and
 * CPUs keep some.
 */
#include <string.h>
#include "slab_laws.h"

#define TABLES (TABLE_SLAB | TABLE_KMALLOC)

static const struct place plain = { 0, CONTEXT_TASK };

static u64 dice(const struct prop_run *r, u64 n)
{
	return mix(r->played->header.seed ^ 0x736c6162, n);
}

/* Sizes small and large, odd and even; never merged. */
static struct law_cache own_cache(const struct prop_run *r)
{
	static const u16 sizes[] = { 8, 16, 24, 40, 64, 72, 96, 100, 192, 250, 256, 700, 1024, 1500, 2048, 3000, 4096, 5000 };
	static const slab_flags_t flags[] = { 0, 0, SLAB_HWCACHE_ALIGN, SLAB_RECLAIM_ACCOUNT, SLAB_ACCOUNT, SLAB_RED_ZONE,
					      SLAB_POISON, SLAB_STORE_USER, SLAB_RED_ZONE | SLAB_CONSISTENCY_CHECKS };

	return (struct law_cache){ .name = "law",
				   .size = sizes[dice(r, 1) % ARRAY_SIZE(sizes)],
				   .align = dice(r, 2) % 3 ? 0 : 1u << dice(r, 3) % 8,
				   .flags = flags[dice(r, 4) % ARRAY_SIZE(flags)] | SLAB_NO_MERGE };
}

static struct law_take some_objects(const struct prop_run *r, struct kmem_cache *s)
{
	return (struct law_take){ .s = s, .gfp = GFP_KERNEL, .nid = NUMA_NO_NODE, .nr = 1 + (unsigned)(dice(r, 5) % LAW_MOST) };
}

static struct law_give all_of(const struct law_take *t)
{
	struct law_give g = { .s = t->s, .nr = t->got };

	memcpy(g.at, t->at, sizeof(g.at));
	return g;
}

static void shuffle(const struct prop_run *r, struct law_give *g)
{
	for (unsigned i = g->nr; i > 1; i--) {
		unsigned k = (unsigned)(dice(r, 100 + i) % i);
		void *swapped = g->at[i - 1];

		g->at[i - 1] = g->at[k];
		g->at[k] = swapped;
	}
}

/* --- pages come back ---------------------------------------------------------------------------------------------- */

static bool give_from_everywhere(struct prop_run *r, const struct law_give *all)
{
	for (unsigned i = 0; i < all->nr; i++) {
		struct law_give one = { .s = all->s, .nr = 1, .at = { all->at[i] } };

		if (!law_give(r, some_cpu(r, i), &one))
			return false;
	}
	return true;
}

static bool destroying_holds(struct prop_run *r, const struct program *p)
{
	struct law_cache c;
	struct law_take t;
	struct law_give g;

	if (!play(r, p, NULL))
		return false;
	if (!r->w->slab_up)
		return true;
	if (!law_settled_picture(r, &r->before))
		return false;
	c = own_cache(r);
	if (!law_create(r, &c))
		return !r->verdict.failed;
	t = some_objects(r, c.s);
	if (!law_take(r, some_cpu(r, 50), &t))
		return false;
	g = all_of(&t);
	shuffle(r, &g);
	if (!give_from_everywhere(r, &g) || !law_destroy(r, &c) || !law_settled_picture(r, &r->after))
		return false;
	return pictures_agree(r, &r->before, &r->after, "before a cache was made, and when it is gone");
}

const struct prop destroying_returns_every_page = {
	"destroying_returns_every_page",
	"a cache whose objects are all free gives back every page when it is destroyed",
	TABLES,
	destroying_holds,
};

static bool alloc_then_free_holds(struct prop_run *r, const struct program *p)
{
	struct law_take t = { .gfp = GFP_KERNEL, .nid = NUMA_NO_NODE, .nr = 1 };

	if (!play(r, p, NULL))
		return false;
	if (!r->w->slab_up)
		return true;
	if (!law_settled_picture(r, &r->before))
		return false;
	for (unsigned i = 0; i < 16; i++) {
		struct law_give g;

		t.bytes = 1 + dice(r, i) % (i % 4 ? 2000 : 40000);
		t.nr = 1 + (unsigned)(dice(r, 20 + i) % 8);
		if (!law_take(r, some_cpu(r, i), &t))
			return false;
		g = all_of(&t);
		if (!law_give(r, some_cpu(r, 30 + i), &g))
			return false;
	}
	if (!law_settled_picture(r, &r->after))
		return false;
	return pictures_agree(r, &r->before, &r->after, "before memory was taken, and when it is freed");
}

const struct prop alloc_then_free_leaves_no_trace = {
	"alloc_then_free_leaves_no_trace",
	"what is taken and given back, on any CPU, leaves no trace once all is settled",
	TABLES,
	alloc_then_free_holds,
};

/* --- shrink ------------------------------------------------------------------------------------------------------- */

static bool same_figures(struct prop_run *r, struct slab_cache_figures a, struct slab_cache_figures b)
{
	if (a.nr_slabs == b.nr_slabs && a.nr_objects == b.nr_objects && a.nr_partial == b.nr_partial)
		return true;
	return prop_fail(r, "cache %s shrinks from %llu slabs, %llu of them partial, to %llu, %llu, when it was shrunk already", a.name,
			 ull(a.nr_slabs), ull(a.nr_partial), ull(b.nr_slabs), ull(b.nr_partial));
}

static bool shrink_is_idle(struct prop_run *r, unsigned id)
{
	struct kmem_cache *s = slab_cache_by_id(id);
	struct slab_cache_figures first;
	const char *difference;

	if (!s)
		return true;
	if (!law_shrink(r, s))
		return false;
	first = slab_figures(id);
	picture_take(r, &r->before);
	if (!law_shrink(r, s) || !same_figures(r, first, slab_figures(id)))
		return false;
	picture_take(r, &r->after);
	difference = picture_difference(&r->before, &r->after);
	return difference ? prop_fail(r, "shrinking cache %s a second time: %s", first.name, difference) : true;
}

/* A cache of its own has several empty slabs: a node keeps a few. */
static bool shrinking_holds(struct prop_run *r, const struct program *p)
{
	struct law_cache c;
	struct law_take t;
	struct law_give g;

	if (!play(r, p, NULL))
		return false;
	if (!r->w->slab_up)
		return true;
	c = own_cache(r);
	if (!law_create(r, &c))
		return !r->verdict.failed;
	t = some_objects(r, c.s);
	t.nr = LAW_MOST;
	if (!law_take(r, plain, &t))
		return false;
	g = all_of(&t);
	if (!law_give(r, plain, &g))
		return false;
	for (unsigned id = 1; id < SLAB_MAX_CACHES; id++)
		if (!shrink_is_idle(r, id))
			return false;
	return true;
}

const struct prop shrinking_twice_changes_nothing = {
	"shrinking_twice_changes_nothing",
	"a cache that was just shrunk gives back nothing when it is shrunk again",
	TABLES,
	shrinking_holds,
};

/* --- bulk --------------------------------------------------------------------------------------------------------- */

static bool same_objects(struct prop_run *r, const struct law_take *bulk, const struct law_take *single)
{
	if (bulk->got != (single->got == single->nr ? single->nr : 0))
		return prop_fail(r, "%u objects asked: %u in bulk, %u one by one", bulk->nr, bulk->got, single->got);
	for (unsigned i = 0; i < bulk->got; i++)
		if (bulk->at[i] != single->at[i])
			return prop_fail(r, "object %u of %u is %#llx in bulk, %#llx one by one", i, bulk->nr,
					 ull(slab_address(bulk->at[i])), ull(slab_address(single->at[i])));
	return true;
}

/* Taken as before; freed together, or one by one. */
static bool give_and_settle(struct prop_run *r, struct law_take t, bool bulk, u64 *slabs, struct picture *picture)
{
	struct law_give g;

	if (!state_return(r) || !law_take(r, plain, &t))
		return false;
	g = all_of(&t);
	shuffle(r, &g);
	g.bulk = bulk;
	if (!law_give(r, some_cpu(r, 60), &g) || !law_shrink(r, t.s))
		return false;
	*slabs = slab_figures(1).nr_slabs;
	return law_settled_picture(r, picture);
}

static bool bulk_holds(struct prop_run *r, const struct program *p)
{
	struct law_take bulk, single;
	u64 slabs[2];
	struct law_cache c;

	if (!play(r, p, NULL))
		return false;
	if (!r->w->slab_up)
		return true;
	c = own_cache(r);
	if (!law_create(r, &c))
		return !r->verdict.failed;
	state_mark(r);
	bulk = single = some_objects(r, c.s);
	bulk.bulk = true;
	if (!law_take(r, plain, &bulk) || !state_return(r) || !law_take(r, plain, &single) || !same_objects(r, &bulk, &single))
		return false;
	if (!give_and_settle(r, single, true, &slabs[0], &r->before) || !give_and_settle(r, single, false, &slabs[1], &r->after))
		return false;
	return pictures_agree(r, &r->before, &r->after, "objects freed in bulk, and one by one");
}

const struct prop bulk_of_objects_is_like_singles = {
	"bulk_of_objects_is_like_singles",
	"objects taken in bulk are those taken one by one, all or none; freed in bulk they leave what singles leave",
	TABLES,
	bulk_holds,
};

/* --- where objects lie -------------------------------------------------------------------------------------------- */

/* A byte of the map for each 8 bytes of RAM. */
static bool take_granules(struct prop_run *r, u64 from, u64 bytes, const char *who)
{
	for (u64 g = from / 8; g <= (from + bytes - 1) / 8; g++) {
		if (g >= r->w->machine->nr_frames * (PAGE_SIZE / 8))
			return prop_fail(r, "%#llx is %s, and no RAM", ull(from), who);
		if (r->map[g])
			return prop_fail(r, "%#llx is %s, and somebody's already", ull(g * 8), who);
		r->map[g] = 1;
	}
	return true;
}

static struct slab_cache_figures figures_of(const struct kmem_cache *s)
{
	struct slab_cache_figures f = { 0 };

	for (unsigned id = 1; id < SLAB_MAX_CACHES && s; id++)
		if (slab_cache_by_id(id) == s)
			f = slab_figures(id);
	return f;
}

static bool lies_well(struct prop_run *r, const struct law_hold *h, void *at)
{
	struct slab_cache_figures f = figures_of(h->s);
	u64 address = slab_address(at), align = h->s ? f.align : h->bytes >= 8 ? h->bytes & -h->bytes : 8;

	if (!h->s)
		align = max_of(min_of(align, (u64)PAGE_SIZE), (u64)8); /* of what was asked for, not of its class: less */
	if (address % align)
		return prop_fail(r, "%#llx is no multiple of %llu", ull(address), ull(align));
	if (h->s && (address - f.red_left_pad) >> (f.order + PAGE_SHIFT) != (address + f.object_size - 1) >> (f.order + PAGE_SHIFT))
		return prop_fail(r, "%#llx of %s lies in two slabs", ull(address), f.name);
	return take_granules(r, address, h->bytes, "given");
}

static bool aligned_holds(struct prop_run *r, const struct program *p)
{
	if (!play(r, p, NULL))
		return false;
	if (!r->w->slab_up)
		return true;
	map_clear(r, r->w->machine->nr_frames * (PAGE_SIZE / 8));
	picture_take(r, &r->after);
	for (u64 i = 0; i < r->after.nr; i++)
		memset(r->map + (u64)r->after.block[i].pfn * (PAGE_SIZE / 8), 1, (PAGE_SIZE / 8) << r->after.block[i].order);
	return law_for_each(r, lies_well);
}

const struct prop objects_are_aligned_and_disjoint = {
	"objects_are_aligned_and_disjoint",
	"each object is aligned as was asked, lies in one slab, in no free page, and shares no byte with another",
	TABLES,
	aligned_holds,
};

/* --- constructors ------------------------------------------------------------------------------------------------- */

static bool is_built(struct prop_run *r, const struct law_hold *h, void *at)
{
	u64 word, due;

	if (!h->ctor || h->bytes < sizeof(word))
		return true;
	memcpy(&word, at, sizeof(word));
	due = law_ctor_word(h->ctor);
	if (word == due)
		return true;
	return prop_fail(r, "an object begins with %#llx, and its constructor left %#llx", ull(word), ull(due));
}

/* Three caches that differ in their constructors alone. */
static bool apart_holds(struct prop_run *r, const struct program *p)
{
	struct law_cache c[3];
	struct law_take t;

	if (!play(r, p, NULL) || !law_for_each(r, is_built))
		return false;
	if (!r->w->slab_up)
		return true;
	for (u8 i = 0; i < 3; i++) {
		c[i] = own_cache(r);
		c[i].flags &= ~(SLAB_NO_MERGE | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER);
		c[i].ctor = i;
		c[i].name = (const char *const[]){ "plain", "first", "second" }[i];
		if (!law_create(r, &c[i]))
			return !r->verdict.failed;
	}
	if (c[0].s == c[1].s || c[1].s == c[2].s || c[0].s == c[2].s)
		return prop_fail(r, "caches with different constructors are one");
	for (u8 i = 0; i < 6; i++) { /* and once more, with objects that were freed */
		struct law_hold h = { .s = c[i % 3].s, .bytes = c[i % 3].size, .ctor = c[i % 3].ctor };
		struct law_give g;

		t = some_objects(r, c[i % 3].s);
		if (!law_take(r, some_cpu(r, i), &t))
			return false;
		for (unsigned k = 0; k < t.got; k++) {
			if (!is_built(r, &h, t.at[k]))
				return false;
			if (!h.ctor)
				law_fill(r, t.at[k], h.bytes, 0x11);
		}
		g = all_of(&t);
		if (!law_give(r, some_cpu(r, 10 + i), &g))
			return false;
	}
	return true;
}

const struct prop merging_keeps_constructors_apart = {
	"merging_keeps_constructors_apart",
	"caches with a constructor share objects with no other cache, and each object holds what its constructor left",
	TABLES,
	apart_holds,
};

/* --- frees from elsewhere ----------------------------------------------------------------------------------------- */

static bool each_once(struct prop_run *r, const struct law_take *t)
{
	for (unsigned i = 0; i < t->got; i++)
		for (unsigned k = 0; k < i; k++)
			if (t->at[i] == t->at[k])
				return prop_fail(r, "%#llx was freed once, and is handed out twice", ull(slab_address(t->at[i])));
	return true;
}

static bool taken_once(struct prop_run *r, struct kmem_cache *s, struct place at, const struct law_take *kept)
{
	struct law_take t = some_objects(r, s);

	t.nr = LAW_MOST;
	if (!law_take(r, at, &t) || !each_once(r, &t))
		return false;
	for (unsigned i = 0; i < t.got; i++)
		for (unsigned k = 0; k < kept->got; k++)
			if (kept->at[k] == t.at[i])
				return prop_fail(r, "%#llx is handed out, and somebody has it", ull(slab_address(t.at[i])));
	return true;
}

/* Half of some objects of one CPU is freed on another one; then both CPUs take as many as they can get. */
static bool remote_holds(struct prop_run *r, const struct program *p)
{
	struct place here = plain, there = { 1, CONTEXT_TASK };
	struct law_take all, kept;
	struct law_give g = { 0 };
	struct law_cache c;
	u64 objects;

	if (!play(r, p, NULL))
		return false;
	if (!r->w->slab_up)
		return true;
	c = own_cache(r);
	if (!law_create(r, &c))
		return !r->verdict.failed;
	all = some_objects(r, c.s);
	if (!law_take(r, here, &all))
		return false;
	kept = all;
	kept.got = 0;
	g.s = c.s;
	for (unsigned i = 0; i < all.got; i++)
		if (dice(r, i) & 1)
			g.at[g.nr++] = all.at[i];
		else
			kept.at[kept.got++] = all.at[i];
	objects = figures_of(c.s).nr_objects;
	if (!law_give(r, there, &g))
		return false;
	if (figures_of(c.s).nr_objects > objects)
		return prop_fail(r, "a free made %llu objects of %llu", ull(figures_of(c.s).nr_objects), ull(objects));
	return taken_once(r, c.s, dice(r, 90) & 1 ? here : there, &kept);
}

const struct prop remote_free_arrives_once = {
	"remote_free_arrives_once",
	"an object freed on another CPU is handed out again at most once, and no object that somebody has",
	TABLES,
	remote_holds,
};

/* --- the order of a new slab's objects ---------------------------------------------------------------------------- */

static bool run_with(struct prop_run *r, const struct program *p, u32 random, struct verdict *v)
{
	static __thread struct program changed;

	if (!changed.op)
		program_init(&changed);
	program_clear(&changed);
	changed.header = p->header;
	program_append_op(&changed, "knob", PARAM_SLAB_FREELIST_RANDOM, random, 0, 0);
	program_append_ops(&changed, p, 0, p->nr_ops);
	r->w->booting = false;
	r->w->until = ~0u;
	*v = *lockstep_run(r->w, &changed);
	return !v->failed;
}

static bool order_holds(struct prop_run *r, const struct program *p)
{
	struct verdict plain_order, random_order;

	run_with(r, p, 0, &plain_order);
	run_with(r, p, 1, &random_order);
	if (plain_order.failed == random_order.failed && !strcmp(plain_order.clause, random_order.clause))
		return true;
	return prop_fail(r, "in order: %s; with freelist randomization: %s",
			 plain_order.failed ? plain_order.clause : "nothing", random_order.failed ? random_order.clause : "nothing");
}

const struct prop order_of_objects_does_not_decide = {
	"order_of_objects_does_not_decide",
	"a program is judged alike with objects of new slabs in order and in random order",
	TABLES,
	order_holds,
};
