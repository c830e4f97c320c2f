/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_task.c - kernel threads: when they run, where they sleep, how long, and what is said when nobody will ever wake up.
 *
 * Operations are actors A, B, .. of stage.h; kernel threads x (kswapd0, of CPU 0), y (kswapd1, of CPU 1) and z (an unknown
 * name, CPU 2) write into the same log.
 */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* a play says what is not as usual */
#include "stage.h"
#include "rcu.h"
#include "smp.h"
#include "tap.h"
#include "task.h"

#define KTHREADS 3

static struct {
	struct mutex outer, inner;
	struct rcu_head head;
} *locks;

static struct {
	unsigned wanted[KTHREADS]; /* so often */
	u64 wanted_at[KTHREADS];   /* and not before */
	void (*act[KTHREADS])(char name);
	bool word, flags_were_kept, gave_up;
	s64 fuel; /* of the last who looked */
	u64 slept_ns;
} now;

static const unsigned number[KTHREADS] = { KTHREAD_KSWAPD0, KTHREAD_KSWAPD0 + 1, SIM_MAX_KTHREADS - 1 };

static bool wanted(void *arg)
{
	unsigned i = (unsigned)(uintptr_t)arg;

	return now.wanted[i] && stage.m->now_ns >= now.wanted_at[i];
}

static void run(void *arg)
{
	unsigned i = (unsigned)(uintptr_t)arg;

	now.wanted[i]--;
	if (sim_current() != number[i] + 1 || this_cpu->id != i)
		note('?', i);
	if (now.act[i])
		now.act[i]((char)('x' + i));
}

static struct sched_client client;
static void (*run_stage)(void *arg, u32 op);

/* With its letter as its name. */
static void run_named(void *arg, u32 op)
{
	static const char *const names[MAX_ACTORS] = { "op_A", "op_B", "op_C", "op_D", "op_E", "op_F" };

	this_cpu->operation = names[op];
	this_cpu->step = op;
	stage.m->fuel = stage.m->param[PARAM_FUEL];
	if (sim_current())
		note('?', 9);
	run_stage(arg, op);
	this_cpu->operation = NULL;
}

static void open_stage(void)
{
	static const char *const names[KTHREADS] = { "kswapd0", "kswapd1", "odd" };

	stage_open();
	locks = machine_meta_alloc(stage.m, sizeof(*locks), 64);
	mutex_init(&locks->outer, 0);
	mutex_init(&locks->inner, 0);
	for (unsigned i = 0; i < KTHREADS; i++) {
		unsigned k = sim_kthread_create((struct sim_kthread){ names[i], (u8)i, wanted, run, (void *)(uintptr_t)i });

		same_number(k, number[i], names[i]);
	}
	machine_seal(stage.m);
	client = *sched_get_client(stage.m->host->sched);
	run_stage = client.run;
	client.run = run_named;
	sched_set_client(stage.m->host->sched, &client);
}

/* --- what they do ---------------------------------------------------------------------------------------------------- */

static bool word_is_there(void *arg)
{
	return *(const bool *)arg;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void sleep_for_word(char name)
{
	note(name, 1);
	sched_sleep_until(word_is_there, &now.word, "the word");
	note(name, 2);
}

static void bring_word(char name)
{
	note(name, 1);
	now.word = true;
}

static void bring_word_in_steps(char name)
{
	now.word = true;
	three_steps(name);
}

static void nap(char name)
{
	u64 began = stage.m->now_ns;

	note(name, 1);
	now.gave_up = !sim_sleep_timeout(word_is_there, &now.word, 5000, "the word, not for ever");
	now.slept_ns = stage.m->now_ns - began;
	note(name, 2);
}

static void sleep_for_ever(char name)
{
	note(name, 1);
	sched_sleep_until(never, NULL, "Godot");
}

static void sleep_with_outer(char name)
{
	mutex_lock(&locks->outer);
	sleep_for_word(name);
	mutex_unlock(&locks->outer);
}

static void nap_with_outer(char name)
{
	mutex_lock(&locks->outer);
	nap(name);
	mutex_unlock(&locks->outer);
}

static void take_outer(char name)
{
	mutex_lock(&locks->outer);
	note(name, 1);
	mutex_unlock(&locks->outer);
}

static void take_inner(char name)
{
	mutex_lock(&locks->inner);
	note(name, 1);
	mutex_unlock(&locks->inner);
}

static void sleep_for_ever_with_outer(char name)
{
	mutex_lock(&locks->outer);
	sleep_for_ever(name);
}

static void outer_twice(char name)
{
	mutex_lock(&locks->outer);
	take_outer(name);
}

/* x and y, each with one of two, want the other one. */
static void nap_then_inner(char name)
{
	mutex_lock(&locks->outer);
	nap(name);
	take_inner(name);
	mutex_unlock(&locks->outer);
}

static void nap_then_outer(char name)
{
	mutex_lock(&locks->inner);
	nap(name);
	take_outer(name);
	mutex_unlock(&locks->inner);
}

static void forget_lock(char name)
{
	(void)name;
	mutex_lock(&locks->outer);
}

static void burn(u32 steps)
{
	while (steps--)
		sim_tick();
}

static void burn_most(char name)
{
	burn(stage.m->param[PARAM_FUEL] * 2 / 3);
	note(name, 1);
}

static void burn_most_asleep(char name)
{
	burn(stage.m->param[PARAM_FUEL] / 3);
	sleep_for_word(name);
	burn(stage.m->param[PARAM_FUEL] / 3);
	note(name, 3);
}

static void burn_and_bring(char name)
{
	burn_most(name);
	now.word = true;
}

static void burn_around_a_nap(char name)
{
	burn(stage.m->param[PARAM_FUEL] * 2 / 3);
	nap(name);
	burn(stage.m->param[PARAM_FUEL] * 2 / 3);
	note(name, 3);
}

static void burn_all(char name)
{
	(void)name;
	burn(stage.m->param[PARAM_FUEL] + 2);
}

/* What is a task's own comes back when it wakes up. */
static void sleep_with_flags(char name)
{
	struct sim_cpu *c = this_cpu;

	c->task_flags = PF_MEMALLOC;
	c->process = 7;
	mutex_lock(&locks->outer);
	sleep_for_word(name);
	now.flags_were_kept = c->task_flags == PF_MEMALLOC && c->process == 7 && c->nr_held == 1 && !c->task &&
			      c->operation && !strcmp(c->operation, "op_A") && c->held_classes == 1u << locks->outer.lock.id;
	mutex_unlock(&locks->outer);
	c->task_flags = 0;
	c->process = 0;
}

static void set_flags_and_bring(char name)
{
	struct sim_cpu *c = this_cpu;

	if (c->task_flags || c->process || c->nr_held || c->held_classes || strcmp(c->operation, "kswapd0") != 0)
		note('?', 2);
	c->task_flags = PF_REALTIME;
	c->process = 3;
	mutex_lock(&locks->inner);
	bring_word(name);
	mutex_unlock(&locks->inner);
}

static void wait_for_grace(char name)
{
	note(name, 1);
	synchronize_rcu();
	note(name, 2);
}

static void take_call(void *info)
{
	note(*(const char *)info, 7);
}

static void call_cpu_0(char name)
{
	smp_call_function_single(0, take_call, &name, true);
	note(name, 1);
}

/* --- plays ----------------------------------------------------------------------------------------------------------- */

#define X KTHREAD_KSWAPD0
#define Y (KTHREAD_KSWAPD0 + 1)
#define Z (SIM_MAX_KTHREADS - 1)
#define KTHREAD(at, k) { at, SWITCH_KTHREAD, k }

static const struct {
	const char *name;
	struct actor actor[3];
	unsigned nr;
	u8 wanted[KTHREADS];
	void (*act[KTHREADS])(char name);
	const char *log; /* or what the machine stopped with */
	enum sim_stop_kind stop;
} plays[] = {
	{ "a kernel thread runs when the operation has ended", { { three_steps } }, 1, { 1 }, { three_steps }, "A1A2A3x1x2x3" },
	{ "all that are wanted, by their numbers", { { three_steps } }, 1, { 1, 1, 1 }, { bring_word, bring_word, bring_word },
	  "A1A2A3x1y1z1" },
	{ "as often as it is wanted, before the next", { { bring_word }, { bring_word } }, 2, { 2, 0, 1 },
	  { bring_word, NULL, bring_word }, "A1x1x1z1B1" },
	{ "whoever was interrupted goes on before", { { three_steps, .nr_switches = 1, .sw = { CPU(0, 1) } }, { three_steps, .cpu = 1 } },
	  2, { 1 }, { bring_word }, "A1B1B2B3A2A3x1" },
	{ "or where a schedule says so", { { three_steps, .nr_switches = 1, .sw = { KTHREAD(1, Y) } } }, 1, { 0, 1 },
	  { NULL, three_steps }, "A1A2y1y2y3A3" },
	{ "not in the middle of an operation of its CPU", { { three_steps, .nr_switches = 1, .sw = { KTHREAD(1, X) } } }, 1, { 1 },
	  { bring_word }, "A1A2A3x1" },
	{ "nor when it is not wanted", { { three_steps, .nr_switches = 1, .sw = { KTHREAD(1, Y) } } }, 1, { 0 }, { NULL },
	  "A1A2A3" },
	{ "nor when there is none of this number", { { three_steps, .nr_switches = 1, .sw = { KTHREAD(1, KTHREAD_KBLOCKD) } } }, 1,
	  { 0 }, { NULL }, "A1A2A3" },
	{ "an interrupt may start one of another CPU",
	  { { three_steps, .nr_switches = 1, .sw = { IRQ(0, 1) } },
	    { three_steps, .cpu = 7, .irq = 1, .context = CONTEXT_HARDIRQ, .nr_switches = 2, .sw = { KTHREAD(0, X), KTHREAD(1, Y) } } },
	  2, { 1, 1 }, { bring_word, bring_word }, "A1B1B2y1B3A2A3x1" },
	{ "and one may be interrupted", { { three_steps, .nr_switches = 2, .sw = { KTHREAD(0, Y), IRQ(2, 1) } },
					  { three_steps, .cpu = 7, .irq = 1, .context = CONTEXT_HARDIRQ } },
	  2, { 0, 1 }, { NULL, three_steps }, "A1y1y2B1B2B3y3A2A3" },
	{ "its yield points count on from those of the operation, and the operation's from there",
	  { { three_steps, .nr_switches = 3, .sw = { KTHREAD(0, Y), CPU(2, 3), CPU(4, 2) } }, { three_steps, .cpu = 2 },
	    { three_steps, .cpu = 3 } }, 3, { 0, 1 }, { NULL, three_steps }, "A1y1y2C1C2C3y3A2B1B2B3A3" },
	{ "a switch back leaves it in its middle", { { three_steps, .nr_switches = 2, .sw = { KTHREAD(0, Y), CPU(1, 0) } } }, 1,
	  { 0, 1 }, { NULL, three_steps }, "A1y1A2A3y2y3" },
	{ "the schedule goes on behind the end", { { three_steps, .nr_switches = 1, .sw = { CPU(4, 1) } }, { three_steps, .cpu = 1 } },
	  2, { 1 }, { three_steps }, "A1A2A3x1x2B1B2B3x3" },
	{ "its CPU is busy: no operation begins there",
	  { { three_steps, .cpu = 1, .nr_switches = 3, .sw = { KTHREAD(0, X), CPU(1, 1), CPU(2, 0) } }, { three_steps } }, 2, { 1 },
	  { three_steps }, "A1x1A2x2x3A3B1B2B3" },
	{ "it runs where an operation sleeps, of its own CPU too", { { sleep_for_word } }, 1, { 1 }, { bring_word }, "A1x1A2" },
	{ "when that one is awake it waits until the kernel thread lets go",
	  { { sleep_for_word, .nr_switches = 1, .sw = { CPU(2, 1) } },
	    { bring_word_in_steps, .cpu = 1, .nr_switches = 1, .sw = { CPU(1, 0) } } }, 2, { 1 }, { three_steps },
	  "A1x1x2B1B2x3B3A2" },
	{ "asleep it leaves its CPU to operations",
	  { { three_steps, .cpu = 1, .nr_switches = 2, .sw = { KTHREAD(0, X), CPU(1, 0) } }, { three_steps } }, 2, { 1 }, { nap },
	  "A1x1B1B2B3A2A3x2" },
	{ "an operation ends while the kernel thread of its CPU sleeps",
	  { { three_steps, .cpu = 1, .nr_switches = 2, .sw = { KTHREAD(0, X), CPU(1, 0) } }, { bring_word } }, 2, { 1 }, { nap },
	  "A1x1B1x2A2A3" },
	{ "a limit ends a sleep", { { nap } }, 1, { 0 }, { NULL }, "A1A2" },
	{ "a kernel thread sleeps behind the end of the operation", { { three_steps }, { bring_word } }, 2, { 1 }, { nap },
	  "A1A2A3x1x2B1" },
	{ "kernel threads wake each other", { { bring_word } }, 1, { 1, 1 }, { nap, bring_word }, "A1x1x2y1" },
	{ "a mutex is held by a task, not by its CPU", { { sleep_with_outer } }, 1, { 1, 1 }, { take_outer, bring_word }, "A1y1A2x1" },
	{ "the other way round", { { three_steps, .cpu = 1, .nr_switches = 2, .sw = { KTHREAD(0, X), CPU(1, 0) } }, { take_outer } },
	  2, { 1 }, { nap_with_outer }, "A1x1A2A3x2B1" },
	{ "a grace period waits for a kernel thread in its middle",
	  { { three_steps, .cpu = 1, .nr_switches = 2, .sw = { KTHREAD(0, X), CPU(1, 2) } }, { wait_for_grace, .cpu = 2 } }, 2, { 1 },
	  { three_steps }, "A1x1B1x2x3A2A3B2" },
	{ "and not for one that sleeps", { { wait_for_grace, .cpu = 1, .nr_switches = 1, .sw = { KTHREAD(0, X) } } }, 1, { 1 }, { nap },
	  "A1x1A2x2" },
	{ "a CPU whose kernel thread runs takes calls",
	  { { three_steps, .cpu = 1, .nr_switches = 2, .sw = { KTHREAD(0, X), CPU(1, 2) } }, { call_cpu_0, .cpu = 2 } }, 2, { 1 },
	  { three_steps }, "A1x1B7x2x3B1A2A3" },
	{ "and one whose kernel thread sleeps",
	  { { three_steps, .cpu = 1, .nr_switches = 2, .sw = { KTHREAD(0, X), CPU(2, 2) } }, { call_cpu_0, .cpu = 2 } }, 2, { 1 },
	  { nap }, "A1x1A2B7B1A3x2" },
	{ "each burns its own fuel", { { burn_most_asleep }, { burn_most } }, 2, { 2, 0, 1 }, { burn_and_bring, NULL, burn_most },
	  "A1x1A2A3x1z1B1" },

	{ "and has as much when it runs again", { { bring_word } }, 1, { 2 }, { burn_most }, "A1x1x1" },
	{ "or has slept while time passed", { { three_steps } }, 1, { 1 }, { burn_around_a_nap }, "A1A2A3x1x2x3" },
	{ "but not when it was woken at once", { { three_steps } }, 1, { 1, 1 }, { burn_around_a_nap, bring_word },
	  "the operation burned 2000000 steps and has not returned", STOP_NO_PROGRESS },

	{ "and not more", { { bring_word } }, 1, { 1 }, { burn_all }, "the operation burned 2000000 steps and has not returned",
	  STOP_NO_PROGRESS },
	{ "a kernel thread that always wants to run", { { bring_word } }, 1, { 255 }, { NULL },
	  "kernel threads ran 1000 times without time passing, and kswapd0 still has something to do", STOP_NO_PROGRESS },
	{ "one that keeps a lock", { { bring_word } }, 1, { 0, 1 }, { NULL, forget_lock },
	  "kswapd1 has nothing more to do, and holds locks->outer", STOP_LOCK_ORDER },
	{ "nobody ever wakes up", { { sleep_for_ever } }, 1, { 0 }, { NULL }, "cpu 0 (op_A) waits for Godot", STOP_DEADLOCK },
	{ "nor a kernel thread", { { bring_word } }, 1, { 0, 1 }, { NULL, sleep_for_ever }, "kswapd1 waits for Godot", STOP_DEADLOCK },
	{ "because of a mutex", { { sleep_for_ever_with_outer } }, 1, { 1, 1 }, { take_outer, nap },
	  "cpu 0 (op_A) holds locks->outer and waits for Godot, kswapd0 waits for lock locks->outer held by cpu 0 (op_A)",
	  STOP_DEADLOCK },
	{ "which a kernel thread has", { { three_steps, .nr_switches = 2, .sw = { KTHREAD(0, Y), CPU(5, 1) } }, { take_outer, .cpu = 1 } }, 2, { 0, 1 },
	  { NULL, sleep_for_ever_with_outer },
	  "cpu 1 (op_B) waits for lock locks->outer held by kswapd1, kswapd1 holds locks->outer and waits for Godot", STOP_DEADLOCK },
	{ "its own", { { outer_twice } }, 1, { 1 }, { nap },
	  "op_A+0 (task of cpu 0) waits for locks->outer, which its own cpu holds since op_A+0 (task of cpu 0)", STOP_SELF_DEADLOCK },
	{ "two mutexes in two orders", { { bring_word, .cpu = 3 } }, 1, { 1, 1 }, { nap_then_inner, nap_then_outer },
	  "locks->outer is taken by kswapd1+0 (task of cpu 1) while holding locks->inner, but locks->outer was held by kswapd0+0 "
	  "(task of cpu 0) while taking locks->inner", STOP_LOCK_CYCLE },
};

static bool play_with(unsigned i)
{
	memset(&now, 0, sizeof(now));
	for (unsigned k = 0; k < KTHREADS; k++) {
		now.wanted[k] = plays[i].wanted[k] == 255 ? 100000 : plays[i].wanted[k];
		now.act[k] = plays[i].act[k];
	}
	return play(plays[i].actor, plays[i].nr);
}

static void test_plays(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(plays); i++) {
		bool ran = play_with(i);

		if (!same_text(ran ? stage.log : stage.m->stop.text, plays[i].log, plays[i].name))
			printf("# broken: %s\n", plays[i].name);
		if (stage.m->stop.kind != plays[i].stop)
			same_number(stage.m->stop.kind, plays[i].stop, "  and so it stops");
	}
}

/* --- what is not a log ------------------------------------------------------------------------------------------------ */

/* One operation on CPU 0, and x. */
static bool play_one(void (*op)(char name), void (*x)(char name), u64 x_not_before)
{
	static struct actor actor[1];

	memset(&now, 0, sizeof(now));
	now.wanted[0] = x != NULL;
	now.wanted_at[0] = x_not_before;
	now.act[0] = x;
	actor[0] = (struct actor){ op };
	return play(actor, 1);
}

static void set_timer_and_sleep(char name)
{
	sim_timer(stage.m->now_ns + 100);
	sim_timer(stage.m->now_ns + 3000);
	sim_timer(stage.m->now_ns + 100);
	sleep_for_word(name);
}

static void set_many_timers(char name)
{
	(void)name;
	for (unsigned i = 0; i < 3 * SIM_MAX_TIMERS; i++) {
		sim_timer(stage.m->now_ns + 1 + i % 7);
		sim_pass_time(1);
	}
	for (unsigned i = 0; i <= SIM_MAX_TIMERS; i++)
		sim_timer(stage.m->now_ns + 1000 + i);
}

static void test_time(void)
{
	ok(play_one(nap, NULL, 0) && now.gave_up && now.slept_ns == 5000, "the limit of a sleep is its length, to the nanosecond");
	ok(play_one(nap, bring_word, 0) && !now.gave_up && !now.slept_ns, "who is woken before has not slept so long");
	same_text(stage.log, "A1x1A2", "  and does not say that it gave up");
	ok(play_one(set_timer_and_sleep, bring_word, 3000) && stage.m->now_ns == 3000, "a timer is when somebody looks again");
	ok(!play_one(sleep_for_word, bring_word, 3000) && stage.m->stop.kind == STOP_DEADLOCK, "without one nobody does");
	ok(!play_one(set_timer_and_sleep, nap, 0) && stage.m->now_ns == 5000, "the first limit comes first, then nothing");
	ok(!play_one(set_many_timers, NULL, 0) && stage.m->nr_timers == SIM_MAX_TIMERS, "timers gone by make room");
	same_text(stage.m->stop.text, "more than 128 timers", "  and too many are too many");
}

static void test_aside(void)
{
	ok(play_one(sleep_with_flags, set_flags_and_bring, 0) && now.flags_were_kept,
	   "flags, process, held locks and place of a task come back when it wakes up");
	same_text(stage.log, "A1x1A2", "  and the kernel thread has its own");
	ok(!this_cpu->task && !this_cpu->task_flags && !this_cpu->process && !this_cpu->nr_held,
	   "  which are gone when it has nothing more to do");
}

static void run_them(char name)
{
	note(name, 1);
	sim_run_kthreads();
	note(name, 2);
}

static void test_run_kthreads(void)
{
	static const struct actor actor[] = { { run_them } };

	memset(&now, 0, sizeof(now));
	now.wanted[0] = 2;
	now.wanted[1] = 1;
	now.act[0] = nap;
	now.act[1] = three_steps;
	ok(play(actor, 1), "an operation lets kernel threads run");
	same_text(stage.log, "A1x1y1y2y3x2x1x2A2", "  and waits until none wants to");
}

static void look_at_fuel(char name)
{
	now.fuel = stage.m->fuel;
	burn(400);
	note(name, 1);
}

/* No operation at all: who sleeps calls them. */
static void test_without_fibers(void)
{
	machine_reset_hard(stage.m);
	machine_enter(stage.m, 3);
	memset(&now, 0, sizeof(now));
	stage.log[0] = 0;
	now.wanted[0] = 2;
	now.wanted[1] = now.wanted[2] = 1;
	now.act[0] = nap;
	now.act[1] = bring_word;
	sim_run_kthreads();
	same_text(stage.log, "x1y1x2x1x2", "without a scheduler kernel threads are functions that are called");
	ok(this_cpu->id == 3 && !this_cpu->task && stage.m->now_ns == 0, "  and the caller is where it was");
	now.wanted[2] = 2;
	now.act[2] = look_at_fuel;
	stage.m->fuel = 1000;
	sim_run_kthreads();
	ok(now.fuel == (s64)stage.m->param[PARAM_FUEL], "  each burns its own fuel here too");
	ok(stage.m->fuel > 900 && stage.m->fuel <= 1000, "  and leaves the caller what he had");
	now.word = false;
	nap('A');
	ok(now.gave_up && stage.m->now_ns == 5000, "  whose sleep takes its time");
	machine_enter(stage.m, 0);
}

/* --- half-way --------------------------------------------------------------------------------------------------------- */

static void take_snapshot(char name)
{
	(void)name;
	stage.snapshot = machine_snapshot(stage.m);
}

static void stop_here(char name)
{
	note(name, 1);
	sim_yield(YIELD_PERCPU);
	sim_stop(STOP_BUG, "enough");
}

static void test_abandoned(void)
{
	static const struct actor actor[] = { { nap, .cpu = 1, .nr_switches = 1, .sw = { KTHREAD(0, X) } }, { stop_here, .cpu = 2 } };
	bool again = true;

	for (unsigned i = 0; i < 3; i++) {
		memset(&now, 0, sizeof(now));
		now.wanted[0] = 1;
		now.act[0] = i == 1 ? stop_here : nap;
		now.wanted[2] = 1;
		now.act[2] = i == 2 ? stop_here : three_steps;
		again &= !play(actor, 2) && stage.m->stop.kind == STOP_BUG && !sched_nr_in_flight(stage.m->host->sched);
	}
	ok(again, "a machine that stopped in the middle of kernel threads forgets them");
	ok(play_with(0) && !strcmp(stage.log, plays[0].log) && machine_compare_with_image(stage.m), "  and runs again");
	machine_reset_hard(stage.m);
	ok(!machine_compare_with_image(stage.m), "  and is as after boot");
}

static void test_snapshot(void)
{
	static const struct actor actor[] = {
		{ three_steps, .cpu = 3, .nr_switches = 2, .sw = { KTHREAD(0, X), CPU(2, 4) } }, { take_snapshot, .cpu = 4 },
		{ bring_word, .cpu = 5 } };

	memset(&now, 0, sizeof(now));
	now.wanted[0] = 1;
	now.act[0] = three_steps;
	ok(play(actor, 3), "a snapshot with a kernel thread in its middle");
	same_text(stage.log, "A1x1x2x3A2A3C1", "  changes nothing");
	for (unsigned i = 0; i < 2 && stage.snapshot; i++) {
		if (i) { /* another run has been on its stack */
			play_with(0);
			stage.actor = actor;
		}
		stage.log[0] = 0;
		machine_restore(stage.m, stage.snapshot);
		machine_enter(stage.m, 0);
		sched_run(stage.m->host->sched, 5, 2);
		same_text(stage.log, "C1x3A2A3", "  and from it the kernel thread goes on");
		sched_abandon(stage.m->host->sched);
	}
	machine_reset_hard(stage.m);
}

int main(void)
{
	open_stage();
	test_plays();
	test_time();
	test_aside();
	test_run_kthreads();
	test_without_fibers();
	test_abandoned();
	test_snapshot();
	stage_close();
	return tap_end();
}
