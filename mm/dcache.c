/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dcache.c - dentries and inodes go: the shrinkers of the little filesystem, and drop_caches.
 *
 *   shrinker dentry   first of the LRU:  used since the last look, or its inode is held -> last; else gone
 *   shrinker inode    first of the LRU:  used since the last look, mapped, dirty, or with an error to tell -> last;
 *                     else its clean pages go (pginodesteal), and it goes if that was all
 *
 * Both take the directory's lock, as who opens a file does: so they refuse whoever must not come back into the filesystem
 * (SHRINK_STOP), for it may hold that lock. Counts are scaled by vfs_cache_pressure. The knob VM_SHRINKER_MODE makes the one of
 * inodes slow (1 ms a batch), has it refuse, say that it has nothing, or not be there at all.
 *
 * Rules [R15] nr_scanned says what was looked at, and who looked at nothing says SHRINK_STOP  [R16] freed <= scanned  [R25] drop_caches
 * Locks: directory -> fs->lock; page locks are only tried.
 */
#include <errno.h>
#include "filemap_internal.h"

#define MS_NS 1000000ULL

/* --- going ----------------------------------------------------------------------------------------------------------------------- */

static void unhash_dentry(struct fs_state *fs, struct dentry *dentry)
{
	struct dentry **at = &fs->dentry_hash[file_hash(fs, dentry->inode->mapping.file)];

	for (; *at != dentry; at = &(*at)->hash_next)
		sim_tick();
	*at = dentry->hash_next;
	list_del(&dentry->lru);
	SUB_ONCE(fs->nr_dentries, 1);
	inode_announce(dentry->inode->mapping.file, dentry, true, false);
	dentry->inode->has_dentry = false;
	inode_to_lru(fs, dentry->inode);
}

static void unhash_inode(struct fs_state *fs, struct inode *inode)
{
	struct inode **at = &fs->inode_hash[file_hash(fs, inode->mapping.file)];

	for (; *at != inode; at = &(*at)->hash_next)
		sim_tick();
	*at = inode->hash_next;
	list_del(&inode->all);
	list_del(&inode->lru);
	fs->nr_inodes--;
	SUB_ONCE(fs->nr_lru_inodes, 1);
	inode_announce(inode->mapping.file, inode, false, false);
}

/* What the host's addresses in it were does not stay in RAM. */
static void free_object(struct kmem_cache *cache, void *object)
{
	memset(object, 0, kmem_cache_size(cache));
	kmem_cache_free(cache, object);
}

static void rotate(struct list_head *entry, struct list_head *lru)
{
	list_del(entry);
	list_add_tail(entry, lru);
}

/* --- dentries ---------------------------------------------------------------------------------------------------------------------- */

static bool free_first_dentry(struct fs_state *fs)
{
	struct dentry *dentry;
	unsigned long flags;
	bool goes;

	spin_lock_irqsave(&fs->lock, flags);
	dentry = list_entry(fs->dentry_lru.next, struct dentry, lru);
	goes = !dentry->referenced && !dentry->inode->holders;
	dentry->referenced = false;
	if (goes)
		unhash_dentry(fs, dentry);
	else
		rotate(&dentry->lru, &fs->dentry_lru);
	spin_unlock_irqrestore(&fs->lock, flags);
	if (goes)
		free_object(fs->dentry_cache, dentry);
	return goes;
}

static u64 prune_dentries(struct fs_state *fs, u64 nr, u64 *scanned)
{
	u64 freed = 0;

	mutex_lock(&fs->directory);
	for (*scanned = 0; *scanned < nr && fs->nr_dentries; ++*scanned) {
		sim_tick();
		freed += free_first_dentry(fs);
	}
	mutex_unlock(&fs->directory);
	return freed;
}

/* --- inodes -------------------------------------------------------------------------------------------------------------------------- */

static bool is_in_use(const struct inode *inode)
{
	const struct address_space *mapping = &inode->mapping;

	return READ_ONCE(mapping->nr_mapped) || READ_ONCE(mapping->nr_dirty) || READ_ONCE(mapping->error);
}

/* Its clean pages go: what reclaim would have had to do one by one. */
static void steal_pages(struct address_space *mapping)
{
	u64 gone;

	lru_add_drain(); /* a batch holds its pages */
	gone = invalidate_mapping_pages(mapping);
	count_reclaim_events(current_is_kswapd() ? KSWAPD_INODESTEAL : PGINODESTEAL, gone);
	reclaim_state_add(gone);
}

/* directory held: it does not go away, and gets no dentry. */
static bool free_inode(struct fs_state *fs, struct inode *inode)
{
	struct address_space *mapping = &inode->mapping;
	unsigned long flags;
	bool goes;

	if (READ_ONCE(mapping->nr_pages))
		steal_pages(mapping);
	if (!READ_ONCE(mapping->nr_pages))
		filemap_drop_shadows(mapping, 0);
	spin_lock_irqsave(&mapping->lock, flags); /* who took its last page out has let go of the lock when we have it */
	spin_lock(&fs->lock);
	goes = !inode->holders && !mapping->root && !READ_ONCE(mapping->error);
	if (goes)
		unhash_inode(fs, inode);
	spin_unlock(&fs->lock);
	spin_unlock_irqrestore(&mapping->lock, flags);
	if (goes)
		free_object(fs->inode_cache, inode);
	return goes;
}

/* It is the last of the LRU from here on, whatever becomes of it. */
static bool free_first_inode(struct fs_state *fs)
{
	struct inode *inode;
	unsigned long flags;
	bool keep;

	spin_lock_irqsave(&fs->lock, flags);
	inode = list_first_entry_or_null(&fs->inode_lru, struct inode, lru);
	if (inode) {
		keep = inode->referenced || is_in_use(inode);
		inode->referenced = false;
		rotate(&inode->lru, &fs->inode_lru);
	}
	spin_unlock_irqrestore(&fs->lock, flags);
	return inode && !keep && free_inode(fs, inode);
}

static u64 prune_inodes(struct fs_state *fs, u64 nr, u64 *scanned)
{
	u64 freed = 0;

	mutex_lock(&fs->directory);
	for (*scanned = 0; *scanned < nr && READ_ONCE(fs->nr_lru_inodes); ++*scanned) {
		sim_tick();
		freed += free_first_inode(fs);
	}
	mutex_unlock(&fs->directory);
	return freed;
}

u64 forget_inodes(struct fs_state *fs)
{
	u64 scanned;

	for (struct list_head *at = fs->all.next; at != &fs->all; at = at->next)
		list_entry(at, struct inode, all)->mapping.error = false; /* nobody is left who could be told */
	for (unsigned round = 0; round < 2; round++) /* one takes the marks of use away */
		prune_dentries(fs, fs->nr_dentries, &scanned);
	for (unsigned round = 0; round < 2; round++)
		prune_inodes(fs, fs->nr_lru_inodes, &scanned);
	return fs->nr_inodes;
}

/* --- shrinkers ------------------------------------------------------------------------------------------------------------------------ */

static u64 under_pressure(u64 objects)
{
	return objects * vm_knob(VM_VFS_CACHE_PRESSURE) / 100;
}

static u64 count_dentries(struct shrinker *s, struct shrink_control *sc)
{
	(void)s, (void)sc;
	return under_pressure(READ_ONCE(fs_state()->nr_dentries));
}

static u64 count_inodes(struct shrinker *s, struct shrink_control *sc)
{
	(void)s, (void)sc;
	if (vm_knob(VM_SHRINKER_MODE) == SHRINKER_EMPTY)
		return SHRINK_EMPTY;
	return under_pressure(READ_ONCE(fs_state()->nr_lru_inodes));
}

static u64 scan_dentries(struct shrinker *s, struct shrink_control *sc)
{
	u64 freed;

	(void)s;
	if (!(sc->gfp & __GFP_FS))
		return SHRINK_STOP;
	freed = prune_dentries(fs_state(), sc->nr_to_scan, &sc->nr_scanned);
	return sc->nr_scanned ? freed : SHRINK_STOP;
}

static u64 scan_inodes(struct shrinker *s, struct shrink_control *sc)
{
	u64 freed;

	(void)s;
	if (!(sc->gfp & __GFP_FS) || vm_knob(VM_SHRINKER_MODE) == SHRINKER_REFUSES)
		return SHRINK_STOP;
	if (vm_knob(VM_SHRINKER_MODE) == SHRINKER_SLOW)
		sim_sleep_timeout(sim_never, NULL, MS_NS, "a slow shrinker");
	freed = prune_inodes(fs_state(), sc->nr_to_scan, &sc->nr_scanned);
	return sc->nr_scanned ? freed : SHRINK_STOP;
}

static struct shrinker *make_shrinker(const char *name, u64 (*count)(struct shrinker *, struct shrink_control *),
				      u64 (*scan)(struct shrinker *, struct shrink_control *))
{
	struct shrinker *s = shrinker_alloc(0, name);

	if (!s)
		return NULL;
	s->count_objects = count;
	s->scan_objects = scan;
	s->seeks = DEFAULT_SEEKS;
	shrinker_register(s);
	return s;
}

static struct shrinker *make_inode_shrinker(void)
{
	return make_shrinker("inode", count_inodes, scan_inodes);
}

/* As when a filesystem is unmounted, and mounted again. Who is in the shrinker is waited for; the mode may change meanwhile. */
void inode_shrinker_follows_mode(void)
{
	struct fs_state *fs = fs_state();
	struct shrinker *gone = fs->inodes;

	if (vm_knob(VM_SHRINKER_MODE) != SHRINKER_ABSENT) {
		if (!gone)
			fs->inodes = make_inode_shrinker();
	} else if (gone) {
		fs->inodes = NULL;
		shrinker_free(gone);
	}
}

int dcache_init(struct fs_state *fs)
{
	fs->dentries = make_shrinker("dentry", count_dentries, scan_dentries);
	fs->inodes = make_inode_shrinker();
	return fs->dentries && fs->inodes ? 0 : -ENOMEM;
}

/* --- drop_caches [R25] ------------------------------------------------------------------------------------------------------------------ */

static void drop_page_cache(void)
{
	struct address_space *mapping = NULL;

	lru_add_drain_all(); /* a batch holds its pages */
	while ((mapping = inode_next(mapping)) != NULL) {
		sim_tick();
		invalidate_mapping_pages(mapping);
	}
	count_reclaim_events(DROP_PAGECACHE, 1);
}

/* Until a round frees next to nothing, and each round has to free twice as much for another one. */
static void drop_slab(void)
{
	unsigned shift = 0;
	u64 freed;

	do {
		freed = 0;
		for (unsigned nid = 0; nid < current_mm()->nr_nodes; nid++) {
			sim_tick();
			if (fatal_signal_pending())
				return;
			freed += shrink_slab(GFP_KERNEL, (int)nid, 0);
		}
	} while (freed >> shift++ > 1);
	count_reclaim_events(DROP_SLAB, 1);
}

int drop_caches(unsigned what)
{
	if (what < 1 || what > 3)
		return -EINVAL;
	if (what & 1)
		drop_page_cache();
	if (what & 2)
		drop_slab();
	return 0;
}
