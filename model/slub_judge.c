/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_judge.c - reports about objects: exactly those that are due, in order, by whoever looks first.
 *
 *   look    who                         at what                                   if something is wrong
 *   alloc   F                           end of the slab, the object, as free      nothing more is taken from the slab
 *   free    F                           the same, the free list, then the object  the object stays with its owner
 *   check   validate_slab_cache()       all of it, up to the first damaged object
 *
 * What is due is worked out when the first report of a look is announced, which is under the lock that makes it true, or, if
 * none is, when the object changes hands: then nothing may have been due. A free list is the frees of its slab, the last one
 * first, and behind them what was never handed out, by address; so it is known what a cut list loses, unless new slabs are
 * in random order. Objects that are lost are in use by nobody for good.
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "model_slub.h"
#include "slab_state.h"

#define HAS_F(c) ((c)->flags & 0x100u)
#define HAS_Z(c) ((c)->flags & 0x400u)
#define HAS_U(c) ((c)->flags & 0x10000u)

/* --- what is kept of an object -------------------------------------------------------------------------------------------- */

static u32 slot_of(const struct slub_table *t, u64 address)
{
	u32 i = (u32)((address >> 3) * 0x9e3779b97f4a7c15ULL >> 32) & (t->slots - 1);

	while (t->index[i] && t->note[t->index[i] - 1].address != address)
		i = (i + 1) & (t->slots - 1);
	return i;
}

static void rehash(struct slub_table *t, u32 slots)
{
	free(t->index);
	t->index = calloc(slots, sizeof(*t->index));
	t->slots = slots;
	for (u32 i = 0; i < t->nr; i++)
		t->index[slot_of(t, t->note[i].address)] = i + 1;
}

struct slub_note *model_slub_note(const struct model *m, u64 object)
{
	const struct slub_table *t = &m->slub->notes;
	u32 i = t->index[slot_of(t, object)];

	return i ? &t->note[i - 1] : NULL;
}

static struct slub_note *make_note(struct model *m, u64 address)
{
	struct slub_table *t = &m->slub->notes;
	struct slub_note *n = model_slub_note(m, address);

	if (n)
		return n;
	if (t->nr == t->room) {
		t->room *= 2;
		t->note = realloc(t->note, t->room * sizeof(*t->note));
		rehash(t, t->slots * 2);
	}
	n = &t->note[t->nr++];
	*n = (struct slub_note){ .address = address };
	t->index[slot_of(t, address)] = t->nr;
	return n;
}

/* --- life -------------------------------------------------------------------------------------------------------------------- */

bool model_slub_setup(struct model *m)
{
	struct slub_table *t;

	if (!m->slub && !(m->slub = calloc(1, sizeof(*m->slub))))
		return false;
	t = &m->slub->notes;
	if (!t->note) {
		t->room = 512;
		t->note = malloc(t->room * sizeof(*t->note));
		rehash(t, 2 * t->room);
	}
	m->slub->nr_sealed = 0;
	m->slub->sealed_frees = 0;
	model_slub_reset(m);
	return t->note && t->index;
}

void model_slub_destroy(struct model *m)
{
	struct model_slub *s = m->slub;

	if (!s)
		return;
	slub_damage_free(&s->damage);
	free(s->notes.note);
	free(s->notes.index);
	free(s->sealed_note);
	free(s);
	m->slub = NULL;
}

void model_slub_seal(struct model *m)
{
	struct model_slub *s = m->slub;

	free(s->sealed_note);
	s->nr_sealed = s->notes.nr;
	s->sealed_note = malloc((s->nr_sealed + 1) * sizeof(*s->sealed_note));
	memcpy(s->sealed_note, s->notes.note, s->nr_sealed * sizeof(*s->sealed_note));
	s->sealed_frees = s->frees;
}

/* Only what was noted is wiped: programs are short. */
void model_slub_reset(struct model *m)
{
	struct model_slub *s = m->slub;
	struct slub_table *t = &s->notes;

	if (t->nr * 4 > t->slots)
		memset(t->index, 0, t->slots * sizeof(*t->index));
	while (t->nr * 4 <= t->slots && t->nr) { /* the last one first: what lay behind it in the table is gone already */
		u32 i = slot_of(t, t->note[t->nr - 1].address);

		t->index[i] = 0;
		t->nr--;
	}
	t->nr = s->nr_sealed;
	if (t->nr)
		memcpy(t->note, s->sealed_note, t->nr * sizeof(*t->note));
	for (u32 i = 0; i < t->nr; i++)
		t->index[slot_of(t, t->note[i].address)] = i + 1;
	s->frees = s->sealed_frees;
	s->damage.nr = s->damage.nr_pointers = s->nr_disabled = s->nr_spoilt = s->nr_lost = 0;
	s->tainted = false;
	s->overwritten.head = MODEL_NO_SLAB;
	for (unsigned c = 0; c < MODEL_MAX_CPUS; c++)
		for (unsigned d = 0; d < MODEL_MAX_NESTING; d++)
			s->flight[c][d].used = true; /* an abandoned run left it so */
}

/* --- slabs and objects ---------------------------------------------------------------------------------------------------------- */

struct slub_layout model_slub_layout(const struct model_cache *c)
{
	return (struct slub_layout){ .flags = c->flags & ~MODEL_OBJECT_POISON,
				     .size = c->size,
				     .object_size = c->object_size,
				     .inuse = c->inuse,
				     .offset = c->offset,
				     .red_left_pad = c->red_left_pad,
				     .poison = c->flags & MODEL_OBJECT_POISON,
				     .keeps_size = model_cache_keeps_size(c) };
}

bool slub_site_of(const struct model *m, u64 address, struct slub_site *site)
{
	u32 head = model_slab_of(m, address);
	const struct model_slab_frame *frame;

	if (head == MODEL_NO_SLAB)
		return false;
	frame = model_slab_frame(m, head);
	site->cache = frame->cache;
	site->c = model_cache(m, frame->cache);
	if (!site->c)
		return false;
	site->l = model_slub_layout(site->c);
	site->head = head;
	site->base = (u64)head << 12;
	site->bytes = 4096ULL << frame->order;
	site->objects = frame->objects;
	site->inuse = frame->inuse;
	return true;
}

static u64 nth_object(const struct slub_site *site, u32 i)
{
	return site->base + (u64)i * site->l.size + site->l.red_left_pad;
}

static bool is_object(const struct slub_site *site, u64 address)
{
	u64 offset = address - site->base - site->l.red_left_pad;

	return address >= site->base + site->l.red_left_pad && offset % site->l.size == 0 &&
	       offset / site->l.size < site->objects;
}

struct slub_object slub_object_at(const struct model *m, const struct slub_site *site, u64 address)
{
	const struct slub_note *n = model_slub_note(m, address);

	if (!n)
		return (struct slub_object){ address, false, site->l.object_size };
	return (struct slub_object){ address, n->used, n->used && site->l.keeps_size ? n->orig : site->l.object_size };
}

bool model_slub_is_lost(const struct model *m, u64 object)
{
	const struct slub_note *n = model_slub_note(m, object);

	return n && n->lost;
}

/* On its slab's free list? */
static bool is_free(const struct model *m, u64 object)
{
	const struct slub_note *n = model_slub_note(m, object);

	return !n || (!n->used && !n->lost);
}

/* Larger: handed out earlier. What was never handed out comes last. */
static u64 place_in_list(const struct model *m, u64 object)
{
	const struct slub_note *n = model_slub_note(m, object);

	return n && n->freed ? n->freed << 40 : (1ULL << 39) - (object >> 3);
}

/* Is it open where this object is on the list? */
static bool place_is_open(const struct model *m, u64 object)
{
	const struct slub_note *n = model_slub_note(m, object);

	return n && n->freed ? n->tied : m->setup.knob[KNOB_SLAB_FREELIST_RANDOM];
}

u64 slub_next_free(const struct model *m, const struct slub_site *site, u64 address)
{
	u64 here = address ? place_in_list(m, address) : ~0ULL, best = 0, next = 0;

	if (address && place_is_open(m, address))
		return MODEL_NO_ADDRESS;
	for (u32 i = 0; i < site->objects && i < site->bytes / site->l.size; i++) { /* the count may be overwritten */
		u64 object = nth_object(site, i);
		u64 place = is_free(m, object) ? place_in_list(m, object) : ~0ULL;

		if (place < here && place >= best) {
			best = place;
			next = object;
		}
	}
	return next && place_is_open(m, next) ? MODEL_NO_ADDRESS : next;
}

bool model_slub_is_disabled(const struct model *m, u32 head)
{
	for (u32 i = 0; i < m->slub->nr_disabled; i++)
		if (m->slub->disabled[i] == head)
			return true;
	return false;
}

u64 model_slub_nr_stuck(const struct model *m, unsigned cache)
{
	const struct slub_table *t = &m->slub->notes;
	u64 nr = 0;

	if (!m->slub->nr_lost && !m->slub->nr_disabled)
		return 0;
	for (u32 i = 0; i < t->nr; i++) {
		u64 object = t->note[i].address;

		if (model_cache_of(m, object) == cache && model_object_at(m, object) == object && model_object_is_live(m, object))
			nr += t->note[i].lost || model_slub_is_disabled(m, model_slab_of(m, object));
	}
	return nr;
}

bool model_slub_cache_is_damaged(const struct model *m, unsigned cache)
{
	const struct slub_damage *d = &m->slub->damage;

	for (u32 i = 0; i < d->nr; i++)
		if (model_cache_of(m, d->stray[i].at) == cache)
			return true;
	for (u32 i = 0; i < d->nr_pointers; i++)
		if (model_cache_of(m, d->pointer[i].object) == cache)
			return true;
	return false;
}

bool model_slub_lists_are_damaged(const struct model *m)
{
	return m->slub->damage.nr_pointers;
}

bool model_slub_is_damaged(const struct model *m, u32 head)
{
	struct slub_site site;

	return slub_site_of(m, (u64)head << 12, &site) &&
	       (slub_damage_any(&m->slub->damage, site.base, site.base + site.bytes) || model_slub_is_disabled(m, head));
}

bool model_slub_is_spoilt(const struct model *m, u64 object)
{
	for (u32 i = 0; i < m->slub->nr_spoilt; i++)
		if (m->slub->spoilt[i] == object)
			return true;
	return false;
}

void model_slub_heal(struct model *m, u64 object)
{
	for (u32 i = 0; i < m->slub->nr_spoilt; i++)
		if (m->slub->spoilt[i] == object)
			m->slub->spoilt[i] = m->slub->spoilt[--m->slub->nr_spoilt];
}

void model_slub_spoil(struct model *m, u64 object)
{
	if (!model_slub_is_spoilt(m, object) && m->slub->nr_spoilt < ARRAY_LENGTH(m->slub->spoilt))
		m->slub->spoilt[m->slub->nr_spoilt++] = object;
}

/* --- what is due ------------------------------------------------------------------------------------------------------------------- */

static void lose(struct model *m, u64 object)
{
	make_note(m, object)->lost = true;
	m->slub->nr_lost++;
	model_slab_lose(m, object);
}

/* The first object of the free list whose pointer is bad, 0 none. Pointers whose place is open are not turned over. */
static u64 first_bad_pointer(const struct model *m, const struct slub_site *site)
{
	const struct slub_damage *d = &m->slub->damage;
	u64 first = 0;

	for (u32 i = 0; i < d->nr_pointers; i++) {
		u64 object = d->pointer[i].object;

		if (object - site->base < site->bytes && is_free(m, object) &&
		    (!first || place_in_list(m, object) > place_in_list(m, first)))
			first = object;
	}
	return first;
}

/* Objects of the list up to this one. */
static u32 length_up_to(const struct model *m, const struct slub_site *site, u64 last)
{
	u64 place = place_in_list(m, last);
	u32 nr = 0;

	for (u32 i = 0; i < site->objects; i++)
		nr += is_free(m, nth_object(site, i)) && place_in_list(m, nth_object(site, i)) >= place;
	return nr;
}

static void due(struct slub_dues *out, unsigned report, u64 address)
{
	slub_add_due(out, (struct slub_due){ .report = (u8)report, .address = address });
}

/* Everything behind `last` on the list is lost. */
static void cut_list(struct model *m, const struct slub_site *site, u64 last)
{
	u64 place = place_in_list(m, last);

	for (u32 i = 0; i < site->objects; i++) {
		u64 object = nth_object(site, i);

		if (is_free(m, object) && place_in_list(m, object) < place)
			lose(m, object);
	}
}

/* The free list is walked up to an object, or to its end: is the object on it? [S32] */
static bool walk_list(struct model *m, struct slub_site *site, u64 search, struct slub_dues *out)
{
	bool listed = search && is_object(site, search) && is_free(m, search);
	u64 at = first_bad_pointer(m, site);
	u32 nr;

	if (!at || (listed && place_in_list(m, search) >= place_in_list(m, at)))
		return listed;
	nr = length_up_to(m, site, at);
	slub_add_due(out, (struct slub_due){ .report = SLUB_FREECHAIN, .address = at, .head = true });
	slub_pointer_forget(&m->slub->damage, at);
	cut_list(m, site, at);
	if (site->inuse != site->objects - nr) {
		slub_add_due(out, (struct slub_due){ .report = SLUB_OBJECT_COUNT, .address = site->base, .found = site->inuse,
						     .should = site->objects - nr });
		due(out, SLUB_FIX_COUNT, site->base);
		site->inuse = site->objects - nr;
	}
	return false;
}

static void due_numbers(struct slub_dues *out, unsigned report, u64 address, u32 found, u32 should)
{
	slub_add_due(out, (struct slub_due){ .report = (u8)report, .address = address, .found = found, .should = should });
}

/* S34: a word of the slab has another value. false: nobody may use it. */
static bool check_words(struct model *m, struct slub_site *site, struct slub_dues *out)
{
	u32 value = m->slub->overwritten.value, most = (u32)(site->bytes / site->l.size);

	switch (m->slub->overwritten.field) {
	case SLAB_FIELD_IS_SLAB:
		due(out, SLUB_NOT_A_SLAB, site->base);
		return false;
	case SLAB_FIELD_OBJECTS:
		site->objects = value;
		due_numbers(out, SLUB_OBJECTS, site->base, value, most);
		return false;
	case SLAB_FIELD_INUSE:
		site->inuse = value;
		if (value > site->objects)
			due_numbers(out, SLUB_INUSE, site->base, value, site->objects);
		return value <= site->objects;
	}
	return true;
}

/* Of a list that begins nowhere nothing is known any more. false: nobody looks further. */
static bool check_list_words(struct model *m, struct slub_site *site, struct slub_dues *out)
{
	u32 value = m->slub->overwritten.value;

	if (m->slub->overwritten.field == SLAB_FIELD_FREELIST) {
		due(out, SLUB_FREEPOINTER, site->base);
		due(out, SLUB_FIX_FREELIST, site->base);
		return false;
	}
	if (m->slub->overwritten.field == SLAB_FIELD_INUSE) {
		u32 right = model_slab_frame(m, site->head)->inuse;

		due_numbers(out, SLUB_OBJECT_COUNT, site->base, value, right);
		due(out, SLUB_FIX_COUNT, site->base);
		site->inuse = right;
	}
	return true;
}

/* false: nobody may use this slab. */
static bool check_slab(struct model *m, struct slub_site *site, struct slub_dues *out)
{
	if (m->slub->overwritten.head == site->head && !check_words(m, site, out))
		return false;
	if (model_slub_is_disabled(m, site->head)) {
		due(out, SLUB_DISABLED, site->base);
		return false;
	}
	slub_check_padding(&site->l, &m->slub->damage, site->base, site->bytes, out);
	return true;
}

static void disable(struct model *m, const struct slub_site *site)
{
	struct model_slub *s = m->slub;

	for (u32 i = 0; i < site->objects; i++)
		if (is_free(m, nth_object(site, i)))
			lose(m, nth_object(site, i));
	if (s->nr_disabled < ARRAY_LENGTH(s->disabled))
		s->disabled[s->nr_disabled++] = site->head;
}

/* S31 */
static void due_alloc(struct model *m, struct slub_site *site, u64 object, struct slub_dues *out)
{
	struct slub_object o = slub_object_at(m, site, object);

	if (object == MODEL_NO_ADDRESS) { /* which one comes first is open, and so is what the text says of it */
		m->slub->text.vague = true;
		check_slab(m, site, out);
		return;
	}
	if (check_slab(m, site, out) && slub_check_object(&site->l, &m->slub->damage, o, false, out))
		return;
	due(out, SLUB_FIX_ALL_USED, site->base);
	disable(m, site);
}

static bool free_is_good(struct model *m, struct slub_site *site, u64 object, struct slub_dues *out)
{
	if (HAS_F(site->c) && !check_slab(m, site, out))
		return false;
	if (!site->inuse) {
		due_numbers(out, SLUB_SLAB_COUNT, site->base, 0, 1);
		return false;
	}
	if (!HAS_F(site->c))
		return true;
	if (!is_object(site, object)) {
		slub_add_due(out, (struct slub_due){ .report = SLUB_INVALID_POINTER, .address = site->base, .first = object });
		return false;
	}
	if (walk_list(m, site, object, out)) {
		slub_add_due(out, (struct slub_due){ .report = SLUB_ALREADY_FREE, .address = object, .head = true });
		return false;
	}
	return slub_check_object(&site->l, &m->slub->damage, slub_object_at(m, site, object), true, out);
}

/* S32 */
static void due_free(struct model *m, struct slub_site *site, u64 object, struct slub_dues *out)
{
	if (!free_is_good(m, site, object, out))
		due(out, SLUB_FIX_NOT_FREED, object);
}

static void due_validate(struct model *m, struct slub_site *site, struct slub_dues *out)
{
	if (!check_slab(m, site, out))
		return;
	if (m->slub->overwritten.head == site->head && !check_list_words(m, site, out))
		return;
	walk_list(m, site, 0, out);
	for (u32 i = 0; i < site->objects; i++) {
		u64 object = nth_object(site, i);

		if (!slub_check_object(&site->l, &m->slub->damage, slub_object_at(m, site, object), !is_free(m, object), out))
			break;
	}
}

/* An empty slab is given back: all of it is looked at. */
static void due_discard(struct model *m, struct slub_site *site, struct slub_dues *out)
{
	slub_check_padding(&site->l, &m->slub->damage, site->base, site->bytes, out);
	for (u32 i = 0; i < site->objects; i++)
		slub_check_object(&site->l, &m->slub->damage, slub_object_at(m, site, nth_object(site, i)), false, out);
}

/* --- flights ----------------------------------------------------------------------------------------------------------------------- */

static struct slub_flight *top(struct model *m, unsigned cpu)
{
	return &m->slub->flight[cpu][m->depth[cpu] - 1];
}

void model_slub_begins(struct model *m, unsigned cpu)
{
	struct slub_flight *f = top(m, cpu);

	if (m->nr_in_flight == 1) {
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
	f->next = f->dues.nr = f->nr_given = f->nr_visited = f->damaged = 0;
	f->dues.vague = false;
	f->giving = MODEL_NO_ADDRESS;
	f->slab = MODEL_NO_SLAB;
	memset(f->want, 0, sizeof(f->want));
	memset(f->seen, 0, sizeof(f->seen));
}

bool model_slub_was_refused(const struct model *m, unsigned cpu, u64 object)
{
	const struct slub_flight *f = &m->slub->flight[cpu][m->depth[cpu] - 1];

	for (u32 i = 0; i < f->nr_refused; i++)
		if (f->refused[i] == object)
			return true;
	return false;
}

static const char *const report_names[NR_SLUB_REPORTS] = {
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
	return report < NR_SLUB_REPORTS ? report_names[report] : "an unknown report";
}

static const char *still_due(struct model *m, const struct slub_flight *f)
{
	const struct slub_due *d = &f->dues.due[f->next];

	return model_says(m, "S33: \"%s\" about %#llx is due, and is not reported", name_of(d->report),
			  (unsigned long long)d->address);
}

/* --- what an operation looks at ------------------------------------------------------------------------------------------------------ */

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
	f->slab = site->head;
	f->giving = look == LOOK_FREE ? object : MODEL_NO_ADDRESS;
	if (look == LOOK_ALLOC)
		due_alloc(m, site, object, &f->dues);
	else if (look == LOOK_FREE)
		due_free(m, site, object, &f->dues);
	else if (look == LOOK_VALIDATE)
		due_validate(m, site, &f->dues);
	else
		due_discard(m, site, &f->dues);
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
			memmove(f->from + i, f->from + i + 1, f->nr_given - i - 1);
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
		lose(m, object);
		model_slab_loses_got(m, cpu, object);
		nr = model_slab_gives_up(m, cpu, &at);
		any = true;
	}
	if (!any)
		return false;
	f->next = f->dues.nr = 0;
	due(&f->dues, SLUB_DISABLED, site->base);
	due(&f->dues, SLUB_FIX_NOT_FREED, MODEL_NO_ADDRESS);
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
		unsigned nid = frame->cache == f->cache ? m->zone[model_zone_of(m, pfn)].nid : MAX_NUMNODES;

		if (frame->cache == f->cache && !frame->head && frame->inuse && nid < last)
			last = nid;
	}
	for (u64 pfn = 0; c && !c->refcount && pfn < m->nr_frames; pfn++) {
		const struct model_slab_frame *frame = model_slab_frame(m, pfn);
		bool due = frame->cache == f->cache && !frame->head && frame->inuse && frame->place == SLAB_NODE_PARTIAL &&
			   m->zone[model_zone_of(m, pfn)].nid <= last;

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

	return c && c->ctor && sf->wish.gfp & 0x100u;
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

/* --- objects change hands ------------------------------------------------------------------------------------------------------------ */

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
	n = make_note(m, address);
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
	n = make_note(m, address);
	n->used = n->lost = false;
	n->tied = f->many;
	n->freed = ++m->slub->frees;
	n->track[1] = track_of(m, cpu);
	slub_pointer_forget(&m->slub->damage, address);
	slub_init_object(&site.l, &m->slub->damage, slub_object_at(m, &site, address));
	return NULL;
}

void model_slub_give(struct model *m, unsigned cpu, u64 address, unsigned from)
{
	struct slub_flight *f = top(m, cpu);

	f->used = true;
	if (f->nr_given == SLUB_MAX_GIVEN)
		return;
	f->from[f->nr_given] = (u8)from;
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
		struct slub_note *n = model_slub_note(m, nth_object(&site, i));

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

/* --- the end --------------------------------------------------------------------------------------------------------------------------- */

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
	if (f->errand == ERRAND_DESTROY && m->flight[cpu][m->depth[cpu] - 1].alone && (bad = judge_destroyed(m, f)))
		return bad;
	for (unsigned i = 0; i < NR_SLUB_REPORTS; i++)
		if (f->seen[i] != f->want[i])
			return model_says(m, "S33: \"%s\" is due %u times, and is reported %u times", name_of(i), f->want[i],
					  f->seen[i]);
	if (f->nr_given && m->flight[cpu][m->depth[cpu] - 1].alone)
		return model_says(m, "S32: %#llx was to be freed, and nothing is heard of it", (unsigned long long)f->given[0]);
	return NULL;
}

/* --- validate ---------------------------------------------------------------------------------------------------------------------------- */

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
	if (found >= 0 && m->flight[cpu][m->depth[cpu] - 1].alone && found != f->nr_visited && f->nr_visited < ARRAY_LENGTH(f->visited))
		return model_says(m, "S37: validate found something in %lld slabs, there were %u", (long long)found, f->nr_visited);
	for (u64 pfn = 0; found >= 0 && m->flight[cpu][m->depth[cpu] - 1].alone && pfn < m->nr_frames; pfn++) {
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

/* --- what clients do ----------------------------------------------------------------------------------------------------------------------- */

/* Bytes that nobody knows anything of are nobody's damage. */
void model_slub_wrote(struct model *m, u64 at, u8 byte)
{
	struct slub_site site;
	u64 object;
	int written;

	if (!slub_site_of(m, at, &site) || !model_cache_is_debug(site.c))
		return;
	object = nth_object(&site, (u32)((at - site.base) / site.l.size));
	if (is_object(&site, object))
		written = slub_written(&site.l, slub_object_at(m, &site, object), (s64)(at - object));
	else /* behind the last slot */
		written = site.c->flags & SLAB_POISON ? 0 : -1;
	if (written >= 0)
		slub_damage_byte(&m->slub->damage, at, byte);
}

/* Without debugging nobody ever looks at the pointer of an object in use. */
void model_slub_flipped(struct model *m, u64 object, u64 bits)
{
	struct slub_site site;

	if (!slub_site_of(m, object, &site) || !model_cache_is_debug(site.c))
		return;
	slub_damage_pointer(&m->slub->damage, object, bits);
}

bool model_slub_may_flip(const struct model *m, u64 object)
{
	struct slub_site site;

	if (!slub_site_of(m, object, &site) || !is_object(&site, object))
		return false;
	if (model_object_is_live(m, object))
		return true;
	return HAS_F(site.c) && !place_is_open(m, object) && (site.l.poison || !(HAS_Z(site.c) && site.l.keeps_size));
}
