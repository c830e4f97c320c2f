/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_kmalloc_model.c - who checks the judges of memory by size, and of what waits for a grace period.
 *
 * An honest program brings machine and model into a state. Then the model is told a lie, or the next operation is run by a
 * liar, who does what he should and then something else. Exactly the sentence that is due must be said.
 */
#include <stdlib.h>
#include "lied_to.h"
#include "model_kmalloc.h"
#include "rcu.h"
#include "tool.h"

#define SMALL "0: k0 = kmalloc gfp=GFP_KERNEL size=64\n"
#define LARGE "0: k0 = kmalloc gfp=GFP_KERNEL size=9000\n"

static void state(const char *ops)
{
	state_of("mmcheck-trace 1 profile=small start=slab flags=contents", ops);
}

static u64 at(unsigned slot)
{
	return w->kmalloc[slot].at;
}

/* The sentence must be of this clause, and have these words. */
static void says(const char *sentence, const char *clause, const char *words, const char *claim)
{
	says_clause(sentence, clause, claim);
	if (!sentence || !strstr(sentence, words))
		ok(false, "%s: it says \"%s\", and not \"%s\"", claim, sentence ? sentence : "(nothing)", words);
}

/* --- liars ---------------------------------------------------------------------------------------------------------------- */

static const struct op *truth;

#define LIAR(name, ...)                                                                                                \
	static struct outcome name(struct world *world, const u64 *a)                                                  \
	{                                                                                                              \
		struct outcome seen = truth->run(world, a);                                                            \
		(void)a;                                                                                               \
		__VA_ARGS__;                                                                                           \
		return seen;                                                                                           \
	}

LIAR(leaves_a_byte, slab_fill(slab_pointer(seen.value + 40), 1, 1))
LIAR(leaves_the_last_byte, slab_fill(slab_pointer(seen.value + 99), 1, 1))
LIAR(says_another_address, seen.value += 8)
LIAR(says_no, seen = ((struct outcome){ 0 }))
LIAR(says_yes, seen = ((struct outcome){ .ok = true, .value = 0x40000 }))
LIAR(says_one_more, seen.value++)
LIAR(leaves_a_secret, slab_fill(slab_pointer(at(0) + 16), 1, 1))
LIAR(forbids_all, tool_poison(slab_pointer(seen.value), 8))
LIAR(allows_more, tool_unpoison(slab_pointer(seen.value), 64))
LIAR(allows_what_is_free, tool_unpoison(slab_pointer(at(0)), 64))
LIAR(says_nothing_in_the_log, w->machine->host->log[0] = 0; w->machine->log_bytes = 0)
LIAR(changes_it, ((char *)slab_pointer(at(0)))[3] ^= 1)

static struct outcome honest(struct world *world, const u64 *a)
{
	return truth->run(world, a);
}

static const char *run(const char *name, const u64 *a, struct outcome (*lie)(struct world *world, const u64 *a))
{
	struct op op;

	truth = op_by_name(name, strlen(name));
	op = *truth;
	op.run = lie;
	w->machine->fuel = w->machine->param[PARAM_FUEL];
	w->machine->log_bytes = 0;
	return world_execute(w, 9, &op, a);
}
#define RUN(name, lie, ...) run(name, (const u64[MAX_ARGS]){ __VA_ARGS__ }, lie)

static void test_liars(void)
{
	state("");
	says(RUN("kzalloc", leaves_a_byte, 0, GFP_KERNEL, 100), "S16", "were to be zero", "memory asked for zeroed is not: S16");
	state("");
	says(RUN("kmalloc", says_another_address, 0, GFP_KERNEL, 100), "S9", "", "another address than was announced: S9");
	state("");
	says(RUN("kmalloc", says_no, 0, GFP_KERNEL, 100), "S9", "", "refused although it was announced: S9");
	state("");
	says(RUN("kmalloc", says_another_address, 0, GFP_KERNEL, 9000), "K6", "", "another large block: K6");
	state("");
	says(RUN("kmalloc", says_no, 0, GFP_KERNEL, 9000), "K6", "", "a large block is announced, and refused: K6");
	state("");
	says(RUN("kmalloc", says_another_address, 0, GFP_KERNEL, 0), "K2", "", "nothing, and it is somewhere else: K2");
	state("");
	says(RUN("kcalloc", leaves_a_byte, 0, GFP_KERNEL, 4, 25), "S16", "", "an array is not zero: S16");
	state("");
	says(RUN("kmalloc", says_nothing_in_the_log, 0, GFP_KERNEL, 1 << 20), "N10", "", "too large, and no words: N10");
	state("0: k0 = kzalloc gfp=GFP_KERNEL size=90\n");
	says(RUN("krealloc", leaves_the_last_byte, 0, GFP_KERNEL | __GFP_ZERO, 100), "S16", "were to be zero",
	     "krealloc() grows, and what is new is not zero: S16");
	state(SMALL);
	says(RUN("krealloc", leaves_a_byte, 0, GFP_KERNEL, 200), "K7", "lost what was there", "krealloc() loses a byte: K7");
	state(SMALL);
	says(RUN("krealloc", leaves_a_byte, 0, GFP_KERNEL, 50), "K7", "lost what was there", "and where it fits: K7");
	state(SMALL);
	says(RUN("krealloc", says_another_address, 0, GFP_KERNEL, 50), "K7", "fit where they are", "it fits, and moves: K7");
	state(SMALL);
	says(RUN("krealloc", says_another_address, 0, GFP_KERNEL, 0), "K2", "", "to nothing, and it is somewhere: K2");
	state(SMALL);
	says(RUN("ksize", says_one_more, 0), "K5", "", "another size: K5");
	says(RUN("kmalloc_size_roundup", says_one_more, 100), "K5", "", "another class: K5");
	says(RUN("kfree_null", says_one_more, 0), "K2", "", "NULL has a size: K2");
	state(SMALL);
	says(RUN("kfree_sensitive", leaves_a_secret, 0), "K9", "sensitive", "something is left of sensitive memory: K9");
	state(LARGE);
	says(RUN("kfree_sensitive", leaves_a_secret, 0), "K9", "sensitive", "and of a large block: K9");
	state(SMALL);
	((char *)slab_pointer(at(0)))[63] ^= 1;
	says(RUN("kfree", honest, 0), "K50", "", "somebody wrote to it: K50");
	state(SMALL);
	((char *)slab_pointer(at(0)))[63] ^= 1;
	says(RUN("kfree_rcu", honest, 0, 0), "K50", "", "before it waits too: K50");
	state("0: c0 = kmem_cache_create name=dentry size=64 align=0 flags=NO_MERGE ctor=none\n"
	      "1: o0 = kmem_cache_alloc c0 gfp=GFP_KERNEL\n");
	((char *)slab_pointer(w->object[0].at))[5] ^= 1;
	says(RUN("kfree_object", honest, 0), "S50", "", "an object that kfree() gets: S50");
	state(SMALL);
	((char *)slab_pointer(at(0)))[5] ^= 1;
	says(RUN("read_kmalloc", honest, 0), "K10", "a reader finds", "a reader finds it changed: K10");
	state("");
	says(RUN("kmalloc_array", says_yes, 0, GFP_KERNEL, 0xffffff, 0xffffff), "K8", "", "an array that does not fit: K8");
	state(SMALL);
	says(RUN("krealloc_array", says_yes, 0, GFP_KERNEL, 0xffffff, 0xffffff), "K8", "", "nor what is made one: K8");
	state(SMALL);
	says(RUN("krealloc_array", changes_it, 0, GFP_KERNEL, 0xffffff, 0xffffff), "K50", "", "an array is refused, and it changed: K50");
}

static void test_what_the_tools_say(void)
{
	if (tool_asks_poisoned(w->machine->host->ram, 1) < 0) {
		skip("what the tools say of memory by size", "no tool");
		return;
	}
	state("");
	says(RUN("kmalloc", forbids_all, 0, GFP_KERNEL, 64), "K51", "still forbids", "handed out, and forbidden: K51");
	state("");
	says(RUN("kmalloc", allows_more, 0, GFP_KERNEL, 50), "K51", "more than he asked for", "more is allowed: K51");
	state(SMALL);
	says(RUN("kfree", allows_what_is_free, 0), "K52", "", "free, and allowed: K52");
}

/* --- lies told to the model ------------------------------------------------------------------------------------------------- */

static const char *large_is_announced(u64 address, u32 asked, u32 given, gfp_t gfp)
{
	return TELL(.type = EVENT_KMALLOC, .address = address, .bytes_req = asked, .bytes_alloc = given, .gfp = gfp);
}
static const char *pages_wanted(unsigned order, gfp_t gfp, u8 nid)
{
	return TELL(.type = EVENT_SLAB_PAGES_WANTED, .order = (u8)order, .gfp = gfp, .nid = nid);
}

/* The request for pages goes on where a judge has said something: the nested flight is taken away again. */
static void ask_large(u64 size, gfp_t gfp)
{
	state("");
	model_begin_kmalloc(w->model, 0, 0, size, gfp, NUMA_NO_NODE);
}

/* Pages for 9000 bytes are there, and the block is not announced yet. */
static void got_large(void)
{
	ask_large(9000, GFP_KERNEL);
	slab_flight_on(w->model, 0)->k.in_hand = 0x40 + 1;
	w->model->frame[0x40].order = 2;
}

static void test_large(void)
{
	ask_large(9000, GFP_KERNEL);
	says_clause(pages_wanted(3, GFP_KERNEL | __GFP_COMP, 255), "K6", "another order for a large block: K6");
	ask_large(9000, GFP_KERNEL);
	says_clause(pages_wanted(2, GFP_KERNEL, 255), "K6", "not compound: K6");
	ask_large(9000, GFP_KERNEL);
	says_clause(pages_wanted(2, GFP_KERNEL | __GFP_COMP, 1), "K6", "from a node that nobody named: K6");
	ask_large(9000, GFP_HIGHUSER);
	says_clause(pages_wanted(2, GFP_HIGHUSER | __GFP_COMP, 255), "K6", "from highmem: K6");
	ask_large(1 << 20, GFP_KERNEL);
	says_clause(pages_wanted(8, GFP_KERNEL | __GFP_COMP, 255), "K6", "more than there may be: K6");
	ask_large(9000, GFP_KERNEL);
	says_clause(large_is_announced(0x40000, 9000, 16384, GFP_KERNEL), "K6", "announced without pages: K6");
	says(model_answer_kmalloc(w->model, 0, MODEL_NO_ADDRESS), "K6", "is refused, and no request", "refused without a request: K6");
	got_large();
	says(large_is_announced(0x40000, 9000, 12288, GFP_KERNEL), "K6", "announced are", "announced with fewer pages: K6");
	got_large();
	says(large_is_announced(0x40000, 9001, 16384, GFP_KERNEL), "K6", "announced are", "with another size: K6");
	got_large();
	says(large_is_announced(0x40000, 9000, 16384, GFP_ATOMIC), "K6", "announced are", "with another mask: K6");
	got_large();
	says(model_end(w->model, 0), "K6", "is not announced", "pages for a large block, and no word of it: K6");
	ask_large(1 << 20, GFP_KERNEL);
	slab_flight_on(w->model, 0)->k.got = 0x40000;
	says_clause(model_answer_kmalloc(w->model, 0, 0x40000), "K2", "more than there may be is handed out: K2");
	state(LARGE);
	model_begin_kfree(w->model, 0);
	says_clause(TELL(.type = EVENT_KFREE, .address = at(0)), "S10", "a large block that nobody gave back: S10");
	says_clause(TELL(.type = EVENT_KFREE, .address = at(0) + 4096), "K6", "no large block begins there: K6");
	model_add_kfree(w->model, 0, at(0));
	says_clause(TELL(.type = EVENT_SLAB_PAGES_RETURNED, .pfn = at(0) >> 12, .order = 2), "K6", "its pages before it is freed: K6");
	state(LARGE);
	model_begin_kfree(w->model, 0);
	model_add_kfree(w->model, 0, at(0));
	says_clause(TELL(.type = EVENT_KFREE, .address = at(0)), NULL, "a large block is freed");
	says_clause(model_end(w->model, 0), "K6", "and its pages stay away: K6");
	state(LARGE "1: k1 = kmalloc gfp=GFP_KERNEL size=9000\n");
	model_begin_kfree(w->model, 0);
	model_add_kfree(w->model, 0, at(0));
	model_add_kfree(w->model, 0, at(1));
	says_clause(TELL(.type = EVENT_KFREE, .address = at(0)), NULL, "one of two large blocks is freed");
	says(TELL(.type = EVENT_KFREE, .address = at(1)), "K6", "are not returned", "and the other, before its pages are back: K6");
	state("");
	model_begin_other(w->model, 0);
	says_clause(pages_wanted(0, GFP_KERNEL, 255), "K6", "pages for nothing: K6");
}

/* Which class serves a size is known to the model, and that it is aligned. */
static void test_class(void)
{
	struct slab_flight *sf;
	struct model_cache *c;

	state(SMALL);
	c = &w->model->slab->cache[model_kmalloc_cache(w->model, 64, GFP_KERNEL)];
	model_begin_kmalloc(w->model, 0, 0, 64, GFP_KERNEL, NUMA_NO_NODE);
	sf = slab_flight_on(w->model, 0);
	sf->got = 1;
	sf->got_at[0] = at(0) + 8;
	says_clause(model_answer_kmalloc(w->model, 0, at(0) + 8), "K4", "64 bytes that are not aligned to 64: K4");
	sf->got_at[0] = at(0);
	c->object_size = 128;
	says_clause(model_answer_kmalloc(w->model, 0, at(0)), "K1", "of a class that is too large: K1");
	c->object_size = 64;
	says_clause(model_answer_kmalloc(w->model, 0, at(0)), NULL, "of the right one");
}

static void test_krealloc(void)
{
	struct slab_flight *sf;

	state(SMALL);
	model_begin_krealloc(w->model, 0, 0, at(0), 100, GFP_KERNEL);
	sf = slab_flight_on(w->model, 0);
	sf->refused = true;
	sf->nr_due = 0;
	says_clause(model_answer_krealloc(w->model, 0, MODEL_NO_ADDRESS), "K7", "refused, and what there was is freed: K7");
	state(SMALL "1: k1 = kmalloc gfp=GFP_KERNEL size=100\n");
	model_begin_krealloc(w->model, 0, 0, at(0), 100, GFP_KERNEL);
	sf = slab_flight_on(w->model, 0);
	sf->got = 1;
	sf->got_at[0] = at(1);
	says_clause(model_answer_krealloc(w->model, 0, at(1)), "S10", "moved, and the old memory is not freed: S10");
	state(SMALL "1: k1 = kmalloc gfp=GFP_KERNEL size=100\n");
	model_begin_krealloc(w->model, 0, 0, at(1), 200, GFP_KERNEL);
	sf = slab_flight_on(w->model, 0);
	sf->k.old = at(1);
	sf->wish.bytes = 100;
	sf->got = 1;
	sf->got_at[0] = at(1);
	says_clause(model_answer_krealloc(w->model, 0, at(1)), "K7", "moved to where it was: K7");
}

/* --- grace periods ------------------------------------------------------------------------------------------------------------- */

static const char *waits(u64 address)
{
	return TELL(.type = EVENT_KFREE_RCU, .address = address);
}
static const char *freed(unsigned cpu, unsigned type, u64 address)
{
	return TELL(.type = (u8)type, .cpu = (u8)cpu, .cache = (u8)model_cache_of(w->model, address), .address = address);
}
static void tick(void)
{
	model_clock(w->model, w->model->now_ns + MODEL_RCU_TICK_NS);
}
/* An object waits, and the operation that gave it is over. */
static void give(u64 address)
{
	model_begin_kfree_rcu(w->model, 0, 0, address, true);
	says_clause(waits(address), NULL, "an object waits");
	says_clause(model_kfree_rcu_done(w->model, 0), NULL, "  as it should");
	says_clause(model_end(w->model, 0), NULL, "  and that is all");
}

static void test_waiting(void)
{
	state(SMALL);
	model_begin_kfree_rcu(w->model, 0, 0, at(0), true);
	says_clause(waits(at(0) + 64), "K10", "another object waits: K10");
	says_clause(model_kfree_rcu_done(w->model, 0), "K10", "nobody says that it waits: K10");
	says_clause(waits(at(0)), NULL, "it waits");
	says_clause(waits(at(0)), "K10", "twice: K10");
	state(SMALL);
	model_begin_kfree_rcu(w->model, 0, 0, at(0), true);
	says_clause(pages_wanted(0, GFP_KERNEL | __GFP_NORETRY | __GFP_NOMEMALLOC | __GFP_NOWARN, 255), "K10",
		    "a page that it might sleep for: K10");
	state(SMALL);
	model_begin_kfree_rcu(w->model, 0, 0, at(0), false);
	says_clause(waits(at(0)), NULL, "it waits");
	slab_flight_on(w->model, 0)->refused = true;
	says_clause(model_kfree_rcu_done(w->model, 0), "K10", "neither page nor head, and it still waits: K10");
}

static void test_grace_period(void)
{
	state(SMALL);
	model_reader_begins(w->model, 1);
	give(at(0));
	model_begin_other(w->model, 0);
	tick();
	says(freed(0, EVENT_KFREE, at(0)), "K10", "while the reader of cpu 1", "freed while a reader is inside: K10");
	model_reader_ends(w->model, 1);
	says_clause(freed(0, EVENT_KMEM_CACHE_FREE, at(0)), "K10", "by another function: K10");
	says_clause(freed(0, EVENT_KFREE, at(0)), NULL, "freed when he is gone");
	says_clause(freed(0, EVENT_KFREE, at(0)), "S7", "and again: S7");
	state(SMALL);
	give(at(0));
	model_begin_other(w->model, 0);
	says(freed(0, EVENT_KFREE, at(0)), "K10", "no grace period has passed", "freed at once: K10");
	state(SMALL);
	give(at(0));
	model_begin_kfree_rcu_barrier(w->model, 0);
	says_clause(model_kfree_rcu_barrier(w->model, 0), "K10", "a barrier is over, and it still waits: K10");
	says_clause(kmalloc_settled(w->model), "K10", "at the end it waits: K10");
	w->model->slab->kmalloc.nr_waiting = 0;
	w->model->slab->kmalloc.page[w->model->slab->kmalloc.nr_pages++] = 5;
	says_clause(kmalloc_settled(w->model), "K10", "at the end there is a page of pointers: K10");
	says_clause(kmalloc_recount(w->model), "N6", "and it is nobody's: N6");
}

static void test_limits(void)
{
	state(SMALL);
	ok(model_can_kfree_rcu(w->model, at(0)), "an object may wait");
	w->model->slab->kmalloc.nr_waiting = MODEL_MAX_WAITING - 1;
	ok(!model_can_kfree_rcu(w->model, at(0)), "  not when so many wait already");
	w->model->slab->kmalloc.nr_waiting = 0;
	got_large();
	w->model->slab->kmalloc.nr_large = MODEL_MAX_LARGE;
	says_clause(large_is_announced(0x40000, 9000, 16384, GFP_KERNEL), "N50", "more large blocks than are remembered: N50");
	state(SMALL);
	w->model->slab->kmalloc.nr_pages = MODEL_MAX_RCU_PAGES;
	model_begin_kfree_rcu(w->model, 0, 0, at(0), true);
	says_clause(kmalloc_pages_given(w->model, slab_flight_on(w->model, 0), &(struct mm_event){ .pfn = 5 }), "K10",
		    "more pages of pointers than objects: K10");
}

int main(void)
{
	w = world_create();
	test_liars();
	test_what_the_tools_say();
	test_class();
	test_large();
	test_krealloc();
	test_waiting();
	test_grace_period();
	test_limits();
	world_destroy(w);
	return tap_end();
}
