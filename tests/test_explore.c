/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_explore.c - the explorer leaves nothing out that matters, and what a scheduler chose replays without it.
 *
 * No count of schedules is written down here: yield points come and go with mm. Counts are compared with each other.
 */
#include <stdlib.h>
#include "explore.h"
#include "tap.h"

#define HEAD "mmcheck-trace 1 profile=tiny start=booted flags=- swarm=0x0 seed=0x0\n0: knob knob=frames value=8\n"

static void parse(struct program *p, const char *text)
{
	char error[200];

	program_clear(p);
	if (!program_parse(p, text, strlen(text), error, sizeof(error), NULL))
		ok(false, "%s", error);
}

/* --- what is left out ------------------------------------------------------------------------------------------------ */

static const struct {
	const char *name, *alphabet;
	struct explore_bounds b;
} searches[] = {
	{ "two operations", "default", { .frames = 8, .cpus = 2, .ops = 2, .preemptions = 2 } },
	{ "three operations of a few letters", "alloc0,free,drain_all,pcp_disable,pcp_enable",
	  { .frames = 8, .cpus = 2, .ops = 3, .preemptions = 2 } },
	{ "four operations, one preemption", "alloc0,free,drain_all", { .frames = 8, .cpus = 2, .ops = 4, .preemptions = 1 } },
	{ "four operations, two preemptions", "alloc0,free", { .frames = 8, .cpus = 2, .ops = 4, .preemptions = 2 } },
	{ "three CPUs", "alloc0,free,drain", { .frames = 8, .cpus = 3, .ops = 3, .preemptions = 2 } },
	{ "an interrupt", "alloc0,atomic0,free", { .frames = 8, .cpus = 2, .ops = 3, .preemptions = 2, .irqs = 1 } },
	{ "two interrupts", "alloc0,atomic0", { .frames = 8, .cpus = 2, .ops = 3, .preemptions = 2, .irqs = 2 } },
	{ "CPUs that call each other", "alloc0,noretry3,free_table", { .frames = 32, .cpus = 2, .ops = 3, .preemptions = 2 } },
	{ "every letter", "all", { .frames = 8, .cpus = 2, .ops = 2, .preemptions = 2 } },
};

static void test_pruning(struct world *w)
{
	u64 seen = 0;

	for (size_t i = 0; i < ARRAY_SIZE(searches); i++) {
		struct explore_bounds b = searches[i].b;
		struct explore_result few, whole, with_x4;
		struct program p;
		const char *bad;

		program_init(&p);
		b.letters = explore_letters(searches[i].alphabet, &bad);
		ok(explore(w, &b, &few, &p), "%s: no finding", searches[i].name);
		b.try_all = EXPLORE_PRUNE_ALL;
		ok(explore(w, &b, &whole, &p), "  nor with all schedules");
		ok(few.schedules < whole.schedules, "  which are more");
		ok(few.states == whole.states && few.states_sum == whole.states_sum && few.states > 1,
		   "  and end in the same states");
		same_number(few.idle + whole.idle, 0, "  and no switch was idle");
		b.try_all = EXPLORE_X5 | EXPLORE_X6;
		explore(w, &b, &with_x4, &p);
		ok(with_x4.histories == whole.histories && with_x4.histories_sum == whole.histories_sum,
		   "  a point beside a lock adds no history");
		printf("# %llu schedules of %llu, %llu states\n", (unsigned long long)few.schedules,
		       (unsigned long long)whole.schedules, (unsigned long long)few.states);
		seen += few.seen;
		program_free(&p);
	}
	ok(seen > 0, "some states were seen before");
}

/* --- against all switches there could be ----------------------------------------------------------------------------- */

static const char *const programs[] = {
	HEAD "1: knob knob=cpus value=2\n2: p0 = alloc_pages gfp=GFP_KERNEL order=0\n3: free_pages p0\n"
	     "4: drain_all cpu=1\n",
	HEAD "1: knob knob=cpus value=2\n2: p0 = alloc_pages gfp=GFP_KERNEL order=0\n"
	     "3: p1 = alloc_pages cpu=1 gfp=GFP_KERNEL order=0\n4: free_pages cpu=1 p0\n",
	HEAD "1: knob knob=cpus value=2\n2: p0 = alloc_pages gfp=GFP_KERNEL order=0\n3: free_pages cpu=1 p0\n"
	     "4: drain_all\n5: p1 = alloc_pages cpu=1 gfp=GFP_KERNEL order=0\n",
	HEAD "1: knob knob=cpus value=2\n2: p0 = alloc_pages gfp=GFP_KERNEL order=0\n3: free_pages ctx=hardirq irq=1 p0\n"
	     "4: p1 = alloc_pages cpu=1 gfp=GFP_KERNEL order=0\n",
};

#define MOST_YIELDS 24
#define MOST_ENDS   65536
#define TARGETS	    3 /* CPU 0, CPU 1, the interrupt */

struct ends {
	u64 end[MOST_ENDS];
	unsigned nr;
	u64 sum;
};
static struct ends states, orders, explored;

static void note_end(struct ends *ends, u64 end)
{
	for (unsigned i = 0; i < ends->nr; i++)
		if (ends->end[i] == end)
			return;
	if (ends->nr == MOST_ENDS)
		return;
	ends->end[ends->nr++] = end;
	ends->sum += end;
}

/* Who passed which point after whom, and while who had not ended: one number for each order of things. */
static u64 order_of(const struct yield_probe *probe, u64 digest)
{
	for (u32 i = 0; i < probe->nr; i++) {
		const struct yield_point *point = &probe->point[i];

		digest ^= (u64)point->cpus << 32 | point->step << 16 | point->at;
		digest *= 0x9fb21c651e98df25ULL;
	}
	return digest ^ digest >> 32;
}

static bool run_to_end(struct world *w, const struct program *p)
{
	static struct yield_probe probe = { .watch = true };
	bool good;

	probe.nr = probe.switches = 0;
	w->probe = &probe;
	good = !lockstep_run(w, p)->failed;
	w->probe = NULL;
	note_end(&states, probe.end_state);
	note_end(&orders, order_of(&probe, w->digest));
	return good;
}

/* All places for so many switches more, from the n-th on. */
static bool try_all(struct world *w, struct program *p, u32 n, unsigned depth)
{
	u32 first = program_boot_ops(p);
	bool good = run_to_end(w, p);

	for (; good && depth && n < (p->nr_ops - first) * MOST_YIELDS * TARGETS; n++) {
		struct instr *in = &p->op[first + n / (MOST_YIELDS * TARGETS)], before = *in;
		u32 nr = p->nr_switches, at = n / TARGETS % MOST_YIELDS, target = n % TARGETS;

		program_add_switch(p, in, (struct sched_switch){ at, target == 2, (u8)(target == 2 ? 1 : target) });
		good = try_all(w, p, n + 1, depth - 1);
		*in = before;
		p->nr_switches = nr;
	}
	return good;
}

static void note_explored(void *arg, const struct yield_probe *probe)
{
	note_end(&explored, order_of(probe, ((const struct world *)arg)->digest));
}

static void test_by_force(struct world *w)
{
	struct explore_bounds b = { .cpus = 2, .preemptions = 2, .ops = 3, .arg = w };
	struct explore_result r, pruned;
	struct program p;

	program_init(&p);
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		parse(&p, programs[i]);
		memset(&explored, 0, sizeof(explored));
		b.ran = note_explored;
		b.try_all = EXPLORE_PRUNE_ALL;
		ok(explore_program(w, &b, &r, &p), "program %zu: no finding", i);
		b.ran = NULL;
		b.try_all = 0;
		explore_program(w, &b, &pruned, &p);
		memset(&states, 0, sizeof(states));
		memset(&orders, 0, sizeof(orders));
		ok(try_all(w, &p, 0, 2), "  nor with switches anywhere");
		ok(pruned.states == states.nr && pruned.states_sum == states.sum && states.nr > 1, "  and the same ends");
		ok(explored.nr == orders.nr && explored.sum == orders.sum, "  and each order of things was tried");
		ok(r.schedules <= orders.nr * 2, "  few of them twice");
		printf("# %llu schedules of %llu, %u and %u orders, %u states\n", (unsigned long long)pruned.schedules,
		       (unsigned long long)r.schedules, explored.nr, orders.nr, states.nr);
	}
	program_free(&p);
}

/* --- points ---------------------------------------------------------------------------------------------------------- */

static void test_points(struct world *w)
{
	struct yield_probe probe = { .watch = true, .closed = ~0u };
	u32 task = 0, nested = 0, held = 0;
	struct program p;

	program_init(&p);
	parse(&p, HEAD "1: p0 = alloc_pages gfp=GFP_KERNEL order=0 at=1:irq1\n"
		       "2: p1 = alloc_pages ctx=softirq irq=1 gfp=GFP_ATOMIC order=0\n"
		       "3: p2 = alloc_pages ctx=hardirq irq=2 gfp=GFP_ATOMIC order=0\n"
		       "4: free_pages p3\n");
	w->probe = &probe;
	ok(!lockstep_run(w, &p)->failed, "a program with two interrupts");
	w->probe = NULL;
	for (u32 i = 0; i < probe.nr; i++) {
		task += probe.point[i].step == 1 && probe.point[i].labels == 6;
		nested += probe.point[i].step == 2 && probe.point[i].labels == 4;
		held += probe.point[i].step == 1 && probe.point[i].kind == YIELD_LOCKED && probe.point[i].labels;
	}
	same_number(task, 2, "both may come in a task, until one comes");
	ok(nested > 0, "a hardirq may come on top of a softirq");
	ok(held > 0, "and while a lock is held with interrupts on");
	same_number(probe.switches, 1, "one switch took effect");
	free(probe.point);
	program_free(&p);
}

/* A softirq on top of a task, a hardirq on top of that: each in the middle of the one below. */
static void test_nesting(struct world *w)
{
	struct yield_probe probe = { .watch = true, .closed = ~0u };
	u32 first[4] = { 0 }, last[4] = { 0 };
	struct program p;

	program_init(&p);
	parse(&p, HEAD "1: p0 = alloc_pages gfp=GFP_KERNEL order=0 at=1:irq1\n"
		       "2: p1 = alloc_pages ctx=softirq irq=1 gfp=GFP_ATOMIC order=0 at=1:irq2\n"
		       "3: p2 = alloc_pages ctx=hardirq irq=2 gfp=GFP_ATOMIC order=0\n");
	w->probe = &probe;
	ok(!lockstep_run(w, &p)->failed && probe.switches == 2, "an interrupt interrupts an interrupt");
	w->probe = NULL;
	for (u32 i = 0; i < probe.nr; i++) {
		u32 step = probe.point[i].step & 3;

		first[step] = first[step] ? first[step] : i + 1;
		last[step] = i + 1;
	}
	ok(first[1] < first[2] && first[2] < first[3] && last[3] < last[2] && last[2] < last[1], "  each in the middle of the one below");
	free(probe.point);
	program_free(&p);
}

/* --- what was chosen on the way replays ------------------------------------------------------------------------------- */

static struct {
	u64 rng;
	u32 step[64];
	struct sched_switch sw[64];
	u32 nr;
} chosen;

static bool choose(void *arg, const struct yield_point *here, struct sched_switch *sw)
{
	u32 set = here->cpus | (u32)here->labels << SIM_MAX_CPUS, of_step = 0;

	(void)arg;
	for (u32 i = 0; i < chosen.nr; i++)
		of_step += chosen.step[i] == here->step;
	if (!set || chosen.nr == 64 || of_step == MAX_SWITCHES || rng_next(&chosen.rng) & 3)
		return false;
	for (u32 skip = rng_next(&chosen.rng) & 7; skip && set & (set - 1); skip--)
		set &= set - 1;
	*sw = (struct sched_switch){ here->at, __builtin_ctz(set) >= SIM_MAX_CPUS, (u8)(__builtin_ctz(set) % SIM_MAX_CPUS) };
	chosen.step[chosen.nr] = here->step;
	chosen.sw[chosen.nr++] = *sw;
	return true;
}

static void test_replay(struct world *w)
{
	struct yield_probe probe = { .choose = choose }, none = { .watch = true };
	unsigned same = 0, took = 0, watched = 0;
	struct program p;

	program_init(&p);
	for (u64 seed = 1; seed <= 200; seed++) {
		u64 digest, plain;

		program_generate(&p, seed, 40, TABLE_MACHINE | TABLE_PAGE);
		program_drop_switches(&p);
		chosen.rng = seed;
		chosen.nr = 0;
		lockstep_run(w, &p);
		plain = w->digest;
		none.nr = 0;
		w->probe = &none;
		lockstep_run(w, &p);
		watched += w->digest == plain;
		probe.watch = true;
		probe.nr = probe.switches = 0;
		w->probe = &probe;
		lockstep_run(w, &p);
		digest = w->digest;
		took += probe.switches == chosen.nr;
		for (u32 i = 0; i < chosen.nr; i++)
			program_add_switch(&p, &p.op[chosen.step[i]], chosen.sw[i]);
		probe.watch = false;
		probe.switches = 0;
		w->probe = &probe;
		lockstep_run(w, &p);
		w->probe = NULL;
		same += w->digest == digest && probe.switches == chosen.nr;
	}
	same_number(watched, 200, "to be watched changes nothing");
	same_number(took, 200, "what is chosen at a point takes effect");
	same_number(same, 200, "and replays as switches of the program");
	free(probe.point);
	free(none.point);
	program_free(&p);
}

/* --- schedulers -------------------------------------------------------------------------------------------------------- */

static void test_schedulers(struct world *w)
{
	struct explore_bounds b = { .frames = 8, .cpus = 2, .ops = 3, .preemptions = 2, .depth = 3, .seed = 5,
				    .schedules = 5, .programs = 300 };

	for (b.scheduler = EXPLORE_DFS; b.scheduler < NR_EXPLORE_SCHEDULERS; b.scheduler++) {
		struct explore_result first, again;
		struct program p;
		bool good;

		program_init(&p);
		good = explore(w, &b, &first, &p) && explore(w, &b, &again, &p);
		ok(good && first.programs && first.schedules >= first.programs && first.successes && first.contended,
		   "%s: no finding, and locks that are held", explore_scheduler_names[b.scheduler]);
		ok(good && first.schedules == again.schedules && first.states_sum == again.states_sum,
		   "  and the same a second time");
		program_free(&p);
	}
}

static void test_letters(void)
{
	const char *bad;

	ok(explore_letters("alloc0,free", &bad) == (explore_letters("alloc0", &bad) | explore_letters("free", &bad)),
	   "a list of letters is each of them");
	ok(explore_letters("all", &bad) == (explore_letters("all", &bad) | explore_letters("default", &bad)), "all are all");
	ok(!explore_letters("free,alloc99,put", &bad) && !strncmp(bad, "alloc99", 7), "what is none is named");
	ok(!explore_letters("", &bad) && !explore_letters("free,", &bad), "and nothing is none");
}

int main(void)
{
	struct world *w = world_create();

	test_pruning(w);
	test_by_force(w);
	test_points(w);
	test_nesting(w);
	test_replay(w);
	test_schedulers(w);
	test_letters();
	world_destroy(w);
	return tap_end();
}
