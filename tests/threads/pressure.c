/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pressure.c - more memory is wanted than the machine has, by several threads at once.
 *
 *   threads_pressure [SEED [OPERATIONS]]      operations of each thread
 *
 * Machines of 4 MiB with kernel threads, each a thread and a CPU of its own: kblockd, kswapd of each node, flusher, oom_reaper. Each
 * worker is a CPU, and runs a task and files that nobody else writes; what it wrote where it remembers as a key, and looks at the
 * page whole when it comes by again: it may have been to zswap and back, to a device, or to its file. Files that all read are as the
 * disk came with them. Swap devices go and come back meanwhile.
 *
 * Then without swap: tasks want more than there is, so that some are killed; one that is killed does not run, and the reaper has to
 * come for what it has.
 *
 * In the end everything is given up: the recounts must say valid, and the free blocks must be those of boot. A thread that has not
 * ended after PATIENCE_S seconds ends the program, which says who waits for what.
 */
#include <errno.h>
#include <time.h>
#include <unistd.h>
#include "crowd.h"
#include "disk.h"
#include "gfp.h"
#include "rcu.h"
#include "slab.h"
#include "task.h"
#include "tap.h"
#include "vm.h"
#include "vmstat.h"

#define MOST_THREADS 4
#define PATIENCE_S   240
#define ANON	     512 /* virtual pages each task uses */
#define MOST	     560 /* and who is to be the worst by far; with ANON of another more than there is, whoever runs when */
#define OWN_FILES    2   /* of each worker */
#define OWN_PAGES    64
#define SHARED_FILES 12
#define LOCKED_PAGES 8
#define SWAP_A	     900
#define SWAP_B	     500
#define OOM_ROUNDS   1
#define WRITEBACK_MS 50

struct shared {
	struct machine *m;
	unsigned nr_threads, ops;
	u64 seed;
	const char *bad; /* what went wrong first; NULL: nothing */
	u32 hungry;	 /* tasks that still want memory */
	pthread_barrier_t start;
};

struct worker {
	pthread_t thread;
	struct shared *s;
	unsigned nr;
	u64 dice, serial;
	u64 key[MOST];			     /* what each page of the task holds */
	u64 file_key[OWN_FILES][OWN_PAGES]; /* and of the files */
	bool locked[MOST];
	unsigned nr_locked;
	u64 ops, touches, reads, writes, killed, refused, swapoffs;
	u64 buffer[PAGE_SIZE / 8];
	char text[64 << 10];
};

static u64 roll(struct worker *w, u64 sides)
{
	return roll_dice(&w->dice, sides);
}

static void complain(struct shared *s, const char *what)
{
	note_first(&s->bad, what);
}

/* Never 0, never twice; of every kind that sim_page_fill() knows. */
static u64 new_key(struct worker *w)
{
	return (u64)(w->nr + 1) << 40 | ++w->serial << 2 | roll(w, 4);
}

/* --- the worker's task ------------------------------------------------------------------------------------------------ */

static void forget_task(struct worker *w)
{
	memset(w->key, 0, sizeof(w->key));
	memset(w->locked, 0, sizeof(w->locked));
	w->nr_locked = 0;
}

/* false: there is no memory for one. */
static bool new_task(struct worker *w)
{
	int err = task_create(w->nr, 0);

	forget_task(w);
	if (err && err != -ENOMEM)
		complain(w->s, "a task that is gone cannot be created");
	return !err;
}

/* Killed, or no memory: neither is a mistake. */
static void note_failure(struct worker *w, int err)
{
	switch (err) {
	case -EINTR:
	case -ESRCH:
		w->killed += err == -EINTR;
		new_task(w);
		break;
	case -ENOMEM:
		w->refused++;
		break;
	default:
		complain(w->s, "a page cannot be touched");
	}
}

struct look {
	struct worker *w;
	u64 expected, fill; /* fill 0: it is only read */
};

/* Nobody can take the frame away meanwhile. */
static void look_at(u64 pfn, void *arg)
{
	const struct look *l = arg;
	void *page = ram_address(l->w->s->m, pfn);

	if (!sim_page_holds(l->expected, page))
		complain(l->w->s, "a page holds something else than was written there last");
	if (l->fill)
		sim_page_fill(l->fill, page);
	l->w->touches++;
}

static int touch(struct worker *w, u32 vpn, u64 expected, u64 fill)
{
	struct look l = { w, expected, fill };

	return task_touch(w->nr, vpn, fill, look_at, &l);
}

static void op_touch(struct worker *w)
{
	u32 vpn = (u32)roll(w, ANON);

	for (unsigned n = 1 + (unsigned)roll(w, 8); n-- && vpn < ANON; vpn++) {
		u64 fill = roll(w, 3) ? new_key(w) : 0;
		int err = touch(w, vpn, w->key[vpn], fill);

		if (err) {
			note_failure(w, err);
			return;
		}
		w->key[vpn] = fill ? fill : w->key[vpn];
	}
}

static void op_dontneed(struct worker *w)
{
	u32 vpn = (u32)roll(w, ANON), nr = 1 + (u32)roll(w, 8);
	int err;

	nr = min_of(nr, ANON - vpn);
	err = task_madvise_dontneed(w->nr, vpn, nr);
	if (err) {
		note_failure(w, err);
		return;
	}
	for (u32 i = vpn; i < vpn + nr; i++) {
		w->key[i] = 0;
		w->nr_locked -= w->locked[i];
		w->locked[i] = false;
	}
}

static void op_mlock(struct worker *w)
{
	u32 vpn = (u32)roll(w, ANON), done = 0;
	bool lock = !w->locked[vpn];
	int err;

	if (lock && w->nr_locked == LOCKED_PAGES)
		return;
	err = lock ? task_mlock(w->nr, vpn, 1, &done) : task_munlock(w->nr, vpn, 1);
	if (err) {
		note_failure(w, err);
		return;
	}
	w->locked[vpn] = lock;
	w->nr_locked += lock ? 1 : -1u;
}

static void op_pin(struct worker *w)
{
	u32 vpn = (u32)roll(w, ANON);
	u64 pfn;
	int err = task_pin(w->nr, vpn, &pfn);

	if (err) {
		note_failure(w, err);
		return;
	}
	if (!sim_page_holds(w->key[vpn], ram_address(w->s->m, pfn)))
		complain(w->s, "a pinned page is another one");
	task_unpin(pfn);
}

/* --- files ------------------------------------------------------------------------------------------------------------ */

static u32 own_file(const struct worker *w, unsigned n)
{
	return w->nr * OWN_FILES + n;
}

static void init_file_keys(struct worker *w)
{
	for (unsigned n = 0; n < OWN_FILES; n++)
		for (u32 i = 0; i < OWN_PAGES; i++)
			w->file_key[n][i] =
				i < FILE_PAGES ? disk_virgin_key(0, (u64)own_file(w, n) * FILE_MAX_PAGES + i) : 0;
}

static void note_file_error(struct worker *w, int err)
{
	if (err == -ENOMEM)
		w->refused++;
	else
		complain(w->s, "a file cannot be used");
}

static void op_file_write(struct worker *w)
{
	unsigned n = (unsigned)roll(w, OWN_FILES);
	u32 index = (u32)roll(w, OWN_PAGES);

	for (unsigned i = 1 + (unsigned)roll(w, 6); i-- && index < OWN_PAGES; index++) {
		u64 key = new_key(w);
		int err;

		sim_page_fill(key, w->buffer);
		err = file_write(own_file(w, n), index, w->buffer);
		if (err) {
			note_file_error(w, err);
			return;
		}
		w->file_key[n][index] = key;
		w->writes++;
	}
}

static void check_read(struct worker *w, u32 file, u32 index, u64 key)
{
	int err;

	if (index >= file_size(file))
		return;
	err = file_read(file, index, w->buffer);
	if (err) {
		note_file_error(w, err);
		return;
	}
	if (!sim_page_holds(key, w->buffer))
		complain(w->s, "a file holds something else than was written there last");
	w->reads++;
}

static void op_file_read(struct worker *w)
{
	unsigned n = (unsigned)roll(w, OWN_FILES);
	u32 index = (u32)roll(w, OWN_PAGES);

	for (unsigned i = 1 + (unsigned)roll(w, 6); i-- && index < OWN_PAGES; index++)
		check_read(w, own_file(w, n), index, w->file_key[n][index]);
}

static u64 shared_key(u32 file, u32 index)
{
	return disk_virgin_key(0, (u64)file * FILE_MAX_PAGES + index);
}

static void op_shared_read(struct worker *w)
{
	u32 file = FILE_CHANGEABLE + (u32)roll(w, SHARED_FILES), index = (u32)roll(w, FILE_PAGES);

	for (unsigned i = 1 + (unsigned)roll(w, FILE_PAGES); i-- && index < FILE_PAGES; index++)
		check_read(w, file, index, shared_key(file, index));
}

/* Windows 0 and 1 show own files, the others files of all. What a window shows does not change while it is there. */
static void op_window(struct worker *w)
{
	unsigned window = (unsigned)roll(w, VM_WINDOWS);
	bool own = window < OWN_FILES;
	u32 file = own ? own_file(w, window) : FILE_CHANGEABLE + window, index = (u32)roll(w, FILE_PAGES);
	u64 fill = own && roll(w, 2) ? new_key(w) : 0;
	int err;

	if (!roll(w, 20)) {
		task_munmap(w->nr, window);
		return;
	}
	err = task_mmap(w->nr, window, file, 0, FILE_PAGES);
	if (!err || err == -EBUSY)
		err = touch(w, VM_ANON_PAGES + window * VM_WINDOW_PAGES + index,
			    own ? w->file_key[window][index] : shared_key(file, index), fill);
	if (err == -EFAULT && own && index >= file_size(file)) /* it has been cut off */
		return;
	if (err)
		note_failure(w, err);
	else if (fill)
		w->file_key[window][index] = fill;
}

static void op_fsync(struct worker *w)
{
	int err = file_fsync(own_file(w, (unsigned)roll(w, OWN_FILES)));

	if (err)
		note_file_error(w, err);
}

static void op_truncate(struct worker *w)
{
	unsigned n = (unsigned)roll(w, OWN_FILES);
	u32 pages = (u32)roll(w, OWN_PAGES);
	int err = file_truncate(own_file(w, n), pages);

	if (err) {
		note_file_error(w, err);
		return;
	}
	for (u32 i = pages; i < OWN_PAGES; i++)
		w->file_key[n][i] = 0;
}

/* --- what concerns all ------------------------------------------------------------------------------------------------ */

static void op_drop_caches(struct worker *w)
{
	drop_caches(1 + (unsigned)roll(w, 3));
}

/* One of two devices goes, if there is room for what it has, and comes back. */
static void op_swapoff(struct worker *w)
{
	int err;

	if (w->nr)
		return;
	err = swapoff(2);
	if (err && err != -ENOMEM && err != -EINTR && err != -EINVAL)
		complain(w->s, "swapoff says something else");
	w->swapoffs += !err;
	err = swapon(2, SWAP_B, -1);
	if (err && err != -EBUSY && err != -ENOMEM)
		complain(w->s, "swapon says something else");
}

static void op_balloon(struct worker *w)
{
	int err = balloon_resize((u32)roll(w, 48));

	if (err && err != -ENOMEM)
		complain(w->s, "the balloon says something else");
}

static void op_texts(struct worker *w)
{
	static unsigned (*const show[])(char *out, unsigned bytes) = { meminfo_show, vmstat_show, zoneinfo_show, slabinfo_show };

	if (!show[roll(w, ARRAY_SIZE(show))](w->text, sizeof(w->text)) || task_figures((unsigned)roll(w, w->s->nr_threads)).rss_anon > ANON)
		complain(w->s, "a figure is absurd");
}

static const struct operation operations[] = {
	{ op_touch, 60 },     { op_dontneed, 3 },  { op_mlock, 3 },	  { op_pin, 2 },	{ op_file_write, 6 },
	{ op_file_read, 6 },  { op_window, 12 },   { op_shared_read, 4 }, { op_fsync, 1 },	{ op_truncate, 1 },
	{ op_drop_caches, 1 }, { op_swapoff, 1 },  { op_texts, 2 },	   { op_balloon, 1 },
};

static void *work(void *arg)
{
	struct worker *w = arg;

	pthread_barrier_wait(&w->s->start);
	attach_or_exit(w->s->m);
	new_task(w);
	init_file_keys(w);
	for (; w->ops < w->s->ops && !__atomic_load_n(&w->s->bad, __ATOMIC_RELAXED); w->ops++)
		some_operation(operations, ARRAY_SIZE(operations), &w->dice)->run(w);
	task_exit(w->nr);
	sim_cpu_detach();
	return NULL;
}

/* --- nothing helps: somebody is killed ---------------------------------------------------------------------------------- */

static bool others_had_enough(void *arg)
{
	return __atomic_load_n(&((struct shared *)arg)->hungry, __ATOMIC_ACQUIRE) == 0;
}

/* Until it is killed, or has all of it. */
static int want(struct worker *w, u32 pages)
{
	int err = 0;

	for (u32 vpn = 0; vpn < pages && !err; vpn++) {
		w->key[vpn] = new_key(w);
		err = touch(w, vpn, 0, w->key[vpn]);
	}
	for (u32 vpn = 0; vpn < pages && !err; vpn++)
		err = touch(w, vpn, w->key[vpn], 0);
	return err;
}

/* The first one has more than any other, and then does nothing: it does not even find out that it was killed. */
static void *starve(void *arg)
{
	struct worker *w = arg;
	struct shared *s = w->s;
	int err;

	attach_or_exit(s->m);
	if (!new_task(w))
		complain(s, "no memory for a task");
	err = w->nr ? 0 : want(w, MOST);
	if (err)
		complain(s, "who is alone is refused");
	pthread_barrier_wait(&s->start);
	if (w->nr) {
		for (unsigned i = 0; i < OOM_ROUNDS; i++) {
			err = want(w, ANON);
			if (err && err != -EINTR && err != -ENOMEM)
				complain(s, "who wants too much is told something else");
			w->killed += err == -EINTR;
			w->refused += err == -ENOMEM;
			task_exit(w->nr);
			new_task(w);
		}
		__atomic_fetch_sub(&s->hungry, 1, __ATOMIC_RELEASE);
	} else {
		while (!sim_sleep_timeout(others_had_enough, s, 1000000000, "others to have had enough"))
			;
		w->killed += task_figures(0).killed;
	}
	task_exit(w->nr);
	sim_cpu_detach();
	return NULL;
}

/* --- runs --------------------------------------------------------------------------------------------------------------- */

static void settle(void)
{
	vm_settle();
	kvfree_rcu_barrier();
	rcu_barrier();
	slab_settle();
	page_alloc_settle();
}

static struct machine *boot(unsigned nodes)
{
	struct machine_config config = { 0 };
	struct machine *m;

	machine_config_profile(&config, PROFILE_SMALL);
	config.param[PARAM_NODES] = nodes;
	config.param[PARAM_OOM_REAP_DELAY_MS] = 20;
	config.param[PARAM_KSWAPD_NAP_MS] = 10;
	config.param[PARAM_WRITEBACK_INTERVAL_MS] = WRITEBACK_MS;
	config.param[PARAM_DIRTY_EXPIRE_MS] = 100;
	m = machine_create(&config);
	if (!m || sim_cpu_attach(m) != 0 || mm_boot() != 0 || kmem_cache_init() != 0 || vm_init() != 0) {
		printf("Bail out! no machine\n");
		exit(3);
	}
	settle();
	return m;
}

/* Who does not come back: the others' sleep says why. */
static void join_or_tell(struct shared *s, pthread_t thread)
{
	static char text[4096];
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	if (!pthread_timedjoin_np(thread, NULL, &until))
		return;
	sim_sleepers(s->m, text, sizeof(text));
	printf("Bail out! a thread has not ended after %u seconds; who sleeps:\n%s", PATIENCE_S, text);
	exit(1);
}

static void run_threads(struct shared *s, struct worker *w, void *(*run)(void *))
{
	pthread_barrier_init(&s->start, NULL, s->nr_threads);
	for (unsigned i = 0; i < s->nr_threads; i++) {
		w[i].s = s;
		w[i].nr = i;
		w[i].dice = s->seed * 1000003 + s->nr_threads * 31 + i;
		pthread_create(&w[i].thread, NULL, run, &w[i]);
	}
	for (unsigned i = 0; i < s->nr_threads; i++)
		join_or_tell(s, w[i].thread);
	pthread_barrier_destroy(&s->start);
}

static void show_log(struct machine *m, bool always)
{
	static char log[32 << 10];

	sim_log_take(m, log, sizeof(log));
	if (always || strstr(log, "BUG"))
		printf("# %.2000s\n", log);
}

/* Nothing is dirty, the flusher has come by once more and has no reason to come again. */
static void come_to_rest(struct shared *s)
{
	for (u32 file = 0; file < s->nr_threads * OWN_FILES; file++)
		file_fsync(file);
	sim_sleep_timeout(sim_never, NULL, 3 * WRITEBACK_MS * 1000000, "the flusher to come by");
	sim_run_kthreads();
}

static void close_account(struct shared *s, const struct free_blocks *at_boot)
{
	static struct free_blocks now;

	sim_cpu_attach(s->m);
	come_to_rest(s);
	same_text(vm_check(), NULL, "  the recount of lists, tables and slots says valid");
	settle();
	same_text(vm_check(), NULL, "  and when everything is given up");
	same_text(slab_check(), NULL, "  so does that of slabs");
	same_text(page_alloc_check(), NULL, "  and that of pages");
	take_blocks(&now);
	ok(same_blocks(&now, at_boot), "  and the free blocks are those of boot");
	show_log(s->m, false);
	sim_cpu_detach();
}

static u64 counter(const char *name)
{
	u64 value = vm_counter(name);

	if (value == ~0ULL)
		printf("# no counter %s\n", name);
	return value;
}

static void say_what_was_done(struct shared *s, const struct worker *w, unsigned nodes)
{
	u64 ops = 0, touches = 0, reads = 0, writes = 0, killed = 0, refused = 0, swapoffs = 0;

	for (unsigned i = 0; i < s->nr_threads; i++) {
		ops += w[i].ops, touches += w[i].touches, reads += w[i].reads, writes += w[i].writes;
		killed += w[i].killed, refused += w[i].refused, swapoffs += w[i].swapoffs;
	}
	sim_cpu_attach(s->m);
	printf("# %u threads, nodes %u: %llu operations, %llu pages touched, %llu of files read, %llu written; %llu killed, %llu "
	       "refused, %llu swapoffs\n",
	       s->nr_threads, nodes, (unsigned long long)ops, (unsigned long long)touches, (unsigned long long)reads,
	       (unsigned long long)writes, (unsigned long long)killed, (unsigned long long)refused, (unsigned long long)swapoffs);
	printf("# pages out %llu, in %llu; zswap out %llu, in %llu, written back %llu; stolen by kswapd %llu, directly %llu; written "
	       "%llu\n",
	       (unsigned long long)counter("pswpout"), (unsigned long long)counter("pswpin"), (unsigned long long)counter("zswpout"),
	       (unsigned long long)counter("zswpin"), (unsigned long long)counter("zswpwb"),
	       (unsigned long long)counter("pgsteal_kswapd"), (unsigned long long)counter("pgsteal_direct"),
	       (unsigned long long)counter("nr_written"));
	ok(!s->bad, "%u threads, nodes %u: every page is what it should be", s->nr_threads, nodes);
	if (s->bad)
		printf("# %s\n", s->bad);
	ok(ops == (u64)s->nr_threads * s->ops, "  each did what it was to do");
	ok(counter("pswpout") && counter("pswpin") && counter("zswpout") && counter("zswpin"),
	   "  pages went to zswap and to devices, and came back");
	ok(counter("pgsteal_kswapd") && counter("nr_written"), "  kswapd and the flusher were at it");
	sim_cpu_detach();
}

static void pressure(u64 seed, unsigned nr_threads, unsigned ops, unsigned nodes)
{
	static struct free_blocks at_boot;
	struct worker *w = calloc(nr_threads, sizeof(*w));
	struct shared s = { .m = boot(nodes), .nr_threads = nr_threads, .ops = ops, .seed = seed };

	take_blocks(&at_boot);
	if (swapon(1, SWAP_A, 5) || swapon(2, SWAP_B, -1))
		complain(&s, "swap cannot be had");
	vm_knob_write(VM_ZSWAP_MAX_POOL_PERCENT, nodes == 1 ? 2 : 20);
	sim_cpu_detach();
	run_threads(&s, w, work);
	say_what_was_done(&s, w, nodes);
	close_account(&s, &at_boot);
	machine_destroy(s.m);
	free(w);
}

static void starvation(u64 seed, unsigned nr_threads)
{
	static struct free_blocks at_boot;
	static char log[32 << 10];
	struct worker *w = calloc(nr_threads, sizeof(*w));
	struct shared s = { .m = boot(1), .nr_threads = nr_threads, .seed = seed, .hungry = nr_threads - 1 };

	take_blocks(&at_boot);
	sim_cpu_detach();
	run_threads(&s, w, starve);
	sim_cpu_attach(s.m);
	sim_log_take(s.m, log, sizeof(log));
	ok(!s.bad, "%u threads want more than there is: what they have is theirs", nr_threads);
	if (s.bad)
		printf("# %s\n", s.bad);
	printf("# %llu killed for memory\n", (unsigned long long)counter("oom_kill"));
	ok(counter("oom_kill"), "  somebody is killed");
	ok(w[0].killed, "  one of them does not run, having the most");
	ok(strstr(log, "oom_reaper: reaped process 100 (task0)"), "  and the reaper takes what it has");
	sim_cpu_detach();
	close_account(&s, &at_boot);
	machine_destroy(s.m);
	free(w);
}

/* Each kernel thread is a CPU; so a machine may have too few. */
static void test_too_few_cpus(void)
{
	struct machine_config config = { 0 };
	struct machine *m;

	machine_config_profile(&config, PROFILE_SMALL);
	config.param[PARAM_NODES] = 1;
	config.param[PARAM_CPUS] = 4;
	m = machine_create(&config);
	if (!m || sim_cpu_attach(m) != 0 || mm_boot() != 0 || kmem_cache_init() != 0) {
		printf("Bail out! no machine\n");
		exit(3);
	}
	same_number((u64)-(s64)vm_init(), EBUSY, "three CPUs are too few for four kernel threads");
	ok(!vm_is_up(), "  and there is no reclaim");
	sim_cpu_detach();
	machine_destroy(m);
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned ops = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 5000;

	test_too_few_cpus();
	pressure(seed, 4, ops, 1);
	pressure(seed, 3, ops, 2);
	starvation(seed, 4);
	return tap_end();
}
