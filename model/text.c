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

/* --- a failure report, built in the order it is printed ----------------------------------------------------------------- */

struct text {
	char *at, *end;
};

static void put(struct text *t, const char *words)
{
	while (*words && t->at < t->end)
		*t->at++ = *words++;
}

static void put_number(struct text *t, u64 number)
{
	char digits[21] = { 0 };
	int i = 20;

	do {
		digits[--i] = (char)('0' + number % 10);
	} while (number /= 10);
	put(t, digits + i);
}

static void put_zone(struct text *t, const struct model_zone *z)
{
	put(t, "Node ");
	put_number(t, z->nid);
	put(t, " ");
	put(t, model_zone_name(z->index));
}

/* F9: what is known of a zone's first line, and all of its second. */
static const char *judge_failure_zone(struct model *m, unsigned zone, const char **text)
{
	const struct model_zone *z = &m->zone[zone];
	char line[400];
	struct text t = { line, line + sizeof(line) - 1 };

	put_zone(&t, z);
	put(&t, " free:");
	put_number(&t, z->free * 4);
	put(&t, "kB min:");
	put_number(&t, z->min * 4);
	put(&t, "kB ");
	*t.at = 0;
	if (strncmp(*text, line, (size_t)(t.at - line)))
		return model_says(m, "F9: the failure report does not say \"%.100s\"", line);
	*text += strcspn(*text, "\n") + 1;
	t.at = line;
	put_zone(&t, z);
	put(&t, ": ");
	for (unsigned o = 0; o <= m->max_order; o++) {
		put_number(&t, model_nr_free(m, zone, o));
		put(&t, "*");
		put_number(&t, 4ULL << o);
		put(&t, "kB ");
	}
	put(&t, "= ");
	put_number(&t, z->free * 4);
	put(&t, "kB\n");
	*t.at = 0;
	if (strncmp(*text, line, (size_t)(t.at - line)))
		return model_says(m, "F9: the failure report does not say \"%.100s\"", line);
	*text += t.at - line;
	return NULL;
}

const char *model_judge_failure_text(struct model *m, unsigned cpu, const char *text)
{
	const struct flight *f = &m->flight[cpu][m->depth[cpu] - 1];
	const char *bad = NULL, *info;
	char line[120];

	snprintf(line, sizeof(line), "mmcheck: page allocation failure: order:%u, mode:%#x(", f->order, f->gfp);
	if (!strstr(text, line))
		return model_says(m, "F8: the failure report does not say \"%s\"", line);
	info = strstr(text, "\nMem-Info:\n");
	if (!info)
		return model_says(m, "F9: the failure report has no Mem-Info");
	info += sizeof("\nMem-Info:\n") - 1;
	for (unsigned z = 0; !bad && z < MODEL_NR_ZONES; z++)
		if (m->zone[z].managed)
			bad = judge_failure_zone(m, z, &info);
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
