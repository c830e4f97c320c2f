/* SPDX-License-Identifier: GPL-2.0-only */
/* vmscan_internal.h - what the files of reclaim say to each other: vmscan.c, vmscan_lists.c, vmscan_pages.c, kswapd.c. */
#ifndef MM_VMSCAN_INTERNAL_H
#define MM_VMSCAN_INTERNAL_H

#include "vm_internal.h"

#define DEF_PRIORITY 12
#define JIFFY_NS     10000000ULL

/* What one look at a list found, and all looks at a node together. */
struct reclaim_stat {
	u64 dirty, unqueued_dirty, congested, writeback, immediate;
	u64 pageout; /* of one look alone */
	u64 taken, file_taken;
};

/* One request for memory, on its way through nodes, priorities and lists. */
struct scan_control {
	gfp_t gfp;
	s8 priority; /* a list is looked at in parts of 1 / 2^priority */
	u8 order, highest; /* zones above this one are left alone */
	u8 balance; /* between which kinds the last look was shared: vmscan_lists.c */
	bool kswapd, may_writepage, may_unmap, may_swap;
	bool may_deactivate[2]; /* anon, file */
	bool force_deactivate, skipped_deactivate;
	bool file_is_tiny, cache_trim_mode, cache_trim_mode_failed, no_cache_trim_mode;
	u64 nr_to_reclaim, nr_scanned, nr_reclaimed;
	u64 anon_cost, file_cost;
	struct reclaim_stat nr; /* of the node that is looked at */
};

static inline u64 swap_cluster_max(void)
{
	return this_cpu->machine->param[PARAM_SWAP_CLUSTER_MAX];
}
static inline struct zone *pgdat_zone(const struct pgdat *pgdat, unsigned index)
{
	return current_mm()->zone[pgdat->nid * MAX_NR_ZONES + index];
}

/* --- vmscan_pages.c ---------------------------------------------------------------------------------------------------------- */

/* Isolated pages: what can be freed is, the others stay on the list, PGV_active if they were used. Returns how many are free. */
u64 shrink_page_list(struct list_head *pages, struct pgdat *pgdat, const struct scan_control *sc, struct reclaim_stat *stat,
		     u64 *looked_at);

/* --- vmscan_lists.c ---------------------------------------------------------------------------------------------------------- */

u64 lruvec_size(const struct lruvec *lruvec, enum lru_place lru, unsigned highest);
bool inactive_is_low(const struct lruvec *lruvec, enum lru_place inactive);
void shrink_lruvec(struct pgdat *pgdat, struct scan_control *sc);
void age_active_anon(struct pgdat *pgdat, struct scan_control *sc);

/* --- vmscan.c ---------------------------------------------------------------------------------------------------------------- */

void announce_reclaim(enum reclaim_news news, const struct pgdat *pgdat, const struct scan_control *sc, u64 asked, u64 index);
/* Sleep, for a reason. Returns whether it is over, and not only the time. */
bool reclaim_wait(enum vm_wait why, bool (*awake)(void *arg), void *arg, u64 ns, const char *what);
enum throttle { THROTTLE_WRITEBACK, THROTTLE_ISOLATED, THROTTLE_NO_PROGRESS, THROTTLE_CONGESTED };
void reclaim_throttle(struct pgdat *pgdat, enum throttle why);
bool too_many_isolated(const struct pgdat *pgdat, bool file, const struct scan_control *sc);
/* One look at a node, with this priority. */
void shrink_node(struct pgdat *pgdat, struct scan_control *sc);
void snapshot_refaults(struct pgdat *pgdat);
/* May those who reclaim for themselves go on, or is what is free for those who free? [R10] */
bool allow_direct_reclaim(const struct pgdat *pgdat);

#endif
