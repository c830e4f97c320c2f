/* SPDX-License-Identifier: GPL-2.0-only */
/* textbuf.h - putting words and numbers into a bounded buffer, for texts made thousands of times a second. */
#ifndef MM_TEXTBUF_H
#define MM_TEXTBUF_H

#include <string.h>
#include "types.h"

struct text {
	char *at, *end; /* *end is the last byte there is room for, kept for a NUL */
};

static inline struct text text_in(char *buffer, size_t bytes)
{
	return (struct text){ buffer, buffer + bytes - 1 };
}

#define text_inline static inline __attribute__((always_inline))

/* Inlined, so that the length of a literal is known where it is used. */
text_inline void text_bytes(struct text *t, const char *bytes, size_t n)
{
	size_t room = (size_t)(t->end - t->at);

	n = n < room ? n : room;
	memcpy(t->at, bytes, n);
	t->at += n;
	*t->at = 0;
}

text_inline void text_words(struct text *t, const char *words)
{
	size_t n = strlen(words);

	if ((size_t)(t->end - t->at) < n)
		n = (size_t)(t->end - t->at);
	else if (__builtin_constant_p(strlen(words))) {
		memcpy(t->at, words, strlen(words)); /* a few stores */
		t->at += strlen(words);
		*t->at = 0;
		return;
	}
	text_bytes(t, words, n);
}

/* Right-aligned in at least `width` columns. */
static inline void text_padded(struct text *t, const char *words, size_t width)
{
	for (size_t n = strlen(words); n < width; n++)
		text_words(t, " ");
	text_words(t, words);
}

/* The same for a number; width up to 20. */
static inline void text_number(struct text *t, u64 number, size_t width)
{
	char digits[21];
	size_t last = sizeof(digits) - 1, i = last, n;

	for (; number >= 10; number /= 10)
		digits[--i] = (char)('0' + number % 10);
	digits[--i] = (char)('0' + number);
	if ((size_t)(t->end - t->at) < last + width) { /* may be cut */
		digits[last] = 0;
		text_padded(t, digits + i, width);
		return;
	}
	for (n = last - i; width > n; width--)
		*t->at++ = ' ';
	for (; i < last; i++)
		*t->at++ = digits[i];
	*t->at = 0;
}

/* Words, and a number right behind them. */
static inline void put_number(struct text *t, const char *label, u64 number)
{
	text_words(t, label);
	text_number(t, number, 0);
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
