/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe.c - where the schedule of the program that runs could be changed, and the state it is in between operations.
 *
 * Each yield point is noted with what a switch there would do: which CPUs would go on or begin an operation, which
 * interrupts would be taken. So nobody need try a switch to see that it has no effect.
 *
 * The state: while nothing is in flight, all that the rest of the run depends on lies in few places, and is hashed as it
 * is, bytes and all: the machine's metadata and the lines of RAM that were written, the model, the slots, the operations
 * not started. Two runs that agree in it go on alike whatever is switched from there on. Left out is what no operation
 * reads before it writes it (yield counts, fuel, the log), and what only reports read (marks, counts of judgements).
 * Bytes that differ without meaning make two states of one: then work is done twice, never left out.
 */
#include <stddef.h>
#include <stdlib.h>
#include "model_page_debug.h"
#include "tool.h"
#include "vm.h"
#include "world.h"

/* --- points ----------------------------------------------------------------------------------------------------------- */

/* A CPU that waits for a lock that is held would find it held still. */
static void note_cpus(struct world *w, struct yield_point *point)
{
	const struct sched *s = w->machine->host->sched;

	for (unsigned cpu = 0; cpu < w->machine->param[PARAM_CPUS]; cpu++) {
		u32 next = sched_in_flight_on(s, cpu) ? SCHED_NONE : world_next_on(w, cpu);

		if (cpu == world_cpu() || sched_waits_on(s, cpu))
			continue;
		if (sched_in_flight_on(s, cpu) || (next != SCHED_NONE && world_would_run(w, next, cpu)))
			point->cpus |= (u8)(1u << cpu);
		else if (next != SCHED_NONE)
			point->skipping |= (u8)(1u << cpu);
	}
}

/* The next operation with a label is the one that would come. */
static void note_labels(struct world *w, struct yield_point *point)
{
	u16 known = 1;

	if (!sched_takes_irq(w->machine->host->sched))
		return;
	for (u32 i = w->cursor; i < w->program->nr_ops; i++) {
		u16 label = (u16)(1u << instr_irq_label(&w->program->op[i]));

		if (known & label || world_next_irq(w, instr_irq_label(&w->program->op[i])) != i)
			continue;
		known |= label;
		if (world_would_run(w, i, world_cpu()))
			point->labels |= label;
		else
			point->skipping_labels |= label;
	}
}

bool probe_point(void *arg, enum sim_yield_point kind, struct sched_switch *choice)
{
	struct world *w = arg;
	struct yield_probe *probe = w->probe;
	struct yield_point *point;

	if (!probe || this_cpu->yields > MAX_YIELD_INDEX || this_cpu->step >= w->program->nr_ops)
		return false;
	if (probe->nr == probe->room) {
		probe->room = probe->room ? probe->room * 2 : 256;
		probe->point = realloc(probe->point, probe->room * sizeof(*probe->point));
	}
	point = &probe->point[probe->nr++];
	*point = (struct yield_point){ .step = this_cpu->step, .at = (u16)(this_cpu->yields - 1), .kind = (u8)kind };
	note_cpus(w, point);
	note_labels(w, point);
	point->kthreads = (u8)sched_kthreads_ready(w->machine->host->sched);
	return probe->choose && probe->choose(probe->arg, point, choice);
}

void probe_switch(void *arg)
{
	struct world *w = arg;

	if (likely(!w->probe))
		return;
	w->probe->switches++;
	w->probe->first = w->probe->nr;
}

/* --- the state -------------------------------------------------------------------------------------------------------- */

typedef u64 loose_word __attribute__((aligned(1), may_alias));

/* 8 bytes or more; the last word may overlap the one before. */
no_tool static u64 hash_bytes(u64 hash, const void *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 8) {
		const loose_word *word = (const void *)((const char *)from + (i + 8 <= bytes ? i : bytes - 8));

		TOOL_SILENT(hash = (hash ^ *word) * 0x9fb21c651e98df25ULL);
		hash ^= hash >> 32;
	}
	return hash;
}

/* Between two of its fields, the second one left out. */
#define HASH_FIELDS(hash, object, from, to)                                                                            \
	hash_bytes(hash, (const char *)(object) + offsetof(__typeof__(*(object)), from),                               \
		   offsetof(__typeof__(*(object)), to) - offsetof(__typeof__(*(object)), from))

static u64 hash_cpu(u64 hash, const struct sim_cpu *c)
{
	u64 word = (u64)c->task_flags << 32 | (u64)c->irqs_off << 16 | (u64)c->preempt_off << 8 | c->rcu_readers;

	return hash_bytes(hash, &word, sizeof(word));
}

static u64 hash_machine(u64 hash, struct machine *m)
{
	const char *base = m->host->base, *end = base + m->host->meta_used;
	const char *marks = (const char *)mm_marks(), *behind = marks + NR_MARKS * sizeof(u32);

	for (unsigned cpu = 0; cpu < m->param[PARAM_CPUS]; cpu++)
		hash = hash_cpu(hash, &m->cpu[cpu]);
	hash = hash_bytes(hash, &m->now_ns, sizeof(m->now_ns));
	hash = hash_bytes(hash, &m->chance, sizeof(m->chance));
	hash = hash_bytes(hash, m->fault, sizeof(m->fault));
	hash = hash_bytes(hash, &m->rcu, sizeof(m->rcu));
	hash = hash_bytes(hash, m->lockdep.known, sizeof(m->lockdep.known));
	hash = hash_bytes(hash, m + 1, (size_t)(marks - (const char *)(m + 1)));
	hash = hash_bytes(hash, behind, (size_t)(end - behind));
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++) {
		u64 lines = m->host->dirty_lines[pfn];

		if (lines)
			hash = hash_bytes(hash, &(u64){ pfn }, 8);
		for (; lines; lines &= lines - 1)
			hash = hash_bytes(hash, (char *)ram_address(m, pfn) + 64 * __builtin_ctzll(lines), 64);
	}
	return hash;
}

static u64 hash_debug(u64 hash, const struct model *m)
{
	const struct model_page_debug *d = m->debug;

	if (!d)
		return hash;
	if (d->damage)
		hash = hash_bytes(hash, d->damage, m->nr_frames * sizeof(*d->damage));
	if (d->owner)
		hash = hash_bytes(hash, d->owner, m->nr_frames * sizeof(*d->owner));
	return hash_bytes(hash, d->kmap, sizeof(d->kmap));
}

/* Without the flights, which are over, and without what is counted for reports. */
static u64 hash_model(u64 hash, const struct model *m)
{
	const char *end = (const char *)m + m->block_bytes;

	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		if (m->zone[z].exists)
			hash = hash_bytes(hash, &m->zone[z], sizeof(m->zone[z]));
	hash = HASH_FIELDS(hash, m, totalreserve, flight);
	hash = HASH_FIELDS(hash, m, task_flags, decay_due);
	hash = hash_bytes(hash, &(u64){ m->vague_tuning | (u64)m->mobility_disabled << 8 }, 8);
	hash = HASH_FIELDS(hash, m, pgalloc, frames_only);
	hash = hash_bytes(hash, m->fault, sizeof(m->fault));
	hash = hash_debug(hash, m);
	return hash_bytes(hash, m + 1, (size_t)(end - (const char *)(m + 1)));
}

static u64 hash_slots(u64 hash, const struct world *w)
{
	for (u32 i = 0; i < NR_SLOTS; i++) {
		const struct slot *s = &w->slot[i];

		if (s->state == SLOT_EMPTY)
			continue;
		hash = hash_bytes(hash, &(u64){ i }, 8);
		hash = hash_bytes(hash, s, sizeof(*s));
		if (s->kind == SLOT_BULK)
			hash = hash_bytes(hash, w->bulk_pfn[i], sizeof(w->bulk_pfn[i]));
		if (s->kind == SLOT_FILL)
			hash = hash_bytes(hash, w->fill_pfn[i], sizeof(w->fill_pfn[i]));
	}
	return hash;
}

/* The operations that have not started; *cpus: on how many CPUs, an interrupt counting as one more. */
static u64 hash_rest(u64 hash, const struct world *w, unsigned *cpus)
{
	u32 set = 0;

	for (u32 i = w->cursor; i < w->program->nr_ops; i++) {
		const struct instr *in = &w->program->op[i];
		unsigned cpu = in->cpu % w->machine->param[PARAM_CPUS];
		u64 words[] = { in->code | (u64)cpu << 16 | (u64)in->context << 24 | (u64)in->slot << 32,
				in->slot2 | (u64)in->gfp << 32, in->argument };

		if (world_is_started(w, i))
			continue;
		hash = hash_bytes(hash, words, sizeof(words));
		set |= instr_irq_label(in) ? 1u << 31 : 1u << cpu;
	}
	*cpus = (unsigned)__builtin_popcount(set);
	return hash;
}

void probe_quiet(struct world *w)
{
	struct yield_probe *probe = w->probe;
	unsigned cpus;
	u64 hash;

	if (!probe->watch || !probe->seen || w->early || vm_is_up() || /* what it keeps lies in more places than are hashed here */
	    probe->switches < probe->depth || probe->closed != ~0u)
		return;
	hash = hash_rest(w->since_recount, w, &cpus);
	if (cpus < 2) /* nothing more to schedule */
		return;
	hash = hash_model(hash_slots(hash, w), w->model);
	if (probe->seen(probe->arg, hash_machine(hash, w->machine)))
		probe->closed = probe->nr;
}

void probe_end(struct world *w)
{
	w->probe->end_state = model_digest(w->model, 0);
	sched_watch(w->machine->host->sched, false); /* what is freed and settled now is no operation's */
}
