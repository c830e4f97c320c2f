/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_debug_internal.h - what slub_debug.c finds and slub_report.c says.
 *
 * Everything here announces itself once: EVENT_SLUB_REPORT for a head `BUG ...`, for a line of damaged bytes, and for a
 * `FIX ...`. The head over damaged bytes is part of their line.
 */
#ifndef MM_SLUB_DEBUG_INTERNAL_H
#define MM_SLUB_DEBUG_INTERNAL_H

#include "slab_internal.h"

#define NS_PER_JIFFY 1000000

/* [from, to) should hold one byte all over, and its first and last one do not. */
struct damage {
	u8 *from, *to;
	u8 should_be;
	const char *where; /* as texts call it: "Left Redzone" */
	u8 what;	   /* enum slub_report */
};

/* Where what is known of a slot ends, from the object on: padding follows. */
static inline u32 end_of_metadata(const struct kmem_cache *s)
{
	u32 end = get_info_end(s);

	if (s->flags & SLAB_STORE_USER)
		end += 2 * (u32)sizeof(struct track);
	if (slub_debug_orig_size(s))
		end += (u32)sizeof(u64);
	return end;
}

/* A head and what is around it. [S33] [S36] */
void object_err(const struct kmem_cache *s, const struct slab *slab, const void *object, enum slub_report what,
		const char *words);
/* s NULL: nobody knows whose slab it is. */
void slab_err(const struct kmem_cache *s, const struct slab *slab, enum slub_report what, const char *words);
/* Two numbers among the words. */
void slab_err_numbers(const struct kmem_cache *s, const struct slab *slab, enum slub_report what, const char *before, u64 a,
		      const char *between, u64 b, const char *after);
/* Bytes of an object; with_object: the first damage of it that was found just now, so it is shown. */
void bytes_err(const struct kmem_cache *s, const struct slab *slab, const void *object, const struct damage *d,
	       bool with_object);
/* Bytes behind the last slot; pad: where they begin. */
void padding_err(const struct kmem_cache *s, const struct slab *slab, const struct damage *d, const u8 *pad);
void slab_fix(const struct kmem_cache *s, enum slub_report what, const void *about, const char *words);
/* words, the address, more words */
void slab_fix_object(const struct kmem_cache *s, enum slub_report what, const void *object, const char *before,
		     const char *after);
void slab_err_object(const struct kmem_cache *s, const struct slab *slab, enum slub_report what, const void *object,
		     const char *before, const char *after);
/* [S37] The bytes are what they should be again, from the first bad one to the last. */
void restore_bytes(const struct kmem_cache *s, const struct damage *d, const void *about);
/* [S30] T */
void trace_object(const struct kmem_cache *s, const struct slab *slab, const void *object, bool alloc);
/* Which objects of a slab are free: a bit each. */
struct object_map {
	u64 word[(MAX_OBJS_PER_SLAB + 63) / 64];
};
void fill_map(struct object_map *map, const struct kmem_cache *s, const struct slab *slab);
static inline bool map_has(const struct object_map *map, u32 index)
{
	return map->word[index / 64] >> index % 64 & 1;
}

#endif
