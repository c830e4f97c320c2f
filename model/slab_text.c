/* SPDX-License-Identifier: GPL-2.0-only */
/* slab_text.c - what the slab allocator says of itself, as it must be: forms of the kernel, with the model's numbers. */
#include "internal.h"
#include "model_text.h"

/* None yet. */
u64 model_slab_pages(const struct model *m, unsigned nid, bool reclaimable)
{
	(void)m, (void)nid, (void)reclaimable;
	return 0;
}

u64 all_slab_pages(const struct model *m, bool reclaimable)
{
	u64 pages = 0;

	for (unsigned nid = 0; nid < m->nr_nodes; nid++)
		pages += model_slab_pages(m, nid, reclaimable);
	return pages;
}
