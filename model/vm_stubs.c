/* SPDX-License-Identifier: GPL-2.0-only */
/* vm_stubs.c - what is not written yet. */
#include "model_vm.h"

__attribute__((weak)) bool model_oom_panics(const struct model *m)
{
	(void)m;
	return false;
}
