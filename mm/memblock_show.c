/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memblock_show.c - memblock's regions for others to look at: as records, and as the text of debugfs.
 *
 *      0: 0x0000000000001000..0x00000000000effff    0 NONE            index: first..last byte, node, flags
 *      1: 0x0000000000100000..0x00000000001fffff    x HOTPLUG|MIRROR
 *
 * Invariant: [M8] the form of a row: index and node take four columns, a region without a node shows x.
 */
#include <stdio.h>
#include "internal.h"
#include "memblock_internal.h"

static unsigned copy_regions(const struct memblock_type *type, struct memblock_region *out, unsigned max)
{
	for (unsigned i = 0; i < type->cnt && i < max; i++)
		out[i] = type->regions[i];
	return type->cnt;
}

unsigned memblock_dump(bool reserved, struct memblock_region *out, unsigned max)
{
	const struct memblock_state *s = current_mm()->memblock;

	return copy_regions(reserved ? &s->reserved : &s->memory, out, max);
}

static void name_flags(u32 flags, char *out, unsigned bytes)
{
	static const char *const names[] = { "HOTPLUG", "MIRROR", "NOMAP" };
	unsigned n = 0;

	if (!flags)
		snprintf(out, bytes, "NONE");
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (flags >> i & 1)
			n += (unsigned)snprintf(out + n, bytes - n, "%s%s", n ? "|" : "", names[i]);
}

static unsigned show_region(unsigned i, const struct memblock_region *r, char *out, unsigned bytes)
{
	char flags[32] = "", node[16];

	name_flags(r->flags, flags, sizeof(flags));
	if (r->nid < MAX_NUMNODES)
		snprintf(node, sizeof(node), "%4d", r->nid);
	else
		snprintf(node, sizeof(node), "%4c", 'x');
	return (unsigned)snprintf(out, bytes, "%4u: 0x%016llx..0x%016llx %s %s\n", i, (unsigned long long)r->base,
				  (unsigned long long)(region_end(r) - 1), node, flags);
}

/* Whole rows only: the first that does not fit ends the text. */
unsigned memblock_show(bool reserved, char *out, unsigned bytes)
{
	const struct memblock_state *s = current_mm()->memblock;
	const struct memblock_type *type = reserved ? &s->reserved : &s->memory;
	unsigned used = 0;

	if (bytes)
		out[0] = '\0';
	for (unsigned i = 0; i < type->cnt; i++) {
		char row[96];
		unsigned n = show_region(i, &type->regions[i], row, sizeof(row));

		if (used + n >= bytes)
			break;
		memcpy(out + used, row, n + 1);
		used += n;
	}
	return used;
}
