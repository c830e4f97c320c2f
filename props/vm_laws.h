/* SPDX-License-Identifier: GPL-2.0-only */
/* vm_laws.h - what laws of tasks, files and swap use: programs on mm alone, and what their users wrote. */
#ifndef PROPS_VM_LAWS_H
#define PROPS_VM_LAWS_H

#include "disk.h"
#include "observe.h"
#include "vm.h"

#define LAW_TASKS      16
#define LAW_VPNS       1024
#define LAW_FILES      32
#define LAW_FILE_PAGES 256

/* Keys of what was written last; sim_page_fill() makes the page of a key. */
struct law_vm {
	u64 writes;
	bool task[LAW_TASKS];
	u64 key[LAW_TASKS][LAW_VPNS];
	u64 file[LAW_FILES][LAW_FILE_PAGES];
	bool unsure[LAW_FILES]; /* a disk failed: what is there now is the disk's affair */
	u64 buffer[SIM_PAGE_SIZE / 8];
};

/*
 * Boot, then the program's touches of tasks and files, without the model; each page that is read is compared. What fails for want
 * of memory is left out. false: the law failed, or the machine panicked as it may (r->panicked).
 */
bool play_vm(struct prop_run *r, const struct program *p);
/* Each is a deed of its own. All pages of all files are as they were written; all pages of all tasks are. */
bool law_files_hold(struct prop_run *r);
bool law_tasks_hold(struct prop_run *r);
/* All tasks end, files are forgotten, swap is off; then the free lists, sorted. */
bool law_vm_settled_picture(struct prop_run *r, struct picture *picture);

extern const struct prop everything_ends_as_it_began, dropping_caches_changes_no_file, dropping_objects_is_not_seen,
	swapoff_brings_back_every_byte, raising_adj_helps_nobody, more_memory_refuses_nobody;

#endif
