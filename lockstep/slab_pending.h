/* SPDX-License-Identifier: GPL-2.0-only */
/* slab_pending.h - while mm has no slub.c yet: without it there are no caches. */
#ifndef LOCKSTEP_SLAB_PENDING_H
#define LOCKSTEP_SLAB_PENDING_H
#pragma weak kmem_cache_init
#pragma weak setup_slub_debug
#pragma weak slab_settle
#pragma weak slab_check
#pragma weak slab_figures
#endif
