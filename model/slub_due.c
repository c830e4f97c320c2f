/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_due.c - what a look at a slab must say, and what is different afterwards.
 *
 *   look     who                         at what                                   if something is wrong
 *   alloc    F                           end of the slab, the object, as free      nothing more is taken from the slab
 *   free     F                           the same, the free list, then the object  the object stays with its owner
 *   discard  F                           an empty slab, all objects as free        it is given back all the same
 *   check    validate_slab_cache()       all of it, up to the first damaged object
 *
 * Objects behind a bad pointer, and all free ones of a slab that failed a look at alloc, are lost: in use by nobody, for good.
 */
#include "slub_state.h"

/* --- what is due ----------------------------------------------------------------------------------------------------------- */

void slub_lose(struct model *m, u64 object)
{
	slub_make_note(m, object)->lost = true;
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

		if (object - site->base < site->bytes && slub_is_free(m, object) &&
		    (!first || slub_place_in_list(m, object) > slub_place_in_list(m, first)))
			first = object;
	}
	return first;
}

/* Objects of the list up to this one. */
static u32 length_up_to(const struct model *m, const struct slub_site *site, u64 last)
{
	u64 place = slub_place_in_list(m, last);
	u32 nr = 0;

	for (u32 i = 0; i < site->objects; i++)
		nr += slub_is_free(m, slub_nth_object(site, i)) && slub_place_in_list(m, slub_nth_object(site, i)) >= place;
	return nr;
}

void slub_due_about(struct slub_dues *out, unsigned report, u64 address)
{
	slub_add_due(out, (struct slub_due){ .report = (u8)report, .address = address });
}

/* Everything behind `last` on the list is lost. */
static void cut_list(struct model *m, const struct slub_site *site, u64 last)
{
	u64 place = slub_place_in_list(m, last);

	for (u32 i = 0; i < site->objects; i++) {
		u64 object = slub_nth_object(site, i);

		if (slub_is_free(m, object) && slub_place_in_list(m, object) < place)
			slub_lose(m, object);
	}
}

/* The free list is walked up to an object, or to its end: is the object on it? [S32] */
static bool walk_list(struct model *m, struct slub_site *site, u64 search, struct slub_dues *out)
{
	bool listed = search && slub_is_object(site, search) && slub_is_free(m, search);
	u64 at = first_bad_pointer(m, site);
	u32 nr;

	if (!at || (listed && slub_place_in_list(m, search) >= slub_place_in_list(m, at)))
		return listed;
	nr = length_up_to(m, site, at);
	slub_add_due(out, (struct slub_due){ .report = SLUB_FREECHAIN, .address = at, .head = true });
	slub_pointer_forget(&m->slub->damage, at);
	cut_list(m, site, at);
	if (site->inuse != site->objects - nr) {
		slub_add_due(out, (struct slub_due){ .report = SLUB_OBJECT_COUNT, .address = site->base, .found = site->inuse,
						     .should = site->objects - nr });
		slub_due_about(out, SLUB_FIX_COUNT, site->base);
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
		slub_due_about(out, SLUB_NOT_A_SLAB, site->base);
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
		slub_due_about(out, SLUB_FREEPOINTER, site->base);
		slub_due_about(out, SLUB_FIX_FREELIST, site->base);
		return false;
	}
	if (m->slub->overwritten.field == SLAB_FIELD_INUSE) {
		u32 right = model_slab_frame(m, site->head)->inuse;

		due_numbers(out, SLUB_OBJECT_COUNT, site->base, value, right);
		slub_due_about(out, SLUB_FIX_COUNT, site->base);
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
		slub_due_about(out, SLUB_DISABLED, site->base);
		return false;
	}
	slub_check_padding(&site->l, &m->slub->damage, site->base, site->bytes, out);
	return true;
}

static void disable(struct model *m, const struct slub_site *site)
{
	struct model_slub *s = m->slub;

	for (u32 i = 0; i < site->objects; i++)
		if (slub_is_free(m, slub_nth_object(site, i)))
			slub_lose(m, slub_nth_object(site, i));
	if (s->nr_disabled < ARRAY_LENGTH(s->disabled))
		s->disabled[s->nr_disabled++] = site->head;
}

/* S31 */
void slub_due_alloc(struct model *m, struct slub_site *site, u64 object, struct slub_dues *out)
{
	struct slub_object o = slub_object_at(m, site, object);

	if (object == MODEL_NO_ADDRESS) { /* which one comes first is open, and so is what the text says of it */
		m->slub->text.vague = true;
		check_slab(m, site, out);
		return;
	}
	if (check_slab(m, site, out) && slub_check_object(&site->l, &m->slub->damage, o, false, out))
		return;
	slub_due_about(out, SLUB_FIX_ALL_USED, site->base);
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
	if (!slub_is_object(site, object)) {
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
void slub_due_free(struct model *m, struct slub_site *site, u64 object, struct slub_dues *out)
{
	if (!free_is_good(m, site, object, out))
		slub_due_about(out, SLUB_FIX_NOT_FREED, object);
}

void slub_due_validate(struct model *m, struct slub_site *site, struct slub_dues *out)
{
	if (!check_slab(m, site, out))
		return;
	if (m->slub->overwritten.head == site->head && !check_list_words(m, site, out))
		return;
	walk_list(m, site, 0, out);
	for (u32 i = 0; i < site->objects; i++) {
		u64 object = slub_nth_object(site, i);

		if (!slub_check_object(&site->l, &m->slub->damage, slub_object_at(m, site, object), !slub_is_free(m, object), out))
			break;
	}
}

/* An empty slab is given back: all of it is looked at. */
void slub_due_discard(struct model *m, struct slub_site *site, struct slub_dues *out)
{
	slub_check_padding(&site->l, &m->slub->damage, site->base, site->bytes, out);
	for (u32 i = 0; i < site->objects; i++)
		slub_check_object(&site->l, &m->slub->damage, slub_object_at(m, site, slub_nth_object(site, i)), false, out);
}

