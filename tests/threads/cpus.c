/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpus.c - threads that are CPUs: who is which, and how others get at what belongs to one (sim/threads/smp.c).
 *
 *   threads_cpus [SECTIONS]      of each thread
 *
 * The things are two plain numbers a CPU, alike whenever nobody is at them. Two threads add to their own in sections; two
 * others look after those of every CPU, themselves included, meanwhile; a fifth is a CPU and sleeps. All of it once more in a
 * process where membarrier(2) is refused. Under TSan any access without an order ends the program.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lock.h"
#include "machine.h"
#include "smp.h"
#include "tap.h"

#define OWNERS	  2
#define VISITORS  2
#define VISITS	  300 /* of each visitor, at each CPU */
#define THREADS	  (OWNERS + VISITORS + 1)

struct things {
	u64 one, other;
	u64 visits; /* how often somebody looked after them */
} __attribute__((aligned(64)));

struct test {
	struct machine *m;
	struct things of[SIM_MAX_CPUS];
	pthread_barrier_t start, end;
	unsigned sections;
	u32 odd; /* how often the two numbers were not alike */
};

static void touch(struct test *t, struct things *mine)
{
	if (mine->one != mine->other)
		fetch_add_relaxed(&t->odd, 1);
	mine->one++;
	mine->other = mine->one;
}

static void look_after(unsigned cpu, void *arg)
{
	struct test *t = arg;
	u64 flags;

	local_lock_irqsave((local_lock_t *)NULL, flags);
	touch(t, &t->of[cpu]);
	t->of[cpu].visits++;
	local_unlock_irqrestore((local_lock_t *)NULL, flags);
}

static void attach_and_start(struct test *t)
{
	if (sim_cpu_attach(t->m) < 0) {
		printf("Bail out! a thread found no CPU\n");
		exit(1);
	}
	pthread_barrier_wait(&t->start);
}

static void *own(void *arg)
{
	struct test *t = arg;

	attach_and_start(t);
	for (unsigned i = 0; i < t->sections; i++) {
		sim_own_enter();
		touch(t, &t->of[this_cpu->id]);
		sim_own_leave();
	}
	sim_cpu_detach();
	return NULL;
}

static void *visit(void *arg)
{
	struct test *t = arg;

	attach_and_start(t);
	for (unsigned i = 0; i < VISITS; i++)
		for (unsigned cpu = 0; cpu < t->m->param[PARAM_CPUS]; cpu++)
			sim_do_for_cpu(cpu, look_after, t);
	pthread_barrier_wait(&t->end);
	sim_cpu_detach();
	return NULL;
}

static void *sleep_on(void *arg)
{
	struct test *t = arg;

	attach_and_start(t);
	pthread_barrier_wait(&t->end); /* not before both visitors are through */
	sim_cpu_detach();
	return NULL;
}

static struct machine *small_machine(unsigned cpus)
{
	struct machine_config config = { 0 };

	machine_config_profile(&config, PROFILE_SMALL);
	config.param[PARAM_CPUS] = cpus;
	return machine_create(&config);
}

static void test_sections(unsigned sections, const char *how)
{
	static void *(*const work[THREADS])(void *) = { own, own, visit, visit, sleep_on };
	static struct test t;
	pthread_t thread[THREADS];
	u64 sum = 0, visits = 0;

	memset(&t, 0, sizeof(t));
	t.m = small_machine(SIM_MAX_CPUS);
	t.sections = sections;
	pthread_barrier_init(&t.start, NULL, THREADS);
	pthread_barrier_init(&t.end, NULL, VISITORS + 1);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, work[i], &t);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	for (unsigned cpu = 0; cpu < SIM_MAX_CPUS; cpu++)
		sum += t.of[cpu].one, visits += t.of[cpu].visits;
	same_number(t.odd, 0, "nobody sees a CPU's things half changed");
	same_number(visits, (u64)VISITORS * VISITS * SIM_MAX_CPUS, "  each CPU is looked after as often as was asked for, free, busy or asleep");
	same_number(sum, (u64)OWNERS * sections + visits, "  and no change is lost");
	printf("# %s\n", how);
	machine_destroy(t.m);
}

static bool refuse_membarrier(void)
{
	struct sock_filter rule[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { ARRAY_SIZE(rule), rule };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* In a process of its own: a filter is for ever. */
static void test_sections_with_fences(unsigned sections)
{
	pid_t child = fork();
	int status = 1;

	if (!child) {
		if (!refuse_membarrier())
			_exit(77);
		tap_nr = tap_failed = 0;
		freopen("/dev/null", "w", stdout);
		test_sections(sections, "");
		_exit(tap_failed != 0);
	}
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip("all that where membarrier(2) is refused", "no right to refuse it");
	else
		same_number((unsigned)status, 0, "all that where membarrier(2) is refused");
}

/* --- CPUs and threads --------------------------------------------------------------------------------------------- */

struct ninth {
	struct machine *m;
	int got;
};

static void *attach_and_say(void *arg)
{
	struct ninth *n = arg;

	n->got = sim_cpu_attach(n->m);
	if (n->got >= 0)
		sim_cpu_detach();
	return NULL;
}

static int attach_elsewhere(struct machine *m)
{
	struct ninth n = { m, -1 };
	pthread_t t;

	pthread_create(&t, NULL, attach_and_say, &n);
	pthread_join(t, NULL);
	return n.got;
}

static void test_attach(void)
{
	struct machine *m = small_machine(1);

	ok(sim_cpu_attach(m) == 0, "the first thread is CPU 0");
	ok(sim_cpu_attach(m) < 0, "  and no other one besides");
	ok(attach_elsewhere(m) < 0, "a thread too many finds no CPU");
	sim_cpu_detach();
	ok(attach_elsewhere(m) == 0, "  until one is free");
	machine_destroy(m);
}

int main(int argc, char **argv)
{
	unsigned sections = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 10000000;

	test_sections_with_fences(sections / 10 + 1); /* before there are threads */
	test_sections(sections, "with the host's help");
	test_attach();
	return tap_end();
}
