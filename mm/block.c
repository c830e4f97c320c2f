/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block.c - requests to devices: from a page to a block, or back.
 *
 *   submit_page_io(): bio --> the device's queue ...... kblockd: its time has come --> end_bio() --> end_io(page, error)
 *
 * What is known of a request meanwhile is a bio, an object of a cache. Whoever writes pages to get memory must not depend on
 * memory: some bios are kept in reserve (mempool), and when these are all under way, one of them comes back soon. So a
 * request waits, and is never refused.
 *
 * Invariants:
 *   [V30] bios in reserve and those under way that came from it are BIO_RESERVE; these come back to it, others are freed. So
 *	   when nothing is under way the same memory is in use as at boot
 *   [V31] a request ends once: end_io() is called in hardirq context, after the data are where they should be
 * Allocations are GFP_NOIO: reclaim for a bio must not come back here for another one.
 * Locks: block->lock, with irqs off; nothing is taken inside it. Unlike Linux: a bio is a page, requests are not merged.
 */
#include <errno.h>
#include "vm_internal.h"

#define BIO_RESERVE 4

struct bio {
	struct page *page;
	u64 block;
	u8 device;
	bool write, reserved;
	void (*end_io)(struct page *page, int error);
};

struct block_state {
	spinlock_t lock;
	struct kmem_cache *bio_cache;
	struct bio *reserve[BIO_RESERVE];
	u32 nr_reserve;
};

static struct block_state *block_state(void)
{
	return vm_state()->block;
}

/* --- bios ---------------------------------------------------------------------------------------------------------------- */

static bool bio_in_reserve(void *arg)
{
	return READ_ONCE(((struct block_state *)arg)->nr_reserve);
}

static struct bio *take_from_reserve(struct block_state *block)
{
	struct bio *bio = NULL;
	unsigned long flags;

	spin_lock_irqsave(&block->lock, flags);
	if (block->nr_reserve)
		bio = block->reserve[--block->nr_reserve];
	spin_unlock_irqrestore(&block->lock, flags);
	return bio;
}

/* Without a look at the last reserves of memory: there is our own. */
#define BIO_GFP ((GFP_NOIO & ~__GFP_DIRECT_RECLAIM) | __GFP_NORETRY | __GFP_NOMEMALLOC | __GFP_NOWARN)

/* May sleep until a bio comes back. */
static struct bio *bio_alloc(struct block_state *block)
{
	struct bio *bio = kmem_cache_alloc(block->bio_cache, BIO_GFP);

	if (bio)
		bio->reserved = false;
	while (!bio && !(bio = take_from_reserve(block)))
		vm_sleep(WAIT_QUEUE, NULL, bio_in_reserve, block, ~0ULL, "a bio of those in reserve");
	return bio;
}

/* Any context. */
static void bio_free(struct block_state *block, struct bio *bio)
{
	unsigned long flags;

	if (!bio->reserved) {
		kmem_cache_free(block->bio_cache, bio);
		return;
	}
	spin_lock_irqsave(&block->lock, flags);
	VM_BUG_ON(block->nr_reserve == BIO_RESERVE);
	block->reserve[block->nr_reserve++] = bio;
	spin_unlock_irqrestore(&block->lock, flags);
}

/* --- requests ------------------------------------------------------------------------------------------------------------ */

static void io_news(const struct bio *bio, enum io_news news)
{
	mm_announce((struct mm_event){ .type = EVENT_IO,
				       .vm_device = bio->device,
				       .index = bio->block,
				       .pfn = page_pfn(current_mm(), bio->page),
				       .on = bio->write,
				       .report = (u8)news });
}

/* Hardirq. */
static void end_bio(u64 pfn, bool write, int error, void *arg)
{
	struct bio *bio = arg;
	struct page *page = bio->page;
	void (*end_io)(struct page *page, int error) = bio->end_io;

	VM_BUG_ON(pfn != page_pfn(current_mm(), page) || write != bio->write);
	io_news(bio, error ? IO_FAILED : IO_DONE);
	bio_free(block_state(), bio);
	end_io(page, error);
}

/* Once the device has it, it may have ended: nobody looks at the bio any more. */
static bool submit_bio(struct bio *bio)
{
	const struct bio submitted = *bio;

	if (!disk_submit((struct disk_request){ .write = bio->write,
						.device = bio->device,
						.block = bio->block,
						.pfn = page_pfn(current_mm(), bio->page),
						.end_io = end_bio,
						.arg = bio }))
		return false;
	io_news(&submitted, IO_SUBMITTED);
	count_reclaim_events(submitted.write ? PGPGOUT : PGPGIN, 1);
	return true;
}

void submit_page_io(struct page *page, unsigned device, u64 block, bool write, void (*end_io)(struct page *page, int error))
{
	struct bio *bio = bio_alloc(block_state());

	*bio = (struct bio){ page, block, (u8)device, write, bio->reserved, end_io };
	while (!submit_bio(bio))
		vm_sleep(WAIT_QUEUE, page, disk_has_room, NULL, ~0ULL, "a place in the queue of a disk");
}

/* --- the device's own thread: what its interrupts are ----------------------------------------------------------------- */

static void kblockd(void *unused)
{
	(void)unused;
	vm_kthread_news(true);
	disk_complete();
	vm_kthread_news(false);
}

/* A reserve that is full from the start. */
static bool fill_reserve(struct block_state *block)
{
	while (block->nr_reserve < BIO_RESERVE) {
		struct bio *bio = kmem_cache_alloc(block->bio_cache, GFP_KERNEL);

		if (!bio)
			return false;
		bio->reserved = true;
		block->reserve[block->nr_reserve++] = bio;
	}
	return true;
}

int block_init(void)
{
	struct block_state *block = machine_meta_alloc(this_cpu->machine, sizeof(*block), 64);

	if (!block)
		return -ENOMEM;
	vm_state()->block = block;
	spin_lock_init(&block->lock, 0);
	block->bio_cache = kmem_cache_create("bio", sizeof(struct bio), 8, SLAB_NO_MERGE, NULL);
	if (!block->bio_cache || !fill_reserve(block))
		return -ENOMEM;
	sim_kthread_create((struct sim_kthread){ .name = "kblockd", .wanted = disk_is_due, .run = kblockd });
	return 0;
}
