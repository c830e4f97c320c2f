// SPDX-License-Identifier: GPL-2.0-only
/* prop_kmalloc.c - laws of memory by size: how much it is, and what moves with it. */
#include <string.h>
#include "slab_laws.h"
#include "tool.h"

#define TABLES (TABLE_SLAB | TABLE_KMALLOC)

static const struct place plain = { 0, CONTEXT_TASK };

static u64 dice(const struct prop_run *r, u64 n)
{
	return mix(r->played->header.seed ^ 0x6b6d616c, n);
}

/* Mostly small, at the edges of classes too. */
static u64 some_size(const struct prop_run *r, u64 n)
{
	u64 size = 1 + dice(r, n) % (dice(r, n + 1000) % 8 ? 600 : 20000);

	if (dice(r, n + 2000) % 3 == 0)
		size = kmalloc_size_roundup(size) + dice(r, n + 3000) % 2;
	return size;
}

/* --- how much it is ----------------------------------------------------------------------------------------------- */

struct sized {
	u64 bytes, roundup, ksize;
	bool got;
};

static void act_size(struct prop_run *r, void *arg)
{
	struct sized *s = arg;
	void *p = kmalloc(s->bytes, GFP_KERNEL);

	(void)r;
	s->got = p;
	s->roundup = kmalloc_size_roundup(s->bytes);
	s->ksize = ksize(p);
	kfree(p);
}

static bool roundup_holds(struct prop_run *r, const struct program *p)
{
	if (!play(r, p, NULL))
		return false;
	if (!r->w->slab_up)
		return true;
	for (u64 i = 0; i < 24; i++) {
		struct sized s = { .bytes = some_size(r, i) };

		if (!machine_do(r, plain, act_size, &s))
			return false;
		if (!s.got)
			continue;
		if (s.ksize != s.roundup)
			return prop_fail(r, "kmalloc(%llu) gives %llu bytes, and rounding up says %llu", ull(s.bytes), ull(s.ksize),
					 ull(s.roundup));
		if (s.roundup < s.bytes)
			return prop_fail(r, "%llu bytes are rounded up to %llu", ull(s.bytes), ull(s.roundup));
	}
	return true;
}

const struct prop roundup_is_ksize = {
	"roundup_is_ksize",
	"memory is as large as kmalloc_size_roundup() says beforehand, and no smaller than was asked",
	TABLES,
	roundup_holds,
};

/* --- krealloc ----------------------------------------------------------------------------------------------------- */

struct moved {
	u64 from, to;
	void *before, *after;
};

static void act_get(struct prop_run *r, void *arg)
{
	struct moved *m = arg;

	(void)r;
	m->before = kzalloc(m->from, GFP_KERNEL);
}

static void act_move(struct prop_run *r, void *arg)
{
	struct moved *m = arg;

	(void)r;
	m->after = krealloc(m->before, m->to, GFP_KERNEL | __GFP_ZERO);
}

static void act_free(struct prop_run *r, void *arg)
{
	const struct moved *m = arg;

	(void)r;
	kfree(m->after ? m->after : m->before);
}

static u8 pattern(u64 i)
{
	return (u8)(1 + i * 7 % 251);
}

static void write_pattern(struct prop_run *r, void *p, u64 bytes)
{
	u8 *at = p;

	for (u64 i = 0; i < bytes; i++)
		law_fill(r, at + i, 1, pattern(i));
}

static u64 first_wrong(const void *p, u64 bytes, u64 kept)
{
	const u8 *at = p;
	u64 i = 0;

	while (i < bytes && at[i] == (i < kept ? pattern(i) : 0))
		i++;
	return i;
}

static bool prefix_holds(struct prop_run *r, const struct program *p)
{
	if (!play(r, p, NULL))
		return false;
	if (!r->w->slab_up)
		return true;
	for (u64 i = 0; i < 8; i++) {
		struct moved m = { some_size(r, 2 * i), some_size(r, 2 * i + 1), NULL, NULL };
		u64 kept = min_of(m.from, m.to), wrong;

		if (!machine_do(r, plain, act_get, &m))
			return false;
		if (!m.before)
			continue;
		write_pattern(r, m.before, m.from);
		if (!machine_do(r, plain, act_move, &m))
			return false;
		wrong = m.after ? first_wrong(m.after, m.to, kept) : first_wrong(m.before, m.from, m.from);
		if (wrong < (m.after ? m.to : m.from))
			return prop_fail(r, "krealloc from %llu to %llu bytes%s: byte %llu is not what it must be", ull(m.from),
					 ull(m.to), m.after ? "" : " failed", ull(wrong));
		if (!machine_do(r, plain, act_free, &m))
			return false;
	}
	return true;
}

const struct prop krealloc_keeps_the_prefix = {
	"krealloc_keeps_the_prefix",
	"what krealloc() moves, grows or shrinks keeps its bytes up to the smaller size; with __GFP_ZERO the rest is zero; refused, all "
	"is as it was",
	TABLES,
	prefix_holds,
};
