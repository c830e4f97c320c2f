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

		if (x.at != y.at || x.is_irq != y.is_irq || x.target != y.target)
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

static void test_again(void)
{
	struct world *a = world_create(), *b = world_create();
	unsigned same = 0, other = 0, worlds = 0;
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
	}
	same_number(same, 100, "the same program twice gives the same digest");
	same_number(worlds, 100, "  in another world too, and each step answers the same");
	same_number(other, 100, "  and another program another");
	program_free(&p);
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
	zone->min += 30;
	same_text(run(w, &p).clause, "W4", "a model that wants a higher mark finds W4 in the middle of an operation");
	same_number((u64)w->verdict.step, 0, "  at the first step");
	zone->min -= 30;
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
	list_add(&page_at(pfn)->lru, &zone->free_area[order].free_list);
	zone->free_area[order].nr_free++;
}

static u64 slot_frame(unsigned slot)
{
	return here->slot[slot].pfn;
}

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
	zone_of(1, ZONE_NORMAL)->free_pages--;
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
	list_add(&page_at(b.pfn)->lru, &zone->free_area[b.order - 1].free_list);
	zone->free_area[b.order - 1].nr_free++;
}
static void list_in_another_zone(void)
{
	struct free_block b = a_block(1);

	unlist(b);
	zone_of_block(b)->free_pages -= 1ULL << b.order;
	enlist(zone_of(3, ZONE_HIGHMEM), b.pfn, b.order);
	zone_of(3, ZONE_HIGHMEM)->free_pages += 1ULL << b.order;
}
static void list_misaligned(void)
{
	struct free_block b = a_block(2);

	unlist(b);
	enlist(zone_of_block(b), b.pfn + 1, b.order);
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
	zone->free_pages++;
}
static void list_twice(void)
{
	struct free_block b = a_block(2);

	enlist(zone_of_block(b), b.pfn + 1, 0);
	zone_of_block(b)->free_pages++;
}
/* The first list with two blocks. */
static struct list_head *long_list(void)
{
	for (unsigned z = 0; z < MAX_ZONES; z++)
		for (unsigned o = 0; the_mm()->zone[z] && o < NR_PAGE_ORDERS; o++)
			if (the_mm()->zone[z]->free_area[o].nr_free > 1)
				return &the_mm()->zone[z]->free_area[o].free_list;
	printf("Bail out! no list of two blocks\n");
	exit(1);
}
static void break_a_link(void)
{
	struct list_head *head = long_list();

	head->prev->next = head->next;
}
static void close_a_circle(void) /* a sound ring that the head no longer belongs to */
{
	struct list_head *head = long_list();

	head->prev->next = head->next;
	head->next->prev = head->prev;
}
static void end_a_list(void)
{
	long_list()->next->next = NULL;
}
static void reference_a_tail(void)
{
	page_at(slot_frame(2) + 5)->refcount = 1;
}
static void negative_reference(void)
{
	page_at(slot_frame(3))->refcount = -1;
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

	zone->managed_pages = zone->free_pages - 1;
}
static void raise_min_above_low(void)
{
	struct zone *zone = zone_of(0, ZONE_DMA32);

	zone->watermark[WMARK_MIN] = zone->watermark[WMARK_LOW] + 1;
}
static void lose_a_block(void)
{
	struct free_block b = a_block(2);

	unlist(b);
	zone_of_block(b)->free_pages -= 1ULL << b.order;
}
/* By mm's own hand, but nobody hears of it. */
static void take_unannounced(void)
{
	machine_enter(here->machine, 0);
	alloc_pages(GFP_KERNEL, 0);
	here->machine->nr_events = 0;
}
static void free_unannounced(void)
{
	machine_enter(here->machine, 0);
	__free_pages(page_at(slot_frame(3)), 0);
	here->machine->nr_events = 0;
}
static void change_places_unannounced(void) /* zones still count the same */
{
	struct page *taken = alloc_pages(GFP_KERNEL, 2);

	alloc_pages(GFP_KERNEL, 0);
	__free_pages(taken, 2);
	free_unannounced();
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
static void model_counts_a_full_group_more(void)
{
	here->model->zone[ZONE_NORMAL].full[2]++;
}
static void model_counts_a_full_group_less(void)
{
	here->model->zone[ZONE_NORMAL].full[2]--;
}
static void model_moves_a_full_group(void) /* the number of blocks stays */
{
	here->model->zone[ZONE_NORMAL].full[1]++;
	here->model->zone[ZONE_NORMAL].full[2]--;
}
static void model_counts_a_page_more(void)
{
	here->model->zone[ZONE_NORMAL].free++;
}
static void change_a_mark(void)
{
	zone_of(1, ZONE_NORMAL)->watermark[WMARK_MIN]--;
}
static void change_the_models_mark(void)
{
	here->model->zone[MAX_NR_ZONES + ZONE_NORMAL].min++;
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
static void write_a_free_frame(void)
{
	ram_write_raw(here->machine, a_block(2).pfn, 5, 0x5a5a5a5a5a5a5a5aULL);
}
static void write_an_owned_frame(void)
{
	ram_write_raw(here->machine, slot_frame(3), 5, 0x5a5a5a5a5a5a5a5aULL);
}

/* The check of validity knows mm alone; the recount compares with the model; the check of boot adds marks and zonelists. */
enum oracle { ORACLE_VALID, ORACLE_RECOUNT, ORACLE_BOOT, ORACLE_NONE };

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
	{ "a block is not at a multiple of its size", list_misaligned, ORACLE_VALID, "B2" },
	{ "a free block has a reference", reference_a_free_block, ORACLE_VALID, "B2" },
	{ "a page inside one has a reference", reference_inside_a_free_block, ORACLE_VALID, "B2" },
	{ "a page inside one has a flag", flag_inside_a_free_block, ORACLE_VALID, "B2" },
	{ "a page inside one is marked", mark_inside_a_free_block, ORACLE_VALID, "B2" },
	{ "two buddies are not merged", leave_unmerged, ORACLE_VALID, "B4" },
	{ "an owned page is marked", mark_an_owned_page, ORACLE_VALID, "B2" },
	{ "an owned page has an order", give_an_owned_page_an_order, ORACLE_VALID, "B2" },
	{ "an owned page is listed", list_an_owned_page, ORACLE_VALID, "B2" },
	{ "a page is in two blocks", list_twice, ORACLE_VALID, "B3" },
	{ "a link leads back", break_a_link, ORACLE_VALID, "B3" },
	{ "a list is a circle without its head", close_a_circle, ORACLE_VALID, "B3" },
	{ "a list ends in nothing", end_a_list, ORACLE_VALID, "B3" },
	{ "a tail has a reference", reference_a_tail, ORACLE_VALID, "B19" },
	{ "a page has less than no references", negative_reference, ORACLE_VALID, "B19" },
	{ "a zone manages more than is present", manage_more_than_there_is, ORACLE_VALID, "Z8" },
	{ "a zone spans less than is present", span_less_than_there_is, ORACLE_VALID, "Z8" },
	{ "a zone manages less than is free", manage_less_than_is_free, ORACLE_VALID, "Z8" },
	{ "min is above low", raise_min_above_low, ORACLE_VALID, "W2" },
	{ "a block is lost", lose_a_block, ORACLE_RECOUNT, "N3" },
	{ "a page was taken without an event", take_unannounced, ORACLE_RECOUNT, "N3" },
	{ "a page was freed without an event", free_unannounced, ORACLE_RECOUNT, "N3" },
	{ "one was taken and another freed without an event", change_places_unannounced, ORACLE_RECOUNT, "B4" },
	{ "the model owns a frame inside a free block", model_owns_a_free_frame, ORACLE_RECOUNT, "N50" },
	{ "the model owns a free page", model_owns_a_free_page, ORACLE_RECOUNT, "B4" },
	{ "the model frees an owned frame", model_frees_an_owned_frame, ORACLE_RECOUNT, "N50" },
	{ "the model's group has one busy frame less", model_counts_a_busy_group_wrong, ORACLE_RECOUNT, "N50" },
	{ "the model thinks a free group busy", model_counts_a_free_group_busy, ORACLE_RECOUNT, "B4" },
	{ "the model counts a full group more", model_counts_a_full_group_more, ORACLE_RECOUNT, "B4" },
	{ "the model counts a full group less", model_counts_a_full_group_less, ORACLE_RECOUNT, "B4" },
	{ "the model counts a full group at another order", model_moves_a_full_group, ORACLE_RECOUNT, "N50" },
	{ "the model counts a page more", model_counts_a_page_more, ORACLE_RECOUNT, "N3" },
	{ "a mark is one lower", change_a_mark, ORACLE_BOOT, "W2" },
	{ "the model's mark is one higher", change_the_models_mark, ORACLE_BOOT, "W2" },
	{ "two zones of a zonelist are swapped", swap_zones_of_a_list, ORACLE_BOOT, "Z4" },
	{ "a zonelist lacks its last zone", shorten_a_zonelist, ORACLE_BOOT, "Z4" },
	{ "two zones of the model's list are swapped", swap_zones_of_the_model, ORACLE_BOOT, "Z4" },
	{ "a free frame was written", write_a_free_frame, ORACLE_NONE, NULL },
	{ "an owned frame was written", write_an_owned_frame, ORACLE_NONE, NULL },
};

static const char *ask(enum oracle o)
{
	if (o == ORACLE_VALID)
		return page_alloc_check();
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
	for (enum oracle o = ORACLE_VALID; o < ORACLE_NONE && o < c->first; o++)
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
	w->until = ~0u;
	check_as_if_alone(w, "after all of it programs run as if alone");
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

/* One call of the model, as lockstep makes it. */
enum beat_kind {
	BEAT_ASK,	/* an allocation begins */
	BEAT_ASK_EXACT, /* pfn: bytes */
	BEAT_ASK_BULK,	/* pfn: how many */
	BEAT_DROP,	/* a free begins */
	BEAT_GET,
	BEAT_SPLIT,
	BEAT_OTHER,
	BEAT_PLAN,	/* order: skip; source: times */
	BEAT_SCOPE,	/* gfp: task flags */
	BEAT_TAKEN,
	BEAT_OWNED,
	BEAT_FREED,
	BEAT_GIVEN,
	BEAT_REPORT,	/* source: which */
	BEAT_FAULT,
	BEAT_STRANGE,	/* an event nobody knows */
	BEAT_ANSWER,
	BEAT_ANSWER_BULK,
	BEAT_END,
	BEAT_LAST
};

struct beat {
	u8 kind, order, source, cpu;
	u64 pfn, source_pfn;
	u32 gfp;
	s32 nid; /* less one, so that 0 is NUMA_NO_NODE */
	bool atomic;
};

#define NOBODY (~0ULL)

static const char *hear(struct model *m, const struct beat *b, unsigned type)
{
	struct mm_event ev = { .type = (u8)type,
			       .cpu = b->cpu,
			       .order = b->order,
			       .source_order = b->source,
			       .gfp = b->gfp,
			       .pfn = b->pfn,
			       .source_pfn = b->source_pfn,
			       .report = b->source };

	return model_event(m, &ev);
}

static const char *play_event(struct model *m, const struct beat *b)
{
	static const u8 type[] = { [BEAT_TAKEN] = EVENT_PAGE_ALLOC_ZONE_LOCKED, [BEAT_OWNED] = EVENT_PAGE_ALLOC,
				   [BEAT_FREED] = EVENT_PAGE_FREE,		[BEAT_GIVEN] = EVENT_PAGE_FREE_ZONE_LOCKED,
				   [BEAT_REPORT] = EVENT_REPORT,		[BEAT_FAULT] = EVENT_FAULT,
				   [BEAT_STRANGE] = NR_EVENT_TYPES };

	return hear(m, b, type[b->kind]);
}

static void play_begin(struct model *m, const struct beat *b)
{
	if (b->kind == BEAT_ASK)
		model_begin_alloc(m, b->cpu, b->atomic, 1, b->nid - 1, b->gfp, b->order);
	else if (b->kind == BEAT_ASK_EXACT)
		model_begin_exact(m, b->cpu, b->atomic, 1, b->gfp, b->pfn);
	else if (b->kind == BEAT_ASK_BULK)
		model_begin_bulk(m, b->cpu, b->atomic, 1, b->gfp, (u32)b->pfn);
	else if (b->kind == BEAT_DROP)
		model_begin_free(m, b->cpu, b->pfn, b->order);
	else if (b->kind == BEAT_GET)
		model_get(m, b->pfn);
	else if (b->kind == BEAT_SPLIT)
		model_split(m, b->cpu, b->pfn, b->order);
	else if (b->kind == BEAT_OTHER)
		model_begin_other(m, b->cpu);
	else if (b->kind == BEAT_PLAN)
		model_fault(m, b->order, b->source);
	else
		model_scope(m, b->cpu, b->gfp);
}

static const char *play_beat(struct model *m, const struct beat *b)
{
	if (b->kind >= BEAT_TAKEN && b->kind <= BEAT_STRANGE)
		return play_event(m, b);
	if (b->kind == BEAT_ANSWER)
		return model_answer_alloc(m, b->cpu, b->pfn);
	if (b->kind == BEAT_ANSWER_BULK)
		return model_answer_bulk(m, b->cpu, (u32)b->pfn);
	if (b->kind == BEAT_END)
		return model_end(m, b->cpu);
	play_begin(m, b);
	return NULL;
}

/* The small machine after boot: node 0 has 160..191 in Normal, 64..127 and 128..159 in DMA32; node 1 has 448..463. */
#define ASK(order_, gfp_)	   { BEAT_ASK, .order = (order_), .gfp = (gfp_) }
#define ASK_ON(node, order_, gfp_) { BEAT_ASK, .order = (order_), .gfp = (gfp_), .nid = (node) + 1 }
#define TAKEN(pfn_, order_, from)  { BEAT_TAKEN, .pfn = (pfn_), .order = (order_), .source = (from) }
#define OWNED(pfn_, order_, gfp_)  { BEAT_OWNED, .pfn = (pfn_), .order = (order_), .gfp = (gfp_) }
#define ANSWER(pfn_)		   { BEAT_ANSWER, .pfn = (pfn_) }
#define DROP(pfn_, order_)	   { BEAT_DROP, .pfn = (pfn_), .order = (order_) }
#define FREED(pfn_, order_)	   { BEAT_FREED, .pfn = (pfn_), .order = (order_) }
#define GIVEN(pfn_, order_, to, to_order)                                                                              \
	{ BEAT_GIVEN, .pfn = (pfn_), .order = (order_), .source_pfn = (to), .source = (to_order) }
#define REPORT(which, pfn_, order_, gfp_)                                                                              \
	{ BEAT_REPORT, .source = (which), .pfn = (pfn_), .order = (order_), .gfp = (gfp_) }
#define ONLY(kind_) { .kind = (kind_) }
#define END ONLY(BEAT_END)
#define LAST ONLY(BEAT_LAST)
#define K    GFP_KERNEL

static const struct beat a_life[] = { /* of a block */
	ASK(2, K), TAKEN(160, 2, 5), OWNED(160, 2, K), ANSWER(160), END,
	DROP(160, 2), FREED(160, 2), GIVEN(160, 2, 160, 5), END, LAST
};
static const struct beat other_zone[] = { /* Normal would fall below min: DMA32 is next */
	ASK(5, K), TAKEN(128, 5, 5), OWNED(128, 5, K), ANSWER(128), END, LAST
};
static const struct beat this_node[] = {
	ASK_ON(0, 2, K | __GFP_THISNODE), TAKEN(160, 2, 5), OWNED(160, 2, K | __GFP_THISNODE), ANSWER(160), END, LAST
};
static const struct beat refusal[] = { /* nobody on node 3 has memory below HighMem */
	ASK_ON(3, 0, K | __GFP_THISNODE), REPORT(REPORT_ALLOC_FAILURE, 0, 0, K | __GFP_THISNODE), ANSWER(NOBODY), END, LAST
};
static const struct beat quiet_refusal[] = {
	ASK_ON(3, 0, K | __GFP_THISNODE | __GFP_NOWARN), ANSWER(NOBODY), END, LAST
};
static const struct beat too_big[] = { ASK(7, K), REPORT(REPORT_ORDER_TOO_BIG, 0, 7, K), ANSWER(NOBODY), END, LAST };
static const struct beat planned_fault[] = { /* the second attempt fails */
	{ BEAT_PLAN, .order = 1, .source = 1 },
	ASK(0, K), TAKEN(160, 0, 5), OWNED(160, 0, K), ANSWER(160), END,
	ASK(0, K), ONLY(BEAT_FAULT), REPORT(REPORT_ALLOC_FAILURE, 0, 0, K), ANSWER(NOBODY), END, LAST
};
static const struct beat sleeper[] = { /* in atomic context */
	{ BEAT_ASK, .gfp = K, .atomic = true }, REPORT(REPORT_SLEEP_ATOMIC, 0, 0, 0), TAKEN(160, 0, 5), OWNED(160, 0, K),
	ANSWER(160), END, LAST
};
static const struct beat scoped[] = { /* NOFS */
	{ BEAT_SCOPE, .gfp = 2 }, ASK(0, K), TAKEN(160, 0, 5), OWNED(160, 0, K & ~__GFP_FS), ANSWER(160), END, LAST
};
static const struct beat bulk[] = {
	{ BEAT_ASK_BULK, .pfn = 2, .gfp = K }, TAKEN(160, 0, 5), OWNED(160, 0, K), TAKEN(161, 0, 0), OWNED(161, 0, K),
	{ BEAT_ANSWER_BULK, .pfn = 2 }, END, LAST
};
static const struct beat exact[] = { /* three pages of four */
	{ BEAT_ASK_EXACT, .pfn = 3 * 4096, .gfp = K }, TAKEN(160, 2, 5), OWNED(160, 2, K), FREED(163, 0),
	GIVEN(163, 0, 163, 0), ANSWER(160), END, LAST
};
static const struct beat reference_left[] = { /* the parts behind the first page go, the first stays */
	ASK(1, K), TAKEN(160, 1, 5), OWNED(160, 1, K), ANSWER(160), { BEAT_GET, .pfn = 160 }, END,
	DROP(160, 1), FREED(161, 0), GIVEN(161, 0, 161, 0), END,
	DROP(160, 0), FREED(160, 0), GIVEN(160, 0, 160, 5), END, LAST
};
static const struct beat compound[] = { /* stays whole */
	ASK(1, K | __GFP_COMP), TAKEN(160, 1, 5), OWNED(160, 1, K | __GFP_COMP), ANSWER(160), { BEAT_GET, .pfn = 160 }, END,
	DROP(160, 1), END, DROP(160, 1), FREED(160, 1), GIVEN(160, 1, 160, 5), END, LAST
};
static const struct beat split[] = {
	ASK(1, K), TAKEN(160, 1, 5), OWNED(160, 1, K), ANSWER(160), END,
	ONLY(BEAT_OTHER), { BEAT_SPLIT, .pfn = 160, .order = 1 }, END,
	DROP(161, 0), FREED(161, 0), GIVEN(161, 0, 161, 0), END, LAST
};
static const struct beat double_free[] = {
	DROP(160, 0), REPORT(REPORT_BAD_PAGE, 160, 0, 0), END, LAST
};
static const struct beat two_at_once[] = { /* cpu 1 takes the last block while cpu 0 asks: cpu 0 may be refused */
	ASK_ON(0, 4, K | __GFP_THISNODE | __GFP_DMA | __GFP_NOWARN),
	{ BEAT_ASK, .cpu = 1, .order = 4, .gfp = __GFP_DMA | K },
	{ BEAT_TAKEN, .cpu = 1, .pfn = 48, .order = 4, .source = 4 },
	{ BEAT_OWNED, .cpu = 1, .pfn = 48, .order = 4, .gfp = __GFP_DMA | K },
	{ BEAT_ANSWER, .cpu = 1, .pfn = 48 },
	{ BEAT_END, .cpu = 1 },
	ANSWER(NOBODY), END, LAST
};

static const struct beat two_frees[] = { /* at the same time, on two cpus */
	ASK(2, K), TAKEN(160, 2, 5), OWNED(160, 2, K), ANSWER(160), END,
	ASK(2, K), TAKEN(164, 2, 2), OWNED(164, 2, K), ANSWER(164), END,
	DROP(160, 2), { BEAT_DROP, .cpu = 1, .pfn = 164, .order = 2 },
	FREED(160, 2), { BEAT_FREED, .cpu = 1, .pfn = 164, .order = 2 },
	{ BEAT_GIVEN, .cpu = 1, .pfn = 164, .order = 2, .source_pfn = 164, .source = 2 }, { BEAT_END, .cpu = 1 },
	GIVEN(160, 2, 160, 5), END, LAST
};

enum change { REPLACE, INSERT };

static const struct slip {
	const char *name;
	const struct beat *sequence;
	enum change change;
	unsigned at;
	struct beat beat;
	const char *clause;
} slips[] = {
	{ "a block that is not aligned", a_life, REPLACE, 1, TAKEN(162, 2, 5), "B2" },
	{ "a block outside the machine", a_life, REPLACE, 1, TAKEN(1024, 2, 5), "B2" },
	{ "an order that no machine has", a_life, REPLACE, 1, TAKEN(0, 63, 5), "B2" },
	{ "a reserved frame is taken", a_life, REPLACE, 1, TAKEN(16, 2, 5), "B3" },
	{ "a hole is taken", a_life, REPLACE, 1, TAKEN(240, 2, 5), "B3" },
	{ "a block is taken twice", a_life, INSERT, 2, TAKEN(160, 2, 5), "B3" },
	{ "another block is taken too", a_life, INSERT, 2, TAKEN(164, 2, 2), "B3" },
	{ "another order than was asked for", a_life, REPLACE, 1, TAKEN(160, 1, 5), "B3" },
	{ "a block is taken and nobody asks", a_life, INSERT, 5, TAKEN(164, 2, 2), "B3" },
	{ "a free takes a block", a_life, INSERT, 6, TAKEN(164, 2, 2), "B3" },
	{ "cut from the middle of a block", a_life, REPLACE, 1, TAKEN(164, 2, 5), "B8" },
	{ "the source is not that large", a_life, REPLACE, 1, TAKEN(160, 2, 4), "B8" },
	{ "a larger source than needed", bulk, REPLACE, 3, TAKEN(162, 0, 1), "B8" },
	{ "a zone above what the mask allows", a_life, REPLACE, 1, TAKEN(232, 2, 2), "Z2" },
	{ "another node although THISNODE", this_node, REPLACE, 1, TAKEN(448, 2, 4), "Z5" },
	{ "a zone that falls below min", other_zone, REPLACE, 1, TAKEN(160, 5, 5), "W4" },
	{ "not the first zone that can", a_life, REPLACE, 1, TAKEN(448, 2, 4), "L1" },
	{ "handed out, but still free", a_life, REPLACE, 1, OWNED(160, 2, K), "B3" },
	{ "another block is handed out", a_life, REPLACE, 2, OWNED(164, 2, K), "B3" },
	{ "as another order", a_life, REPLACE, 2, OWNED(160, 1, K), "B3" },
	{ "handed out twice", a_life, INSERT, 3, OWNED(160, 2, K), "B3" },
	{ "with another mask", a_life, REPLACE, 2, OWNED(160, 2, K | __GFP_ZERO), "Z10" },
	{ "a scope is ignored", scoped, REPLACE, 3, OWNED(160, 0, K), "Z10" },
	{ "another frame is returned", a_life, REPLACE, 3, ANSWER(161), "B19" },
	{ "announced and refused", a_life, REPLACE, 3, ANSWER(NOBODY), "B19" },
	{ "returned and never announced", a_life, REPLACE, 1, ANSWER(160), "B19" },
	{ "taken and forgotten", a_life, REPLACE, 2, END, "N1" },
	{ "refused although a zone can give", a_life, REPLACE, 1, ANSWER(NOBODY), "L9" },
	{ "freed, and nobody gave it up", a_life, INSERT, 5, FREED(160, 2), "B22" },
	{ "a free frame is freed", a_life, REPLACE, 6, FREED(164, 2), "B22" },
	{ "freed as another order", a_life, REPLACE, 6, FREED(160, 1), "B22" },
	{ "freed by another cpu", a_life, REPLACE, 6, { BEAT_FREED, .cpu = 1, .pfn = 160, .order = 2 }, "B22" },
	{ "given up and not freed", a_life, REPLACE, 6, END, "B22" },
	{ "freed twice", a_life, INSERT, 7, FREED(160, 2), "B22" },
	{ "listed before it is freed", a_life, REPLACE, 6, GIVEN(160, 2, 160, 5), "B3" },
	{ "listed twice", a_life, INSERT, 8, GIVEN(160, 2, 160, 5), "B3" },
	{ "freed and not listed", a_life, REPLACE, 7, END, "N1" },
	{ "merged too little", a_life, REPLACE, 7, GIVEN(160, 2, 160, 4), "B4" },
	{ "merged too far", a_life, REPLACE, 7, GIVEN(160, 2, 128, 6), "B4" },
	{ "merged elsewhere", a_life, REPLACE, 7, GIVEN(160, 2, 64, 5), "B4" },
	{ "merged beyond any order", a_life, REPLACE, 7, GIVEN(160, 2, 0, 11), "B4" },
	{ "a report when nothing runs", a_life, INSERT, 5, REPORT(REPORT_BAD_PAGE, 160, 0, 0), "N10" },
	{ "a report nobody knows", a_life, INSERT, 1, REPORT(NR_REPORTS, 0, 0, 0), "N10" },
	{ "a report without a reason", a_life, INSERT, 1, REPORT(REPORT_SLEEP_ATOMIC, 0, 0, 0), "N10" },
	{ "a bad page without a reason", a_life, INSERT, 6, REPORT(REPORT_BAD_PAGE, 160, 0, 0), "B29" },
	{ "a refusal without its report", refusal, REPLACE, 1, { BEAT_GET, .pfn = 160 }, "N10" },
	{ "a report although NOWARN", quiet_refusal, INSERT, 1,
	  REPORT(REPORT_ALLOC_FAILURE, 0, 0, K | __GFP_THISNODE | __GFP_NOWARN), "N10" },
	{ "a refusal reported twice", refusal, INSERT, 1, REPORT(REPORT_ALLOC_FAILURE, 0, 0, K | __GFP_THISNODE), "N10" },
	{ "a refusal reported with another order", refusal, REPLACE, 1,
	  REPORT(REPORT_ALLOC_FAILURE, 0, 1, K | __GFP_THISNODE), "F8" },
	{ "with another mask", refusal, REPLACE, 1, REPORT(REPORT_ALLOC_FAILURE, 0, 0, K), "F8" },
	{ "an order too big without its warning", too_big, REPLACE, 1, { BEAT_GET, .pfn = 160 }, "N10" },
	{ "an order too big is served", too_big, REPLACE, 2, ANSWER(64), "B19" },
	{ "a sleeper without its report", sleeper, REPLACE, 1, { BEAT_GET, .pfn = 160 }, "N10" },
	{ "a failure that nobody planned", a_life, INSERT, 1, ONLY(BEAT_FAULT), "L11" },
	{ "the planned failure comes too early", planned_fault, INSERT, 2, ONLY(BEAT_FAULT), "L11" },
	{ "the planned failure does not come", planned_fault, REPLACE, 7, TAKEN(161, 0, 0), "L11" },
	{ "refused without the planned failure", planned_fault, REPLACE, 7, ANSWER(NOBODY), "L11" },
	{ "the failure comes twice", planned_fault, INSERT, 7, ONLY(BEAT_FAULT), "L11" },
	{ "a bulk that counts one less", bulk, REPLACE, 5, { BEAT_ANSWER_BULK, .pfn = 1 }, "B26" },
	{ "a bulk that counts one more", bulk, REPLACE, 5, { BEAT_ANSWER_BULK, .pfn = 3 }, "B26" },
	{ "a bulk that takes one more", bulk, INSERT, 5, TAKEN(162, 0, 1), "B3" },
	{ "a bulk that gives up early", bulk, REPLACE, 3, { BEAT_ANSWER_BULK, .pfn = 1 }, "L9" },
	{ "an exact allocation keeps the rest", exact, REPLACE, 3, END, "B22" },
	{ "an exact allocation frees what it sells", exact, REPLACE, 3, FREED(162, 0), "B22" },
	{ "the first page goes while a reference remains", reference_left, REPLACE, 7, FREED(160, 0), "B22" },
	{ "the rest stays when a reference remains", reference_left, REPLACE, 7, END, "B22" },
	{ "the last reference frees the old order", reference_left, REPLACE, 11, FREED(160, 1), "B22" },
	{ "a compound block goes while a reference remains", compound, INSERT, 7, FREED(160, 1), "B22" },
	{ "a compound block goes in parts", compound, REPLACE, 9, FREED(161, 0), "B22" },
	{ "a split block goes whole", split, REPLACE, 9, FREED(160, 1), "B22" },
	{ "a double free without its report", double_free, REPLACE, 1, { BEAT_GET, .pfn = 161 }, "N10" },
	{ "a report about another page", double_free, REPLACE, 1, REPORT(REPORT_BAD_PAGE, 161, 0, 0), "B29" },
	{ "a double free that frees", double_free, REPLACE, 1, FREED(160, 0), "B22" },
	{ "refused before the other took the block", two_at_once, REPLACE, 1, ANSWER(NOBODY), "L9" },
	{ "both get the same block", two_at_once, REPLACE, 6, TAKEN(48, 4, 4), "B3" },
	{ "one frees what the other gives up", two_frees, REPLACE, 12, { BEAT_FREED, .cpu = 1, .pfn = 160, .order = 2 },
	  "B22" },
	{ "one ends with its frames nowhere while the other frees", two_frees, REPLACE, 14, { BEAT_END, .cpu = 1 }, "N1" },
	{ "an event nobody knows", a_life, INSERT, 0, ONLY(BEAT_STRANGE), "N1" },
	{ "an event of a cpu that does not exist", a_life, REPLACE, 1, { BEAT_TAKEN, .cpu = 8, .pfn = 160 }, "N1" },
};

#undef K

/* Play a sequence with a slip (NULL: without) until a sentence falls. at: where it fell. */
static const char *play_sequence(struct model *m, const struct beat *sequence, const struct slip *slip, unsigned *at)
{
	const char *said = NULL;

	model_reset(m);
	for (*at = 0; !said && sequence[*at].kind != BEAT_LAST; ++*at) {
		bool here_it_is = slip && slip->at == *at;

		if (here_it_is)
			said = play_beat(m, &slip->beat);
		if (!said && !(here_it_is && slip->change == REPLACE))
			said = play_beat(m, &sequence[*at]);
	}
	return said ? said : model_recount(m);
}

static void test_sequences(struct model *m)
{
	static const struct {
		const char *name;
		const struct beat *sequence;
	} controls[] = {
		{ "the life of a block", a_life },
		{ "the second zone serves when the first is at its mark", other_zone },
		{ "a request that stays on its node", this_node },
		{ "a refusal", refusal },
		{ "a refusal with NOWARN", quiet_refusal },
		{ "an order too big", too_big },
		{ "a planned failure", planned_fault },
		{ "a sleeper in atomic context", sleeper },
		{ "a task with a scope", scoped },
		{ "a bulk", bulk },
		{ "an exact allocation", exact },
		{ "a free with a reference left", reference_left },
		{ "a compound block", compound },
		{ "a split block", split },
		{ "a double free", double_free },
		{ "two requests at once", two_at_once },
		{ "two frees at once", two_frees },
	};
	unsigned at;

	for (unsigned i = 0; i < ARRAY_SIZE(controls); i++) {
		char claim[120];

		snprintf(claim, sizeof(claim), "control: %s", controls[i].name);
		says_clause(play_sequence(m, controls[i].sequence, NULL, &at), NULL, claim);
	}
}

static void test_slips(struct model *m)
{
	for (unsigned i = 0; i < ARRAY_SIZE(slips); i++) {
		const struct slip *s = &slips[i];
		char claim[120];
		unsigned at;
		const char *said = play_sequence(m, s->sequence, s, &at);

		snprintf(claim, sizeof(claim), "%s: %s", s->name, s->clause);
		if (!says_clause(said, s->clause, claim))
			printf("# said at beat %u\n", at);
		if (at < s->at)
			ok(false, "%s: said before the slip", s->name);
	}
}

static void test_events(void)
{
	struct model_setup s;
	struct model *m;

	model_setup_profile(&s, 1);
	m = model_create(&s);
	test_sequences(m);
	test_slips(m);
	model_destroy(m);
}

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

static void test_texts(struct world *w)
{
	struct program p;

	program_of(&p, SOME_OPS);
	w->until = p.nr_ops;
	lockstep_run(w, &p);
	machine_enter(w->machine, 0);
	test_buddyinfo(w);
	test_bad_page_text(w);
	test_failure_text(w);
	w->until = ~0u;
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
	test_after_a_finding(w);
	test_corruptions(w);
	test_contents(w);
	test_events();
	test_texts(w);
	world_destroy(w);
	return tap_end();
}
