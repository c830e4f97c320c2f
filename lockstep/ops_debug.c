/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_debug.c - mappings of highmem, the text of page_owner, and damage that only poison finds.
 *
 * A mapping belongs to the CPU's task, so these run as a task. Mappings may outlive their page: who frees a mapped page
 * has nothing of it afterwards, and a later mapping of the same frame is counted on top.
 *
 * Left loose: the number in front of page_owner's flag names, which is mm's own; whether a page says pfmemalloc.
 */
#include <string.h>
#include "highmem.h"
#include "model_page_debug.h"
#include "tool.h"
#include "world.h"

static void begin_other(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}

/* --- pages of slots ---------------------------------------------------------------------------------------------- */

static u64 pages_of(const struct slot *s)
{
	return s->kind == SLOT_BLOCK ? 1ULL << s->order : s->nr;
}

/* a[0] slot, a[1] page of it, taken round. */
static u64 page_arg(const struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];
	u64 i = a[1] % pages_of(s);

	if (s->kind == SLOT_BULK)
		return w->bulk_pfn[a[0]][i];
	return s->kind == SLOT_FILL ? w->fill_pfn[a[0]][i] : s->pfn + i;
}

static bool ready_page(struct world *w, const u64 *a)
{
	return pages_of(&w->slot[a[0]]) && model_owner(w->model, page_arg(w, a)) == a[0];
}

/* --- reports ----------------------------------------------------------------------------------------------------- */

static struct flight *my_flight(struct world *w)
{
	return &w->model->flight[world_cpu()][w->model->depth[world_cpu()] - 1];
}

/* D51: the warning says which of the two mistakes it was. */
static const char *judge_warning(struct world *w, const char *text)
{
	if (!my_flight(w)->alone || strstr(world_log(w), text))
		return NULL;
	return world_says(w, "D51: the log does not say \"%s\"", text);
}

static const char *judge_depth(struct world *w)
{
	u32 is = kmap_depth(world_cpu()), must = model_kmap_depth(w->model, world_cpu());

	if (is == must)
		return NULL;
	return world_says(w, "D51: the task of cpu %u holds %u mappings, it should be %u", world_cpu(), is, must);
}

/* --- kmap_local -------------------------------------------------------------------------------------------------- */

static u64 frame_at(const struct world *w, const void *address)
{
	return (u64)((const char *)address - (const char *)ram_address(w->machine, 0)) >> SIM_PAGE_SHIFT;
}

static void begin_kmap(struct world *w, const u64 *a)
{
	begin_other(w, a);
	my_flight(w)->want[REPORT_KMAP] += !model_kmap(w->model, world_cpu(), page_arg(w, a));
}

static struct outcome run_kmap(struct world *w, const u64 *a)
{
	const void *address = kmap_local_page(pfn_to_page(page_arg(w, a)));

	if (!address)
		return (struct outcome){ 0 };
	return (struct outcome){ .ok = true, .has_value = true, .what = "pfn", .value = frame_at(w, address) };
}

/* A page that is mapped has an address, and may be touched there. */
static const char *judge_mapped(struct world *w, u64 pfn, u64 seen)
{
	void *frame = ram_address(w->machine, pfn);

	if (seen != pfn)
		return world_says(w, "D50: pfn %llu was mapped, the address leads to pfn %llu", (unsigned long long)pfn,
				  (unsigned long long)seen);
	if (page_address(pfn_to_page(pfn)) != frame)
		return world_says(w, "D50: pfn %llu is mapped, and page_address() does not say where",
				  (unsigned long long)pfn);
	if (tool_asks_poisoned(frame, SIM_PAGE_SIZE) == 1)
		return world_says(w, "D50: pfn %llu is mapped, and the tool forbids to touch it",
				  (unsigned long long)pfn);
	return NULL;
}

static const char *judge_kmap(struct world *w, const u64 *a, struct outcome seen)
{
	bool may = !my_flight(w)->want[REPORT_KMAP];
	const char *bad = judge_depth(w);

	if (bad)
		return bad;
	if (may != seen.ok)
		return world_says(w, "D51: kmap_local %s, the task of cpu %u holds %u mappings",
				  seen.ok ? "served" : "refused", world_cpu(), model_kmap_depth(w->model, world_cpu()));
	return may ? judge_mapped(w, page_arg(w, a), seen.value) :
		     judge_warning(w, "WARNING: too many kmap_local mappings\n");
}

/* The same page again and again, until the task may hold no more. */
static void begin_kmap_repeat(struct world *w, const u64 *a)
{
	begin_other(w, a);
	for (u64 i = 0; i < a[2]; i++)
		my_flight(w)->want[REPORT_KMAP] += !model_kmap(w->model, world_cpu(), page_arg(w, a));
}

static struct outcome run_kmap_repeat(struct world *w, const u64 *a)
{
	u64 served = 0;

	for (u64 i = 0; i < a[2]; i++)
		served += kmap_local_page(pfn_to_page(page_arg(w, a))) != NULL;
	return (struct outcome){ .ok = served == a[2], .has_value = true, .what = "mappings", .value = served };
}

static const char *judge_kmap_repeat(struct world *w, const u64 *a, struct outcome seen)
{
	u64 refused = my_flight(w)->want[REPORT_KMAP];
	const char *bad = judge_depth(w);

	if (bad || seen.value + refused == a[2])
		return bad;
	return world_says(w, "D51: %llu mappings of %llu served, it should be %llu", (unsigned long long)seen.value,
			  (unsigned long long)a[2], (unsigned long long)(a[2] - refused));
}

/* --- kunmap_local ------------------------------------------------------------------------------------------------ */

static bool ready_kunmap(struct world *w, const u64 *a)
{
	(void)a;
	return model_kmap_depth(w->model, world_cpu());
}

static struct outcome run_kunmap(struct world *w, const u64 *a)
{
	u64 pfn = model_kmap_last(w->model, world_cpu());

	(void)a;
	kunmap_local(ram_address(w->machine, pfn));
	return (struct outcome){ .ok = true, .has_value = true, .what = "pfn", .value = pfn };
}

/* Others may still have it mapped. */
static const char *judge_unmapped(struct world *w, u64 pfn)
{
	int asked = tool_asks_poisoned(ram_address(w->machine, pfn), SIM_PAGE_SIZE);

	if (asked == 1 && model_is_mapped(w->model, pfn, false))
		return world_says(w, "D50: pfn %llu is still mapped, and the tool forbids to touch it",
				  (unsigned long long)pfn);
	if (asked || model_is_mapped(w->model, pfn, true))
		return NULL;
	return world_says(w, "D50: the last mapping of pfn %llu is gone, and the tool lets anybody touch it",
			  (unsigned long long)pfn);
}

static const char *judge_kunmap(struct world *w, const u64 *a, struct outcome seen)
{
	const char *bad;

	(void)a;
	model_kunmap(w->model, world_cpu(), seen.value);
	bad = judge_depth(w);
	return bad ? bad : judge_unmapped(w, seen.value);
}

/* The client unmaps what is not the last: another mapping, or none. */
static bool ready_kunmap_wrong(struct world *w, const u64 *a)
{
	return ready_page(w, a) && !model_is_lowmem(w->model, page_arg(w, a)) &&
	       model_kmap_last(w->model, world_cpu()) != page_arg(w, a);
}

static void begin_kunmap_wrong(struct world *w, const u64 *a)
{
	begin_other(w, a);
	my_flight(w)->want[REPORT_KMAP] += !model_kunmap(w->model, world_cpu(), page_arg(w, a));
}

static struct outcome run_kunmap_wrong(struct world *w, const u64 *a)
{
	kunmap_local(ram_address(w->machine, page_arg(w, a)));
	return (struct outcome){ .ok = true };
}

static const char *judge_kunmap_wrong(struct world *w, const u64 *a, struct outcome seen)
{
	const char *bad = judge_depth(w);

	(void)a, (void)seen;
	return bad ? bad : judge_warning(w, "WARNING: kunmap_local of an address that was not mapped last\n");
}

/* --- page_owner [D3] --------------------------------------------------------------------------------------------- */

static struct outcome run_page_owner(struct world *w, const u64 *a)
{
	return (struct outcome){ .ok = page_owner_show(page_arg(w, a), world_page_text(w), PAGE_TEXT_BYTES) > 0 };
}

static const char *const type_names[MIGRATE_TYPES] = { "Unmovable",  "Movable", "Reclaimable",
						       "HighAtomic", "CMA",	"Isolate" };

/* The text up to the flags. */
static void owner_text(const struct world *w, u64 pfn, const struct model_page_owner *o, char *out, size_t bytes)
{
	const struct model *m = w->model;
	unsigned pid = 100u + o->cpu;
	char mode[400];

	gfp_names_of(o->gfp, mode, sizeof(mode));
	snprintf(out, bytes,
		 "Page allocated via order %u, mask %#x(%s), pid %u, tgid %u (mmcheck), ts %llu ns\n"
		 "PFN 0x%llx type %s Block %llu type %s Flags ",
		 o->order, o->gfp, mode, pid, pid, (unsigned long long)o->ts_ns, (unsigned long long)pfn,
		 type_names[model_owner_type(m, o->gfp)], (unsigned long long)pfn >> m->block_order,
		 type_names[model_type_of(m, pfn)]);
}

/* Names and place of the page, then where in the program it was allocated. */
static void owner_tail(const struct world *w, u32 slot, u64 pfn, const struct model_page_owner *o, char *out,
		       size_t bytes)
{
	const struct slot *s = &w->slot[slot];
	unsigned zone = model_zone_of(w->model, pfn);
	const char *kind = "";

	if (s->kind == SLOT_BLOCK && s->compound)
		kind = pfn == s->pfn ? "head|" : "tail|";
	snprintf(out, bytes, "%snode=%u|zone=%u)\n %s+%u\n\n", kind, zone / MAX_NR_ZONES, zone % MAX_NR_ZONES,
		 o->operation, o->step);
}

static const char *judge_owner_text(struct world *w, u32 slot, u64 pfn, const struct model_page_owner *o)
{
	char head[700], tail[200], *flags, *cut;
	size_t n;

	owner_text(w, pfn, o, head, sizeof(head));
	owner_tail(w, slot, pfn, o, tail, sizeof(tail));
	n = strlen(head);
	flags = strncmp(world_page_text(w), head, n) ? NULL : strchr(world_page_text(w) + n, '(');
	if (!flags)
		return world_says(w, "D3: pfn %llu: page_owner does not say %.160s", (unsigned long long)pfn, head);
	cut = strstr(++flags, "pfmemalloc|");
	if (cut)
		memmove(cut, cut + strlen("pfmemalloc|"), strlen(cut + strlen("pfmemalloc|")) + 1);
	if (!strcmp(flags, tail))
		return NULL;
	return world_says(w, "D3: pfn %llu: page_owner does not end with %.160s", (unsigned long long)pfn, tail);
}

static const char *judge_page_owner(struct world *w, const u64 *a, struct outcome seen)
{
	u64 pfn = page_arg(w, a);
	const struct model_page_owner *o = model_page_owner(w->model, pfn);

	if (seen.ok != !!o)
		return world_says(w, "D3: page_owner has %s about pfn %llu", seen.ok ? "a text" : "nothing",
				  (unsigned long long)pfn);
	return o ? judge_owner_text(w, (u32)a[0], pfn, o) : NULL;
}

/* --- one bit of a free page -------------------------------------------------------------------------------------- */

no_tool static void store_byte(volatile u8 *at, u8 byte)
{
	TOOL_SILENT(*at = byte);
}

static bool ready_flip_stale(struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];

	return s->state == SLOT_STALE && model_is_free(w->model, s->pfn) && !w->model->nr_in_flight;
}

static struct outcome run_flip_stale(struct world *w, const u64 *a)
{
	u64 pfn = w->slot[a[0]].pfn;

	ram_dirty(w->machine, pfn, 1ULL << a[1]);
	store_byte((volatile u8 *)ram_address(w->machine, pfn) + a[1] * 64, MODEL_POISON ^ 1);
	model_note_stray_bit(w->model, pfn, (unsigned)a[1]);
	return (struct outcome){ .ok = true };
}

const struct op debug_ops[] = {
	/* code   name		  arguments			     weight flags ready begin run judge */
	{ 0x01c0, "kmap_local", { ARG_LIVE_PAGES, ARG_OFFSET }, 28, OP_TASK_ONLY, ready_page, begin_kmap, run_kmap,
	  judge_kmap },
	{ 0x01c1, "kunmap_local", { 0 }, 20, OP_TASK_ONLY, ready_kunmap, begin_other, run_kunmap, judge_kunmap },
	{ 0x01c2, "kunmap_wrong", { ARG_LIVE_PAGES, ARG_OFFSET }, 4, OP_TASK_ONLY | OP_CLIENT_BUG, ready_kunmap_wrong,
	  begin_kunmap_wrong, run_kunmap_wrong, judge_kunmap_wrong },
	{ 0x01c3, "page_owner", { ARG_LIVE_PAGES, ARG_OFFSET }, 8, 0, ready_page, begin_other, run_page_owner,
	  judge_page_owner },
	{ 0x01c4, "flip_stale", { ARG_USED_PAGES, ARG_LINE }, 8, OP_CLIENT_BUG, ready_flip_stale, begin_other,
	  run_flip_stale, NULL },
	{ 0x01c5, "kmap_repeat", { ARG_LIVE_PAGES, ARG_OFFSET, ARG_COUNT }, 3, OP_TASK_ONLY, ready_page,
	  begin_kmap_repeat, run_kmap_repeat, judge_kmap_repeat },
	{ 0 }
};
