// SPDX-License-Identifier: GPL-2.0-only
/*
 * prop_page.c - laws of the page allocator: what is given, and what is given back.
 *
 * Most look at the state a program leaves: they try something there, go back, and try something else. The request they
 * try is the program's last one, so that a failing program shrinks to what matters. Where pages lie is compared after
 * settling: until then some rest on per-CPU lists.
 */
#include <string.h>
#include "observe.h"
#include "tool.h"
#include "vmstat.h"

#define TABLES (TABLE_PAGE | TABLE_MACHINE)

static const struct place plain = { 0, CONTEXT_TASK };

static unsigned max_order(const struct prop_run *r)
{
	return r->w->machine->param[PARAM_MAX_PAGE_ORDER];
}

/* --- giving back ------------------------------------------------------------------------------------------------- */

static bool freeing_all_holds(struct prop_run *r, const struct program *p)
{
	if (!machine_boot(r, p) || !settled_picture(r, &r->boot) || !play(r, p, NULL))
		return false;
	units_collect(r);
	units_shuffle(r, p->header.seed);
	if (!units_give_back(r) || !settled_picture(r, &r->after))
		return false;
	return pictures_agree(r, &r->boot, &r->after, "after boot, and when all is freed");
}

const struct prop freeing_all_restores_boot = {
	"freeing_all_restores_boot",
	"whatever was allocated, freeing all of it, in any order and on any CPU, restores the free blocks of boot",
	TABLES,
	freeing_all_holds,
};

/* Half of what is held, always the same half, in an order of its own. */
static bool free_half(struct prop_run *r, u64 order, struct picture *picture)
{
	u64 seed = r->played->header.seed;
	u32 kept = 0;

	units_collect(r);
	for (u32 i = 0; i < r->nr_units; i++)
		if (mix(seed, r->unit[i].pfn) & 1)
			r->unit[kept++] = r->unit[i];
	r->nr_units = kept;
	if (order)
		units_shuffle(r, seed + order);
	return units_give_back(r) && settled_picture(r, picture);
}

static bool shape_holds(struct prop_run *r, const struct program *p)
{
	if (!play(r, p, NULL))
		return false;
	state_mark(r);
	if (!free_half(r, 0, &r->before))
		return false;
	for (u64 order = 1; order <= 2; order++) {
		if (!state_return(r) || !free_half(r, order, &r->after))
			return false;
		if (!pictures_agree(r, &r->before, &r->after, "the same frames freed in two orders"))
			return false;
	}
	return true;
}

const struct prop shape_depends_on_free_set = {
	"shape_depends_on_free_set",
	"which blocks are on the free lists depends on the set of free frames, not on the order of freeing",
	TABLES,
	shape_holds,
};

/* The block of the program's last request, or one like it. */
static unsigned last_order(const struct prop_run *r)
{
	return r->last.kind == ASKED_BLOCK ? r->last.order : 2;
}

static bool free_pieces(struct prop_run *r, u64 pfn, unsigned order)
{
	if (!split_block(r, plain, pfn, order))
		return false;
	r->nr_units = 0;
	for (u64 i = 0; i < 1ULL << order; i++) {
		u64 k = i ^ (r->played->header.seed & ((1ULL << order) - 1)); /* an order for each seed */

		if (!give_back(r, some_cpu(r, i), &(struct unit){ .pfn = pfn + k, .refs = 1 }))
			return false;
	}
	return true;
}

static bool split_holds(struct prop_run *r, const struct program *p)
{
	unsigned order;
	gfp_t gfp;
	u64 pfn;

	if (!play(r, p, NULL))
		return false;
	order = last_order(r);
	gfp = r->last.gfp & ~__GFP_COMP;
	state_mark(r);
	pfn = ask_block(r, plain, gfp, order);
	if (pfn == NO_PFN)
		return !r->verdict.failed;
	if (!give_back(r, plain, &(struct unit){ pfn, (u8)order, 1, false }) || !settled_picture(r, &r->before) ||
	    !state_return(r))
		return false;
	pfn = ask_block(r, plain, gfp, order);
	if (pfn == NO_PFN)
		return prop_fail(r, "order %u was given once, and refused in the same state", order);
	if (!free_pieces(r, pfn, order) || !settled_picture(r, &r->after))
		return false;
	return pictures_agree(r, &r->before, &r->after, "a block freed whole, and split and freed page by page");
}

const struct prop split_frees_like_whole = {
	"split_frees_like_whole",
	"a block that is split and freed page by page leaves what freeing it whole leaves",
	TABLES,
	split_holds,
};

/* --- refusals ---------------------------------------------------------------------------------------------------- */

static bool look_before(struct prop_run *r, const struct asked *q)
{
	if (q->kind != ASKED_OTHER)
		picture_take(r, &r->before);
	return true;
}

/* Before it gives up, a request that may reclaim makes others give up what they keep: blocks move to other lists. */
static bool look_after_refusal(struct prop_run *r, const struct asked *q)
{
	bool refused = !q->seen.ok && !(q->kind == ASKED_BULK && q->seen.value);
	const char *difference;

	if (q->kind == ASKED_OTHER || !refused)
		return true;
	picture_take(r, &r->after);
	difference = idle_difference(&r->before, &r->after);
	if (!difference && !(q->gfp & __GFP_DIRECT_RECLAIM))
		difference = picture_or_type_difference(&r->before, &r->after);
	return difference ? prop_fail(r, "%s was refused, but changed something: %s", q->op->name, difference) : true;
}

static bool refusal_holds(struct prop_run *r, const struct program *p)
{
	return play(r, p, &(struct watch){ look_before, look_after_refusal });
}

const struct prop refusal_changes_nothing = {
	"refusal_changes_nothing",
	"a refused request takes no page and no reference; if it may not reclaim, lists and their order are as they were",
	TABLES,
	refusal_holds,
};

static bool smaller_holds(struct prop_run *r, const struct program *p)
{
	bool larger = false;

	if (!play(r, p, NULL) || !drain(r)) /* a CPU may keep larger blocks while the zone is empty */
		return false;
	state_mark(r);
	for (unsigned order = max_order(r) + 1; order-- > 0;) {
		bool given = ask_block(r, plain, r->last.gfp, order) != NO_PFN;

		if (larger && !given)
			return prop_fail(r, "order %u was given, order %u is refused in the same state", order + 1, order);
		larger = given;
		if (!state_return(r))
			return false;
	}
	return true;
}

const struct prop smaller_order_succeeds = {
	"smaller_order_succeeds",
	"where a block of some order can be had, a smaller one can be had too",
	TABLES,
	smaller_holds,
};

static bool wider_is_given(struct prop_run *r, gfp_t narrow, gfp_t wide, unsigned order)
{
	if (!state_return(r) || ask_block(r, plain, narrow, order) == NO_PFN)
		return !r->verdict.failed;
	if (!state_return(r))
		return false;
	if (ask_block(r, plain, wide, order) != NO_PFN)
		return true;
	return prop_fail(r, "order %u is given with gfp %#x and refused with %#x", order, narrow, wide);
}

static bool wider_holds(struct prop_run *r, const struct program *p)
{
	if (!play(r, p, NULL))
		return false;
	state_mark(r);
	for (unsigned order = 0; order <= max_order(r); order++) {
		gfp_t plain_gfp = r->last.gfp & ~(__GFP_THISNODE | __GFP_HIGH);

		if (!wider_is_given(r, plain_gfp | __GFP_THISNODE, plain_gfp, order) ||
		    !wider_is_given(r, plain_gfp, plain_gfp | __GFP_HIGH, order))
			return false;
	}
	return true;
}

const struct prop wider_request_succeeds = {
	"wider_request_succeeds",
	"what a request gets, it also gets when it is urgent, and when it may take another node",
	TABLES,
	wider_holds,
};

/* --- what is given ----------------------------------------------------------------------------------------------- */

static void add_up_zones(const struct picture *picture, u64 *sum)
{
	*sum = 0;
	for (unsigned z = 0; z < NR_ZONES; z++)
		*sum += picture->zone_free[z];
}

/* The first zone that a request of CPU 0 may use; NR_ZONES: there is none. */
static unsigned first_zone(const struct prop_run *r, gfp_t gfp)
{
	unsigned home = r->w->machine->cpu[plain.cpu].node, n, i = 0;
	u8 zone[NR_ZONES];

	n = zonelist_dump(home, gfp & __GFP_THISNODE, zone, NR_ZONES);
	while (i < n && zone[i] % MAX_NR_ZONES > highest_zone(gfp))
		i++;
	return i < n ? zone[i] : NR_ZONES;
}

/* Does that zone stay far above its low mark when it has given so many pages? */
static bool first_zone_has(const struct prop_run *r, gfp_t gfp, u64 nr)
{
	unsigned zone = first_zone(r, gfp), nid = zone / MAX_NR_ZONES, type = zone % MAX_NR_ZONES;
	struct zone_figures f;
	s64 free, kept;

	if (zone == NR_ZONES)
		return false;
	f = zone_figures(nid, type);
	free = zone_stat_exact(nid, type, NR_FREE_PAGES) - zone_stat_exact(nid, type, NR_FREE_CMA_PAGES);
	kept = (s64)(f.low + f.boost + f.lowmem_reserve[highest_zone(gfp)] + f.nr_free_highatomic);
	return free > kept + (s64)(nr + untold(r, zone, NR_FREE_PAGES) + untold(r, zone, NR_FREE_CMA_PAGES));
}

static bool bulk_fits(struct prop_run *r, u64 nr, u64 got, bool single, bool plenty)
{
	if (nr && single != (got > 0))
		return prop_fail(r, "%llu pages asked: %llu in bulk, and a single one is %s", ull(nr), ull(got),
				 single ? "given" : "refused");
	if (got < nr && plenty)
		return prop_fail(r, "%llu pages asked: %llu in bulk, and there were enough", ull(nr), ull(got));
	return true;
}

static bool bulk_holds(struct prop_run *r, const struct program *p)
{
	u64 nr, pfn[MAX_BULK], got;
	bool single, plenty;

	if (!play(r, p, NULL) || !scopes_end(r, plain))
		return false;
	nr = r->last.kind == ASKED_BULK ? r->last.nr : 8;
	plenty = !param_of(r, PARAM_PAGE_OWNER) && first_zone_has(r, r->last.gfp, nr); /* with owners: one page [B26] */
	state_mark(r);
	got = ask_bulk(r, plain, r->last.gfp, nr, pfn);
	if (!state_return(r) || !scopes_end(r, plain))
		return false;
	single = ask_block(r, plain, r->last.gfp, 0) != NO_PFN;
	return !r->verdict.failed && bulk_fits(r, nr, got, single, plenty);
}

const struct prop bulk_gives_like_singles = {
	"bulk_gives_like_singles",
	"a bulk request gets something where a single one does, and all it asks where the first zone has plenty",
	TABLES,
	bulk_holds,
};

/* Nobody may touch a page of highmem that is not mapped, but a law may. */
no_tool static u64 read_word(const u64 *word)
{
	u64 value;

	TOOL_SILENT(value = *word);
	return value;
}

static bool bytes_are_zero(const struct prop_run *r, u64 pfn, u64 *at)
{
	const u64 *word = ram_address(r->w->machine, pfn);

	for (u64 i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		if (read_word(word + i)) {
			*at = i * sizeof(*word);
			return false;
		}
	return true;
}

/* Every byte; then something is written, so that a page which comes again has no zeroes left by chance. */
static bool check_zeroed(struct prop_run *r, const struct asked *q)
{
	const struct hold *h = &r->hold[q->slot];
	u64 at;

	if (q->kind == ASKED_OTHER)
		return true;
	for (u64 i = 0; i < hold_pages(h); i++) {
		u64 pfn = hold_page(h, i);

		if (q->zero && !bytes_are_zero(r, pfn, &at))
			return prop_fail(r, "%s: bytes %llu to %llu of pfn %llu are not zero", q->op->name, ull(at),
					 ull(at + 7), ull(pfn));
		for (unsigned line = 0; line < (q->zero ? 64 : 1); line++)
			ram_write_raw(r->w->machine, pfn, line, RAM_PATTERN);
	}
	return true;
}

static bool zeroed_holds(struct prop_run *r, const struct program *p)
{
	return play(r, p, &(struct watch){ NULL, check_zeroed });
}

const struct prop zeroed_is_zero = {
	"zeroed_is_zero",
	"every byte of a page asked for with __GFP_ZERO is zero",
	TABLES,
	zeroed_holds,
};

/* --- whose frames ------------------------------------------------------------------------------------------------ */

enum { FRAME_ELSEWHERE, FRAME_MANAGED, FRAME_TAKEN };

static void map_managed(struct prop_run *r)
{
	u8 *map = map_clear(r, r->w->machine->nr_frames);

	for (u64 i = 0; i < r->boot.nr; i++)
		memset(map + r->boot.block[i].pfn, FRAME_MANAGED, 1ULL << r->boot.block[i].order);
}

static bool take_frame(struct prop_run *r, u64 pfn, const char *who)
{
	if (pfn >= r->w->machine->nr_frames || r->map[pfn] == FRAME_ELSEWHERE)
		return prop_fail(r, "pfn %llu is %s, and was not free after boot", ull(pfn), who);
	if (r->map[pfn] == FRAME_TAKEN)
		return prop_fail(r, "pfn %llu is %s, and in a live block already", ull(pfn), who);
	r->map[pfn] = FRAME_TAKEN;
	return true;
}

static bool take_holds(struct prop_run *r, const struct hold *skip)
{
	for (unsigned s = 0; s < NR_SLOTS; s++) {
		const struct hold *h = &r->hold[s];

		for (u64 i = 0; h != skip && i < hold_pages(h); i++)
			if (hold_page(h, i) != GONE && !take_frame(r, hold_page(h, i), "held"))
				return false;
	}
	return true;
}

static bool check_disjoint(struct prop_run *r, const struct asked *q)
{
	const struct hold *h = &r->hold[q->slot];

	if (q->kind == ASKED_OTHER)
		return true;
	if (h->kind == HOLD_BLOCK && h->pfn & ((1ULL << h->order) - 1))
		return prop_fail(r, "order %u at pfn %llu, which is no multiple of its size", h->order, ull(h->pfn));
	map_managed(r);
	if (!take_holds(r, h))
		return false;
	for (u64 i = 0; i < hold_pages(h); i++)
		if (!take_frame(r, hold_page(h, i), "given"))
			return false;
	return true;
}

/* What is neither held nor listed has got lost. */
static bool check_partition(struct prop_run *r)
{
	if (!settle(r))
		return false;
	map_managed(r);
	picture_take(r, &r->after);
	if (!take_holds(r, NULL))
		return false;
	for (u64 i = 0; i < r->after.nr; i++)
		for (u64 k = 0; k < 1ULL << r->after.block[i].order; k++)
			if (!take_frame(r, r->after.block[i].pfn + k, "on a free list"))
				return false;
	for (u64 pfn = 0; pfn < r->w->machine->nr_frames; pfn++)
		if (r->map[pfn] == FRAME_MANAGED)
			return prop_fail(r, "pfn %llu is neither free nor held", ull(pfn));
	return true;
}

static bool disjoint_holds(struct prop_run *r, const struct program *p)
{
	if (!machine_boot(r, p))
		return false;
	picture_take(r, &r->boot);
	return play(r, p, &(struct watch){ NULL, check_disjoint }) && check_partition(r);
}

const struct prop live_blocks_are_disjoint = {
	"live_blocks_are_disjoint",
	"no frame is in two live blocks, or live and free, and none gets lost",
	TABLES,
	disjoint_holds,
};

/* The node of a frame by the firmware's map: -1 where there is no memory. */
static int node_of_frame(const struct machine *m, u64 pfn)
{
	for (unsigned i = 0; i < m->nr_regions; i++) {
		const struct sim_region *region = &m->map[i];

		if (region->kind == REGION_USABLE && pfn - region->start_pfn < region->nr_pages)
			return region->node < m->param[PARAM_NODES] ? region->node : 0;
	}
	return -1;
}

/* A pageblock belongs to the node of its lowest frame of memory. */
static int node_of_block(const struct machine *m, u64 pfn)
{
	unsigned order = min_of(m->param[PARAM_PAGEBLOCK_ORDER], m->param[PARAM_MAX_PAGE_ORDER]);
	u64 at = pfn & ~((1ULL << order) - 1);
	int nid = -1;

	for (; nid < 0 && at <= pfn; at++)
		nid = node_of_frame(m, at);
	return nid;
}

static bool check_node(struct prop_run *r, const struct asked *q)
{
	const struct machine *m = r->w->machine;
	const struct hold *h = &r->hold[q->slot];
	int home = q->nid == NUMA_NO_NODE ? m->cpu[q->at.cpu].node : q->nid;

	if (q->kind == ASKED_OTHER || !(q->gfp & __GFP_THISNODE))
		return true;
	for (u64 i = 0; i < hold_pages(h); i++)
		if (node_of_block(m, hold_page(h, i)) != home)
			return prop_fail(r, "pfn %llu is on node %d, asked was node %d and no other", ull(hold_page(h, i)),
					 node_of_block(m, hold_page(h, i)), home);
	return true;
}

static bool thisnode_holds(struct prop_run *r, const struct program *p)
{
	return play(r, p, &(struct watch){ NULL, check_node });
}

const struct prop thisnode_stays_home = {
	"thisnode_stays_home",
	"a request with __GFP_THISNODE gets pages of the node it asks, and of no other",
	TABLES,
	thisnode_holds,
};

/* --- the machine ------------------------------------------------------------------------------------------------- */

static bool run_once(struct prop_run *r, const struct program *p, u32 until, struct picture *picture, u64 *digest)
{
	const struct verdict *v;

	r->w->booting = false;
	r->w->until = until;
	v = lockstep_run(r->w, p);
	r->w->until = ~0u;
	*digest = r->w->digest;
	if (v->failed)
		r->verdict = *v;
	if (picture)
		picture_take(r, picture);
	return !v->failed;
}

/* Once on a machine put back by force, once on one that had finished a program. */
static bool twice_holds(struct prop_run *r, const struct program *p)
{
	u64 first, whole, second, sum[2];

	if (!run_once(r, p, p->nr_ops, &r->before, &first) || !run_once(r, p, ~0u, NULL, &whole) ||
	    !run_once(r, p, p->nr_ops, &r->after, &second))
		return false;
	add_up_zones(&r->before, &sum[0]);
	add_up_zones(&r->after, &sum[1]);
	if (sum[0] != sum[1] || first != second)
		return prop_fail(r, "two runs of one program: digest %llx with %llu free pages, and %llx with %llu",
				 ull(first), ull(sum[0]), ull(second), ull(sum[1]));
	return pictures_agree(r, &r->before, &r->after, "two runs of one program");
}

const struct prop twice_is_the_same = {
	"twice_is_the_same",
	"the same program on a machine put back to boot gives the same answers and the same free lists, in order",
	TABLES,
	twice_holds,
};
