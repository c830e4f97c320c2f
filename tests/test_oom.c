/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_oom.c - who is killed for memory, when nobody is, what the reaper does and when, and every word that is said about it; and
 * the texts of /proc when tasks, files and swap are in use.
 *
 * Scenes run as one operation of a machine of their own, as what waits needs; figures of tasks are written by hand where a number is
 * asked for, and grown by touching memory where it must come back.
 */
#include <errno.h>
#include <stdlib.h>
#include "textbuf.h"
#include "scene.h"
#include "texts.h"

#define MS 1000000ULL

/* --- a machine, and scenes --------------------------------------------------------------------------------------------------- */

static const char *log_text(void)
{
	m->host->log[m->log_bytes] = 0;
	return m->host->log;
}

static bool begins(const char *with)
{
	return !strncmp(log_text(), with, strlen(with));
}

/* What was decided, a letter each, with the task's number where there is one: "I N b1 b3 K3". */
static const char *decisions(void)
{
	static const char letter[NR_OOM_NEWS] = { [OOM_INVOKED] = 'I', [OOM_NOTIFIED] = 'N',	 [OOM_BADNESS] = 'b',
						  [OOM_KILL] = 'K',    [OOM_CURRENT_DIES] = 'C', [OOM_WAITS] = 'W',
						  [OOM_BUSY] = 'B',    [OOM_DECLINED] = 'D',	 [OOM_NOBODY] = '!',
						  [OOM_REAP] = 'R',    [OOM_SKIP] = 'S',	 [OOM_PANIC] = 'P' };
	static char out[1000];
	struct text t = text_in(out, sizeof(out));

	keep_news(m, NULL);
	out[0] = 0;
	for (unsigned i = 0; i < nr_news; i++) {
		if (news[i].type != EVENT_OOM)
			continue;
		text_words(&t, out[0] ? " " : "");
		text_bytes(&t, &letter[news[i].report], 1);
		if (news[i].report == OOM_DECLINED)
			text_number(&t, news[i].asked, 0);
		else if (news[i].vm_task != 255)
			text_number(&t, news[i].vm_task, 0);
	}
	return out;
}

/* The last event of this type and report; of type 0 if there is none. */
static struct mm_event event_of(enum mm_event_type type, unsigned report)
{
	keep_news(m, NULL);
	for (unsigned i = nr_news; i--;)
		if (news[i].type == type && news[i].report == report)
			return news[i];
	return (struct mm_event){ 0 };
}

/* To its end, or until the machine stops. */
static bool run_on(enum sim_param knob, u32 value, void (*act)(void))
{
	struct machine_config c = small_machine();

	c.param[knob] = value;
	if (!boot_scene(&c, "tasks"))
		return false;
	scene[0] = act;
	sched_run(m->host->sched, 0, 0);
	return true;
}

/* stops: with this sentence; NULL: it does not. */
static void play_with(enum sim_param knob, u32 value, void (*act)(void), const char *stops)
{
	if (!run_on(knob, value, act))
		return;
	if (stops || m->stop.kind) {
		same_number(m->stop.kind, stops ? STOP_PANIC : STOP_NONE, "  the machine stops only where it should");
		same_text(m->stop.text, stops ? stops : "", "  and says why");
	}
	machine_destroy(m);
}
static void play(void (*act)(void))
{
	play_with(PARAM_CPUS, 8, act, NULL);
}

/* --- tasks ---------------------------------------------------------------------------------------------------------------------- */

/* A task with so many pages of its own and one table, besides the first. */
static void make_task(unsigned id, int adj, u32 pages)
{
	u64 pfn;
	int err = task_create(id, adj);

	for (u32 vpn = 0; !err && vpn < pages; vpn++)
		err = task_access(id, vpn, true, &pfn);
	if (err)
		ok(false, "task %u has %u pages", id, pages);
	refuel();
}

static void run_as(unsigned id)
{
	this_cpu->process = (u8)(id + 1);
}
static void run_as_nobody(void)
{
	this_cpu->process = 0;
}

static bool ask_gfp(gfp_t gfp, unsigned order, unsigned highest)
{
	bool done;

	if (!oom_trylock())
		return false;
	done = may_oom_kill(gfp, order, highest);
	oom_unlock();
	return done;
}
static bool ask(void)
{
	return ask_gfp(GFP_KERNEL, 0, ZONE_NORMAL);
}

static void sleep_ms(u64 ms)
{
	sim_pass_time(ms * MS);
	sim_run_kthreads();
}

/* --- O1, O2 ----------------------------------------------------------------------------------------------------------------------- */

static struct vm_task figures(int adj, u64 rss, u32 tables)
{
	return (struct vm_task){ .exists = true, .oom_score_adj = (int16_t)adj, .rss_anon = rss, .nr_tables = tables };
}

static void test_badness(void)
{
	struct vm_task t = figures(500, 100000, 200);

	same_number((u64)oom_badness(&t, 1000000), 600200, "O1: E23: 100000 pages, 200 tables, adj 500 of 1000000");
	t = figures(-500, 1000, 0);
	same_number((u64)oom_badness(&t, 1000000), (u64)-499000, "O1: E23: adj -500 may go below zero");
	t = figures(-1000, 100000, 200);
	ok(oom_badness(&t, 1000000) == INT64_MIN, "O1: E23: adj -1000 is never chosen");
	t = figures(-999, 100000, 200);
	same_number((u64)oom_badness(&t, 1000000), (u64)(100200 - 999000), "O1: -999 may be");
	t = figures(1000, 7, 0);
	same_number((u64)oom_badness(&t, 1999), 1007, "O1: thousandths are whole pages");
	t = (struct vm_task){ .exists = true, .rss_anon = 1, .rss_file = 10, .rss_shmem = 100, .swapents = 1000, .nr_tables = 10000,
			      .locked = 100000, .total_vm = 1000000 };
	same_number((u64)oom_badness(&t, 1000), 11111, "O1: what is in memory, in swap and in tables counts, and nothing else");
	t.oom_skip = true;
	ok(oom_badness(&t, 1000) == INT64_MIN, "O1: who was reaped is not chosen again");
	t.oom_skip = t.exists = false;
	ok(oom_badness(&t, 1000) == INT64_MIN, "O1: nor who does not exist");
}

static void test_score(void)
{
	struct mm *mm = current_mm();
	u64 ram = mm->totalram_pages;

	same_number(task_oom_score(5), 0, "O2: who does not exist has no score");
	same_number(task_oom_score(VM_MAX_TASKS), 0, "O2: nor has a number that is none");
	mm->totalram_pages = 1000000;
	*vm_task(5) = figures(500, 100000, 200);
	same_number(task_oom_score(5), 1066, "O2: E23: (1000 + 600) * 2 / 3");
	*vm_task(5) = figures(-500, 1000, 0);
	same_number(task_oom_score(5), 334, "O2: E23: (1000 - 499) * 2 / 3");
	*vm_task(5) = figures(-1000, 100000, 200);
	same_number(task_oom_score(5), 0, "O2: E23: adj -1000 is 0");
	*vm_task(5) = figures(0, 0, 0);
	same_number(task_oom_score(5), 666, "O2: nothing at all is 666");
	*vm_task(5) = (struct vm_task){ 0 };
	mm->totalram_pages = ram;
	same_number(oom_totalpages(), ram, "O2: all there is, without swap");
	ok(!swapon(1, 65, -1), "  a device for swap");
	same_number(oom_totalpages(), ram + total_swap_pages(), "O2: and with it");
	same_number(total_swap_pages(), 64, "  of which the first slot is its head");
	swapoff(1);
}

/* --- O3, O4: who ------------------------------------------------------------------------------------------------------------------ */

static void the_worst_is_killed(void)
{
	u64 total = oom_totalpages();

	make_task(1, 0, 3);
	make_task(3, 0, 9);
	make_task(6, 0, 5);
	run_as(6);
	forget_news();
	ok(ask(), "O3: somebody is killed");
	same_text(decisions(), "I6 N b1 b3 b6 K3", "O3: the worst of all, not who asked, each looked at in its turn");
	same_number(event_of(EVENT_OOM, OOM_KILL).index, 9 + 2, "O1: nine pages and two tables");
	ok(event_of(EVENT_TASK, TASK_KILLED).vm_task == 3 && vm_task(3)->killed && vm_task(3)->oom_victim,
	   "O6: it has a fatal signal, and is a victim");
	ok(!vm_task(1)->killed && !vm_task(6)->killed, "  nobody else has");
	same_number(vm_counter("oom_kill"), 1, "F5: oom_kill counts it");
	same_number(task_oom_score(3), (1000 + 11 * 1000 / total) * 2 / 3, "O2: its score is as before");
}

static void adj_decides(void)
{
	u64 ram = current_mm()->totalram_pages;

	ok(ram < 1000, "  a thousandth of a small machine is nothing: it is said to be larger");
	current_mm()->totalram_pages = 3000;
	make_task(1, 0, 40);
	make_task(2, 900, 1);
	make_task(3, -1000, 60);
	make_task(4, -500, 20);
	forget_news();
	ok(ask(), "O1: adj moves the choice");
	same_text(decisions(), "I N b1 b2 b4 K2", "O1: 900 thousandths are more than 40 pages; -1000 is not even looked at");
	same_number(event_of(EVENT_OOM, OOM_BADNESS).index, (u64)(22 - 500 * (s64)(oom_totalpages() / 1000)),
		    "  points below zero are told as they are");
	task_exit(2);
	task_exit(1);
	forget_news();
	ask();
	same_text(decisions(), "I N b4 K4", "O3: below zero is still somebody");
	current_mm()->totalram_pages = ram;
}

static void ties(void)
{
	make_task(2, 0, 4);
	make_task(5, 0, 4);
	make_task(9, 0, 4);
	make_task(11, 0, 3);
	forget_news();
	ask();
	same_text(decisions(), "I N b2 b5 b9 b11 K9", "O3: of equals the last one is chosen");
}

static void one_at_a_time(void)
{
	make_task(1, 0, 9);
	make_task(2, 0, 8);
	make_task(3, 0, 7);
	ask();
	forget_news();
	ok(ask(), "O4: while a victim has its memory, who asks is told to wait");
	same_text(decisions(), "I N W1", "O4: nobody else is killed");
	same_text(log_text(), "", "  and nothing is said");
	vm_task(2)->oom_victim = true;
	vm_task(1)->oom_skip = true;
	forget_news();
	ask();
	same_text(decisions(), "I N W2", "O4: nor when the earlier one was reaped and there is another");
	vm_task(2)->oom_victim = false;
	forget_news();
	ask();
	same_text(decisions(), "I N b2 b3 K2", "O4: when it was reaped the next one is killed, and it is not chosen again");
	same_number(vm_counter("oom_kill"), 2, "F5: oom_kill counts both");
}

/* --- L6, O4, O5: who is asked first --------------------------------------------------------------------------------------------------- */

static void who_may_kill(void)
{
	static const struct {
		gfp_t gfp;
		unsigned order, highest;
		const char *news, *claim;
	} row[] = {
		{ GFP_KERNEL, 3, ZONE_NORMAL, "D1", "costly order" },
		{ GFP_KERNEL, 9, ZONE_NORMAL, "D1", "a huge page" },
		{ GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0, ZONE_NORMAL, "D1", "RETRY_MAYFAIL" },
		{ GFP_KERNEL | __GFP_NORETRY, 0, ZONE_NORMAL, "D1", "NORETRY" },
		{ GFP_KERNEL | __GFP_THISNODE, 0, ZONE_NORMAL, "D1", "THISNODE" },
		{ GFP_KERNEL | GFP_DMA, 0, ZONE_DMA, "D1", "DMA" },
		{ GFP_KERNEL | GFP_DMA32, 0, ZONE_DMA32, "D1", "DMA32" },
		{ GFP_NOFS, 0, ZONE_NORMAL, "I N D0", "NOFS" },
		{ GFP_NOIO, 0, ZONE_NORMAL, "I N D0", "NOIO" },
		{ GFP_NOFS | __GFP_NOFAIL, 0, ZONE_NORMAL, "I N D0", "NOFS that may not fail" },
		{ GFP_KERNEL, 2, ZONE_NORMAL, "I N b1 K1", "control: GFP_KERNEL of the largest order that is not costly" },
	};

	same_number(m->param[PARAM_COSTLY_ORDER], 2, "  profile small calls orders above 2 costly");
	make_task(1, 0, 4);
	for (unsigned i = 0; i < ARRAY_SIZE(row); i++) {
		bool declined = !strcmp(row[i].news, "D1"), answer;

		forget_news();
		answer = ask_gfp(row[i].gfp, row[i].order, row[i].highest);
		same_text(decisions(), row[i].news, row[i].claim);
		ok(answer == !declined, "  is told %s", declined ? "no" : "to try again");
	}
	same_number(vm_counter("oom_kill"), 1, "L6: one kill in all");
}

static void movable_and_highmem_may(void)
{
	make_task(1, 0, 4);
	forget_news();
	ask_gfp(GFP_HIGHUSER_MOVABLE, 0, ZONE_MOVABLE);
	same_text(decisions(), "I N b1 K1", "L6: a fault of a task may kill");
}

static unsigned notified;
static u64 notifier_gives;
static void first_notifier(u64 *freed)
{
	notified = notified * 10 + 1;
	*freed += notifier_gives;
}
static void second_notifier(u64 *freed)
{
	(void)freed;
	notified = notified * 10 + 2;
}
static void notifiers(void)
{
	make_task(1, 0, 4);
	ok(!register_oom_notifier(first_notifier) && !register_oom_notifier(second_notifier), "O5: who can give up something says so");
	notifier_gives = 5;
	forget_news();
	ok(ask(), "O5: it is asked");
	same_text(decisions(), "I N", "O5: what it freed saves all tasks");
	same_number(event_of(EVENT_OOM, OOM_NOTIFIED).asked, 5, "  the pages are told");
	same_number(notified, 12, "  all are asked, in the order they came");
	ok(!register_oom_notifier(first_notifier) && register_oom_notifier(first_notifier) == -ENOMEM,
	   "  there is room for four, and the balloon is one");
	unregister_oom_notifier(first_notifier);
	notified = 0;
	forget_news();
	ask();
	same_text(decisions(), "I N b1 K1", "O5: who is no longer asked saves nobody");
	same_number(notified, 2, "  the other one still is");
}

static void who_dies_anyway(void)
{
	make_task(1, 0, 4);
	make_task(2, 0, 9);
	task_kill(1);
	run_as(1);
	forget_news();
	ok(ask_gfp(GFP_NOFS, 0, ZONE_NORMAL), "O5: who is dying asks");
	same_text(decisions(), "I1 N C1", "O5: it gets the reserves, and nobody is killed");
	ok(vm_task(1)->oom_victim && tsk_is_oom_victim(), "O8: it is a victim");
	run_as_nobody();
	ok(!tsk_is_oom_victim(), "  nobody else is");
	forget_news();
	ask();
	same_text(decisions(), "I N W1", "O4: others wait for it");
	task_exit(1);
	task_kill(2);
	forget_news();
	ok(ask(), "O5: the worst of all is dying already");
	same_text(decisions(), "I N b2 C2", "O5: it is not killed again");
	same_text(log_text(), "", "  and nothing is said");
	same_number(vm_counter("oom_kill"), 0, "F5: no kill is counted");
	vm_task(2)->oom_skip = true;
	make_task(3, 0, 1);
	run_as(2);
	forget_news();
	ask();
	same_text(decisions(), "I2 N b3 K3", "O5: who is dying, but was reaped, will not free anything");
}

static void allocating_task(void)
{
	ok(!vm_knob_write(VM_OOM_KILL_ALLOCATING_TASK, 1), "vm.oom_kill_allocating_task");
	make_task(1, 0, 1);
	make_task(2, 0, 9);
	run_as(1);
	forget_news();
	ask();
	same_text(decisions(), "I1 N K1", "O5: names who asks, and looks at nobody else");
	ok(strstr(log_text(), "\nOut of memory (oom_kill_allocating_task): Killed process 101 (task1) total-vm:"), "O13: and says so");
	task_exit(1);
	make_task(1, -1000, 1);
	run_as(1);
	forget_news();
	ask();
	same_text(decisions(), "I1 N b2 K2", "O5: not if it must not be killed");
	task_exit(2);
	make_task(2, 0, 9);
	run_as_nobody();
	forget_news();
	ask();
	same_text(decisions(), "I N b2 K2", "O5: nor if nobody's memory is asked for");
}

/* --- O5: the machine gives up ---------------------------------------------------------------------------------------------------------- */

static void panic_on_oom(void)
{
	make_task(1, 0, 4);
	vm_knob_write(VM_PANIC_ON_OOM, 1);
	ok(ask_gfp(GFP_NOFS, 0, ZONE_NORMAL), "O5: panic_on_oom does not ask who cannot kill");
	forget_news();
	ask();
	ok(false, "panic_on_oom stops the machine");
}
static void panic_on_any_oom(void)
{
	make_task(1, 0, 4);
	vm_knob_write(VM_PANIC_ON_OOM, 2);
	ask();
	ok(false, "panic_on_oom stops the machine");
}
static void nobody_is_left(void)
{
	make_task(1, -1000, 4);
	make_task(2, 0, 4);
	vm_task(2)->oom_skip = true;
	forget_news();
	ask();
	ok(false, "nobody is left");
}

static void test_panics(void)
{
	play_with(PARAM_CPUS, 8, panic_on_oom, "Out of memory: system-wide panic_on_oom is enabled");
	play_with(PARAM_CPUS, 8, panic_on_any_oom, "Out of memory: compulsory panic_on_oom is enabled");
	play_with(PARAM_CPUS, 8, nobody_is_left, "System is deadlocked on memory");
}

/* The events and words that come before the machine stops are seen from outside. */
static void test_last_words(void)
{
	if (!run_on(PARAM_CPUS, 8, nobody_is_left))
		return;
	same_text(decisions(), "I N !", "O5: with nobody to kill the machine is deadlocked on memory");
	ok(begins("mmcheck invoked oom-killer: "), "O11: the report is given");
	ok(strstr(log_text(), " name\n[    101]     0   101 ") && strstr(log_text(), " task2\nOut of memory and no killable processes...\n"),
	   "O11: with all tasks, and what is the matter");
	machine_destroy(m);
	if (!run_on(PARAM_CPUS, 8, panic_on_oom))
		return;
	same_text(decisions(), "I N P", "O5: a panic that was wanted is not a deadlock");
	ok(strstr(log_text(), "invoked oom-killer") && !strstr(log_text(), "no killable"), "  the report is given all the same");
	machine_destroy(m);
}

/* --- O7: the reaper ------------------------------------------------------------------------------------------------------------------------ */

static void reaper_comes(void)
{
	u64 begin, free;

	make_task(1, 0, 9);
	make_task(2, 0, 1);
	forget_news();
	begin = sim_now_ns();
	drain_all_pages();
	vmstat_refresh();
	free = global_zone_state(NR_FREE_PAGES);
	ask();
	sim_sleep_timeout(sim_never, NULL, 1999 * MS, "almost two seconds");
	same_text(decisions(), "I N b1 b2 K1", "O7: a victim has two seconds to exit by itself");
	same_number(vm_task(1)->rss_anon, 9, "  until then it has all it had");
	oom_wait();
	same_number(sim_now_ns() - begin, 2000 * MS, "O7: the reaper comes two seconds after the kill, and wakes who waits");
	same_text(decisions(), "I N b1 b2 K1 R1 S1", "O7: it takes the memory, and nobody waits for the victim any longer");
	same_number(event_of(EVENT_OOM, OOM_REAP).index, 9, "  nine pages");
	same_number(vm_task(1)->rss_anon, 0, "  it has none");
	vmstat_refresh();
	same_number(global_zone_state(NR_FREE_PAGES), free + 9, "  they are free");
	ok(vm_task(1)->exists && vm_task(1)->nr_tables == 2, "  the task is there, with its tables");
	ok(strstr(log_text(), "\noom_reaper: reaped process 101 (task1), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB\n"),
	   "O13: it says so");
	forget_news();
	task_exit(1);
	same_text(decisions(), "", "  its end is not told again");
	same_text(memory_check(), NULL, "memory_check() agrees");
}

static void delay_is_a_parameter(void)
{
	u64 begin = sim_now_ns();

	make_task(1, 0, 4);
	ask();
	oom_wait();
	same_number(sim_now_ns() - begin, 30 * MS, "O7: the delay is a parameter");
	ok(vm_task(1)->oom_skip, "  the reaper was there");
}

static void reaper_is_kept_out(void)
{
	u64 begin = sim_now_ns();

	make_task(1, 0, 4);
	make_task(2, 0, 3);
	ask();
	forget_news();
	mutex_lock(&vm_task(1)->mmap_lock);
	oom_wait();
	same_number(sim_now_ns() - begin, 2100 * MS, "O7: who waits looks again when the reaper should have been there");
	oom_wait();
	same_number(sim_now_ns() - begin, 2900 * MS, "O7: ten tries, 100 ms apart, then it gives up");
	mutex_unlock(&vm_task(1)->mmap_lock);
	same_text(decisions(), "S1", "O7: and yet nobody waits for the victim any longer");
	same_number(vm_task(1)->rss_anon, 4, "  it has all it had");
	same_text(log_text(), "oom_reaper: unable to reap pid:101 (task1)\n", "O13: it says so");
	forget_news();
	ask();
	same_text(decisions(), "I N b2 K2", "O4: the next one can be killed");
}

static void let_in_late(void)
{
	u64 begin = sim_now_ns();

	make_task(1, 0, 4);
	ask();
	forget_news();
	mutex_lock(&vm_task(1)->mmap_lock);
	oom_wait();
	sim_sleep_timeout(sim_never, NULL, 350 * MS, "the middle between two tries");
	mutex_unlock(&vm_task(1)->mmap_lock);
	oom_wait();
	same_text(decisions(), "R1 S1", "O7: the reaper comes in at a later try");
	same_number(sim_now_ns() - begin, 2500 * MS, "  the next one");
}

static void who_exits_is_not_reaped(void)
{
	make_task(1, 0, 9);
	ask();
	forget_news();
	task_exit(1);
	same_text(decisions(), "S1", "O7: a victim that exits before is told once");
	ok(!vm_task(1)->oom_victim, "O8: and has no rights any more");
	make_task(1, 0, 5);
	sleep_ms(2500);
	same_text(decisions(), "S1", "O7: its successor is left alone");
	same_number(vm_task(1)->rss_anon, 5, "  and has its memory");
	ok(!vm_task(1)->oom_victim && !vm_task(1)->oom_skip, "  and no mark");
	ask();
	sleep_ms(2500);
	same_number(vm_task(1)->rss_anon, 0, "  until it is killed itself");
}

/* --- waiting --------------------------------------------------------------------------------------------------------------------------------- */

static void the_lock_is_tried(void)
{
	make_task(1, 0, 9);
	forget_news();
	ok(oom_trylock() && !oom_trylock(), "O8: one decides at a time");
	same_text(decisions(), "B", "O8: the other one is told, and waits");
	oom_unlock();
	ok(oom_trylock(), "  then it is free");
	oom_unlock();
}

static u64 waited;
static void note_waits(void)
{
	u64 begin = sim_now_ns();

	forget_news();
	oom_wait();
	waited = (sim_now_ns() - begin) / MS;
}

static void who_waits_how_long(void)
{
	make_task(1, 0, 9);
	make_task(2, 0, 1);
	ask();
	note_waits();
	same_number(waited, 2000, "a task of the kernel waits");
	ok(event_of(EVENT_WAIT, WAIT_OOM).type && !event_of(EVENT_WAIT, WAIT_OOM).on && news[0].type == EVENT_WAIT && news[0].on,
	   "  which is told before and after");
	run_as(1);
	note_waits();
	same_number(waited, 0, "the victim does not: it is to run, and to end");
	same_number(nr_news, 0, "  nothing is told");
	run_as(2);
	task_kill(2);
	note_waits();
	same_number(waited, 0, "nor does who has a fatal signal");
}

/* A kernel thread of ours does something at its time. */
static u64 somebody_at_ns;
static void (*somebody_does)(void);
static bool somebody_is_wanted(void *arg)
{
	(void)arg;
	return somebody_does && sim_now_ns() >= somebody_at_ns;
}
static void somebody_runs(void *arg)
{
	void (*act)(void) = somebody_does;

	(void)arg;
	somebody_does = NULL;
	act();
}
static void at_ms(u64 ms, void (*act)(void))
{
	somebody_at_ns = sim_now_ns() + ms * MS;
	somebody_does = act;
	sim_timer(somebody_at_ns);
}

static void decides_too(void)
{
	ask();
}
static struct page *spare;
static void gives_back(void)
{
	__free_pages(spare, 0);
	drain_all_pages();
	vmstat_refresh();
}
static void unlocks(void)
{
	oom_unlock();
}

static void what_wakes_who_waits(void)
{
	sim_kthread_create((struct sim_kthread){ .name = "somebody", .cpu = 3, .wanted = somebody_is_wanted, .run = somebody_runs });
	make_task(1, 0, 9);
	make_task(2, 0, 1);
	ask();
	at_ms(100, decides_too);
	note_waits();
	same_number(waited, 2000, "O4: who waits is not woken by one more who is told to wait");
	make_task(3, 0, 1);
	task_exit(2);
	ask();
	spare = alloc_pages(GFP_KERNEL, 0);
	drain_all_pages();
	vmstat_refresh();
	at_ms(100, gives_back);
	note_waits();
	same_number(waited, 100, "O7: but by whatever is freed");
	spare = alloc_pages(GFP_KERNEL, 0);
	drain_all_pages();
	vmstat_refresh();
	at_ms(1, gives_back);
	note_waits();
	ok(waited >= 10, "  though not at once: some time passes with each lap");
	oom_trylock();
	at_ms(3, unlocks);
	note_waits();
	same_number(waited, 3, "O8: who found the lock taken waits until it is not");
}

/* --- through the ladder: who is served, who is refused, who dies for it ------------------------------------------------------------------ */

static struct page *hoard[2048];
static unsigned hoarded;

/* All that a request like this can have without killing anybody. */
static void hoard_all(gfp_t gfp)
{
	while (hoarded < ARRAY_SIZE(hoard) && (hoard[hoarded] = alloc_pages(gfp | __GFP_NORETRY | __GFP_NOWARN, 0))) {
		hoarded++;
		refuel();
	}
}
static void give_all_back(void)
{
	while (hoarded)
		__free_pages(hoard[--hoarded], 0);
}

static void refused(gfp_t gfp, unsigned order, const char *claim)
{
	struct page *page;

	refuel();
	page = alloc_pages(gfp | __GFP_NOWARN, order);
	ok(!page && !vm_counter("oom_kill"), "L6: refused, and nobody is killed for it: %s", claim);
	if (page)
		__free_pages(page, order);
}

static void the_ladder_ends_with_a_kill(void)
{
	struct page *page;
	u64 begin;

	make_task(1, 0, 30);
	make_task(2, 0, 8);
	lru_add_drain_all();
	hoard_all(GFP_HIGHUSER_MOVABLE);
	hoard_all(GFP_DMA);
	ok(hoarded > 800 && hoarded < ARRAY_SIZE(hoard), "  nothing is left for who gives up early");
	same_number(vm_counter("oom_kill"), 0, "L7: NORETRY kills nobody, however often");
	refused(GFP_HIGHUSER_MOVABLE, 3, "costly order");
	refused(GFP_HIGHUSER_MOVABLE | __GFP_RETRY_MAYFAIL, 0, "RETRY_MAYFAIL");
	refused(GFP_HIGHUSER_MOVABLE | __GFP_THISNODE, 0, "THISNODE");
	refused(GFP_KERNEL | GFP_DMA, 0, "DMA");
	refused((GFP_HIGHUSER_MOVABLE & ~__GFP_FS), 0, "NOFS");
	refused(GFP_ATOMIC & ~__GFP_HIGH, 0, "NOWAIT");
	forget_news();
	begin = sim_now_ns();
	page = alloc_pages(GFP_HIGHUSER_MOVABLE, 0);
	ok(page, "L9: an ordinary request is served");
	same_number(vm_counter("oom_kill"), 1, "O5: somebody died for it");
	ok(vm_task(1)->killed && !vm_task(2)->killed, "O3: the worst");
	ok(sim_now_ns() - begin >= 2000 * MS && sim_now_ns() - begin < 2200 * MS, "O7: it waited for the reaper, and no longer");
	hoard[hoarded++] = page;
	hoard_all(GFP_HIGHUSER_MOVABLE);
	refuel();
	page = alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NOFAIL, 0);
	ok(page, "L7: NOFAIL is served while a task can be killed");
	hoard[hoarded++] = page;
	same_number(vm_counter("oom_kill"), 2, "O5: the next one died for it");
	give_all_back();
}

/* --- O11 .. O13: the words --------------------------------------------------------------------------------------------------------------------- */

static const char kill_lines[] =
	"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0-3,global_oom,task_memcg=/,task=task3,pid=103,uid=0\n"
	"Out of memory: Killed process 103 (task3) total-vm:400kB, anon-rss:40kB, file-rss:80kB, shmem-rss:120kB, UID:0 "
	"pgtables:8kB oom_score_adj:-17\n";

static const char task_table[] =
	"Tasks state (memory values in pages):\n"
	"[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name\n"
	"[    103]     0   103      100       60       10       20        30     8192        4           -17 task3\n"
	"[    163]     0   163        1        0        0        0         0        0        0         -1000 task63\n";

static void the_words(void)
{
	struct vm_task three = *vm_task(3), last = *vm_task(63);
	const char *info, *table;

	vm_task(3)->exists = vm_task(63)->exists = true;
	vm_task(3)->total_vm = 100;
	vm_task(3)->rss_anon = 10;
	vm_task(3)->rss_file = 20;
	vm_task(3)->rss_shmem = 30;
	vm_task(3)->swapents = 4;
	vm_task(3)->nr_tables = 2;
	vm_task(3)->oom_score_adj = -17;
	vm_task(63)->oom_score_adj = -1000;
	vm_task(63)->total_vm = 1;
	run_as(63);
	forget_news();
	ask_gfp(GFP_KERNEL | __GFP_ZERO, 1, ZONE_NORMAL);
	ok(begins("task63 invoked oom-killer: gfp_mask=0xdc0(GFP_KERNEL|__GFP_ZERO), order=1, oom_score_adj=-1000\nMem-Info:\n"),
	   "O11: who asks, for what");
	info = strstr(log_text(), "Mem-Info:\nactive_anon:");
	table = strstr(log_text(), "Tasks state");
	ok(info && table && info < table, "O11: then Mem-Info, then the tasks");
	ok(table && !strncmp(table, task_table, strlen(task_table)), "O11: a row for each, in columns");
	same_text(table ? table + strlen(task_table) : "", kill_lines, "O12, O13: then who was killed, for machines and for people");
	run_as_nobody();
	vm_task(3)->killed = vm_task(3)->oom_victim = false;
	vm_knob_write(VM_OOM_DUMP_TASKS, 0);
	forget_news();
	ask();
	ok(begins("mmcheck invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\nMem-Info:\n"),
	   "O11: who has no memory of its own is this program");
	ok(!strstr(log_text(), "Tasks state") && strstr(log_text(), "0 pages hwpoisoned\noom-kill:constraint="),
	   "O11: vm.oom_dump_tasks=0 leaves out the table");
	*vm_task(3) = three;
	*vm_task(63) = last;
}

static void one_node(void)
{
	make_task(0, 0, 1);
	forget_news();
	ask();
	ok(strstr(log_text(), ",mems_allowed=0,global_oom,task_memcg=/,task=task0,pid=100,uid=0\n"), "O12: one node is named alone");
}

static void failure_names_the_task(void)
{
	make_task(7, 0, 1);
	run_as(7);
	forget_news();
	warn_alloc_failure(GFP_KERNEL, 2);
	ok(begins("task7: page allocation failure: order:2, mode:0xcc0(GFP_KERNEL), nodemask=(null)"),
	   "F8: who is refused memory is named");
	run_as_nobody();
}

/* --- texts of /proc -------------------------------------------------------------------------------------------------------------------------------- */

/* What stands behind this name at the beginning of a line; ~0: nothing does. */
static u64 number_of(const char *name, const char *end)
{
	char line[80];
	const char *at;

	snprintf(line, sizeof(line), "\n%s%s", name, end);
	at = strstr(text, line);
	return at ? strtoull(at + strlen(line), NULL, 10) : ~0ULL;
}
static u64 row(const char *name)
{
	return number_of(name, " ");
}
static u64 kbytes(const char *label)
{
	return number_of(label, ":");
}

/* As /proc/vmstat has them. */
static const char *const node_stat_name[NR_NODE_STAT_ITEMS] = {
	[NR_LRU_BASE + LRU_INACTIVE_ANON] = "nr_inactive_anon",
	[NR_LRU_BASE + LRU_ACTIVE_ANON] = "nr_active_anon",
	[NR_LRU_BASE + LRU_INACTIVE_FILE] = "nr_inactive_file",
	[NR_LRU_BASE + LRU_ACTIVE_FILE] = "nr_active_file",
	[NR_LRU_BASE + LRU_UNEVICTABLE] = "nr_unevictable",
	[NR_ISOLATED_ANON] = "nr_isolated_anon",
	[NR_ISOLATED_FILE] = "nr_isolated_file",
	[WORKINGSET_NODES] = "workingset_nodes",
	[WORKINGSET_REFAULT_ANON] = "workingset_refault_anon",
	[WORKINGSET_REFAULT_FILE] = "workingset_refault_file",
	[WORKINGSET_ACTIVATE_ANON] = "workingset_activate_anon",
	[WORKINGSET_ACTIVATE_FILE] = "workingset_activate_file",
	[WORKINGSET_RESTORE_ANON] = "workingset_restore_anon",
	[WORKINGSET_RESTORE_FILE] = "workingset_restore_file",
	[WORKINGSET_NODERECLAIM] = "workingset_nodereclaim",
	[NR_ANON_MAPPED] = "nr_anon_pages",
	[NR_FILE_MAPPED] = "nr_mapped",
	[NR_FILE_PAGES] = "nr_file_pages",
	[NR_FILE_DIRTY] = "nr_dirty",
	[NR_WRITEBACK] = "nr_writeback",
	[NR_VMSCAN_WRITE] = "nr_vmscan_write",
	[NR_VMSCAN_IMMEDIATE] = "nr_vmscan_immediate_reclaim",
	[NR_DIRTIED] = "nr_dirtied",
	[NR_WRITTEN] = "nr_written",
	[NR_KERNEL_MISC_RECLAIMABLE] = "nr_kernel_misc_reclaimable",
	[NR_FOLL_PIN_ACQUIRED] = "nr_foll_pin_acquired",
	[NR_FOLL_PIN_RELEASED] = "nr_foll_pin_released",
	[NR_PAGETABLE] = "nr_page_table_pages",
	[NR_SWAPCACHE] = "nr_swapcached",
};
static const char *const event_name[NR_VM_RECLAIM_EVENTS] = {
	[PGPGIN] = "pgpgin",
	[PGPGOUT] = "pgpgout",
	[PSWPIN] = "pswpin",
	[PSWPOUT] = "pswpout",
	[PGACTIVATE] = "pgactivate",
	[PGDEACTIVATE] = "pgdeactivate",
	[PGFAULT] = "pgfault",
	[PGMAJFAULT] = "pgmajfault",
	[PGREFILL] = "pgrefill",
	[PGSTEAL_KSWAPD] = "pgsteal_kswapd",
	[PGSTEAL_DIRECT] = "pgsteal_direct",
	[PGSCAN_KSWAPD] = "pgscan_kswapd",
	[PGSCAN_DIRECT] = "pgscan_direct",
	[PGSCAN_DIRECT_THROTTLE] = "pgscan_direct_throttle",
	[PGSCAN_ANON] = "pgscan_anon",
	[PGSCAN_FILE] = "pgscan_file",
	[PGSTEAL_ANON] = "pgsteal_anon",
	[PGSTEAL_FILE] = "pgsteal_file",
	[PGSCAN_ZONE_RECLAIM_SUCCESS] = "zone_reclaim_success",
	[PGSCAN_ZONE_RECLAIM_FAILED] = "zone_reclaim_failed",
	[PGINODESTEAL] = "pginodesteal",
	[SLABS_SCANNED] = "slabs_scanned",
	[KSWAPD_INODESTEAL] = "kswapd_inodesteal",
	[KSWAPD_LOW_WMARK_HIT_QUICKLY] = "kswapd_low_wmark_hit_quickly",
	[KSWAPD_HIGH_WMARK_HIT_QUICKLY] = "kswapd_high_wmark_hit_quickly",
	[PAGEOUTRUN] = "pageoutrun",
	[PGROTATED] = "pgrotated",
	[DROP_PAGECACHE] = "drop_pagecache",
	[DROP_SLAB] = "drop_slab",
	[OOM_KILLS] = "oom_kill",
	[UNEVICTABLE_PGCULLED] = "unevictable_pgs_culled",
	[UNEVICTABLE_PGRESCUED] = "unevictable_pgs_rescued",
	[UNEVICTABLE_PGMLOCKED] = "unevictable_pgs_mlocked",
	[UNEVICTABLE_PGMUNLOCKED] = "unevictable_pgs_munlocked",
	[SWAP_RA] = "swap_ra",
	[SWAP_RA_HIT] = "swap_ra_hit",
	[ZSWPIN] = "zswpin",
	[ZSWPOUT] = "zswpout",
	[ZSWPWB] = "zswpwb",
	[PGSKIP_DMA + ZONE_DMA] = "pgskip_dma",
	[PGSKIP_DMA + ZONE_DMA32] = "pgskip_dma32",
	[PGSKIP_DMA + ZONE_NORMAL] = "pgskip_normal",
	[PGSKIP_DMA + ZONE_HIGHMEM] = "pgskip_high",
	[PGSKIP_DMA + ZONE_MOVABLE] = "pgskip_movable",
	[PGSKIP_DMA + ZONE_DEVICE] = "pgskip_device",
};

/* Numbers of one's own, each another one. */
static void test_each_number(void)
{
	struct vm_state *vm = vm_state();
	unsigned bad = 0;

	for (unsigned i = 0; i < NR_NODE_STAT_ITEMS; i++) {
		vm->node[0].stat[i] = 1000 + i;
		vm->node[1].stat[i] = i % 2 ? 10000 : -5;
	}
	for (unsigned i = 0; i < NR_VM_RECLAIM_EVENTS; i++)
		vm->event[i] = 5000 + i;
	vmstat_show(text, sizeof(text));
	for (unsigned i = 0; i < NR_NODE_STAT_ITEMS; i++)
		if (i > 0 && row(node_stat_name[i]) != 1000 + i + (i % 2 ? 10000 : -5)) {
			printf("# %s is %llu\n", node_stat_name[i], (unsigned long long)row(node_stat_name[i]));
			bad++;
		}
	same_number(bad, 0, "F5: each counter of a node has its row, and the nodes add up");
	for (unsigned i = bad = 0; i < NR_VM_RECLAIM_EVENTS; i++)
		bad += row(event_name[i]) != (i == PGPGIN || i == PGPGOUT ? 4 : 1) * (5000ULL + i);
	same_number(bad, 0, "F5: each event has its row; what goes to disks and comes from there is in kB");
	for (unsigned i = bad = 0; i < NR_VM_RECLAIM_EVENTS; i++)
		bad += vm_counter(event_name[i]) != row(event_name[i]);
	same_number(bad + (vm_counter("nr_bounce") != 0) + (vm_counter("pgpgi") != ~0ULL), 0,
		    "F5: a number can be had by its name, and none by another");
	vm->node[0].stat[NR_FILE_MAPPED] = -20000;
	vmstat_show(text, sizeof(text));
	same_number(row("nr_mapped"), 0, "F5: a sum below zero is not shown");
	same_text(strstr(text, "\nswpout_zero") ? strstr(text, "\nswpout_zero") : "",
		  "\nswpout_zero 0\nzswpin 5042\nzswpout 5043\nzswpwb 5044\nkswapd_wake 0\n" , "F5: zswap comes behind");
	vm->node[0].zone_stat[ZONE_NORMAL][NR_MLOCK] = 7;
	vm->node[0].zone_stat[ZONE_NORMAL][NR_ZONE_WRITE_PENDING] = 8;
	for (unsigned i = 0; i < NR_LRU_LISTS; i++)
		vm->node[0].lruvec.lru_size[ZONE_NORMAL][i] = 20 + i;
	zoneinfo_show(text, sizeof(text));
	ok(strstr(text, "      nr_zone_inactive_anon 20\n      nr_zone_active_anon 21\n      nr_zone_inactive_file 22\n"
			"      nr_zone_active_file 23\n      nr_zone_unevictable 24\n      nr_zone_write_pending 8\n      nr_mlock     7\n"),
	   "F4: lists of a zone");
	ok(strstr(text, "  per-node stats\n      nr_inactive_anon 1000\n      nr_active_anon 1001\n"), "F4: of its node");
	ok(!strstr(text, "node_unreclaimable:  1"), "F4: kswapd has a chance");
	vm->node[0].kswapd_failures = MAX_RECLAIM_RETRIES;
	zoneinfo_show(text, sizeof(text));
	ok(strstr(text, "node_unreclaimable:  1"), "F4: after sixteen failures it has none");
}

/* A machine in use: dirty and clean files, mapped ones, memory of tasks, some of it mlocked, pins. */
static void use_memory(void)
{
	static u8 page[PAGE_SIZE];
	u64 pfn;
	u32 done;

	ok(!swapon(1, 33, -1), "  swap");
	make_task(1, 0, 20);
	make_task(2, 0, 10);
	ok(!task_mlock(2, 0, 3, &done) && done == 3, "  mlocked pages");
	for (u32 i = 0; i < 6; i++)
		ok(!file_write(4, i, page), "  a page of a file");
	ok(!task_mmap(1, 0, 4, 0, 4) && !task_access(1, VM_ANON_PAGES, false, &pfn), "  a mapping");
	lru_add_drain_all();
	vmstat_refresh();
}

static void test_meminfo(void)
{
	u64 low = 0, cache;

	use_memory();
	meminfo_show(text, sizeof(text));
	same_number(kbytes("AnonPages"), 30 * 4, "F6: AnonPages");
	same_number(kbytes("Mapped"), 4, "F6: Mapped");
	ok(kbytes("Cached") >= 6 * 4 && kbytes("Cached") == global_node_page_state(NR_FILE_PAGES) * 4, "F6: Cached");
	same_number(kbytes("Dirty"), 6 * 4, "F6: Dirty");
	same_number(kbytes("Mlocked"), 3 * 4, "F6: Mlocked");
	same_number(kbytes("Unevictable"), 3 * 4, "F6: Unevictable");
	same_number(kbytes("PageTables"), (vm_task(1)->nr_tables + vm_task(2)->nr_tables) * 4, "F6: PageTables");
	same_number(kbytes("SwapTotal"), 32 * 4, "F6: SwapTotal");
	same_number(kbytes("SwapFree"), 32 * 4, "F6: SwapFree");
	same_number(kbytes("Active"), kbytes("Active(anon)") + kbytes("Active(file)"), "F6: Active is the sum of two rows");
	same_number(kbytes("Inactive"), kbytes("Inactive(anon)") + kbytes("Inactive(file)"), "F6: so is Inactive");
	same_number(kbytes("Active") + kbytes("Inactive") + kbytes("Unevictable"), kbytes("AnonPages") + kbytes("Cached"),
		    "F10: the lists have all pages of tasks and files");
	cache = (kbytes("Active(file)") + kbytes("Inactive(file)")) / 4;
	for (unsigned i = 0; i < MAX_ZONES; i++)
		low += current_mm()->zone[i] ? wmark_pages(current_mm()->zone[i], WMARK_LOW) : 0;
	same_number(kbytes("MemAvailable") / 4,
		    kbytes("MemFree") / 4 - current_mm()->totalreserve_pages + cache - min_of(cache / 2, low) +
			    kbytes("KReclaimable") / 4 - min_of(kbytes("KReclaimable") / 8, low),
		    "F7: MemAvailable");
	vm_state()->node[0].stat[NR_SWAPCACHE] += 2;
	meminfo_show(text, sizeof(text));
	same_number(kbytes("Cached") + kbytes("SwapCached"), 4 * vm_counter("nr_file_pages"), "F6: Cached is without the swap cache");
	vm_state()->node[0].stat[NR_SWAPCACHE] -= 2;
	vm_state()->node[0].stat[NR_FILE_PAGES] -= 100000;
	meminfo_show(text, sizeof(text));
	same_number(kbytes("Cached"), 0, "F6: Cached is not below zero");
	vm_state()->node[0].stat[NR_FILE_PAGES] += 100000;
}

/* F10, by recipes: the rows of zones and nodes are vmstat's, and meminfo's in kB. */
static void test_recipes(void)
{
	static const char *const lists[] = { "inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable" };
	static const struct {
		const char *label, *item;
	} same[] = { { "Dirty", "nr_dirty" },	    { "Writeback", "nr_writeback" },	{ "AnonPages", "nr_anon_pages" },
		     { "Mapped", "nr_mapped" },	    { "Mlocked", "nr_mlock" },		{ "PageTables", "nr_page_table_pages" },
		     { "Unevictable", "nr_unevictable" }, { "SwapCached", "nr_swapcached" } };
	char command[300];

	open_proc_dir();
	write_file("zoneinfo", zoneinfo_show);
	write_file("vmstat", vmstat_show);
	write_file("meminfo", meminfo_show);
	for (unsigned i = 0; i < ARRAY_SIZE(lists); i++) {
		snprintf(command, sizeof(command), "awk '$1 == \"nr_zone_%s\" { n += $2 } $1 == \"nr_%s\" { n -= $2 } END { print n }' zoneinfo",
			 lists[i], lists[i]);
		same_number(shell_number(command), 0, "F10: what zones have on a list, their node has");
		snprintf(command, sizeof(command), "awk '$1 == \"nr_zone_%s\" { n += $2 } END { print n }' zoneinfo", lists[i]);
		snprintf(command + 150, sizeof(command) - 150, "awk '$1 == \"nr_%s\" { print $2 }' vmstat", lists[i]);
		same_number(shell_number(command), shell_number(command + 150), "F10: vmstat has the same");
	}
	for (unsigned i = 0; i < ARRAY_SIZE(same); i++) {
		snprintf(command, sizeof(command), "awk '/^%s:/ { print $2 / 4 }' meminfo", same[i].label);
		snprintf(command + 150, sizeof(command) - 150, "awk '$1 == \"%s\" { print $2 }' vmstat", same[i].item);
		same_number(shell_number(command), shell_number(command + 150), "F10: meminfo and vmstat agree");
	}
	same_number(shell_number("awk '$1 == \"nr_zone_write_pending\" { n += $2 } END { print n }' zoneinfo"),
		    shell_number("awk '$1 == \"nr_dirty\" || $1 == \"nr_writeback\" { n += $2 } END { print n }' vmstat"),
		    "F10: what zones have to write is dirty or being written");
	same_number(shell_number("awk '/^Cached:|^SwapCached:/ { n += $2 / 4 } END { print n }' meminfo"),
		    shell_number("awk '$1 == \"nr_file_pages\" { print $2 }' vmstat"), "F10: the page cache, and the swap cache");
}

/* Real tools read /proc alone: give them one of our own. */
static const char *with_our_proc(const char *command)
{
	char line[200];

	snprintf(line, sizeof(line), "unshare -rm sh -c 'mount --bind meminfo /proc/meminfo && mount --bind vmstat /proc/vmstat && %s'",
		 command);
	return shell(line);
}

static void test_tools(void)
{
	u64 available = shell_number("awk '/^MemAvailable:/ { print $2 }' meminfo");
	u64 cache = shell_number("awk '/^Cached:|^SReclaimable:/ { n += $2 } END { print n }' meminfo");
	u64 swap = shell_number("awk '/^SwapTotal:/ { print $2 }' meminfo");
	u64 paged_out = shell_number("awk '$1 == \"pgpgout\" { print $2 }' vmstat");
	const char *out = with_our_proc("free -kw");
	unsigned long long seen[7] = { 0 };
	char want[80];

	if (!out || !strstr(out, "Mem:")) {
		skip("F6: free of procps reads our meminfo", "no mount namespace, or no procps here");
		skip("F5: vmstat of procps reads our vmstat", "the same");
		return;
	}
	ok(sscanf(strstr(out, "Mem:"), "Mem: %llu %llu %llu %llu %llu %llu %llu", &seen[0], &seen[1], &seen[2], &seen[3], &seen[4],
		  &seen[5], &seen[6]) == 7 && seen[5] == cache && seen[6] == available,
	   "F6: free of procps reads our meminfo: cache, available");
	ok(sscanf(strstr(out, "Swap:"), "Swap: %llu %llu %llu", &seen[0], &seen[1], &seen[2]) == 3 && seen[0] == swap &&
		   seen[2] == swap, "  and swap");
	out = with_our_proc("vmstat -s");
	snprintf(want, sizeof(want), "%13llu K total swap\n", (unsigned long long)swap);
	ok(out && strstr(out, want), "F5: vmstat of procps reads our vmstat: swap");
	snprintf(want, sizeof(want), "%13llu K paged out\n", (unsigned long long)paged_out);
	ok(out && strstr(out, want) && strstr(out, " K paged in\n") && strstr(out, " pages swapped out\n"), "  and what was paged out");
}

static void texts_in_use(void)
{
	test_meminfo();
	test_recipes();
	test_tools();
	shell("rm -f zoneinfo vmstat meminfo");
	rmdir(proc_dir);
}

/* F9: what is on lists is told of all, of each node and each zone. */
static void mem_info_in_use(void)
{
	char line[200];

	use_memory();
	forget_news();
	show_mem_info(ZONE_MOVABLE);
	snprintf(line, sizeof(line), "\nMem-Info:\nactive_anon:%llu inactive_anon:%llu isolated_anon:0\n active_file:%llu inactive_file:%llu "
		 "isolated_file:0\n unevictable:3 dirty:6 writeback:0\n",
		 (unsigned long long)vm_counter("nr_active_anon"), (unsigned long long)vm_counter("nr_inactive_anon"),
		 (unsigned long long)vm_counter("nr_active_file"), (unsigned long long)vm_counter("nr_inactive_file"));
	ok(begins(line), "F9: pages on all lists");
	snprintf(line, sizeof(line), "\n mapped:1 shmem:0 pagetables:%llu\n", (unsigned long long)vm_counter("nr_page_table_pages"));
	ok(strstr(log_text(), line), "F9: mapped ones, and tables");
	snprintf(line, sizeof(line), "%llu total pagecache pages\n0 pages in swap cache\nFree swap  = 128kB\nTotal swap = 128kB\n",
		 (unsigned long long)vm_counter("nr_file_pages"));
	ok(strstr(log_text(), line), "F9: the page cache, and swap");
	snprintf(line, sizeof(line), "\nNode 0 active_anon:%llukB inactive_anon:%llukB active_file:",
		 4 * (unsigned long long)node_page_state(&vm_state()->node[0], NR_LRU_BASE + LRU_ACTIVE_ANON),
		 4 * (unsigned long long)node_page_state(&vm_state()->node[0], NR_LRU_BASE + LRU_INACTIVE_ANON));
	ok(strstr(log_text(), line), "F9: of a node, in kB");
	ok(strstr(log_text(), " all_unreclaimable? no\n") && !strstr(log_text(), "all_unreclaimable? yes"), "F9: kswapd has a chance");
	vm_state()->node[0].kswapd_failures = MAX_RECLAIM_RETRIES;
	forget_news();
	show_mem_info(ZONE_MOVABLE);
	ok(strstr(log_text(), " all_unreclaimable? yes\n"), "F9: or none");
}

int main(void)
{
	play(test_badness);
	play(test_score);
	play(the_worst_is_killed);
	play(adj_decides);
	play(ties);
	play(one_at_a_time);
	play(who_may_kill);
	play(movable_and_highmem_may);
	play(notifiers);
	play(who_dies_anyway);
	play(allocating_task);
	test_panics();
	test_last_words();
	play(reaper_comes);
	play_with(PARAM_OOM_REAP_DELAY_MS, 30, delay_is_a_parameter, NULL);
	play(reaper_is_kept_out);
	play(let_in_late);
	play(who_exits_is_not_reaped);
	play(the_lock_is_tried);
	play(who_waits_how_long);
	play(what_wakes_who_waits);
	play(the_ladder_ends_with_a_kill);
	play(the_words);
	play_with(PARAM_NODES, 1, one_node, NULL);
	play(failure_names_the_task);
	play(test_each_number);
	play(texts_in_use);
	play(mem_info_in_use);
	return tap_end();
}
