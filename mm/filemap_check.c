/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filemap_check.c - recounts the page cache, its trees, inodes and dentries from scratch and says whether they are valid.
 *
 * From the list of all inodes each tree is walked, node by node; then all frames: a page that says it is in a cache was met in a
 * tree. Counters are compared last. What a page holds, and whether the right ones are there, is the model's business.
 * Pages may be locked: I/O goes on when an operation is over.
 */
#include <stdio.h>
#include "filemap_internal.h"

struct recount {
	const struct mm *mm;
	const struct fs_state *fs;
	u64 inodes, held_back, dentries, pages;
	s64 cached[MAX_NUMNODES], dirty[MAX_NUMNODES], writeback[MAX_NUMNODES], shadow_nodes[MAX_NUMNODES];
	u32 of_mapping, shadows_of_mapping, dirty_of_mapping; /* in the tree that is being walked */
	bool broken;
};

static sim_cold void broken(struct recount *r, const char *clause, const char *condition, u32 file, u64 index)
{
	r->broken = true;
	snprintf(check_verdict, sizeof(check_verdict), "%s: broken %s: %s (file %u, page %llu)", clause, clause, condition, file,
		 (unsigned long long)index);
}

#define INV(clause, condition, file, index)                                                                            \
	do {                                                                                                           \
		if (unlikely(!(condition))) {                                                                          \
			broken(r, #clause, #condition, file, index);                                                   \
			return;                                                                                        \
		}                                                                                                      \
	} while (0)

/* --- trees ---------------------------------------------------------------------------------------------------------------------- */

static void check_page(struct recount *r, const struct address_space *mapping, const struct page *page, u64 index)
{
	u64 pfn = page_pfn(r->mm, page);
	const struct vm_page *vp;
	u8 nid;

	INV(V1, pfn_valid(r->mm, pfn), mapping->file, index);
	vp = &r->mm->vm->page[pfn];
	nid = page_zone(r->mm, pfn)->nid;
	INV(V1, vp->flags & PGV_used && vp->mapping == mapping && vp->index == index, mapping->file, index);
	INV(V1, !(vp->flags & (PGV_swapbacked | PGV_swapcache)), mapping->file, index);
	INV(V4, !(vp->flags & (PGV_dirty | PGV_writeback)) || vp->flags & PGV_uptodate, mapping->file, index);
	INV(V13, index < inode_size(mapping), mapping->file, index);
	r->of_mapping++;
	r->cached[nid]++;
	r->dirty[nid] += !!(vp->flags & PGV_dirty);
	r->dirty_of_mapping += !!(vp->flags & PGV_dirty);
}

static void check_slots(struct recount *r, const struct radix_node *node)
{
	const struct address_space *mapping = node->mapping;
	u32 used = 0, shadows = 0;
	bool listed = node->shadows.next;

	for (u64 slot = 0; slot < RADIX_SLOTS && !r->broken; slot++) {
		u64 entry = node->slot[slot];

		used += !!entry;
		shadows += !!is_shadow(entry);
		INV(V10, !is_shadow(entry) || !node->shift, mapping->file, node->first + slot);
		if (entry && !is_shadow(entry) && !node->shift)
			check_page(r, mapping, entry_page(entry), node->first + slot);
	}
	if (r->broken)
		return;
	INV(V10, node->count == used && used && node->nr_shadows == shadows, mapping->file, node->first);
	INV(V11, listed == (used == shadows), mapping->file, node->first);
	r->shadows_of_mapping += shadows;
	r->shadow_nodes[node->nid] += listed;
}

static void check_node(struct recount *r, const struct address_space *mapping, const struct radix_node *parent,
		       const struct radix_node *node, unsigned shift, u64 first)
{
	INV(V10, node->mapping == mapping && node->parent == parent && node->shift == shift && node->first == first,
	    mapping->file, first);
	check_slots(r, node);
	for (u64 slot = 0; shift && slot < RADIX_SLOTS && !r->broken; slot++)
		if (node->slot[slot])
			check_node(r, mapping, node, (const struct radix_node *)(uintptr_t)node->slot[slot], shift - RADIX_BITS,
				   first + (slot << shift));
}

static void check_mapping(struct recount *r, const struct address_space *mapping)
{
	r->of_mapping = r->shadows_of_mapping = r->dirty_of_mapping = 0;
	INV(V10, !mapping->root == !mapping->height, mapping->file, 0);
	if (mapping->root)
		check_node(r, mapping, NULL, mapping->root, (mapping->height - 1u) * RADIX_BITS, 0);
	if (r->broken)
		return;
	INV(V12, mapping->nr_pages == r->of_mapping, mapping->file, r->of_mapping);
	INV(V12, mapping->nr_shadows == r->shadows_of_mapping, mapping->file, r->shadows_of_mapping);
	INV(V12, mapping->nr_dirty == r->dirty_of_mapping, mapping->file, r->dirty_of_mapping);
	r->pages += r->of_mapping;
}

/* --- inodes and dentries [V14] ------------------------------------------------------------------------------------------------ */

static const struct dentry *dentry_of(const struct fs_state *fs, const struct inode *inode)
{
	const struct dentry *dentry = fs->dentry_hash[file_hash(fs, inode->mapping.file)];

	while (dentry && dentry->inode != inode)
		dentry = dentry->hash_next;
	return dentry;
}

static void check_inode(struct recount *r, const struct inode *inode)
{
	u32 file = inode->mapping.file;
	const struct inode *found = r->fs->inode_hash[file_hash(r->fs, file)];
	bool on_lru = inode->lru.next;

	while (found && found->mapping.file != file)
		found = found->hash_next;
	INV(V14, found == inode, file, 0);
	INV(V14, inode->has_dentry == !!dentry_of(r->fs, inode), file, 0);
	INV(V14, on_lru == (!inode->holders && !inode->has_dentry), file, 0);
	r->inodes++;
	r->held_back += on_lru;
	r->dentries += inode->has_dentry;
	check_mapping(r, &inode->mapping);
}

static u64 length(const struct list_head *head)
{
	u64 nr = 0;

	for (const struct list_head *at = head->next; at != head; at = at->next)
		nr++;
	return nr;
}

static void check_lists(struct recount *r)
{
	const struct fs_state *fs = r->fs;

	for (const struct list_head *at = fs->all.next; at != &fs->all && !r->broken; at = at->next)
		check_inode(r, list_entry(at, struct inode, all));
	if (r->broken)
		return;
	INV(V14, fs->nr_inodes == r->inodes, 0, r->inodes);
	INV(V14, fs->nr_lru_inodes == r->held_back && length(&fs->inode_lru) == r->held_back, 0, r->held_back);
	INV(V14, fs->nr_dentries == r->dentries && length(&fs->dentry_lru) == r->dentries, 0, r->dentries);
	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++)
		INV(V11, length(&fs->shadow_nodes[nid]) == fs->nr_shadow_nodes[nid], 0, nid);
}

/* --- frames, counters [V12] ----------------------------------------------------------------------------------------------------- */

static void check_frames(struct recount *r)
{
	u64 pages = 0;

	for (u64 pfn = 0; pfn < r->mm->nr_frames; pfn++) {
		const struct vm_page *vp = &r->mm->vm->page[pfn];

		if (!vp->flags)
			continue;
		pages += vp->mapping && !(vp->flags & PGV_swapbacked);
		INV(V4, !(vp->flags & PGV_writeback) || vp->flags & PGV_uptodate, 0, pfn);
		if (vp->flags & PGV_writeback)
			r->writeback[page_zone(r->mm, pfn)->nid]++;
	}
	INV(V1, pages == r->pages, 0, pages);
}

static void check_counters(struct recount *r)
{
	for (unsigned nid = 0; nid < r->mm->nr_nodes; nid++) {
		const s64 *stat = r->mm->vm->node[nid].stat;

		INV(V12, stat[NR_FILE_PAGES] - stat[NR_SWAPCACHE] == r->cached[nid], nid, (u64)r->cached[nid]);
		INV(V12, stat[NR_FILE_DIRTY] == r->dirty[nid], nid, (u64)r->dirty[nid]);
		INV(V12, stat[NR_WRITEBACK] == r->writeback[nid], nid, (u64)r->writeback[nid]);
		INV(V11, stat[WORKINGSET_NODES] == r->shadow_nodes[nid], nid, (u64)r->shadow_nodes[nid]);
	}
}

const char *filemap_check(void)
{
	struct recount r = { .mm = current_mm(), .fs = fs_state() };
	void (*const check[])(struct recount *) = { check_lists, check_frames, check_counters };

	for (unsigned i = 0; i < ARRAY_SIZE(check) && !r.broken; i++)
		check[i](&r);
	return r.broken ? check_verdict : NULL;
}
