/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * swap_internal.h - slots of swap devices, for swapfile.c, swap_state.c, zswap.c and their check.
 *
 *   swap_device --table--> pages of slots:  | slot 0: header | slot 1 | slot 2 | ...
 *
 *                            what a slot says
 *   map      0                free; zswap: the next free one
 *            count            page table entries that name it, 0..SWAP_MAP_MAX
 *            SWAP_HAS_CACHE   a page stands for it: cache has it
 *            COUNT_CONTINUED  count has run over; more: how often
 *   cache    0 nothing, odd a shadow, even the number of a page's frame
 *   zswap    a compressed copy of what it holds, if zswap_bytes
 *
 * Slots lie in RAM, so what they say of pages are frame numbers.
 */
#ifndef MM_SWAP_INTERNAL_H
#define MM_SWAP_INTERNAL_H

#include "vm_internal.h"

#define SWAP_MAP_MAX	0x3e
#define SWAP_MAP_BAD	0x3f
#define SWAP_HAS_CACHE	0x40
#define COUNT_CONTINUED 0x80

struct swap_slot {
	u64 cache;
	u64 zswap; /* the word that fills the page; or frame << 1 | half of a pool's page */
	u32 more;
	u16 zswap_bytes;
	u8 map;
	bool zswap_same; /* all words are alike: zswap has it */
};

#define SLOTS_PER_PAGE	   (PAGE_SIZE / sizeof(struct swap_slot))
#define SWAP_DIRECT	   16	/* pages of slots the device names itself */
#define SWAP_INDIRECT	   8	/* pages that name more of them, by frame number */
#define NAMES_PER_PAGE	   (PAGE_SIZE / sizeof(u32))
#define SWAP_MAX_PAGES	   ((u32)((SWAP_DIRECT + SWAP_INDIRECT * NAMES_PER_PAGE) * SLOTS_PER_PAGE))

struct swap_device {
	u32 pages; /* 0: not in use */
	s32 priority;
	bool writeok;  /* slots may be taken */
	bool leaving;  /* swapoff is at it, or has just begun to be on */
	u32 inuse;     /* slots that are not free */
	u32 fresh;     /* from here on slots were never used */
	u32 free_first, free_last, nr_free; /* those before it that are free again, oldest first */
	u32 users;     /* who sleeps and comes back to look at its slots: they stay */
	u64 taken_at;  /* turn in which it gave a slot last */
	struct page *direct[SWAP_DIRECT], *indirect[SWAP_INDIRECT];
};

/* --- the compressed pool: zswap.c --- */

#define ZSWAP_CHUNK   64u
#define ZSWAP_CHUNKS  ((u32)PAGE_SIZE / ZSWAP_CHUNK - 1) /* of a page, behind its header */

/* At the beginning of each page of the pool. */
struct zswap_header {
	u32 entry[2]; /* whose object begins behind the header, whose ends at the end of the page; 0: nobody's */
	u16 bytes[2];
	u32 spare;
	u64 turn[2]; /* when they were stored */
};

struct zswap_pool {
	struct list_head room[ZSWAP_CHUNKS + 1]; /* pages by free chunks, longest unchanged first; two objects: 0 */
	struct page *empty; /* off its list, to be freed when the lock is */
	u64 nr_pages;
	u64 nr_stored, nr_same; /* same ones are stored, too */
	u64 turn;
	step_lock_t words_lock; /* of the next: inside the lock of all */
	u64 words[PAGE_SIZE / 8]; /* of the page that is made small, or large again: for as long as nobody yields */
};

struct swap_state {
	spinlock_t lock; /* all of this, slots and pool included */
	struct swap_device device[SWAP_DEVICES + 1];
	s64 nr_swap_pages;    /* free slots of devices with writeok [R20] */
	u64 total_swap_pages; /* slots of them, headers not counted */
	s32 least_priority;
	u64 turn;
	u32 readahead_hits, readahead_last, readahead_offset;
	struct zswap_pool pool;
};

static inline struct swap_state *swap_state(void)
{
	return vm_state()->swap;
}
static inline unsigned long swap_lock(struct swap_state *st)
{
	unsigned long flags;

	spin_lock_irqsave(&st->lock, flags);
	return flags;
}
void swap_unlock(struct swap_state *st, unsigned long flags);
static inline struct swap_device *swap_device(u32 entry)
{
	return &swap_state()->device[swap_device_of(entry)];
}

/* swapfile.c. Caller holds the lock. */
struct swap_slot *swap_slot(struct swap_device *d, u32 slot);
struct swap_slot *entry_slot(u32 entry); /* of a slot that is there */
/* Nobody uses the slot any more. */
void release_slot(u32 entry);
static inline u64 swap_count(const struct swap_slot *s)
{
	return (s->map & ~(SWAP_HAS_CACHE | COUNT_CONTINUED)) + (u64)s->more * (SWAP_MAP_MAX + 1);
}
/* A slot for a page, taken and cached by nobody yet; 0: none. */
u32 take_slot(void);
/* Announce. */
static inline void swap_news(u32 entry, u64 pfn, enum swap_news news)
{
	mm_announce((struct mm_event){ .type = EVENT_SWAP, .entry = entry, .pfn = pfn, .report = (u8)news });
}
/* The device stays while somebody sleeps. false: it is gone. */
bool get_swap_device(u32 entry);
void put_swap_device(u32 entry);

/* swap_state.c */
static inline u64 cache_of_page(const struct page *page)
{
	return (page_pfn(current_mm(), page) + 1) << 1;
}
static inline struct page *page_of_cache(u64 cache)
{
	return cache && !(cache & 1) ? current_mm()->mem_map + (cache >> 1) - 1 : NULL;
}
static inline u64 shadow_of_cache(u64 cache)
{
	return cache & 1 ? cache : 0;
}
/* The page that stands for an entry, with a reference; NULL: none. */
struct page *swap_cache_get_page(u32 entry);
/* A new, locked page for an entry, in the cache; it is not uptodate. -EEXIST, -ENOENT, -ENOMEM */
int swap_cache_new_page(u32 entry, gfp_t gfp, struct page **page);
/* Past zswap: start to write it to its device, unlock it. */
void swap_write_to_device(struct page *page);
/* Locked, in the cache, and nobody is left who could want what it holds: it is forgotten. */
bool forget_orphan(struct page *page);

/* zswap.c. Caller holds the lock: the slot has no copy any more. */
void zswap_drop(struct swap_slot *s, u32 entry);
/* A copy of the page, until somebody yields, words_lock being held: a client may hold all mappings there are. */
const u64 *zswap_words_of(struct page *page);
void zswap_init(struct zswap_pool *pool);
/* The codec, zswap_codec.c or another one: bytes written, 0 when there would be more than room. to NULL: only count. */
u32 zswap_compress(const u64 *words, u8 *to, u32 room);
/* false: these bytes are not a compressed page. */
bool zswap_decompress(const u8 *from, u32 bytes, u64 *words);
bool zswap_is_whole(const u8 *from, u32 bytes);
/* Would they decompress to exactly this page? */
bool zswap_holds(const u8 *from, u32 bytes, const u64 *words);
/* Free chunks of a page of the pool; 0: it has two objects. */
u32 zswap_room(const struct zswap_header *h);
/* Where an object lies. */
const u8 *zswap_object(const struct swap_slot *s);

#endif
