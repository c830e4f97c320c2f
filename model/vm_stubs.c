/* SPDX-License-Identifier: GPL-2.0-only */
/* vm_stubs.c - what is not written yet. Whoever writes a function removes its line here, in the same commit. */
#include "model_vm.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"
#define STUB __attribute__((weak))

STUB bool model_begin_vm_init(struct model *m, unsigned cpu) { model_begin_other(m, cpu); return true; }
STUB const char *model_vm_is_up(struct model *m, unsigned cpu, int error) { return NULL; }
STUB void model_vm_destroy(struct model *m) {}
STUB void model_vm_reset(struct model *m) {}
STUB void model_vm_seal(struct model *m) {}
STUB void model_begin_vm(struct model *m, unsigned cpu, unsigned where, const struct model_vm_ask *ask) { model_begin_other(m, cpu); }
STUB const char *model_vm_answer(struct model *m, unsigned cpu, int error, u64 value) { return NULL; }
STUB u64 model_task_key(const struct model *m, unsigned task, u32 vpn) { return 0; }
STUB u64 model_file_key(const struct model *m, u32 file, u32 index) { return 0; }
STUB void model_task_wrote(struct model *m, unsigned task, u32 vpn, u64 key) {}
STUB const char *vm_settled(struct model *m) { return NULL; }
STUB const char *vm_recount(struct model *m) { return NULL; }
STUB bool model_oom_panics(const struct model *m) { return false; }
