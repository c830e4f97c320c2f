/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_oom.c - every byte string is a program of tasks that want more than there is: who is refused, who is killed, and that it ends. */
#include "engine.h"

const unsigned fuzz_tables = TABLE_MACHINE | TABLE_PAGE | TABLE_TASK;
const bool fuzz_is_text = false;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_program(data, size);
}
