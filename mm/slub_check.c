/* SPDX-License-Identifier: GPL-2.0-only */
#include "slab_internal.h"

const char *slab_check(void)
{
	return NULL;
}
