/* SPDX-License-Identifier: GPL-2.0-only */
/* text.c - what the allocator prints is output too: here is what it must print, from the free set alone. */
#include <stdio.h>
#include <string.h>
#include "internal.h"

/* F1: one line for each zone with memory. The length of the line written. */
static int buddyinfo_line(const struct model *m, unsigned zone, char *out, size_t bytes)
{
	const struct model_zone *z = &m->zone[zone];
	int len = snprintf(out, bytes, "Node %d, zone %8s ", z->nid, model_zone_name(z->index));

	for (unsigned o = 0; o <= m->max_order; o++)
		len += snprintf(out + len, bytes - (size_t)len, "%6llu ", (unsigned long long)model_nr_free(m, zone, o));
	len += snprintf(out + len, bytes - (size_t)len, "\n");
	return len;
}

const char *model_judge_buddyinfo(struct model *m, const char *text)
{
	char line[256];

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		int len;

		if (!m->zone[z].exists)
			continue;
		len = buddyinfo_line(m, z, line, sizeof(line));
		if (strncmp(text, line, (size_t)len))
			return model_says(m, "F1: buddyinfo has \"%.80s\" where \"%.80s\" is due", text, line);
		text += len;
	}
	return *text ? model_says(m, "F1: buddyinfo has a line too many: \"%.80s\"", text) : NULL;
}

/* F9: free pages and blocks of one zone in a failure report. */
static int failure_lines(const struct model *m, unsigned zone, char *out, size_t bytes)
{
	const struct model_zone *z = &m->zone[zone];
	const char *name = model_zone_name(z->index);
	int len = snprintf(out, bytes, "Node %d %s: ", z->nid, name);

	for (unsigned o = 0; o <= m->max_order; o++)
		len += snprintf(out + len, bytes - (size_t)len, "%llu*%llukB ",
				(unsigned long long)model_nr_free(m, zone, o), 4ULL << o);
	return len + snprintf(out + len, bytes - (size_t)len, "= %llukB\n", (unsigned long long)z->free * 4);
}

static const char *judge_failure_zone(struct model *m, unsigned zone, const char *text)
{
	const struct model_zone *z = &m->zone[zone];
	char line[400];

	snprintf(line, sizeof(line), "Node %d %s free:%llukB min:%llukB ", z->nid, model_zone_name(z->index),
		 (unsigned long long)z->free * 4, (unsigned long long)z->min * 4);
	if (!strstr(text, line))
		return model_says(m, "F9: the failure report does not say \"%s\"", line);
	failure_lines(m, zone, line, sizeof(line));
	return strstr(text, line) ? NULL : model_says(m, "F9: the failure report does not say \"%.120s\"", line);
}

const char *model_judge_failure_text(struct model *m, unsigned cpu, const char *text)
{
	const struct flight *f = &m->flight[cpu][m->depth[cpu] - 1];
	const char *bad = NULL;
	char line[120];

	snprintf(line, sizeof(line), "mmcheck: page allocation failure: order:%u, mode:%#x(", f->order, f->gfp);
	if (!strstr(text, line))
		return model_says(m, "F8: the failure report does not say \"%s\"", line);
	for (unsigned z = 0; !bad && z < MODEL_NR_ZONES; z++)
		if (m->zone[z].managed)
			bad = judge_failure_zone(m, z, text);
	return bad;
}

const char *model_judge_bad_page_text(struct model *m, u64 pfn, const char *text)
{
	char line[120];

	snprintf(line, sizeof(line), "BUG: Bad page state in process mmcheck  pfn:%05llx\n", (unsigned long long)pfn);
	if (!strstr(text, line))
		return model_says(m, "B21: the report does not say \"%.70s\"", line);
	return strstr(text, "page dumped because: ") ? NULL : model_says(m, "B21: the report gives no reason");
}
