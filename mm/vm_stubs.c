/* SPDX-License-Identifier: GPL-2.0-only */
/* vm_stubs.c - what is not written yet. Whoever writes a function removes its line here, in the same commit. */
#include <errno.h>
#include "vm_internal.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"
#define STUB __attribute__((weak))

/* --- sim/task.h, sim/disk.h */
STUB unsigned sim_kthread_create(struct sim_kthread kthread) { return 0; }
STUB void sim_timer(u64 at_ns) {}
STUB bool sim_sleep_timeout(bool (*awake)(void *arg), void *arg, u64 ns, const char *what) { return awake(arg); }
STUB void sim_run_kthreads(void) {}
STUB bool disk_submit(struct disk_request request) { return false; }
STUB bool disk_has_room(void *unused) { return true; }
STUB unsigned disk_complete(void) { return 0; }
STUB u64 disk_next_ns(void) { return ~0ULL; }
STUB u64 disk_virgin_key(unsigned device, u64 block) { return 1; }
STUB void sim_page_fill(u64 key, void *page) {}
STUB bool sim_page_holds(u64 key, const void *page) { return true; }

/* --- vmscan.c */
STUB u64 zone_reclaimable_pages(const struct zone *zone) { return 0; }
STUB bool pgdat_balanced(const struct pgdat *pgdat, unsigned order, unsigned highest) { return true; }
STUB bool current_is_kswapd(void) { return false; }
STUB void reclaim_state_add(u64 pages) {}
STUB int vmscan_init(void) { return 0; }
STUB int node_reclaim(struct zone *zone, gfp_t gfp, unsigned order) { return -2; }
STUB u64 reclaim_pages_of_node(struct pgdat *pgdat, gfp_t gfp, u64 nr) { return 0; }

/* --- workingset.c */
STUB u64 workingset_eviction(struct page *page) { return 1; }
STUB void workingset_refault(struct page *page, u64 shadow) {}
STUB void workingset_activation(struct page *page) {}
STUB void workingset_age_nonresident(struct lruvec *lruvec, u64 nr) {}

/* --- shrinker.c */
STUB struct shrinker *shrinker_alloc(u32 flags, const char *name) { return NULL; }
STUB void shrinker_register(struct shrinker *s) {}
STUB void shrinker_free(struct shrinker *s) {}
STUB u64 shrink_slab(gfp_t gfp, int nid, unsigned priority) { return 0; }
STUB int shrinker_init(void) { return 0; }
STUB const char *shrinker_check(void) { return NULL; }

/* --- vm_check.c */
STUB const char *lru_check(void) { return NULL; }
STUB const char *vm_check(void) { return NULL; }

/* --- filemap.c */
STUB void mapping_init(struct address_space *mapping, u32 file) {}
STUB struct page *filemap_get_page(struct address_space *mapping, u32 index, u64 *shadow) { return NULL; }
STUB int filemap_read_page(struct address_space *mapping, u32 index, gfp_t gfp, struct page **page) { return -ENOMEM; }
STUB bool remove_mapping(struct page *page) { return false; }
STUB void truncate_pages(struct address_space *mapping, u32 index) {}
STUB u64 invalidate_mapping_pages(struct address_space *mapping) { return 0; }
STUB u64 nr_cached_pages(const struct address_space *mapping) { return 0; }
STUB void lock_page(struct page *page) {}
STUB bool trylock_page(struct page *page) { return true; }
STUB void unlock_page(struct page *page) {}
STUB void wait_on_page_writeback(struct page *page) {}
STUB int filemap_init(void) { return 0; }
STUB const char *filemap_check(void) { return NULL; }
STUB int file_open(u32 file) { return -ENOMEM; }
STUB int file_read(u32 file, u32 index, void *buffer) { return -ENOMEM; }
STUB int file_write(u32 file, u32 index, const void *buffer) { return -ENOMEM; }
STUB int file_fsync(u32 file) { return 0; }
STUB int file_truncate(u32 file, u32 pages) { return -ENOMEM; }
STUB u32 file_size(u32 file) { return 0; }
STUB int drop_caches(unsigned what) { return -EINVAL; }

/* --- page-writeback.c */
STUB bool set_page_dirty(struct page *page) { return false; }
STUB bool clear_page_dirty_for_io(struct page *page) { return false; }
STUB void cancel_dirty_page(struct page *page) {}
STUB void set_page_writeback(struct page *page) {}
STUB void end_page_writeback(struct page *page, int error) {}
STUB int write_file_page(struct page *page) { return -EIO; }
STUB void balance_dirty_pages(void) {}
STUB void dirty_limits(u64 *background, u64 *dirty) { *background = *dirty = ~0ULL; }
STUB void wakeup_flusher(void) {}
STUB int writeback_init(void) { return 0; }
STUB int write_mapping(struct address_space *mapping, bool wait) { return 0; }

/* --- fs.c */
STUB struct address_space *inode_get(u32 file) { return NULL; }
STUB void inode_put(struct address_space *mapping) {}
STUB struct address_space *inode_find(u32 file) { return NULL; }
STUB struct address_space *inode_next(struct address_space *previous) { return NULL; }
STUB void inode_pages_changed(struct address_space *mapping) {}
STUB u32 inode_size(const struct address_space *mapping) { return 0; }
STUB int fs_init(void) { return 0; }
STUB void fs_settle(void) {}

/* --- block.c */
STUB int submit_page_io(struct page *page, unsigned device, u64 block, bool write, void (*end_io)(struct page *, int)) { return -EIO; }
STUB int block_init(void) { return 0; }
