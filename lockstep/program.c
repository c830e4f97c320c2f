/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.c - programs as arrays, and their byte form.
 *
 *   byte      0        1        2      3      4..7      8..15
 *   header    version  profile  start  flags  swarm     seed
 *
 *   byte      0..1     2     3        4..5     6..7     8..11   12..15
 *   operation code     cpu   context  slot     slot2    gfp     argument
 *   WIDE      0xfffe   0     0        slot's high half  0       0       argument's high half
 *   SWITCH    0xfffd   target kind    yield    0        0       0
 *
 * All little-endian. Prefix words (WIDE, SWITCH) stand before their operation, any number in any order.
 *
 * Invariants of a struct program that came from here:
 *   - the header is canonical: a known profile and start state, known flags
 *   - the switches of an operation lie together, sorted by yield index, each index once, at most MAX_SWITCHES;
 *     irq labels are 1..15, kernel threads those of sim_kthread_names[]
 *   - an operation without switches has first_switch 0, and no code is CODE_WIDE or CODE_SWITCH
 *   - program_decode() of program_encode() is the same program, field by field
 *
 * The arrays are kept from program to program: decoding allocates only to grow.
 */
#include <stdlib.h>
#include <string.h>
#include "lockstep.h"

static void *grow(void *array, u32 *room, u32 wanted, size_t element)
{
	u32 to = max_of(wanted, *room * 2);

	array = realloc(array, to * element);
	if (!array) {
		fprintf(stderr, "mmcheck: no memory for a program of %u operations\n", wanted);
		abort();
	}
	*room = to;
	return array;
}

static void reserve_ops(struct program *p, u32 wanted)
{
	if (unlikely(wanted > p->room))
		p->op = grow(p->op, &p->room, wanted, sizeof(*p->op));
}

static void reserve_switches(struct program *p, u32 wanted)
{
	if (unlikely(wanted > p->switch_room))
		p->sw = grow(p->sw, &p->switch_room, wanted, sizeof(*p->sw));
}

void program_init(struct program *p)
{
	memset(p, 0, sizeof(*p));
	program_clear(p);
}

void program_free(struct program *p)
{
	free(p->op);
	free(p->sw);
	program_init(p);
}

void program_clear(struct program *p)
{
	p->header = (struct header){ .version = PROGRAM_VERSION, .profile = PROFILE_SMALL, .start = START_BOOTED };
	p->nr_ops = 0;
	p->nr_switches = 0;
}

void program_copy(struct program *to, const struct program *from)
{
	to->header = from->header;
	reserve_ops(to, from->nr_ops);
	reserve_switches(to, from->nr_switches);
	if (from->nr_ops)
		memcpy(to->op, from->op, from->nr_ops * sizeof(*to->op));
	if (from->nr_switches)
		memcpy(to->sw, from->sw, from->nr_switches * sizeof(*to->sw));
	to->nr_ops = from->nr_ops;
	to->nr_switches = from->nr_switches;
}

/* A new operation at the end, all zero. The pointer is good until the next one. */
struct instr *program_append(struct program *p)
{
	struct instr *in;

	reserve_ops(p, p->nr_ops + 1);
	in = &p->op[p->nr_ops++];
	memset(in, 0, sizeof(*in));
	return in;
}

/* A list that is not the last one moves to the end of the array, where it can grow; its old place is lost. */
static void move_switches_to_end(struct program *p, struct instr *in)
{
	u32 first = p->nr_switches;

	if (in->nr_switches && in->first_switch + in->nr_switches == first)
		return;
	reserve_switches(p, first + in->nr_switches);
	if (in->nr_switches)
		memcpy(&p->sw[first], &p->sw[in->first_switch], in->nr_switches * sizeof(*p->sw));
	in->first_switch = first;
	p->nr_switches += in->nr_switches;
}

static bool target_exists(struct sched_switch sw)
{
	switch (sw.kind) {
	case SWITCH_CPU:
		return true;
	case SWITCH_IRQ:
		return sw.target && sw.target <= 15;
	default:
		return sw.kind == SWITCH_KTHREAD && sw.target < SIM_MAX_KTHREADS && sim_kthread_names[sw.target];
	}
}

/* Keeps the list sorted. Dropped: a yield index that has a switch already, one too many, an irq label of 0, a kernel thread
 * that no machine has.
 */
void program_add_switch(struct program *p, struct instr *in, struct sched_switch sw)
{
	struct sched_switch *list;
	u32 i = in->nr_switches;

	if (i == MAX_SWITCHES || sw.at > MAX_YIELD_INDEX || !target_exists(sw))
		return;
	for (u32 k = 0; k < in->nr_switches; k++)
		if (p->sw[in->first_switch + k].at == sw.at)
			return;
	move_switches_to_end(p, in);
	reserve_switches(p, p->nr_switches + 1);
	p->nr_switches++;
	in->nr_switches++;
	list = &p->sw[in->first_switch];
	for (; i > 0 && list[i - 1].at > sw.at; i--)
		list[i] = list[i - 1];
	list[i] = sw;
}

void program_drop_switches(struct program *p)
{
	for (u32 i = 0; i < p->nr_ops; i++)
		p->op[i].nr_switches = 0;
	p->nr_switches = 0;
}

void program_append_op(struct program *p, const char *name, u64 a, u64 b, u64 c, u64 d)
{
	const struct op *op = op_by_name(name, strlen(name));
	struct instr *in = program_append(p);
	u64 value[] = { a, b, c, d };

	in->code = op->code;
	for (unsigned i = 0; i < ARRAY_SIZE(value) && op->args[i] != ARG_NONE; i++)
		instr_set_arg(op, in, i, value[i]);
}

void program_append_ops(struct program *to, const struct program *from, u32 begin, u32 end)
{
	for (u32 i = begin; i < end && to->nr_ops < MAX_OPS; i++) {
		const struct instr *old = &from->op[i];
		struct instr *in = program_append(to);

		*in = *old;
		in->first_switch = 0;
		in->nr_switches = 0;
		for (u32 k = 0; k < old->nr_switches; k++)
			program_add_switch(to, in, from->sw[old->first_switch + k]);
	}
}

/* --- bytes to program ------------------------------------------------------------------------------------------------ */

static inline u16 get16(const u8 *b)
{
	return (u16)(b[0] | b[1] << 8);
}

static inline u32 get32(const u8 *b)
{
	return (u32)get16(b) | (u32)get16(b + 2) << 16;
}

static inline u64 get64(const u8 *b)
{
	return (u64)get32(b) | (u64)get32(b + 4) << 32;
}

/* `real` machines are slow: only a byte that means it may ask for one. */
static void decode_header(struct header *h, const u8 *b)
{
	h->version = b[0];
	h->profile = b[1] < NR_PROFILES ? b[1] : PROFILE_SMALL;
	h->start = b[2] % NR_START_STATES;
	h->flags = b[3] & HEADER_FLAGS;
	h->swarm = get32(b + 4);
	h->seed = get64(b + 8);
}

static inline void decode_operation(struct instr *in, const u8 *b)
{
	in->code = get16(b);
	in->cpu = b[2];
	in->context = b[3];
	in->slot |= get16(b + 4);
	in->slot2 = get16(b + 6);
	in->gfp = get32(b + 8);
	in->argument |= get32(b + 12);
}

static void decode_prefix(struct program *p, struct instr *in, const u8 *b)
{
	u8 kind = b[3] == SWITCH_KTHREAD ? SWITCH_KTHREAD : b[3] & 1;

	if (get16(b) == CODE_WIDE) {
		in->slot = (u32)get16(b + 4) << 16;
		in->argument = (u64)get32(b + 12) << 32;
	} else {
		program_add_switch(p, in, (struct sched_switch){ get16(b + 4), kind, kind == SWITCH_IRQ ? b[2] & 15 : b[2] });
	}
}

bool program_decode(struct program *p, const u8 *data, size_t bytes)
{
	u32 switches = 0; /* of whole operations */
	struct instr *in;
	const u8 *end;

	program_clear(p);
	if (bytes < HEADER_BYTES || data[0] != PROGRAM_VERSION)
		return false;
	decode_header(&p->header, data);
	end = data + bytes;
	data += HEADER_BYTES;
	reserve_ops(p, (u32)min_of((size_t)(end - data) / OP_BYTES + 1, (size_t)MAX_OPS + 1));
	in = program_append(p);
	for (; end - data >= OP_BYTES && p->nr_ops <= MAX_OPS; data += OP_BYTES) {
		if (unlikely(get16(data) >= CODE_SWITCH && get16(data) <= CODE_WIDE)) {
			decode_prefix(p, in, data);
			continue;
		}
		decode_operation(in, data);
		switches = p->nr_switches;
		in = program_append(p);
	}
	p->nr_ops--; /* prefixes without an operation */
	p->nr_switches = switches;
	return true;
}

/* --- program to bytes ------------------------------------------------------------------------------------------------ */

struct sink {
	u8 *out;
	size_t room, used;
};

static inline void put16(u8 *b, u16 v)
{
	b[0] = (u8)v;
	b[1] = (u8)(v >> 8);
}

static inline void put32(u8 *b, u32 v)
{
	put16(b, (u16)v);
	put16(b + 2, (u16)(v >> 16));
}

/* Where the next 16 bytes go: past the end of the room, into a bin. Words are written whole or not at all. */
static u8 *next_word(struct sink *s, u8 bin[OP_BYTES])
{
	u8 *b = s->used + OP_BYTES <= s->room ? s->out + s->used : bin;

	s->used += OP_BYTES;
	return b;
}

static void encode_header(struct sink *s, const struct header *h)
{
	u8 bin[OP_BYTES];
	u8 *b = next_word(s, bin);

	b[0] = h->version;
	b[1] = h->profile;
	b[2] = h->start;
	b[3] = h->flags;
	put32(b + 4, h->swarm);
	put32(b + 8, (u32)h->seed);
	put32(b + 12, (u32)(h->seed >> 32));
}

/* One operation or prefix word: the low halves of in's fields. */
static void encode_word(struct sink *s, const struct instr *in)
{
	u8 bin[OP_BYTES];
	u8 *b = next_word(s, bin);

	put16(b, in->code);
	b[2] = in->cpu;
	b[3] = in->context;
	put16(b + 4, (u16)in->slot);
	put16(b + 6, in->slot2);
	put32(b + 8, in->gfp);
	put32(b + 12, (u32)in->argument);
}

size_t program_encode(const struct program *p, u8 *out, size_t room)
{
	struct sink s = { .out = out, .room = room };

	encode_header(&s, &p->header);
	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct instr *in = &p->op[i];

		for (u32 k = 0; k < in->nr_switches; k++) {
			struct sched_switch sw = p->sw[in->first_switch + k];

			encode_word(&s, &(struct instr){ .code = CODE_SWITCH,
							 .cpu = sw.target,
							 .context = sw.kind,
							 .slot = sw.at });
		}
		if (in->slot >> 16 || in->argument >> 32)
			encode_word(&s, &(struct instr){ .code = CODE_WIDE,
							 .slot = in->slot >> 16,
							 .argument = in->argument >> 32 });
		encode_word(&s, in);
	}
	return s.used;
}
