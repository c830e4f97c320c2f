/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * swap_check.c - recounts slots, the swap cache and the compressed pool from scratch and says whether they are valid.
 *
 *   slots of each device --> free ones, against the device's list; cached ones, against their page; copies, against the pool
 *   frames               --> each that says it is in the swap cache was met; each of the pool too
 *   sums                 --> nr_swap_pages, users against what tasks have swapped, counters of nodes
 *
 * When nothing is in flight. Valid is not correct: what a slot ought to hold is the model's business. Of a clean page in the cache
 * it is known here: what its copy holds.
 */
#include <stdio.h>
#include <stdlib.h>
#include "swap_internal.h"
#include "task_internal.h"

struct recount {
	struct mm *mm;
	struct swap_state *st;
	u64 free, pages;	    /* of devices that may give */
	u64 users, cached, pool_pages;
	u64 entries;		      /* of tasks' tables */
	u32 *named[SWAP_DEVICES + 1]; /* by tables, each slot */
	u64 cached_of_node[MAX_NUMNODES];
	u64 stored, same;
	bool broken;
};

static sim_cold void broken(struct recount *r, const char *clause, const char *condition, u32 device, u64 number)
{
	r->broken = true;
	snprintf(check_verdict, sizeof(check_verdict), "%s: broken %s: %s (device %u, %llu)", clause, clause, condition, device,
		 (unsigned long long)number);
}

#define INV(clause, condition, device, number)                                                                         \
	do {                                                                                                           \
		if (unlikely(!(condition))) {                                                                          \
			broken(r, #clause, #condition, device, number);                                                \
			return;                                                                                        \
		}                                                                                                      \
	} while (0)

/* --- tables ------------------------------------------------------------------------------------------------------------------- */

static void note_entry(struct recount *r, u32 entry)
{
	u32 device = swap_device_of(entry), slot = swap_slot_of(entry);

	INV(SW4, device >= 1 && device <= SWAP_DEVICES && slot && slot < r->st->device[device].pages, device, slot);
	r->entries++;
	if (r->named[device])
		r->named[device][slot]++;
}

static void note_entries(struct recount *r, const struct vm_task *task)
{
	for (u32 slot = 0; task->swapents && slot < VM_ANON_PAGES / PTES_PER_TABLE; slot++) {
		const u64 *pte = task->table[slot] ? pte_place(task->table[slot], 0) : NULL;

		for (u32 i = 0; pte && i < PTES_PER_TABLE && !r->broken; i++)
			if (pte_is_swap(pte[i]))
				note_entry(r, pte_entry(pte[i]));
	}
}

static void look_at_tables(struct recount *r)
{
	for (unsigned device = 1; device <= SWAP_DEVICES; device++)
		if (r->st->device[device].pages)
			r->named[device] = calloc(r->st->device[device].pages, sizeof(*r->named[device]));
	for (unsigned id = 0; vm_state()->tasks && id < VM_MAX_TASKS && !r->broken; id++)
		if (vm_task(id)->exists)
			note_entries(r, vm_task(id));
}

/* --- slots ---------------------------------------------------------------------------------------------------------------------- */

static void check_cached(struct recount *r, u32 entry, const struct swap_slot *s)
{
	u32 device = swap_device_of(entry), slot = swap_slot_of(entry);
	const struct page *page = page_of_cache(s->cache);

	INV(SW3, !page == !(s->map & SWAP_HAS_CACHE), device, slot);
	if (!page)
		return;
	INV(SW3, page_pfn(r->mm, page) < r->mm->nr_frames, device, slot);
	INV(SW3, vm_flag(page, PGV_swapcache) && vm_page(page)->entry == entry, device, slot);
	INV(SW3, vm_flag(page, PGV_used) && vm_flag(page, PGV_swapbacked) && vm_page_refs(page) >= 1, device, slot);
	r->cached++;
	r->cached_of_node[page_pgdat(page)->nid]++;
}

/* A clean page and its slot's copy are the same, word by word. Of a mapped one its table may know that it was written. */
static bool same_contents(const struct swap_slot *s)
{
	struct page *page = page_of_cache(s->cache);
	const u64 *words;
	bool same = true;

	if (!page || !vm_flag(page, PGV_uptodate) || vm_flag(page, PGV_dirty) || vm_page(page)->mapcount)
		return true;
	words = zswap_words_of(page);
	for (u32 i = 0; s->zswap_same && i < PAGE_SIZE / 8; i++)
		same &= words[i] == s->zswap;
	if (!s->zswap_same)
		same = zswap_holds(zswap_object(s), s->zswap_bytes, words);
	return same;
}

static void check_copy(struct recount *r, u32 entry, const struct swap_slot *s)
{
	u32 device = swap_device_of(entry), slot = swap_slot_of(entry);
	const struct zswap_header *h;
	u64 pfn = s->zswap >> 1;

	INV(ZS1, s->map, device, slot);
	r->stored++;
	r->same += s->zswap_same;
	if (!s->zswap_same) {
		INV(ZS1, pfn < r->mm->nr_frames && pfn_valid(r->mm, pfn), device, slot);
		INV(ZS1, vm_page(r->mm->mem_map + pfn)->use == VM_USE_ZSWAP, device, slot);
		h = page_address(r->mm->mem_map + pfn);
		INV(ZS1, h->entry[s->zswap & 1] == entry && h->bytes[s->zswap & 1] == s->zswap_bytes, device, slot);
		INV(ZS3, zswap_is_whole(zswap_object(s), s->zswap_bytes), device, slot);
	}
	INV(ZS3, same_contents(s), device, slot);
}

static void check_used_slot(struct recount *r, u32 entry, const struct swap_slot *s)
{
	u32 device = swap_device_of(entry), slot = swap_slot_of(entry);

	INV(SW1, (s->map & SWAP_MAP_BAD) <= SWAP_MAP_MAX, device, slot);
	INV(SW1, !(s->map & COUNT_CONTINUED) == !s->more, device, slot);
	r->users += swap_count(s);
	INV(SW4, !r->named[device] || r->named[device][slot] == swap_count(s), device, slot);
	check_cached(r, entry, s);
	if (!r->broken && s->zswap_bytes)
		check_copy(r, entry, s);
}

static bool is_blank(const struct swap_slot *s)
{
	return !s->map && !s->more && !s->cache && !s->zswap_bytes && !s->zswap_same;
}

/* The list of free slots is as long as it says, and nobody has any of them. */
static void check_free_list(struct recount *r, struct swap_device *d, u32 device)
{
	u32 slot = d->free_first;

	for (u32 n = 0; n < d->nr_free; n++) {
		INV(SW1, slot && slot < d->fresh, device, slot);
		INV(SW1, is_blank(swap_slot(d, slot)), device, slot);
		INV(SW1, n + 1 < d->nr_free || slot == d->free_last, device, slot);
		slot = (u32)swap_slot(d, slot)->zswap;
	}
}

static void check_device(struct recount *r, u32 device)
{
	struct swap_device *d = &r->st->device[device];
	u32 used = 0;

	INV(SW2, d->fresh >= 1 && d->fresh <= d->pages, device, d->fresh);
	INV(SW1, swap_slot(d, 0)->map == SWAP_MAP_BAD, device, 0);
	for (u32 slot = 1; slot < d->pages && !r->broken; slot++) {
		const struct swap_slot *s = swap_slot(d, slot);

		if (s->map)
			check_used_slot(r, swap_entry(device, slot), s);
		else
			INV(SW1, is_blank(s) && (slot < d->fresh || !s->zswap), device, slot);
		used += !!s->map;
	}
	if (r->broken)
		return;
	INV(SW2, used == d->inuse, device, used);
	INV(SW2, d->nr_free + (d->pages - d->fresh) == d->pages - 1 - used, device, d->nr_free);
	check_free_list(r, d, device);
	if (d->writeok) {
		r->free += d->pages - 1 - used;
		r->pages += d->pages - 1;
	}
}

/* --- the pool -------------------------------------------------------------------------------------------------------------------- */

static void check_pool_page(struct recount *r, struct page *page, u32 room)
{
	const struct zswap_header *h = page_address(page);
	u64 pfn = page_pfn(r->mm, page);

	INV(ZS2, vm_flag(page, PGV_used) && vm_page(page)->use == VM_USE_ZSWAP, 0, pfn);
	INV(ZS2, h->entry[0] || h->entry[1], 0, pfn);
	INV(ZS2, zswap_room(h) == room, 0, pfn);
	for (unsigned half = 0; half < 2; half++) {
		const struct swap_slot *s = h->entry[half] ? entry_slot(h->entry[half]) : NULL;

		INV(ZS1, !s || (s->zswap == (pfn << 1 | half) && s->zswap_bytes && !s->zswap_same), 0, pfn);
		INV(ZS1, !s == !h->bytes[half], 0, pfn);
		r->stored -= !!s;
	}
	r->pool_pages++;
}

static void check_pool(struct recount *r)
{
	struct zswap_pool *pool = &r->st->pool;
	struct list_head *at;

	INV(ZS4, pool->nr_stored == r->stored && pool->nr_same == r->same, 0, r->stored);
	for (u32 room = 0; room <= ZSWAP_CHUNKS; room++)
		list_for_each(at, &pool->room[room]) {
			check_pool_page(r, list_entry(at, struct page, lru), room);
			if (r->broken)
				return;
		}
	INV(ZS4, r->stored == r->same, 0, r->stored); /* each object was met on a page */
	INV(ZS4, pool->nr_pages == r->pool_pages && !pool->empty, 0, r->pool_pages);
}

/* --- frames and sums --------------------------------------------------------------------------------------------------------------- */

static void check_frames(struct recount *r)
{
	u64 cached = 0, pool = 0;

	for (u64 pfn = 0; pfn < r->mm->nr_frames; pfn++) {
		const struct vm_page *page = &r->mm->vm->page[pfn];

		cached += !!(page->flags & PGV_swapcache);
		pool += page->flags & PGV_used && page->use == VM_USE_ZSWAP;
	}
	INV(SW3, cached == r->cached, 0, cached);
	INV(ZS4, pool == r->pool_pages, 0, pool);
}

static void check_sums(struct recount *r)
{
	INV(SW2, r->st->nr_swap_pages == (s64)r->free, 0, r->free);
	INV(SW2, r->st->total_swap_pages == r->pages, 0, r->pages);
	for (unsigned nid = 0; nid < r->mm->nr_nodes; nid++)
		INV(SW3, node_page_state(&r->mm->vm->node[nid], NR_SWAPCACHE) == r->cached_of_node[nid], 0, nid);
	INV(SW4, r->users == r->entries, 0, r->users);
}

const char *swap_check(void)
{
	struct recount r_ = { .mm = current_mm(), .st = swap_state() }, *r = &r_;

	look_at_tables(r);
	for (u32 device = 1; device <= SWAP_DEVICES && !r->broken; device++)
		if (r->st->device[device].pages)
			check_device(r, device);
	for (u32 device = 1; device <= SWAP_DEVICES; device++)
		free(r->named[device]);
	if (!r->broken)
		check_pool(r);
	if (!r->broken)
		check_frames(r);
	if (!r->broken)
		check_sums(r);
	return r->broken ? check_verdict : NULL;
}
