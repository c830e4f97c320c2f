/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_slub_oracle.c - the judge of SLUB's reports: against mm, byte by byte; then each of its sentences, by a report or a text
 * that is wrong.
 *
 * Every byte of a slot is damaged in turn, under every set of flags, in an object in use and in a free one: what the model says
 * is due, and what validate_slab_cache() announces, must be the same.
 */
#include <stdlib.h>
#include "lockstep.h"
#include "model_slub.h"
#include "slab_boot.h"
#include "slab_client.h"
#include "tool.h"

/* --- byte by byte --------------------------------------------------------------------------------------------------- */

static struct machine *m;

static struct slub_layout layout_of(const struct kmem_cache *s)
{
	return (struct slub_layout){ .flags = s->flags & ~__OBJECT_POISON,
				     .size = s->size,
				     .object_size = s->object_size,
				     .inuse = s->inuse,
				     .offset = s->offset,
				     .red_left_pad = s->red_left_pad,
				     .poison = s->flags & __OBJECT_POISON,
				     .keeps_size = slub_debug_orig_size(s) };
}

/* Is what was announced what is due? Heads of damage have no event of their own. */
static bool same_reports(const struct slub_dues *due)
{
	u32 n = 0;

	for (u32 i = 0; i < m->nr_events; i++) {
		struct mm_event ev;

		memcpy(&ev, &m->host->event[i], sizeof(ev));
		if (ev.type != EVENT_SLUB_REPORT)
			continue;
		if (n == due->nr || due->due[n].report != ev.report || due->due[n].address != ev.address)
			return false;
		n++;
	}
	return n == due->nr;
}

/* The line of damaged bytes and its repair, where the model says they are. */
static bool same_bytes(const struct slub_dues *due, u64 base)
{
	char line[200];

	m->host->log[m->log_bytes] = 0;
	for (u32 i = 0; i < due->nr && due->due[i].report <= SLUB_OBJECT_PADDING; i += 2) {
		const struct slub_due *d = &due->due[i];

		snprintf(line, sizeof(line), " overwritten] 0x%016llx-0x%016llx @offset=%llu. First byte 0x%x instead of 0x%x\n",
			 SIM_DIRECT_MAP + d->first, SIM_DIRECT_MAP + d->last, (unsigned long long)(d->first - base), d->byte,
			 d->expected);
		if (!strstr(m->host->log, line))
			return false;
	}
	return true;
}

static void poke(u64 at, u8 byte)
{
	slab_fill((char *)ram_address(m, 0) + at, byte, 1);
}

/* What the client may not write: pointers and tracks are followed by somebody. */
static bool is_skipped(const struct slub_layout *l, struct slub_object o, s64 i)
{
	if (slub_written(l, o, i) >= 0)
		return false;
	return (i >= l->offset && i < l->offset + 8 && !(o.used && l->offset < l->inuse)) ||
	       (i >= slub_info_end(l) && i < slub_meta_end(l));
}

/* Two bytes of the slot are damaged, or one. false: mm and the model do not agree. */
static bool agree(struct kmem_cache *s, const struct slub_layout *l, struct slub_object o, u64 base, s64 i, s64 k)
{
	struct slub_damage d = { 0 };
	struct slub_dues due = { 0 };
	bool good;

	m->nr_events = m->log_bytes = 0;
	for (s64 b = i;; b = k) {
		if (!is_skipped(l, o, b) && slub_written(l, o, b) >= 0) {
			poke(o.address + (u64)b, (u8)(slub_written(l, o, b) ^ 0x11));
			slub_damage_byte(&d, o.address + (u64)b, (u8)(slub_written(l, o, b) ^ 0x11));
		} else if (!is_skipped(l, o, b)) {
			poke(o.address + (u64)b, 0x77);
			slub_damage_byte(&d, o.address + (u64)b, 0x77);
		}
		if (b == k)
			break;
	}
	slub_check_object(l, &d, o, o.used, &due);
	validate_slab_cache(s);
	good = same_reports(&due) && same_bytes(&due, base);
	m->nr_events = m->log_bytes = 0;
	validate_slab_cache(s);
	good &= !m->nr_events;
	slub_damage_free(&d);
	return good;
}

static bool every_byte(struct kmem_cache *s, u32 asked)
{
	struct slub_layout l = layout_of(s);
	bool kmalloced = s->flags & SLAB_KMALLOC, good = true;
	void *used = kmalloced ? kmalloc(asked, GFP_KERNEL) : kmem_cache_alloc(s, GFP_KERNEL);
	void *freed = kmalloced ? kmalloc(asked, GFP_KERNEL) : kmem_cache_alloc(s, GFP_KERNEL);

	kfree(freed);
	for (unsigned free = 0; free < 2; free++) {
		struct slub_object o = { .address = slab_address(free ? freed : used), .used = !free,
					 .orig = !free && l.keeps_size ? asked : l.object_size };
		u64 base = address_of(slab_base(slab_of(used)));

		for (s64 i = -(s64)l.red_left_pad; good && i < slub_room(&l); i++)
			good = agree(s, &l, o, base, i, i) && agree(s, &l, o, base, i, slub_room(&l) - 1) &&
			       agree(s, &l, o, base, i, (i + slub_room(&l)) / 2);
	}
	kfree(used);
	return good;
}

static void test_bytes(void)
{
	static const u32 sizes[] = { 8, 24, 64, 100, 192 };
	static const slab_flags_t letter[] = { SLAB_CONSISTENCY_CHECKS, SLAB_RED_ZONE, SLAB_POISON, SLAB_STORE_USER };
	bool good = true;

	for (unsigned set = 1; set < 16; set++) {
		m = boot_slab(set == 15 ? "" : "-", PARAM_SLAB_NOMERGE, 0);
		if (!m)
			return;
		for (unsigned i = 0; i < 5; i++) {
			slab_flags_t flags = SLAB_NO_MERGE;

			for (unsigned k = 0; k < 4; k++)
				flags |= set >> k & 1 ? letter[k] : 0;
			good &= every_byte(kmem_cache_create("victim", sizes[i], 0, flags, NULL), 0);
			if (set & 4)
				good &= every_byte(kmem_cache_create("typesafe", sizes[i], 0, flags | SLAB_TYPESAFE_BY_RCU, NULL),
						   0);
			if (!good)
				printf("# flags %u, size %u\n", set, sizes[i]);
		}
		if (set == 15)
			for (u32 asked = 1; asked < 200; asked += 13)
				good &= every_byte(slab_state()->kmalloc[0][asked <= 8	 ? 3 :
									    asked <= 16	 ? 4 :
									    asked <= 32	 ? 5 :
									    asked <= 64	 ? 6 :
									    asked <= 96	 ? 1 :
									    asked <= 128 ? 7 :
									    asked <= 192 ? 2 :
											   8],
						   asked);
		machine_destroy(m);
	}
	ok(good, "S32, S37: each byte of a slot under each set of flags is reported as the model says, once");
}

/* --- each sentence -------------------------------------------------------------------------------------------------- */

#define CACHE "0: c0 = kmem_cache_create name=filp size=64 align=0 flags=%s|NO_MERGE ctor=none\n"
#define FZPU  "CONSISTENCY_CHECKS|RED_ZONE|POISON|STORE_USER"

static struct world *w;
static struct model *model;
static u64 o0, o1; /* where the objects of slots 0 and 1 are */
static unsigned cache;

/* A program is run, and what it leaves stays. c0 has these flags; then come the operations. */
static void play(const char *flags, const char *ops)
{
	static struct program p;
	char text[2000], error[200];

	if (w)
		world_destroy(w);
	else
		program_init(&p);
	snprintf(text, sizeof(text), "mmcheck-trace 1 profile=small start=slab flags=- swarm=0x0 seed=0x0\n" CACHE "%s", flags, ops);
	if (!program_parse(&p, text, strlen(text), error, sizeof(error), NULL))
		printf("# %s\n", error);
	w = world_create();
	w->until = p.nr_ops;
	if (lockstep_run(w, &p)->failed)
		printf("# %s: %s\n", w->verdict.clause, w->verdict.sentence);
	model = w->model;
	machine_enter(w->machine, 0);
	w->machine->log_bytes = w->machine->nr_events = 0;
	o0 = w->object[0].at;
	o1 = w->object[1].at;
	cache = w->cache[0].id;
}

static const char *say(unsigned report, u64 address)
{
	struct mm_event ev = { .type = EVENT_SLUB_REPORT, .report = (u8)report, .address = address, .cache = (u8)cache };

	return model_event(model, &ev);
}

static const char *change(unsigned type, u64 address)
{
	const struct model_cache *c = model_cache(model, cache);
	struct mm_event ev = { .type = (u8)type, .address = address, .cache = (u8)cache, .gfp = GFP_KERNEL,
			       .bytes_req = c->object_size, .bytes_alloc = c->size };

	return model_event(model, &ev);
}

static void begin_alloc(void)
{
	model_begin_objects(model, 0, 0,
			    (struct model_wish){ .cache = (u8)cache, .event = EVENT_KMEM_CACHE_ALLOC, .gfp = GFP_KERNEL,
						 .nid = NUMA_NO_NODE, .bytes = model_cache(model, cache)->object_size, .wanted = 1 });
}

static void begin_free(u64 address)
{
	model_begin_give(model, 0, EVENT_KMEM_CACHE_FREE);
	model_add_give(model, 0, address);
}

static u64 slab_at(u64 address)
{
	return (u64)model_slab_of(model, address) << 12;
}

#define TWO	"1: o0 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n2: o1 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n"
#define OVERRUN TWO "3: overrun o0 gap=0 count=1 pattern=17\n"
#define FREED	TWO "3: kmem_cache_free o0\n4: write_after_free o0 at_byte=9 count=0 pattern=17\n"

static void test_reports(void)
{
	play(FZPU, TWO);
	model_begin_slub_validate(model, 0, cache);
	says_clause(say(SLUB_LEFT_REDZONE, o0), "S33", "S33: a report about an object that is as it should be");
	play(FZPU, TWO);
	model_begin_slub_validate(model, 0, cache);
	says_clause(say(SLUB_LEFT_REDZONE, 0), "S33", "S33: a report about what is no slab");
	play(FZPU, OVERRUN);
	model_begin_slub_validate(model, 0, cache);
	says_clause(say(SLUB_LEFT_REDZONE, o0), "S33", "S33: the kind of a report is compared");
	play(FZPU, OVERRUN);
	model_begin_slub_validate(model, 0, cache);
	says_clause(say(SLUB_RIGHT_REDZONE, o1), "S33", "S33: the address of a report is compared");
	play(FZPU, OVERRUN);
	model_begin_slub_validate(model, 0, cache);
	ok(!say(SLUB_RIGHT_REDZONE, o0), "S33: the report that is due");
	says_clause(model_end(model, 0), "S33", "S33: an operation ends when all was said");
	play(FZPU, FREED);
	begin_alloc();
	says_clause(change(EVENT_KMEM_CACHE_ALLOC, o0), "S33", "S33: an alloc of a damaged object must be reported");
	play(FZPU, OVERRUN);
	begin_free(o0);
	says_clause(change(EVENT_KMEM_CACHE_FREE, o0), "S33", "S33: a free of a damaged object must be reported");
	play(FZPU, OVERRUN);
	begin_free(o0);
	ok(!say(SLUB_RIGHT_REDZONE, o0) && !say(SLUB_FIX_RESTORING, o0), "S33: a report and its repair");
	says_clause(change(EVENT_KMEM_CACHE_FREE, o0), "S33", "S33: what was reported is not freed");
	play(FZPU, TWO);
	begin_free(o0);
	says_clause(say(SLUB_DOUBLE_FREE, o0), "S33", "S33: a report that no check makes, and nobody expects");
	play(FZPU, TWO);
	begin_free(o0);
	ok(!change(EVENT_KMEM_CACHE_FREE, o0), "S10: a free");
	model_slub_want(model, 0, SLUB_WRONG_CACHE);
	says_clause(model_end(model, 0), "S33", "S33: a report that no check makes is missing");
	play(FZPU, TWO);
	model_begin_give(model, 0, EVENT_KMEM_CACHE_FREE);
	model_slub_give(model, 0, o0 + 8);
	says_clause(model_end(model, 0), "S32", "S32: nothing is heard of what was to be freed");
	play(FZPU, TWO "3: kmem_cache_free o0\n");
	begin_alloc();
	says_clause(change(EVENT_KMEM_CACHE_ALLOC, o1 + o1 - o0), "S9", "S9: another object than the first of the list");
}

static void test_validate(void)
{
	play(FZPU, OVERRUN);
	model_begin_slub_validate(model, 0, cache);
	says_clause(model_slub_validated(model, 0, 0), "S33", "S37: validate misses a damaged object");
	play(FZPU, OVERRUN);
	model_begin_slub_validate(model, 0, cache);
	ok(!say(SLUB_RIGHT_REDZONE, o0), "S33: one of two reports");
	says_clause(model_slub_validated(model, 0, 1), "S33", "S37: validate ends in the middle");
	play(FZPU, OVERRUN);
	model_begin_slub_validate(model, 0, cache);
	ok(!say(SLUB_RIGHT_REDZONE, o0) && !say(SLUB_FIX_RESTORING, o0), "S33: both reports");
	says_clause(say(SLUB_RIGHT_REDZONE, o0), "S37", "S37: validate comes to a slab twice");
	play(FZPU, OVERRUN);
	model_begin_slub_validate(model, 0, cache);
	ok(!say(SLUB_RIGHT_REDZONE, o0) && !say(SLUB_FIX_RESTORING, o0), "S33: both reports again");
	says_clause(model_slub_validated(model, 0, 2), "S37", "S37: validate counts slabs that were good");
	play(FZPU, TWO);
	model_begin_slub_validate(model, 0, cache);
	says_clause(model_slub_validated(model, 0, -22), "S37", "S37: validate refuses a cache that is debugged");
	play("HWCACHE_ALIGN", TWO);
	model_begin_slub_validate(model, 0, cache);
	says_clause(model_slub_validated(model, 0, 0), "S37", "S37: validate looks at a cache that is not");
}

static void test_remaining(void)
{
	play(FZPU, TWO);
	model_begin_slub_validate(model, 0, cache);
	says_clause(say(SLUB_REMAINING, slab_at(o0)), "S35", "S35: objects remain, and nobody destroys the cache");
	play(FZPU, TWO);
	model_begin_cache_destroy(model, 0, cache);
	ok(!say(SLUB_REMAINING, slab_at(o0)), "S35: objects remain");
	says_clause(say(SLUB_REMAINING, slab_at(o0)), "S35", "S35: objects of a slab remain twice");
	play(FZPU, TWO);
	model_begin_cache_destroy(model, 0, cache);
	model_event(model, &(struct mm_event){ .type = EVENT_SLAB_CACHE, .cache = (u8)cache, .on = SLAB_CACHE_UNSHARED });
	says_clause(model_end(model, 0), "S35", "S35: nobody says which objects remain");
}

/* --- texts -------------------------------------------------------------------------------------------------------------- */

/* mm's own report of an overrun; the log with the n'th of these words changed, or cut. */
static const char *judge_log_with(const char *words, const char *instead)
{
	static char log[70000];
	const char *seen;
	char *at;

	play(FZPU, OVERRUN);
	model_begin_slub_validate(model, 0, cache);
	validate_slab_cache(slab_cache_by_id(cache));
	if (world_drain(w))
		printf("# %s\n", w->text);
	seen = world_log(w);
	at = words ? strstr(seen, words) : NULL;
	if (at)
		snprintf(log, sizeof(log), "%.*s%s%s", (int)(at - seen), seen, instead, at + strlen(words));
	else
		snprintf(log, sizeof(log), "%s%s", seen, instead);
	return model_judge_slub_text(model, 0, log);
}

static void test_texts(void)
{
	static const char *const changed[][3] = {
		{ "overwritten]", "overwritten!", "S36: what was overwritten" },
		{ "First byte 0x", "First byte 0y", "S36: the first damaged byte" },
		{ "(Not tainted)", "(Tainted)", "S36: whether anything was reported before" },
		{ "Object corrupt", "Object corrupted", "S36: the words of a head" },
		{ "Allocated in kmem_cache_alloc+1", "Allocated in kmem_cache_alloc+2", "S38: who allocated it" },
		{ "cpu=0 pid=100", "cpu=1 pid=100", "S38: on which CPU" },
		{ "used=2", "used=1", "S36: how many are in use" },
		{ "slab|node=0", "node=0", "S36: flags of the slab" },
		{ " @offset=", " @offset=1", "S36: where the object lies" },
		{ "cc cc cc cc", "cc cc cd cc", "S36: each byte of a row is compared" },
		{ "Padding  ", "Pudding  ", "S36: a section is missing" },
		{ "FIX filp", "FIX dentry", "S36: whose object is restored" },
		{ "=0xcc\n", "=0xbb\n", "S36: with what it is restored" },
	};

	ok(!judge_log_with(NULL, ""), "S36: mm's own words");
	for (size_t i = 0; i < ARRAY_SIZE(changed); i++)
		says_clause(judge_log_with(changed[i][0], changed[i][1]), "S36", changed[i][2]);
	says_clause(judge_log_with(NULL, "FIX filp: Object count adjusted\n"), "S36", "S36: nothing more may be said");
	ok(!judge_log_with("=0xcc\n", "=0xcc\nkswapd0: woken\n"), "S36: lines of others may stand there");
}

/* --- what has no check ---------------------------------------------------------------------------------------------------- */

/* mm's events but for reports. */
static const char *drain_without_reports(void)
{
	struct machine *mm = w->machine;
	u32 kept = 0;

	for (u32 i = 0; i < mm->nr_events; i++) {
		struct mm_event ev;

		memcpy(&ev, &mm->host->event[i], sizeof(ev));
		if (ev.type != EVENT_SLUB_REPORT)
			mm->host->event[kept++] = mm->host->event[i];
	}
	mm->nr_events = kept;
	return world_drain(w);
}

static void test_constructor(void)
{
	void *object;

	play("HWCACHE_ALIGN", "1: c1 = kmem_cache_create name=bio size=64 align=0 flags=NO_MERGE ctor=first\n");
	cache = w->cache[1].id;
	model_begin_objects(model, 0, 0,
			    (struct model_wish){ .cache = (u8)cache, .event = EVENT_KMEM_CACHE_ALLOC, .nid = NUMA_NO_NODE,
						 .gfp = GFP_KERNEL | __GFP_ZERO, .bytes = 64, .wanted = 1 });
	object = kmem_cache_zalloc(slab_cache_by_id(cache), GFP_KERNEL);
	ok(!drain_without_reports() && !model_answer_object(model, 0, slab_address(object)), "S18: an object is had");
	says_clause(model_end(model, 0), "S18", "S18: zeroes where a constructor writes, without a warning");
}

static void test_leaks(void)
{
	void *p;

	play(FZPU, "");
	model_begin_cache_destroy(model, 0, cache);
	kmem_cache_destroy(slab_cache_by_id(cache));
	ok(!world_drain(w) && !model_end(model, 0) && !model_slab_nothing_leaks(model), "Q5: all was given back");
	model_begin_kmalloc(model, 0, 0, 100, GFP_KERNEL, NUMA_NO_NODE);
	p = kmalloc(100, GFP_KERNEL);
	ok(!world_drain(w) && !model_answer_kmalloc(model, 0, slab_address(p)) && !model_end(model, 0), "Q5: memory is had");
	says_clause(model_slab_nothing_leaks(model), "Q5", "Q5: memory that nobody gave back");
}

/* --- the tool ------------------------------------------------------------------------------------------------------------- */

static void test_tool(void)
{
	play("HWCACHE_ALIGN", TWO "3: kmem_cache_free o0\n");
	if (tool_asks_poisoned(object_pointer(w, o0), 1) < 0) {
		ok(true, "S53: this build has no opinion");
		return;
	}
	tool_unpoison(object_pointer(w, o0), 64);
	says_clause(client_write(w, o0, 4, 17), "S53", "S53: the tool lets anybody touch what is free");
	play("HWCACHE_ALIGN", TWO);
	tool_poison(object_pointer(w, o1), 64);
	says_clause(client_write(w, o1, 4, 17), "S53", "S53: the tool forbids what belongs to an owner");
	tool_unpoison(object_pointer(w, o1), 64);
}

int main(void)
{
	test_bytes();
	test_reports();
	test_validate();
	test_remaining();
	test_texts();
	test_constructor();
	test_leaks();
	test_tool();
	world_destroy(w);
	return tap_end();
}
