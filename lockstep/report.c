/* SPDX-License-Identifier: GPL-2.0-only */
/* report.c - a finding as a person wants to read it at three in the morning. */
#include <stdlib.h>
#include <string.h>
#include "world.h"

#define STEPS_SHOWN 24

/* The program up to the failing step, as a trace that can be replayed. Long ones show their last steps. */
static void print_steps(struct world *w, const struct program *p, int step, FILE *out)
{
	struct program shown;
	u32 end = step < 0 ? program_boot_ops(p) : min_of((u32)step + 1, p->nr_ops);
	u32 first = end > STEPS_SHOWN ? end - STEPS_SHOWN : 0;

	if (first)
		fprintf(out, "  (the last %u of %u steps)\n", end - first, end);
	program_init(&shown);
	program_copy(&shown, p);
	shown.nr_ops = end;
	program_print_range(&shown, first, out, w->outcome);
	program_free(&shown);
}

void depth_print(const struct run_stats *s, FILE *out)
{
	static const char *const names[NR_DEEP] = { "refusal", "below_min", "fallback",  "highatomic",
						    "flush",   "switch",    "interrupt", "contended",
						    "reclaim", "swap",	    "oom" };

	for (unsigned i = 0; i < NR_DEEP; i++)
		fprintf(out, " %s %.1f %%", names[i], 100.0 * (double)s->deep[i] / (double)s->programs);
}

void finding_print(struct world *w, const struct program *p, FILE *out, const char *replay)
{
	struct verdict v;
	bool record = w->record;

	w->record = true;
	v = *lockstep_run(w, p);
	w->record = record;
	if (!v.failed) {
		fprintf(out, "mmcheck: the finding does not repeat: it depends on something outside the program\n");
		return;
	}
	fprintf(out, "mmcheck: finding %s: %s\n", v.clause, v.sentence);
	if (v.step < 0)
		fprintf(out, "  at boot\n");
	else if ((u32)v.step >= p->nr_ops)
		fprintf(out, "  at the end of the program, after %u operations, when all was freed\n", p->nr_ops);
	else
		fprintf(out, "  at step %d of %u\n", v.step, p->nr_ops);
	print_steps(w, p, v.step, out);
	if (world_log(w)[0])
		fprintf(out, "kernel log of the last operation:\n%s", world_log(w));
	if (replay)
		fprintf(out, "replay: %s\n", replay);
}
