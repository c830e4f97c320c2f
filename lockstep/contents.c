/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * contents.c - live pages hold what their owner wrote.
 *
 * An owner stamps the first, the last and one hashed cache line of each page with a word only the model can know; in
 * programs with the header flag `contents`, and always under MSan and Valgrind, every line. Before the pages go back the
 * stamps must still be there. On big machines only the slots divisible by 64 are stamped.
 */
#include "tool.h"
#include "world.h"

#define BIG_MACHINE (1u << 18)

#if defined(TOOL_MSAN)
bool contents_always_whole(void)
{
	return true;
}
#elif defined(MMCHECK_VALGRIND)
bool contents_always_whole(void)
{
	return RUNNING_ON_VALGRIND;
}
#else
bool contents_always_whole(void)
{
	return false;
}
#endif

static bool stamped(const struct world *w, u64 pfn)
{
	return w->machine->nr_frames <= BIG_MACHINE || w->model->frame[pfn].owner % 64 == 0;
}

/* The lines of a page that are looked at, as a bit set. */
static u64 lines_of(const struct world *w, u64 stamp)
{
	return w->contents_whole ? ~0ULL : 1ULL | 1ULL << 63 | 1ULL << (stamp & 63);
}

void contents_stamp(struct world *w, u64 pfn, u64 nr)
{
	if (!stamped(w, pfn))
		return;
	for (u64 p = pfn; p < pfn + nr; p++) {
		u64 stamp = model_stamp(w->model, p), lines = lines_of(w, stamp);
		u64 *frame = ram_address(w->machine, p);

		ram_dirty(w->machine, p, lines);
		for (; lines; lines &= lines - 1) {
			u64 *word = frame + 8 * __builtin_ctzll(lines);

			for (int i = 0; i < 8; i++)
				word[i] = stamp;
		}
	}
}

static u64 line_differs(const u64 *p, u64 word)
{
	u64 wrong = 0;

	for (int i = 0; i < 8; i++)
		wrong |= p[i] ^ word;
	return wrong;
}

/* Every looked-at line of these pages holds zero, or each page's stamp if own. The first page that does not; ~0. */
static u64 first_wrong(const struct world *w, u64 pfn, u64 nr, bool own)
{
	for (u64 p = pfn; p < pfn + nr; p++) {
		u64 stamp = model_stamp(w->model, p), wrong = 0;
		const u64 *frame = ram_address(w->machine, p);

		for (u64 lines = lines_of(w, stamp); lines; lines &= lines - 1)
			wrong |= line_differs(frame + 8 * __builtin_ctzll(lines), own ? stamp : 0);
		if (wrong)
			return p;
	}
	return ~0ULL;
}

const char *contents_check(struct world *w, u64 pfn, u64 nr)
{
	u64 wrong = stamped(w, pfn) ? first_wrong(w, pfn, nr, true) : ~0ULL;

	if (wrong == ~0ULL)
		return NULL;
	return world_says(w, "B52: pfn %llu no longer holds what its owner wrote",
		 (unsigned long long)wrong);
}

const char *contents_check_zero(struct world *w, u64 pfn, u64 nr)
{
	u64 wrong = first_wrong(w, pfn, nr, false);

	if (wrong == ~0ULL)
		return NULL;
	return world_says(w, "B19: pfn %llu was asked for zeroed and is not", (unsigned long long)wrong);
}

const char *contents_check_reachable(struct world *w, u64 pfn, u64 nr)
{
	if (tool_asks_poisoned(ram_address(w->machine, pfn), nr << SIM_PAGE_SHIFT) != 1)
		return NULL;
	return world_says(w, "B50: pfn %llu was handed out, and the tool still forbids to touch it",
		 (unsigned long long)pfn);
}

const char *contents_check_unreachable(struct world *w, u64 pfn, u64 nr)
{
	for (u64 p = pfn; p < pfn + nr; p++) {
		if (w->model->frame[p].state != FRAME_FREE) /* somebody else's by now */
			continue;
		if (tool_asks_poisoned(ram_address(w->machine, p), 8) != 0 &&
		    tool_asks_poisoned((char *)ram_address(w->machine, p) + SIM_PAGE_SIZE - 8, 8) != 0)
			continue;
		return world_says(w, "B51: pfn %llu is free, and the tool would let anybody touch it",
			 (unsigned long long)p);
	}
	return NULL;
}
