/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_client.c - a client of tasks, files and swap: asks, looks at what is in the page, and remembers what it wrote.
 *
 * Each page that is written gets contents of its own (sim_page_fill() of a key), and each page that is read is compared whole with what
 * the model says was written there last. So a page that went to swap and came back as another one is seen at once.
 */
#include "vm_client.h"

void vm_ask(struct world *w, struct model_vm_ask ask)
{
	w->log_from = w->machine->log_bytes;
	model_begin_vm(w->model, world_cpu(), world_where(), &ask);
}

const char *vm_answered(struct world *w, int error, u64 value)
{
	const char *bad = world_drain(w);

	return bad ? bad : model_vm_answer(w->model, world_cpu(), error, value);
}

const char *vm_answered_one(struct world *w, int error, u64 value)
{
	const char *bad = vm_answered(w, error, value);

	return bad ? bad : model_end(w->model, world_cpu());
}

const char *vm_judge_answer(struct world *w, const u64 *a, struct outcome seen)
{
	(void)a;
	return vm_answered(w, seen.error, seen.value);
}

struct outcome vm_row(struct world *w, const u64 *a, u64 nr, const char *what, vm_one one)
{
	const char *bad = NULL;
	int error = 0;
	u64 n = 0;

	for (; n < nr && !bad && !error; n++) {
		if (n && (bad = model_end(w->model, world_cpu())))
			break;
		more_fuel(w);
		bad = one(w, a, n, &error);
	}
	world_scratch(w)->pending = bad;
	return (struct outcome){ .ok = !error, .has_value = true, .what = what, .value = error ? n - 1 : n };
}

void vm_note_death(struct world *w, u64 task, int error)
{
	if (error == -EINTR)
		w->task[task] = SLOT_STALE;
}

static const char *not_there(struct world *w, const char *what, u64 where, u64 index, u64 key, const void *page)
{
	return world_says(w, "V50: %s %llu, page %llu holds other bytes than were written there last (it begins with %#llx, key %#llx)",
			  what, (unsigned long long)where, (unsigned long long)index, *(const unsigned long long *)page,
			  (unsigned long long)key);
}

const char *vm_touch(struct world *w, unsigned task, u32 vpn, bool write, u64 fill, int *error)
{
	u64 pfn = EMPTY_PFN, key;
	const char *bad;
	void *page;

	*error = task_access(task, vpn, write, &pfn);
	bad = vm_answered(w, *error, pfn);
	vm_note_death(w, task, *error);
	if (bad || *error)
		return bad;
	page = ram_address(w->machine, pfn);
	key = model_task_key(w->model, task, vpn);
	if (!sim_page_holds(key, page))
		return not_there(w, "task", task, vpn, key, page);
	if (!write)
		return NULL;
	key = vm_key(++w->writes, fill);
	sim_page_fill(key, page);
	model_task_wrote(w->model, task, vpn, key);
	return NULL;
}

const char *vm_file_page(struct world *w, u32 file, u32 index, bool write, u64 fill, int *error)
{
	void *buffer = w->buffer[world_cpu()];
	u64 key = 0;
	const char *bad;

	if (write) {
		key = vm_key(++w->writes, fill);
		sim_page_fill(key, buffer);
	}
	vm_ask(w, (struct model_vm_ask){ .op = write ? VM_OP_FILE_WRITE : VM_OP_FILE_READ,
					 .file = file,
					 .index = index,
					 .write = write,
					 .key = key });
	*error = write ? file_write(file, index, buffer) : file_read(file, index, buffer);
	bad = vm_answered(w, *error, 0);
	if (bad || *error || write)
		return bad;
	key = model_read_key(w->model, world_cpu());
	return sim_page_holds(key, buffer) ? NULL : not_there(w, "file", file, index, key, buffer);
}
