/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_overwrite.c - a stray store into what is kept about a slab. Nothing of mm calls it: who tests the checks does, and puts
 * back what was there.
 *
 * Locks: none; nobody else may be at work.
 */
#include "slab_internal.h"

static u32 overwrite_is_slab(struct slab *slab, u32 value)
{
	u32 old = !!(slab->flags & PG_slab);

	WRITE_ONCE(slab->flags, value ? slab->flags | PG_slab : slab->flags & ~(u32)PG_slab);
	return old;
}

u32 slab_overwrite(const void *p, enum slab_field field, u32 value)
{
	struct slab *slab = (struct slab *)virt_to_head_page(p);
	struct slab_counters c = slab_counters(slab);
	u32 old = c.objects;

	if (field == SLAB_FIELD_IS_SLAB)
		return overwrite_is_slab(slab, value);
	if (field == SLAB_FIELD_OBJECTS) {
		c.objects = (u16)value;
	} else if (field == SLAB_FIELD_INUSE) {
		old = c.inuse;
		c.inuse = (u16)value;
	} else {
		old = c.freelist;
		c.freelist = value;
	}
	set_counters(slab, c);
	return old;
}
