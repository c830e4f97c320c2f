/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filemap.c - the page cache: pages that hold what files hold, found by file and index.
 *
 *   not there --read--> locked, on its way from disk --end of I/O--> uptodate ------reclaim, drop--> not there, maybe a shadow
 *       '------write--> locked, filled by the writer --------------> dirty -> writeback -> clean       (or truncate, whatever it is)
 *
 * Who looks at or changes what a page is (uptodate, dirty, in the cache) holds its lock, a flag of the page: PGV_locked. Its
 * holder may sleep; a page on its way from disk is locked by the I/O, and the end of I/O unlocks it. After sleeping for a
 * page lock the page may have left the cache, so whoever gets the lock looks again: page->mapping.
 *
 * A page that could not be read stays, without being uptodate; the next reader tries again.
 *
 * Invariants (filemap_check() tests each by its number):
 *   [V1]  what the tree has at an index is a page whose mapping and index are these, or a shadow
 *   [V12] nr_pages, nr_shadows, nr_dirty of a mapping are what is in its tree; NR_FILE_PAGES, NR_FILE_DIRTY, NR_WRITEBACK their sums
 *   [V13] no page lies behind the end of its file
 *   [V4]  what is dirty or under writeback is uptodate
 * Rules [R23] reclaim leaves a shadow, nobody else does; a page written whole without having been read is not asked about
 * Locks: page lock -> mapping->lock (irqs off). Allocates and frees with neither spinlock held.
 * Unlike Linux: a page is never larger than one; no tags, no fadvise, no direct I/O.
 */
#include <errno.h>
#include "filemap_internal.h"
#include "highmem.h"

/* --- page lock, writeback --------------------------------------------------------------------------------------------------- */

bool trylock_page(struct page *page)
{
	return !(fetch_or_relaxed(&vm_page(page)->flags, PGV_locked) & PGV_locked);
}

void unlock_page(struct page *page)
{
	VM_BUG_ON(!vm_flag(page, PGV_locked));
	vm_clear_flags(page, PGV_locked);
}

static bool is_unlocked(void *page)
{
	return !vm_flag(page, PGV_locked);
}
static bool is_written(void *page)
{
	return !vm_flag(page, PGV_writeback);
}

void lock_page(struct page *page)
{
	sim_may_sleep("lock_page");
	while (!trylock_page(page))
		vm_sleep(WAIT_PAGE_LOCK, page, is_unlocked, page, ~0ULL, "lock_page");
}

void wait_on_page_writeback(struct page *page)
{
	sim_may_sleep("wait_on_page_writeback");
	while (!is_written(page))
		vm_sleep(WAIT_WRITEBACK, page, is_written, page, ~0ULL, "wait_on_page_writeback");
}

/* --- looking --------------------------------------------------------------------------------------------------------------------- */

void mapping_init(struct address_space *mapping, u32 file)
{
	*mapping = (struct address_space){ .file = file };
	spin_lock_init(&mapping->lock, 0);
}

struct page *filemap_get_page(struct address_space *mapping, u32 index, u64 *shadow)
{
	struct page *page;
	unsigned long flags;
	u64 entry;

	spin_lock_irqsave(&mapping->lock, flags);
	entry = radix_load(mapping, index);
	page = entry_page(entry);
	if (page)
		get_vm_page(page);
	spin_unlock_irqrestore(&mapping->lock, flags);
	if (shadow)
		*shadow = page ? 0 : entry;
	return page;
}

struct page *filemap_next_page(struct address_space *mapping, u64 *index, u32 flags)
{
	struct page *page = NULL;
	unsigned long irqs;
	u64 entry;

	spin_lock_irqsave(&mapping->lock, irqs);
	for (; (entry = radix_next(mapping, index)); ++*index) {
		page = entry_page(entry);
		if (page && (!flags || vm_flag(page, flags)))
			break;
		page = NULL;
	}
	if (page)
		get_vm_page(page);
	spin_unlock_irqrestore(&mapping->lock, irqs);
	return page;
}

/* Still there, now that it is locked? */
static bool is_at(const struct page *page, const struct address_space *mapping, u64 index)
{
	const struct vm_page *vp = vm_page(page);

	return vp->mapping == mapping && vp->index == index;
}

static bool lock_if_there(struct page *page, struct address_space *mapping, u64 index)
{
	lock_page(page);
	if (is_at(page, mapping, index))
		return true;
	unlock_page(page);
	return false;
}

struct page *filemap_lock_page(struct address_space *mapping, u32 index)
{
	struct page *page;

	while ((page = filemap_get_page(mapping, index, NULL)) != NULL) {
		sim_tick();
		if (lock_if_there(page, mapping, index))
			return page;
		put_vm_page(page);
	}
	return NULL;
}

/* --- joining and leaving -------------------------------------------------------------------------------------------------------- */

static void announce_cache(const struct page *page, bool on, enum cache_why why)
{
	mm_announce((struct mm_event){ .type = EVENT_PAGE_CACHE,
				       .file = vm_page(page)->mapping->file,
				       .index = vm_page(page)->index,
				       .pfn = page_pfn(current_mm(), page),
				       .on = on,
				       .report = (u8)why });
}

int filemap_add(struct page *page, struct address_space *mapping, u32 index, gfp_t gfp, enum cache_why why,
		struct radix_stock *stock)
{
	unsigned long flags;
	u64 shadow;
	int err = 0;

	spin_lock_irqsave(&mapping->lock, flags);
	shadow = radix_load(mapping, index);
	if (entry_page(shadow))
		err = -EEXIST;
	else if (why != CACHE_WRITE && index >= inode_size(mapping))
		err = -EINVAL;
	else if ((stock->wanted = radix_wants(mapping, index)) > stock->nr)
		err = -EAGAIN;
	if (!err) {
		WRITE_ONCE(vm_page(page)->file, mapping->file);
		WRITE_ONCE(vm_page(page)->index, index);
		WRITE_ONCE(vm_page(page)->mapping, mapping);
		get_vm_page(page);
		radix_store(mapping, index, (u64)(uintptr_t)page, stock);
		ADD_ONCE(mapping->nr_pages, 1);
		SUB_ONCE(mapping->nr_shadows, !!shadow);
		mod_node_page_state(page_pgdat(page), NR_FILE_PAGES, 1);
		announce_cache(page, true, why);
	}
	spin_unlock_irqrestore(&mapping->lock, flags);
	if (err)
		return err;
	if (shadow && !(gfp & __GFP_WRITE))
		workingset_refault(page, shadow);
	lru_add_page(page);
	return 0;
}

/* mapping->lock and the page's lock are held; the caller gives back the cache's reference when they are not. */
static void remove_page(struct address_space *mapping, struct page *page, u64 shadow, enum cache_why why, struct radix_stock *stock)
{
	VM_BUG_ON(!vm_flag(page, PGV_locked) || vm_flag(page, PGV_dirty | PGV_writeback) ||
		  READ_ONCE(vm_page(page)->mapcount));
	radix_store(mapping, vm_page(page)->index, shadow, stock);
	SUB_ONCE(mapping->nr_pages, 1);
	ADD_ONCE(mapping->nr_shadows, !!shadow);
	mod_node_page_state(page_pgdat(page), NR_FILE_PAGES, -1);
	announce_cache(page, false, why);
	WRITE_ONCE(vm_page(page)->mapping, NULL);
}

/* Nobody else has it, and the disk has what it holds: out. Page locked. */
static bool remove_if_unused(struct page *page, enum cache_why why)
{
	struct address_space *mapping = vm_page(page)->mapping;
	struct radix_stock stock = { 0 };
	unsigned long flags;
	bool unused;

	if (!mapping)
		return false;
	spin_lock_irqsave(&mapping->lock, flags);
	unused = vm_page_refs(page) == 2 && !READ_ONCE(vm_page(page)->mapcount) && !vm_flag(page, PGV_dirty | PGV_writeback);
	if (unused)
		remove_page(mapping, page, why == CACHE_RECLAIM ? workingset_eviction(page) : 0, why, &stock);
	spin_unlock_irqrestore(&mapping->lock, flags);
	radix_return(&stock);
	if (unused)
		put_vm_page(page);
	return unused;
}

bool remove_mapping(struct page *page)
{
	return remove_if_unused(page, CACHE_RECLAIM);
}

u64 invalidate_mapping_pages(struct address_space *mapping)
{
	struct page *page;
	u64 gone = 0;

	for (u64 index = 0; (page = filemap_next_page(mapping, &index, 0)); index++) {
		sim_tick();
		if (trylock_page(page)) {
			gone += is_at(page, mapping, index) && remove_if_unused(page, CACHE_DROP);
			unlock_page(page);
		}
		put_vm_page(page);
	}
	return gone;
}

/* --- truncate ------------------------------------------------------------------------------------------------------------------------ */

static void truncate_page(struct address_space *mapping, struct page *page)
{
	struct radix_stock stock = { 0 };
	unsigned long flags;

	wait_on_page_writeback(page);
	if (READ_ONCE(vm_page(page)->mapcount))
		unmap_mapping_range(mapping, vm_page(page)->index, 1);
	cancel_dirty_page(page);
	spin_lock_irqsave(&mapping->lock, flags);
	remove_page(mapping, page, 0, CACHE_TRUNCATE, &stock);
	spin_unlock_irqrestore(&mapping->lock, flags);
	radix_return(&stock);
	put_vm_page(page);
}

void truncate_pages(struct address_space *mapping, u32 first)
{
	struct page *page;

	for (u64 index = first; (page = filemap_next_page(mapping, &index, 0)); index++) {
		sim_tick();
		if (lock_if_there(page, mapping, index)) {
			truncate_page(mapping, page);
			unlock_page(page);
		}
		put_vm_page(page);
	}
	filemap_drop_shadows(mapping, first);
}

void filemap_drop_shadows(struct address_space *mapping, u32 first)
{
	u64 index = first, entry;

	do {
		struct radix_stock stock = { 0 };
		unsigned long flags;

		sim_tick();
		spin_lock_irqsave(&mapping->lock, flags);
		while ((entry = radix_next(mapping, &index)) != 0 && !is_shadow(entry))
			index++;
		if (entry) {
			radix_store(mapping, (u32)index, 0, &stock);
			SUB_ONCE(mapping->nr_shadows, 1);
		}
		spin_unlock_irqrestore(&mapping->lock, flags);
		radix_return(&stock);
	} while (entry);
}

/* --- reading ------------------------------------------------------------------------------------------------------------------------- */

static void end_read(struct page *page, int error)
{
	if (!error)
		set_page_uptodate(page);
	else
		vm_page_news(page, PAGE_READ_FAILED);
	unlock_page(page);
}

/* A client may hold all mappings there are; a file is read nevertheless. */
static void *map_page(struct page *page)
{
	bool room = kmap_depth(this_cpu->id) < KM_MAX_IDX || page_is_lowmem(page_pfn(current_mm(), page));

	return room ? kmap_local_page(page) : NULL;
}

static no_tool void copy_words(volatile u64 *to, const volatile u64 *from)
{
	for (unsigned i = 0; i < PAGE_SIZE / sizeof(*to); i++)
		to[i] = from ? from[i] : 0;
}

/* A whole page, between the cache and who asked: to NULL: it is written, with zeroes if from is NULL too. */
void copy_vm_page(struct page *page, void *to, const void *from)
{
	u64 pfn = page_pfn(current_mm(), page);
	char *address = map_page(page);

	if (!to)
		ram_dirty(this_cpu->machine, pfn, ~0ULL);
	if (!address) {
		address = ram_address(this_cpu->machine, pfn);
		copy_words(to ? to : (void *)address, to ? (void *)address : from);
		tool_define(to ? to : (void *)address, PAGE_SIZE);
		return;
	}
	if (to)
		memcpy(to, address, PAGE_SIZE);
	else if (from)
		memcpy(address, from, PAGE_SIZE);
	else
		memset(address, 0, PAGE_SIZE);
	kunmap_local(address);
}

void filemap_start_read(struct page *page)
{
	const struct vm_page *vp = vm_page(page);

	if (block_is_hole(vp->mapping->file, vp->index)) {
		copy_vm_page(page, NULL, NULL);
		end_read(page, 0);
		return;
	}
	submit_page_io(page, 0, file_block(page), false, end_read);
}

/* What is there and locked is perhaps being read. 0: it is uptodate. -EAGAIN: it is gone, or a read is under way now; *began says which. */
static int update_page(struct address_space *mapping, u32 index, struct page *page, bool *began)
{
	if (vm_flag(page, PGV_uptodate))
		return 0;
	if (!lock_if_there(page, mapping, index)) {
		*began = false;
		return -EAGAIN;
	}
	if (vm_flag(page, PGV_uptodate)) {
		unlock_page(page);
		return 0;
	}
	if (*began) { /* by ourselves, and it did not help */
		unlock_page(page);
		return -EIO;
	}
	*began = true;
	filemap_start_read(page);
	return -EAGAIN;
}

int filemap_read_page(struct address_space *mapping, u32 index, gfp_t gfp, struct page **found)
{
	bool began = false;
	struct page *page;
	int err;

	do {
		sim_tick();
		if (index >= inode_size(mapping))
			return -EINVAL;
		page = filemap_get_page(mapping, index, NULL);
		if (!page) {
			err = page_cache_readahead(mapping, index, gfp, &page);
			if (err && err != -EEXIST)
				return err;
			began = !err;
			if (err)
				continue;
		}
		err = update_page(mapping, index, page, &began);
		if (err)
			put_vm_page(page);
	} while (err == -EAGAIN || err == -EEXIST);
	if (!err)
		*found = page;
	return err;
}

/* What went to or came from who asked. */
static void announce_copied(const struct page *page, bool on)
{
	mm_announce((struct mm_event){ .type = EVENT_PAGE_STATE, .pfn = page_pfn(current_mm(), page), .report = PAGE_COPIED, .on = on });
}

int file_read(u32 file, u32 index, void *buffer)
{
	struct address_space *mapping = inode_get(file);
	struct page *page;
	int err;

	if (!mapping)
		return -ENOMEM;
	err = filemap_read_page(mapping, index, FILE_GFP, &page);
	if (!err) {
		copy_vm_page(page, buffer, NULL);
		announce_copied(page, false);
		readahead_hit(mapping, index);
		mark_page_accessed(page);
		put_vm_page(page);
	}
	inode_put(mapping);
	return err;
}

/* --- writing ----------------------------------------------------------------------------------------------------------------------------- */

/*
 * The page, locked, with the inode's lock held. A new one is allocated, and nodes for it, with no lock held: who has the inode's
 * lock must not have to wait until somebody else's page of the same file is written.
 */
static int grab_page_to_write(struct inode *inode, u32 index, struct page **grabbed)
{
	struct radix_stock stock = { 0 };
	struct page *fresh = NULL;
	int err = 0;

	for (;;) {
		sim_tick();
		mutex_lock(&inode->lock);
		*grabbed = filemap_lock_page(&inode->mapping, index);
		if (*grabbed)
			break;
		if (fresh) {
			trylock_page(fresh);
			err = filemap_add(fresh, &inode->mapping, index, FILE_GFP | __GFP_WRITE, CACHE_WRITE, &stock);
			if (!err) {
				*grabbed = fresh;
				fresh = NULL;
				break;
			}
			unlock_page(fresh);
		}
		mutex_unlock(&inode->lock);
		if (!fresh)
			fresh = vm_alloc_page(VM_USE_FILE, FILE_GFP | __GFP_WRITE, NUMA_NO_NODE);
		if (!fresh || !radix_fill(&stock, stock.wanted, FILE_GFP)) {
			err = -ENOMEM;
			break;
		}
	}
	if (fresh)
		put_vm_page(fresh);
	radix_return(&stock);
	return *grabbed ? 0 : err;
}

static int write_page(struct inode *inode, u32 index, const void *buffer)
{
	struct page *page = NULL;
	int err = grab_page_to_write(inode, index, &page);

	if (err)
		return err;
	wait_on_page_writeback(page); /* what the device is reading stays as it is */
	copy_vm_page(page, NULL, buffer);
	announce_copied(page, true);
	if (!vm_flag(page, PGV_uptodate))
		set_page_uptodate(page);
	set_page_dirty(page);
	inode_enlarge(&inode->mapping, index + 1);
	unlock_page(page);
	mutex_unlock(&inode->lock);
	mark_page_accessed(page);
	put_vm_page(page);
	return 0;
}

int file_write(u32 file, u32 index, const void *buffer)
{
	struct address_space *mapping;
	int err;

	if (file >= FILE_CHANGEABLE)
		return -EINVAL;
	if (index >= FILE_LARGEST_PAGES)
		return -EFBIG;
	mapping = inode_get(file);
	if (!mapping)
		return -ENOMEM;
	err = write_page(mapping_inode(mapping), index, buffer);
	inode_put(mapping);
	if (!err)
		balance_dirty_pages();
	return err;
}

int file_fsync(u32 file)
{
	struct address_space *mapping = inode_get(file);
	bool failed;

	if (!mapping)
		return -ENOMEM;
	write_mapping(mapping, true);
	failed = xchg(&mapping->error, false);
	inode_put(mapping);
	return failed ? -EIO : 0;
}
