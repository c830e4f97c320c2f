/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_slub_debug.c - SLUB debugging: slab_debug=, what lies around an object, what is found there, and the very words.
 *
 * Each test boots a machine, makes a cache, damages memory with its own hand, and looks at the log of one step. In texts S+48
 * is an address 0x48 bytes into the slab, and PAGE is that of the slab's struct page: where in RAM that is the allocator may
 * choose.
 */
#include <errno.h>
#include <stdlib.h>
#include "../mm/slub_debug_internal.h"
#include "slab_boot.h"

#define FZPU (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

/* --- a machine with caches ----------------------------------------------------------------------------------------- */

static struct machine *m;
static char seen[70000];

static bool boot(const char *slab_debug)
{
	return (m = boot_slab(slab_debug, PARAM_SLAB_NOMERGE, 0));
}

/* The next operation: two jiffies later, with an empty log. */
static void step(const char *operation, u32 number)
{
	m->nr_events = m->log_bytes = 0;
	m->now_ns += 2000000;
	this_cpu->operation = operation;
	this_cpu->step = number;
}

static struct kmem_cache *new_cache(const char *name, u32 size, slab_flags_t flags)
{
	return kmem_cache_create(name, size, 0, flags, NULL);
}

/* --- what was said ------------------------------------------------------------------------------------------------- */

static unsigned nr_reports(void)
{
	struct mm_event ev;
	unsigned nr = 0;

	for (u32 i = 0; i < m->nr_events; i++) {
		memcpy(&ev, &m->host->event[i], sizeof(ev));
		nr += ev.type == EVENT_SLUB_REPORT;
	}
	return nr;
}

/* The n'th report since the step began: is it this one, about this? */
static bool report_is(unsigned n, enum slub_report what, const void *about)
{
	struct mm_event ev;

	for (u32 i = 0; i < m->nr_events; i++) {
		memcpy(&ev, &m->host->event[i], sizeof(ev));
		if (ev.type != EVENT_SLUB_REPORT || n--)
			continue;
		return ev.report == what && ev.address == address_of(about);
	}
	return false;
}

static u64 address_in(const char *digits)
{
	char sixteen[17];

	memcpy(sixteen, digits, 16);
	sixteen[16] = 0;
	return strtoull(sixteen, NULL, 16);
}

/* Addresses of the slab are told by their distance. */
static const char *text(const struct slab *slab)
{
	u64 base = kernel_address(slab_base(slab)), bytes = PAGE_SIZE << slab_order(slab);
	u64 page = 0xffffea0000000000ULL + slab_pfn(slab) * 64;
	const char *at = m->host->log;
	char *to = seen;

	m->host->log[m->log_bytes] = 0;
	while (*at && to < seen + sizeof(seen) - 64) {
		bool prefix = !strncmp(at, "0xffff", 6), row = !strncmp(at, "ffff888", 7);
		u64 address = prefix || row ? address_in(at + 2 * prefix) : 0;

		if (address >= base && address <= base + bytes)
			to += sprintf(to, "S+%llx", (unsigned long long)(address - base));
		else if (address == page && prefix)
			to += sprintf(to, "PAGE");
		else {
			*to++ = *at++;
			continue;
		}
		at += 16 + 2 * prefix;
	}
	*to = 0;
	return seen;
}

static bool says(const char *words)
{
	m->host->log[m->log_bytes] = 0;
	return strstr(m->host->log, words);
}

static void poke(void *at, u8 byte)
{
	slab_fill(at, byte, 1);
}

#define RULE "=============================================================================\n"
#define LINE "-----------------------------------------------------------------------------\n\n"
#define HEAD(cache, words)	  RULE "BUG " cache " (Not tainted): " words "\n" LINE
#define HEAD_AGAIN(cache, words) RULE "BUG " cache " (Tainted: G    B             ): " words "\n" LINE

/* --- slab_debug= [S30] --------------------------------------------------------------------------------------------- */

struct option {
	const char *option, *cache;
	slab_flags_t asked, flags;
};

static void test_options(void)
{
	static const struct option table[] = {
		{ "", "a", 0, FZPU },
		{ "F", "a", 0, SLAB_CONSISTENCY_CHECKS },
		{ "Z", "a", 0, SLAB_RED_ZONE },
		{ "P", "a", 0, SLAB_POISON },
		{ "U", "a", 0, SLAB_STORE_USER },
		{ "T", "a", 0, SLAB_TRACE },
		{ "A", "a", 0, SLAB_FAILSLAB },
		{ "fzpu", "a", 0, FZPU },
		{ "O", "a", 0, 0 },
		{ "-", "a", 0, 0 },
		{ "-", "a", SLAB_RED_ZONE, SLAB_RED_ZONE },
		{ "FZ-P", "a", 0, SLAB_POISON },
		{ ",a", "a", 0, FZPU },
		{ ",a", "b", 0, 0 },
		{ "Z,a", "a", SLAB_POISON, SLAB_POISON | SLAB_RED_ZONE },
		{ "Z,a", "ab", 0, 0 },
		{ "Z,ab", "a", 0, 0 },
		{ "Z,a,b", "b", 0, SLAB_RED_ZONE },
		{ "Z,a,b", "a", 0, SLAB_RED_ZONE },
		{ "Z,b*", "bc", 0, SLAB_RED_ZONE },
		{ "Z,b*", "b", 0, SLAB_RED_ZONE },
		{ "Z,b*", "a", 0, 0 },
		{ "Z,*", "a", 0, SLAB_RED_ZONE },
		{ "Z,b*,a", "a", 0, SLAB_RED_ZONE },
		{ "Z,a*c", "abc", 0, SLAB_RED_ZONE },
		{ "Z,a*c", "abd", 0, SLAB_RED_ZONE },
		{ "Z;P,a", "a", 0, SLAB_POISON },
		{ "Z;P,a", "b", 0, SLAB_RED_ZONE },
		{ "P,a;Z", "a", 0, SLAB_POISON },
		{ "P,a;Z", "b", 0, SLAB_RED_ZONE },
		{ "P,a;Z,a", "a", 0, SLAB_POISON },
		{ "P,b;Z,a", "a", 0, SLAB_RED_ZONE },
		{ "Z;P", "a", 0, SLAB_POISON },
		{ ";;Z;;P,a;;", "a", 0, SLAB_POISON },
		{ "Z;-,a", "a", 0, 0 },
		{ "Z;-,a", "b", 0, SLAB_RED_ZONE },
		{ "FZPU", "a", SLAB_NOLEAKTRACE, (FZPU & ~SLAB_STORE_USER) | SLAB_NOLEAKTRACE },
		{ "FZPU,a", "a", SLAB_NOLEAKTRACE, FZPU | SLAB_NOLEAKTRACE },
		{ "Z,kmalloc-*", "kmalloc-64", SLAB_KMALLOC, SLAB_KMALLOC | SLAB_RED_ZONE },
		{ "Z,kmalloc-8", "kmalloc-8k", SLAB_KMALLOC, SLAB_KMALLOC },
	};
	unsigned wrong = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
		const struct option *o = &table[i];
		slab_flags_t flags;

		if (!boot(o->option))
			return;
		flags = kmem_cache_flags(o->asked, o->cache);
		if (flags != o->flags)
			printf("# slab_debug=%s, cache %s: flags 0x%x, must be 0x%x\n", o->option, o->cache, flags, o->flags);
		wrong += flags != o->flags;
		machine_destroy(m);
	}
	ok(!wrong, "S30: slab_debug= in %u forms means what it says", (unsigned)ARRAY_SIZE(table));
}

static void test_bad_options(void)
{
	struct machine_config c = { 0 };
	char longest[300];

	machine_config_profile(&c, PROFILE_SMALL);
	m = machine_create(&c);
	machine_enter(m, 0);
	mm_boot();
	step("boot", 0);
	ok(setup_slub_debug("FxZ,a;?") == -EINVAL, "S30: letters that nobody knows are refused");
	ok(says("slab_debug option 'x' unknown. skipped\nslab_debug option '?' unknown. skipped\n"), "S30: each by its name");
	kmem_cache_init();
	ok(kmem_cache_flags(0, "a") == (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE), "S30: and the others count");
	ok(setup_slub_debug("F") == -EINVAL && kmem_cache_flags(0, "b") == 0, "S30: it is too late when caches are there");
	machine_destroy(m);

	m = machine_create(&c);
	machine_enter(m, 0);
	mm_boot();
	memset(longest, 'F', sizeof(longest));
	longest[256] = 0;
	ok(setup_slub_debug(longest) == -E2BIG, "S30: 256 characters are too many");
	longest[255] = 0;
	ok(!setup_slub_debug(longest), "S30: 255 are not");
	machine_destroy(m);
}

/* A cache whose slab would need a larger order goes without what needs room. */
static void test_letter_o(void)
{
	struct kmem_cache *s;

	if (!boot("FZPUO"))
		return;
	s = new_cache("page", PAGE_SIZE, 0);
	ok(s && !(s->flags & (SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)) && s->flags & SLAB_CONSISTENCY_CHECKS &&
		   s->size == PAGE_SIZE,
	   "S30: O: debugging that would cost an order is off");
	s = new_cache("small", 64, 0);
	ok(s && (s->flags & FZPU) == FZPU, "S30: O: where it costs none it stays");
	machine_destroy(m);
}

/* --- geometry: golden vectors E11, E12, E13 [S1] [S2] --------------------------------------------------------------- */

static bool layout_is(const struct kmem_cache *s, u32 inuse, u32 offset, u32 pad, u32 size)
{
	if (s && s->inuse == inuse && s->offset == offset && s->red_left_pad == pad && s->size == size)
		return true;
	printf("# inuse %u, offset %u, left pad %u, slot %u\n", s ? s->inuse : 0, s ? s->offset : 0, s ? s->red_left_pad : 0,
	       s ? s->size : 0);
	return false;
}

static void test_golden(void)
{
	struct kmem_cache *s;

	if (!boot(""))
		return;
	s = slab_state()->kmalloc[SLAB_KMALLOC_NORMAL][6];
	ok(!strcmp(s->name, "kmalloc-64") && layout_is(s, 72, 72, 64, 256) && s->oo.objects == 16 << s->oo.order,
	   "E11: kmalloc-64 with FZPU");
	ok(get_info_end(s) == 80 && end_of_metadata(s) == 152, "E11: tracks, size, padding");
	s = kmem_cache_create("plain", 100, 8, 0, NULL);
	ok(layout_is(s, 104, 104, 8, 192) && get_info_end(s) == 112 && end_of_metadata(s) == 176, "E12: size 100 with FZPU");
	machine_destroy(m);

	if (!boot(NULL))
		return;
	ok(layout_is(new_cache("plain", 24, SLAB_NO_MERGE), 24, 8, 0, 24), "E13: size 24");
	ok(layout_is(new_cache("rcu", 24, SLAB_TYPESAFE_BY_RCU), 24, 24, 0, 32), "E13: with SLAB_TYPESAFE_BY_RCU");
	machine_destroy(m);
}

/* Orders of slabs on four CPUs, and what a node and a CPU keep. [S5] [S11] */
static void test_golden_sizes(void)
{
	static const struct {
		u32 size, order, objects;
	} row[] = { { 192, 0, 21 }, { 256, 0, 16 }, { 700, 2, 23 }, { 1024, 2, 16 }, { 2048, 3, 16 }, { 4096, 3, 8 }, { 8192, 3, 4 } };
	struct kmem_cache *s;

	if (!(m = boot_slab(NULL, PARAM_CPUS, 4)))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		s = new_cache("sized", row[i].size, SLAB_NO_MERGE);
		ok(s && s->oo.order == row[i].order && s->oo.objects == row[i].objects, "E14: %u bytes: order %u, %u objects",
		   row[i].size, s->oo.order, s->oo.objects);
		kmem_cache_destroy(s);
	}
	s = new_cache("small", 64, SLAB_NO_MERGE);
	ok(s->min_partial == 5 && s->cpu_partial == 120 && s->cpu_partial_slabs == 4, "E17: 64 bytes: 5 empty slabs, a chain of 4");
	kmem_cache_destroy(s);
	s = new_cache("large", 4096, SLAB_NO_MERGE);
	ok(s->min_partial == 6, "E17: 4096 bytes: 6 empty slabs");
	machine_destroy(m);
}

/* --- the numbers of lib/slub_kunit [S37] ---------------------------------------------------------------------------- */

static unsigned validate(struct kmem_cache *s)
{
	step("validate", 9);
	validate_slab_cache(s);
	return nr_reports();
}

static void test_kunit(void)
{
	struct kmem_cache *s;
	u8 *p;
	u64 word;

	if (!boot(NULL))
		return;
	s = new_cache("RZ_alloc", 64, SLAB_RED_ZONE);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	poke(p + 64, 0x12);
	same_number(validate(s), 2, "S37: a right redzone: 2 messages");
	same_number(validate(s), 0, "S37: and none the next time");
	kmem_cache_free(s, p);

	s = new_cache("next_ptr_free", 64, SLAB_POISON);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	word = slab_load(p + s->offset);
	poke(p + s->offset, (u8)~word);
	same_number(validate(s), 3, "S37: a free pointer: 3");
	slab_store(p + s->offset, word);
	same_number(validate(s), 2, "S37: and when it is repaired by hand, 2");
	same_number(validate(s), 0, "S37: and none");

	s = new_cache("1th_word_free", 64, SLAB_POISON);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	poke(p, 0x78);
	same_number(validate(s), 2, "S37: the first byte after the free: 2");
	same_number(validate(s), 0, "S37: and none");

	s = new_cache("50th_word_free", 64, SLAB_POISON);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	poke(p + 50, 0x9a);
	same_number(validate(s), 2, "S37: the 50th byte after the free: 2");
	same_number(validate(s), 0, "S37: and none");

	s = new_cache("RZ_free", 64, SLAB_RED_ZONE);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	poke(p + 64, 0xab);
	same_number(validate(s), 2, "S37: a redzone after the free: 2");
	same_number(validate(s), 0, "S37: and none");
	machine_destroy(m);

	if (!boot("ZU,kmalloc-32"))
		return;
	s = slab_state()->kmalloc[SLAB_KMALLOC_NORMAL][5];
	p = kmalloc(18, GFP_KERNEL);
	poke(p + 18, 0xab);
	poke(p + 19, 0xab);
	same_number(validate(s), 2, "S37: the redzone of kmalloc: 2");
	same_number(validate(s), 0, "S37: and none");
	step("kfree", 10);
	kfree(p);
	same_number(nr_reports(), 0, "S37: the free finds nothing");

	s = new_cache("leak_destroy", 64, SLAB_NO_MERGE);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	step("destroy", 11);
	kmem_cache_destroy(s);
	same_number(nr_reports(), 2, "S37: a leak at destroy: 2");
	machine_destroy(m);
}

/* --- texts: a slot of 112 bytes [S33] [S36] -------------------------------------------------------------------------- */

/*
 * "tgt": 20 bytes, FZPU. A slot:  0 left pad  8 object  1c right redzone  20 free pointer  28 tracks  68 padding  70
 * 36 of them in a page, and 64 bytes behind the last.
 */
static struct kmem_cache *open_tgt(void)
{
	return boot(NULL) ? new_cache("tgt", 20, FZPU) : NULL;
}

/* Allocated in step 3, in the first slot of a slab of its own; step 5 begins. */
static u8 *one_object(struct kmem_cache *s)
{
	u8 *p;

	step("kmem_cache_alloc", 3);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	step("kmem_cache_free", 5);
	return p;
}

static u8 *one_free_object(struct kmem_cache *s)
{
	u8 *p = one_object(s);

	kmem_cache_free(s, p);
	step("kmem_cache_alloc", 7);
	return p;
}

#define ALLOCATED "Allocated in kmem_cache_alloc+3 age=2 cpu=0 pid=100\n"
#define BOTH	  "Allocated in kmem_cache_alloc+3 age=4 cpu=0 pid=100\nFreed in kmem_cache_free+5 age=2 cpu=0 pid=100\n"
#define SLAB_(used, fp) "Slab PAGE objects=36 used=" used " fp=" fp " flags=0x80(slab|node=0|zone=2)\n"
#define OBJECT(fp)	"Object S+8 @offset=8 fp=" fp "\n\n"
#define LEFT_USED	"Redzone  S+0: cc cc cc cc cc cc cc cc                          ........\n"
#define LEFT_FREE	"Redzone  S+0: bb bb bb bb bb bb bb bb                          ........\n"
#define POISONED	"Object   S+8: 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b  kkkkkkkkkkkkkkkk\n"
#define POISONED_END	"Object   S+18: 6b 6b 6b a5                                      kkk.\n"
#define RIGHT_USED	"Redzone  S+1c: cc cc cc cc                                      ....\n"
#define RIGHT_FREE	"Redzone  S+1c: bb bb bb bb                                      ....\n"
#define PADDED		"Padding  S+68: 5a 5a 5a 5a 5a 5a 5a 5a                          ZZZZZZZZ\n"
#define NULL_ADDRESS	"0x0000000000000000"

static void test_right_redzone(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s);

	poke(p + 20, 0x12);
	poke(p + 22, 0x34);
	kmem_cache_free(s, p);
	same_text(text(slab_of(p)),
		  "[Right Redzone overwritten] S+1c-S+1e @offset=28. First byte 0x12 instead of 0xcc\n"
		  HEAD("tgt", "Object corrupt") ALLOCATED SLAB_("1", "S+78") OBJECT("S+78")
		  LEFT_USED POISONED POISONED_END
		  "Redzone  S+1c: 12 cc 34 cc                                      ..4.\n"
		  PADDED
		  "FIX tgt: Restoring Right Redzone S+1c-S+1e=0xcc\n"
		  "FIX tgt: Object at S+8 not freed\n",
		  "S33: a damaged right redzone, found by the free");
	ok(nr_reports() == 3 && report_is(0, SLUB_RIGHT_REDZONE, p) && report_is(1, SLUB_FIX_RESTORING, p) &&
		   report_is(2, SLUB_FIX_NOT_FREED, p),
	   "S33: three messages, announced in this order");
	ok(slab_byte(p + 20) == 0xcc && slab_byte(p + 21) == 0xcc && slab_byte(p + 22) == 0xcc, "S37: the bytes are right again");
	step("kmem_cache_free", 6);
	kmem_cache_free(s, p);
	ok(!nr_reports() && slab_byte(p) == 0x6b, "S32: it was not freed, and now it is");
	machine_destroy(m);
}

static void test_left_redzone(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s);

	poke(p - 1, 0x41);
	step("validate", 8);
	ok(validate_slab_cache(s) == 1, "S37: validate finds one slab");
	same_text(text(slab_of(p)),
		  "[Left Redzone overwritten] S+7-S+7 @offset=7. First byte 0x41 instead of 0xcc\n"
		  HEAD("tgt", "Object corrupt") "Allocated in kmem_cache_alloc+3 age=4 cpu=0 pid=100\n"
		  SLAB_("1", "S+78") OBJECT("S+78")
		  "Redzone  S+0: cc cc cc cc cc cc cc 41                          .......A\n"
		  POISONED POISONED_END RIGHT_USED PADDED
		  "FIX tgt: Restoring Left Redzone S+7-S+7=0xcc\n",
		  "S33: a damaged left redzone, found by validate");
	step("validate", 9);
	ok(validate_slab_cache(s) == 0 && !nr_reports(), "S37: and not a second time");
	machine_destroy(m);
}

static void test_both_redzones(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s);

	poke(p - 8, 0);
	poke(p + 23, 0);
	poke(p + 0x60, 0x59);
	kmem_cache_free(s, p);
	same_text(text(slab_of(p)),
		  "[Left Redzone overwritten] S+0-S+0 @offset=0. First byte 0x0 instead of 0xcc\n"
		  HEAD("tgt", "Object corrupt") ALLOCATED SLAB_("1", "S+78") OBJECT("S+78")
		  "Redzone  S+0: 00 cc cc cc cc cc cc cc                          ........\n"
		  POISONED POISONED_END
		  "Redzone  S+1c: cc cc cc 00                                      ....\n"
		  "Padding  S+68: 59 5a 5a 5a 5a 5a 5a 5a                          YZZZZZZZ\n"
		  "FIX tgt: Restoring Left Redzone S+0-S+0=0xcc\n"
		  "[Right Redzone overwritten] S+1f-S+1f @offset=31. First byte 0x0 instead of 0xcc\n"
		  "FIX tgt: Restoring Right Redzone S+1f-S+1f=0xcc\n"
		  "[Object padding overwritten] S+68-S+68 @offset=104. First byte 0x59 instead of 0x5a\n"
		  HEAD_AGAIN("tgt", "Object corrupt") ALLOCATED SLAB_("1", "S+78") OBJECT("S+78")
		  LEFT_USED POISONED POISONED_END RIGHT_USED
		  "Padding  S+68: 59 5a 5a 5a 5a 5a 5a 5a                          YZZZZZZZ\n"
		  "FIX tgt: Restoring Object padding S+68-S+68=0x5a\n"
		  "FIX tgt: Object at S+8 not freed\n",
		  "S33: an object with three wounds is shown with the first, and with its padding");
	machine_destroy(m);
}

static void test_poison(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_free_object(s);

	poke(p, 0x78);
	poke(p + 18, 0x6a);
	ok(kmem_cache_alloc(s, GFP_KERNEL) != p, "S31: another object is handed out");
	same_text(text(slab_of(p)),
		  "[Poison overwritten] S+8-S+1a @offset=8. First byte 0x78 instead of 0x6b\n"
		  HEAD("tgt", "Object corrupt") BOTH SLAB_("1", "S+78") OBJECT("S+78")
		  LEFT_FREE
		  "Object   S+8: 78 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b  xkkkkkkkkkkkkkkk\n"
		  "Object   S+18: 6b 6b 6a a5                                      kkj.\n"
		  RIGHT_FREE PADDED
		  "FIX tgt: Restoring Poison S+8-S+1a=0x6b\n"
		  "FIX tgt: Marking all objects used\n",
		  "S33: a write after the free, found when the object is wanted again");
	ok(nr_reports() == 3 && report_is(0, SLUB_POISON, p) && report_is(2, SLUB_FIX_ALL_USED, slab_base(slab_of(p))),
	   "S31: three messages");
	ok(slab_counters(slab_of(p)).frozen && slab_counters(slab_of(p)).inuse == 36, "S31: the slab is out of use");
	machine_destroy(m);

	s = open_tgt();
	p = one_free_object(s);
	poke(p + 19, 0x6b);
	kmem_cache_alloc(s, GFP_KERNEL);
	same_text(text(slab_of(p)),
		  "[End Poison overwritten] S+1b-S+1b @offset=27. First byte 0x6b instead of 0xa5\n"
		  HEAD("tgt", "Object corrupt") BOTH SLAB_("1", "S+78") OBJECT("S+78")
		  LEFT_FREE POISONED
		  "Object   S+18: 6b 6b 6b 6b                                      kkkk\n"
		  RIGHT_FREE PADDED
		  "FIX tgt: Restoring End Poison S+1b-S+1b=0xa5\n"
		  "FIX tgt: Marking all objects used\n",
		  "S33: the last byte has a poison of its own");
	machine_destroy(m);
}

/* P alone: no redzone, so the bytes up to the next word are padding. */
static void test_alignment_padding(void)
{
	struct kmem_cache *s = boot(NULL) ? new_cache("odd", 20, SLAB_POISON | SLAB_CONSISTENCY_CHECKS) : NULL;
	u8 *p = one_object(s);

	poke(p + 23, 0);
	kmem_cache_free(s, p);
	same_text(text(slab_of(p)),
		  "[Alignment padding overwritten] S+17-S+17 @offset=23. First byte 0x0 instead of 0x5a\n"
		  HEAD("odd", "Object corrupt")
		  "Slab PAGE objects=128 used=1 fp=S+20 flags=0x80(slab|node=0|zone=2)\n"
		  "Object S+0 @offset=0 fp=S+20\n\n"
		  "Object   S+0: 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b  kkkkkkkkkkkkkkkk\n"
		  "Object   S+10: 6b 6b 6b a5                                      kkk.\n"
		  "FIX odd: Restoring Alignment padding S+17-S+17=0x5a\n"
		  "FIX odd: Object at S+0 not freed\n",
		  "S33: without a redzone the rest of a word is padding");
	p = kmem_cache_alloc(s, GFP_KERNEL);
	poke(p + 20, 1);
	step("kmem_cache_free", 8);
	kmem_cache_free(s, p);
	ok(strstr(text(slab_of(p)), "Object S+20 @offset=32 fp=S+40\n\n"
				    "Bytes b4 S+10: 6b 6b 6b a5 5a 5a 5a 5a "),
	   "S36: and the 16 bytes before the object are shown");
	machine_destroy(m);
}

static void test_kmalloc_redzone(void)
{
	u8 *p;

	if (!boot("FZPU,kmalloc-16"))
		return;
	step("kmalloc", 3);
	p = kmalloc(10, GFP_KERNEL);
	step("kfree", 5);
	ok(slab_byte(p + 9) == 0xa5 && slab_byte(p + 10) == 0xcc && slab_byte(p + 15) == 0xcc, "S3: poison ends where the size does");
	poke(p + 10, 0x0a);
	kfree(p);
	same_text(text(slab_of(p)),
		  "[kmalloc Redzone overwritten] S+1a-S+1a @offset=26. First byte 0xa instead of 0xcc\n"
		  HEAD("kmalloc-16", "Object corrupt") "Allocated in kmalloc+3 age=2 cpu=0 pid=100\n"
		  "Slab PAGE objects=32 used=1 fp=S+90 flags=0x80(slab|node=0|zone=2)\n"
		  "Object S+10 @offset=16 fp=S+90\n\n"
		  "Redzone  S+0: cc cc cc cc cc cc cc cc cc cc cc cc cc cc cc cc  ................\n"
		  "Object   S+10: 6b 6b 6b 6b 6b 6b 6b 6b 6b a5 0a cc cc cc cc cc  kkkkkkkkk.......\n"
		  "Redzone  S+20: cc cc cc cc cc cc cc cc                          ........\n"
		  "Padding  S+78: 5a 5a 5a 5a 5a 5a 5a 5a                          ZZZZZZZZ\n"
		  "FIX kmalloc-16: Restoring kmalloc Redzone S+1a-S+1a=0xcc\n"
		  "FIX kmalloc-16: Object at S+10 not freed\n",
		  "S4: what was not asked for is a redzone");
	machine_destroy(m);
}

static void test_slab_padding(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s), *end = (u8 *)slab_base(slab_of(p)) + PAGE_SIZE;

	poke(end - 20, 0x11);
	poke(end - 3, 0x22);
	kmem_cache_free(s, p);
	same_text(text(slab_of(p)),
		  HEAD("tgt", "Padding overwritten. S+fec-S+ffd @offset=4076")
		  "Padding S+fc0: 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a  ZZZZZZZZZZZZZZZZ\n"
		  "Padding S+fd0: 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a  ZZZZZZZZZZZZZZZZ\n"
		  "Padding S+fe0: 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 11 5a 5a 5a  ZZZZZZZZZZZZ.ZZZ\n"
		  "Padding S+ff0: 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 22 5a 5a  ZZZZZZZZZZZZZ\"ZZ\n"
		  SLAB_("1", "S+78")
		  "FIX tgt: Restoring slab padding S+fec-S+ffd=0x5a\n",
		  "S33: the end of a slab");
	ok(slab_byte(p) == 0x6b && slab_byte(end - 20) == 0x5a && slab_byte(end - 3) == 0x5a && slab_byte(end - 21) == 0x5a,
	   "S37: the bytes are right again, and the object was freed all the same");
	machine_destroy(m);
}

static void test_free_pointer(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_free_object(s);

	poke(p + s->offset, slab_byte(p + s->offset) ^ 0x0f); /* 78 becomes 77 */
	kmem_cache_alloc(s, GFP_KERNEL);
	ok(says("BUG tgt (Not tainted): Freepointer corrupt\n" LINE "Allocated in kmem_cache_alloc+3 age=4 cpu=0 pid=100\nFreed in "),
	   "S34: a free pointer that leads nowhere");
	ok(says("FIX tgt: Marking all objects used\n") && nr_reports() == 2 && report_is(0, SLUB_FREEPOINTER, p),
	   "S31: the slab is given up");
	ok(!get_freepointer(s, p), "S34: the pointer is zapped");
	machine_destroy(m);

	s = open_tgt();
	p = one_free_object(s);
	poke(p + s->offset, slab_byte(p + s->offset) ^ 0x0f); /* 78 becomes 77 */
	step("validate", 8);
	validate_slab_cache(s);
	same_text(text(slab_of(p)) + strlen(HEAD("tgt", "Freechain corrupt")),
		  "Allocated in kmem_cache_alloc+3 age=6 cpu=0 pid=100\nFreed in kmem_cache_free+5 age=4 cpu=0 pid=100\n"
		  SLAB_("0", "S+8") "Object S+8 @offset=8 fp=S+77\n\n"
		  LEFT_FREE POISONED POISONED_END RIGHT_FREE PADDED
		  HEAD_AGAIN("tgt", "Wrong object count. Counter is 0 but counted were 35") SLAB_("0", "S+8")
		  "FIX tgt: Object count adjusted\n"
		  "[Left Redzone overwritten] S+70-S+77 @offset=112. First byte 0xbb instead of 0xcc\n"
		  HEAD_AGAIN("tgt", "Object corrupt") SLAB_("35", "S+8") "Object S+78 @offset=120 fp=S+e8\n\n"
		  "Redzone  S+70: bb bb bb bb bb bb bb bb                          ........\n"
		  "Object   S+78: 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b  kkkkkkkkkkkkkkkk\n"
		  "Object   S+88: 6b 6b 6b a5                                      kkk.\n"
		  "Redzone  S+8c: bb bb bb bb                                      ....\n"
		  "Padding  S+d8: 5a 5a 5a 5a 5a 5a 5a 5a                          ZZZZZZZZ\n"
		  "FIX tgt: Restoring Left Redzone S+70-S+77=0xcc\n"
		  "[Right Redzone overwritten] S+8c-S+8f @offset=140. First byte 0xbb instead of 0xcc\n"
		  "FIX tgt: Restoring Right Redzone S+8c-S+8f=0xcc\n",
		  "S34: the same in the chain, found by validate: who was behind counts as in use from now on");
	machine_destroy(m);
}

/* The slab's own word: its free list, and its counts. */
static void set_slab(struct slab *slab, struct slab_counters c)
{
	slab->counters = counters_pack(c);
}

static void test_slab_counters(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s);
	struct slab *slab = slab_of(p);
	struct slab_counters good = slab_counters(slab), bad = good;

	bad.objects = 37;
	set_slab(slab, bad);
	step("validate", 8);
	validate_slab_cache(s);
	same_text(text(slab), HEAD("tgt", "objects 37 > max 36")
		  "Slab PAGE objects=37 used=1 fp=S+78 flags=0x80(slab|node=0|zone=2)\n", "S34: more objects than there is room for");
	bad = good;
	bad.inuse = 37;
	set_slab(slab, bad);
	step("validate", 9);
	validate_slab_cache(s);
	same_text(text(slab), HEAD_AGAIN("tgt", "inuse 37 > max 36") SLAB_("37", "S+78"), "S34: more in use than there are");
	bad = good;
	bad.objects = 35;
	set_slab(slab, bad);
	step("validate", 10);
	validate_slab_cache(s);
	ok(says("BUG tgt (Tainted: G    B             ): Wrong number of objects. Found 35 but should be 36\n" LINE "Slab ") &&
		   says("FIX tgt: Number of objects adjusted\n") && slab_counters(slab).objects == 36,
	   "S34: fewer objects than there is room for");
	machine_destroy(m);
}

static void test_freelist(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s);
	struct slab *slab = slab_of(p);
	struct slab_counters bad = slab_counters(slab);

	bad.freelist = 5;
	set_slab(slab, bad);
	step("validate", 8);
	validate_slab_cache(s);
	same_text(text(slab),
		  HEAD("tgt", "Freepointer corrupt") SLAB_("1", "S+28") "FIX tgt: Freelist cleared\n",
		  "S34: a free list that begins nowhere");
	ok(nr_reports() == 2 && slab_counters(slab).inuse == 36 && slab_counters(slab).freelist == NO_FREE, "S34: is cleared");
	machine_destroy(m);

	s = open_tgt();
	p = one_free_object(s);
	slab = slab_of(p);
	set_freepointer(s, p, p);
	step("validate", 8);
	validate_slab_cache(s);
	same_text(text(slab), HEAD("tgt", "Freelist cycle detected") SLAB_("0", "S+8") "FIX tgt: Freelist cleared\n",
		  "S34: a free list in a circle is cleared");
	machine_destroy(m);

	s = open_tgt();
	p = one_object(s);
	slab = slab_of(p);
	bad = slab_counters(slab);
	bad.freelist = 5;
	set_slab(slab, bad);
	kmem_cache_alloc(s, GFP_KERNEL);
	ok(report_is(0, SLUB_FREELIST_POINTER, slab_base(slab) + 40) &&
		   strstr(text(slab), HEAD("tgt", "Freelist Pointer check fails") "Slab PAGE objects=36 used=2 fp=") &&
		   strstr(text(slab), "zone=2)\nInvalid pointer S+28\nFIX tgt: Marking all objects used\n"),
	   "S31: what is no object is not handed out, and not looked into");
	machine_destroy(m);
}

/* --- mistakes of who frees [S32] ------------------------------------------------------------------------------------- */

static void test_double_free(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_free_object(s);

	kmem_cache_alloc(s, GFP_KERNEL);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	step("kmem_cache_free", 8);
	kmem_cache_free(s, p);
	step("kmem_cache_free", 9);
	kmem_cache_free(s, p);
	same_text(text(slab_of(p)),
		  HEAD("tgt", "Object already free") "Allocated in kmem_cache_alloc+7 age=4 cpu=0 pid=100\n"
		  "Freed in kmem_cache_free+8 age=2 cpu=0 pid=100\n" SLAB_("1", "S+78") "Object S+78 @offset=120 fp=S+e8\n\n"
		  "Redzone  S+70: bb bb bb bb bb bb bb bb                          ........\n"
		  "Object   S+78: 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b  kkkkkkkkkkkkkkkk\n"
		  "Object   S+88: 6b 6b 6b a5                                      kkk.\n"
		  "Redzone  S+8c: bb bb bb bb                                      ....\n"
		  "Padding  S+d8: 5a 5a 5a 5a 5a 5a 5a 5a                          ZZZZZZZZ\n"
		  "FIX tgt: Object at S+78 not freed\n",
		  "S32: a double free");
	ok(nr_reports() == 2 && report_is(0, SLUB_ALREADY_FREE, p) && report_is(1, SLUB_FIX_NOT_FREED, p), "S32: two messages");
	ok(slab_counters(slab_of(p)).inuse == 1, "S32: nothing has changed");
	machine_destroy(m);
}

static void test_invalid_pointer(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s);

	kmem_cache_free(s, p + 8);
	same_text(text(slab_of(p)),
		  HEAD("tgt", "Invalid object pointer S+10") SLAB_("1", "S+78") "FIX tgt: Object at S+10 not freed\n",
		  "S32: a pointer into the object is not an object");
	ok(report_is(0, SLUB_INVALID_POINTER, slab_base(slab_of(p))) && report_is(1, SLUB_FIX_NOT_FREED, p + 8),
	   "S32: two messages");
	step("kmem_cache_free", 6);
	kmem_cache_free(s, slab_base(slab_of(p)) + 36 * 112 + 8);
	ok(says("Invalid object pointer 0x"), "S32: nor is one behind the last slot");
	step("kmem_cache_free", 7);
	kmem_cache_free(s, p);
	ok(!nr_reports(), "S32: the object itself can still be freed");
	machine_destroy(m);
}

static void test_wrong_cache(void)
{
	struct kmem_cache *s = open_tgt(), *other = new_cache("other", 20, FZPU);
	u8 *p = one_object(s);

	kmem_cache_free(other, p);
	same_text(text(slab_of(p)),
		  "WARNING: cache_from_obj: Wrong slab cache. other but object is from tgt\n" ALLOCATED, "S24: the wrong cache");
	ok(nr_reports() == 1 && report_is(0, SLUB_WRONG_CACHE, p) && slab_byte(p) == 0x6b && !slab_counters(slab_of(p)).inuse,
	   "S24: the object goes to its own");
	p = one_object(s);
	kmem_cache_free(other, p + 4);
	ok(!says("Allocated in") && says("Invalid object pointer"), "S24: what is no object has no track");
	machine_destroy(m);
}

/* A client wrote over the slab's own word about its cache. */
static void test_foreign_slab(void)
{
	struct kmem_cache *s = open_tgt(), *other = new_cache("other", 20, FZPU);
	u8 *p = one_object(s);
	struct slab *slab = slab_of(p);
	u32 flags = slab->flags;

	slab->flags = (flags & ~(0xffu << SLAB_ID_SHIFT)) | (u32)other->id << SLAB_ID_SHIFT;
	ok(!free_debug_processing(s, slab, p, p, 1) && report_is(0, SLUB_PAGE_POINTER, p) &&
		   says("BUG tgt (Not tainted): page slab pointer corrupt.\n" LINE "Allocated in"),
	   "S32: a slab of another cache");
	step("kmem_cache_free", 6);
	slab->flags = (flags & ~(0xffu << SLAB_ID_SHIFT)) | 100u << SLAB_ID_SHIFT;
	ok(!free_debug_processing(s, slab, p, p, 1) && report_is(0, SLUB_NO_CACHE, slab_base(slab)) &&
		   strstr(text(slab), "BUG <unknown> (Tainted: G    B             ): No slab cache for object S+8\n" LINE "Slab PAGE"),
	   "S32: a slab of no cache");
	step("kmem_cache_free", 7);
	slab->flags = flags & ~(u32)PG_slab;
	ok(!free_debug_processing(s, slab, p, p, 1) &&
		   strstr(text(slab), "): Not a valid slab page\n" LINE "Slab PAGE objects=36 used=1 fp=S+78 flags=0(node=0|zone=2)\n"
				      "FIX tgt: Object at S+8 not freed\n"),
	   "S34: a page that is no slab");
	step("kmem_cache_free", 8);
	s->flags &= ~SLAB_CONSISTENCY_CHECKS;
	slab->flags = flags;
	ok(!free_debug_processing(s, slab, p, p, 2) &&
		   strstr(text(slab), "): Slab has 1 allocated objects but 2 are to be freed\n" LINE "Slab PAGE") && nr_reports() == 2,
	   "S34: more is freed than was handed out");
	machine_destroy(m);
}

static void test_bulk(void)
{
	struct kmem_cache *s = open_tgt();
	void *p[4];

	step("kmem_cache_alloc_bulk", 3);
	ok(kmem_cache_alloc_bulk(s, GFP_KERNEL, 4, p) == 4, "S19: four objects at once");
	ok(get_track(s, p[2], TRACK_ALLOC).step == 3, "S38: each with its track");
	set_freepointer(s, p[0], p[1]);
	set_freepointer(s, p[1], p[2]);
	step("kmem_cache_free_bulk", 5);
	ok(free_debug_processing(s, slab_of(p[0]), p[0], p[1], 3) == 2 && nr_reports() == 1 &&
		   says("): Bulk free expected 3 objects but found 2\n"),
	   "S34: a list that is shorter than it should be is freed as far as it goes");
	step("kmem_cache_free_bulk", 6);
	ok(!free_debug_processing(s, slab_of(p[2]), p[2], p[3], 1) && nr_reports() == 2 &&
		   says("): Bulk free expected 1 objects but found 2\n"),
	   "S34: one that is longer is not freed");
	machine_destroy(m);
}

/* --- out of use [S34] -------------------------------------------------------------------------------------------------- */

static void test_disabled(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s), *q = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, q);
	poke(q, 0);
	step("kmem_cache_alloc", 7);
	kmem_cache_alloc(s, GFP_KERNEL);
	step("kmem_cache_free", 8);
	kmem_cache_free(s, p);
	same_text(text(slab_of(p)),
		  HEAD_AGAIN("tgt", "Slab disabled since SLUB metadata consistency check failed") SLAB_("36", NULL_ADDRESS)
		  "FIX tgt: Object at S+8 not freed\n",
		  "S34: a slab that failed a check takes nothing back");
	step("validate", 9);
	ok(validate_slab_cache(s) == 0 && !nr_reports(), "S37: and is on no list");
	machine_destroy(m);
}

/* --- tracks [S38], trace, other flags -------------------------------------------------------------------------------- */

static void test_tracks(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p;
	struct track t;

	step(NULL, 0);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	t = get_track(s, p, TRACK_ALLOC);
	ok(!strcmp(track_operation(&t), "boot") && t.when == m->now_ns / 1000000, "S38: who allocates outside of any operation");
	ok(!get_track(s, p, TRACK_FREE).who, "S38: nobody freed it yet");
	machine_enter(m, 1);
	step("kmem_cache_free", 4);
	kmem_cache_free(s, p);
	t = get_track(s, p, TRACK_FREE);
	ok(!strcmp(track_operation(&t), "kmem_cache_free") && t.step == 4 && t.cpu == 1 && t.pid == 101,
	   "S38: the free track has operation, step, cpu and pid");
	t = get_track(s, p, TRACK_ALLOC);
	ok(!strcmp(track_operation(&t), "boot") && t.cpu == 0 && t.pid == 100, "S38: a free leaves the alloc track");
	machine_enter(m, 0);
	step("kmem_cache_alloc", 5);
	kmem_cache_alloc(s, GFP_KERNEL);
	ok(get_track(s, p, TRACK_FREE).step == 4 && get_track(s, p, TRACK_ALLOC).step == 5, "S38: an allocation the free track");
	kmem_cache_alloc(s, GFP_KERNEL);
	slab_fill(p + get_info_end(s), 0xff, 64);
	step("kmem_cache_free", 6);
	kmem_cache_free(s, p);
	step("kmem_cache_free", 7);
	kmem_cache_free(s, p);
	ok(says("Allocated in ?+4294967295 age="), "S38: a track that was written over is shown as it is");
	machine_destroy(m);
}

static void test_trace(void)
{
	struct kmem_cache *s = boot(NULL) ? new_cache("told", 20, SLAB_TRACE) : NULL;
	u8 *p;

	step("kmem_cache_alloc", 3);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	same_text(text(slab_of(p)), "TRACE told alloc S+0 inuse=1 fp=S+18\n", "S30: T tells of an allocation");
	slab_fill(p, 'x', 20);
	step("kmem_cache_free", 4);
	kmem_cache_free(s, p);
	same_text(text(slab_of(p)),
		  "TRACE told free S+0 inuse=1 fp=S+18\n"
		  "Object S+0: 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78  xxxxxxxxxxxxxxxx\n"
		  "Object S+10: 78 78 78 78                                      xxxx\n",
		  "S30: and of a free, with what the object holds");
	ok(!nr_reports(), "S30: which is no report");
	machine_destroy(m);
}

/* Without F nobody looks before validate. */
static void test_patterns_alone(void)
{
	struct kmem_cache *s = boot(NULL) ? new_cache("quiet", 20, SLAB_RED_ZONE | SLAB_POISON) : NULL;
	u8 *p = one_object(s);

	ok(slab_byte(p) == 0x6b && slab_byte(p + 19) == 0xa5 && slab_byte(p + 20) == 0xcc, "S31: without F patterns are written");
	poke(p + 20, 0);
	kmem_cache_free(s, p);
	ok(!nr_reports() && slab_byte(p + 20) == 0xbb, "S31: and nobody looks");
	poke(p + 3, 0);
	ok(validate_slab_cache(s) == 1 && nr_reports() == 2 && report_is(0, SLUB_POISON, p), "S31: but validate");
	step("validate", 9);
	s = new_cache("nothing", 20, 0);
	ok(validate_slab_cache(s) == -EINVAL, "S37: of a cache without debugging nothing is known");
	machine_destroy(m);
}

static void ctor(void *object)
{
	memset(object, 0x33, 20);
}

static void test_constructed(void)
{
	struct kmem_cache *s = boot(NULL) ? kmem_cache_create("built", 20, 0, FZPU, ctor) : NULL;
	u8 *p = one_object(s);

	ok(p && slab_byte(p) == 0x33 && slab_byte(p + 19) == 0x33 && slab_byte(p + 20) == 0xcc,
	   "S3: a constructed object has no poison");
	if (!p)
		return;
	kmem_cache_free(s, p);
	ok(slab_byte(p) == 0x33 && slab_byte(p + 20) == 0xbb && !nr_reports(), "S3: nor when it is free");
	s = new_cache("rcu", 20, FZPU | SLAB_TYPESAFE_BY_RCU);
	p = one_object(s);
	poke(p, 0x44);
	kmem_cache_free(s, p);
	ok(slab_byte(p) == 0x44 && !nr_reports(), "S3: an object that readers may still look at has none");
	machine_destroy(m);
}

/* Objects smaller than a pointer have a redzone too; each byte around them is seen. */
static void test_small_objects(void)
{
	unsigned missed = 0, total = 0;

	for (u32 size = 1; size <= 9; size++) {
		struct kmem_cache *s = boot(NULL) ? new_cache("small", size, FZPU & ~SLAB_POISON & ~SLAB_STORE_USER) : NULL;
		u8 *p = one_object(s);

		missed += !p;
		for (s64 at = -(s64)s->red_left_pad; p && at < s->inuse; at++, total++) {
			if (at >= 0 && at < size)
				continue;
			poke(p + at, 0xcc ^ 1);
			step("validate", 9);
			missed += validate_slab_cache(s) != 1 || nr_reports() != 2 || slab_byte(p + at) != 0xcc;
		}
		machine_destroy(m);
	}
	ok(total > 100 && !missed, "S1: each byte around objects of 1 to 9 bytes is guarded (%u)", total);
}

/* --- what is no damage: contents, zeroes, sizes [S4] [S16] ------------------------------------------------------------- */

static unsigned reports_of_free(struct kmem_cache *s, void *p)
{
	step("kmem_cache_free", 8);
	kmem_cache_free(s, p);
	return nr_reports();
}

static void test_contents(void)
{
	struct kmem_cache *s = boot(NULL) ? new_cache("inside", 64, SLAB_RED_ZONE | SLAB_CONSISTENCY_CHECKS) : NULL;
	u8 *p = one_object(s), *q;

	ok(s->offset < s->inuse, "S1: with redzones alone the free pointer lies inside");
	slab_fill(p, 'x', 64);
	ok(!reports_of_free(s, p), "S32: so while the object is in use it is the client's");
	s = new_cache("users", 64, SLAB_STORE_USER);
	ok(get_info_end(s) == s->inuse && s->size == 128, "S1: tracks lie behind the object then");
	p = kmem_cache_alloc(s, GFP_KERNEL);
	q = kmem_cache_alloc(s, GFP_KERNEL);
	slab_fill(p, 'x', 64);
	slab_fill(q, 'y', 64);
	kmem_cache_free(s, p);
	ok(slab_first_other(q, 'y', 64) == 64, "S38: and nowhere else");
	machine_destroy(m);
}

static void test_sizes_asked_for(void)
{
	u8 *p, *q;

	if (!boot("FZPU"))
		return;
	step("kmalloc", 3);
	for (u32 size = 1; size <= 512; size += 7) {
		p = kmalloc(size, GFP_KERNEL);
		slab_fill(p, 0x11, size);
		q = kzalloc(size, GFP_KERNEL);
		if (slab_first_other(q, 0, size) != size || (ksize(p) > size && slab_byte(q + size) != 0xcc))
			ok(false, "S16: %u bytes are zeroed, and no more", size);
		kfree(p);
		kfree(q);
	}
	ok(!nr_reports(), "S4: whatever is asked for may be written to, again and again");
	machine_destroy(m);
}

static void test_init_on_free(void)
{
	struct kmem_cache *s = (m = boot_slab("FZU,kmalloc-64", PARAM_INIT_ON_FREE, 1)) ? new_cache("wiped", 64, SLAB_RED_ZONE) : NULL;
	u8 *p = one_object(s);

	slab_fill(p, 'x', 64);
	ok(!reports_of_free(s, p) && slab_first_other(p, 0, 32) == 32 && slab_byte(p + 64) == 0xbb,
	   "S16: init_on_free wipes the object and no redzone");
	ok(!validate(s), "S16: so nothing is found");
	s = new_cache("rcu", 24, SLAB_TYPESAFE_BY_RCU | SLAB_RED_ZONE);
	p = one_object(s);
	ok(!reports_of_free(s, p) && !validate(s), "S16: an outside free pointer is left alone");
	p = kmalloc(40, GFP_KERNEL);
	slab_fill(p, 'x', 40);
	step("kfree", 9);
	kfree(p);
	p = kmalloc(40, GFP_KERNEL);
	kfree(p);
	ok(!nr_reports() && slab_first_other(p, 0, 40) == 40, "S16: the size that was asked for is kept");
	machine_destroy(m);
}

/* A full slab is on the full list with U, and on none without. */
static void test_full_lists(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s);

	for (unsigned i = 1; i < 36; i++)
		kmem_cache_alloc(s, GFP_KERNEL);
	poke(p + 20, 0);
	ok(slab_counters(slab_of(p)).freelist == NO_FREE && validate(s) == 2, "S8: a full slab is looked at");
	s = new_cache("alone", 20, FZPU & ~SLAB_STORE_USER);
	p = one_object(s);
	for (unsigned i = 1; i < slab_counters(slab_of(p)).objects; i++)
		kmem_cache_alloc(s, GFP_KERNEL);
	poke(p + 20, 0);
	ok(validate(s) == 0, "S8: without U nobody knows where it is");
	ok(reports_of_free(s, p) == 3, "S32: but the free finds the damage");
	machine_destroy(m);
}

static void test_cut_freelist(void)
{
	struct kmem_cache *s = open_tgt();
	void *p = one_object(s), *list = p;

	ok(!freelist_corrupted(s, slab_of(p), &list, NULL) && !freelist_corrupted(s, slab_of(p), &list, (char *)p + 112) &&
		   list == p && !nr_reports(),
	   "S34: a list that goes on, or ends, is left alone");
	ok(freelist_corrupted(s, slab_of(p), &list, (char *)p + 5) && !list && nr_reports() == 2 &&
		   report_is(0, SLUB_FREECHAIN, p) && says("FIX tgt: Isolate corrupted freechain\n"),
	   "S34: one that leads nowhere is cut");
	s->flags &= ~SLAB_CONSISTENCY_CHECKS;
	ok(!freelist_corrupted(s, slab_of(p), &list, (char *)p + 5), "S34: only F looks");
	machine_destroy(m);
}

/* --- the end of a cache [S35], no memory [S39] -------------------------------------------------------------------------- */

static void test_remaining(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s);

	step("kmem_cache_alloc", 6);
	kmem_cache_alloc(s, GFP_KERNEL);
	step("kmem_cache_destroy", 8);
	kmem_cache_destroy(s);
	ok(!strncmp(text(slab_of(p)),
		    HEAD("tgt", "Objects remaining on __kmem_cache_shutdown()")
		    "Object S+8 @offset=8\n"
		    "Allocated in kmem_cache_alloc+3 age=6 cpu=0 pid=100\n"
		    "Object S+78 @offset=120\n"
		    "Allocated in kmem_cache_alloc+6 age=2 cpu=0 pid=100\n"
		    SLAB_("2", "S+e8"), strlen(HEAD("tgt", "Objects remaining on __kmem_cache_shutdown()")) + 200),
	   "S35: objects that remain when their cache goes");
	ok(report_is(0, SLUB_REMAINING, slab_base(slab_of(p))), "S35: one message for a slab");
	machine_destroy(m);
}

static void test_out_of_memory(void)
{
	struct kmem_cache *s = boot(NULL) ? new_cache("big", 3000, FZPU) : NULL;
	unsigned told = 0;

	step("kmem_cache_alloc", 3);
	slab_out_of_memory(s, GFP_KERNEL, NUMA_NO_NODE);
	m->host->log[m->log_bytes] = 0;
	same_text(m->host->log,
		  "SLUB: Unable to allocate memory on CPU 0 (of node 0) on node -1, gfp=0xcc0(GFP_KERNEL)\n"
		  "  cache: big, object size: 3000, buffer size: 3096, default order: 3, min order: 0\n"
		  "  node 0: slabs: 0, objs: 0, free: 0\n"
		  "  node 1: slabs: 0, objs: 0, free: 0\n"
		  "  node 2: slabs: 0, objs: 0, free: 0\n",
		  "S39: no memory for a slab");
	ok(nr_reports() == 1, "S39: one message");
	step("kmem_cache_alloc", 4);
	slab_out_of_memory(s, GFP_KERNEL | __GFP_NOWARN, 0);
	ok(!nr_reports() && !m->log_bytes, "S39: not for who does not want to be told");
	for (unsigned i = 0; i < 15; i++)
		slab_out_of_memory(s, GFP_ATOMIC, 0);
	told = nr_reports();
	ok(told == 9, "S39: ten of a burst (%u more)", told);
	step("kmem_cache_alloc", 5);
	m->now_ns += 5000000000ULL;
	slab_out_of_memory(s, GFP_ATOMIC, 0);
	m->host->log[m->log_bytes] = 0;
	ok(!strncmp(m->host->log, "slab_out_of_memory: 6 callbacks suppressed\nSLUB: Unable", 55), "S39: and the next says how many were not");
	s = new_cache("wide", PAGE_SIZE, FZPU);
	step("kmem_cache_alloc", 6);
	slab_out_of_memory(s, GFP_ATOMIC, 0);
	ok(says("min order: 1\n  wide debugging increased min order, use slab_debug=O to disable.\n"), "S39: what debugging costs");
	machine_destroy(m);
}

/* Machines and their addresses differ; what is printed does not. */
static void test_addresses(void)
{
	struct kmem_cache *s = open_tgt();
	u8 *p = one_object(s);
	char line[200];

	poke(p + 20, 0);
	kmem_cache_free(s, p);
	sprintf(line, "Object 0x%016llx @offset=8 fp=", 0xffff888000000000ULL + (unsigned long long)address_of(p));
	ok(says(line), "S36: an object's address is the one that Linux maps its frame at");
	sprintf(line, "Slab 0x%016llx objects=", 0xffffea0000000000ULL + 64 * (unsigned long long)slab_pfn(slab_of(p)));
	ok(says(line), "S36: a slab's is that of its struct page");
	machine_destroy(m);
}

int main(void)
{
	test_options();
	test_bad_options();
	test_letter_o();
	test_golden();
	test_golden_sizes();
	test_kunit();
	test_right_redzone();
	test_left_redzone();
	test_both_redzones();
	test_poison();
	test_alignment_padding();
	test_kmalloc_redzone();
	test_slab_padding();
	test_free_pointer();
	test_slab_counters();
	test_freelist();
	test_double_free();
	test_invalid_pointer();
	test_wrong_cache();
	test_foreign_slab();
	test_bulk();
	test_disabled();
	test_tracks();
	test_trace();
	test_patterns_alone();
	test_constructed();
	test_small_objects();
	test_contents();
	test_sizes_asked_for();
	test_init_on_free();
	test_full_lists();
	test_cut_freelist();
	test_remaining();
	test_out_of_memory();
	test_addresses();
	return tap_end();
}
