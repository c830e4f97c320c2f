/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * recount_vm.c - what mm counts of tasks, files and swap against what the model has by events.
 *
 *   [R58] figures of each task, and counters that say how many there are now, or what reclaim has done so far
 */
#include "vm_client.h"

static const char *const counters[] = {
	"nr_inactive_anon", "nr_active_anon", "nr_inactive_file", "nr_active_file", "nr_unevictable", "nr_dirty", "nr_writeback",
	"nr_anon_pages", "nr_mapped", "nr_file_pages", "nr_swapcached", "nr_page_table_pages", "pgsteal_kswapd", "pgsteal_direct",
	"pgsteal_anon", "pgsteal_file", "slabs_scanned", "pgscan_direct_throttle", "pageoutrun", "nr_foll_pin_acquired",
	"nr_foll_pin_released",
};

static const char *compare_counters(struct world *w)
{
	for (unsigned i = 0; i < ARRAY_SIZE(counters); i++) {
		u64 due = model_vm_counter(w->model, counters[i]), seen = vm_counter(counters[i]);

		if (seen != due)
			return world_says(w, "R58: %s is %llu, by events it is %llu", counters[i], (unsigned long long)seen,
					  (unsigned long long)due);
	}
	return NULL;
}

/* Which pages are passed over without being taken is mm's affair. */
static const char *compare_scanned(struct world *w)
{
	static const char *const name[] = { "pgscan_kswapd", "pgscan_direct", "pgscan_anon", "pgscan_file" };

	for (unsigned i = 0; i < ARRAY_SIZE(name); i++) {
		u64 seen = vm_counter(name[i]), least, most;

		model_vm_scanned(w->model, name[i], &least, &most);
		if (seen < least || seen > most)
			return world_says(w, "R58: %s is %llu, by events at least %llu and at most %llu", name[i],
					  (unsigned long long)seen, (unsigned long long)least, (unsigned long long)most);
	}
	return NULL;
}

static const char *compare_task(struct world *w, unsigned id)
{
	struct task_figures seen = task_figures(id);
	struct model_task_sums due = model_task_sums(w->model, id);

	if (seen.exists != due.exists || seen.killed != due.killed || (due.exists && seen.oom_score_adj != due.adj))
		return world_says(w, "R58: task %u is there: %u, killed: %u, with adj %d; by events %u, %u, %d", id, seen.exists,
				  seen.killed, seen.oom_score_adj, due.exists, due.killed, due.adj);
	if (seen.rss_anon != due.rss_anon || seen.rss_file != due.rss_file || seen.swapents != due.swapents ||
	    seen.pgtables_bytes != due.tables << PAGE_SHIFT)
		return world_says(w, "R58: task %u has %llu pages, %llu of files, %llu in swap, %llu bytes of tables; by events %llu, %llu, "
				     "%llu, %llu tables", id, (unsigned long long)seen.rss_anon, (unsigned long long)seen.rss_file,
				  (unsigned long long)seen.swapents, (unsigned long long)seen.pgtables_bytes,
				  (unsigned long long)due.rss_anon, (unsigned long long)due.rss_file, (unsigned long long)due.swapents,
				  (unsigned long long)due.tables);
	return NULL;
}

const char *vm_compare_figures(struct world *w)
{
	const char *bad = compare_counters(w);

	bad = bad ? bad : compare_scanned(w);
	for (unsigned id = 0; !bad && id < VM_MAX_TASKS; id++)
		bad = compare_task(w, id);
	return bad;
}
