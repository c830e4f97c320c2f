/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_memory_races.c - two things happen to address spaces at once: the first is interrupted at each of its yield points in turn, the
 * second runs to its end there (or until it waits for the first), then the first goes on. Whatever they were, tables, frames and
 * counters agree afterwards, and when all tasks have ended they have nothing.
 */
#include <errno.h>
#include "../mm/swap_internal.h"
#include "../mm/task_internal.h"
#include "races.h"

#define FILE_A 3u

/* --- what is there before ------------------------------------------------------------------------------------------------------ */

static void swap_out(unsigned id, u32 vpn, bool forget)
{
	u64 pte = pte_get(vm_task(id), vpn);
	struct page *page = pte_page(pte);

	if (!(pte & PTE_PRESENT))
		return;
	get_vm_page(page);
	lock_page(page);
	if (vm_flag(page, PGV_swapcache) || (pte_maps(pte_get(vm_task(id), vpn), page) && add_to_swap(page)))
		try_to_unmap(page);
	if (forget && !vm_page(page)->mapcount && vm_flag(page, PGV_swapcache) && clear_page_dirty_for_io(page)) {
		swap_writepage(page);
		lock_page(page);
		remove_from_swap_cache(page);
	}
	unlock_page(page);
	put_vm_page(page);
}

static bool store(unsigned id, u32 vpn)
{
	u64 pfn;

	if (task_access(id, vpn, true, &pfn))
		return false;
	ram_write_line(m, pfn, 0, vpn * 1000 + id);
	return true;
}

/* Task 1 has pages that are there, gone, on their way, mlocked; task 2 shares a file with it. */
static bool set_up(void)
{
	static u8 buffer[SIM_PAGE_SIZE];
	u32 nr;
	u64 pfn;

	if (swapon(1, 32, -1) || task_create(1, 0) || task_create(2, 0))
		return false;
	for (u32 i = 0; i < 4; i++)
		if (file_write(FILE_A, i, buffer))
			return false;
	for (u32 vpn = 1; vpn < 6; vpn++)
		if (!store(1, vpn) || !store(2, vpn))
			return false;
	if (task_mmap(1, 0, FILE_A, 0, 4) || task_mmap(2, 1, FILE_A, 0, 4) || !store(1, window_vpn(0)) || !store(2, window_vpn(1)) ||
	    task_access(1, window_vpn(0) + 1, false, &pfn) || task_access(2, window_vpn(1) + 1, false, &pfn))
		return false;
	lru_add_drain_all();
	swap_out(1, 2, false);
	swap_out(1, 3, true);
	return !task_mlock(1, 4, 1, &nr) && !task_mlock(2, window_vpn(1) + 1, 1, &nr);
}

/* --- what happens -------------------------------------------------------------------------------------------------------------------- */

static struct page *file_page(u32 index)
{
	struct address_space *mapping = inode_find(FILE_A);
	struct page *page = mapping ? filemap_get_page(mapping, index, NULL) : NULL;

	if (page)
		lock_page(page);
	return page;
}
static void leave_page(struct page *page)
{
	if (!page)
		return;
	unlock_page(page);
	put_vm_page(page);
}

static void write_there(void)
{
	store(1, 1);
}
static void read_cached(void)
{
	u64 pfn;

	task_access(1, 2, false, &pfn);
}
static void write_swapped(void)
{
	store(1, 3);
}
static void write_new(void)
{
	store(1, 700);
}
static void write_file(void)
{
	store(2, window_vpn(1));
}
static void read_file(void)
{
	u64 pfn;

	task_access(1, window_vpn(0) + 2, false, &pfn);
}
static void unmap_window(void)
{
	task_munmap(1, 0);
}
static void end_one(void)
{
	task_exit(1);
}
static void end_two(void)
{
	task_exit(2);
}
static void kill_and_reap(void)
{
	u64 freed = 0;

	task_kill(1);
	task_reap(vm_task(1), &freed);
}
static void lock_file(void)
{
	u32 nr;

	task_mlock(1, window_vpn(0), 3, &nr);
}
static void unlock_file(void)
{
	task_munlock(2, window_vpn(1), 4);
}
static void lock_swapped(void)
{
	u32 nr;

	task_mlock(1, 1, 4, &nr);
}
static void reclaim_anon(void)
{
	swap_out(1, 1, true);
	swap_out(2, 1, false);
}
static void reclaim_file(void)
{
	for (u32 i = 0; i < 3; i++) {
		struct page *page = file_page(i);

		if (page)
			try_to_unmap(page);
		leave_page(page);
	}
}
static void look_who_used(void)
{
	struct page *page = file_page(1);
	bool mlocked;

	if (page)
		page_referenced(page, &mlocked);
	leave_page(page);
}
static void clean_file(void)
{
	struct page *page = file_page(0);

	if (page && clear_page_dirty_for_io(page))
		set_page_dirty(page);
	leave_page(page);
}
static void cut_file(void)
{
	file_truncate(FILE_A, 1);
}
static void cut_file_to_nothing(void)
{
	file_truncate(FILE_A, 0);
}
static void give_back(void)
{
	task_madvise_dontneed(1, 1, 4);
}
static void pin_and_unpin(void)
{
	u64 pfn;

	if (!task_pin(1, 1, &pfn))
		task_unpin(pfn);
}
static void bring_back_all(void)
{
	for (u32 slot = 1; slot < 32; slot++)
		unuse_entry(swap_entry(1, slot));
}
static void make_another(void)
{
	task_create(3, 0);
}
static void make_again(void)
{
	task_exit(1);
	task_create(1, 0);
	store(1, 1);
}

static const struct {
	const char *name;
	void (*run)(void);
} thing[] = {
	{ "a write", write_there },
	{ "a read of what is in the swap cache", read_cached },
	{ "a write to what is swapped out", write_swapped },
	{ "a write that needs a table", write_new },
	{ "a write through a window", write_file },
	{ "a first read through a window", read_file },
	{ "munmap", unmap_window },
	{ "exit", end_one },
	{ "exit of the other task", end_two },
	{ "kill, and the reaper", kill_and_reap },
	{ "mlock of a file", lock_file },
	{ "munlock of a file by the other task", unlock_file },
	{ "mlock of what is swapped out", lock_swapped },
	{ "reclaim of anonymous pages", reclaim_anon },
	{ "reclaim of a file's pages", reclaim_file },
	{ "a look at who used a page", look_who_used },
	{ "cleaning of a page", clean_file },
	{ "truncate", cut_file },
	{ "truncate to nothing", cut_file_to_nothing },
	{ "MADV_DONTNEED", give_back },
	{ "a pin", pin_and_unpin },
	{ "swapoff", bring_back_all },
	{ "create", make_another },
	{ "exit, and another one of its number", make_again },
};

/* --- what must be so afterwards ------------------------------------------------------------------------------------------------------ */

static const char *name_of(unsigned i)
{
	return thing[i].name;
}
static void run_thing(unsigned i)
{
	thing[i].run();
}

static const char *anything_left(void)
{
	if (vm_counter("nr_page_table_pages"))
		return "a table is left";
	for (u64 pfn = 0; pfn < m->nr_frames; pfn++) {
		const struct vm_page *v = &vm_state()->page[pfn];

		if ((v->flags & PGV_swapbacked) && !(v->flags & PGV_swapcache))
			return "an anonymous page is left";
		if (v->mapcount || v->pins || (v->flags & PGV_mlocked))
			return "a page is still mapped, pinned or mlocked";
	}
	return NULL;
}

static bool all_agree(void)
{
	if (!agree(memory_check(), "") || !agree(filemap_check(), "") || !agree(swap_check(), ""))
		return false;
	tasks_settle();
	lru_add_drain_all();
	return agree(memory_check(), ", after the end") && agree(swap_check(), ", after the end") &&
	       agree(anything_left(), ", after the end");
}

int main(int argc, char **argv)
{
	if (!boot_race("tasks"))
		return tap_end();
	other_leaves = argc > 1 && !strcmp(argv[1], "--deep");
	race.most_yields = 2000;
	for (unsigned first = 0; first < ARRAY_SIZE(thing); first++) {
		bool good = true;

		race.runs = 0;
		for (unsigned second = 0; second < ARRAY_SIZE(thing) && good; second++)
			good = run_pair(first, second);
		ok(good, "%s can be interrupted anywhere by anything", thing[first].name);
		printf("# %u runs\n", race.runs);
	}
	machine_destroy(m);
	return tap_end();
}
