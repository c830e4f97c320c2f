/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * det/step.h - what the deterministic machine keeps of each step: fuel, virtual time, events, the lines of RAM that were
 * written. One fiber runs at a time, so nothing here is atomic. Included by machine.h.
 */
#ifndef SIM_DET_STEP_H
#define SIM_DET_STEP_H

#include "tool.h"

void sim_out_of_fuel(void);
/* Burn one step; every loop of mm that has no other bound calls it. */
no_tsan static inline void sim_tick(void)
{
	if (unlikely(--this_cpu->machine->fuel < 0))
		sim_out_of_fuel();
}

/* A busy CPU is a reader as it is. */
static inline void sim_reader_enters(void)
{
}
static inline void sim_reader_leaves(void)
{
}

no_tsan static inline u64 sim_now_ns(void)
{
	return this_cpu->machine->now_ns;
}

void sim_events_full(struct machine *m);
no_tsan static inline void sim_event(u64 a, u64 b, u64 c, u64 d)
{
	struct machine *m = this_cpu->machine;

	if (unlikely(m->nr_events == SIM_EVENTS))
		sim_events_full(m);
	m->host->event[m->nr_events++] = (struct sim_event){ { a, b, c, d } };
}

no_tsan static inline void ram_dirty(struct machine *m, u64 pfn, u64 lines)
{
	struct machine_host *h = m->host;

	if (!h->dirty_lines[pfn])
		h->dirty_frames[h->nr_dirty_frames++] = (u32)pfn;
	h->dirty_lines[pfn] |= lines;
}

/*
 * What is stored in RAM about places in RAM is what the kernel would store, wherever the host put this machine: take this off
 * an address, add it to what was read.
 */
no_tsan static inline u64 sim_ram_bias(const struct machine *m)
{
	return (u64)(uintptr_t)m->host->ram - SIM_DIRECT_MAP;
}

/*
 * What lies between is one step here: it has no yield point, nobody comes in, and taking the lock would make it one. With
 * real threads the lock is taken. Here somebody may hold it meanwhile, suspended between two of his own steps: nobody
 * could tell, but TSan does not know that, so it does not look at functions that are such a step.
 */
#define SIM_SEALS 1 /* after boot there is an image, and a way back to it */

/* Objects that a CPU keeps of a cache besides those of its slab: mm/slab_sheaf.h. None where each choice is judged. */
#define SIM_SHEAF 0

#define one_step	  no_tsan
#define step_lock(lock)	  tool_order_after(lock)
#define step_unlock(lock) tool_order_before(lock)
/* A lock that is nothing else: here it is nothing at all. */
typedef struct {
	u8 nothing;
} step_lock_t;
#define step_lock_init(lock)   ((void)(lock))
#define step_word_lock(word)   tool_order_after(word)
#define step_word_unlock(word) tool_order_before(word)

#endif
