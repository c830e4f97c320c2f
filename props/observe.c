// SPDX-License-Identifier: GPL-2.0-only
/*
 * observe.c - acting on mm without the model, and looking at it.
 *
 * A law starts from a machine that the world has booted (lockstep_run of no operation), and acts on it through fibers of
 * its CPUs, as operations do, so that a stop inside mm comes back as a failure. The model hears nothing. The world knows
 * that such a machine is not as its model thinks: the next run resets it.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "observe.h"
#include "vmstat.h"

bool prop_fail(struct prop_run *r, const char *format, ...)
{
	va_list args;

	if (r->verdict.failed)
		return false;
	r->verdict.failed = true;
	snprintf(r->verdict.clause, sizeof(r->verdict.clause), "LAW %s", r->prop->name);
	va_start(args, format);
	vsnprintf(r->verdict.sentence, sizeof(r->verdict.sentence), format, args);
	va_end(args);
	return false;
}

u64 mix(u64 seed, u64 n)
{
	u64 state = seed * 0x2545f4914f6cdd1dULL + n;

	return rng_next(&state);
}

static void *grown(void *old, u64 bytes)
{
	void *p = realloc(old, bytes);

	if (!p) {
		fputs("props: no memory\n", stderr);
		exit(3);
	}
	return p;
}

/* --- the machine ------------------------------------------------------------------------------------------------- */

bool machine_boot(struct prop_run *r, const struct program *p)
{
	const struct verdict *v;

	r->panicked = false;
	r->w->booting = false;
	r->w->until = 0;
	v = lockstep_run(r->w, p);
	r->w->until = ~0u;
	r->w->booting = true; /* from here on events are for nobody */
	if (v->failed)
		r->verdict = *v;
	return !v->failed;
}

struct deed {
	struct prop_run *r;
	enum sim_context context;
	void (*act)(struct prop_run *r, void *arg);
	void *arg;
};

static void run_deed(void *arg, u32 op)
{
	struct deed *d = arg;

	(void)op;
	sim_enter_context(d->context);
	d->act(d->r, d->arg);
	sim_leave_context(d->context);
}

static u32 nothing_unstarted(void *arg, unsigned which)
{
	(void)arg, (void)which;
	return SCHED_NONE;
}

static u32 no_switches(void *arg, u32 op, const struct sched_switch **list)
{
	(void)arg, (void)op, (void)list;
	return 0;
}

bool machine_do(struct prop_run *r, struct place at, void (*act)(struct prop_run *r, void *arg), void *arg)
{
	struct machine *m = r->w->machine;
	struct deed deed = { r, at.context, act, arg };
	struct sched_client mine = { &deed, run_deed, nothing_unstarted, nothing_unstarted, no_switches, NULL, NULL };
	struct sched_client usual = *sched_get_client(m->host->sched);
	bool ran;

	if (r->verdict.failed)
		return false;
	m->fuel = m->param[PARAM_FUEL];
	m->nr_events = 0;
	m->log_bytes = 0;
	r->ops++;
	sim_watchdog_kick();
	sched_set_client(m->host->sched, &mine);
	ran = sched_run(m->host->sched, at.cpu % m->param[PARAM_CPUS], 0);
	sched_set_client(m->host->sched, &usual);
	m->nr_events = 0;
	if (!ran && m->stop.kind == STOP_PANIC) {
		r->panicked = true;
		return false;
	}
	return ran || prop_fail(r, "the machine stopped: %s", m->stop.text);
}

void machine_calm(struct prop_run *r)
{
	for (unsigned site = 0; site < NR_FAULT_SITES; site++)
		sim_plan_fault(r->w->machine, (enum sim_fault_site)site, 0, 0);
}

void state_mark(struct prop_run *r)
{
	snapshot_free(r->mark);
	r->mark = machine_snapshot(r->w->machine);
}

/* Where snapshots are not to be had. */
static bool play_again(struct prop_run *r)
{
	bool drained = r->drained;

	return play(r, r->played, NULL) && (!drained || drain(r));
}

bool state_return(struct prop_run *r)
{
	if (r->verdict.failed)
		return false;
	if (r->mark)
		machine_restore(r->w->machine, r->mark);
	else if (!play_again(r))
		return false;
	machine_enter(r->w->machine, 0);
	machine_calm(r);
	return true;
}

/* --- acting ------------------------------------------------------------------------------------------------------ */

struct block_request {
	gfp_t gfp;
	unsigned order;
	u64 pfn;
};

static void act_block(struct prop_run *r, void *arg)
{
	struct block_request *q = arg;
	struct page *page = alloc_pages(q->gfp, q->order);

	(void)r;
	q->pfn = page ? page_to_pfn(page) : NO_PFN;
}

u64 ask_block(struct prop_run *r, struct place at, gfp_t gfp, unsigned order)
{
	struct block_request q = { gfp, order, NO_PFN };

	machine_do(r, at, act_block, &q);
	return q.pfn;
}

struct bulk_request {
	gfp_t gfp;
	u64 nr, got;
	u64 *pfn;
};

static void act_bulk(struct prop_run *r, void *arg)
{
	struct bulk_request *q = arg;
	struct page *page[MAX_BULK] = { NULL };

	(void)r;
	q->got = alloc_pages_bulk(q->gfp, q->nr, page);
	for (u64 i = 0; i < q->nr; i++)
		q->pfn[i] = page[i] ? page_to_pfn(page[i]) : NO_PFN;
}

u64 ask_bulk(struct prop_run *r, struct place at, gfp_t gfp, u64 nr, u64 pfn[MAX_BULK])
{
	struct bulk_request q = { gfp, nr, 0, pfn };

	machine_do(r, at, act_bulk, &q);
	return q.got;
}

/* The first reference of a block that is not compound frees all pages but one, which the others keep. */
static void act_give_back(struct prop_run *r, void *arg)
{
	const struct unit *u = arg;

	(void)r;
	__free_pages(pfn_to_page(u->pfn), u->order);
	for (unsigned i = 1; i < u->refs; i++)
		__free_pages(pfn_to_page(u->pfn), u->compound ? u->order : 0);
}

bool give_back(struct prop_run *r, struct place at, const struct unit *unit)
{
	struct unit u = *unit;

	return machine_do(r, at, act_give_back, &u);
}

static void act_split(struct prop_run *r, void *arg)
{
	const struct unit *u = arg;

	(void)r;
	split_page(pfn_to_page(u->pfn), u->order);
}

bool split_block(struct prop_run *r, struct place at, u64 pfn, unsigned order)
{
	struct unit u = { .pfn = pfn, .order = (u8)order };

	return machine_do(r, at, act_split, &u);
}

/* --- zones -------------------------------------------------------------------------------------------------------- */

unsigned highest_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	if (gfp & __GFP_DMA32)
		return ZONE_DMA32;
	if (gfp & __GFP_HIGHMEM)
		return gfp & __GFP_MOVABLE ? ZONE_MOVABLE : ZONE_HIGHMEM;
	return ZONE_NORMAL;
}

u64 untold(const struct prop_run *r, unsigned zone, unsigned item)
{
	u64 pages = 0;

	for (unsigned cpu = 0; cpu < param_of(r, PARAM_CPUS); cpu++)
		pages += (u64)abs(zone_stat_diff(zone / MAX_NR_ZONES, zone % MAX_NR_ZONES, cpu, item));
	return pages;
}

/* --- what mm keeps to itself -------------------------------------------------------------------------------------- */

static const struct place first_cpu = { 0, CONTEXT_TASK };

static void act_end_scopes(struct prop_run *r, void *arg)
{
	(void)r, (void)arg;
	this_cpu->task_flags = 0;
}

bool scopes_end(struct prop_run *r, struct place at)
{
	return machine_do(r, at, act_end_scopes, NULL);
}

static void act_settle(struct prop_run *r, void *arg)
{
	(void)r, (void)arg;
	page_alloc_settle();
}

bool settle(struct prop_run *r)
{
	return machine_do(r, first_cpu, act_settle, NULL);
}

static void act_drain(struct prop_run *r, void *arg)
{
	(void)r, (void)arg;
	drain_all_pages();
	vmstat_refresh();
}

bool drain(struct prop_run *r)
{
	r->drained = true;
	return machine_do(r, first_cpu, act_drain, NULL);
}

/* --- pictures of the free lists ---------------------------------------------------------------------------------- */

static u64 fold_references(struct prop_run *r)
{
	u64 fold = 0;

	for (u64 pfn = 0; pfn < r->w->machine->nr_frames; pfn++)
		fold = (fold ^ (u64)page_ref_count_at(pfn)) * 0xff51afd7ed558ccdULL;
	return fold;
}

static void add_idle(struct picture *picture, unsigned zone, u64 pfn, unsigned order)
{
	picture->idle[zone] += 1ULL << order;
	for (u64 i = 0; i < 1ULL << order; i++)
		picture->idle_frames += mix(0, pfn + i);
}

static unsigned order_of_list(const struct prop_run *r, unsigned list)
{
	unsigned costly = param_of(r, PARAM_COSTLY_ORDER);

	if (list < MIGRATE_PCPTYPES * (costly + 1))
		return list / MIGRATE_PCPTYPES;
	return min_of(param_of(r, PARAM_PAGEBLOCK_ORDER), param_of(r, PARAM_MAX_PAGE_ORDER));
}

static void look_at_cpu(struct prop_run *r, struct picture *picture, unsigned zone, unsigned cpu)
{
	static __thread u32 pfn[1 << 12];
	unsigned nid = zone / MAX_NR_ZONES, type = zone % MAX_NR_ZONES;
	u64 before = picture->idle[zone];

	if (!pcp_figures(nid, type, cpu).count)
		return;
	for (unsigned list = 0; list < NR_PCP_LISTS; list++) {
		u64 nr = min_of(pcp_dump(nid, type, cpu, list, pfn, ARRAY_SIZE(pfn)), (u64)ARRAY_SIZE(pfn));

		for (u64 i = 0; i < nr; i++)
			add_idle(picture, zone, pfn[i], order_of_list(r, list));
	}
	picture->on_cpus[zone] += picture->idle[zone] - before;
}

static void look_at_zone(struct prop_run *r, struct picture *picture, unsigned zone)
{
	picture->zone_free[zone] = (u64)zone_stat_exact(zone / MAX_NR_ZONES, zone % MAX_NR_ZONES, NR_FREE_PAGES);
	if (!zone_figures(zone / MAX_NR_ZONES, zone % MAX_NR_ZONES).managed)
		return;
	for (unsigned cpu = 0; cpu < param_of(r, PARAM_CPUS); cpu++)
		look_at_cpu(r, picture, zone, cpu);
}

void picture_take(struct prop_run *r, struct picture *picture)
{
	picture->nr = page_alloc_dump(picture->block, picture->room);
	if (picture->nr > picture->room) {
		picture->room = picture->nr * 2;
		picture->block = grown(picture->block, picture->room * sizeof(*picture->block));
		picture->nr = page_alloc_dump(picture->block, picture->room);
	}
	memset(picture->on_cpus, 0, sizeof(picture->on_cpus));
	memset(picture->idle, 0, sizeof(picture->idle));
	picture->idle_frames = 0;
	for (u64 i = 0; i < picture->nr; i++) {
		const struct free_block *b = &picture->block[i];

		add_idle(picture, b->nid * MAX_NR_ZONES + b->zone, b->pfn, b->order);
	}
	for (unsigned z = 0; z < NR_ZONES; z++)
		look_at_zone(r, picture, z);
	picture->refs = fold_references(r);
}

static int by_pfn(const void *a, const void *b)
{
	const struct free_block *x = a, *y = b;

	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	return (int)x->order - (int)y->order;
}

void picture_sort(struct picture *picture)
{
	if (picture->nr)
		qsort(picture->block, picture->nr, sizeof(*picture->block), by_pfn);
}

static const char *block_difference(const struct picture *a, const struct picture *b, u64 i)
{
	static __thread char text[160];

	if (i >= a->nr || i >= b->nr)
		snprintf(text, sizeof(text), "%llu free blocks and %llu", (unsigned long long)a->nr,
			 (unsigned long long)b->nr);
	else
		snprintf(text, sizeof(text), "pfn %u order %u in one place of the free lists, pfn %u order %u in the other",
			 a->block[i].pfn, a->block[i].order, b->block[i].pfn, b->block[i].order);
	return text;
}

static const char *zone_difference(unsigned z, const char *what, u64 a, u64 b)
{
	static __thread char text[160];

	snprintf(text, sizeof(text), "node %u zone %s %s %llu pages and %llu", z / MAX_NR_ZONES, zone_name_of(z), what,
		 ull(a), ull(b));
	return text;
}

static bool same_block(const struct free_block *a, const struct free_block *b)
{
	return a->pfn == b->pfn && a->order == b->order && a->zone == b->zone && a->nid == b->nid;
}

const char *picture_difference(const struct picture *a, const struct picture *b)
{
	for (unsigned z = 0; z < NR_ZONES; z++)
		if (a->zone_free[z] != b->zone_free[z])
			return zone_difference(z, "counts as free", a->zone_free[z], b->zone_free[z]);
	for (u64 i = 0; i < max_of(a->nr, b->nr); i++)
		if (i >= a->nr || i >= b->nr || !same_block(&a->block[i], &b->block[i]))
			return block_difference(a, b, i);
	return a->refs == b->refs ? NULL : "some reference counts differ";
}

const char *picture_or_type_difference(const struct picture *a, const struct picture *b)
{
	static __thread char text[160];
	const char *difference = picture_difference(a, b);

	for (u64 i = 0; !difference && i < a->nr; i++) {
		if (a->block[i].migratetype == b->block[i].migratetype)
			continue;
		snprintf(text, sizeof(text), "pfn %u order %u is on the list of type %u, and of type %u",
			 a->block[i].pfn, a->block[i].order, a->block[i].migratetype, b->block[i].migratetype);
		difference = text;
	}
	return difference;
}

const char *idle_difference(const struct picture *a, const struct picture *b)
{
	for (unsigned z = 0; z < NR_ZONES; z++)
		if (a->idle[z] != b->idle[z])
			return zone_difference(z, "has on free and per-CPU lists", a->idle[z], b->idle[z]);
	if (a->idle_frames != b->idle_frames)
		return "other frames are on free and per-CPU lists";
	return a->refs == b->refs ? NULL : "some reference counts differ";
}

bool settled_picture(struct prop_run *r, struct picture *picture)
{
	if (!settle(r))
		return false;
	picture_take(r, picture);
	picture_sort(picture);
	for (unsigned z = 0; z < NR_ZONES; z++)
		if (picture->on_cpus[z])
			return prop_fail(r, "node %u zone %s: %llu pages are on per-CPU lists after settling",
					 z / MAX_NR_ZONES, zone_name_of(z), ull(picture->on_cpus[z]));
	return true;
}

bool pictures_agree(struct prop_run *r, const struct picture *a, const struct picture *b, const char *when)
{
	const char *difference = picture_difference(a, b);

	return difference ? prop_fail(r, "%s: %s", when, difference) : true;
}

bool map_zones(struct prop_run *r, const struct program *p)
{
	if (!machine_boot(r, p))
		return false;
	picture_take(r, &r->boot);
	memset(map_clear(r, r->w->machine->nr_frames), NO_ZONE, r->w->machine->nr_frames);
	for (u64 i = 0; i < r->boot.nr; i++) {
		const struct free_block *b = &r->boot.block[i];

		memset(r->map + b->pfn, b->nid * MAX_NR_ZONES + b->zone, 1ULL << b->order);
	}
	return true;
}

/* --- pictures of memblock ---------------------------------------------------------------------------------------- */

void regions_take(struct regions *regions, bool reserved)
{
	regions->nr = memblock_dump(reserved, regions->region, regions->room);
	if (regions->nr > regions->room) {
		regions->room = regions->nr * 2;
		regions->region = grown(regions->region, regions->room * sizeof(*regions->region));
		regions->nr = memblock_dump(reserved, regions->region, regions->room);
	}
	regions->array_slots = memblock_array(reserved, &regions->array_base);
}

bool regions_moved(const struct regions *a, const struct regions *b)
{
	return a->array_base != b->array_base || a->array_slots != b->array_slots;
}

static bool same_region(const struct memblock_region *a, const struct memblock_region *b)
{
	return a->base == b->base && a->size == b->size && a->flags == b->flags && a->nid == b->nid;
}

const char *regions_difference(const struct regions *a, const struct regions *b)
{
	static __thread char text[160];

	for (unsigned i = 0; i < min_of(a->nr, b->nr); i++) {
		const struct memblock_region *x = &a->region[i], *y = &b->region[i];

		if (same_region(x, y))
			continue;
		snprintf(text, sizeof(text), "region %u is %#llx+%#llx node %d flags %u, and %#llx+%#llx node %d flags %u", i,
			 (unsigned long long)x->base, (unsigned long long)x->size, x->nid, x->flags,
			 (unsigned long long)y->base, (unsigned long long)y->size, y->nid, y->flags);
		return text;
	}
	if (a->nr == b->nr)
		return NULL;
	snprintf(text, sizeof(text), "%u regions and %u", a->nr, b->nr);
	return text;
}

u64 regions_cover(const struct regions *regions, phys_addr_t base, u64 size)
{
	u64 bytes = 0;

	for (unsigned i = 0; i < regions->nr; i++) {
		const struct memblock_region *region = &regions->region[i];
		u64 from = max_of(region->base, base), to = min_of(region->base + region->size, base + size);

		bytes += to > from ? to - from : 0;
	}
	return bytes;
}

u8 *map_clear(struct prop_run *r, u64 bytes)
{
	if (bytes > r->map_room) {
		r->map_room = bytes;
		r->map = grown(r->map, bytes);
	}
	memset(r->map, 0, bytes);
	return r->map;
}
