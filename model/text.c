/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.c - what the allocator prints is output too: here is what it must print, from the model's state alone.
 *
 * A text is judged by its form: the kernel's words, with a mark for each number that the model knows. The files of
 * /proc are in proc.c, but for buddyinfo.
 */
#include <stdio.h>
#include <string.h>
#include "internal.h"
#include "model_text.h"
#include "textbuf.h"
#include "vm_state.h"

/* --- forms -------------------------------------------------------------------------------------------------------- */

/* Up to the end of the form, or to a number that is not known. Both are moved on. */
static void fill_in(struct text *t, const char **form_at, const u64 **value_at)
{
	const char *form = *form_at;
	const u64 *value = *value_at;

	while (*form && *form != '~') {
		const char *start = form;
		unsigned width = 0;

		while (*form && *form != '#' && *form != '$' && *form != '~')
			form++;
		text_bytes(t, start, (size_t)(form - start));
		for (start = form; *form && *form == *start && *form != '~'; form++)
			width++;
		if (*start == '#')
			text_number(t, *value++, width);
		else if (*start == '$')
			text_padded(t, model_zone_name((unsigned)*value++), width);
	}
	*form_at = form;
	*value_at = value;
}

static int line_length(const char *line)
{
	size_t n = strcspn(line, "\n");

	return (int)(n < 70 ? n : 70);
}

const char *say_difference(struct model *m, const char *clause, const char *is, const char *due)
{
	size_t line = 0;

	for (size_t i = 0; due[i] && is[i] == due[i]; i++)
		if (due[i] == '\n' && due[i + 1])
			line = i + 1;
	is += line;
	due += line;
	return model_says(m, "%s: the text has \"%.*s\" where \"%.*s\" is due", clause, line_length(is), is, line_length(due),
			  due);
}

const char *judge_form(struct model *m, const char *clause, const char **text, const char *form, const u64 *value)
{
	char due[8192];

	for (;;) {
		struct text t = text_in(due, sizeof(due));
		size_t len;

		due[0] = 0;
		fill_in(&t, &form, &value);
		len = (size_t)(t.at - due);
		if (!text) { /* a report that is to be looked for later */
			vm_text_is_due(m, due, len);
			return NULL;
		}
		if (strncmp(*text, due, len))
			return say_difference(m, clause, *text, due);
		*text += len;
		if (!*form)
			return NULL;
		form++;
		if (!model_has_vm(m) && **text != '0')
			return say_difference(m, clause, *text, "0");
		*text += strspn(*text, "0123456789");
	}
}

const char *judge_end(struct model *m, const char *clause, const char *text)
{
	return *text ? model_says(m, "%s: the text has a line too many: \"%.70s\"", clause, text) : NULL;
}

/* --- what is read ------------------------------------------------------------------------------------------------- */

static u64 not_below_zero(s64 pages)
{
	return pages > 0 ? (u64)pages : 0;
}

u64 zone_reads(const struct model_zone *z, enum model_stat item)
{
	return not_below_zero(z->stat[item]);
}

u64 all_zones_read(const struct model *m, enum model_stat item)
{
	s64 sum = 0;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		sum += m->zone[z].stat[item];
	return not_below_zero(sum);
}

u64 zone_start(const struct model *m, unsigned zone)
{
	u64 block = 0;

	while (m->zone_of_block[block] != zone)
		block++;
	return block << m->block_order;
}

bool zone_is_high(const struct model *m, unsigned zone)
{
	unsigned index = m->zone[zone].index;

	return index == ZONE_HIGHMEM ||
	       (index == ZONE_MOVABLE && zone_start(m, zone) >= m->setup.knob[KNOB_LOWMEM_PAGES]);
}

u64 blocks_free(const struct model *m, unsigned zone, unsigned order)
{
	u64 n = 0;

	for (unsigned type = 0; type < MIGRATE_TYPES; type++)
		n += model_nr_free(m, zone, order, type);
	return n;
}

/* --- F1 ----------------------------------------------------------------------------------------------------------- */

static const char *judge_buddyinfo_line(struct model *m, unsigned zone, const char **text)
{
	const u64 head[] = { zone / MAX_NR_ZONES, zone % MAX_NR_ZONES };
	u64 nr[NR_PAGE_ORDERS];
	char form[NR_PAGE_ORDERS * 7 + 2] = "";
	const char *bad = judge_form(m, "F1", text, "Node #, zone $$$$$$$$ ", head);

	for (unsigned o = 0; o <= m->max_order; o++) {
		nr[o] = blocks_free(m, zone, o);
		memcpy(form + o * 7, "###### \n", sizeof("###### \n"));
	}
	return bad ? bad : judge_form(m, "F1", text, form, nr);
}

/* One line for each zone with memory. */
const char *model_judge_buddyinfo(struct model *m, const char *text)
{
	const char *bad = NULL;

	for (unsigned z = 0; !bad && z < MODEL_NR_ZONES; z++)
		if (m->zone[z].present)
			bad = judge_buddyinfo_line(m, z, &text);
	return bad ? bad : judge_end(m, "F1", text);
}

/* --- F9 ----------------------------------------------------------------------------------------------------------- */

static bool is_shown(const struct model *m, unsigned zone, unsigned highest)
{
	return m->zone[zone].present && m->zone[zone].index <= highest;
}

static u64 pages_on_lists(const struct model *m, unsigned zone)
{
	u64 pages = 0;

	for (unsigned c = 0; c < m->nr_cpus; c++)
		pages += m->zone[zone].pcp[c].count;
	return pages;
}

static const char *judge_use(struct model *m, unsigned highest, const char **text)
{
	struct vm_figures f = vm_figures(m, ANY_NODE, ANY_ZONE);
	u64 value[] = { f.lru[LRU_ACTIVE_ANON],
			f.lru[LRU_INACTIVE_ANON],
			f.isolated[0],
			f.lru[LRU_ACTIVE_FILE],
			f.lru[LRU_INACTIVE_FILE],
			f.isolated[1],
			f.lru[LRU_UNEVICTABLE],
			f.dirty,
			f.writeback,
			all_slab_pages(m, true),
			all_slab_pages(m, false),
			f.mapped,
			f.tables,
			all_zones_read(m, STAT_FREE),
			0,
			all_zones_read(m, STAT_CMA) };

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		value[14] += is_shown(m, z, highest) ? pages_on_lists(m, z) : 0;
	return judge_form(m, "F9", text,
			  "active_anon:# inactive_anon:# isolated_anon:#\n"
			  " active_file:# inactive_file:# isolated_file:#\n"
			  " unevictable:# dirty:# writeback:#\n"
			  " slab_reclaimable:# slab_unreclaimable:#\n"
			  " mapped:# shmem:0 pagetables:#\n"
			  " sec_pagetables:0 bounce:0\n"
			  " kernel_misc_reclaimable:0\n"
			  " free:# free_pcp:# free_cma:#\n",
			  value);
}

#define NODE_FORM                                                                                                           \
	"Node # active_anon:#kB inactive_anon:#kB active_file:#kB inactive_file:#kB unevictable:#kB isolated(anon):#kB "        \
	"isolated(file):#kB mapped:#kB dirty:#kB writeback:#kB shmem:0kB shmem_thp:0kB shmem_pmdmapped:0kB anon_thp:0kB "       \
	"writeback_tmp:0kB kernel_stack:0kB pagetables:#kB sec_pagetables:0kB all_unreclaimable? "

/* A line for each node that manages memory the request may use. */
static const char *judge_node(struct model *m, u64 nid, unsigned highest, const char **text)
{
	struct vm_figures f;
	u64 managed = 0;

	for (unsigned index = 0; index <= highest; index++)
		managed += m->zone[nid * MAX_NR_ZONES + index].managed;
	if (!managed)
		return NULL;
	f = vm_figures(m, (unsigned)nid, ANY_ZONE);
	return judge_form(m, "F9", text,
			  f.hopeless ? NODE_FORM "yes\n" : NODE_FORM "no\n",
			  (const u64[]){ nid, f.lru[LRU_ACTIVE_ANON] * 4, f.lru[LRU_INACTIVE_ANON] * 4, f.lru[LRU_ACTIVE_FILE] * 4,
					 f.lru[LRU_INACTIVE_FILE] * 4, f.lru[LRU_UNEVICTABLE] * 4, f.isolated[0] * 4,
					 f.isolated[1] * 4, f.mapped * 4, f.dirty * 4, f.writeback * 4, f.tables * 4 });
}

static const char *judge_zone_line(struct model *m, unsigned zone, unsigned cpu, const char **text)
{
	const struct model_zone *z = &m->zone[zone];
	struct vm_figures f = vm_figures(m, ANY_NODE, zone);
	const u64 value[] = {
		z->nid,
		z->index,
		zone_reads(z, STAT_FREE) * 4,
		z->boost * 4,
		(z->min + z->boost) * 4,
		(z->low + z->boost) * 4,
		(z->high + z->boost) * 4,
		(z->blocks_of[MIGRATE_HIGHATOMIC] << m->block_order) * 4,
		f.lru[LRU_ACTIVE_ANON] * 4,
		f.lru[LRU_INACTIVE_ANON] * 4,
		f.lru[LRU_ACTIVE_FILE] * 4,
		f.lru[LRU_INACTIVE_FILE] * 4,
		f.lru[LRU_UNEVICTABLE] * 4,
		f.pending * 4,
		z->present * 4,
		z->managed * 4,
		f.mlocked * 4,
		pages_on_lists(m, zone) * 4,
		z->pcp[cpu].count * 4,
		zone_reads(z, STAT_CMA) * 4,
		z->reserve[0],
		z->reserve[1],
		z->reserve[2],
		z->reserve[3],
		z->reserve[4],
		z->reserve[5],
	};

	return judge_form(m, "F9", text,
			  "Node # $ free:#kB boost:#kB min:#kB low:#kB high:#kB reserved_highatomic:#KB active_anon:#kB "
			  "inactive_anon:#kB active_file:#kB inactive_file:#kB unevictable:#kB writepending:#kB present:#kB "
			  "managed:#kB mlocked:#kB bounce:0kB free_pcp:#kB local_pcp:#kB free_cma:#kB\n"
			  "lowmem_reserve[]: # # # # # #\n",
			  value);
}

/* Blocks of each order, with a letter for each type that has some. */
static const char *judge_lists_line(struct model *m, unsigned zone, const char **text)
{
	const u64 head[] = { zone / MAX_NR_ZONES, zone % MAX_NR_ZONES };
	const char *bad = judge_form(m, "F9", text, "Node # $: ", head);
	u64 pages = 0;

	for (unsigned o = 0; !bad && o <= m->max_order; o++) {
		u64 value[] = { blocks_free(m, zone, o), 4ULL << o };
		char letters[MIGRATE_TYPES + 1] = "", form[32];
		unsigned n = 0;

		for (unsigned type = 0; type < MIGRATE_TYPES; type++)
			if (model_nr_free(m, zone, o, type))
				letters[n++] = "UMEHCI"[type];
		snprintf(form, sizeof(form), n ? "#*#kB (%s) " : "#*#kB ", letters);
		bad = judge_form(m, "F9", text, form, value);
		pages += value[0] * value[1];
	}
	return bad ? bad : judge_form(m, "F9", text, "= #kB\n", &pages);
}

static const char *judge_totals(struct model *m, const char **text)
{
	struct vm_figures f = vm_figures(m, ANY_NODE, ANY_ZONE);
	u64 value[8] = { f.file_pages, f.swapcache, f.free_swap * 4, f.total_swap * 4 };

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++) {
		const struct model_zone *zone = &m->zone[z];

		if (!zone->present)
			continue;
		value[4] += zone->present;
		value[5] += zone_is_high(m, z) ? zone->present : 0;
		value[6] += zone->present - zone->managed;
		value[7] += zone->cma;
	}
	return judge_form(m, "F9", text,
			  "# total pagecache pages\n# pages in swap cache\nFree swap  = #kB\nTotal swap = #kB\n"
			  "# pages RAM\n# pages HighMem/MovableOnly\n# pages reserved\n# pages cma reserved\n"
			  "0 pages hwpoisoned\n",
			  value);
}

const char *judge_mem_info(struct model *m, unsigned cpu, unsigned highest, const char **text)
{
	const char *bad = judge_use(m, highest, text);

	for (unsigned nid = 0; !bad && nid < m->nr_nodes; nid++)
		bad = judge_node(m, nid, highest, text);
	for (unsigned z = 0; !bad && z < MODEL_NR_ZONES; z++)
		if (is_shown(m, z, highest))
			bad = judge_zone_line(m, z, cpu, text);
	for (unsigned z = 0; !bad && z < MODEL_NR_ZONES; z++)
		if (is_shown(m, z, highest))
			bad = judge_lists_line(m, z, text);
	return bad ? bad : judge_totals(m, text);
}

/* --- F8 ----------------------------------------------------------------------------------------------------------- */

const char *model_judge_failure_text(struct model *m, unsigned cpu, const char *text)
{
	const struct flight *f = &m->flight[cpu][m->depth[cpu] - 1];
	const char *info;
	char line[120];
	struct text t = text_in(line, sizeof(line));

	vm_name_of_asker(m, cpu, &t);
	text_words(&t, ": page allocation failure: order:");
	text_number(&t, f->order, 0);
	text_words(&t, ", mode:");
	text_hex(&t, f->gfp);
	text_words(&t, "(");
	text = strstr(text, line);
	if (!text)
		return model_says(m, "F8: the failure report does not say \"%s\"", line);
	t = text_in(line, sizeof(line));
	text_words(&t, "), nodemask=(null),cpuset=/,mems_allowed=0");
	if (m->nr_nodes > 1) {
		text_words(&t, "-");
		text_number(&t, m->nr_nodes - 1, 0);
	}
	text_words(&t, "\n");
	text = strstr(text, line);
	if (!text)
		return model_says(m, "F8: the failure report does not say \"%.60s\"", line);
	info = text + strlen(line);
	if (strncmp(info, "Mem-Info:\n", strlen("Mem-Info:\n")))
		return model_says(m, "F9: the failure report has no Mem-Info");
	info += strlen("Mem-Info:\n");
	return judge_mem_info(m, cpu, model_gfp_zone(f->gfp), &info);
}

/* --- B21 ---------------------------------------------------------------------------------------------------------- */

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
