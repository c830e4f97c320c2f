/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab_access.h - mm's own hand on memory that belongs to free objects and their surroundings: the tools forbid it to everybody
 * else. Whole slabs count as dirty from the day they are made, so nothing here says which lines it writes.
 */
#ifndef MM_SLAB_ACCESS_H
#define MM_SLAB_ACCESS_H

#include "machine.h"
#include "tool.h"

#if defined(TOOL_ASAN) || defined(TOOL_MSAN) || defined(MMCHECK_VALGRIND)
#define slab_hand no_tool static __attribute__((unused))
#else
#define slab_hand static inline
#endif

slab_hand u64 slab_load(const void *at)
{
	u64 word;

	TOOL_SILENT(word = *(const volatile u64 *)at);
	return word;
}
slab_hand void slab_store(void *at, u64 word)
{
	TOOL_SILENT(*(volatile u64 *)at = word);
}
slab_hand void slab_fill(void *at, u8 byte, size_t bytes)
{
#if TOOL_WATCHES_MEMORY
	volatile u8 *p = at;

	for (size_t i = 0; i < bytes; i++)
		TOOL_SILENT(p[i] = byte);
#else
	memset(at, byte, bytes);
#endif
}
slab_hand u8 slab_byte(const void *at)
{
	u8 byte;

	TOOL_SILENT(byte = *(const volatile u8 *)at);
	return byte;
}
/* The first of these bytes that is another one; bytes when all are as they should. */
slab_hand size_t slab_first_other(const void *at, u8 byte, size_t bytes)
{
	const volatile u8 *p = at;

	for (size_t i = 0; i < bytes; i++)
		TOOL_SILENT(if (p[i] != byte) return i);
	return bytes;
}

#endif
