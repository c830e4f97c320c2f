/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fs.c - a little filesystem: every number is a file, and what is known of a file in memory is an inode and a dentry.
 *
 *   name --dentry_hash--> dentry --> inode (address_space, lock) <--inode_hash-- number
 *                                      page i is block file * FILE_MAX_PAGES + i of device 0
 *
 * The disk has for each file that can be changed its size, and which of its blocks hold something: a block that was cut off by
 * truncate, or never written behind the end, is a hole and reads as zero. Other files are as the disk came. So inodes and
 * dentries hold nothing that is nowhere else, but for pages, and an error that nobody was told.
 *
 * Who opens a file looks in the hash tables. What is missing is made under the directory's lock, with the scope of NOFS:
 * reclaim for such an allocation must not come back here for the same lock. Shrinkers take it too (dcache.c). If that finds
 * no memory, objects are allocated without the lock, and who has them looks again.
 *
 *   inode:  held (inode_get, a window of a task) | kept by its dentry | on the LRU | gone
 *   dentry: on the LRU | gone; that of a held inode is passed over
 *
 * Invariants (filemap_check() tests each by its number):
 *   [V14] an inode is on the LRU if and only if nobody holds it and it has no dentry; a dentry is on its own; each is found by its number
 * Locks: directory (mutex) -> inode->lock (mutex) -> page lock -> mapping->lock -> fs->lock. fs->lock is taken with irqs off.
 * Unlike Linux: no paths, no open files; sizes are on disk at once.
 */
#include <errno.h>
#include "filemap_internal.h"

/* --- the disk ------------------------------------------------------------------------------------------------------------------ */

static struct disk_file *disk_file(u32 file)
{
	return file < FILE_CHANGEABLE ? &fs_state()->disk[file] : NULL;
}

u32 inode_size(const struct address_space *mapping)
{
	return file_size(mapping->file);
}

u32 file_size(u32 file)
{
	return file < FILE_CHANGEABLE ? READ_ONCE(fs_state()->disk[file].size) : FILE_PAGES;
}

bool block_is_hole(u32 file, u32 index)
{
	const struct disk_file *disk = disk_file(file);

	return disk && !(READ_ONCE(disk->written[index / 64]) >> index % 64 & 1);
}

void block_written(u32 file, u32 index)
{
	struct disk_file *disk = disk_file(file);

	if (disk)
		fetch_or_relaxed(&disk->written[index / 64], 1ULL << index % 64);
}

static void set_size(struct disk_file *disk, u32 file, u32 pages)
{
	if (disk->size == pages)
		return;
	WRITE_ONCE(disk->size, pages);
	mm_announce((struct mm_event){ .type = EVENT_INODE, .file = file, .index = pages, .report = 2 });
}

void inode_enlarge(struct address_space *mapping, u32 pages)
{
	struct disk_file *disk = disk_file(mapping->file);

	set_size(disk, mapping->file, max_of(disk->size, pages));
}

static void cut_off(struct disk_file *disk, u32 first)
{
	for (u32 i = first; i < FILE_LARGEST_PAGES; i++)
		fetch_and_relaxed(&disk->written[i / 64], ~(1ULL << i % 64));
}

static void make_disk(struct fs_state *fs)
{
	for (unsigned i = 0; i < FILE_CHANGEABLE; i++)
		fs->disk[i] = (struct disk_file){ .size = FILE_PAGES, .written = { (1ULL << FILE_PAGES) - 1 } };
}

/* --- looking up, holding ----------------------------------------------------------------------------------------------------- */

static struct inode *find_inode(const struct fs_state *fs, u32 file)
{
	struct inode *inode = fs->inode_hash[file_hash(fs, file)];

	for (; inode && inode->mapping.file != file; inode = inode->hash_next)
		sim_tick();
	return inode;
}

static struct dentry *find_dentry(const struct fs_state *fs, u32 file)
{
	struct dentry *dentry = fs->dentry_hash[file_hash(fs, file)];

	for (; dentry && dentry->inode->mapping.file != file; dentry = dentry->hash_next)
		sim_tick();
	return dentry;
}

static void inode_from_lru(struct fs_state *fs, struct inode *inode)
{
	if (!inode->lru.next)
		return;
	list_del(&inode->lru);
	SUB_ONCE(fs->nr_lru_inodes, 1);
}

void inode_to_lru(struct fs_state *fs, struct inode *inode)
{
	if (inode->holders || inode->has_dentry || inode->lru.next)
		return;
	list_add_tail(&inode->lru, &fs->inode_lru);
	ADD_ONCE(fs->nr_lru_inodes, 1);
}

void inode_hold(struct fs_state *fs, struct inode *inode)
{
	inode_from_lru(fs, inode);
	inode->holders++;
}

void inode_put(struct address_space *mapping)
{
	struct inode *inode = mapping_inode(mapping);
	struct fs_state *fs = fs_state();
	unsigned long flags;

	spin_lock_irqsave(&fs->lock, flags);
	VM_BUG_ON(!inode->holders);
	inode->holders--;
	inode_to_lru(fs, inode);
	spin_unlock_irqrestore(&fs->lock, flags);
}

struct address_space *inode_find(u32 file)
{
	struct fs_state *fs = fs_state();
	struct inode *inode;
	unsigned long flags;

	spin_lock_irqsave(&fs->lock, flags);
	inode = find_inode(fs, file);
	spin_unlock_irqrestore(&fs->lock, flags);
	return inode ? &inode->mapping : NULL;
}

struct address_space *inode_next(struct address_space *previous)
{
	struct fs_state *fs = fs_state();
	struct list_head *at;
	unsigned long flags;
	struct inode *inode = NULL;

	spin_lock_irqsave(&fs->lock, flags);
	for (at = previous ? mapping_inode(previous)->all.next : fs->all.next; at != &fs->all; at = at->next) {
		sim_tick();
		inode = list_entry(at, struct inode, all);
		if (READ_ONCE(inode->mapping.nr_pages) || READ_ONCE(inode->mapping.nr_shadows))
			break;
		inode = NULL;
	}
	if (inode)
		inode_hold(fs, inode);
	spin_unlock_irqrestore(&fs->lock, flags);
	if (previous)
		inode_put(previous);
	return inode ? &inode->mapping : NULL;
}

/* --- coming -------------------------------------------------------------------------------------------------------------------- */

static void add_inode(struct fs_state *fs, struct inode *inode)
{
	struct inode **head = &fs->inode_hash[file_hash(fs, inode->mapping.file)];

	inode->hash_next = *head;
	*head = inode;
	list_add_tail(&inode->all, &fs->all);
	fs->nr_inodes++;
	inode_announce(inode->mapping.file, inode, false, true);
}

static void add_dentry(struct fs_state *fs, struct dentry *dentry, struct inode *inode)
{
	struct dentry **head = &fs->dentry_hash[file_hash(fs, inode->mapping.file)];

	dentry->inode = inode;
	dentry->hash_next = *head;
	*head = dentry;
	list_add_tail(&dentry->lru, &fs->dentry_lru);
	ADD_ONCE(fs->nr_dentries, 1);
	inode->has_dentry = true;
	inode_announce(inode->mapping.file, dentry, true, true);
}

/*
 * Who asks under the directory's lock cannot have the caches of this filesystem shrunk, nor somebody killed, and others want the
 * lock: so it is only a try.
 */
#define TRY_GFP (GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* Objects for a file that may be missing. */
struct fresh {
	struct inode *inode;
	struct dentry *dentry;
};

static bool make_objects(struct fs_state *fs, struct fresh *fresh, u32 file, gfp_t gfp)
{
	if (!fresh->dentry)
		fresh->dentry = kmem_cache_zalloc(fs->dentry_cache, gfp);
	if (!fresh->dentry || fresh->inode || inode_find(file))
		return fresh->dentry;
	fresh->inode = kmem_cache_zalloc(fs->inode_cache, gfp);
	if (!fresh->inode)
		return false;
	mapping_init(&fresh->inode->mapping, file);
	mutex_init(&fresh->inode->lock, 0);
	return true;
}

static void give_back(struct fs_state *fs, struct fresh *fresh)
{
	if (fresh->inode)
		memset(fresh->inode, 0, sizeof(*fresh->inode));
	kmem_cache_free(fs->inode_cache, fresh->inode);
	kmem_cache_free(fs->dentry_cache, fresh->dentry);
}

/* The inode, held; what was missing is there now. NULL: it was missing, and nobody brought it. directory held. */
static struct inode *join(struct fs_state *fs, u32 file, struct fresh *fresh)
{
	struct inode *inode;
	unsigned long flags;

	spin_lock_irqsave(&fs->lock, flags);
	inode = find_inode(fs, file);
	if (!inode && fresh->inode && fresh->dentry) {
		inode = fresh->inode;
		fresh->inode = NULL;
		add_inode(fs, inode);
	}
	if (inode && !inode->has_dentry && fresh->dentry) {
		add_dentry(fs, fresh->dentry, inode);
		fresh->dentry = NULL;
	}
	if (inode && !inode->has_dentry)
		inode = NULL;
	if (inode) {
		inode_hold(fs, inode);
		inode->referenced = true;
	}
	spin_unlock_irqrestore(&fs->lock, flags);
	return inode;
}

static struct inode *try_to_open(struct fs_state *fs, u32 file, struct fresh *fresh)
{
	struct inode *inode;
	u32 scope;

	mutex_lock(&fs->directory);
	scope = fetch_or_relaxed(&this_cpu->task_flags, PF_MEMALLOC_NOFS) & PF_MEMALLOC_NOFS;
	make_objects(fs, fresh, file, TRY_GFP);
	inode = join(fs, file, fresh);
	if (!scope)
		fetch_and_relaxed(&this_cpu->task_flags, ~(u32)PF_MEMALLOC_NOFS);
	mutex_unlock(&fs->directory);
	return inode;
}

/* Without the lock, until memory was found. */
static struct inode *open_slowly(struct fs_state *fs, u32 file)
{
	struct fresh fresh = { 0 };
	struct inode *inode = try_to_open(fs, file, &fresh);

	while (!inode && make_objects(fs, &fresh, file, GFP_KERNEL)) {
		sim_tick();
		mutex_lock(&fs->directory);
		inode = join(fs, file, &fresh);
		mutex_unlock(&fs->directory);
	}
	give_back(fs, &fresh);
	return inode;
}

/* The inode, held, if its dentry is there too. */
static struct inode *open_quickly(struct fs_state *fs, u32 file)
{
	struct inode *inode = NULL;
	struct dentry *dentry;
	unsigned long flags;

	spin_lock_irqsave(&fs->lock, flags);
	dentry = find_dentry(fs, file);
	if (dentry) {
		dentry->referenced = true;
		inode = dentry->inode;
		inode_hold(fs, inode);
	}
	spin_unlock_irqrestore(&fs->lock, flags);
	return inode;
}

struct address_space *inode_get(u32 file)
{
	struct fs_state *fs = fs_state();
	struct inode *inode = open_quickly(fs, file);

	if (!inode)
		inode = open_slowly(fs, file);
	return inode ? &inode->mapping : NULL;
}

/* --- what programs ask ------------------------------------------------------------------------------------------------------------ */

int file_open(u32 file)
{
	struct address_space *mapping = inode_get(file);

	if (!mapping)
		return -ENOMEM;
	inode_put(mapping);
	return 0;
}

int file_truncate(u32 file, u32 pages)
{
	struct disk_file *disk = disk_file(file);
	struct address_space *mapping;
	struct inode *inode;
	unsigned long flags;
	u32 before;

	if (!disk)
		return -EINVAL;
	if (pages > FILE_LARGEST_PAGES)
		return -EFBIG;
	mapping = inode_get(file);
	if (!mapping)
		return -ENOMEM;
	inode = mapping_inode(mapping);
	mutex_lock(&inode->lock);
	before = disk->size;
	spin_lock_irqsave(&mapping->lock, flags); /* nobody adds pages behind the end from here on */
	set_size(disk, file, pages);
	spin_unlock_irqrestore(&mapping->lock, flags);
	if (pages < before) {
		unmap_mapping_range(mapping, pages, before - pages);
		truncate_pages(mapping, pages);
		cut_off(disk, pages);
	}
	mutex_unlock(&inode->lock);
	inode_put(mapping);
	return 0;
}

/* --- boot, and the end --------------------------------------------------------------------------------------------------------- */

static struct fs_state *make_state(void)
{
	struct machine *m = this_cpu->machine;
	struct fs_state *fs = machine_meta_alloc(m, sizeof(*fs), 64);
	u32 heads = 64;

	while (heads < 65536 && heads < current_mm()->nr_frames / 16)
		heads *= 2;
	if (!fs)
		return NULL;
	fs->inode_hash = machine_meta_alloc(m, heads * sizeof(*fs->inode_hash), 64);
	fs->dentry_hash = machine_meta_alloc(m, heads * sizeof(*fs->dentry_hash), 64);
	if (!fs->inode_hash || !fs->dentry_hash)
		return NULL;
	fs->hash_mask = heads - 1;
	spin_lock_init(&fs->lock, 0);
	mutex_init(&fs->directory, 0);
	INIT_LIST_HEAD(&fs->all);
	INIT_LIST_HEAD(&fs->inode_lru);
	INIT_LIST_HEAD(&fs->dentry_lru);
	make_disk(fs);
	return fs;
}

int fs_init(void)
{
	struct fs_state *fs = make_state();

	_Static_assert(sizeof(struct inode) <= INODE_BYTES && sizeof(struct dentry) <= DENTRY_BYTES, "objects have room");
	if (!fs)
		return -ENOMEM;
	vm_state()->fs = fs;
	fs->inode_cache = kmem_cache_create("inode_cache", INODE_BYTES, 8, SLAB_RECLAIM_ACCOUNT | SLAB_NO_MERGE, NULL);
	fs->dentry_cache = kmem_cache_create("dentry", DENTRY_BYTES, 8, SLAB_RECLAIM_ACCOUNT | SLAB_NO_MERGE, NULL);
	fs->node_cache = kmem_cache_create("radix_tree_node", sizeof(struct radix_node), 8,
					   SLAB_RECLAIM_ACCOUNT | SLAB_NO_MERGE, NULL);
	if (!fs->inode_cache || !fs->dentry_cache || !fs->node_cache)
		return -ENOMEM;
	return dcache_init(fs) || shadow_nodes_init(fs) ? -ENOMEM : 0;
}

/* Everything is written, and nothing is kept. */
void fs_settle(void)
{
	struct address_space *mapping = NULL;

	while ((mapping = inode_next(mapping)) != NULL) {
		sim_tick();
		mutex_lock(&mapping_inode(mapping)->lock);
		write_mapping(mapping, true);
		truncate_pages(mapping, 0);
		mutex_unlock(&mapping_inode(mapping)->lock);
	}
	forget_inodes(fs_state());
}
