/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smp.c - how one CPU gets at what belongs to another: no interrupt makes the other one do it, and it may be a thread that
 * does something else for hours.
 *
 *     CPU 0: sim_do_for_cpu(1)             CPU 1: sim_own_enter() ... sim_own_leave()
 *     stopped = 1                          own = 1
 *     fence                                (no fence)
 *     until own == 0: wait                 stopped? then own = 0, until stopped == 0: wait, own = 1
 *     look after CPU 1's things            look at its own things
 *     stopped = 0                          own = 0
 *
 * Each stores, then loads what the other one stores: without a fence on both sides both may see nothing. The fence on
 * the right, which every section would pay for, is made from the left: membarrier(2) makes each thread of the process execute
 * one, wherever it is. Where the host has no such call, `stopped` says for ever that the right must make its own.
 *
 * Orders: who looks after the things acquires what the last section released (own), and releases what the next one acquires
 * (stopped). So what both do to them is ordered, plain words all of them.
 *
 * One at a time in the whole machine looks after another's things: it may go into a section of its own meanwhile, and nobody
 * stops it there.
 */
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lock.h"
#include "smp.h"

#define STOPPED	    1u
#define OWN_FENCES  2u /* the host makes none for us */

static bool fence_of_others(int command)
{
	return syscall(SYS_membarrier, command, 0, 0) == 0;
}

void sim_own_attach(void)
{
	if (!fence_of_others(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED))
		fetch_or_relaxed(&this_cpu->stopped, OWN_FENCES);
}

sim_cold void sim_own_wait(struct sim_cpu *c)
{
	unsigned spins = 0;

	for (;;) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (!(__atomic_load_n(&c->stopped, __ATOMIC_ACQUIRE) & STOPPED))
			return;
		smp_store_release(&c->own, 0);
		while (READ_ONCE(c->stopped) & STOPPED)
			sim_pause(&spins);
		WRITE_ONCE(c->own, 1);
	}
}

static void stop(struct sim_cpu *c)
{
	unsigned spins = 0;

	fetch_or_relaxed(&c->stopped, STOPPED);
	if (!fence_of_others(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	while (__atomic_load_n(&c->own, __ATOMIC_ACQUIRE))
		sim_pause(&spins);
}

void sim_do_for_cpu(unsigned cpu, void (*func)(unsigned cpu, void *arg), void *arg)
{
	struct machine *m = this_cpu->machine;
	struct sim_cpu *c = &m->cpu[cpu];

	if (c == this_cpu) {
		func(cpu, arg);
		return;
	}
	sim_word_lock(&m->host->stop_lock);
	stop(c);
	func(cpu, arg);
	__atomic_fetch_and(&c->stopped, ~STOPPED, __ATOMIC_RELEASE);
	sim_word_unlock(&m->host->stop_lock);
}
