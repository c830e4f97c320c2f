/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * radix_tree.c - which page, or which shadow of a page that was there, is at an index of a file.
 *
 *   height 2        root  shift 6            64 slots a node; a slot is empty, a node (shift > 0), a page, or a shadow (odd).
 *                  /    \                    The root covers 64^height indices; it grows upward when an index lies behind
 *   shift 0    0..63    128..191             that. A node without entries is taken out at once, and its parents with it.
 *
 * Nodes are objects of the cache radix_tree_node. They are allocated before mapping->lock is taken, with the mapping's mask,
 * and given back after it is released: a stock carries them. What is not used goes back.
 *
 * A lowest node that has shadows and nothing else is on its NUMA node's list: its memory can be had for the price of a little
 * memory of what was used before. [R23] Shrinker `mm-shadow` takes what is too much of them.
 *
 * Invariants (filemap_check() tests each by its number):
 *   [V10] a node's count is the number of its slots that are not empty, never 0; nr_shadows that of its shadows
 *   [V11] a node is on its list of shadow nodes if and only if it has shadows alone; WORKINGSET_NODES is their number
 * Locks: mapping->lock; fs->lock inside, for the lists. Unlike Linux: no tags, no sibling entries, a root does not shrink.
 */
#include <errno.h>
#include "filemap_internal.h"

/* What of a mask is not about which page it should be. */
#define NODE_GFP_MASK                                                                                                  \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_RETRY_MAYFAIL | __GFP_NOFAIL |       \
	 __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC)

/* --- stocks ---------------------------------------------------------------------------------------------------------------- */

bool radix_fill(struct radix_stock *stock, u32 nr, gfp_t gfp)
{
	struct mm *mm = current_mm();

	VM_BUG_ON(nr > RADIX_MOST);
	while (stock->nr < nr) {
		struct radix_node *node = kmem_cache_zalloc(fs_state()->node_cache, gfp & NODE_GFP_MASK);

		if (!node)
			return false;
		node->nid = page_zone(mm, page_pfn(mm, virt_to_page(node)))->nid;
		stock->node[stock->nr++] = node;
	}
	return true;
}

void radix_return(struct radix_stock *stock)
{
	while (stock->nr) {
		struct radix_node *node = stock->node[--stock->nr];

		memset(node, 0, sizeof(*node));
		kmem_cache_free(fs_state()->node_cache, node);
	}
}

static struct radix_node *take_node(struct radix_stock *stock, struct address_space *mapping, u32 first, unsigned shift)
{
	struct radix_node *node;

	VM_BUG_ON(!stock->nr);
	node = stock->node[--stock->nr];
	node->mapping = mapping;
	node->first = first;
	node->shift = (u8)shift;
	return node;
}

static void give_node(struct radix_stock *stock, struct radix_node *node)
{
	VM_BUG_ON(stock->nr == RADIX_MOST);
	stock->node[stock->nr++] = node;
}

/* --- nodes with nothing but shadows [R23] -------------------------------------------------------------------------------- */

static void note_shadow_node(struct radix_node *node)
{
	struct fs_state *fs = fs_state();
	bool wanted = node->count && node->count == node->nr_shadows, listed;
	unsigned long flags;

	step_lock(&fs->lock); /* its neighbours on the list change it */
	listed = node->shadows.next;
	step_unlock(&fs->lock);
	if (wanted == listed)
		return;
	spin_lock_irqsave(&fs->lock, flags);
	if (wanted)
		list_add_tail(&node->shadows, &fs->shadow_nodes[node->nid]);
	else
		list_del(&node->shadows);
	ADD_ONCE(fs->nr_shadow_nodes[node->nid], wanted ? 1 : -1ULL);
	mod_node_page_state(&vm_state()->node[node->nid], WORKINGSET_NODES, wanted ? 1 : -1);
	spin_unlock_irqrestore(&fs->lock, flags);
}

/* --- walking ------------------------------------------------------------------------------------------------------------------ */

static u64 covered(unsigned height)
{
	return height ? 1ULL << height * RADIX_BITS : 0;
}
static struct radix_node *child(u64 entry)
{
	return (struct radix_node *)(uintptr_t)entry;
}
static unsigned slot_of(const struct radix_node *node, u64 index)
{
	return (unsigned)(index >> node->shift) & (RADIX_SLOTS - 1);
}

/* The lowest node that an index leads to; NULL: it is not there. *missing: how many nodes below the last one are not. */
static struct radix_node *find_leaf(const struct address_space *mapping, u32 index, u32 *missing)
{
	struct radix_node *node = mapping->root;

	*missing = 0;
	while (node && node->shift) {
		struct radix_node *below = child(node->slot[slot_of(node, index)]);

		sim_tick();
		if (!below)
			*missing = node->shift / RADIX_BITS;
		node = below;
	}
	return node;
}

u32 radix_wants(const struct address_space *mapping, u32 index)
{
	unsigned height = mapping->height, above = 0;
	u32 missing;

	while (index >= covered(height)) {
		height++;
		above++;
	}
	if (!mapping->root)
		return height;
	if (above) /* the old root is the first child of what comes above: the way down begins at the new root */
		return above + (height - 1);
	find_leaf(mapping, index, &missing);
	return missing;
}

u64 radix_load(const struct address_space *mapping, u32 index)
{
	struct radix_node *leaf;
	u32 missing;

	if (index >= covered(mapping->height))
		return 0;
	leaf = find_leaf(mapping, index, &missing);
	return leaf ? leaf->slot[slot_of(leaf, index)] : 0;
}

u64 radix_next(const struct address_space *mapping, u64 *index)
{
	const struct radix_node *node = mapping->root;

	while (node && *index < covered(mapping->height)) {
		unsigned slot = slot_of(node, *index);

		sim_tick();
		while (slot < RADIX_SLOTS && !node->slot[slot])
			slot++;
		if (slot != slot_of(node, *index)) /* what was skipped is skipped whole */
			*index = node->first + ((u64)slot << node->shift);
		if (slot == RADIX_SLOTS)
			node = mapping->root;
		else if (!node->shift)
			return node->slot[slot];
		else
			node = child(node->slot[slot]);
	}
	return 0;
}

/* --- changing ------------------------------------------------------------------------------------------------------------------- */

static void grow(struct address_space *mapping, u32 index, struct radix_stock *stock)
{
	while (index >= covered(mapping->height)) {
		struct radix_node *old = mapping->root, *root;

		mapping->height++;
		if (!old)
			continue;
		root = take_node(stock, mapping, 0, (mapping->height - 1u) * RADIX_BITS);
		root->slot[0] = (u64)(uintptr_t)old;
		root->count = 1;
		old->parent = root;
		mapping->root = root;
	}
	if (!mapping->root)
		mapping->root = take_node(stock, mapping, 0, (mapping->height - 1u) * RADIX_BITS);
}

static struct radix_node *make_leaf(struct address_space *mapping, u32 index, struct radix_stock *stock)
{
	struct radix_node *node;

	grow(mapping, index, stock);
	for (node = mapping->root; node->shift;) {
		unsigned slot = slot_of(node, index);
		u32 inside = (1u << node->shift) - 1;

		sim_tick();
		if (!node->slot[slot]) {
			struct radix_node *below = take_node(stock, mapping, index & ~inside, node->shift - RADIX_BITS);

			below->parent = node;
			node->slot[slot] = (u64)(uintptr_t)below;
			node->count++;
		}
		node = child(node->slot[slot]);
	}
	return node;
}

static void remove_empty(struct address_space *mapping, struct radix_node *node, struct radix_stock *stock)
{
	while (node && !node->count) {
		struct radix_node *parent = node->parent;

		sim_tick();
		if (parent) {
			parent->slot[slot_of(parent, node->first)] = 0;
			parent->count--;
		} else {
			mapping->root = NULL;
			mapping->height = 0;
		}
		give_node(stock, node);
		node = parent;
	}
}

void radix_store(struct address_space *mapping, u32 index, u64 entry, struct radix_stock *stock)
{
	struct radix_node *leaf;
	u32 missing;
	u64 *slot;

	lockdep_assert_held(&mapping->lock);
	leaf = entry ? make_leaf(mapping, index, stock) : find_leaf(mapping, index, &missing);
	slot = &leaf->slot[slot_of(leaf, index)];
	leaf->count += !!entry - !!*slot;
	leaf->nr_shadows += !!is_shadow(entry) - !!is_shadow(*slot);
	*slot = entry;
	note_shadow_node(leaf);
	remove_empty(mapping, leaf, stock);
}

/* --- shrinker mm-shadow ------------------------------------------------------------------------------------------------------------ */

/* What is beyond use. */
static u64 count_shadow_nodes(struct shrinker *s, struct shrink_control *sc)
{
	u64 nodes = READ_ONCE(fs_state()->nr_shadow_nodes[sc->nid]);

	(void)s;
	return nodes ? workingset_excess_nodes((unsigned)sc->nid, nodes) : SHRINK_EMPTY;
}

/* The mapping of the first node, held, and where in it the node is. */
static struct address_space *first_shadow_node(struct fs_state *fs, unsigned nid, u32 *first)
{
	struct address_space *mapping = NULL;
	struct radix_node *node;
	unsigned long flags;

	spin_lock_irqsave(&fs->lock, flags);
	node = list_first_entry_or_null(&fs->shadow_nodes[nid], struct radix_node, shadows);
	if (node) {
		mapping = node->mapping;
		*first = node->first;
		inode_hold(fs, mapping_inode(mapping));
	}
	spin_unlock_irqrestore(&fs->lock, flags);
	return mapping;
}

static bool free_shadow_node(struct address_space *mapping, u32 first)
{
	struct radix_stock stock = { 0 };
	struct radix_node *leaf;
	unsigned long flags;
	bool freed = false;
	u32 missing;

	spin_lock_irqsave(&mapping->lock, flags);
	leaf = first < covered(mapping->height) ? find_leaf(mapping, first, &missing) : NULL;
	if (leaf && leaf->count == leaf->nr_shadows) {
		SUB_ONCE(mapping->nr_shadows, leaf->count);
		mod_node_page_state(&vm_state()->node[leaf->nid], WORKINGSET_NODERECLAIM, 1);
		leaf->count = leaf->nr_shadows = 0;
		note_shadow_node(leaf);
		remove_empty(mapping, leaf, &stock);
		freed = true;
	}
	spin_unlock_irqrestore(&mapping->lock, flags);
	radix_return(&stock);
	return freed;
}

static u64 scan_shadow_nodes(struct shrinker *s, struct shrink_control *sc)
{
	struct fs_state *fs = fs_state();
	u64 freed = 0, scanned = 0;

	(void)s;
	while (scanned < sc->nr_to_scan) {
		struct address_space *mapping;
		u32 first = 0;

		sim_tick();
		mapping = first_shadow_node(fs, (unsigned)sc->nid, &first);
		if (!mapping)
			break;
		scanned++;
		freed += free_shadow_node(mapping, first);
		inode_put(mapping);
	}
	sc->nr_scanned = scanned;
	return scanned ? freed : SHRINK_STOP;
}

int shadow_nodes_init(struct fs_state *fs)
{
	for (unsigned nid = 0; nid < MAX_NUMNODES; nid++)
		INIT_LIST_HEAD(&fs->shadow_nodes[nid]);
	fs->shadows = shrinker_alloc(SHRINKER_NUMA_AWARE, "mm-shadow");
	if (!fs->shadows)
		return -ENOMEM;
	fs->shadows->count_objects = count_shadow_nodes;
	fs->shadows->scan_objects = scan_shadow_nodes;
	fs->shadows->seeks = 0;
	shrinker_register(fs->shadows);
	return 0;
}
