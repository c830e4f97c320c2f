/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_memory.c - tasks by hand: what a fault brings and what it costs, who finds the entries of a page, what is left when a task
 * ends; and memory_check(), each of whose clauses must speak when one word is wrong, and none before.
 */
#include <errno.h>
#include "../mm/swap_internal.h"
#include "../mm/task_internal.h"
#include "scene.h"

#define FILE_A 3u

/* --- a machine -------------------------------------------------------------------------------------------------------------------- */

static bool boot(void)
{
	const struct machine_config c = small_machine();

	return boot_vm(&c, "tasks");
}

static void done(const char *what)
{
	same_text(memory_check(), NULL, what);
	machine_destroy(m);
}

/* Pages that tasks, files and swap have. */
static u64 pages_in_use(void)
{
	u64 pages = 0;

	for (u64 pfn = 0; pfn < m->nr_frames; pfn++)
		pages += !!vm_state()->page[pfn].flags;
	return pages;
}

/* The event of this type that came last since the ring was emptied; 0 back: the last, 1: the one before. */
static struct mm_event event_of(enum mm_event_type type, unsigned back)
{
	struct mm_event ev = { 0 };

	for (u32 i = m->nr_events; i--;) {
		memcpy(&ev, m->host->event[i].word, sizeof(ev));
		if (ev.type == type && !back--)
			return ev;
	}
	return (struct mm_event){ 0 };
}

static unsigned events_of(enum mm_event_type type, unsigned report)
{
	unsigned nr = 0;

	for (u32 i = 0; i < m->nr_events; i++) {
		struct mm_event ev;

		memcpy(&ev, m->host->event[i].word, sizeof(ev));
		nr += ev.type == type && ev.report == report;
	}
	return nr;
}

static void forget_events(void)
{
	m->nr_events = 0;
	refuel();
}

static u64 *first_word(u64 pfn)
{
	return ram_address(m, pfn);
}
/* One store of a task, and what it reads; ~0 when it could not. */
static int task_store(unsigned id, u32 vpn, u64 word)
{
	u64 pfn;
	int err = task_access(id, vpn, true, &pfn);

	if (!err)
		ram_write_line(m, pfn, 0, word);
	return err;
}
static u64 task_load(unsigned id, u32 vpn)
{
	u64 pfn;

	return task_access(id, vpn, false, &pfn) ? ~0ULL : *first_word(pfn);
}
static struct page *page_at(unsigned id, u32 vpn)
{
	u64 pte = pte_get(vm_task(id), vpn);

	return pte & PTE_PRESENT ? pte_page(pte) : NULL;
}

/* --- life [PT1] ---------------------------------------------------------------------------------------------------------------------- */

static void test_create(void)
{
	u64 before;

	if (!boot())
		return;
	before = pages_in_use();
	ok(task_exit(3) == -ESRCH && task_kill(3) == -ESRCH && task_set_adj(3, 0) == -ESRCH && !task_figures(3).exists,
	   "who does not exist is not found");
	ok(task_create(VM_MAX_TASKS, 0) == -EINVAL && task_create(3, 1001) == -EINVAL && task_create(3, -1001) == -EINVAL,
	   "a number or an adj that cannot be is refused");
	ok(!task_create(3, -7), "a task is made");
	ok(task_figures(3).exists && task_figures(3).oom_score_adj == -7 && task_figures(3).pgtables_bytes == PAGE_SIZE &&
		   task_figures(3).total_vm == VM_ANON_PAGES, "it has one page table and nothing else");
	ok(event_of(EVENT_TASK, 0).report == TASK_CREATED && event_of(EVENT_TASK, 0).vm_task == 3, "that is announced");
	ok(vm_counter("nr_page_table_pages") == 1, "the table is counted");
	ok(task_create(3, 0) == -EEXIST, "it cannot be made twice");
	ok(task_set_adj(3, 1001) == -EINVAL && !task_set_adj(3, 1000) && task_figures(3).oom_score_adj == 1000 &&
		   event_of(EVENT_TASK, 0).report == TASK_ADJ && event_of(EVENT_TASK, 0).index == 1000,
	   "its adj changes, which is announced");
	same_text(memory_check(), NULL, "memory_check() agrees");
	ok(!task_exit(3) && pages_in_use() == before && !vm_counter("nr_page_table_pages"), "it ends, and gives back the table");
	ok(event_of(EVENT_TASK, 1).report == TASK_EXITS && event_of(EVENT_TASK, 0).report == TASK_GONE,
	   "the beginning and the end of its end are announced");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 1);
	ok(task_create(3, 0) == -ENOMEM && !task_figures(3).exists && pages_in_use() == before,
	   "without memory for its table it is not made");
	done("nothing is left of tasks");
}

/* --- anonymous memory ------------------------------------------------------------------------------------------------------------------ */

static void test_anonymous(void)
{
	struct mm_event ev;
	u64 pfn = 0, before;

	if (!boot() || task_create(1, 0))
		return;
	forget_events();
	ok(!task_access(1, 5, false, &pfn), "untouched memory can be read");
	ev = event_of(EVENT_PTE, 0);
	ok(ev.report == PTE_ACCESSED && ev.vm_task == 1 && ev.index == 5 && ev.pfn == pfn && !ev.on, "the access is announced");
	ev = event_of(EVENT_PTE, 1);
	ok(ev.report == PTE_MAPPED && ev.vm_task == 1 && ev.index == 5 && ev.pfn == pfn, "before it, that a page is there");
	ok(*first_word(pfn) == 0, "it reads as zero");
	ok(vm_page(pfn_to_page(pfn))->use == VM_USE_ANON && vm_page(pfn_to_page(pfn))->process == 2 &&
		   vm_page(pfn_to_page(pfn))->index == 5 && vm_page(pfn_to_page(pfn))->mapcount == 1,
	   "the page knows whose it is");
	ok(event_of(EVENT_VM_WANTED, 0).gfp == (GFP_HIGHUSER_MOVABLE | __GFP_ZERO) &&
		   event_of(EVENT_VM_WANTED, 1).gfp == (GFP_KERNEL | __GFP_ZERO),
	   "a table is asked for with GFP_KERNEL, then a page with GFP_HIGHUSER_MOVABLE");
	ok(task_figures(1).rss_anon == 1 && task_figures(1).pgtables_bytes == 2 * PAGE_SIZE && vm_counter("nr_anon_pages") == 1,
	   "one page and two tables are counted");
	ok(vm_counter("pgfault") == 1 && !vm_counter("pgmajfault"), "one fault, for which nothing was read");
	forget_events();
	ok(!task_access(1, 5, true, &pfn) && event_of(EVENT_PTE, 0).report == PTE_ACCESSED && event_of(EVENT_PTE, 0).on &&
		   !event_of(EVENT_PTE, 1).type, "what is there is written to without a fault");
	ok((pte_get(vm_task(1), 5) & (PTE_YOUNG | PTE_DIRTY)) == (PTE_YOUNG | PTE_DIRTY), "its entry says so");
	ok(!task_store(1, 6, 66) && !task_store(1, 1023, 77) && task_figures(1).pgtables_bytes == 3 * PAGE_SIZE,
	   "512 pages share a table");
	ok(task_load(1, 5) == 0 && task_load(1, 6) == 66 && task_load(1, 1023) == 77, "each page keeps what was written to it");
	ok(task_access(1, VM_SPACE_PAGES, false, &pfn) == -EFAULT && task_access(1, VM_ANON_PAGES, false, &pfn) == -EFAULT &&
		   task_figures(1).pgtables_bytes == 3 * PAGE_SIZE,
	   "where nothing is mapped there is a fault, and no table for it");
	ok(task_access(2, 0, false, &pfn) == -ESRCH, "who does not exist accesses nothing");
	ok(task_access(2, VM_SPACE_PAGES, false, &pfn) == -ESRCH, "wherever");
	ok(task_munmap(2, 0) == -ESRCH, "nor does he unmap anything");
	same_text(memory_check(), NULL, "memory_check() agrees");
	before = pages_in_use();
	ok(!task_madvise_dontneed(1, 0, 7) && task_figures(1).rss_anon == 1 && task_load(1, 6) == 0 && task_load(1, 1023) == 77,
	   "what is given back reads as zero, what is not stays");
	lru_add_drain_all();
	ok(pages_in_use() == before - 1, "its frames are free");
	ok(task_madvise_dontneed(1, VM_ANON_PAGES, 1) == -EINVAL && task_madvise_dontneed(1, 1, VM_ANON_PAGES) == -EINVAL,
	   "only anonymous memory can be given back so");
	ok(!task_exit(1), "it ends");
	lru_add_drain_all();
	same_number(pages_in_use(), 0, "and all is given back");
	done("memory_check() agrees with that");
}

static void test_no_memory(void)
{
	u64 pfn, before;

	if (!boot() || task_create(1, 0))
		return;
	before = pages_in_use();
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 1);
	ok(task_access(1, 9, true, &pfn) == -ENOMEM, "no memory for a table: -ENOMEM");
	ok(pages_in_use() == before && task_figures(1).pgtables_bytes == PAGE_SIZE && !task_figures(1).rss_anon,
	   "and nothing is left of the try");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 1, 1);
	ok(task_access(1, 9, true, &pfn) == -ENOMEM, "no memory for the page: -ENOMEM");
	ok(pages_in_use() == before + 1 && task_figures(1).pgtables_bytes == 2 * PAGE_SIZE && !task_figures(1).rss_anon,
	   "the table stays for the next try");
	ok(!vm_counter("oom_kill") && task_figures(1).exists, "nobody is killed for it");
	ok(!task_access(1, 9, true, &pfn), "which succeeds");
	ok(!this_cpu->process && !this_cpu->task_flags, "the CPU is nobody's again");
	done("memory_check() agrees");
}

/* --- killed ------------------------------------------------------------------------------------------------------------------------------- */

static void test_killed(void)
{
	struct task_scope scope;
	u64 pfn;
	u32 nr;

	if (!boot())
		return;
	for (unsigned id = 0; id < 8; id++)
		if (task_create(id, 0) || task_store(id, 1, id))
			return;
	forget_events();
	ok(!task_kill(0) && !task_kill(0) && events_of(EVENT_TASK, TASK_KILLED) == 1, "who is killed twice is killed once");
	ok(task_figures(0).exists && task_figures(0).killed && task_figures(0).rss_anon == 1, "it has what it had until it runs");
	ok(task_access(0, 1, false, &pfn) == -EINTR && !task_figures(0).exists, "a killed task ends where it would access memory,");
	for (unsigned id = 1; id < 6; id++)
		task_kill(id);
	ok(task_mmap(1, 0, FILE_A, 0, 4) == -EINTR && !task_figures(1).exists, "map a file,");
	ok(task_madvise_dontneed(2, 0, 4) == -EINTR && !task_figures(2).exists, "give memory back,");
	ok(task_mlock(3, 0, 4, &nr) == -EINTR && !nr && !task_figures(3).exists, "lock memory,");
	ok(task_pin(4, 0, &pfn) == -EINTR && !task_figures(4).exists, "have it pinned,");
	ok(!task_exit(5) && !task_figures(5).exists, "or exit");
	ok(task_access(5, 1, false, &pfn) == -ESRCH, "and is gone then");
	ok(!task_enter(&scope, 6) && this_cpu->process == 7 && current_process() == vm_task(6), "an operation runs as its task");
	task_kill(6);
	ok(fatal_signal_pending(), "and sees that it is killed");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 0, 1);
	ok(task_leave(&scope, handle_fault(scope.task, 600, true)) == -EINTR && !task_figures(6).exists,
	   "killed in the middle, it ends when there is no memory");
	ok(!task_enter(&scope, 7) && !task_kill(7) && !task_leave(&scope, handle_fault(scope.task, 600, true)) &&
		   task_figures(7).exists, "while there is, it goes on until its next operation");
	ok(!task_exit(7) && !this_cpu->process && !fatal_signal_pending(), "the CPU is nobody's at the end");
	lru_add_drain_all();
	same_number(pages_in_use(), 0, "all killed tasks gave back all");
	done("memory_check() agrees");
}

static void test_victim(void)
{
	struct task_scope scope;
	u64 pfn;

	if (!boot() || task_create(1, 0) || task_create(2, 0))
		return;
	mark_oom_victim(vm_task(1));
	ok(!task_enter(&scope, 1) && this_cpu->task_flags == PF_OOM_VICTIM && !task_leave(&scope, 0) && !this_cpu->task_flags,
	   "a victim's operation may use reserves, the next one may not");
	this_cpu->task_flags = PF_OOM_VICTIM | PF_MEMALLOC_NOFS;
	ok(!task_access(2, 1, false, &pfn) && this_cpu->task_flags == (PF_OOM_VICTIM | PF_MEMALLOC_NOFS) && !task_exit(1) &&
		   this_cpu->task_flags == (PF_OOM_VICTIM | PF_MEMALLOC_NOFS),
	   "the CPU has the flags it had before");
	this_cpu->task_flags = 0;
	ok(!vm_task(1)->oom_victim && !vm_task(1)->oom_skip, "nothing of a victim is left when it has ended");
	done("memory_check() agrees");
}

/* --- mlock, pins [PT6] ---------------------------------------------------------------------------------------------------------------------- */

static void test_mlock(void)
{
	struct page *page;
	u32 nr = 0;

	if (!boot() || task_create(1, 0))
		return;
	ok(!task_mlock(1, 10, 4, &nr) && nr == 4 && task_figures(1).rss_anon == 4, "mlock brings pages in");
	page = page_at(1, 11);
	ok(page && vm_flag(page, PGV_mlocked) && vm_task(1)->locked == 4, "and marks them");
	ok(!task_mlock(1, 12, 1, &nr) && vm_task(1)->locked == 4, "again is the same");
	same_text(memory_check(), NULL, "memory_check() agrees");
	ok(!task_munlock(1, 11, 100) && vm_task(1)->locked == 1 && !vm_flag(page, PGV_mlocked), "munlock takes the marks off");
	ok(!task_madvise_dontneed(1, 10, 1) && !vm_task(1)->locked, "what is given back is not locked");
	sim_plan_fault(m, FAULT_PAGE_ALLOC, 2, 1);
	ok(task_mlock(1, 20, 4, &nr) == -ENOMEM && nr == 2 && vm_task(1)->locked == 2, "without memory it says how far it came");
	ok(task_mlock(1, VM_ANON_PAGES - 1, 2, &nr) == -EFAULT && nr == 1, "and where nothing is mapped");
	ok(task_mlock(1, VM_SPACE_PAGES, 1, &nr) == -EINVAL && task_munlock(1, 1, VM_SPACE_PAGES) == -EINVAL,
	   "there is nothing behind the end");
	ok(!task_exit(1), "who ends has nothing locked");
	lru_add_drain_all();
	ok(!pages_in_use(), "and mlocked pages are given back");
	done("memory_check() agrees");
}

static void test_pin(void)
{
	struct page *page;
	u64 pfn = 0;

	if (!boot() || task_create(1, 0))
		return;
	ok(!task_pin(1, 3, &pfn) && page_at(1, 3) == pfn_to_page(pfn), "a page is brought in and pinned");
	page = pfn_to_page(pfn);
	lru_add_drain_all();
	ok(vm_page(page)->pins == 1 && vm_page_refs(page) == 2 && vm_counter("nr_foll_pin_acquired") == 1,
	   "the pin is a reference, and is counted");
	ok(!task_pin(1, 3, &pfn) && vm_page(page)->pins == 2, "it can be pinned twice");
	same_text(memory_check(), NULL, "memory_check() agrees");
	ok(!task_exit(1) && vm_flag(page, PGV_used) && !vm_page(page)->mapcount, "it stays when its task has ended");
	same_text(memory_check(), NULL, "memory_check() agrees");
	task_unpin(pfn);
	ok(vm_flag(page, PGV_used), "and while one pin is left");
	task_unpin(pfn);
	ok(!vm_flag(page, PGV_used) && vm_counter("nr_foll_pin_released") == 2, "then it is free");
	task_unpin(pfn);
	task_unpin(m->nr_frames);
	ok(vm_counter("nr_foll_pin_released") == 2, "what is not pinned is not unpinned");
	done("memory_check() agrees");
}

/* --- swap ------------------------------------------------------------------------------------------------------------------------------------ */

/* As reclaim does it. Returns the entry; 0: it stayed mapped. */
static u32 swap_out(unsigned id, u32 vpn)
{
	struct page *page = page_at(id, vpn);
	u32 entry;

	get_vm_page(page);
	lock_page(page);
	if (!vm_flag(page, PGV_swapcache))
		add_to_swap(page);
	entry = vm_page(page)->entry;
	if (!entry || !try_to_unmap(page)) {
		unlock_page(page);
		put_vm_page(page);
		return 0;
	}
	unlock_page(page);
	put_vm_page(page);
	return entry;
}

/* Written, into the compressed pool, and the frame is free. */
static bool forget_frame(u32 entry)
{
	struct page *page = swap_cache_get_page(entry);
	bool gone;

	lru_add_drain_all();
	lock_page(page);
	clear_page_dirty_for_io(page);
	swap_writepage(page);
	lock_page(page);
	gone = remove_from_swap_cache(page);
	unlock_page(page);
	put_vm_page(page);
	return gone;
}

static void test_swap(void)
{
	struct page *page;
	u32 entry;

	if (!boot() || swapon(1, 32, -1) || task_create(1, 0) || task_store(1, 7, 77) || task_store(1, 8, 88))
		return;
	lru_add_drain_all();
	page = page_at(1, 7);
	forget_events();
	entry = swap_out(1, 7);
	ok(entry && !page_at(1, 7) && pte_get(vm_task(1), 7) == ((u64)entry << PTE_SHIFT | PTE_SWAP), "swap takes a page's entry");
	ok(event_of(EVENT_PTE, 0).report == PTE_SWAPPED && event_of(EVENT_PTE, 0).asked == entry && event_of(EVENT_PTE, 0).index == 7,
	   "which is announced");
	ok(task_figures(1).rss_anon == 1 && task_figures(1).swapents == 1 && vm_counter("nr_anon_pages") == 1, "and counted");
	same_text(memory_check(), NULL, "memory_check() agrees");
	ok(task_load(1, 7) == 77 && page_at(1, 7) == page && task_figures(1).swapents == 0 && !vm_counter("pgmajfault"),
	   "the next access finds the page where it was, and reads nothing");
	ok(vm_flag(page, PGV_swapcache) && vm_page(page)->entry == entry, "who only reads leaves the slot what it holds");
	ok(swap_out(1, 7) == entry && task_store(1, 7, 78) == 0 && !vm_flag(page, PGV_swapcache), "who writes does not need it");
	ok(!task_access(1, 7, true, &(u64){ 0 }) && task_load(1, 7) == 78, "and sees what was written");
	entry = swap_out(1, 7);
	if (!ok(entry && forget_frame(entry), "the frame is given up"))
		return;
	ok(task_load(1, 7) == 78 && vm_counter("pgmajfault") == 1, "the contents come back, by a major fault");
	same_text(memory_check(), NULL, "memory_check() agrees");
	page = page_at(1, 7);
	ok(vm_flag(page, PGV_swapcache) && !vm_flag(page, PGV_dirty), "a clean copy of its slot");
	task_store(1, 7, 79);
	entry = swap_out(1, 7);
	ok(entry && vm_flag(page, PGV_dirty), "that is written to is dirty when its entry goes");
	ok(forget_frame(entry) && task_load(1, 7) == 79, "so that nothing is lost");
	done("memory_check() agrees at the end");
}

static void test_swap_is_given_back(void)
{
	u32 entry, nr;
	u64 slots;

	if (!boot() || swapon(1, 32, -1) || task_create(1, 0))
		return;
	slots = get_nr_swap_pages();
	for (u32 vpn = 0; vpn < 6; vpn++)
		if (task_store(1, vpn, vpn + 1))
			return;
	lru_add_drain_all();
	for (u32 vpn = 0; vpn < 4; vpn++) {
		entry = swap_out(1, vpn);
		if (vpn < 2)
			forget_frame(entry);
	}
	same_number(get_nr_swap_pages(), slots - 4, "four slots are used");
	forget_events();
	ok(!task_madvise_dontneed(1, 0, 1) && event_of(EVENT_PTE, 0).report == PTE_DROPPED && get_nr_swap_pages() == slots - 3,
	   "memory that is given back needs no slot");
	ok(!task_madvise_dontneed(1, 2, 1) && get_nr_swap_pages() == slots - 2, "nor if its page is still there");
	entry = swap_out(1, 4);
	ok(entry && task_load(1, 4) == 5 && vm_flag(page_at(1, 4), PGV_swapcache) && !task_madvise_dontneed(1, 4, 1) &&
		   get_nr_swap_pages() == slots - 2, "nor if it was read since, and kept its slot");
	entry = pte_entry(pte_get(vm_task(1), 1));
	ok(!unuse_entry(entry) && page_at(1, 1) && task_load(1, 1) == 2 && !unuse_entry(entry), "swapoff brings an entry back");
	same_number(task_figures(1).swapents, 1, "one is left");
	same_text(memory_check(), NULL, "memory_check() agrees");
	ok(!task_mlock(1, 3, 2, &nr) && !task_figures(1).swapents && task_load(1, 3) == 4, "mlock brings it back");
	ok(!swap_out(1, 3) && page_at(1, 3), "what is mlocked keeps its entry");
	ok(!task_munlock(1, 3, 1) && swap_out(1, 3), "what is no longer does not");
	task_exit(1);
	same_number(get_nr_swap_pages(), slots, "who ends leaves no slot used");
	lru_add_drain_all();
	done("memory_check() agrees at the end");
}

/* --- the reaper [O7] ---------------------------------------------------------------------------------------------------------------------------- */

static void test_reaper(void)
{
	u64 freed = 0, slots;
	u32 nr;

	if (!boot() || swapon(1, 32, -1) || task_create(1, 0) || task_create(2, 0))
		return;
	slots = get_nr_swap_pages();
	for (u32 vpn = 0; vpn < 4; vpn++)
		if (task_store(1, vpn, 1) || task_store(2, vpn, 2))
			return;
	task_mlock(1, 1, 1, &nr);
	lru_add_drain_all();
	swap_out(1, 3);
	ok(task_reap(vm_task(1), &freed) && !freed && task_figures(1).rss_anon == 3, "who lives is not reaped");
	task_kill(1);
	mutex_lock(&vm_task(1)->mmap_lock);
	ok(!task_reap(vm_task(1), &freed) && !freed, "nor who is in the middle of something");
	mutex_unlock(&vm_task(1)->mmap_lock);
	ok(task_reap(vm_task(1), &freed) && freed == 3, "a victim's private memory is freed, mlocked or not");
	ok(!task_figures(1).rss_anon && !task_figures(1).swapents && !vm_task(1)->locked && get_nr_swap_pages() == slots,
	   "and its slots");
	ok(task_figures(2).rss_anon == 4 && task_load(2, 1) == 2, "nobody else's");
	ok(task_figures(1).exists && task_figures(1).pgtables_bytes == 2 * PAGE_SIZE, "tables stay until it ends");
	done("memory_check() agrees");
}

/* --- files [PT3] [PT4] ----------------------------------------------------------------------------------------------------------------------------- */

static bool boot_with_files(void)
{
	u8 buffer[SIM_PAGE_SIZE];

	if (!boot())
		return false;
	for (u32 i = 0; i < 4; i++) {
		memset(buffer, (int)i + 1, sizeof(buffer));
		if (file_write(FILE_A, i, buffer)) {
			skip("windows show files", "there are no files yet");
			return false;
		}
	}
	return !task_create(1, 0) && !task_create(2, 0) && !task_mmap(1, 0, FILE_A, 0, 8) && !task_mmap(2, 7, FILE_A, 2, 16);
}

#define BYTES(b) (0x0101010101010101ULL * (b))

static void test_windows(void)
{
	u32 first = window_vpn(0), other = window_vpn(7);
	struct page *page;
	u64 pfn = 0;

	if (!boot_with_files())
		return;
	ok(task_figures(1).total_vm == VM_ANON_PAGES + 8 && !task_figures(1).rss_file, "a window costs nothing");
	ok(task_mmap(1, 0, FILE_A, 0, 1) == -EBUSY && task_mmap(1, VM_WINDOWS, FILE_A, 0, 1) == -EINVAL &&
		   task_mmap(1, 1, FILE_A, 0, 0) == -EINVAL && task_mmap(1, 1, FILE_A, 0, VM_WINDOW_PAGES + 1) == -EINVAL &&
		   task_mmap(1, 1, FILE_A, FILE_MAX_PAGES, 1) == -EINVAL, "one that cannot be is refused");
	ok(task_load(1, first + 2) == BYTES(3) && task_load(2, other) == BYTES(3), "it shows what the file holds");
	page = page_at(1, first + 2);
	ok(page && page == page_at(2, other) && vm_page(page)->mapcount == 2, "all see the same page");
	ok(task_figures(1).rss_file == 1 && !task_figures(1).rss_anon && vm_counter("nr_mapped") == 1, "it is counted once");
	same_text(memory_check(), NULL, "memory_check() agrees");
	ok(!(pte_get(vm_task(1), first + 2) & PTE_WRITE) && !task_store(1, first + 2, 5) && vm_flag(page, PGV_dirty) &&
		   (pte_get(vm_task(1), first + 2) & PTE_WRITE) && !(pte_get(vm_task(2), other) & PTE_WRITE),
	   "the first write makes the page dirty, and the entry writable");
	ok(task_load(2, other) == 5, "all see what was written");
	ok(vm_page(page)->mapcount == 2, "that is no new mapping");
	ok(task_access(1, first + 8, false, &pfn) == -EFAULT && task_access(1, first + 127, true, &pfn) == -EFAULT,
	   "behind its end there is nothing");
	same_text(memory_check(), NULL, "memory_check() agrees");
	ok(!task_munmap(1, 0) && task_figures(1).total_vm == VM_ANON_PAGES && vm_page(page)->mapcount == 1 &&
		   task_load(2, other) == 5, "one window goes, the other stays");
	ok(task_munmap(1, 0) == -EINVAL && task_munmap(1, VM_WINDOWS) == -EINVAL, "what is not mapped is not unmapped");
	task_exit(2);
	ok(!vm_page(page)->mapcount && !vm_counter("nr_mapped") && vm_flag(page, PGV_dirty), "who ends leaves the page to the file");
	done("memory_check() agrees at the end");
}

static void test_rmap(void)
{
	u32 first = window_vpn(0), other = window_vpn(7), nr;
	struct page *page;
	bool mlocked;

	if (!boot_with_files())
		return;
	task_store(1, first + 2, 5);
	task_load(2, other);
	page = page_at(1, first + 2);
	get_vm_page(page);
	ok(page_referenced(page, &mlocked) == 2 && !mlocked, "both mappings were used");
	ok(page_referenced(page, &mlocked) == 0, "and not since");
	task_load(2, other);
	ok(page_referenced(page, &mlocked) == 1, "then one was");
	lock_page(page);
	forget_events();
	ok(page_mkclean(page) == 1 && !page_mkclean(page) && events_of(EVENT_PTE, PTE_CLEANED) == 1,
	   "the mapping that wrote is made clean");
	unlock_page(page);
	ok(!(pte_get(vm_task(1), first + 2) & (PTE_WRITE | PTE_DIRTY)), "and may not write");
	cancel_dirty_page(page);
	ok(!task_store(1, first + 2, 6) && vm_flag(page, PGV_dirty) && (pte_get(vm_task(1), first + 2) & PTE_WRITE),
	   "so its next write is seen");
	task_mlock(2, other, 1, &nr);
	lock_page(page);
	ok(!try_to_unmap(page) && page_at(2, other) == page && vm_page(page)->mapcount, "an mlocked mapping stays");
	unlock_page(page);
	same_text(memory_check(), NULL, "memory_check() agrees");
	task_munlock(2, other, 1);
	lock_page(page);
	ok(try_to_unmap(page) && !page_at(1, first + 2) && !page_at(2, other) && !vm_page(page)->mapcount,
	   "reclaim takes a page out of all windows");
	unlock_page(page);
	ok(task_load(1, first + 2) == 6 && page_at(1, first + 2) == page, "it is found again in the file");
	task_mlock(1, first + 2, 1, &nr);
	task_mlock(2, other, 1, &nr);
	task_munlock(1, first + 2, 1);
	ok(vm_flag(page, PGV_mlocked), "mlocked by two, munlocked by one: it stays mlocked");
	task_exit(2);
	ok(!vm_flag(page, PGV_mlocked) && vm_page(page)->mapcount == 1, "until the other one is gone");
	put_vm_page(page);
	done("memory_check() agrees at the end");
}

static void test_truncate(void)
{
	u32 first = window_vpn(0);
	struct page *page;
	u64 pfn, freed = 0;
	u32 nr;

	if (!boot_with_files())
		return;
	task_mlock(1, first, 4, &nr);
	ok(nr == 4 && vm_task(1)->locked == 4, "four pages of the file are mlocked");
	page = page_at(1, first + 3);
	get_vm_page(page);
	ok(!file_truncate(FILE_A, 2), "the file becomes shorter");
	ok(task_access(1, first + 2, false, &pfn) == -EFAULT && task_access(1, first + 3, true, &pfn) == -EFAULT,
	   "what was cut off is not there");
	ok(task_load(1, first + 1) == BYTES(2), "what was not is");
	ok(vm_task(1)->locked == 2 && !vm_flag(page, PGV_mlocked) && !vm_page(page)->mapcount, "nothing of it is mapped or mlocked");
	put_vm_page(page);
	same_text(memory_check(), NULL, "memory_check() agrees");
	task_kill(1);
	ok(task_reap(vm_task(1), &freed) && !freed && task_figures(1).rss_file == 2, "the reaper leaves files alone");
	done("memory_check() agrees at the end");
}

/* --- memory_check() ------------------------------------------------------------------------------------------------------------------------------- */

#define WRONG(clause, word, value, what) WRONG_WORD(memory_check(), word, value, clause, clause ": " what)

static void test_check(void)
{
	struct vm_task *task;
	struct vm_page *v;
	struct page *page;
	u64 *pte;
	u32 nr;

	if (!boot() || swapon(1, 32, -1) || task_create(0, 0) || task_create(1, 0) || task_store(0, 4, 1) || task_store(0, 5, 1) ||
	    task_store(0, 6, 1))
		return;
	task = vm_task(0);
	lru_add_drain_all();
	swap_out(0, 5);
	task_mlock(0, 6, 1, &nr);
	page = page_at(0, 4);
	v = vm_page(page);
	pte = pte_place(task->table[0], 4);
	says_clause(memory_check(), NULL, "memory_check() has nothing to say");
	WRONG("V2", v->mapcount, 2, "a mapping that is not there");
	WRONG("V2", v->mapcount, 0, "a mapping that is not counted");
	WRONG("V2", v->flags, v->flags & ~(u32)PGV_uptodate, "a page that holds nothing yet");
	WRONG("V2", *pte, *pte + (1ULL << 40), "an entry that points nowhere");
	WRONG("V2", page->refcount, 0, "a mapping without a reference");
	WRONG("PT3", v->index, 3, "a page that is somewhere else");
	WRONG("PT3", v->process, 2, "another task's page");
	WRONG("PT3", *pte, *pte | PTE_WINDOW, "an anonymous page that says it is a file's");
	WRONG("PT5", task->rss_anon, 3, "rss");
	WRONG("PT5", task->rss_file, 1, "rss of files");
	WRONG("PT5", task->swapents, 0, "swapents");
	WRONG("PT5", task->locked, 2, "locked");
	WRONG("PT5", task->nr_tables, 3, "number of tables");
	WRONG("PT5", task->total_vm, 1, "total_vm");
	WRONG("PT5", *pte_place(task->table[0], 5), PTE_SWAP, "an entry of no device");
	WRONG("PT5", *pte_place(task->table[0], 5), *pte_place(task->table[0], 5) & ~PTE_SWAP, "an entry that is nothing");
	WRONG("PT5", vm_page(task->table[0])->use, VM_USE_FILE, "a table in a page of a file");
	WRONG("PT5", task->pgd, NULL, "a task without tables");
	WRONG("V2", vm_page(task->pgd)->mapcount, 1, "a table that is said to be mapped");
	WRONG("PT5", *pte_place(task->pgd, 0), 0, "a table that nobody finds");
	WRONG("PT5", vm_state()->node[0].stat[NR_PAGETABLE], 2, "tables of a node");
	WRONG("PT5", vm_state()->node[0].stat[NR_ANON_MAPPED], 1, "anonymous pages of a node");
	WRONG("PT5", vm_state()->node[0].stat[NR_FILE_MAPPED], 1, "mapped pages of a node");
	WRONG("PT5", vm_state()->node[0].stat[NR_FOLL_PIN_ACQUIRED], 1, "pins");
	WRONG("PT6", v->flags, v->flags | PGV_mlocked, "a page that is mlocked by nobody");
	WRONG("PT6", vm_page(page_at(0, 6))->flags, vm_page(page_at(0, 6))->flags & ~(u32)PGV_mlocked, "an mlocked page that is not");
	WRONG("PT1", vm_task(9)->killed, true, "a task that does not exist was killed");
	WRONG("PT1", vm_task(9)->window[1].nr, 1, "and has a window");
	WRONG("PT1", vm_task(9)->rss_anon, 1, "and memory");
	WRONG("PT1", vm_task(9)->total_vm, 1, "and an address space");
	WRONG("PT1", vm_task(9)->table[1], page, "and a table");
	WRONG("PT1", vm_state()->tasks->nr, 1, "number of tasks");
	WRONG("PT2", task->exiting, true, "a task that has not finished to end");
	done("memory_check() has nothing to say again");
	if (!boot_with_files() || task_store(1, window_vpn(0), 1))
		return;
	task = vm_task(1);
	v = vm_page(page_at(1, window_vpn(0)));
	WRONG("PT3", task->window[0].file, FILE_A + 1, "a window with a page of another file");
	WRONG("PT3", task->window[0].nr, 0, "one that is too short");
	WRONG("PT3", v->mapping, NULL, "one with a page of no file");
	WRONG("PT3", task->window[0].first, 1, "and one with another page");
	WRONG("PT3", v->flags, v->flags | PGV_swapbacked, "one with an anonymous page");
	pte = pte_place(task->table[VM_ANON_PAGES / 512], 0);
	WRONG("PT3", *pte, *pte & ~(u64)PTE_WINDOW, "one that says it is no file's");
	WRONG("PT4", v->flags, v->flags & ~(u32)PGV_dirty, "a writable entry of a clean page");
	done("memory_check() has nothing to say of files again");
}

int main(void)
{
	test_create();
	test_anonymous();
	test_no_memory();
	test_killed();
	test_victim();
	test_mlock();
	test_pin();
	test_swap();
	test_swap_is_given_back();
	test_reaper();
	test_windows();
	test_rmap();
	test_truncate();
	test_check();
	return tap_end();
}
