/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_show.c - the caches as files: /proc/slabinfo, and what is under /sys/kernel/slab/<cache>/.
 *
 *   slabinfo - version: 2.1
 *   # name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables ... : slabdata ...
 *   kmalloc-64            70    128     64   64    1 : tunables    0    0    0 : slabdata      2      2      0
 *
 *   objects                                             "70 N0=64 N1=6": a sum, then the nodes that have some
 *   slabs_cpu_partial                                   "96(3) C0=64(2) C3=32(1)": objects(slabs), as far as anybody knows
 *   alloc_traces                                        a line for each place that has objects in use, the most first
 *
 * An object counts as active unless it lies free in a slab of a node's partial list: what a CPU keeps for itself, its slab
 * and its chain, is nobody's business. So active_objs may be more than anybody has.
 *
 * Invariants:
 *   [F3]  active_objs <= num_objs; num_objs is objects of all slabs, num_slabs all slabs, and each is active; tunables and
 *         sharedavail are another allocator's, and 0
 *   [F10] slabs times pages of all caches are at most meminfo's Slab, which has large kmalloc() too
 * Locks: slab_mutex around slabinfo; a node's list_lock while its partial slabs are counted. CPUs' slabs and chains are looked
 * at without one: each number was true at some moment.
 * Unlike Linux: a constructor has no name.
 */
#include <errno.h>
#include "slab_internal.h"
#include "smp.h"

/* --- what is counted ---------------------------------------------------------------------------------------------- */

static u64 node_objects(struct kmem_cache_node *n)
{
	return READ_ONCE(n->total_objects);
}
static u64 node_slabs(struct kmem_cache_node *n)
{
	return READ_ONCE(n->nr_slabs);
}
static u64 node_active(struct kmem_cache_node *n)
{
	return node_objects(n) - count_partial(n, objects_free);
}
static u64 node_partial(struct kmem_cache_node *n)
{
	return READ_ONCE(n->nr_partial);
}
static u64 node_partial_used(struct kmem_cache_node *n)
{
	return count_partial(n, objects_used);
}

/* --- /proc/slabinfo [F3] ------------------------------------------------------------------------------------------ */

static void put_column(struct text *t, u64 number, size_t width)
{
	text_words(t, " ");
	text_number(t, number, width);
}

static void put_cache(struct text *t, const struct kmem_cache *s)
{
	u64 slabs = 0, objects = 0, active = 0;
	size_t length = strlen(s->name);

	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++) {
		if (!s->node[nid])
			continue;
		slabs += node_slabs(s->node[nid]);
		objects += node_objects(s->node[nid]);
		active += node_active(s->node[nid]);
	}
	text_words(t, s->name);
	text_bytes(t, "                 ", length < 17 ? 17 - length : 0);
	put_column(t, active, 6);
	put_column(t, objects, 6);
	put_column(t, s->size, 6);
	put_column(t, s->oo.objects, 4);
	put_column(t, 1ULL << s->oo.order, 4);
	text_words(t, " : tunables    0    0    0 : slabdata");
	put_column(t, slabs, 6);
	put_column(t, slabs, 6);
	text_words(t, "      0\n");
}

unsigned slabinfo_show(char *out, unsigned bytes)
{
	struct slab_state *state = slab_state();
	struct text t = text_in(out, bytes);
	const struct list_head *pos;

	text_words(&t, "slabinfo - version: 2.1\n"
		       "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		       " : tunables <limit> <batchcount> <sharedfactor>"
		       " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	mutex_lock(&state->mutex);
	list_for_each (pos, &state->caches)
		put_cache(&t, list_entry(pos, struct kmem_cache, list));
	mutex_unlock(&state->mutex);
	return (unsigned)(t.at - out);
}

/* --- numbers of nodes: a sum, then each that is not 0 ------------------------------------------------------------- */

struct of_nodes {
	u64 sum, node[MAX_NUMNODES];
};

static void count_on(struct of_nodes *n, unsigned nid, u64 number)
{
	n->sum += number;
	n->node[nid] += number;
}

static void put_nodes(struct text *t, const struct of_nodes *n)
{
	text_number(t, n->sum, 0);
	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++) {
		if (!n->node[nid])
			continue;
		put_number(t, " N", nid);
		put_number(t, "=", n->node[nid]);
	}
	text_words(t, "\n");
}

static void show_nodes(struct text *t, const struct kmem_cache *s, u64 (*of)(struct kmem_cache_node *n))
{
	struct of_nodes sums = { 0 };

	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++)
		if (s->node[nid])
			count_on(&sums, nid, of(s->node[nid]));
	put_nodes(t, &sums);
}

static void show_slabs(struct text *t, const struct kmem_cache *s)
{
	show_nodes(t, s, node_slabs);
}
static void show_total_objects(struct text *t, const struct kmem_cache *s)
{
	show_nodes(t, s, node_objects);
}
static void show_objects(struct text *t, const struct kmem_cache *s)
{
	show_nodes(t, s, node_active);
}
static void show_partial(struct text *t, const struct kmem_cache *s)
{
	show_nodes(t, s, node_partial);
}
static void show_objects_partial(struct text *t, const struct kmem_cache *s)
{
	show_nodes(t, s, node_partial_used);
}

/* --- what CPUs keep ----------------------------------------------------------------------------------------------- */

struct of_cpu {
	const struct kmem_cache *s;
	struct of_nodes *sums; /* its slabs, added up; NULL: not wanted */
	u32 chain;	       /* slabs of it */
};

/* The head of a chain knows how many slabs it has, and all of them count where it is, though others may be elsewhere. */
static void look_at_cpu(unsigned cpu, void *arg)
{
	struct of_cpu *of = arg;
	const struct kmem_cache_cpu *c = cpu_slab_of(cpu, of->s->id);

	of->chain = c->partial ? c->partial->slabs : 0;
	if (!of->sums || !c->slab)
		return; /* as in the kernel: without a slab its chain is not looked at */
	count_on(of->sums, slab_nid(c->slab), 1);
	if (c->partial)
		count_on(of->sums, slab_nid(c->partial), of->chain);
}

one_step static void show_cpu_slabs(struct text *t, const struct kmem_cache *s)
{
	struct of_nodes sums = { 0 };
	struct of_cpu of = { .s = s, .sums = &sums };

	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++)
		sim_do_for_cpu(cpu, look_at_cpu, &of);
	put_nodes(t, &sums);
}

/* A guess: each slab of a chain is half full. */
static void put_chain(struct text *t, const struct kmem_cache *s, u32 slabs)
{
	text_number(t, slabs * s->oo.objects / 2, 0);
	put_number(t, "(", slabs);
	text_words(t, ")");
}

one_step static void show_slabs_cpu_partial(struct text *t, const struct kmem_cache *s)
{
	u32 slabs[SIM_MAX_CPUS] = { 0 }, sum = 0;

	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++) {
		struct of_cpu of = { .s = s };

		sim_do_for_cpu(cpu, look_at_cpu, &of);
		slabs[cpu] = of.chain;
		sum += of.chain;
	}
	put_chain(t, s, sum);
	for (unsigned cpu = 0; cpu < SIM_MAX_CPUS; cpu++) {
		if (!slabs[cpu])
			continue;
		put_number(t, " C", cpu);
		text_words(t, "=");
		put_chain(t, s, slabs[cpu]);
	}
	text_words(t, "\n");
}

/* --- other attributes --------------------------------------------------------------------------------------------- */

static void show_aliases(struct text *t, const struct kmem_cache *s)
{
	s32 refcount = READ_ONCE(s->refcount);

	text_number(t, refcount < 0 ? 0 : (u64)refcount - 1, 0);
	text_words(t, "\n");
}
static void show_ctor(struct text *t, const struct kmem_cache *s)
{
	text_words(t, s->ctor ? "ctor+0x0\n" : "");
}
static void show_order(struct text *t, const struct kmem_cache *s)
{
	text_number(t, s->oo.order, 0);
	text_words(t, "\n");
}
static void show_objs_per_slab(struct text *t, const struct kmem_cache *s)
{
	text_number(t, s->oo.objects, 0);
	text_words(t, "\n");
}
/* In percent; it is kept in thousandths. */
static void show_remote_node_defrag_ratio(struct text *t, const struct kmem_cache *s)
{
	text_number(t, READ_ONCE(s->remote_node_defrag_ratio) / 10, 0);
	text_words(t, "\n");
}

/* --- who has the objects: slab_traces.c --------------------------------------------------------------------------- */

static void show_alloc_traces(struct text *t, const struct kmem_cache *s)
{
	put_traces(t, s, TRACK_ALLOC);
}
static void show_free_traces(struct text *t, const struct kmem_cache *s)
{
	put_traces(t, s, TRACK_FREE);
}

/* --- what can be written ------------------------------------------------------------------------------------------ */

/* Decimal digits to the end of the line: 0, -EINVAL, -ERANGE. */
static int parse_number(const char *value, u32 *number)
{
	u64 n = 0;
	size_t digits = strspn(value, "0123456789");

	if (!digits || (value[digits] && strcmp(value + digits, "\n")))
		return -EINVAL;
	for (size_t i = 0; i < digits; i++) {
		n = n * 10 + (u64)(value[i] - '0');
		if (n > ~0u)
			return -ERANGE;
	}
	*number = (u32)n;
	return 0;
}

static int store_min_partial(struct kmem_cache *s, const char *value)
{
	u32 slabs;
	int error = parse_number(value, &slabs);

	if (!error)
		WRITE_ONCE(s->min_partial, slabs);
	return error;
}

/* How many objects a chain may hold; what CPUs have goes to the nodes at once. [S11] */
static int store_cpu_partial(struct kmem_cache *s, const char *value)
{
	u32 objects;
	int error = parse_number(value, &objects);

	if (error)
		return error;
	if (objects && kmem_cache_debug(s))
		return -EINVAL;
	slub_set_cpu_partial(s, objects);
	flush_all(s);
	return 0;
}

static int store_remote_node_defrag_ratio(struct kmem_cache *s, const char *value)
{
	u32 percent;
	int error = parse_number(value, &percent);

	if (error)
		return error;
	if (percent > 100)
		return -ERANGE;
	WRITE_ONCE(s->remote_node_defrag_ratio, percent * 10);
	return 0;
}

/* Anything but a 1 switches it off. A cache with aliases is not only of who writes this. */
static int store_failslab(struct kmem_cache *s, const char *value)
{
	slab_flags_t flags = s->flags & ~SLAB_FAILSLAB;

	if (READ_ONCE(s->refcount) > 1)
		return -EINVAL;
	WRITE_ONCE(s->flags, value[0] == '1' ? flags | SLAB_FAILSLAB : flags);
	refresh_cpu_tables(s, false);
	return 0;
}

static int store_shrink(struct kmem_cache *s, const char *value)
{
	if (value[0] != '1')
		return -EINVAL;
	kmem_cache_shrink(s);
	return 0;
}

static int store_validate(struct kmem_cache *s, const char *value)
{
	if (value[0] != '1' || !kmem_cache_debug(s))
		return -EINVAL;
	validate_slab_cache(s);
	return 0;
}

/* --- the files ---------------------------------------------------------------------------------------------------- */

/* Shown as one of: a flag as 0 or 1, a field, whatever show() says, nothing. */
struct slab_attribute {
	const char *name;
	slab_flags_t flag;
	u32 field; /* offset of a u32 */
	void (*show)(struct text *t, const struct kmem_cache *s);
	int (*store)(struct kmem_cache *s, const char *value); /* NULL: nobody may write it */
};

#define FIELD(name_) offsetof(struct kmem_cache, name_)

static const struct slab_attribute attributes[] = {
	{ .name = "aliases", .show = show_aliases },
	{ .name = "align", .field = FIELD(align) },
	{ .name = "alloc_traces", .show = show_alloc_traces },
	{ .name = "cache_dma", .flag = SLAB_CACHE_DMA },
	{ .name = "cpu_partial", .field = FIELD(cpu_partial), .store = store_cpu_partial },
	{ .name = "cpu_slabs", .show = show_cpu_slabs },
	{ .name = "ctor", .show = show_ctor },
	{ .name = "destroy_by_rcu", .flag = SLAB_TYPESAFE_BY_RCU },
	{ .name = "failslab", .flag = SLAB_FAILSLAB, .store = store_failslab },
	{ .name = "free_traces", .show = show_free_traces },
	{ .name = "hwcache_align", .flag = SLAB_HWCACHE_ALIGN },
	{ .name = "min_partial", .field = FIELD(min_partial), .store = store_min_partial },
	{ .name = "object_size", .field = FIELD(object_size) },
	{ .name = "objects", .show = show_objects },
	{ .name = "objects_partial", .show = show_objects_partial },
	{ .name = "objs_per_slab", .show = show_objs_per_slab },
	{ .name = "order", .show = show_order },
	{ .name = "partial", .show = show_partial },
	{ .name = "poison", .flag = SLAB_POISON },
	{ .name = "reclaim_account", .flag = SLAB_RECLAIM_ACCOUNT },
	{ .name = "red_zone", .flag = SLAB_RED_ZONE },
	{ .name = "remote_node_defrag_ratio", .show = show_remote_node_defrag_ratio, .store = store_remote_node_defrag_ratio },
	{ .name = "sanity_checks", .flag = SLAB_CONSISTENCY_CHECKS },
	{ .name = "shrink", .store = store_shrink },
	{ .name = "slab_size", .field = FIELD(size) },
	{ .name = "slabs", .show = show_slabs },
	{ .name = "slabs_cpu_partial", .show = show_slabs_cpu_partial },
	{ .name = "store_user", .flag = SLAB_STORE_USER },
	{ .name = "total_objects", .show = show_total_objects },
	{ .name = "trace", .flag = SLAB_TRACE },
	{ .name = "usersize", .field = FIELD(usersize) },
	{ .name = "validate", .store = store_validate },
};

static const struct slab_attribute *find_attribute(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		if (!strcmp(attributes[i].name, name))
			return &attributes[i];
	return NULL;
}

static void put_attribute(struct text *t, const struct kmem_cache *s, const struct slab_attribute *a)
{
	if (a->show)
		a->show(t, s);
	else if (a->flag)
		text_words(t, READ_ONCE(s->flags) & a->flag ? "1\n" : "0\n");
	else if (a->field) {
		text_number(t, READ_ONCE(*(const u32 *)((const char *)s + a->field)), 0);
		text_words(t, "\n");
	}
}

unsigned slab_attr_show(const struct kmem_cache *s, const char *attribute, char *out, unsigned bytes)
{
	const struct slab_attribute *a = find_attribute(attribute);
	struct text t = text_in(out, bytes);

	out[0] = 0;
	if (a)
		put_attribute(&t, s, a);
	return (unsigned)(t.at - out);
}

int slab_attr_store(struct kmem_cache *s, const char *attribute, const char *value)
{
	const struct slab_attribute *a = find_attribute(attribute);

	if (!a)
		return -ENOENT;
	return a->store ? a->store(s, value) : -EACCES;
}

u32 slab_descriptor_bytes(bool of_node)
{
	return of_node ? sizeof(struct kmem_cache_node) : sizeof(struct kmem_cache);
}
