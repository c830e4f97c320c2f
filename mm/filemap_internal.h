/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filemap_internal.h - what the files of the page cache and of the little filesystem say to each other, and to nobody else.
 */
#ifndef MM_FILEMAP_INTERNAL_H
#define MM_FILEMAP_INTERNAL_H

#include "vm_internal.h"

/* --- radix_tree.c: which page, or which shadow, is at an index ------------------------------------------------------------ */

#define RADIX_BITS  6
#define RADIX_SLOTS (1u << RADIX_BITS)
#define RADIX_MOST  8 /* more than one entry can ever need: three above, the way down */

struct fs_state;

/* An object of radix_tree_node. A slot is empty (0), another node, a page, or a shadow: odd. */
struct radix_node {
	struct list_head shadows; /* of nodes that have nothing else; not in it: NULL */
	struct radix_node *parent;
	struct address_space *mapping;
	u32 first;   /* index of its first slot */
	u8 shift, nid;
	u8 count;    /* slots that are not empty */
	u8 nr_shadows;
	u64 slot[RADIX_SLOTS];
};

/* Nodes that were allocated before the lock was taken; what is left goes back with radix_return(). */
struct radix_stock {
	u32 nr, wanted; /* wanted: what filemap_add() found missing */
	struct radix_node *node[RADIX_MOST];
};

#define is_shadow(entry) ((entry) & 1)
static inline struct page *entry_page(u64 entry)
{
	return is_shadow(entry) ? NULL : (struct page *)(uintptr_t)entry;
}

/* Have at least nr. false: no memory. May sleep; the mask is the mapping's, what concerns pages alone is left out. */
bool radix_fill(struct radix_stock *stock, u32 nr, gfp_t gfp);
void radix_return(struct radix_stock *stock);
/* The rest is called with mapping->lock held. Nodes an entry at this index needs that are not there. */
u32 radix_wants(const struct address_space *mapping, u32 index);
u64 radix_load(const struct address_space *mapping, u32 index);
/* The first entry at *index or behind, and where it is; 0: none. */
u64 radix_next(const struct address_space *mapping, u64 *index);
/* An entry where there is none, or another one instead, or none any more (0); nodes come from the stock, and go there: it has room for them. */
void radix_store(struct address_space *mapping, u32 index, u64 entry, struct radix_stock *stock);
int shadow_nodes_init(struct fs_state *fs); /* lists of nodes that have nothing but shadows, and their shrinker */

/* --- filemap.c --------------------------------------------------------------------------------------------------------------- */

#define FILE_GFP GFP_HIGHUSER_MOVABLE

/* A locked page joins the cache, if nothing is there and, but for a writer, the file goes so far. 0, -EEXIST, -EINVAL; -EAGAIN: the stock is short. */
int filemap_add(struct page *page, struct address_space *mapping, u32 index, gfp_t gfp, enum cache_why why,
		struct radix_stock *stock);
/* Start to read a page, locked and in the cache: it is unlocked when that is over. */
void filemap_start_read(struct page *page);
/* The page, locked, with a reference; NULL: it is not there. */
struct page *filemap_lock_page(struct address_space *mapping, u32 index);
/* The first page from *index on with one of these flags (0: any), with a reference; NULL: there is none. */
struct page *filemap_next_page(struct address_space *mapping, u64 *index, u32 flags);
/* Shadows from this index on are forgotten. */
void filemap_drop_shadows(struct address_space *mapping, u32 index);

/* --- readahead.c --------------------------------------------------------------------------------------------------------------- */

/* Nothing is there: begin to read it, and perhaps what comes next. The page, with a reference. 0, -ENOMEM, -EINVAL; -EEXIST: somebody was faster. */
int page_cache_readahead(struct address_space *mapping, u32 index, gfp_t gfp, struct page **page);
void readahead_hit(struct address_space *mapping, u32 index);

/* --- fs.c ------------------------------------------------------------------------------------------------------------------------ */

#define INODE_BYTES  600 /* an ext4 inode is larger, a plain one about this */
#define DENTRY_BYTES 192
#define WRITTEN_WORDS (FILE_LARGEST_PAGES / 64)

struct inode {
	struct address_space mapping; /* first: a mapping is an inode */
	struct mutex lock;	/* the size of the file, and who writes it */
	struct inode *hash_next;
	struct list_head all;
	struct list_head lru;	/* nobody holds it and it has no dentry; else NULL */
	u32 holders;
	bool has_dentry, referenced;
};
struct dentry {
	struct dentry *hash_next;
	struct list_head lru;
	struct inode *inode;
	bool referenced;
};

/* What the disk has of a file that can be changed. */
struct disk_file {
	u32 size;
	u64 written[WRITTEN_WORDS]; /* blocks that hold something; the others are zero, whatever the device has */
};

struct fs_state {
	spinlock_t lock;	/* hash tables, lists, counts; inside mapping->lock */
	struct mutex directory; /* inodes and dentries come and go */
	struct kmem_cache *inode_cache, *dentry_cache, *node_cache;
	struct inode **inode_hash;
	struct dentry **dentry_hash;
	u32 hash_mask;
	struct list_head all, inode_lru, dentry_lru, shadow_nodes[MAX_NUMNODES];
	u64 nr_inodes, nr_dentries, nr_lru_inodes, nr_shadow_nodes[MAX_NUMNODES];
	struct shrinker *dentries, *inodes, *shadows;
	struct disk_file disk[FILE_CHANGEABLE];
};

static inline struct fs_state *fs_state(void)
{
	return vm_state()->fs;
}
static inline struct inode *mapping_inode(struct address_space *mapping)
{
	return container_of(mapping, struct inode, mapping);
}
/* Where on device 0 a page of a file is. */
static inline u64 file_block(const struct page *page)
{
	return (u64)vm_page(page)->mapping->file * FILE_MAX_PAGES + vm_page(page)->index;
}
/* Does the disk have nothing there, so that it reads as zero? */
bool block_is_hole(u32 file, u32 index);
/* It was written. Any context. */
void block_written(u32 file, u32 index);
/* The file is at least so large. inode->lock held. */
void inode_enlarge(struct address_space *mapping, u32 pages);
/* The inode is kept while somebody looks at it, although nobody asked for it by name. fs->lock held. */
void inode_hold(struct fs_state *fs, struct inode *inode);
/* Onto the LRU, if nothing keeps it. fs->lock held. */
void inode_to_lru(struct fs_state *fs, struct inode *inode);
static inline u32 file_hash(const struct fs_state *fs, u32 file)
{
	return (file * 0x9e3779b1u >> 8) & fs->hash_mask;
}
/* An inode or a dentry of this number is kept from now on, or no longer. */
static inline void inode_announce(u32 file, const void *object, bool is_dentry, bool on)
{
	mm_announce((struct mm_event){ .type = EVENT_INODE,
				       .file = file,
				       .address = slab_address(object),
				       .report = is_dentry,
				       .on = on });
}
int dcache_init(struct fs_state *fs); /* dcache.c: shrinkers */
/* What nobody holds goes: dentries, then inodes without pages. Returns how many inodes are left. */
u64 forget_inodes(struct fs_state *fs);

/* --- page-writeback.c ------------------------------------------------------------------------------------------------------------ */

struct writeback_state {
	bool woken;	   /* the flusher is to write until less than the background limit is dirty */
	step_lock_t lock;  /* of the next two: inside mapping->lock */
	u64 oldest_ns;	   /* no mapping has been dirty for longer; ~0: none is */
	u64 next_ns;	   /* when the flusher comes by itself; 0: it does not */
	u32 laps;	   /* for tests: how often somebody was made to wait */
};

#endif
