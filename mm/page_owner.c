/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_owner.c - who has each page.
 *
 * One record a frame beside mem_map, there only when the knob is on. An allocation writes the records of all its pages,
 * a free marks them as free and notes who did it, so that a report about a damaged page can name both. The place in the
 * program, `<operation>+<step>`, stands where the kernel prints a stack.
 *
 * Invariants:
 *   [D3] every page of a block handed out since boot has a record that says allocated, with the order, mask and time of
 *        the request; the record of a free page does not say so; after a split each page has order 0
 * Locks: none, a record belongs to whoever has the page; with real threads ask page_owner_show() about pages of your own.
 * Unlike Linux: a CPU has one task (pid 100 + cpu); if the records do not fit the machine does not boot.
 */
#include "page_debug_internal.h"

#define FIRST_PID 100

/* The place in the program. */
struct place {
	const char *operation;
	u32 step;
	u32 pid;
};

struct page_owner {
	u64 ts_ns, free_ts_ns;
	struct place allocated_at, freed_at;
	gfp_t gfp;
	u8 order;
	bool allocated, freed; /* freed: the last owner's free is noted */
};

static const char *const migratetype_names[MIGRATE_TYPES] = { "Unmovable",  "Movable", "Reclaimable",
							      "HighAtomic", "CMA",     "Isolate" };

static const char *const flag_names[] = { "buddy", "head", "tail", "reserved", "guard", "pfmemalloc", "device",
					  "slab",  "large_kmalloc" };

#define NAMED_FLAGS 0xffff /* above are a slab's cache and order */

int page_owner_init(struct mm *mm)
{
	struct machine *m = this_cpu->machine;

	if (!m->param[PARAM_PAGE_OWNER])
		return 0;
	mm->page_owner = machine_meta_alloc(m, mm->nr_frames * sizeof(*mm->page_owner), 64);
	return mm->page_owner ? 0 : -1;
}

static struct place current_place(void)
{
	const struct sim_cpu *c = this_cpu;

	return (struct place){ c->operation, c->step, FIRST_PID + c->id };
}

void set_page_owner(struct mm *mm, struct page *page, unsigned order, gfp_t gfp)
{
	struct page_owner record;

	if (likely(!mm->page_owner))
		return;
	record = (struct page_owner){ .ts_ns = sim_now_ns(),
				      .allocated_at = current_place(),
				      .gfp = gfp,
				      .order = (u8)order,
				      .allocated = true };
	for (u64 i = 0; i < 1ULL << order; i++)
		mm->page_owner[page_pfn(mm, page) + i] = record;
}

void reset_page_owner(struct mm *mm, struct page *page, unsigned order)
{
	u64 pfn = page_pfn(mm, page);

	if (likely(!mm->page_owner))
		return;
	for (u64 p = pfn; p < pfn + (1ULL << order); p++) {
		struct page_owner *o = &mm->page_owner[p];

		o->allocated = false;
		o->freed = true;
		o->freed_at = current_place();
		o->free_ts_ns = sim_now_ns();
	}
}

void split_page_owner(struct mm *mm, struct page *page, unsigned order)
{
	if (likely(!mm->page_owner))
		return;
	for (u64 i = 0; i < 1ULL << order; i++)
		mm->page_owner[page_pfn(mm, page) + i].order = 0;
}

/* --- text -------------------------------------------------------------------------------------------------------- */

static void put_pid(struct text *t, u32 pid)
{
	text_words(t, "pid ");
	text_number(t, pid, 0);
	text_words(t, ", tgid ");
	text_number(t, pid, 0);
}

static void put_stack(struct text *t, const struct place *p)
{
	text_words(t, " ");
	text_words(t, p->operation ? p->operation : "boot");
	text_words(t, "+");
	text_number(t, p->step, 0);
	text_words(t, "\n");
}

static void put_request(struct text *t, const struct page_owner *o)
{
	char mode[400];

	gfp_flags_show(o->gfp, mode, sizeof(mode));
	text_words(t, "order ");
	text_number(t, o->order, 0);
	text_words(t, ", mask ");
	text_hex(t, o->gfp);
	text_words(t, "(");
	text_words(t, mode);
	text_words(t, "), ");
	put_pid(t, o->allocated_at.pid);
	text_words(t, " (mmcheck), ts ");
	text_number(t, o->ts_ns, 0);
	text_words(t, " ns\n");
}

/* %pGp: names by bit, then where the page lies. */
void put_page_flags(struct text *t, const struct mm *mm, u64 pfn)
{
	u32 flags = READ_ONCE(mm->mem_map[pfn].flags) & NAMED_FLAGS;
	unsigned zone = pfn_to_pageblock(mm, pfn)->zone;

	text_hex(t, flags);
	text_words(t, "(");
	for (unsigned i = 0; i < ARRAY_SIZE(flag_names); i++) {
		text_words(t, flags >> i & 1 ? flag_names[i] : "");
		text_words(t, flags >> i & 1 ? "|" : "");
	}
	text_words(t, "node=");
	text_number(t, zone / MAX_NR_ZONES, 0);
	text_words(t, "|zone=");
	text_number(t, zone % MAX_NR_ZONES, 0);
	text_words(t, ")\n");
}

static unsigned type_asked_for(const struct mm *mm, gfp_t gfp)
{
	unsigned type = (gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE)) >> 3;

	return mm->mobility_disabled || type >= MIGRATE_PCPTYPES ? MIGRATE_UNMOVABLE : type;
}

static void put_frame(struct text *t, const struct mm *mm, u64 pfn, gfp_t gfp)
{
	text_words(t, "PFN 0x");
	text_hex_digits(t, pfn, 1);
	text_words(t, " type ");
	text_words(t, migratetype_names[type_asked_for(mm, gfp)]);
	text_words(t, " Block ");
	text_number(t, pfn >> mm->pageblock_order, 0);
	text_words(t, " type ");
	text_words(t, migratetype_names[pageblock_type(mm, pfn)]);
	text_words(t, " Flags ");
	put_page_flags(t, mm, pfn);
}

unsigned page_owner_show(u64 pfn, char *out, unsigned bytes)
{
	const struct mm *mm = current_mm();
	struct text t = text_in(out, bytes);
	const struct page_owner *o;

	out[0] = 0;
	if (!mm->page_owner || !pfn_valid(mm, pfn) || !mm->page_owner[pfn].allocated)
		return 0;
	o = &mm->page_owner[pfn];
	text_words(&t, "Page allocated via ");
	put_request(&t, o);
	put_frame(&t, mm, pfn, o->gfp);
	put_stack(&t, &o->allocated_at);
	text_words(&t, "\n");
	return (unsigned)(t.at - out);
}

void put_page_history(struct text *t, const struct mm *mm, u64 pfn)
{
	const struct page_owner *o = mm->page_owner ? &mm->page_owner[pfn] : NULL;

	if (!o || !o->freed)
		return;
	count_mark(MARK_OWNER_TELLS_HISTORY);
	text_words(t, "page last allocated via ");
	put_request(t, o);
	put_stack(t, &o->allocated_at);
	text_words(t, "page last free ");
	put_pid(t, o->freed_at.pid);
	text_words(t, ", ts ");
	text_number(t, o->free_ts_ns, 0);
	text_words(t, " ns\n");
	put_stack(t, &o->freed_at);
}
