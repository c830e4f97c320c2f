/* SPDX-License-Identifier: GPL-2.0-only */
/* vm_client.h - what the operations on tasks, files and swap share: vm_client.c. */
#ifndef LOCKSTEP_VM_CLIENT_H
#define LOCKSTEP_VM_CLIENT_H

#include <errno.h>
#include "disk.h"
#include "model_vm.h"
#include "vm.h"
#include "world.h"

/* Tell the model what is asked of the CPU that runs. */
void vm_ask(struct world *w, struct model_vm_ask ask);
/* What mm answered, judged with all that it announced: NULL, or the sentence. */
const char *vm_answered(struct world *w, int error, u64 value);
/* The same in the middle of an operation that asks several times: ends what was asked. */
const char *vm_answered_one(struct world *w, int error, u64 value);
/* An operation's answer is one of these. */
const char *vm_judge_answer(struct world *w, const u64 *a, struct outcome seen);
/* Many in a row, each asked for and judged by itself, with fuel of its own; the first that cannot be had ends it. */
typedef const char *(*vm_one)(struct world *w, const u64 *a, u64 n, int *error);
struct outcome vm_row(struct world *w, const u64 *a, u64 nr, const char *what, vm_one one);
/* A task was told that it is dead: its slot is stale from now on. */
void vm_note_death(struct world *w, u64 task, int error);
/* One load or store, looked at by all: whatever error there was is in *error. */
const char *vm_touch(struct world *w, unsigned task, u32 vpn, bool write, u64 fill, int *error);
/* One page of a file, read or written. */
const char *vm_file_page(struct world *w, u32 file, u32 index, bool write, u64 fill, int *error);

/* The key of the page that is written as the n-th: fill is its low two bits. */
static inline u64 vm_key(u64 n, u64 fill)
{
	u64 key = n * 0x9e3779b97f4a7c15ULL;

	return ((key ^ key >> 29) & ~3ULL) | fill;
}

static inline struct outcome vm_outcome(int error)
{
	return (struct outcome){ .ok = error == 0, .error = error };
}

/* recount_vm.c */
const char *vm_compare_figures(struct world *w);

#endif
