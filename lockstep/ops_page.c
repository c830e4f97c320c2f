/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_page.c - the page allocator's operations: run on mm, judged by the model.
 *
 * A slot holds a block, the pages of an exact allocation, a bulk of single pages, or the pieces of a split block. Which
 * pages of a slot are still its own is the model's knowledge: frames whose owner is the slot.
 */
#include <string.h>
#include "highmem.h"
#include "model_page_debug.h"
#include "world.h"

#define MOST_REFS 8 /* of one block */

static struct outcome refused(void)
{
	return (struct outcome){ 0 };
}

static struct outcome ok_value(u64 value)
{
	return (struct outcome){ .ok = true, .has_value = true, .what = "pfn", .value = value };
}

static struct outcome outcome_of(const struct page *page)
{
	return page ? ok_value(page_to_pfn(page)) : refused();
}

static struct outcome outcome_of_address(const void *address)
{
	return address ? outcome_of(virt_to_page(address)) : refused();
}

/* --- texts of reports --------------------------------------------------------------------------------------------------- */

/* F11: the names of the mode, which the report puts in brackets behind its number. */
static const char *judge_mode_names(struct world *w, gfp_t gfp)
{
	const char *mode = strstr(world_log(w), ", mode:"), *open = mode ? strchr(mode, '(') : NULL;
	char names[400];
	size_t n = gfp_names_of(gfp, names, sizeof(names));

	if (open && !strncmp(open + 1, names, n) && open[1 + n] == ')')
		return NULL;
	return world_says(w, "F11: the report does not name gfp %#x as %.150s", gfp, names);
}

/* N10: the words of reports that are one sentence. A log that is nearly full may have lost them. */
static const char *judge_words(struct world *w, const struct flight *f)
{
	static const char *const words[NR_REPORTS] = {
		[REPORT_MIGRATETYPE] = "WARNING: gfp with both __GFP_MOVABLE and __GFP_RECLAIMABLE\n",
		[REPORT_SLEEP_ATOMIC] = "BUG: sleeping function called from invalid context\n",
		[REPORT_GFP_MISUSE] = "WARNING: alloc_pages_exact drops __GFP_COMP and __GFP_HIGHMEM\n",
		[REPORT_SPLIT_COMPOUND] = "WARNING: split_page of a compound page, pfn ",
		[REPORT_NOFAIL] = "WARNING: __GFP_NOFAIL ",
	};
	const char *log = world_log(w);
	char order[80];

	if (w->machine->log_bytes + 1024 > sizeof(w->machine->host->log))
		return NULL;
	for (unsigned r = 0; r < NR_REPORTS; r++)
		if (f->seen[r] && words[r] && !strstr(log, words[r]))
			return world_says(w, "N10: the log does not say \"%.60s\"", words[r]);
	if (likely(!f->seen[REPORT_ORDER_TOO_BIG]))
		return NULL;
	snprintf(order, sizeof(order), "WARNING: page allocation of order %u, the largest is %u\n", f->order, w->model->max_order);
	if (!strstr(log, order))
		return world_says(w, "N10: the log does not say \"%.60s\"", order);
	return NULL;
}

/* Reports are output too: compared with the state they describe. Only when nobody else could have written to the log. */
static const char *judge_log(struct world *w)
{
	const struct flight *f = &w->model->flight[world_cpu()][w->model->depth[world_cpu()] - 1];
	const char *bad = NULL;

	if (!f->alone)
		return NULL;
	bad = judge_words(w, f);
	if (!bad && f->seen[REPORT_ALLOC_FAILURE])
		bad = model_judge_failure_text(w->model, world_cpu(), world_log(w));
	if (!bad && f->seen[REPORT_ALLOC_FAILURE])
		bad = judge_mode_names(w, f->gfp);
	if (!bad && f->seen[REPORT_BAD_PAGE] == 1)
		bad = model_judge_bad_page_text(w->model, f->report_pfn, world_log(w));
	if (!bad && f->seen[REPORT_POISON] == 1)
		bad = model_judge_poison_text(w->model, world_log(w));
	return bad;
}

/* --- allocation ------------------------------------------------------------------------------------------------------------ */

/* What the owner finds in pages just received, then its stamps. */
static const char *receive(struct world *w, u64 pfn, u64 nr, gfp_t gfp)
{
	const char *bad = contents_check_received(w, pfn, nr, gfp);

	if (!bad)
		contents_stamp(w, pfn, nr);
	return bad;
}

static const char *judge_block(struct world *w, u32 slot, gfp_t gfp, unsigned order, struct outcome seen)
{
	const char *bad = model_answer_alloc(w->model, world_cpu(), seen.ok ? seen.value : EMPTY_PFN);

	w->stats.allocs++;
	w->stats.order_sum += order;
	w->stats.refused += !seen.ok;
	if (bad || !seen.ok)
		return bad ? bad : judge_log(w);
	slot_fill(w, slot,
		  (struct slot){ .kind = SLOT_BLOCK,
				 .order = (u8)order,
				 .compound = order && (gfp & __GFP_COMP),
				 .pfn = seen.value });
	if (page_is_pfmemalloc(pfn_to_page(seen.value)) != !!(w->model->frame[seen.value].flags & FRAME_PFMEMALLOC))
		return "B19: the mark of pages that came in spite of all marks is not what it should be";
	bad = receive(w, seen.value, 1ULL << order, gfp);
	return bad ? bad : judge_log(w);
}

static void begin_alloc(struct world *w, const u64 *a)
{
	model_begin_alloc(w->model, world_cpu(), world_where(), (u16)a[0], NUMA_NO_NODE, (gfp_t)a[1], (unsigned)a[2]);
}
static struct outcome run_alloc_pages(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of(alloc_pages((gfp_t)a[1], (unsigned)a[2]));
}
static const char *judge_alloc(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_block(w, (u32)a[0], (gfp_t)a[1], (unsigned)a[2], seen);
}

static void begin_alloc_node(struct world *w, const u64 *a)
{
	model_begin_alloc(w->model, world_cpu(), world_where(), (u16)a[0], world_node(w, a[3]), (gfp_t)a[1],
			  (unsigned)a[2]);
}
static struct outcome run_alloc_node(struct world *w, const u64 *a)
{
	return outcome_of(alloc_pages_node(world_node(w, a[3]), (gfp_t)a[1], (unsigned)a[2]));
}

static void begin_get_free_pages(struct world *w, const u64 *a)
{
	u64 without_highmem[] = { a[0], a[1] & ~(u64)__GFP_HIGHMEM, a[2] };

	begin_alloc(w, without_highmem);
}
static struct outcome run_get_free_pages(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of_address((void *)__get_free_pages((gfp_t)a[1], (unsigned)a[2]));
}

static void begin_get_zeroed_page(struct world *w, const u64 *a)
{
	u64 zeroed[] = { a[0], (a[1] & ~(u64)__GFP_HIGHMEM) | __GFP_ZERO, 0 };

	begin_alloc(w, zeroed);
}
static struct outcome run_get_zeroed_page(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of_address((void *)get_zeroed_page((gfp_t)a[1]));
}
static const char *judge_get_zeroed_page(struct world *w, const u64 *a, struct outcome seen)
{
	return judge_block(w, (u32)a[0], (gfp_t)a[1] | __GFP_ZERO, 0, seen);
}

static u64 exact_bytes(u64 a)
{
	return a ? a : 1;
}
static void begin_exact(struct world *w, const u64 *a)
{
	model_begin_exact(w->model, world_cpu(), world_where(), (u16)a[0], (gfp_t)a[1], exact_bytes(a[2]));
}
static struct outcome run_exact(struct world *w, const u64 *a)
{
	(void)w;
	return outcome_of_address(alloc_pages_exact(exact_bytes(a[2]), (gfp_t)a[1]));
}
static const char *judge_exact(struct world *w, const u64 *a, struct outcome seen)
{
	const char *bad = model_answer_alloc(w->model, world_cpu(), seen.ok ? seen.value : EMPTY_PFN);
	u64 pages = PFN_UP(exact_bytes(a[2]));

	w->stats.refused += !seen.ok;
	if (bad || !seen.ok)
		return bad ? bad : judge_log(w);
	slot_fill(w, (u32)a[0], (struct slot){ .kind = SLOT_EXACT, .nr = (u32)pages, .pfn = seen.value });
	bad = receive(w, seen.value, pages, (gfp_t)a[1]);
	return bad ? bad : judge_log(w);
}

static void begin_bulk(struct world *w, const u64 *a)
{
	model_begin_bulk(w->model, world_cpu(), world_where(), (u16)a[0], (gfp_t)a[1], (u32)a[2]);
}
static struct outcome run_bulk(struct world *w, const u64 *a)
{
	struct page *page[MAX_BULK] = { NULL };
	u64 n = alloc_pages_bulk((gfp_t)a[1], a[2], page);

	for (u64 i = 0; i < n && i < MAX_BULK; i++)
		w->bulk_pfn[a[0]][i] = (u32)page_to_pfn(page[i]);
	return (struct outcome){ .ok = n > 0 || !a[2], .has_value = true, .what = "pages", .value = n };
}
static const char *judge_bulk(struct world *w, const u64 *a, struct outcome seen)
{
	const u32 *pfn = w->bulk_pfn[a[0]];
	const char *bad = model_answer_bulk(w->model, world_cpu(), (u32)seen.value);

	w->stats.refused += !seen.ok;
	for (u64 i = 0; !bad && i < seen.value; i++) {
		if (model_owner(w->model, pfn[i]) != a[0])
			return "B26: a page of the array was not announced as allocated for it";
		for (u64 j = 0; j < i; j++)
			if (pfn[j] == pfn[i])
				return "B26: the same page stands twice in the array";
		bad = receive(w, pfn[i], 1, (gfp_t)a[1]);
	}
	if (bad || !seen.value)
		return bad ? bad : judge_log(w);
	slot_fill(w, (u32)a[0], (struct slot){ .kind = SLOT_BULK, .nr = (u32)seen.value, .pfn = pfn[0] });
	return judge_log(w);
}

/* --- giving pages back -------------------------------------------------------------------------------------------------------- */

static u64 slot_pages(const struct slot *s)
{
	return s->kind == SLOT_BLOCK ? 1ULL << s->order : s->nr;
}

static u64 slot_pfn(const struct world *w, u32 slot, u64 i)
{
	if (w->slot[slot].kind == SLOT_FILL)
		return w->fill_pfn[slot][i];
	return w->slot[slot].kind == SLOT_BULK ? w->bulk_pfn[slot][i] : w->slot[slot].pfn + i;
}

static bool owns(const struct world *w, u32 slot, u64 pfn)
{
	return model_owner(w->model, pfn) == slot;
}

/* After a free the model knows what is left of the slot that owned pfn. */
static void sync_owner(struct world *w, u32 slot)
{
	struct slot *s = &w->slot[slot];

	if (s->state != SLOT_LIVE)
		return;
	if (s->kind == SLOT_BLOCK) {
		if (owns(w, slot, s->pfn))
			s->order = w->model->frame[s->pfn].order;
		else
			slot_retire(w, slot);
		return;
	}
	for (u64 i = 0; i < s->nr; i++)
		if (owns(w, slot, slot_pfn(w, slot, i)))
			return;
	slot_retire(w, slot);
}

/* A stale slot's page: still nobody's, or now somebody else's in the same shape. Anything else would be undefined. */
static bool stale_free_is_defined(struct world *w, const struct slot *s)
{
	const struct frame *f = &w->model->frame[s->pfn];
	unsigned order = s->kind == SLOT_BLOCK ? s->order : 0;

	if (w->model->nr_in_flight)
		return false;
	if (f->state != FRAME_OWNED)
		return true;
	if (f->owner >= NR_SLOTS || w->slot_busy[FAMILY_PAGES][f->owner]) /* it waits for a grace period, or is being worked on */
		return false;
	return f->order == order && !!(f->flags & FRAME_COMPOUND) == (s->kind == SLOT_BLOCK && s->compound);
}

static bool ready_free(struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];

	return s->state == SLOT_LIVE || stale_free_is_defined(w, s);
}

/* A stale free works on another slot's page: nobody else may, until it is done. */
static void hold_owner(struct world *w, bool held)
{
	u32 owner = world_scratch(w)->freeing;

	if (owner != MODEL_NO_OWNER)
		w->slot_busy[FAMILY_PAGES][owner] = held;
}

static void begin_free_slot(struct world *w, u32 slot)
{
	const struct slot *s = &w->slot[slot];

	if (s->state == SLOT_STALE || s->kind == SLOT_BLOCK) {
		world_scratch(w)->freeing = model_owner(w->model, s->pfn);
		if (s->state == SLOT_STALE)
			hold_owner(w, true);
		model_begin_free(w->model, world_cpu(), s->pfn, s->kind == SLOT_BLOCK ? s->order : 0);
		return;
	}
	world_scratch(w)->freeing = slot;
	model_begin_free_run(w->model, world_cpu(), 0, 0);
	world_scratch(w)->nr_freed = 0;
	for (u64 i = 0; i < s->nr; i++)
		if (owns(w, slot, slot_pfn(w, slot, i)))
			world_scratch(w)->freed[world_scratch(w)->nr_freed++] = (u32)slot_pfn(w, slot, i);
	for (u32 i = 0; i < world_scratch(w)->nr_freed; i++)
		model_add_free(w->model, world_cpu(), world_scratch(w)->freed[i], 0);
}

static const char *check_before_free(struct world *w, u32 slot)
{
	const struct slot *s = &w->slot[slot];
	const char *bad = NULL;

	if (s->state != SLOT_LIVE)
		return NULL;
	for (u64 i = 0; !bad && i < slot_pages(s); i++)
		if (owns(w, slot, slot_pfn(w, slot, i)))
			bad = contents_check(w, slot_pfn(w, slot, i), 1);
	return bad;
}

static void begin_free(struct world *w, const u64 *a)
{
	world_scratch(w)->pending = check_before_free(w, (u32)a[0]);
	begin_free_slot(w, (u32)a[0]);
}

static void free_slot_on_mm(struct world *w, u32 slot)
{
	const struct slot *s = &w->slot[slot];

	if (s->state == SLOT_STALE || s->kind == SLOT_BLOCK)
		__free_pages(pfn_to_page(s->pfn), s->kind == SLOT_BLOCK ? s->order : 0);
	else if (s->kind == SLOT_EXACT && world_scratch(w)->nr_freed == s->nr)
		free_pages_exact(page_address(pfn_to_page(s->pfn)), (size_t)s->nr << PAGE_SHIFT);
	else
		for (u32 i = 0; i < world_scratch(w)->nr_freed; i++)
			__free_pages(pfn_to_page(world_scratch(w)->freed[i]), 0);
}

static struct outcome run_free(struct world *w, const u64 *a)
{
	free_slot_on_mm(w, (u32)a[0]);
	return (struct outcome){ .ok = true };
}

static const char *judge_free(struct world *w, const u64 *a, struct outcome seen)
{
	const struct slot *s = &w->slot[a[0]];
	u64 pfn = s->pfn, nr = s->kind == SLOT_BLOCK ? 1ULL << s->order : 1;

	(void)seen;
	if (s->state == SLOT_STALE)
		hold_owner(w, false);
	if (world_scratch(w)->pending)
		return world_scratch(w)->pending;
	if (world_scratch(w)->freeing != MODEL_NO_OWNER)
		sync_owner(w, world_scratch(w)->freeing);
	sync_owner(w, (u32)a[0]);
	if (model_is_free(w->model, pfn) && (world_scratch(w)->pending = contents_check_unreachable(w, pfn, nr)))
		return world_scratch(w)->pending;
	return judge_log(w);
}

const char *page_free_slot(struct world *w, u32 slot)
{
	u64 a[MAX_ARGS] = { slot };
	const char *bad = NULL;

	for (int refs = 0; !bad && w->slot[slot].state == SLOT_LIVE; refs++) {
		if (refs > MOST_REFS)
			return "B22: a slot still owns pages after all its references were dropped";
		begin_free(w, a);
		run_free(w, a);
		if (!(bad = world_drain(w)) && !(bad = judge_free(w, a, (struct outcome){ .ok = true })))
			bad = model_end(w->model, world_cpu());
	}
	return bad;
}

/* By address, as whoever got them by __get_free_pages does. */
static bool ready_live_block(struct world *w, const u64 *a)
{
	return w->slot[a[0]].kind == SLOT_BLOCK;
}
static bool ready_free_by_address(struct world *w, const u64 *a)
{
	return ready_live_block(w, a) && page_is_lowmem(w->slot[a[0]].pfn); /* others have no address to keep */
}
static struct outcome run_free_by_address(struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];

	free_pages((unsigned long)page_address(pfn_to_page(s->pfn)), s->order);
	free_pages(0, s->order); /* B22: nothing */
	return (struct outcome){ .ok = true };
}

/* One page of an exact, bulk or split slot. */
static bool ready_free_one(struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];

	return s->kind != SLOT_BLOCK && owns(w, (u32)a[0], slot_pfn(w, (u32)a[0], a[1] % s->nr));
}
static u64 free_one_pfn(const struct world *w, const u64 *a)
{
	return slot_pfn(w, (u32)a[0], a[1] % w->slot[a[0]].nr);
}
static void begin_free_one(struct world *w, const u64 *a)
{
	world_scratch(w)->pending = contents_check(w, free_one_pfn(w, a), 1);
	model_begin_free(w->model, world_cpu(), free_one_pfn(w, a), 0);
}
static struct outcome run_free_one(struct world *w, const u64 *a)
{
	put_page(pfn_to_page(free_one_pfn(w, a)));
	return (struct outcome){ .ok = true };
}
static const char *judge_free_one(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	if (!world_scratch(w)->pending)
		sync_owner(w, (u32)a[0]);
	return world_scratch(w)->pending;
}

/* --- references ---------------------------------------------------------------------------------------------------------------- */

static bool ready_get(struct world *w, const u64 *a)
{
	return ready_live_block(w, a) && w->model->frame[w->slot[a[0]].pfn].refs < MOST_REFS;
}
static void begin_get(struct world *w, const u64 *a)
{
	model_begin_other(w->model, world_cpu());
	model_get(w->model, w->slot[a[0]].pfn);
}
static struct outcome run_get(struct world *w, const u64 *a)
{
	get_page(pfn_to_page(w->slot[a[0]].pfn));
	return (struct outcome){ .ok = true };
}
static const char *judge_refs(struct world *w, const u64 *a, struct outcome seen)
{
	u64 pfn = w->slot[a[0]].pfn;
	int refs = page_ref_count_at(pfn);

	(void)seen;
	if (w->slot[a[0]].state != SLOT_LIVE || refs == w->model->frame[pfn].refs)
		return NULL;
	return world_says(w, "B22: pfn %llu has reference count %d, it should be %u",
		 (unsigned long long)pfn, refs, w->model->frame[pfn].refs);
}

/* The last reference of a block that is not compound would leak its other pages: that is not a client's mistake we plant. */
static bool ready_put(struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];

	return s->kind == SLOT_BLOCK && (s->compound || !s->order || w->model->frame[s->pfn].refs > 1);
}
static void begin_put(struct world *w, const u64 *a)
{
	world_scratch(w)->pending = check_before_free(w, (u32)a[0]);
	model_begin_free(w->model, world_cpu(), w->slot[a[0]].pfn, 0);
}
static struct outcome run_put(struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];
	u64 last = s->compound ? (1ULL << s->order) - 1 : 0; /* a tail's reference is its head's */

	put_page(pfn_to_page(s->pfn + last));
	return (struct outcome){ .ok = true };
}
static const char *judge_put(struct world *w, const u64 *a, struct outcome seen)
{
	if (world_scratch(w)->pending)
		return world_scratch(w)->pending;
	sync_owner(w, (u32)a[0]);
	return judge_refs(w, a, seen);
}

static void begin_split(struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];

	model_begin_other(w->model, world_cpu());
	model_split(w->model, world_cpu(), s->pfn, s->order);
}
static bool ready_split(struct world *w, const u64 *a)
{
	return ready_live_block(w, a) && w->model->frame[w->slot[a[0]].pfn].refs == 1;
}
static struct outcome run_split(struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];

	split_page(pfn_to_page(s->pfn), s->order);
	return (struct outcome){ .ok = !s->compound };
}
static const char *judge_split(struct world *w, const u64 *a, struct outcome seen)
{
	struct slot *s = &w->slot[a[0]];

	if (!seen.ok)
		return judge_log(w);
	s->nr = 1u << s->order;
	s->kind = SLOT_SPLIT;
	for (u64 i = 0; i < s->nr; i++)
		if (page_ref_count_at(s->pfn + i) != 1)
			return "B24: a page of a split block does not have reference count 1";
	return judge_log(w);
}

/* --- looking, and clients that go wrong ------------------------------------------------------------------------------------- */

static void begin_other(struct world *w, const u64 *a)
{
	(void)a;
	model_begin_other(w->model, world_cpu());
}
static struct outcome run_nothing(struct world *w, const u64 *a)
{
	(void)w, (void)a;
	return (struct outcome){ .ok = true };
}
static const char *judge_check(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	return check_before_free(w, (u32)a[0]);
}

static struct outcome run_buddyinfo(struct world *w, const u64 *a)
{
	(void)a;
	buddyinfo_show(world_page_text(w), PAGE_TEXT_BYTES);
	return (struct outcome){ .ok = true };
}
static const char *judge_buddyinfo(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return model_judge_buddyinfo(w->model, world_page_text(w));
}

/* __free_pages of a page inside a block: it has no reference of its own. */
static bool ready_free_interior(struct world *w, const u64 *a)
{
	return ready_live_block(w, a) && w->slot[a[0]].order > 0;
}
static u64 interior_pfn(const struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];

	return s->pfn + 1 + a[1] % ((1ULL << s->order) - 1);
}
static void begin_free_interior(struct world *w, const u64 *a)
{
	model_begin_free(w->model, world_cpu(), interior_pfn(w, a), 0);
}
static struct outcome run_free_interior(struct world *w, const u64 *a)
{
	__free_pages(pfn_to_page(interior_pfn(w, a)), 0);
	return (struct outcome){ .ok = true };
}
static const char *judge_free_interior(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return judge_log(w);
}

/* A store through a pointer kept after the free. */
static bool ready_write_stale(struct world *w, const u64 *a)
{
	const struct slot *s = &w->slot[a[0]];

	return s->state == SLOT_STALE && model_is_free(w->model, s->pfn) && !w->model->nr_in_flight;
}
static struct outcome run_write_stale(struct world *w, const u64 *a)
{
	ram_write_raw(w->machine, w->slot[a[0]].pfn, (unsigned)a[1], 0x6b6b6b6b6b6b6b6bULL);
	model_note_stray_write(w->model, w->slot[a[0]].pfn, (unsigned)a[1]);
	return (struct outcome){ .ok = true };
}
static const char *judge_write_stale(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	return contents_check_unreachable(w, w->slot[a[0]].pfn, 1);
}

/* --- damage: what no allocator can see, and the harness must -------------------------------------------------------------- */

/* A stray store into somebody's live page: found when its owner looks. */
static struct outcome run_write_live(struct world *w, const u64 *a)
{
	ram_write_raw(w->machine, slot_pfn(w, (u32)a[0], 0), (unsigned)a[1], 0x4141414141414141ULL);
	return (struct outcome){ .ok = true };
}
static bool ready_write_live(struct world *w, const u64 *a)
{
	return owns(w, (u32)a[0], slot_pfn(w, (u32)a[0], 0));
}

/* The client forgets what it has: found when all is freed. */
static const char *judge_leak(struct world *w, const u64 *a, struct outcome seen)
{
	(void)seen;
	slot_retire(w, (u32)a[0]);
	return NULL;
}

const struct op page_ops[] = {
	/* code   name		    arguments			     weight flags ready begin run judge */
	{ 0x0100, "alloc_pages", { ARG_NEW_PAGES, ARG_GFP, ARG_ORDER }, 640, 0, NULL, begin_alloc, run_alloc_pages,
	  judge_alloc },
	{ 0x0101, "alloc_pages_node", { ARG_NEW_PAGES, ARG_GFP, ARG_ORDER, ARG_NODE }, 192, 0, NULL, begin_alloc_node,
	  run_alloc_node, judge_alloc },
	{ 0x0102, "get_free_pages", { ARG_NEW_PAGES, ARG_GFP, ARG_ORDER }, 128, 0, NULL, begin_get_free_pages,
	  run_get_free_pages, judge_alloc },
	{ 0x0103, "get_zeroed_page", { ARG_NEW_PAGES, ARG_GFP }, 96, 0, NULL, begin_get_zeroed_page, run_get_zeroed_page,
	  judge_get_zeroed_page },
	{ 0x0104, "alloc_pages_exact", { ARG_NEW_PAGES, ARG_GFP, ARG_SIZE }, 64, 0, NULL, begin_exact, run_exact,
	  judge_exact },
	{ 0x0105, "alloc_pages_bulk", { ARG_NEW_PAGES, ARG_GFP, ARG_COUNT }, 64, 0, NULL, begin_bulk, run_bulk,
	  judge_bulk },
	{ 0x0106, "free_pages", { ARG_USED_PAGES }, 960, 0, ready_free, begin_free, run_free, judge_free },
	{ 0x0107, "free_by_address", { ARG_LIVE_PAGES }, 96, 0, ready_free_by_address, begin_free, run_free_by_address,
	  judge_free },
	{ 0x0108, "free_one", { ARG_LIVE_PAGES, ARG_OFFSET }, 96, 0, ready_free_one, begin_free_one, run_free_one,
	  judge_free_one },
	{ 0x0109, "get_page", { ARG_LIVE_PAGES }, 64, 0, ready_get, begin_get, run_get, judge_refs },
	{ 0x010a, "put_page", { ARG_LIVE_PAGES }, 96, 0, ready_put, begin_put, run_put, judge_put },
	{ 0x010b, "split_page", { ARG_LIVE_PAGES }, 64, 0, ready_split, begin_split, run_split, judge_split },
	{ 0x010c, "buddyinfo", { 0 }, 3, 0, NULL, begin_other, run_buddyinfo, judge_buddyinfo },
	{ 0x010d, "check", { ARG_LIVE_PAGES }, 16, 0, NULL, begin_other, run_nothing, judge_check },
	{ 0x010e, "free_interior", { ARG_LIVE_PAGES, ARG_OFFSET }, 32, OP_CLIENT_BUG, ready_free_interior,
	  begin_free_interior, run_free_interior, judge_free_interior },
	{ 0x010f, "write_stale", { ARG_USED_PAGES, ARG_LINE }, 16, OP_CLIENT_BUG, ready_write_stale, begin_other,
	  run_write_stale, judge_write_stale },
	{ 0x0110, "write_live", { ARG_LIVE_PAGES, ARG_LINE }, 0, OP_CLIENT_BUG | OP_DAMAGE, ready_write_live, begin_other,
	  run_write_live, NULL },
	{ 0x0111, "leak", { ARG_LIVE_PAGES }, 0, OP_CLIENT_BUG | OP_DAMAGE, NULL, begin_other, run_nothing, judge_leak },
	/* a reference the model does not hear of: the count is not what it should be */
	{ 0x0112, "get_page_unseen", { ARG_LIVE_PAGES }, 0, OP_CLIENT_BUG | OP_DAMAGE, ready_get, begin_other, run_get,
	  judge_refs },
	{ 0 }
};
