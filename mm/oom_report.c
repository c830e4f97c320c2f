/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * oom_report.c - what is said when somebody is killed for memory, in the kernel's forms.
 *
 *   task1 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
 *   Mem-Info: ...                                        [F9] of the zones the request may use
 *   Tasks state (memory values in pages): ...            if vm.oom_dump_tasks
 *   oom-kill:constraint=CONSTRAINT_NONE,...,task=task3,pid=103,uid=0
 *   Out of memory: Killed process 103 (task3) total-vm:64kB, ...
 *   oom_reaper: reaped process 103 (task3), now anon-rss:0kB, ...
 *
 * The table is in pages, but for page tables, which are in bytes; the other lines are in kB.
 * Rules [O11] head and table  [O12] the line that tells machines  [O13] the one that tells people
 * Locks: those of Mem-Info. Unlike Linux: no stack trace, one user (0), the reports of slabs and of unreclaimable memory are not
 * part of it.
 */
#include "textbuf.h"
#include "vm_internal.h"

/* A task of the kernel, which has no memory of its own, is this program. */
const char *current_comm(void)
{
	return current_mm()->vm && current_process() ? current_process()->comm : "mmcheck";
}

static unsigned task_pid(const struct vm_task *task)
{
	return 100 + task->id;
}

static void put_signed(struct text *t, s64 number, size_t width)
{
	char digits[24];
	struct text d = text_in(digits, sizeof(digits));

	digits[0] = 0;
	text_words(&d, number < 0 ? "-" : "");
	text_number(&d, number < 0 ? -(u64)number : (u64)number, 0);
	text_padded(t, digits, width);
}

static void put_kbytes(struct text *t, const char *label, u64 pages)
{
	put_number(t, label, pages * (PAGE_SIZE / 1024));
	text_words(t, "kB");
}

static u64 rss_of(const struct vm_task *task)
{
	return READ_ONCE(task->rss_anon) + READ_ONCE(task->rss_file) + READ_ONCE(task->rss_shmem);
}

/* --- the table ---------------------------------------------------------------------------------------------------------------- */

static void log_task(const struct vm_task *task)
{
	char line[200];
	struct text t = text_in(line, sizeof(line));
	const u64 column[] = { READ_ONCE(task->total_vm), rss_of(task), READ_ONCE(task->rss_anon), READ_ONCE(task->rss_file) };

	text_words(&t, "[");
	text_number(&t, task_pid(task), 7);
	text_words(&t, "]     0 ");
	text_number(&t, task_pid(task), 5);
	for (unsigned i = 0; i < ARRAY_SIZE(column); i++) {
		text_words(&t, " ");
		text_number(&t, column[i], 8);
	}
	text_words(&t, " ");
	text_number(&t, READ_ONCE(task->rss_shmem), 9);
	text_words(&t, " ");
	text_number(&t, READ_ONCE(task->nr_tables) * PAGE_SIZE, 8);
	text_words(&t, " ");
	text_number(&t, READ_ONCE(task->swapents), 8);
	text_words(&t, "         ");
	put_signed(&t, READ_ONCE(task->oom_score_adj), 5);
	text_words(&t, " ");
	text_words(&t, task->comm);
	text_words(&t, "\n");
	sim_log_text(line);
}

static void log_tasks(void)
{
	sim_log_text("Tasks state (memory values in pages):\n"
		     "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents "
		     "oom_score_adj name\n");
	for (unsigned id = 0; id < VM_MAX_TASKS; id++)
		if (READ_ONCE(vm_task(id)->exists))
			log_task(vm_task(id));
}

/* --- lines -------------------------------------------------------------------------------------------------------------------- */

sim_cold void oom_dump_header(const struct oom_control *oc)
{
	const struct vm_task *task = current_process();
	char line[700], mode[400];
	struct text t = text_in(line, sizeof(line));

	gfp_flags_show(oc->gfp, mode, sizeof(mode));
	text_words(&t, current_comm());
	text_words(&t, " invoked oom-killer: gfp_mask=");
	text_hex(&t, oc->gfp);
	text_words(&t, "(");
	text_words(&t, mode);
	put_number(&t, "), order=", oc->order);
	text_words(&t, ", oom_score_adj=");
	put_signed(&t, task ? READ_ONCE(task->oom_score_adj) : 0, 0);
	sim_log_text(line);
	show_mem_info(gfp_zone(oc->gfp));
	if (vm_knob(VM_OOM_DUMP_TASKS))
		log_tasks();
}

sim_cold void oom_dump_victim(const struct vm_task *task)
{
	char line[200];
	struct text t = text_in(line, sizeof(line));

	text_words(&t, "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0");
	if (current_mm()->nr_nodes > 1)
		put_number(&t, "-", current_mm()->nr_nodes - 1u);
	text_words(&t, ",global_oom,task_memcg=/,task=");
	text_words(&t, task->comm);
	put_number(&t, ",pid=", task_pid(task));
	text_words(&t, ",uid=0\n");
	sim_log_text(line);
}

static void put_rss(struct text *t, const struct vm_task *task)
{
	put_kbytes(t, "anon-rss:", READ_ONCE(task->rss_anon));
	put_kbytes(t, ", file-rss:", READ_ONCE(task->rss_file));
	put_kbytes(t, ", shmem-rss:", READ_ONCE(task->rss_shmem));
}

sim_cold void oom_log_kill(const struct vm_task *task, const char *message)
{
	char line[300];
	struct text t = text_in(line, sizeof(line));

	text_words(&t, message);
	put_number(&t, ": Killed process ", task_pid(task));
	text_words(&t, " (");
	text_words(&t, task->comm);
	put_kbytes(&t, ") total-vm:", READ_ONCE(task->total_vm));
	text_words(&t, ", ");
	put_rss(&t, task);
	put_kbytes(&t, ", UID:0 pgtables:", READ_ONCE(task->nr_tables));
	text_words(&t, " oom_score_adj:");
	put_signed(&t, READ_ONCE(task->oom_score_adj), 0);
	text_words(&t, "\n");
	sim_log_text(line);
}

sim_cold void oom_log_reaped(const struct vm_task *task, bool done)
{
	char line[200];
	struct text t = text_in(line, sizeof(line));

	put_number(&t, done ? "oom_reaper: reaped process " : "oom_reaper: unable to reap pid:", task_pid(task));
	text_words(&t, " (");
	text_words(&t, task->comm);
	text_words(&t, done ? "), now " : ")");
	if (done)
		put_rss(&t, task);
	text_words(&t, "\n");
	sim_log_text(line);
}
