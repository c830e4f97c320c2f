/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_text.c - what is said of pages that tasks, files and swap use, and of who is killed.
 *
 * Figures of texts are counted from frames, slots and tasks when they are asked for. Numbers that are sums of all that ever
 * happened, and that the model does not keep, are not looked at.
 *
 * A report of the OOM killer is about the moment of the kill, and looked for in the log when the operation is over: so it is
 * written here at that moment, from the model's state, and kept. Each piece must be found in the log, one behind the other.
 */
#include <string.h>
#include "model_text.h"
#include "textbuf.h"
#include "vm_state.h"

/* --- figures ---------------------------------------------------------------------------------------------------------------------- */

static void count_frame(const struct vm_frame *f, struct vm_figures *sum)
{
	bool anon = vm_is_anon(f), cached = f->use == VM_USE_FILE + 1 && f->file != VM_NO_FILE;
	bool dirty = cached && (f->flags & VMF_DIRTY), writeback = f->flags & VMF_WRITEBACK;

	if (f->place < NR_LRU_LISTS)
		sum->lru[f->place]++;
	sum->isolated[!anon] += f->place == LRU_ISOLATED;
	sum->anon += f->maps && anon;
	sum->mapped += f->maps && !anon;
	sum->swapcache += f->entry != 0;
	sum->file_pages += cached || f->entry;
	sum->dirty += dirty;
	sum->writeback += writeback;
	sum->pending += dirty + writeback;
	sum->tables += f->use == VM_USE_TABLE + 1 && f->task; /* those of swap have no row */
	sum->mlocked += (f->flags & VMF_MLOCKED) != 0;
}

struct vm_figures vm_figures(const struct model *m, unsigned nid, unsigned zone)
{
	struct vm_figures sum = { 0 };

	if (!model_has_vm(m))
		return sum;
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++) {
		unsigned z;

		if (!m->vm->frame[pfn].use)
			continue;
		z = model_zone_of(m, pfn);
		if ((nid == ANY_NODE || m->zone[z].nid == nid) && (zone == ANY_ZONE || z == zone))
			count_frame(&m->vm->frame[pfn], &sum);
	}
	sum.hopeless = nid != ANY_NODE && m->vm->live.node[nid].failures >= MAX_RECLAIM_RETRIES;
	sum.free_swap = vm_free_swap(m);
	sum.total_swap = vm_total_swap(m);
	sum.zswap = m->vm->sums.zswap;
	sum.zswap_stored = m->vm->sums.zswap_stored;
	return sum;
}

/* --- reports that are due ----------------------------------------------------------------------------------------------------------- */

void vm_log_begins(struct model *m)
{
	if (!m->vm)
		return;
	m->vm->due.bytes = 0;
	m->vm->due.lost = false;
}

void vm_text_is_due(struct model *m, const char *text, size_t len)
{
	struct vm_due *due = &m->vm->due;

	if (due->lost || len + 2 > sizeof(due->text) - due->bytes) {
		due->lost = true;
		return;
	}
	memcpy(due->text + due->bytes, text, len);
	due->bytes += (u32)len;
	due->text[due->bytes] = 0;
}

/* What comes from here on need not follow at once. */
static void another_piece(struct model *m)
{
	if (m->vm->due.bytes)
		vm_text_is_due(m, "", 1);
}

static void put_task_name(struct text *t, unsigned task)
{
	if (task == VM_NOBODY) {
		text_words(t, "mmcheck");
		return;
	}
	text_words(t, "task");
	text_number(t, task, 0);
}

void vm_name_of_asker(struct model *m, unsigned cpu, struct text *t)
{
	put_task_name(t, model_has_vm(m) ? vm_process_of(m, stack_on(m, cpu)) : VM_NOBODY);
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

static u64 total_vm(const struct vm_task_state *task)
{
	u64 pages = VM_ANON_PAGES;

	for (unsigned i = 0; i < VM_WINDOWS; i++)
		pages += task->window[i].nr;
	return pages;
}

/* [O11] a row */
static void task_is_due(struct model *m, unsigned id)
{
	const struct vm_task_state *task = &m->vm->task[id];
	const u64 column[] = { total_vm(task), task->rss_anon + task->rss_file, task->rss_anon, task->rss_file };
	char line[200];
	struct text t = text_in(line, sizeof(line));

	text_words(&t, "[");
	text_number(&t, 100 + id, 7);
	text_words(&t, "]     0 ");
	text_number(&t, 100 + id, 5);
	for (unsigned i = 0; i < 4; i++) {
		text_words(&t, " ");
		text_number(&t, column[i], 8);
	}
	text_words(&t, "         0 ");
	text_number(&t, task->nr_tables * 4096, 8);
	text_words(&t, " ");
	text_number(&t, task->swapents, 8);
	text_words(&t, "         ");
	put_signed(&t, task->adj, 5);
	text_words(&t, " ");
	put_task_name(&t, id);
	text_words(&t, "\n");
	vm_text_is_due(m, line, (size_t)(t.at - line));
}

static void words_are_due(struct model *m, const char *words)
{
	vm_text_is_due(m, words, strlen(words));
}

/* The names of the flags are somebody else's affair. */
static void head_is_due(struct model *m, const struct flight *f, unsigned asks)
{
	char line[200];
	struct text t = text_in(line, sizeof(line));

	another_piece(m);
	put_task_name(&t, asks);
	text_words(&t, " invoked oom-killer: gfp_mask=");
	text_hex(&t, f->gfp);
	text_words(&t, "(");
	vm_text_is_due(m, line, (size_t)(t.at - line));
	another_piece(m);
	t = text_in(line, sizeof(line));
	text_words(&t, "), order=");
	text_number(&t, f->order, 0);
	text_words(&t, ", oom_score_adj=");
	put_signed(&t, asks == VM_NOBODY ? 0 : m->vm->task[asks].adj, 0);
	text_words(&t, "\nMem-Info:\n");
	vm_text_is_due(m, line, (size_t)(t.at - line));
}

static void put_kbytes(struct text *t, const char *label, u64 pages)
{
	text_words(t, label);
	text_number(t, pages * 4, 0);
	text_words(t, "kB");
}

static void put_rss(struct text *t, const struct vm_task_state *task)
{
	put_kbytes(t, "anon-rss:", task->rss_anon);
	put_kbytes(t, ", file-rss:", task->rss_file);
	text_words(t, ", shmem-rss:0kB");
}

/* [O12] [O13] */
static void kill_is_due(struct model *m, unsigned victim, bool allocating)
{
	const struct vm_task_state *task = &m->vm->task[victim];
	char line[600];
	struct text t = text_in(line, sizeof(line));

	text_words(&t, "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0");
	if (m->nr_nodes > 1) {
		text_words(&t, "-");
		text_number(&t, m->nr_nodes - 1, 0);
	}
	text_words(&t, ",global_oom,task_memcg=/,task=");
	put_task_name(&t, victim);
	text_words(&t, ",pid=");
	text_number(&t, 100 + victim, 0);
	text_words(&t, allocating ? ",uid=0\nOut of memory (oom_kill_allocating_task): Killed process " :
				    ",uid=0\nOut of memory: Killed process ");
	text_number(&t, 100 + victim, 0);
	text_words(&t, " (");
	put_task_name(&t, victim);
	put_kbytes(&t, ") total-vm:", total_vm(task));
	text_words(&t, ", ");
	put_rss(&t, task);
	put_kbytes(&t, ", UID:0 pgtables:", task->nr_tables);
	text_words(&t, " oom_score_adj:");
	put_signed(&t, task->adj, 0);
	text_words(&t, "\n");
	vm_text_is_due(m, line, (size_t)(t.at - line));
}

void vm_oom_text_due(struct model *m, const struct flight *f, unsigned asks, unsigned victim)
{
	head_is_due(m, f, asks);
	judge_mem_info(m, f->cpu, model_gfp_zone(f->gfp), NULL);
	if (m->vm->knob[VM_OOM_DUMP_TASKS]) {
		words_are_due(m, "Tasks state (memory values in pages):\n"
				 "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents "
				 "oom_score_adj name\n");
		for (unsigned id = 0; id < MODEL_VM_TASKS; id++)
			if (m->vm->task[id].exists)
				task_is_due(m, id);
	}
	if (victim != VM_NOBODY)
		kill_is_due(m, victim, m->vm->knob[VM_OOM_KILL_ALLOCATING_TASK] && victim == asks);
}

void vm_reap_text_due(struct model *m, unsigned victim)
{
	char line[200];
	struct text t = text_in(line, sizeof(line));

	another_piece(m);
	text_words(&t, "oom_reaper: reaped process ");
	text_number(&t, 100 + victim, 0);
	text_words(&t, " (");
	put_task_name(&t, victim);
	text_words(&t, "), now ");
	put_rss(&t, &m->vm->task[victim]);
	text_words(&t, "\n");
	vm_text_is_due(m, line, (size_t)(t.at - line));
}

/* Where a piece begins: at its first line. */
static const char *find_piece(const char *text, const char *piece)
{
	char line[200];
	size_t n = strcspn(piece, "\n");

	n = n < sizeof(line) - 1 ? n : sizeof(line) - 1;
	memcpy(line, piece, n);
	line[n] = 0;
	return strstr(text, line);
}

const char *model_judge_oom_text(struct model *m, const char *text)
{
	const char *piece, *end, *bad = NULL;

	if (!model_has_vm(m))
		return NULL;
	piece = m->vm->due.text;
	end = piece + m->vm->due.bytes;
	for (; !bad && !m->vm->due.lost && piece < end; piece += strlen(piece) + 1) {
		const char *first = find_piece(text, piece), *at = first;

		/* An operation of several accesses has a log of all of them, and only what this one is to say is due. */
		while (at && strncmp(at, piece, strlen(piece)) != 0)
			at = find_piece(at + 1, piece);
		at = at ? at : first;
		if (!at)
			bad = model_says(m, "O11: the log does not say \"%.*s\"", (int)strcspn(piece, "\n"), piece);
		else if (strncmp(at, piece, strlen(piece)))
			bad = say_difference(m, "O11", at, piece);
		text = at ? at + strlen(piece) : text;
	}
	vm_log_begins(m);
	return bad;
}
