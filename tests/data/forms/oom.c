/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/oom.trace.
 *
 *   cc repro.c -I include/mmcheck -I include/mmcheck/det -lmmcheck
 *
 * Prints what each operation answered. Exit status: 1 the finding shows, 0 it does not, 2 it does not
 * and an answer is not the recorded one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "machine.h"
#include "disk.h"
#include "task.h"
#include "mm.h"
#include "gfp.h"
#include "highmem.h"
#include "vmstat.h"
#include "memblock.h"
#include "page_debug.h"
#include "pgtable.h"
#include "rcu.h"
#include "slab.h"
#include "vm.h"

#define helper static __attribute__((unused))

static struct machine *m;
static bool was_found, differs; /* differs: an answer is not the recorded one */
static const char *recorded;    /* finding */
static bool booted, slab_up;
/* What runs on each CPU: the step, and where. */
static struct place {
	int step;
	enum sim_context context;
} places[SIM_MAX_CPUS];
#define here places[this_cpu->id]
static char lists[65536], boot_lists[8192];
helper struct page *p_none, *bulk_none[32]; /* answers of requests that got nothing */

/* --- what is found ------------------------------------------------------------------------------ */

helper void complain(const char *finding)
{
	printf("finding %s\n", finding);
	was_found = true;
}

/* What was recorded is seen again if all answers are as recorded and the last is what is wrong; or if something
 * is found here too before the end. */
helper void found(const char *finding, bool by_answer)
{
	recorded = differs ? NULL : finding;
	if (!recorded || !by_answer)
		return;
	complain(finding);
	exit(1);
}

helper int exit_status(void)
{
	if (recorded && was_found)
		printf("recorded as: %s\n", recorded);
	else if (recorded)
		printf("not seen: %s (only the model can see it, or it is mended)\n", recorded);
	return was_found ? 1 : differs ? 2 : 0;
}

/* The allocator's own recount, while nobody is in his middle; the same news is told once. */
helper void look(void)
{
	static char last[240];
	const char *broken;

	if (sched_in_operation(m->host->sched))
		return;
	broken = booted ? page_alloc_check() : memblock_check();
	if (slab_up && !broken)
		broken = slab_check();
	if (booted && vm_is_up() && !broken)
		broken = vm_check();
	if (m->log_bytes)
		printf("%.*s", (int)m->log_bytes, m->host->log);
	if (!broken || !strcmp(broken, last))
		return;
	complain(broken);
	snprintf(last, sizeof(last), "%s", broken);
}

helper void remember_lists(void)
{
	booted = true;
	buddyinfo_show(boot_lists, sizeof(boot_lists));
}

/* --- one operation ------------------------------------------------------------------------------ */

helper void begin(int step, unsigned cpu, enum sim_context where)
{
	if (!sched_in_operation(m->host->sched)) { /* else whoever runs it chose the CPU, and let time pass */
		machine_enter(m, cpu);
		m->now_ns += 1000;
	}
	here = (struct place){ step, where };
	m->fuel = m->param[PARAM_FUEL];
	m->log_bytes = 0;
	m->nr_events = 0;
	sim_enter_context(where);
}

/* expected: what was recorded, or NULL. Words must agree for the program to make sense. */
helper void end(const char *word, bool has_value, u64 value, const char *expected)
{
	char text[64];
	size_t key = expected ? strcspn(expected, "0123456789") : 0;
	bool same_word = expected && !strncmp(expected, word, strlen(word));

	sim_leave_context(here.context);
	if (!has_value)
		snprintf(text, sizeof(text), "%s", word);
	else if (same_word && expected[key])
		snprintf(text, sizeof(text), "%.*s%llu", (int)key, expected, (unsigned long long)value);
	else
		snprintf(text, sizeof(text), "%s %llu", word, (unsigned long long)value);
	printf("%d: %s\n", here.step, text);
	look();
	if (!expected || !strcmp(text, expected))
		return;
	printf("step %d: expected %s, got %s\n", here.step, expected, text);
	differs = true;
	if (!same_word)
		exit(exit_status());
}

helper void end_ok(bool ok, const char *expected)
{
	end(ok ? "ok" : "refused", false, 0, expected);
}

helper void end_value(u64 value, const char *expected)
{
	end("ok", true, value, expected);
}

helper void end_page(const struct page *page, const char *expected)
{
	end(page ? "ok" : "refused", page, page ? page_to_pfn(page) : 0, expected);
}

helper void end_count(u64 n, u64 wanted, const char *expected)
{
	end(n || !wanted ? "ok" : "partly", true, n, expected);
}

helper void end_place(u64 at, const char *expected)
{
	end(at ? "ok" : "refused", at, at, expected);
}

/* --- memory ------------------------------------------------------------------------------------- */

helper struct page *page_at(const void *address)
{
	return address ? virt_to_page(address) : NULL;
}

helper struct page *nth(const struct page *block, u64 i)
{
	return pfn_to_page(page_to_pfn(block) + i);
}

/* A page of an array was freed by somebody else. */
helper void forget(struct page **bulk, int nr, const struct page *page)
{
	for (int i = 0; i < nr; i++)
		if (bulk[i] == page)
			bulk[i] = NULL;
}

helper u64 place_of(const void *memory)
{
	return memory ? (u64)((const char *)memory - m->host->ram) : 0;
}

/* Early memory is used, and was zero before if that was promised. */
helper void use_memory(u64 at, u64 bytes, bool zero)
{
	const u64 *word = (const u64 *)(const void *)(m->host->ram + at);

	for (u64 i = 0; at && zero && i < bytes / 8; i++)
		if (word[i]) {
			complain("M5: zeroed memory is not zero");
			break;
		}
	if (at)
		memset(m->host->ram + at, 0xa5, bytes);
}

/* The owner writes the number of its step into the first and the last word of each page ... */
helper void fill(struct page *page, u64 nr, u64 owner)
{
	for (u64 i = 0; page && i < nr; i++) {
		u64 *word = kmap_local_page(pfn_to_page(page_to_pfn(page) + i));

		word[0] = word[PAGE_SIZE / 8 - 1] = owner + 1;
		kunmap_local(word);
	}
}

/* ... and finds it there until the page goes back. */
helper void check(struct page *page, u64 nr, u64 owner)
{
	for (u64 i = 0; page && i < nr; i++) {
		const u64 *word = kmap_local_page(pfn_to_page(page_to_pfn(page) + i));
		bool good = word[0] == owner + 1 && word[PAGE_SIZE / 8 - 1] == owner + 1;

		kunmap_local(word);
		if (good)
			continue;
		printf("pfn %llu no longer holds what was written at step %llu\n",
		       (unsigned long long)page_to_pfn(page) + i, (unsigned long long)owner);
		complain("B52: a page no longer holds what its owner wrote");
	}
}

helper void check_zero(struct page *page, u64 nr)
{
	for (u64 i = 0; page && i < nr; i++) {
		const u64 *word = kmap_local_page(pfn_to_page(page_to_pfn(page) + i));
		u64 wrong = 0;

		for (u64 k = 0; k < PAGE_SIZE / 8; k++)
			wrong |= word[k];
		kunmap_local(word);
		if (!wrong)
			continue;
		printf("pfn %llu is not zero\n", (unsigned long long)page_to_pfn(page) + i);
		complain("B19: a page was asked for zeroed and is not");
		return;
	}
}

/* --- getting somewhere fast ---------------------------------------------------------------------- */

helper s64 mark_of(unsigned nid, unsigned zone, unsigned mark)
{
	struct zone_figures f = zone_figures(nid, zone);

	return (s64)(mark == 0 ? f.min : mark == 1 ? f.low : f.high);
}

/* Single pages, until so many are free in the zone. */
helper u64 take_until(struct page **bulk, unsigned nid, unsigned zone, gfp_t gfp, s64 target, u64 most)
{
	u64 nr = 0;

	while (nr < most && (s64)zone_free_pages(nid, zone) > target) {
		bulk[nr] = alloc_pages_node((int)nid, gfp, 0);
		if (!bulk[nr])
			break;
		nr++;
	}
	return nr;
}

helper void end_fill(struct page **bulk, unsigned nid, unsigned zone, gfp_t gfp, s64 target, u64 most,
		     const char *expected)
{
	s64 end_at = target > 0 ? target : 0;
	u64 nr = take_until(bulk, nid, zone, gfp, end_at, most);

	end((s64)zone_free_pages(nid, zone) <= end_at ? "ok" : "partly", true, nr, expected);
}

/* Down to the low mark, then one page of each two buddies goes back. */
helper void end_fragment(struct page **bulk, unsigned nid, unsigned zone, gfp_t gfp, u64 pattern, u64 most,
			 const char *expected)
{
	u64 nr = take_until(bulk, nid, zone, gfp, mark_of(nid, zone, 1), most), kept = 0;

	for (u64 i = 0; i < nr; i++) {
		struct page *page = bulk[i];
		u64 pfn = page_to_pfn(page);

		bulk[i] = NULL;
		if ((pfn / 2 + (pattern << 32)) * 0x9e3779b97f4a7c15 >> 63 == (pfn & 1))
			__free_pages(page, 0);
		else
			bulk[kept++] = page;
	}
	end("ok", true, kept, expected);
}

/* The same to every second piece of a range, until it ends or one is refused. */
helper void end_comb(int (*call)(phys_addr_t, phys_addr_t), u64 base, u64 width, u64 teeth, const char *expected)
{
	u64 end = (u64)m->nr_frames * SIM_PAGE_SIZE, n = 0;
	bool refused = false;

	for (; n < teeth && base < end && !refused; base += 2 * width) {
		refused = call(base, width < end - base ? width : end - base) != 0;
		n += !refused;
	}
	end_count(n, refused ? teeth + 1 : n, expected);
}

/* --- the machine, first and last ----------------------------------------------------------------- */

helper void set_knob(struct machine_config *config, const char *name, u32 value)
{
	for (int i = 0; i < NR_PARAMS; i++)
		if (!strcmp(sim_params[i].name, name))
			config->param[i] = value;
}

/* All is freed: the free lists are as after boot. */
helper void finish(void)
{
	look();
	rcu_barrier();
	if (slab_up)
		slab_settle();
	page_alloc_settle();
	buddyinfo_show(lists, sizeof(lists));
	printf("%s", lists);
	if (strcmp(lists, boot_lists) != 0)
		complain("Q5: all is freed, but the free lists are not as after boot");
}

helper void boot_caches(const char *slab_debug)
{
	if (slab_debug[0])
		setup_slub_debug(slab_debug);
	slab_up = kmem_cache_init() == 0;
	if (slab_up)
		slab_settle();
}

/* --- steps ---------------------------------------------------------------------------------------- */

/* An operation; without run it is skipped. irq: its label, if it is an interrupt. Then what its schedule says. */
struct step {
	void (*run)(void);
	u8 cpu, irq;
	u32 nr_switches;
	const struct sched_switch *switches;
	bool begun;
};
static struct step *steps; /* the first boots the machine */
static u32 nr_steps, nr_running;
static bool overlapped;	  /* two were in their middle at once */
static void (*last)(void); /* when all have run; NULL: the machine panics before */

helper void run_step(void *unused, u32 i)
{
	void (*run)(void) = i < nr_steps ? steps[i].run : last;
	struct place below = here;

	(void)unused;
	overlapped |= nr_running++ > 0;
	if (run)
		run();
	nr_running--;
	here = below;
}

helper u32 next_on_cpu(void *unused, unsigned cpu)
{
	u32 i = 0;

	(void)unused;
	while (i < nr_steps && (steps[i].begun || steps[i].cpu != cpu))
		i++;
	if (i == nr_steps)
		return SCHED_NONE;
	steps[i].begun = true;
	return i;
}

helper u32 next_irq(void *unused, unsigned label)
{
	u32 i = 0;

	(void)unused;
	while (i < nr_steps && (steps[i].begun || steps[i].irq != label))
		i++;
	if (i == nr_steps || !label)
		return SCHED_NONE;
	steps[i].begun = true;
	return i;
}

helper u32 switches_of(void *unused, u32 i, const struct sched_switch **list)
{
	(void)unused;
	if (i >= nr_steps)
		return 0;
	*list = steps[i].switches;
	return steps[i].nr_switches;
}

/* On its CPU's stack; kernel threads run while it sleeps, and when it has ended. */
helper void run(u32 i)
{
	bool panics;

	steps[i < nr_steps ? i : 0].begun = true;
	if (sched_run(m->host->sched, i < nr_steps ? steps[i].cpu : 0, i)) {
		look();
		return;
	}
	printf("%.*s", (int)m->log_bytes, m->host->log);
	panics = m->stop.kind == STOP_PANIC && !recorded;
	if (panics)
		printf("panic: %s\n", m->stop.text);
	else
		complain(m->stop.text);
	differs |= panics && last && i; /* with too little memory to begin, nothing was recorded */
	exit(exit_status());
}

helper int run_program(struct step *program, u32 nr, u64 seed, void (*at_the_end)(void))
{
	static const struct sched_client client = { NULL, run_step, next_on_cpu, next_irq, switches_of, NULL, NULL };

	steps = program;
	nr_steps = nr;
	last = at_the_end;
	sched_create(m);
	sched_set_client(m->host->sched, &client);
	run(0);
	m->chance = seed;
	for (u32 i = 1; i < nr + !!last; i++) {
		if (i < nr && steps[i].begun)
			continue;
		m->now_ns += 1000;
		run(i);
	}
	differs |= !last;
	return exit_status();
}

/* --- what pages should hold ------------------------------------------------------------------------ */

/* The key (disk.h) of what was written there last; 0: all zero. */
#define TASK_PAGES 1024 /* of anonymous memory that programs use */
static struct {
	bool alive;
	u64 page[TASK_PAGES];
	struct {
		u32 file, first;
	} window[VM_WINDOWS];
} tasks[VM_MAX_TASKS];
static u64 files[FILE_CHANGEABLE][FILE_LARGEST_PAGES];
static bool files_lose; /* a write to a disk fails: what was written to a file may be lost */
static struct {
	bool held;
	u64 pfn;
} pins[16];

/* No two pages that are written hold the same. alike: 0 all words are, 1 each cache line's, 2 and 3 none. */
helper u64 new_key(u64 alike)
{
	static u64 writes;
	u64 key = ++writes * 0x9e3779b97f4a7c15;

	return ((key ^ key >> 29) & ~3ULL) | alike;
}

/* Files that nobody may change hold what the disk came with. */
helper u64 *file_key(u32 file, u32 index)
{
	static u64 of_disk;

	if (file < FILE_CHANGEABLE && index < FILE_LARGEST_PAGES)
		return &files[file][index];
	of_disk = disk_virgin_key(0, (u64)file * FILE_MAX_PAGES + index);
	return &of_disk;
}

helper u64 *task_key(unsigned task, u32 vpn)
{
	u32 window = (vpn - VM_ANON_PAGES) / VM_WINDOW_PAGES;

	if (vpn < VM_ANON_PAGES)
		return &tasks[task].page[vpn];
	return file_key(tasks[task].window[window].file, tasks[task].window[window].first + vpn % VM_WINDOW_PAGES);
}

helper void must_hold(u64 key, const void *page, bool of_file)
{
	if (!sim_page_holds(key, page) && !overlapped && !(of_file && files_lose))
		complain(of_file ? "V50: a page of a file no longer holds what was written there last" :
				   "V50: a page of a task no longer holds what was written there last");
}

/* --- tasks ----------------------------------------------------------------------------------------- */

helper void refuel(void)
{
	m->fuel = m->param[PARAM_FUEL];
}

/* What a task asked for; -EINTR: it was killed, and has ended. */
helper void end_task(unsigned task, int error, const char *expected)
{
	if (error == -EINTR)
		tasks[task].alive = false;
	end_ok(!error, expected);
}

helper void end_many(u64 done, int error, const char *expected)
{
	end(error ? "partly" : "ok", true, done, expected);
}

helper void create_task(unsigned task, int adj, const char *expected)
{
	int error = task_create(task, adj);

	if (!error) {
		memset(&tasks[task], 0, sizeof(tasks[task]));
		tasks[task].alive = true;
	}
	end_task(task, error, expected);
}

/* One load or store of a whole page. */
helper int touch(unsigned task, u32 vpn, bool write, u64 alike)
{
	u64 pfn, *key = task_key(task, vpn);
	int error = task_access(task, vpn, write, &pfn);

	if (error)
		return error;
	must_hold(*key, ram_address(m, pfn), vpn >= VM_ANON_PAGES);
	if (write) {
		*key = new_key(alike);
		sim_page_fill(*key, ram_address(m, pfn));
	}
	return 0;
}

helper void touch_row(unsigned task, u32 vpn, u32 nr, bool write, u64 alike, const char *expected)
{
	int error = 0;
	u32 n = 0;

	while (n < nr && !error) {
		refuel();
		error = touch(task, (vpn + n) % TASK_PAGES, write, alike);
		n += !error;
	}
	if (error == -EINTR)
		tasks[task].alive = false;
	end_many(n, error, expected);
}

helper u32 window_page(u32 window, u32 page)
{
	return VM_ANON_PAGES + window * VM_WINDOW_PAGES + page;
}

helper void map_file(unsigned task, unsigned window, u32 file, u32 first, u32 nr, const char *expected)
{
	int error = task_mmap(task, window, file, first, nr);

	if (!error) {
		tasks[task].window[window].file = file;
		tasks[task].window[window].first = first;
	}
	end_task(task, error, expected);
}

helper void give_up_pages(unsigned task, u32 vpn, u32 nr, const char *expected)
{
	int error = task_madvise_dontneed(task, vpn, nr);

	for (u32 i = vpn; !error && i < vpn + nr && i < TASK_PAGES; i++)
		tasks[task].page[i] = 0;
	end_task(task, error, expected);
}

helper void lock_pages(unsigned task, u32 vpn, u32 nr, const char *expected)
{
	u32 locked = 0;
	int error = task_mlock(task, vpn, nr, &locked);

	if (error == -EINTR)
		tasks[task].alive = false;
	end_many(locked, error, expected);
}

helper void pin_page(unsigned pin, unsigned task, u32 vpn, const char *expected)
{
	int error = task_pin(task, vpn, &pins[pin].pfn);

	pins[pin].held = !error;
	end_task(task, error, expected);
}

helper void unpin_page(unsigned pin)
{
	pins[pin].held = false;
	task_unpin(pins[pin].pfn);
}

/* --- files, disks ---------------------------------------------------------------------------------- */

helper int file_page(u32 file, u32 index, bool write, u64 alike)
{
	static u64 buffers[SIM_MAX_CPUS][PAGE_SIZE / 8];
	void *buffer = buffers[this_cpu->id];
	u64 key = write ? new_key(alike) : 0;
	int error;

	if (write)
		sim_page_fill(key, buffer);
	error = write ? file_write(file, index, buffer) : file_read(file, index, buffer);
	if (error)
		return error;
	if (write)
		*file_key(file, index) = key;
	else
		must_hold(*file_key(file, index), buffer, true);
	return 0;
}

helper void file_row(u32 file, u32 index, u32 nr, bool write, u64 alike, const char *expected)
{
	int error = 0;
	u32 n = 0;

	while (n < nr && !error) {
		refuel();
		error = file_page(file, (index + n) % FILE_LARGEST_PAGES, write, alike);
		n += !error;
	}
	end_many(n, error, expected);
}

/* Many files are opened, and the first page of every eighth is read. */
helper void walk_files(u32 first, u32 nr, const char *expected)
{
	u32 scale = m->param[PARAM_WALK_SCALE], n = 0;
	int error = 0;

	while (n < nr * scale && !error) {
		u32 file = FILE_CHANGEABLE + first * scale + n;

		refuel();
		error = file_open(file);
		if (!error && n % 8 == 0)
			error = file_page(file, 0, false, 0);
		n += !error;
	}
	end_many(n, error, expected);
}

helper void read_files(u32 first, u32 nr, const char *expected)
{
	int error = 0;
	u32 n = 0;

	while (n < nr * FILE_PAGES && !error) {
		refuel();
		error = file_page(FILE_CHANGEABLE + first + n / FILE_PAGES, n % FILE_PAGES, false, 0);
		n += !error;
	}
	end_many(n, error, expected);
}

/* What is cut off reads as zero if the file grows again; a larger one does behind its old end. */
helper void truncate_file(u32 file, u32 pages, const char *expected)
{
	int error = file_truncate(file, pages);

	for (u32 i = file_size(file); i < FILE_LARGEST_PAGES; i++)
		files[file][i] = 0;
	end_ok(!error, expected);
}

helper void fail_disk(enum sim_fault_site site, u32 skip, u32 times)
{
	files_lose |= site == FAULT_DISK_WRITE && times;
	sim_plan_fault(m, site, skip, times);
}

/* --- the machine under pressure, first and last ---------------------------------------------------- */

helper gfp_t gfp_of_zone(unsigned zone)
{
	static const gfp_t leads_to[MAX_NR_ZONES] = {
		[ZONE_DMA] = __GFP_DMA,
		[ZONE_DMA32] = __GFP_DMA32,
		[ZONE_HIGHMEM] = __GFP_HIGHMEM,
		[ZONE_MOVABLE] = __GFP_HIGHMEM | __GFP_MOVABLE,
	};
	gfp_t gfp = leads_to[zone % MAX_NR_ZONES] | __GFP_THISNODE | __GFP_KSWAPD_RECLAIM | __GFP_MEMALLOC | __GFP_NOWARN;

	if (zone % 3 == 1 && !(gfp & __GFP_HIGHMEM))
		gfp |= __GFP_MOVABLE;
	if (zone % 3 == 2 && !(gfp & __GFP_MOVABLE))
		gfp |= __GFP_RECLAIMABLE;
	return gfp;
}

/* Large blocks of each zone are taken for good, until an eighth of it is left above its high mark. */
helper void take_most(void)
{
	for (unsigned zone = 0; zone < MAX_NUMNODES * MAX_NR_ZONES; zone++) {
		unsigned nid = zone / MAX_NR_ZONES, type = zone % MAX_NR_ZONES;
		struct zone_figures f = zone_figures(nid, type);
		u64 leave = f.high + f.managed / 8;

		if (f.managed < 32 || type >= ZONE_DEVICE)
			continue;
		for (unsigned order = m->param[PARAM_MAX_PAGE_ORDER] + 1; order-- > 0;)
			while (zone_free_pages(nid, type) >= leave + (1ULL << order)) {
				refuel();
				if (!alloc_pages_node((int)nid, gfp_of_zone(zone), order))
					break;
			}
	}
	drain_all_pages();
}

/* Tasks and files, and swap on device 1. Free lists are remembered without: in the end it is off. */
helper void boot_under_pressure(bool scarce)
{
	bool up = slab_up && vm_init() == 0;

	if (up) {
		refuel();
		vm_settle();
	}
	drain_all_pages();
	if (scarce)
		take_most();
	remember_lists();
	refuel();
	if (up && m->param[PARAM_SWAP_PAGES] >= 2)
		swapon(1, m->param[PARAM_SWAP_PAGES], -1);
	drain_all_pages();
	for (u32 file = 0; file < FILE_CHANGEABLE; file++)
		for (u32 i = 0; i < FILE_PAGES; i++)
			files[file][i] = disk_virgin_key(0, (u64)file * FILE_MAX_PAGES + i);
}

helper void sleep_ms(u64 ms)
{
	if (vm_is_up())
		sim_sleep_timeout(sim_never, NULL, ms * 1000000, "a while");
	else
		m->now_ns += ms * 1000000;
}

/* Pressure stops: kswapd has time to reach the high marks. Then nobody uses memory any more. */
helper void let_go(void)
{
	if (!vm_is_up())
		return;
	sleep_ms(30000);
	for (unsigned i = 0; i < ARRAY_SIZE(pins); i++)
		if (pins[i].held)
			unpin_page(i);
	for (unsigned i = 0; i < VM_MAX_TASKS; i++) {
		refuel();
		if (tasks[i].alive)
			task_exit(i);
	}
}

helper void finish_under_pressure(void)
{
	refuel();
	if (vm_is_up())
		vm_settle();
	refuel();
	finish();
}

helper struct page *p0;
helper struct page *p1;
helper struct page *p2;

static void start(void)
{
	boot_caches("");
	boot_under_pressure(true);
}

/* 0: swapoff device=0   # ok */
static void step0(void)
{
	begin(0, 0, CONTEXT_TASK);
	end_ok(swapoff(1) == 0, "ok");
}

/* 1: t0 = task_create adj=0   # ok */
static void step1(void)
{
	begin(1, 0, CONTEXT_TASK);
	create_task(0, -1000, "ok");
}

/* 2: t1 = task_create adj=1300   # ok */
static void step2(void)
{
	begin(2, 0, CONTEXT_TASK);
	create_task(1, 300, "ok");
}

/* 3: file_write_row file=0 index=0 nr=9 fill=noise   # ok pages=10 */
static void step3(void)
{
	begin(3, 0, CONTEXT_TASK);
	file_row(0, 0, 10, true, 3, "ok pages=10");
}

/* 4: task_mmap t1 window=2 file=0 index=0 nr=9   # ok */
static void step4(void)
{
	begin(4, 0, CONTEXT_TASK);
	map_file(1, 2, 0, 0, 10, "ok");
}

/* 5: window_write t1 window=2 page=3 fill=lines   # ok */
static void step5(void)
{
	begin(5, 0, CONTEXT_TASK);
	end_task(1, touch(1, window_page(2, 3), true, 1), "ok");
}

/* 6: task_write_row t1 vpn=0 nr=39 fill=words   # ok pages=40 */
static void step6(void)
{
	begin(6, 0, CONTEXT_TASK);
	touch_row(1, 0, 40, true, 2, "ok pages=40");
}

/* 7: mlock t0 vpn=0 nr=3   # ok pages=4 */
static void step7(void)
{
	begin(7, 0, CONTEXT_TASK);
	lock_pages(0, 0, 4, "ok pages=4");
}

/* 8: task_write_row t0 vpn=0 nr=63 fill=words   # ok pages=64 */
static void step8(void)
{
	begin(8, 0, CONTEXT_TASK);
	touch_row(0, 0, 64, true, 2, "ok pages=64");
}

/* 9: task_write_row t0 vpn=64 nr=39 fill=noise   # ok pages=40 */
static void step9(void)
{
	begin(9, 0, CONTEXT_TASK);
	touch_row(0, 64, 40, true, 3, "ok pages=40");
}

/* 10: oom_score t1   # ok 0 */
static void step10(void)
{
	begin(10, 0, CONTEXT_TASK);
	end_value(task_oom_score(1), "ok 0");
}

/* 11: task_write_row t0 vpn=128 nr=3 fill=same   # ok pages=4 */
static void step11(void)
{
	begin(11, 0, CONTEXT_TASK);
	touch_row(0, 128, 4, true, 0, "ok pages=4");
}

/* 12: task_read t1 vpn=0   # refused */
static void step12(void)
{
	begin(12, 0, CONTEXT_TASK);
	end_task(1, touch(1, 0, false, 0), "refused");
}

/* 13: window_read t1 window=2 page=3   # skipped (skipped) */

/* 14: t1 = task_create adj=1000   # ok */
static void step14(void)
{
	begin(14, 0, CONTEXT_TASK);
	create_task(1, 0, "ok");
}

/* 15: task_read t1 vpn=0   # ok */
static void step15(void)
{
	begin(15, 0, CONTEXT_TASK);
	end_task(1, touch(1, 0, false, 0), "ok");
}

/* 16: n0 = pin_page t1 vpn=4 at=1:flusher at=3:kswapd0   # ok */
static void step16(void)
{
	begin(16, 0, CONTEXT_TASK);
	pin_page(0, 1, 4, "ok");
}

/* 17: file_read_row cpu=2 file=0 index=0 nr=9   # ok pages=10 */
static void step17(void)
{
	begin(17, 2, CONTEXT_TASK);
	file_row(0, 0, 10, false, 0, "ok pages=10");
}

/* 18: sleep ms=40   # ok */
static void step18(void)
{
	begin(18, 0, CONTEXT_TASK);
	sleep_ms(40);
	end_ok(true, "ok");
}

/* 19: task_read_row t0 vpn=0 nr=63   # ok pages=64 */
static void step19(void)
{
	begin(19, 0, CONTEXT_TASK);
	touch_row(0, 0, 64, false, 0, "ok pages=64");
}

/* 20: p0 = alloc_pages gfp=GFP_NOWAIT order=2   # refused */
static void step20(void)
{
	begin(20, 0, CONTEXT_TASK);
	p0 = alloc_pages(GFP_NOWAIT, 2);
	end_page(p0, "refused");
}

/* 21: vm_knob knob=panic_on_oom value=0   # ok */
static void step21(void)
{
	begin(21, 0, CONTEXT_TASK);
	end_ok(vm_knob_write((enum vm_knob)8, 0) == 0, "ok");
}

/* 22: task_exit t0   # ok */
static void step22(void)
{
	begin(22, 0, CONTEXT_TASK);
	tasks[0].alive = false;
	end_task(0, task_exit(0), "ok");
}

/* 23: p1 = alloc_pages gfp=GFP_NOWAIT order=0 at=0:cpu1   # ok pfn=403 */
static void step23(void)
{
	begin(23, 0, CONTEXT_TASK);
	p1 = alloc_pages(GFP_NOWAIT, 0);
	end_page(p1, "ok pfn=403");
	fill(p1, 1, 23);
}

/* 24: p2 = alloc_pages cpu=1 gfp=GFP_NOWAIT order=0   # ok pfn=400 */
static void step24(void)
{
	begin(24, 1, CONTEXT_TASK);
	p2 = alloc_pages(GFP_NOWAIT, 0);
	end_page(p2, "ok pfn=400");
	fill(p2, 1, 24);
}

/* 25: free_pages p1 at=1:irq3   # ok */
static void step25(void)
{
	begin(25, 0, CONTEXT_TASK);
	check(p1, 1, 23);
	__free_pages(p1, 0);
	end_ok(true, "ok");
}

/* 26: free_pages p2 cpu=3 ctx=hardirq irq=3   # ok */
static void step26(void)
{
	begin(26, 3, CONTEXT_HARDIRQ);
	check(p2, 1, 24);
	__free_pages(p2, 0);
	end_ok(true, "ok");
}

/* 27: disk_fault site=write skip=0 times=1   # ok */
static void step27(void)
{
	begin(27, 0, CONTEXT_TASK);
	fail_disk(FAULT_DISK_READ + 1, 0, 1);
	end_ok(true, "ok");
}

/* 28: file_write file=2 index=0 fill=words   # ok */
static void step28(void)
{
	begin(28, 0, CONTEXT_TASK);
	end_ok(file_page(2, 0, true, 2) == 0, "ok");
}

/* 29: sleep ms=36000   # ok */
static void step29(void)
{
	begin(29, 0, CONTEXT_TASK);
	sleep_ms(36000);
	end_ok(true, "ok");
}

/* 30: file_write file=3 index=0 fill=words   # ok */
static void step30(void)
{
	begin(30, 0, CONTEXT_TASK);
	end_ok(file_page(3, 0, true, 2) == 0, "ok");
}

/* 31: file_fsync file=3   # ok */
static void step31(void)
{
	begin(31, 0, CONTEXT_TASK);
	end_ok(file_fsync(3) == 0, "ok");
}

/* everything goes back */
static void finally(void)
{
	begin(32, 0, CONTEXT_TASK);
	let_go();
	finish_under_pressure();
}

static struct step program[] = {
	{ .run = start },
	{ .run = step0, .cpu = 0 },
	{ .run = step1, .cpu = 0 },
	{ .run = step2, .cpu = 0 },
	{ .run = step3, .cpu = 0 },
	{ .run = step4, .cpu = 0 },
	{ .run = step5, .cpu = 0 },
	{ .run = step6, .cpu = 0 },
	{ .run = step7, .cpu = 0 },
	{ .run = step8, .cpu = 0 },
	{ .run = step9, .cpu = 0 },
	{ .run = step10, .cpu = 0 },
	{ .run = step11, .cpu = 0 },
	{ .run = step12, .cpu = 0 },
	{ .cpu = 0 },
	{ .run = step14, .cpu = 0 },
	{ .run = step15, .cpu = 0 },
	{ .run = step16, .cpu = 0, .nr_switches = 2, .switches = (struct sched_switch[]){ { 1, SWITCH_KTHREAD, 5 }, { 3, SWITCH_KTHREAD, 1 } } },
	{ .run = step17, .cpu = 2 },
	{ .run = step18, .cpu = 0 },
	{ .run = step19, .cpu = 0 },
	{ .run = step20, .cpu = 0 },
	{ .run = step21, .cpu = 0 },
	{ .run = step22, .cpu = 0 },
	{ .run = step23, .cpu = 0, .nr_switches = 1, .switches = (struct sched_switch[]){ { 0, SWITCH_CPU, 1 } } },
	{ .run = step24, .cpu = 1 },
	{ .run = step25, .cpu = 0, .nr_switches = 1, .switches = (struct sched_switch[]){ { 1, SWITCH_IRQ, 3 } } },
	{ .run = step26, .cpu = 3, .irq = 3 },
	{ .run = step27, .cpu = 0 },
	{ .run = step28, .cpu = 0 },
	{ .run = step29, .cpu = 0 },
	{ .run = step30, .cpu = 0 },
	{ .run = step31, .cpu = 0 },
};

int main(void)
{
	struct machine_config config = { 0 };
	unsigned regions __attribute__((unused)) = 0;
	u64 at __attribute__((unused));

	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_config_profile(&config, PROFILE_SMALL);
	config.nr_regions =
		sim_profile_map(config.profile, config.param[PARAM_FRAMES], config.map);
	m = machine_create(&config);
	if (!m)
		return 3;
	machine_enter(m, 0);
	if (mm_boot() != 0) {
		puts("no usable memory");
		return 0;
	}
	return run_program(program, ARRAY_SIZE(program), 3u, finally);
}
