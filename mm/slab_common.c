/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_common.c - caches: how they come into being, are shared, and go.
 *
 *   kmem_cache        a cache whose objects are struct kmem_cache       the first two describe themselves: they begin on the
 *   kmem_cache_node   one whose objects are struct kmem_cache_node      stack of kmem_cache_init(), and move into RAM
 *   kmalloc-...       kmalloc.c
 *   what clients create
 *
 * A cache has an id, the lowest that is free: its place in the table of caches and in each CPU's table. A client that asks for
 * a cache much like one that is there gets a reference to that one, and the name is noted as an alias.
 *
 * Invariants:
 *   [S17] align is a power of two, at least a word, and divides the size of a slot
 *   [S21] merged caches have no constructor, and are alike in what counts
 *   [S22] a cache with objects in use is never given back: destroying it leaves it without a name, until the machine ends
 * Locks: slab_mutex for the list of caches, ids, aliases, reference counts. Task context.
 * Unlike Linux: a size of 0 fails the integrity check; SLAB_FAILSLAB may be asked for; ids are limited (-ENOSPC).
 */
#include <errno.h>
#include "rcu.h"
#include "slab_internal.h"
#include "slab_sheaf.h"
#include "smp.h"

#define SLAB_FLAGS_PERMITTED                                                                                           \
	(SLAB_DEBUG_FLAGS | SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA | SLAB_CACHE_DMA32 | SLAB_RECLAIM_ACCOUNT |            \
	 SLAB_PANIC | SLAB_TYPESAFE_BY_RCU | SLAB_NOLEAKTRACE | SLAB_NO_MERGE | SLAB_FAILSLAB | SLAB_ACCOUNT)
#define SLAB_NEVER_MERGE                                                                                               \
	(SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_TYPESAFE_BY_RCU | SLAB_NOLEAKTRACE |        \
	 SLAB_FAILSLAB | SLAB_NO_MERGE)
#define SLAB_MERGE_SAME (SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA | SLAB_CACHE_DMA32 | SLAB_ACCOUNT)

#define CACHE_LINE_BYTES 64u
#define MIN_PARTIAL	 5u
#define MAX_PARTIAL	 10u
#define DEFRAG_RATIO_MAX 1024u

/* --- a new descriptor ------------------------------------------------------------------------------------------------------------ */

/* [S17] */
u32 calculate_alignment(slab_flags_t flags, u32 align, u32 size)
{
	u32 line = CACHE_LINE_BYTES;

	if (flags & SLAB_HWCACHE_ALIGN) {
		while (size <= line / 2)
			line /= 2;
		align = max_of(align, line);
	}
	return ALIGN(max_of(align, ARCH_KMALLOC_MINALIGN), (u32)sizeof(void *));
}

/* [S11] */
static u32 cpu_partial_objects(const struct kmem_cache *s)
{
	if (kmem_cache_debug(s))
		return 0;
	if (s->size >= PAGE_SIZE)
		return 6;
	return s->size >= 1024 ? 24 : s->size >= 256 ? 52 : 120;
}

void slub_set_cpu_partial(struct kmem_cache *s, u32 objects)
{
	WRITE_ONCE(s->cpu_partial, objects);
	WRITE_ONCE(s->cpu_partial_slabs, (u32)((2ULL * objects + s->oo.objects - 1) / s->oo.objects));
}

static void set_limits(struct kmem_cache *s)
{
	s->min_partial = min_of(max_of((fls64(s->size) - 1) / 2, MIN_PARTIAL), MAX_PARTIAL);
	slub_set_cpu_partial(s, cpu_partial_objects(s));
	s->remote_node_defrag_ratio = min_of(this_cpu->machine->param[PARAM_REMOTE_NODE_DEFRAG_RATIO], DEFRAG_RATIO_MAX);
}

/* slab_debug=...O: debugging that would need larger slabs is not worth it. */
static int set_sizes(struct kmem_cache *s, const struct kmem_cache_args *args)
{
	int err = calculate_sizes(s, args);

	if (err || !slab_state()->debug_off_if_larger)
		return err;
	if (get_order(s->size) <= get_order(s->object_size))
		return 0;
	s->flags &= ~DEBUG_METADATA_FLAGS;
	return calculate_sizes(s, args);
}

static void announce_cache(const struct kmem_cache *s, enum slab_cache_news news)
{
	mm_announce((struct mm_event){ .type = EVENT_SLAB_CACHE, .cache = s->id, .on = (u8)news });
}

static int take_id(struct kmem_cache *s)
{
	struct slab_state *st = slab_state();

	for (u8 id = 1; id < SLAB_MAX_CACHES; id++)
		if (!st->cache[id]) {
			st->cache[id] = s;
			s->id = id;
			announce_cache(s, SLAB_CACHE_MADE);
			return 0;
		}
	return -ENOSPC;
}

static void give_back_id(struct kmem_cache *s)
{
	struct slab_state *st = slab_state();

	for (unsigned i = 0; i < SLAB_MAX_ALIASES; i++)
		if (st->alias[i].id == s->id)
			st->alias[i].id = 0;
	announce_cache(s, SLAB_CACHE_GONE);
	st->cache[s->id] = NULL;
	s->id = 0;
}

static bool wants_init(const struct kmem_cache *s, bool wanted)
{
	return wanted && !s->ctor && !(s->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_POISON));
}

static u32 hooks_of(const struct kmem_cache *s)
{
	const struct mm *mm = current_mm();

	return HOOKS_ALWAYS | (s->flags & SLAB_FAILSLAB ? HOOK_FAILSLAB : 0) | (s->flags & SLAB_ACCOUNT ? HOOK_ACCOUNT : 0) |
	       (wants_init(s, mm->want_init_on_alloc) ? HOOK_INIT_ON_ALLOC : 0) |
	       (wants_init(s, mm->want_init_on_free) ? HOOK_INIT_ON_FREE : 0);
}

static void refresh_cpu_table(unsigned cpu, void *arg)
{
	const struct kmem_cache *s = arg;
	struct kmem_cache_cpu *c = cpu_slab_of(cpu, s->id);

	c->random = s->random;
	c->offset = s->offset;
	c->size = s->size;
	c->sheaf_max = sheaf_capacity(s, hooks_of(s));
	WRITE_ONCE(c->hooks, hooks_of(s));
}

/* Of a new cache nobody else looks at them yet. */
void refresh_cpu_tables(struct kmem_cache *s, bool is_new)
{
	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++) {
		if (is_new)
			refresh_cpu_table(cpu, s);
		else
			sim_do_for_cpu(cpu, refresh_cpu_table, s);
	}
}

/* --- nodes ------------------------------------------------------------------------------------------------------------------------ */

static struct kmem_cache_node *init_node(struct kmem_cache_node *n)
{
	if (!n)
		return NULL;
	memset(n, 0, sizeof(*n));
	spin_lock_init(&n->list_lock, RANK_SLAB_LIST);
	INIT_LIST_HEAD(&n->partial);
	INIT_LIST_HEAD(&n->full);
	return n;
}

static struct kmem_cache_node *take_early(struct kmem_cache *s, struct slab *slab)
{
	struct slab_request r = { .event = EVENT_KMEM_CACHE_ALLOC, .gfp = GFP_NOWAIT, .orig_size = s->object_size };
	struct slab_counters c;
	void *object = take_first_object(s, slab, &c);

	if (kmem_cache_debug(s))
		alloc_debug_processing(s, slab, object, s->object_size);
	announce_alloc(s, object, &r);
	if (HOOKS_ALWAYS)
		kasan_slab_alloc(s, object, s->object_size, false);
	return init_node(object);
}

/*
 * The nodes' structures of the cache of such structures are the first objects of their own slabs. A node that has no page for one
 * gets that of another.
 */
static int early_node_alloc(struct kmem_cache *s, unsigned nid)
{
	struct slab *slab = new_slab(s, GFP_NOWAIT, (int)nid);
	struct kmem_cache_node *n;
	unsigned long flags;
	unsigned real;

	if (!slab)
		return -ENOMEM;
	real = slab_nid(slab);
	if (!s->node[real])
		s->node[real] = take_early(s, slab);
	if (!s->node[nid])
		s->node[nid] = take_early(s, slab);
	n = s->node[real];
	count_slab(s, slab, 1);
	spin_lock_irqsave(&n->list_lock, flags);
	add_partial(n, slab, SLAB_IN_FLIGHT, false);
	spin_unlock_irqrestore(&n->list_lock, flags);
	return 0;
}

static void free_nodes(struct kmem_cache *s)
{
	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++) {
		if (s->node[nid])
			kmem_cache_free(slab_state()->kmem_cache_node, s->node[nid]);
		s->node[nid] = NULL;
	}
}

static int init_nodes(struct kmem_cache *s)
{
	struct kmem_cache *nodes = slab_state()->kmem_cache_node;

	for (unsigned nid = 0; nid < current_mm()->nr_nodes; nid++) {
		if (!node_has_slabs(nid) || s->node[nid])
			continue;
		if (!nodes) {
			if (early_node_alloc(s, nid))
				return -ENOMEM;
			continue;
		}
		s->node[nid] = init_node(kmem_cache_alloc_node(nodes, GFP_KERNEL, (int)nid));
		if (!s->node[nid])
			return -ENOMEM;
	}
	return 0;
}

static void set_name(char *to, const char *name)
{
	size_t n = strlen(name);

	n = min_of(n, (size_t)KMEM_CACHE_NAME_MAX - 1);
	memcpy(to, name, n);
	to[n] = 0;
}

/* A kmem_cache is zeroes before. After a failure nothing but the descriptor itself is left. */
int do_kmem_cache_create(struct kmem_cache *s, const char *name, u32 size, const struct kmem_cache_args *args, slab_flags_t flags)
{
	struct slab_state *st = slab_state();
	int err;

	set_name(s->name, name);
	s->flags = flags;
	s->object_size = size;
	s->align = args->align;
	s->useroffset = args->useroffset;
	s->usersize = args->usersize;
	s->ctor = args->ctor;
	err = set_sizes(s, args);
	if (err)
		return err;
	set_limits(s);
	if (st->hardened)
		s->random = sim_chance() | 1;
	err = take_id(s);
	if (err)
		return err;
	refresh_cpu_tables(s, true);
	kasan_cache_create(s);
	err = st->up ? init_cache_random_seq(s) : 0;
	if (!err)
		err = init_nodes(s);
	if (err && st->kmem_cache_node) /* else the boot fails: what its first cache has nobody can take back */
		__kmem_cache_release(s);
	return err;
}

void __kmem_cache_release(struct kmem_cache *s)
{
	if (s->random_seq)
		kfree(s->random_seq);
	s->random_seq = NULL;
	free_nodes(s);
	kasan_cache_destroy(s);
	give_back_id(s);
}

/* --- merging [S21] ----------------------------------------------------------------------------------------------------------------- */

static bool slab_unmergeable(const struct kmem_cache *s)
{
	return (s->flags & SLAB_NEVER_MERGE) || s->ctor || s->usersize || s->refcount < 0;
}

static bool will_do(const struct kmem_cache *s, u32 size, u32 align, slab_flags_t flags)
{
	if (slab_unmergeable(s) || size > s->size)
		return false;
	if ((flags & SLAB_MERGE_SAME) != (s->flags & SLAB_MERGE_SAME))
		return false;
	return !(s->size & (align - 1)) && s->size - size < sizeof(void *);
}

struct kmem_cache *find_mergeable(u32 size, u32 align, slab_flags_t flags, const char *name, void (*ctor)(void *))
{
	struct slab_state *st = slab_state();

	flags = kmem_cache_flags(flags, name);
	if (st->nomerge || ctor || (flags & SLAB_NEVER_MERGE))
		return NULL;
	size = ALIGN(size, (u32)sizeof(void *));
	align = calculate_alignment(flags, align, size);
	size = ALIGN(size, align);
	for (struct list_head *pos = st->caches.prev; pos != &st->caches; pos = pos->prev) {
		struct kmem_cache *s = list_entry(pos, struct kmem_cache, list);

		sim_tick();
		if (will_do(s, size, align, flags))
			return s;
	}
	return NULL;
}

static void add_alias(const char *name, u8 id)
{
	struct slab_state *st = slab_state();
	struct slab_alias *place = NULL;

	for (unsigned i = SLAB_MAX_ALIASES; i-- > 0;)
		if (!st->alias[i].id)
			place = &st->alias[i];
	for (unsigned i = 0; i < SLAB_MAX_ALIASES; i++) /* a name leads to one cache */
		if (st->alias[i].id && !strncmp(st->alias[i].name, name, KMEM_CACHE_NAME_MAX - 1))
			place = &st->alias[i];
	if (!place) {
		count_mark(MARK_CACHE_ALIASES_FULL);
		sim_log("SLUB: Unable to add cache alias %s to sysfs\n", name);
		return;
	}
	set_name(place->name, name);
	place->id = id;
}

/* Another reference to a cache that will do; it is as large as the largest of those that share it. */
static struct kmem_cache *alias_of(const char *name, u32 size, const struct kmem_cache_args *args, slab_flags_t flags)
{
	struct kmem_cache *s = args->usersize ? NULL : find_mergeable(size, args->align, flags, name, args->ctor);

	if (!s)
		return NULL;
	s->refcount++;
	WRITE_ONCE(s->object_size, max_of(s->object_size, size));
	s->inuse = max_of(s->inuse, ALIGN(size, (u32)sizeof(void *)));
	announce_cache(s, SLAB_CACHE_SHARED);
	refresh_cpu_tables(s, false);
	add_alias(name, s->id);
	return s;
}

/* --- create [S20] ------------------------------------------------------------------------------------------------------------------ */

static void warn_of_duplicate(const char *name)
{
	struct list_head *pos;

	list_for_each(pos, &slab_state()->caches)
		if (!strncmp(list_entry(pos, struct kmem_cache, list)->name, name, KMEM_CACHE_NAME_MAX - 1)) {
			sim_log("kmem_cache of name '%s' already exists\n", name);
			announce_report(SLUB_DUPLICATE_NAME, 0, list_entry(pos, struct kmem_cache, list)->id);
			return;
		}
}

static bool is_sane(const char *name, u32 size)
{
	const struct sim_cpu *c = this_cpu;

	return name && size && size <= kmalloc_max_size() && !(c->hardirq | c->softirq | c->nmi);
}

/* What user space may copy must lie in the object; else nothing may. */
static void fix_user_region(struct kmem_cache_args *args, u32 size)
{
	if ((!args->usersize && args->useroffset) || size < args->usersize || size - args->usersize < args->useroffset)
		args->usersize = args->useroffset = 0;
}

static bool freeptr_offset_is_sane(const struct kmem_cache_args *args, u32 size, slab_flags_t flags)
{
	return !args->use_freeptr_offset || (args->freeptr_offset < size && (flags & SLAB_TYPESAFE_BY_RCU) &&
					     !(args->freeptr_offset % sizeof(void *)));
}

static int new_cache(const char *name, u32 size, const struct kmem_cache_args *args, slab_flags_t flags, struct kmem_cache **made)
{
	struct slab_state *st = slab_state();
	struct kmem_cache *s;
	int err;

	if (!freeptr_offset_is_sane(args, size, flags))
		return -EINVAL;
	s = kmem_cache_zalloc(st->kmem_cache, GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	err = do_kmem_cache_create(s, name, size, args, kmem_cache_flags(flags, name));
	if (err) {
		kmem_cache_free(st->kmem_cache, s);
		return err;
	}
	s->refcount = 1;
	list_add(&s->list, &st->caches);
	*made = s;
	return 0;
}

static int create(const char *name, u32 size, struct kmem_cache_args *args, slab_flags_t flags, struct kmem_cache **made)
{
	if ((flags & ~SLAB_FLAGS_PERMITTED) || (args->align & (args->align - 1)))
		return -EINVAL;
	fix_user_region(args, size);
	*made = alias_of(name, size, args, flags);
	if (*made)
		return 0;
	args->align = calculate_alignment(flags, args->align, size);
	return new_cache(name, size, args, flags, made);
}

static sim_cold void create_failed(const char *name, slab_flags_t flags, int err)
{
	if (flags & SLAB_PANIC)
		sim_stop(STOP_PANIC, "kmem_cache_create: Failed to create slab '%s'. Error %d", name ? name : "(null)", err);
	sim_log("kmem_cache_create(%s) failed with error %d\n", name ? name : "(null)", err);
	announce_report(SLUB_CREATE, 0, 0);
}

struct kmem_cache *kmem_cache_create_args(const char *name, u32 size, const struct kmem_cache_args *args, slab_flags_t flags)
{
	struct kmem_cache_args own = args ? *args : (struct kmem_cache_args){ 0 };
	struct slab_state *st = slab_state();
	struct kmem_cache *s = NULL;
	int err = -EINVAL;

	if (is_sane(name, size)) {
		mutex_lock(&st->mutex);
		warn_of_duplicate(name);
		err = create(name, size, &own, flags, &s);
		mutex_unlock(&st->mutex);
	} else {
		sim_log("kmem_cache_create(%s) integrity check failed\n", name ? name : "(null)");
	}
	if (unlikely(err))
		create_failed(name, flags, err);
	return s;
}

struct kmem_cache *kmem_cache_create(const char *name, u32 size, u32 align, slab_flags_t flags, void (*ctor)(void *))
{
	return kmem_cache_create_args(name, size, &(struct kmem_cache_args){ .align = align, .ctor = ctor }, flags);
}

/* --- destroy [S22] ----------------------------------------------------------------------------------------------------------------- */

int __kmem_cache_shutdown(struct kmem_cache *s)
{
	flush_all(s);
	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++) {
		struct kmem_cache_node *n = get_node(s, nid);

		if (!n)
			continue;
		free_partial(s, n);
		if (READ_ONCE(n->nr_partial) || READ_ONCE(n->nr_slabs))
			return -EBUSY;
	}
	return 0;
}

static sim_cold void report_still_used(const struct kmem_cache *s)
{
	sim_log("kmem_cache_destroy %s: Slab cache still has objects when called from %s+%u\n", s->name,
		this_cpu->operation ? this_cpu->operation : "boot", this_cpu->step);
	announce_report(SLUB_DESTROY, 0, s->id);
}

void kmem_cache_destroy(struct kmem_cache *s)
{
	struct slab_state *st = slab_state();
	int err;

	if (!s)
		return;
	kvfree_rcu_barrier(); /* which caches those are of is not known */
	mutex_lock(&st->mutex);
	announce_cache(s, SLAB_CACHE_UNSHARED);
	if (--s->refcount) {
		mutex_unlock(&st->mutex);
		return;
	}
	err = __kmem_cache_shutdown(s);
	if (unlikely(err))
		report_still_used(s);
	list_del(&s->list);
	mutex_unlock(&st->mutex);
	if (unlikely(err))
		return;
	if (s->flags & SLAB_TYPESAFE_BY_RCU)
		rcu_barrier(); /* its slabs still say which cache they are of */
	mutex_lock(&st->mutex);
	__kmem_cache_release(s);
	kmem_cache_free(st->kmem_cache, s);
	mutex_unlock(&st->mutex);
}

int kmem_cache_shrink(struct kmem_cache *s)
{
	return __kmem_cache_shrink(s);
}

u32 kmem_cache_size(const struct kmem_cache *s)
{
	return s->object_size;
}

const char *kmem_cache_name(const struct kmem_cache *s)
{
	return s->name;
}

/* --- boot -------------------------------------------------------------------------------------------------------------------------- */

struct kmem_cache *create_boot_cache(const char *name, u32 size, u32 align, slab_flags_t flags)
{
	struct slab_state *st = slab_state();
	struct kmem_cache_args args = { .align = calculate_alignment(flags, align, size) };
	struct kmem_cache *s = kmem_cache_zalloc(st->kmem_cache, GFP_NOWAIT);

	if (!s)
		return NULL;
	if (do_kmem_cache_create(s, name, size, &args, kmem_cache_flags(flags, name))) {
		kmem_cache_free(st->kmem_cache, s);
		return NULL;
	}
	s->refcount = 1;
	list_add(&s->list, &st->caches);
	return s;
}

/* One of the first two: s lies on the stack. */
static int begin_cache(struct kmem_cache *s, const char *name, u32 size)
{
	struct kmem_cache_args args = { .align = calculate_alignment(SLAB_HWCACHE_ALIGN, 0, size) };

	memset(s, 0, sizeof(*s));
	s->refcount = -1;
	return do_kmem_cache_create(s, name, size, &args, kmem_cache_flags(SLAB_HWCACHE_ALIGN, name));
}

/* It moves into an object of the cache of caches. */
static struct kmem_cache *bootstrap(const struct kmem_cache *first)
{
	struct slab_state *st = slab_state();
	struct kmem_cache *s = kmem_cache_zalloc(st->kmem_cache, GFP_NOWAIT);

	if (!s)
		return NULL;
	*s = *first;
	st->cache[s->id] = s;
	list_add(&s->list, &st->caches);
	return s;
}

static int init_state(struct mm *mm)
{
	struct machine *m = this_cpu->machine;
	struct slab_state *st = machine_meta_alloc(m, sizeof(*st), 64);
	const u32 *param = m->param;

	if (!st)
		return -ENOMEM;
	mm->slab = st;
	mutex_init(&st->mutex, RANK_SLAB_MUTEX);
	INIT_LIST_HEAD(&st->caches);
	st->nomerge = param[PARAM_SLAB_NOMERGE];
	st->freelist_random = param[PARAM_SLAB_FREELIST_RANDOM];
	st->hardened = param[PARAM_SLAB_FREELIST_HARDENED];
	return 0;
}

static int init_cpu_tables(void)
{
	struct machine *m = this_cpu->machine;

	for (unsigned cpu = 0; cpu < m->param[PARAM_CPUS]; cpu++) {
		struct kmem_cache_cpu *c = machine_meta_alloc(m, SLAB_MAX_CACHES * sizeof(*c), 64);

		if (!c)
			return -ENOMEM;
		m->cpu[cpu].percpu = c;
		for (unsigned id = 1; id < SLAB_MAX_CACHES; id++) {
			c[id].hot.second = cpu; /* [S13] */
			local_lock_init(&c[id].lock, RANK_CPU_SLAB);
		}
	}
	return 0;
}

static void init_cpu_doors(const struct mm *mm)
{
	const struct slab_state *st = mm->slab;
	struct machine *m = this_cpu->machine;

	for (unsigned cpu = 0; cpu < m->param[PARAM_CPUS]; cpu++) {
		struct slab_cpu_doors *doors = m->cpu[cpu].percpu;

		*doors = (struct slab_cpu_doors){ .ram = m->host->ram, .ram_bytes = mm->nr_frames << PAGE_SHIFT,
						  .mem_map = mm->mem_map, .normal_id = st->normal_id };
	}
}

static int bootstrap_caches(struct slab_state *st)
{
	struct kmem_cache cache, node;

	if (begin_cache(&node, "kmem_cache_node", sizeof(struct kmem_cache_node)))
		return -ENOMEM;
	st->kmem_cache_node = &node;
	if (begin_cache(&cache, "kmem_cache", sizeof(struct kmem_cache)))
		return -ENOMEM;
	st->kmem_cache = &cache;
	st->kmem_cache = bootstrap(&cache);
	if (!st->kmem_cache)
		return -ENOMEM;
	st->kmem_cache_node = bootstrap(&node);
	return st->kmem_cache_node ? 0 : -ENOMEM;
}

static int randomize_first_caches(struct slab_state *st)
{
	struct list_head *pos;

	list_for_each(pos, &st->caches)
		if (init_cache_random_seq(list_entry(pos, struct kmem_cache, list)))
			return -ENOMEM;
	return 0;
}

/* Boot: nobody else is there, so slab_mutex is not taken. */
int kmem_cache_init(void)
{
	struct mm *mm = current_mm();
	int err = init_state(mm);

	if (!err) {
		slub_debug_init();
		err = init_cpu_tables();
	}
	if (!err)
		err = bootstrap_caches(mm->slab);
	if (!err)
		err = create_kmalloc_caches();
	if (!err)
		init_cpu_doors(mm);
	if (!err)
		err = randomize_first_caches(mm->slab);
	if (!err)
		err = kfree_rcu_init();
	return err;
}

/* --- the end of a program, and what others may see -------------------------------------------------------------------------------- */

/* Pages of SLAB_TYPESAFE_BY_RCU caches come back last. */
void slab_settle(void)
{
	struct slab_state *st = slab_state();

	if (!st)
		return;
	kvfree_rcu_barrier();
	mutex_lock(&st->mutex);
	for (unsigned id = 1; id < SLAB_MAX_CACHES; id++)
		if (st->cache[id])
			__kmem_cache_shrink(st->cache[id]);
	mutex_unlock(&st->mutex);
	rcu_barrier();
}

struct kmem_cache *slab_cache_by_id(unsigned id)
{
	return slab_state() && id < SLAB_MAX_CACHES ? slab_state()->cache[id] : NULL;
}

struct slab_cache_figures slab_figures(unsigned id)
{
	const struct kmem_cache *s = slab_cache_by_id(id);
	struct slab_cache_figures f = { 0 };

	if (!s)
		return f;
	f = (struct slab_cache_figures){ .name = s->name, .flags = s->flags, .id = id, .size = s->size,
					 .object_size = s->object_size, .inuse = s->inuse, .offset = s->offset,
					 .align = s->align, .red_left_pad = s->red_left_pad, .order = s->oo.order,
					 .objects = s->oo.objects, .min_order = s->min.order, .min_objects = s->min.objects,
					 .min_partial = s->min_partial, .cpu_partial = s->cpu_partial,
					 .cpu_partial_slabs = s->cpu_partial_slabs, .refcount = (u32)s->refcount,
					 .has_ctor = s->ctor };
	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++) {
		const struct kmem_cache_node *n = get_node(s, nid);

		f.nr_slabs += n ? READ_ONCE(n->nr_slabs) : 0;
		f.nr_objects += n ? READ_ONCE(n->total_objects) : 0;
		f.nr_partial += n ? READ_ONCE(n->nr_partial) : 0;
	}
	return f;
}

u64 slab_address(const void *p)
{
	return address_of(p);
}

void *slab_pointer(u64 address)
{
	return this_cpu->machine->host->ram + address;
}
