// SPDX-License-Identifier: GPL-2.0-only
/*
 * prop_slab_debug.c - laws of slab debugging: what is nobody's own is watched, what is one's own may be written.
 *
 * A slot, with all flags; what else is there depends on them [S2]:
 *
 *   | left redzone | object | right redzone | free pointer | tracks, orig_size | padding |    and the slab's end: padding
 *   Z                P, if    Z, else P:                     nobody looks        P            P
 *                    free     alignment padding
 */
#include <stdlib.h>
#include <string.h>
#include "slab_laws.h"
#include "tool.h"

#define TABLES (TABLE_SLAB | TABLE_KMALLOC)

static const struct place plain = { 0, CONTEXT_TASK };

static u64 dice(const struct prop_run *r, u64 n)
{
	return mix(r->played->header.seed ^ 0x64656267, n);
}

static struct slab_cache_figures figures_of(const struct kmem_cache *s)
{
	for (unsigned id = 1; id < SLAB_MAX_CACHES; id++)
		if (slab_cache_by_id(id) == s)
			return slab_figures(id);
	return (struct slab_cache_figures){ 0 };
}

/* --- a byte that is nobody's -------------------------------------------------------------------------------------- */

enum watched { WATCHED, UNWATCHED, NOT_TRIED };

/* The byte at this offset from the beginning of an object's own bytes; nothing of its slot is before -red_left_pad. */
static enum watched watches(const struct slab_cache_figures *f, s64 offset, bool live)
{
	bool redzone = f->flags & SLAB_RED_ZONE, poison = f->flags & SLAB_POISON;
	s64 inuse = f->inuse, end = f->offset >= f->inuse ? inuse + 8 : inuse;
	s64 known = end + (f->flags & SLAB_STORE_USER ? 2 * 32 : 0);

	if (offset < 0)
		return redzone ? WATCHED : UNWATCHED;
	if (offset - (s64)f->offset >= 0 && offset - (s64)f->offset < 8)
		return NOT_TRIED; /* a pointer: what is said depends on where it leads */
	if (offset < (s64)f->object_size)
		return live ? NOT_TRIED : poison ? WATCHED : UNWATCHED;
	if (offset < inuse)
		return redzone || poison ? WATCHED : UNWATCHED;
	if (offset < known)
		return UNWATCHED;
	return poison ? WATCHED : UNWATCHED;
}

#if defined(TOOL_ASAN) || defined(TOOL_MSAN) || defined(MMCHECK_VALGRIND)
no_tool
#endif
static void stray_store(u8 *at, u8 change)
{
	TOOL_SILENT(*(volatile u8 *)at ^= change);
}

/* The first range of addresses in a text: is this one in it? */
static bool range_has(const char *text, u64 address)
{
	const char *at = strstr(text, "overwritten] 0x");
	u64 first, last;

	if (!at)
		at = strstr(text, "Padding overwritten. 0x");
	if (!at)
		return false;
	at = strstr(at, "0x");
	first = strtoull(at, NULL, 16);
	at = strchr(at, '-');
	last = at ? strtoull(at + 1, NULL, 16) : 0;
	return first <= address && address <= last;
}

static bool is_told(struct prop_run *r, struct kmem_cache *s, u64 address, enum watched watched, const char *what)
{
	long damaged;
	const char *text = law_validate(r, s, &damaged);

	if (!text)
		return false;
	if (watched == UNWATCHED)
		return !damaged || prop_fail(r, "%s: nobody watches this byte, and damage is reported", what);
	if (!damaged || !strstr(text, "BUG "))
		return prop_fail(r, "%s: nothing is reported", what);
	if (!range_has(text, address + SIM_DIRECT_MAP))
		return prop_fail(r, "%s: what is reported is not at %#llx", what, ull(address + SIM_DIRECT_MAP));
	if (!law_validate(r, s, &damaged))
		return false;
	return !damaged || prop_fail(r, "%s: it was repaired, and is reported once more", what);
}

/* Somewhere in the slot of a live object, of one that was freed, or behind the last slot. */
static bool damage_one(struct prop_run *r, const struct slab_cache_figures *f, struct kmem_cache *s, void *live, void *freed, u64 n)
{
	u64 base = slab_address(live) >> (PAGE_SHIFT + f->order) << (PAGE_SHIFT + f->order), end = (u64)f->size * f->objects;
	u64 pad = (PAGE_SIZE << f->order) - end, where = dice(r, n) % (2 * (u64)f->size + pad);
	bool is_live = where < f->size;
	s64 offset = (s64)(where % f->size) - f->red_left_pad;
	enum watched watched;
	u64 address;
	char what[120];

	if (where >= 2 * (u64)f->size) {
		address = base + end + (where - 2 * (u64)f->size);
		watched = f->flags & SLAB_POISON ? WATCHED : UNWATCHED;
		snprintf(what, sizeof(what), "flags %#x, byte %llu behind the last object", f->flags, ull(address - base - end));
	} else {
		address = slab_address(is_live ? live : freed) + (u64)offset;
		watched = watches(f, offset, is_live);
		snprintf(what, sizeof(what), "flags %#x, byte %lld of %s object of %u bytes", f->flags, (long long)offset,
			 is_live ? "a live" : "a free", f->object_size);
	}
	if (watched == NOT_TRIED)
		return true;
	stray_store(slab_pointer(address), (u8)(1 + dice(r, n + 500) % 255));
	return is_told(r, s, address, watched, what);
}

static bool damage_holds(struct prop_run *r, const struct program *p)
{
	static const u16 sizes[] = { 8, 12, 24, 32, 60, 64, 100, 256, 1000 };
	struct law_cache c = { .name = "law" };
	struct law_take t = { .gfp = GFP_KERNEL, .nid = NUMA_NO_NODE, .nr = 3 };
	struct law_give g = { .nr = 1 };
	struct slab_cache_figures f;

	if (!play(r, p, NULL))
		return false;
	if (!r->w->slab_up)
		return true;
	c.size = sizes[dice(r, 1) % ARRAY_SIZE(sizes)];
	c.flags = SLAB_NO_MERGE | (dice(r, 2) & 1 ? SLAB_RED_ZONE : 0) | (dice(r, 2) & 2 ? SLAB_POISON : 0) |
		  (dice(r, 2) & 4 ? SLAB_STORE_USER : 0) | (dice(r, 2) & 8 ? SLAB_CONSISTENCY_CHECKS : 0);
	if (!(c.flags & (SLAB_RED_ZONE | SLAB_POISON)))
		c.flags |= SLAB_RED_ZONE;
	if (!law_create(r, &c))
		return !r->verdict.failed;
	t.s = g.s = c.s;
	if (!law_take(r, plain, &t))
		return false;
	if (t.got < 3)
		return true;
	g.at[0] = t.at[1];
	if (!law_give(r, plain, &g))
		return false;
	f = figures_of(c.s);
	state_mark(r);
	for (u64 i = 0; i < 12; i++)
		if (!damage_one(r, &f, c.s, t.at[0], t.at[1], 10 + i) || !state_return(r))
			return false;
	return true;
}

const struct prop damage_is_told_where_it_is = {
	"damage_is_told_where_it_is",
	"a changed byte outside live objects is reported with its address, once, or lies where these flags do not look",
	TABLES,
	damage_holds,
};

/* --- what is one's own -------------------------------------------------------------------------------------------- */

static bool write_all(struct prop_run *r, const struct law_hold *h, void *at)
{
	if (!h->ctor)
		law_fill(r, at, h->bytes, (u8)dice(r, slab_address(at)));
	return true;
}

static bool nothing_is_said(struct prop_run *r)
{
	for (unsigned id = 1; id < SLAB_MAX_CACHES; id++) {
		struct kmem_cache *s = slab_cache_by_id(id);
		long damaged = 0;
		const char *text;

		if (!s)
			continue;
		text = law_validate(r, s, &damaged);
		if (!text)
			return false;
		if (damaged > 0 || strstr(text, "BUG "))
			return prop_fail(r, "cache %s: owners wrote what is theirs, and it is damage: %.80s", kmem_cache_name(s),
					 strstr(text, "BUG ") ? strstr(text, "BUG ") : "");
	}
	return true;
}

/* A cache with all flags is there in any case. */
static bool writing_holds(struct prop_run *r, const struct program *p)
{
	struct law_cache c = { .name = "law", .flags = SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER };
	struct law_take t = { .gfp = GFP_KERNEL, .nid = NUMA_NO_NODE, .nr = 20 };
	struct law_give g;

	if (!play(r, p, NULL))
		return false;
	if (!r->w->slab_up)
		return true;
	c.size = 8 + (u32)(dice(r, 1) % 300);
	if (!law_create(r, &c))
		return !r->verdict.failed;
	t.s = c.s;
	if (!law_take(r, plain, &t))
		return false;
	for (unsigned i = 0; i < t.got; i++)
		law_fill(r, t.at[i], c.size, (u8)dice(r, i));
	if (!law_for_each(r, write_all) || !nothing_is_said(r))
		return false;
	g = (struct law_give){ .s = c.s, .nr = t.got };
	memcpy(g.at, t.at, sizeof(g.at));
	return law_give(r, plain, &g) && nothing_is_said(r);
}

const struct prop what_is_ones_own_may_be_written = {
	"what_is_ones_own_may_be_written",
	"whatever owners write into their objects, no check finds damage",
	TABLES,
	writing_holds,
};
