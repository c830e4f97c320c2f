/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_caches.c - caches come, are shared, shrink and go.
 *
 * A cache that is announced is laid out anew from what was asked for (slab_geometry.c). Who asks for one much like another gets
 * that one (S21); a cache goes with the last reference, when no object of it is in use (S22).
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "model_slub.h"
#include "slab_state.h"

/* --- caches -------------------------------------------------------------------------------------------------------------------- */

static u8 lowest_free_id(const struct model *m)
{
	u8 id = 1;

	while (id < MODEL_MAX_CACHES && m->slab->cache[id].exists)
		id++;
	return id;
}

static const char *make_cache(struct model *m, struct slab_flight *sf, unsigned id)
{
	struct model_cache *c = &m->slab->cache[id];
	const struct model_cache_asked *a = &sf->asked;
	struct model_cache made = { .exists = true, .refcount = 1, .boot = sf->work == WORK_INIT };

	snprintf(made.name, sizeof(made.name), "%s", a->name ? a->name : "");
	made.flags = slab_debug_flags(m, a->flags, made.name);
	if (!slab_geometry(m, &made, a))
		return model_says(m, "S5: cache %s is made, and no slab of it can be", made.name);
	for (unsigned cpu = 0; cpu < MODEL_MAX_CPUS; cpu++)
		made.cpu[cpu].slab = made.cpu[cpu].first = MODEL_NO_SLAB;
	made.defrag_ratio = m->setup.knob[KNOB_REMOTE_NODE_DEFRAG_RATIO]; /* of 1024, as it is drawn; a write means thousandths */
	*c = made;
	m->slab->order[m->slab->nr_order++] = (u8)id;
	sf->made = (u8)id;
	return NULL;
}

static const char *make_boot_cache(struct model *m, struct slab_flight *sf, unsigned id)
{
	unsigned nr = m->slab->boot_made;
	char name[KMEM_CACHE_NAME_MAX];
	const char *bad;

	if (!slab_boot_cache(m, nr, &sf->asked, name))
		return model_says(m, "K3: the boot makes more caches than there are");
	m->slab->boot_made++;
	bad = make_cache(m, sf, id);
	if (nr < 2)
		m->slab->cache[id].refcount = -1;
	return bad;
}

/* Caches of those who use memory, in the order they are made. */
static const char *make_vm_cache(struct model *m, struct slab_flight *sf, unsigned id)
{
	static const struct model_cache_asked caches[] = {
		{ .name = "inode_cache", .size = 600, .align = 8, .flags = SLAB_RECLAIM_ACCOUNT | SLAB_NO_MERGE },
		{ .name = "dentry", .size = 192, .align = 8, .flags = SLAB_RECLAIM_ACCOUNT | SLAB_NO_MERGE },
		{ .name = "radix_tree_node", .size = 552, .align = 8, .flags = SLAB_RECLAIM_ACCOUNT | SLAB_NO_MERGE },
		{ .name = "bio", .size = 32, .align = 8, .flags = SLAB_NO_MERGE },
	};
	const char *bad;

	if (m->slab->vm_made == sizeof(caches) / sizeof(*caches))
		return model_says(m, "S20: tasks and files make more caches than they need");
	sf->asked = caches[m->slab->vm_made++];
	bad = make_cache(m, sf, id);
	m->slab->cache[id].of_vm = true;
	return bad;
}

static const char *on_new_cache(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	if (ev->cache != lowest_free_id(m))
		return model_says(m, "S20: a new cache gets id %u, the lowest that is free is %u", ev->cache, lowest_free_id(m));
	if (sf->work == WORK_INIT)
		return make_boot_cache(m, sf, ev->cache);
	if (sf->work == WORK_VM)
		return make_vm_cache(m, sf, ev->cache);
	if (sf->work != WORK_CREATE || sf->made || !sf->may_create)
		return model_says(m, "S20: cache %u is made, and should not be", ev->cache);
	if (slab_mergeable(m, &sf->asked))
		return model_says(m, "S21: a cache of its own is made, and cache %s would have done",
				  m->slab->cache[slab_mergeable(m, &sf->asked)].name);
	if (!slab_may_make(m, &sf->asked))
		return model_says(m, "S20: cache %u is made, and should not be", ev->cache);
	return make_cache(m, sf, ev->cache);
}

static const char *on_lost_cache(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	struct model_cache *c = &m->slab->cache[ev->cache % MODEL_MAX_CACHES];
	struct model_slab *s = m->slab;
	unsigned i = 0;

	if (!c->exists || (sf->work == WORK_DESTROY ? ev->cache != sf->cache || c->refcount :
						      sf->work != WORK_INIT && (sf->work != WORK_CREATE || ev->cache != sf->made)))
		return model_says(m, "S22: cache %u goes, and nobody destroyed it", ev->cache);
	if (c->live || c->nr_slabs)
		return model_says(m, "S22: cache %s goes with %llu slabs and %llu objects in use", c->name,
				  (unsigned long long)c->nr_slabs, (unsigned long long)c->live);
	while (s->order[i] != ev->cache)
		i++;
	memmove(s->order + i, s->order + i + 1, --s->nr_order - i);
	for (unsigned cpu = 0; cpu < MODEL_MAX_CPUS; cpu++)
		s->stack[cpu][ev->cache].nr = 0;
	memset(c, 0, sizeof(*c));
	sf->gone = true;
	sf->made = 0;
	return NULL;
}

/* S21: another one shares it, and it is as large as the largest. */
static const char *on_shared_cache(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	const struct model_cache_asked *a = &sf->asked;
	struct model_cache *c = &m->slab->cache[ev->cache];
	unsigned due = sf->work == WORK_CREATE && sf->may_create && !sf->made ? slab_mergeable(m, a) : 0;

	if (!due || due != ev->cache)
		return model_says(m, "S21: cache %u is shared, it should be %u", ev->cache, due);
	c->refcount++;
	c->object_size = a->size > c->object_size ? a->size : c->object_size;
	if (c->inuse < (a->size + 7) / 8 * 8)
		c->inuse = (a->size + 7) / 8 * 8;
	sf->made = ev->cache;
	return NULL;
}

static const char *on_unshared_cache(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	if (sf->work != WORK_DESTROY || ev->cache != sf->cache || m->slab->cache[ev->cache].refcount < 1)
		return model_says(m, "S22: cache %u loses a reference that nobody gave back", ev->cache);
	m->slab->cache[ev->cache].refcount--;
	sf->dropped = true;
	return NULL;
}

const char *on_slab_cache(struct model *m, const struct mm_event *ev)
{
	struct slab_flight *sf = slab_flight_on(m, ev->cpu);

	if (!sf)
		return model_says(m, "S20: cache %u comes or goes out of nowhere", ev->cache);
	if (!ev->cache || ev->cache >= MODEL_MAX_CACHES)
		return model_says(m, "S20: there is no cache with id %u", ev->cache);
	switch (ev->on) {
	case SLAB_CACHE_MADE:
		return on_new_cache(m, sf, ev);
	case SLAB_CACHE_SHARED:
		return on_shared_cache(m, sf, ev);
	case SLAB_CACHE_UNSHARED:
		return on_unshared_cache(m, sf, ev);
	default:
		return on_lost_cache(m, sf, ev);
	}
}

static bool name_is_taken(const struct model *m, const char *name)
{
	const struct model_slab *s = m->slab;

	for (unsigned i = 0; i < s->nr_order; i++)
		if (s->cache[s->order[i]].refcount && !strncmp(s->cache[s->order[i]].name, name, KMEM_CACHE_NAME_MAX - 1))
			return true;
	return false;
}

/* S20: bad bounds of what may be copied to user space count as none. */
void model_begin_cache_create(struct model *m, unsigned cpu, unsigned where, const struct model_cache_asked *asked)
{
	struct slab_flight *sf = begin_work(m, cpu, where, WORK_CREATE);

	sf->asked = *asked;
	for (unsigned id = 1; m->fault[2].times && id < MODEL_MAX_CACHES; id++) /* how many requests it makes itself is its own affair */
		m->fault[2].vague |= m->slab->cache[id].boot && (m->slab->cache[id].flags & SLAB_FAILSLAB);
	if (asked->usersize > asked->size || asked->useroffset > asked->size - asked->usersize || !asked->usersize)
		sf->asked.usersize = sf->asked.useroffset = 0;
	sf->may_create = slab_may_create(m, &sf->asked, where & MODEL_IN_INTERRUPT);
	sf->duplicate = asked->name && !(where & MODEL_IN_INTERRUPT) && asked->size && asked->size <= 4096u << m->max_order &&
			name_is_taken(m, asked->name);
}

/* Who is alone with a name that is taken is warned. */
static const char *judge_duplicate(struct model *m, const struct slab_flight *sf, unsigned cpu)
{
	if (is_alone(m, cpu) && sf->duplicate != sf->warned)
		return model_says(m, "S20: the name %s is %s", sf->asked.name, sf->warned ? "new, and warned of" : "taken, and nobody warns");
	return NULL;
}

/* Reports that are no check's. */
const char *on_report_of_caches(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	if (ev->report == SLUB_DUPLICATE_NAME) {
		if (sf->work != WORK_CREATE || sf->warned || !name_is_taken(m, sf->asked.name))
			return model_says(m, "S20: a name is warned of, and it is not taken");
		sf->warned = true;
	} else if (ev->report == SLUB_CREATE) {
		if (sf->work != WORK_CREATE || sf->create_failed || (sf->asked.flags & SLAB_PANIC))
			return model_says(m, "S20: a cache is said to have failed, and nobody creates one");
		sf->create_failed = true;
	} else {
		if ((sf->work != WORK_ALLOC && sf->work != WORK_CREATE && sf->work != WORK_INIT && sf->work != WORK_VM) ||
		    !sf->refused || !oom_turn(m) || (sf->wish.gfp & __GFP_NOWARN))
			return model_says(m, "S39: a refusal is reported, and is none, or it is not its turn");
		sf->oom_due = false;
	}
	return NULL;
}

const char *model_cache_created(struct model *m, unsigned cpu, unsigned id)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);
	const struct model_cache_asked *a = &sf->asked;

	if (!id && sf->may_create && !sf->refused && (slab_mergeable(m, a) || slab_may_make(m, a)))
		return model_says(m, "S20: cache %s is refused, and could have been made", a->name);
	if (id != sf->made)
		return model_says(m, "S20: cache %u is returned, announced was %u", id, sf->made);
	if (!id != sf->create_failed)
		return model_says(m, "S20: a refusal is %sreported", id ? "" : "not ");
	return judge_duplicate(m, sf, cpu);
}

static bool wants_panic(const struct model *m, const struct slab_flight *sf)
{
	const struct model_cache_asked *a = &sf->asked;

	return sf->work == WORK_CREATE && (a->flags & SLAB_PANIC) &&
	       (!sf->may_create || sf->refused || !(slab_mergeable(m, a) || slab_may_make(m, a)));
}

bool model_cache_may_panic(const struct model *m)
{
	for (unsigned cpu = 0; m->slab && cpu < m->nr_cpus; cpu++)
		for (unsigned d = 0; d < m->depth[cpu]; d++)
			if (wants_panic(m, &m->slab->flight[cpu][d]))
				return true;
	return false;
}

void model_begin_cache_destroy(struct model *m, unsigned cpu, unsigned id)
{
	begin_work(m, cpu, 0, WORK_DESTROY)->cache = (u8)id;
	if (m->slab->cache[id].refcount == 1)
		model_slub_destroys(m, cpu, id);
}

const char *model_cache_destroyed(struct model *m, unsigned cpu)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);
	struct model_cache *c = &m->slab->cache[sf->cache];

	if (sf->gone || !sf->cache)
		return NULL;
	if (!sf->dropped || (!c->refcount && !c->live))
		return model_says(m, "S22: cache %s was destroyed, and is still there", c->name);
	return NULL;
}

/* The first CPU that has slabs of it; nr_cpus: none. */
static unsigned cpu_with_slabs(const struct model *m, const struct model_cache *c)
{
	unsigned cpu = 0;

	while (cpu < m->nr_cpus && c->cpu[cpu].slab == MODEL_NO_SLAB && !c->cpu[cpu].chain)
		cpu++;
	return cpu;
}

/* S23: what a CPU has, and slabs without objects in use, are gone. NULL, or which cache is not as it should be. */
static const char *judge_shrunk(struct model *m, unsigned id)
{
	const struct model_cache *c = &m->slab->cache[id];
	unsigned cpu = cpu_with_slabs(m, c);
	bool empty = false;

	if (cpu < m->nr_cpus)
		return model_says(m, "S23: cache %s is shrunk, and cpu %u has slabs of it", c->name, cpu);
	if (c->nr_slabs * c->objects <= c->live) /* none can be empty */
		return NULL;
	for (u64 pfn = 0; pfn < m->nr_frames && !empty; pfn++)
		empty = m->slab->frame[pfn].cache == id && !m->slab->frame[pfn].head && !m->slab->frame[pfn].inuse &&
			m->slab->frame[pfn].place != SLAB_NOWHERE;
	return empty ? model_says(m, "S23: cache %s is shrunk, and has a slab without objects in use", c->name) : NULL;
}

void model_begin_cache_shrink(struct model *m, unsigned cpu, unsigned id)
{
	begin_work(m, cpu, 0, WORK_SHRINK)->cache = (u8)id;
}

void model_begin_cache_flush(struct model *m, unsigned cpu, unsigned id)
{
	begin_work(m, cpu, 0, WORK_FLUSH)->cache = (u8)id;
}

const char *model_cache_flushed(struct model *m, unsigned cpu)
{
	const struct model_cache *c = &m->slab->cache[slab_flight_on(m, cpu)->cache];
	unsigned with_slabs = cpu_with_slabs(m, c);

	if (!is_alone(m, cpu) || with_slabs == m->nr_cpus)
		return NULL;
	return model_says(m, "S11: cache %s is flushed, and cpu %u has slabs of it", c->name, with_slabs);
}

const char *model_cache_shrunk(struct model *m, unsigned cpu, bool remains)
{
	const struct model_cache *c = &m->slab->cache[slab_flight_on(m, cpu)->cache];

	if (!is_alone(m, cpu))
		return NULL;
	if (remains != (c->nr_slabs != 0))
		return model_says(m, "S23: shrink says that slabs of cache %s remain: %u, there are %llu", c->name, remains,
				  (unsigned long long)c->nr_slabs);
	return judge_shrunk(m, slab_flight_on(m, cpu)->cache);
}

/* --- begin and end --------------------------------------------------------------------------------------------------------------- */

bool model_begin_slab_init(struct model *m, unsigned cpu, u32 node_bytes, u32 cache_bytes)
{
	if (!m->slab && !slab_create(m))
		return false;
	m->slab->descriptor_bytes[0] = node_bytes;
	m->slab->descriptor_bytes[1] = cache_bytes;
	slab_debug_setup(m);
	begin_work(m, cpu, 0, WORK_INIT);
	return true;
}

const char *model_slab_is_up(struct model *m, unsigned cpu, int error)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);
	struct model_cache_asked asked;
	char name[KMEM_CACHE_NAME_MAX];

	if (error && !sf->refused && (!slab_boot_cache(m, m->slab->boot_made, &asked, name) || slab_may_make(m, &asked)))
		return model_says(m, "S9: caches could not be made, and no request for pages was refused");
	if (!error && slab_boot_cache(m, m->slab->boot_made, &asked, name))
		return model_says(m, "K3: the boot has made no cache %s", asked.name);
	return NULL;
}

void model_begin_slab_settle(struct model *m, unsigned cpu)
{
	begin_work(m, cpu, 0, WORK_SETTLE);
}

const char *model_slab_settled(struct model *m, unsigned cpu)
{
	const char *bad = NULL;

	(void)cpu;
	for (unsigned id = 1; !bad && id < MODEL_MAX_CACHES; id++)
		if (m->slab->cache[id].exists)
			bad = judge_shrunk(m, id);
	if (!bad && m->slab->nr_rcu)
		bad = model_says(m, "S18: the slab of pfn %u still waits for readers", m->slab->rcu[0].slab);
	return bad ? bad : kmalloc_settled(m);
}
