/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_traces.c - alloc_traces and free_traces of a cache with SLAB_STORE_USER: which places in the program have its objects in
 * use, or freed them before their present owners got them. The most objects first.
 *
 *      12 kmalloc+7 waste=48/4 age=3/10/17 pid=100-102 cpus=0,2 nodes=0
 *       | |         |          |           '- of the tasks, the least and the greatest
 *       | |         |          '- in jiffies: the least, the mean, the greatest; or the one there is
 *       | |         '- bytes of all these objects that nobody asked for, and of each
 *       | '- operation and step; or <not-available>: nobody has freed them yet
 *       '- objects
 *
 * Locks: a node's list_lock, slab by slab the tracks of its objects are read.
 * Unlike Linux: no stacks; the first TRACE_PLACES places are known, and others left out; places with as many objects each
 * stand in the order of their steps.
 */
#include "slub_debug_internal.h"

#define TRACE_PLACES 64

struct trace_place {
	const char *operation; /* NULL: nobody yet */
	u32 step, min_pid, max_pid;
	u32 cpus, nodes; /* a bit each */
	u64 waste; /* bytes of an object that were not asked for */
	u64 count, min_age, max_age, sum_age;
};

struct trace_places {
	struct trace_place place[TRACE_PLACES];
	unsigned nr;
};

static struct trace_place *find_place(struct trace_places *t, const char *operation, u32 step, u64 waste)
{
	struct trace_place *p = t->place;

	for (; p < t->place + t->nr; p++)
		if (p->operation == operation && p->step == step && p->waste == waste)
			return p;
	if (marked(t->nr == TRACE_PLACES, MARK_TRACES_LEFT_OUT))
		return NULL;
	t->nr++;
	*p = (struct trace_place){ .operation = operation, .step = step, .waste = waste, .min_age = ~0ULL, .min_pid = ~0u };
	return p;
}

static void add_track(struct trace_places *places, const struct track *t, u64 waste, unsigned nid)
{
	struct trace_place *p = find_place(places, t->who ? track_operation(t) : NULL, t->step, waste);
	u64 age = sim_now_ns() / NS_PER_JIFFY - t->when;

	if (!p)
		return;
	p->nodes |= 1u << nid;
	if (p->count++ && !t->who) /* the first one stands for all */
		return;
	p->sum_age += age;
	p->min_age = age < p->min_age ? age : p->min_age;
	p->max_age = age > p->max_age ? age : p->max_age;
	p->min_pid = t->pid < p->min_pid ? t->pid : p->min_pid;
	p->max_pid = t->pid > p->max_pid ? t->pid : p->max_pid;
	p->cpus |= 1u << (t->cpu & 31);
}

static void add_slab(struct trace_places *places, const struct kmem_cache *s, const struct slab *slab, enum track_item which)
{
	struct object_map free;

	fill_map(&free, s, slab);
	for (u32 i = 0; i < slab_counters(slab).objects; i++) {
		const void *object = nth_object(s, slab, i);
		u64 asked = which == TRACK_ALLOC ? get_orig_size(s, object) : s->object_size;
		struct track t;

		if (map_has(&free, i))
			continue;
		t = get_track(s, object, which);
		add_track(places, &t, s->object_size - asked, slab_nid(slab));
		sim_tick();
	}
}

/* With SLAB_STORE_USER all slabs are on one of two lists. */
static void collect_places(struct trace_places *places, const struct kmem_cache *s, enum track_item which)
{
	const struct list_head *pos;
	unsigned long flags;

	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++) {
		struct kmem_cache_node *n = s->node[nid];

		if (!n || !READ_ONCE(n->nr_slabs))
			continue;
		spin_lock_irqsave(&n->list_lock, flags);
		list_for_each (pos, &n->partial)
			add_slab(places, s, list_entry(pos, struct slab, slab_list), which);
		list_for_each (pos, &n->full)
			add_slab(places, s, list_entry(pos, struct slab, slab_list), which);
		spin_unlock_irqrestore(&n->list_lock, flags);
	}
}

static int compare_names(const struct trace_place *a, const struct trace_place *b)
{
	return strcmp(a->operation ? a->operation : "", b->operation ? b->operation : "");
}

static bool comes_before(const struct trace_place *a, const struct trace_place *b)
{
	if (a->count != b->count)
		return a->count > b->count;
	if (a->step != b->step)
		return a->step < b->step;
	if (compare_names(a, b))
		return compare_names(a, b) < 0;
	return a->waste < b->waste;
}

static void sort_places(struct trace_places *t)
{
	for (unsigned i = 1; i < t->nr; i++) {
		struct trace_place p = t->place[i];
		unsigned k = i;

		for (; k && comes_before(&p, &t->place[k - 1]); k--)
			t->place[k] = t->place[k - 1];
		t->place[k] = p;
	}
}

/* %*pbl: "0-2,5" */
static void put_bits(struct text *t, const char *label, u32 bits)
{
	for (unsigned i = 0; i < 32; i++) {
		unsigned last = i;

		if (!(bits >> i & 1))
			continue;
		while (last < 31 && bits >> (last + 1) & 1)
			last++;
		put_number(t, label, i);
		if (last > i)
			put_number(t, "-", last);
		label = ",";
		i = last;
	}
}

static void put_place(struct text *t, const struct trace_place *p)
{
	text_number(t, p->count, 7);
	text_words(t, " ");
	text_words(t, p->operation ? p->operation : "<not-available>");
	if (p->operation)
		put_number(t, "+", p->step);
	if (p->waste) {
		put_number(t, " waste=", p->count * p->waste);
		put_number(t, "/", p->waste);
	}
	put_number(t, " age=", p->min_age);
	if (p->sum_age != p->min_age) {
		put_number(t, "/", p->sum_age / p->count);
		put_number(t, "/", p->max_age);
	}
	put_number(t, " pid=", p->min_pid);
	if (p->min_pid != p->max_pid)
		put_number(t, "-", p->max_pid);
	if (this_cpu->machine->param[PARAM_CPUS] > 1)
		put_bits(t, " cpus=", p->cpus);
	if (current_mm()->nr_nodes > 1)
		put_bits(t, " nodes=", p->nodes);
	text_words(t, "\n");
}

void put_traces(struct text *t, const struct kmem_cache *s, enum track_item which)
{
	struct trace_places places;

	if (!(s->flags & SLAB_STORE_USER))
		return;
	places.nr = 0;
	collect_places(&places, s, which);
	sort_places(&places);
	for (unsigned i = 0; i < places.nr; i++)
		put_place(t, &places.place[i]);
	text_words(t, places.nr ? "" : "No data\n");
}
