/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * recorded_allocator.c - an allocator that mmcheck has never heard of, judged by what it says it did.
 *
 *   cc examples/recorded_allocator.c -o recorded && ./recorded | mmcheck witness -
 *
 * It prints two lines of ftrace text, mm_page_alloc and mm_page_free, and that is all that is needed: no header, no
 * library. The witness keeps who owns each frame and reports a block handed out twice, freed twice, freed with another
 * order, or overlapping another one. With -DBUG a block of order 1 is taken from a bitmap that is looked at in one place.
 */
#include <stdio.h>
#include <stdlib.h>

#define FRAMES 256
#define BASE   0x1000 /* frame 0 would mean: no page */

static unsigned char used[FRAMES];
static unsigned now;

static void say(const char *event, unsigned pfn, unsigned order)
{
	printf("  example-1  [000] .....  1.%06u: %s: page=0 pfn=0x%x order=%u%s\n", ++now, event, BASE + pfn, order,
	       event[8] == 'a' ? " migratetype=0 gfp_flags=GFP_KERNEL" : "");
}

static int is_free(unsigned pfn, unsigned order)
{
#ifdef BUG
	order = 0;
#endif
	for (unsigned i = 0; i < 1u << order; i++)
		if (used[pfn + i])
			return 0;
	return 1;
}

static int take(unsigned order)
{
	for (unsigned pfn = 0; pfn + (1u << order) <= FRAMES; pfn += 1u << order) {
		if (!is_free(pfn, order))
			continue;
		for (unsigned i = 0; i < 1u << order; i++)
			used[pfn + i] = 1;
		say("mm_page_alloc", pfn, order);
		return (int)pfn;
	}
	return -1;
}

static void give(unsigned pfn, unsigned order)
{
	for (unsigned i = 0; i < 1u << order; i++)
		used[pfn + i] = 0;
	say("mm_page_free", pfn, order);
}

int main(void)
{
	struct { int pfn; unsigned order; } slot[64];
	unsigned dice = 1;

	for (unsigned i = 0; i < 64; i++)
		slot[i].pfn = -1;
	puts("# tracer: nop");
	for (unsigned step = 0; step < 2000; step++) {
		unsigned i = (dice = dice * 1103515245 + 12345) >> 16 & 63;

		if (slot[i].pfn >= 0) {
			give((unsigned)slot[i].pfn, slot[i].order);
			slot[i].pfn = -1;
		} else {
			slot[i].order = dice >> 24 & 1;
			slot[i].pfn = take(slot[i].order);
		}
	}
	return 0;
}
