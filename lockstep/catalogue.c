/* SPDX-License-Identifier: GPL-2.0-only */
/* catalogue.c - the tables of operations there are. */
#include <string.h>
#include "lockstep.h"

static const struct op *const tables[] = { machine_ops, page_ops,	  reach_ops,	    text_ops,
					   debug_ops,	memblock_ops, memblock_comb_ops, rcu_ops,
					   slab_ops,	kmalloc_ops,  slab_bug_ops,	 slab_text_ops,
					   task_ops,	file_ops,     swapping_ops };

#define CODES 0x460

/* All of them in order, and by code. Filled at the first call: decode runs for every operation of every execution. */
static const struct op *nth[CODES], *by_code[CODES];
static unsigned nr_ops;
static bool filled;

static void fill(void)
{
	nr_ops = 0;
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (const struct op *op = tables[t]; op->name; op++)
			nth[nr_ops++] = by_code[op->code] = op;
	filled = true;
}

const struct op *op_nth(unsigned n)
{
	if (unlikely(!filled))
		fill();
	return n < nr_ops ? nth[n] : NULL;
}

const struct op *op_by_code(u16 code)
{
	if (unlikely(!filled))
		fill();
	return code < CODES ? by_code[code] : NULL;
}

const struct op *op_by_name(const char *name, size_t len)
{
	const struct op *op;

	for (unsigned n = 0; (op = op_nth(n)); n++)
		if (*op->name == *name && !strncmp(op->name, name, len) && !op->name[len])
			return op;
	return NULL;
}
