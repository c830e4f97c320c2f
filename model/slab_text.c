/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_text.c - what the slab allocator says of itself, as it must be: forms of the kernel, with the model's numbers.
 *
 * slabinfo (F3), the lines of other texts that are about slabs (F4 to F7, F9: their forms are in proc.c and text.c), and the
 * attributes of a cache (F50). Writing an attribute has an answer, which is judged, and changes what the model knows (F51).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"
#include "model_text.h"
#include "model_slub.h"
#include "model_kmalloc.h"
#include "slab_state.h"

/* --- pages -------------------------------------------------------------------------------------------------------- */

u64 model_slab_pages(const struct model *m, unsigned nid, bool reclaimable)
{
	return m->slab ? m->slab->pages[nid][reclaimable] + (reclaimable ? 0 : model_large_pages(m, nid)) : 0;
}

u64 all_slab_pages(const struct model *m, bool reclaimable)
{
	u64 pages = 0;

	for (unsigned nid = 0; nid < m->nr_nodes; nid++)
		pages += model_slab_pages(m, nid, reclaimable);
	return pages;
}

/* --- a cache, counted anew ---------------------------------------------------------------------------------------- */

/* Index: node. */
struct counted {
	u64 slabs[MAX_NUMNODES], objects[MAX_NUMNODES];
	u64 partial[MAX_NUMNODES], partial_used[MAX_NUMNODES]; /* on the nodes' lists: slabs, objects in use */
	u64 active[MAX_NUMNODES]; /* objects but for those free in slabs on the nodes' lists */
};

static void count_slab(struct counted *c, unsigned nid, const struct model_slab_frame *slab)
{
	bool listed = slab->place == SLAB_NODE_PARTIAL;

	c->slabs[nid]++;
	c->objects[nid] += slab->objects;
	c->active[nid] += listed ? slab->inuse : slab->objects;
	c->partial[nid] += listed;
	c->partial_used[nid] += listed ? slab->inuse : 0;
}

/* Of each cache, by id. Not slabs whose pages wait for a grace period. */
static void count_caches(const struct model *m, struct counted *all)
{
	memset(all, 0, MODEL_MAX_CACHES * sizeof(*all));
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++) {
		const struct model_slab_frame *slab = model_slab_frame(m, pfn);

		if (slab->cache && !slab->head && slab->place != SLAB_NOWHERE)
			count_slab(&all[slab->cache], node_of_frame(m, pfn), slab);
	}
}

static u64 sum_of(const u64 *of_node)
{
	u64 sum = 0;

	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++)
		sum += of_node[nid];
	return sum;
}

/* --- F3 ----------------------------------------------------------------------------------------------------------- */

static const char slabinfo_head[] =
	"slabinfo - version: 2.1\n"
	"# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> "
	"<sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n";

/* It has a # of its own, so it is no form. */
static const char *judge_head(struct model *m, const char **text)
{
	if (strncmp(*text, slabinfo_head, sizeof(slabinfo_head) - 1) != 0)
		return model_says(m, "F3: slabinfo begins with other lines");
	*text += sizeof(slabinfo_head) - 1;
	return NULL;
}

/* One row for each cache; a name longer than its column moves the rest. */
static const char *judge_row(struct model *m, unsigned id, const struct counted *n, const char **text)
{
	const struct model_cache *c = model_cache(m, id);
	char form[160];

	snprintf(form, sizeof(form),
		 "%-17s ###### ###### ###### #### #### : tunables    0    0    0 : slabdata ###### ######      0\n", c->name);
	return judge_form(m, "F3", text, form,
			  (const u64[]){ sum_of(n->active), sum_of(n->objects), c->size, c->objects, 1ULL << c->order,
					 sum_of(n->slabs), sum_of(n->slabs) });
}

/*
 * The i'th of the list, the oldest first. The cache of nodes' structures is made first of all, and listed when it has a
 * descriptor of its own, which the cache of those must have first.
 */
static unsigned listed(const struct model *m, unsigned i)
{
	return m->slab->order[i < 2 ? 1 - i : i];
}

/* The newest cache first; one that was destroyed while it had objects is in nobody's list. */
const char *model_judge_slabinfo(struct model *m, const char *text)
{
	const char *bad = judge_head(m, &text);
	struct counted all[MODEL_MAX_CACHES];

	count_caches(m, all);
	for (unsigned i = m->slab->nr_order; i-- > 0 && !bad;)
		if (model_cache(m, listed(m, i))->refcount)
			bad = judge_row(m, listed(m, i), &all[listed(m, i)], &text);
	return bad ? bad : judge_end(m, "F3", text);
}

/* --- attributes: what is due -------------------------------------------------------------------------------------- */

#define DUE_BYTES 300

static void due_number(char *due, u64 number)
{
	snprintf(due, DUE_BYTES, "%llu\n", (unsigned long long)number);
}

/* The sum, then each node that has some. */
static void due_nodes(char *due, const u64 *of_node)
{
	int n = snprintf(due, DUE_BYTES, "%llu", (unsigned long long)sum_of(of_node));

	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++)
		if (of_node[nid])
			n += snprintf(due + n, DUE_BYTES - (size_t)n, " N%u=%llu", nid, (unsigned long long)of_node[nid]);
	snprintf(due + n, DUE_BYTES - (size_t)n, "\n");
}

/* A CPU without a slab is passed, its chain too; a chain counts where its first slab is. */
static void due_cpu_slabs(char *due, const struct model *m, const struct model_cache *c)
{
	u64 of_node[MAX_NUMNODES] = { 0 };

	for (unsigned cpu = 0; cpu < m->nr_cpus; cpu++) {
		if (c->cpu[cpu].slab == MODEL_NO_SLAB)
			continue;
		of_node[node_of_frame(m, c->cpu[cpu].slab)]++;
		if (c->cpu[cpu].chain)
			of_node[node_of_frame(m, c->cpu[cpu].first)] += c->cpu[cpu].chain;
	}
	due_nodes(due, of_node);
}

/* Slabs on chains, and as many objects as they would have were each half full. */
static void due_slabs_cpu_partial(char *due, const struct model *m, const struct model_cache *c)
{
	u64 all = 0;
	int n;

	for (unsigned cpu = 0; cpu < m->nr_cpus; cpu++)
		all += c->cpu[cpu].chain;
	n = snprintf(due, DUE_BYTES, "%llu(%llu)", (unsigned long long)(all * c->objects / 2), (unsigned long long)all);
	for (unsigned cpu = 0; cpu < m->nr_cpus; cpu++)
		if (c->cpu[cpu].chain)
			n += snprintf(due + n, DUE_BYTES - (size_t)n, " C%u=%u(%u)", cpu, c->cpu[cpu].chain * c->objects / 2,
				      c->cpu[cpu].chain);
	snprintf(due + n, DUE_BYTES - (size_t)n, "\n");
}

static const struct {
	const char *name;
	u32 bit;
} flag_attributes[] = {
	{ "cache_dma", 0x4000 },	{ "destroy_by_rcu", 0x80000 }, { "failslab", 0x2000000 }, { "hwcache_align", 0x2000 },
	{ "poison", 0x800 },		{ "reclaim_account", 0x20000 }, { "red_zone", 0x400 },	  { "sanity_checks", 0x100 },
	{ "store_user", 0x10000 },	{ "trace", 0x200000 },
};

static bool due_flag(char *due, const struct model_cache *c, const char *attribute)
{
	for (size_t i = 0; i < sizeof(flag_attributes) / sizeof(*flag_attributes); i++) {
		if (strcmp(flag_attributes[i].name, attribute))
			continue;
		due_number(due, (c->flags & flag_attributes[i].bit) != 0);
		return true;
	}
	return false;
}

static bool due_figure(char *due, const struct model_cache *c, const char *attribute)
{
	const struct {
		const char *name;
		u64 value;
	} figure[] = {
		{ "aliases", c->refcount < 1 ? 0 : (u64)c->refcount - 1 },
		{ "align", c->align },
		{ "cpu_partial", c->cpu_partial },
		{ "min_partial", c->min_partial },
		{ "object_size", c->object_size },
		{ "objs_per_slab", c->objects },
		{ "order", c->order },
		{ "remote_node_defrag_ratio", c->defrag_ratio / 10 },
		{ "slab_size", c->size },
		{ "usersize", c->usersize },
	};

	for (size_t i = 0; i < sizeof(figure) / sizeof(*figure); i++) {
		if (strcmp(figure[i].name, attribute))
			continue;
		due_number(due, figure[i].value);
		return true;
	}
	return false;
}

static bool due_count(char *due, const struct model *m, unsigned id, const char *attribute)
{
	struct counted all[MODEL_MAX_CACHES], *n = &all[id];
	const struct {
		const char *name;
		const u64 *of_node;
	} count[] = {
		{ "objects", n->active },	{ "objects_partial", n->partial_used }, { "partial", n->partial },
		{ "slabs", n->slabs },		{ "total_objects", n->objects },
	};

	for (size_t i = 0; i < sizeof(count) / sizeof(*count); i++) {
		if (strcmp(count[i].name, attribute))
			continue;
		count_caches(m, all);
		due_nodes(due, count[i].of_node);
		return true;
	}
	return false;
}

/* --- traces: who has the objects in use, or freed them before [S38] ------------------------------------------------ */

#define MOST_PLACES 64 /* as many as mm remembers; which those are is open when there are more */

struct place {
	const char *operation; /* NULL: nobody */
	u32 step, first_cpu, last_cpu, cpus, nodes;
	u64 waste, count, least, most, sum; /* ages in ms */
};

struct places {
	unsigned nr;
	struct place place[MOST_PLACES + 1];
};

static struct place *place_of(struct places *all, const struct slub_track *t, u64 waste)
{
	struct place *p = all->place, *end = all->place + all->nr;

	while (p < end && (p->step != t->step || p->waste != waste || !p->operation != !t->operation ||
			   (p->operation && strcmp(p->operation, t->operation))))
		p++;
	if (p < end || all->nr > MOST_PLACES)
		return p;
	all->nr++;
	*p = (struct place){ .operation = t->operation, .step = t->step, .waste = waste, .least = ~0ULL, .first_cpu = ~0u };
	return p;
}

static void add_object(const struct model *m, struct places *all, u64 object, unsigned nid, const struct model_cache *c,
		       bool freed)
{
	const struct slub_note *n = model_slub_note(m, object);
	struct slub_track t = n ? n->track[freed] : (struct slub_track){ 0 };
	u64 age = m->now_ns / 1000000 - t.when;
	struct place *p = place_of(all, &t, !freed && n && model_cache_keeps_size(c) ? c->object_size - n->orig : 0);

	p->nodes |= 1u << nid;
	if (p->count++ && !t.operation)
		return;
	p->cpus |= 1u << t.cpu;
	p->sum += age;
	p->least = age < p->least ? age : p->least;
	p->most = age > p->most ? age : p->most;
	p->first_cpu = t.cpu < p->first_cpu ? t.cpu : p->first_cpu;
	p->last_cpu = t.cpu > p->last_cpu ? t.cpu : p->last_cpu;
}

static void add_objects(const struct model *m, struct places *all, unsigned id, bool freed)
{
	const struct model_cache *c = model_cache(m, id);

	for (u64 pfn = 0; pfn < m->nr_frames && all->nr <= MOST_PLACES; pfn++) {
		const struct model_slab_frame *slab = model_slab_frame(m, pfn);

		if (slab->cache != id || slab->head || model_slub_is_disabled(m, (u32)pfn) ||
		    (slab->place != SLAB_NODE_PARTIAL && slab->place != SLAB_FULL))
			continue;
		for (u32 i = 0; i < slab->objects && all->nr <= MOST_PLACES; i++) {
			u64 object = (pfn << 12) + (u64)i * c->size + c->red_left_pad;

			if (model_object_is_live(m, object))
				add_object(m, all, object, node_of_frame(m, pfn), c, freed);
		}
	}
}

/* The most objects first; then by step, operation and waste. */
static bool is_before(const struct place *a, const struct place *b)
{
	int names = strcmp(a->operation ? a->operation : "", b->operation ? b->operation : "");

	if (a->count != b->count)
		return a->count > b->count;
	if (a->step != b->step)
		return a->step < b->step;
	return names ? names < 0 : a->waste < b->waste;
}

static const struct place *first_of(const struct places *all)
{
	const struct place *first = NULL;

	for (unsigned i = 0; i < all->nr; i++)
		if (all->place[i].count && (!first || is_before(&all->place[i], first)))
			first = &all->place[i];
	return first;
}

/* A list of bits as ranges. */
static int say_bits(char *out, const char *name, u32 bits)
{
	int n = sprintf(out, " %s=", name);
	const char *comma = "";

	for (unsigned i = 0; i < 32; i++) {
		unsigned last = i;

		if (!(bits >> i & 1))
			continue;
		while (bits >> last >> 1 & 1)
			last++;
		n += last > i ? sprintf(out + n, "%s%u-%u", comma, i, last) : sprintf(out + n, "%s%u", comma, i);
		comma = ",";
		i = last;
	}
	return n;
}

static void say_place(const struct model *m, char *out, const struct place *p)
{
	int n = sprintf(out, "%7llu ", (unsigned long long)p->count);

	n += p->operation ? sprintf(out + n, "%s+%u", p->operation, p->step) : sprintf(out + n, "<not-available>");
	if (p->waste)
		n += sprintf(out + n, " waste=%llu/%llu", (unsigned long long)(p->count * p->waste), (unsigned long long)p->waste);
	n += sprintf(out + n, " age=%llu", (unsigned long long)p->least);
	if (p->sum != p->least)
		n += sprintf(out + n, "/%llu/%llu", (unsigned long long)(p->sum / p->count), (unsigned long long)p->most);
	if (!p->operation)
		n += sprintf(out + n, " pid=0");
	else
		n += p->first_cpu < p->last_cpu ? sprintf(out + n, " pid=%u-%u", 100 + p->first_cpu, 100 + p->last_cpu) :
						  sprintf(out + n, " pid=%u", 100 + p->first_cpu);
	if (m->nr_cpus > 1)
		n += say_bits(out + n, "cpus", p->cpus);
	if (m->nr_nodes > 1)
		n += say_bits(out + n, "nodes", p->nodes);
	sprintf(out + n, "\n");
}

static const char *judge_traces(struct model *m, unsigned id, bool freed, const char *text)
{
	struct places all = { .nr = 0 };
	const struct place *p;
	const char *bad = NULL;
	char line[DUE_BYTES];

	if (!(model_cache(m, id)->flags & SLAB_STORE_USER))
		return judge_end(m, "F50", text);
	if (model_slub_lists_are_damaged(m)) /* what lies behind a bad pointer looks as if it were in use */
		return NULL;
	add_objects(m, &all, id, freed);
	if (all.nr > MOST_PLACES)
		return NULL;
	if (!all.nr)
		bad = judge_form(m, "F50", &text, "No data\n", NULL);
	while (!bad && (p = first_of(&all))) {
		say_place(m, line, p);
		bad = judge_form(m, "F50", &text, line, NULL);
		((struct place *)p)->count = 0;
	}
	return bad ? bad : judge_end(m, "F50", text);
}

/* Those that nobody can read are empty. */
const char *model_judge_slab_attr(struct model *m, unsigned id, const char *attribute, const char *text)
{
	const struct model_cache *c = model_cache(m, id);
	char due[DUE_BYTES] = "";
	const char *bad;

	if (!strcmp(attribute, "alloc_traces") || !strcmp(attribute, "free_traces"))
		return judge_traces(m, id, attribute[0] == 'f', text);
	if (!strcmp(attribute, "cpu_slabs"))
		due_cpu_slabs(due, m, c);
	else if (!strcmp(attribute, "slabs_cpu_partial"))
		due_slabs_cpu_partial(due, m, c);
	else if (!strcmp(attribute, "ctor"))
		strcpy(due, c->ctor ? "ctor+0x0\n" : "");
	else if (!due_flag(due, c, attribute) && !due_figure(due, c, attribute))
		due_count(due, m, id, attribute);
	bad = judge_form(m, "F50", &text, due, NULL);
	return bad ? bad : judge_end(m, "F50", text);
}

/* --- attributes that can be written ------------------------------------------------------------------------------- */

/* Decimal digits, and maybe the end of a line. */
static int due_of_number(const char *value, u64 highest, u64 *number)
{
	size_t digits = strspn(value, "0123456789");

	*number = 0;
	if (!digits || (strcmp(value + digits, "") && strcmp(value + digits, "\n")))
		return -EINVAL;
	for (size_t i = 0; i < digits && *number <= highest; i++)
		*number = *number * 10 + (u64)(value[i] - '0');
	return *number <= highest ? 0 : -ERANGE;
}

static int write_number(struct model_cache *c, const char *attribute, const char *value)
{
	bool percent = !strcmp(attribute, "remote_node_defrag_ratio");
	u64 number;
	int due = due_of_number(value, percent ? 100 : 0xffffffff, &number);

	if (due)
		return due;
	if (percent) {
		c->defrag_ratio = (u32)number * 10;
	} else if (!strcmp(attribute, "min_partial")) {
		c->min_partial = (u32)number;
	} else {
		if (number && model_cache_is_debug(c))
			return -EINVAL;
		c->cpu_partial = (u32)number;
		c->cpu_partial_slabs = (u32)((number * 2 + c->objects - 1) / c->objects);
	}
	return 0;
}

/* Of a cache that nobody shares. */
static int write_failslab(struct model_cache *c, const char *value)
{
	if (c->refcount > 1)
		return -EINVAL;
	c->flags = value[0] == '1' ? c->flags | 0x2000000u : c->flags & ~0x2000000u;
	return 0;
}

static bool is_one_of(const char *attribute, const char *const *names, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(names[i], attribute))
			return true;
	return false;
}

/* Is there a file of this name? */
static bool is_known(const struct model *m, unsigned id, const char *attribute)
{
	static const char *const others[] = { "cpu_slabs", "slabs_cpu_partial", "ctor", "shrink", "validate", "alloc_traces",
					      "free_traces" };
	const struct model_cache *c = model_cache(m, id);
	char due[DUE_BYTES];

	return is_one_of(attribute, others, 7) || due_flag(due, c, attribute) || due_figure(due, c, attribute) ||
	       due_count(due, m, id, attribute);
}

/* What the answer must be. What changes in the cache itself is known from now on. */
static int write_attr(struct model *m, unsigned id, const char *attribute, const char *value)
{
	static const char *const numbers[] = { "min_partial", "cpu_partial", "remote_node_defrag_ratio" };
	struct model_cache *c = (struct model_cache *)model_cache(m, id);

	if (is_one_of(attribute, numbers, 3))
		return write_number(c, attribute, value);
	if (!strcmp(attribute, "failslab"))
		return write_failslab(c, value);
	if (!strcmp(attribute, "shrink"))
		return value[0] == '1' ? 0 : -EINVAL;
	if (!strcmp(attribute, "validate"))
		return value[0] == '1' && model_cache_is_debug(c) ? 0 : -EINVAL;
	return is_known(m, id, attribute) ? -EACCES : -ENOENT;
}

int model_begin_slab_attr(struct model *m, unsigned cpu, unsigned id, const char *attribute, const char *value)
{
	int due = write_attr(m, id, attribute, value);

	if (!due && !strcmp(attribute, "shrink"))
		model_begin_cache_shrink(m, cpu, id);
	else if (!due && !strcmp(attribute, "cpu_partial"))
		model_begin_cache_flush(m, cpu, id);
	else if (!due && !strcmp(attribute, "validate"))
		model_begin_slub_validate(m, cpu, id);
	else
		model_begin_other(m, cpu);
	return due;
}

/* Nobody says whether slabs remain, nor how many are damaged: as many as the model knows of. */
const char *model_slab_attr_written(struct model *m, unsigned cpu, unsigned id, const char *attribute, int due, int answered)
{
	if (answered == due && !due && !strcmp(attribute, "shrink"))
		return model_cache_shrunk(m, cpu, model_cache(m, id)->nr_slabs);
	if (answered == due && !due && !strcmp(attribute, "cpu_partial"))
		return model_cache_flushed(m, cpu);
	if (answered == due && !due && !strcmp(attribute, "validate"))
		return model_slub_validated(m, cpu, model_slub_found(m, cpu));
	if (answered == due)
		return NULL;
	return model_says(m, "F51: a write to %s answered %d, and %d is due", attribute, answered, due);
}
