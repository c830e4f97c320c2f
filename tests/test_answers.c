// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_answers.c - who checks the judges of operations.
 *
 * A program is run up to its last operation. That one is run by a liar: it does what it should, and then changes its
 * answer, a field of mm, or the log, as a bug would. Exactly one clause must speak. Before, the same program is run by
 * an honest hand and nothing may be said; after, the liar's machine is reset and nothing may be left.
 *
 * What no field can change, a function of mm that answers wrongly, is put between by the linker (--wrap, see Makefile).
 */
#include <stdlib.h>
#include "../mm/internal.h"
#include "../mm/memblock_internal.h"
#include "highmem.h"
#include "tap.h"
#include "model_vm.h"
#include "model_witness.h"
#include "tool.h"
#include "world.h"

static struct world *w;
static const struct op *op; /* of the last operation, as in the catalogue */

static struct mm *the_mm(void)
{
	return w->machine->mm;
}
static struct memblock_state *the_memblock(void)
{
	return the_mm()->memblock;
}
static struct page *page_of(u64 pfn)
{
	return the_mm()->mem_map + pfn;
}
static struct page *page_of_slot(u64 slot)
{
	return page_of(w->slot[slot].pfn);
}
static char *ram_at(u64 address)
{
	return w->machine->host->ram + address;
}
static bool tool_has_an_opinion(void)
{
	return tool_asks_poisoned(w->machine->host->ram, 1) >= 0;
}

/* --- functions of mm that answer wrongly, when told to ---------------------------------------------------------------
 */

static bool lies_about_text, lies_about_addresses, has_no_memory;

unsigned __real_memblock_show(bool reserved, char *out, unsigned bytes);
unsigned __wrap_memblock_show(bool reserved, char *out, unsigned bytes);
void *__real_page_address(const struct page *page);
void *__wrap_page_address(const struct page *page);
void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);

static bool lies_about_length;

unsigned __wrap_memblock_show(bool reserved, char *out, unsigned bytes)
{
	unsigned used = __real_memblock_show(reserved, out, bytes);

	if (lies_about_text && used)
		out[0] = '1';
	return lies_about_length ? used - 1 : used;
}
void *__wrap_page_address(const struct page *page)
{
	return lies_about_addresses ? NULL : __real_page_address(page);
}
void *__wrap_malloc(size_t bytes)
{
	return has_no_memory ? NULL : __real_malloc(bytes);
}

/* --- liars: the operation, then something else -----------------------------------------------------------------------
 */

#define LIAR(name, ...)                                                                                                \
	static struct outcome name(struct world *world, const u64 *a)                                                  \
	{                                                                                                              \
		struct outcome seen = op->run(world, a);                                                               \
		__VA_ARGS__;                                                                                           \
		return seen;                                                                                           \
	}

static struct outcome honest(struct world *world, const u64 *a)
{
	return op->run(world, a);
}

/* answers */
LIAR(says_no, seen.ok = false, seen.has_value = false)
LIAR(says_one_more, seen.value++)
LIAR(says_something_else, seen.value += 4096)
LIAR(says_yes, seen = ((struct outcome){.ok = true, .has_value = true, .value = 4096}))
LIAR(says_the_other, seen.ok = !seen.ok)
LIAR(says_a_page_of_text, seen.value = 4096)

LIAR(says_a_positive_error, seen.ok = false, seen.has_value = false, seen.error = 12)

/* events */
static void change_report(enum mm_report report)
{
	for (u32 i = 0; i < w->machine->nr_events; i++) {
		struct mm_event ev;

		memcpy(&ev, &w->machine->host->event[i], sizeof(ev));
		if (ev.type == EVENT_REPORT && ev.report == report)
			ev.pfn++;
		memcpy(&w->machine->host->event[i], &ev, sizeof(ev));
	}
}
LIAR(reports_another_split, change_report(REPORT_SPLIT_COMPOUND))

/* the log */
static void change_log(const char *from, char to)
{
	char *at = strstr(w->machine->host->log, from);

	if (at)
		*at = to;
}
LIAR(says_nothing_in_the_log, w->machine->log_bytes = 0)
LIAR(warns_of_the_align, sim_log_text("WARNING: memblock allocation with align 0, taken as 64\n"))
LIAR(names_another_mode, change_log("GFP_KERNEL", 'g'))
LIAR(names_another_largest, change_log("the largest is", 'T'))

/* regions */
LIAR(moves_a_region, the_memblock()->memory.regions[0].base += 4096)
LIAR(moves_a_reserved_region, the_memblock()->reserved.regions[0].base += 4096)
LIAR(loses_a_region, the_memblock()->memory.cnt--)
static void add_region(struct memblock_type *t, u64 bytes)
{
	const struct memblock_region *last = &t->regions[t->cnt - 1];

	t->regions[t->cnt] = (struct memblock_region){region_end(last) + 4096, bytes, 0, last->nid};
	t->total_size += bytes;
	t->cnt++;
}
LIAR(has_a_region_more, add_region(&the_memblock()->memory, 4096))

/* their arrays */
static void move_array(struct memblock_type *t, unsigned slots, u64 base)
{
	t->max = slots;
	t->regions = (void *)ram_at(base);
}
static void hide_lines(const struct memblock_type *t)
{
	w->machine->host->dirty_lines[(u64)((const char *)t->regions - w->machine->host->ram) / PAGE_SIZE] = 0;
}
LIAR(hides_an_array, hide_lines(&the_memblock()->reserved))
LIAR(has_a_hundred_slots, the_memblock()->memory.max = 100)
LIAR(grows_without_need, move_array(&the_memblock()->memory, 256, 4096 * 20))

/* what memory holds, and who may touch it */
LIAR(leaves_a_byte, ram_write_raw(w->machine, seen.value >> PAGE_SHIFT, 0, 1))
LIAR(hides_a_line, w->machine->host->dirty_lines[seen.value >> PAGE_SHIFT] &= ~(1ULL << (seen.value / 64 % 64)))
LIAR(forbids_to_touch, tool_poison(ram_at(seen.value), 64))
static u64 base_of(const u64 *a)
{
	return a[0] << w->model->memblock->grain_shift;
}
LIAR(lets_anybody_touch, tool_unpoison(ram_at(base_of(a)), 64))
LIAR(lets_touch_the_middle, tool_unpoison(ram_at(base_of(a) + 8 * 64), 64))
static u64 last_free_byte(void)
{
	const struct model_memblock *mb = w->model->memblock;
	u64 end = 0;

	for (u64 g = 0, last; model_memblock_next_free(mb, &g, &last); g = last)
		end = last;
	return (end << mb->grain_shift) - 1;
}
LIAR(lets_touch_free_memory, tool_unpoison(ram_at(last_free_byte() / 64 * 64), 64))

/* pages */
LIAR(marks_the_page, page_of(seen.value)->flags ^= PG_pfmemalloc)
LIAR(hands_out_another_page, w->bulk_pfn[a[0]][0] = 16)
LIAR(hands_out_a_page_twice, w->bulk_pfn[a[0]][1] = w->bulk_pfn[a[0]][0])
LIAR(counts_a_reference_more, page_of_slot(a[0])->refcount++)
LIAR(counts_a_piece_twice, page_of_slot(a[0])[1].refcount++)
LIAR(keeps_an_owner, set_page_owner(the_mm(), page_of_slot(a[0]) + 3, 0, GFP_KERNEL))
LIAR(leaves_interrupts_off, this_cpu->irqs_off++)
LIAR(keeps_a_lock, spin_lock(&the_mm()->zone[ZONE_NORMAL]->lock))

/* mappings */
LIAR(maps_twice, kmap_local_page(page_of_slot(a[0])))
LIAR(unmaps_twice, kunmap_local(ram_address(w->machine, w->slot[0].pfn)))
LIAR(finds_no_address, lies_about_addresses = true)
LIAR(forbids_the_page, tool_poison(ram_address(w->machine, w->slot[0].pfn), 64))
LIAR(leaves_the_page_open, tool_unpoison(ram_address(w->machine, w->slot[0].pfn), PAGE_SIZE))

/* what a task wrote */
static struct outcome finds_other_bytes(struct world *world, const u64 *a)
{
	model_task_wrote(world->model, 0, 1, 4);
	return op->run(world, a);
}

/* texts */
static void change_text(const char *from, char to)
{
	char *at = strstr(w->page_text[0], from);

	if (at)
		*at = to;
}
LIAR(names_another_order, change_text("order 0", 'O'))
LIAR(names_another_place, change_text("alloc_pages", 'A'))
LIAR(writes_another_row, lies_about_text = true)
LIAR(counts_a_byte_less, lies_about_length = true)

/* --- what each of them breaks ------------------------------------------------------------------------------------- */

#define EARLY	"mmcheck-trace 1 profile=small start=early flags=- swarm=0x0 seed=0x0\n"
#define BOOTED	"mmcheck-trace 1 profile=small start=booted flags=- swarm=0x0 seed=0x0\n"
#define GIVEN_BACK                                                                                                     \
	EARLY "0: memblock_reserve base=2048 length=64\n1: memblock_phys_free base=2048 length=64\n"
#define A_PAGE	BOOTED "0: p0 = alloc_pages gfp=GFP_KERNEL order=0\n"
#define HIGHMEM BOOTED "0: p0 = alloc_pages cpu=6 gfp=GFP_HIGHUSER order=0\n"
#define MAPPED	HIGHMEM "1: kmap_local cpu=6 p0 offset=0\n"
#define TASK                                                                                                           \
	"mmcheck-trace 1 profile=small start=pressure flags=- swarm=0x0 seed=0x0\n0: t0 = task_create adj=0\n"         \
	"1: task_write t0 vpn=1 fill=words\n"
#define OWNED	BOOTED "0: knob knob=page_owner value=1\n1: p0 = alloc_pages gfp=GFP_KERNEL order=0\n"

static const struct answer {
	const char *name, *program;
	struct outcome (*lie)(struct world *world, const u64 *a);
	const char *clause;
	bool asks_tool; /* only builds with a tool can tell */
} answers[] = {
	/* ranges of memblock */
	{"memblock_add: a region moves", EARLY "0: memblock_add base=0 length=64\n", moves_a_region, "M2", false},
	{"memblock_add: there is one more", EARLY "0: memblock_add base=0 length=64\n", has_a_region_more, "M2", false},
	{"memblock_add: one is lost", EARLY "0: memblock_add base=0 length=64\n", loses_a_region, "M2", false},
	{"memblock_add: refused", EARLY "0: memblock_add base=0 length=64\n", says_no, "M6", false},
	{"memblock_add_node: a region moves", EARLY "0: memblock_add_node base=0 length=64 node=0 flag=0\n",
	 moves_a_region, "M2", false},
	{"memblock_remove: a region moves", EARLY "0: memblock_remove base=0 length=64\n", moves_a_region, "M3", false},
	{"memblock_reserve: a region moves", EARLY "0: memblock_reserve base=2048 length=64\n", moves_a_reserved_region,
	 "M2", false},
	{"memblock_phys_free: a region moves", EARLY "0: memblock_phys_free base=0 length=64\n", moves_a_region, "M3",
	 false},
	{"memblock_phys_free: its end may be touched", GIVEN_BACK, lets_anybody_touch, "B51", true},
	{"memblock_phys_free: its middle may be touched", GIVEN_BACK, lets_touch_the_middle, "M3", true},
	{"memblock_reserve: what is free may be touched", EARLY "0: memblock_reserve base=2048 length=64\n",
	 lets_touch_free_memory, "B51", true},
	{"memblock_mark_hotplug: a region moves", EARLY "0: memblock_mark_hotplug base=0 length=64\n", moves_a_region,
	 "M1", false},
	{"memblock_set_node: a region moves", EARLY "0: memblock_set_node base=0 length=64 node=0\n", moves_a_region,
	 "M1", false},
	{"memblock_set_bottom_up: a region moves", EARLY "0: memblock_set_bottom_up on=1\n", moves_a_region, "M4",
	 false},
	{"memblock_set_movable_node: a region moves", EARLY "0: memblock_set_movable_node on=1\n", moves_a_region, "M4",
	 false},
	{"memblock_comb of reserve: a region moves", EARLY "0: memblock_comb base=2048 what=reserve teeth=2 width=8\n",
	 moves_a_reserved_region, "M2", false},
	{"memblock_comb of free: a region moves", EARLY "0: memblock_comb base=2048 what=free teeth=2 width=8\n",
	 moves_a_region, "M3", false},
	{"memblock_comb of hotplug: a region moves", EARLY "0: memblock_comb base=2048 what=hotplug teeth=2 width=8\n",
	 moves_a_region, "M1", false},
	{"split_page of a compound page: the report is about another frame",
	 BOOTED "0: p0 = alloc_pages gfp=GFP_KERNEL|__GFP_COMP order=1\n1: split_page p0\n", reports_another_split, "B24", false},
	{"memblock_add: a positive error", EARLY "0: memblock_add base=0 length=64\n", says_a_positive_error, "N51", false},
	/* its arrays */
	{"an array is written behind reset's back",
	 EARLY "0: memblock_comb base=20000 what=reserve teeth=122 width=8\n1: memblock_reserve base=40000 length=64\n",
	 hides_an_array, "M6", false},
	{"an array has slots that are no power", EARLY "0: memblock_reserve base=2048 length=64\n", has_a_hundred_slots,
	 "M6", false},
	{"an array grows and is not full", EARLY "0: memblock_reserve base=2048 length=64\n", grows_without_need, "M6",
	 false},
	/* searching and allocating */
	{"memblock_find_in_range: another place", EARLY "0: memblock_find_in_range base=0 bytes=64 align=1 length=0\n",
	 says_something_else, "M4", false},
	{"memblock_find_in_range: refused", EARLY "0: memblock_find_in_range base=0 bytes=64 align=1 length=0\n",
	 says_no, "M4", false},
	{"memblock_find_in_range: nothing fits", EARLY "0: memblock_find_in_range base=0 bytes=64 align=1 length=1\n",
	 says_yes, "M4", false},
	{"memblock_find_in_range: a region moves", EARLY "0: memblock_find_in_range base=0 bytes=64 align=1 length=0\n",
	 moves_a_region, "M4", false},
	{"memblock_alloc: another place", EARLY "0: memblock_alloc bytes=64 align=7\n", says_something_else, "M5",
	 false},
	{"memblock_alloc: refused", EARLY "0: memblock_alloc bytes=64 align=7\n", says_no, "M5", false},
	{"memblock_alloc: a region moves", EARLY "0: memblock_alloc bytes=64 align=7\n", moves_a_region, "M5", false},
	{"memblock_alloc: not warned of", EARLY "0: memblock_alloc bytes=64 align=0\n", says_nothing_in_the_log, "M5",
	 false},
	{"memblock_alloc: warned of without need", EARLY "0: memblock_alloc bytes=64 align=7\n", warns_of_the_align,
	 "M5", false},
	{"memblock_alloc: not zero", EARLY "0: memblock_alloc bytes=4096 align=13\n", leaves_a_byte, "M5", false},
	{"memblock_alloc: zero, and reset does not know", EARLY "0: memblock_alloc bytes=4096 align=13\n", hides_a_line,
	 "M5", false},
	{"memblock_alloc: may not be touched", EARLY "0: memblock_alloc bytes=64 align=7\n", forbids_to_touch, "M5",
	 true},
	/* questions */
	{"memblock_is_memory: the other", EARLY "0: memblock_is_memory base=2048\n", says_one_more, "M1", false},
	{"memblock_phys_mem_size: one more", EARLY "0: memblock_phys_mem_size\n", says_one_more, "M1", false},
	{"memblock_check: a region moves", EARLY "0: memblock_check\n", moves_a_region, "M1", false},
	{"memblock_show: a region moves", EARLY "0: memblock_show on=0\n", moves_a_region, "M1", false},
	{"memblock_show: more than there is room", EARLY "0: memblock_show on=0\n", says_a_page_of_text, "M8", false},
	{"memblock_show: another row", EARLY "0: memblock_show on=0\n", writes_another_row, "M8", false},
	{"memblock_show: a byte less", EARLY "0: memblock_show on=0\n", counts_a_byte_less, "M8", false},
	/* pages */
	{"alloc_pages: marked as from the reserve", BOOTED "0: p0 = alloc_pages gfp=GFP_KERNEL order=0\n",
	 marks_the_page, "B19", false},
	{"alloc_pages: a report names another mode",
	 BOOTED "0: fault site=page_alloc skip=0 times=1\n"
		"1: p0 = alloc_pages gfp=GFP_KERNEL order=0\n",
	 names_another_mode, "F11", false},
	{"alloc_pages: two types, and the log does not say so",
	 BOOTED "0: p0 = alloc_pages gfp=GFP_KERNEL|__GFP_MOVABLE|__GFP_RECLAIMABLE order=0\n", says_nothing_in_the_log,
	 "N10", false},
	{"alloc_pages: too big, and the log says another order", BOOTED "0: p0 = alloc_pages gfp=GFP_KERNEL order=11\n",
	 names_another_largest, "N10", false},
	{"alloc_pages_bulk: another page", BOOTED "0: p0 = alloc_pages_bulk gfp=GFP_KERNEL count=4\n",
	 hands_out_another_page, "B26", false},
	{"alloc_pages_bulk: a page twice", BOOTED "0: p0 = alloc_pages_bulk gfp=GFP_KERNEL count=4\n",
	 hands_out_a_page_twice, "B26", false},
	{"get_page: one more", A_PAGE "1: get_page p0\n", counts_a_reference_more, "B22", false},
	{"split_page: a piece has two references",
	 BOOTED "0: p0 = alloc_pages gfp=GFP_KERNEL order=1\n1: split_page p0\n", counts_a_piece_twice, "B24", false},
	{"free_pages: the last page keeps its owner",
	 BOOTED "0: knob knob=page_owner value=1\n1: p0 = alloc_pages gfp=GFP_KERNEL order=2\n2: free_pages p0\n",
	 keeps_an_owner, "D3", false},
	{"buddyinfo: a lock is kept", BOOTED "0: buddyinfo\n", keeps_a_lock, "N9", false},
	{"buddyinfo: interrupts stay off", BOOTED "0: buddyinfo\n", leaves_interrupts_off, "N9", false},
	/* mappings */
	{"kmap_local: one more", HIGHMEM "1: kmap_local cpu=6 p0 offset=0\n", maps_twice, "D51", false},
	{"kmap_local: refused", HIGHMEM "1: kmap_local cpu=6 p0 offset=0\n", says_no, "D51", false},
	{"kmap_local: another page", HIGHMEM "1: kmap_local cpu=6 p0 offset=0\n", says_one_more, "D50", false},
	{"kmap_local: no address", HIGHMEM "1: kmap_local cpu=6 p0 offset=0\n", finds_no_address, "D50", false},
	{"kmap_local: may not be touched", HIGHMEM "1: kmap_local cpu=6 p0 offset=0\n", forbids_the_page, "D50", true},
	{"kmap_local: no warning",
	 HIGHMEM "1: kmap_repeat cpu=6 p0 offset=0 count=16\n2: kmap_local cpu=6 p0 offset=0\n",
	 says_nothing_in_the_log, "D51", false},
	{"kmap_repeat: one more", HIGHMEM "1: kmap_repeat cpu=6 p0 offset=0 count=2\n", says_one_more, "D51", false},
	{"kunmap_local: one more", MAPPED "2: kmap_local cpu=6 p0 offset=0\n3: kunmap_local cpu=6\n", unmaps_twice,
	 "D51", false},
	{"kunmap_local: the other may not be touched",
	 MAPPED "2: kmap_local cpu=6 p0 offset=0\n3: kunmap_local cpu=6\n", forbids_the_page, "D50", true},
	{"kunmap_local: may be touched", MAPPED "2: kunmap_local cpu=6\n", leaves_the_page_open, "D50", true},
	{"page_owner: another order", OWNED "2: page_owner p0 offset=0\n", names_another_order, "D3", false},
	{"page_owner: another place", OWNED "2: page_owner p0 offset=0\n", names_another_place, "D3", false},
	{"oom_score: another score", TASK "2: oom_score t0\n", says_one_more, "O2", false},
	{"task_read: other bytes", TASK "2: task_read t0 vpn=1\n", finds_other_bytes, "V50", false},
	{"page_owner: the other", OWNED "2: page_owner p0 offset=0\n", says_the_other, "D3", false},
};

static void program_of(struct program *p, const char *text)
{
	char error[200];

	program_init(p);
	if (program_parse(p, text, strlen(text), error, sizeof(error), NULL))
		return;
	printf("Bail out! %s\n%s", error, text);
	exit(1);
}

/* The program up to its last operation. */
static void run_until_last(const struct program *p)
{
	w->until = p->nr_ops - 1;
	lockstep_run(w, p);
	if (w->verdict.failed)
		ok(false, "sound until the last operation: %s: %s", w->verdict.clause, w->verdict.sentence);
	machine_enter(w->machine, p->op[p->nr_ops - 1].cpu);
	w->machine->log_bytes = 0;
}

/* Then the last one, done by somebody else. */
static const char *run_last(const struct program *p, struct outcome (*run)(struct world *world, const u64 *a))
{
	u32 last = p->nr_ops - 1;
	struct op other;
	u64 a[MAX_ARGS];
	const char *said;

	op = op_by_code(p->op[last].code);
	other = *op;
	other.run = run;
	instr_args(op, &p->op[last], a);
	run_until_last(p);
	w->nesting[world_cpu()]++;
	said = world_execute(w, last, &other, a);
	w->nesting[world_cpu()]--;
	lies_about_text = lies_about_length = lies_about_addresses = false;
	return said;
}

static void test_answer(const struct answer *is)
{
	struct program p;
	char claim[160];
	const char *said;

	snprintf(claim, sizeof(claim), "%s: %s", is->name, is->clause);
	program_of(&p, is->program);
	said = run_last(&p, honest);
	if (said)
		ok(false, "control: %s: %s", is->name, said);
	if (is->asks_tool && !tool_has_an_opinion())
		skip(claim, "this build has no tool to ask");
	else
		says_clause(run_last(&p, is->lie), is->clause, claim);
	this_cpu->irqs_off = 0;
	said = run_last(&p, honest);
	if (said)
		ok(false, "once: %s: %s", is->name, said);
	program_free(&p);
}

/* --- memblock's own check: one field of a sound state ------------------------------------------------------------- */

#define MEMORY	 (&the_memblock()->memory)
#define RESERVED (&the_memblock()->reserved)
#define REGION	 MEMORY->regions[1]

static void grow(struct memblock_type *t, u64 base)
{
	tool_unpoison(ram_at(base), 2 * PAGE_SIZE);
	memcpy(ram_at(base), t->regions, t->cnt * sizeof(*t->regions));
	t->max = 2 * INIT_MEMBLOCK_REGIONS;
	t->regions = (void *)ram_at(base);
}

static void region_of_nothing(void)
{
	REGION.size = 0;
}
static void region_beyond_the_end(void)
{
	REGION.size = -REGION.base;
}
static void region_of_no_node(void)
{
	REGION.nid = MAX_NUMNODES + 1;
}
static void region_of_a_negative_node(void)
{
	REGION.nid = -1;
}
static void region_with_an_unknown_flag(void)
{
	REGION.flags = 8;
}
static void regions_out_of_order(void)
{
	REGION.base = 0;
}
static void regions_that_overlap(void) /* and are not to be merged, and add up */
{
	MEMORY->total_size -= MEMORY->regions[0].size;
	MEMORY->regions[0].size = REGION.base - MEMORY->regions[0].base + 64;
	MEMORY->total_size += MEMORY->regions[0].size;
	REGION.flags ^= MEMBLOCK_HOTPLUG;
}
static void regions_not_merged(void)
{
	MEMORY->regions[0].size = REGION.base - MEMORY->regions[0].base;
	MEMORY->regions[0].nid = REGION.nid;
}
static void slots_that_are_no_power(void)
{
	MEMORY->max = INIT_MEMBLOCK_REGIONS + 1;
}
static void fewer_slots_than_at_first(void)
{
	MEMORY->max = INIT_MEMBLOCK_REGIONS / 2;
}
static void more_regions_than_slots(void)
{
	MEMORY->cnt = INIT_MEMBLOCK_REGIONS + 1;
}
static void bytes_that_do_not_add_up(void)
{
	MEMORY->total_size += 64;
}
static void no_region_and_something_in_it(void)
{
	MEMORY->cnt = 0;
	MEMORY->total_size = 0;
}
static void reserved_region_of_a_node(void)
{
	RESERVED->regions[0].nid = 0;
}
static void reserved_region_with_a_flag(void)
{
	RESERVED->regions[0].flags = MEMBLOCK_MIRROR;
}
static void first_array_with_more_slots(void)
{
	MEMORY->max = 2 * INIT_MEMBLOCK_REGIONS;
}
static u64 a_reserved_page(void)
{
	u64 pfn = 1;

	while (pfn < w->model->nr_frames && model_memblock_frame_is_free(w->model->memblock, pfn))
		pfn++;
	return pfn * PAGE_SIZE;
}
static void array_in_the_middle_of_a_page(void)
{
	grow(MEMORY, a_reserved_page() + 64);
}
static void array_in_the_first_page(void)
{
	grow(MEMORY, 0);
}
static void array_beyond_the_machine(void)
{
	grow(MEMORY, w->machine->param[PARAM_FRAMES] * PAGE_SIZE - PAGE_SIZE);
}
static void array_in_free_memory(void)
{
	u64 pfn = 1;

	while (!model_memblock_frame_is_free(w->model->memblock, pfn))
		pfn++;
	grow(MEMORY, pfn * PAGE_SIZE);
}
static void arrays_in_one_place(void)
{
	u64 base = memblock_phys_alloc_range(4 * PAGE_SIZE, PAGE_SIZE, 0, MEMBLOCK_ALLOC_ANYWHERE, NUMA_NO_NODE, false);

	grow(MEMORY, base);
	grow(RESERVED, base + PAGE_SIZE);
}

static const struct {
	const char *name;
	void (*corrupt)(void);
	const char *clause;
} memblock_corruptions[] = {
	{"a region has no bytes", region_of_nothing, "M1"},
	{"a region goes round", region_beyond_the_end, "M1"},
	{"a region has a node that there is not", region_of_no_node, "M1"},
	{"a region has a negative node", region_of_a_negative_node, "M1"},
	{"a region has an unknown flag", region_with_an_unknown_flag, "M1"},
	{"regions are not in order", regions_out_of_order, "M1"},
	{"regions overlap", regions_that_overlap, "M1"},
	{"regions are not merged", regions_not_merged, "M1"},
	{"an array has slots that are no power", slots_that_are_no_power, "M6"},
	{"an array has fewer slots than at first", fewer_slots_than_at_first, "M6"},
	{"there are more regions than slots", more_regions_than_slots, "M6"},
	{"bytes do not add up", bytes_that_do_not_add_up, "M1"},
	{"there is no region, and something in it", no_region_and_something_in_it, "M3"},
	{"a reserved region has a node", reserved_region_of_a_node, "M1"},
	{"a reserved region has a flag", reserved_region_with_a_flag, "M1"},
	{"the first array has more slots", first_array_with_more_slots, "M6"},
	{"an array begins in the middle of a page", array_in_the_middle_of_a_page, "M6"},
	{"an array is in the first page", array_in_the_first_page, "M6"},
	{"an array ends beyond the machine", array_beyond_the_machine, "M6"},
	{"an array is in free memory", array_in_free_memory, "M6"},
	{"both arrays are in one place", arrays_in_one_place, "M6"},
};

static void test_memblock_check(void)
{
	struct program p;
	char claim[120];

	program_of(&p, EARLY "0: memblock_reserve base=2048 length=64\n1: memblock_check\n");
	for (unsigned i = 0; i < ARRAY_SIZE(memblock_corruptions); i++) {
		run_until_last(&p);
		if (memblock_check())
			ok(false, "%s: sound before", memblock_corruptions[i].name);
		memblock_corruptions[i].corrupt();
		snprintf(claim, sizeof(claim), "%s: %s", memblock_corruptions[i].name, memblock_corruptions[i].clause);
		says_clause(memblock_check(), memblock_corruptions[i].clause, claim);
	}
	says_clause(run_last(&p, honest), NULL, "  and nothing when all is as before");
	program_free(&p);
}

/* What the model says itself, before the operation's clause takes the place of M1. */
static void test_dump(void)
{
	static struct memblock_region region[INIT_MEMBLOCK_REGIONS];
	const u64 base[2] = {4096, 0};
	const unsigned slots[2] = {INIT_MEMBLOCK_REGIONS, INIT_MEMBLOCK_REGIONS};
	const unsigned twice[2] = {2 * INIT_MEMBLOCK_REGIONS, INIT_MEMBLOCK_REGIONS};
	const struct memblock_demand nothing = {0};
	const struct model_memblock *mb;
	struct program p;
	unsigned n;

	program_of(&p, EARLY "0: memblock_check\n");
	run_until_last(&p);
	mb = w->model->memblock;
	n = memblock_dump(false, region, ARRAY_SIZE(region));
	says_clause(model_memblock_judge_dump(mb, false, region, n), NULL, "control: the regions of memory");
	says_clause(model_memblock_judge_dump(mb, false, region, n + 1), "M1", "one too many: M1");
	region[0].size -= 64;
	says_clause(model_memblock_judge_dump(mb, false, region, n), "M1", "one of another size: M1");
	says_clause(model_memblock_move_arrays(w->model->memblock, base, slots, &nothing), "M6",
		    "an array moves and does not grow: M6");
	says_clause(model_memblock_move_arrays(w->model->memblock, base, twice, &nothing), "M6",
		    "an array grows although there is room: M6");
	says_clause(model_memblock_judge_refusal(w->model->memblock, &nothing), "M6",
		    "what needs no slot is refused for want of slots: M6");
	says_clause(run_last(&p, honest), NULL, "  and nothing when all is as before");
	program_free(&p);
}

#define COMB_BASE  (2048ULL * 64)
#define COMB_TEETH 120ULL
#define COMB_BYTES (COMB_TEETH * 2 * 64)

/* A comb of reserved grains all but fills the array; who asks for its gaps needs twice the slots. */
static const char *array_moves_to(u64 base)
{
	const struct memblock_demand gaps = {.base = COMB_BASE, .size = COMB_BYTES, .reserved = true, .fills = true};
	struct model_memblock *mb = w->model->memblock;

	model_memblock_unreserve(mb, COMB_BASE, COMB_BYTES);
	for (u64 tooth = 0; tooth < COMB_TEETH; tooth++)
		model_memblock_reserve(mb, COMB_BASE + tooth * 128, 64);
	return model_memblock_move_arrays(mb, (const u64[2]){0, base},
					  (const unsigned[2]){INIT_MEMBLOCK_REGIONS, 2 * INIT_MEMBLOCK_REGIONS}, &gaps);
}

static void test_place_of_array(void)
{
	struct program p;
	u64 free_place;

	program_of(&p, EARLY "0: memblock_check\n");
	run_until_last(&p);
	free_place = model_memblock_find(w->model->memblock, COMB_BASE + COMB_BYTES, ~0ULL, 4 * PAGE_SIZE, PAGE_SIZE);
	ok(free_place != 0, "control: there is a free place");
	says_clause(array_moves_to(free_place), NULL, "control: a full array moves to a free place");
	run_until_last(&p);
	says_clause(array_moves_to(free_place + 64), "M6", "it moves to the middle of a page: M6");
	run_until_last(&p);
	says_clause(array_moves_to(0), "M6", "it moves to the first page: M6");
	run_until_last(&p);
	says_clause(array_moves_to(COMB_BASE), "M6", "it moves to what is asked for: M6");
	run_until_last(&p);
	says_clause(array_moves_to(a_reserved_page()), "M6", "it moves to what is in use: M6");
	says_clause(run_last(&p, honest), NULL, "  and nothing when all is as before");
	program_free(&p);
}

/* Before there is an allocator, a boot is judged by the regions it leaves. */
static void test_early_boot(void)
{
	struct program p;

	program_of(&p, EARLY "0: memblock_check\n");
	run_until_last(&p);
	says_clause(world_check_boot(w, true), NULL, "control: an early boot");
	MEMORY->regions[0].base += PAGE_SIZE;
	says_clause(world_check_boot(w, true), "M5", "a boot leaves a region elsewhere: M5");
	says_clause(run_last(&p, honest), NULL, "  and nothing when all is as before");
	program_free(&p);
}

/* --- what no operation's answer shows ------------------------------------------------------------------------------
 */

static void claim_with_tool(const char *said, const char *clause, const char *claim)
{
	if (tool_has_an_opinion())
		says_clause(said, clause, claim);
	else
		skip(claim, "this build has no tool to ask");
}

/* The tool lets somebody touch what it should not, or forbids what it should let. */
static void test_who_may_touch(void)
{
	struct program p;
	u64 pfn;

	program_of(&p,
		   HIGHMEM "1: p1 = alloc_pages gfp=GFP_KERNEL order=0\n2: p2 = alloc_pages gfp=GFP_KERNEL order=2\n"
			   "3: free_pages p2\n4: buddyinfo\n");
	run_until_last(&p);
	pfn = w->slot[1].pfn;
	says_clause(contents_check_reachable(w, pfn, 1), NULL, "control: a page handed out may be touched");
	tool_poison(ram_address(w->machine, pfn), 64);
	claim_with_tool(contents_check_reachable(w, pfn, 1), "B50", "it may not: B50");
	tool_unpoison(ram_address(w->machine, pfn), 64);
	tool_define(ram_address(w->machine, pfn), 64);
	says_clause(contents_check_reachable(w, pfn, 1), NULL, "  and once");
	pfn = w->slot[0].pfn;
	says_clause(contents_check_reachable(w, pfn, 1), NULL, "control: a page of highmem may not be");
	tool_unpoison(ram_address(w->machine, pfn), PAGE_SIZE);
	claim_with_tool(contents_check_reachable(w, pfn, 1), "D50", "it may: D50");
	tool_poison(ram_address(w->machine, pfn), PAGE_SIZE);
	pfn = w->slot[2].pfn;
	says_clause(contents_check_unreachable(w, pfn, 4), NULL, "control: free pages may not be touched");
	tool_unpoison(ram_address(w->machine, pfn), 4 * PAGE_SIZE);
	claim_with_tool(contents_check_unreachable(w, pfn, 4), "B51", "they may: B51");
	tool_poison(ram_address(w->machine, pfn), 4 * PAGE_SIZE);
	says_clause(contents_check_unreachable(w, pfn, 4), NULL, "  and once");
	says_clause(run_last(&p, honest), NULL, "  and nothing when all is as before");
	program_free(&p);
}

static void test_device(void)
{
	struct program p;

	program_of(&p, "mmcheck-trace 1 profile=tiny start=booted flags=recount swarm=0x0 seed=0x0\n0: knob knob=nodes "
		       "value=1\n"
		       "1: region pfn=0 pages=24 kind=usable node=0\n2: region pfn=24 pages=8 kind=device node=0\n"
		       "3: buddyinfo\n");
	run_until_last(&p);
	says_clause(world_check_boot(w, true), NULL, "control: a device");
	page_of(25)->refcount = 2;
	says_clause(world_check_boot(w, true), "Z8", "a device's page has two references: Z8");
	page_of(25)->refcount = 1;
	says_clause(world_check_boot(w, true), NULL, "  and once");
	program_free(&p);
}

/* More references than anybody can have: giving all back would go on and on. */
static void test_too_many_references(void)
{
	struct program p;

	program_of(&p, A_PAGE "1: buddyinfo\n");
	run_until_last(&p);
	for (unsigned i = 0; i < 9; i++) {
		page_of_slot(0)->refcount++;
		model_get(w->model, w->slot[0].pfn);
	}
	says_clause(page_free_slot(w, 0), "B22", "a slot keeps its page however often it is given back: B22");
	run_until_last(&p);
	says_clause(page_free_slot(w, 0), NULL, "  and once");
	program_free(&p);
}

static void test_no_memory_of_the_host(void)
{
	struct program p;

	program_of(&p, A_PAGE "1: buddyinfo\n");
	run_until_last(&p);
	has_no_memory = true;
	says_clause(world_prefill(w, START_FRAGMENTED), "N50", "the host has no memory for a start: N50");
	has_no_memory = false;
	run_until_last(&p);
	says_clause(world_prefill(w, START_FRAGMENTED), NULL, "  and once");
	program_free(&p);
}

/* --- recordings: ownership alone ------------------------------------------------------------------------------------
 */

static const char *hear(struct model *m, enum mm_event_type type, u64 pfn, gfp_t gfp, unsigned context)
{
	return model_event(m, &(struct mm_event){.type = (u8)type, .pfn = pfn, .gfp = gfp, .context = (u8)context});
}

static void test_recordings(void)
{
	struct model *m = model_create_witness(64);

	says_clause(hear(m, EVENT_PAGE_ALLOC, 8, GFP_ATOMIC, EVENT_ATOMIC), NULL, "control: a recorded allocation");
	says_clause(hear(m, EVENT_PAGE_ALLOC, 9, GFP_KERNEL, EVENT_ATOMIC), "X1",
		    "one that may sleep, in an interrupt: X1");
	says_clause(hear(m, EVENT_PAGE_ALLOC, 9, GFP_KERNEL, 0), NULL, "  and once");
	says_clause(hear(m, EVENT_PAGE_FREE_BATCHED, 8, 0, 0), "B22", "freed in a batch, and it has an owner: B22");
	says_clause(hear(m, EVENT_PAGE_FREE, 8, 0, 0), NULL, "control: a recorded free");
	says_clause(hear(m, EVENT_PAGE_FREE_BATCHED, 8, 0, 0), NULL, "  and then in a batch");
	model_destroy(m);
}

int main(void)
{
	w = world_create();
	for (unsigned i = 0; i < ARRAY_SIZE(answers); i++)
		test_answer(&answers[i]);
	test_memblock_check();
	test_dump();
	test_place_of_array();
	test_early_boot();
	test_who_may_touch();
	test_device();
	test_too_many_references();
	test_no_memory_of_the_host();
	test_recordings();
	world_destroy(w);
	return tap_end();
}
