/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_memblock.c - memblock's functions, each beside the model's answer.
 *
 * Bases and lengths are in grains of the model and are cut at the machine's end. Length LENGTH_ALL stands for all bytes
 * there are after the base, more than the machine has, where that is legal: removing, giving back, marking. After each
 * operation both types are compared with the model's runs, and memblock_check() recounts.
 *
 * What was allocated is filled, so that memory which comes back from a later allocation unzeroed is seen.
 *
 * Left loose: where an array of regions goes when it grows (the model checks that the place was free).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ops_memblock.h"
#include "tool.h"

#define LENGTH_ALL 0x3fff
#define ANY_NODE   4
#define FILLING	   0xa5a5a5a5a5a5a5a5ULL

struct range {
	u64 base, size;
};

u64 memblock_in_bytes(const struct world *w, u64 grains)
{
	const struct model_memblock *mb = w->model->memblock;

	return min_of(grains, mb->nr_grains) << mb->grain_shift;
}

static u64 whole_grains(const struct world *w, u64 bytes)
{
	return ALIGN(bytes, 1ULL << w->model->memblock->grain_shift);
}

/* a[0] base, a[1] length: never past the end of the machine. */
static struct range range_of(const struct world *w, const u64 *a)
{
	u64 base = memblock_in_bytes(w, a[0]);

	return (struct range){ base, min_of(memblock_in_bytes(w, a[1]), memblock_in_bytes(w, ~0ULL) - base) };
}

static struct range long_range_of(const struct world *w, const u64 *a)
{
	struct range r = range_of(w, a);

	if (a[1] == LENGTH_ALL)
		r.size = ~0ULL;
	return r;
}

static u64 align_of(u64 argument)
{
	return argument ? 1ULL << ((argument - 1) & 63) : 0;
}

static void begin(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}

/* --- what every judge does ---------------------------------------------------------------------------------------- */

static const char *says(const char *format, ...) printf_like(1, 2);
static const char *says(const char *format, ...)
{
	static __thread char text[240];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return text;
}

#define USUAL_REGIONS 4096 /* more than a small machine has: there, no run costs one more walk than another */

/* All regions of a type; the buffer is this thread's and grows. */
static const struct memblock_region *dump(bool reserved, unsigned *n)
{
	static __thread struct memblock_region *buffer;
	static __thread unsigned room;

	if (!buffer && (buffer = malloc(USUAL_REGIONS * sizeof(*buffer))))
		room = USUAL_REGIONS;
	*n = memblock_dump(reserved, buffer, room);
	if (*n <= room)
		return buffer;
	room = *n * 2;
	free(buffer);
	buffer = malloc(room * sizeof(*buffer));
	*n = memblock_dump(reserved, buffer, buffer ? room : 0);
	return buffer;
}

/* The regions must be the model's runs; if not, the operation broke `clause`. */
static const char *judge_regions(struct world *w, const char *clause)
{
	const char *wrong = NULL;

	for (int reserved = 0; reserved < 2 && !wrong; reserved++) {
		unsigned n;
		const struct memblock_region *regions = dump(reserved, &n);

		wrong = model_memblock_judge_dump(w->model->memblock, reserved, regions, n);
	}
	return wrong ? says("%s: %s", clause, wrong + 4) : NULL;
}

/* What is memory and not reserved may not be touched: the ends of each free run. Only where a tool has an opinion. */
static const char *judge_free_memory(struct world *w)
{
	const struct model_memblock *mb = w->model->memblock;
	char *ram = w->machine->host->ram;
	u64 grain = 1ULL << mb->grain_shift;

	if (tool_asks_poisoned(ram, 1) < 0)
		return NULL;
	for (u64 g = 0, end; model_memblock_next_free(mb, &g, &end); g = end)
		if (!tool_asks_poisoned(ram + g * grain, 1) || !tool_asks_poisoned(ram + end * grain - 1, 1))
			return says("B51: memory from %#llx to %#llx is free, and the tool would let anybody touch it",
				    (unsigned long long)(g * grain), (unsigned long long)(end * grain));
	return NULL;
}

const char *memblock_judge_state(struct world *w, const char *clause)
{
	const char *wrong = judge_regions(w, clause);

	if (!wrong)
		wrong = memblock_check();
	return wrong ? wrong : judge_free_memory(w);
}

bool memblock_arrays_moved(const struct world *w)
{
	u64 base;

	for (int t = 0; t < 2; t++)
		if (memblock_array(t, &base) != w->model->memblock->array[t].slots)
			return true;
	return false;
}

/* Who writes RAM says so, or reset leaves it behind. */
static bool is_dirty(const struct world *w, u64 line)
{
	return w->machine->host->dirty_lines[line / 64] >> (line % 64) & 1;
}

/* An array is written all the time, wherever it lies. */
static const char *judge_lines_of_arrays(struct world *w)
{
	const struct model_memblock *mb = w->model->memblock;

	for (int t = 0; t < 2; t++)
		for (u64 at = mb->array[t].base; at < mb->array[t].base + mb->array[t].bytes; at += 64)
			if (!is_dirty(w, at / 64))
				return says("M6: line %#llx of an array is written behind reset's back", (unsigned long long)at);
	return NULL;
}

static const char *judge_arrays(struct world *w, const struct memblock_demand *d)
{
	bool moved = memblock_arrays_moved(w);
	const char *wrong;
	u64 base[2];
	unsigned slots[2];

	for (int t = 0; t < 2; t++)
		slots[t] = memblock_array(t, &base[t]);
	wrong = model_memblock_move_arrays(w->model->memblock, base, slots, d);
	return !wrong && moved ? judge_lines_of_arrays(w) : wrong;
}

const char *memblock_judge_answer(struct world *w, const struct memblock_demand *d, bool ok)
{
	const char *wrong = judge_arrays(w, d);

	if (!wrong && !ok)
		wrong = model_memblock_judge_refusal(w->model->memblock, d);
	return wrong;
}

static const char *judge_filling(struct world *w, struct range r, bool reserved, struct outcome seen)
{
	struct memblock_demand d = { .base = r.base, .size = r.size, .reserved = reserved, .fills = true };

	return memblock_judge_answer(w, &d, seen.ok);
}

/* What changes a part of memory cuts at two ends; what gives back may leave an array standing in the middle, twice. */
static const char *judge_cutting(struct world *w, struct range r, bool reserved, struct outcome seen)
{
	struct memblock_demand d = { .base = r.base, .size = r.size, .reserved = reserved, .spare = reserved ? 4 : 2 };

	return memblock_judge_answer(w, &d, seen.ok);
}

/* --- ranges ------------------------------------------------------------------------------------------------------- */

static struct outcome run_add(struct world *w, const u64 *a)
{
	struct range r = range_of(w, a);

	return outcome_of_error(memblock_add(r.base, r.size));
}

static const char *judge_add(struct world *w, const u64 *a, struct outcome seen)
{
	struct range r = range_of(w, a);
	const char *wrong = judge_filling(w, r, false, seen);

	if (!wrong && seen.ok)
		model_memblock_add(w->model->memblock, r.base, r.size, ANY_NODE, 0);
	return wrong ? wrong : memblock_judge_state(w, "M2");
}

static struct outcome run_add_node(struct world *w, const u64 *a)
{
	struct range r = range_of(w, a);

	return outcome_of_error(memblock_add_node(r.base, r.size, a[2] == ANY_NODE ? NUMA_NO_NODE : (int)a[2], (u32)a[3]));
}

static const char *judge_add_node(struct world *w, const u64 *a, struct outcome seen)
{
	struct range r = range_of(w, a);
	const char *wrong = judge_filling(w, r, false, seen);

	if (!wrong && seen.ok)
		model_memblock_add(w->model->memblock, r.base, r.size, (unsigned)a[2], (u32)a[3]);
	return wrong ? wrong : memblock_judge_state(w, "M2");
}

static struct outcome run_remove(struct world *w, const u64 *a)
{
	struct range r = long_range_of(w, a);

	return outcome_of_error(memblock_remove(r.base, r.size));
}

static const char *judge_remove(struct world *w, const u64 *a, struct outcome seen)
{
	struct range r = long_range_of(w, a);
	const char *wrong = judge_cutting(w, r, false, seen);

	if (!wrong && seen.ok)
		model_memblock_remove(w->model->memblock, r.base, r.size);
	return wrong ? wrong : memblock_judge_state(w, "M3");
}

static struct outcome run_reserve(struct world *w, const u64 *a)
{
	struct range r = range_of(w, a);

	return outcome_of_error(memblock_reserve(r.base, r.size));
}

static const char *judge_reserve(struct world *w, const u64 *a, struct outcome seen)
{
	struct range r = range_of(w, a);
	const char *wrong = judge_filling(w, r, true, seen);

	if (!wrong && seen.ok)
		model_memblock_reserve(w->model->memblock, r.base, r.size);
	return wrong ? wrong : memblock_judge_state(w, "M2");
}

static struct outcome run_phys_free(struct world *w, const u64 *a)
{
	struct range r = long_range_of(w, a);

	return outcome_of_error(memblock_phys_free(r.base, r.size));
}

/* What is not reserved may not be touched; the first grains are enough. Only where a tool has an opinion. */
static const char *judge_given_back(struct world *w, struct range r)
{
	const struct model_memblock *mb = w->model->memblock;
	u64 first = r.base >> mb->grain_shift, last = (r.base + r.size) >> mb->grain_shift;

	for (u64 g = first; g < last && g < first + 512; g++) {
		char *memory = w->machine->host->ram + (g << mb->grain_shift);

		if (!(mb->grain[g] & GRAIN_RESERVED) && tool_asks_poisoned(memory, 1) == 0)
			return says("M3: memory at %#llx was given back and may still be touched",
				    (unsigned long long)(g << mb->grain_shift));
	}
	return NULL;
}

static const char *judge_phys_free(struct world *w, const u64 *a, struct outcome seen)
{
	struct range r = long_range_of(w, a);
	const char *wrong = judge_cutting(w, r, true, seen);

	if (!wrong && seen.ok)
		model_memblock_unreserve(w->model->memblock, r.base, r.size);
	if (!wrong)
		wrong = memblock_judge_state(w, "M3");
	return wrong || !seen.ok ? wrong : judge_given_back(w, range_of(w, a));
}

/* --- flags and nodes ---------------------------------------------------------------------------------------------- */

static const char *judge_flag(struct world *w, const u64 *a, struct outcome seen, u32 flag, bool set)
{
	struct range r = long_range_of(w, a);
	const char *wrong = judge_cutting(w, r, false, seen);

	if (!wrong && seen.ok)
		model_memblock_flag(w->model->memblock, r.base, r.size, flag, set);
	return wrong ? wrong : memblock_judge_state(w, "M1");
}

static struct outcome run_mark_hotplug(struct world *w, const u64 *a)
{
	struct range r = long_range_of(w, a);

	return outcome_of_error(memblock_mark_hotplug(r.base, r.size));
}

static const char *judge_mark_hotplug(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_flag(w, a, seen, MEMBLOCK_HOTPLUG, true);
}

static struct outcome run_clear_hotplug(struct world *w, const u64 *a)
{
	struct range r = long_range_of(w, a);

	return outcome_of_error(memblock_clear_hotplug(r.base, r.size));
}

static const char *judge_clear_hotplug(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_flag(w, a, seen, MEMBLOCK_HOTPLUG, false);
}

static struct outcome run_mark_mirror(struct world *w, const u64 *a)
{
	struct range r = long_range_of(w, a);

	return outcome_of_error(memblock_mark_mirror(r.base, r.size));
}

static const char *judge_mark_mirror(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_flag(w, a, seen, MEMBLOCK_MIRROR, true);
}

static struct outcome run_mark_nomap(struct world *w, const u64 *a)
{
	struct range r = long_range_of(w, a);

	return outcome_of_error(memblock_mark_nomap(r.base, r.size));
}

static const char *judge_mark_nomap(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_flag(w, a, seen, MEMBLOCK_NOMAP, true);
}

static struct outcome run_clear_nomap(struct world *w, const u64 *a)
{
	struct range r = long_range_of(w, a);

	return outcome_of_error(memblock_clear_nomap(r.base, r.size));
}

static const char *judge_clear_nomap(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_flag(w, a, seen, MEMBLOCK_NOMAP, false);
}

static struct outcome run_set_node(struct world *w, const u64 *a)
{
	struct range r = long_range_of(w, a);

	return outcome_of_error(memblock_set_node(r.base, r.size, a[2] == ANY_NODE ? NUMA_NO_NODE : (int)a[2]));
}

static const char *judge_set_node(struct world *w, const u64 *a, struct outcome seen)
{
	struct range r = long_range_of(w, a);
	const char *wrong = judge_cutting(w, r, false, seen);

	if (!wrong && seen.ok)
		model_memblock_set_node(w->model->memblock, r.base, r.size, (unsigned)a[2]);
	return wrong ? wrong : memblock_judge_state(w, "M1");
}

static struct outcome run_set_bottom_up(struct world *w, const u64 *a)
{
	(void)w;
	memblock_set_bottom_up(a[0]);
	return outcome_of_error(0);
}

static const char *judge_set_bottom_up(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	w->model->memblock->bottom_up = a[0];
	return memblock_judge_state(w, "M4");
}

static struct outcome run_set_movable_node(struct world *w, const u64 *a)
{
	(void)w;
	memblock_set_movable_node(a[0]);
	return outcome_of_error(0);
}

static const char *judge_set_movable_node(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	w->model->memblock->movable_node = a[0];
	return memblock_judge_state(w, "M4");
}

/* --- searching: base, bytes, align, length of the window (0: no end) ---------------------------------------------- */

struct request {
	u64 size, align, start, end;
	s32 nid;
	bool exact;
};

static struct outcome found(u64 at)
{
	return (struct outcome){ .ok = at != 0, .has_value = at != 0, .value = at };
}

static const char *judge_place(const char *clause, struct outcome seen, u64 expected)
{
	u64 at = seen.ok ? seen.value : 0;

	if (at == expected)
		return NULL;
	if (!at)
		return says("%s: refused although %#llx is free", clause, (unsigned long long)expected);
	if (!expected)
		return says("%s: answered %#llx, but nothing fits", clause, (unsigned long long)at);
	return says("%s: answered %#llx, must be %#llx", clause, (unsigned long long)at, (unsigned long long)expected);
}

static struct request find_request(const struct world *w, const u64 *a)
{
	u64 start = memblock_in_bytes(w, a[0]), end = MEMBLOCK_ALLOC_ANYWHERE;

	if (a[3])
		end = start + memblock_in_bytes(w, a[3]);
	return (struct request){ whole_grains(w, a[1]), align_of(a[2]), start, end, NUMA_NO_NODE, false };
}

static struct outcome run_find(struct world *w, const u64 *a)
{
	struct request q = find_request(w, a);

	return found(memblock_find_in_range(q.start, q.end, q.size, q.align));
}

static const char *judge_find(struct world *w, const u64 *a, struct outcome seen)
{
	struct request q = find_request(w, a);
	u64 expected = model_memblock_find(w->model->memblock, q.start, q.end, q.size, q.align);
	const char *wrong = judge_place("M4", seen, expected);

	return wrong ? wrong : memblock_judge_state(w, "M4");
}

/* --- allocating --------------------------------------------------------------------------------------------------- */

/* The misuse must be announced, once. */
static void begin_request(struct world *w, u64 align)
{
	struct model *m = w->model;
	unsigned cpu = world_cpu();

	model_begin_other(m, cpu);
	m->flight[cpu][m->depth[cpu] - 1].want[REPORT_MEMBLOCK_ALIGN] = !align;
}

static const char *judge_warning(struct world *w, u64 align)
{
	bool warned = strstr(world_log(w), "WARNING: memblock allocation with align 0") != NULL;

	if (warned == !align)
		return NULL;
	return warned ? "M5: warned of align 0, but one was given" : "M5: align 0 was not warned of";
}

static const char *judge_is_zero(struct world *w, u64 at, u64 size)
{
	const u64 *word = (const u64 *)(const void *)(w->machine->host->ram + at);

	for (u64 i = 0; i < size / 8; i++)
		if (word[i])
			return says("M5: byte %#llx of zeroed memory is not zero", (unsigned long long)(at + i * 8));
	for (u64 line = at / 64; line < (at + size) / 64; line++)
		if (!is_dirty(w, line))
			return says("M5: line %#llx was zeroed behind reset's back", (unsigned long long)(line * 64));
	return NULL;
}

/* What was handed out may be touched, is zero if that was asked, and from now on holds something. */
static const char *judge_contents(struct world *w, u64 at, u64 size, bool zero)
{
	char *memory = w->machine->host->ram + at;
	const char *wrong = NULL;

	if (tool_asks_poisoned(memory, size) == 1)
		return says("M5: memory at %#llx may not be touched", (unsigned long long)at);
	if (zero)
		wrong = judge_is_zero(w, at, size);
	for (u64 line = at / 64; line < (at + size) / 64; line++)
		ram_write_line(w->machine, line / 64, line % 64, FILLING);
	return wrong;
}

/* The place is decided before an array can grow, so the model is asked first; it is taken when the arrays are known. */
static const char *judge_taken(struct world *w, struct request q, struct outcome seen, bool zero)
{
	struct model_memblock *mb = w->model->memblock;
	u64 at = model_memblock_alloc(mb, q.size, q.align, q.start, q.end, q.nid, q.exact);
	struct memblock_demand d = { .base = at, .size = at ? whole_grains(w, q.size) : 0, .reserved = true, .fills = true };
	const char *wrong;

	model_memblock_unreserve(mb, at, d.size);
	wrong = judge_arrays(w, &d);
	if (!wrong && (!at || seen.ok || model_memblock_judge_refusal(mb, &d)))
		wrong = judge_place("M5", seen, at);
	if (seen.ok)
		model_memblock_reserve(mb, at, d.size);
	if (!wrong)
		wrong = judge_warning(w, q.align);
	if (!wrong)
		wrong = memblock_judge_state(w, "M5");
	return wrong || !seen.ok ? wrong : judge_contents(w, at, d.size, zero);
}

static struct outcome run_request(struct request q)
{
	return found(memblock_phys_alloc_range(q.size, q.align, q.start, q.end, q.nid, q.exact));
}

/* base, length, align, node */
static struct request range_request(const struct world *w, const u64 *a)
{
	s32 nid = a[3] == ANY_NODE ? NUMA_NO_NODE : (s32)a[3];

	return (struct request){ memblock_in_bytes(w, a[1]), align_of(a[2]), memblock_in_bytes(w, a[0]), MEMBLOCK_ALLOC_ANYWHERE, nid,
				 false };
}

static void begin_range(struct world *w, const u64 *a)
{
	begin_request(w, align_of(a[2]));
}

static struct outcome run_alloc_range(struct world *w, const u64 *a)
{
	return run_request(range_request(w, a));
}

static const char *judge_alloc_range(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_taken(w, range_request(w, a), seen, false);
}

static struct request below_request(const struct world *w, const u64 *a)
{
	struct request q = range_request(w, a);

	q.end = q.start;
	q.start = 0;
	return q;
}

static struct outcome run_alloc_below(struct world *w, const u64 *a)
{
	return run_request(below_request(w, a));
}

static const char *judge_alloc_below(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_taken(w, below_request(w, a), seen, false);
}

static struct request exact_request(const struct world *w, const u64 *a)
{
	struct request q = range_request(w, a);

	q.exact = true;
	return q;
}

static struct outcome run_alloc_exact(struct world *w, const u64 *a)
{
	return run_request(exact_request(w, a));
}

static const char *judge_alloc_exact(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_taken(w, exact_request(w, a), seen, false);
}

/* bytes, align; on big machines, where a grain is a page, whole pages */
static struct request simple_request(const struct world *w, const u64 *a, s32 nid)
{
	bool pages = w->model->memblock->grain_shift > 6;

	return (struct request){ pages ? whole_grains(w, a[0]) : a[0], align_of(a[1]), 0, MEMBLOCK_ALLOC_ANYWHERE, nid,
				 false };
}

static void begin_simple(struct world *w, const u64 *a)
{
	begin_request(w, align_of(a[1]));
}

static struct outcome found_pointer(const struct world *w, const void *memory)
{
	return found(memory ? (u64)((const char *)memory - w->machine->host->ram) : 0);
}

static struct outcome run_alloc(struct world *w, const u64 *a)
{
	struct request q = simple_request(w, a, NUMA_NO_NODE);

	return found_pointer(w, memblock_alloc(q.size, q.align));
}

static const char *judge_alloc(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_taken(w, simple_request(w, a, NUMA_NO_NODE), seen, true);
}

static struct outcome run_alloc_raw(struct world *w, const u64 *a)
{
	struct request q = simple_request(w, a, NUMA_NO_NODE);

	return found_pointer(w, memblock_alloc_raw(q.size, q.align));
}

static const char *judge_alloc_raw(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_taken(w, simple_request(w, a, NUMA_NO_NODE), seen, false);
}

static s32 node_of(u64 argument)
{
	return argument == ANY_NODE ? NUMA_NO_NODE : (s32)argument;
}

static struct outcome run_alloc_node(struct world *w, const u64 *a)
{
	struct request q = simple_request(w, a, node_of(a[2]));

	return found_pointer(w, memblock_alloc_node(q.size, q.align, q.nid));
}

static const char *judge_alloc_node(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_taken(w, simple_request(w, a, node_of(a[2])), seen, true);
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

static struct outcome answered(u64 value)
{
	return (struct outcome){ .ok = true, .has_value = true, .value = value };
}

static const char *judge_bit(struct world *w, u64 g, struct outcome seen, u8 bit)
{
	const struct model_memblock *mb = w->model->memblock;
	bool expected = g < mb->nr_grains && (mb->grain[g] & bit);

	return seen.value == expected ? NULL : says("M1: grain %llu: answered %llu", (unsigned long long)g,
						    (unsigned long long)seen.value);
}

static struct outcome run_is_memory(struct world *w, const u64 *a)
{
	return answered(memblock_is_memory(memblock_in_bytes(w, a[0])));
}

static const char *judge_is_memory(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_bit(w, a[0], seen, GRAIN_MEMORY);
}

static struct outcome run_is_reserved(struct world *w, const u64 *a)
{
	return answered(memblock_is_reserved(memblock_in_bytes(w, a[0])));
}

static const char *judge_is_reserved(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_bit(w, a[0], seen, GRAIN_RESERVED);
}

static const char *judge_size(struct world *w, struct outcome seen, u8 bit)
{
	const struct model_memblock *mb = w->model->memblock;
	u64 grains = 0;

	for (u64 g = 0; g < mb->nr_grains; g++)
		grains += (mb->grain[g] & bit) != 0;
	return seen.value == grains << mb->grain_shift ?
		       NULL :
		       says("M1: answered %llu bytes, must be %llu", (unsigned long long)seen.value,
			    (unsigned long long)(grains << mb->grain_shift));
}

static struct outcome run_mem_size(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	return answered(memblock_phys_mem_size());
}

static const char *judge_mem_size(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a;
	return judge_size(w, seen, GRAIN_MEMORY);
}

static struct outcome run_reserved_size(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	return answered(memblock_reserved_size());
}

static const char *judge_reserved_size(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a;
	return judge_size(w, seen, GRAIN_RESERVED);
}

static struct outcome run_check(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	return answered(memblock_check() == NULL);
}

static const char *judge_check(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return memblock_judge_state(w, "M1");
}

/* --- text: M8, restated ------------------------------------------------------------------------------------------- */

static const char *const flags_text[8] = {
	"NONE", "HOTPLUG", "MIRROR", "HOTPLUG|MIRROR", "NOMAP", "HOTPLUG|NOMAP", "MIRROR|NOMAP", "HOTPLUG|MIRROR|NOMAP",
};

/* The longest row is 72 bytes. Regions that come from the model have been compared with the dump before. */
static void print_rows(const struct memblock_region *r, unsigned n, char *out)
{
	for (unsigned i = 0; i < n; i++, r++) {
		out += sprintf(out, "%4u: 0x%.16llx..0x%.16llx ", i, (unsigned long long)r->base,
			       (unsigned long long)(r->base + r->size - 1));
		out += r->nid == MAX_NUMNODES ? sprintf(out, "   x ") : sprintf(out, "%4d ", r->nid);
		out += sprintf(out, "%s\n", flags_text[r->flags & 7]);
	}
	*out = '\0';
}

static const char *judge_text(bool reserved)
{
	const char *wrong = NULL;
	unsigned n, bytes, used;
	const struct memblock_region *regions = dump(reserved, &n);
	char *text, *expected;

	bytes = n * 96 + 1;
	text = malloc(bytes);
	expected = malloc(bytes);
	print_rows(regions, n, expected);
	used = memblock_show(reserved, text, bytes);
	if (strcmp(text, expected) != 0)
		wrong = says("M8: the text of %u regions differs: %.60s", n, text);
	else if (used != strlen(text))
		wrong = says("M8: %u bytes of text counted, there are %zu", used, strlen(text));
	free(text);
	free(expected);
	return wrong;
}

static struct outcome run_show(struct world *w, const u64 *a)
{
	char text[4096];

	(void)w;
	return answered(memblock_show(a[0], text, sizeof(text)));
}

static const char *judge_show(struct world *w, const u64 *a, struct outcome seen)
{
	const char *wrong = judge_regions(w, "M1");

	if (!wrong && seen.value >= 4096)
		wrong = "M8: wrote more bytes than there is room";
	return wrong ? wrong : judge_text(a[0]);
}

#define WHERE OP_EARLY | OP_TASK_ONLY, NULL
#define RANGE ARG_BASE, ARG_LENGTH
#define REQUEST { ARG_BASE, ARG_LENGTH, ARG_ALIGN, ARG_NODE }

/* clang-format off */
const struct op memblock_ops[] = { /* code is frozen: corpus files depend on it */
	/* code  name, arguments, weight, where, ready; then: begin, run on mm, judge */
	{ 0x0200, "memblock_add", { RANGE }, 4, WHERE, begin, run_add, judge_add },
	{ 0x0201, "memblock_add_node", { RANGE, ARG_NODE, ARG_MEMFLAG }, 4, WHERE, begin, run_add_node, judge_add_node },
	{ 0x0202, "memblock_remove", { RANGE }, 3, WHERE, begin, run_remove, judge_remove },
	{ 0x0203, "memblock_reserve", { RANGE }, 6, WHERE, begin, run_reserve, judge_reserve },
	{ 0x0204, "memblock_phys_free", { RANGE }, 4, WHERE, begin, run_phys_free, judge_phys_free },
	{ 0x0205, "memblock_mark_hotplug", { RANGE }, 1, WHERE, begin, run_mark_hotplug, judge_mark_hotplug },
	{ 0x0206, "memblock_clear_hotplug", { RANGE }, 1, WHERE, begin, run_clear_hotplug, judge_clear_hotplug },
	{ 0x0207, "memblock_mark_mirror", { RANGE }, 1, WHERE, begin, run_mark_mirror, judge_mark_mirror },
	{ 0x0208, "memblock_mark_nomap", { RANGE }, 1, WHERE, begin, run_mark_nomap, judge_mark_nomap },
	{ 0x0209, "memblock_clear_nomap", { RANGE }, 1, WHERE, begin, run_clear_nomap, judge_clear_nomap },
	{ 0x020a, "memblock_set_node", { RANGE, ARG_NODE }, 2, WHERE, begin, run_set_node, judge_set_node },
	{ 0x020b, "memblock_set_bottom_up", { ARG_BOOL }, 1, WHERE, begin, run_set_bottom_up, judge_set_bottom_up },
	{ 0x020c, "memblock_set_movable_node", { ARG_BOOL }, 1, WHERE, begin, run_set_movable_node, judge_set_movable_node },
	{ 0x020d, "memblock_find_in_range", { ARG_BASE, ARG_BYTES, ARG_ALIGN, ARG_LENGTH }, 4, WHERE,
	  begin, run_find, judge_find },
	{ 0x020e, "memblock_phys_alloc_range", REQUEST, 4, WHERE, begin_range, run_alloc_range, judge_alloc_range },
	{ 0x020f, "memblock_phys_alloc_below", REQUEST, 2, WHERE, begin_range, run_alloc_below, judge_alloc_below },
	{ 0x0210, "memblock_phys_alloc_exact", REQUEST, 2, WHERE, begin_range, run_alloc_exact, judge_alloc_exact },
	{ 0x0211, "memblock_alloc", { ARG_BYTES, ARG_ALIGN }, 4, WHERE, begin_simple, run_alloc, judge_alloc },
	{ 0x0212, "memblock_alloc_raw", { ARG_BYTES, ARG_ALIGN }, 2, WHERE, begin_simple, run_alloc_raw, judge_alloc_raw },
	{ 0x0213, "memblock_alloc_node", { ARG_BYTES, ARG_ALIGN, ARG_NODE }, 3, WHERE,
	  begin_simple, run_alloc_node, judge_alloc_node },
	{ 0x0214, "memblock_is_memory", { ARG_BASE }, 1, WHERE, begin, run_is_memory, judge_is_memory },
	{ 0x0215, "memblock_is_reserved", { ARG_BASE }, 1, WHERE, begin, run_is_reserved, judge_is_reserved },
	{ 0x0216, "memblock_phys_mem_size", { ARG_NONE }, 1, WHERE, begin, run_mem_size, judge_mem_size },
	{ 0x0217, "memblock_reserved_size", { ARG_NONE }, 1, WHERE, begin, run_reserved_size, judge_reserved_size },
	{ 0x0218, "memblock_show", { ARG_BOOL }, 1, WHERE, begin, run_show, judge_show },
	{ 0x0219, "memblock_check", { ARG_NONE }, 1, WHERE, begin, run_check, judge_check },
	{ 0 }
};
/* clang-format on */
