/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_oom_model.c - who checks the judge of the OOM killer.
 *
 * An honest program makes two tasks, a request comes to the OOM killer, and then it is told what nobody may do: each
 * sentence of vm_oom.c must be said once. What it is about at large (need, waits, kswapd) is test_liveness.c's.
 */
#include "lied_to.h"
#include "../model/vm_state.h"

#define TASKS "0: t0 = task_create adj=0\n1: t1 = task_create adj=500\n2: task_write_row t1 vpn=0 nr=3 fill=words\n"

static struct flight *flight(void)
{
	return &w->model->flight[0][w->model->depth[0] - 1];
}
static struct vm_oom *kills(void)
{
	return &w->model->vm->live.oom;
}
static struct vm_task_state *task(unsigned nr)
{
	return &w->model->vm->task[nr];
}
static u64 points(unsigned nr)
{
	return (u64)vm_badness(w->model, nr);
}

/* Nobody asks for anything. */
static void idle(void)
{
	state_of("mmcheck-trace 1 profile=small start=pressure", TASKS);
	task(0)->adj = 0;
	task(1)->adj = 500;
}
/* One asks, who is no task. */
static void asked(gfp_t gfp)
{
	idle();
	model_begin_alloc(w->model, 0, 0, 0, NUMA_NO_NODE, gfp, 0);
	flight()->steady = false; /* its ladder is judged elsewhere */
}

static const char *oom(unsigned news, unsigned nr, u64 index)
{
	return TELL(.type = EVENT_OOM, .report = (u8)news, .vm_task = (u8)nr, .index = index);
}
static const char *knob(unsigned news, u32 value)
{
	return TELL(.type = EVENT_OOM, .report = (u8)news, .vm_task = VM_NOBODY, .asked = value);
}
static const char *called(unsigned order, unsigned by)
{
	return TELL(.type = EVENT_OOM, .report = OOM_INVOKED, .order = (u8)order, .gfp = flight()->gfp,
		    .vm_task = (u8)by);
}

/* The request may kill, nobody has freed anything, and now something is decided. */
static void deciding(gfp_t gfp)
{
	asked(gfp);
	says_clause(called(0, VM_NOBODY), NULL, "the OOM killer is called");
	oom(OOM_NOTIFIED, VM_NOBODY, 0);
}
/* And task 0 is who asks. */
static void task_asks(gfp_t gfp, bool killed)
{
	deciding(gfp);
	kills()->asks = 0;
	task(0)->killed = killed;
}
static void look_at_both(void)
{
	says_clause(oom(OOM_BADNESS, 0, points(0)), NULL, "a task is looked at");
	says_clause(oom(OOM_BADNESS, 1, points(1)), NULL, "and the other");
}

static void test_calls(void)
{
	deciding(GFP_KERNEL);
	says_clause(called(0, VM_NOBODY), "O8", "somebody calls while somebody decides: O8");
	says_clause(oom(OOM_BUSY, VM_NOBODY, 0), "O8", "who has the lock finds it taken: O8");
	asked(GFP_KERNEL);
	says_clause(called(1, VM_NOBODY), "O11", "called for another order: O11");
	says_clause(called(0, 1), "O11", "by another task: O11");
	idle();
	says_clause(oom(OOM_BUSY, VM_NOBODY, 0), "O8", "the lock is found taken, and nobody looks: O8");
	asked(GFP_KERNEL);
	flight()->steady = true;
	says_clause(oom(OOM_BUSY, VM_NOBODY, 0), "L6", "before reclaim: L6");
	asked(GFP_ATOMIC);
	says_clause(oom(OOM_BUSY, VM_NOBODY, 0), "L6", "an atomic request comes that far: L6");
	says_clause(oom(99, VM_NOBODY, 0), "O5", "there is no such news: O5");
}

/* Each of them needs a call that has gone before. */
static void test_uncalled(void)
{
	asked(GFP_KERNEL);
	says_clause(oom(OOM_NOTIFIED, VM_NOBODY, 0), "O5", "notifiers without a call: O5");
	says_clause(oom(OOM_BADNESS, 0, points(0)), "O5", "a look without: O5");
	says_clause(oom(OOM_CURRENT_DIES, 0, 0), "O5", "reserves without: O5");
	says_clause(oom(OOM_DECLINED, VM_NOBODY, 0), "O4", "declined without: O4");
	says_clause(knob(OOM_DECLINED, 1), "L6", "declined before the call, and may kill: L6");
}

static void test_declined(void)
{
	deciding(GFP_KERNEL);
	says_clause(oom(OOM_DECLINED, VM_NOBODY, 0), "O4", "declined, and may wait for the filesystem: O4");
	task_asks(GFP_NOFS, true);
	says_clause(oom(OOM_DECLINED, VM_NOBODY, 0), "O5", "who is to end is declined: O5");
	task_asks(GFP_NOFS, false);
	says_clause(oom(OOM_DECLINED, VM_NOBODY, 0), NULL, "who is not may be");
}

static void test_looks(void)
{
	task_asks(GFP_KERNEL, true);
	says_clause(oom(OOM_BADNESS, 1, points(1)), "O5", "who asks is to end, and others are looked at: O5");
	deciding(GFP_KERNEL);
	oom(OOM_BADNESS, 0, points(0));
	says_clause(oom(OOM_BADNESS, 0, points(0)), "O3", "looked at twice: O3");
	says_clause(oom(OOM_WAITS, 0, 0), "O4", "waited for, and no victim: O4");
	deciding(GFP_KERNEL);
	w->model->vm->knob[VM_PANIC_ON_OOM] = 1;
	says_clause(oom(OOM_BADNESS, 0, points(0)), "O5", "looked at, and the machine is to stop: O5");
}

static void test_choice(void)
{
	deciding(GFP_KERNEL);
	look_at_both();
	says_clause(oom(OOM_KILL, 1, points(1) + 1), "O1", "killed with other points: O1");
	task(1)->killed = true;
	says_clause(oom(OOM_KILL, 1, points(1)), "O5", "killed, and is to end anyway: O5");
	task(0)->adj = OOM_SCORE_ADJ_MIN;
	says_clause(oom(OOM_KILL, 0, 0), "LV8", "killed, and never may be: LV8");
	task_asks(GFP_KERNEL, false);
	w->model->vm->knob[VM_OOM_KILL_ALLOCATING_TASK] = 1;
	says_clause(oom(OOM_KILL, 1, points(1)), "O5", "killed, and another one asks: O5");
	deciding(GFP_KERNEL);
	says_clause(oom(OOM_CURRENT_DIES, 0, 0), "O5", "gets the reserves, and is not to end: O5");
}

/* The balloon has so many pages, and gives back so many of them when it is told. */
static void balloon_gives(u32 has, u32 gives)
{
	asked(GFP_KERNEL);
	called(0, VM_NOBODY);
	w->model->vm->sums.balloon = has - gives;
	kills()->given_back = gives;
}
static void test_notifiers(void)
{
	balloon_gives(5, 5);
	says_clause(knob(OOM_NOTIFIED, 5), NULL, "all of a small balloon comes back");
	says_clause(oom(OOM_BADNESS, 0, points(0)), "O5", "and somebody is looked at: O5");
	balloon_gives(5, 0);
	says_clause(oom(OOM_BADNESS, 0, points(0)), "O5", "somebody is looked at, and nobody asked it: O5");
	balloon_gives(5, 5);
	says_clause(knob(OOM_NOTIFIED, 6), "O5", "more is said than came: O5");
	balloon_gives(5, 0);
	says_clause(knob(OOM_NOTIFIED, 0), "O5", "nothing came, and it has pages: O5");
	balloon_gives(5, 0);
	kills()->balloon_grew = true;
	says_clause(knob(OOM_NOTIFIED, 0), NULL, "it had none when it was asked");
	balloon_gives(BALLOON_OOM_PAGES + 1, BALLOON_OOM_PAGES);
	says_clause(knob(OOM_NOTIFIED, BALLOON_OOM_PAGES), NULL, "some of a large one");
	balloon_gives(BALLOON_OOM_PAGES + 1, BALLOON_OOM_PAGES + 1);
	says_clause(knob(OOM_NOTIFIED, BALLOON_OOM_PAGES + 1), "O5", "all of it: O5");
	w->model->vm->sums.balloon = 0;
}

static void test_stops(void)
{
	deciding(GFP_KERNEL);
	says_clause(knob(OOM_PANIC, 1), "O5", "the machine stops, and nobody said that it should: O5");
	task(0)->adj = OOM_SCORE_ADJ_MIN;
	task(1)->adj = OOM_SCORE_ADJ_MIN;
	kills()->marked = 1;
	says_clause(oom(OOM_NOBODY, VM_NOBODY, 0), "LV9", "it stops, and a victim still has memory: LV9");
}

static void test_ends(void)
{
	idle();
	model_begin_other(w->model, 0);
	kills()->marked = 1;
	kills()->killed_ns[0] = w->model->now_ns;
	says_clause(oom(OOM_REAP, 0, 0), "O7", "reaped at once: O7");
	says_clause(vm_oom_event(w->model, &(struct mm_event){.type = EVENT_TASK, .report = TASK_GONE, .vm_task = 0}),
		    "LV9", "gone, and still waited for: LV9");
	says_clause(oom(OOM_SKIP, 0, 0), NULL, "given up");
	says_clause(oom(OOM_SKIP, 0, 0), "O7", "and again: O7");
}

/* --- what the log says [O11] -------------------------------------------------------------------------------------- */

static void killed(void)
{
	deciding(GFP_KERNEL);
	look_at_both();
	says_clause(oom(OOM_KILL, 1, points(1)), NULL, "the worst is killed");
}

/* The whole report as it is due; in its longest piece one letter of the last line may be another one. */
static const char *report(bool wrong)
{
	static char text[20000];
	char *out = text, *longest = text;
	size_t most = 0;

	for (const char *at = w->model->vm->due.text, *end = at + w->model->vm->due.bytes; at < end;
	     at += strlen(at) + 1) {
		size_t bytes = strlen(at);

		memcpy(out, at, bytes);
		longest = bytes > most ? out + bytes - 2 : longest;
		most = bytes > most ? bytes : most;
		out += bytes;
	}
	*out = 0;
	*longest = wrong ? '?' : *longest;
	return text;
}

/* All pieces that are due, the last one first. */
static const char *backwards(void)
{
	static char text[20000];
	const char *due = w->model->vm->due.text;
	u32 bytes = w->model->vm->due.bytes, at = sizeof(text) - 1;

	for (u32 i = 0; i < bytes && strlen(due + i) < at; i += (u32)strlen(due + i) + 1) {
		at -= (u32)strlen(due + i);
		memcpy(text + at, due + i, strlen(due + i));
	}
	return text + at;
}

static const char *signalled(unsigned nr)
{
	return TELL(.type = EVENT_TASK, .report = TASK_KILLED, .vm_task = (u8)nr);
}

static void test_signals(void)
{
	killed();
	says_clause(signalled(1), NULL, "and gets its signal");
	says_clause(signalled(1), "O6", "which comes a second time: O6");
	killed();
	says_clause(signalled(0), "O6", "or another one gets it: O6");
	killed();
	says_clause(oom(OOM_SKIP, 1, 0), "O6", "or first something else happens: O6");
	killed();
	says_clause(vm_liveness_ends(w->model, 0), "O6", "or nothing: O6");
}

static void test_words(void)
{
	killed();
	ok(strstr(report(false), "Killed process") != NULL, "the report names who was killed");
	says_clause(model_judge_oom_text(w->model, report(false)), NULL, "the log has the report");
	killed();
	says_clause(model_judge_oom_text(w->model, backwards()), "O11", "it has it backwards: O11");
	killed();
	says_clause(model_judge_oom_text(w->model, "nothing happened\n"), "O11", "the log has no report: O11");
	killed();
	says_clause(model_judge_oom_text(w->model, report(true)), "O11", "it has another one: O11");
}

/* --- victims that are late [O7] ----------------------------------------------------------------------------------- */

/* Two victims, and a thousand seconds in which nobody comes. Task 0 was looked at just now, each time. */
static void test_late(void)
{
	const char *bad = NULL;

	idle();
	kills()->marked = 3;
	for (unsigned i = 0; !bad && i < 1000; i++) {
		model_clock(w->model, w->model->now_ns + 1000000000ULL);
		kills()->late[0] = 1;
		kills()->looked_ns[0] = w->model->now_ns;
		bad = vm_oom_overdue(w->model);
	}
	says_clause(bad, "LV9", "the second victim waits for ever: LV9");
	idle();
	kills()->marked = 3;
	kills()->skip = 1;
	kills()->killed_ns[1] = ~0ULL >> 1;
	bad = NULL;
	for (unsigned i = 0; !bad && i < 1000; i++) {
		model_clock(w->model, w->model->now_ns + 1000000000ULL);
		bad = vm_oom_overdue(w->model);
	}
	says_clause(bad, NULL, "nobody waits for one that was reaped, nor yet for one killed just now");
}

int main(void)
{
	w = world_create();
	test_calls();
	test_uncalled();
	test_declined();
	test_looks();
	test_choice();
	test_notifiers();
	test_stops();
	test_ends();
	test_signals();
	test_words();
	test_late();
	world_destroy(w);
	return tap_end();
}
