/* SPDX-License-Identifier: GPL-2.0-only */
/* sched_internal.h - what sched.c, task.c and sched_copy.c share: a fiber for each task, and who is on a CPU. */
#ifndef SIM_SCHED_INTERNAL_H
#define SIM_SCHED_INTERNAL_H

#include "sched.h"
#include "task.h"

/* Tasks are numbered: that of CPU c's operations is c, kernel thread k is SIM_MAX_CPUS + k. */
#define SCHED_TASKS (SIM_MAX_CPUS + SIM_MAX_KTHREADS)
#define OP_CALLS    (SCHED_NONE - 2) /* no operation: an idle CPU takes its calls */

struct sched_call {
	smp_call_func_t func;
	void *info;
	bool *done; /* of the sender that waits, or NULL */
};

/* What a task sleeps for. */
struct sched_sleep {
	bool (*awake)(void *arg);
	void *arg;
	const char *what;
	u64 until_ns; /* ~0: no limit */
};

/* What of struct sim_cpu belongs to the task that is on it, while another one is. Depths of contexts are 0 then. */
struct sched_aside {
	u8 task, process;
	u32 nr_held, held_classes, tries, task_flags, yields, next_switch, step;
	const struct sim_lock *held[SIM_MAX_HELD];
	const struct sim_lock *waits_for, *tried;
	const char *operation;
};

struct sched_task {
	struct fiber fiber;
	struct sched *sched;
	u32 op; /* a kernel thread's: of the operation whose schedule goes on in it */
	bool in_flight, asleep;
	const struct sched_switch *switches;
	u32 nr_switches, next;
	int8_t lent_to, lender; /* tasks; -1 none */
	bool silent; /* its schedule goes on elsewhere */
	struct sched_sleep sleep;
	struct sched_aside aside;
	s64 fuel; /* a kernel thread's, while it does not run */
};

struct sched_cpu {
	u8 irq_nesting;
	u8 nr_calls;
	u8 on; /* the task whose things are in struct sim_cpu: the operation's, unless a kernel thread is in flight */
	struct sched_call call[SIM_MAX_CPUS]; /* from other CPUs, not yet taken */
};

struct sched {
	struct machine *machine;
	struct sched_client client;
	struct fiber main;
	struct sched_cpu cpu[SIM_MAX_CPUS];
	struct sched_task task[SCHED_TASKS];
	u8 suspended[SCHED_TASKS];
	unsigned nr_suspended, nr_in_flight;
	int running; /* task whose fiber runs; -1 the main stack */
	s64 fuel;    /* of operations, while a kernel thread runs */
	char *stacks;
	u64 contended;
	bool watched; /* every yield point is told to the client */
};

static inline bool is_kthread(unsigned task)
{
	return task >= SIM_MAX_CPUS;
}
static inline unsigned cpu_of_task(const struct sched *s, unsigned task)
{
	return is_kthread(task) ? s->machine->kthread[task - SIM_MAX_CPUS].cpu : task;
}
/* Its things, wherever they are. */
struct sched_aside *sched_aside_of(struct sched *s, unsigned task, struct sched_aside *here);

/* --- sched.c, for task.c */

/* May this task begin, or go on: is no other one of its CPU in its middle? */
bool sched_cpu_is_free_for(const struct sched *s, unsigned task);
/* It sleeps, and no interrupt runs on top; and nothing wakes it now. */
bool sched_sleeps(const struct sched *s, unsigned task);
bool sched_sleeps_on(const struct sched *s, unsigned task);
void sched_start_task(struct sched *s, unsigned task, u32 op);
/* The task that runs sleeps, until it is awake. */
void sched_sleep(struct sched *s, const struct sched_sleep *sleep);
/* Suspend the one that runs; that one goes on, or begins. */
void sched_go_on_with(struct sched *s, unsigned task, bool chosen);

/* --- task.c, for sched.c */

void sched_put_aside(struct sched_aside *a, const struct sim_cpu *c);
void sched_bring_back(struct sim_cpu *c, const struct sched_aside *a);
/* The first kernel thread that is wanted and can run now; -1 none. */
int sched_wanted_kthread(const struct sched *s);
bool sched_kthread_would_run(const struct sched *s, unsigned k);
/* On its fiber: all it does. */
void sched_run_kthread(struct machine *m, unsigned k);
bool sched_is_awake(const struct machine *m, const struct sched_sleep *sleep);
/* Virtual time passes until something may change. false: nothing ever will. */
bool sched_pass_time(struct machine *m);
/* Nobody can run, and no time will change that. Who notices sleeps like this. */
_Noreturn void sched_stop_for_ever(struct sched *s, const struct sched_sleep *sleep);

#endif
