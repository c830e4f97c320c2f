/* SPDX-License-Identifier: GPL-2.0-only */
/* text.h - putting words and numbers into a bounded buffer, for texts made thousands of times a second. */
#ifndef MM_TEXT_H
#define MM_TEXT_H

#include <string.h>
#include "types.h"

struct text {
	char *at, *end; /* *end is the last byte there is room for, kept for a NUL */
};

static inline struct text text_in(char *buffer, size_t bytes)
{
	return (struct text){ buffer, buffer + bytes - 1 };
}

static inline void text_bytes(struct text *t, const char *bytes, size_t n)
{
	size_t room = (size_t)(t->end - t->at);

	n = n < room ? n : room;
	memcpy(t->at, bytes, n);
	t->at += n;
	*t->at = 0;
}

static inline void text_words(struct text *t, const char *words)
{
	text_bytes(t, words, strlen(words));
}

/* Right-aligned in at least `width` columns. */
static inline void text_padded(struct text *t, const char *words, size_t width)
{
	for (size_t n = strlen(words); n < width; n++)
		text_bytes(t, " ", 1);
	text_words(t, words);
}

static inline void text_number(struct text *t, u64 number, size_t width)
{
	char digits[21];
	int i = 20;

	digits[i] = 0;
	do {
		digits[--i] = (char)('0' + number % 10);
	} while (number /= 10);
	text_padded(t, digits + i, width);
}

static inline void text_hex_digits(struct text *t, u64 number, unsigned least)
{
	char digits[17];
	int i = 16;

	digits[i] = 0;
	do {
		digits[--i] = "0123456789abcdef"[number % 16];
	} while ((number /= 16) || 16u - (unsigned)i < least);
	text_words(t, digits + i);
}

/* As %#x: 0 has no prefix. */
static inline void text_hex(struct text *t, u64 number)
{
	text_words(t, number ? "0x" : "");
	text_hex_digits(t, number, 1);
}

#endif
