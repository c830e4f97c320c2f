// SPDX-License-Identifier: GPL-2.0-only
/*
 * play_vm.c - a program of tasks, files and swap on mm alone: who touches what is kept here, by mm's answers.
 *
 * Operations are told apart by their names. A fault of a disk makes the contents of files uncertain: they are not compared any more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "vm_client.h"
#include "vm_laws.h"

static bool is_op(const struct op *op, const char *name)
{
	return !strcmp(op->name, name);
}

/* --- what is there ------------------------------------------------------------------------------------------------ */

struct touch {
	unsigned task;
	u32 vpn, nr;
	bool write;
	u64 fill;
};

static void die(struct law_vm *v, unsigned task)
{
	v->task[task] = false;
	memset(v->key[task], 0, sizeof(v->key[task]));
}

static void act_touch(struct prop_run *r, void *arg)
{
	struct touch *t = arg;
	struct law_vm *v = r->vm;

	for (u32 i = 0; i < t->nr && v->task[t->task] && !r->verdict.failed; i++) {
		u32 vpn = (t->vpn + i) % LAW_VPNS;
		u64 *key = &v->key[t->task][vpn], pfn = 0;
		int error;
		void *page;

		r->w->machine->fuel = param_of(r, PARAM_FUEL);
		error = task_access(t->task, vpn, t->write, &pfn);
		if (error == -EINTR)
			die(v, t->task);
		if (error)
			return;
		page = ram_address(r->w->machine, pfn);
		if (!sim_page_holds(*key, page)) {
			prop_fail(r, "page %u of task %u is not as it was written", vpn, t->task);
			return;
		}
		if (t->write)
			sim_page_fill(*key = vm_key(++v->writes, t->fill), page);
	}
}

static u64 *file_key(struct law_vm *v, u32 file, u32 index)
{
	return file < LAW_FILES && index < LAW_FILE_PAGES ? &v->file[file][index] : NULL;
}

struct row {
	u32 file, index, nr;
	bool write;
	u64 fill;
};

/* Pages between the old end and the new one are holes. */
static void write_page(struct prop_run *r, const struct row *row, u32 index)
{
	struct law_vm *v = r->vm;
	u32 size = file_size(row->file);
	u64 key = vm_key(++v->writes, row->fill);

	sim_page_fill(key, v->buffer);
	if (file_write(row->file, index, v->buffer) != 0)
		return;
	for (u32 hole = size; hole < index && file_key(v, row->file, hole); hole++)
		*file_key(v, row->file, hole) = 0;
	if (file_key(v, row->file, index))
		*file_key(v, row->file, index) = key;
}

static void act_row(struct prop_run *r, void *arg)
{
	struct row *row = arg;
	struct law_vm *v = r->vm;

	for (u32 i = 0; i < row->nr && !r->verdict.failed; i++) {
		u32 index = (row->index + i) % LAW_FILE_PAGES;
		const u64 *key = file_key(v, row->file, index);

		r->w->machine->fuel = param_of(r, PARAM_FUEL);
		if (row->write)
			write_page(r, row, index);
		else if (file_read(row->file, index, v->buffer) == 0 && key && !v->unsure[row->file] &&
			 !sim_page_holds(*key, v->buffer))
			prop_fail(r, "page %u of file %u is not as it was written", index, row->file);
	}
}

/* --- operations --------------------------------------------------------------------------------------------------- */

static void truncate_to(struct prop_run *r, u32 file, u32 pages)
{
	struct law_vm *v = r->vm;
	u32 size = file_size(file);

	if (file_truncate(file, pages) != 0 || file >= LAW_FILES)
		return;
	for (u32 i = pages < size ? pages : size; i < LAW_FILE_PAGES; i++)
		v->file[file][i] = 0;
}

static void dontneed(struct prop_run *r, const u64 *a)
{
	u32 nr = (u32)a[2] + 1;
	int error = task_madvise_dontneed((unsigned)a[0], (u32)a[1], nr);

	if (error == -EINTR)
		die(r->vm, (unsigned)a[0]);
	for (u32 i = 0; !error && i < nr; i++)
		if (a[1] + i < LAW_VPNS)
			r->vm->key[a[0]][a[1] + i] = 0;
}

static void lock_pages(struct prop_run *r, const struct op *op, const u64 *a)
{
	u32 locked;
	int error = is_op(op, "mlock") ? task_mlock((unsigned)a[0], (u32)a[1], (u32)a[2] + 1, &locked) :
				      task_munlock((unsigned)a[0], (u32)a[1], (u32)a[2] + 1);

	if (error == -EINTR)
		die(r->vm, (unsigned)a[0]);
}

static void of_task(struct prop_run *r, const struct op *op, const u64 *a)
{
	struct law_vm *v = r->vm;

	if (a[0] >= LAW_TASKS)
		return;
	if (is_op(op, "task_create") && !v->task[a[0]])
		v->task[a[0]] = task_create((unsigned)a[0], (int)a[1] - 1000) == 0;
	if (is_op(op, "task_create") || !v->task[a[0]])
		return;
	if (is_op(op, "task_read") || is_op(op, "task_write"))
		act_touch(r, &(struct touch){ (unsigned)a[0], (u32)a[1], 1, is_op(op, "task_write"), a[2] });
	else if (is_op(op, "task_read_row") || is_op(op, "task_write_row"))
		act_touch(r, &(struct touch){ (unsigned)a[0], (u32)a[1], (u32)a[2] + 1, is_op(op, "task_write_row"), a[3] });
	else if (is_op(op, "madvise_dontneed"))
		dontneed(r, a);
	else if (is_op(op, "mlock") || is_op(op, "munlock"))
		lock_pages(r, op, a);
	else if (is_op(op, "task_set_adj"))
		task_set_adj((unsigned)a[0], (int)a[1] - 1000);
	else if (is_op(op, "task_kill"))
		task_kill((unsigned)a[0]);
	else if (is_op(op, "task_exit")) {
		task_exit((unsigned)a[0]);
		die(v, (unsigned)a[0]);
	}
}

static void of_file(struct prop_run *r, const struct op *op, const u64 *a)
{
	if (is_op(op, "file_read") || is_op(op, "file_write"))
		act_row(r, &(struct row){ (u32)a[0], (u32)a[1], 1, is_op(op, "file_write"), a[2] });
	else if (is_op(op, "file_read_row") || is_op(op, "file_write_row"))
		act_row(r, &(struct row){ (u32)a[0], (u32)a[1], (u32)a[2] + 1, is_op(op, "file_write_row"), a[3] });
	else if (is_op(op, "file_fsync"))
		file_fsync((u32)a[0]);
	else if (is_op(op, "file_truncate"))
		truncate_to(r, (u32)a[0], (u32)a[1]);
	else if (is_op(op, "drop_caches"))
		drop_caches((unsigned)a[0] + 1);
	for (u64 i = 0; is_op(op, "file_walk") && i <= a[1]; i++)
		file_open(LAW_FILES + (u32)(a[0] + i));
}

static void of_swap(struct prop_run *r, const struct op *op, const u64 *a)
{
	if (is_op(op, "swapon"))
		swapon((unsigned)a[0] + 1, (u32)a[1], (int)a[2] - 1);
	else if (is_op(op, "swapoff"))
		swapoff((unsigned)a[0] + 1);
	else if (is_op(op, "vm_knob") && a[0] != VM_PANIC_ON_OOM)
		vm_knob_write((enum vm_knob)a[0], (u32)a[1]);
	else if (is_op(op, "disk_fault")) {
		memset(r->vm->unsure, true, sizeof(r->vm->unsure));
		sim_plan_fault(r->w->machine, (enum sim_fault_site)(FAULT_DISK_READ + a[0]), (u32)a[1], (u32)a[2]);
	}
}

struct step {
	const struct op *op;
	u64 a[MAX_ARGS];
};

static void act_step(struct prop_run *r, void *arg)
{
	const struct step *s = arg;

	if (s->op->code < 0x0420)
		of_task(r, s->op, s->a);
	else if (s->op->code < 0x0440)
		of_file(r, s->op, s->a);
	else
		of_swap(r, s->op, s->a);
}

static void forget(struct law_vm *v)
{
	memset(v, 0, sizeof(*v));
	for (u32 f = 0; f < LAW_FILES; f++)
		for (u32 i = 0; i < LAW_FILE_PAGES; i++)
			v->file[f][i] = i < FILE_PAGES ? disk_virgin_key(0, (u64)f << 20 | i) : 0;
}

bool play_vm(struct prop_run *r, const struct program *p)
{
	if (!r->vm)
		r->vm = malloc(sizeof(*r->vm));
	if (!r->vm)
		abort();
	forget(r->vm);
	r->played = p;
	if (!machine_boot(r, p))
		return false;
	for (u32 i = 0; r->w->vm_up && i < p->nr_ops; i++) {
		const struct op *op = op_by_code(p->op[i].code);
		struct step s = { .op = op };

		if (!op || op->code < 0x0400)
			continue;
		instr_args(op, &p->op[i], s.a);
		r->verdict.step = (int)i;
		if (!machine_do(r, (struct place){ p->op[i].cpu, CONTEXT_TASK }, act_step, &s) || r->verdict.failed)
			return false;
	}
	machine_calm(r);
	return true;
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

bool law_files_hold(struct prop_run *r)
{
	for (u32 f = 0; f < LAW_FILES; f++) {
		struct row row = { f, 0, LAW_FILE_PAGES, false, 0 };

		if (!machine_do(r, some_cpu(r, f), act_row, &row) || r->verdict.failed)
			return false;
	}
	return true;
}

bool law_tasks_hold(struct prop_run *r)
{
	for (unsigned t = 0; t < LAW_TASKS; t++)
		for (u32 vpn = 0; r->vm->task[t] && vpn < LAW_VPNS; vpn++) {
			struct touch touch = { t, vpn, 1, false, 0 };

			if (r->vm->key[t][vpn] && (!machine_do(r, some_cpu(r, t), act_touch, &touch) || r->verdict.failed))
				return false;
		}
	return true;
}

static void act_end_all(struct prop_run *r, void *arg)
{
	(void)arg;
	for (unsigned t = 0; t < LAW_TASKS; t++)
		if (r->vm->task[t])
			task_exit(t);
	vm_settle();
	slab_settle();
}

bool law_vm_settled_picture(struct prop_run *r, struct picture *picture)
{
	return machine_do(r, (struct place){ 0, CONTEXT_TASK }, act_end_all, NULL) && settled_picture(r, picture);
}
