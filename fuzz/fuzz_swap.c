/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_swap.c - every byte string is a program of tasks and swap devices: what goes out comes back, from zswap, the cache and the disk. */
#include "engine.h"

const unsigned fuzz_tables = TABLE_MACHINE | TABLE_TASK | TABLE_SWAP;
const bool fuzz_is_text = false;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_program(data, size);
}
