/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_canary.c - a target that must fail: a campaign in which it does not find this is no campaign.
 *
 * expect: finding CANARY
 *
 * It claims that no program ever splits a block of order 2 or more. Some program does, soon.
 */
#include "engine.h"

const unsigned fuzz_tables = TABLE_MACHINE | TABLE_PAGE;
const bool fuzz_is_text = false;

static bool holds_large_split(const struct world *w)
{
	for (unsigned i = 0; i < NR_SLOTS; i++)
		if (w->slot[i].kind == SLOT_SPLIT && w->slot[i].nr >= 4)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	int kept = fuzz_program(data, size);

	if (kept || !holds_large_split(fuzz_world()))
		return kept;
	fprintf(stderr, "mmcheck: finding CANARY: a block of order 2 or more was split, as planted\n");
	__builtin_trap();
}
