/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task.c - kernel threads, sleep with a limit, timers, and the sentence when nobody will ever wake up.
 *
 *            wanted() and its CPU is free                       run() returns
 *   idle ------------------------------------> in its middle ------------------> idle
 *          an operation ended or sleeps, or           '--sleeps--> its CPU may do something else
 *          the schedule says so
 *
 * [TK1] an idle kernel thread has no stack that anybody could miss: so resets and snapshots between operations need not
 *       know of it. sched_run() returns when none is in its middle; time passes for those that sleep
 * [TK2] virtual time passes in sleep alone, when nobody can run, and then to the first moment that somebody named: a limit of
 *       a sleeper, sim_timer(), the end of a request to a disk
 * [TK3] a kernel thread burns fuel of its own, and may be run so often without time passing: MOST_RUNS
 *
 * Without a scheduler, or on its main stack, there are no fibers: who sleeps calls kernel threads that are wanted as
 * functions. So a unit test needs no operations to see them at work; what waits below such a call is not in its place
 * before it returns.
 */
#include <string.h>
#include "disk.h"
#include "lockdep.h"
#include "say.h"
#include "sched_internal.h"

#define MOST_RUNS 1000
#define NO_LIMIT  (~0ULL)

const char *const sim_kthread_names[SIM_MAX_KTHREADS] = {
	[KTHREAD_KBLOCKD] = "kblockd",
	[KTHREAD_KSWAPD0] = "kswapd0",
	[KTHREAD_KSWAPD0 + 1] = "kswapd1",
	[KTHREAD_KSWAPD0 + 2] = "kswapd2",
	[KTHREAD_KSWAPD0 + 3] = "kswapd3",
	[KTHREAD_FLUSHER] = "flusher",
	[KTHREAD_OOM_REAPER] = "oom_reaper",
};

/* A task that sleeps without a fiber: on its caller's stack. */
struct sched_shallow {
	struct sched_sleep sleep;
	struct sched_shallow *below;
};

/* --- kernel threads -------------------------------------------------------------------------------------------------- */

static unsigned number_of(const struct machine *m, const char *name)
{
	unsigned k = 0;

	while (k < SIM_MAX_KTHREADS && !(sim_kthread_names[k] && !strcmp(sim_kthread_names[k], name)))
		k++;
	if (k == SIM_MAX_KTHREADS)
		for (k = SIM_MAX_KTHREADS - 1; k && m->kthreads >> k & 1; k--)
			;
	return k;
}

unsigned sim_kthread_create(struct sim_kthread kthread)
{
	struct machine *m = this_cpu->machine;
	unsigned k = number_of(m, kthread.name);

	VM_BUG_ON(m->kthreads >> k & 1);
	kthread.cpu = (u8)(kthread.cpu % m->param[PARAM_CPUS]);
	m->kthread[k] = kthread;
	m->kthreads |= 1u << k;
	return k;
}

static bool is_wanted(const struct machine *m, unsigned k)
{
	return m->kthreads >> k & ~(m->kthreads_busy >> k) & 1 && m->kthread[k].wanted(m->kthread[k].arg);
}

int sched_wanted_kthread(const struct sched *s)
{
	if (likely(!s->machine->kthreads))
		return -1;
	for (unsigned k = 0; k < SIM_MAX_KTHREADS; k++)
		if (s->machine->kthreads >> k & 1 && sched_cpu_is_free_for(s, SIM_MAX_CPUS + k) && is_wanted(s->machine, k))
			return (int)k;
	return -1;
}

bool sched_kthread_would_run(const struct sched *s, unsigned k)
{
	unsigned task = SIM_MAX_CPUS + k;

	if (!(s->machine->kthreads >> k & 1) || (int)task == s->running || !sched_cpu_is_free_for(s, task))
		return false;
	return s->task[task].in_flight ? !sched_sleeps_on(s, task) : is_wanted(s->machine, k);
}

u32 sched_kthreads_ready(const struct sched *s)
{
	u32 ready = 0;

	for (unsigned k = 0; s->machine->kthreads >> k; k++)
		ready |= (u32)sched_kthread_would_run(s, k) << k;
	return ready;
}

static void count_run(struct machine *m, unsigned k)
{
	if (m->kthread_ran_ns != m->now_ns)
		m->kthread_runs = 0;
	m->kthread_ran_ns = m->now_ns;
	if (++m->kthread_runs > MOST_RUNS)
		sim_stop(STOP_NO_PROGRESS, "kernel threads ran %u times without time passing, and %s still has something to do",
			 MOST_RUNS, m->kthread[k].name);
}

void sched_run_kthread(struct machine *m, unsigned k)
{
	const struct sim_kthread *kthread = &m->kthread[k];

	count_run(m, k);
	sim_watchdog_kick();
	this_cpu->operation = kthread->name;
	m->kthreads_busy |= 1u << k;
	kthread->run(kthread->arg);
	m->kthreads_busy &= ~(1u << k);
	if (this_cpu->nr_held)
		sim_stop(STOP_LOCK_ORDER, "%s has nothing more to do, and holds %s", kthread->name,
			 sim_lock_name(this_cpu->held[this_cpu->nr_held - 1]));
	VM_BUG_ON(sim_in_atomic() || this_cpu->irqs_off);
	this_cpu->operation = NULL;
}

/* --- what of a CPU is a task's --------------------------------------------------------------------------------------- */

/* src_, dst_: struct sim_cpu and struct sched_aside, either way round. */
#define COPY_ASIDE(dst_, src_)                                                                                         \
	do {                                                                                                           \
		(dst_)->task = (src_)->task;                                                                           \
		(dst_)->process = (src_)->process;                                                                     \
		(dst_)->nr_held = (src_)->nr_held;                                                                     \
		(dst_)->held_classes = (src_)->held_classes;                                                           \
		(dst_)->tries = (src_)->tries;                                                                         \
		(dst_)->task_flags = (src_)->task_flags;                                                               \
		(dst_)->yields = (src_)->yields;                                                                       \
		(dst_)->next_switch = (src_)->next_switch;                                                             \
		(dst_)->step = (src_)->step;                                                                           \
		memcpy((dst_)->held, (src_)->held, sizeof((dst_)->held));                                              \
		(dst_)->waits_for = (src_)->waits_for;                                                                 \
		(dst_)->tried = (src_)->tried;                                                                         \
		(dst_)->operation = (src_)->operation;                                                                 \
	} while (0)

void sched_put_aside(struct sched_aside *a, const struct sim_cpu *c)
{
	COPY_ASIDE(a, c);
}

void sched_bring_back(struct sim_cpu *c, const struct sched_aside *a)
{
	COPY_ASIDE(c, a);
}

/* --- time ------------------------------------------------------------------------------------------------------------ */

static void drop_timers_gone_by(struct machine *m)
{
	u32 kept = 0;

	for (u32 i = 0; i < m->nr_timers; i++)
		if (m->timer[i] > m->now_ns)
			m->timer[kept++] = m->timer[i];
	m->nr_timers = kept;
}

void sim_timer(u64 at_ns)
{
	struct machine *m = this_cpu->machine;

	if (at_ns == NO_LIMIT)
		return;
	for (u32 i = 0; i < m->nr_timers; i++)
		if (m->timer[i] == at_ns)
			return;
	if (m->nr_timers == SIM_MAX_TIMERS)
		drop_timers_gone_by(m);
	if (m->nr_timers == SIM_MAX_TIMERS)
		sim_stop(STOP_BUG, "more than %u timers", SIM_MAX_TIMERS);
	m->timer[m->nr_timers++] = at_ns;
}

static u64 sooner(const struct machine *m, u64 first, u64 at_ns)
{
	return at_ns > m->now_ns && at_ns < first ? at_ns : first;
}

static u64 first_limit(const struct machine *m, u64 first)
{
	const struct sched *s = m->host->sched;

	for (const struct sched_shallow *i = m->host->sleepers; i; i = i->below)
		first = sooner(m, first, i->sleep.until_ns);
	for (unsigned i = 0; s && i < SCHED_TASKS; i++)
		if (s->task[i].in_flight && s->task[i].asleep)
			first = sooner(m, first, s->task[i].sleep.until_ns);
	return first;
}

bool sched_pass_time(struct machine *m)
{
	u64 first = first_limit(m, NO_LIMIT);

	drop_timers_gone_by(m);
	for (u32 i = 0; i < m->nr_timers; i++)
		first = sooner(m, first, m->timer[i]);
	first = sooner(m, first, disk_next_ns());
	if (first == NO_LIMIT)
		return false;
	sim_pass_time(first - m->now_ns);
	return true;
}

/* --- nobody will ever wake up ---------------------------------------------------------------------------------------- */

/* "cpu 1 (file_write) holds inode->lock and waits for lock mm->lock held by kswapd0" */
static void say_sleeper(struct text *t, struct sched *s, unsigned task)
{
	struct sched_aside here;
	const struct sched_aside *a = sched_aside_of(s, task, &here);
	const struct sim_lock *lock = a->waits_for;

	say(t, t->len ? ", " : "");
	say_task(t, cpu_of_task(s, task), a->task, a->operation);
	for (u32 i = 0; i < a->nr_held && i < SIM_MAX_HELD; i++)
		say(t, "%s%s", i ? ", " : " holds ", sim_lock_name(a->held[i]));
	say(t, "%s waits for %s%s", a->nr_held ? " and" : "", lock ? "lock " : "", s->task[task].sleep.what);
	if (lock && lock->locked) {
		say(t, " held by ");
		say_task(t, lock->taken.cpu, lock->taken.task, lock->taken.operation);
	}
}

_Noreturn void sched_stop_for_ever(struct sched *s, const struct sched_sleep *sleep)
{
	struct text t = { .len = 0 };

	if (!s || s->running < 0 || !s->machine->kthreads)
		sim_stop(STOP_NO_PROGRESS, "cpu %u waits for %s, and nobody is left to bring it", this_cpu->id, sleep->what);
	for (unsigned task = 0; task < SCHED_TASKS; task++)
		if (s->task[task].in_flight && s->task[task].asleep)
			say_sleeper(&t, s, task);
	sim_stop(STOP_DEADLOCK, "%s", t.words);
}

const struct sim_lock *sched_holder_waits_for(const struct sim_lock *lock)
{
	struct machine *m = this_cpu->machine;
	struct sched *s = m->host->sched;
	unsigned task = lock->taken.task ? SIM_MAX_CPUS + lock->taken.task - 1u : lock->cpu;
	struct sched_aside here;

	if (!s || s->cpu[lock->cpu].on == task || !m->kthreads)
		return m->cpu[lock->cpu].waits_for;
	return sched_aside_of(s, task, &here)->waits_for;
}

/* --- sleep ----------------------------------------------------------------------------------------------------------- */

bool sched_is_awake(const struct machine *m, const struct sched_sleep *sleep)
{
	return m->now_ns >= sleep->until_ns || sleep->awake(sleep->arg);
}

/* As a call, on its CPU, whose own task waits meanwhile. */
static void call_kthread(struct machine *m, unsigned k)
{
	struct sim_cpu *entered = this_cpu, *c = &m->cpu[m->kthread[k].cpu];
	s64 fuel = m->fuel;
	struct sched_aside aside;

	sched_put_aside(&aside, c);
	sched_bring_back(c, &(struct sched_aside){ .task = (u8)(k + 1), .next_switch = ~0u });
	this_cpu = c;
	m->fuel = m->param[PARAM_FUEL];
	sched_run_kthread(m, k);
	m->fuel = fuel;
	sched_bring_back(c, &aside);
	this_cpu = entered;
}

static bool call_wanted_kthread(struct machine *m)
{
	for (unsigned k = 0; m->kthreads >> k; k++)
		if (is_wanted(m, k)) {
			call_kthread(m, k);
			return true;
		}
	return false;
}

static void sleep_without_fiber(struct machine *m, const struct sched_sleep *sleep)
{
	struct sched_shallow here = { *sleep, m->host->sleepers };

	m->host->sleepers = &here;
	while (!sched_is_awake(m, sleep)) {
		sim_tick();
		if (!call_wanted_kthread(m) && !sched_pass_time(m))
			sched_stop_for_ever(NULL, sleep);
	}
	m->host->sleepers = here.below;
}

static bool sleep_until(const struct sched_sleep *sleep)
{
	struct machine *m = this_cpu->machine;

	sim_may_sleep(sleep->what);
	if (sched_in_operation(m->host->sched))
		sched_sleep(m->host->sched, sleep);
	else
		sleep_without_fiber(m, sleep);
	return sleep->awake(sleep->arg);
}

void sched_sleep_until(bool (*awake)(void *arg), void *arg, const char *what)
{
	sleep_until(&(struct sched_sleep){ awake, arg, what, NO_LIMIT });
}

bool sim_sleep_timeout(bool (*awake)(void *arg), void *arg, u64 ns, const char *what)
{
	u64 now = this_cpu->machine->now_ns;

	return sleep_until(&(struct sched_sleep){ awake, arg, what, ns < NO_LIMIT - now ? now + ns : NO_LIMIT });
}

/* Who waits for the others may be one of them. */
struct who_waits {
	const struct machine *m;
	u32 self; /* its bit */
};

static bool nothing_to_do(void *arg)
{
	const struct who_waits *who = arg;
	const struct machine *m = who->m;

	if (m->kthreads_busy & ~who->self)
		return false;
	for (unsigned k = 0; m->kthreads >> k; k++)
		if (is_wanted(m, k))
			return false;
	return true;
}

void sim_run_kthreads(void)
{
	struct who_waits who = { this_cpu->machine, this_cpu->task ? 1u << (this_cpu->task - 1) : 0 };

	sched_sleep_until(nothing_to_do, &who, "kernel threads to have nothing to do");
}
