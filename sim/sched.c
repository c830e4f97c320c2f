/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.c - the deterministic scheduler: a fiber for each CPU, a stack of suspended ones.
 *
 *   main --run(op 3)--> cpu0 --at=5:cpu1--> cpu1 (op 4) --ends--> cpu0 --ends--> main
 *                        '-- suspended ------------------'
 *
 * [SC1] a fiber is on the suspended stack exactly while it is in flight and does not run
 * [SC2] this_cpu belongs to the fiber that runs
 * Interrupts need no fiber of their own: they run as a call on top of what they interrupt. So do calls from other CPUs
 * (smp.h); an idle CPU takes them on its fiber at once, a busy one at its next yield point with interrupts on.
 * A task that sleeps stays in flight; whoever is suspended and can run goes on until its condition holds.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "lockdep.h"
#include "sched.h"
#include "tool.h"

#define FIBER_STACK_BYTES (256u << 10)
#define OP_CALLS	  (SCHED_NONE - 2) /* no operation: an idle CPU takes its calls */

struct sched_call {
	smp_call_func_t func;
	void *info;
	bool *done; /* of the sender that waits, or NULL */
};

struct sched_cpu {
	struct fiber fiber;
	struct sched *sched;
	u32 op;
	bool in_flight;
	u8 irq_nesting;
	const struct sched_switch *switches;
	u32 nr_switches, next;
	struct sched_call call[SIM_MAX_CPUS]; /* from other CPUs, not yet taken */
	u8 nr_calls;
	bool asleep;
	bool (*awake)(void *arg); /* of a task that sleeps */
	void *awake_arg;
};

struct sched {
	struct machine *machine;
	struct sched_client client;
	struct fiber main;
	struct sched_cpu cpu[SIM_MAX_CPUS];
	u8 suspended[SIM_MAX_CPUS];
	unsigned nr_suspended, nr_in_flight;
	int running; /* CPU whose fiber runs; -1 the main stack */
	char *stacks;
	u64 contended;
	bool watched; /* every yield point is told to the client */
};

static struct fiber *fiber_of(struct sched *s, int cpu)
{
	return cpu < 0 ? &s->main : &s->cpu[cpu].fiber;
}

static void go(struct sched *s, int to)
{
	int from = s->running;

	tool_order_before(fiber_of(s, from)); /* its stack may be another fiber's next: sched_abandon() */
	s->running = to;
	if (to >= 0)
		this_cpu = &s->machine->cpu[to];
	fiber_switch(fiber_of(s, from), fiber_of(s, to));
}

/* Where the schedule of the operation on this CPU speaks next; a call that waits is looked at wherever it may come in. */
static void arm(struct sched *s, unsigned cpu)
{
	struct sched_cpu *c = &s->cpu[cpu];

	s->machine->cpu[cpu].next_switch = c->nr_calls || s->watched ? s->machine->cpu[cpu].yields :
					   c->next < c->nr_switches ? c->switches[c->next].at :
								      ~0u;
}

static void fetch_schedule(struct sched *s, unsigned cpu, u32 op)
{
	struct sched_cpu *c = &s->cpu[cpu];

	c->nr_switches = op == OP_CALLS ? 0 : s->client.switches(s->client.arg, op, &c->switches);
	c->next = 0;
	s->machine->cpu[cpu].yields = 0;
	arm(s, cpu);
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

/* The CPU's operation ended, or sleeps: no grace period waits for it. */
static void note_quiescent(struct machine *m, unsigned cpu)
{
	m->rcu.waits_for &= ~(1u << cpu);
}

/* What an operation did is over when the next one begins: a program hands pages on from one to the other. */
static void run_client(struct sched *s, u32 op)
{
	tool_order_after(s);
	s->client.run(s->client.arg, op);
	tool_order_before(s);
}

static void fiber_main(void *arg)
{
	struct sched_cpu *c = arg;
	struct sched *s = c->sched;

	for (;;) {
		if (likely(c->op != OP_CALLS))
			run_client(s, c->op);
		take_calls(s, (unsigned)(c - s->cpu)); /* the CPU was idle, or they came when no yield point was left */
		c->in_flight = false;
		s->nr_in_flight--;
		note_quiescent(s->machine, (unsigned)(c - s->cpu));
		go(s, s->nr_suspended ? s->suspended[--s->nr_suspended] : -1);
	}
}

struct sched *sched_create(struct machine *m)
{
	struct sched *s = calloc(1, sizeof(*s));

	s->machine = m;
	s->running = -1;
	s->stacks = mmap(NULL, SIM_MAX_CPUS * FIBER_STACK_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	fiber_adopt_thread(&s->main);
	for (unsigned i = 0; i < SIM_MAX_CPUS; i++) {
		s->cpu[i].sched = s;
		fiber_init(&s->cpu[i].fiber, s->stacks + i * FIBER_STACK_BYTES, FIBER_STACK_BYTES, fiber_main,
			   &s->cpu[i]);
	}
	m->host->sched = s;
	return s;
}

void sched_destroy(struct sched *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < SIM_MAX_CPUS; i++)
		fiber_destroy(&s->cpu[i].fiber);
	fiber_destroy(&s->main);
	tool_unpoison(s->stacks, SIM_MAX_CPUS * FIBER_STACK_BYTES);
	munmap(s->stacks, SIM_MAX_CPUS * FIBER_STACK_BYTES);
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

static void start(struct sched *s, unsigned cpu, u32 op)
{
	struct sched_cpu *c = &s->cpu[cpu];

	c->op = op;
	c->in_flight = true;
	s->nr_in_flight++;
	fetch_schedule(s, cpu, op);
	go(s, (int)cpu);
}

bool sched_run(struct sched *s, unsigned cpu, u32 op)
{
	struct sim_cpu *entered = this_cpu;

	tool_order_before(s);
	start(s, cpu, op);
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
	for (unsigned i = 0; i < SIM_MAX_CPUS; i++) {
		if (s->cpu[i].in_flight) {
			tool_order_after(&s->cpu[i].fiber);
			fiber_restart(&s->cpu[i].fiber);
		}
		s->cpu[i].in_flight = false;
		s->cpu[i].irq_nesting = 0;
		s->cpu[i].nr_calls = 0;
		s->cpu[i].asleep = false;
	}
	s->nr_suspended = 0;
	s->nr_in_flight = 0;
	s->running = -1;
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

bool sched_in_flight_on(const struct sched *s, unsigned cpu)
{
	return s->cpu[cpu].in_flight;
}

/* Its task does, and no interrupt runs on top. */
static bool sleeps(const struct sched *s, unsigned cpu)
{
	const struct sim_cpu *c = &s->machine->cpu[cpu];

	return s->cpu[cpu].asleep && !(c->hardirq || c->softirq || c->nmi);
}

/* And nothing wakes it now. */
static bool sleeps_on(const struct sched *s, unsigned cpu)
{
	const struct sched_cpu *c = &s->cpu[cpu];

	return sleeps(s, cpu) && !c->nr_calls && !c->awake(c->awake_arg);
}

bool sched_waits_on(const struct sched *s, unsigned cpu)
{
	const struct sched_cpu *c = &s->cpu[cpu];
	const struct sim_lock *lock = s->machine->cpu[cpu].waits_for;

	return c->in_flight && ((lock && lock->locked && !c->nr_calls) || sleeps_on(s, cpu));
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
	go(s, -1);
}

/* Suspend the running fiber and go on with another CPU's operation, in flight or new. chosen: by the schedule. */
static void switch_to_cpu(struct sched *s, unsigned cpu, bool chosen)
{
	struct sched_cpu *c;
	u32 op = SCHED_NONE;

	if ((int)cpu == s->running || cpu >= s->machine->param[PARAM_CPUS])
		return;
	c = &s->cpu[cpu];
	if (!c->in_flight) {
		op = s->client.next_unstarted(s->client.arg, cpu);
		if (op == SCHED_NONE)
			return;
	} else {
		unsigned i = 0;

		while (s->suspended[i] != cpu)
			i++;
		for (s->nr_suspended--; i < s->nr_suspended; i++) /* few; and TSan would look at memmove() */
			s->suspended[i] = s->suspended[i + 1];
	}
	s->suspended[s->nr_suspended++] = (u8)s->running;
	if (chosen && s->client.switched)
		s->client.switched(s->client.arg);
	if (c->in_flight)
		go(s, (int)cpu);
	else
		start(s, cpu, op);
}

/* The interrupted operation's own schedule waits until the interrupt returns. */
static void deliver_irq(struct sched *s, unsigned label)
{
	struct sim_cpu *cpu = this_cpu;
	struct sched_cpu *c = &s->cpu[cpu->id];
	const struct sched_switch *switches = c->switches;
	u32 nr_switches = c->nr_switches, next = c->next, yields = cpu->yields, op;

	if (!sched_takes_irq(s))
		return;
	op = s->client.unstarted_irq(s->client.arg, label);
	if (op == SCHED_NONE)
		return;
	c->irq_nesting++;
	if (s->client.switched)
		s->client.switched(s->client.arg);
	fetch_schedule(s, cpu->id, op);
	run_client(s, op);
	c->irq_nesting--;
	c->switches = switches;
	c->nr_switches = nr_switches;
	c->next = next;
	cpu->yields = yields;
}

/* What the schedule of the operation says here; NULL: nothing. */
static const struct sched_switch *choice_here(struct sched_cpu *c)
{
	if (c->next == c->nr_switches || c->switches[c->next].at != this_cpu->yields - 1)
		return NULL;
	return &c->switches[c->next++];
}

sim_cold void sched_point(enum sim_yield_point p)
{
	struct sched *s = this_cpu->machine->host->sched;
	unsigned cpu = this_cpu->id;
	const struct sched_switch *sw;
	struct sched_switch chosen;
	struct sched_cpu *c;

	if (!s || s->running < 0)
		return;
	c = &s->cpu[cpu];
	take_calls(s, cpu);
	sw = choice_here(c);
	if (unlikely(s->watched) && s->client.point(s->client.arg, p, &chosen))
		sw = &chosen;
	if (sw && sw->is_irq)
		deliver_irq(s, sw->target);
	else if (sw)
		switch_to_cpu(s, sw->target, true);
	take_calls(s, cpu); /* that came meanwhile */
	/* several choices may name one index: an index already passed can no longer fire */
	while (c->next < c->nr_switches && c->switches[c->next].at < this_cpu->yields)
		c->next++;
	arm(s, cpu);
}

void sched_wait_for(unsigned holder_cpu)
{
	struct sched *s = this_cpu->machine->host->sched;

	sim_tick();
	sched_note_contended();
	if (!s || s->running < 0 || !s->cpu[holder_cpu].in_flight || holder_cpu == this_cpu->id)
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
		busy |= (u32)(s->cpu[i].in_flight && !sleeps(s, i)) << i;
	return busy;
}

/* The CPU suspended last that has something to do; -1 none. */
static int somebody_else(const struct sched *s)
{
	for (unsigned i = s->nr_suspended; i--;)
		if (!sleeps_on(s, s->suspended[i]))
			return s->suspended[i];
	return -1;
}

/* Quiescent before and after whatever comes in between. */
static void sleep_a_while(void)
{
	note_quiescent(this_cpu->machine, this_cpu->id);
	sim_yield(YIELD_WAIT);
	note_quiescent(this_cpu->machine, this_cpu->id);
}

void sched_sleep_until(bool (*awake)(void *arg), void *arg, const char *what)
{
	struct sched *s = this_cpu->machine->host->sched;
	struct sched_cpu *c = s && s->running >= 0 ? &s->cpu[this_cpu->id] : NULL;
	int other;

	sim_may_sleep(what);
	if (c) {
		c->asleep = true;
		c->awake = awake;
		c->awake_arg = arg;
	}
	while (sleep_a_while(), !awake(arg)) {
		sim_tick();
		other = c ? somebody_else(s) : -1;
		if (other < 0)
			sim_stop(STOP_NO_PROGRESS, "cpu %u waits for %s, and nobody is left to bring it", this_cpu->id, what);
		switch_to_cpu(s, (unsigned)other, false);
	}
	if (c)
		c->asleep = false;
}

/* --- calls to other CPUs ----------------------------------------------------------------------------------------------- */

static void send_call(struct sched *s, unsigned cpu, struct sched_call call)
{
	struct sched_cpu *to = &s->cpu[cpu];

	VM_BUG_ON(to->nr_calls == SIM_MAX_CPUS);
	to->call[to->nr_calls++] = call;
	if (to->in_flight) {
		s->machine->cpu[cpu].next_switch = s->machine->cpu[cpu].yields;
		return;
	}
	s->suspended[s->nr_suspended++] = (u8)s->running;
	start(s, cpu, OP_CALLS);
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
		switch_to_cpu(s, cpu, false);
		take_calls(s, this_cpu->id); /* two may call each other */
	}
}

void sched_let_others_run(void)
{
	struct sched *s = this_cpu->machine->host->sched;
	int other = s && s->running >= 0 ? somebody_else(s) : -1;

	if (other >= 0)
		switch_to_cpu(s, (unsigned)other, false);
}

/* --- copies for snapshots ------------------------------------------------------------------------------------------ */

struct sched_copy {
	struct sched state;
	char *stack[SIM_MAX_CPUS];  /* from sp up */
	u8 *shadow[SIM_MAX_CPUS];
};

#if defined(TOOL_ASAN)
static u8 *stack_shadow(const struct fiber *f, size_t *bytes)
{
	size_t scale, offset;

	__asan_get_shadow_mapping(&scale, &offset);
	*bytes = f->stack_bytes >> scale;
	return (u8 *)(((uintptr_t)f->stack >> scale) + offset);
}
static u8 *save_stack_shadow(const struct fiber *f)
{
	size_t bytes;
	u8 *shadow = stack_shadow(f, &bytes);
	u8 *copy = malloc(bytes);

	raw_copy(copy, shadow, bytes);
	return copy;
}
static void load_stack_shadow(const struct fiber *f, const u8 *copy)
{
	size_t bytes;
	u8 *shadow = stack_shadow(f, &bytes);

	raw_copy(shadow, copy, bytes);
}
#else
static u8 *save_stack_shadow(const struct fiber *f)
{
	(void)f;
	return NULL;
}
static void load_stack_shadow(const struct fiber *f, const u8 *copy)
{
	(void)f, (void)copy;
}
#endif

static size_t live_bytes(const struct fiber *f)
{
	return (size_t)((char *)f->stack + f->stack_bytes - (char *)f->sp);
}

struct sched_copy *sched_save(const struct sched *s)
{
	struct sched_copy *copy;

	if (!s)
		return NULL;
	copy = calloc(1, sizeof(*copy));
	copy->state = *s;
	for (unsigned i = 0; i < SIM_MAX_CPUS; i++) {
		const struct fiber *f = &s->cpu[i].fiber;

		if (!f->stack)
			continue;
		copy->stack[i] = malloc(live_bytes(f));
		raw_copy(copy->stack[i], f->sp, live_bytes(f));
		copy->shadow[i] = save_stack_shadow(f);
	}
	return copy;
}

/* The stacks come back; who runs does not change: restore from the main stack or from the fiber that saved. */
void sched_load(struct sched *s, const struct sched_copy *copy)
{
	if (!s || !copy)
		return;
	for (unsigned i = 0; i < SIM_MAX_CPUS; i++) {
		if (!copy->stack[i])
			continue;
		s->cpu[i] = copy->state.cpu[i];
		if ((int)i == s->running) /* its stack is in use: the caller returns on it */
			continue;
		raw_copy(s->cpu[i].fiber.sp, copy->stack[i], live_bytes(&s->cpu[i].fiber));
		if (copy->shadow[i])
			load_stack_shadow(&s->cpu[i].fiber, copy->shadow[i]);
	}
	memcpy(s->suspended, copy->state.suspended, sizeof(s->suspended));
	s->nr_suspended = copy->state.nr_suspended;
	s->nr_in_flight = copy->state.nr_in_flight;
}

void sched_copy_free(struct sched_copy *copy)
{
	if (!copy)
		return;
	for (unsigned i = 0; i < SIM_MAX_CPUS; i++) {
		free(copy->stack[i]);
		free(copy->shadow[i]);
	}
	free(copy);
}
