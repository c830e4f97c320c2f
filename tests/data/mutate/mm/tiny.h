/* SPDX-License-Identifier: GPL-2.0-only */
/* tiny.h - what tiny.c uses. Nothing in it is a mutant. */
#include <stdbool.h>

#define min_of(a, b) ((a) < (b) ? (a) : (b))
#define max_of(a, b) ((a) > (b) ? (a) : (b))
#define likely(x) __builtin_expect(!!(x), 1)
#define VM_BUG_ON(condition) \
	do {                 \
		if (condition) \
			__builtin_trap(); \
	} while (0)

extern int locks, told, total;
extern bool asleep;
static inline void spin_lock(int *lock)
{
	++*lock;
}
static inline void spin_unlock(int *lock)
{
	--*lock;
}
static inline void bump(int *what)
{
	++*what;
}
void count_mark(int mark);
static inline bool marked(bool passed, int mark)
{
	if (passed)
		count_mark(mark);
	return passed;
}
void mm_announce(int what);
void sim_event(int what);
static inline void announce_total(void)
{
	sim_event(total);
}
int sum_of_table(void);
unsigned smaller(unsigned x, unsigned y);
bool in_order(int low, int x, int high);
int ratio(int part, int whole);
void locked(int step);
void counted(int step);
int color(int x);
int overwritten(int x);
unsigned length(const char *words);
bool environment_is_good(void);
int unseen(int x);
