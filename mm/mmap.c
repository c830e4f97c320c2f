/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmap.c - windows on files, and giving memory back.
 *
 * A window shows pages [first, first + nr) of a file, shared with everybody who maps or writes it. Mapping one costs nothing; its
 * pages come when they are touched. The window stays until all its entries are gone: who looks for mappings of a file
 * finds them through the windows (rmap.c).
 *
 * Locks: mmap_lock. Unlike Linux: no VMAs; a window is where it is, and is unmapped as a whole; MAP_SHARED alone;
 * MADV_DONTNEED of mlocked memory is what MADV_DONTNEED_LOCKED does: it goes, and what comes next is not locked.
 */
#include <errno.h>
#include "task_internal.h"

static void announce_window(const struct vm_task *task, unsigned window, enum task_news news)
{
	mm_announce((struct mm_event){ .type = EVENT_TASK, .vm_task = (u8)task->id, .report = (u8)news, .order = (u8)window });
}

int task_mmap(unsigned id, unsigned window, u32 file, u32 first, u32 nr)
{
	struct task_scope scope;
	int err;

	if (window >= VM_WINDOWS || !nr || nr > VM_WINDOW_PAGES || first > FILE_MAX_PAGES - nr)
		return -EINVAL;
	err = task_enter(&scope, id);
	if (err)
		return err;
	if (scope.task->window[window].nr)
		return task_leave(&scope, -EBUSY);
	step_lock(&scope.task->table_lock);
	scope.task->window[window].file = file;
	scope.task->window[window].first = first;
	scope.task->window[window].nr = nr;
	step_unlock(&scope.task->table_lock);
	ADD_ONCE(scope.task->total_vm, nr);
	announce_window(scope.task, window, TASK_MAPS);
	return task_leave(&scope, 0);
}

void close_window(struct vm_task *task, unsigned window)
{
	if (!task->window[window].nr)
		return;
	SUB_ONCE(task->total_vm, task->window[window].nr);
	step_lock(&task->table_lock);
	task->window[window].nr = 0;
	step_unlock(&task->table_lock);
	announce_window(task, window, TASK_UNMAPS);
}

int task_munmap(unsigned id, unsigned window)
{
	struct task_scope scope;
	int err;

	if (window >= VM_WINDOWS)
		return -EINVAL;
	err = task_enter(&scope, id);
	if (err)
		return err;
	if (!scope.task->window[window].nr)
		return task_leave(&scope, -EINVAL);
	zap_range(scope.task, window_vpn(window), VM_WINDOW_PAGES);
	close_window(scope.task, window);
	return task_leave(&scope, 0);
}

int task_madvise_dontneed(unsigned id, u32 vpn, u32 nr)
{
	struct task_scope scope;
	int err;

	if (vpn > VM_ANON_PAGES || nr > VM_ANON_PAGES - vpn)
		return -EINVAL;
	err = task_enter(&scope, id);
	if (err)
		return err;
	zap_range(scope.task, vpn, nr);
	return task_leave(&scope, 0);
}
