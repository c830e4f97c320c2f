/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model_vm.h - what must be true of pages that tasks, files and swap use, and of who is refused and killed.
 *
 * Contents are keys: what sim_page_fill() makes of a key is what a page with it holds; 0 is all zero. The model keeps a key for each
 * virtual page of a task, each page of a file in the cache, each block of a disk, each slot of swap. Where it is kept (a frame,
 * a slot, a block) is told by events, and each move is judged: nothing is dropped that is nowhere else.
 *
 * vm_pages.c     who is given pages, and returns them      vm_ask.c   what operations ask and answer
 * vm_map.c       tasks and their page tables               vm_lru.c   lists, batches, isolation, references, scans
 * vm_contents.c  caches, devices, swap, dirty, writeback   vm_oom.c   badness, victims
 * vm_liveness.c  who may be refused, throttled; kswapd     vm_text.c  figures of texts, reports
 * vm_sums.c      sums, their recount, seal and reset
 */
#ifndef MODEL_MODEL_VM_H
#define MODEL_MODEL_VM_H

#include "model.h"

#define MODEL_VM_TASKS	     64
#define MODEL_TRACKED_FILES  32	 /* whose contents are known page by page; others are never written */
#define MODEL_TRACKED_PAGES  256 /* of each */

/* Memory for it all, and the boot: before and after vm_init(). false: the host has none. */
bool model_begin_vm_init(struct model *m, unsigned cpu);
const char *model_vm_is_up(struct model *m, unsigned cpu, int error);
void model_vm_destroy(struct model *m);
void model_vm_reset(struct model *m); /* to the sealed state */
void model_vm_seal(struct model *m);

/* One operation on tasks, files, swap or knobs begins on a CPU: what it asks. Numbers as vm.h has them. */
enum model_vm_op {
	VM_OP_TASK_CREATE, VM_OP_TASK_EXIT, VM_OP_TASK_KILL, VM_OP_TASK_ADJ, VM_OP_ACCESS, VM_OP_MMAP, VM_OP_MUNMAP,
	VM_OP_DONTNEED, VM_OP_MLOCK, VM_OP_MUNLOCK, VM_OP_PIN, VM_OP_UNPIN,
	VM_OP_FILE_OPEN, VM_OP_FILE_READ, VM_OP_FILE_WRITE, VM_OP_FSYNC, VM_OP_TRUNCATE, VM_OP_DROP_CACHES,
	VM_OP_SWAPON, VM_OP_SWAPOFF, VM_OP_BALLOON, VM_OP_KNOB, VM_OP_SLEEP, VM_OP_SHOW, VM_OP_SETTLE,
};
struct model_vm_ask {
	u8 op;		  /* enum model_vm_op */
	u8 task, window, device, knob;
	bool write;
	u32 file, index, nr; /* index: page of a file, virtual page, slot, frame to be unpinned; nr: pages */
	s32 value;	  /* adj, priority, knob's value */
	u64 key;	  /* that is written */
};
void model_begin_vm(struct model *m, unsigned cpu, unsigned where, const struct model_vm_ask *ask);
/*
 * What it answered: error 0 or -E..., value: the frame, or how much was done. Judged: may it fail so, and is it so? Before
 * model_end(). For VM_OP_ACCESS and VM_OP_PIN it is called right after the function, before the page is looked at.
 */
const char *model_vm_answer(struct model *m, unsigned cpu, int error, u64 value);

/* The key that a page must hold now. */
u64 model_task_key(const struct model *m, unsigned task, u32 vpn);
u64 model_file_key(const struct model *m, u32 file, u32 index);
/* What file_read() of this CPU must have copied, after its answer and before its end: others may have written since. */
u64 model_read_key(const struct model *m, unsigned cpu);
/* The virtual page was written by its task, a mapped file's page too. */
void model_task_wrote(struct model *m, unsigned task, u32 vpn, u64 key);
u32 model_file_pages(const struct model *m, u32 file);
/* Running sums: of a task; of a counter by its name in vmstat, ~0: the model has none like it. */
struct model_task_sums {
	bool exists, killed;
	s32 adj;
	u64 rss_anon, rss_file, swapents, tables;
};
struct model_task_sums model_task_sums(const struct model *m, unsigned task);
u64 model_vm_counter(const struct model *m, const char *name);
/* Pages that reclaim looked at on inactive lists, of pgscan_kswapd and the like: at least, at most. */
void model_vm_scanned(const struct model *m, const char *name, u64 *least, u64 *most);

/* Inside model/: events; and what vm_liveness.c asks the others. */
const char *vm_event(struct model *m, const struct mm_event *ev);     /* vm_pages.c: dispatches to the others */
const char *vm_lru_event(struct model *m, const struct mm_event *ev);
const char *vm_liveness_event(struct model *m, const struct mm_event *ev);
/* A page of the balloon is returned. [O5] */
const char *vm_oom_given_back(struct model *m, const struct mm_event *ev);
const char *vm_oom_event(struct model *m, const struct mm_event *ev);
/* At the end of the operation, and of a whole program: nothing is owed. */
const char *vm_loose_ends(struct model *m, unsigned cpu);
const char *vm_settled(struct model *m);
const char *vm_recount(struct model *m);
u64 vm_digest(const struct model *m, u64 digest);
/* A page of ours is about to be freed: may it? */
const char *vm_judge_free(struct model *m, u64 pfn);
/* An object is freed: is it an inode or a dentry that is kept? */
const char *vm_judge_object_free(struct model *m, unsigned cpu, u64 address);
/* R26: may pages be asked for with these rights? ev: they are wanted, for tasks and files or for a slab. */
const char *vm_judge_asker(struct model *m, const struct mm_event *ev);
/*
 * Has one of these zones, as bits, a page that could be reclaimed: clean or dirty, mapped or not, if neither pinned nor mlocked;
 * anonymous ones if swap has room [R5]? May anybody be killed? [LV1]
 */
bool vm_anything_reclaimable(const struct model *m, u32 zones);
bool vm_anybody_killable(const struct model *m);
/* Slots of devices that give some; of them, those that nobody has taken. */
u64 vm_total_swap(const struct model *m);
u64 vm_free_swap(const struct model *m);

/* Nothing was asked for a long time, and disks are idle: every kswapd is asleep. [LV6] */
const char *model_vm_is_quiet(struct model *m);
/* The machine may stop for want of memory: panic_on_oom, or nobody is left who could be killed. */
bool model_oom_panics(const struct model *m);

/* Texts. */
/* The log, if nobody has emptied it since the operation began: reports of kills since then are in it, word by word. */
const char *model_judge_oom_text(struct model *m, const char *text);
/* [O2] */
unsigned model_oom_score(const struct model *m, unsigned task);

#endif
