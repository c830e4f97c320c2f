/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * threads/step.h - the same names where each CPU is a thread of the host: no fuel, real time, events go nowhere, RAM is
 * never put back. And how a thread becomes a CPU. Included by machine.h.
 */
#ifndef SIM_THREADS_STEP_H
#define SIM_THREADS_STEP_H

/*
 * sim_cpu_attach - the calling thread becomes a free CPU of the machine: the lowest one that no thread has.
 * Return: its number, -EBUSY when none is free, or when this thread is a CPU already. Everything of sim/ and mm/ but
 * machine_create() and machine_destroy() is called by a thread that is a CPU; who boots is one too.
 * What the thread did on the CPU before is seen by whoever is that CPU next.
 */
int sim_cpu_attach(struct machine *m);
/* For who starts a thread that is to be a CPU: the highest free one is taken from now on; -EBUSY. */
int sim_cpu_take_highest(struct machine *m);
/* The CPU is free again. The thread holds no lock; what the CPU's lists hold stays there. */
void sim_cpu_detach(void);
/* How often a CPU of the machine met a lock that another one held: exact when the threads are idle. */
u64 sim_contended(struct machine *m);
/* What was logged since the last call, as much as fits; the buffer keeps the latest. Returns its length. */
size_t sim_log_take(struct machine *m, char *out, size_t bytes);

/* Something that a grace period must wait for begins and ends: ../rcu.h. */
void sim_reader_enters(void);
void sim_reader_leaves(void);

static inline void sim_tick(void)
{
}

/* The host's: for reports that come once in an interval. */
u64 sim_now_ns(void);

static inline void sim_event(u64 a, u64 b, u64 c, u64 d)
{
	(void)a, (void)b, (void)c, (void)d;
}

/* Who owns the frame writes: page_poison.c asks which frames were ever filled. No list of them is kept. */
static inline void ram_dirty(struct machine *m, u64 pfn, u64 lines)
{
	u64 *dirty = &m->host->dirty_lines[pfn];

	if ((*dirty & lines) != lines)
		*dirty |= lines;
}

/* Nothing that is stored needs to be the same in another process. */
static inline u64 sim_ram_bias(const struct machine *m)
{
	(void)m;
	return 0;
}

#define SIM_SEALS 0 /* there is no way back to what was after boot */

/* Objects that a CPU keeps of a cache besides those of its slab: mm/slab_sheaf.h. Twice: with the rest an entry of 2048 bytes. */
#define SIM_SHEAF 122

/* See det/step.h: a lock that the deterministic machine does not need. */
#define one_step
#define step_lock(lock)	  spin_lock(lock)
#define step_unlock(lock) spin_unlock(lock)
/* A lock that is nothing else; of lock.h. Like a spinlock: who has it does not sleep. */
#define step_lock_t	  spinlock_t
#define step_lock_init(lock) spin_lock_init(lock, 0)
/* The same for a bare word of the machine. */
#define step_word_lock(word)   sim_word_lock(word)
#define step_word_unlock(word) sim_word_unlock(word)

#endif
