// SPDX-License-Identifier: GPL-2.0-only
/*
 * last_words.c - a sanitizer or a signal ends this process: the program must not be lost with it.
 *
 * Only for programs that are tried in the process itself. What happens here may die again; then nothing is said.
 */
#include <signal.h>
#include <stdio.h>
#include "driver.h"

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static const struct prop_trials *dying_of;
static const struct program *dying_program;

void last_words_of(const struct prop_trials *t, const struct program *p)
{
	dying_of = t;
	dying_program = p;
}

static void say_last_words(void)
{
	struct prop_trials t;

	if (!dying_of || !dying_program)
		return;
	t = *dying_of;
	dying_of = NULL;
	t.failure = (struct prop_failure){
		.found = true,
		.died = true,
		.clause = "crash",
		.sentence = "the process died in this program, why is on stderr",
		.program = (struct program *)dying_program,
		.seed = t.seed,
	};
	prop_report(&t);
	fflush(stdout);
}

static void die_of_signal(int sig)
{
	signal(sig, SIG_DFL);
	say_last_words();
	raise(sig);
}

/* Sanitizers take the other signals themselves. */
void watch_for_death(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };

	signal(SIGABRT, die_of_signal);
	if (__sanitizer_set_death_callback) {
		__sanitizer_set_death_callback(say_last_words);
		return;
	}
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		signal(signals[i], die_of_signal);
}
