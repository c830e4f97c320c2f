/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lockstep.c - the loop: each operation runs on mm and is judged by the model in the same step.
 *
 *   begin (the model hears what is asked) -> run on mm -> drain events (each judged) -> judge the answer -> end
 *
 * Operations run in program order, each on a fiber of its CPU; SWITCH prefixes let others overtake. Every 64 operations,
 * or after each when the header asks, both states are recounted. At the end all is freed and the machine must be as after
 * boot. A verdict is a value: nothing here aborts.
 *
 * A rig is a machine with its model. The rigs of the profiles' own machines are kept and reset; a program with boot
 * operations gets one of its own, kept until another one asks for a different machine.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "lockdep.h"
#include "model_page_debug.h"
#include "model_slub.h"
#include "model_vm.h"
#include "world.h"

#define RECOUNT_EVERY 64
#define SLAB_CODES    0x300 /* up to 0x3ff: operations on caches, objects and memory by size */
#define VM_CODES      0x400 /* up to 0x4ff: on tasks, files and swap */
#define STEP_PREFILL  (~0u - 1) /* no program is so long */
#define CUSTOM_RIG    (NR_PROFILES * NR_START_STATES)

struct rig {
	struct machine *machine;
	struct model *model;
	struct machine_config config;
	u8 start;
	bool panicked;	  /* for want of memory, before a program could begin */
	bool early, dead; /* dead: no usable memory; nothing runs on it */
	u64 prefilled[MODEL_NR_ZONES];
	bool slab_up, vm_up;
	bool dirty;	  /* the last run was abandoned half-way */
	bool used;
	bool broken;	  /* something failed while it booted: for reports only, the next program gets another one */
};

const char *world_says(struct world *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(w->text, sizeof(w->text), format, args);
	va_end(args);
	return w->text;
}

/* --- verdicts ------------------------------------------------------------------------------------------------------------- */

sim_cold void world_fail(struct world *w, const char *sentence) /* a breakpoint of run --gdb: never inlined */
{
	const char *colon = strchr(sentence, ':');
	size_t len = colon ? (size_t)(colon - sentence) : 0;

	if (w->verdict.failed)
		return;
	w->verdict.failed = true;
	w->verdict.step = (int)w->step;
	len = min_of(len, sizeof(w->verdict.clause) - 1);
	memcpy(w->verdict.clause, sentence, len);
	w->verdict.clause[len] = 0;
	snprintf(w->verdict.sentence, sizeof(w->verdict.sentence), "%s", colon ? colon + 2 : sentence);
}

static void fail_by_stop(struct world *w, const struct sim_stop *stop)
{
	static const char *const clause[] = {
		[STOP_BUG] = "VM_BUG_ON",
		[STOP_NO_PROGRESS] = "no progress",
		[STOP_LOCK_ORDER] = "lock order",
		[STOP_LOCK_CYCLE] = "lock cycle",
		[STOP_LOCK_STATE] = "lock state",
		[STOP_SELF_DEADLOCK] = "self-deadlock",
		[STOP_DEADLOCK] = "deadlock",
		[STOP_STARVATION] = "starvation",
		[STOP_SLEEP_ATOMIC] = "scheduling while atomic",
		[STOP_SLEEP_IRQS_OFF] = "scheduling with interrupts off",
		[STOP_SLEEP_RCU] = "sleeping in an RCU reader",
		[STOP_SLEEP_LOCKED] = "sleeping with a lock held",
		[STOP_PANIC] = "panic",
	};

	snprintf(w->text, sizeof(w->text), "%s: %s", clause[stop->kind], stop->text);
	world_fail(w, w->text);
}

const char *world_log(const struct world *w)
{
	struct machine *m = w->machine;

	tool_order_after(m->host->log);
	m->host->log[min_of(m->log_bytes, (u32)sizeof(m->host->log) - 1)] = 0;
	return m->host->log;
}

/* --- events --------------------------------------------------------------------------------------------------------------- */

const char *world_drain(struct world *w)
{
	struct machine *m = w->machine;
	const char *bad = NULL;

	model_clock(w->model, m->now_ns); /* what was announced before time passed was judged then */
	for (u32 i = 0; !bad && i < m->nr_events; i++) {
		const struct mm_event *ev = (const struct mm_event *)&m->host->event[i];

		w->announced[ev->type % NR_EVENT_TYPES] |= 1u << (ev->report & 31);
		bad = model_event(w->model, ev);
	}
	m->nr_events = 0;
	return bad;
}

static void drain_full_ring(struct machine *m, void *arg)
{
	struct world *w = arg;
	const char *bad = w->booting ? NULL : world_drain(w);

	m->nr_events = 0;
	if (!bad)
		return;
	world_fail(w, bad);
	sched_leave(m->host->sched);
}

/* --- one operation ----------------------------------------------------------------------------------------------------------- */

static void record(struct world *w, u32 step, const char *text)
{
	if (!w->record || step >= w->outcome_room)
		return;
	free(w->outcome[step]);
	w->outcome[step] = strdup(text);
}

static void record_outcome(struct world *w, u32 step, struct outcome seen)
{
	char text[64];

	if (likely(!w->record))
		return;
	if (seen.has_value)
		snprintf(text, sizeof(text), seen.in_hex ? "%s %s%s%#llx" : "%s %s%s%llu", seen.ok ? "ok" : "partly", seen.what ? seen.what : "",
			 seen.what ? "=" : "", (unsigned long long)seen.value);
	else
		snprintf(text, sizeof(text), "%s", seen.ok ? "ok" : "refused");
	record(w, step, text);
}

void slot_fill(struct world *w, u32 slot, struct slot value)
{
	value.state = SLOT_LIVE;
	w->slot[slot] = value;
}

void slot_retire(struct world *w, u32 slot)
{
	w->slot[slot].state = SLOT_STALE;
}

static unsigned slot_state(const struct world *w, unsigned family, u64 slot)
{
	switch (family) {
	case FAMILY_PAGES:
		return w->slot[slot].state;
	case FAMILY_OBJECTS:
		return w->object[slot].state;
	case FAMILY_KMALLOC:
		return w->kmalloc[slot].state;
	case FAMILY_TASKS:
		return w->task[slot];
	case FAMILY_PINS:
		return w->pin[slot].state;
	default:
		return w->cache[slot].state;
	}
}

/* Do the slots an operation names have the states its kinds ask for? */
static bool slots_fit(const struct world *w, const struct op *op, const u64 *a)
{
	for (unsigned i = 0; i < MAX_ARGS && op->args[i]; i++) {
		const struct arg_kind_row *kind = &arg_kinds[op->args[i]];
		unsigned state;

		if (kind->role == ROLE_NONE)
			continue;
		state = slot_state(w, kind->family, a[i]);
		if (kind->role == ROLE_NEW ? state == SLOT_LIVE :
					     state == SLOT_EMPTY || (kind->role != ROLE_USED && state != SLOT_LIVE))
			return false;
		if (w->slot_busy[kind->family][a[i]]) /* another operation in flight works on it */
			return false;
		if (w->slot_shares[kind->family][a[i]] && kind->role != ROLE_SHARED && !(op->flags & (OP_WALKS | OP_UNLINKS)))
			return false;
	}
	return true;
}

static bool phase_fits(const struct world *w, const struct op *op, unsigned context)
{
	if (!op->run || (context == CONTEXT_NMI && !(op->flags & OP_TASK_ONLY)))
		return false;
	if ((op->flags & OP_DAMAGE) && !(w->program->header.flags & HEADER_DAMAGE))
		return false;
	if (((op->code & ~0xffu) == SLAB_CODES && !w->slab_up) || ((op->code & ~0xffu) == VM_CODES && !w->vm_up))
		return false;
	if (op->flags & OP_ANYTIME)
		return true;
	return w->early == !!(op->flags & OP_EARLY);
}

static void mark_slots(struct world *w, const struct op *op, const u64 *a, bool busy)
{
	for (unsigned i = 0; i < MAX_ARGS && op->args[i]; i++) {
		const struct arg_kind_row *kind = &arg_kinds[op->args[i]];
		u8 *shares = &w->slot_shares[kind->family][a[i] % NR_SLOTS];

		if (kind->role == ROLE_NONE)
			continue;
		if (op->flags & OP_WALKS || kind->role == ROLE_SHARED)
			*shares = (u8)(*shares + (busy ? 1 : -1));
		else
			w->slot_busy[kind->family][a[i]] = busy;
	}
}

static u64 fold(u64 digest, u64 word)
{
	digest = (digest ^ word) * 0xff51afd7ed558ccdULL;
	return digest ^ (digest >> 32);
}

/* What must be as it was when an operation returns, in one word. [N9] */
static u64 cpu_state(void)
{
	const struct sim_cpu *c = this_cpu;

	return c->irqs_off | (u64)c->preempt_off << 8 | (u64)c->hardirq << 16 | (u64)c->softirq << 24 |
	       (u64)c->nmi << 32 | (u64)c->rcu_readers << 40 | (u64)c->nr_held << 48;
}

static const char *bad_return(struct world *w, u64 before)
{
	char lock[160];

	if (this_cpu->nr_held <= before >> 48)
		return "N9: the operation returned with interrupts or preemption not as before";
	lockdep_describe_held(lock, sizeof(lock));
	return world_says(w, "N9: the operation returned with a lock held: %s", lock);
}

const char *world_execute(struct world *w, u32 step, const struct op *op, const u64 *a)
{
	u64 before = cpu_state(), began = w->stats.ops;
	struct outcome seen;
	const char *bad;

	w->log_from = 0;
	op->begin(w, a);
	seen = op->run(w, a);
	w->step = step;
	record_outcome(w, step, seen);
	if (unlikely(seen.error > 0))
		return world_says(w, "N51: answered %d, but an error is negative", seen.error);
	if ((bad = world_drain(w)) || (op->judge && (bad = op->judge(w, a, seen))))
		return bad;
	if (w->slab_up && w->stats.ops == began && /* nobody else wrote to the log */
	    (bad = model_judge_slub_text(w->model, world_cpu(), world_log(w) + w->log_from)))
		return bad;
	if (w->vm_up && w->stats.ops == began && w->machine->log_bytes + 1024 <= sizeof(w->machine->host->log) &&
	    (bad = model_judge_oom_text(w->model, world_log(w))))
		return bad;
	if ((bad = model_end(w->model, world_cpu())))
		return bad;
	if (cpu_state() != before)
		return bad_return(w, before);
	w->digest = fold(w->digest, (u64)op->code << 48 ^ (u64)seen.ok << 40 ^ (seen.has_value ? seen.value : 0));
	return NULL;
}

/* What runs on this CPU from now on, for texts that name it; returns what it is on top of. */
static struct model_place set_place(struct world *w, struct model_place place)
{
	this_cpu->operation = place.operation;
	this_cpu->step = place.step;
	return model_debug_place(w->model, world_cpu(), place);
}

/* Did a switch or an interrupt bring this operation here? */
static void note_overlap(struct world *w)
{
	if (unlikely(w->model->nr_in_flight))
		w->deep |= w->nesting[world_cpu()] ? DEEP_INTERRUPT : DEEP_SWITCH;
}

static bool is_to_run(struct world *w, const struct op *op, unsigned context, const u64 *a)
{
	return phase_fits(w, op, context) && slots_fit(w, op, a) && (!op->ready || op->ready(w, a));
}

/* Others are in flight, somewhere in their middle: what their locks do not cover must be valid there too. */
static const char *check_middle(const struct world *w)
{
	if (likely(!(w->program->header.flags & HEADER_RECOUNT_ALWAYS)) || !w->model->nr_in_flight || w->early)
		return NULL;
	return page_alloc_check_unlocked();
}

/* On a fiber of the operation's CPU. */
static void run_op(void *arg, u32 step)
{
	struct world *w = arg;
	const struct instr *in = &w->program->op[step];
	const struct op *op = op_by_code(in->code);
	unsigned context = instr_context(in);
	u64 a[MAX_ARGS];
	struct model_place below;
	const char *bad;

	instr_args(op, in, a);
	if (op->flags & OP_TASK_ONLY)
		context = CONTEXT_TASK;
	if (!is_to_run(w, op, context, a)) {
		w->stats.skipped++;
		record(w, step, "skipped");
		return;
	}
	sim_watchdog_kick();
	note_overlap(w);
	w->step = step;
	w->stats.ops++;
	w->since_recount++;
	bad = w->machine->nr_events ? world_drain(w) : NULL; /* of the operation this one overtakes */
	bad = bad ? bad : check_middle(w);
	w->machine->log_bytes = 0;
	more_fuel(w);
	mark_slots(w, op, a, true);
	w->nesting[world_cpu()]++;
	below = set_place(w, (struct model_place){ op->name, step });
	sim_enter_context((enum sim_context)context);
	if (context == CONTEXT_RCU)
		model_reader_begins(w->model, world_cpu());
	if (!bad)
		bad = world_execute(w, step, op, a);
	if (context == CONTEXT_RCU)
		model_reader_ends(w->model, world_cpu());
	sim_leave_context((enum sim_context)context);
	set_place(w, below);
	w->nesting[world_cpu()]--;
	mark_slots(w, op, a, false);
	if (!bad && !(bad = check_middle(w)))
		return;
	w->step = step;
	world_fail(w, bad);
	sched_leave(w->machine->host->sched);
}

/* --- the schedule's questions ------------------------------------------------------------------------------------------------ */

static bool is_started(const struct world *w, u32 step)
{
	return w->started[step / 8] >> (step % 8) & 1;
}

static void mark_started(struct world *w, u32 step)
{
	w->started[step / 8] |= (u8)(1u << (step % 8));
}

static unsigned cpu_of(const struct world *w, const struct instr *in)
{
	return in->cpu % w->machine->param[PARAM_CPUS];
}

static bool runs(const struct instr *in)
{
	const struct op *op = op_by_code(in->code);

	return op && !(op->flags & OP_BOOT);
}

bool world_is_started(const struct world *w, u32 step)
{
	return is_started(w, step);
}

u32 world_next_on(const struct world *w, unsigned cpu)
{
	u32 nr_cpus = w->machine->param[PARAM_CPUS];

	for (u32 i = max_of(w->cursor, w->ahead[cpu]); i < w->program->nr_ops && i < w->until; i++) {
		const struct instr *in = &w->program->op[i];

		if (!is_started(w, i) && in->cpu % nr_cpus == cpu && runs(in))
			return i;
	}
	return SCHED_NONE;
}

u32 world_next_irq(const struct world *w, unsigned label)
{
	for (u32 i = w->cursor; label && i < w->program->nr_ops && i < w->until; i++) {
		const struct instr *in = &w->program->op[i];
		unsigned context = instr_context(in);

		if (instr_irq_label(in) != label || is_started(w, i) || !runs(in))
			continue;
		if (op_by_code(in->code)->flags & OP_TASK_ONLY) /* no interrupt: its task would run on top of another */
			continue;
		if (context == CONTEXT_HARDIRQ || context == CONTEXT_SOFTIRQ)
			return i;
	}
	return SCHED_NONE;
}

bool world_would_run(struct world *w, u32 step, unsigned cpu)
{
	const struct instr *in = &w->program->op[step];
	const struct op *op = op_by_code(in->code);
	struct sim_cpu *here = this_cpu;
	u64 a[MAX_ARGS];
	bool would;

	instr_args(op, in, a);
	this_cpu = &w->machine->cpu[cpu];
	would = is_to_run(w, op, op->flags & OP_TASK_ONLY ? CONTEXT_TASK : instr_context(in), a);
	this_cpu = here;
	return would;
}

static u32 started(struct world *w, u32 step)
{
	if (step != SCHED_NONE)
		mark_started(w, step);
	return step;
}

static u32 next_unstarted(void *arg, unsigned cpu)
{
	struct world *w = arg;
	u32 step = world_next_on(w, cpu);

	w->ahead[cpu] = step == SCHED_NONE ? w->program->nr_ops : step + 1;
	return started(w, step);
}

static u32 unstarted_irq(void *arg, unsigned label)
{
	return started(arg, world_next_irq(arg, label));
}

static u32 switches_of(void *arg, u32 step, const struct sched_switch **list)
{
	struct world *w = arg;

	if (step >= w->program->nr_ops || !w->program->op[step].nr_switches)
		return 0;
	if (op_by_code(w->program->op[step].code)->flags & OP_ONE_STEP)
		return 0;
	*list = w->program->sw + w->program->op[step].first_switch;
	return w->program->op[step].nr_switches;
}

/* --- end of program --------------------------------------------------------------------------------------------------------- */

static const char *free_all(struct world *w)
{
	const char *bad = NULL;
	bool ok;

	if (w->early && (bad = machine_hand_over(w, &ok)))
		return bad;
	w->machine->log_bytes = 0;
	if (w->vm_up)
		bad = vm_free_all(w);
	for (u32 i = 0; !bad && i < NR_SLOTS; i++)
		if (w->slot[i].state == SLOT_LIVE) {
			more_fuel(w);
			bad = page_free_slot(w, i);
		}
	if (!bad && w->slab_up && !(bad = slab_bugs_finish(w)) && !(bad = kmalloc_free_all(w)))
		bad = slab_free_all(w);
	return bad;
}

/* All that mm keeps to itself is given up: then what is free must be what was free at the start. */
static const char *settle(struct world *w)
{
	const char *bad;

	more_fuel(w);
	if (w->vm_up && (bad = vm_finish(w)))
		return bad;
	if ((bad = rcu_finish(w)) || (w->slab_up && (bad = slab_finish(w))))
		return bad;
	model_begin_settle(w->model, world_cpu());
	page_alloc_settle();
	if ((bad = world_drain(w)) || (bad = model_settled(w->model, world_cpu())))
		return bad;
	return model_end(w->model, world_cpu());
}

static void run_step(void *arg, u32 step)
{
	struct world *w = arg;
	const char *bad;

	if (step < w->program->nr_ops) {
		run_op(w, step);
		return;
	}
	sim_watchdog_kick();
	if (step == STEP_PREFILL) {
		bad = world_prefill(w, (enum start_state)w->program->header.start);
	} else {
		w->step = step;
		bad = free_all(w);
		bad = bad ? bad : settle(w);
	}
	if (bad)
		world_fail(w, bad);
}

/* A client wanted that rather than a refusal; what was announced before says whether one was due. */
static void panics(struct world *w)
{
	const char *bad = world_drain(w);

	if (bad)
		world_fail(w, bad);
	else if (slab_may_panic(w) || (w->vm_up && model_oom_panics(w->model)))
		w->panicked = true;
	else
		fail_by_stop(w, &w->machine->stop);
}

static bool sched_step(struct world *w, unsigned cpu, u32 step)
{
	bool ran = sched_run(w->machine->host->sched, cpu, step);
	const char *bad = ran && w->machine->nr_events ? world_drain(w) : NULL; /* of kernel threads that ran behind it */

	if (bad)
		world_fail(w, bad);
	if (!ran && w->machine->stop.kind == STOP_PANIC)
		panics(w);
	else if (!ran)
		fail_by_stop(w, &w->machine->stop);
	else if (unlikely(w->verdict.failed))
		sched_abandon(w->machine->host->sched);
	return !w->verdict.failed && !w->panicked;
}

static bool recount(struct world *w)
{
	const char *bad = w->no_recount ? NULL : world_recount(w);

	if (bad)
		world_fail(w, bad);
	return !bad;
}

static void run_ops(struct world *w)
{
	bool always = w->program->header.flags & HEADER_RECOUNT_ALWAYS;

	for (w->cursor = 0; w->cursor < w->program->nr_ops && w->cursor < w->until; w->cursor++) {
		const struct instr *in = &w->program->op[w->cursor];

		if (is_started(w, w->cursor) || !runs(in))
			continue;
		if (unlikely(w->probe))
			probe_quiet(w);
		mark_started(w, w->cursor);
		w->machine->now_ns += 1000;
		model_clock(w->model, w->machine->now_ns);
		if (!sched_step(w, cpu_of(w, in), w->cursor))
			return;
		if ((always || w->since_recount >= RECOUNT_EVERY) && !recount(w))
			return;
	}
}

static void finish(struct world *w)
{
	const char *bad;

	w->step = w->program->nr_ops;
	w->digest = model_digest(w->model, w->digest);
	if (unlikely(w->probe))
		probe_end(w);
	w->deep |= w->model->deep | (sched_contended(w->machine->host->sched) != w->contended ? DEEP_CONTENDED : 0);
	if (w->vm_up)
		w->deep |= (w->announced[EVENT_RECLAIM] >> RECLAIM_DIRECT_BEGINS & 1 ? DEEP_RECLAIM : 0) |
			   (w->announced[EVENT_SWAP] >> SWAP_TAKEN & 1 ? DEEP_SWAP : 0) | (w->announced[EVENT_OOM] ? DEEP_OOM : 0);
	world_count_depth(w);
	memcpy(w->mark, mm_marks(), sizeof(w->mark));
	if (w->until != ~0u || w->panicked)
		return;
	if (w->since_recount && !recount(w))
		return;
	w->rig_dirty |= w->early || w->vm_up;
	if (!sched_step(w, 0, w->program->nr_ops))
		return;
	bad = world_check_settled(w);
	if (bad)
		world_fail(w, bad);
}

/* --- rigs --------------------------------------------------------------------------------------------------------------------- */

static void add_counts(struct model_counts *sum, const struct model_counts *c)
{
	sum->success += c->success;
	sum->success_forced += c->success_forced;
	sum->refusal += c->refusal;
	sum->refusal_forced += c->refusal_forced;
	sum->report += c->report;
	sum->report_forced += c->report_forced;
	sum->choices += c->choices;
	sum->choice_sum += c->choice_sum;
}

static void rig_destroy(struct rig *r)
{
	if (!r)
		return;
	if (r->machine)
		machine_destroy(r->machine);
	model_destroy(r->model);
	free(r);
}

static void model_setup_from(struct model_setup *s, const struct program *p);

/* What the program finds in use when it begins. */
static void prefill(struct world *w, struct rig *r)
{
	u32 passed[NR_MARKS], *marks;

	w->machine = r->machine;
	w->model = r->model;
	w->slab_up = r->slab_up = w->vm_up = r->vm_up = false;
	w->panicked = false; /* the program before may have */
	r->start = w->program->header.start;
	memset(r->prefilled, 0, sizeof(r->prefilled));
	if (r->early || r->dead || w->program->header.start < START_NEARLY_FULL)
		return;
	if (w->program->header.profile == PROFILE_REAL && w->program->header.start < START_SLAB)
		return;
	marks = mm_marks();
	memcpy(passed, marks, sizeof(passed));
	if (!sched_step(w, 0, STEP_PREFILL) && w->panicked) /* too little memory for what it starts with */
		r->dead = r->panicked = true;
	memcpy(marks, passed, sizeof(passed)); /* of the boot alone: a program shows the rest itself */
	r->slab_up = w->slab_up;
	r->vm_up = w->vm_up;
	for (unsigned z = 0; z < MODEL_NR_ZONES; z++)
		r->prefilled[z] = w->vm_up ? w->held[z] : r->model->zone[z].managed - r->model->zone[z].free;
}

/* Boot the machine that lies ready in r. */
static void rig_boot(struct world *w, struct rig *r)
{
	struct sched_client client = { w, run_step, next_unstarted, unstarted_irq, switches_of, probe_switch, probe_point };

	machine_enter(r->machine, 0);
	r->machine->host->event_full = drain_full_ring;
	r->machine->host->event_full_arg = w;
	w->booting = true;
	r->panicked = false;
	r->dead = (r->early ? mm_boot_early() : mm_boot()) != 0;
	w->booting = false;
	r->machine->nr_events = 0;
	r->machine->log_bytes = 0;
	if (!r->machine->host->sched)
		sched_create(r->machine);
	sched_set_client(r->machine->host->sched, &client);
	prefill(w, r);
	r->model->deep = 0;
	machine_seal(r->machine);
	model_seal(r->model);
}

static struct rig *rig_create(struct world *w, const struct program *p, const struct machine_config *config, bool early)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct model_setup setup;

	r->config = *config;
	r->early = early;
	r->machine = machine_create(config);
	model_setup_from(&setup, p);
	r->model = model_create(&setup);
	if (!r->machine || !r->model) {
		rig_destroy(r);
		return NULL;
	}
	rig_boot(w, r);
	return r;
}

/* Another machine in the mappings of the last one: a fraction of the price of new ones. */
static bool rig_rebuild(struct world *w, struct rig *r, const struct program *p, const struct machine_config *config,
			bool early)
{
	struct model_setup setup;

	model_setup_from(&setup, p);
	if (!r || !model_rebuild(r->model, &setup) || !machine_rebuild(r->machine, config))
		return false;
	r->config = *config;
	r->early = early;
	r->used = r->dirty = r->broken = false;
	rig_boot(w, r);
	return true;
}

/* The boot operations of a program: those before the first other one. */
u32 program_boot_ops(const struct program *p)
{
	u32 n = 0;

	while (n < p->nr_ops) {
		const struct op *op = op_by_code(p->op[n].code);

		if (!op || !(op->flags & OP_BOOT))
			break;
		n++;
	}
	return n;
}

/* What both sides are told: knobs by number, regions as asked. Only the profile `real` may be large. */
#define MOST_FRAMES 4096

bool knob_counts(enum sim_profile profile, const u64 *a)
{
	return a[1] >= sim_params[a[0]].lowest && a[1] <= sim_params[a[0]].highest &&
	       (a[0] != PARAM_FRAMES || a[1] <= MOST_FRAMES || profile == PROFILE_REAL);
}

static void config_from(struct machine_config *c, const struct program *p)
{
	u32 n = program_boot_ops(p);
	unsigned regions = 0;

	memset(c, 0, sizeof(*c));
	machine_config_profile(c, (enum sim_profile)p->header.profile);
	for (u32 i = 0; i < n; i++) {
		const struct op *op = op_by_code(p->op[i].code);
		u64 a[MAX_ARGS];

		instr_args(op, &p->op[i], a);
		if (op_is_slab_debug(op))
			continue;
		if (op_is_knob(op)) {
			if (knob_counts(c->profile, a))
				c->param[a[0]] = (u32)a[1];
		} else if (regions < SIM_MAX_REGIONS) {
			c->map[regions++] = (struct sim_region){ a[0], a[1], (u8)a[2], (u8)(a[3] % MAX_NUMNODES) };
		}
	}
	if (regions)
		c->nr_regions = regions;
	else
		c->nr_regions = sim_profile_map(c->profile, c->param[PARAM_FRAMES], c->map);
}

/* Not on big machines: memblock's model keeps a byte for each few bytes of memory. */
static bool starts_early(const struct program *p)
{
	return p->header.start == START_EARLY && p->header.profile != PROFILE_REAL;
}

static void model_setup_from(struct model_setup *s, const struct program *p)
{
	u32 n = program_boot_ops(p);
	unsigned regions = 0;

	model_setup_profile(s, p->header.profile);
	s->early = starts_early(p);
	program_slab_debug(p, s->slab_debug);
	for (u32 i = 0; i < n; i++) {
		const struct op *op = op_by_code(p->op[i].code);
		u64 a[MAX_ARGS];

		instr_args(op, &p->op[i], a);
		if (op_is_slab_debug(op))
			continue;
		if (op_is_knob(op)) {
			if (model_knob_in_range((unsigned)a[0], (u32)a[1]) &&
			    (a[0] != KNOB_FRAMES || a[1] <= MOST_FRAMES || s->profile == PROFILE_REAL))
				s->knob[a[0]] = (u32)a[1];
		} else if (regions < MODEL_MAX_REGIONS) {
			s->region[regions++] = (struct model_region){ a[0], a[1], (u8)a[2], (u8)(a[3] % MAX_NUMNODES) };
		}
	}
	if (regions)
		s->nr_regions = regions;
}

/* The next program that wants it boots another one. */
static void rig_discard(struct world *w, struct rig *r)
{
	unsigned i = 0;

	while (w->rig[i] != r)
		i++;
	w->rig[i] = NULL;
	add_counts(&w->retired, &r->model->counts);
	rig_destroy(r);
}

static struct rig *rig_for(struct world *w, const struct program *p)
{
	bool early = starts_early(p);
	u32 slot = p->header.profile * NR_START_STATES + p->header.start;
	struct machine_config config;
	char slab_debug[SLAB_DEBUG_BYTES];

	if (!program_boot_ops(p)) {
		if (w->rig[slot])
			return w->rig[slot];
		config_from(&config, p);
		return w->rig[slot] = rig_create(w, p, &config, early);
	}
	config_from(&config, p);
	program_slab_debug(p, slab_debug);
	config.capacity = p->header.profile == PROFILE_REAL ? 0 : MOST_FRAMES;
	if (w->rig[CUSTOM_RIG] && w->rig[CUSTOM_RIG]->start == p->header.start && !w->boot_anew &&
	    !memcmp(&w->rig[CUSTOM_RIG]->config, &config, sizeof(config)) &&
	    !strcmp(w->rig[CUSTOM_RIG]->model->setup.slab_debug, slab_debug))
		return w->rig[CUSTOM_RIG];
	if (rig_rebuild(w, w->rig[CUSTOM_RIG], p, &config, early))
		return w->rig[CUSTOM_RIG];
	if (w->rig[CUSTOM_RIG])
		rig_discard(w, w->rig[CUSTOM_RIG]);
	return w->rig[CUSTOM_RIG] = rig_create(w, p, &config, early);
}

/* Reset by copy where there is an image; machines too big for one are booted again. */
static struct rig *rig_ready(struct world *w, const struct program *p)
{
	struct rig *r = rig_for(w, p);

	if (r && r->broken) {
		rig_discard(w, r);
		return rig_for(w, p);
	}
	if (!r || !r->used)
		return r;
	if (r->dirty ? machine_reset_hard(r->machine) : machine_reset(r->machine)) {
		model_reset(r->model);
		return r;
	}
	if (rig_rebuild(w, r, p, &r->config, r->early))
		return r;
	rig_discard(w, r);
	return rig_for(w, p);
}

/* --- whole programs ------------------------------------------------------------------------------------------------------------- */

/* They are many bytes, and a program on a machine without caches touches none. */
static void forget_objects(struct world *w, bool slab_up)
{
	if (w->had_objects) {
		memset(w->object, 0, sizeof(w->object));
		memset(w->kmalloc, 0, sizeof(w->kmalloc));
		memset(w->cache, 0, sizeof(w->cache));
		memset(w->cache_uses, 0, sizeof(w->cache_uses));
		memset(w->cache_dying, 0, sizeof(w->cache_dying));
	}
	w->had_objects = slab_up;
}

static void prepare(struct world *w, const struct program *p, struct rig *r)
{
	u32 bytes = p->nr_ops / 8 + 1;

	w->current = r;
	w->prefilled = r->prefilled;
	w->machine = r->machine;
	w->model = r->model;
	machine_enter(r->machine, 0);
	w->machine->chance = p->header.seed;
	w->early = r->early;
	w->contents_whole = (p->header.flags & HEADER_CONTENTS_WHOLE) || contents_always_whole();
	w->since_recount = 0;
	w->rig_dirty = r->early || r->vm_up; /* a device that is no more in use at its end took frames of the boot image with it */
	w->deep = 0;
	w->contended = sched_contended(w->machine->host->sched);
	memset(w->announced, 0, sizeof(w->announced));
	memset(w->mark, 0, sizeof(w->mark));
	if (bytes > w->started_room) {
		w->started_room = bytes * 2;
		w->started = realloc(w->started, w->started_room);
	}
	memset(w->started, 0, bytes);
	memset(w->slot, 0, sizeof(w->slot));
	memset(w->slot_busy, 0, sizeof(w->slot_busy));
	memset(w->slot_shares, 0, sizeof(w->slot_shares));
	forget_objects(w, r->slab_up);
	w->panicked = false;
	w->slab_up = r->slab_up;
	w->vm_up = r->vm_up;
	w->writes = 0;
	memset(w->task, 0, sizeof(w->task));
	memset(w->pin, 0, sizeof(w->pin));
	memset(w->rcu_walks, 0, sizeof(w->rcu_walks));
	memset(w->nesting, 0, sizeof(w->nesting));
	memset(w->ahead, 0, sizeof(w->ahead));
	for (u32 i = 0; i < w->outcome_room; i++) {
		free(w->outcome[i]);
		w->outcome[i] = NULL;
	}
	if (w->record && p->nr_ops > w->outcome_room) {
		w->outcome = realloc(w->outcome, p->nr_ops * sizeof(*w->outcome));
		memset(w->outcome + w->outcome_room, 0, (p->nr_ops - w->outcome_room) * sizeof(*w->outcome));
		w->outcome_room = p->nr_ops;
	}
}

static bool check_boot_once(struct world *w)
{
	const char *bad;

	if (w->current->used || w->current->panicked)
		return true;
	bad = world_check_boot(w, !w->current->dead);
	if (bad)
		world_fail(w, bad);
	else
		w->current->used = true;
	return !bad;
}

const struct verdict *lockstep_run(struct world *w, const struct program *p)
{
	struct rig *r;

	w->program = p;
	w->digest = fold(0xcbf29ce484222325ULL, p->header.profile << 8 | p->header.start);
	w->verdict = (struct verdict){ 0 };
	w->step = (u32)-1;
	w->stats.programs++;
	r = rig_ready(w, p);
	if (w->verdict.failed) { /* while it booted, before the first operation */
		r->broken = true;
		return &w->verdict;
	}
	if (!r) {
		world_fail(w, "host: not enough memory for this machine");
		return &w->verdict;
	}
	prepare(w, p, r);
	sched_watch(r->machine->host->sched, w->probe && w->probe->watch);
	r->dirty = true;
	if (check_boot_once(w) && !r->dead) {
		run_ops(w);
		if (!w->verdict.failed)
			finish(w);
	}
	r->dirty = w->verdict.failed || w->rig_dirty || w->panicked || w->until != ~0u;
	return &w->verdict;
}

struct model_counts world_counts(const struct world *w)
{
	struct model_counts sum = w->retired;

	for (size_t i = 0; i < ARRAY_SIZE(w->rig); i++)
		if (w->rig[i])
			add_counts(&sum, &w->rig[i]->model->counts);
	return sum;
}

char *const *lockstep_outcome(struct world *w)
{
	return w->outcome;
}

struct world *world_create(void)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->until = ~0u;
	w->block_room = 1024;
	w->blocks = malloc(w->block_room * sizeof(*w->blocks));
	return w;
}

bool world_make_repeatable(struct world *w)
{
	struct program p;
	bool good = true;

	program_init(&p);
	for (unsigned i = 0; i < PROFILE_REAL * NR_START_STATES; i++) {
		p.header.profile = (u8)(i / NR_START_STATES);
		p.header.start = (u8)(i % NR_START_STATES);
		good &= strcmp(lockstep_run(w, &p)->clause, "host") != 0;
	}
	program_free(&p);
	w->stats = (struct run_stats){ 0 };
	w->boot_anew = true;
	return good;
}

void world_destroy(struct world *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(w->rig); i++)
		rig_destroy(w->rig[i]);
	for (u32 i = 0; i < w->outcome_room; i++)
		free(w->outcome[i]);
	free(w->outcome);
	free(w->started);
	free(w->blocks);
	free(w);
}
