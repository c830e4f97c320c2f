// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_rcu.c - calls to other CPUs, sleep, grace periods; and who judges them.
 *
 * The first part plays actors on a stage (stage.h); the second runs programs; the third tells the model lies.
 */
#include <stdlib.h>
#include "rcu.h"
#include "smp.h"
#include "stage.h"
#include "tap.h"
#include "world.h"

/* --- calls to other CPUs --------------------------------------------------------------------------------------------------- */

/* Where it was taken: the CPU, and h in a hardirq. */
static void take(void *info)
{
	note(*(char *)info, this_cpu->id);
	if (this_cpu->hardirq != 1 || this_cpu->rcu_readers)
		note('!', 0);
}

static void call_and_wait(char name)
{
	char c = (char)(name + 32);

	note(name, 1);
	smp_call_function_single(1, take, &c, true);
	note(name, 2);
}

static void call_all(char name)
{
	static char c;

	c = (char)(name + 32);
	smp_call_function(take, &c, true);
	note(name, this_cpu->id);
}

static void call_and_go_on(char name)
{
	static char c;

	c = (char)(name + 32);
	note(name, 1);
	smp_call_function_single(1, take, &c, false);
	note(name, 2);
	sim_yield(YIELD_PERCPU);
	note(name, 3);
}

static void call_with_irqs_off(char name)
{
	(void)name;
	local_irq_disable();
	call_and_wait(name);
}

static void call_self(char name)
{
	char c = (char)(name + 32);

	this_cpu->hardirq++; /* as take() wants it */
	smp_call_function_single(this_cpu->id, take, &c, false);
	this_cpu->hardirq--;
}

/* The last one with interrupts on again. */
static void steps_and_one_more(char name)
{
	steps_without_irqs(name);
	note(name, 4);
}

static const struct {
	const char *name;
	struct actor actor[MAX_ACTORS];
	unsigned nr;
	const char *log; /* or what the machine stopped with */
} calls[] = {
	{ "an idle CPU takes a call at once", { { call_and_wait, .cpu = 0 } }, 1, "A1a1A2" },
	{ "a busy one at its next yield point, and goes on until it ends",
	  { { three_steps, .cpu = 1, .nr_switches = 1, .sw = { CPU(0, 0) } }, { call_and_wait, .cpu = 0 } }, 2, "A1B1b1A2A3B2" },
	{ "with interrupts off not before they are on again",
	  { { steps_and_one_more, .cpu = 1, .nr_switches = 1, .sw = { CPU(0, 0) } }, { call_and_wait, .cpu = 0 } }, 2,
	  "A1B1A2A3b1A4B2" },
	{ "who does not wait goes on first",
	  { { three_steps, .cpu = 1, .nr_switches = 1, .sw = { CPU(0, 0) } }, { call_and_go_on, .cpu = 0 } }, 2,
	  "A1B1B2B3b1A2A3" },
	{ "its own schedule goes on after the call",
	  { { three_steps, .cpu = 1, .nr_switches = 2, .sw = { CPU(0, 0), CPU(2, 2) } },
	    { call_and_go_on, .cpu = 0 }, { three_steps, .cpu = 2 } }, 3, "A1B1B2B3b1A2A3C1C2C3" },
	{ "two CPUs call each other", { { call_and_wait, .cpu = 0, .nr_switches = 1, .sw = { CPU(0, 1) } },
					{ call_all, .cpu = 1 } }, 2, "A1b0a1b2b3b4b5b6b7B1A2" },
	{ "all others", { { call_all, .cpu = 2 } }, 1, "a0a1a3a4a5a6a7A2" },
	{ "a call to oneself is a call", { { call_self, .cpu = 2 } }, 1, "a2" },
	{ "nobody waits with interrupts off", { { call_with_irqs_off, .cpu = 0 } }, 1,
	  "cpu 0 calls cpu 1 and waits, where it takes no calls itself" },
	{ "nor in a hardirq", { { call_and_wait, .cpu = 0, .context = CONTEXT_HARDIRQ } }, 1,
	  "cpu 0 calls cpu 1 and waits, where it takes no calls itself" },
};

static void test_calls(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
		bool ran = play(calls[i].actor, calls[i].nr);

		same_text(ran ? stage.log : stage.m->stop.text, calls[i].log, calls[i].name);
	}
}

/* --- sleep, grace periods ---------------------------------------------------------------------------------------------------- */

static struct rcu_head head[4];

static void called(struct rcu_head *h)
{
	note(this_cpu->softirq == 1 ? 'c' : '!', (unsigned)(h - head));
}

/* Queues on CPU n as number n. */
static void defer(char name)
{
	note(name, this_cpu->id);
	call_rcu(&head[this_cpu->id], called);
}

static void core(char name)
{
	note(name, 0);
	rcu_core();
	note(name, 1);
}

static void a_tick_later(char name)
{
	(void)name;
	sim_pass_time(RCU_TICK_NS);
}

static void read_it(char name)
{
	rcu_read_lock();
	note(name, 1);
	sim_yield(YIELD_RCU);
	note(name, 2);
	rcu_read_unlock();
}

static void synchronize(char name)
{
	note(name, 1);
	synchronize_rcu();
	note(name, 2);
}

static void barrier(char name)
{
	note(name, 1);
	rcu_barrier();
	note(name, 2);
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void wait_for_godot(char name)
{
	(void)name;
	sched_sleep_until(never, NULL, "Godot");
}

static const struct {
	const char *name;
	struct actor actor[MAX_ACTORS];
	unsigned nr;
	const char *log;
	enum sim_stop_kind kind;
} grace[] = {
	{ "one call begins a grace period, the next ends it and calls",
	  { { defer, .cpu = 0 }, { core, .cpu = 0 }, { a_tick_later, .cpu = 1 }, { core, .cpu = 0 } }, 4, "A0B0B1D0c0D1", STOP_NONE },
	{ "not before a tick is over", { { defer, .cpu = 0 }, { core, .cpu = 0 }, { core, .cpu = 0 } }, 3, "A0B0B1C0C1", STOP_NONE },
	{ "another CPU may end it; called is where it was queued",
	  { { defer, .cpu = 2 }, { core, .cpu = 0 }, { a_tick_later, .cpu = 1 }, { core, .cpu = 0 }, { core, .cpu = 2 } }, 5,
	  "A2B0B1D0D1E0c2E1", STOP_NONE },
	{ "not while a reader that was there before is inside",
	  { { read_it, .cpu = 3, .nr_switches = 3, .sw = { CPU(0, 0), CPU(1, 0), CPU(2, 0) } },
	    { synchronize, .cpu = 0 } }, 2, "B1A1A2B2", STOP_NONE },
	{ "in a hardirq it does nothing",
	  { { defer, .cpu = 0 }, { core, .cpu = 0, .context = CONTEXT_HARDIRQ }, { a_tick_later, .cpu = 1 }, { core, .cpu = 0 } }, 4,
	  "A0B0B1D0D1", STOP_NONE },
	{ "a barrier calls what all CPUs have queued", { { defer, .cpu = 1 }, { defer, .cpu = 2 }, { barrier, .cpu = 0 } }, 3,
	  "A1B2C1c1c2C2", STOP_NONE },
	{ "two that synchronize wait for neither each other nor for ever",
	  { { synchronize, .cpu = 0, .nr_switches = 1, .sw = { CPU(0, 1) } }, { synchronize, .cpu = 1 } }, 2, "A1B1B2A2", STOP_NONE },
	{ "an interrupt of a CPU that sleeps is a reader",
	  { { synchronize, .cpu = 0, .nr_switches = 1, .sw = { IRQ(0, 1) } },
	    { read_it, .cpu = 7, .irq = 1, .context = CONTEXT_HARDIRQ, .nr_switches = 1, .sw = { CPU(0, 2) } },
	    { synchronize, .cpu = 2 } }, 3, "A1C1B1B2A2C2", STOP_NONE },
	{ "in a reader nobody sleeps", { { synchronize, .cpu = 0, .context = CONTEXT_RCU } }, 1, "a grace period: boot or settling (task of cpu 0) waits",
	  STOP_SLEEP_RCU },
	{ "nor with interrupts off", { { synchronize, .cpu = 0, .context = CONTEXT_IRQS_OFF } }, 1, "a grace period: boot or settling (task of cpu 0) waits",
	  STOP_SLEEP_IRQS_OFF },
	{ "who sleeps for what nobody will do is told",
	  { { wait_for_godot, .cpu = 0 } }, 1, "cpu 0 waits for Godot, and nobody is left to bring it", STOP_NO_PROGRESS },
};

static void test_grace_periods(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(grace); i++) {
		bool ran = play(grace[i].actor, grace[i].nr);

		same_text(ran ? stage.log : stage.m->stop.text, grace[i].log, grace[i].name);
		if (grace[i].kind != STOP_NONE)
			same_number(stage.m->stop.kind, grace[i].kind, "  for that reason");
	}
}

/* --- whole programs -------------------------------------------------------------------------------------------------------------- */

static struct world *w;

static const char *clause_of(const char *text)
{
	struct program p;
	char error[200];

	program_init(&p);
	if (!program_parse(&p, text, strlen(text), error, sizeof(error), NULL)) {
		printf("Bail out! %s\n", error);
		exit(1);
	}
	lockstep_run(w, &p);
	program_free(&p);
	return w->verdict.failed ? w->verdict.clause : NULL;
}

#define HEADER	      "mmcheck-trace 1 profile=small flags=recount\n"
#define A_PAGE	      "0: p1 = alloc_pages gfp=GFP_KERNEL order=0\n"

static const struct {
	const char *name, *text, *clause;
} programs[] = {
	{ "a table goes when the CPU that walks it has interrupts on again",
	  HEADER A_PAGE "1: walk_fast p1 cpu=1 at=0:cpu0\n2: free_table p1\n", NULL },
	{ "a table waits for a reader", HEADER A_PAGE "1: walk_rcu p1 cpu=1 at=1:cpu0 at=2:cpu0\n2: free_deferred p1\n3: rcu_barrier\n", NULL },
	{ "it is unlinked before the reader has looked for the first time",
	  HEADER A_PAGE "1: walk_rcu p1 cpu=1 at=0:cpu0\n2: free_deferred p1\n", NULL },
	{ "a page that waits is nobody's to free again",
	  HEADER A_PAGE "1: free_deferred p1\n2: free_pages p1\n3: rcu_barrier\n4: free_pages p1\n", NULL },
	{ "an interrupt on top of a barrier changes nothing of what it waits for",
	  HEADER A_PAGE "1: walk_fast p1 cpu=2 at=0:cpu0\n2: free_deferred p1 cpu=1\n3: rcu_core cpu=1 ctx=softirq irq=2\n"
			"4: rcu_barrier at=0:cpu1 at=1:irq2\n", NULL },
	{ "what still waits at the end is freed then", HEADER A_PAGE "1: free_deferred p1\n", NULL },
	{ "a task is no interrupt", HEADER "0: p1 = alloc_pages gfp=GFP_KERNEL order=0 at=2:irq1\n1: drain_local ctx=hardirq irq=1\n", NULL },
	{ "a walker sees what should not be",
	  "mmcheck-trace 1 profile=small flags=recount+damage\n" A_PAGE "1: write_live p1 line=0\n2: walk_rcu p1\n", "RCU1" },
	{ "and so does who unlinks it",
	  "mmcheck-trace 1 profile=small flags=recount+damage\n" A_PAGE "1: write_live p1 line=0\n2: free_deferred p1\n", "B52" },
};

static void test_programs(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(programs); i++) {
		const char *said = clause_of(programs[i].text);

		if (programs[i].clause && said && !strcmp(said, programs[i].clause))
			tell_site(said);
		if (!same_text(said, programs[i].clause, programs[i].name) && said)
			printf("# %s\n", w->verdict.sentence);
	}
}

/* --- lies ---------------------------------------------------------------------------------------------------------------------------- */

#define PFN 300

static struct model *m;

static void fresh(void)
{
	model_reset(m);
	m->frame[PFN] = (struct frame){ .state = FRAME_OWNED, .refs = 1, .owner = 1 };
}

static void deferred_under(unsigned reader_cpu)
{
	fresh();
	if (reader_cpu)
		model_reader_begins(m, reader_cpu);
	model_begin_defer(m, 0, PFN);
	model_end(m, 0);
	model_begin_rcu_wait(m, 0);
}

static const char *freed_after_grace(void)
{
	struct mm_event ev = { .type = EVENT_FREE_DEFERRED, .pfn = PFN };

	return model_event(m, &ev);
}

static void test_judges(void)
{
	struct mm_event freed = { .type = EVENT_PAGE_FREE, .pfn = PFN };
	const char *said = NULL;

	deferred_under(0);
	says_clause(freed_after_grace(), NULL, "without readers a page may go");
	says_clause(freed_after_grace(), "RCU2", "  once");
	deferred_under(1);
	says_clause(freed_after_grace(), "RCU1", "a reader that may have found the page is inside");
	deferred_under(1);
	model_reader_ends(m, 1);
	model_reader_begins(m, 1);
	says_clause(freed_after_grace(), NULL, "  the next one on that CPU has not");
	deferred_under(1);
	model_reader_begins(m, 1);
	model_reader_ends(m, 1);
	says_clause(freed_after_grace(), "RCU1", "  one within another is the same");

	fresh();
	model_walk_begins(m, 1, PFN);
	model_begin_free(m, 0, PFN, 0);
	says_clause(model_event(m, &freed), "RCU1", "a page is freed while it is walked");
	fresh();
	model_walk_begins(m, 1, PFN);
	model_walk_begins(m, 2, PFN);
	model_walk_ends(m, 1, PFN);
	model_begin_free(m, 0, PFN, 0);
	says_clause(model_event(m, &freed), "RCU1", "  one walker of two is left");
	fresh();
	model_walk_begins(m, 1, PFN);
	model_walk_ends(m, 1, PFN);
	model_begin_free(m, 0, PFN, 0);
	says_clause(model_event(m, &freed), NULL, "  none is");

	fresh();
	model_reader_begins(m, 2);
	model_begin_rcu_wait(m, 0);
	says_clause(model_synchronized(m, 0), "RCU1", "a grace period over a reader");
	model_reader_ends(m, 2);
	says_clause(model_synchronized(m, 0), NULL, "  that is gone");

	deferred_under(0);
	says_clause(model_rcu_barrier(m, 0), "RCU2", "a barrier that leaves a page");
	fresh();
	model_begin_rcu_wait(m, 1);
	model_begin_defer(m, 0, PFN);
	says_clause(model_rcu_barrier(m, 1), NULL, "  one that was queued later");

	fresh();
	model_begin_rcu_wait(m, 1);
	model_begin_defer(m, 0, PFN);
	model_end(m, 0);
	model_begin_rcu_wait(m, 2);
	says_clause(model_rcu_barrier(m, 1), NULL, "  of two barriers the earlier does not wait for it");
	says_clause(model_rcu_barrier(m, 2), "RCU2", "  and the later one does");

	deferred_under(m->nr_cpus - 1);
	says_clause(freed_after_grace(), "RCU1", "the reader may be on the last CPU");
	fresh();
	model_walk_begins(m, 1, PFN + 1);
	model_walk_begins(m, 2, PFN);
	model_walk_begins(m, 3, PFN + 1);
	model_walk_ends(m, 1, PFN + 1);
	model_begin_free(m, 0, PFN, 0);
	says_clause(model_event(m, &freed), "RCU1", "of three who walk one has gone, and another walks the page");

	deferred_under(0);
	model_begin_other(m, 1);
	for (unsigned i = 0; i < 4; i++) {
		model_clock(m, m->now_ns + MODEL_RCU_TICK_NS);
		says_clause(model_rcu_core(m, 0, true), NULL, "while others are at work a grace period need not end");
	}
	deferred_under(0);
	model_begin_free_run(m, 1, 0, 0);
	for (unsigned i = 0; i < 4; i++) {
		model_clock(m, m->now_ns + MODEL_RCU_TICK_NS);
		says_clause(model_rcu_core(m, 1, true), NULL, "another CPU does not call what was queued here");
	}
	deferred_under(0);
	for (unsigned i = 0; !said && i < 2; i++) {
		model_clock(m, m->now_ns + MODEL_RCU_TICK_NS);
		said = model_rcu_core(m, 0, true);
		if (i < 1)
			says_clause(said, NULL, "a grace period takes its time");
	}
	says_clause(said, "RCU2", "  and no longer");
}

int main(void)
{
	struct model_setup setup;

	stage_open();
	test_calls();
	test_grace_periods();
	stage_close();
	w = world_create();
	test_programs();
	world_destroy(w);
	model_setup_profile(&setup, PROFILE_SMALL);
	m = model_create(&setup);
	test_judges();
	model_destroy(m);
	return tap_end();
}
