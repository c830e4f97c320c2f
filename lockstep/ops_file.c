/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_file.c - files: read, written, made durable, cut; walks over many of them; and caches that are dropped.
 *
 * Files below MODEL_TRACKED_FILES are written and known page by page; those behind them are only opened and read.
 */
#include "vm_client.h"

/* Asked where the loop begins; what is left in flight ends with the operation. */
static void begin_nothing(struct world *w, const u64 *a)
{
	(void)w, (void)a;
}

static struct outcome one_page(struct world *w, u64 file, u64 index, bool write, u64 fill)
{
	int error = 0;

	world_scratch(w)->pending = vm_file_page(w, (u32)file, (u32)index, write, fill, &error);
	return vm_outcome(error);
}
static struct outcome run_read(struct world *w, const u64 *a)
{
	return one_page(w, a[0], a[1], false, 0);
}
static struct outcome run_write(struct world *w, const u64 *a)
{
	return one_page(w, a[0], a[1], true, a[2]);
}

static u32 index_in_row(const u64 *a, u64 n)
{
	return (u32)((a[1] + n) % MODEL_TRACKED_PAGES);
}
static const char *read_one(struct world *w, const u64 *a, u64 n, int *error)
{
	return vm_file_page(w, (u32)a[0], index_in_row(a, n), false, 0, error);
}
static const char *write_one(struct world *w, const u64 *a, u64 n, int *error)
{
	return vm_file_page(w, (u32)a[0], index_in_row(a, n), true, a[3], error);
}
static struct outcome run_read_row(struct world *w, const u64 *a)
{
	return vm_row(w, a, a[2] + 1, "pages", read_one);
}
static struct outcome run_write_row(struct world *w, const u64 *a)
{
	return vm_row(w, a, a[2] + 1, "pages", write_one);
}

static void begin_open(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_FILE_OPEN, .file = (u32)a[0] });
}
static struct outcome run_open(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(file_open((u32)a[0]));
}

/* ls -lR, and a look at the first page of every eighth. */
static const char *walk_one(struct world *w, const u64 *a, u64 n, int *error)
{
	u32 file = MODEL_TRACKED_FILES + (u32)(a[0] * w->machine->param[PARAM_WALK_SCALE] + n);
	const char *bad;

	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_FILE_OPEN, .file = file });
	*error = file_open(file);
	bad = vm_answered(w, *error, 0);
	if (bad || *error || n % 8 || (bad = model_end(w->model, world_cpu())))
		return bad;
	return vm_file_page(w, file, 0, false, 0, error);
}
static struct outcome run_walk(struct world *w, const u64 *a)
{
	return vm_row(w, a, (a[1] + 1) * w->machine->param[PARAM_WALK_SCALE], "files", walk_one);
}

/* All pages of many files, one after the other. */
static const char *read_next_of_all(struct world *w, const u64 *a, u64 n, int *error)
{
	return vm_file_page(w, MODEL_TRACKED_FILES + (u32)(a[0] + n / FILE_PAGES), (u32)(n % FILE_PAGES), false, 0, error);
}
static struct outcome run_read_whole(struct world *w, const u64 *a)
{
	return vm_row(w, a, (a[1] + 1) * FILE_PAGES, "pages", read_next_of_all);
}

static void begin_fsync(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_FSYNC, .file = (u32)a[0] });
}
static struct outcome run_fsync(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(file_fsync((u32)a[0]));
}

static void begin_truncate(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_TRUNCATE, .file = (u32)a[0], .nr = (u32)a[1] });
}
static struct outcome run_truncate(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(file_truncate((u32)a[0], (u32)a[1]));
}

static void begin_drop(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_DROP_CACHES, .value = (s32)a[0] + 1 });
}
static struct outcome run_drop(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(drop_caches((unsigned)a[0] + 1));
}

const struct op file_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0x0420, "file_open", { ARG_FILE }, 16, OP_TASK_ONLY, NULL, begin_open, run_open, vm_judge_answer },
	{ 0x0421, "file_read", { ARG_FILE, ARG_INDEX }, 80, OP_TASK_ONLY, NULL, begin_nothing, run_read, judge_pending },
	{ 0x0422, "file_write", { ARG_FILE, ARG_INDEX, ARG_FILL }, 100, OP_TASK_ONLY, NULL, begin_nothing, run_write, judge_pending },
	{ 0x0423, "file_read_row", { ARG_FILE, ARG_INDEX, ARG_PAGES }, 60, OP_TASK_ONLY, NULL, begin_nothing, run_read_row,
	  judge_pending },
	{ 0x0424, "file_write_row", { ARG_FILE, ARG_INDEX, ARG_PAGES, ARG_FILL }, 60, OP_TASK_ONLY, NULL, begin_nothing,
	  run_write_row, judge_pending },
	{ 0x0425, "file_walk", { ARG_FIRST_FILE, ARG_FILES }, 30, OP_TASK_ONLY, NULL, begin_nothing, run_walk, judge_pending },
	{ 0x0429, "file_read_whole", { ARG_FIRST_FILE, ARG_FILES }, 8, OP_TASK_ONLY, NULL, begin_nothing, run_read_whole,
	  judge_pending },
	{ 0x0426, "file_fsync", { ARG_FILE }, 16, OP_TASK_ONLY, NULL, begin_fsync, run_fsync, vm_judge_answer },
	{ 0x0427, "file_truncate", { ARG_FILE, ARG_INDEX }, 14, OP_TASK_ONLY, NULL, begin_truncate, run_truncate, vm_judge_answer },
	{ 0x0428, "drop_caches", { ARG_DROP }, 10, OP_TASK_ONLY, NULL, begin_drop, run_drop, vm_judge_answer },
	{ 0 }
};
