/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_debug.c - the bytes of a slot under each set of flags, what is wrong with them, and what must be said of it.
 *
 *   [left redzone][object][right redzone, up to inuse][free pointer][tracks][orig_size][padding]
 *
 *   flag  region             in use   free           looked at
 *   Z     redzones           0xcc     0xbb           as used, as free
 *   Z U   [orig_size, object_size) of kmalloc's      0xcc as used
 *   P     object             client's 0x6b.. 0xa5    as free
 *   P     padding, and what a redzone would be without Z: 0x5a always
 *
 * Whatever a client writes elsewhere is seen by nobody here. Damage is repaired from the first bad byte to the last, so that
 * a second look finds nothing; bytes between them that were right are right afterwards.
 */
#include <stdlib.h>
#include <string.h>
#include "model_slub_debug.h"

enum { RED_FREE = 0xbb, RED_USED = 0xcc, POISON_BYTE = 0x6b, POISON_LAST = 0xa5, NEVER_USED = 0x5a };
#define WORD	    8u
#define TRACK_BYTES 32u

/* --- damage -------------------------------------------------------------------------------------------------------------- */

void slub_damage_free(struct slub_damage *d)
{
	free(d->stray);
	free(d->pointer);
	memset(d, 0, sizeof(*d));
}

static void *grow(void *array, u32 *room, size_t bytes)
{
	*room = *room ? *room * 2 : 64;
	return realloc(array, *room * bytes);
}

/* They are in order: after a lost free list there are tens of thousands. The first that is not before `at`. */
static u32 first_stray(const struct slub_damage *d, u64 at)
{
	u32 low = 0, high = d->nr;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (d->stray[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct slub_stray *stray_at(const struct slub_damage *d, u64 at)
{
	u32 i = first_stray(d, at);

	return i < d->nr && d->stray[i].at == at ? &d->stray[i] : NULL;
}

void slub_damage_byte(struct slub_damage *d, u64 at, u8 byte)
{
	u32 i = first_stray(d, at);

	if (i == d->nr || d->stray[i].at != at) {
		if (d->nr == d->room)
			d->stray = grow(d->stray, &d->room, sizeof(*d->stray));
		memmove(d->stray + i + 1, d->stray + i, (d->nr++ - i) * sizeof(*d->stray));
	}
	d->stray[i] = (struct slub_stray){ at, byte };
}

static struct slub_pointer *pointer_of(const struct slub_damage *d, u64 object)
{
	for (u32 i = 0; i < d->nr_pointers; i++)
		if (d->pointer[i].object == object)
			return &d->pointer[i];
	return NULL;
}

void slub_pointer_forget(struct slub_damage *d, u64 object)
{
	struct slub_pointer *p = pointer_of(d, object);

	if (p)
		*p = d->pointer[--d->nr_pointers];
}

void slub_damage_pointer(struct slub_damage *d, u64 object, u64 bits)
{
	struct slub_pointer *p = pointer_of(d, object);

	if (!p) {
		if (d->nr_pointers == d->pointer_room)
			d->pointer = grow(d->pointer, &d->pointer_room, sizeof(*d->pointer));
		p = &d->pointer[d->nr_pointers++];
		*p = (struct slub_pointer){ object, 0 };
	}
	p->flipped ^= bits;
	if (!p->flipped)
		slub_pointer_forget(d, object);
}

u64 slub_pointer_flipped(const struct slub_damage *d, u64 object)
{
	const struct slub_pointer *p = pointer_of(d, object);

	return p ? p->flipped : 0;
}

bool slub_pointer_is_bad(const struct slub_damage *d, u64 object)
{
	return slub_pointer_flipped(d, object) != 0;
}

void slub_damage_forget(struct slub_damage *d, u64 from, u64 to)
{
	u32 first = first_stray(d, from), end = first_stray(d, to);

	if (first >= end)
		return;
	memmove(d->stray + first, d->stray + end, (d->nr - end) * sizeof(*d->stray));
	d->nr -= end - first;
}

static bool any_stray(const struct slub_damage *d, u64 from, u64 to)
{
	u32 i = first_stray(d, from);

	return i < d->nr && d->stray[i].at < to;
}

bool slub_damage_any(const struct slub_damage *d, u64 from, u64 to)
{
	if (any_stray(d, from, to))
		return true;
	for (u32 i = 0; i < d->nr_pointers; i++)
		if (d->pointer[i].object >= from && d->pointer[i].object < to)
			return true;
	return false;
}

/* --- the map of a slot [S2] ------------------------------------------------------------------------------------------------ */

u32 slub_info_end(const struct slub_layout *l)
{
	return slub_pointer_outside(l) ? l->inuse + WORD : l->inuse;
}

u32 slub_meta_end(const struct slub_layout *l)
{
	return slub_info_end(l) + (HAS_U(l) ? 2 * TRACK_BYTES : 0) + (l->keeps_size ? WORD : 0);
}

/* Where the owner's bytes end: what is behind them in the object is a redzone. [S4] */
static u32 owned_bytes(const struct slub_layout *l, struct slub_object o)
{
	return HAS_Z(l) && l->keeps_size && o.used ? o.orig : l->object_size;
}

static int written_in_object(const struct slub_layout *l, struct slub_object o, u32 offset)
{
	if (offset >= owned_bytes(l, o))
		return RED_USED;
	if (o.used || !l->poison)
		return -1;
	return offset == l->object_size - 1 ? POISON_LAST : POISON_BYTE;
}

int slub_written(const struct slub_layout *l, struct slub_object o, s64 offset)
{
	if (offset >= 0 && offset < l->object_size)
		return written_in_object(l, o, (u32)offset);
	if (HAS_Z(l) && offset < l->inuse)
		return o.used ? RED_USED : RED_FREE;
	if (HAS_P(l) && (offset < l->inuse || offset >= slub_meta_end(l)))
		return NEVER_USED;
	return -1;
}

int slub_byte(const struct slub_layout *l, const struct slub_damage *d, struct slub_object o, s64 offset)
{
	const struct slub_stray *s = d->nr ? stray_at(d, o.address + (u64)offset) : NULL;

	return s ? s->byte : slub_written(l, o, offset);
}

/* --- looking ------------------------------------------------------------------------------------------------------------------ */

void slub_add_due(struct slub_dues *out, struct slub_due due)
{
	if (out->say)
		out->say(out->arg, &due);
	if (out->nr < SLUB_MAX_DUE)
		out->due[out->nr++] = due;
}

/* Bytes [first, last] are put right: those the allocator wrote so anyway are simply not damaged any more. */
static void repair(const struct slub_layout *l, struct slub_damage *d, struct slub_object o, struct slub_due due)
{
	slub_damage_forget(d, due.first, due.last + 1);
	for (u64 at = due.first; at <= due.last; at++)
		if (slub_written(l, o, (s64)(at - o.address)) != due.expected)
			slub_damage_byte(d, at, due.expected);
}

/* bytes from offset on must all be `expected`. */
static bool check_region(const struct slub_layout *l, struct slub_damage *d, struct slub_object o, u32 report, s64 offset,
			 u32 bytes, u8 expected, bool head, struct slub_dues *out)
{
	struct slub_due due = { .report = (u8)report, .expected = expected, .address = o.address, .head = head };
	bool found = false, strays = any_stray(d, o.address + (u64)offset, o.address + (u64)offset + bytes);

	for (s64 i = offset; i < offset + (s64)bytes; i++) {
		int byte = strays ? slub_byte(l, d, o, i) : slub_written(l, o, i);

		out->vague |= byte < 0;
		if (byte < 0 || byte == expected)
			continue;
		due.last = o.address + (u64)i;
		if (!found) {
			due.first = due.last;
			due.byte = (u8)byte;
		}
		found = true;
	}
	if (!found)
		return true;
	slub_add_due(out, due);
	due.region = due.report;
	due.report = SLUB_FIX_RESTORING;
	slub_add_due(out, due);
	repair(l, d, o, due);
	return false;
}

static bool check_redzones(const struct slub_layout *l, struct slub_damage *d, struct slub_object o, bool as_used,
			   struct slub_dues *out)
{
	u8 red = as_used ? RED_USED : RED_FREE;
	u32 right = l->inuse - l->object_size;
	bool good = check_region(l, d, o, SLUB_LEFT_REDZONE, -(s64)l->red_left_pad, l->red_left_pad, red, true, out);

	good &= check_region(l, d, o, SLUB_RIGHT_REDZONE, l->object_size, right, red, good, out);
	if (l->keeps_size && as_used && o.orig < l->object_size)
		good &= check_region(l, d, o, SLUB_KMALLOC_REDZONE, o.orig, l->object_size - o.orig, RED_USED, good, out);
	return good;
}

static bool check_poison(const struct slub_layout *l, struct slub_damage *d, struct slub_object o, struct slub_dues *out,
			 bool good)
{
	good &= check_region(l, d, o, SLUB_POISON, 0, l->object_size - 1, POISON_BYTE, good, out);
	return good & check_region(l, d, o, SLUB_END_POISON, l->object_size - 1, 1, POISON_LAST, good, out);
}

/* Nothing was damaged, and it was written as what it is now taken for. */
static bool nothing_to_find(const struct slub_layout *l, const struct slub_damage *d, struct slub_object o, bool as_used)
{
	u64 from = o.address - l->red_left_pad;

	return o.used == as_used && (!(d->nr | d->nr_pointers) || !slub_damage_any(d, from, from + l->size));
}

bool slub_check_object(const struct slub_layout *l, struct slub_damage *d, struct slub_object o, bool as_used,
		       struct slub_dues *out)
{
	u32 meta = slub_meta_end(l);
	bool good = true;

	if (nothing_to_find(l, d, o, as_used))
		return true;
	if (HAS_Z(l))
		good = check_redzones(l, d, o, as_used, out);
	else if (HAS_P(l))
		good = check_region(l, d, o, SLUB_ALIGNMENT_PADDING, l->object_size, l->inuse - l->object_size, NEVER_USED,
				    true, out);
	if (!as_used && l->poison)
		good = check_poison(l, d, o, out, good);
	if (HAS_P(l)) /* whatever was found before, this says all of it again */
		good &= check_region(l, d, o, SLUB_OBJECT_PADDING, meta, slub_room(l) - meta, NEVER_USED, true, out);
	if ((slub_pointer_outside(l) || !as_used) && slub_pointer_is_bad(d, o.address)) {
		slub_add_due(out, (struct slub_due){ .report = SLUB_FREEPOINTER, .address = o.address, .head = true });
		slub_pointer_forget(d, o.address);
		good = false;
	}
	return good;
}

void slub_check_padding(const struct slub_layout *l, struct slub_damage *d, u64 base, u64 bytes, struct slub_dues *out)
{
	struct slub_due due = { .report = SLUB_PADDING, .expected = NEVER_USED, .address = base };
	u64 from = base + bytes - bytes % l->size;
	bool found = false;

	if (!HAS_P(l) || !any_stray(d, from, base + bytes))
		return;
	for (u64 at = from; at < base + bytes; at++) {
		const struct slub_stray *s = stray_at(d, at);

		if (!s || s->byte == NEVER_USED)
			continue;
		due.last = at;
		if (!found) {
			due.first = at;
			due.byte = s->byte;
		}
		found = true;
	}
	if (!found)
		return;
	slub_add_due(out, due);
	slub_damage_forget(d, due.first, due.last + 1);
	due.region = due.report;
	due.report = SLUB_FIX_RESTORING;
	slub_add_due(out, due);
}

void slub_init_object(const struct slub_layout *l, struct slub_damage *d, struct slub_object o)
{
	u64 object = o.address;

	if (HAS_Z(l)) {
		slub_damage_forget(d, object - l->red_left_pad, object);
		slub_damage_forget(d, object + owned_bytes(l, o), object + l->inuse);
	}
	if (l->poison || o.used) /* an owner's bytes are his own */
		slub_damage_forget(d, object, object + owned_bytes(l, o));
}
