/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_reclaim.c - every byte string is a program of tasks, files and page requests when memory runs short: lists, writeback, shrinkers, who waits for what. */
#include "engine.h"

const unsigned fuzz_tables = TABLE_MACHINE | TABLE_PAGE | TABLE_SLAB | TABLE_VM;
const bool fuzz_is_text = false;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_program(data, size);
}
