// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lockstep.c - who checks the checkers.
 *
 * Programs survive bytes and text and run the same; a run leaves nothing to the next one. Then the oracle itself: one
 * field of a sound state, or one step of a sound sequence, is changed, and exactly the clause must speak that was broken.
 */
#include <stdlib.h>
#include "../mm/internal.h"
#include "tap.h"
#include "model_page_debug.h"
#include "world.h"

/* --- programs ---------------------------------------------------------------------------------------------------- */

static bool same_instr(const struct instr *a, const struct instr *b)
{
	return a->code == b->code && a->cpu == b->cpu && a->context == b->context && a->slot == b->slot &&
	       a->slot2 == b->slot2 && a->gfp == b->gfp && a->argument == b->argument && a->nr_switches == b->nr_switches;
}

static bool same_switches(const struct program *p, const struct instr *a, const struct program *q, const struct instr *b)
{
	for (u32 k = 0; k < a->nr_switches; k++) {
		struct sched_switch x = p->sw[a->first_switch + k], y = q->sw[b->first_switch + k];

		if (x.at != y.at || x.kind != y.kind || x.target != y.target)
			return false;
	}
	return true;
}

static bool same_program(const struct program *p, const struct program *q)
{
	if (p->nr_ops != q->nr_ops || p->header.version != q->header.version || p->header.profile != q->header.profile ||
	    p->header.start != q->header.start || p->header.flags != q->header.flags ||
	    p->header.swarm != q->header.swarm || p->header.seed != q->header.seed)
		return false;
	for (u32 i = 0; i < p->nr_ops; i++)
		if (!same_instr(&p->op[i], &q->op[i]) || !same_switches(p, &p->op[i], q, &q->op[i]))
			return false;
	return true;
}

/* Random bytes that mean something: half of the words have an assigned code, some are prefixes. */
static size_t random_bytes(u64 seed, u8 *out, size_t words)
{
	static const u16 prefix[] = { CODE_WIDE, CODE_SWITCH };

	for (size_t i = 0; i < words * OP_BYTES; i += 8) {
		u64 r = rng_next(&seed);

		memcpy(out + i, &r, 8);
	}
	for (size_t i = 1; i < words; i++) {
		u64 r = rng_next(&seed);
		u16 code = r % 8 < 5 ? op_nth((unsigned)(r >> 8) % 24)->code : prefix[r >> 8 & 1];

		if (r % 8 < 6)
			memcpy(out + i * OP_BYTES, &code, 2);
	}
	out[0] = PROGRAM_VERSION;
	out[1] = (u8)(seed % 2); /* not real: slow */
	out[3] &= (u8)~HEADER_DAMAGE; /* nothing that must be found */
	return words * OP_BYTES;
}

static char *print_text(const struct program *p, size_t *bytes, char *const *outcome)
{
	char *text;
	FILE *f = open_memstream(&text, bytes);

	program_print(p, f, outcome);
	fclose(f);
	return text;
}

struct digests {
	u64 of_run;
	char clause[40];
};

static struct digests run(struct world *w, const struct program *p)
{
	const struct verdict *v = lockstep_run(w, p);
	struct digests d = { .of_run = w->digest };

	memcpy(d.clause, v->clause, sizeof(d.clause));
	return d;
}

static bool same_run(struct digests a, struct digests b)
{
	return a.of_run == b.of_run && !strcmp(a.clause, b.clause);
}

/* --- bytes, text, and back --------------------------------------------------------------------------------------- */

#define PROGRAMS 300

struct trips {
	unsigned bytes, text, digest, printed, clean;
};

/* One program through bytes and text. */
static void trip(struct world *w, const struct program *p, struct trips *t)
{
	static u8 bytes[1 << 20], again_bytes[1 << 20];
	struct program by_bytes, by_text;
	size_t n = program_encode(p, bytes, sizeof(bytes)), len, len2;
	char error[200] = "", *text = print_text(p, &len, NULL), *again;
	struct digests d;

	program_init(&by_bytes);
	program_init(&by_text);
	t->bytes += program_decode(&by_bytes, bytes, n) && same_program(p, &by_bytes) &&
		    program_encode(&by_bytes, again_bytes, sizeof(again_bytes)) == n && !memcmp(bytes, again_bytes, n);
	if (program_parse(&by_text, text, len, error, sizeof(error), NULL))
		t->text++;
	else
		printf("# %s\n", error);
	d = run(w, &by_bytes);
	t->clean += !d.clause[0];
	if (d.clause[0])
		printf("# seed %llu: %s at step %d: %s\n", (unsigned long long)p->header.seed, d.clause, w->verdict.step,
		       w->verdict.sentence);
	t->digest += same_run(d, run(w, &by_text));
	again = print_text(&by_text, &len2, NULL);
	t->printed += len == len2 && !memcmp(text, again, len);
	free(text);
	free(again);
	program_free(&by_bytes);
	program_free(&by_text);
}

static void report_trips(const struct trips *t, const char *what)
{
	ok(t->bytes == PROGRAMS, "%s: bytes decode and encode to themselves", what);
	ok(t->text == PROGRAMS, "%s: what is printed parses", what);
	ok(t->printed == PROGRAMS, "%s: and prints to itself", what);
	ok(t->digest == PROGRAMS, "%s: and runs as the bytes do", what);
	ok(t->clean == PROGRAMS, "%s: and nothing is found", what);
}

static void test_generated(struct world *w, unsigned tables, const char *what)
{
	struct trips t = { 0 };
	struct program p;

	program_init(&p);
	for (u64 seed = 0; seed < PROGRAMS; seed++) {
		program_generate(&p, seed, 48, tables);
		trip(w, &p, &t);
	}
	report_trips(&t, what);
	program_free(&p);
}

static void test_random_bytes(struct world *w)
{
	static u8 bytes[80 * OP_BYTES];
	struct trips t = { 0 };
	struct program p;
	u64 unknown = 0, wide = 0, switches = 0;

	program_init(&p);
	for (u64 seed = 0; seed < PROGRAMS; seed++) {
		program_decode(&p, bytes, random_bytes(seed, bytes, 80));
		for (u32 i = 0; i < p.nr_ops; i++) {
			unknown += !op_by_code(p.op[i].code);
			wide += p.op[i].slot >> 16 || p.op[i].argument >> 32;
		}
		switches += p.nr_switches;
		trip(w, &p, &t);
	}
	report_trips(&t, "random bytes");
	ok(unknown > 1000 && wide > 1000 && switches > 1000, "  unknown codes, WIDE and SWITCH among them");
	program_free(&p);
}

static void test_not_programs(void)
{
	u8 bytes[HEADER_BYTES + OP_BYTES] = { PROGRAM_VERSION };
	struct program p;

	program_init(&p);
	ok(!program_decode(&p, bytes, HEADER_BYTES - 1), "less than a header is no program");
	ok(program_decode(&p, bytes, HEADER_BYTES) && !p.nr_ops, "a header alone is an empty one");
	ok(program_decode(&p, bytes, sizeof(bytes) - 1) && !p.nr_ops, "half an operation is none");
	bytes[HEADER_BYTES] = CODE_WIDE & 0xff;
	bytes[HEADER_BYTES + 1] = CODE_WIDE >> 8;
	ok(program_decode(&p, bytes, sizeof(bytes)) && !p.nr_ops, "a prefix without its operation is none");
	bytes[0] = PROGRAM_VERSION + 1;
	ok(!program_decode(&p, bytes, sizeof(bytes)), "another version is refused");
	program_free(&p);
}

/* --- one run and the next ---------------------------------------------------------------------------------------- */

static bool same_outcomes(struct world *a, struct world *b, u32 nr)
{
	for (u32 i = 0; i < nr; i++) {
		const char *x = lockstep_outcome(a)[i], *y = lockstep_outcome(b)[i];

		if (x && y ? strcmp(x, y) != 0 : x != y)
			return false;
	}
	return true;
}

/* A reset copies what there is on this machine: nothing else may have been written. */
static bool model_is_as_sealed(struct model *m)
{
	const struct model *image = m->image;
	struct model mine;

	model_reset(m);
	mine = *m;
	mine.image = image->image;
	mine.events_judged = image->events_judged;
	mine.counts = image->counts;
	return !memcmp(&mine, image, sizeof(mine)) && !memcmp(m + 1, image + 1, m->block_bytes - sizeof(mine));
}

static void test_again(void)
{
	struct world *a = world_create(), *b = world_create();
	unsigned same = 0, other = 0, worlds = 0, sealed = 0;
	struct program p;
	u64 last = 0;

	a->record = b->record = true;
	program_init(&p);
	for (u64 seed = 1000; seed < 1100; seed++) {
		struct digests first;

		program_generate(&p, seed, 64, TABLE_MACHINE | TABLE_PAGE | (seed & 1 ? TABLE_MEMBLOCK : 0));
		first = run(a, &p);
		same += same_run(first, run(a, &p));
		worlds += same_run(first, run(b, &p)) && same_outcomes(a, b, p.nr_ops);
		other += first.of_run != last;
		last = first.of_run;
		sealed += model_is_as_sealed(a->model);
	}
	same_number(same, 100, "the same program twice gives the same digest");
	same_number(worlds, 100, "  in another world too, and each step answers the same");
	same_number(other, 100, "  and another program another");
	same_number(sealed, 100, "  and a model is as it was sealed when it is reset");
	program_free(&p);
	world_destroy(a);
	world_destroy(b);
}

/* A machine without a copy of itself boots again where it was: nothing of the last program is left. */
static void test_again_on_a_big_machine(void)
{
	struct world *a = world_create(), *b = world_create();
	unsigned same = 0, worlds = 0;
	struct program p, other;

	program_init(&p);
	program_init(&other);
	program_generate(&p, 1, 200, TABLE_PAGE | TABLE_VM);
	program_generate(&other, 2, 200, TABLE_PAGE | TABLE_VM);
	p.header = other.header = (struct header){ .version = PROGRAM_VERSION, .profile = PROFILE_REAL, .start = START_PRESSURE };
	for (unsigned i = 0; i < 3; i++) {
		struct digests first;

		run(a, i ? &p : &other);
		first = run(a, &p);
		same += same_run(first, run(a, &p)) && !first.clause[0];
		worlds += same_run(first, run(b, &p));
	}
	same_number(same, 3, "the same program twice gives the same digest on a machine too big to be copied");
	same_number(worlds, 3, "  and in another world");
	program_free(&p);
	program_free(&other);
	world_destroy(a);
	world_destroy(b);
}

/* A text as a program; the test is over if it is none. */
static void program_of(struct program *p, const char *text)
{
	char error[200];

	program_init(p);
	if (program_parse(p, text, strlen(text), error, sizeof(error), NULL))
		return;
	printf("Bail out! %s\n", error);
	exit(1);
}

/* The image that a reset brings back, as an address of the machine or of the model. */
static void *machine_image_of(struct world *w, const void *field)
{
	return w->machine->host->image + ((const char *)field - w->machine->host->base);
}

static struct model *model_image(struct world *w)
{
	return w->model->image;
}

#define SOME_OPS                                                                                                       \
	"mmcheck-trace 1 profile=small start=booted flags=- swarm=0x0 seed=0x0\n"                                      \
	"0: p1 = alloc_pages gfp=GFP_KERNEL order=2\n"                                                                 \
	"1: p2 = alloc_pages gfp=GFP_KERNEL|__GFP_COMP order=3\n"                                                      \
	"2: p3 = alloc_pages gfp=GFP_KERNEL order=0\n"                                                                 \
	"3: p4 = alloc_pages cpu=2 gfp=GFP_KERNEL order=0\n"                                                           \
	"4: p5 = alloc_pages cpu=4 gfp=GFP_HIGHUSER_MOVABLE order=0\n"                                                 \
	"5: p6 = alloc_pages_bulk cpu=6 gfp=GFP_HIGHUSER count=7\n"                                                    \
	"6: free_pages p1\n"

static void check_as_if_alone(struct world *w, const char *claim)
{
	struct program p;
	struct world *fresh = world_create();
	unsigned same = 0;

	program_init(&p);
	for (u64 seed = 1; seed <= 5; seed++) {
		program_generate(&p, seed, 64, TABLE_PAGE);
		same += same_run(run(fresh, &p), run(w, &p)) && !w->verdict.failed;
	}
	same_number(same, 5, claim);
	program_free(&p);
	world_destroy(fresh);
}

static void test_after_a_finding(struct world *w)
{
	struct program p;
	struct model_zone *zone;
	struct sim_lock *lock;

	program_of(&p, SOME_OPS);
	same_text(run(w, &p).clause, "", "a program without a finding");
	zone = &model_image(w)->zone[0 * MAX_NR_ZONES + ZONE_NORMAL];
	zone->low += 30;
	same_text(run(w, &p).clause, "W4", "a model that wants a higher mark finds W4 in the middle of an operation");
	same_number((u64)w->verdict.step, 0, "  at the first step");
	zone->low -= 30;
	check_as_if_alone(w, "  and the next programs run as if alone");
	lock = machine_image_of(w, &((struct mm *)w->machine->mm)->zone[ZONE_NORMAL]->lock);
	lock->locked = 1;
	same_text(run(w, &p).clause, "lock order", "a lock that was never given back stops the machine");
	lock->locked = 0;
	check_as_if_alone(w, "  and the next programs run as if alone");
	w->until = 5;
	same_text(run(w, &p).clause, "", "a run that ends before its end");
	w->model->frame[200].state = FRAME_OWNED;
	ok(world_recount(w) != NULL, "  with a frame of the model changed behind its back: the recount sees it");
	w->until = ~0u;
	check_as_if_alone(w, "  and the next programs run as if alone");
	program_free(&p);
}

/* --- the oracle: states ------------------------------------------------------------------------------------------ */

static struct world *here;

static struct mm *the_mm(void)
{
	return here->machine->mm;
}
static struct zone *zone_of(unsigned nid, unsigned zone)
{
	return the_mm()->zone[nid * MAX_NR_ZONES + zone];
}
static struct page *page_at(u64 pfn)
{
	return the_mm()->mem_map + pfn;
}

/* The first free block of at least this order, and below the top: on the list of its own order. */
static struct free_block a_block(unsigned order)
{
	static struct free_block block[512];
	u64 n = page_alloc_dump(block, ARRAY_SIZE(block));

	for (u64 i = 0; i < n; i++)
		if (block[i].order >= order && block[i].order < the_mm()->max_order)
			return block[i];
	printf("Bail out! no free block of order %u\n", order);
	exit(1);
}

static struct zone *zone_of_block(struct free_block b)
{
	return zone_of(b.nid, b.zone);
}

static void unlist(struct free_block b)
{
	list_del(&page_at(b.pfn)->lru);
	page_at(b.pfn)->flags = 0;
	page_at(b.pfn)->private = 0;
	zone_of_block(b)->free_area[b.order].nr_free--;
}

static void enlist(struct zone *zone, u64 pfn, unsigned order)
{
	page_at(pfn)->flags = PG_buddy;
	page_at(pfn)->private = order;
	list_add(&page_at(pfn)->lru, &zone->free_area[order].free_list[pageblock_migratetype_at(pfn)]);
	zone->free_area[order].nr_free++;
}

static void count_pages(struct zone *zone, s64 pages)
{
	zone->vm_stat[NR_FREE_PAGES] += pages;
}

static u64 slot_frame(unsigned slot)
{
	return here->slot[slot].pfn;
}

/* --- free lists */

static void nothing(void)
{
}
static void count_one_more(void)
{
	struct free_block b = a_block(1);

	zone_of_block(b)->free_area[b.order].nr_free++;
}
static void count_a_list_that_is_empty(void)
{
	zone_of(0, ZONE_NORMAL)->free_area[6].nr_free = 1;
}
static void count_a_page_less(void)
{
	count_pages(zone_of(1, ZONE_NORMAL), -1);
}
static void clear_buddy(void)
{
	page_at(a_block(1).pfn)->flags = 0;
}
static void change_order(void)
{
	page_at(a_block(1).pfn)->private++;
}
static void list_under_another_order(void)
{
	struct free_block b = a_block(2);
	struct zone *zone = zone_of_block(b);

	list_del(&page_at(b.pfn)->lru);
	zone->free_area[b.order].nr_free--;
	list_add(&page_at(b.pfn)->lru, &zone->free_area[b.order - 1].free_list[b.migratetype]);
	zone->free_area[b.order - 1].nr_free++;
}
static void list_in_another_zone(void)
{
	struct free_block b = a_block(1);

	unlist(b);
	count_pages(zone_of_block(b), -(1LL << b.order));
	enlist(zone_of(3, ZONE_HIGHMEM), b.pfn, b.order);
	count_pages(zone_of(3, ZONE_HIGHMEM), 1LL << b.order);
}
static void list_misaligned(void)
{
	struct free_block b = a_block(2);

	unlist(b);
	enlist(zone_of_block(b), b.pfn + 1, b.order);
}
/* Two pageblocks at least, and the last of them is said to lie elsewhere. */
static void list_across_zones(void)
{
	struct free_block b = a_block(5);

	pfn_to_pageblock(the_mm(), b.pfn + (1ULL << b.order) - 1)->zone = 3 * MAX_NR_ZONES + ZONE_HIGHMEM;
}
static void list_beyond_the_end(void)
{
	struct zone *zone = zone_of(3, ZONE_MOVABLE);
	static struct page beyond;

	beyond.flags = PG_buddy;
	list_add(&beyond.lru, &zone->free_area[0].free_list[MIGRATE_MOVABLE]);
}
static void list_as_another_type(void)
{
	struct free_block b = a_block(1);

	list_del(&page_at(b.pfn)->lru);
	list_add(&page_at(b.pfn)->lru, &zone_of_block(b)->free_area[b.order].free_list[MIGRATE_CMA]);
}
static void reference_a_free_block(void)
{
	page_at(a_block(1).pfn)->refcount = 1;
}
static void reference_inside_a_free_block(void)
{
	page_at(a_block(2).pfn + 3)->refcount = 1;
}
static void flag_inside_a_free_block(void)
{
	page_at(a_block(2).pfn + 2)->flags = PG_reserved;
}
static void mark_inside_a_free_block(void)
{
	page_at(a_block(2).pfn + 2)->flags = PG_buddy;
}
static void leave_unmerged(void)
{
	struct free_block b = a_block(2);

	unlist(b);
	enlist(zone_of_block(b), b.pfn, b.order - 1u);
	enlist(zone_of_block(b), b.pfn + (1ULL << (b.order - 1)), b.order - 1u);
}
/* Two pageblocks of mergeable types, each a free block; both sides say so. */
static void leave_pageblocks_unmerged(void)
{
	struct free_block b = a_block(5);

	unlist(b);
	set_pageblock_types(the_mm(), b.pfn, 4, MIGRATE_RECLAIMABLE);
	set_pageblock_types(the_mm(), b.pfn + 16, 4, MIGRATE_UNMOVABLE);
	enlist(zone_of_block(b), b.pfn, 4);
	enlist(zone_of_block(b), b.pfn + 16, 4);
}
static void mark_an_owned_page(void)
{
	page_at(slot_frame(6))->flags |= PG_buddy; /* its buddy is owned too */
}
static void give_an_owned_page_an_order(void)
{
	page_at(slot_frame(6))->private = 2;
}
static void list_an_owned_page(void)
{
	struct zone *zone = page_zone(the_mm(), slot_frame(6));

	enlist(zone, slot_frame(6), 0);
	count_pages(zone, 1);
}
static void list_twice(void)
{
	struct free_block b = a_block(2);

	enlist(zone_of_block(b), b.pfn + 1, 0);
	count_pages(zone_of_block(b), 1);
}
static void list_twice_in_a_large_block(void)
{
	static struct free_block block[512];
	u64 n = page_alloc_dump(block, ARRAY_SIZE(block)), i = 0;

	while (i < n && block[i].order < 6)
		i++;
	enlist(zone_of_block(block[i]), block[i].pfn + 1, 0);
	count_pages(zone_of_block(block[i]), 1);
}
/* The first list with two blocks. */
static struct list_head *long_list(void)
{
	for (unsigned z = 0; z < MAX_ZONES; z++)
		for (unsigned o = 0; the_mm()->zone[z] && o < NR_PAGE_ORDERS; o++)
			for (unsigned t = 0; t < MIGRATE_TYPES; t++) {
				struct list_head *head = &the_mm()->zone[z]->free_area[o].free_list[t];

				if (head->next != head && head->next->next != head)
					return head;
			}
	printf("Bail out! no list of two blocks\n");
	exit(1);
}
static void break_link(struct list_head *head)
{
	head->prev->next = head->next;
}
static void close_circle(struct list_head *head) /* a sound ring that the head no longer belongs to */
{
	head->prev->next = head->next;
	head->next->prev = head->prev;
}
static void end_list(struct list_head *head)
{
	head->next->next = NULL;
}
static void break_a_link(void)
{
	break_link(long_list());
}
static void begin_with_nothing(void)
{
	long_list()->next = NULL;
}
static void close_a_circle(void)
{
	close_circle(long_list());
}
static void end_a_list(void)
{
	end_list(long_list());
}
static void list_no_page(void)
{
	static struct list_head nowhere;
	struct list_head *head = long_list();

	list_add(&nowhere, head);
}

/* --- pages and zones */

static void reference_a_tail(void)
{
	page_at(slot_frame(2) + 5)->refcount = 1;
}
static void negative_reference(void)
{
	page_at(slot_frame(3))->refcount = -1;
}
static void guard_without_guards(void)
{
	page_at(slot_frame(3))->flags |= PG_guard;
}
static void manage_more_than_there_is(void)
{
	struct zone *zone = zone_of(0, ZONE_DMA32);

	zone->managed_pages = zone->present_pages + 1;
}
static void span_less_than_there_is(void)
{
	struct zone *zone = zone_of(0, ZONE_DMA32);

	zone->spanned_pages = zone->present_pages - 1;
}
static void manage_less_than_is_free(void)
{
	struct zone *zone = zone_of(0, ZONE_DMA32);

	zone->managed_pages = zone_page_state_snapshot(zone, NR_FREE_PAGES) - 1;
}
static void more_cma_than_managed(void)
{
	zone_of(0, ZONE_DMA32)->cma_pages = zone_of(0, ZONE_DMA32)->managed_pages + 1;
}
static void raise_min_above_low(void)
{
	struct zone *zone = zone_of(0, ZONE_DMA32);

	zone->watermark[WMARK_MIN] = zone->watermark[WMARK_LOW] + 1;
}
static void lower_promo_below_high(void)
{
	zone_of(0, ZONE_DMA32)->watermark[WMARK_PROMO] = 0;
}
static void lose_a_block(void)
{
	struct free_block b = a_block(2);

	unlist(b);
	count_pages(zone_of_block(b), -(1LL << b.order));
}

/* --- types and what is counted by type */

/* A pageblock whose pages are all in use, or on per-CPU lists: no free list says what type it has. */
static u64 a_block_in_use(void)
{
	const struct model *m = here->model;

	for (u64 b = 0; b < m->nr_frames >> m->block_order; b++)
		if (m->zone_of_block[b] != MODEL_NR_ZONES && m->busy[m->block_order][b] == 1u << m->block_order)
			return b << m->block_order;
	printf("Bail out! no pageblock in use\n");
	exit(1);
}
static void retype_a_free_block(void)
{
	pfn_to_pageblock(the_mm(), a_block(1).pfn)->migratetype = MIGRATE_CMA;
}
static void retype_a_block_in_use(void)
{
	struct pageblock *block = pfn_to_pageblock(the_mm(), a_block_in_use());

	block->migratetype = block->migratetype == MIGRATE_MOVABLE ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;
}
static void type_that_does_not_exist(void)
{
	pfn_to_pageblock(the_mm(), a_block_in_use())->migratetype = MIGRATE_TYPES;
}
static void zone_that_does_not_exist(void)
{
	pfn_to_pageblock(the_mm(), a_block_in_use())->zone = NO_ZONE - 1;
}
static void isolate_unannounced(void) /* behind everybody's back: not even counted */
{
	pfn_to_pageblock(the_mm(), a_block_in_use())->migratetype = MIGRATE_ISOLATE;
}
static void reserve_uncounted(void)
{
	pfn_to_pageblock(the_mm(), a_block_in_use())->migratetype = MIGRATE_HIGHATOMIC;
}
static void hold_back_more_than_may_be(void)
{
	struct zone *zone = zone_of(1, ZONE_NORMAL);

	zone->stat[3]->vm_stat_diff[NR_FREE_PAGES] = (s8)(zone->stat[3]->stat_threshold + 1);
}
static void hold_back_less_than_may_be(void)
{
	struct zone *zone = zone_of(1, ZONE_NORMAL);

	zone->stat[3]->vm_stat_diff[NR_FREE_CMA_PAGES] = (s8)-(zone->stat[3]->stat_threshold + 1);
}
static void count_a_cma_page(void)
{
	zone_of(1, ZONE_NORMAL)->vm_stat[NR_FREE_CMA_PAGES]++;
}
static void count_a_freed_page(void)
{
	count_vm_events(PGFREE, 1);
}
static void count_a_page_of_a_zone(void)
{
	count_vm_events(PGALLOC_DMA + ZONE_NORMAL, 1);
}
static void count_a_stall(void)
{
	count_vm_events(ALLOCSTALL_DMA + ZONE_DMA, 1);
}
static void count_a_wakeup(void)
{
	count_vm_events(KSWAPD_WAKE, 1);
}
static void count_a_hit(void)
{
	zone_of(1, ZONE_NORMAL)->stat[0]->vm_numa_event[NUMA_HIT]++;
}
static void count_a_highatomic_page(void)
{
	zone_of(1, ZONE_NORMAL)->nr_free_highatomic++;
}
static void count_an_isolated_block(void)
{
	zone_of(1, ZONE_NORMAL)->nr_isolated_blocks++;
}
static void count_a_reserved_block(void)
{
	zone_of(1, ZONE_NORMAL)->nr_reserved_highatomic += 16;
}

/* --- per-CPU lists */

/* The lists of cpu 2 for Normal of node 1: slot 4 came from there, and left others. */
static struct per_cpu_pages *a_pcp(void)
{
	return zone_of(1, ZONE_NORMAL)->pcp[2];
}
static struct list_head *a_pcp_list(void)
{
	for (unsigned l = 0; l < NR_PCP_LISTS; l++)
		if (!list_empty(&a_pcp()->lists[l]))
			return &a_pcp()->lists[l];
	printf("Bail out! nothing on the lists of a cpu\n");
	exit(1);
}
static struct page *a_pcp_page(void)
{
	return list_entry(a_pcp_list()->next, struct page, lru);
}
static void count_a_listed_page_more(void)
{
	a_pcp()->count++;
}
static void flag_a_listed_page(void)
{
	a_pcp_page()->flags = PG_reserved;
}
static void reference_a_listed_page(void)
{
	a_pcp_page()->refcount = 1;
}
static void give_a_listed_page_an_order(void)
{
	a_pcp_page()->private = 1;
}
static void list_page_of_another_zone(void)
{
	struct page *page = a_pcp_page();

	list_del(&page->lru);
	a_pcp()->count--;
	list_add(&page->lru, &zone_of(0, ZONE_DMA32)->pcp[0]->lists[0]);
	zone_of(0, ZONE_DMA32)->pcp[0]->count++;
}
static void list_misaligned_pcp_block(void)
{
	struct page *page = a_pcp_page();

	if (page_pfn(the_mm(), page) % 2 == 0)
		page = list_entry(page->lru.next, struct page, lru);
	list_del(&page->lru);
	list_add(&page->lru, &a_pcp()->lists[MIGRATE_PCPTYPES]); /* of order 1 */
	a_pcp()->count++;
}
static void list_a_free_page_with_a_cpu(void)
{
	struct free_block b = a_block(1);
	struct per_cpu_pages *pcp = zone_of_block(b)->pcp[0];

	page_at(b.pfn + 1)->lru.next = NULL;
	list_add(&page_at(b.pfn + 1)->lru, &pcp->lists[0]);
	pcp->count++;
}
static void break_a_pcp_link(void)
{
	break_link(a_pcp_list());
}
static void begin_a_pcp_list_with_nothing(void)
{
	a_pcp_list()->next = NULL;
}
static void end_a_pcp_list(void)
{
	end_list(a_pcp_list());
}
static void circle_on_a_pcp_list(void)
{
	struct list_head *head = a_pcp_list();

	head->prev->next = head->prev; /* the last follows itself */
	head->prev->prev = head->prev;
}
static void list_no_page_with_a_cpu(void)
{
	static struct list_head nowhere;

	list_add(&nowhere, a_pcp_list());
}
static void raise_high_above_its_bounds(void)
{
	a_pcp()->tuning.high = a_pcp()->high_max + 1;
}
static void lower_high_below_its_bounds(void)
{
	a_pcp()->tuning.high = a_pcp()->high_min - 1;
}
static void disable_without_draining(void)
{
	zone_of(1, ZONE_NORMAL)->pcp_disable_depth = 1;
	the_mm()->pcp_disabled |= 1u << (MAX_NR_ZONES + ZONE_NORMAL);
}
static void disable_without_the_bit(void)
{
	zone_pcp_disable(0, ZONE_NORMAL);
	the_mm()->pcp_disabled = 0;
}

/* --- mm and the model */

/* By mm's own hand, but nobody hears of it. */
static void take_unannounced(void)
{
	machine_enter(here->machine, 0);
	alloc_pages(GFP_KERNEL, 3);
	here->machine->nr_events = 0;
}
static void free_unannounced(void)
{
	machine_enter(here->machine, 0);
	__free_pages(page_at(slot_frame(2)), 3);
	here->machine->nr_events = 0;
}
static void change_places_unannounced(void) /* zones still count the same */
{
	struct zone *zone = page_zone(the_mm(), slot_frame(2));

	take_unannounced();
	free_unannounced();
	memset(zone->stat[0]->vm_stat_diff, 0, sizeof(zone->stat[0]->vm_stat_diff));
	zone->vm_stat[NR_FREE_PAGES] = here->model->zone[zone_id(zone)].stat[NR_FREE_PAGES];
	for (unsigned i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		zone->stat[0]->vm_stat_diff[i] = here->model->zone[zone_id(zone)].held_back[0][i];
}
static void take_from_a_cpu_unannounced(void)
{
	machine_enter(here->machine, 2);
	alloc_pages(GFP_KERNEL, 0);
	machine_enter(here->machine, 0);
	here->machine->nr_events = 0;
}
/* The list is as long as before, and its tuning too. */
static void change_places_on_a_cpu_unannounced(void)
{
	struct page *listed = a_pcp_page(), *owned = page_at(slot_frame(4));

	list_del(&listed->lru);
	listed->refcount = 1;
	owned->refcount = 0;
	list_add(&owned->lru, a_pcp_list());
}
static void model_owns_a_free_frame(void)
{
	here->model->frame[a_block(2).pfn + 1].state = FRAME_OWNED;
}
static void model_owns_a_free_page(void)
{
	struct free_block b = a_block(0);

	here->model->frame[b.pfn].state = FRAME_OWNED;
}
static void model_frees_an_owned_frame(void)
{
	here->model->frame[slot_frame(2) + 3].state = FRAME_FREE;
}
static void model_counts_a_busy_group_wrong(void)
{
	here->model->busy[2][slot_frame(2) >> 2]--;
}
static void model_counts_a_free_group_busy(void)
{
	struct free_block b = a_block(2);

	here->model->busy[b.order][b.pfn >> b.order]++;
}
static struct model_zone *model_zone_at(unsigned nid, unsigned zone)
{
	return &here->model->zone[nid * MAX_NR_ZONES + zone];
}
static void model_counts_a_full_group_more(void)
{
	model_zone_at(0, ZONE_NORMAL)->full[MIGRATE_MOVABLE][2]++;
}
static void model_counts_a_full_group_less(void)
{
	model_zone_at(1, ZONE_NORMAL)->full[MIGRATE_MOVABLE][2]--;
}
static void model_moves_a_full_group(void) /* the number of blocks stays */
{
	model_zone_at(0, ZONE_DMA)->full[MIGRATE_MOVABLE][3]++;
	model_zone_at(0, ZONE_DMA)->full[MIGRATE_MOVABLE][4]--;
}
static void model_counts_a_group_as_another_type(void)
{
	model_zone_at(0, ZONE_DMA)->full[MIGRATE_MOVABLE][0]--;
	model_zone_at(0, ZONE_DMA)->full[MIGRATE_RECLAIMABLE][0]++;
}
static void model_counts_a_page_more(void)
{
	model_zone_at(0, ZONE_NORMAL)->free++;
}
static void model_counts_pages_as_another_type(void)
{
	model_zone_at(1, ZONE_NORMAL)->free_of[MIGRATE_MOVABLE]--;
	model_zone_at(1, ZONE_NORMAL)->free_of[MIGRATE_UNMOVABLE]++;
}
static void model_counts_a_cma_page(void)
{
	model_zone_at(1, ZONE_NORMAL)->free_of[MIGRATE_CMA]++;
}
static void model_counts_a_highatomic_page(void)
{
	model_zone_at(1, ZONE_NORMAL)->free_of[MIGRATE_HIGHATOMIC]++;
}
static void model_counts_a_listed_page_more(void)
{
	model_zone_at(1, ZONE_NORMAL)->pcp[2].count++;
}
static void model_moves_a_listed_page(void)
{
	struct model_pcp *pcp = &model_zone_at(1, ZONE_NORMAL)->pcp[2];

	for (unsigned l = 0; l < NR_PCP_LISTS; l++)
		if (pcp->nr[l]) {
			pcp->nr[l]--;
			pcp->nr[l + 1]++;
			return;
		}
}
static void model_lists_another_page(void)
{
	here->model->frame[page_pfn(the_mm(), a_pcp_page())].list ^= 1;
}
static void model_retypes_a_block(void)
{
	u8 *type = &here->model->type_of_block[a_block_in_use() >> 4];

	*type = *type == MIGRATE_MOVABLE ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;
}
static void hold_back_a_page(void) /* the sum stays */
{
	struct zone *zone = zone_of(1, ZONE_NORMAL);

	zone->vm_stat[NR_FREE_PAGES]--;
	zone->stat[5]->vm_stat_diff[NR_FREE_PAGES]++;
}
static void hold_back_on_another_cpu(void)
{
	struct zone *zone = zone_of(1, ZONE_NORMAL);

	zone->stat[5]->vm_stat_diff[NR_FREE_PAGES]++;
	zone->stat[6]->vm_stat_diff[NR_FREE_PAGES]--;
}
static void hold_back_cma(void)
{
	struct zone *zone = zone_of(1, ZONE_NORMAL);

	zone->stat[5]->vm_stat_diff[NR_FREE_CMA_PAGES]++;
	zone->stat[6]->vm_stat_diff[NR_FREE_CMA_PAGES]--;
}
static void count_a_free(void)
{
	a_pcp()->tuning.free_count++;
}
static void double_a_refill(void)
{
	a_pcp()->tuning.alloc_factor++;
}
static void free_a_high_order(void)
{
	a_pcp()->tuning.freed_high_order ^= 1;
}
static void change_a_high(void)
{
	struct pcp_tuning *t = &a_pcp()->tuning;

	t->high += t->high < a_pcp()->high_max ? 1 : -1u;
}
static void swap_zones_of_a_list(void)
{
	struct zonelist *list = &the_mm()->zonelist[1][ZONELIST_FALLBACK];
	struct zone *first = list->zone[0];

	list->zone[0] = list->zone[1];
	list->zone[1] = first;
}
static void shorten_a_zonelist(void)
{
	the_mm()->zonelist[2][ZONELIST_FALLBACK].nr--;
}
static void swap_zones_of_the_model(void)
{
	u8 first = here->model->zonelist[0][0];

	here->model->zonelist[0][0] = here->model->zonelist[0][1];
	here->model->zonelist[0][1] = first;
}
static void count_a_page_more_in_all(void)
{
	the_mm()->totalram_pages++;
}
static void reserve_a_page_more_in_all(void)
{
	the_mm()->totalreserve_pages++;
}
static void reserve_an_owned_page(void)
{
	page_at(slot_frame(3))->flags |= PG_reserved;
}
static void release_a_reserved_page(void)
{
	page_at(16)->flags &= ~(u32)PG_reserved;
}
static void write_a_free_frame(void)
{
	ram_write_raw(here->machine, a_block(2).pfn, 5, 0x5a5a5a5a5a5a5a5aULL);
}
static void write_an_owned_frame(void)
{
	ram_write_raw(here->machine, slot_frame(3), 5, 0x5a5a5a5a5a5a5a5aULL);
}

/* Figures of a zone that follow from others: one more on either side. zone, then the field. */
#define ONE_MORE(function, zone, field)                                                                                \
	static void function(void)                                                                                     \
	{                                                                                                              \
		zone->field++;                                                                                         \
	}
#define NORMAL1 zone_of(1, ZONE_NORMAL)
#define MODEL1	model_zone_at(1, ZONE_NORMAL)

ONE_MORE(more_min, MODEL1, min)
ONE_MORE(more_low, MODEL1, low)
ONE_MORE(more_high, MODEL1, high)
ONE_MORE(more_promo, NORMAL1, watermark[WMARK_PROMO])
ONE_MORE(more_boost, NORMAL1, watermark_boost)
ONE_MORE(more_spanned, NORMAL1, spanned_pages)
ONE_MORE(more_present, MODEL1, present)
ONE_MORE(more_managed, MODEL1, managed)
ONE_MORE(more_cma, NORMAL1, cma_pages)
ONE_MORE(more_reserved_blocks, MODEL1, blocks_of[MIGRATE_HIGHATOMIC])
ONE_MORE(more_isolated_blocks, MODEL1, blocks_of[MIGRATE_ISOLATE])
ONE_MORE(more_threshold, NORMAL1, stat[0]->stat_threshold)
ONE_MORE(more_drift, NORMAL1, percpu_drift_mark)
ONE_MORE(more_reserve, zone_of(0, ZONE_DMA), lowmem_reserve[ZONE_NORMAL])
ONE_MORE(more_batch, NORMAL1, pcp[2]->batch)
ONE_MORE(more_high_min, MODEL1, high_min)
ONE_MORE(more_high_max, NORMAL1, pcp[2]->high_max)

static void toggle_below_high(void)
{
	NORMAL1->flags ^= ZONE_BELOW_HIGH;
}
static void toggle_boosted(void)
{
	NORMAL1->flags ^= ZONE_BOOSTED_WATERMARK;
}

/*
 * The check of validity knows mm alone; the recount compares with the model; the check of boot adds zonelists and totals.
 * The model's recount is asked by itself where the comparison would speak first.
 */
enum oracle { ORACLE_VALID, ORACLE_RECOUNT, ORACLE_BOOT, ORACLE_NONE, ORACLE_MODEL };

static const struct corruption {
	const char *name;
	void (*corrupt)(void);
	enum oracle first; /* the first of them that sees it */
	const char *clause;
} corruptions[] = {
	{ "a control", nothing, ORACLE_NONE, NULL },
	{ "a list counts one block more", count_one_more, ORACLE_VALID, "B3" },
	{ "an empty list counts one", count_a_list_that_is_empty, ORACLE_VALID, "B3" },
	{ "a zone counts one page less", count_a_page_less, ORACLE_VALID, "B3" },
	{ "a listed block is not marked", clear_buddy, ORACLE_VALID, "B2" },
	{ "a listed block has another order", change_order, ORACLE_VALID, "B2" },
	{ "a block is on the list of another order", list_under_another_order, ORACLE_VALID, "B2" },
	{ "a block is on the list of another zone", list_in_another_zone, ORACLE_VALID, "B2" },
	{ "a block reaches into another zone", list_across_zones, ORACLE_VALID, "B2" },
	{ "a block is not at a multiple of its size", list_misaligned, ORACLE_VALID, "B2" },
	{ "a block is no page of the machine", list_beyond_the_end, ORACLE_VALID, "B3" },
	{ "a block is on the list of another type", list_as_another_type, ORACLE_VALID, "B15" },
	{ "a free block has a reference", reference_a_free_block, ORACLE_VALID, "B2" },
	{ "a page inside one has a reference", reference_inside_a_free_block, ORACLE_VALID, "B2" },
	{ "a page inside one has a flag", flag_inside_a_free_block, ORACLE_VALID, "B2" },
	{ "a page inside one is marked", mark_inside_a_free_block, ORACLE_VALID, "B2" },
	{ "two buddies are not merged", leave_unmerged, ORACLE_VALID, "B4" },
	{ "two pageblocks are not merged", leave_pageblocks_unmerged, ORACLE_VALID, "B4" },
	{ "an owned page is marked", mark_an_owned_page, ORACLE_VALID, "B2" },
	{ "an owned page has an order", give_an_owned_page_an_order, ORACLE_VALID, "B2" },
	{ "an owned page is listed", list_an_owned_page, ORACLE_VALID, "B2" },
	{ "a page is in two blocks", list_twice, ORACLE_VALID, "B3" },
	{ "a page is in two blocks, one of them large", list_twice_in_a_large_block, ORACLE_VALID, "B3" },
	{ "a link leads back", break_a_link, ORACLE_VALID, "B3" },
	{ "a list is a circle without its head", close_a_circle, ORACLE_VALID, "B3" },
	{ "a list begins with nothing", begin_with_nothing, ORACLE_VALID, "B3" },
	{ "a list ends in nothing", end_a_list, ORACLE_VALID, "B3" },
	{ "a list leads out of the machine", list_no_page, ORACLE_VALID, "B3" },
	{ "a tail has a reference", reference_a_tail, ORACLE_VALID, "B19" },
	{ "a page has less than no references", negative_reference, ORACLE_VALID, "B19" },
	{ "a page is a guard, and there are none", guard_without_guards, ORACLE_VALID, "B9" },
	{ "a zone manages more than is present", manage_more_than_there_is, ORACLE_VALID, "Z8" },
	{ "a zone spans less than is present", span_less_than_there_is, ORACLE_VALID, "Z8" },
	{ "a zone manages less than is free", manage_less_than_is_free, ORACLE_VALID, "Z8" },
	{ "a zone has more CMA than it manages", more_cma_than_managed, ORACLE_VALID, "Z8" },
	{ "min is above low", raise_min_above_low, ORACLE_VALID, "W2" },
	{ "promo is below high", lower_promo_below_high, ORACLE_VALID, "W2" },
	{ "a pageblock with free pages changes its type", retype_a_free_block, ORACLE_VALID, "B15" },
	{ "a pageblock has no type", type_that_does_not_exist, ORACLE_VALID, "B15" },
	{ "a pageblock has no zone", zone_that_does_not_exist, ORACLE_VALID, "B15" },
	{ "a pageblock is isolated and not counted", isolate_unannounced, ORACLE_VALID, "B14" },
	{ "a pageblock is reserved and not counted", reserve_uncounted, ORACLE_VALID, "B18" },
	{ "a cpu holds back more than it may", hold_back_more_than_may_be, ORACLE_VALID, "W12" },
	{ "a cpu holds back less than it may", hold_back_less_than_may_be, ORACLE_VALID, "W12" },
	{ "a CMA page is counted and not there", count_a_cma_page, ORACLE_VALID, "B14" },
	{ "a reserved page is counted and not there", count_a_highatomic_page, ORACLE_VALID, "B14" },
	{ "an isolated pageblock is counted and not there", count_an_isolated_block, ORACLE_VALID, "B14" },
	{ "a reserved pageblock is counted and not there", count_a_reserved_block, ORACLE_VALID, "B18" },
	{ "a cpu's lists count a page more", count_a_listed_page_more, ORACLE_VALID, "P8" },
	{ "a page on a cpu's list has a flag", flag_a_listed_page, ORACLE_VALID, "P8" },
	{ "it has a reference", reference_a_listed_page, ORACLE_VALID, "P8" },
	{ "it has an order", give_a_listed_page_an_order, ORACLE_VALID, "P8" },
	{ "it lies in another zone", list_page_of_another_zone, ORACLE_VALID, "P8" },
	{ "it is not at a multiple of its size", list_misaligned_pcp_block, ORACLE_VALID, "P8" },
	{ "it is inside a free block", list_a_free_page_with_a_cpu, ORACLE_VALID, "P8" },
	{ "a link of a cpu's list leads back", break_a_pcp_link, ORACLE_VALID, "P8" },
	{ "a cpu's list begins with nothing", begin_a_pcp_list_with_nothing, ORACLE_VALID, "P8" },
	{ "a cpu's list ends in nothing", end_a_pcp_list, ORACLE_VALID, "P8" },
	{ "a cpu's list goes round", circle_on_a_pcp_list, ORACLE_VALID, "P8" },
	{ "a cpu's list leads out of the machine", list_no_page_with_a_cpu, ORACLE_VALID, "P8" },
	{ "a cpu's list may hold more than its zone allows", raise_high_above_its_bounds, ORACLE_VALID, "P6" },
	{ "a cpu's list may hold less", lower_high_below_its_bounds, ORACLE_VALID, "P6" },
	{ "a zone is disabled, and its lists hold pages", disable_without_draining, ORACLE_VALID, "P10" },
	{ "a zone is disabled, and mm does not know", disable_without_the_bit, ORACLE_VALID, "P10" },
	{ "a block is lost", lose_a_block, ORACLE_RECOUNT, "N3" },
	{ "a block was taken without an event", take_unannounced, ORACLE_RECOUNT, "N3" },
	{ "a block was freed without an event", free_unannounced, ORACLE_RECOUNT, "N3" },
	{ "one was taken and another freed without an event", change_places_unannounced, ORACLE_RECOUNT, "B4" },
	{ "a page left a cpu's list without an event", take_from_a_cpu_unannounced, ORACLE_RECOUNT, "P8" },
	{ "one left it and another came without an event", change_places_on_a_cpu_unannounced, ORACLE_RECOUNT, "P8" },
	{ "a pageblock in use changed its type without an event", retype_a_block_in_use, ORACLE_RECOUNT, "B15" },
	{ "a counter has less, a cpu holds it back", hold_back_a_page, ORACLE_RECOUNT, "W12" },
	{ "another cpu holds it back", hold_back_on_another_cpu, ORACLE_RECOUNT, "W12" },
	{ "CMA pages are held back that are not there", hold_back_cma, ORACLE_RECOUNT, "W12" },
	{ "min is one lower than it should be", more_min, ORACLE_RECOUNT, "W2" },
	{ "low is", more_low, ORACLE_RECOUNT, "W2" },
	{ "high is", more_high, ORACLE_RECOUNT, "W2" },
	{ "promo is one higher", more_promo, ORACLE_RECOUNT, "W2" },
	{ "the boost is", more_boost, ORACLE_RECOUNT, "B16" },
	{ "a boost is to be told of", toggle_boosted, ORACLE_RECOUNT, "B16" },
	{ "a zone is below its high mark", toggle_below_high, ORACLE_RECOUNT, "L2" },
	{ "a zone spans a page more", more_spanned, ORACLE_RECOUNT, "Z8" },
	{ "has a page less", more_present, ORACLE_RECOUNT, "Z8" },
	{ "manages a page less", more_managed, ORACLE_RECOUNT, "Z8" },
	{ "has a CMA page more", more_cma, ORACLE_RECOUNT, "I6" },
	{ "has a reserved pageblock less", more_reserved_blocks, ORACLE_RECOUNT, "B18" },
	{ "has an isolated one less", more_isolated_blocks, ORACLE_RECOUNT, "I1" },
	{ "counters may be wrong by a page more", more_threshold, ORACLE_RECOUNT, "W12" },
	{ "are looked at more closely", more_drift, ORACLE_RECOUNT, "W12" },
	{ "a lower zone keeps back a page more", more_reserve, ORACLE_RECOUNT, "Z6" },
	{ "a batch is one more", more_batch, ORACLE_RECOUNT, "P2" },
	{ "a list may hold one less at least", more_high_min, ORACLE_RECOUNT, "P3" },
	{ "one more at most", more_high_max, ORACLE_RECOUNT, "P3" },
	{ "a list counts a free more", count_a_free, ORACLE_RECOUNT, "P5" },
	{ "its refills are twice as large", double_a_refill, ORACLE_RECOUNT, "P4" },
	{ "the last free was of a larger order", free_a_high_order, ORACLE_RECOUNT, "P5" },
	{ "a list may hold another number of pages", change_a_high, ORACLE_RECOUNT, "P6" },
	{ "a page more is counted as freed", count_a_freed_page, ORACLE_RECOUNT, "F5" },
	{ "as handed out", count_a_page_of_a_zone, ORACLE_RECOUNT, "F5" },
	{ "a stall more", count_a_stall, ORACLE_RECOUNT, "F5" },
	{ "a wake-up more", count_a_wakeup, ORACLE_RECOUNT, "F5" },
	{ "a hit more", count_a_hit, ORACLE_RECOUNT, "F4" },
	{ "the model owns a frame inside a free block", model_owns_a_free_frame, ORACLE_RECOUNT, "N50" },
	{ "the model owns a free page", model_owns_a_free_page, ORACLE_RECOUNT, "B4" },
	{ "the model frees an owned frame", model_frees_an_owned_frame, ORACLE_RECOUNT, "N50" },
	{ "the model's group has one busy frame less", model_counts_a_busy_group_wrong, ORACLE_RECOUNT, "N50" },
	{ "the model thinks a free group busy", model_counts_a_free_group_busy, ORACLE_RECOUNT, "B4" },
	{ "the model counts a full group more", model_counts_a_full_group_more, ORACLE_RECOUNT, "B4" },
	{ "the model counts a full group less", model_counts_a_full_group_less, ORACLE_RECOUNT, "B4" },
	{ "the model counts a full group at another order", model_moves_a_full_group, ORACLE_RECOUNT, "N50" },
	{ "as another type", model_counts_a_group_as_another_type, ORACLE_RECOUNT, "N50" },
	{ "the model counts a page more", model_counts_a_page_more, ORACLE_RECOUNT, "N3" },
	{ "pages as another type", model_counts_pages_as_another_type, ORACLE_RECOUNT, "N50" },
	{ "a CMA page more", model_counts_a_cma_page, ORACLE_RECOUNT, "B14" },
	{ "a highatomic page more", model_counts_a_highatomic_page, ORACLE_RECOUNT, "B14" },
	{ "a page more on a cpu's lists", model_counts_a_listed_page_more, ORACLE_RECOUNT, "P8" },
	{ "a page on another of them", model_moves_a_listed_page, ORACLE_RECOUNT, "P8" },
	{ "another page on it", model_lists_another_page, ORACLE_RECOUNT, "P8" },
	{ "the model changes the type of a pageblock", model_retypes_a_block, ORACLE_RECOUNT, "B15" },
	{ "model: more on a cpu's lists than there is", model_counts_a_listed_page_more, ORACLE_MODEL, "N50" },
	{ "model: its counters do not add up", model_counts_a_page_more, ORACLE_MODEL, "N50" },
	{ "model: CMA does not", model_counts_a_cma_page, ORACLE_MODEL, "N50" },
	{ "two zones of a zonelist are swapped", swap_zones_of_a_list, ORACLE_BOOT, "Z4" },
	{ "a zonelist lacks its last zone", shorten_a_zonelist, ORACLE_BOOT, "Z4" },
	{ "two zones of the model's list are swapped", swap_zones_of_the_model, ORACLE_BOOT, "Z4" },
	{ "a page more was handed over", count_a_page_more_in_all, ORACLE_BOOT, "M7" },
	{ "a page is marked as reserved", reserve_an_owned_page, ORACLE_BOOT, "M7" },
	{ "a reserved page is not", release_a_reserved_page, ORACLE_BOOT, "M7" },
	{ "a page more is kept back in all", reserve_a_page_more_in_all, ORACLE_BOOT, "Z7" },
	{ "a free frame was written", write_a_free_frame, ORACLE_NONE, NULL },
	{ "an owned frame was written", write_an_owned_frame, ORACLE_NONE, NULL },
};

static const char *ask(enum oracle o)
{
	if (o == ORACLE_VALID)
		return page_alloc_check();
	if (o == ORACLE_MODEL)
		return model_recount(here->model);
	return o == ORACLE_RECOUNT ? world_recount(here) : world_check_boot(here, true);
}

static void test_corruption(const struct corruption *c, const struct program *p)
{
	char claim[120];

	lockstep_run(here, p);
	machine_enter(here->machine, 0);
	if (here->verdict.failed || ask(ORACLE_BOOT))
		ok(false, "%s: sound before", c->name);
	c->corrupt();
	for (enum oracle o = ORACLE_VALID; c->first <= ORACLE_NONE && o < ORACLE_NONE && o < c->first; o++)
		if (ask(o))
			ok(false, "%s: seen too early, %s", c->name, ask(o));
	snprintf(claim, sizeof(claim), "%s: %s", c->name, c->clause ? c->clause : "nothing");
	says_clause(ask(c->first == ORACLE_NONE ? ORACLE_BOOT : c->first), c->clause, claim);
}

static void test_corruptions(struct world *w)
{
	struct program p;

	here = w;
	program_of(&p, SOME_OPS);
	w->until = p.nr_ops;
	for (unsigned i = 0; i < ARRAY_SIZE(corruptions); i++)
		test_corruption(&corruptions[i], &p);
	lockstep_run(w, &p);
	machine_enter(w->machine, 0);
	says_clause(world_check_boot(w, false), "M7", "boot says that there is no memory: M7");
	says_clause(world_check_settled(w), "Q5", "a program is over, and somebody has pages: Q5");
	w->until = ~0u;
	check_as_if_alone(w, "after all of it programs run as if alone");
	program_free(&p);
}

/* --- guards: halves below order 2 are kept off the lists */

/* The first guard of this order at least. */
static struct page *a_guard(unsigned order)
{
	for (u64 pfn = 0; pfn < the_mm()->nr_frames; pfn++)
		if (pfn_valid(the_mm(), pfn) && (page_at(pfn)->flags & PG_guard) && page_at(pfn)->private >= order)
			return page_at(pfn);
	printf("Bail out! no guard of order %u\n", order);
	exit(1);
}
static void guard_too_large(void)
{
	a_guard(1)->private = 2;
}
static void guard_with_a_flag(void)
{
	a_guard(0)->flags |= PG_reserved;
}
static void guard_with_a_reference(void)
{
	a_guard(0)->refcount = 1;
}
static void guard_misaligned(void)
{
	a_guard(0)->private = 1; /* an upper half */
}
static void guard_with_a_flag_inside(void)
{
	a_guard(1)[1].flags = PG_reserved;
}
static void guard_with_a_reference_inside(void)
{
	a_guard(1)[1].refcount = 1;
}
static void guard_beside_a_free_block(void)
{
	struct page *page = a_guard(0) - 1;

	page->refcount = 0;
	enlist(page_zone(the_mm(), page_pfn(the_mm(), page)), page_pfn(the_mm(), page), 0);
	count_pages(page_zone(the_mm(), page_pfn(the_mm(), page)), 1);
}
static void guard_over_a_free_block(void)
{
	struct page *page = a_guard(1) + 1;

	enlist(page_zone(the_mm(), page_pfn(the_mm(), page)), page_pfn(the_mm(), page), 0);
	count_pages(page_zone(the_mm(), page_pfn(the_mm(), page)), 1);
	page->flags = 0;
}

static const struct corruption guard_corruptions[] = {
	{ "guards: a control", nothing, ORACLE_NONE, NULL },
	{ "a guard is as large as the smallest free block", guard_too_large, ORACLE_VALID, "B9" },
	{ "a guard has a flag", guard_with_a_flag, ORACLE_VALID, "B9" },
	{ "a guard has a reference", guard_with_a_reference, ORACLE_VALID, "B9" },
	{ "a guard is not at a multiple of its size", guard_misaligned, ORACLE_VALID, "B9" },
	{ "a page inside one has a flag", guard_with_a_flag_inside, ORACLE_VALID, "B9" },
	{ "a page inside one has a reference", guard_with_a_reference_inside, ORACLE_VALID, "B9" },
	{ "a guard's buddy is free", guard_beside_a_free_block, ORACLE_VALID, "B9" },
	{ "a page inside one is listed", guard_over_a_free_block, ORACLE_VALID, "B2" },
};

static void test_guards(struct world *w)
{
	struct program p;

	here = w;
	program_of(&p, "mmcheck-trace 1 profile=small start=booted flags=- swarm=0x0 seed=0x0\n"
		       "0: knob knob=debug_guardpage_minorder value=2\n"
		       "1: pcp_disable zone=1/Normal\n"
		       "2: p1 = alloc_pages cpu=2 gfp=GFP_KERNEL order=0\n");
	w->until = p.nr_ops;
	for (unsigned i = 0; i < ARRAY_SIZE(guard_corruptions); i++)
		test_corruption(&guard_corruptions[i], &p);
	w->until = ~0u;
	check_as_if_alone(w, "after all of it programs run as if alone");
	program_free(&p);
}

/* What the recount asks the model of a block, where mm's own check would speak first. */
static void test_questions(struct world *w)
{
	struct program p;
	struct free_block b;
	unsigned zone;

	here = w;
	program_of(&p, SOME_OPS);
	w->until = p.nr_ops;
	lockstep_run(w, &p);
	machine_enter(w->machine, 0);
	b = a_block(2);
	zone = zone_id(zone_of_block(b));
	says_clause(model_free_block(w->model, b.pfn, b.order, zone, b.migratetype), NULL, "control: a free block");
	says_clause(model_free_block(w->model, b.pfn, b.order - 1u, zone, b.migratetype), "B4", "half of one: B4");
	says_clause(model_free_block(w->model, b.pfn, NR_PAGE_ORDERS, zone, b.migratetype), "B4", "of no order: B4");
	says_clause(model_free_block(w->model, 1 << 20, 0, zone, b.migratetype), "B4", "outside the machine: B4");
	says_clause(model_free_block(w->model, b.pfn, b.order, zone + 1, b.migratetype), "Z8", "in another zone: Z8");
	says_clause(model_free_block(w->model, b.pfn, b.order, zone, b.migratetype + 1u), "B15", "of another type: B15");
	says_clause(model_pcp_block(w->model, 1 << 20, zone, 0, 0), "P8", "on a list, and outside the machine: P8");
	says_clause(model_pcp_block(w->model, b.pfn, zone, 0, 0), "P8", "on a list, and free: P8");
	w->until = ~0u;
	program_free(&p);
}

/* What only the owner can know: seen when the pages go back. */
static void test_contents(struct world *w)
{
	struct program p;

	program_of(&p, SOME_OPS "7: check p3\n");
	w->until = 7;
	lockstep_run(w, &p);
	ok(!contents_check(w, w->slot[3].pfn, 1), "an owner's page holds its stamps");
	ram_write_raw(w->machine, w->slot[3].pfn, 0, 0x5a5a5a5a5a5a5a5aULL);
	says_clause(contents_check(w, w->slot[3].pfn, 1), "B52", "a stamp that was written over is seen");
	says_clause(contents_check_zero(w, w->slot[3].pfn, 1), "B19", "a page that is not zero is seen");
	w->until = ~0u;
	program_free(&p);
}

/* --- the oracle: sequences --------------------------------------------------------------------------------------- */

/*
 * A scene plays on a machine, and everything the model hears of it goes on a tape: what is asked, each event, each answer.
 * Played again the model is content; played with one slip, exactly the clause must speak that the slip breaks.
 */
enum call {
	CALL_EVENT,
	CALL_ALLOC, /* where, node, gfp, order */
	CALL_EXACT, /* where, -, gfp, bytes */
	CALL_BULK,  /* where, -, gfp, wanted */
	CALL_FREE,  /* pfn, order */
	CALL_OTHER,
	CALL_DRAIN,  /* kind, target */
	CALL_UPDATE, /* all */
	CALL_SETTLE,
	CALL_GET,   /* pfn */
	CALL_SPLIT, /* pfn, order */
	CALL_SCOPE, /* task flags */
	CALL_PLAN,  /* site, skip, times */
	CALL_STRAY, /* pfn, line */
	/* from here on with an answer that is judged */
	CALL_ANSWER,	  /* pfn, or NOBODY */
	CALL_ANSWER_BULK, /* pages */
	CALL_DRAINED,	  /* kind, target */
	CALL_DISABLED,	  /* zone, disable, ok */
	CALL_SYSCTL,	  /* knob, value, ok */
	CALL_KSWAPD,	  /* node, was wanted */
	CALL_ISOLATED,	  /* pfn, isolate, ok */
	CALL_UPDATED,	  /* all */
	CALL_SETTLED,
	CALL_END
};

struct step {
	u8 call, cpu;
	u64 a[4];
	struct mm_event ev;
};

#define NOBODY (~0ULL)

static const char *play_begin(struct model *m, const struct step *s)
{
	const u64 *a = s->a;

	switch (s->call) {
	case CALL_ALLOC:
		model_begin_alloc(m, s->cpu, (unsigned)a[0], 1, (s32)a[1], (gfp_t)a[2], (unsigned)a[3]);
		break;
	case CALL_EXACT:
		model_begin_exact(m, s->cpu, (unsigned)a[0], 1, (gfp_t)a[2], a[3]);
		break;
	case CALL_BULK:
		model_begin_bulk(m, s->cpu, (unsigned)a[0], 1, (gfp_t)a[2], (u32)a[3]);
		break;
	case CALL_FREE:
		model_begin_free(m, s->cpu, a[0], (unsigned)a[1]);
		break;
	case CALL_OTHER:
		model_begin_other(m, s->cpu);
		break;
	case CALL_DRAIN:
		model_begin_drain(m, s->cpu, (enum model_drain)a[0], (unsigned)a[1]);
		break;
	case CALL_UPDATE:
		model_begin_vmstat_update(m, s->cpu, a[0]);
		break;
	case CALL_SETTLE:
		model_begin_settle(m, s->cpu);
		break;
	case CALL_GET:
		model_get(m, a[0]);
		break;
	case CALL_SPLIT:
		model_split(m, s->cpu, a[0], (unsigned)a[1]);
		break;
	case CALL_SCOPE:
		model_scope(m, s->cpu, (u32)a[0]);
		break;
	case CALL_PLAN:
		model_fault(m, (unsigned)a[0], (u32)a[1], (u32)a[2]);
		break;
	default:
		model_note_stray_write(m, a[0], (unsigned)a[1]);
	}
	return NULL;
}

static const char *play_step(struct model *m, const struct step *s)
{
	const u64 *a = s->a;

	switch (s->call) {
	case CALL_EVENT:
		return model_event(m, &s->ev);
	case CALL_ANSWER:
		return model_answer_alloc(m, s->cpu, a[0]);
	case CALL_ANSWER_BULK:
		return model_answer_bulk(m, s->cpu, (u32)a[0]);
	case CALL_DRAINED:
		return model_drained(m, s->cpu, (enum model_drain)a[0], (unsigned)a[1]);
	case CALL_DISABLED:
		return model_pcp_disable(m, s->cpu, (unsigned)a[0], a[1], a[2]);
	case CALL_SYSCTL:
		return model_sysctl(m, s->cpu, (unsigned)a[0], (u32)a[1], a[2]);
	case CALL_KSWAPD:
		return model_kswapd(m, s->cpu, (unsigned)a[0], a[1]);
	case CALL_ISOLATED:
		return model_isolate(m, s->cpu, a[0], a[1], a[2]);
	case CALL_UPDATED:
		return model_vmstat_updated(m, s->cpu, a[0]);
	case CALL_SETTLED:
		return model_settled(m, s->cpu);
	case CALL_END:
		return model_end(m, s->cpu);
	default:
		return play_begin(m, s);
	}
}

/* --- the tape */

static struct {
	struct machine *machine;
	struct model *model;
	struct step *step;
	u32 nr, room, mark; /* slips are looked for from the mark on */
} tape;

static void note(struct step s)
{
	const char *bad;

	if (tape.nr == tape.room) {
		tape.room = tape.room ? 2 * tape.room : 1024;
		tape.step = realloc(tape.step, tape.room * sizeof(s));
	}
	tape.step[tape.nr++] = s;
	bad = play_step(tape.model, &s);
	if (!bad)
		return;
	printf("Bail out! a scene is judged to be wrong at step %u: %s\n", tape.nr, bad);
	exit(1);
}

static void note_call(enum call call, u64 a, u64 b, u64 c, u64 d)
{
	note((struct step){ .call = (u8)call, .cpu = this_cpu->id, .a = { a, b, c, d } });
}

static void note_events(struct machine *m, void *arg)
{
	(void)arg;
	for (u32 i = 0; i < m->nr_events; i++) {
		struct step s = { .call = CALL_EVENT };

		memcpy(&s.ev, &m->host->event[i], sizeof(s.ev));
		note(s);
	}
	m->nr_events = 0;
	m->log_bytes = 0;
	m->fuel = m->param[PARAM_FUEL];
}

static void hear(void)
{
	note_events(tape.machine, NULL);
}

static void end(void)
{
	note_call(CALL_END, 0, 0, 0, 0);
}

static void mark(void)
{
	tape.mark = tape.nr;
}

/* --- what actors do */

static void on_cpu(unsigned cpu)
{
	machine_enter(tape.machine, cpu);
}

static void begin_ask(int nid, gfp_t gfp, unsigned order)
{
	note_call(CALL_ALLOC, world_where(), (u64)nid, gfp, order);
}

static u64 finish_ask(int nid, gfp_t gfp, unsigned order)
{
	struct page *page = alloc_pages_node(nid, gfp, order);
	u64 pfn = page ? page_to_pfn(page) : NOBODY;

	hear();
	note_call(CALL_ANSWER, pfn, 0, 0, 0);
	end();
	return pfn;
}

static u64 ask_for(gfp_t gfp, unsigned order)
{
	begin_ask(NUMA_NO_NODE, gfp, order);
	return finish_ask(NUMA_NO_NODE, gfp, order);
}

static void begin_drop(u64 pfn, unsigned order)
{
	note_call(CALL_FREE, pfn, order, 0, 0);
}

static void finish_drop(u64 pfn, unsigned order)
{
	__free_pages(pfn_to_page(pfn), order);
	hear();
	end();
}

static void drop(u64 pfn, unsigned order)
{
	begin_drop(pfn, order);
	finish_drop(pfn, order);
}

static void ask_exact(gfp_t gfp, u64 bytes)
{
	void *p;

	note_call(CALL_EXACT, world_where(), 0, gfp, bytes);
	p = alloc_pages_exact(bytes, gfp);
	hear();
	note_call(CALL_ANSWER, p ? page_to_pfn(virt_to_page(p)) : NOBODY, 0, 0, 0);
	end();
}

static void ask_bulk(gfp_t gfp, u64 nr)
{
	struct page *page[MAX_BULK] = { NULL };
	u64 n;

	note_call(CALL_BULK, world_where(), 0, gfp, nr);
	n = alloc_pages_bulk(gfp, nr, page);
	hear();
	note_call(CALL_ANSWER_BULK, n, 0, 0, 0);
	end();
}

static void hold(u64 pfn)
{
	note_call(CALL_OTHER, 0, 0, 0, 0);
	note_call(CALL_GET, pfn, 0, 0, 0);
	get_page(pfn_to_page(pfn));
	end();
}

static void split_up(u64 pfn, unsigned order)
{
	note_call(CALL_OTHER, 0, 0, 0, 0);
	note_call(CALL_SPLIT, pfn, order, 0, 0);
	split_page(pfn_to_page(pfn), order);
	hear();
	end();
}

static void be(u32 task_flags)
{
	this_cpu->task_flags = task_flags;
	note_call(CALL_SCOPE, task_flags, 0, 0, 0);
}

static void plan(enum sim_fault_site site, u32 skip, u32 times)
{
	sim_plan_fault(tape.machine, site, skip, times);
	note_call(CALL_PLAN, site, skip, times, 0);
}

static void drain(enum model_drain kind, unsigned target)
{
	note_call(CALL_DRAIN, kind, target, 0, 0);
	if (kind == DRAIN_LOCAL)
		drain_local_pages();
	else if (kind == DRAIN_ALL)
		drain_all_pages();
	else
		page_alloc_cpu_dead(target);
	hear();
	note_call(CALL_DRAINED, kind, target, 0, 0);
	end();
}

static void disable(unsigned zone, bool disabled)
{
	unsigned nid = zone / MAX_NR_ZONES, index = zone % MAX_NR_ZONES;
	bool ok;

	note_call(CALL_DRAIN, DRAIN_ZONE, zone, 0, 0);
	ok = !(disabled ? zone_pcp_disable(nid, index) : zone_pcp_enable(nid, index));
	hear();
	note_call(CALL_DISABLED, zone, disabled, ok, 0);
	end();
}

static void set_knob(enum mm_sysctl knob, u32 value)
{
	bool ok;

	note_call(CALL_OTHER, 0, 0, 0, 0);
	ok = !mm_sysctl_write(knob, value);
	hear();
	note_call(CALL_SYSCTL, knob, value, ok, 0);
	end();
}

static void run_kswapd(unsigned nid)
{
	bool was_wanted;

	note_call(CALL_OTHER, 0, 0, 0, 0);
	was_wanted = kswapd_run(nid);
	hear();
	note_call(CALL_KSWAPD, nid, was_wanted, 0, 0);
	end();
}

static void isolate(u64 pfn, bool isolated)
{
	bool ok;

	note_call(CALL_OTHER, 0, 0, 0, 0);
	ok = !(isolated ? set_migratetype_isolate(pfn) : unset_migratetype_isolate(pfn));
	hear();
	note_call(CALL_ISOLATED, pfn, isolated, ok, 0);
	end();
}

static void update(bool all)
{
	note_call(CALL_UPDATE, all, 0, 0, 0);
	if (all)
		vmstat_refresh();
	else
		vmstat_update();
	hear();
	note_call(CALL_UPDATED, all, 0, 0, 0);
	end();
}

static void settle_down(void)
{
	note_call(CALL_SETTLE, 0, 0, 0, 0);
	page_alloc_settle();
	hear();
	note_call(CALL_SETTLED, 0, 0, 0, 0);
	end();
}

/* --- scenes on the small machine: node 0 has Normal at 160..191 and DMA32 at 64..159, node 1 Normal at 256..463 */

#define K GFP_KERNEL
#define M (GFP_KERNEL | __GFP_MOVABLE) /* Normal, like K, and every pageblock is its own */
#define H __GFP_MEMALLOC	       /* in spite of all marks */

static void scene_life(void)
{
	drop(ask_for(M, 3), 3);
}
static void scene_life_on_node_1(void) /* no DMA32 there: requests may fragment */
{
	on_cpu(2);
	drop(ask_for(M, 3), 3);
}
static void scene_two_blocks(void)
{
	ask_for(M, 3);
	mark();
	ask_for(M, 3);
}
static void scene_other_zone(void) /* Normal would fall below its mark: DMA32 is next */
{
	ask_for(M, 5);
}
static void scene_this_node(void)
{
	ask_for(M | __GFP_THISNODE, 3);
}
static void scene_no_zone(void) /* nobody on node 3 has memory below HighMem */
{
	begin_ask(3, K | __GFP_THISNODE, 0);
	finish_ask(3, K | __GFP_THISNODE, 0);
}
static void scene_no_zone_quietly(void)
{
	begin_ask(3, K | __GFP_THISNODE | __GFP_NOWARN, 0);
	finish_ask(3, K | __GFP_THISNODE | __GFP_NOWARN, 0);
}
static void scene_too_big(void)
{
	ask_for(K, 7);
}
static void scene_planned_fault(void) /* the second attempt fails */
{
	plan(FAULT_PAGE_ALLOC, 1, 1);
	ask_for(M, 3);
	ask_for(M, 3);
}
static void scene_sleeper(void)
{
	sim_enter_context(CONTEXT_SPINLOCK);
	ask_for(M, 3);
	sim_leave_context(CONTEXT_SPINLOCK);
}
static void scene_scope(void)
{
	be(PF_MEMALLOC_NOFS);
	ask_for(M, 3);
}
static void scene_both_types(void)
{
	ask_for(K | __GFP_MOVABLE | __GFP_RECLAIMABLE, 3);
}
static void scene_exact(void) /* five pages of eight */
{
	ask_exact(M, 5 * 4096);
}
static void scene_reference_left(void) /* the parts behind the first page go, the first stays */
{
	u64 pfn = ask_for(M, 3);

	hold(pfn);
	mark();
	drop(pfn, 3);
	drop(pfn, 0);
}
static void scene_compound(void) /* stays whole */
{
	u64 pfn = ask_for(M | __GFP_COMP, 3);

	hold(pfn);
	mark();
	drop(pfn, 3);
	drop(pfn, 3);
}
static void scene_split(void)
{
	u64 pfn = ask_for(M, 3);

	split_up(pfn, 3);
	mark();
	drop(pfn + 1, 0);
}
static void scene_split_of_compound(void)
{
	split_up(ask_for(M | __GFP_COMP, 3), 3);
}
static void scene_double_free(void)
{
	drop(160, 3);
}
static void scene_atomic(void)
{
	ask_for(GFP_ATOMIC | __GFP_MOVABLE, 3);
}
static void scene_without_kswapd(void)
{
	ask_for(__GFP_DIRECT_RECLAIM | __GFP_MOVABLE, 3);
}

/* --- pageblocks that are claimed, blocks that are stolen */

static void scene_claim(void) /* both pageblocks of Normal, as one free block */
{
	ask_for(K, 3);
}
static void scene_pieces(void) /* a block over two pageblocks comes back when they have different types */
{
	u64 pfn = ask_for(K, 5);

	isolate(pfn, true);
	mark();
	drop(pfn, 5);
}

/* One zone of 128 pages, 8 pageblocks: all of it in blocks of this order. */
static u64 filled[128];

static unsigned fill(gfp_t gfp, unsigned order)
{
	unsigned n = 0;

	disable(ZONE_NORMAL, true);
	while (tape.model->zone[ZONE_NORMAL].free >= 1u << order)
		filled[n++] = ask_for(gfp | H | __GFP_NOWARN, order);
	return n;
}

/* What was filled in begins where the zone begins. */
static u64 first_filled(unsigned n)
{
	u64 first = filled[0];

	for (unsigned i = 1; i < n; i++)
		first = first < filled[i] ? first : filled[i];
	return first;
}

static void scene_steal(void)
{
	unsigned n = fill(K, 0);

	drop(first_filled(n) + 5, 0);
	update(true);
	mark();
	ask_for(M | H, 0);
}
static void scene_boost(void) /* a claim of half a pageblock, which lifts the marks */
{
	u64 first = first_filled(fill(M, 3));

	drop(first, 3);
	drop(first + 24, 3);
	update(true);
	mark();
	ask_for(K | H, 2);
}
static void scene_boost_of_choice(void) /* a larger and a smaller block of another type */
{
	u64 first = first_filled(fill(M, 2));

	drop(first, 2);
	drop(first + 4, 2);
	drop(first + 24, 2);
	update(true);
	mark();
	ask_for(K | H, 2);
}
static void scene_boost_in_vain(void) /* too little of the pageblock is free: the block is stolen */
{
	u64 first = first_filled(fill(K, 2));

	drop(first, 2);
	update(true);
	mark();
	ask_for(M | H, 0);
}
static void scene_boost_of_the_fast_path(void)
{
	u64 first = first_filled(fill(M, 3));

	for (u64 b = 0; b < 8; b++)
		drop(first + 16 * b, 3);
	run_kswapd(0);
	update(true);
	mark();
	ask_for(K, 3);
	run_kswapd(0);
}
static void scene_knobs(void)
{
	set_knob(SYSCTL_WATERMARK_SCALE_FACTOR, 100);
	set_knob(SYSCTL_WATERMARK_SCALE_FACTOR, 3001);
	set_knob(SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 8);
	set_knob(SYSCTL_LOWMEM_RESERVE_RATIO_DMA, 1);
}
static void scene_idle_kswapd(void)
{
	run_kswapd(0);
}
static void scene_cma(void) /* 48 pages of it: more than half of what is free */
{
	disable(ZONE_NORMAL, true);
	mark();
	ask_for(M, 3);
	ask_for(K, 3);
}

/* --- per-CPU lists: batch 3, lists hold 12 to 26 pages */

static void scene_list(void)
{
	u64 pfn;

	on_cpu(3);
	ask_for(M, 0); /* leaves others on its list */
	on_cpu(2);
	mark();
	pfn = ask_for(M, 0);
	drop(pfn, 0);
}
static void scene_flush(void)
{
	u64 pfn[40];

	on_cpu(2);
	for (unsigned i = 0; i < ARRAY_SIZE(pfn); i++)
		pfn[i] = ask_for(M, 0);
	ask_for(M, 1);
	mark();
	for (unsigned i = 0; i < ARRAY_SIZE(pfn); i++)
		drop(pfn[i], 0);
}
static void scene_marks_anew(void) /* they end a boost */
{
	scene_boost();
	mark();
	set_knob(SYSCTL_WATERMARK_SCALE_FACTOR, 100);
}
static void scene_drain(void)
{
	on_cpu(2);
	ask_for(M, 1);
	ask_for(M, 0);
	mark();
	drain(DRAIN_LOCAL, 0);
	ask_for(M, 0);
	drain(DRAIN_ALL, 0);
	ask_for(M, 0);
	on_cpu(0);
	drain(DRAIN_CPU, 2);
}
static void scene_drain_beside_a_request(void)
{
	on_cpu(1);
	begin_ask(NUMA_NO_NODE, M, 3);
	on_cpu(0);
	mark();
	drain(DRAIN_ALL, 0);
	on_cpu(1);
	finish_ask(NUMA_NO_NODE, M, 3);
}
static void scene_disable(void)
{
	on_cpu(2);
	ask_for(M, 0);
	mark();
	disable(MAX_NR_ZONES + ZONE_NORMAL, true);
	disable(MAX_NR_ZONES + ZONE_NORMAL, true);
	disable(MAX_NR_ZONES + ZONE_NORMAL, false);
	disable(MAX_NR_ZONES + ZONE_NORMAL, false);
	disable(MAX_NR_ZONES + ZONE_NORMAL, false);
}
static void scene_update(void) /* lists grew beyond what they may hold by and by */
{
	u64 pfn[40];
	struct pcp_figures p = { .high = 2 };

	disable(ZONE_DMA32, true);
	on_cpu(2);
	begin_ask(0, K | __GFP_DMA32, 0); /* a page that is held back */
	finish_ask(0, K | __GFP_DMA32, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(pfn); i++)
		pfn[i] = ask_for(M, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(pfn) && p.count + 1 < p.high; i++) {
		drop(pfn[i], 0);
		p = pcp_figures(1, ZONE_NORMAL, 2);
	}
	mark();
	update(false);
}

/* --- isolation */

static void scene_isolate(void)
{
	u64 pfn = ask_for(M, 0);

	mark();
	isolate(pfn, true);
	drop(pfn, 0);
	isolate(pfn, false);
}
static void scene_isolate_twice(void)
{
	isolate(160, true);
	mark();
	isolate(160, true);
}
static void scene_unisolate_nothing(void)
{
	isolate(160, false);
}

/* --- the ladder: one zone of 128 pages, min 8, low 10, high 12 */

static void empty_zone(void)
{
	fill(K, 0);
	update(true);
}
static void scene_refusal(void)
{
	empty_zone();
	run_kswapd(0);
	mark();
	ask_for(K, 0);
}
static void scene_first_below_high(void) /* 16 pages are left: 9 are above min, and not above low */
{
	disable(ZONE_NORMAL, true);
	for (unsigned order = 6; order >= 4; order--)
		ask_for(K, order);
	update(true);
	mark();
	ask_for(K, 3);
}
static void scene_progress(void) /* reclaim says that it freed something: lists are drained, and it is tried again */
{
	empty_zone();
	plan(FAULT_RECLAIM_PROGRESS, 0, 2);
	mark();
	ask_for(K | __GFP_NOWARN, 0);
}
static void scene_costly(void)
{
	empty_zone();
	mark();
	ask_for(K | __GFP_NORETRY | __GFP_NOWARN, 3);
}
static void scene_nofail(void)
{
	empty_zone();
	mark();
	ask_for(K | __GFP_NOFAIL | __GFP_NOWARN, 2);
	ask_for(K | __GFP_NOFAIL | __GFP_NOWARN, 3);
}
static void scene_nofail_atomic(void)
{
	empty_zone();
	mark();
	ask_for(GFP_ATOMIC | __GFP_NOFAIL | __GFP_NOWARN, 0);
}
static void scene_above_high(void) /* a free that flushes finds the zone above its high mark again */
{
	u64 pfn[40];

	disable(ZONE_NORMAL, true);
	for (unsigned i = 0; i < ARRAY_SIZE(pfn); i++)
		pfn[i] = ask_for(K, 0);
	while (ask_for(K | __GFP_NOWARN | __GFP_NORETRY, 0) != NOBODY)
		;
	update(true);
	disable(ZONE_NORMAL, false);
	mark();
	for (unsigned i = 0; i < ARRAY_SIZE(pfn); i++)
		drop(pfn[i], 0);
}

/* --- reserves: half a pageblock at a time */

static void take_reserve(unsigned blocks)
{
	disable(ZONE_NORMAL, true);
	set_knob(SYSCTL_MIN_FREE_KBYTES, 800); /* 200 pages: above all there is; three eighths of it are not */
	for (unsigned i = 0; i < blocks; i++)
		ask_for(GFP_ATOMIC, 3);
}
static void scene_reserve(void)
{
	take_reserve(0);
	mark();
	ask_for(GFP_ATOMIC, 3);
	ask_for(GFP_ATOMIC, 3);
}
static void fill_the_rest(void)
{
	set_knob(SYSCTL_MIN_FREE_KBYTES, 0);
	while (tape.model->zone[ZONE_NORMAL].free > tape.model->zone[ZONE_NORMAL].free_of[MIGRATE_HIGHATOMIC])
		ask_for(K, 0);
	update(true);
}
static void scene_unreserve(void) /* the last thing a refusal tries */
{
	take_reserve(1);
	fill_the_rest();
	mark();
	ask_for(K | __GFP_NOWARN, 0);
}
static void scene_unreserve_on_progress(void)
{
	take_reserve(3); /* two pageblocks: one may go without force */
	fill_the_rest();
	plan(FAULT_RECLAIM_PROGRESS, 0, 1);
	mark();
	ask_for(K | __GFP_NOWARN, 0);
}
static void scene_reserve_is_not_for_all(void) /* who may go below min does not get what is reserved */
{
	take_reserve(1);
	fill_the_rest();
	mark();
	ask_for(K | __GFP_HIGH | __GFP_NORETRY | __GFP_NOWARN, 0);
}
static void scene_two_reserves(void) /* in Normal and in DMA32: the zonelist says which goes first */
{
	disable(ZONE_NORMAL, true);
	disable(ZONE_DMA32, true);
	set_knob(SYSCTL_MIN_FREE_KBYTES, 800);
	ask_for(GFP_ATOMIC, 3);
	ask_for(GFP_ATOMIC | __GFP_DMA32, 3);
	set_knob(SYSCTL_MIN_FREE_KBYTES, 0);
	for (unsigned z = ZONE_DMA32; z <= ZONE_NORMAL; z++)
		while (tape.model->zone[z].free > tape.model->zone[z].free_of[MIGRATE_HIGHATOMIC])
			ask_for(z == ZONE_NORMAL ? K : K | __GFP_DMA32, 0);
	update(true);
	mark();
	ask_for(K | __GFP_NOWARN, 0);
}
static void scene_settle(void)
{
	take_reserve(1);
	isolate(100, true);
	mark();
	settle_down();
}

/* --- bulk */

static void scene_bulk(void)
{
	on_cpu(2);
	ask_bulk(M, 5);
}
static void scene_bulk_with_a_fault(void) /* the bulk part and the single request are two attempts */
{
	on_cpu(2);
	plan(FAULT_PAGE_ALLOC, 1, 1);
	mark();
	ask_bulk(M | __GFP_NOWARN, 1);
	plan(FAULT_PAGE_ALLOC, 0, 1);
	ask_bulk(M | __GFP_NOWARN, 1);
}
static void scene_bulk_of_one(void)
{
	on_cpu(2);
	ask_bulk(M, 1);
}
/* Each CPU holds back that it took two pages, so the mark holds, and there is less than it says. */
static void scene_bulk_that_ends_early(void)
{
	unsigned n = fill(K, 0);

	for (unsigned i = 0; i < 20; i++)
		drop(filled[n - 1 - i], 0);
	update(true);
	for (unsigned cpu = 0; cpu < 8; cpu++) {
		on_cpu(cpu);
		ask_for(K, 0);
		ask_for(K, 0);
	}
	mark();
	ask_bulk(K, 8);
}

/* --- several at once */

static void scene_two_at_once(void) /* cpu 1 takes the last block while cpu 0 asks: cpu 0 may be refused */
{
	gfp_t gfp = K | __GFP_THISNODE | __GFP_DMA | __GFP_NOWARN;

	disable(ZONE_DMA, true);
	mark();
	begin_ask(NUMA_NO_NODE, gfp, 4);
	on_cpu(1);
	ask_for(gfp, 4);
	on_cpu(0);
	finish_ask(NUMA_NO_NODE, gfp, 4);
}
static void scene_two_elsewhere(void) /* the other one takes something else */
{
	gfp_t gfp = K | __GFP_THISNODE | __GFP_DMA | __GFP_NOWARN;

	disable(ZONE_DMA, true);
	mark();
	begin_ask(NUMA_NO_NODE, gfp, 4);
	on_cpu(1);
	ask_for(M, 3);
	on_cpu(0);
	finish_ask(NUMA_NO_NODE, gfp, 4);
}
static void scene_two_frees(void)
{
	u64 a = ask_for(M, 3), b = ask_for(M, 3);

	mark();
	begin_drop(a, 3);
	on_cpu(1);
	begin_drop(b, 3);
	finish_drop(b, 3);
	on_cpu(0);
	finish_drop(a, 3);
}

/* --- debug layers */

static void scene_poison(void)
{
	u64 pfn = ask_for(M, 3);

	drop(pfn, 3);
	ram_write_raw(tape.machine, pfn, 9, 0x6b6b6b6b6b6b6b6bULL);
	note_call(CALL_STRAY, pfn, 9, 0, 0);
	mark();
	ask_for(M, 3);
}

/* --- slips */

enum how {
	CHANGE,	 /* fields of it */
	LOSE,	 /* it is not heard */
	AGAIN,	 /* it is heard, and once more with these changes */
	INSTEAD, /* another event is */
	BEFORE,	 /* another event is heard first */
	REST,	 /* it is not heard, nor what follows until the answer */
	CHANGE_AND_REST, /* it is heard changed, and what follows is not */
	GIVE_UP, /* the same, and the answer is that there is no more */
	POKE,	 /* before it, the model is changed behind its back */
};

struct change {
	u16 at;
	u8 size;
	bool add;
	u64 value;
};

#define FIELD(member)	 (u16) offsetof(struct step, member), (u8)sizeof(((struct step *)NULL)->member)
#define SET(field, v)	 { FIELD(ev.field), false, (v) }
#define ADD(field, v)	 { FIELD(ev.field), true, (v) }
#define ARG(i, v)	 { FIELD(a[i]), false, (v) }
/* The nth event of a type, or call of a kind, behind the mark. */
#define EV(type, nth)	 EV_(type, nth)
#define EV_(type, nth)	 CALL_EVENT, EVENT_##type, nth
#define ON(call, nth)	 CALL_##call, 0, nth
#define TAKE		 PAGE_ALLOC_ZONE_LOCKED
#define GIVE		 PAGE_FREE_ZONE_LOCKED

#define SLIP(how, like, name, call, type, nth, clause, ...)                                                            \
	{ name, call, type, nth, how, like, clause, { __VA_ARGS__ }, NULL }
#define CHANGED(...)				  SLIP(CHANGE, 0, __VA_ARGS__)
#define LOST(...)				  SLIP(LOSE, 0, __VA_ARGS__, { 0 })
#define TWICE(...)				  SLIP(AGAIN, 0, __VA_ARGS__)
#define FIRST(type, ...)			  SLIP(BEFORE, EVENT_##type, __VA_ARGS__)
#define REPLACED(type, ...)			  SLIP(INSTEAD, EVENT_##type, __VA_ARGS__)
#define ENOUGH(...)				  SLIP(CHANGE_AND_REST, 0, __VA_ARGS__)
#define CUT(...)				  SLIP(REST, 0, __VA_ARGS__, { 0 })
#define GIVEN_UP(...)				  SLIP(GIVE_UP, 0, __VA_ARGS__, { 0 })
#define POKED(function, name, where, clause)	  { name, where, POKE, 0, clause, { { 0 } }, function }

struct slip {
	const char *name;
	u8 call, type, nth;
	u8 how;
	u8 like; /* type of the other event, which is otherwise like this one */
	const char *clause;
	struct change change[5];
	void (*poke)(struct model *m);
};

static void want_kswapd(struct model *m)
{
	m->kswapd_wanted[0] = true;
}
static void unisolate_in_the_model(struct model *m)
{
	m->type_of_block[10] = MIGRATE_MOVABLE;
}
static void isolate_in_the_model(struct model *m)
{
	m->type_of_block[10] = MIGRATE_ISOLATE;
}

static const struct slip life_slips[] = {
	CHANGED("a block that is not aligned", EV(TAKE, 0), "B2", ADD(pfn, 2)),
	CHANGED("a block outside the machine", EV(TAKE, 0), "B2", SET(pfn, 1024)),
	CHANGED("an order that no machine has", EV(TAKE, 0), "B2", SET(pfn, 0), SET(order, 63)),
	CHANGED("a reserved frame is taken", EV(TAKE, 0), "B3", SET(pfn, 16)),
	CHANGED("a hole is taken", EV(TAKE, 0), "B3", SET(pfn, 240)),
	TWICE("a block is taken twice", EV(TAKE, 0), "B3", { 0 }),
	TWICE("another block is taken too", EV(TAKE, 0), "B3", ADD(pfn, 8), SET(source_order, 3)),
	CHANGED("another order than was asked for", EV(TAKE, 0), "B3", SET(order, 2)),
	FIRST(PAGE_ALLOC_ZONE_LOCKED, "a block is taken before anybody asks", ON(ALLOC, 0), "B3",
		SET(pfn, 160), SET(order, 3), SET(source_order, 5), SET(migratetype, 1)),
	FIRST(PAGE_ALLOC_ZONE_LOCKED, "a free takes a block", EV(PAGE_FREE, 0), "B3",
		SET(pfn, 168), SET(order, 3), SET(source_order, 3), SET(migratetype, 1)),
	CHANGED("for another type", EV(TAKE, 0), "Z3", SET(migratetype, 0)),
	CHANGED("for a per-CPU list that does not exist", EV(TAKE, 0), "P1", SET(refill, 1)),
	CHANGED("cut from the middle of a block", EV(TAKE, 0), "B8", ADD(pfn, 8)),
	CHANGED("the source is not that large", EV(TAKE, 0), "B8", SET(source_order, 4)),
	CHANGED("a zone above what the mask allows", EV(TAKE, 0), "Z2", SET(pfn, 192), SET(source_order, 4)),
	CHANGED("not the first zone that can", EV(TAKE, 0), "L1", SET(pfn, 448), SET(source_order, 4)),
	LOST("taken without a scan", EV(ATTEMPT, 0), "L1"),
	LOST("handed out, but still free", EV(TAKE, 0), "B3"),
	CHANGED("another block is handed out", EV(PAGE_ALLOC, 0), "B3", ADD(pfn, 8)),
	CHANGED("as another order", EV(PAGE_ALLOC, 0), "B3", SET(order, 2)),
	TWICE("handed out twice", EV(PAGE_ALLOC, 0), "B3", { 0 }),
	CHANGED("with another mask", EV(PAGE_ALLOC, 0), "Z10", ADD(gfp, __GFP_ZERO)),
	CHANGED("as another type", EV(PAGE_ALLOC, 0), "Z3", SET(migratetype, 2)),
	CHANGED("another frame is returned", ON(ANSWER, 0), "B19", ARG(0, 161)),
	CHANGED("announced and refused", ON(ANSWER, 0), "B19", ARG(0, NOBODY)),
	CUT("returned and never announced", EV(TAKE, 0), "B19"),
	GIVEN_UP("taken and forgotten", EV(PAGE_ALLOC, 0), "L9"),
	GIVEN_UP("refused although a zone can give", EV(TAKE, 0), "L9"),
	GIVEN_UP("refused before it was looked for", EV(ATTEMPT, 0), "L3"),
	TWICE("two scans, and the first could have served", EV(ATTEMPT, 0), "L9", { 0 }),
	FIRST(DIRECT_RECLAIM, "reclaim, and the scan could have served", EV(TAKE, 0), "L9", SET(asked, 0)),
	FIRST(ATTEMPT, "a scan nobody asked for", ON(ALLOC, 0), "L3", SET(order, 3)),
	CHANGED("a scan for another order", EV(ATTEMPT, 0), "L3", SET(order, 2)),
	CHANGED("with another mask", EV(ATTEMPT, 0), "L3", SET(gfp, GFP_ATOMIC)),
	CHANGED("with rights of its own", EV(ATTEMPT, 0), "L3", ADD(alloc_flags, ALLOC_OOM)),
	FIRST(BELOW_HIGH, "a zone is found below its high mark, and is not", EV(TAKE, 0), "L2",
		SET(zone, ZONE_NORMAL), SET(on, 1)),
	FIRST(BELOW_HIGH, "found above, and was not below", EV(TAKE, 0), "L2", SET(zone, ZONE_NORMAL), SET(on, 0)),
	FIRST(BELOW_HIGH, "a zone that does not exist is below", EV(TAKE, 0), "L2",
		SET(zone, 3 * MAX_NR_ZONES), SET(on, 1)),
	FIRST(BOOST, "a mark is lifted without need", EV(TAKE, 0), "B11",
		SET(pfn, 64), SET(source_order, 3), SET(source_pfn, 16)),
	FIRST(BOOST, "a free lifts a mark", EV(PAGE_FREE, 0), "B16", SET(pfn, 64), SET(source_pfn, 16)),
	FIRST(BOOST_END, "a boost ends that there was not", EV(TAKE, 0), "B16", SET(zone, ZONE_NORMAL)),
	FIRST(KSWAPD_RUN, "kswapd runs, and nobody woke it", EV(TAKE, 0), "L13", SET(zone, 0)),
	FIRST(PAGEBLOCK, "a pageblock is claimed that is its own", EV(TAKE, 0), "B15",
		SET(pfn, 160), SET(order, 5), SET(from, 1), SET(migratetype, 1), SET(report, RETYPE_CLAIM)),
	FIRST(PAGEBLOCK, "a pageblock is claimed for another type", EV(TAKE, 0), "B12",
		SET(pfn, 160), SET(order, 5), SET(from, 1), SET(migratetype, 0), SET(report, RETYPE_CLAIM)),
	FIRST(PAGEBLOCK, "a free claims a pageblock", EV(PAGE_FREE, 0), "B12",
		SET(pfn, 128), SET(order, 5), SET(from, 1), SET(migratetype, 0), SET(report, RETYPE_CLAIM)),
	FIRST(PAGEBLOCK, "half a pageblock changes its type", EV(TAKE, 0), "B15", SET(pfn, 160), SET(order, 3)),
	FIRST(PAGEBLOCK, "a hole changes its type", EV(TAKE, 0), "B15", SET(pfn, 704), SET(order, 4)),
	FIRST(PAGEBLOCK, "a pageblock is isolated by a request", EV(TAKE, 0), "I1",
		SET(pfn, 160), SET(order, 4), SET(from, 1), SET(migratetype, 5), SET(report, RETYPE_ISOLATE)),
	FIRST(PAGEBLOCK, "a pageblock is reserved without need", EV(TAKE, 0), "B17",
		SET(pfn, 160), SET(order, 4), SET(from, 1), SET(migratetype, 3), SET(report, RETYPE_RESERVE)),
	FIRST(PAGEBLOCK, "a reserved pageblock is given up, and there is none", EV(TAKE, 0), "B18",
		SET(pfn, 160), SET(order, 4), SET(from, 1), SET(migratetype, 0), SET(report, RETYPE_UNRESERVE)),
	FIRST(PAGE_EXTFRAG, "a free takes from another type", EV(PAGE_FREE, 0), "B11", SET(pfn, 160)),
	FIRST(PAGE_EXTFRAG, "a request that must not fragment does", EV(TAKE, 0), "B11",
		SET(pfn, 160), SET(order, 3), SET(source_order, 5), SET(migratetype, 1), SET(from, 0)),
	FIRST(PCP_REFILL, "a list is filled for a request that has none", EV(TAKE, 0), "P4",
		SET(zone, ZONE_NORMAL), SET(order, 0)),
	FIRST(PCP_ALLOC, "a page left a list and nobody asks", EV(PAGE_FREE, 0), "P4", SET(pfn, 160)),
	FIRST(PAGE_PCPU_DRAIN, "a page leaves a list that nobody empties", EV(PAGE_FREE, 0), "P7", SET(pfn, 160)),
	FIRST(PCP_FLUSH, "a list of no cpu is emptied", EV(PAGE_FREE, 0), "P7", SET(zone, 2), SET(list_cpu, 8)),
	FIRST(DRAIN_ALL, "a free drains all lists", EV(PAGE_FREE, 0), "P10", SET(zone, NR_ZONE_IDS)),
	FIRST(DRAIN_ALL, "a request drains all lists", EV(TAKE, 0), "L3", SET(zone, NR_ZONE_IDS)),
	FIRST(DRAIN_ALL, "a request disables lists", EV(TAKE, 0), "P10", SET(zone, ZONE_NORMAL)),
	FIRST(STAT_FOLD, "a cpu that does not exist adds up", EV(TAKE, 0), "W12", SET(zone, 2), SET(list_cpu, 8)),
	FIRST(PAGE_FREE, "freed, and nobody gave it up", ON(FREE, 0), "B22", SET(pfn, 160), SET(order, 3)),
	CHANGED("a free frame is freed", EV(PAGE_FREE, 0), "B22", ADD(pfn, 8)),
	CHANGED("freed as another order", EV(PAGE_FREE, 0), "B22", SET(order, 2)),
	CHANGED("frames outside the machine are freed", EV(PAGE_FREE, 0), "B2", SET(pfn, 1 << 20)),
	CHANGED("freed by another cpu", EV(PAGE_FREE, 0), "B22", SET(cpu, 1)),
	CUT("given up and not freed", EV(PAGE_FREE, 0), "B22"),
	TWICE("freed twice", EV(PAGE_FREE, 0), "B22", { 0 }),
	LOST("listed before it is freed", EV(PAGE_FREE, 0), "B3"),
	TWICE("listed twice", EV(GIVE, 0), "B3", { 0 }),
	LOST("freed and not listed", EV(GIVE, 0), "N1"),
	REPLACED(PCP_FREE, "listed with a cpu, whose lists do not take it", EV(GIVE, 0), "P1", { 0 }),
	CHANGED("listed outside the machine", EV(GIVE, 0), "B2", SET(pfn, 1024)),
	CHANGED("merged too little", EV(GIVE, 0), "B4", SET(source_order, 4)),
	CHANGED("merged too far", EV(GIVE, 0), "B4", SET(source_pfn, 128), SET(source_order, 6)),
	CHANGED("merged elsewhere", EV(GIVE, 0), "B4", SET(source_pfn, 64)),
	CHANGED("merged beyond any order", EV(GIVE, 0), "B4", SET(source_pfn, 0), SET(source_order, 11)),
	FIRST(REPORT, "a report when nothing runs", ON(FREE, 0), "N10", SET(report, REPORT_BAD_PAGE)),
	FIRST(REPORT, "a report nobody knows", EV(TAKE, 0), "N10", SET(report, NR_REPORTS)),
	FIRST(REPORT, "a report without a reason", EV(TAKE, 0), "N10", SET(report, REPORT_SLEEP_ATOMIC), SET(pfn, 0)),
	FIRST(REPORT, "a report about a frame that has none", EV(TAKE, 0), "N10", SET(report, REPORT_SLEEP_ATOMIC), SET(pfn, 9)),
	FIRST(REPORT, "a failure report of a request that was served", EV(PAGE_FREE, 0), "F8",
		SET(report, REPORT_ALLOC_FAILURE), SET(gfp, K)),
	FIRST(REPORT, "a bad page without a reason", EV(PAGE_FREE, 0), "B29", SET(report, REPORT_BAD_PAGE)),
	FIRST(REPORT, "NOFAIL is warned about, and nobody asked for it", EV(TAKE, 0), "L8",
		SET(report, REPORT_NOFAIL), SET(order, NOFAIL_ORDER)),
	FIRST(REPORT, "damage that nobody did", EV(TAKE, 0), "D2", SET(report, REPORT_POISON), SET(pfn, 160)),
	FIRST(FAULT, "a failure that nobody planned", EV(ATTEMPT, 0), "L11", { 0 }),
	CHANGED("an event nobody knows", EV(ATTEMPT, 0), "N1", SET(type, NR_EVENT_TYPES)),
	CHANGED("an event of a cpu that does not exist", EV(TAKE, 0), "N1", SET(cpu, 8)),
};

static const struct slip life_on_node_1_slips[] = {
	FIRST(PAGE_EXTFRAG, "its own type has a block", EV(TAKE, 0), "B11",
		SET(pfn, 256), SET(order, 3), SET(source_order, 6), SET(migratetype, 1), SET(from, 0)),
};
static const struct slip two_blocks_slips[] = {
	CHANGED("a larger source than needed", EV(TAKE, 0), "B8", SET(source_order, 4)),
	CHANGED("a larger block than needed", EV(TAKE, 0), "B8", ADD(pfn, 8), SET(source_order, 4)),
};
static const struct slip other_zone_slips[] = {
	CHANGED("a zone that falls below its mark", EV(TAKE, 0), "W4", SET(pfn, 160)),
};
static const struct slip this_node_slips[] = {
	CHANGED("another node although THISNODE", EV(TAKE, 0), "Z5", SET(pfn, 448), SET(source_order, 4)),
};
static const struct slip no_zone_slips[] = {
	LOST("a refusal without its report", EV(REPORT, 0), "N10"),
	TWICE("a refusal reported twice", EV(REPORT, 0), "N10", { 0 }),
	CHANGED("reported with another order", EV(REPORT, 0), "F8", SET(order, 1)),
	CHANGED("with another mask", EV(REPORT, 0), "F8", SET(gfp, K)),
	FIRST(ATTEMPT, "a scan of no zones", EV(REPORT, 0), "L3", SET(alloc_flags, ALLOC_WMARK_LOW)),
};
static const struct slip no_zone_quietly_slips[] = {
	FIRST(REPORT, "a report although NOWARN", ON(ANSWER, 0), "N10",
		SET(report, REPORT_ALLOC_FAILURE), SET(gfp, K | __GFP_THISNODE | __GFP_NOWARN)),
};
static const struct slip too_big_slips[] = {
	LOST("an order too big without its warning", EV(REPORT, 0), "N10"),
	CHANGED("an order too big is served", ON(ANSWER, 0), "B19", ARG(0, 64)),
};
static const struct slip planned_fault_slips[] = {
	FIRST(FAULT, "the planned failure comes too early", EV(ATTEMPT, 0), "L11", { 0 }),
	REPLACED(ATTEMPT, "it does not come", EV(FAULT, 0), "L11",
		SET(gfp, M), SET(order, 3),
		SET(alloc_flags, ALLOC_WMARK_LOW | ALLOC_KSWAPD | ALLOC_CMA | ALLOC_NOFRAGMENT)),
	CUT("refused without it", EV(FAULT, 0), "L11"),
	TWICE("it comes twice", EV(FAULT, 0), "L11", { 0 }),
	CHANGED("at another place", EV(FAULT, 0), "L11", SET(report, FAULT_RECLAIM_PROGRESS)),
	LOST("without a failure report", EV(REPORT, 0), "N10"),
};
static const struct slip sleeper_slips[] = {
	LOST("a sleeper without its report", EV(REPORT, 0), "N10"),
	FIRST(DIRECT_RECLAIM, "a sleeper that goes to reclaim", EV(TAKE, 0), "L13", SET(asked, 0)),
};
static const struct slip scope_slips[] = {
	CHANGED("a scope is ignored", EV(PAGE_ALLOC, 0), "Z10", SET(gfp, M)),
	CHANGED("in the scan", EV(ATTEMPT, 0), "L3", SET(gfp, M)),
};
static const struct slip both_types_slips[] = {
	LOST("two types without their report", EV(REPORT, 0), "N10"),
	CHANGED("and the first of them counts", EV(TAKE, 0), "Z3", SET(migratetype, 1)),
};
static const struct slip exact_slips[] = {
	CUT("an exact allocation keeps the rest", EV(PAGE_FREE, 0), "B22"),
	CHANGED("an exact allocation frees what it sells", EV(PAGE_FREE, 0), "B22", ADD(pfn, -1ULL)),
};
static const struct slip reference_left_slips[] = {
	CHANGED("the first page goes while a reference remains", EV(PAGE_FREE, 0), "B22", SET(pfn, 160)),
	CUT("the rest stays when a reference remains", EV(PAGE_FREE, 0), "B22"),
	CHANGED("the last reference frees the old order", EV(PAGE_FREE, 3), "B22", SET(order, 3)),
};
static const struct slip compound_slips[] = {
	FIRST(PAGE_FREE, "a compound block goes while a reference remains", ON(END, 0), "B22",
		SET(pfn, 160), SET(order, 3)),
	CHANGED("a compound block goes in parts", EV(PAGE_FREE, 0), "B22", ADD(pfn, 4), SET(order, 2)),
};
static const struct slip split_slips[] = {
	CHANGED("a split block goes whole", EV(PAGE_FREE, 0), "B22", ADD(pfn, -1ULL), SET(order, 3)),
};
static const struct slip split_of_compound_slips[] = {
	LOST("a compound block is split without a report", EV(REPORT, 0), "N10"),
};
static const struct slip double_free_slips[] = {
	LOST("a double free without its report", EV(REPORT, 0), "N10"),
	CHANGED("a report about another page", EV(REPORT, 0), "B29", ADD(pfn, 1)),
	REPLACED(PAGE_FREE, "a double free that frees", EV(REPORT, 0), "B22", SET(order, 3)),
};
static const struct slip atomic_slips[] = {
	FIRST(DIRECT_RECLAIM, "a request that may not sleep reclaims", EV(TAKE, 0), "L13", SET(asked, 0)),
};
static const struct slip without_kswapd_slips[] = {
	FIRST(WAKEUP_KSWAPD, "a request without KSWAPD wakes it", EV(TAKE, 0), "L13", SET(zone, 2)),
};
static const struct slip claim_slips[] = {
	CHANGED("claimed for another type", EV(PAGEBLOCK, 0), "B12", SET(migratetype, 2)),
	CHANGED("of another type", EV(PAGEBLOCK, 0), "B15", SET(from, 2)),
	CHANGED("less than the whole block", EV(PAGEBLOCK, 0), "B12", SET(order, 4)),
	CHANGED("half a pageblock", EV(PAGEBLOCK, 0), "B15", SET(order, 3)),
	CHANGED("not at a multiple of its size", EV(PAGEBLOCK, 0), "B15", ADD(pfn, 16)),
	CHANGED("of a type that does not exist", EV(PAGEBLOCK, 0), "B15", SET(migratetype, MIGRATE_TYPES)),
	CHANGED("beyond the machine", EV(PAGEBLOCK, 0), "B15", SET(pfn, 1024)),
	CHANGED("isolated instead", EV(PAGEBLOCK, 0), "I1", SET(report, RETYPE_ISOLATE)),
	CHANGED("reserved instead", EV(PAGEBLOCK, 0), "B17", SET(report, RETYPE_RESERVE)),
	CHANGED("unreserved instead", EV(PAGEBLOCK, 0), "B18", SET(report, RETYPE_UNRESERVE)),
	LOST("not claimed at all", EV(PAGEBLOCK, 0), "B12"),
	LOST("claimed, and nobody says why", EV(PAGE_EXTFRAG, 0), "B12"),
	REPLACED(PAGE_ALLOC_ZONE_LOCKED, "taken from without a claim", EV(PAGEBLOCK, 0), "B11",
		SET(order, 3), SET(source_order, 5)),
	REPLACED(PAGE_EXTFRAG, "stolen although it could be claimed", EV(PAGEBLOCK, 0), "B12",
		SET(order, 3), SET(source_order, 5), SET(from, 1), SET(claim, 0)),
	CHANGED("claimed, and said to be stolen", EV(PAGE_EXTFRAG, 0), "B13", SET(claim, 0)),
	CHANGED("for another order", EV(PAGE_EXTFRAG, 0), "B11", SET(order, 2)),
	CHANGED("by another type", EV(PAGE_EXTFRAG, 0), "B11", SET(migratetype, 2)),
	CHANGED("outside the machine", EV(PAGE_EXTFRAG, 0), "B11", SET(pfn, 1024)),
	CHANGED("another pageblock than was claimed", EV(PAGE_EXTFRAG, 0), "B12", SET(pfn, 128)),
	FIRST(BOOST, "a boost for a claim of whole pageblocks", EV(PAGEBLOCK, 0), "B12",
		SET(source_order, 4), SET(source_pfn, 16)),
};
static const struct slip pieces_slips[] = {
	ENOUGH("a block goes whole to two types", EV(GIVE, 0), "B4", SET(order, 5), SET(source_order, 5)),
	LOST("only one piece goes", EV(GIVE, 1), "N1"),
};
static const struct slip steal_slips[] = {
	CHANGED("from another type than it says", EV(PAGE_EXTFRAG, 0), "B13", SET(from, 2)),
	LOST("without a word", EV(PAGE_EXTFRAG, 0), "B11"),
	CHANGED("a block of another order", EV(PAGE_EXTFRAG, 0), "B13", SET(source_order, 1)),
	CHANGED("a block of an order that does not exist", EV(PAGE_EXTFRAG, 0), "B13", SET(source_order, 11)),
	CHANGED("a page that is in use", EV(PAGE_EXTFRAG, 0), "B10", ADD(pfn, 1)),
	CHANGED("said to be claimed", EV(PAGE_EXTFRAG, 0), "B12", SET(claim, 1)),
};
static const struct slip boost_slips[] = {
	LOST("a claim without its boost", EV(BOOST, 0), "B12"),
	CHANGED("a boost of another size", EV(BOOST, 0), "B16", ADD(source_pfn, 1)),
	CHANGED("none at all", EV(BOOST, 0), "B16", SET(source_pfn, 0)),
	CHANGED("at another order", EV(BOOST, 0), "B12", SET(source_order, 2)),
	CHANGED("at an order that does not exist", EV(BOOST, 0), "B12", SET(source_order, 11)),
	CHANGED("at a block in use", EV(BOOST, 0), "B10", ADD(pfn, 8)),
	TWICE("twice", EV(BOOST, 0), "B12", { 0 }),
	CHANGED("where nothing is", EV(BOOST, 0), "B16", SET(pfn, 4096)),
	LOST("and no claim", EV(PAGEBLOCK, 0), "B12"),
	CHANGED("and another pageblock is claimed", EV(PAGEBLOCK, 0), "B12", ADD(pfn, 32)),
	CHANGED("and more than one is", EV(PAGEBLOCK, 0), "B12", ADD(pfn, -16ULL), SET(order, 5)),
	REPLACED(PAGE_EXTFRAG, "and a block is stolen", EV(PAGEBLOCK, 0), "B12",
		SET(order, 2), SET(source_order, 3), SET(from, 1), SET(migratetype, 0)),
	REPLACED(PAGE_ALLOC_ZONE_LOCKED, "and a block is taken", EV(PAGEBLOCK, 0), "B12",
		SET(pfn, 24), SET(order, 2), SET(source_order, 3), SET(migratetype, 0)),
	CHANGED("a block that the claim did not give", EV(TAKE, 0), "B11", SET(pfn, 0)),
};
static const struct slip boost_of_choice_slips[] = {
	CHANGED("at a smaller block", EV(BOOST, 0), "B12", ADD(pfn, 24), SET(source_order, 2)),
	TWICE("at a smaller block too, when the larger one was claimed", EV(BOOST, 0), "B12",
		ADD(pfn, 24), SET(source_order, 2), SET(source_pfn, 18)),
};
static const struct slip boost_in_vain_slips[] = {
	LOST("a steal although a claim was not tried", EV(BOOST, 0), "B12"),
	FIRST(PAGEBLOCK, "a claim of too little", EV(PAGE_EXTFRAG, 0), "B12",
		SET(pfn, 0), SET(order, 4), SET(from, 0), SET(migratetype, 1), SET(report, RETYPE_CLAIM)),
};
static const struct slip boost_of_the_fast_path_slips[] = {
	LOST("kswapd is not told of a boost", EV(WAKEUP_KSWAPD, 0), "B16"),
	TWICE("kswapd is told twice", EV(WAKEUP_KSWAPD, 0), "L3", { 0 }),
	CHANGED("kswapd is told by a zone that does not exist", EV(WAKEUP_KSWAPD, 0), "L13", SET(zone, NR_ZONE_IDS)),
	LOST("kswapd ran and does not say so", EV(KSWAPD_RUN, 0), "L13"),
	TWICE("kswapd ran twice", EV(KSWAPD_RUN, 0), "L13", { 0 }),
	CHANGED("kswapd of a node that does not exist", EV(KSWAPD_RUN, 0), "L13", SET(zone, MAX_NR_ZONES)),
	LOST("a boost stays when kswapd has run", EV(BOOST_END, 0), "B16"),
	TWICE("a boost ends twice", EV(BOOST_END, 0), "B16", { 0 }),
	CHANGED("kswapd says that it was not woken", ON(KSWAPD, 0), "L13", ARG(1, 0)),
};
static const struct slip knobs_slips[] = {
	CHANGED("a knob is not set", ON(SYSCTL, 0), "J1", ARG(2, 0)),
	CHANGED("a knob is set out of range", ON(SYSCTL, 1), "J1", ARG(2, 1)),
	CHANGED("to less than it takes", ON(SYSCTL, 2), "J1", ARG(1, 7)),
	CHANGED("a knob that does not exist is", ON(SYSCTL, 3), "J1", ARG(0, 9)),
};
static const struct slip marks_anew_slips[] = {
	LOST("marks are computed anew, and a boost stays", EV(BOOST_END, 0), "W2"),
};
static const struct slip idle_kswapd_slips[] = {
	CHANGED("kswapd says that it was woken", ON(KSWAPD, 0), "L13", ARG(1, 1)),
	POKED(want_kswapd, "kswapd was woken and does nothing", ON(KSWAPD, 0), "L13"),
};
static const struct slip cma_slips[] = {
	CHANGED("movable pages come from their own list though CMA has more", EV(TAKE, 0), "B11",
		SET(pfn, 96), SET(source_order, 5)),
	CHANGED("unmovable pages come from CMA", EV(TAKE, 1), "B11", SET(pfn, 16), SET(source_order, 4)),
};
static const struct slip list_slips[] = {
	CHANGED("a refill that asks for one more", EV(PCP_REFILL, 0), "P4", ADD(asked, 1)),
	LOST("one that takes one less", EV(TAKE, 2), "P4"),
	TWICE("one that takes one more", EV(TAKE, 2), "P4", ADD(pfn, 1), SET(source_order, 1)),
	LOST("one that nobody speaks of", EV(PCP_REFILL, 0), "P4"),
	CHANGED("one of another order", EV(PCP_REFILL, 0), "P4", SET(order, 1)),
	CHANGED("one of a zone that does not exist", EV(PCP_REFILL, 0), "P4", SET(zone, NR_ZONE_IDS)),
	TWICE("one of a list that is not empty", EV(PCP_REFILL, 0), "P4", { 0 }),
	CHANGED("one that tunes the list otherwise", EV(PCP_REFILL, 0), "P4", ADD(tuning.high, 1)),
	CHANGED("and doubles it once more", EV(PCP_REFILL, 0), "P4", ADD(tuning.alloc_factor, 1)),
	CHANGED("and forgets nothing of frees", EV(PCP_REFILL, 0), "P4", ADD(tuning.free_count, 1)),
	CHANGED("and remembers orders", EV(PCP_REFILL, 0), "P4", ADD(tuning.freed_high_order, 1)),
	LOST("a page handed out that is still on its list", EV(PCP_ALLOC, 0), "B3"),
	TWICE("two pages leave the list", EV(PCP_ALLOC, 0), "P4", ADD(pfn, 1)),
	CHANGED("a page of another order leaves it", EV(PCP_ALLOC, 0), "P4", SET(order, 1)),
	CHANGED("a page leaves the list that is not on it", EV(PCP_ALLOC, 0), "P8", ADD(pfn, 16)),
	CHANGED("a page outside the machine does", EV(PCP_ALLOC, 0), "P8", SET(pfn, 4096)),
	CHANGED("a page of another cpu's list does", EV(PCP_ALLOC, 0), "P8", ADD(pfn, -1ULL)),
	CHANGED("a page of another type's list does", EV(PCP_ALLOC, 0), "P1", SET(migratetype, 0)),
	LOST("a freed page joins no list", EV(PCP_FREE, 0), "N1"),
	TWICE("joins it twice", EV(PCP_FREE, 0), "P8", { 0 }),
	CHANGED("joins another type's list", EV(PCP_FREE, 0), "P1", SET(migratetype, 0)),
	REPLACED(PAGE_FREE_ZONE_LOCKED, "goes past the list", EV(PCP_FREE, 0), "P5", SET(source_order, 0)),
	FIRST(PCP_FLUSH, "the list is emptied before it is full", ON(END, 1), "P5",
		SET(zone, 8), SET(list_cpu, 2), SET(asked, 3), SET(migratetype, 1)),
	FIRST(PCP_FLUSH, "lists are emptied to the last by a free", ON(END, 1), "P10",
		SET(zone, 8), SET(list_cpu, 2), SET(asked, 3), SET(report, FLUSH_DRAIN)),
};
static const struct slip flush_slips[] = {
	CHANGED("a full list gives back one more", EV(PCP_FLUSH, 0), "P5", ADD(asked, 1)),
	LOST("without a word", EV(PCP_FLUSH, 0), "P7"),
	CHANGED("of another cpu", EV(PCP_FLUSH, 0), "P5", SET(list_cpu, 3)),
	CHANGED("from another list on", EV(PCP_FLUSH, 0), "P5", SET(order, 1)),
	CHANGED("of another zone", EV(PCP_FLUSH, 0), "P5", SET(zone, ZONE_NORMAL)),
	CHANGED("of a zone that does not exist", EV(PCP_FLUSH, 0), "P7", SET(zone, NR_ZONE_IDS)),
	TWICE("twice", EV(PCP_FLUSH, 0), "P7", { 0 }),
	CHANGED("tuned otherwise", EV(PCP_FLUSH, 0), "P6", ADD(tuning.high, 1)),
	CHANGED("as if time had passed", EV(PCP_FLUSH, 0), "P10", SET(report, FLUSH_DECAY)),
	CUT("not at all", EV(PCP_FLUSH, 0), "P5"),
	CUT("and stops half-way", EV(PAGE_PCPU_DRAIN, 1), "P7"),
	LOST("a page reaches its free list and never left", EV(PAGE_PCPU_DRAIN, 0), "B3"),
	CHANGED("it leaves as another type", EV(PAGE_PCPU_DRAIN, 0), "P1", SET(migratetype, 0)),
	CHANGED("as another order", EV(PAGE_PCPU_DRAIN, 0), "P8", SET(order, 1)),
	CHANGED("from another cpu's list", EV(PAGE_PCPU_DRAIN, 0), "P7", SET(list_cpu, 3)),
	CHANGED("a page leaves that is on no list", EV(PAGE_PCPU_DRAIN, 0), "P8", SET(pfn, 257)),
};
static void empty_lists_of_the_model(struct model *m)
{
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		m->zone[z].pcp[2].count = 0;
}
static const struct slip drain_slips[] = {
	CHANGED("a drain begins elsewhere", EV(PCP_FLUSH, 0), "P10", SET(order, 1)),
	CHANGED("takes less at a time", EV(PCP_FLUSH, 0), "P10", ADD(asked, -1ULL)),
	CUT("leaves pages behind", EV(PCP_FLUSH, 0), "P10"),
	CHANGED("takes pages of one list before those of another", EV(PAGE_PCPU_DRAIN, 0), "P7",
		SET(pfn, 450), SET(order, 1)),
	CUT("a drain of all leaves pages behind", EV(DRAIN_ALL, 0), "P10"),
	CUT("the lists of a dead cpu hold pages", EV(PCP_FLUSH, 2), "P10"),
	POKED(empty_lists_of_the_model, "pages leave lists that are empty", EV(PAGE_PCPU_DRAIN, 0), "P7"),
	LOST("what a dead cpu held back is lost", EV(STAT_FOLD, 0), "P12"),
	CHANGED("it takes counters along, and some stay", EV(STAT_FOLD, 0), "W12", SET(zone, NR_ZONE_IDS)),
};
static const struct slip drain_beside_a_request_slips[] = {
	TWICE("the other drains all lists too", EV(DRAIN_ALL, 0), "P10", SET(cpu, 1)),
};
static const struct slip disable_slips[] = {
	CHANGED("a zone is disabled, and says no", ON(DISABLED, 0), "P10", ARG(2, 0)),
	CUT("says yes and does nothing", EV(DRAIN_ALL, 0), "P10"),
	TWICE("a zone is disabled twice", EV(DRAIN_ALL, 0), "P10", { 0 }),
	CUT("its lists are not emptied", EV(PCP_FLUSH, 0), "P10"),
	LOST("sizes change after the lists are emptied", EV(DRAIN_ALL, 0), "P6"),
	CHANGED("a zone that is enabled says no", ON(DISABLED, 3), "P10", ARG(2, 0)),
	CHANGED("a zone that is not disabled is enabled", ON(DISABLED, 4), "P10", ARG(2, 1)),
};
static const struct slip update_slips[] = {
	CHANGED("a list shrinks by one more", EV(PCP_FLUSH, 0), "P11", ADD(asked, 1)),
	CUT("a list says that it shrinks, and does not", EV(PAGE_PCPU_DRAIN, 0), "P11"),
	LOST("a counter is not added up", EV(STAT_FOLD, 0), "W12"),
	CHANGED("another cpu's is", EV(STAT_FOLD, 0), "W12", SET(list_cpu, 3)),
};
static const struct slip isolate_slips[] = {
	LOST("isolated without a word", EV(PAGEBLOCK, 0), "I1"),
	TWICE("isolated twice", EV(PAGEBLOCK, 0), "B15", { 0 }),
	CHANGED("isolated, and says no", ON(ISOLATED, 0), "I1", ARG(2, 0)),
	CHANGED("another type instead", EV(PAGEBLOCK, 0), "I1", SET(migratetype, 4)),
	CHANGED("where no zone is", ON(ISOLATED, 0), "I1", ARG(0, 4096)),
	REPLACED(PCP_FREE, "an isolated page joins a list", EV(GIVE, 0), "P1", SET(migratetype, 1)),
	CHANGED("given back as another type", EV(PAGEBLOCK, 1), "I1", SET(migratetype, 0)),
	LOST("given back to nobody", EV(PAGEBLOCK, 1), "I1"),
};
static const struct slip isolate_twice_slips[] = {
	POKED(unisolate_in_the_model, "refused although it could be isolated", ON(ISOLATED, 0), "I1"),
	CHANGED("isolated a second time", ON(ISOLATED, 0), "I1", ARG(2, 1)),
};
static const struct slip unisolate_nothing_slips[] = {
	POKED(isolate_in_the_model, "refused although it could be given back", ON(ISOLATED, 0), "I1"),
};
static const struct slip refusal_slips[] = {
	CHANGED("the slow scan has other rights", EV(ATTEMPT, 1), "W8", ADD(alloc_flags, ALLOC_MIN_RESERVE)),
	CHANGED("the retry has other rights", EV(ATTEMPT, 2), "W9", ADD(alloc_flags, ALLOC_NO_WATERMARKS)),
	CHANGED("the last try asks for less than the high mark", EV(ATTEMPT, 3), "L3", ADD(alloc_flags, -2ULL)),
	LOST("no last try", EV(ATTEMPT, 3), "L3"),
	LOST("no retry", EV(ATTEMPT, 2), "L3"),
	TWICE("a try too many", EV(ATTEMPT, 3), "L3", { 0 }),
	CHANGED("a bulk scan of a request for one page", EV(ATTEMPT, 0), "B26", SET(source_order, 1)),
	LOST("kswapd is not woken", EV(WAKEUP_KSWAPD, 0), "L3"),
	TWICE("kswapd is woken twice", EV(WAKEUP_KSWAPD, 0), "L3", { 0 }),
	LOST("no reclaim", EV(DIRECT_RECLAIM, 0), "L3"),
	TWICE("reclaim twice", EV(DIRECT_RECLAIM, 0), "L3", { 0 }),
	FIRST(DIRECT_RECLAIM, "reclaim too early", EV(ATTEMPT, 1), "L3", SET(asked, 0)),
	CHANGED("reclaim has progress that nobody planned", EV(DIRECT_RECLAIM, 0), "L3", SET(asked, 1)),
	FIRST(DRAIN_ALL, "lists are drained without progress", EV(ATTEMPT, 3), "L3", SET(zone, NR_ZONE_IDS)),
	FIRST(PAGE_ALLOC_ZONE_LOCKED, "a zone has no block, and gives one", EV(ATTEMPT, 1), "B3",
		SET(pfn, 5), SET(order, 0)),
	LOST("the refusal is not reported", EV(REPORT, 0), "N10"),
};
static const struct slip first_below_high_slips[] = {
	LOST("a zone below its high mark, and nobody notes it", EV(BELOW_HIGH, 0), "L2"),
	TWICE("and somebody notes it twice", EV(BELOW_HIGH, 0), "L2", { 0 }),
	CHANGED("and it is said to be above", EV(BELOW_HIGH, 0), "L2", SET(on, 0)),
};
static const struct slip progress_slips[] = {
	CHANGED("planned progress that reclaim keeps to itself", EV(DIRECT_RECLAIM, 0), "L3", SET(asked, 0)),
	LOST("no try after progress", EV(ATTEMPT, 3), "L3"),
	LOST("lists are not drained", EV(DRAIN_ALL, 0), "L3"),
	TWICE("lists are drained twice", EV(DRAIN_ALL, 0), "L3", { 0 }),
};
static const struct slip costly_slips[] = {
	FIRST(ATTEMPT, "a costly request that must not retry does", ON(ANSWER, 0), "L3",
		SET(order, 3), SET(gfp, K | __GFP_NORETRY | __GFP_NOWARN), SET(alloc_flags, ALLOC_CPUSET | ALLOC_KSWAPD)),
};
static const struct slip nofail_slips[] = {
	LOST("NOFAIL of order 2 without its warning", EV(REPORT, 0), "N10"),
	CHANGED("warned about for another reason", EV(REPORT, 0), "L8", SET(order, NOFAIL_MEMALLOC)),
	CHANGED("for a reason that does not exist", EV(REPORT, 0), "L8", SET(order, NR_NOFAIL_MISUSES)),
	TWICE("a second time", EV(REPORT, 0), "L8", { 0 }),
	CHANGED("for an order that is not costly", EV(REPORT, 0), "L8", SET(order, NOFAIL_COSTLY)),
	CHANGED("where it may sleep", EV(REPORT, 0), "L8", SET(order, NOFAIL_ATOMIC)),
	LOST("a costly one without its warning", EV(REPORT, 1), "N10"),
	LOST("it does not get all there is", EV(ATTEMPT, 4), "L3"),
	GIVEN_UP("it gives up a lap early", EV(ATTEMPT, 6), "L3"),
};
static const struct slip nofail_atomic_slips[] = {
	LOST("NOFAIL that cannot sleep without its warning", EV(REPORT, 0), "N10"),
};
static const struct slip above_high_slips[] = {
	LOST("a zone is above its high mark again, and nobody notes it", EV(BELOW_HIGH, 0), "L2"),
	FIRST(BELOW_HIGH, "it is noted too early", EV(PAGE_FREE, 0), "L2", SET(zone, ZONE_NORMAL), SET(on, 0)),
};
static const struct slip reserve_slips[] = {
	LOST("a pageblock is not reserved", EV(PAGEBLOCK, 1), "B17"),
	CHANGED("another one is", EV(PAGEBLOCK, 1), "B17", ADD(pfn, 16)),
	CHANGED("two are", EV(PAGEBLOCK, 1), "B17", ADD(pfn, 0), SET(order, 5)),
	CHANGED("as another type", EV(PAGEBLOCK, 1), "B17", SET(migratetype, 2)),
	FIRST(PAGEBLOCK, "it is given up while a scan can be served", EV(TAKE, 1), "L9", SET(pfn, 64),
	      SET(order, 4), SET(from, 3), SET(migratetype, 0), SET(report, RETYPE_UNRESERVE)),
	CHANGED("the reserve is not used first", EV(TAKE, 1), "B11", ADD(pfn, 24), SET(source_order, 4)),
};
static const struct slip unreserve_slips[] = {
	LOST("the reserve is not given up", EV(PAGEBLOCK, 0), "L3"),
	CHANGED("more of it is", EV(PAGEBLOCK, 0), "B18", ADD(pfn, 0), SET(order, 5)),
	CHANGED("for another type", EV(PAGEBLOCK, 0), "B18", SET(migratetype, 1)),
	CHANGED("a pageblock that is not reserved", EV(PAGEBLOCK, 0), "B18",
		SET(pfn, 0), SET(from, 0), SET(migratetype, 2)),
	FIRST(PAGEBLOCK, "before reclaim was tried", EV(DIRECT_RECLAIM, 0), "B18",
		SET(pfn, 64), SET(order, 4), SET(from, 3), SET(migratetype, 0), SET(report, RETYPE_UNRESERVE)),
	GIVEN_UP("and the request is not served by it", EV(PAGEBLOCK, 0), "L3"),
};
static const struct slip unreserve_on_progress_slips[] = {
	LOST("lists are drained before a reserve is given up", EV(PAGEBLOCK, 0), "B18"),
};
static const struct slip reserve_is_not_for_all_slips[] = {
	FIRST(PAGE_ALLOC_ZONE_LOCKED, "who may go below min gets what is reserved", EV(ATTEMPT, 2), "L1",
		SET(pfn, 72), SET(order, 0), SET(source_order, 3)),
};
static const struct slip two_reserves_slips[] = {
	CHANGED("the reserve of another zone is given up first", EV(PAGEBLOCK, 0), "B18", ADD(pfn, -128ULL)),
};
static const struct slip settle_slips[] = {
	LOST("an isolated pageblock stays", EV(PAGEBLOCK, 0), "Q5"),
	LOST("a reserved pageblock stays", EV(PAGEBLOCK, 1), "Q5"),
};
static const struct slip bulk_slips[] = {
	CHANGED("a bulk scan for more", EV(ATTEMPT, 0), "B26", ADD(pfn, 1)),
	CHANGED("with other rights", EV(ATTEMPT, 0), "B26", ADD(alloc_flags, ALLOC_OOM)),
	CHANGED("the ordinary scan instead", EV(ATTEMPT, 0), "L3", SET(source_order, 0)),
	CHANGED("a bulk that counts one less", ON(ANSWER_BULK, 0), "B26", ARG(0, 4)),
	CHANGED("one that counts one more", ON(ANSWER_BULK, 0), "B26", ARG(0, 6)),
	FIRST(PCP_ALLOC, "one that takes one more", ON(ANSWER_BULK, 0), "P4", SET(pfn, 261), SET(migratetype, 1)),
	GIVEN_UP("one that gives up early", EV(PCP_ALLOC, 4), "B26"),
	FIRST(ATTEMPT, "one that asks the ordinary allocator for the rest", EV(PCP_ALLOC, 4), "B26",
		SET(gfp, M), SET(order, 0), SET(alloc_flags, ALLOC_WMARK_LOW | ALLOC_KSWAPD | ALLOC_CMA)),
};
static const struct slip bulk_with_a_fault_slips[] = {
	REPLACED(ATTEMPT, "the first attempt of a bulk does not fail", EV(FAULT, 1), "L11",
		 SET(gfp, M | __GFP_NOWARN), SET(order, 0), SET(alloc_flags, ALLOC_WMARK_LOW | ALLOC_KSWAPD | ALLOC_CMA)),
	REPLACED(ATTEMPT, "the second attempt of a bulk does not fail", EV(FAULT, 0), "L11",
		 SET(gfp, M | __GFP_NOWARN), SET(order, 0), SET(alloc_flags, ALLOC_WMARK_LOW | ALLOC_KSWAPD | ALLOC_CMA)),
};
static const struct slip bulk_of_one_slips[] = {
	CHANGED("a bulk scan for one page", EV(ATTEMPT, 0), "B26", SET(source_order, 1), SET(pfn, 1)),
};
static const struct slip bulk_that_ends_early_slips[] = {
	FIRST(ATTEMPT, "a bulk that found less asks the ordinary allocator", ON(ANSWER_BULK, 0), "B26",
		SET(gfp, K), SET(order, 0), SET(alloc_flags, ALLOC_WMARK_LOW | ALLOC_KSWAPD | ALLOC_NOFRAGMENT)),
};
static const struct slip two_at_once_slips[] = {
	CHANGED("a scan with rights that no rung has", EV(ATTEMPT, 1), "W8",
		ADD(alloc_flags, ALLOC_OOM | ALLOC_NON_BLOCK)),
};
static const struct slip two_elsewhere_slips[] = {
	GIVEN_UP("refused although what it wants was there all the time", EV(TAKE, 1), "L9"),
};
static const struct slip two_frees_slips[] = {
	CHANGED("one frees what the other gives up", EV(PAGE_FREE, 0), "B22", ADD(pfn, -8ULL)),
	LOST("one ends with its frames nowhere while the other frees", EV(GIVE, 0), "N1"),
};
static const struct slip poison_slips[] = {
	LOST("damage without its report", EV(REPORT, 0), "N10"),
	CHANGED("damage of another page", EV(REPORT, 0), "D2", ADD(pfn, 1)),
	TWICE("reported twice", EV(REPORT, 0), "D2", { 0 }),
};

/* --- stages: the machines of scenes */

static void small(struct machine_config *c)
{
	(void)c;
}
/* Normal alone, 128 pages and the node's own; pageblocks of 16, orders up to 6. min 8, low 10, high 12. */
static void one_zone(struct machine_config *c)
{
	c->param[PARAM_FRAMES] = 129;
	c->param[PARAM_NODES] = 1;
	c->param[PARAM_CPUS] = 2;
	c->param[PARAM_DMA_PAGES] = c->param[PARAM_DMA32_PAGES] = c->param[PARAM_MOVABLE_PAGES] = 0;
	c->param[PARAM_MIN_FREE_KBYTES] = 32;
	c->map[0] = (struct sim_region){ 0, 129, REGION_USABLE, 0 };
	c->nr_regions = 1;
}
static void eight_cpus(struct machine_config *c)
{
	one_zone(c);
	c->param[PARAM_CPUS] = 8;
}
static void with_cma(struct machine_config *c)
{
	one_zone(c);
	c->map[c->nr_regions++] = (struct sim_region){ 0, 80, REGION_CMA, 0 };
}
static void two_zones(struct machine_config *c)
{
	one_zone(c);
	c->param[PARAM_FRAMES] = 257;
	c->param[PARAM_DMA32_PAGES] = 128;
	c->map[0].nr_pages = 257;
}
static void poisoned(struct machine_config *c)
{
	c->param[PARAM_PAGE_POISON] = 1;
}

static struct model *model_of(const struct machine_config *c)
{
	struct model_setup s;

	model_setup_profile(&s, c->profile);
	memcpy(s.knob, c->param, sizeof(s.knob)); /* they have the same numbers */
	s.nr_regions = c->nr_regions;
	for (unsigned i = 0; i < c->nr_regions; i++)
		s.region[i] = (struct model_region){ c->map[i].start_pfn, c->map[i].nr_pages, c->map[i].kind,
						     c->map[i].node };
	return model_create(&s);
}

#define SCENE(name, stage) { #name, scene_##name, stage, name##_slips, ARRAY_SIZE(name##_slips) }

static const struct scene {
	const char *name;
	void (*play)(void);
	void (*stage)(struct machine_config *c);
	const struct slip *slip;
	unsigned nr_slips;
} scenes[] = {
	SCENE(life, small),
	SCENE(life_on_node_1, small),
	SCENE(two_blocks, small),
	SCENE(other_zone, small),
	SCENE(this_node, small),
	SCENE(no_zone, small),
	SCENE(no_zone_quietly, small),
	SCENE(too_big, small),
	SCENE(planned_fault, small),
	SCENE(sleeper, small),
	SCENE(scope, small),
	SCENE(both_types, small),
	SCENE(exact, small),
	SCENE(reference_left, small),
	SCENE(compound, small),
	SCENE(split, small),
	SCENE(split_of_compound, small),
	SCENE(double_free, small),
	SCENE(atomic, small),
	SCENE(without_kswapd, small),
	SCENE(claim, small),
	SCENE(pieces, small),
	SCENE(steal, one_zone),
	SCENE(boost, one_zone),
	SCENE(boost_of_choice, one_zone),
	SCENE(boost_in_vain, one_zone),
	SCENE(boost_of_the_fast_path, one_zone),
	SCENE(knobs, small),
	SCENE(marks_anew, one_zone),
	SCENE(idle_kswapd, small),
	SCENE(cma, with_cma),
	SCENE(list, small),
	SCENE(flush, small),
	SCENE(drain, small),
	SCENE(drain_beside_a_request, small),
	SCENE(disable, small),
	SCENE(update, small),
	SCENE(isolate, small),
	SCENE(isolate_twice, small),
	SCENE(unisolate_nothing, small),
	SCENE(refusal, one_zone),
	SCENE(first_below_high, one_zone),
	SCENE(progress, one_zone),
	SCENE(costly, one_zone),
	SCENE(nofail, one_zone),
	SCENE(nofail_atomic, one_zone),
	SCENE(above_high, one_zone),
	SCENE(reserve, one_zone),
	SCENE(unreserve, one_zone),
	SCENE(unreserve_on_progress, one_zone),
	SCENE(reserve_is_not_for_all, one_zone),
	SCENE(two_reserves, two_zones),
	SCENE(settle, one_zone),
	SCENE(bulk, small),
	SCENE(bulk_with_a_fault, small),
	SCENE(bulk_of_one, small),
	SCENE(bulk_that_ends_early, eight_cpus),
	SCENE(two_at_once, small),
	SCENE(two_elsewhere, small),
	SCENE(two_frees, small),
	SCENE(poison, poisoned),
};

static void record(const struct scene *scene)
{
	struct machine_config c = { 0 };

	machine_config_profile(&c, PROFILE_SMALL);
	scene->stage(&c);
	tape.machine = machine_create(&c);
	tape.model = model_of(&c);
	tape.nr = tape.mark = 0;
	machine_enter(tape.machine, 0);
	if (mm_boot()) {
		printf("Bail out! the machine of a scene does not boot\n");
		exit(1);
	}
	tape.machine->nr_events = 0;
	tape.machine->host->event_full = note_events;
	scene->play();
	ok(!page_alloc_check() && !model_recount(tape.model), "control: scene %s", scene->name);
	machine_destroy(tape.machine);
}

static bool is_what(const struct slip *slip, const struct step *s)
{
	return s->call == slip->call && (slip->call != CALL_EVENT || s->ev.type == slip->type);
}

/* The step a slip is about. */
static u32 where(const struct slip *slip)
{
	unsigned n = 0;

	for (u32 i = tape.mark; i < tape.nr; i++)
		if (is_what(slip, &tape.step[i]) && n++ == slip->nth)
			return i;
	return tape.nr;
}

static struct step changed_step(const struct slip *slip, struct step s)
{
	if (slip->how == BEFORE || slip->how == INSTEAD) {
		s.call = CALL_EVENT;
		s.ev.cpu = s.cpu = s.ev.type ? s.ev.cpu : s.cpu;
		s.ev.type = slip->like;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(slip->change) && slip->change[i].size; i++) {
		const struct change *c = &slip->change[i];
		u64 value = 0;

		memcpy(&value, (char *)&s + c->at, c->size);
		value = c->add ? value + c->value : c->value;
		memcpy((char *)&s + c->at, &value, c->size);
	}
	return s;
}

/* One after the other; the rest are not heard once the slip was to lose them. */
static const char *play_slip(struct model *m, const struct slip *slip, u32 i)
{
	struct step changed = changed_step(slip, tape.step[i]);
	const char *said;

	switch (slip->how) {
	case CHANGE:
	case CHANGE_AND_REST:
	case INSTEAD:
		return play_step(m, &changed);
	case AGAIN:
		said = play_step(m, &tape.step[i]);
		return said ? said : play_step(m, &changed);
	case BEFORE:
		said = play_step(m, &changed);
		return said ? said : play_step(m, &tape.step[i]);
	case POKE:
		slip->poke(m);
		return play_step(m, &tape.step[i]);
	default:
		return NULL;
	}
}

/* The answer of somebody who has no more. */
static struct step given_up(const struct model *m, struct step s)
{
	const struct flight *f = &m->flight[s.cpu][m->depth[s.cpu] - 1];

	s.a[0] = s.call == CALL_ANSWER_BULK ? f->got : NOBODY;
	return s;
}

static const char *play_rest(struct model *m, const struct slip *slip, u32 from)
{
	const char *said = NULL;

	if (slip->how == REST || slip->how == CHANGE_AND_REST || slip->how == GIVE_UP)
		while (from < tape.nr && tape.step[from].call == CALL_EVENT)
			from++;
	if (slip->how == GIVE_UP && from < tape.nr) {
		struct step s = given_up(m, tape.step[from++]);

		said = play_step(m, &s);
	}
	for (u32 i = from; !said && i < tape.nr; i++)
		said = play_step(m, &tape.step[i]);
	return said;
}

static void test_slip(const struct scene *scene, const struct slip *slip)
{
	struct model *m = tape.model;
	const char *said = NULL;
	u32 at = where(slip);
	char claim[160];

	model_reset(m);
	snprintf(claim, sizeof(claim), "%s: %s: %s", scene->name, slip->name, slip->clause);
	if (at == tape.nr) {
		ok(false, "%s: the scene has no such step", claim);
		return;
	}
	for (u32 i = 0; !said && i < at; i++)
		said = play_step(m, &tape.step[i]);
	if (said)
		ok(false, "%s: said before the slip: %s", claim, said);
	said = play_slip(m, slip, at);
	if (!said)
		said = play_rest(m, slip, at + 1);
	says_clause(said ? said : model_recount(m), slip->clause, claim);
}

/*
 * What the model alone cannot miss, or need not. That a claim, or a steal, is announced once more says nothing new. Of a
 * refill that brought nothing, and of counters added up, only the comparison with mm tells. Scans of requests that
 * overlap are not judged one by one, and a drain that overlaps need not have begun. When the last page has left all lists
 * of a CPU, the model would look for the one that leaves next without end.
 */
static bool nobody_would_know(u32 i, enum how how)
{
	const struct step *s = &tape.step[i];
	const struct flight *f = &tape.model->flight[s->ev.cpu][tape.model->depth[s->ev.cpu] - 1];

	switch (s->ev.type) {
	case EVENT_PCP_REFILL:
		return tape.step[i - 1].ev.type != EVENT_PAGE_ALLOC_ZONE_LOCKED;
	case EVENT_STAT_FOLD:
		return true;
	case EVENT_DRAIN_ALL: /* saying it twice changes nothing */
		if (f->alone)
			return how == AGAIN && tape.step[i - 1].call == CALL_DRAIN && tape.step[i - 1].a[0] == DRAIN_ALL;
		return true;
	case EVENT_ATTEMPT:
	case EVENT_BELOW_HIGH:
	case EVENT_WAKEUP_KSWAPD:
	case EVENT_DIRECT_RECLAIM:
		return !f->alone;
	default:
		return false;
	}
}

/* What each event's loss breaks, and what its second coming; a clause each time, and each of these at least once. */
static struct unheard {
	u8 type;
	const char *name, *lost, *twice;
	const char *seen[2][8];
} unheard[] = {
	{ EVENT_PAGE_ALLOC_ZONE_LOCKED, "a take", "B3 B8 P4", "B3", { { 0 } } },
	{ EVENT_PAGE_ALLOC, "an allocation", "B3 B17 B19 B22 B26 P4", "B3", { { 0 } } },
	{ EVENT_PAGE_FREE, "a free", "B3 P8", "B22", { { 0 } } },
	{ EVENT_PAGE_FREE_ZONE_LOCKED, "a return", "B4 L2 N1 P7 W12", "B3", { { 0 } } },
	{ EVENT_REPORT, "a report", "N10", "D2 L8 N10", { { 0 } } },
	{ EVENT_FAULT, "a fault", "L11", "L11", { { 0 } } },
	{ EVENT_PAGE_PCPU_DRAIN, "a page drained", "B3", "P7 P8", { { 0 } } },
	{ EVENT_PCP_ALLOC, "a page from a list", "B3", "P4", { { 0 } } },
	{ EVENT_PCP_FREE, "a page to a list", "N1 P5", "P8", { { 0 } } },
	{ EVENT_PCP_REFILL, "a refill", "P4", "P4", { { 0 } } },
	{ EVENT_PCP_FLUSH, "a flush", "P7", "P7", { { 0 } } },
	{ EVENT_PAGE_EXTFRAG, "a fallback", "B11 B12", "B12 B13", { { 0 } } },
	{ EVENT_BOOST, "a boost", "B12", "B12", { { 0 } } },
	{ EVENT_PAGEBLOCK, "a change of type", "B12 B17 B18 I1 L3 Q5", "B15", { { 0 } } },
	{ EVENT_ATTEMPT, "a scan", "B12 B18 L1 L2 L3 P4 W4 W8", "B26 L2 L3 L9 W8 W9", { { 0 } } },
	{ EVENT_BELOW_HIGH, "a flag", "L2", "L2", { { 0 } } },
	{ EVENT_WAKEUP_KSWAPD, "a wakeup", "B16 L3", "L3", { { 0 } } },
	{ EVENT_KSWAPD_RUN, "a run of kswapd", "L13", "L13", { { 0 } } },
	{ EVENT_BOOST_END, "the end of a boost", "B16 W2", "B16", { { 0 } } },
	{ EVENT_DIRECT_RECLAIM, "reclaim", "B18 L3", "L3", { { 0 } } },
	{ EVENT_DRAIN_ALL, "a drain", "L3 P6 P10", "L3 P10", { { 0 } } },
};

static const char *clauses_of(const struct unheard *u, enum how how)
{
	return how == LOSE ? u->lost : u->twice;
}

/* One of the clauses that the row names. */
static bool is_expected(const char *said, u8 type, enum how how)
{
	for (struct unheard *u = unheard; u < unheard + ARRAY_SIZE(unheard); u++) {
		const char *at = clauses_of(u, how);

		for (unsigned n = 0; u->type == type && *at; n++) {
			size_t len = strcspn(at, " ");

			if (!strncmp(said, at, len) && said[len] == ':') {
				u->seen[how == LOSE][n] = at;
				return true;
			}
			at += len + (at[len] == ' ');
		}
	}
	return false;
}

static void test_all_expected(enum how how, const char *what)
{
	for (const struct unheard *u = unheard; u < unheard + ARRAY_SIZE(unheard); u++) {
		unsigned seen = 0, named = 1;

		for (const char *at = clauses_of(u, how); *at; at++)
			named += *at == ' ';
		for (unsigned n = 0; n < ARRAY_SIZE(u->seen[0]); n++)
			seen += u->seen[how == LOSE][n] != NULL;
		ok(seen == named, "%s that %s breaks %s, each somewhere", u->name, what, clauses_of(u, how));
	}
}

/* Whatever is lost, or heard twice, somebody must miss it or wonder; at the latest the model's recount. */
static void test_each_event(const struct scene *scene, enum how how, const char *claim)
{
	unsigned unnoticed = 0;

	for (u32 i = tape.mark; i < tape.nr; i++) {
		struct slip slip = { .how = (u8)how };
		const char *said = NULL;

		if (tape.step[i].call != CALL_EVENT)
			continue;
		model_reset(tape.model);
		for (u32 k = 0; k < i; k++)
			play_step(tape.model, &tape.step[k]);
		if (nobody_would_know(i, how))
			continue;
		said = play_slip(tape.model, &slip, i);
		said = said ? said : play_rest(tape.model, &slip, i + 1);
		said = said ? said : model_recount(tape.model);
		if (said && is_expected(said, tape.step[i].ev.type, how))
			continue;
		printf("# %s: event of type %u at step %u: %s\n", scene->name, tape.step[i].ev.type, i, said ? said : "nothing");
		unnoticed++;
	}
	ok(!unnoticed, "%s: %s", scene->name, claim);
}

static void test_events(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(scenes); i++) {
		record(&scenes[i]);
		for (unsigned k = 0; k < scenes[i].nr_slips; k++)
			test_slip(&scenes[i], &scenes[i].slip[k]);
		test_each_event(&scenes[i], LOSE, "no event can be lost");
		test_each_event(&scenes[i], AGAIN, "none can come twice");
		model_destroy(tape.model);
	}
	test_all_expected(LOSE, "is lost");
	test_all_expected(AGAIN, "comes twice");
	free(tape.step);
}

#undef K
#undef M
#undef H

/* --- the oracle: texts ------------------------------------------------------------------------------------------- */

static char text[8192];

/* In the text: the first place of `from` becomes `to`, of the same length. */
static const char *changed(const char *original, const char *from, const char *to)
{
	char *at;

	snprintf(text, sizeof(text), "%s", original);
	at = strstr(text, from);
	if (!at) {
		printf("Bail out! \"%s\" is not in the text\n", from);
		exit(1);
	}
	memcpy(at, to, strlen(to));
	return text;
}

static const char *without_line(const char *original, unsigned line)
{
	const char *at = original;
	char *out;

	while (line--)
		at = strchr(at, '\n') + 1;
	snprintf(text, sizeof(text), "%s", original);
	out = text + (at - original);
	memmove(out, strchr(out, '\n') + 1, strlen(strchr(out, '\n') + 1) + 1);
	return text;
}

static void test_buddyinfo(struct world *w)
{
	static char is[4096], longer[4200];
	struct model *m = w->model;

	buddyinfo_show(is, sizeof(is));
	says_clause(model_judge_buddyinfo(m, is), NULL, "control: buddyinfo");
	says_clause(model_judge_buddyinfo(m, changed(is, " 1 ", " 2 ")), "F1", "a wrong number in buddyinfo: F1");
	says_clause(model_judge_buddyinfo(m, changed(is, "zone   ", "zone  N")), "F1", "a wrong column: F1");
	says_clause(model_judge_buddyinfo(m, changed(is, "HighMem", "Movable")), "F1", "a wrong zone: F1");
	says_clause(model_judge_buddyinfo(m, without_line(is, 3)), "F1", "a line is missing: F1");
	says_clause(model_judge_buddyinfo(m, without_line(is, 10)), "F1", "the last line is missing: F1");
	snprintf(longer, sizeof(longer), "%sNode 3\n", is);
	says_clause(model_judge_buddyinfo(m, longer), "F1", "a line too many: F1");
	says_clause(model_judge_buddyinfo(m, ""), "F1", "nothing at all: F1");
}

static void test_failure_text(struct world *w)
{
	static char is[8192];
	struct model *m = w->model;

	model_begin_alloc(m, 0, false, 1, NUMA_NO_NODE, GFP_KERNEL, 3);
	w->machine->log_bytes = 0;
	warn_alloc_failure(GFP_KERNEL, 3);
	snprintf(is, sizeof(is), "%s", world_log(w));
	says_clause(model_judge_failure_text(m, 0, is), NULL, "control: the report of a failure");
	says_clause(model_judge_failure_text(m, 0, changed(is, "order:3", "order:2")), "F8", "another order: F8");
	says_clause(model_judge_failure_text(m, 0, changed(is, "0xcc0", "0xcc1")), "F8", "another mask: F8");
	says_clause(model_judge_failure_text(m, 0, changed(is, "Mem-Info", "Mem-Inf0")), "F9", "no Mem-Info: F9");
	says_clause(model_judge_failure_text(m, 0, changed(is, "min:", "low:")), "F9", "a zone without min: F9");
	says_clause(model_judge_failure_text(m, 0, changed(is, "DMA free:1", "DMA free:2")), "F9", "another free: F9");
	says_clause(model_judge_failure_text(m, 0, changed(is, "1*4kB", "2*4kB")), "F9", "another number of blocks: F9");
	says_clause(model_judge_failure_text(m, 0, changed(is, "= 1", "= 2")), "F9", "another sum: F9");
	says_clause(model_judge_failure_text(m, 0, ""), "F8", "nothing at all: F8");
}

static void test_said_once(void)
{
	const gfp_t both = GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE;
	struct mm_event ev = { .type = EVENT_REPORT, .report = REPORT_MIGRATETYPE, .gfp = both };
	struct model_setup setup;
	struct model *m;

	model_setup_profile(&setup, PROFILE_SMALL);
	m = model_create(&setup);
	model_begin_alloc(m, 0, 0, 1, NUMA_NO_NODE, GFP_KERNEL, 0);
	says_clause(model_event(m, &ev), "N10", "a request of one mobility is warned about two: N10");
	model_reset(m);
	model_begin_alloc(m, 0, 0, 1, NUMA_NO_NODE, both, 0);
	says_clause(model_end(m, 0), "N10", "nobody warns about the first with two: N10");
	model_reset(m);
	model_begin_alloc(m, 0, 0, 1, NUMA_NO_NODE, both, 0);
	model_begin_alloc(m, 1, 0, 2, NUMA_NO_NODE, both, 0);
	says_clause(model_event(m, &ev), NULL, "of two at once either may be warned");
	says_clause(model_event(m, &ev), "N10", "  but not again: N10");
	says_clause(model_end(m, 1), NULL, "  and the other one is not");
	model_destroy(m);
}

static void test_bad_page_text(struct world *w)
{
	static char is[8192];
	struct model *m = w->model;

	w->machine->log_bytes = 0;
	report_bad_page(77, "nonzero _refcount");
	snprintf(is, sizeof(is), "%s", world_log(w));
	says_clause(model_judge_bad_page_text(m, 77, is), NULL, "control: the report of a bad page");
	says_clause(model_judge_bad_page_text(m, 78, is), "B21", "about another page: B21");
	says_clause(model_judge_bad_page_text(m, 77, changed(is, "because", "becausE")), "B21", "no reason: B21");
	says_clause(model_judge_bad_page_text(m, 77, changed(is, "BUG", "bug")), "B21", "not called a bug: B21");
}

static void test_poison_text(struct world *w)
{
	static char is[8192];
	struct program p;

	program_of(&p, "mmcheck-trace 1 profile=small start=booted flags=- swarm=0x0 seed=0x0\n"
		       "0: knob knob=page_poison value=1\n"
		       "1: p1 = alloc_pages gfp=GFP_KERNEL order=3\n"
		       "2: free_pages p1\n"
		       "3: write_stale p1 line=9\n"
		       "4: p2 = alloc_pages gfp=GFP_KERNEL order=3\n");
	w->until = p.nr_ops;
	lockstep_run(w, &p);
	snprintf(is, sizeof(is), "%s", world_log(w));
	says_clause(model_judge_poison_text(w->model, is), NULL, "control: the report of damage");
	says_clause(model_judge_poison_text(w->model, changed(is, "corruption", "corruptioN")), "D2", "another word: D2");
	says_clause(model_judge_poison_text(w->model, changed(is, ": 6b", ": 6a")), "D2", "another byte: D2");
	says_clause(model_judge_poison_text(w->model, ""), "D2", "nothing at all: D2");
	w->until = ~0u;
	program_free(&p);
}

static void test_texts(struct world *w)
{
	struct program p;

	program_of(&p, SOME_OPS);
	w->until = p.nr_ops;
	lockstep_run(w, &p);
	machine_enter(w->machine, 0);
	test_buddyinfo(w);
	test_said_once();
	test_bad_page_text(w);
	test_failure_text(w);
	w->until = ~0u;
	test_poison_text(w);
	check_as_if_alone(w, "after all of it programs run as if alone");
	program_free(&p);
}

int main(void)
{
	struct world *w = world_create();

	test_generated(w, TABLE_MACHINE | TABLE_PAGE, "page programs");
	test_generated(w, TABLE_MACHINE | TABLE_MEMBLOCK | TABLE_PAGE, "memblock programs");
	test_random_bytes(w);
	test_not_programs();
	test_again();
	test_again_on_a_big_machine();
	test_after_a_finding(w);
	test_corruptions(w);
	test_guards(w);
	test_questions(w);
	test_contents(w);
	test_events();
	test_texts(w);
	world_destroy(w);
	return tap_end();
}
