// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_sim.c - the machine: fibers, schedules, locks, the ways out of an operation, snapshots, reset.
 * Operations here are actors on a stage (stage.h).
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <valgrind/valgrind.h>
#include "../mm/internal.h"
#include "machine.h"
#include "sched.h"
#include "stage.h"
#include "tap.h"
#include "tool.h"

#if defined(TOOL_TSAN)
#define UNDER_TSAN true
#else
#define UNDER_TSAN false
#endif

/* --- what no tool sees ------------------------------------------------------------------------------------------- */

no_tool static u64 peek(struct machine *m, u64 pfn)
{
	u64 word;

	VALGRIND_DISABLE_ERROR_REPORTING;
	word = *(volatile u64 *)ram_address(m, pfn);
	VALGRIND_ENABLE_ERROR_REPORTING;
	return word;
}

no_tool static void poke(void *address, u8 byte)
{
	VALGRIND_DISABLE_ERROR_REPORTING;
	*(volatile u8 *)address = byte;
	VALGRIND_ENABLE_ERROR_REPORTING;
}
no_tool static u8 byte_at(const void *address)
{
	u8 byte;

	VALGRIND_DISABLE_ERROR_REPORTING;
	byte = *(const volatile u8 *)address;
	VALGRIND_ENABLE_ERROR_REPORTING;
	return byte;
}

static struct machine *booted_machine(enum sim_profile profile)
{
	struct machine *m = new_machine(profile);

	machine_enter(m, 0);
	if (mm_boot()) {
		printf("Bail out! profile %s does not boot\n", sim_profile_names[profile]);
		exit(1);
	}
	m->nr_events = 0;
	machine_seal(m);
	return m;
}

/* --- two fibers, switched by hand -------------------------------------------------------------------------------- */

#define HAND_STACK (64u << 10)

static struct fiber thread, left, right;
static char hand_log[64];

static void hand_write(char c)
{
	size_t n = strlen(hand_log);

	hand_log[n] = c;
	hand_log[n + 1] = 0;
}

static void on_left(void *arg)
{
	for (volatile int i = 0;; i++) { /* a local lives on the fiber's stack */
		hand_write((char)(*(const char *)arg + i));
		fiber_switch(&left, i < 2 ? &right : &thread);
	}
}

static void on_right(void *arg)
{
	for (volatile int i = 0;; i++) {
		hand_write((char)(*(const char *)arg + i));
		fiber_switch(&right, &left);
	}
}

static void hand_drop(struct fiber *f, void *stack)
{
	fiber_destroy(f);
	tool_unpoison(stack, HAND_STACK);
	munmap(stack, HAND_STACK);
}

static void test_fibers(void)
{
	void *a = mmap(NULL, HAND_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *b = mmap(NULL, HAND_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	fiber_adopt_thread(&thread);
	fiber_init(&left, a, HAND_STACK, on_left, "a");
	fiber_init(&right, b, HAND_STACK, on_right, "A");
	fiber_switch(&thread, &left);
	same_text(hand_log, "aAbBc", "two fibers switch by hand, each with its own locals");
	fiber_switch(&thread, &left);
	same_text(hand_log, "aAbBcd", "a fiber goes on where it left");
	fiber_restart(&left);
	hand_log[0] = 0;
	fiber_switch(&thread, &left);
	same_text(hand_log, "aCbDc", "a restarted fiber begins at its entry, the other one goes on");
	hand_drop(&left, a);
	hand_drop(&right, b);
	fiber_destroy(&thread);
}

/* --- schedules --------------------------------------------------------------------------------------------------- */

/* The cpu on which it runs is the digit. */
static void say_cpu(char name)
{
	note(name, this_cpu->id);
}

struct schedule {
	const char *name;
	struct actor actor[MAX_ACTORS];
	unsigned nr;
	const char *log;
};

static const struct schedule schedules[] = {
	{ "without a schedule each runs to its end",
	  { { three_steps, .cpu = 0 }, { three_steps, .cpu = 1 } }, 2, "A1A2A3B1B2B3" },
	{ "at=0:cpu1 starts the next operation of cpu 1",
	  { { three_steps, .cpu = 0, .nr_switches = 1, .sw = { CPU(0, 1) } }, { three_steps, .cpu = 2 },
	    { three_steps, .cpu = 1 } }, 3, "A1C1C2C3A2A3B1B2B3" },
	{ "an operation in flight is resumed, and the suspended one ends last",
	  { { three_steps, .cpu = 0, .nr_switches = 1, .sw = { CPU(0, 1) } },
	    { three_steps, .cpu = 1, .nr_switches = 1, .sw = { CPU(0, 0) } } }, 2, "A1B1A2A3B2B3" },
	{ "the one suspended last goes on first",
	  { { three_steps, .cpu = 0, .nr_switches = 1, .sw = { CPU(0, 1) } },
	    { three_steps, .cpu = 1, .nr_switches = 1, .sw = { CPU(1, 2) } },
	    { three_steps, .cpu = 2 } }, 3, "A1B1B2C1C2C3B3A2A3" },
	{ "several switches of one operation, in order",
	  { { three_steps, .cpu = 0, .nr_switches = 2, .sw = { CPU(0, 1), CPU(1, 1) } }, { three_steps, .cpu = 1 },
	    { three_steps, .cpu = 1 } }, 3, "A1B1B2B3A2C1C2C3A3" },
	{ "to and fro",
	  { { three_steps, .cpu = 0, .nr_switches = 3, .sw = { CPU(0, 1), CPU(1, 1), CPU(2, 1) } },
	    { three_steps, .cpu = 1, .nr_switches = 2, .sw = { CPU(0, 0), CPU(1, 0) } } }, 2, "A1B1A2B2A3B3" },
	{ "of two choices at one index the first counts",
	  { { three_steps, .cpu = 0, .nr_switches = 2, .sw = { CPU(0, 1), CPU(0, 2) } }, { three_steps, .cpu = 1 },
	    { three_steps, .cpu = 2 } }, 3, "A1B1B2B3A2A3C1C2C3" },
	{ "a cpu that does not exist, the own one, one without operations: ignored",
	  { { three_steps, .cpu = 0, .nr_switches = 3, .sw = { CPU(0, 9), CPU(1, 0), CPU(2, 5) } },
	    { three_steps, .cpu = 1 } }, 2, "A1A2A3B1B2B3" },
	{ "an index that is never reached: ignored",
	  { { three_steps, .cpu = 0, .nr_switches = 1, .sw = { CPU(3, 1) } }, { three_steps, .cpu = 1 } }, 2,
	  "A1A2A3B1B2B3" },
	{ "an irq runs on top of what it interrupts",
	  { { three_steps, .cpu = 0, .nr_switches = 1, .sw = { IRQ(1, 3) } }, { three_steps, .cpu = 1 },
	    { three_steps, .cpu = 7, .irq = 3, .context = CONTEXT_HARDIRQ } }, 3, "A1A2C1C2C3A3B1B2B3" },
	{ "it runs on the interrupted cpu",
	  { { three_steps, .cpu = 4, .nr_switches = 1, .sw = { IRQ(1, 3) } },
	    { say_cpu, .cpu = 7, .irq = 3, .context = CONTEXT_HARDIRQ } }, 2, "A1A2B4A3" },
	{ "the interrupted schedule goes on where it was",
	  { { three_steps, .cpu = 0, .nr_switches = 2, .sw = { IRQ(0, 3), CPU(1, 1) } }, { three_steps, .cpu = 1 },
	    { three_steps, .cpu = 7, .irq = 3, .context = CONTEXT_HARDIRQ } }, 3, "A1C1C2C3A2B1B2B3A3" },
	{ "an irq has its own schedule",
	  { { three_steps, .cpu = 0, .nr_switches = 2, .sw = { IRQ(0, 3), CPU(1, 2) } }, { three_steps, .cpu = 1 },
	    { three_steps, .cpu = 7, .irq = 3, .context = CONTEXT_SOFTIRQ, .nr_switches = 1, .sw = { CPU(1, 1) } },
	    { three_steps, .cpu = 2 } }, 4, "A1C1C2B1B2B3C3A2D1D2D3A3" },
	{ "no irq while irqs are off",
	  { { steps_without_irqs, .cpu = 0, .nr_switches = 1, .sw = { IRQ(1, 3) } },
	    { three_steps, .cpu = 7, .irq = 3, .context = CONTEXT_HARDIRQ } }, 2, "A1A2A3B1B2B3" },
	{ "no irq in a hardirq",
	  { { three_steps, .cpu = 0, .nr_switches = 1, .sw = { IRQ(0, 3) } },
	    { three_steps, .cpu = 7, .irq = 3, .context = CONTEXT_HARDIRQ, .nr_switches = 1, .sw = { IRQ(0, 4) } },
	    { three_steps, .cpu = 6, .irq = 4, .context = CONTEXT_HARDIRQ } }, 3, "A1B1B2B3A2A3C1C2C3" },
	{ "an irq in a softirq, and nothing beyond that",
	  { { three_steps, .cpu = 0, .nr_switches = 1, .sw = { IRQ(0, 3) } },
	    { three_steps, .cpu = 7, .irq = 3, .context = CONTEXT_SOFTIRQ, .nr_switches = 1, .sw = { IRQ(0, 4) } },
	    { three_steps, .cpu = 6, .irq = 4, .context = CONTEXT_SOFTIRQ, .nr_switches = 1, .sw = { IRQ(0, 5) } },
	    { three_steps, .cpu = 5, .irq = 5, .context = CONTEXT_SOFTIRQ } }, 4, "A1B1C1C2C3B2B3A2A3D1D2D3" },
	{ "a label nobody carries: ignored",
	  { { three_steps, .cpu = 0, .nr_switches = 1, .sw = { IRQ(0, 9) } } }, 1, "A1A2A3" },
};

static void test_schedules(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(schedules); i++) {
		const struct schedule *s = &schedules[i];
		bool ran = play(s->actor, s->nr);

		same_text(ran ? stage.log : stage.m->stop.text, s->log, s->name);
		if (sched_nr_in_flight(stage.m->host->sched))
			ok(false, "%s: nothing is left in flight", s->name);
	}
	play(schedules[5].actor, schedules[5].nr);
	same_text(stage.log, schedules[5].log, "the same schedule again gives the same log");
}

/* --- locks ------------------------------------------------------------------------------------------------------- */

static void lock_low(char name)
{
	note(name, 0);
	spin_lock(&stage.props->low); /* yield 0 */
	note(name, 1);
	sim_yield(YIELD_PERCPU);      /* yield 1 */
	note(name, 2);
	spin_unlock(&stage.props->low); /* yield 2 */
	note(name, 3);
}

static void lock_both(char name)
{
	(void)name;
	spin_lock(&stage.props->low);
	spin_lock(&stage.props->high);
	spin_unlock(&stage.props->high);
	spin_unlock(&stage.props->low);
}

static void lock_in_wrong_order(char name)
{
	(void)name;
	spin_lock(&stage.props->high);
	spin_lock(&stage.props->low);
}

static void trylock_in_wrong_order(char name)
{
	(void)name;
	spin_lock(&stage.props->high);
	spin_trylock(&stage.props->low);
}

static void lock_twice(char name)
{
	(void)name;
	spin_lock(&stage.props->low);
	spin_lock(&stage.props->low);
}

static void unlock_what_is_free(char name)
{
	(void)name;
	spin_unlock(&stage.props->high);
}

static void unlock_in_wrong_order(char name)
{
	(void)name;
	spin_lock(&stage.props->low);
	spin_lock(&stage.props->high);
	spin_unlock(&stage.props->low);
}

static void unlock_anothers(char name)
{
	(void)name;
	stage.props->low.locked = 1;
	stage.props->low.cpu = 3;
	spin_unlock(&stage.props->low);
}

static void trylock_low(char name)
{
	note(name, spin_trylock(&stage.props->low));
}

static void test_contention(void)
{
	static const struct actor holder_runs_on[] = {
		{ lock_low, .cpu = 0, .nr_switches = 1, .sw = { CPU(2, 1) } },
		{ lock_low, .cpu = 1 },
	};
	static const struct actor hand_over_at_unlock[] = {
		{ lock_low, .cpu = 0, .nr_switches = 2, .sw = { CPU(2, 1), CPU(3, 1) } },
		{ lock_low, .cpu = 1 },
	};
	static const struct actor busy_trylock[] = {
		{ lock_low, .cpu = 0, .nr_switches = 1, .sw = { CPU(2, 1) } },
		{ trylock_low, .cpu = 1 },
	};

	play(holder_runs_on, 2);
	same_text(stage.log, "A0A1B0A2A3B1B2B3", "who waits for a lock lets its holder run");
	play(hand_over_at_unlock, 2);
	same_text(stage.log, "A0A1B0A2B1B2B3A3", "the waiter gets the lock when it is given back");
	play(busy_trylock, 2);
	same_text(stage.log, "A0A1B0A2A3", "a trylock of a held lock says so at once");
	ok(play((struct actor[]){ { lock_both, .cpu = 0 } }, 1) && !stage.m->cpu[0].nr_held && !stage.m->cpu[0].preempt_off,
	   "locks in order of rank, given back in reverse, leave nothing behind");
}

/* --- the ways out ------------------------------------------------------------------------------------------------ */

static void burn(char name)
{
	(void)name;
	for (;;)
		sim_tick();
}

static void walk_in_circles(char name)
{
	struct list_head head, a, b, *pos;
	u64 n = 0;

	(void)name;
	INIT_LIST_HEAD(&head);
	list_add(&a, &head);
	list_add(&b, &head);
	a.next = &b; /* never back to the head */
	list_for_each(pos, &head)
		n++;
	stage.props->steps = n;
}

static void break_a_rule(char name)
{
	three_steps(name);
	VM_BUG_ON(name == 'A');
	note(name, 9);
}

static void spin_without_fuel(char name)
{
	volatile char *endless = &name;

	while (*endless)
		;
}

static void stop_in_irq(char name)
{
	note(name, 1);
	sim_stop(STOP_BUG, "from the irq of %c", name);
}

static const struct {
	const char *name;
	void (*act)(char name);
	enum sim_stop_kind kind;
	const char *text;
} stops[] = {
	{ "a lock of lower rank taken inside", lock_in_wrong_order, STOP_LOCK_ORDER,
	  "stage.props->low of rank 10 taken while holding stage.props->high of rank 20" },
	{ "the same by trylock", trylock_in_wrong_order, STOP_LOCK_ORDER,
	  "stage.props->low of rank 10 taken while holding stage.props->high of rank 20" },
	{ "a lock taken twice", lock_twice, STOP_SELF_DEADLOCK,
	  "boot or settling (task of cpu 0) waits for stage.props->low, which its own cpu holds since boot or settling "
	  "(task of cpu 0)" },
	{ "a lock released that nobody holds", unlock_what_is_free, STOP_LOCK_ORDER,
	  "stage.props->high released by cpu 0, which does not hold it" },
	{ "locks released in the wrong order", unlock_in_wrong_order, STOP_LOCK_ORDER,
	  "stage.props->low released by cpu 0, which did not take it last" },
	{ "a lock released that another cpu holds", unlock_anothers, STOP_LOCK_ORDER,
	  "stage.props->low released by cpu 0, which did not take it last" },
	{ "a loop that burns all its fuel", burn, STOP_NO_PROGRESS,
	  "the operation burned 2000000 steps and has not returned" },
	{ "a list that has no end", walk_in_circles, STOP_NO_PROGRESS,
	  "the operation burned 2000000 steps and has not returned" },
	{ "VM_BUG_ON", break_a_rule, STOP_BUG, "name == 'A' (break_a_rule)" },
};

static void check_stop(const char *name, const struct actor *actor, unsigned nr, enum sim_stop_kind kind, const char *text)
{
	bool ran = play(actor, nr);

	ok(!ran && stage.m->stop.kind == kind, "%s stops the machine", name);
	same_text(stage.m->stop.text, text, "  and says what it was");
	ok(!sched_nr_in_flight(stage.m->host->sched) && !sched_in_operation(stage.m->host->sched),
	   "  and leaves nothing in flight");
	play(schedules[5].actor, schedules[5].nr);
	same_text(stage.log, schedules[5].log, "  and the next run is as if it had not been");
}

static void test_stops(void)
{
	static const struct actor among_others[] = {
		{ three_steps, .cpu = 1, .nr_switches = 1, .sw = { CPU(0, 2) } },
		{ three_steps, .cpu = 2, .nr_switches = 1, .sw = { CPU(0, 0) } },
		{ lock_twice, .cpu = 0 },
	};
	static const struct actor in_irq[] = {
		{ three_steps, .cpu = 2, .nr_switches = 1, .sw = { IRQ(1, 1) } },
		{ stop_in_irq, .cpu = 7, .irq = 1, .context = CONTEXT_HARDIRQ },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(stops); i++) {
		const struct actor actor = { stops[i].act, .cpu = 0 };

		check_stop(stops[i].name, &actor, 1, stops[i].kind, stops[i].text);
	}
	check_stop("a mistake while two others are suspended", among_others, 3, STOP_SELF_DEADLOCK,
		   "boot or settling (task of cpu 0) waits for stage.props->low, which its own cpu holds since boot or settling "
	  "(task of cpu 0)");
	check_stop("a mistake in an irq", in_irq, 2, STOP_BUG, "from the irq of B");
}

/* Two operations that wait for each other's lock: said before the order of ranks, which one of them also breaks. */
static void low_then_high(char name)
{
	(void)name;
	spin_lock(&stage.props->low);
	sim_yield(YIELD_PERCPU);
	spin_lock(&stage.props->high);
}

static void high_then_low(char name)
{
	(void)name;
	spin_lock(&stage.props->high);
	spin_lock(&stage.props->low);
}

static void test_deadlock(void)
{
	static const struct actor deadlock[] = {
		{ low_then_high, .cpu = 0, .nr_switches = 1, .sw = { CPU(1, 1) } },
		{ high_then_low, .cpu = 1 },
	};
	bool ran = play(deadlock, 2);

	ok(!ran && (stage.m->stop.kind == STOP_LOCK_ORDER || stage.m->stop.kind == STOP_DEADLOCK),
	   "two operations that wait for each other stop the machine");
}

static void test_watchdog(void)
{
	const struct actor endless = { spin_without_fuel, .cpu = 0 };
	struct itimerval never = { 0 };

	if (UNDER_TSAN) {
		skip("a loop that burns no fuel is stopped", "TSan delivers no signal to a loop without calls");
		return;
	}
	sim_watchdog_start(1);
	check_stop("a loop that burns no fuel", &endless, 1, STOP_NO_PROGRESS,
		   "the operation used 1 s of CPU time and has not returned");
	check_stop("another one after it", &endless, 1, STOP_NO_PROGRESS,
		   "the operation used 1 s of CPU time and has not returned");
	setitimer(ITIMER_VIRTUAL, &never, NULL);
}

/* --- snapshots --------------------------------------------------------------------------------------------------- */

/* Its digits come from a local, from RAM and from metadata, each changed at each step. */
static void steps_with_state(char name)
{
	u64 pfn = (u64)(name - 'A') + 40;
	volatile unsigned local = 1;

	ram_write_raw(stage.m, pfn, 0, 1);
	for (int i = 0; i < 3; i++) {
		note(name, local++);
		note('r', (unsigned)peek(stage.m, pfn));
		ram_write_raw(stage.m, pfn, 0, peek(stage.m, pfn) + 1);
		note('m', (unsigned)++stage.props->steps);
		sim_yield(YIELD_PERCPU);
	}
}

static void take_snapshot(char name)
{
	ram_write_raw(stage.m, 50, 7, 0x5a5a5a5a5a5a5a5aULL); /* never written again, and yet a reset takes it back */
	sim_event(0x5a, 0, 0, 0);
	stage.snapshot = machine_snapshot(stage.m);
	note(name, 1);
}

static const struct actor snapshot_play[] = {
	{ steps_with_state, .cpu = 0, .nr_switches = 1, .sw = { CPU(0, 1) } },
	{ steps_with_state, .cpu = 1, .nr_switches = 1, .sw = { CPU(1, 2) } },
	{ take_snapshot, .cpu = 2 },
	{ say_cpu, .cpu = 3 }, /* wakes the others: when it ends, the one suspended last goes on */
};

/* From the snapshot on: what the two suspended operations do. */
static void continue_from_snapshot(const char *claim)
{
	stage.actor = snapshot_play;
	stage.log[0] = 0;
	stage.m->host->event[0].word[0] = 0;
	machine_restore(stage.m, stage.snapshot);
	machine_enter(stage.m, 0);
	sched_run(stage.m->host->sched, 3, 3);
	same_text(stage.log, "D3B3r3m4A2r2m5A3r3m6", claim);
	same_number(peek(stage.m, 40) << 8 | peek(stage.m, 41), 0x404, "  RAM is as the first time");
	same_number(stage.props->steps, 6, "  metadata too");
	ok(stage.m->nr_events == 1 && stage.m->host->event[0].word[0] == 0x5a, "  and the events");
}

static void test_snapshot(void)
{
	play(snapshot_play, 3);
	if (!stage.snapshot) {
		skip("a snapshot with two operations in flight", "here a snapshot is a replay from boot");
		return;
	}
	same_text(stage.log, "A1r1m1B1r1m2B2r2m3C1B3r3m4A2r2m5A3r3m6", "taking a snapshot changes nothing");
	continue_from_snapshot("two operations in flight go on from the snapshot");
	continue_from_snapshot("and once more");
	sched_abandon(stage.m->host->sched);
	play(schedules[5].actor, schedules[5].nr);
	continue_from_snapshot("and once more after another run");
	sched_abandon(stage.m->host->sched);
	machine_reset_hard(stage.m);
	same_text(machine_compare_with_image(stage.m), NULL, "from a snapshot back to the boot image");
}

static bool explored;

/* Tries the future of the others twice, from its own fiber. */
static void explore(char name)
{
	struct sim_snapshot *s;

	note(name, 1);
	sim_yield(YIELD_PERCPU);
	s = machine_snapshot(stage.m);
	note(name, 2);
	sim_yield(YIELD_PERCPU);
	note(name, 3);
	if (!explored) {
		explored = true;
		machine_restore(stage.m, s);
		sim_yield(YIELD_PERCPU);
	}
	note(name, 4);
	snapshot_free(s);
}

static void test_snapshot_from_within(void)
{
	static const struct actor actor[] = {
		{ three_steps, .cpu = 0, .nr_switches = 3, .sw = { CPU(0, 1), CPU(1, 1), CPU(2, 1) } },
		{ explore, .cpu = 1, .nr_switches = 2, .sw = { CPU(0, 0), CPU(1, 0) } },
	};

	if (!stage.snapshot)
		return;
	play(actor, 2);
	same_text(stage.log, "A1B1A2B2A3B3A3B4", "an operation tries the future of another one twice");
}

/* --- reset ------------------------------------------------------------------------------------------------------- */

static struct page *page_of_order(unsigned order)
{
	struct page *page = alloc_pages(GFP_KERNEL, order);

	if (!page)
		printf("Bail out! no page of order %u\n", order), exit(1);
	return page;
}

static void dirty_metadata(struct machine *m)
{
	m->now_ns = 5;
	m->fuel = 1;
	sim_chance();
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 1, 2);
	sim_log("words\n");
	sim_event(1, 2, 3, 4);
	sim_enter_context(CONTEXT_RCU);
	this_cpu->task_flags = PF_MEMALLOC;
	m->cpu[3].yields = 77;
	memset(machine_meta_alloc(m, 1000, 64), 0xa5, 1000);
}

/* Every writer of RAM, then every page back: the tools' knowledge is as after boot. */
static void dirty_ram(struct machine *m)
{
	struct page *page = page_of_order(2);
	u64 pfn = page_to_pfn(page);

	ram_write_line(m, pfn, 0, 1);
	ram_write_line(m, pfn, 63, 2);
	ram_zero_frames(m, pfn + 1, 2);
	ram_write_raw(m, pfn + 3, 17, 3);
	__free_pages(page, 2);
	ram_write_raw(m, pfn + 3, 18, 4); /* a client's bug */
	__free_pages(alloc_pages(GFP_KERNEL | __GFP_ZERO, 0), 0);
}

static void test_reset(void)
{
	struct machine *m = booted_machine(PROFILE_SMALL);

	same_text(machine_compare_with_image(m), NULL, "after the seal a machine is its boot image");
	dirty_metadata(m);
	ok(machine_compare_with_image(m) != NULL, "dirty metadata differ from the image");
	ok(machine_reset(m), "a small machine resets");
	same_text(machine_compare_with_image(m), NULL, "  and its metadata are back");
	dirty_ram(m);
	ok(machine_compare_with_image(m) != NULL, "dirty RAM differs from the image");
	machine_reset(m);
	same_text(machine_compare_with_image(m), NULL, "  and is back after the reset");
	for (int i = 0; i < 3; i++)
		page_of_order((unsigned)i);
	machine_reset_hard(m);
	same_text(machine_compare_with_image(m), NULL, "a run that was abandoned: pages taken are back");
	dirty_ram(m);
	machine_reset(m);
	same_text(machine_compare_with_image(m), NULL, "reset works again and again");
	machine_destroy(m);
}

static void test_kept_frames(void)
{
	struct machine *m = booted_machine(PROFILE_SMALL);
	struct machine_config c = { 0 };
	u64 *word;

	machine_config_profile(&c, PROFILE_SMALL);
	machine_rebuild(m, &c);
	word = ram_address(m, 9);
	ram_dirty(m, 9, 1);
	poke((u8 *)word, 0x5a);
	ram_keep(m, 9, 1);
	machine_seal(m);
	for (int i = 0; i < 2; i++) {
		poke((u8 *)word, 0x77); /* nobody says that the line is dirty */
		poke((u8 *)word + 4095, 0x77);
		ok(machine_compare_with_image(m) != NULL, "a kept frame that changed differs from the image");
		machine_reset(m);
		ok(byte_at((u8 *)word) == 0x5a && byte_at((u8 *)word + 4095) == (u8)(RAM_PATTERN >> 56),
		   "  and is back whole after the reset");
		same_text(machine_compare_with_image(m), NULL, "  nothing differs");
	}
	poke((u8 *)word + SIM_PAGE_SIZE, 0x77);
	same_text(machine_compare_with_image(m), "RAM word 0 of frame 10 is not the reset pattern",
		  "  and a frame that is not kept must be as ever");
	machine_rebuild(m, &c);
	machine_seal(m);
	ok(byte_at((u8 *)word) == (u8)RAM_PATTERN, "another machine in its place knows nothing of it");
	machine_destroy(m);
}

static void test_behind_its_back(void)
{
	struct machine *m = booted_machine(PROFILE_TINY);
	u8 *word = ram_address(m, 9);
	const char *said;

	poke((u8 *)&current_mm()->totalram_pages, 0xee);
	said = machine_compare_with_image(m);
	ok(said && strstr(said, "metadata byte"), "a byte of metadata that was changed is seen");
	machine_reset(m);
	same_text(machine_compare_with_image(m), NULL, "  and comes back");
	poke(word + 8 * 100, 0xee);
	machine_reset(m);
	same_text(machine_compare_with_image(m), "RAM word 100 of frame 9 is not the reset pattern",
		  "a byte of RAM written behind the machine's back is seen");
	poke(word + 8 * 100, (u8)RAM_PATTERN);
	same_text(machine_compare_with_image(m), NULL, "  and nothing else");
	machine_destroy(m);
}

static void test_big_machine(void)
{
	struct machine *m = new_machine(PROFILE_REAL);

	machine_enter(m, 0);
	machine_seal(m);
	ok(!machine_reset(m) && !machine_snapshot(m), "a machine too big for an image says so");
	machine_destroy(m);
	ok(!this_cpu, "nobody runs on a machine that is gone");
}

no_tool static bool reads_as_zero(struct machine *m, u64 pfn)
{
	const volatile u64 *p = ram_address(m, pfn);
	u64 bits = 0;

	VALGRIND_DISABLE_ERROR_REPORTING;
	for (unsigned i = 0; i < SIM_PAGE_SIZE / 8; i++)
		bits |= p[i];
	VALGRIND_ENABLE_ERROR_REPORTING;
	return !bits;
}

/* Too big for an image: it boots again, in memory that the host gave once. */
static void test_big_rebuild(void)
{
	struct machine_config c = { 0 };
	struct machine *m;
	u64 used, last;

	machine_config_profile(&c, PROFILE_REAL);
	c.param[PARAM_FRAMES] = 1 << 16;
	c.nr_regions = sim_profile_map(PROFILE_REAL, 1 << 16, c.map);
	m = machine_create(&c);
	machine_enter(m, 0);
	mm_boot();
	machine_seal(m);
	used = m->host->meta_used;
	last = m->nr_frames - 1;
	ram_write_raw(m, last, 0, 0x7777);
	ram_write_raw(m, last, 63, 0x7777);
	for (unsigned line = 0; line < 64; line++)
		ram_write_raw(m, 77, line, ~0ULL);
	ok(!machine_reset(m) && machine_rebuild(m, &c), "a machine too big for an image is made again in its mapping");
	ok(reads_as_zero(m, 77) && reads_as_zero(m, last) && !m->host->nr_dirty_frames, "  its RAM reads as zero again");
	machine_enter(m, 0);
	ok(!mm_boot() && !page_alloc_check(), "  it boots");
	same_number(m->host->meta_used, used, "  and has the same metadata");
	c.param[PARAM_FRAMES]--;
	ok(!machine_rebuild(m, &c), "  it is made no smaller: that one could be reset");
	machine_destroy(m);
}

/* A machine of so many frames, neither booted nor used. */
static bool resets(u64 nr_frames)
{
	struct machine_config c = { 0 };
	struct machine *m;
	bool good;

	machine_config_profile(&c, PROFILE_REAL);
	c.param[PARAM_FRAMES] = (u32)nr_frames;
	m = machine_create(&c);
	machine_enter(m, 0);
	machine_seal(m);
	good = machine_reset(m);
	machine_destroy(m);
	return good;
}

/* 96 bytes a frame, half a MiB, and the machine itself: in all 4 MiB, in whole pages. */
static void test_largest_image(void)
{
	u64 frames = ((4u << 20) - (512u << 10) - sizeof(struct machine)) / 96;

	ok(resets(frames), "metadata of 4 MiB have an image");
	ok(!resets(frames + 1), "one frame more, and they have none");
}

static void test_rebuild(void)
{
	struct machine_config c = { .capacity = 4096 };
	struct machine *m;

	machine_config_profile(&c, PROFILE_TINY);
	m = machine_create(&c);
	machine_enter(m, 0);
	mm_boot();
	machine_seal(m);
	page_of_order(0);
	machine_config_profile(&c, PROFILE_SMALL);
	ok(machine_rebuild(m, &c), "a machine becomes another one in the same mapping");
	machine_enter(m, 0);
	ok(!mm_boot() && !page_alloc_check(), "  it boots");
	machine_seal(m);
	page_of_order(3);
	machine_reset_hard(m);
	same_text(machine_compare_with_image(m), NULL, "  and resets");
	c.param[PARAM_FRAMES] = 4097;
	ok(!machine_rebuild(m, &c), "it does not grow beyond its capacity");
	machine_destroy(m);
}

/* Pages nobody has: on the free lists, and on the lists of CPUs. */
static u64 all_free_pages(void)
{
	u64 n = 0;

	for (unsigned z = 0; z < MAX_ZONES; z++) {
		n += zone_free_pages(z / MAX_NR_ZONES, z % MAX_NR_ZONES);
		for (unsigned cpu = 0; cpu < SIM_MAX_CPUS; cpu++)
			n += pcp_figures(z / MAX_NR_ZONES, z % MAX_NR_ZONES, cpu).count;
	}
	return n;
}

static void test_many_machines(void)
{
	struct machine *m[2] = { booted_machine(PROFILE_TINY), booted_machine(PROFILE_SMALL) };
	struct page *page[2][4];
	u64 boot[2];
	bool valid = true;

	for (int i = 0; i < 2; i++) {
		machine_enter(m[i], 0);
		boot[i] = all_free_pages();
	}
	for (int i = 0; i < 8; i++) {
		machine_enter(m[i & 1], (unsigned)i & 1);
		page[i & 1][i / 2] = page_of_order((unsigned)i / 4);
		valid &= !page_alloc_check();
	}
	ok(valid, "two machines are used in turns");
	for (int i = 0; i < 2; i++) {
		machine_enter(m[i], 0);
		same_number(boot[i] - all_free_pages(), 6, "  each lacks what was taken from it");
	}
	for (int i = 7; i >= 0; i--) {
		machine_enter(m[i & 1], 0);
		__free_pages(page[i & 1][i / 2], (unsigned)i / 4);
		valid &= !page_alloc_check();
	}
	ok(valid && all_free_pages() == boot[0], "  and has it back");
	machine_destroy(m[0]);
	machine_enter(m[1], 0);
	ok(all_free_pages() == boot[1] && !page_alloc_check(), "  one outlives the other");
	machine_destroy(m[1]);
}

/* --- what the tools are told ------------------------------------------------------------------------------------- */

static void test_redzones(void)
{
	struct machine *m = booted_machine(PROFILE_SMALL);
	struct mm *mm = m->mm;
	char *object = (char *)mm->zone[ZONE_DMA];
	struct page *page;

	if (tool_asks_poisoned(object - 8, 8) < 0) {
		skip("objects lie between redzones", "this flavour has no opinion");
		machine_destroy(m);
		return;
	}
	ok(!tool_asks_poisoned(object, sizeof(struct zone)), "an object of the machine may be touched");
	ok(tool_asks_poisoned(object - 8, 8) && tool_asks_poisoned(object + sizeof(struct zone), 8),
	   "  what lies around it may not");
	ok(tool_asks_poisoned(m->host->base + m->host->meta_used, 64), "nor what is left of the arena");
	ok(tool_asks_poisoned(mm->mem_map, sizeof(struct page)) && tool_asks_poisoned(mm->mem_map + 240, 8) &&
		   tool_asks_poisoned(mm->mem_map + 255, 8) && tool_asks_poisoned(mm->mem_map + 710, 8),
	   "struct pages of holes may not be touched");
	ok(!tool_asks_poisoned(mm->mem_map + 1, sizeof(struct page)) &&
		   !tool_asks_poisoned(mm->mem_map + 256, sizeof(struct page)),
	   "  those beside them may");
	page = page_of_order(0);
	ok(tool_asks_poisoned(page_address(page), PAGE_SIZE) == 0, "a frame handed out may be touched");
	__free_pages(page, 0);
	ok(tool_asks_poisoned(ram_address(m, 300), 8) && tool_asks_poisoned(page_address(page), 8),
	   "  free frames may not");
	page = page_of_order(0);
	machine_reset_hard(m);
	ok(tool_asks_poisoned(page_address(page), 8), "  nor those that a reset took back");
	object = machine_meta_alloc(m, 100, 64);
	ok(!tool_asks_poisoned(object, 100) && tool_asks_poisoned(object - 8, 8) && tool_asks_poisoned(object + 104, 8),
	   "an object made after the seal lies between redzones too");
	machine_destroy(m);
}

/* --- small parts ------------------------------------------------------------------------------------------------- */

static struct {
	u64 next, calls;
	bool in_order;
} heard;

static void hear(struct machine *m, void *arg)
{
	(void)arg;
	heard.calls++;
	for (u32 i = 0; i < m->nr_events; i++, heard.next++)
		heard.in_order &= m->host->event[i].word[0] == heard.next && m->host->event[i].word[3] == ~heard.next;
	m->nr_events = 0;
}

static void test_events(void)
{
	const u64 nr = 3 * SIM_EVENTS + 7;
	struct machine *m = stage.m;

	machine_reset_hard(m);
	machine_enter(m, 0);
	heard.in_order = true;
	m->host->event_full = hear;
	for (u64 i = 0; i < nr; i++)
		sim_event(i, 0, 0, ~i);
	same_number(heard.calls, 3, "a full ring calls event_full");
	hear(m, NULL);
	ok(heard.next == nr && heard.in_order, "  and no event is lost");
	m->host->event_full = NULL;
	for (u64 i = 0; i < SIM_EVENTS + 1; i++)
		sim_event(i, 0, 0, 0);
	ok(m->nr_events == 1 && m->host->event[0].word[0] == SIM_EVENTS, "without a listener the latest are kept");
}

static void test_faults(void)
{
	char log[9] = "";

	sim_plan_fault(stage.m, FAULT_PAGE_ALLOC, 2, 3);
	for (int i = 0; i < 8; i++)
		log[i] = sim_should_fail(FAULT_PAGE_ALLOC) ? 'x' : '.';
	same_text(log, "..xxx...", "a plan lets some pass, fails some, and is over");
	sim_plan_fault(stage.m, FAULT_PAGE_ALLOC, 0, 1);
	ok(sim_should_fail(FAULT_PAGE_ALLOC) && !sim_should_fail(FAULT_PAGE_ALLOC), "fail the next one only");
	sim_plan_fault(stage.m, FAULT_PAGE_ALLOC, 0, 5);
	sim_plan_fault(stage.m, FAULT_PAGE_ALLOC, 0, 0);
	ok(!sim_should_fail(FAULT_PAGE_ALLOC), "a plan can be taken back");
}

static void test_chance(void)
{
	u64 first[4], again, other, equal = 0;

	stage.m->chance = 1;
	for (int i = 0; i < 4; i++)
		first[i] = sim_chance();
	stage.m->chance = 1;
	for (int i = 0; i < 4; i++)
		equal += sim_chance() == first[i];
	same_number(equal, 4, "the same seed gives the same numbers");
	stage.m->chance = 2;
	other = sim_chance();
	stage.m->chance = 0;
	again = sim_chance();
	ok(other != first[0] && again != first[0] && again != other && first[0] != first[1], "other seeds give others");
	same_number(again, 0xe220a8397b1dcdafULL, "seed 0 begins as splitmix64 does");
}

static bool params_in_range(const struct sim_param_row *row)
{
	for (int p = 0; p < NR_PROFILES; p++)
		if (row->value[p] != SIM_DERIVED && (row->value[p] < row->lowest || row->value[p] > row->highest))
			return false;
	return true;
}

/* Bytes of programs name parameters by number: a new one goes to the end. */
static void test_numbers_of_params(void)
{
	static const char *const names[] = {
		"frames", "nodes", "cpus", "max_page_order", "pageblock_order", "dma_pages", "dma32_pages", "lowmem_pages",
		"movable_pages", "min_free_kbytes", "min_free_kbytes_lowest", "min_free_kbytes_highest",
		"highmem_min_lowest", "highmem_min_highest", "watermark_scale_factor", "warn_interval",
		"distance_remote", "fuel", "costly_order", "pcp_batch_shift", "pcp_high_fraction",
		"percpu_pagelist_high_fraction", "stat_threshold_highest", "highatomic_percent",
		"watermark_boost_factor", "lowmem_reserve_ratio_dma", "lowmem_reserve_ratio_dma32",
		"lowmem_reserve_ratio_normal", "lowmem_reserve_ratio_highmem", "lowmem_reserve_ratio_movable",
		"nofail_laps", "init_on_alloc", "init_on_free", "page_poison", "page_owner", "debug_guardpage_minorder",
	};
	unsigned equal = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(names) && i < NR_PARAMS; i++)
		equal += sim_params[i].name && !strcmp(sim_params[i].name, names[i]);
	same_number(equal, ARRAY_SIZE(names), "parameters have the numbers that bytes know them by");
	ok(NR_PARAMS <= 64, "and all of them fit into the six bits of a knob");
	ok(REGION_USABLE == 0 && REGION_RESERVED == 1 && REGION_CMA == 2 && REGION_DEVICE == 3 && NR_REGION_KINDS == 4,
	   "so do kinds of regions");
	ok(FAULT_PAGE_ALLOC == 0 && FAULT_RECLAIM_PROGRESS == 1 && FAULT_SLAB == 2 && FAULT_DISK_READ == 3 && FAULT_DISK_WRITE == 4 && NR_FAULT_SITES <= 8,
	   "and fault sites");
}

/* What follows from the others: lists that a small machine can hold, zones in the order of their frames. */
static void test_profiles_of_params(void)
{
	bool good = true;

	for (int p = 0; p < NR_PROFILES; p++) {
		u32 max_order = sim_params[PARAM_MAX_PAGE_ORDER].value[p];

		good &= sim_params[PARAM_PAGEBLOCK_ORDER].value[p] <= max_order;
		good &= sim_params[PARAM_COSTLY_ORDER].value[p] < max_order;
		good &= sim_params[PARAM_GUARDPAGE_MINORDER].value[p] <= max_order;
		good &= sim_params[PARAM_DMA_PAGES].value[p] <= sim_params[PARAM_DMA32_PAGES].value[p];
		good &= sim_params[PARAM_DMA32_PAGES].value[p] <= sim_params[PARAM_LOWMEM_PAGES].value[p];
	}
	ok(good, "orders and zones of every profile fit to each other");
}

static void test_params(void)
{
	bool named = true;

	for (int i = 0; i < NR_PARAMS; i++) {
		const struct sim_param_row *row = &sim_params[i];

		named &= row->name && row->unit && row->meaning;
		if (row->name)
			ok(params_in_range(row), "parameter %s is within its limits in every profile", row->name);
		for (int j = 0; j < i; j++)
			named &= row->name && strcmp(row->name, sim_params[j].name) != 0;
	}
	ok(named, "every parameter has a name of its own, a unit and a meaning");
	test_numbers_of_params();
	test_profiles_of_params();
}

static void test_contexts(void)
{
	bool each = true;

	for (int c = 0; c < NR_CONTEXTS; c++) {
		sim_enter_context((enum sim_context)c);
		each &= sim_in_atomic() == (c != CONTEXT_TASK);
		sim_enter_context((enum sim_context)c);
		sim_leave_context((enum sim_context)c);
		each &= sim_in_atomic() == (c != CONTEXT_TASK);
		sim_leave_context((enum sim_context)c);
		each &= !sim_in_atomic();
	}
	ok(each, "every context but a task is atomic, and contexts nest");
	sim_enter_context(CONTEXT_RCU);
	sim_enter_context(CONTEXT_HARDIRQ);
	sim_leave_context(CONTEXT_HARDIRQ);
	ok(sim_in_atomic(), "an irq inside an RCU reader leaves the reader");
	sim_leave_context(CONTEXT_RCU);
	ok(!sim_in_atomic(), "and then nothing");
}

static void test_log(void)
{
	struct machine *m = stage.m;

	m->log_bytes = 0;
	sim_log("%s %d\n", "one", 1);
	sim_log_text("two");
	same_text(m->host->log, "one 1\ntwo", "words go to the log one after the other");
	for (int i = 0; i < 3000; i++) {
		sim_log("line %d\n", i);
		sim_log_text("text");
	}
	ok(m->log_bytes < sizeof(m->host->log) && strnlen(m->host->log, sizeof(m->host->log)) == m->log_bytes,
	   "a full log is cut, and still ends");
	m->log_bytes = 0;
}

int main(void)
{
	test_fibers();
	stage_open();
	test_schedules();
	test_contention();
	test_stops();
	test_deadlock();
	test_watchdog();
	test_snapshot();
	test_snapshot_from_within();
	test_events();
	test_faults();
	test_chance();
	test_params();
	test_contexts();
	test_log();
	stage_close();
	test_reset();
	test_kept_frames();
	test_behind_its_back();
	test_big_machine();
	test_big_rebuild();
	test_largest_image();
	test_rebuild();
	test_many_machines();
	test_redzones();
	return tap_end();
}
