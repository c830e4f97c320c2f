/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rcu.c - grace periods on the virtual clock.
 *
 *   call_rcu --> next --grace period begins--> wait --it ends--> done --rcu_core() of that CPU--> called
 *
 * [RC1] a callback is called after every CPU that was busy when it was queued has been quiescent
 * [RC2] each is called once, in softirq context, in the order of queueing on its CPU
 * [RC3] a CPU is quiescent when its operation ends or sleeps (sched.c), and while it has none
 * There is one grace period at a time. It begins when somebody needs one and looks: rcu_core(), or who waits for it.
 * Unlike Linux: no tree, no boost, no expedited form; who waits drives the machine's grace periods itself.
 */
#include "rcu.h"
#include "sched.h"

static struct sim_rcu *this_rcu(void)
{
	return &this_cpu->machine->rcu;
}

static unsigned nr_cpus(void)
{
	return this_cpu->machine->param[PARAM_CPUS];
}

void rcu_read_lock(void)
{
	this_cpu->rcu_readers++;
	sim_yield(YIELD_RCU);
}

void rcu_read_unlock(void)
{
	sim_yield(YIELD_RCU); /* the last moment inside */
	this_cpu->rcu_readers--;
}

static void move_all(struct rcu_list *to, struct rcu_list *from)
{
	for (unsigned i = 0; i < nr_cpus(); i++)
		rcu_list_move(&to[i], &from[i]);
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	*head = (struct rcu_head){ NULL, func };
	rcu_list_add(&this_rcu()->next[this_cpu->id], head);
	sim_yield(YIELD_RCU);
}

static void begin_grace_period(struct sim_rcu *r)
{
	if (r->running)
		return;
	move_all(r->wait, r->next);
	r->running = true;
	r->began_ns = sim_now_ns();
	r->waits_for = sched_busy_cpus(this_cpu->machine->host->sched);
}

static void end_grace_period(struct sim_rcu *r)
{
	if (!r->running || r->waits_for || sim_now_ns() - r->began_ns < RCU_TICK_NS)
		return;
	move_all(r->done, r->wait);
	r->running = false;
	r->completed++;
}

static bool needs_grace_period(const struct sim_rcu *r)
{
	for (unsigned i = 0; i < nr_cpus(); i++)
		if (r->next[i].first)
			return true;
	return false;
}

static void call_callbacks(struct sim_rcu *r, unsigned cpu)
{
	struct rcu_head *head;

	while ((head = rcu_list_take(&r->done[cpu]))) {
		sim_tick();
		r->invoking++;
		sim_enter_context(CONTEXT_SOFTIRQ);
		head->func(head);
		sim_leave_context(CONTEXT_SOFTIRQ);
		r->invoking--;
	}
}

void rcu_core(void)
{
	struct sim_rcu *r = this_rcu();

	if (this_cpu->hardirq || this_cpu->nmi || this_cpu->irqs_off)
		return;
	end_grace_period(r);
	if (needs_grace_period(r))
		begin_grace_period(r);
	call_callbacks(r, this_cpu->id);
}

/* --- who waits ------------------------------------------------------------------------------------------------------- */

static bool all_were_quiescent(void *arg)
{
	return !((struct sim_rcu *)arg)->waits_for;
}

static bool nobody_calls(void *arg)
{
	return !((struct sim_rcu *)arg)->invoking;
}

void synchronize_rcu(void)
{
	struct sim_rcu *r = this_rcu();
	u64 enough = r->completed + 1 + r->running;

	while (r->completed < enough) {
		sim_tick();
		begin_grace_period(r);
		sched_sleep_until(all_were_quiescent, r, "a grace period");
		sim_pass_time(RCU_TICK_NS);
		end_grace_period(r);
	}
}

void rcu_barrier(void)
{
	struct sim_rcu *r = this_rcu();

	synchronize_rcu();
	for (unsigned i = 0; i < nr_cpus(); i++)
		call_callbacks(r, i);
	sched_sleep_until(nobody_calls, r, "callbacks that others call");
}
