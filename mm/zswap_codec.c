/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zswap_codec.c - how zswap makes a page small: simple, and the same on every machine. Among threads lz4 does it instead.
 *
 * A byte says what follows. 0x80 + n - 1: one word, that comes n times; n - 1: n words as they are. n <= 128.
 *
 * Locks: none. Unlike Linux: its own, so that no library decides what fits into the pool.
 */
#include "swap_internal.h"

#define WORDS ((u32)(PAGE_SIZE / 8))
#define MOST  128u /* words one byte speaks of */
#define SAME  0x80u

static u32 run_at(const u64 *words, u32 i)
{
	u32 n = 1;

	while (n < MOST && i + n < WORDS && words[i + n] == words[i])
		n++;
	return n;
}

/* Words from here to the next two that are alike. */
static u32 literals_at(const u64 *words, u32 i)
{
	u32 n = 1;

	while (n < MOST && i + n < WORDS && (i + n + 1 == WORDS || words[i + n] != words[i + n + 1]))
		n++;
	return n;
}

u32 zswap_compress(const u64 *words, u8 *to, u32 room)
{
	u32 bytes = 0;

	for (u32 i = 0, n; i < WORDS; i += n) {
		u32 run = run_at(words, i), size;

		sim_tick();
		n = run > 1 ? run : literals_at(words, i);
		size = run > 1 ? 8 : 8 * n;
		if (bytes + 1 + size > room)
			return 0;
		if (to) {
			to[bytes] = (u8)((run > 1 ? SAME : 0) | (n - 1));
			memcpy(to + bytes + 1, words + i, size);
		}
		bytes += 1 + size;
	}
	return bytes;
}

/* The piece that begins at a byte: words it speaks of, and bytes it takes. false: it is cut off, or too long. */
static bool piece_at(const u8 *from, u32 bytes, u32 words_done, u32 *n, u32 *size)
{
	if (bytes < 1)
		return false;
	*n = (from[0] & (SAME - 1)) + 1;
	*size = 1 + (from[0] & SAME ? 8 : 8 * *n);
	return *size <= bytes && words_done + *n <= WORDS;
}

bool zswap_decompress(const u8 *from, u32 bytes, u64 *words)
{
	u32 done = 0, n, size;

	for (; done < WORDS; done += n, from += size, bytes -= size) {
		sim_tick();
		if (!piece_at(from, bytes, done, &n, &size))
			return false;
		if (from[0] & SAME)
			for (u32 i = 0; i < n; i++)
				memcpy(words + done + i, from + 1, 8);
		else
			memcpy(words + done, from + 1, 8 * n);
	}
	return !bytes;
}

bool zswap_is_whole(const u8 *from, u32 bytes)
{
	u32 done = 0, n, size;

	for (; done < WORDS; done += n, from += size, bytes -= size)
		if (!piece_at(from, bytes, done, &n, &size))
			return false;
	return !bytes;
}

bool zswap_holds(const u8 *from, u32 bytes, const u64 *words)
{
	u32 done = 0, n, size;

	for (; done < WORDS; done += n, from += size, bytes -= size) {
		if (!piece_at(from, bytes, done, &n, &size))
			return false;
		for (u32 i = 0; i < n; i++)
			if (memcmp(words + done + i, from + 1 + (from[0] & SAME ? 0 : 8 * i), 8) != 0)
				return false;
	}
	return !bytes;
}
