/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops_slab.c - caches and their objects: run on mm, judged by the model.
 */
#include <string.h>
#include "model_slab.h"
#include "world.h"
#include "slab_pending.h"

const char *slab_prefill(struct world *w)
{
	(void)w;
	return NULL;
}
const char *slab_free_all(struct world *w)
{
	(void)w;
	return NULL;
}
const char *slab_finish(struct world *w)
{
	(void)w;
	return NULL;
}
const char *slab_recount(struct world *w)
{
	(void)w;
	return NULL;
}
const char *slab_check_boot(struct world *w)
{
	(void)w;
	return NULL;
}

const struct op slab_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0x0300, "slab_debug", { ARG_DEBUG_LETTERS, ARG_CACHE_PATTERN }, 4, OP_BOOT, NULL, NULL, NULL, NULL },
	{ 0 }
};
