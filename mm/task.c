/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task.c - tasks: how they come, run, are killed and end.
 *
 *   task_create --> runs operations --> task_exit ----------------> everything it had is given back, in one go
 *                         \--> killed --> its next operation ----/
 *
 * A task is an address space and what the OOM killer knows of it: one thread, one process. An operation runs as the task: the
 * CPU's process names it, so that a request for memory knows whose it is, and has PF_OOM_VICTIM if it was chosen to die.
 *
 * A killed task still has all it had: nobody ends it from outside, it ends itself when it runs next. Until then the reaper may
 * take its private memory (memory.c), and whoever waits for memory in its middle gives up when there is none.
 *
 * Invariants (memory_check() tests each by its number):
 *   [PT1] a task that does not exist has nothing: no table, no page, no window, no mark of a victim
 *   [PT2] nobody runs as a task that does not exist, and mmap_lock is free when nothing is in flight
 * Locks: mmap_lock of the task, a mutex: held by each operation that changes its address space, over faults that sleep, and
 * by the reaper, who only tries. exists, killed are looked at again once it is held; they, and what the OOM killer notes, change in
 * steps: tasks->lock. Sleeps: all but task_kill, task_set_adj.
 * Unlike Linux: no threads, no fork, no signal but SIGKILL; a zombie is gone at once.
 */
#include <errno.h>
#include <stdio.h>
#include "task_internal.h"

static void task_announce(const struct vm_task *task, enum task_news news)
{
	mm_announce((struct mm_event){ .type = EVENT_TASK, .vm_task = (u8)task->id, .report = (u8)news,
				       .index = (u64)(s64)READ_ONCE(task->oom_score_adj) });
}

int tasks_init(void)
{
	struct task_state *tasks = machine_meta_alloc(this_cpu->machine, sizeof(*tasks), 64);

	if (!tasks)
		return -ENOMEM;
	for (unsigned id = 0; id < VM_MAX_TASKS; id++) {
		struct vm_task *task = &tasks->task[id];

		task->id = id;
		snprintf(task->comm, sizeof(task->comm), "task%u", id);
		mutex_init(&task->mmap_lock, 0);
		step_lock_init(&task->table_lock);
	}
	step_lock_init(&tasks->lock);
	vm_state()->tasks = tasks;
	return 0;
}

/* --- running as a task ------------------------------------------------------------------------------------------------------- */

void task_become(struct task_scope *scope, struct vm_task *task)
{
	struct sim_cpu *cpu = this_cpu;

	*scope = (struct task_scope){ task, cpu->process, cpu->task_flags & PF_OOM_VICTIM };
	cpu->process = (u8)(task->id + 1);
	if (READ_ONCE(task->oom_victim))
		cpu->task_flags |= PF_OOM_VICTIM;
}

/* Whoever ran here before is a victim or not, whatever became of the task meanwhile. */
void task_restore(const struct task_scope *scope)
{
	struct sim_cpu *cpu = this_cpu;

	cpu->process = scope->process;
	cpu->task_flags = (cpu->task_flags & ~(u32)PF_OOM_VICTIM) | (scope->victim ? PF_OOM_VICTIM : 0);
}

bool fatal_signal_pending(void)
{
	const struct vm_task *task = current_process();

	return task && task_is_killed(task);
}

/* --- the end ------------------------------------------------------------------------------------------------------------------- */

/* In one step: whoever is about to kill it, or to reap it, finds it as it was, or gone. */
static void cease_to_exist(struct vm_task *task)
{
	struct task_state *tasks = vm_state()->tasks;

	step_lock(&tasks->lock);
	if (task->oom_victim)
		exit_oom_victim(task);
	WRITE_ONCE(task->exists, false);
	WRITE_ONCE(task->killed, false);
	WRITE_ONCE(task->exiting, false);
	WRITE_ONCE(task->oom_victim, false);
	WRITE_ONCE(task->oom_skip, false);
	WRITE_ONCE(task->total_vm, 0);
	WRITE_ONCE(task->oom_score_adj, 0);
	SUB_ONCE(tasks->nr, 1);
	step_unlock(&tasks->lock);
}

/*
 * mmap_lock held. Nothing here needs memory. What a victim gave back is not to hide on this CPU's lists while another one is chosen
 * for want of it.
 */
static void end_task(struct vm_task *task)
{
	VM_BUG_ON(!task->exists);
	WRITE_ONCE(task->exiting, true);
	task_announce(task, TASK_EXITS);
	zap_range(task, 0, VM_SPACE_PAGES);
	for (unsigned i = 0; i < VM_WINDOWS; i++)
		close_window(task, i);
	task_free_tables(task);
	VM_BUG_ON(task->rss_anon || task->rss_file || task->rss_shmem || task->swapents || task->locked || task->nr_tables);
	if (READ_ONCE(task->oom_victim))
		drain_local_pages();
	cease_to_exist(task);
	task_announce(task, TASK_GONE);
}

int task_enter(struct task_scope *scope, unsigned id)
{
	struct vm_task *task = vm_task(id);

	if (!task_exists(id))
		return -ESRCH;
	task_become(scope, task);
	mutex_lock(&task->mmap_lock);
	if (task->exists && !task_is_killed(task))
		return 0;
	if (!task->exists) {
		mutex_unlock(&task->mmap_lock);
		task_restore(scope);
		return -ESRCH;
	}
	return task_leave(scope, -EINTR);
}

int task_leave(const struct task_scope *scope, int err)
{
	struct vm_task *task = scope->task;

	if (err && task_is_killed(task)) {
		end_task(task);
		err = -EINTR;
	}
	mutex_unlock(&task->mmap_lock);
	task_restore(scope);
	return err;
}

int task_exit(unsigned id)
{
	struct task_scope scope;
	struct vm_task *task = vm_task(id);
	int err = 0;

	if (!task_exists(id))
		return -ESRCH;
	task_become(&scope, task);
	mutex_lock(&task->mmap_lock);
	if (task->exists)
		end_task(task);
	else
		err = -ESRCH;
	mutex_unlock(&task->mmap_lock);
	task_restore(&scope);
	return err;
}

void tasks_settle(void)
{
	for (unsigned id = 0; id < VM_MAX_TASKS; id++)
		task_exit(id);
}

/* --- life ------------------------------------------------------------------------------------------------------------------------ */

static void begin_to_exist(struct vm_task *task, int oom_score_adj)
{
	struct task_state *tasks = vm_state()->tasks;

	step_lock(&tasks->lock);
	WRITE_ONCE(task->oom_score_adj, (int16_t)oom_score_adj);
	WRITE_ONCE(task->total_vm, VM_ANON_PAGES);
	WRITE_ONCE(task->exists, true);
	ADD_ONCE(tasks->nr, 1);
	step_unlock(&tasks->lock);
}

int task_create(unsigned id, int oom_score_adj)
{
	struct vm_task *task = vm_task(id);
	int err = 0;

	if (id >= VM_MAX_TASKS || oom_score_adj < OOM_SCORE_ADJ_MIN || oom_score_adj > OOM_SCORE_ADJ_MAX)
		return -EINVAL;
	mutex_lock(&task->mmap_lock);
	if (task->exists)
		err = -EEXIST;
	else if (!task_make_pgd(task))
		err = -ENOMEM;
	if (!err) {
		begin_to_exist(task, oom_score_adj);
		task_announce(task, TASK_CREATED);
	}
	mutex_unlock(&task->mmap_lock);
	return err;
}

/* SIGKILL comes once. tasks->lock held. true: now. */
bool send_sigkill(struct vm_task *task)
{
	if (!task->exists || task->killed)
		return false;
	WRITE_ONCE(task->killed, true);
	task_announce(task, TASK_KILLED);
	return true;
}

int task_kill(unsigned id)
{
	if (!task_exists(id))
		return -ESRCH;
	step_lock(&vm_state()->tasks->lock);
	send_sigkill(vm_task(id));
	step_unlock(&vm_state()->tasks->lock);
	return 0;
}

int task_set_adj(unsigned id, int adj)
{
	if (adj < OOM_SCORE_ADJ_MIN || adj > OOM_SCORE_ADJ_MAX)
		return -EINVAL;
	if (!task_exists(id))
		return -ESRCH;
	WRITE_ONCE(vm_task(id)->oom_score_adj, (int16_t)adj);
	task_announce(vm_task(id), TASK_ADJ);
	return 0;
}

struct task_figures task_figures(unsigned id)
{
	const struct vm_task *task = vm_task(id);

	if (!task_exists(id))
		return (struct task_figures){ 0 };
	return (struct task_figures){
		.exists = true,
		.killed = READ_ONCE(task->killed),
		.oom_victim = READ_ONCE(task->oom_victim),
		.oom_skip = READ_ONCE(task->oom_skip),
		.oom_score_adj = READ_ONCE(task->oom_score_adj),
		.total_vm = READ_ONCE(task->total_vm),
		.rss_anon = READ_ONCE(task->rss_anon),
		.rss_file = READ_ONCE(task->rss_file),
		.rss_shmem = READ_ONCE(task->rss_shmem),
		.swapents = READ_ONCE(task->swapents),
		.pgtables_bytes = (u64)READ_ONCE(task->nr_tables) << PAGE_SHIFT,
	};
}
