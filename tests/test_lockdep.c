/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_lockdep.c - the watchdogs of locks and waits: each fires for what it is about, in either order, with the words
 * that lead to the place, and is silent about the legal twin.
 *
 * A script is what one operation does, a letter a step; a play is up to four scripts, each on its CPU.
 *
 *   a b c     take this lock; A B C give it back       x y    two locks of one class, without an order
 *   p q       the same, whose class may be nested      l h    locks of rank 10 and 20
 *   ?a        try it; ?*a try until it is there        -      interrupts off, + on again
 *   .         a yield point                            z      something that may sleep; s  until a word is there
 *   m M       a mutex
 */
#include <ctype.h>
#include <stdlib.h>
#include "det/lock.h"
#include "machine.h"
#include "sched.h"
#include "tap.h"

#define MAX_SCRIPTS 4

struct script {
	const char *does;
	u8 cpu, irq, context;
	u8 nr_switches;
	struct sched_switch sw[2];
};

struct locks {
	spinlock_t a, b, c, l, h, twin[2], nest[2], bare;
	struct mutex mutex;
	u64 word;
};

static struct {
	struct machine *m;
	struct locks *locks;
	const struct script *script;
	unsigned nr;
	bool started[MAX_SCRIPTS];
	char held[160];
} stage;

#define CPU(at, cpu)   {at, 0, cpu}
#define IRQ(at, label) {at, 1, label}

static spinlock_t *lock_of(char letter)
{
	struct locks *l = stage.locks;

	switch (letter) {
	case 'a':
		return &l->a;
	case 'b':
		return &l->b;
	case 'c':
		return &l->c;
	case 'l':
		return &l->l;
	case 'h':
		return &l->h;
	case 'x':
		return &l->twin[0];
	case 'y':
		return &l->twin[1];
	case 'p':
		return &l->nest[0];
	case 'q':
		return &l->nest[1];
	default:
		return &l->bare;
	}
}

static const char *try_lock(const char *s)
{
	if (*s != '*') {
		spin_trylock(lock_of(*s));
		return s;
	}
	s++;
	while (!spin_trylock(lock_of(*s)))
		;
	return s;
}

static void try_often(unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		spin_trylock(&stage.locks->a);
		spin_lock(&stage.locks->b);
		spin_unlock(&stage.locks->b);
	}
}

static void wait_for_word(void)
{
	for (u32 tries = 0; !stage.locks->word;)
		sim_retry(&tries, "the word is still 0");
}

static bool word_is_there(void *arg)
{
	return *(const u64 *)arg;
}

static void step(const char **at)
{
	const char *s = *at;

	if (*s == '?')
		*at = try_lock(s + 1);
	else if (*s == '-')
		local_irq_disable();
	else if (*s == '+')
		local_irq_enable();
	else if (*s == '.')
		sim_yield(YIELD_PERCPU);
	else if (*s == 'z')
		sim_may_sleep("a nap");
	else if (*s == 's')
		sched_sleep_until(word_is_there, &stage.locks->word, "a long nap");
	else if (*s == 'm')
		mutex_lock(&stage.locks->mutex);
	else if (*s == 'M')
		mutex_unlock(&stage.locks->mutex);
	else if (*s == '!')
		lockdep_describe_held(stage.held, sizeof(stage.held));
	else if (*s == '#')
		try_often(SIM_MOST_TRIES * 2);
	else if (*s == 'w')
		wait_for_word();
	else if (*s == '1')
		stage.locks->word = 1;
	else if (isupper((unsigned char)*s))
		spin_unlock(lock_of((char)tolower((unsigned char)*s)));
	else
		spin_lock(lock_of(*s));
}

static void run_script(void *arg, u32 op)
{
	const struct script *s = &stage.script[op];
	const char *below = this_cpu->operation;
	u32 step_below = this_cpu->step;

	(void)arg;
	sim_enter_context((enum sim_context)s->context);
	this_cpu->operation = "op";
	this_cpu->step = op;
	for (const char *at = s->does; *at; at++)
		step(&at);
	this_cpu->operation = below;
	this_cpu->step = step_below;
	sim_leave_context((enum sim_context)s->context);
}

static u32 take(bool fits(const struct script *s, unsigned n), unsigned n)
{
	for (u32 i = 0; i < stage.nr; i++)
		if (!stage.started[i] && fits(&stage.script[i], n)) {
			stage.started[i] = true;
			return i;
		}
	return SCHED_NONE;
}

static bool is_on(const struct script *s, unsigned cpu)
{
	return s->cpu == cpu;
}
static u32 next_of_cpu(void *arg, unsigned cpu)
{
	(void)arg;
	return take(is_on, cpu);
}

static bool has_label(const struct script *s, unsigned label)
{
	return s->irq == label;
}
static u32 next_irq(void *arg, unsigned label)
{
	(void)arg;
	return take(has_label, label);
}

static u32 switches_of(void *arg, u32 op, const struct sched_switch **list)
{
	(void)arg;
	*list = stage.script[op].sw;
	return stage.script[op].nr_switches;
}

static void stage_open(void)
{
	static const struct sched_client client = {
		.run = run_script, .next_unstarted = next_of_cpu, .unstarted_irq = next_irq, .switches = switches_of};
	struct machine_config config = {0};
	struct locks *l;

	machine_config_profile(&config, PROFILE_SMALL);
	stage.m = machine_create(&config);
	machine_enter(stage.m, 0);
	l = stage.locks = machine_meta_alloc(stage.m, sizeof(*stage.locks), 64);
	spin_lock_init(&l->a, 0);
	spin_lock_init(&l->b, 0);
	spin_lock_init(&l->c, 0);
	spin_lock_init(&l->l, 10);
	spin_lock_init(&l->h, 20);
	mutex_init(&l->mutex, 5);
	for (int i = 0; i < 2; i++) {
		spin_lock_init(&l->twin[i], 0);
		spin_lock_init_nesting(&l->nest[i], 0);
	}
	sched_set_client(sched_create(stage.m), &client);
	machine_seal(stage.m);
}

/* Every script in order, unless the schedule started it before. false: the machine stopped. */
static bool play(const struct script *script, unsigned nr)
{
	machine_reset_hard(stage.m);
	machine_enter(stage.m, 0);
	stage.script = script;
	stage.nr = nr;
	memset(stage.started, 0, sizeof(stage.started));
	for (unsigned i = 0; i < nr; i++) {
		if (stage.started[i])
			continue;
		stage.started[i] = true;
		stage.m->fuel = stage.m->param[PARAM_FUEL];
		if (!sched_run(stage.m->host->sched, script[i].cpu, i))
			return false;
	}
	return true;
}

/* --- the plays ---------------------------------------------------------------------------------------------------- */

struct play {
	const char *name;
	struct script script[MAX_SCRIPTS];
	enum sim_stop_kind kind; /* STOP_NONE: nothing is wrong */
	const char *text;
};

#define HARD CONTEXT_HARDIRQ
#define SOFT CONTEXT_SOFTIRQ

static const struct play cycles[] = {
	{"one order twice", {{.does = "abBA"}, {.does = "abBA", .cpu = 1}}, STOP_NONE, NULL},
	{"two orders, never at once",
	 {{.does = "abBA"}, {.does = "baAB", .cpu = 1}},
	 STOP_LOCK_CYCLE,
	 "l->a is taken by op+1 (task of cpu 1) while holding l->b, but l->a was held by op+0 (task of cpu 0) while "
	 "taking l->b"},
	{"the other way round",
	 {{.does = "baAB"}, {.does = "abBA", .cpu = 1}},
	 STOP_LOCK_CYCLE,
	 "l->b is taken by op+1 (task of cpu 1) while holding l->a, but l->b was held by op+0 (task of cpu 0) while "
	 "taking l->a"},
	{"a circle of three",
	 {{.does = "abBA"}, {.does = "bcCB", .cpu = 1}, {.does = "caAC", .cpu = 2}},
	 STOP_LOCK_CYCLE,
	 "l->a is taken by op+2 (task of cpu 2) while holding l->c, but l->a was held by op+0 (task of cpu 0) while "
	 "taking l->b; l->b was held by op+1 (task of cpu 1) while taking l->c"},
	{"no circle of three",
	 {{.does = "abBA"}, {.does = "bcCB", .cpu = 1}, {.does = "acCA", .cpu = 2}},
	 STOP_NONE,
	 NULL},
	{"the third held lock, not the last",
	 {{.does = "abcCBA"}, {.does = "caAC", .cpu = 1}},
	 STOP_LOCK_CYCLE,
	 "l->a is taken by op+1 (task of cpu 1) while holding l->c, but l->a was held by op+0 (task of cpu 0) while "
	 "taking l->c"},
	{"who tries adds no order", {{.does = "abBA"}, {.does = "b?aAB", .cpu = 1}}, STOP_NONE, NULL},
	{"and what was tried is held",
	 {{.does = "?abBA"}, {.does = "baAB", .cpu = 1}},
	 STOP_LOCK_CYCLE,
	 "l->a is taken by op+1 (task of cpu 1) while holding l->b, but l->a was held by op+0 (task of cpu 0) while "
	 "taking l->b"},
	{"what was given back is not held", {{.does = "aAbB"}, {.does = "bBaA"}}, STOP_NONE, NULL},
	{"two of a class",
	 {{.does = "xyYX"}},
	 STOP_LOCK_CYCLE,
	 "l->twin[i] is taken by op+0 (task of cpu 0) while holding another l->twin[i]"},
	{"two of a class, one tried", {{.does = "x?yYX"}}, STOP_NONE, NULL},
	{"two of a class, one after the other", {{.does = "xXyY"}}, STOP_NONE, NULL},
	{"two of a class that may nest", {{.does = "pqQP"}, {.does = "pqQP"}}, STOP_NONE, NULL},
	{"against the ranks",
	 {{.does = "hlLH"}},
	 STOP_LOCK_ORDER,
	 "l->l of rank 10 taken while holding l->h of rank 20"},
	{"against the ranks and what was seen",
	 {{.does = "lhHL"}, {.does = "hlLH"}},
	 STOP_LOCK_CYCLE,
	 "l->l is taken by op+1 (task of cpu 0) while holding l->h, but l->l was held by op+0 (task of cpu 0) while "
	 "taking l->h"},
	{"with the ranks, one without any between", {{.does = "lahHAL"}}, STOP_NONE, NULL},
	{"against the ranks, one without any between",
	 {{.does = "halLAH"}},
	 STOP_LOCK_ORDER,
	 "l->l of rank 10 taken while holding l->h of rank 20"},
	{"a lock that nobody initialised", {{.does = "o"}}, STOP_BUG, "a lock is taken that was never initialised"},
};

static const struct play states[] = {
	{"in a hardirq, then with interrupts on",
	 {{.does = "aA", .context = HARD}, {.does = "aA", .cpu = 1}},
	 STOP_LOCK_STATE,
	 "l->a is waited for in hardirq by op+0 (hardirq of cpu 0); l->a was taken where a hardirq may come by op+1 "
	 "(task of "
	 "cpu 1)"},
	{"with interrupts on, then in a hardirq",
	 {{.does = "aA", .cpu = 1}, {.does = "aA", .context = HARD}},
	 STOP_LOCK_STATE,
	 "l->a is waited for in hardirq by op+1 (hardirq of cpu 0); l->a was taken where a hardirq may come by op+0 "
	 "(task of "
	 "cpu 1)"},
	{"in a hardirq, and else with interrupts off",
	 {{.does = "aA", .context = HARD}, {.does = "-aA+", .cpu = 1}},
	 STOP_NONE,
	 NULL},
	{"two locks, one for each", {{.does = "aA", .context = HARD}, {.does = "bB", .cpu = 1}}, STOP_NONE, NULL},
	{"tried in a hardirq",
	 {{.does = "?aA", .context = HARD}, {.does = "aA", .cpu = 1}, {.does = "?aA", .context = HARD}},
	 STOP_NONE,
	 NULL},
	{"tried with interrupts on, waited for in a hardirq",
	 {{.does = "?aA"}, {.does = "aA", .context = HARD}},
	 STOP_LOCK_STATE,
	 "l->a is waited for in hardirq by op+1 (hardirq of cpu 0); l->a was taken where a hardirq may come by op+0 "
	 "(task of "
	 "cpu 0)"},
	{"tried and then waited for in a hardirq",
	 {{.does = "?aA", .context = HARD}, {.does = "aA", .context = HARD}, {.does = "aA"}},
	 STOP_LOCK_STATE,
	 "l->a is waited for in hardirq by op+1 (hardirq of cpu 0); l->a was taken where a hardirq may come by op+2 "
	 "(task of "
	 "cpu 0)"},
	{"in a softirq, then in a task",
	 {{.does = "aA", .context = SOFT}, {.does = "aA"}},
	 STOP_LOCK_STATE,
	 "l->a is waited for in softirq by op+0 (softirq of cpu 0); l->a was taken where a softirq may come by op+1 "
	 "(task of "
	 "cpu 0)"},
	{"in softirqs only",
	 {{.does = "aA", .context = SOFT}, {.does = "aA", .cpu = 1, .context = SOFT}},
	 STOP_NONE,
	 NULL},
	{"in a softirq, then in a hardirq",
	 {{.does = "aA", .context = SOFT}, {.does = "aA", .context = HARD}},
	 STOP_LOCK_STATE,
	 "l->a is waited for in hardirq by op+1 (hardirq of cpu 0); l->a was taken where a hardirq may come by op+0 "
	 "(softirq "
	 "of cpu 0)"},
	{"in a softirq with interrupts off, then in a hardirq",
	 {{.does = "-aA+", .context = SOFT}, {.does = "aA", .context = HARD}},
	 STOP_NONE,
	 NULL},
	{"two of a class, one for each",
	 {{.does = "xX", .context = HARD}, {.does = "yY"}},
	 STOP_LOCK_STATE,
	 "l->twin[i] is waited for in hardirq by op+0 (hardirq of cpu 0); l->twin[i] was taken where a hardirq may "
	 "come by op+1 (task of cpu 0)"},
	{"what interrupts want is held while taking what they may meet, the order last",
	 {{.does = "aA", .context = HARD}, {.does = "bB"}, {.does = "-abBA+", .cpu = 1}},
	 STOP_LOCK_STATE,
	 "l->a is waited for in hardirq by op+0 (hardirq of cpu 0); l->a was held by op+2 (task of cpu 1) while taking "
	 "l->b; "
	 "l->b was taken where a hardirq may come by op+1 (task of cpu 0)"},
	{"the same, the hardirq last",
	 {{.does = "bB"}, {.does = "-abBA+", .cpu = 1}, {.does = "aA", .context = HARD}},
	 STOP_LOCK_STATE,
	 "l->a is waited for in hardirq by op+2 (hardirq of cpu 0); l->a was held by op+1 (task of cpu 1) while taking "
	 "l->b; "
	 "l->b was taken where a hardirq may come by op+0 (task of cpu 0)"},
	{"the same, interrupts on last",
	 {{.does = "aA", .context = HARD}, {.does = "-abBA+", .cpu = 1}, {.does = "bB"}},
	 STOP_LOCK_STATE,
	 "l->a is waited for in hardirq by op+0 (hardirq of cpu 0); l->a was held by op+1 (task of cpu 1) while taking "
	 "l->b; "
	 "l->b was taken where a hardirq may come by op+2 (task of cpu 0)"},
	{"over two orders",
	 {{.does = "-abBA+"}, {.does = "-bcCB+"}, {.does = "aA", .context = HARD}, {.does = "cC"}},
	 STOP_LOCK_STATE,
	 "l->a is waited for in hardirq by op+2 (hardirq of cpu 0); l->a was held by op+0 (task of cpu 0) while taking "
	 "l->b; "
	 "l->b was held by op+1 (task of cpu 0) while taking l->c; l->c was taken where a hardirq may come by op+3 "
	 "(task of "
	 "cpu 0)"},
	{"the order the other way",
	 {{.does = "aA", .context = HARD}, {.does = "bB"}, {.does = "b-aA+B", .cpu = 1}},
	 STOP_NONE,
	 NULL},
	{"all with interrupts off",
	 {{.does = "aA", .context = HARD}, {.does = "-bB+"}, {.does = "-abBA+", .cpu = 1}},
	 STOP_NONE,
	 NULL},
};

static const struct play waits[] = {
	{"a lock taken twice",
	 {{.does = "aa"}},
	 STOP_SELF_DEADLOCK,
	 "op+0 (task of cpu 0) waits for l->a, which its own cpu holds since op+0 (task of cpu 0)"},
	{"one that may nest taken twice",
	 {{.does = "pqQP"}, {.does = "pqp"}},
	 STOP_SELF_DEADLOCK,
	 "op+1 (task of cpu 0) waits for l->nest[i], which its own cpu holds since op+1 (task of cpu 0)"},
	{"an interrupt waits for the lock of its task",
	 {{.does = "a.A", .nr_switches = 1, .sw = {IRQ(2, 1)}}, {.does = "a", .cpu = 7, .irq = 1, .context = HARD}},
	 STOP_SELF_DEADLOCK,
	 "op+1 (hardirq of cpu 0) waits for l->a, which its own cpu holds since op+0 (task of cpu 0)"},
	{"an interrupt tries the lock of its task",
	 {{.does = "a.A", .nr_switches = 1, .sw = {IRQ(2, 1)}}, {.does = "?a", .cpu = 7, .irq = 1, .context = HARD}},
	 STOP_NONE,
	 NULL},
	{"an interrupt waits for the lock of another cpu",
	 {{.does = "-a.A+", .nr_switches = 1, .sw = {CPU(2, 1)}},
	  {.does = ".", .cpu = 1, .nr_switches = 1, .sw = {IRQ(0, 1)}},
	  {.does = "aA", .cpu = 7, .irq = 1, .context = HARD}},
	 STOP_NONE,
	 NULL},
	{"two cpus wait for each other",
	 {{.does = "a.bBA", .nr_switches = 1, .sw = {CPU(2, 1)}},
	  {.does = "b.aAB", .cpu = 1, .nr_switches = 1, .sw = {CPU(2, 0)}}},
	 STOP_DEADLOCK,
	 "cpu 1 waits for l->a held by cpu 0, which waits for l->b held by cpu 1"},
	{"two of a class that may nest, the wrong way",
	 {{.does = "p.qQP", .nr_switches = 1, .sw = {CPU(2, 1)}},
	  {.does = "q.pPQ", .cpu = 1, .nr_switches = 1, .sw = {CPU(2, 0)}}},
	 STOP_DEADLOCK,
	 "cpu 1 waits for l->nest[i] held by cpu 0, which waits for l->nest[i] held by cpu 1"},
	{"the same when nesting was seen",
	 {{.does = "pqQP"},
	  {.does = "p.qQP", .nr_switches = 1, .sw = {CPU(2, 1)}},
	  {.does = "q.pPQ", .cpu = 1, .nr_switches = 1, .sw = {CPU(2, 0)}}},
	 STOP_DEADLOCK,
	 "cpu 1 waits for l->nest[i] held by cpu 0, which waits for l->nest[i] held by cpu 1"},
	{"three cpus in a circle",
	 {{.does = "a.bBA", .nr_switches = 1, .sw = {CPU(2, 1)}},
	  {.does = "b.cCB", .cpu = 1, .nr_switches = 1, .sw = {CPU(2, 2)}},
	  {.does = "c.aAC", .cpu = 2, .nr_switches = 2, .sw = {CPU(2, 1), CPU(2, 1)}}},
	 STOP_DEADLOCK,
	 "cpu 0 waits for l->b held by cpu 1, which waits for l->c held by cpu 2, which waits for l->a held by cpu 0"},
	{"a queue is no circle",
	 {{.does = "a.A", .nr_switches = 1, .sw = {CPU(2, 1)}},
	  {.does = "b.aAB", .cpu = 1, .nr_switches = 1, .sw = {CPU(2, 2)}},
	  {.does = "bB", .cpu = 2}},
	 STOP_NONE,
	 NULL},
};

static const struct play tries[] = {
	{"an interrupt tries until its task gives a lock back",
	 {{.does = "a.A", .nr_switches = 1, .sw = {IRQ(2, 1)}}, {.does = "?*a", .cpu = 7, .irq = 1, .context = HARD}},
	 STOP_STARVATION,
	 "op+1 (hardirq of cpu 0) tried 1024 times in a row to take l->a, held by op+0 (task of cpu 0)"},
	{"a task tries until another one gives a lock back",
	 {{.does = "a.A", .nr_switches = 1, .sw = {CPU(2, 1)}}, {.does = "?*aA", .cpu = 1}},
	 STOP_NONE,
	 NULL},
	{"tries that fail, and something is done between",
	 {{.does = "a.A", .nr_switches = 1, .sw = {CPU(2, 1)}}, {.does = "#", .cpu = 1}},
	 STOP_NONE,
	 NULL},
	{"a word that nobody changes",
	 {{.does = "w"}, {.does = "1", .cpu = 1}},
	 STOP_STARVATION,
	 "op+0 (task of cpu 0) tried 1024 times in a row: the word is still 0"},
	{"a word that another one is about to change",
	 {{.does = ".1", .nr_switches = 1, .sw = {CPU(0, 1)}}, {.does = "w", .cpu = 1}},
	 STOP_NONE,
	 NULL},
	{"a word that is there", {{.does = "1"}, {.does = "w"}}, STOP_NONE, NULL},
};

static const struct play naps[] = {
	{"a task sleeps", {{.does = "z"}}, STOP_NONE, NULL},
	{"a task sleeps after its lock", {{.does = "aAz"}}, STOP_NONE, NULL},
	{"a hardirq sleeps",
	 {{.does = "z", .context = HARD}},
	 STOP_SLEEP_ATOMIC,
	 "a nap: op+0 (hardirq of cpu 0) waits in an interrupt"},
	{"a softirq sleeps",
	 {{.does = "z", .context = SOFT}},
	 STOP_SLEEP_ATOMIC,
	 "a nap: op+0 (softirq of cpu 0) waits in an interrupt"},
	{"a hardirq above a lock sleeps",
	 {{.does = "a.A", .nr_switches = 1, .sw = {IRQ(2, 1)}}, {.does = "z", .cpu = 7, .irq = 1, .context = HARD}},
	 STOP_SLEEP_ATOMIC,
	 "a nap: op+1 (hardirq of cpu 0) waits in an interrupt"},
	{"a task sleeps with preemption off",
	 {{.does = "z", .context = CONTEXT_SPINLOCK}},
	 STOP_SLEEP_ATOMIC,
	 "a nap: op+0 (task of cpu 0) waits with preemption off"},
	{"a task sleeps with interrupts off",
	 {{.does = "-z+"}},
	 STOP_SLEEP_IRQS_OFF,
	 "a nap: op+0 (task of cpu 0) waits"},
	{"an RCU reader sleeps",
	 {{.does = "z", .context = CONTEXT_RCU}},
	 STOP_SLEEP_RCU,
	 "a nap: op+0 (task of cpu 0) waits"},
	{"a task sleeps with a lock",
	 {{.does = "abz"}},
	 STOP_SLEEP_LOCKED,
	 "a nap: op+0 (task of cpu 0) waits with l->b, taken by op+0 (task of cpu 0)"},
	{"the lock is worse than interrupts",
	 {{.does = "-az"}},
	 STOP_SLEEP_LOCKED,
	 "a nap: op+0 (task of cpu 0) waits with l->a, taken by op+0 (task of cpu 0)"},
};

static const struct play mutexes[] = {
	{"a task sleeps with a mutex", {{.does = ".1", .cpu = 1, .nr_switches = 1, .sw = {CPU(0, 0)}}, {.does = "mzsM"}}, STOP_NONE, NULL},
	{"another one waits for it meanwhile",
	 {{.does = ".1", .cpu = 2, .nr_switches = 1, .sw = {CPU(0, 0)}},
	  {.does = "msM", .nr_switches = 1, .sw = {CPU(2, 1)}},
	  {.does = "mzM", .cpu = 1}},
	 STOP_NONE,
	 NULL},
	{"a hardirq wants a mutex",
	 {{.does = "m", .context = HARD}},
	 STOP_SLEEP_ATOMIC,
	 "mutex_lock: op+0 (hardirq of cpu 0) waits in an interrupt"},
	{"a mutex is wanted below a lock",
	 {{.does = "am"}},
	 STOP_SLEEP_LOCKED,
	 "mutex_lock: op+0 (task of cpu 0) waits with l->a, taken by op+0 (task of cpu 0)"},
	{"a task sleeps with a lock below its mutex",
	 {{.does = "maz"}},
	 STOP_SLEEP_LOCKED,
	 "a nap: op+0 (task of cpu 0) waits with l->a, taken by op+0 (task of cpu 0)"},
	{"a mutex twice", {{.does = "mm"}}, STOP_SELF_DEADLOCK, NULL},
	{"a mutex against a lock",
	 {{.does = "maAM"}, {.does = "m.lLM", .nr_switches = 1, .sw = {CPU(3, 1)}}, {.does = "mM", .cpu = 1}},
	 STOP_NONE,
	 NULL},
};

static unsigned length(const struct script *s)
{
	unsigned n = 0;

	while (n < MAX_SCRIPTS && s[n].does)
		n++;
	return n;
}

static void check(const struct play *p)
{
	bool ran = play(p->script, length(p->script));
	bool fits = ok(ran == (p->kind == STOP_NONE) && stage.m->stop.kind == p->kind, "%s: %s", p->name,
		       p->kind == STOP_NONE ? "nothing is wrong" : "the machine stops");

	if (p->text)
		fits &= same_text(stage.m->stop.text, p->text, "  and says why");
	else if (!ran)
		printf("# %s\n", stage.m->stop.text);
	if (!fits)
		printf("# broken: %s\n", p->name);
}

static void check_all(const struct play *plays, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		check(&plays[i]);
}

static void test_memory(void)
{
	static const struct script there = {.does = "abBA"}, back = {.does = "baAB"}, keeps = {.does = "a!A"};
	const char *differs;

	ok(play(&there, 1) && play(&back, 1), "what was seen in one run is forgotten in the next");
	machine_reset(stage.m);
	differs = machine_compare_with_image(stage.m);
	ok(!differs, "and a reset leaves nothing of it: %s", differs ? differs : "");
	if (!ok(play(&keeps, 1) && !this_cpu->held_classes, "a lock that is given back leaves no class held"))
		printf("# broken: classes held\n");
	same_text(stage.held, "l->a, taken by op+0 (task of cpu 0)", "the lock that is held is named with its place");
}

int main(void)
{
	stage_open();
	check_all(cycles, ARRAY_SIZE(cycles));
	check_all(states, ARRAY_SIZE(states));
	check_all(waits, ARRAY_SIZE(waits));
	check_all(tries, ARRAY_SIZE(tries));
	check_all(naps, ARRAY_SIZE(naps));
	check_all(mutexes, ARRAY_SIZE(mutexes));
	test_memory();
	machine_destroy(stage.m);
	return tap_end();
}
