/* SPDX-License-Identifier: GPL-2.0-only */
/* ops_kmalloc.c - memory by size: run on mm, judged by the model. */
#include "model_slab.h"
#include "world.h"

const struct op kmalloc_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0 }
};

/* All that operations hold is given back; for the end of a program. */
const char *kmalloc_free_all(struct world *w)
{
	(void)w;
	return NULL;
}
