/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lockdep.c - what was seen of locks, and what is wrong with it; see lockdep.h.
 *
 *   known[B]   | used, in hardirq, in softirq, on hardirq, on softirq | classes held when somebody waited for B |
 *
 * [LD1] while nothing is wrong, known[B] has exactly the bits of what was seen; what is wrong ends the run
 * [LD2] an order A -> B, A held while waiting for B, is a bit of A in known[B]: who precedes whom is a walk to the left
 */
#include <stdio.h>
#include "lockdep.h"
#include "say.h"
#include "sched.h"

#define CLASS_BITS 0xffffffffu

/* --- names ------------------------------------------------------------------------------------------------------- */

/* The expression that was initialised, without the address operator. */
static const char *class_name(const struct sim_lock_class *class)
{
	return class->name + (class->name[0] == '&');
}

const char *sim_lock_name(const struct sim_lock *lock)
{
	return lock->class ? class_name(lock->class) : "a lock without a class";
}

static const char *name_of(unsigned id)
{
	return class_name(this_cpu->machine->lockdep.class[id]);
}

static const char *context_name(u64 usage)
{
	return usage & LOCK_IN_HARDIRQ ? "hardirq" : usage & LOCK_IN_SOFTIRQ ? "softirq" : "task";
}

static struct sim_place place_now(u64 usage)
{
	const struct sim_cpu *c = this_cpu;

	return (struct sim_place){c->operation, c->step, c->id, (u8)(usage >> 32), c->task};
}

static void say_place(struct text *t, struct sim_place p)
{
	if (p.operation)
		say(t, "%s+%u", p.operation, p.step);
	else
		say(t, "boot or settling");
	say(t, " (%s of cpu %u)", context_name((u64)p.usage << 32), p.cpu);
}

void lockdep_describe_held(char *text, size_t room)
{
	const struct sim_lock *lock = this_cpu->held[(this_cpu->nr_held - 1) & (SIM_MAX_HELD - 1)];
	struct text t = {.len = 0};

	say(&t, "%s, taken by ", sim_lock_name(lock));
	say_place(&t, lock->taken);
	snprintf(text, room, "%s", t.words);
}

/* --- waiting in a circle ------------------------------------------------------------------------------------------ */

static bool holds(const struct sim_cpu *c, const struct sim_lock *lock)
{
	for (unsigned i = 0; i < c->nr_held && i < SIM_MAX_HELD; i++)
		if (c->held[i] == lock)
			return true;
	return false;
}

static _Noreturn void stop_self(const struct sim_lock *lock, u64 now)
{
	struct text t = {.len = 0};

	say_place(&t, place_now(now));
	say(&t, " waits for %s, which its own cpu holds since ", sim_lock_name(lock));
	say_place(&t, lock->taken);
	sim_stop(STOP_SELF_DEADLOCK, "%s", t.words);
}

/* Its holder is the task that runs, not another one of its CPU. */
static bool is_ours(const struct sim_lock *lock)
{
	return lock->cpu == this_cpu->id && holds(this_cpu, lock);
}

static _Noreturn void stop_circle(const struct sim_lock *lock)
{
	const struct sim_lock *next = lock;
	struct text t = {.len = 0};

	say_task(&t, this_cpu->id, this_cpu->task, NULL);
	say(&t, " waits for %s", sim_lock_name(lock));
	do {
		say(&t, " held by ");
		say_task(&t, next->cpu, next->taken.task, NULL);
		next = sched_holder_waits_for(next);
		say(&t, ", which waits for %s", sim_lock_name(next));
	} while (!is_ours(next));
	say(&t, " held by ");
	say_task(&t, this_cpu->id, this_cpu->task, NULL);
	sim_stop(STOP_DEADLOCK, "%s", t.words);
}

/* Who holds the lock, who holds what that one waits for, and so on: does it end here? */
static void look_for_circle(const struct sim_lock *lock, u64 now)
{
	const struct sim_lock *next = lock;

	if (is_ours(lock))
		stop_self(lock, now);
	for (unsigned i = 0; i < SIM_MAX_CPUS + SIM_MAX_KTHREADS && next && next->locked && !is_ours(next); i++)
		next = sched_holder_waits_for(next);
	if (next && next != lock && next->locked && is_ours(next))
		stop_circle(lock);
}

sim_cold void sim_lock_wait(struct sim_lock *lock)
{
	struct sim_cpu *c = this_cpu;

	look_for_circle(lock, sim_lock_usage(c));
	c->waits_for = lock;
	sched_wait_for(lock->cpu);
	c->waits_for = NULL;
}

/* --- the orders seen ---------------------------------------------------------------------------------------------- */

/* The classes from which `id` is reached, itself included; next[a]: the step from a towards it. */
static u32 before(const struct sim_lockdep *d, unsigned id, u8 *next)
{
	u32 found = 1u << id, todo = found;

	while (todo) {
		unsigned at = (unsigned)__builtin_ctz(todo);
		u32 fresh = (u32)d->known[at] & ~found;

		todo = (todo & (todo - 1)) | fresh;
		found |= fresh;
		for (; fresh; fresh &= fresh - 1)
			next[__builtin_ctz(fresh)] = (u8)at;
	}
	return found;
}

static void say_chain(struct text *t, const struct sim_lockdep *d, const u8 *next, unsigned from, unsigned to)
{
	for (unsigned at = from; at != to; at = next[at]) {
		say(t, "%s%s was held by ", at == from ? "" : "; ", name_of(at));
		say_place(t, d->order[at][next[at]]);
		say(t, " while taking %s", name_of(next[at]));
	}
}

static void check_cycle(const struct sim_lock *held, const struct sim_lock *lock, u64 now)
{
	const struct sim_lockdep *d = &this_cpu->machine->lockdep;
	u8 next[SIM_LOCK_CLASSES];
	struct text t = {.len = 0};

	if (held->id == lock->id ? held->class->nests : !(before(d, held->id, next) & 1u << lock->id))
		return;
	say(&t, "%s is taken by ", sim_lock_name(lock));
	say_place(&t, place_now(now));
	say(&t, " while holding %s%s", held->id == lock->id ? "another " : "", sim_lock_name(held));
	if (held->id != lock->id) {
		say(&t, ", but ");
		say_chain(&t, d, next, lock->id, held->id);
	}
	sim_stop(STOP_LOCK_CYCLE, "%s", t.words);
}

static void check_rank(const struct sim_lock *held, const struct sim_lock *lock)
{
	if (held->id != lock->id && held->rank && lock->rank && held->rank >= lock->rank)
		sim_lock_out_of_order(held, lock);
}

static void learn_orders(const struct sim_lock *lock, u64 now)
{
	const struct sim_cpu *c = this_cpu;
	struct sim_lockdep *d = &c->machine->lockdep;

	for (unsigned i = 0; i < c->nr_held && i < SIM_MAX_HELD; i++) {
		const struct sim_lock *held = c->held[i];

		if (d->known[lock->id] & 1ULL << held->id)
			continue;
		check_cycle(held, lock, now);
		check_rank(held, lock);
		d->known[lock->id] |= 1ULL << held->id;
		d->order[held->id][lock->id] = place_now(now);
	}
}

/* --- interrupts --------------------------------------------------------------------------------------------------- */

static const struct {
	u64 in, on;
	const char *where;
} irq_kinds[] = {
	{LOCK_IN_HARDIRQ, LOCK_ON_HARDIRQ, "hardirq"},
	{LOCK_IN_SOFTIRQ, LOCK_ON_SOFTIRQ, "softirq"},
};

static struct sim_place place_of_usage(const struct sim_lockdep *d, unsigned id, u64 bit)
{
	return d->usage[id][__builtin_ctzll(bit) - 32];
}

/* An interrupt waits for `safe`; its holder may have come from there to `unsafe`, whose holder may be interrupted so.
 */
static _Noreturn void stop_state(const struct sim_lockdep *d, unsigned kind, unsigned safe, unsigned unsafe,
				 const u8 *next)
{
	struct text t = {.len = 0};

	say(&t, "%s is waited for in %s by ", name_of(safe), irq_kinds[kind].where);
	say_place(&t, place_of_usage(d, safe, irq_kinds[kind].in));
	if (safe != unsafe) {
		say(&t, "; ");
		say_chain(&t, d, next, safe, unsafe);
	}
	say(&t, "; %s was taken where a %s may come by ", name_of(unsafe), irq_kinds[kind].where);
	say_place(&t, place_of_usage(d, unsafe, irq_kinds[kind].on));
	sim_stop(STOP_LOCK_STATE, "%s", t.words);
}

/* Does a class that interrupts wait for lead to this one, and is this one held where they may come? */
static void check_state(const struct sim_lockdep *d, unsigned unsafe)
{
	u8 next[SIM_LOCK_CLASSES];
	u32 todo = before(d, unsafe, next);

	for (; todo; todo &= todo - 1) {
		unsigned safe = (unsigned)__builtin_ctz(todo);

		for (unsigned kind = 0; kind < ARRAY_SIZE(irq_kinds); kind++)
			if ((d->known[unsafe] & irq_kinds[kind].on) && (d->known[safe] & irq_kinds[kind].in))
				stop_state(d, kind, safe, unsafe, next);
	}
}

static void learn_usage(unsigned id, u64 now)
{
	struct sim_lockdep *d = &this_cpu->machine->lockdep;
	u64 fresh = now & ~(u64)CLASS_BITS & ~d->known[id];

	d->known[id] |= fresh;
	for (; fresh; fresh &= fresh - 1)
		d->usage[id][__builtin_ctzll(fresh) - 32] = place_now(now);
}

/* --- what is new -------------------------------------------------------------------------------------------------- */

/* 0 is nobody's: of id 0 nothing is ever known. */
void lockdep_find_class(struct sim_lock *lock)
{
	struct sim_lockdep *d = this_cpu ? &this_cpu->machine->lockdep : NULL;

	for (unsigned id = 1; d && id <= d->nr && !lock->id; id++)
		if (d->class[id] == lock->class)
			lock->id = (u8)id;
	if (!d || lock->id)
		return;
	if (d->nr + 1u == SIM_LOCK_CLASSES)
		sim_stop(STOP_BUG, "more than %u classes of locks", SIM_LOCK_CLASSES - 1);
	lock->id = ++d->nr;
	d->class[lock->id] = lock->class;
}

sim_cold void lockdep_learn(struct sim_lock *lock, u64 now, u32 held, bool waits)
{
	struct sim_lockdep *d = &this_cpu->machine->lockdep;

	if (!lock->class)
		sim_stop(STOP_BUG, "a lock is taken that was never initialised");
	if (!lock->id)
		lockdep_find_class(lock);
	if (!((now | held) & ~d->known[lock->id])) /* another lock of a class we know */
		return;
	if (waits && lock->locked)
		look_for_circle(lock, now);
	learn_usage(lock->id, now);
	if (waits)
		learn_orders(lock, now);
	for (unsigned id = 1; id <= d->nr; id++)
		check_state(d, id);
}

/* --- starvation --------------------------------------------------------------------------------------------------- */

static bool is_free(void *lock)
{
	return !((const struct sim_lock *)lock)->locked;
}

sim_cold void sim_mutex_wait(struct sim_lock *lock)
{
	struct sim_cpu *c = this_cpu;

	look_for_circle(lock, sim_lock_usage(c));
	c->waits_for = lock;
	sched_note_contended();
	sched_sleep_until(is_free, lock, sim_lock_name(lock));
	c->waits_for = NULL;
}

sim_cold void sim_trylock_failed(struct sim_lock *lock)
{
	struct sim_cpu *c = this_cpu;
	struct text t = {.len = 0};

	sched_note_contended();
	if (c->tried != lock)
		c->tries = 0;
	c->tried = lock;
	if (++c->tries % SIM_PATIENCE)
		return;
	if (c->tries < SIM_MOST_TRIES) {
		sched_let_others_run();
		return;
	}
	say_place(&t, place_now(sim_lock_usage(c)));
	say(&t, " tried %u times in a row to take %s, held by ", c->tries, sim_lock_name(lock));
	say_place(&t, lock->taken);
	sim_stop(STOP_STARVATION, "%s", t.words);
}

sim_cold void sim_retry(u32 *tries, const char *what)
{
	struct text t = {.len = 0};

	sim_tick();
	sim_yield(YIELD_CMPXCHG);
	if (++*tries % SIM_PATIENCE)
		return;
	if (*tries < SIM_MOST_TRIES) {
		sched_let_others_run();
		return;
	}
	say_place(&t, place_now(sim_lock_usage(this_cpu)));
	say(&t, " tried %u times in a row: %s", *tries, what);
	sim_stop(STOP_STARVATION, "%s", t.words);
}

/* --- sleep -------------------------------------------------------------------------------------------------------- */

static bool may_sleep_with(const struct sim_lock *lock)
{
	return lock->class && lock->class->sleeps;
}

/* The most special reason. In an interrupt the locks and sections below it are not its own. */
static enum sim_stop_kind why_not_sleep(const struct sim_cpu *c)
{
	if (c->hardirq | c->softirq | c->nmi)
		return STOP_SLEEP_ATOMIC;
	if (c->nr_held && !may_sleep_with(c->held[c->nr_held - 1]))
		return STOP_SLEEP_LOCKED;
	if (c->rcu_readers)
		return STOP_SLEEP_RCU;
	if (c->irqs_off)
		return STOP_SLEEP_IRQS_OFF;
	return c->preempt_off ? STOP_SLEEP_ATOMIC : STOP_NONE;
}

void sim_may_sleep(const char *what)
{
	const struct sim_cpu *c = this_cpu;
	enum sim_stop_kind why = why_not_sleep(c);
	struct text t = {.len = 0};

	if (likely(why == STOP_NONE))
		return;
	say(&t, "%s: ", what);
	say_place(&t, place_now(sim_lock_usage(c)));
	say(&t, " waits");
	if (why == STOP_SLEEP_LOCKED) {
		say(&t, " with ");
		lockdep_describe_held(t.words + t.len, sizeof(t.words) - t.len);
	} else if (why == STOP_SLEEP_ATOMIC) {
		say(&t, c->hardirq | c->softirq | c->nmi ? " in an interrupt" : " with preemption off");
	}
	sim_stop(why, "%s", t.words);
}
