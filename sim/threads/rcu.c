/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rcu.c - grace periods among threads: each is a number, and who reads says since which.
 *
 *   reader:  say the number of now, look, say 0         who waits:  take the next number, look at each CPU until it says
 *                                                                   0 or that number
 *
 * [RT1] a reader that says a number below that of a grace period may have seen what was unlinked before it
 * A full fence lies between saying the number and looking, and another between unlinking and asking: so either the reader
 * sees that it was unlinked, or it is seen. Interrupts off and the contexts rcu and irqs_off are readers too.
 * Locks: one for the callbacks of each CPU, held for a few instructions.
 */
#include <sched.h>
#include "lock.h"
#include "rcu.h"

static struct sim_rcu *this_rcu(void)
{
	return &this_cpu->machine->rcu;
}

static unsigned nr_cpus(void)
{
	return this_cpu->machine->param[PARAM_CPUS];
}

/* Nested in whatever way: the outermost counts. The store is a release for who waited for the reader before this one. */
void sim_reader_enters(void)
{
	struct sim_rcu *r = this_rcu();
	u64 now;

	if (r->cpu[this_cpu->id].depth++)
		return;
	now = __atomic_load_n(&r->now, __ATOMIC_SEQ_CST);
	__atomic_store_n(&r->cpu[this_cpu->id].reader, now + 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* said before anything is looked at */
}

void sim_reader_leaves(void)
{
	struct sim_rcu *r = this_rcu();

	if (!--r->cpu[this_cpu->id].depth)
		smp_store_release(&r->cpu[this_cpu->id].reader, 0);
}

void rcu_read_lock(void)
{
	this_cpu->rcu_readers++;
	sim_reader_enters();
}

void rcu_read_unlock(void)
{
	sim_reader_leaves();
	this_cpu->rcu_readers--;
}

static u64 begin_grace_period(struct sim_rcu *r)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* what was unlinked is unlinked before anybody is asked */
	return __atomic_add_fetch(&r->now, 1, __ATOMIC_SEQ_CST);
}

/* Whoever reads since before that grace period began is gone. */
static bool is_over(const struct sim_rcu *r, u64 number)
{
	for (unsigned i = 0; i < nr_cpus(); i++) {
		u64 reader = __atomic_load_n(&r->cpu[i].reader, __ATOMIC_SEQ_CST);

		if (reader && reader <= number)
			return false;
	}
	return true;
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct sim_rcu *r = this_rcu();

	*head = (struct rcu_head){ NULL, func };
	sim_word_lock(&r->cpu[this_cpu->id].lock);
	rcu_list_add(&r->cpu[this_cpu->id].next, head);
	sim_word_unlock(&r->cpu[this_cpu->id].lock);
}

static void call_all(struct rcu_list list)
{
	struct rcu_head *head;

	while ((head = rcu_list_take(&list))) {
		sim_enter_context(CONTEXT_SOFTIRQ);
		head->func(head);
		sim_leave_context(CONTEXT_SOFTIRQ);
	}
}

/* What a CPU has queued moves on by as much as it may; what is due is called here. */
static void advance(struct sim_rcu *r, unsigned cpu)
{
	struct rcu_list due = { NULL, NULL };

	sim_word_lock(&r->cpu[cpu].lock);
	if (r->cpu[cpu].wait.first && is_over(r, r->cpu[cpu].waits_for))
		rcu_list_move(&due, &r->cpu[cpu].wait);
	if (!r->cpu[cpu].wait.first && r->cpu[cpu].next.first) {
		rcu_list_move(&r->cpu[cpu].wait, &r->cpu[cpu].next);
		r->cpu[cpu].waits_for = begin_grace_period(r);
	}
	if (due.first)
		__atomic_fetch_add(&r->cpu[cpu].calling, 1, __ATOMIC_RELAXED);
	sim_word_unlock(&r->cpu[cpu].lock);
	if (!due.first)
		return;
	call_all(due);
	__atomic_fetch_sub(&r->cpu[cpu].calling, 1, __ATOMIC_RELEASE);
}

void rcu_core(void)
{
	advance(this_rcu(), this_cpu->id);
}

void synchronize_rcu(void)
{
	struct sim_rcu *r = this_rcu();
	u64 number = begin_grace_period(r);

	while (!is_over(r, number))
		sched_yield();
}

static bool is_idle(struct sim_rcu *r, unsigned cpu)
{
	bool idle;

	sim_word_lock(&r->cpu[cpu].lock);
	idle = !r->cpu[cpu].next.first && !r->cpu[cpu].wait.first && !__atomic_load_n(&r->cpu[cpu].calling, __ATOMIC_ACQUIRE);
	sim_word_unlock(&r->cpu[cpu].lock);
	return idle;
}

/* Each CPU's lists are seen empty once: what was queued before is called by then. */
void rcu_barrier(void)
{
	struct sim_rcu *r = this_rcu();

	for (unsigned cpu = 0; cpu < nr_cpus(); cpu++)
		while (!is_idle(r, cpu)) {
			advance(r, cpu);
			sched_yield();
		}
}
