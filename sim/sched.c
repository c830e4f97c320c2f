/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.c - the deterministic scheduler: a fiber for each task, a stack of suspended ones.
 *
 *   main --run(op 3)--> cpu0 --at=5:cpu1--> cpu1 (op 4) --ends--> cpu0 --ends--> [kswapd0 --ends-->] main
 *                        '-- suspended ------------------'
 *
 * [SC1] a fiber is on the suspended stack exactly while it is in flight and does not run
 * [SC2] this_cpu belongs to the fiber that runs
 * [SC3] of the tasks of a CPU at most one is in flight and not asleep; it is the one that is on it
 * Tasks are the operations of each CPU, one at a time, and kernel threads: task.c says when those run. Interrupts need no
 * fiber of their own: they run as a call on top of what they interrupt. So do calls from other CPUs (smp.h); an idle
 * CPU takes them on its fiber at once, a busy one at its next yield point with interrupts on.
 * A task that sleeps stays in flight; whoever is suspended and can run goes on until its condition holds. Its CPU may be
 * another task's meanwhile: then its things are put aside.
 *
 * The schedule of an operation goes on in the kernel threads that run because of it: where it says so, where it sleeps, and
 * behind its end. Yield indices count on there, and count on from there when the operation goes on.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "lockdep.h"
#include "sched_internal.h"
#include "tool.h"

#define FIBER_STACK_BYTES (256u << 10)
#define NOBODY		  (-1)

static struct fiber *fiber_of(struct sched *s, int task)
{
	return task < 0 ? &s->main : &s->task[task].fiber;
}

static unsigned task_on(const struct sched *s, unsigned cpu)
{
	return s->cpu[cpu].on;
}

/* Where the schedule of the task on this CPU speaks next; a call that waits is looked at wherever it may come in. */
static void arm(struct sched *s, unsigned cpu)
{
	const struct sched_task *t = &s->task[task_on(s, cpu)];

	s->machine->cpu[cpu].next_switch = s->cpu[cpu].nr_calls || s->watched ? s->machine->cpu[cpu].yields :
					   t->next < t->nr_switches	      ? t->switches[t->next].at :
										~0u;
}

/* --- who is on a CPU ------------------------------------------------------------------------------------------------- */

bool sched_sleeps(const struct sched *s, unsigned task)
{
	unsigned cpu = cpu_of_task(s, task);
	const struct sim_cpu *c = &s->machine->cpu[cpu];

	return s->task[task].asleep && !(task_on(s, cpu) == task && (c->hardirq || c->softirq || c->nmi));
}

bool sched_sleeps_on(const struct sched *s, unsigned task)
{
	const struct sched_cpu *c = &s->cpu[cpu_of_task(s, task)];

	return sched_sleeps(s, task) && !(c->nr_calls && c->on == task) && !sched_is_awake(s->machine, &s->task[task].sleep);
}

/* Its task is in its middle. */
static bool is_busy(const struct sched *s, unsigned cpu)
{
	return s->task[task_on(s, cpu)].in_flight && !sched_sleeps(s, task_on(s, cpu));
}

bool sched_cpu_is_free_for(const struct sched *s, unsigned task)
{
	unsigned cpu = cpu_of_task(s, task);

	return task_on(s, cpu) == task || !is_busy(s, cpu);
}

/* The task whose things are in struct sim_cpu changes. */
static void come_in(struct sched *s, unsigned task)
{
	unsigned cpu = cpu_of_task(s, task);
	unsigned other = task_on(s, cpu);

	if (likely(other == task))
		return;
	sched_put_aside(&s->task[other].aside, &s->machine->cpu[cpu]);
	sched_bring_back(&s->machine->cpu[cpu], &s->task[task].aside);
	s->cpu[cpu].on = (u8)task;
	arm(s, cpu);
}

struct sched_aside *sched_aside_of(struct sched *s, unsigned task, struct sched_aside *here)
{
	unsigned cpu = cpu_of_task(s, task);

	if (task_on(s, cpu) != task)
		return &s->task[task].aside;
	sched_put_aside(here, &s->machine->cpu[cpu]);
	return here;
}

/* --- whose schedule it is -------------------------------------------------------------------------------------------- */

static void set_yields(struct sched *s, unsigned task, u32 yields)
{
	unsigned cpu = cpu_of_task(s, task);

	if (task_on(s, cpu) == task)
		s->machine->cpu[cpu].yields = yields;
	else
		s->task[task].aside.yields = yields;
}

static u32 get_yields(const struct sched *s, unsigned task)
{
	unsigned cpu = cpu_of_task(s, task);

	return task_on(s, cpu) == task ? s->machine->cpu[cpu].yields : s->task[task].aside.yields;
}

static void pass_schedule(struct sched *s, unsigned from, unsigned to)
{
	struct sched_task *f = &s->task[from], *t = &s->task[to];

	t->op = f->op;
	t->switches = f->switches;
	t->nr_switches = f->nr_switches;
	t->next = f->next;
	f->next = f->nr_switches;
	f->silent = true;
	t->silent = false;
	set_yields(s, to, get_yields(s, from));
}

/* A kernel thread begins because of this task. */
static void lend_schedule(struct sched *s, unsigned from, unsigned to)
{
	pass_schedule(s, from, to);
	s->task[from].lent_to = (int8_t)to;
	s->task[to].lender = (int8_t)from;
}

/* Who lent it goes on. */
static void take_schedule_back(struct sched *s, unsigned lender)
{
	int from = s->task[lender].lent_to;

	if (likely(from < 0))
		return;
	s->task[lender].lent_to = NOBODY;
	s->task[from].lender = NOBODY;
	pass_schedule(s, (unsigned)from, lender);
	arm(s, cpu_of_task(s, lender));
}

/* An operation of its own now, or none. */
static void forget_loans(struct sched *s, unsigned task)
{
	struct sched_task *t = &s->task[task];

	if (t->lent_to >= 0)
		s->task[t->lent_to].lender = NOBODY;
	if (t->lender >= 0)
		s->task[t->lender].lent_to = NOBODY;
	t->lent_to = t->lender = NOBODY;
}

static void fetch_schedule(struct sched *s, unsigned cpu, u32 op)
{
	struct sched_task *t = &s->task[task_on(s, cpu)];

	t->nr_switches = op == OP_CALLS ? 0 : s->client.switches(s->client.arg, op, &t->switches);
	t->next = 0;
	s->machine->cpu[cpu].yields = 0;
	arm(s, cpu);
}

/* --- from fiber to fiber --------------------------------------------------------------------------------------------- */

/* A kernel thread burns its own. */
static void change_fuel(struct sched *s, int from, int to)
{
	struct machine *m = s->machine;

	if (from >= 0 && is_kthread((unsigned)from)) {
		s->task[from].fuel = m->fuel;
		m->fuel = s->fuel;
	}
	if (to >= 0 && is_kthread((unsigned)to)) {
		s->fuel = m->fuel;
		m->fuel = s->task[to].fuel;
	}
}

static void go(struct sched *s, int to)
{
	int from = s->running;

	tool_order_before(fiber_of(s, from)); /* its stack may be another fiber's next: sched_abandon() */
	if (unlikely(s->machine->kthreads))
		change_fuel(s, from, to);
	s->running = to;
	if (to >= 0) {
		VM_BUG_ON(!sched_cpu_is_free_for(s, (unsigned)to)); /* [SC3] */
		come_in(s, (unsigned)to);
		this_cpu = &s->machine->cpu[cpu_of_task(s, (unsigned)to)];
		take_schedule_back(s, (unsigned)to);
	}
	fiber_switch(fiber_of(s, from), fiber_of(s, to));
}

/* Calls of other CPUs run as interrupts. The interrupted operation's schedule is silent meanwhile. */
static void take_calls(struct sched *s, unsigned cpu)
{
	struct sched_cpu *c = &s->cpu[cpu];
	struct sim_cpu *on = &s->machine->cpu[cpu];
	u32 yields = on->yields;

	if (likely(!c->nr_calls) || on->irqs_off || on->hardirq)
		return;
	on->next_switch = ~0u;
	sim_enter_context(CONTEXT_HARDIRQ);
	while (c->nr_calls) {
		struct sched_call call = c->call[0];

		c->nr_calls--;
		for (unsigned i = 0; i < c->nr_calls; i++)
			c->call[i] = c->call[i + 1];
		call.func(call.info);
		if (call.done)
			*call.done = true;
	}
	sim_leave_context(CONTEXT_HARDIRQ);
	on->yields = yields;
	arm(s, cpu);
}

/* The CPU's task ended, or sleeps: no grace period waits for it. */
static void note_quiescent(struct machine *m, unsigned cpu)
{
	m->rcu.waits_for &= ~(1u << cpu);
}

/* What an operation did is over when the next one begins: a program hands pages on from one to the other. */
static void run_client(struct sched *s, u32 op)
{
	u8 task = this_cpu->task; /* that an interrupt interrupts */

	this_cpu->task = 0;
	tool_order_after(s);
	s->client.run(s->client.arg, op);
	tool_order_before(s);
	this_cpu->task = task;
}

/* A task ended, and its CPU is idle, unless an operation sleeps on it. */
static void leave_cpu(struct sched *s, unsigned task, unsigned cpu)
{
	s->task[task].in_flight = false;
	s->nr_in_flight--;
	note_quiescent(s->machine, cpu);
	come_in(s, cpu);
}

/* The fiber has ended: who was suspended last goes on; then kernel threads that are wanted; then main. */
static void go_on_with_next(struct sched *s)
{
	int kthread;

	if (s->nr_suspended)
		go(s, s->suspended[--s->nr_suspended]);
	else if ((kthread = sched_wanted_kthread(s)) >= 0)
		sched_start_task(s, SIM_MAX_CPUS + (unsigned)kthread, SCHED_NONE);
	else
		go(s, NOBODY);
}

static void cpu_main(void *arg)
{
	struct sched_task *t = arg;
	struct sched *s = t->sched;
	unsigned cpu = (unsigned)(t - s->task);

	for (;;) {
		if (likely(t->op != OP_CALLS))
			run_client(s, t->op);
		take_calls(s, cpu); /* the CPU was idle, or they came when no yield point was left */
		leave_cpu(s, cpu, cpu);
		go_on_with_next(s);
	}
}

static void kthread_main(void *arg)
{
	struct sched_task *t = arg;
	struct sched *s = t->sched;
	unsigned task = (unsigned)(t - s->task), cpu = cpu_of_task(s, task);

	for (;;) {
		tool_order_after(s);
		sched_run_kthread(s->machine, task - SIM_MAX_CPUS);
		tool_order_before(s);
		take_calls(s, cpu);
		leave_cpu(s, task, cpu);
		go_on_with_next(s);
	}
}

static void init_task(struct sched *s, unsigned task)
{
	struct sched_task *t = &s->task[task];

	t->sched = s;
	t->lent_to = t->lender = NOBODY;
	fiber_init(&t->fiber, s->stacks + task * FIBER_STACK_BYTES, FIBER_STACK_BYTES, is_kthread(task) ? kthread_main : cpu_main,
		   t);
}

/* The fibers of kernel threads come when these begin: most machines have none. */
struct sched *sched_create(struct machine *m)
{
	struct sched *s = calloc(1, sizeof(*s));

	s->machine = m;
	s->running = NOBODY;
	s->stacks = mmap(NULL, SCHED_TASKS * FIBER_STACK_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	fiber_adopt_thread(&s->main);
	for (unsigned i = 0; i < SIM_MAX_CPUS; i++) {
		init_task(s, i);
		s->cpu[i].on = (u8)i;
	}
	m->host->sched = s;
	return s;
}

void sched_destroy(struct sched *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < SCHED_TASKS; i++)
		if (s->task[i].fiber.stack)
			fiber_destroy(&s->task[i].fiber);
	fiber_destroy(&s->main);
	tool_unpoison(s->stacks, SCHED_TASKS * FIBER_STACK_BYTES);
	munmap(s->stacks, SCHED_TASKS * FIBER_STACK_BYTES);
	free(s);
}

void sched_set_client(struct sched *s, const struct sched_client *client)
{
	s->client = *client;
}

const struct sched_client *sched_get_client(const struct sched *s)
{
	return &s->client;
}

/* A kernel thread is about to run. What schedule there is goes on in it, even in one that runs again. */
static void prepare_kthread(struct sched *s, unsigned task)
{
	struct sched_task *t = &s->task[task];
	int from = s->running;
	u32 yields = t->aside.yields;

	if (!t->fiber.stack)
		init_task(s, task);
	t->aside = (struct sched_aside){ .task = (u8)(task - SIM_MAX_CPUS + 1),
					 .next_switch = ~0u,
					 .yields = yields,
					 .step = t->aside.step };
	if (from == (int)task) {
		s->machine->fuel = s->machine->param[PARAM_FUEL];
		return;
	}
	t->fuel = s->machine->param[PARAM_FUEL];
	if (t->lender >= 0)
		take_schedule_back(s, (unsigned)t->lender);
	forget_loans(s, task);
	lend_schedule(s, (unsigned)from, task);
	t->aside.step = t->op < OP_CALLS ? t->op : 0;
}

/* The one that runs, if any, is suspended already, or has ended. Returns in the fiber of a kernel thread that runs again. */
void sched_start_task(struct sched *s, unsigned task, u32 op)
{
	struct sched_task *t = &s->task[task];

	t->asleep = false;
	if (is_kthread(task)) {
		prepare_kthread(s, task);
		come_in(s, task);
	} else {
		forget_loans(s, task);
		come_in(s, task);
		t->op = op;
		t->silent = false;
		fetch_schedule(s, task, op);
	}
	t->in_flight = true;
	s->nr_in_flight++;
	arm(s, cpu_of_task(s, task));
	if ((int)task != s->running)
		go(s, (int)task);
}

bool sched_run(struct sched *s, unsigned cpu, u32 op)
{
	struct sim_cpu *entered = this_cpu;

	tool_order_before(s);
	sched_start_task(s, cpu, op);
	tool_order_after(s);
	this_cpu = entered;
	if (likely(s->machine->stop.kind == STOP_NONE))
		return true;
	sched_abandon(s);
	return false;
}

void sched_abandon(struct sched *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < SCHED_TASKS; i++) {
		struct sched_task *t = &s->task[i];

		if (t->in_flight) {
			tool_order_after(&t->fiber);
			fiber_restart(&t->fiber);
		}
		t->in_flight = false;
		t->asleep = false;
		t->lent_to = t->lender = NOBODY;
		t->next = t->nr_switches = 0; /* they are the program's, which may be gone next */
	}
	for (unsigned i = 0; i < SIM_MAX_CPUS; i++) {
		s->cpu[i].irq_nesting = 0;
		s->cpu[i].nr_calls = 0;
		s->cpu[i].on = (u8)i;
	}
	s->nr_suspended = 0;
	s->nr_in_flight = 0;
	s->running = NOBODY;
}

bool sched_in_operation(const struct sched *s)
{
	return s && s->running >= 0;
}

unsigned sched_nr_in_flight(const struct sched *s)
{
	return s->nr_in_flight;
}

void sched_watch(struct sched *s, bool watch)
{
	s->watched = watch && s->client.point;
}

/* Whom a switch to this CPU would lead to; NOBODY: its next operation. */
static int task_to_go_on(const struct sched *s, unsigned cpu)
{
	if (is_busy(s, cpu))
		return (int)task_on(s, cpu);
	return s->task[cpu].in_flight ? (int)cpu : NOBODY;
}

bool sched_in_flight_on(const struct sched *s, unsigned cpu)
{
	return task_to_go_on(s, cpu) >= 0;
}

bool sched_waits_on(const struct sched *s, unsigned cpu)
{
	const struct sim_lock *lock = s->machine->cpu[cpu].waits_for;
	int task = task_to_go_on(s, cpu);

	if (task < 0)
		return false;
	return (is_busy(s, cpu) && lock && lock->locked && !s->cpu[cpu].nr_calls) || sched_sleeps_on(s, (unsigned)task);
}

bool sched_takes_irq(const struct sched *s)
{
	const struct sim_cpu *cpu = this_cpu;

	return !cpu->irqs_off && !cpu->hardirq && s->cpu[cpu->id].irq_nesting < SCHED_MAX_IRQ_NESTING;
}

u64 sched_contended(const struct sched *s)
{
	return s->contended;
}

sim_cold void sched_note_contended(void)
{
	if (this_cpu->machine->host->sched)
		this_cpu->machine->host->sched->contended++;
}

void sched_leave(struct sched *s)
{
	if (!s || s->running < 0)
		return;
	tool_order_before(s);
	go(s, NOBODY);
}

static void remove_suspended(struct sched *s, unsigned task)
{
	unsigned i = 0;

	while (s->suspended[i] != task)
		i++;
	for (s->nr_suspended--; i < s->nr_suspended; i++) /* few; and TSan would look at memmove() */
		s->suspended[i] = s->suspended[i + 1];
}

static void note_chosen(struct sched *s, bool chosen)
{
	if (chosen && s->client.switched)
		s->client.switched(s->client.arg);
}

void sched_go_on_with(struct sched *s, unsigned task, bool chosen)
{
	bool in_flight = s->task[task].in_flight;

	if ((int)task == s->running)
		return;
	if (in_flight)
		remove_suspended(s, task);
	s->suspended[s->nr_suspended++] = (u8)s->running;
	note_chosen(s, chosen);
	if (in_flight)
		go(s, (int)task);
	else
		sched_start_task(s, task, SCHED_NONE);
}

/* Suspend the running fiber and go on with another CPU's task in flight, or with a new operation there. */
static void switch_to_cpu(struct sched *s, unsigned cpu, bool chosen)
{
	int task;
	u32 op;

	if (cpu >= s->machine->param[PARAM_CPUS])
		return;
	task = task_to_go_on(s, cpu);
	if (task >= 0) {
		sched_go_on_with(s, (unsigned)task, chosen);
		return;
	}
	op = s->client.next_unstarted(s->client.arg, cpu);
	if (op == SCHED_NONE)
		return;
	s->suspended[s->nr_suspended++] = (u8)s->running;
	note_chosen(s, chosen);
	sched_start_task(s, cpu, op);
}

static void switch_to_kthread(struct sched *s, unsigned k)
{
	if (k < SIM_MAX_KTHREADS && sched_kthread_would_run(s, k))
		sched_go_on_with(s, SIM_MAX_CPUS + k, true);
}

/* The interrupted task's own schedule waits until the interrupt returns. */
static void deliver_irq(struct sched *s, unsigned label)
{
	struct sim_cpu *cpu = this_cpu;
	struct sched_task *t = &s->task[s->running];
	const struct sched_switch *switches = t->switches;
	u32 nr_switches = t->nr_switches, next = t->next, yields = cpu->yields, op;

	if (!sched_takes_irq(s))
		return;
	op = s->client.unstarted_irq(s->client.arg, label);
	if (op == SCHED_NONE)
		return;
	s->cpu[cpu->id].irq_nesting++;
	if (s->client.switched)
		s->client.switched(s->client.arg);
	fetch_schedule(s, cpu->id, op);
	run_client(s, op);
	s->cpu[cpu->id].irq_nesting--;
	t->switches = switches;
	t->nr_switches = nr_switches;
	t->next = next;
	cpu->yields = yields;
}

/* What the schedule says here; NULL: nothing. */
static const struct sched_switch *choice_here(struct sched_task *t)
{
	if (t->next == t->nr_switches || t->switches[t->next].at != this_cpu->yields - 1)
		return NULL;
	return &t->switches[t->next++];
}

static void do_choice(struct sched *s, const struct sched_switch *sw)
{
	switch (sw->kind) {
	case SWITCH_IRQ:
		deliver_irq(s, sw->target);
		break;
	case SWITCH_KTHREAD:
		switch_to_kthread(s, sw->target);
		break;
	default:
		switch_to_cpu(s, sw->target, true);
	}
}

sim_cold void sched_point(enum sim_yield_point p)
{
	struct sched *s = this_cpu->machine->host->sched;
	unsigned cpu = this_cpu->id;
	const struct sched_switch *sw;
	struct sched_switch chosen;
	struct sched_task *t;

	if (!s || s->running < 0)
		return;
	t = &s->task[s->running];
	take_calls(s, cpu);
	sw = choice_here(t);
	if (unlikely(s->watched) && !t->silent && s->client.point(s->client.arg, p, &chosen))
		sw = &chosen;
	if (sw)
		do_choice(s, sw);
	take_calls(s, cpu); /* that came meanwhile */
	/* several choices may name one index: an index already passed can no longer fire */
	while (t->next < t->nr_switches && t->switches[t->next].at < this_cpu->yields)
		t->next++;
	arm(s, cpu);
}

void sched_wait_for(unsigned holder_cpu)
{
	struct sched *s = this_cpu->machine->host->sched;

	sim_tick();
	sched_note_contended();
	if (!s || s->running < 0 || task_to_go_on(s, holder_cpu) < 0 || holder_cpu == this_cpu->id)
		sim_stop(STOP_LOCK_ORDER, "cpu %u waits for a lock that cpu %u holds and cannot release", this_cpu->id,
			 holder_cpu);
	switch_to_cpu(s, holder_cpu, false);
	take_calls(s, this_cpu->id); /* who spins with interrupts on can be interrupted */
}

/* --- sleep ----------------------------------------------------------------------------------------------------------- */

u32 sched_busy_cpus(const struct sched *s)
{
	u32 busy = 0;

	for (unsigned i = 0; s && i < SIM_MAX_CPUS; i++)
		busy |= (u32)is_busy(s, i) << i;
	return busy;
}

/* The task suspended last that has something to do; -1 none. */
static int somebody_else(const struct sched *s)
{
	for (unsigned i = s->nr_suspended; i--;)
		if (!sched_sleeps_on(s, s->suspended[i]) && sched_cpu_is_free_for(s, s->suspended[i]))
			return s->suspended[i];
	return NOBODY;
}

/* Whoever sleeps lets others run: kernel threads first, they would have a CPU of their own by now; or time pass. */
static bool let_somebody_run(struct sched *s)
{
	int kthread = sched_wanted_kthread(s), other;

	if (kthread >= 0) {
		sched_go_on_with(s, SIM_MAX_CPUS + (unsigned)kthread, false);
		return true;
	}
	other = somebody_else(s);
	if (other < 0)
		return sched_pass_time(s->machine);
	sched_go_on_with(s, (unsigned)other, false);
	return true;
}

/* Quiescent before and after whatever comes in between. */
static void sleep_a_while(void)
{
	note_quiescent(this_cpu->machine, this_cpu->id);
	sim_yield(YIELD_WAIT);
	note_quiescent(this_cpu->machine, this_cpu->id);
}

void sched_sleep(struct sched *s, const struct sched_sleep *sleep)
{
	struct sched_task *t = &s->task[s->running];
	u64 since_ns = s->machine->now_ns;

	t->sleep = *sleep;
	t->asleep = true;
	while (sleep_a_while(), !sched_is_awake(s->machine, sleep)) {
		sim_tick();
		if (!let_somebody_run(s))
			sched_stop_for_ever(s, sleep);
	}
	t->asleep = false;
	if (is_kthread((unsigned)(t - s->task)) && s->machine->now_ns != since_ns) /* it may live as long as operations do */
		s->machine->fuel = s->machine->param[PARAM_FUEL];
	tool_order_after(s); /* who woke it has ended, or sleeps */
}

/* --- calls to other CPUs ----------------------------------------------------------------------------------------------- */

static void send_call(struct sched *s, unsigned cpu, struct sched_call call)
{
	struct sched_cpu *to = &s->cpu[cpu];

	VM_BUG_ON(to->nr_calls == SIM_MAX_CPUS);
	to->call[to->nr_calls++] = call;
	if (s->task[to->on].in_flight) {
		s->machine->cpu[cpu].next_switch = s->machine->cpu[cpu].yields;
		return;
	}
	s->suspended[s->nr_suspended++] = (u8)s->running;
	sched_start_task(s, cpu, OP_CALLS);
}

void sched_call(unsigned cpu, smp_call_func_t func, void *info, bool wait)
{
	struct sched *s = this_cpu->machine->host->sched;
	bool done = false;

	if ((this_cpu->irqs_off || this_cpu->hardirq || this_cpu->softirq) && wait)
		sim_stop(STOP_DEADLOCK, "cpu %u calls cpu %u and waits, where it takes no calls itself", this_cpu->id, cpu);
	if (cpu == this_cpu->id || !s || s->running < 0) {
		func(info);
		return;
	}
	send_call(s, cpu, (struct sched_call){ func, info, wait ? &done : NULL });
	while (wait && !done) {
		sim_tick();
		sched_go_on_with(s, task_on(s, cpu), false); /* in flight: it has a call to take */
		take_calls(s, this_cpu->id); /* two may call each other */
	}
}

void sched_let_others_run(void)
{
	struct sched *s = this_cpu->machine->host->sched;
	int other = s && s->running >= 0 ? somebody_else(s) : NOBODY;

	if (other >= 0)
		sched_go_on_with(s, (unsigned)other, false);
}
