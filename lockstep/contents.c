/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * contents.c - live pages hold what their owner wrote.
 *
 * An owner stamps the first, the last and one hashed cache line of each page with a word only the model can know; in
 * programs with the header flag `contents`, and always under MSan and Valgrind, every line. Before the pages go back
 * the stamps must still be there. On big machines only the slots divisible by 64 are stamped.
 *
 * A page of highmem is mapped for the time it is looked at, as any client would, on top of what its task has mapped; a
 * task that holds all the mappings it may lends the last one. Nobody can see that afterwards.
 */
#include "highmem.h"
#include "model_page_debug.h"
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

/* A page as its owner reaches it. */
struct window {
	u64 *frame; /* NULL: it was not to be had */
	u64 lent;   /* frame whose mapping comes back, ~0 none */
	bool stale; /* it was freed while it was mapped: it may not be touched, mapped or not */
};

/* What the tool says of both ends of a page: 1 forbidden, 0 allowed, -1 no opinion. */
static int asks_page(struct world *w, u64 pfn)
{
	char *frame = ram_address(w->machine, pfn);
	int first = tool_asks_poisoned(frame, 8), last = tool_asks_poisoned(frame + SIM_PAGE_SIZE - 8, 8);

	return first == last ? first : 0;
}

static struct window open_page(struct world *w, u64 pfn)
{
	struct window win = { NULL, ~0ULL, false };

	if (unlikely(model_kmap_depth(w->model, world_cpu()) == KM_MAX_IDX)) {
		win.lent = model_kmap_last(w->model, world_cpu());
		win.stale = asks_page(w, win.lent) == 1;
		kunmap_local(ram_address(w->machine, win.lent));
	}
	win.frame = kmap_local_page(pfn_to_page(pfn));
	return win;
}

static void close_page(struct world *w, struct window win)
{
	if (win.frame)
		kunmap_local(win.frame);
	if (likely(win.lent == ~0ULL))
		return;
	kmap_local_page(pfn_to_page(win.lent));
	if (win.stale)
		tool_poison(ram_address(w->machine, win.lent), SIM_PAGE_SIZE);
}

static void stamp_lines(u64 *frame, u64 lines, u64 stamp)
{
	for (; lines; lines &= lines - 1) {
		u64 *word = frame + 8 * __builtin_ctzll(lines);

		for (int i = 0; i < 8; i++)
			word[i] = stamp;
	}
}

void contents_stamp(struct world *w, u64 pfn, u64 nr)
{
	if (!stamped(w, pfn))
		return;
	for (u64 p = pfn; p < pfn + nr; p++) {
		u64 stamp = model_stamp(w->model, p), lines = lines_of(w, stamp);
		struct window win = open_page(w, p);

		ram_dirty(w->machine, p, lines);
		if (win.frame)
			stamp_lines(win.frame, lines, stamp);
		close_page(w, win);
	}
}

static u64 line_differs(const u64 *p, u64 word)
{
	u64 wrong = 0;

	for (int i = 0; i < 8; i++)
		wrong |= p[i] ^ word;
	return wrong;
}

static u64 lines_differ(const u64 *frame, u64 lines, u64 word)
{
	u64 wrong = 0;

	for (; lines; lines &= lines - 1)
		wrong |= line_differs(frame + 8 * __builtin_ctzll(lines), word);
	return wrong;
}

/*
 * Every looked-at line of these pages holds zero, or each page's stamp if own. The first page that does not; ~0. A line
 * that somebody wrote to after the page was zeroed, before it had an owner, may hold anything.
 */
static u64 first_wrong(struct world *w, u64 pfn, u64 nr, bool own)
{
	for (u64 p = pfn; p < pfn + nr; p++) {
		u64 stamp = model_stamp(w->model, p), lines = lines_of(w, stamp);
		struct window win = open_page(w, p);
		bool wrong;

		if (!own)
			lines &= ~model_unzeroed_lines(w->model, p);
		wrong = !win.frame || lines_differ(win.frame, lines, own ? stamp : 0);
		close_page(w, win);
		if (wrong)
			return p;
	}
	return ~0ULL;
}

u64 contents_expected(const struct world *w, u64 pfn)
{
	return stamped(w, pfn) ? model_stamp(w->model, pfn) : 0;
}

bool contents_hold(struct world *w, u64 pfn, u64 stamp)
{
	struct window win = open_page(w, pfn);
	bool wrong = stamp && (!win.frame || lines_differ(win.frame, lines_of(w, stamp), stamp));

	close_page(w, win);
	return !wrong;
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

/* Frames from pfn on that have a permanent mapping. */
static u64 lowmem_of(const struct world *w, u64 pfn, u64 nr)
{
	u64 low = 0;

	while (low < nr && model_is_lowmem(w->model, pfn + low))
		low++;
	return low;
}

const char *contents_check_reachable(struct world *w, u64 pfn, u64 nr)
{
	u64 low = lowmem_of(w, pfn, nr);

	if (low && tool_asks_poisoned(ram_address(w->machine, pfn), low << SIM_PAGE_SHIFT) == 1)
		return world_says(w, "B50: pfn %llu was handed out, and the tool still forbids to touch it",
				  (unsigned long long)pfn);
	for (u64 p = pfn + low; p < pfn + nr; p++)
		if (asks_page(w, p) == 0 && !model_is_mapped(w->model, p, true))
			return world_says(w, "D50: pfn %llu is highmem, and the tool lets anybody touch it unmapped",
					  (unsigned long long)p);
	return NULL;
}

const char *contents_check_received(struct world *w, u64 pfn, u64 nr, gfp_t gfp)
{
	const char *bad = contents_check_reachable(w, pfn, nr);

	return bad || !model_zero_due(w->model, gfp) ? bad : contents_check_zero(w, pfn, nr);
}

/* D3: who had a page has it no longer; each page of a block has a record of its own. */
static const char *check_no_owner(struct world *w, u64 pfn, u64 nr)
{
	char text[64];

	for (u64 p = pfn; w->machine->param[PARAM_PAGE_OWNER] && p < pfn + nr; p++)
		if (model_is_free(w->model, p) && page_owner_show(p, text, sizeof(text)))
			return world_says(w, "D3: pfn %llu is free, and page_owner says who has it", (unsigned long long)p);
	return NULL;
}

const char *contents_check_unreachable(struct world *w, u64 pfn, u64 nr)
{
	for (u64 p = pfn; p < pfn + nr; p++) {
		if (!model_is_free(w->model, p) || asks_page(w, p)) /* somebody else's by now, or as it should be */
			continue;
		return world_says(w, "B51: pfn %llu is free, and the tool would let anybody touch it",
				  (unsigned long long)p);
	}
	return check_no_owner(w, pfn, nr);
}
