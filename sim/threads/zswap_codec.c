/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zswap_codec.c - zswap's codec among threads: a block of liblz4, and nothing else. The deterministic machine has
 * mm/zswap_codec.c, so that no library decides what fits there.
 *
 * lz4 has no way to count alone, and where room is scarce it finds other bytes, or none: so it always has a whole buffer, and what it
 * makes is the same each time it is asked.
 *
 * Locks: none; buffers lie on the caller's stack.
 */
#include <lz4.h>
#include "swap_internal.h"

u32 zswap_compress(const u64 *words, u8 *to, u32 room)
{
	char packed[LZ4_COMPRESSBOUND(PAGE_SIZE)];
	int bytes = LZ4_compress_default((const char *)words, packed, PAGE_SIZE, sizeof(packed));

	if (bytes <= 0 || (u32)bytes > room)
		return 0;
	if (to)
		memcpy(to, packed, (size_t)bytes);
	return (u32)bytes;
}

bool zswap_decompress(const u8 *from, u32 bytes, u64 *words)
{
	return LZ4_decompress_safe((const char *)from, (char *)words, (int)bytes, PAGE_SIZE) == (int)PAGE_SIZE;
}

bool zswap_is_whole(const u8 *from, u32 bytes)
{
	u64 words[PAGE_SIZE / 8];

	return zswap_decompress(from, bytes, words);
}

bool zswap_holds(const u8 *from, u32 bytes, const u64 *words)
{
	u64 there[PAGE_SIZE / 8];

	return zswap_decompress(from, bytes, there) && !memcmp(there, words, PAGE_SIZE);
}
