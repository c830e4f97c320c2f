/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_text.c - what reports about objects must look like, line for line. [S33] [S34] [S35] [S36] [S38]
 *
 * While an operation is alone, the text of each thing that is due is put together here, from what the model knows of the bytes
 * at that moment; what it cannot know (an owner's bytes, a free pointer whose list is in random order) is any character.
 * At its end the log is read against it: every line of SLUB debugging there must be the next one that is due. Lines of others
 * may stand between.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "slub_state.h"

#define DIRECT_MAP   0xffff888000000000ULL
#define STRUCT_PAGES 0xffffea0000000000ULL
#define ANY_16	     "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"
#define ROW	     16

struct words {
	struct model *m;
	const struct slub_site *site;
};

static void put(struct model *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct model *m, const char *format, ...)
{
	struct model_slub *s = m->slub;
	size_t room = sizeof(s->text.due) - s->text.bytes;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(s->text.due + s->text.bytes, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room) {
		s->text.vague = true; /* the log is as large, and is cut there */
		return;
	}
	s->text.bytes += (u32)n;
}

static unsigned long long kernel(u64 address)
{
	return DIRECT_MAP + address;
}

/* --- pieces ---------------------------------------------------------------------------------------------------------------- */

static void put_rule(struct model *m, char dash)
{
	char line[79];

	memset(line, dash, 77);
	line[77] = '\n';
	line[78] = 0;
	put(m, "%s", line);
}

static void put_head(const struct words *w, const char *what)
{
	put_rule(w->m, '=');
	put(w->m, "BUG %s (%s): %s\n", w->site->c->name, w->m->slub->tainted ? "Tainted: G    B             " : "Not tainted",
	    what);
	put_rule(w->m, '-');
	w->m->slub->tainted = true;
}

/* Where a free list goes on: 0 is its end. */
static void put_free_pointer(struct model *m, u64 next, u64 flipped)
{
	unsigned long long word = (next ? kernel(next) : 0) ^ flipped;

	if (next == MODEL_NO_ADDRESS)
		put(m, "fp=0x%s", ANY_16);
	else
		put(m, "fp=0x%016llx", word);
}

/* taken: the object that is being handed out is off the list already, and counts as in use. */
static void put_slab_line(const struct words *w, u64 taken)
{
	const struct slub_site *site = w->site;
	unsigned zone = model_zone_of(w->m, site->head);
	bool overwritten = w->m->slub->overwritten.head == site->head;
	u32 named = overwritten && w->m->slub->overwritten.field == SLAB_FIELD_IS_SLAB ? 0 : 0x80;

	put(w->m, "Slab 0x%016llx objects=%u used=%u ", STRUCT_PAGES + site->head * 64ULL, site->objects,
	    site->inuse + (taken != 0));
	if (overwritten && w->m->slub->overwritten.field == SLAB_FIELD_FREELIST)
		put(w->m, "fp=0x%016llx", kernel(site->base + w->m->slub->overwritten.value * 8ULL));
	else if (!model_cache_is_debug(site->c)) /* nobody keeps the order of its list */
		put(w->m, "fp=0x%s", ANY_16);
	else if (taken && slub_pointer_is_bad(&w->m->slub->damage, taken)) /* it leads out of the slab */
		put(w->m, "fp=0x%016llx", 0ULL);
	else
		put_free_pointer(w->m, slub_next_free(w->m, site, taken), 0);
	named |= site->bytes > 4096 ? 2 : 0;
	named |= w->m->frame[site->head].flags & FRAME_PFMEMALLOC ? 0x20 : 0;
	put(w->m, named ? " flags=0x%x(%s%s%snode=%u|zone=%u)\n" : " flags=%x(%s%s%snode=%u|zone=%u)\n", named,
	    named & 2 ? "head|" : "", named & 0x20 ? "pfmemalloc|" : "", named & 0x80 ? "slab|" : "", zone / MAX_NR_ZONES,
	    zone % MAX_NR_ZONES);
}

static void put_track(struct model *m, const char *what, const struct slub_track *t)
{
	if (t->operation)
		put(m, "%s in %s+%u age=%llu cpu=%u pid=%u\n", what, t->operation, t->step,
		    (unsigned long long)(m->now_ns / 1000000 - t->when), t->cpu, 100 + t->cpu);
}

static void put_tracks(const struct words *w, u64 object)
{
	const struct slub_note *n = model_slub_note(w->m, object);

	if (!n || !(w->site->c->flags & SLAB_STORE_USER))
		return;
	put_track(w->m, "Allocated", &n->track[0]);
	put_track(w->m, "Freed", &n->track[1]);
}

/* --- bytes ----------------------------------------------------------------------------------------------------------------- */

/* Any byte of the slab. */
static int byte_of(const struct words *w, u64 at)
{
	const struct slub_site *site = w->site;
	u64 i = (at - site->base) / site->l.size, object = slub_nth_object(site, (u32)i);

	if (i >= site->objects) {
		for (u32 k = 0; k < w->m->slub->damage.nr; k++)
			if (w->m->slub->damage.stray[k].at == at)
				return w->m->slub->damage.stray[k].byte;
		return site->c->flags & SLAB_POISON ? 0x5a : -1;
	}
	return slub_byte(&site->l, &w->m->slub->damage, slub_object_at(w->m, site, object), (s64)(at - object));
}

static void put_row(const struct words *w, const char *title, u64 at, u64 n)
{
	static const char digits[] = "0123456789abcdef";
	char seen[ROW + 1] = "", hex[3 * ROW + 1];

	memset(hex, ' ', 3 * ROW);
	hex[3 * ROW] = 0;
	for (u64 i = 0; i < n; i++) {
		int byte = byte_of(w, at + i);

		hex[3 * i] = byte < 0 ? SLUB_ANY : digits[byte >> 4];
		hex[3 * i + 1] = byte < 0 ? SLUB_ANY : digits[byte & 15];
		seen[i] = byte < 0 ? SLUB_ANY : byte >= 0x20 && byte <= 0x7e ? (char)byte : '.';
	}
	put(w->m, "%s%016llx: %s %s\n", title, kernel(at), hex, seen);
}

static void put_section(const struct words *w, const char *title, u64 from, u64 bytes)
{
	for (u64 i = 0; i < bytes; i += ROW)
		put_row(w, title, from + i, bytes - i < ROW ? bytes - i : ROW);
}

/* --- an object ------------------------------------------------------------------------------------------------------------- */

static void put_object_line(const struct words *w, u64 object)
{
	bool used = slub_object_at(w->m, w->site, object).used || model_slub_is_lost(w->m, object);

	put(w->m, "Object 0x%016llx @offset=%llu ", kernel(object), (unsigned long long)(object - w->site->base));
	put_free_pointer(w->m, used ? MODEL_NO_ADDRESS : slub_next_free(w->m, w->site, object),
			 slub_pointer_flipped(&w->m->slub->damage, object));
	put(w->m, "\n");
}

static void put_trailer(const struct words *w, u64 object, bool taken)
{
	const struct slub_layout *l = &w->site->l;
	u32 meta = slub_meta_end(l);

	put_tracks(w, object);
	put_slab_line(w, taken ? object : 0);
	put_object_line(w, object);
	if (l->flags & SLAB_RED_ZONE)
		put_section(w, "Redzone  ", object - l->red_left_pad, l->red_left_pad);
	else if (object > w->site->base + ROW)
		put_section(w, "Bytes b4 ", object - ROW, ROW);
	put_section(w, "Object   ", object, l->object_size < 4096 ? l->object_size : 4096);
	if (l->flags & SLAB_RED_ZONE)
		put_section(w, "Redzone  ", object + l->object_size, l->inuse - l->object_size);
	put_section(w, "Padding  ", object + meta, slub_room(l) - meta);
}

/* --- what is due ----------------------------------------------------------------------------------------------------------- */

static void say_region(const struct words *w, const struct slub_due *d, bool taken)
{
	put(w->m, "[%s overwritten] 0x%016llx-0x%016llx @offset=%llu. First byte 0x%x instead of 0x%x\n", slub_report_names[d->report],
	    kernel(d->first), kernel(d->last), (unsigned long long)(d->first - w->site->base), d->byte, d->expected);
	if (!d->head)
		return;
	put_head(w, "Object corrupt");
	put_trailer(w, d->address, taken);
}

static void say_padding(const struct words *w, const struct slub_due *d, u64 taken)
{
	const struct slub_site *site = w->site;
	u64 rest = site->bytes % site->l.size;
	char what[128];

	snprintf(what, sizeof(what), "Padding overwritten. 0x%016llx-0x%016llx @offset=%llu", kernel(d->first), kernel(d->last),
		 (unsigned long long)(d->first - site->base));
	put_head(w, what);
	put_section(w, "Padding ", site->base + site->bytes - rest, rest);
	put_slab_line(w, taken);
}

static void say_slab(const struct words *w, u64 taken, const char *what)
{
	put_head(w, what);
	put_slab_line(w, taken);
}

static void say_object(const struct words *w, const struct slub_due *d, bool taken, const char *what)
{
	put_head(w, what);
	put_trailer(w, d->address, taken);
}

static void say_fix(const struct words *w, const struct slub_due *d)
{
	const char *cache = w->site->c->name;

	switch (d->report) {
	case SLUB_FIX_RESTORING:
		put(w->m, "FIX %s: Restoring %s 0x%016llx-0x%016llx=0x%x\n", cache, slub_report_names[d->region], kernel(d->first),
		    kernel(d->last), d->expected);
		break;
	case SLUB_FIX_ALL_USED:
		put(w->m, "FIX %s: Marking all objects used\n", cache);
		break;
	case SLUB_FIX_NOT_FREED:
		put(w->m, "FIX %s: Object at 0x%016llx not freed\n", cache, kernel(d->address));
		break;
	case SLUB_FIX_COUNT:
		put(w->m, "FIX %s: Object count adjusted\n", cache);
		break;
	case SLUB_FIX_NUMBER:
		put(w->m, "FIX %s: Number of objects adjusted\n", cache);
		break;
	case SLUB_FIX_FREELIST:
		put(w->m, "FIX %s: Freelist cleared\n", cache);
		break;
	}
}

void slub_say(struct model *m, const struct slub_site *site, const struct slub_due *d, u64 taken)
{
	struct words w = { m, site };
	char what[128];

	switch (d->report) {
	case SLUB_PADDING:
		say_padding(&w, d, taken);
		break;
	case SLUB_FREECHAIN:
		say_object(&w, d, false, "Freechain corrupt");
		break;
	case SLUB_FREEPOINTER:
		if (d->address == site->base && !d->head)
			say_slab(&w, taken, "Freepointer corrupt");
		else
			say_object(&w, d, taken != 0, "Freepointer corrupt");
		break;
	case SLUB_ALREADY_FREE:
		say_object(&w, d, false, "Object already free");
		break;
	case SLUB_INVALID_POINTER:
		snprintf(what, sizeof(what), "Invalid object pointer 0x%016llx", kernel(d->first));
		say_slab(&w, 0, what);
		break;
	case SLUB_OBJECT_COUNT:
		snprintf(what, sizeof(what), "Wrong object count. Counter is %u but counted were %u", d->found, d->should);
		say_slab(&w, 0, what);
		break;
	case SLUB_NUMBER_OF_OBJECTS:
		snprintf(what, sizeof(what), "Wrong number of objects. Found %u but should be %u", d->found, d->should);
		say_slab(&w, 0, what);
		break;
	case SLUB_OBJECTS:
		snprintf(what, sizeof(what), "objects %u > max %u", d->found, d->should);
		say_slab(&w, 0, what);
		break;
	case SLUB_INUSE:
		snprintf(what, sizeof(what), "inuse %u > max %u", d->found, d->should);
		say_slab(&w, 0, what);
		break;
	case SLUB_SLAB_COUNT:
		snprintf(what, sizeof(what), "Slab has %u allocated objects but %u are to be freed", d->found, d->should);
		say_slab(&w, 0, what);
		break;
	case SLUB_DISABLED:
		say_slab(&w, 0, "Slab disabled since SLUB metadata consistency check failed");
		break;
	case SLUB_NOT_A_SLAB:
		say_slab(&w, 0, "Not a valid slab page");
		break;
	case SLUB_FREELIST_CYCLE:
		say_slab(&w, 0, "Freelist cycle detected");
		break;
	default:
		if (d->report <= SLUB_OBJECT_PADDING)
			say_region(&w, d, taken != 0);
		else
			say_fix(&w, d);
	}
}

/* --- reports without a check ----------------------------------------------------------------------------------------------- */

/* S35: objects in use, in the order of their places. */
void slub_say_remaining(struct model *m, const struct slub_site *site)
{
	struct words w = { m, site };

	m->slub->text.vague |= model_slub_lists_are_damaged(m); /* what lies behind a bad pointer counts as in use */
	put_head(&w, "Objects remaining on __kmem_cache_shutdown()");
	for (u32 i = 0; i < site->objects; i++) {
		u64 object = slub_nth_object(site, i);

		if (!model_object_is_live(m, object) && !model_slub_is_lost(m, object))
			continue;
		put(m, "Object 0x%016llx @offset=%llu\n", kernel(object), (unsigned long long)(object - site->base));
		put_tracks(&w, object);
	}
	put_slab_line(&w, 0);
}

/* S24 */
void slub_say_wrong_cache(struct model *m, unsigned cache, u64 object)
{
	struct slub_site site;
	struct words w = { m, &site };

	if (!slub_site_of(m, object, &site)) {
		put(m, "WARNING: virt_to_cache: Object is not a Slab page!\n");
		return;
	}
	put(m, "WARNING: cache_from_obj: Wrong slab cache. %s but object is from %s\n", model_cache(m, cache)->name,
	    site.c->name);
	put_tracks(&w, object);
}

/* K6 */
void slub_say_not_kmalloc(struct model *m, u64 address)
{
	put(m, "WARNING: free_large_kmalloc of no allocation of kmalloc\nobject pointer: 0x%016llx\n", kernel(address));
}

/* T: the slab as it is when the line is written: an object that is handed out is off its list. */
void slub_say_trace(struct model *m, const struct slub_site *site, u64 object, bool alloc)
{
	struct words w = { m, site };

	put(m, "TRACE %s %s 0x%016llx inuse=%u ", site->c->name, alloc ? "alloc" : "free", kernel(object), site->inuse + alloc);
	put_free_pointer(m, slub_next_free(m, site, alloc ? object : 0), 0);
	put(m, "\n");
	if (!alloc)
		put_section(&w, "Object ", object, site->l.object_size);
}

/* --- reading the log ------------------------------------------------------------------------------------------------------- */

static bool is_ours(const char *line)
{
	static const char *const begins[] = { "====", "----", "BUG ", "[", "Allocated in ", "Freed in ", "Slab 0x", "Object ",
					      "Redzone ", "Bytes b4 ", "Padding ", "FIX ", "TRACE ", "Invalid pointer ",
					      "WARNING: cache_from_obj", "WARNING: virt_to_cache", "WARNING: free_large_kmalloc",
					      "object pointer: " };

	if (!strncmp(line, "BUG: ", 5) || !strncmp(line, "[ ", 2)) /* of the page allocator; a row of the OOM killer's table */
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(begins); i++)
		if (!strncmp(line, begins[i], strlen(begins[i])))
			return true;
	return false;
}

static size_t line_length(const char *line)
{
	return strcspn(line, "\n");
}

static const char *next_line(const char *line)
{
	line += line_length(line);
	return *line ? line + 1 : line;
}

/* The next line of ours; an empty text: there is none. */
static const char *find_ours(const char *line)
{
	while (*line && !is_ours(line))
		line = next_line(line);
	return line;
}

static bool lines_match(const char *due, const char *seen)
{
	size_t n = line_length(due);

	if (line_length(seen) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (due[i] != SLUB_ANY && due[i] != seen[i])
			return false;
	return true;
}

const char *model_judge_slub_text(struct model *m, unsigned cpu, const char *log)
{
	struct model_slub *s = m->slub;
	const char *due = s->text.due, *seen = find_ours(log);

	if (!m->flight[cpu][m->depth[cpu] - 1].alone || s->text.vague)
		return NULL;
	for (s->text.due[s->text.bytes] = 0; *due; due = next_line(due)) {
		if (!lines_match(due, seen)) {
			char is[90];

			snprintf(is, sizeof(is), "%.*s", (int)line_length(seen), seen);
			return model_says(m, "S36: the log says \"%.80s\", it should be \"%.*s\"", is,
					  (int)(line_length(due) < 80 ? line_length(due) : 80), due);
		}
		seen = find_ours(next_line(seen));
	}
	if (*seen)
		return model_says(m, "S36: the log says \"%.*s\", and nothing more is due",
				  (int)(line_length(seen) < 80 ? line_length(seen) : 80), seen);
	return NULL;
}
