/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_files.c - files by hand: what is read and written survives the cache, errors are said once, writers wait and go on, what
 * shrinkers and drop_caches take and leave; and filemap_check(), each of whose clauses must speak when one word is wrong.
 *
 * Each scene runs as one operation on a machine of its own, since most of it sleeps. What pages hold is compared whole.
 */
#include <errno.h>
#include "../mm/filemap_internal.h"
#include "highmem.h"
#include "scene.h"

/* --- a machine, and one operation on it ----------------------------------------------------------------------------------------- */

static bool boot(u32 latency_us)
{
	struct machine_config c = small_machine();

	c.param[PARAM_DISK_LATENCY_US] = latency_us;
	return boot_scene(&c, "files");
}

/* Files are valid afterwards, and gone when all is settled. */
static void play(const char *name, void (*act)(void), u32 latency_us)
{
	printf("# %s\n", name);
	if (!boot(latency_us))
		return;
	if (play_scene(name, 0, act))
		same_text(filemap_check(), NULL, "files are valid");
	machine_destroy(m);
}

/* --- what files hold --------------------------------------------------------------------------------------------------------------- */

static u64 buffer[PAGE_SIZE / 8];

static int write_key(u32 file, u32 index, u64 key)
{
	refuel();
	sim_page_fill(key, buffer);
	return file_write(file, index, buffer);
}

static bool read_key(u32 file, u32 index, u64 key)
{
	refuel();
	return !file_read(file, index, buffer) && sim_page_holds(key, buffer);
}

static int read_error(u32 file, u32 index)
{
	return file_read(file, index, buffer);
}

static u64 virgin(u32 file, u32 index)
{
	return disk_virgin_key(0, (u64)file * FILE_MAX_PAGES + index);
}

static u64 counter(enum node_stat_item item)
{
	return global_node_page_state(item);
}

static u64 cached(u32 file)
{
	struct address_space *mapping = inode_find(file);

	return mapping ? READ_ONCE(mapping->nr_pages) : 0;
}

static struct page *cached_page(u32 file, u32 index)
{
	struct address_space *mapping = inode_find(file);
	struct page *page = mapping ? filemap_get_page(mapping, index, NULL) : NULL;

	if (page)
		put_vm_page(page);
	return page;
}

static void pass_time(u64 ms)
{
	u64 until = m->now_ns + ms * 1000000;

	while (m->now_ns < until)
		sim_sleep_timeout(sim_never, NULL, until - m->now_ns, "the test");
}

/* --- reading and writing ------------------------------------------------------------------------------------------------------------ */

static void test_read(void)
{
	ok(read_key(3, 5, virgin(3, 5)), "a page nobody wrote reads as the disk came");
	same_number(said(EVENT_IO, IO_SUBMITTED), 1, "it was read from disk");
	ok(read_key(3, 5, virgin(3, 5)), "it reads the same again");
	same_number(said(EVENT_IO, IO_SUBMITTED), 1, "from the cache");
	same_number(counter(NR_FILE_PAGES), 1, "which has one page");
	ok(vm_flag(cached_page(3, 5), PGV_uptodate), "that is uptodate");
	ok(!vm_flag(cached_page(3, 5), PGV_locked | PGV_dirty), "neither locked nor dirty");
	same_number((u64)-read_error(3, FILE_PAGES), EINVAL, "behind the end nothing can be read");
	same_number((u64)-read_error(~0u, FILE_PAGES), EINVAL, "nor behind that of the last file");
	ok(read_key(~0u, 15, virgin(~0u, 15)), "which has its last page");
	same_number(file_size(77), FILE_PAGES, "a file nobody opened has a size");
	same_number(said(EVENT_INODE, 0), 2, "two inodes came");
	same_number(said(EVENT_INODE, 1), 2, "with their dentries");
}

static void test_write(void)
{
	same_number((u64)write_key(2, 3, 42), 0, "a page is written");
	same_number(counter(NR_FILE_DIRTY), 1, "and dirty");
	same_number(said(EVENT_IO, IO_SUBMITTED), 0, "no I/O was needed");
	ok(read_key(2, 3, 42), "it reads as it was written");
	same_number(drop_caches(1), 0, "the cache is dropped");
	ok(read_key(2, 3, 42), "and it still does");
	same_number((u64)file_fsync(2), 0, "it is synced");
	same_number(counter(NR_FILE_DIRTY) + counter(NR_WRITEBACK), 0, "nothing is dirty");
	drop_caches(1);
	same_number(counter(NR_FILE_PAGES), 0, "now it can be dropped");
	ok(read_key(2, 3, 42), "and comes back from disk");
	same_number(counter(NR_DIRTIED), 1, "one page was made dirty");
	same_number(counter(NR_WRITTEN), 1, "one was written");
	same_number((u64)-write_key(FILE_CHANGEABLE, 0, 1), EINVAL, "a file that cannot be changed is not written");
	same_number((u64)-write_key(2, FILE_LARGEST_PAGES, 1), EFBIG, "nor is a page that no file can have");
	ok(!write_key(2, FILE_LARGEST_PAGES - 1, 43) && file_size(2) == FILE_LARGEST_PAGES, "the last one can be written");
	ok(read_key(2, 100, 0), "what lies between reads as zero");
	ok(read_key(2, 15, virgin(2, 15)), "what was there is there");
}

static void test_rewrite(void)
{
	struct page *page;

	ok(read_key(1, 0, virgin(1, 0)) && !write_key(1, 0, 9) && read_key(1, 0, 9), "a page that was read is written");
	page = cached_page(1, 0);
	write_mapping(inode_find(1), false);
	ok(vm_flag(page, PGV_writeback) && !vm_flag(page, PGV_dirty), "it is on its way to disk");
	same_number((u64)write_key(1, 0, 10), 0, "and is written again");
	ok(vm_flag(page, PGV_dirty) && !vm_flag(page, PGV_writeback), "after the device was done with it");
	same_number((u64)file_fsync(1), 0, "both are synced");
	drop_caches(1);
	ok(read_key(1, 0, 10), "the last one counts");
}

static void test_no_memory(void)
{
	struct page *page = vm_alloc_page(VM_USE_FILE, GFP_KERNEL, NUMA_NO_NODE);

	lock_page(page);
	ok(!remove_mapping(page), "a page that lost its file is not removed from it");
	ok(!set_page_dirty(page), "nor will anybody write it");
	vm_set_flags(page, PGV_swapbacked);
	ok(set_page_dirty(page) && !set_page_dirty(page), "an anonymous one becomes dirty once");
	cancel_dirty_page(page);
	unlock_page(page);
	put_vm_page(page);
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 1000);
	same_number((u64)-file_fsync(9), ENOMEM, "a file that cannot be looked up is not synced");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 0);
	same_number((u64)file_fsync(9), 0, "until there is memory");
}

static void test_write_error(void)
{
	ok(read_key(4, 2, virgin(4, 2)) && !write_key(4, 2, 99), "a page is written");
	sim_plan_fault(m, FAULT_DISK_WRITE, 0, 1);
	same_number((u64)-file_fsync(4), EIO, "the disk does not take it, and fsync says so");
	same_number((u64)file_fsync(4), 0, "once");
	ok(vm_flag(cached_page(4, 2), PGV_error) && !vm_flag(cached_page(4, 2), PGV_dirty | PGV_writeback), "the page is clean, and marked");
	ok(read_key(4, 2, 99), "it holds what was written");
	same_number(counter(NR_WRITTEN), 0, "nothing counts as written");
	drop_caches(1);
	ok(read_key(4, 2, virgin(4, 2)), "until it is dropped: the disk never had it");
	write_key(4, 2, 100);
	sim_plan_fault(m, FAULT_DISK_WRITE, 0, 1);
	write_mapping(inode_find(4), true);
	ok(!write_key(4, 2, 101) && !vm_flag(cached_page(4, 2), PGV_error), "a new write takes the mark away");
	same_number((u64)-file_fsync(4), EIO, "but not the error");
	drop_caches(1);
	ok(read_key(4, 2, 101), "and what was written last is on disk");
	write_key(4, 20, 1);
	sim_plan_fault(m, FAULT_DISK_WRITE, 0, 1);
	file_fsync(4);
	drop_caches(1);
	ok(read_key(4, 20, 0), "a new block that could not be written is zero, whatever the disk has there");
}

static void test_read_error(void)
{
	sim_plan_fault(m, FAULT_DISK_READ, 0, 1);
	same_number((u64)-read_error(5, 7), EIO, "the disk cannot read it");
	ok(!cached_page(5, 7) || !vm_flag(cached_page(5, 7), PGV_uptodate | PGV_locked), "nothing uptodate stays, nothing locked");
	ok(read_key(5, 7, virgin(5, 7)), "the next reader tries again");
	sim_plan_fault(m, FAULT_DISK_READ, 0, 2);
	same_number((u64)-read_error(5, 9), EIO, "it fails again");
	same_number((u64)-read_error(5, 9), EIO, "and again, for the one who tries it anew");
	ok(!write_key(5, 9, 77) && read_key(5, 9, 77), "a page that could not be read can be written");
}

static void test_truncate(void)
{
	ok(!write_key(6, 20, 5) && file_size(6) == 21, "a file grows");
	ok(read_key(6, 20, 5) && read_key(6, 18, 0), "what was skipped is zero");
	write_key(6, 10, 6);
	read_key(6, 2, virgin(6, 2));
	same_number((u64)file_truncate(6, 4), 0, "it is cut off");
	same_number(file_size(6), 4, "it has that size");
	same_number((u64)-read_error(6, 4), EINVAL, "nothing is behind the end");
	same_number(counter(NR_FILE_DIRTY), 0, "nothing is dirty any more");
	same_number(said(EVENT_PAGE_STATE, PAGE_LAUNDERED), 2, "two pages were not worth writing");
	same_number(cached(6), 1, "the page in front of it stays");
	same_number((u64)file_truncate(6, 30), 0, "it is enlarged");
	ok(read_key(6, 10, 0) && read_key(6, 15, 0) && read_key(6, 29, 0), "what was cut off reads as zero");
	ok(read_key(6, 3, virgin(6, 3)), "what was not is there");
	drop_caches(1);
	ok(read_key(6, 10, 0) && read_key(6, 15, 0) && read_key(6, 3, virgin(6, 3)), "also when it was forgotten meanwhile");
	write_key(6, 10, 7);
	file_fsync(6);
	drop_caches(1);
	ok(read_key(6, 10, 7) && read_key(6, 11, 0), "what is written there is there");
	same_number((u64)-file_truncate(6, FILE_LARGEST_PAGES + 1), EFBIG, "no file is larger than the largest");
	same_number((u64)-file_truncate(FILE_CHANGEABLE, 1), EINVAL, "some cannot be changed");
	ok(!file_truncate(6, 0) && !file_size(6) && !cached(6), "a file can be empty");
	ok(!read_key(6, 0, 0) && !write_key(6, 0, 8) && read_key(6, 0, 8) && file_size(6) == 1, "and begins anew");
}

/* What a task stores into its window. */
static void store(u32 page, u64 key)
{
	u64 pfn;

	if (!ok(!task_access(1, VM_ANON_PAGES + page, true, &pfn), "a task stores to page %u of its window", page))
		return;
	sim_page_fill(key, ram_address(m, pfn));
}

static void test_mapped(void)
{
	u64 pfn;

	ok(!task_create(1, 0) && !task_mmap(1, 0, 11, 0, 8), "a file is mapped");
	store(3, 70);
	same_number(counter(NR_FILE_DIRTY), 1, "the page is dirty");
	ok(read_key(11, 3, 70), "the file has it");
	file_fsync(11);
	same_number(counter(NR_FILE_DIRTY), 0, "it is synced");
	store(3, 71);
	same_number(counter(NR_FILE_DIRTY), 1, "the next store is seen again");
	write_mapping(inode_find(11), false);
	store(3, 73);
	ok(vm_flag(cached_page(11, 3), PGV_dirty) && vm_flag(cached_page(11, 3), PGV_writeback), "a store while it is written");
	file_fsync(11);
	same_number(counter(NR_FILE_DIRTY) + counter(NR_WRITEBACK), 0, "is synced as well");
	ok(!task_create(0, 0) && !task_mmap(0, 0, 11, 0, 8) && !task_access(0, VM_ANON_PAGES + 3, false, &pfn), "another one reads it");
	store(3, 74);
	file_fsync(11);
	store(3, 73);
	same_number(counter(NR_FILE_DIRTY), 1, "a store is seen again, whoever else has it");
	file_fsync(11);
	task_exit(0);
	ok(!task_mmap(1, 1, 12, 0, 8) && !task_access(1, VM_ANON_PAGES + VM_WINDOW_PAGES + 5, false, &pfn), "another file is mapped");
	ok(!task_mmap(1, 2, 11, 2, 2) && !task_access(1, VM_ANON_PAGES + 2 * VM_WINDOW_PAGES + 1, false, &pfn), "and page 3 once more");
	same_number(counter(NR_FILE_MAPPED), 2, "two pages are mapped");
	store(4, 72);
	ok(!file_truncate(11, 4) && !cached_page(11, 4) && cached_page(11, 3), "the file is cut off under it");
	same_number(counter(NR_FILE_MAPPED), 2, "what was cut off is not mapped, and the others are");
	same_number((u64)-task_access(1, VM_ANON_PAGES + 4, false, &(u64){ 0 }), EFAULT, "nor can it be");
	task_exit(1);
	drop_caches(1);
	ok(!cached(11) && read_key(11, 3, 73), "what was stored last is on disk");
}

static void test_truncate_under_io(void)
{
	write_key(7, 5, 1);
	write_mapping(inode_find(7), false);
	same_number(counter(NR_WRITEBACK), 1, "a page is on its way to disk");
	file_truncate(7, 3);
	same_number(counter(NR_WRITEBACK), 0, "truncate waits for it");
	file_truncate(7, 16);
	ok(read_key(7, 5, 0), "and it is forgotten all the same");
}

/* --- readahead ----------------------------------------------------------------------------------------------------------------------- */

/* Only what is asked for must be read: the first page that is not there ends it. */
static void test_readahead_without_memory(void)
{
	ok(read_key(9, 0, virgin(9, 0)), "a file is read");
	drop_caches(1);
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 1, 1);
	ok(read_key(9, 0, virgin(9, 0)), "and again, with one page of memory");
	same_number(cached(9), 1, "nothing is read ahead");
}

/* So many pages for files were asked for with, or without, these bits of a mask. */
static unsigned asked_for(gfp_t bits)
{
	unsigned nr = 0;

	keep_news(m, NULL);
	for (unsigned i = 0; i < nr_news; i++)
		nr += news[i].type == EVENT_VM_WANTED && news[i].report == VM_USE_FILE && (news[i].gfp & bits) == bits;
	return nr;
}

static void test_readahead(void)
{
	forget_news();
	ok(read_key(8, 0, virgin(8, 0)), "a file is read from the beginning");
	same_number(cached(8), 4, "four pages come");
	ok(asked_for(0) == 4 && asked_for(__GFP_NORETRY | __GFP_NOWARN) == 3, "three of them if they can be had without effort");
	same_number(said(EVENT_PAGE_CACHE, CACHE_READAHEAD), 3, "three of them before they are asked for");
	for (u32 i = 1; i < 4; i++)
		read_key(8, i, 0);
	same_number(said(EVENT_PAGE_CACHE, CACHE_READ), 1, "and are there then");
	ok(read_key(8, 4, virgin(8, 4)), "it is read on");
	same_number(cached(8), 12, "eight more come");
	for (u32 i = 5; i < 16; i++)
		ok(read_key(8, i, virgin(8, i)), "page %u is right", i);
	same_number(cached(8), 16, "none behind the end");
	ok(read_key(9, 7, virgin(9, 7)) && cached(9) == 1, "who reads in the middle gets one page");
	ok(read_key(9, 3, virgin(9, 3)) && cached(9) == 2, "so does who jumps");
	sim_plan_fault(m, FAULT_DISK_READ, 1, 1);
	ok(read_key(10, 0, virgin(10, 0)), "an error of what comes behind is nobody's");
	ok(read_key(10, 1, virgin(10, 1)), "and does not last");
}

/* --- limits, flusher, throttling [R22] -------------------------------------------------------------------------------------------- */

static u64 dirtyable(void)
{
	u64 free = 0, reserve = current_mm()->totalreserve_pages;

	for (unsigned z = 0; z < MAX_ZONES; z++)
		free += current_mm()->zone[z] ? (u64)zone_stat_cheap(z / MAX_NR_ZONES, z % MAX_NR_ZONES, NR_FREE_PAGES) : 0;
	return (free > reserve ? free - reserve : 0) + vm_counter("nr_active_file") + vm_counter("nr_inactive_file");
}

static void limits_are(u64 want_background, u64 want_limit, const char *claim)
{
	u64 background, limit;

	dirty_limits(&background, &limit);
	if (!ok(background == want_background && limit == want_limit, "%s", claim))
		printf("# are %llu, %llu, must be %llu, %llu\n", (unsigned long long)background, (unsigned long long)limit,
		       (unsigned long long)want_background, (unsigned long long)want_limit);
}

static void test_limits(void)
{
	u64 pages = dirtyable();

	limits_are(pages * 10 / 100, pages * 20 / 100, "a tenth and a fifth of what could be dirty");
	vm_knob_write(VM_DIRTY_BACKGROUND_RATIO, 50);
	limits_are(pages / 5 / 2, pages / 5, "a background limit above the limit is half of it");
	vm_knob_write(VM_DIRTY_RATIO, 0);
	limits_are(0, 0, "nothing may be dirty");
	vm_knob_write(VM_DIRTY_BYTES, 320);
	vm_knob_write(VM_DIRTY_BACKGROUND_BYTES, 100);
	limits_are(100, 320, "pages replace ratios");
	this_cpu->task_flags |= PF_REALTIME;
	limits_are(135, 410, "a realtime task may write a quarter and a thirty-second more");
	this_cpu->task_flags &= ~(u32)PF_REALTIME;
	vm_knob_write(VM_DIRTY_BACKGROUND_BYTES, 320);
	limits_are(160, 320, "as large as the limit is too large");
}

static void set_limits(u32 background, u32 limit)
{
	vm_knob_write(VM_DIRTY_BYTES, limit);
	vm_knob_write(VM_DIRTY_BACKGROUND_BYTES, background);
}

static void test_background(void)
{
	set_limits(10, 40);
	for (u32 i = 0; i < 10; i++)
		write_key(0, i, i + 1);
	pass_time(1000);
	same_number(counter(NR_FILE_DIRTY), 10, "up to the background limit nobody is in a hurry");
	write_key(1, 0, 1);
	pass_time(100);
	ok(counter(NR_FILE_DIRTY) + counter(NR_WRITEBACK) <= 10, "above it the flusher writes");
	ok(counter(NR_FILE_DIRTY), "and no other file when that is enough");
	same_number(vm_state()->writeback->laps, 0, "nobody had to wait");
}

static void test_expiry(void)
{
	write_key(0, 3, 12);
	pass_time(29000);
	same_number(counter(NR_FILE_DIRTY), 1, "a page may be dirty for half a minute");
	pass_time(7000);
	same_number(counter(NR_FILE_DIRTY) + counter(NR_WRITEBACK), 0, "then it is written");
	write_key(0, 4, 13);
	pass_time(20000);
	write_key(1, 4, 14);
	pass_time(16000);
	same_number(counter(NR_FILE_DIRTY), 1, "what is younger may wait");
	pass_time(20000);
	same_number(counter(NR_FILE_DIRTY), 0, "but not for ever");
}

static void test_throttle(void)
{
	u64 most = 0, longest = 0;

	set_limits(10, 20);
	for (u32 i = 0; i < 64; i++) {
		u64 before = m->now_ns;

		ok(!write_key(i % 4, i, i), "write %u", i);
		most = max_of(most, counter(NR_FILE_DIRTY) + counter(NR_WRITEBACK));
		longest = max_of(longest, m->now_ns - before);
		nr_news = 0;
	}
	ok(most <= 21, "there are never more dirty pages than the limit, and one (%llu)", (unsigned long long)most);
	ok(vm_state()->writeback->laps, "who writes much waits");
	ok(longest <= 2000000000, "not for long (%llu us)", (unsigned long long)longest / 1000);
	for (u32 i = 0; i < 64; i++)
		ok(read_key(i % 4, i, i), "page %u is right", i);
}

static void test_throttle_mapped(void)
{
	u64 most = 0;

	write_key(11, 63, 1);
	file_fsync(11);
	set_limits(10, 20);
	ok(!task_create(1, 0) && !task_mmap(1, 0, 11, 0, 64), "64 pages are mapped");
	for (u32 i = 0; i < 64; i++) {
		store(i, i);
		most = max_of(most, counter(NR_FILE_DIRTY) + counter(NR_WRITEBACK));
		nr_news = 0;
	}
	ok(most <= 21, "who stores to them is held up like who writes (%llu)", (unsigned long long)most);
	task_exit(1);
}

/* A disk that fails never frees anybody from waiting, unless what it fails to write is clean. */
static void test_throttle_broken_disk(void)
{
	set_limits(4, 8);
	sim_plan_fault(m, FAULT_DISK_WRITE, 0, 1000);
	for (u32 i = 0; i < 40; i++)
		ok(!write_key(0, i, i), "write %u goes on", i);
	same_number((u64)-file_fsync(0), EIO, "and fsync says that it was in vain");
	sim_plan_fault(m, FAULT_DISK_WRITE, 0, 0);
}

/* --- drop_caches, shrinkers ------------------------------------------------------------------------------------------------------- */

static unsigned dentries_gone(void)
{
	unsigned nr = 0;

	keep_news(m, NULL);
	for (unsigned i = 0; i < nr_news; i++)
		nr += news[i].type == EVENT_INODE && news[i].report == 1 && !news[i].on;
	return nr;
}

static void test_drop_caches(void)
{
	u64 pfn;

	ok(!task_create(1, 0) && !task_mmap(1, 0, 12, 0, 8) && !task_access(1, VM_ANON_PAGES + 2, false, &pfn), "a page is mapped");
	read_key(13, 7, 0);
	write_key(14, 1, 5);
	same_number(drop_caches(1), 0, "caches are dropped");
	ok(cached_page(12, 2) && !cached_page(13, 7) && cached_page(14, 1), "mapped and dirty pages stay, others do not");
	ok(inode_find(13) != NULL, "inodes do");
	same_number((u64)-drop_caches(0), EINVAL, "nothing cannot be dropped");
	same_number((u64)-drop_caches(4), EINVAL, "nor something else");
	same_number(vm_counter("drop_pagecache"), 1, "once is counted once");
	forget_news();
	same_number(drop_caches(2), 0, "objects are dropped");
	ok(dentries_gone() > 0, "and it is said which");
	same_number(vm_counter("drop_slab"), 1, "which is counted too");
	ok(cached_page(12, 2) && cached_page(14, 1), "mapped and dirty pages stay again");
	file_fsync(14);
	read_key(13, 7, 0);
	same_number(drop_caches(3), 0, "both are dropped");
	ok(cached_page(12, 2) && !cached_page(13, 7) && !cached_page(14, 1), "what was dirty is not any more");
	ok(read_key(14, 1, 5), "and is on disk");
}

/* The shrinker is asked for so many; ~0 when it says stop. */
static u64 scan(struct shrinker *s, gfp_t gfp, u64 nr, u64 *scanned)
{
	struct shrink_control sc = { .gfp = gfp, .nr_to_scan = nr, .nr_scanned = nr };
	u64 freed = s->scan_objects(s, &sc);

	*scanned = sc.nr_scanned;
	return freed;
}
static u64 count(struct shrinker *s)
{
	struct shrink_control sc = { .gfp = GFP_KERNEL };

	return s->count_objects(s, &sc);
}

static void test_shrinkers(void)
{
	struct fs_state *fs = fs_state();
	u64 scanned;

	for (u32 i = 100; i < 110; i++)
		file_open(i);
	same_number(count(fs->dentries), 10, "ten files have ten dentries");
	same_number(count(fs->inodes), 0, "which keep their inodes");
	vm_knob_write(VM_VFS_CACHE_PRESSURE, 1000);
	same_number(count(fs->dentries), 100, "under more pressure they count for more");
	vm_knob_write(VM_VFS_CACHE_PRESSURE, 0);
	same_number(count(fs->dentries), 0, "under none for nothing");
	vm_knob_write(VM_VFS_CACHE_PRESSURE, 100);
	same_number(scan(fs->dentries, GFP_NOFS, 5, &scanned), SHRINK_STOP, "who must not come into the filesystem gets nothing");
	file_open(100); /* used again */
	same_number(scan(fs->dentries, GFP_KERNEL, 5, &scanned), 4, "of five one was used since");
	same_number(scanned, 5, "five were looked at");
	same_number(count(fs->dentries), 6, "six are left");
	same_number(count(fs->inodes), 4, "four inodes are kept by nothing");
	read_key(101, 0, 0); /* brings its dentry back */
	same_number(count(fs->dentries), 7, "a dentry comes back");
	scan(fs->dentries, GFP_KERNEL, 1000, &scanned);
	scan(fs->dentries, GFP_KERNEL, 1000, &scanned);
	same_number(count(fs->dentries), 0, "all can be had");
	same_number(scan(fs->dentries, GFP_KERNEL, 5, &scanned), SHRINK_STOP, "who looks at nothing says so");
	same_number(count(fs->inodes), 10, "inodes are left");
	same_number(scan(fs->inodes, GFP_NOFS, 5, &scanned), SHRINK_STOP, "not for who must not come here");
	vm_knob_write(VM_SHRINKER_MODE, SHRINKER_REFUSES);
	same_number(scan(fs->inodes, GFP_KERNEL, 5, &scanned), SHRINK_STOP, "a shrinker can refuse");
	vm_knob_write(VM_SHRINKER_MODE, SHRINKER_EMPTY);
	same_number(count(fs->inodes), SHRINK_EMPTY, "or be empty");
	vm_knob_write(VM_SHRINKER_MODE, SHRINKER_SLOW);
	scanned = m->now_ns;
	scan(fs->inodes, GFP_KERNEL, 1, &(u64){ 0 });
	same_number(m->now_ns - scanned, 1000000, "or take its time");
	scanned = count(fs->inodes);
	vm_knob_write(VM_SHRINKER_MODE, SHRINKER_ABSENT);
	vm_knob_write(VM_SHRINKER_MODE, SHRINKER_ABSENT);
	ok(!fs->inodes && !drop_caches(2) && fs->nr_lru_inodes == scanned, "R17: or not be there: inodes stay");
	vm_knob_write(VM_SHRINKER_MODE, SHRINKER_EMPTY);
	same_number(count(fs->inodes), SHRINK_EMPTY, "R17: it comes back as it is to be");
	vm_knob_write(VM_SHRINKER_MODE, SHRINKER_PLAIN);
	same_number(scan(fs->inodes, GFP_KERNEL, 100, &scanned), 10, "all inodes go");
	ok(vm_counter("pginodesteal") > 0, "with the pages of one");
	same_number(counter(NR_FILE_PAGES), 0, "which were clean");
}

static void test_inodes_in_use(void)
{
	struct fs_state *fs = fs_state();
	struct address_space *held = inode_get(200);
	u64 scanned;

	write_key(15, 0, 3);
	write_key(16, 0, 4);
	sim_plan_fault(m, FAULT_DISK_WRITE, 0, 1);
	write_mapping(inode_find(16), true);
	for (unsigned i = 0; i < 3; i++) {
		scan(fs->dentries, GFP_KERNEL, 10, &scanned);
		scan(fs->inodes, GFP_KERNEL, 10, &scanned);
	}
	same_number(fs->nr_dentries, 1, "the dentry of a held inode stays");
	same_number(fs->nr_inodes, 3, "and the inode, that of dirty pages, and that of an error to tell");
	ok(inode_find(200) == held && inode_find(15) && inode_find(16), "they are found");
	inode_put(held);
	same_number((u64)-file_fsync(16), EIO, "the error is told");
	file_fsync(15);
	for (unsigned i = 0; i < 3; i++) {
		scan(fs->dentries, GFP_KERNEL, 10, &scanned);
		scan(fs->inodes, GFP_KERNEL, 10, &scanned);
	}
	same_number(fs->nr_inodes, 0, "then all go");
	ok(read_key(15, 0, 3), "what they held is on disk");
}

/* --- scopes ---------------------------------------------------------------------------------------------------------------------------- */

static void test_nofs(void)
{
	unsigned asked = 0, outside = 0;

	for (u32 i = 1000; i < 1100; i++)
		file_open(i);
	keep_news(m, NULL);
	for (unsigned i = 0; i < nr_news; i++)
		if (news[i].type == EVENT_SLAB_PAGES_WANTED) {
			asked++;
			outside += !(news[i].context & PF_MEMALLOC_NOFS);
		}
	ok(asked > 4, "inodes and dentries need slabs");
	same_number(outside, 0, "each is asked for in a scope of NOFS");
	same_number(this_cpu->task_flags, 0, "which ends");
	this_cpu->task_flags |= PF_MEMALLOC_NOFS;
	file_open(2000);
	same_number(this_cpu->task_flags, PF_MEMALLOC_NOFS, "but for who was in one before");
	this_cpu->task_flags = 0;
}

/* More files than there is memory for: who opens one gives up another. Reclaim below the directory's lock must not want it. */
static void test_walk(void)
{
	unsigned failed = 0;

	for (u32 i = 0; i < 12000; i++) {
		refuel();
		failed += file_open(i) != 0;
		nr_news = 0;
	}
	same_number(failed, 0, "12000 files are opened");
	ok(fs_state()->nr_inodes < 6000, "most are forgotten (%llu are not)", (unsigned long long)fs_state()->nr_inodes);
	failed = 0;
	for (u32 i = 0; i < 200; i++)
		failed += !read_key(i * 50, i % 16, virgin(i * 50, i % 16));
	same_number(failed, 0, "each can be read");
}

/* --- shadows [R23] ----------------------------------------------------------------------------------------------------------------------- */

static bool reclaim_page(u32 file, u32 index)
{
	struct page *page = filemap_get_page(inode_find(file), index, NULL);
	bool gone;

	lru_add_drain_all();
	lock_page(page);
	gone = remove_mapping(page);
	unlock_page(page);
	put_vm_page(page);
	return gone;
}

static void test_shadows(void)
{
	struct address_space *mapping;
	u64 shadow, scanned;

	for (u32 i = 0; i < 16; i++)
		read_key(20, i, virgin(20, i));
	mapping = inode_find(20);
	for (u32 i = 0; i < 15; i++)
		ok(reclaim_page(20, i), "page %u is reclaimed", i);
	same_number(mapping->nr_shadows, 15, "each leaves a shadow");
	same_number(counter(WORKINGSET_NODES), 0, "a node with a page is no node of shadows");
	ok(reclaim_page(20, 15), "so is the last one");
	same_number(counter(WORKINGSET_NODES), 1, "now it is");
	same_text(filemap_check(), NULL, "files are valid");
	ok(!filemap_get_page(mapping, 3, &shadow) && shadow & 1, "a shadow can be looked at");
	ok(read_key(20, 3, virgin(20, 3)), "a page comes back");
	same_number(mapping->nr_shadows, 15, "and takes its shadow away");
	same_number(counter(WORKINGSET_NODES), 0, "and its node from the list");
	write_key(20, 4, 1);
	same_number(mapping->nr_shadows, 14, "so does one that is written");
	ok(!reclaim_page(20, 4), "a dirty page is not reclaimed");
	file_truncate(20, 0);
	ok(!mapping->nr_shadows && !mapping->root, "truncate takes all");
	read_key(21, 9, 0);
	reclaim_page(21, 9);
	same_number(count(fs_state()->shadows), workingset_excess_nodes(0, 1), "what is too much of them counts");
	ok(fs_state()->shadows->registered && !fs_state()->shadows->seeks, "reclaim asks for it, and half at once");
	same_number(scan(fs_state()->shadows, GFP_NOWAIT, 10, &scanned), 1, "but can be had");
	same_number(counter(WORKINGSET_NODES) + inode_find(21)->nr_shadows, 0, "with all they held");
	same_number(vm_counter("workingset_nodereclaim"), 1, "which is counted");
	same_number(count(fs_state()->shadows), SHRINK_EMPTY, "and nothing is left");
}

/* Trees of any height. */
static void test_tree(void)
{
	static const u32 at[] = { 0, 63, 64, 4095, 4096, 262143, 262144, FILE_MAX_PAGES - 1, 5, 70000 };
	struct address_space *mapping = inode_get(30);
	struct radix_stock stock = { 0 };
	unsigned long flags;
	u64 index = 0, n = 0, last = 0;
	bool sorted = true;

	for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
		u32 wants = radix_wants(mapping, at[i]);

		ok(wants <= RADIX_MOST && radix_fill(&stock, wants, GFP_KERNEL), "index %u: %u nodes", at[i], wants);
		spin_lock_irqsave(&mapping->lock, flags);
		radix_store(mapping, at[i], at[i] * 2 + 1, &stock);
		mapping->nr_shadows++;
		spin_unlock_irqrestore(&mapping->lock, flags);
		same_number(stock.nr, 0, "just so many");
	}
	same_text(filemap_check(), NULL, "the tree is valid");
	for (u64 entry; (entry = radix_next(mapping, &index)); index++, n++) {
		sorted &= entry == index * 2 + 1 && (!n || index > last);
		last = index;
	}
	ok(sorted && n == ARRAY_SIZE(at), "all are found, in order");
	filemap_drop_shadows(mapping, 64);
	same_number(mapping->nr_shadows, 3, "three lie in front of the second node");
	ok(radix_load(mapping, 63) == 127 && !radix_load(mapping, 64) && !radix_load(mapping, 5000000), "and are found");
	filemap_drop_shadows(mapping, 0);
	ok(!mapping->root && !mapping->height, "an empty tree has no node");
	inode_put(mapping);
}

/* --- the end ------------------------------------------------------------------------------------------------------------------------------- */

static void test_settle(void)
{
	for (u32 i = 0; i < 8; i++)
		write_key(i, i, i + 50);
	for (u32 i = 0; i < 50; i++)
		read_key(40 + i, i % 16, 0);
	reclaim_page(41, 1);
	fs_settle();
	lru_add_drain_all();
	ok(!counter(NR_FILE_PAGES) && !counter(NR_FILE_DIRTY) && !counter(NR_WRITEBACK), "nothing is cached");
	ok(!fs_state()->nr_inodes && !fs_state()->nr_dentries, "no file is known");
	ok(read_key(5, 5, 55), "what was written is on disk");
}

/* --- the check itself ----------------------------------------------------------------------------------------------------------------------- */

#define SPEAKS(clause, field, wrong)                                                                                   \
	do {                                                                                                           \
		WRONG_WORD(filemap_check(), field, wrong, clause, "a wrong " #field);                                  \
		same_text(filemap_check(), NULL, "and a right one");                                                   \
	} while (0)

static void test_check(void)
{
	struct fs_state *fs = fs_state();
	struct address_space *mapping;
	struct radix_node *node;
	struct vm_page *vp;

	read_key(24, 5, 0);
	write_key(24, 7, 3);
	read_key(25, 5, 0);
	reclaim_page(25, 5);
	lru_add_drain_all();
	mapping = inode_find(24);
	node = mapping->root;
	vp = vm_page(cached_page(24, 5));
	SPEAKS("V1", vp->mapping, inode_find(25));
	SPEAKS("V1", vp->index, 6);
	SPEAKS("V1", vp->flags, vp->flags | PGV_swapbacked);
	SPEAKS("V1", vp->flags, vp->flags | PGV_swapcache);
	SPEAKS("V1", node->slot[5], (u64)(uintptr_t)(current_mm()->mem_map + current_mm()->nr_frames));
	SPEAKS("V1", vm_state()->page[1], ((struct vm_page){ .flags = PGV_used, .mapping = mapping }));
	SPEAKS("V4", vm_state()->page[1].flags, PGV_used | PGV_writeback);
	SPEAKS("V4", vm_page(cached_page(24, 7))->flags, vm_page(cached_page(24, 7))->flags & ~(u32)PGV_uptodate);
	SPEAKS("V10", mapping->height, 0);
	SPEAKS("V10", node->count, 1);
	SPEAKS("V10", node->nr_shadows, 1);
	SPEAKS("V10", node->first, 64);
	SPEAKS("V10", node->parent, node);
	SPEAKS("V10", mapping->height, 2);
	SPEAKS("V11", ((struct radix_node *)inode_find(25)->root)->shadows.next, NULL);
	SPEAKS("V11", fs->nr_shadow_nodes[0], 0);
	SPEAKS("V11", vm_state()->node[0].stat[WORKINGSET_NODES], 0);
	SPEAKS("V12", mapping->nr_pages, 1);
	SPEAKS("V12", mapping->nr_shadows, 1);
	SPEAKS("V12", mapping->nr_dirty, 0);
	SPEAKS("V12", vm_state()->node[0].stat[NR_FILE_PAGES], 1);
	SPEAKS("V12", vm_state()->node[0].stat[NR_FILE_DIRTY], 0);
	SPEAKS("V12", vm_state()->node[0].stat[NR_WRITEBACK], 1);
	SPEAKS("V13", fs->disk[24].size, 7);
	SPEAKS("V14", fs->nr_inodes, 1);
	SPEAKS("V14", fs->nr_dentries, 1);
	SPEAKS("V14", fs->nr_lru_inodes, 1);
	SPEAKS("V14", mapping_inode(mapping)->has_dentry, false);
	SPEAKS("V14", mapping_inode(mapping)->lru.next, &fs->all);
	SPEAKS("V14", mapping->file, 26);
	write_key(24, 70, 4);
	SPEAKS("V10", ((struct radix_node *)mapping->root)->slot[3], 1);
}

int main(void)
{
	play("read", test_read, 100);
	play("write", test_write, 100);
	play("written again", test_rewrite, 100);
	play("no memory", test_no_memory, 100);
	play("write error", test_write_error, 100);
	play("read error", test_read_error, 100);
	play("truncate", test_truncate, 100);
	play("mapped", test_mapped, 100);
	play("truncate under I/O", test_truncate_under_io, 100);
	play("readahead", test_readahead, 100);
	play("readahead without memory", test_readahead_without_memory, 100);
	play("limits", test_limits, 100);
	play("background", test_background, 100);
	play("expiry", test_expiry, 100);
	play("throttling", test_throttle, 100);
	play("throttling, mapped", test_throttle_mapped, 100);
	play("throttling, slow disk", test_throttle, 500000);
	play("throttling, broken disk", test_throttle_broken_disk, 100);
	play("drop_caches", test_drop_caches, 100);
	play("shrinkers", test_shrinkers, 100);
	play("inodes in use", test_inodes_in_use, 100);
	play("scopes", test_nofs, 100);
	play("shadows", test_shadows, 100);
	play("tree", test_tree, 100);
	play("a walk", test_walk, 100);
	play("settling", test_settle, 100);
	play("the check", test_check, 100);
	return tap_end();
}
