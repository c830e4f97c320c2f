/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model_slub_debug.h - which bytes around objects are known under a cache's flags, what clients did to them, and which reports
 * are due when somebody looks.
 *
 * A layout, the bytes that were damaged and what is known of an object go in; reports come out, in order. Nothing here asks the
 * rest of the model. What the model keeps of each object and slab, and how events and texts are judged, is in slub_judge.c.
 */
#ifndef MODEL_MODEL_SLUB_DEBUG_H
#define MODEL_MODEL_SLUB_DEBUG_H

#include "slab.h"
#include "trace_events.h"

/* Of a cache, or of the layout of one. */
#define HAS_F(of) ((of)->flags & SLAB_CONSISTENCY_CHECKS)
#define HAS_Z(of) ((of)->flags & SLAB_RED_ZONE)
#define HAS_P(of) ((of)->flags & SLAB_POISON)
#define HAS_U(of) ((of)->flags & SLAB_STORE_USER)

/* A slot, in bytes; inuse and offset count from the object. [S1] [S2] */
struct slub_layout {
	slab_flags_t flags;
	u32 size, object_size, inuse, offset, red_left_pad;
	bool poison;	 /* the object too: no constructor, no SLAB_TYPESAFE_BY_RCU */
	bool keeps_size; /* what was asked for: orig_size */
};

/* What was written around and into an object when it changed hands. */
struct slub_object {
	u64 address;
	bool used; /* patterns of an object in use */
	u32 orig;  /* bytes asked for, while it is in use and the layout keeps it; else the whole object */
};

/* Bytes that hold something else than the allocator wrote there, and free pointers that were turned over. */
struct slub_stray {
	u64 at;
	u8 byte;
};
struct slub_pointer {
	u64 object;
	u64 flipped; /* bits that differ from what is stored by right */
};
struct slub_damage {
	u32 nr, room, nr_pointers, pointer_room;
	struct slub_stray *stray;
	struct slub_pointer *pointer;
};

void slub_damage_free(struct slub_damage *d);
/* A client wrote this byte. */
void slub_damage_byte(struct slub_damage *d, u64 at, u8 byte);
/* A client turned these bits of an object's free pointer over. */
void slub_damage_pointer(struct slub_damage *d, u64 object, u64 bits);
/* The allocator wrote [from, to) anew. */
void slub_damage_forget(struct slub_damage *d, u64 from, u64 to);
/* The allocator stored this object's free pointer anew. */
void slub_pointer_forget(struct slub_damage *d, u64 object);
/* Which bits of it are turned over; is one? */
u64 slub_pointer_flipped(const struct slub_damage *d, u64 object);
bool slub_pointer_is_bad(const struct slub_damage *d, u64 object);
bool slub_damage_any(const struct slub_damage *d, u64 from, u64 to);

/* One thing that must be said: an event, and lines of text. */
struct slub_due {
	u8 report; /* enum slub_report */
	u8 byte, expected; /* first damaged byte; what all of them should be */
	u8 region;	   /* of FIX Restoring: what it restores */
	bool head;	   /* of damage: the object's head and trailer follow, as nothing was found in it before */
	u64 address;	   /* the object, or the slab's first byte */
	u64 first, last;   /* damaged bytes */
	u32 found, should; /* of what was counted */
};
#define SLUB_MAX_DUE 48
struct slub_dues {
	u32 nr;
	bool vague; /* bytes were looked at that the model does not know */
	/* Told of each as it is added, while the damage is still there; NULL: nobody listens. */
	void (*say)(void *arg, const struct slub_due *due);
	void *arg;
	struct slub_due due[SLUB_MAX_DUE];
};

/* Where the bytes behind the free pointer begin, where the tracks end, and what a slot has from the object on. */
u32 slub_info_end(const struct slub_layout *l);
u32 slub_meta_end(const struct slub_layout *l);
static inline u32 slub_room(const struct slub_layout *l)
{
	return l->size - l->red_left_pad;
}
static inline bool slub_pointer_outside(const struct slub_layout *l)
{
	return l->offset >= l->inuse;
}

/* What the allocator wrote at this byte, counted from the object: -1 nothing that is known. [S2] [S3] [S4] */
int slub_written(const struct slub_layout *l, struct slub_object o, s64 offset);
/* What is there now; -1 unknown. */
int slub_byte(const struct slub_layout *l, const struct slub_damage *d, struct slub_object o, s64 offset);
/*
 * An object is looked at as one in use, or as a free one: what is damaged is said, and repaired. true: nothing was. [S32] [S37]
 */
bool slub_check_object(const struct slub_layout *l, struct slub_damage *d, struct slub_object o, bool as_used,
		       struct slub_dues *out);
/* The end of a slab, behind its last slot. */
void slub_check_padding(const struct slub_layout *l, struct slub_damage *d, u64 base, u64 bytes, struct slub_dues *out);
/* Patterns of an object that changes hands: what was damaged there is written over. [S3] */
void slub_init_object(const struct slub_layout *l, struct slub_damage *d, struct slub_object o);

void slub_add_due(struct slub_dues *out, struct slub_due due);

#endif
