/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.c - block devices, and pages that tell what they are.
 *
 *   disk_submit() --> queue --its time comes--> disk_complete(): RAM <-> block --> end_io()
 *
 * [DK1] a request ends when its time has come, no sooner, in the order of submission; never inside disk_submit()
 * [DK2] RAM is read or written at that moment, by the device's own hand: no tool sees it
 * [DK3] a request that fails moves nothing
 * Locks: one for the queue, where there are threads; kblockd alone comes to the blocks.
 * The queue is part of the machine: resets and snapshots have it. Blocks that were written lie with the host, a copy of each,
 * found by a table of indices; machine_reset() forgets them, a snapshot copies them.
 */
#include <errno.h>
#include <stdlib.h>
#include "disk.h"
#include "atomic.h"
#include "lock.h"
#include "tool.h"

#define PAGE_WORDS   (SIM_PAGE_SIZE / 8)
#define LINE_WORDS   8
#define CHUNK_BLOCKS 64 /* blocks that get their memory together */
#define STRIDE	     0x9e3779b97f4a7c15ULL

/* --- pages that can be recognised ------------------------------------------------------------------------------------ */

static u64 mix(u64 z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* How far from one word to the next, and from one cache line to the next. */
struct pattern {
	u64 first, word, line;
};

static struct pattern pattern_of(u64 key)
{
	u64 first = key ? mix(key + STRIDE) : 0;

	switch (key & 3) {
	case 0:
		return (struct pattern){ first, 0, 0 };
	case 1:
		return (struct pattern){ first, 0, STRIDE };
	default:
		return (struct pattern){ first, STRIDE, STRIDE * LINE_WORDS };
	}
}

/* Neighbours differ in all bits, if they differ. A macro, since a function would be watched by the tools. */
#define SPREAD(word) ((word) ^ (word) >> 29 ^ (word) << 23)

/* A program's own hand on its page: where mm has no mapping of it, the tools forbid it to mm. */
no_tool static void store(struct pattern p, u64 *to)
{
	for (unsigned i = 0; i < PAGE_WORDS; i += LINE_WORDS, p.first += p.line)
		for (unsigned k = 0; k < LINE_WORDS; k++)
			to[i + k] = SPREAD(p.first + k * p.word);
}

no_tool static u64 difference(struct pattern p, const u64 *words)
{
	u64 other = 0;

	for (unsigned i = 0; i < PAGE_WORDS; i += LINE_WORDS, p.first += p.line)
		for (unsigned k = 0; k < LINE_WORDS; k++)
			other |= words[i + k] ^ SPREAD(p.first + k * p.word);
	return other;
}

#if defined(TOOL_MSAN) /* has not seen it; others must not take it for leave to touch the page */
#define DEFINE_STORED(p) tool_define(p, SIM_PAGE_SIZE)
#else
#define DEFINE_STORED(p) ((void)(p))
#endif

static void fill(struct pattern p, void *to)
{
	TOOL_SILENT(store(p, to));
	DEFINE_STORED(to);
}

/* A frame of RAM, all of whose lines are about to be written. */
static void note_written(const void *page)
{
	struct machine *m = this_cpu->machine;
	u64 at = (u64)((uintptr_t)page - (uintptr_t)m->host->ram);

	if (at < m->nr_frames << SIM_PAGE_SHIFT)
		ram_dirty(m, at >> SIM_PAGE_SHIFT, ~0ULL);
}

void sim_page_fill(u64 key, void *page)
{
	note_written(page);
	fill(pattern_of(key), page);
}

bool sim_page_holds(u64 key, const void *page)
{
	u64 other;

	TOOL_SILENT(other = difference(pattern_of(key), page));
	return !other;
}

/* --- blocks that were written ---------------------------------------------------------------------------------------- */

struct disk_store {
	u64 *id;	/* of each block, in the order of their first write */
	char **chunk;	/* their contents */
	u32 nr, room;	/* room: a multiple of CHUNK_BLOCKS */
	u32 *slot;	/* index + 1; 0 free */
	u32 slots;	/* a power of two, at least twice nr */
};

static u64 id_of(unsigned device, u64 block)
{
	return (u64)device << 56 | block;
}

static u32 *slot_of(const struct disk_store *s, u64 id)
{
	u32 i = (u32)mix(id) & (s->slots - 1);

	while (s->slot[i] && s->id[s->slot[i] - 1] != id)
		i = (i + 1) & (s->slots - 1);
	return &s->slot[i];
}

static void *contents(const struct disk_store *s, u32 i)
{
	return s->chunk[i / CHUNK_BLOCKS] + ((size_t)(i % CHUNK_BLOCKS) << SIM_PAGE_SHIFT);
}

static void *or_abort(void *p)
{
	if (!p)
		abort();
	return p;
}

static void make_room(struct disk_store *s)
{
	if (s->nr == s->room) {
		s->chunk = or_abort(realloc(s->chunk, (s->room / CHUNK_BLOCKS + 1) * sizeof(*s->chunk)));
		s->chunk[s->room / CHUNK_BLOCKS] = or_abort(malloc((size_t)CHUNK_BLOCKS << SIM_PAGE_SHIFT));
		s->room += CHUNK_BLOCKS;
		s->id = or_abort(realloc(s->id, s->room * sizeof(*s->id)));
	}
	if (s->nr * 2 < s->slots)
		return;
	s->slots = max_of(s->slots * 2, (u32)256);
	free(s->slot);
	s->slot = or_abort(calloc(s->slots, sizeof(*s->slot)));
	for (u32 i = 0; i < s->nr; i++)
		*slot_of(s, s->id[i]) = i + 1;
}

/*
 * A frame may be anybody's by now, or nobody's, and who has it mapped may write to it while it is copied: no tool has a say in
 * it. What was torn so is dirty, and written again.
 */
#if defined(TOOL_TSAN)
no_tsan static void copy_page(void *to, const void *from)
{
	volatile u64 *t = to;
	const u64 *f = from;

	for (unsigned i = 0; i < PAGE_WORDS; i++)
		t[i] = f[i];
}
#else
static void copy_page(void *to, const void *from)
{
	raw_copy(to, from, SIM_PAGE_SIZE);
}
#endif

/* NULL: nobody wrote it. */
static void *find_block(const struct disk_store *s, u64 id)
{
	u32 at = s && s->nr ? *slot_of(s, id) : 0;

	return at ? contents(s, at - 1) : NULL;
}

static void *make_block(struct machine_host *h, u64 id)
{
	struct disk_store *s = h->disk = h->disk ? h->disk : or_abort(calloc(1, sizeof(*s)));
	void *there = find_block(s, id);

	if (there)
		return there;
	make_room(s);
	s->id[s->nr] = id;
	*slot_of(s, id) = s->nr + 1;
	return contents(s, s->nr++);
}

/* The last one written first: so a search never ends before one that is still there. */
void disk_forget(struct machine_host *h)
{
	struct disk_store *s = h->disk;

	while (s && s->nr) {
		*slot_of(s, s->id[s->nr - 1]) = 0;
		s->nr--;
	}
}

void disk_destroy(struct machine_host *h)
{
	struct disk_store *s = h->disk;

	if (!s)
		return;
	for (u32 i = 0; i < s->room / CHUNK_BLOCKS; i++)
		free(s->chunk[i]);
	free(s->chunk);
	free(s->id);
	free(s->slot);
	free(s);
	h->disk = NULL;
}

struct disk_copy {
	u32 nr;
	u64 *id;
	char *contents;
};

/* NULL: nothing was written. */
struct disk_copy *disk_save(const struct machine_host *h)
{
	const struct disk_store *s = h->disk;
	struct disk_copy *copy;

	if (!s || !s->nr)
		return NULL;
	copy = or_abort(calloc(1, sizeof(*copy)));
	copy->nr = s->nr;
	copy->id = or_abort(malloc(s->nr * sizeof(*copy->id)));
	copy->contents = or_abort(malloc((size_t)s->nr << SIM_PAGE_SHIFT));
	memcpy(copy->id, s->id, s->nr * sizeof(*copy->id));
	for (u32 i = 0; i < s->nr; i++)
		copy_page(copy->contents + ((size_t)i << SIM_PAGE_SHIFT), contents(s, i));
	return copy;
}

void disk_load(struct machine_host *h, const struct disk_copy *copy)
{
	disk_forget(h);
	for (u32 i = 0; copy && i < copy->nr; i++)
		copy_page(make_block(h, copy->id[i]), copy->contents + ((size_t)i << SIM_PAGE_SHIFT));
}

void disk_copy_free(struct disk_copy *copy)
{
	if (!copy)
		return;
	free(copy->id);
	free(copy->contents);
	free(copy);
}

/* --- requests -------------------------------------------------------------------------------------------------------- */

u64 disk_virgin_key(unsigned device, u64 block)
{
	u64 key = mix(id_of(device + 1, block) * STRIDE);

	return key ? key : STRIDE;
}

bool disk_has_room(void *unused)
{
	(void)unused;
	return READ_ONCE(this_cpu->machine->nr_disk) < DISK_QUEUE;
}

bool disk_submit(struct disk_request request)
{
	struct machine *m = this_cpu->machine;
	bool room;

	VM_BUG_ON(request.device >= DISK_DEVICES || request.pfn >= m->nr_frames);
	step_word_lock(&m->host->disk_lock);
	request.due_ns = sim_now_ns() + (u64)m->param[PARAM_DISK_LATENCY_US] * 1000;
	room = m->nr_disk < DISK_QUEUE;
	if (room) {
		m->disk[m->nr_disk] = request;
		ADD_ONCE(m->nr_disk, 1);
	}
	step_word_unlock(&m->host->disk_lock);
	return room;
}

/* The latency is the same for all: the first that was submitted is the first to end. */
u64 disk_next_ns(void)
{
	struct machine *m = this_cpu->machine;
	u64 next;

	step_word_lock(&m->host->disk_lock);
	next = m->nr_disk ? m->disk[0].due_ns : ~0ULL;
	step_word_unlock(&m->host->disk_lock);
	return next;
}

bool disk_is_due(void *unused)
{
	(void)unused;
	return disk_next_ns() <= sim_now_ns();
}

/* Nobody else takes one: it is still the one that is due. */
static struct disk_request take_first(struct machine *m)
{
	struct disk_request first;

	step_word_lock(&m->host->disk_lock);
	first = m->disk[0];
	SUB_ONCE(m->nr_disk, 1);
	for (u32 i = 0; i < m->nr_disk; i++)
		m->disk[i] = m->disk[i + 1];
	step_word_unlock(&m->host->disk_lock);
	return first;
}

static void transfer(struct machine *m, const struct disk_request *r)
{
	void *ram = ram_address(m, r->pfn);
	u64 id = id_of(r->device, r->block);
	const void *block;
	void *to;

	if (r->write) {
		to = make_block(m->host, id);
		copy_page(to, ram);
		DEFINE_STORED(to); /* a frame that is not mapped now has no value for the tool, and yet it has */
		return;
	}
	block = find_block(m->host->disk, id);
	ram_dirty(m, r->pfn, ~0ULL);
	if (block)
		copy_page(ram, block);
	else
		fill(pattern_of(disk_virgin_key(r->device, r->block)), ram);
}

unsigned disk_complete(void)
{
	struct machine *m = this_cpu->machine;
	unsigned ended = 0;

	for (; disk_is_due(NULL); ended++) {
		struct disk_request r = take_first(m);
		int error = sim_should_fail(r.write ? FAULT_DISK_WRITE : FAULT_DISK_READ) ? -EIO : 0;

		sim_tick();
		if (!error)
			transfer(m, &r);
		sim_enter_context(CONTEXT_HARDIRQ);
		r.end_io(r.pfn, r.write, error, r.arg);
		sim_leave_context(CONTEXT_HARDIRQ);
	}
	return ended;
}
