/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fail_page_alloc.c - requests that fail because the program said so.
 *
 * The plan is the machine's: let `skip` requests pass, then fail `times`. It is asked once for each request, before any
 * zone is looked at; a refusal by plan is announced, and reported like any other.
 *
 * Invariants:
 *   [L11] a request with __GFP_NOFAIL neither fails by plan nor uses the plan up
 * Unlike Linux: no probability, no least order (the plan names the n-th request), none is exempt because it may sleep.
 */
#include "internal.h"

bool should_fail_alloc_page(gfp_t gfp, unsigned order)
{
	(void)order; /* the kernel lets small ones pass */
	if (gfp & __GFP_NOFAIL)
		return false;
	if (likely(!sim_should_fail(FAULT_PAGE_ALLOC)))
		return false;
	mm_announce((struct mm_event){ .type = EVENT_FAULT, .report = FAULT_PAGE_ALLOC });
	return true;
}
