/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.c - reading programs as text, one operation a line. print.c writes them.
 *
 *   mmcheck-trace 1 profile=small start=booted flags=- swarm=0x0 seed=0x0
 *   # comments
 *   0: p2 = alloc_pages cpu=1 ctx=hardirq irq=3 gfp=GFP_ATOMIC order=3   # ok pfn=24
 *   1: free_pages p2 at=5:cpu1 at=9:irq3
 *   2: code=0x1234 cpu=0 ctx=0x0 slot=0x0 slot2=0x0 gfp=0x0 argument=0x0
 *
 * Step numbers are for people: any number is read, and the line counts. cpu=0, ctx=task and irq=0 are not written.
 * What follows # on the line of an operation is its expected outcome.
 *
 * Invariants:
 *   - what is printed parses to a program that runs the same: the same header, arguments, cpu, context, irq label and
 *     switches. Raw bits that no argument of the operation uses are not printed; unassigned codes print all of theirs
 *   - text in the printed form parses and prints to itself
 *   - whatever bytes come in, parsing ends in a program or in one sentence with a line number
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "text.h"

/* The raw fields, for codes without a row in the catalogue. */
static const struct raw_field {
	const char *key;
	u32 limit_bits;
} raw_fields[] = { { "cpu", 8 }, { "ctx", 8 }, { "slot", 32 }, { "slot2", 16 }, { "gfp", 32 }, { "argument", 64 } };

/* --- reading words --------------------------------------------------------------------------------------------------- */

/* A piece of the text; it may hold any byte. */
struct span {
	const char *at;
	size_t len;
};

struct reader {
	struct program *program;
	struct span rest; /* of the text */
	struct span line; /* what is left of the line, without its comment */
	struct span comment;
	unsigned line_number;
	char *error;
	size_t error_bytes;
	char **expected;
	u32 expected_room;
};

#define SHOW(s) (int)min_of((s).len, (size_t)40), (s).at

/* Always false, for `return fail(...)`. One line of printable characters, whatever the text holds. */
static sim_cold printf_like(2, 3) bool fail(struct reader *r, const char *format, ...)
{
	va_list ap;
	int n;

	if (!r->error_bytes)
		return false;
	n = snprintf(r->error, r->error_bytes, "line %u: ", r->line_number);
	if (n < 0 || (size_t)n >= r->error_bytes)
		return false;
	va_start(ap, format);
	(void)vsnprintf(r->error + n, r->error_bytes - (size_t)n, format, ap);
	va_end(ap);
	for (char *c = r->error; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
	while (s.len && is_blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

/* The part before the first `c`, which is dropped; *s keeps what follows. Without c all of it. */
static struct span cut(struct span *s, char c)
{
	const char *found = s->len ? memchr(s->at, c, s->len) : NULL;
	struct span before = { s->at, found ? (size_t)(found - s->at) : s->len };
	size_t used = before.len + (found != NULL);

	s->at += used;
	s->len -= used;
	return before;
}

static bool next_line(struct reader *r)
{
	if (!r->rest.len)
		return false;
	r->line_number++;
	r->comment = cut(&r->rest, '\n');
	r->line = trim(cut(&r->comment, '#'));
	r->comment = trim(r->comment);
	return true;
}

/* Length 0 at the end of the line. */
static struct span next_word(struct reader *r)
{
	struct span word = { r->line.at, 0 };

	while (word.len < r->line.len && !is_blank(word.at[word.len]))
		word.len++;
	r->line.at += word.len;
	r->line.len -= word.len;
	r->line = trim(r->line);
	return word;
}

static bool span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && !memcmp(s.at, text, s.len);
}

/* Drop the prefix if it is there. */
static bool skip_prefix(struct span *s, const char *prefix)
{
	size_t len = strlen(prefix);

	if (s->len < len || memcmp(s->at, prefix, len))
		return false;
	s->at += len;
	s->len -= len;
	return true;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* Decimal, or 0x hexadecimal; the whole of s. */
static bool parse_number(struct span s, u64 *value)
{
	unsigned base = skip_prefix(&s, "0x") ? 16 : 10;
	u64 v = 0;

	if (!s.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)digit_value(s.at[i]);

		if (digit >= base || __builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, digit, &v))
			return false;
	}
	*value = v;
	return true;
}

static bool parse_number_to(struct span s, u64 highest, u64 *value)
{
	return parse_number(s, value) && *value <= highest;
}

static bool parse_name(struct span s, const char *const *names, unsigned nr, u64 *value)
{
	for (*value = 0; *value < nr; ++*value)
		if (span_is(s, names[*value]))
			return true;
	return false;
}

static bool parse_bits(struct span s, const struct bit_name *names, size_t nr, char separator, const char *none,
		       u64 *value)
{
	u64 number;
	size_t i;

	*value = 0;
	if (span_is(s, none))
		return true;
	do {
		struct span word = cut(&s, separator);

		for (i = 0; i < nr && !span_is(word, names[i].name); i++)
			;
		if (i < nr)
			*value |= names[i].bits;
		else if (word.len > 2 && word.at[1] == 'x' && parse_number_to(word, 0xffffffff, &number))
			*value |= number;
		else
			return false;
	} while (s.len);
	return s.at[-1] != separator;
}

/* --- reading the header ---------------------------------------------------------------------------------------------- */

static bool parse_header_value(unsigned key, struct span text, u64 *v)
{
	switch (key) {
	case 0:
		return parse_name(text, sim_profile_names, NR_PROFILES, v);
	case 1:
		return parse_name(text, start_names, NR_START_STATES, v);
	case 2:
		return parse_bits(text, flag_names, NR_FLAG_NAMES, '+', "-", v) && *v <= HEADER_FLAGS;
	case 3:
		return parse_number_to(text, 0xffffffff, v);
	default:
		return parse_number(text, v);
	}
}

static bool parse_header(struct reader *r)
{
	static const char *const keys[] = { "profile", "start", "flags", "swarm", "seed" };
	u64 v[ARRAY_SIZE(keys)] = { PROFILE_SMALL, START_BOOTED, 0, 0, 0 };
	struct span word, value;
	u64 number, key;
	unsigned seen = 0;

	if (!next_line(r) || !span_is(next_word(r), TEXT_MAGIC))
		return fail(r, "a trace begins with '" TEXT_MAGIC "'");
	word = next_word(r);
	if (!parse_number(word, &number) || number != PROGRAM_VERSION)
		return fail(r, "version '%.*s' is not known, this is version %d", SHOW(word), PROGRAM_VERSION);
	while (r->line.len) {
		word = next_word(r);
		value = word;
		if (!parse_name(cut(&value, '='), keys, ARRAY_SIZE(keys), &key))
			return fail(r, "'%.*s' does not belong into a header", SHOW(word));
		if (seen & 1u << key)
			return fail(r, "%s is given twice", keys[key]);
		seen |= 1u << key;
		if (!parse_header_value((unsigned)key, value, &v[key]))
			return fail(r, "%s cannot be '%.*s'", keys[key], SHOW(value));
	}
	r->program->header = (struct header){ .version = PROGRAM_VERSION,
					      .profile = (u8)v[0],
					      .start = (u8)v[1],
					      .flags = (u8)v[2],
					      .swarm = (u32)v[3],
					      .seed = v[4] };
	return true;
}

/* --- reading operations ---------------------------------------------------------------------------------------------- */

/* The operation of one line, while it is read. */
struct line_op {
	const struct op *op;
	struct instr *in;
	u32 args_seen;	 /* bit per argument */
	u32 fields_seen; /* bit per raw field, or per place key */
};

/* Of a kernel thread, by its name. */
static bool parse_kthread(struct span text, struct sched_switch *sw)
{
	for (unsigned k = 0; k < SIM_MAX_KTHREADS; k++)
		if (sim_kthread_names[k] && span_is(text, sim_kthread_names[k])) {
			sw->kind = SWITCH_KTHREAD;
			sw->target = (u8)k;
			return true;
		}
	return false;
}

static bool parse_switch(struct reader *r, struct instr *in, struct span text)
{
	struct span rest = text;
	struct sched_switch sw = { 0 };
	u64 at, target;

	if (!parse_number_to(cut(&rest, ':'), MAX_YIELD_INDEX, &at))
		return fail(r, "at=%.*s has no yield index from 0 to %d", SHOW(text), MAX_YIELD_INDEX);
	sw.at = (u32)at;
	if (parse_kthread(rest, &sw)) {
		target = sw.target;
	} else {
		sw.kind = skip_prefix(&rest, "irq") ? SWITCH_IRQ : SWITCH_CPU;
		if (sw.kind == SWITCH_CPU && !skip_prefix(&rest, "cpu"))
			return fail(r, "at=%.*s names no cpu, irq or kernel thread", SHOW(text));
		if (!parse_number_to(rest, sw.kind == SWITCH_IRQ ? 15 : 255, &target) || (sw.kind == SWITCH_IRQ && !target))
			return fail(r, "at=%.*s is out of range", SHOW(text));
	}
	if (in->nr_switches == MAX_SWITCHES)
		return fail(r, "more than %d switches at one operation", MAX_SWITCHES);
	sw.target = (u8)target;
	at = in->nr_switches;
	program_add_switch(r->program, in, sw);
	return in->nr_switches > at || fail(r, "two switches at yield index %u", sw.at);
}

static u64 parse_arg_value(struct span text, unsigned kind, bool *ok)
{
	u64 v = 0;

	if (kind == ARG_GFP) {
		*ok = parse_bits(text, gfp_names, NR_GFP_NAMES, '|', "none", &v);
	} else if (kind == ARG_SLAB_FLAGS) {
		*ok = parse_bits(text, slab_flag_names, NR_SLAB_FLAG_NAMES, '|', "none", &v);
	} else if (kind == ARG_DEBUG_LETTERS) {
		*ok = parse_bits(text, debug_letter_names, NR_DEBUG_LETTERS, '+', "none", &v);
	} else if (arg_value_name(kind, 0)) {
		while (arg_value_name(kind, v) && !span_is(text, arg_value_name(kind, v)))
			v++;
		*ok = arg_value_name(kind, v) != NULL;
	} else {
		*ok = parse_number(text, &v);
	}
	return v;
}

static bool set_arg(struct reader *r, struct line_op *l, unsigned i, u64 value, struct span word)
{
	instr_set_arg(l->op, l->in, i, value);
	l->args_seen |= 1u << i;
	if (instr_get_arg(l->op, l->in, i) != value)
		return fail(r, "%.*s is out of range", SHOW(word));
	return true;
}

/* key=value of an argument. A kind that an operation has twice is filled in row order. */
static bool parse_arg(struct reader *r, struct line_op *l, struct span key, struct span value, struct span word)
{
	bool known = false, ok;

	for (unsigned i = 0; i < MAX_ARGS; i++) {
		unsigned kind = l->op->args[i];
		u64 v;

		if (!arg_kinds[kind].key || !span_is(key, arg_kinds[kind].key))
			continue;
		known = true;
		if (l->args_seen & 1u << i)
			continue;
		v = parse_arg_value(value, kind, &ok);
		return ok ? set_arg(r, l, i, v, word)
			  : fail(r, "'%.*s' is not a value of %s", SHOW(value), arg_kinds[kind].key);
	}
	return known ? fail(r, "%.*s= is given twice", SHOW(key))
		     : fail(r, "%s has no argument '%.*s'", l->op->name, SHOW(word));
}

/* pN after the name fills the slots in row order, but for the target. */
static bool parse_slot_arg(struct reader *r, struct line_op *l, struct span word, bool is_target)
{
	const char *letter = word.len > 1 ? memchr(family_letter, word.at[0], NR_FAMILIES) : NULL;
	u64 v;

	if (!letter || !parse_number((struct span){ word.at + 1, word.len - 1 }, &v))
		return fail(r, "'%.*s' is not a slot", SHOW(word));
	for (int i = 0; i < MAX_ARGS; i++) {
		if (!is_slot_kind(l->op->args[i]) || l->args_seen & 1u << i ||
		    arg_kinds[l->op->args[i]].family != letter - family_letter)
			continue;
		if ((i == target_arg(l->op)) == is_target)
			return set_arg(r, l, (unsigned)i, v, word);
	}
	return fail(r, "%s has no place for the slot %.*s", l->op->name, SHOW(word));
}

/* cpu=, ctx= and irq= of a known operation. false with *known false: another key. */
static bool parse_place(struct reader *r, struct line_op *l, struct span key, struct span value, bool *known)
{
	static const char *const keys[] = { "cpu", "ctx", "irq" };
	struct instr *in = l->in;
	u64 which, v;

	*known = parse_name(key, keys, ARRAY_SIZE(keys), &which);
	if (!*known)
		return false;
	if (l->fields_seen & 1u << which)
		return fail(r, "%s= is given twice", keys[which]);
	l->fields_seen |= 1u << which;
	if (which == 0 && parse_number_to(value, 255, &v))
		in->cpu = (u8)v;
	else if (which == 1 && parse_name(value, context_names, NR_CONTEXTS, &v))
		in->context = (u8)((in->context & 0xf0) | v);
	else if (which == 2 && parse_number_to(value, 15, &v))
		in->context = (u8)((in->context & 0x0f) | v << 4);
	else
		return fail(r, "%s cannot be '%.*s'", keys[which], SHOW(value));
	return true;
}

static bool parse_known_word(struct reader *r, struct line_op *l, struct span word)
{
	bool has_value = word.len && memchr(word.at, '=', word.len), known;
	struct span value = word, key;
	bool ok;

	if (!has_value)
		return parse_slot_arg(r, l, word, false);
	key = cut(&value, '=');
	if (span_is(key, "at"))
		return parse_switch(r, l->in, value);
	ok = parse_place(r, l, key, value, &known);
	return known ? ok : parse_arg(r, l, key, value, word);
}

static bool check_complete(struct reader *r, const struct line_op *l)
{
	for (unsigned i = 0; i < MAX_ARGS; i++) {
		unsigned kind = l->op->args[i];

		if (kind == ARG_NONE || l->args_seen & 1u << i)
			continue;
		return arg_kinds[kind].key ? fail(r, "%s wants %s=", l->op->name, arg_kinds[kind].key)
					   : fail(r, "%s wants a slot", l->op->name);
	}
	return true;
}

static bool parse_known(struct reader *r, struct line_op *l)
{
	while (r->line.len)
		if (!parse_known_word(r, l, next_word(r)))
			return false;
	return check_complete(r, l);
}

static void set_raw_field(struct instr *in, unsigned field, u64 v)
{
	switch (field) {
	case 0:
		in->cpu = (u8)v;
		break;
	case 1:
		in->context = (u8)v;
		break;
	case 2:
		in->slot = (u32)v;
		break;
	case 3:
		in->slot2 = (u16)v;
		break;
	case 4:
		in->gfp = (u32)v;
		break;
	default:
		in->argument = v;
	}
}

static bool parse_raw_word(struct reader *r, struct line_op *l, struct span word)
{
	struct span value = word, key = cut(&value, '=');
	unsigned i;
	u64 v;

	if (span_is(key, "at"))
		return parse_switch(r, l->in, value);
	for (i = 0; i < ARRAY_SIZE(raw_fields) && !span_is(key, raw_fields[i].key); i++)
		;
	if (i == ARRAY_SIZE(raw_fields))
		return fail(r, "'%.*s' is not a raw field", SHOW(word));
	if (l->fields_seen & 1u << i)
		return fail(r, "%s= is given twice", raw_fields[i].key);
	if (!parse_number_to(value, ~0ULL >> (64 - raw_fields[i].limit_bits), &v))
		return fail(r, "%s cannot be '%.*s'", raw_fields[i].key, SHOW(value));
	l->fields_seen |= 1u << i;
	set_raw_field(l->in, i, v);
	return true;
}

/* code=0x1234 and all its raw fields. */
static bool parse_raw(struct reader *r, struct line_op *l, struct span code)
{
	u64 v;

	if (!parse_number_to(code, 0xffff, &v) || v == CODE_WIDE || v == CODE_SWITCH)
		return fail(r, "'%.*s' is not the code of an operation", SHOW(code));
	l->in->code = (u16)v;
	while (r->line.len)
		if (!parse_raw_word(r, l, next_word(r)))
			return false;
	for (unsigned i = 0; i < ARRAY_SIZE(raw_fields); i++)
		if (!(l->fields_seen & 1u << i))
			return fail(r, "code= wants %s=", raw_fields[i].key);
	return true;
}

/* Everything after the step number: [pN =] name ... */
static bool parse_operation(struct reader *r)
{
	struct line_op l = { .in = program_append(r->program) };
	struct span word = next_word(r), target = { 0 };

	if (skip_prefix(&word, "code="))
		return parse_raw(r, &l, word);
	if (r->line.len && r->line.at[0] == '=') {
		target = word;
		if (!span_is(next_word(r), "="))
			return fail(r, "blanks belong around the = after the slot");
		word = next_word(r);
	}
	if (!word.len)
		return fail(r, "there is no operation");
	l.op = op_by_name(word.at, word.len);
	if (!l.op)
		return fail(r, "there is no operation '%.*s'", SHOW(word));
	l.in->code = l.op->code;
	if (target.len && !parse_slot_arg(r, &l, target, true))
		return false;
	return parse_known(r, &l);
}

static void keep_expected(struct reader *r)
{
	u32 n = r->program->nr_ops; /* one more than the index, so that there is always a NULL at the end */

	if (n + 1 > r->expected_room) {
		u32 room = max_of(64u, (n + 1) * 2);

		r->expected = realloc(r->expected, room * sizeof(*r->expected));
		if (!r->expected)
			abort();
		memset(r->expected + r->expected_room, 0, (room - r->expected_room) * sizeof(*r->expected));
		r->expected_room = room;
	}
	if (n && r->comment.len)
		r->expected[n - 1] = strndup(r->comment.at, r->comment.len);
}

static bool parse_line(struct reader *r)
{
	struct span word, number;
	u64 ignored;

	if (!r->line.len)
		return true; /* blank, or a comment */
	word = next_word(r);
	number = word;
	number = cut(&number, ':');
	if (number.len + 1 != word.len || !parse_number(number, &ignored))
		return fail(r, "'%.*s' is not a step number with a colon", SHOW(word));
	if (r->program->nr_ops == MAX_OPS)
		return fail(r, "more than %d operations", MAX_OPS);
	if (!parse_operation(r))
		return false;
	keep_expected(r);
	return true;
}

static void free_expected(struct reader *r)
{
	for (u32 i = 0; i < r->expected_room; i++)
		free(r->expected[i]);
	free(r->expected);
	r->expected = NULL;
}

bool program_parse(struct program *p, const char *text, size_t bytes, char *error, size_t error_bytes, char ***expected)
{
	struct reader r = { .program = p, .rest = { text, bytes }, .error = error, .error_bytes = error_bytes };
	bool ok;

	program_clear(p);
	keep_expected(&r);
	ok = parse_header(&r);
	while (ok && next_line(&r))
		ok = parse_line(&r);
	if (!ok)
		program_clear(p);
	if (!ok || !expected)
		free_expected(&r);
	if (expected)
		*expected = r.expected;
	return ok;
}

/* --- text or bytes --------------------------------------------------------------------------------------------------- */

static bool load_bytes(struct program *p, const u8 *data, size_t bytes, char *error, size_t error_bytes)
{
	if (!bytes)
		(void)snprintf(error, error_bytes, "not a trace: it is empty");
	else if (data[0] != PROGRAM_VERSION)
		(void)snprintf(error, error_bytes,
			       "not a trace: neither '" TEXT_MAGIC "' nor the version byte %d at its start",
			       PROGRAM_VERSION);
	else if (!program_decode(p, data, bytes))
		(void)snprintf(error, error_bytes, "not a trace: shorter than a header of %d bytes", HEADER_BYTES);
	else
		return true;
	program_clear(p);
	return false;
}

bool program_load(struct program *p, const u8 *data, size_t bytes, char *error, size_t error_bytes, char ***expected)
{
	bool ok;

	if (bytes >= strlen(TEXT_MAGIC) && !memcmp(data, TEXT_MAGIC, strlen(TEXT_MAGIC)))
		return program_parse(p, (const char *)data, bytes, error, error_bytes, expected);
	ok = load_bytes(p, data, bytes, error, error_bytes);
	if (expected)
		*expected = NULL;
	if (expected && ok) {
		*expected = calloc(p->nr_ops + 1, sizeof(**expected));
		if (!*expected)
			abort();
	}
	return ok;
}
