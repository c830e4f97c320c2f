/* SPDX-License-Identifier: GPL-2.0-only */
/* cpu.c - fuel, faults, chance, the log, and the one door out of an operation. threads/cpu.c is the other one. */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include "machine.h"
#include "sched.h"
#include "tool.h"

void sim_out_of_fuel(void)
{
	sim_stop(STOP_NO_PROGRESS, "the operation burned %u steps and has not returned",
		 this_cpu->machine->param[PARAM_FUEL]);
}

void sim_pass_time(u64 ns)
{
	struct machine *m = this_cpu->machine;

	if (m->nr_events)
		sim_events_full(m);
	m->now_ns += ns;
}

void sim_plan_fault(struct machine *m, enum sim_fault_site site, u32 skip, u32 times)
{
	m->fault[site].skip = skip;
	m->fault[site].times = times;
}

bool sim_should_fail(enum sim_fault_site site)
{
	struct machine *m = this_cpu->machine;

	if (likely(!m->fault[site].times))
		return false;
	if (m->fault[site].skip) {
		m->fault[site].skip--;
		return false;
	}
	m->fault[site].times--;
	return true;
}

/* splitmix64: one addition and a good mixer, so that a seed of 0 is as good as any. */
u64 sim_chance(void)
{
	u64 z = (this_cpu->machine->chance += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

sim_cold void sim_events_full(struct machine *m)
{
	if (m->host->event_full)
		m->host->event_full(m, m->host->event_full_arg);
	m->nr_events = 0; /* nobody judges: the ring keeps the latest */
}

void sim_log(const char *format, ...)
{
	struct machine *m = this_cpu->machine;
	size_t room = sizeof(m->host->log) - m->log_bytes;
	va_list args;
	int n;

	tool_order_after(m->host->log); /* it has a lock in Linux */
	va_start(args, format);
	n = vsnprintf(m->host->log + m->log_bytes, room, format, args);
	va_end(args);
	tool_order_before(m->host->log);
	if (n > 0)
		m->log_bytes += (u32)min_of((size_t)n, room - 1);
}

void sim_log_text(const char *text)
{
	struct machine *m = this_cpu->machine;
	size_t bytes = min_of(strlen(text), sizeof(m->host->log) - 1 - m->log_bytes);

	tool_order_after(m->host->log);
	memcpy(m->host->log + m->log_bytes, text, bytes);
	tool_order_before(m->host->log);
	m->log_bytes += (u32)bytes;
}

_Noreturn void sim_stop(enum sim_stop_kind kind, const char *format, ...)
{
	struct machine *m = this_cpu->machine;
	va_list args;

	m->stop.kind = kind;
	va_start(args, format);
	vsnprintf(m->stop.text, sizeof(m->stop.text), format, args);
	va_end(args);
	sched_leave(m->host->sched);
	fprintf(stderr, "mmcheck: machine stopped outside a scheduler: %s\n", m->stop.text);
	abort();
}

/* --- watchdog: what burns no fuel ------------------------------------------------------------------------------- */

#define WATCH_TICKS_PER_SECOND 4

static volatile u64 watch_kicks;
static u64 watch_seen;
static unsigned watch_ticks, watch_limit;

void sim_watchdog_kick(void)
{
	watch_kicks++;
}

static void watch_tick(int signal_number)
{
	sigset_t set;

	if (watch_kicks != watch_seen) {
		watch_seen = watch_kicks;
		watch_ticks = 0;
		return;
	}
	if (++watch_ticks < watch_limit || !this_cpu || !sched_in_operation(this_cpu->machine->host->sched))
		return;
	watch_ticks = 0;
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	sigprocmask(SIG_UNBLOCK, &set, NULL); /* we leave this handler sideways */
	sim_stop(STOP_NO_PROGRESS, "the operation used %u s of CPU time and has not returned",
		 watch_limit / WATCH_TICKS_PER_SECOND);
}

void sim_watchdog_start(unsigned seconds)
{
	struct sigaction action = { .sa_handler = watch_tick, .sa_flags = SA_RESTART };
	struct itimerval every = { { 0, 1000000 / WATCH_TICKS_PER_SECOND }, { 0, 1000000 / WATCH_TICKS_PER_SECOND } };

	watch_limit = seconds * WATCH_TICKS_PER_SECOND;
	sigaction(SIGVTALRM, &action, NULL);
	setitimer(ITIMER_VIRTUAL, &every, NULL);
}
