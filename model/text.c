/* SPDX-License-Identifier: GPL-2.0-only */
/* text.c - what the allocator prints is output too: here is what it must print, from the free set alone. */
#include <stdio.h>
#include <string.h>
#include "internal.h"
#include "textbuf.h"

/* F1: one line for each zone with memory. */
static size_t buddyinfo_line(const struct model *m, unsigned zone, char *out, size_t bytes)
{
	const struct model_zone *z = &m->zone[zone];
	struct text t = text_in(out, bytes);

	text_words(&t, "Node ");
	text_number(&t, z->nid, 0);
	text_words(&t, ", zone ");
	text_padded(&t, model_zone_name(z->index), 8);
	text_words(&t, " ");
	for (unsigned o = 0; o <= m->max_order; o++) {
		text_number(&t, model_nr_free(m, zone, o), 6);
		text_words(&t, " ");
	}
	text_words(&t, "\n");
	return (size_t)(t.at - out);
}

const char *model_judge_buddyinfo(struct model *m, const char *text)
{
	char line[256];

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		size_t len;

		if (!m->zone[z].exists)
			continue;
		len = buddyinfo_line(m, z, line, sizeof(line));
		if (strncmp(text, line, len))
			return model_says(m, "F1: buddyinfo has \"%.80s\" where \"%.80s\" is due", text, line);
		text += len;
	}
	return *text ? model_says(m, "F1: buddyinfo has a line too many: \"%.80s\"", text) : NULL;
}

static void put_zone(struct text *t, const struct model_zone *z)
{
	text_words(t, "Node ");
	text_number(t, z->nid, 0);
	text_words(t, " ");
	text_words(t, model_zone_name(z->index));
}

static void put_kbytes(struct text *t, const char *before, u64 pages, const char *after)
{
	text_words(t, before);
	text_number(t, pages * 4, 0);
	text_words(t, after);
}

/* F9: the two lines of a zone. */
static const char *judge_failure_zone(struct model *m, unsigned zone, const char **text)
{
	const struct model_zone *z = &m->zone[zone];
	char line[400];
	struct text t = text_in(line, sizeof(line));

	put_zone(&t, z);
	put_kbytes(&t, " free:", z->free, "kB");
	put_kbytes(&t, " min:", z->min, "kB");
	put_kbytes(&t, " low:", z->low, "kB");
	put_kbytes(&t, " high:", z->high, "kB");
	put_kbytes(&t, " present:", z->present, "kB");
	put_kbytes(&t, " managed:", z->managed, "kB\n");
	put_zone(&t, z);
	text_words(&t, ": ");
	for (unsigned o = 0; o <= m->max_order; o++) {
		text_number(&t, model_nr_free(m, zone, o), 0);
		put_kbytes(&t, "*", 1ULL << o, "kB ");
	}
	put_kbytes(&t, "= ", z->free, "kB\n");
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
	struct text t = text_in(line, sizeof(line));

	text_words(&t, "mmcheck: page allocation failure: order:");
	text_number(&t, f->order, 0);
	text_words(&t, ", mode:");
	text_hex(&t, f->gfp);
	text_words(&t, "(");
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
	struct text t = text_in(line, sizeof(line));

	text_words(&t, "BUG: Bad page state in process mmcheck  pfn:");
	text_hex_digits(&t, pfn, 5);
	text_words(&t, "\n");
	if (!strstr(text, line))
		return model_says(m, "B21: the report does not say \"%.70s\"", line);
	return strstr(text, "page dumped because: ") ? NULL : model_says(m, "B21: the report gives no reason");
}
