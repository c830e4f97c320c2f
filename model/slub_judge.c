/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_judge.c - reports about objects: exactly those that are due, in order, by whoever looks first.
 *
 * What is due (slub_due.c) is worked out when the first report of a look is announced, which is under the lock that makes it
 * true, or, if none is, when the object changes hands: then nothing may have been due.
 */
#include <string.h>
#include "slub_state.h"
#include "slab_state.h"

/* --- flights --------------------------------------------------------------------------------------------------------------- */

static struct slub_flight *top(struct model *m, unsigned cpu)
{
	unsigned s = stack_on(m, cpu);

	return &m->slub->flight[s][m->depth[s] - 1];
}

void model_slub_begins(struct model *m, unsigned cpu)
{
	struct slub_flight *f = top(m, cpu);

	if (m->nr_in_flight == 1 && !m->flight[stack_on(m, cpu)][m->depth[stack_on(m, cpu)] - 1].reclaim) {
		m->slub->text.bytes = 0;
		m->slub->text.vague = false;
	}
	if (!f->used)
		return;
	f->used = false;
	f->errand = ERRAND_NONE;
	f->cache = 0;
	f->many = false;
	f->nr_refused = 0;
	f->next = f->dues.nr = f->nr_given = f->nr_visited = 0;
	f->dues.vague = false;
	memset(f->want, 0, sizeof(f->want));
	memset(f->seen, 0, sizeof(f->seen));
}

bool model_slub_was_refused(const struct model *m, unsigned cpu, u64 object)
{
	unsigned s = stack_on(m, cpu);
	const struct slub_flight *f = &m->slub->flight[s][m->depth[s] - 1];

	for (u32 i = 0; i < f->nr_refused; i++)
		if (f->refused[i] == object)
			return true;
	return false;
}

const char *const slub_report_names[NR_SLUB_REPORTS] = {
	[SLUB_LEFT_REDZONE] = "Left Redzone",
	[SLUB_RIGHT_REDZONE] = "Right Redzone",
	[SLUB_KMALLOC_REDZONE] = "kmalloc Redzone",
	[SLUB_ALIGNMENT_PADDING] = "Alignment padding",
	[SLUB_POISON] = "Poison",
	[SLUB_END_POISON] = "End Poison",
	[SLUB_OBJECT_PADDING] = "Object padding",
	[SLUB_PADDING] = "slab padding",
	[SLUB_NOT_A_SLAB] = "Not a valid slab page",
	[SLUB_OBJECTS] = "objects > max",
	[SLUB_INUSE] = "inuse > max",
	[SLUB_FREECHAIN] = "Freechain corrupt",
	[SLUB_FREEPOINTER] = "Freepointer corrupt",
	[SLUB_FREELIST_POINTER] = "Freelist Pointer check fails",
	[SLUB_NUMBER_OF_OBJECTS] = "Wrong number of objects",
	[SLUB_OBJECT_COUNT] = "Wrong object count",
	[SLUB_INVALID_POINTER] = "Invalid object pointer",
	[SLUB_ALREADY_FREE] = "Object already free",
	[SLUB_OUTSIDE] = "Attempt to free object outside of slab",
	[SLUB_NO_CACHE] = "No slab cache for object",
	[SLUB_PAGE_POINTER] = "page slab pointer corrupt.",
	[SLUB_SLAB_COUNT] = "Slab has fewer allocated objects",
	[SLUB_BULK_COUNT] = "Bulk free expected other objects",
	[SLUB_REMAINING] = "Objects remaining",
	[SLUB_WRONG_CACHE] = "Wrong slab cache",
	[SLUB_DOUBLE_FREE] = "double free of the first free object",
	[SLUB_NOT_KMALLOC] = "free of what kmalloc did not give",
	[SLUB_OUT_OF_MEMORY] = "Unable to allocate memory",
	[SLUB_TOO_LARGE] = "too large a request",
	[SLUB_CREATE] = "a cache cannot be created",
	[SLUB_DUPLICATE_NAME] = "a cache of this name exists",
	[SLUB_DESTROY] = "Slab cache still has objects",
	[SLUB_CTOR_ZERO] = "a constructor and __GFP_ZERO",
	[SLUB_FIX_RESTORING] = "FIX Restoring",
	[SLUB_FIX_ALL_USED] = "FIX Marking all objects used",
	[SLUB_FIX_NOT_FREED] = "FIX Object not freed",
	[SLUB_FIX_CHAIN] = "FIX Isolate corrupted freechain",
	[SLUB_FIX_FREELIST] = "FIX Freelist cleared",
	[SLUB_FIX_NUMBER] = "FIX Number of objects adjusted",
	[SLUB_FIX_COUNT] = "FIX Object count adjusted",
	[SLUB_DISABLED] = "Slab disabled",
	[SLUB_FREELIST_CYCLE] = "Freelist cycle detected",
};

static const char *name_of(unsigned report)
{
	return report < NR_SLUB_REPORTS ? slub_report_names[report] : "an unknown report";
}

static const char *still_due(struct model *m, const struct slub_flight *f)
{
	const struct slub_due *d = &f->dues.due[f->next];

	return model_says(m, "S33: \"%s\" about %#llx is due, and is not reported", name_of(d->report),
			  (unsigned long long)d->address);
}

/* --- what an operation looks at -------------------------------------------------------------------------------------------- */

struct saying {
	struct model *m;
	const struct slub_site *site;
	u64 taken;
};

static void say_due(void *arg, const struct slub_due *d)
{
	struct saying *s = arg;

	slub_say(s->m, s->site, d, s->taken);
}

enum look { LOOK_ALLOC, LOOK_FREE, LOOK_VALIDATE, LOOK_DISCARD };

static void work_out(struct model *m, struct slub_flight *f, enum look look, struct slub_site *site, u64 object)
{
	struct saying saying = { m, site, look == LOOK_ALLOC ? object : 0 };

	f->used = true;
	f->next = f->dues.nr = 0;
	f->dues.vague = false;
	f->dues.say = m->nr_in_flight == 1 ? say_due : NULL;
	f->dues.arg = &saying;
	if (look == LOOK_ALLOC)
		slub_due_alloc(m, site, object, &f->dues);
	else if (look == LOOK_FREE)
		slub_due_free(m, site, object, &f->dues);
	else if (look == LOOK_VALIDATE)
		slub_due_validate(m, site, &f->dues);
	else
		slub_due_discard(m, site, &f->dues);
	f->dues.say = NULL;
	m->slub->text.vague |= f->dues.vague;
}

static bool was_visited(const struct slub_flight *f, u32 head)
{
	for (u32 i = 0; i < f->nr_visited; i++)
		if (f->visited[i] == head)
			return true;
	return false;
}

static void visit(struct slub_flight *f, u32 head)
{
	if (f->nr_visited < ARRAY_LENGTH(f->visited))
		f->visited[f->nr_visited++] = head;
}

/* Of what is to be freed: the object itself, or the first one of that slab. */
static u64 given_there(const struct model *m, const struct slub_flight *f, u64 address)
{
	u32 head = model_slab_of(m, address);

	for (u32 i = 0; i < f->nr_given; i++)
		if (f->given[i] == address)
			return address;
	for (u32 i = 0; i < f->nr_given; i++)
		if (head != MODEL_NO_SLAB && model_slab_of(m, f->given[i]) == head)
			return f->given[i];
	return MODEL_NO_ADDRESS;
}

static void drop_given(struct slub_flight *f, u64 address)
{
	for (u32 i = 0; i < f->nr_given; i++)
		if (f->given[i] == address) {
			memmove(f->given + i, f->given + i + 1, (f->nr_given - i - 1) * sizeof(*f->given));
			f->nr_given--;
			return;
		}
}

/* An object may begin where its slab does. */
static bool is_about_slab(unsigned report)
{
	return report == SLUB_PADDING || report == SLUB_DISABLED;
}

/* Nobody has an object of it, and it is on no list. */
static bool is_given_back(const struct model *m, const struct slub_site *site)
{
	return !site->inuse && model_slab_frame(m, site->head)->place == SLAB_IN_FLIGHT;
}

/* A bulk that is given up has objects of a slab that is disabled by now: they are nobody's for good. */
static bool loses_got(struct model *m, struct slub_flight *f, unsigned cpu, const struct slub_site *site)
{
	const u64 *at;
	u32 nr = model_slab_gives_up(m, cpu, &at);
	bool any = false;

	for (u32 i = 0; i < nr && model_slub_is_disabled(m, site->head);) {
		u64 object = at[i];

		if (model_slab_of(m, object) != site->head) {
			i++;
			continue;
		}
		slub_lose(m, object);
		model_slab_loses_got(m, cpu, object);
		nr = model_slab_gives_up(m, cpu, &at);
		any = true;
	}
	if (!any)
		return false;
	f->next = f->dues.nr = 0;
	slub_due_about(&f->dues, SLUB_DISABLED, site->base);
	slub_due_about(&f->dues, SLUB_FIX_NOT_FREED, MODEL_NO_ADDRESS);
	m->slub->text.vague = true; /* which of them is said to be not freed is open */
	return true;
}

/* The object of a bulk that is given up which a report is about; the first one of that slab. */
static u64 given_up_there(struct model *m, unsigned cpu, u64 address)
{
	const u64 *at;
	u32 nr = model_slab_gives_up(m, cpu, &at);

	for (u32 i = 0; i < nr; i++)
		if (model_slab_of(m, at[i]) == model_slab_of(m, address))
			return at[i];
	return MODEL_NO_ADDRESS;
}

/* A report came and none was due: what is being looked at? */
static const char *look_again(struct model *m, struct slub_flight *f, const struct mm_event *ev)
{
	struct slub_site site;
	u64 object = given_there(m, f, ev->address);

	if (object == MODEL_NO_ADDRESS)
		object = given_up_there(m, ev->cpu, ev->address);
	if (!slub_site_of(m, ev->address, &site))
		return model_says(m, "S33: \"%s\" about %#llx is reported, and there is no slab", name_of(ev->report),
				  (unsigned long long)ev->address);
	if (f->errand == ERRAND_VALIDATE) {
		if (site.cache != f->cache || was_visited(f, site.head))
			return model_says(m, "S37: validate reports \"%s\" about a slab that is %s", name_of(ev->report),
					  site.cache != f->cache ? "of another cache" : "clean by now");
		visit(f, site.head);
		work_out(m, f, LOOK_VALIDATE, &site, 0);
	} else if (loses_got(m, f, ev->cpu, &site)) {
		return NULL;
	} else if (is_given_back(m, &site)) {
		work_out(m, f, LOOK_DISCARD, &site, 0);
	} else if (object != MODEL_NO_ADDRESS) {
		work_out(m, f, LOOK_FREE, &site, object);
	} else {
		object = is_about_slab(ev->report) ? slub_next_free(m, &site, 0) : ev->address;
		work_out(m, f, LOOK_ALLOC, &site, object);
	}
	return NULL;
}

static bool is_of_a_check(unsigned report)
{
	switch (report) {
	case SLUB_WRONG_CACHE:
	case SLUB_DOUBLE_FREE:
	case SLUB_NOT_KMALLOC:
	case SLUB_OUT_OF_MEMORY:
	case SLUB_TOO_LARGE:
	case SLUB_CREATE:
	case SLUB_DUPLICATE_NAME:
	case SLUB_DESTROY:
	case SLUB_CTOR_ZERO:
		return false;
	}
	return true;
}

void model_slub_want(struct model *m, unsigned cpu, unsigned report)
{
	top(m, cpu)->used = true;
	top(m, cpu)->want[report]++;
}

void model_slub_want_wrong_cache(struct model *m, unsigned cpu, unsigned cache, u64 object)
{
	model_slub_want(m, cpu, SLUB_WRONG_CACHE);
	if (m->nr_in_flight == 1)
		slub_say_wrong_cache(m, cache, object);
}

void model_slub_want_not_kmalloc(struct model *m, unsigned cpu, u64 address)
{
	model_slub_want(m, cpu, SLUB_NOT_KMALLOC);
	if (m->nr_in_flight == 1)
		slub_say_not_kmalloc(m, address);
}

void model_slub_overwrite(struct model *m, u32 head, unsigned field, u32 value)
{
	m->slub->overwritten.head = head;
	m->slub->overwritten.field = (u8)field;
	m->slub->overwritten.value = value;
}

void model_slub_destroys(struct model *m, unsigned cpu, unsigned cache)
{
	struct slub_flight *f = top(m, cpu);

	f->used = true;
	f->errand = ERRAND_DESTROY;
	f->cache = (u8)cache;
}

/* S35: a slab of a node's list, with objects in use, once. */
static const char *on_remaining(struct model *m, struct slub_flight *f, const struct mm_event *ev)
{
	struct slub_site site;

	if (f->errand != ERRAND_DESTROY || !slub_site_of(m, ev->address, &site) || site.cache != f->cache || !site.inuse ||
	    model_slab_frame(m, site.head)->place != SLAB_NODE_PARTIAL || was_visited(f, site.head))
		return model_says(m, "S35: objects of the slab at %#llx are said to remain, and nobody destroys its cache, or none do",
				  (unsigned long long)ev->address);
	visit(f, site.head);
	if (m->nr_in_flight == 1)
		slub_say_remaining(m, &site);
	m->slub->tainted = true;
	return NULL;
}

/* Each node's list is gone through, until one is left with slabs. */
static const char *judge_destroyed(struct model *m, struct slub_flight *f)
{
	const struct model_cache *c = model_cache(m, f->cache);
	unsigned last = MAX_NUMNODES;

	f->want[SLUB_DESTROY] = c && !c->refcount;
	for (u64 pfn = 0; c && !c->refcount && pfn < m->nr_frames; pfn++) {
		const struct model_slab_frame *frame = model_slab_frame(m, pfn);
		unsigned nid = frame->cache == f->cache ? node_of_frame(m, pfn) : MAX_NUMNODES;

		if (frame->cache == f->cache && !frame->head && frame->inuse && nid < last)
			last = nid;
	}
	for (u64 pfn = 0; c && !c->refcount && pfn < m->nr_frames; pfn++) {
		const struct model_slab_frame *frame = model_slab_frame(m, pfn);
		bool due = frame->cache == f->cache && !frame->head && frame->inuse && frame->place == SLAB_NODE_PARTIAL &&
			   node_of_frame(m, pfn) <= last;

		if (due && !was_visited(f, (u32)pfn) && f->nr_visited < ARRAY_LENGTH(f->visited))
			return model_says(m, "S35: objects of the slab of pfn %llu remain, and it is not said",
					  (unsigned long long)pfn);
	}
	return NULL;
}

/* Does the operation on this CPU ask for zeroes where a constructor writes? Whoever makes a slab for it is told. */
static bool zeroes_constructed(struct model *m, unsigned cpu)
{
	const struct slab_flight *sf = slab_flight_on(m, cpu);
	const struct model_cache *c = sf->work == WORK_ALLOC ? model_cache(m, sf->wish.cache) : NULL;

	return c && c->ctor && (sf->wish.gfp & __GFP_ZERO);
}

const char *on_slub_report(struct model *m, const struct mm_event *ev)
{
	struct slub_flight *f = top(m, ev->cpu);
	const struct slub_due *d;
	const char *bad;

	f->used = true;
	if (ev->report == SLUB_REMAINING)
		return on_remaining(m, f, ev);
	if (ev->report == SLUB_CTOR_ZERO && zeroes_constructed(m, ev->cpu))
		f->want[SLUB_CTOR_ZERO]++;
	if (ev->report == SLUB_DESTROY && f->errand == ERRAND_DESTROY)
		f->want[SLUB_DESTROY] = model_cache(m, f->cache)->nr_slabs != 0;
	if (!is_of_a_check(ev->report)) {
		if (f->seen[ev->report]++ < f->want[ev->report])
			return NULL;
		return model_says(m, "S33: \"%s\" is reported, and is not due", name_of(ev->report));
	}
	if (f->next == f->dues.nr && (bad = look_again(m, f, ev)))
		return bad;
	if (f->next == f->dues.nr)
		return f->dues.vague ? NULL :
				       model_says(m, "S33: \"%s\" about %#llx is reported, and nothing is wrong there",
						  name_of(ev->report), (unsigned long long)ev->address);
	d = &f->dues.due[f->next];
	if (d->report != ev->report || (d->address != ev->address && d->address != MODEL_NO_ADDRESS))
		return model_says(m, "S33: \"%s\" about %#llx is reported, due is \"%s\" about %#llx", name_of(ev->report),
				  (unsigned long long)ev->address, name_of(d->report), (unsigned long long)d->address);
	f->next++;
	m->slub->tainted = true;
	if (d->report == SLUB_FIX_NOT_FREED && d->address != MODEL_NO_ADDRESS) {
		drop_given(f, d->address);
		if (f->nr_refused < ARRAY_LENGTH(f->refused))
			f->refused[f->nr_refused++] = d->address;
		model_slab_not_given(m, ev->cpu, d->address);
	}
	m->counts.report++;
	m->counts.report_forced++;
	return NULL;
}

/* --- objects change hands -------------------------------------------------------------------------------------------------- */

static struct slub_track track_of(const struct model *m, unsigned cpu)
{
	const struct model_place *place = &m->debug->place[cpu];

	return (struct slub_track){ .operation = place->operation ? place->operation : "boot",
				    .step = place->step,
				    .cpu = cpu,
				    .when = m->now_ns / 1000000 };
}

/* Nothing that was due is left, and nothing is due now. */
static const char *judge_silence(struct model *m, struct slub_flight *f, enum look look, struct slub_site *site, u64 object)
{
	if (f->next < f->dues.nr)
		return still_due(m, f);
	if (!HAS_F(site->c))
		return NULL;
	work_out(m, f, look, site, object);
	if (f->next < f->dues.nr)
		return still_due(m, f);
	return NULL;
}

const char *model_slub_alloc(struct model *m, unsigned cpu, u64 address, u32 bytes)
{
	struct slub_flight *f = top(m, cpu);
	struct slub_site site;
	struct slub_note *n;
	const char *bad;
	u64 first;

	model_slub_heal(m, address);
	if (!slub_site_of(m, address, &site) || !model_cache_is_debug(site.c))
		return NULL;
	if ((bad = judge_silence(m, f, LOOK_ALLOC, &site, address)))
		return bad;
	first = slub_next_free(m, &site, 0);
	if (first != MODEL_NO_ADDRESS && first != address)
		return model_says(m, "S9: %#llx is handed out, the first of its slab's free list is %#llx",
				  (unsigned long long)address, (unsigned long long)first);
	if (site.c->flags & SLAB_TRACE && m->nr_in_flight == 1)
		slub_say_trace(m, &site, address, true);
	slub_pointer_forget(&m->slub->damage, address);
	n = slub_make_note(m, address);
	n->used = true;
	n->orig = bytes;
	n->track[0] = track_of(m, cpu);
	slub_init_object(&site.l, &m->slub->damage, slub_object_at(m, &site, address));
	return NULL;
}

const char *model_slub_free(struct model *m, unsigned cpu, u64 address)
{
	struct slub_flight *f = top(m, cpu);
	struct slub_site site;
	struct slub_note *n;
	const char *bad;

	model_slub_heal(m, address);
	if (!slub_site_of(m, address, &site) || !model_cache_is_debug(site.c))
		return NULL;
	if ((bad = judge_silence(m, f, LOOK_FREE, &site, address)))
		return bad;
	drop_given(f, address);
	m->slub->text.vague |= f->many && site.c->flags & SLAB_TRACE; /* lines come before the objects are announced, all of them */
	if (site.c->flags & SLAB_TRACE && m->nr_in_flight == 1)
		slub_say_trace(m, &site, address, false);
	n = slub_make_note(m, address);
	n->used = n->lost = false;
	n->tied = f->many;
	n->freed = ++m->slub->frees;
	n->track[1] = track_of(m, cpu);
	slub_pointer_forget(&m->slub->damage, address);
	slub_init_object(&site.l, &m->slub->damage, slub_object_at(m, &site, address));
	return NULL;
}

void model_slub_give(struct model *m, unsigned cpu, u64 address)
{
	struct slub_flight *f = top(m, cpu);

	f->used = true;
	if (f->nr_given == SLUB_MAX_GIVEN)
		return;
	f->given[f->nr_given++] = address;
	f->many |= f->nr_given > 1;
}

void model_slub_keep(struct model *m, unsigned cpu, u64 address)
{
	drop_given(top(m, cpu), address);
}

void model_slub_gives_many(struct model *m, unsigned cpu, bool many)
{
	top(m, cpu)->many = many;
}

void model_slub_new_slab(struct model *m, u32 head)
{
	struct slub_site site;

	if (!slub_site_of(m, (u64)head << 12, &site) || !model_cache_is_debug(site.c))
		return;
	for (u32 i = 0; i < site.objects; i++) {
		struct slub_note *n = model_slub_note(m, slub_nth_object(&site, i));

		if (n)
			*n = (struct slub_note){ .address = n->address };
	}
}

const char *model_slub_slab_gone(struct model *m, unsigned cpu, u32 head)
{
	struct model_slub *s = m->slub;
	struct slub_site site;
	const char *bad;

	if (!slub_site_of(m, (u64)head << 12, &site) || !model_cache_is_debug(site.c))
		return NULL;
	if ((bad = judge_silence(m, top(m, cpu), LOOK_DISCARD, &site, 0)))
		return bad;
	slub_damage_forget(&s->damage, site.base, site.base + site.bytes);
	for (u32 i = 0; i < s->damage.nr_pointers;)
		if (s->damage.pointer[i].object - site.base < site.bytes)
			slub_pointer_forget(&s->damage, s->damage.pointer[i].object);
		else
			i++;
	for (u32 i = 0; i < s->nr_disabled; i++)
		if (s->disabled[i] == head)
			s->disabled[i] = s->disabled[--s->nr_disabled];
	return NULL;
}

void model_slub_resize(struct model *m, u64 address, u32 bytes)
{
	struct slub_note *n = model_slub_note(m, address);
	struct slub_site site;

	if (!n || !slub_site_of(m, address, &site) || !site.l.keeps_size)
		return;
	n->orig = bytes;
	slub_damage_forget(&m->slub->damage, address, address + site.l.object_size);
}

/* --- the end --------------------------------------------------------------------------------------------------------------- */

const char *model_slub_ends(struct model *m, unsigned cpu)
{
	struct slub_flight *f = top(m, cpu);
	const char *bad;

	if (zeroes_constructed(m, cpu) && slab_flight_on(m, cpu)->new_slabs > f->seen[SLUB_CTOR_ZERO])
		return model_says(m, "S18: zeroes are asked for where a constructor writes, and nobody warns");
	if (!f->used)
		return NULL;
	if (f->next < f->dues.nr)
		return still_due(m, f);
	if (f->errand == ERRAND_DESTROY && is_alone(m, cpu) && (bad = judge_destroyed(m, f)))
		return bad;
	for (unsigned i = 0; i < NR_SLUB_REPORTS; i++)
		if (f->seen[i] != f->want[i])
			return model_says(m, "S33: \"%s\" is due %u times, and is reported %u times", name_of(i), f->want[i],
					  f->seen[i]);
	if (f->nr_given && is_alone(m, cpu))
		return model_says(m, "S32: %#llx was to be freed, and nothing is heard of it", (unsigned long long)f->given[0]);
	return NULL;
}

/* --- validate -------------------------------------------------------------------------------------------------------------- */

void model_begin_slub_validate(struct model *m, unsigned cpu, unsigned cache)
{
	struct slub_flight *f;

	model_begin_other(m, cpu);
	f = top(m, cpu);
	f->used = true;
	f->errand = ERRAND_VALIDATE;
	f->cache = (u8)cache;
}

/* On a list that validate goes through? [S8] */
static bool is_listed(const struct model *m, const struct model_cache *c, const struct model_slab_frame *frame, u32 head)
{
	if (model_slub_is_disabled(m, head))
		return false;
	return frame->place == SLAB_NODE_PARTIAL || (frame->place == SLAB_FULL && HAS_U(c));
}

s64 model_slub_found(struct model *m, unsigned cpu)
{
	return top(m, cpu)->nr_visited;
}

const char *model_slub_validated(struct model *m, unsigned cpu, s64 found)
{
	struct slub_flight *f = top(m, cpu);
	struct slub_site site;

	if (f->next < f->dues.nr)
		return still_due(m, f);
	if (!model_cache_is_debug(model_cache(m, f->cache)) != (found == -22))
		return model_says(m, "S37: validate of cache %s answers %lld", model_cache(m, f->cache)->name, (long long)found);
	if (found >= 0 && is_alone(m, cpu) && found != f->nr_visited && f->nr_visited < ARRAY_LENGTH(f->visited))
		return model_says(m, "S37: validate found something in %lld slabs, there were %u", (long long)found, f->nr_visited);
	for (u64 pfn = 0; found >= 0 && is_alone(m, cpu) && pfn < m->nr_frames; pfn++) {
		const struct model_slab_frame *frame = model_slab_frame(m, pfn);

		if (!frame || frame->cache != f->cache || frame->head || !is_listed(m, model_cache(m, f->cache), frame, (u32)pfn) ||
		    was_visited(f, (u32)pfn))
			continue;
		slub_site_of(m, pfn << 12, &site);
		work_out(m, f, LOOK_VALIDATE, &site, 0);
		if (f->next < f->dues.nr)
			return still_due(m, f);
	}
	return NULL;
}

