/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * driver.h - what the engines share: one command line, one way to try a program, one report.
 *
 *   driver.c: command line, time for each law --search()--> engine: programs --prop_try()--> failure.c: minimize, report
 *
 * An engine is one file that defines the_engine; the program links one. This header compiles as C++.
 */
#ifndef PROPS_DRIVER_H
#define PROPS_DRIVER_H

#include "props.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EXIT_FINE, EXIT_FINDING, EXIT_USAGE, EXIT_HOST };

/* One law's turn: programs until one fails or enough were tried. */
struct prop_trials {
	struct prop_run *run;
	const struct prop *prop;
	uint64_t seed;	 /* the first program comes of it */
	uint64_t most;	 /* programs; 0: the time decides */
	double deadline; /* prop_now() */
	unsigned batch;	 /* programs for one child process; 0: there are no child processes */
	uint64_t programs;
	struct prop_failure failure;
};

struct prop_engine {
	const char *program; /* in build/<flavour>/ */
	const char *usage;   /* its own lines of --help */
	/* NULL, or one line why it cannot begin: what the environment asks of it makes no sense. */
	const char *(*start)(void);
	/* false: the host cannot do it. */
	bool (*search)(struct prop_trials *t);
};

extern const struct prop_engine the_engine;

int props_main(int argc, char **argv);

double prop_now(void);
/* May another program be tried? */
static inline bool prop_goes_on(const struct prop_trials *t)
{
	return !t->failure.found && (t->most ? t->programs < t->most : prop_now() < t->deadline);
}
/* The seed of the n-th program, 0 for the first: the first one is made of the seed itself, so that each can be the first. */
uint64_t prop_seed_of(const struct prop_trials *t, uint64_t n);

/* --- failure.c --------------------------------------------------------------------------------------------------- */

/*
 * Try a program in this process. false: it fails, and is the failure now. After the first failure, programs count only if
 * they fail alike: then they are smaller ones.
 */
bool prop_try(struct prop_trials *t, const struct program *p, uint64_t seed);
/* A program failed elsewhere: clause and sentence are filled in already. */
void prop_note(struct prop_trials *t, const struct program *p, uint64_t seed);
/* Try a program in a child process, if there are any; the failure tells how it went. false: it fails. */
bool prop_try_apart(struct prop_trials *t, const struct program *p, uint64_t seed);
/* The smallest program that fails alike. */
void prop_minimize(struct prop_trials *t, double seconds);
/* To stdout; writes the program to a file. false: it could not be written. */
bool prop_report(struct prop_trials *t);
/* `prop NAME: FAILED CLAUSE: sentence` */
void prop_print_failure(const struct prop_trials *t);
void prop_forget(struct prop_failure *f);

/* --- last_words.c ------------------------------------------------------------------------------------------------ */

/* This process may die of this program; NULL: whatever it dies of, it says nothing. */
void last_words_of(const struct prop_trials *t, const struct program *p);
void watch_for_death(void);

#ifdef __cplusplus
}
#endif

#endif
