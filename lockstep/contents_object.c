/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * contents_object.c - live objects hold what their owner wrote.
 *
 * Byte i of an object is a function of i and of a key that only its owner has: slot and how often it was filled. Small
 * objects are written and read whole; of larger ones the first and the last line, and of each page the line that the key
 * names; all of it in programs with the header flag `contents`.
 *
 * Reading for zeroes looks behind the tools' back: what is promised there need not be the reader's to touch.
 */
#include "model_slub.h"
#include "tool.h"
#include "world.h"

#define WHOLE 256 /* bytes: objects up to this size are small */

u64 contents_object_key(unsigned family, u32 slot, u32 generation)
{
	u64 key = ((u64)family << 56 ^ (u64)slot << 32 ^ generation) * 0x9e3779b97f4a7c15ULL;

	return key ^ key >> 29 ^ 1;
}

static u64 word_at(u64 key, u64 i)
{
	u64 x = (key + i) * 0xff51afd7ed558ccdULL;

	return x ^ x >> 32;
}

/* Is the line in which byte i lies looked at, in an object of `bytes`? */
static bool looks_at(const struct world *w, u64 key, u64 bytes, u64 i)
{
	u64 line = i / 64;

	return bytes <= WHOLE || w->contents_whole || !line || line == (bytes - 1) / 64 || line % 64 == key % 64;
}

static u64 next_looked_at(const struct world *w, u64 key, u64 bytes, u64 i)
{
	while (i < bytes && !looks_at(w, key, bytes, i))
		i = (i / 64 + 1) * 64;
	return i;
}

static void dirty_lines(struct world *w, u64 at, u64 bytes)
{
	for (u64 line = at / 64; bytes && line <= (at + bytes - 1) / 64; line++)
		ram_dirty(w->machine, line / 64, 1ULL << line % 64);
}

void contents_object_stamp(struct world *w, u64 at, u64 bytes, u64 key)
{
	char *p = object_pointer(w, at);

	for (u64 i = next_looked_at(w, key, bytes, 0); i < bytes; i = next_looked_at(w, key, bytes, i)) {
		u64 end = min_of((i / 64 + 1) * 64, bytes); /* of its line */

		dirty_lines(w, at + i, end - i);
		for (; i + 8 <= end; i += 8)
			memcpy(p + i, &(u64){ word_at(key, i) }, 8);
		if (i < end)
			memcpy(p + i, &(u64){ word_at(key, i) }, end - i);
		i = end;
	}
}

/* The first n bytes of what was stamped as an object of `bytes`, but for [hole, hole + hole_bytes). */
bool contents_object_holds_around(struct world *w, u64 at, u64 n, u64 bytes, u64 hole, u64 hole_bytes, u64 key)
{
	const char *p = object_pointer(w, at);

	if (unlikely(model_slub_is_spoilt(w->model, at))) /* somebody else wrote there */
		return true;
	for (u64 i = next_looked_at(w, key, bytes, 0); i < n; i = next_looked_at(w, key, bytes, i + 8)) {
		u64 word = word_at(key, i);

		if (i + 8 > hole && i < hole + hole_bytes)
			continue;
		if (n - i >= 8 ? memcmp(p + i, &word, 8) != 0 : memcmp(p + i, &word, n - i) != 0)
			return false;
	}
	return true;
}

bool contents_object_holds(struct world *w, u64 at, u64 n, u64 bytes, u64 key)
{
	return contents_object_holds_around(w, at, n, bytes, 0, 0, key);
}

#if defined(TOOL_ASAN) || defined(TOOL_MSAN) || defined(MMCHECK_VALGRIND)
#define all_are(p, n, byte) false
no_tool
#else
static bool all_are(const char *p, u64 n, u8 byte)
{
	return !n || ((u8)*p == byte && !memcmp(p, p + 1, n - 1));
}
#endif
static u64 first_not(const char *p, u64 n, u8 byte)
{
	const volatile u8 *b = (const volatile u8 *)p;

	if (all_are(p, n, byte))
		return n;
	for (u64 i = 0; i < n; i++)
		TOOL_SILENT(if (b[i] != byte) return i);
	return n;
}

u64 contents_first_not(struct world *w, u64 at, u64 bytes, u8 byte)
{
	return first_not(object_pointer(w, at), bytes, byte);
}
