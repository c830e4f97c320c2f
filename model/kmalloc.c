/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmalloc.c - memory by size, and what waits for a grace period before it is freed.
 *
 * A size has a class, a class and a mask have a cache, and objects of caches are judged by slab.c: here it is only asked for
 * the right one. Large blocks are pages that were asked for rightly, announced, and given back. What kfree_rcu() got remembers
 * the readers of that moment: none of them may be inside when it is freed, and a tick of the clock must have passed.
 */
#include <string.h>
#include "model_kmalloc.h"
#include "model_slub.h"
#include "slab_state.h"

#define PAGE	      4096ULL
#define LARGEST_CLASS 8192u
#define FIRST_ID      3 /* behind the caches of caches */

enum kmalloc_what { DOES_NOTHING, ASKS_FOR_NOTHING, ASKS_LARGE, RESIZES, WAITS, WAITS_WITHOUT_HEAD };

/* --- sizes ------------------------------------------------------------------------------------------------------------------ */

/* K1: the smallest that is large enough; KMALLOC_CLASSES: none is. */
static unsigned class_of(u64 size)
{
	unsigned best = KMALLOC_CLASSES;

	for (unsigned i = 0; i < KMALLOC_CLASSES; i++)
		if (kmalloc_classes[i] >= size && (best == KMALLOC_CLASSES || kmalloc_classes[i] < kmalloc_classes[best]))
			best = i;
	return best;
}

/* K3 */
static unsigned type_of(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return 3;
	if (gfp & __GFP_RECLAIMABLE)
		return 1;
	return gfp & __GFP_ACCOUNT ? 2 : 0;
}

u64 model_kmalloc_max(const struct model *m)
{
	return PAGE << m->max_order;
}

unsigned model_kmalloc_cache(const struct model *m, u64 size, gfp_t gfp)
{
	(void)m;
	return size && size <= LARGEST_CLASS ? FIRST_ID + type_of(gfp) * KMALLOC_CLASSES + class_of(size) : 0;
}

u64 model_kmalloc_roundup(const struct model *m, u64 size)
{
	if (size && size <= LARGEST_CLASS)
		return kmalloc_classes[class_of(size)];
	return size && size <= model_kmalloc_max(m) ? PAGE << order_for(size) : size;
}

/* --- what there is ------------------------------------------------------------------------------------------------------------ */

static struct model_kmalloc *table(const struct model *m)
{
	return &m->slab->kmalloc;
}

/* Index of the large block that begins there; nr_large: none does. */
static u32 large_at(const struct model *m, u64 address)
{
	u32 i = 0;

	while (i < table(m)->nr_large && (u64)table(m)->large[i].pfn << 12 != address)
		i++;
	return i;
}

u64 model_ksize(const struct model *m, u64 address)
{
	unsigned cache = address == MODEL_ZERO_SIZE ? 0 : model_cache_of(m, address);
	u32 i = large_at(m, address);

	if (cache)
		return model_cache(m, cache)->object_size;
	return address != MODEL_ZERO_SIZE && i < table(m)->nr_large ? PAGE << table(m)->large[i].order : 0;
}

/* S16: the machine's own wish is not heeded where free objects are poisoned. */
bool model_kmalloc_zeroes(const struct model *m, u64 address, gfp_t gfp, bool fresh)
{
	unsigned cache = model_cache_of(m, address);
	bool poisoned = cache && (model_cache(m, cache)->flags & SLAB_POISON);

	return (gfp & __GFP_ZERO) || (m->setup.knob[KNOB_INIT_ON_ALLOC] && !(fresh && poisoned));
}

/* Where the size asked for is kept and a redzone lies behind it, no more than that. */
u64 model_kmalloc_zeroed(const struct model *m, u64 address, u64 size, gfp_t gfp)
{
	unsigned cache = model_cache_of(m, address);
	const struct model_cache *c = cache ? model_cache(m, cache) : NULL;

	if (!model_kmalloc_zeroes(m, address, gfp, true))
		return 0;
	return c && (c->flags & SLAB_RED_ZONE) && model_cache_keeps_size(c) ? size : model_ksize(m, address);
}

static u32 waiting_at(const struct model *m, u64 address)
{
	u32 i = 0;

	while (i < table(m)->nr_waiting && table(m)->waiting[i].address != address)
		i++;
	return i;
}

bool model_waits_for_rcu(const struct model *m, u64 address)
{
	return m->slab && waiting_at(m, address) < table(m)->nr_waiting;
}

u64 model_waiting_of_cache(const struct model *m, unsigned cache)
{
	u64 nr = 0;

	for (u32 i = 0; i < table(m)->nr_waiting; i++)
		nr += model_cache_of(m, table(m)->waiting[i].address) == cache;
	return nr;
}

u64 model_large_pages(const struct model *m, unsigned nid)
{
	u64 pages = 0;

	for (u32 i = 0; m->slab && i < table(m)->nr_large; i++)
		if (node_of_frame(m, table(m)->large[i].pfn) == nid)
			pages += 1ULL << table(m)->large[i].order;
	return pages;
}

/* K9: how many bytes, from the first on, can be looked at behind a free that was told to leave nothing. */
u64 model_sensitive_bytes(const struct model *m, unsigned cpu, u64 address, u64 size)
{
	unsigned cache = model_cache_of(m, address);

	if (!is_alone(m, cpu) || !size)
		return 0;
	if (cache)
		return (model_cache(m, cache)->flags & SLAB_POISON) || model_object_is_live(m, address) ? 0 :
													 model_ksize(m, address);
	if (model_kmalloc_roundup(m, size) <= LARGEST_CLASS || m->setup.knob[KNOB_PAGE_POISON] || !model_is_free(m, address >> 12))
		return 0; /* its slab is gone, or its pages are not as they were left */
	return size;
}

bool model_is_free_pointer(const struct model *m, u64 address, u64 offset)
{
	unsigned cache = model_cache_of(m, address);

	return cache && model_cache(m, cache)->offset == offset;
}

/* --- asking ------------------------------------------------------------------------------------------------------------------- */

static struct slab_flight *begin(struct model *m, unsigned cpu, unsigned where, enum slab_work work, enum kmalloc_what what)
{
	struct slab_flight *sf = begin_work(m, cpu, where, work);

	sf->k.what = (u8)what;
	return sf;
}

/* K2, X5 */
static void begin_large(struct model *m, unsigned cpu, unsigned where, u64 size, gfp_t gfp, s32 nid)
{
	struct slab_flight *sf = begin(m, cpu, where, WORK_LARGE, ASKS_LARGE);

	sf->wish.gfp = gfp;
	sf->wish.nid = nid;
	sf->k.size = size;
	if (size > model_kmalloc_max(m) && !(gfp & __GFP_NOWARN))
		model_slub_want(m, cpu, SLUB_TOO_LARGE);
	if (size <= model_kmalloc_max(m))
		flight_on(m, cpu)->want[REPORT_GFP_MISUSE] += (gfp & NOT_FOR_OBJECTS) != 0;
}

void model_begin_kmalloc(struct model *m, unsigned cpu, unsigned where, u64 size, gfp_t gfp, s32 nid)
{
	unsigned cache = model_kmalloc_cache(m, size, gfp);

	if (!size)
		begin(m, cpu, where, WORK_NONE, ASKS_FOR_NOTHING);
	else if (cache)
		model_begin_objects(m, cpu, where,
				    (struct model_wish){ .cache = (u8)cache, .event = EVENT_KMALLOC, .gfp = gfp, .nid = nid,
							 .bytes = (u32)size, .wanted = 1 });
	else
		begin_large(m, cpu, where, size, gfp, nid);
}

/* The random orders of a cache's new slabs may be many: who makes caches asks for what he needs. */
static bool is_own_affair(const struct slab_flight *sf)
{
	return sf->work == WORK_CREATE || sf->work == WORK_INIT || sf->work == WORK_DESTROY || sf->work == WORK_VM;
}

/* K6: pages of a large block, as they must be asked for. */
static const char *judge_large_request(struct model *m, const struct slab_flight *sf, const struct mm_event *ev)
{
	gfp_t due = (sf->wish.gfp & ~NOT_FOR_OBJECTS) | __GFP_COMP;
	unsigned order = order_for(sf->k.size);

	if (sf->k.asked || sf->k.size > model_kmalloc_max(m))
		return model_says(m, "K6: %llu bytes are asked for %s", (unsigned long long)sf->k.size,
				  sf->k.asked ? "twice" : "although no block is so large");
	if (ev->order != order)
		return model_says(m, "K6: %llu bytes are asked for with order %u, it should be %u", (unsigned long long)sf->k.size,
				  ev->order, order);
	if (ev->gfp != due || ev->nid != (sf->wish.nid == NUMA_NO_NODE ? 255 : sf->wish.nid))
		return model_says(m, "K6: a large block is asked from node %u with gfp %#x, due are %d and %#x", ev->nid, ev->gfp,
				  sf->wish.nid, due);
	return NULL;
}

/* K10: a page of pointers is asked for once, in a way that never sleeps, or that the caller can do without. */
static const char *judge_rcu_request(struct model *m, const struct slab_flight *sf, const struct mm_event *ev)
{
	gfp_t due = (sf->k.what == WAITS ? GFP_NOWAIT : GFP_KERNEL) | __GFP_NORETRY | __GFP_NOMEMALLOC | __GFP_NOWARN;

	if (sf->k.asked || ev->order || ev->nid != 255 || ev->gfp != due)
		return model_says(m, "K10: a page for pointers is asked for with order %u and gfp %#x, it should be %#x%s", ev->order,
				  ev->gfp, due, sf->k.asked ? ", and once" : "");
	return NULL;
}

const char *kmalloc_pages_wanted(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	const char *bad = NULL;

	if (sf->k.what == ASKS_LARGE)
		bad = judge_large_request(m, sf, ev);
	else if (is_own_affair(sf))
		sf->k.in_hand = 0;
	else if (sf->k.what >= WAITS)
		bad = judge_rcu_request(m, sf, ev);
	else
		bad = model_says(m, "K6: pages are wanted that are for nothing");
	sf->k.asked = true;
	return bad;
}

const char *kmalloc_pages_given(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	struct model_kmalloc *k = table(m);

	if (sf->k.what == ASKS_LARGE || is_own_affair(sf))
		sf->k.in_hand = (u32)ev->pfn + 1;
	else if (k->nr_pages < MODEL_MAX_RCU_PAGES)
		k->page[k->nr_pages++] = (u32)ev->pfn;
	else
		return model_says(m, "K10: %u pages of pointers, and hardly that many objects wait", k->nr_pages);
	return NULL;
}

static const char *large_is_handed_out(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	struct model_kmalloc *k = table(m);
	u64 size = is_own_affair(sf) ? ev->bytes_req : sf->k.size;
	gfp_t gfp = is_own_affair(sf) ? ev->gfp : sf->wish.gfp & ~NOT_FOR_OBJECTS;
	unsigned order = order_for(size);

	if (!sf->k.in_hand || size <= LARGEST_CLASS || ev->address != (u64)(sf->k.in_hand - 1) << 12)
		return model_says(m, "K6: the large block at %#llx is handed out, and is not the one that was got for it",
				  (unsigned long long)ev->address);
	if (ev->gfp != gfp || ev->bytes_req != size || ev->bytes_alloc != PAGE << order || m->frame[ev->address >> 12].order != order)
		return model_says(m, "K6: announced are gfp %#x, %u bytes asked for, %u given; due are %#x, %llu, %llu", ev->gfp,
				  ev->bytes_req, ev->bytes_alloc, gfp, (unsigned long long)size, PAGE << order);
	if (k->nr_large == MODEL_MAX_LARGE)
		return model_says(m, "N50: more large blocks than the model can remember");
	k->large[k->nr_large].pfn = (u32)(ev->address >> 12);
	k->large[k->nr_large++].order = (u8)order;
	sf->k.in_hand = 0;
	sf->k.got = ev->address;
	return NULL;
}

/* Of both kinds; what there is of it must be the class's. [K1] [K4] [K5] */
static const char *judge_got(struct model *m, u64 address, u64 size)
{
	u64 room = model_ksize(m, address), class = model_kmalloc_roundup(m, size);

	if (room != class)
		return model_says(m, "K1: %llu bytes are served with %llu, it should be %llu", (unsigned long long)size,
				  (unsigned long long)room, (unsigned long long)class);
	if (address & ((class & -class) - 1) & (PAGE - 1))
		return model_says(m, "K4: the memory at %#llx is not aligned to %llu", (unsigned long long)address,
				  (unsigned long long)(class & -class));
	return NULL;
}

static const char *answer_large(struct model *m, struct slab_flight *sf, unsigned cpu, u64 address)
{
	bool too_large = sf->k.size > model_kmalloc_max(m);

	if (address == MODEL_NO_ADDRESS) {
		m->counts.refusal++;
		m->counts.refusal_forced++;
		if (sf->k.got)
			return model_says(m, "K6: a large block was announced and is not returned");
		return too_large || sf->refused ? NULL : model_says(m, "K6: a large block is refused, and no request for pages was");
	}
	m->counts.success++;
	m->counts.success_forced += is_alone(m, cpu);
	if (too_large)
		return model_says(m, "K2: %llu bytes are more than there may be", (unsigned long long)sf->k.size);
	if (address != sf->k.got)
		return model_says(m, "K6: %#llx is returned, announced was %#llx", (unsigned long long)address,
				  (unsigned long long)sf->k.got);
	return judge_got(m, address, sf->k.size);
}

const char *model_answer_kmalloc(struct model *m, unsigned cpu, u64 address)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);
	u64 size = sf->wish.bytes;
	const char *bad;

	if (sf->k.what == ASKS_FOR_NOTHING)
		return address == MODEL_ZERO_SIZE ? NULL : model_says(m, "K2: nothing is asked for, and %#llx is returned",
								      (unsigned long long)address);
	if (sf->k.what == ASKS_LARGE)
		return answer_large(m, sf, cpu, address);
	bad = model_answer_object(m, cpu, address);
	return bad || address == MODEL_NO_ADDRESS ? bad : judge_got(m, address, size);
}

/* --- giving back ---------------------------------------------------------------------------------------------------------------- */

void model_begin_kfree(struct model *m, unsigned cpu)
{
	model_begin_give(m, cpu, EVENT_KFREE);
}

void model_add_kfree(struct model *m, unsigned cpu, u64 address)
{
	if (address != MODEL_ZERO_SIZE)
		model_add_give(m, cpu, address);
}

const char *model_kfreed(struct model *m, unsigned cpu)
{
	return model_given(m, cpu);
}

static const char *large_is_freed(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	struct model_kmalloc *k = table(m);
	u32 i = large_at(m, ev->address);
	const char *bad;
	bool waited;

	if (i == k->nr_large)
		return model_says(m, "K6: the large block at %#llx is freed, and there is none", (unsigned long long)ev->address);
	if ((bad = kmalloc_waited(m, sf, ev, &waited)) || (!waited && !is_own_affair(sf) && (bad = slab_judge_give(m, sf, ev))))
		return bad;
	if (sf->k.due)
		return model_says(m, "K6: the pages of %#llx are not returned", (unsigned long long)(sf->k.due - 1) << 12);
	sf->k.due = k->large[i].pfn + 1;
	sf->k.due_order = k->large[i].order;
	k->large[i] = k->large[--k->nr_large];
	return NULL;
}

const char *kmalloc_large(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	return ev->type == EVENT_KMALLOC ? large_is_handed_out(m, sf, ev) : large_is_freed(m, sf, ev);
}

const char *kmalloc_pages_returned(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	struct model_kmalloc *k = table(m);
	u32 i = 0;

	if (sf->k.due == ev->pfn + 1 && sf->k.due_order == ev->order) {
		sf->k.due = 0;
		return NULL;
	}
	while (i < k->nr_pages && k->page[i] != ev->pfn)
		i++;
	if (i == k->nr_pages || ev->order)
		return model_says(m, "K6: pfn %llu of order %u is returned, and is nobody's to return", (unsigned long long)ev->pfn,
				  ev->order);
	k->page[i] = k->page[--k->nr_pages];
	return NULL;
}

const char *kmalloc_loose_ends(struct model *m, const struct slab_flight *sf)
{
	if (sf->k.due)
		return model_says(m, "K6: the pages of %#llx are not returned", (unsigned long long)(sf->k.due - 1) << 12);
	if (sf->k.in_hand)
		return model_says(m, "K6: pages were got for a large block, and it is not announced");
	return NULL;
}

/* --- another size [K7] ------------------------------------------------------------------------------------------------------------ */

void model_begin_krealloc(struct model *m, unsigned cpu, unsigned where, u64 old, u64 size, gfp_t gfp)
{
	struct slab_flight *sf;

	if (!size) {
		model_begin_kfree(m, cpu);
		model_add_kfree(m, cpu, old);
	} else if (old == MODEL_ZERO_SIZE) {
		model_begin_kmalloc(m, cpu, where, size, gfp, NUMA_NO_NODE);
	} else if (size <= model_ksize(m, old)) {
		begin(m, cpu, where, WORK_NONE, RESIZES);
	} else {
		model_begin_kmalloc(m, cpu, where, size, gfp, NUMA_NO_NODE);
		model_add_give(m, cpu, old);
		slab_flight_on(m, cpu)->k.moves = true;
	}
	sf = slab_flight_on(m, cpu);
	sf->k.old = old;
	sf->k.new_size = size;
}

/* What is moved is freed when there is another place for it, and not before. */
void kmalloc_gives(struct slab_flight *sf)
{
	if (!sf->k.moves || !(sf->work == WORK_ALLOC ? sf->got : sf->k.got != 0))
		return;
	sf->work = WORK_GIVE;
	sf->give_event = EVENT_KFREE;
	sf->many = false;
}

static const char *answer_moved(struct model *m, struct slab_flight *sf, unsigned cpu, u64 address)
{
	const char *bad = model_answer_kmalloc(m, cpu, address);

	if (bad)
		return bad;
	if (address != MODEL_NO_ADDRESS)
		return address == sf->k.old ? model_says(m, "K7: memory was moved to where it is") : model_given(m, cpu);
	if (!sf->nr_due)
		return model_says(m, "K7: krealloc() fails, and has freed what there was");
	sf->nr_due = 0;
	model_slub_keep(m, cpu, sf->k.old);
	return NULL;
}

const char *model_answer_krealloc(struct model *m, unsigned cpu, u64 address)
{
	struct slab_flight *sf = slab_flight_on(m, cpu);

	if (!sf->k.new_size && address != MODEL_ZERO_SIZE)
		return model_says(m, "K2: nothing is asked for, and %#llx is returned", (unsigned long long)address);
	if (!sf->k.new_size)
		return model_kfreed(m, cpu);
	if (sf->k.what == RESIZES && address != sf->k.old)
		return model_says(m, "K7: %llu bytes fit where they are, and %#llx is returned", (unsigned long long)sf->k.new_size,
				  (unsigned long long)address);
	if (sf->k.what == RESIZES) {
		model_slub_resize(m, address, (u32)sf->k.new_size);
		return NULL;
	}
	return sf->k.moves ? answer_moved(m, sf, cpu, address) : model_answer_kmalloc(m, cpu, address);
}

void model_size_was_asked(struct model *m, u64 address)
{
	if (address != MODEL_ZERO_SIZE)
		model_slub_resize(m, address, (u32)model_ksize(m, address));
}

/* --- grace periods [K10] ------------------------------------------------------------------------------------------------------------ */

bool model_can_kfree_rcu(const struct model *m, u64 address)
{
	u32 slab = model_slab_of(m, address);

	return table(m)->nr_waiting + MODEL_MAX_CPUS * 3 < MODEL_MAX_WAITING &&
	       (slab == MODEL_NO_SLAB || !model_slub_is_damaged(m, slab));
}

void model_begin_kfree_rcu(struct model *m, unsigned cpu, unsigned where, u64 address, bool has_head)
{
	begin(m, cpu, where, WORK_NONE, has_head ? WAITS : WAITS_WITHOUT_HEAD)->k.old = address;
}

const char *kmalloc_waits(struct model *m, struct slab_flight *sf, const struct mm_event *ev)
{
	struct model_kmalloc *k = table(m);
	struct model_waiting *w = &k->waiting[k->nr_waiting];

	if (!sf || sf->k.what < WAITS || ev->address != sf->k.old || sf->k.announced)
		return model_says(m, "K10: %#llx is said to wait for a grace period, and nobody gave it", (unsigned long long)ev->address);
	sf->k.announced = true;
	*w = (struct model_waiting){ .address = ev->address, .since_ns = m->now_ns,
				     .by_caller = sf->refused && sf->k.what == WAITS_WITHOUT_HEAD };
	rcu_readers_now(m, w->reader);
	k->nr_waiting++;
	return NULL;
}

const char *kmalloc_waited(struct model *m, struct slab_flight *sf, const struct mm_event *ev, bool *waited)
{
	struct model_kmalloc *k = table(m);
	u32 i = waiting_at(m, ev->address);
	struct model_waiting *w = &k->waiting[i];
	unsigned cpu;

	*waited = i < k->nr_waiting;
	if (!*waited)
		return NULL;
	cpu = rcu_still_inside(m, w->reader);
	if (cpu != MODEL_MAX_CPUS)
		return model_says(m, "K10: %#llx is freed while the reader of cpu %u that may have found it is inside",
				  (unsigned long long)ev->address, cpu);
	if (m->now_ns < w->since_ns + MODEL_RCU_TICK_NS)
		return model_says(m, "K10: %#llx is freed, and no grace period has passed", (unsigned long long)ev->address);
	if (ev->type != EVENT_KFREE)
		return model_says(m, "K10: %#llx waited for a grace period, and another function frees it",
				  (unsigned long long)ev->address);
	sf->many = true; /* in which order a batch is freed is open */
	model_slub_gives_many(m, ev->cpu, true);
	*w = k->waiting[--k->nr_waiting];
	return NULL;
}

const char *model_kfree_rcu_done(struct model *m, unsigned cpu)
{
	const struct slab_flight *sf = slab_flight_on(m, cpu);

	if (!sf->k.announced)
		return model_says(m, "K10: %#llx was given, and it is not said that it waits", (unsigned long long)sf->k.old);
	if (sf->refused && sf->k.what == WAITS_WITHOUT_HEAD && model_waits_for_rcu(m, sf->k.old))
		return model_says(m, "K10: %#llx has no head and found no page, and still waits", (unsigned long long)sf->k.old);
	return NULL;
}

void model_begin_kfree_rcu_barrier(struct model *m, unsigned cpu)
{
	begin(m, cpu, 0, WORK_NONE, DOES_NOTHING);
	for (u32 i = 0; i < table(m)->nr_waiting; i++)
		table(m)->waiting[i].before |= (u8)(1u << cpu);
}

/* Who waits himself for what he gave is not waited for. */
const char *model_kfree_rcu_barrier(struct model *m, unsigned cpu)
{
	for (u32 i = 0; i < table(m)->nr_waiting; i++) {
		const struct model_waiting *w = &table(m)->waiting[i];

		if ((w->before >> cpu & 1) && !w->by_caller)
			return model_says(m, "K10: %#llx still waits for a grace period after kvfree_rcu_barrier()",
					  (unsigned long long)w->address);
	}
	return NULL;
}

const char *kmalloc_settled(struct model *m)
{
	const struct model_kmalloc *k = table(m);

	if (k->nr_waiting)
		return model_says(m, "K10: %#llx still waits for a grace period at the end", (unsigned long long)k->waiting[0].address);
	if (k->nr_pages)
		return model_says(m, "K10: pfn %u, a page of pointers, is left at the end", k->page[0]);
	return NULL;
}

/* --- sums ------------------------------------------------------------------------------------------------------------------------- */

/* N6: each frame of this owner is of one of them. */
const char *kmalloc_recount(struct model *m)
{
	const struct model_kmalloc *k = table(m);
	u64 due = k->nr_pages, owned = 0;

	for (u32 i = 0; i < k->nr_large; i++)
		due += 1ULL << k->large[i].order;
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		owned += (m->frame[pfn].state == FRAME_OWNED || m->frame[pfn].state == FRAME_OWNED_TAIL) &&
			 model_owner(m, pfn) == MODEL_LARGE_OWNER;
	if (owned == due)
		return NULL;
	return model_says(m, "N6: model: %llu frames are large blocks or pages of pointers, there should be %llu",
			  (unsigned long long)owned, (unsigned long long)due);
}

u64 kmalloc_digest(const struct model *m, u64 digest)
{
	const struct model_kmalloc *k = table(m);

	for (u32 i = 0; i < k->nr_large; i++)
		digest += (u64)(k->large[i].pfn + 1) * 0x9e3779b97f4a7c15ULL * (k->large[i].order + 1);
	for (u32 i = 0; i < k->nr_waiting; i++)
		digest += (k->waiting[i].address + 1) * 0xff51afd7ed558ccdULL;
	return digest;
}
