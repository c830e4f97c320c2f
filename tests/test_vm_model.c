/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_vm_model.c - who checks the judges of tasks' pages, files, swap and the lists that reclaim looks at.
 *
 * An honest program brings machine and model into a state. Then the model is told a lie. Exactly the sentence that is due must
 * be said. What is honest and happens seldom is told too, so that the lie behind it is about something.
 */
#include <errno.h>
#include "lied_to.h"
#include "../model/vm_state.h"
#include "../model/model_text.h"
#include "../lockstep/vm_client.h"

#define TASK  "0: t0 = task_create adj=1000\n"
#define WROTE TASK "1: task_write t0 vpn=1 fill=words\n"
#define FILED WROTE "2: file_write file=1 index=3 fill=words\n"
#define MAPPED FILED "3: task_mmap t0 window=0 file=1 index=0 nr=15\n"
#define TWICE                                                                                                          \
	MAPPED "4: task_mmap t0 window=1 file=1 index=3 nr=5\n5: task_mmap t0 window=2 file=1 index=3 nr=5\n"           \
	       "6: window_read t0 window=1 page=0\n7: window_read t0 window=2 page=0\n"
#define WINDOW(at) (VM_ANON_PAGES + (at))
#define ENTRY (1u << 24 | 1)

static void state(const char *ops)
{
	state_of("mmcheck-trace 1 profile=small start=pressure", ops);
}

static struct model *model(void)
{
	return w->model;
}
static struct vm_frame *frame(u64 pfn)
{
	return vm_change(model(), pfn);
}
/* The frame of a virtual page of task 0, of a page of file 1. */
static u32 at(u32 vpn)
{
	return vm_pte(model(), 0, vpn)->at;
}
static u64 of_use(unsigned use)
{
	u64 pfn = 0;

	while (pfn < model()->nr_frames && model()->vm->frame[pfn].use != use + 1)
		pfn++;
	return pfn;
}
static u32 page(u32 index)
{
	return vm_block(model(), 1, index)->frame - 1;
}
static struct vm_flight *flight(void)
{
	return vm_flight_on(model(), 0);
}

static void ask(struct model_vm_ask ask)
{
	model_begin_vm(model(), 0, 0, &ask);
}
#define ASK(...) ask((struct model_vm_ask){ __VA_ARGS__ })
#define ANSWER(error, value) model_vm_answer(model(), 0, error, value)

/* Whoever runs on CPU 0 reclaims. */
static void reclaim(void)
{
	ASK(.op = VM_OP_ACCESS, .task = 0, .index = 9, .write = true);
	flight()->reclaims = 1;
}

static const char *pte(unsigned news, u32 vpn, u64 pfn, u32 entry, bool on)
{
	return TELL(.type = EVENT_PTE, .report = (u8)news, .vm_task = 0, .index = vpn, .pfn = pfn, .asked = entry, .on = on);
}
static const char *news(unsigned what, u64 pfn)
{
	return TELL(.type = EVENT_PAGE_STATE, .report = (u8)what, .pfn = pfn);
}
static const char *cache(unsigned why, u32 file, u32 index, u64 pfn, bool on)
{
	return TELL(.type = EVENT_PAGE_CACHE, .report = (u8)why, .file = file, .index = index, .pfn = pfn, .on = on);
}
static const char *io(unsigned what, unsigned device, u64 block, u64 pfn, bool write)
{
	return TELL(.type = EVENT_IO, .report = (u8)what, .vm_device = (u8)device, .index = block, .pfn = pfn, .on = write);
}
static const char *swap(unsigned what, u32 entry, u64 pfn)
{
	return TELL(.type = EVENT_SWAP, .report = (u8)what, .entry = entry, .pfn = pfn);
}
static const char *lru(u64 pfn, unsigned from, unsigned to, unsigned why)
{
	return TELL(.type = EVENT_LRU, .pfn = pfn, .lru_from = (u8)from, .lru_to = (u8)to, .report = (u8)why);
}
static const char *wanted(unsigned use, unsigned flags)
{
	return TELL(.type = EVENT_VM_WANTED, .report = (u8)use, .gfp = GFP_KERNEL, .nid = 255, .context = (u8)flags);
}
static const char *given(unsigned use, u64 pfn)
{
	return TELL(.type = EVENT_VM_GIVEN, .report = (u8)use, .pfn = pfn);
}
static const char *returned(u64 pfn)
{
	return TELL(.type = EVENT_VM_RETURNED, .pfn = pfn);
}

/* Pages for a slab of this cache. */
static const char *slab_wanted(const char *cache, unsigned flags)
{
	unsigned id = 1;

	while (strcmp(model()->slab->cache[id].name, cache))
		id++;
	return TELL(.type = EVENT_SLAB_PAGES_WANTED, .cache = (u8)id, .order = model_cache(model(), id)->order, .gfp = GFP_KERNEL,
		    .nid = 255, .context = (u8)flags);
}

/* A frame of ours that nobody has anything in, as if it had been given for this. */
static u32 fresh(unsigned use)
{
	u32 pfn = at(1) + 1;

	while (model()->frame[pfn].state != FRAME_FREE)
		pfn++;
	*frame(pfn) = (struct vm_frame){ .use = (u8)(use + 1), .place = LRU_NOWHERE, .file = VM_NO_FILE, .flags = VMF_TOUCHED };
	return pfn;
}

/* --- pages --------------------------------------------------------------------------------------------------------------- */

static void test_requests(void)
{
	state_of("mmcheck-trace 1 profile=small start=slab", "0: sleep ms=0\n");
	says_clause(news(PAGE_DIRTY, 1), "R53", "before there are tasks: R53");
	state(WROTE);
	says_clause(wanted(VM_USE_ANON, 0), "R53", "a page nobody wants: R53");
	says_clause(given(VM_USE_ANON, 8), "R53", "given to nobody: R53");
	says_clause(returned(at(1)), "R53", "returned by nobody: R53");
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_DIRECT_BEGINS), "R53", "reclaim begins for nobody: R53");
	ASK(.op = VM_OP_ACCESS, .index = 2);
	says_clause(wanted(VM_USE_ANON, 0), NULL, "a page is wanted");
	says_clause(given(VM_USE_FILE, 8), "R53", "and given for something else: R53");
	says_clause(wanted(VM_USE_ANON, 0), "R53", "wanted again before that: R53");
	says_clause(model_end(model(), 0), "R53", "and nobody says what came of it: R53");
	state(WROTE);
	ASK(.op = VM_OP_ACCESS, .index = 2);
	says_clause(wanted(VM_USE_BALLOON, 0), "R53", "for a balloon that nobody wants to grow: R53");
	state(WROTE);
	ASK(.op = VM_OP_BALLOON, .nr = 1);
	says_clause(wanted(VM_USE_BALLOON, 0), "O5", "for a balloon, and somebody could be killed for it: O5");
	state(WROTE);
	ASK(.op = VM_OP_BALLOON, .nr = 1);
	says_clause(ANSWER(0, 1), "R61", "a balloon of one page, which it never got: R61");
	says_clause(ANSWER(0, 0), "R61", "or of none: R61");
	says_clause(ANSWER(-ENOMEM, 5), "R61", "or of five, refused: R61");
	state("0: balloon pages=3\n");
	same_number(model()->vm->sums.balloon, 3, "a balloon of three pages");
	ASK(.op = VM_OP_ACCESS, .index = 2);
	says_clause(returned(of_use(VM_USE_BALLOON)), "O5", "one of them comes back, and nobody ran out: O5");
	model()->vm->sums.balloon = 2;
	says_clause(vm_settled(model()), "Q5", "all is over, and it has pages: Q5");
	state(WROTE);
	ASK(.op = VM_OP_ACCESS, .index = 2);
	says_clause(wanted(NR_VM_USES, 0), "R53", "for a use that is none: R53");
	says_clause(wanted(VM_USE_ANON, 1), "R26", "from the reserves of reclaim: R26");
	state(WROTE);
	reclaim();
	says_clause(wanted(VM_USE_ZSWAP, 0), "R26", "by reclaim, without: R26");
	state(WROTE);
	reclaim();
	says_clause(slab_wanted("bio", 0), "R26", "for a slab, by reclaim, without: R26");
	state(WROTE);
	model_scope(model(), 0, 2);
	ASK(.op = VM_OP_ACCESS, .index = 2);
	says_clause(wanted(VM_USE_ANON, 0), "Z10", "outside of a scope: Z10");
	model_scope(model(), 0, 0);
	state(WROTE);
	ASK(.op = VM_OP_FILE_READ, .file = 1, .index = 0);
	wanted(VM_USE_TABLE, 0);
	model()->flight[0][1].got = 1;
	model()->flight[0][1].got_pfn = 8;
	says_clause(given(VM_USE_TABLE, 8), "R53", "a table for who maps nothing: R53");
}

static void test_frees(void)
{
	static const struct {
		u16 flag;
		const char *what;
	} busy[] = { { VMF_WRITEBACK, "while it is written: R54" }, { VMF_READING, "while it is read: R54" }, { VMF_MLOCKED, "while it is mlocked: R54" } };
	u32 pfn;

	state(FILED);
	ASK(.op = VM_OP_DONTNEED, .index = 1, .nr = 1);
	says_clause(returned(0), "R53", "a frame of somebody else: R53");
	says_clause(returned(at(1)), "R54", "freed while it is mapped: R54");
	says_clause(returned(page(3)), "R54", "while it is in a file: R54");
	pfn = fresh(VM_USE_ANON);
	frame(pfn)->pins = 1;
	says_clause(returned(pfn), "R54", "while it is pinned: R54");
	frame(pfn)->pins = 0;
	frame(pfn)->entry = ENTRY;
	says_clause(returned(pfn), "R54", "while swap's cache has it: R54");
	frame(pfn)->entry = 0;
	frame(pfn)->place = LRU_ACTIVE_ANON;
	says_clause(returned(pfn), "R54", "while it is on a list: R54");
	frame(pfn)->place = LRU_NOWHERE;
	for (unsigned i = 0; i < 3; i++) {
		frame(pfn)->flags |= busy[i].flag;
		says_clause(returned(pfn), "R54", busy[i].what);
		frame(pfn)->flags &= (u16)~busy[i].flag;
	}
	says_clause(vm_judge_free(model(), pfn), NULL, "when nothing is in the way");
}

static const char *kthread(unsigned task, unsigned k, bool on)
{
	return TELL(.type = EVENT_KTHREAD, .task = (u8)task, .kthread = (u8)k, .on = on);
}

static void test_kernel_threads(void)
{
	state(WROTE);
	says_clause(kthread(6, 5, false), "R53", "a kernel thread ends that was not at work: R53");
	says_clause(kthread(6, 4, true), "R53", "one begins as another: R53");
	says_clause(kthread(6, 5, true), NULL, "one begins");
	says_clause(kthread(6, 5, true), "R53", "and again: R53");
	says_clause(TELL(.type = EVENT_PAGE_STATE, .task = 6, .report = PAGE_DIRTY, .pfn = at(1)), NULL, "it does something");
	says_clause(TELL(.type = EVENT_PAGE_STATE, .task = 7, .report = PAGE_CLEAN, .pfn = at(1)), "R56", "another one, not at work: R56");
	says_clause(kthread(6, 5, false), NULL, "and ends");
	state(WROTE);
	kthread(6, 5, true);
	model()->vm->flight[MODEL_MAX_CPUS + 5][0].reclaims = 1;
	says_clause(kthread(6, 5, false), "R53", "before its reclaim does: R53");
	state(WROTE);
	reclaim();
	flight()->reclaims = 0;
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_DIRECT_ENDS), "R53", "reclaim ends that did not begin: R53");
	begin_reclaim(model(), 0);
	says_clause(model_end(model(), 0), "R53", "an operation ends before reclaim in its middle: R53");
}

/* --- page tables ---------------------------------------------------------------------------------------------------------------- */

static void test_mapping(void)
{
	u32 pfn;

	state(MAPPED);
	pfn = fresh(VM_USE_ANON);
	ASK(.op = VM_OP_ACCESS, .index = 2, .write = true);
	says_clause(pte(PTE_MAPPED, VM_SPACE_PAGES, pfn, 0, true), "R52", "outside of the address space: R52");
	says_clause(pte(PTE_MAPPED, 2, 0, 0, true), "R52", "a frame of somebody else: R52");
	says_clause(pte(PTE_MAPPED, 1, pfn, 0, true), "R52", "where nobody touches: R52");
	says_clause(pte(PTE_MAPPED, 2, page(3), 0, true), "R51", "a file's page as anonymous: R51");
	says_clause(pte(PTE_MAPPED, 2, at(1), 0, true), "R51", "one that is mapped elsewhere: R51");
	frame(pfn)->key = 5;
	frame(pfn)->flags |= VMF_KNOWN;
	says_clause(pte(PTE_MAPPED, 2, pfn, 0, true), "R51", "one that holds something: R51");
	frame(pfn)->flags &= (u16)~VMF_KNOWN;
	says_clause(pte(PTE_MAPPED, 2, pfn, 0, true), NULL, "a new one");
	says_clause(pte(PTE_MAPPED, 2, pfn, 0, true), "R52", "and again: R52");
	says_clause(pte(PTE_ACCESSED, 2, at(1), 0, true), "V2", "used is another one: V2");
	says_clause(pte(PTE_ACCESSED, 2, pfn, 0, true), NULL, "it is used");
	says_clause(pte(PTE_ACCESSED, 1, at(1), 0, true), "R52", "and another page: R52");
	says_clause(ANSWER(0, pfn), NULL, "that is the answer");
	state(MAPPED);
	ASK(.op = VM_OP_ACCESS, .index = WINDOW(2), .write = true);
	says_clause(pte(PTE_MAPPED, WINDOW(2), page(3), 0, false), "R51", "another page of the file: R51");
	state(MAPPED);
	ASK(.op = VM_OP_ACCESS, .index = WINDOW(3), .write = true);
	says_clause(pte(PTE_MAPPED, WINDOW(3), page(3), 0, false), NULL, "the right one");
	frame(page(3))->flags &= (u16)~VMF_DIRTY;
	says_clause(pte(PTE_ACCESSED, WINDOW(3), page(3), 0, true), "R56", "written while it is clean: R56");
	says_clause(pte(PTE_CLEANED, WINDOW(3), page(3), 0, false), NULL, "it cannot be written any more");
}

static void test_unmapping(void)
{
	state(MAPPED "4: window_write t0 window=0 page=3 fill=words\n");
	ASK(.op = VM_OP_ACCESS, .index = 1);
	says_clause(pte(PTE_UNMAPPED, 1, at(1), 0, false), "R52", "a page is given up by nobody: R52");
	says_clause(pte(PTE_RECLAIMED, WINDOW(3), page(3), 0, false), "R52", "or reclaimed by nobody: R52");
	says_clause(pte(PTE_SWAPPED, 1, at(1), ENTRY, false), "R52", "or swapped: R52");
	says_clause(pte(PTE_DROPPED, 1, ~0ULL, ENTRY, false), "R52", "or an entry is dropped that is none: R52");
	state(MAPPED "4: window_write t0 window=0 page=3 fill=words\n");
	reclaim();
	says_clause(pte(PTE_RECLAIMED, 1, at(1), 0, false), "R50", "an anonymous page is reclaimed without swap: R50");
	says_clause(pte(PTE_SWAPPED, 1, at(1), ENTRY, false), "R20", "or swapped without a slot: R20");
	vm_pte(model(), 0, 1)->flags |= VMP_MLOCKED;
	vm_pte(model(), 0, WINDOW(3))->flags |= VMP_MLOCKED;
	says_clause(pte(PTE_SWAPPED, 1, at(1), ENTRY, false), "R24", "one that is mlocked is swapped: R24");
	says_clause(pte(PTE_RECLAIMED, WINDOW(3), page(3), 0, false), "R24", "or reclaimed: R24");
	vm_pte(model(), 0, WINDOW(3))->flags &= (u8)~VMP_MLOCKED;
	says_clause(pte(PTE_RECLAIMED, WINDOW(3), page(3), 0, false), NULL, "a file's page is");
	state(MAPPED);
	ASK(.op = VM_OP_DONTNEED, .index = 1, .nr = 1);
	says_clause(pte(PTE_UNMAPPED, 1, at(1), 0, false), NULL, "a page is given up");
	says_clause(ANSWER(0, 0), NULL, "that is so");
}

static const char *window(unsigned what, unsigned nr)
{
	return TELL(.type = EVENT_TASK, .report = (u8)what, .vm_task = 0, .order = (u8)nr);
}

static const char *task(unsigned what, s64 adj)
{
	return TELL(.type = EVENT_TASK, .report = (u8)what, .vm_task = 0, .index = (u64)adj);
}

static void test_windows(void)
{
	state(MAPPED);
	ASK(.op = VM_OP_ACCESS, .index = 1);
	says_clause(window(TASK_MAPS, 1), "R52", "a window is mapped, and nobody wants it: R52");
	says_clause(window(TASK_UNMAPS, 0), "R52", "one is unmapped: R52");
	says_clause(window(TASK_UNMAPS, 1), "R61", "one that is not mapped: R61");
	state(MAPPED);
	ASK(.op = VM_OP_MMAP, .window = 1, .file = 2, .nr = 4);
	says_clause(window(TASK_MAPS, 2), "R52", "another one than asked for: R52");
	says_clause(ANSWER(0, 0), "R61", "it is said to be mapped, and is not: R61");
	says_clause(window(TASK_MAPS, 1), NULL, "now it is");
	says_clause(ANSWER(0, 0), NULL, "and that is so");
	state(MAPPED);
	ASK(.op = VM_OP_MMAP, .file = 2, .nr = 4);
	says_clause(window(TASK_MAPS, 0), "R61", "a window is mapped twice: R61");
	state(MAPPED "4: window_read t0 window=0 page=3\n");
	ASK(.op = VM_OP_MUNMAP);
	says_clause(window(TASK_UNMAPS, 0), "R61", "unmapped, and a page of it is there: R61");
	says_clause(ANSWER(0, 0), "R61", "said to be unmapped, and is not: R61");
	state(TASK "1: task_mmap t0 window=0 file=1 index=0 nr=3\n");
	ASK(.op = VM_OP_TASK_EXIT);
	says_clause(task(TASK_EXITS, 0), NULL, "its task ends");
	model()->vm->task[0].nr_tables = 0;
	says_clause(task(TASK_GONE, 0), "R61", "and leaves it behind: R61");
}

static void test_tasks(void)
{
	state(WROTE);
	says_clause(task(TASK_CREATED, 0), "R52", "a task comes that is there: R52");
	ASK(.op = VM_OP_ACCESS, .index = 1);
	says_clause(task(TASK_EXITS, 0), "R52", "it ends without reason: R52");
	says_clause(task(TASK_ADJ, 3), "O2", "its adj changes, nobody wrote it: O2");
	state(WROTE);
	ASK(.op = VM_OP_TASK_EXIT);
	says_clause(task(TASK_EXITS, 0), NULL, "it ends as asked");
	says_clause(task(TASK_GONE, 0), "R50", "and leaves pages behind: R50");
	state(TASK);
	ASK(.op = VM_OP_TASK_EXIT);
	task(TASK_EXITS, 0);
	says_clause(task(TASK_GONE, 0), "R54", "or tables: R54");
	state("0: sleep ms=0\n");
	ASK(.op = VM_OP_TASK_EXIT);
	says_clause(task(TASK_CREATED, 0), "R52", "one is made by who ends it: R52");
	says_clause(task(TASK_GONE, 0), "R52", "one goes that is not there: R52");
}

/* --- files ------------------------------------------------------------------------------------------------------------------------ */

static void test_caches(void)
{
	u32 pfn;

	state(FILED);
	ASK(.op = VM_OP_FILE_READ, .file = 1, .index = 4);
	pfn = fresh(VM_USE_FILE);
	says_clause(cache(CACHE_READ, 1, 4, 0, true), "R55", "a frame of nobody joins a file: R55");
	says_clause(cache(CACHE_READ, 1, 4, at(1), true), "R55", "a task's page does: R55");
	says_clause(cache(CACHE_READ, 1, 3, pfn, true), "R55", "where one is: R55");
	says_clause(cache(CACHE_READ, 1, 4, pfn, true), NULL, "where none is");
	says_clause(news(PAGE_UPTODATE, pfn), "R51", "and is read without having been: R51");
	says_clause(io(IO_SUBMITTED, 0, 1u << 20 | 5, pfn, false), "R57", "another block is read: R57");
	says_clause(io(IO_DONE, 0, 1u << 20 | 4, pfn, false), "R57", "it is read before it began: R57");
	says_clause(io(IO_SUBMITTED, 0, 1u << 20 | 4, 0, false), "R57", "into a frame of nobody: R57");
	says_clause(io(IO_SUBMITTED, SWAP_DEVICES + 1, 1u << 20 | 4, pfn, false), "R57", "of a device that there is not: R57");
	says_clause(io(IO_SUBMITTED, 0, 1u << 20 | 4, pfn, false), NULL, "it is being read");
	says_clause(io(IO_SUBMITTED, 0, 1u << 20 | 4, pfn, false), "R57", "twice: R57");
	says_clause(news(PAGE_UPTODATE, pfn), "R51", "it is there before that is over: R51");
	says_clause(io(IO_DONE, 0, 1u << 20 | 4, pfn, false), NULL, "that is over");
	says_clause(news(PAGE_UPTODATE, pfn), NULL, "it is there");
	ok(frame(pfn)->flags & VMF_UPTODATE, "and is known to be");
	ok(frame(pfn)->key == vm_virgin_key(0, 1u << 20 | 4), "and has what the disk came with");
	says_clause(TELL(.type = EVENT_PAGE_STATE, .report = PAGE_COPIED, .pfn = page(3)), "R51", "another page is copied: R51");
	frame(pfn)->flags &= (u16)~VMF_KNOWN;
	says_clause(news(PAGE_COPIED, pfn), "R51", "one with nothing in it: R51");
	says_clause(cache(CACHE_RECLAIM, 1, 5, pfn, false), "R55", "it leaves as another page: R55");
	says_clause(cache(CACHE_RECLAIM, 1, 4, pfn, false), "R55", "it is reclaimed by nobody: R55");
	state(FILED);
	ASK(.op = VM_OP_FILE_READ, .file = 1, .index = 4);
	says_clause(cache(CACHE_TRUNCATE, 1, 3, page(3), false), "R50", "a page is cut off by nobody: R50");
	state(FILED);
	ASK(.op = VM_OP_TRUNCATE, .file = 1, .nr = 0);
	frame(page(3))->maps = 1;
	says_clause(cache(CACHE_TRUNCATE, 1, 3, page(3), false), "R55", "or while it is mapped: R55");
}

/* Each of them once, a page that may go otherwise. */
static void test_drops(void)
{
	static const struct {
		u16 flag;
		const char *what;
	} kept[] = { { VMF_DIRTY, "a dirty page is dropped: R7" },
		     { VMF_WRITEBACK, "or one under writeback: R7" },
		     { VMF_READING, "or one that is read: R7" } };

	for (unsigned i = 0; i < 3; i++) {
		state(FILED);
		reclaim();
		frame(page(3))->flags &= (u16)~VMF_DIRTY;
		frame(page(3))->flags |= kept[i].flag;
		says_clause(cache(CACHE_RECLAIM, 1, 3, page(3), false), "R7", kept[i].what);
	}
	state(FILED);
	reclaim();
	frame(page(3))->flags &= (u16)~VMF_DIRTY;
	frame(page(3))->maps = 1;
	says_clause(cache(CACHE_RECLAIM, 1, 3, page(3), false), "R25", "or mapped: R25");
	state(FILED);
	reclaim();
	frame(page(3))->flags &= (u16)~VMF_DIRTY;
	frame(page(3))->pins = 1;
	says_clause(cache(CACHE_RECLAIM, 1, 3, page(3), false), "R25", "or pinned: R25");
	state(FILED);
	reclaim();
	frame(page(3))->flags &= (u16)~VMF_DIRTY;
	says_clause(cache(CACHE_RECLAIM, 1, 3, page(3), false), "R50", "or not on disk: R50");
	state(FILED);
	reclaim();
	frame(page(3))->flags = (u16)((frame(page(3))->flags & ~VMF_DIRTY) | VMF_FAILED);
	says_clause(cache(CACHE_RECLAIM, 1, 3, page(3), false), NULL, "but for one that cannot be written");
}

static void test_states(void)
{
	u32 pfn;

	state(FILED);
	says_clause(news(PAGE_USED, page(3)), "R56", "a page changes, and nobody is at work: R56");
	ASK(.op = VM_OP_FSYNC, .file = 1);
	says_clause(news(PAGE_DIRTY, 0), "R56", "one of nobody does: R56");
	says_clause(news(PAGE_DIRTY, page(3)), "R56", "a dirty page becomes dirty: R56");
	says_clause(news(PAGE_LAUNDERED, page(3)), "R50", "or is forgotten: R50");
	says_clause(news(PAGE_CLEAN, page(3)), NULL, "it is about to be written");
	says_clause(news(PAGE_CLEAN, page(3)), "R56", "twice: R56");
	says_clause(io(IO_SUBMITTED, 0, 1u << 20 | 3, page(3), true), "R57", "a device has it before that: R57");
	says_clause(news(PAGE_WRITTEN, page(3)), "R56", "it is written before that: R56");
	says_clause(news(PAGE_WRITEBACK, page(3)), NULL, "it is being written");
	says_clause(news(PAGE_WRITEBACK, page(3)), "R56", "twice: R56");
	says_clause(io(IO_SUBMITTED, 0, 1u << 20 | 3, page(3), true), NULL, "by a device");
	says_clause(news(PAGE_WRITTEN, page(3)), "R56", "which is not through: R56");
	says_clause(io(IO_DONE, 0, 1u << 20 | 3, page(3), true), NULL, "which is");
	says_clause(news(PAGE_WRITTEN, page(3)), NULL, "it is written");
	says_clause(ANSWER(0, 0), NULL, "that is so");
	state(FILED);
	ASK(.op = VM_OP_FSYNC, .file = 1);
	news(PAGE_CLEAN, page(3));
	news(PAGE_WRITEBACK, page(3));
	says_clause(news(PAGE_WRITTEN, page(3)), "R50", "without a device: R50");
	pfn = fresh(VM_USE_FILE);
	says_clause(news(PAGE_DIRTY, pfn), "V4", "a page of no file becomes dirty: V4");
	says_clause(news(PAGE_WRITEBACK, pfn), "V4", "or is written: V4");
	says_clause(news(PAGE_MLOCKED, pfn), NULL, "one is mlocked");
	says_clause(news(PAGE_MLOCKED, pfn), "R24", "twice: R24");
	says_clause(news(PAGE_MUNLOCKED, pfn), NULL, "and not any more");
	says_clause(news(PAGE_MUNLOCKED, pfn), "R24", "twice: R24");
	says_clause(news(PAGE_UNPINNED, pfn), "R54", "or unpinned: R54");
}

static void test_pins(void)
{
	state(WROTE);
	ASK(.op = VM_OP_ACCESS, .index = 1);
	says_clause(news(PAGE_PINNED, at(1)), "R54", "a page is pinned by who only touches it: R54");
	state(WROTE);
	ASK(.op = VM_OP_PIN, .index = 1, .write = true);
	pte(PTE_ACCESSED, 1, at(1), 0, true);
	says_clause(ANSWER(0, at(1)), "R61", "a pin that nobody announced: R61");
	says_clause(news(PAGE_PINNED, at(1)), NULL, "one is");
	says_clause(ANSWER(0, at(1)), NULL, "and now it may be said");
	says_clause(news(PAGE_UNPINNED, at(1)), "R54", "it is unpinned by who pins: R54");
	model_end(model(), 0);
	ASK(.op = VM_OP_UNPIN, .index = at(1) + 1);
	says_clause(news(PAGE_UNPINNED, at(1)), "R54", "or instead of another one: R54");
	model_end(model(), 0);
	ASK(.op = VM_OP_UNPIN, .index = at(1));
	says_clause(ANSWER(0, 0), "R61", "it stays pinned: R61");
	says_clause(news(PAGE_UNPINNED, at(1)), NULL, "it does not");
	says_clause(ANSWER(0, 0), NULL, "that is the answer");
}

static void test_errors(void)
{
	state(FILED);
	ASK(.op = VM_OP_FSYNC, .file = 1);
	news(PAGE_CLEAN, page(3));
	news(PAGE_WRITEBACK, page(3));
	io(IO_SUBMITTED, 0, 1u << 20 | 3, page(3), true);
	io(IO_FAILED, 0, 1u << 20 | 3, page(3), true);
	ok(flight()->failed, "whoever is at work may fail then");
	says_clause(news(PAGE_WRITE_FAILED, page(3)), NULL, "a page cannot be written");
	says_clause(ANSWER(0, 0), "R60", "fsync is silent: R60");
	says_clause(ANSWER(-EIO, 0), NULL, "or says so");
	says_clause(model_end(model(), 0), NULL, "and ends");
	ASK(.op = VM_OP_FSYNC, .file = 1);
	says_clause(ANSWER(-EIO, 0), "R60", "and says so again: R60");
	state(FILED);
	ASK(.op = VM_OP_FSYNC, .file = 1);
	says_clause(ANSWER(0, 0), "R61", "a page is dirty after fsync: R61");
}

static const char *inode(unsigned what, u32 file, u64 value)
{
	return TELL(.type = EVENT_INODE, .report = (u8)what, .file = file, .address = what < 2 ? value : 0, .index = what < 2 ? 0 : value,
		    .on = true);
}

static void test_sizes(void)
{
	state(FILED);
	ASK(.op = VM_OP_FILE_WRITE, .file = 1, .index = 20);
	says_clause(inode(0, 1, 64), "R55", "an inode that is no object: R55");
	says_clause(inode(2, 1, 30), "R55", "a file grows too much: R55");
	says_clause(inode(2, 1, 21), NULL, "as much as it should");
	state(FILED);
	ASK(.op = VM_OP_TRUNCATE, .file = 1, .nr = 2);
	says_clause(inode(2, 1, 2), NULL, "it is cut");
	says_clause(ANSWER(0, 0), "R61", "and keeps its pages: R61");
	state(FILED);
	ASK(.op = VM_OP_TRUNCATE, .file = 1, .nr = 8);
	says_clause(ANSWER(0, 0), "R61", "or its size: R61");
	ok(model_file_key(model(), 1, 15) == vm_virgin_key(0, 1u << 20 | 15), "what nobody wrote is what the disk came with");
	inode(2, 1, 8);
	ok(!model_file_key(model(), 1, 15), "what was cut off is zero");
	ok(!model_file_key(model(), 1, 16), "and so is what never was");
}

static const char *goes(unsigned what, u64 address)
{
	return TELL(.type = EVENT_INODE, .report = (u8)what, .file = 1, .address = address);
}

static void test_objects(void)
{
	u64 at[2];

	state(FILED);
	memcpy(at, model()->vm->file[1].object, sizeof(at));
	says_clause(vm_judge_object_free(model(), 0, at[1]), "R55", "a dentry that can be found is freed: R55");
	ASK(.op = VM_OP_DROP_CACHES);
	says_clause(inode(0, 1, at[0]), "R55", "a file gets a second inode: R55");
	says_clause(goes(0, at[1]), "R55", "the dentry goes as the inode: R55");
	state(FILED);
	ASK(.op = VM_OP_DROP_CACHES);
	says_clause(goes(1, at[1]), NULL, "the dentry goes");
	says_clause(goes(0, at[0]), "R55", "and the inode before it is freed: R55");
	state(FILED);
	ASK(.op = VM_OP_DROP_CACHES);
	goes(1, at[1]);
	says_clause(vm_judge_object_free(model(), 0, at[1]), NULL, "when it is gone, it may be freed");
	says_clause(goes(1, at[1]), "R55", "it goes once more: R55");
	state(FILED);
	ASK(.op = VM_OP_DROP_CACHES);
	goes(1, at[1]);
	says_clause(model_end(model(), 0), "R55", "it went, and keeps its memory: R55");
	state(FILED);
	ASK(.op = VM_OP_ACCESS, .index = 1);
	TELL(.type = EVENT_RECLAIM, .report = RECLAIM_NODE_BEGINS);
	goes(1, at[1]);
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_NODE_ENDS), "R55", "or when reclaim is over: R55");
}

/* --- swap --------------------------------------------------------------------------------------------------------------------------- */

/* vpn 1 of task 0 gets a slot, and goes. */
static u32 swap_out(void)
{
	u32 pfn;

	state(WROTE);
	reclaim();
	pfn = at(1);
	swap(SWAP_TAKEN, ENTRY, pfn);
	swap(SWAP_CACHED, ENTRY, pfn);
	news(PAGE_DIRTY, pfn);
	pte(PTE_SWAPPED, 1, pfn, ENTRY, false);
	return pfn;
}
static void write_out(u32 pfn)
{
	news(PAGE_CLEAN, pfn);
	news(PAGE_WRITEBACK, pfn);
	io(IO_SUBMITTED, 1, 1, pfn, true);
	io(IO_DONE, 1, 1, pfn, true);
	news(PAGE_WRITTEN, pfn);
}

static void test_slots(void)
{
	u32 pfn;

	state(WROTE);
	reclaim();
	pfn = at(1);
	says_clause(swap(SWAP_TAKEN, 3u << 24 | 1, pfn), "R20", "a slot of no device: R20");
	says_clause(swap(SWAP_CACHED, ENTRY, pfn), "R55", "a page for a slot nobody took: R55");
	says_clause(swap(SWAP_CACHED, ENTRY, 0), "R20", "a frame of nobody for one: R20");
	says_clause(swap(SWAP_FREED, ENTRY, ~0ULL), "R20", "a free slot is freed: R20");
	says_clause(swap(SWAP_TAKEN, ENTRY, pfn), NULL, "one is taken");
	says_clause(swap(SWAP_TAKEN, ENTRY, pfn), "R20", "twice: R20");
	says_clause(swap(SWAP_UNCACHED, ENTRY, pfn), "R55", "its page goes before it came: R55");
	says_clause(swap(SWAP_CACHED, ENTRY, pfn), NULL, "it comes");
	says_clause(swap(SWAP_FREED, ENTRY, ~0ULL), "R20", "the slot is freed nevertheless: R20");
	says_clause(swap(SWAP_ZSWAP_LOADED, ENTRY, pfn), "R51", "it is filled from nothing: R51");
	says_clause(swap(SWAP_ZSWAP_DROPPED, ENTRY, pfn), "R20", "a copy goes that is none: R20");
	says_clause(swap(SWAP_ZSWAP_STORED, 1u << 24 | 2, pfn), "R20", "one is made for another slot: R20");
	says_clause(swap(SWAP_ZSWAP_STORED, ENTRY, pfn), NULL, "one is made");
	says_clause(swap(SWAP_ZSWAP_STORED, ENTRY, pfn), "R20", "twice: R20");
	frame(pfn)->flags |= VMF_WRITEBACK;
	says_clause(swap(SWAP_UNCACHED, ENTRY, pfn), "R7", "its page goes while it is written: R7");
	state(WROTE);
	reclaim();
	model()->vm->device[2] = (struct vm_device){ .on = true, .pages = 8, .priority = 5 };
	says_clause(swap(SWAP_TAKEN, ENTRY, at(1)), "R20", "a slot of the second best device: R20");
	model()->vm->device[1].leaving = true;
	says_clause(swap(SWAP_TAKEN, ENTRY, at(1)), "R20", "or of one that is being turned off: R20");
}

static void test_swapping(void)
{
	u32 pfn = swap_out();

	says_clause(swap(SWAP_UNCACHED, ENTRY, pfn), "R50", "what a task has is neither in its page nor in a slot: R50");
	pfn = swap_out();
	write_out(pfn);
	says_clause(swap(SWAP_UNCACHED, ENTRY, pfn), NULL, "when it is written, it may go");
	says_clause(swap(SWAP_FREED, ENTRY, ~0ULL), "R50", "but the slot may not: R50");
	pfn = swap_out();
	write_out(pfn);
	says_clause(pte(PTE_DROPPED, 1, ~0ULL, ENTRY, false), "R50", "nor is its entry dropped: R50");
	swap(SWAP_UNCACHED, ENTRY, pfn);
	model_end(model(), 0);
	ASK(.op = VM_OP_ACCESS, .index = 1);
	frame(pfn)->flags &= (u16)~VMF_KNOWN;
	says_clause(pte(PTE_MAPPED, 1, pfn, 0, true), "R51", "it comes back without having been read: R51");
	frame(pfn)->flags |= VMF_KNOWN;
	frame(pfn)->key++;
	says_clause(pte(PTE_MAPPED, 1, pfn, 0, true), "R51", "or as another one: R51");
	frame(pfn)->key--;
	frame(pfn)->entry = ENTRY + 1;
	says_clause(pte(PTE_MAPPED, 1, pfn, 0, true), "R20", "or for another entry: R20");
	frame(pfn)->entry = 0;
	says_clause(pte(PTE_MAPPED, 1, pfn, 0, true), NULL, "or as it was");
	pfn = swap_out();
	swap(SWAP_ZSWAP_STORED, ENTRY, pfn);
	says_clause(swap(SWAP_UNCACHED, ENTRY, pfn), NULL, "what is compressed may go too");
	says_clause(swap(SWAP_ZSWAP_DROPPED, ENTRY, ~0ULL), "R50", "but not both: R50");
	pfn = swap_out();
	vm_pte(model(), 0, 1)->where = VM_NOTHING;
	says_clause(swap(SWAP_UNCACHED, ENTRY, pfn), "R20", "users of a slot that are none: R20");
}

static const char *device(unsigned device, u64 pages, bool on)
{
	return TELL(.type = EVENT_SWAP_DEVICE, .vm_device = (u8)device, .index = pages, .on = on);
}

static const char *gives(unsigned device, bool on)
{
	return TELL(.type = EVENT_SWAP_DEVICE, .vm_device = (u8)device, .report = 1, .index = model()->vm->device[device].pages, .on = on);
}

static void test_devices(void)
{
	state(WROTE);
	ASK(.op = VM_OP_SWAPOFF, .device = 1);
	says_clause(gives(1, true), "R20", "a device gives slots again, and never stopped: R20");
	says_clause(gives(1, false), NULL, "it stops");
	swap_out();
	says_clause(device(1, 64, true), "R20", "a device comes that is there: R20");
	says_clause(device(1, 64, false), "R20", "it goes with a slot that is taken: R20");
	state(WROTE);
	ASK(.op = VM_OP_SWAPON, .device = 2, .nr = 8, .value = 3);
	says_clause(ANSWER(0, 0), "R61", "one is said to be on: R61");
	says_clause(device(2, 8, true), NULL, "it is");
	says_clause(ANSWER(0, 0), NULL, "now it may be said");
}

/* --- lists ---------------------------------------------------------------------------------------------------------------------------- */

static void test_lists(void)
{
	u32 pfn;

	state(FILED);
	pfn = at(1);
	says_clause(lru(pfn, LRU_BATCH, LRU_INACTIVE_ANON, LRU_WHY_ADD), "R1", "a page moves, and nobody is at work: R1");
	reclaim();
	says_clause(lru(0, LRU_BATCH, LRU_INACTIVE_ANON, LRU_WHY_ADD), "R1", "one of nobody does: R1");
	says_clause(lru(pfn, LRU_ACTIVE_ANON, LRU_INACTIVE_ANON, LRU_WHY_DEACTIVATE), "R1", "from where it is not: R1");
	says_clause(lru(pfn, LRU_BATCH, LRU_INACTIVE_ANON, LRU_WHY_ROTATE), "R1", "for a reason that is none: R1");
	says_clause(lru(pfn, LRU_BATCH, LRU_INACTIVE_FILE, LRU_WHY_ADD), "R1", "to a list of the other kind: R1");
	says_clause(lru(pfn, LRU_BATCH, LRU_UNEVICTABLE, LRU_WHY_ADD), "R24", "as if mlocked: R24");
	frame(pfn)->flags |= VMF_MLOCKED;
	says_clause(lru(pfn, LRU_BATCH, LRU_INACTIVE_ANON, LRU_WHY_ADD), "R24", "or not, being mlocked: R24");
	frame(pfn)->flags &= (u16)~VMF_MLOCKED;
	says_clause(lru(pfn, LRU_BATCH, LRU_INACTIVE_ANON, LRU_WHY_ADD), NULL, "to its list");
	says_clause(lru(pfn, LRU_INACTIVE_ANON, LRU_ACTIVE_ANON, LRU_WHY_ACTIVATE), "R6", "becomes active at once: R6");
	news(PAGE_USED, pfn);
	says_clause(lru(pfn, LRU_INACTIVE_ANON, LRU_ACTIVE_ANON, LRU_WHY_ACTIVATE), NULL, "when it was used");
	says_clause(lru(pfn, LRU_ACTIVE_ANON, LRU_INACTIVE_ANON, LRU_WHY_ROTATE), "R8", "goes to the tail for nobody: R8");
	news(PAGE_WANTED_FREE, pfn);
	says_clause(lru(pfn, LRU_ACTIVE_ANON, LRU_INACTIVE_ANON, LRU_WHY_ROTATE), NULL, "for who wanted it free");
	says_clause(lru(pfn, LRU_INACTIVE_ANON, LRU_INACTIVE_ANON, LRU_WHY_ROTATE), "R8", "once: R8");
	says_clause(lru(pfn, LRU_INACTIVE_ANON, LRU_ISOLATED, LRU_WHY_ISOLATE), NULL, "is isolated");
	says_clause(TELL(.type = EVENT_RECLAIM, .report = RECLAIM_DIRECT_ENDS, .nid = 255), "R19", "and reclaim ends: R19");
	flight()->reclaims = 1;
	says_clause(vm_lru_ends(model(), &(struct mm_event){ .type = EVENT_RECLAIM, .report = RECLAIM_NODE_ENDS }), "R19",
		    "and stays so: R19");
	says_clause(lru(pfn, LRU_ISOLATED, LRU_INACTIVE_ANON, LRU_WHY_PUTBACK), NULL, "or comes back");
	says_clause(vm_lru_ends(model(), &(struct mm_event){ .type = EVENT_RECLAIM, .report = RECLAIM_NODE_ENDS, .index = 1 }), "R19",
		    "and is said to be reclaimed: R19");
	pfn = fresh(VM_USE_ANON);
	model()->vm->sums.batched[0] = model()->setup.knob[KNOB_LRU_BATCH];
	says_clause(lru(pfn, LRU_NOWHERE, LRU_BATCH, LRU_WHY_ADD), "R1", "a batch grows too long: R1");
}

static const char *looked(u64 pfn, u32 used, unsigned what)
{
	return TELL(.type = EVENT_REFERENCED, .pfn = pfn, .asked = used, .report = (u8)what);
}

static void test_references(void)
{
	u32 pfn;

	state(WROTE);
	reclaim();
	pfn = at(1);
	says_clause(looked(0, 0, PAGEREF_KEEP), "R6", "a look at a frame of nobody: R6");
	says_clause(looked(pfn, 0, PAGEREF_RECLAIM), "R6", "a use is overlooked: R6");
	vm_pte(model(), 0, 1)->flags |= VMP_ACCESSED;
	frame(pfn)->flags &= (u16)~VMF_REFERENCED;
	says_clause(looked(pfn, 1, PAGEREF_RECLAIM), "R6", "a used page is reclaimed: R6");
	vm_pte(model(), 0, 1)->flags |= VMP_ACCESSED;
	frame(pfn)->flags &= (u16)~VMF_REFERENCED;
	says_clause(looked(pfn, 1, PAGEREF_KEEP), NULL, "or kept");
	vm_pte(model(), 0, 1)->flags |= VMP_ACCESSED;
	says_clause(looked(pfn, 1, PAGEREF_KEEP), "R6", "twice: R6");
	vm_pte(model(), 0, 1)->flags |= VMP_ACCESSED;
	says_clause(looked(pfn, 1, PAGEREF_ACTIVATE), NULL, "and becomes active");
	says_clause(looked(pfn, 0, PAGEREF_AGE), NULL, "and ages");
	state(TWICE);
	reclaim();
	pfn = page(3);
	same_number(at(WINDOW(VM_WINDOW_PAGES)), pfn, "a page of a file is in one window");
	same_number(at(WINDOW(2 * VM_WINDOW_PAGES)), pfn, "and in another");
	says_clause(looked(pfn, 1, PAGEREF_KEEP), "R6", "both were used, one is said to be: R6");
	vm_pte(model(), 0, WINDOW(VM_WINDOW_PAGES))->flags |= VMP_ACCESSED;
	vm_pte(model(), 0, WINDOW(2 * VM_WINDOW_PAGES))->flags |= VMP_ACCESSED;
	frame(pfn)->flags &= (u16)~VMF_REFERENCED;
	says_clause(looked(pfn, 2, PAGEREF_ACTIVATE), NULL, "used by two it becomes active");
	says_clause(looked(pfn, 2, PAGEREF_ACTIVATE), "R6", "once: R6");
	says_clause(looked(pfn, 0, PAGEREF_KEEP), "R6", "used by nobody it is kept: R6");
}

static const char *scan(unsigned list, u32 asked, u64 size)
{
	return TELL(.type = EVENT_RECLAIM, .report = RECLAIM_SCAN, .order = flight() ? flight()->priority : 0, .lru_to = (u8)list,
		    .asked = asked, .index = size);
}

static void test_scans(void)
{
	state(WROTE);
	ASK(.op = VM_OP_ACCESS, .index = 1);
	says_clause(scan(LRU_INACTIVE_FILE, 0, 0), "R4", "a list is looked at, nobody reclaims: R4");
	flight()->reclaims = 1;
	says_clause(scan(LRU_INACTIVE_FILE, 0, 1), "R4", "it is shorter: R4");
	model()->vm->sums.lru[ZONE_NORMAL][LRU_INACTIVE_FILE] = 64;
	model()->vm->sums.lru[ZONE_NORMAL][LRU_INACTIVE_ANON] = 64;
	flight()->priority = 4;
	says_clause(scan(LRU_INACTIVE_FILE, 5, 64), "R4", "too much of it is: R4");
	says_clause(scan(LRU_INACTIVE_FILE, 4, 64), NULL, "as much as may be");
	says_clause(scan(LRU_INACTIVE_ANON, 4, 64), NULL, "of anonymous ones too");
	model()->vm->device[1].on = false;
	says_clause(scan(LRU_INACTIVE_ANON, 4, 64), "R5", "but not without swap: R5");
}

static const char *shrinker(unsigned what, u32 asked, u64 index)
{
	return TELL(.type = EVENT_SHRINKER, .report = (u8)what, .shrinker = 3, .priority = 4, .asked = asked, .index = index);
}

static const char *spared(u32 freeable, u64 before, u64 now)
{
	return TELL(.type = EVENT_SHRINKER, .report = SHRINKER_SPARED, .shrinker = 3, .priority = 4, .asked = freeable, .pfn = before,
		    .index = now);
}

static void test_shrinkers(void)
{
	state(WROTE);
	says_clause(shrinker(SHRINKER_COUNTED, 1000, 0), "R15", "a shrinker is asked by nobody: R15");
	reclaim();
	says_clause(shrinker(SHRINKER_REGISTERED, 128, 2), NULL, "one is registered");
	says_clause(shrinker(SHRINKER_SCANNED, 128, 0), "R15", "nothing was counted: R15");
	says_clause(shrinker(SHRINKER_DONE, 0, 0), "R15", "and it is done: R15");
	shrinker(SHRINKER_COUNTED, 1000, 0);
	says_clause(shrinker(SHRINKER_SCANNED, 128, 0), "R15", "124 are not a batch: R15");
	says_clause(shrinker(SHRINKER_DONE, 0, 0), "R15", "they are forgotten: R15");
	shrinker(SHRINKER_COUNTED, 1000, 0);
	says_clause(shrinker(SHRINKER_DONE, 0, 124), NULL, "they are carried over");
	shrinker(SHRINKER_COUNTED, 1000, 124);
	says_clause(shrinker(SHRINKER_SCANNED, 128, 100), NULL, "then there are enough");
	says_clause(shrinker(SHRINKER_DONE, 100, 120), NULL, "and 120 are left");
	shrinker(SHRINKER_COUNTED, 1000, 120);
	says_clause(shrinker(SHRINKER_SCANNED, 128, 129), "R16", "more is freed than was looked at: R16");
	says_clause(shrinker(SHRINKER_DONE, 5, 116), "R16", "and less by and large: R16");
	says_clause(shrinker(SHRINKER_COUNTED, 100, 0x1000), "R15", "others are carried over than there were: R15");
	model()->vm->shrinker[3].deferred[0] = 0x1000;
	says_clause(shrinker(SHRINKER_COUNTED, 100, 0x1000), NULL, "or as many");
	says_clause(shrinker(SHRINKER_DONE, 0, 200), "R15", "enough are there, and nobody looks: R15");
	shrinker(SHRINKER_COUNTED, 1000, 0x40);
	says_clause(shrinker(SHRINKER_DONE, 0, 188), "R15", "exactly a batch, and nobody looks: R15");
	shrinker(SHRINKER_COUNTED, 100, 0x580);
	says_clause(shrinker(SHRINKER_DONE, 0, 200), "R15", "less than a batch, but all there are, and nobody looks: R15");
	says_clause(spared(1000, 0, 124), NULL, "too few for a batch are carried over at once");
	says_clause(spared(1000, 0, 0), "R15", "and are not forgotten: R15");
	says_clause(spared(1000, 124, 248), "R15", "nobody looks, and with those of last time there are enough: R15");
	says_clause(shrinker(SHRINKER_GONE, 128, 2), NULL, "it goes");
	says_clause(shrinker(SHRINKER_COUNTED, 1000, 0), "R17", "and is asked all the same: R17");
	says_clause(shrinker(SHRINKER_REGISTERED, 128, 2), NULL, "it comes back");
	says_clause(shrinker(SHRINKER_COUNTED, 1000, 0), NULL, "and is asked");
}

/* --- answers, sums, the end -------------------------------------------------------------------------------------------------------------- */

static void test_answers(void)
{
	state(WROTE);
	ASK(.op = VM_OP_ACCESS, .index = 1);
	says_clause(ANSWER(0, at(1)), NULL, "a page that is there");
	says_clause(ANSWER(0, at(1) + 1), "R61", "another one: R61");
	says_clause(ANSWER(-ENOMEM, 0), "R61", "a refusal, nothing was refused: R61");
	says_clause(ANSWER(-EIO, 0), "R61", "an error, nothing failed: R61");
	says_clause(ANSWER(-EINTR, 0), "R61", "a death, nobody was killed: R61");
	says_clause(ANSWER(-ESRCH, 0), "R61", "no task, it is there: R61");
	says_clause(ANSWER(-EFAULT, 0), "R61", "nothing there, it is memory: R61");
	state(WROTE);
	ASK(.op = VM_OP_MLOCK, .index = 1, .nr = 1);
	says_clause(ANSWER(0, 1), "R24", "mlocked, and is not: R24");
	state(WROTE);
	ASK(.op = VM_OP_DONTNEED, .index = 1, .nr = 1);
	says_clause(ANSWER(0, 0), "R61", "given up, and is there: R61");
	state(MAPPED);
	ASK(.op = VM_OP_MMAP, .window = VM_WINDOWS, .file = 2, .nr = 4);
	says_clause(ANSWER(0, 0), "R61", "a window that no task has: R61");
	state(WROTE);
	ASK(.op = VM_OP_FILE_READ, .file = 1, .index = 2);
	says_clause(ANSWER(0, 0), "R61", "read, and nothing was copied: R61");
	says_clause(ANSWER(-EINVAL, 0), "R61", "beyond the end, which is far: R61");
	state(WROTE);
	ASK(.op = VM_OP_TASK_KILL);
	says_clause(ANSWER(0, 0), "R61", "a task is said to be killed: R61");
	state(WROTE);
	ASK(.op = VM_OP_TASK_EXIT);
	says_clause(ANSWER(0, 0), "R61", "or to have ended: R61");
}

static void test_sums(void)
{
	state(WROTE);
	says_clause(vm_recount(model()), NULL, "all sums are right");
	state(FILED "3: file_truncate file=1 index=0\n");
	says_clause(vm_recount(model()), NULL, "all is counted, of what was forgotten too");
	state(WROTE);
	model()->vm->sums.dirty++;
	says_clause(vm_recount(model()), "R58", "one of pages is not: R58");
	model()->vm->sums.dirty--;
	model()->vm->task[0].rss_anon++;
	says_clause(vm_recount(model()), "R58", "one of a task: R58");
	model()->vm->task[0].rss_anon--;
	model()->vm->device[1].used++;
	says_clause(vm_recount(model()), "R58", "one of a device: R58");
	model()->vm->device[1].used--;
	model()->vm->sums.zswap_stored++;
	says_clause(vm_recount(model()), "R58", "one of the pool: R58");
	model()->vm->sums.zswap_stored--;
	model()->frame[at(1)].owner = 3;
	says_clause(vm_recount(model()), "R58", "a page is somebody else's: R58");
	state(WROTE);
	says_clause(vm_compare_figures(w), NULL, "mm says what the model has counted");
	model()->vm->task[0].adj++;
	says_clause(vm_compare_figures(w), "R58", "but for the adj of a task: R58");
	model()->vm->task[0].adj--;
	model()->vm->task[0].swapents++;
	says_clause(vm_compare_figures(w), "R58", "or what it has in swap: R58");
	model()->vm->task[0].swapents--;
	model()->vm->sums.dirty++;
	says_clause(vm_compare_figures(w), "R58", "or a counter: R58");
	model()->vm->sums.dirty--;
	model()->vm->counts.pinned++;
	says_clause(vm_compare_figures(w), "R58", "of pins too: R58");
	model()->vm->counts.pinned--;
	model()->vm->counts.steal[0][1]++;
	says_clause(vm_compare_figures(w), "R58", "of what was reclaimed: R58");
	model()->vm->counts.steal[0][1]--;
	model()->vm->counts.taken[1][0]++;
	says_clause(vm_compare_figures(w), "R58", "or looked at: R58");
	model()->vm->counts.taken[1][0]--;
	says_clause(vm_settled(model()), "Q5", "a task is still there: Q5");
	state("0: sleep ms=0\n");
	model()->vm->device[1].used = 1;
	says_clause(vm_settled(model()), "Q5", "a slot is: Q5");
	state("0: file_write file=1 index=3 fill=words\n");
	says_clause(vm_settled(model()), "Q5", "a page of a file is: Q5");
	state("0: sleep ms=0\n");
	says_clause(vm_settled(model()), NULL, "nothing is");
	model_begin_vm_init(model(), 0);
	says_clause(model_vm_is_up(model(), 0, -ENOMEM), "R53", "a boot fails without reason: R53");
}

static void test_neighbours(void)
{
	static char text[20000];
	unsigned id = 1;
	char *at;

	state(WROTE);
	vmstat_show(text, sizeof(text));
	says_clause(model_judge_vmstat(model(), text), NULL, "vmstat is as it should be");
	at = strstr(text, "zswpout ");
	if (ok(at, "zswap is in it"))
		at[0] = 'Z';
	says_clause(model_judge_vmstat(model(), text), "F5", "by another name: F5");
	ASK(.op = VM_OP_ACCESS, .index = 1);
	while (model()->slab->cache[id].exists)
		id++;
	says_clause(TELL(.type = EVENT_SLAB_CACHE, .cache = (u8)id, .on = SLAB_CACHE_MADE), "S20", "a task makes a cache: S20");
}

int main(void)
{
	w = world_create();
	test_requests();
	test_frees();
	test_kernel_threads();
	test_mapping();
	test_unmapping();
	test_windows();
	test_tasks();
	test_caches();
	test_drops();
	test_states();
	test_pins();
	test_errors();
	test_sizes();
	test_objects();
	test_slots();
	test_swapping();
	test_devices();
	test_lists();
	test_references();
	test_scans();
	test_shrinkers();
	test_answers();
	test_sums();
	test_neighbours();
	world_destroy(w);
	return tap_end();
}
