// SPDX-License-Identifier: GPL-2.0-only
/*
 * theft.c - theft 0.4.5 as an engine: wishes out of its random bits. Optional: it is in no distribution.
 *
 * No callback hashes or shrinks. With a hash theft takes a program for one it tried before, by a Bloom filter, and skips
 * some that are new; and what fails is made small by the project's own minimizer.
 *
 * theft makes the seed of a trial from the bits of the one before, and begins with the seed of the run. So the seed of
 * any trial, given as that of a run, makes its program again.
 */
#include <stdlib.h>
#include <theft.h>
#include "driver.h"
#include "observe.h"

#define MOST_WISHES  100
#define WISH_BITS    128
#define MOST_TRIALS  100000000 /* of one run: the time ends it */
#define INSTEAD_OF_0 1	       /* theft takes seed 0 for none */

struct wishes {
	struct prop_wishes all;
	struct prop_wish wish[MOST_WISHES];
};

static struct prop_wish wish_of(struct theft *t)
{
	uint64_t bits[WISH_BITS / 64] = { 0 }; /* its header says that it zeroes them; it ORs into what is there */
	struct prop_wish w;

	theft_random_bits_bulk(t, WISH_BITS, bits);
	w.op = (uint16_t)(bits[0] & 0xfff);
	w.gfp = (uint16_t)(bits[0] >> 16);
	w.slot = (uint8_t)(bits[0] >> 32 & 0xf);
	w.place = (uint8_t)(bits[0] >> 40);
	w.amount = (uint32_t)(bits[1] & 0xfffff);
	w.length = (uint32_t)(bits[1] >> 32);
	return w;
}

static enum theft_alloc_res make_wishes(struct theft *t, void *env, void **output)
{
	struct wishes *w = malloc(sizeof(*w));

	(void)env;
	if (!w)
		return THEFT_ALLOC_ERROR;
	w->all.profile = (uint8_t)(theft_random_bits(t, 8) % 3);
	w->all.flags = (uint8_t)theft_random_bits(t, 8);
	w->all.seed = (uint32_t)theft_random_bits(t, 32);
	w->all.nr = theft_random_bits(t, 16) % (MOST_WISHES + 1);
	w->all.wish = w->wish;
	for (size_t i = 0; i < w->all.nr; i++)
		w->wish[i] = wish_of(t);
	*output = w;
	return THEFT_ALLOC_OK;
}

/* The seed of the trial in progress: the property is not told. */
struct turn {
	struct prop_trials *trials;
	uint64_t seed;
};

static enum theft_trial_res holds(struct theft *t, void *arg)
{
	const struct wishes *w = arg;
	struct turn *turn = theft_hook_get_env(t);
	struct prop_trials *trials = turn->trials;
	const struct program *p = prop_program(trials->run, trials->prop, &w->all);

	return prop_try(trials, p, turn->seed) ? THEFT_TRIAL_PASS : THEFT_TRIAL_FAIL;
}

static enum theft_hook_trial_pre_res may_go_on(const struct theft_hook_trial_pre_info *info, void *env)
{
	struct turn *turn = env;

	turn->seed = info->trial_seed;
	return prop_goes_on(turn->trials) ? THEFT_HOOK_TRIAL_PRE_CONTINUE : THEFT_HOOK_TRIAL_PRE_HALT;
}

/* The driver reports: theft shall print nothing on stdout. */
static enum theft_hook_run_pre_res no_word_before(const struct theft_hook_run_pre_info *info, void *env)
{
	(void)info, (void)env;
	return THEFT_HOOK_RUN_PRE_CONTINUE;
}

static enum theft_hook_run_post_res no_word_after(const struct theft_hook_run_post_info *info, void *env)
{
	(void)info, (void)env;
	return THEFT_HOOK_RUN_POST_CONTINUE;
}

static enum theft_hook_trial_post_res no_word_of_trial(const struct theft_hook_trial_post_info *info, void *env)
{
	(void)info, (void)env;
	return THEFT_HOOK_TRIAL_POST_CONTINUE;
}

static enum theft_hook_counterexample_res no_word_of_failure(const struct theft_hook_counterexample_info *info, void *env)
{
	(void)info, (void)env;
	return THEFT_HOOK_COUNTEREXAMPLE_CONTINUE;
}

static bool search(struct prop_trials *t)
{
	static const struct theft_type_info wishes = { .alloc = make_wishes, .free = theft_generic_free_cb };
	struct turn turn = { .trials = t };
	struct theft_run_config config = {
		.name = t->prop->name,
		.prop1 = holds,
		.type_info = { &wishes },
		.trials = MOST_TRIALS,
		.seed = t->seed ? t->seed : INSTEAD_OF_0,
		.hooks = { .run_pre = no_word_before,
			   .run_post = no_word_after,
			   .trial_pre = may_go_on,
			   .trial_post = no_word_of_trial,
			   .counterexample = no_word_of_failure,
			   .env = &turn },
	};
	enum theft_run_res result = theft_run(&config);

	return result != THEFT_RUN_ERROR && result != THEFT_RUN_ERROR_MEMORY && result != THEFT_RUN_ERROR_BAD_ARGS;
}

const struct prop_engine the_engine = {
	.program = "props_theft",
	.usage = "",
	.search = search,
};
