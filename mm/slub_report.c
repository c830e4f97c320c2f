/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slub_report.c - what SLUB debugging says, form for form as the kernel does.
 *
 *   [Right Redzone overwritten] 0x...-0x... @offset=104. First byte 0x12 instead of 0xcc     damaged bytes, then once
 *   =====...                                                                                 an object:
 *   BUG cache (Not tainted): Object corrupt                                                  a head
 *   -----...
 *
 *   Allocated in <operation>+<step> age=3 cpu=0 pid=100                                      tracks, with U
 *   Slab 0x... objects=16 used=1 fp=0x... flags=0x80(slab|node=0|zone=1)                     the slab
 *   Object 0x... @offset=64 fp=0x...                                                         the object
 *
 *   Redzone  ffff888000040000: cc cc cc cc cc cc cc cc                          ........     bytes: before, object,
 *   Object   ffff888000040040: ...                                                           after, end of slot
 *   FIX cache: Restoring Right Redzone 0x...-0x...=0xcc                                      what is done about it
 *
 * Bytes are shown before they are restored. Of a pointer that is no object of the slab nothing is shown but itself: what lies
 * around it may be anything, or not there.
 *
 * Invariants:
 *   [S33] [S34] a head, damaged bytes and a FIX have the kernel's words, and each announces itself once
 *   [S36] a trailer reads nothing outside of the object's own slot, but the 16 bytes before it, which are the slab's
 *   [S39] refused requests are told at most ten times in a burst of five seconds
 * Locks: the caller's list_lock, where it has one. slab_out_of_memory() takes list_lock and report_lock, one after the other.
 * Unlike Linux: `<operation>+<step>` stands where a function's name is, and for the stack behind it; a task is pid 100 + cpu; a
 * slab's address is where Linux maps struct pages; its flags are the page's lower 16 bits; the only taint is B, of a report.
 */
#include "page_debug_internal.h"
#include "slub_debug_internal.h"

#define VMEMMAP_START	   0xffffea0000000000ULL
#define STRUCT_PAGE_BYTES  64
#define RULE_COLUMNS	   77
#define ROW_BYTES	   16
#define OOM_BURST	   10
#define OOM_INTERVAL_NS	   5000000000ULL

/* --- pieces ------------------------------------------------------------------------------------------------------ */

static void announce(enum slub_report what, const void *about, const struct kmem_cache *s)
{
	fetch_add_relaxed(&slab_state()->reports, 1u);
	announce_report(what, about ? address_of(about) : 0, s ? s->id : 0);
}

static void put_address(struct text *t, const char *label, u64 address)
{
	text_words(t, label);
	text_words(t, "0x");
	text_hex_digits(t, address, 16);
}

static void put_pointer(struct text *t, const char *label, const void *p)
{
	put_address(t, label, kernel_address(p));
}

static void put_byte(struct text *t, const char *label, u8 byte)
{
	text_words(t, label);
	text_words(t, "0x");
	text_hex_digits(t, byte, 1);
}

static void put_rule(struct text *t, const char *dash)
{
	for (unsigned i = 0; i < RULE_COLUMNS; i++)
		text_words(t, dash);
	text_words(t, "\n");
}

/* --- head and slab ------------------------------------------------------------------------------------------------- */

static void slab_bug(const struct kmem_cache *s, const char *words)
{
	char lines[400];
	struct text t = text_in(lines, sizeof(lines));

	put_rule(&t, "=");
	text_words(&t, "BUG ");
	text_words(&t, s ? s->name : "<unknown>");
	text_words(&t, READ_ONCE(slab_state()->tainted) ? " (Tainted: G    B             ): " : " (Not tainted): ");
	text_words(&t, words);
	text_words(&t, "\n");
	put_rule(&t, "-");
	text_words(&t, "\n");
	sim_log_text(lines);
	WRITE_ONCE(slab_state()->tainted, true);
}

static void print_slab_info(const struct slab *slab)
{
	struct slab_counters c = slab_counters(slab);
	char line[256];
	struct text t = text_in(line, sizeof(line));

	put_address(&t, "Slab ", VMEMMAP_START + slab_pfn(slab) * STRUCT_PAGE_BYTES);
	put_number(&t, " objects=", c.objects);
	put_number(&t, " used=", c.inuse);
	put_pointer(&t, " fp=", slab_object_at(slab, c.freelist));
	text_words(&t, " flags=");
	put_page_flags(&t, current_mm(), slab_pfn(slab));
	sim_log_text(line);
}

/* --- tracks [S38] -------------------------------------------------------------------------------------------------- */

static void print_track(const char *what, const struct track *t)
{
	char line[200];
	struct text out = text_in(line, sizeof(line));

	if (!t->who)
		return;
	text_words(&out, what);
	text_words(&out, " in ");
	text_words(&out, track_operation(t));
	put_number(&out, "+", t->step);
	put_number(&out, " age=", sim_now_ns() / NS_PER_JIFFY - t->when);
	put_number(&out, " cpu=", t->cpu);
	put_number(&out, " pid=", t->pid);
	text_words(&out, "\n");
	sim_log_text(line);
}

static void print_tracking(const struct kmem_cache *s, const void *object)
{
	struct track t;

	if (!(s->flags & SLAB_STORE_USER))
		return;
	t = get_track(s, object, TRACK_ALLOC);
	print_track("Allocated", &t);
	t = get_track(s, object, TRACK_FREE);
	print_track("Freed", &t);
}

/* --- bytes --------------------------------------------------------------------------------------------------------- */

/* 16 of them: in hex, and as characters from column 49 on. */
static void put_row(struct text *t, const u8 *from, size_t n)
{
	char seen[ROW_BYTES + 1] = "";

	for (size_t i = 0; i < ROW_BYTES; i++) {
		u8 byte = i < n ? slab_byte(from + i) : 0;

		if (i >= n) {
			text_words(t, "   ");
			continue;
		}
		text_hex_digits(t, byte, 2);
		text_words(t, " ");
		seen[i] = byte >= ' ' && byte <= '~' ? (char)byte : '.';
	}
	text_words(t, " ");
	text_words(t, seen);
	text_words(t, "\n");
}

static void print_section(const char *title, const void *from, size_t bytes)
{
	const u8 *at = from;

	for (size_t i = 0; i < bytes; i += ROW_BYTES) {
		char line[128];
		struct text t = text_in(line, sizeof(line));

		text_words(&t, title);
		text_hex_digits(&t, kernel_address(at + i), 16);
		text_words(&t, ": ");
		put_row(&t, at + i, min_of(bytes - i, (size_t)ROW_BYTES));
		sim_log_text(line);
	}
}

static void print_object_line(const struct kmem_cache *s, const struct slab *slab, const void *object)
{
	char line[160];
	struct text t = text_in(line, sizeof(line));

	put_pointer(&t, "Object ", object);
	put_number(&t, " @offset=", (u64)((const char *)object - slab_base(slab)));
	if (s)
		put_pointer(&t, " fp=", get_freepointer(s, object));
	text_words(&t, s ? "\n\n" : "\n");
	sim_log_text(line);
}

/* [S36] */
static void print_trailer(const struct kmem_cache *s, const struct slab *slab, const void *object)
{
	const char *p = object;
	u32 end = end_of_metadata(s), slot_end = s->size - s->red_left_pad;

	print_tracking(s, p);
	print_slab_info(slab);
	print_object_line(s, slab, p);
	if (s->flags & SLAB_RED_ZONE)
		print_section("Redzone  ", p - s->red_left_pad, s->red_left_pad);
	else if (p > slab_base(slab) + ROW_BYTES)
		print_section("Bytes b4 ", p - ROW_BYTES, ROW_BYTES);
	print_section("Object   ", p, min_of((u64)s->object_size, PAGE_SIZE));
	if (s->flags & SLAB_RED_ZONE)
		print_section("Redzone  ", p + s->object_size, s->inuse - s->object_size);
	print_section("Padding  ", p + end, slot_end - end);
}

/* --- reports ------------------------------------------------------------------------------------------------------- */

static void say_object_err(const struct kmem_cache *s, const struct slab *slab, const void *object, const char *words)
{
	char line[64];
	struct text t = text_in(line, sizeof(line));

	slab_bug(s, words);
	if (object && check_valid_pointer(s, slab, object)) {
		print_trailer(s, slab, object);
		return;
	}
	print_slab_info(slab);
	put_pointer(&t, "Invalid pointer ", object);
	text_words(&t, "\n");
	sim_log_text(line);
}

sim_cold void object_err(const struct kmem_cache *s, const struct slab *slab, const void *object, enum slub_report what,
			 const char *words)
{
	announce(what, object, s);
	say_object_err(s, slab, object, words);
}

sim_cold void slab_err(const struct kmem_cache *s, const struct slab *slab, enum slub_report what, const char *words)
{
	announce(what, slab_base(slab), s);
	slab_bug(s, words);
	print_slab_info(slab);
}

sim_cold void slab_err_numbers(const struct kmem_cache *s, const struct slab *slab, enum slub_report what, const char *before,
			       u64 a, const char *between, u64 b, const char *after)
{
	char words[128];
	struct text t = text_in(words, sizeof(words));

	put_number(&t, before, a);
	put_number(&t, between, b);
	text_words(&t, after);
	slab_err(s, slab, what, words);
}

sim_cold void slab_err_object(const struct kmem_cache *s, const struct slab *slab, enum slub_report what, const void *object,
			      const char *before, const char *after)
{
	char words[128];
	struct text t = text_in(words, sizeof(words));

	put_pointer(&t, before, object);
	text_words(&t, after);
	slab_err(s, slab, what, words);
}

static void put_range(struct text *t, const struct damage *d)
{
	put_pointer(t, "", d->from);
	put_pointer(t, "-", d->to - 1);
}

sim_cold void bytes_err(const struct kmem_cache *s, const struct slab *slab, const void *object, const struct damage *d,
			bool with_object)
{
	char line[256];
	struct text t = text_in(line, sizeof(line));

	announce((enum slub_report)d->what, object, s);
	text_words(&t, "[");
	text_words(&t, d->where);
	text_words(&t, " overwritten] ");
	put_range(&t, d);
	put_number(&t, " @offset=", (u64)((const char *)d->from - slab_base(slab)));
	put_byte(&t, ". First byte ", slab_byte(d->from));
	put_byte(&t, " instead of ", d->should_be);
	text_words(&t, "\n");
	sim_log_text(line);
	if (with_object)
		say_object_err(s, slab, object, "Object corrupt");
}

sim_cold void padding_err(const struct kmem_cache *s, const struct slab *slab, const struct damage *d, const u8 *pad)
{
	char words[128];
	struct text t = text_in(words, sizeof(words));
	const char *end = slab_base(slab) + (PAGE_SIZE << slab_order(slab));

	announce((enum slub_report)d->what, slab_base(slab), s);
	text_words(&t, "Padding overwritten. ");
	put_range(&t, d);
	put_number(&t, " @offset=", (u64)((const char *)d->from - slab_base(slab)));
	slab_bug(s, words);
	print_section("Padding ", pad, (size_t)(end - (const char *)pad));
	print_slab_info(slab);
}

/* --- repairs ------------------------------------------------------------------------------------------------------- */

sim_cold void slab_fix(const struct kmem_cache *s, enum slub_report what, const void *about, const char *words)
{
	char line[256];
	struct text t = text_in(line, sizeof(line));

	announce(what, about, s);
	text_words(&t, "FIX ");
	text_words(&t, s->name);
	text_words(&t, ": ");
	text_words(&t, words);
	text_words(&t, "\n");
	sim_log_text(line);
}

sim_cold void slab_fix_object(const struct kmem_cache *s, enum slub_report what, const void *object, const char *before,
			      const char *after)
{
	char words[128];
	struct text t = text_in(words, sizeof(words));

	put_pointer(&t, before, object);
	text_words(&t, after);
	slab_fix(s, what, object, words);
}

sim_cold void restore_bytes(const struct kmem_cache *s, const struct damage *d, const void *about)
{
	char words[160];
	struct text t = text_in(words, sizeof(words));

	text_words(&t, "Restoring ");
	text_words(&t, d->where);
	text_words(&t, " ");
	put_range(&t, d);
	put_byte(&t, "=", d->should_be);
	slab_fix(s, SLUB_FIX_RESTORING, about, words);
	slab_fill(d->from, d->should_be, (size_t)(d->to - d->from));
}

/* --- letter T ------------------------------------------------------------------------------------------------------ */

sim_cold void trace_object(const struct kmem_cache *s, const struct slab *slab, const void *object, bool alloc)
{
	struct slab_counters c = slab_counters(slab);
	char line[200];
	struct text t = text_in(line, sizeof(line));

	text_words(&t, "TRACE ");
	text_words(&t, s->name);
	text_words(&t, alloc ? " alloc" : " free");
	put_pointer(&t, " ", object);
	put_number(&t, " inuse=", c.inuse);
	put_pointer(&t, " fp=", slab_object_at(slab, c.freelist));
	text_words(&t, "\n");
	sim_log_text(line);
	if (!alloc)
		print_section("Object ", object, s->object_size);
}

/* --- reports that need no flags ------------------------------------------------------------------------------------ */

/* [S35] The slab is given up by its cache, and these objects were not. */
sim_cold void list_slab_objects(struct kmem_cache *s, struct slab *slab)
{
	struct object_map free;

	announce(SLUB_REMAINING, slab_base(slab), s);
	slab_bug(s, "Objects remaining on __kmem_cache_shutdown()");
	fill_map(&free, s, slab);
	for (u32 i = 0; i < slab_counters(slab).objects; i++) {
		if (map_has(&free, i))
			continue;
		print_object_line(NULL, slab, nth_object(s, slab, i));
		print_tracking(s, nth_object(s, slab, i));
	}
	print_slab_info(slab);
}

/* [S24] */
sim_cold void report_wrong_cache(struct kmem_cache *s, struct kmem_cache *other, void *object)
{
	const struct slab *slab = virt_to_slab(object);
	char line[160];
	struct text t = text_in(line, sizeof(line));

	announce(SLUB_WRONG_CACHE, object, s);
	if (!other) {
		sim_log_text("WARNING: virt_to_cache: Object is not a Slab page!\n");
		return;
	}
	text_words(&t, "WARNING: cache_from_obj: Wrong slab cache. ");
	text_words(&t, s->name);
	text_words(&t, " but object is from ");
	text_words(&t, other->name);
	text_words(&t, "\n");
	sim_log_text(line);
	if (slab && check_valid_pointer(other, slab, object))
		print_tracking(other, object);
}

/* Ten of a burst are shown, and how many were not when the next one begins. */
static bool oom_is_worth_a_report(struct slab_state *st, u32 *missed)
{
	u64 now = sim_now_ns();
	unsigned long flags;
	bool shown;

	spin_lock_irqsave(&current_mm()->report_lock, flags);
	*missed = 0;
	if (!st->oom.shown || now - st->oom.begin_ns > OOM_INTERVAL_NS) {
		*missed = st->oom.missed;
		st->oom.begin_ns = now;
		st->oom.shown = st->oom.missed = 0;
	}
	shown = st->oom.shown < OOM_BURST;
	st->oom.shown += shown;
	st->oom.missed += !shown;
	spin_unlock_irqrestore(&current_mm()->report_lock, flags);
	return shown;
}

static void print_oom_request(gfp_t gfp, int nid)
{
	char line[600], mode[400];
	struct text t = text_in(line, sizeof(line));

	gfp_flags_show(gfp, mode, sizeof(mode));
	put_number(&t, "SLUB: Unable to allocate memory on CPU ", this_cpu->id);
	put_number(&t, " (of node ", this_cpu->node);
	text_words(&t, ") on node ");
	text_words(&t, nid < 0 ? "-" : "");
	text_number(&t, (u64)(nid < 0 ? -nid : nid), 0);
	text_words(&t, ", gfp=");
	text_hex(&t, gfp);
	text_words(&t, "(");
	text_words(&t, mode);
	text_words(&t, ")\n");
	sim_log_text(line);
}

static bool debugging_costs_an_order(const struct kmem_cache *s)
{
	return (u64)PAGE_SIZE << s->min.order >> 1 >= s->object_size && s->min.order;
}

static void print_oom_cache(const struct kmem_cache *s)
{
	char line[300];
	struct text t = text_in(line, sizeof(line));

	text_words(&t, "  cache: ");
	text_words(&t, s->name);
	put_number(&t, ", object size: ", s->object_size);
	put_number(&t, ", buffer size: ", s->size);
	put_number(&t, ", default order: ", s->oo.order);
	put_number(&t, ", min order: ", s->min.order);
	if (debugging_costs_an_order(s)) {
		text_words(&t, "\n  ");
		text_words(&t, s->name);
		text_words(&t, " debugging increased min order, use slab_debug=O to disable.");
	}
	text_words(&t, "\n");
	sim_log_text(line);
}

static void print_oom_node(unsigned nid, struct kmem_cache_node *n)
{
	char line[160];
	struct text t = text_in(line, sizeof(line));

	put_number(&t, "  node ", nid);
	put_number(&t, ": slabs: ", READ_ONCE(n->nr_slabs));
	put_number(&t, ", objs: ", READ_ONCE(n->total_objects));
	put_number(&t, ", free: ", count_partial(n, objects_free));
	text_words(&t, "\n");
	sim_log_text(line);
}

/* [S39] */
sim_cold void slab_out_of_memory(struct kmem_cache *s, gfp_t gfp, int nid)
{
	u32 missed;

	if (gfp & __GFP_NOWARN || !oom_is_worth_a_report(slab_state(), &missed))
		return;
	announce(SLUB_OUT_OF_MEMORY, NULL, s);
	if (missed)
		sim_log("slab_out_of_memory: %u callbacks suppressed\n", missed);
	print_oom_request(gfp, nid);
	print_oom_cache(s);
	for (unsigned i = 0; i < current_mm()->nr_nodes; i++)
		if (s->node[i])
			print_oom_node(i, s->node[i]);
}
