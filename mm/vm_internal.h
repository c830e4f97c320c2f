/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_internal.h - pages that tasks, files and swap use, for mm/ alone.
 *
 * A page has one reference for each of: the page cache or the swap cache, each mapping, each pin, a batch it waits in, and whoever
 * holds it for a moment. The last put_vm_page() takes it off its list and gives it to the page allocator.
 *
 * [V1] a page is found in at most one of: a file's cache, the swap cache; an anonymous page may be in the swap cache
 * [V2] mapcount is the number of page table entries that point to it
 * [V3] PGV_lru: it is on the list that its flags say, of its node's lruvec; not set: in a batch, isolated, or on its way; a
 *      frame that is no page of ours has a struct vm_page of zeroes
 * [V4] PGV_dirty and PGV_writeback pages are uptodate and in a cache, or anonymous
 *
 * Locks, outermost first: a task's mmap_lock, the directory's, an inode's lock (mutexes) -> page lock (PGV_locked, sleeps)
 * -> lruvec->lock, mapping->lock, swap's lock (spinlocks, irqs off: the end of I/O takes them; the filesystem's is taken inside
 * mapping->lock, no other one inside another). Nobody allocates with a spinlock held. Among threads, where a step is a lock:
 * a task's table_lock -> mapping->lock, for what is counted of mappings; node->note_lock and tasks->lock inside all. Below the directory's lock allocations are
 * GFP_NOFS, in the block layer GFP_NOIO.
 */
#ifndef MM_VM_INTERNAL_H
#define MM_VM_INTERNAL_H

#include "internal.h"
#include "slab.h"
#include "task.h"
#include "disk.h"
#include "vm.h"

enum vm_page_flag {
	PGV_locked = 1 << 0,
	PGV_lru = 1 << 1,
	PGV_active = 1 << 2,
	PGV_unevictable = 1 << 3,
	PGV_referenced = 1 << 4,
	PGV_dirty = 1 << 5,
	PGV_writeback = 1 << 6,
	PGV_uptodate = 1 << 7,
	PGV_swapbacked = 1 << 8, /* anonymous */
	PGV_swapcache = 1 << 9,
	PGV_mlocked = 1 << 10,
	PGV_reclaim = 1 << 11,	/* to be reclaimed as soon as it is written */
	PGV_workingset = 1 << 12,
	PGV_error = 1 << 13,
	PGV_batch = 1 << 14,	/* in a CPU's batch */
	PGV_isolated = 1 << 15,
	PGV_readahead = 1 << 17, /* read before anybody asked for it, and not asked for yet */
	PGV_used = 1 << 16,	/* it is one of ours: between vm_alloc_page() and the free */
};

struct address_space;

/* One for each frame, beside struct page. All zero: not a page of ours. Linked into lists by page->lru. */
struct vm_page {
	u32 flags;    /* changed with vm_set_flags() alone */
	u32 mapcount; /* atomic; of a file's page under mapping->lock, where there are threads */
	u32 index;    /* of a file's page: in pages; of an anonymous one: its virtual page */
	u16 pins;
	u8 process;   /* anonymous: of the task's number + 1 */
	u8 use;	      /* enum vm_use */
	struct address_space *mapping; /* of a file's page in the cache */
	u32 entry;    /* PGV_swapcache: of swap */
	u32 file;     /* that mapping belongs to: for who must not look into a mapping that may go */
};

/* --- counters of a node, and events [F5] ------------------------------------------------------------------------------------- */

enum node_stat_item {
	NR_LRU_BASE, /* five, by enum lru_place */
	NR_ISOLATED_ANON = NR_LRU_BASE + NR_LRU_LISTS,
	NR_ISOLATED_FILE,
	WORKINGSET_NODES,
	WORKINGSET_REFAULT_ANON,
	WORKINGSET_REFAULT_FILE,
	WORKINGSET_ACTIVATE_ANON,
	WORKINGSET_ACTIVATE_FILE,
	WORKINGSET_RESTORE_ANON,
	WORKINGSET_RESTORE_FILE,
	WORKINGSET_NODERECLAIM,
	NR_ANON_MAPPED,
	NR_FILE_MAPPED,
	NR_FILE_PAGES, /* swap cache included */
	NR_FILE_DIRTY,
	NR_WRITEBACK,
	NR_VMSCAN_WRITE,
	NR_VMSCAN_IMMEDIATE,
	NR_DIRTIED,
	NR_WRITTEN,
	NR_KERNEL_MISC_RECLAIMABLE,
	NR_FOLL_PIN_ACQUIRED,
	NR_FOLL_PIN_RELEASED,
	NR_PAGETABLE,
	NR_SWAPCACHE,
	NR_NODE_STAT_ITEMS
};

/* Of a zone: dirty pages of files and pages under writeback; pages with PGV_mlocked, on a list or not [R24]. Changed with mod_page_zone_state(). */
enum vm_zone_item { NR_ZONE_WRITE_PENDING, NR_MLOCK, NR_VM_ZONE_ITEMS };

enum vm_reclaim_event { /* PGPGIN, PGPGOUT: counted in pages, shown in kB */
	PGPGIN, PGPGOUT, PSWPIN, PSWPOUT,
	PGSKIP_DMA, PGSKIP_DEVICE = PGSKIP_DMA + MAX_NR_ZONES - 1,
	PGACTIVATE, PGDEACTIVATE, PGFAULT, PGMAJFAULT, PGREFILL,
	PGSTEAL_KSWAPD, PGSTEAL_DIRECT, PGSCAN_KSWAPD, PGSCAN_DIRECT, PGSCAN_DIRECT_THROTTLE,
	PGSCAN_ANON, PGSCAN_FILE, PGSTEAL_ANON, PGSTEAL_FILE,
	PGSCAN_ZONE_RECLAIM_SUCCESS, PGSCAN_ZONE_RECLAIM_FAILED,
	PGINODESTEAL, SLABS_SCANNED, KSWAPD_INODESTEAL,
	KSWAPD_LOW_WMARK_HIT_QUICKLY, KSWAPD_HIGH_WMARK_HIT_QUICKLY, PAGEOUTRUN, PGROTATED,
	DROP_PAGECACHE, DROP_SLAB, OOM_KILLS,
	UNEVICTABLE_PGCULLED, UNEVICTABLE_PGRESCUED, UNEVICTABLE_PGMLOCKED, UNEVICTABLE_PGMUNLOCKED,
	SWAP_RA, SWAP_RA_HIT, ZSWPIN, ZSWPOUT, ZSWPWB,
	NR_VM_RECLAIM_EVENTS
};

/* --- a node --------------------------------------------------------------------------------------------------------------------- */

struct lruvec {
	spinlock_t lock;
	struct list_head lists[NR_LRU_LISTS];
	u64 lru_size[MAX_NR_ZONES][NR_LRU_LISTS]; /* pages, by zone [R1] */
	u64 anon_cost, file_cost; /* [R4] */
	u64 nonresident_age;	  /* [R23] */
	u64 refaults[2];	  /* anon, file: WORKINGSET_ACTIVATE when it was looked at last */
};

enum pgdat_flag {
	PGDAT_DIRTY = 1,	 /* kswapd finds nothing but dirty pages that nobody writes */
	PGDAT_WRITEBACK = 2,	 /* .. nothing but pages that are being written */
	PGDAT_RECLAIM_LOCKED = 4, /* somebody is in node_reclaim() */
	PGDAT_CONGESTED = 8,	 /* all dirty pages were met twice while they were written */
};

struct pgdat {
	struct lruvec lruvec;
	s64 stat[NR_NODE_STAT_ITEMS];
	s64 zone_stat[MAX_NR_ZONES][NR_VM_ZONE_ITEMS];
	u8 nid;
	u32 flags;
	step_lock_t note_lock; /* of the next two */
	u8 kswapd_order, kswapd_highest_zoneidx; /* what it was woken for; MAX_NR_ZONES: nothing */
	u32 kswapd_failures;
	bool kswapd_asleep; /* may be woken: it sleeps, naps, or looks whether it may */
	u8 kswapd_task;	    /* sim_current() there */
};

#define LRU_BATCH_PAGES 31 /* the machine's own is PARAM_LRU_BATCH */
struct lru_batch {
	u32 nr;
	struct page *page[LRU_BATCH_PAGES];
};

struct vm_state {
	struct vm_page *page; /* one a frame */
	bool up;	      /* vm_init() is over: vm_works() */
	struct pgdat node[MAX_NUMNODES];
	struct lru_batch batch[SIM_MAX_CPUS]; /* new pages, of their CPU: with interrupts off */
	u64 event[NR_VM_RECLAIM_EVENTS];
	u64 slab_freed[SIM_MAX_CPUS + 16]; /* pages of slabs that a task has freed while it reclaims: of operations, of kernel threads [R26] */
	u32 knob[NR_VM_KNOBS];
	struct fs_state *fs;
	struct swap_state *swap;
	struct task_state *tasks;
	struct shrinker_state *shrinkers;
	struct oom_state *oom;
	struct balloon *balloon;
	struct writeback_state *writeback;
	struct block_state *block;
};

static inline struct vm_state *vm_state(void)
{
	return current_mm()->vm;
}
/* There is reclaim, and somebody may be killed. */
static inline bool vm_works(const struct mm *mm)
{
	return mm->vm && smp_load_acquire(&mm->vm->up);
}
static inline struct vm_page *vm_page(const struct page *page)
{
	struct mm *mm = current_mm();

	return &mm->vm->page[page_pfn(mm, page)];
}
static inline struct pgdat *page_pgdat(const struct page *page)
{
	struct mm *mm = current_mm();

	return &mm->vm->node[page_zone(mm, page_pfn(mm, page))->nid];
}
static inline bool vm_flag(const struct page *page, u32 flags)
{
	return smp_load_acquire(&vm_page(page)->flags) & flags;
}
static inline void vm_set_flags(struct page *page, u32 flags)
{
	fetch_or(&vm_page(page)->flags, flags);
}
static inline void vm_clear_flags(struct page *page, u32 flags)
{
	fetch_and(&vm_page(page)->flags, ~flags);
}
static inline void mod_node_page_state(struct pgdat *pgdat, enum node_stat_item item, s64 nr)
{
	fetch_add_relaxed(&pgdat->stat[item], nr);
}
static inline u64 node_page_state(const struct pgdat *pgdat, enum node_stat_item item)
{
	return not_negative(READ_ONCE(pgdat->stat[item]));
}
static inline void mod_page_zone_state(const struct page *page, enum vm_zone_item item, s64 nr)
{
	const struct zone *zone = page_zone(current_mm(), page_pfn(current_mm(), page));

	fetch_add_relaxed(&vm_state()->node[zone->nid].zone_stat[zone->index][item], nr);
}
/* NR_FILE_DIRTY, NR_WRITEBACK: the node's, and its zone's as well. */
static inline void mod_write_pending(const struct page *page, enum node_stat_item item, s64 nr)
{
	mod_node_page_state(page_pgdat(page), item, nr);
	mod_page_zone_state(page, NR_ZONE_WRITE_PENDING, nr);
}
/* Of a zone, of all nodes, of all zones; 0 before vm_init(). */
static inline u64 vm_zone_state(const struct zone *zone, enum vm_zone_item item)
{
	return vm_state() ? not_negative(READ_ONCE(vm_state()->node[zone->nid].zone_stat[zone->index][item])) : 0;
}
u64 global_node_page_state(enum node_stat_item item);
u64 global_vm_zone_state(enum vm_zone_item item);
static inline void count_reclaim_events(enum vm_reclaim_event item, u64 nr)
{
	fetch_add_relaxed(&vm_state()->event[item], nr);
}
static inline bool page_is_anon(const struct page *page)
{
	return vm_flag(page, PGV_swapbacked);
}
/* Announce: of a page, of who waits. */
static inline void vm_page_news(const struct page *page, enum page_news news)
{
	mm_announce((struct mm_event){ .type = EVENT_PAGE_STATE, .pfn = page_pfn(current_mm(), page), .report = (u8)news });
}
/* It holds what it is to hold. */
static inline void set_page_uptodate(struct page *page)
{
	vm_set_flags(page, PGV_uptodate);
	vm_page_news(page, PAGE_UPTODATE);
}
/* The first and the last thing that a kernel thread's run() does. */
static inline void vm_kthread_news(bool on)
{
	mm_announce((struct mm_event){ .type = EVENT_KTHREAD, .kthread = (u8)(sim_current() - 1), .on = on });
}
static inline void vm_wait_news(enum vm_wait what, const struct page *page, bool on)
{
	mm_announce((struct mm_event){ .type = EVENT_WAIT, .report = (u8)what, .on = on,
				       .pfn = page ? page_pfn(current_mm(), page) : ~0ULL });
}
/* Sleep, for a reason, and for a page or for none. Returns whether it is over, and not only the time. */
static inline bool vm_sleep(enum vm_wait why, const struct page *page, bool (*awake)(void *arg), void *arg, u64 ns, const char *what)
{
	bool over;

	vm_wait_news(why, page, true);
	over = sim_sleep_timeout(awake, arg, ns, what);
	vm_wait_news(why, page, false);
	return over;
}

/* --- vm.c: boot, knobs, settle; and pages as their users get them ------------------------------------------------------------- */

/* A page for this use, with one reference, announced (EVENT_VM_WANTED ..). nid: NUMA_NO_NODE the CPU's. NULL: none. */
struct page *vm_alloc_page(enum vm_use use, gfp_t gfp, int nid);
static inline void get_vm_page(struct page *page)
{
	fetch_add_relaxed(&page->refcount, 1);
}
/* Any context. The last reference: off its list, and free. */
void put_vm_page(struct page *page);
static inline u32 vm_page_refs(const struct page *page)
{
	return (u32)READ_ONCE(page->refcount);
}

/* --- swap.c: lists [R1] ------------------------------------------------------------------------------------------------------------ */

/* A new page joins this CPU's batch, which holds a reference; a full batch goes to the lists (inactive file, active or inactive anon by flag). */
void lru_add_page(struct page *page);
void lru_add_drain(void); /* this CPU's */
void lru_add_drain_all(void);
/* Used: referenced, then active. [R6] */
void mark_page_accessed(struct page *page);
/* Which list its flags say. */
enum lru_place page_lru(const struct page *page);
/* Off its list, with a reference; false: it is on none. Whoever isolates holds the lock of the lists, and counts NR_ISOLATED. */
bool isolate_page_locked(struct page *page);
/* Back to where its flags say, and why; the reference stays. */
void put_on_list_again(struct page *page, enum lru_why why);
void leave_isolation(struct page *page);
/* Written, and wanted by reclaim: to the tail of the inactive list. Any context. */
void rotate_reclaimable_page(struct page *page);
/* The last reference is gone. */
void lru_forget_page(struct page *page);
/* [R24] */
void mlock_page(struct page *page);
void munlock_page(struct page *page);
void lruvec_init(struct lruvec *lruvec);
void lru_note_cost(struct lruvec *lruvec, bool file, u64 nr_io, u64 nr_rotated);

/* --- vmscan.c ------------------------------------------------------------------------------------------------------------------- */

/* Pages of a zone that reclaim could free, not counting what is free. [R5] */
u64 zone_reclaimable_pages(const struct zone *zone);
/* Is some zone of the node, none above this one, above its high mark for this order? [R12] */
bool pgdat_balanced(const struct pgdat *pgdat, unsigned order, unsigned highest);
bool current_is_kswapd(void);
#define MAX_RECLAIM_RETRIES 16
/* kswapd has run so often without success: it is not woken any more. [R11] vmstat.c */
bool node_is_unreclaimable(unsigned nid);
int kswapd_init(void); /* of each node: kswapd.c */
/* Reclaim from the zone's node, before going to another node. [R18] -2..1 */
int node_reclaim(struct zone *zone, gfp_t gfp, unsigned order);

/* --- workingset.c [R23] ------------------------------------------------------------------------------------------------------------ */

/* What is left in place of a page that leaves the cache: odd, so that it is no pointer. */
u64 workingset_eviction(struct page *page);
/* It comes back, and is on no list yet: activate it? No spinlock held. */
void workingset_refault(struct page *page, u64 shadow);
void workingset_activation(struct page *page);
void workingset_age_nonresident(struct lruvec *lruvec, u64 nr);
/* Of so many nodes of a tree that hold nothing but shadows: how many are too many for this node? Whoever frees one counts WORKINGSET_NODERECLAIM. */
u64 workingset_excess_nodes(unsigned nid, u64 nodes);

/* --- shrinker.c [R15]..[R17] ---------------------------------------------------------------------------------------------------------- */

#define SHRINK_STOP  (~0ULL)
#define SHRINK_EMPTY (~0ULL - 1)
#define SHRINKER_NUMA_AWARE 1
#define DEFAULT_SEEKS 2

struct shrink_control {
	gfp_t gfp;
	int nid;
	u64 nr_to_scan, nr_scanned;
};
struct shrinker {
	u64 (*count_objects)(struct shrinker *s, struct shrink_control *sc);
	u64 (*scan_objects)(struct shrinker *s, struct shrink_control *sc); /* freed, or SHRINK_STOP */
	u32 batch, seeks, flags;
	u64 nr_deferred[MAX_NUMNODES];
	const char *name;
	u8 id;
	bool registered;
	u32 users; /* who is in it */
};
#define MAX_SHRINKERS 8
struct shrinker_state {
	struct shrinker shrinker[MAX_SHRINKERS];
	bool taken[MAX_SHRINKERS];
	unsigned nr; /* from here on none was ever taken */
};
/* The caller fills in the rest, then registers. NULL: there are too many. */
struct shrinker *shrinker_alloc(u32 flags, const char *name);
void shrinker_register(struct shrinker *s);
void shrinker_free(struct shrinker *s);
/* dcache.c: VM_SHRINKER_MODE has changed. May wait. */
void inode_shrinker_follows_mode(void);
/* All shrinkers, at this priority: returns objects freed. */
u64 shrink_slab(gfp_t gfp, int nid, unsigned priority);
int shrinker_init(void);

/* --- rmap.c [V2] ------------------------------------------------------------------------------------------------------------------------ */

void page_add_anon_rmap(struct page *page, unsigned process, u32 vpn);
void page_add_file_rmap(struct page *page);
void page_remove_rmap(struct page *page);
/* Mappings that were used since the last look, which are marked as not used; *mlocked: one of them is mlocked. */
unsigned page_referenced(struct page *page, bool *mlocked);
/* Take it out of all page tables; an anonymous page must be in the swap cache, its entry goes there. false: a mapping stays (mlocked). Page locked. */
bool try_to_unmap(struct page *page);
/* Write access goes; returns how many mappings had written: the page is dirty then. Page locked. */
unsigned page_mkclean(struct page *page);
/*
 * No mapping of [index, index + nr) of the file stays. Who takes a page out of the cache calls it with the page locked, or again
 * when it has locked it: a fault maps what it found before.
 */
void unmap_mapping_range(struct address_space *mapping, u32 index, u32 nr);

/* --- memory.c: tasks ---------------------------------------------------------------------------------------------------------------------- */

struct vm_task {
	bool exists, killed, exiting, oom_victim, oom_skip;
	int16_t oom_score_adj;
	u32 id;
	char comm[16];
	struct mutex mmap_lock;
	step_lock_t table_lock; /* entries, what is counted of them, and windows: task_internal.h */
	struct page *pgd;
	struct page *table[VM_SPACE_PAGES / 512]; /* page tables, 512 entries of 8 bytes each; NULL: none yet */
	u32 nr_tables;	   /* pgd included */
	u64 rss_anon, rss_file, rss_shmem, swapents, locked, total_vm; /* changed with table_lock, or mmap_lock for tables and windows */
	struct vm_window {
		u32 file, first, nr; /* nr 0: free */
	} window[VM_WINDOWS];
};
struct task_state {
	u32 nr;
	step_lock_t lock; /* who exists, and who is to die: innermost */
	struct vm_task task[VM_MAX_TASKS];
};
static inline struct vm_task *vm_task(unsigned id)
{
	return &vm_state()->tasks->task[id];
}
static inline bool task_is_killed(const struct vm_task *task)
{
	return READ_ONCE(task->killed);
}
/* Whose memory the operation that runs here uses; NULL nobody's: a task of the kernel. */
static inline struct vm_task *current_process(void)
{
	return this_cpu->process ? vm_task(this_cpu->process - 1u) : NULL;
}
bool fatal_signal_pending(void); /* of the current process */
bool send_sigkill(struct vm_task *task); /* tasks->lock held; false: it was killed before, or is gone */
int tasks_init(void);
/* The reaper: free private anonymous pages of a victim; false: mmap_lock is taken. [O7] */
bool task_reap(struct vm_task *task, u64 *freed);
/* The page of an entry comes back to the table that names it, if one does. For swapoff. 0, -ENOMEM, -EIO */
int unuse_entry(u32 entry);
void tasks_settle(void);

/* --- filemap.c ------------------------------------------------------------------------------------------------------------------------------ */

struct address_space {
	spinlock_t lock; /* the tree, the counts, and that a page is in it; taken by the end of I/O */
	u32 file, nr_pages, nr_shadows;
	void *root;	 /* of the tree: nodes are objects of radix_tree_node; see radix_tree.c */
	u8 height;
	bool error;	 /* a write failed, and fsync has not said so yet [AS_EIO] */
	u32 nr_dirty, nr_mapped;
	u64 dirtied_ns;	 /* when it got its first dirty page */
	u32 ra_next, ra_pages; /* readahead.c: the page that who reads in order wants next; how many were read at once */
};
void mapping_init(struct address_space *mapping, u32 file);
/* A whole page to a buffer; or, to NULL, it is written from one, with zeroes if from is NULL too. Whoever has mapped what. */
void copy_vm_page(struct page *page, void *to, const void *from);
/* The page, with a reference; NULL: not in the cache (*shadow, if wanted, is what was left there, 0 nothing). */
struct page *filemap_get_page(struct address_space *mapping, u32 index, u64 *shadow);
/* The page, uptodate, with a reference, read from disk if need be. Unlocked. */
int filemap_read_page(struct address_space *mapping, u32 index, gfp_t gfp, struct page **page);
/* Reclaim: out of the cache, leaving a shadow, if nobody but caller (one reference) and cache has it and it is clean. Page locked. */
bool remove_mapping(struct page *page);
/* Truncate: all pages from this index on, whatever their state. */
void truncate_pages(struct address_space *mapping, u32 index);
/* Clean, unmapped, unlocked pages go. Returns how many. */
u64 invalidate_mapping_pages(struct address_space *mapping);
/* Sleep until the page is not locked, and lock it. */
void lock_page(struct page *page);
bool trylock_page(struct page *page);
void unlock_page(struct page *page); /* any context */
void wait_on_page_writeback(struct page *page);

/* --- page-writeback.c [R22] --------------------------------------------------------------------------------------------------------------------- */

/* true: it was not dirty before. */
bool set_page_dirty(struct page *page);
/* Page locked: it is about to be written; asks its mappings. false: not dirty. */
bool clear_page_dirty_for_io(struct page *page);
/* Nobody will want what it holds. */
void cancel_dirty_page(struct page *page);
void set_page_writeback(struct page *page);
void end_page_writeback(struct page *page, int error); /* any context */
/*
 * A page of a file, locked and clean for I/O: start to write it; unlocks it. Never for who may not enter the filesystem.
 */
void write_file_page(struct page *page);
void balance_dirty_pages(void);
void dirty_limits(u64 *background, u64 *dirty);
/* The flusher is to write something. Any context. */
void wakeup_flusher(void);
int writeback_init(void);
/* Write dirty pages of one mapping; wait: until they are written. */
void write_mapping(struct address_space *mapping, bool wait);

/* --- fs.c: inodes and dentries --------------------------------------------------------------------------------------------------------------------- */

/* The mapping of a file, its inode being kept (inode_put()); opens it if need be. NULL: no memory. */
struct address_space *inode_get(u32 file);
void inode_put(struct address_space *mapping);
/* The mapping if its inode is in the cache; not kept. */
struct address_space *inode_find(u32 file);
/* Every mapping with pages or shadows, for the flusher, drop_caches and the end: NULL ends. Kept while it is looked at. */
struct address_space *inode_next(struct address_space *previous);
/* Pages of the file. */
u32 inode_size(const struct address_space *mapping);
int fs_init(void);
void fs_settle(void);

/* --- block.c: requests to devices; allocates with GFP_NOIO ------------------------------------------------------------------------------------------ */

/* A page to or from a block. end_io in hardirq context. May sleep until the device takes it, and for memory of its own. */
void submit_page_io(struct page *page, unsigned device, u64 block, bool write, void (*end_io)(struct page *page, int error));
int block_init(void); /* mempool, kblockd */

/* --- swapfile.c, swap_state.c, zswap.c [R20] --------------------------------------------------------------------------------------------------------- */

#define swap_entry(device, slot) ((u32)(device) << 24 | (slot)) /* device 1..3: never 0 */
#define swap_device_of(entry)	 ((entry) >> 24)
#define swap_slot_of(entry)	 ((entry) & 0xffffff)

u64 get_nr_swap_pages(void); /* free slots */
u64 total_swap_pages(void);
/* A slot for this page, which joins the swap cache. Page locked. false: there is none. */
bool add_to_swap(struct page *page);
/* One user more, or less, of an entry. The last one that goes takes a cached page along, unless it is mapped or locked. */
void swap_duplicate(u32 entry);
void swap_free(u32 entry);
/* Page locked, unmapped nowhere: leaves the swap cache; a slot nobody else uses is free. */
void delete_from_swap_cache(struct page *page);
/* If nobody else needs the slot, the page becomes an ordinary anonymous one again. Page locked. */
bool try_to_free_swap(struct page *page);
/* Its last mapping is gone: it leaves the swap cache if no entry is left and nobody is at it. Page not locked by the caller. */
void free_swap_cache(struct page *page);
/* Reclaim: out of the swap cache, the slot keeps what is in it. Page locked, clean. */
bool remove_from_swap_cache(struct page *page);
/*
 * The page that an entry stands for, uptodate, with a reference, not locked; reads it (zswap, then the device, with readahead).
 * 0; -ENOMEM; -EIO; -ENOENT: nobody has this entry any more, look again.
 */
int swap_in(u32 entry, gfp_t gfp, struct page **page);
/* Start to write a page of the swap cache, locked and clean for I/O; unlocks it. It is started, or kept by zswap, or nobody wants it any more. */
void swap_writepage(struct page *page);
int swap_init(void);
u64 zswap_pool_pages(void);
u64 zswap_stored_pages(void);
/* Keep its contents compressed. false: the device must have it. */
bool zswap_store(struct page *page);
/* Into the page; false: it is not here. */
bool zswap_load(struct page *page);
void zswap_invalidate(u32 entry);
void swap_settle(void);

/* --- oom_kill.c -------------------------------------------------------------------------------------------------------------------------------------- */

struct oom_control {
	gfp_t gfp;
	unsigned order;
	u64 totalpages;
	s64 chosen_points;
	struct vm_task *chosen;
};
/* The request may try again then. Caller holds oom_lock. Panics (STOP_PANIC) when nobody is left. [O5] */
void out_of_memory(struct oom_control *oc);
/*
 * [L6], what is behind the caller's own look at the high mark; both with oom_lock held. true: something was done or is under way,
 * so that another lap makes sense: oom_unlock(), then oom_wait().
 */
bool may_oom_kill(gfp_t gfp, unsigned order, unsigned highest);
/* Of a request of this kind, whatever there is. */
bool may_kill_for(gfp_t gfp, unsigned order, unsigned highest);
/* false (announced as OOM_BUSY): somebody else decides; oom_wait(), then another lap. */
bool oom_trylock(void);
void oom_unlock(void);
/*
 * Sleep until a victim has given up its memory, anything was freed, or who decides has decided; for little longer than the
 * reaper takes to come. Does not wait for who is to die himself. Without __GFP_FS it may come back again and again, nobody being killed: whoever calls counts.
 */
void oom_wait(void);
/* The current process may use reserves to end with. (PF_OOM_VICTIM, or it was marked.) */
static inline bool tsk_is_oom_victim(void)
{
	return (this_cpu->task_flags & PF_OOM_VICTIM) || (this_cpu->process && READ_ONCE(current_process()->oom_victim));
}
/* [O1]; S64_MIN: never */
s64 oom_badness(const struct vm_task *task, u64 totalpages);
u64 oom_totalpages(void);
/* Both with tasks->lock held. */
void mark_oom_victim(struct vm_task *task);
/* A task that was marked ends, its memory is given back: nobody waits for it any longer. Announces OOM_SKIP if that was not said before. */
void exit_oom_victim(struct vm_task *task);
/*
 * Called in the order of registration, by whoever runs out, before anybody is killed; it adds what it frees. -ENOMEM: there are
 * too many. The model knows the balloon as the only one.
 */
int register_oom_notifier(void (*notify)(u64 *freed));
void unregister_oom_notifier(void (*notify)(u64 *freed));
int oom_init(void);

/* --- balloon.c ----------------------------------------------------------------------------------------------------------------------------------------- */

struct balloon {
	spinlock_t lock; /* all of this */
	u32 nr;
	struct list_head pages;
};
int balloon_init(void);

/* --- oom_report.c [O11]..[O13] ------------------------------------------------------------------------------------------------------------------------ */

/* Who asks: a task's name, or ours. */
const char *current_comm(void);
void oom_dump_header(const struct oom_control *oc);
void oom_dump_victim(const struct vm_task *task);
void oom_log_kill(const struct vm_task *task, const char *message);
void oom_log_reaped(const struct vm_task *task, bool done);

/* --- checks: *_check.c, each NULL or a sentence ------------------------------------------------------------------------------------------------------- */

const char *lru_check(void);
const char *memory_check(void);
const char *filemap_check(void);
const char *swap_check(void);
const char *shrinker_check(void);
const char *balloon_check(void);

#endif
