/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_notes.c - what is kept of objects whose cache is debugged: patterns, sizes, who had them, and their place on free lists.
 *
 * A free list is the frees of its slab, the last one first, and behind them what was never handed out, by address; so it is known
 * what comes next, and what a list that is cut loses, unless new slabs are in random order.
 */
#include <stdlib.h>
#include <string.h>
#include "slub_state.h"

/* --- what is kept of an object --------------------------------------------------------------------------------------------- */

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

struct slub_note *slub_make_note(struct model *m, u64 address)
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

/* --- life ------------------------------------------------------------------------------------------------------------------ */

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
	for (unsigned c = 0; c < MODEL_STACKS; c++)
		for (unsigned d = 0; d < MODEL_MAX_NESTING; d++)
			s->flight[c][d].used = true; /* an abandoned run left it so */
}

/* --- slabs and objects ----------------------------------------------------------------------------------------------------- */

static struct slub_layout layout_of(const struct model_cache *c)
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
	site->l = layout_of(site->c);
	site->head = head;
	site->base = (u64)head << 12;
	site->bytes = 4096ULL << frame->order;
	site->objects = frame->objects;
	site->inuse = frame->inuse;
	return true;
}

u64 slub_nth_object(const struct slub_site *site, u32 i)
{
	return site->base + (u64)i * site->l.size + site->l.red_left_pad;
}

bool slub_is_object(const struct slub_site *site, u64 address)
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
bool slub_is_free(const struct model *m, u64 object)
{
	const struct slub_note *n = model_slub_note(m, object);

	return !n || (!n->used && !n->lost);
}

/* Larger: handed out earlier. What was never handed out comes last. */
u64 slub_place_in_list(const struct model *m, u64 object)
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
	u64 here = address ? slub_place_in_list(m, address) : ~0ULL, best = 0, next = 0;

	if (address && place_is_open(m, address))
		return MODEL_NO_ADDRESS;
	for (u32 i = 0; i < site->objects && i < site->bytes / site->l.size; i++) { /* the count may be overwritten */
		u64 object = slub_nth_object(site, i);
		u64 place = slub_is_free(m, object) ? slub_place_in_list(m, object) : ~0ULL;

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

/* --- what clients do ------------------------------------------------------------------------------------------------------- */

/* Bytes that nobody knows anything of are nobody's damage. */
void model_slub_wrote(struct model *m, u64 at, u8 byte)
{
	struct slub_site site;
	u64 object;
	int written;

	if (!slub_site_of(m, at, &site) || !model_cache_is_debug(site.c))
		return;
	object = slub_nth_object(&site, (u32)((at - site.base) / site.l.size));
	if (slub_is_object(&site, object))
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

	if (!slub_site_of(m, object, &site) || !slub_is_object(&site, object))
		return false;
	if (model_object_is_live(m, object))
		return true;
	return HAS_F(site.c) && !place_is_open(m, object) && (site.l.poison || !(HAS_Z(site.c) && site.l.keeps_size));
}
