/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_disk.c - block devices: when requests end and in which order, what they move, errors, a full queue, and what a reset
 * forgets; pages that tell what they are.
 */
#include <errno.h>
#include "disk.h"
#include "stage.h"
#include "tap.h"

#define LATENCY_NS 100000
#define ALL_WORDS  (SIM_PAGE_SIZE / 8)

static struct {
	unsigned nr;
	u64 pfn[64];
	int error[64];
	bool write[64], hardirq;
} ended;

static void end_io(u64 pfn, bool write, int error, void *unused)
{
	(void)unused;
	if (ended.nr == 64)
		return;
	ended.hardirq &= this_cpu->hardirq == 1;
	ended.pfn[ended.nr] = pfn;
	ended.error[ended.nr] = error;
	ended.write[ended.nr++] = write;
}

static bool submit(unsigned device, u64 block, u64 pfn, bool write)
{
	return disk_submit((struct disk_request){ .write = write, .device = (u8)device, .block = block, .pfn = pfn, .end_io = end_io });
}

static void *ram(u64 pfn)
{
	return ram_address(stage.m, pfn);
}

/* Frames of a machine that is not booted are nobody's. */
static void own(u64 pfn, u64 key)
{
	tool_unpoison(ram(pfn), SIM_PAGE_SIZE);
	sim_page_fill(key, ram(pfn));
}

static void fresh(void)
{
	machine_reset_hard(stage.m);
	machine_enter(stage.m, 0);
	memset(&ended, 0, sizeof(ended));
	ended.hardirq = true;
}

static unsigned wait_ns(u64 ns)
{
	sim_pass_time(ns);
	return disk_complete();
}

/* One request, to its end; and of all that came before. */
static void move(unsigned device, u64 block, u64 pfn, bool write)
{
	submit(device, block, pfn, write);
	wait_ns(LATENCY_NS);
}

static void test_latency(void)
{
	fresh();
	own(10, 77);
	own(11, 5);
	own(12, 5);
	same_number(disk_next_ns(), ~0ULL, "nothing is under way");
	ok(submit(0, 3, 10, true) && disk_next_ns() == LATENCY_NS, "a request ends after its latency");
	sim_pass_time(400);
	ok(submit(0, 3, 11, false) && submit(0, 4, 12, false) && disk_next_ns() == LATENCY_NS, "the first one first");
	ok(!wait_ns(LATENCY_NS - 401) && !disk_is_due(NULL) && !ended.nr, "not a nanosecond before");
	ok(wait_ns(1) == 1 && ended.nr == 1 && ended.write[0] && ended.pfn[0] == 10, "then it does");
	ok(sim_page_holds(5, ram(11)), "a read has not reached RAM before its end");
	ok(wait_ns(400) == 2 && ended.pfn[1] == 11 && ended.pfn[2] == 12, "the others in the order they were submitted");
	ok(sim_page_holds(77, ram(11)), "what was written is read");
	ok(sim_page_holds(disk_virgin_key(0, 4), ram(12)), "a block that nobody wrote has a key of its own");
	ok(ended.hardirq && !this_cpu->hardirq, "end_io() runs in hardirq context");
	same_number(disk_next_ns(), ~0ULL, "and nothing is under way");
}

static void test_devices(void)
{
	fresh();
	own(10, 6);
	own(11, 7);
	own(12, 0);
	submit(1, 9, 10, true);
	move(2, 9, 11, true);
	move(1, 9, 12, false);
	ok(sim_page_holds(6, ram(12)), "devices have blocks of their own");
	move(3, 9, 12, false);
	ok(sim_page_holds(disk_virgin_key(3, 9), ram(12)), "  all of them");
}

/* RAM is looked at when the request ends. */
static void test_reuse(void)
{
	fresh();
	own(10, 6);
	own(11, 0);
	submit(0, 1, 10, true);
	sim_page_fill(9, ram(10));
	wait_ns(LATENCY_NS);
	move(0, 1, 11, false);
	ok(sim_page_holds(9, ram(11)), "who changes a page under write changes what is written");
	submit(0, 1, 11, false);
	sim_page_fill(13, ram(11));
	wait_ns(LATENCY_NS);
	ok(sim_page_holds(9, ram(11)), "who reuses a page under read loses what he put there");
}

static void test_errors(void)
{
	fresh();
	own(10, 6);
	own(11, 4);
	sim_plan_fault(stage.m, FAULT_DISK_WRITE, 1, 1);
	for (unsigned i = 0; i < 3; i++) {
		move(0, 20 + i, 10, true);
	}
	ok(!ended.error[0] && ended.error[1] == -EIO && !ended.error[2], "a write fails where it was planned");
	move(0, 21, 11, false);
	ok(!ended.error[3] && sim_page_holds(disk_virgin_key(0, 21), ram(11)), "  and moves nothing");
	sim_page_fill(4, ram(11));
	sim_plan_fault(stage.m, FAULT_DISK_READ, 0, 1);
	move(0, 20, 11, false);
	ok(ended.error[4] == -EIO && sim_page_holds(4, ram(11)), "nor does a read that fails");
	move(0, 20, 11, false);
	ok(!ended.error[5] && sim_page_holds(6, ram(11)), "the next one is as good as ever");
}

static void test_queue(void)
{
	unsigned taken = 0;

	fresh();
	own(10, 6);
	while (taken < 100 && submit(0, taken, 10, true))
		taken++;
	ok(taken == DISK_QUEUE && !disk_has_room(NULL), "a queue of 32 is full");
	ok(wait_ns(LATENCY_NS) == DISK_QUEUE && disk_has_room(NULL) && submit(0, 1, 10, true), "and empties at once");
	same_number(ended.nr, DISK_QUEUE, "each ends once");
}

static void test_reset(void)
{
	struct sim_snapshot *s;

	fresh();
	own(10, 6);
	for (unsigned i = 0; i < 1000; i++) {
		if (!submit(i % 4, i * 7919, 10, true))
			wait_ns(LATENCY_NS);
	}
	wait_ns(LATENCY_NS);
	submit(0, 1, 10, true);
	s = machine_snapshot(stage.m);
	sim_page_fill(8, ram(10));
	wait_ns(LATENCY_NS);
	if (s) {
		machine_restore(stage.m, s);
		same_number(wait_ns(LATENCY_NS), 1, "a snapshot has what is under way");
		own(11, 0);
		submit(0, 1, 11, false);
		move(1, 5 * 7919, 12, false);
		ok(sim_page_holds(6, ram(11)), "  and its blocks");
		own(11, 0);
		move(1, 5 * 7919, 11, false);
		ok(sim_page_holds(6, ram(11)), "  all of them");
	} else {
		skip("a snapshot has what is under way, and its blocks", "here a snapshot is a replay from boot");
	}
	snapshot_free(s);
	submit(0, 1, 10, true);
	fresh();
	ok(disk_next_ns() == ~0ULL && !wait_ns(LATENCY_NS), "a reset forgets what is under way");
	own(11, 0);
	for (unsigned i = 0; i < 1000; i += 100) {
		move(i % 4, i * 7919, 11, false);
		if (!sim_page_holds(disk_virgin_key(i % 4, i * 7919), ram(11)))
			ok(false, "block %u is forgotten", i * 7919);
	}
	machine_reset_hard(stage.m);
	ok(!machine_compare_with_image(stage.m), "and what was written, on the disk and in RAM");
}

/* --- pages ------------------------------------------------------------------------------------------------------------ */

static bool all_alike(const u64 *words, unsigned from, unsigned nr)
{
	for (unsigned i = 1; i < nr; i++)
		if (words[from + i] != words[from])
			return false;
	return true;
}

static unsigned different_lines(const u64 *words)
{
	unsigned nr = 0;

	for (unsigned line = 1; line < 64; line++)
		nr += words[line * 8] != words[(line - 1) * 8];
	return nr;
}

static void test_pages(void)
{
	static u64 page[ALL_WORDS], other[ALL_WORDS];
	unsigned mixed_up = 0, changed = 0, zeroes = 0, keys = 0;

	sim_page_fill(0, page);
	ok(all_alike(page, 0, ALL_WORDS) && !page[0], "key 0 is a page of zeroes");
	sim_page_fill(8, page);
	ok(all_alike(page, 0, ALL_WORDS) && page[0], "low bits 0: all words are alike");
	sim_page_fill(9, page);
	ok(different_lines(page) == 63 && all_alike(page, 0, 8) && all_alike(page, 504, 8), "1: each cache line is");
	sim_page_fill(10, page);
	ok(different_lines(page) == 63 && !all_alike(page, 0, 2) && !all_alike(page, 8, 2), "2: none are");
	for (u64 key = 0; key < 64; key++) {
		sim_page_fill(key, page);
		for (u64 k = 0; k < 64; k++)
			mixed_up += sim_page_holds(k, page) != (k == key);
		for (unsigned i = 0; i < ALL_WORDS; i += 73) {
			page[i] ^= 1ULL << (i + key) % 64;
			changed += !sim_page_holds(key, page);
			page[i] ^= 1ULL << (i + key) % 64;
		}
	}
	same_number(mixed_up, 0, "a page holds its key and no other");
	same_number(changed, 64 * 8, "one bit makes it another page");
	for (u64 block = 0; block < 1000; block++) {
		zeroes += !disk_virgin_key(0, block);
		keys |= 1u << (disk_virgin_key(0, block) & 3);
	}
	ok(!zeroes && keys == 15, "blocks that nobody wrote are of all kinds, and none is of zeroes");
	sim_page_fill(3, page);
	memcpy(other, page, sizeof(page));
	sim_page_fill(3, page);
	ok(!memcmp(other, page, sizeof(page)), "the same key is the same page");
}

int main(void)
{
	stage_open();
	test_latency();
	test_devices();
	test_reuse();
	test_errors();
	test_queue();
	test_reset();
	test_pages();
	stage_close();
	return tap_end();
}
