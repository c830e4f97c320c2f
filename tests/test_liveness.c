/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_liveness.c - who checks the judges of waits, reclaim, refusals and kills.
 *
 * An honest program brings machine and model into a state. Then the model is told what should never be: a request that may not sleep
 * waits, a kill that nobody needs, a victim that is not the worst. Exactly the clause that is due must be said.
 */
#include "lied_to.h"
#include "../model/vm_state.h"

#define QUIET "0: sleep ms=1\n"
#define TASKS "0: t0 = task_create adj=0\n1: t1 = task_create adj=500\n2: task_write_row t1 vpn=0 nr=3 fill=words\n"

static void state(const char *ops)
{
	state_of("mmcheck-trace 1 profile=small start=pressure", ops);
}

static void ask(gfp_t gfp, unsigned order)
{
	model_begin_alloc(w->model, 0, 0, 0, NUMA_NO_NODE, gfp, order);
}
static struct flight *flight(void)
{
	return &w->model->flight[0][w->model->depth[0] - 1];
}
static const char *refused(void)
{
	flight()->steady = false; /* its ladder is judged elsewhere */
	return vm_judge_refusal(w->model, flight());
}
static const char *waits(unsigned what, bool on, u64 pfn)
{
	return TELL(.type = EVENT_WAIT, .report = (u8)what, .on = on, .pfn = pfn);
}
static const char *reclaim(unsigned news)
{
	return TELL(.type = EVENT_RECLAIM, .report = (u8)news, .nid = 255, .order = flight()->order);
}
static const char *oom(unsigned news, unsigned task, u64 index)
{
	return TELL(.type = EVENT_OOM, .report = (u8)news, .vm_task = (u8)task, .index = index);
}
static u64 points(unsigned task)
{
	return (u64)vm_badness(w->model, task);
}

static void test_refusals(void)
{
	static const struct {
		gfp_t gfp;
		u8 order;
		enum vm_excuse excuse;
	} row[] = {
		{ GFP_ATOMIC, 0, VM_EXCUSE_NO_SLEEP },
		{ GFP_KERNEL | __GFP_NORETRY, 0, VM_EXCUSE_NORETRY },
		{ GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0, VM_EXCUSE_MAYFAIL },
		{ GFP_KERNEL, 4, VM_EXCUSE_COSTLY },
		{ GFP_KERNEL | __GFP_THISNODE, 0, VM_EXCUSE_PLACE },
		{ GFP_NOFS, 0, VM_EXCUSE_NO_FS },
		{ GFP_KERNEL | __GFP_NOFAIL, 4, VM_EXCUSE_NOBODY_DIES },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		state(TASKS);
		ask(row[i].gfp, row[i].order);
		says_clause(refused(), NULL, "a request with an excuse may be refused");
		same_number(w->model->vm->live.excused[row[i].excuse], 1, "and this is the excuse");
	}
	state(TASKS);
	w->model->vm->task[0].adj = 0;
	ask(GFP_KERNEL, 0);
	says_clause(refused(), "LV1", "an ordinary request is refused though somebody can be killed: LV1");
	state(TASKS);
	ask(GFP_KERNEL | __GFP_NOFAIL, 0);
	says_clause(refused(), "LV2", "one that must not fail is refused: LV2");
}

static void test_rounds(void)
{
	const char *bad = NULL;

	state(QUIET);
	ask(GFP_KERNEL | __GFP_NORETRY, 0);
	for (unsigned i = 0; i < 2; i++)
		bad = vm_reclaim_counted(w->model, flight(), &(struct mm_event){ .type = EVENT_DIRECT_RECLAIM, .asked = 1 }, 1);
	says_clause(bad, "LV3", "NORETRY reclaims twice: LV3");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	for (unsigned i = 0; !bad || i < 18; i++)
		bad = vm_reclaim_counted(w->model, flight(), &(struct mm_event){ .type = EVENT_DIRECT_RECLAIM }, 0);
	says_clause(bad, "LV3", "a request reclaims 18 times without success: LV3");
}

static void test_sleepers(void)
{
	state(QUIET);
	ask(GFP_ATOMIC, 0);
	says_clause(waits(WAIT_NO_PROGRESS, true, ~0ULL), "LV4", "an atomic request waits: LV4");
	state(QUIET);
	ask(GFP_NOWAIT, 0);
	says_clause(reclaim(RECLAIM_DIRECT_BEGINS), "LV4", "one that may not sleep reclaims: LV4");
	state(QUIET);
	ask(GFP_NOIO, 0);
	says_clause(reclaim(RECLAIM_DIRECT_BEGINS), NULL, "one without I/O reclaims");
	says_clause(vm_liveness_event(w->model, &(struct mm_event){ .type = EVENT_IO, .report = IO_SUBMITTED, .vm_device = 1 }),
		    "LV5", "and starts I/O: LV5");
	state("0: file_read file=1 index=3\n");
	ask(GFP_NOFS, 0);
	reclaim(RECLAIM_DIRECT_BEGINS);
	says_clause(TELL(.type = EVENT_INODE, .file = 1, .address = w->model->vm->file[1].object[0]), "LV5",
		    "one without the filesystem frees an inode: LV5");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	reclaim(RECLAIM_DIRECT_BEGINS);
	says_clause(waits(WAIT_PAGE_LOCK, true, 1), "LV5", "reclaim waits for a page lock: LV5");
}

/* The request is one of an operation's, not the operation itself. */
static void test_nested(void)
{
	struct model_vm_ask write = {.op = VM_OP_ACCESS, .task = 0, .index = 9, .write = true};

	state(TASKS "3: file_read file=1 index=3\n");
	model_begin_vm(w->model, 0, 0, &write);
	says_clause(TELL(.type = EVENT_VM_WANTED, .report = VM_USE_ANON, .gfp = GFP_NOFS, .nid = 255), NULL, "a task wants a page");
	says_clause(reclaim(RECLAIM_DIRECT_BEGINS), NULL, "and reclaims");
	says_clause(TELL(.type = EVENT_INODE, .file = 1, .address = w->model->vm->file[1].object[0]), "LV5",
		    "without the filesystem it frees an inode: LV5");
}

static void test_waits(void)
{
	state(QUIET);
	model_begin_other(w->model, 0);
	says_clause(waits(WAIT_WRITEBACK, true, 1), "LV10", "writeback is waited for that is not under way: LV10");
	state(QUIET);
	model_begin_other(w->model, 0);
	waits(WAIT_DIRTY, true, ~0ULL);
	model_clock(w->model, w->model->now_ns + 1000000000ULL);
	says_clause(waits(WAIT_DIRTY, false, ~0ULL), "LV10", "a writer waits for a second: LV10");
	state(QUIET);
	model_begin_other(w->model, 0);
	waits(WAIT_DIRTY, true, ~0ULL);
	says_clause(vm_liveness_ends(w->model, 0), "LV10", "an operation ends and still waits: LV10");
}

static void test_kswapd(void)
{
	state(QUIET);
	says_clause(TELL(.type = EVENT_KTHREAD, .kthread = VM_KSWAPD, .nid = 0, .on = true, .task = VM_KSWAPD + 1), "LV6",
		    "kswapd runs and nobody woke it: LV6");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	w->model->vm->live.node[0].failures = 16;
	says_clause(vm_judge_wakeup(w->model, flight(), &(struct mm_event){ .zone = 2, .gfp = GFP_KERNEL }), "LV6",
		    "a hopeless kswapd is woken: LV6");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	says_clause(vm_judge_wakeup(w->model, flight(), &(struct mm_event){ .zone = 2, .gfp = GFP_KERNEL }), "R11",
		    "kswapd of a balanced node is woken: R11");
}

/* A request that has come to the OOM killer. */
static void decision(gfp_t gfp, unsigned order)
{
	state(TASKS);
	w->model->vm->task[0].adj = 0;
	w->model->vm->task[1].adj = 500;
	ask(gfp, order);
	flight()->steady = false;
}
static const char *invoked(void)
{
	const char *bad = TELL(.type = EVENT_OOM, .report = OOM_INVOKED, .order = flight()->order, .gfp = flight()->gfp,
			       .vm_task = VM_NOBODY);

	if (!bad)
		oom(OOM_NOTIFIED, VM_NOBODY, 0);
	return bad;
}

static void test_kills(void)
{
	decision(GFP_KERNEL, 4);
	says_clause(invoked(), "LV7", "somebody is to be killed for a costly order: LV7");
	decision(GFP_KERNEL | __GFP_THISNODE, 0);
	says_clause(invoked(), "LV7", "or for a node: LV7");
	decision(GFP_KERNEL, 0);
	says_clause(invoked(), NULL, "an ordinary request may kill");
	says_clause(oom(OOM_BADNESS, 0, points(0) + 1), "O1", "badness is another one: O1");
	decision(GFP_KERNEL, 0);
	invoked();
	oom(OOM_BADNESS, 0, points(0));
	oom(OOM_BADNESS, 1, points(1));
	says_clause(oom(OOM_KILL, 0, points(0)), "LV8", "the victim is not the worst: LV8");
	decision(GFP_KERNEL, 0);
	invoked();
	oom(OOM_BADNESS, 0, points(0));
	says_clause(oom(OOM_KILL, 0, points(0)), "O3", "somebody was not looked at: O3");
	decision(GFP_KERNEL, 0);
	w->model->vm->task[0].adj = -1000;
	invoked();
	says_clause(oom(OOM_BADNESS, 0, 0), "LV8", "who must never be killed is a candidate: LV8");
	decision(GFP_NOFS, 0);
	invoked();
	says_clause(oom(OOM_BADNESS, 0, points(0)), "O4", "somebody is killed for NOFS: O4");
	decision(GFP_KERNEL, 0);
	invoked();
	says_clause(oom(OOM_NOBODY, VM_NOBODY, 0), "LV9", "deadlocked, though somebody can be killed: LV9");
	decision(GFP_KERNEL, 0);
	invoked();
	w->model->vm->live.oom.marked = 1;
	oom(OOM_BADNESS, 0, points(0));
	oom(OOM_BADNESS, 1, points(1));
	says_clause(oom(OOM_KILL, 1, points(1)), "LV9", "a second victim before the first is gone: LV9");
}

static void test_victims(void)
{
	const char *bad = NULL;

	state(TASKS);
	w->model->vm->live.oom.marked = 1;
	w->model->vm->live.oom.killed_ns[0] = w->model->now_ns;
	for (unsigned i = 0; !bad && i < 100; i++) {
		model_clock(w->model, w->model->now_ns + 1000000000ULL);
		bad = vm_oom_overdue(w->model);
	}
	says_clause(bad, "LV9", "a victim neither ends nor is reaped: LV9");
	state(TASKS);
	model_begin_other(w->model, 0);
	says_clause(oom(OOM_REAP, 0, 0), "O7", "the reaper takes what no victim had: O7");
	state(TASKS);
	model_begin_other(w->model, 0);
	says_clause(oom(OOM_SKIP, 0, 0), "O7", "who was no victim is not waited for any longer: O7");
}

/* --- each sentence once ------------------------------------------------------------------------------------------- */

static void test_reclaimers(void)
{
	struct mm_event ev = {.type = EVENT_DIRECT_RECLAIM, .asked = 1};

	state(QUIET);
	model_begin_other(w->model, 0);
	says_clause(reclaim(RECLAIM_DIRECT_BEGINS), "LV4", "somebody reclaims who asked for no page: LV4");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	flight()->task_flags |= 1;
	says_clause(reclaim(RECLAIM_DIRECT_BEGINS), "LV3", "who reclaims reclaims once more: LV3");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_DIRECT_BEGINS, .nid = 255, .order = 2), "L3",
		    "reclaim is for another order: L3");
	state(QUIET);
	ask(GFP_ATOMIC, 0);
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_NODE_BEGINS, .nid = 0), "LV4",
		    "an atomic request looks at a node: LV4");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_NODE_BEGINS, .nid = 0), "R18",
		    "a node is reclaimed from, though zone_reclaim_mode is 0: R18");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	reclaim(RECLAIM_DIRECT_BEGINS);
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_DIRECT_ENDS, .nid = 255, .index = 5), "L3",
		    "reclaim says that it freed what nobody saw coming: L3");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	says_clause(vm_reclaim_counted(w->model, flight(), &ev, 0), "L3", "the request is told another number: L3");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	says_clause(
		vm_liveness_event(w->model,
				  &(struct mm_event){.type = EVENT_RECLAIM, .report = RECLAIM_NODE_ENDS, .nid = 200}),
		"R3", "a node is reclaimed from that does not exist: R3");
	state(QUIET);
	ask(GFP_NOFS, 0);
	reclaim(RECLAIM_DIRECT_BEGINS);
	says_clause(vm_liveness_event(w->model,
				      &(struct mm_event){.type = EVENT_IO, .report = IO_SUBMITTED, .vm_device = 0}),
		    "LV5", "reclaim without the filesystem writes a file: LV5");
}

/* Clean pages of files that nobody uses, where the request may have them. */
static void clean_pages_where(unsigned nr, bool allowed)
{
	for (u64 pfn = 0; pfn < w->model->nr_frames && nr; pfn++) {
		unsigned z = model_zone_of(w->model, pfn);

		if (z == MODEL_NR_ZONES || w->model->zone[z].nid || ladder_may_use(w->model, flight(), z) != allowed)
			continue;
		*vm_change(w->model, pfn) = (struct vm_frame){
			.use = VM_USE_FILE + 1, .place = LRU_INACTIVE_FILE, .flags = VMF_TOUCHED | VMF_UPTODATE};
		nr--;
	}
}

static void clean_pages(unsigned nr)
{
	clean_pages_where(nr, true);
}

static void test_needless(void)
{
	state(QUIET);
	ask(GFP_KERNEL, 0);
	flight()->steady = false;
	clean_pages(200);
	says_clause(vm_judge_need(w->model, flight(), "a task is killed"), "LV7",
		    "pages that nobody uses would do: LV7");
	decision(GFP_KERNEL, 0);
	invoked();
	oom(OOM_BADNESS, 0, points(0));
	oom(OOM_BADNESS, 1, points(1));
	flight()->steady = true;
	says_clause(oom(OOM_KILL, 1, points(1)), "LV7", "somebody is killed while there is memory: LV7");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	clean_pages(1);
	says_clause(refused(), "LV1", "a request is refused though there is something to reclaim: LV1");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	clean_pages_where(1, false);
	says_clause(refused(), NULL, "or where it may not go");
	state(QUIET);
	ask(GFP_ATOMIC, 0);
	says_clause(ladder_decides(w->model, flight(), false), "L6", "an atomic request has somebody killed: L6");
	state(TASKS);
	ask(GFP_KERNEL, 0);
	flight()->steady = true;
	flight()->ladder.zone = MODEL_NR_ZONES;
	says_clause(invoked(), "L6", "somebody is to be killed before reclaim was tried: L6");
	decision(GFP_KERNEL, 0);
	invoked();
	says_clause(vm_liveness_ends(w->model, 0), "O5", "a request ends in the middle of a decision: O5");
}

/* kswapd of node 0: what it says. */
static const char *kthread(bool on)
{
	return TELL(.type = EVENT_KTHREAD, .kthread = VM_KSWAPD, .nid = 0, .on = on, .task = VM_KSWAPD + 1);
}
static const char *kswapd(unsigned news, unsigned order, unsigned asked, u64 index)
{
	return TELL(.type = EVENT_RECLAIM, .report = (u8)news, .nid = 0, .order = (u8)order,
		    .source_order = MAX_NR_ZONES - 1, .asked = asked, .index = index, .task = VM_KSWAPD + 1);
}
static void kswapd_runs(void)
{
	state(QUIET);
	w->model->kswapd_wanted[0] = true;
	says_clause(kthread(true), NULL, "kswapd was woken, and runs");
}
static void kswapd_balances(unsigned order)
{
	kswapd_runs();
	w->model->vm->live.node[0].order = (u8)order;
	says_clause(kswapd(RECLAIM_BALANCE_BEGINS, order, 0, 0), NULL, "kswapd balances its node");
}
static void node_is_short(void)
{
	for (unsigned z = 0; z < MAX_NR_ZONES; z++)
		w->model->zone[z].high = w->model->zone[z].managed + 1;
}

/* Of a node that naps: enough free for a page, not for a block of order 2. */
static void node_is_short_of_blocks(void)
{
	node_is_short();
	while (vm_kswapd_is_needed(w->model, 0, 0, MAX_NR_ZONES - 1))
		w->model->zone[2].high--;
}

static void test_throttled(void)
{
	kswapd_runs();
	says_clause(
		TELL(.type = EVENT_WAIT, .report = WAIT_PFMEMALLOC, .on = true, .pfn = ~0ULL, .task = VM_KSWAPD + 1),
		"R10", "kswapd waits for kswapd: R10");
	state(QUIET);
	ask(GFP_KERNEL, 0);
	says_clause(waits(WAIT_PFMEMALLOC, true, ~0ULL), "R10", "the kernel's own request is held up: R10");
	state(TASKS);
	ask(GFP_KERNEL, 0);
	w->model->vm->flight[0][0].is_op = true;
	w->model->vm->flight[0][0].ask = (struct model_vm_ask){.op = VM_OP_PIN, .task = 0};
	says_clause(waits(WAIT_PFMEMALLOC, true, ~0ULL), "R10", "a task is held up while there are reserves: R10");
}

static void test_reasons(void)
{
	state(QUIET);
	model_begin_other(w->model, 0);
	flight()->where |= MODEL_ATOMIC;
	says_clause(waits(WAIT_DIRTY, true, ~0ULL), "LV4", "who may not sleep waits, and asks for no page: LV4");
	state(QUIET);
	ask(GFP_NOIO, 0);
	reclaim(RECLAIM_DIRECT_BEGINS);
	says_clause(waits(WAIT_QUEUE, true, ~0ULL), "LV5", "reclaim without I/O waits for a device: LV5");
	state(QUIET);
	says_clause(waits(WAIT_DIRTY, true, ~0ULL), "LV10", "somebody waits who is not at work: LV10");
	state(QUIET);
	model_begin_other(w->model, 0);
	waits(WAIT_DIRTY, true, ~0ULL);
	says_clause(waits(WAIT_PAGE_LOCK, true, 1), "LV10", "somebody waits for two things: LV10");
	state(QUIET);
	model_begin_other(w->model, 0);
	says_clause(waits(WAIT_DIRTY, false, ~0ULL), "LV10", "a wait ends that never began: LV10");
	state(QUIET);
	model_begin_other(w->model, 0);
	says_clause(waits(NR_VM_WAITS, true, ~0ULL), "LV10", "something is waited for that does not exist: LV10");
	state(QUIET);
	model_begin_other(w->model, 0);
	waits(WAIT_DIRTY, true, ~0ULL);
	says_clause(vm_liveness_settled(w->model), "LV10", "all is over, and somebody waits: LV10");
	says_clause(vm_settled(w->model), "LV10", "which is asked when all is over: LV10");
}

static void test_wakeups(void)
{
	struct mm_event ev = {.zone = 2, .gfp = GFP_KERNEL};

	kswapd_runs();
	ask(GFP_KERNEL, 0);
	says_clause(vm_judge_wakeup(w->model, flight(), &ev), "LV6", "kswapd is woken while it runs: LV6");
	state(QUIET);
	ask(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM, 0);
	says_clause(vm_judge_wakeup(w->model, flight(), &ev), "L13", "kswapd is woken by a request without it: L13");
	state(QUIET);
	w->model->zone[2].boost = 9;
	says_clause(vm_judge_boost_end(w->model, &(struct mm_event){.type = EVENT_BOOST_END, .zone = 2, .index = 5}),
		    "R14", "half of a boost stays: R14");
	state(QUIET);
	says_clause(TELL(.type = EVENT_KTHREAD, .kthread = VM_KSWAPD, .nid = 200, .on = true, .task = VM_KSWAPD + 1),
		    "LV6", "kswapd runs for a node that does not exist: LV6");
	state(QUIET);
	w->model->kswapd_wanted[0] = true;
	says_clause(model_vm_is_quiet(w->model), "LV6", "all is quiet, and kswapd never came: LV6");
	kswapd_runs();
	says_clause(model_vm_is_quiet(w->model), "LV6", "all is quiet, and kswapd is at work: LV6");
}

static void test_balances(void)
{
	state(QUIET);
	model_begin_other(w->model, 0);
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_BALANCE_BEGINS, .nid = 0), "LV6",
		    "an operation balances a node: LV6");
	kswapd_runs();
	w->model->vm->live.node[0].failures = 16;
	says_clause(kswapd(RECLAIM_BALANCE_BEGINS, 0, 0, 0), "LV6", "kswapd of a hopeless node tries again: LV6");
	kswapd_runs();
	says_clause(kswapd(RECLAIM_BALANCE_BEGINS, 3, 0, 0), "LV6",
		    "kswapd works for an order that nobody wanted: LV6");
	kswapd_runs();
	says_clause(kswapd(RECLAIM_BALANCE_BEGINS, 0, 5, 0), "R14", "kswapd knows a boost that there is not: R14");
	kswapd_runs();
	says_clause(kswapd(RECLAIM_BALANCE_ENDS, 0, 0, 1), "LV6", "kswapd ends what it never began: LV6");
	kswapd_balances(0);
	says_clause(kswapd(RECLAIM_BALANCE_ENDS, 0, 3, 1), "R12", "kswapd reclaimed what nobody saw: R12");
	kswapd_balances(3);
	says_clause(kswapd(RECLAIM_BALANCE_ENDS, 0, 0, 1), "R12", "kswapd gives up its order for nothing: R12");
	kswapd_balances(0);
	node_is_short();
	says_clause(kswapd(RECLAIM_BALANCE_ENDS, 0, 0, 1), "LV6",
		    "kswapd says that a node is balanced which is not: LV6");
	kswapd_runs();
	w->model->zone[2].boost = 9;
	kswapd(RECLAIM_BALANCE_BEGINS, 0, 9, 0);
	says_clause(kswapd(RECLAIM_BALANCE_ENDS, 0, 0, 1), "R14", "kswapd leaves the boost as it was: R14");
	state(QUIET);
	model_begin_other(w->model, 0);
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_FAILURES, .nid = 0, .asked = 1), "R12",
		    "an operation counts kswapd's failures: R12");
	kswapd_balances(0);
	says_clause(kswapd(RECLAIM_FAILURES, 0, 5, 0), "R12", "kswapd counts its first failure as the fifth: R12");
}

static void test_naps(void)
{
	kswapd_balances(0);
	says_clause(kswapd(RECLAIM_KSWAPD_NAPS, 0, 0, 0), "LV6", "kswapd naps while it balances: LV6");
	kswapd_runs();
	says_clause(kswapd(RECLAIM_KSWAPD_NAPS, 0, 0, 0), NULL, "kswapd naps when there is nothing to do");
	w->model->kswapd_wanted[0] = true;
	says_clause(kthread(false), "LV6", "kswapd goes to sleep though it was woken: LV6");
	kswapd_runs();
	node_is_short();
	says_clause(kswapd(RECLAIM_KSWAPD_NAPS, 0, 0, 0), "LV6", "kswapd of a node that is short naps: LV6");
	state(QUIET);
	model_begin_other(w->model, 0);
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_KSWAPD_GOES_ON, .nid = 0), "LV6",
		    "an operation goes on as kswapd: LV6");
	kswapd_runs();
	kswapd(RECLAIM_KSWAPD_NAPS, 0, 0, 0);
	model_clock(w->model, w->model->now_ns + 10000000000ULL);
	w->model->kswapd_wanted[0] = true;
	says_clause(kswapd(RECLAIM_KSWAPD_GOES_ON, 0, 0, 0), "LV6", "kswapd naps for ten seconds: LV6");
	kswapd_runs();
	says_clause(kswapd(RECLAIM_KSWAPD_GOES_ON, 0, 0, 0), "LV6",
		    "kswapd goes on though there is nothing to do: LV6");
	kswapd_runs();
	w->model->vm->live.node[0].order = 2;
	says_clause(kswapd(RECLAIM_KSWAPD_NAPS, 0, 0, 0), NULL, "kswapd naps after it was told of blocks of order 2");
	node_is_short_of_blocks();
	says_clause(kthread(false), "LV6", "and sleeps though there are only pages: LV6");
}

int main(void)
{
	w = world_create();
	test_refusals();
	test_rounds();
	test_sleepers();
	test_nested();
	test_waits();
	test_kswapd();
	test_kills();
	test_victims();
	test_reclaimers();
	test_needless();
	test_throttled();
	test_reasons();
	test_wakeups();
	test_balances();
	test_naps();
	world_destroy(w);
	return tap_end();
}
