/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_block.c - requests to devices as mm makes them: bios, their reserve when there is no memory, a full queue, errors, what is
 * counted and announced.
 */
#include <errno.h>
#include "../mm/vm_internal.h"
#include "slab_boot.h"
#include "tap.h"

static struct machine *m;
static unsigned nr_ended, nr_failed;
static bool in_hardirq = true;

static void ended(struct page *page, int error)
{
	(void)page;
	nr_ended++;
	nr_failed += error == -EIO;
	in_hardirq &= this_cpu->hardirq == 1;
}

static unsigned io_news[NR_IO_NEWS][2], nr_waits;

static void read_news(struct machine *machine, void *unused)
{
	(void)unused;
	for (u32 i = 0; i < machine->nr_events; i++) {
		struct mm_event ev;

		memcpy(&ev, &machine->host->event[i], sizeof(ev));
		if (ev.type == EVENT_IO)
			io_news[ev.report][ev.on]++;
		nr_waits += ev.type == EVENT_WAIT && ev.report == WAIT_QUEUE && ev.on;
	}
	machine->nr_events = 0;
}

/* Announced since they were forgotten. */
static unsigned news(enum io_news what, bool write)
{
	read_news(m, NULL);
	return io_news[what][write];
}

static unsigned waits(void)
{
	read_news(m, NULL);
	return nr_waits;
}

static void forget_news(void)
{
	read_news(m, NULL);
	memset(io_news, 0, sizeof(io_news));
	nr_waits = nr_ended = nr_failed = 0;
}

static void wait_for_all(void)
{
	while (disk_next_ns() != ~0ULL) {
		sim_pass_time(100000);
		sim_run_kthreads();
	}
}

static void test_one(struct page *page)
{
	u64 out = vm_counter("pgpgout"), in = vm_counter("pgpgin");

	sim_page_fill(42, page_address(page));
	submit_page_io(page, 0, 17, true, ended);
	ok(news(IO_SUBMITTED, true) == 1 && !nr_ended, "a request is taken, which is announced, and has not ended yet");
	wait_for_all();
	ok(nr_ended == 1 && news(IO_DONE, true) == 1 && in_hardirq && vm_counter("pgpgin") == in, "  it ends in hardirq context, announced before");
	sim_page_fill(7, page_address(page));
	submit_page_io(page, 0, 17, false, ended);
	wait_for_all();
	ok(nr_ended == 2 && news(IO_DONE, false) == 1 && sim_page_holds(42, page_address(page)), "what was written is read");
	ok(vm_counter("pgpgout") - out == 4 && vm_counter("pgpgin") - in == 4, "both are counted, in kB");
}

static void test_errors(struct page *page)
{
	forget_news();
	sim_plan_fault(m, FAULT_DISK_WRITE, 0, 1);
	submit_page_io(page, 1, 3, true, ended);
	wait_for_all();
	ok(nr_failed == 1 && news(IO_FAILED, true) == 1 && !news(IO_DONE, true), "an error of the device is told, to all");
	submit_page_io(page, 1, 3, true, ended);
	wait_for_all();
	ok(nr_ended == 2 && nr_failed == 1, "once");
}

static void test_full_queue(struct page *page)
{
	forget_news();
	for (unsigned i = 0; i < 3 * DISK_QUEUE; i++)
		submit_page_io(page, 0, i, true, ended);
	ok(nr_ended == 2 * DISK_QUEUE && waits() == 2, "who finds a full queue waits until it has room");
	wait_for_all();
	ok(nr_ended == 3 * DISK_QUEUE && news(IO_SUBMITTED, true) == 3 * DISK_QUEUE, "and nothing is lost");
}

/* No page for a slab, on a CPU that has none. */
static void test_reserve(struct page *page)
{
	forget_news();
	machine_enter(m, 5);
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 1000);
	for (unsigned i = 0; i < 13; i++)
		submit_page_io(page, 0, i, true, ended);
	ok(m->fault[FAULT_PAGE_ALLOC].times < 1000, "there is no memory for a bio");
	ok(waits() == 3 && nr_ended == 12, "four are in reserve: the next one waits for these");
	wait_for_all();
	same_number(nr_ended, 13, "and nothing is lost");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 0);
	forget_news();
	for (unsigned i = 0; i < 13; i++)
		submit_page_io(page, 0, i, true, ended);
	ok(!waits() && !nr_ended, "with memory nobody waits");
	wait_for_all();
	machine_enter(m, 0);
}

int main(void)
{
	struct page *page;

	m = boot_slab(NULL, PARAM_NODES, 4);
	if (!m || vm_init()) {
		ok(false, "tasks and files boot");
		return tap_end();
	}
	m->host->event_full = read_news;
	page = alloc_pages(GFP_KERNEL, 0);
	forget_news();
	test_one(page);
	test_errors(page);
	test_full_queue(page);
	test_reserve(page);
	machine_destroy(m);
	return tap_end();
}
