/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_client.c - a client's stray store into a slab: asked, made behind the tool's back, and told to the model.
 *
 * The tool must forbid exactly what belongs to no owner [S53]. What is written is told byte by byte: what falls into another
 * owner's bytes spoils them, so that his contents are not looked at any more; the rest is damage that may be reported.
 */
#include <string.h>
#include "slab_client.h"
#include "tool.h"

#define WORD 8

/* --- whose it is ------------------------------------------------------------------------------------------------------------- */

static bool slot_has(const struct object_slot *slot, const u64 *bulk, u64 object)
{
	if (slot->state != SLOT_LIVE)
		return false;
	if (!slot->bulk)
		return slot->at == object;
	for (u32 i = 0; i < slot->nr; i++)
		if (bulk[i] == object)
			return true;
	return false;
}

struct object_slot *client_find_owner(struct world *w, u64 object)
{
	for (u32 i = 0; i < NR_SLOTS; i++) {
		if (slot_has(&w->object[i], w->object_at[i], object))
			return &w->object[i];
		if (w->kmalloc[i].cache && slot_has(&w->kmalloc[i], NULL, object)) /* live, it is no bulk */
			return &w->kmalloc[i];
	}
	return NULL;
}

/* --- may it be written -------------------------------------------------------------------------------------------------------- */

/* Bytes of a slot, counted from its object. */
struct span {
	s64 from, to;
};

static bool meets(struct span s, s64 from, s64 to)
{
	return s.from < to && from < s.to;
}

static bool covers(struct span s, s64 from, s64 to)
{
	return s.from <= from && to <= s.to;
}

static bool pointer_may_be_hit(struct world *w, const struct slub_layout *l, u64 object, struct span s)
{
	bool used = model_object_is_live(w->model, object);

	if (!meets(s, l->offset, l->offset + WORD) || (used && !slub_pointer_outside(l)))
		return true;
	return covers(s, l->offset, l->offset + WORD) && model_slub_may_flip(w->model, object);
}

static bool object_may_be_hit(struct world *w, const struct slub_site *site, u64 object, struct span s)
{
	if (!meets(s, 0, site->l.object_size))
		return true;
	if (site->c->ctor)
		return false;
	if (model_object_is_live(w->model, object))
		return client_find_owner(w, object) != NULL;
	return site->l.poison || !w->model->setup.knob[KNOB_INIT_ON_FREE];
}

static bool slot_may_be_hit(struct world *w, const struct slub_site *site, u64 object, struct span s)
{
	return !meets(s, slub_info_end(&site->l), slub_meta_end(&site->l)) && pointer_may_be_hit(w, &site->l, object, s) &&
	       object_may_be_hit(w, site, object, s);
}

static u64 object_of_slot(const struct slub_site *site, u64 i)
{
	return site->base + i * site->l.size + site->l.red_left_pad;
}

/* The part of [at, at + bytes) that lies in the slot of this object. */
static struct span span_in(const struct slub_site *site, u64 object, u64 at, u32 bytes)
{
	s64 from = (s64)(at - object), to = from + bytes;

	return (struct span){ max_of(from, -(s64)site->l.red_left_pad), min_of(to, (s64)slub_room(&site->l)) };
}

static u64 slot_index(const struct slub_site *site, u64 at)
{
	return (at - site->base) / site->l.size;
}

bool client_slab_is_there(struct world *w, u64 at)
{
	u32 head = model_slab_of(w->model, at);
	const struct model_slab_frame *frame;

	if (head == MODEL_NO_SLAB)
		return false;
	frame = model_slab_frame(w->model, head);
	return frame->place != SLAB_NOWHERE && frame->place != SLAB_IN_FLIGHT;
}

/* What waits for a grace period is freed by an operation that names no object: nothing may be refused there. */
bool client_slab_waits(struct world *w, const struct slub_site *site)
{
	for (u64 i = 0; i < site->objects; i++)
		if (model_waits_for_rcu(w->model, object_of_slot(site, i)))
			return true;
	return false;
}

bool client_may_write(struct world *w, u64 at, u32 bytes)
{
	struct slub_site site;

	if (!bytes || w->model->nr_in_flight || !slub_site_of(w->model, at, &site))
		return false;
	if (at + bytes > site.base + site.bytes || !client_slab_is_there(w, at) || client_slab_waits(w, &site))
		return false;
	for (u64 i = slot_index(&site, at); i < site.objects && i <= slot_index(&site, at + bytes - 1); i++) {
		u64 object = object_of_slot(&site, i);

		if (!slot_may_be_hit(w, &site, object, span_in(&site, object, at, bytes)))
			return false;
	}
	return true;
}

/* --- the store ---------------------------------------------------------------------------------------------------------------- */

no_tool static void store_byte(volatile u8 *at, u8 byte)
{
	TOOL_SILENT(*at = byte);
}

no_tool static u8 load_byte(const volatile u8 *at)
{
	u8 byte;

	TOOL_SILENT(byte = *at);
	tool_define(&byte, 1);
	return byte;
}

void client_flip_pointer(struct world *w, u64 object, u64 bits)
{
	struct slub_site site;
	u8 *at;

	slub_site_of(w->model, object, &site);
	at = (u8 *)object_pointer(w, object) + site.l.offset;
	for (unsigned i = 0; i < WORD; i++)
		store_byte(at + i, load_byte(at + i) ^ (u8)(bits >> 8 * i));
	model_slub_flipped(w->model, object, bits);
}

/* Of the highest byte alone: as long as any differ it leads out of every slab, however often it is turned over. */
u64 client_pointer_bits(u8 pattern)
{
	return (u64)(pattern | 0x40u) << 56;
}

/* Of an object of a SLAB_TYPESAFE_BY_RCU cache readers may look at what was freed meanwhile: no tool forbids it. */
static bool readers_may_look(const struct world *w, u64 at, u64 object)
{
	const struct model_cache *c = model_cache(w->model, model_cache_of(w->model, at));

	return c && (c->flags & SLAB_TYPESAFE_BY_RCU) && at >= object && at < object + c->object_size;
}

/* An object of a cache that others share may be larger than its owner asked for, and may not: whoever came first decides. */
static bool may_be_larger(const struct world *w, u64 at, u64 object, const struct object_slot *owner)
{
	const struct model_cache *c = model_cache(w->model, model_cache_of(w->model, at));
	bool by_size = owner >= w->kmalloc && owner < w->kmalloc + NR_SLOTS;

	return !by_size && at >= object + owner->size && at < object + c->object_size;
}

/* S53: what the tool says of one byte. */
static const char *judge_tool(struct world *w, u64 at)
{
	int forbidden = tool_asks_poisoned(object_pointer(w, at), 1);
	u64 object = model_object_at(w->model, at);
	bool live = object != MODEL_NO_ADDRESS && model_object_is_live(w->model, object), his;
	const struct object_slot *owner = live ? client_find_owner(w, object) : NULL;

	if (forbidden < 0 || (live && !owner))
		return NULL;
	his = live && at >= object && at < object + owner->size;
	if (his != forbidden || (!live && object != MODEL_NO_ADDRESS && readers_may_look(w, at, object)))
		return NULL;
	if (live && may_be_larger(w, at, object, owner))
		return NULL;
	return world_says(w, "S53: byte %#llx %s, and the tool %s it", (unsigned long long)at,
			  his ? "belongs to an owner" : "belongs to nobody", his ? "forbids" : "lets anybody touch");
}

/* What is behind the owner's bytes is not zero any more either, should krealloc() give him more. */
static void spoil_owner(struct world *w, const struct slub_site *site, u64 object, struct span s)
{
	struct object_slot *owner = model_object_is_live(w->model, object) ? client_find_owner(w, object) : NULL;

	if (!owner)
		return;
	if (meets(s, 0, owner->size))
		model_slub_spoil(w->model, object);
	if (meets(s, owner->size, site->l.object_size))
		owner->zero_behind = false;
}

static void write_slot(struct world *w, const struct slub_site *site, u64 object, struct span s, u8 pattern)
{
	s64 pointer = site->l.offset;
	bool outside = slub_pointer_outside(&site->l) || !model_object_is_live(w->model, object);

	for (s64 i = s.from; i < s.to; i++) {
		u8 byte = (u8)(pattern + i * 37);

		if (outside && i >= pointer && i < pointer + WORD)
			continue;
		store_byte((u8 *)object_pointer(w, object + (u64)i), byte);
		model_slub_wrote(w->model, object + (u64)i, byte);
	}
	if (outside && meets(s, pointer, pointer + WORD))
		client_flip_pointer(w, object, client_pointer_bits(pattern));
	spoil_owner(w, site, object, s);
}

static void write_tail(struct world *w, u64 from, u64 to, u8 pattern)
{
	for (u64 at = from; at < to; at++) {
		store_byte((u8 *)object_pointer(w, at), (u8)(pattern + at * 37));
		model_slub_wrote(w->model, at, (u8)(pattern + at * 37));
	}
}

const char *client_write(struct world *w, u64 at, u32 bytes, u8 pattern)
{
	const char *bad = NULL;
	struct slub_site site;
	u64 tail;

	slub_site_of(w->model, at, &site);
	tail = site.base + (u64)site.objects * site.l.size;
	for (u64 a = at; !bad && a < at + bytes; a++)
		bad = judge_tool(w, a);
	for (u64 i = slot_index(&site, at); i < site.objects && i <= slot_index(&site, at + bytes - 1); i++) {
		u64 object = object_of_slot(&site, i);

		write_slot(w, &site, object, span_in(&site, object, at, bytes), pattern);
	}
	write_tail(w, max_of(at, tail), at + bytes, pattern);
	return bad;
}

void client_write_unseen(struct world *w, u64 at, u32 bytes, u8 pattern)
{
	for (u64 a = at; a < at + bytes; a++)
		store_byte((u8 *)object_pointer(w, a), (u8)(pattern + a * 37));
}
