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
/* The key of the next page that is written: fill is its low two bits. */
u64 vm_next_key(struct world *w, u64 fill);
/* A task was told that it is dead: its slot is stale from now on. */
void vm_note_death(struct world *w, u64 task, int error);
/* One load or store, looked at by all: whatever error there was is in *error. */
const char *vm_touch(struct world *w, unsigned task, u32 vpn, bool write, u64 fill, int *error);
/* One page of a file, read or written. */
const char *vm_file_page(struct world *w, u32 file, u32 index, bool write, u64 fill, int *error);

static inline struct outcome vm_outcome(int error)
{
	return (struct outcome){ .ok = error == 0, .error = error };
}

/* recount_vm.c */
const char *vm_compare_figures(struct world *w);

#endif
