/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.h - which operation in flight runs next.
 *
 * Operations run one at a time, each on its CPU's fiber, and change only at yield points, where the schedule says so:
 * "at yield index 5 run cpu 1", "at 9 deliver irq 3". Without a schedule each runs to its end. When an operation ends,
 * the one suspended last goes on; when none is left, sched_run() returns. A task waiting for a lock lets its holder
 * run. So every schedule is finite and a pure function of the program. Kernel threads: task.h.
 */
#ifndef SIM_SCHED_H
#define SIM_SCHED_H

#include "machine.h"
#include "tool.h"

#define SCHED_MAX_IRQ_NESTING 2
#define SCHED_NONE	      (~0u)

/* One choice of the schedule: at this yield index of the operation, run a CPU or a kernel thread, or deliver an interrupt. */
enum sched_switch_kind { SWITCH_CPU, SWITCH_IRQ, SWITCH_KTHREAD };
struct sched_switch {
	u32 at;
	u8 kind;
	u8 target; /* CPU number, irq label, or number of a kernel thread */
};

/* Who knows the operations. Every function gets arg; run() is called on a fiber of that CPU. */
struct sched_client {
	void *arg;
	void (*run)(void *arg, u32 op);
	u32 (*next_unstarted)(void *arg, unsigned cpu);	    /* SCHED_NONE if the CPU has no more; marks it started */
	u32 (*unstarted_irq)(void *arg, unsigned label);    /* the same for the operation with this irq label */
	u32 (*switches)(void *arg, u32 op, const struct sched_switch **list); /* sorted by at; returns how many */
	/* For who looks for schedules; may be NULL. A choice of the schedule had an effect. */
	void (*switched)(void *arg);
	/* At each yield point while watched; true: do what *choice says. */
	bool (*point)(void *arg, enum sim_yield_point p, struct sched_switch *choice);
};

struct sched;
struct sched_copy;

struct sched *sched_create(struct machine *m);
void sched_destroy(struct sched *s);
void sched_set_client(struct sched *s, const struct sched_client *client);
const struct sched_client *sched_get_client(const struct sched *s);
/* Run op on cpu, and whatever its schedule starts. false: the machine stopped, see machine->stop. */
bool sched_run(struct sched *s, unsigned cpu, u32 op);
/* Forget every operation in flight. */
void sched_abandon(struct sched *s);
/* Is the caller on a fiber? */
bool sched_in_operation(const struct sched *s);
unsigned sched_nr_in_flight(const struct sched *s);
/* From here on every yield point is told to the client, or no more. */
void sched_watch(struct sched *s, bool watch);
/* Is an operation in flight on this CPU, and does it wait: for a lock that is held, or asleep? Would the CPU that runs take an interrupt? */
bool sched_in_flight_on(const struct sched *s, unsigned cpu);
bool sched_waits_on(const struct sched *s, unsigned cpu);
bool sched_takes_irq(const struct sched *s);
/* Kernel threads that a switch here would begin, or go on with, as bits. */
u32 sched_kthreads_ready(const struct sched *s);
/* What the task of a CPU waits for that holds this lock; NULL: nothing. */
const struct sim_lock *sched_holder_waits_for(const struct sim_lock *lock);
/* How often somebody met a lock that another one held, since the machine was made. */
u64 sched_contended(const struct sched *s);
void sched_note_contended(void);
/* Leave the operation for good; returns only when there is none. Use sim_stop(). */
void sched_leave(struct sched *s);
/* A yield index named by the schedule was reached, or another CPU calls. */
void sched_point(enum sim_yield_point p);
/* Let the holder of a lock run. */
void sched_wait_for(unsigned holder_cpu);
/* Sleep until awake(arg); others run meanwhile. Task context alone. what: for the sentence when that can never be. */
void sched_sleep_until(bool (*awake)(void *arg), void *arg, const char *what);
/* CPUs with an operation in flight that does not sleep, as bits. */
u32 sched_busy_cpus(const struct sched *s);
/* Run func(info) on another CPU, as an interrupt; see det/smp.h. */
typedef void (*smp_call_func_t)(void *info);
void sched_call(unsigned cpu, smp_call_func_t func, void *info, bool wait);
/* Let the operation suspended last that can go on do so, if there is one. */
void sched_let_others_run(void);

struct sched_copy *sched_save(const struct sched *s);
void sched_load(struct sched *s, const struct sched_copy *copy);
void sched_copy_free(struct sched_copy *copy);

no_tsan static inline void sim_yield(enum sim_yield_point p)
{
	struct sim_cpu *c = this_cpu;

	if (unlikely(c->yields++ == c->next_switch))
		sched_point(p);
}

#endif
