/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task.c - kernel threads that are threads of the host, and sleep.
 *
 *   kernel thread:  busy = 1 --> wanted()? run() --> busy = 0 --> a nap, unless it ran --> again
 *   who sleeps:     awake()? else a nap, longer each time --> again
 *
 * Nobody is woken. A nap takes 20 us at first and MOST_NAP_NS in the end, which is what an event may be noticed late.
 *
 * [RT2] a kernel thread says that it is busy before it looks whether it is wanted, and run() takes back what wanted it. So who
 *	 sees that it is not wanted, and not busy then, knows that it has nothing to do, or has done it
 * Orders: busy is stored with release when run() is over: who sees 0 sees what it did. stop is acquired by who ends.
 * Locks: none. A machine whose vm_init() did not run has no struct sched, and its sleepers are not known.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "lock.h"
#include "smp.h"
#include "task.h"

#define FIRST_NAP_NS	20000
#define MOST_NAP_NS	500000
#define NO_LIMIT	(~0ULL)
#define TOO_LONG_NS	(60 * 1000000000ULL) /* of a sleep without a limit: it is a deadlock */

struct host_kthread {
	pthread_t thread;
	struct sched *sched;
	struct sim_kthread what;
	u8 number;
	u32 busy;
} __attribute__((aligned(64)));

struct sleeper {
	const char *what; /* NULL: it does not sleep */
	const char *name; /* of a kernel thread */
	u64 since_ns;
} __attribute__((aligned(64)));

struct sched {
	struct machine *machine;
	u32 stop; /* kernel threads are to end */
	struct host_kthread kthread[SIM_MAX_KTHREADS];
	struct sleeper sleeper[SIM_MAX_CPUS];
};

/* --- naps ------------------------------------------------------------------------------------------------------------ */

static void nap(u64 *ns)
{
	struct timespec t = { .tv_nsec = (long)*ns };

	nanosleep(&t, NULL);
	*ns = min_of(*ns * 2, (u64)MOST_NAP_NS);
}

/* --- who sleeps ------------------------------------------------------------------------------------------------------ */

static void note_sleep(const char *what)
{
	struct sched *s = __atomic_load_n(&this_cpu->machine->host->sched, __ATOMIC_ACQUIRE);
	struct sleeper *sleeper;

	if (!s)
		return;
	sleeper = &s->sleeper[this_cpu->id];
	WRITE_ONCE(sleeper->since_ns, sim_now_ns());
	WRITE_ONCE(sleeper->name, this_cpu->operation);
	smp_store_release(&sleeper->what, what);
}

size_t sim_sleepers(struct machine *m, char *out, size_t bytes)
{
	struct sched *s = __atomic_load_n(&m->host->sched, __ATOMIC_ACQUIRE);
	size_t len = 0;

	*out = 0;
	for (unsigned cpu = 0; s && cpu < SIM_MAX_CPUS && len < bytes; cpu++) {
		const struct sleeper *i = &s->sleeper[cpu];
		const char *what = smp_load_acquire(&i->what), *name = READ_ONCE(i->name);

		if (what)
			len += (size_t)snprintf(out + len, bytes - len, "cpu %u%s%s waits for %s, %llu ms\n", cpu, name ? " " : "",
						name ? name : "", what,
						(unsigned long long)((sim_now_ns() - READ_ONCE(i->since_ns)) / 1000000));
	}
	return min_of(len, bytes - 1);
}

sim_cold _Noreturn static void stop_for_ever(const char *what)
{
	char text[1024];

	sim_sleepers(this_cpu->machine, text, sizeof(text));
	sim_stop(STOP_DEADLOCK, "it waits for %s, and nobody brings it:\n%s", what, text);
}

/* --- sleep ----------------------------------------------------------------------------------------------------------- */

static bool sleep_until(bool (*awake)(void *arg), void *arg, u64 ns, const char *what)
{
	u64 since_ns = sim_now_ns(), nap_ns = FIRST_NAP_NS;

	note_sleep(what);
	while (!awake(arg) && sim_now_ns() - since_ns < ns) {
		if (ns == NO_LIMIT && sim_now_ns() - since_ns > TOO_LONG_NS)
			stop_for_ever(what);
		nap(&nap_ns);
	}
	note_sleep(NULL);
	return awake(arg);
}

bool sim_sleep_timeout(bool (*awake)(void *arg), void *arg, u64 ns, const char *what)
{
	return awake(arg) || (ns && sleep_until(awake, arg, ns, what));
}

static bool is_unlocked(void *lock)
{
	return !spin_is_locked(lock);
}

sim_cold void sim_mutex_wait(struct mutex *m)
{
	do
		sim_sleep_timeout(is_unlocked, &m->lock, NO_LIMIT, m->name);
	while (!spin_trylock(&m->lock));
}

/* --- kernel threads -------------------------------------------------------------------------------------------------- */

bool sim_has_cpus_for(unsigned kthreads)
{
	const struct machine *m = this_cpu->machine;
	u32 all = (1u << m->param[PARAM_CPUS]) - 1;

	return (unsigned)__builtin_popcount(all & ~READ_ONCE(m->host->cpus_taken)) >= kthreads;
}

/* true: it had something to do. */
static bool run_if_wanted(struct host_kthread *k)
{
	bool wanted;

	__atomic_store_n(&k->busy, 1, __ATOMIC_SEQ_CST);
	wanted = k->what.wanted(k->what.arg);
	if (wanted) {
		k->what.run(k->what.arg);
		VM_BUG_ON(sim_in_atomic());
	}
	__atomic_store_n(&k->busy, 0, __ATOMIC_RELEASE);
	return wanted;
}

static void *kthread_main(void *arg)
{
	struct host_kthread *k = arg;
	struct sched *s = k->sched;
	u64 nap_ns = FIRST_NAP_NS;

	machine_enter(s->machine, k->what.cpu);
	sim_own_attach();
	this_cpu->task = (u8)(k->number + 1);
	this_cpu->operation = k->what.name;
	while (!smp_load_acquire(&s->stop)) {
		if (run_if_wanted(k))
			nap_ns = FIRST_NAP_NS;
		else
			nap(&nap_ns);
	}
	this_cpu->task = 0;
	this_cpu->operation = NULL;
	sim_cpu_detach();
	return NULL;
}

static struct sched *make_sched(struct machine *m)
{
	struct sched *s = aligned_alloc(64, ALIGN(sizeof(*s), (size_t)64));

	if (!s)
		abort();
	*s = (struct sched){ .machine = m };
	__atomic_store_n(&m->host->sched, s, __ATOMIC_RELEASE);
	return s;
}

/* The first that is free; numbers mean nothing here. */
unsigned sim_kthread_create(struct sim_kthread kthread)
{
	struct machine *m = this_cpu->machine;
	struct sched *s = m->host->sched ? m->host->sched : make_sched(m);
	int cpu = sim_cpu_take_highest(m);
	unsigned number = (unsigned)__builtin_ctz(~m->kthreads);

	VM_BUG_ON(cpu < 0 || number >= SIM_MAX_KTHREADS);
	m->kthreads |= 1u << number;
	kthread.cpu = (u8)cpu;
	s->kthread[number].what = kthread;
	s->kthread[number].number = (u8)number;
	s->kthread[number].sched = s;
	if (pthread_create(&s->kthread[number].thread, NULL, kthread_main, &s->kthread[number]))
		abort();
	return number;
}

/* [RT2] Not of the one that asks. */
static bool nothing_to_do(void *arg)
{
	struct sched *s = arg;

	for (unsigned k = 0; k < SIM_MAX_KTHREADS; k++) {
		struct host_kthread *i = &s->kthread[k];

		if (!i->sched || this_cpu->task == k + 1)
			continue;
		if (i->what.wanted(i->what.arg))
			return false;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (__atomic_load_n(&i->busy, __ATOMIC_ACQUIRE))
			return false;
	}
	return true;
}

void sim_run_kthreads(void)
{
	struct sched *s = this_cpu->machine->host->sched;

	if (s)
		sim_sleep_timeout(nothing_to_do, s, NO_LIMIT, "kernel threads to have nothing to do");
}

/* --- the end of the machine ------------------------------------------------------------------------------------------ */

void sim_kthreads_end(struct sched *s)
{
	if (!s)
		return;
	smp_store_release(&s->stop, 1);
	for (unsigned k = 0; k < SIM_MAX_KTHREADS; k++)
		if (s->kthread[k].sched)
			pthread_join(s->kthread[k].thread, NULL);
	free(s);
}
