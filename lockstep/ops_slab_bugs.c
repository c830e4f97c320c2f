/* SPDX-License-Identifier: GPL-2.0-only */
/* ops_slab_bugs.c - clients of caches that go wrong: run on mm, judged by the model. */
#include "model_slab.h"
#include "world.h"

const struct op slab_bug_ops[] = {
	/* code   name	    arguments	     weight flags ready begin run judge */
	{ 0 }
};
