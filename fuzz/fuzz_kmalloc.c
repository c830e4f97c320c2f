/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_kmalloc.c - every byte string is a program that asks for memory by size; each operation is judged by the model. */
#include "engine.h"

const unsigned fuzz_tables = TABLE_MACHINE | TABLE_KMALLOC | TABLE_SLAB;
const bool fuzz_is_text = false;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_program(data, size);
}
