/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * oom_kill.c - nothing can be reclaimed, and a request that may not fail is not served: somebody gives up all he has.
 *
 *   may this request kill? --no--> declined
 *   notifiers ---freed something--> try again
 *   current dies anyway ----------> it gets the reserves, nobody is killed
 *   cannot wait for the filesystem > try again; somebody else will decide
 *   candidates, by number --------> an earlier victim still has memory: wait
 *                                   the worst of them: killed, and queued for the reaper
 *                                   nobody: deadlocked on memory, panic
 *
 *   killed --delay--> reaper takes its anonymous pages --> OOM_SKIP: nobody waits for it any longer, another one may be killed
 *      '--- exits before that: the same, at once
 *
 * So an OOM always ends: the victim exits, or the reaper has had all its tries, whether it was let in or not.
 *
 * Rules:
 *   [O1] badness: pages in memory, in swap and in tables, and oom_score_adj thousandths of all there is
 *   [O3] the highest wins; of equals the one looked at last
 *   [O4] one victim at a time; without __GFP_FS nobody is killed
 *   [O5] who is asked first, whom the knobs name, and when the machine gives up
 *   [O7] the reaper's tries  [L6] who may kill at all
 * Locks: oom_lock, which nobody waits for: somebody else is deciding already. It is held from the last look at the free lists
 * to the decision. From out_of_memory() to the kill nothing yields, so that who is chosen is who is killed (a notifier that has
 * something to give may yield: then nobody is killed); the report is written afterwards. Among threads the choice is made of figures of a moment ago, and who has ended since is not killed. The kill, the
 * reaper's list and marks of victims change in one step each: tasks->lock.
 * Sleeps: oom_wait(), the reaper between two tries.
 * Unlike Linux: no memory policies, cpusets or memcgs, so every OOM is the whole machine's; no threads that share memory, no
 * init and no origin of OOM; reports are not rate-limited; oom_kill_allocating_task does not name a task that was reaped; what a
 * victim gave back leaves the lists of its CPU at once, for a small machine could hide all of it there.
 */
#include <errno.h>
#include "vm_internal.h"

#define OOM_REAP_TRIES	    10
#define OOM_REAP_RETRY_NS   100000000ULL
#define MAX_OOM_NOTIFIERS   4
#define NS_OF_MS	    1000000ULL
#define OOM_WAIT_LEAST_NS   (10 * NS_OF_MS)
#define OOM_WAIT_MORE_NS    (100 * NS_OF_MS) /* than until the reaper comes to who was killed just now */

struct oom_state {
	u8 locked;   /* oom_lock */
	u32 changes; /* counts what a task that waits for OOM progress waits for */
	void (*notifier[MAX_OOM_NOTIFIERS])(u64 *freed);
	struct {
		bool queued;
		u32 nth; /* victim of this number: another one may have it while the reaper sleeps */
		u64 due_ns;
	} victim[VM_MAX_TASKS];
};

static struct oom_state *oom_state(void)
{
	return vm_state()->oom;
}

static u64 reap_delay_ns(void)
{
	return this_cpu->machine->param[PARAM_OOM_REAP_DELAY_MS] * NS_OF_MS;
}

static void oom_news(enum oom_news news, const struct vm_task *task, u64 index, u32 asked)
{
	mm_announce((struct mm_event){ .type = EVENT_OOM,
				       .report = (u8)news,
				       .vm_task = task ? (u8)task->id : 255,
				       .index = index,
				       .asked = asked });
}

/* --- badness ------------------------------------------------------------------------------------------------------------------ */

s64 oom_badness(const struct vm_task *task, u64 totalpages)
{
	u64 pages = READ_ONCE(task->rss_anon) + READ_ONCE(task->rss_file) + READ_ONCE(task->rss_shmem) +
		    READ_ONCE(task->swapents) + READ_ONCE(task->nr_tables);
	int adj = READ_ONCE(task->oom_score_adj);

	if (!READ_ONCE(task->exists) || READ_ONCE(task->oom_skip) || adj == OOM_SCORE_ADJ_MIN)
		return INT64_MIN;
	return (s64)pages + adj * (s64)(totalpages / 1000);
}

u64 oom_totalpages(void)
{
	return current_mm()->totalram_pages + total_swap_pages();
}

/* [O2] */
unsigned task_oom_score(unsigned id)
{
	s64 total = (s64)oom_totalpages(), points;

	if (id >= VM_MAX_TASKS || !READ_ONCE(vm_task(id)->exists) || !total)
		return 0;
	points = oom_badness(vm_task(id), (u64)total);
	return points == INT64_MIN ? 0 : (unsigned)((1000 + points * 1000 / total) * 2 / 3);
}

/* --- the lock, and waiting for what others decided ---------------------------------------------------------------------- */

bool oom_trylock(void)
{
	if (!xchg_acquire(&oom_state()->locked, 1))
		return true;
	oom_news(OOM_BUSY, NULL, 0, 0);
	return false;
}

void oom_unlock(void)
{
	struct oom_state *oom = oom_state();

	VM_BUG_ON(!READ_ONCE(oom->locked));
	smp_store_release(&oom->locked, 0);
}

struct oom_waiter {
	const struct mm *mm;
	const struct vm_task *process;
	bool busy; /* somebody has oom_lock */
	u32 changes;
	u64 free;
};

static u64 free_pages_of(const struct mm *mm)
{
	u64 free = 0;

	for (unsigned i = 0; i < MAX_ZONES; i++)
		free += mm->zone[i] ? (u64)zone_page_state(mm->zone[i], NR_FREE_PAGES) : 0;
	return free;
}

/* Both run on anybody's stack: they ask nothing of the CPU. */
static bool oom_is_over(void *arg)
{
	const struct oom_waiter *w = arg;
	const struct oom_state *oom = w->mm->vm->oom;

	return READ_ONCE(oom->changes) != w->changes || (w->busy && !READ_ONCE(oom->locked)) ||
	       (w->process && task_is_killed(w->process));
}
static bool something_is_free(void *arg)
{
	const struct oom_waiter *w = arg;

	return oom_is_over(arg) || free_pages_of(w->mm) > w->free;
}

/*
 * Who was killed has nothing to wait for: it is to run, and to end. What anybody else frees is not looked at before some time has
 * passed: else two that wait could wake each other for ever with what each lap of theirs takes and gives back.
 */
void oom_wait(void)
{
	struct oom_waiter w = { .mm = current_mm(),
				.process = current_process(),
				.busy = READ_ONCE(oom_state()->locked),
				.changes = READ_ONCE(oom_state()->changes),
				.free = free_pages_of(current_mm()) };

	if (tsk_is_oom_victim() || fatal_signal_pending())
		return;
	vm_wait_news(WAIT_OOM, NULL, true);
	if (!sim_sleep_timeout(oom_is_over, &w, OOM_WAIT_LEAST_NS, "somebody to be killed"))
		sim_sleep_timeout(something_is_free, &w, reap_delay_ns() + OOM_WAIT_MORE_NS - OOM_WAIT_LEAST_NS,
				  "memory of a task that was killed");
	vm_wait_news(WAIT_OOM, NULL, false);
}

/* --- victims ------------------------------------------------------------------------------------------------------------------ */

/* It may use reserves, wherever it runs: tsk_is_oom_victim(). */
void mark_oom_victim(struct vm_task *task)
{
	WRITE_ONCE(task->oom_victim, true);
}

/* Nobody waits for what it had, for it has nothing that can be had. */
static void set_oom_skip(struct vm_task *task)
{
	fetch_add_relaxed(&oom_state()->changes, 1);
	oom_state()->victim[task->id].queued = false;
	if (task->oom_skip)
		return;
	WRITE_ONCE(task->oom_skip, true);
	oom_news(OOM_SKIP, task, 0, 0);
}

void exit_oom_victim(struct vm_task *task)
{
	fetch_add_relaxed(&oom_state()->victim[task->id].nth, 1);
	set_oom_skip(task);
	WRITE_ONCE(task->oom_victim, false);
}

/* Once: it has until then to exit by itself. */
static void queue_oom_reaper(struct vm_task *task)
{
	struct oom_state *oom = oom_state();

	if (oom->victim[task->id].queued)
		return;
	oom->victim[task->id].due_ns = sim_now_ns() + reap_delay_ns();
	oom->victim[task->id].queued = true;
	sim_timer(oom->victim[task->id].due_ns);
}

/* --- the reaper [O7] ------------------------------------------------------------------------------------------------------ */

/* The one that is due longest; NULL: nobody is. */
static struct vm_task *next_to_reap(const struct oom_state *oom)
{
	struct vm_task *next = NULL;
	u64 due = sim_now_ns();

	step_lock(&vm_state()->tasks->lock);
	for (unsigned id = 0; id < VM_MAX_TASKS; id++)
		if (oom->victim[id].queued && (next ? oom->victim[id].due_ns < due : oom->victim[id].due_ns <= due)) {
			next = vm_task(id);
			due = oom->victim[id].due_ns;
		}
	step_unlock(&vm_state()->tasks->lock);
	return next;
}

static bool reaper_wanted(void *arg)
{
	(void)arg;
	return next_to_reap(oom_state());
}

struct reaped {
	const struct oom_state *oom;
	u32 id, nth;
};

static bool exited(void *arg)
{
	const struct reaped *r = arg;

	return READ_ONCE(r->oom->victim[r->id].nth) != r->nth;
}

/* true: it let us in. */
static bool try_to_reap(struct vm_task *task, struct reaped *r, u64 *freed)
{
	for (unsigned tries = 1; !task_reap(task, freed); tries++) {
		if (tries == OOM_REAP_TRIES)
			return false;
		if (sim_sleep_timeout(exited, r, OOM_REAP_RETRY_NS, "a victim that holds its own mmap_lock"))
			return false;
	}
	return true;
}

static void reap(struct vm_task *task)
{
	struct reaped r = { .oom = oom_state(), .id = task->id, .nth = READ_ONCE(oom_state()->victim[task->id].nth) };
	u64 freed = 0;
	bool done;

	lru_add_drain_all(); /* who collects pages for a list has references to them */
	done = try_to_reap(task, &r, &freed);
	if (done)
		drain_local_pages(); /* who waits is to find them, on whatever CPU */
	if (exited(&r))
		return;
	oom_log_reaped(task, done);
	if (done)
		oom_news(OOM_REAP, task, freed, 0);
	step_lock(&vm_state()->tasks->lock);
	if (!exited(&r))
		set_oom_skip(task);
	step_unlock(&vm_state()->tasks->lock);
}

static void run_reaper(void *arg)
{
	struct vm_task *task;

	(void)arg;
	vm_kthread_news(true);
	while ((task = next_to_reap(oom_state()))) {
		sim_tick();
		reap(task);
	}
	vm_kthread_news(false);
}

/* --- who is asked first ----------------------------------------------------------------------------------------------------- */

int register_oom_notifier(void (*notify)(u64 *freed))
{
	struct oom_state *oom = oom_state();

	for (unsigned i = 0; i < MAX_OOM_NOTIFIERS; i++)
		if (!oom->notifier[i]) {
			oom->notifier[i] = notify;
			return 0;
		}
	return -ENOMEM;
}

void unregister_oom_notifier(void (*notify)(u64 *freed))
{
	for (unsigned i = 0; i < MAX_OOM_NOTIFIERS; i++)
		if (oom_state()->notifier[i] == notify)
			oom_state()->notifier[i] = NULL;
}

/* Freed pages are added to *freed. [O5] */
static void oom_notify(u64 *freed)
{
	for (unsigned i = 0; i < MAX_OOM_NOTIFIERS; i++)
		if (oom_state()->notifier[i])
			oom_state()->notifier[i](freed);
	oom_news(OOM_NOTIFIED, NULL, 0, (u32)*freed);
}

/* It ends, and there is something it will leave. */
static bool task_will_free_mem(const struct vm_task *task)
{
	return task && (task_is_killed(task) || READ_ONCE(task->exiting)) && !READ_ONCE(task->oom_skip);
}

/* In one step. false: among threads it may have ended since it was chosen. */
static bool make_victim(struct vm_task *task, bool kill)
{
	bool exists;

	step_lock(&vm_state()->tasks->lock);
	exists = task->exists;
	if (exists) {
		if (kill)
			send_sigkill(task);
		mark_oom_victim(task);
		queue_oom_reaper(task);
	}
	step_unlock(&vm_state()->tasks->lock);
	return exists;
}

/* It needs nobody's death, only some memory to end with. */
static void let_it_die(struct vm_task *task)
{
	oom_news(OOM_CURRENT_DIES, task, 0, 0);
	make_victim(task, false);
}

/* --- the choice --------------------------------------------------------------------------------------------------------------- */

/* false: this one is an earlier victim, and the choice is not to be made. [O3] [O4] */
static bool evaluate(struct oom_control *oc, struct vm_task *task)
{
	s64 points;

	if (READ_ONCE(task->oom_victim) && !READ_ONCE(task->oom_skip))
		return false;
	points = oom_badness(task, oc->totalpages);
	if (points == INT64_MIN)
		return true;
	oom_news(OOM_BADNESS, task, (u64)points, 0);
	if (points >= oc->chosen_points) {
		oc->chosen = task;
		oc->chosen_points = points;
	}
	return true;
}

/* false: somebody is to be waited for, and is named. */
static bool select_bad_process(struct oom_control *oc, struct vm_task **waits_for)
{
	oc->chosen = NULL;
	oc->chosen_points = INT64_MIN;
	for (unsigned id = 0; id < VM_MAX_TASKS; id++) {
		struct vm_task *task = vm_task(id);

		sim_tick();
		if (READ_ONCE(task->exists) && !evaluate(oc, task)) {
			*waits_for = task;
			return false;
		}
	}
	return true;
}

/* --- the kill ----------------------------------------------------------------------------------------------------------------- */

/* The victim as it was: while the report is written it may end, and its number be another's. */
static sim_cold void report_kill(const struct oom_control *oc, const char *message, const struct vm_task *victim)
{
	oom_dump_header(oc);
	oom_dump_victim(victim);
	oom_log_kill(victim, message);
}

/* What a report says of it. */
static struct vm_task as_it_is(const struct vm_task *task)
{
	struct vm_task copy = { .id = task->id,
				.oom_score_adj = READ_ONCE(task->oom_score_adj),
				.total_vm = READ_ONCE(task->total_vm),
				.rss_anon = READ_ONCE(task->rss_anon),
				.rss_file = READ_ONCE(task->rss_file),
				.rss_shmem = READ_ONCE(task->rss_shmem),
				.nr_tables = READ_ONCE(task->nr_tables) };

	memcpy(copy.comm, task->comm, sizeof(copy.comm));
	return copy;
}

/* Chosen and killed in one step. */
static void kill_it(struct oom_control *oc, const char *message)
{
	struct vm_task *task = oc->chosen, victim;

	if (task_will_free_mem(task)) {
		let_it_die(task);
		return;
	}
	victim = as_it_is(task);
	oom_news(OOM_KILL, task, (u64)oc->chosen_points, 0);
	if (!make_victim(task, true))
		return;
	count_reclaim_events(OOM_KILLS, 1);
	report_kill(oc, message, &victim);
}

/* 1: an OOM of the whole machine, 2: any. Here there is no other. */
static void check_panic_on_oom(const struct oom_control *oc)
{
	u32 knob = vm_knob(VM_PANIC_ON_OOM);

	if (likely(!knob))
		return;
	oom_news(OOM_PANIC, NULL, 0, knob);
	oom_dump_header(oc);
	sim_stop(STOP_PANIC, "Out of memory: %s panic_on_oom is enabled", knob == 2 ? "compulsory" : "system-wide");
}

_Noreturn static void deadlocked(const struct oom_control *oc)
{
	oom_news(OOM_NOBODY, NULL, 0, 0);
	oom_dump_header(oc);
	sim_log_text("Out of memory and no killable processes...\n");
	sim_stop(STOP_PANIC, "System is deadlocked on memory");
}

static bool kill_allocating_task(struct oom_control *oc)
{
	struct vm_task *task = current_process();

	if (!vm_knob(VM_OOM_KILL_ALLOCATING_TASK) || !task)
		return false;
	oc->chosen_points = oom_badness(task, oc->totalpages);
	if (oc->chosen_points == INT64_MIN)
		return false;
	oc->chosen = task;
	kill_it(oc, "Out of memory (oom_kill_allocating_task)");
	return true;
}

static void kill_the_worst(struct oom_control *oc)
{
	struct vm_task *victim = NULL;

	if (!select_bad_process(oc, &victim))
		oom_news(OOM_WAITS, victim, 0, 0);
	else if (oc->chosen)
		kill_it(oc, "Out of memory");
	else
		deadlocked(oc);
}

/* [O5] */
void out_of_memory(struct oom_control *oc)
{
	struct vm_task *current = current_process();
	u64 freed = 0;

	mm_announce((struct mm_event){ .type = EVENT_OOM,
				       .report = OOM_INVOKED,
				       .order = (u8)oc->order,
				       .gfp = oc->gfp,
				       .vm_task = current ? (u8)current->id : 255 });
	oom_notify(&freed);
	if (freed)
		return;
	if (task_will_free_mem(current)) {
		let_it_die(current);
		return;
	}
	if (!(oc->gfp & __GFP_FS)) {
		oom_news(OOM_DECLINED, NULL, 0, 0);
		return;
	}
	oc->totalpages = oom_totalpages();
	check_panic_on_oom(oc);
	if (!kill_allocating_task(oc))
		kill_the_worst(oc);
}

/* Nobody dies for a block of pages that is hard to find, for a node or zone of one's own liking, or for who can be told no. [L6] */
bool may_kill_for(gfp_t gfp, unsigned order, unsigned highest)
{
	return order <= current_mm()->costly_order && !(gfp & (__GFP_RETRY_MAYFAIL | __GFP_THISNODE | __GFP_NORETRY)) &&
	       highest >= ZONE_NORMAL;
}

bool may_oom_kill(gfp_t gfp, unsigned order, unsigned highest)
{
	struct oom_control oc = { .gfp = gfp, .order = order };

	VM_BUG_ON(!READ_ONCE(oom_state()->locked));
	if (may_kill_for(gfp, order, highest)) {
		out_of_memory(&oc);
		return true;
	}
	oom_news(OOM_DECLINED, NULL, 0, 1);
	return false;
}

int oom_init(void)
{
	struct oom_state *oom = machine_meta_alloc(this_cpu->machine, sizeof(*oom), 64);

	if (!oom)
		return -ENOMEM;
	vm_state()->oom = oom;
	sim_kthread_create((struct sim_kthread){ .name = "oom_reaper", .wanted = reaper_wanted, .run = run_reaper });
	return 0;
}
