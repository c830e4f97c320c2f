/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * readahead.c - who reads a file in order gets the next pages before asking for them.
 *
 *   read 0: miss, 4 pages    read 1 2 3: hits    read 4: miss in order, 8 pages    ...    read 400: miss out of order, 1 page
 *
 * ra_next is the index behind what was read last: a miss there, or at the beginning of the file, reads a window ahead, twice as
 * large as the last one, up to READAHEAD_MOST. I/O is started for all of it, the page that is wanted first; only for that one
 * anybody waits. Pages nobody asked for are not worth reclaim: they are allocated with __GFP_NORETRY, and none is no error.
 *
 * Rules: never behind the end of the file [V13]; what is in the cache already is left alone
 * Locks: none of its own; ra_next and ra_pages are guesses, whoever comes first.
 * Unlike Linux: the state belongs to the file, since nobody keeps it open; no mark that begins the next window early.
 */
#include <errno.h>
#include "filemap_internal.h"

#define READAHEAD_FIRST 4
#define READAHEAD_MOST	8

void readahead_hit(struct address_space *mapping, u32 index)
{
	WRITE_ONCE(mapping->ra_next, index + 1);
}

static u32 window_at(struct address_space *mapping, u32 index)
{
	u32 pages = 1;

	if (!index)
		pages = READAHEAD_FIRST;
	else if (index == READ_ONCE(mapping->ra_next))
		pages = min_of(max_of(2 * READ_ONCE(mapping->ra_pages), 2u), (u32)READAHEAD_MOST);
	WRITE_ONCE(mapping->ra_pages, pages);
	return pages;
}

/* A new page joins the cache and is on its way. *page has the reference of who asked; freed unless 0. */
static int read_one(struct address_space *mapping, u32 index, gfp_t gfp, enum cache_why why, struct page **page)
{
	struct radix_stock stock = { 0 };
	int err;

	*page = vm_alloc_page(VM_USE_FILE, gfp, NUMA_NO_NODE);
	if (!*page)
		return -ENOMEM;
	trylock_page(*page);
	do {
		sim_tick();
		if (!radix_fill(&stock, stock.wanted, gfp))
			err = -ENOMEM;
		else
			err = filemap_add(*page, mapping, index, gfp, why, &stock);
	} while (err == -EAGAIN);
	if (err)
		unlock_page(*page);
	else
		filemap_start_read(*page);
	radix_return(&stock);
	if (err)
		put_vm_page(*page);
	return err;
}

int page_cache_readahead(struct address_space *mapping, u32 index, gfp_t gfp, struct page **page)
{
	u32 end = min_of(index + window_at(mapping, index), inode_size(mapping));
	int err = read_one(mapping, index, gfp, CACHE_READ, page);

	for (u32 next = index + 1; !err && next < end; next++) {
		struct page *ahead = filemap_get_page(mapping, next, NULL);

		if (!ahead && read_one(mapping, next, gfp | __GFP_NORETRY | __GFP_NOWARN, CACHE_READAHEAD, &ahead))
			break;
		put_vm_page(ahead);
	}
	return err;
}
