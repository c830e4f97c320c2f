/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kfree_rcu.c - objects are freed when nobody reads them any more.
 *
 *   kfree_rcu(p) --> queued of this CPU --the batch before is over--> waiting --grace period--> kfree_bulk(), kfree()
 *                       pages of pointers: a page is asked for, and needs no luck
 *                       list through the objects themselves, where no page can be had
 *
 * A CPU has one batch that waits for a grace period, with one callback for all of it; what comes meanwhile is queued, and
 * becomes the next batch when the callback has freed the last one. So each object waits for a grace period that began after
 * it was given, and a CPU that frees a lot has few callbacks.
 *
 * An object without a head cannot be on the list. Its caller may sleep, so its page is asked for more firmly, and without
 * one the caller waits for the grace period himself.
 *
 * Invariants:
 *   [KR1] what is queued is freed in the end: if anything is queued, a batch waits
 *   [KR2] an object is freed once, after a grace period that began after it was given [K10]
 *   [KR3] a page of pointers is given back with its batch
 * Pages and lists lie in RAM, so addresses in them are kept as address_encode() has them.
 * Locks: lock of each CPU's queue, with interrupts off; pages are asked for, and objects freed, without it.
 * Unlike Linux: no delay before the first batch and no cache of pages; one batch a CPU and not two; an object with a head
 * asks for its page itself, in a way that does not sleep, where a worker would.
 */
#include <errno.h>
#include "rcu.h"
#include "slab_internal.h"

#define AT_ONCE 16u /* objects in one kfree_bulk() */

/* A page. All words of it that are addresses are encoded. */
struct kvfree_rcu_bulk_data {
	u64 next;
	u64 nr_records;
	u64 record[PAGE_SIZE / 8 - 2];
};

/* What lies where the caller's rcu_head was. */
struct listed_object {
	u64 next;
	u64 object;
};
_Static_assert(sizeof(struct listed_object) == sizeof(struct rcu_head), "it lies in its place");

struct objects {
	struct kvfree_rcu_bulk_data *pages;
	struct listed_object *list;
};

struct kfree_rcu_cpu {
	spinlock_t lock;
	struct objects queued;
	struct objects waiting; /* the callback's alone */
	bool in_flight;		/* a callback is on its way */
	struct rcu_head rcu;
};

int kfree_rcu_init(void)
{
	struct machine *m = this_cpu->machine;

	for (unsigned cpu = 0; cpu < m->param[PARAM_CPUS]; cpu++) {
		struct kfree_rcu_cpu *krc = machine_meta_alloc(m, sizeof(*krc), 64);

		if (!krc)
			return -ENOMEM;
		spin_lock_init(&krc->lock, RANK_KRC);
		slab_state()->krc[cpu] = krc;
	}
	return 0;
}

/* --- a batch is over ------------------------------------------------------------------------------------------------------- */

static void free_records(const struct kvfree_rcu_bulk_data *page)
{
	void *object[AT_ONCE];

	for (u64 done = 0; done < page->nr_records;) {
		size_t n = 0;

		while (n < AT_ONCE && done < page->nr_records)
			object[n++] = address_decode(page->record[done++]);
		sim_tick();
		kfree_bulk(n, object);
	}
}

static void free_pages_of_objects(struct kvfree_rcu_bulk_data *page)
{
	while (page) {
		struct kvfree_rcu_bulk_data *next = address_decode(page->next);

		free_records(page);
		slab_free_pages(virt_to_head_page(page), 0);
		page = next;
	}
}

static void free_listed(struct listed_object *l)
{
	while (l) {
		struct listed_object *next = address_decode(l->next);

		sim_tick();
		kfree(address_decode(l->object));
		l = next;
	}
}

static void kfree_rcu_work(struct rcu_head *head);

/* Caller holds the lock, and nothing waits. */
static void start_batch(struct kfree_rcu_cpu *krc)
{
	bool more = krc->queued.pages || krc->queued.list;

	smp_store_release(&krc->in_flight, more); /* kvfree_rcu_barrier() does not take the lock */
	if (!more)
		return;
	krc->waiting = krc->queued;
	krc->queued = (struct objects){ NULL, NULL };
	call_rcu(&krc->rcu, kfree_rcu_work);
}

/* On whatever CPU the callback is called. */
static void kfree_rcu_work(struct rcu_head *head)
{
	struct kfree_rcu_cpu *krc = container_of(head, struct kfree_rcu_cpu, rcu);
	struct objects over = krc->waiting;
	unsigned long flags;

	krc->waiting = (struct objects){ NULL, NULL };
	free_pages_of_objects(over.pages);
	free_listed(over.list);
	spin_lock_irqsave(&krc->lock, flags);
	start_batch(krc);
	spin_unlock_irqrestore(&krc->lock, flags);
}

/* --- an object is given --------------------------------------------------------------------------------------------------- */

static void announce_kfree_rcu(const void *p)
{
	mm_announce((struct mm_event){ .type = EVENT_KFREE_RCU, .address = address_of(p) });
}

static bool has_room(const struct kvfree_rcu_bulk_data *page)
{
	return page && page->nr_records < ARRAY_SIZE(page->record);
}

static struct kvfree_rcu_bulk_data *new_page(bool may_sleep)
{
	gfp_t gfp = (may_sleep ? GFP_KERNEL : GFP_NOWAIT) | __GFP_NORETRY | __GFP_NOMEMALLOC | __GFP_NOWARN;
	struct page *page = slab_alloc_pages(0, gfp, NUMA_NO_NODE, 0);
	struct kvfree_rcu_bulk_data *bulk = page ? page_address(page) : NULL;

	if (!bulk)
		return NULL;
	ram_dirty(this_cpu->machine, page_pfn(current_mm(), page), ~0ULL);
	bulk->nr_records = 0;
	return bulk;
}

/* Caller holds the lock. false: there is no room for it. fresh: a page that is nobody's yet, or NULL. */
static bool put_object(struct kfree_rcu_cpu *krc, struct rcu_head *head, void *p, struct kvfree_rcu_bulk_data *fresh)
{
	struct listed_object *l = (struct listed_object *)(void *)head;

	if (fresh) {
		fresh->next = address_encode(krc->queued.pages);
		krc->queued.pages = fresh;
	}
	if (has_room(krc->queued.pages)) {
		krc->queued.pages->record[krc->queued.pages->nr_records++] = address_encode(p);
	} else if (head) {
		count_mark(MARK_KFREE_RCU_LISTED);
		dirty_object(head, sizeof(*head));
		*l = (struct listed_object){ .next = address_encode(krc->queued.list), .object = address_encode(p) };
		krc->queued.list = l;
	} else {
		return false;
	}
	announce_kfree_rcu(p);
	if (!krc->in_flight)
		start_batch(krc);
	return true;
}

static bool room_in_queue(struct kfree_rcu_cpu *krc)
{
	unsigned long flags;
	bool room;

	spin_lock_irqsave(&krc->lock, flags);
	room = has_room(krc->queued.pages);
	spin_unlock_irqrestore(&krc->lock, flags);
	return room;
}

void kvfree_call_rcu(struct rcu_head *head, void *p)
{
	struct kfree_rcu_cpu *krc = slab_state()->krc[this_cpu->id];
	struct kvfree_rcu_bulk_data *fresh;
	unsigned long flags;
	bool taken;

	might_sleep_if(!head);
	if (ZERO_OR_NULL_PTR(p))
		return;
	fresh = room_in_queue(krc) ? NULL : new_page(!head);
	spin_lock_irqsave(&krc->lock, flags);
	taken = put_object(krc, head, p, fresh);
	spin_unlock_irqrestore(&krc->lock, flags);
	if (taken)
		return;
	count_mark(MARK_KFREE_RCU_WAITED);
	announce_kfree_rcu(p);
	synchronize_rcu();
	kfree(p);
}

/* --- all of it ------------------------------------------------------------------------------------------------------------------ */

static bool anything_waits(void)
{
	for (unsigned cpu = 0; cpu < this_cpu->machine->param[PARAM_CPUS]; cpu++)
		if (smp_load_acquire(&slab_state()->krc[cpu]->in_flight))
			return true;
	return false;
}

/* What waits is over after the first round; what was queued behind it after the second. */
void kvfree_rcu_barrier(void)
{
	might_sleep_if(true);
	for (int round = 0; round < 2 && anything_waits(); round++)
		rcu_barrier();
}
