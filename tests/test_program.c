// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_program.c - programs as data: what their text may be, where their fields lie, what random changes and the
 * minimizer make of them. Nothing here depends on what mm answers.
 *
 * Lines `# digest ...` tell what was made of many programs. They change when the generator or the mutator does, on
 * purpose or not; ci/mutate compares them with those of the tree without a mutant.
 */
#include <stdlib.h>
#include <string.h>
#include "lockstep.h"
#include "tap.h"

#define HEAD "mmcheck-trace 1\n"

static char error[200];

static bool parse(struct program *p, const char *text)
{
	error[0] = 0;
	return program_parse(p, text, strlen(text), error, sizeof(error), NULL);
}

/* The text of a program, without the lines that are the same in all. */
static char *text_of(const struct program *p)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	program_print(p, out, NULL);
	fclose(out);
	return text;
}

static void says(const struct program *p, const char *want, const char *claim)
{
	char *text = text_of(p);

	same_text(text, want, claim);
	free(text);
}

/* --- text that is refused
 * --------------------------------------------------------------------------------------------- */

static const struct refusal {
	const char *text, *sentence;
} refusals[] = {
	{"", "line 0: a trace begins with 'mmcheck-trace'"},
	{"mmcheck-tracer 1\n", "line 1: a trace begins with 'mmcheck-trace'"},
	{"mmcheck-trace 2\n", "line 1: version '2' is not known, this is version 1"},
	{"mmcheck-trace\n", "line 1: version '' is not known, this is version 1"},
	{"mmcheck-trace 1 color=red\n", "line 1: 'color=red' does not belong into a header"},
	{"mmcheck-trace 1 seed=1 seed=1\n", "line 1: seed is given twice"},
	{"mmcheck-trace 1 profile=huge\n", "line 1: profile cannot be 'huge'"},
	{"mmcheck-trace 1 start=late\n", "line 1: start cannot be 'late'"},
	{"mmcheck-trace 1 flags=recount+\n", "line 1: flags cannot be 'recount+'"},
	{"mmcheck-trace 1 flags=\n", "line 1: flags cannot be ''"},
	{"mmcheck-trace 1 flags=0x8\n", "line 1: flags cannot be '0x8'"},
	{"mmcheck-trace 1 swarm=0x100000000\n", "line 1: swarm cannot be '0x100000000'"},
	{"mmcheck-trace 1 seed=18446744073709551616\n", "line 1: seed cannot be '18446744073709551616'"},
	{"mmcheck-trace 1 seed=0x\n", "line 1: seed cannot be '0x'"},
	{"mmcheck-trace 1 seed=0xg\n", "line 1: seed cannot be '0xg'"},
	{"mmcheck-trace 1 seed=1a\n", "line 1: seed cannot be '1a'"},
	{HEAD "buddyinfo\n", "line 2: 'buddyinfo' is not a step number with a colon"},
	{HEAD "0 : buddyinfo\n", "line 2: '0' is not a step number with a colon"},
	{HEAD ":: buddyinfo\n", "line 2: '::' is not a step number with a colon"},
	{HEAD "0:buddyinfo\n", "line 2: '0:buddyinfo' is not a step number with a colon"},
	{HEAD "\n# nothing\n0:\n", "line 4: there is no operation"},
	{HEAD "0: buddyinf\n", "line 2: there is no operation 'buddyinf'"},
	{HEAD "0: p1 = \n", "line 2: there is no operation"},
	{HEAD "0: p1 =alloc_pages gfp=none order=0\n", "line 2: blanks belong around the = after the slot"},
	{HEAD "0: q1 = alloc_pages gfp=none order=0\n", "line 2: 'q1' is not a slot"},
	{HEAD "0: p = alloc_pages gfp=none order=0\n", "line 2: 'p' is not a slot"},
	{HEAD "0: p256 = alloc_pages gfp=none order=0\n", "line 2: p256 is out of range"},
	{HEAD "0: p1 = free_pages p1\n", "line 2: free_pages has no place for the slot p1"},
	{HEAD "0: free_pages p1 p2\n", "line 2: free_pages has no place for the slot p2"},
	{HEAD "0: alloc_pages p1 gfp=none order=0\n", "line 2: alloc_pages has no place for the slot p1"},
	{HEAD "0: free_pages\n", "line 2: free_pages wants a slot"},
	{HEAD "0: p1 = alloc_pages gfp=none\n", "line 2: alloc_pages wants order="},
	{HEAD "0: p1 = alloc_pages order=0\n", "line 2: alloc_pages wants gfp="},
	{HEAD "0: p1 = alloc_pages order=0 order=1 gfp=none\n", "line 2: order= is given twice"},
	{HEAD "0: p1 = alloc_pages order=0 color=1 gfp=none\n", "line 2: alloc_pages has no argument 'color=1'"},
	{HEAD "0: p1 = alloc_pages gfp=none order=12\n", "line 2: order=12 is out of range"},
	{HEAD "0: p1 = alloc_pages gfp=GFP_KERNEL| order=1\n", "line 2: 'GFP_KERNEL|' is not a value of gfp"},
	{HEAD "0: p1 = alloc_pages gfp=GFP_KERNEL|12 order=1\n", "line 2: 'GFP_KERNEL|12' is not a value of gfp"},
	{HEAD "0: p1 = alloc_pages gfp=0x order=1\n", "line 2: '0x' is not a value of gfp"},
	{HEAD "0: p1 = alloc_pages gfp=0x100000000 order=1\n", "line 2: '0x100000000' is not a value of gfp"},
	{HEAD "0: scope_save scope=none\n", "line 2: 'none' is not a value of scope"},
	{HEAD "0: sleep ms=\n", "line 2: '' is not a value of ms"},
	{HEAD "0: sleep ms=1048576\n", "line 2: ms=1048576 is out of range"},
	{HEAD "0: buddyinfo cpu=256\n", "line 2: cpu cannot be '256'"},
	{HEAD "0: buddyinfo cpu=1 cpu=1\n", "line 2: cpu= is given twice"},
	{HEAD "0: buddyinfo ctx=everywhere\n", "line 2: ctx cannot be 'everywhere'"},
	{HEAD "0: buddyinfo irq=16\n", "line 2: irq cannot be '16'"},
	{HEAD "0: buddyinfo at=65536:cpu1\n", "line 2: at=65536:cpu1 has no yield index from 0 to 65535"},
	{HEAD "0: buddyinfo at=1\n", "line 2: at=1 names no cpu, irq or kernel thread"},
	{HEAD "0: buddyinfo at=1:cpu256\n", "line 2: at=1:cpu256 is out of range"},
	{HEAD "0: buddyinfo at=1:irq0\n", "line 2: at=1:irq0 is out of range"},
	{HEAD "0: buddyinfo at=1:irq16\n", "line 2: at=1:irq16 is out of range"},
	{HEAD "0: buddyinfo at=1:cpu1 at=1:irq1\n", "line 2: two switches at yield index 1"},
	{HEAD "0: buddyinfo at=0:cpu1 at=1:cpu1 at=2:cpu1 at=3:cpu1 at=4:cpu1 at=5:cpu1 at=6:cpu1 at=7:cpu1 at=8:cpu1 "
	      "at=9:cpu1 at=10:cpu1 at=11:cpu1 at=12:cpu1 at=13:cpu1 at=14:cpu1 at=15:cpu1 at=16:cpu1\n",
	 "line 2: more than 16 switches at one operation"},
	{HEAD "0: code=0xfffe cpu=0\n", "line 2: '0xfffe' is not the code of an operation"},
	{HEAD "0: code=0xfffd cpu=0\n", "line 2: '0xfffd' is not the code of an operation"},
	{HEAD "0: code=0x10000 cpu=0\n", "line 2: '0x10000' is not the code of an operation"},
	{HEAD "0: code=0x1234 cpu=0\n", "line 2: code= wants ctx="},
	{HEAD "0: code=0x1234 order=0\n", "line 2: 'order=0' is not a raw field"},
	{HEAD "0: code=0x1234 cpu=0 cpu=0\n", "line 2: cpu= is given twice"},
	{HEAD "0: code=0x1234 cpu=256\n", "line 2: cpu cannot be '256'"},
	{HEAD "0: code=0x1234 slot2=0x10000\n", "line 2: slot2 cannot be '0x10000'"},
	{HEAD "0: code=0x1234 argument=0x10000000000000000\n", "line 2: argument cannot be '0x10000000000000000'"},
	{HEAD "0: \033[2J\n", "line 2: there is no operation '?[2J'"},
	{HEAD "0: a1234567890123456789012345678901234567890\n",
	 "line 2: there is no operation 'a123456789012345678901234567890123456789'"},
};

static void test_refusals(void)
{
	struct program p;

	program_init(&p);
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		bool refused = !parse(&p, refusals[i].text);

		same_text(refused && !p.nr_ops ? error : "(no refusal)", refusals[i].sentence,
			  "what is no program is refused, with the reason");
	}
	ok(!program_parse(&p, "x", 1, error, 20, NULL) && !strcmp(error, "line 1: a trace beg"),
	   "a sentence is cut to its room");
	error[0] = '!';
	ok(!program_parse(&p, "x", 1, error, 0, NULL) && error[0] == '!', "without room nothing is written");
	program_free(&p);
}

static void test_many_operations(void)
{
	static const char line[] = "0: buddyinfo\n";
	size_t bytes = strlen(HEAD) + (MAX_OPS + 1) * strlen(line);
	char *text = malloc(bytes + 1), *at = text + sprintf(text, HEAD);
	struct program p;

	program_init(&p);
	for (u32 i = 0; i <= MAX_OPS; i++)
		at += sprintf(at, "%s", line);
	ok(program_parse(&p, text, bytes - strlen(line), error, sizeof(error), NULL) && p.nr_ops == MAX_OPS,
	   "a text of 65,536 operations is read");
	ok(!program_parse(&p, text, bytes, error, sizeof(error), NULL), "one more is refused");
	same_text(error, "line 65538: more than 65536 operations", "with its line");
	program_free(&p);
	free(text);
}

/* --- text that is read
 * ------------------------------------------------------------------------------------------------- */

static void test_loose_text(void)
{
	static const char loose[] =
		"mmcheck-trace  1 \tseed=0xAbC flags=contents+0x1 start=early profile=real\r\n"
		"   # a comment\n\t\n"
		"7:  p0x1f  =  alloc_pages\torder=3 gfp=GFP_NOWAIT|0xc00 cpu=07 ctx=rcu irq=15   #  ok \n"
		"7: put_page at=9:irq15 p3 at=2:cpu255 # refused\n"
		"99: buddyinfo";
	struct program p;
	char **expected = NULL;

	program_init(&p);
	ok(program_parse(&p, loose, strlen(loose), error, sizeof(error), &expected), "loose text is read: %s", error);
	says(&p,
	     "mmcheck-trace 1 profile=real start=early flags=recount+contents swarm=0x0 seed=0xabc\n# mmcheck 0.1.0\n"
	     "0: p31 = alloc_pages cpu=7 ctx=rcu irq=15 gfp=GFP_NOIO|__GFP_NOWARN order=3\n"
	     "1: put_page p3 at=2:cpu255 at=9:irq15\n2: buddyinfo\n",
	     "and printed in the one form there is");
	if (expected) {
		same_text(expected[0], "ok", "what follows # is the answer expected");
		same_text(expected[1], "refused", "of each operation");
		ok(!expected[2] && !expected[3], "none where there is none");
		free(expected[0]);
		free(expected[1]);
		free(expected);
	}
	ok(parse(&p, HEAD) && !p.nr_ops && p.header.profile == PROFILE_SMALL && p.header.start == START_BOOTED &&
		   !p.header.flags && !p.header.seed && !p.header.swarm,
	   "a header alone is a program, and what it leaves out is as promised");
	program_free(&p);
}

static void test_load(void)
{
	static const u8 other[HEADER_BYTES] = {2}, short_one[HEADER_BYTES - 1] = {PROGRAM_VERSION};
	static const u8 two[HEADER_BYTES + 2 * OP_BYTES] = {PROGRAM_VERSION, [HEADER_BYTES] = 0x0c, 1,
							    [HEADER_BYTES + OP_BYTES] = 0x0c, 1};
	char **expected = NULL;
	struct program p;

	program_init(&p);
	ok(!program_load(&p, other, 0, error, sizeof(error), NULL), "nothing is no program");
	same_text(error, "not a trace: it is empty", "it is said to be empty");
	ok(!program_load(&p, other, sizeof(other), error, sizeof(error), &expected) && !expected,
	   "another version is none");
	same_text(error, "not a trace: neither 'mmcheck-trace' nor the version byte 1 at its start",
		  "its first byte is named");
	ok(!program_load(&p, short_one, sizeof(short_one), error, sizeof(error), NULL), "less than a header is none");
	same_text(error, "not a trace: shorter than a header of 16 bytes", "its length is named");
	ok(program_load(&p, two, sizeof(two), error, sizeof(error), &expected) && p.nr_ops == 2,
	   "two operations as bytes");
	ok(expected && !expected[0] && !expected[1] && !expected[2], "expect nothing, and there is an end");
	free(expected);
	ok(program_load(&p, (const u8 *)HEAD, strlen(HEAD), error, sizeof(error), NULL) && !p.nr_ops,
	   "text is told by its first word");
	ok(!program_load(&p, (const u8 *)HEAD, strlen("mmcheck-trac"), error, sizeof(error), NULL),
	   "which must be whole");
	program_free(&p);
}

/* --- arrays and bytes
 * ----------------------------------------------------------------------------------------------------- */

static bool same_instr(const struct program *a, const struct instr *x, const struct program *b, const struct instr *y)
{
	for (u32 k = 0; k < x->nr_switches && k < y->nr_switches; k++) {
		const struct sched_switch *s = &a->sw[x->first_switch + k], *t = &b->sw[y->first_switch + k];

		if (s->at != t->at || s->kind != t->kind || s->target != t->target)
			return false;
	}
	return x->code == y->code && x->cpu == y->cpu && x->context == y->context && x->slot == y->slot &&
	       x->slot2 == y->slot2 && x->gfp == y->gfp && x->argument == y->argument &&
	       x->nr_switches == y->nr_switches;
}

/* Operations [from, ...) of b are all of a. */
static bool holds_at(const struct program *b, u32 from, const struct program *a, u32 begin, u32 end)
{
	for (u32 i = begin; i < end; i++)
		if (from + i - begin >= b->nr_ops || !same_instr(a, &a->op[i], b, &b->op[from + i - begin]))
			return false;
	return true;
}

static bool same_program(const struct program *a, const struct program *b)
{
	return a->header.version == b->header.version && a->header.profile == b->header.profile &&
	       a->header.start == b->header.start && a->header.flags == b->header.flags &&
	       a->header.swarm == b->header.swarm && a->header.seed == b->header.seed && a->nr_ops == b->nr_ops &&
	       holds_at(b, 0, a, 0, a->nr_ops);
}

static u64 digest_of(const struct program *p)
{
	size_t bytes = program_encode(p, NULL, 0);
	u8 *data = malloc(bytes);
	u64 digest = 0xcbf29ce484222325ULL;

	program_encode(p, data, bytes);
	for (size_t i = 0; i < bytes; i++)
		digest = (digest ^ data[i]) * 0x100000001b3ULL;
	free(data);
	return digest;
}

/* Sorted, each index once, in the order of the operations and without gaps; and equal to itself through bytes. */
static bool is_canonical(const struct program *p)
{
	u8 *data = malloc(program_encode(p, NULL, 0));
	struct program again;
	u32 switches = 0;
	bool good;

	program_init(&again);
	good = program_decode(&again, data, program_encode(p, data, program_encode(p, NULL, 0))) &&
	       same_program(p, &again);
	for (u32 i = 0; good && i < p->nr_ops; i++) {
		const struct instr *in = &p->op[i];

		good &= in->first_switch == (in->nr_switches ? switches : 0);
		for (u32 k = 1; k < in->nr_switches; k++)
			good &= p->sw[in->first_switch + k - 1].at < p->sw[in->first_switch + k].at;
		switches += in->nr_switches;
	}
	good &= p->nr_switches == switches && p->nr_ops <= MAX_OPS;
	program_free(&again);
	free(data);
	return good;
}

static void test_switch_lists(void)
{
	static const struct sched_switch list[] = {
		{.at = 5, .target = 1},
		{.at = 3, .target = 15, .kind = SWITCH_IRQ},
		{.at = 65535, .target = 255},
		{.at = 4, .target = 16, .kind = SWITCH_IRQ},
		{.at = 4, .target = 0, .kind = SWITCH_IRQ},
		{.at = 5, .target = 2},
		{.at = 65536, .target = 1},
		{.at = 0, .target = 0},
	};
	struct program p;

	program_init(&p);
	parse(&p, HEAD "0: buddyinfo\n1: buddyinfo\n2: vmstat\n");
	for (u32 k = 0; k < ARRAY_SIZE(list); k++)
		for (u32 i = 0; i < 2; i++)
			program_add_switch(&p, &p.op[i], list[k]);
	says(&p,
	     "mmcheck-trace 1 profile=small start=booted flags=- swarm=0x0 seed=0x0\n# mmcheck 0.1.0\n"
	     "0: buddyinfo at=0:cpu0 at=3:irq15 at=5:cpu1 at=65535:cpu255\n"
	     "1: buddyinfo at=0:cpu0 at=3:irq15 at=5:cpu1 at=65535:cpu255\n2: vmstat\n",
	     "switches added by turns are sorted; twins, labels of 0 and above 15, indices too high are dropped");
	for (u32 at = 0; at < 40; at++)
		program_add_switch(&p, &p.op[2], (struct sched_switch){.at = 40 - at, .target = 1});
	ok(p.op[2].nr_switches == 16 && p.sw[p.op[2].first_switch].at == 25 && p.sw[p.op[2].first_switch + 15].at == 40,
	   "the first 16 are kept");
	program_free(&p);
}

static void test_room(void)
{
	struct program p, copy;
	u8 bytes[160];

	program_init(&p);
	program_init(&copy);
	parse(&p, "mmcheck-trace 1 seed=0x0102030405060708 swarm=0x090a0b0c\n0: isolate pfn=0x10000 at=1:cpu2\n1: "
		  "vmstat\n");
	for (size_t room = 0; room <= sizeof(bytes); room++) {
		size_t written = room / OP_BYTES * OP_BYTES;

		memset(bytes, 0xa5, sizeof(bytes));
		if (program_encode(&p, bytes, room) != 80)
			ok(false, "the length does not depend on room %zu", room);
		written = written > 80 ? 80 : written;
		for (size_t i = written; i < sizeof(bytes); i++)
			if (bytes[i] != 0xa5)
				ok(false, "byte %zu of room %zu is written", i, room);
	}
	ok(bytes[0] == 1 && bytes[4] == 0x0c && bytes[7] == 0x09 && bytes[8] == 8 && bytes[15] == 1 &&
		   bytes[16] == 0xfd && bytes[32] == 0xfe && bytes[36] == 1 && bytes[48] == 0x27 && bytes[64] == 0x82,
	   "prefix words come before their operation, low bytes first");
	ok(program_decode(&copy, bytes, 80) && same_program(&p, &copy) && copy.op[0].slot == 0x10000,
	   "and are read again");
	ok(program_decode(&copy, bytes, 64) && copy.nr_ops == 1 && copy.nr_switches == 1, "cut behind an operation");
	ok(program_decode(&copy, bytes, 63) && !copy.nr_ops && !copy.nr_switches,
	   "cut inside of one: its prefixes go too");
	program_free(&copy);
	program_free(&p);
}

static void test_header_bytes(void)
{
	u8 bytes[HEADER_BYTES] = {PROGRAM_VERSION};
	struct program p;
	bool good = true;

	program_init(&p);
	for (unsigned b = 0; b < 256; b++) {
		bytes[1] = bytes[2] = bytes[3] = (u8)b;
		good &= program_decode(&p, bytes, sizeof(bytes)) && p.header.profile == (b < 3 ? b : 1) &&
			p.header.start == b % NR_START_STATES && p.header.flags == (b & 7);
	}
	ok(good, "profiles and flags that nobody knows are small and none, start states count round");
	program_free(&p);
}

static void test_pieces(void)
{
	struct program p, to;

	program_init(&p);
	program_init(&to);
	parse(&p, HEAD "0: buddyinfo at=1:cpu1\n1: vmstat\n2: meminfo at=2:cpu2 at=3:irq3\n3: zoneinfo at=7:cpu7\n");
	program_append_ops(&to, &p, 2, 4);
	program_append_ops(&to, &p, 0, 1);
	says(&to,
	     "mmcheck-trace 1 profile=small start=booted flags=- swarm=0x0 seed=0x0\n# mmcheck 0.1.0\n"
	     "0: meminfo at=2:cpu2 at=3:irq3\n1: zoneinfo at=7:cpu7\n2: buddyinfo at=1:cpu1\n",
	     "operations are appended with their switches");
	ok(is_canonical(&to), "as if they had been there always");
	while (to.nr_ops < MAX_OPS - 1)
		program_append(&to)->code = 0x010c;
	program_append_ops(&to, &p, 0, 4);
	ok(to.nr_ops == MAX_OPS && to.op[MAX_OPS - 1].nr_switches == 1, "never more than 65,536");
	program_free(&to);
	program_free(&p);
}

static void test_most_operations_in_bytes(void)
{
	size_t bytes = HEADER_BYTES + (MAX_OPS + 2) * OP_BYTES;
	u8 *data = calloc(1, bytes);
	struct program p;

	program_init(&p);
	data[0] = PROGRAM_VERSION;
	ok(program_decode(&p, data, bytes) && p.nr_ops == MAX_OPS,
	   "bytes of more than 65,536 operations are cut there");
	ok(program_decode(&p, data, bytes - 3 * OP_BYTES) && p.nr_ops == MAX_OPS - 1, "one less is whole");
	program_free(&p);
	free(data);
}

/* --- arguments
 * -------------------------------------------------------------------------------------------------------------- */

static u64 limit_of(unsigned kind)
{
	const struct arg_kind_row *row = &arg_kinds[kind];

	return row->limit ? row->limit : 1ULL << row->bits;
}

/* Each argument of each operation: in range whatever the fields hold, set and read again, and alone in its bits. */
static void test_arguments(void)
{
	const struct op *op;
	unsigned long long bad = 0, tried = 0;
	u64 rng = 5;

	for (unsigned n = 0; (op = op_nth(n)); n++) {
		for (unsigned i = 0; i < MAX_ARGS && op->args[i]; i++) {
			for (unsigned turn = 0; turn < 40; turn++, tried++) {
				struct instr in = {.code = op->code,
						   .slot = (u32)rng_next(&rng),
						   .slot2 = (u16)rng_next(&rng),
						   .gfp = (u32)rng_next(&rng),
						   .argument = rng_next(&rng)};
				u64 before[MAX_ARGS], after[MAX_ARGS], limit = limit_of(op->args[i]);
				u64 value = turn == 0 ? limit - 1 : turn == 1 ? 0 : rng_next(&rng) % limit;

				instr_args(op, &in, before);
				bad += before[i] >= limit || before[i] != instr_get_arg(op, &in, i);
				instr_set_arg(op, &in, i, value);
				instr_args(op, &in, after);
				bad += op->args[i] != ARG_GFP && op->args[i] != ARG_SLAB_FLAGS && after[i] != value;
				for (unsigned k = 0; k < MAX_ARGS; k++)
					bad += k != i && before[k] != after[k];
			}
		}
	}
	ok(tried > 4000 && !bad,
	   "arguments are in range, are what was set, and leave the others alone (%llu, %llu bad)", tried, bad);
}

static void test_argument_limits(void)
{
	const struct op *alloc = op_by_code(0x0100), *zone = op_by_code(0x0024);
	struct instr in = {.code = 0x0100};

	instr_set_arg(alloc, &in, 2, 13);
	same_number(instr_get_arg(alloc, &in, 2), 1, "a value above the limit is taken modulo the limit");
	instr_set_arg(alloc, &in, 2, 16 + 3);
	same_number(instr_get_arg(alloc, &in, 2), 3, "of the bits it has");
	instr_set_arg(alloc, &in, 1, __GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | __GFP_ZERO | 1u << 31);
	same_number(instr_get_arg(alloc, &in, 1), __GFP_DMA | __GFP_ZERO,
		    "of the zones in a mask the lowest stays, other bits fall away");
	ok(!arg_value_name(zone->args[0], limit_of(zone->args[0])) &&
		   arg_value_name(zone->args[0], limit_of(zone->args[0]) - 1),
	   "values in range have names, others none");
	ok(!arg_value_name(ARG_KNOB, limit_of(ARG_KNOB)) && arg_value_name(ARG_KNOB_ALL, NR_PARAMS - 1) &&
		   !arg_value_name(ARG_KNOB_ALL, NR_PARAMS) && !arg_value_name(ARG_ORDER, 0),
	   "and so are knobs");
	ok(!op_by_code(0x0fff) && !op_by_name("buddyinfo2", 10) && !op_by_name("buddy", 5) &&
		   op_by_name("buddyinfo", 9),
	   "operations are found by their whole name");
}

/* --- random programs
 * ---------------------------------------------------------------------------------------------------------- */

typedef unsigned long long count_t;

struct seen {
	count_t programs, ops, bad, starts[NR_START_STATES], switches, interrupts, contexts, regions, knobs, cpus,
		bursts, digest;
};

static bool is_boot_code(u16 code)
{
	return op_by_code(code) && op_by_code(code)->flags & OP_BOOT;
}

/* A knob within its limits, and not the fuel. */
static bool knob_is_good(const struct instr *in)
{
	const struct op *op = op_by_code(in->code);
	u64 knob = instr_get_arg(op, in, 0), value = instr_get_arg(op, in, 1);

	return knob != PARAM_FUEL && value >= sim_params[knob].lowest && value <= sim_params[knob].highest;
}

static void look_at_op(struct seen *s, const struct program *p, u32 i, unsigned tables)
{
	const struct instr *in = &p->op[i];
	const struct op *op = op_by_code(in->code);
	bool memblock = in->code >= 0x0200;

	s->ops++;
	s->bad += !op || op->flags & OP_DAMAGE || in->cpu >= SIM_MAX_CPUS || (in->context & 15) >= NR_CONTEXTS;
	s->bad += op && op->flags & (OP_TASK_ONLY | OP_BOOT) && in->context;
	s->bad += is_boot_code(in->code) && i && !is_boot_code(p->op[i - 1].code);
	s->bad += memblock && !(tables & TABLE_MEMBLOCK);
	s->bad += in->code >= 0x100 && !memblock && !(tables & TABLE_PAGE);
	s->switches += in->nr_switches;
	s->interrupts += in->context >> 4 != 0;
	s->contexts |= 1u << (in->context & 15);
	s->cpus |= 1u << in->cpu;
	if (op && op->args[0] == ARG_KNOB_ALL) {
		s->knobs++;
		s->bad += !knob_is_good(in);
	}
	s->regions += op && op->flags & OP_BOOT && op->args[0] == ARG_START_PFN;
	s->bursts += i > 3 && in->code == 0x0106 && p->op[i - 1].code == 0x0106 && p->op[i - 2].code == 0x0106 &&
		     p->op[i - 3].code == 0x0106 && in->cpu == p->op[i - 1].cpu && in->cpu == p->op[i - 2].cpu &&
		     in->cpu == p->op[i - 3].cpu;
}

static void look_at(struct seen *s, const struct program *p, unsigned tables)
{
	s->programs++;
	s->starts[p->header.start]++;
	s->bad += !is_canonical(p) || p->header.profile == PROFILE_REAL || p->header.flags & HEADER_DAMAGE;
	for (u32 i = 0; i < p->nr_ops; i++)
		look_at_op(s, p, i, tables);
	s->digest = s->digest * 0x100000001b3ULL ^ digest_of(p);
}

static void test_generate(unsigned tables, const char *what)
{
	struct seen s = {0};
	struct program p;
	count_t short_ones = 0;

	program_init(&p);
	for (u64 seed = 0; seed < 2000; seed++) {
		u32 wanted = (u32)(seed % 97);

		program_generate(&p, seed, wanted, tables);
		short_ones += p.nr_ops != wanted;
		look_at(&s, &p, tables);
	}
	ok(!s.bad && !short_ones, "%s: programs are as promised (%llu are not, %llu are short)", what, s.bad,
	   short_ones);
	printf("# digest %s %016llx switches %llu interrupts %llu contexts %llx cpus %llx knobs %llu regions %llu "
	       "bursts %llu\n",
	       what, s.digest, s.switches, s.interrupts, s.contexts, s.cpus, s.knobs, s.regions, s.bursts);
	ok(s.switches && s.interrupts && s.contexts == (1u << NR_CONTEXTS) - 1 && s.cpus == (1u << SIM_MAX_CPUS) - 1,
	   "%s: every context, every CPU, schedules and interrupts", what);
	ok(!(tables & TABLE_MACHINE) == !(s.knobs && s.regions), "%s: knobs and regions if their table is asked for",
	   what);
	if (tables & TABLE_MEMBLOCK)
		ok(s.starts[START_EARLY] == s.programs, "%s: all start early", what);
	else
		ok(!s.starts[START_EARLY] && s.starts[START_BOOTED] > 800 && s.starts[START_NEARLY_FULL] > 400 &&
			   s.starts[START_FRAGMENTED] > 400 && s.bursts > 100,
		   "%s: half start booted, a quarter nearly full, a quarter fragmented, and frees come in runs", what);
	program_generate(&p, 3, MAX_OPS + 5, tables);
	same_number(p.nr_ops, MAX_OPS, "no more operations than there may be");
	program_free(&p);
}

/* --- random changes
 * ------------------------------------------------------------------------------------------------------------ */

enum changed { GREW, SHRANK, HEADER, PLACE, ARGUMENT, SWITCHES, MOVED, NOTHING, NR_CHANGED };

static enum changed what_changed(const struct program *a, const struct program *b)
{
	enum changed changed = NOTHING;

	if (a->nr_ops != b->nr_ops)
		return a->nr_ops < b->nr_ops ? GREW : SHRANK;
	if (a->header.profile != b->header.profile || a->header.start != b->header.start ||
	    a->header.flags != b->header.flags || a->header.seed != b->header.seed ||
	    a->header.swarm != b->header.swarm)
		return HEADER;
	for (u32 i = 0; i < a->nr_ops; i++) {
		const struct instr *x = &a->op[i], *y = &b->op[i];

		if (same_instr(a, x, b, y))
			continue;
		if (changed != NOTHING)
			return MOVED;
		changed = x->nr_switches != y->nr_switches		 ? SWITCHES
			  : x->cpu != y->cpu || x->context != y->context ? PLACE
									 : ARGUMENT;
	}
	return changed;
}

static void test_mutate(unsigned tables, const char *what)
{
	count_t count[NR_CHANGED] = {0}, bad = 0, digest = 0;
	u64 rng = 11;
	struct program p, before;

	program_init(&p);
	program_init(&before);
	for (unsigned turn = 0; turn < 20000; turn++) {
		if (turn % 50 == 0)
			program_generate(&p, turn, turn % 7 ? 30 : turn % 3, tables);
		program_copy(&before, &p);
		program_mutate(&p, &rng, tables);
		bad += !is_canonical(&p) || p.header.profile == PROFILE_REAL || p.header.flags & HEADER_DAMAGE;
		count[what_changed(&before, &p)]++;
		digest = digest * 0x100000001b3ULL ^ digest_of(&p);
	}
	same_number(bad, 0, "changed programs are programs in order");
	printf("# digest %s %016llx grew %llu shrank %llu header %llu place %llu argument %llu switches %llu moved "
	       "%llu nothing %llu\n",
	       what, digest, count[GREW], count[SHRANK], count[HEADER], count[PLACE], count[ARGUMENT], count[SWITCHES],
	       count[MOVED], count[NOTHING]);
	ok(count[GREW] > 4000 && count[SHRANK] > 1000 && count[HEADER] > 300 && count[PLACE] > 800 &&
		   count[ARGUMENT] > 3000 && count[SWITCHES] > 500 && count[MOVED] > 500 && count[NOTHING] < 1000,
	   "%s: all kinds of changes are made, and hardly ever none", what);
	program_free(&before);
	program_free(&p);
}

static void test_mutate_full(void)
{
	struct program p;
	u64 rng = 4;
	u32 most = 0;

	program_init(&p);
	while (p.nr_ops < MAX_OPS - 2)
		program_append(&p)->code = 0x010c;
	for (unsigned turn = 0; turn < 60; turn++) {
		program_mutate(&p, &rng, TABLE_PAGE);
		most = most > p.nr_ops ? most : p.nr_ops;
	}
	same_number(most, MAX_OPS, "a program grows up to 65,536 operations, never beyond");
	program_free(&p);
}

static void test_cross(void)
{
	count_t bad = 0, digest = 0, returned = 0;
	u64 rng = 21;
	struct program a, b, to;

	program_init(&a);
	program_init(&b);
	program_init(&to);
	program_generate(&a, 1, 20, TABLE_PAGE);
	program_generate(&b, 5, 30, TABLE_PAGE);
	for (unsigned turn = 0; turn < 2000; turn++) {
		u32 cut = 0;

		program_cross(&to, &a, &b, &rng);
		while (cut < to.nr_ops && cut < a.nr_ops && same_instr(&a, &a.op[cut], &to, &to.op[cut]))
			cut++;
		bad += !is_canonical(&to) || to.nr_ops > a.nr_ops + b.nr_ops || to.header.seed != a.header.seed;
		/* it ends as b does, or as a does */
		if (to.nr_ops && same_instr(&a, &a.op[19], &to, &to.op[to.nr_ops - 1]))
			returned++;
		else
			bad += to.nr_ops && cut < to.nr_ops && !same_instr(&b, &b.op[29], &to, &to.op[to.nr_ops - 1]) &&
			       cut != a.nr_ops && cut != to.nr_ops - 1 && !holds_at(&b, 0, &to, cut, cut);
		digest = digest * 0x100000001b3ULL ^ digest_of(&to);
	}
	printf("# digest crossed %016llx\n", digest);
	ok(!bad && returned > 700 && returned < 1300,
	   "a spliced program begins as the first, half of them end as it does (%llu, %llu bad)", returned, bad);
	program_free(&to);
	program_free(&b);
	program_free(&a);
}

/* --- the minimizer
 * ----------------------------------------------------------------------------------------------------------- */

/* "Fails": an idea of it that asks for a number of each thing. All of its numbers are thresholds. */
struct idea {
	const char *name;
	bool (*fails)(const struct program *p);
	const char *smallest;
	count_t most_tries;
	const char *start; /* NULL: start_of_all */
};

#define SMALLEST(header) "mmcheck-trace 1 " header "\n# mmcheck 0.1.0\n"
#define NOTHING_LEFT	 "profile=tiny start=booted flags=- swarm=0x0 seed=0x0"

static u64 arg_of(const struct instr *in, unsigned i)
{
	const struct op *op = op_by_code(in->code);

	return op ? instr_get_arg(op, in, i) : 0;
}

static const struct instr *find_code(const struct program *p, u16 code)
{
	for (u32 i = 0; i < p->nr_ops; i++)
		if (p->op[i].code == code)
			return &p->op[i];
	return NULL;
}

static bool header_fails(const struct program *p)
{
	const struct header *h = &p->header;

	return h->profile >= 1 && h->start >= 2 && h->flags & HEADER_CONTENTS_WHOLE && h->swarm >= 77 &&
	       h->seed >= 1000003;
}

static bool order_fails(const struct program *p)
{
	const struct instr *in = find_code(p, 0x0100);

	return in && arg_of(in, 2) >= 3 && (arg_of(in, 1) & __GFP_ZERO) && in->cpu >= 2 && (in->context & 15) >= 2 &&
	       in->context >> 4 >= 3;
}

static bool flags_fail(const struct program *p)
{
	const struct instr *in = find_code(p, 0x0100);

	return in && (arg_of(in, 1) & __GFP_DIRECT_RECLAIM);
}

static bool schedule_fails(const struct program *p)
{
	for (u32 i = 0; i < p->nr_ops; i++)
		for (u32 k = 0; k < p->op[i].nr_switches; k++) {
			const struct sched_switch *sw = &p->sw[p->op[i].first_switch + k];

			if (sw->kind == SWITCH_CPU && sw->at >= 5 && sw->target >= 2)
				return true;
		}
	return false;
}

static bool interrupt_fails(const struct program *p)
{
	for (u32 i = 0; i < p->nr_ops; i++)
		for (u32 k = 0; k < p->op[i].nr_switches; k++)
			if (p->sw[p->op[i].first_switch + k].kind == SWITCH_IRQ && p->sw[p->op[i].first_switch + k].target == 3)
				return true;
	return false;
}

/* A hundred pages in all: many small requests become few large ones. */
static bool sum_fails(const struct program *p)
{
	u64 pages = 0;

	for (u32 i = 0; i < p->nr_ops; i++) {
		if (p->op[i].code == 0x0100)
			pages += 1ULL << arg_of(&p->op[i], 2);
		if (p->op[i].code == 0x0105)
			pages += arg_of(&p->op[i], 2);
		if (p->op[i].code == 0x0104)
			pages += arg_of(&p->op[i], 2) / 4096;
	}
	return pages >= 100;
}

/* Forty pages, of at most two requests for several. */
static bool bulk_fails(const struct program *p)
{
	u64 pages = 0;

	for (u32 i = 0; i < p->nr_ops; i++)
		pages += p->op[i].code == 0x0105 ? arg_of(&p->op[i], 2) : 0;
	return pages >= 40;
}

static bool exact_fails(const struct program *p)
{
	u64 pages = 0;

	for (u32 i = 0; i < p->nr_ops; i++)
		pages += p->op[i].code == 0x0104 ? arg_of(&p->op[i], 2) >> 12 : 0;
	return pages >= 300;
}

static bool orders_fail(const struct program *p)
{
	u64 pages = 0;

	for (u32 i = 0; i < p->nr_ops; i++)
		pages += p->op[i].code == 0x0100 ? 1ULL << arg_of(&p->op[i], 2) : 0;
	return pages >= 1500;
}

/* Two that only leave together: as many requests as frees, and something else. */
static bool pair_fails(const struct program *p)
{
	u32 requests = 0, frees = 0;

	for (u32 i = 0; i < p->nr_ops; i++) {
		requests += p->op[i].code == 0x0103;
		frees += p->op[i].code == 0x0106;
	}
	return requests == frees && find_code(p, 0x010c);
}

static bool zone_fails(const struct program *p)
{
	const struct instr *in = find_code(p, 0x0140), *slot = find_code(p, 0x0106);

	return in && arg_of(in, 1) && slot && arg_of(slot, 0) == arg_of(in, 0) && in->argument < 1u << 12;
}

static bool knob_fails(const struct program *p)
{
	const struct instr *in = find_code(p, 0x0003);

	return in && arg_of(in, 1) > 7 && program_boot_ops(p);
}

static bool has_switch(const struct program *p, u16 code, u32 at)
{
	const struct instr *in = find_code(p, code);

	for (u32 k = 0; in && k < in->nr_switches; k++)
		if (p->sw[in->first_switch + k].at == at)
			return true;
	return false;
}

/* Two preemptions, none of which can go; or another one alone. */
static bool preemptions_fail(const struct program *p)
{
	return (has_switch(p, 0x0100, 3) && has_switch(p, 0x0106, 7)) || has_switch(p, 0x0106, 9);
}

/* It does without a switch as long as the second request is there, and without that request only with a switch. */
static bool early_fails(const struct program *p)
{
	return find_code(p, 0x0100) && (find_code(p, 0x0103) || has_switch(p, 0x0100, 2));
}

static const struct idea ideas[] = {
	{"preemptions", preemptions_fail, SMALLEST(NOTHING_LEFT) "0: free_pages p0 at=9:cpu0\n", 500,
	 HEAD "0: p1 = alloc_pages gfp=none order=0 at=3:cpu1\n1: free_pages cpu=1 p1 at=7:cpu0\n"},
	{"switches before operations", early_fails,
	 SMALLEST(NOTHING_LEFT) "0: p0 = alloc_pages gfp=none order=0\n1: p1 = get_zeroed_page gfp=none\n", 500,
	 HEAD "0: p1 = alloc_pages gfp=none order=0 at=2:cpu1\n1: p2 = get_zeroed_page gfp=none\n"},
	{"header", header_fails, SMALLEST("profile=small start=nearly_full flags=contents swarm=0x4d seed=0xf4243"),
	 300, NULL},
	{"order", order_fails,
	 SMALLEST(NOTHING_LEFT) "0: p0 = alloc_pages cpu=2 ctx=hardirq irq=3 gfp=__GFP_ZERO order=3\n", 300, NULL},
	{"flags", flags_fail, SMALLEST(NOTHING_LEFT) "0: p0 = alloc_pages gfp=GFP_KERNEL order=0\n", 300, NULL},
	{"schedule", schedule_fails, SMALLEST(NOTHING_LEFT) "0: p0 = alloc_pages gfp=none order=0 at=5:cpu2\n", 300,
	 NULL},
	{"interrupt", interrupt_fails, SMALLEST(NOTHING_LEFT) "0: p0 = alloc_pages gfp=none order=0 at=0:irq3\n", 300,
	 NULL},
	{"sum", sum_fails, SMALLEST(NOTHING_LEFT) "0: p0 = alloc_pages gfp=none order=7\n", 300, NULL},
	{"bulk", bulk_fails,
	 SMALLEST(NOTHING_LEFT) "0: p0 = alloc_pages_bulk gfp=none count=31\n1: p1 = alloc_pages_bulk gfp=none "
				"count=9\n",
	 300,
	 HEAD "0: p1 = alloc_pages_bulk gfp=none count=12\n1: p2 = alloc_pages_bulk gfp=none count=9\n"
	      "2: p3 = alloc_pages_bulk gfp=none count=15\n3: p4 = alloc_pages_bulk gfp=none count=11\n"},
	{"exact", exact_fails,
	 SMALLEST(NOTHING_LEFT) "0: p0 = alloc_pages_exact gfp=none size=184320\n1: p1 = alloc_pages_exact gfp=none "
				"size=1044480\n",
	 300,
	 HEAD "0: p1 = alloc_pages_exact gfp=none size=400000\n1: p2 = alloc_pages_exact gfp=none size=524287\n"
	      "2: p3 = alloc_pages_exact gfp=none size=300000\n3: p3 = alloc_pages_exact gfp=none size=20000\n"},
	{"orders", orders_fail,
	 SMALLEST(NOTHING_LEFT) "0: p0 = alloc_pages gfp=none order=10\n1: p1 = alloc_pages gfp=none order=9\n", 300,
	 HEAD "0: p1 = alloc_pages gfp=none order=9\n1: p2 = alloc_pages gfp=none order=9\n"
	      "2: p3 = alloc_pages gfp=none order=9\n3: p4 = alloc_pages gfp=none order=8\n"},
	{"pair", pair_fails, SMALLEST(NOTHING_LEFT) "0: buddyinfo\n", 300, NULL},
	{"zone", zone_fails,
	 SMALLEST(NOTHING_LEFT) "0: p0 = fill_to zone=1/Normal mark=high offset=0\n1: free_pages p0\n", 300, NULL},
	{"knob", knob_fails, SMALLEST(NOTHING_LEFT) "0: knob knob=frames value=8\n", 300, NULL},
};

static const char start_of_all[] =
	"mmcheck-trace 1 profile=real start=fragmented flags=recount+contents swarm=0x12345 seed=0xabcdef0123\n"
	"0: knob knob=frames value=4000\n"
	"1: p9 = alloc_pages cpu=7 ctx=rcu irq=9 gfp=GFP_HIGHUSER_MOVABLE|__GFP_ZERO order=6 at=9:cpu5 at=12:irq3 "
	"at=70:irq2\n"
	"2: p8 = get_zeroed_page gfp=GFP_ATOMIC\n"
	"3: p9 = fill_to cpu=3 zone=1/Normal mark=high offset=-9\n"
	"4: p7 = alloc_pages_bulk gfp=GFP_KERNEL count=9\n"
	"5: p6 = alloc_pages_exact gfp=GFP_KERNEL size=100000\n"
	"6: buddyinfo at=30:cpu4 at=31:cpu6 at=32:irq3\n"
	"7: free_pages p9\n"
	"8: code=0x1234 cpu=1 ctx=0x0 slot=0x5 slot2=0x7 gfp=0xcc0 argument=0x2\n"
	"9: p5 = alloc_pages gfp=GFP_KERNEL order=5\n"
	"10: vmstat\n";

static bool by_idea(void *arg, const struct program *candidate)
{
	return ((const struct idea *)arg)->fails(candidate);
}

static void test_minimize(const struct idea *idea)
{
	struct program p, again;
	count_t tries, more;

	program_init(&p);
	program_init(&again);
	parse(&p, idea->start ? idea->start : start_of_all);
	ok(idea->fails(&p), "minimize, %s: it fails at first", idea->name);
	tries = program_minimize_with(&p, by_idea, (void *)idea, NULL);
	says(&p, idea->smallest, "this is the smallest");
	ok(tries <= idea->most_tries, "in %llu tries", tries);
	program_copy(&again, &p);
	more = program_minimize_with(&again, by_idea, (void *)idea, NULL);
	printf("# digest minimized %s %llu %llu\n", idea->name, tries, more);
	ok(same_program(&p, &again), "and minimizing again changes nothing");
	program_free(&again);
	program_free(&p);
}

/* Raw bits that no argument reads go. */
static void test_idle_bits(void)
{
	const struct idea idea = {.fails = pair_fails};
	struct program p;

	program_init(&p);
	parse(&p, HEAD "0: buddyinfo\n");
	p.op[0].slot = 0x12345;
	p.op[0].slot2 = 3;
	p.op[0].gfp = 0xcc0;
	p.op[0].argument = 77;
	program_minimize_with(&p, by_idea, (void *)&idea, NULL);
	ok(p.nr_ops == 1 && !p.op[0].slot && !p.op[0].slot2 && !p.op[0].gfp && !p.op[0].argument,
	   "idle bits become zero");
	program_free(&p);
}

static bool never_again(void *arg, const struct program *candidate)
{
	(void)candidate;
	++*(u64 *)arg;
	return false;
}

static void test_limit(void)
{
	struct minimize_limits soon = {.seconds = 1e-9};
	struct program p;
	u64 asked = 0, tries;

	program_init(&p);
	parse(&p, start_of_all);
	tries = program_minimize_with(&p, never_again, &asked, &soon);
	ok(!tries && !asked && p.nr_ops == 11, "out of time: nothing is tried, the program stays");
	tries = program_minimize_with(&p, never_again, &asked, NULL);
	ok(tries == asked && tries > 100 && p.nr_ops == 11,
	   "what never fails alike stays as it is; all tries are counted");
	program_free(&p);
}

int main(void)
{
	test_refusals();
	test_many_operations();
	test_loose_text();
	test_load();
	test_switch_lists();
	test_room();
	test_header_bytes();
	test_pieces();
	test_most_operations_in_bytes();
	test_arguments();
	test_argument_limits();
	test_generate(TABLE_PAGE, "page");
	test_generate(TABLE_MACHINE | TABLE_PAGE, "machine and page");
	test_generate(TABLE_MACHINE | TABLE_PAGE | TABLE_MEMBLOCK, "all");
	test_mutate(TABLE_MACHINE | TABLE_PAGE, "mutated");
	test_mutate(TABLE_MACHINE | TABLE_PAGE | TABLE_MEMBLOCK, "mutated all");
	test_mutate_full();
	test_cross();
	for (size_t i = 0; i < ARRAY_SIZE(ideas); i++)
		test_minimize(&ideas[i]);
	test_idle_bits();
	test_limit();
	return tap_end();
}
