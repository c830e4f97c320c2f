/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shrinker.c - caches of objects give something back when memory is short, in proportion to what they have.
 *
 *   freeable = count_objects()      delta = (freeable >> priority) * 4 / seeks     to scan = carried over >> priority + delta
 *   scan_objects(batch) again and again while there is a whole batch, or all there is
 *   carried over: what should have been scanned and was not
 *
 * A callback says how many it looked at (nr_scanned), which need not be how many it freed. It may refuse (SHRINK_STOP) where it
 * cannot work under this mask; what it was to scan is carried over, so that the next one who may finds it.
 *
 * Invariants (shrinker_check() of vm_check.c tests each by its number):
 *   [R16] no shrinker is in use when nobody reclaims; one that is not registered carries nothing over
 *   [R17] a shrinker is called only while it is registered; who frees it waits for who is in it
 * Locks: none; `users` is changed between two steps. Sleeps: where callbacks do, and shrinker_free().
 * Unlike Linux: no memcgs, so no bits of who has something; a callback that looked at nothing and does not stop is
 * taken for one that stops, and reported.
 */
#include <errno.h>
#include "vm_internal.h"

static void announce_shrinker(const struct shrinker *s, enum shrinker_news news, int nid, unsigned priority, u64 asked, u64 index)
{
	mm_announce((struct mm_event){ .type = EVENT_SHRINKER,
				       .shrinker = s->id,
				       .report = (u8)news,
				       .nid = (u8)nid,
				       .priority = (u8)priority,
				       .asked = (u32)asked,
				       .index = index });
}

/* --- life [R17] ------------------------------------------------------------------------------------------------------------------ */

struct shrinker *shrinker_alloc(u32 flags, const char *name)
{
	struct shrinker_state *st = vm_state()->shrinkers;

	for (unsigned i = 0; i < MAX_SHRINKERS; i++) { /* at boot, and in tests: nobody else does it meanwhile */
		if (st->taken[i])
			continue;
		st->taken[i] = true;
		st->nr = max_of(st->nr, i + 1);
		st->shrinker[i] = (struct shrinker){ .flags = flags, .name = name, .seeks = DEFAULT_SEEKS, .id = (u8)i };
		return &st->shrinker[i];
	}
	return NULL;
}

void shrinker_register(struct shrinker *s)
{
	VM_BUG_ON(!s->count_objects || !s->scan_objects || s->registered);
	if (!s->batch)
		s->batch = this_cpu->machine->param[PARAM_SHRINK_BATCH];
	smp_store_release(&s->registered, true);
	announce_shrinker(s, SHRINKER_REGISTERED, 0, 0, s->batch, s->seeks);
}

static bool nobody_uses(void *arg)
{
	const struct shrinker *s = arg;

	return !smp_load_acquire(&s->users);
}

void shrinker_free(struct shrinker *s)
{
	WRITE_ONCE(s->registered, false);
	smp_mb(); /* who comes does not see it, or is seen */
	if (READ_ONCE(s->users))
		sim_sleep_timeout(nobody_uses, s, ~0ULL, "those who are in a shrinker");
	memset(s->nr_deferred, 0, sizeof(s->nr_deferred));
	announce_shrinker(s, SHRINKER_GONE, 0, 0, 0, 0);
	vm_state()->shrinkers->taken[s->id] = false;
}

/* --- how much [R15] ---------------------------------------------------------------------------------------------------------------- */

static u64 delta_of(const struct shrinker *s, u64 freeable, unsigned priority)
{
	return s->seeks ? (freeable >> priority) * 4 / s->seeks : freeable / 2;
}

/* One batch. false: no more of it. */
static bool scan_batch(struct shrinker *s, struct shrink_control *sc, unsigned priority, u64 nr_to_scan, u64 *freed)
{
	u64 got;

	sc->nr_to_scan = sc->nr_scanned = nr_to_scan;
	got = s->scan_objects(s, sc);
	if (got == SHRINK_STOP) {
		announce_shrinker(s, SHRINKER_SCANNED, sc->nid, priority, 0, SHRINK_STOP);
		return false;
	}
	announce_shrinker(s, SHRINKER_SCANNED, sc->nid, priority, sc->nr_scanned, got);
	*freed += got;
	count_reclaim_events(SLABS_SCANNED, sc->nr_scanned);
	if (sc->nr_scanned)
		return true;
	sim_log("WARNING: shrinker %s looked at nothing and does not say that it stops\n", s->name);
	return false;
}

/* Most looks find too little for a batch, and are told in one event instead of two. */
static void announce_spared(const struct shrinker *s, const struct shrink_control *sc, unsigned priority, u64 freeable, u64 before)
{
	mm_announce((struct mm_event){ .type = EVENT_SHRINKER,
				       .shrinker = s->id,
				       .report = SHRINKER_SPARED,
				       .nid = (u8)sc->nid,
				       .priority = (u8)priority,
				       .asked = (u32)freeable,
				       .pfn = before,
				       .index = s->nr_deferred[sc->nid] });
}

static u64 do_shrink_slab(struct shrinker *s, struct shrink_control *sc, unsigned priority)
{
	u64 *deferred = &s->nr_deferred[sc->nid], freeable = s->count_objects(s, sc), before, delta, total, scanned = 0, freed = 0;
	bool enough;

	if (!freeable || freeable == SHRINK_EMPTY)
		return 0;
	before = fetch_and_relaxed(deferred, 0); /* all of it */
	delta = delta_of(s, freeable, priority);
	total = min_of((before >> priority) + delta, 2 * freeable);
	enough = total >= s->batch || total >= freeable;
	if (enough)
		announce_shrinker(s, SHRINKER_COUNTED, sc->nid, priority, freeable, before);
	while (total >= s->batch || total >= freeable) {
		sim_tick();
		if (!scan_batch(s, sc, priority, min_of((u64)s->batch, total), &freed))
			break;
		scanned += sc->nr_scanned;
		total -= min_of(total, sc->nr_scanned);
	}
	fetch_add_relaxed(deferred, min_of(before + delta - min_of(before + delta, scanned), 2 * freeable));
	if (enough)
		announce_shrinker(s, SHRINKER_DONE, sc->nid, priority, freed, READ_ONCE(*deferred));
	else
		announce_spared(s, sc, priority, freeable, before);
	return freed;
}

/* A cache that knows no nodes has all it has on the first one. */
u64 shrink_slab(gfp_t gfp, int nid, unsigned priority)
{
	struct shrinker_state *st = vm_state()->shrinkers;
	u64 freed = 0;

	for (unsigned i = 0; i < st->nr; i++) {
		struct shrinker *s = &st->shrinker[i];
		struct shrink_control sc = { .gfp = gfp, .nid = s->flags & SHRINKER_NUMA_AWARE ? nid : 0 };

		sim_tick();
		fetch_add_relaxed(&s->users, 1);
		smp_mb();
		if (smp_load_acquire(&s->registered))
			freed += do_shrink_slab(s, &sc, priority);
		fetch_add(&s->users, -1u);
	}
	return freed;
}

int shrinker_init(void)
{
	vm_state()->shrinkers = machine_meta_alloc(this_cpu->machine, sizeof(struct shrinker_state), 64);
	return vm_state()->shrinkers ? 0 : -ENOMEM;
}
