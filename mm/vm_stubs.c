/* SPDX-License-Identifier: GPL-2.0-only */
/* vm_stubs.c - what is not written yet. Whoever writes a function removes its line here, in the same commit. */
#include <errno.h>
#include "vm_internal.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"
#define STUB __attribute__((weak))

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

/* --- block.c */
STUB int submit_page_io(struct page *page, unsigned device, u64 block, bool write, void (*end_io)(struct page *, int)) { return -EIO; }
STUB int block_init(void) { return 0; }
