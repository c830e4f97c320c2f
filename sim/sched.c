/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.c - the deterministic scheduler: a fiber for each CPU, a stack of suspended ones.
 *
 *   main --run(op 3)--> cpu0 --at=5:cpu1--> cpu1 (op 4) --ends--> cpu0 --ends--> main
 *                        '-- suspended ------------------'
 *
 * [SC1] a fiber is on the suspended stack exactly while it is in flight and does not run
 * [SC2] this_cpu belongs to the fiber that runs
 * Interrupts need no fiber of their own: they run as a call on top of what they interrupt.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "sched.h"
#include "tool.h"

#define FIBER_STACK_BYTES (256u << 10)

struct sched_cpu {
	struct fiber fiber;
	struct sched *sched;
	u32 op;
	bool in_flight;
	u8 irq_nesting;
	const struct sched_switch *switches;
	u32 nr_switches, next;
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

	s->running = to;
	if (to >= 0)
		this_cpu = &s->machine->cpu[to];
	fiber_switch(fiber_of(s, from), fiber_of(s, to));
}

/* Where the schedule of the operation on this CPU speaks next. */
static void arm(struct sched *s, unsigned cpu)
{
	struct sched_cpu *c = &s->cpu[cpu];

	s->machine->cpu[cpu].next_switch = c->next < c->nr_switches ? c->switches[c->next].at : ~0u;
	if (unlikely(s->watched))
		s->machine->cpu[cpu].next_switch = s->machine->cpu[cpu].yields;
}

static void fetch_schedule(struct sched *s, unsigned cpu, u32 op)
{
	struct sched_cpu *c = &s->cpu[cpu];

	c->nr_switches = s->client.switches(s->client.arg, op, &c->switches);
	c->next = 0;
	s->machine->cpu[cpu].yields = 0;
	arm(s, cpu);
}

static void fiber_main(void *arg)
{
	struct sched_cpu *c = arg;
	struct sched *s = c->sched;

	for (;;) {
		s->client.run(s->client.arg, c->op);
		c->in_flight = false;
		s->nr_in_flight--;
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

	start(s, cpu, op);
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
		if (s->cpu[i].in_flight)
			fiber_restart(&s->cpu[i].fiber);
		s->cpu[i].in_flight = false;
		s->cpu[i].irq_nesting = 0;
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

bool sched_waits_on(const struct sched *s, unsigned cpu)
{
	const struct sim_lock *wanted = s->machine->cpu[cpu].wanted;

	return s->cpu[cpu].in_flight && wanted && wanted->locked;
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
	if (s && s->running >= 0)
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
		memmove(&s->suspended[i], &s->suspended[i + 1], --s->nr_suspended - i);
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
	struct sched_cpu *c = &s->cpu[cpu->id], before = *c;
	u32 yields = cpu->yields, op;

	if (!sched_takes_irq(s))
		return;
	op = s->client.unstarted_irq(s->client.arg, label);
	if (op == SCHED_NONE)
		return;
	c->irq_nesting++;
	if (s->client.switched)
		s->client.switched(s->client.arg);
	fetch_schedule(s, cpu->id, op);
	s->client.run(s->client.arg, op);
	c->irq_nesting--;
	c->switches = before.switches;
	c->nr_switches = before.nr_switches;
	c->next = before.next;
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

	if (!s || s->running < 0)
		return;
	sw = choice_here(&s->cpu[cpu]);
	if (unlikely(s->watched) && s->client.point(s->client.arg, p, &chosen))
		sw = &chosen;
	if (sw && sw->is_irq)
		deliver_irq(s, sw->target);
	else if (sw)
		switch_to_cpu(s, sw->target, true);
	/* several choices may name one index: an index already passed can no longer fire */
	while (s->cpu[cpu].next < s->cpu[cpu].nr_switches &&
	       s->cpu[cpu].switches[s->cpu[cpu].next].at < this_cpu->yields)
		s->cpu[cpu].next++;
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
