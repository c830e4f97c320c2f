/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explore_sample.c - some schedules of a program: random, PCT, round robin; and programs that carry their own.
 *
 * A scheduler is asked at each yield point, while the program runs, who goes on. What it chooses is noted as switches,
 * and these are added to the program when it was a finding: so it replays without the scheduler.
 *
 * Threads are the CPUs and the interrupts: what they have to run, in program order. One is enabled where a switch to it
 * would have an effect.
 *
 * PCT (Burckhardt et al. 2010): each thread has a priority of its own, drawn at random; the enabled one of the highest
 * priority runs. At d - 1 points drawn from the K of the run without switches the one that runs falls below all others.
 * A bug of depth d, one that d - 1 changes at the right places suffice for, is hit by a run with probability 1/(n K^(d-1))
 * at least, n threads. Here an operation that begins by itself, because another ended, first comes to its first yield
 * point before the scheduler is asked; nothing shared is touched until then.
 */
#include <string.h>
#include "explore_internal.h"

#define MOST_TAKEN 256
#define LABELS	   16
#define THREADS	   (SIM_MAX_CPUS + LABELS + SIM_MAX_KTHREADS) /* CPUs, then interrupts by their label, then kernel threads */

struct sampler {
	struct explorer *x;
	u32 priority[THREADS]; /* higher goes first */
	u32 change[MAX_SWITCHES]; /* points, by number, at which the one that runs falls */
	unsigned nr_changes;
	u64 round;
	struct {
		u32 step;
		struct sched_switch sw;
	} taken[MOST_TAKEN];
	u32 nr_taken;
};

static u32 below(u64 *rng, u32 n)
{
	return (u32)((rng_next(rng) >> 32) * n >> 32);
}

/* --- choices ------------------------------------------------------------------------------------------------------------ */

static u32 enabled_at(const struct yield_point *here)
{
	return here->cpus | (u32)here->labels << SIM_MAX_CPUS | (u32)here->kthreads << (SIM_MAX_CPUS + LABELS);
}

static int random_of(u32 set, u64 *rng)
{
	u32 nr = (u32)__builtin_popcount(set);

	for (u32 skip = nr ? below(rng, nr) : 0; skip; skip--)
		set &= set - 1;
	return set ? __builtin_ctz(set) : -1;
}

/* One point in four. */
static int choose_random(struct sampler *s, const struct yield_point *here)
{
	return below(&s->x->rng, 4) ? -1 : random_of(enabled_at(here), &s->x->rng);
}

/* Every so manieth point; longer turns with each round. */
static int choose_in_turn(struct sampler *s, const struct yield_point *here)
{
	u32 set = enabled_at(here), above = set & (u32)(~0ULL << (this_cpu->id + 1));

	if (!set || s->x->w->probe->nr % (s->round + 1) != 0)
		return -1;
	return __builtin_ctz(above ? above : set);
}

static unsigned thread_that_runs(const struct sampler *s, const struct yield_point *here)
{
	unsigned label = instr_irq_label(&s->x->p->op[here->step]);

	if (sim_current())
		return SIM_MAX_CPUS + LABELS + sim_current() - 1;
	return this_cpu->hardirq || this_cpu->softirq ? SIM_MAX_CPUS + label : this_cpu->id;
}

static int choose_by_priority(struct sampler *s, const struct yield_point *here)
{
	unsigned runs = thread_that_runs(s, here), best = runs;

	for (unsigned i = 0; i < s->nr_changes; i++)
		if (s->change[i] + 1 == s->x->w->probe->nr)
			s->priority[runs] = i + 1;
	for (u32 set = enabled_at(here); set; set &= set - 1)
		if (s->priority[__builtin_ctz(set)] > s->priority[best])
			best = (unsigned)__builtin_ctz(set);
	return best == runs ? -1 : (int)best;
}

static struct sched_switch switch_to(u32 at, unsigned thread)
{
	if (thread < SIM_MAX_CPUS)
		return (struct sched_switch){ at, SWITCH_CPU, (u8)thread };
	if (thread < SIM_MAX_CPUS + LABELS)
		return (struct sched_switch){ at, SWITCH_IRQ, (u8)(thread - SIM_MAX_CPUS) };
	return (struct sched_switch){ at, SWITCH_KTHREAD, (u8)(thread - SIM_MAX_CPUS - LABELS) };
}

static bool has_room(const struct sampler *s, u32 step)
{
	u32 of_step = 0;

	for (u32 i = 0; i < s->nr_taken; i++)
		of_step += s->taken[i].step == step;
	return of_step < MAX_SWITCHES && s->nr_taken < MOST_TAKEN;
}

static bool choose(void *arg, const struct yield_point *here, struct sched_switch *sw)
{
	struct sampler *s = arg;
	int thread;

	if (here->step >= s->x->p->nr_ops || !has_room(s, here->step))
		return false;
	switch (s->x->b->scheduler) {
	case EXPLORE_RANDOM:
		thread = choose_random(s, here);
		break;
	case EXPLORE_PCT:
		thread = choose_by_priority(s, here);
		break;
	default:
		thread = choose_in_turn(s, here);
	}
	if (thread < 0)
		return false;
	*sw = switch_to(here->at, (unsigned)thread);
	s->taken[s->nr_taken].step = here->step;
	s->taken[s->nr_taken++].sw = *sw;
	return true;
}

/* --- runs ----------------------------------------------------------------------------------------------------------------- */

/* points: of the run without switches. */
static void begin_pct(struct sampler *s, u32 points)
{
	u64 *rng = &s->x->rng;
	u32 threads = s->x->p->header.start >= START_PRESSURE ? THREADS : SIM_MAX_CPUS + LABELS;

	s->nr_changes = min_of(s->x->b->depth - 1, (unsigned)MAX_SWITCHES);
	for (unsigned i = 0; i < s->nr_changes; i++)
		s->change[i] = points ? below(rng, points) : 0;
	for (u32 i = 0; i < threads; i++) { /* a shuffle from inside out */
		u32 k = below(rng, i + 1);

		s->priority[i] = s->priority[k];
		s->priority[k] = s->nr_changes + 1 + i;
	}
}

static bool one_sample(struct explorer *x, struct sampler *s, u32 points)
{
	struct yield_probe *probe = &x->probe[0];

	s->nr_taken = 0;
	if (x->b->scheduler == EXPLORE_PCT)
		begin_pct(s, points);
	probe->choose = choose;
	probe->arg = s;
	if (explorer_run(x, probe))
		return true;
	for (u32 i = 0; i < s->nr_taken; i++)
		program_add_switch(x->p, &x->p->op[s->taken[i].step], s->taken[i].sw);
	return false;
}

bool explore_some_schedules(struct explorer *x)
{
	struct yield_probe *probe = &x->probe[0];
	struct sampler s = { .x = x };
	u32 points;

	probe->watch = true;
	probe->choose = NULL;
	if (!explorer_run(x, probe))
		return false;
	points = probe->nr;
	for (s.round = 0; s.round < x->b->schedules && !explorer_is_over(x); s.round++)
		if (!one_sample(x, &s, points))
			return false;
	return true;
}

/* What fuzzing begins with. */
bool explore_generated(struct explorer *x)
{
	for (u64 i = 0; i < x->b->programs && !explorer_is_over(x); i++) {
		program_generate(x->p, x->b->seed + i, 64, TABLE_MACHINE | TABLE_PAGE);
		x->r->programs++;
		if (!explorer_run(x, &x->probe[0]))
			return false;
	}
	return true;
}
