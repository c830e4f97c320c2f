/* SPDX-License-Identifier: GPL-2.0-only */
/* slab_client.h - what clients of caches do to memory that is not theirs: whose it is, and whether anybody would follow it. */
#ifndef LOCKSTEP_SLAB_CLIENT_H
#define LOCKSTEP_SLAB_CLIENT_H

#include "model_kmalloc.h"
#include "model_slub.h"
#include "world.h"

/* Which slot has the live object that begins there; NULL none. */
struct object_slot *client_find_owner(struct world *w, u64 object);
/* Does this address lie in a slab that is somewhere, and not on its way? */
bool client_slab_is_there(struct world *w, u64 at);
/* Does an object of this slab wait for a grace period? */
bool client_slab_waits(struct world *w, const struct slub_site *site);
/*
 * May [at, at + bytes) be overwritten? All of it lies in one slab; nobody's free pointer is hit, or whoever follows it looks
 * first; no track, nothing that mm itself keeps in an object, no constructed object, and nobody is at work.
 */
bool client_may_write(struct world *w, u64 at, u32 bytes);
/* Each byte is another one; free pointers are turned over. NULL, or what the tool says wrongly of these bytes. */
const char *client_write(struct world *w, u64 at, u32 bytes, u8 pattern);
/* The same, and nobody hears of it. */
void client_write_unseen(struct world *w, u64 at, u32 bytes, u8 pattern);
/* Turn these bits of the free pointer over. */
u64 client_pointer_bits(u8 pattern);
void client_flip_pointer(struct world *w, u64 object, u64 bits);

#endif
