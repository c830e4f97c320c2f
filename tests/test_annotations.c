/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_annotations.c - what the tools say of a client's accesses to objects: mm/kasan_slab.c.
 *
 * Each case is a program of its own: a forked child boots a machine without any slab debugging, unless the case is about it,
 * and does what a client would. The tool must end it (ASan, MSan) or complain (Valgrind) where the access is bad, and must
 * be silent where it is legal, to the byte. In a flavour without a tool only the legal cases run.
 *
 *   FORBIDDEN   memory that is nobody's, or somebody else's        ASan, Valgrind
 *   NO_VALUE    memory that was never written                      MSan, Valgrind
 *   STALE       a read of memory that was given back               all three
 *   LEGAL
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "machine.h"
#include "mm.h"
#include "rcu.h"
#include "slab.h"
#include "tap.h"
#include "tool.h"

enum verdict { LEGAL, FORBIDDEN, NO_VALUE, STALE };

#define COMPLAINED 42 /* exit status: the tool did, and let the program go on */

static volatile u8 sink;

static void put(void *p, size_t at)
{
	((volatile u8 *)p)[at] = 0x5b;
}

/* A read that matters: the program goes another way by what it found. */
static void look(const void *p, size_t at)
{
	if (((const volatile u8 *)p)[at] == 0x77)
		sink = 1;
}

static void fill(void *p, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		put(p, i);
}

static void look_at_all(const void *p, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		look(p, i);
}

static void *kmalloc_filled(size_t bytes)
{
	void *p = kmalloc(bytes, GFP_KERNEL);

	fill(p, bytes);
	return p;
}

/* --- one byte too far --------------------------------------------------------------------------------------------------- */

static void overrun_of_13(void)
{
	put(kmalloc(13, GFP_KERNEL), 13);
}
static void overrun_read_of_13(void)
{
	look(kmalloc(13, GFP_KERNEL), 13);
}
static void overrun_of_16(void)
{
	u8 *a = kmalloc(16, GFP_KERNEL), *b = kmalloc(16, GFP_KERNEL);

	kfree(a < b ? b : a); /* what lies behind is free */
	put(a < b ? a : b, 16);
}
static void overrun_of_1(void)
{
	put(kmalloc(1, GFP_KERNEL), 1);
}
static void overrun_to_the_class(void)
{
	put(kmalloc(70, GFP_KERNEL), 95);
}
static void overrun_of_word(void)
{
	u8 *p = kmalloc(12, GFP_KERNEL);

	*(volatile u64 *)(void *)(p + 8) = 1; /* half of it is the client's */
}
static void underrun(void)
{
	u8 *a = kmalloc(32, GFP_KERNEL), *b = kmalloc(32, GFP_KERNEL);

	kfree(a < b ? a : b);
	put((a < b ? b : a) - 1, 0);
}

static void *object_of(u32 size, slab_flags_t flags, void (*ctor)(void *))
{
	return kmem_cache_alloc(kmem_cache_create("annotated", size, 0, flags | SLAB_NO_MERGE, ctor), GFP_KERNEL);
}
static void overrun_of_object(void)
{
	put(object_of(20, 0, NULL), 20);
}
static void overrun_to_the_slot(void)
{
	put(object_of(20, 0, NULL), 23);
}

static void construct(void *object)
{
	fill(object, 24);
}
static void free_pointer_behind_object(void)
{
	put(object_of(24, 0, construct), 24);
}
static void left_redzone(void)
{
	put((u8 *)object_of(24, SLAB_RED_ZONE, NULL) - 1, 0);
}
static void right_redzone(void)
{
	put(object_of(24, SLAB_RED_ZONE, NULL), 24);
}
static void track(void)
{
	put(object_of(24, SLAB_STORE_USER, NULL), 40);
}

/* --- large blocks, other sizes ------------------------------------------------------------------------------------------ */

static void overrun_of_large(void)
{
	put(kmalloc(9001, GFP_KERNEL), 9001);
}
static void overrun_to_the_large_block(void)
{
	put(kmalloc(9001, GFP_KERNEL), 16383);
}
static void ksize_opens_nothing(void)
{
	u8 *p = kmalloc(13, GFP_KERNEL);

	put(p, ksize(p) - 1);
}
static void ksize_opens_nothing_large(void)
{
	u8 *p = kmalloc(9001, GFP_KERNEL);

	put(p, ksize(p) - 1);
}
static void shrunk_in_place(void)
{
	put(krealloc(kmalloc(61, GFP_KERNEL), 43, GFP_KERNEL), 43);
}
static void shrunk_large(void)
{
	put(krealloc(kmalloc(16000, GFP_KERNEL), 9001, GFP_KERNEL), 9001);
}
static void grown_in_place(void)
{
	put(krealloc(kmalloc(43, GFP_KERNEL), 61, GFP_KERNEL), 61);
}
static void grown_large(void)
{
	put(krealloc(kmalloc(9001, GFP_KERNEL), 9003, GFP_KERNEL), 9003);
}
static void moved_away(void)
{
	void *old = kmalloc_filled(16);

	krealloc(old, 100, GFP_KERNEL);
	look(old, 3);
}

/* --- given back --------------------------------------------------------------------------------------------------------- */

static void write_after_kfree(void)
{
	void *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	put(p, 0);
}
static void write_to_the_last_byte_after_kfree(void)
{
	void *p = kmalloc(61, GFP_KERNEL);

	kfree(p);
	put(p, 60);
}
static void read_after_kfree(void)
{
	void *p = kmalloc_filled(64);

	kfree(p);
	look(p, 8);
}
static void read_after_kfree_large(void)
{
	void *p = kmalloc_filled(9001);

	kfree(p);
	look(p, 9000);
}
static void read_after_kfree_sensitive(void)
{
	void *p = kmalloc_filled(64);

	kfree_sensitive(p);
	look(p, 8);
}
static void read_after_kmem_cache_free(void)
{
	struct kmem_cache *s = kmem_cache_create("annotated", 48, 0, 0, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	fill(p, 48);
	kmem_cache_free(s, p);
	look(p, 8);
}
static void constructed_read_after_free(void)
{
	struct kmem_cache *s = kmem_cache_create("annotated", 24, 0, 0, construct);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	put(p, 8);
}
static void read_after_bulk_free(void)
{
	void *p[4];

	for (unsigned i = 0; i < 4; i++)
		p[i] = kmalloc_filled(32);
	kfree_bulk(4, p);
	look(p[2], 8);
}
static void read_after_pages_went_back(void)
{
	struct kmem_cache *s = kmem_cache_create("annotated", 512, 0, 0, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	fill(p, 512);
	kmem_cache_free(s, p);
	kmem_cache_shrink(s);
	look(p, 8);
}

struct with_head {
	u64 word;
	struct rcu_head rcu;
};
static void read_after_grace_period(void)
{
	struct with_head *p = kmalloc_filled(sizeof(*p));

	kfree_rcu(p, rcu);
	kvfree_rcu_barrier();
	look(p, 0);
}
static void typesafe_read_after_pages_went_back(void)
{
	struct kmem_cache *s = kmem_cache_create("annotated", 64, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	fill(p, 64);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	look(p, 0);
}
static void never_handed_out(void)
{
	u8 *p = kmalloc(512, GFP_KERNEL);

	put((u8 *)((uintptr_t)p & ~(PAGE_SIZE - 1)), ((uintptr_t)p & (PAGE_SIZE - 1)) ? 0 : 512);
}

/* --- no value ----------------------------------------------------------------------------------------------------------- */

static void fresh(void)
{
	look(kmalloc(16, GFP_KERNEL), 3);
}
static void fresh_object(void)
{
	look(object_of(40, 0, NULL), 39);
}
static void fresh_large(void)
{
	look(kmalloc(9001, GFP_KERNEL), 9000);
}
static void fresh_again(void)
{
	void *p = kmalloc_filled(64), *q;

	kfree(p);
	q = kmalloc(64, GFP_KERNEL);
	look(q, 1);
}
static void grown_has_no_value(void)
{
	look(krealloc(kmalloc_filled(43), 61, GFP_KERNEL), 43);
}
static void moved_has_no_value(void)
{
	look(krealloc(kmalloc_filled(16), 100, GFP_KERNEL), 99);
}
static void poisoned_by_debugging(void)
{
	look(object_of(40, SLAB_POISON, NULL), 5);
}

/* --- legal -------------------------------------------------------------------------------------------------------------- */

static void every_size(void)
{
	for (size_t bytes = 1; bytes <= 10000; bytes += bytes < 300 ? 1 : 97) {
		void *p = kmalloc_filled(bytes);

		look_at_all(p, bytes);
		kfree(p);
	}
}
static void every_size_zeroed(void)
{
	for (size_t bytes = 1; bytes <= 10000; bytes += bytes < 300 ? 3 : 197) {
		void *p = kmalloc_filled(bytes);

		kfree(p);
		p = kzalloc(bytes, GFP_KERNEL);
		look_at_all(p, bytes);
		fill(p, bytes);
		kfree(p);
	}
}
static void every_object(void)
{
	void *p[40];

	for (u32 size = 1; size <= 100; size++) {
		struct kmem_cache *s = kmem_cache_create("annotated", size, 0, SLAB_NO_MERGE, NULL);

		for (unsigned i = 0; i < 40; i++)
			fill(p[i] = kmem_cache_alloc(s, GFP_KERNEL), size);
		for (unsigned i = 0; i < 40; i++) {
			look_at_all(p[i], size);
			kmem_cache_free(s, p[i]);
		}
		kmem_cache_destroy(s);
	}
}
static void debugged(void)
{
	static const slab_flags_t flags[] = { SLAB_RED_ZONE, SLAB_POISON, SLAB_STORE_USER, SLAB_CONSISTENCY_CHECKS,
					      SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_CONSISTENCY_CHECKS };
	void *p[20];

	for (unsigned f = 0; f < ARRAY_SIZE(flags); f++) {
		struct kmem_cache *s = kmem_cache_create("annotated", 37, 0, flags[f], NULL);

		for (unsigned i = 0; i < 20; i++)
			fill(p[i] = kmem_cache_alloc(s, GFP_KERNEL), 37);
		validate_slab_cache(s);
		for (unsigned i = 0; i < 20; i++)
			kmem_cache_free(s, p[i]);
		validate_slab_cache(s);
		kmem_cache_destroy(s);
	}
}
static void constructed(void)
{
	struct kmem_cache *s = kmem_cache_create("annotated", 24, 0, 0, construct);

	for (unsigned i = 0; i < 100; i++) {
		void *p = kmem_cache_alloc(s, GFP_KERNEL);

		look_at_all(p, 24);
		kmem_cache_free(s, p);
	}
	kmem_cache_destroy(s);
}
static void typesafe_read_after_free(void)
{
	struct kmem_cache *s = kmem_cache_create("annotated", 64, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	fill(p, 64);
	kmem_cache_free(s, p);
	look(p, 0);
	look(p, 63);
	kmem_cache_destroy(s);
}
static void resized(void)
{
	void *p = NULL;

	for (size_t bytes = 1, old = 0; bytes <= 20000; old = bytes, bytes += 1 + bytes / 7) {
		p = krealloc(p, bytes, GFP_KERNEL);
		look_at_all(p, old);
		fill(p, bytes);
	}
	for (size_t bytes = 15000; bytes; bytes = bytes * 6 / 7) {
		p = krealloc(p, bytes, GFP_KERNEL);
		look_at_all(p, bytes);
		fill(p, bytes);
	}
	kfree(p);
}
static void resized_zeroed(void)
{
	void *p = NULL;

	for (size_t bytes = 1; bytes <= 20000; bytes += 1 + bytes / 7) {
		p = krealloc(p, bytes, GFP_KERNEL | __GFP_ZERO);
		look_at_all(p, bytes);
	}
	kfree(p);
}
static void rounded_up(void)
{
	for (size_t bytes = 1; bytes < 9000; bytes += bytes / 3 + 1) {
		size_t all = kmalloc_size_roundup(bytes);
		void *p = kmalloc_filled(all);

		look_at_all(p, all);
		kfree_sensitive(p);
	}
}
static void in_bulk(void)
{
	struct kmem_cache *s = kmem_cache_create("annotated", 37, 0, 0, NULL);
	void *p[60];

	for (unsigned round = 0; round < 3; round++) {
		if (kmem_cache_alloc_bulk(s, GFP_KERNEL, 60, p) != 60)
			_exit(3);
		for (unsigned i = 0; i < 60; i++)
			fill(p[i], 37);
		kmem_cache_free_bulk(s, 60, p);
	}
	kmem_cache_destroy(s);
}
static void after_a_grace_period(void)
{
	for (unsigned i = 0; i < 200; i++) {
		struct with_head *p = kmalloc_filled(sizeof(*p));

		kfree_rcu(p, rcu);
		p->word = i; /* until the grace period ends */
		if (i % 64 == 0)
			kvfree_rcu_barrier();
	}
}
/* Whoever gets pages that were a slab may touch all of them, and so may the page allocator. */
static void pages_that_were_slabs(void)
{
	void *p[64];

	for (unsigned i = 0; i < 64; i++)
		p[i] = kmalloc_filled(700);
	for (unsigned i = 0; i < 64; i++)
		kfree(p[i]);
	slab_settle();
	for (unsigned i = 0; i < 64; i++)
		fill(p[i] = page_address(alloc_pages(GFP_KERNEL | __GFP_ZERO, 0)), PAGE_SIZE);
	for (unsigned i = 0; i < 64; i++)
		free_pages((unsigned long)(uintptr_t)p[i], 0);
}

/* --- the cases ---------------------------------------------------------------------------------------------------------- */

static const struct {
	void (*run)(void);
	enum verdict verdict;
	const char *claim;
} cases[] = {
	{ overrun_of_13, FORBIDDEN, "a write one byte behind 13" },
	{ overrun_read_of_13, FORBIDDEN, "a read there" },
	{ overrun_of_16, FORBIDDEN, "a write one byte behind 16, which fill their slot" },
	{ overrun_of_1, FORBIDDEN, "a write one byte behind 1" },
	{ overrun_to_the_class, FORBIDDEN, "a write to the last byte of the class" },
	{ overrun_of_word, FORBIDDEN, "a word half inside" },
	{ underrun, FORBIDDEN, "a write one byte before" },
	{ overrun_of_object, FORBIDDEN, "a write one byte behind an object of 20" },
	{ overrun_to_the_slot, FORBIDDEN, "a write to the last byte of its slot" },
	{ free_pointer_behind_object, FORBIDDEN, "a write to the free pointer behind a constructed object" },
	{ left_redzone, FORBIDDEN, "a write to the left redzone" },
	{ right_redzone, FORBIDDEN, "a write to the right redzone" },
	{ track, FORBIDDEN, "a write to a track" },
	{ overrun_of_large, FORBIDDEN, "a write one byte behind a large block" },
	{ overrun_to_the_large_block, FORBIDDEN, "a write to the last byte of its pages" },
	{ ksize_opens_nothing, FORBIDDEN, "a write to what ksize() tells of" },
	{ ksize_opens_nothing_large, FORBIDDEN, "  and of a large block" },
	{ shrunk_in_place, FORBIDDEN, "a write behind what krealloc() left" },
	{ shrunk_large, FORBIDDEN, "  and of a large block" },
	{ grown_in_place, FORBIDDEN, "a write behind what krealloc() gave" },
	{ grown_large, FORBIDDEN, "  and of a large block" },
	{ moved_away, STALE, "a read of what krealloc() moved" },
	{ write_after_kfree, FORBIDDEN, "a write after kfree()" },
	{ write_to_the_last_byte_after_kfree, FORBIDDEN, "  to the last byte of 61" },
	{ read_after_kfree, STALE, "a read after kfree()" },
	{ read_after_kfree_large, STALE, "  of a large block" },
	{ read_after_kfree_sensitive, STALE, "a read after kfree_sensitive()" },
	{ read_after_kmem_cache_free, STALE, "a read after kmem_cache_free()" },
	{ constructed_read_after_free, FORBIDDEN, "a write to a constructed object that is free" },
	{ read_after_bulk_free, STALE, "a read after kfree_bulk()" },
	{ read_after_pages_went_back, STALE, "a read after the slab went back" },
	{ read_after_grace_period, STALE, "a read after the grace period of kfree_rcu()" },
	{ typesafe_read_after_pages_went_back, STALE, "a read of an object of a typesafe cache that is gone" },
	{ never_handed_out, FORBIDDEN, "a write to an object that was never handed out" },
	{ fresh, NO_VALUE, "a read of what kmalloc() gave" },
	{ fresh_object, NO_VALUE, "a read of what kmem_cache_alloc() gave" },
	{ fresh_large, NO_VALUE, "a read of a large block" },
	{ fresh_again, NO_VALUE, "a read of what the last owner wrote" },
	{ grown_has_no_value, NO_VALUE, "a read of what krealloc() added" },
	{ moved_has_no_value, NO_VALUE, "  and where it moved" },
	{ poisoned_by_debugging, NO_VALUE, "a read of the poison of slab debugging" },
	{ every_size, LEGAL, "every byte of every size" },
	{ every_size_zeroed, LEGAL, "every byte of every size that was zeroed" },
	{ every_object, LEGAL, "every byte of objects" },
	{ debugged, LEGAL, "every byte of objects with slab debugging" },
	{ constructed, LEGAL, "what a constructor wrote" },
	{ typesafe_read_after_free, LEGAL, "an object of a typesafe cache after its free" },
	{ resized, LEGAL, "what krealloc() keeps and gives" },
	{ resized_zeroed, LEGAL, "what krealloc() zeroes" },
	{ rounded_up, LEGAL, "every byte of a size that was rounded up" },
	{ in_bulk, LEGAL, "objects in bulk" },
	{ after_a_grace_period, LEGAL, "what waits for a grace period" },
	{ pages_that_were_slabs, LEGAL, "pages that were slabs" },
};

/* With page_debugging the page allocator writes to all that it gets back. */
static void boot(bool page_debugging)
{
	struct machine_config config = { 0 };
	struct machine *m;

	machine_config_profile(&config, PROFILE_SMALL);
	config.param[PARAM_PAGE_POISON] = config.param[PARAM_INIT_ON_FREE] = page_debugging;
	m = machine_create(&config);
	machine_enter(m, 0);
	if (mm_boot() || kmem_cache_init())
		_exit(3);
	machine_seal(m);
}

/* What the child said on stderr, and its wait status. */
static int run_in_child(void (*run)(void), bool page_debugging, char *said, size_t bytes)
{
	int channel[2], status = -1;
	size_t n = 0;
	ssize_t got;
	pid_t child;

	if (pipe(channel) || (child = fork()) < 0)
		return -1;
	if (!child) {
		dup2(channel[1], 2);
		close(channel[0]);
		boot(page_debugging);
		run();
		_exit(tool_complained() ? COMPLAINED : 0);
	}
	close(channel[1]);
	while ((got = read(channel[0], said + n, bytes - 1 - n)) > 0)
		n += n + (size_t)got < bytes - 1 ? (size_t)got : 0;
	said[n] = 0;
	close(channel[0]);
	waitpid(child, &status, 0);
	return status;
}

/* Valgrind has its own way to stderr. */
#if defined(MMCHECK_VALGRIND)
#define COMPLAINS_ELSEWHERE true
#else
#define COMPLAINS_ELSEWHERE false
#endif

#if defined(TOOL_ASAN)
static const char *const word_of[] = { [FORBIDDEN] = "use-after-poison", [STALE] = "use-after-poison" };
#elif defined(TOOL_MSAN)
static const char *const word_of[] = { [NO_VALUE] = "use-of-uninitialized-value", [STALE] = "use-of-uninitialized-value" };
#elif defined(MMCHECK_VALGRIND)
static const char *const word_of[] = { [FORBIDDEN] = "Invalid", [NO_VALUE] = "uninitialised", [STALE] = "Invalid read" };
#else
static const char *const word_of[] = { [STALE] = NULL };
#endif

static bool tool_is_there(void)
{
#if defined(MMCHECK_VALGRIND)
	return RUNNING_ON_VALGRIND;
#else
	return true;
#endif
}

static void test_case(unsigned i, bool page_debugging)
{
	const char *word = cases[i].verdict < ARRAY_SIZE(word_of) && tool_is_there() ? word_of[cases[i].verdict] : NULL;
	const char *how = page_debugging ? ", with page_poison and init_on_free" : "";
	static char said[16 << 10];
	int status;

	if (cases[i].verdict != LEGAL && !word)
		return; /* not this tool's affair */
	if (cases[i].verdict == NO_VALUE && page_debugging)
		return; /* all that is free is zeroed then */
	status = run_in_child(cases[i].run, page_debugging, said, sizeof(said));
	if (cases[i].verdict == LEGAL && !ok(status == 0, "legal: %s%s", cases[i].claim, how))
		printf("# complained of: %s\n# status %d: %.300s\n", cases[i].claim, status, said);
	if (cases[i].verdict != LEGAL &&
	    !ok(status && (COMPLAINS_ELSEWHERE || strstr(said, word)), "caught: %s%s", cases[i].claim, how))
		printf("# missed: %s\n", cases[i].claim);
}

int main(void)
{
	if (!tool_is_there())
		printf("# no tool is there: only what is legal is looked at\n");
	for (unsigned page_debugging = 0; page_debugging < 2; page_debugging++)
		for (unsigned i = 0; i < ARRAY_SIZE(cases); i++)
			test_case(i, page_debugging);
	return tap_end();
}
