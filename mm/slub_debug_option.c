/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_debug_option.c - slab_debug=, and what it means for a cache.
 *
 *   slab_debug=F              F for every cache
 *   slab_debug=FZ,dentry,kmalloc-*;P,inode_cache
 *              '----- block -----' '--- block --'
 *
 *   block     letters, or letters and a list of names behind a comma; letters alone are for all caches, and the last such
 *             block counts
 *   letters   F checks  Z redzones  P poison  U who  T trace  A failslab  O off where it costs an order  - none so far
 *             no letters before a list: FZPU; no option at all behind the `=`: FZPU for all
 *   name      the cache's own, or its beginning up to a `*`
 *
 * A cache is for the first block that lists it; if none does, it is for all's. So `slab_debug=FZ;-,dentry` leaves dentry out.
 *
 * Invariants:
 *   [S30] flags of a cache are those it was created with, and those of one block: never of two
 * Locks: none. The string is written before the first cache, and never again.
 * Unlike Linux: a list ends at its semicolon even if no block follows; no flag of a cache keeps it out of slab_debug=.
 */
#include <errno.h>
#include "slab_internal.h"

#define DEBUG_DEFAULT_FLAGS (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

struct debug_block {
	slab_flags_t flags;
	const char *caches; /* NULL: the block is for all */
	bool off_if_larger;
	bool unknown; /* one of its letters is nobody's */
};

/* --- letters ------------------------------------------------------------------------------------------------------- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static slab_flags_t flag_of(char letter)
{
	static const struct {
		char letter;
		slab_flags_t flag;
	} known[] = { { 'f', SLAB_CONSISTENCY_CHECKS }, { 'z', SLAB_RED_ZONE }, { 'p', SLAB_POISON },
		      { 'u', SLAB_STORE_USER },	       { 't', SLAB_TRACE },    { 'a', SLAB_FAILSLAB } };

	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].letter == letter)
			return known[i].flag;
	return 0;
}

/* false: nobody knows it. */
static bool take_letter(struct debug_block *b, char letter)
{
	slab_flags_t flag = flag_of(letter);

	if (letter == '-')
		b->flags = 0;
	else if (letter == 'o')
		b->off_if_larger = true;
	b->flags |= flag;
	return flag || letter == '-' || letter == 'o';
}

/* --- blocks -------------------------------------------------------------------------------------------------------- */

static bool ends_list(char c)
{
	return !c || c == ';';
}

static const char *skip_semicolons(const char *at)
{
	while (*at == ';')
		at++;
	return at;
}

/* says: what is wrong with it is logged. Returns where the next block begins. */
static const char *parse_block(const char *at, struct debug_block *b, bool says)
{
	*b = (struct debug_block){ .flags = *at == ',' ? DEBUG_DEFAULT_FLAGS : 0 };
	for (; *at != ',' && !ends_list(*at); at++) {
		if (take_letter(b, lower(*at)))
			continue;
		b->unknown = true;
		if (says)
			sim_log("slab_debug option '%c' unknown. skipped\n", *at);
	}
	if (*at == ',')
		b->caches = ++at;
	while (!ends_list(*at))
		at++;
	return skip_semicolons(at);
}

/* Up to the next comma. */
static bool names_cache(const char *pattern, const char *name)
{
	for (; *pattern != ',' && !ends_list(*pattern); pattern++, name++) {
		if (*pattern == '*')
			return true;
		if (*pattern != *name)
			return false;
	}
	return !*name;
}

static bool lists_cache(const char *pattern, const char *name)
{
	while (!ends_list(*pattern)) {
		if (names_cache(pattern, name))
			return true;
		while (*pattern != ',' && !ends_list(*pattern))
			pattern++;
		if (*pattern == ',')
			pattern++;
	}
	return false;
}

/* --- the option ---------------------------------------------------------------------------------------------------- */

int setup_slub_debug(const char *options)
{
	struct mm *mm = current_mm();
	struct debug_block b;
	bool unknown = false;

	if (strlen(options) >= sizeof(mm->slub_debug_string))
		return -E2BIG;
	if (mm->slab)
		return -EINVAL;
	strcpy(mm->slub_debug_string, *options ? options : "FZPU");
	for (const char *at = skip_semicolons(mm->slub_debug_string); *at; unknown |= b.unknown)
		at = parse_block(at, &b, true);
	return unknown ? -EINVAL : 0;
}

void slub_debug_init(void)
{
	struct slab_state *st = slab_state();
	struct debug_block b;

	for (const char *at = skip_semicolons(current_mm()->slub_debug_string); *at;) {
		at = parse_block(at, &b, false);
		st->debug = b.caches ? st->debug : b.flags;
		st->debug_off_if_larger |= b.off_if_larger;
	}
}

slab_flags_t kmem_cache_flags(slab_flags_t flags, const char *name)
{
	slab_flags_t for_all = slab_state()->debug;
	struct debug_block b;

	for (const char *at = skip_semicolons(current_mm()->slub_debug_string); *at;) {
		at = parse_block(at, &b, false);
		if (b.caches && lists_cache(b.caches, name))
			return flags | b.flags;
	}
	/* A cache of those who look for leaks keeps no users, unless it is named. */
	return flags | (flags & SLAB_NOLEAKTRACE ? for_all & ~SLAB_STORE_USER : for_all);
}
