// SPDX-License-Identifier: GPL-2.0-only
/*
 * runner.c - the project's own engine: a program of each seed, tried in child processes.
 *
 *   parent --fork--> child: trial 0, 1, 2 ... of a batch
 *      '--- board, in shared memory: the trial in progress ---'
 *
 * A child that crashes, is killed by a sanitizer or hangs is the result of the very trial that the board names; the next
 * child goes on behind it. The seed of a trial makes its program again, so nothing but its number leaves the child.
 *
 * Pure C, no library: it runs in every flavour.
 */
#include <sys/mman.h>
#include <unistd.h>
#include "driver.h"
#include "fork_run.h"
#include "observe.h"
#include "tool.h"

struct board {
	volatile u64 trial; /* in progress, from 1 up */
	volatile u64 ops;   /* of those before it */
};

struct batch {
	struct prop_trials *t;
	struct board *board;
	u64 first, end; /* trials, from 0 up */
};

/* In the child: until one fails. Death is not told here. */
static void try_batch(void *arg, struct verdict *v)
{
	const struct batch *b = arg;
	struct prop_run *r = b->t->run;
	u64 ops = r->ops;

	last_words_of(NULL, NULL);
	prop_run_forked(r);
	for (u64 n = b->first; n < b->end && (b->t->most || n == b->first || prop_now() < b->t->deadline); n++) {
		b->board->trial = n + 1;
		if (!prop_check(r, b->t->prop, prop_generated(r, b->t->prop, prop_seed_of(b->t, n))))
			*v = r->verdict;
		b->board->ops = r->ops - ops;
		if (v->failed || tool_complained())
			return;
	}
}

static void note_death(struct prop_trials *t, const struct death *d, u64 trial)
{
	u64 seed = prop_seed_of(t, trial);

	snprintf(t->failure.clause, sizeof(t->failure.clause), "%s", d->what);
	snprintf(t->failure.sentence, sizeof(t->failure.sentence), "%s", d->verdict.sentence);
	t->failure.died = d->died;
	prop_note(t, prop_generated(t->run, t->prop, seed), seed);
}

/* false: there was no child. */
static bool run_batch(struct prop_trials *t, struct board *board)
{
	u64 left = t->most ? t->most - t->programs : t->batch;
	struct batch b = { t, board, t->programs, t->programs + min_of(left, (u64)t->batch) };
	struct fork_job job = { try_batch, &b, SIM_WATCHDOG_SECONDS, &board->trial, NULL };
	struct death d;
	u64 tried;

	*board = (struct board){ 0 };
	d = forked_judge(&job);
	if (!strncmp(d.what, "host: ", 6))
		return false;
	tried = max_of(board->trial, b.first + 1) - b.first; /* it may have died before the first */
	t->programs += tried;
	t->run->programs += tried;
	t->run->ops += board->ops;
	if (d.what[0])
		note_death(t, &d, t->programs - 1);
	return true;
}

static bool search_apart(struct prop_trials *t)
{
	struct board *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool forks = board != MAP_FAILED;

	while (forks && prop_goes_on(t))
		forks = run_batch(t, board);
	if (board != MAP_FAILED)
		munmap(board, sizeof(*board));
	return forks;
}

static bool search(struct prop_trials *t)
{
	if (t->batch)
		return search_apart(t);
	while (prop_goes_on(t)) {
		u64 seed = prop_seed_of(t, t->programs);

		prop_try(t, prop_generated(t->run, t->prop, seed), seed);
	}
	return true;
}

const struct prop_engine the_engine = {
	.program = "props",
	.usage = "",
	.search = search,
};
