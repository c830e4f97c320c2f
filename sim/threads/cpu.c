/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu.c - threads that are CPUs: how one becomes a CPU, how it waits for a lock, faults, chance, the log, the end.
 *
 * A CPU belongs to one thread. The hand-over from one thread to the next is the only order there is between what both do
 * on it: the attach acquires what the detach released.
 */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "atomic.h"
#include "lock.h"
#include "machine.h"
#include "smp.h"

#define SPINS_BEFORE_YIELD 200 /* about a microsecond: longer than any section that runs */

/* --- who is which CPU -------------------------------------------------------------------------------------------- */

static bool take_cpu(struct machine *m, unsigned cpu)
{
	u32 bit = 1u << cpu;

	return !(__atomic_fetch_or(&m->host->cpus_taken, bit, __ATOMIC_ACQUIRE) & bit);
}

int sim_cpu_attach(struct machine *m)
{
	for (unsigned cpu = 0; !this_cpu && cpu < m->param[PARAM_CPUS]; cpu++) {
		if (!take_cpu(m, cpu))
			continue;
		machine_enter(m, cpu);
		sim_own_attach();
		return (int)cpu;
	}
	return -EBUSY;
}

int sim_cpu_take_highest(struct machine *m)
{
	for (unsigned cpu = m->param[PARAM_CPUS]; cpu--;)
		if (take_cpu(m, cpu))
			return (int)cpu;
	return -EBUSY;
}

void sim_cpu_detach(void)
{
	u32 *taken = &this_cpu->machine->host->cpus_taken, bit = 1u << this_cpu->id;

	this_cpu = NULL;
	__atomic_fetch_and(taken, ~bit, __ATOMIC_RELEASE);
}

u64 sim_contended(struct machine *m)
{
	u64 sum = 0;

	for (unsigned cpu = 0; cpu < m->param[PARAM_CPUS]; cpu++)
		sum += READ_ONCE(m->cpu[cpu].contended);
	return sum;
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

/* The one waited for may be a thread that the host has put aside: spinning for it would only keep it there. */
void sim_pause(unsigned *spins)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
	if (++*spins % SPINS_BEFORE_YIELD == 0)
		sched_yield();
}

sim_cold void sim_spin(u32 *busy)
{
	unsigned spins = 0;

	do {
		while (READ_ONCE(*busy))
			sim_pause(&spins);
	} while (__atomic_exchange_n(busy, 1, __ATOMIC_ACQUIRE));
}

u64 sim_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

/* --- faults, chance ----------------------------------------------------------------------------------------------- */

/* Before threads allocate, or while none does. */
void sim_plan_fault(struct machine *m, enum sim_fault_site site, u32 skip, u32 times)
{
	WRITE_ONCE(m->fault[site].skip, skip);
	WRITE_ONCE(m->fault[site].times, times);
}

/* One of what is left, if there is any. */
static bool take_one(u32 *left)
{
	u32 now = READ_ONCE(*left);

	while (now)
		if (__atomic_compare_exchange_n(left, &now, now - 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
	return false;
}

bool sim_should_fail(enum sim_fault_site site)
{
	struct machine *m = this_cpu->machine;

	if (likely(!READ_ONCE(m->fault[site].times)))
		return false;
	return !take_one(&m->fault[site].skip) && take_one(&m->fault[site].times);
}

/* As in ../cpu.c, and each CPU has its own. */
u64 sim_chance(void)
{
	u64 z = (this_cpu->chance += 0x9e3779b97f4a7c15ULL);

	z += this_cpu->machine->chance ^ (u64)this_cpu->id << 56;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* --- the log: one text at a time --------------------------------------------------------------------------------- */

void sim_log_text(const char *text)
{
	struct machine *m = this_cpu->machine;
	size_t bytes = min_of(strlen(text), sizeof(m->host->log) - 1);

	sim_word_lock(&m->host->log_lock);
	if (bytes > sizeof(m->host->log) - 1 - m->log_bytes)
		m->log_bytes = 0; /* nobody reads: the latest is kept */
	memcpy(m->host->log + m->log_bytes, text, bytes);
	m->log_bytes += (u32)bytes;
	m->host->log[m->log_bytes] = 0;
	sim_word_unlock(&m->host->log_lock);
}

void sim_log(const char *format, ...)
{
	char line[400];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	sim_log_text(line);
}

size_t sim_log_take(struct machine *m, char *out, size_t bytes)
{
	size_t n;

	sim_word_lock(&m->host->log_lock);
	n = min_of((size_t)m->log_bytes, bytes - 1);
	memcpy(out, m->host->log, n);
	out[n] = 0;
	m->log_bytes = 0;
	sim_word_unlock(&m->host->log_lock);
	return n;
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

/* Other threads run on in the broken machine: there is no way back. */
_Noreturn void sim_stop(enum sim_stop_kind kind, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "mmcheck: cpu %u stopped the machine (%d): ", this_cpu->id, (int)kind);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}
