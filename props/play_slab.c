/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * play_slab.c - a program of caches and objects on mm alone: what was got is kept here, by mm's answers.
 *
 * What an operation does is read off the kinds of its arguments: one that fills a slot of objects from a cache takes some, one
 * that names a live slot and is called free gives them back. So a new operation of a known shape is played without a line
 * here, and one that makes mistakes on purpose is not played.
 */
#include <stdlib.h>
#include <string.h>
#include "observe.h"
#include "slab_laws.h"
#include "tool.h"

static const struct place task = { 0, CONTEXT_TASK };

/* --- constructors ------------------------------------------------------------------------------------------------- */

/* What they write is all that is in such objects: their owners here write nothing. */
static void first_ctor(void *object)
{
	memcpy(object, &(u64){ FIRST_BUILT }, sizeof(u64));
}
static void second_ctor(void *object)
{
	memcpy(object, &(u64){ SECOND_BUILT }, sizeof(u64));
}

u64 law_ctor_word(u8 ctor)
{
	return ctor == 1 ? FIRST_BUILT : SECOND_BUILT;
}

/* --- calls: each is a deed on some CPU ---------------------------------------------------------------------------- */

static void act_create(struct prop_run *r, void *arg)
{
	struct law_cache *c = arg;
	struct kmem_cache_args args = { .align = c->align, .ctor = c->ctor == 1 ? first_ctor : c->ctor ? second_ctor : NULL };

	(void)r;
	c->s = kmem_cache_create_args(c->name, c->size, &args, c->flags);
}

bool law_create(struct prop_run *r, struct law_cache *c)
{
	c->s = NULL;
	return machine_do(r, task, act_create, c) && c->s;
}

static void act_destroy(struct prop_run *r, void *arg)
{
	(void)r;
	kmem_cache_destroy(((struct law_cache *)arg)->s);
}

bool law_destroy(struct prop_run *r, struct law_cache *c)
{
	return machine_do(r, task, act_destroy, c);
}

static void act_take(struct prop_run *r, void *arg)
{
	struct law_take *t = arg;

	(void)r;
	if (t->bulk) {
		t->got = kmem_cache_alloc_bulk(t->s, t->gfp, t->nr, t->at);
		return;
	}
	for (t->got = 0; t->got < t->nr; t->got++) {
		t->at[t->got] = t->s ? kmem_cache_alloc_node(t->s, t->gfp, t->nid) : kmalloc_node(t->bytes, t->gfp, t->nid);
		if (!t->at[t->got])
			break;
	}
}

bool law_take(struct prop_run *r, struct place at, struct law_take *t)
{
	memset(t->at, 0, sizeof(t->at));
	return machine_do(r, at, act_take, t);
}

static void act_give(struct prop_run *r, void *arg)
{
	struct law_give *g = arg;

	(void)r;
	if (g->bulk) {
		kmem_cache_free_bulk(g->s, g->nr, g->at);
		return;
	}
	for (unsigned i = 0; i < g->nr; i++)
		if (g->s)
			kmem_cache_free(g->s, g->at[i]);
		else
			kfree(g->at[i]);
}

bool law_give(struct prop_run *r, struct place at, struct law_give *g)
{
	return machine_do(r, at, act_give, g);
}

static void act_shrink(struct prop_run *r, void *arg)
{
	(void)r;
	kmem_cache_shrink(arg);
}

bool law_shrink(struct prop_run *r, struct kmem_cache *s)
{
	return machine_do(r, task, act_shrink, s);
}

static void act_settle(struct prop_run *r, void *arg)
{
	(void)r, (void)arg;
	slab_settle();
}

bool law_settled_picture(struct prop_run *r, struct picture *picture)
{
	return machine_do(r, task, act_settle, NULL) && settled_picture(r, picture);
}

static void act_validate(struct prop_run *r, void *arg)
{
	struct law_look *look = arg;

	(void)r;
	look->damaged = validate_slab_cache(look->s);
}

const char *law_validate(struct prop_run *r, struct kmem_cache *s, long *damaged)
{
	struct law_look look = { s, 0 };
	struct machine *m = r->w->machine;

	if (!machine_do(r, task, act_validate, &look))
		return NULL;
	*damaged = look.damaged;
	m->host->log[m->log_bytes] = 0;
	return m->host->log;
}

/* --- memory: an owner writes all that is his ---------------------------------------------------------------------- */

void law_fill(struct prop_run *r, void *at, u64 bytes, u8 byte)
{
	u64 from = slab_address(at);

	if (!bytes)
		return;
	memset(at, byte, bytes);
	for (u64 line = from / 64; line <= (from + bytes - 1) / 64; line++)
		ram_dirty(r->w->machine, line / 64, 1ULL << line % 64);
}

/* --- operations --------------------------------------------------------------------------------------------------- */

struct step {
	const struct op *op;
	u64 a[MAX_ARGS];
	struct place at;
};

static bool has(const struct step *s, unsigned kind)
{
	for (unsigned i = 0; i < MAX_ARGS; i++)
		if (s->op->args[i] == kind)
			return true;
	return false;
}

static u64 value(const struct step *s, unsigned kind)
{
	for (unsigned i = 0; i < MAX_ARGS; i++)
		if (s->op->args[i] == kind)
			return s->a[i];
	return 0;
}

static int nid_of(const struct prop_run *r, const struct step *s)
{
	u64 node = has(s, ARG_NODE) ? value(s, ARG_NODE) : MAX_NUMNODES;

	return node >= MAX_NUMNODES ? NUMA_NO_NODE : (int)(node % param_of(r, PARAM_NODES));
}

/* Nothing that warns, cannot end, or is about no cache of ours. */
static gfp_t gfp_of(const struct step *s, bool ctor)
{
	gfp_t gfp = (gfp_t)value(s, ARG_GFP) & ~(__GFP_NOFAIL | __GFP_HIGHMEM | __GFP_DMA32 | __GFP_MOVABLE | __GFP_COMP);

	return ctor ? gfp & ~__GFP_ZERO : gfp;
}

static bool play_create(struct prop_run *r, const struct step *s)
{
	struct law_cache *c = &r->slab->cache[value(s, ARG_NEW_CACHE)];

	if (c->s)
		return true;
	*c = (struct law_cache){ .name = cache_names[value(s, ARG_CACHE_NAME)],
				 .size = (u32)value(s, ARG_OBJECT_SIZE) % 6000,
				 .align = value(s, ARG_ALIGN) ? 1u << (value(s, ARG_ALIGN) - 1) % 9 : 0,
				 .flags = (u32)value(s, ARG_SLAB_FLAGS) & ~(SLAB_PANIC | SLAB_FAILSLAB | SLAB_TRACE),
				 .ctor = (u8)value(s, ARG_CTOR) };
	if (!c->name || c->size < 8)
		return true;
	if (!law_create(r, c))
		c->s = NULL;
	return !r->verdict.failed;
}

static bool is_in_use(const struct prop_run *r, const struct kmem_cache *s)
{
	for (unsigned i = 0; i < NR_SLOTS; i++)
		if (r->slab->object[i].nr && r->slab->object[i].s == s)
			return true;
	return false;
}

static bool play_destroy(struct prop_run *r, const struct step *s)
{
	struct law_cache *c = &r->slab->cache[value(s, ARG_LAST_CACHE)];
	struct law_cache gone = *c;

	if (!c->s || is_in_use(r, c->s))
		return true;
	c->s = NULL;
	return law_destroy(r, &gone);
}

static bool play_take(struct prop_run *r, const struct step *s)
{
	const struct law_cache *c = &r->slab->cache[value(s, ARG_CACHE)];
	struct law_hold *h = &r->slab->object[value(s, ARG_NEW_OBJECT)];
	struct law_take t = { .s = c->s, .gfp = gfp_of(s, c->ctor), .nid = nid_of(r, s), .nr = 1, .bulk = has(s, ARG_COUNT) };

	if (!c->s || h->nr)
		return true;
	if (t.bulk)
		t.nr = (unsigned)value(s, ARG_COUNT);
	if (!law_take(r, s->at, &t))
		return false;
	*h = (struct law_hold){ .s = c->s, .nr = t.got, .bytes = kmem_cache_size(c->s), .ctor = c->ctor };
	memcpy(h->at, t.at, sizeof(h->at));
	return true;
}

/* The size of a merged cache may have grown: of each object as much is its owner's as was asked for. */
static bool play_kmalloc(struct prop_run *r, const struct step *s)
{
	struct law_hold *h = &r->slab->kmalloc[value(s, ARG_NEW_KMALLOC)];
	struct law_take t = { .bytes = value(s, ARG_KMALLOC_SIZE), .gfp = gfp_of(s, false), .nid = nid_of(r, s), .nr = 1 };

	if (h->nr || has(s, ARG_ELEMENTS) || !t.bytes || t.bytes > kmalloc_max_size())
		return true;
	if (!law_take(r, s->at, &t))
		return false;
	*h = (struct law_hold){ .nr = t.got, .bytes = t.bytes };
	h->at[0] = t.at[0];
	return true;
}

static bool play_give(struct prop_run *r, const struct step *s, struct law_hold *h)
{
	struct law_give g = { .s = h->s, .nr = h->nr, .bulk = h->nr > 1 && h->s };

	if (!h->nr)
		return true;
	memcpy(g.at, h->at, sizeof(g.at));
	h->nr = 0;
	return law_give(r, s->at, &g);
}

static bool frees(const struct step *s)
{
	return strstr(s->op->name, "free") && !strstr(s->op->name, "rcu");
}

static bool play_one(struct prop_run *r, const struct step *s)
{
	if (has(s, ARG_NEW_CACHE))
		return play_create(r, s);
	if (has(s, ARG_LAST_CACHE))
		return play_destroy(r, s);
	if (has(s, ARG_NEW_OBJECT) && has(s, ARG_CACHE))
		return play_take(r, s);
	if (has(s, ARG_NEW_KMALLOC) && has(s, ARG_KMALLOC_SIZE))
		return play_kmalloc(r, s);
	if (has(s, ARG_LIVE_OBJECT) || has(s, ARG_USED_OBJECT))
		return !frees(s) || play_give(r, s, &r->slab->object[s->a[0] % NR_SLOTS]);
	if (has(s, ARG_LIVE_KMALLOC) || has(s, ARG_USED_KMALLOC))
		return !frees(s) || play_give(r, s, &r->slab->kmalloc[s->a[0] % NR_SLOTS]);
	if (s->op->args[0] == ARG_CACHE && !s->op->args[1] && r->slab->cache[s->a[0]].s)
		return law_shrink(r, r->slab->cache[s->a[0]].s);
	return true;
}

static bool belongs_here(const struct op *op, const struct instr *in)
{
	if (!op || op->code < 0x300 || op->code >= 0x360 || op->flags & (OP_CLIENT_BUG | OP_BOOT | OP_DAMAGE))
		return false;
	return instr_context(in) != CONTEXT_NMI || op->flags & OP_TASK_ONLY;
}

bool play_slab(struct prop_run *r, const struct program *p)
{
	if (!r->slab && !(r->slab = calloc(1, sizeof(*r->slab))))
		abort();
	memset(r->slab, 0, sizeof(*r->slab));
	if (!r->w->slab_up) /* without memory there are no caches */
		return true;
	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct instr *in = &p->op[i];
		struct step s = { .op = op_by_code(in->code) };

		if (!belongs_here(s.op, in))
			continue;
		r->verdict.step = (int)i;
		s.at = (struct place){ (u8)(in->cpu % param_of(r, PARAM_CPUS)), instr_context(in) };
		if (s.op->flags & OP_TASK_ONLY)
			s.at.context = CONTEXT_TASK;
		instr_args(s.op, in, s.a);
		if (!play_one(r, &s))
			return false;
	}
	machine_calm(r);
	return true;
}

bool law_for_each(struct prop_run *r, bool (*look)(struct prop_run *r, const struct law_hold *h, void *at))
{
	for (unsigned i = 0; i < 2 * NR_SLOTS; i++) {
		const struct law_hold *h = i < NR_SLOTS ? &r->slab->object[i] : &r->slab->kmalloc[i - NR_SLOTS];

		for (unsigned k = 0; k < h->nr; k++)
			if (!look(r, h, h->at[k]))
				return false;
	}
	return true;
}
