// SPDX-License-Identifier: GPL-2.0-only
/*
 * failure.c - a program that breaks a law: how it is noted, made small, reported.
 *
 * Candidates of the minimizer run in child processes, each alone, so that one that kills is a candidate like any other.
 * They count if they break the same clause, or die in the same words, and the law is about such programs. What is reported
 * failed once more, alone and in full time, after it was made small.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "driver.h"
#include "fork_run.h"
#include "observe.h"
#include "tool.h"

#define HASTE 20 /* a candidate is said to hang after this part of the time: most of those tried do */

/* --- noting ------------------------------------------------------------------------------------------------------ */

static void say_how_it_died(struct prop_failure *f)
{
	if (!strcmp(f->clause, "no progress"))
		snprintf(f->sentence, sizeof(f->sentence), "the program used %u s of CPU time, or slept, and did not end",
			 SIM_WATCHDOG_SECONDS);
	else
		snprintf(f->sentence, sizeof(f->sentence), "the process died in this program");
}

void prop_note(struct prop_trials *t, const struct program *p, uint64_t seed)
{
	struct prop_failure *f = &t->failure;

	if (!f->program) {
		f->program = calloc(1, sizeof(*f->program));
		if (!f->program)
			abort();
		program_init(f->program);
	}
	program_copy(f->program, p);
	if (!f->found)
		f->ops_before = p->nr_ops;
	f->found = true;
	f->seed = seed;
	if (f->died)
		say_how_it_died(f);
}

void prop_forget(struct prop_failure *f)
{
	if (f->program)
		program_free(f->program);
	free(f->program);
	free(f->report);
	memset(f, 0, sizeof(*f));
}

/* --- trying ------------------------------------------------------------------------------------------------------ */

bool prop_try(struct prop_trials *t, const struct program *p, uint64_t seed)
{
	struct prop_failure *f = &t->failure;
	bool holds;

	t->programs += !f->found;
	last_words_of(t, p);
	holds = prop_check(t->run, t->prop, p);
	last_words_of(NULL, NULL);
	if (holds || (f->found && strcmp(f->clause, prop_clause(t->run)) != 0))
		return true;
	snprintf(f->clause, sizeof(f->clause), "%s", prop_clause(t->run));
	snprintf(f->sentence, sizeof(f->sentence), "%s", prop_sentence(t->run));
	prop_note(t, p, seed);
	return false;
}

struct one {
	const struct prop_trials *t;
	const struct program *program;
};

static void judge_one(void *arg, struct verdict *v)
{
	const struct one *one = arg;

	last_words_of(NULL, NULL);
	prop_run_forked(one->t->run);
	prop_check(one->t->run, one->t->prop, one->program);
	*v = one->t->run->verdict;
}

static struct death try_apart(const struct prop_trials *t, const struct program *p, double seconds, char *report)
{
	struct one one = { t, p };

	return forked_judge(&(struct fork_job){ judge_one, &one, seconds, NULL, report });
}

static void note_end(struct prop_trials *t, const struct death *d, const struct program *p, u64 seed)
{
	struct prop_failure *f = &t->failure;

	f->died = d->died;
	snprintf(f->clause, sizeof(f->clause), "%s", d->what);
	snprintf(f->sentence, sizeof(f->sentence), "%s", d->verdict.sentence);
	prop_note(t, p, seed);
}

bool prop_try_apart(struct prop_trials *t, const struct program *p, uint64_t seed)
{
	struct death d;

	if (!t->batch)
		return prop_try(t, p, seed);
	t->failure.report = malloc(FORK_REPORT_BYTES);
	d = try_apart(t, p, SIM_WATCHDOG_SECONDS, t->failure.report);
	t->programs++;
	if (!d.what[0])
		return true;
	note_end(t, &d, p, seed);
	return false;
}

/* --- making it small --------------------------------------------------------------------------------------------- */

static bool ends_alike(const struct prop_failure *f, const struct death *d)
{
	return d->died == f->died && !strcmp(d->what, f->clause);
}

static bool fails_alike(void *arg, const struct program *candidate)
{
	struct prop_trials *t = arg;
	bool hangs = !strcmp(t->failure.clause, "no progress");
	double seconds = hangs ? 1.0 * SIM_WATCHDOG_SECONDS / HASTE : SIM_WATCHDOG_SECONDS;
	struct death d;

	if (prop_refuses(t->prop, candidate))
		return false;
	if (t->batch) {
		d = try_apart(t, candidate, seconds, NULL);
		return ends_alike(&t->failure, &d);
	}
	last_words_of(t, candidate);
	return !prop_check(t->run, t->prop, candidate) && !strcmp(prop_clause(t->run), t->failure.clause);
}

/* Alone and in full time. What it says then is the smallest program's own. */
static bool fails_again(struct prop_trials *t)
{
	struct prop_failure *f = &t->failure;
	struct death d;

	if (!t->batch)
		return fails_alike(t, f->program);
	if (!f->report)
		f->report = malloc(FORK_REPORT_BYTES);
	d = try_apart(t, f->program, SIM_WATCHDOG_SECONDS, f->report);
	if (!ends_alike(f, &d))
		return false;
	if (!d.died)
		snprintf(f->sentence, sizeof(f->sentence), "%s", d.verdict.sentence);
	return true;
}

void prop_minimize(struct prop_trials *t, double seconds)
{
	struct minimize_limits limits = { seconds };
	struct prop_failure *f = &t->failure;
	struct program found;

	f->unrepeatable = !fails_alike(t, f->program);
	if (f->unrepeatable)
		return;
	program_init(&found);
	program_copy(&found, f->program);
	f->tries = program_minimize_with(f->program, fails_alike, t, &limits);
	if (!fails_again(t))
		program_copy(f->program, &found);
	program_free(&found);
	last_words_of(NULL, NULL);
}

/* --- the report -------------------------------------------------------------------------------------------------- */

static const char *findings_folder(void)
{
	const char *dir = getenv("MMCHECK_FINDINGS");

	return dir && *dir ? dir : "out/props";
}

void prop_print_failure(const struct prop_trials *t)
{
	printf("prop %s: FAILED %s: %s\n", t->prop->name, t->failure.clause, t->failure.sentence);
	if (t->failure.died && t->failure.report && t->failure.report[0])
		fprintf(stderr, "%s\n", t->failure.report);
}

bool prop_report(struct prop_trials *t)
{
	const char *dir = findings_folder(), *name = t->prop->name;
	const struct prop_failure *f = &t->failure;
	char replay[4608];
	bool saved;

	snprintf(replay, sizeof(replay), "build/" MMCHECK_FLAVOUR "/%s --only %s --replay %s/prop_%s.trace",
		 the_engine.program, name, dir, name);
	prop_print_failure(t);
	saved = prop_save(t->run, t->prop, f, dir, replay);
	if (!saved)
		fprintf(stderr, "props: cannot write %s: %s\n", dir, strerror(errno));
	printf("  law: %s\n  seed: %llu\n", t->prop->law, ull(f->seed));
	if (f->tries)
		printf("  minimized: %u operations, %u before, %llu programs tried\n", f->program->nr_ops, f->ops_before,
		       ull(f->tries));
	if (f->unrepeatable)
		printf("  not minimized: alone it does not fail like this; the programs before it had a part\n");
	printf("  replay: %s\n", replay);
	if (f->again[0])
		printf("  or: %s\n", f->again);
	else if (f->tries)
		printf("  or: build/" MMCHECK_FLAVOUR "/%s --only %s --seed %llu --trials 1\n", the_engine.program, name,
		       ull(f->seed));
	fputs(prop_program_text(t->run, f->program), stdout);
	return saved;
}
