/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_task.c - tasks that use memory: they come, touch pages, map files, lock and pin what they have, and go.
 *
 * A task's slot is its number. A killed task does not know: the next operation on it ends it and answers "refused", and the slot is
 * stale. So an OOM killer's victim lives on until somebody looks, or until the reaper comes. Several operations may be of one
 * task at once, as of threads of a process; the last one that ends it is alone.
 */
#include "vm_client.h"

#define VPNS 1024 /* that ARG_VPN can name */

static const struct outcome done = { .ok = true };

/* Whatever else is asked, the answer is judged when it is there. */
static const char *judge_answer(struct world *w, const u64 *a, struct outcome seen)
{
	vm_note_death(w, a[0], seen.error);
	return vm_answered(w, seen.error, seen.value);
}

/* --- coming and going ------------------------------------------------------------------------------------------------------ */

static int adj_of(u64 a)
{
	return (int)a - 1000;
}

static void begin_create(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_TASK_CREATE, .task = (u8)a[0], .value = adj_of(a[1]) });
}
static struct outcome run_create(struct world *w, const u64 *a)
{
	int error = task_create((unsigned)a[0], adj_of(a[1]));

	if (!error)
		w->task[a[0]] = SLOT_LIVE;
	return vm_outcome(error);
}

static void begin_exit(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_TASK_EXIT, .task = (u8)a[0] });
}
static struct outcome run_exit(struct world *w, const u64 *a)
{
	int error = task_exit((unsigned)a[0]);

	w->task[a[0]] = SLOT_STALE;
	return vm_outcome(error);
}

static void begin_kill(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_TASK_KILL, .task = (u8)a[0] });
}
static struct outcome run_kill(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(task_kill((unsigned)a[0]));
}

static void begin_adj(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_TASK_ADJ, .task = (u8)a[0], .value = adj_of(a[1]) });
}
static struct outcome run_adj(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(task_set_adj((unsigned)a[0], adj_of(a[1])));
}

static void begin_score(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_SHOW, .task = (u8)a[0] });
}
static struct outcome run_score(struct world *w, const u64 *a)
{
	(void)w;
	return (struct outcome){ .ok = true, .has_value = true, .value = task_oom_score((unsigned)a[0]) };
}
static const char *judge_score(struct world *w, const u64 *a, struct outcome seen)
{
	unsigned due = model_oom_score(w->model, (unsigned)a[0]);
	const char *bad = vm_answered(w, 0, seen.value);

	if (bad || seen.value == due)
		return bad;
	return world_says(w, "O2: oom_score of task %llu is %llu, it should be %u", (unsigned long long)a[0],
			  (unsigned long long)seen.value, due);
}

/* --- touching ------------------------------------------------------------------------------------------------------------------ */

static void ask_access(struct world *w, u64 task, u64 vpn, bool write)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_ACCESS, .task = (u8)task, .index = (u32)vpn, .write = write });
}

static void begin_read(struct world *w, const u64 *a)
{
	ask_access(w, a[0], a[1], false);
}
static void begin_write(struct world *w, const u64 *a)
{
	ask_access(w, a[0], a[1], true);
}

static struct outcome touch(struct world *w, u64 task, u64 vpn, bool write, u64 fill)
{
	int error;

	world_scratch(w)->pending = vm_touch(w, (unsigned)task, (u32)vpn, write, fill, &error);
	return vm_outcome(error);
}

static struct outcome run_read(struct world *w, const u64 *a)
{
	return touch(w, a[0], a[1], false, 0);
}
static struct outcome run_write(struct world *w, const u64 *a)
{
	return touch(w, a[0], a[1], true, a[2]);
}

/* The first one was asked for when the operation began. */
static const char *touch_next(struct world *w, const u64 *a, u64 n, bool write, u64 fill, int *error)
{
	u32 vpn = (u32)((a[1] + n) % VPNS);

	if (n)
		ask_access(w, a[0], vpn, write);
	return vm_touch(w, (unsigned)a[0], vpn, write, fill, error);
}
static const char *write_one(struct world *w, const u64 *a, u64 n, int *error)
{
	return touch_next(w, a, n, true, a[3], error);
}
static const char *read_one(struct world *w, const u64 *a, u64 n, int *error)
{
	return touch_next(w, a, n, false, 0, error);
}
static struct outcome run_write_row(struct world *w, const u64 *a)
{
	return vm_row(w, a, a[2] + 1, "pages", write_one);
}
static struct outcome run_read_row(struct world *w, const u64 *a)
{
	return vm_row(w, a, a[2] + 1, "pages", read_one);
}

/* --- files in the address space ---------------------------------------------------------------------------------------------------- */

static u64 vpn_of_window(u64 window, u64 page)
{
	return VM_ANON_PAGES + window * VM_WINDOW_PAGES + page;
}

static void begin_mmap(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_MMAP,
					 .task = (u8)a[0],
					 .window = (u8)a[1],
					 .file = (u32)a[2],
					 .index = (u32)a[3],
					 .nr = (u32)a[4] + 1 });
}
static struct outcome run_mmap(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(task_mmap((unsigned)a[0], (unsigned)a[1], (u32)a[2], (u32)a[3], (u32)a[4] + 1));
}

static void begin_munmap(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_MUNMAP, .task = (u8)a[0], .window = (u8)a[1] });
}
static struct outcome run_munmap(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(task_munmap((unsigned)a[0], (unsigned)a[1]));
}

static void begin_window_read(struct world *w, const u64 *a)
{
	ask_access(w, a[0], vpn_of_window(a[1], a[2]), false);
}
static struct outcome run_window_read(struct world *w, const u64 *a)
{
	return touch(w, a[0], vpn_of_window(a[1], a[2]), false, 0);
}
static void begin_window_write(struct world *w, const u64 *a)
{
	ask_access(w, a[0], vpn_of_window(a[1], a[2]), true);
}
static struct outcome run_window_write(struct world *w, const u64 *a)
{
	return touch(w, a[0], vpn_of_window(a[1], a[2]), true, a[3]);
}

/* --- advice, locks, pins ------------------------------------------------------------------------------------------------------------- */

static void ask_range(struct world *w, unsigned op, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = (u8)op, .task = (u8)a[0], .index = (u32)a[1], .nr = (u32)a[2] + 1 });
}

static void begin_dontneed(struct world *w, const u64 *a)
{
	ask_range(w, VM_OP_DONTNEED, a);
}
static struct outcome run_dontneed(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(task_madvise_dontneed((unsigned)a[0], (u32)a[1], (u32)a[2] + 1));
}

static void begin_mlock(struct world *w, const u64 *a)
{
	ask_range(w, VM_OP_MLOCK, a);
}
static struct outcome run_mlock(struct world *w, const u64 *a)
{
	u32 locked = 0;
	int error = task_mlock((unsigned)a[0], (u32)a[1], (u32)a[2] + 1, &locked);

	(void)w;
	return (struct outcome){ .ok = !error, .error = error, .has_value = true, .what = "pages", .value = locked };
}

static void begin_munlock(struct world *w, const u64 *a)
{
	ask_range(w, VM_OP_MUNLOCK, a);
}
static struct outcome run_munlock(struct world *w, const u64 *a)
{
	(void)w;
	return vm_outcome(task_munlock((unsigned)a[0], (u32)a[1], (u32)a[2] + 1));
}

static void begin_pin(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_PIN, .task = (u8)a[1], .index = (u32)a[2], .write = true });
}
static struct outcome run_pin(struct world *w, const u64 *a)
{
	struct pin_slot *pin = &w->pin[a[0]];
	int error = task_pin((unsigned)a[1], (u32)a[2], &pin->pfn);

	if (!error)
		pin->state = SLOT_LIVE;
	world_scratch(w)->pending = vm_answered(w, error, pin->pfn);
	vm_note_death(w, a[1], error);
	return (struct outcome){ .ok = !error, .error = error };
}

static void begin_unpin(struct world *w, const u64 *a)
{
	vm_ask(w, (struct model_vm_ask){ .op = VM_OP_UNPIN, .index = (u32)w->pin[a[0]].pfn });
}
static struct outcome run_unpin(struct world *w, const u64 *a)
{
	task_unpin(w->pin[a[0]].pfn);
	w->pin[a[0]].state = SLOT_STALE;
	return done;
}
static const char *judge_unpin(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a, (void)seen;
	return vm_answered(w, 0, 0);
}

const struct op task_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0x0400, "task_create", { ARG_NEW_TASK, ARG_ADJ }, 60, OP_TASK_ONLY, NULL, begin_create, run_create, judge_answer },
	{ 0x0401, "task_exit", { ARG_LAST_TASK }, 12, OP_TASK_ONLY, NULL, begin_exit, run_exit, judge_answer },
	{ 0x0402, "task_kill", { ARG_TASK }, 6, OP_TASK_ONLY, NULL, begin_kill, run_kill, judge_answer },
	{ 0x0403, "task_set_adj", { ARG_TASK, ARG_ADJ }, 10, OP_TASK_ONLY, NULL, begin_adj, run_adj, judge_answer },
	{ 0x0404, "task_read", { ARG_TASK, ARG_VPN }, 120, OP_TASK_ONLY, NULL, begin_read, run_read, judge_pending },
	{ 0x0405, "task_write", { ARG_TASK, ARG_VPN, ARG_FILL }, 160, OP_TASK_ONLY, NULL, begin_write, run_write, judge_pending },
	{ 0x0406, "task_write_row", { ARG_TASK, ARG_VPN, ARG_PAGES, ARG_FILL }, 120, OP_TASK_ONLY, NULL, begin_write, run_write_row,
	  judge_pending },
	{ 0x0407, "task_read_row", { ARG_TASK, ARG_VPN, ARG_PAGES }, 40, OP_TASK_ONLY, NULL, begin_read, run_read_row, judge_pending },
	{ 0x0408, "task_mmap", { ARG_TASK, ARG_WINDOW, ARG_FILE, ARG_INDEX, ARG_PAGES }, 24, OP_TASK_ONLY, NULL, begin_mmap, run_mmap,
	  judge_answer },
	{ 0x0409, "task_munmap", { ARG_TASK, ARG_WINDOW }, 8, OP_TASK_ONLY, NULL, begin_munmap, run_munmap, judge_answer },
	{ 0x040a, "window_read", { ARG_TASK, ARG_WINDOW, ARG_WINDOW_PAGE }, 60, OP_TASK_ONLY, NULL, begin_window_read,
	  run_window_read, judge_pending },
	{ 0x040b, "window_write", { ARG_TASK, ARG_WINDOW, ARG_WINDOW_PAGE, ARG_FILL }, 40, OP_TASK_ONLY, NULL, begin_window_write,
	  run_window_write, judge_pending },
	{ 0x040c, "madvise_dontneed", { ARG_TASK, ARG_VPN, ARG_PAGES }, 16, OP_TASK_ONLY, NULL, begin_dontneed, run_dontneed,
	  judge_answer },
	{ 0x040d, "mlock", { ARG_TASK, ARG_VPN, ARG_PAGES }, 12, OP_TASK_ONLY, NULL, begin_mlock, run_mlock, judge_answer },
	{ 0x040e, "munlock", { ARG_TASK, ARG_VPN, ARG_PAGES }, 10, OP_TASK_ONLY, NULL, begin_munlock, run_munlock, judge_answer },
	{ 0x040f, "pin_page", { ARG_NEW_PIN, ARG_TASK, ARG_VPN }, 12, OP_TASK_ONLY, NULL, begin_pin, run_pin, judge_pending },
	{ 0x0410, "unpin_page", { ARG_PIN }, 10, OP_TASK_ONLY, NULL, begin_unpin, run_unpin, judge_unpin },
	{ 0x0411, "oom_score", { ARG_TASK }, 6, OP_TASK_ONLY, NULL, begin_score, run_score, judge_score },
	{ 0 }
};
