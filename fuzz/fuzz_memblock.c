/* SPDX-License-Identifier: GPL-2.0-only */
/* fuzz_memblock.c - programs of memblock operations, then the hand-over, then pages. */
#include "engine.h"

const unsigned fuzz_tables = TABLE_MACHINE | TABLE_PAGE | TABLE_MEMBLOCK;
const bool fuzz_is_text = false;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_program(data, size);
}
