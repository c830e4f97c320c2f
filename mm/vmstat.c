/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmstat.c - what is counted. (The texts that tell of it: vmstat_show.c.)
 *
 *   zone->stat[cpu]->vm_stat_diff[item]   what a CPU holds back: -t .. t, t its threshold
 *                 |  beyond t, or at vmstat_update(): all of it moves
 *                 v
 *   zone->vm_stat[item]                   what everybody reads, for one load
 *
 * The truth is the sum of both. The cheap number is wrong by at most cpus * t, which does no harm where low and min lie
 * further apart than that; elsewhere, below percpu_drift_mark, whoever tests a mark must take the sum.
 * Events and NUMA counters steer nothing: each CPU counts for itself, and only who asks for them adds up.
 *
 * Invariants:
 *   [W12] between two changes no CPU holds back more than its threshold, and the sum is the truth
 *   [Z9]  of each allocation one zone says hit or miss and local or other; the preferred zone says foreign to a miss
 * Locks: zone->lock for what a CPU holds back; the zone's number is atomic. Events and NUMA counters: a CPU writes its own
 * alone. Counters of nodes, and events of reclaim: one number each, atomic.
 * Unlike Linux: thresholds stay while kswapd runs; events of a dead CPU go to CPU 0; lists shrink before numbers are added up, not after; other CPUs' numbers
 * are added up from here, not by a job on each of them. Contract: include/vmstat.h.
 */
#include "vm_internal.h"

#define PAGES_OF_128_MIB_SHIFT (27 - PAGE_SHIFT)

static unsigned nr_cpus(void)
{
	return this_cpu->machine->param[PARAM_CPUS];
}

/* --- counters of a zone ------------------------------------------------------------------------------------------- */

static void zone_page_state_add(struct zone *zone, unsigned item, s64 pages)
{
	fetch_add_relaxed(&zone->vm_stat[item], pages);
}

static s64 zone_vm_stat(const struct zone *zone, unsigned item)
{
	return READ_ONCE(zone->vm_stat[item]);
}

/* The whole part moves, however large the change: what stays always fits an s8. Caller holds zone->lock. [W12] */
void mod_zone_page_state(struct zone *zone, enum zone_stat_item item, s64 delta)
{
	struct per_cpu_zonestat *stat = zone->stat[this_cpu->id];
	s64 part = READ_ONCE(stat->vm_stat_diff[item]) + delta, most = READ_ONCE(stat->stat_threshold);

	if (part > most || part < -most) {
		zone_page_state_add(zone, item, part);
		part = 0;
	}
	WRITE_ONCE(stat->vm_stat_diff[item], (s8)part);
}

static s64 exact_state(const struct zone *zone, unsigned item)
{
	s64 pages = zone_vm_stat(zone, item);

	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		pages += READ_ONCE(zone->stat[cpu]->vm_stat_diff[item]);
	return pages;
}

u64 zone_page_state_snapshot(const struct zone *zone, enum zone_stat_item item)
{
	return not_negative(exact_state(zone, item));
}

one_step static void fold_diffs(struct zone *zone, unsigned cpu)
{
	struct per_cpu_zonestat *stat = zone->stat[cpu];
	bool any = false;

	sim_yield(YIELD_PERCPU); /* the CPU's own interrupts count too */
	step_lock(&zone->lock);	 /* under which that CPU counts */
	for (unsigned item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++) {
		s8 part = stat->vm_stat_diff[item];

		WRITE_ONCE(stat->vm_stat_diff[item], 0);
		if (part)
			zone_page_state_add(zone, item, part);
		any |= part != 0;
	}
	if (any)
		mm_announce((struct mm_event){ .type = EVENT_STAT_FOLD, .zone = zone_id(zone), .list_cpu = (u8)cpu });
	step_unlock(&zone->lock);
}

static void fold_all_zones(struct mm *mm, unsigned cpu)
{
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			fold_diffs(mm->zone[i], cpu);
}

/* The lists shrink first, so that nothing is held back in the end. [P11] */
void vmstat_update(void)
{
	struct mm *mm = current_mm();

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			decay_pcp_high(mm, mm->zone[i]);
	fold_all_zones(mm, this_cpu->id);
}

void vmstat_refresh(void)
{
	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		fold_all_zones(current_mm(), cpu);
}

/* --- thresholds --------------------------------------------------------------------------------------------------- */

static unsigned highest_threshold(void)
{
	return this_cpu->machine->param[PARAM_STAT_THRESHOLD_HIGHEST];
}

/* Larger machines may be wrong by more: it takes more pages to matter, and more CPUs would fight for the number. */
static unsigned calculate_normal_threshold(const struct zone *zone)
{
	u64 t = 2 * fls64(nr_cpus()) * (1 + fls64(zone->managed_pages >> PAGES_OF_128_MIB_SHIFT));

	return (unsigned)min_of(t, (u64)highest_threshold());
}

/* So small that all CPUs together stay within the gap from min to low: for when kswapd runs. [W12] */
unsigned calculate_pressure_threshold(const struct zone *zone)
{
	u64 t = (zone->watermark[WMARK_LOW] - zone->watermark[WMARK_MIN]) / nr_cpus();

	return (unsigned)min_of(max_of(t, (u64)1), (u64)highest_threshold());
}

static void refresh_threshold(struct zone *zone)
{
	unsigned threshold = calculate_normal_threshold(zone);
	u64 drift = (u64)nr_cpus() * threshold;
	u64 gap = zone->watermark[WMARK_LOW] - zone->watermark[WMARK_MIN];

	VM_BUG_ON(threshold > INT8_MAX);
	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		WRITE_ONCE(zone->stat[cpu]->stat_threshold, (u8)threshold);
	WRITE_ONCE(zone->percpu_drift_mark, drift > gap ? zone->watermark[WMARK_HIGH] + drift : 0);
}

void refresh_zone_stat_thresholds(struct mm *mm)
{
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			refresh_threshold(mm->zone[i]);
}

/* --- events ------------------------------------------------------------------------------------------------------- */

void count_vm_events(unsigned item, u64 nr)
{
	this_cpu_add(&current_mm()->vm_event[this_cpu->id][item], nr);
}

/* Who got it, and was it the one that was wanted. [Z9] */
void zone_statistics(struct zone *preferred, struct zone *zone, u64 nr)
{
	u64 *served = zone->stat[this_cpu->id]->vm_numa_event;

	if (zone->nid == preferred->nid) {
		this_cpu_add(&served[NUMA_HIT], nr);
	} else {
		this_cpu_add(&served[NUMA_MISS], nr);
		this_cpu_add(&preferred->stat[this_cpu->id]->vm_numa_event[NUMA_FOREIGN], nr);
	}
	this_cpu_add(&served[zone->nid == this_cpu->node ? NUMA_LOCAL : NUMA_OTHER], nr);
}

static void move_counts(u64 *to, u64 *from, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		u64 count = READ_ONCE(from[i]);

		WRITE_ONCE(from[i], 0);
		this_cpu_add(&to[i], count); /* not atomic: CPU 0 may lose an event to it, and events steer nothing */
	}
}

/* Nobody will ever add up what a dead CPU counted: now is the time. [P12] */
void vm_stat_fold_cpu(struct mm *mm, unsigned cpu)
{
	fold_all_zones(mm, cpu);
	move_counts(mm->vm_event[0], mm->vm_event[cpu], NR_VM_EVENT_ITEMS);
	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			move_counts(mm->zone[i]->stat[0]->vm_numa_event, mm->zone[i]->stat[cpu]->vm_numa_event,
				    NR_VM_NUMA_EVENT_ITEMS);
}

u32 *mm_marks(void)
{
	return current_mm() ? current_mm()->mark : NULL;
}

u64 vm_events_sum(unsigned item)
{
	const struct mm *mm = current_mm();
	u64 sum = 0;

	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		sum += READ_ONCE(mm->vm_event[cpu][item]);
	return sum;
}

static u64 zone_numa_sum(const struct zone *zone, unsigned item)
{
	u64 sum = 0;

	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		sum += READ_ONCE(zone->stat[cpu]->vm_numa_event[item]);
	return sum;
}

/* --- looking from outside ----------------------------------------------------------------------------------------- */

static const struct zone *zone_at(unsigned nid, unsigned zone)
{
	return nid < MAX_NUMNODES && zone < MAX_NR_ZONES ? current_mm()->zone[nid * MAX_NR_ZONES + zone] : NULL;
}

u64 numa_events_sum(unsigned nid, unsigned zone, unsigned item)
{
	const struct zone *z = zone_at(nid, zone);

	return z ? zone_numa_sum(z, item) : 0;
}

s64 zone_stat_cheap(unsigned nid, unsigned zone, unsigned item)
{
	const struct zone *z = zone_at(nid, zone);

	return z ? zone_vm_stat(z, item) : 0;
}

s64 zone_stat_exact(unsigned nid, unsigned zone, unsigned item)
{
	const struct zone *z = zone_at(nid, zone);

	return z ? exact_state(z, item) : 0;
}

int zone_stat_diff(unsigned nid, unsigned zone, unsigned cpu, unsigned item)
{
	const struct zone *z = zone_at(nid, zone);

	return z && cpu < nr_cpus() ? READ_ONCE(z->stat[cpu]->vm_stat_diff[item]) : 0;
}

u64 global_zone_state(enum zone_stat_item item)
{
	const struct mm *mm = current_mm();
	s64 sum = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		if (mm->zone[i])
			sum += zone_vm_stat(mm->zone[i], item);
	return not_negative(sum);
}

/* --- counters of nodes: of pages that tasks, files and swap use -------------------------------------------------------- */

u64 global_node_page_state(enum node_stat_item item)
{
	const struct mm *mm = current_mm();
	s64 sum = 0;

	for (unsigned nid = 0; mm->vm && nid < mm->nr_nodes; nid++)
		sum += READ_ONCE(mm->vm->node[nid].stat[item]);
	return not_negative(sum);
}

u64 global_vm_zone_state(enum vm_zone_item item)
{
	const struct mm *mm = current_mm();
	s64 sum = 0;

	for (unsigned i = 0; mm->vm && i < MAX_ZONES; i++)
		sum += READ_ONCE(mm->vm->node[i / MAX_NR_ZONES].zone_stat[i % MAX_NR_ZONES][item]);
	return not_negative(sum);
}

bool node_is_unreclaimable(unsigned nid)
{
	const struct vm_state *vm = vm_state();

	return vm && READ_ONCE(vm->node[nid].kswapd_failures) >= MAX_RECLAIM_RETRIES;
}
