// SPDX-License-Identifier: GPL-2.0-only
/*
 * ftrace.c - one line of ftrace text, read as an event of page frames or objects.
 *
 *            <...>-10796    [001] d..3.  4536.224777: mm_page_alloc: page=... pfn=0x518849 order=0 ...
 * gfp_flags=A|B task, may hold anything  CPU  flags   timestamp     name          fields
 *
 * A task name may hold blanks, brackets and colons, but with its 15 bytes no whole head of a line: the head
 * is the first [CPU] that is followed by (flags,) timestamp and name, each with its colon. trace-cmd and perf
 * print the same shape.
 *
 * The flags column: irqs-off, need-resched, hardirq/softirq, preempt-depth, migrate-disable. The tracepoint's
 * own preempt_disable is already subtracted: in the recording of a healthy kernel (6.18) allocations at depth
 * 1 or with irqs off have GFP_NOWAIT or GFP_ATOMIC without exception, and every mask with
 * __GFP_DIRECT_RECLAIM stands at depth `.` So any depth but `.` is atomic, as are irqs off (d, D) and
 * interrupts (h, H, s, z, Z). `b`, softirqs disabled, is not taken for atomic: on PREEMPT_RT one may sleep
 * there. Migration disabled never forbids sleeping, nor does need-resched.
 */
#include <string.h>
#include "gfp.h"
#include "ftrace.h"

struct cursor {
	const char *at, *end;
};

struct word {
	const char *text;
	size_t bytes;
};

/* --- words
 * -------------------------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct word next_word(struct cursor *c)
{
	struct word w;
	const char *end;

	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
		c->at++;
	w.text = c->at;
	end = memchr(c->at, ' ', (size_t)(c->end - c->at));
	c->at = end ? end : c->end;
	w.bytes = (size_t)(c->at - w.text);
	return w;
}

static bool word_begins(struct word w, const char *text, size_t bytes)
{
	return w.bytes >= bytes && !memcmp(w.text, text, bytes);
}

static bool word_is(struct word w, const char *text)
{
	return w.bytes == strlen(text) && !memcmp(w.text, text, w.bytes);
}

static struct word word_after(struct word w, size_t bytes)
{
	return (struct word){w.text + bytes, w.bytes - bytes};
}

static bool ends_with_colon(struct word w)
{
	return w.bytes > 1 && w.text[w.bytes - 1] == ':';
}

static int digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static bool read_digits(struct word w, unsigned base, u64 *value)
{
	u64 v = 0;

	if (!w.bytes || w.bytes > 16)
		return false;
	for (size_t i = 0; i < w.bytes; i++) {
		unsigned digit = (unsigned)digit_value(w.text[i]);

		if (digit >= base)
			return false;
		v = v * base + digit;
	}
	*value = v;
	return true;
}

/* The whole word must be the number, 0x before it if it is hexadecimal. */
static bool read_number(struct word w, u64 *value)
{
	return word_begins(w, "0x", 2) ? read_digits(word_after(w, 2), 16, value) : read_digits(w, 10, value);
}

/* As %p prints it; what is in brackets, or an error, is no address. */
static u64 read_address(struct word w)
{
	u64 address = 0;

	read_digits(word_begins(w, "0x", 2) ? word_after(w, 2) : w, 16, &address);
	return address;
}

/* --- gfp_flags
 * ------------------------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	u32 bits;
} gfp_names[] = {
	{"GFP_TRANSHUGE", GFP_TRANSHUGE},
	{"GFP_TRANSHUGE_LIGHT", GFP_TRANSHUGE_LIGHT},
	{"GFP_HIGHUSER_MOVABLE", GFP_HIGHUSER_MOVABLE},
	{"GFP_HIGHUSER", GFP_HIGHUSER},
	{"GFP_USER", GFP_USER},
	{"GFP_KERNEL_ACCOUNT", GFP_KERNEL_ACCOUNT},
	{"GFP_KERNEL", GFP_KERNEL},
	{"GFP_NOFS", GFP_NOFS},
	{"GFP_ATOMIC", GFP_ATOMIC},
	{"GFP_NOIO", GFP_NOIO},
	{"GFP_NOWAIT", GFP_NOWAIT},
	{"GFP_DMA", GFP_DMA},
	{"GFP_DMA32", GFP_DMA32},
	{"__GFP_DMA", __GFP_DMA},
	{"__GFP_DMA32", __GFP_DMA32},
	{"__GFP_HIGHMEM", __GFP_HIGHMEM},
	{"__GFP_HIGH", __GFP_HIGH},
	{"__GFP_IO", __GFP_IO},
	{"__GFP_FS", __GFP_FS},
	{"__GFP_NOWARN", __GFP_NOWARN},
	{"__GFP_RETRY_MAYFAIL", __GFP_RETRY_MAYFAIL},
	{"__GFP_NOFAIL", __GFP_NOFAIL},
	{"__GFP_NORETRY", __GFP_NORETRY},
	{"__GFP_COMP", __GFP_COMP},
	{"__GFP_ZERO", __GFP_ZERO},
	{"__GFP_NOMEMALLOC", __GFP_NOMEMALLOC},
	{"__GFP_MEMALLOC", __GFP_MEMALLOC},
	{"__GFP_HARDWALL", __GFP_HARDWALL},
	{"__GFP_THISNODE", __GFP_THISNODE},
	{"__GFP_RECLAIMABLE", __GFP_RECLAIMABLE},
	{"__GFP_MOVABLE", __GFP_MOVABLE},
	{"__GFP_ACCOUNT", __GFP_ACCOUNT},
	{"__GFP_WRITE", __GFP_WRITE},
	{"__GFP_RECLAIM", __GFP_RECLAIM},
	{"__GFP_DIRECT_RECLAIM", __GFP_DIRECT_RECLAIM},
	{"__GFP_KSWAPD_RECLAIM", __GFP_KSWAPD_RECLAIM},
	{"__GFP_ZEROTAGS", __GFP_ZEROTAGS},
	{"none", 0},
};

/*
 * One name of a mask. What a kernel prints in hex has no name there, and its bits are numbered as that kernel
 * does: it is accepted, and no bit is concluded from it.
 */
static bool add_gfp_name(struct word name, u32 *bits)
{
	u64 leftover;

	for (size_t i = 0; i < sizeof(gfp_names) / sizeof(gfp_names[0]); i++)
		if (word_is(name, gfp_names[i].name)) {
			*bits |= gfp_names[i].bits;
			return true;
		}
	return read_number(name, &leftover);
}

static void note_unknown_name(struct ftrace *f, struct word name)
{
	size_t bytes = name.bytes < GFP_NAME_BYTES - 1 ? name.bytes : GFP_NAME_BYTES - 1;

	if (f->unknown_name[0] || !bytes)
		return;
	for (size_t i = 0; i < bytes; i++)
		f->unknown_name[i] = name.text[i] > ' ' && name.text[i] < 127 ? name.text[i] : '?';
}

static u32 parse_gfp(struct ftrace *f, struct word text, u16 *unknown)
{
	u32 bits = 0;

	*unknown = 0;
	for (;;) {
		const char *bar = memchr(text.text, '|', text.bytes);
		struct word name = {text.text, bar ? (size_t)(bar - text.text) : text.bytes};

		if (!add_gfp_name(name, &bits)) {
			note_unknown_name(f, name);
			++*unknown;
		}
		if (!bar)
			return bits;
		text = word_after(text, name.bytes + 1);
	}
}

static struct gfp_text *gfp_entry(struct ftrace *f, struct word text)
{
	size_t n = text.bytes;
	unsigned hash = (unsigned)n;

	for (size_t i = 0; i < n; i += 5)
		hash = hash * 31 + (unsigned char)text.text[i];
	return &f->gfp[hash % GFP_CACHE_ENTRIES];
}

static u32 read_gfp(struct ftrace *f, struct word text)
{
	struct gfp_text *known = gfp_entry(f, text), longer;

	if (text.bytes > GFP_TEXT_BYTES) {
		known = &longer;
		known->bits = parse_gfp(f, text, &known->unknown);
	} else if (known->bytes != text.bytes || memcmp(known->text, text.text, text.bytes)) {
		known->bits = parse_gfp(f, text, &known->unknown);
		known->bytes = (u16)text.bytes;
		memcpy(known->text, text.text, text.bytes);
	}
	f->unknown_flags += known->unknown;
	return known->bits;
}

/* --- the head of a line
 * --------------------------------------------------------------------------------------------- */

static bool is_one_of(char c, const char *set)
{
	return memchr(set, c, strlen(set));
}

static void read_context(struct word flags, struct ftrace_line *out)
{
	const char *c = flags.text;

	if (flags.bytes < 4 || !is_one_of(c[0], ".dDb") || !is_one_of(c[2], ".hHsZz") ||
	    (c[3] != '.' && digit_value(c[3]) > 15))
		return;
	out->has_context = true;
	if (c[0] == 'd' || c[0] == 'D' || c[2] != '.' || c[3] != '.')
		out->ev.context = EVENT_ATOMIC;
}

/* Seconds, a point, and up to nine digits. Some clocks count something else. */
static void read_time(struct ftrace_line *out)
{
	const char *point = memchr(out->time, '.', (size_t)out->time_bytes);
	struct word rest = {point ? point + 1 : NULL, point ? (size_t)(out->time + out->time_bytes - point) - 1 : 0};
	u64 seconds, ns;

	if (!rest.bytes || rest.bytes > 9 || !read_digits(rest, 10, &ns) ||
	    !read_digits((struct word){out->time, (size_t)(point - out->time)}, 10, &seconds))
		return;
	for (size_t i = rest.bytes; i < 9; i++)
		ns *= 10;
	out->ns = seconds * 1000000000 + ns;
	out->has_ns = true;
}

/* What follows [CPU]: flags unless switched off, timestamp, name. */
static bool read_head(struct cursor *c, struct ftrace_line *out, struct word *name)
{
	struct word flags = {NULL, 0}, time = next_word(c);

	if (!ends_with_colon(time)) {
		flags = time;
		time = next_word(c);
	}
	*name = next_word(c);
	if (!ends_with_colon(time) || !is_digit(time.text[0]) || !ends_with_colon(*name))
		return false;
	name->bytes--;
	if (word_begins(*name, "kmem:", 5))
		*name = word_after(*name, 5);
	out->time = time.text;
	out->time_bytes = (int)time.bytes - 1;
	read_time(out);
	if (flags.bytes)
		read_context(flags, out);
	return true;
}

static bool find_head(struct cursor *line, struct ftrace_line *out, struct word *name)
{
	const char *at = line->at;

	while ((at = memchr(at, '[', (size_t)(line->end - at)))) {
		struct cursor c = {++at, line->end};

		while (c.at < c.end && is_digit(*c.at))
			c.at++;
		if (c.at == at || c.at == c.end || *c.at++ != ']')
			continue;
		if (read_head(&c, out, name)) {
			*line = c;
			return true;
		}
	}
	return false;
}

/* --- fields
 * -----------------------------------------------------------------------------------------------------------
 */

enum { SEEN_PFN = 1, SEEN_ORDER = 2, SEEN_GFP = 4, SEEN_BAD = 8 };

static unsigned read_field(struct ftrace *f, struct word w, struct ftrace_line *out)
{
	u64 order;

	if (word_begins(w, "page=", 5))
		out->page = read_address(word_after(w, 5));
	if (word_begins(w, "pfn=", 4))
		return read_number(word_after(w, 4), &out->ev.pfn) ? SEEN_PFN : SEEN_BAD;
	if (word_begins(w, "order=", 6)) {
		if (!read_number(word_after(w, 6), &order) || order >= NR_PAGE_ORDERS)
			return SEEN_BAD;
		out->ev.order = (u8)order;
		return SEEN_ORDER;
	}
	if (word_begins(w, "gfp_flags=", 10) && w.bytes > 10) {
		out->ev.gfp = read_gfp(f, word_after(w, 10));
		return SEEN_GFP;
	}
	return 0;
}

/* The kernel knows no frame when it prints pfn 0 (as -1 in raw form): frame 0 is never handed out. */
static enum ftrace_kind read_page_fields(struct ftrace *f, struct cursor c, struct ftrace_line *out)
{
	bool alloc = out->ev.type == EVENT_PAGE_ALLOC;
	unsigned wanted = SEEN_PFN | SEEN_ORDER | (alloc ? SEEN_GFP : 0), seen = 0;

	while (c.at < c.end)
		seen |= read_field(f, next_word(&c), out);
	if ((seen & (wanted | SEEN_BAD)) != wanted)
		return FTRACE_UNREADABLE;
	return alloc && (!out->ev.pfn || out->ev.pfn == ~0ULL) ? FTRACE_NO_PAGE : FTRACE_PAGE;
}

#define ZERO_SIZE 16 /* what kmalloc(0) returns, and who frees it means nothing */

enum { SEEN_PTR = 16, SEEN_REQ = 32, SEEN_ALLOC = 64 };

static unsigned read_bytes(struct word w, u32 *bytes, unsigned seen)
{
	u64 n;

	if (!read_number(w, &n) || n > 0xffffffffULL)
		return SEEN_BAD;
	*bytes = (u32)n;
	return seen;
}

static unsigned read_object_field(struct ftrace *f, struct word w, struct ftrace_line *out)
{
	if (word_begins(w, "ptr=", 4)) {
		out->ev.address = read_address(word_after(w, 4));
		return SEEN_PTR;
	}
	if (word_begins(w, "bytes_req=", 10))
		return read_bytes(word_after(w, 10), &out->ev.bytes_req, SEEN_REQ);
	if (word_begins(w, "bytes_alloc=", 12))
		return read_bytes(word_after(w, 12), &out->ev.bytes_alloc, SEEN_ALLOC);
	if (word_begins(w, "gfp_flags=", 10) && w.bytes > 10) {
		out->ev.gfp = read_gfp(f, word_after(w, 10));
		return SEEN_GFP;
	}
	if (!word_begins(w, "name=", 5) || w.bytes == 5)
		return 0;
	out->cache = w.text + 5;
	out->cache_bytes = (int)w.bytes - 5;
	return 0;
}

/* An address that is not the kernel's is a hash of one. Old kernels name no cache. */
static enum ftrace_kind read_object_fields(struct ftrace *f, struct cursor c, struct ftrace_line *out)
{
	bool alloc = out->ev.type == EVENT_KMALLOC || out->ev.type == EVENT_KMEM_CACHE_ALLOC;
	bool named = out->ev.type == EVENT_KMEM_CACHE_ALLOC || out->ev.type == EVENT_KMEM_CACHE_FREE;
	unsigned wanted = SEEN_PTR | (alloc ? SEEN_REQ | SEEN_ALLOC | SEEN_GFP : 0), seen = 0;

	while (c.at < c.end)
		seen |= read_object_field(f, next_word(&c), out);
	if (!named)
		out->cache = NULL;
	if ((seen & wanted) != wanted || (seen & SEEN_BAD))
		return FTRACE_UNREADABLE;
	if (out->ev.address <= ZERO_SIZE)
		return FTRACE_NO_OBJECT;
	return out->ev.address >> 63 ? FTRACE_OBJECT : FTRACE_HASHED;
}

static u8 event_of_objects(struct word name)
{
	if (word_is(name, "kmalloc") || word_is(name, "kmalloc_node"))
		return EVENT_KMALLOC;
	if (word_is(name, "kfree"))
		return EVENT_KFREE;
	if (word_is(name, "kmem_cache_alloc") || word_is(name, "kmem_cache_alloc_node"))
		return EVENT_KMEM_CACHE_ALLOC;
	return word_is(name, "kmem_cache_free") ? EVENT_KMEM_CACHE_FREE : EVENT_NONE;
}

static enum ftrace_kind read_fields(struct ftrace *f, struct cursor c, struct ftrace_line *out)
{
	return out->ev.type >= EVENT_KMALLOC ? read_object_fields(f, c, out) : read_page_fields(f, c, out);
}

static u8 event_type(struct word name)
{
	if (word_begins(name, "km", 2) || word_begins(name, "kf", 2))
		return event_of_objects(name);
	if (!word_begins(name, "mm_page_", 8))
		return EVENT_NONE;
	name = word_after(name, 8);
	if (word_is(name, "alloc"))
		return EVENT_PAGE_ALLOC;
	if (word_is(name, "free"))
		return EVENT_PAGE_FREE;
	if (word_is(name, "free_batched"))
		return EVENT_PAGE_FREE_BATCHED;
	return word_is(name, "alloc_zone_locked") ? EVENT_PAGE_ALLOC_ZONE_LOCKED : EVENT_NONE;
}

/* --- lines without an event
 * ---------------------------------------------------------------------------------------------- */

/* "CPU:1 [LOST 123 EVENTS]" (ftrace), "CPU:1 [123 EVENTS DROPPED]" (trace-cmd). */
static bool is_lost_line(struct cursor c, struct ftrace_line *out)
{
	const char *bracket = memchr(c.at, '[', (size_t)(c.end - c.at));
	struct word first, second;

	if (!bracket || !word_begins(next_word(&c), "CPU:", 4))
		return false;
	c.at = bracket + 1;
	first = next_word(&c);
	second = next_word(&c);
	if (word_is(first, "LOST")) {
		read_number(second, &out->lost);
		return true;
	}
	return word_is(second, "EVENTS") && read_number(first, &out->lost);
}

/* "# entries-in-buffer/entries-written: 1440681/1529796   #P:2" */
static void read_cpus(struct cursor c, struct ftrace_line *out)
{
	u64 n;

	while (c.at < c.end) {
		struct word w = next_word(&c);

		if (word_begins(w, "#P:", 3) && read_number(word_after(w, 3), &n) && n < 65536)
			out->nr_cpus = (unsigned)n;
	}
}

/* "##### CPU 1 buffer started ####": this CPU's earlier events were overwritten, those of others are there.
 */
static enum ftrace_kind read_comment(struct cursor c, struct ftrace_line *out)
{
	static const char started[] = "buffer started";

	read_cpus(c, out);
	return memmem(c.at, (size_t)(c.end - c.at), started, sizeof(started) - 1) ? FTRACE_GAP : FTRACE_NOTE;
}

enum ftrace_kind ftrace_read(struct ftrace *f, const char *line, size_t bytes, struct ftrace_line *out)
{
	struct cursor c = {line, line + bytes};
	struct word name;

	*out = (struct ftrace_line){.ev.type = EVENT_NONE};
	if (!bytes || *line == '#')
		return read_comment(c, out);
	if (!find_head(&c, out, &name)) {
		if (is_lost_line(c, out))
			return FTRACE_GAP;
		return next_word(&c).bytes ? FTRACE_NOISE : FTRACE_NOTE;
	}
	out->ev.type = event_type(name);
	return out->ev.type == EVENT_NONE ? FTRACE_OTHER : read_fields(f, c, out);
}
