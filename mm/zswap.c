/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zswap.c - pages that go to swap are kept compressed, and the device does not hear of them.
 *
 *   swap_writepage --zswap_store--> all words alike: one word in the slot
 *                                   fewer than ZSWAP_CHUNKS chunks: half of a page of the pool
 *                                   neither, or no room: refused, the device must have it
 *
 *   a page of the pool   | header | first object -->  ....free chunks....  <-- last object |
 *
 * When the pool has vm_zswap_max_pool_percent of memory, the object that was stored first is written to its device: it becomes a
 * page of the swap cache again, dirty, and is written like any other, to be reclaimed at once.
 *
 * The codec is zswap_codec.c, or among threads lz4's: sim/threads/zswap_codec.c.
 *
 * Invariants (swap_check() looks at each):
 *   [ZS1] a slot with a copy and the pool's page agree: whose it is, and how many bytes
 *   [ZS2] a page of the pool is on the list of its free chunks; with none of two objects it is free
 *   [ZS3] a copy decompresses to exactly one page; that of a clean page in the cache to what the page holds
 *   [ZS4] counts of pages and copies are what is there
 * A copy goes when its slot is freed and when the page is written again: it is never older than what the slot stands for.
 * Locks: swap_state->lock; memory is asked for without it, in a way that never sleeps.
 * Unlike Linux: one pool of two objects a page; written back by who finds it full, not by a worker; loading keeps the copy.
 */
#include "swap_internal.h"

#define WORDS	  ((u32)(PAGE_SIZE / 8))
#define ZSWAP_GFP (__GFP_NORETRY | __GFP_NOWARN | __GFP_KSWAPD_RECLAIM)

/* --- the pool ------------------------------------------------------------------------------------------------------------------ */

void zswap_init(struct zswap_pool *pool)
{
	step_lock_init(&pool->words_lock);
	for (u32 i = 0; i <= ZSWAP_CHUNKS; i++)
		INIT_LIST_HEAD(&pool->room[i]);
}

u64 zswap_pool_pages(void)
{
	return READ_ONCE(swap_state()->pool.nr_pages);
}

u64 zswap_stored_pages(void)
{
	return READ_ONCE(swap_state()->pool.nr_stored);
}

static u32 chunks_of(u32 bytes)
{
	return (bytes + ZSWAP_CHUNK - 1) / ZSWAP_CHUNK;
}

static struct zswap_header *header_of(struct page *page)
{
	return page_address(page);
}

u32 zswap_room(const struct zswap_header *h)
{
	return h->entry[0] && h->entry[1] ? 0 : ZSWAP_CHUNKS - chunks_of(h->bytes[0]) - chunks_of(h->bytes[1]);
}

static u8 *object_at(struct zswap_header *h, unsigned half)
{
	return (u8 *)h + (half ? PAGE_SIZE - chunks_of(h->bytes[1]) * ZSWAP_CHUNK : ZSWAP_CHUNK);
}

static struct page *pool_page_of(const struct swap_slot *s)
{
	return current_mm()->mem_map + (s->zswap >> 1);
}

const u8 *zswap_object(const struct swap_slot *s)
{
	return object_at(header_of(pool_page_of(s)), s->zswap & 1);
}

static void to_its_list(struct zswap_pool *pool, struct page *page)
{
	list_add_tail(&page->lru, &pool->room[zswap_room(header_of(page))]);
}

static void drop_object(struct zswap_pool *pool, struct page *page, unsigned half)
{
	struct zswap_header *h = header_of(page);

	h->entry[half] = 0;
	h->bytes[half] = 0;
	list_del(&page->lru);
	if (h->entry[!half]) {
		to_its_list(pool, page);
		return;
	}
	VM_BUG_ON(pool->empty);
	pool->empty = page;
	SUB_ONCE(pool->nr_pages, 1);
}

void zswap_drop(struct swap_slot *s, u32 entry)
{
	struct zswap_pool *pool = &swap_state()->pool;

	if (!s->zswap_bytes)
		return;
	if (s->zswap_same)
		pool->nr_same--;
	else
		drop_object(pool, pool_page_of(s), s->zswap & 1);
	SUB_ONCE(pool->nr_stored, 1);
	s->zswap = 0;
	s->zswap_bytes = 0;
	s->zswap_same = false;
	swap_news(entry, ~0ULL, SWAP_ZSWAP_DROPPED);
}

void zswap_invalidate(u32 entry)
{
	struct swap_state *st = swap_state();
	unsigned long flags = swap_lock(st);

	zswap_drop(entry_slot(entry), entry);
	swap_unlock(st, flags);
}

/* --- storing ------------------------------------------------------------------------------------------------------------------- */

/* The slot has a copy from now on. Caller holds the lock. */
static void note_stored(struct page *page, u32 bytes, u64 where, bool same)
{
	struct zswap_pool *pool = &swap_state()->pool;
	u32 entry = vm_page(page)->entry;
	struct swap_slot *s = entry_slot(entry);

	s->zswap = where;
	s->zswap_bytes = (u16)bytes;
	s->zswap_same = same;
	ADD_ONCE(pool->nr_stored, 1);
	pool->nr_same += same;
	count_reclaim_events(ZSWPOUT, 1);
	mm_announce((struct mm_event){ .type = EVENT_SWAP, .entry = entry, .pfn = page_pfn(current_mm(), page),
				       .index = bytes, .report = SWAP_ZSWAP_STORED });
}

static void store_word(struct page *page, u64 word)
{
	struct swap_state *st = swap_state();
	unsigned long flags = swap_lock(st);

	note_stored(page, sizeof(word), word, true);
	swap_unlock(st, flags);
}

const u64 *zswap_words_of(struct page *page)
{
	u64 *words = swap_state()->pool.words;

	copy_vm_page(page, words, NULL);
	return words;
}

static bool all_alike(const u64 *words)
{
	for (u32 i = 1; i < WORDS; i++)
		if (words[i] != words[0])
			return false;
	return true;
}

/* What the page takes: bytes; 0 more than a page of the pool has. 8 and *same: all words are *word. */
static u32 measure(struct page *page, u64 *word, bool *same)
{
	const u64 *words;
	u32 bytes;

	step_lock(&swap_state()->pool.words_lock);
	words = zswap_words_of(page);
	*same = all_alike(words);
	*word = words[0];
	bytes = *same ? sizeof(*word) : zswap_compress(words, NULL, ZSWAP_CHUNKS * ZSWAP_CHUNK);
	step_unlock(&swap_state()->pool.words_lock);
	return bytes;
}

/* The page of the pool with the least room that is enough. Caller holds the lock. */
static struct page *find_room(struct zswap_pool *pool, u32 chunks)
{
	for (u32 room = chunks; room <= ZSWAP_CHUNKS; room++)
		if (!list_empty(&pool->room[room]))
			return list_entry(pool->room[room].next, struct page, lru);
	return NULL;
}

/* Into a page with enough room. false: it does not fit any longer. Caller holds the lock. */
static bool put_object(struct zswap_pool *pool, struct page *home, struct page *page, u32 bytes)
{
	struct zswap_header *h = header_of(home);
	unsigned half = h->entry[0] ? 1 : 0;
	u32 written;

	h->bytes[half] = (u16)bytes;
	step_lock(&pool->words_lock);
	written = zswap_compress(zswap_words_of(page), object_at(h, half), bytes);
	step_unlock(&pool->words_lock);
	if (written != bytes) {
		h->bytes[half] = 0;
		return false;
	}
	h->entry[half] = vm_page(page)->entry;
	h->turn[half] = ++pool->turn;
	list_del(&home->lru);
	to_its_list(pool, home);
	note_stored(page, bytes, page_pfn(current_mm(), home) << 1 | half, false);
	return true;
}

/* fresh: a page that is the pool's from now on, or NULL. */
static bool try_store(struct page *page, u32 bytes, struct page *fresh)
{
	struct swap_state *st = swap_state();
	struct zswap_pool *pool = &st->pool;
	unsigned long flags = swap_lock(st);
	struct page *home = fresh;
	bool stored;

	if (fresh) {
		ADD_ONCE(pool->nr_pages, 1);
		list_add_tail(&fresh->lru, &pool->room[ZSWAP_CHUNKS]);
	} else {
		home = find_room(pool, chunks_of(bytes));
	}
	stored = home && put_object(pool, home, page, bytes);
	if (fresh && !stored) {
		list_del(&fresh->lru);
		SUB_ONCE(pool->nr_pages, 1);
		pool->empty = fresh;
	}
	swap_unlock(st, flags);
	return stored;
}

static bool pool_is_full(void)
{
	u64 most = current_mm()->totalram_pages * vm_knob(VM_ZSWAP_MAX_POOL_PERCENT) / 100;

	return zswap_pool_pages() >= most;
}

static struct page *new_pool_page(void)
{
	struct page *page = vm_alloc_page(VM_USE_ZSWAP, ZSWAP_GFP, NUMA_NO_NODE);

	if (!page)
		return NULL;
	ram_dirty(this_cpu->machine, page_pfn(current_mm(), page), ~0ULL);
	*header_of(page) = (struct zswap_header){ 0 };
	return page;
}

static bool write_back_oldest(void);

static bool store_object(struct page *page, u32 bytes)
{
	struct page *fresh;

	if (try_store(page, bytes, NULL))
		return true;
	for (int half = 0; half < 2 && pool_is_full(); half++)
		if (!write_back_oldest())
			break;
	if (pool_is_full())
		return try_store(page, bytes, NULL); /* where the oldest was there may be room */
	fresh = new_pool_page();
	return fresh && try_store(page, bytes, fresh);
}

bool zswap_store(struct page *page)
{
	u32 entry = vm_page(page)->entry, bytes;
	bool same, stored = true;
	u64 word;

	zswap_invalidate(entry); /* it is older than the page */
	if (!vm_knob(VM_ZSWAP_ENABLED))
		return false;
	bytes = measure(page, &word, &same);
	if (same)
		store_word(page, word);
	else
		stored = bytes && store_object(page, bytes);
	if (!stored)
		swap_news(entry, page_pfn(current_mm(), page), SWAP_ZSWAP_REFUSED);
	return stored;
}

/* --- loading -------------------------------------------------------------------------------------------------------------------- */

static void unpack(const struct swap_slot *s, struct page *page)
{
	u64 *words = swap_state()->pool.words;
	bool whole = true;

	step_lock(&swap_state()->pool.words_lock);
	if (s->zswap_same)
		for (u32 i = 0; i < WORDS; i++)
			words[i] = s->zswap;
	else
		whole = zswap_decompress(zswap_object(s), s->zswap_bytes, words);
	copy_vm_page(page, NULL, words);
	step_unlock(&swap_state()->pool.words_lock);
	VM_BUG_ON(!whole);
}

static bool load_copy(struct page *page)
{
	struct swap_state *st = swap_state();
	u32 entry = vm_page(page)->entry;
	unsigned long flags = swap_lock(st);
	const struct swap_slot *s = entry_slot(entry);
	bool there = s->zswap_bytes;

	if (there) {
		unpack(s, page);
		swap_news(entry, page_pfn(current_mm(), page), SWAP_ZSWAP_LOADED);
	}
	swap_unlock(st, flags);
	return there;
}

bool zswap_load(struct page *page)
{
	bool there = load_copy(page);

	if (there)
		count_reclaim_events(ZSWPIN, 1);
	return there;
}

/* --- making room ------------------------------------------------------------------------------------------------------------------ */

static unsigned older_half(const struct zswap_header *h)
{
	if (!h->entry[0] || !h->entry[1])
		return h->entry[0] ? 0 : 1;
	return h->turn[0] < h->turn[1] ? 0 : 1;
}

/* Of the first page of each list the one with the oldest object: whose it is; 0 the pool is empty. It goes behind the others. */
static u32 oldest_entry(struct swap_state *st)
{
	struct zswap_pool *pool = &st->pool;
	unsigned long flags = swap_lock(st);
	struct page *oldest = NULL;
	u64 turn = ~0ULL;
	u32 entry = 0;

	for (u32 i = 0; i <= ZSWAP_CHUNKS; i++) {
		struct page *page = list_first_entry_or_null(&pool->room[i], struct page, lru);
		const struct zswap_header *h = page ? header_of(page) : NULL;

		if (!h || h->turn[older_half(h)] >= turn)
			continue;
		oldest = page;
		turn = h->turn[older_half(h)];
		entry = h->entry[older_half(h)];
	}
	if (oldest) {
		list_del(&oldest->lru);
		to_its_list(pool, oldest);
	}
	swap_unlock(st, flags);
	return entry;
}

/* It has what the copy had and the device has not: dirty before the copy goes. */
static void write_back_page(struct page *page, u32 entry)
{
	set_page_uptodate(page);
	set_page_dirty(page);
	zswap_invalidate(entry);
	count_reclaim_events(ZSWPWB, 1);
	clear_page_dirty_for_io(page);
	vm_set_flags(page, PGV_reclaim);
	vm_page_news(page, PAGE_WANTED_FREE);
	swap_write_to_device(page);
}

static bool write_back(u32 entry)
{
	gfp_t gfp = (GFP_HIGHUSER_MOVABLE & ~__GFP_DIRECT_RECLAIM) | __GFP_NORETRY | __GFP_NOWARN;
	struct page *page;
	bool loaded;

	if (swap_cache_new_page(entry, gfp, &page))
		return false;
	loaded = load_copy(page);
	if (loaded) {
		write_back_page(page, entry);
	} else {
		delete_from_swap_cache(page);
		unlock_page(page);
	}
	put_vm_page(page);
	return loaded;
}

/* One object fewer. false: nothing can be done about the oldest one. */
static bool write_back_oldest(void)
{
	u32 entry = oldest_entry(swap_state());
	bool written;

	if (!entry || !get_swap_device(entry))
		return false;
	written = write_back(entry);
	put_swap_device(entry);
	return written;
}
